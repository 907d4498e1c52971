/** Tests reports that platforms push: verified over the raw bytes, processed once, and treated only as hints. */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { simulator, testStack } from "../../../../scripts/test/stack.ts";
import type { PlatformSlug } from "../../_shared/platforms/platform.ts";
import { renewPushes } from "../../_shared/sync/renew_pushes.ts";
import { readFeed } from "../../_shared/platforms/youtube/push.ts";
import { eventually } from "../support/eventually.ts";
import { PublishingAccount } from "../support/publishing_account.ts";

interface Sent {
  answers: { status: number; body: { code?: string; received?: boolean } | string }[];
}

const tell = async (app: string, about: Record<string, unknown>) =>
  (await simulator<Sent>(`${app}/webhooks`, about)).answers;
const url = async (name: string) => `${(await testStack()).api_url}/functions/v1/${name}`;
const soon = () => new Date(Date.now() + 30_000);

/** Creates an account in automatic mode whose next sync is a day away and whose last sync was hours ago. */
async function automatic(slug: PlatformSlug): Promise<PublishingAccount> {
  const own = await PublishingAccount.create(slug);
  await own.account.syncAll();
  await quiet(own);
  return own;
}

async function quiet(own: PublishingAccount): Promise<void> {
  await own.account.sql`
    update public.social_account set sync_mode = 'auto', next_sync_at = now() + interval '1 day', last_synced_at = now() - interval '5 hours'
    where id = ${own.account.social_account_id}`;
}

async function isAwake(own: PublishingAccount): Promise<boolean> {
  const [row] = await own.account.sql<{ awake: boolean }[]>`
    select next_sync_at <= now() as awake from public.social_account where id = ${own.account.social_account_id}`;
  return row?.awake ?? false;
}

/** Subscribes to the channel at the hub, and waits until the hub has verified the subscription. */
async function subscribe(own: PublishingAccount): Promise<void> {
  await renewPushes(own.context, soon());
  const { sql, account_id } = own.account;
  await eventually(async () => {
    const { subscriptions } = await simulator<{ subscriptions: { channel_id: string }[] }>("youtube/hub");
    if (!subscriptions.some(({ channel_id }) => channel_id === account_id)) return undefined;
    const rows =
      await sql`select 1 from publishing.push_subscription where channel_id = ${account_id} and status = 'active'`;
    return rows[0];
  });
}

Deno.test("YouTube's hub reports a new video: the sync is woken once, but not by forged, known or other channels' videos", async () => {
  await using own = await automatic("youtube");
  await using other = await automatic("youtube");
  const account_id = own.account.account_id;
  await subscribe(own);
  await subscribe(other);
  const [lease] = await own.account.sql<{ days: number }[]>`
    select extract(epoch from lease_until - now()) / 86400 as days from publishing.push_subscription where channel_id = ${account_id}`;
  assert.ok(Math.abs(Number(lease?.days) - 5) < 0.1, "the hub's lease is stored");

  const ignored = [{ secret: "guessed" }, { tamper: true }];
  for (const offence of ignored) {
    const [answer] = await tell("youtube", { account_id, video_id: "forged", ...offence });
    assert.equal(
      answer?.status,
      202,
      "a forged report is accepted with 202, because the hub would only retry",
    );
  }
  // Signed with this channel's secret, but about another channel.
  assert.equal((await tell("youtube", { account_id, names: other.account.account_id }))[0]?.status, 200);
  const [known] = await own.account.library();
  assert.equal((await tell("youtube", { account_id, video_id: known?.id }))[0]?.status, 200);
  assert.equal(
    (await tell("youtube", { account_id, event: "deleted", video_id: "neverseen" }))[0]?.status,
    200,
  );
  assert.deepEqual([await isAwake(own), await isAwake(other)], [false, false]);

  const at = new Date().toISOString();
  const sent = await tell("youtube", { account_id, video_id: "brandnew", at, times: 3 });
  assert.deepEqual(sent.map(({ status, body }) => [status, body]), Array(3).fill([200, { received: true }]));
  assert.equal(await isAwake(own), true);
  assert.equal(await isAwake(other), false);
  await quiet(own);
  await tell("youtube", { account_id, video_id: "brandnew", at });
  assert.equal(await isAwake(own), false, "a replayed report has no effect");
  // Out of order: older than the previous report, but still new.
  await tell("youtube", {
    account_id,
    video_id: "oldernews",
    at: new Date(Date.now() - 3_600_000).toISOString(),
  });
  assert.equal(await isAwake(own), true);
  await quiet(own);
  await tell("youtube", { account_id, event: "deleted", video_id: known?.id });
  assert.equal(await isAwake(own), true, "a video deleted on YouTube wakes the sync");
});

