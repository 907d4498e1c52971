/** Tests posts over the API: created, validated, scheduled, published by a worker, cancelled, settled. */
import assert from "node:assert/strict";
import { createCreator, testDatabase } from "../../../../scripts/test/stack.ts";
import type { ConnectedAccount } from "../support/connected_account.ts";
import { eventually } from "../support/eventually.ts";
import { PublishingAccount } from "../support/publishing_account.ts";

interface Post {
  post_id: string;
  version: number;
  status: string;
  targets: {
    target_id: string;
    status: string;
    due_at: string;
    who_must_act: string | null;
    error_message: string | null;
    permalink: string | null;
  }[];
  checked: { is_ready: boolean };
  code: string;
  errors: { pointer: string; detail: string }[];
}

const textOn = (account: ConnectedAccount, body: string) => ({
  body,
  targets: [{ social_account_id: account.social_account_id, kind: "text" }],
});

Deno.test("a post for two accounts: if one platform refuses it, the other is published once, and a retry publishes only the refused one", async () => {
  await using x = await PublishingAccount.create("twitter");
  await using page = await PublishingAccount.create("facebook");
  // Moves the Page to the first creator, who then has both accounts.
  await page.account.sql`
    update public.platform_connection set user_id = ${x.account.creator.id}
    where id = (select connection_id from public.social_account where id = ${page.account.social_account_id})`;
  await page.account
    .sql`update public.social_account set user_id = ${x.account.creator.id} where id = ${page.account.social_account_id}`;
  const { creator } = x.account;
  const body = `To two places ${crypto.randomUUID()}`;
  await page.account.arm("POST .*/feed", { reason: "blocked" });
  const { status, body: post } = await creator.call<Post>("create-post", {
    body,
    now: true,
    targets: [
      { social_account_id: x.account.social_account_id, kind: "text" },
      { social_account_id: page.account.social_account_id, kind: "text" },
    ],
  });
  assert.equal(status, 200, JSON.stringify(post));
  const read = async () =>
    (await creator.call<Post>("get-post", undefined, { query: { post_id: post.post_id } })).body;
  const half = await eventually(async () => {
    await Promise.all([x.visit(), page.visit()]);
    const now = await read();
    return now.status === "partly_published" && now;
  }, "one is out, one has failed");
  const failed = half.targets.find((target) => target.status === "failed");
  assert.equal(failed?.who_must_act, "creator");
  assert.match(failed?.error_message ?? "", /Facebook blocks/);

  const { body: list } = await creator.call<{ problems: { target_id: string }[] }>(
    "list-publishing-problems",
  );
  assert.deepEqual(list.problems.map(({ target_id }) => target_id), [failed?.target_id]);
  const settled = await creator.call("settle-publishing-problems", {
    target_ids: [failed?.target_id],
    decision: "retry",
  });
  assert.deepEqual(settled.body, { settled: 1 });
  await eventually(async () => {
    await page.visit();
    return (await read()).status === "published";
  }, "both are out");
  assert.equal((await x.shown()).length, 1);
  assert.equal((await page.shown()).length, 1);
});

Deno.test("a post that its platform would refuse is not stored; an outdated version cannot be edited, and other users have no access", async () => {
  await using own = await PublishingAccount.create("twitter");
  const { creator } = own.account;
  const refused = await creator.call<Post>("create-post", {
    ...textOn(own.account, "x".repeat(300)),
    now: true,
  });
  assert.equal(refused.status, 422);
  assert.equal(refused.body.errors[0]?.pointer, "/targets/0/body");
  const { body: none } = await creator.call<{ posts: Post[] }>("list-posts");
  assert.deepEqual(none.posts, []);

  const draft = await creator.call<Post>("create-post", textOn(own.account, "One"));
  assert.equal(draft.body.status, "draft");
  const edit = (body: string, version: number) =>
    creator.call<Post>("update-post", { ...textOn(own.account, body), post_id: draft.body.post_id, version });
  assert.equal((await edit("Two", 1)).body.version, 2);
  assert.equal((await edit("Three", 1)).status, 409);
  const other = await createCreator();
  assert.equal(
    (await other.call("get-post", undefined, { query: { post_id: draft.body.post_id } })).status,
    404,
  );
  const foreign = await other.call("create-post", { ...textOn(own.account, "Mine"), now: true });
  assert.equal(foreign.status, 422);
});

Deno.test("a repeated Idempotency-Key creates one post", async () => {
  await using own = await PublishingAccount.create("twitter");
  const { creator } = own.account;
  const headers = { "idempotency-key": crypto.randomUUID() };
  const body = textOn(own.account, `Once ${crypto.randomUUID()}`);
  const answers = await Promise.all(
    [1, 2, 3].map(() => creator.call<Post>("create-post", body, { headers })),
  );
  assert.equal(new Set(answers.map(({ body }) => body.post_id)).size, 1);
  const { body: list } = await creator.call<{ posts: Post[] }>("list-posts");
  assert.equal(list.posts.length, 1);
});

Deno.test("fifteen posts with the same time come in pages of ten, each once; an invalid cursor is refused", async () => {
  const creator = await createCreator();
  const sql = await testDatabase();
  await sql`insert into publishing.post (user_id, created_at)
    select ${creator.id}, '2026-11-01T12:00:00.123456Z' from generate_series(1, 15)`;
  await sql.end();
  const read = (cursor?: string | null) =>
    creator.call<{ posts: Post[]; next_cursor: string | null }>("list-posts", undefined, {
      query: { limit: "10", ...(cursor ? { cursor } : {}) },
    });
  const first = (await read()).body;
  const second = (await read(first.next_cursor)).body;
  const ids = [...first.posts, ...second.posts].map(({ post_id }) => post_id);
  assert.deepEqual([first.posts.length, new Set(ids).size, second.next_cursor], [10, 15, null]);
  assert.equal((await read("tomorrow")).status, 422);
});

