import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { callFunction, createCreator, type Creator, testDatabase } from "../../../../scripts/test/stack.ts";
import {
  addVideo,
  apiCalls,
  arm,
  assertSameLibrary,
  type ChannelWish,
  connectChannel,
  createChannel,
  disarm,
  editVideo,
  functionLog,
  removeVideo,
  setPlan,
  sumOf,
  syncAll,
  type SyncAnswer,
  syncOnce,
  syncsUsed,
  trueVideos,
} from "../support/channels.ts";

interface Library {
  sql: Sql;
  creator: Creator;
  channel: string;
  social_account_id: string;
}

/** A creator with a connected channel, and room to sync. */
async function withLibrary(wish: ChannelWish, work: (library: Library) => Promise<void>): Promise<void> {
  const sql = await testDatabase();
  try {
    const channel = await createChannel(wish);
    const creator = await createCreator();
    await setPlan(sql, creator.id, "premium");
    await work({ sql, creator, channel, social_account_id: await connectChannel(creator, channel) });
  } finally {
    await sql.end();
  }
}

/** The physical version of every row: the same before and after means that nothing was written. */
async function versions(sql: Sql, social_account_id: string): Promise<Record<string, string>> {
  const rows =
    await sql`select platform_content_id as id, xmin::text from public.content_item where social_account_id = ${social_account_id}`;
  return Object.fromEntries(rows.map(({ id, xmin }) => [id, xmin]));
}

/** The line that the function logged about a request. */
async function loggedRequest(request_id: string): Promise<{ db_calls: number }> {
  for (const deadline = Date.now() + 5_000; Date.now() < deadline;) {
    const lines = (await functionLog()).split("\n").filter((line) =>
      line.includes(request_id) && line.includes('"db_calls"')
    );
    if (lines[0]) return JSON.parse(lines[0]);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`the request ${request_id} was not logged`);
}

async function lastRequest(channel: string): Promise<number> {
  return (await apiCalls(channel)).last_id;
}

Deno.test("a channel of everything there is becomes the same library, in as many calls as it takes, for one unit", async () => {
  await withLibrary(
    { videos: 120, plain: false, seed: 4 },
    async ({ sql, creator, channel, social_account_id }) => {
      const steps = await syncAll(creator, social_account_id);
      assert.equal(steps.length, 3);
      assert.ok(steps.every((step) => step.synced_count <= 50));
      assert.equal(new Set(steps.map(({ sync_id }) => sync_id)).size, 1);
      assert.equal(sumOf(steps, "new_items"), (await trueVideos(channel)).length);
      await assertSameLibrary(sql, social_account_id, channel);
      assert.equal(await syncsUsed(sql, creator.id), 1);
      const [account] =
        await sql`select last_synced_at, last_error, followers_count from public.social_account where id = ${social_account_id}`;
      assert.ok(account?.last_synced_at);
      assert.equal(account.last_error, null);
    },
  );
});

Deno.test("a sync of 50 items makes at most 3 provider calls and at most 4 database round trips", async () => {
  await withLibrary({ videos: 50 }, async ({ sql, creator, channel, social_account_id }) => {
    const mark = await lastRequest(channel);
    const { body, headers } = await syncOnce(creator, social_account_id);
    assert.deepEqual([body.synced_count, body.new_items, body.has_more], [50, 50, false]);
    const calls = await apiCalls(channel, mark);
    assert.ok(calls.count <= 3, JSON.stringify(calls.counts));
    const line = await loggedRequest(String(headers.get("x-request-id")));
    assert.ok(line.db_calls <= 4, `${line.db_calls} round trips`);
    await assertSameLibrary(sql, social_account_id, channel);

    // The dearest one: a video went away, so YouTube is asked whether it is really gone.
    await removeVideo(channel, String((await trueVideos(channel))[7]?.id));
    await addVideo(channel);
    const again = await syncOnce(creator, social_account_id);
    assert.deepEqual([again.body.new_items, again.body.removed_items, again.body.has_more], [1, 1, false]);
    assert.ok((await apiCalls(channel, calls.last_id)).count <= 3);
    assert.ok((await loggedRequest(String(again.headers.get("x-request-id")))).db_calls <= 4);
  });
});

