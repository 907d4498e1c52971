/** Checks who may call each edge function and how often, according to its contract. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Contract } from "../../supabase/functions/_shared/http/endpoint.ts";
import type { Finding } from "./finding.ts";

/** Writes that need no credential of ours: each either verifies a signature or counts visitor activity within a rate limit. */
const OPEN_WRITES = [
  "log-usage",
  "track-click",
  "stripe-webhook",
  "tiktok-webhook",
  "meta-webhook",
  "youtube-webhook",
  "meta-deauthorize",
  "meta-data-deletion",
];
/**
 * Deliberately unlimited: a call with an invalid signature is refused before any work; robots.txt needs no database, and a refused crawler
 * stays away.
 */
const UNLIMITED = [
  ...OPEN_WRITES.filter((name) => !["log-usage", "track-click"].includes(name)),
  "robots",
];

export async function auditFunctions(folder: string): Promise<Finding[]> {
  const findings: Finding[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (!isDirectory || name.startsWith("_") || name === "tests") continue;
    const file = join(folder, name, "index.ts");
    const place = `supabase/functions/${name}/index.ts`;
    if (!await Deno.stat(file).then(() => true, () => false)) continue;
    let contract: Contract | undefined;
    try {
      contract = (await import(pathToFileURL(file).href)).default?.contract;
    } catch (error) {
      findings.push({
        rule: "not-looked-at",
        level: "warning",
        message: `It cannot be loaded: ${(error as Error).message.slice(0, 200)}`,
        place,
      });
      continue;
    }
    if (!contract) {
      findings.push({
        rule: "function-without-contract",
        level: "error",
        message: "It answers without the kernel's checks",
        place,
      });
      continue;
    }
    const modes = [contract.auth].flat();
    if (modes.includes("none") && contract.method === "POST" && !OPEN_WRITES.includes(name)) {
      findings.push({
        rule: "function-without-auth",
        level: "error",
        message: "It changes something for any caller",
        place,
      });
    }
    // Only the service's own calls are unlimited.
    if (
      !contract.rate ||
      contract.rate === "service" && modes.some((mode) => mode !== "secret") && !UNLIMITED.includes(name)
    ) {
      findings.push({
        rule: "function-without-limit",
        level: "error",
        message: `It may be called any number of times (${contract.rate})`,
        place,
      });
    }
  }
  return findings;
}
