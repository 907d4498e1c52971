/** Combines two stores: uses the first while it responds, else the second. A first store that failed is skipped for a second. */
import type { Keeping, Lease, Store, Taken, TakeOptions } from "./store.ts";

const LEFT_ALONE_MS = 1_000;
/** Until when each first store is skipped, by its name. */
const away = new Map<string, number>();

export class FallbackStore implements Store {
  /** @param name Name of the first store; all requests share what is known about its availability. */
  constructor(
    private readonly name: string,
    private readonly first: () => Promise<Store>,
    private readonly second: Store,
  ) {}

  take(key: string, lease_ms: number, options?: TakeOptions): Promise<Taken> {
    return this.#either(async (store, place) => {
      const taken = await store.take(key, lease_ms, options);
      return {
        ...taken,
        lease: taken.lease && { ...taken.lease, snapshot: `${place}${taken.lease.snapshot}` },
      };
    });
  }

  async put(lease: Lease, value: unknown, keeping: Keeping) {
    return await (await this.#giver(lease)).put(own(lease), value, keeping);
  }

  async extend(lease: Lease, lease_ms: number): Promise<boolean> {
    return await (await this.#giver(lease)).extend(own(lease), lease_ms);
  }

  changes(since: string | null) {
    return this.#either(async (store, place) => {
      // A mark of the other store means nothing here, so the changes since then are unknown.
      const is_known = since?.startsWith(place) ?? true;
      const changes = await store.changes(is_known && since !== null ? since.slice(1) : null);
      return { ...changes, mark: `${place}${changes.mark}`, is_anew: !is_known || changes.is_anew === true };
    });
  }

  /** Invalidates tags in the second store only: the first reads the changes from it. */
  forget(tags: readonly string[]): Promise<void> {
    return this.second.forget(tags);
  }

  async #giver(lease: Lease): Promise<Store> {
    return lease.snapshot.startsWith("1") ? await this.first() : this.second;
  }

  async #either<T>(ask: (store: Store, place: "1" | "2") => Promise<T>): Promise<T> {
    if (performance.now() >= (away.get(this.name) ?? 0)) {
      try {
        return await ask(await this.first(), "1");
      } catch {
        away.set(this.name, performance.now() + LEFT_ALONE_MS);
      }
    }
    return await ask(this.second, "2");
  }
}

function own(lease: Lease): Lease {
  return { ...lease, snapshot: lease.snapshot.slice(1) };
}
