/** Describes in words what a creator has, what it costs, and what happens next. */
import * as z from "zod";
import type { Context } from "../context.ts";
import { day, money } from "./money.ts";
import { isLive } from "./settings.ts";
import { describeFault, stripeClient } from "./stripe_client.ts";

const Seconds = z.number().nullish();
const Entitlement = z.looseObject({
  is_entitled: z.boolean().optional(),
  status: z.string().optional(),
  subscription_id: z.string().optional(),
  period_start: Seconds,
  period_end: Seconds,
  ends_at: Seconds,
  trial_end: Seconds,
  grace_ends: Seconds,
  paid_twice: z.array(z.string()).optional(),
});
const Item = z.looseObject({
  quantity: z.number(),
  unit_amount: z.number().nullable(),
  currency: z.string().nullable(),
  interval: z.string().nullable(),
  interval_count: z.number().nullable(),
});
const Invoice = z.looseObject({
  amount: z.number().nullable(),
  currency: z.string().nullable(),
  retry_at: Seconds,
});
const Subscription = z.looseObject({
  id: z.string(),
  ended_at: Seconds,
  items: z.array(Item),
  latest_invoice: Invoice.nullable(),
});

/** The result of `read_billing`. */
export const Billing = z.object({
  tier: z.string(),
  plan: z.string(),
  status: z.string(),
  cycle_start: z.string(),
  cycle_end: z.string(),
  customer_id: z.string().nullable(),
  entitlement: Entitlement,
  subscriptions: z.array(Subscription),
  fetched_at: z.string().nullable(),
});
export type Billing = z.output<typeof Billing>;

const Money = z.object({
  /** In the currency's smallest unit, as Stripe counts. */
  minor: z.int(),
  /** ISO 4217, in lower case. */
  currency: z.string(),
  text: z.string(),
});

export const BillingStatusOutput = z.object({
  plan: z.object({ slug: z.string(), name: z.string() }),
  /** The subscription's status in Stripe's terms; `active` without a subscription. */
  status: z.string(),
  /** The cycle over which quotas are counted. */
  period: z.object({
    starts_at: z.iso.datetime({ offset: true }),
    ends_at: z.iso.datetime({ offset: true }),
  }),
  /** The price of one period, before discounts and tax; null without a subscription. */
  amount: Money.extend({ interval: z.string().nullable(), interval_count: z.int().nullable() }).nullable(),
  next: z.object({
    kind: z.enum([
      "none",
      "renews",
      "ends",
      "trial_ends",
      "retries",
      "finish_payment",
      "fix_payment",
      "paused",
    ]),
    at: z.iso.datetime().nullable(),
    /** Includes discounts and tax, if Stripe could be asked. */
    amount: Money.nullable(),
    text: z.string(),
  }),
  /** Whether several subscriptions are being paid at the same time; only one is needed. */
  paid_twice: z.boolean(),
  can_subscribe: z.boolean(),
  can_open_portal: z.boolean(),
});

type Amount = z.output<typeof Money>;

/** Returns the price of the plan per period. */
function priceOf(subscription: Billing["subscriptions"][number]) {
  const [first] = subscription.items;
  if (!first?.currency || subscription.items.some(({ unit_amount }) => unit_amount === null)) return null;
  const minor = subscription.items.reduce((sum, item) => sum + (item.unit_amount ?? 0) * item.quantity, 0);
  const { currency, interval, interval_count } = first;
  return { minor, currency, text: money(minor, currency), interval, interval_count };
}

const sum = (minor: number | null | undefined, currency: string | null | undefined): Amount | null =>
  typeof minor === "number" && currency ? { minor, currency, text: money(minor, currency) } : null;

/** Pure function of the stored state and of Stripe's preview of the next invoice, if there is one. */
export function describeBilling(
  billing: Billing,
  preview: Amount | null,
): z.output<typeof BillingStatusOutput> {
  const { entitlement, plan, tier } = billing;
  const subscription = billing.subscriptions.find(({ id }) => id === entitlement.subscription_id);
  const price = subscription ? priceOf(subscription) : null;
  const due = preview ?? (price && sum(price.minor, price.currency));
  const isOver = !subscription || ["canceled", "incomplete_expired"].includes(entitlement.status ?? "");
  return {
    plan: { slug: tier, name: plan },
    status: subscription ? billing.status : "active",
    period: { starts_at: billing.cycle_start, ends_at: billing.cycle_end },
    amount: isOver ? null : price,
    next: nextOf(billing, subscription, due),
    paid_twice: (entitlement.paid_twice?.length ?? 0) > 1,
    can_subscribe: isOver || entitlement.status === "incomplete",
    can_open_portal: billing.customer_id !== null && billing.subscriptions.length > 0,
  };
}

