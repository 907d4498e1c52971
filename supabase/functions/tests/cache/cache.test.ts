/** Tests the cache over the stack's database, and over a real Redis if `redis-server` is installed: a single computation, invalidation, failures. */
import assert from "node:assert/strict";
import * as z from "zod";
import { testDatabase } from "../../../../scripts/test/stack.ts";
import { Cache, type Computed, type Policy } from "../../_shared/cache/cache.ts";
import { PostgresStore } from "../../_shared/cache/postgres_store.ts";
import { closeRedis, redisAt } from "../../_shared/cache/redis_store.ts";
import { storeOf } from "../../_shared/cache/shared.ts";
import type { Store } from "../../_shared/cache/store.ts";
import { closeConnections, createAdmin } from "../../_shared/database/database.ts";
import { ApiError } from "../../_shared/errors.ts";
import { startRedis } from "../support/redis.ts";
import { stackSettings } from "../support/stack_settings.ts";

const HERE = import.meta.dirname ?? ".";
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const newKey = () => `test:${crypto.randomUUID()}`;

const redis = await startRedis();
globalThis.addEventListener("unload", () => {
  closeRedis();
  redis?.kill();
});

interface Kind {
  ourStore: () => Promise<Store>;
  /** URL of the Redis, for separate processes; empty for PostgreSQL. */
  url: string;
}
const admin = async () => createAdmin(await stackSettings("data api"));
const inPostgres: Kind = { ourStore: async () => new PostgresStore(await admin()), url: "" };
const inRedis: Kind = {
  ourStore: async () => storeOf({ ...await stackSettings("data api"), REDIS_URL: redis?.url }, await admin()),
  url: redis?.url ?? "",
};

/** Registers a test for each store. */
function each(name: string, body: (kind: Kind) => Promise<void>): void {
  Deno.test(name, () => body(inPostgres));
  Deno.test({ name: `in Redis: ${name}`, ignore: redis === null, fn: () => body(inRedis) });
}

/** Returns a request for a number that grows with each computation. */
function counting(
  key: string,
  options: { tags?: string[]; policy?: Partial<Policy>; took_ms?: number } = {},
) {
  const counter = {
    computed: 0,
    fails: false,
    took_ms: options.took_ms ?? 0,
    ask: {
      key,
      schema: z.int(),
      policy: options.policy,
      compute: async (): Promise<Computed<number>> => {
        const value = counter.computed += 1;
        if (counter.took_ms > 0) await pause(counter.took_ms);
        if (counter.fails) throw new ApiError("unavailable");
        return { value, tags: options.tags ?? [] };
      },
    },
  };
  return counter;
}

/** Repeats until the answer is as expected; returns the elapsed milliseconds. */
async function until(ask: () => Promise<boolean>, limit_ms = 10_000): Promise<number> {
  const began = performance.now();
  while (!await ask()) {
    assert.ok(performance.now() - began < limit_ms, `not within ${limit_ms} ms`);
    await pause(20);
  }
  return performance.now() - began;
}

/** Starts a process of `asking_process.ts` and waits until it is ready. */
async function askingProcess(url: string, key: string, asks: number, took_ms: number) {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", `${HERE}/asking_process.ts`, key, String(asks), String(took_ms)],
    env: url ? { REDIS_URL: url } : {},
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const lines: string[] = [];
  let heard = Promise.withResolvers<void>();
  const reading = (async () => {
    let rest = "";
    for await (const part of child.stdout.pipeThrough(new TextDecoderStream())) {
      const parts = (rest + part).split("\n");
      rest = parts.pop() ?? "";
      lines.push(...parts);
      heard.resolve();
      heard = Promise.withResolvers();
    }
    heard.resolve();
  })();
  const says = async (line: string) => {
    while (!lines.includes(line)) await heard.promise;
  };
  await says("ready");
  const stdin = child.stdin.getWriter();
  return {
    begin: () => stdin.write(new TextEncoder().encode("go\n")),
    says,
    result: async () => {
      await child.status;
      await reading;
      await stdin.close().catch(() => {});
      // A background refresh may still print `computing` after the result.
      return JSON.parse(lines.findLast((line) => line.startsWith("{")) ?? "") as {
        computed: number;
        longest_ms: number;
        values: string[];
      };
    },
    kill: async () => {
      child.kill("SIGKILL");
      await child.status;
      await reading;
      await stdin.close().catch(() => {});
    },
  };
}

