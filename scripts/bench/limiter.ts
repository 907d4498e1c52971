/**
 * The rate limiter alone, through a client, on one hot key and on 10,000 keys: the counter that the kernel uses, one plain call per check,
 * rate-limiter-flexible on the same PostgreSQL, and `select` as the fastest call that client and server allow on this machine right now.
 */
import pg from "pg";
import postgres from "postgres";
import { RateLimiterPostgres } from "rate-limiter-flexible";
import { closeConnections, createAdmin } from "../../supabase/functions/_shared/database/database.ts";
import { RateCounter } from "../../supabase/functions/_shared/http/rate_counter.ts";
import { readSettings } from "../../supabase/functions/_shared/settings/settings.ts";
import { serviceUrl, withStack } from "./bench_stack.ts";
import { atLeast, type Benchmark, type Effort, type Goal, type Row } from "./benchmark.ts";
import { closedLoop, type Figures, interleaved, ratioOf } from "./measure.ts";

const CLIENTS = [1, 8, 16, 64];
const PLENTY = 1_000_000_000;
const WINDOW_SECONDS = 3_600;
/** Connections of StreamVibe; the client pipelines its queries, so few are enough. */
const CONNECTIONS = 4;
const PEER_CONNECTIONS = 16;
/** Parts per round: a slow moment of the machine then affects few of them. */
const PARTS = 4;

const OURS = "streamvibe";
const PLAIN = "one call per check";
const PEER = "rate-limiter-flexible";
const FLOOR = "select (floor)";

/** Makes one check of a key against a limit. */
type Check = (key: string, limit: number) => Promise<unknown>;

export const limiter: Benchmark = {
  name: "limiter",
  about: "the rate limiter compared with rate-limiter-flexible on PostgreSQL",
  run: (effort) =>
    withStack(async ({ db_url, api_url }) => {
      const sql = postgres(serviceUrl(db_url), { max: CONNECTIONS, onnotice: () => {} });
      const owner = postgres(db_url, { max: 1, onnotice: () => {} });
      const pool = new pg.Pool({ connectionString: db_url, max: PEER_CONNECTIONS });
      try {
        const peer = await makePeer(pool);
        const counter = new RateCounter();
        const admin = createAdmin(
          readSettings({
            SUPABASE_URL: api_url,
            STREAMVIBE_POOLER_URL: serviceUrl(db_url),
            DATABASE_POOL_SIZE: String(CONNECTIONS),
          }),
          { prepared: true },
        );
        const plain = "select * from public.check_rate_limit($1, $2, $3)";
        const systems: Record<string, Check> = {
          [OURS]: (key, limit) => counter.count({ key, limit, window_seconds: WINDOW_SECONDS }, admin),
          [PLAIN]: (key, limit) => sql.unsafe(plain, [key, limit, WINDOW_SECONDS], { prepare: true }),
          [PEER]: (key) => peer.consume(key, 1),
          [FLOOR]: (key) => sql.unsafe("select $1::text, true, 1, 1", [key], { prepare: true }),
        };
        const clean = async () => {
          await owner`vacuum analyze ops.rate_limit`;
          await owner`vacuum analyze peer_rate_limit`;
        };
        const rows: Row[] = [];
        const goals = [
          ...await compare(systems, effort, rows, clean, { name: "one hot key", keys: 1, times: 4 }),
          ...await compare(systems, effort, rows, clean, { name: "10,000 keys", keys: 10_000, times: 1.2 }),
        ];
        const { [PEER]: _, ...unlimited } = systems;
        for (
          const [name, some, next, limit] of [
            ["new keys, c=8", systems, () => crypto.randomUUID(), PLENTY],
            ["exhausted limit, c=16", unlimited, () => "user:spent", 1],
          ] as const
        ) {
          const clients = Number(name.split("=")[1]);
          rows.push(...rowsOf(name, await race(some, effort, clients, next, limit)));
        }
        return { rows, goals };
      } finally {
        await Promise.all([sql.end(), owner.end(), pool.end(), closeConnections()]);
      }
    }),
};

/** Measures every system on keys that already have a window; the first check of a key is a separate case. */
async function compare(
  systems: Record<string, Check>,
  effort: Effort,
  rows: Row[],
  clean: () => Promise<void>,
  about: { name: string; keys: number; times: number },
): Promise<Goal[]> {
  const keys = Array.from({ length: about.keys }, (_, key) => `user:${key}`);
  for (const check of Object.values(systems)) {
    for (let from = 0; from < keys.length; from += 100) {
      await Promise.all(keys.slice(from, from + 100).map((key) => check(key, PLENTY)));
    }
  }
  const next = () => keys[Math.floor(Math.random() * keys.length)] ?? "";
  const best = { rate: 0, times: 0, times_plain: 0 };
  for (const clients of CLIENTS) {
    await clean();
    const name = `${about.name}, c=${clients}`;
    const figures = await race(systems, effort, clients, next, PLENTY);
    rows.push(...rowsOf(name, figures));
    for (const system of [OURS, PLAIN]) {
      const ratio = ratioOf(figures[system] as Figures, figures[PEER] as Figures);
      rows.push({ case: name, system: `${system} / peer`, values: { ...ratio } });
      if (system === OURS) best.times = Math.max(best.times, ratio.median);
      else best.times_plain = Math.max(best.times_plain, ratio.median);
    }
    best.rate = Math.max(best.rate, figures[OURS]?.per_second ?? 0);
  }
  return [
    atLeast(`checks/s on ${about.name}`, 20_000, best.rate),
    atLeast(`${about.name}, times the peer`, about.times, best.times, "×"),
    atLeast(`${about.name}, ${PLAIN}, times the peer`, about.times, best.times_plain, "×"),
  ];
}

function race(
  systems: Record<string, Check>,
  { rounds, seconds }: Effort,
  clients: number,
  next: () => string,
  limit: number,
): Promise<Record<string, Figures>> {
  const loops = Object.entries(systems).map(([name, check]) =>
    [name, () => closedLoop(clients, seconds / PARTS, () => check(next(), limit))] as const
  );
  return interleaved(rounds * PARTS, Object.fromEntries(loops));
}

function rowsOf(name: string, figures: Record<string, Figures>): Row[] {
  return Object.entries(figures).map(([system, measured]) => ({ case: name, system, figures: measured }));
}

interface Peer {
  consume(key: string, points: number): Promise<unknown>;
}

/** Creates the peer as its documentation recommends; it creates its own table. */
function makePeer(pool: unknown): Promise<Peer> {
  return new Promise((resolve, reject) => {
    const peer: Peer = new RateLimiterPostgres({
      storeClient: pool,
      points: PLENTY,
      duration: WINDOW_SECONDS,
      tableName: "peer_rate_limit",
      keyPrefix: "",
      clearExpiredByTimeout: false,
    }, (error?: Error) => error ? reject(error) : resolve(peer));
  });
}
