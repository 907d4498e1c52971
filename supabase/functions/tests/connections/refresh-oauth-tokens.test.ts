import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { callFunction, createCreator, simulator, testDatabase } from "../../../../scripts/test/stack.ts";
import { arm, connectChannel, createChannel, disarm, syncAll } from "../support/channels.ts";

const TOKEN = "oauth2.googleapis.com/token";

interface Connected {
  channel: string;
  user_id: string;
  social_account_id: string;
  connection_id: string;
}

interface Counts {
  refreshed: number;
  failed: number;
  needs_reconnect: number;
}

async function connected(sql: Sql): Promise<Connected> {
  const channel = await createChannel({ videos: 1 });
  const creator = await createCreator();
  const social_account_id = await connectChannel(creator, channel);
  const [row] = await sql`select id from public.platform_connection where user_id = ${creator.id}`;
  return { channel, user_id: creator.id, social_account_id, connection_id: row?.id };
}

/** Brings the end of a token near, as an hour of waiting would. */
async function makeDue(sql: Sql, { connection_id }: Connected, left = "2 minutes"): Promise<void> {
  await sql`
    update public.platform_connection
    set token_expires_at = now() + ${left}::interval, token_issued_at = now() - interval '1 hour' where id = ${connection_id}`;
}

async function stateOf(sql: Sql, { connection_id, user_id }: Connected) {
  const [row] = await sql`
    select c.is_active, c.token_expires_at, c.refresh_lease, c.refresh_retry_at, a.status, a.sync_mode, a.next_sync_at,
      vault.decrypted_secret::jsonb as tokens,
      (select count(*)::integer from public.notification n where n.user_id = ${user_id} and n.data ->> 'code' = 'account_disconnected') as notices
    from public.platform_connection c
    join public.social_account a on a.connection_id = c.id
    join vault.decrypted_secrets vault on vault.name = c.vault_secret_name
    where c.id = ${connection_id}`;
  assert.ok(row);
  return row;
}

async function refresh(): Promise<Counts> {
  const { status, body } = await callFunction<Counts>("refresh-oauth-tokens", {
    as: "secret",
    body: {},
  });
  assert.equal(status, 200, JSON.stringify(body));
  return body;
}

Deno.test("refresh-oauth-tokens refreshes what is due and nothing else, and keeps the refresh token", async () => {
  const sql = await testDatabase();
  try {
    const due = await connected(sql);
    const fresh = await connected(sql);
    const before = await stateOf(sql, due);
    const untouched = await stateOf(sql, fresh);
    await makeDue(sql, due);
    assert.ok((await refresh()).refreshed >= 1);
    const after = await stateOf(sql, due);
    assert.notEqual(after.tokens.access_token, before.tokens.access_token);
    assert.equal(after.tokens.refresh_token, before.tokens.refresh_token, "Google gives no new one");
    assert.ok(after.token_expires_at.getTime() > Date.now() + 50 * 60_000);
    assert.equal(after.refresh_lease, null);
    assert.deepEqual((await stateOf(sql, fresh)).tokens, untouched.tokens);
  } finally {
    await sql.end();
  }
});

Deno.test("refresh-oauth-tokens run eight times at once refreshes each connection once", async () => {
  const sql = await testDatabase();
  try {
    const due = await Promise.all(Array.from({ length: 5 }, () => connected(sql)));
    await Promise.all(due.map((one) => makeDue(sql, one)));
    const mark = (await simulator<{ last_id: number }>("requests?limit=0")).last_id;
    await Promise.all(Array.from({ length: 8 }, refresh));
    for (const { channel } of due) {
      const query = new URLSearchParams({ account: channel, match: TOKEN, after: String(mark) });
      assert.equal((await simulator<{ count: number }>(`requests?${query}`)).count, 1);
    }
  } finally {
    await sql.end();
  }
});

