import assert from "node:assert/strict";
import { callFunction, createCreator, simulator, testDatabase } from "../../../../scripts/test/stack.ts";
import { findStringEverywhere } from "../../../tests/schema/leaks.ts";
import { arm, authorizeChannel, createChannel, disarm, functionLog } from "../support/channels.ts";

Deno.test("tokens and codes of a whole life are in no table, log line or answer; only Vault has them", async () => {
  const sql = await testDatabase();
  try {
    const channel = await createChannel({ videos: 5 });
    const creator = await createCreator();
    const answers: string[] = [];
    const call = async (name: string, body: unknown) => {
      const answer = await creator.call(name, body);
      answers.push(JSON.stringify(answer.body), JSON.stringify([...answer.headers]));
      return answer.body;
    };
    const vault = async () => {
      const [row] = await sql`
        select s.decrypted_secret::jsonb as tokens from vault.decrypted_secrets s
        join public.platform_connection c on c.vault_secret_name = s.name where c.user_id = ${creator.id}`;
      return Object.entries(row?.tokens ?? {}).filter(([name]) => name.endsWith("_token")).map(([, token]) =>
        String(token)
      );
    };
    const secrets: string[] = [];

    const consent = await authorizeChannel(creator, channel);
    secrets.push(consent.code);
    const { social_account_id } = await call("oauth-youtube-callback", consent);
    secrets.push(...await vault());
    await call("oauth-youtube-callback", consent);
    await call("sync-youtube", { social_account_id });
    await arm(channel, "v3/playlistItems", { reason: "quotaExceeded" });
    await call("sync-youtube", { social_account_id });
    await arm(channel, "oauth2.googleapis.com/token", { malformed: true });
    await arm(channel, "v3/playlistItems", { token: "expired" }, { times: 2 });
    await call("sync-youtube", { social_account_id });
    await disarm(channel);

    await sql`update public.platform_connection set token_expires_at = now() + interval '1 minute', token_issued_at = now() - interval '1 hour', refresh_retry_at = null where user_id = ${creator.id}`;
    answers.push(
      JSON.stringify((await callFunction("refresh-oauth-tokens", { as: "secret", body: {} })).body),
    );
    secrets.push(...await vault());
    await arm(channel, "oauth2.googleapis.com/revoke", { status: 500 }, { times: 9 });
    await call("disconnect-account", { social_account_id });
    await disarm(channel);

    const distinct = [...new Set(secrets)];
    assert.equal(distinct.length, 4, "a code, a refresh token, an access token and the one after it");
    const log = await functionLog();
    for (const secret of distinct) {
      assert.ok(secret.length > 12);
      assert.deepEqual(await findStringEverywhere(sql, secret), []);
      assert.ok(!log.includes(secret), "no log line has it");
      assert.ok(!answers.join("\n").includes(secret), "no answer has it");
    }
    assert.deepEqual(await vault(), []);
    await simulator(`faults?account=${channel}`, undefined, "DELETE");
  } finally {
    await sql.end();
  }
});