Deno.test("a sync again with nothing changed makes the conditional calls only and writes no row", async () => {
  await withLibrary(
    { videos: 120, plain: false, seed: 9 },
    async ({ sql, creator, channel, social_account_id }) => {
      await syncAll(creator, social_account_id);
      const before = await versions(sql, social_account_id);
      const mark = await lastRequest(channel);
      const again = await syncAll(creator, social_account_id);
      const calls = await apiCalls(channel, mark);
      assert.equal(calls.count, 6);
      assert.equal(calls.conditional, 6);
      assert.ok(calls.requests.every(({ status }) => status === 304), JSON.stringify(calls.counts));
      assert.deepEqual(await versions(sql, social_account_id), before);
      assert.deepEqual([
        sumOf(again, "new_items"),
        sumOf(again, "updated_items"),
        sumOf(again, "removed_items"),
      ], [0, 0, 0]);
      assert.equal(sumOf(again, "unchanged_items"), Object.keys(before).length);
      assert.equal(await syncsUsed(sql, creator.id), 2);
    },
  );
});

Deno.test("what changes on the platform changes in the library, and nothing else is written", async () => {
  await withLibrary({ videos: 60 }, async ({ sql, creator, channel, social_account_id }) => {
    await syncAll(creator, social_account_id);
    const videos = await trueVideos(channel);
    const [edited, removed, hidden, deleted] = [videos[3], videos[20], videos[40], videos[55]].map((video) =>
      String(video?.id)
    );
    const before = await versions(sql, social_account_id);
    await editVideo(channel, String(edited), { title: "A new title", tags: ["one", "two"] });
    await removeVideo(channel, String(removed));
    await editVideo(channel, String(hidden), { privacy: "private" });
    await editVideo(channel, String(deleted), { deleted: true });
    await addVideo(channel, { title: "Brand new" });

    const steps = await syncAll(creator, social_account_id);
    assert.deepEqual(
      [sumOf(steps, "new_items"), sumOf(steps, "updated_items"), sumOf(steps, "removed_items")],
      [1, 2, 2],
    );
    await assertSameLibrary(sql, social_account_id, channel);
    const after = await versions(sql, social_account_id);
    const written = Object.keys(before).filter((id) => after[id] !== before[id]).sort();
    assert.deepEqual(written, [edited, removed, hidden, deleted].sort());
    const revisions = await sql`
      select r.title, r.changed_fields from public.content_revision r join public.content_item i on i.id = r.content_item_id
      where i.social_account_id = ${social_account_id}`;
    assert.equal(revisions.length, 1, "one video changed its words");

    await editVideo(channel, String(deleted), { deleted: false });
    await syncAll(creator, social_account_id);
    await assertSameLibrary(sql, social_account_id, channel);
  });
});

Deno.test("what the creator deleted or edited stays so, until the platform's own words change", async () => {
  await withLibrary({ videos: 3 }, async ({ sql, creator, channel, social_account_id }) => {
    await syncAll(creator, social_account_id);
    const [first, second] = await trueVideos(channel);
    assert.ok(first && second);
    const items = () => creator.client.from("content_item");
    await items().update({ deleted_at: new Date().toISOString() }).eq("platform_content_id", first.id);
    await items().update({ title: "My own words" }).eq("platform_content_id", second.id);
    await editVideo(channel, first.id, { views: 77 });
    await editVideo(channel, second.id, { views: 77 });
    await syncAll(creator, social_account_id);
    const rows = await sql`
      select platform_content_id as id, title, views_count::integer as views, deleted_at is not null as gone from public.content_item
      where social_account_id = ${social_account_id} and platform_content_id = any(${[first.id, second.id]})`;
    const row = (id: string) => rows.find((one) => one.id === id);
    assert.equal(row(first.id)?.gone, true);
    assert.deepEqual([row(second.id)?.title, row(second.id)?.views], ["My own words", 77]);

    await editVideo(channel, second.id, { title: "The platform's new words" });
    await syncAll(creator, social_account_id);
    const [now] =
      await sql`select title from public.content_item where social_account_id = ${social_account_id} and platform_content_id = ${second.id}`;
    assert.equal(now?.title, "The platform's new words");
  });
});

