/** The authorization endpoint: what a request must say, the consent page, and the way back to the app. */
import { type Brand, type Choice, consentPage, errorPage } from "../oauth/consent_page.ts";
import { grantedScopes, sendBack } from "../oauth/redirect.ts";
import type { Answer, Call } from "../provider.ts";
import type { ChannelSummary } from "../youtube/catalogue.ts";
import type { Library } from "../youtube/library.ts";
import { account_without_channel, type GoogleAccounts, type OauthClient } from "./accounts.ts";
import { scope_words } from "./scopes.ts";

export const google_brand: Brand = { network: "Google", accent: { light: "#0b57d0", dark: "#a8c7fa" } };

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
  const blocked = (code: string, message: string) => errorPage(400, google_brand, message, code);
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
    sendBack(call, redirect_uri, { error, error_description, state });
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

export async function showConsent(accounts: GoogleAccounts, library: Library, call: Call): Promise<Answer> {
  const request = readAuthorize(accounts, call);
  if ("status" in request) return request;
  if (request.prompt.includes("none")) {
    const consent = request.login_hint && accounts.consent(request.client.id, request.login_hint);
    if (!consent || !request.scopes.every((scope) => consent.includes(scope))) {
      return sendBack(call, request.redirect_uri, { error: "interaction_required", state: request.state });
    }
    return grant(accounts, request, call, String(request.login_hint), request.scopes);
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
  return consentPage({
    brand: google_brand,
    app: request.client.name,
    action: `${call.path}?${new URLSearchParams([...call.query].filter(([name]) => name !== "find"))}`,
    field: "channel",
    choices: channels.map(choiceOf),
    chosen: request.login_hint,
    scopes: request.scopes.map((name) => ({ name, words: scope_words[name] })),
    granular: true,
    search: { text: search, parameters: call.query },
  });
}

function choiceOf({ id, title, videos }: ChannelSummary): Choice {
  const detail = id === account_without_channel
    ? "an account that never made a channel"
    : `${videos.toLocaleString("en")} ${videos === 1 ? "video" : "videos"}`;
  return { id, name: title, detail };
}

/**
 * The form's answer. A client without a browser sends the same: POST to the authorization URL with `channel` and
 * `decision=allow`; without `granular` everything that was asked for is granted.
 */
export async function decideConsent(accounts: GoogleAccounts, library: Library, call: Call): Promise<Answer> {
  const request = readAuthorize(accounts, call);
  if ("status" in request) return request;
  const form = new URLSearchParams(call.body);
  const pressed = form.get("decision");
  const denied = { error: "access_denied", state: request.state };
  if (pressed === "deny") return sendBack(call, request.redirect_uri, denied);
  const wrong = (message: string) => errorPage(400, google_brand, message, "Error 400: invalid_request");
  if (pressed !== "allow") return wrong("decision must be allow or deny");
  const channel = form.get("channel") ?? request.login_hint ?? "";
  await library.find(channel);
  if (channel !== account_without_channel && library.channel(channel) === undefined) {
    return wrong(`No channel of this simulator has the id ${channel}`);
  }
  const granted = grantedScopes(form, request.scopes);
  if (granted.length === 0) return sendBack(call, request.redirect_uri, denied);
  return grant(accounts, request, call, channel, granted);
}

function grant(
  accounts: GoogleAccounts,
  request: AuthorizeRequest,
  call: Call,
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
  return sendBack(call, request.redirect_uri, { state: request.state, code, scope: all.join(" ") });
}
