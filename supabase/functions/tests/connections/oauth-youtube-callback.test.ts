import assert from "node:assert/strict";
import { createCreator, simulator, testDatabase, testStack } from "../../../../scripts/test/stack.ts";
import {
  apiCalls,
  arm,
  authorizeChannel,
  connectChannel,
  consent,
  createChannel,
  disarm,
  setPlan,
} from "../support/channels.ts";

Deno.test("a creator connects a channel, and its tokens are in Vault", async () => {
  const channel = await createChannel({ videos: 3 });
  const creator = await createCreator();
  const social_account_id = await connectChannel(creator, channel);
  await using sql = await database();

  const { data } = await creator.client.from("social_account").select("*").eq("id", social_account_id)
    .single();
  assert.equal(data?.platform_account_id, channel);
  assert.equal(data?.user_id, creator.id);
  assert.ok(data?.display_name);
  const [connection] = await sql.query`
    select c.vault_secret_name, c.is_active, c.scopes, s.decrypted_secret::jsonb as tokens
    from public.platform_connection c join vault.decrypted_secrets s on s.name = c.vault_secret_name
    where c.user_id = ${creator.id}`;
  assert.equal(connection?.is_active, true);
  assert.deepEqual(connection?.scopes, ["https://www.googleapis.com/auth/youtube.readonly"]);
  assert.ok(connection?.tokens.access_token && connection.tokens.refresh_token);

  const neighbour = await createCreator();
  const seen = await neighbour.client.from("social_account").select("*").eq("id", social_account_id);
  assert.deepEqual(seen.data, [], "a second user sees nothing");
});

Deno.test("a state works once, for the creator who asked for it", async () => {
  const channel = await createChannel({ videos: 1 });
  const creator = await createCreator();
  const thief = await createCreator();
  const answer = await authorizeChannel(creator, channel);

  const stolen = await thief.call("oauth-youtube-callback", answer);
  assert.deepEqual([stolen.status, stolen.body.code], [400, "oauth_state_invalid"]);
  const unknown = await creator.call("oauth-youtube-callback", { ...answer, state: "nobody-asked-for-this" });
  assert.deepEqual([unknown.status, unknown.body.code], [400, "oauth_state_invalid"]);

  const first = await creator.call("oauth-youtube-callback", answer);
  assert.equal(first.status, 200, "another's try does not use the state up");
  const second = await creator.call("oauth-youtube-callback", answer);
  assert.deepEqual([second.status, second.body.code], [400, "oauth_state_invalid"]);
  const { data } = await thief.client.from("social_account").select("id");
  assert.deepEqual(data, []);
});

Deno.test("200 simultaneous callbacks with one state: one connection, 199 refusals", async () => {
  const channel = await createChannel({ videos: 1 });
  const creator = await createCreator();
  const answer = await authorizeChannel(creator, channel);
  const statuses = await Promise.all(
    Array.from(
      { length: 200 },
      () =>
        creator.call("oauth-youtube-callback", answer).then(({ status, body }) =>
          `${status} ${body.code ?? ""}`
        ),
    ),
  );
  assert.deepEqual(tally(statuses), { "200 ": 1, "400 oauth_state_invalid": 199 });
  await using sql = await database();
  const rows = await sql.query`select id from public.platform_connection where user_id = ${creator.id}`;
  assert.equal(rows.length, 1);
});

Deno.test("two channels connected at the same moment on the free plan: one, and the other's grant is given back", async () => {
  const channels = await Promise.all([createChannel({ videos: 1 }), createChannel({ videos: 1 })]);
  const creator = await createCreator();
  const answers = await Promise.all(channels.map((channel) => authorizeChannel(creator, channel)));
  const results = await Promise.all(answers.map((answer) => creator.call("oauth-youtube-callback", answer)));
  assert.deepEqual(results.map(({ status }) => status).sort(), [200, 402]);
  const refused = results.findIndex(({ status }) => status === 402);
  const { quota, limit, used, code } = results[refused]?.body ?? {};
  assert.deepEqual({ quota, limit, used, code }, {
    quota: "social_accounts",
    limit: 1,
    used: 1,
    code: "quota_exceeded",
  });
  assert.deepEqual(await liveGrants(channels), [channels[1 - refused]]);

  await using sql = await database();
  await setPlan(sql.query, creator.id, "basic");
  await connectChannel(creator, String(channels[refused]));
  const { data } = await creator.client.from("social_account").select("id");
  assert.equal(data?.length, 2, "with a plan that has room, both");
});

Deno.test("connecting the same channel again heals it and counts once", async () => {
  const channel = await createChannel({ videos: 1 });
  const creator = await createCreator();
  const first = await connectChannel(creator, channel);
  await using sql = await database();
  await sql.query`update public.social_account set status = 'disconnected' where id = ${first}`;
  await sql.query`update public.platform_connection set is_active = false where user_id = ${creator.id}`;

  const again = await creator.call("oauth-youtube-callback", await authorizeChannel(creator, channel));
  assert.deepEqual([again.status, again.body.social_account_id, again.body.reconnected], [200, first, true]);
  const rows = await sql.query`
    select a.status, c.is_active from public.social_account a
    join public.platform_connection c on c.user_id = a.user_id where a.user_id = ${creator.id}`;
  assert.deepEqual(rows.map((row) => ({ ...row })), [{ status: "active", is_active: true }]);
});

