/** Money: what is reserved and settled, under races, dead workers and changing prices. The tests of the functions cover the adapters. */
import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { createCreator, testDatabase } from "../../../scripts/test/stack.ts";

interface World {
  sql: Sql;
  user: string;
  item: string;
  model: string;
}

/** A creator on the premium plan with one item, and a model of the test's own: 200 cents a million in, 1,000 out. */
async function world(
  run: (world: World) => Promise<void>,
  { budget = null as number | null } = {},
): Promise<void> {
  const sql = await testDatabase({ max: 16 });
  const slug = `test-${crypto.randomUUID()}`;
  try {
    const { id: user } = await createCreator();
    const [item] = await sql<{ id: string }[]>`
      with account as (
        insert into public.social_account (user_id, platform_id, platform_account_id)
        select ${user}, id, ${user} from public.platform where slug = 'youtube' returning id)
      insert into public.content_item (social_account_id, platform_content_id, title) select id, 'x', 'X' from account returning id`;
    const [model] = await sql<{ id: string }[]>`
      insert into public.ai_model (provider_id, slug, display_name, context_tokens, max_output_tokens)
      select id, ${slug}, 'Test', 1000, 1000 from public.ai_provider where slug = 'openai' returning id`;
    await sql`insert into ops.ai_price (model_id, valid_from, input, cached_input, cache_write, output)
      values (${model?.id ?? ""}, '2020-01-01', 300, 30, 375, 1500)`;
    await sql`insert into public.user_ai_setting (user_id, monthly_budget_cents) values (${user}, ${budget})`;
    await sql`update public.subscription set tier_id = (select id from public.subscription_tier where slug = 'premium') where user_id = ${user}`;
    await run({ sql, user, item: item?.id ?? "", model: model?.id ?? "" });
    await sql`delete from auth.users where id = ${user}`;
    await sql`delete from public.ai_model where id = ${model?.id ?? ""}`;
  } finally {
    await sql.end();
  }
}

interface Reserved {
  reservation_id?: string;
  refused?: string;
  reserved_cents: number;
}

async function reserve(
  { sql, user, item, model }: World,
  about: { analysis?: string; prompt?: number; most?: number; lease?: number } = {},
) {
  const { analysis = crypto.randomUUID(), prompt = 1_000, most = 1_000, lease = 180 } = about;
  const [row] = await sql<{ answer: Reserved }[]>`
    select reserve_ai_call(${analysis}, ${user}, ${item}, ${model}, ${prompt}, ${most}, true, null, ${lease}) as answer`;
  return { analysis, ...row?.answer } as Reserved & { analysis: string };
}

const usage = (of: Record<string, number> = {}) => ({
  prompt_tokens: 1_000,
  cached_tokens: 0,
  cache_write_tokens: 0,
  cache_write_1h_tokens: 0,
  completion_tokens: 1_000,
  thought_tokens: 0,
  ...of,
});

const settle = ({ sql }: World, id: string | undefined, of: Record<string, number> = {}) =>
  sql<{ cost: string }[]>`select settle_ai_call(${id ?? ""}, ${
    sql.json(usage(of))
  }, 'invalid') ->> 'cost_cents' as cost`;

Deno.test("of 64 calls against a budget with room for ten exactly ten are reserved", async () => {
  // The dearest token of the prompt costs 0.000375 cents, one of the answer 0.0015: 1.875 cents a call.
  await world(async (w) => {
    const answers = await Promise.all(Array.from({ length: 64 }, () => reserve(w)));
    assert.equal(answers.filter(({ reservation_id }) => reservation_id).length, 10);
    assert.ok(answers.every(({ reservation_id, refused }) => reservation_id || refused === "creator"));
    const [row] = await w.sql<
      { used: number }[]
    >`select ai_analyses_used as used from public.subscription where user_id = ${w.user}`;
    assert.equal(row?.used, 10, "a call that the budget refuses takes no unit of the plan");
  }, { budget: 18.75 });
});

