/** Tests that everything that locks a user's subscription, account and connection locks them in this order; any other order would deadlock. */
import assert from "node:assert/strict";
import type postgres from "postgres";
import { type Row, whileOpen, withPerson } from "../support/context.ts";

async function connect(sql: postgres.Sql, id: string): Promise<{ account: string; connection: string }> {
  const [row] = await sql<{ made: { social_account_id: string; connection_id: string } }[]>`
    select connect_account(${id}, 'youtube', '{"access_token": "x"}', now() + interval '1 hour', '{}',
      ${sql.json({ platform_account_id: `UC-${id}` })}) as made`;
  assert.ok(row);
  return { account: row.made.social_account_id, connection: row.made.connection_id };
}

const accountLocked = (id: string) => `select from social_account where id = '${id}' for update`;
const connectionLocked = (id: string) => `select from platform_connection where id = '${id}' for update`;

Deno.test("a refused refresh waits for a concurrent disconnect, and neither fails", async () => {
  await withPerson(async ({ id, sql }) => {
    const { account, connection } = await connect(sql, id);
    const [claim] = await sql<{ claim: Row }[]>`select claim_token_refresh(${connection}, 60) as claim`;
    const refuse = `select refuse_connection('${connection}', '${claim?.claim.lease}', 'no')`;
    const outcome = await whileOpen(accountLocked(account), refuse, connectionLocked(connection));
    assert.deepEqual(outcome, { waited: true, refused: undefined });
  }, 2);
});

Deno.test("a platform's report of lost access waits for a concurrent disconnect, and neither fails", async () => {
  await withPerson(async ({ id, sql }) => {
    const { account, connection } = await connect(sql, id);
    const report = `select refuse_account('youtube', 'UC-${id}', 'no', now() + interval '1 hour')`;
    const outcome = await whileOpen(accountLocked(account), report, connectionLocked(connection));
    assert.deepEqual(outcome, { waited: true, refused: undefined });
  }, 2);
});

const requestToErase = (id: string) =>
  `select request_data_deletion('Meta', '{youtube}', 'UC-${id}', 'key-${id}', now() + interval '1 hour')`;

/** Completes the person's erasure request, and deletes the request. */
async function eraseAll(sql: postgres.Sql, id: string): Promise<void> {
  const open = () =>
    sql`select from ops.data_deletion where person_key = ${`key-${id}`} and completed_at is null`;
  // Cron may erase concurrently.
  while ((await open()).length > 0) await sql`select ops.erase_requested_data()`;
  await sql`delete from ops.data_deletion where person_key = ${`key-${id}`}`;
}

Deno.test("a request to erase an account waits for a concurrent disconnect, and neither fails", async () => {
  await withPerson(async ({ id, sql }) => {
    const { account, connection } = await connect(sql, id);
    const outcome = await whileOpen(accountLocked(account), requestToErase(id), connectionLocked(connection));
    assert.deepEqual(outcome, { waited: true, refused: undefined });
    await eraseAll(sql, id);
  }, 2);
});

Deno.test("a page that is applied while its account is being erased does not restore the erased names", async () => {
  await withPerson(async ({ id, sql }) => {
    const { account } = await connect(sql, id);
    const [begun] = await sql<{ run: Row }[]>`select begin_sync(${id}, ${account}, null, 60) as run`;
    const page = `select apply_sync_page('${begun?.run.sync_id}', ${begun?.run.fence},
    '{"cursor": null, "item_ids": ["v1"], "present_ids": ["v1"], "next_cursor": null}',
    '[{"platform_content_id": "v1", "title": "A title"}]', '{"display_name": "A name", "details": {"granted_by": "9"}}')`;
    const outcome = await whileOpen(requestToErase(id), page);
    assert.deepEqual(outcome, { waited: true, refused: undefined });
    const [left] = await sql`select display_name, details from social_account where id = ${account}`;
    assert.deepEqual({ ...left }, { display_name: null, details: {} });
    await eraseAll(sql, id);
    const [gone] = await sql`
    select (select count(*)::integer from social_account where id = ${account}) as accounts,
      (select count(*)::integer from content_item where social_account_id = ${account}) as items`;
    assert.deepEqual({ ...gone }, { accounts: 0, items: 0 });
  }, 2);
});

Deno.test("an erasure waits for a concurrent sync failure of the same account, and neither fails", async () => {
  await withPerson(async ({ id, sql }) => {
    const { account } = await connect(sql, id);
    await sql`select begin_sync(${id}, ${account}, null, 60)`;
    await sql.unsafe(requestToErase(id));
    const outcome = await whileOpen(
      `select from ops.sync_run where social_account_id = '${account}' for update`,
      "select ops.erase_requested_data()",
      accountLocked(account),
    );
    assert.deepEqual(outcome, { waited: true, refused: undefined });
    await eraseAll(sql, id);
  }, 2);
});

Deno.test("a sync failure waits for a concurrent reconnect of the same account, and neither fails", async () => {
  await withPerson(async ({ id, sql }) => {
    const { account } = await connect(sql, id);
    const [begun] = await sql<{ run: Row }[]>`select begin_sync(${id}, ${account}, null, 60) as run`;
    const outcome = await whileOpen(
      `select from subscription where user_id = '${id}' for update`,
      `select fail_sync('${begun?.run.sync_id}', ${begun?.run.fence}, 'x', 'x')`,
      accountLocked(account),
    );
    assert.deepEqual(outcome, { waited: true, refused: undefined });
  }, 2);
});
