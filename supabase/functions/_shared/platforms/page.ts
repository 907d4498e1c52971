/**
 * What adapters and the sync share in reading lists: when the account's own figures are due, what an unchanged page is without
 * ETags, lists that stand still, and requests that ask for too much.
 */
import { sha256Hex } from "../text/hash.ts";
import { type Page, type PageRequest, PlatformFault, type PlatformSlug, type Unread } from "./platform.ts";

/** An account's own figures are read again once a day, not with every sync run. */
const PROFILE_LIFE_MS = 24 * 60 * 60 * 1_000;

/** Whether a sync run begins and the account's figures (`details.read_at`) are not of today. */
export function isProfileDue({ account, cursor }: PageRequest, now: Date): boolean {
  const { read_at } = account.details;
  const age = now.getTime() - Date.parse(typeof read_at === "string" ? read_at : "");
  return cursor === null && !(age < PROFILE_LIFE_MS);
}

const STANDS_STILL = "the list stands still";

/** A list that leads to a place where it was already: following it would never end. */
export function standstill(platform: PlatformSlug): PlatformFault {
  const advice = "its list leads back to a page that was read already, and would never end; try again later";
  return new PlatformFault(platform, "malformed", { reason: STANDS_STILL, status: 200, advice });
}

export function isStandstill(error: unknown): boolean {
  return error instanceof PlatformFault && error.reason === STANDS_STILL;
}

/** The cursor of the next page. That a longer way leads back here is seen where pages are kept (`apply_sync_page`). */
export function moved<Next extends string | null>(platform: PlatformSlug, next: Next, before: unknown): Next {
  if (next === null || (next !== "" && next !== before)) return next;
  throw standstill(platform);
}

export function isTooHeavy(error: unknown): boolean {
  return error instanceof PlatformFault && error.kind === "too_heavy";
}

/** What was read, and in which size. */
export interface Read<Result> {
  result: Result;
  size: number;
}

/** Reads, and where the platform says that this asks for too much, half as much, until it is little enough. */
export async function lighter<Result>(
  size: number,
  least: number,
  read: (size: number) => Promise<Result>,
): Promise<Read<Result>> {
  for (;;) {
    try {
      return { result: await read(size), size };
    } catch (error) {
      if (!isTooHeavy(error) || size <= least) throw error;
      size = Math.max(least, Math.floor(size / 2));
    }
  }
}

/** For look-ups: an item that could not be read this time is told of, or fails the look-up where nobody wants to be told. */
export function tellerOf(platform: PlatformSlug, unread: Unread | undefined): Unread {
  return unread ?? (() => {
    throw new PlatformFault(platform, "transient", { reason: "partial answer", status: 200 });
  });
}

/**
 * For platforms without ETags: a page whose items are, as normalised, what they were when it was last read, is unchanged.
 * A release that normalises otherwise makes other items, so it is not held up by what was remembered.
 */
export async function recognised(
  page: Omit<Page, "cursor" | "unchanged" | "etags">,
  { cursor, remembered }: PageRequest,
): Promise<Page> {
  const digest = await sha256Hex(JSON.stringify([page.item_ids, page.items]));
  const unchanged = remembered?.etags.digest === digest;
  return { ...page, cursor, unchanged, etags: { digest }, items: unchanged ? [] : page.items };
}
