/** Tests the processing of due events and customers of Stripe, in this process. */
import assert from "node:assert/strict";
import { testDatabase } from "../../../../scripts/test/stack.ts";
import { workOff } from "../../_shared/billing/work_off.ts";
import { connectionContext } from "../support/connection_context.ts";

Deno.test("due customers are claimed together and checked concurrently", async () => {
  // Live mode, in which no other test has customers. The simulated Stripe refuses its key, which does not matter here.
  const context = await connectionContext({ STRIPE_SECRET_KEY: "sk_live_streamvibe" });
  const sql = await testDatabase();
  const name = `cus_${crypto.randomUUID().slice(0, 8)}`;
  // True if all four calls were made before the first got its response; sequential calls would time out.
  const all = Promise.withResolvers<boolean>();
  const asked = new Set<string>();
  const timer = setTimeout(() => all.resolve(false), 8_000);
  const together: typeof fetch = async (input, init) => {
    const customer = new URL(String(input)).searchParams.get("customer");
    if (customer) asked.add(customer);
    if (asked.size === 4) all.resolve(true);
    await all.promise;
    return await fetch(input, init);
  };
  try {
    await sql`insert into ops.billing_customer (livemode, customer_id, check_at)
      select true, ${name} || n, now() - interval '1 hour' from generate_series(1, 4) as n`;
    const { customers } = await workOff({ ...context, fetch: together }, {
      max_customers: 4,
      at_once: 4,
      budget_ms: 60_000,
    });
    assert.equal(customers, 4);
    assert.ok(await all.promise, "they were checked sequentially");
    assert.deepEqual([...asked].sort(), [1, 2, 3, 4].map((n) => `${name}${n}`));
  } finally {
    clearTimeout(timer);
    await sql`delete from ops.billing_customer where customer_id like ${`${name}%`}`;
    await sql.end();
  }
});
