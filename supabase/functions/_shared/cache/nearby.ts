/**
 * Entries in the memory of this process, in front of the store. They are returned only while the process has recently read which tags have
 * changed, so an entry invalidated elsewhere is also invalid here within that time.
 */
import type { Store } from "./store.ts";

/** Maximum total size of the entries, in characters; an isolate has 256 MB. */
const MOST_CHARACTERS = 16_777_216;
/** Maximum number of changed tags to remember. */
const MOST_CHANGED = 10_000;
/** A process that has not polled for this long no longer knows whether its entries are valid. */
const LONGEST_SILENCE_MS = 60_000;

/** An entry in this process. */
export interface NearbyEntry {
  value: unknown;
  tags: readonly string[];
  size: number;
  /** `performance.now()` when it was stored. */
  put_at: number;
  fresh_ms: number;
  /** Duration of its computation. */
  cost_ms: number;
  /** When the store was last asked for it. */
  asked_at: number;
}

/** The entries of one process; see the top of this file. */
export class Nearby {
  #entries = new Map<string, NearbyEntry>();
  #size = 0;
  #mark: string | null = null;
  /** Beginning and end of the period for which all changes are known without a gap. */
  #heard_from = Infinity;
  #heard_at = -Infinity;
  /** When each tag was last reported as changed. */
  #changed = new Map<string, number>();
  #asking: Promise<boolean> | undefined;

  get(key: string): NearbyEntry | undefined {
    return this.#entries.get(key);
  }

  /**
   * Keeps an entry, unless one of its tags may have changed since its computation began.
   *
   * @param began Time before the store was asked for the entry (`performance.now()`).
   */
  keep(key: string, entry: NearbyEntry, began: number): void {
    this.drop(key);
    const isSure = began >= this.#heard_from &&
      entry.tags.every((tag) => (this.#changed.get(tag) ?? -Infinity) < began);
    if (!isSure || entry.size > MOST_CHARACTERS / 8) return;
    this.#entries.set(key, entry);
    this.#size += entry.size;
    for (const oldest of this.#entries.keys()) {
      if (this.#size <= MOST_CHARACTERS) break;
      this.drop(oldest);
    }
  }

  drop(key: string): void {
    const entry = this.#entries.get(key);
    if (!entry) return;
    this.#entries.delete(key);
    this.#size -= entry.size;
  }

  /** Whether all changes older than `within_ms` are known; polls the store if necessary. Concurrent callers share one poll. */
  async isCurrent(store: Store, within_ms: number): Promise<boolean> {
    if (performance.now() - this.#heard_at < within_ms) return true;
    this.#asking ??= this.#ask(store).finally(() => this.#asking = undefined);
    return await this.#asking;
  }

  #beginAnew(): void {
    this.#mark = null;
    this.#heard_from = Infinity;
    this.#changed.clear();
    for (const key of [...this.#entries.keys()]) this.drop(key);
  }

  async #ask(store: Store): Promise<boolean> {
    const began = performance.now();
    if (began - this.#heard_at > LONGEST_SILENCE_MS || this.#changed.size > MOST_CHANGED) this.#beginAnew();
    try {
      const { mark, tags, is_anew } = await store.changes(this.#mark);
      if (is_anew) this.#beginAnew();
      if (this.#mark === null) this.#heard_from = performance.now();
      this.#mark = mark;
      this.#heard_at = began;
      // A computation may have begun before this response arrived and end after it.
      for (const tag of tags) this.#changed.set(tag, performance.now());
      if (tags.length === 0) return true;
      const changed = new Set(tags);
      for (const [key, entry] of this.#entries) {
        if (entry.tags.some((tag) => changed.has(tag))) this.drop(key);
      }
      return true;
    } catch {
      return false;
    }
  }
}
