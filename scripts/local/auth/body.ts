/** Validates request bodies for Auth. Input that @supabase/lite would answer with 500 is refused as Supabase Auth refuses it. */
import { AuthError } from "./error.ts";

/** Members that must be strings on every endpoint. */
const TEXTS = ["email", "phone", "password", "token", "token_hash", "refresh_token", "auth_code", "type"];

/** The maximum length of an address (RFC 5321), and of the column in auth.users. */
const LONGEST_EMAIL = 255;

/**
 * @param text The request body; invalid JSON is left to Auth, which reports it.
 * @throws {AuthError} 400 if it is JSON that no Auth endpoint accepts.
 */
export function checkAuthBody(text: string): void {
  let body: unknown;
  try {
    body = JSON.parse(text, (key, value) => {
      if (hasNul(key) || hasNul(value)) {
        throw new AuthError(400, "validation_failed", "Text must not contain the NUL character");
      }
      return value;
    });
  } catch (error) {
    if (error instanceof SyntaxError) return;
    if (!(error instanceof RangeError)) throw error;
    throw new AuthError(400, "bad_json", "Could not read the body: it is nested too deeply");
  }
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw new AuthError(400, "bad_json", "Could not read the body: it must be a JSON object");
  }
  const members = body as Record<string, unknown>;
  const wrong = TEXTS.find((name) => !["string", "undefined"].includes(typeof (members[name] ?? undefined)));
  if (wrong) throw new AuthError(400, "bad_json", `Could not read the body: ${wrong} must be a string`);
  if (String(members.email ?? "").length > LONGEST_EMAIL) {
    throw new AuthError(400, "validation_failed", "Unable to validate email address: invalid format");
  }
}

function hasNul(value: unknown): boolean {
  return typeof value === "string" && value.includes("\0");
}
