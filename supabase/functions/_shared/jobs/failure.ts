/** What a thrown error means for a job: what its owner is told, and whether another attempt could help. */
import { type ErrorCode, toApiError } from "../errors.ts";

export interface Failure {
  code: ErrorCode;
  message: string;
  /** False: the answer would be the same again. Such a job has failed, and is no dead letter: no admin could mend it. */
  may_retry: boolean;
  /** Not sooner than this; null: as the job type says. */
  retry_after_seconds: number | null;
}

/** Answers that only the owner can change: another plan, another connection, other input. */
const FINAL: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "bad_request",
  "quota_exceeded",
  "forbidden",
  "not_found",
  "account_disconnected",
  "account_locked",
  "platform_account_missing",
  "validation_failed",
]);

export function failureOf(error: unknown): Failure {
  const { code, message, headers } = toApiError(error);
  const wait = Number(headers["retry-after"]);
  return {
    code,
    message: code === "internal" ? "Something went wrong on our side; it is tried again" : message,
    may_retry: !FINAL.has(code),
    retry_after_seconds: Number.isFinite(wait) && wait > 0 ? Math.ceil(wait) : null,
  };
}
