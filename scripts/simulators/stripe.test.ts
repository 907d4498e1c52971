/** Checks the simulated Stripe against Stripe's documentation, and against Stripe's own fixtures if available. */
import assert from "node:assert/strict";
import { type Answered, SimulatorClient, withSimulator } from "./simulator_client.ts";
import { later } from "./stripe/account.ts";
import { dataFolder } from "./validate_against_discovery.ts";

class Stripe {
  constructor(readonly simulator: SimulatorClient, readonly key = "sk_test_local_simulator") {}

  async ask(
    method: string,
    path: string,
    form: Record<string, string> = {},
    headers: Record<string, string> = {},
  ) {
    const query = method === "GET" && Object.keys(form).length > 0 ? `?${new URLSearchParams(form)}` : "";
    const response = await fetch(`${this.simulator.url}/api.stripe.com/v1/${path}${query}`, {
      method,
      headers: {
        authorization: `Bearer ${this.key}`,
        "content-type": "application/x-www-form-urlencoded",
        ...headers,
      },
      ...(method === "POST" ? { body: new URLSearchParams(form) } : {}),
    });
    return { status: response.status, headers: response.headers, body: await response.json() as Answered };
  }

  /** Creates a customer with its own clock and a subscription that starts at that time. */
  async subscribed(at: string, form: Record<string, string> = {}, card = "works") {
    const clock =
      (await this.ask("POST", "test_helpers/test_clocks", { frozen_time: String(seconds(at)) })).body.id;
    const customer = (await this.ask("POST", "customers", { test_clock: clock })).body.id;
    await this.simulator.admin("PATCH", `stripe/customers/${customer}`, { card });
    const items = { "items[0][price]": "price_streamvibe_basic" };
    const { body } = await this.ask("POST", "subscriptions", { customer, ...items, ...form });
    return { clock, customer, id: body.id as string };
  }

  async advance(clock: string, to: string) {
    const { status } = await this.ask("POST", `test_helpers/test_clocks/${clock}/advance`, {
      frozen_time: String(seconds(to)),
    });
    assert.equal(status, 200);
  }
}

const seconds = (text: string) => Date.parse(text) / 1_000;

function stripeTest(name: string, body: (stripe: Stripe) => Promise<void>): void {
  Deno.test(name, () => withSimulator((simulator) => body(new Stripe(simulator))));
}

stripeTest(
  "periods from 31 January end on 28 February, 31 March and 30 April, at the same time of day",
  async (stripe) => {
    const { clock, id } = await stripe.subscribed("2026-01-31T10:00:00Z");
    const ends: string[] = [];
    for (const to of ["2026-02-01", "2026-03-01", "2026-04-01"]) {
      await stripe.advance(clock, `${to}T00:00:00Z`);
      const { body } = await stripe.ask("GET", `subscriptions/${id}`);
      ends.push(new Date(body.items.data[0].current_period_end * 1_000).toISOString());
    }
    assert.deepEqual(ends, [
      "2026-02-28T10:00:00.000Z",
      "2026-03-31T10:00:00.000Z",
      "2026-04-30T10:00:00.000Z",
    ]);
    assert.equal(
      later(seconds("2024-02-29T00:00:00Z"), { interval: "year", interval_count: 1 }, 1),
      seconds("2025-02-28T00:00:00Z"),
    );
  },
);

stripeTest(
  "a subscription changes state as Stripe documents it: incomplete, trialing, past_due, canceled",
  async (stripe) => {
    const status = async (id: string) => (await stripe.ask("GET", `subscriptions/${id}`)).body.status;
    const declined = await stripe.subscribed("2026-03-01T00:00:00Z", {}, "declined");
    assert.equal(await status(declined.id), "incomplete");
    await stripe.advance(declined.clock, "2026-03-02T00:00:00Z");
    assert.equal(await status(declined.id), "incomplete_expired");

    const trial = await stripe.subscribed("2026-03-01T00:00:00Z", { trial_period_days: "14" });
    assert.equal(await status(trial.id), "trialing");
    await stripe.advance(trial.clock, "2026-03-15T00:00:01Z");
    assert.equal(await status(trial.id), "active");

    const later = await stripe.subscribed("2026-03-01T00:00:00Z", {}, "declined_later");
    assert.equal(await status(later.id), "active");
    await stripe.advance(later.clock, "2026-04-01T00:00:01Z");
    assert.equal(await status(later.id), "past_due");
    await stripe.advance(later.clock, "2026-04-20T00:00:00Z");
    assert.equal(await status(later.id), "canceled");
  },
);

stripeTest(
  "an idempotency key replays the first response, refuses other parameters, and returns 409 while a request is running",
  async (stripe) => {
    const key = { "idempotency-key": crypto.randomUUID() };
    const both = await Promise.all([1, 2].map(() => stripe.ask("POST", "customers", { name: "A" }, key)));
    assert.deepEqual(both.map(({ status }) => status).sort(), [200, 409]);
    const again = await stripe.ask("POST", "customers", { name: "A" }, key);
    assert.equal(again.headers.get("idempotent-replayed"), "true");
    assert.equal(again.body.id, both.find(({ status }) => status === 200)?.body.id);
    const other = await stripe.ask("POST", "customers", { name: "B" }, key);
    assert.deepEqual([other.status, other.body.error.type], [400, "idempotency_error"]);
  },
);

