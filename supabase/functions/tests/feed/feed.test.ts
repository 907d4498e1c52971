/** Tests feeds over HTTP: pages, removed items, per-user results, and that equal requests are computed once. */
import assert from "node:assert/strict";
import {
  type Answer,
  callFunction,
  createCreator,
  type Creator,
  testDatabase,
} from "../../../../scripts/test/stack.ts";
import { publicCreator } from "../support/public_creator.ts";

const sql = await testDatabase();
globalThis.addEventListener("unload", () => void sql.end());

interface Item {
  id: string;
  is_today: boolean;
  why: { source: string; text: string }[];
}
interface Feed {
  items: Item[];
  next_cursor: string | null;
  is_cold_start: boolean;
  time_zone: string;
  is_followed?: boolean;
  followers?: number;
}

const read = (who: Creator | null, path: string): Promise<Answer<Feed>> =>
  callFunction<Feed>(path, { method: "GET", ...(who ? { as: who.token } : {}) });
const choose = async (who: Creator, name: "follow" | "mute", body: Record<string, unknown>) => {
  const answer = await callFunction<{ followers: number }>(name, { as: who.token, body });
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  return answer.body;
};
const ids = ({ body }: Answer<Feed>) => body.items.map(({ id }) => id);

Deno.test("feed-home shows items of followed creators with the reason, in pages without repetitions", async () => {
  const [viewer, made] = [await createCreator(), await publicCreator(12)];
  assert.deepEqual(await choose(viewer, "follow", { creator_id: made.id }), {
    is_followed: true,
    is_muted: false,
    followers: 1,
    following: 1,
  });
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const page: Answer<Feed> = await read(
      viewer,
      `feed-home?limit=10${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`,
    );
    assert.equal(page.status, 200, JSON.stringify(page.body));
    assert.equal(page.headers.get("cache-control"), "no-store");
    for (const item of page.body.items) {
      seen.push(item.id);
      if (made.ids.includes(item.id)) {
        assert.ok(
          item.why.some(({ source, text }) =>
            source === "followed_creator" && text === "You follow Public Creator"
          ),
        );
      }
    }
    cursor = page.body.next_cursor;
  } while (cursor);
  assert.equal(new Set(seen).size, seen.length);
  assert.deepEqual(seen.filter((id) => made.ids.includes(id)).toSorted(), made.ids.toSorted());
});

Deno.test("a feed cursor works only for the viewer who received it", async () => {
  const [viewer, other, made] = [await createCreator(), await createCreator(), await publicCreator(6)];
  await choose(viewer, "follow", { creator_id: made.id });
  const { next_cursor } = (await read(viewer, "feed-home?limit=3")).body;
  const goOn = `feed-home?limit=3&cursor=${encodeURIComponent(next_cursor ?? "")}`;
  assert.equal((await read(viewer, goOn)).status, 200);
  for (const who of [other, null]) assert.equal((await read(who, goOn)).status, 422);
});

Deno.test("a viewer's follows and mutes do not affect other viewers' feeds, even in concurrent requests", async () => {
  const [viewer, other, made] = [await createCreator(), await createCreator(), await publicCreator(3)];
  await choose(viewer, "follow", { creator_id: made.id });
  await choose(other, "mute", { creator_id: made.id });
  for (let round = 0; round < 3; round++) {
    const [mine, theirs, nobodys] = await Promise.all(
      [viewer, other, null].map((who) => read(who, "feed-home?limit=100")),
    );
    assert.ok(mine && theirs && nobodys);
    const why = mine.body.items.filter(({ id }) => made.ids.includes(id)).flatMap(({ why }) =>
      why.map(({ source }) => source)
    );
    assert.ok(why.includes("followed_creator"));
    assert.deepEqual(ids(theirs).filter((id) => made.ids.includes(id)), []);
    assert.ok(
      nobodys.body.items.every(({ why }) => why.every(({ source }) => !source.startsWith("followed"))),
    );
  }
});

Deno.test("a follow or mute shows at once, although the feed is cached", async () => {
  const [viewer, made] = [await createCreator(), await publicCreator(3)];
  const followed = async () => {
    const { body } = await read(viewer, "feed-home?limit=100");
    return body.items.filter(({ id, why }) =>
      made.ids.includes(id) && why.some(({ source }) => source === "followed_creator")
    ).length;
  };
  assert.equal(await followed(), 0);
  await choose(viewer, "follow", { creator_id: made.id });
  // A process's own cache may be a tenth of a second old.
  for (const end = Date.now() + 2_000; await followed() !== 3;) {
    assert.ok(Date.now() < end, "following does not show");
  }
  await choose(viewer, "mute", { content_id: made.ids[1] });
  assert.ok(!ids(await read(viewer, "feed-home?limit=100")).includes(made.ids[1] ?? ""));
  await choose(viewer, "follow", { creator_id: made.id, is_followed: false });
  for (const end = Date.now() + 2_000; await followed() !== 0;) {
    assert.ok(Date.now() < end, "unfollowing does not show");
  }
});

