import assert from "node:assert/strict";
import { test, type TestContext } from "../support/context.ts";

const part = (position: number, about: Record<string, unknown> = {}) => ({
  position,
  kind: "image",
  platform_media_id: `m${position}`,
  url: `https://cdn.example/m${position}.jpg?sig=1`,
  thumbnail_url: `https://cdn.example/m${position}.jpg?sig=1`,
  width: 1080,
  height: 1350,
  duration_seconds: null,
  alt_text: null,
  ...about,
});

const carousel = (media: unknown, about: Record<string, unknown> = {}) => ({
  platform_content_id: "carousel",
  content_type: "carousel",
  title: "Carousel",
  media,
  ...about,
});

/** Writes items as a sync does, without a sync run. */
async function bring(db: TestContext, ...items: unknown[]): Promise<Record<string, number>> {
  const [counts] = await db.query<Record<string, number>>(
    `select * from ops.apply_items($owner, $account, ${literal(items)}::json)`,
  );
  assert.ok(counts);
  return counts;
}

const literal = (value: unknown) => `'${JSON.stringify(value).replaceAll("'", "''")}'`;

const parts = (db: TestContext) =>
  db.query<{ position: number; id: string; url: string; version: string }>(`
    select media.position, media.platform_media_id as id, media.url, media.ctid::text as version
    from content_media as media join content_item as item on item.id = media.content_id
    where item.platform_content_id = 'carousel' order by 1`);

const ids = async (db: TestContext) => (await parts(db)).map(({ id }) => id);

test("an item's parts are kept in order, and follow the platform's data", async (db) => {
  await bring(db, carousel([part(1), part(0)]));
  assert.deepEqual(await ids(db), ["m0", "m1"]);
  await bring(db, carousel([part(0, { platform_media_id: "x" }), part(1), part(2)]));
  assert.deepEqual(await ids(db), ["x", "m1", "m2"]);
  await bring(db, carousel([part(0)]));
  assert.deepEqual(await ids(db), ["m0"], "parts that are no longer listed are deleted");
  await bring(db, { ...carousel(undefined), title: "Said without its parts" });
  assert.deepEqual(await ids(db), ["m0"], "an item without the media member keeps its parts");
  await bring(db, carousel([]));
  assert.deepEqual(await ids(db), []);
});

test("unchanged parts get no new version; a new signature is stored once the old one is half a day old", async (db) => {
  const signed = (signature: number) =>
    carousel([0, 1].map((at) => part(at, { url: `https://cdn.example/m${at}.jpg?sig=${signature}` })));
  await bring(db, signed(1));
  const before = await parts(db);
  assert.deepEqual(await bring(db, signed(2)), { new_items: 0, updated_items: 0, unchanged_items: 1 });
  assert.deepEqual(await parts(db), before);
  await db.query("update content_media set updated_at = now() - interval '13 hours'");
  await bring(db, signed(3));
  assert.deepEqual((await parts(db)).map(({ url }) => url.split("=")[1]), ["3", "3"]);
});

test("invalid parts from a platform do not stop a page", async (db) => {
  const counts = await bring(
    db,
    carousel([
      part(0),
      part(0, { platform_media_id: "again" }),
      part(-1),
      part(1, { width: -5, alt_text: "x".repeat(9_000) }),
    ]),
    carousel("none", { platform_content_id: "other" }),
    carousel(null, { platform_content_id: "third" }),
  );
  assert.equal(counts.new_items, 3);
  assert.deepEqual((await parts(db)).map(({ position }) => position), [0, 1]);
  const longest = `select max(char_length(alt_text)) from content_media where user_id = $owner`;
  assert.equal(await db.value(longest), 5_000);
});

test("parts of an item that the creator deleted stay unchanged, and are deleted with the item", async (db) => {
  await bring(db, carousel([part(0), part(1)]));
  await db.query("update content_item set deleted_at = now() where platform_content_id = 'carousel'");
  await bring(db, carousel([part(0)]));
  assert.deepEqual(await ids(db), ["m0", "m1"]);
  await db.query("delete from content_item where platform_content_id = 'carousel'");
  const left = `select count(*)::integer from content_media where user_id = $owner`;
  assert.equal(await db.value(left), 0);
});
