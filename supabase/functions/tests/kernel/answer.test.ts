import assert from "node:assert/strict";
import * as z from "zod";
import { ApiError, endpoint, notFound, Reply, type RequestContext } from "../../_shared/http/endpoint.ts";
import { DatabaseError } from "../../_shared/errors.ts";
import { requestTo, testDependencies, token, USER } from "../support/test_dependencies.ts";

const Nothing = z.strictObject({});

function acting(handle: (context: RequestContext<typeof Nothing, "user">) => unknown, timeout_ms?: number) {
  return endpoint({
    name: "act",
    summary: "Does what the test says",
    method: "POST",
    auth: "user",
    rate: "user",
    input: Nothing,
    example: {},
    output: z.object({ done: z.boolean() }),
    timeout_ms,
    handle: async (context) => await handle(context) as { done: boolean },
  });
}

async function act(
  handle: (context: RequestContext<typeof Nothing, "user">) => unknown,
  options: { timeout_ms?: number; headers?: Record<string, string>; settings?: Record<string, string> } = {},
) {
  const { dependencies, lines, recorded } = testDependencies({ settings: options.settings });
  const request = await requestTo("act", { headers: options.headers });
  const response = await acting(handle, options.timeout_ms).with(dependencies).fetch(request);
  return { status: response.status, headers: response.headers, body: await response.json(), lines, recorded };
}

Deno.test("a successful response is the output alone, without an envelope", async () => {
  const { status, headers, body } = await act(() => ({ done: true, secret: "not in the contract" }));
  assert.deepEqual([status, body], [200, { done: true }]);
  assert.equal(headers.get("content-type"), "application/json");
  assert.equal(headers.get("cache-control"), "no-store");
  assert.equal(headers.get("x-content-type-options"), "nosniff");
});

Deno.test("a handler may return a Reply with status and headers, or a whole Response", async () => {
  const accepted = await act(() => new Reply({ done: true }, { status: 202, headers: { location: "/x" } }));
  assert.deepEqual([accepted.status, accepted.headers.get("location")], [202, "/x"]);
  const whole = await act(() => Response.json({ free: 1 }, { status: 201 }));
  assert.deepEqual([whole.status, whole.body], [201, { free: 1 }]);
  assert.ok(whole.headers.get("x-request-id"));
});

Deno.test("an error meant for the caller becomes a problem document with the request id", async () => {
  const { status, headers, body } = await act(() => {
    throw new ApiError("quota_exceeded", "Cannot sync: the month's syncs are used up", {
      extras: { quota: "syncs", limit: 10, status: 200, code: "overwritten?" },
    });
  }, { headers: { "x-request-id": "request-0001" } });
  assert.equal(status, 402);
  assert.equal(headers.get("content-type"), "application/problem+json");
  assert.deepEqual(body, {
    type: "urn:streamvibe:problem:quota_exceeded",
    title: "The plan's quota is used up",
    status: 402,
    detail: "Cannot sync: the month's syncs are used up",
    code: "quota_exceeded",
    request_id: "request-0001",
    quota: "syncs",
    limit: 10,
  });
  const missing = await act(() => notFound("account", "a1"));
  assert.deepEqual([missing.status, missing.body.resource, missing.body.id], [404, "account", "a1"]);
});

Deno.test("errors that SQL raises for callers become problems; other database errors are not disclosed", async () => {
  const table: [string, string | null, number, string][] = [
    ["SVQ01", '{"quota":"syncs","retry_after":30}', 402, "quota_exceeded"],
    ["SVO01", null, 400, "oauth_state_invalid"],
    ["SVG03", "not json", 404, "not_found"],
    ["SVS01", '{"retry_after":7.2}', 409, "sync_in_progress"],
    ["SVJ01", "[1]", 429, "too_many_jobs"],
    ["unreachable", null, 503, "unavailable"],
    ["57P01", null, 503, "unavailable"],
    ["53300", null, 503, "unavailable"],
    ["PGRST002", null, 503, "unavailable"],
    ["57014", null, 504, "timeout"],
    ["42501", "permission denied for table users", 500, "internal"],
    ["23505", "Key (email)=(ada@example.com) already exists", 500, "internal"],
  ];
  for (const [state, detail, status, code] of table) {
    const { body, headers, ...answer } = await act(() => {
      throw new DatabaseError(state, "words of the database", detail);
    });
    assert.deepEqual([answer.status, body.code], [status, code], state);
    if (status >= 500) assert.ok(!JSON.stringify(body).includes("words of the database"));
    if (state === "SVS01") assert.equal(headers.get("retry-after"), "8");
  }
});

