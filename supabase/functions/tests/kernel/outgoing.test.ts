import assert from "node:assert/strict";
import {
  type CallOptions,
  callProvider,
  ProviderError,
  readJson,
  retryAfter,
} from "../../_shared/http/outgoing.ts";
import { createLogger } from "../../_shared/observability/log.ts";

/** Runs a local provider that answers with the test's responses in turn; the last one repeats. */
async function withProvider(
  answers: ((request: Request) => Response | Promise<Response>)[],
  use: (url: string, seen: Headers[]) => Promise<void>,
) {
  const seen: Headers[] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, (request) => {
    // A copy, because the server discards a request's headers once it is answered.
    seen.push(new Headers(request.headers));
    const answer = answers[Math.min(seen.length, answers.length) - 1];
    return answer ? answer(request) : new Response();
  });
  try {
    await use(`http://127.0.0.1:${server.addr.port}/thing?key=AIzaSecret`, seen);
  } finally {
    await server.shutdown();
  }
}

function options(changes: Partial<CallOptions> = {}): CallOptions & { waits: number[] } {
  const waits: number[] = [];
  const sleep = (ms: number) => Promise.resolve(void waits.push(ms));
  return {
    provider: "youtube",
    timeout_ms: 1_000,
    retry: "safe",
    request_id: "request-1",
    sleep,
    random: () => 1,
    waits,
    ...changes,
  };
}

const failure = (work: Promise<unknown>) =>
  work.then(() => assert.fail("it did not fail"), (error) => {
    assert.ok(error instanceof ProviderError, String(error));
    return error;
  });
const status = (code: number, body: unknown = {}, headers = {}) => () =>
  Response.json(body, { status: code, headers });

Deno.test("a response is returned whole, and the request id is sent with the call", async () => {
  await withProvider([status(200, { ok: true })], async (url, seen) => {
    const response = await callProvider(url, { headers: { "if-none-match": '"x"' } }, options());
    assert.deepEqual(await readJson(response, "youtube"), { ok: true });
    assert.equal(seen[0]?.get("x-request-id"), "request-1");
    assert.equal(seen[0]?.get("if-none-match"), '"x"');
  });
});

Deno.test("304 is a response, not a fault", async () => {
  await withProvider([() => new Response(null, { status: 304, headers: { etag: '"x"' } })], async (url) => {
    const response = await callProvider(url, {}, options());
    assert.deepEqual([response.status, response.headers.get("etag")], [304, '"x"']);
  });
});

Deno.test("transient errors are retried with growing waits, if a retry is safe", async () => {
  await withProvider([status(500), status(503), status(200)], async (url, seen) => {
    const how = options();
    assert.equal((await callProvider(url, {}, how)).status, 200);
    assert.deepEqual([seen.length, how.waits], [3, [400, 800]]);
  });
  await withProvider([status(500)], async (url, seen) => {
    assert.equal((await failure(callProvider(url, {}, options()))).status, 500);
    assert.equal(seen.length, 3, "the number of attempts is limited");
  });
  await withProvider([status(500)], async (url, seen) => {
    await failure(callProvider(url, { method: "POST" }, options({ retry: "never" })));
    assert.equal(seen.length, 1);
  });
});

Deno.test("a 403 is final: it is not retried, and its body is kept for the caller", async () => {
  await withProvider(
    [status(403, { error: { errors: [{ reason: "quotaExceeded" }] } })],
    async (url, seen) => {
      const error = await failure(callProvider(url, {}, options()));
      assert.deepEqual([error.kind, error.status, seen.length], ["status", 403, 1]);
      assert.deepEqual(error.body, { error: { errors: [{ reason: "quotaExceeded" }] } });
      assert.ok(!error.message.includes("AIza"));
    },
  );
});

Deno.test("a short Retry-After is waited for; a long one is reported to the caller", async () => {
  await withProvider([status(429, {}, { "retry-after": "2" }), status(200)], async (url) => {
    const how = options();
    await callProvider(url, {}, how);
    assert.deepEqual(how.waits, [2_000]);
  });
  await withProvider([status(429, {}, { "retry-after": "3600" })], async (url, seen) => {
    const error = await failure(callProvider(url, {}, options()));
    assert.deepEqual([error.retry_after, seen.length], [3_600, 1]);
  });
  const now = new Date("2026-11-20T10:00:00Z");
  assert.equal(retryAfter("Fri, 20 Nov 2026 10:00:30 GMT", now), 30);
  assert.equal(retryAfter("Fri, 20 Nov 2026 09:00:00 GMT", now), 0);
  assert.equal(retryAfter("soon", now), null);
});

Deno.test("a stalled response, also in the middle of its body, is a timeout", async () => {
  const stalled = () =>
    new Response(
      new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode('{"half":')) }),
    );
  const never = () => new Promise<Response>((resolve) => setTimeout(() => resolve(new Response()), 3_000));
  for (const answer of [stalled, never]) {
    await withProvider([answer], async (url, seen) => {
      const error = await failure(callProvider(url, {}, options({ timeout_ms: 1_000, retry: "never" })));
      assert.deepEqual([error.kind, seen.length], ["timeout", 1]);
    });
  }
});

Deno.test("a refused connection is a network fault; an abort ends the call and its retries", async () => {
  const error = await failure(callProvider("http://127.0.0.1:1/", {}, options({ attempts: 2 })));
  assert.equal(error.kind, "network");
  const controller = new AbortController();
  controller.abort();
  const how = options({ signal: controller.signal });
  await failure(callProvider("http://127.0.0.1:1/", {}, how));
  assert.equal(how.waits.length, 0);
});

Deno.test("a response that is not JSON is malformed", async () => {
  await withProvider([() => new Response("<html>")], async (url) => {
    const response = await callProvider(url, {}, options());
    assert.equal((await failure(readJson(response, "youtube"))).kind, "malformed");
  });
});

Deno.test("a logged call has no query string", async () => {
  const lines: string[] = [];
  const log = createLogger({ level: "debug", sink: (line) => lines.push(line) });
  await withProvider([status(500), status(200)], async (url) => {
    await callProvider(url, {}, options({ log }));
  });
  assert.equal(lines.length, 1);
  assert.ok(lines[0]?.includes("/thing") && !lines[0].includes("key="));
});
