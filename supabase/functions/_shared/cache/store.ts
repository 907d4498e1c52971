/** Where answers are kept that several processes share. PostgreSQL is one (`postgres_store.ts`), Redis another. */

/** An answer as a store has it. */
export interface Entry {
  /** What JSON holds. */
  value: unknown;
  /** What it depends on; see `forget`. */
  tags: string[];
  /** Milliseconds since it was put. */
  age_ms: number;
  /** How long its computation took. */
  cost_ms: number;
}

/** The right to compute what a key stands for: one process at a time has it, and one that dies loses it when its time is over. */
export interface Lease {
  key: string;
  /** Number of the lease; a store refuses one that another holds by now. */
  fence: number;
  /** What had been changed before the computation began; the store's own. */
  snapshot: string;
}

/** What a store says of a key. */
export interface Taken {
  /** Null: nothing is kept, or one of its tags has changed. */
  entry: Entry | null;
  is_fresh: boolean;
  /** Where the entry is not fresh: null while somebody else has it. */
  lease: Lease | null;
}

/** How an answer is to be kept. */
export interface Keeping {
  tags: readonly string[];
  /** For so long nobody computes it anew. */
  fresh_ms: number;
  /** For so long it is kept at all. */
  keep_ms: number;
  /** How long the computation took. */
  cost_ms: number;
}

export interface TakeOptions {
  /** Gives the lease although the entry is fresh, if nobody has it: it is computed before anybody would miss it. */
  is_early?: boolean;
  /** So old may be what the store knows of changes. */
  within_ms?: number;
}

/** What the processes of one product share. */
export interface Store {
  /** The entry of a key, and the lease if it is not fresh and nobody computes it. */
  take(key: string, lease_ms: number, options?: TakeOptions): Promise<Taken>;
  /** Keeps a value and ends the lease. `changed`: one of the tags has changed since the lease was given, so that it is not kept. */
  put(lease: Lease, value: unknown, keeping: Keeping): Promise<"kept" | "lost" | "changed">;
  /** Keeps the lease for so long from now; 0 gives it back. False when another has it by now. */
  extend(lease: Lease, lease_ms: number): Promise<boolean>;
  /** Tags that have changed since a mark, and the mark to ask with next; without a mark only that. `is_anew`: nobody knows what has changed since. */
  changes(since: string | null): Promise<{ mark: string; tags: string[]; is_anew?: boolean }>;
  /** Makes void what depends on one of the tags, in every process. */
  forget(tags: readonly string[]): Promise<void>;
}
