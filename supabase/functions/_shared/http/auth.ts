/**
 * Authenticates the caller. Supabase's own library (`@supabase/server/core`) extracts and verifies credentials: tokens against the
 * project's JWKS without a network call, keys in constant time. Its `withSupabase` wrapper is not used because it creates two clients
 * for every request and lets a handler's exception escape without JSON or CORS headers.
 *
 * The library includes supabase-js, which takes half of a cold start, so it is imported on the first credential: preflights and
 * anonymous requests do not wait for it.
 *
 * In addition to the library's checks, a wrong credential is 401 in every mode, even where none is needed.
 */
import * as z from "zod";
import { publishableKeys, secretKeys } from "../settings/auth_keys.ts";
import { ApiError } from "../errors.ts";
import { requireSetting, type Settings } from "../settings/settings.ts";

/** Credential that a caller must send. `secret`: any of the project's secret keys in the `apikey` header. */
export type AuthMode = "user" | "secret" | "publishable" | "none";

/** A signed-in creator. */
export interface User {
  id: string;
  email: string | null;
  token: string;
}

/** The verified caller. `secret` is the service itself: cron, workers, operators. */
export type Caller =
  | { kind: "user"; user: User }
  | { kind: "secret"; key_name: string }
  | { kind: "publishable"; key_name: string }
  | { kind: "anonymous" };

const claims = z.object({
  sub: z.uuid(),
  role: z.literal("authenticated"),
  exp: z.number(),
  email: z.string().optional(),
});

interface Env {
  url: string;
  publishableKeys: Record<string, string>;
  secretKeys: Record<string, string>;
  jwks: NonNullable<Settings["SUPABASE_JWKS"]> | null;
}

/**
 * Verifies the caller against the modes that an endpoint accepts.
 *
 * @throws {ApiError} `unauthorized` when a required credential is missing or any given one is wrong.
 */
export async function authenticate(
  request: Request,
  modes: readonly AuthMode[],
  settings: Settings,
): Promise<Caller> {
  const env: Env = {
    url: settings.SUPABASE_URL,
    publishableKeys: publishableKeys(settings),
    secretKeys: secretKeys(settings),
    jwks: settings.SUPABASE_JWKS ?? null,
  };
  const header = request.headers.get("authorization");
  if (header === null && request.headers.get("apikey") === null) {
    return accept(modes, null, { kind: "anonymous" });
  }
  const { extractCredentials, verifyCredentials } = await import("@supabase/server/core");
  const credentials = extractCredentials(request);
  // The library accepts only "Bearer", but the scheme is case-insensitive (RFC 9110, section 11.1).
  let token = header?.match(/^bearer +(\S+) *$/i)?.[1] ?? null;
  if (header !== null && token === null) refuse("the Authorization header must be: Bearer <access token>");
  if (token?.startsWith("sb_")) {
    // Without a session, supabase-js sends its publishable key in this header too. A secret key is never accepted here.
    const known = await verifyCredentials({ token: null, apikey: token }, { auth: "publishable:*", env });
    if (known.error) refuse("API keys belong in the apikey header");
    token = null;
  }

  let key: Exclude<Caller, { kind: "user" }> = { kind: "anonymous" };
  if (credentials.apikey !== null) {
    const { data, error } = await verifyCredentials(
      { token: null, apikey: credentials.apikey },
      { auth: ["publishable:*", "secret:*"].filter((mode) => hasKeys(mode, env)) as ["publishable:*"], env },
    );
    if (error) refuse("the apikey does not belong to this project");
    if (data.authMode === "secret" || data.authMode === "publishable") {
      key = { kind: data.authMode, key_name: data.keyName ?? "default" };
    }
  }

  const user = token === null ? null : await verifyToken(token, env, settings);

  return accept(modes, user, key);
}

/** Returns the caller for the first mode that matches the credentials. */
function accept(
  modes: readonly AuthMode[],
  user: User | null,
  key: Exclude<Caller, { kind: "user" }>,
): Caller {
  for (const mode of modes) {
    if (mode === "user" && user) return { kind: "user", user };
    if (mode === "secret" && key.kind === "secret") return key;
    if (mode === "publishable" && key.kind !== "anonymous") return key;
    if (mode === "none") return user ? { kind: "user", user } : key;
  }
  return refuse(`this endpoint needs ${modes.map((mode) => NEEDS[mode]).join(" or ")}`);
}

/**
 * Tokens that this isolate has verified, per key set. An app sends the same token for an hour, and checking its signature is most of a
 * request's cost. Only valid tokens are cached, and never beyond their expiry; the cache is cleared completely when it is full.
 */
const verified = new WeakMap<object, Map<string, { user: User; expires_at: number }>>();
const MOST_VERIFIED = 1_000;

async function verifyToken(token: string, env: Env, settings: Settings): Promise<User> {
  const jwks = requireSetting(settings, "SUPABASE_JWKS");
  const known = verified.get(jwks) ?? new Map<string, { user: User; expires_at: number }>();
  verified.set(jwks, known);
  const seen = known.get(token);
  if (seen && seen.expires_at > Date.now()) return seen.user;

  const { verifyCredentials } = await import("@supabase/server/core");
  const { data, error } = await verifyCredentials({ token, apikey: null }, { auth: "user", env });
  if (error) refuse(reasonOf(error));
  const read = claims.safeParse(data.jwtClaims);
  if (!read.success) refuse("the access token is not a signed-in user's");
  const user = { id: read.data.sub, email: read.data.email ?? null, token };
  if (known.size >= MOST_VERIFIED) known.clear();
  known.set(token, { user, expires_at: read.data.exp * 1_000 });
  return user;
}

const NEEDS: Record<AuthMode, string> = {
  user: "a signed-in user's access token",
  secret: "a secret key in the apikey header",
  publishable: "a publishable key in the apikey header",
  none: "nothing",
};

function hasKeys(mode: string, env: Env): boolean {
  return Object.keys(mode.startsWith("secret") ? env.secretKeys : env.publishableKeys).length > 0;
}

// The library puts the cause in brackets; its hints are for operators and are kept out of the response.
function reasonOf(error: { message: string }): string {
  return /expired/i.test(error.message)
    ? "the access token has expired; refresh the session"
    : "the access token is not valid";
}

function refuse(rule: string): never {
  throw new ApiError("unauthorized", `Cannot identify the caller: ${rule}`, {
    headers: { "www-authenticate": 'Bearer realm="streamvibe"' },
  });
}
