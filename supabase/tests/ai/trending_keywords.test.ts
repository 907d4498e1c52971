/** Tests that trending keywords come from our own content and clicks, never from a single person, and from a feed. */
import assert from "node:assert/strict";
import { test } from "../support/context.ts";

test("tags of growing public items, searches by three visitors and entries of a feed become trending keywords", async (db) => {
  await db.query(`
    update public.users set is_public = true where id = '${db.people.owner}';
    update public.content_item set tags = '{grownword}', language = 'en', category_code = 'gaming', visibility = 'public' where id = $item;
    insert into ops.content_stat_daily (content_item_id, day, views, likes, comments, shares)
    values ($item, current_date - 13, 100, 0, 0, 0), ($item, current_date - 8, 300, 0, 0, 0), ($item, current_date, 700, 0, 0, 0);
    insert into public.content_click (content_id, query, visitor)
    select $item, 'soughtword', decode(md5(n::text), 'hex') from generate_series(1, 3) as n;
    insert into public.content_click (content_id, query, visitor) select $item, 'of one person', '\\x01' from generate_series(1, 9);`);
  await db.perform(
    "service",
    `select public.update_trending_keywords('[{"keyword": "Fedword", "score": 70}, {"keyword": "see @somebody"}, {"keyword": "x"}, 1]')`,
  );
  const rows = await db.query(`
    select keyword, source, language, category_code, growth::float8, people from public.trending_keyword
    where keyword in ('grownword', 'soughtword', 'of one person', 'fedword', 'see @somebody', 'x') order by keyword`);
  assert.deepEqual(rows, [
    { keyword: "fedword", source: "feed", language: "", category_code: "", growth: null, people: 3 },
    {
      keyword: "grownword",
      source: "content",
      language: "en",
      category_code: "gaming",
      growth: 2,
      people: 1,
    },
    {
      keyword: "soughtword",
      source: "clicks",
      language: "en",
      category_code: "gaming",
      growth: null,
      people: 3,
    },
  ]);
  const brief = await db.value<{ trending: { keyword: string }[] }>(
    `select public.begin_ai_analysis('${db.people.owner}', $item)`,
    "service",
  );
  const words = brief.trending.map(({ keyword }) => keyword);
  assert.ok(words.includes("fedword") && words.includes("soughtword"));
  assert.ok(!words.includes("grownword"), "a keyword of fewer than three people is not used in prompts");
});
