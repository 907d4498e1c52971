/** Google OAuth 2.0 as its documentation has it: authorize, consent, token, refresh, revoke, tokeninfo, userinfo. */
import { createHash } from "node:crypto";
import { z } from "zod";
import { AdminError, readBody } from "../admin.ts";
import {
  type Answer,
  type Call,
  html,
  json,
  type Provider,
  redirect,
  type Route,
  type World,
} from "../provider.ts";
import type { Library } from "../youtube/library.ts";
import {
  account_without_channel,
  type Code,
  type GoogleAccounts,
  local_client,
  type OauthClient,
} from "./accounts.ts";
import { consentPage, errorPage, scope_words } from "./consent_page.ts";

const authorize_path = "/accounts.google.com/o/oauth2/v2/auth";

export function googleOauth(world: World, accounts: GoogleAccounts, library: Library): Provider {
  const authorize = (call: Call) => showConsent(accounts, library, call);
  const decide = async (call: Call) => withoutRedirect(call, await decideConsent(accounts, library, call));
  const routes: Route[] = [
    { method: "GET", path: authorize_path, handle: authorize },
    { method: "POST", path: authorize_path, handle: decide },
    { method: "GET", path: "/accounts.google.com/o/oauth2/auth", handle: authorize },
    { method: "POST", path: "/accounts.google.com/o/oauth2/auth", handle: decide },
    { method: "POST", path: "/oauth2.googleapis.com/token", handle: (call) => token(accounts, call) },
    { method: "POST", path: "/oauth2.googleapis.com/revoke", handle: (call) => revoke(accounts, call) },
    {
      method: "GET",
      path: "/oauth2.googleapis.com/tokeninfo",
      handle: (call) => tokenInfo(world, accounts, call),
    },
    {
      method: "POST",
      path: "/oauth2.googleapis.com/tokeninfo",
      handle: (call) => tokenInfo(world, accounts, call),
    },
  ];
  return {
    name: "google",
    routes,
    admin: adminRoutes(accounts, library),
    accountOf: (call) => accountOf(accounts, call),
    failure: oauthFailure,
    replay: (event) => accounts.replay(event),
    reset: () => accounts.reset(),
  };
}

// --- authorize -------------------------------------------------------------------------------------------------------

const repeated_parameters_allowed = new Set(["scope"]);
const known_scopes = new Set(Object.keys(scope_words));

interface AuthorizeRequest {
  readonly client: OauthClient;
  readonly redirect_uri: string;
  readonly state: string | null;
  readonly scopes: readonly string[];
  readonly offline: boolean;
  readonly prompt: readonly string[];
  readonly include_granted: boolean;
  readonly login_hint: string | undefined;
  readonly challenge: string | null;
  readonly challenge_method: "S256" | "plain";
}

/** The request, or the answer to a wrong one: a page while no redirect URI can be trusted, a redirect afterwards. */
function readAuthorize(accounts: GoogleAccounts, call: Call): AuthorizeRequest | Answer {
  const { query } = call;
  const blocked = (code: string, message: string) => html(400, errorPage(code, message));
  for (const name of new Set(query.keys())) {
    if (query.getAll(name).length > 1 && !repeated_parameters_allowed.has(name)) {
      return blocked(
        "Error 400: invalid_request",
        `OAuth 2 parameters can only have a single value: ${name}`,
      );
    }
  }
  const client_id = query.get("client_id") ?? "";
  if (client_id === "") return blocked("Error 400: invalid_request", "Missing required parameter: client_id");
  const client = accounts.clients.get(client_id);
  if (client === undefined) return blocked("Error 401: invalid_client", "The OAuth client was not found.");
  const redirect_uri = query.get("redirect_uri") ?? "";
  if (redirect_uri === "") {
    return blocked("Error 400: invalid_request", "Missing required parameter: redirect_uri");
  }
  if (!accounts.isRegistered(redirect_uri)) {
    return blocked(
      "Error 400: redirect_uri_mismatch",
      `The redirect URI is not registered for this app: ${redirect_uri}`,
    );
  }

  const state = query.get("state");
  const refuse = (error: string, error_description: string) =>
    back(redirect_uri, { error, error_description, state });
  const response_type = query.get("response_type");
  if (response_type === null) return refuse("invalid_request", "Missing required parameter: response_type");
  if (response_type !== "code") {
    return refuse("unsupported_response_type", `Invalid response_type: ${response_type}`);
  }
  const scopes = [...new Set((query.get("scope") ?? "").split(" ").filter((scope) => scope !== ""))];
  if (scopes.length === 0) return refuse("invalid_request", "Missing required parameter: scope");
  const unknown = scopes.filter((scope) => !known_scopes.has(scope));
  if (unknown.length > 0) {
    return refuse("invalid_scope", `Some requested scopes were invalid: ${unknown.join(" ")}`);
  }
  const access_type = query.get("access_type") ?? "online";
  if (access_type !== "online" && access_type !== "offline") {
    return refuse("invalid_request", `Invalid parameter value for access_type: ${access_type}`);
  }
  const prompt = (query.get("prompt") ?? query.get("approval_prompt")?.replace("force", "consent") ?? "")
    .split(" ").filter((one) => one !== "" && one !== "auto");
  const wrong_prompt = prompt.find((one) => !["none", "consent", "select_account"].includes(one));
  if (wrong_prompt !== undefined || (prompt.includes("none") && prompt.length > 1)) {
    return refuse("invalid_request", `Invalid parameter value for prompt: ${prompt.join(" ")}`);
  }
  const challenge = query.get("code_challenge");
  const challenge_method = query.get("code_challenge_method") ?? "plain";
  if (challenge_method !== "S256" && challenge_method !== "plain") {
    return refuse(
      "invalid_request",
      `Invalid parameter value for code_challenge_method: ${challenge_method}`,
    );
  }
  if (challenge === null && query.has("code_challenge_method")) {
    return refuse("invalid_request", "Missing required parameter: code_challenge");
  }
  if (challenge !== null && !/^[A-Za-z0-9._~-]{43,128}$/.test(challenge)) {
    return refuse(
      "invalid_request",
      "Invalid parameter value for code_challenge: must have 43 to 128 characters",
    );
  }
  return {
    client,
    redirect_uri,
    state,
    scopes,
    offline: access_type === "offline",
    prompt,
    include_granted: query.get("include_granted_scopes") === "true",
    login_hint: query.get("login_hint") ?? undefined,
    challenge,
    challenge_method,
  };
}

