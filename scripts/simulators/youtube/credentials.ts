/** Who calls the Data API: a token or an app's key, and what is said to those without. */
import type { Access, GoogleAccounts } from "../google/accounts.ts";
import { api_keys } from "../google/accounts.ts";
import type { Answer, Call } from "../provider.ts";
import * as failures from "./google_error.ts";

const auth = "https://www.googleapis.com/auth/";
const read_scopes = ["youtube", "youtube.force-ssl", "youtube.readonly", "youtubepartner"].map((name) =>
  auth + name
);
export const audit_scope = `${auth}youtubepartner-channel-audit`;

/** Who calls: a user by their token, or an app by its key. */
export interface Caller {
  readonly access: Access | undefined;
  readonly project: string;
}

export function bearer(call: Call): string | undefined {
  const header = call.headers.get("authorization");
  if (header !== null) return /^Bearer +(.*)$/i.exec(header)?.[1]?.trim() ?? "";
  return call.query.get("access_token") ?? call.query.get("oauth_token") ?? undefined;
}

export function identify(accounts: GoogleAccounts, rpc: string, call: Call): Caller | Answer {
  const token = bearer(call);
  if (token !== undefined) {
    const access = call.fault?.token ? undefined : accounts.access(token);
    if (access === undefined) return failures.deadToken();
    if (!access.scopes.some((scope) => read_scopes.includes(scope))) {
      return failures.missingScope(rpc, read_scopes);
    }
    return { access, project: access.client.project };
  }
  const key = call.query.get("key");
  if (key !== null) {
    const project = api_keys[key];
    return project === undefined ? failures.badApiKey() : { access: undefined, project };
  }
  const personal = call.query.has("mine") || call.query.has("managedByMe") || call.query.has("myRating");
  return personal ? failures.noCredential(rpc) : failures.unregisteredCaller();
}
