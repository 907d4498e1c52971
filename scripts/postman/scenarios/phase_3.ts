/** Phase 3: libraries are synced, searched and filtered, and hidden from everybody else. */
import type { Scenario } from "../collection.ts";
import { pm, sv } from "../sandbox.ts";
import type { Creator, SyncAnswer } from "../streamvibe.ts";
import { onEveryPlatform } from "./platforms.ts";

interface Item {
  id: string;
  platform_content_id: string;
  title: string;
  description: string;
  permalink: string;
  tags: string[];
  published_at: string;
}
type Found = { id: string }[];

const LIBRARY = "GET /rest/v1/content_item?social_account_id=eq.{{social_account_id}}";
const ITEM =
  "id,platform_content_id,title,description,tags,hashtags,visibility,permalink,published_at,deleted_at," +
  "content_type";
const FIRST_PAGE = { social_account_id: "{{social_account_id}}", max_results: 50 };
const TEXTS = { type: "array", items: { type: "string" } };

const expectSyncAnswer = (maximum?: number) => {
  const count = maximum ? { type: "integer", minimum: 0, maximum } : { type: "integer", minimum: 0 };
  pm.test("has synced_count, new_items, updated_items and how to go on", () => {
    pm.response.to.have.jsonSchema({
      type: "object",
      required: ["synced_count", "new_items", "updated_items", "sync_id", "has_more"],
      properties: {
        synced_count: count,
        new_items: count,
        updated_items: count,
        sync_id: { type: "string", pattern: "^[0-9a-f-]{36}$" },
        has_more: { type: "boolean" },
      },
    });
  });
};

const expectOneSync = async (me: Creator) => {
  const { body } = await sv.list("subscription", "select=syncs_used", me);
  sv.expect("costs one sync, however many calls it took", body, (to) => to.eql([{ syncs_used: 1 }]));
};

/** Returns the simulator's items, which a correct library of the account must equal. */
const itemsOf = async (slug: string, account: unknown) => {
  const url = `${sv.get("simulator_url")}/_admin/${slug}/accounts/${account}/items`;
  const answer = sv.send<{ items: (Item & { deleted: boolean })[] }>(url);
  const { items } = await sv.must("list the items", 200, answer);
  return items.filter((item) => !item.deleted);
};

const expectItems = (title: string, properties: Record<string, unknown>) =>
  pm.test(title, () => {
    pm.response.to.have.jsonSchema({
      type: "array",
      items: {
        type: "object",
        required: ["id", "platform_content_id", "title", "tags", "hashtags", "visibility", "published_at"],
        // A title may be empty: creators can publish without one.
        properties: {
          title: { type: "string" },
          tags: TEXTS,
          hashtags: TEXTS,
          deleted_at: { type: "null" },
          ...properties,
        },
      },
    });
  });

const expectNewestFirst = (what: string, items: Item[]) =>
  pm.test(what, () => {
    pm.expect(new Set(items.map((item) => item.platform_content_id)).size).to.equal(items.length);
    const times = items.map((item) => Date.parse(item.published_at));
    pm.expect(times).to.eql([...times].sort((a, b) => b - a));
  });

/** Returns a live item of the library whose title has at least two long words of plain letters, and these words. */
const titledItem = async () => {
  const me = await sv.synced();
  const query = `social_account_id=eq.${me.social_account_id}&deleted_at=is.null&select=id,title`;
  const rows = await sv.must("read the library", 200, sv.list<Item[]>("content_item", query, me));
  for (const { id, title } of rows) {
    const words = new Set((title || "").toLowerCase().match(/(?<![^\s])[a-z]{6,}(?![^\s])/g) || []);
    if (words.size >= 2) return { id, title, words: [...words] };
  }
  throw new Error("Cannot choose words to search for: no title of the library has two long plain words");
};

const searchLibrary = async (as: Creator, p_query: string, p_limit: number) => {
  const found = await sv.rpc<Found>("search_library", as, { p_query, p_limit });
  return { status: found.status, ids: found.status === 200 ? found.body.map(({ id }) => id) : [] };
};

