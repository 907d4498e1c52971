/**
 * Sends events to creators' endpoints, signed as https://www.standardwebhooks.com specifies. The bytes sent are exactly the bytes signed.
 * An endpoint is an untrusted address given by a user: only public hosts are called, at the IP address that was checked, without redirects.
 */
import { Webhook } from "standardwebhooks";
import * as z from "zod";
import type { Context } from "../context.ts";
import { safeFetch, UnsafeFetchError } from "../http/safe_fetch.ts";
import type { Handler } from "../jobs/job.ts";
import { SITE } from "./settings.ts";

const Delivery = z.object({
  delivery_id: z.uuid(),
  fence: z.int(),
  attempt: z.int(),
  event: z.string(),
  payload: z.string(),
  url: z.string(),
  secret: z.string(),
  old_secret: z.string().nullable(),
});
type Delivery = z.output<typeof Delivery>;

const AT_ONCE = 10;
const TIMEOUT_MS = 15_000;

/** Creates a secret in the format that receivers' libraries expect. */
export function newSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return `whsec_${btoa(String.fromCharCode(...bytes))}`;
}

/** Returns the three signature headers. During a secret rotation they contain both signatures. */
export function signatureHeaders(
  { delivery_id, payload, secret, old_secret }: Pick<
    Delivery,
    "delivery_id" | "payload" | "secret" | "old_secret"
  >,
  now: Date,
): Record<string, string> {
  const secrets = [secret, ...(old_secret ? [old_secret] : [])];
  return {
    "webhook-id": delivery_id,
    "webhook-timestamp": String(Math.floor(now.getTime() / 1_000)),
    "webhook-signature": secrets.map((one) => new Webhook(one).sign(delivery_id, now, payload)).join(" "),
  };
}

async function deliver(context: Context, delivery: Delivery): Promise<void> {
  const { EXAMPLE_SITES_URL } = context.settings.of(SITE);
  let outcome: { status: number | null; error: string | null; answer: string | null };
  try {
    const answer = await safeFetch(delivery.url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "user-agent": "StreamVibe-Webhooks/1",
        ...signatureHeaders(delivery, context.now()),
      },
      body: delivery.payload,
      timeout_ms: TIMEOUT_MS,
      max_bytes: 4_096,
      cut: true,
      redirects: 0,
      ...(EXAMPLE_SITES_URL ? { example_sites: EXAMPLE_SITES_URL } : { allow_http: false }),
    });
    const { status } = answer;
    const isOk = status >= 200 && status < 300;
    outcome = { status, error: isOk ? null : `it answered ${status}`, answer: answer.text().slice(0, 1_000) };
  } catch (error) {
    if (!(error instanceof UnsafeFetchError)) throw error;
    outcome = { status: null, error: error.message, answer: null };
  }
  await context.admin.call("settle_webhook_delivery", {
    p_delivery_id: delivery.delivery_id,
    p_fence: delivery.fence,
    p_status: outcome.status,
    p_error: outcome.error,
    p_answer: outcome.answer,
  });
}

/** Delivers everything that is due, until the deadline; returns the number of deliveries. */
export async function deliverDue(context: Context, deadline: Date): Promise<number> {
  let sent = 0;
  while (context.now() < deadline) {
    const due = await context.admin.call("claim_webhook_deliveries", { p_limit: AT_ONCE }, z.array(Delivery));
    await Promise.all(due.map((delivery) => deliver(context, delivery)));
    sent += due.length;
    if (due.length < AT_ONCE) break;
  }
  return sent;
}

export const deliverWebhooksJob: Handler = async ({ context, deadline }) => ({
  result: { sent: await deliverDue(context, deadline) },
});