Deno.test("a creator who says no, or unticks what is needed, is told so and can start again", async () => {
  const channel = await createChannel({ videos: 1 });
  const creator = await createCreator();
  const init = async () => String((await creator.call("oauth-youtube-init", {})).body.authorization_url);

  const denied = await consent(await init(), { channel, decision: "deny" });
  assert.deepEqual([denied.code, denied.error], [null, "access_denied"]);
  const answer = await creator.call("oauth-youtube-callback", { state: denied.state, error: denied.error });
  assert.deepEqual([answer.status, answer.body.code], [400, "oauth_denied"]);
  const late = await creator.call("oauth-youtube-callback", { state: denied.state, code: "4/late" });
  assert.equal(late.body.code, "oauth_state_invalid", "the state is used up");

  const url = new URL(await init());
  url.searchParams.set("scope", "openid");
  const less = await consent(url.href, { account: channel });
  const { last_id } = await apiCalls(channel);
  const unticked = await creator.call("oauth-youtube-callback", { state: less.state, code: less.code });
  assert.deepEqual([unticked.status, unticked.body.code], [400, "oauth_denied"]);
  assert.equal(
    (await apiCalls(channel, last_id)).count,
    0,
    "seen from the grant, not from a call that fails",
  );

  await connectChannel(creator, channel);
});

Deno.test("a wrong code, and a login without a channel, are refused and store nothing", async () => {
  const creator = await createCreator();
  const { body } = await creator.call("oauth-youtube-init", {});
  const wrong = await creator.call("oauth-youtube-callback", {
    state: body.state,
    code: "4/0AfakeFakeFakeFake",
  });
  assert.deepEqual([wrong.status, wrong.body.code], [400, "oauth_denied"]);

  const answer = await authorizeChannel(creator, "account-without-channel");
  const missing = await creator.call("oauth-youtube-callback", answer);
  assert.deepEqual([missing.status, missing.body.code], [422, "platform_account_missing"]);
  await using sql = await database();
  const rows = await sql.query`select id from public.platform_connection where user_id = ${creator.id}`;
  assert.equal(rows.length, 0);
});

Deno.test("a platform that is down while connecting: nothing half done, and starting over works", async (test) => {
  const channel = await createChannel({ videos: 1 });
  const creator = await createCreator();
  const faults: [string, string, Record<string, unknown>, string][] = [
    ["token endpoint 503", "oauth2.googleapis.com/token", { status: 503 }, "provider_unavailable"],
    ["token endpoint cut", "oauth2.googleapis.com/token", { cut: true }, "provider_unavailable"],
    ["token answer malformed", "oauth2.googleapis.com/token", { malformed: true }, "provider_error"],
    ["channels 500", "v3/channels", { status: 500 }, "provider_unavailable"],
    ["channels malformed", "v3/channels", { malformed: true }, "provider_error"],
    ["quota spent", "v3/channels", { reason: "quotaExceeded" }, "provider_quota_exceeded"],
  ];
  for (const [name, match, fault, code] of faults) {
    await test.step(name, async () => {
      const answer = await authorizeChannel(creator, channel);
      await arm(channel, match, fault, { times: 10 });
      const refused = await creator.call("oauth-youtube-callback", answer);
      await disarm(channel);
      assert.equal(refused.body.code, code, JSON.stringify(refused.body));
      assert.ok(refused.status === 502 || refused.status === 503);
      if (code === "provider_quota_exceeded") assert.ok(Number(refused.headers.get("retry-after")) > 0);
      const { data } = await creator.client.from("social_account").select("id");
      assert.deepEqual(data, []);
    });
  }
  await connectChannel(creator, channel);
});

Deno.test("init: the redirect address comes from a list, compared whole", async () => {
  const creator = await createCreator();
  const redirect = async (redirect_uri: string) =>
    (await creator.call("oauth-youtube-init", { redirect_uri })).body;
  const { authorization_url, state } = await redirect("http://127.0.0.1:3000/oauth/callback");
  const asked = new URL(String(authorization_url)).searchParams;
  assert.equal(asked.get("redirect_uri"), "http://127.0.0.1:3000/oauth/callback");
  assert.equal(asked.get("state"), state);
  assert.equal(asked.get("code_challenge_method"), "S256");
  for (
    const wrong of [
      "http://127.0.0.1:3000/oauth/callback/x",
      "http://127.0.0.1:3000/oauth/callback?x=1",
      "https://evil.example/oauth/callback",
    ]
  ) {
    assert.equal((await redirect(wrong)).code, "redirect_uri_not_allowed");
  }
});

Deno.test("init and callback need a signed-in creator", async () => {
  const { api_url, publishable_key } = await testStack();
  for (
    const name of [
      "oauth-youtube-init",
      "oauth-youtube-callback",
      "disconnect-account",
      "sync-youtube",
      "refresh-oauth-tokens",
    ]
  ) {
    const response = await fetch(`${api_url}/functions/v1/${name}`, {
      method: "POST",
      headers: { apikey: publishable_key, "content-type": "application/json" },
      body: "{}",
    });
    assert.equal(response.status, 401, name);
    await response.body?.cancel();
  }
});

/** A connection that ends with the test. */
async function database() {
  const query = await testDatabase();
  return { query, [Symbol.asyncDispose]: () => query.end() };
}

async function liveGrants(channels: string[]): Promise<string[]> {
  const accounts = await Promise.all(
    channels.map((id) => simulator<{ account_id: string; consented: boolean }>(`youtube/accounts/${id}`)),
  );
  return accounts.filter(({ consented }) => consented).map(({ account_id }) => account_id);
}

function tally(values: string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}
