/** Tests the public functions over HTTP: contracts, cursors, caching headers, problems. What they may show is tested in supabase/tests/discovery. */
import assert from "node:assert/strict";
import { callFunction, createCreator, type Creator, testDatabase } from "../../../../scripts/test/stack.ts";
import { rolledUp, shownClicks } from "../support/clicks.ts";
import { publicCreator } from "../support/public_creator.ts";

interface Listed {
  content_items: {
    id: string;
    title: string;
    total_clicks: number;
    creator: { slug: string };
  }[];
  total_count: number;
  total_is_estimate: boolean;
  next_cursor: string | null;
}

Deno.test("browse-content filters, pages by cursor to the end, and counts", async () => {
  const { slug, ids } = await publicCreator(12);
  const seen: string[] = [];
  let query = `browse-content?creator=${slug}&limit=5`;
  for (let page = 0; page < 5; page++) {
    const { status, body } = await callFunction<Listed>(query, {
      method: "GET",
    });
    assert.equal(status, 200, JSON.stringify(body));
    assert.equal(body.total_count, 12);
    assert.equal(body.total_is_estimate, false);
    seen.push(...body.content_items.map(({ id }) => id));
    if (body.next_cursor === null) break;
    query = `browse-content?creator=${slug}&limit=5&cursor=${body.next_cursor}`;
  }
  assert.deepEqual(seen, ids);

  const of = async (filters: string) =>
    (await callFunction<Listed>(`browse-content?creator=${slug}&${filters}`, {
      method: "GET",
    })).body
      .total_count;
  assert.equal(await of("category=gaming"), 12);
  assert.equal(await of("category=music"), 0);
  assert.equal(await of("platform=youtube"), 12);
  assert.equal(await of("platform=tiktok"), 0);
  assert.equal(await of("min_duration=50&max_duration=80"), 4);
  assert.equal(
    await of(
      `published_since=${new Date(Date.now() - 3.5 * 3_600_000).toISOString()}`,
    ),
    3,
  );
  assert.equal(
    await of(
      `published_until=${new Date(Date.now() - 3.5 * 3_600_000).toISOString()}`,
    ),
    9,
  );
  assert.equal(await of("content_type=reel"), 0);
  assert.equal(
    (await callFunction<Listed>("browse-content?creator=nobody-has-this", {
      method: "GET",
    })).body
      .total_count,
    0,
  );
});

Deno.test("an invalid cursor or filter is 422 with a pointer to it", async () => {
  for (
    const query of [
      "cursor=abc",
      "cursor=eyJhdCI6MX0",
      "limit=0",
      "limit=101",
      "offset=-1",
      "category=cooking",
      "min_duration=x",
      "published_since=yesterday",
      "unknown=1",
    ]
  ) {
    const { status, body } = await callFunction<
      { code: string; errors: { pointer: string }[] }
    >(
      `browse-content?${query}`,
      { method: "GET" },
    );
    assert.equal(status, 422, query);
    assert.equal(body.code, "validation_failed");
    assert.ok(body.errors.length > 0, query);
  }
  const both = await callFunction(
    "get-trending?category=music&platform=youtube",
    { method: "GET" },
  );
  assert.equal(both.status, 422);
});

Deno.test("get-content-detail returns an item with related items, and 404 for an unknown id", async () => {
  const { ids, slug } = await publicCreator(3);
  const [id] = ids;
  const { status, body } = await callFunction<
    {
      content_item: { id: string; tags: string[] };
      related_content: { id: string }[];
    }
  >(
    `get-content-detail?id=${id}`,
    { method: "GET" },
  );
  assert.equal(status, 200, JSON.stringify(body));
  assert.equal(body.content_item.id, id);
  assert.deepEqual(body.content_item.tags, [`shared-${slug}`]);
  const related = body.related_content.map((item) => item.id);
  assert.ok(!related.includes(String(id)));
  assert.ok(related.includes(String(ids[1])), "an item with the same tag is related");
  assert.equal(
    (await callFunction(`get-content-detail?id=${crypto.randomUUID()}`, {
      method: "GET",
    })).status,
    404,
  );
});

