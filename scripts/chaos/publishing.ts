/**
 * `deno task chaos:publishing`: publishes thousands of posts to five simulated platforms, each with one faulted call, on a stack of its own.
 * Exits with 1 if anything was published twice or lost, or if a pair of step and fault occurred less often than `--least` times.
 * `--rule retry` runs the same plan with the rule "retry on error", for comparison; `--only <regular expression>` selects steps.
 */
import { parseArgs } from "node:util";
import postgres from "postgres";
import { bootStack } from "../test_runner/boot.ts";
import { useStack } from "../test/stack.ts";
import { crash } from "./run_chaos.ts";
import { runPublishing } from "./run_publishing.ts";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "4224" },
    accounts: { type: "string", default: "12" },
    least: { type: "string", default: "10" },
    seed: { type: "string", default: "1" },
    crashes: { type: "string", default: "3" },
    rule: { type: "string", default: "ask" },
    only: { type: "string" },
  },
});
const stack = await bootStack();
try {
  useStack(stack.info);
  const sql = postgres(stack.info.db_url, { max: 1, onnotice: () => {} });
  // The stack's cron job would also publish due posts, with its own settings.
  await sql`select cron.unschedule('publish-due-posts')`;
  const [runs, crashes] = [Number(values.runs), Number(values.crashes)];
  const report = await runPublishing({
    runs,
    accounts: Number(values.accounts),
    seed: Number(values.seed),
    rule: values.rule === "retry" ? "retry on error" : "ask",
    ...(values.only ? { only: new RegExp(values.only) } : {}),
    ...(crashes > 0 ? { crash: () => crash(sql), crash_every: Math.ceil(runs / (crashes + 1)) } : {}),
    say: (line) => console.log(line),
  });
  console.log(JSON.stringify(report, null, 2));
  await sql.end();
  const isThin = report.fewest_per_pair < Number(values.least);
  if (isThin) {
    console.log(
      `This was not a full run: one pair occurred ${report.fewest_per_pair} times, ${values.least} are required`,
    );
  }
  Deno.exitCode = report.rule === "ask" && (isThin || report.faults.length > 0) ? 1 : 0;
} finally {
  await stack.stop();
}
