/** Tests Stripe's deliveries: correct, wrong, duplicated, out of order, late or missing. */
import assert from "node:assert/strict";
import { callFunction, functionLog, simulator, testStack } from "../../../../scripts/test/stack.ts";
import { sign } from "../../../../scripts/simulators/stripe/deliveries.ts";
import { LOCAL_WEBHOOK_SECRET } from "../../../../scripts/simulators/stripe/objects.ts";
import { dataFolder } from "../../../../scripts/simulators/validate_against_discovery.ts";
import { factsOf, StripeEvent } from "../../_shared/billing/event.ts";
import stripeWebhook from "../../stripe-webhook/index.ts";
import { eventually } from "../support/eventually.ts";
import { stackSettings } from "../support/stack_settings.ts";
import { Subscriber } from "../support/subscriber.ts";

const newEvent = (changes: Record<string, unknown> = {}) => ({
  id: `evt_${crypto.randomUUID()}`,
  object: "event",
  type: "customer.updated",
  livemode: false,
  created: Math.floor(Date.now() / 1_000),
  data: { object: { id: `cus_${crypto.randomUUID()}`, object: "customer" } },
  ...changes,
});

async function post(body: string, signature: string | null, type = "application/json; charset=utf-8") {
  const { api_url } = await testStack();
  const response = await fetch(`${api_url}/functions/v1/stripe-webhook`, {
    method: "POST",
    headers: { "content-type": type, ...(signature === null ? {} : { "stripe-signature": signature }) },
    body,
  });
  return { status: response.status, body: await response.json() };
}

const now = () => Math.floor(Date.now() / 1_000);

Deno.test("a wrong, old, future, reused or missing signature, a changed byte and the wrong mode are 400, and nothing is stored", async () => {
  await using own = await Subscriber.create();
  const event = newEvent();
  const body = JSON.stringify(event);
  const at = now();
  const right = sign(body, [LOCAL_WEBHOOK_SECRET], at);
  const live = JSON.stringify({ ...event, livemode: true });
  const wrong: [string, string, string | null][] = [
    ["no signature", body, null],
    ["an empty one", body, ""],
    ["another secret", body, sign(body, ["whsec_of_somebody_else"], now())],
    ["six minutes old", body, sign(body, [LOCAL_WEBHOOK_SECRET], now() - 360)],
    ["of the future", body, sign(body, [LOCAL_WEBHOOK_SECRET], now() + 360)],
    ["another body's", body, sign(`${body} `, [LOCAL_WEBHOOK_SECRET], now())],
    ["one byte changed", body.replace("customer.updated", "customer.updatee"), right],
    ["its time changed", body, right.replace(/t=\d+/, `t=${at - 1}`)],
    ["two times", body, `t=${at},${right}`],
    ["no time", body, right.replace(/t=\d+,/, "")],
    ["scheme v0 alone", body, right.replace(/v1=\w+/, "v0=00")],
    ["cut short", body, right.slice(0, right.indexOf("v1=") + 20)],
    ["the wrong mode", live, sign(live, [LOCAL_WEBHOOK_SECRET], now())],
  ];
  for (const [what, text, signature] of wrong) {
    const answer = await post(text, signature);
    assert.deepEqual([what, answer.status, answer.body.code], [what, 400, "bad_request"]);
  }
  const [stored] = await own
    .sql`select count(*)::integer as count from stripe_webhook_events where event_id = ${event.id}`;
  assert.equal(stored?.count, 0);
  assert.equal((await post(body, right)).status, 200);
});

Deno.test("both secrets are accepted during a rotation, and any one of several signatures may match", async () => {
  const settings = await stackSettings("pooler", {
    STRIPE_SECRET_KEY: "sk_test_rotating",
    STRIPE_WEBHOOK_SECRET: "whsec_new,whsec_old",
    STRIPE_API_URL: "http://127.0.0.1:1",
  });
  const endpoint = stripeWebhook.with({ settings, record: () => {}, sink: () => {} });
  const send = async (...secrets: string[]) => {
    const body = JSON.stringify(newEvent({ type: "balance.available" }));
    const headers = { "content-type": "application/json", "stripe-signature": sign(body, secrets, now()) };
    const request = new Request("http://localhost/functions/v1/stripe-webhook", {
      method: "POST",
      headers,
      body,
    });
    return (await endpoint.fetch(request)).status;
  };
  assert.deepEqual(
    [
      await send("whsec_old"),
      await send("whsec_new"),
      await send("whsec_x", "whsec_old"),
      await send("whsec_x"),
    ],
    [200, 200, 200, 400],
  );
});

