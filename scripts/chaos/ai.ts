/**
 * `deno task chaos:ai`: runs ten thousand faulted answers, then kills processes until a thousand calls have died between reservation and
 * settlement, on a stack of its own. Exits with 1 if a unit of the plan, a cent or a suggestion is off.
 */
import { parseArgs } from "node:util";
import { startStack } from "../local/stack.ts";
import { useStack } from "../test/stack.ts";
import { faultedAnswers } from "./ai/faulted_answers.ts";
import { killBetween } from "./ai/kills.ts";

const { values } = parseArgs({
  options: {
    answers: { type: "string", default: "10000" },
    kills: { type: "string", default: "1000" },
    seed: { type: "string", default: "1" },
  },
});
const say = (line: string) => console.log(line);
const home = await Deno.makeTempDir({ prefix: "streamvibe-chaos-" });
const stack = await startStack({ home, env: { LOG_LEVEL: "error" } });
let faults = 0;
try {
  useStack(stack.info);
  const seed = Number(values.seed);
  if (Number(values.answers) > 0) {
    const report = await faultedAnswers({ answers: Number(values.answers), seed }, say);
    console.log(JSON.stringify(report, null, 2));
    faults += report.faults.length;
  }
  if (Number(values.kills) > 0) {
    const report = await killBetween(
      { calls: Number(values.kills), seed, stack_file: `${home}/stack.json` },
      say,
    );
    console.log(JSON.stringify(report, null, 2));
    faults += report.faults.length;
  }
} finally {
  useStack(null);
  await stack.stop();
  await Deno.remove(home, { recursive: true }).catch(() => {});
}
Deno.exit(faults === 0 ? 0 : 1);
