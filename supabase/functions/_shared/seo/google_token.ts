/**
 * Access tokens of Google from what a creator or the operator has: a service account (RFC 7523), an OAuth consent with its refresh token
 * (`authorized_user`, as `gcloud` writes it), or a bare access token.
 */
import * as z from "zod";
import { base64url, signRs256 } from "../http/jwt.ts";
import { sha256Hex } from "../text/hash.ts";
import { callEngine, type EngineContext, EngineFault } from "./engine.ts";
import { SEO } from "./settings.ts";

const Credentials = z.union([
  z.object({ type: z.literal("service_account"), client_email: z.string(), private_key: z.string() }),
  z.object({
    type: z.literal("authorized_user"),
    client_id: z.string(),
    client_secret: z.string(),
    refresh_token: z.string(),
  }),
]);
const Token = z.object({ access_token: z.string(), expires_in: z.number().default(3_600) });

const known = new Map<string, { token: string; expires_at: number }>();

/** @throws {EngineFault} When Google refuses the credentials, or they are none. */
export async function googleToken(context: EngineContext, secret: string, scope: string): Promise<string> {
  if (!secret.trim().startsWith("{")) return secret.trim();
  const now = context.now().getTime();
  const key = await sha256Hex(`${scope} ${secret}`);
  const kept = known.get(key);
  if (kept && kept.expires_at > now + 60_000) return kept.token;
  const grant = await grantOf(secret, scope, context);
  const { body } = await callEngine(context, "google", context.settings.of(SEO).GOOGLE_TOKEN_URL, {
    method: "POST",
    body: new URLSearchParams(grant),
  }, (status) => status === 400 || status === 401 ? refused(status) : undefined);
  const parsed = Token.safeParse(body);
  if (!parsed.success) {
    throw new EngineFault("malformed", "engine_answer_unknown", "Google gave an answer that cannot be read");
  }
  const { access_token, expires_in } = parsed.data;
  if (known.size > 200) known.clear();
  known.set(key, { token: access_token, expires_at: now + expires_in * 1_000 });
  return access_token;
}

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
      "These are no credentials of Google: it takes the JSON of a service account or of an authorized user",
    );
  }
  const given = parsed.data;
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

function refused(status: number): EngineFault {
  return new EngineFault("refused", "key_refused", "Google refuses the credentials", { status });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
