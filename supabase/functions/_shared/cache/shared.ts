/** The cache that all functions of a process share, and the store behind it. */
import type { Admin } from "../database/database.ts";
import type { Settings } from "../settings/settings.ts";
import { Cache } from "./cache.ts";
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
export function storeOf(_settings: Settings, admin: Admin): Store {
  return new PostgresStore(admin);
}
