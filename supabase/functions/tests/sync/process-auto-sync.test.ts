import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { callFunction, createCreator, simulator, testDatabase } from "../../../../scripts/test/stack.ts";
import { autoSync, LIMITS } from "../../_shared/sync/auto_sync.ts";
import {
  addVideo,
  arm,
  connectChannel,
  createChannel,
  disarm,
  setPlan,
  syncAll,
  syncsUsed,
} from "../support/channels.ts";
import { connectionContext } from "../support/connection_context.ts";

interface Account {
  channel: string;
  user_id: string;
  id: string;
  creator: Awaited<ReturnType<typeof createCreator>>;
}

async function connected(sql: Sql, videos: number): Promise<Account> {
  const channel = await createChannel({ videos });
  const creator = await createCreator();
  await setPlan(sql, creator.id, "premium");
  return { channel, user_id: creator.id, id: await connectChannel(creator, channel), creator };
}

/** Due since long ago, so that it comes before what other tests leave. */
const makeDue = (sql: Sql, { id }: Account) =>
  sql`update public.social_account set sync_mode = 'auto', next_sync_at = '2001-01-01' where id = ${id}`;

async function stateOf(sql: Sql, { id }: Account) {
  const [row] = await sql<
    { minutes: number | null; status: string; last_error: string | null; synced: boolean; items: number }[]
  >`
    select extract(epoch from next_sync_at - now())::float / 60 as minutes, status, last_error, last_synced_at is not null as synced,
      (select count(*)::integer from public.content_item where social_account_id = a.id and deleted_at is null) as items
    from public.social_account a where id = ${id}`;
  assert.ok(row);
  return row;
}

async function run(body: Record<string, unknown> = {}): Promise<number> {
  const answer = await callFunction<{ enqueued: number }>("process-auto-sync", { as: "secret", body });
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  return answer.body.enqueued;
}

async function withSql(test: (sql: Sql) => Promise<void>): Promise<void> {
  const sql = await testDatabase();
  try {
    await test(sql);
  } finally {
    // What is left in automatic mode would be taken up by another test's run.
    await sql`update public.social_account set sync_mode = 'manual' where sync_mode = 'auto'`;
    await sql.end();
  }
}

Deno.test("process-auto-sync brings due accounts up to date, charges a unit each and leaves the others alone", async () => {
  await withSql(async (sql) => {
    const [due, manual, later] = await Promise.all([
      connected(sql, 70),
      connected(sql, 3),
      connected(sql, 3),
    ]);
    await makeDue(sql, due);
    await makeDue(sql, later);
    await sql`update public.social_account set next_sync_at = now() + interval '1 hour' where id = ${later.id}`;
    assert.ok(await run() >= 1);
    const state = await stateOf(sql, due);
    assert.deepEqual(
      [state.items, state.synced, state.last_error],
      [70, true, null],
      "a library of two pages, whole",
    );
    assert.ok((state.minutes ?? 0) >= 60 && (state.minutes ?? 0) <= 7 * 24 * 60, "the next one is set");
    assert.equal(await syncsUsed(sql, due.user_id), 1);
    assert.equal((await stateOf(sql, manual)).items, 0);
    assert.equal((await stateOf(sql, later)).items, 0);

    await addVideo(due.channel);
    await makeDue(sql, due);
    await run();
    assert.equal((await stateOf(sql, due)).items, 71, "what is new is found");
  });
});

Deno.test("runs at the same time take up each account once", async () => {
  await withSql(async (sql) => {
    const accounts = await Promise.all([connected(sql, 2), connected(sql, 2), connected(sql, 2)]);
    for (const account of accounts) await makeDue(sql, account);
    await Promise.all([run(), run(), run()]);
    for (const account of accounts) {
      assert.equal((await stateOf(sql, account)).items, 2);
      assert.equal(await syncsUsed(sql, account.user_id), 1);
    }
  });
});

Deno.test("with the plan's syncs used up an account waits for the month's end, is told so, and is not tried again", async () => {
  await withSql(async (sql) => {
    const account = await connected(sql, 2);
    await sql`update public.subscription set syncs_used = 500, cycle_end_date = now() + interval '10 days' where user_id = ${account.user_id}`;
    await makeDue(sql, account);
    await run();
    const state = await stateOf(sql, account);
    assert.equal(Math.round((state.minutes ?? 0) / 1440), 10);
    assert.match(
      String(state.last_error),
      /Automatic sync waits until \d{4}-\d\d-\d\d: the syncs of your plan are used up/,
    );
    assert.equal(state.status, "active");
    assert.equal(await syncsUsed(sql, account.user_id), 500);
  });
});

Deno.test("a platform that fails is tried again later each time; the unit is returned and nothing else suffers", async () => {
  await withSql(async (sql) => {
    const [broken, sound] = await Promise.all([connected(sql, 2), connected(sql, 2)]);
    await makeDue(sql, broken);
    await makeDue(sql, sound);
    await arm(broken.channel, "playlistItems", { status: 500 }, { times: 20 });
    await run();
    const first = await stateOf(sql, broken);
    assert.match(String(first.last_error), /YouTube/);
    assert.ok((first.minutes ?? 0) > 10 && (first.minutes ?? 0) <= 15, `got ${first.minutes}`);
    assert.equal(await syncsUsed(sql, broken.user_id), 0);
    assert.equal((await stateOf(sql, sound)).items, 2);
    await makeDue(sql, broken);
    await run();
    const second = await stateOf(sql, broken);
    assert.ok((second.minutes ?? 0) > 20 && (second.minutes ?? 0) <= 30, `got ${second.minutes}`);
    await disarm(broken.channel);
    await makeDue(sql, broken);
    await run();
    assert.deepEqual(
      [(await stateOf(sql, broken)).items, (await stateOf(sql, broken)).last_error],
      [2, null],
      "heals by itself",
    );
  });
});

