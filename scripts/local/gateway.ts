/** The stack's one HTTP address: Auth, Data API, functions and the mailbox, as a Supabase project's URL has them. */
import type postgres from "postgres";
import { AuthError, handleAdmin } from "./auth_admin.ts";
import type { AuthMailer } from "./auth_mail.ts";
import { readExtraClaims } from "./auth_users.ts";
import type { FunctionsHost } from "./functions_host.ts";
import type { Keys } from "./keys.ts";
import type { Mailbox } from "./mailbox.ts";
import { problem } from "./problem.ts";
import type { SupabaseApp } from "./supabase_apps.ts";
import type { SupabaseConfig } from "./supabase_config.ts";
import { TokenError, type Tokens } from "./tokens.ts";

export interface GatewayParts {
  apiUrl: string;
  keys: Keys;
  config: SupabaseConfig;
  tokens: Tokens;
  authApp: SupabaseApp;
  dataApi(): SupabaseApp;
  authDatabase: postgres.Sql;
  mailer: AuthMailer;
  mailbox: Mailbox;
  functions: FunctionsHost;
}

const BODY_LIMIT = 8 * 1024 * 1024;

export function makeGateway(
  parts: GatewayParts,
): (request: Request, info: Deno.ServeHandlerInfo) => Promise<Response> {
  return async (request, info) => {
    const { pathname } = new URL(request.url);
    try {
      const large = refuseLargeBody(request);
      if (large) return large;
      return await route(parts, request, pathname, info);
    } catch (error) {
      if (error instanceof AuthError) return withCors(error.toResponse());
      if (error instanceof BodyTooLarge) return tooLarge();
      console.error(`! ${request.method} ${pathname}:`, error);
      return problem(500, "GATEWAY_ERROR", "The local gateway failed; its terminal says why");
    }
  };
}

async function route(
  parts: GatewayParts,
  request: Request,
  path: string,
  info: Deno.ServeHandlerInfo,
): Promise<Response> {
  if (path === "/auth/v1/.well-known/jwks.json") return withCors(Response.json(parts.tokens.jwks));
  if (path.startsWith("/auth/v1/")) return await answerAuth(parts, request, path);
  if (path.startsWith("/rest/v1")) return await answerDataApi(parts, request);
  if (path.startsWith("/functions/v1/")) return await answerFunction(parts, request, path, info);
  if (path === "/mail" || path.startsWith("/mail/")) {
    return parts.mailbox.respond(request, path.slice(5), "/mail");
  }
  if (path.startsWith("/realtime/v1")) {
    return problem(
      501,
      "realtime_not_available",
      "The local stack has no Realtime yet; a Supabase project has",
    );
  }
  if (path === "/") {
    return Response.json({
      auth: "/auth/v1",
      data_api: "/rest/v1",
      functions: "/functions/v1",
      mailbox: "/mail",
    });
  }
  return problem(404, "not_found", `Nothing is served at ${path}`);
}

async function answerAuth(parts: GatewayParts, request: Request, path: string): Promise<Response> {
  const { tokens, mailer } = parts;
  if (request.method === "OPTIONS") return preflight(request);
  const headers = new Headers(request.headers);
  if (path.startsWith("/auth/v1/admin/")) {
    const refused = await refuseNonService(parts, headers);
    return withCors(
      refused ?? await handleAdmin(adminParts(parts), request, path.slice("/auth/v1/admin".length)),
    );
  }
  try {
    await translateBearer(parts, headers);
  } catch (error) {
    if (!(error instanceof TokenError)) throw error;
    return withCors(new AuthError(403, "bad_jwt", `invalid JWT: ${error.message}`).toResponse());
  }
  const url = new URL(request.url);
  const redirectTo = url.searchParams.get("redirect_to");
  if (path === "/auth/v1/resend" && request.method === "POST") {
    const body = await request.clone().json().catch(() => null);
    if (body?.type === "signup" && typeof body.email === "string" && hasApiKey(parts, headers)) {
      await mailer.resendSignup(parts.authDatabase, body.email, redirectTo);
      return withCors(Response.json({}));
    }
  }
  const forwarded = new Request(request, { headers });
  const response = await mailer.during(
    redirectTo,
    () => parts.authApp.fetch(forwarded, { peerAddress: null }),
  );
  return withCors(
    await resign(response, (token) => tokens.outward(token, (id) => readExtraClaims(parts.authDatabase, id))),
  );
}

/** Replaces Auth's own tokens: in a JSON answer, and in the fragment of the redirect that a mail's link leads to. */
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
  if (!response.headers.get("content-type")?.includes("json") || response.status === 204) return response;
  const body = await response.json();
  if (typeof body?.access_token === "string") body.access_token = await sign(body.access_token);
  const headers = new Headers(response.headers);
  headers.delete("content-length");
  return new Response(JSON.stringify(body), { status: response.status, headers });
}

async function answerDataApi(parts: GatewayParts, request: Request): Promise<Response> {
  const headers = new Headers(request.headers);
  if (request.method !== "OPTIONS") {
    try {
      await translateBearer(parts, headers);
    } catch (error) {
      if (!(error instanceof TokenError)) throw error;
      const code = error.reason === "expired" ? "PGRST303" : "PGRST301";
      const body = { code, message: error.message, details: null, hint: null };
      return withCors(Response.json(body, { status: 401, headers: { "www-authenticate": "Bearer" } }));
    }
  }
  return withCors(await parts.dataApi().fetch(new Request(request, { headers }), { peerAddress: null }));
}

