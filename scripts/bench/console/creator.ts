/** One creator with very large data, and the queries of the studio's pages: the SQL that the Data API generates, and calls of SQL functions. */
import type postgres from "postgres";

/** The creator's id; nobody signs in as this user. */
export const CREATOR = "00000000-0000-4000-8000-0000000000c0";
const SIZES = { items: 100_000, accounts: 50, jobs: 100_000, posts: 20_000, notes: 20_000 } as const;

/** Creates the creator's data; the rest of the database stays unchanged. */
export async function fillCreator(
  one: postgres.ReservedSql,
  share: number,
  log: (line: string) => void,
): Promise<void> {
  const size = (name: keyof typeof SIZES) => Math.max(1, Math.round(SIZES[name] * share));
  const series = (rows: number) => `generate_series(1, ${rows}) as n`;
  const account = (n: string) => `md5('own account' || ${n} % ${SIZES.accounts})::uuid`;
  const insert = async (name: string, statement: string) => {
    const start = performance.now();
    await one.unsafe(statement);
    log(`the creator's ${name} in ${((performance.now() - start) / 1_000).toFixed(1)} s`);
  };
  await insert(
    "accounts",
    `with login as (insert into auth.users (id, email) values ('${CREATOR}', 'very-much@example.com')),
      person as (insert into public.users (id, email, display_name, profile_slug, is_public)
        values ('${CREATOR}', 'very-much@example.com', 'Very Much', 'very-much', true)),
      plan as (insert into public.subscription (user_id, tier_id, status_id) select '${CREATOR}',
        (select id from public.subscription_tier where slug = 'premium'), (select id from public.subscription_status where slug = 'active')),
      account as (insert into public.social_account (id, user_id, platform_id, platform_account_id, username, followers_count)
        select ${
      account("n")
    }, '${CREATOR}', (select id from public.platform order by sort_order offset n % 5 limit 1), 'own' || n, 'own' || n, n * 1000
        from ${series(SIZES.accounts)})
    insert into ops.account_stat_daily (social_account_id, day, followers)
      select ${account("n")}, current_date - day, n * 1000 - day from ${
      series(SIZES.accounts)
    }, generate_series(0, 364) as day`,
  );
  await insert(
    "items",
    `insert into public.content_item (id, user_id, social_account_id, platform_content_id, content_type, title, description, thumbnail_url,
      views_count, likes_count, comments_count, total_clicks, duration_seconds, published_at, updated_at, hidden_at, hidden_reason, vanished_at, deleted_at)
    select md5('own item' || n)::uuid, '${CREATOR}', ${
      account("n")
    }, 'own' || n, case n % 3 when 0 then 'short_video' when 1 then 'reel' else 'long_video' end,
      'Video ' || n, repeat('What it is about, in some words. ', 12), 'https://pictures.example.com/' || n, (n::bigint * 7919) % 1000003, (n::bigint * 104729) % 65537,
      (n::bigint * 1299709) % 4099, n % 97, n % 3600, now() - n * interval '1 minute', now() - n * interval '1 second',
      case when n % 9973 = 0 then now() end, case when n % 9973 = 0 then 'Reported' end,
      case when n % 4999 = 0 then now() end, case when n % 4999 = 0 then now() when n % 2999 = 0 then now() - interval '1 day' end
    from ${series(size("items"))}`,
  );
  await insert(
    "suggestions",
    `insert into public.ai_suggestion (user_id, content_item_id, model_id, requested_model_id, fingerprint, suggested_titles, suggested_descriptions,
      suggested_tags, trending_score, seo_score, created_at)
    select '${CREATOR}', md5('own item' || n)::uuid, model.id, model.id, n::text, array['One', 'Two', 'Three'], array['Words'], array['tag'], 50, 60,
      now() - n * interval '1 minute'
    from ${series(size("items"))}, (select id from public.ai_model limit 1) as model`,
  );
  await insert(
    "submissions",
    `with site as (insert into public.seo_connection (user_id, search_engine_id, site_url)
      select '${CREATOR}', id, 'https://very-much.example.com' from public.search_engine order by sort_order limit 2 returning id)
    insert into public.seo_submission (user_id, connection_id, content_item_id, submitted_url, status, submitted_at, error_message, created_at)
    select '${CREATOR}', site.id, md5('own item' || n)::uuid, 'https://very-much.example.com/v/' || n, case when n % 50 = 0 then 'failed' else 'submitted' end,
      now(), case when n % 50 = 0 then 'The engine did not answer' end, now() - n * interval '1 minute'
    from ${series(size("items"))}, site`,
  );
  await insert(
    "clicks",
    `insert into ops.click_daily (content_id, day, referrer_host, country, user_id, clicks)
    select md5('own item' || n)::uuid, current_date - n % 365, 'site' || n % 50, 'DE', '${CREATOR}', n % 10 + 1 from ${
      series(size("items"))
    }`,
  );
  await insert(
    "jobs",
    `insert into public.job_queue (user_id, job_type, handler, dedupe_hash, max_attempts, status, progress_percent, run_at, created_at, started_at, finished_at)
    select '${CREATOR}', 'platform_sync', 'sync_youtube', n, 5, case when n % 5003 = 0 then 'cancelled' else 'completed' end::public.job_status_enum,
      case when n % 5003 = 0 then 40 else 100 end, at, at, at, at + interval '3 seconds'
    from (select n, now() - n * interval '1 minute' as at from ${series(size("jobs"))}) as given`,
  );
  await insert(
    "posts",
    `with post as (insert into publishing.post (id, user_id, body, publish_at, created_at)
      select md5('own post' || n)::uuid, '${CREATOR}', 'Words of a post', now() + (n % 400 - 200) * interval '3 hours', now() - n * interval '1 hour'
      from ${series(size("posts"))})
    insert into publishing.post_target (post_id, user_id, social_account_id, platform, kind, body, status, due_at, published_at, error_message, who_must_act)
    select md5('own post' || n)::uuid, '${CREATOR}', ${
      account("n + at")
    }, 'twitter', 'text', 'Words', case when n % 997 = 0 then 'failed' else 'published' end,
      now(), case when n % 997 <> 0 then now() end, case when n % 997 = 0 then 'Refused' end, case when n % 997 = 0 then 'creator' end
    from ${series(size("posts"))}, generate_series(0, 2) as at`,
  );
  await insert(
    "webhooks",
    `with endpoint as (insert into publishing.webhook_endpoint (id, user_id, url, vault_secret_name)
      select md5('own endpoint' || n)::uuid, '${CREATOR}', 'https://hooks.example.com/' || n, 'bench/' || n from generate_series(0, 9) as n)
    insert into publishing.webhook_delivery (endpoint_id, user_id, event, payload, status, next_at, settled_at, created_at)
    select md5('own endpoint' || n % 10)::uuid, '${CREATOR}', 'post.published', '{}', 'delivered', null, now(), now() - n * interval '1 minute' from ${
      series(size("posts"))
    }`,
  );
  await insert(
    "notifications",
    `insert into public.notification (user_id, title, created_at, read_at)
    select '${CREATOR}', 'Something happened', now() - n * interval '1 minute', case when n % 1000 <> 0 then now() end from ${
      series(size("notes"))
    }`,
  );
}

