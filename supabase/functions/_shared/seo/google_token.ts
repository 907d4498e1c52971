/**
 * Google access tokens from a creator's or the operator's credentials: a service account (RFC 7523), a consent with its refresh token (of
 * our own client, or of another client in the `authorized_user` format of `gcloud`), or a bare access token.
 */
import * as z from "zod";
import { base64url, signRs256 } from "../http/jwt.ts";
import { requireSetting } from "../settings/settings.ts";
import { sha256Hex } from "../text/hash.ts";
import { callEngine, type EngineContext, EngineFault } from "./engine.ts";
import { SEO } from "./settings.ts";

export const SEARCH_CONSOLE_SCOPE = "https://www.googleapis.com/auth/webmasters";
export const INDEXING_SCOPE = "https://www.googleapis.com/auth/indexing";

const Credentials = z.union([
  z.object({ type: z.literal("consent"), refresh_token: z.string() }),
  z.object({ type: z.literal("service_account"), client_email: z.string(), private_key: z.string() }),
  z.object({
    type: z.literal("authorized_user"),
    client_id: z.string(),
    client_secret: z.string(),
    refresh_token: z.string(),
  }),
]);
const Token = z.object({
  access_token: z.string(),
  expires_in: z.number().default(3_600),
  refresh_token: z.string().optional(),
});

const known = new Map<string, { token: string; expires_at: number }>();

/** Returns an access token, cached until a minute before it expires. @throws {EngineFault} When the credentials are invalid or refused. */
export async function googleToken(context: EngineContext, secret: string, scope: string): Promise<string> {
  if (!secret.trim().startsWith("{")) return secret.trim();
  const now = context.now().getTime();
  const key = await keyOf(secret, scope);
  const kept = known.get(key);
  if (kept && kept.expires_at > now + 60_000) return kept.token;
  const grant = await grantOf(secret, scope, context);
  const { body } = await callEngine(
    context,
    "google",
    context.settings.of(SEO).GOOGLE_TOKEN_URL,
    { method: "POST", body: new URLSearchParams(grant) },
    (status, body) => status === 400 || status === 401 ? refused(status, errorOf(body), secret) : undefined,
  );
  const parsed = Token.safeParse(body);
  if (!parsed.success) {
    throw new EngineFault("malformed", "engine_answer_unknown", "Google gave an answer that cannot be read");
  }
  const { access_token, expires_in, refresh_token } = parsed.data;
  if (refresh_token !== undefined && isConsent(secret)) {
    await context.keep(secret, JSON.stringify({ type: "consent", refresh_token }));
  }
  if (known.size > 200) known.clear();
  known.set(key, { token: access_token, expires_at: now + expires_in * 1_000 });
  return access_token;
}

/** Drops a cached token that Google no longer accepts. Returns whether there was one, and so whether a retry may get a new one. */
export async function forgetGoogleToken(secret: string, scope: string): Promise<boolean> {
  return known.delete(await keyOf(secret, scope));
}

const keyOf = (secret: string, scope: string) => sha256Hex(`${scope} ${secret}`);

async function grantOf(
  secret: string,
  scope: string,
  context: EngineContext,
): Promise<Record<string, string>> {
  const parsed = Credentials.safeParse(parse(secret));
  if (!parsed.success) {
    throw new EngineFault(
      "refused",
      "key_refused",
      "These are not Google credentials: the JSON of a service account or of an authorized user is needed",
    );
  }
  const given = parsed.data;
  if (given.type === "consent") {
    const seo = context.settings.of(SEO);
    return {
      grant_type: "refresh_token",
      client_id: requireSetting(seo, "GOOGLE_SEARCH_CONSOLE_CLIENT_ID"),
      client_secret: requireSetting(seo, "GOOGLE_SEARCH_CONSOLE_CLIENT_SECRET"),
      refresh_token: given.refresh_token,
    };
  }
  if (given.type === "authorized_user") {
    const { client_id, client_secret, refresh_token } = given;
    return { grant_type: "refresh_token", client_id, client_secret, refresh_token };
  }
  const at = Math.floor(context.now().getTime() / 1_000);
  const claims = {
    iss: given.client_email,
    scope,
    aud: "https://oauth2.googleapis.com/token",
    iat: at,
    exp: at + 3_600,
  };
  const part = (value: unknown) => base64url(new TextEncoder().encode(JSON.stringify(value)));
  const assertion = await signRs256(
    `${part({ alg: "RS256", typ: "JWT" })}.${part(claims)}`,
    given.private_key,
  ).catch(() => {
    throw new EngineFault("refused", "key_refused", "The private key of the service account cannot be read");
  });
  return { grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion };
}

/** Maps a refused grant. Only the creator can renew an ended consent; a client that Google refuses is the operator's problem. */
function refused(status: number, error: string | undefined, secret: string): EngineFault {
  if (!isConsent(secret)) {
    return new EngineFault("refused", "key_refused", "Google refuses the credentials", { status });
  }
  return error === "invalid_grant"
    ? new EngineFault(
      "refused",
      "consent_ended",
      "Google Search Console no longer accepts the access that you granted; connect the site again",
      { status },
    )
    : new EngineFault("unreachable", "engine_unavailable", "Google refuses StreamVibe itself at the moment", {
      status,
    });
}

function isConsent(secret: string): boolean {
  return Credentials.safeParse(parse(secret)).data?.type === "consent";
}

function errorOf(body: unknown): string | undefined {
  return z.object({ error: z.string() }).safeParse(body).data?.error;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