Deno.test("a bug is 500 with only the request id; the log has the full error, masked", async () => {
  const { status, headers, body, lines } = await act(() => {
    throw new TypeError("cannot read ya29.a0AfH6SMBx of undefined");
  }, { headers: { origin: "http://localhost:3000" } });
  assert.equal(status, 500);
  assert.deepEqual(Object.keys(body).sort(), ["code", "request_id", "status", "title", "type"]);
  assert.equal(
    headers.get("access-control-allow-origin"),
    "http://localhost:3000",
    "a bug keeps its CORS headers",
  );
  const line = lines.at(-1) as {
    level: string;
    code: string;
    request_id: string;
    error: { name: string; message: string; stack: string };
  };
  assert.deepEqual([line.level, line.code], ["error", "internal"]);
  assert.equal(line.request_id, body.request_id);
  assert.equal(line.error.message, "cannot read [masked] of undefined");
  assert.match(line.error.stack, /answer\.test\.ts/);
});

Deno.test("an output that breaks the contract is a bug", async () => {
  assert.equal((await act(() => ({ done: "yes" }))).status, 500);
  assert.equal((await act(() => undefined)).status, 500);
});

Deno.test("a handler that takes too long is 504, and its signal is aborted", async () => {
  let told = false;
  const { status, body } = await act(
    ({ signal }) =>
      new Promise((_, reject) =>
        signal.addEventListener("abort", () => {
          told = true;
          reject(signal.reason);
        })
      ),
    { timeout_ms: 20 },
  );
  assert.deepEqual([status, body.code, told], [504, "timeout", true]);
});

Deno.test("a wrong method is 405 with the allowed one", async () => {
  for (const method of ["GET", "PUT", "PATCH", "DELETE", "HEAD"]) {
    const response = await acting(() => ({ done: true })).with(testDependencies().dependencies)
      .fetch(await requestTo("act", { method }));
    assert.deepEqual([response.status, response.headers.get("allow")], [405, "POST, OPTIONS"], method);
    assert.equal(response.headers.get("content-type"), "application/problem+json");
  }
});

Deno.test("a preflight allows listed origins only, without credentials", async () => {
  const ask = async (origin: string, settings = {}) => {
    const { dependencies, lines } = testDependencies({ settings });
    const response = await acting(() => ({ done: true })).with(dependencies).fetch(
      new Request("http://localhost/functions/v1/act", {
        method: "OPTIONS",
        headers: { origin, "access-control-request-method": "POST" },
      }),
    );
    assert.equal(response.status, 204);
    assert.equal(response.headers.get("access-control-allow-credentials"), null);
    assert.equal(lines.length, 0);
    return response.headers;
  };
  const allowed = await ask("http://localhost:3000");
  assert.equal(allowed.get("access-control-allow-origin"), "http://localhost:3000");
  assert.match(allowed.get("access-control-allow-headers") ?? "", /authorization.*idempotency-key/);
  assert.equal(allowed.get("access-control-allow-methods"), "POST, OPTIONS");
  for (
    const origin of [
      "http://localhost:3001",
      "https://localhost:3000",
      "null",
      "http://localhost:3000.evil.example",
    ]
  ) {
    const refused = await ask(origin);
    assert.equal(refused.get("access-control-allow-origin"), null, origin);
    assert.equal(refused.get("vary"), "Origin");
  }
  const any = await ask("https://anything.example", { ALLOWED_ORIGINS: "*" });
  assert.equal(any.get("access-control-allow-origin"), "*");
});

