/** Tests the table of docs/billing.md line by line, and everything else that follows from a customer's subscriptions. */
import assert from "node:assert/strict";
import type postgres from "postgres";
import { testDatabase } from "../../../scripts/test/stack.ts";

const NOW = Date.parse("2026-11-20T12:00:00Z") / 1_000;
const DAY = 86_400;
const PRICES = { price_basic: { tier: "basic", rank: 2 }, price_premium: { tier: "premium", rank: 3 } };

interface Entitlement {
  tier: string;
  status: string;
  is_entitled: boolean;
  subscription_id?: string;
  paid_twice?: string[];
  unknown_prices?: string[];
  grace_ends?: number;
}

/** Parses a notation such as `basic+premium*2 past_due failed:3` into a Stripe subscription in the stored format. */
function subscriptionOf(text: string, index: number) {
  const [plans = "", status = "", ...special] = text.trim().split(" ");
  const valueOf = (name: string) =>
    special.find((word) => word.startsWith(`${name}:`))?.slice(name.length + 1);
  const failed = valueOf("failed");
  return {
    id: `sub_${index}`,
    status,
    created: NOW - 100 * DAY + index,
    cancel_at_period_end: special.includes("ends"),
    pause_collection: valueOf("pause") ?? null,
    items: plans.split("+").map((plan) => {
      const [tier, quantity] = plan.split("*");
      return {
        price_id: `price_${tier}`,
        lookup_key: null,
        quantity: Number(quantity ?? 1),
        period_start: NOW - 10 * DAY,
        period_end: NOW + 20 * DAY,
      };
    }),
    latest_invoice: failed === undefined
      ? null
      : { id: "in_1", status: "open", created: NOW - Number(failed) * DAY },
  };
}

async function entitlementOf(sql: postgres.Sql, text: string, now = NOW): Promise<Entitlement> {
  const subscriptions = text === "nothing" ? [] : text.split("&").map(subscriptionOf);
  const [row] = await sql<{ made: Entitlement }[]>`
    select ops.entitlement(${sql.json(subscriptions)}, ${sql.json(PRICES)}, to_timestamp(${now})) as made`;
  assert.ok(row);
  return row.made;
}

Deno.test("the database decides every row of the table in docs/billing.md as documented", async () => {
  const page = await Deno.readTextFile("docs/billing.md");
  const [, section = ""] = page.split("## What entitles to a plan");
  const lines = section.split("## ")[0]?.split("\n").filter((line) => line.startsWith("|")).slice(2) ?? [];
  assert.ok(lines.length >= 30, `${lines.length} lines`);
  const sql = await testDatabase({ max: 1 });
  try {
    for (const line of lines) {
      const [has = "", plan, status] = line.split("|").slice(1).map((cell) => cell.trim());
      const made = await entitlementOf(sql, has);
      assert.deepEqual({ has, plan: made.tier, status: made.status }, { has, plan, status });
    }
  } finally {
    await sql.end();
  }
});

Deno.test("a grace period ends by time alone, to the second", async () => {
  const sql = await testDatabase({ max: 1 });
  try {
    const before = await entitlementOf(sql, "basic past_due failed:0", NOW + 7 * DAY - 1);
    assert.deepEqual([before.tier, before.grace_ends], ["basic", NOW + 7 * DAY]);
    assert.equal((await entitlementOf(sql, "basic past_due failed:0", NOW + 7 * DAY)).tier, "free");
  } finally {
    await sql.end();
  }
});

Deno.test("double payments and unknown prices are reported", async () => {
  const sql = await testDatabase({ max: 1 });
  try {
    assert.deepEqual((await entitlementOf(sql, "basic active & premium active")).paid_twice, [
      "sub_0",
      "sub_1",
    ]);
    assert.deepEqual((await entitlementOf(sql, "other+basic active")).unknown_prices, ["price_other"]);
    assert.equal((await entitlementOf(sql, "other canceled")).unknown_prices, undefined);
  } finally {
    await sql.end();
  }
});

Deno.test("cycles from 31 January end on 28 February, 31 March and 30 April; a year is divided into such cycles", async () => {
  const sql = await testDatabase({ max: 1 });
  try {
    const cycle = async (start: string, end: string, now: string) => {
      const [row] = await sql<{ starts: Date; ends: Date }[]>`
        select * from ops.subscription_cycle(${start}::timestamptz, ${end}::timestamptz, 31::smallint, ${now}::timestamptz)`;
      return [row?.starts.toISOString().slice(0, 16), row?.ends.toISOString().slice(0, 16)];
    };
    const year = ["2027-01-31T10:00Z", "2028-01-31T10:00Z"] as const;
    assert.deepEqual(await cycle(...year, "2027-02-10T00:00Z"), ["2027-01-31T10:00", "2027-02-28T10:00"]);
    assert.deepEqual(await cycle(...year, "2027-02-28T09:59Z"), ["2027-01-31T10:00", "2027-02-28T10:00"]);
    assert.deepEqual(await cycle(...year, "2027-02-28T10:00Z"), ["2027-02-28T10:00", "2027-03-31T10:00"]);
    assert.deepEqual(await cycle(...year, "2027-03-31T10:00Z"), ["2027-03-31T10:00", "2027-04-30T10:00"]);
    assert.deepEqual(await cycle(...year, "2028-01-31T09:00Z"), ["2027-12-31T10:00", "2028-01-31T10:00"]);
    assert.deepEqual(await cycle(...year, "2029-06-01T00:00Z"), ["2027-12-31T10:00", "2028-01-31T10:00"]);
    const month = ["2027-02-28T10:00Z", "2027-03-31T10:00Z"] as const;
    assert.deepEqual(await cycle(...month, "2027-03-10T00:00Z"), ["2027-02-28T10:00", "2027-03-31T10:00"]);
  } finally {
    await sql.end();
  }
});