Deno.test("an account that only its creator can heal leaves the schedule", async () => {
  await withSql(async (sql) => {
    const account = await connected(sql, 2);
    await simulator("youtube/tokens/revoke", { account_id: account.channel });
    await makeDue(sql, account);
    await run();
    const state = await stateOf(sql, account);
    assert.deepEqual([state.status, state.minutes], ["disconnected", null]);
    assert.match(String(state.last_error), /connect/);
  });
});

Deno.test("a large library makes room after its turn and goes on at no cost; what there was no time for keeps its place", async () => {
  await withSql(async (sql) => {
    const [large, small] = await Promise.all([connected(sql, 120), connected(sql, 2)]);
    await makeDue(sql, large);
    await sql`update public.social_account set sync_mode = 'auto', next_sync_at = '2001-01-02' where id = ${small.id}`;
    const context = await connectionContext();
    const limits = { ...LIMITS, at_once: 1, turn_ms: 0, max_accounts: 2 };
    assert.deepEqual(await autoSync(context, limits), { enqueued: 2 });
    const one = await stateOf(sql, large);
    assert.equal(one.items, 50, "one page, then the next account");
    assert.ok((one.minutes ?? 1) <= 0.1, "due again at once, behind the others");
    assert.equal((await stateOf(sql, small)).items, 2);
    await autoSync(context, { ...limits, turn_ms: 20_000 });
    assert.equal((await stateOf(sql, large)).items, 120);
    assert.equal(await syncsUsed(sql, large.user_id), 1);

    await makeDue(sql, small);
    assert.deepEqual(await autoSync(context, { ...limits, max_accounts: 1, budget_ms: -1 }), { enqueued: 0 });
    const [row] = await sql`select next_sync_at from public.social_account where id = ${small.id}`;
    assert.equal(new Date(row?.next_sync_at).getUTCFullYear(), 2001);
  });
});

Deno.test("a platform's quota that is used up makes accounts wait, costs no unit, and people before machines", async () => {
  await withSql(async (sql) => {
    const account = await connected(sql, 2);
    // An app of this test's own would have no tokens here; a window of the adapter's size does as well.
    const context = await connectionContext({ YOUTUBE_UNITS_PER_DAY: "2" });
    await makeDue(sql, account);
    await autoSync(context, { ...LIMITS, max_accounts: 1 });
    const state = await stateOf(sql, account);
    assert.deepEqual([state.items, state.status, state.last_error], [0, "active", null], "no failure");
    assert.ok(
      (state.minutes ?? 0) > 0 && (state.minutes ?? 0) <= 25 * 60,
      `until the window ends, got ${state.minutes}`,
    );
    assert.equal(await syncsUsed(sql, account.user_id), 0);
  });
});

Deno.test("what a platform charges is in the ledger: the units of a sync run, and a refusal closes the window for a pause only", async () => {
  await withSql(async (sql) => {
    const account = await connected(sql, 2);
    const used = async () =>
      Number(
        (await sql`select used from ops.platform_share where user_id = ${account.user_id} and platform = 'youtube'`)[
          0
        ]?.used,
      );
    const before = await used();
    assert.equal(before, 1, "connecting read the channel");
    await syncAll(account.creator, account.id);
    assert.equal(await used(), 3, "a page is two units");
  });
});

Deno.test("process-auto-sync is for the service only", async () => {
  const creator = await createCreator();
  assert.equal((await creator.call("process-auto-sync", {})).status, 401);
  assert.equal((await callFunction("process-auto-sync", { body: {} })).status, 401);
});

Deno.test("a creator sees how each account is: state, last sync, last error in words, next sync; nobody else does", async () => {
  await withSql(async (sql) => {
    const [account, stranger] = await Promise.all([connected(sql, 2), createCreator()]);
    const health = async (creator = account.creator) => {
      const { data, error } = await creator.client.from("social_account")
        .select("status, account_status(display_name), last_synced_at, last_error, next_sync_at").eq(
          "id",
          account.id,
        );
      assert.equal(error, null);
      return data?.[0];
    };
    const chosen = await account.creator.client.from("social_account")
      .update({ sync_mode: "auto", min_sync_hours: 2, max_sync_hours: 24 }).eq("id", account.id).select("id");
    assert.equal(chosen.data?.length, 1, JSON.stringify(chosen.error));
    await makeDue(sql, account);
    await run();
    const well = await health();
    assert.deepEqual([well?.status, well?.last_error], ["active", null]);
    const hours = (Date.parse(well?.next_sync_at) - Date.parse(well?.last_synced_at)) / 3_600_000;
    assert.ok(hours >= 2 && hours <= 24.01, `within what was chosen, got ${hours}`);

    await arm(account.channel, "playlistItems", { status: 500 }, { times: 20 });
    await makeDue(sql, account);
    await run();
    const ill = await health();
    assert.equal(ill?.status, "active");
    assert.match(String(ill?.last_error), /^Cannot sync YouTube: .*try again later$/);
    assert.doesNotMatch(String(ill?.last_error), /500|http|exception/i);
    assert.equal(ill?.last_synced_at, well?.last_synced_at, "when it last went well");
    assert.ok(Date.parse(ill?.next_sync_at) > Date.now());
    await disarm(account.channel);

    assert.equal(await health(stranger), undefined);
    const tried = await stranger.client.from("social_account").update({
      max_sync_hours: 1,
      min_sync_hours: 1,
    })
      .eq("id", account.id).select("id");
    assert.deepEqual(tried.data, []);
  });
});
