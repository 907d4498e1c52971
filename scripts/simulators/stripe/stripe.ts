/**
 * Stripe, as far as subscriptions need it: customers, products, prices, checkout, portal, subscriptions with their state machine and test
 * clocks, invoices, refunds, disputes, and events that are signed, retried and delivered in no order. Each secret key is an account.
 */
import {
  type Answer,
  bearer,
  type Call,
  type Context,
  json,
  type Part,
  type Provider,
  type Route,
} from "../engine/provider.ts";
import type { JournalEvent } from "../engine/journal.ts";
import { type Happening, StripeAccount, StripeRefusal } from "./account.ts";
import { stripeAdmin } from "./admin.ts";
import { Deliveries } from "./deliveries.ts";
import { entries, type Form, inner, parseForm, strings, text, texts, truth, whole } from "./form.ts";
import {
  type Coupon,
  CURRENT_VERSION,
  type Endpoint,
  type Interval,
  list,
  LOCAL_KEY,
  LOCAL_WEBHOOK_SECRET,
  render,
  type Session,
  type Thing,
} from "./objects.ts";
import { stripePages } from "./pages.ts";

/** An account, with its deliveries and the events it has produced. */
export interface Held {
  readonly key: string;
  readonly account: StripeAccount;
  readonly deliveries: Deliveries;
  readonly happenings: Happening[];
}

