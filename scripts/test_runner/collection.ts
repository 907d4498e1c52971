/** Runs the Postman collection of a phase with Newman and writes its HTML report to test-results/. */
import type { BootedStack } from "./boot.ts";
import type { Counts } from "./deno_tests.ts";

/** Runs the collection with `scripts/test-phase.sh`, the command that a deploy uses, and counts its assertions. */
export async function runCollection(phase: number, stack: BootedStack): Promise<Counts> {
  const summary = await Deno.makeTempFile({ suffix: ".json" });
  const { code, stdout, stderr } = await new Deno.Command("bash", {
    args: ["scripts/test-phase.sh", String(phase), "--stack", stack.file, "--summary", summary],
    env: { NO_COLOR: "1", DENO: Deno.execPath() },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  const counts: Counts = { passed: 0, failed: 0, ignored: 0 };
  try {
    const { passed, failed } = JSON.parse(await Deno.readTextFile(summary)) as {
      passed: number;
      failed: number;
    };
    counts.passed = passed;
    counts.failed = failed;
  } catch {
    counts.failed = 1;
  }
  if (code !== 0 && counts.failed === 0) counts.failed = 1;
  await Deno.remove(summary).catch(() => {});
  if (counts.failed > 0) console.log(`\n--- phase ${phase} collection\n${text}`);
  const mark = counts.failed === 0 ? "ok  " : "FAIL";
  console.log(`${mark} phase ${phase} collection: ${counts.passed} passed, ${counts.failed} failed`);
  return counts;
}
