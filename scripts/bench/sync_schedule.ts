/**
 * A year of automatic syncs, simulated with the database's own ops.sync_interval(): how stale items are when they are found, and
 * how many calls it takes, compared with a fixed schedule of every four hours. Writes docs/sync-schedule.md and its picture.
 */
import postgres from "postgres";
import { withStack } from "./bench_stack.ts";
import { atLeast, atMost, type Benchmark, type Row } from "./benchmark.ts";
import { median, quantile } from "./measure.ts";
import { ACTIVE, BEGIN, END, histories, type History, type Kind, KINDS } from "./posting_histories.ts";
import { type Curve, scheduleChart } from "./schedule_chart.ts";

const PER_KIND = 40;
const HOUR = 3_600_000;
const FIXED_HOURS = 4;
const DOCUMENT = "docs/sync-schedule.md";
const PICTURE = "docs/images/sync-schedule.svg";

/** The result of the year for one account. */
interface Outcome {
  kind: Kind;
  calls: number;
  /** Hours from publication until the item is found, one entry per item. */
  delays: number[];
}

export interface Summary {
  calls: number;
  mean: number;
  median: number;
  p95: number;
}

export const syncSchedule: Benchmark = {
  name: "sync-schedule",
  about: "a simulated year of automatic syncs: staleness and calls, adaptive and every four hours",
  run: () =>
    withStack(async ({ db_url }) => {
      const { source, histories: all } = await histories(PER_KIND);
      const sql = postgres(db_url, { max: 1, onnotice: () => {} });
      try {
        const adaptive = await simulated(sql, all);
        const fixed = all.map((history, index) => everyHours(history, FIXED_HOURS, index / all.length));
        const rows: Row[] = [];
        const kinds: Record<string, { fixed: Summary; adaptive: Summary }> = {};
        const groups: [string, readonly Kind[]][] = [
          ...KINDS.map((kind): [string, Kind[]] => [kind, [kind]]),
          ["active", ACTIVE],
          ["all", KINDS],
        ];
        for (const [name, members] of groups) {
          const of = (outcomes: Outcome[]) =>
            summaryOf(outcomes.filter(({ kind }) => members.includes(kind)));
          const pair = { fixed: of(fixed), adaptive: of(adaptive) };
          kinds[name] = pair;
          for (const system of ["fixed", "adaptive"] as const) {
            const { calls, mean, median, p95 } = pair[system];
            rows.push({
              case: name,
              system,
              values: { "calls/account": calls, "mean h": mean, "median h": median, "p95 h": p95 },
            });
          }
        }
        const pair = (name: string) => kinds[name] as { fixed: Summary; adaptive: Summary };
        const share = pair("all").adaptive.calls / pair("all").fixed.calls;
        const staleness = pair("active").adaptive.mean / pair("active").fixed.mean;
        const goals = [
          atMost("calls of all accounts, times the fixed schedule's", 0.5, share, "×"),
          atMost("mean staleness of active accounts, times the fixed schedule's", 1, staleness, "×"),
          atLeast("accounts simulated", 100, all.length),
        ];
        await Deno.mkdir("docs/images", { recursive: true });
        await Deno.writeTextFile(PICTURE, scheduleChart(curves(all, kinds)));
        await Deno.writeTextFile(DOCUMENT, document(source, all.length, kinds, share, staleness));
        return { rows, goals };
      } finally {
        await sql.end();
      }
    }),
};

/** Simulates the year inside the database, with the product's own function. */
async function simulated(sql: postgres.Sql, all: History[]): Promise<Outcome[]> {
  await sql.unsafe(`
    create function pg_temp.year(p_published timestamptz[], p_begin timestamptz, p_end timestamptz, out calls integer, out delays float[])
    language plpgsql as $$
    declare
      -- Newest first, as the product reads them.
      v_count constant integer := cardinality(p_published);
      v_at timestamptz := p_begin;
      v_known integer := 0;
      v_seen integer;
    begin
      calls := 0;
      delays := '{}';
      while v_known < v_count and p_published[v_count - v_known] <= p_begin loop
        v_known := v_known + 1;
      end loop;
      loop
        v_at := v_at + ops.sync_interval(p_published[v_count - v_known + 1:v_count - v_known + 30], v_at, p_begin);
        exit when v_at >= p_end;
        calls := calls + 1;
        v_seen := v_known;
        while v_seen < v_count and p_published[v_count - v_seen] <= v_at loop
          delays := delays || (extract(epoch from v_at - p_published[v_count - v_seen]) / 3600)::float;
          v_seen := v_seen + 1;
        end loop;
        v_known := v_seen;
      end loop;
    end;
    $$;`);
  const outcomes: Outcome[] = [];
  for (const { kind, published } of all) {
    const newestFirst = published.map((at) => new Date(at).toISOString()).reverse();
    const [row] = await sql<{ calls: number; delays: number[] }[]>`
      select calls, to_jsonb(delays) as delays
      from pg_temp.year(${newestFirst}::text[]::timestamptz[], ${new Date(BEGIN)}, ${new Date(END)})`;
    if (row) outcomes.push({ kind, ...row });
  }
  return outcomes;
}

