/** Tests the checkout: one customer, one open checkout, nobody pays twice, nobody pays for another user. */
import assert from "node:assert/strict";
import { createCreator, simulator, testStack } from "../../../../scripts/test/stack.ts";
import { eventually } from "../support/eventually.ts";
import { payOn, Subscriber } from "../support/subscriber.ts";

interface Opened {
  url: string;
  code?: string;
}

Deno.test("concurrent checkouts create one customer and leave one checkout page open, on which payment works", async () => {
  await using own = await Subscriber.create();
  const answers = await Promise.all(
    Array.from(
      { length: 4 },
      (_, n) => own.creator.call<Opened>("create-checkout-session", { tier: n % 2 ? "basic" : "premium" }),
    ),
  );
  assert.deepEqual(answers.map(({ status }) => status), [200, 200, 200, 200]);
  const { sessions } = await own.truth();
  assert.equal(sessions.length, 4);
  assert.equal(sessions.filter(({ status }) => status === "open").length, 1);
  const open = sessions.find(({ status }) => status === "open");
  const page = answers.find(({ body }) => body.url.endsWith(open?.id ?? "?"));
  assert.ok(page);
  await payOn(page.body.url);
  await own.until(({ tier }) => tier !== "free");
  for (const { body } of answers) await assert.rejects(payOn(body.url), /404/);
});

Deno.test("a creator with a subscription cannot buy another, even before Stripe's webhook for the first has arrived", async () => {
  await using own = await Subscriber.create();
  const url = await own.checkout("basic");
  await own.hold();
  await payOn(url);
  const { status, body } = await own.creator.call<Opened & { detail: string }>("create-checkout-session", {
    tier: "premium",
  });
  assert.deepEqual([status, body.code], [409, "conflict"]);
  assert.match(body.detail, /billing portal/);
  // The check at Stripe has also updated the plan.
  assert.equal((await own.plan()).tier, "basic");
});

Deno.test("a creator whose subscription has ended can subscribe again at the first attempt", async () => {
  await using own = await Subscriber.paying("basic");
  const [{ id } = {}] = (await own.truth()).subscriptions;
  await own.stripe("DELETE", `subscriptions/${id}`);
  await own.until(({ tier }) => tier === "free");
  await own.subscribe("premium");
  await own.until(({ tier }) => tier === "premium");
});

Deno.test("a creator who pays for two subscriptions is notified once, and billing-status reports it", async () => {
  await using own = await Subscriber.paying("basic");
  await own.stripe("POST", "subscriptions", {
    customer: await own.customer(),
    "items[0][price]": "price_streamvibe_premium",
  });
  await own.until(({ tier }) => tier === "premium");
  await own.settled();
  assert.equal((await own.notices("paid_twice")).length, 1);
  const { body } = await own.creator.call<{ paid_twice: boolean }>("billing-status");
  assert.equal(body.paid_twice, true);
});

Deno.test("a checkout is for the caller only: a return URL outside the list, another user's id and an unknown plan are refused", async () => {
  const creator = await createCreator();
  const call = (input: unknown) => creator.call<Opened>("create-checkout-session", input);
  const answers = await Promise.all([
    call({ tier: "basic", return_url: "https://evil.example/billing" }),
    call({ tier: "basic", return_url: "http://localhost:3000/billing/../evil" }),
    call({ tier: "basic", user_id: crypto.randomUUID() }),
    call({ tier: "basic", customer: "cus_of_somebody" }),
    call({ tier: "free" }),
    call({ tier: "platinum" }),
  ]);
  assert.deepEqual(answers.map(({ status, body }) => [status, body.code]), [
    [400, "redirect_uri_not_allowed"],
    [400, "redirect_uri_not_allowed"],
    [422, "validation_failed"],
    [422, "validation_failed"],
    [400, "bad_request"],
    [400, "bad_request"],
  ]);
  const allowed = await call({ tier: "basic", return_url: "http://127.0.0.1:3000/billing" });
  assert.equal(allowed.status, 200);
  assert.match(await payOn(allowed.body.url), /^http:\/\/127\.0\.0\.1:3000\/billing\?checkout=success/);
});

