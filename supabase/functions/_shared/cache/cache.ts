/**
 * Get-or-compute cache with a single computation across all processes that share a store.
 *
 * An entry is fresh for a while. Shortly before it expires, earlier the longer its computation took, one process recomputes it (XFetch:
 * Vattani, Chierichetti and Lowenstein, VLDB 2015). After it has expired, it is still returned while one process recomputes it. Older entries
 * are kept in case that fails or takes long. An entry with a changed tag is returned in none of these cases.
 */
import type * as z from "zod";
import { ApiError } from "../errors.ts";
import { background } from "../observability/background.ts";
import { Nearby } from "./nearby.ts";
import type { Lease, Store, Taken } from "./store.ts";

/** How long entries are used; times in milliseconds. */
export interface Policy {
  fresh_ms: number;
  /** After `fresh_ms`: the entry is returned while it is recomputed. */
  stale_ms: number;
  /** After that: the entry is returned only when the computation fails or takes longer than `soft_ms`. */
  error_ms: number;
  /** Replaces `fresh_ms` for a negative result, which the store keeps no longer than this. */
  negative_ms: number;
  soft_ms: number;
  /** A computation that takes longer is aborted. */
  hard_ms: number;
  /** Duration of a lease; the holder extends it while it lives. A process that dies delays the others by this long. */
  lease_ms: number;
  /** Maximum age of a process's knowledge about changes when it returns an entry from its memory; 0: it always asks the store. */
  nearby_ms: number;
  /** Maximum size in characters of JSON. A larger value is returned to the waiting callers and not stored. */
  max_size: number;
}

export const POLICY: Policy = {
  fresh_ms: 1_000,
  stale_ms: 3_000,
  error_ms: 30_000,
  negative_ms: 1_000,
  soft_ms: 2_000,
  hard_ms: 20_000,
  lease_ms: 900,
  nearby_ms: 100,
  max_size: 1_048_576,
};

/** The result of a computation. */
export interface Computed<T> {
  /** A JSON value. */
  value: T;
  /** Tags that it depends on: it becomes void when one of them changes. */
  tags: readonly string[];
  /** The value means that nothing was found. */
  is_negative?: boolean;
}

/** A request to the cache. */
export interface Ask<Schema extends z.ZodType> {
  /** Unique within the product. The key of a value that depends on the user must contain the user's id. */
  key: string;
  /** Parses a stored value; a value that does not match is recomputed. */
  schema: Schema;
  compute(signal: AbortSignal): Promise<Computed<z.output<Schema>>>;
  policy?: Partial<Policy>;
}

/** Where a value came from. `failed`: an old value, because a newer one was not available in time. */
export type Source = "nearby" | "store" | "stale" | "computed" | "failed";

export interface Given<T> {
  value: T;
  source: Source;
}

/** The result of a longer computation is returned only after the store has checked whether a tag changed in the meantime. */
const LONG_MS = 500;
/** How long a stale entry is returned from memory before the store is asked again. */
const ASK_AGAIN_MS = 200;
const SHORTEST_WAIT_MS = 10;
const LONGEST_WAIT_MS = 100;

/** The cache of one process over one store. */
export class Cache {
  #nearby = new Nearby();
  #flights = new Map<string, Promise<Given<unknown>>>();
  /** Keys that are being recomputed before they expire. */
  #early = new Set<string>();

  /**
   * Returns the value of a key, computed if necessary. Concurrent requests for the same key share one computation.
   *
   * @param store Used for the calls if this request is the one that makes them.
   * @throws The error of the computation if there is no older value; `timeout` when it takes longer than `hard_ms`.
   */
  async get<Schema extends z.ZodType>(store: Store, ask: Ask<Schema>): Promise<Given<z.output<Schema>>> {
    const policy = { ...POLICY, ...ask.policy };
    const near = await this.#near(store, ask, policy);
    if (near) return near;
    const flight = this.#flights.get(ask.key) ??
      this.#fly(store, ask, policy).finally(() => this.#flights.delete(ask.key));
    this.#flights.set(ask.key, flight);
    return await flight as Given<z.output<Schema>>;
  }

