/** Short version of the chaos test; `deno task chaos` runs the long one. */
import assert from "node:assert/strict";
import { runChaos } from "./run_chaos.ts";

Deno.test("jobs survive killed and frozen workers, a crashing database, a cut network and wrong clocks: each job ends once and takes effect once", async () => {
  const report = await runChaos({ jobs: 400, workers: 3, kills: 14, seed: 7 });
  assert.deepEqual(report.faults, []);
  assert.deepEqual(report.by_status, { completed: 400 });
});