async function answerFunction(
  parts: GatewayParts,
  request: Request,
  path: string,
  info: Deno.ServeHandlerInfo,
): Promise<Response> {
  const [name = ""] = path.slice("/functions/v1/".length).split("/");
  if (!(await parts.functions.has(name))) {
    if (request.method === "OPTIONS") return preflight(request);
    return problem(404, "NOT_FOUND", `There is no function "${name}"`);
  }
  const headers = new Headers(request.headers);
  if (request.method !== "OPTIONS" && parts.config.verify_jwt(name)) {
    const refused = await refuseUnverified(parts, headers);
    if (refused) return refused;
  }
  // Whatever the caller claims, this is where the call came from.
  const peer = "hostname" in info.remoteAddr ? info.remoteAddr.hostname : "127.0.0.1";
  for (const header of ["x-forwarded-for", "x-real-ip", "cf-connecting-ip"]) headers.set(header, peer);
  headers.set("x-forwarded-host", new URL(parts.apiUrl).host);
  headers.set("x-forwarded-proto", "http");
  const gone = new AbortController();
  info.completed.catch(() => gone.abort());
  return await parts.functions.fetch(name, request, {
    headers,
    body: limitBody(request.body),
    signal: gone.signal,
  });
}

/** `verify_jwt`: any valid token, and for compatibility the API keys, in either header. Not a check of who calls. */
async function refuseUnverified(
  { keys, tokens }: GatewayParts,
  headers: Headers,
): Promise<Response | undefined> {
  const bearer = readBearer(headers);
  const known = [keys.publishable_key, keys.secret_key];
  if (known.includes(headers.get("apikey") ?? "") || known.includes(bearer ?? "")) return undefined;
  if (!bearer) return problem(401, "UNAUTHORIZED_NO_AUTH_HEADER", "Missing authorization header");
  try {
    await tokens.verify(bearer);
    return undefined;
  } catch {
    return problem(401, "UNAUTHORIZED_INVALID_JWT_FORMAT", "Invalid JWT");
  }
}

async function refuseNonService(
  { keys, tokens }: GatewayParts,
  headers: Headers,
): Promise<Response | undefined> {
  const bearer = readBearer(headers);
  if (headers.get("apikey") !== keys.secret_key) {
    const error = hasApiKey({ keys }, headers)
      ? new AuthError(403, "not_admin", "User not allowed: the admin API needs the secret key")
      : new AuthError(401, "no_authorization", "This endpoint requires the secret key in the apikey header");
    return error.toResponse();
  }
  if (!bearer || bearer === keys.secret_key) return undefined;
  try {
    const { role } = await tokens.verify(bearer);
    return role === "service_role"
      ? undefined
      : new AuthError(403, "not_admin", "User not allowed").toResponse();
  } catch {
    return new AuthError(403, "bad_jwt", "invalid JWT: unable to parse or verify signature").toResponse();
  }
}

/** Swaps a valid token of ours for the one that Auth and the Data API read; any other credential is refused. */
async function translateBearer({ keys, tokens }: GatewayParts, headers: Headers): Promise<void> {
  const authorization = headers.get("authorization");
  if (authorization === null) return;
  const bearer = readBearer(headers);
  if (bearer === keys.publishable_key || bearer === keys.secret_key) return;
  if (!bearer) throw new TokenError("malformed", "the Authorization header must be `Bearer <token>`");
  headers.set("authorization", `Bearer ${await tokens.inward(bearer)}`);
}

function readBearer(headers: Headers): string | undefined {
  return headers.get("authorization")?.match(/^Bearer\s+(\S+)\s*$/i)?.[1];
}

function hasApiKey({ keys }: Pick<GatewayParts, "keys">, headers: Headers): boolean {
  const key = headers.get("apikey");
  return key === keys.publishable_key || key === keys.secret_key;
}

function adminParts({ authDatabase, apiUrl, config }: GatewayParts) {
  return {
    sql: authDatabase,
    apiUrl,
    siteUrl: config.site_url,
    minimumPasswordLength: config.minimum_password_length,
  };
}

function preflight(request: Request): Response {
  return new Response(null, {
    status: 204,
    headers: {
      "access-control-allow-origin": "*",
      "access-control-allow-methods": "GET, POST, PUT, PATCH, DELETE, OPTIONS",
      "access-control-allow-headers": request.headers.get("access-control-request-headers") ?? "*",
      "access-control-max-age": "86400",
    },
  });
}

function withCors(response: Response): Response {
  if (response.headers.has("access-control-allow-origin")) return response;
  const headers = new Headers(response.headers);
  headers.set("access-control-allow-origin", "*");
  return new Response(response.body, { status: response.status, headers });
}

class BodyTooLarge extends Error {}

const tooLarge = () =>
  problem(413, "body_too_large", `The body may have ${BODY_LIMIT / 1024 / 1024} MB at most`);

function refuseLargeBody(request: Request): Response | undefined {
  const length = Number(request.headers.get("content-length") ?? 0);
  return length > BODY_LIMIT ? tooLarge() : undefined;
}

/** A body without a stated length is counted while it streams. */
function limitBody(body: ReadableStream<Uint8Array> | null): ReadableStream<Uint8Array> | null {
  let size = 0;
  return body?.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        size += chunk.byteLength;
        if (size > BODY_LIMIT) controller.error(new BodyTooLarge());
        else controller.enqueue(chunk);
      },
    }),
  ) ?? null;
}
