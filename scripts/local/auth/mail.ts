/** One-time tokens and the mails that carry them: what @supabase/lite leaves out or points to the wrong place. */
import { AsyncLocalStorage } from "node:async_hooks";
import type postgres from "postgres";
import { sha256Hex } from "../../../supabase/functions/_shared/text/hash.ts";
import type { Mailbox, OutgoingMail } from "../mail/mailbox.ts";

export interface OneTimeToken {
  otp: string;
  hash: string;
}

/** Makes and stores a token the way Auth does: SHA-256 of the address and a six-digit code. */
export async function makeOneTimeToken(
  sql: postgres.Sql,
  userId: string,
  email: string,
  purpose: "signup" | "recovery",
): Promise<OneTimeToken> {
  const digits = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
  const otp = String(digits % 1_000_000).padStart(6, "0");
  const hash = await sha256Hex(email.toLowerCase() + otp);
  if (purpose === "signup") {
    await sql`update auth.users set confirmation_token = ${hash}, confirmation_sent_at = now() where id = ${userId}`;
  } else {
    await sql`update auth.users set recovery_token = ${hash}, recovery_sent_at = now() where id = ${userId}`;
  }
  return { otp, hash };
}

export function verificationLink(apiUrl: string, hash: string, type: string, redirectTo: string): string {
  return `${apiUrl}/auth/v1/verify?${new URLSearchParams({ token: hash, type, redirect_to: redirectTo })}`;
}

/** Where the app wants the person to land after the link, while a request of that app is being answered. */
const wantedRedirect = new AsyncLocalStorage<string | null>();

export class AuthMailer {
  constructor(private mailbox: Mailbox, private apiUrl: string, private siteUrl: string) {}

  /** Runs Auth's answer to a request; mails sent meanwhile lead to the request's `redirect_to`. */
  during<Result>(redirectTo: string | null, work: () => Promise<Result>): Promise<Result> {
    return wantedRedirect.run(redirectTo, work);
  }

  /** Auth's email driver. Its links point at the app's own site; here Auth is behind the gateway. */
  send(mail: OutgoingMail): Promise<void> {
    const prefix = `${this.siteUrl.replace(/\/$/, "")}/auth/v1/verify?`;
    const redirectTo = wantedRedirect.getStore();
    const rewrite = (text: string) =>
      text.replace(/https?:\/\/[^\s"'<>]+/g, (link) => {
        if (!link.startsWith(prefix)) return link;
        const query = new URLSearchParams(link.slice(prefix.length).replaceAll("&amp;", "&"));
        if (redirectTo) query.set("redirect_to", redirectTo);
        return `${this.apiUrl}/auth/v1/verify?${query}`;
      });
    this.mailbox.deliver({ ...mail, text: rewrite(mail.text ?? ""), html: rewrite(mail.html ?? "") });
    return Promise.resolve();
  }

  /** Sends the sign-up mail again; Auth here refuses every repetition. Silent about who has an account. */
  async resendSignup(sql: postgres.Sql, email: string, redirectTo: string | null): Promise<void> {
    const [user] = await sql<{ id: string }[]>`
      select id from auth.users where email = ${email.toLowerCase()} and email_confirmed_at is null`;
    if (!user) return;
    const token = await makeOneTimeToken(sql, user.id, email, "signup");
    const link = verificationLink(this.apiUrl, token.hash, "signup", redirectTo ?? this.siteUrl);
    this.mailbox.deliver({
      to: email,
      subject: "Confirm Your Signup",
      text: `Confirm your signup with this code: ${token.otp}\n\nOr follow this link: ${link}`,
      html: `<!doctype html><html><head></head><body><h2>Confirm your signup</h2>
<p><a href="${link.replaceAll("&", "&amp;")}">Confirm your email</a></p>
<p>Or enter this code: ${token.otp}</p></body></html>`,
    });
  }
}
