/** Tests the real limiter and idempotency: kernel and database together. */
import assert from "node:assert/strict";
import * as z from "zod";
import { createCreator, testDatabase } from "../../../../scripts/test/stack.ts";
import { closeConnections, createAdmin } from "../../_shared/database/database.ts";
import { endpoint } from "../../_shared/http/endpoint.ts";
import { stackSettings } from "../support/stack_settings.ts";

const QUIET = { record: () => {}, sink: () => {} };

function calling(url: string, token: string, apikey: string, headers: Record<string, string> = {}) {
  return new Request(`${url}/functions/v1/work`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, apikey, "content-type": "application/json", ...headers },
    body: "{}",
  });
}

Deno.test("of many concurrent requests, exactly as many pass as the limit allows", async () => {
  const settings = await stackSettings("pooler", { RATE_LIMIT_USER: "25/3600", DATABASE_POOL_SIZE: "16" });
  const creator = await createCreator();
  const other = await createCreator();
  let worked = 0;
  const work = endpoint({
    name: "work",
    summary: "Counts its calls",
    method: "POST",
    auth: "user",
    rate: "user",
    input: z.strictObject({}),
    example: {},
    output: z.object({}),
    handle: () => {
      worked += 1;
      return {};
    },
  });
  const api = work.with({ settings, ...QUIET });
  const key = Object.values(settings.SUPABASE_PUBLISHABLE_KEYS ?? {})[0] ?? "";
  const call = (token: string) => api.fetch(calling(settings.SUPABASE_URL, token, key));
  const answers = await Promise.all(Array.from({ length: 200 }, () => call(creator.token)));
  const passed = answers.filter(({ status }) => status === 200);
  assert.equal(passed.length, 25);
  assert.equal(worked, 25);
  const left = passed.map(({ headers }) => Number(headers.get("ratelimit-remaining"))).sort((a, b) => a - b);
  assert.deepEqual(
    left,
    Array.from({ length: 25 }, (_, index) => index),
    "each response states its own remainder",
  );
  for (const { status, headers } of answers.filter(({ status }) => status !== 200)) {
    assert.equal(status, 429);
    assert.ok(Number(headers.get("retry-after")) > 3_500);
  }
  assert.equal((await call(other.token)).status, 200, "another creator's limit is not affected");
  await closeConnections();
});

Deno.test("when a window ends a new one begins, and expired windows are deleted", async () => {
  const admin = createAdmin(await stackSettings("pooler"));
  const database = await testDatabase();
  const check = async (key: string, seconds: number) =>
    (await admin.call("check_rate_limit", {
      p_key: key,
      p_limit: 1,
      p_window_seconds: seconds,
    }))[0];
  const key = `test:${crypto.randomUUID()}`;
  assert.equal((await check(key, 60))?.allowed, true);
  assert.equal((await check(key, 60))?.allowed, false);
  await database`update ops.rate_limit set window_ends = now() - interval '1 second' where key = ${key}`;
  assert.equal((await check(key, 60))?.allowed, true, "a new window has begun");
  assert.equal((await check(key, 60))?.allowed, false);

  const dead = Array.from({ length: 12 }, () => `test:dead:${crypto.randomUUID()}`);
  await database`insert into ops.rate_limit (key, window_ends, hits) select unnest(${dead}::text[]), now() - interval '1 day', 1`;
  const left = async () => {
    const [row] = await database<
      { count: number }[]
    >`select count(*)::int as count from ops.rate_limit where key = any (${dead})`;
    return row?.count;
  };
  // One new window in sixteen prunes; the probability that 600 windows never prune is 10⁻¹⁷.
  for (let fresh = 0; fresh < 600 && await left() !== 0; fresh++) {
    await check(`test:${crypto.randomUUID()}`, 60);
  }
  assert.equal(await left(), 0);
  await database.end();
  await closeConnections();
});

Deno.test("a request rejected by the rate limit writes nothing", async () => {
  const admin = createAdmin(await stackSettings("pooler"));
  const database = await testDatabase();
  const key = `test:${crypto.randomUUID()}`;
  const check = () => admin.call("check_rate_limit", { p_key: key, p_limit: 1, p_window_seconds: 60 });
  const version = () =>
    database<
      { version: string }[]
    >`select xmin::text || ctid::text || hits as version from ops.rate_limit where key = ${key}`;
  await check();
  const before = await version();
  for (let flood = 0; flood < 20; flood++) await check();
  assert.deepEqual(await version(), before);
  await database.end();
  await closeConnections();
});

Deno.test("fifty concurrent requests with one key do the work once", async () => {
  const settings = await stackSettings("pooler", { DATABASE_POOL_SIZE: "8" });
  const creator = await createCreator();
  let worked = 0;
  const work = endpoint({
    name: "work",
    summary: "Does one thing",
    method: "POST",
    auth: "user",
    rate: "user",
    input: z.strictObject({}),
    example: {},
    output: z.object({ number: z.number() }),
    idempotent: true,
    handle: async () => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      return { number: ++worked };
    },
  });
  const api = work.with({ settings, ...QUIET });
  const apikey = Object.values(settings.SUPABASE_PUBLISHABLE_KEYS ?? {})[0] ?? "";
  const headers = { "idempotency-key": crypto.randomUUID() };
  const answers = await Promise.all(
    Array.from({ length: 50 }, async () => {
      const response = await api.fetch(calling(settings.SUPABASE_URL, creator.token, apikey, headers));
      return {
        status: response.status,
        body: await response.json(),
        replayed: response.headers.has("idempotency-replayed"),
      };
    }),
  );
  assert.equal(worked, 1);
  assert.deepEqual(
    new Set(answers.map(({ status, body }) => `${status} ${body.number}`)),
    new Set(["200 1"]),
  );
  assert.equal(answers.filter(({ replayed }) => !replayed).length, 1);
  await closeConnections();
});
