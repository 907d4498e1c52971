/** Samples the state of a stack under load. */
import type postgres from "postgres";
import { stackMemory } from "../memory.ts";

/** One sample. */
export interface Look {
  /** The time, as `performance.now()`. */
  at: number;
  connections: number;
  services_mb: number;
  database_mb: number;
  load: number;
  /** Lookups and hits of the cache since the stack's start, by function. */
  cache: Record<string, { asked: number; hits: number }>;
}

/** Takes one sample. */
export async function look(owner: postgres.Sql): Promise<Look> {
  const { services, database } = await stackMemory();
  const [[row], cache] = await Promise.all([
    owner<{ n: number }[]>`
      select count(*)::int as n from pg_stat_activity
      where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()`,
    owner<{ function: string; asked: number; hits: number }[]>`
      select function, sum(count)::float8 as asked,
        coalesce(sum(count) filter (where cache in ('nearby', 'store', 'stale')), 0)::float8 as hits
      from telemetry.rpc_hourly where cache <> '' group by function`,
  ]);
  return {
    at: performance.now(),
    connections: row?.n ?? 0,
    services_mb: services,
    database_mb: database,
    load: Deno.loadavg()[0] ?? 0,
    cache: Object.fromEntries(cache.map(({ function: name, asked, hits }) => [name, { asked, hits }])),
  };
}

/** Takes samples while `work` runs, and once before and after it. */
export async function watched<T>(
  owner: postgres.Sql,
  every_ms: number,
  work: () => Promise<T>,
  seen: (looks: Look[]) => void = () => {},
): Promise<{ looks: Look[]; result: T }> {
  const looks = [await look(owner)];
  const over = Promise.withResolvers<void>();
  const running = work().finally(over.resolve);
  let isOver = false;
  const ended = over.promise.then(() => isOver = true);
  while (!isOver) {
    let timer: ReturnType<typeof setTimeout> | undefined;
    await Promise.race([ended, new Promise((resolve) => timer = setTimeout(resolve, every_ms))]);
    clearTimeout(timer);
    looks.push(await look(owner));
    seen(looks);
  }
  const result = await running;
  // Functions store their counts with a delay of a second.
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  looks.push({ ...await look(owner), at: looks.at(-1)?.at ?? 0 });
  return { looks, result };
}

/** Returns the cache's hit rate between two samples, of all functions or of one. */
export function hitRate(from: Look | undefined, to: Look | undefined, name?: string): number {
  let [asked, hits] = [0, 0];
  for (const [of, now] of Object.entries(to?.cache ?? {})) {
    if (name !== undefined && of !== name) continue;
    asked += now.asked - (from?.cache[of]?.asked ?? 0);
    hits += now.hits - (from?.cache[of]?.hits ?? 0);
  }
  return asked > 0 ? hits / asked : Number.NaN;
}
