/** Tests the life of a subscription, from the checkout page to its end, over HTTP and with Stripe's events as Stripe sends them. */
import assert from "node:assert/strict";
import { Subscriber } from "../support/subscriber.ts";

Deno.test("a creator who pays on the checkout page gets the plan, with the subscription's cycle, and a receipt", async () => {
  await using own = await Subscriber.create();
  const location = await own.subscribe("premium");
  assert.match(location, /^http:\/\/localhost:3000\/billing\?checkout=success&session_id=cs_test_\w+$/);
  const plan = await own.until(({ tier }) => tier === "premium");
  assert.equal(plan.status, "active");
  const { subscriptions: [truth] } = await own.truth();
  assert.equal(plan.cycle_start_date.getTime() / 1_000, truth?.items[0]?.period_start);
  assert.equal(plan.cycle_end_date.getTime() / 1_000, truth?.items[0]?.period_end);
  await own.settled();
  assert.equal((await own.notices("receipt")).length, 1);
  const { status, body } = await own.creator.call("billing-status");
  assert.equal(status, 200);
  assert.deepEqual(body.plan, { slug: "premium", name: "Premium" });
  assert.equal((body.amount as { text: string }).text, "$49.00");
  assert.match(
    (body.next as { text: string }).text,
    /^Renews on \w+ \d+, \d{4}; then \$49\.00 is charged\.$/,
  );
});

Deno.test("a cancelled subscription continues to the end of its period; then the plan is free", async () => {
  await using own = await Subscriber.paying("basic");
  const { subscriptions: [truth] } = await own.truth();
  await own.stripe("POST", `subscriptions/${truth?.id}`, { cancel_at_period_end: "true" });
  await own.settled();
  const { body } = await own.creator.call("billing-status");
  assert.match((body.next as { text: string }).text, /^Ends on .+; nothing more is charged\.$/);
  assert.equal((await own.plan()).tier, "basic");
  await own.advance(32);
  const plan = await own.until(({ tier }) => tier === "free");
  assert.equal(plan.status, "canceled");
});

Deno.test("after a failed payment the plan stays until a later attempt succeeds, with one notification per attempt", async () => {
  await using own = await Subscriber.paying("basic", { card: "declined_later" });
  await own.advance(31);
  await own.until(({ status }) => status === "past_due");
  assert.equal((await own.plan()).tier, "basic");
  await own.settled();
  assert.equal((await own.notices("payment_failed")).length, 1);
  await own.advance(3);
  await own.settled();
  await own.setCard("works");
  await own.advance(2);
  const plan = await own.until(({ status }) => status === "active");
  assert.equal(plan.tier, "basic");
  await own.settled();
  assert.equal((await own.notices("payment_failed")).length, 2);
});
