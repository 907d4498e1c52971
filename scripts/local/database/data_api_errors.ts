/**
 * PostgREST's answers to errors of the database. @supabase/lite knows some SQLSTATEs and makes a bare 500 of all others,
 * the ones that migrations raise for clients among them; here each gets PostgREST's status, with code, details and hint.
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

/** The form that lite answers as it stands: a raised `PGRST` error with the answer in it. */
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

/** By SQLSTATE, or by its class. Whatever is not here is the caller's to deal with: 400. */
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

/** Lite answers these as PostgREST does, some with a look at who asks. */
const LEFT_TO_LITE = /^(PGRST|PT.*|42501|42P01|42883|25006|42703)$/;

export function presentDatabaseError(error: unknown): unknown {
  if (!isDatabaseError(error) || LEFT_TO_LITE.test(error.code)) return error;
  return new Answer(error, statusOf(error.code));
}

/** The status of an SQLSTATE for whoever is signed in. `PTxyz` names its own. */
export function statusOf(code: string): number {
  const [, own] = code.match(/^PT(\d{3})$/) ?? [];
  return Number(own) || (STATUS[code] ?? STATUS[code.slice(0, 2)] ?? 400);
}

function isDatabaseError(error: unknown): error is DatabaseError {
  return error instanceof Error && error.name === "PostgresError";
}

/**
 * Lite prints every error of every request. What the caller was told is no news for the stack's terminal, and can hold
 * what creators typed; the rest is printed as before.
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