Deno.test("get-creator-by-slug and browse-creators return public creators; an unknown slug is 404", async () => {
  const { slug, ids } = await publicCreator(2);
  const { status, body } = await callFunction<
    {
      user: { slug: string; total_followers: number; item_count: number };
      social_accounts: unknown[];
      recent_content: { id: string }[];
    }
  >(`get-creator-by-slug?slug=${slug}`, { method: "GET" });
  assert.equal(status, 200, JSON.stringify(body));
  assert.deepEqual([
    body.user.slug,
    body.user.total_followers,
    body.user.item_count,
  ], [slug, 10, 2]);
  assert.deepEqual(body.recent_content.map(({ id }) => id), ids);
  assert.equal(body.social_accounts.length, 1);
  assert.equal(
    (await callFunction("get-creator-by-slug?slug=nobody-at-all", {
      method: "GET",
    })).status,
    404,
  );

  const creators = await callFunction<
    {
      creators: { slug: string }[];
      total_count: number;
      next_cursor: string | null;
    }
  >(
    "browse-creators?category=gaming&limit=1",
    { method: "GET" },
  );
  assert.equal(creators.status, 200, JSON.stringify(creators.body));
  assert.equal(creators.body.creators.length, 1);
});

Deno.test("browse-categories returns the fifteen categories in order, with their item counts", async () => {
  await publicCreator(1);
  const { body } = await callFunction<
    { categories: { code: string; item_count: number }[]; total_count: number }
  >(
    "browse-categories",
    { method: "GET" },
  );
  assert.equal(body.total_count, 15);
  assert.deepEqual(body.categories.map(({ code }) => code).slice(0, 3), [
    "music",
    "gaming",
    "education",
  ]);
  assert.ok(Number(body.categories[1]?.item_count) >= 1);
});

Deno.test("a click succeeds and is counted at once; a click on an unknown item is 404", async () => {
  const { ids } = await publicCreator(1);
  const [id] = ids;
  const clicked = await callFunction<{ success: boolean }>("track-click", {
    body: {
      content_id: id,
      referrer: "https://news.example.com/x?y=1",
      user_agent: "Mozilla/5.0 (X11)",
      q: "item",
    },
  });
  assert.deepEqual([clicked.status, clicked.body], [200, { success: true }]);
  const { body } = await callFunction<
    { content_item: { total_clicks: number } }
  >(
    `get-content-detail?id=${id}`,
    { method: "GET" },
  );
  assert.equal(body.content_item.total_clicks, 1);
  assert.equal(
    (await callFunction("track-click", {
      body: { content_id: crypto.randomUUID() },
    })).status,
    404,
  );
});