Deno.test("a sync is not woken without quota, before its owner's minimum interval, or for a manual account", async () => {
  await using own = await automatic("youtube");
  await subscribe(own);
  const { sql, social_account_id, creator, account_id } = own.account;
  let count = 0;
  const news = () => tell("youtube", { account_id, video_id: `news${++count}` });
  await sql`update public.social_account set min_sync_hours = 12, max_sync_hours = 48 where id = ${social_account_id}`;
  await quiet(own);
  await news();
  assert.equal(await isAwake(own), false);
  const [row] = await sql<{ hours: number }[]>`
    select extract(epoch from next_sync_at - last_synced_at) / 3600 as hours from public.social_account where id = ${social_account_id}`;
  assert.equal(Math.round(Number(row?.hours)), 12);
  await sql`update public.social_account set min_sync_hours = 1 where id = ${social_account_id}`;
  await sql`update public.subscription set syncs_used = 1000000 where user_id = ${creator.id}`;
  await quiet(own);
  await news();
  assert.equal(await isAwake(own), false);
  await sql`update public.subscription set syncs_used = 0 where user_id = ${creator.id}`;
  await news();
  assert.equal(await isAwake(own), true);
  await sql`update public.social_account set sync_mode = 'manual' where id = ${social_account_id}`;
  await news();
  const [manual] = await sql`select next_sync_at from public.social_account where id = ${social_account_id}`;
  assert.equal(manual?.next_sync_at, null);
});

Deno.test("the hub's challenge is confirmed only for requested subscriptions; they are renewed, and end with the last account", async () => {
  await using own = await automatic("youtube");
  const { sql, account_id } = own.account;
  const ask = async (query: Record<string, string>) => {
    const response = await fetch(`${await url("youtube-webhook")}?${new URLSearchParams(query)}`);
    return [response.status, (await response.text()).slice(0, 20)];
  };
  const topic = (id: string) => `https://www.youtube.com/feeds/videos.xml?channel_id=${id}`;
  const asked = {
    channel: account_id,
    "hub.mode": "subscribe",
    "hub.topic": topic(account_id),
    "hub.challenge": "words",
  };
  assert.equal((await ask(asked))[0], 404, "no subscription was requested yet");
  await subscribe(own);
  assert.deepEqual(await ask(asked), [200, "words"]);
  const offences = [
    { "hub.mode": "denied" },
    { "hub.mode": "unsubscribe" },
    { "hub.topic": topic("UCsomebodyelse") },
    { "hub.topic": `https://evil.example/?channel_id=${account_id}` },
    { channel: "UCsomebodyelse" },
    { "hub.challenge": "" },
    { "hub.challenge": "two\nlines" },
    { "hub.challenge": "x".repeat(501) },
  ];
  for (const offence of offences) {
    assert.equal((await ask({ ...asked, ...offence }))[0], 404, JSON.stringify(offence));
  }

  await simulator("youtube/hub", { forget: account_id }, "PUT");
  await sql`update publishing.push_subscription set next_at = now(), asked_at = now() - interval '4 days' where channel_id = ${account_id}`;
  await subscribe(own);
  await own.account.creator.call("disconnect-account", { social_account_id: own.account.social_account_id });
  await sql`update publishing.push_subscription set next_at = now() where channel_id = ${account_id}`;
  await renewPushes(own.context, soon());
  await eventually(async () => {
    const { subscriptions } = await simulator<{ subscriptions: { channel_id: string }[] }>("youtube/hub");
    const rows = await sql`select 1 from publishing.push_subscription where channel_id = ${account_id}`;
    return rows.length === 0 && !subscriptions.some(({ channel_id }) => channel_id === account_id);
  });
});

for (const slug of ["instagram", "facebook"] as const) {
  Deno.test(`${slug}: a webhook wakes the waiting post of its account once; forged, altered or unknown ones have no effect`, async () => {
    await using own = await PublishingAccount.create(slug);
    await using innocent = await PublishingAccount.create(slug);
    const due = async (one: PublishingAccount) => {
      const { sql } = one.account;
      const id = await one.due({ kind: "image", body: "Waiting", media_ids: [(await one.medium()).id] });
      await sql`update publishing.post_target set status = 'publishing' where id = ${id}`;
      await sql`update publishing.post_target set status = 'waiting', next_at = now() + interval '1 hour' where id = ${id}`;
      return async () => Number((await one.target(id)).next_at) <= Date.now();
    };
    const [isHeard, isOther] = [await due(own), await due(innocent)];
    const about = {
      account_id: own.account.account_id,
      event: slug === "instagram" ? "comments" : "videos",
      value: { text: "Schön, “é” / 🎬", id: "17900000000000001" },
    };
    assert.equal((await tell(slug, { ...about, secret: "guessed" }))[0]?.status, 401);
    assert.equal((await tell(slug, { ...about, tamper: true }))[0]?.status, 401);
    assert.equal((await tell(slug, { ...about, names: ["1", "2"] }))[0]?.status, 200);
    assert.equal(await isHeard(), false);
    const issued_at = Math.floor(Date.now() / 1_000) - 3_600;
    const sent = await tell(slug, { ...about, issued_at, names: ["1", own.account.account_id], times: 3 });
    assert.deepEqual(sent.map(({ status }) => status), [200, 200, 200]);
    assert.deepEqual([await isHeard(), await isOther()], [true, false]);
    await own.account
      .sql`update publishing.post_target set next_at = now() + interval '1 hour' where user_id = ${own.account.creator.id}`;
    await tell(slug, { ...about, issued_at, names: ["1", own.account.account_id] });
    assert.equal(await isHeard(), false, "a repeated delivery has no effect");
  });
}

