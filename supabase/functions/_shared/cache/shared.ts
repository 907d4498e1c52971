/** The cache shared by all functions of a process, and its store: Redis if it is configured, else the database. */
import type { Admin } from "../database/database.ts";
import type { Settings } from "../settings/settings.ts";
import { Cache } from "./cache.ts";
import { FallbackStore } from "./fallback_store.ts";
import { PostgresStore } from "./postgres_store.ts";
import type { Store } from "./store.ts";

const caches = new WeakMap<object, Cache>();

/** @param database Identifies the database: the same object for all that share it. */
export function sharedCache(database: object): Cache {
  const cache = caches.get(database) ?? new Cache();
  caches.set(database, cache);
  return cache;
}

/** Creates the store for one request, so that the calls are counted for that request. */
export function storeOf(settings: Settings, admin: Admin): Store {
  const postgres = new PostgresStore(admin);
  const url = settings.REDIS_URL;
  if (!url) return postgres;
  const { host } = new URL(settings.SUPABASE_URL);
  return new FallbackStore(url, async () => {
    const { redisAt, RedisStore } = await import("./redis_store.ts");
    return new RedisStore(await redisAt(url), host, (since) => postgres.changes(since));
  }, postgres);
}
