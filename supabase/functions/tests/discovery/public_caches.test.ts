/** Tests the public functions' caches: clicks and edits are visible immediately, equal requests cost one query. Removal: not_public.test.ts. */
import assert from "node:assert/strict";
import { callFunction, testDatabase } from "../../../../scripts/test/stack.ts";
import { publicCreator } from "../support/public_creator.ts";

const sql = await testDatabase();
const read = (query: string) => callFunction<Record<string, unknown>>(query, { method: "GET" });

Deno.test("get-content-detail shows clicks and a new title at once, although it is cached", async () => {
  const { ids: [id = ""] } = await publicCreator(1);
  const page = async () =>
    (await read(`get-content-detail?id=${id}`)).body.content_item as {
      total_clicks: number;
      title: string;
    };
  for (let clicks = 0; clicks < 5; clicks++) {
    assert.equal((await page()).total_clicks, clicks);
    assert.equal((await page()).total_clicks, clicks);
    await callFunction("track-click", {
      body: { content_id: id, user_agent: "Mozilla/5.0 (X11)" },
    });
  }
  await sql`update public.content_item set title = 'Another title' where id = ${id}`;
  assert.equal((await page()).title, "Another title");
});

Deno.test("500 equal concurrent requests for an uncached response run one query", async () => {
  const { slug } = await publicCreator(3);
  const calls = async () => {
    const [row] = await sql`
      select coalesce(sum(calls), 0)::int as calls from extensions.pg_stat_statements
      where query ~ 'browse_content"?[(]' and query !~ 'pg_stat_statements'`;
    return Number(row?.calls);
  };
  // Counted by PostgreSQL: a different request adds one query.
  const before = await calls();
  await read(`browse-content?creator=${slug}&limit=2`);
  assert.equal(await calls(), before + 1);
  const began = performance.now();
  const answers = await Promise.all(
    Array.from(
      { length: 500 },
      () => read(`browse-content?creator=${slug}&limit=3`),
    ),
  );
  assert.ok(answers.every(({ status }) => status === 200));
  assert.equal(
    new Set(answers.map(({ headers }) => headers.get("etag"))).size,
    1,
  );
  const seconds = (performance.now() - began) / 1_000;
  // One more query for each second that the 500 requests take, because responses are recomputed after a second.
  const queries = await calls() - before - 1;
  assert.ok(queries <= 2 + Math.floor(seconds), `${queries} queries in ${seconds} s`);
  await sql.end();
});
