import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { callFunction, simulator, testStack } from "../../../../scripts/test/stack.ts";
import { ConnectedAccount } from "../support/connected_account.ts";

const SECRET = "local-tiktok-simulator";

interface Report {
  client_key?: string;
  event?: string;
  create_time?: number;
  user_openid: string;
  content?: string;
}

/** Sends a report as TikTok would, or with one error. */
async function send(
  report: Report,
  about: { signed_at?: number; secret?: string; signature?: string; tamper?: boolean } = {},
) {
  const now = Math.floor(Date.now() / 1_000);
  const body = JSON.stringify({
    client_key: "streamvibe-local-tiktok",
    event: "authorization.removed",
    create_time: now,
    content: '{"reason":1}',
    ...report,
  });
  const { signed_at = now, secret = SECRET } = about;
  const hmac = createHmac("sha256", secret).update(`${signed_at}.${body}`).digest("hex");
  const { api_url } = await testStack();
  const response = await fetch(`${api_url}/functions/v1/tiktok-webhook`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "tiktok-signature": about.signature ?? `t=${signed_at},s=${hmac}`,
    },
    body: about.tamper ? body.replace("}", " }") : body,
  });
  return { status: response.status, body: await response.json() };
}

const connected = () => ConnectedAccount.create("tiktok", { items: 2 });

Deno.test("tiktok-webhook: a creator who revokes access at TikTok is disconnected and notified once; other creators are not affected", async () => {
  await using own = await connected();
  await using innocent = await connected();
  await own.syncAll();
  const { api_url } = await testStack();
  await simulator("tiktok/webhooks", { url: `${api_url}/functions/v1/tiktok-webhook` }, "PUT");
  await simulator("tiktok/tokens/revoke", { account_id: own.account_id });
  // TikTok delivers at least once: three equal deliveries count as one.
  const sent = await simulator<{ answers: { status: number }[] }>("tiktok/webhooks", {
    account_id: own.account_id,
    times: 3,
  });
  assert.deepEqual(sent.answers.map(({ status }) => status), [200, 200, 200]);
  const { status, is_active, notices, next_sync_at, last_error } = await own.state();
  assert.deepEqual([status, is_active, notices, next_sync_at], ["disconnected", false, 1, null]);
  assert.match(last_error, /connect the account again/);
  assert.equal((await own.library()).length, 2, "the content stays");
  assert.equal((await innocent.state()).status, "active");
  assert.equal((await own.syncOnce()).body.code, "account_disconnected");
  assert.equal(await own.reconnect(), own.social_account_id);
  assert.equal((await own.state()).status, "active");
});

Deno.test("tiktok-webhook: a revocation that is redelivered after a new consent does not disconnect the account", async () => {
  await using own = await connected();
  const create_time = Math.floor(Date.now() / 1_000) - 60;
  const { connection_id } = await own.state();
  await own
    .sql`update public.platform_connection set granted_at = now() - interval '1 hour' where id = ${connection_id}`;
  assert.equal((await send({ user_openid: own.account_id, create_time })).status, 200);
  assert.equal((await own.state()).status, "disconnected");
  await own.reconnect();
  assert.equal((await send({ user_openid: own.account_id, create_time })).status, 200);
  const { status, notices } = await own.state();
  assert.deepEqual([status, notices], ["active", 1]);
});

Deno.test("tiktok-webhook: an unsigned, wrongly signed, altered, old or future-dated request is refused and changes nothing", async () => {
  await using own = await connected();
  const now = Math.floor(Date.now() / 1_000);
  const report = { user_openid: own.account_id };
  const offences = [
    { signature: "" },
    { signature: `t=${now}` },
    { signature: `s=${"0".repeat(64)}` },
    { signature: `t=${now},s=${"0".repeat(64)}` },
    { signature: `t=${now},s=xyz` },
    { signature: `t=x,s=${"0".repeat(64)}` },
    { secret: "another secret" },
    { tamper: true },
    { signed_at: now - 400 },
    { signed_at: now + 400 },
  ];
  for (const offence of offences) {
    const { status, body } = await send(report, offence);
    assert.deepEqual([status, body.code], [401, "unauthorized"], JSON.stringify(offence));
  }
  const { status, notices } = await own.state();
  assert.deepEqual([status, notices], ["active", 0]);
  assert.equal((await send(report, { signed_at: now - 200 })).status, 200);
  assert.equal((await own.state()).status, "disconnected");
});

Deno.test("tiktok-webhook: other events, unknown accounts and unknown fields are accepted", async () => {
  await using own = await connected();
  const content = '{"publish_id":"v_pub~1","post_id":7400000000000000001}';
  for (const event of ["post.publish.complete", "something.new"]) {
    const { status, body } = await send({ user_openid: own.account_id, event, content });
    assert.deepEqual([status, body], [200, { received: true }]);
  }
  assert.equal((await send({ user_openid: "_000nobody" })).status, 200);
  assert.equal((await send({ user_openid: own.account_id, event: "x", ...{ added: [1] } })).status, 200);
  assert.equal((await own.state()).status, "active");
  const wrong = await callFunction("tiktok-webhook", { body: {} });
  assert.equal(wrong.status, 401);
});