Deno.test("a valid request id is kept, an invalid one is replaced, and it is always returned", async () => {
  const answerOf = async (given: string) => {
    const { headers, lines } = await act(() => ({ done: true }), { headers: { "x-request-id": given } });
    assert.equal(lines.at(-1)?.request_id, headers.get("x-request-id"));
    return headers.get("x-request-id") ?? "";
  };
  for (const sound of ["trace-0123456789", "7", "x".repeat(128)]) assert.equal(await answerOf(sound), sound);
  for (const odd of ["", "with space in it", '{"json":1}', "x".repeat(200)]) {
    assert.match(await answerOf(odd), /^[0-9a-f-]{36}$/, odd);
  }
});

Deno.test("each request writes one log line and one metrics sample, without secrets or email addresses", async () => {
  const secret = await token();
  const { lines, recorded } = await act(({ log }) => {
    log.info("details", { access_token: "ya29.x", note: `Bearer ${secret}`, user: "ada@example.com" });
    return { done: true };
  });
  assert.deepEqual(lines.map(({ message }) => message), ["details", "request"]);
  const { duration_ms, db_ms, timestamp, request_id, ...line } = lines[1] as Record<string, unknown>;
  assert.deepEqual(line, {
    level: "info",
    message: "request",
    function: "act",
    user_id: USER,
    caller: "user",
    method: "POST",
    status: 200,
    db_calls: 1,
  });
  for (
    const [value, type] of [[duration_ms, "number"], [db_ms, "number"], [timestamp, "string"], [
      request_id,
      "string",
    ]]
  ) {
    assert.equal(typeof value, type);
  }
  assert.ok(!JSON.stringify(lines).includes(secret) && !JSON.stringify(lines).includes("ada@"));
  assert.deepEqual(recorded.map(({ name, status }) => [name, status]), [["act", 200]]);
});

Deno.test("unreadable settings are 500 without naming the setting", async () => {
  const response = await acting(() => ({ done: true })).with({
    get settings(): never {
      throw new Error("SUPABASE_URL is missing");
    },
    sink: () => {},
  }).fetch(await requestTo("act"));
  assert.equal(response.status, 500);
  assert.ok(!(await response.text()).includes("SUPABASE_URL"));
});

const catalogue = endpoint({
  name: "catalogue",
  summary: "A public read that may be cached",
  method: "GET",
  auth: "none",
  rate: "public_read",
  input: z.strictObject({ page: z.coerce.number().int().default(1) }),
  example: {},
  output: z.object({ page: z.number() }),
  cache: { max_age: 60, stale_while_revalidate: 300 },
  handle: ({ input }) => ({ page: input.page }),
});

async function read(query: string, headers: Record<string, string> = {}) {
  const request = await requestTo("catalogue", {
    method: "GET",
    query,
    headers: { authorization: null, ...headers },
  });
  return await catalogue.with(testDependencies().dependencies).fetch(request);
}

Deno.test("a public read says how long it may be cached, and returns 304 for a known ETag", async () => {
  const first = await read("?page=1");
  const tag = first.headers.get("etag") ?? "";
  assert.match(tag, /^"[\w+/]{22}"$/);
  assert.equal(first.headers.get("cache-control"), "public, max-age=60, stale-while-revalidate=300");
  assert.equal(first.headers.get("vary"), "Origin");
  await first.body?.cancel();
  for (const known of [tag, `W/${tag}`, `"other", ${tag}`, "*"]) {
    const again = await read("?page=1", { "if-none-match": known });
    assert.deepEqual([again.status, again.headers.get("etag"), await again.text()], [304, tag, ""], known);
    assert.ok(again.headers.get("cache-control"));
  }
  for (const other of ['"other"', tag.slice(1, -1), ""]) {
    const again = await read("?page=1", { "if-none-match": other });
    assert.equal(again.status, 200, other);
    await again.body?.cancel();
  }
  const changed = await read("?page=2", { "if-none-match": tag });
  assert.equal(changed.status, 200);
  await changed.body?.cancel();
});

Deno.test("an error response of a cacheable read is not cached", async () => {
  const response = await read("?page=x");
  assert.deepEqual([response.status, response.headers.get("cache-control")], [422, "no-store"]);
  await response.body?.cancel();
});
