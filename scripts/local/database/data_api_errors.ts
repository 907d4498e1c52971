/**
 * PostgREST's responses to database errors. @supabase/lite maps some SQLSTATEs and turns all others into a bare 500, including those that
 * migrations raise for clients; here each gets PostgREST's status, with code, details and hint.
 */
import { RelationNotFoundError } from "@supabase/lite";
import { BodyTooLarge } from "../http/incoming.ts";

interface DatabaseError {
  name: string;
  code: string;
  message: string;
  detail?: string;
  hint?: string;
}

/** The form that lite passes through unchanged: a raised `PGRST` error that contains the response. */
class Answer extends Error {
  readonly code = "PGRST";
  constructor(error: DatabaseError, status: number, readonly cause_code = error.code) {
    super(
      JSON.stringify({
        code: error.code,
        message: error.message,
        details: error.detail ?? null,
        hint: error.hint ?? null,
      }),
    );
    this.detail = JSON.stringify({ status, headers: {} });
  }
  readonly detail: string;
}

/** Status by SQLSTATE, or by its class. Any other code is a client error: 400. */
const STATUS: Record<string, number> = {
  "08": 503,
  "09": 500,
  "0L": 403,
  "0P": 403,
  "23503": 409,
  "23505": 409,
  "25": 500,
  "25006": 405,
  "28": 403,
  "2D": 500,
  "38": 500,
  "39": 500,
  "3B": 500,
  "40": 500,
  "42501": 403,
  "42883": 404,
  "42P01": 404,
  "42P17": 500,
  "53": 503,
  "53400": 500,
  "54": 500,
  "55": 500,
  "57": 500,
  "58": 500,
  "F0": 500,
  "HV": 500,
  "P0": 500,
  "P0001": 400,
  "XX": 500,
};

/** Lite handles these as PostgREST does, some depending on the caller's role. */
const LEFT_TO_LITE = /^(PGRST|PT.*|42501|42P01|42883|25006|42703)$/;

export function presentDatabaseError(error: unknown): unknown {
  if (!isDatabaseError(error) || LEFT_TO_LITE.test(error.code)) return error;
  return new Answer(error, statusOf(error.code));
}

/** Returns the status of an SQLSTATE for a signed-in caller. `PTxyz` states its own. */
export function statusOf(code: string): number {
  const [, own] = code.match(/^PT(\d{3})$/) ?? [];
  return Number(own) || (STATUS[code] ?? STATUS[code.slice(0, 2)] ?? 400);
}

function isDatabaseError(error: unknown): error is DatabaseError {
  return error instanceof Error && error.name === "PostgresError";
}

/**
 * Lite prints every error of every request. This suppresses errors that were reported to the caller: they need no attention from the
 * operator and may contain creators' input. All others are printed as before.
 */
export function quietAnsweredErrors(): void {
  const print = console.error;
  console.error = (...parts: unknown[]) => {
    const [error] = parts;
    if (error instanceof RelationNotFoundError || error instanceof BodyTooLarge) return;
    const answered = error instanceof Answer
      ? error.cause_code
      : isDatabaseError(error)
      ? error.code
      : undefined;
    if (answered === undefined || /^(XX|57|58|53)/.test(answered)) print(...parts);
  };
}