export default {
  phase: 3,
  name: "Content Sync",
  about:
    "Sync a YouTube channel's library, see that nothing is doubled, search and filter it, soft-delete a video, meet the free tier's ten syncs a month, and see that nobody else sees any of it. Every request makes what it needs by itself (a creator, a connected channel, a synced library), so each can be run alone. From 3.9 on Instagram, TikTok, Facebook and X: sync, verify, sync again, with a creator for each.",
  requests: [
    {
      name: "3.1 Sync YouTube Videos (POST /sync-youtube)",
      about:
        "Syncs the first 50 videos. `has_more` says that the library goes on: the script follows `sync_id` to the end, at no further cost, and compares the library with the channel.",
      send: "POST /functions/v1/sync-youtube",
      json: FIRST_PAGE,
      scope: { expectSyncAnswer, expectOneSync, itemsOf },
      before: async () => {
        sv.save("", {});
        sv.set({ synced: "" });
        await sv.connected("", { videos: 60, seed: 8 });
      },
      answers: 200,
      after: async () => {
        expectSyncAnswer(50);
        const first = pm.response.json<SyncAnswer>();
        pm.test("every item of a first sync is new", () => {
          pm.expect(first.new_items).to.be.above(0);
          pm.expect(first.new_items).to.equal(first.synced_count);
          pm.expect(first.updated_items).to.equal(0);
        });
        const me = await sv.creator();
        const { social_account_id } = me;
        const rest = await sv.goOn(me, first);
        sv.set({ synced: social_account_id });
        const query = `social_account_id=eq.${social_account_id}&select=platform_content_id,title`;
        const rows = await sv.list<Item[]>("content_item", query, me);
        sv.expectRows("stores as many items as it counted", rows, first.new_items + rest);
        await expectOneSync(me);
        if (me.channel_id) {
          const videos = await itemsOf("youtube", me.channel_id);
          const titles = Object.fromEntries(rows.body.map((row) => [row.platform_content_id, row.title]));
          sv.expect(
            "the library equals the channel: ids and titles",
            titles,
            (to) => to.eql(Object.fromEntries(videos.map(({ id, title }) => [id, title]))),
          );
        }
        const stranger = await sv.call("sync-youtube", undefined, { social_account_id });
        sv.expectProblem("refuses a caller without a session", stranger, 401, "unauthorized");
        const greedy = await sv.call("sync-youtube", me, { social_account_id, max_results: 51 });
        sv.expectProblem("refuses more than 50 at once", greedy, 422, "validation_failed");
      },
    },
    {
      name: "3.2 Verify Content Created",
      about: "Reads the newest items with their type, as the library page does.",
      send: `${LIBRARY}&deleted_at=is.null&order=published_at.desc&limit=20&select=${ITEM},thumbnail_url,` +
        "duration_seconds,views_count,likes_count,comments_count",
      headers: { Prefer: "count=exact" },
      scope: { TEXTS, expectItems, expectNewestFirst },
      before: () => sv.synced(),
      after: () => {
        const items = pm.response.json<[Item, ...Item[]]>();
        pm.test("answers with content", () => {
          pm.expect(pm.response.code).to.be.oneOf([200, 206]);
          pm.expect(items).to.be.an("array").and.not.empty;
        });
        pm.test("counts the whole library", () => {
          const [range, total] = pm.response.headers.get("content-range").split("/");
          pm.expect(range).to.equal(`0-${items.length - 1}`);
          pm.expect(Number(total)).to.be.at.least(items.length);
        });
        expectItems("every item has the shape of a video", {
          platform_content_id: { type: "string", pattern: "^[\\w-]{11}$" },
          visibility: { enum: ["public", "private", "unlisted"] },
          duration_seconds: { type: ["integer", "null"], minimum: 0 },
          views_count: { type: ["integer", "null"], minimum: 0 },
          content_type: { enum: ["long_video", "short_video"] },
        });
        expectNewestFirst("no video stands twice, newest first", items);
        pm.test("links to the video", () => {
          const [{ permalink, platform_content_id }] = items;
          pm.expect(permalink).to.match(/^https:\/\/(www\.)?youtube\.com\//);
          pm.expect(permalink).to.include(platform_content_id);
        });
      },
    },
    {
      name: "3.3 Test Deduplication (sync same video again)",
      about: "Syncs what is there already: nothing is new, nothing changes, no row is added.",
      send: "POST /functions/v1/sync-youtube",
      json: FIRST_PAGE,
      before: async () => sv.set({ library_before: JSON.stringify(await sv.versions(await sv.synced())) }),
      answers: 200,
      after: async () => {
        const first = pm.response.json<SyncAnswer>();
        sv.expect("finds nothing new", first.new_items, (to) => to.equal(0));
        sv.expect("changes nothing", first.updated_items, (to) => to.equal(0));
        const me = await sv.creator();
        await sv.goOn(me, first);
        const after = await sv.versions(me);
        sv.expect("leaves every row as it was", after, (to) => to.eql(JSON.parse(sv.get("library_before"))));
      },
    },
    {
      name: "3.4 Search Content (Full-text)",
      about:
        "Full-text search in title, tags, hashtags and description, blind to accents and case. The script takes its words from a title of the library.",
      send: "GET /rest/v1/content_item?search_vector=plfts(streamvibe).{{search_words}}&deleted_at=is.null" +
        "&select=id,title",
      scope: { titledItem, searchLibrary },
      before: async () => {
        const { id, words } = await titledItem();
        sv.set({ search_id: id, search_words: words.slice(0, 2).join(" ") });
      },
      answers: 200,
      after: async () => {
        const idsOf = (rows: Found) => rows.map(({ id }) => id).sort();
        const found = idsOf(pm.response.json<Found>());
        const id = sv.get("search_id");
        sv.expect("finds the video whose title has the words", found, (to) => to.include(id));
        const me = await sv.synced();
        const words = sv.get("search_words");
        const search = (text: string, as = me) => {
          const match = `search_vector=plfts(streamvibe).${encodeURIComponent(text)}`;
          return sv.list<Found>("content_item", `${match}&select=id`, as);
        };
        const loud = await search(words.toUpperCase());
        sv.expect("finds the same in capitals", idsOf(loud.body), (to) => to.eql(found));
        const accents: Record<string, string> = { a: "á", e: "é", i: "í", o: "ó", u: "ú" };
        const accented = await search(words.replace(/[aeiou]/g, (letter) => accents[letter] ?? letter));
        sv.expect("finds the same with accents", idsOf(accented.body), (to) => to.eql(found));
        const nothing = await search("qzxwv" + sv.random().slice(0, 8));
        sv.expectRows("finds nothing for a word that no video has", nothing, 0);
        const fuzzy = await searchLibrary(me, words.replace(/^(..)(.)(.)/, "$1$3$2"), 20);
        sv.expect("finds it with two letters swapped (search_library)", fuzzy.ids, (to) => to.include(id));
        sv.expectRows("finds nothing for another creator", await search(words, await sv.other()), 0);
      },
    },
    {
      name: "3.5 Filter by Tags",
      about: "Items that have a tag, by the array index. The script takes a tag that the library has.",
      send: 'GET /rest/v1/content_item?tags=cs.{"{{tag}}"}&deleted_at=is.null&select=id,title,tags',
      before: async () => {
        const me = await sv.synced();
        const query = `social_account_id=eq.${me.social_account_id}&select=tags,hashtags`;
        const rows = await sv.must("read the library", 200, sv.list<Item[]>("content_item", query, me));
        const tag = rows.flatMap(({ tags }) => tags).find((tag) => /^[\w ]+$/.test(tag));
        if (!tag) throw new Error("Cannot filter by a tag: no video of the library has one");
        sv.set({ tag, tag_count: rows.filter(({ tags }) => tags.includes(tag)).length });
      },
      answers: 200,
      after: async () => {
        const items = pm.response.json<Item[]>();
        const tag = sv.get("tag");
        sv.expect(
          "returns every item with the tag",
          items,
          (to) => to.have.lengthOf(Number(sv.get("tag_count"))),
        );
        pm.test("returns no item without it", () => {
          for (const { tags } of items) pm.expect(tags).to.include(tag);
        });
        const query = `tags=cs.${encodeURIComponent(`{"${tag}"}`)}&select=id`;
        const seen = await sv.list("content_item", query, await sv.other());
        sv.expectRows("finds nothing for another creator", seen, 0);
        const none = `tags=cs.{no-such-tag-${sv.random()}}&select=id`;
        const found = await sv.list("content_item", none, await sv.synced());
        sv.expectRows("finds nothing for a tag that no item has", found, 0);
      },
    },
    {
      name: "3.6 Test Soft Delete",
      about:
        "The creator deletes a video from the library. The row stays, out of every list; the next sync does not bring it back.",
      send: "PATCH /rest/v1/content_item?id=eq.{{deleted_id}}",
      json: { deleted_at: "{{$isoTimestamp}}" },
      headers: { Prefer: "return=minimal" },
      scope: { titledItem, searchLibrary },
      before: async () => sv.set({ deleted_id: (await titledItem()).id }),
      answers: 204,
      after: async () => {
        const me = await sv.synced();
        const id = sv.get("deleted_id");
        const live = `id=eq.${id}&select=id&deleted_at=is.null`;
        sv.expectRows("takes it out of the library", await sv.list("content_item", live, me), 0);
        const kept = await sv.list<[Item]>("content_item", `id=eq.${id}&select=title,deleted_by`, me);
        pm.test("keeps the row, deleted by the creator", () => {
          pm.expect(kept.body).to.have.lengthOf(1);
          pm.expect(kept.body[0]).to.include({ deleted_by: "creator" });
        });
        const found = await searchLibrary(me, kept.body[0].title, 100);
        pm.test("takes it out of the search", () => {
          pm.expect(found.status).to.equal(200);
          pm.expect(found.ids).to.not.include(id);
        });
        await sv.syncAll(me);
        const after = await sv.list("content_item", live, me);
        sv.expectRows("the next sync does not bring it back", after, 0);
        const row = `id=eq.${id}&select=id,deleted_at`;
        const stolen = await sv.patch("content_item", row, await sv.other(), { deleted_at: null });
        sv.expectRows("another creator cannot restore it", stolen, 0);
        const restored = await sv.patch("content_item", row, me, { deleted_at: null });
        sv.expect("its owner can", restored.body, (to) => to.eql([{ id, deleted_at: null }]));
      },
    },
    {
      name: "3.7 Test Quota Enforcement (exceed 10 syncs on free tier)",
      about:
        "Another new creator of the free tier spends ten syncs in the set-up; the eleventh is refused with 402 and says which quota, its limit, what is used and when it resets.",
      send: "POST /functions/v1/sync-youtube",
      as: "spender_",
      json: { social_account_id: "{{spender_social_account_id}}" },
      before: async () => {
        sv.save("spender_", {});
        const spender = await sv.connected("spender_");
        const used = [];
        for (let sync = 1; sync <= 10; sync++) {
          await sv.syncAll(spender);
          const plan = sv.list<[{ syncs_used: number }]>("subscription", "select=syncs_used", spender);
          used.push((await sv.must("read the plan", 200, plan))[0].syncs_used);
        }
        sv.expect("ten syncs are counted one by one", used, (to) => to.eql([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]));
      },
      answers: 402,
      after: async () => {
        const problem = pm.response.json<{ resets_at: string }>();
        sv.expectProblem("refuses the eleventh sync", sv.response(), 402, "quota_exceeded");
        sv.expect(
          "names the quota, the limit and what is used",
          problem,
          (to) => to.include({ quota: "syncs", limit: 10, used: 10 }),
        );
        const days = (Date.parse(problem.resets_at) - Date.now()) / 86400000;
        sv.expect("says when it resets", days, (to) => to.be.within(0, 31.1));
        const spender = sv.load("spender_");
        const plan = await sv.list("subscription", "select=syncs_used", spender);
        sv.expect("counts no sync that was refused", plan.body, (to) => to.eql([{ syncs_used: 10 }]));
        const rows = await sv.versions(spender);
        sv.expect("keeps the library", rows, (to) => to.be.an("array").and.not.empty);
        const json = { p_user_id: spender.user_id, p_quota_type: "sync" };
        const check = await sv.rpc<unknown>("check_quota", spender, json);
        sv.expect("check_quota says the same", check.body, (to) => to.equal(false));
      },
    },
    {
      name: "3.8 Test RLS (try to access other user's content)",
      about:
        "A second creator asks for the first one's content and gets none of it, for reading or for writing.",
      send: `${LIBRARY}&select=id,title`,
      as: "other_",
      scope: { searchLibrary },
      before: async () => {
        await sv.synced();
        await sv.other();
      },
      answers: 200,
      after: async () => {
        sv.expect("returns nothing", pm.response.json(), (to) => to.eql([]));
        const [me, other] = [await sv.synced(), await sv.other()];
        const { social_account_id } = me;
        const library = `social_account_id=eq.${social_account_id}&select=id,title&limit=1`;
        const own = await sv.list<[Item]>("content_item", library, me);
        sv.expectRows("its owner sees it", own, 1);
        const [item] = own.body;
        const row = `id=eq.${item.id}&select=id`;
        const edited = await sv.patch("content_item", row, other, { title: "Taken over" });
        sv.expectRows("another creator edits nothing", edited, 0);
        const removed = await sv.patch("content_item", row, other, undefined, "DELETE");
        sv.expectHidden("another creator deletes nothing", removed);
        const revisions = await sv.list("content_revision", "select=id", other);
        sv.expectRows("another creator sees no revision", revisions, 0);
        const found = await searchLibrary(other, item.title, 10);
        pm.test("another creator's search finds none of it", () => {
          pm.expect(found.status).to.equal(200);
          pm.expect(found.ids).to.not.include(item.id);
        });
        const stolen = await sv.call("sync-youtube", other, { social_account_id });
        sv.expectProblem("another creator cannot sync the account", stolen, 404, "not_found");
        sv.expectHidden("a visitor sees nothing", await sv.list("content_item", row));
        const after = await sv.list("content_item", `id=eq.${item.id}&select=id,title`, me);
        sv.expect("its owner finds it unchanged", after.body, (to) => to.eql([item]));
      },
    },
    ...onEveryPlatform(3, (platform, prefix) => {
      const { slug, title } = platform;
      const page = { social_account_id: `{{${prefix}social_account_id}}`, max_results: 50 };
      return [
        {
          name: `Sync Content (POST /sync-${slug})`,
          about:
            `Syncs a new account of ${title} with 20 items to its end, for one unit, and compares the library with it. Skipped where there is no simulator.`,
          send: `POST /functions/v1/sync-${slug}`,
          json: page,
          scope: { expectSyncAnswer, expectOneSync, itemsOf },
          before: async () => {
            sv.save(prefix, {});
            sv.set({ [`${prefix}synced`]: "" });
            await sv.connected(prefix, {}, platform.slug);
          },
          answers: 200,
          after: async () => {
            expectSyncAnswer();
            const first = pm.response.json<SyncAnswer>();
            pm.test("every item of a first sync is new", () => {
              pm.expect(first.new_items).to.be.above(0);
              pm.expect(first.updated_items).to.equal(0);
            });
            const me = sv.load(prefix);
            const { social_account_id } = me;
            const rest = await sv.goOn(me, first, platform.slug);
            sv.set({ [`${prefix}synced`]: social_account_id });
            const query = `social_account_id=eq.${social_account_id}&deleted_at=is.null` +
              "&select=platform_content_id,description";
            const rows = await sv.list<Item[]>("content_item", query, me);
            sv.expectRows("stores as many items as it counted", rows, first.new_items + rest);
            await expectOneSync(me);
            const items = await itemsOf(platform.slug, me.channel_id);
            const texts = Object.fromEntries(
              rows.body.map((row) => [row.platform_content_id, row.description]),
            );
            sv.expect(
              "the library equals the account: ids and texts",
              texts,
              (to) => to.eql(Object.fromEntries(items.map(({ id, description }) => [id, description]))),
            );
            const stolen = await sv.call(`sync-${platform.slug}`, await sv.other(), { social_account_id });
            sv.expectProblem("another creator cannot sync the account", stolen, 404, "not_found");
          },
        },
        {
          name: "Verify Content Created",
          about: "Reads the library of the account, newest first, as the library page does.",
          send: `${
            LIBRARY.replace("{{", `{{${prefix}`)
          }&deleted_at=is.null&order=published_at.desc&select=${ITEM}`,
          scope: { TEXTS, expectItems, expectNewestFirst },
          before: () => sv.synced(prefix, platform.slug),
          answers: 200,
          after: async () => {
            const items = pm.response.json<Item[]>();
            sv.expect("has the whole library", items, (to) => to.be.an("array").with.lengthOf(20));
            expectItems("every item has the shape of content", {
              platform_content_id: { type: "string", minLength: 1 },
              visibility: { const: "public" },
              content_type: { type: "string", minLength: 1 },
            });
            expectNewestFirst("no item stands twice, newest first", items);
            const site = new RegExp(`^https://(www\\.)?${platform.site.replace(".", "\\.")}/`);
            pm.test(`links to ${platform.title}`, () => {
              for (const { permalink } of items) pm.expect(permalink).to.match(site);
            });
            const query = `social_account_id=eq.${sv.load(prefix).social_account_id}&select=id`;
            const seen = await sv.list("content_item", query, await sv.other());
            sv.expectRows("hides it from another creator", seen, 0);
          },
        },
        {
          name: "Test Deduplication (sync again)",
          about: "Syncs what is there already: nothing is new, nothing changes, no row is added.",
          send: `POST /functions/v1/sync-${slug}`,
          json: page,
          before: async () => {
            const me = await sv.synced(prefix, platform.slug);
            sv.set({ [`${prefix}library_before`]: JSON.stringify(await sv.versions(me)) });
          },
          answers: 200,
          after: async () => {
            const first = pm.response.json<SyncAnswer>();
            sv.expect("finds nothing new", first.new_items, (to) => to.equal(0));
            sv.expect("changes nothing", first.updated_items, (to) => to.equal(0));
            const me = sv.load(prefix);
            const rest = await sv.goOn(me, first, platform.slug);
            sv.expect("finds nothing new on later pages", rest, (to) => to.equal(0));
            const after = await sv.versions(me);
            pm.test("leaves every row as it was", () => {
              pm.expect(after).to.be.an("array").and.not.empty;
              pm.expect(after).to.eql(JSON.parse(sv.get(`${prefix}library_before`)));
            });
          },
        },
      ];
    }),
  ],
} satisfies Scenario;
