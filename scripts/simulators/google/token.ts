/** The token endpoint and what goes with it: refresh, revoke, tokeninfo. */
import { createHash } from "node:crypto";
import { type Answer, type Call, json, type World } from "../provider.ts";
import type { Code, GoogleAccounts, OauthClient } from "./accounts.ts";

export function token(accounts: GoogleAccounts, call: Call): Answer {
  if (call.fault?.token) return refused(400, "invalid_grant", "Token has been expired or revoked.");
  const form = readForm(call);
  if (form === undefined) return refused(400, "invalid_request", "The request body must be form-encoded.");
  const client = clientOf(accounts, form, call);
  if ("status" in client) return client;
  const grant_type = form.get("grant_type") ?? "";
  if (grant_type === "authorization_code") return exchangeCode(accounts, client, form);
  if (grant_type === "refresh_token") return refreshToken(accounts, client, form);
  return refused(400, "unsupported_grant_type", `Invalid grant_type: ${grant_type}`);
}

function exchangeCode(accounts: GoogleAccounts, client: OauthClient, form: URLSearchParams): Answer {
  const given = form.get("code") ?? "";
  if (given === "") return refused(400, "invalid_request", "Missing required parameter: code");
  const code = accounts.code(given);
  if (code === undefined) return refused(400, "invalid_grant", "Malformed auth code.");
  if (code.client !== client.id) return refused(401, "unauthorized_client", "Unauthorized");
  if (!accounts.isFresh(code)) return refused(400, "invalid_grant", "Bad Request");
  const redirect_uri = form.get("redirect_uri") ?? "";
  if (redirect_uri === "") return refused(400, "invalid_request", "Missing parameter: redirect_uri");
  if (redirect_uri !== code.redirect_uri) return refused(400, "redirect_uri_mismatch", "Bad Request");
  const verifier = form.get("code_verifier");
  if (code.challenge !== null && (verifier === null || verifier === "")) {
    return refused(400, "invalid_grant", "Missing code verifier.");
  }
  if (code.challenge === null && verifier !== null) {
    return refused(400, "invalid_grant", "code_verifier or verifier is not needed.");
  }
  if (verifier !== null && !proves(verifier, code)) {
    return refused(400, "invalid_grant", "Invalid code verifier.");
  }
  return tokenAnswer(accounts.redeem(code));
}

function proves(verifier: string, code: Code): boolean {
  if (!/^[A-Za-z0-9._~-]{43,128}$/.test(verifier)) return false;
  if (code.challenge_method === "plain") return verifier === code.challenge;
  return createHash("sha256").update(verifier).digest("base64url") === code.challenge;
}

function refreshToken(accounts: GoogleAccounts, client: OauthClient, form: URLSearchParams): Answer {
  const given = form.get("refresh_token") ?? "";
  if (given === "") return refused(400, "invalid_request", "Missing required parameter: refresh_token");
  const answer = accounts.refresh(client.id, given);
  return answer ? tokenAnswer(answer) : refused(400, "invalid_grant", "Token has been expired or revoked.");
}

function tokenAnswer(answer: unknown): Answer {
  return json(200, answer, {
    "cache-control": "no-cache, no-store, max-age=0, must-revalidate",
    pragma: "no-cache",
  });
}

/** The client by Basic or by the body; both at once is refused, as RFC 6749 section 2.3 has it. */
function clientOf(accounts: GoogleAccounts, form: URLSearchParams, call: Call): OauthClient | Answer {
  const basic = /^Basic (.+)$/i.exec(call.headers.get("authorization") ?? "")?.[1];
  let id = form.get("client_id") ?? "";
  let secret = form.get("client_secret");
  if (basic !== undefined) {
    if (secret !== null) {
      return refused(400, "invalid_request", "Client authentication must be sent once only.");
    }
    try {
      const [user = "", ...rest] = atob(basic).split(":");
      id = decodeURIComponent(user.replaceAll("+", " "));
      secret = decodeURIComponent(rest.join(":").replaceAll("+", " "));
    } catch {
      return refused(401, "invalid_client", "Unauthorized");
    }
  }
  if (id === "") return refused(400, "invalid_request", "Could not determine client ID from request.");
  const client = accounts.clients.get(id);
  if (client === undefined) return refused(401, "invalid_client", "The OAuth client was not found.");
  if (secret === null || secret === "") return refused(400, "invalid_request", "client_secret is missing.");
  if (secret !== client.secret) {
    return refused(401, "invalid_client", "The provided client secret is invalid.");
  }
  return client;
}

function readForm(call: Call): URLSearchParams | undefined {
  const type = call.headers.get("content-type") ?? "";
  return /^application\/x-www-form-urlencoded\b/i.test(type) ? new URLSearchParams(call.body) : undefined;
}

export function revoke(accounts: GoogleAccounts, call: Call): Answer {
  const given = readForm(call)?.get("token") ?? call.query.get("token") ?? "";
  if (given === "") return refused(400, "invalid_request", "Missing required parameter: token");
  if (call.fault?.token || !accounts.revokeToken(given)) {
    return refused(400, "invalid_token", "Token expired or revoked");
  }
  return json(200, {});
}

export function tokenInfo(world: World, accounts: GoogleAccounts, call: Call): Answer {
  const given = call.query.get("access_token") ?? readForm(call)?.get("access_token") ?? "";
  if (given === "") {
    return refused(400, "invalid_request", "Either access_token, id_token, or token_handle required");
  }
  const access = call.fault?.token ? undefined : accounts.access(given);
  if (access === undefined) return refused(400, "invalid_token", "Invalid Value");
  return json(200, {
    azp: access.client.id,
    aud: access.client.id,
    scope: access.scopes.join(" "),
    exp: String(Math.floor(world.clock.now() / 1_000) + access.expires_in),
    expires_in: String(access.expires_in),
    access_type: access.offline ? "offline" : "online",
  });
}

/** OAuth's flat shape of an error, which is not that of the other Google APIs. */
export function refused(status: number, error: string, error_description: string): Answer {
  const challenge: Record<string, string> = status === 401
    ? { "www-authenticate": 'Basic realm="https://accounts.google.com/"' }
    : {};
  return json(status, { error, error_description }, challenge);
}
