/** The objects of a Stripe account, and their rendering in an API version. */

/** The account of the local stack. */
export const LOCAL_KEY = "sk_test_local_simulator";
export const LOCAL_WEBHOOK_SECRET = "whsec_local_simulator";

export interface Customer {
  readonly kind: "customer";
  id: string;
  created: number;
  email: string | null;
  name: string | null;
  metadata: Record<string, string>;
  deleted: boolean;
  test_clock: string | null;
  /** Determines the result of a charge. */
  card: Card;
}
/** Stripe's test cards by behavior: works, is declined, works once and is declined later, requires authentication, none. */
export type Card = "works" | "declined" | "declined_later" | "authenticates" | "none";

export interface Product {
  readonly kind: "product";
  id: string;
  created: number;
  name: string;
  active: boolean;
  metadata: Record<string, string>;
}
export interface Price {
  readonly kind: "price";
  id: string;
  created: number;
  product: string;
  lookup_key: string | null;
  unit_amount: number;
  currency: string;
  interval: Interval;
  interval_count: number;
  active: boolean;
  metadata: Record<string, string>;
}
export type Interval = "day" | "week" | "month" | "year";

export interface Coupon {
  readonly kind: "coupon";
  id: string;
  created: number;
  percent_off: number | null;
  amount_off: number | null;
  currency: string | null;
}

export interface Item {
  id: string;
  price: string;
  quantity: number;
  period_start: number;
  period_end: number;
}
export interface Subscription {
  readonly kind: "subscription";
  id: string;
  created: number;
  customer: string;
  status:
    | "incomplete"
    | "incomplete_expired"
    | "trialing"
    | "active"
    | "past_due"
    | "canceled"
    | "unpaid"
    | "paused";
  items: Item[];
  anchor: number;
  /** Periods since the anchor. */
  periods: number;
  cancel_at: number | null;
  cancel_at_period_end: boolean;
  canceled_at: number | null;
  ended_at: number | null;
  trial_start: number | null;
  trial_end: number | null;
  pause: "void" | "keep_as_draft" | "mark_uncollectible" | null;
  coupon: string | null;
  tax: boolean;
  /** Minor units added to the next invoice, for a plan changed within a period. */
  proration: number;
  latest_invoice: string | null;
  metadata: Record<string, string>;
}
export interface Invoice {
  readonly kind: "invoice";
  id: string;
  created: number;
  customer: string;
  subscription: string;
  status: "draft" | "open" | "paid" | "void" | "uncollectible";
  amount_due: number;
  subtotal: number;
  tax: number;
  currency: string;
  attempt_count: number;
  next_payment_attempt: number | null;
  billing_reason: string;
  period_start: number;
  period_end: number;
  charge: string | null;
}
export interface Charge {
  readonly kind: "charge";
  id: string;
  created: number;
  customer: string;
  amount: number;
  amount_refunded: number;
  currency: string;
  disputed: boolean;
}
export interface Dispute {
  readonly kind: "dispute";
  id: string;
  created: number;
  charge: string;
  amount: number;
  currency: string;
}
export interface Session {
  readonly kind: "checkout.session";
  id: string;
  created: number;
  customer: string;
  status: "open" | "complete" | "expired";
  price: string;
  quantity: number;
  success_url: string;
  cancel_url: string | null;
  expires_at: number;
  client_reference_id: string | null;
  metadata: Record<string, string>;
  subscription_metadata: Record<string, string>;
  trial_days: number;
  codes: boolean;
  tax: boolean;
  subscription: string | null;
  /** URL of the checkout page on the simulator. */
  url: string;
}
export interface PortalSession {
  readonly kind: "billing_portal.session";
  id: string;
  created: number;
  customer: string;
  return_url: string | null;
  url: string;
}
export interface Endpoint {
  readonly kind: "webhook_endpoint";
  id: string;
  created: number;
  url: string;
  secret: string;
  enabled_events: string[];
  api_version: string | null;
  metadata: Record<string, string>;
  description: string | null;
}
export interface TestClock {
  readonly kind: "test_helpers.test_clock";
  id: string;
  created: number;
  name: string | null;
  frozen_time: number;
}

export type Thing =
  | Customer
  | Product
  | Price
  | Coupon
  | Subscription
  | Invoice
  | Charge
  | Dispute
  | Session
  | PortalSession
  | Endpoint
  | TestClock;

/** The API version that `stripe@23.1.0` uses. */
export const CURRENT_VERSION = "2026-10-28.endive";

/** Since 2025-03-31 periods are on items, and an invoice names its subscription under `parent`. */
export function isLegacy(version: string): boolean {
  return version.slice(0, 10) < "2025-03-31";
}

/** Looks up objects that another object refers to. */
export interface Lookup {
  price(id: string): Price;
  invoice(id: string): Invoice;
  coupon(id: string): Coupon;
}

