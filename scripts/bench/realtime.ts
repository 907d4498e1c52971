/**
 * The time from a change to its message: many subscribers, each to its own rows, alternately while rows change and while the database
 * broadcasts. With a filter on the owner, as docs/realtime.md recommends; with row-level security alone; and by Broadcast on each
 * subscriber's private channel. Bare sockets limit the measurement to the relay and the database; writers and subscribers share their
 * machine.
 */
import { join } from "node:path";
import * as jose from "jose";
import postgres from "postgres";
import type { StackInfo } from "../local/stack.ts";
import { withStack } from "./bench_stack.ts";
import { atMost, type Benchmark, type Row } from "./benchmark.ts";
import { median, quantile, type Sample, summary } from "./measure.ts";

const SUBSCRIBERS = 500;
const PER_SECOND = 1_000;
/** Changes per statement; statements are sent on schedule, whether or not the last one has completed. */
const AT_ONCE = 10;
const WRITERS = 4;
const PATIENCE_MS = 60_000;

type Kind = "changes, filtered" | "changes, row-level security alone" | "broadcast";
const KINDS: Kind[] = ["changes, filtered", "changes, row-level security alone", "broadcast"];

interface Person {
  id: string;
  row: string;
  token: string;
  socket: WebSocket;
}

export const realtime: Benchmark = {
  name: "realtime",
  about: `latency from a change to its message: ${SUBSCRIBERS} subscribers, ${
    PER_SECOND.toLocaleString("en")
  } changes/s`,
  run: ({ rounds, seconds, size }) =>
    withStack(async (place) => {
      // One connection always writes the same people's rows, so that no two connections wait for each other.
      const writers = Array.from({ length: WRITERS }, () =>
        postgres(place.db_url, { max: 1, onnotice: () => {} }));
      const ears = new Ears();
      try {
        const count = Math.ceil(Math.min(SUBSCRIBERS, size) / AT_ONCE) * AT_ONCE;
        const people = await makePeople(place, writers[0] as postgres.Sql, count, ears);
        const samples = new Map<Kind, Sample[]>(KINDS.map((kind) => [kind, []]));
        const memory: number[] = [];
        let [missed, extra] = [0, 0];
        // The first round is a warm-up for plans, caches and compiled code, and does not count.
        for (let round = 0; round <= rounds; round++) {
          for (const kind of KINDS) {
            const { sample, lost } = await measure(kind, people, writers, ears, seconds);
            if (round > 0) {
              samples.get(kind)?.push(sample);
            }
            missed += Math.max(0, lost);
            extra += Math.max(0, -lost);
          }
          memory.push(await memoryOf(place.pid));
        }
        const figures = Object.fromEntries(
          [...samples].map(([kind, of]) => [kind, summary(of)]),
        ) as Record<Kind, ReturnType<typeof summary>>;
        const ratios = (samples.get("changes, filtered") ?? []).map(({ p50_ms }, round) =>
          p50_ms / (samples.get("broadcast")?.[round]?.p50_ms ?? Number.NaN)
        );
        const [first = 0] = memory;
        const growth = Math.max(...memory) - first;
        const rows: Row[] = [
          ...KINDS.map((kind) => ({
            case: `${people.length} subscribers`,
            system: kind,
            figures: figures[kind],
          })),
          { case: "p50", system: "changes, filtered ÷ broadcast", values: { ratio: median(ratios) } },
          {
            case: "memory of the stack",
            system: "after each round",
            values: Object.fromEntries(memory.map((mb, round) => [`round ${round} MB`, mb])),
          },
        ];
        return {
          rows,
          goals: [
            atMost("p95 of changes with a filter", 250, figures["changes, filtered"].p95_ms, " ms"),
            atMost("p95 of broadcast", 250, figures.broadcast.p95_ms, " ms"),
            atMost("messages that did not arrive", 0, missed),
            atMost("duplicate messages, or messages to others", 0, extra),
            atMost("growth of the stack's memory", 64, growth, " MB"),
          ],
        };
      } finally {
        ears.close();
        await Promise.all(writers.map((sql) =>
          sql.end({ timeout: 1 })
        ));
      }
    }, { STREAMVIBE_SEED: "off" }),
};

/** Collects the messages of all sockets: which joins are ready, and how long each message took. */
class Ears {
  readonly #sockets: WebSocket[] = [];
  readonly took: number[] = [];
  ready = 0;

  async open(url: string): Promise<WebSocket> {
    const socket = new WebSocket(url);
    this.#sockets.push(socket);
    socket.binaryType = "arraybuffer";
    const decoder = new TextDecoder();
    socket.onmessage = ({ data }) => {
      const now = performance.now();
      const text = typeof data === "string" ? data : decoder.decode(data);
      const sent = /"(?:title|sent)": ?"([\d.]+)"/.exec(text)?.[1];
      if (sent) this.took.push(now - Number(sent));
      // A channel with changes is ready only after the response to its join.
      else if (text.includes("Subscribed to PostgreSQL") || /"postgres_changes":\[\]/.test(text)) {
        this.ready++;
      } else if (text.includes('"error"')) throw new Error(`Cannot subscribe: ${text}`);
    };
    await new Promise<void>((resolve, reject) => {
      socket.onopen = () => resolve();
      socket.onerror = () => reject(new Error("Cannot connect to Realtime"));
    });
    return socket;
  }

