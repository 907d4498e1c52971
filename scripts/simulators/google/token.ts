/** The token endpoint and its companions: refresh, revoke, tokeninfo. */
import type { Facts, Grants } from "../engine/grants.ts";
import { type Answer, type Call, json, readForm } from "../engine/provider.ts";
import type { SimulatorClock } from "../engine/clock.ts";

export const local_client = {
  id: "streamvibe-local.apps.googleusercontent.com",
  secret: "GOCSPX-local-simulator",
  name: "StreamVibe (local)",
  project: "streamvibe-local",
};

export function token(grants: Grants, call: Call): Answer {
  if (call.fault?.token) return refused(400, "invalid_grant", "Token has been expired or revoked.");
  const form = readForm(call);
  if (form === undefined) return refused(400, "invalid_request", "The request body must be form-encoded.");
  const wrong = wrongClient(form, call);
  if (wrong) return wrong;
  const grant_type = form.get("grant_type") ?? "";
  if (grant_type === "authorization_code") return exchangeCode(grants, form);
  if (grant_type === "refresh_token") return refreshToken(grants, form);
  return refused(400, "unsupported_grant_type", `Invalid grant_type: ${grant_type}`);
}

function exchangeCode(grants: Grants, form: URLSearchParams): Answer {
  const given = form.get("code") ?? "";
  if (given === "") return refused(400, "invalid_request", "Missing required parameter: code");
  const redirect_uri = form.get("redirect_uri") ?? "";
  const verifier = form.get("code_verifier") || null;
  const code = grants.redeem(given, { redirect_uri, verifier });
  switch (code) {
    case "unknown":
      return refused(400, "invalid_grant", "Malformed auth code.");
    case "old":
    case "used":
      return refused(400, "invalid_grant", "Bad Request");
    case "redirect_uri":
      return redirect_uri === ""
        ? refused(400, "invalid_request", "Missing parameter: redirect_uri")
        : refused(400, "redirect_uri_mismatch", "Bad Request");
    case "verifier":
      return refused(400, "invalid_grant", wrongVerifier(verifier, grants.code(given)?.challenge ?? null));
  }
  const { account, scopes, offline = false, first, asks_again } = code;
  const refresh = offline && (first || asks_again)
    ? { refresh_token: grants.issue("refresh", account, { scopes }) }
    : {};
  return tokenAnswer(accessOf(grants, { account, scopes, offline }), refresh);
}

function wrongVerifier(verifier: string | null, challenge: string | null): string {
  if (verifier === null) return "Missing code verifier.";
  return challenge === null ? "code_verifier or verifier is not needed." : "Invalid code verifier.";
}

function refreshToken(grants: Grants, form: URLSearchParams): Answer {
  const given = form.get("refresh_token") ?? "";
  if (given === "") return refused(400, "invalid_request", "Missing required parameter: refresh_token");
  const facts = grants.refresh(given);
  if (!facts) return refused(400, "invalid_grant", "Token has been expired or revoked.");
  return tokenAnswer(accessOf(grants, { account: facts.account, scopes: facts.scopes, offline: true }));
}

/** Issues an access token and returns the token endpoint's response for it. */
export function accessOf(
  grants: Grants,
  { account, scopes, offline }: Pick<Facts, "account" | "scopes"> & { offline: boolean },
) {
  const access_token = grants.issue("access", account, { scopes, offline });
  return { access_token, expires_in: 3_599, scope: scopes.join(" "), token_type: "Bearer" };
}

function tokenAnswer(answer: object, more: object = {}): Answer {
  return json(200, { ...answer, ...more }, {
    "cache-control": "no-cache, no-store, max-age=0, must-revalidate",
    pragma: "no-cache",
  });
}

/** Checks the client's credentials, sent by Basic or in the body; both at once are refused, as RFC 6749 section 2.3 requires. */
function wrongClient(form: URLSearchParams, call: Call): Answer | undefined {
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
  if (id !== local_client.id) return refused(401, "invalid_client", "The OAuth client was not found.");
  if (secret === null || secret === "") return refused(400, "invalid_request", "client_secret is missing.");
  if (secret === local_client.secret) return undefined;
  return refused(401, "invalid_client", "The provided client secret is invalid.");
}

export function revoke(grants: Grants, call: Call): Answer {
  const given = readForm(call)?.get("token") ?? call.query.get("token") ?? "";
  if (given === "") return refused(400, "invalid_request", "Missing required parameter: token");
  if (call.fault?.token || !grants.revokeToken(given)) {
    return refused(400, "invalid_token", "Token expired or revoked");
  }
  return json(200, {});
}

export function tokenInfo(clock: SimulatorClock, grants: Grants, call: Call): Answer {
  const given = call.query.get("access_token") ?? readForm(call)?.get("access_token") ?? "";
  if (given === "") {
    return refused(400, "invalid_request", "Either access_token, id_token, or token_handle required");
  }
  const access = call.fault?.token ? undefined : grants.access(given);
  if (access === undefined) return refused(400, "invalid_token", "Invalid Value");
  const expires_in = grants.left(access);
  return json(200, {
    azp: local_client.id,
    aud: local_client.id,
    scope: access.scopes.join(" "),
    exp: String(Math.floor(clock.now() / 1_000) + expires_in),
    expires_in: String(expires_in),
    access_type: access.offline ? "offline" : "online",
  });
}

/** Returns an error in OAuth's flat shape, which differs from that of the other Google APIs. */
export function refused(status: number, error: string, error_description: string): Answer {
  const challenge: Record<string, string> = status === 401
    ? { "www-authenticate": 'Basic realm="https://accounts.google.com/"' }
    : {};
  return json(status, { error, error_description }, challenge);
}