export class StripeHouse implements Part {
  #held = new Map<string, Held>();
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
    this.#open(LOCAL_KEY, true);
  }

  admin(root: string): Route[] {
    return stripeAdmin(root, this, this.#context);
  }

  /** Returns the account of a key; creates it on first use. */
  of(key: string): Held {
    return this.#held.get(key) ?? this.#open(key, false);
  }

  every(): Held[] {
    return [...this.#held.values()];
  }

  #open(key: string, stocked: boolean): Held {
    const happenings: Happening[] = [];
    const now = () => Math.floor(this.#context.clock.now() / 1_000);
    const account: StripeAccount = new StripeAccount({
      now,
      changed: (thing) => this.#context.record({ kind: "thing", key, thing }),
      told: (happening) => {
        happenings.push(happening);
        if (happenings.length > 20_000) happenings.splice(0, 5_000);
        deliveries.add(happening);
      },
    });
    const deliveries = new Deliveries(
      now,
      account,
      () => account.all("webhook_endpoint"),
      key.includes("_live_"),
    );
    const held = { key, account, deliveries, happenings };
    this.#held.set(key, held);
    if (stocked) this.#stock(held);
    return held;
  }

  /** Creates what scripts/setup-stripe.sh creates in a real account. */
  #stock({ account, happenings }: Held): void {
    for (
      const [tier, name, unit_amount] of [["basic", "Basic", 1_900], ["premium", "Premium", 4_900]] as const
    ) {
      const metadata = { streamvibe_tier: tier };
      account.restore({
        kind: "product",
        id: `prod_streamvibe_${tier}`,
        created: 0,
        name: `StreamVibe ${name}`,
        active: true,
        metadata,
      });
      account.restore({
        kind: "price",
        id: `price_streamvibe_${tier}`,
        created: 0,
        product: `prod_streamvibe_${tier}`,
        lookup_key: `streamvibe_${tier}_monthly`,
        unit_amount,
        currency: "usd",
        interval: "month",
        interval_count: 1,
        active: true,
        metadata,
      });
    }
    if (this.#context.functions_url) {
      account.restore({
        kind: "webhook_endpoint",
        id: "we_local",
        created: 0,
        url: `${this.#context.functions_url}/stripe-webhook`,
        secret: LOCAL_WEBHOOK_SECRET,
        enabled_events: ["*"],
        api_version: null,
        metadata: {},
        description: "The local stack",
      });
    }
    happenings.length = 0;
  }

  replay(event: JournalEvent): void {
    if (event.kind === "thing") this.of(String(event.key)).account.restore(event.thing as Thing);
  }

  reset(): void {
    this.stop();
    this.#held.clear();
    this.#open(LOCAL_KEY, true);
  }

  stop(): void {
    for (const { deliveries } of this.#held.values()) deliveries.stop();
  }
}

export function stripe(context: Context): Provider {
  const house = new StripeHouse(context);
  return {
    name: context.provider,
    routes: [...apiRoutes(house), ...stripePages(house, context)],
    parts: [house],
    accountOf: (call) => accountOf(call),
    failure(reason, call) {
      const status = Number(reason);
      if (reason === "rate_limited" || status === 429) {
        return refusal(new StripeRefusal(429, "rate_limit_error", "Request rate limit exceeded."), call, {
          "stripe-rate-limited-reason": "global-rate",
        });
      }
      if (reason === "lock_timeout") {
        return refusal(
          new StripeRefusal(429, "invalid_request_error", "This object cannot be accessed right now.", {
            code: "lock_timeout",
          }),
          call,
        );
      }
      if (reason === "card_declined") {
        return refusal(
          new StripeRefusal(402, "card_error", "Your card was declined.", {
            code: "card_declined",
            decline_code: "generic_decline",
          }),
          call,
        );
      }
      if (!Number.isInteger(status)) return undefined;
      if (status === 404) {
        return refusal(
          new StripeRefusal(
            404,
            "invalid_request_error",
            `Unrecognized request URL (${call.method}: ${pathOf(call)}).`,
          ),
          call,
        );
      }
      return refusal(
        new StripeRefusal(
          status,
          status >= 500 ? "api_error" : "invalid_request_error",
          "As the test asked for.",
        ),
        call,
      );
    },
  };
}

/** Returns the customer that a call names. */
function accountOf(call: Call): string | undefined {
  const named = call.query.get("customer") ?? new URLSearchParams(call.body).get("customer") ?? undefined;
  return named ?? call.path.match(/\/(cus_\w+)/)?.[1];
}

function pathOf(call: Call): string {
  return call.path.replace("/api.stripe.com", "");
}

function refusal(error: StripeRefusal, call: Call, headers: Record<string, string> = {}): Answer {
  const { type, status, message, about } = error;
  return json(status, {
    error: { type, message, ...about, request_log_url: "https://dashboard.stripe.com/test/logs" },
  }, {
    "request-id": `req_${crypto.randomUUID().replaceAll("-", "").slice(0, 14)}`,
    "stripe-version": call.headers.get("stripe-version") ?? CURRENT_VERSION,
    ...headers,
  });
}

/** The input of a route: the account, and the parameters from query or body. */
interface Asked {
  readonly held: Held;
  readonly account: StripeAccount;
  readonly form: Form;
  readonly id: string;
  /** Renders an object in the caller's API version. */
  show(thing: Thing, expand?: readonly string[]): Record<string, unknown>;
}

type Handler = (asked: Asked, call: Call) => unknown;

/** Parameters that every route, and every list, accepts; Stripe rejects unknown parameters. */
const EVERYWHERE = ["expand"];
const PAGE = ["limit", "starting_after", "ending_before", "created"];

/** A response to a POST, stored by idempotency key for 24 hours. */
interface Kept {
  readonly request: string;
  readonly answer: Promise<Answer>;
  readonly until: number;
}

/** Returns the routes of Stripe's API for all accounts of a house. */
export function apiRoutes(house: StripeHouse): Route[] {
  const kept = new Map<string, Kept>();
  const under_way = new Set<string>();

  const perform = (handler: Handler, known: readonly string[], call: Call, key: string): Answer => {
    const form = parseForm(
      call.method === "GET" || call.method === "DELETE" ? call.url.search.slice(1) : call.body,
    );
    const held = house.of(key);
    const version = call.headers.get("stripe-version") ?? CURRENT_VERSION;
    try {
      const unknown = Object.keys(form).find((name) => ![...EVERYWHERE, ...known].includes(name));
      if (unknown) {
        throw new StripeRefusal(400, "invalid_request_error", `Received unknown parameter: ${unknown}`, {
          code: "parameter_unknown",
          param: unknown,
        });
      }
      const value = handler({
        held,
        account: held.account,
        form,
        id: call.params.id ?? "",
        show: (thing, expand = []) =>
          render(thing, {
            version,
            livemode: key.includes("_live_"),
            look: held.account,
            expand: [...expand, ...texts(form.expand).map((path) => path.replace(/^data\./, ""))],
          }),
      }, call);
      return json(200, value, {
        "request-id": `req_${crypto.randomUUID().replaceAll("-", "").slice(0, 14)}`,
        "stripe-version": version,
      });
    } catch (error) {
      if (error instanceof StripeRefusal) return refusal(error, call);
      throw error;
    }
  };

  const handle = (handler: Handler, known: readonly string[]) => async (call: Call): Promise<Answer> => {
    const key = bearer(call) ?? "";
    if (!/^(sk|rk)_(test|live)_\w+$/.test(key) || key.includes("revoked")) {
      return refusal(new StripeRefusal(401, "invalid_request_error", "Invalid API Key provided."), call);
    }
    const idempotency = call.method === "POST" ? call.headers.get("idempotency-key") : null;
    if (idempotency === null) return perform(handler, known, call, key);
    const scope = `${key} ${idempotency}`;
    const request = `${call.path} ${call.body}`;
    const now = Date.now();
    const earlier = kept.get(scope);
    if (earlier && earlier.until > now) {
      if (earlier.request !== request) {
        return refusal(
          new StripeRefusal(
            400,
            "idempotency_error",
            "Keys for idempotent requests can only be used with the same parameters they were first used with.",
          ),
          call,
        );
      }
      if (under_way.has(scope)) {
        return refusal(
          new StripeRefusal(
            409,
            "idempotency_error",
            "There is currently another in-progress request using this key.",
            {
              code: "idempotency_key_in_use",
            },
          ),
          call,
        );
      }
      const answer = await earlier.answer;
      return { ...answer, headers: { ...answer.headers, "idempotent-replayed": "true" } };
    }
    // Takes a moment, as a real request does: a concurrent request with the same key is refused as in progress.
    under_way.add(scope);
    const answer = new Promise((resolve) => setTimeout(resolve, 5)).then(() =>
      perform(handler, known, call, key)
    )
      .finally(() => under_way.delete(scope));
    kept.set(scope, { request, answer, until: now + 86_400_000 });
    if (kept.size > 5_000) kept.delete(kept.keys().next().value ?? "");
    return await answer;
  };

  const route = (method: string, path: string, known: readonly string[], handler: Handler): Route => ({
    method,
    path: `/api.stripe.com/v1/${path}`,
    handle: handle(handler, known),
  });
  const page = <T extends Thing>({ form, show }: Asked, all: T[], url: string) => {
    const limit = Math.min(100, Math.max(1, whole(form.limit) ?? 10));
    const after = text(form.starting_after);
    const from = after === undefined ? 0 : all.findIndex(({ id }) => id === after) + 1;
    const some = all.slice(from, from + limit);
    return list(some.map((thing) => show(thing)), `/v1/${url}`, from + limit < all.length);
  };

  return [
    route(
      "POST",
      "customers",
      ["email", "name", "metadata", "test_clock", "description"],
      ({ account, form, show }) =>
        show(account.createCustomer({
          ...optional({ email: text(form.email), name: text(form.name), test_clock: text(form.test_clock) }),
          metadata: strings(form.metadata),
        })),
    ),
    route("GET", "customers", [...PAGE, "email", "test_clock"], (asked) =>
      page(
        asked,
        asked.account.all("customer").filter(({ email, deleted }) =>
          !deleted && (text(asked.form.email) ?? email) === email
        ),
        "customers",
      )),
    route("GET", "customers/:id", [], ({ account, id, show }) => show(account.get("customer", id))),
    route(
      "POST",
      "customers/:id",
      ["email", "name", "metadata", "description"],
      ({ account, form, id, show }) => {
        const customer = account.customer(id, "id");
        if (text(form.email)) customer.email = text(form.email) ?? null;
        if (text(form.name)) customer.name = text(form.name) ?? null;
        Object.assign(customer.metadata, strings(form.metadata));
        account.keep(customer);
        account.tell("customer.updated", customer);
        return show(customer);
      },
    ),
    route("DELETE", "customers/:id", [], ({ account, id }) => {
      account.deleteCustomer(id);
      return { id, object: "customer", deleted: true };
    }),

    route("POST", "products", ["name", "metadata", "id", "description"], ({ account, form, show }) => {
      const id = text(form.id);
      if (id && account.find("product", id)) {
        throw new StripeRefusal(400, "invalid_request_error", `Product already exists.`, {
          code: "resource_already_exists",
          param: "id",
        });
      }
      return show(account.addProduct(needed(form, "name"), strings(form.metadata), id));
    }),
    route(
      "GET",
      "products",
      [...PAGE, "active", "ids"],
      (asked) => page(asked, asked.account.all("product"), "products"),
    ),
    route("GET", "products/:id", [], ({ account, id, show }) => show(account.get("product", id))),
    route(
      "POST",
      "products/:id",
      ["name", "metadata", "active", "description"],
      ({ account, form, id, show }) => {
        const product = account.get("product", id);
        product.name = text(form.name) ?? product.name;
        product.active = truth(form.active) ?? product.active;
        Object.assign(product.metadata, strings(form.metadata));
        account.keep(product);
        account.tell("product.updated", product);
        return show(product);
      },
    ),

    route(
      "POST",
      "prices",
      [
        "product",
        "currency",
        "unit_amount",
        "recurring",
        "lookup_key",
        "transfer_lookup_key",
        "metadata",
        "nickname",
        "tax_behavior",
      ],
      ({ account, form, show }) => {
        const unit_amount = whole(form.unit_amount);
        if (unit_amount === undefined) throw missing("unit_amount");
        return show(account.addPrice({
          product: needed(form, "product"),
          currency: needed(form, "currency"),
          unit_amount,
          interval: (text(inner(form.recurring).interval) ?? "month") as Interval,
          interval_count: whole(inner(form.recurring).interval_count) ?? 1,
          lookup_key: text(form.lookup_key) ?? null,
          transfer: truth(form.transfer_lookup_key) ?? false,
          metadata: strings(form.metadata),
        }));
      },
    ),
    route("GET", "prices", [...PAGE, "active", "lookup_keys", "product", "currency"], (asked) => {
      const { account, form } = asked;
      const keys = texts(form.lookup_keys);
      return page(
        asked,
        account.all("price").filter((price) =>
          (keys.length === 0 || keys.includes(price.lookup_key ?? "")) &&
          (truth(form.active) ?? price.active) === price.active &&
          (text(form.product) ?? price.product) === price.product
        ),
        "prices",
      );
    }),
    route("GET", "prices/:id", [], ({ account, id, show }) => show(account.price(id))),
    route(
      "POST",
      "prices/:id",
      ["active", "metadata", "lookup_key", "transfer_lookup_key", "nickname"],
      ({ account, form, id, show }) => {
        const price = account.price(id);
        price.active = truth(form.active) ?? price.active;
        price.lookup_key = text(form.lookup_key) ?? price.lookup_key;
        Object.assign(price.metadata, strings(form.metadata));
        account.keep(price);
        account.tell("price.updated", price);
        return show(price);
      },
    ),

    route(
      "POST",
      "coupons",
      ["id", "percent_off", "amount_off", "currency", "duration", "name"],
      ({ account, form, show }) =>
        show(account.keep<Coupon>({
          kind: "coupon",
          id: text(form.id) ?? account.newId("co"),
          created: account.now(),
          percent_off: text(form.percent_off) ? Number(form.percent_off) : null,
          amount_off: whole(form.amount_off) ?? null,
          currency: text(form.currency) ?? null,
        })),
    ),

    route(
      "POST",
      "checkout/sessions",
      [
        "mode",
        "customer",
        "customer_email",
        "customer_update",
        "client_reference_id",
        "line_items",
        "success_url",
        "cancel_url",
        "expires_at",
        "metadata",
        "subscription_data",
        "allow_promotion_codes",
        "automatic_tax",
        "ui_mode",
        "payment_method_collection",
        "locale",
      ],
      ({ account, form, show }, call) => show(openSession(account, form, call)),
    ),
    route("GET", "checkout/sessions", [...PAGE, "customer", "status", "subscription"], (asked) => {
      const { account, form } = asked;
      return page(
        asked,
        account.all("checkout.session").filter((session) =>
          (text(form.customer) ?? session.customer) === session.customer &&
          (text(form.status) ?? session.status) === session.status
        ),
        "checkout/sessions",
      );
    }),
    route(
      "GET",
      "checkout/sessions/:id",
      [],
      ({ account, id, show }) => show(account.get("checkout.session", id)),
    ),
    route("POST", "checkout/sessions/:id/expire", [], ({ account, id, show }) => {
      const session = account.get("checkout.session", id);
      if (session.status !== "open") {
        throw new StripeRefusal(
          400,
          "invalid_request_error",
          'Only Checkout Sessions with a status in ["open"] can be expired.',
        );
      }
      account.expire(session);
      return show(session);
    }),

    route("POST", "billing_portal/sessions", [
      "customer",
      "return_url",
      "configuration",
      "flow_data",
      "locale",
    ], ({ account, form, show }, call) => {
      const customer = account.customer(needed(form, "customer"));
      const id = account.newId("bps");
      return show(account.keep({
        kind: "billing_portal.session",
        id,
        created: account.now(customer.id),
        customer: customer.id,
        return_url: text(form.return_url) ?? null,
        url: `${originOf(call)}/billing.stripe.com/p/session/${id}`,
      }));
    }),
    route(
      "GET",
      "billing_portal/configurations",
      [...PAGE, "active", "is_default"],
      () => list([], "/v1/billing_portal/configurations"),
    ),
    route("POST", "billing_portal/configurations", [
      "business_profile",
      "features",
      "default_return_url",
      "metadata",
    ], ({ account }) => ({
      id: account.newId("bpc"),
      object: "billing_portal.configuration",
      active: true,
      is_default: true,
    })),

    route(
      "POST",
      "subscriptions",
      [
        "customer",
        "items",
        "trial_period_days",
        "trial_end",
        "metadata",
        "coupon",
        "discounts",
        "automatic_tax",
        "payment_behavior",
      ],
      ({ account, form, show }) =>
        show(account.subscribe({
          customer: needed(form, "customer"),
          items: entries(form.items).map((item) => ({
            price: needed(item, "price"),
            quantity: whole(item.quantity) ?? 1,
          })),
          metadata: strings(form.metadata),
          coupon: text(form.coupon) ?? text(entries(form.discounts)[0]?.coupon) ?? null,
          tax: truth(inner(form.automatic_tax).enabled) ?? false,
          ...optional({ trial_days: whole(form.trial_period_days), trial_end: whole(form.trial_end) }),
        })),
    ),
    route("GET", "subscriptions", [...PAGE, "customer", "status", "price"], (asked) => {
      const { account, form } = asked;
      const customer = text(form.customer);
      // Stripe still lists the subscriptions of a deleted customer; an unknown customer is an error.
      if (customer !== undefined) account.get("customer", customer, "customer");
      const status = text(form.status);
      const all = (customer === undefined ? account.all("subscription") : account.subscriptionsOf(customer))
        .filter((one) =>
          status === "all" || (status === undefined ? one.status !== "canceled" : one.status === status)
        );
      return page(asked, all, "subscriptions");
    }),
    route("GET", "subscriptions/:id", [], ({ account, id, show }) => show(account.get("subscription", id))),
    route(
      "POST",
      "subscriptions/:id",
      [
        "cancel_at_period_end",
        "cancel_at",
        "items",
        "metadata",
        "pause_collection",
        "trial_end",
        "billing_cycle_anchor",
        "proration_behavior",
        "coupon",
        "discounts",
      ],
      ({ account, form, id, show }) => {
        const [item] = entries(form.items);
        const pause = inner(form.pause_collection);
        return show(account.update(id, {
          ...optional({
            cancel_at_period_end: truth(form.cancel_at_period_end),
            cancel_at: form.cancel_at === "" ? null : whole(form.cancel_at),
            price: item && text(item.price),
            quantity: item && whole(item.quantity),
            trial_end: whole(form.trial_end),
            coupon: text(form.coupon) ?? text(entries(form.discounts)[0]?.coupon),
            pause: form.pause_collection === "" ? null : text(pause.behavior) as "void" | undefined,
          }),
          anchor_now: form.billing_cycle_anchor === "now",
          metadata: strings(form.metadata),
        }));
      },
    ),
    route(
      "DELETE",
      "subscriptions/:id",
      ["invoice_now", "prorate", "cancellation_details"],
      ({ account, id, show }) => show(account.cancel(id)),
    ),
    route(
      "POST",
      "subscriptions/:id/resume",
      ["billing_cycle_anchor"],
      ({ account, id, show }) => show(account.resume(id)),
    ),

    route("GET", "invoices", [...PAGE, "customer", "subscription", "status"], (asked) => {
      const { account, form } = asked;
      return page(
        asked,
        account.all("invoice").filter((one) =>
          (text(form.customer) ?? one.customer) === one.customer &&
          (text(form.subscription) ?? one.subscription) === one.subscription
        ),
        "invoices",
      );
    }),
    route(
      "POST",
      "invoices/create_preview",
      ["customer", "subscription", "subscription_details"],
      ({ account, form, show }) => {
        account.customer(needed(form, "customer"));
        return show(account.preview(needed(form, "subscription")));
      },
    ),
    route("GET", "invoices/:id", [], ({ account, id, show }) => show(account.invoice(id))),
    route("POST", "invoices/:id/pay", [], ({ account, id, show }) => {
      const invoice = account.invoice(id);
      if (!account.pay(id)) {
        throw new StripeRefusal(402, "card_error", "Your card was declined.", {
          code: "card_declined",
          decline_code: "generic_decline",
        });
      }
      return show(invoice);
    }),

    route("GET", "charges/:id", [], ({ account, id, show }) => show(account.get("charge", id))),
    route("POST", "refunds", ["charge", "amount", "reason", "metadata"], ({ account, form }) => {
      const charge = account.refund(needed(form, "charge"), whole(form.amount));
      return {
        id: account.newId("re"),
        object: "refund",
        amount: charge.amount_refunded,
        charge: charge.id,
        currency: charge.currency,
        status: "succeeded",
      };
    }),

    route("GET", "events", [...PAGE, "type", "types"], (asked) => {
      const { held, form } = asked;
      const limit = Math.min(100, whole(form.limit) ?? 10);
      const all = held.happenings.filter(({ type }) => (text(form.type) ?? type) === type).reverse();
      return list(
        all.slice(0, limit).map((one) => JSON.parse(held.deliveries.body(one, null))),
        "/v1/events",
        all.length > limit,
      );
    }),

    route(
      "POST",
      "webhook_endpoints",
      ["url", "enabled_events", "api_version", "description", "metadata"],
      ({ account, form, show }) => {
        const endpoint = account.keep<Endpoint>({
          kind: "webhook_endpoint",
          id: account.newId("we"),
          created: account.now(),
          url: needed(form, "url"),
          secret: account.newId("whsec"),
          enabled_events: texts(form.enabled_events),
          api_version: text(form.api_version) ?? null,
          metadata: strings(form.metadata),
          description: text(form.description) ?? null,
        });
        // The secret is returned only once.
        return { ...show(endpoint), secret: endpoint.secret };
      },
    ),
    route(
      "GET",
      "webhook_endpoints",
      PAGE,
      (asked) => page(asked, asked.account.all("webhook_endpoint"), "webhook_endpoints"),
    ),
    route(
      "POST",
      "webhook_endpoints/:id",
      ["url", "enabled_events", "description", "metadata", "disabled"],
      ({ account, form, id, show }) => {
        const endpoint = account.get("webhook_endpoint", id);
        endpoint.url = text(form.url) ?? endpoint.url;
        const wanted = texts(form.enabled_events);
        if (wanted.length > 0) endpoint.enabled_events = wanted;
        return show(account.keep(endpoint));
      },
    ),
    route("DELETE", "webhook_endpoints/:id", [], ({ account, id }) => {
      account.get("webhook_endpoint", id);
      account.remove(id);
      return { id, object: "webhook_endpoint", deleted: true };
    }),

    route("POST", "test_helpers/test_clocks", ["frozen_time", "name"], ({ account, form, show }) => {
      const at = whole(form.frozen_time);
      if (at === undefined) throw missing("frozen_time");
      return show(account.createClock(at, text(form.name) ?? null));
    }),
    route(
      "GET",
      "test_helpers/test_clocks/:id",
      [],
      ({ account, id, show }) => show(account.get("test_helpers.test_clock", id)),
    ),
    route("POST", "test_helpers/test_clocks/:id/advance", ["frozen_time"], ({ account, form, id, show }) => {
      const at = whole(form.frozen_time);
      if (at === undefined) throw missing("frozen_time");
      advanceClock(account, id, at);
      return show(account.get("test_helpers.test_clock", id));
    }),
  ];
}

/** Advances a test clock; everything that falls due happens at its own time. */
export function advanceClock(account: StripeAccount, id: string, until: number): void {
  const clock = account.get("test_helpers.test_clock", id);
  if (until < clock.frozen_time) {
    throw new StripeRefusal(
      400,
      "invalid_request_error",
      "Test clocks can only be advanced to a time in the future.",
      { param: "frozen_time" },
    );
  }
  const from = clock.frozen_time;
  for (const customer of account.all("customer").filter(({ test_clock }) => test_clock === id)) {
    clock.frozen_time = from;
    account.passTime(customer.id, until, (at) => {
      clock.frozen_time = at;
    });
  }
  clock.frozen_time = until;
  account.keep(clock);
  account.tell("test_helpers.test_clock.ready", clock);
}

function openSession(account: StripeAccount, form: Form, call: Call): Session {
  if (text(form.mode) !== "subscription") {
    throw new StripeRefusal(400, "invalid_request_error", "The simulator sells subscriptions only.", {
      param: "mode",
    });
  }
  const ui_mode = text(form.ui_mode);
  if (ui_mode !== undefined && ui_mode !== "hosted_page") {
    throw new StripeRefusal(
      400,
      "invalid_request_error",
      `Invalid ui_mode: must be one of hosted_page, embedded_page, elements or form`,
      { param: "ui_mode" },
    );
  }
  if (text(form.customer) && text(form.customer_email)) {
    throw new StripeRefusal(
      400,
      "invalid_request_error",
      "You may only specify one of these parameters: customer, customer_email.",
    );
  }
  const customer = account.customer(needed(form, "customer"));
  const [item] = entries(form.line_items);
  const price = account.get("price", needed(item ?? {}, "price"), "line_items[0][price]");
  const now = account.now(customer.id);
  const expires_at = whole(form.expires_at) ?? now + 86_400;
  const wall = account.now();
  if (
    whole(form.expires_at) !== undefined &&
    (expires_at < wall + 1_800 - 60 || expires_at > wall + 86_400 + 60)
  ) {
    throw new StripeRefusal(
      400,
      "invalid_request_error",
      "The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session creation.",
      { param: "expires_at" },
    );
  }
  const id = account.newId("cs_test");
  return account.keep<Session>({
    kind: "checkout.session",
    id,
    created: now,
    customer: customer.id,
    status: "open",
    price: price.id,
    quantity: whole(item?.quantity) ?? 1,
    success_url: needed(form, "success_url"),
    cancel_url: text(form.cancel_url) ?? null,
    expires_at,
    client_reference_id: text(form.client_reference_id) ?? null,
    metadata: strings(form.metadata),
    subscription_metadata: strings(inner(form.subscription_data).metadata),
    trial_days: whole(inner(form.subscription_data).trial_period_days) ?? 0,
    codes: truth(form.allow_promotion_codes) ?? false,
    tax: truth(inner(form.automatic_tax).enabled) ?? false,
    subscription: null,
    url: `${originOf(call)}/checkout.stripe.com/c/pay/${id}`,
  });
}

/** Returns the simulator's origin, as the caller reached it. */
function originOf(call: Call): string {
  return `http://${call.headers.get("host") ?? "127.0.0.1"}`;
}

function missing(param: string): StripeRefusal {
  return new StripeRefusal(400, "invalid_request_error", `Missing required param: ${param}.`, {
    code: "parameter_missing",
    param,
  });
}

function needed(form: Form, name: string): string {
  const value = text(form[name]);
  if (value === undefined) throw missing(name);
  return value;
}

/** Removes undefined members. */
function optional<T extends Record<string, unknown>>(
  members: T,
): { [Name in keyof T]?: Exclude<T[Name], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [Name in keyof T]?: Exclude<T[Name], undefined>;
  };
}
