/** Tests the ledger against the providers' own rules: usage in each provider's format, at prices that change within a month. */
import assert from "node:assert/strict";
import { Seeded } from "../../../scripts/simulators/engine/seeded.ts";
import { anthropicUsage } from "../../functions/_shared/ai/anthropic.ts";
import { googleUsage } from "../../functions/_shared/ai/google.ts";
import { openaiUsage } from "../../functions/_shared/ai/openai.ts";
import { NO_USAGE, type ProviderSlug, type TokenUsage } from "../../functions/_shared/ai/provider.ts";
import { reserve, type World, world } from "../support/ai_world.ts";

/** Prices in thousandths of a cent per million tokens; null where the list has none. */
interface Price {
  from: Date;
  least: number;
  input: number;
  cached: number | null;
  write: number | null;
  write_1h: number | null;
  output: number;
}

interface Call {
  usage: TokenUsage;
  prompt: number;
  /** The bill by the provider's price list, in thousand-millionths of a cent. */
  bill(price: Price): bigint;
}

const of = (tokens: number, price: number) => BigInt(tokens) * BigInt(price);

/** Per provider: a random call as the provider counts it, and the bill by its documentation. */
const CALLS: Record<ProviderSlug, (random: Seeded) => Call> = {
  // "input_tokens includes cached tokens"; reasoning tokens are part of the output.
  openai(random) {
    const [cached, write, fresh, output] = four(random);
    const thoughts = random.between(0, output);
    return {
      prompt: cached + write + fresh,
      usage: some(openaiUsage({
        input_tokens: cached + write + fresh,
        input_tokens_details: { cached_tokens: cached, cache_write_tokens: write },
        output_tokens: output,
        output_tokens_details: { reasoning_tokens: thoughts },
      })),
      bill: (price) =>
        of(fresh, price.input) + of(cached, price.cached ?? price.input) +
        of(write, price.write ?? price.input) +
        of(output, price.output),
    };
  },
  // "input_tokens" excludes tokens that were read from or written to the cache.
  anthropic(random) {
    const [read, written, fresh, output] = four(random);
    const hour = random.between(0, written);
    return {
      prompt: read + written + fresh,
      usage: some(anthropicUsage({
        input_tokens: fresh,
        cache_read_input_tokens: read,
        cache_creation_input_tokens: written,
        cache_creation: { ephemeral_1h_input_tokens: hour },
        output_tokens: output,
      })),
      bill: (price) =>
        of(fresh, price.input) + of(read, price.cached ?? price.input) +
        of(written - hour, price.write ?? price.input) +
        of(hour, price.write_1h ?? price.write ?? price.input) + of(output, price.output),
    };
  },
  // The prompt includes cached tokens; thoughts are counted separately from the answer, and both are output.
  google(random) {
    const [cached, thoughts, fresh, output] = four(random);
    return {
      prompt: cached + fresh,
      usage: some(googleUsage({
        promptTokenCount: cached + fresh,
        cachedContentTokenCount: cached,
        candidatesTokenCount: output,
        thoughtsTokenCount: thoughts,
        toolUsePromptTokenCount: 0,
      })),
      bill: (price) =>
        of(fresh, price.input) + of(cached, price.cached ?? price.input) +
        of(output + thoughts, price.output),
    };
  },
  local(random) {
    const [, , prompt, output] = four(random);
    return {
      prompt,
      usage: { ...NO_USAGE, prompt_tokens: prompt, completion_tokens: output },
      bill: (price) => of(prompt, price.input) + of(output, price.output),
    };
  },
};

function four(random: Seeded): [number, number, number, number] {
  const some = () => random.chance(0.3) ? 0 : random.between(1, random.chance(0.2) ? 300_000 : 5_000);
  return [some(), some(), random.between(1, 20_000), random.between(1, 9_000)];
}

function some(usage: TokenUsage | null): TokenUsage {
  assert.ok(usage);
  return usage;
}

const DAY = 86_400_000;

