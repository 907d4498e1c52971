/**
 * Tests tokens on every platform: refreshed before they expire, one refresh at a time, and never lost. A permanent refusal by the
 * platform causes one notification; a transient error changes nothing.
 */
import assert from "node:assert/strict";
import { callFunction, simulator } from "../../../../scripts/test/stack.ts";
import { Access } from "../../_shared/connections/access.ts";
import type { Context } from "../../_shared/context.ts";
import { type Admin, adminOf, type FunctionName } from "../../_shared/database/database.ts";
import { DatabaseError } from "../../_shared/errors.ts";
import type { Tokens } from "../../_shared/platforms/platform.ts";
import { platformOf } from "../../_shared/platforms/registry.ts";
import { connectionContext } from "../support/connection_context.ts";
import { ConnectedAccount } from "../support/connected_account.ts";
import { ROWS } from "./platform_rows.ts";

interface Counts {
  refreshed: number;
  failed: number;
  needs_reconnect: number;
}

async function refresh(): Promise<Counts> {
  const { status, body } = await callFunction<Counts>("refresh-oauth-tokens", { as: "secret", body: {} });
  assert.equal(status, 200, JSON.stringify(body));
  return body;
}

async function mark(): Promise<number> {
  return (await simulator<{ last_id: number }>("requests?limit=0")).last_id;
}

/** Refreshes in this process, in a context whose database calls the test controls. */
async function refreshHere(own: ConnectedAccount, context: Context): Promise<Tokens> {
  const { connection_id, tokens, token_expires_at } = await own.state();
  const platform = await platformOf(own.row.slug, context);
  const access = new Access(context, platform, {
    connection_id,
    tokens,
    token_expires_at: token_expires_at?.toISOString() ?? null,
  });
  return await access.use((fresh) => Promise.resolve(fresh));
}

/** Wraps the context's admin client so that `before` runs before each call. */
function intercepting({ admin }: Context, before: (name: string) => void): Admin {
  return adminOf((name, args) => {
    before(name);
    return admin.call(name as FunctionName, args as never);
  });
}

/** Returns a context that simulates a process that dies just before it stores the new tokens. */
function dyingBeforeStore(context: Context): Context {
  const admin = intercepting(context, (name) => {
    if (name === "store_refreshed_tokens" || name === "release_token_refresh") {
      throw new Error("the process is dead");
    }
  });
  return { ...context, admin };
}

/** Returns a context whose database is unavailable for the first two attempts to store tokens. */
function hiccuping(context: Context): Context {
  let left = 2;
  const admin = intercepting(context, (name) => {
    if (name === "store_refreshed_tokens" && left-- > 0) {
      throw new DatabaseError("08006", "the connection failed");
    }
  });
  return { ...context, admin };
}