Deno.test("workers that die between reserving and settling leave nothing behind, and what comes late is paid once", async () => {
  await world(async (w) => {
    const dead = await Promise.all(Array.from({ length: 10 }, () => reserve(w, { lease: 0 })));
    assert.ok(dead.every(({ reservation_id }) => reservation_id));
    await w.sql`select ops.release_ai_analyses(${w.user})`;
    const [row] = await w.sql<
      { used: number }[]
    >`select ai_analyses_used as used from public.subscription where user_id = ${w.user}`;
    assert.equal(row?.used, 0);
    const again = await Promise.all(Array.from({ length: 20 }, () => reserve(w)));
    assert.equal(
      again.filter(({ reservation_id }) => reservation_id).length,
      10,
      "the whole budget is there again",
    );

    const [late] = await settle(w, dead[0]?.reservation_id);
    assert.equal(Number(late?.cost), 1.8);
    await assert.rejects(settle(w, dead[0]?.reservation_id), /settled before/);
    const ledger = await w.sql`select from public.ai_usage where user_id = ${w.user}`;
    assert.equal(ledger.length, 1);
  }, { budget: 18.75 });
});

Deno.test("each token is charged once, as what it was, at the price of its time", async () => {
  await world(async (w) => {
    const cost = async (of: Record<string, number>) => {
      const { reservation_id } = await reserve(w);
      const [row] = await settle(w, reservation_id, of);
      return Number(row?.cost);
    };
    assert.equal(
      await cost({ prompt_tokens: 10_010, cache_write_tokens: 10_000, completion_tokens: 100 }),
      3.903,
    );
    assert.equal(
      await cost({ prompt_tokens: 1_000_000, cached_tokens: 1_000_000, completion_tokens: 0 }),
      30,
    );
    assert.equal(await cost({ prompt_tokens: 0, completion_tokens: 0 }), 0);

    const before = await reserve(w);
    await w
      .sql`insert into ops.ai_price (model_id, valid_from, input, output) values (${w.model}, clock_timestamp(), 1, 2)`;
    const after = await reserve(w);
    assert.equal(Number((await settle(w, before.reservation_id))[0]?.cost), 1.8, "reserved at the old price");
    assert.equal(Number((await settle(w, after.reservation_id))[0]?.cost), 0.003);
    const [sum] = await w.sql<{ spent: string; ledger: string }[]>`
      select (select spent_cents from ops.ai_month where user_id = ${w.user})::float8::text as spent,
        (select sum(cost_cents) from public.ai_usage where user_id = ${w.user})::float8::text as ledger`;
    assert.equal(sum?.spent, sum?.ledger);
  });
});

Deno.test("a creator is told once at 80 and once at 100 percent of the budget", async () => {
  await world(async (w) => {
    const told = async () =>
      (await w.sql<{ percent: number }[]>`
        select (data ->> 'percent')::int as percent from public.notification where user_id = ${w.user} and data ->> 'kind' = 'ai_budget' order by created_at`)
        .map(({ percent }) => percent);
    for (let call = 0; call < 4; call++) await settle(w, (await reserve(w)).reservation_id);
    assert.deepEqual(await told(), []);
    await settle(w, (await reserve(w)).reservation_id);
    assert.deepEqual(await told(), [80]);
    assert.equal((await reserve(w)).refused, "creator");
    assert.equal((await reserve(w)).refused, "creator");
    assert.deepEqual(await told(), [80, 100]);
  }, { budget: 10 });
});

Deno.test("a price that nobody knows is no cost of nothing, and no budget is risked on it", async () => {
  await world(async (w) => {
    await w.sql`delete from ops.ai_price where model_id = ${w.model}`;
    assert.equal((await reserve(w)).refused, "unknown_price");
    await w.sql`update public.user_ai_setting set monthly_budget_cents = null where user_id = ${w.user}`;
    const [row] = await settle(w, (await reserve(w)).reservation_id);
    assert.equal(row?.cost, null);
  }, { budget: 10 });
});