Deno.test("facebook: a post by the Page wakes its sync; comments, edits and visitors' posts do not", async () => {
  await using own = await automatic("facebook");
  const { account_id } = own.account;
  const feed = (value: Record<string, unknown>) => tell("facebook", { account_id, event: "feed", value });
  await feed({ item: "comment", verb: "add", post_id: `${account_id}_1`, comment_id: "1_2" });
  await feed({ item: "post", verb: "add", post_id: `${account_id}_2`, from: { id: "visitor" } });
  await feed({ item: "post", verb: "edited", post_id: `${account_id}_3` });
  assert.equal(await isAwake(own), false);
  await feed({ item: "photo", verb: "add", post_id: `${account_id}_4`, from: { id: account_id } });
  assert.equal(await isAwake(own), true);
});

Deno.test("Meta's challenge is returned only with the right verify token, and signatures are checked over the exact bytes", async () => {
  const address = await url("meta-webhook");
  const ask = async (query: Record<string, string>) => {
    const response = await fetch(`${address}?${new URLSearchParams(query)}`);
    return [response.status, await response.text()];
  };
  const right = {
    "hub.mode": "subscribe",
    "hub.verify_token": "local-simulator-verify-token",
    "hub.challenge": "1158201444",
  };
  assert.deepEqual(await ask(right), [200, "1158201444"]);
  for (
    const wrong of [{ "hub.verify_token": "wrong" }, { "hub.mode": "x" }, { "hub.challenge": "<b>" }, {
      "hub.verify_token": "",
    }]
  ) {
    assert.equal((await ask({ ...right, ...wrong }))[0], 404, JSON.stringify(wrong));
  }
  const body = String
    .raw`{"object":"page","entry":[{"id":"1","changes":[{"field":"feed","value":{"message":"\u00e9 \/"}}]}]}`;
  const send = async (text: string, signed: string, prefix = "sha256=") => {
    const mac = createHmac("sha256", "local-simulator-instagram-secret").update(signed).digest("hex");
    const response = await fetch(address, {
      method: "POST",
      headers: { "content-type": "application/json", "x-hub-signature-256": `${prefix}${mac}` },
      body: text,
    });
    await response.body?.cancel();
    return response.status;
  };
  assert.equal(await send(body, body), 200);
  assert.equal(
    await send(JSON.stringify(JSON.parse(body)), body),
    401,
    "parsed and serialized again, the text differs",
  );
  assert.equal(await send(body, body, "sha1="), 401);
  assert.equal(await send(body, body, ""), 401);
});

Deno.test("a TikTok webhook wakes the post that it names, once", async () => {
  await using own = await PublishingAccount.create("tiktok");
  const id = await own.due({
    kind: "video",
    body: "Waiting",
    media_ids: [(await own.medium({ kind: "video" })).id],
  });
  const { sql, account_id } = own.account;
  const wait = () =>
    sql`update publishing.post_target set status = 'waiting', next_at = now() + interval '1 hour', state = '{"handle": "v_pub_file~1"}' where id = ${id}`;
  await sql`update publishing.post_target set status = 'publishing' where id = ${id}`;
  await wait();
  const isHeard = async () => Number((await own.target(id)).next_at) <= Date.now();
  const create_time = Math.floor(Date.now() / 1_000);
  const said = (publish_id: string) =>
    tell("tiktok", { account_id, event: "post.publish.complete", content: { publish_id }, create_time });
  await said("v_pub_file~of-another");
  assert.equal(await isHeard(), false);
  await said("v_pub_file~1");
  assert.equal(await isHeard(), true);
  await wait();
  await said("v_pub_file~1");
  assert.equal(await isHeard(), false);
});

Deno.test("a feed is parsed by its XML namespaces, whatever the prefixes; anything else is refused", () => {
  const feed = (inside: string) =>
    `<f xmlns="http://example.com" xmlns:a="http://www.w3.org/2005/Atom" xmlns:y="http://www.youtube.com/xml/schemas/2015"/>`
      .replace("<f", "<a:feed").replace("/>", `>${inside}</a:feed>`);
  const entry = "<a:entry><y:videoId>v1</y:videoId><y:channelId>UC1</y:channelId></a:entry>";
  assert.deepEqual(
    readFeed(feed(entry + entry.replace("v1", "<![CDATA[v2]]>"))).map(({ video_id }) => video_id),
    ["v1", "v2"],
  );
  assert.deepEqual(
    readFeed(feed("<a:entry><y:videoId>../x</y:videoId><y:channelId>UC1</y:channelId></a:entry>")),
    [],
  );
  assert.deepEqual(
    readFeed(feed(`<a:source>${entry}</a:source>`)),
    [],
    "an entry counts only directly in the feed",
  );
  assert.throws(() => readFeed("<html/>"), /not an Atom feed/);
});
