import assert from "node:assert/strict";
import { testDatabase } from "../../../scripts/test/stack.ts";
import { findStringEverywhere } from "./leaks.ts";
import { withPerson } from "../support/context.ts";

Deno.test("no table contains a token after an account is connected, its token is refreshed and a sync begins", async () => {
  await withPerson(async ({ id, sql }) => {
    const secrets = {
      access_token: `access-${crypto.randomUUID()}`,
      refresh_token: `refresh-${crypto.randomUUID()}`,
    };
    // In one transaction: once others see the connection, any run of the token refresh may claim it, because it is due.
    const { social_account_id, connection_id, lease } = await sql.begin(async (transaction) => {
      const [connected] = await transaction<
        { result: { social_account_id: string; connection_id: string } }[]
      >`
        select public.connect_account(${id}, 'youtube', ${
        transaction.json(secrets)
      }, now() + interval '1 minute', '{a}',
          ${transaction.json({ platform_account_id: `UC-${id}` })}) as result`;
      assert.ok(connected);
      const [claimed] = await transaction<{ lease: { lease: string; tokens: Record<string, string> } }[]>`
        select public.claim_token_refresh(${connected.result.connection_id}, 60) as lease`;
      return { ...connected.result, lease: claimed?.lease };
    });
    assert.deepEqual(lease?.tokens, secrets, "claim_token_refresh returns them");
    const renewed = `renewed-${crypto.randomUUID()}`;
    await sql`select public.store_refreshed_tokens(${connection_id}, ${lease?.lease ?? ""},
    ${sql.json({ access_token: renewed })}, now() + interval '1 hour')`;
    await sql`select public.begin_sync(${id}, ${social_account_id}, null, 60)`;

    for (const secret of [secrets.access_token, secrets.refresh_token, renewed]) {
      assert.deepEqual(await findStringEverywhere(sql, secret), []);
    }
  }, 4);
});

Deno.test("the leak search finds a string nested in jsonb", async () => {
  const sql = await testDatabase({ max: 1 });
  const needle = `needle-${crypto.randomUUID()}`;
  const key = `leak-test-${crypto.randomUUID()}`;
  try {
    assert.deepEqual(await findStringEverywhere(sql, needle), []);
    await sql`insert into public.cache_store (key, value) values (${key}, ${
      sql.json({ deep: [{ text: needle }] })
    })`;
    assert.deepEqual(await findStringEverywhere(sql, needle), [{ table: "cache_store", rows: 1 }]);
  } finally {
    await sql`delete from public.cache_store where key = ${key}`;
    await sql.end();
  }
});
