/**
 * A customer's subscriptions as Stripe reports them, in the form that the database stores and `ops.entitlement` reads. Supports the
 * API before and after 2025-03-31, when periods moved from the subscription to its items. A missing date stays missing.
 */
import * as z from "zod";

const Id = z.union([z.string(), z.looseObject({ id: z.string() }).transform(({ id }) => id)]);
const Seconds = z.number().int().nullish().transform((value) => value ?? null);
const Text = z.string().nullish().transform((value) => value ?? null);
const Amount = z.number().int().nullish().transform((value) => value ?? null);
const Period = { current_period_start: Seconds, current_period_end: Seconds };

const Price = z.looseObject({
  id: z.string(),
  product: Id.nullish(),
  lookup_key: Text,
  unit_amount: Amount,
  currency: Text,
  recurring: z.looseObject({ interval: z.string(), interval_count: z.number().int() }).nullish(),
});
/** The legacy form of an item's price. */
const Plan = z.looseObject({
  id: z.string(),
  amount: Amount,
  currency: Text,
  interval: Text,
  interval_count: Amount,
});
const Item = z.looseObject({
  quantity: z.number().int().nullish(),
  price: Price.nullish(),
  plan: Plan.nullish(),
  ...Period,
}).transform(({ price, plan, quantity, ...item }) => ({
  price_id: price?.id ?? plan?.id ?? null,
  lookup_key: price?.lookup_key ?? null,
  quantity: quantity ?? 1,
  unit_amount: price?.unit_amount ?? plan?.amount ?? null,
  currency: price?.currency ?? plan?.currency ?? null,
  interval: price?.recurring?.interval ?? plan?.interval ?? null,
  interval_count: price?.recurring?.interval_count ?? plan?.interval_count ?? null,
  period_start: item.current_period_start,
  period_end: item.current_period_end,
}));

const Invoice = z.looseObject({
  id: z.string(),
  status: Text,
  amount_due: Amount,
  amount_paid: Amount,
  currency: Text,
  attempt_count: Amount,
  created: Seconds,
  next_payment_attempt: Seconds,
  hosted_invoice_url: Text,
}).transform((invoice) => ({
  id: invoice.id,
  status: invoice.status,
  /** Minor units. */
  amount: invoice.status === "paid" ? invoice.amount_paid : invoice.amount_due,
  currency: invoice.currency,
  attempts: invoice.attempt_count ?? 0,
  created: invoice.created,
  retry_at: invoice.next_payment_attempt,
  url: invoice.hosted_invoice_url,
}));

/** Schema of one subscription in Stripe's responses. */
export const Subscription = z.looseObject({
  id: z.string(),
  status: z.string(),
  created: Seconds,
  cancel_at: Seconds,
  cancel_at_period_end: z.boolean().nullish(),
  canceled_at: Seconds,
  ended_at: Seconds,
  trial_end: Seconds,
  billing_cycle_anchor: Seconds,
  currency: Text,
  pause_collection: z.looseObject({ behavior: z.string() }).nullish(),
  latest_invoice: z.union([z.string().transform(() => null), Invoice]).nullish(),
  items: z.looseObject({ data: z.array(Item), has_more: z.boolean().nullish() }),
  ...Period,
}).transform((subscription) => ({
  id: subscription.id,
  status: subscription.status,
  created: subscription.created,
  cancel_at: subscription.cancel_at,
  cancel_at_period_end: subscription.cancel_at_period_end ?? false,
  canceled_at: subscription.canceled_at,
  ended_at: subscription.ended_at,
  trial_end: subscription.trial_end,
  anchor: subscription.billing_cycle_anchor,
  currency: subscription.currency,
  pause_collection: subscription.pause_collection?.behavior ?? null,
  period_start: subscription.current_period_start,
  period_end: subscription.current_period_end,
  latest_invoice: subscription.latest_invoice ?? null,
  items: subscription.items.data,
}));

/** The stored form: times in seconds since 1970, amounts in minor units. */
export type SubscriptionState = z.output<typeof Subscription>;

/** What was fetched for a customer. `user_id` is set only where Stripe was asked for the customer's owner. */
export interface CustomerState {
  is_deleted: boolean;
  subscriptions: SubscriptionState[];
  user_id?: string | null;
}
