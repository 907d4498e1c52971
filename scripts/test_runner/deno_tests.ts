/** Runs `deno test` on files and reads its counts. */
import type { BootedStack } from "./boot.ts";

/** Results of one run. `ignored` counts tests whose optional input (the shared data) is missing. */
export interface Counts {
  passed: number;
  failed: number;
  ignored: number;
}

const STEPS = "(?: \\(\\d+ steps?\\))?";
const SUMMARY = new RegExp(
  `^(?:ok|FAILED) \\| (\\d+) passed${STEPS} \\| (\\d+) failed${STEPS}(?: \\| (\\d+) ignored)?`,
  "gm",
);

/** Reads the summary of `deno test`. A run without a summary (a crash, a type error) or with a non-zero exit code is a failure. */
export function countsOf(output: string, code: number): Counts {
  const summary = [...output.matchAll(SUMMARY)].at(-1);
  const [passed = 0, failed = 0, ignored = 0] = (summary ?? []).slice(1).map((count) => Number(count ?? 0));
  return { passed, failed: summary && code === 0 ? failed : Math.max(failed, 1), ignored };
}

/** Runs the tests below `paths` and prints one line, or the whole output if any failed. */
export async function runDenoTests(
  paths: string[],
  stack: BootedStack,
  name = paths.join(" "),
): Promise<Counts> {
  const started = performance.now();
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", "--no-check", ...paths],
    env: { STREAMVIBE_TEST_STACK: stack.file, NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  const counts = countsOf(text, code);
  const { passed, failed } = counts;
  if (failed > 0) console.log(`\n--- ${name}\n${text}`);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${failed === 0 ? "ok  " : "FAIL"} ${name}: ${passed} passed, ${failed} failed (${seconds} s)`);
  return counts;
}
