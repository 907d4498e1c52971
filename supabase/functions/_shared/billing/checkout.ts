/** Stripe's pages: the checkout, where a creator pays, and the portal, where they manage the subscription. */
import * as z from "zod";
import type Stripe from "stripe";
import type { Context } from "../context.ts";
import { ApiError } from "../errors.ts";
import { sha256Hex } from "../text/hash.ts";
import { BILLING, isLive } from "./settings.ts";
import { atStripe, isMissing, OWNER, stripeClient } from "./stripe_client.ts";
import { lookAt } from "./work_off.ts";

export const CheckoutInput = z.strictObject({
  tier: z.string().regex(/^[a-z][a-z0-9_]{0,39}$/, "must be the slug of a plan, such as premium"),
  /** Where Stripe redirects the creator; one of the allowed addresses, by default the first. */
  return_url: z.url().max(2_048).optional(),
});

export const PortalInput = z.strictObject({ return_url: z.url().max(2_048).optional() });

const Begun = z.object({
  customer_id: z.string().nullable(),
  is_deleted: z.boolean(),
  subscriptions: z.array(z.looseObject({ status: z.string() })),
  has_subscribed: z.boolean(),
  lookup_key: z.string().nullable(),
  told_email_hash: z.string().nullable(),
  email: z.string().nullable(),
});
type Begun = z.output<typeof Begun>;

/** Ended, or never started: another checkout is not a second payment for the same plan. */
const NOT_PAYING = new Set(["canceled", "incomplete_expired", "incomplete"]);
/** Stripe's minimum is 30 minutes. */
const OPEN_SECONDS = 31 * 60;
const PRICE_SECONDS = 3_600;

/** Creates a page on which only this creator can subscribe. One page is open at a time: a new one closes the previous one. */
export async function createCheckout(
  context: Context,
  user_id: string,
  input: z.output<typeof CheckoutInput>,
): Promise<{ url: string; expires_at: string }> {
  const back = returnUrl(context, input.return_url);
  const settings = context.settings.of(BILLING);
  const begun = await begin(context, user_id, input.tier);
  const stripe = await stripeClient(context);
  return await atStripe(context, async () => {
    if (begun.customer_id !== null) {
      // A payment made a second ago may not have been reported yet.
      await lookAt(context, stripe, begun.customer_id);
      const { subscriptions } = await begin(context, user_id, input.tier);
      if (subscriptions.some(({ status }) => !NOT_PAYING.has(status))) throw alreadySubscribed();
    }
    const customer = await customerOf(context, stripe, user_id, begun);
    const price = await priceOf(context, stripe, begun.lookup_key ?? "");
    const metadata = { [OWNER]: user_id };
    const isFirst = !begun.has_subscribed && settings.STRIPE_TRIAL_DAYS > 0;
    const session = await stripe.checkout.sessions.create({
      mode: "subscription",
      customer,
      client_reference_id: user_id,
      line_items: [{ price, quantity: 1 }],
      success_url: withQuery(back, "checkout=success&session_id={CHECKOUT_SESSION_ID}"),
      cancel_url: withQuery(back, "checkout=cancelled"),
      expires_at: Math.floor(context.now().getTime() / 1_000) + OPEN_SECONDS,
      metadata,
      subscription_data: {
        metadata,
        ...(isFirst ? { trial_period_days: settings.STRIPE_TRIAL_DAYS } : {}),
      },
      ...(settings.STRIPE_PROMOTION_CODES === "on" ? { allow_promotion_codes: true } : {}),
      ...(settings.STRIPE_AUTOMATIC_TAX === "on"
        ? { automatic_tax: { enabled: true }, customer_update: { address: "auto", name: "auto" } }
        : {}),
    }, { idempotencyKey: `checkout-${crypto.randomUUID()}` });
    await closeEarlier(context, stripe, user_id, session.id);
    if (!session.url) {
      throw new ApiError("provider_error", "Cannot open the checkout: Stripe gave no address");
    }
    return { url: session.url, expires_at: new Date(session.expires_at * 1_000).toISOString() };
  });
}

/** Creates Stripe's page on which a creator changes the plan or the card, cancels, and finds invoices. */
export async function createPortal(
  context: Context,
  user_id: string,
  input: z.output<typeof PortalInput>,
): Promise<{ url: string }> {
  const return_url = returnUrl(context, input.return_url);
  const { customer_id, is_deleted } = await begin(context, user_id);
  if (customer_id === null || is_deleted) {
    throw new ApiError(
      "conflict",
      "Cannot open the billing portal: you never subscribed; choose a plan first",
    );
  }
  const stripe = await stripeClient(context);
  return await atStripe(context, async () => {
    const { url } = await stripe.billingPortal.sessions.create(
      { customer: customer_id, return_url },
      { idempotencyKey: `portal-${crypto.randomUUID()}` },
    );
    return { url };
  });
}