each(
  "500 equal concurrent requests in two processes for an uncached value run one computation",
  async ({ url }) => {
    const key = newKey();
    const processes = await Promise.all([
      askingProcess(url, key, 250, 300),
      askingProcess(url, key, 250, 300),
    ]);
    await Promise.all(processes.map((process) => process.begin()));
    const results = await Promise.all(processes.map((process) => process.result()));
    assert.equal(results.reduce((sum, { computed }) => sum + computed, 0), 1, JSON.stringify(results));
    assert.equal(new Set(results.flatMap(({ values }) => values)).size, 1);
  },
);

each(
  "a computation keeps its lease while it runs, and the lease of a killed one expires within a second",
  async ({ ourStore, url }) => {
    const [key, store, cache] = [newKey(), await ourStore(), new Cache()];
    const long = await askingProcess(url, key, 1, 2_500);
    await long.begin();
    await long.says("computing");
    const given = await cache.get(store, {
      key,
      schema: z.string(),
      compute: () => Promise.reject(new Error("two computed")),
    });
    assert.equal(given.source, "store");
    const { computed, values } = await long.result();
    assert.deepEqual({ computed, values }, { computed: 1, values: [given.value] });

    const other = newKey();
    const dying = await askingProcess(url, other, 1, 60_000);
    await dying.begin();
    await dying.says("computing");
    await dying.kill();
    const began = performance.now();
    const heir = counting(other);
    assert.deepEqual(await cache.get(store, heir.ask), { value: 1, source: "computed" });
    assert.ok(performance.now() - began < 1_500, `${performance.now() - began} ms`);
  },
);

each(
  "a fresh value is served from process memory, a stale one while it is recomputed, and no request waits for that",
  async ({ ourStore }) => {
    const [store, cache] = [await ourStore(), new Cache()];
    const asked = counting(newKey(), { policy: { fresh_ms: 300, stale_ms: 60_000 } });
    await cache.get(store, counting(newKey()).ask);
    assert.deepEqual(await cache.get(store, asked.ask), { value: 1, source: "computed" });
    await until(async () => (await cache.get(store, asked.ask)).source === "nearby");
    asked.took_ms = 1_000;
    await until(async () => (await cache.get(store, asked.ask)).source === "stale");
    const others = await Promise.all(Array.from({ length: 50 }, () => cache.get(store, asked.ask)));
    assert.ok(
      others.every(({ value, source }) => value === 1 && source === "stale"),
      JSON.stringify(others[0]),
    );
    await until(async () => (await cache.get(store, asked.ask)).value === 2);
    assert.equal(asked.computed, 2);
  },
);

each(
  "a changed tag invalidates its values in every process within a second, and at once for exact reads",
  async ({ ourStore }) => {
    const [store, one, two] = [await ourStore(), new Cache(), new Cache()];
    const tag = `creator:${crypto.randomUUID()}`;
    const policy = { fresh_ms: 60_000, stale_ms: 60_000 };
    const asked = counting(newKey(), { tags: [`quiet:${tag}`, tag], policy });
    const exact = { ...asked.ask, policy: { ...policy, nearby_ms: 0 } };
    for (const cache of [one, two]) {
      await cache.get(store, counting(newKey()).ask);
      await until(async () => (await cache.get(store, asked.ask)).source === "nearby");
    }
    assert.equal(asked.computed, 1);

    const sql = await testDatabase();
    const committed = Promise.withResolvers<void>();
    // This change begins before the caches poll for changes again, and commits after.
    const change = sql.begin(async (sql) => {
      await sql`select public.forget_cached(array[${tag}, 'other'])`;
      await committed.promise;
    });
    await pause(1_100);
    for (const cache of [one, two]) assert.equal((await cache.get(store, asked.ask)).value, 1);
    committed.resolve();
    await change;
    assert.ok((await new Cache().get(store, exact)).value > 1);
    for (const cache of [one, two]) {
      const took_ms = await until(async () => (await cache.get(store, asked.ask)).value > 1);
      assert.ok(took_ms < 1_500, `${took_ms} ms`);
    }
    // Two computations; where Redis is slow and therefore bypassed, one more in each of the two caches.
    assert.ok(asked.computed <= 4, `computed ${asked.computed} times`);
    await sql.end();
  },
);