Deno.test("a scheduled post waits for its time and can be cancelled; a published one cannot", async () => {
  await using own = await PublishingAccount.create("twitter");
  const { creator } = own.account;
  const publish_at = new Date(Date.now() + 3_600_000).toISOString();
  const later = await creator.call<Post>("create-post", { ...textOn(own.account, "Later"), publish_at });
  assert.equal(later.body.status, "scheduled", JSON.stringify(later.body));
  // An option that only YouTube supports does not publish earlier on other platforms.
  const { body, targets: [target] } = textOn(own.account, "Later, too");
  const held = await creator.call<Post>("create-post", {
    body,
    targets: [{ ...target, options: { held_by_platform: true } }],
    publish_at,
  });
  assert.equal(held.body.status, "scheduled", JSON.stringify(held.body));
  await own.visit();
  assert.equal((await own.shown()).length, 0);
  const cancelled = await creator.call<Post & { cancelled: number }>("cancel-post", {
    post_id: later.body.post_id,
  });
  assert.deepEqual([cancelled.body.status, cancelled.body.cancelled], ["cancelled", 1]);
  const again = await creator.call<Post>("publish-post", { post_id: later.body.post_id });
  assert.equal(again.status, 409);

  const id = await own.due({ kind: "text", body: "Out" });
  assert.equal((await own.end(id)).status, "published");
  const [row] = await own.account.sql<
    { post_id: string }[]
  >`select post_id from publishing.post_target where id = ${id}`;
  const late = await creator.call<Post & { cancelled: number; too_late: number }>("cancel-post", {
    post_id: row?.post_id,
  });
  assert.deepEqual([late.body.status, late.body.cancelled, late.body.too_late], ["published", 0, 1]);
});

Deno.test("posts of one account are published one at a time, in the order in which they are due, whatever workers run", async () => {
  await using own = await PublishingAccount.create("twitter");
  const texts = Array.from({ length: 8 }, (_, index) => `Number ${index} ${crypto.randomUUID()}`);
  const ids: string[] = [];
  for (const body of texts) ids.push(await own.due({ kind: "text", body }));
  await own.account.arm("POST /api.x.com/2/tweets", { answer_delay_ms: 60 }, { times: 8 });
  await eventually(async () => {
    await Promise.all([own.visit(), own.visit(), own.visit()]);
    return (await own.shown()).length === texts.length;
  }, "all are out");
  assert.deepEqual((await own.shown()).map(({ text }) => text), texts);
});

Deno.test("a post beyond the ledger's limit is not sent, and waits with the time at which it continues", async () => {
  await using own = await PublishingAccount.create("tiktok");
  const medium = await own.medium({ kind: "video", bytes: 5_000 });
  const { social_account_id, sql } = own.account;
  await sql`
    insert into ops.platform_window (social_account_id, platform, app, began_at, ends_at, used)
    values (${social_account_id}, 'tiktok', 'streamvibe-local-tiktok#init', now(), now() + interval '1 minute', 6)`;
  const id = await own.due({ kind: "video", body: "Seventh in a minute", media_ids: [medium.id] });
  await own.visit();
  const target = await own.target(id);
  assert.equal(target.status, "waiting");
  assert.ok(target.next_at && target.next_at.getTime() > Date.now() + 50_000);
  assert.match(target.wait_reason ?? "", /TikTok allows no more until/);
  assert.equal(await own.account.calls("video/init"), 0);
});

Deno.test("a post whose result cannot be looked up stays unknown, is never resent automatically, and is settled by its creator", async () => {
  await using own = await PublishingAccount.create("tiktok");
  const medium = await own.medium();
  await own.account.arm("content/init", { lost: true });
  const id = await own.due({
    kind: "image",
    body: "For me alone",
    media_ids: [medium.id],
    options: { privacy: "SELF_ONLY" },
  });
  const target = await own.end(id);
  assert.deepEqual([target.status, target.who_must_act, target.next_at], ["unknown", "creator", null]);
  assert.match(target.error_message ?? "", /Check there/);
  await own.visit();
  await own.visit();
  assert.equal(await own.account.calls("content/init"), 1);
  assert.equal((await own.shown()).length, 1);
  const { creator, sql } = own.account;
  const notes =
    await sql`select 1 from public.notification where user_id = ${creator.id} and data ->> 'target_id' = ${id}`;
  assert.equal(notes.length, 1);
  const settled = await creator.call("settle-publishing-problems", {
    target_ids: [id],
    decision: "published",
  });
  assert.deepEqual(settled.body, { settled: 1 });
  assert.equal((await own.target(id)).status, "published");
});

Deno.test("an account without the publishing scope is reported at validation, and fails when the post is due", async () => {
  await using own = await PublishingAccount.create("twitter");
  const { sql, social_account_id, creator } = own.account;
  await sql`update public.platform_connection set scopes = '{tweet.read,users.read}'
    where id = (select connection_id from public.social_account where id = ${social_account_id})`;
  const checked = await creator.call<{ is_ready: boolean; targets: { objections: { code: string }[] }[] }>(
    "validate-post",
    textOn(own.account, "Hello"),
  );
  assert.equal(checked.body.is_ready, false);
  assert.ok(checked.body.targets[0]?.objections.some(({ code }) => code === "scope_missing"));
  const id = await own.due({ kind: "text", body: "Hello" });
  const target = await own.end(id);
  assert.deepEqual([target.status, target.who_must_act], ["failed", "creator"]);
  assert.equal(await own.account.calls("POST /api.x.com/2/tweets"), 0);
});