Deno.test("the same event delivered 500 times at once is stored, applied and notified once", async () => {
  await using own = await Subscriber.create();
  const url = await own.checkout("basic");
  await own.hold();
  const { payOn } = await import("../support/subscriber.ts");
  await payOn(url);
  const { events } = await simulator<{ events: { id: string; type: string }[] }>(
    `stripe/events?customer=${await own.customer()}`,
  );
  const paid = events.find(({ type }) => type === "invoice.paid");
  assert.ok(paid);
  const answers = await own.deliver({ events: [paid.id], times: 500, at_once: true });
  assert.deepEqual(new Set(answers), new Set([200]));
  await own.until(({ tier }) => tier === "basic");
  const [row] = await own.sql`
    select (select count(*)::integer from stripe_webhook_events where event_id = ${paid.id}) as stored,
      (select count(*)::integer from audit_log where user_id = ${own.id} and action = 'plan.changed') as changed`;
  assert.deepEqual({ ...row }, { stored: 1, changed: 1 });
  assert.equal((await own.notices("receipt")).length, 1);
  assert.equal((await own.notices("plan_changed")).length, 1);
});

Deno.test("events in reverse order, also in an older API version, end in the state that Stripe has", async () => {
  for (const version of ["2026-10-28.endive", "2020-08-27"]) {
    await using own = await Subscriber.create();
    const url = await own.checkout("premium");
    await own.hold();
    const { payOn } = await import("../support/subscriber.ts");
    await payOn(url);
    await own.deliver({ order: "reversed", version });
    const plan = await own.until(({ tier }) => tier === "premium");
    assert.equal(plan.status, "active");
    await own.settled();
    assert.equal((await own.plan()).status, "active");
  }
});

Deno.test("the reconciler corrects a missed event with a single call to Stripe", async () => {
  await using own = await Subscriber.paying("basic");
  await own.settled();
  await own.hold();
  const { subscriptions: [truth] } = await own.truth();
  await own.stripe("DELETE", `subscriptions/${truth?.id}`);
  const { last_id } = await simulator<{ last_id: number }>("requests?limit=0");
  await own.reconcile();
  assert.equal((await own.plan()).tier, "free");
  const { count } = await simulator<{ count: number }>(
    `requests?after=${last_id}&account=${await own.customer()}`,
  );
  assert.equal(count, 1);
});

Deno.test("while Stripe is down, events are accepted; they are processed when it is back", async () => {
  await using own = await Subscriber.paying("basic");
  await own.settled();
  const customer = await own.customer();
  await simulator("faults", {
    match: "api.stripe.com/v1/subscriptions",
    account: customer,
    times: 1_000,
    fault: { status: 503 },
  });
  const { subscriptions: [truth] } = await own.truth();
  const body = new URLSearchParams({ "items[0][price]": "price_streamvibe_premium" });
  const { simulator_url } = await testStack();
  const changed = await fetch(`${simulator_url}/api.stripe.com/v1/subscriptions/${truth?.id}`, {
    method: "POST",
    headers: {
      authorization: "Bearer sk_test_local_simulator",
      "content-type": "application/x-www-form-urlencoded",
    },
    body,
  });
  assert.equal(changed.status, 200);
  await eventually(async () => (await own.events()).some(({ status }) => status === "failed"));
  assert.equal((await own.plan()).tier, "basic");
  await simulator(`faults?account=${customer}`, undefined, "DELETE");
  await own.sql`select retry_failed_webhooks()`;
  await own.reconcile();
  await own.until(({ tier }) => tier === "premium");
});

Deno.test("a dispute, whose event has no customer, is recorded in the audit log; a refund notifies the creator once", async () => {
  await using own = await Subscriber.paying("basic");
  await own.settled();
  const { charges: [charge] } = await own.truth();
  await own.stripe("POST", "refunds", { charge: charge?.id ?? "" });
  await eventually(async () => (await own.notices("refund")).length === 1);
  await simulator("stripe/disputes", { customer: await own.customer() });
  const { events } = await simulator<{ events: { id: string }[] }>(
    "stripe/events?type=charge.dispute.created",
  );
  await eventually(async () => {
    const [row] = await own.sql`
      select count(*)::integer as count from audit_log where user_id = ${own.id} and action = 'billing.dispute'`;
    return row?.count === 1;
  });
  assert.ok(events.length > 0);
});

Deno.test("a customer who is deleted at Stripe returns to the free plan", async () => {
  await using own = await Subscriber.paying("premium");
  await own.settled();
  await own.stripe("DELETE", `customers/${await own.customer()}`);
  await own.until(({ tier }) => tier === "free");
});

Deno.test("a customer missing from the database is matched by its metadata; customers without it are ignored", async () => {
  await using own = await Subscriber.create();
  const made = await own.stripe("POST", "customers", { "metadata[streamvibe_user_id]": own.id });
  assert.equal(made.status, 200);
  await eventually(() => own.customer().catch(() => undefined));
  assert.equal(await own.customer(), made.body.id);
  const foreign = await own.stripe("POST", "customers", { email: "somebody@example.com" });
  const status = await eventually(async () => {
    const [row] = await own.sql`select status from stripe_webhook_events where subject = ${foreign.body.id}`;
    return row && row.status !== "pending" ? row.status : undefined;
  });
  assert.equal(status, "ignored");
});

