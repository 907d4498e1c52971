/**
 * One Stripe account: its objects, and how subscriptions change as time passes and payments succeed or fail. It is independent of HTTP,
 * so that a test can drive it directly.
 */
import type {
  Card,
  Charge,
  Coupon,
  Customer,
  Dispute,
  Interval,
  Invoice,
  Item,
  Lookup,
  Price,
  Product,
  Session,
  Subscription,
  TestClock,
  Thing,
} from "./objects.ts";

/** A change that Stripe sends an event for. `thing` is the object's state at that time. */
export interface Happening {
  readonly id: string;
  readonly type: string;
  readonly created: number;
  readonly thing: Thing;
  readonly previous?: Record<string, unknown>;
}

/** An error response with Stripe's type, code and message. */
export class StripeRefusal extends Error {
  constructor(
    readonly status: number,
    readonly type:
      | "invalid_request_error"
      | "card_error"
      | "idempotency_error"
      | "rate_limit_error"
      | "api_error",
    message: string,
    readonly about: { code?: string; param?: string; decline_code?: string } = {},
  ) {
    super(message);
  }
}

type Of<Kind extends Thing["kind"]> = Extract<Thing, { kind: Kind }>;

const DAY = 86_400;
/** Days after the first attempt on which a failed payment is retried; when the last retry fails, `after_retries` applies. */
const RETRY_DAYS = [3, 5, 7];

export interface AccountOptions {
  /** Seconds since 1970. */
  now: () => number;
  /** Called with every changed object, to persist it. */
  changed?: (thing: Thing) => void;
  told?: (happening: Happening) => void;
  /** The status of a subscription after its last payment retry failed; canceled by default. */
  after_retries?: "canceled" | "unpaid";
  id?: (prefix: string) => string;
}

export class StripeAccount implements Lookup {
  readonly #things = new Map<string, Thing>();
  readonly #options: AccountOptions;
  readonly #subscriptions = new Map<string, string[]>();

  constructor(options: AccountOptions) {
    this.#options = options;
  }

  newId(prefix: string): string {
    return this.#options.id?.(prefix) ?? `${prefix}_${crypto.randomUUID().replaceAll("-", "").slice(0, 24)}`;
  }

  /** Restores an object of an earlier process. */
  restore(thing: Thing): void {
    this.#things.set(thing.id, thing);
    if (thing.kind === "subscription") this.#index(thing);
  }

  keep<T extends Thing>(thing: T): T {
    this.restore(thing);
    this.#options.changed?.(thing);
    return thing;
  }

  remove(id: string): void {
    this.#things.delete(id);
  }

