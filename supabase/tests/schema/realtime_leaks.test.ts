import assert from "node:assert/strict";
import { withPerson } from "../support/context.ts";

Deno.test("no realtime message contains a token: the publication's output is read from the WAL", async () => {
  await withPerson(async ({ id, sql }) => {
    const slot = `leaks_${crypto.randomUUID().replaceAll("-", "")}`;
    const secrets = {
      access_token: `access-${crypto.randomUUID()}`,
      refresh_token: `refresh-${crypto.randomUUID()}`,
    };
    const channel = `UC-${crypto.randomUUID()}`;
    await sql`select pg_create_logical_replication_slot(${slot}, 'pgoutput')`;
    try {
      const [connected] = await sql<{ account: string; connection: string }[]>`
      select r ->> 'social_account_id' as account, r ->> 'connection_id' as connection
      from public.connect_account(${id}, 'youtube', ${sql.json(secrets)}, now() + interval '1 hour', '{a}',
        ${sql.json({ platform_account_id: channel, display_name: channel })}) as r`;
      assert.ok(connected);
      const [claimed] = await sql<{ lease: string }[]>`
      select public.claim_token_refresh(${connected.connection}, 60) ->> 'lease' as lease`;
      assert.ok(claimed);
      await sql`select public.refuse_connection(${connected.connection}, ${claimed.lease}, 'invalid_grant')`;

      const messages = await sql<{ data: Uint8Array }[]>`
      select data from pg_logical_slot_peek_binary_changes(${slot}, null, null,
        'proto_version', '1', 'publication_names', 'supabase_realtime')`;
      const sent = messages.map(({ data }) => new TextDecoder().decode(data)).join("\n");
      // The account and its notification are sent, so a token in them would be detected.
      assert.ok(sent.includes(channel), "the account's own row is sent");
      for (const secret of Object.values(secrets)) assert.ok(!sent.includes(secret));
      assert.ok(!sent.includes("streamvibe/connection/"), "not even the secret's name is sent");
    } finally {
      await sql`select pg_drop_replication_slot(${slot})`;
    }
  }, 4);
});
