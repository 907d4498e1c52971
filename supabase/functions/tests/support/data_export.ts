/** Reads an export as a client does: lines, each part checked against its checksum, continued after a cut. */
import assert from "node:assert/strict";
import { type Creator, testStack } from "../../../../scripts/test/stack.ts";
import { sha256Hex } from "../../_shared/text/hash.ts";

export interface ExportLine {
  type: "export" | "row" | "file" | "part" | "end" | "continue";
  table?: string;
  row?: Record<string, unknown>;
  cursor?: string;
  sha256?: string;
  [member: string]: unknown;
}

export async function askForExport(creator: Creator, query: Record<string, string> = {}): Promise<Response> {
  const { api_url, publishable_key } = await testStack();
  const url = new URL(`${api_url}/functions/v1/export-my-data`);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return await fetch(url, { headers: { apikey: publishable_key, authorization: `Bearer ${creator.token}` } });
}

/** Returns every line of an export, over as many responses as it takes. Fails when a part does not match its checksum. */
export async function exported(creator: Creator, query: Record<string, string> = {}): Promise<ExportLine[]> {
  const lines: ExportLine[] = [];
  let cursor: string | undefined;
  for (let answers = 0; answers < 1_000; answers++) {
    const response = await askForExport(creator, { ...query, ...(cursor ? { cursor } : {}) });
    const text = await response.text();
    assert.equal(response.status, 200, text.slice(0, 500));
    let part = "";
    for (const one of text.split("\n").slice(0, -1)) {
      const line = JSON.parse(one) as ExportLine;
      lines.push(line);
      if (line.type === "row") part += `${one}\n`;
      if (line.type === "part" && line.sha256) {
        assert.equal(await sha256Hex(part), line.sha256);
        part = "";
      }
    }
    const last = lines.at(-1);
    if (last?.type === "end") return lines;
    assert.equal(last?.type, "continue");
    cursor = last.cursor;
  }
  throw new Error("the export does not end");
}
