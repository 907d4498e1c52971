import assert from "node:assert/strict";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { createCreator } from "../../../../scripts/test/stack.ts";
import { authorize } from "../../_shared/connections/authorize.ts";
import { connect } from "../../_shared/connections/connect.ts";
import { disconnect } from "../../_shared/connections/disconnect.ts";
import { refreshTokens } from "../../_shared/connections/refresh_tokens.ts";
import { closeConnections } from "../../_shared/database/database.ts";
import { syncAccount } from "../../_shared/sync/sync_account.ts";
import { syncPage } from "../../_shared/sync/sync_page.ts";
import { consent } from "../platforms/platform_rows.ts";
import { ConnectedAccount } from "../support/connected_account.ts";
import { connectionContext } from "../support/connection_context.ts";

const connected = (items: number) => ConnectedAccount.create("youtube", { items });

/** Returns the used heap in MiB after a garbage collection. */
const heldMebibytes = (() => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  return () => {
    collect();
    return Deno.memoryUsage().heapUsed / 1_048_576;
  };
})();

const FOREVER = { deadline: new Date(8_640_000_000_000_000) };

Deno.test("10,000 videos are synced in flat memory, for one unit", async () => {
  await using own = await connected(10_000);
  const context = await connectionContext();
  const held: number[] = [];
  const request = { user_id: null, social_account_id: own.social_account_id, max_results: 50 };
  let steps = 0;
  let items = 0;
  for await (const step of syncAccount(context, "youtube", request, FOREVER)) {
    items += step.new_items;
    steps += 1;
    if (steps % 50 === 0) held.push(heldMebibytes());
  }
  assert.deepEqual([items, steps], [10_000, 200]);
  const grown = (held.at(-1) ?? NaN) - (held[0] ?? NaN);
  assert.ok(grown < 2, `memory grew by ${grown.toFixed(1)} MiB over 7,500 videos`);
  assert.equal(await own.syncsUsed(), 1);
  await own.assertSameLibrary();
  await closeConnections();
});

Deno.test("a loop past its deadline stops between steps, and another continues from there", async () => {
  await using own = await connected(25);
  const context = await connectionContext();
  const request = { user_id: own.creator.id, social_account_id: own.social_account_id, max_results: 10 };
  let step;
  for await (step of syncAccount(context, "youtube", request, { deadline: new Date(0) }));
  assert.deepEqual([step?.new_items, step?.has_more], [10, true]);
  for await (step of syncAccount(context, "youtube", { ...request, sync_id: step?.sync_id }, FOREVER));
  assert.equal(step?.has_more, false);
  await own.assertSameLibrary();
  assert.equal(await own.syncsUsed(), 1);
  await closeConnections();
});

Deno.test("a worker whose lease has expired cannot overwrite its successor", async () => {
  await using own = await connected(5);
  const context = await connectionContext({ PROVIDER_TIMEOUT_MS: "60000" });
  const request = { user_id: own.creator.id, social_account_id: own.social_account_id, max_results: 50 };
  const asked = Promise.withResolvers<void>();
  const answered = Promise.withResolvers<void>();
  const held: typeof fetch = async (input, init) => {
    asked.resolve();
    await answered.promise;
    return await fetch(input, init);
  };
  const slow = syncPage({ ...context, fetch: held }, "youtube", request)
    .then(() => "written", (error) => error.sqlstate);
  await asked.promise;
  await assert.rejects(syncPage(context, "youtube", request), { sqlstate: "SVS01" });
  await own
    .sql`update ops.sync_run set leased_until = now() where social_account_id = ${own.social_account_id}`;
  assert.equal((await syncPage(context, "youtube", request)).new_items, 5);
  answered.resolve();
  assert.equal(await slow, "SVS02");
  await own.assertSameLibrary();
  assert.equal(await own.syncsUsed(), 1, "taking over a dead call's sync run costs nothing");
  await closeConnections();
});

for (const driver of ["data api", "pooler"] as const) {
  Deno.test(`a connection's whole lifecycle works through the ${driver}`, async () => {
    await using own = await connected(12);
    const context = await connectionContext({}, driver);
    const { creator, social_account_id } = own;
    const { authorization_url } = await authorize(context, "youtube", creator.id, {});
    const { code, state } = await consent(authorization_url, { account: own.account_id });
    const again = await connect(context, "youtube", creator.id, { code: String(code), state });
    assert.equal(again.social_account_id, social_account_id);
    const request = { user_id: creator.id, social_account_id, max_results: 10 };
    for await (const _ of syncAccount(context, "youtube", request, FOREVER));
    for await (const step of syncAccount(context, "youtube", request, FOREVER)) {
      assert.equal(step.updated_items, 0);
    }
    await own.assertSameLibrary();
    await own.makeDue();
    assert.ok((await refreshTokens(context)).refreshed >= 1);
    await own.arm("youtube/v3/", { reason: "insufficientPermissions" }, { times: 3 });
    await assert.rejects(syncPage(context, "youtube", request), { code: "account_disconnected" });
    await own.disarm();
    const stranger = await createCreator();
    await assert.rejects(disconnect(context, stranger.id, { social_account_id }), { sqlstate: "SVG03" });
    assert.equal((await disconnect(context, creator.id, { social_account_id })).revoked, true);
    await assert.rejects(syncPage(context, "youtube", request), { sqlstate: "SVC01" });
    await closeConnections();
  });
}
