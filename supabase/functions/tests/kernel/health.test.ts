import assert from "node:assert/strict";
import { callFunction, testStack } from "../../../../scripts/test/stack.ts";
import { closeConnections } from "../../_shared/database/database.ts";
import health from "../../health/index.ts";
import { stackSettings } from "../support/stack_settings.ts";
import { testDependencies } from "../support/test_dependencies.ts";

Deno.test("health says that every part is up, to anybody, and nothing more", async () => {
  const { status, body, headers } = await callFunction("health");
  assert.equal(status, 200);
  assert.equal(body.status, "ok");
  assert.deepEqual(Object.keys(body).sort(), ["checks", "misconfigured", "status"]);
  assert.deepEqual(Object.keys(body.checks as object).sort(), [
    "cron",
    "database",
    "queue",
    "settings",
    "vault",
  ]);
  assert.equal(headers.get("cache-control"), "no-store");
  const { api_url } = await testStack();
  const anonymous = await fetch(`${api_url}/functions/v1/health`);
  assert.equal((await anonymous.json()).status, "ok");
});

Deno.test("health answers 503 soon when the database is down, through either driver", async () => {
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
      checks: { database: "down", vault: "down", queue: "down", cron: "down", settings: "ok" },
      misconfigured: [],
    });
    assert.ok(performance.now() - start < 60_000, "no call's time limit is waited for");
  }
  await closeConnections();
});

Deno.test("health is 503 when one part is down or never answers, not when one is merely unset", async () => {
  const ask = async (check_health: () => unknown) => {
    const { dependencies } = testDependencies({ functions: { check_health } });
    const response = await health.with(dependencies).fetch(new Request("http://localhost/health"));
    return [response.status, (await response.json()).checks.vault];
  };
  const up = { database: "ok", vault: "ok", queue: "ok", cron: "ok" };
  assert.deepEqual(await ask(() => up), [200, "ok"]);
  assert.deepEqual(await ask(() => ({ ...up, vault: "unset" })), [200, "unset"]);
  assert.deepEqual(await ask(() => ({ ...up, vault: "down" })), [503, "down"]);
  assert.deepEqual(await ask(() => ({ odd: true })), [503, "down"]);
  assert.deepEqual(await ask(() => new Promise(() => {})), [503, "down"]);
});