stripeTest("errors have Stripe's status, code and headers", async (stripe) => {
  const missing = await stripe.ask("GET", "subscriptions/sub_none");
  assert.deepEqual([missing.status, missing.body.error.code], [404, "resource_missing"]);
  const unknown = await stripe.ask("POST", "customers", { colour: "red" });
  assert.deepEqual([unknown.status, unknown.body.error.code, unknown.body.error.param], [
    400,
    "parameter_unknown",
    "colour",
  ]);
  const wrong = await new Stripe(stripe.simulator, "sk_test_revoked").ask("GET", "customers");
  assert.equal(wrong.status, 401);
  const nowhere = await stripe.ask("GET", "nothing/here");
  assert.equal(nowhere.status, 404);
  await stripe.simulator.fault("v1/customers", { reason: "rate_limited" });
  const limited = await stripe.ask("GET", "customers");
  assert.deepEqual([limited.status, limited.headers.get("stripe-rate-limited-reason")], [429, "global-rate"]);
  const elsewhere = await new Stripe(stripe.simulator, "sk_test_another").ask("GET", "prices");
  assert.deepEqual(elsewhere.body.data, []);
});

stripeTest(
  "an event that is not accepted is sent again until it is, each time with a new signature",
  async (stripe) => {
    const seen: { signature: string; body: string }[] = [];
    let status = 500;
    const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
      seen.push({ signature: request.headers.get("stripe-signature") ?? "", body: await request.text() });
      return new Response(null, { status });
    });
    try {
      await stripe.ask("POST", "webhook_endpoints", {
        url: `http://127.0.0.1:${server.addr.port}/`,
        "enabled_events[]": "customer.created",
      });
      await stripe.ask("POST", "customers", {});
      const until = async (count: number) => {
        for (let look = 0; look < 200 && seen.length < count; look++) {
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        assert.equal(seen.length, count);
      };
      await until(1);
      for (let attempt = 2; attempt <= 4; attempt++) {
        await stripe.simulator.admin("POST", "clock", { advance_seconds: 12 * 3_600 });
        await until(attempt);
      }
      status = 200;
      await stripe.simulator.admin("POST", "clock", { advance_seconds: 12 * 3_600 });
      await until(5);
      await stripe.simulator.admin("POST", "clock", { advance_seconds: 12 * 3_600 });
      await stripe.simulator.admin("POST", "stripe/deliveries/run", {});
      assert.equal(seen.length, 5);
      assert.equal(new Set(seen.map(({ body }) => body)).size, 1);
      assert.equal(new Set(seen.map(({ signature }) => signature)).size, 5);
    } finally {
      await server.shutdown();
    }
  },
);

stripeTest(
  "the old API version has periods on the subscription, the new one on its items; an invoice's subscription moves similarly",
  async (stripe) => {
    const { id, customer } = await stripe.subscribed("2026-03-01T00:00:00Z");
    const old = { "stripe-version": "2020-08-27" };
    const [before, after] = await Promise.all([
      stripe.ask("GET", `subscriptions/${id}`, {}, old),
      stripe.ask("GET", `subscriptions/${id}`),
    ]);
    assert.ok(before.body.current_period_end && !before.body.items.data[0].current_period_end);
    assert.ok(!after.body.current_period_end && after.body.items.data[0].current_period_end);
    const invoices = (headers?: Record<string, string>) =>
      stripe.ask("GET", "invoices", { customer }, headers).then(({ body }) => body.data[0]);
    assert.equal((await invoices(old)).subscription, id);
    assert.equal((await invoices()).parent.subscription_details.subscription, id);
  },
);

const place = dataFolder();
const file = place && new URL("fixtures/stripe/stripe-openapi/fixtures3.json", place);
const hasFixtures = (() => {
  try {
    return file !== undefined && Deno.statSync(file).isFile;
  } catch {
    return false;
  }
})();

Deno.test({
  name: "the simulator's responses have only members of Stripe's own fixtures, with the same types",
  ignore: !hasFixtures,
  fn: () =>
    withSimulator(async (simulator) => {
      const stripe = new Stripe(simulator);
      const { resources } = JSON.parse(Deno.readTextFileSync(file ?? ""));
      const { customer, id, clock } = await stripe.subscribed("2026-03-01T00:00:00Z");
      const session = await stripe.ask("POST", "checkout/sessions", {
        mode: "subscription",
        customer: (await stripe.ask("POST", "customers", {})).body.id,
        "line_items[0][price]": "price_streamvibe_basic",
        success_url: "http://localhost/",
      });
      const answers: Record<string, Answered> = {
        "customer": (await stripe.ask("GET", `customers/${customer}`)).body,
        "subscription": (await stripe.ask("GET", `subscriptions/${id}`)).body,
        "invoice": (await stripe.ask("GET", "invoices", { customer })).body.data[0],
        "product": (await stripe.ask("GET", "products")).body.data[0],
        "price": (await stripe.ask("GET", "prices")).body.data[0],
        "checkout.session": session.body,
        "billing_portal.session": (await stripe.ask("POST", "billing_portal/sessions", { customer })).body,
        "test_helpers.test_clock": (await stripe.ask("GET", `test_helpers/test_clocks/${clock}`)).body,
        "webhook_endpoint": (await stripe.ask("POST", "webhook_endpoints", {
          url: "http://localhost/",
          "enabled_events[]": "*",
        })).body,
        "event": (await stripe.ask("GET", "events")).body.data[0],
      };
      const faults: string[] = [];
      for (const [name, answer] of Object.entries(answers)) {
        assert.equal(answer.object, name);
        for (const [member, value] of Object.entries(answer)) {
          if (name === "webhook_endpoint" && member === "secret") continue;
          const known = resources[name][member];
          if (known === undefined) faults.push(`${name}.${member} is not known`);
          else if (value !== null && known !== null && typeof value !== typeof known) {
            // The fixtures expand objects where the API returns an id.
            if (typeof known !== "object" || typeof value !== "string") {
              faults.push(`${name}.${member} is a ${typeof value}`);
            }
          }
        }
      }
      assert.deepEqual(faults, []);
    }),
});
