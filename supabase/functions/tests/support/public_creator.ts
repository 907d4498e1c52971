/** Public creators, for tests of what visitors see. */
import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { createCreator, type Creator, testDatabase } from "../../../../scripts/test/stack.ts";

export interface PublicCreator {
  id: string;
  slug: string;
  /** The signed-in creator. */
  creator: Creator;
  /** Ids of the items, newest first. */
  ids: string[];
}

/** Creates a public creator with this many items, and waits until the items are in the search documents. */
export async function publicCreator(items: number): Promise<PublicCreator> {
  const sql = await testDatabase();
  try {
    return await publish(sql, items);
  } finally {
    await sql.end();
  }
}

async function publish(sql: Sql, items: number): Promise<PublicCreator> {
  const creator = await createCreator();
  const slug = `c-${creator.id.slice(-12)}`;
  await sql`update public.users set is_public = true, profile_slug = ${slug}, display_name = 'Public Creator', primary_category = 'gaming' where id = ${creator.id}`;
  const rows = await sql<{ id: string }[]>`
    with account as (
      insert into public.social_account (user_id, platform_id, platform_account_id, followers_count)
      select ${creator.id}, id, ${creator.id}, 10 from public.platform where slug = 'youtube' returning id
    )
    insert into public.content_item (social_account_id, platform_content_id, title, tags, duration_seconds, published_at)
    select account.id, 'p' || n, 'Item ' || n, array['shared-' || ${slug}::text], n * 10, now() - make_interval(hours => n)
    from account, generate_series(1, ${items}) as n returning id`;
  // Uses cron's own command. Cron may refresh concurrently; either way, it is done when all documents exist.
  const [job] = await sql<
    { command: string }[]
  >`select command from cron.job where jobname = 'refresh-discovery'`;
  assert.ok(job);
  const ids = rows.map(({ id }) => id);
  const limit = Date.now() + 60_000;
  while (true) {
    await sql.unsafe(job.command);
    const [row] = await sql`select count(*)::int as ready from ops.search_document where content_item_id in ${
      sql(ids)
    }`;
    if (row?.ready === items) return { id: creator.id, slug, creator, ids };
    assert.ok(Date.now() < limit, "the documents were not written");
  }
}
