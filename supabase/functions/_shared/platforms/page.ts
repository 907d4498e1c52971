/**
 * Helpers for reading lists, shared by the adapters and the sync: when the account's own figures are due, how an unchanged page is
 * detected without ETags, lists that stand still, and requests that ask for too much.
 */
import { sha256Hex } from "../text/hash.ts";
import { type Page, type PageRequest, PlatformFault, type PlatformSlug, type Unread } from "./platform.ts";

/** An account's own figures are read once a day, not in every sync run. */
const PROFILE_LIFE_MS = 24 * 60 * 60 * 1_000;

/** Returns whether a sync run begins and the account's figures (`details.read_at`) are a day old or missing. */
export function isProfileDue({ account, cursor }: PageRequest, now: Date): boolean {
  const { read_at } = account.details;
  const age = now.getTime() - Date.parse(typeof read_at === "string" ? read_at : "");
  return cursor === null && !(age < PROFILE_LIFE_MS);
}

const STANDS_STILL = "the list stands still";

/** Returns the fault for a list that leads back to a page already read; following it would never end. */
export function standstill(platform: PlatformSlug): PlatformFault {
  const advice = "its list returned to a page that was already read and would never end; try again later";
  return new PlatformFault(platform, "malformed", { reason: STANDS_STILL, status: 200, advice });
}

export function isStandstill(error: unknown): boolean {
  return error instanceof PlatformFault && error.reason === STANDS_STILL;
}

/** Returns the next cursor; throws when it is empty or has not moved. `apply_sync_page`, which stores pages, detects longer loops. */
export function moved<Next extends string | null>(platform: PlatformSlug, next: Next, before: unknown): Next {
  if (next === null || (next !== "" && next !== before)) return next;
  throw standstill(platform);
}

export function isTooHeavy(error: unknown): boolean {
  return error instanceof PlatformFault && error.kind === "too_heavy";
}

/** The result of a read, and the size that it was read with. */
export interface Read<Result> {
  result: Result;
  size: number;
}

/** Reads, and halves the size each time the platform reports that the request is too heavy, down to `least`. */
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

/** For look-ups: returns `unread`; when the caller gave none, returns a function that fails the look-up. */
export function tellerOf(platform: PlatformSlug, unread: Unread | undefined): Unread {
  return unread ?? (() => {
    throw new PlatformFault(platform, "transient", { reason: "partial answer", status: 200 });
  });
}

/**
 * For platforms without ETags: marks a page as unchanged when its normalised items equal those of the last read. A release that
 * normalises differently produces different items, so the remembered page does not hold it up.
 */
export async function recognised(
  page: Omit<Page, "cursor" | "unchanged" | "etags">,
  { cursor, remembered }: PageRequest,
): Promise<Page> {
  const digest = await sha256Hex(JSON.stringify([page.item_ids, page.items]));
  const unchanged = remembered?.etags.digest === digest;
  return { ...page, cursor, unchanged, etags: { digest }, items: unchanged ? [] : page.items };
}
