/** Phase 9: what users follow and mute, and the feeds that result. */
import type { Scenario } from "../collection.ts";
import { pm, sv } from "../sandbox.ts";
import type { Creator } from "../streamvibe.ts";

interface Item {
  id: string;
  why: { source: string; text: string }[];
  creator: { id: string };
}
interface Feed {
  items: Item[];
  next_cursor: string | null;
  is_cold_start: boolean;
}

const READER = { as: "reader_" };

/** Makes the collection's creator public, with a synced library, and waits until visitors see it. */
const seen = async () => {
  const me = await sv.synced();
  if (sv.get("followed_slug")) return me;
  const profile = await sv.must(
    "set the profile up",
    200,
    sv.call<{ profile_slug: string }>("auth-profile-setup", me, {
      display_name: "Followed Channel",
      category: "food",
    }),
  );
  await sv.must(
    "become public",
    204,
    sv.send(`/rest/v1/users?id=eq.${me.user_id}`, { method: "PATCH", as: me, json: { is_public: true } }),
  );
  for (let look = 0; look < 150; look++) {
    const { status, body } = await sv.send<Feed>(
      `/functions/v1/feed-profile?creator=${profile.profile_slug}`,
    );
    if (status === 200 && body.items.length > 0) {
      sv.set({ followed_slug: profile.profile_slug, followed_id: me.user_id });
      return me;
    }
    // Lists are cached for half a minute.
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  throw new Error(
    "Cannot wait any longer: the feed of the creator stays empty (does cron run refresh-discovery?)",
  );
};

/** Returns another user, who follows the creator. */
const reader = async () => {
  await seen();
  const me = await sv.creator("reader_");
  await sv.must("follow", 200, sv.call("follow", me, { creator_id: sv.get("followed_id") }));
  return me;
};

const feed = async (me: Creator, query: string) =>
  (await sv.send<Feed>(`/functions/v1/feed-home?${query}`, { as: me })).body;

/** Returns an item of the followed creator. Trending and new items may precede it. */
const followed = async (me: Creator) => {
  for (let cursor: string | null = ""; cursor !== null;) {
    const page: Feed = await feed(me, `limit=50${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
    const item = page.items.find(({ creator }) => creator.id === sv.get("followed_id"));
    if (item) return item;
    cursor = page.next_cursor;
  }
};

export default {
  phase: 9,
  name: "Feeds",
  about:
    "Follow a creator and a category, read the home with its reasons and go on in it, mute, read a creator's feed, see what one follows. Every request makes what it needs by itself (a public creator with a synced library, and somebody who reads), so each can be run alone.",
  requests: [
    {
      name: "9.1 Follow (POST /follow)",
      about: "Follows a creator or a category. Doing it twice changes nothing more.",
      send: "POST /functions/v1/follow",
      ...READER,
      json: { creator_id: "{{followed_id}}" },
      scope: { seen, reader },
      before: async () => {
        await seen();
        await sv.creator("reader_");
      },
      answers: 200,
      after: async () => {
        const chosen = pm.response.json<{ is_followed: boolean; followers: number; following: number }>();
        sv.expect("follows", chosen.is_followed, (to) => to.equal(true));
        sv.expect("counts the follower", chosen.followers, (to) => to.be.at.least(1));
        const me = await reader();
        const again = await sv.call<{ followers: number }>("follow", me, {
          creator_id: sv.get("followed_id"),
        });
        sv.expect("counts nobody twice", again.body.followers, (to) => to.equal(chosen.followers));
        const oneself = await sv.call("follow", me, { creator_id: me.user_id });
        sv.expectProblem("refuses to follow oneself", oneself, 400, "bad_request");
        const nobody = await sv.call("follow", me, { creator_id: sv.random() });
        sv.expectProblem("refuses to follow nobody", nobody, 404, "not_found");
      },
    },
    {
      name: "9.2 Home (GET /feed-home)",
      about:
        "What is followed, what trends and what is new, fused by reciprocal rank, with the reasons of each. `time_zone` says whose today it is.",
      send: "GET /functions/v1/feed-home?limit=10&time_zone=Europe/Berlin",
      ...READER,
      scope: { seen, reader, feed, followed },
      before: async () => {
        const me = await reader();
        // A process may serve a cached answer that is up to a tenth of a second old.
        for (let look = 0; look < 50 && (await feed(me, "limit=1")).is_cold_start; look++) {
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
      },
      answers: 200,
      after: async () => {
        const page = pm.response.json<Feed>();
        pm.test("says why each is there", () => {
          for (const { why } of page.items) pm.expect(why.length).to.be.above(0);
        });
        const me = await sv.creator("reader_");
        const next = await feed(me, `limit=10&cursor=${encodeURIComponent(page.next_cursor ?? "")}`);
        const item = await followed(me);
        sv.expect(
          "shows what is followed, and says so",
          item?.why.some(({ source }) => source === "followed_creator"),
          (to) => to.equal(true),
        );
        const ids = page.items.map(({ id }) => id);
        sv.expect(
          "repeats nothing on the next page",
          next.items.filter(({ id }) => ids.includes(id)).length,
          (to) => to.equal(0),
        );
        const other = await sv.other();
        const foreign = await sv.send(
          `/functions/v1/feed-home?cursor=${encodeURIComponent(page.next_cursor ?? "")}`,
          { as: other },
        );
        sv.expectProblem("goes on for nobody else", foreign, 422, "validation_failed");
      },
    },
    {
      name: "9.3 Mute (POST /mute)",
      about:
        "Keeps an item, a creator or a category out of one's feeds, at once, also on pages that are read on.",
      send: "POST /functions/v1/mute",
      ...READER,
      json: { content_id: "{{muted_id}}" },
      scope: { seen, reader, feed, followed },
      before: async () => {
        const me = await reader();
        for (let look = 0; look < 50; look++) {
          const item = await followed(me);
          if (item) return sv.set({ muted_id: item.id });
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
        throw new Error("Cannot find anything of the followed creator in the feed");
      },
      answers: 200,
      after: async () => {
        const me = await sv.creator("reader_");
        const { items } = await feed(me, "limit=50");
        sv.expect(
          "is gone from the feed",
          items.some(({ id }) => id === sv.get("muted_id")),
          (to) => to.equal(false),
        );
        await sv.call("mute", me, { content_id: sv.get("muted_id"), is_muted: false });
      },
    },
    {
      name: "9.4 Profile (GET /feed-profile)",
      about: "The feed of a creator: pinned, trending, popular and new, fused; for everybody.",
      send: "GET /functions/v1/feed-profile?creator={{followed_slug}}&limit=10",
      ...READER,
      scope: { seen, reader },
      before: () => reader(),
      answers: 200,
      after: () => {
        const page = pm.response.json<Feed & { is_followed: boolean; followers: number }>();
        sv.expect("knows that the reader follows", page.is_followed, (to) => to.equal(true));
        sv.expect(
          "shows the creator's items only",
          page.items.every(({ creator }) => creator.id === sv.get("followed_id")),
          (to) => to.equal(true),
        );
      },
    },
    {
      name: "9.5 What I Follow (GET /list-follows)",
      about: "What one follows (or, with `kind=muted`, has muted), the latest first.",
      send: "GET /functions/v1/list-follows?limit=10",
      ...READER,
      scope: { seen, reader },
      before: () => reader(),
      answers: 200,
      after: () => {
        const { follows } = pm.response.json<{ follows: { creator_id: string | null }[] }>();
        sv.expect(
          "has the creator",
          follows.some(({ creator_id }) => creator_id === sv.get("followed_id")),
          (to) => to.equal(true),
        );
      },
    },
  ],
} satisfies Scenario;