/** Returns price lists of several dates, most within the last 25 days; some have another band for long prompts. */
function pricesOf(random: Seeded): Price[] {
  const cents = () => random.between(1, 2_000_000);
  const maybe = () => random.chance(0.4) ? null : cents();
  const list = (days: number) => {
    const from = new Date(Date.now() - days * DAY);
    const one = (least: number): Price => ({
      from,
      least,
      input: cents(),
      cached: maybe(),
      write: maybe(),
      write_1h: maybe(),
      output: cents(),
    });
    return [one(0), ...(random.chance(0.5) ? [one(100_001)] : [])];
  };
  return [400, ...Array.from({ length: 4 }, () => random.next() * 25)].flatMap(list);
}

function priceAt(prices: readonly Price[], at: Date, prompt: number): Price {
  const begun = prices.filter(({ from }) => from <= at);
  const newest = Math.max(...begun.map(({ from }) => from.getTime()));
  const bands = begun.filter(({ from, least }) => from.getTime() === newest && least <= prompt);
  const [price] = bands.sort((a, b) => b.least - a.least);
  assert.ok(price);
  return price;
}

async function writePrices({ sql, model }: World, prices: readonly Price[]): Promise<void> {
  for (const { from, least, input, cached, write, write_1h, output } of prices) {
    await sql`
      insert into ops.ai_price (model_id, valid_from, min_prompt_tokens, input, cached_input, cache_write, cache_write_1h, output)
      values (${model}, ${from}, ${least}, ${input}::numeric / 1000, ${cached}::numeric / 1000, ${write}::numeric / 1000,
        ${write_1h}::numeric / 1000, ${output}::numeric / 1000)
      on conflict on constraint ai_price_pkey do nothing`;
  }
}

const seed = Number(Deno.env.get("TEST_SEED") ?? Math.floor(Math.random() * 1e9));

for (const provider of Object.keys(CALLS) as ProviderSlug[]) {
  Deno.test(`${provider}: the ledger charges usage at the price of its time, exact to the last digit, and later prices do not change it (seed ${seed})`, async () => {
    await world(async (w) => {
      const random = new Seeded(seed, provider.length);
      const prices = pricesOf(random);
      await w.sql`delete from ops.ai_price where model_id = ${w.model}`;
      await writePrices(w, prices);
      let total = 0n;
      for (let number = 0; number < 60; number++) {
        const at = new Date(Date.now() - random.next() * 25 * DAY);
        const call = CALLS[provider](random);
        const { reservation_id = "" } = await reserve(w);
        await w.sql`update ops.ai_reservation set reserved_at = ${at} where id = ${reservation_id}`;
        const [row] = await w.sql<{ nano: string }[]>`
          select trim_scale((settle_ai_call(${reservation_id}, ${
          w.sql.json({ ...call.usage })
        }, 'valid') ->> 'cost_cents')::numeric * 1000000000)::text as nano`;
        const expected = call.bill(priceAt(prices, at, call.prompt));
        assert.equal(row?.nano, String(expected), JSON.stringify({ seed, number, at, usage: call.usage }));
        total += expected;
      }
      const ledger = () =>
        w.sql<{ rows: string; total: string; months: string }[]>`
          select md5(string_agg(usage::text, ',' order by id)) as rows, trim_scale(sum(cost_cents) * 1000000000)::text as total,
            (select trim_scale(sum(spent_cents) * 1000000000)::text from ops.ai_month where user_id = ${w.user}) as months
          from public.ai_usage as usage where user_id = ${w.user}`;
      const [before] = await ledger();
      assert.equal(before?.total, String(total));
      assert.equal(before?.months, String(total), "the months add up to the same total");
      // New price lists, some of them with past dates.
      await writePrices(w, pricesOf(random));
      await w.sql`select ops.keep_ai_house()`;
      assert.deepEqual([...await ledger()], [before]);
      const refused = await w.sql.begin(async (sql) => {
        await sql`set local role service_role`;
        await sql`update public.ai_usage set cost_cents = 0 where user_id = ${w.user}`;
      }).then(() => null, (error) => error.code);
      assert.equal(refused, "42501");
    });
  });
}
