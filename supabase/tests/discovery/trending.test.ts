/** Tests the ranking of trends: by visitors, not clicks, and current growth before past growth. A short test; `bench trending` simulates a month. */
import assert from "node:assert/strict";
import { testDatabase } from "../../../scripts/test/stack.ts";
import { rolledUp } from "../../functions/tests/support/clicks.ts";
import { publicCreator } from "../../functions/tests/support/public_creator.ts";

const VISITORS = 180;

Deno.test("a burst is listed by the next refresh and ranks above an older hit; bots gain nothing, and repeated clicks gain little", async () => {
  const { ids: [burst = "", hit = "", bot = "", repeater = ""] } = await publicCreator(4);
  const sql = await testDatabase();
  const scores = async (period: string) => {
    const rows = await sql<{ id: string; score: number }[]>`
      select content_id as id, score from ops.trend_gain
      where period = ${period} and content_id in ${sql([burst, hit, bot, repeater])} order by score desc`;
    return rows;
  };
  try {
    // A gain eight hours ago, a third larger than that of the burst's visitors.
    await sql`select ops.add_trend_gains(array[${hit}]::uuid[], array[${
      VISITORS / 15
    }::double precision], now() - interval '8 hours')`;
    await sql`select count(public.record_click(${burst}, p_user_agent => 'Mozilla/5.0 (X11)', p_address => '10.1.0.' || n))
      from generate_series(1, ${VISITORS}) as n`;
    await sql`select count(public.record_click(${bot}, p_user_agent => 'Googlebot/2.1', p_address => '10.2.0.' || n))
      from generate_series(1, ${VISITORS * 2}) as n`;
    await sql`select count(public.record_click(${repeater}, p_user_agent => 'Mozilla/5.0 (X11)', p_address => '10.3.0.1'))
      from generate_series(1, ${VISITORS * 2}) as n`;
    await rolledUp(sql, burst, VISITORS);
    await rolledUp(sql, repeater, VISITORS * 2);
    await sql`select ops.refresh_trending()`;

    const listed = await sql<{ id: string }[]>`
      select content_id as id from public.trending_content
      where trend_category = 'today' and content_id in ${sql([burst, hit])} order by rank_position`;
    assert.deepEqual(listed.map(({ id }) => id), [burst, hit], "today");
    const [first, second] = await scores("month");
    assert.deepEqual([first?.id, second?.id], [hit, burst], "the month's list decays more slowly");

    const today = await scores("today");
    assert.deepEqual(today.map(({ id }) => id), [burst, hit, repeater], "bots have gained nothing");
    // Repeated clicks count as one visitor, or as two if midnight passes during the test.
    const lead = (today[0]?.score ?? 0) - (today[2]?.score ?? 0);
    assert.ok(lead > Math.log(VISITORS / 2.5), `${lead}`);
  } finally {
    await sql.end();
  }
});

Deno.test("a gain is compared with the usual gains of the creator's other items; a hit of a large creator still counts as a hit", async () => {
  const [large, small] = await Promise.all([publicCreator(4), publicCreator(2)]);
  const [hit = "", usual = "", ...others] = large.ids;
  const [risen = "", idle = ""] = small.ids;
  const sql = await testDatabase();
  const gain = (ids: string[], gain: number, ago: string) =>
    sql`select ops.add_trend_gains(array_agg(id), array_agg(${gain}::double precision), now() - ${ago}::interval)
      from unnest(${ids}::uuid[]) as id`;
  try {
    await gain(others, 300, "2 days");
    // The same gain for both.
    await gain([usual, risen], 40, "0");
    await gain([hit], 40_000, "0");
    await gain([idle], 0.05, "2 days");
    await sql`select ops.refresh_trending()`;
    const listed = await sql<{ id: string }[]>`
      select content_id as id from public.trending_content
      where trend_category = 'today' and content_id in ${sql([hit, usual, risen])} order by rank_position`;
    assert.deepEqual(listed.map(({ id }) => id).slice(0, 2), [hit, risen]);
    // Passing time alone rewrites nothing.
    const scores = () =>
      sql`select content_id, trend_score from public.trending_content where content_id in ${
        sql([hit, risen])
      } order by 1, 2`;
    const before = await scores();
    await sql`select ops.refresh_trending()`;
    assert.deepEqual(await scores(), before);
  } finally {
    await sql`delete from auth.users where id in (${large.id}, ${small.id})`;
    await sql.end();
  }
});
