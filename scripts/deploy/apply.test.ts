/** Applying SQL while the database is in use. */
import assert from "node:assert/strict";
import { testDatabase } from "../test/stack.ts";
import { applyText } from "./apply.ts";

Deno.test("a statement that waits too long for a lock gives way and retries; any other error is reported at once", async () => {
  const sql = await testDatabase();
  const schema = `applied_${crypto.randomUUID().slice(0, 8)}`;
  try {
    await sql.unsafe(`create schema ${schema}; create table ${schema}.busy (id integer)`).simple();
    const released = Promise.withResolvers<void>();
    const locked = Promise.withResolvers<void>();
    const holder = sql.begin(async (transaction) => {
      await transaction.unsafe(`lock table ${schema}.busy in access share mode`);
      locked.resolve();
      await released.promise;
    });
    await locked.promise;
    const applied = applyText(sql, `alter table ${schema}.busy add column n integer`);
    // Locked for longer than the first attempt waits: a reader that arrived during the wait would have queued behind it.
    const waits = async () => {
      const [row] =
        await sql`select count(*)::integer as count from pg_locks where relation = ${`${schema}.busy`}::regclass and not granted`;
      return row?.count as number;
    };
    while (await waits() === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    while (await waits() > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    assert.deepEqual([
      ...await sql.unsafe(
        `select n from information_schema.columns, lateral (select 1 as n) one where table_schema = '${schema}' and column_name = 'n'`,
      ),
    ], []);
    released.resolve();
    await Promise.all([holder, applied]);
    const [row] =
      await sql`select count(*)::integer as count from information_schema.columns where table_schema = ${schema}`;
    assert.equal(row?.count, 2);
    await assert.rejects(
      () => applyText(sql, `alter table ${schema}.nothing add column n integer`),
      /does not exist/,
    );
  } finally {
    await sql.unsafe(`drop schema if exists ${schema} cascade`);
    await sql.end();
  }
});
