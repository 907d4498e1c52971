/** Tests get-seo-metadata, validate-seo and thumbnail as a web app and a creator call them. */
import assert from "node:assert/strict";
import { callFunction, createCreator, testDatabase } from "../../../../scripts/test/stack.ts";
import { currentThumbnail, signatureEnd } from "../../_shared/seo/thumbnail.ts";
import { connectionContext } from "../support/connection_context.ts";
import { ConnectedAccount } from "../support/connected_account.ts";
import { publicCreator } from "../support/public_creator.ts";
import { headFaults } from "../support/structural_validator.ts";

const sql = await testDatabase();

interface Metadata {
  title: string;
  description: string;
  canonical_url: string;
  og_tags: Record<string, string>;
  twitter_tags: Record<string, string>;
  json_ld: { "@type": string }[];
  html: string;
}

Deno.test("the metadata of an item and of a creator meets the engines' requirements", async () => {
  const { ids: [id = ""], slug, id: user } = await publicCreator(1);
  await sql`update public.content_item set content_type = 'long_video', title = 'A </script> title', thumbnail_url = 'https://i.ytimg.com/vi/1/hq.jpg', duration_seconds = 61
    where id = ${id}`;
  const item = await callFunction<Metadata>("get-seo-metadata", { query: { content_id: id } });
  assert.equal(item.status, 200);
  assert.deepEqual(headFaults(item.body.html, new Date()), []);
  assert.equal(item.body.title, "A </script> title");
  assert.equal(item.body.canonical_url, `https://streamvibe.example/v/${id}`);
  assert.equal(item.body.og_tags["og:type"], "video.other");
  assert.equal(item.body.twitter_tags["twitter:card"], "player");
  assert.equal(item.body.json_ld[0]?.["@type"], "VideoObject");
  assert.match(item.headers.get("cache-control") ?? "", /^public/);
  const creator = await callFunction<Metadata>("get-seo-metadata", { query: { slug } });
  assert.deepEqual(headFaults(creator.body.html, new Date()), []);
  assert.equal(creator.body.canonical_url, `https://streamvibe.example/@${slug}`);
  assert.equal(creator.body.json_ld[0]?.["@type"], "ProfilePage");

  await sql`update public.content_item set title = 'Another' where id = ${id}`;
  const limit = Date.now() + 5_000;
  while (
    (await callFunction<Metadata>("get-seo-metadata", { query: { content_id: id } })).body.title !== "Another"
  ) {
    assert.ok(Date.now() < limit, "the edit does not appear");
  }
  const ask = async (query: Record<string, string>) =>
    (await callFunction("get-seo-metadata", { query })).status;
  assert.equal(await ask({}), 422);
  assert.equal(await ask({ content_id: id, slug }), 422);
  assert.equal(await ask({ slug: "nobody-has-this" }), 404);
  assert.equal(await ask({ content_id: crypto.randomUUID() }), 404);
  await sql`delete from auth.users where id = ${user}`;
});

interface Check {
  rich_result: string | null;
  findings: { code: string; severity: string; document_url: string; fix: string }[];
}

Deno.test("a creator, and nobody else, sees what an item lacks and how to fix it", async () => {
  const { creator, ids: [id = ""], id: user } = await publicCreator(1);
  const check = () => creator.call<Check>("validate-seo", undefined, { query: { content_id: id } });
  await sql`update public.content_item set content_type = 'long_video', title = '', description = '', thumbnail_url = null, duration_seconds = 0,
    published_at = now() + interval '1 year', visibility = 'private' where id = ${id}`;
  const poor = await check();
  assert.equal(poor.status, 200);
  assert.equal(poor.body.rich_result, null);
  assert.deepEqual(poor.body.findings.map(({ code }) => code), [
    "not_public_visibility",
    "thumbnail_missing",
    "title_missing",
    "description_missing",
    "published_in_future",
    "duration_missing",
    "language_missing",
  ]);
  assert.ok(
    poor.body.findings.every(({ document_url, fix }) => document_url.startsWith("https://") && fix !== ""),
  );
  await sql`update public.content_item set title = 'A title', description = ${
    "Words ".repeat(20)
  }, thumbnail_url = 'https://i.ytimg.com/vi/1/hq.jpg',
    duration_seconds = 100, published_at = now() - interval '1 day', visibility = 'public', language = 'en' where id = ${id}`;
  const rich = await check();
  assert.deepEqual([rich.body.rich_result, rich.body.findings], ["VideoObject", []]);
  const other = await createCreator();
  assert.equal((await other.call("validate-seo", undefined, { query: { content_id: id } })).status, 404);
  assert.equal((await callFunction("validate-seo", { query: { content_id: id } })).status, 401);
  await sql`delete from auth.users where id = ${user}`;
});

