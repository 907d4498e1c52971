/** The oauth2 v2 API, which is served on the Data API's host: the account of a token, and its name. */
import type { Grants } from "../engine/grants.ts";
import { type Answer, type Call, json } from "../engine/provider.ts";
import { hash } from "../engine/seeded.ts";
import { deadToken, missingScope } from "./google_error.ts";
import { local_client } from "./token.ts";

/** Returns Google's numeric id for an account. */
function userId(account: string): string {
  return `1${String(hash(account)).padStart(10, "0")}${String(hash(`${account}#`)).padStart(10, "0")}`;
}

export function tokenInfo(grants: Grants, call: Call): Answer {
  const form = new URLSearchParams(call.body);
  const access = grants.access(call.query.get("access_token") ?? form.get("access_token") ?? "");
  if (access === undefined || call.fault?.token) {
    return json(400, { error: "invalid_token", error_description: "Invalid Value" });
  }
  return json(200, {
    issued_to: local_client.id,
    audience: local_client.id,
    user_id: userId(access.account),
    scope: access.scopes.join(" "),
    expires_in: grants.left(access),
  });
}

/** Returns the userinfo response; `name` looks up an account's name. */
export async function userInfo(
  grants: Grants,
  token: string,
  call: Call,
  name: (account: string) => Promise<string>,
): Promise<Answer> {
  const access = call.fault?.token ? undefined : grants.access(token);
  if (access === undefined) return deadToken();
  const sees = (name: string) =>
    access.scopes.includes(`https://www.googleapis.com/auth/userinfo.${name}`) ||
    access.scopes.includes("openid");
  if (!sees("profile") && !sees("email")) {
    return missingScope("google.identity.oauth2.Userinfo.Get", [
      `https://www.googleapis.com/auth/userinfo.profile`,
    ]);
  }
  const called = await name(access.account);
  const id = userId(access.account);
  return json(200, {
    id,
    ...(access.scopes.includes(`https://www.googleapis.com/auth/userinfo.email`)
      ? { email: `${id}@example.com`, verified_email: true }
      : {}),
    ...(access.scopes.includes(`https://www.googleapis.com/auth/userinfo.profile`)
      ? {
        name: called,
        given_name: called,
        picture: `https://lh3.googleusercontent.com/a/simulated-${id}=s96-c`,
      }
      : {}),
  });
}
