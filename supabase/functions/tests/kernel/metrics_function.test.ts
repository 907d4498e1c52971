import assert from "node:assert/strict";
import * as z from "zod";
import { callFunction, testStack } from "../../../../scripts/test/stack.ts";
import { adminOf, closeConnections, createAdmin } from "../../_shared/database/database.ts";
import { createLogger } from "../../_shared/observability/log.ts";
import { flushMetrics, recordRequest, Sample } from "../../_shared/observability/metrics.ts";
import {
  outcomeOf,
  recordProviderCall,
  storeProviderCalls,
} from "../../_shared/observability/provider_calls.ts";
import { DatabaseError } from "../../_shared/errors.ts";
import { stackSettings } from "../support/stack_settings.ts";

async function read() {
  const { status, body, headers } = await callFunction<{ text: string }>("metrics", { as: "secret" });
  assert.equal(status, 200);
  return { text: body.text, type: headers.get("content-type") };
}

function valueOf(text: string, series: string): number {
  const line = text.split("\n").find((line) => line.startsWith(`${series} `));
  return Number(line?.slice(series.length + 1) ?? 0);
}

Deno.test("metrics are for the service only", async () => {
  assert.equal((await callFunction("metrics")).status, 401);
  assert.equal((await callFunction("metrics", { headers: { apikey: "sb_secret_wrong" } })).status, 401);
});

Deno.test("every request appears in the metrics, in the Prometheus format", async () => {
  const series = 'streamvibe_requests_total{function="health",status="404"}';
  const before = valueOf((await read()).text, series);
  for (let call = 0; call < 5; call++) assert.equal((await callFunction("health/missing")).status, 404);
  const end = Date.now() + 10_000;
  let now = await read();
  while (valueOf(now.text, series) < before + 5 && Date.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    now = await read();
  }
  assert.equal(now.type, "text/plain; version=0.0.4; charset=utf-8");
  assert.equal(valueOf(now.text, series), before + 5);
  for (const line of now.text.split("\n").slice(0, -1)) {
    assert.match(line, /^(# (HELP|TYPE) \w+ .+|\w+(\{(\w+="[^"\n]*",?)+\})? [0-9.e+-]+)$/);
  }
});

Deno.test("samples of many isolates are added up, and none is lost when an isolate ends normally", async () => {
  const name = `test-${crypto.randomUUID()}`;
  const settings = await stackSettings("pooler");
  const log = createLogger({ level: "silent" });
  await Promise.all(Array.from({ length: 8 }, () =>
    createAdmin(settings).call("record_request_metrics", {
      p_samples: [{
        function: name,
        status: 200,
        count: 2,
        duration_ms_sum: 3,
        buckets: [1, 1, ...Array(10).fill(0)],
      }],
    })));
  const call = { name, db_ms: 1, user_id: null, cache: "nearby" };
  recordRequest({ ...call, status: 200, duration_ms: 4, settings, log });
  recordRequest({ ...call, status: 500, duration_ms: 99_999, settings, log });
  // The event that the runtime dispatches before it ends an isolate.
  dispatchEvent(new Event("beforeunload"));
  await flushMetrics();
  const samples = (await createAdmin(settings).call("read_request_metrics", {}, z.array(Sample))).filter((
    sample,
  ) => sample.function === name);
  assert.deepEqual(samples, [
    { function: name, status: 200, count: 17, duration_ms_sum: 28, buckets: [9, 8, ...Array(10).fill(0)] },
    { function: name, status: 500, count: 1, duration_ms_sum: 99_999, buckets: [...Array(11).fill(0), 1] },
  ]);
  await closeConnections();
});

Deno.test("1,000 unknown paths, unusual methods and long queries create no additional series", async () => {
  const { api_url } = await testStack();
  const marker = crypto.randomUUID();
  const targets = [
    (n: number) => `functions/v1/${marker}-${n}`,
    (n: number) => `functions/v1/health/${marker}/${n}`,
    (n: number) => `functions/v1/metrics?${marker}=${n}`,
    (n: number) => `functions/v1/%2e%2e/${marker}${n}`,
    (n: number) => `functions/v1/search-content?query=${marker}${n}&x${n}=1`,
  ];
  const methods = ["GET", "POST", "PROPFIND", "PURGE", `X${marker.slice(0, 6).toUpperCase()}`];
  for (let from = 0; from < 1_000; from += 50) {
    await Promise.all(Array.from({ length: 50 }, async (_, index) => {
      const n = from + index;
      const target = targets[n % targets.length]?.(n) ?? "";
      const method = methods[Math.floor(n / 5) % methods.length] ?? "GET";
      await (await fetch(`${api_url}/${target}`, { method })).body?.cancel();
    }));
  }
  const functions = new Set(
    (await Array.fromAsync(Deno.readDir(new URL("../..", import.meta.url)))).map(({ name }) => name),
  );
  const seen = new Map<string, number>();
  const read_text = async () => (await read()).text;
  // The last samples take up to a second to arrive.
  for (const end = Date.now() + 10_000; Date.now() < end && seen.get("search-content") === undefined;) {
    seen.clear();
    for (
      const [, name = "", status = ""] of (await read_text()).matchAll(
        /^streamvibe_requests_total\{function="([^"]*)",status="(\d+)"\}/gm,
      )
    ) {
      seen.set(name, (seen.get(name) ?? 0) + 1);
      assert.match(status, /^[1-5]\d\d$/);
    }
  }
  assert.ok(!(await read_text()).includes(marker));
  // Besides functions, only names that other tests of this stack record directly.
  assert.deepEqual(
    [...seen.keys()].filter((name) => !functions.has(name) && !/^test-|^kernel-|^probe/.test(name)),
    [],
  );
  assert.ok([...seen.values()].every((statuses) => statuses < 20));
});

Deno.test("provider calls are counted by outcome; invalid names are dropped, and samples that could not be stored are retried", async () => {
  const provider = `test-${crypto.randomUUID().slice(0, 8)}`;
  const settings = await stackSettings("pooler");
  const broken = adminOf(() => Promise.reject(new DatabaseError("unreachable", "gone", null)));
  for (const status of [200, 304, 404, 429, 503]) recordProviderCall(provider, outcomeOf(status), 10);
  recordProviderCall("42 odd", "ok", 1);
  await assert.rejects(storeProviderCalls(broken));
  recordProviderCall(provider.toUpperCase(), "failed", 30);
  await storeProviderCalls(createAdmin(settings));
  const { text } = await read();
  const counted = [
    ...text.matchAll(
      new RegExp(
        `^streamvibe_provider_calls_total\\{provider="${provider}",outcome="(\\w+)"\\} (\\d+)`,
        "gm",
      ),
    ),
  ]
    .map(([, outcome, count]) => `${outcome} ${count}`);
  assert.deepEqual(counted, ["failed 2", "ok 2", "refused 1", "throttled 1"]);
  assert.ok(!text.includes("42_odd"), "an invalid provider name is not stored");
  await closeConnections();
});
