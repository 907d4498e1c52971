/** Whether the best answer comes first: 204 questions by rule from a made-up catalogue, beside ts_rank and FTS5 on the same items. */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { itemsOf } from "../../../scripts/bench/library_items.ts";
import {
  type Answer,
  KINDS,
  questionsOf,
  reciprocalRank,
} from "../../../scripts/bench/relevance/questions.ts";
import { Seeded } from "../../../scripts/simulators/engine/seeded.ts";
import { test, type TestContext } from "../support/context.ts";

const CHANNELS = 30;
const EACH = 34;
const HAN = [..."猫犬料理旅行音楽遊戯日本東京大阪新作公式映像実況解説動画春夏秋冬山川海空"];

interface Made extends Answer {
  tags: string[];
  description: string;
  views: number;
}

/** Items of a few channels; every eighth title is in Han. */
function catalogue(count: number): Made[] {
  const chance = new Seeded(3);
  return itemsOf(count, count).map(({ title, description, tags, views_count }, number) => ({
    id: crypto.randomUUID(),
    title: number % 8 === 0
      ? Array.from({ length: 12 }, () => HAN[Math.floor(chance.next() * HAN.length)]).join("")
      : title,
    description,
    tags,
    hashtags: [`tag${number % 700}x`],
    channel: `channel${number % CHANNELS}`,
    views: views_count,
  }));
}

async function publish(db: TestContext, items: readonly Made[]): Promise<void> {
  const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
  await db.query(`
    update public.users set is_public = true, profile_slug = 'relevant' where id = $owner;
    insert into public.social_account (user_id, platform_id, platform_account_id, display_name)
    select $owner, platform.id, 'relevant-' || n, 'channel' || n
    from public.platform as platform, generate_series(0, ${
    CHANNELS - 1
  }) as n where platform.slug = 'youtube'`);
  await db.query(`
    insert into public.content_item (id, social_account_id, platform_content_id, title, description, tags, hashtags, views_count)
    select given.id, account.id, given.id::text, given.title, given.description, given.tags, given.hashtags, given.views
    from jsonb_to_recordset(${
    quoted(JSON.stringify(items))
  }) as given (id uuid, channel text, title text, description text, tags text[],
      hashtags text[], views bigint)
    join public.social_account as account on account.user_id = $owner and account.display_name = given.channel;
    select ops.refresh_discovery(100000);
    select ops.rescale_discovery()`);
}

function fts5(items: readonly Made[]): (q: string) => string[] {
  const lite = new DatabaseSync(":memory:");
  lite.exec(
    "create virtual table words using fts5 (id unindexed, title, tags, description, tokenize = 'porter unicode61')",
  );
  const insert = lite.prepare("insert into words values (?, ?, ?, ?)");
  for (const { id, title, tags, hashtags, description } of items) {
    insert.run(id, title, [...tags, ...hashtags].join(" "), description);
  }
  const find = lite.prepare("select id from words where words match ? order by rank limit 20");
  return (q) =>
    find.all((q.match(/[\p{L}\p{N}]+/gu) ?? []).map((word) => `"${word}"`).join(" ")).map(({ id }) =>
      String(id)
    );
}

test("the best answer comes first for whole titles, parts, slips, channels, hashtags and Han, ahead of ts_rank and FTS5", async (db) => {
  const items = catalogue(1_200);
  await publish(db, items);
  const questions = questionsOf(items, EACH);
  assert.equal(questions.length, EACH * KINDS.length);
  const text = (q: string) => `'${q.replaceAll("'", "''")}'`;
  const ids = async (query: string) => (await db.query<{ id: string }>(query)).map(({ id }) => id);
  const ours = (q: string) =>
    ids(
      `select value ->> 'id' as id from jsonb_array_elements(public.search_content(${
        text(q)
      }, p_limit => 20) -> 'results')`,
    );
  const plain = (q: string) =>
    ids(`select id from public.content_item, plainto_tsquery('public.streamvibe', ${text(q)}) as query
      where user_id = $owner and search_vector @@ query order by ts_rank(search_vector, query) desc, id limit 20`);
  const lite = fts5(items);

  const least = {
    exact: 0.85,
    partial: 0.85,
    misspelt: 0.7,
    "channel and topic": 0.7,
    hashtag: 0.7,
    CJK: 0.85,
  };
  const means: Record<string, number[]> = { ours: [], plain: [], lite: [] };
  for (const kind of KINDS) {
    const asked = questions.filter((question) => question.kind === kind);
    const { mean, missed } = await reciprocalRank(asked, ours);
    assert.ok(
      mean >= least[kind],
      `${kind}: ${mean.toFixed(3)}, not found: ${missed.slice(0, 5).join("; ")}`,
    );
    means.ours?.push(mean);
    means.plain?.push((await reciprocalRank(asked, plain)).mean);
    means.lite?.push((await reciprocalRank(asked, lite)).mean);
  }
  const all = (name: string) => (means[name] ?? []).reduce((sum, mean) => sum + mean, 0) / KINDS.length;
  assert.ok(all("ours") > all("plain"), `${all("ours")} against ts_rank's ${all("plain")}`);
  assert.ok(all("ours") > all("lite"), `${all("ours")} against FTS5's ${all("lite")}`);
});