  async #near<Schema extends z.ZodType>(
    store: Store,
    ask: Ask<Schema>,
    policy: Policy,
  ): Promise<Given<z.output<Schema>> | null> {
    const { key } = ask;
    const kept = this.#nearby.get(key);
    if (!kept || policy.nearby_ms === 0) return null;
    const now = performance.now();
    const isFresh = now < kept.put_at + kept.fresh_ms;
    const isStale = now < kept.put_at + policy.fresh_ms + policy.stale_ms &&
      now < kept.asked_at + ASK_AGAIN_MS;
    if (!isFresh && !isStale) return null;
    if (!await this.#nearby.isCurrent(store, policy.nearby_ms) || this.#nearby.get(key) !== kept) return null;
    if (isFresh && isEarly(now - kept.put_at, kept.cost_ms, kept.fresh_ms)) {
      this.#computeEarly(store, ask, policy);
    }
    return { value: kept.value as z.output<Schema>, source: isFresh ? "nearby" : "stale" };
  }

  async #fly<Schema extends z.ZodType>(
    store: Store,
    ask: Ask<Schema>,
    policy: Policy,
  ): Promise<Given<z.output<Schema>>> {
    const began = performance.now();
    if (policy.nearby_ms > 0) background(this.#nearby.isCurrent(store, policy.nearby_ms));
    for (let wait_ms = SHORTEST_WAIT_MS;; wait_ms = Math.min(wait_ms * 1.5, LONGEST_WAIT_MS)) {
      const asked_at = performance.now();
      let taken: Taken;
      try {
        taken = await store.take(ask.key, policy.lease_ms, { within_ms: policy.nearby_ms });
      } catch {
        return await this.#withoutStore(ask, policy);
      }
      const parsed = taken.entry ? ask.schema.safeParse(taken.entry.value) : null;
      const older: Given<z.output<Schema>> | null = parsed?.success
        ? { value: parsed.data, source: "failed" }
        : null;
      const age_ms = taken.entry?.age_ms ?? Infinity;
      const isStale = older !== null && age_ms < policy.fresh_ms + policy.stale_ms;
      if (older && (taken.is_fresh || isStale)) {
        this.#keep(
          ask.key,
          older.value,
          taken.entry?.tags ?? [],
          taken.is_fresh ? policy.fresh_ms : 0,
          age_ms,
          asked_at,
          taken.entry?.cost_ms ?? 0,
        );
      }
      if (older && taken.is_fresh) {
        if (isEarly(age_ms, taken.entry?.cost_ms ?? 0, policy.fresh_ms)) {
          this.#computeEarly(store, ask, policy);
        }
        return { ...older, source: "store" };
      }
      if (taken.is_fresh) return { value: (await this.#compute(ask, policy)).value, source: "computed" };

      if (taken.lease) {
        const computing = this.#computeFor(store, taken.lease, ask, policy, asked_at);
        if (!older) return { value: await computing, source: "computed" };
        background(computing);
        if (isStale) return { ...older, source: "stale" };
        return await within(policy.soft_ms, computing).then(
          (value) => ({ value, source: "computed" }),
          () => older,
        );
      }
      if (older && isStale) return { ...older, source: "stale" };
      const waited_ms = performance.now() - began;
      if (older && waited_ms > policy.soft_ms) return older;
      if (waited_ms > policy.hard_ms) throw late(policy.hard_ms);
      // Jitter, because each process polls the store separately.
      await new Promise((resolve) => setTimeout(resolve, wait_ms * (0.5 + Math.random())));
    }
  }

  /** Called when the store does not respond: returns an entry from memory that is not too old, else computes without the store. */
  async #withoutStore<Schema extends z.ZodType>(
    ask: Ask<Schema>,
    policy: Policy,
  ): Promise<Given<z.output<Schema>>> {
    const kept = this.#nearby.get(ask.key);
    if (kept && performance.now() < kept.put_at + policy.fresh_ms + policy.stale_ms) {
      return { value: kept.value as z.output<Schema>, source: "failed" };
    }
    return { value: (await this.#compute(ask, policy)).value, source: "computed" };
  }

  /** Recomputes a fresh entry in the background, unless another process is doing so. */
  #computeEarly<Schema extends z.ZodType>(store: Store, ask: Ask<Schema>, policy: Policy): void {
    if (this.#early.has(ask.key)) return;
    this.#early.add(ask.key);
    const work = async () => {
      const asked_at = performance.now();
      const { lease } = await store.take(ask.key, policy.lease_ms, {
        within_ms: policy.nearby_ms,
        is_early: true,
      });
      if (lease) await this.#computeFor(store, lease, ask, policy, asked_at);
    };
    background(work().finally(() => this.#early.delete(ask.key)));
  }

  /** Computes a value and stores it. Extends the lease during the computation and releases it when that fails. */
  async #computeFor<Schema extends z.ZodType>(
    store: Store,
    lease: Lease,
    ask: Ask<Schema>,
    policy: Policy,
    asked_at: number,
  ): Promise<z.output<Schema>> {
    const beating = setInterval(
      () => background(store.extend(lease, policy.lease_ms)),
      policy.lease_ms / 3,
    );
    try {
      const began = performance.now();
      const { value, tags, is_negative } = await this.#compute(ask, policy);
      const cost_ms = performance.now() - began;
      const size = JSON.stringify(value).length;
      if (size > policy.max_size) {
        background(store.extend(lease, 0));
        return value;
      }
      const fresh_ms = is_negative ? policy.negative_ms : policy.fresh_ms;
      const keep_ms = is_negative ? fresh_ms : policy.fresh_ms + policy.stale_ms + policy.error_ms;
      this.#keep(ask.key, value, tags, fresh_ms, 0, asked_at, cost_ms, size);
      const putting = store.put(lease, value, { tags, fresh_ms, keep_ms, cost_ms });
      if (performance.now() - asked_at < LONG_MS) background(putting);
      else if (await putting.catch(() => "lost") === "changed") {
        this.#nearby.drop(ask.key);
        return (await this.#compute(ask, policy)).value;
      }
      return value;
    } catch (error) {
      background(store.extend(lease, 0));
      throw error;
    } finally {
      clearInterval(beating);
    }
  }

  async #compute<Schema extends z.ZodType>(
    ask: Ask<Schema>,
    policy: Policy,
  ): Promise<Computed<z.output<Schema>>> {
    const controller = new AbortController();
    const computing = ask.compute(controller.signal);
    try {
      return await within(policy.hard_ms, computing);
    } catch (error) {
      controller.abort(error);
      throw error;
    }
  }

  #keep(
    key: string,
    value: unknown,
    tags: readonly string[],
    fresh_ms: number,
    age_ms: number,
    asked_at: number,
    cost_ms: number,
    size = JSON.stringify(value).length,
  ): void {
    const put_at = performance.now() - age_ms;
    this.#nearby.keep(key, { value, tags, size, put_at, fresh_ms, cost_ms, asked_at }, asked_at);
  }
}

/** Whether to recompute a fresh entry now: more likely the closer its expiry and the longer its computation. */
function isEarly(age_ms: number, cost_ms: number, fresh_ms: number): boolean {
  return age_ms - cost_ms * Math.log(1 - Math.random()) >= fresh_ms;
}

/** Returns the result of the work. @throws {ApiError} `timeout` when it takes longer than `ms`. */
async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const ended = new Promise<never>((_, reject) => timer = setTimeout(() => reject(late(ms)), ms));
  try {
    return await Promise.race([work, ended]);
  } finally {
    clearTimeout(timer);
    work.catch(() => {});
  }
}

function late(ms: number): ApiError {
  return new ApiError("timeout", `Cannot finish within ${ms} ms`, { retry_after: 5 });
}
