import assert from "node:assert/strict";
import * as z from "zod";
import { ApiError, endpoint } from "../../_shared/http/endpoint.ts";
import { requestTo, SECRET, testDependencies, token } from "../support/test_dependencies.ts";

/** A stand-in for the database's idempotency keys, for one process. */
function keeper(allowed = true) {
  const kept = new Map<string, { hash: unknown; status: unknown; body: unknown }>();
  return {
    kept,
    functions: {
      admit_request: (args: Record<string, unknown>) => {
        const rate = { allowed, remaining: 9, reset_seconds: 60 };
        if (!allowed && args.p_rate_key !== null) return { ...rate, idempotency: null };
        const key = `${args.p_scope} ${args.p_idempotency_key}`;
        const known = kept.get(key);
        if (!known) {
          kept.set(key, { hash: args.p_body_hash, status: null, body: null });
          return { ...rate, idempotency: { state: "started", status: null, body: null } };
        }
        if (known.hash !== args.p_body_hash) {
          return { ...rate, idempotency: { state: "mismatch", status: null, body: null } };
        }
        const state = known.status === null ? "in_progress" : "replayed";
        return { ...rate, idempotency: { state, status: known.status, body: known.body } };
      },
      finish_request: (args: Record<string, unknown>) => {
        const key = `${args.p_scope} ${args.p_idempotency_key}`;
        const known = kept.get(key);
        if (args.p_status === null) kept.delete(key);
        else if (known) Object.assign(known, { status: args.p_status, body: args.p_body });
        return null;
      },
    },
  };
}

function ordering(make: () => Promise<number> | number, timeout_ms?: number) {
  return endpoint({
    name: "order",
    summary: "Makes one thing",
    method: "POST",
    auth: ["user", "secret"],
    rate: "user",
    input: z.strictObject({ item: z.string().optional() }),
    example: {},
    output: z.object({ order: z.number() }),
    idempotent: true,
    timeout_ms,
    handle: async () => ({ order: await make() }),
  });
}

const keyed = (key: string, body = '{"item":"a"}', headers: Record<string, string | null> = {}) =>
  requestTo("order", { body, headers: { "idempotency-key": key, ...headers } });

async function read(response: Response) {
  return {
    status: response.status,
    replayed: response.headers.get("idempotency-replayed"),
    body: await response.json(),
  };
}

Deno.test("a repeated key and body return the first response, and the work is done once", async () => {
  let made = 0;
  const { dependencies, calls } = testDependencies(keeper());
  const api = ordering(() => ++made).with(dependencies);
  assert.deepEqual(await read(await api.fetch(await keyed("k1"))), {
    status: 200,
    replayed: null,
    body: { order: 1 },
  });
  assert.deepEqual(await read(await api.fetch(await keyed("k1"))), {
    status: 200,
    replayed: "true",
    body: { order: 1 },
  });
  assert.deepEqual(
    (await read(await api.fetch(await keyed("k2")))).body,
    { order: 2 },
    "another key creates another order",
  );
  const names = calls.map(({ name }) => name);
  assert.deepEqual(names, [
    "admit_request",
    "finish_request",
    "admit_request",
    "admit_request",
    "finish_request",
  ]);
});

Deno.test("concurrent requests with one key do the work once and get the same response", async () => {
  let made = 0;
  let release = () => {};
  const gate = new Promise<void>((resolve) => release = resolve);
  const { dependencies } = testDependencies(keeper());
  const api = ordering(async () => {
    await gate;
    return ++made;
  }).with(dependencies);
  const requests = await Promise.all(Array.from({ length: 5 }, () => keyed("k1")));
  const answers = requests.map((request) => api.fetch(request).then(read));
  await new Promise((resolve) => setTimeout(resolve, 60));
  release();
  const bodies = (await Promise.all(answers)).map(({ body }) => body.order);
  assert.deepEqual([bodies, made], [[1, 1, 1, 1, 1], 1]);
});

Deno.test("a key with a different body is 422; the same key of another caller is independent", async () => {
  let made = 0;
  const { dependencies } = testDependencies(keeper());
  const api = ordering(() => ++made).with(dependencies);
  await api.fetch(await keyed("k1"));
  const refused = await api.fetch(await keyed("k1", '{"item":"b"}'));
  assert.ok(refused.headers.has("ratelimit-remaining"), "the refused request counts against the rate limit");
  const reused = await read(refused);
  assert.deepEqual([reused.status, reused.body.code], [422, "idempotency_key_reused"]);
  const other = await token({ claims: { sub: "7d0e34c3-5f6a-4c53-9a53-4a4f2d9f0002" } });
  assert.deepEqual(
    (await read(await api.fetch(await keyed("k1", undefined, { authorization: `Bearer ${other}` })))).body,
    { order: 2 },
  );
  const service = await keyed("k1", undefined, { authorization: null, apikey: SECRET });
  assert.deepEqual((await read(await api.fetch(service))).body, { order: 3 });
});

Deno.test("an error response is not stored: the request can be retried with the same key", async () => {
  let tries = 0;
  const { dependencies } = testDependencies(keeper());
  const api = ordering(() => {
    tries += 1;
    if (tries === 1) throw new ApiError("quota_exceeded");
    if (tries === 2) throw new Error("bug");
    return tries;
  }).with(dependencies);
  const statuses = [];
  for (let round = 0; round < 4; round++) {
    statuses.push((await read(await api.fetch(await keyed("k1")))).status);
  }
  assert.deepEqual([statuses, tries], [[402, 500, 200, 200], 3]);
});

Deno.test("work that outlasts its timeout keeps the key, and a repeated request gets its response", async () => {
  let made = 0;
  let release = () => {};
  const gate = new Promise<void>((resolve) => release = resolve);
  const { dependencies } = testDependencies(keeper());
  const api = ordering(async () => {
    await gate;
    return ++made;
  }, 30).with(dependencies);
  assert.equal((await read(await api.fetch(await keyed("k1")))).status, 504);
  const waiting = await read(await api.fetch(await keyed("k1")));
  assert.deepEqual([waiting.status, waiting.body.code], [409, "idempotency_in_progress"]);
  release();
  assert.deepEqual(await read(await api.fetch(await keyed("k1"))), {
    status: 200,
    replayed: "true",
    body: { order: 1 },
  });
  assert.equal(made, 1);
});

Deno.test("a key does not bypass the rate limit, and a malformed request does not use up its key", async () => {
  const spent = testDependencies(keeper(false));
  const refused = await ordering(() => 1).with(spent.dependencies).fetch(await keyed("k1"));
  assert.equal((await read(refused)).status, 429);

  const { functions, kept } = keeper();
  const { dependencies, calls } = testDependencies({ functions });
  const api = ordering(() => 1).with(dependencies);
  const malformed = await api.fetch(await keyed("k1", '{"unknown":1}'));
  assert.equal(
    malformed.headers.get("ratelimit-remaining"),
    "99",
    "the request counts against the rate limit",
  );
  assert.equal((await read(malformed)).status, 422);
  assert.deepEqual([kept.size, calls.length], [0, 1]);
});

Deno.test("a key that is empty, too long or not visible ASCII is 400", async () => {
  const { dependencies } = testDependencies(keeper());
  const api = ordering(() => 1).with(dependencies);
  for (const key of ["", "with space", "k".repeat(256), "ké"]) {
    const { status, body } = await read(await api.fetch(await keyed(key)));
    assert.deepEqual([status, body.code], [400, "idempotency_key_invalid"], key);
  }
  assert.equal((await read(await api.fetch(await keyed("k".repeat(255))))).status, 200);
});
