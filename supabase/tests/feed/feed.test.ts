/** Tests follows and mutes, and the feeds built from them: order, diversity, pages, limits. */
import assert from "node:assert/strict";
import { refusal, type Row, test, type TestContext, whileOpen, withPerson } from "../support/context.ts";

interface Page {
  items: {
    id: string;
    title: string;
    creator: { id: string };
    why: { source: string; rank: number | null }[];
  }[];
  next_cursor: string | null;
  is_cold_start: boolean;
  creator?: { id: string };
}

let run = 0;

/** Creates a public creator with items, newest first: one per minute, or all at one instant. */
async function creator(
  db: TestContext,
  items: number,
  { at = "now() - make_interval(mins => n)", category = "music" } = {},
): Promise<{ id: string; ids: string[] }> {
  const id = crypto.randomUUID();
  const name = `c${++run}-${id.slice(0, 8)}`;
  await db.query(`
    insert into auth.users (id, email) values ('${id}', '${name}@example.com');
    update public.users set is_public = true, profile_slug = '${name}', display_name = '${name}', primary_category = '${category}' where id = '${id}'`);
  const rows = await db.query<{ id: string }>(`
    with account as (
      insert into public.social_account (user_id, platform_id, platform_account_id)
      select '${id}', id, '${name}' from public.platform where slug = 'youtube' returning id
    )
    insert into public.content_item (social_account_id, platform_content_id, title, published_at, category_code, category_source)
    select account.id, '${name}-' || n, '${name} ' || n, ${at}, '${category}', 'creator' from account, generate_series(1, ${items}) as n returning id`);
  await db.query("select ops.refresh_discovery(100000)");
  return { id, ids: rows.map(({ id }) => id) };
}

const choose = (db: TestContext, choice: string, subject: string) =>
  db.value<Row>(`select public.set_feed_preference('${choice}', ${subject})`, "owner");
const follow = (db: TestContext, id: string) => choose(db, "follow", `p_creator_id => '${id}'`);

const home = (db: TestContext, limit = 20, cursor: string | null = null) =>
  db.value<Page>(
    `select public.feed_fusion_home(p_limit => ${limit}, p_cursor => ${cursor ? `'${cursor}'` : "null"})`,
    "owner",
  );

/** Reads every page, and calls `between` between pages. */
async function every(
  db: TestContext,
  limit: number,
  between: () => Promise<unknown> = () => Promise.resolve(),
): Promise<Page["items"]> {
  const items: Page["items"] = [];
  let cursor: string | null = null;
  do {
    const page: Page = await home(db, limit, cursor);
    items.push(...page.items);
    cursor = page.next_cursor;
    if (cursor) await between();
  } while (cursor && items.length < 1000);
  return items;
}

/** Filters the ids of a test's own items, because other tests have public items too. */
const own = (items: { id: string }[], ids: string[]) =>
  items.map(({ id }) => id).filter((id) => ids.includes(id));
/** As new as possible, so that items of other tests do not displace them. */
const NEWEST = { at: "now() - make_interval(secs => n / 1000.0)" };

test("fifteen items with the same timestamp are returned in pages of ten, each once, even if new items arrive in between", async (db) => {
  const { id, ids } = await creator(db, 15, { at: "timestamptz '2026-11-01 12:00:00.123456Z'" });
  await follow(db, id);
  let more = 0;
  const between = () => creator(db, 3, { at: `now() - interval '${++more} seconds'` });
  const items = await every(db, 10, between);
  assert.deepEqual(own(items, ids).toSorted(), ids.toSorted());
  assert.equal(new Set(items.map(({ id }) => id)).size, items.length, "an item is returned twice");
});

test("below the ranked list the feed continues to the last item, without duplicates", async (db) => {
  const sets = [];
  for (const at of ["now() - make_interval(mins => n)", "timestamptz '2026-10-01 12:00:00.123456Z'"]) {
    const { id, ids } = await creator(db, 260, { at });
    await follow(db, id);
    sets.push(...ids);
  }
  const items = await every(db, 100);
  assert.equal(new Set(items.map(({ id }) => id)).size, items.length, "an item is returned twice");
  assert.deepEqual(own(items, sets).toSorted(), sets.toSorted());
});