async function showConsent(accounts: GoogleAccounts, library: Library, call: Call): Promise<Answer> {
  const request = readAuthorize(accounts, call);
  if ("status" in request) return request;
  if (request.prompt.includes("none")) {
    const consent = request.login_hint && accounts.consent(request.client.id, request.login_hint);
    if (!consent || !request.scopes.every((scope) => consent.includes(scope))) {
      return back(request.redirect_uri, { error: "interaction_required", state: request.state });
    }
    return grant(accounts, request, String(request.login_hint), request.scopes);
  }

  const search = call.query.get("find") ?? "";
  if (request.login_hint) await library.find(request.login_hint);
  const hinted = request.login_hint ? library.channel(request.login_hint) : undefined;
  const channels = await library.list(search);
  if (hinted && search === "" && !channels.some((channel) => channel.id === hinted.id)) {
    channels.unshift({
      id: hinted.id,
      title: hinted.title,
      videos: library.size(hinted.id),
      source: hinted.source,
    });
  }
  if (search === "") {
    channels.push({ id: account_without_channel, title: "Viewer only", videos: 0, source: "generated" });
  }
  return html(
    200,
    consentPage({
      app: request.client.name,
      action: `${call.path}?${new URLSearchParams([...call.query].filter(([name]) => name !== "find"))}`,
      scopes: request.scopes,
      channels,
      chosen: request.login_hint,
      search,
      parameters: call.query,
    }),
  );
}

/**
 * The form's answer. A client without a browser sends the same: POST to the authorization URL with `channel` and
 * `decision=allow`; without `granular` everything that was asked for is granted. One that cannot stop at a redirect
 * asks for JSON and is told the location.
 */
async function decideConsent(accounts: GoogleAccounts, library: Library, call: Call): Promise<Answer> {
  const answer = await decision(accounts, library, call);
  const { location } = answer.headers;
  return location !== undefined && call.headers.get("accept") === "application/json"
    ? json(200, { location })
    : answer;
}

async function decision(accounts: GoogleAccounts, library: Library, call: Call): Promise<Answer> {
  const request = readAuthorize(accounts, call);
  if ("status" in request) return request;
  const form = new URLSearchParams(call.body);
  const pressed = form.get("decision");
  if (pressed === "deny") {
    return back(request.redirect_uri, { error: "access_denied", state: request.state });
  }
  if (pressed !== "allow") {
    return html(400, errorPage("Error 400: invalid_request", "decision must be allow or deny"));
  }
  const channel = form.get("channel") ?? request.login_hint ?? "";
  await library.find(channel);
  if (channel !== account_without_channel && library.channel(channel) === undefined) {
    return html(
      400,
      errorPage("Error 400: invalid_request", `No channel of this simulator has the id ${channel}`),
    );
  }
  const ticked = form.getAll("scope");
  const granted = form.has("granular") || ticked.length > 0
    ? request.scopes.filter((scope) => ticked.includes(scope))
    : request.scopes;
  if (granted.length === 0) {
    return back(request.redirect_uri, { error: "access_denied", state: request.state });
  }
  return grant(accounts, request, channel, granted);
}

/** Scripts in Postman cannot stop at a redirect: who asks for JSON gets the redirect's address instead. */
function withoutRedirect(call: Call, answer: Answer): Answer {
  const { location } = answer.headers;
  const asked = call.headers.get("accept")?.startsWith("application/json") ?? false;
  return asked && location !== undefined ? json(200, { location }) : answer;
}

