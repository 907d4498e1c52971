/** Cache entries in `public.cache_store`, with leases and changes (module 000). */
import * as z from "zod";
import type { Admin } from "../database/database.ts";
import type { Keeping, Lease, Store, Taken, TakeOptions } from "./store.ts";

const Answer = z.object({
  entry: z.object({ value: z.unknown(), tags: z.array(z.string()), age_ms: z.number(), cost_ms: z.number() })
    .nullable(),
  is_fresh: z.boolean(),
  lease: z.object({ fence: z.int(), snapshot: z.string() }).nullable(),
});
const Changes = z.object({ mark: z.string(), tags: z.array(z.string()) });

/** The store in PostgreSQL. Each request creates its own, so that the calls are counted for that request. */
export class PostgresStore implements Store {
  constructor(private readonly admin: Admin) {}

  async take(key: string, lease_ms: number, { is_early }: TakeOptions = {}): Promise<Taken> {
    const { lease, ...taken } = await this.admin.call(
      "take_cached",
      { p_key: key, p_lease_ms: lease_ms, p_is_early: is_early },
      Answer,
    );
    return { ...taken, lease: lease && { key, ...lease } };
  }

  async put(lease: Lease, value: unknown, { tags, fresh_ms, keep_ms, cost_ms }: Keeping) {
    return await this.admin.call("put_cached", {
      p_key: lease.key,
      p_fence: lease.fence,
      p_snapshot: lease.snapshot,
      p_value: value,
      p_tags: [...tags],
      p_fresh_ms: fresh_ms,
      p_keep_ms: keep_ms,
      p_cost_ms: Math.round(cost_ms),
    }, z.enum(["kept", "lost", "changed"]));
  }

  async extend({ key, fence }: Lease, lease_ms: number): Promise<boolean> {
    return await this.admin.call("extend_cache_lease", { p_key: key, p_fence: fence, p_lease_ms: lease_ms });
  }

  async changes(since: string | null): Promise<{ mark: string; tags: string[] }> {
    return await this.admin.call("get_cache_changes", { p_since: since }, Changes);
  }

  async forget(tags: readonly string[]): Promise<void> {
    await this.admin.call("forget_cached", { p_tags: [...tags] });
  }
}