Deno.test("a refused refresh disconnects the account and tells the creator once; connecting again heals it", async () => {
  const sql = await testDatabase();
  try {
    const dead = await connected(sql);
    const innocent = await connected(sql);
    await sql`update public.social_account set sync_mode = 'auto' where id = ${dead.social_account_id}`;
    await simulator("youtube/tokens/revoke", { account_id: dead.channel });
    await makeDue(sql, dead);
    await makeDue(sql, innocent);
    const counts = await refresh();
    assert.ok(counts.needs_reconnect >= 1 && counts.refreshed >= 1);
    const { is_active, status, next_sync_at, notices } = await stateOf(sql, dead);
    assert.deepEqual({ is_active, status, next_sync_at, notices }, {
      is_active: false,
      status: "disconnected",
      next_sync_at: null,
      notices: 1,
    });
    assert.equal((await stateOf(sql, innocent)).status, "active");
    await makeDue(sql, dead);
    await refresh();
    assert.equal((await stateOf(sql, dead)).notices, 1);
  } finally {
    await sql.end();
  }
});

Deno.test("a transient error changes nothing and is tried again later", async (test) => {
  const sql = await testDatabase();
  try {
    const one = await connected(sql);
    const before = await stateOf(sql, one);
    const faults: [string, Record<string, unknown>][] = [
      ["503", { status: 503 }],
      ["429", { status: 429 }],
      ["cut", { cut: true }],
      ["malformed", { malformed: true }],
      ["our own client refused", { reason: "invalid_client" }],
    ];
    for (const [name, fault] of faults) {
      await test.step(name, async () => {
        await makeDue(sql, one);
        await sql`update public.platform_connection set refresh_retry_at = null where id = ${one.connection_id}`;
        await arm(one.channel, TOKEN, fault, { times: 10 });
        const counts = await refresh();
        await disarm(one.channel);
        assert.ok(counts.failed >= 1);
        const after = await stateOf(sql, one);
        assert.deepEqual(after.tokens, before.tokens);
        assert.deepEqual([after.is_active, after.status, after.notices, after.refresh_lease], [
          true,
          "active",
          0,
          null,
        ]);
        assert.ok(after.refresh_retry_at > new Date(), "not at once");
      });
    }
    await sql`update public.platform_connection set refresh_retry_at = null where id = ${one.connection_id}`;
    assert.ok((await refresh()).refreshed >= 1);
  } finally {
    await sql.end();
  }
});

Deno.test("a refresh answer with an empty refresh token does not cost the one at hand", async () => {
  const sql = await testDatabase();
  try {
    const one = await connected(sql);
    const before = await stateOf(sql, one);
    await makeDue(sql, one);
    const issued = await simulator<{ access_token: string }>("youtube/tokens", { account_id: one.channel });
    const body = {
      access_token: issued.access_token,
      expires_in: 3599,
      refresh_token: "",
      token_type: "Bearer",
    };
    await arm(one.channel, TOKEN, { status: 200, body });
    await refresh();
    const after = await stateOf(sql, one);
    assert.deepEqual([after.tokens.access_token, after.tokens.refresh_token], [
      issued.access_token,
      before.tokens.refresh_token,
    ]);
  } finally {
    await sql.end();
  }
});

Deno.test("a sync refreshes a token that is due before it uses it, once, also when the cron job does so too", async () => {
  const sql = await testDatabase();
  try {
    const channel = await createChannel({ videos: 2 });
    const creator = await createCreator();
    const social_account_id = await connectChannel(creator, channel);
    const counts = async (work: () => Promise<unknown>) => {
      await sql`
        update public.platform_connection
        set token_expires_at = now() - interval '1 minute', token_issued_at = now() - interval '1 hour' where user_id = ${creator.id}`;
      await simulator("youtube/tokens/expire", { account_id: channel });
      const mark = (await simulator<{ last_id: number }>("requests?limit=0")).last_id;
      await work();
      const query = new URLSearchParams({ account: channel, after: String(mark) });
      return (await simulator<{ counts: Record<string, number> }>(`requests?${query}`)).counts;
    };
    const alone = await counts(() => syncAll(creator, social_account_id));
    assert.deepEqual(
      Object.keys(alone).filter((line) => line.endsWith(" 401")),
      [],
      "no call is made with a token known to be dead",
    );
    for (
      const observed of [
        alone,
        await counts(() => Promise.all([syncAll(creator, social_account_id), refresh()])),
      ]
    ) {
      assert.equal(observed["POST /oauth2.googleapis.com/token 200"], 1, JSON.stringify(observed));
    }
  } finally {
    await sql.end();
  }
});