test("each twenty items contain at most three of one creator, as long as there are others", async (db) => {
  const ids = [];
  for (let n = 0; n < 12; n++) {
    const made = await creator(
      db,
      n === 0 ? 50 : 4,
      n === 0 ? NEWEST : { at: "now() - make_interval(hours => n)" },
    );
    await follow(db, made.id);
    ids.push(...made.ids);
  }
  const items = await every(db, 20);
  for (const from of [0, 20]) {
    const counts = Map.groupBy(items.slice(from, from + 20), ({ creator }) => creator.id);
    for (const [id, own] of counts) assert.ok(own.length <= 3, `${own.length} of ${id} from ${from}`);
  }
  assert.deepEqual(own(items, ids).toSorted(), ids.toSorted(), "no item is lost");
});

test("an item from several sources ranks above an equally high item from one source, and names its sources", async (db) => {
  const [a, b] = [
    await creator(db, 1, { ...NEWEST, category: "art" }),
    await creator(db, 1, { ...NEWEST, category: "food" }),
  ];
  await follow(db, b.id);
  await choose(db, "follow", "p_category => 'food'");
  const { items, is_cold_start } = await home(db, 100);
  assert.deepEqual(own(items, [...a.ids, ...b.ids]), [...b.ids, ...a.ids]);
  const [high, low] = [b, a].map(({ ids }) => items.find(({ id }) => id === ids[0]));
  assert.deepEqual(high?.why.map(({ source }) => source).toSorted(), [
    "followed_category",
    "followed_creator",
    "fresh",
  ]);
  assert.deepEqual(low?.why.map(({ source }) => source), ["fresh"]);
  assert.equal(is_cold_start, false);
});

/** Returns the positions of a test's own items in a page, from 1. */
const placesOf = ({ items }: Page, ids: string[]) =>
  items.flatMap(({ id }, place) => ids.includes(id) ? [place + 1] : []);

for (const guess of ["art", null]) {
  test(`four of five places go to followed creators, although other items trend and are new${guess ? ", even in the viewer's own category" : ""}`, async (db) => {
    const followed = [];
    for (let n = 0; n < 8; n++) {
      const { id, ids } = await creator(db, 3, { at: `now() - make_interval(days => 10 * n + ${n})` });
      await follow(db, id);
      followed.push(...ids);
    }
    const trending = [];
    for (let n = 0; n < 8; n++) trending.push(...(await creator(db, 2, { ...NEWEST, category: "art" })).ids);
    // Trending items of other tests would be mixed in.
    await db.query(`
      delete from public.trending_content;
      insert into public.trending_content (content_id, trend_score, trend_category, rank_position)
      select id, 1, 'today', place from unnest('{${trending}}'::uuid[]) with ordinality as trend (id, place)`);
    const isGuess = guess !== null;
    if (isGuess) await db.query(`update public.users set primary_category = '${guess}' where id = $owner`);
    const page = await home(db, 20);
    const four = [1, 2, 3, 4, 6, 7, 8, 9, 11, 12, 13, 14, 16, 17, 18, 19];
    assert.deepEqual(placesOf(page, followed), four);
    // For comparison: a viewer without follows gets the trending and new items first.
    await db.query("delete from feed.preference where user_id = $owner");
    assert.deepEqual(placesOf(await home(db, 16), trending).length, 16);
  });
}

test("a followed item that trends ranks above followed items that do not", async (db) => {
  const { id, ids } = await creator(db, 3);
  await follow(db, id);
  await db.query(
    `insert into public.trending_content (content_id, trend_score, trend_category, rank_position) values ('${
      ids[2]
    }', 1, 'today', 1)`,
  );
  const { items } = await home(db, 100);
  assert.deepEqual(own(items, ids), [ids[2], ids[0], ids[1]]);
});

