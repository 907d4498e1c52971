/** Converts X's refusals to faults. */
import * as z from "zod";
import { type FaultKind, PlatformFault } from "../platform.ts";
import { kindOfStatus, type ProviderRefusal } from "../provider_client.ts";
import { POST_FIELDS, Problem } from "./schemas.ts";
import { spentWindow } from "./windows.ts";

/** X does not report when credits are bought or a monthly cap ends, so the retry follows after this time. */
const CREDITS_RETRY_MS = 60 * 60 * 1_000;

/** By the end of a problem's type, or by the legacy API's error number. */
const FAULT_OF_PROBLEM: Readonly<Record<string, FaultKind>> = {
  "invalid-request": "misconfigured",
  "client-forbidden": "misconfigured",
  "unsupported-authentication": "misconfigured",
  "resource-not-found": "account_gone",
  "usage-capped": "quota_exhausted",
  "credits": "quota_exhausted",
  "credits-depleted": "quota_exhausted",
  "50": "account_gone",
  "63": "account_gone",
  "64": "account_gone",
  "89": "token_expired",
  /** Locked until its owner logs in and unlocks it. */
  "326": "confirmation_needed",
};

/** The reason of a refusal that names the post fields parameter; the adapter then tries the other name. */
export const UNKNOWN_FIELDS = "unknown fields parameter";

export function isGone({ type }: Problem): boolean {
  return /\/(resource-not-found|not-authorized-for-resource|disallowed-resource)$/.test(type ?? "");
}

/** Converts a refusal, which is one problem, a problem with errors, or a list of the legacy API's numbered errors. */
export function explain({ status, body, headers, retry_at }: ProviderRefusal, now: Date): PlatformFault {
  const whole = Problem.safeParse(body).data;
  const errors = z.looseObject({ errors: z.array(Problem) }).safeParse(body).data?.errors ?? [];
  // Missing credits come with two kinds of body; the status is the same.
  if (status === 402) return spent("credits depleted", status, now);
  const fault = faultOf([...(whole ? [whole] : []), ...errors], status, retry_at);
  // The headers describe another window: the cap is monthly.
  if (fault.kind === "quota_exhausted") return spent(fault.reason, status, now);
  const { of_day, whole_app } = spentWindow(headers);
  return status === 429 && of_day
    ? new PlatformFault("twitter", "quota_exhausted", { reason: "24 hours", status, retry_at, whole_app })
    : fault;
}

export function faultOf(problems: Problem[] = [], status: number, retry_at: Date | null): PlatformFault {
  const named = problems.map((problem) => ({ ...problem, name: nameOf(problem) }));
  const parameters = new Set(
    problems.flatMap(({ parameter, parameters = {} }) => [parameter ?? "", ...Object.keys(parameters)]),
  );
  const isInvalid = named.some(({ name }) => name === "invalid-request");
  if (isInvalid && parameters.has("pagination_token")) {
    return refusal("cursor_invalid", "pagination_token", status);
  }
  if (isInvalid && [...parameters].some((name) => name in POST_FIELDS)) {
    return refusal("misconfigured", UNKNOWN_FIELDS, status);
  }
  // A deleted post says nothing about the account.
  const known = named.find(({ name, resource_type = "user" }) =>
    name in FAULT_OF_PROBLEM && resource_type === "user"
  );
  if (known) return refusal(FAULT_OF_PROBLEM[known.name] ?? "transient", known.name, status, retry_at);
  const reason = named[0]?.name ?? "";
  if (status === 401) return refusal("token_expired", reason || "Unauthorized", status);
  // For a missing scope X gives only this title; a proxy's 403 contains no problem.
  if (status === 403 && named.some(({ title }) => title === "Forbidden")) {
    return refusal("scope_missing", "Forbidden", status);
  }
  return refusal(kindOfStatus(status), reason, status, retry_at);
}

function nameOf({ type, code, title }: Problem): string {
  const [, name] = /\/problems\/([\w-]+)$/.exec(type ?? "") ?? [];
  return name ?? (code === undefined ? title ?? "" : String(code));
}

function refusal(
  kind: FaultKind,
  reason: string,
  status: number,
  retry_at: Date | null = null,
): PlatformFault {
  return new PlatformFault("twitter", kind, { reason: reason.slice(0, 80), status, retry_at });
}

/** Credits and caps belong to the app, so none of its accounts can be read. */
function spent(reason: string, status: number, now: Date): PlatformFault {
  const retry_at = new Date(now.getTime() + CREDITS_RETRY_MS);
  return new PlatformFault("twitter", "quota_exhausted", { reason, status, retry_at, whole_app: true });
}
