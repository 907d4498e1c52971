/** Tests the difficult cases of connecting; what every platform must do is tested in platforms/platform_matrix.library.test.ts. */
import assert from "node:assert/strict";
import { createCreator, simulator, testDatabase } from "../../../../scripts/test/stack.ts";
import { authorize, connect, consent, rowOf } from "../platforms/platform_rows.ts";
import { setPlan } from "../support/connected_account.ts";

const YOUTUBE = rowOf("youtube");

const createChannel = () => YOUTUBE.simulator.create({ items: 1 });

Deno.test("40 simultaneous callbacks with one state: one connection, 39 refusals", async () => {
  const [channel, creator] = await Promise.all([createChannel(), createCreator()]);
  const answer = await authorize(YOUTUBE, creator, channel);
  const answers = await Promise.all(
    Array.from({ length: 40 }, () => creator.call("oauth-youtube-callback", answer)),
  );
  const told = Object.groupBy(answers, ({ status, body }) => `${status} ${body.code ?? ""}`);
  assert.deepEqual(Object.entries(told).map(([what, all]) => [what, all?.length]).sort(), [
    ["200 ", 1],
    ["400 oauth_state_invalid", 39],
  ]);
  const { data } = await creator.client.from("social_account").select("id");
  assert.equal(data?.length, 1);
});

Deno.test("two channels connected at the same moment on the free plan: one is connected, and the other's grant is revoked", async () => {
  const channels = await Promise.all([createChannel(), createChannel()]);
  const creator = await createCreator();
  const answers = await Promise.all(channels.map((channel) => authorize(YOUTUBE, creator, channel)));
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
  for (const [index, channel] of channels.entries()) {
    const { consented } = await simulator(`youtube/accounts/${channel}`);
    assert.equal(consented, index !== refused);
  }

  const sql = await testDatabase();
  await setPlan(sql, creator.id, "basic");
  await sql.end();
  await connect(YOUTUBE, creator, String(channels[refused]));
  const { data } = await creator.client.from("social_account").select("id");
  assert.equal(data?.length, 2, "both are connected once the plan allows it");
});

Deno.test("connecting the same channel again keeps the account and reports a reconnection", async () => {
  const [channel, creator] = await Promise.all([createChannel(), createCreator()]);
  const social_account_id = await connect(YOUTUBE, creator, channel);
  const again = await creator.call("oauth-youtube-callback", await authorize(YOUTUBE, creator, channel));
  assert.deepEqual([again.body.social_account_id, again.body.reconnected], [social_account_id, true]);
});

Deno.test("a creator who does not grant a required scope, or whose login has no channel, gets an error and can start again", async () => {
  const [channel, creator] = await Promise.all([createChannel(), createCreator()]);
  const init = await creator.call("oauth-youtube-init", {});
  const url = new URL(String(init.body.authorization_url));
  url.searchParams.set("scope", "openid");
  const less = await consent(url.href, { account: channel });
  const log = new URLSearchParams({ account: channel, match: "/youtube/v3/" });
  const unticked = await creator.call("oauth-youtube-callback", less);
  assert.deepEqual([unticked.status, unticked.body.code], [400, "oauth_denied"]);
  const { count } = await simulator<{ count: number }>(`requests?${log}`);
  assert.equal(count, 0, "the missing scope is detected from the grant, without an API call");

  const without = await authorize(YOUTUBE, creator, "account-without-channel");
  const missing = await creator.call("oauth-youtube-callback", without);
  assert.deepEqual([missing.status, missing.body.code], [422, "platform_account_missing"]);
  const wrong = { ...await authorize(YOUTUBE, creator, channel), account_id: "UC-another" };
  const another = await creator.call("oauth-youtube-callback", wrong);
  assert.deepEqual([another.status, another.body.code], [422, "platform_account_missing"]);
  assert.match(String(another.body.detail), /signed in to a different account/);
  assert.deepEqual((await creator.client.from("social_account").select("id")).data, []);
  await connect(YOUTUBE, creator, channel);
});

Deno.test("when the platform fails during connecting, nothing is stored, and starting over works", async (test) => {
  const [account, creator] = await Promise.all([createChannel(), createCreator()]);
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
      const answer = await authorize(YOUTUBE, creator, account);
      await simulator("faults", { match, account, times: 10, fault });
      const refused = await creator.call("oauth-youtube-callback", answer);
      await simulator(`faults?account=${account}`, undefined, "DELETE");
      assert.equal(refused.body.code, code, JSON.stringify(refused.body));
      assert.ok(refused.status === 502 || refused.status === 503);
      if (code === "provider_quota_exceeded") assert.ok(Number(refused.headers.get("retry-after")) > 0);
      assert.deepEqual((await creator.client.from("social_account").select("id")).data, []);
    });
  }
  await connect(YOUTUBE, creator, account);
});

Deno.test("init: the redirect URI must equal an entry of the allowed list", async () => {
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
