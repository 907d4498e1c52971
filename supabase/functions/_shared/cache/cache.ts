/**
 * Answers that many ask for, computed by one: get-or-compute with one computation across all processes that share a store.
 *
 * An answer is fresh for a while. Shortly before its end, the sooner the longer it took, somebody computes it anew (XFetch: Vattani, Chierichetti
 * and Lowenstein, VLDB 2015). After it, it is still given while one process does. Older ones are kept for the case that this fails or takes long. What depends on a tag that has changed is given in none of these cases.
 */
import type * as z from "zod";
import { ApiError } from "../errors.ts";
import { background } from "../observability/background.ts";
import { Nearby } from "./nearby.ts";
import type { Lease, Store, Taken } from "./store.ts";

/** How long answers are used; milliseconds. */
export interface Policy {
  fresh_ms: number;
  /** After that, given while it is computed anew. */
  stale_ms: number;
  /** After that, given only when the computation fails or takes longer than `soft_ms`. */
  error_ms: number;
  /** Of an answer that says that there is nothing; it is not given afterwards. */
  negative_ms: number;
  soft_ms: number;
  /** A computation that takes longer is given up. */
  hard_ms: number;
  /** A process that dies holds up the others for so long. Whoever lives extends it. */
  lease_ms: number;
  /** So old may be what a process knows of changes when it gives what it keeps itself; 0: it always asks the store. */
  nearby_ms: number;
  /** Characters of JSON; what is larger is shared by those who wait, and not kept. */
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

/** What a computation gives. */
export interface Computed<T> {
  /** What JSON holds. */
  value: T;
  /** What it depends on: it is void when one of them changes. */
  tags: readonly string[];
  /** It says that there is nothing. */
  is_negative?: boolean;
}

/** What is asked for. */
export interface Ask<Schema extends z.ZodType> {
  /** Names the answer among all of the product. What depends on who asks has the person in it. */
  key: string;
  /** Parses what a store has kept; what does not fit is computed anew. */
  schema: Schema;
  compute(signal: AbortSignal): Promise<Computed<z.output<Schema>>>;
  policy?: Partial<Policy>;
}

/** Where an answer came from. `failed`: an old one, because a newer one could not be had in time. */
export type Source = "nearby" | "store" | "stale" | "computed" | "failed";

export interface Given<T> {
  value: T;
  source: Source;
}

/** A computation that took longer is given only after the store has said that nothing changed meanwhile. */
const LONG_MS = 500;
/** A stale answer is given for so long before the store is asked for it again. */
const ASK_AGAIN_MS = 200;
const SHORTEST_WAIT_MS = 10;
const LONGEST_WAIT_MS = 100;

/** The cache of one process over one store. */
export class Cache {
  #nearby = new Nearby();
  #flights = new Map<string, Promise<Given<unknown>>>();
  /** Keys that are being computed before their end. */
  #early = new Set<string>();

  /**
   * The answer of a key, computed if need be. Equal asks at the same time are one.
   *
   * @param store Makes the calls, if this ask is the one that needs them.
   * @throws What the computation throws, where there is no older answer; `timeout` when it takes longer than `hard_ms`.
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
      // Not all at the same moment: each process asks for itself.
      await new Promise((resolve) => setTimeout(resolve, wait_ms * (0.5 + Math.random())));
    }
  }

  /** The store does not answer: what is here and not too old, else what can be computed without it. */
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

  /** Computes what is still fresh, in the background, if nobody does. */
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

  /** Computes and puts. The lease is kept while it lasts and given back when it fails. */
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

/** Whether it is time to compute what is still fresh: the nearer the end and the longer it takes, the likelier. */
function isEarly(age_ms: number, cost_ms: number, fresh_ms: number): boolean {
  return age_ms - cost_ms * Math.log(1 - Math.random()) >= fresh_ms;
}

/** The work's result; `timeout` when it takes longer. */
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
