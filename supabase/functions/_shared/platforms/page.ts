/** What adapters share in reading a page: when the account's own figures are due, and what an unchanged page is without ETags. */
import { hashOf } from "../http/idempotency.ts";
import type { JsonObject, Page, PageRequest } from "./platform.ts";

/** An account's own figures are read again once a day, not with every sync run. */
const PROFILE_LIFE_MS = 24 * 60 * 60 * 1_000;

/** Whether `details.read_at`, when an adapter read the profile, is recent. */
export function isProfileFresh({ read_at }: JsonObject, now: Date): boolean {
  const age = now.getTime() - Date.parse(typeof read_at === "string" ? read_at : "");
  return age < PROFILE_LIFE_MS;
}

/**
 * For platforms without ETags: a page whose items are, as normalised, what they were when it was last read, is unchanged.
 * A release that normalises otherwise makes other items, so it is not held up by what was remembered.
 */
export async function recognised(
  page: Omit<Page, "cursor" | "unchanged" | "etags">,
  { cursor, remembered }: PageRequest,
): Promise<Page> {
  const digest = await hashOf(new TextEncoder().encode(JSON.stringify([page.item_ids, page.items])));
  const unchanged = remembered?.etags.digest === digest;
  return { ...page, cursor, unchanged, etags: { digest }, items: unchanged ? [] : page.items };
}
