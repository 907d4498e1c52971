import assert from "node:assert/strict";
import { callFunction, createCreator } from "../../../../scripts/test/stack.ts";
import { autoSync, LIMITS } from "../../_shared/sync/auto_sync.ts";
import { ConnectedAccount } from "../support/connected_account.ts";
import { connectionContext } from "../support/connection_context.ts";

/** An account that leaves the schedule when its test ends, so that no other test's run claims it. */
class ScheduledAccount {
  private constructor(readonly own: ConnectedAccount) {}

  static async create(items: number): Promise<ScheduledAccount> {
    return new ScheduledAccount(await ConnectedAccount.create("youtube", { items }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { sql, social_account_id } = this.own;
    await sql`update public.social_account set sync_mode = 'manual' where id = ${social_account_id}`;
    await sql.end();
  }

  /** Makes the account due, by default long ago, so that it precedes the accounts of other tests. */
  async makeDue(at = new Date("2001-01-01")): Promise<void> {
    const { sql, social_account_id } = this.own;
    await sql`update public.social_account set sync_mode = 'auto', next_sync_at = ${at} where id = ${social_account_id}`;
  }

  async state() {
    const [row] = await this.own.sql<
      { minutes: number | null; status: string; last_error: string | null; synced: boolean; items: number }[]
    >`
      select extract(epoch from next_sync_at - now())::float / 60 as minutes, status, last_error, last_synced_at is not null as synced,
        (select count(*)::integer from public.content_item where social_account_id = a.id and deleted_at is null) as items
      from public.social_account a where id = ${this.own.social_account_id}`;
    assert.ok(row);
    return row;
  }
}

async function run(body: Record<string, unknown> = {}): Promise<number> {
  const answer = await callFunction<{ enqueued: number }>("process-auto-sync", { as: "secret", body });
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  return answer.body.enqueued;
}

Deno.test("process-auto-sync syncs due accounts for one unit each, and no others", async () => {
  await using due = await ScheduledAccount.create(70);
  await using manual = await ScheduledAccount.create(3);
  await using later = await ScheduledAccount.create(3);
  await due.makeDue();
  await later.makeDue(new Date(Date.now() + 3_600_000));
  assert.ok(await run() >= 1);
  const { items, synced, last_error, minutes } = await due.state();
  assert.deepEqual([items, synced, last_error], [70, true, null], "the whole library of two pages is synced");
  assert.ok((minutes ?? 0) >= 60 && (minutes ?? 0) <= 7 * 24 * 60, "the next sync is scheduled");
  assert.equal(await due.own.syncsUsed(), 1);
  for (const other of [manual, later]) assert.equal((await other.state()).items, 0);

  await due.own.row.simulator.add(due.own.account_id, "New");
  await due.makeDue();
  await run();
  assert.equal((await due.state()).items, 71, "the new item is found");
});

Deno.test("concurrent runs sync each account once", async () => {
  await using one = await ScheduledAccount.create(2);
  await using other = await ScheduledAccount.create(2);
  for (const account of [one, other]) await account.makeDue();
  await Promise.all([run(), run(), run()]);
  for (const account of [one, other]) {
    assert.deepEqual([(await account.state()).items, await account.own.syncsUsed()], [2, 1]);
  }
});

Deno.test("without syncs left in the plan, an account waits until the end of the cycle, with a message", async () => {
  await using account = await ScheduledAccount.create(2);
  const { sql, creator } = account.own;
  await sql`update public.subscription set syncs_used = 500, cycle_end_date = now() + interval '10 days' where user_id = ${creator.id}`;
  await account.makeDue();
  await run();
  const { minutes, last_error, status } = await account.state();
  assert.equal(Math.round((minutes ?? 0) / 1440), 10);
  assert.match(
    String(last_error),
    /Automatic sync waits until \d{4}-\d\d-\d\d: your plan's syncs for this month are used up/,
  );
  assert.deepEqual([status, await account.own.syncsUsed()], ["active", 500]);
});

Deno.test("a failing platform is retried with growing waits; the unit is returned and other accounts are not affected", async () => {
  await using broken = await ScheduledAccount.create(2);
  await using sound = await ScheduledAccount.create(2);
  await sound.makeDue();
  await broken.own.arm("playlistItems", { status: 500 }, { times: 20 });
  for (const [least, most] of [[10, 15], [20, 30]] as const) {
    await broken.makeDue();
    await run();
    const { last_error, minutes } = await broken.state();
    assert.match(String(last_error), /YouTube/);
    assert.ok((minutes ?? 0) > least && (minutes ?? 0) <= most, `got ${minutes}`);
    assert.equal(await broken.own.syncsUsed(), 0);
    assert.equal((await sound.state()).items, 2);
  }
  await broken.own.disarm();
  await broken.makeDue();
  await run();
  const { items, last_error } = await broken.state();
  assert.deepEqual([items, last_error], [2, null], "the account recovers automatically");
});

Deno.test("an account that only its creator can reconnect leaves the schedule", async () => {
  await using account = await ScheduledAccount.create(2);
  await account.own.row.simulator.revoke(account.own.account_id);
  await account.makeDue();
  await run();
  const { status, minutes, last_error } = await account.state();
  assert.deepEqual([status, minutes], ["disconnected", null]);
  assert.match(String(last_error), /connect/);
});

Deno.test("a large library yields after its turn and continues at no cost; an account without a turn keeps its place", async () => {
  await using large = await ScheduledAccount.create(120);
  await using small = await ScheduledAccount.create(2);
  await large.makeDue();
  await small.makeDue(new Date("2001-01-02"));
  const context = await connectionContext();
  const limits = { ...LIMITS, at_once: 1, turn_ms: 0, max_accounts: 2 };
  assert.deepEqual(await autoSync(context, limits), { enqueued: 2 });
  const { items, minutes } = await large.state();
  assert.equal(items, 50, "one page, then the next account");
  assert.ok((minutes ?? 1) <= 0.1, "due again at once, behind the others");
  assert.equal((await small.state()).items, 2);
  await autoSync(context, { ...limits, turn_ms: 20_000 });
  assert.deepEqual([(await large.state()).items, await large.own.syncsUsed()], [120, 1]);

  await small.makeDue();
  assert.deepEqual(await autoSync(context, { ...limits, max_accounts: 1, budget_ms: -1 }), { enqueued: 0 });
  assert.ok(((await small.state()).minutes ?? 0) < -1_000_000, "the account keeps its place in the schedule");
});

Deno.test("when a platform's quota is used up, automatic syncs wait at no cost", async () => {
  await using account = await ScheduledAccount.create(2);
  // A separate app would have no tokens here, so the test reduces the adapter's window instead.
  const context = await connectionContext({ YOUTUBE_UNITS_PER_DAY: "2" });
  await account.makeDue();
  await autoSync(context, { ...LIMITS, max_accounts: 1 });
  const { items, status, last_error, minutes } = await account.state();
  assert.deepEqual([items, status, last_error], [0, "active", null], "not recorded as a failure");
  assert.ok(
    (minutes ?? 0) > 0 && (minutes ?? 0) <= 25 * 60,
    `expected to wait until the window ends, got ${minutes} minutes`,
  );
  assert.equal(await account.own.syncsUsed(), 0);
});

Deno.test("the ledger records the platform units of a sync run", async () => {
  await using own = await ConnectedAccount.create("youtube", { items: 2 });
  const used = async () => {
    const [row] = await own.sql`
      select used from ops.platform_share where user_id = ${own.creator.id} and platform = 'youtube'`;
    return Number(row?.used);
  };
  assert.equal(await used(), 1, "connecting has used one unit to read the channel");
  await own.syncAll();
  assert.equal(await used(), 3, "a page costs two units");
});

Deno.test("process-auto-sync is for the service only", async () => {
  const creator = await createCreator();
  assert.equal((await creator.call("process-auto-sync", {})).status, 401);
  assert.equal((await callFunction("process-auto-sync", { body: {} })).status, 401);
});

Deno.test("a creator, and nobody else, sees an account's state, last sync, last error in words and next sync", async () => {
  await using account = await ScheduledAccount.create(2);
  const { creator, social_account_id } = account.own;
  const stranger = await createCreator();
  const health = async ({ client } = creator) => {
    const { data, error } = await client.from("social_account")
      .select("status, account_status(display_name), last_synced_at, last_error, next_sync_at")
      .eq("id", social_account_id);
    assert.equal(error, null);
    return data?.[0];
  };
  const choose = ({ client }: typeof creator, change: Record<string, unknown>) =>
    client.from("social_account").update(change).eq("id", social_account_id).select("id");
  const chosen = await choose(creator, { sync_mode: "auto", min_sync_hours: 2, max_sync_hours: 24 });
  assert.equal(chosen.data?.length, 1, JSON.stringify(chosen.error));
  await account.makeDue();
  await run();
  const well = await health();
  assert.deepEqual([well?.status, well?.last_error], ["active", null]);
  const hours = (Date.parse(well?.next_sync_at) - Date.parse(well?.last_synced_at)) / 3_600_000;
  assert.ok(hours >= 2 && hours <= 24.01, `expected the chosen interval, got ${hours} hours`);

  await account.own.arm("playlistItems", { status: 500 }, { times: 20 });
  await account.makeDue();
  await run();
  const ill = await health();
  assert.equal(ill?.status, "active");
  assert.match(String(ill?.last_error), /^Cannot sync YouTube: .*try again later$/);
  assert.doesNotMatch(String(ill?.last_error), /500|http|exception/i);
  assert.equal(ill?.last_synced_at, well?.last_synced_at, "the time of the last successful sync");
  assert.ok(Date.parse(ill?.next_sync_at) > Date.now());
  await account.own.disarm();

  assert.equal(await health(stranger), undefined);
  assert.deepEqual((await choose(stranger, { max_sync_hours: 1, min_sync_hours: 1 })).data, []);
});
