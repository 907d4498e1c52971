/** A network's authorization endpoint: the page, and what its form answers. What a right request is, is the network's knowledge. */
import { type Answer, type Call, json, redirect } from "../provider.ts";
import { consentPage, errorPage } from "./consent_page.ts";
import type { Grants } from "./grants.ts";
import type { SocialAccounts } from "./social_accounts.ts";

export interface ConsentRequest {
  readonly redirect_uri: string;
  readonly state: string | null;
  readonly scopes: readonly string[];
  readonly challenge: string | null;
}

export interface ConsentRules {
  readonly network: string;
  readonly granular: boolean;
  readonly scope_words: Readonly<Record<string, string>>;
  readonly accounts: SocialAccounts;
  readonly grants: Grants;
  /** The request, or the answer to a wrong one. */
  read(call: Call): ConsentRequest | Answer;
  /** What is sent back beside the code and the state. */
  extra?(scopes: readonly string[]): Record<string, string>;
}

export function showConsent(rules: ConsentRules, call: Call): Answer {
  const request = rules.read(call);
  if ("status" in request) return request;
  const hint = call.query.get("login_hint") ?? undefined;
  const accounts = rules.accounts.list("", 100);
  const hinted = hint === undefined ? undefined : rules.accounts.account(hint);
  if (hinted && !accounts.includes(hinted)) accounts.unshift(hinted);
  return consentPage({
    network: rules.network,
    app: "StreamVibe (local)",
    action: `${call.path}${call.url.search}`,
    scopes: request.scopes.map((name) => ({ name, words: rules.scope_words[name] ?? name })),
    granular: rules.granular,
    accounts: accounts.map(({ id, name, username }) => ({
      id,
      name,
      detail: `@${username} · ${rules.accounts.size(id).toLocaleString("en")} posts`,
    })),
    chosen: hint,
  });
}

/**
 * The form's answer. A client without a browser sends the same: POST to the authorization URL with `account` and
 * `decision=allow`; without `granular` everything that was asked for is granted.
 */
export function decideConsent(rules: ConsentRules, call: Call): Answer {
  const request = rules.read(call);
  if ("status" in request) return request;
  const form = new URLSearchParams(call.body);
  const back = (parameters: Record<string, string | null>) => goBack(call, request.redirect_uri, parameters);
  const { state } = request;
  const denied = { error: "access_denied", error_description: "The user denied the request", state };
  if (form.get("decision") === "deny") return back(denied);
  if (form.get("decision") !== "allow") {
    return errorPage(400, rules.network, "decision must be allow or deny");
  }
  const account = form.get("account") ?? call.query.get("login_hint") ?? "";
  if (rules.accounts.account(account) === undefined) {
    return errorPage(400, rules.network, `No account of this simulator has the id ${account}`);
  }
  const ticked = form.getAll("scope");
  const isGranular = rules.granular && (form.has("granular") || ticked.length > 0);
  const scopes = isGranular ? request.scopes.filter((scope) => ticked.includes(scope)) : request.scopes;
  if (scopes.length === 0) return back(denied);
  const { redirect_uri, challenge } = request;
  const code = rules.grants.authorize({ account, scopes, redirect_uri, challenge });
  return back({ code, ...rules.extra?.(scopes), state });
}

/** Registered, or on this machine: a simulator has no console to register each test's port in. */
export function isRegistered(redirect_uri: string, registered: readonly string[] = []): boolean {
  if (registered.includes(redirect_uri)) return true;
  if (!URL.canParse(redirect_uri)) return false;
  const { protocol, hostname, hash } = new URL(redirect_uri);
  return protocol === "http:" && hash === "" && ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
}

/** Clients that cannot stop at a redirect, such as Postman, ask for JSON. */
export function goBack(call: Call, redirect_uri: string, parameters: Record<string, string | null>): Answer {
  const url = new URL(redirect_uri);
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== null) url.searchParams.set(name, value);
  }
  const wantsJson = call.headers.get("accept")?.includes("application/json") ?? false;
  return wantsJson && call.method === "POST" ? json(200, { location: url.href }) : redirect(url.href);
}
