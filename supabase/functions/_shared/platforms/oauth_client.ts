/**
 * OAuth 2.0 for the adapters: PKCE, authorization URLs, code exchange, refresh and revocation, built on `oauth4webapi`. The
 * library's errors quote responses, so they never leave this file: callers get a `PlatformFault` without them.
 */
import * as oauth from "oauth4webapi";
import { callProvider, ProviderError } from "../http/outgoing.ts";
import {
  asKind,
  type Authorization,
  type FaultKind,
  type Grant,
  type PlatformContext,
  PlatformFault,
  type Tokens,
} from "./platform.ts";
import { asFault, callOptions } from "./provider_client.ts";

export interface OAuthProvider {
  authorization_endpoint: string;
  token_endpoint: string;
  revocation_endpoint?: string;
  client_id: string;
  client_secret: string;
  /** `client_key`: in the body, where the client id has that name (TikTok). */
  client_authentication: "body" | "basic" | "client_key";
  /** Whether the authorization request carries a PKCE challenge; some platforms refuse a verifier without one. */
  pkce: boolean;
  /** The scopes to request; also the granted scopes when the response lists none (RFC 6749, section 5.1). */
  scopes: readonly string[];
  scope_separator: Authorization["scope_separator"];
  /** Parameters of the consent page beyond those of the RFC. */
  extra?: Authorization["extra"];
  /** Whether a refresh issues a new refresh token and invalidates the old one; then a lost response must not be retried. */
  rotates: boolean;
  /** The token sent to revoke the grant; by default the refresh token, if there is one. */
  revokes?: "access_token";
  /** The platform's own error codes where they differ from RFC 6749. */
  faults?: Readonly<Record<string, FaultKind>>;
  /** Converts the platform's response to RFC 6749 form: `access_token` and so on at the top level, or `error`. */
  reshape?: (body: Record<string, unknown>, status: number) => Record<string, unknown>;
}

export interface OAuthClient {
  authorization: Authorization;
  exchange(code: { code: string; code_verifier: string; redirect_uri: string }): Promise<Grant>;
  refresh(tokens: Tokens): Promise<Grant>;
  revoke(tokens: Tokens): Promise<void>;
}

/** 256 random bits each. */
export const newState = oauth.generateRandomState;
export const newCodeVerifier = oauth.generateRandomCodeVerifier;

export async function authorizationUrl(
  authorization: Authorization,
  request: { state: string; code_verifier: string; redirect_uri: string },
): Promise<string> {
  const url = new URL(authorization.endpoint);
  url.searchParams.set("response_type", "code");
  url.searchParams.set(authorization.client_id_parameter, authorization.client_id);
  url.searchParams.set("redirect_uri", request.redirect_uri);
  url.searchParams.set("scope", authorization.scopes.join(authorization.scope_separator));
  url.searchParams.set("state", request.state);
  if (authorization.pkce) {
    url.searchParams.set("code_challenge", await oauth.calculatePKCECodeChallenge(request.code_verifier));
    url.searchParams.set("code_challenge_method", "S256");
  }
  for (const [name, value] of Object.entries(authorization.extra)) url.searchParams.set(name, value);
  return url.href;
}

/** RFC 6749 and 7009 error codes as fault kinds. Only a refused grant may end a connection. */
const FAULT_OF_ERROR: ReadonlyMap<string, FaultKind> = new Map([
  ["invalid_grant", "grant_refused"],
  ["temporarily_unavailable", "transient"],
  ["server_error", "transient"],
  ["slow_down", "transient"],
]);

