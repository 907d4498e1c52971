/** Modules 001 and 002: what platforms report of people, and what becomes of it. */
import assert from "node:assert/strict";
import { inWorld, type World } from "../support/world.ts";

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
