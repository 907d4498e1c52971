/**
 * Resend's API for a single mail (https://resend.com/docs/api-reference/emails/send-email). Accepts any key `re_…`, except those containing
 * `revoked`. A repeated Idempotency-Key returns the same mail; with a different body it is refused.
 */
import { z } from "zod";
import { type Answer, bearer, type Call, type Context, json, type Provider } from "../engine/provider.ts";
import { Quota } from "../engine/quota.ts";
import { ReceivedMessages } from "./received.ts";

const Addresses = z.union([z.string(), z.array(z.string()).min(1).max(50)]);
const Mail = z.looseObject({
  from: z.string().regex(/^([^<>]+ )?<?[^\s<>@]+@[^\s<>@]+>?$/),
  to: Addresses,
  subject: z.string().min(1),
  text: z.string().optional(),
  html: z.string().optional(),
});

/** Resend's errors: https://resend.com/docs/api-reference/errors */
const FAILURES: Record<string, [status: number, message: string]> = {
  missing_api_key: [401, "Missing API Key"],
  restricted_api_key: [401, "This API key is restricted to only send emails"],
  invalid_api_key: [403, "API key is invalid"],
  validation_error: [422, "The `to` field must be an email address."],
  invalid_idempotent_request: [409, "Same idempotency key used with a different request payload"],
  concurrent_idempotent_requests: [
    409,
    "Same idempotency key used while original request is still in progress",
  ],
  rate_limit_exceeded: [429, "Too many requests. You can only make 2 requests per second."],
  daily_quota_exceeded: [429, "You have reached your daily email sending quota"],
  application_error: [500, "An unexpected error occurred"],
};

export function resend(context: Context): Provider {
  const received = new ReceivedMessages(context);
  const quota = new Quota(context, {
    requests: { limit: 60, per: "account", window: { kind: "sliding", seconds: 30 } },
  });
  const keys = new Map<string, { body: string; id: string }>();
  const fail = (name: string): Answer => {
    const [statusCode, message] = FAILURES[name] ?? [500, name];
    const headers: Record<string, string> = statusCode === 429 ? { "retry-after": "1" } : {};
    return json(statusCode, { statusCode, message, name }, headers);
  };

  const send = (call: Call): Answer => {
    const key = bearer(call);
    if (!key) return fail("missing_api_key");
    if (!key.startsWith("re_") || key.includes("revoked")) return fail("invalid_api_key");
    let given: unknown;
    try {
      given = JSON.parse(call.body);
    } catch {
      return fail("validation_error");
    }
    const mail = Mail.safeParse(given);
    if (!mail.success || (mail.data.text ?? mail.data.html) === undefined) return fail("validation_error");
    if (!quota.take("requests", key)) return fail("rate_limit_exceeded");
    const idempotency = call.headers.get("idempotency-key");
    const known = idempotency === null ? undefined : keys.get(`${key} ${idempotency}`);
    if (known) {
      return known.body === call.body ? json(200, { id: known.id }) : fail("invalid_idempotent_request");
    }
    const id = crypto.randomUUID();
    if (idempotency !== null) keys.set(`${key} ${idempotency}`, { body: call.body, id });
    received.take(String([mail.data.to].flat()[0]), mail.data.subject, mail.data);
    return json(200, { id });
  };
  return {
    name: context.provider,
    routes: [{ method: "POST", path: "/api.resend.com/emails", handle: send }],
    parts: [received, quota, { reset: () => keys.clear() }],
    accountOf: (call) => bearer(call),
    failure: (reason) => reason in FAILURES ? fail(reason) : undefined,
  };
}
