/** One process of `bench stampede`: stores an entry, waits with the others until it has expired, requests it, and reports its computations. */
import { BentoCache, bentostore } from "bentocache";
import { memoryDriver } from "bentocache/drivers/memory";
import { redisDriver } from "bentocache/drivers/redis";
import { Redis } from "ioredis";
import * as z from "zod";
import { Cache } from "../../supabase/functions/_shared/cache/cache.ts";
import { storeOf } from "../../supabase/functions/_shared/cache/shared.ts";
import { createAdmin } from "../../supabase/functions/_shared/database/database.ts";
import { stackSettings } from "../../supabase/functions/tests/support/stack_settings.ts";

const [system = "", key = "", number = "0"] = Deno.args;
const { REDIS_URL = "", ASKS = "", COMPUTATION_MS = "", PROCESSES = "" } = Deno.env.toObject();
const FRESH_MS = 1_000;
let computed = 0;
const compute = async () => {
  computed += 1;
  await new Promise((resolve) => setTimeout(resolve, Number(COMPUTATION_MS)));
  return `by ${Deno.pid}`;
};

let get: () => Promise<unknown>;
if (system === "ours") {
  const settings = { ...await stackSettings("data api"), REDIS_URL };
  const [admin, cache] = [createAdmin(settings), new Cache()];
  get = () =>
    cache.get(storeOf(settings, admin), {
      key: `bench:${key}`,
      schema: z.string(),
      policy: { fresh_ms: FRESH_MS, stale_ms: 60_000 },
      compute: async () => ({ value: await compute(), tags: [] }),
    });
} else {
  const store = bentostore().useL1Layer(memoryDriver({ maxItems: 100 })).useL2Layer(
    redisDriver({ connection: new Redis(REDIS_URL) }),
  );
  const bento = new BentoCache({ default: "all", stores: { all: store } });
  get = () =>
    bento.getOrSet({ key: `bench:${key}`, ttl: FRESH_MS, grace: 60_000, timeout: 1, factory: compute });
}

const redis = new Redis(REDIS_URL);
const meet = async (name: string) => {
  await redis.incr(`${system}:${key}:${name}`);
  while (Number(await redis.get(`${system}:${key}:${name}`)) < Number(PROCESSES)) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};
await meet("ready");
if (number === "0") await get();
await meet("put");
await get();
await new Promise((resolve) => setTimeout(resolve, FRESH_MS + 100));
await meet("expired");
computed = 0;
const began = performance.now();
let longest_ms = 0;
await Promise.all(Array.from({ length: Number(ASKS) }, async () => {
  await get();
  longest_ms = Math.max(longest_ms, performance.now() - began);
}));
// Computations in the background count, too.
await new Promise((resolve) => setTimeout(resolve, 2 * Number(COMPUTATION_MS)));
console.log(JSON.stringify({ computed, longest_ms }));
Deno.exit(0);