/** Simulates the same year at a fixed pace; each account starts at a different moment. */
export function everyHours({ kind, published }: History, hours: number, phase: number): Outcome {
  const step = hours * HOUR;
  const first = BEGIN + phase * step;
  const delays = published.filter((at) => at > BEGIN && at < END - step)
    .map((at) => (first + Math.ceil((at - first) / step) * step - at) / HOUR);
  return { kind, calls: Math.floor((END - BEGIN) / step), delays };
}

export function summaryOf(outcomes: Outcome[]): Summary {
  const delays = outcomes.flatMap((outcome) => outcome.delays).sort((a, b) => a - b);
  return {
    calls: outcomes.reduce((sum, { calls }) => sum + calls, 0) / outcomes.length,
    mean: delays.length > 0 ? delays.reduce((sum, delay) => sum + delay, 0) / delays.length : 0,
    median: delays.length > 0 ? median(delays) : 0,
    p95: delays.length > 0 ? quantile(delays, 0.95) : 0,
  };
}

function curves(all: History[], kinds: Record<string, { adaptive: Summary }>): Curve[] {
  const paces = [1, 2, 4, 8, 16, 32, 64, 168];
  return [
    {
      label: "fixed schedules",
      line: true,
      points: paces.map((hours) => {
        const { calls, mean } = summaryOf(
          all.map((one, index) => everyHours(one, hours, index / all.length)),
        );
        return { calls, hours: mean, label: `every ${hours} h` };
      }),
    },
    {
      label: "adaptive",
      line: false,
      // All accounts have the same rule, and it is not known beforehand who will publish much: so each group is shown with the calls of all.
      points: (["active", "all"] as const).map((name) => ({
        calls: kinds.all?.adaptive.calls ?? 0,
        hours: kinds[name]?.adaptive.mean ?? 0,
        label: name === "active" ? "items of active accounts" : "all items",
      })),
    },
  ];
}

function document(
  source: string,
  accounts: number,
  kinds: Record<string, { fixed: Summary; adaptive: Summary }>,
  share: number,
  staleness: number,
): string {
  const number = (value: number) =>
    value.toLocaleString("en", { maximumFractionDigits: value >= 100 ? 0 : 1 });
  const lines = Object.entries(kinds).map(([name, { fixed, adaptive }]) =>
    `| ${name} | ${number(fixed.calls)} | ${number(adaptive.calls)} | ${hours(fixed)} | ${hours(adaptive)} |`
  );
  function hours({ mean, median, p95 }: Summary) {
    return p95 === 0 ? "–" : `${number(mean)} / ${number(median)} / ${number(p95)}`;
  }
  return `# When accounts are synced

Written by \`deno task bench sync-schedule\`; change the words in \`scripts/bench/sync_schedule.ts\`.

Each account in automatic mode has its own next date (\`social_account.next_sync_at\`). \`ops.sync_interval()\` computes it whenever a sync
run ends:

- **By its rate.** From the last 30 items: an account with one item a day is synced every three hours, with sixteen a day every hour and a
  half, with one a week every five hours. Intervals by the square root of the rate would find most items soonest, equal intervals would be
  fair to each account; this is a compromise.
- **By its hours.** Most creators publish at certain hours of the day. Syncs are moved to the hours with items and away from hours without;
  no account waits more than one and a half times as long as by its rate alone.
- **By its silence.** With the cube of the time since the last item: after a week nothing changes, after a month the account is synced once
  a day, after eight weeks once a week.
- **Within bounds.** One hour to seven days, or what the owner set (\`min_sync_hours\`, \`max_sync_hours\`; equal values give a fixed pace).
- **Within the plan.** An automatic sync costs one unit like any other, so syncs are spread over the rest of the month. When no units are left,
  the account waits for the next month. A change of plan ends the wait.

## What it is worth

A year (2025-08-22 to 2026-08-22) of ${accounts} accounts, equally many of each kind; ${source}. Calls are syncs per account and year; staleness
is the time from publication until the item is found: mean / median / 95th percentile, in hours. The plan's limits are ignored. "Active"
accounts publish about weekly or more often.

| accounts | calls, every 4 h | calls, adaptive | staleness, every 4 h | staleness, adaptive |
| --- | --- | --- | --- | --- |
${lines.join("\n")}

All accounts together take **${
    share.toFixed(2)
  }×** the calls of the fixed schedule; the items of active accounts are found after
**${staleness.toFixed(2)}×** the time.

![Staleness against calls: fixed schedules as a line, adaptive ones as points below it](images/sync-schedule.svg)

A point below the line is fresher than any fixed schedule with as many calls. The kinds are known only afterwards. The mean of accounts that
publish weekly or less is dominated by the few items that end a long silence: these are found late, while half of all items are found
within the median. To limit how long an account waits, set \`max_sync_hours\`. The histories contain only videos that trended, so real
accounts publish more than they show.
`;
}
