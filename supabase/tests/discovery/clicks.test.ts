/** Tests that clicks are counted exactly: visible immediately, rolled up once, under concurrency. Rows are committed, because concurrency is what is tested. */
import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { createCreator, testDatabase } from "../../../scripts/test/stack.ts";
import { rolledUp, shownClicks } from "../../functions/tests/support/clicks.ts";

/** Creates a public item of a new creator. */
async function clickableItem(sql: Sql, title = "Clicked"): Promise<string> {
  const creator = await createCreator();
  await sql`update public.users set is_public = true where id = ${creator.id}`;
  const [item] = await sql<{ id: string }[]>`
    with account as (
      insert into public.social_account (user_id, platform_id, platform_account_id)
      select ${creator.id}, id, ${creator.id} from public.platform where slug = 'youtube' returning id
    )
    insert into public.content_item (social_account_id, platform_content_id, title) select id, 'clicked', ${title} from account returning id`;
  assert.ok(item);
  return item.id;
}

const BROWSER = "Mozilla/5.0 (X11; Linux x86_64)";

Deno.test("concurrent clicks are shown immediately and rolled up exactly once, with roll-ups in between", async () => {
  const sql = await testDatabase();
  const item = await clickableItem(sql);
  const clicks = 400;
  const click = async (n: number) => {
    await sql`select public.record_click(${item}, p_user_agent => ${BROWSER}, p_address => ${`10.0.0.${
      n % 50
    }`}, p_referrer => 'https://www.example.org/a')`;
    if (n % 40 === 0) await sql`select ops.roll_up_clicks()`;
    if (n % 50 === 0) await sql`select public.increment_content_clicks(${item})`;
  };
  await Promise.all(Array.from({ length: 8 }, async (_, worker) => {
    for (let n = worker; n < clicks; n += 8) await click(n);
  }));
  assert.equal(await shownClicks(sql, item), clicks, "shown before everything is rolled up");
  await rolledUp(sql, item, clicks);
  assert.equal(await shownClicks(sql, item), clicks, "shown afterwards");
  const [daily] =
    await sql`select sum(clicks)::int as clicks, min(referrer_host) as host from ops.click_daily where content_id = ${item}`;
  assert.deepEqual({ ...daily }, { clicks, host: "example.org" });
  const [visitors] =
    await sql`select count(*)::int as visitors from ops.visitor_day where content_id = ${item}`;
  assert.equal(visitors?.visitors, 50);
});

Deno.test("bots and prefetches are recorded but not counted, user agents are stored only as a class, and no IP address is stored", async () => {
  const sql = await testDatabase();
  const item = await clickableItem(sql);
  const agents = [
    [BROWSER, "browser", true],
    ["Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)", "mobile", true],
    ["StreamVibeApp/2.0", "app", true],
    ["Mozilla/5.0 (compatible; Googlebot/2.1)", "bot", false],
    ["curl/8.5.0", "bot", false],
    [null, "unknown", true],
  ] as const;
  for (const [agent] of agents) {
    await sql`select public.record_click(${item}, p_user_agent => ${agent}, p_address => '203.0.113.77')`;
  }
  await sql`select public.record_click(${item}, p_user_agent => ${BROWSER}, p_is_prefetch => true)`;
  // As the original requirements insert: directly, with the raw user agent.
  await sql`insert into public.content_click (content_id, referrer, user_agent) values (${item}, 'https://google.com', 'Mozilla/5.0 ...')`;
  const rows =
    await sql`select user_agent, is_counted from public.content_click where content_id = ${item} order by id`;
  assert.deepEqual(rows.map((row) => [row.user_agent, row.is_counted]), [
    ...agents.map(([, name, counted]) => [name, counted]),
    ["prefetch", false],
    ["browser", true],
  ]);
  assert.equal(await shownClicks(sql, item), 5);
  const [leak] =
    await sql`select count(*)::int as rows from public.content_click as click where content_id = ${item} and click::text like '%203.0.113.77%'`;
  assert.equal(leak?.rows, 0);
  await assert.rejects(async () => {
    await sql`insert into public.content_click (content_id) values (${crypto.randomUUID()})`;
  }, /there is no such item/);
});

