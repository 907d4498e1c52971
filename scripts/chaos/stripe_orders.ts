/**
 * Delivers subscription events in any order: random customer lives at the simulated Stripe, with late, duplicate and lost deliveries, slow
 * fetches, and workers killed between any two steps. At the end the database must match Stripe. The same schedules also run through four
 * other rules, reimplemented from their descriptions, to count how often those are wrong.
 *
 * Every step waits at a gate, and a seeded choice opens one gate at a time: the same seed produces the same schedule.
 */
import postgres from "postgres";
import { factsOf, StripeEvent } from "../../supabase/functions/_shared/billing/event.ts";
import { Subscription } from "../../supabase/functions/_shared/billing/state.ts";
import { workOff } from "../../supabase/functions/_shared/billing/work_off.ts";
import type { Context } from "../../supabase/functions/_shared/context.ts";
import { adminOf, closeConnections } from "../../supabase/functions/_shared/database/database.ts";
import { callDirectly } from "../../supabase/functions/_shared/database/pooler.ts";
import { createLogger } from "../../supabase/functions/_shared/observability/log.ts";
import { readSettings, type Settings } from "../../supabase/functions/_shared/settings/settings.ts";
import { serviceUrl } from "../bench/bench_stack.ts";
import { SimulatorClock } from "../simulators/engine/clock.ts";
import { type Call, matchPath, type Route } from "../simulators/engine/provider.ts";
import { Seeded } from "../simulators/engine/seeded.ts";
import { type Happening, isOver, type StripeAccount, StripeRefusal } from "../simulators/stripe/account.ts";
import { customerOf } from "../simulators/stripe/deliveries.ts";
import { CURRENT_VERSION, LOCAL_KEY, render } from "../simulators/stripe/objects.ts";
import { advanceClock, apiRoutes, StripeHouse } from "../simulators/stripe/stripe.ts";

export interface OrdersOptions {
  schedules: number;
  seed: number;
  db_url: string;
  /** Number of schedules to run in parallel. */
  at_once?: number;
  say?: (line: string) => void;
}

/** Wrong end states, among all schedules and among those in which every event was delivered. */
export interface Wrong {
  all: number;
  delivered: number;
}

export interface OrdersReport {
  schedules: number;
  /** Schedules in which every event was delivered at least once. */
  delivered: number;
  seconds: number;
  events: number;
  deliveries: number;
  lost: number;
  kills: number;
  looks: number;
  superseded: number;
  streamvibe: Wrong;
  rules: Record<Rule, Wrong>;
  /** The first differences between StreamVibe and Stripe, with their seeds; empty if the run passed. */
  faults: string[];
}

const RULES = [
  "arrival order",
  "created as clock",
  "refetch without lock",
  "refetch, 200 on error",
] as const;
export type Rule = typeof RULES[number];

const DAY = 86_400;

/** The chance of a kill at each gate, and the chance that an event of a lossy schedule is never delivered. */
const KILL = 0.05;
const LOSS = 0.2;

export async function runOrders(options: OrdersOptions): Promise<OrdersReport> {
  const { schedules, seed, db_url, at_once = 4, say = () => {} } = options;
  const started = performance.now();
  // This test never crashes the database, so commits need not wait for the disk.
  const sql = postgres(db_url, { max: 4, onnotice: () => {}, connection: { synchronous_commit: false } });
  const settings = readSettings({
    SUPABASE_URL: "http://127.0.0.1:1",
    STREAMVIBE_POOLER_URL: `${serviceUrl(db_url)}%20-c%20synchronous_commit%3Doff`,
    DATABASE_POOL_SIZE: "8",
    // A busy machine must not fail the test.
    DATABASE_TIMEOUT_MS: "120000",
    STRIPE_SECRET_KEY: LOCAL_KEY,
    LOG_LEVEL: "silent",
  });
  const report: OrdersReport = {
    schedules,
    delivered: 0,
    seconds: 0,
    events: 0,
    deliveries: 0,
    lost: 0,
    kills: 0,
    looks: 0,
    superseded: 0,
    streamvibe: { all: 0, delivered: 0 },
    rules: Object.fromEntries(RULES.map((rule) => [rule, { all: 0, delivered: 0 }])) as Record<Rule, Wrong>,
    faults: [],
  };
  let next = 0;
  const turns = async () => {
    while (next < schedules) {
      const number = next++;
      const one = new Schedule(seed * 1_000_003 + number, sql, settings, report, say);
      await one.run();
      if ((number + 1) % 500 === 0) {
        say(
          `${
            number + 1
          } of ${schedules}: ${report.streamvibe.all} wrong, ${report.kills} kills, ${report.lost} lost`,
        );
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: at_once }, turns));
  } finally {
    await closeConnections();
    await sql.end();
  }
  report.seconds = Math.round((performance.now() - started) / 100) / 10;
  return report;
}