each(
  "a value whose tag changes during its computation is not cached, and after a long computation is not returned either",
  async ({ ourStore }) => {
    const [store, cache] = [await ourStore(), new Cache()];
    const tag = `creator:${crypto.randomUUID()}`;
    for (const took_ms of [100, 700]) {
      const asked = counting(newKey(), { tags: [tag], policy: { fresh_ms: 60_000 }, took_ms });
      const giving = cache.get(store, asked.ask);
      await until(() => Promise.resolve(asked.computed === 1));
      await store.forget([tag]);
      const { value } = await giving;
      if (took_ms > 500) assert.equal(value, 2);
      await until(async () => (await cache.get(store, asked.ask)).value > 1, 3_000);
    }
  },
);

each(
  "when a computation fails or is slow, an old value is served, unless it was invalidated",
  async ({ ourStore }) => {
    const [store, tag] = [await ourStore(), `creator:${crypto.randomUUID()}`];
    const policy = { fresh_ms: 1, stale_ms: 1, error_ms: 60_000, soft_ms: 200 };
    const asked = counting(newKey(), { tags: [tag], policy });
    const get = () => new Cache().get(store, asked.ask);
    assert.equal((await get()).value, 1);
    await until(async () => (await store.take(asked.ask.key, 0)).entry !== null);
    asked.fails = true;
    assert.deepEqual(await get(), { value: 1, source: "failed" });
    asked.fails = false;
    asked.took_ms = 600;
    const began = performance.now();
    assert.deepEqual(await get(), { value: 1, source: "failed" });
    assert.ok(performance.now() - began < 550);
    asked.fails = true;
    await store.forget([tag]);
    await assert.rejects(get(), { code: "unavailable" });
  },
);

each("an absent value is cached for its own, shorter time", async ({ ourStore }) => {
  const [store, key] = [await ourStore(), newKey()];
  let computed = 0;
  const ask = {
    key,
    schema: z.null(),
    policy: { fresh_ms: 60_000, stale_ms: 60_000, negative_ms: 400 },
    compute: () => Promise.resolve({ value: null, tags: [], is_negative: true, computed: computed += 1 }),
  };
  await new Cache().get(store, ask);
  await until(async () => (await new Cache().get(store, ask)).source === "store", 400);
  const seen = computed;
  await until(async () => (await new Cache().get(store, ask)).source === "computed");
  assert.ok(computed > seen);
});

each(
  "a value over the size limit is shared by the requests that wait for it, and not cached",
  async ({ ourStore }) => {
    const [store, cache, key] = [await ourStore(), new Cache(), newKey()];
    let computed = 0;
    const ask = {
      key,
      schema: z.string(),
      compute: async () => {
        computed += 1;
        await pause(100);
        return { value: "x".repeat(2_000_000), tags: [] };
      },
    };
    const given = await Promise.all(Array.from({ length: 50 }, () => cache.get(store, ask)));
    assert.deepEqual([computed, given[0]?.value.length], [1, 2_000_000]);
    const sql = await testDatabase();
    assert.deepEqual([...await sql`select key from public.cache_store where key = ${key}`], []);
    await sql.end();
    await cache.get(store, ask);
    assert.equal(computed, 2);
  },
);

each(
  "a failed computation fails all requests that wait for it, and the next request computes at once",
  async ({ ourStore }) => {
    const [store, cache] = [await ourStore(), new Cache()];
    const asked = counting(newKey(), { took_ms: 50 });
    asked.fails = true;
    const outcomes = await Promise.allSettled(Array.from({ length: 50 }, () => cache.get(store, asked.ask)));
    assert.ok(outcomes.every(({ status }) => status === "rejected"));
    assert.equal(asked.computed, 1);
    asked.fails = false;
    const began = performance.now();
    assert.equal((await cache.get(store, asked.ask)).value, 2);
    assert.ok(performance.now() - began < 700, "the lease was released");
  },
);

each("a computation that takes too long is aborted, and its signal reports it", async ({ ourStore }) => {
  const [store, cache, key] = [await ourStore(), new Cache(), newKey()];
  let aborted = false;
  const asking = cache.get(store, {
    key,
    schema: z.null(),
    policy: { hard_ms: 100 },
    compute: (signal) =>
      new Promise((_, reject) =>
        signal.addEventListener("abort", () => {
          aborted = true;
          reject(signal.reason);
        })
      ),
  });
  await assert.rejects(asking, { code: "timeout" });
  assert.ok(aborted);
});