export function oauthClient(
  platform: string,
  context: PlatformContext,
  provider: OAuthProvider,
): OAuthClient {
  const server: oauth.AuthorizationServer = {
    issuer: new URL(provider.authorization_endpoint).origin,
    token_endpoint: provider.token_endpoint,
    ...(provider.revocation_endpoint ? { revocation_endpoint: provider.revocation_endpoint } : {}),
  };
  const client: oauth.Client = { client_id: provider.client_id };
  const authentication = authenticationOf(provider);
  const explain = (error: unknown) => faultOf(platform, error, provider.faults);

  function options(retry: "safe" | "never") {
    return {
      [oauth.customFetch]: async (url: string, init: RequestInit) =>
        await tidied(await post(url, init, retry), provider.reshape),
      [oauth.allowInsecureRequests]: [provider.token_endpoint, provider.revocation_endpoint]
        .every((endpoint) => endpoint === undefined || isLoopback(endpoint)),
    };
  }

  /** Also returns refusals, because the library parses their bodies. */
  async function post(url: string, init: RequestInit, retry: "safe" | "never"): Promise<Response> {
    try {
      return await callProvider(url, init, callOptions(platform, context, retry, 0));
    } catch (error) {
      const isRefusal = error instanceof ProviderError && error.kind === "status" && isFinal(error.status);
      if (isRefusal) return Response.json(error.body, { status: error.status ?? 400 });
      throw asFault(
        platform,
        error,
        context.now(),
        ({ status, retry_at }) =>
          new PlatformFault(platform, "transient", { reason: "token endpoint", status, retry_at }),
      );
    }
  }

  function grantOf(answer: oauth.TokenEndpointResponse): Grant {
    const now = context.now();
    return {
      tokens: {
        access_token: answer.access_token,
        ...(answer.refresh_token ? { refresh_token: answer.refresh_token } : {}),
        token_type: answer.token_type,
        obtained_at: now.toISOString(),
      },
      expires_at: answer.expires_in === undefined
        ? null
        : new Date(now.getTime() + answer.expires_in * 1_000),
      scopes: answer.scope?.split(/[\s,]+/).filter(Boolean) ?? [...provider.scopes],
    };
  }

  return {
    authorization: {
      endpoint: provider.authorization_endpoint,
      client_id: provider.client_id,
      client_id_parameter: provider.client_authentication === "client_key" ? "client_key" : "client_id",
      scopes: provider.scopes,
      scope_separator: provider.scope_separator,
      pkce: provider.pkce,
      extra: provider.extra ?? {},
    },

    async exchange({ code, code_verifier, redirect_uri }) {
      try {
        // The state was already checked in the database, where it is stored.
        const answer = oauth.validateAuthResponse(
          server,
          client,
          new URLSearchParams({ code }),
          oauth.skipStateCheck,
        );
        const response = await oauth.authorizationCodeGrantRequest(
          server,
          client,
          authentication,
          answer,
          redirect_uri,
          provider.pkce ? code_verifier : oauth.nopkce,
          options("never"),
        );
        return grantOf(await oauth.processAuthorizationCodeResponse(server, client, response));
      } catch (error) {
        throw asKind(explain(error), ["grant_refused"], "code_refused");
      }
    },

    async refresh({ refresh_token }) {
      if (!refresh_token) throw new PlatformFault(platform, "grant_refused", { reason: "no refresh token" });
      try {
        const retry = provider.rotates ? "never" : "safe";
        const response = await oauth.refreshTokenGrantRequest(
          server,
          client,
          authentication,
          refresh_token,
          options(retry),
        );
        return grantOf(await oauth.processRefreshTokenResponse(server, client, response));
      } catch (error) {
        throw explain(error);
      }
    },

    async revoke({ refresh_token, access_token }) {
      try {
        // Where either token ends the whole grant, the refresh token is preferred because it lives longer.
        const response = await oauth.revocationRequest(
          server,
          client,
          authentication,
          provider.revokes === "access_token" ? access_token : refresh_token ?? access_token,
          options("safe"),
        );
        await oauth.processRevocationResponse(response);
      } catch (error) {
        const fault = explain(error);
        const isDead = fault.kind === "grant_refused" || fault.reason === "invalid_token";
        if (!isDead) throw fault;
      }
    },
  };
}

function authenticationOf(
  { client_authentication, client_id, client_secret }: OAuthProvider,
): oauth.ClientAuth {
  switch (client_authentication) {
    case "basic": {
      // The library also escapes "-" and "_", which occur in X's secrets, and X compares the value without decoding it.
      const credentials = `${encodeURIComponent(client_id)}:${encodeURIComponent(client_secret)}`;
      return (_server, _client, _body, headers) => headers.set("authorization", `Basic ${btoa(credentials)}`);
    }
    case "body":
      return oauth.ClientSecretPost(client_secret);
    case "client_key":
      return (_server, _client, body) => {
        body.set("client_key", client_id);
        body.set("client_secret", client_secret);
      };
  }
}

function faultOf(platform: string, error: unknown, faults: OAuthProvider["faults"]): PlatformFault {
  if (error instanceof PlatformFault) return error;
  if (error instanceof oauth.ResponseBodyError) {
    const own = faults && Object.hasOwn(faults, error.error) ? faults[error.error] : undefined;
    return new PlatformFault(platform, own ?? FAULT_OF_ERROR.get(error.error) ?? "misconfigured", {
      reason: error.error.slice(0, 80),
      status: error.status,
    });
  }
  if (error instanceof oauth.OperationProcessingError || error instanceof oauth.UnsupportedOperationError) {
    const isOurs = error.code === oauth.HTTP_REQUEST_FORBIDDEN;
    return new PlatformFault(platform, isOurs ? "misconfigured" : "malformed", { reason: error.code });
  }
  throw error;
}

/** Returns whether a retry would get the same refusal. */
function isFinal(status: number | null): boolean {
  return status !== null && status >= 400 && status < 500 && status !== 408 && status !== 429;
}

/**
 * Converts a token response to RFC 6749 form: some platforms send nulls or empty strings for missing members, omit `token_type`, or
 * report an error with status 200.
 */
async function tidied(response: Response, reshape: OAuthProvider["reshape"]): Promise<Response> {
  const text = await response.text();
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return new Response(text, response);
  }
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    return Response.json({}, { status: response.status });
  }
  const shaped = reshape?.({ ...body }, response.status) ?? body;
  const members = Object.fromEntries(
    Object.entries(shaped).filter(([, value]) => value !== null && value !== ""),
  );
  const isError = typeof members.error === "string";
  const status = response.ok && isError ? 400 : response.status;
  return Response.json(isError ? members : { token_type: "bearer", ...members }, { status });
}

/** Plain HTTP is allowed only for simulators on this machine. */
function isLoopback(endpoint: string): boolean {
  const { protocol, hostname } = new URL(endpoint);
  return protocol === "http:" && /^(127(\.\d+){3}|localhost|\[::1\])$/.test(hostname);
}
