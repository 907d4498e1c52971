/**
 * Suggestions for real items if the shared data set exists, otherwise for generated ones: the average cost, the time beside the provider's,
 * and whether a creator would accept them, judged by fixed rules. With `OPENAI_API_KEY` and `OPENAI_API_URL=https://api.openai.com/v1` in the
 * environment (or those of the provider in `BENCH_AI_PROVIDER`) it calls real models, which costs money; otherwise simulated ones.
 */
import { isWrittenIn } from "../../supabase/functions/_shared/ai/language.ts";
import type { ProviderSlug } from "../../supabase/functions/_shared/ai/provider.ts";
import { AiCreator, type GeneratedAnswer } from "../../supabase/functions/tests/support/ai_creator.ts";
import { simulator, useStack } from "../test/stack.ts";
import { withStack } from "./bench_stack.ts";
import { atMost, type Benchmark, type Goal, type Row } from "./benchmark.ts";
import { itemsOf } from "./library_items.ts";
import { quantile, sum } from "./measure.ts";

const ITEMS = 500;
const CREATORS = 10;
const DATA = new URL("../../../shared/data/youtube_trending_fulldesc.ndjson.gz", import.meta.url);
/** URLs of the real providers. */
const REAL: Partial<Record<ProviderSlug, RegExp>> = {
  openai: /api\.openai\.com/,
  anthropic: /api\.anthropic\.com/,
  google: /googleapis\.com/,
  local: /./,
};
const ADDRESSES: Record<ProviderSlug, string> = {
  openai: "OPENAI_API_URL",
  anthropic: "ANTHROPIC_API_URL",
  google: "GOOGLE_AI_API_URL",
  local: "LOCAL_AI_ENDPOINT",
};

interface Item {
  title: string;
  description: string;
  language: string | null;
  tags: string[];
}

interface Made {
  whole_ms: number;
  provider_ms: number;
  item: Item;
  /** The creator's own tags that were withheld from the model. */
  hidden: string[];
  body: GeneratedAnswer;
}

export const ai: Benchmark = {
  name: "ai",
  about: "AI suggestions: cost in cents, StreamVibe's own time and acceptance by rules",
  async run({ size }) {
    const provider = (Deno.env.get("BENCH_AI_PROVIDER") ?? "openai") as ProviderSlug;
    const is_real = REAL[provider]?.test(Deno.env.get(ADDRESSES[provider]) ?? "") ?? false;
    const count = Math.min(size, ITEMS);
    const { source, libraries } = await librariesOf(count);
    return await withStack(async (stack) => {
      useStack(stack);
      const made: Made[] = [];
      let cents = 0;
      let [failed, calls] = [0, 0];
      let model = "";
      try {
        for (const library of libraries) {
          await using creator = await prepare(provider, library, is_real);
          // Warm-up: a creator's first suggestion also includes lazy imports.
          await creator.generate();
          for (const [place, item] of library.entries()) {
            const one = await suggest(creator, creator.items[place] ?? "", item, is_real);
            if (one.body.suggestion_id) made.push(one);
            else failed++;
            model ||= one.body.model;
          }
          const [spent] = await creator.sql<{ cents: number; calls: number }[]>`
            select coalesce(sum(cost_cents), 0)::float8 as cents, count(*)::int as calls from public.ai_usage where user_id = ${creator.creator.id}`;
          cents += spent?.cents ?? 0;
          calls += spent?.calls ?? 0;
        }
      } finally {
        useStack(null);
      }
      return outcome({
        made,
        failed,
        cents,
        calls,
        libraries: libraries.length,
        name: `${model}, ${is_real ? "real" : "simulated"}`,
        source,
      });
    }, { RATE_LIMIT_USER: "1000000/60" });
  },
};

/**
 * Creates a creator with a library, on a plan with enough quota. Real models use the installation's key; simulated ones a key per
 * creator, which distinguishes their calls.
 */
async function prepare(
  provider: ProviderSlug,
  library: readonly Item[],
  is_real: boolean,
): Promise<AiCreator> {
  const creator = await AiCreator.create({ items: library.map(({ title }) => title), provider });
  const { sql } = creator;
  const id = creator.creator.id;
  await sql`update public.subscription set tier_id = (select id from public.subscription_tier where slug = 'premium') where user_id = ${id}`;
  await sql`update public.user_ai_setting set language = null where user_id = ${id}`;
  if (is_real) await creator.setKey(provider, null);
  for (const [place, { description, language, tags }] of library.entries()) {
    await sql`update public.content_item set description = ${description}, language = ${language}, tags = ${
      shown(tags)
    }, category_code = null
      where id = ${creator.items[place] ?? ""}`;
  }
  return creator;
}

/** Returns every other tag; the rest represents tags that the creator adds later. */
const shown = (tags: readonly string[]) => tags.filter((_, place) => place % 2 === 0);

async function suggest(creator: AiCreator, id: string, item: Item, is_real: boolean): Promise<Made> {
  const log = (after: number) =>
    simulator<{ last_id: number; requests: { duration_ms: number }[] }>(
      `requests?${new URLSearchParams({ account: creator.key, after: String(after) })}`,
    );
  const { last_id } = await log(1e12);
  const started = performance.now();
  const { body } = await creator.generate({ content_item_id: id, fresh: true });
  const whole_ms = performance.now() - started;
  const provider_ms = is_real
    ? sum(
      (await creator.sql<
        { ms: number }[]
      >`select duration_ms as ms from public.ai_usage where content_item_id = ${id}`).map(({ ms }) => ms),
    )
    : sum((await log(last_id)).requests.map(({ duration_ms }) => duration_ms));
  return { whole_ms, provider_ms, item, hidden: item.tags.filter((_, place) => place % 2 === 1), body };
}