each(
  "without its store the cache computes, and serves values from process memory for a short time",
  async ({ ourStore }) => {
    const [store, cache] = [await ourStore(), new Cache()];
    const broken: Store = new Proxy(store, {
      get: () => () => Promise.reject(new Error("the store is down")),
    });
    const asked = counting(newKey());
    assert.deepEqual(await cache.get(broken, asked.ask), { value: 1, source: "computed" });
    assert.deepEqual(await cache.get(broken, asked.ask), { value: 2, source: "computed" });
    await until(async () => (await cache.get(store, asked.ask)).source === "nearby");
    const { value } = await cache.get(store, asked.ask);
    await until(async () => (await cache.get(broken, asked.ask)).source === "failed");
    assert.equal((await cache.get(broken, asked.ask)).value, value);
  },
);

Deno.test("writing new entries deletes expired ones", async () => {
  const [store, sql, run] = [await inPostgres.ourStore(), await testDatabase(), crypto.randomUUID()];
  await sql`insert into public.cache_store (key, value, expires_at)
    select ${run} || n, '1', now() - interval '1 day' - make_interval(secs => n) from generate_series(1, 4) as n`;
  const left = async () =>
    (await sql`select count(*)::int as left from public.cache_store where key like ${run + "%"}`)[0]
      ?.left as number;
  await until(async () => {
    await new Cache().get(store, counting(newKey()).ask);
    return await left() === 0;
  });
  await sql.end();
  await closeConnections();
});

Deno.test({
  name:
    "1,000 concurrent requests in four processes for an expired value run one computation, and none waits for it",
  ignore: redis === null,
  fn: async () => {
    const key = newKey();
    const ask = {
      key,
      schema: z.string(),
      compute: () => Promise.resolve({ value: "old", tags: [] }),
      policy: { fresh_ms: 100 },
    };
    const processes = await Promise.all(
      Array.from({ length: 4 }, () => askingProcess(inRedis.url, key, 250, 2_000)),
    );
    const store = await inRedis.ourStore();
    await new Cache().get(store, ask);
    // The entry exists once the cache has stored it.
    await until(async () => (await store.take(key, 0)).entry !== null);
    await until(async () => !(await store.take(key, 0)).is_fresh);
    await Promise.all(processes.map((process) => process.begin()));
    const results = await Promise.all(processes.map((process) => process.result()));
    assert.equal(results.reduce((sum, { computed }) => sum + computed, 0), 1, JSON.stringify(results));
    assert.deepEqual([...new Set(results.flatMap(({ values }) => values))], ["old"]);
    for (const { longest_ms } of results) assert.ok(longest_ms < 1_900, `${longest_ms} ms`);
  },
});

Deno.test({
  name:
    "when Redis is down the database is used and nothing fails; when it is back, no outdated value is served",
  ignore: redis === null,
  fn: async () => {
    const own = await startRedis();
    assert.ok(own);
    try {
      const settings = { ...await stackSettings("data api"), REDIS_URL: own.url };
      const store = storeOf(settings, await admin());
      const [cache, tag] = [new Cache(), `creator:${crypto.randomUUID()}`];
      const asked = counting(newKey(), { tags: [tag], policy: { fresh_ms: 60_000 } });
      await cache.get(store, asked.ask);
      await until(async () => (await cache.get(store, asked.ask)).source === "nearby");
      assert.equal(asked.computed, 1);
      await own.stop();
      const began = performance.now();
      assert.equal((await new Cache().get(store, asked.ask)).value, 2);
      assert.ok(performance.now() - began < 1_500, "the request waited for Redis");
      await store.forget([tag]);
      await until(async () => (await cache.get(store, asked.ask)).value > 2);
      await own.start();
      const seen = asked.computed;
      await until(async () => (await redisAt(own.url)).ping().then(() => true, () => false));
      assert.ok((await new Cache().get(store, asked.ask)).value >= seen);
    } finally {
      closeRedis(own.url);
      own.kill();
    }
  },
});

Deno.test("a fresh value whose computation is slow is recomputed before it expires", async () => {
  const [store, cache] = [await inPostgres.ourStore(), new Cache()];
  const asked = counting(newKey(), { policy: { fresh_ms: 1_000, stale_ms: 1 }, took_ms: 300 });
  await cache.get(store, asked.ask);
  const sources = new Set<string>();
  await until(async () => {
    sources.add((await cache.get(store, asked.ask)).source);
    return asked.computed >= 4;
  }, 20_000);
  // A request after expiry would have to wait. A computation that takes a third of the lifetime nearly always begins before expiry.
  assert.ok(sources.has("nearby"));
});
