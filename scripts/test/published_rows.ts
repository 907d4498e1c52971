/** Creates and changes rows of the eight published tables by direct SQL, for tests of Realtime. */
import type postgres from "postgres";

export interface PublishedTable {
  name: string;
  /** Inserts a row for the user that contains `mark`. Returns its id. */
  insert(sql: postgres.Sql, place: Place, mark: string): PromiseLike<{ id: string }[]>;
  /** A change that the table's constraints allow. */
  update: string;
}

/** The parent rows of the inserted ones. */
export interface Place {
  user: string;
  account: string;
  item: string;
  connection: string;
  job: string;
}

export async function makePlace(sql: postgres.Sql, user: string): Promise<Place> {
  const channel = `UC${crypto.randomUUID()}`;
  const [account] = await sql<{ id: string }[]>`
    select r ->> 'social_account_id' as id from public.connect_account(${user}, 'youtube', '{"access_token": "a"}',
      now() + interval '1 hour', '{a}', ${
    sql.json({ platform_account_id: channel, display_name: channel })
  }) as r`;
  const id = account?.id ?? "";
  const [item] = await insertItem(sql, id, "first");
  const [connection] = await sql<{ id: string }[]>`
    insert into public.seo_connection (user_id, search_engine_id, site_url)
    select ${user}, id, ${`https://${crypto.randomUUID()}.example.com`} from public.search_engine where slug = 'google' returning id`;
  const [job] = await insertJob(sql, user, "first");
  return { user, account: id, item: item?.id ?? "", connection: connection?.id ?? "", job: job?.id ?? "" };
}

function insertItem(sql: postgres.Sql, account: string, title: string) {
  return sql<{ id: string }[]>`
    insert into public.content_item (social_account_id, platform_content_id, title)
    values (${account}, ${crypto.randomUUID()}, ${title}) returning id`;
}

function insertJob(sql: postgres.Sql, user: string, message: string) {
  return sql<{ id: string }[]>`
    insert into public.job_queue (user_id, job_type, handler, dedupe_hash, max_attempts, progress_message)
    values (${user}, 'platform_sync', 'no_such_handler', 0, 1, ${message}) returning id`;
}

export const PUBLISHED: PublishedTable[] = [
  {
    name: "notification",
    insert: (sql, { user }, mark) =>
      sql<
        { id: string }[]
      >`insert into public.notification (user_id, title) values (${user}, ${mark}) returning id`,
    update: "read_at = now()",
  },
  {
    name: "social_account",
    insert: (sql, { user }, mark) =>
      sql<{ id: string }[]>`
      insert into public.social_account (user_id, platform_id, platform_account_id, display_name, status)
      select ${user}, id, ${crypto.randomUUID()}, ${mark}, 'disconnected' from public.platform where slug = 'youtube' returning id`,
    update: "last_error = 'no'",
  },
  {
    name: "content_item",
    insert: (sql, { account }, mark) => insertItem(sql, account, mark),
    update: "description = 'b'",
  },
  {
    name: "ai_suggestion",
    insert: (sql, { user, item }, mark) =>
      sql<{ id: string }[]>`
      insert into public.ai_suggestion (user_id, content_item_id, model_id, requested_model_id, fingerprint, suggested_titles,
        suggested_descriptions, suggested_tags, trending_score, seo_score)
      select ${user}, ${item}, id, id, ${mark}, '{a,b,c}', '{d}', '{}', 1, 1 from public.ai_model where slug = 'llama3.2' returning id`,
    update: "feedback = 'kept'",
  },
  {
    name: "seo_submission",
    insert: (sql, { user, connection }, mark) =>
      sql<{ id: string }[]>`
      insert into public.seo_submission (user_id, connection_id, submitted_url, due_at)
      values (${user}, ${connection}, ${`https://example.com/${mark}`}, now() + interval '1 day') returning id`,
    update: "attempts = attempts + 1",
  },
  {
    name: "trending_content",
    insert: (sql, { item }, mark) =>
      sql<{ id: string }[]>`
      insert into public.trending_content (content_id, trend_category, trend_score, rank_position)
      values (${item}, ${`month:${
        // A category contains only letters, and each mark needs its own.
        mark.replaceAll(/\d/g, (digit) => "ghijklmnop"[Number(digit)] ?? "").replaceAll(/[^a-z]/g, "").slice(
          0,
          30,
        )}`}, 1, 101) returning id`,
    update: "trend_score = 2, last_updated_at = now()",
  },
  {
    name: "job_queue",
    insert: (sql, { user }, mark) => insertJob(sql, user, mark),
    update: "progress_percent = 50, updated_at = now()",
  },
  {
    name: "job_log",
    insert: (sql, { user, job }, mark) =>
      sql<{ id: string }[]>`
      insert into public.job_log (job_id, user_id, level, message) values (${job}, ${user}, 'info', ${mark}) returning id`,
    update: "attempt = 1",
  },
];
