/** Runs `deno test` on files and reads its counts. */
import type { BootedStack } from "./boot.ts";

/** Results of one run. `ignored` are tests whose optional input (the shared data) is not there. */
export interface Counts {
  passed: number;
  failed: number;
  ignored: number;
}

const SUMMARY = /(\d+) passed(?: \(\d+ steps?\))? \| (\d+) failed(?: \(\d+ steps?\))?(?: \| (\d+) ignored)?/g;

/** Runs the tests below `paths`. A run that ends without a summary (a crash, a type error) counts as one failure. */
export async function runDenoTests(
  paths: string[],
  stack: BootedStack,
  name = paths.join(" "),
): Promise<Counts> {
  const existing: string[] = [];
  for (const path of paths) if (await exists(path)) existing.push(path);
  if (existing.length === 0) return { passed: 0, failed: 0, ignored: 0 };
  const started = performance.now();
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", "--no-check", "--permit-no-files", ...existing],
    env: { STREAMVIBE_TEST_STACK: stack.file, NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  const found = [...text.matchAll(SUMMARY)].at(-1);
  const counts = {
    passed: Number(found?.[1] ?? 0),
    failed: Number(found?.[2] ?? 0),
    ignored: Number(found?.[3] ?? 0),
  };
  if (code !== 0 && counts.failed === 0) counts.failed = 1;
  // Whole output only when something is wrong; otherwise one line a group keeps the log readable.
  if (counts.failed > 0) console.log(`\n--- ${name}\n${text}`);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(
    `${
      counts.failed === 0 ? "ok  " : "FAIL"
    } ${name}: ${counts.passed} passed, ${counts.failed} failed (${seconds} s)`,
  );
  return counts;
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
