/**
 * Stripe's own SDK over the kernel's outgoing calls, with their timeout, their retries (the SDK's are off) and their log. Imported
 * on first use, so that the webhook responds without it.
 */
import type Stripe from "stripe";
import type { Context } from "../context.ts";
import { ApiError, DatabaseError } from "../errors.ts";
import { callProvider, ProviderError } from "../http/outgoing.ts";
import { BILLING } from "./settings.ts";

/** The metadata key that names the owner of a customer or a subscription. */
export const OWNER = "streamvibe_user_id";

/** Returns a client. Every POST must carry an idempotency key, because calls are retried; one without a key is not. */
export async function stripeClient(context: Context): Promise<Stripe> {
  const settings = context.settings.of(BILLING);
  const key = settings.STRIPE_SECRET_KEY;
  if (key === undefined) {
    throw new ApiError(
      "unavailable",
      "Cannot reach Stripe: this installation sells no plans (it has no key)",
    );
  }
  const { default: Client } = await import("stripe");
  return new Client(key, {
    httpClient: Client.createFetchHttpClient(
      outgoing(context, settings.STRIPE_API_URL, settings.STRIPE_TIMEOUT_MS),
    ),
    maxNetworkRetries: 0,
    telemetry: false,
    // The kernel's timeout is the one that applies, to each attempt.
    timeout: 120_000,
  });
}

const ORIGIN = "https://api.stripe.com";

function outgoing(context: Context, base: string, timeout_ms: number): typeof fetch {
  return async (input, init) => {
    const address = String(input instanceof Request ? input.url : input).replace(ORIGIN, base);
    const method = init?.method ?? "GET";
    const keyed = new Headers(init?.headers).has("idempotency-key");
    try {
      return await callProvider(address, init ?? {}, {
        provider: "stripe",
        timeout_ms,
        retry: method === "POST" && !keyed ? "never" : "safe",
        request_id: context.request_id,
        signal: context.signal,
        log: context.log,
        fetch: context.fetch,
      });
    } catch (error) {
      // The SDK reads refusals itself, because it knows Stripe's errors.
      if (!(error instanceof ProviderError) || error.status === null || error.kind !== "status") throw error;
      const body = typeof error.body === "string" ? error.body : JSON.stringify(error.body);
      return new Response(body, { status: error.status, headers: error.headers });
    }
  };
}

interface StripeFault {
  type?: string;
  code?: string;
  param?: string;
  statusCode?: number;
}

/** Returns the details of Stripe's error without its message, which may quote an address or a card. */
export function faultOf(error: unknown): StripeFault | null {
  if (!(error instanceof Error) || !/^Stripe/.test((error as StripeFault).type ?? "")) return null;
  const { type, code, param, statusCode } = error as StripeFault;
  return { type, code, param, statusCode };
}

/** Returns whether Stripe reports that the object does not exist. */
export function isMissing(error: unknown): boolean {
  const fault = faultOf(error);
  return fault?.code === "resource_missing" || fault?.statusCode === 404;
}

/** Describes an error in words that are safe to log and store. */
export function describeFault(error: unknown): string {
  const fault = faultOf(error);
  if (fault) {
    return `Stripe: ${[fault.type, fault.statusCode, fault.code, fault.param].filter(Boolean).join(", ")}`;
  }
  if (error instanceof DatabaseError) return `database: ${error.sqlstate}`;
  return error instanceof Error ? error.name : "unknown";
}

/** Runs calls to Stripe; converts a failure to a problem that the caller may see. */
export async function atStripe<T>(context: Context, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const fault = faultOf(error);
    if (!fault) throw error;
    context.log.warn("Stripe refused a call", { fault });
    if (fault.type === "StripeConnectionError" || (fault.statusCode ?? 0) >= 500) {
      throw new ApiError("provider_unavailable", "Cannot reach Stripe now: try again in a minute", {
        retry_after: 60,
      });
    }
    if (fault.statusCode === 429) {
      throw new ApiError("provider_unavailable", "Stripe is too busy now: try again in a minute", {
        retry_after: 30,
      });
    }
    throw new ApiError("provider_error", "Cannot do this at Stripe: it refused the call");
  }
}
