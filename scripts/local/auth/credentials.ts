/** Checks who may pass the gateway: API keys in `apikey`, tokens in `Authorization`. A credential that is present but invalid is refused. */
import * as jose from "jose";
import { AuthError } from "./error.ts";
import type { Keys } from "./keys.ts";
import { problem } from "../http/problem.ts";
import { TokenError, type Tokens } from "./tokens.ts";

/** The role and claims that a request has in the database. */
export interface Caller {
  role: string;
  claims: string;
}

interface Credentials {
  keys: Keys;
  tokens: Tokens;
}

export function hasApiKey({ keys }: Pick<Credentials, "keys">, headers: Headers): boolean {
  const key = headers.get("apikey");
  return key === keys.publishable_key || key === keys.secret_key;
}

/** Replaces a valid token of ours with the one that Auth and the Data API read; throws TokenError for any other. */
export async function translateBearer({ keys, tokens }: Credentials, headers: Headers): Promise<void> {
  if (!headers.has("authorization")) return;
  const bearer = readBearer(headers);
  // Without a session supabase-js sends its API key as the bearer, too.
  if (bearer === keys.publishable_key || bearer === keys.secret_key) return;
  if (!bearer) throw new TokenError("malformed", "the Authorization header must be `Bearer <token>`");
  headers.set("authorization", `Bearer ${await tokens.inward(bearer)}`);
}

/** Returns the caller of the Data API, after `translateBearer`. Undefined without a key of this stack. */
export function callerOf(credentials: Credentials, headers: Headers): Caller | undefined {
  if (!hasApiKey(credentials, headers)) return undefined;
  const { secret_key, publishable_key } = credentials.keys;
  const bearer = readBearer(headers);
  const is_key = !bearer || bearer === secret_key || bearer === publishable_key;
  const own = (bearer ?? headers.get("apikey")) === secret_key ? "service_role" : "anon";
  const claims = is_key ? { role: own } : jose.decodeJwt<{ role: string }>(bearer);
  return { role: claims.role, claims: JSON.stringify(claims) };
}

/** Implements `verify_jwt`: accepts any valid token and, for compatibility, the API keys in either header. Does not check who the caller is. */
export async function refuseUnverified(
  credentials: Credentials,
  headers: Headers,
): Promise<Response | undefined> {
  const { keys, tokens } = credentials;
  const bearer = readBearer(headers);
  if (hasApiKey(credentials, headers)) return undefined;
  if (bearer === keys.publishable_key || bearer === keys.secret_key) return undefined;
  if (!bearer) {
    return problem(401, "unauthorized", "Missing authorization header", "UNAUTHORIZED_NO_AUTH_HEADER");
  }
  try {
    await tokens.verify(bearer);
    return undefined;
  } catch {
    return problem(401, "unauthorized", "Invalid JWT", "UNAUTHORIZED_INVALID_JWT_FORMAT");
  }
}

/** Requires the secret key, for the admin API; a user's token sent with the key takes precedence, as on Supabase. */
export async function requireService(credentials: Credentials, headers: Headers): Promise<void> {
  const { keys, tokens } = credentials;
  if (headers.get("apikey") !== keys.secret_key) {
    throw hasApiKey(credentials, headers)
      ? new AuthError(403, "not_admin", "User not allowed: the admin API needs the secret key")
      : new AuthError(401, "no_authorization", "This endpoint requires the secret key in the apikey header");
  }
  const bearer = readBearer(headers);
  if (!bearer || bearer === keys.secret_key) return;
  const claims = await tokens.verify(bearer).catch(() => {
    throw new AuthError(403, "bad_jwt", "invalid JWT: unable to parse or verify signature");
  });
  if (claims.role !== "service_role") throw new AuthError(403, "not_admin", "User not allowed");
}

function readBearer(headers: Headers): string | undefined {
  return headers.get("authorization")?.match(/^Bearer\s+(\S+)\s*$/i)?.[1];
}
