/** Converts Google's errors to faults. */
import * as z from "zod";
import { nextMidnight } from "../midnight.ts";
import { type FaultKind, PlatformFault } from "../platform.ts";
import { kindOfStatus, type ProviderRefusal } from "../provider_client.ts";

/** Google resets its quotas at midnight in this time zone. */
const QUOTA_ZONE = "America/Los_Angeles";

const ApiError = z.looseObject({
  error: z.looseObject({
    status: z.string().optional(),
    errors: z.array(z.looseObject({ reason: z.string().optional() })).optional(),
    details: z.array(z.looseObject({
      reason: z.string().optional(),
      metadata: z.looseObject({ quota_limit: z.string().optional(), quota_unit: z.string().optional() })
        .optional(),
    })).optional(),
  }),
});

/** A map, because a name from a response must not match an object's inherited members. */
const FAULT_OF_REASON: ReadonlyMap<string, FaultKind> = new Map(Object.entries<FaultKind>({
  quotaExceeded: "quota_exhausted",
  dailyLimitExceeded: "quota_exhausted",
  rateLimitExceeded: "transient",
  userRateLimitExceeded: "transient",
  insufficientPermissions: "scope_missing",
  ACCESS_TOKEN_SCOPE_INSUFFICIENT: "scope_missing",
  accessNotConfigured: "misconfigured",
  youtubeSignupRequired: "no_account",
  forbidden: "account_gone",
  authenticatedUserAccountClosed: "account_gone",
  authenticatedUserAccountSuspended: "account_gone",
  channelClosed: "account_gone",
  channelSuspended: "account_gone",
  channelNotFound: "account_gone",
  playlistNotFound: "account_gone",
  invalidPageToken: "cursor_invalid",
  requestTooLarge: "too_heavy",
  responseTooLarge: "too_heavy",
}));

/** Converts Google's error body to a fault. */
export function explain({ status, body, retry_at }: ProviderRefusal, now: Date): PlatformFault {
  const error = ApiError.safeParse(body).data?.error;
  const details = error?.details ?? [];
  const reasons = [...(error?.errors ?? []), ...details].map(({ reason }) => reason ?? "");
  const reason = reasons.find((name) => FAULT_OF_REASON.has(name)) ?? reasons[0] ?? error?.status ?? "";
  const isDaily = details.some(({ metadata }) =>
    /\/d\/|PerDay/.test(`${metadata?.quota_unit} ${metadata?.quota_limit}`)
  );
  const known = FAULT_OF_REASON.get(reason);
  const kind = status === 429 && isDaily ? "quota_exhausted" : known ?? kindOfStatus(status);
  return new PlatformFault("youtube", kind, {
    reason: reason.slice(0, 80),
    status,
    retry_at: kind === "quota_exhausted" ? nextMidnight(QUOTA_ZONE, now) : retry_at,
  });
}
