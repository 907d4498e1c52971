import assert from "node:assert/strict";
import { inWorld, type World } from "../support/world.ts";

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

/** What a sync writes, without its sync run. */
async function bring(world: World, ...items: unknown[]): Promise<Record<string, number>> {
  const [counts] = await world.query<Record<string, number>>(
    `select * from ops.apply_items('${world.people.owner}', '${world.account}', ${literal(items)}::json)`,
  );
  assert.ok(counts);
  return counts;
}

const literal = (value: unknown) => `'${JSON.stringify(value).replaceAll("'", "''")}'`;

const parts = (world: World) =>
  world.query<{ position: number; id: string; url: string; version: string }>(`
    select media.position, media.platform_media_id as id, media.url, media.ctid::text as version
    from content_media as media join content_item as item on item.id = media.content_id
    where item.platform_content_id = 'carousel' order by 1`);

const ids = async (world: World) => (await parts(world)).map(({ id }) => id);

Deno.test("an item's parts are kept in their order, and follow what the platform says", async () => {
  await inWorld(async (world) => {
    await bring(world, carousel([part(1), part(0)]));
    assert.deepEqual(await ids(world), ["m0", "m1"]);
    await bring(world, carousel([part(0, { platform_media_id: "x" }), part(1), part(2)]));
    assert.deepEqual(await ids(world), ["x", "m1", "m2"]);
    await bring(world, carousel([part(0)]));
    assert.deepEqual(await ids(world), ["m0"], "what is no longer there goes");
    await bring(world, { ...carousel(undefined), title: "Said without its parts" });
    assert.deepEqual(await ids(world), ["m0"], "an item without the member keeps what it has");
    await bring(world, carousel([]));
    assert.deepEqual(await ids(world), []);
  });
});

Deno.test("parts that say the same get no new version; a new signature counts when the old one is half a day old", async () => {
  await inWorld(async (world) => {
    const signed = (signature: number) =>
      carousel([0, 1].map((at) => part(at, { url: `https://cdn.example/m${at}.jpg?sig=${signature}` })));
    await bring(world, signed(1));
    const before = await parts(world);
    assert.deepEqual(await bring(world, signed(2)), { new_items: 0, updated_items: 0, unchanged_items: 1 });
    assert.deepEqual(await parts(world), before);
    await world.query("update content_media set updated_at = now() - interval '13 hours'");
    await bring(world, signed(3));
    assert.deepEqual((await parts(world)).map(({ url }) => url.split("=")[1]), ["3", "3"]);
  });
});

Deno.test("what platforms get wrong in parts does not stop a page", async () => {
  await inWorld(async (world) => {
    const counts = await bring(
      world,
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
    assert.deepEqual((await parts(world)).map(({ position }) => position), [0, 1]);
    const longest =
      `select max(char_length(alt_text)) from content_media where user_id = '${world.people.owner}'`;
    assert.equal(await world.value(longest), 5_000);
  });
});

Deno.test("parts of what the creator deleted stay as they are, and go when the item does", async () => {
  await inWorld(async (world) => {
    await bring(world, carousel([part(0), part(1)]));
    await world.query("update content_item set deleted_at = now() where platform_content_id = 'carousel'");
    await bring(world, carousel([part(0)]));
    assert.deepEqual(await ids(world), ["m0", "m1"]);
    await world.query("delete from content_item where platform_content_id = 'carousel'");
    const left = `select count(*)::integer from content_media where user_id = '${world.people.owner}'`;
    assert.equal(await world.value(left), 0);
  });
});
