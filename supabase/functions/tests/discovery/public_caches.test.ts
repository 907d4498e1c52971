/** Caches of the public functions: what is no longer public is gone from every one of them, and clicks and choices are seen at once. */
import assert from "node:assert/strict";
import { callFunction, testDatabase } from "../../../../scripts/test/stack.ts";
import { type PublicCreator, publicCreator } from "../support/public_creator.ts";

const sql = await testDatabase();
const read = (query: string) => callFunction<Record<string, unknown>>(query, { method: "GET" });

/** Every public read that shows a creator's first item while it is public. */
function reads({ slug, ids: [first, second] }: PublicCreator): Record<string, string> {
  return {
    "browse-content": `browse-content?creator=${slug}`,
    "browse-creators": "browse-creators?category=gaming&limit=100",
    "search-content": `search-content?q=${slug.slice(2)}&facets=true`,
    "search-creators": `search-creators?q=${slug}`,
    "get-content-detail": `get-content-detail?id=${first}`,
    "related content": `get-content-detail?id=${second}`,
    "get-creator-by-slug": `get-creator-by-slug?slug=${slug}`,
    "get-trending": "get-trending?period=month&category=gaming",
  };
}

/** How what is public stops being so: statements about a creator ($1) and an item ($2), and whether the whole creator goes. */
const WAYS: Record<string, { statement: string; isWhole: boolean }> = {
  "the creator is private": {
    statement: "update public.users set is_public = false where id = $1 and $2 <> ''",
    isWhole: true,
  },
  "the creator is hidden": {
    statement: "update public.users set hidden_at = now(), hidden_reason = 'spam' where id = $1 and $2 <> ''",
    isWhole: true,
  },
  "the creator is deleted": { statement: "delete from auth.users where id = $1 and $2 <> ''", isWhole: true },
  "the account is removed": {
    statement:
      "update public.social_account set deleted_at = now(), status = 'disconnected' where user_id = $1 and $2 <> ''",
    isWhole: false,
  },
  "the item is hidden": {
    statement:
      "update public.content_item set hidden_at = now(), hidden_reason = 'spam' where user_id = $1 and id = $2::uuid",
    isWhole: false,
  },
  "the item is private": {
    statement: "update public.content_item set visibility = 'private' where user_id = $1 and id = $2::uuid",
    isWhole: false,
  },
  "the item is unlisted": {
    statement: "update public.content_item set visibility = 'unlisted' where user_id = $1 and id = $2::uuid",
    isWhole: false,
  },
  "the item is deleted": {
    statement: "update public.content_item set deleted_at = now() where user_id = $1 and id = $2::uuid",
    isWhole: false,
  },
  "the item's row is deleted": {
    statement: "delete from public.content_item where user_id = $1 and id = $2::uuid",
    isWhole: false,
  },
};

for (const [way, { statement, isWhole }] of Object.entries(WAYS)) {
  Deno.test(`nothing of it is in any cached answer two seconds after ${way}`, async () => {
    const creator = await publicCreator(2);
    const [item = ""] = creator.ids;
    await sql`select ops.add_trend_gains(array[${item}]::uuid[], array[50], now())`;
    await sql`select ops.refresh_trending()`;
    const all = reads(creator);
    const isShown = async (name: string) => {
      const { status, body } = await read(all[name] ?? "");
      const text = JSON.stringify(body);
      if (name === "browse-creators" || name === "search-creators") return text.includes(creator.id);
      // A problem names what was asked for.
      return status === 200 && text.includes(item);
    };
    const names = Object.keys(all);
    // Who asked before this creator was there has left a cached list without them.
    const seen = Date.now() + 5_000;
    while ((await Promise.all(names.map(isShown))).some((isThere) => !isThere)) {
      const shown = await Promise.all(names.map(isShown));
      assert.ok(Date.now() < seen, `${names.filter((_, index) => !shown[index]).join(", ")} never show it`);
    }

    await sql.unsafe(statement, [creator.id, item]);
    const until = Date.now() + 2_000;
    const gone = names.filter((name) => isWhole || !name.endsWith("-creators"));
    while (true) {
      const shown = await Promise.all(gone.map(isShown));
      const left = gone.filter((_, index) => shown[index]);
      if (left.length === 0) break;
      assert.ok(Date.now() < until, `${left.join(", ")} still show it`);
    }
    // Neither does an older answer come back.
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    assert.deepEqual((await Promise.all(gone.map(isShown))).filter((isThere) => isThere), []);
  });
}

Deno.test("an item's page shows clicks and a new title at once, though it is cached", async () => {
  const { ids: [id = ""] } = await publicCreator(1);
  const page = async () =>
    (await read(`get-content-detail?id=${id}`)).body.content_item as { total_clicks: number; title: string };
  for (let clicks = 0; clicks < 5; clicks++) {
    assert.equal((await page()).total_clicks, clicks);
    assert.equal((await page()).total_clicks, clicks);
    await callFunction("track-click", { body: { content_id: id, user_agent: "Mozilla/5.0 (X11)" } });
  }
  await sql`update public.content_item set title = 'Another title' where id = ${id}`;
  assert.equal((await page()).title, "Another title");
});

Deno.test("500 equal requests at once for what nobody has asked yet are one query", async () => {
  const { slug } = await publicCreator(3);
  const calls = async () => {
    const [row] = await sql`
      select coalesce(sum(calls), 0)::int as calls from extensions.pg_stat_statements
      where query ~ 'browse_content"?[(]' and query !~ 'pg_stat_statements'`;
    return Number(row?.calls);
  };
  // Seen by PostgreSQL: a request that is not equal is one query more.
  const before = await calls();
  await read(`browse-content?creator=${slug}&limit=2`);
  assert.equal(await calls(), before + 1);
  const answers = await Promise.all(
    Array.from({ length: 500 }, () => read(`browse-content?creator=${slug}&limit=3`)),
  );
  assert.ok(answers.every(({ status }) => status === 200));
  assert.equal(new Set(answers.map(({ headers }) => headers.get("etag"))).size, 1);
  // Computed anew once the answer is a second old, if 500 take so long.
  assert.ok(await calls() <= before + 3, `${await calls() - before - 1} queries`);
  await sql.end();
});
