/** Modules 001 and 002: platforms' reports about people, and their effects. */
import assert from "node:assert/strict";
import { test, type TestContext } from "../support/context.ts";

/** Requests the erasure of everything granted until `seconds` from now. */
const erase = (db: TestContext, person: string, seconds = 1) =>
  db.value<string>(
    `select request_data_deletion('Meta', '{youtube,instagram}', '${person}', 'key-${person}', now() + interval '${seconds} second')`,
    "service",
  );

/** Connects an account to which a person of the platform granted access. */
async function connected(db: TestContext, user: string, account: string, person: string): Promise<string> {
  await db.query(
    `update subscription set tier_id = (select id from subscription_tier where slug = 'premium')
    where user_id = '${user}'`,
  );
  return await db.value<string>(
    `select connect_account('${user}', 'youtube', '{"access_token": "at"}', now() + interval '1 hour', '{}',
      '{"platform_account_id": "${account}", "details": {"granted_by": "${person}"}}') ->> 'social_account_id'`,
    "service",
  );
}

test("refuse_account ends the connections to an account, except those newer than the report", async (db) => {
  const account = await db.value(
    "select platform_account_id from social_account where id = $account".replace("$account", `$account`),
  );
  const refuse = (before: string) =>
    db.value<number>(`select refuse_account('youtube', '${account}', 'taken back', ${before})`);
  const status = () => db.value(`select status from social_account where id = $account`);
  assert.equal(await refuse("now() - interval '1 day'"), 0, "the consent is newer");
  assert.equal(await refuse("now() + interval '1 second'"), 1);
  assert.equal(await status(), "disconnected");
  assert.equal(await refuse("now() + interval '1 second'"), 0, "a repeated report does nothing");
  const notices =
    `select count(*)::integer from notification where user_id = $owner and data ->> 'code' = 'account_disconnected'`;
  assert.equal(await db.value(notices), 1);
  assert.equal(await db.value("select refuse_account('youtube', 'UCnobody', 'taken back', now())"), 0);
});

test("a request to erase finds accounts by their id and by the person who granted access, and no others", async (db) => {
  const { owner, other } = db.people;
  const theirs = await connected(db, other, "UC-theirs", "person-2");
  const pages = [
    await connected(db, owner, "UC-page-1", "person-1"),
    await connected(db, owner, "UC-page-2", "person-1"),
  ];
  await erase(db, "person-1");
  const nameless = `select id from social_account where platform_account_id = 'erased:' || id order by id`;
  assert.deepEqual((await db.query<{ id: string }>(nameless)).map(({ id }) => id), pages.toSorted());
  await erase(db, "UC-theirs");
  assert.equal((await db.query(nameless)).length, 3);
  assert.equal(await db.value(`select connection_id from social_account where id = '${theirs}'`), null);
  assert.equal(await db.value(`select status from social_account where id = $account`), "active");
});

test("an erasure deletes a limited number of items per run, continues where it stopped, and deletes the account last", async (db) => {
  const id = await db.value<string>(`select platform_account_id from social_account where id = $account`);
  const code = await erase(db, id);
  // Completes the requests of other tests, so that only this test's request is processed.
  await db.query(
    `update ops.data_deletion set completed_at = now() where completed_at is null and confirmation_code <> '${code}'`,
  );
  assert.equal(await erase(db, id), code, "a repeated request is the same request");
  assert.equal(
    await erase(db, id, 2),
    code,
    "a later request before the erasure is complete is the same request",
  );
  const left = async () => [
    await db.value(`select count(*)::integer from content_item where social_account_id = $account`),
    await db.value(`select count(*)::integer from social_account where id = $account`),
    await db.value(`select completed_at is not null from data_deletion_state('${code}')`, "service"),
  ];
  assert.deepEqual(await left(), [3, 1, false]);
  assert.equal(await db.value("select ops.erase_requested_data(2)"), 2);
  assert.deepEqual(await left(), [1, 1, false]);
  assert.equal(await db.value("select ops.erase_requested_data(2)"), 1);
  assert.deepEqual(await left(), [0, 0, true]);
  assert.equal(await db.value("select ops.erase_requested_data(2)"), 0);
  assert.equal(await db.value(`select items_erased from data_deletion_state('${code}')`, "service"), 3);
});

test("a request to erase spares only access that was granted after it; refreshing tokens does not count as granting", async (db) => {
  const { owner } = db.people;
  const id = await connected(db, owner, "UC-later", "person-3");
  const state = () => db.value(`select status from social_account where id = '${id}'`);
  const code = await erase(db, "person-3", -60);
  assert.equal(await state(), "active", "the consent is newer");
  const told = await db.query(
    `select accounts, completed_at is not null as done from data_deletion_state('${code}')`,
  );
  assert.deepEqual(told, [{ accounts: 0, done: true }]);
  await db.query(
    `update platform_connection set granted_at = now() - interval '1 day', token_issued_at = now() + interval '1 hour'
    where id = (select connection_id from social_account where id = '${id}')`,
  );
  await erase(db, "person-3", -30);
  assert.equal(await state(), "disconnected", "a refresh is not a consent");
});

test("a request to erase includes disconnected accounts, and a report reaches every account that the person granted", async (db) => {
  const { owner } = db.people;
  const given_up = await connected(db, owner, "UC-given-up", "person-4");
  await db.query(`select disconnect_account('${owner}', '${given_up}')`);
  await erase(db, "person-4");
  assert.equal(
    await db.value(`select platform_account_id from social_account where id = '${given_up}'`),
    `erased:${given_up}`,
  );
  for (const page of ["UC-a", "UC-b", "UC-c"]) await connected(db, owner, page, "person-5");
  const refuse = "select refuse_account('youtube', 'person-5', 'taken back', now() + interval '1 second')";
  assert.equal(await db.value(refuse), 3);
  assert.equal(await db.value(refuse), 0);
});
