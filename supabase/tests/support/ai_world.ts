/** Reserves and settles AI costs for a new creator, directly in the database and without calling models. */
import type { Sql } from "postgres";
import { createCreator, testDatabase } from "../../../scripts/test/stack.ts";

/** A creator with an item, and a model for one test. */
export interface World {
  sql: Sql;
  user: string;
  item: string;
  model: string;
}

/** Runs a test with a creator on the premium plan with one item, and its own model: 300 cents per million tokens in, 1,500 out. */
export async function world(
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

export interface Reserved {
  reservation_id?: string;
  refused?: string;
  reserved_cents: number;
}

/** Reserves a call with the creator's own key, so that only the creator's budget applies. */
export async function reserve(
  { sql, user, item, model }: World,
  about: { analysis?: string; prompt?: number; most?: number; lease?: number } = {},
) {
  const { analysis = crypto.randomUUID(), prompt = 1_000, most = 1_000, lease = 180 } = about;
  const [row] = await sql<{ answer: Reserved }[]>`
    select reserve_ai_call(${analysis}, ${user}, ${item}, ${model}, ${prompt}, ${most}, true, null, ${lease}) as answer`;
  return { analysis, ...row?.answer } as Reserved & { analysis: string };
}

export const usage = (of: Record<string, number> = {}) => ({
  prompt_tokens: 1_000,
  cached_tokens: 0,
  cache_write_tokens: 0,
  cache_write_1h_tokens: 0,
  completion_tokens: 1_000,
  thought_tokens: 0,
  ...of,
});

export const settle = ({ sql }: World, id: string | undefined, of: Record<string, number> = {}) =>
  sql<{ cost: string }[]>`select settle_ai_call(${id ?? ""}, ${
    sql.json(usage(of))
  }, 'invalid') ->> 'cost_cents' as cost`;