for (const row of ROWS) {
  Deno.test(`${row.title}: a due token is refreshed once, however many processes try; other tokens are left alone`, async () => {
    await using own = await ConnectedAccount.create(row.slug, { items: 2 });
    await using fresh = await ConnectedAccount.create(row.slug, { items: 0 });
    const untouched = (await fresh.state()).tokens;
    const before = await own.state();
    await own.makeDue();
    const since = await mark();
    // Concurrently from the stack's process and from this one.
    const here = await connectionContext();
    await Promise.all([
      refresh(),
      refresh(),
      refreshHere(own, here),
      refreshHere(own, here),
      own.syncAll(),
    ]);
    assert.equal(await own.calls(row.calls.refresh, since), 1, "one refresh");
    const after = await own.state();
    assert.notEqual(after.tokens.access_token, before.tokens.access_token);
    assert.equal(after.refresh_lease, null);
    assert.deepEqual((await fresh.state()).tokens, untouched, "a token that is not due stays");
    assert.ok(
      after.token_expires_at === null || after.token_expires_at.getTime() > Date.now() + 30 * 60_000,
    );
    if (before.tokens.refresh_token) {
      assert.equal(after.tokens.refresh_token !== before.tokens.refresh_token, row.rotates);
      assert.ok(after.tokens.refresh_token);
    }
    await row.simulator.add(own.account_id, "Read with the new token");
    await own.syncAll();
    await own.assertSameLibrary();
    // The new tokens must be refreshable too.
    await own.makeDue();
    await refresh();
    assert.notEqual((await own.state()).tokens.access_token, after.tokens.access_token);
    await own.syncAll();
  });

  Deno.test(`${row.title}: a sync refreshes a due token first, so that no call is refused`, async () => {
    await using own = await ConnectedAccount.create(row.slug, { items: 2 });
    await own.makeDue();
    const since = await mark();
    await own.syncAll();
    const query = new URLSearchParams({ account: own.account_id, after: String(since) });
    const { counts } = await simulator<{ counts: Record<string, number> }>(`requests?${query}`);
    assert.ok(Object.keys(counts).every((line) => line.endsWith(" 200")), JSON.stringify(counts));
    assert.equal(await own.calls(row.calls.refresh, since), 1);
  });

  Deno.test(`${row.title}: a refresh that is refused permanently disconnects the account and notifies the creator once`, async () => {
    await using own = await ConnectedAccount.create(row.slug, { items: 2 });
    await using innocent = await ConnectedAccount.create(row.slug, { items: 2 });
    await own.sql`update public.social_account set sync_mode = 'auto' where id = ${own.social_account_id}`;
    await own.makeDue();
    await innocent.makeDue();
    // If a refresh is an ordinary API call, its refusal is confirmed by the check call.
    const refused = row.prolongs ? `${row.calls.refresh}|${row.calls.check}` : row.calls.refresh;
    await own.arm(refused, { reason: row.words.dead_grant }, { times: 20 });
    await Promise.all([refresh(), refresh(), own.syncOnce(), own.syncOnce()]);
    await refresh();
    const { status, is_active, notices, next_sync_at, last_error } = await own.state();
    assert.deepEqual([status, is_active, notices, next_sync_at], ["disconnected", false, 1, null]);
    assert.match(String(last_error), /connect (the account|it) again/);
    assert.equal((await innocent.state()).status, "active");
    await own.disarm();
    assert.equal((await own.syncOnce()).body.code, "account_disconnected");
    assert.equal(await own.reconnect(), own.social_account_id);
    await own.syncAll();
    await own.assertSameLibrary();
  });

  if (row.prolongs) {
    Deno.test(`${row.title}: a refresh that is refused while the token is still accepted is retried later`, async () => {
      await using own = await ConnectedAccount.create(row.slug, { items: 2 });
      await own.makeDue();
      await own.arm(row.calls.refresh, { reason: row.words.dead_grant }, { times: 20 });
      await refresh();
      await own.disarm();
      const { status, is_active, notices, refresh_retry_at } = await own.state();
      assert.deepEqual([status, is_active, notices], ["active", true, 0]);
      assert.ok(refresh_retry_at > new Date());
      await own.syncAll();
      await own.assertSameLibrary();
    });
  }

  Deno.test(`${row.title}: a refresh that fails for a transient reason changes nothing and is retried later`, async (test) => {
    await using own = await ConnectedAccount.create(row.slug, { items: 2 });
    const faults: [string, Record<string, unknown>][] = [
      ["500", { status: 500 }],
      ["503 with a proxy's HTML page", { status: 503, body: "<h1>Bad gateway</h1>" }],
      ["429", { status: 429 }],
      ["cut", { cut: true }],
      // The malformed response arrives after the refresh was done: with rotating tokens, the new token is lost, as in the last test.
      ...(row.rotates
        ? []
        : [["malformed JSON", { malformed: true }] satisfies [string, Record<string, unknown>]]),
      ...(row.slug === "youtube"
        ? [
          ["our own client is refused", { reason: "invalid_client" }] satisfies [
            string,
            Record<string, unknown>,
          ],
        ]
        : []),
      ["a response without tokens", { status: 200, body: {} }],
      ["empty tokens", { status: 200, body: { access_token: "", refresh_token: "", expires_in: 0 } }],
    ];
    for (const [name, fault] of faults) {
      await test.step(name, async () => {
        await own.makeDue();
        const { tokens } = await own.state();
        await own.arm(row.calls.refresh, fault, { times: 20 });
        await refresh();
        await own.disarm();
        const after = await own.state();
        assert.deepEqual(after.tokens, tokens);
        assert.deepEqual([after.status, after.is_active, after.notices, after.refresh_lease], [
          "active",
          true,
          0,
          null,
        ]);
        assert.ok(after.refresh_retry_at > new Date(), "retried later, not at once");
      });
    }
    await own.makeDue();
    const { tokens } = await own.state();
    await refresh();
    assert.notEqual((await own.state()).tokens.access_token, tokens.access_token);
    await own.syncAll();
    await own.assertSameLibrary();
  });

  Deno.test(`${row.title}: storing the new tokens is retried after a database error`, async () => {
    await using own = await ConnectedAccount.create(row.slug, { items: 2 });
    await own.makeDue();
    const before = await own.state();
    const since = await mark();
    const fresh = await refreshHere(own, hiccuping(await connectionContext()));
    const { tokens } = await own.state();
    assert.notEqual(tokens.access_token, before.tokens.access_token);
    assert.equal(tokens.access_token, fresh.access_token);
    assert.equal(await own.calls(row.calls.refresh, since), 1);
    await own.syncAll();
    await own.assertSameLibrary();
  });

  Deno.test(`${row.title}: a process that dies between refreshing and storing leaves the old tokens intact and a clear state`, async () => {
    await using own = await ConnectedAccount.create(row.slug, { items: 2 });
    await own.makeDue();
    const before = await own.state();
    await refreshHere(own, dyingBeforeStore(await connectionContext())).catch(() => {});
    const between = await own.state();
    assert.deepEqual(between.tokens, before.tokens, "the old tokens are intact");
    assert.ok(between.refresh_lease, "the dead process's lease is still there");
    await own
      .sql`update public.platform_connection set refresh_leased_until = now() - interval '1 second' where id = ${before.connection_id}`;
    const { status } = await own.syncOnce();
    const after = await own.state();
    if (row.rotates) {
      // The platform gave the only valid token to the dead process: only the creator can obtain another by connecting again.
      assert.deepEqual([status, after.status, after.notices], [409, "disconnected", 1]);
      assert.equal(await own.reconnect(), own.social_account_id);
    } else assert.deepEqual([status, after.status, after.notices], [200, "active", 0]);
    await own.syncAll();
    await own.assertSameLibrary();
  });
}
