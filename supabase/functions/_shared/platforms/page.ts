/** What adapters share in reading a page: when the account's own figures are due, and what an unchanged page is without ETags. */
import { hashOf } from "../http/idempotency.ts";
import { type Page, type PageRequest, PlatformFault, type PlatformSlug } from "./platform.ts";

/** An account's own figures are read again once a day, not with every sync run. */
const PROFILE_LIFE_MS = 24 * 60 * 60 * 1_000;

/** Whether a sync run begins and the account's figures (`details.read_at`) are not of today. */
export function isProfileDue({ account, cursor }: PageRequest, now: Date): boolean {
  const { read_at } = account.details;
  const age = now.getTime() - Date.parse(typeof read_at === "string" ? read_at : "");
  return cursor === null && !(age < PROFILE_LIFE_MS);
}

/** The cursor of the next page; a list that stands still would never end. */
export function moved<Next extends string | null>(platform: PlatformSlug, next: Next, before: unknown): Next {
  if (next === null || (next !== "" && next !== before)) return next;
  throw new PlatformFault(platform, "malformed", { reason: "the list stands still", status: 200 });
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
