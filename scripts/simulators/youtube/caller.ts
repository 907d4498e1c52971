/** Identifies the caller of the Data API by a token or an app's key, and refuses calls without either. */
import type { Facts, Grants } from "../engine/grants.ts";
import type { Answer, Call } from "../engine/provider.ts";
import * as failures from "../google/google_error.ts";

/** An account that never created a channel. */
export const account_without_channel = "account-without-channel";

/** The key of an app that reads public data only. */
const api_key = "local-simulator-api-key";

const auth = "https://www.googleapis.com/auth/";
const read_scopes = ["youtube", "youtube.force-ssl", "youtube.readonly", "youtubepartner"].map((name) =>
  auth + name
);
export const audit_scope = `${auth}youtubepartner-channel-audit`;

/** The caller: a user with a token, or an app with its key. */
export interface Caller {
  readonly access: Facts | undefined;
}

export function tokenOf(call: Call): string | undefined {
  const header = call.headers.get("authorization");
  if (header !== null) return /^Bearer +(.*)$/i.exec(header)?.[1]?.trim() ?? "";
  return call.query.get("access_token") ?? call.query.get("oauth_token") ?? undefined;
}

export function identify(grants: Grants, rpc: string, call: Call): Caller | Answer {
  const token = tokenOf(call);
  if (token !== undefined) {
    const access = call.fault?.token ? undefined : grants.access(token);
    if (access === undefined) return failures.deadToken();
    if (!access.scopes.some((scope) => read_scopes.includes(scope))) {
      return failures.missingScope(rpc, read_scopes);
    }
    return { access };
  }
  const key = call.query.get("key");
  if (key !== null) {
    return key === api_key ? { access: undefined } : failures.badApiKey();
  }
  const personal = call.query.has("mine") || call.query.has("managedByMe") || call.query.has("myRating");
  return personal ? failures.noCredential(rpc) : failures.unregisteredCaller();
}
