/**
 * The rate limiter alone, through a client: our SQL function against rate-limiter-flexible on the same PostgreSQL, on one hot key and on
 * 10,000 keys, and the floor (`select`) that the client and the server allow on this machine at this moment.
 */
import pg from "pg";
import postgres from "postgres";
import { RateLimiterPostgres } from "rate-limiter-flexible";
import { serviceUrl, withStack } from "./bench_stack.ts";
import { atLeast, type Benchmark, type Goal, type Row } from "./benchmark.ts";
import { closedLoop, interleaved } from "./measure.ts";

const CLIENTS = [1, 8, 16];
const PLENTY = 1_000_000_000;
/** Connections of our client; it sends without waiting for the answer before, so few are enough. */
const CONNECTIONS = 4;
const PEER_CONNECTIONS = 16;

export const limiter: Benchmark = {
  name: "limiter",
  about: "check_rate_limit against rate-limiter-flexible on PostgreSQL",
  run: ({ rounds, seconds }) =>
    withStack(async ({ db_url }) => {
      const sql = postgres(serviceUrl(db_url), { max: CONNECTIONS, onnotice: () => {} });
      const owner = postgres(db_url, { max: 1, onnotice: () => {} });
      const pool = new pg.Pool({ connectionString: db_url, max: PEER_CONNECTIONS });
      const peer = await makePeer(pool);
      const ours = (key: string, limit: number) =>
        sql.unsafe("select * from public.check_rate_limit($1, $2, 60)", [key, limit], { prepare: true });
      const floor = (key: string) => sql.unsafe("select $1::text, true, 1, 1", [key], { prepare: true });

      const rows: Row[] = [];
      const goals: Goal[] = [];
      const best: Record<string, number> = {};
      try {
        for (const keys of [1, 10_000]) {
          const next = () => `user:${Math.floor(Math.random() * keys)}`;
          for (const clients of CLIENTS) {
            await owner`vacuum analyze ops.rate_limit`;
            const figures = await interleaved(rounds, {
              streamvibe: () => closedLoop(clients, seconds, () => ours(next(), PLENTY)),
              "rate-limiter-flexible": () => closedLoop(clients, seconds, () => peer.consume(next(), 1)),
              "select (floor)": () => closedLoop(clients, seconds, () => floor(next())),
            });
            for (const [system, measured] of Object.entries(figures)) {
              const name = keys === 1 ? "one hot key" : "10,000 keys";
              rows.push({ case: `${name}, c=${clients}`, system, figures: measured });
              const key = `${keys} ${system}`;
              best[key] = Math.max(best[key] ?? 0, measured.per_second);
            }
          }
        }
        await ours("user:spent", 1);
        const rejected = await interleaved(rounds, {
          "streamvibe, rejections": () => closedLoop(16, seconds, () => ours("user:spent", 1)),
          "select (floor)": () => closedLoop(16, seconds, () => floor("user:spent")),
        });
        for (const [system, figures] of Object.entries(rejected)) {
          rows.push({ case: "spent limit, c=16", system, figures });
        }
        const of = (key: string) => best[key] ?? 0;
        const ratio = (keys: number, to: string) => of(`${keys} streamvibe`) / of(`${keys} ${to}`);
        goals.push(
          atLeast("checks/s on one hot key", 20_000, of("1 streamvibe")),
          atLeast("checks/s on 10,000 keys", 20_000, of("10000 streamvibe")),
          atLeast("hot key, times the peer", 4, ratio(1, "rate-limiter-flexible"), "×"),
          atLeast("10,000 keys, times the peer", 1.2, ratio(10_000, "rate-limiter-flexible"), "×"),
        );
        rows.push(
          {
            case: "one hot key",
            system: "streamvibe / floor",
            values: { ratio: ratio(1, "select (floor)") },
          },
          {
            case: "10,000 keys",
            system: "streamvibe / floor",
            values: { ratio: ratio(10_000, "select (floor)") },
          },
        );
        return { rows, goals };
      } finally {
        await Promise.all([sql.end(), owner.end(), pool.end()]);
      }
    }),
};

interface Peer {
  consume(key: string, points: number): Promise<unknown>;
}

/** The peer as its documentation sets it up; it makes its own table. */
function makePeer(pool: unknown): Promise<Peer> {
  return new Promise((resolve, reject) => {
    const peer: Peer = new RateLimiterPostgres({
      storeClient: pool,
      points: PLENTY,
      duration: 60,
      tableName: "peer_rate_limit",
      keyPrefix: "",
      clearExpiredByTimeout: false,
    }, (error?: Error) => error ? reject(error) : resolve(peer));
  });
}