async function begin(context: Context, user_id: string, tier?: string): Promise<Begun> {
  return await context.admin.call("begin_billing", {
    p_user_id: user_id,
    p_livemode: isLive(context.settings),
    p_tier: tier,
  }, Begun);
}

function alreadySubscribed(): ApiError {
  return new ApiError(
    "conflict",
    "Cannot subscribe twice: you have a subscription already; change or cancel it in the billing portal",
  );
}

/**
 * Returns the creator's only customer. Concurrent requests create it under the same key, so Stripe gives each the same customer; a
 * request that finds a stored one uses that.
 */
async function customerOf(
  context: Context,
  stripe: Stripe,
  user_id: string,
  begun: Begun,
): Promise<string> {
  let customer = begun.is_deleted ? null : begun.customer_id;
  let told = begun.is_deleted ? null : begun.told_email_hash;
  const keep = (id: string, hash: string | null) =>
    context.admin.call("keep_stripe_customer", {
      p_user_id: user_id,
      p_livemode: isLive(context.settings),
      p_customer_id: id,
      p_told_email_hash: hash,
      p_replaces: begun.is_deleted ? begun.customer_id : null,
    });
  if (customer === null) {
    // Created without the address, which may change between two attempts: the same key must mean the same request.
    const key = `streamvibe-customer-${user_id}-${begun.is_deleted ? begun.customer_id : "first"}`;
    const made = await patient(() =>
      stripe.customers.create({ metadata: { [OWNER]: user_id } }, { idempotencyKey: key })
    );
    customer = await keep(made.id, null);
    told = null;
  }
  const hash = begun.email === null ? null : await sha256Hex(begun.email);
  if (begun.email !== null && hash !== told) {
    const [id, email] = [customer, begun.email];
    await patient(() =>
      stripe.customers.update(id, { email }, { idempotencyKey: `customer-email-${id}-${hash}` })
    );
    await keep(id, hash);
  }
  return customer;
}

/** Retries while Stripe responds with 409, because the first call with the same key is still running. */
async function patient<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1;; attempt++) {
    try {
      return await work();
    } catch (error) {
      const { code, statusCode } = error as { code?: string; statusCode?: number };
      if (attempt >= 8 || (code !== "idempotency_key_in_use" && statusCode !== 409)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100 * attempt));
    }
  }
}

async function priceOf(context: Context, stripe: Stripe, lookup_key: string): Promise<string> {
  const key = `stripe:prices:${lookup_key}`;
  const cached = await context.admin.call("get_cached_stripe_data", { p_key: key });
  if (typeof cached === "string") return cached;
  const { data } = await stripe.prices.list({ lookup_keys: [lookup_key], active: true, limit: 1 });
  const [price] = data;
  if (!price) {
    context.log.error("a plan has no price at Stripe: run scripts/setup-stripe.sh", { lookup_key });
    throw new ApiError("unavailable", "Cannot sell this plan now: it has no price yet");
  }
  await context.admin.call("cache_stripe_data", { p_key: key, p_data: price.id, p_ttl: PRICE_SECONDS });
  return price.id;
}

/** Closes the page that was opened before. If it has just been paid, closes the new page instead. */
async function closeEarlier(context: Context, stripe: Stripe, user_id: string, id: string): Promise<void> {
  const earlier = await context.admin.call("keep_checkout", {
    p_user_id: user_id,
    p_livemode: isLive(context.settings),
    p_session_id: id,
  });
  if (!earlier || earlier === id) return;
  const expire = (session: string) =>
    patient(() => stripe.checkout.sessions.expire(session, {}, { idempotencyKey: `expire-${session}` }));
  try {
    await expire(earlier);
  } catch (error) {
    if (isMissing(error)) return;
    const { status, customer } = await stripe.checkout.sessions.retrieve(earlier);
    if (status === "expired") return;
    if (status === "complete" && typeof customer === "string") {
      // It may have been paid long ago, for a subscription that has ended since.
      await lookAt(context, stripe, customer);
      const { subscriptions } = await begin(context, user_id);
      if (subscriptions.every((one) => NOT_PAYING.has(one.status))) return;
    }
    await expire(id);
    if (status === "complete") throw alreadySubscribed();
    throw error;
  }
}

/** Compares the whole address, as for OAuth: matching only a prefix or a host would send creators to another site's page. */
function returnUrl(context: Context, asked?: string): string {
  const allowed = context.settings.of(BILLING).BILLING_RETURN_URLS;
  const url = asked ?? allowed[0];
  if (url !== undefined && allowed.includes(url)) return url;
  throw new ApiError(
    "redirect_uri_not_allowed",
    "Cannot use return_url: it is not on the list of allowed addresses",
  );
}

/** Built by hand, because the braces of Stripe's placeholder must not be encoded. */
function withQuery(url: string, query: string): string {
  const [page = "", fragment] = url.split("#", 2);
  return `${page}${page.includes("?") ? "&" : "?"}${query}${fragment === undefined ? "" : `#${fragment}`}`;
}
