import assert from "node:assert/strict";
import * as z from "zod";
import { testDatabase } from "../../../../scripts/test/stack.ts";
import { vanishingDatabase } from "../../../../scripts/test/vanishing_database.ts";
import { adminOf, closeConnections, createAdmin } from "../../_shared/database/database.ts";
import { DatabaseError, toApiError } from "../../_shared/errors.ts";
import { type Driver, stackSettings } from "../support/stack_settings.ts";

const DRIVERS: Driver[] = ["data api", "pooler"];

async function failure(work: Promise<unknown>): Promise<DatabaseError> {
  const error = await work.then(() => assert.fail("it did not fail"), (error) => error);
  assert.ok(error instanceof DatabaseError, String(error));
  return error;
}

Deno.test("both database drivers return the same results and the same errors", async () => {
  const unknown = crypto.randomUUID();
  const outcomes = [];
  for (const driver of DRIVERS) {
    const stats = { db_ms: 0, db_calls: 0 };
    const admin = createAdmin(await stackSettings(driver), { request_id: "database-test", stats });
    const key = crypto.randomUUID();
    const table = await admin.call("check_rate_limit", { p_key: key, p_limit: 2, p_window_seconds: 60 });
    const kept = {
      p_scope: key,
      p_idempotency_key: "k",
      p_status: 201,
      p_body: '{"list":[1,"ä",null],"deep":{"a":[]}}',
    };
    const admit = {
      p_rate_key: null,
      p_limit: null,
      p_window_seconds: null,
      p_scope: key,
      p_idempotency_key: "k",
      p_body_hash: "h",
    };
    const json = await admin.call("admit_request", admit);
    const nothing = await admin.call("finish_request", kept);
    const { p_limit: _, p_window_seconds: __, ...less } = admit;
    const replay = await admin.call("admit_request", less as typeof admit).catch((error) => error.sqlstate);
    const again = await admin.call("admit_request", admit);
    const list = await admin.call("read_request_metrics");
    const raised = await failure(admin.call("setup_profile", { p_user_id: unknown, p_display_name: "x" }));
    const malformed = await failure(admin.call("setup_profile", { p_user_id: "no uuid" }));
    assert.deepEqual(table, [{ allowed: true, remaining: 1, reset_seconds: 60 }], driver);
    assert.equal(nothing, null, driver);
    assert.ok(Array.isArray(list));
    assert.equal(raised.sqlstate, "SVG03");
    assert.equal(stats.db_calls, 8);
    assert.ok(stats.db_ms > 0);
    outcomes.push({
      json,
      replay: typeof replay,
      again,
      raised: { ...raised, message: raised.message },
      malformed: malformed.sqlstate,
    });
  }
  assert.deepEqual(outcomes[0], outcomes[1]);
  await closeConnections();
});

Deno.test("an unknown function has its own error, and the connection stays usable", async () => {
  for (const driver of DRIVERS) {
    const admin = createAdmin(await stackSettings(driver));
    const error = await failure(admin.call("no_such_function" as "check_health"));
    assert.match(error.sqlstate, /^(42883|PGRST202)$/);
    assert.equal(
      (await admin.call("check_rate_limit", {
        p_key: crypto.randomUUID(),
        p_limit: 1,
        p_window_seconds: 1,
      })).length,
      1,
    );
  }
  await closeConnections();
});

Deno.test("a database that refuses connections is unreachable at once, through either driver", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  const gone = {
    "data api": await stackSettings("data api", { SUPABASE_URL: `http://127.0.0.1:${port}` }),
    pooler: await stackSettings("pooler", { STREAMVIBE_POOLER_URL: `postgres://x@127.0.0.1:${port}/x` }),
  };
  for (const driver of DRIVERS) {
    const error = await failure(createAdmin(gone[driver]).call("check_health"));
    assert.equal(error.sqlstate, "unreachable", driver);
    assert.match(Deno.inspect(error), /refused/i, "a refused connection is reported without waiting");
  }
});

Deno.test("connections closed by the server are reopened", async () => {
  const settings = await stackSettings("pooler");
  const database = await testDatabase();
  const admin = createAdmin(settings);
  const check = () =>
    admin.call("check_rate_limit", { p_key: crypto.randomUUID(), p_limit: 1, p_window_seconds: 1 });
  await check();
  const ended = await database`select pg_terminate_backend(pid) from pg_stat_activity
    where backend_type = 'client backend' and pid <> pg_backend_pid() and query like '%check_rate_limit(%' and application_name = ''`;
  assert.ok(ended.length > 0);
  // Either the pool notices automatically, or one call fails with `unavailable`; a second call never fails.
  const first = await check().catch((error) => error);
  if (first instanceof Error) assert.equal(toApiError(first).code, "unavailable");
  await check();
  await database.end();
  await closeConnections();
});

Deno.test("a database that disconnects during a call fails only that call", async () => {
  const database = await vanishingDatabase();
  try {
    const settings = await stackSettings("pooler", { STREAMVIBE_POOLER_URL: database.url });
    // An unhandled error event would end the process, and with it this test.
    for (let n = 0; n < 3; n++) {
      assert.equal((await failure(createAdmin(settings).call("check_health"))).sqlstate, "unreachable");
    }
    await closeConnections();
  } finally {
    database.close();
  }
});

Deno.test("anon and authenticated cannot execute the service's functions", async () => {
  const database = await testDatabase();
  const open = await database<{ name: string }[]>`
    select p.proname as name from pg_proc p
    where pronamespace = 'public'::regnamespace
      and proname in ('check_rate_limit', 'admit_request', 'finish_request', 'record_request_metrics', 'read_request_metrics', 'check_health', 'setup_profile')
      and (has_function_privilege('anon', oid, 'execute') or has_function_privilege('authenticated', oid, 'execute'))`;
  assert.deepEqual(open.map(({ name }) => name), []);
  await database.end();
});

Deno.test("an unexpected result is a bug whose message names the function", async () => {
  const admin = adminOf(() => Promise.resolve({ state: "odd" }));
  await assert.rejects(
    admin.call("check_health", {}, z.object({ database: z.string() })),
    /^Error: Cannot use the result of check_health: it is not what the code expects$/,
  );
  assert.deepEqual(await admin.call("check_health", {}, z.object({ state: z.string() })), { state: "odd" });
});
