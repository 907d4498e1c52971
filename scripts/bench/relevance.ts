/**
 * Whether the best answer comes first: questions made by rule from real videos, where the shared data set is there, else from made-up
 * items; the same to `plainto_tsquery` with `ts_rank`, and to SQLite FTS5. What counts is the mean of 1 / rank among the first twenty.
 */
import { DatabaseSync } from "node:sqlite";
import postgres from "postgres";
import { withStack } from "./bench_stack.ts";
import { atLeast, type Benchmark, type Goal, type Row } from "./benchmark.ts";
import { itemsOf } from "./library_items.ts";
import { publish, type PublishedItem } from "./published_items.ts";
import { type Answer, KINDS, questionsOf, reciprocalRank } from "./relevance/questions.ts";

const ITEMS = 30_000;
const EACH = 60;
const DATA = new URL("../../../shared/data/youtube_trending.ndjson.gz", import.meta.url);
const LEAST: Partial<Record<typeof KINDS[number], number>> = { exact: 0.85, partial: 0.85, misspelt: 0.7 };

type Item = Answer & PublishedItem;

export const relevance: Benchmark = {
  name: "relevance",
  about: "whether the best answer to a search comes first, against ts_rank and FTS5",
  run: () =>
    withStack(async ({ db_url }) => {
      const sql = postgres(db_url, { max: 1, onnotice: () => {} });
      try {
        const { source, items } = await catalogue();
        await publish(sql, items);
        const questions = questionsOf(items, EACH);
        const ids = (rows: readonly postgres.Row[]) => rows.map(({ id }) => String(id));
        const lite = fts5(items);
        const systems = {
          StreamVibe: async (q: string) =>
            ids(
              await sql`select value ->> 'id' as id from jsonb_array_elements(public.search_content(${q}, p_limit => 20) -> 'results')`,
            ),
          ts_rank: async (q: string) =>
            ids(
              await sql`select id from public.content_item, plainto_tsquery('public.streamvibe', ${q}) as query
                where search_vector @@ query order by ts_rank(search_vector, query) desc, id limit 20`,
            ),
          "SQLite FTS5": lite,
        };
        const rows: Row[] = [];
        const goals: Goal[] = [];
        for (const kind of KINDS) {
          const asked = questions.filter((question) => question.kind === kind);
          const means: Record<string, number> = {};
          for (const [system, ask] of Object.entries(systems)) {
            means[system] = (await reciprocalRank(asked, ask)).mean;
            rows.push({
              case: `${kind}, ${asked.length} questions (${source})`,
              system,
              values: { mean_reciprocal_rank: means[system] },
            });
          }
          const ours = means.StreamVibe ?? 0;
          if (LEAST[kind] !== undefined) {
            goals.push(atLeast(`${kind}: mean reciprocal rank`, LEAST[kind], ours));
          }
          const best = Math.max(means.ts_rank ?? 0, means["SQLite FTS5"] ?? 0);
          goals.push(atLeast(`${kind}: ahead of the better peer`, best, ours));
        }
        return { rows, goals };
      } finally {
        await sql.end();
      }
    }),
};

async function catalogue(): Promise<{ source: string; items: Item[] }> {
  const file = await Deno.open(DATA).catch(() => null);
  if (!file) {
    const made = itemsOf(ITEMS, ITEMS).map((item, number) => ({
      ...item,
      id: crypto.randomUUID(),
      channel: `channel${number % 1_500}`,
      hashtags: [`tag${number % 12_000}x`],
      views: item.views_count,
    }));
    return { source: `${ITEMS} made-up items`, items: made };
  }
  const text = file.readable.pipeThrough(new DecompressionStream("gzip")).pipeThrough(
    new TextDecoderStream(),
  );
  const lines: string[] = [];
  let rest = "";
  for await (const chunk of text) {
    const some = (rest + chunk).split("\n");
    rest = some.pop() ?? "";
    lines.push(...some);
  }
  const stride = Math.max(1, Math.floor(lines.length / ITEMS));
  const items = lines.filter((_, number) => number % stride === 0).flatMap((line) => {
    const video = JSON.parse(line);
    if (!video.title || !(Date.parse(video.publish_time) > 0)) return [];
    const description: string = video.description ?? "";
    return [{
      id: crypto.randomUUID(),
      title: String(video.title),
      channel: String(video.channel_title ?? "unknown"),
      description,
      tags: (video.tags ?? []).filter((tag: string) => tag.length > 0 && tag.length <= 100).slice(0, 30),
      hashtags: [...description.matchAll(/#([\p{L}\p{N}_]{2,40})/gu)].map(([, tag = ""]) =>
        tag.toLowerCase()
      ),
      views: video.views ?? 0,
      published_at: String(video.publish_time),
    }];
  });
  return { source: `${items.length} real videos`, items };
}

function fts5(items: readonly Item[]): (q: string) => string[] {
  const lite = new DatabaseSync(":memory:");
  lite.exec(
    "create virtual table words using fts5 (id unindexed, title, tags, description, tokenize = 'porter unicode61'); begin",
  );
  const insert = lite.prepare("insert into words values (?, ?, ?, ?)");
  for (const { id, title, tags, hashtags, description } of items) {
    insert.run(id, title, [...tags, ...hashtags].join(" "), description);
  }
  lite.exec("commit");
  const find = lite.prepare("select id from words where words match ? order by rank limit 20");
  return (q) => {
    const words = (q.match(/[\p{L}\p{N}]+/gu) ?? []).map((word) => `"${word}"`);
    return words.length === 0 ? [] : find.all(words.join(" ")).map(({ id }) => String(id));
  };
}