export interface Rendering {
  readonly version: string;
  readonly livemode: boolean;
  readonly look: Lookup;
  /** Members to render as objects, such as `latest_invoice`. */
  readonly expand?: readonly string[];
}

export function list(data: unknown[], url: string, has_more = false) {
  return { object: "list", data, has_more, url };
}

/** Renders an object as the API and events do. */
export function render(thing: Thing, how: Rendering): Record<string, unknown> {
  const { version, livemode, look, expand = [] } = how;
  const legacy = isLegacy(version);
  const head = { id: thing.id, object: thing.kind, livemode, created: thing.created };
  switch (thing.kind) {
    case "customer":
      if (thing.deleted) return { id: thing.id, object: "customer", deleted: true };
      return {
        ...head,
        address: null,
        balance: 0,
        currency: null,
        default_source: null,
        delinquent: false,
        description: null,
        email: thing.email,
        invoice_prefix: thing.id.slice(-8).toUpperCase(),
        invoice_settings: {
          custom_fields: null,
          default_payment_method: null,
          footer: null,
          rendering_options: null,
        },
        metadata: thing.metadata,
        name: thing.name,
        next_invoice_sequence: 1,
        phone: null,
        preferred_locales: [],
        shipping: null,
        tax_exempt: "none",
        test_clock: thing.test_clock,
      };
    case "product":
      return {
        ...head,
        active: thing.active,
        default_price: null,
        description: null,
        images: [],
        metadata: thing.metadata,
        name: thing.name,
        updated: thing.created,
        url: null,
        type: "service",
      };
    case "price":
      return {
        ...head,
        active: thing.active,
        billing_scheme: "per_unit",
        currency: thing.currency,
        lookup_key: thing.lookup_key,
        metadata: thing.metadata,
        nickname: null,
        product: thing.product,
        recurring: {
          interval: thing.interval,
          interval_count: thing.interval_count,
          trial_period_days: null,
          usage_type: "licensed",
          ...(legacy ? { aggregate_usage: null } : { meter: null }),
        },
        tiers_mode: null,
        transform_quantity: null,
        type: "recurring",
        unit_amount: thing.unit_amount,
        unit_amount_decimal: String(thing.unit_amount),
      };
    case "coupon":
      return {
        ...head,
        amount_off: thing.amount_off,
        currency: thing.currency,
        duration: "forever",
        duration_in_months: null,
        max_redemptions: null,
        metadata: {},
        name: null,
        percent_off: thing.percent_off,
        redeem_by: null,
        times_redeemed: 0,
        valid: true,
      };
    case "subscription": {
      const [first] = thing.items;
      const items = thing.items.map((item) => ({
        id: item.id,
        object: "subscription_item",
        created: thing.created,
        metadata: {},
        price: render(look.price(item.price), how),
        quantity: item.quantity,
        subscription: thing.id,
        tax_rates: [],
        ...(legacy ? {} : {
          discounts: [],
          current_period_start: item.period_start,
          current_period_end: item.period_end,
        }),
      }));
      return {
        ...head,
        application: null,
        application_fee_percent: null,
        automatic_tax: { enabled: thing.tax, ...(legacy ? {} : { disabled_reason: null, liability: null }) },
        billing_cycle_anchor: thing.anchor,
        cancel_at: thing.cancel_at ?? (thing.cancel_at_period_end ? first?.period_end ?? null : null),
        cancel_at_period_end: thing.cancel_at_period_end,
        canceled_at: thing.canceled_at,
        collection_method: "charge_automatically",
        currency: first ? look.price(first.price).currency : "usd",
        customer: thing.customer,
        days_until_due: null,
        default_payment_method: null,
        default_source: null,
        default_tax_rates: [],
        ended_at: thing.ended_at,
        items: list(items, `/v1/subscription_items?subscription=${thing.id}`),
        latest_invoice: thing.latest_invoice && expand.includes("latest_invoice")
          ? render(look.invoice(thing.latest_invoice), how)
          : thing.latest_invoice,
        metadata: thing.metadata,
        next_pending_invoice_item_invoice: null,
        pause_collection: thing.pause ? { behavior: thing.pause, resumes_at: null } : null,
        pending_invoice_item_interval: null,
        pending_setup_intent: null,
        pending_update: null,
        schedule: null,
        start_date: thing.created,
        status: thing.status,
        transfer_data: null,
        trial_end: thing.trial_end,
        trial_start: thing.trial_start,
        ...(legacy
          ? {
            current_period_start: first?.period_start,
            current_period_end: first?.period_end,
            discount: null,
          }
          : {
            billing_mode: { type: "classic" },
            discounts: thing.coupon ? [`di_${thing.id.slice(4)}`] : [],
          }),
      };
    }
    case "invoice": {
      const paid = thing.status === "paid" ? thing.amount_due : 0;
      return {
        ...head,
        account_country: "US",
        account_name: "StreamVibe",
        account_tax_ids: null,
        amount_due: thing.amount_due,
        amount_paid: paid,
        amount_remaining: thing.amount_due - paid,
        application: null,
        attempt_count: thing.attempt_count,
        attempted: thing.attempt_count > 0,
        auto_advance: thing.status === "draft" || thing.status === "open",
        automatic_tax: {
          enabled: thing.tax > 0,
          status: null,
          ...(legacy ? {} : { disabled_reason: null, liability: null, provider: null }),
        },
        billing_reason: thing.billing_reason,
        collection_method: "charge_automatically",
        currency: thing.currency,
        custom_fields: null,
        customer: thing.customer,
        customer_address: null,
        customer_email: null,
        customer_name: null,
        customer_phone: null,
        customer_shipping: null,
        customer_tax_exempt: "none",
        default_payment_method: null,
        default_source: null,
        default_tax_rates: [],
        description: null,
        due_date: null,
        ending_balance: 0,
        footer: null,
        hosted_invoice_url: `https://invoice.stripe.com/i/${thing.id}`,
        invoice_pdf: `https://pay.stripe.com/invoice/${thing.id}/pdf`,
        last_finalization_error: null,
        lines: list([], `/v1/invoices/${thing.id}/lines`),
        metadata: {},
        next_payment_attempt: thing.next_payment_attempt,
        number: null,
        on_behalf_of: null,
        payment_settings: { payment_method_options: null, payment_method_types: null },
        period_end: thing.period_end,
        period_start: thing.period_start,
        post_payment_credit_notes_amount: 0,
        pre_payment_credit_notes_amount: 0,
        receipt_number: null,
        starting_balance: 0,
        statement_descriptor: null,
        status: thing.status,
        status_transitions: {
          finalized_at: thing.status === "draft" ? null : thing.created,
          marked_uncollectible_at: null,
          paid_at: thing.status === "paid" ? thing.created : null,
          voided_at: null,
        },
        subtotal: thing.subtotal,
        total: thing.amount_due,
        webhooks_delivered_at: null,
        ...(legacy
          ? {
            subscription: thing.subscription,
            charge: thing.charge,
            paid: thing.status === "paid",
            payment_intent: null,
            quote: null,
            tax: thing.tax,
            total_tax_amounts: [],
            total_discount_amounts: [],
            discount: null,
            discounts: [],
          }
          : {
            parent: {
              type: "subscription_details",
              quote_details: null,
              subscription_details: { subscription: thing.subscription, metadata: {} },
            },
            total_taxes: [],
            discounts: [],
          }),
      };
    }
    case "charge":
      return {
        ...head,
        amount: thing.amount,
        amount_captured: thing.amount,
        amount_refunded: thing.amount_refunded,
        captured: true,
        currency: thing.currency,
        customer: thing.customer,
        disputed: thing.disputed,
        metadata: {},
        paid: true,
        refunded: thing.amount_refunded >= thing.amount,
        status: "succeeded",
      };
    case "dispute":
      return {
        ...head,
        amount: thing.amount,
        charge: thing.charge,
        currency: thing.currency,
        is_charge_refundable: false,
        metadata: {},
        payment_intent: null,
        reason: "fraudulent",
        status: "needs_response",
      };
    case "checkout.session": {
      const amount = look.price(thing.price).unit_amount * thing.quantity;
      return {
        ...head,
        allow_promotion_codes: thing.codes || null,
        amount_subtotal: amount,
        amount_total: amount,
        automatic_tax: { enabled: thing.tax, status: null },
        cancel_url: thing.cancel_url,
        client_reference_id: thing.client_reference_id,
        currency: look.price(thing.price).currency,
        customer: thing.customer,
        customer_email: null,
        expires_at: thing.expires_at,
        metadata: thing.metadata,
        mode: "subscription",
        payment_intent: null,
        payment_status: thing.status === "complete"
          ? thing.trial_days > 0 ? "no_payment_required" : "paid"
          : "unpaid",
        status: thing.status,
        subscription: thing.subscription,
        success_url: thing.success_url,
        ui_mode: legacy ? "hosted" : "hosted_page",
        url: thing.status === "open" ? thing.url : null,
      };
    }
    case "billing_portal.session":
      return {
        ...head,
        configuration: "bpc_local",
        customer: thing.customer,
        flow: null,
        locale: null,
        on_behalf_of: null,
        return_url: thing.return_url,
        url: thing.url,
      };
    case "webhook_endpoint":
      return {
        ...head,
        api_version: thing.api_version,
        application: null,
        description: thing.description,
        enabled_events: thing.enabled_events,
        metadata: thing.metadata,
        status: "enabled",
        url: thing.url,
      };
    case "test_helpers.test_clock":
      return {
        ...head,
        deletes_after: thing.created + 30 * 86_400,
        frozen_time: thing.frozen_time,
        name: thing.name,
        status: "ready",
      };
  }
}
