/** What a creator is told when a platform says no, and what they can do about it. */
import { ApiError, type ErrorOptions } from "../errors.ts";
import { type FaultKind, type Platform, PlatformFault } from "../platforms/platform.ts";

/** What was being done, as it stands after "Cannot". */
export type Doing = "connect" | "sync";

/** Faults that only the creator can heal, at the platform or by connecting the account again. */
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

/** Why an account is no longer synced, and what its creator can do where; stored with it and shown to them. */
export function refusalReason(
  fault: PlatformFault,
  { title, website }: Pick<Platform, "title" | "website">,
): string {
  switch (fault.kind) {
    case "scope_missing":
      return `${title} says that StreamVibe may not read your content; connect the account again and allow everything that is asked`;
    case "account_gone":
      return `${title} says that this account is closed or suspended; log in at ${website} to clear it up, then connect it again`;
    case "confirmation_needed":
      return `${title} wants you to confirm something before it lets anybody read this account; log in at ${website} and do what it asks there, then try again`;
    default:
      return accessEnded(title);
  }
}

export function accessEnded(title: string): string {
  return `${title} no longer accepts the access that you gave; connect the account again`;
}

/** The fault as the caller's problem. Anything that is no fault is handed back as it is. */
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
        say("its answer was used already or is too old; start again"),
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
        say(error.advice ?? `${title} gave an answer that makes no sense; try again later`),
        options,
      );
    case "too_heavy":
      return new ApiError(
        "provider_error",
        say(`${title} says that even the smallest request asks for too much; try again later`),
        options,
      );
    case "misconfigured":
      return new ApiError(
        "provider_error",
        say(`${title} refused StreamVibe itself; we have to look into it`),
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
