/** Tests the texts and amounts, without a network, and both shapes that a subscription has had in Stripe's API. */
import assert from "node:assert/strict";
import billingStatus from "../../billing-status/index.ts";
import createCheckout from "../../create-checkout-session/index.ts";
import { requestTo, testDependencies } from "../support/test_dependencies.ts";
import { wordsOf } from "../../_shared/billing/mail.ts";
import { money } from "../../_shared/billing/money.ts";
import { Subscription } from "../../_shared/billing/state.ts";
import { Billing, describeBilling } from "../../_shared/billing/status.ts";

Deno.test("amounts are formatted correctly in currencies with two, three and no decimals", () => {
  const text = (minor: number, currency: string) => money(minor, currency).replaceAll("\u00a0", " ");
  assert.deepEqual(
    [
      text(1_900, "usd"),
      text(1_900, "eur"),
      text(1_900, "jpy"),
      text(1_900, "krw"),
      text(1_900, "clp"),
      text(19_000, "kwd"),
      text(1_900, "isk"),
      text(1_900, "ugx"),
    ],
    ["$19.00", "€19.00", "¥1,900", "₩1,900", "CLP 1,900", "KWD 19.000", "ISK 19", "UGX 19"],
  );
});

const at = (text: string) => Date.parse(text) / 1_000;
const END = at("2027-03-31T10:00:00Z");

/** The result of `read_billing` for a subscription. */
function billing(entitlement: Record<string, unknown>, changes: Record<string, unknown> = {}): Billing {
  const status = String(entitlement.status);
  return Billing.parse({
    tier: "basic",
    plan: "Basic",
    status,
    cycle_start: "2027-02-28T10:00:00+00:00",
    cycle_end: "2027-03-31T10:00:00+00:00",
    customer_id: "cus_1",
    entitlement: { subscription_id: "sub_1", is_entitled: true, period_end: END, ...entitlement },
    subscriptions: [{
      id: "sub_1",
      items: [{ quantity: 1, unit_amount: 1_900, currency: "jpy", interval: "month", interval_count: 1 }],
      latest_invoice: { amount: 1_900, currency: "jpy", retry_at: at("2027-03-03T00:00:00Z") },
    }],
    fetched_at: null,
    ...changes,
  });
}

Deno.test("every state of a subscription has a text about what happens next", () => {
  const told = (one: Billing) => {
    const { next } = describeBilling(one, null);
    return `${next.kind}: ${next.text}`;
  };
  assert.deepEqual([
    told(billing({ status: "active" })),
    told(billing({ status: "active", ends_at: END })),
    told(billing({ status: "trialing", trial_end: END })),
    told(billing({ status: "trialing", trial_end: END, ends_at: END })),
    told(billing({ status: "past_due", grace_ends: at("2027-03-07T00:00:00Z") })),
    told(billing({ status: "past_due", is_entitled: false }, { tier: "free", plan: "Free" })),
    told(billing({ status: "unpaid", is_entitled: false })),
    told(billing({ status: "incomplete", is_entitled: false })),
    told(billing({ status: "paused", is_entitled: false })),
    told(billing({}, { subscriptions: [], entitlement: {}, tier: "free", plan: "Free", status: "active" })),
    told(billing({}, { subscriptions: [], entitlement: {} })),
  ], [
    "renews: Renews on March 31, 2027; then ¥1,900 is charged.",
    "ends: Ends on March 31, 2027; nothing more is charged.",
    "trial_ends: The trial ends on March 31, 2027; then ¥1,900 is charged.",
    "ends: The trial ends on March 31, 2027; nothing is charged.",
    "retries: The payment of ¥1,900 failed. Stripe tries again on March 3, 2027. Check your card: you keep Basic until March 7, 2027.",
    "retries: The payment of ¥1,900 failed, and the grace period is over. Stripe tries again on March 3, 2027. Pay to get your plan back.",
    "fix_payment: The payment of ¥1,900 failed for good. Pay it to get your plan back.",
    "finish_payment: The first payment is not complete: finish it, or subscribe again.",
    "paused: The subscription is paused: resume it to get your plan back.",
    "none: Nothing is charged.",
    "none: You have Basic without a subscription. Nothing is charged.",
  ]);
});

