/** The store of cache entries that several processes share: PostgreSQL (`postgres_store.ts`) or Redis. */

/** A cache entry. */
export interface Entry {
  /** A JSON value. */
  value: unknown;
  /** Tags that it depends on; see `forget`. */
  tags: string[];
  /** Milliseconds since it was stored. */
  age_ms: number;
  /** Duration of its computation. */
  cost_ms: number;
}

/** The right to compute the value of a key. One process at a time holds it; when that process dies, the lease expires. */
export interface Lease {
  key: string;
  /** Number of the lease; a store rejects it once another process holds the lease. */
  fence: number;
  /** The changes known before the computation began; only the store interprets it. */
  snapshot: string;
}

/** The state of a key in a store. */
export interface Taken {
  /** Null when there is no entry, or one of its tags has changed. */
  entry: Entry | null;
  is_fresh: boolean;
  /** Given when there is no fresh entry (or with `is_early`); null while another process holds it. */
  lease: Lease | null;
}

/** How an entry is stored. */
export interface Keeping {
  tags: readonly string[];
  /** How long the entry is fresh and is not recomputed. */
  fresh_ms: number;
  /** How long the entry is kept in total. */
  keep_ms: number;
  /** Duration of the computation. */
  cost_ms: number;
}

export interface TakeOptions {
  /** Returns the lease, if it is free, although the entry is fresh: the value is recomputed before it expires. */
  is_early?: boolean;
  /** Maximum age of the store's knowledge about changes. */
  within_ms?: number;
}

/** A store shared by all processes of one product. */
export interface Store {
  /** Returns the entry of a key, and the lease if there is no fresh entry and no process is computing it. */
  take(key: string, lease_ms: number, options?: TakeOptions): Promise<Taken>;
  /** Stores a value and ends the lease. `changed`: a tag has changed since the lease began, so the value is not stored. */
  put(lease: Lease, value: unknown, keeping: Keeping): Promise<"kept" | "lost" | "changed">;
  /** Extends the lease to `lease_ms` from now; 0 releases it. Returns false when the lease is no longer held. */
  extend(lease: Lease, lease_ms: number): Promise<boolean>;
  /** Returns the tags changed since a mark, and the next mark; without a mark, only the latter. `is_anew`: the changes since the mark are unknown. */
  changes(since: string | null): Promise<{ mark: string; tags: string[]; is_anew?: boolean }>;
  /** Invalidates every entry that depends on one of the tags, in every process. */
  forget(tags: readonly string[]): Promise<void>;
}
