/**
 * Clicks: appending a row per click, against the alternative that counts immediately, an update of a counter that an index orders items by.
 * Then `--size` clicks over all items, with concurrent roll-ups and crashes of the database: none may be lost, none counted twice.
 */
import pg from "pg";
import postgres from "postgres";
import { patientClient } from "../test/patient_client.ts";
import { withStack } from "./bench_stack.ts";
import { atMost, type Benchmark, type Row } from "./benchmark.ts";
import { closedLoop, type Figures, interleaved, ratioOf } from "./measure.ts";

const ITEMS = 10_000;
const CLIENTS = 16;
const CRASHES = 3;
const RECORD =
  `select public.record_click($1, p_user_agent => 'Mozilla/5.0 (X11)', p_address => $2, p_query => $3)`;

export const clicks: Benchmark = {
  name: "clicks",
  about: "a click compared with an update of an indexed counter; many clicks with crashes in between",
  run: ({ rounds, seconds, size }) =>
    withStack(async ({ db_url }) => {
      const sql = postgres(db_url, { max: CLIENTS, onnotice: () => {} });
      const ids = await makeItems(sql);
      const rows: Row[] = [];
      for (const items of [1, ITEMS]) {
        const next = () => ids[Math.floor(Math.random() * items)] ?? "";
        const name = `${items === 1 ? "one item" : `${items.toLocaleString("en")} items`}, c=${CLIENTS}`;
        const figures = await interleaved(rounds, {
          streamvibe: () =>
            closedLoop(
              CLIENTS,
              seconds,
              () => sql.unsafe(RECORD, [next(), address(Math.random() * 50_000), ""], { prepare: true }),
            ),
          "indexed counter": () =>
            closedLoop(
              CLIENTS,
              seconds,
              () =>
                sql.unsafe("update bench_counter set clicks = clicks + 1 where id = $1", [next()], {
                  prepare: true,
                }),
            ),
        });
        rows.push(
          ...Object.entries(figures).map(([system, of]: [string, Figures]) => ({
            case: name,
            system,
            figures: of,
          })),
        );
        const ratio = ratioOf(figures.streamvibe, figures["indexed counter"]);
        rows.push({ case: name, system: "streamvibe / counter", values: { ...ratio } });
      }
      await sql`truncate public.content_click, ops.click_counter, ops.click_daily`;
      await sql.end();
      const counted = await clickAll(db_url, ids, size);
      rows.push({
        case: `${size.toLocaleString("en")} clicks`,
        system: "streamvibe",
        values: { ...counted },
      });
      return {
        rows,
        goals: [
          atMost("acknowledged clicks that were lost", 0, counted.lost),
          atMost("clicks counted twice or not at all", 0, counted.miscounted),
        ],
      };
    }),
};

const address = (visitor: number) => `10.0.${Math.floor(visitor / 256) % 256}.${Math.floor(visitor) % 256}`;

async function makeItems(sql: postgres.Sql): Promise<string[]> {
  await sql`
    insert into auth.users (id, email, email_confirmed_at) values (gen_random_uuid(), 'clicks@example.com', now())`;
  await sql`update public.users set is_public = true where email = 'clicks@example.com'`;
  const items = await sql<{ id: string }[]>`
    with account as (
      insert into public.social_account (user_id, platform_id, platform_account_id)
      select person.id, platform.id, 'clicks' from public.users as person, public.platform as platform
      where person.email = 'clicks@example.com' and platform.slug = 'youtube' returning id
    )
    insert into public.content_item (social_account_id, platform_content_id, title)
    select account.id, 'item-' || n, 'Item ' || n from account, generate_series(1, ${ITEMS}::int) as n
    returning id`;
  await sql`create table bench_counter (id uuid primary key, clicks bigint not null default 0)`;
  await sql`create index on bench_counter (clicks)`;
  await sql`insert into bench_counter (id) select id from public.content_item`;
  return items.map(({ id }) => id);
}

/** Makes `size` clicks, each identified by its query, during roll-ups and crashes. */
async function clickAll(db_url: string, ids: string[], size: number) {
  const started = performance.now();
  const unanswered: string[] = [];
  let next = 0;
  let roll_ups = 0;
  const patiently = async (work: (client: pg.Client) => Promise<boolean>) => {
    let client = await patientClient(db_url);
    for (let goes_on = true; goes_on;) {
      try {
        goes_on = await work(client);
      } catch {
        client = await patientClient(db_url);
      }
    }
    await client.end();
  };
  const click = async (client: pg.Client) => {
    if (next >= size) return false;
    const number = String(next++);
    try {
      await client.query({
        name: "click",
        text: RECORD,
        values: [ids[Number(number) % ids.length], address(Number(number) % 50_000), number],
      });
    } catch (error) {
      unanswered.push(number);
      throw error;
    }
    return true;
  };
  const rollUp = async (client: pg.Client) => {
    await client.query("select ops.roll_up_clicks()");
    roll_ups += 1;
    await client.query("select pg_sleep(1)");
    return next < size;
  };
  let crashes = 0;
  const crash = async (client: pg.Client) => {
    const { rows } = await client.query("select pg_backend_pid() as pid, pg_sleep(0.05)");
    if (next >= size * (crashes + 1) / (CRASHES + 1)) {
      crashes += 1;
      Deno.kill(Number(rows[0].pid), "SIGKILL");
    }
    return crashes < CRASHES && next < size;
  };
  await Promise.all([
    ...Array.from({ length: CLIENTS }, () => patiently(click)),
    patiently(rollUp),
    patiently(crash),
  ]);
  const took = (performance.now() - started) / 1_000;

  const client = await patientClient(db_url);
  const counted = async () => {
    await client.query("select ops.roll_up_clicks()");
    const { rows } = await client.query(
      `select count(*)::int as clicks, count(distinct query)::int as different, count(*) filter (where query = any($1))::int as late,
         (select coalesce(sum(clicks), 0)::int from ops.click_counter) as counted from public.content_click`,
      [unanswered],
    );
    return rows[0] as { clicks: number; different: number; late: number; counted: number };
  };
  let found = await counted();
  // An older transaction of cron may delay the counting of the last clicks.
  for (const end = Date.now() + 60_000; found.counted !== found.clicks && Date.now() < end;) {
    found = await counted();
  }
  await client.end();
  return {
    per_second: size / took,
    crashes,
    roll_ups,
    unanswered: unanswered.length,
    lost: size - unanswered.length - (found.different - found.late),
    miscounted: Math.abs(found.counted - found.different),
  };
}