test("a user who follows nobody gets trending and new items", async (db) => {
  const { ids } = await creator(db, 6, { ...NEWEST, category: "art" });
  await db.query(
    `insert into public.trending_content (content_id, trend_score, trend_category, rank_position) values ('${
      ids[5]
    }', 1, 'today', 1)`,
  );
  const { items, is_cold_start } = await home(db, 100);
  assert.equal(is_cold_start, true);
  assert.equal(own(items, ids)[0], ids[5]);
  assert.deepEqual(items.find(({ id }) => id === ids[5])?.why.map(({ source }) => source), [
    "trending",
    "fresh",
  ]);
  assert.deepEqual(own(items, ids).toSorted(), ids.toSorted());
});

const GONE: Record<string, (id: string, creator: string) => string> = {
  "deleted": (id) => `update public.content_item set deleted_at = now() where id = '${id}'`,
  "hidden": (id) =>
    `update public.content_item set hidden_at = now(), hidden_reason = 'spam' where id = '${id}'`,
  "private": (id) => `update public.content_item set visibility = 'private' where id = '${id}'`,
  "of a hidden creator": (_, creator) =>
    `update public.users set hidden_at = now(), hidden_reason = 'spam' where id = '${creator}'`,
  "of a private creator": (_, creator) => `update public.users set is_public = false where id = '${creator}'`,
  "of a removed account": (_, creator) =>
    `update public.social_account set deleted_at = now(), status = 'disconnected' where user_id = '${creator}'`,
};
for (const [way, statement] of Object.entries(GONE)) {
  test(`an item that is ${way} also disappears from a feed that already exists`, async (db) => {
    const [stays, goes] = [await creator(db, 12), await creator(db, 12)];
    await follow(db, stays.id);
    await follow(db, goes.id);
    const first = await home(db, 4);
    await db.query(statement(goes.ids[6] ?? "", goes.id));
    const seen = first.items.map(({ id }) => id);
    for (let cursor = first.next_cursor; cursor;) {
      const page: Page = await home(db, 4, cursor);
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.next_cursor;
    }
    assert.ok(!seen.includes(goes.ids[6] ?? ""));
    for (const id of stays.ids) assert.ok(seen.includes(id), "an item of the other creator is lost");
  });
}

for (
  const [what, subject] of [["creator", "p_creator_id => '$c'"], ["category", "p_category => 'gaming'"], [
    "item",
    "p_content_id => '$i'",
  ]] as const
) {
  test(`a muted ${what} disappears from every page, and returns when it is unmuted`, async (db) => {
    const stays = await creator(db, 5, NEWEST);
    const muted = await creator(db, 5, { ...NEWEST, category: "gaming" });
    const named = subject.replace("$c", muted.id).replace("$i", muted.ids[2] ?? "");
    const first = await home(db, 3);
    await choose(db, "mute", named);
    const rest = await home(db, 100, first.next_cursor);
    const anew = await home(db, 100);
    for (const { items } of [rest, anew]) {
      assert.ok(!items.some(({ id }) => id === muted.ids[2]), "a muted item is shown");
    }
    const ids = [...stays.ids, ...muted.ids];
    assert.equal(own(anew.items, ids).length, what === "item" ? 9 : 5);
    await choose(db, "unmute", named);
    assert.equal(own((await home(db, 100)).items, ids).length, 10);
  });
}

