/** The same searches with other systems: they return only ids, no counts, cards or snippets, which is to their advantage. */
import type { DatabaseSync } from "node:sqlite";
import type postgres from "postgres";

/** Finds the best 20 for a query; returns how many it found. */
export type Peer = (q: string) => Promise<number>;

const words = (q: string) => q.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];

/**
 * PeerTube's query (server/core/models/video/sql/video/videos-id-list-query-builder.ts, `whereSearch`): every word as a prefix, ts_rank of
 * every match, outer-joined to all videos, or a tag of that name.
 */
const PEERTUBE = `
  with fts as (
    select video.id, ts_rank(video.search_vector, to_tsquery('public.streamvibe', $1)) as similarity
    from public.content_item as video
    where video.search_vector @@ to_tsquery('public.streamvibe', $1))
  select video.id, coalesce(fts.similarity, 0) as similarity
  from public.content_item as video
  join public.social_account as channel on channel.id = video.social_account_id
  join public.users as account on account.id = channel.user_id
  left join fts on fts.id = video.id
  where video.visibility = 'public' and video.deleted_at is null and (fts.id is not null or exists (
    select from public.content_tag as tag where lower(tag.tag) = lower($2) and tag.content_id = video.id))
  order by similarity desc, video.id limit 20 offset 0`;

const PLAIN = `
  select item.id
  from public.content_item as item, websearch_to_tsquery('public.streamvibe', $1) as query
  where item.search_vector @@ query and item.visibility = 'public' and item.deleted_at is null
  order by ts_rank(item.search_vector, query) desc limit 20`;

/** Queries that take longer are aborted, and count as having taken this long. */
export const PATIENCE_MS = 10_000;

export function peersOf(sql: postgres.Sql, lite: DatabaseSync): Record<string, Peer> {
  const fts5 = lite.prepare("select rowid from words where words match ? order by rank limit 20");
  const patiently = async (text: string, values: string[]) => {
    try {
      return (await sql.unsafe(text, values, { prepare: true })).length;
    } catch (error) {
      if ((error as { code?: string }).code !== "57014") throw error;
      return 0;
    }
  };
  return {
    "PeerTube's query": (q) => patiently(PEERTUBE, [words(q).map((word) => `${word}:*`).join(" & "), q]),
    "order by ts_rank": (q) => patiently(PLAIN, [q]),
    "SQLite FTS5": (q) => {
      const match = q.startsWith('"')
        ? `"${words(q).join(" ")}"`
        : words(q).map((word) => `"${word}"`).join(" ");
      return Promise.resolve(fts5.all(match).length);
    },
  };
}