function nextOf(
  { entitlement, plan, tier }: Billing,
  subscription: Billing["subscriptions"][number] | undefined,
  due: Amount | null,
): z.output<typeof BillingStatusOutput>["next"] {
  const next = (
    kind: z.output<typeof BillingStatusOutput>["next"]["kind"],
    at: number | null | undefined,
    amount: Amount | null,
    text: string,
  ) => ({ kind, at: at ? new Date(at * 1_000).toISOString() : null, amount, text });
  const costs = due ? ` ${due.text} is charged` : " it is charged";
  const on = (at: number | null | undefined) => at ? ` on ${day(at)}` : "";
  const owed = sum(subscription?.latest_invoice?.amount, subscription?.latest_invoice?.currency);
  const payment = owed ? `The payment of ${owed.text}` : "The last payment";
  const { ends_at, trial_end, period_end, grace_ends } = entitlement;
  switch (subscription ? entitlement.status : undefined) {
    case "active":
      if (ends_at) return next("ends", ends_at, null, `Ends${on(ends_at)}; nothing more is charged.`);
      return next("renews", period_end, due, `Renews${on(period_end)}; then${costs}.`);
    case "trialing":
      if (ends_at) {
        return next("ends", ends_at, null, `The trial ends${on(ends_at)}; nothing is charged.`);
      }
      return next(
        "trial_ends",
        trial_end ?? period_end,
        due,
        `The trial ends${on(trial_end ?? period_end)}; then${costs}.`,
      );
    case "past_due": {
      const retry_at = subscription?.latest_invoice?.retry_at;
      const retry = retry_at ? ` Stripe tries again${on(retry_at)}.` : "";
      return next(
        "retries",
        retry_at,
        owed,
        entitlement.is_entitled
          ? `${payment} failed.${retry} Check your card: you keep ${plan} until${
            on(grace_ends).replace(" on", "")
          }.`
          : `${payment} failed, and the grace period is over.${retry} Pay to get your plan back.`,
      );
    }
    case "unpaid":
      return next("fix_payment", null, owed, `${payment} failed for good. Pay it to get your plan back.`);
    case "incomplete":
      return next(
        "finish_payment",
        null,
        owed,
        "The first payment is not complete: finish it, or subscribe again.",
      );
    case "paused":
      return next("paused", null, null, "The subscription is paused: resume it to get your plan back.");
    default:
      return next(
        "none",
        null,
        null,
        subscription?.ended_at
          ? `Your subscription ended${on(subscription.ended_at)}. Nothing is charged.`
          : tier === "free"
          ? "Nothing is charged."
          : `You have ${plan} without a subscription. Nothing is charged.`,
      );
  }
}

const Preview = z.object({ minor: z.int(), currency: z.string() });
const PREVIEW_SECONDS = 3_600;
/** Upper limit for the preview; after it, the price is shown instead. */
const PATIENCE_MS = 2_500;

export async function billingStatus(
  context: Context,
  user_id: string,
): Promise<z.output<typeof BillingStatusOutput>> {
  const billing = await context.admin.call("read_billing", {
    p_user_id: user_id,
    p_livemode: isLive(context.settings),
  }, Billing);
  return describeBilling(billing, await previewOf(context, billing));
}

/** Returns what Stripe will charge next, with proration, discounts and tax; null when nothing is due or the preview fails. */
async function previewOf(context: Context, { customer_id, entitlement }: Billing): Promise<Amount | null> {
  const { subscription_id, status, ends_at } = entitlement;
  if (!customer_id || !subscription_id || ends_at || !["active", "trialing"].includes(status ?? "")) {
    return null;
  }
  const key = `stripe:preview:${customer_id}`;
  try {
    const cached = Preview.safeParse(await context.admin.call("get_cached_stripe_data", { p_key: key }));
    if (cached.success) return sum(cached.data.minor, cached.data.currency);
    const stripe = await stripeClient({ ...context, signal: AbortSignal.timeout(PATIENCE_MS) });
    const invoice = await stripe.invoices.createPreview(
      { customer: customer_id, subscription: subscription_id },
      { idempotencyKey: `preview-${crypto.randomUUID()}` },
    );
    const found = { minor: invoice.amount_due, currency: invoice.currency };
    await context.admin.call("cache_stripe_data", { p_key: key, p_data: found, p_ttl: PREVIEW_SECONDS });
    return sum(found.minor, found.currency);
  } catch (error) {
    context.log.info("the next invoice could not be foreseen", { reason: describeFault(error) });
    return null;
  }
}
