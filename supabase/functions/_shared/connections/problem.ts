/** What a creator reads when a platform refuses, and what they can do about it. */
import { ApiError, type ErrorOptions } from "../errors.ts";
import { type FaultKind, type Platform, PlatformFault } from "../platforms/platform.ts";

/** The action that failed, as it follows "Cannot". */
export type Doing = "connect" | "sync";

/** Faults that only the creator can fix, at the platform or by connecting the account again. */
const NEEDS_CREATOR: readonly FaultKind[] = [
  "token_expired",
  "grant_refused",
  "scope_missing",
  "account_gone",
  "confirmation_needed",
];

export function needsCreator(fault: unknown): fault is PlatformFault {
  return fault instanceof PlatformFault && NEEDS_CREATOR.includes(fault.kind);
}

/** Returns why an account is no longer synced, and what its creator can do and where; stored with it and shown to them. */
export function refusalReason(
  fault: PlatformFault,
  { title, website }: Pick<Platform, "title" | "website">,
): string {
  switch (fault.kind) {
    case "scope_missing":
      return `${title} says that StreamVibe may not read your content; connect the account again and grant every permission`;
    case "account_gone":
      return `${title} says that this account is closed or suspended; log in at ${website} to resolve it, then connect it again`;
    case "confirmation_needed":
      return `${title} requires a confirmation before anybody may read this account; log in at ${website} and follow its instructions, then try again`;
    default:
      return accessEnded(title);
  }
}

export function accessEnded(title: string): string {
  return `${title} no longer accepts the access that you granted; connect the account again`;
}

/** Converts a fault to the caller's problem. Returns anything else unchanged. */
export function problemOf(
  error: unknown,
  platform: Pick<Platform, "title" | "website"> & { slug: string },
  doing: Doing,
  now: Date,
): unknown {
  if (!(error instanceof PlatformFault)) return error;
  const { title } = platform;
  const say = (rule: string) => `Cannot ${doing} ${title}: ${rule}`;
  const options: ErrorOptions = { extras: { platform: platform.slug }, cause: error };
  if (error.retry_at) options.retry_after = (error.retry_at.getTime() - now.getTime()) / 1_000;
  switch (error.kind) {
    case "quota_exhausted":
      return new ApiError(
        "provider_quota_exceeded",
        say(
          `StreamVibe has used its quota there; try again after ${
            error.retry_at?.toISOString() ?? "midnight"
          }`,
        ),
        options,
      );
    case "code_refused":
      return new ApiError(
        "oauth_denied",
        say("its answer was already used or has expired; start again"),
        options,
      );
    case "no_account":
      return new ApiError(
        "platform_account_missing",
        say(
          error.advice ??
            `this login has no channel or profile there; create one with ${title}, then start again`,
        ),
        options,
      );
    case "malformed":
    case "cursor_invalid":
      return new ApiError(
        "provider_error",
        say(error.advice ?? `${title} gave an answer that cannot be read; try again later`),
        options,
      );
    case "too_heavy":
      return new ApiError(
        "provider_error",
        say(`${title} rejects even the smallest request as too large; try again later`),
        options,
      );
    case "misconfigured":
      return new ApiError(
        "provider_error",
        say(`${title} refused StreamVibe itself; we have to investigate`),
        options,
      );
    case "transient":
      return new ApiError(
        "provider_unavailable",
        say(error.advice ?? `${title} does not answer at the moment; try again later`),
        options,
      );
    case "confirmation_needed":
      return new ApiError(
        doing === "connect" ? "oauth_denied" : "account_locked",
        say(refusalReason(error, platform)),
        options,
      );
    default:
      return new ApiError(
        doing === "connect" ? "oauth_denied" : "account_disconnected",
        say(refusalReason(error, platform)),
        options,
      );
  }
}
