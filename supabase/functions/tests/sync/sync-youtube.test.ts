/** Tests the cost of a sync and who may call it, on YouTube; what every platform must do is tested in platforms/platform_matrix.*.test.ts. */
import assert from "node:assert/strict";
import { functionLog } from "../../../../scripts/test/stack.ts";
import { ConnectedAccount, setPlan, sumOf, type SyncAnswer } from "../support/connected_account.ts";
import { eventually } from "../support/eventually.ts";

const connected = (items: number) => ConnectedAccount.create("youtube", { items });

/** Returns the number of database round trips of a request, from the function's log. */
async function roundTrips(headers: Headers): Promise<number> {
  const request_id = String(headers.get("x-request-id"));
  const line = await eventually(
    async () =>
      (await functionLog()).split("\n").find((line) =>
        line.includes(request_id) && line.includes('"db_calls"')
      ),
    `the request ${request_id} is logged`,
  );
  return JSON.parse(line).db_calls;
}

Deno.test("a sync of 50 items makes at most 3 provider calls and at most 4 database round trips", async () => {
  await using own = await connected(50);
  const { last_id } = await own.requests();
  const { body, headers } = await own.syncOnce();
  assert.deepEqual([body.synced_count, body.new_items, body.has_more], [50, 50, false]);
  const calls = await own.requests("/youtube/v3/", last_id);
  assert.ok(calls.count <= 3, JSON.stringify(calls.counts));
  assert.ok(await roundTrips(headers) <= 4);
  await own.assertSameLibrary();

  // The most expensive sync: a video has disappeared, so YouTube is asked whether it was really deleted.
  await own.row.simulator.remove(own.account_id, String((await own.truth())[7]?.id));
  await own.row.simulator.add(own.account_id, "Brand new");
  const again = await own.syncOnce();
  assert.deepEqual([again.body.new_items, again.body.removed_items, again.body.has_more], [1, 1, false]);
  const more = await own.requests("/youtube/v3/", calls.last_id);
  assert.ok(more.count <= 3, JSON.stringify(more.counts));
  assert.ok(await roundTrips(again.headers) <= 4);
});

Deno.test("a repeated sync without changes makes conditional calls only, and costs one unit", async () => {
  await using own = await connected(120);
  await own.syncAll();
  const { last_id } = await own.requests();
  const again = await own.syncAll();
  const calls = await own.requests("/youtube/v3/", last_id);
  assert.deepEqual([calls.count, calls.conditional], [6, 6]);
  assert.ok(calls.requests.every(({ status }) => status === 304), JSON.stringify(calls.counts));
  assert.equal(sumOf(again, "unchanged_items"), 120);
  assert.equal(await own.syncsUsed(), 2);
});

Deno.test("a creator's edit stays until the platform's own text changes; a deleted item stays deleted", async () => {
  await using own = await connected(3);
  await own.syncAll();
  const [first, second] = (await own.truth()).map(({ id }) => String(id));
  const items = () => own.creator.client.from("content_item");
  await items().update({ deleted_at: new Date().toISOString() }).eq("platform_content_id", first);
  await items().update({ description: "My own words" }).eq("platform_content_id", second);
  const found = async () =>
    (await own.library()).map(({ id, description }) => [id, description] as const).find(([id]) =>
      id === second
    )?.[1];
  await own.row.simulator.edit(own.account_id, String(first), "Changed there");
  await own.row.simulator.add(own.account_id, "Makes the list another");
  await own.syncAll();
  assert.equal(await found(), "My own words");
  await own.row.simulator.edit(own.account_id, String(second), "The platform's new words");
  await own.syncAll();
  assert.equal(await found(), "The platform's new words");
  assert.ok(!(await own.library()).some(({ id }) => id === first));
});

Deno.test("small steps, and steps of different sizes, read the same library", async () => {
  await using own = await connected(23);
  const steps = await own.syncAll({ max_results: 5 });
  assert.equal(steps.length, 5);
  assert.ok(steps.every(({ synced_count }) => synced_count <= 5));
  await own.assertSameLibrary();
  let step: SyncAnswer | undefined;
  for (const max_results of [1, 50]) {
    step = (await own.syncOnce({ max_results, sync_id: step?.sync_id })).body;
  }
  assert.deepEqual([step?.has_more, step?.items_seen], [false, 23]);
  await own.assertSameLibrary();
  assert.equal(await own.syncsUsed(), 2);
});

Deno.test("40 concurrent syncs with one left in the quota: exactly one runs, the others get the quota error", async () => {
  await using own = await connected(3);
  await setPlan(own.sql, own.creator.id, "free");
  await own.sql`update public.subscription set syncs_used = 9 where user_id = ${own.creator.id}`;
  const answers = await Promise.all(Array.from({ length: 40 }, () => own.syncOnce()));
  const told = Object.groupBy(answers, ({ status, body }) => `${status} ${body.code ?? ""}`);
  assert.deepEqual(Object.entries(told).map(([what, all]) => [what, all?.length]).sort(), [
    ["200 ", 1],
    ["402 quota_exceeded", 39],
  ]);
  assert.equal(await own.syncsUsed(), 10);
  const refusal: Partial<SyncAnswer> = told["402 quota_exceeded"]?.[0]?.body ?? {};
  const { quota, limit, used, resets_at } = refusal;
  assert.deepEqual({ quota, limit, used }, { quota: "syncs", limit: 10, used: 10 });
  assert.ok(Date.parse(String(resets_at)) > Date.now());
});

Deno.test("while a sync of an account runs, another gets a conflict, and can continue afterwards at no cost", async () => {
  await using own = await connected(60);
  const { body: { sync_id } } = await own.syncOnce();
  const lease = (until: Date | null) =>
    own
      .sql`update ops.sync_run set leased_until = ${until} where social_account_id = ${own.social_account_id}`;
  await lease(new Date(Date.now() + 60_000));
  const { status, body, headers } = await own.syncOnce({ sync_id });
  assert.deepEqual([status, body.code], [409, "sync_in_progress"]);
  assert.ok(Number(headers.get("retry-after")) >= 1);
  await lease(null);
  await own.syncAll({ sync_id });
  await own.assertSameLibrary();
  assert.equal(await own.syncsUsed(), 1);
});

Deno.test("a sync id is valid for its own sync run only", async () => {
  await using own = await connected(60);
  const { body: { sync_id } } = await own.syncOnce();
  await own.syncAll({ sync_id });
  for (const wrong of [sync_id, crypto.randomUUID()]) {
    const { status, body } = await own.syncOnce({ sync_id: wrong });
    assert.deepEqual([status, body.code], [404, "not_found"]);
  }
});

Deno.test("more items disappear than one look-up holds, and the creator deletes them in the meantime", async () => {
  await using own = await connected(70);
  await own.syncAll();
  const gone = (await own.truth()).slice(0, 65).map(({ id }) => id);
  for (const id of gone) await own.row.simulator.remove(own.account_id, id);
  const steps = await own.syncAll({
    between: async (step) => {
      if (step === 1) {
        await own.creator.client.from("content_item").update({ deleted_at: new Date().toISOString() })
          .eq("social_account_id", own.social_account_id).in("platform_content_id", gone);
      }
    },
  });
  assert.deepEqual(steps.map(({ removed_items }) => removed_items), [50, 0]);
  await own.assertSameLibrary();
  assert.equal(await own.syncsUsed(), 2);
});
