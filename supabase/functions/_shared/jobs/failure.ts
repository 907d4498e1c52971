/** Maps a thrown error to the failure of a job: the message for its owner, and whether another attempt could help. */
import { type ErrorCode, toApiError } from "../errors.ts";

export interface Failure {
  code: ErrorCode;
  message: string;
  /** False when a retry would fail in the same way. Such a job fails without becoming a dead letter, because no admin could fix it. */
  may_retry: boolean;
  /** Minimum delay before the retry; null: the job type decides. */
  retry_after_seconds: number | null;
}

/** Errors that only the owner can resolve, with another plan, connection or input. */
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
    message: code === "internal" ? "Something went wrong on our side; the job is retried" : message,
    may_retry: !FINAL.has(code),
    retry_after_seconds: Number.isFinite(wait) && wait > 0 ? Math.ceil(wait) : null,
  };
}
