/** Creates public items of creators and adds them to the lists with the product's own functions. */
import type postgres from "postgres";

export interface PublishedItem {
  id: string;
  /** The creator's name. */
  channel: string;
  title: string;
  description: string;
  tags: string[];
  hashtags: readonly string[];
  views: number;
  published_at: string;
}

const CHUNK = 2_000;

/** Creates a creator with an account for each channel; every item is public and in the lists. */
export async function publish(sql: postgres.Sql, items: readonly PublishedItem[]): Promise<void> {
  const creators = new Map<string, string>();
  for (const { channel } of items) if (!creators.has(channel)) creators.set(channel, crypto.randomUUID());
  const people = [...creators].map(([name, id]) => ({ id, name }));
  for (let from = 0; from < people.length; from += CHUNK) {
    const given = sql.json(people.slice(from, from + CHUNK));
    await sql`insert into auth.users (id, email)
      select id, id || '@example.com' from jsonb_to_recordset(${given}) as given (id uuid)`;
    await sql`update public.users as person set is_public = true, profile_slug = 'c-' || given.id, display_name = ops.clean_line(given.name, 50)
      from jsonb_to_recordset(${given}) as given (id uuid, name text) where person.id = given.id`;
    await sql`insert into public.social_account (id, user_id, platform_id, platform_account_id, display_name)
      select given.id, given.id, platform.id, given.id::text, given.name
      from jsonb_to_recordset(${given}) as given (id uuid, name text)
      join public.platform as platform on platform.slug = 'youtube'`;
  }
  for (let from = 0; from < items.length; from += CHUNK) {
    await sql`insert into public.content_item (id, social_account_id, platform_content_id, title, description, tags, hashtags, views_count,
        published_at)
      select id, creator, id::text, title, description, tags, hashtags, views, published_at
      from jsonb_to_recordset(${
      sql.json(
        items.slice(from, from + CHUNK).map((item) => ({ ...item, creator: creators.get(item.channel) })),
      )
    }) as given (id uuid, creator uuid, title text,
        description text, tags text[], hashtags text[], views bigint, published_at timestamptz)`;
  }
  while (true) {
    const [row] = await sql`select ops.refresh_discovery(5000) as done`;
    if (!row?.done) break;
  }
  await sql`select ops.rescale_discovery()`;
  await sql`vacuum analyze`;
}