Deno.test("small steps read the same library, and steps of several sizes too", async () => {
  await withLibrary({ videos: 23 }, async ({ sql, creator, channel, social_account_id }) => {
    const steps = await syncAll(creator, social_account_id, 5);
    assert.equal(steps.length, 5);
    assert.ok(steps.every(({ synced_count }) => synced_count <= 5));
    await assertSameLibrary(sql, social_account_id, channel);
    let step: SyncAnswer | undefined;
    for (const max_results of [1, 50]) {
      step = (await syncOnce(creator, social_account_id, { max_results, sync_id: step?.sync_id })).body;
    }
    assert.equal(step?.has_more, false);
    assert.equal(step.items_seen, 23);
    await assertSameLibrary(sql, social_account_id, channel);
    assert.equal(await syncsUsed(sql, creator.id), 2);
  });
});

Deno.test("channels without uploads are empty libraries, whatever YouTube calls that", async () => {
  for (const empty_uploads of ["not_found", "empty"] as const) {
    await withLibrary({ videos: 0, empty_uploads }, async ({ creator, social_account_id }) => {
      const { status, body } = await syncOnce(creator, social_account_id);
      assert.deepEqual([status, body.synced_count, body.has_more], [200, 0, false], JSON.stringify(body));
    });
  }
});

Deno.test("the service may sync anybody's account, a stranger nobody else's", async () => {
  await withLibrary({ videos: 2 }, async ({ sql, creator, channel, social_account_id }) => {
    const stranger = await createCreator();
    const refused = await syncOnce(stranger, social_account_id);
    assert.deepEqual([refused.status, refused.body.code], [404, "not_found"]);
    assert.equal(await syncsUsed(sql, stranger.id), 0);
    const served = await callFunction("sync-youtube", { as: "secret", body: { social_account_id } });
    assert.equal(served.status, 200, JSON.stringify(served.body));
    await assertSameLibrary(sql, social_account_id, channel);
    assert.equal(await syncsUsed(sql, creator.id), 1);
    const { data } = await stranger.client.from("content_item").select("id").eq(
      "social_account_id",
      social_account_id,
    );
    assert.deepEqual(data, []);
  });
});

Deno.test("200 simultaneous syncs with one left: exactly one runs, the rest are told the quota", async () => {
  await withLibrary({ videos: 3 }, async ({ sql, creator, social_account_id }) => {
    await setPlan(sql, creator.id, "free");
    await sql`update public.subscription set syncs_used = 9 where user_id = ${creator.id}`;
    const answers = await Promise.all(
      Array.from({ length: 200 }, () => syncOnce(creator, social_account_id)),
    );
    const tally: Record<string, number> = {};
    for (const { status, body } of answers) {
      tally[`${status} ${body.code ?? ""}`] = (tally[`${status} ${body.code ?? ""}`] ?? 0) + 1;
    }
    assert.deepEqual(tally, { "200 ": 1, "402 quota_exceeded": 199 });
    assert.equal(await syncsUsed(sql, creator.id), 10);
    const refusal: Partial<SyncAnswer> = answers.find(({ status }) => status === 402)?.body ?? {};
    const { quota, limit, used, resets_at } = refusal;
    assert.deepEqual({ quota, limit, used }, { quota: "syncs", limit: 10, used: 10 });
    assert.ok(Date.parse(String(resets_at)) > Date.now());
  });
});

Deno.test("two syncs of one account at once: one runs, the other is told to wait, and goes on afterwards", async () => {
  await withLibrary({ videos: 60 }, async ({ sql, creator, channel, social_account_id }) => {
    await arm(channel, "v3/videos", { delay_ms: 800 });
    const [one, other] = await Promise.all([
      syncOnce(creator, social_account_id),
      new Promise((resolve) => setTimeout(resolve, 300)).then(() => syncOnce(creator, social_account_id)),
    ]);
    assert.deepEqual([one.status, other.status, other.body.code], [200, 409, "sync_in_progress"]);
    assert.ok(Number(other.headers.get("retry-after")) >= 1);
    assert.equal(await syncsUsed(sql, creator.id), 1);
    await disarm(channel);
    await syncOnce(creator, social_account_id, { sync_id: one.body.sync_id });
    await assertSameLibrary(sql, social_account_id, channel);
    assert.equal(await syncsUsed(sql, creator.id), 1);
  });
});