test("following and muting keep the counts correct, repeating changes nothing, and each ends the other", async (db) => {
  const { id } = await creator(db, 0);
  const subject = `p_creator_id => '${id}'`;
  assert.deepEqual(await follow(db, id), { is_followed: true, is_muted: false, followers: 1, following: 1 });
  assert.deepEqual(await follow(db, id), { is_followed: true, is_muted: false, followers: 1, following: 1 });
  assert.deepEqual(await choose(db, "unmute", subject), {
    is_followed: false,
    is_muted: false,
    followers: 1,
    following: 1,
  });
  assert.deepEqual(await choose(db, "mute", subject), {
    is_followed: false,
    is_muted: true,
    followers: 0,
    following: 0,
  });
  assert.deepEqual(await choose(db, "unfollow", subject), {
    is_followed: false,
    is_muted: false,
    followers: 0,
    following: 0,
  });
  assert.equal(await db.value(`select mutes from feed.reader where user_id = $owner`), 1);
  assert.deepEqual(await follow(db, id), { is_followed: true, is_muted: false, followers: 1, following: 1 });
  await db.query("delete from auth.users where id = $owner");
  assert.equal(await db.value(`select followers::int from feed.audience where user_id = '${id}'`), 0);
});

test("no user can choose or read for another user, and a cursor works only for its owner", async (db) => {
  const { id } = await creator(db, 5);
  for (
    const call of [
      `select public.set_feed_preference('follow', p_creator_id => '${id}', p_user_id => $owner)`,
      "select public.feed_fusion_home($owner)",
    ]
  ) {
    assert.equal(await db.refused("other", call), "SVG02");
    assert.equal(await db.refused("anon", call), "42501");
    assert.equal(await db.refused("owner", call), undefined);
  }
  await follow(db, id);
  const { next_cursor } = await home(db, 2);
  assert.ok(next_cursor);
  const goOn = `select public.feed_fusion_home(p_cursor => '${next_cursor}')`;
  assert.equal(await db.refused("other", goOn), "SVG01");
  assert.equal(await db.refused("owner", goOn), undefined);
});

test("subjects that are not visible, the user themselves, no subject and two subjects are refused", async (db) => {
  await db.query("update public.users set is_public = false where id = $other");
  const refused = (choice: string, args: string) =>
    db.refused("owner", `select public.set_feed_preference('${choice}', ${args})`);
  assert.equal(await refused("follow", "p_creator_id => $other"), "SVG03");
  assert.equal(await refused("mute", "p_content_id => $item"), "SVG03");
  assert.equal(await refused("follow", "p_category => 'nothing'"), "SVG03");
  assert.equal(await refused("follow", "p_creator_id => $owner"), "SVG01");
  assert.equal(await refused("follow", "p_creator_id => null"), "SVG01");
  assert.equal(await refused("follow", "p_content_id => $item"), "SVG01");
  assert.equal(await refused("mute", "p_category => 'music', p_creator_id => $other"), "SVG01");
  assert.equal(await refused("like", "p_category => 'music'"), "SVG01");
});

test("the choice after 2,000 is refused, and accepted once one is removed", async (db) => {
  const { id } = await creator(db, 0);
  await db.query(`
    with people as (insert into auth.users (id, email) select gen_random_uuid(), 'many-' || n || '-${id}@example.com' from generate_series(1, 2000) as n returning id)
    insert into feed.preference (user_id, creator_id, is_muted) select $owner, id, false from people`);
  assert.equal(
    await db.refused("owner", `select public.set_feed_preference('follow', p_creator_id => '${id}')`),
    "SVG01",
  );
  await db.query(
    "delete from feed.preference where user_id = $owner and creator_id = (select creator_id from feed.preference where user_id = $owner limit 1)",
  );
  assert.equal((await follow(db, id)).following, 2000);
});

Deno.test("two devices that follow and mute at once leave one choice and consistent counts", async () => {
  await withPerson(async ({ id: reader, sql }) => {
    await withPerson(async ({ id }) => {
      await sql`update public.users set is_public = true where id = ${id}`;
      const say = (choice: string) =>
        `select public.set_feed_preference('${choice}', p_creator_id => '${id}', p_user_id => '${reader}')`;
      const { waited, refused } = await whileOpen(say("follow"), say("mute"));
      assert.deepEqual({ waited, refused }, { waited: true, refused: undefined });
      await Promise.all(
        Array.from({ length: 20 }, (_, n) => refusal(sql.unsafe(say(n % 2 ? "follow" : "mute")))),
      );
      const [row] = await sql`
        select (select count(*)::int from feed.preference where user_id = ${reader}) as rows,
          (select count(*)::int from feed.preference where user_id = ${reader} and not is_muted) = reader.creators as agrees,
          (select followers = reader.creators from feed.audience where user_id = ${id}) as heard
        from feed.reader as reader where user_id = ${reader}`;
      assert.deepEqual({ ...row }, { rows: 1, agrees: true, heard: true });
    });
  });
});

