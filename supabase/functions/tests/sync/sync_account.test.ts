import assert from "node:assert/strict";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { createCreator, testDatabase } from "../../../../scripts/test/stack.ts";
import { authorize } from "../../_shared/connections/authorize.ts";
import { connect } from "../../_shared/connections/connect.ts";
import { disconnect } from "../../_shared/connections/disconnect.ts";
import { refreshTokens } from "../../_shared/connections/refresh_tokens.ts";
import { closeConnections } from "../../_shared/database/database.ts";
import { syncAccount } from "../../_shared/sync/sync_account.ts";
import { syncPage } from "../../_shared/sync/sync_page.ts";
import {
  arm,
  assertSameLibrary,
  connectChannel,
  consent,
  createChannel,
  disarm,
  syncsUsed,
} from "../support/channels.ts";
import { connectionContext } from "../support/connection_context.ts";

async function connected(videos: number) {
  const channel = await createChannel({ videos });
  const creator = await createCreator();
  return { channel, creator, social_account_id: await connectChannel(creator, channel) };
}

/** Collects garbage first: what is left is what is really held. */
const heldMebibytes = (() => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  return () => {
    collect();
    return Deno.memoryUsage().heapUsed / 1_048_576;
  };
})();

const FOREVER = { deadline: new Date(8_640_000_000_000_000) };

Deno.test("10,000 videos are synced with flat memory, for one unit", async () => {
  const sql = await testDatabase();
  const context = await connectionContext();
  try {
    const { channel, creator, social_account_id } = await connected(10_000);
    const held: number[] = [];
    const request = { user_id: null, social_account_id, max_results: 50 };
    let steps = 0;
    let items = 0;
    for await (const step of syncAccount(context, "youtube", request, FOREVER)) {
      items += step.new_items;
      steps += 1;
      if (steps % 50 === 0) held.push(heldMebibytes());
    }
    assert.deepEqual([items, steps], [10_000, 200]);
    const grown = (held.at(-1) ?? NaN) - (held[0] ?? NaN);
    assert.ok(grown < 2, `what is held grew by ${grown.toFixed(1)} MiB over 7,500 videos`);
    assert.equal(await syncsUsed(sql, creator.id), 1);
    await assertSameLibrary(sql, social_account_id, channel);
  } finally {
    await sql.end();
    await closeConnections();
  }
});

Deno.test("a loop whose time is up stops between steps, and another goes on from there", async () => {
  const sql = await testDatabase();
  const context = await connectionContext();
  try {
    const { channel, creator, social_account_id } = await connected(25);
    const request = { user_id: creator.id, social_account_id, max_results: 10 };
    let step;
    for await (step of syncAccount(context, "youtube", request, { deadline: new Date(0) }));
    assert.deepEqual([step?.new_items, step?.has_more], [10, true]);
    for await (step of syncAccount(context, "youtube", { ...request, sync_id: step?.sync_id }, FOREVER));
    assert.equal(step?.has_more, false);
    await assertSameLibrary(sql, social_account_id, channel);
    assert.equal(await syncsUsed(sql, creator.id), 1);
  } finally {
    await sql.end();
    await closeConnections();
  }
});

Deno.test("a platform that does not answer in time: the unit is returned, and the next sync is whole", async () => {
  const sql = await testDatabase();
  const context = await connectionContext({ PROVIDER_TIMEOUT_MS: "150" });
  try {
    const { channel, creator, social_account_id } = await connected(25);
    const request = { user_id: creator.id, social_account_id, max_results: 10 };
    const first = await syncPage(context, "youtube", request);
    await arm(channel, "v3/videos", { delay_ms: 600 }, { times: 3 });
    await assert.rejects(syncPage(context, "youtube", { ...request, sync_id: first.sync_id }), {
      code: "provider_unavailable",
    });
    assert.equal(await syncsUsed(sql, creator.id), 0);
    const [account] = await sql`select last_error from public.social_account where id = ${social_account_id}`;
    assert.match(account?.last_error, /YouTube does not answer/);
    await disarm(channel);
    for await (const _ of syncAccount(context, "youtube", request, FOREVER));
    await assertSameLibrary(sql, social_account_id, channel);
    assert.equal(await syncsUsed(sql, creator.id), 1);
  } finally {
    await sql.end();
    await closeConnections();
  }
});

Deno.test("a worker that was thought dead cannot overwrite its successor", async () => {
  const sql = await testDatabase();
  const context = await connectionContext({ SYNC_LEASE_SECONDS: "1" });
  try {
    const { channel, creator, social_account_id } = await connected(5);
    const request = { user_id: creator.id, social_account_id, max_results: 50 };
    await arm(channel, "v3/videos", { delay_ms: 2_500 });
    const slow = syncPage(context, "youtube", request).then(() => "written", (error) => error.sqlstate);
    const deadline = Date.now() + 10_000;
    let successor;
    do {
      await new Promise((resolve) => setTimeout(resolve, 100));
      successor = await syncPage(context, "youtube", request).catch((error) => {
        assert.equal(error.sqlstate, "SVS01");
        return null;
      });
    } while (!successor && Date.now() < deadline);
    assert.equal(successor?.new_items, 5);
    assert.equal(await slow, "SVS02");
    await assertSameLibrary(sql, social_account_id, channel);
    assert.equal(await syncsUsed(sql, creator.id), 1, "taking over a dead call's sync run is no new one");
  } finally {
    await sql.end();
    await closeConnections();
  }
});

for (const driver of ["data api", "pooler"] as const) {
  Deno.test(`a connection's whole life works through the ${driver}`, async () => {
    const sql = await testDatabase();
    const context = await connectionContext({}, driver);
    try {
      const channel = await createChannel({ videos: 12 });
      const creator = await createCreator();
      const { authorization_url } = await authorize(context, "youtube", creator.id, {});
      const { code, state } = await consent(authorization_url, { account: channel });
      const { social_account_id } = await connect(context, "youtube", creator.id, {
        code: String(code),
        state,
      });
      const request = { user_id: creator.id, social_account_id, max_results: 10 };
      for await (const _ of syncAccount(context, "youtube", request, FOREVER));
      for await (const step of syncAccount(context, "youtube", request, FOREVER)) {
        assert.equal(step.updated_items, 0);
      }
      await assertSameLibrary(sql, social_account_id, channel);
      await sql`
        update public.platform_connection
        set token_expires_at = now() + interval '1 minute', token_issued_at = now() - interval '1 hour' where user_id = ${creator.id}`;
      assert.ok((await refreshTokens(context)).refreshed >= 1);
      await arm(channel, "v3/playlistItems", { reason: "insufficientPermissions" }, { times: 3 });
      await assert.rejects(syncPage(context, "youtube", request), { code: "account_disconnected" });
      await disarm(channel);
      const stranger = await createCreator();
      await assert.rejects(disconnect(context, stranger.id, { social_account_id }), { sqlstate: "SVG03" });
      assert.equal((await disconnect(context, creator.id, { social_account_id })).revoked, true);
      await assert.rejects(syncPage(context, "youtube", request), { sqlstate: "SVC01" });
    } finally {
      await sql.end();
      await closeConnections();
    }
  });
}
