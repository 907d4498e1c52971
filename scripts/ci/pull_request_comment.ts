/**
 * Maintains a single comment on a pull request: the first run creates it, every later run updates it. `deno run -A
 * scripts/ci/pull_request_comment.ts <folder with phase-*-summary.json>`; reads GITHUB_TOKEN, GITHUB_REPOSITORY, PULL_REQUEST and RUN_URL.
 * With --dry-run it prints the comment.
 */
import { join } from "node:path";
import * as z from "zod";
import { phaseName } from "../deploy/phases.ts";

const MARK = "<!-- streamvibe: phases -->";

const Summary = z.object({ phase: z.int(), passed: z.int(), failed: z.int(), seconds: z.int() });

/** The result of one phase's run. */
export type Summary = z.output<typeof Summary>;

/** Reads every summary below a folder; each artifact has its own subfolder. */
export async function readSummaries(folder: string): Promise<Summary[]> {
  const summaries: Summary[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    if (isDirectory) summaries.push(...await readSummaries(path));
    else if (/^phase-\d+-summary\.json$/.test(name)) {
      summaries.push(Summary.parse(JSON.parse(await Deno.readTextFile(path))));
    }
  }
  return summaries.sort((a, b) => a.phase - b.phase);
}

/** Formats the comment as Markdown. */
export function writeComment(summaries: Summary[], runUrl: string): string {
  const rows = summaries.map(({ phase, passed, failed, seconds }) =>
    `| ${failed === 0 ? "✅" : "❌"} ${phase} ${phaseName(phase)} | ${passed} | ${failed} | ${seconds} s |`
  );
  return [
    MARK,
    "| phase | passed | failed | time |",
    "| --- | --: | --: | --: |",
    ...rows,
    "",
    `The HTML reports are artifacts of [the run](${runUrl}).`,
  ].join("\n");
}

export interface Repository {
  api: string;
  name: string;
  token: string;
}

/** Updates the existing comment, or adds one. */
export async function putComment(repository: Repository, pullRequest: number, body: string): Promise<void> {
  const { api, name } = repository;
  for (let page = 1;; page++) {
    const comments = z.array(z.object({ id: z.int(), body: z.string().nullish() })).parse(
      await call(
        repository,
        "GET",
        `${api}/repos/${name}/issues/${pullRequest}/comments?per_page=100&page=${page}`,
      ),
    );
    const own = comments.find((comment) => comment.body?.startsWith(MARK));
    if (own) {
      await call(repository, "PATCH", `${api}/repos/${name}/issues/comments/${own.id}`, { body });
      return;
    }
    if (comments.length < 100) break;
  }
  await call(repository, "POST", `${api}/repos/${name}/issues/${pullRequest}/comments`, { body });
}

async function call({ token }: Repository, method: string, url: string, body?: unknown): Promise<unknown> {
  const response = await fetch(url, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      accept: "application/vnd.github+json",
      "content-type": "application/json",
    },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: AbortSignal.timeout(30_000),
  });
  const text = await response.text();
  if (!response.ok) {
    throw new Error(`Cannot ${method} ${url}: GitHub answered ${response.status} ${text.slice(0, 300)}`);
  }
  return text ? JSON.parse(text) : undefined;
}

if (import.meta.main) {
  const [folder = "test-results"] = Deno.args.filter((argument) => !argument.startsWith("--"));
  const comment = writeComment(await readSummaries(folder), Deno.env.get("RUN_URL") ?? "");
  if (Deno.args.includes("--dry-run")) console.log(comment);
  else {
    const { GITHUB_REPOSITORY, GITHUB_TOKEN, PULL_REQUEST } = z.object({
      GITHUB_REPOSITORY: z.string(),
      GITHUB_TOKEN: z.string(),
      PULL_REQUEST: z.coerce.number().int(),
    }).parse(Deno.env.toObject());
    const api = Deno.env.get("GITHUB_API_URL") ?? "https://api.github.com";
    await putComment({ api, name: GITHUB_REPOSITORY, token: GITHUB_TOKEN }, PULL_REQUEST, comment);
  }
}
