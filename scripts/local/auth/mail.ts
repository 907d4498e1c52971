/** One-time tokens and the mails that contain them: covers what @supabase/lite omits or links to the wrong address. */
import { AsyncLocalStorage } from "node:async_hooks";
import type postgres from "postgres";
import { sha256Hex } from "../../../supabase/functions/_shared/text/hash.ts";
import type { Mailbox, OutgoingMail } from "../mail/mailbox.ts";

export interface OneTimeToken {
  otp: string;
  hash: string;
}

/** Creates and stores a token as Auth does: SHA-256 of the address and a six-digit code. */
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

/** The `redirect_to` of the request being handled: where the links in its mails lead. */
const wantedRedirect = new AsyncLocalStorage<string | null>();

export class AuthMailer {
  constructor(private mailbox: Mailbox, private apiUrl: string, private siteUrl: string) {}

  /** Runs `work`; mails sent during it link to the request's `redirect_to`. */
  during<Result>(redirectTo: string | null, work: () => Promise<Result>): Promise<Result> {
    return wantedRedirect.run(redirectTo, work);
  }

  /** Auth's email driver. Auth's links point at the app's site; this rewrites them to Auth behind the gateway. */
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

  /** Sends the sign-up mail again, which the local Auth always refuses. Does not reveal who has an account. */
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