/** Opens one gate at a time, and waits until the task that passed it reaches its next gate or ends. */
class Gates {
  #waiting: { open: () => void; mortal: boolean }[] = [];
  #moved: (() => void) | undefined;
  #running = 0;
  kills = 0;

  constructor(private readonly random: Seeded) {}

  /** Waits at a gate. A mortal task may be killed there: it never passes, and nothing is notified. */
  gate = (mortal = false): Promise<void> =>
    new Promise((resolve) => {
      this.#waiting.push({ open: resolve, mortal });
      this.#stopped();
    });

  /** Starts a task that takes part from now on. */
  start(work: () => Promise<void>): void {
    this.#running += 1;
    work().finally(() => this.#stopped());
  }

  #stopped(): void {
    this.#running -= 1;
    this.#moved?.();
  }

  /** Runs until no task waits at a gate. */
  async run(): Promise<void> {
    for (;;) {
      while (this.#running > 0) {
        await new Promise<void>((resolve) => this.#moved = resolve);
      }
      if (this.#waiting.length === 0) return;
      const [chosen] = this.#waiting.splice(Math.floor(this.random.next() * this.#waiting.length), 1);
      if (!chosen) return;
      if (chosen.mortal && this.random.next() < KILL) {
        this.kills += 1;
        continue;
      }
      this.#running += 1;
      chosen.open();
    }
  }
}

type State = Map<string, unknown>;

class Schedule {
  readonly #random: Seeded;
  readonly #gates: Gates;
  readonly #clock = new SimulatorClock();
  readonly #house: StripeHouse;
  readonly #account: StripeAccount;
  readonly #routes: Route[];
  readonly #user = crypto.randomUUID();
  #customer = "";
  #clock_id = "";
  #looks = 0;
  readonly #lossy: boolean;
  #lost = 0;
  /** The state that each of the other rules holds. */
  readonly #states = Object.fromEntries(RULES.map((rule) => [rule, new Map<string, unknown>()])) as Record<
    Rule,
    State
  >;
  readonly #last = new Map<string, number>();

  constructor(
    readonly seed: number,
    private readonly sql: postgres.Sql,
    private readonly settings: Settings,
    private readonly report: OrdersReport,
    private readonly say: (line: string) => void,
  ) {
    this.#random = new Seeded(seed);
    this.#gates = new Gates(this.#random);
    this.#house = new StripeHouse({
      provider: "stripe",
      clock: this.#clock,
      record: () => {},
      redirect_uris: new Set(),
    });
    this.#account = this.#house.of(LOCAL_KEY).account;
    this.#routes = apiRoutes(this.#house);
    this.#lossy = this.#chance(0.5);
  }

