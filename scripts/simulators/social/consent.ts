/** A network's authorization endpoint: the page, and what its form answers. What a right request is, is the network's knowledge. */
import { type Brand, consentPage, errorPage } from "../oauth/consent_page.ts";
import { grantedScopes, sendBack } from "../oauth/redirect.ts";
import type { Answer, Call } from "../provider.ts";
import type { Grants } from "./grants.ts";
import type { SocialAccounts } from "./social_accounts.ts";

export interface ConsentRequest {
  readonly redirect_uri: string;
  readonly state: string | null;
  readonly scopes: readonly string[];
  readonly challenge: string | null;
}

export interface ConsentRules {
  readonly brand: Brand;
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
    brand: rules.brand,
    app: "StreamVibe (local)",
    action: `${call.path}${call.url.search}`,
    field: "account",
    scopes: request.scopes.map((name) => ({ name, words: rules.scope_words[name] ?? name })),
    granular: rules.granular,
    choices: accounts.map(({ id, name, username }) => ({
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
  const back = (parameters: Record<string, string | null>) =>
    sendBack(call, request.redirect_uri, parameters);
  const { state } = request;
  const denied = { error: "access_denied", error_description: "The user denied the request", state };
  if (form.get("decision") === "deny") return back(denied);
  if (form.get("decision") !== "allow") {
    return errorPage(400, rules.brand, "decision must be allow or deny");
  }
  const account = form.get("account") ?? call.query.get("login_hint") ?? "";
  if (rules.accounts.account(account) === undefined) {
    return errorPage(400, rules.brand, `No account of this simulator has the id ${account}`);
  }
  const scopes = rules.granular ? grantedScopes(form, request.scopes) : request.scopes;
  if (scopes.length === 0) return back(denied);
  const { redirect_uri, challenge } = request;
  const code = rules.grants.authorize({ account, scopes, redirect_uri, challenge });
  return back({ code, ...rules.extra?.(scopes), state });
}
