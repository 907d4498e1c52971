/**
 * Clicks while the database crashes and roll-ups die before they commit: an answered click is stored once, an unanswered one at most once, and
 * all sums agree. Runs on its own stack.
 */
import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { type Stack, startStack } from "../../../../scripts/local/stack.ts";
import { patientClient } from "../../../../scripts/test/patient_client.ts";
import {
  callFunction,
  StackInfo,
  testDatabase,
  testStack,
  useStack,
} from "../../../../scripts/test/stack.ts";
import { rolledUp, shownClicks } from "../support/clicks.ts";
import { publicCreator } from "../support/public_creator.ts";

const AT_ONCE = 300;
const VISITORS = 40;
const CRASHES = 4;
/** Clicks that are answered between two crashes, and before everything is killed. */
const ANSWERED = 30;
/** A header of the test's own, because the gateway sets the usual one. */
const ADDRESS = "x-test-address";
const SETTINGS = { RATE_LIMIT_CLICK: "1000000/60", CLIENT_ADDRESS_HEADER: ADDRESS };

/** Every tenth click is a bot's. */
const isBot = (click: number) => click % 10 === 0;
const visitorOf = (click: number) => click % VISITORS;

/** Sends one click, identified by its query; returns whether it was answered with 200. */
async function click(item: string, number: number): Promise<boolean> {
  const body = {
    content_id: item,
    q: String(number),
    user_agent: isBot(number) ? "Googlebot/2.1" : "Mozilla/5.0 (X11)",
  };
  const headers = { [ADDRESS]: `10.0.0.${visitorOf(number)}` };
  return await callFunction("track-click", { body, headers }).then(
    ({ status }) => status === 200,
    () => false,
  );
}

/** Waits until a recovery is over, which would disturb a normal connection, and opens one. */
async function connected(): Promise<Sql> {
  await (await patientClient((await testStack()).db_url)).end();
  return await testDatabase();
}

/** Kills the server process of a roll-up before its commit; PostgreSQL then closes all connections and recovers. */
async function crashInRollUp(): Promise<void> {
  const client = await patientClient((await testStack()).db_url);
  const ended = new Promise<void>((resolve) => client.once("end", () => resolve()));
  await client.query("begin");
  const { rows } = await client.query("select pg_backend_pid() as pid, ops.roll_up_clicks()");
  Deno.kill(Number(rows[0].pid), "SIGKILL");
  await ended;
}

/** Asserts that every sum of an item's clicks matches its rows, and that the rows match the responses to visitors. */
async function assertExact(item: string, answered: boolean[]): Promise<void> {
  const sql = await connected();
  const rows = await sql<{ number: number; rows: number; is_counted: boolean }[]>`
    select query::int as number, count(*)::int as rows, bool_and(is_counted) as is_counted
    from public.content_click where content_id = ${item} group by query`;
  const found = new Map(rows.map((row) => [row.number, row]));
  const lost = answered.flatMap((is_answered, number) => is_answered && !found.has(number) ? [number] : []);
  assert.deepEqual(lost, [], "clicks that were answered but lost");
  assert.deepEqual(rows.filter(({ rows }) => rows > 1), [], "clicks recorded twice");
  assert.deepEqual(
    rows.filter(({ number, is_counted }) => is_counted === isBot(number)),
    [],
    "clicks of bots must not be counted",
  );

  const counted = rows.filter(({ is_counted }) => is_counted);
  assert.equal(
    await shownClicks(sql, item),
    counted.length,
    "the count shown before all clicks are rolled up",
  );
  await rolledUp(sql, item, counted.length);
  assert.equal(await shownClicks(sql, item), counted.length, "the count shown after the roll-up");
  const [sums] = await sql`
    select (select sum(clicks)::int from ops.click_daily where content_id = ${item}) as daily,
      (select sum(clicks)::int from ops.content_stat_daily where content_item_id = ${item}) as history,
      (select count(distinct visitor)::int from ops.visitor_day where content_id = ${item}) as visitors`;
  assert.deepEqual({ ...sums }, {
    daily: counted.length,
    history: counted.length,
    visitors: new Set(counted.map(({ number }) => visitorOf(number))).size,
  });
  await sql.end();
}

Deno.test("concurrent clicks are counted exactly, even if the database crashes, roll-ups die, or everything is killed", async (test) => {
  const home = await Deno.makeTempDir({ prefix: "streamvibe-clicks-" });
  const boot = async () => {
    const stack = await startStack({ home, env: SETTINGS });
    useStack(StackInfo.parse(stack.info));
    return stack;
  };
  let stack: Stack = await boot();
  const answered: boolean[] = [];
  const { ids: [item = ""] } = await publicCreator(1);
  const next = async () => {
    const number = answered.push(false) - 1;
    answered[number] = await click(item, number);
  };
  const atOnce = () => Promise.all(Array.from({ length: AT_ONCE }, next));
  const are = (is: boolean, from = 0) => answered.slice(from).filter((one) => one === is).length;
  /** Waits until `count` more clicks are answered. */
  const answers = async (count: number, from = answered.length) => {
    for (const end = Date.now() + 60_000; are(true, from) < count;) {
      assert.ok(Date.now() < end, `${are(true, from)} clicks were answered`);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  };
  try {
    await test.step(`${AT_ONCE} at once, with concurrent roll-ups`, async () => {
      const sql = await connected();
      let is_done = false;
      const rolling = (async () => {
        while (!is_done) await sql`select ops.roll_up_clicks(), public.increment_content_clicks(${item})`;
      })();
      await atOnce();
      is_done = true;
      await rolling;
      await sql.end();
      assert.equal(are(false), 0);
      await assertExact(item, answered);
    });
    await test.step(`${CRASHES} database crashes, each during a roll-up, while visitors click`, async () => {
      let is_over = false;
      const clicking = Array.from({ length: 20 }, async () => {
        while (!is_over) await next();
      });
      for (let crash = 0; crash < CRASHES; crash++) {
        await answers(ANSWERED);
        await crashInRollUp();
      }
      await answers(ANSWERED);
      is_over = true;
      await Promise.all(clicking);
      assert.ok(are(false) > 0, "no click failed during a crash");
      await assertExact(item, answered);
    });
    await test.step("everything killed while visitors click", async () => {
      const before = answered.length;
      const clicking = atOnce();
      await answers(ANSWERED, before);
      await stack.kill9();
      await clicking;
      assert.ok(are(false, before) > 0, "the kill came too late");
      stack = await boot();
      await assertExact(item, answered);
    });
  } finally {
    useStack(null);
    await stack.stop();
    await Deno.remove(home, { recursive: true });
  }
});
