import assert from "node:assert/strict";
import * as z from "zod";
import { ApiError, endpoint } from "../../_shared/http/endpoint.ts";
import { requestTo, testDependencies } from "../support/test_dependencies.ts";

/** Simulates Sentry's ingest endpoint: collects the events of the envelopes that it receives. */
async function withSentry(use: (dsn: string, events: Record<string, unknown>[]) => Promise<void>) {
  const events: Record<string, unknown>[] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
    const lines = (await request.text()).split("\n").filter(Boolean);
    // The envelope's own header, then pairs of an item's header and its payload.
    for (let item = 1; item < lines.length; item += 2) {
      const { type } = JSON.parse(lines[item] ?? "{}") as { type?: string };
      if (type === "event" || type === "transaction") events.push(JSON.parse(lines[item + 1] ?? "{}"));
    }
    return Response.json({ id: "1" });
  });
  try {
    await use(`http://public@127.0.0.1:${server.addr.port}/42`, events);
  } finally {
    await server.shutdown();
  }
}

const failing = endpoint({
  name: "failing",
  summary: "Fails as the test says",
  method: "POST",
  auth: "user",
  rate: "user",
  input: z.strictObject({ how: z.enum(["bug", "refusal"]) }),
  example: { how: "bug" },
  output: z.object({}),
  handle({ input }) {
    if (input.how === "refusal") throw new ApiError("quota_exceeded");
    throw new TypeError("cannot use ya29.a0AfH6SMBx for ada@example.com");
  },
});

async function until(condition: () => boolean) {
  const end = Date.now() + 5_000;
  while (!condition() && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 10));
}

Deno.test({
  name: "a bug is reported to Sentry with the request id and without secrets; an expected error is not",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await withSentry(async (dsn, events) => {
      const { dependencies } = testDependencies({ settings: { SENTRY_DSN: dsn, ENVIRONMENT: "test-run" } });
      const ask = async (how: string, request_id: string) => {
        const headers = { "x-request-id": request_id };
        const response = await failing.with(dependencies).fetch(
          await requestTo("failing", { body: JSON.stringify({ how }), headers }),
        );
        await response.body?.cancel();
        return response.status;
      };
      assert.equal(await ask("refusal", "refusal-0001"), 402);
      assert.equal(await ask("bug", "bug-00000001"), 500);
      await until(() => events.length > 0);
      assert.equal(events.length, 1);
      const event = events[0] as {
        environment: string;
        tags: Record<string, string>;
        exception: {
          values: { type: string; value: string; stacktrace: { frames: { filename: string }[] } }[];
        };
      };
      assert.equal(event.environment, "test-run");
      assert.deepEqual([event.tags.request_id, event.tags.function], ["bug-00000001", "failing"]);
      const [exception] = event.exception.values;
      assert.deepEqual([exception?.type, exception?.value], ["TypeError", "cannot use [masked] for [email]"]);
      assert.ok(exception?.stacktrace.frames.some(({ filename }) => filename.endsWith("sentry.test.ts")));
      const text = JSON.stringify(event);
      assert.ok(!text.includes("ya29.") && !text.includes("ada@") && !text.includes("Bearer"));
    });
  },
});

Deno.test({
  name: "a trace is sent for a sampled request, with its duration and request id",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await withSentry(async (dsn, events) => {
      const ask = async (rate: string) => {
        const { dependencies } = testDependencies({
          settings: { SENTRY_DSN: dsn, SENTRY_TRACES_SAMPLE_RATE: rate },
        });
        const headers = { "x-request-id": `traced-at-${rate}` };
        const request = await requestTo("failing", { body: '{"how":"refusal"}', headers });
        await (await failing.with(dependencies).fetch(request)).body?.cancel();
      };
      await ask("0");
      await ask("1");
      await until(() => events.length > 0);
      assert.equal(events.length, 1);
      const trace = events[0] as {
        type: string;
        transaction: string;
        timestamp: number;
        start_timestamp: number;
        contexts: { trace: { op: string; data: Record<string, unknown> } };
      };
      assert.deepEqual([trace.type, trace.transaction], ["transaction", "POST failing"]);
      assert.ok(trace.timestamp >= trace.start_timestamp && trace.timestamp - trace.start_timestamp < 10);
      assert.equal(trace.contexts.trace.op, "http.server");
      assert.equal(trace.contexts.trace.data.request_id, "traced-at-1");
    });
  },
});