  #chance(share: number): boolean {
    return this.#random.next() < share;
  }
  #below(limit: number): number {
    return Math.floor(this.#random.next() * limit);
  }

  /** Number of gates that an answer of Stripe passes on its way: occasionally so many that everything else is over by then. */
  #slow(): number {
    return this.#chance(0.3) ? this.#below(this.#chance(0.4) ? 120 : 12) : 1;
  }

  async run(): Promise<void> {
    const { sql } = this;
    await sql`insert into auth.users (id, email) values (${this.#user}, ${`${this.#user}@example.com`})`;
    const begin = Math.floor(Date.now() / 1_000) - this.#below(90) * DAY;
    this.#clock_id = this.#account.createClock(begin, null).id;
    const customer = this.#account.createCustomer({ test_clock: this.#clock_id, card: "works" });
    this.#customer = customer.id;
    await sql`insert into ops.billing_customer (user_id, livemode, customer_id) values (${this.#user}, false, ${customer.id})`;
    try {
      this.#gates.start(() => this.#live());
      await this.#gates.run();
      await this.#finish();
      await this.#compare();
    } finally {
      await sql`delete from ops.billing_customer where customer_id = ${customer.id}`;
      await sql`delete from stripe_webhook_events where subject = ${customer.id}`;
      await sql`delete from ops.billing_notice where key like any (${
        this.#account.subscriptionsOf(customer.id).flatMap((
          { id, latest_invoice },
        ) => [`%${id}%`, `%${latest_invoice}%`])
      })`;
      await sql`delete from auth.users where id = ${this.#user}`;
      this.report.kills += this.#gates.kills;
    }
  }

  /** A random customer life. Everything between two gates happens within the same second, unless the clock moves. */
  async #live(): Promise<void> {
    const happenings = this.#house.of(LOCAL_KEY).happenings;
    let told = happenings.length;
    const steps = 3 + this.#below(6);
    for (let step = 0; step < steps; step++) {
      try {
        this.#change(step);
      } catch (error) {
        if (!(error instanceof StripeRefusal)) throw error;
      }
      for (const happening of happenings.slice(told)) {
        if (customerOf(happening) === this.#customer) this.#tell(happening);
      }
      told = happenings.length;
      // Changes follow each other immediately, or long after the previous one has arrived.
      const pauses = this.#chance(0.5) ? this.#below(4) : 10 + this.#below(30);
      for (let pause = 0; pause < pauses; pause++) await this.#gates.gate();
    }
  }

  #change(step: number): void {
    const account = this.#account;
    const customer = this.#customer;
    const live = account.subscriptionsOf(customer).filter((one) => !isOver(one));
    const some = live[this.#below(live.length)];
    const price = () => `price_streamvibe_${this.#chance(0.5) ? "basic" : "premium"}`;
    if (step === 0 || !some) {
      if (this.#chance(0.2)) this.#setCard("declined");
      account.subscribe({
        customer,
        items: [{ price: price() }],
        ...(this.#chance(0.25) ? { trial_days: 1 + this.#below(20) } : {}),
      });
      return;
    }
    switch (this.#below(12)) {
      case 0:
        account.update(some.id, { cancel_at_period_end: !some.cancel_at_period_end });
        break;
      case 1:
        account.update(some.id, { price: price() });
        break;
      case 2:
        account.update(some.id, { price: price(), anchor_now: true });
        break;
      case 3:
        account.cancel(some.id);
        break;
      case 4:
        account.subscribe({ customer, items: [{ price: price() }] });
        break;
      case 5:
        this.#setCard(this.#chance(0.5) ? "works" : "declined");
        break;
      case 6:
        account.update(some.id, { pause: some.pause ? null : this.#chance(0.5) ? "void" : "keep_as_draft" });
        break;
      case 7:
        if (some.latest_invoice && account.invoice(some.latest_invoice).status === "open") {
          this.#setCard("works");
          account.pay(some.latest_invoice);
        } else account.update(some.id, { quantity: 1 + this.#below(2) });
        break;
      case 8:
        if (this.#chance(0.2)) account.deleteCustomer(customer);
        else account.update(some.id, { metadata: { note: String(step) } });
        break;
      default: {
        const clock = account.get("test_helpers.test_clock", this.#clock_id);
        advanceClock(account, this.#clock_id, clock.frozen_time + Math.ceil(this.#random.next() * 35 * DAY));
      }
    }
  }

  #setCard(card: "works" | "declined"): void {
    const customer = this.#account.get("customer", this.#customer);
    customer.card = card;
    this.#account.keep(customer);
  }

  /** Delivers an event as Stripe does: late, occasionally twice, or never. */
  #tell(happening: Happening): void {
    this.report.events += 1;
    if (this.#lossy && this.#chance(LOSS)) {
      this.#lost += 1;
      this.report.lost += 1;
      return;
    }
    const event = StripeEvent.parse(JSON.parse(this.#house.of(LOCAL_KEY).deliveries.body(happening, null)));
    const copies = this.#chance(0.25) ? 2 + this.#below(2) : 1;
    for (let copy = 0; copy < copies; copy++) {
      const delay = this.#below(this.#chance(0.3) ? 25 : 4);
      this.#gates.start(() => this.#deliver(happening, event, delay));
      for (const rule of RULES) this.#gates.start(() => this.#deliverTo(rule, happening, delay));
    }
  }

  async #deliver(happening: Happening, event: StripeEvent, delay: number): Promise<void> {
    for (let wait = 0; wait < delay; wait++) await this.#gates.gate();
    this.report.deliveries += 1;
    const store = async () => {
      await this.#gates.gate();
      await this.#context(false).admin.call("log_stripe_webhook_event", {
        p_event_id: event.id,
        p_event_type: event.type,
        p_data: factsOf(event),
      });
    };
    // Killed before storing the event, or before answering: Stripe delivers again.
    if (this.#chance(KILL)) {
      if (this.#chance(0.5)) await store();
      this.#gates.start(() => this.#deliver(happening, event, this.#below(10)));
      return;
    }
    await store();
    this.#work();
  }

  /** Processes events as the webhook does after its answer. */
  #work(): void {
    if (this.#looks > 60) return;
    this.#looks += 1;
    this.#gates.start(async () => {
      await workOff(this.#context(true), { max_customers: 1, at_once: 1, budget_ms: 60_000 }, this.#customer)
        .catch(() => {});
    });
  }

  /** Builds the context for the functions, with a gate before and after every call to the database and to Stripe. */
  #context(mortal: boolean): Context {
    const { settings } = this;
    const url = settings.STREAMVIBE_POOLER_URL ?? "";
    return {
      settings,
      admin: adminOf(async (name, args) => {
        if (mortal) await this.#gates.gate(true);
        const result = await callDirectly(url, settings, name, args);
        if (name === "apply_stripe_state") {
          this.report.looks += 1;
          if (result === "superseded") this.report.superseded += 1;
        }
        if (mortal) await this.#gates.gate(true);
        return result;
      }),
      fetch: async (input, init) => {
        await this.#gates.gate(true);
        if (this.#chance(0.05)) {
          return new Response(JSON.stringify({ error: { type: "api_error" } }), { status: 500 });
        }
        const response = await this.#ask(new URL(String(input instanceof Request ? input.url : input)), init);
        const slow = this.#slow();
        for (let wait = 1; wait <= slow; wait++) await this.#gates.gate(wait === slow);
        return response;
      },
      now: () => new Date(),
      request_id: "orders",
      log: createLogger({ level: "silent" }),
    };
  }

  /** Returns Stripe's answer without a network. */
  async #ask(url: URL, init?: RequestInit): Promise<Response> {
    const path = `/api.stripe.com${url.pathname}`;
    const method = init?.method ?? "GET";
    for (const route of this.#routes) {
      const params = route.method === method ? matchPath(route.path, path) : undefined;
      if (!params) continue;
      const call: Call = {
        method,
        host: "api.stripe.com",
        path,
        url,
        query: url.searchParams,
        headers: new Headers(init?.headers),
        body: String(init?.body ?? ""),
        bytes: new TextEncoder().encode(String(init?.body ?? "")),
        params,
        fault: undefined,
        notes: {},
      };
      const answer = await route.handle(call);
      return new Response(answer.body, { status: answer.status, headers: answer.headers });
    }
    throw new Error(`The simulated Stripe has no ${method} ${path}`);
  }

  /** Applies an event of a subscription under one of the other rules, as its description says. */
  async #deliverTo(rule: Rule, happening: Happening, delay: number): Promise<void> {
    for (let wait = 0; wait < delay; wait++) await this.#gates.gate();
    const { thing, created } = happening;
    const state = this.#states[rule];
    const again = () => {
      this.#gates.kills += 1;
      this.#gates.start(() => this.#deliverTo(rule, happening, this.#below(10)));
    };
    const isDead = this.#chance(KILL);
    switch (rule) {
      case "arrival order":
      case "created as clock": {
        if (thing.kind !== "subscription") return;
        await this.#gates.gate();
        if (isDead) return again();
        if (rule === "created as clock") {
          if ((this.#last.get(thing.id) ?? -1) >= created) return;
          this.#last.set(thing.id, created);
        }
        state.set(thing.id, this.#shape(thing));
        return;
      }
      default: {
        await this.#gates.gate();
        // A refetch is a call, and calls occasionally fail.
        const fails = isDead || this.#chance(0.05);
        if (fails) return rule === "refetch without lock" ? again() : undefined;
        const fetched = this.#truth();
        const slow = this.#slow();
        for (let wait = 0; wait < slow; wait++) await this.#gates.gate();
        if (this.#chance(KILL)) return rule === "refetch without lock" ? again() : undefined;
        for (const [id, one] of fetched) state.set(id, one);
      }
    }
  }

  /** The compared state of a subscription: everything except its invoice, whose events the other rules do not use. */
  #shape(thing: Parameters<typeof render>[0]): unknown {
    const { latest_invoice: _, ...rest } = Subscription.parse(
      render(thing, { version: CURRENT_VERSION, livemode: false, look: this.#account }),
    );
    return JSON.stringify(rest);
  }

  #truth(): State {
    return new Map(this.#account.subscriptionsOf(this.#customer).map((one) => [one.id, this.#shape(one)]));
  }

  /** Expires the leases of killed workers and processes everything that is due. The reconciler handles events that were never delivered. */
  async #finish(): Promise<void> {
    const calm = this.#calm();
    for (let round = 0; round < 30; round++) {
      await this.sql`
        update stripe_webhook_events set due_at = now() where subject = ${this.#customer} and status in ('pending', 'failed')`;
      const { customers } = await workOff(
        calm,
        { max_customers: 50, at_once: 1, budget_ms: 60_000 },
        this.#customer,
      );
      if (customers === 0) break;
    }
    if (this.#lost > 0) {
      await this.sql`update ops.billing_customer set check_at = now() where customer_id = ${this.#customer}`;
      await workOff(calm, { max_customers: 1, at_once: 1, budget_ms: 60_000 }, this.#customer);
    }
  }

  /** Builds a context without kills and delays. */
  #calm(): Context {
    const { settings } = this;
    const url = settings.STREAMVIBE_POOLER_URL ?? "";
    return {
      ...this.#context(false),
      admin: adminOf((name, args) => callDirectly(url, settings, name, args)),
      fetch: (input, init) => this.#ask(new URL(String(input instanceof Request ? input.url : input)), init),
    };
  }

  async #compare(): Promise<void> {
    const truth = this.#truth();
    const isWhole = this.#lost === 0;
    if (isWhole) this.report.delivered += 1;
    const note = (wrong: Wrong) => {
      wrong.all += 1;
      if (isWhole) wrong.delivered += 1;
    };
    const text = (state: State) => JSON.stringify([...state].sort(([a], [b]) => a < b ? -1 : 1));
    for (const rule of RULES) if (text(this.#states[rule]) !== text(truth)) note(this.report.rules[rule]);

    const expected = this.#account.subscriptionsOf(this.#customer).map((one) =>
      Subscription.parse(
        render(one, {
          version: CURRENT_VERSION,
          livemode: false,
          look: this.#account,
          expand: ["latest_invoice"],
        }),
      )
    );
    const [row] = await this.sql<{ wanted: Ended; got: Ended; open: number; is_same: boolean }[]>`
      select entitled as wanted, jsonb_build_object('tier', tier.slug, 'status', status.slug) as got,
        (select count(*)::integer from stripe_webhook_events
          where subject = customer.customer_id and status in ('pending', 'failed')) as open,
        customer.subscriptions @> ${this.sql.json(expected)} and customer.subscriptions <@ ${
      this.sql.json(expected)
    } as is_same
      from ops.billing_customer as customer
      join subscription on subscription.user_id = customer.user_id
      join subscription_tier as tier on tier.id = subscription.tier_id
      join subscription_status as status on status.id = subscription.status_id,
        ops.entitlement(${this.sql.json(expected)}, ops.known_prices(), now()) as entitled
      where customer.customer_id = ${this.#customer}`;
    const problem = !row
      ? "there is no customer"
      : !row.is_same
      ? "the subscriptions differ"
      : row.open > 0
      ? `${row.open} events are open`
      : row.wanted.tier !== row.got.tier || row.wanted.status !== row.got.status
      ? `the plan is ${row.got.tier} ${row.got.status}, and should be ${row.wanted.tier} ${row.wanted.status}`
      : undefined;
    if (problem) {
      note(this.report.streamvibe);
      const fault = `seed ${this.seed}: ${problem}`;
      this.say(fault);
      if (this.report.faults.length < 10) this.report.faults.push(fault);
    }
  }
}

interface Ended {
  tier: string;
  status: string;
}
