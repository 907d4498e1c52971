import assert from "node:assert/strict";
import { callFunction, testStack } from "../../../../scripts/test/stack.ts";
import { DatabaseError } from "../../_shared/errors.ts";
import { closeConnections } from "../../_shared/database/database.ts";
import health from "../../health/index.ts";
import { stackSettings } from "../support/stack_settings.ts";
import { testDependencies } from "../support/test_dependencies.ts";

Deno.test("health reports the status of every part to anyone, and nothing else", async () => {
  const { status, body, headers } = await callFunction("health");
  assert.equal(status, 200);
  // Other tests of the same stack may cause a part to fail.
  assert.notEqual(body.status, "down");
  assert.deepEqual(Object.keys(body).sort(), ["checks", "misconfigured", "status"]);
  assert.deepEqual(Object.keys(body.checks as object).sort(), [
    "alerts",
    "backups",
    "cron",
    "database",
    "http_calls",
    "jobs",
    "providers",
    "queue",
    "settings",
    "vault",
  ]);
  assert.equal(headers.get("cache-control"), "no-store");
  const { api_url } = await testStack();
  const anonymous = await fetch(`${api_url}/functions/v1/health`);
  assert.notEqual((await anonymous.json()).status, "down");
});

Deno.test("health returns 503 quickly when the database is down, through either driver", async () => {
  const patient = { DATABASE_TIMEOUT_MS: "120000" };
  const closed = [
    await stackSettings("pooler", { ...patient, STREAMVIBE_POOLER_URL: "postgres://x@127.0.0.1:1/x" }),
    await stackSettings("data api", { ...patient, SUPABASE_URL: "http://127.0.0.1:1" }),
  ];
  for (const settings of closed) {
    const start = performance.now();
    const response = await health.with({ settings, sink: () => {}, record: () => {} }).fetch(
      new Request("http://localhost/health"),
    );
    assert.equal(response.status, 503);
    assert.deepEqual(await response.json(), {
      status: "down",
      checks: {
        database: "down",
        vault: "down",
        queue: "down",
        cron: "down",
        jobs: "unset",
        http_calls: "unset",
        providers: "unset",
        alerts: "unset",
        backups: "unset",
        settings: "ok",
      },
      misconfigured: [],
    });
    assert.ok(performance.now() - start < 60_000, "health does not wait for a call's timeout");
  }
  await closeConnections();
});

Deno.test("health is 503 when a part is down or never responds, but not when one is unset or degraded", async () => {
  const ask = async (check_operations: () => unknown, check_health = check_operations) => {
    const { dependencies, calls } = testDependencies({
      functions: { check_operations, check_health, watch_now: () => false },
    });
    const response = await health.with(dependencies).fetch(new Request("http://localhost/health"));
    const { status, checks } = await response.json();
    return [
      response.status,
      status,
      checks.vault,
      checks.jobs,
      calls.some(({ name }) => name === "watch_now"),
    ];
  };
  const essential = { database: "ok", vault: "ok", queue: "ok", cron: "ok" };
  const up = {
    ...essential,
    jobs: "ok",
    http_calls: "ok",
    providers: "ok",
    alerts: "ok",
    backups: "unset",
    is_watched: true,
  };
  assert.deepEqual(await ask(() => up), [200, "ok", "ok", "ok", false]);
  assert.deepEqual(await ask(() => ({ ...up, is_watched: false })), [200, "ok", "ok", "ok", true]);
  assert.deepEqual(await ask(() => ({ ...up, vault: "unset" })), [200, "ok", "unset", "ok", false]);
  assert.deepEqual(await ask(() => ({ ...up, jobs: "degraded" })), [
    200,
    "degraded",
    "ok",
    "degraded",
    false,
  ]);
  assert.deepEqual(await ask(() => ({ ...up, vault: "down" })), [503, "down", "down", "ok", false]);
  assert.deepEqual(await ask(() => ({ odd: true })), [503, "down", "down", "unset", false]);
  assert.deepEqual(await ask(() => new Promise(() => {})), [503, "down", "down", "unset", false]);
  // An installation of the first phases has fewer checks.
  const missing = () => {
    throw new DatabaseError("42883", "function public.check_operations() does not exist", null);
  };
  assert.deepEqual(await ask(missing, () => essential), [200, "ok", "ok", "unset", false]);
});
