/** Fills a stack with a catalogue: COPY into the tables, and the module's own functions for derived data. */
import { DatabaseSync } from "node:sqlite";
import postgres from "postgres";
import { type CatalogueItem, catalogueOf } from "./catalogue.ts";
import { copyText } from "../copy_text.ts";
import { PLATFORM_SLUGS } from "../../../supabase/functions/_shared/platforms/platform.ts";

const CHUNK = 5_000;
const COLUMNS = [
  "platform_content_id",
  "content_type",
  "title",
  "description",
  "tags",
  "hashtags",
  "language",
  "duration_seconds",
  "published_at",
  "views_count",
  "likes_count",
  "comments_count",
  "platform_category",
] as const satisfies (keyof CatalogueItem)[];
/** Tables whose indexes are rebuilt after all rows are loaded, which is faster than maintaining them during the load. */
const INDEXED = ["public.content_item", "public.content_tag", "ops.search_document", "ops.search_entry"];
/** Indexes that the refresh itself needs. */
const NEEDED = ["ops.search_document_user_id_idx"];
const TRIGGERED = ["public.users", "public.social_account", "public.content_item"];

const hex = (number: number) => number.toString(16).padStart(12, "0");
const creatorId = (number: number) => `c0000000-0000-4000-8000-${hex(number)}`;
const accountId = (number: number, platform: number) => `a${platform}000000-0000-4000-8000-${hex(number)}`;

/** The origin of the items, and the duration of each part of the load, in seconds. */
export interface Loaded {
  source: string;
  seconds: Record<string, number>;
}

/**
 * Loads `size` public items into an empty stack and, if `lite` is given, into an FTS5 table.
 *
 * @param db_url The connection URL of the tables' owner.
 * @param lite The database for SQLite's copy: table `item`, with its words in `words`.
 * @param only_items Skips the data that searches and lists derive from items.
 */
export async function load(
  db_url: string,
  size: number,
  { lite, only_items = false }: { lite?: DatabaseSync; only_items?: boolean } = {},
): Promise<Loaded> {
  const connection = { maintenance_work_mem: "1GB", synchronous_commit: "off" };
  const sql = postgres(db_url, { max: 2, onnotice: () => {}, connection });
  const seconds: Record<string, number> = {};
  const timed = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const began = performance.now();
    const result = await work();
    seconds[name] = (performance.now() - began) / 1_000;
    console.log(`  loading: ${name} ${seconds[name].toFixed(1)} s`);
    return result;
  };
  try {
    const catalogue = await timed("reading", () => catalogueOf(size));
    // Cron would do the same work at the same time.
    const jobs = await sql<{ jobname: string; schedule: string; command: string }[]>`
      select jobname, schedule, command from cron.job`;
    for (const { jobname } of jobs) await sql`select cron.unschedule(${jobname}::text)`;
    for (const table of TRIGGERED) await sql.unsafe(`alter table ${table} disable trigger user`);
    await timed("creators", () => addCreators(sql, catalogue.creators));
    const indexes = await sql<{ name: string; definition: string }[]>`
      select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as definition
      from pg_index
      where indrelid = any (${INDEXED}::regclass[]) and not indisunique and not indisprimary
        and indexrelid <> all (${NEEDED}::regclass[])`;
    const keys = await sql<{ drop: string; add: string }[]>`
      select format('alter table %s drop constraint %I', conrelid::regclass, conname) as drop,
        format('alter table %s add constraint %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) as add
      from pg_constraint where conrelid = any (${INDEXED}::regclass[]) and contype = 'f'`;
    for (const { drop } of keys) await sql.unsafe(drop);
    for (const { name } of indexes) await sql.unsafe(`drop index ${name}`);
    await timed("items", () => addItems(sql, catalogue.items()));
    for (const table of TRIGGERED) await sql.unsafe(`alter table ${table} enable trigger user`);
    if (only_items) {
      await timed("indexes", async () => {
        for (const { name, definition } of indexes) {
          if (/sitemap|_user_id_/.test(name)) await sql.unsafe(definition);
        }
        await sql`vacuum analyze public.content_item, public.users, public.social_account`;
      });
      return { source: catalogue.source, seconds };
    }
    await timed("statistics and scale", async () => {
      await sql`vacuum analyze public.content_item, public.users, public.social_account`;
      await sql`select ops.measure_scale()`;
    });
    await sql`insert into ops.discovery_queue (content_item_id) select id from public.content_item`;
    await timed("categories, tags and documents", async () => {
      // Two at a time, as concurrent cron runs would.
      const work = async () => {
        while (true) {
          const [row] = await sql`select ops.refresh_discovery(${CHUNK}) as done`;
          if (!row?.done) return;
        }
      };
      await Promise.all([work(), work()]);
    });
    await timed("indexes", async () => {
      const waiting = indexes.map(({ definition }) => definition.replace(" ON ONLY ", " ON "));
      const build = async () => {
        for (let next = waiting.pop(); next; next = waiting.pop()) await sql.unsafe(next);
      };
      await Promise.all([build(), build()]);
      for (const { add } of keys) await sql.unsafe(add);
    });
    await timed("tiers and words", () => sql`select ops.rescale_discovery()`);
    for (const job of jobs) {
      await sql`select cron.schedule(${job.jobname}::text, ${job.schedule}::text, ${job.command}::text)`;
    }
    await timed("trends", async () => {
      await sql`select ops.add_trend_gains(array_agg(id), array_agg(gain), now())
        from (select id, exp(8 * random())::double precision as gain from public.content_item tablesample system (2)) as grown`;
      await sql`select ops.refresh_trending()`;
    });
    // An index that only the peers need.
    await timed(
      "the peers' index",
      () => sql`create index bench_words_idx on public.content_item using gin (search_vector)`,
    );
    await timed("vacuum", () => sql`vacuum analyze`);
    if (lite) await timed("SQLite", () => Promise.resolve(addToLite(lite, catalogue.items())));
    return { source: catalogue.source, seconds };
  } finally {
    await sql.end();
  }
}