Deno.test("a thumbnail URL redirects to the picture's current location", async () => {
  const { ids: [id = ""], id: user } = await publicCreator(1);
  const ask = () => callFunction<{ text: string }>("thumbnail", { query: { id } });
  assert.equal((await ask()).status, 404);
  await sql`update public.content_item set thumbnail_url = 'https://i.ytimg.com/vi/1/hq.jpg' where id = ${id}`;
  const limit = Date.now() + 5_000;
  let answer = await ask();
  while (answer.status === 404 && Date.now() < limit) answer = await ask();
  assert.equal(answer.status, 302);
  assert.equal(answer.headers.get("location"), "https://i.ytimg.com/vi/1/hq.jpg");
  assert.match(answer.headers.get("cache-control") ?? "", /^public, max-age=1,/);
  await sql`delete from auth.users where id = ${user}`;
});

Deno.test("a dead picture URL is not tried again for some minutes, unless it is replaced", async () => {
  const { ids: [id = ""], id: user } = await publicCreator(1);
  const tried: string[] = [];
  const context = {
    ...await connectionContext(),
    fetch: (url: string | URL | Request) => {
      tried.push(String(url));
      return Promise.resolve(new Response(null, { status: 404 }));
    },
  };
  const dead = () => assert.rejects(currentThumbnail(context, id), /does not provide it/);
  await sql`update public.content_item set thumbnail_url = 'https://pictures.example/1.jpg', updated_at = clock_timestamp() where id = ${id}`;
  await dead();
  await dead();
  await sql`update ops.thumbnail_check set checked_at = now() - interval '11 minutes' where content_item_id = ${id}`;
  await dead();
  assert.deepEqual(tried, Array(2).fill("https://pictures.example/1.jpg"));
  await sql`update public.content_item set thumbnail_url = 'https://pictures.example/2.jpg', updated_at = clock_timestamp() where id = ${id}`;
  await dead();
  assert.deepEqual(tried.slice(2), ["https://pictures.example/2.jpg"]);
  await sql`delete from auth.users where id = ${user}`;
});

Deno.test("the expiry of a picture URL is read from its signature", () => {
  assert.equal(signatureEnd("https://scontent.cdninstagram.com/v/t51/1.jpg?stp=x&oe=6566F0A0"), 0x6566f0a0);
  assert.equal(
    signatureEnd("https://p16-sign.tiktokcdn.com/a.jpeg?x-expires=1766998800&x-signature=abc"),
    1_766_998_800,
  );
  assert.equal(signatureEnd("https://pbs.twimg.com/media/1.jpg"), null);
});

Deno.test("for an expired picture, the account's picture URLs are requested again, once", async () => {
  await using own = await ConnectedAccount.create("tiktok", { items: 3 });
  await own.syncAll();
  await sql`update public.users set is_public = true, profile_slug = ${`t-${
    own.creator.id.slice(-12)
  }`} where id = ${own.creator.id}`;
  const rows = await sql<{ id: string; thumbnail_url: string }[]>`
    select id, thumbnail_url from public.content_item where user_id = ${own.creator.id} order by published_at desc`;
  assert.ok(rows.length === 3 && rows.every(({ thumbnail_url }) => thumbnail_url));
  await sql`update public.content_item set thumbnail_url = 'https://dead.example/1.jpg?x-expires=1600000000', updated_at = now() + interval '1 second'
    where user_id = ${own.creator.id}`;
  const ask = (id: string) => callFunction<{ text: string }>("thumbnail", { query: { id } });
  const changed = () =>
    sql`select changed_at from public.content_item where user_id = ${own.creator.id} order by id`;
  const before = await changed();
  const answer = await ask(rows[0]?.id ?? "");
  assert.equal(answer.status, 302);
  assert.equal(answer.headers.get("location"), rows[0]?.thumbnail_url);
  const now =
    await sql`select thumbnail_url from public.content_item where user_id = ${own.creator.id} order by published_at desc`;
  assert.deepEqual(
    now.map(({ thumbnail_url }) => thumbnail_url),
    rows.map(({ thumbnail_url }) => thumbnail_url),
  );
  assert.deepEqual(await changed(), before, "a new signature does not count as a change of the page");

  // Dead again immediately: the platform is not asked a second time, and the response has Retry-After.
  await sql`update public.content_item set thumbnail_url = 'https://dead.example/2.jpg?x-expires=1600000000', updated_at = now() + interval '2 seconds'
    where user_id = ${own.creator.id}`;
  const other = await ask(rows[1]?.id ?? "");
  assert.equal(other.status, 503);
  assert.ok(Number(other.headers.get("retry-after")) > 0);
  await sql.end();
});
