import assert from "node:assert/strict";
import { callFunction, functionLog } from "../../../../scripts/test/stack.ts";
import { findStringEverywhere } from "../../../tests/schema/leaks.ts";
import { authorize } from "../platforms/platform_rows.ts";
import { ConnectedAccount } from "../support/connected_account.ts";

Deno.test("tokens and codes of a connection's whole lifecycle are in no table, log line or response; only Vault has them", async () => {
  await using own = await ConnectedAccount.create("youtube", { items: 5 });
  const { social_account_id } = own;
  const answers: string[] = [];
  const call = async (name: string, body: unknown) => {
    const answer = await own.creator.call(name, body);
    answers.push(JSON.stringify(answer.body), JSON.stringify([...answer.headers]));
  };
  const secrets = new Set<string>();
  const noteTokens = async () => {
    const { access_token, refresh_token } = (await own.state()).tokens;
    secrets.add(access_token).add(refresh_token);
  };

  await noteTokens();
  const given = await authorize(own.row, own.creator, own.account_id);
  secrets.add(String(given.code));
  await call("oauth-youtube-callback", given);
  await noteTokens();
  await call("oauth-youtube-callback", given);
  await call("sync-youtube", { social_account_id });
  await own.arm("v3/playlistItems", { reason: "quotaExceeded" });
  await call("sync-youtube", { social_account_id });
  await own.arm("oauth2.googleapis.com/token", { malformed: true });
  await own.arm("v3/playlistItems", { token: "expired" }, { times: 2 });
  await call("sync-youtube", { social_account_id });
  await own.disarm();

  await own.makeDue();
  const refreshed = await callFunction("refresh-oauth-tokens", { as: "secret", body: {} });
  answers.push(JSON.stringify(refreshed.body));
  await noteTokens();
  await own.arm("oauth2.googleapis.com/revoke", { status: 500 }, { times: 9 });
  await call("disconnect-account", { social_account_id });
  await own.disarm();

  assert.equal(
    secrets.size,
    6,
    "a code, two grants' refresh and access tokens, and an access token after them",
  );
  const log = await functionLog();
  for (const secret of secrets) {
    assert.ok(secret.length > 12);
    assert.deepEqual(await findStringEverywhere(own.sql, secret), []);
    assert.ok(!log.includes(secret), "the secret is in no log line");
    assert.ok(!answers.join("\n").includes(secret), "the secret is in no response");
  }
  assert.equal((await own.state()).tokens, null);
});