  close(): void {
    for (const socket of this.#sockets) socket.close();
  }
}

async function makePeople(place: StackInfo, sql: postgres.Sql, count: number, ears: Ears): Promise<Person[]> {
  const keys = JSON.parse(await Deno.readTextFile(join(place.home, "keys.json")));
  const key = await jose.importJWK(keys.signing_key, "ES256");
  const made = await sql<{ id: string }[]>`
    insert into auth.users (id, email)
    select id, id || '@example.com' from (select gen_random_uuid() as id from generate_series(1, ${count})) as person returning id`;
  const rows = await sql<{ id: string; user_id: string }[]>`
    insert into public.notification (user_id, title) select id, 'first' from unnest(${
    made.map(({ id }) => id)
  }::uuid[]) as id
    returning id, user_id`;
  const url = `${
    place.api_url.replace("http", "ws")
  }/realtime/v1/websocket?apikey=${place.publishable_key}&vsn=2.0.0`;
  const people: Person[] = [];
  for (const { id: row, user_id: id } of rows) {
    const token = await new jose.SignJWT({ sub: id, role: "authenticated", aud: "authenticated" })
      .setProtectedHeader({ alg: "ES256", typ: "JWT", kid: keys.signing_key.kid })
      .setIssuedAt().setExpirationTime("6h").sign(key);
    people.push({ id, row, token, socket: await ears.open(url) });
  }
  return people;
}

async function measure(
  kind: Kind,
  people: Person[],
  writers: postgres.Sql[],
  ears: Ears,
  seconds: number,
): Promise<{ sample: Sample; lost: number }> {
  const topic = ({ id }: Person) => kind === "broadcast" ? `creator:${id}` : `own:${id}`;
  ears.ready = 0;
  for (const person of people) {
    const filter = kind === "changes, filtered" ? { filter: `user_id=eq.${person.id}` } : {};
    const wishes = kind === "broadcast"
      ? []
      : [{ event: "*", schema: "public", table: "notification", ...filter }];
    const payload = {
      config: { private: kind === "broadcast", postgres_changes: wishes },
      access_token: person.token,
    };
    person.socket.send(JSON.stringify(["1", "1", `realtime:${topic(person)}`, "phx_join", payload]));
  }
  await until(() => ears.ready >= people.length);
  if (ears.ready < people.length) throw new Error(`Only ${ears.ready} of ${people.length} could join`);
  ears.took.length = 0;
  const statements: Promise<unknown>[] = [];
  const planned = Math.round(PER_SECOND * seconds / AT_ONCE);
  const start = performance.now();
  for (let number = 0; number < planned; number++) {
    const due = start + number * 1_000 * AT_ONCE / PER_SECOND;
    const early = due - performance.now();
    if (early > 0) await new Promise((resolve) => setTimeout(resolve, early));
    const some = Array.from(
      { length: AT_ONCE },
      (_, n) => people[(number * AT_ONCE + n) % people.length] as Person,
    );
    // Latency counts from the scheduled time, so a slow writer does not hide delays.
    const sent = due.toFixed(3);
    const sql = writers[number % (people.length / AT_ONCE) % WRITERS] as postgres.Sql;
    const statement = kind === "broadcast"
      ? sql`select realtime.send(jsonb_build_object('sent', ${sent}::text), 'tick', topic, true)
          from unnest(${some.map(topic)}::text[]) as topic`
      : sql`update public.notification set title = ${sent} where id in ${sql(some.map(({ row }) => row))}`;
    // The driver sends a query only when it is awaited; without this call, all of them would be sent at the end.
    statements.push(statement.execute());
  }
  await Promise.all(statements);
  const wanted = planned * AT_ONCE;
  await until(() => ears.took.length >= wanted);
  const elapsed = (performance.now() - start) / 1_000;
  const sorted = ears.took.toSorted((a, b) => a - b);
  for (const person of people) {
    person.socket.send(JSON.stringify(["1", "2", `realtime:${topic(person)}`, "phx_leave", {}]));
  }
  return {
    sample: {
      per_second: sorted.length / elapsed,
      p50_ms: quantile(sorted, 0.5),
      p95_ms: quantile(sorted, 0.95),
      p99_ms: quantile(sorted, 0.99),
    },
    lost: wanted - sorted.length,
  };
}

/** Waits for at most a minute; messages that are missing then count as lost. */
async function until(check: () => boolean): Promise<void> {
  const limit = performance.now() + PATIENCE_MS;
  while (!check() && performance.now() < limit) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Returns the resident megabytes of the process that runs the relay. */
async function memoryOf(pid: number): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`).catch(() => "");
  return Number(/VmRSS:\s*(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024;
}