test("a creator's feed begins with pinned items, has every item once, and is not found if the creator is private", async (db) => {
  const { id, ids } = await creator(db, 130, { at: "timestamptz '2026-11-01 12:00:00.123456Z'" });
  await db.query(
    `insert into ops.pinned_item (content_id, user_id, sort_order) values ('${ids[99]}', '${id}', 1)`,
  );
  const slug = await db.value(`select profile_slug from public.users where id = '${id}'`);
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const page: Page = await db.value<Page>(
      `select public.feed_fusion_profile('${slug}', 30, ${cursor ? `'${cursor}'` : "null"})`,
      "owner",
    );
    assert.equal(page.creator?.id, id);
    assert.ok(page.items.every(({ why }) => why.length > 0));
    seen.push(...page.items.map(({ id }) => id));
    cursor = page.next_cursor;
  } while (cursor);
  assert.equal(seen.length, 130);
  assert.deepEqual(seen.toSorted(), ids.toSorted());
  assert.equal(seen[0], ids[99]);
  await db.query(`update public.users set is_public = false where id = '${id}'`);
  assert.equal(await db.refused("owner", `select public.feed_fusion_profile('${slug}')`), "SVG03");
});

test("today is the viewer's day: an item from before midnight in their time zone is yesterday's", async (db) => {
  const { ids } = await creator(db, 1, { at: "now() - interval '1 minute'" });
  const isToday = async (zone: string) => {
    const feed = await db.value<{ items: { id: string; is_today: boolean }[] }>(
      `select public.feed_fusion_home(p_limit => 100, p_time_zone => '${zone}')`,
      "owner",
    );
    return feed.items.find(({ id }) => id === ids[0])?.is_today;
  };
  // Fixed offsets: in one zone the day began half a minute ago, in the other half a minute before the item.
  const seconds = await db.value<number>(
    "select extract(epoch from now() at time zone 'utc' - date_trunc('day', now() at time zone 'utc'))::float8",
  );
  const offset = (ago: number) => {
    const shift = Math.round(ago - seconds);
    const ahead = ((shift % 86_400) + 86_400) % 86_400 > 43_200
      ? shift % 86_400 + (shift % 86_400 < 0 ? 0 : -86_400)
      : shift % 86_400 + (shift % 86_400 < -43_200 ? 86_400 : 0);
    const text = new Date(Math.abs(ahead) * 1000).toISOString().slice(11, 19);
    // In POSIX zones, west is positive.
    return `<X>${ahead < 0 ? "+" : "-"}${text}`;
  };
  assert.equal(await isToday(offset(30)), false);
  assert.equal(await isToday(offset(90)), true);
  assert.equal(
    await db.refused("owner", "select public.feed_fusion_home(p_time_zone => 'Mars/Olympus')"),
    "SVG01",
  );
});

test("feeds expire after two hours", async (db) => {
  await follow(db, (await creator(db, 5)).id);
  const { next_cursor } = await home(db, 2);
  await db.query("select ops.keep_feed_house(clock_timestamp() + interval '119 minutes')");
  assert.equal(
    await db.refused("owner", `select public.feed_fusion_home(p_cursor => '${next_cursor}')`),
    undefined,
  );
  await db.query("select ops.keep_feed_house(clock_timestamp() + interval '121 minutes')");
  assert.equal(
    await db.refused("owner", `select public.feed_fusion_home(p_cursor => '${next_cursor}')`),
    "SVG01",
  );
});