Deno.test("a declined card creates no subscription, and the checkout page stays open", async () => {
  await using own = await Subscriber.create();
  const url = await own.checkout("basic");
  await assert.rejects(payOn(url, { card: "declined" }), /402/);
  assert.deepEqual((await own.truth()).subscriptions, []);
  await payOn(url);
  await own.until(({ tier }) => tier === "basic");
});

Deno.test("the portal requires a subscription; the plan can be changed, cancelled, resumed and ended there", async () => {
  await using own = await Subscriber.create();
  const early = await own.creator.call<Opened>("create-portal-session", {});
  assert.deepEqual([early.status, early.body.code], [409, "conflict"]);
  await own.subscribe("basic");
  await own.until(({ tier }) => tier === "basic");
  const { status, body: { url } } = await own.creator.call<Opened>("create-portal-session", {});
  assert.equal(status, 200);
  const html = await (await fetch(url)).text();
  assert.match(html, /StreamVibe Basic/);
  const { subscriptions: [sub] } = await own.truth();
  const press = async (form: Record<string, string>) => {
    const response = await fetch(url, {
      method: "POST",
      headers: { accept: "application/json" },
      body: new URLSearchParams({ subscription: sub?.id ?? "", ...form }),
    });
    assert.equal(response.status, 200, await response.text());
  };
  await press({ do: "plan", price: "price_streamvibe_premium" });
  await own.until(({ tier }) => tier === "premium");
  await press({ do: "cancel" });
  const next = async () =>
    (await own.creator.call<{ next: { kind: string; text: string } }>("billing-status")).body.next;
  await eventually(async () => (await next()).kind === "ends");
  await press({ do: "keep" });
  await eventually(async () => (await next()).kind === "renews");
  await press({ do: "end" });
  await own.until(({ tier }) => tier === "free");
});

Deno.test("a receipt and a failed payment are emailed once, and not to users who turned emails off", async () => {
  await using own = await Subscriber.paying("basic", { card: "declined_later" });
  await own.settled();
  const { mail_url } = await testStack();
  const mails = async (to: string) => {
    const { messages } = await (await fetch(`${mail_url}/api/v1/messages?to=${encodeURIComponent(to)}`))
      .json();
    return (messages as { subject: string; text: string }[]).filter(({ subject }) =>
      /Receipt|payment/.test(subject)
    );
  };
  await eventually(async () => {
    await own.reconcile();
    return (await mails(own.creator.email)).length === 1;
  });
  const [receipt] = await mails(own.creator.email);
  assert.equal(receipt?.subject, "Receipt for StreamVibe Basic");
  assert.match(receipt?.text ?? "", /Your payment of \$19\.00 for StreamVibe Basic went through/);
  await own.advance(31);
  await own.until(({ status }) => status === "past_due");
  await eventually(async () => {
    await own.reconcile();
    return (await mails(own.creator.email)).length === 2;
  });

  await using quiet = await Subscriber.create();
  await quiet.sql`update user_setting set email_notifications = false where user_id = ${quiet.id}`;
  await quiet.subscribe("basic");
  await quiet.until(({ tier }) => tier === "basic");
  await quiet.settled();
  assert.equal((await quiet.notices("receipt")).length, 1);
  const [row] = await quiet.sql`select count(*)::integer as count from ops.mail where user_id = ${quiet.id}`;
  assert.equal(row?.count, 0);
});

Deno.test("while Stripe is down, a checkout fails with 503 and billing-status still responds", async () => {
  await using own = await Subscriber.paying("basic");
  const customer = await own.customer();
  await own.sql`delete from cache_store where key = ${`stripe:preview:${customer}`}`;
  await simulator("faults", {
    match: "api.stripe.com",
    account: customer,
    times: 100,
    fault: { status: 503 },
  });
  const { status, body } = await own.creator.call<Opened>("create-checkout-session", { tier: "premium" });
  assert.deepEqual([status, body.code], [503, "provider_unavailable"]);
  const told = await own.creator.call<{ next: { text: string } }>("billing-status");
  assert.equal(told.status, 200);
  assert.match(told.body.next.text, /then \$19\.00 is charged/);
  await simulator(`faults?account=${customer}`, undefined, "DELETE");
});
