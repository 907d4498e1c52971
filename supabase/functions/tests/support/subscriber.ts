/** A creator with a customer at the simulated Stripe, for tests of billing: pays on the checkout page, advances time, receives events. */
import type postgres from "postgres";
import {
  createCreator,
  type Creator,
  simulator,
  testDatabase,
  testStack,
} from "../../../../scripts/test/stack.ts";
import { eventually } from "./eventually.ts";

export type Card = "works" | "declined" | "declined_later" | "authenticates" | "none";

/** Submits a checkout page; returns where the browser is redirected. */
export async function payOn(url: string, form: Record<string, string> = { card: "works" }): Promise<string> {
  const response = await fetch(url, {
    method: "POST",
    headers: { accept: "application/json" },
    body: new URLSearchParams({ decision: "pay", ...form }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`Cannot pay: the page answered ${response.status} ${text.slice(0, 200)}`);
  return JSON.parse(text).location;
}

export interface Plan {
  tier: string;
  status: string;
  cycle_start_date: Date;
  cycle_end_date: Date;
  syncs_used: number;
}

export class Subscriber implements AsyncDisposable {
  private constructor(readonly creator: Creator, readonly sql: postgres.Sql) {}

  static async create(): Promise<Subscriber> {
    return new Subscriber(await createCreator(), await testDatabase({ max: 2 }));
  }

  get id(): string {
    return this.creator.id;
  }

  /** Creates a customer with a subscription, through a checkout. */
  static async paying(tier = "basic", form?: Record<string, string>): Promise<Subscriber> {
    const one = await Subscriber.create();
    await one.subscribe(tier, form);
    await one.until(({ tier: now }) => now === tier);
    return one;
  }

  async checkout(tier = "basic"): Promise<string> {
    const { status, body } = await this.creator.call<{ url: string; detail?: string }>(
      "create-checkout-session",
      { tier },
    );
    if (status !== 200) throw new Error(`Cannot start a checkout: ${status} ${body.detail}`);
    return body.url;
  }

  async subscribe(tier = "basic", form?: Record<string, string>): Promise<string> {
    return await payOn(await this.checkout(tier), form);
  }

  async plan(): Promise<Plan> {
    const [plan] = await this.sql<Plan[]>`
      select tier.slug as tier, status.slug as status, cycle_start_date, cycle_end_date, syncs_used
      from subscription join subscription_tier as tier on tier.id = tier_id join subscription_status as status on status.id = status_id
      where user_id = ${this.id}`;
    if (!plan) throw new Error("There is no subscription");
    return plan;
  }

  /** Waits until the plan meets the condition. */
  async until(holds: (plan: Plan) => boolean): Promise<Plan> {
    return await eventually(async () => {
      const plan = await this.plan();
      return holds(plan) ? plan : undefined;
    });
  }

  async customer(): Promise<string> {
    const [row] = await this.sql`select customer_id from ops.billing_customer where user_id = ${this.id}`;
    if (!row?.customer_id) throw new Error("There is no customer");
    return row.customer_id;
  }

  /** Returns the customer's state at Stripe. */
  async truth() {
    return await simulator<{
      subscriptions: { id: string; status: string; items: { period_start: number; period_end: number }[] }[];
      invoices: { id: string; status: string }[];
      charges: { id: string }[];
      sessions: { id: string; status: string }[];
      now: number;
    }>(`stripe/customers/${await this.customer()}`);
  }

  async setCard(card: Card): Promise<void> {
    await simulator(`stripe/customers/${await this.customer()}`, { card }, "PATCH");
  }

  async hold(deliver: "hold" | "at once" = "hold"): Promise<void> {
    await simulator(`stripe/customers/${await this.customer()}`, { deliver }, "PATCH");
  }

  /** Advances Stripe's clock for this customer. */
  async advance(days: number): Promise<void> {
    await simulator("stripe/advance", {
      customer: await this.customer(),
      seconds: Math.round(days * 86_400),
    });
  }

  async deliver(wish: Record<string, unknown> = {}): Promise<number[]> {
    const { api_url } = await testStack();
    const { answers } = await simulator<{ answers: number[] }>("stripe/deliveries", {
      url: `${api_url}/functions/v1/stripe-webhook`,
      customer: await this.customer(),
      ...wish,
    });
    return answers;
  }

  /** Calls Stripe's API as the installation does. */
  async stripe(method: string, path: string, body: Record<string, string> = {}) {
    const { simulator_url } = await testStack();
    const response = await fetch(`${simulator_url}/api.stripe.com/v1/${path}`, {
      method,
      headers: {
        authorization: "Bearer sk_test_local_simulator",
        "content-type": "application/x-www-form-urlencoded",
      },
      body: method === "GET" ? undefined : new URLSearchParams(body),
    });
    return { status: response.status, body: await response.json() };
  }

  /** Makes the customer due for the reconciler, and waits until it has reconciled them. */
  async reconcile(): Promise<void> {
    const [before] = await this.sql`
      update ops.billing_customer set check_at = now() - interval '1 second' where user_id = ${this.id} returning applied_ticket`;
    const { secret_key, api_url } = await testStack();
    const response = await fetch(`${api_url}/functions/v1/process-stripe-events`, {
      method: "POST",
      headers: { apikey: secret_key, "content-type": "application/json" },
      body: "{}",
    });
    if (!response.ok) throw new Error(`Cannot reconcile: ${response.status} ${await response.text()}`);
    await response.body?.cancel();
    // The call made by cron may be processing the customer.
    await eventually(async () => {
      const [now] = await this
        .sql`select applied_ticket from ops.billing_customer where user_id = ${this.id}`;
      return now?.applied_ticket !== before?.applied_ticket;
    });
  }

  async events() {
    return await this.sql<{ event_id: string; event_type: string; status: string }[]>`
      select event_id, event_type, status, attempts, last_error from stripe_webhook_events
      where subject = ${await this.customer()} order by created_at`;
  }

  /** Waits until all of Stripe's events about the customer have arrived and are processed. */
  async settled(): Promise<void> {
    const { events } = await simulator<{ events: { id: string }[] }>(
      `stripe/events?customer=${await this.customer()}`,
    );
    const ids = events.map(({ id }) => id);
    await eventually(async () => {
      const [row] = await this.sql<{ done: number }[]>`
        select count(*)::integer as done from stripe_webhook_events
        where event_id = any (${ids}) and status in ('processed', 'ignored')`;
      return row?.done === ids.length;
    });
  }

  async notices(kind: string) {
    return await this.sql<{ title: string; message: string; type: string }[]>`
      select title, message, type from notification where user_id = ${this.id} and data ->> 'kind' = ${kind}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.sql.end();
  }
}
