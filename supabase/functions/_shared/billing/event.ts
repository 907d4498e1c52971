/** Reads which event it is and whom it concerns. The payload is never taken as the current state. */
import * as z from "zod";

/** Stripe may add members at any time, and its newer events (`v2.core.event`) have no payload. */
export const StripeEvent = z.looseObject({
  id: z.string().min(1).max(255),
  type: z.string().min(1).max(255),
  livemode: z.boolean(),
  data: z.looseObject({ object: z.looseObject({}).nullish() }).nullish(),
});
export type StripeEvent = z.output<typeof StripeEvent>;

/** Ids and times of an event. Nothing else of it is stored: no name, address, card or amount. */
export interface EventFacts {
  livemode: boolean;
  object: string | null;
  object_id: string | null;
  customer: string | null;
  charge: string | null;
  subscription: string | null;
  created: number | null;
  api_version: string | null;
}

const text = (value: unknown): string | null =>
  typeof value === "string" && value !== "" && value.length <= 255 ? value : null;

/** Returns the id from a member that holds an id or the whole object. */
function idOf(value: unknown): string | null {
  return typeof value === "object" && value !== null ? text((value as { id?: unknown }).id) : text(value);
}

function member(value: unknown, ...path: string[]): unknown {
  return path.reduce<unknown>(
    (inner, name) =>
      typeof inner === "object" && inner !== null ? (inner as Record<string, unknown>)[name] : undefined,
    value,
  );
}

/**
 * Reads events of every API version: a webhook endpoint has its own, regardless of the SDK's. An invoice names its subscription at
 * the top level (before 2025-03-31) or under `parent`, which may be null.
 */
export function factsOf(event: StripeEvent): EventFacts {
  const object = event.data?.object ?? {};
  const kind = text(object.object);
  const created = member(event, "created");
  return {
    livemode: event.livemode,
    object: kind,
    object_id: text(object.id),
    customer: kind === "customer" ? text(object.id) : idOf(object.customer),
    charge: kind === "charge" ? text(object.id) : idOf(object.charge),
    subscription: kind === "subscription"
      ? text(object.id)
      : idOf(object.subscription) ?? idOf(member(object, "parent", "subscription_details", "subscription")),
    created: typeof created === "number" ? created : null,
    api_version: text(member(event, "api_version")),
  };
}