Deno.test("a changed product invalidates its cache entry", async () => {
  await using own = await Subscriber.create();
  const key = `stripe:product:prod_${crypto.randomUUID()}`;
  await own.sql`select cache_stripe_data(${key}, '{"name": "Old"}', 3600)`;
  const body = JSON.stringify(
    newEvent({ type: "product.updated", data: { object: { id: key.slice(15), object: "product" } } }),
  );
  assert.equal((await post(body, sign(body, [LOCAL_WEBHOOK_SECRET], now()))).status, 200);
  const [row] = await own.sql`select get_cached_stripe_data(${key}) as cached`;
  assert.equal(row?.cached, null);
});

Deno.test("no name, address, card, amount or secret from an event is logged or stored", async () => {
  await using own = await Subscriber.create();
  const mark = crypto.randomUUID().replaceAll("-", "");
  const object = {
    id: `cus_${mark}`,
    object: "customer",
    email: `planted-${mark}@example.com`,
    name: `Planted Name ${mark}`,
    phone: "+49 30 901820",
    address: { line1: `${mark} Planted Street`, postal_code: "10115" },
    card: { number: "4242424242424242", last4: "4242" },
    amount_due: 987_654_321,
  };
  for (const type of ["customer.updated", "invoice.paid", "charge.refunded", "something.new"]) {
    const event = newEvent({ type, data: { object: { ...object, customer: object.id } } });
    const body = JSON.stringify(event);
    assert.equal((await post(body, sign(body, [LOCAL_WEBHOOK_SECRET], now()))).status, 200);
    // The same with a wrong signature, and with a body that is refused by the schema.
    await post(body, "t=1,v1=00");
    const broken = body.replace('"livemode":false', '"livemode":"no"');
    assert.equal((await post(broken, sign(broken, [LOCAL_WEBHOOK_SECRET], now()))).status, 422);
  }
  await eventually(async () => {
    const [row] = await own.sql`
      select count(*)::integer as open from stripe_webhook_events where subject = ${object.id} and status in ('pending', 'failed')`;
    return row?.open === 0;
  });
  const [{ kept = "" } = {}] = await own.sql<{ kept: string }[]>`
    select string_agg(event::text, ' ') as kept from stripe_webhook_events as event where subject = ${object.id}`;
  assert.ok(kept.includes(object.id), "the stored rows are those being checked");
  const said = kept + await functionLog();
  for (
    const planted of [
      object.email,
      object.name,
      object.phone,
      object.address.line1,
      "4242424242424242",
      "987654321",
    ]
  ) {
    assert.ok(!said.includes(planted), planted);
  }
  assert.ok(!said.includes(LOCAL_WEBHOOK_SECRET) && !said.includes("sk_test_local_simulator"));
});

Deno.test({
  name: "every recorded event of every API version yields its object, and its customer where it has one",
  ignore: !recorded(),
  fn() {
    const folder = recorded();
    assert.ok(folder);
    let read = 0;
    for (const { name } of Deno.readDirSync(folder)) {
      if (!name.endsWith(".json")) continue;
      const event = StripeEvent.parse(JSON.parse(Deno.readTextFileSync(new URL(name, folder))));
      const facts = factsOf(event);
      read += 1;
      assert.ok(facts.object_id !== null || event.type.startsWith("entitlements."), name);
      if (/^(customer\.subscription|invoice)\./.test(event.type) && facts.object !== "discount") {
        assert.match(facts.customer ?? "", /^cus_/, name);
      }
    }
    assert.ok(read > 50);
  },
});

Deno.test("an invoice's subscription is read from the top level or from parent, or is absent", () => {
  const of = (object: Record<string, unknown>) =>
    factsOf(StripeEvent.parse(newEvent({ type: "invoice.paid", data: { object } }))).subscription;
  assert.equal(of({ object: "invoice", subscription: "sub_1" }), "sub_1");
  assert.equal(of({ object: "invoice", subscription: { id: "sub_2", object: "subscription" } }), "sub_2");
  assert.equal(
    of({ object: "invoice", parent: { subscription_details: { subscription: "sub_3" } } }),
    "sub_3",
  );
  assert.equal(of({ object: "invoice", parent: null }), null);
  assert.equal(of({ object: "invoice" }), null);
});

Deno.test("stripe-webhook accepts an event without a payload, like Stripe's v2 events", async () => {
  const body = JSON.stringify({
    id: `evt_${crypto.randomUUID()}`,
    object: "v2.core.event",
    type: "v1.billing.meter.error_report_triggered",
    livemode: false,
  });
  const { status } = await callFunction("stripe-webhook", {
    method: "POST",
    body: JSON.parse(body),
    headers: { "stripe-signature": sign(body, [LOCAL_WEBHOOK_SECRET], now()) },
  });
  assert.equal(status, 200);
});

function recorded(): URL | undefined {
  const folder = dataFolder();
  const place = folder && new URL("fixtures/stripe/stripe-sync-engine/", folder);
  try {
    return place && Deno.statSync(place).isDirectory ? place : undefined;
  } catch {
    return undefined;
  }
}