  #index({ id, customer }: Subscription): void {
    const known = this.#subscriptions.get(customer) ?? [];
    if (!known.includes(id)) this.#subscriptions.set(customer, [...known, id]);
  }

  find<Kind extends Thing["kind"]>(kind: Kind, id: string): Of<Kind> | undefined {
    const thing = this.#things.get(id);
    return thing?.kind === kind ? thing as Of<Kind> : undefined;
  }

  get<Kind extends Thing["kind"]>(kind: Kind, id: string, param = "id"): Of<Kind> {
    const thing = this.find(kind, id);
    if (!thing) {
      throw new StripeRefusal(
        param === "id" ? 404 : 400,
        "invalid_request_error",
        `No such ${kind}: '${id}'`,
        {
          code: "resource_missing",
          param,
        },
      );
    }
    return thing;
  }

  /** Returns all objects of a kind, newest first. */
  all<Kind extends Thing["kind"]>(kind: Kind): Of<Kind>[] {
    return [...this.#things.values()].filter((thing): thing is Of<Kind> => thing.kind === kind).reverse();
  }

  price(id: string): Price {
    return this.get("price", id);
  }
  invoice(id: string): Invoice {
    return this.get("invoice", id);
  }
  coupon(id: string): Coupon {
    return this.get("coupon", id);
  }
  subscriptionsOf(customer: string): Subscription[] {
    return (this.#subscriptions.get(customer) ?? []).map((id) => this.get("subscription", id)).reverse();
  }

  tell(type: string, thing: Thing, previous?: Record<string, unknown>): void {
    const customer = "customer" in thing ? thing.customer : thing.kind === "customer" ? thing.id : undefined;
    this.#options.told?.({
      id: this.newId("evt"),
      type,
      created: this.now(customer),
      thing: structuredClone(thing),
      ...(previous ? { previous } : {}),
    });
  }

  /** Returns a customer's current time: that of its test clock, or the account's. */
  now(customer?: string): number {
    const clock = customer ? this.find("customer", customer)?.test_clock : undefined;
    return clock ? this.get("test_helpers.test_clock", clock).frozen_time : Math.floor(this.#options.now());
  }

  createCustomer(
    wish: {
      email?: string;
      name?: string;
      metadata?: Record<string, string>;
      test_clock?: string;
      card?: Card;
    },
  ): Customer {
    if (wish.test_clock) this.get("test_helpers.test_clock", wish.test_clock, "test_clock");
    const customer = this.keep<Customer>({
      kind: "customer",
      id: this.newId("cus"),
      created: this.now(),
      email: wish.email ?? null,
      name: wish.name ?? null,
      metadata: wish.metadata ?? {},
      deleted: false,
      test_clock: wish.test_clock ?? null,
      card: wish.card ?? "none",
    });
    this.tell("customer.created", customer);
    return customer;
  }

  customer(id: string, param = "customer"): Customer {
    const customer = this.get("customer", id, param);
    if (customer.deleted) {
      throw new StripeRefusal(400, "invalid_request_error", `No such customer: '${id}'`, {
        code: "resource_missing",
        param,
      });
    }
    return customer;
  }

  deleteCustomer(id: string): Customer {
    const customer = this.customer(id, "id");
    for (const subscription of this.subscriptionsOf(id)) {
      if (!isOver(subscription)) this.cancel(subscription.id);
    }
    customer.deleted = true;
    this.keep(customer);
    this.tell("customer.deleted", customer);
    return customer;
  }

  createClock(frozen_time: number, name: string | null): TestClock {
    return this.keep<TestClock>({
      kind: "test_helpers.test_clock",
      id: this.newId("clock"),
      created: this.now(),
      name,
      frozen_time,
    });
  }

  /** Returns the cost of one period: prices, minus a coupon, plus a fifth for tax if enabled. */
  #cost(subscription: Subscription): { subtotal: number; tax: number; total: number; currency: string } {
    const [first] = subscription.items;
    const currency = first ? this.price(first.price).currency : "usd";
    let subtotal =
      subscription.items.reduce((sum, item) => sum + this.price(item.price).unit_amount * item.quantity, 0) +
      subscription.proration;
    const coupon = subscription.coupon ? this.coupon(subscription.coupon) : undefined;
    if (coupon) subtotal -= coupon.amount_off ?? Math.round(subtotal * (coupon.percent_off ?? 0) / 100);
    subtotal = Math.max(0, subtotal);
    const tax = subscription.tax ? Math.round(subtotal / 5) : 0;
    return { subtotal, tax, total: subtotal + tax, currency };
  }

  preview(subscription_id: string): Invoice {
    const subscription = this.get("subscription", subscription_id, "subscription");
    return this.#draft(subscription, "upcoming");
  }

  #draft(subscription: Subscription, billing_reason: string): Invoice {
    const { subtotal, tax, total, currency } = this.#cost(subscription);
    return {
      kind: "invoice",
      id: this.newId("in"),
      created: this.now(subscription.customer),
      customer: subscription.customer,
      subscription: subscription.id,
      status: "draft",
      amount_due: total,
      subtotal,
      tax,
      currency,
      attempt_count: 0,
      next_payment_attempt: null,
      billing_reason,
      period_start: subscription.items[0]?.period_start ?? 0,
      period_end: subscription.items[0]?.period_end ?? 0,
      charge: null,
    };
  }

  subscribe(wish: {
    customer: string;
    items: { price: string; quantity?: number }[];
    trial_days?: number;
    trial_end?: number;
    metadata?: Record<string, string>;
    coupon?: string | null;
    tax?: boolean;
  }): Subscription {
    const customer = this.customer(wish.customer);
    const now = this.now(customer.id);
    const trial_end = wish.trial_end ?? (wish.trial_days ? now + wish.trial_days * DAY : null);
    const anchor = trial_end ?? now;
    const items = wish.items.map(({ price, quantity = 1 }): Item => ({
      id: this.newId("si"),
      price: this.get("price", price, "items[0][price]").id,
      quantity,
      period_start: now,
      period_end: trial_end ?? later(now, this.price(price), 1),
    }));
    if (items.length === 0) {
      throw new StripeRefusal(400, "invalid_request_error", "Missing required param: items.", {
        param: "items",
      });
    }
    const subscription = this.keep<Subscription>({
      kind: "subscription",
      id: this.newId("sub"),
      created: now,
      customer: customer.id,
      status: trial_end ? "trialing" : "incomplete",
      items,
      anchor,
      periods: trial_end ? 0 : 1,
      cancel_at: null,
      cancel_at_period_end: false,
      canceled_at: null,
      ended_at: null,
      trial_start: trial_end ? now : null,
      trial_end,
      pause: null,
      coupon: wish.coupon ?? null,
      tax: wish.tax ?? false,
      proration: 0,
      latest_invoice: null,
      metadata: wish.metadata ?? {},
    });
    this.tell("customer.subscription.created", subscription);
    if (!trial_end) this.#bill(subscription, "subscription_create");
    return subscription;
  }

  /** Creates an invoice and attempts its payment. */
  #bill(subscription: Subscription, reason: string): void {
    const invoice = this.keep(this.#draft(subscription, reason));
    subscription.latest_invoice = invoice.id;
    subscription.proration = 0;
    this.keep(subscription);
    this.tell("invoice.created", invoice);
    if (subscription.pause === "keep_as_draft") return;
    if (subscription.pause) {
      invoice.status = subscription.pause === "void" ? "void" : "uncollectible";
      this.keep(invoice);
      this.tell(subscription.pause === "void" ? "invoice.voided" : "invoice.marked_uncollectible", invoice);
      return;
    }
    invoice.status = "open";
    this.keep(invoice);
    this.tell("invoice.finalized", invoice);
    this.pay(invoice.id);
  }

  /** Makes one payment attempt; returns whether the invoice is paid. */
  pay(invoice_id: string): boolean {
    const invoice = this.get("invoice", invoice_id);
    const subscription = this.get("subscription", invoice.subscription);
    const customer = this.get("customer", invoice.customer);
    if (invoice.status !== "open") return invoice.status === "paid";
    invoice.attempt_count += 1;
    const works = invoice.amount_due === 0 || customer.card === "works" ||
      (customer.card === "declined_later" && invoice.billing_reason === "subscription_create");
    if (works) {
      if (invoice.amount_due > 0) {
        const charge = this.keep<Charge>({
          kind: "charge",
          id: this.newId("ch"),
          created: this.now(customer.id),
          customer: customer.id,
          amount: invoice.amount_due,
          amount_refunded: 0,
          currency: invoice.currency,
          disputed: false,
        });
        invoice.charge = charge.id;
        this.tell("charge.succeeded", charge);
      }
      Object.assign(invoice, { status: "paid", next_payment_attempt: null });
      this.keep(invoice);
      this.tell("invoice.paid", invoice);
      this.tell("invoice.payment_succeeded", invoice);
      if (["incomplete", "past_due", "unpaid"].includes(subscription.status)) {
        this.#move(subscription, { status: "active" });
      }
      return true;
    }
    const days = RETRY_DAYS[invoice.attempt_count - 1];
    const is_first = invoice.billing_reason === "subscription_create";
    invoice.next_payment_attempt = is_first || days === undefined ? null : invoice.created + days * DAY;
    this.keep(invoice);
    this.tell("invoice.payment_failed", invoice);
    if (customer.card === "authenticates") this.tell("invoice.payment_action_required", invoice);
    if (is_first) return false;
    if (days !== undefined) {
      if (subscription.status === "active" || subscription.status === "trialing") {
        this.#move(subscription, { status: "past_due" });
      }
    } else if ((this.#options.after_retries ?? "canceled") === "unpaid") {
      this.#move(subscription, { status: "unpaid" });
    } else this.cancel(subscription.id);
    return false;
  }

  #move(
    subscription: Subscription,
    change: Partial<Subscription>,
    type = "customer.subscription.updated",
  ): void {
    const previous = Object.fromEntries(
      Object.keys(change).map((name) => [name, subscription[name as keyof Subscription]]),
    );
    Object.assign(subscription, change);
    this.keep(subscription);
    this.tell(type, subscription, previous);
  }

  cancel(id: string, at?: number): Subscription {
    const subscription = this.get("subscription", id);
    if (isOver(subscription)) {
      throw new StripeRefusal(404, "invalid_request_error", `No such subscription: '${id}'`, {
        code: "resource_missing",
        param: "id",
      });
    }
    const now = at ?? this.now(subscription.customer);
    this.#move(
      subscription,
      { status: "canceled", canceled_at: subscription.canceled_at ?? now, ended_at: now },
      "customer.subscription.deleted",
    );
    return subscription;
  }

  update(id: string, wish: {
    cancel_at_period_end?: boolean;
    cancel_at?: number | null;
    price?: string;
    quantity?: number;
    anchor_now?: boolean;
    pause?: Subscription["pause"];
    trial_end?: number;
    metadata?: Record<string, string>;
    coupon?: string | null;
  }): Subscription {
    const subscription = this.get("subscription", id);
    if (isOver(subscription)) {
      throw new StripeRefusal(
        400,
        "invalid_request_error",
        "A canceled subscription can only update its cancellation_details and metadata.",
      );
    }
    const now = this.now(subscription.customer);
    const change: Partial<Subscription> = {};
    if (wish.cancel_at_period_end !== undefined) {
      change.cancel_at_period_end = wish.cancel_at_period_end;
      change.canceled_at = wish.cancel_at_period_end ? now : null;
    }
    if (wish.cancel_at !== undefined) change.cancel_at = wish.cancel_at;
    if (wish.pause !== undefined) change.pause = wish.pause;
    if (wish.metadata) change.metadata = { ...subscription.metadata, ...wish.metadata };
    if (wish.coupon !== undefined) change.coupon = wish.coupon;
    const [item] = subscription.items;
    if (item && (wish.price !== undefined || wish.quantity !== undefined)) {
      const next = { ...item, price: wish.price ?? item.price, quantity: wish.quantity ?? item.quantity };
      const [from, to] = [this.price(item.price), this.get("price", next.price, "items[0][price]")];
      const left = Math.max(0, item.period_end - now) / Math.max(1, item.period_end - item.period_start);
      change.proration = subscription.status === "trialing" ? 0 : subscription.proration +
        Math.round((to.unit_amount * next.quantity - from.unit_amount * item.quantity) * left);
      change.items = [next, ...subscription.items.slice(1)];
    }
    if (wish.trial_end !== undefined) {
      change.trial_end = wish.trial_end;
      change.anchor = wish.trial_end;
      change.items = (change.items ?? subscription.items).map((one) => ({
        ...one,
        period_end: wish.trial_end ?? one.period_end,
      }));
    }
    if (wish.anchor_now) {
      const price = this.price((change.items ?? subscription.items)[0]?.price ?? "");
      change.anchor = now;
      change.periods = 1;
      change.items = (change.items ?? subscription.items).map((one) => ({
        ...one,
        period_start: now,
        period_end: later(now, price, 1),
      }));
    }
    this.#move(subscription, change);
    if (wish.anchor_now) this.#bill(subscription, "subscription_update");
    return subscription;
  }

  resume(id: string): Subscription {
    const subscription = this.get("subscription", id);
    this.#move(subscription, { status: "active" }, "customer.subscription.resumed");
    return subscription;
  }

  /** Pauses a subscription, as at the end of a trial without a card. */
  pauseSubscription(id: string): Subscription {
    const subscription = this.get("subscription", id);
    this.#move(subscription, { status: "paused" }, "customer.subscription.paused");
    return subscription;
  }

  refund(charge_id: string, amount?: number): Charge {
    const charge = this.get("charge", charge_id, "charge");
    charge.amount_refunded = Math.min(charge.amount, charge.amount_refunded + (amount ?? charge.amount));
    this.keep(charge);
    this.tell("charge.refunded", charge);
    return charge;
  }

  dispute(charge_id: string): Dispute {
    const charge = this.get("charge", charge_id, "charge");
    charge.disputed = true;
    this.keep(charge);
    const dispute = this.keep<Dispute>({
      kind: "dispute",
      id: this.newId("du"),
      created: this.now(charge.customer),
      charge: charge.id,
      amount: charge.amount,
      currency: charge.currency,
    });
    this.tell("charge.dispute.created", dispute);
    return dispute;
  }

  complete(session: Session, card: Card, coupon: string | null = null): Subscription {
    const customer = this.customer(session.customer);
    customer.card = card;
    this.keep(customer);
    session.status = "complete";
    this.keep(session);
    const subscription = this.subscribe({
      customer: session.customer,
      items: [{ price: session.price, quantity: session.quantity }],
      trial_days: session.trial_days,
      metadata: session.subscription_metadata,
      coupon,
      tax: session.tax,
    });
    session.subscription = subscription.id;
    this.keep(session);
    this.tell("checkout.session.completed", session);
    return subscription;
  }

  expire(session: Session): void {
    session.status = "expired";
    this.keep(session);
    this.tell("checkout.session.expired", session);
  }

  addProduct(name: string, metadata: Record<string, string> = {}, id?: string): Product {
    const product = this.keep<Product>({
      kind: "product",
      id: id ?? this.newId("prod"),
      created: this.now(),
      name,
      active: true,
      metadata,
    });
    this.tell("product.created", product);
    return product;
  }

  addPrice(wish: {
    product: string;
    unit_amount: number;
    currency: string;
    interval?: Interval;
    interval_count?: number;
    lookup_key?: string | null;
    transfer?: boolean;
    metadata?: Record<string, string>;
  }): Price {
    this.get("product", wish.product, "product");
    if (wish.lookup_key) this.#takeLookupKey(wish.lookup_key, wish.transfer ?? false);
    const price = this.keep<Price>({
      kind: "price",
      id: this.newId("price"),
      created: this.now(),
      product: wish.product,
      lookup_key: wish.lookup_key ?? null,
      unit_amount: wish.unit_amount,
      currency: wish.currency,
      interval: wish.interval ?? "month",
      interval_count: wish.interval_count ?? 1,
      active: true,
      metadata: wish.metadata ?? {},
    });
    this.tell("price.created", price);
    return price;
  }

  #takeLookupKey(key: string, transfer: boolean): void {
    const holder = this.all("price").find(({ lookup_key }) => lookup_key === key);
    if (!holder) return;
    if (!transfer) {
      throw new StripeRefusal(
        400,
        "invalid_request_error",
        `A price (\`${holder.id}\`) already uses that lookup key.`,
        { param: "lookup_key" },
      );
    }
    holder.lookup_key = null;
    this.keep(holder);
    this.tell("price.updated", holder);
  }

  /** Runs everything due up to a time, in order, each at its own time. */
  passTime(customer: string, until: number, setTime: (at: number) => void): void {
    for (let guard = 0; guard < 5_000; guard++) {
      const next = this.#nextDue(customer, until);
      if (!next) break;
      setTime(next.at);
      next.happen();
    }
    setTime(until);
  }

  #nextDue(customer: string, until: number): { at: number; happen: () => void } | undefined {
    const due: { at: number; happen: () => void }[] = [];
    for (const subscription of this.subscriptionsOf(customer)) {
      if (isOver(subscription)) continue;
      const [item] = subscription.items;
      const end = item?.period_end ?? Infinity;
      if (subscription.status === "incomplete") {
        due.push({
          at: subscription.created + 23 * 3_600,
          happen: () =>
            this.#move(subscription, { status: "incomplete_expired", ended_at: this.now(customer) }),
        });
        continue;
      }
      if (subscription.cancel_at !== null) {
        due.push({
          at: subscription.cancel_at,
          happen: () => void this.cancel(subscription.id),
        });
      }
      if (subscription.status === "paused") continue;
      due.push({ at: end, happen: () => this.#turn(subscription) });
      const invoice = subscription.latest_invoice ? this.invoice(subscription.latest_invoice) : undefined;
      if (invoice?.status === "open" && invoice.next_payment_attempt !== null) {
        due.push({ at: invoice.next_payment_attempt, happen: () => void this.pay(invoice.id) });
      }
    }
    return due.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
  }

  /** Ends a period: cancels the subscription, or renews it and bills the next one. */
  #turn(subscription: Subscription): void {
    const [item] = subscription.items;
    if (!item) return;
    if (subscription.cancel_at_period_end) {
      this.cancel(subscription.id, item.period_end);
      return;
    }
    const price = this.price(item.price);
    const periods = subscription.periods + 1;
    const period_end = later(subscription.anchor, price, periods);
    this.#move(subscription, {
      periods,
      items: subscription.items.map((one) => ({ ...one, period_start: item.period_end, period_end })),
      ...(subscription.status === "trialing" ? { status: "active" as const } : {}),
    });
    this.#bill(subscription, "subscription_cycle");
  }
}

export function isOver({ status }: Subscription): boolean {
  return status === "canceled" || status === "incomplete_expired";
}

/** Returns the time `times` intervals after the anchor. A month too short for the anchor's day uses its last day; later months use the day again. */
export function later(
  anchor: number,
  price: Pick<Price, "interval" | "interval_count">,
  times: number,
): number {
  const count = price.interval_count * times;
  if (price.interval === "day") return anchor + count * DAY;
  if (price.interval === "week") return anchor + count * 7 * DAY;
  const from = new Date(anchor * 1_000);
  const months = price.interval === "year" ? 12 * count : count;
  const to = new Date(from);
  to.setUTCDate(1);
  to.setUTCMonth(from.getUTCMonth() + months);
  const last = new Date(Date.UTC(to.getUTCFullYear(), to.getUTCMonth() + 1, 0)).getUTCDate();
  to.setUTCDate(Math.min(from.getUTCDate(), last));
  return Math.floor(to.getTime() / 1_000);
}
