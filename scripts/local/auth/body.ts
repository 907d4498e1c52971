/** Bodies of calls to Auth. What @supabase/lite would answer with 500 is refused here as Supabase's Auth refuses it. */
import { AuthError } from "./error.ts";

/** Members that are text wherever they stand. */
const TEXTS = ["email", "phone", "password", "token", "token_hash", "refresh_token", "auth_code", "type"];

/** As long as an address may be (RFC 5321), and as auth.users has room for. */
const LONGEST_EMAIL = 255;

/**
 * @param text What came; what is no JSON at all is left to Auth, which says so.
 * @throws {AuthError} 400 when it is JSON that no call of Auth can take.
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
