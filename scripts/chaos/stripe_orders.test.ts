/** Short version; `deno task chaos:stripe` runs the long one. */
import assert from "node:assert/strict";
import { testStack } from "../test/stack.ts";
import { runOrders } from "./stripe_orders.ts";

Deno.test({
  name:
    "subscriptions end in Stripe's state, whatever the order, number and loss of events, slow fetches and killed workers",
  // Killed work never ends: its timers and calls are left open on purpose.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const { db_url } = await testStack();
    const report = await runOrders({ db_url, schedules: 40, seed: 7 });
    assert.deepEqual(report.faults, []);
    assert.ok(
      report.kills > 0 && report.lost > 0 && report.superseded > 0,
      "the schedules had no kill, no lost event or no superseded fetch",
    );
    // The other rules must fail on the same schedules.
    assert.ok(report.rules["arrival order"].all > 0 && report.rules["created as clock"].all > 0);
  },
});
