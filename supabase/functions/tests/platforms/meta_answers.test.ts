/** Tests responses that only Meta gives: request less data, one entry of a batch failed, the person has to confirm something. */
import assert from "node:assert/strict";
import { simulator } from "../../../../scripts/test/stack.ts";
import { ConnectedAccount, sumOf } from "../support/connected_account.ts";

for (const slug of ["instagram", "facebook"] as const) {
  const change = (own: ConnectedAccount, members: Record<string, unknown>) =>
    simulator(`${slug}/accounts/${own.account_id}`, members, "PATCH");

  Deno.test(`${slug}: a page that is too large is halved until it succeeds, and the size is remembered`, async () => {
    await using own = await ConnectedAccount.create(slug, { items: 40 });
    await change(own, { bears: 12 });
    const refusals = async (after: number) =>
      (await own.requests("", after)).requests.filter(({ status }) => status === 500).length;
    const { last_id } = await own.requests();
    const steps = await own.syncAll();
    await own.assertSameLibrary();
    assert.ok(steps.every(({ synced_count }) => synced_count <= 12));
    assert.equal(
      await refusals(last_id),
      2,
      "50 and 25 are refused; 12 succeeds, and no larger page follows",
    );
    const second = (await own.requests()).last_id;
    await own.syncAll();
    assert.equal(await refusals(second), 0, "no refusal in the next run either");
    await own.assertSameLibrary();
  });

  Deno.test(`${slug}: a creator who must confirm something on the platform is notified once, and continues without reconnecting`, async () => {
    await using own = await ConnectedAccount.create(slug, { items: 3 });
    const { sql, social_account_id } = own;
    await sql`update public.social_account set sync_mode = 'auto' where id = ${social_account_id}`;
    await change(own, { checkpoint: true });
    const { tokens } = await own.state();
    for (let attempt = 0; attempt < 2; attempt++) {
      const { status, body } = await own.syncOnce();
      assert.deepEqual([status, body.code], [409, "account_locked"], JSON.stringify(body));
      assert.match(String(body.detail), new RegExp(`log in at https://www.${slug}.com`));
      assert.doesNotMatch(String(body.detail), /connect/);
    }
    const held = await own.state();
    assert.deepEqual([held.status, held.is_active, held.next_sync_at], ["suspended", true, null]);
    assert.deepEqual(held.tokens, tokens);
    assert.match(held.last_error, new RegExp(`log in at https://www.${slug}.com`));
    const notes = await own.creator.client.from("notification").select("title, message, data");
    assert.equal(notes.data?.length, 1);
    assert.match(String(notes.data?.[0]?.message), new RegExp(`log in at https://www.${slug}.com`));
    assert.doesNotMatch(JSON.stringify(notes.data), /connect/);
    assert.equal(await own.syncsUsed(), 0, "the unit is returned");

    await change(own, { checkpoint: false });
    await own.syncAll();
    await own.assertSameLibrary();
    const { status, last_error, next_sync_at } = await own.state();
    assert.deepEqual([status, last_error, next_sync_at === null], ["active", null, false]);
  });
}

Deno.test("instagram: a token that cannot be refreshed until the person confirms something is kept", async () => {
  await using own = await ConnectedAccount.create("instagram", { items: 1 });
  await own.makeDue();
  const { tokens } = await own.state();
  await simulator(`instagram/accounts/${own.account_id}`, { checkpoint: true }, "PATCH");
  assert.equal((await own.syncOnce()).body.code, "account_locked");
  const { status, is_active, ...held } = await own.state();
  assert.deepEqual([status, is_active, held.tokens], ["suspended", true, tokens]);
});

Deno.test("facebook: a look-up that is too large is halved; an item that is too large alone stays and blocks nothing", async () => {
  await using own = await ConnectedAccount.create("facebook", { items: 12 });
  await own.syncAll();
  const gone = (await own.truth()).slice(0, 4).map(({ id }) => id).toSorted();
  for (const id of gone) await own.row.simulator.remove(own.account_id, id);
  const [heavy = ""] = gone;
  await own.arm("POST /graph.facebook.com/v[0-9.]+/\\?", { entries: { [heavy]: "too_heavy" } }, {
    times: 50,
  });
  const steps = await own.syncAll();
  assert.equal(sumOf(steps, "removed_items"), 3);
  assert.ok((await own.library()).some(({ id }) => id === heavy));
  await own.disarm();
  assert.equal(
    (await own.syncAll()).length,
    3,
    "one step per list: a single large item does not reduce the page size",
  );
  await own.assertSameLibrary();
});

Deno.test("facebook: each entry of a batch is judged separately, and none of them ends the connection", async () => {
  await using own = await ConnectedAccount.create("facebook", { items: 12 });
  await own.syncAll();
  const [first, second, third] = (await own.truth()).map(({ id }) => String(id));
  const all = [first, second, third].map(String);
  for (const id of all) await own.row.simulator.remove(own.account_id, id);
  const entries = {
    [all[0] ?? ""]: "no_such_object_plain",
    [all[1] ?? ""]: "permission_denied",
    [all[2] ?? ""]: "restricted",
  };
  await own.arm("POST /graph.facebook.com/v[0-9.]+/\\?", { entries }, { times: 20 });
  const steps = await own.syncAll();
  assert.equal(steps.at(-1)?.removed_items, 1, JSON.stringify(steps));
  const here = (await own.library()).map(({ id }) => id);
  assert.deepEqual(
    all.map((id) => here.includes(id)),
    [false, true, true],
    "items that could not be read stay",
  );
  const { status, is_active, notices, last_error } = await own.state();
  assert.deepEqual([status, is_active, notices, last_error], ["active", true, 0, null]);
  await own.disarm();
  await own.syncAll();
  await own.assertSameLibrary();
});