Deno.test("creators see their own clicks by day, referrer and country, without bots; other users see none of them", async () => {
  const { ids, creator } = await publicCreator(2);
  const click = (
    content_id: string | undefined,
    country: string,
    user_agent = "Mozilla/5.0 (X11)",
  ) =>
    callFunction("track-click", {
      body: {
        content_id,
        referrer: "https://www.news.example.com/x?y=1",
        user_agent,
      },
      headers: { "cf-ipcountry": country },
    });
  await click(ids[0], "de");
  await click(ids[0], "XX");
  await click(ids[1], "FR");
  await click(ids[1], "FR", "Googlebot/2.1");
  const sql = await testDatabase();
  const stats = (query: Record<string, string> = {}, as: Creator = creator) =>
    as.call<
      {
        total_clicks: number;
        by_day: unknown[];
        by_referrer: unknown[];
        by_country: unknown[];
      }
    >(
      "get-click-stats",
      undefined,
      { query },
    );
  // An older transaction of another test may hold the roll-up back.
  for (
    const end = Date.now() + 60_000;
    (await stats()).body.total_clicks < 3;
  ) {
    assert.ok(Date.now() < end, "the clicks were not rolled up");
    await sql`select ops.roll_up_clicks()`;
  }
  const { body } = await stats();
  assert.equal(body.total_clicks, 3);
  assert.deepEqual(body.by_referrer, [{
    referrer_host: "news.example.com",
    clicks: 3,
  }]);
  assert.deepEqual(body.by_country, [
    { country: null, clicks: 1 },
    { country: "DE", clicks: 1 },
    { country: "FR", clicks: 1 },
  ]);
  assert.deepEqual(body.by_day, [{
    day: new Date().toISOString().slice(0, 10),
    clicks: 3,
  }]);
  assert.equal(
    (await stats({ content_id: String(ids[0]) })).body.total_clicks,
    2,
  );
  assert.equal(
    (await stats({ until: "2020-01-01", since: "2019-01-01" })).body
      .total_clicks,
    0,
  );
  assert.equal(
    (await stats({ since: "2020-01-02", until: "2020-01-01" })).status,
    422,
  );
  assert.equal((await stats({}, await createCreator())).body.total_clicks, 0);
});

Deno.test("public reads may be cached for at most five seconds, and have an ETag", async () => {
  const first = await callFunction("browse-categories", { method: "GET" });
  const control = first.headers.get("cache-control") ?? "";
  const seconds = [...control.matchAll(/=(\d+)/g)].reduce(
    (sum, [, number]) => sum + Number(number),
    0,
  );
  assert.match(control, /^public, max-age=\d+, stale-while-revalidate=\d+$/);
  assert.ok(seconds <= 5, control);
  assert.match(first.headers.get("etag") ?? "", /^"[^"]+"$/);
});

Deno.test("each of a thousand concurrent clicks on one item succeeds and is counted once", async () => {
  const { ids: [id = ""] } = await publicCreator(1);
  const clicks = 1_000;
  const answers = await Promise.all(
    Array.from(
      { length: clicks },
      () =>
        callFunction("track-click", {
          body: { content_id: id, user_agent: "Mozilla/5.0 (X11)" },
        }),
    ),
  );
  assert.deepEqual(
    answers.filter(({ status }) => status !== 200).map((
      { status, body },
    ) => [status, body]),
    [],
  );
  const sql = await testDatabase();
  try {
    assert.equal(await shownClicks(sql, id), clicks);
    await rolledUp(sql, id, clicks);
  } finally {
    await sql.end();
  }
});

Deno.test("a newly trending item is published to subscribers of trending_content", async () => {
  const { id: creator_id, ids: [id = ""] } = await publicCreator(1);
  const sql = await testDatabase();
  const slot = `trends_${crypto.randomUUID().replaceAll("-", "")}`;
  const sent = async () => {
    const messages = await sql<{ data: Uint8Array }[]>`
      select data from pg_logical_slot_peek_binary_changes(${slot}, null, null,
        'proto_version', '1', 'publication_names', 'supabase_realtime')`;
    return messages.map(({ data }) => new TextDecoder().decode(data)).filter((
      text,
    ) => text.startsWith("I") && text.includes(id)).length;
  };
  await sql`select pg_create_logical_replication_slot(${slot}, 'pgoutput')`;
  try {
    assert.equal(await sent(), 0);
    await sql`select ops.add_trend_gains(array[${id}]::uuid[], array[1e6]::double precision[], now())`;
    await sql`select ops.refresh_trending()`;
    // Three lists (all items, its platform, its category) for three periods: today, this week and this month.
    assert.equal(await sent(), 9);
  } finally {
    await sql`select pg_drop_replication_slot(${slot})`;
    // Otherwise the item would lead the lists of all other tests.
    await sql`delete from auth.users where id = ${creator_id}`;
    await sql.end();
  }
});
