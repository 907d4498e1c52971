import assert from "node:assert/strict";
import { createCreator, simulator, testDatabase } from "../../../../scripts/test/stack.ts";
import { arm, connectChannel, createChannel, disarm, syncAll } from "../support/channels.ts";

async function secretsOf(user_id: string): Promise<number> {
  const sql = await testDatabase();
  try {
    const rows = await sql`
      select s.id from vault.secrets s join public.platform_connection c on c.vault_secret_name = s.name where c.user_id = ${user_id}`;
    return rows.length;
  } finally {
    await sql.end();
  }
}

async function hasGrant(channel: string): Promise<boolean> {
  return (await simulator<{ consented: boolean }>(`youtube/accounts/${channel}`)).consented;
}

Deno.test("disconnect-account takes the access back, deletes the secret and keeps the content", async () => {
  const channel = await createChannel({ videos: 3 });
  const creator = await createCreator();
  const social_account_id = await connectChannel(creator, channel);
  await syncAll(creator, social_account_id);
  assert.deepEqual([await secretsOf(creator.id), await hasGrant(channel)], [1, true]);

  const answer = await creator.call("disconnect-account", { social_account_id });
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  assert.ok(Date.parse(String(answer.body.disconnected_at)) > 0);
  assert.equal(answer.body.revoked, true);
  assert.deepEqual([await secretsOf(creator.id), await hasGrant(channel)], [0, false]);
  const { data } = await creator.client.from("content_item").select("id").eq(
    "social_account_id",
    social_account_id,
  );
  assert.equal(data?.length, 3);

  const again = await creator.call("disconnect-account", { social_account_id });
  assert.deepEqual([again.status, again.body.code], [404, "not_found"]);
  const sync = await creator.call("sync-youtube", { social_account_id });
  assert.ok([404, 409].includes(sync.status), JSON.stringify(sync.body));

  assert.equal(
    await connectChannel(creator, channel),
    social_account_id,
    "connecting again brings the account back",
  );
  await syncAll(creator, social_account_id);
});

Deno.test("disconnect-account refuses another creator's account", async () => {
  const channel = await createChannel({ videos: 1 });
  const creator = await createCreator();
  const social_account_id = await connectChannel(creator, channel);
  const stranger = await createCreator();
  const refused = await stranger.call("disconnect-account", { social_account_id });
  assert.deepEqual([refused.status, refused.body.code], [404, "not_found"]);
  assert.deepEqual([await secretsOf(creator.id), await hasGrant(channel)], [1, true]);
});

Deno.test("disconnect-account works when the token is dead or the platform is down, and says what it could do", async () => {
  const channel = await createChannel({ videos: 1 });
  const creator = await createCreator();
  let social_account_id = await connectChannel(creator, channel);
  await simulator("youtube/tokens/revoke", { account_id: channel });
  const dead = await creator.call("disconnect-account", { social_account_id });
  assert.deepEqual([dead.status, dead.body.revoked], [200, true]);

  social_account_id = await connectChannel(creator, channel);
  await arm(channel, "oauth2.googleapis.com/revoke", { status: 503 }, { times: 10 });
  const down = await creator.call("disconnect-account", { social_account_id });
  await disarm(channel);
  assert.deepEqual([down.status, down.body.revoked], [200, false]);
  assert.equal(await secretsOf(creator.id), 0);
});