function grant(
  accounts: GoogleAccounts,
  request: AuthorizeRequest,
  account: string,
  scopes: readonly string[],
): Answer {
  const before = request.include_granted ? accounts.consent(request.client.id, account) ?? [] : [];
  const all = [...new Set([...scopes, ...before])];
  const code = accounts.authorize({
    client: request.client.id,
    account,
    scopes: all,
    redirect_uri: request.redirect_uri,
    challenge: request.challenge,
    challenge_method: request.challenge_method,
    offline: request.offline,
    again: request.prompt.includes("consent"),
  });
  return back(request.redirect_uri, { state: request.state, code, scope: all.join(" ") });
}

function back(redirect_uri: string, parameters: Record<string, string | null>): Answer {
  const url = new URL(redirect_uri);
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== null) url.searchParams.set(name, value);
  }
  return redirect(url.href);
}

// --- token, refresh --------------------------------------------------------------------------------------------------

function token(accounts: GoogleAccounts, call: Call): Answer {
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

// --- revoke, tokeninfo -----------------------------------------------------------------------------------------------

function revoke(accounts: GoogleAccounts, call: Call): Answer {
  const given = readForm(call)?.get("token") ?? call.query.get("token") ?? "";
  if (given === "") return refused(400, "invalid_request", "Missing required parameter: token");
  if (call.fault?.token || !accounts.revokeToken(given)) {
    return refused(400, "invalid_token", "Token expired or revoked");
  }
  return json(200, {});
}

function tokenInfo(world: World, accounts: GoogleAccounts, call: Call): Answer {
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

// --- for faults, the log and tests -----------------------------------------------------------------------------------

function refused(status: number, error: string, error_description: string): Answer {
  const challenge: Record<string, string> = status === 401
    ? { "www-authenticate": 'Basic realm="https://accounts.google.com/"' }
    : {};
  return json(status, { error, error_description }, challenge);
}

function oauthFailure(reason: string): Answer | undefined {
  switch (reason) {
    case "invalid_grant":
    case "400":
      return refused(400, "invalid_grant", "Token has been expired or revoked.");
    case "invalid_client":
    case "401":
      return refused(401, "invalid_client", "The OAuth client was not found.");
    case "unauthorized_client":
      return refused(401, "unauthorized_client", "Unauthorized");
    case "redirect_uri_mismatch":
      return refused(400, "redirect_uri_mismatch", "Bad Request");
    case "invalid_request":
      return refused(400, "invalid_request", "Bad Request");
    case "invalid_token":
      return refused(400, "invalid_token", "Token expired or revoked");
    case "rateLimitExceeded":
    case "429":
      return refused(429, "rate_limit_exceeded", "Rate Limit Exceeded");
    case "internal_failure":
    case "500":
      return refused(500, "internal_failure", "Internal Error");
    case "503":
      return refused(503, "temporarily_unavailable", "Service Unavailable");
    case "404":
      return html(404, errorPage("Error 404", "The requested URL was not found on this server."));
  }
}

function accountOf(accounts: GoogleAccounts, call: Call): string | undefined {
  if (call.path.startsWith("/accounts.google.com/")) {
    return new URLSearchParams(call.body).get("channel") ?? call.query.get("login_hint") ?? undefined;
  }
  const form = new URLSearchParams(call.body);
  const given = form.get("refresh_token") ?? form.get("code") ?? form.get("token") ??
    call.query.get("access_token") ??
    call.query.get("token");
  return given ? accounts.accountOf(given) : undefined;
}

const OneAccount = z.strictObject({ channel_id: z.string().min(1) });
const Expiry = OneAccount.extend({ which: z.enum(["access", "refresh", "both"]).default("access") });
const Issue = OneAccount.extend({
  scopes: z.array(z.string().min(1)).min(1).default(["https://www.googleapis.com/auth/youtube.readonly"]),
  refresh_token: z.boolean().default(true),
});
const RedirectUris = z.strictObject({ redirect_uris: z.array(z.url()).min(1) });

function adminRoutes(accounts: GoogleAccounts, library: Library): Route[] {
  return [
    {
      method: "POST",
      path: "/_admin/google/tokens/expire",
      handle: (call) => {
        const { channel_id, which } = readBody(Expiry, call);
        return json(200, { grants: accounts.expire(channel_id, which) });
      },
    },
    {
      method: "POST",
      path: "/_admin/google/tokens/revoke",
      handle: (call) => json(200, { grants: accounts.revoke(readBody(OneAccount, call).channel_id) }),
    },
    {
      method: "POST",
      path: "/_admin/google/tokens",
      handle: async (call) => {
        const { channel_id, scopes, refresh_token } = readBody(Issue, call);
        await library.find(channel_id);
        if (channel_id !== account_without_channel && library.channel(channel_id) === undefined) {
          throw new AdminError(404, `Cannot issue tokens: no channel has the id ${channel_id}`);
        }
        return json(201, accounts.issue(local_client.id, channel_id, scopes, true, refresh_token));
      },
    },
    { method: "GET", path: "/_admin/google/grants", handle: () => json(200, { grants: accounts.grants() }) },
    {
      method: "POST",
      path: "/_admin/google/redirect-uris",
      handle: (call) =>
        json(200, { redirect_uris: accounts.register(readBody(RedirectUris, call).redirect_uris) }),
    },
  ];
}
