/** The oauth2 v2 API, which lives on the Data API's host: whose token it is, and what they are called. */
import { type Answer, type Call, json } from "../provider.ts";
import { bearer } from "../youtube/credentials.ts";
import * as failures from "../youtube/google_error.ts";
import type { Library } from "../youtube/library.ts";
import type { GoogleAccounts } from "./accounts.ts";

export function tokenInfo(accounts: GoogleAccounts, call: Call): Answer {
  const form = new URLSearchParams(call.body);
  const access = accounts.access(call.query.get("access_token") ?? form.get("access_token") ?? "");
  if (access === undefined || call.fault?.token) {
    return json(400, { error: "invalid_token", error_description: "Invalid Value" });
  }
  return json(200, {
    issued_to: access.client.id,
    audience: access.client.id,
    user_id: accounts.userId(access.account),
    scope: access.scopes.join(" "),
    expires_in: access.expires_in,
  });
}

export async function userInfo(accounts: GoogleAccounts, library: Library, call: Call): Promise<Answer> {
  const access = call.fault?.token ? undefined : accounts.access(bearer(call) ?? "");
  if (access === undefined) return failures.deadToken();
  const sees = (name: string) =>
    access.scopes.includes(`https://www.googleapis.com/auth/userinfo.${name}`) ||
    access.scopes.includes("openid");
  if (!sees("profile") && !sees("email")) {
    return failures.missingScope("google.identity.oauth2.Userinfo.Get", [
      `https://www.googleapis.com/auth/userinfo.profile`,
    ]);
  }
  await library.find(access.account);
  const name = library.channel(access.account)?.title ?? "Viewer only";
  const id = accounts.userId(access.account);
  return json(200, {
    id,
    ...(access.scopes.includes(`https://www.googleapis.com/auth/userinfo.email`)
      ? { email: `${id}@example.com`, verified_email: true }
      : {}),
    ...(access.scopes.includes(`https://www.googleapis.com/auth/userinfo.profile`)
      ? { name, given_name: name, picture: `https://lh3.googleusercontent.com/a/simulated-${id}=s96-c` }
      : {}),
  });
}
