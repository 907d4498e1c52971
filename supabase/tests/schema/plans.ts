/** The hot queries of modules 000 to 002, and the index that each must use. */
import type postgres from "postgres";

export interface HotQuery {
  /** Who runs the query: a signed-in creator under row-level security, or a function that filters by owner itself. */
  as: "creator" | "function";
  text: string;
  index: string;
  /** Another index that also avoids a sort; the choice depends on the rows that the statistics sampled. */
  or?: string;
}

/** `$user`, `$account` and `$item` stand for a creator with a large library, an account and an item of theirs. */
export const HOT_QUERIES: Record<string, HotQuery> = {
  library: {
    as: "creator",
    text:
      "select id, title, published_at from public.content_item where deleted_at is null order by published_at desc limit 50",
    index: "content_item_user_id_published_at_idx",
  },
  account: {
    as: "creator",
    text:
      `select id, title, published_at from public.content_item where social_account_id = '$account' and deleted_at is null
      order by published_at desc limit 50`,
    index: "content_item_social_account_id_published_at_idx",
    or: "content_item_user_id_published_at_idx",
  },
  search: {
    as: "function",
    text: `select id from public.content_item where user_id = '$user' and deleted_at is null
      and search_vector @@ websearch_to_tsquery('public.streamvibe', 'castle') order by ts_rank(search_vector, 'castle') desc limit 20`,
    index: "content_item_search_idx",
  },
  tags: {
    as: "function",
    text: `select id from public.content_item where user_id = '$user' and deleted_at is null
      and (tags @> '{tag77}' or hashtags @> '{tag77}') order by published_at desc limit 20`,
    index: "content_item_search_idx",
  },
  fuzzy: {
    as: "function",
    text: `select id from public.content_item where user_id = '$user' and deleted_at is null
      and (ops.fold_text(title) operator(extensions.%>) 'csatle' or ops.fold_text(title) like '%csatle%') limit 20`,
    index: "content_item_title_trgm_idx",
  },
  sync: {
    as: "function",
    text: `select item.id from unnest(array['v7', 'v77', 'v777']) as given (id)
      left join public.content_item as item on item.social_account_id = '$account' and item.platform_content_id = given.id`,
    index: "content_item_platform_content_key",
  },
  history: {
    as: "creator",
    text: "select * from public.content_revision where content_item_id = '$item' order by id desc limit 20",
    index: "content_revision_content_item_id_idx",
  },
  quota: {
    as: "function",
    text: "select syncs_used from public.subscription where user_id = '$user'",
    index: "subscription_user_id_key",
  },
  notifications: {
    as: "creator",
    text: "select * from public.notification order by created_at desc limit 20",
    index: "notification_user_id_idx",
  },
  refreshes: {
    as: "function",
    text:
      "select id from public.platform_connection where is_active and refresh_due_at <= now() order by refresh_due_at limit 50 for update skip locked",
    index: "platform_connection_refresh_due_at_idx",
  },
};

export interface Place {
  user: string;
  account: string;
  item: string;
}

/** Accounts per creator; more than one, so that filters by owner and by account differ. */
const ACCOUNTS = 4;

/**
 * Fills libraries with `perCreator` items each: words by a power law, one title in two hundred about a castle, a hundred tags.
 * Returns the first creator. Runs in the caller's transaction, and analyzes the tables.
 */
export async function fillLibraries(
  sql: postgres.Sql | postgres.ReservedSql,
  creators: number,
  perCreator: number,
): Promise<Place> {
  await sql.unsafe(`
    create temp table plan_creator on commit drop as select i, gen_random_uuid() as id from generate_series(1, ${creators}) as i;
    insert into auth.users (id, email) select id, id || '@example.com' from plan_creator;
    update public.subscription set tier_id = (select id from public.subscription_tier where slug = 'premium')
      where user_id in (select id from plan_creator);
    create temp table plan_account on commit drop as
      select i * ${ACCOUNTS} + n as i, id as user_id, (public.connect_account(id, 'youtube', '{"access_token": "plan"}',
        now() + interval '1 hour', '{}', jsonb_build_object('platform_account_id', 'UC' || n || id)) ->> 'social_account_id')::uuid as id
      from plan_creator, generate_series(0, ${ACCOUNTS - 1}) as n;
    insert into public.content_item (user_id, social_account_id, platform_content_id, title, description, tags, hashtags, published_at)
      select a.user_id, a.id, 'v' || n,
        (select string_agg('w' || floor(power(abs(hashint8(a.i * 1000003 + n * 31 + k)::bigint) % 10000 / 10000.0, 3) * 5000), ' ')
          from generate_series(1, 8) as k) || case when n % 200 = 7 then ' castle' else '' end,
        (select string_agg('w' || floor(power(abs(hashint8(a.i * 7919 + n * 97 + k)::bigint) % 10000 / 10000.0, 3) * 5000), ' ')
          from generate_series(1, 40) as k),
        array['tag' || n % 100, 'tag' || n % 7], array['hash' || n % 50], timestamptz '2020-01-01' + n * interval '1 hour'
      from plan_account as a, generate_series(1, ${perCreator / ACCOUNTS}) as n;
    insert into public.content_revision (content_item_id, user_id, source, changed_fields, title, description, tags)
      select item.id, item.user_id, 'sync', '{title}', 'Before ' || n, '', '{}'
      from public.content_item as item, generate_series(1, 20) as n
      where item.social_account_id in (select id from plan_account) and item.platform_content_id ~ '^v[0-9]{1,2}$';
    insert into public.notification (user_id, title, created_at)
      select id, 'Hello', now() - n * interval '1 hour' from plan_creator, generate_series(1, 2000) as n;
    analyze public.content_item; analyze public.content_revision; analyze public.subscription; analyze public.notification;
    analyze public.platform_connection; analyze public.users; analyze public.social_account;
    -- What autovacuum does after a while: an index with a long list of entries yet to be sorted in is slower than it will be.
    select gin_clean_pending_list('public.content_item_search_idx'), gin_clean_pending_list('public.content_item_title_trgm_idx');`)
    .simple();
  const [place] = await sql.unsafe<(Place & Record<string, unknown>)[]>(`
    select user_id as user, id as account,
      (select item.id from public.content_item as item where item.social_account_id = plan_account.id and platform_content_id = 'v1') as item
    from plan_account order by i limit 1`);
  if (!place) throw new Error("Cannot fill libraries: no creator was made");
  return { user: String(place.user), account: String(place.account), item: String(place.item) };
}

/** Returns the plan of a query, run with the privileges of its `as`. */
export async function explain(
  sql: postgres.ReservedSql,
  place: Place,
  query: HotQuery,
  options: string,
): Promise<string> {
  const text = query.text.replaceAll("$user", place.user).replaceAll("$account", place.account).replaceAll(
    "$item",
    place.item,
  );
  await sql.unsafe("savepoint plan").simple();
  try {
    if (query.as === "creator") {
      const claims = JSON.stringify({ role: "authenticated", sub: place.user });
      await sql.unsafe(
        `set local role authenticated; select set_config('request.jwt.claims', '${claims}', true)`,
      ).simple();
    } else {
      await sql.unsafe("set local pg_trgm.word_similarity_threshold = 0.3").simple();
    }
    const rows = await sql.unsafe<Record<string, string>[]>(`explain (${options}) ${text}`);
    return rows.map((row) => row["QUERY PLAN"]).join("\n");
  } finally {
    await sql.unsafe("rollback to savepoint plan; release savepoint plan").simple();
  }
}