const GONE: Record<string, (id: string, creator: string) => Promise<unknown>> = {
  deleted: (id) => sql`update public.content_item set deleted_at = now() where id = ${id}`,
  hidden: (id) =>
    sql`update public.content_item set hidden_at = now(), hidden_reason = 'spam' where id = ${id}`,
  private: (id) => sql`update public.content_item set visibility = 'private' where id = ${id}`,
  "of a private creator": (_, creator) =>
    sql`update public.users set is_public = false where id = ${creator}`,
  "of a hidden creator": (_, creator) =>
    sql`update public.users set hidden_at = now(), hidden_reason = 'spam' where id = ${creator}`,
  "of a removed account": (_, creator) =>
    sql`update public.social_account set deleted_at = now(), status = 'disconnected' where user_id = ${creator}`,
};
Deno.test("deleted, hidden or private items are gone from every cached feed in the next response", async (t) => {
  const viewer = await createCreator();
  for (const [way, take] of Object.entries(GONE)) {
    await t.step(way, async () => {
      const made = await publicCreator(4);
      const id = made.ids[1] ?? "";
      await choose(viewer, "follow", { creator_id: made.id });
      const home = () => read(viewer, "feed-home?limit=100");
      const profile = () => read(viewer, `feed-profile?creator=${made.slug}&limit=100`);
      for (const end = Date.now() + 2_000; !ids(await home()).includes(id);) {
        assert.ok(Date.now() < end, "the item is not shown before the change");
      }
      assert.ok(ids(await profile()).includes(id));
      const first = await read(viewer, `feed-profile?creator=${made.slug}&limit=1`);
      await take(id, made.id);
      assert.ok(!ids(await home()).includes(id), "feed-home still shows the item");
      for (
        const path of [
          `feed-profile?creator=${made.slug}&limit=100`,
          `feed-profile?creator=${made.slug}&limit=100&cursor=${
            encodeURIComponent(first.body.next_cursor ?? "")
          }`,
        ]
      ) {
        const after = await read(viewer, path);
        assert.ok(after.status >= 400 || !ids(after).includes(id), `${path} still shows the item`);
      }
    });
  }
});

Deno.test("feed-profile shows a creator's items and whether the viewer follows them; an unknown creator is 404", async () => {
  const [viewer, made] = [await createCreator(), await publicCreator(3)];
  const path = `feed-profile?creator=${made.slug}`;
  await choose(viewer, "follow", { creator_id: made.id });
  const { status, body } = await read(viewer, path);
  assert.equal(status, 200, JSON.stringify(body));
  assert.deepEqual({ is_followed: body.is_followed, followers: body.followers, length: body.items.length }, {
    is_followed: true,
    followers: 1,
    length: 3,
  });
  assert.equal((await read(null, path)).body.is_followed, false);
  assert.equal((await read(null, "feed-profile?creator=nobody-at-all")).status, 404);
});

Deno.test('"today" follows the viewer\'s time zone, from the setting or the request, also for a cached feed', async () => {
  const [viewer, made] = [await createCreator(), await publicCreator(1)];
  await choose(viewer, "follow", { creator_id: made.id });
  await sql`update public.user_setting set time_zone = 'Pacific/Kiritimati' where user_id = ${viewer.id}`;
  const at = (await sql`select published_at from public.content_item where id = ${made.ids[0] ?? ""}`)[0]
    ?.published_at as Date;
  const day = (zone: string, time: Date) => new Intl.DateTimeFormat("en-CA", { timeZone: zone }).format(time);
  for (
    const [query, zone] of [
      ["", "Pacific/Kiritimati"],
      ["&time_zone=Pacific/Pago_Pago", "Pacific/Pago_Pago"],
      ["&time_zone=UTC", "UTC"],
    ] as const
  ) {
    const { body } = await read(viewer, `feed-home?limit=100${query}`);
    assert.equal(body.time_zone, zone);
    assert.equal(
      body.items.find(({ id }) => id === made.ids[0])?.is_today,
      day(zone, at) === day(zone, new Date()),
    );
  }
  assert.equal((await read(viewer, "feed-home?time_zone=Mars")).status, 422);
});

Deno.test("a hundred equal concurrent requests build one feed", async () => {
  const viewer = await createCreator();
  const answers = await Promise.all(Array.from({ length: 100 }, () => read(viewer, "feed-home?limit=5")));
  assert.ok(
    answers.every(({ status }) => status === 200),
    JSON.stringify(answers.find(({ status }) => status !== 200)?.body),
  );
  const [row] = await sql`select count(*)::int as feeds from feed.snapshot where user_id = ${viewer.id}`;
  assert.equal(row?.feeds, 1);
});

Deno.test("list-follows pages through follows and mutes, without the names of creators who are now private", async () => {
  const [viewer, a, b] = [await createCreator(), await publicCreator(0), await publicCreator(0)];
  await choose(viewer, "follow", { creator_id: a.id });
  await choose(viewer, "follow", { category: "music" });
  await choose(viewer, "mute", { creator_id: b.id });
  await sql`update public.users set is_public = false where id = ${a.id}`;
  interface Follows {
    follows: { creator_id: string | null; creator: { slug: string } | null; category: string | null }[];
    following: number;
    muted: number;
    next_cursor: string | null;
  }
  const list = (query: string) =>
    callFunction<Follows>(`list-follows?${query}`, { method: "GET", as: viewer.token });
  const first = (await list("limit=1")).body;
  assert.deepEqual([first.follows[0]?.category, first.following, first.muted], ["music", 2, 1]);
  const second = (await list(`limit=1&cursor=${first.next_cursor}`)).body;
  assert.deepEqual([second.follows[0]?.creator_id, second.follows[0]?.creator, second.next_cursor], [
    a.id,
    null,
    null,
  ]);
  const { follows } = (await list("kind=muted")).body;
  assert.deepEqual(follows.map(({ creator }) => creator?.slug), [b.slug]);
});
