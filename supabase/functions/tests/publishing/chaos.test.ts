/** The short chaos; `deno task chaos:publishing` is the long one. */
import assert from "node:assert/strict";
import { runPublishing } from "../../../../scripts/chaos/run_publishing.ts";

Deno.test("whatever happens to a call, nothing is published twice and nothing is lost", async () => {
  const report = await runPublishing({ runs: 50, seed: 11, accounts: 3 });
  assert.deepEqual(report.faults, []);
  assert.equal(report.duplicates, 0);
  assert.equal(report.lost, 0);
  // Faults have really happened, but where the post never came to the call, or the stack's own worker, which cron calls, made it.
  const unfired = Object.values(report.unfired).reduce((sum, count) => sum + count, 0);
  assert.ok(unfired <= (report.by_status.waiting ?? 0) + 5, JSON.stringify(report.unfired));
  // And most of it is out: what waits or is not known is not counted as lost.
  assert.ok((report.by_status.published ?? 0) >= 40, JSON.stringify(report.by_status));
});
