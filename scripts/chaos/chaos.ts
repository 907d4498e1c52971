/**
 * `deno task chaos`: runs thousands of jobs on several workers and kills every component at random. The same seed produces the same plan of
 * faults; how the faults interleave with the work depends on the machine. Exits with 1 if a job was lost, stuck, ended twice or applied twice.
 */
import { parseArgs } from "node:util";
import { runChaos } from "./run_chaos.ts";

const USAGE = `Usage: deno task chaos [--jobs N] [--workers N] [--kills N] [--seed N]
  --jobs N      jobs to process (10000)
  --workers N   worker processes (8)
  --kills N     faults: workers killed or frozen, database crashed or cut off (150)
  --seed N      seed of the fault plan (1)`;

const { values } = (() => {
  try {
    return parseArgs({
      options: {
        jobs: { type: "string", default: "10000" },
        workers: { type: "string", default: "8" },
        kills: { type: "string", default: "150" },
        seed: { type: "string", default: "1" },
        help: { type: "boolean" },
      },
    });
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
    Deno.exit(2);
  }
})();
if (values.help) {
  console.log(USAGE);
  Deno.exit(0);
}
const report = await runChaos({
  jobs: Number(values.jobs),
  workers: Number(values.workers),
  kills: Number(values.kills),
  seed: Number(values.seed),
  say: (line) => console.log(line),
});
console.log(JSON.stringify(report, null, 2));
Deno.exit(report.faults.length === 0 ? 0 : 1);
