/** Inputs and outputs of the webhook functions. */
import * as z from "zod";
import { invalid } from "../errors.ts";
import type { Context } from "../context.ts";
import { checkAddress, UnsafeFetchError } from "../http/safe_fetch.ts";
import { SITE } from "./settings.ts";

export const EVENTS = [
  "post.published",
  "post.partly_published",
  "post.failed",
  "post.unknown",
  "post.target.published",
  "post.target.failed",
  "post.target.unknown",
  "account.connected",
  "account.disconnected",
  "account.problem",
  "job.completed",
  "job.failed",
  "suggestion.ready",
  "suggestion.applied",
  "submission.submitted",
  "submission.indexed",
  "submission.rejected",
  "submission.failed",
  "billing.plan_changed",
  "billing.payment_failed",
] as const;

/** An event name or a prefix such as `post.*`; a pattern that matches no event is rejected as a mistake. */
export const EventPattern = z.string().regex(/^[a-z_]+(\.[a-z_]+)*(\.\*)?$/).max(60).refine(
  (pattern) =>
    EVENTS.some((name) =>
      name === pattern || pattern.endsWith(".*") && name.startsWith(pattern.slice(0, -1))
    ),
  "must be an event, or a prefix such as post.*; docs/webhooks.md lists the events",
);

const Time = z.string().nullable();

export const Endpoint = z.object({
  endpoint_id: z.uuid(),
  url: z.string(),
  events: z.array(z.string()),
  description: z.string(),
  is_active: z.boolean(),
  paused_because: z.string().nullable(),
  failing_since: Time,
  old_secret_until: Time,
  created_at: z.string(),
  deliveries: z.array(z.object({
    delivery_id: z.uuid(),
    event: z.string(),
    status: z.enum(["waiting", "delivered", "failed"]),
    attempts: z.int(),
    next_at: Time,
    last_status: z.int().nullable(),
    last_error: z.string().nullable(),
    created_at: z.string(),
    settled_at: Time,
  })),
});

/** Rejects immediately an address to which no delivery could be sent. */
export function checkEndpoint(context: Context, address: string): void {
  const { EXAMPLE_SITES_URL } = context.settings.of(SITE);
  try {
    checkAddress(
      address,
      EXAMPLE_SITES_URL ? { example_sites: EXAMPLE_SITES_URL } : { allow_http: false },
    );
  } catch (error) {
    if (!(error instanceof UnsafeFetchError)) throw error;
    invalid("/url", error.message);
  }
}
