/** Rate classes and their subjects (user or client address); `rate_counter.ts` does the counting. */
import type { Caller } from "./auth.ts";
import { ApiError } from "../errors.ts";
import type { RateLimit, Settings } from "../settings/settings.ts";

/** `service` is never limited, and neither is a caller with a secret key. */
export type RateClass =
  | "user"
  | "user_read"
  | "anonymous"
  | "public_read"
  | "click"
  | "crawl"
  | "webhook"
  | "service";

/** Public reads, which proceed when they cannot be counted. */
export const OPEN_CLASSES: readonly RateClass[] = ["public_read", "crawl"];

/** Result of the limiter for one hit. */
export interface RateState {
  allowed: boolean;
  limit: number;
  remaining: number;
  reset_seconds: number;
}

/** Counter key and its limit. */
export interface Rate extends RateLimit {
  key: string;
}

/** Returns the limit of a caller, or null for none. User classes count signed-in callers by id; all other hits count by client address. */
export function rateFor(rate: RateClass, caller: Caller, request: Request, settings: Settings): Rate | null {
  if (rate === "service" || caller.kind === "secret") return null;
  const limit = {
    user: settings.RATE_LIMIT_USER,
    user_read: settings.RATE_LIMIT_USER_READ,
    anonymous: settings.RATE_LIMIT_ANONYMOUS,
    public_read: settings.RATE_LIMIT_PUBLIC_READ,
    click: settings.RATE_LIMIT_CLICK,
    crawl: settings.RATE_LIMIT_CRAWL,
    webhook: settings.RATE_LIMIT_WEBHOOK,
  }[rate];
  const byUser = rate === "user" || rate === "user_read";
  const subject = byUser && caller.kind === "user"
    ? caller.user.id
    : clientAddress(request, settings.CLIENT_ADDRESS_HEADER);
  return { ...limit, key: `${rate}:${subject}` };
}

/**
 * Returns the client address that the hosting proxy reports. In a list such as `x-forwarded-for` only the last entry is the proxy's;
 * the client could forge the ones before it. An IPv6 address is reduced to its /64, because a household usually has a whole one.
 */
export function clientAddress(request: Request, header: string): string {
  const address = request.headers.get(header)?.split(",").at(-1)?.trim().toLowerCase() ?? "";
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(address)) return address;
  const mapped = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/.exec(address);
  if (mapped?.[1]) return mapped[1];
  if (!/^[0-9a-f:]+(%.*)?$/.test(address) || !address.includes(":")) return "unknown";
  const [head = "", tail] = address.replace(/%.*$/, "").split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail ? tail.split(":") : [];
  const zeros = tail === undefined ? [] : Array(Math.max(0, 8 - left.length - right.length)).fill("0");
  return [...left, ...zeros, ...right].slice(0, 4).map((part) => part.replace(/^0+(?=.)/, "")).join(":") +
    "::/64";
}

/** Returns the headers of draft-polli-ratelimit-headers: limit, remaining hits, and seconds until the window ends. */
export function rateHeaders(state: RateState): Record<string, string> {
  return {
    "ratelimit-limit": String(state.limit),
    "ratelimit-remaining": String(Math.max(0, state.remaining)),
    "ratelimit-reset": String(Math.max(0, state.reset_seconds)),
  };
}

/** Returns the error for a caller who has used up the limit. */
export function rateLimited(state: RateState): ApiError {
  return new ApiError(
    "rate_limited",
    `Cannot accept more requests now: the limit of ${state.limit} is used up; try again in ${state.reset_seconds} seconds`,
    { retry_after: state.reset_seconds },
  );
}

/** Returns the country that the hosting proxy reports (ISO 3166-1), if known. Cloudflare sends XX or T1 (Tor) when it is not. */
export function clientCountry(request: Request, header: string): string | undefined {
  const country = request.headers.get(header)?.trim().toUpperCase() ?? "";
  return /^[A-Z]{2}$/.test(country) && country !== "XX" ? country : undefined;
}
