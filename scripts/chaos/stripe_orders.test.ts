/** The short form; `deno task chaos:stripe` is the long one. */
import assert from "node:assert/strict";
import { testStack } from "../test/stack.ts";
import { runOrders } from "./stripe_orders.ts";

Deno.test({
  name:
    "subscriptions end as they are at Stripe, whatever the order, number and loss of events, slow fetches and killed workers",
  // What was killed never ends: its timers and calls are left behind on purpose.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const { db_url } = await testStack();
    const report = await runOrders({ db_url, schedules: 40, seed: 7 });
    assert.deepEqual(report.faults, []);
    assert.ok(report.kills > 0 && report.lost > 0 && report.superseded > 0, "the schedules were too tame");
    // The same schedules are not tame for others.
    assert.ok(report.rules["arrival order"].all > 0 && report.rules["created as clock"].all > 0);
  },
});
