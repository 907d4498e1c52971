/** A short run of `deno task bench scheduled`. */
import assert from "node:assert/strict";
import { runScheduled } from "../../../../scripts/bench/scheduled_posts.ts";

Deno.test("posts due together start on time, in each account's order, once, and hit no rate limit", async () => {
  const { late_p99_s, ...report } = await runScheduled({ posts: 40, accounts: 4, seconds: 3 });
  assert.ok(late_p99_s <= 5, `the 99th percentile started ${late_p99_s} s late`);
  const { published, out_of_order, twice, refused_by_limits } = report;
  assert.deepEqual({ published, out_of_order, twice, refused_by_limits }, {
    published: 40,
    out_of_order: 0,
    twice: 0,
    refused_by_limits: 0,
  });
});
