/** What is read of an event: which one it is, and whom it is about. Its payload never says what is so now. */
import * as z from "zod";

/** Stripe adds members at any time, and its newer events (`v2.core.event`) have no payload. */
export const StripeEvent = z.looseObject({
  id: z.string().min(1).max(255),
  type: z.string().min(1).max(255),
  livemode: z.boolean(),
  data: z.looseObject({ object: z.looseObject({}).nullish() }).nullish(),
});
export type StripeEvent = z.output<typeof StripeEvent>;

/** Ids and times of an event. Nothing else of it is kept: no name, address, card or amount. */
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

/** The id that a member holds, be it an id or the object itself. */
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
 * Understands the shapes of every API version: a webhook endpoint has its own, whatever the SDK speaks. An invoice names its
 * subscription at the top (before 2025-03-31) or under `parent`, which may be null.
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
