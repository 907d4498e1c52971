import assert from "node:assert/strict";
import * as z from "zod";
import { callFunction } from "../../../../scripts/test/stack.ts";
import { closeConnections, createAdmin } from "../../_shared/database/database.ts";
import { createLogger } from "../../_shared/observability/log.ts";
import { flushMetrics, recordRequest, Sample } from "../../_shared/observability/metrics.ts";
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

Deno.test("every request appears in the metrics, as Prometheus reads them", async () => {
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
    assert.match(line, /^(# (HELP|TYPE) \w+ .+|\w+\{(\w+="[^"\n]*",?)+\} [0-9.e+-]+)$/);
  }
});

Deno.test("samples of many isolates are added up, none is lost on a normal end", async () => {
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
  recordRequest({ name, status: 200, duration_ms: 4, settings, log });
  recordRequest({ name, status: 500, duration_ms: 99_999, settings, log });
  // What the runtime says before it ends an isolate.
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
