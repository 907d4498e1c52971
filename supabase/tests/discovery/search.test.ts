/** Tests the visitors' search: the search language, ranking, corrections, and what no query may do. */
import assert from "node:assert/strict";
import { test, type TestContext } from "../support/context.ts";

interface Answer {
  results: { id: string; title: string; title_html: string; snippet_html: string }[];
  total_count: number;
  total_is_estimate: boolean;
  did_you_mean: string | null;
  facets: Record<string, Record<string, number>> | null;
  next: { score: number; id: string; now: string } | null;
}

/** Replaces the owner's public items with these. Titles use made-up words, so that items of other tests do not match. */
async function publish(
  db: TestContext,
  items: {
    title: string;
    description?: string;
    hashtags?: string[];
    views?: number;
    language?: string;
    hours?: number;
  }[],
) {
  await db.query(`
    update public.users set is_public = true, profile_slug = 'finder', display_name = 'Zyxara Finder', primary_category = 'music' where id = '${db.people.owner}';
    update public.content_item set deleted_at = now() where user_id = '${db.people.owner}';`);
  for (
    const [n, { title, description = "", hashtags = [], views = 0, language = "en", hours = 1 }] of items
      .entries()
  ) {
    const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
    await db.query(`
      insert into public.content_item (social_account_id, platform_content_id, title, description, hashtags, views_count, language, published_at)
      values ('${db.account}', 'find-${n}', ${quoted(title)}, ${quoted(description)}, array[${
      hashtags.map(quoted)
    }]::text[], ${views}, '${language}',
        now() - make_interval(hours => ${hours}))`);
  }
  await db.query(
    "select ops.refresh_discovery(100000); select ops.rescale_discovery(); select ops.refresh_discovery(100000)",
  );
}

const search = (db: TestContext, query: string, more = "") =>
  db.value<Answer>(`select public.search_content('${query.replaceAll("'", "''")}'${more})`);
const titles = async (db: TestContext, query: string, more = "") =>
  (await search(db, query, more)).results.map(({ title }) => title);

test("search understands words, phrases, exclusions, tags, accents, full-width forms and unfinished words", async (db) => {
  await publish(db, [
    { title: "Zyxarplankton in the deep sea", hashtags: ["zyxarocean"] },
    { title: "Deep thoughts about zyxarplankton" },
    { title: "Crème zyxarbrûlée" },
    { title: "zyxarblock" },
  ]);
  assert.deepEqual((await titles(db, "zyxarplankton deep")).sort(), [
    "Deep thoughts about zyxarplankton",
    "Zyxarplankton in the deep sea",
  ]);
  assert.deepEqual(await titles(db, '"deep sea" zyxarplankton'), ["Zyxarplankton in the deep sea"]);
  assert.deepEqual(await titles(db, "zyxarplankton -thoughts"), ["Zyxarplankton in the deep sea"]);
  assert.deepEqual(await titles(db, "#zyxarocean"), ["Zyxarplankton in the deep sea"]);
  assert.deepEqual(await titles(db, "CREME ZYXARBRULEE"), ["Crème zyxarbrûlée"]);
  assert.deepEqual(await titles(db, "ｚｙｘａｒｂｌｏｃｋ"), ["zyxarblock"]);
  assert.deepEqual(await titles(db, "zyxarblo"), ["zyxarblock"], "the unfinished word is completed");
});

test("text in scripts without spaces is found by one or two characters", async (db) => {
  await publish(db, [
    { title: "鼇頭の夜景" },
    { title: "朝の話", description: "今日は鼇頭に行きました", hashtags: [] },
    { title: "朝のルーティン", hashtags: ["鼇頭"] },
  ]);
  assert.equal((await titles(db, "鼇頭")).length, 3);
  assert.equal((await titles(db, "鼇")).length, 3);
  assert.equal((await titles(db, "鼇頭"))[0], "鼇頭の夜景", "title before description");
});

test("a title weighs more than a description; among equals, popular and new items come first", async (db) => {
  await publish(db, [
    { title: "Zyxarquark in the description", description: "nothing" },
    { title: "Something else", description: "zyxarquark" },
    { title: "Old zyxarmeson", hours: 24 * 700 },
    { title: "New zyxarmeson", hours: 2 },
    { title: "Loved zyxarboson", views: 5_000_000 },
    { title: "Plain zyxarboson", views: 10 },
  ]);
  assert.deepEqual(await titles(db, "zyxarquark"), ["Zyxarquark in the description", "Something else"]);
  assert.deepEqual(await titles(db, "zyxarmeson"), ["New zyxarmeson", "Old zyxarmeson"]);
  assert.deepEqual(await titles(db, "zyxarboson"), ["Loved zyxarboson", "Plain zyxarboson"]);
});

test("a misspelt word is corrected, the correction is reported, and excluded words stay excluded", async (db) => {
  await publish(db, [{ title: "Zyxarchipelago tour" }, { title: "Zyxarchipelago history" }]);
  const answer = await search(db, "zyxarchipelgo");
  assert.equal(answer.did_you_mean, "zyxarchipelago");
  assert.equal(answer.results.length, 2);
  assert.deepEqual(await titles(db, "zyxarchipelgo -history"), ["Zyxarchipelago tour"]);
  assert.equal((await search(db, "zyxarchipelago")).did_you_mean, null);
});