Deno.test("a sync id is good for its own account and sync run only", async () => {
  await withLibrary({ videos: 60 }, async ({ creator, social_account_id }) => {
    const { body } = await syncOnce(creator, social_account_id);
    const [last] = (await goOnWith(creator, social_account_id, body.sync_id)).slice(-1);
    assert.equal(last?.has_more, false);
    const finished = await syncOnce(creator, social_account_id, { sync_id: body.sync_id });
    assert.deepEqual([finished.status, finished.body.code], [404, "not_found"]);
    const unknown = await syncOnce(creator, social_account_id, { sync_id: crypto.randomUUID() });
    assert.equal(unknown.status, 404);
  });
});

async function goOnWith(creator: Creator, social_account_id: string, sync_id: string): Promise<SyncAnswer[]> {
  const steps: SyncAnswer[] = [];
  do {
    const { status, body } = await syncOnce(creator, social_account_id, { sync_id });
    assert.equal(status, 200, JSON.stringify(body));
    steps.push(body);
  } while (steps.at(-1)?.has_more);
  return steps;
}

Deno.test("an item that stands on two pages, one edited between pages and one deleted between pages end right", async () => {
  await withLibrary({ videos: 30 }, async ({ sql, creator, channel, social_account_id }) => {
    const videos = await trueVideos(channel);
    const first = await syncOnce(creator, social_account_id, { max_results: 10 });
    // A new upload pushes the last of the first page onto the second.
    await addVideo(channel, { title: "Meanwhile" });
    await editVideo(channel, String(videos[2]?.id), { title: "Edited behind us" });
    await editVideo(channel, String(videos[12]?.id), { title: "Edited before us" });
    await goOnWith(creator, social_account_id, first.body.sync_id);
    await syncAll(creator, social_account_id, 10);
    await assertSameLibrary(sql, social_account_id, channel);

    const again = await syncOnce(creator, social_account_id, { max_results: 10 });
    // The whole list moves up by one: the eleventh would be passed over without being seen.
    await removeVideo(channel, String(videos[1]?.id));
    await goOnWith(creator, social_account_id, again.body.sync_id);
    await assertSameLibrary(sql, social_account_id, channel);
  });
});

Deno.test("a video deleted while a fresh library is read costs no other video", async () => {
  await withLibrary({ videos: 30 }, async ({ sql, creator, channel, social_account_id }) => {
    const videos = await trueVideos(channel);
    const first = await syncOnce(creator, social_account_id, { max_results: 10 });
    await removeVideo(channel, String(videos[4]?.id));
    await goOnWith(creator, social_account_id, first.body.sync_id);
    await assertSameLibrary(sql, social_account_id, channel);
    assert.equal(await syncsUsed(sql, creator.id), 1);
  });
});

Deno.test("more goes away than one look-up holds, and the creator deletes some of it meanwhile", async () => {
  await withLibrary({ videos: 70 }, async ({ sql, creator, channel, social_account_id }) => {
    await syncAll(creator, social_account_id);
    const videos = await trueVideos(channel);
    for (const { id } of videos.slice(0, 65)) await editVideo(channel, id, { deleted: true });
    const first = await syncOnce(creator, social_account_id);
    const second = await syncOnce(creator, social_account_id, { sync_id: first.body.sync_id });
    assert.deepEqual([second.body.removed_items, second.body.has_more], [50, true]);
    await creator.client.from("content_item").update({ deleted_at: new Date().toISOString() })
      .eq("social_account_id", social_account_id).in(
        "platform_content_id",
        videos.slice(0, 65).map(({ id }) => id),
      );
    const [third] = await goOnWith(creator, social_account_id, first.body.sync_id);
    assert.deepEqual([third?.removed_items, third?.has_more], [0, false]);
    await assertSameLibrary(sql, social_account_id, channel);
    assert.equal(await syncsUsed(sql, creator.id), 2);
  });
});