function outcome(
  { made, failed, cents, calls, libraries, name, source }: {
    made: Made[];
    failed: number;
    cents: number;
    calls: number;
    libraries: number;
    name: string;
    source: string;
  },
): { rows: Row[]; goals: Goal[] } {
  const analyses = made.length + failed + libraries;
  const own = made.map(({ whole_ms, provider_ms }) => whole_ms - provider_ms).sort((a, b) => a - b);
  const theirs = made.map(({ provider_ms }) => provider_ms).sort((a, b) => a - b);
  const rules = made.map(accepted);
  const percent = (of: readonly boolean[]) => 100 * of.filter(Boolean).length / Math.max(1, of.length);
  const average = cents / analyses;
  const p95 = quantile(own, 0.95);
  return {
    rows: [
      {
        case: `${made.length + failed} items (${source})`,
        system: name,
        values: {
          average_cents: average,
          calls_an_analysis: calls / analyses,
          failed,
          mended: made.filter(({ body }) => body.was_repaired).length,
          own_p50_ms: quantile(own, 0.5),
          own_p95_ms: p95,
          provider_p50_ms: quantile(theirs, 0.5),
        },
      },
      {
        case: "acceptance by rules, percent",
        system: name,
        values: {
          length: percent(rules.map(({ length }) => length)),
          language: percent(rules.map(({ language }) => language)),
          tags: percent(rules.map(({ tags }) => tags)),
          all: percent(rules.map(({ length, language, tags }) => length && language && tags)),
          hidden_tags_found: 100 * sum(rules.map(({ found }) => found)) /
            Math.max(1, sum(made.map(({ hidden }) => hidden.length))),
        },
      },
    ],
    goals: [
      atMost("analyses without a result", 0, failed),
      atMost("average cost of an analysis", 5, average, " cents"),
      atMost("p95 of StreamVibe's own time", 60, p95, " ms"),
    ],
  };
}

const folded = (text: string) => text.normalize("NFKC").toLowerCase().replaceAll(/[^\p{L}\p{M}\p{N}]+/gu, "");

/** Checks a suggestion against the rules that a creator would apply at first sight. */
function accepted({ item, hidden, body }: Made) {
  const words = new Set([...body.suggested_tags, ...body.suggested_hashtags].map(folded));
  const found = hidden.filter((tag) => words.has(folded(tag))).length;
  const known = folded([item.title, item.description, ...item.tags].join(" "));
  return {
    length: body.suggested_titles.every((title) => title.length >= 15 && title.length <= 100) &&
      body.suggested_descriptions.every((text) => text.length >= 40),
    // An item's declared language is not always the language of its text.
    language: !isWrittenIn(`${item.title} ${item.description}`, item.language) ||
      isWrittenIn([...body.suggested_titles, ...body.suggested_descriptions].join(" "), item.language),
    // At least half of the tags must occur in the item's texts or tags.
    tags: words.size > 0 &&
      (found > 0 || [...words].filter((word) => known.includes(word)).length * 2 >= words.size),
    found,
  };
}

/** Returns ten creators' libraries; from the data set only items with a language and at least six tags. */
async function librariesOf(count: number): Promise<{ source: string; libraries: Item[][] }> {
  const each = Math.ceil(count / CREATORS);
  const share = (items: readonly Item[]) =>
    Array.from({ length: CREATORS }, (_, place) => items.slice(place * each, (place + 1) * each)).filter((
      { length },
    ) => length > 0);
  const file = await Deno.open(DATA).catch(() => null);
  if (!file) {
    const made = itemsOf(count, count).map(({ title, description, tags, language }) => ({
      title,
      description,
      language,
      tags: [...tags, "made up"],
    }));
    return { source: "generated items", libraries: share(made) };
  }
  const channels = new Map<string, Item[]>();
  const lines = file.readable.pipeThrough(new DecompressionStream("gzip")).pipeThrough(
    new TextDecoderStream(),
  );
  let rest = "";
  for await (const text of lines) {
    const whole = (rest + text).split("\n");
    rest = whole.pop() ?? "";
    for (const line of whole) {
      const { channel_id, title, description, tags, default_language } = JSON.parse(line) as
        & Record<string, string>
        & { tags: string[] | null };
      if (!default_language || default_language === "zxx" || !title || (tags?.length ?? 0) < 6) continue;
      const items = channels.get(channel_id ?? "") ?? [];
      channels.set(channel_id ?? "", items);
      if (items.length < each) {
        items.push({
          title,
          description: description ?? "",
          language: default_language,
          tags: (tags ?? []).slice(0, 30).map((tag) => tag.slice(0, 60)),
        });
      }
    }
  }
  const full = [...channels.values()].filter(({ length }) => length === each);
  // Spreads the choice over the file, which is ordered by channel.
  const step = Math.max(1, Math.floor(full.length / CREATORS));
  return { source: "real", libraries: full.filter((_, place) => place % step === 0).slice(0, CREATORS) };
}
