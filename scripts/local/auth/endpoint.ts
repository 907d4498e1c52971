/** /auth/v1: forwards to Auth and re-signs the tokens in its responses; adds the admin API and repeated sign-up mails. */
import type postgres from "postgres";
import { handleAdmin } from "./admin.ts";
import { checkAuthBody } from "./body.ts";
import { AuthError } from "./error.ts";
import { checkMailFrequency } from "./frequency.ts";
import type { AuthMailer } from "./mail.ts";
import { findUserByEmail, readExtraClaims } from "./users.ts";
import { hasApiKey, requireService, translateBearer } from "./credentials.ts";
import type { Incoming } from "../http/incoming.ts";
import type { Keys } from "./keys.ts";
import type { SupabaseApp } from "../database/supabase_apps.ts";
import type { SupabaseConfig } from "../home/supabase_config.ts";
import { TokenError, type Tokens } from "./tokens.ts";

export interface AuthParts {
  apiUrl: string;
  keys: Keys;
  config: SupabaseConfig;
  tokens: Tokens;
  authApp: SupabaseApp;
  authDatabase: postgres.Sql;
  mailer: AuthMailer;
}

export async function answerAuth(parts: AuthParts, incoming: Incoming): Promise<Response> {
  const { tokens, authDatabase } = parts;
  if (incoming.path === "/auth/v1/.well-known/jwks.json") return Response.json(tokens.jwks);
  if (incoming.path.startsWith("/auth/v1/admin/")) return await answerAdmin(parts, incoming);
  try {
    await translateBearer(parts, incoming.headers);
  } catch (error) {
    if (!(error instanceof TokenError)) throw error;
    throw new AuthError(403, "bad_jwt", `invalid JWT: ${error.message}`);
  }
  const redirectTo = incoming.url.searchParams.get("redirect_to");
  const text = incoming.body && await incoming.toRequest().text();
  if (text !== null) checkAuthBody(text);
  const request = await fillGaps(parts, incoming, text, redirectTo);
  if (request instanceof Response) return request;
  const response = await parts.mailer.during(
    redirectTo,
    () => parts.authApp.fetch(request, { peerAddress: null }),
  );
  return await resign(
    response,
    (token) => tokens.outward(token, (id, session) => readExtraClaims(authDatabase, id, session)),
  );
}

async function answerAdmin(parts: AuthParts, incoming: Incoming): Promise<Response> {
  await requireService(parts, incoming.headers);
  return await handleAdmin(
    {
      sql: parts.authDatabase,
      apiUrl: parts.apiUrl,
      siteUrl: parts.config.site_url,
      minimumPasswordLength: parts.config.minimum_password_length,
    },
    incoming.toRequest(),
    incoming.path.slice("/auth/v1/admin".length),
  );
}

const WITH_GAPS = ["resend", "signup", "verify", "recover", "otp"].map((name) => `/auth/v1/${name}`);

/**
 * Adds what the local Auth lacks: repeated sign-ups, resending the sign-up mail, a minimum interval between mails, and detecting what a
 * code of type `email` is for.
 */
async function fillGaps(
  parts: AuthParts,
  incoming: Incoming,
  text: string | null,
  redirectTo: string | null,
): Promise<Response | Request> {
  const { path, method } = incoming;
  const body = method === "POST" && WITH_GAPS.includes(path) && text ? parseObject(text) : undefined;
  if (typeof body?.email === "string" && hasApiKey(parts, incoming.headers)) {
    const { email, type } = body as { email: string; type?: string };
    await checkMailFrequency(parts.authDatabase, parts.config.mail_max_frequency, { path, type, email });
    if (path === "/auth/v1/resend" && type === "signup") {
      await parts.mailer.resendSignup(parts.authDatabase, email, redirectTo);
      return Response.json({});
    }
    if (path === "/auth/v1/signup") {
      const again = await signUpAgain(parts, email, body.password, redirectTo);
      if (again) return Response.json(again);
    }
    if (path === "/auth/v1/verify" && type === "email") {
      const confirmed = (await findUserByEmail(parts.authDatabase, email))?.email_confirmed_at;
      return incoming.toRequest(JSON.stringify({ ...body, type: confirmed ? "magiclink" : "signup" }));
    }
  }
  return incoming.toRequest(text);
}

/**
 * Returns Auth's response for a sign-up with an existing address: resends the mail while the address is unconfirmed, afterwards returns a
 * fabricated user, so that the response does not reveal who has an account. The password of the first sign-up is kept.
 */
async function signUpAgain(
  { config, mailer, authDatabase }: AuthParts,
  email: string,
  password: unknown,
  redirectTo: string | null,
): Promise<Record<string, unknown> | undefined> {
  if (typeof password !== "string" || password.length < config.minimum_password_length) return undefined;
  const user = await findUserByEmail(authDatabase, email);
  if (!user) return undefined;
  if (!user.email_confirmed_at) {
    await mailer.resendSignup(authDatabase, email, redirectTo);
    return user;
  }
  const now = new Date().toISOString();
  return {
    id: crypto.randomUUID(),
    aud: "authenticated",
    role: "",
    email: email.toLowerCase(),
    phone: "",
    confirmation_sent_at: now,
    app_metadata: { provider: "email", providers: ["email"] },
    user_metadata: {},
    identities: [],
    created_at: now,
    updated_at: now,
    is_anonymous: false,
  };
}

/** Replaces Auth's own tokens in a JSON response, and in the redirect fragment of a mail link. */
async function resign(response: Response, sign: (token: string) => Promise<string>): Promise<Response> {
  const location = response.headers.get("location");
  if (location?.includes("access_token=")) {
    const url = new URL(location);
    const fragment = new URLSearchParams(url.hash.slice(1));
    const token = fragment.get("access_token");
    if (token) fragment.set("access_token", await sign(token));
    url.hash = fragment.toString();
    const headers = new Headers(response.headers);
    headers.set("location", url.toString());
    return new Response(null, { status: response.status, headers });
  }
  if (!response.headers.get("content-type")?.includes("json")) return response;
  const text = await response.text();
  const headers = new Headers(response.headers);
  headers.delete("content-length");
  const body = parseObject(text);
  if (typeof body?.access_token !== "string") {
    return new Response(text || null, { status: response.status, headers });
  }
  body.access_token = await sign(body.access_token);
  return new Response(JSON.stringify(body), { status: response.status, headers });
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value = JSON.parse(text);
    return value !== null && typeof value === "object" ? value : undefined;
  } catch {
    return undefined;
  }
}
