/** Google OAuth 2.0 as documented: its endpoints and its failures. */
import { consentRoutes, type ConsentRules } from "../engine/consent.ts";
import { errorPage } from "../engine/consent_page.ts";
import { type GrantRules, Grants } from "../engine/grants.ts";
import type { SimulatorClock } from "../engine/clock.ts";
import type { Answer, Call, Context, Route } from "../engine/provider.ts";
import { google_brand, readAuthorize, scope_words } from "./authorize.ts";
import { accessOf, local_client, refused, revoke, token, tokenInfo } from "./token.ts";

/** One Google per server, shared by all of its APIs; keyed by the clock that the dialects share. */
const grants_of = new WeakMap<SimulatorClock, Grants>();

/** Returns the grants that all Google APIs share. */
export function grantsOfGoogle({ clock }: Context): Grants {
  const grants = grants_of.get(clock);
  if (!grants) throw new Error("Cannot ask for grants: no dialect of Google keeps any");
  return grants;
}

/** Creates the grants of Google accounts; an account has up to a hundred live refresh tokens, each valid for half a year without use. */
export function googleGrants(
  context: Context,
  rules: Pick<GrantRules, "read_scopes"> & {
    readonly expect: (account: string) => Promise<void>;
  },
): Grants {
  const grants: Grants = new Grants(context, {
    code: { prefix: "4/0A", life: 600 },
    tokens: {
      access: { prefix: "ya29.a0", life: 3_599 },
      refresh: { prefix: "1//0g", life: 182 * 86_400, most: 100 },
    },
    expires: "access",
    read_scopes: rules.read_scopes,
    async hand_out(account, scopes) {
      await rules.expect(account);
      const refresh_token = grants.issue("refresh", account, { scopes });
      return { ...accessOf(grants, { account, scopes, offline: true }), refresh_token };
    },
  });
  grants_of.set(context.clock, grants);
  return grants;
}

export function googleOauth(
  context: Context,
  grants: Grants,
  accounts: Pick<ConsentRules, "choices" | "find">,
): Route[] {
  const info = (call: Call) => tokenInfo(context.clock, grants, call);
  return [
    ...consentRoutes({
      ...accounts,
      brand: google_brand,
      app: local_client.name,
      paths: ["/accounts.google.com/o/oauth2/v2/auth", "/accounts.google.com/o/oauth2/auth"],
      grants,
      granular: true,
      scope_words,
      searches: true,
      denied: { error: "access_denied" },
      read: (call) => readAuthorize(context, grants, call),
      extra: (scopes) => ({ scope: scopes.join(" ") }),
    }),
    { method: "POST", path: "/oauth2.googleapis.com/token", handle: (call) => token(grants, call) },
    { method: "POST", path: "/oauth2.googleapis.com/revoke", handle: (call) => revoke(grants, call) },
    { method: "GET", path: "/oauth2.googleapis.com/tokeninfo", handle: info },
    { method: "POST", path: "/oauth2.googleapis.com/tokeninfo", handle: info },
  ];
}

export function isOauth({ host }: Call): boolean {
  return host === "oauth2.googleapis.com" || host === "accounts.google.com";
}

export function oauthFailure(reason: string): Answer | undefined {
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
      return errorPage(404, google_brand, "The requested URL was not found on this server.", "Error 404");
  }
}
