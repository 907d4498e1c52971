/**
 * `bench load`: a thousand users with ten seconds between their steps, as arrivals: open loop, latency from the intended start. Errors, hit
 * rate, connections and memory against `slo.json`; --seconds 600 is the whole.
 */
import { z } from "zod";
import postgres from "postgres";
import { createClient } from "@supabase/supabase-js";
import { withStack } from "../bench_stack.ts";
import { atLeast, atMost, type Benchmark } from "../benchmark.ts";
import { NO_LIMITS } from "../discovery/discovery.ts";
import { residentMegabytes } from "../discovery/visitors.ts";
import { openLoop, quantile } from "../measure.ts";
import { percentilesChart } from "./chart.ts";
import { drawn, filled, LOAD_SCENARIOS, type Placeholder, THINK_SECONDS, USERS } from "./scenarios.ts";
import { makeReaders } from "./world.ts";

/** Sessions of so many people are shared by the users of the run. */
const SESSIONS = 100;
/** What must hold under load. */
const Slo = z.object({
  load: z.object({
    error_rate: z.number(),
    hit_rate: z.number(),
    connections: z.number(),
    memory_growth_mb: z.number(),
    p95_ms: z.record(z.string(), z.number()),
  }),
});

export const loadTest: Benchmark = {
  name: "load",
  about: `${USERS} users, ${THINK_SECONDS} s between their steps, for --seconds (600 in full), open loop`,
  run: (effort) =>
    withStack(async (place) => {
      const slo =
        Slo.parse(JSON.parse(await Deno.readTextFile(new URL("../slo.json", import.meta.url)))).load;
      const owner = postgres(place.db_url, { max: 2, onnotice: () => {} });
      const readers = await makeReaders(owner, place.db_url, effort.size, SESSIONS, 200);
      const tokens = await sessionsOf(place, owner, readers);
      const words = { slug: "profile_slug", item: "id", creator: "id", word: "title" };
      const values = new Map<Placeholder, string[]>();
      for (const [name, column] of Object.entries(words)) {
        const from = name === "item" || name === "word"
          ? "public.content_item"
          : "public.users where is_public";
        const rows = await owner.unsafe<{ value: string }[]>(
          `select ${column}::text as value from ${from} limit 500`,
        );
        values.set(
          name as Placeholder,
          rows.map(({ value }) => name === "word" ? encodeURIComponent(value.split(/\s+/)[0] ?? "a") : value),
        );
      }
      const one = <T>(of: readonly T[]): T => of[Math.floor(Math.random() * of.length)] as T;
      const latencies = new Map<string, number[]>();
      const failures = new Map<string, number>();
      const step = async () => {
        const scenario = drawn(LOAD_SCENARIOS, Math.random());
        const { name, path, body } = drawn(scenario.steps, Math.random());
        const fill = (text: string) => filled(text, (word) => one(values.get(word) ?? []));
        const token = scenario.who === "visitor"
          ? null
          : scenario.who === "operator"
          ? tokens.operator
          : one(tokens.creators);
        const began = performance.now();
        const response = await fetch(place.api_url + fill(path), {
          method: body ? "POST" : "GET",
          headers: {
            apikey: place.publishable_key,
            ...(token ? { authorization: `Bearer ${token}` } : {}),
            ...(body ? { "content-type": "application/json" } : {}),
          },
          body: body ? fill(JSON.stringify(body)) : null,
        });
        await response.arrayBuffer();
        const of = latencies.get(name) ?? [];
        of.push(performance.now() - began);
        latencies.set(name, of);
        // Nobody follows oneself: chance brings that up.
        if (response.status >= 500 || response.status === 429 || response.status === 401) {
          failures.set(`${name} ${response.status}`, (failures.get(`${name} ${response.status}`) ?? 0) + 1);
        }
      };
      // Each function's process is up: what a cold start costs is another benchmark's.
      await openLoop(10, Math.min(20, effort.seconds), step);
      latencies.clear();
      failures.clear();
      const [memory, connections]: [number[], number[]] = [[], []];
      let is_over = false;
      const watching = (async () => {
        while (!is_over) {
          memory.push(await residentMegabytes());
          const [row] =
            await owner`select count(*)::int as n from pg_stat_activity where datname = current_database() and backend_type = 'client backend'`;
          connections.push(Number(row?.n));
          await new Promise((resolve) => setTimeout(resolve, Math.min(5_000, effort.seconds * 50)));
        }
      })();
      const since = new Date();
      const all = await openLoop(USERS / THINK_SECONDS, effort.seconds, step);
      is_over = true;
      await watching;
      const [hits] = await owner`
        select coalesce(sum(count) filter (where cache in ('nearby', 'store', 'stale'))::float8 / nullif(sum(count), 0), 0) as rate
        from telemetry.rpc_hourly where cache <> '' and hour >= date_trunc('hour', ${since}::timestamptz)`;
      await owner.end();
      const sorted = [...latencies].sort(([a], [b]) => a < b ? -1 : 1).map(([name, of]) =>
        [name, of.sort((a, b) => a - b)] as const
      );
      for (const [failure, count] of failures) console.log(`  ${failure}: ${count}`);
      const failed = all.failed + [...failures.values()].reduce((sum, count) => sum + count, 0);
      const quarter = Math.max(1, Math.floor(memory.length / 4));
      const mean = (some: number[]) => some.reduce((sum, value) => sum + value, 0) / Math.max(1, some.length);
      const growth = mean(memory.slice(-quarter)) - mean(memory.slice(quarter, 2 * quarter));
      await Deno.writeTextFile(
        "docs/images/load.svg",
        percentilesChart(sorted.filter(([name]) => name.startsWith("feed") || name === "browse-content")),
      );
      return {
        rows: [
          ...sorted.map(([name, of]) => ({
            case: name,
            system: "HTTP",
            values: {
              requests: of.length,
              p50: quantile(of, 0.5),
              p95: quantile(of, 0.95),
              p99: quantile(of, 0.99),
            },
          })),
          {
            case: "all, from the intended start",
            system: "stack",
            values: {
              "requests/s": all.per_second,
              p50: all.p50_ms,
              p95: all.p95_ms,
              p99: all.p99_ms,
              failed,
              "hit rate": Number(hits?.rate),
              "most connections": Math.max(...connections),
              "memory MB": mean(memory),
              "growth MB": growth,
              "load of the machine": Deno.loadavg()[0] ?? 0,
            },
          },
        ],
        goals: [
          atMost(
            "requests that failed, share",
            slo.error_rate,
            failed / Math.max(1, Math.round(USERS / THINK_SECONDS * effort.seconds)),
          ),
          atLeast("hit rate", slo.hit_rate, Number(hits?.rate)),
          atMost("connections", slo.connections, Math.max(...connections)),
          atMost("memory, growth from the second quarter to the last", slo.memory_growth_mb, growth, " MB"),
          ...sorted.filter(([name]) => name in slo.p95_ms).map(([name, of]) =>
            atMost(`${name}, p95`, slo.p95_ms[name] ?? Number.NaN, quantile(of, 0.95), " ms")
          ),
        ],
      };
    }, {
      ...NO_LIMITS,
      RATE_LIMIT_USER: "1000000/60",
      RATE_LIMIT_USER_READ: "1000000/60",
      RATE_LIMIT_CLICK: "1000000/60",
    }),
};

/** Sessions of the readers, the last of whom is an admin. */
async function sessionsOf(
  place: { api_url: string; publishable_key: string; secret_key: string },
  sql: postgres.Sql,
  readers: string[],
): Promise<{ creators: string[]; operator: string }> {
  const auth = { persistSession: false, autoRefreshToken: false };
  const service = createClient(place.api_url, place.secret_key, { auth });
  const creators: string[] = [];
  for (const id of readers) {
    const password = crypto.randomUUID();
    const { data, error } = await service.auth.admin.updateUserById(id, { password, email_confirm: true });
    if (error) throw error;
    const app = createClient(place.api_url, place.publishable_key, { auth });
    const signed = await app.auth.signInWithPassword({ email: data.user.email ?? "", password });
    if (signed.error) throw signed.error;
    creators.push(signed.data.session.access_token);
  }
  await sql`insert into public.user_role (user_id, role) values (${
    readers.at(-1) ?? ""
  }, 'admin') on conflict do nothing`;
  return { creators, operator: creators.at(-1) ?? "" };
}