test("stop words, symbols, wildcards, quotes and very long queries neither fail nor match everything", async (db) => {
  await publish(db, [
    { title: "The The live" },
    { title: "100% zyxar_pure" },
    {
      title: "don't stop zyxarmoving",
    },
    { title: "The zyxarthe" },
    { title: "Don zyxarthe" },
    { title: "Just zyxarthe" },
    { title: "don't zyxarstop now" },
  ]);
  assert.ok((await titles(db, "The The")).includes("The The live"));
  for (
    const query of ["???", "#", "-", '"', "''", "%", "_", "(", "& | !", "\\", ":*", "\u2019", "\u200b"]
  ) {
    const { results } = await search(db, query);
    assert.deepEqual(results, [], JSON.stringify(query));
  }
  // The only match of each query: stop words in a title, prefixes, an unclosed quote, very long queries.
  const found: Record<string, string | null> = {
    "zyxarthe the": "The zyxarthe",
    "zyxarthe don": "Don zyxarthe",
    "zyxarthe just": "Just zyxarthe",
    "don\u2019t zyxarstop": "don't zyxarstop now",
    '"zyxarstop now': "don't zyxarstop now",
    ["zyxar".repeat(2000)]: null,
    ["zyxarstop now ".repeat(500)]: "don't zyxarstop now",
    "-zyxarstop": null,
    "zyxarstop -nothing": "don't zyxarstop now",
  };
  for (const [query, expected] of Object.entries(found)) {
    const answer = await titles(db, query);
    assert.equal(answer.includes(expected ?? ""), expected !== null, query.slice(0, 30));
    assert.deepEqual(answer.filter((title) => !title.includes("zyxar")), [], query.slice(0, 30));
  }
  assert.ok((await titles(db, "don\u2019t stop zyxarmoving")).includes("don't stop zyxarmoving"));
});

test("matches are highlighted in escaped text", async (db) => {
  await publish(db, [{
    title: `<b>zyxarscript</b> & "more"`,
    description: "</mark><script>alert(1)</script> zyxarscript",
  }]);
  const [found] = (await search(db, "zyxarscript")).results;
  assert.equal(found?.title_html, `&lt;b&gt;<mark>zyxarscript</mark>&lt;/b&gt; &amp; &quot;more&quot;`);
  assert.ok(!found.snippet_html.includes("<script"), found.snippet_html);
});

test("pages follow each other without repeats or gaps, even with equal scores", async (db) => {
  await publish(
    db,
    Array.from({ length: 23 }, (_, n) => ({ title: `Zyxarpage twin`, hours: 5, description: `${n}` })),
  );
  const seen: string[] = [];
  let after = "";
  for (let page = 0; page < 10; page++) {
    const { results, next, total_count } = await search(db, "zyxarpage", `, p_limit => 5${after}`);
    if (page === 0) assert.equal(total_count, 23);
    seen.push(...results.map(({ id }) => id));
    if (!next) break;
    after = `, p_after_score => ${next.score}, p_after_id => '${next.id}', p_now => '${next.now}'`;
  }
  assert.equal(seen.length, 23);
  assert.equal(new Set(seen).size, 23);
});

test("facets count the items that match the query, and filters narrow them", async (db) => {
  await publish(db, [
    { title: "zyxarfacet one", language: "en" },
    { title: "zyxarfacet two", language: "pt-BR" },
    { title: "zyxarfacet three", hours: 100 },
  ]);
  const { facets } = await search(db, "zyxarfacet", ", p_facets => true");
  assert.deepEqual(facets, { category: { music: 3 }, platform: { youtube: 3 }, content_type: { post: 3 } });
  assert.deepEqual(await titles(db, "zyxarfacet", ", p_language => 'pt'"), ["zyxarfacet two"]);
  assert.deepEqual(await titles(db, "zyxarfacet", ", p_category => 'food'"), []);
  assert.deepEqual(await titles(db, "zyxarfacet", ", p_platform => 'tiktok'"), []);
  assert.deepEqual(await titles(db, "zyxarfacet", ", p_published_until => now() - interval '50 hours'"), [
    "zyxarfacet three",
  ]);
});

test("public creators are found by name, similar name, slug and handle, and others are not found", async (db) => {
  await publish(db, [{ title: "Something" }]);
  await db.query(`update public.social_account set username = 'zyxarhandle' where id = '${db.account}'`);
  const found = async (query: string) =>
    (await db.value<{ results: { id: string }[] }>(`select public.search_creators('${query}')`)).results.map((
      { id },
    ) => id);
  for (const query of ["Zyxara", "zyxara finder", "finder", "@zyxarhandle", "zyxarhan", "Zyxra Finder"]) {
    assert.ok((await found(query)).includes(db.people.owner), query);
  }
  for (const query of ["%", "_", "@", "???"]) assert.deepEqual(await found(query), [], query);
  await db.query(`update public.users set is_public = false where id = '${db.people.owner}'`);
  assert.ok(!(await found("Zyxara")).includes(db.people.owner));
});
