/** `max_frequency` of config.toml: the minimum interval between two mails of one kind to the same address. */
import type postgres from "postgres";
import { AuthError } from "./error.ts";

type Stamp = "confirmation_sent_at" | "recovery_sent_at" | "email_change_sent_at";

/** Returns the timestamp column of the mail that a call sends. Sign-in links and password resets share one, as in Auth. */
function stampOf(path: string, type: unknown): Stamp | undefined {
  if (path === "/auth/v1/recover" || path === "/auth/v1/otp") return "recovery_sent_at";
  if (path === "/auth/v1/signup") return "confirmation_sent_at";
  if (path !== "/auth/v1/resend") return undefined;
  if (type === "signup") return "confirmation_sent_at";
  return type === "email_change" ? "email_change_sent_at" : undefined;
}

/**
 * @param seconds The minimum interval between two mails.
 * @throws {AuthError} 429, as Auth does, if the last mail of this kind is more recent.
 */
export async function checkMailFrequency(
  sql: postgres.Sql,
  seconds: number,
  call: { path: string; type: unknown; email: string },
): Promise<void> {
  const stamp = stampOf(call.path, call.type);
  if (stamp === undefined) return;
  const email = call.email.toLowerCase();
  const [user] = await sql<{ id: string; left: number | null }[]>`
    select id, extract(epoch from ${sql(stamp)} - now())::float + ${seconds} as left
    from auth.users
    where email = ${email} and (${stamp} <> 'confirmation_sent_at' or email_confirmed_at is null)`;
  if (!user || user.left === null) return;
  if (user.left > 0) {
    throw new AuthError(
      429,
      "over_email_send_rate_limit",
      `For security purposes, you can only request this after ${Math.ceil(user.left)} seconds.`,
    );
  }
  // The local Auth sends this mail only once, however long ago that was; clearing the timestamp allows another.
  if (stamp === "email_change_sent_at") {
    await sql`update auth.users set email_change_sent_at = null where id = ${user.id}`;
  }
}

/** Parses a duration in config.toml's format to seconds: `1s`, `1m30s`, `500ms`. */
export function secondsOf(duration: string): number | undefined {
  const parts = [...duration.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)];
  if (parts.length === 0 || parts.map(([text]) => text).join("") !== duration) return undefined;
  const unit: Record<string, number> = { ms: 0.001, s: 1, m: 60, h: 3_600 };
  return parts.reduce((sum, [, number, name]) => sum + Number(number) * (unit[name ?? ""] ?? 0), 0);
}