async function addCreators(
  sql: postgres.Sql,
  creators: { name: string; followers: number }[],
): Promise<void> {
  for (let from = 0; from < creators.length; from += CHUNK) {
    const some = creators.slice(from, from + CHUNK).map(({ name, followers }, place) => ({
      id: creatorId(from + place),
      name,
      slug: `creator-${from + place}`,
      followers,
    }));
    await sql`insert into auth.users (id, email)
      select id, slug || '@example.com' from jsonb_to_recordset(${
      sql.json(some)
    }) as given (id uuid, slug text)`;
    await sql`update public.users as person set is_public = true, profile_slug = given.slug, display_name = given.name
      from jsonb_to_recordset(${
      sql.json(some)
    }) as given (id uuid, slug text, name text) where person.id = given.id`;
    const accounts = some.flatMap(({ id, name, followers }, place) =>
      PLATFORM_SLUGS.map((slug, platform) => ({
        id: accountId(from + place, platform),
        user_id: id,
        slug,
        name,
        followers: Math.floor(followers / (platform + 1)),
      }))
    );
    await sql`insert into public.social_account (id, user_id, platform_id, platform_account_id, username, display_name, followers_count)
      select given.id, given.user_id, platform.id, given.id::text, lower(regexp_replace(given.name, '[^[:alnum:]]', '', 'g')), given.name,
        given.followers
      from jsonb_to_recordset(${
      sql.json(accounts)
    }) as given (id uuid, user_id uuid, slug text, name text, followers bigint)
      join public.platform as platform on platform.slug = given.slug`;
  }
}

async function addItems(sql: postgres.Sql, items: Generator<CatalogueItem>): Promise<void> {
  const work = async () => {
    while (true) {
      const lines: string[] = [];
      // Not for-of, because leaving the loop would end the generator, which both share.
      while (lines.length < CHUNK) {
        const { value: item, done } = items.next();
        if (done) break;
        const platform = PLATFORM_SLUGS.indexOf(item.platform);
        const values = [
          creatorId(item.creator),
          accountId(item.creator, platform),
          `https://i.ytimg.com/vi/${item.platform_content_id}/hqdefault.jpg`,
          ...COLUMNS.map((name) => item[name]),
        ];
        lines.push(values.map(copyText).join("\t") + "\n");
      }
      if (lines.length === 0) return;
      const stream = await sql`copy public.content_item (user_id, social_account_id, thumbnail_url, ${
        sql(COLUMNS as unknown as string[])
      }) from stdin`.writable();
      await new Promise<void>((resolve, reject) => {
        stream.on("error", reject).on("finish", resolve);
        stream.end(lines.join(""));
      });
    }
  };
  await Promise.all([work(), work()]);
}

function addToLite(lite: DatabaseSync, items: Generator<CatalogueItem>): void {
  lite.exec(`pragma journal_mode = wal; pragma synchronous = normal; pragma cache_size = -400000;
    create table item (id integer primary key, title text, tags text, description text);
    create virtual table words using fts5 (title, tags, description, content = 'item', content_rowid = 'id', tokenize = 'porter unicode61');
    begin`);
  const item = lite.prepare("insert into item values (?, ?, ?, ?)");
  const words = lite.prepare("insert into words (rowid, title, tags, description) values (?, ?, ?, ?)");
  let number = 0;
  for (const { title, tags, description } of items) {
    item.run(number, title, tags.join(" "), description);
    words.run(number++, title, tags.join(" "), description);
  }
  lite.exec("commit; insert into words (words) values ('optimize')");
}
