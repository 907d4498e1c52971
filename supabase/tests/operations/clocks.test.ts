/** Tests that nothing is skipped or done twice on days when clocks change, at midnight and at the end of a month. */
import assert from "node:assert/strict";
import { Cron } from "croner";
import { testDatabase } from "../../../scripts/test/stack.ts";
import { instantIn } from "../../functions/_shared/publishing/time.ts";
import { inTransaction } from "../support/context.ts";

const HOUR = 3_600_000;
/** Time zones with the days on which their clocks change: Lord Howe's by half an hour, Cairo's at midnight. */
const ZONES: Record<string, string[]> = {
  "Europe/Berlin": ["2027-03-28", "2027-10-31"],
  "Australia/Lord_Howe": ["2027-04-04", "2027-10-03"],
  "Africa/Cairo": ["2027-04-30"],
};

Deno.test("a daily post at 02:30 is due once each day, even if 02:30 occurs twice or not at all", async () => {
  for (const [zone, changes] of Object.entries(ZONES)) {
    for (const change of changes) {
      const days = [-1, 0, 1].map((n) =>
        new Date(Date.parse(change) + n * 24 * HOUR).toISOString().slice(0, 10)
      );
      for (const time of ["00:30", "02:30"]) {
        const instants = days.map((day) => instantIn(zone, `${day}T${time}`).getTime());
        for (const [index, instant] of instants.entries()) {
          const hours = (instant - (instants[index - 1] ?? instant - 24 * HOUR)) / HOUR;
          assert.ok(
            hours >= 22 && hours <= 26,
            `${zone} ${days[index]} ${time}: ${hours} h after the day before`,
          );
        }
      }
    }
  }
  await inTransaction(async (world) => {
    for (const local of ["2027-03-28T02:30", "2027-10-31T02:30"]) {
      const due = instantIn("Europe/Berlin", local).toISOString();
      const id = await world.value<string>(
        `select public.save_post($owner, null, null, '{"body": "x", "time_zone": "Europe/Berlin"}',
          jsonb_build_array(jsonb_build_object('social_account_id', $account::text, 'kind', 'text')))`,
        "service",
      );
      await world.value(`select public.schedule_post($owner, '${id}', '${due}')`, "service");
      const rows = await world.query<{ due_at: Date }>(
        `select due_at from publishing.post_target where post_id = '${id}'`,
      );
      assert.deepEqual(rows.map(({ due_at }) => due_at.toISOString()), [due]);
    }
  });
});

Deno.test("cron runs by UTC: daily jobs run as often on the day of a clock change as a week before", async () => {
  const sql = await testDatabase({ max: 1 });
  try {
    const jobs = await sql<{ jobname: string; schedule: string }[]>`select jobname, schedule from cron.job`;
    const runner = await Deno.readTextFile("scripts/local/database/cron_runner.ts");
    assert.match(runner, /timezone: "(UTC|GMT)"/, "the machine's time zone does not matter");
    // Only jobs at a fixed hour could be skipped or run twice.
    const daily = jobs.filter(({ schedule }) => /^\d+ \d+ /.test(schedule));
    assert.ok(daily.length >= 3);
    for (const { jobname, schedule } of daily) {
      const runsOn = (day: string) => {
        const end = Date.parse(`${day}T00:00:00Z`) + 24 * HOUR;
        const next = new Cron(schedule, { timezone: "UTC", paused: true }).nextRuns(
          3,
          new Date(end - 24 * HOUR - 1),
        );
        return next.filter((at) => at.getTime() < end).length;
      };
      assert.equal(runsOn("2027-03-28"), runsOn("2027-03-21"), jobname);
    }
  } finally {
    await sql.end();
  }
});

Deno.test("cycles follow each other without gaps or overlaps, at whatever moment they are computed", async () => {
  await inTransaction(async (world) => {
    const [found] = await world.query<{ bad: number; looked_at: number }>(`
      select count(*)::integer as looked_at,
        count(*) filter (where not (cycle.starts <= moment and cycle.ends > moment and following.starts = cycle.ends))::integer as bad
      from unnest(array[1, 15, 28, 29, 30, 31]::smallint[]) as anchor
      cross join generate_series('2027-02-01 00:00:00Z'::timestamptz, '2028-03-02', interval '31 hours 59 minutes') as moment
      cross join lateral ops.next_cycle(ops.add_months('2026-12-31 23:30:00Z', 0, anchor), anchor, moment) as cycle
      cross join lateral ops.next_cycle(cycle.ends, anchor, cycle.ends) as following`);
    assert.ok((found?.looked_at ?? 0) > 1_500);
    assert.equal(found?.bad, 0);
  });
});

Deno.test("functions that take a time accept the ends of months and years, leap days and both clock changes", async () => {
  await inTransaction(async (world) => {
    const functions = await world.query<{ name: string }>(`
      select p.oid::regproc::text as name from pg_proc as p
      where pronamespace = 'ops'::regnamespace and pronargs - pronargdefaults = 0 and proargnames[1] = 'p_now' order by 1`);
    assert.ok(functions.length >= 4, JSON.stringify(functions));
    const moments = [
      "2026-11-30T23:59:59.999Z",
      "2026-12-31T23:59:59.999Z",
      "2028-02-29T12:00:00Z",
      "2027-03-28T01:00:00Z",
      "2027-10-31T01:30:00Z",
    ];
    for (const { name } of functions) {
      for (const moment of moments) {
        assert.equal(
          await world.refused("operator", `select ${name}('${moment}'::timestamptz)`),
          undefined,
          `${name} at ${moment}`,
        );
      }
    }
  });
});
