/** Tests the sitemap over HTTP: files that crawlers accept, and nothing in them that is no longer public, even for concurrent requests. */
import assert from "node:assert/strict";
import { callFunction, testDatabase, testStack } from "../../../../scripts/test/stack.ts";
import sitemap from "../../sitemap/index.ts";
import { takesGzip } from "../../_shared/http/file_answer.ts";
import { publicCreator } from "../support/public_creator.ts";
import { stackSettings } from "../support/stack_settings.ts";
import { requestTo } from "../support/test_dependencies.ts";
import { xsdFaults } from "../support/xsd.ts";

const sql = await testDatabase();
const { api_url } = await testStack();
/** The setting of the stack's functions. */
const SITE = { PUBLIC_SITE_URL: "https://streamvibe.example" };

const get = (page: number, headers: Record<string, string> = {}) =>
  fetch(`${api_url}/functions/v1/sitemap?page=${page}`, { headers });

/** Returns the page that contains an item. */
async function pageOf(id: string): Promise<number> {
  const [row] = await sql`
    select part.page from ops.sitemap_part as part, public.content_item as item
    where item.id = ${id} and part.kind = 'item' and (part.from_at, part.from_id) <= (item.created_at, item.id)
    order by part.from_at desc, part.from_id desc limit 1`;
  return Number(row?.page);
}

/** Renders until the item is in its page; returns the page. */
async function shown(id: string): Promise<number> {
  const limit = Date.now() + 60_000;
  while (true) {
    await callFunction("refresh-sitemap", { as: "secret", body: {} });
    const page = await pageOf(id);
    if ((await (await get(page)).text()).includes(id)) return page;
    assert.ok(Date.now() < limit, "the item is not in the sitemap");
  }
}

Deno.test("the index and pages are valid; a page is compressed for clients that accept it, and not sent again if unchanged", async () => {
  const { id: user, ids: [id = ""] } = await publicCreator(2);
  await sql`update public.content_item set title = ${`&<]]>"' \u{1f600}`}, thumbnail_url = 'https://i.ytimg.com/vi/1/hq.jpg', content_type = 'long_video'
    where user_id = ${user}`;
  const page = await shown(id);
  const index = await callFunction<{ text: string }>("sitemap");
  assert.equal(index.status, 200);
  assert.match(index.headers.get("content-type") ?? "", /^application\/xml/);
  assert.deepEqual(await xsdFaults(index.body.text, "index"), []);
  assert.ok(index.body.text.includes(`<loc>https://streamvibe.example/sitemap-${page}.xml</loc><lastmod>`));
  const again = await callFunction("sitemap", {
    headers: { "if-none-match": index.headers.get("etag") ?? "" },
  });
  assert.ok(again.status === 304 || again.headers.get("etag") !== index.headers.get("etag"));

  const plain = await get(page, { "accept-encoding": "identity" });
  const xml = await plain.text();
  assert.deepEqual(await xsdFaults(xml, "page"), []);
  assert.ok(xml.includes("<video:title>&amp;&lt;]]&gt;&quot;&apos; \u{1f600}</video:title>"));
  assert.equal(plain.headers.get("content-encoding"), null);
  // In this process, because a proxy may decompress the file.
  const asked = await requestTo("sitemap", {
    method: "GET",
    query: `?page=${page}`,
    headers: { authorization: null, apikey: null, "accept-encoding": "gzip" },
  });
  const packed = await sitemap.with({ settings: await stackSettings("data api", SITE) }).fetch(asked);
  assert.equal(packed.headers.get("content-encoding"), "gzip");
  assert.match(packed.headers.get("vary") ?? "", /accept-encoding/i);
  assert.match(packed.headers.get("etag") ?? "", /-gzip"$/);
  assert.match(packed.headers.get("cache-control") ?? "", /^public, max-age=1,/);
  const unpacked = await new Response(packed.body?.pipeThrough(new DecompressionStream("gzip"))).text();
  assert.deepEqual(await xsdFaults(unpacked, "page"), []);
  for (const tag of [plain.headers.get("etag"), packed.headers.get("etag")]) {
    // Items of other tests may have changed the page.
    const known = await get(page, { "if-none-match": tag ?? "" });
    assert.ok(
      known.status === 304 || known.headers.get("etag")?.replace("-gzip", "") !== tag?.replace("-gzip", ""),
    );
    await known.body?.cancel();
  }
  assert.equal((await callFunction("sitemap", { query: { page: "999999999" } })).status, 404);
  for (const wrong of ["0", "-1", "1e3", "x", "1000000000"]) {
    assert.equal((await callFunction("sitemap", { query: { page: wrong } })).status, 422, wrong);
  }
  await sql`delete from auth.users where id = ${user}`;
});

Deno.test("gzip is sent only to clients that accept it", () => {
  for (const accept of ["gzip", "br, gzip;q=0.5", "*", "x-gzip", "GZIP"]) {
    assert.ok(takesGzip(accept), accept);
  }
  for (const accept of [null, "", "br", "identity", "gzip;q=0", "*;q=0"]) {
    assert.ok(!takesGzip(accept), String(accept));
  }
});

Deno.test("during concurrent reads and changes, a page requested after an item became private does not contain it", async () => {
  const creators = await Promise.all([1, 2, 3].map(() => publicCreator(6)));
  await Promise.all(creators.map(({ ids }) => shown(ids.at(-1) ?? "")));
  await Promise.all(creators.map(async ({ ids }) => {
    for (const id of ids) {
      const page = await pageOf(id);
      await sql`update public.content_item set visibility = 'private' where id = ${id}`;
      const xml = await (await get(page)).text();
      assert.ok(!xml.includes(id), "a private item is shown");
      await sql`update public.content_item set visibility = 'public' where id = ${id}`;
    }
  }));
  for (const { id, ids } of creators) {
    await Promise.all(ids.map(shown));
    await sql`delete from auth.users where id = ${id}`;
    const xml = await (await get(await pageOfAny())).text();
    assert.ok(ids.every((one) => !xml.includes(one)));
  }
  await sql.end();
});

async function pageOfAny(): Promise<number> {
  const [row] =
    await sql`select page from ops.sitemap_part where kind = 'item' order by from_at desc, from_id desc limit 1`;
  return Number(row?.page);
}
