import assert from "node:assert/strict";
import { inWorld, type World } from "./world.ts";

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

/** What a sync writes, without its pass. */
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

Deno.test("refuse_account ends every connection to an account, but none that is newer than the report", async () => {
  await inWorld(async (world) => {
    const account = await world.value(
      "select platform_account_id from social_account where id = $account".replace(
        "$account",
        `'${world.account}'`,
      ),
    );
    const refuse = (before: string) =>
      world.value<number>(`select refuse_account('youtube', '${account}', 'taken back', ${before})`);
    const status = () => world.value(`select status from social_account where id = '${world.account}'`);
    assert.equal(await refuse("now() - interval '1 day'"), 0, "the consent is newer");
    assert.equal(await refuse("now() + interval '1 second'"), 1);
    assert.equal(await status(), "disconnected");
    assert.equal(await refuse("now() + interval '1 second'"), 0, "a repeated report does nothing");
    const notices =
      `select count(*)::integer from notification where user_id = '${world.people.owner}' and data ->> 'code' = 'account_disconnected'`;
    assert.equal(await world.value(notices), 1);
    assert.equal(await world.value("select refuse_account('youtube', 'UCnobody', 'taken back', now())"), 0);
  });
});

Deno.test("a request to erase finds accounts by their id and by who granted them, and nothing of anybody else's", async () => {
  await inWorld(async (world) => {
    const { owner, other } = world.people;
    const theirs = await connected(world, other, "UC-theirs", "person-2");
    const pages = [
      await connected(world, owner, "UC-page-1", "person-1"),
      await connected(world, owner, "UC-page-2", "person-1"),
    ];
    await erase(world, "person-1");
    const nameless = `select id from social_account where platform_account_id = 'erased:' || id order by id`;
    assert.deepEqual((await world.query<{ id: string }>(nameless)).map(({ id }) => id), pages.toSorted());
    await erase(world, "UC-theirs");
    assert.equal((await world.query(nameless)).length, 3);
    assert.equal(await world.value(`select connection_id from social_account where id = '${theirs}'`), null);
    assert.equal(
      await world.value(`select status from social_account where id = '${world.account}'`),
      "active",
    );
  });
});

Deno.test("erasing takes so many items a run, goes on where it stopped, and takes the account last", async () => {
  await inWorld(async (world) => {
    const id = await world.value<string>(
      `select platform_account_id from social_account where id = '${world.account}'`,
    );
    const code = await erase(world, id);
    // Requests of other tests are none of this one's.
    await world.query(
      `update ops.data_deletion set completed_at = now() where completed_at is null and confirmation_code <> '${code}'`,
    );
    assert.equal(await erase(world, id), code, "asked twice, it is one request");
    assert.equal(await erase(world, id, 2), code, "asked again while it is at work, it is that one");
    const left = async () => [
      await world.value(
        `select count(*)::integer from content_item where social_account_id = '${world.account}'`,
      ),
      await world.value(`select count(*)::integer from social_account where id = '${world.account}'`),
      await world.value(
        `select completed_at is not null from data_deletion_state('${code}')`,
        "service",
      ),
    ];
    assert.deepEqual(await left(), [3, 1, false]);
    assert.equal(await world.value("select ops.erase_requested_data(2)"), 2);
    assert.deepEqual(await left(), [1, 1, false]);
    assert.equal(await world.value("select ops.erase_requested_data(2)"), 1);
    assert.deepEqual(await left(), [0, 0, true]);
    assert.equal(await world.value("select ops.erase_requested_data(2)"), 0);
    assert.equal(
      await world.value(`select items_erased from data_deletion_state('${code}')`, "service"),
      3,
    );
  });
});

Deno.test("a request to erase leaves what was granted after it, however often its tokens were refreshed before", async () => {
  await inWorld(async (world) => {
    const { owner } = world.people;
    const id = await connected(world, owner, "UC-later", "person-3");
    const state = () => world.value(`select status from social_account where id = '${id}'`);
    const code = await erase(world, "person-3", -60);
    assert.equal(await state(), "active", "the consent is newer");
    const told = await world.query(
      `select accounts, completed_at is not null as done from data_deletion_state('${code}')`,
    );
    assert.deepEqual(told, [{ accounts: 0, done: true }]);
    await world.query(
      `update platform_connection set granted_at = now() - interval '1 day', token_issued_at = now() + interval '1 hour'
      where id = (select connection_id from social_account where id = '${id}')`,
    );
    await erase(world, "person-3", -30);
    assert.equal(await state(), "disconnected", "a refresh is no consent");
  });
});

Deno.test("a request to erase reaches accounts that were disconnected, and a report every account that a person granted", async () => {
  await inWorld(async (world) => {
    const { owner } = world.people;
    const given_up = await connected(world, owner, "UC-given-up", "person-4");
    await world.query(`select disconnect_account('${owner}', '${given_up}')`);
    await erase(world, "person-4");
    assert.equal(
      await world.value(`select platform_account_id from social_account where id = '${given_up}'`),
      `erased:${given_up}`,
    );
    for (const page of ["UC-a", "UC-b", "UC-c"]) await connected(world, owner, page, "person-5");
    const refuse = "select refuse_account('youtube', 'person-5', 'taken back', now() + interval '1 second')";
    assert.equal(await world.value(refuse), 3);
    assert.equal(await world.value(refuse), 0);
  });
});

/** Asks to erase what was granted up to now, or to so many seconds from now. */
const erase = (world: World, person: string, seconds = 1) =>
  world.value<string>(
    `select request_data_deletion('Meta', '{youtube,instagram}', '${person}', 'key-${person}', now() + interval '${seconds} second')`,
    "service",
  );

/** An account that a person of the platform let StreamVibe into. */
async function connected(world: World, user: string, account: string, person: string): Promise<string> {
  await world.query(
    `update subscription set tier_id = (select id from subscription_tier where slug = 'premium')
    where user_id = '${user}'`,
  );
  return await world.value<string>(
    `select connect_account('${user}', 'youtube', '{"access_token": "at"}', now() + interval '1 hour', '{}',
      '{"platform_account_id": "${account}", "details": {"granted_by": "${person}"}}') ->> 'social_account_id'`,
    "service",
  );
}

Deno.test("has_other_account sees live accounts of the same person and platform only", async () => {
  await inWorld(async (world) => {
    const { owner, other } = world.people;
    const ask = (user: string, platform: string, except: string) =>
      world.value<boolean>(`select has_other_account('${user}', '${platform}', ${except})`);
    assert.equal(await ask(owner, "youtube", "null"), true);
    assert.equal(await ask(owner, "youtube", `'${world.account}'`), false);
    assert.equal(await ask(owner, "facebook", "null"), false);
    assert.equal(await ask(other, "youtube", `'${world.account}'`), false);
    await world.query(`select disconnect_account('${owner}', '${world.account}')`);
    assert.equal(await ask(owner, "youtube", "null"), false);
  });
});
