/** The short chaos run; `deno task chaos:publishing` is the long one. */
import assert from "node:assert/strict";
import { runPublishing } from "../../../../scripts/chaos/run_publishing.ts";

Deno.test("whatever fault hits a call, nothing is published twice and nothing is lost", async () => {
  const report = await runPublishing({ runs: 50, seed: 11, accounts: 3 });
  assert.deepEqual(report.faults, []);
  assert.equal(report.duplicates, 0);
  assert.equal(report.lost, 0);
  // The faults really fired, except where the post never reached the call, or where the stack's own worker, started by cron, made the call.
  const unfired = Object.values(report.unfired).reduce((sum, count) => sum + count, 0);
  assert.ok(unfired <= (report.by_status.waiting ?? 0) + 5, JSON.stringify(report.unfired));
  // Most posts are published; waiting or unknown ones do not count as lost.
  assert.ok((report.by_status.published ?? 0) >= 40, JSON.stringify(report.by_status));
});