Deno.test("repeated clicks by one visitor raise the count but hardly the trend; growing views raise the trend", async () => {
  const sql = await testDatabase();
  const [repeated, visited, grown] = [
    await clickableItem(sql),
    await clickableItem(sql),
    await clickableItem(sql),
  ];
  for (let n = 0; n < 60; n++) {
    await sql`select public.record_click(${repeated}, p_user_agent => ${`${BROWSER} ${n}`}, p_address => '198.51.100.1')`;
    await sql`select public.record_click(${visited}, p_user_agent => ${BROWSER}, p_address => ${`198.51.101.${n}`})`;
  }
  await rolledUp(sql, repeated, 60);
  await rolledUp(sql, visited, 60);
  await sql`
    insert into ops.content_stat_daily (content_item_id, day, views, likes, comments, shares)
    values (${grown}, (now() at time zone 'utc')::date, 50000, 0, 0, 0)`;
  const limit = Date.now() + 60_000;
  let scores = new Map<string, number>();
  while (!scores.has(grown)) {
    assert.ok(Date.now() < limit, "the growth was not counted");
    await sql`select ops.refresh_trending()`;
    const rows =
      await sql`select content_id, score from ops.trend_gain where period = 'today' and content_id in ${
        sql([repeated, visited, grown])
      }`;
    scores = new Map(rows.map((row) => [String(row.content_id), Number(row.score)]));
  }
  // Sixty visitors count as three units, sixty clicks of one visitor as a twentieth of a unit: their logarithms differ by log(60).
  const apart = Number(scores.get(visited)) - Number(scores.get(repeated));
  assert.ok(Math.abs(apart - Math.log(60)) < 0.05, String(apart));
  assert.ok(Number(scores.get(grown)) > Number(scores.get(visited)));
});

Deno.test("a gain counts less the older it is, and it decays fastest in the shortest period", async () => {
  const sql = await testDatabase();
  const [old, young] = [await clickableItem(sql), await clickableItem(sql)];
  await sql`select ops.add_trend_gains(array[${old}]::uuid[], array[10], now() - interval '36 hours')`;
  await sql`select ops.add_trend_gains(array[${young}]::uuid[], array[1], now())`;
  const rows = await sql`
    select period, max(score) filter (where content_id = ${old}) > max(score) filter (where content_id = ${young}) as old_leads
    from ops.trend_gain where content_id in ${sql([old, young])} group by period`;
  assert.deepEqual(Object.fromEntries(rows.map((row) => [row.period, row.old_leads])), {
    today: false,
    week: true,
    month: true,
  });
});

Deno.test("click partitions are created two months ahead and dropped after thirteen months", async () => {
  const sql = await testDatabase();
  const partitions = async () =>
    (await sql`select inhrelid::regclass::text as name from pg_inherits where inhparent = 'public.content_click'::regclass order by 1`)
      .map((row) => String(row.name));
  const now = (await partitions()).length;
  assert.ok(now >= 3, "this month and the next two");
  await sql.begin(async (transaction) => {
    await transaction`select ops.keep_click_partitions('2031-12-15T00:00:00Z')`;
    const [row] = await transaction`
      select count(*)::int as months from pg_inherits where inhparent = 'public.content_click'::regclass
        and inhrelid::regclass::text in ('ops.content_click_2031_12', 'ops.content_click_2032_01', 'ops.content_click_2032_02')`;
    assert.equal(row?.months, 3);
    const [gone] = await transaction`
      select count(*)::int as months from pg_inherits where inhparent = 'public.content_click'::regclass and inhrelid::regclass::text like '%2026%'`;
    assert.equal(gone?.months, 0, "older than thirteen months");
    throw new Error("undo");
  }).catch((error: Error) => assert.equal(error.message, "undo"));
  assert.equal((await partitions()).length, now);
});
