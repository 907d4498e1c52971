/** Tests telemetry over HTTP: an app's events, opting out of tracking, and the observations of calls. */
import assert from "node:assert/strict";
import { callFunction, createCreator, testDatabase } from "../../../../scripts/test/stack.ts";
import { eventually } from "../support/eventually.ts";

const sql = await testDatabase();
globalThis.addEventListener("unload", () => void sql.end());

Deno.test("log-usage stores codes and numbers from any caller, and refuses free text", async () => {
  const { id, token } = await createCreator();
  const session_id = crypto.randomUUID();
  const events = [{ event: "feed.opened", properties: { items: 3, source: "home" }, ago_ms: 1_000 }, {
    event: "item.opened",
  }];
  const mine = await callFunction("log-usage", { as: token, body: { session_id, events } });
  assert.deepEqual([mine.status, mine.body], [200, { logged: 2 }]);
  assert.deepEqual((await callFunction("log-usage", { body: { session_id, events } })).body, { logged: 2 });
  const rows =
    await sql`select user_id, event from telemetry.usage_events where session_id = ${session_id} order by id`;
  assert.deepEqual(rows.map(({ user_id, event }) => [user_id, event]), [
    [id, "feed.opened"],
    [id, "item.opened"],
    [null, "feed.opened"],
    [null, "item.opened"],
  ]);
  for (const properties of [{ text: "a sentence of mine" }, { mail: "robin@example.com" }, { nested: {} }]) {
    assert.equal(
      (await callFunction("log-usage", { body: { events: [{ event: "x", properties }] } })).status,
      422,
    );
  }
});

Deno.test("nothing is stored for callers who ask not to be tracked", async () => {
  const session_id = crypto.randomUUID();
  for (const header of ["dnt", "sec-gpc"]) {
    const { status, body } = await callFunction("log-usage", {
      body: { session_id, events: [{ event: "x" }] },
      headers: { [header]: "1" },
    });
    assert.deepEqual([status, body], [200, { logged: 0 }]);
  }
  assert.deepEqual([...await sql`select from telemetry.usage_events where session_id = ${session_id}`], []);
});

Deno.test("every call is in its hour's histogram, with its cache source", async () => {
  const viewer = await createCreator();
  const before = Date.now();
  for (let n = 0; n < 5; n++) await callFunction("feed-home?limit=1", { method: "GET", as: viewer.token });
  await eventually(async () => {
    const rows = await sql`
      select cache, sum(count)::int as count from telemetry.rpc_hourly
      where function = 'feed-home' and hour >= date_trunc('hour', ${new Date(
      before,
    )}::timestamptz) group by cache`;
    const total = rows.reduce((sum, { count }) => sum + count, 0);
    return total >= 5 && rows.some(({ cache }) => cache === "computed") &&
        rows.some(({ cache }) => cache === "nearby" || cache === "store")
      ? true
      : undefined;
  });
});