const ITEM =
  "id, title, description, content_type, visibility, views_count, likes_count, comments_count, duration_seconds, total_clicks, published_at, deleted_at, vanished_at, hidden_at, updated_at, social_account_id, thumbnail_url";
const MINE = `user_id = '${CREATOR}'`;
const KEPT = `${MINE} and deleted_at is null`;
const library = (where: string, sort = "published_at") =>
  `select ${ITEM} from public.content_item where ${where} order by ${sort} desc, id desc limit 30`;
/** Returns the query of the next page, as the console's pageOf() makes it. */
const after = (sort: string, value: string) => {
  const last = `(select ${value} from public.content_item where ${KEPT} order by id limit 1)`;
  return library(
    `${KEPT} and ${sort} is not null and ${sort} <= ${last} and (${sort} < ${last} or (${sort} = ${last} and id < '80000000-0000-4000-8000-000000000000'))`,
    sort,
  );
};
const SORTS = [
  "published_at",
  "views_count",
  "likes_count",
  "comments_count",
  "duration_seconds",
  "total_clicks",
  "updated_at",
];

/** The studio's queries, by page and purpose. */
export const CREATOR_PAGES: Record<string, string> = {
  "home: items":
    `select id, title, content_type, views_count, published_at from public.content_item where ${KEPT} order by published_at desc limit 5`,
  "home: unread": `select id from public.notification where ${MINE} and read_at is null limit 100`,
  "accounts": `select * from public.social_account where ${MINE} order by created_at limit 200`,
  ...Object.fromEntries(SORTS.flatMap((sort) => [
    [
      `library by ${sort}`,
      library(sort === "duration_seconds" ? `${KEPT} and duration_seconds is not null` : KEPT, sort),
    ],
    [`library by ${sort}, in the middle`, after(sort, sort)],
  ])),
  "library of an account": library(`${KEPT} and social_account_id = md5('own account' || 7)::uuid`),
  "library of a kind": library(`${KEPT} and content_type = 'reel'`),
  "library of a kind without items": library(`${KEPT} and content_type = 'story'`),
  "library: deleted": library(`${MINE} and deleted_at is not null`),
  "library: vanished": library(`${KEPT} and vanished_at is not null`),
  "library: hidden": library(`${MINE} and hidden_at is not null`),
  "library: search, a common word": "select * from public.search_library('video', 30)",
  "library: search, a rare word": "select * from public.search_library('4711', 30)",
  "suggestions":
    `select suggestion.id, item.title, item.description from public.ai_suggestion as suggestion left join lateral
    (select title, description from public.content_item where content_item.id = suggestion.content_item_id) as item on true
    where suggestion.${MINE} order by suggestion.created_at desc, suggestion.id desc limit 30`,
  "posts": `select public.list_posts('${CREATOR}', null, 30)`,
  "posts: failed": `select public.list_posts('${CREATOR}', 'failed', 30)`,
  "posts: problems": `select public.list_publishing_problems('${CREATOR}', null, 20)`,
  "calendar":
    `select id, title, body, publish_at from public.post where ${MINE} and publish_at >= now() - interval '15 days' and publish_at < now() + interval '15 days'
    order by publish_at limit 500`,
  "jobs":
    `select id, job_type, status from public.job_queue where ${MINE} order by created_at desc, id desc limit 30`,
  "jobs: cancelled":
    `select id, job_type, status from public.job_queue where ${MINE} and status = 'cancelled' order by created_at desc, id desc limit 30`,
  "notifications":
    `select * from public.notification where ${MINE} order by created_at desc, id desc limit 30`,
  "SEO overview": "select public.get_seo_overview()",
  "SEO submissions":
    `select id, submitted_url, status from public.seo_submission where ${MINE} order by created_at desc, id desc limit 20`,
  "analytics: 28 days": "select public.get_click_stats(current_date - 27, current_date)",
  "analytics: 90 days": "select public.get_click_stats(current_date - 89, current_date)",
  "analytics: newest items":
    `select id, title, category_code, views_count, total_clicks, published_at, social_account_id from public.content_item where ${KEPT}
    order by published_at desc limit 500`,
  "webhooks": `select public.list_webhook_endpoints('${CREATOR}')`,
  "plan: quotas":
    `select subscription.*, tier.* from public.subscription join public.subscription_tier as tier on tier.id = tier_id where ${MINE}`,
  "plan: AI costs": "select public.get_ai_costs()",
  "plan: months":
    `select * from public.quota_usage_history where ${MINE} order by cycle_start_date desc limit 24`,
};
/** SQL functions that edge functions call with the service role, passing the owner's id. */
export const AS_SERVICE = /list_posts|list_publishing_problems|list_webhook_endpoints/;
