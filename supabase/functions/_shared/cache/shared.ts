/** The cache that all functions of a process share, and the store behind it: Redis where there is one, else the database. */
import type { Admin } from "../database/database.ts";
import type { Settings } from "../settings/settings.ts";
import { Cache } from "./cache.ts";
import { FallbackStore } from "./fallback_store.ts";
import { PostgresStore } from "./postgres_store.ts";
import type { Store } from "./store.ts";

const caches = new WeakMap<object, Cache>();

/** @param database Stands for the database: equal for those who share it. */
export function sharedCache(database: object): Cache {
  const cache = caches.get(database) ?? new Cache();
  caches.set(database, cache);
  return cache;
}

/** Where the answers are kept; made anew for each request, so that its calls count as the request's. */
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