Deno.test("when the next invoice is known, the text states its amount; the plan's price is unchanged", () => {
  const { amount, next } = describeBilling(billing({ status: "active" }), {
    minor: 950,
    currency: "jpy",
    text: money(950, "jpy"),
  });
  assert.equal(amount?.text, "¥1,900");
  assert.match(next.text, /then ¥950 is charged/);
});

Deno.test("a missing date is not shown as 1970", () => {
  const one = billing({ status: "active", period_end: null });
  assert.deepEqual(describeBilling(one, null).next.at, null);
  assert.doesNotMatch(JSON.stringify(describeBilling(one, null)), /1970/);
  assert.doesNotMatch(wordsOf({ kind: "payment_failed", data: {}, name: null }).text, /1970/);
});

Deno.test("a subscription is parsed with its period on the item or at the top level, and with a price or a plan", () => {
  const head = {
    id: "sub_1",
    object: "subscription",
    status: "active",
    created: 1,
    customer: "cus_1",
    cancel_at_period_end: false,
  };
  const period = { current_period_start: END - 100, current_period_end: END };
  const price = {
    id: "price_1",
    lookup_key: "streamvibe_basic_monthly",
    unit_amount: 1_900,
    currency: "usd",
    recurring: { interval: "month", interval_count: 1 },
  };
  const newer = Subscription.parse({
    ...head,
    items: { data: [{ id: "si_1", quantity: 1, price, ...period }] },
  });
  const older = Subscription.parse({
    ...head,
    ...period,
    items: { data: [{ id: "si_1", quantity: 1, price }] },
  });
  const oldest = Subscription.parse({
    ...head,
    ...period,
    latest_invoice: "in_1",
    items: {
      data: [{
        id: "si_1",
        quantity: 1,
        plan: { id: "plan_1", amount: 1_900, currency: "usd", interval: "month", interval_count: 1 },
      }],
    },
  });
  assert.deepEqual([newer.items[0]?.period_end, newer.period_end], [END, null]);
  assert.deepEqual([older.items[0]?.period_end, older.period_end], [null, END]);
  assert.deepEqual([oldest.items[0]?.price_id, oldest.items[0]?.unit_amount, oldest.latest_invoice], [
    "plan_1",
    1_900,
    null,
  ]);
  const bare = Subscription.parse({ ...head, items: { data: [{ id: "si_1", price: { id: "price_2" } }] } });
  assert.deepEqual([bare.items[0]?.period_end, bare.period_end, bare.items[0]?.quantity], [null, null, 1]);
});

Deno.test("an installation without Stripe reports the plan, and refuses a checkout because it sells no plans", async () => {
  const { dependencies } = testDependencies({
    functions: {
      read_billing: () =>
        billing({}, { subscriptions: [], entitlement: {}, tier: "free", plan: "Free", customer_id: null }),
      begin_billing: () => ({
        row: 1,
        customer_id: null,
        is_deleted: false,
        subscriptions: [],
        has_subscribed: false,
        lookup_key: "streamvibe_basic_monthly",
        told_email_hash: null,
        email: null,
      }),
    },
  });
  const told = await billingStatus.with(dependencies).fetch(
    await requestTo("billing-status", { method: "GET" }),
  );
  assert.equal(told.status, 200);
  assert.equal((await told.json()).next.text, "Nothing is charged.");
  const refused = await createCheckout.with(dependencies).fetch(
    await requestTo("create-checkout-session", { body: '{"tier": "basic"}' }),
  );
  assert.equal(refused.status, 503);
  assert.match((await refused.json()).detail, /sells no plans/);
});
