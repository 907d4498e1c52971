-- Module 005, discovery: what visitors see. Categories, browsing, pages of items and creators, clicks, featured creators.
-- Needs modules 000, 001 and 002. Only ops.public_item (module 002) decides what is public; nothing here decides it again.
--
--   Needs
--   Tables: categories and tags
--   Tables: clicks
--   Tables: trending and featured creators
--   Tables: what is kept for reading
--   Functions: categories
--   Functions: keeping the documents
--   Functions: reading
--   Functions: searching
--   Functions: clicks
--   Functions: trending
--   Functions: creators and staff
--   Functions: triggers
--   Triggers
--   Policies
--   Grants
--   Reference rows

-- ## Needs

-- The same role must apply this module: the default privileges of module 000 keep its functions closed.
do $$
begin
  if not exists (select from pg_class where oid = to_regclass('public.content_item') and relowner = current_user::regrole) then
    raise exception 'Cannot apply module 005: module 002 must be applied first, by the same role';
  end if;
end;
$$;

-- ## Tables: categories and tags

create table public.content_category (
  id uuid not null default gen_random_uuid(),
  code text not null,
  display_name text not null,
  description text not null default '',
  sort_order smallint not null,
  constraint content_category_pkey primary key (id),
  constraint content_category_code_key unique (code),
  constraint content_category_code_shape check (code ~ '^[a-z]{2,30}$')
);
alter table public.content_category enable row level security;
comment on table public.content_category is 'The categories of items and creators, in the order in which visitors see them.';

create table ops.category_rule (
  platform text not null,
  platform_category text not null,
  category_code text not null,
  constraint category_rule_pkey primary key (platform, platform_category),
  constraint category_rule_category_code_fkey foreign key (category_code) references public.content_category (code) on update cascade
);
alter table ops.category_rule enable row level security;
comment on table ops.category_rule is 'Maps a platform''s own categories to ours.';
-- Serves the foreign key.
create index category_rule_category_code_idx on ops.category_rule (category_code);

create table ops.category_word (
  word text not null,
  category_code text not null,
  constraint category_word_pkey primary key (word),
  constraint category_word_category_code_fkey foreign key (category_code) references public.content_category (code) on update cascade
);
alter table ops.category_word enable row level security;
comment on table ops.category_word is 'Tags and hashtags that indicate a category, folded with ops.fold_text().';
-- Serves the foreign key.
create index category_word_category_code_idx on ops.category_word (category_code);

create table public.content_tag (
  content_id uuid not null,
  tag text not null,
  source text not null,
  confidence_score numeric(4, 3) not null default 1,
  tag_type text not null default 'keyword',
  created_at timestamptz not null default now(),
  constraint content_tag_pkey primary key (content_id, tag, source),
  constraint content_tag_content_id_fkey foreign key (content_id) references public.content_item (id) on delete cascade,
  constraint content_tag_tag_length check (char_length(tag) between 1 and 500),
  constraint content_tag_source_known check (source in ('platform', 'creator', 'ai_generated')),
  constraint content_tag_tag_type_known check (tag_type in ('keyword', 'hashtag', 'topic')),
  constraint content_tag_confidence_score_is_share check (confidence_score between 0 and 1)
);
alter table public.content_tag enable row level security;
comment on table public.content_tag is
  'Tags of items from every source, folded, so that equal tags compare as equal. The item''s own arrays stay as they were written.';
comment on column public.content_tag.confidence_score is '0 to 1; tags from a platform or a creator have 1.';
-- Serves items that share a tag.
create index content_tag_tag_idx on public.content_tag (tag, content_id);

-- ## Tables: clicks

create table public.content_click (
  id bigint generated always as identity,
  content_id uuid not null,
  user_id uuid,
  referrer text,
  user_agent text,
  referrer_host text,
  country text,
  query text,
  visitor bytea,
  is_counted boolean not null default true,
  clicked_at timestamptz not null default now(),
  tx xid8 not null default pg_current_xact_id(),
  constraint content_click_pkey primary key (id, clicked_at),
  constraint content_click_user_id_fkey foreign key (user_id) references public.users (id) on delete set null,
  constraint content_click_referrer_length check (char_length(referrer) <= 2048),
  constraint content_click_user_agent_known check (user_agent in ('browser', 'mobile', 'app', 'bot', 'prefetch', 'unknown')),
  constraint content_click_country_shape check (country ~ '^[A-Z]{2}$'),
  constraint content_click_query_length check (char_length(query) <= 200)
) partition by range (clicked_at);
alter table public.content_click enable row level security;
comment on table public.content_click is
  'One row per click, appended and never changed. There is one partition per month in schema ops; ops.keep_click_partitions() creates and drops them.';
comment on column public.content_click.user_agent is 'The class of the visitor''s program; the trigger reduces every inserted value to its class.';
comment on column public.content_click.referrer_host is 'Host of the referrer; null for a direct visit.';
comment on column public.content_click.country is 'ISO 3166-1, when the platform''s own proxy reports it.';
comment on column public.content_click.query is 'The search query that led here.';
comment on column public.content_click.visitor is
  'Keyed hash of the address. The key changes every day: a visitor is recognizable for one day, and not afterwards. Does not include the user agent, because a bot can send a new one each time.';
comment on column public.content_click.content_id is
  'No foreign key: checking it would lock the item''s row for every click. The trigger checks that the item exists.';
comment on column public.content_click.is_counted is 'False for bots and prefetches, which are recorded separately.';
comment on column public.content_click.tx is
  'The transaction that wrote it: a roll-up takes exactly the clicks that have certainly committed before it.';

-- Serves the clicks of one item that are not rolled up yet.
create index content_click_content_id_idx on public.content_click (content_id, tx);
-- Serves the roll-up, in the order of transactions.
create index content_click_tx_idx on public.content_click (tx);
-- Serves the foreign key: clicks lose their user_id when the account is deleted.
create index content_click_user_id_idx on public.content_click (user_id);

create table ops.click_counter (
  content_id uuid not null,
  clicks bigint not null default 0,
  rolled_to xid8,
  constraint click_counter_pkey primary key (content_id),
  constraint click_counter_content_id_fkey foreign key (content_id) references public.content_item (id) on delete cascade,
  constraint click_counter_clicks_not_negative check (clicks >= 0)
)
-- Updated by every roll-up, with no index on the changing columns: half of each page stays free, so that those updates are HOT.
with (fillfactor = 50);
alter table ops.click_counter enable row level security;
comment on table ops.click_counter is 'Counted clicks of an item that are rolled up. The displayed number adds those that are not rolled up yet.';
comment on column ops.click_counter.rolled_to is
  'Transactions before this one are included in clicks, where this is later than rolled_to of ops.click_roll_up.';

create table ops.click_roll_up (
  is_only boolean not null default true,
  rolled_to xid8 not null default '0',
  rolled_at timestamptz not null default now(),
  constraint click_roll_up_pkey primary key (is_only),
  constraint click_roll_up_is_only check (is_only)
);
alter table ops.click_roll_up enable row level security;
comment on table ops.click_roll_up is 'Clicks of all transactions before rolled_to are rolled up. One row, which a roll-up locks.';

create table ops.click_daily (
  content_id uuid not null,
  day date not null,
  referrer_host text not null default '',
  country text not null default '',
  clicks bigint not null default 0,
  user_id uuid not null,
  constraint click_daily_pkey primary key (content_id, day, referrer_host, country),
  constraint click_daily_user_id_fkey foreign key (user_id) references public.users (id) on delete cascade,
  constraint click_daily_content_id_fkey foreign key (content_id) references public.content_item (id) on delete cascade
);
alter table ops.click_daily enable row level security;
create index click_daily_user_id_idx on ops.click_daily (user_id, day);
comment on index ops.click_daily_user_id_idx is 'Serves get_click_stats() for creators with any number of items, and the foreign key.';
comment on column ops.click_daily.user_id is 'The item''s owner, repeated here.';
comment on table ops.click_daily is
  'Counted clicks by item, day (UTC), referrer host and country, for creators'' analytics. Empty: direct, or unknown.';

create table ops.visitor_day (
  content_id uuid not null,
  day date not null,
  visitor bytea not null,
  constraint visitor_day_pkey primary key (content_id, day, visitor)
);
alter table ops.visitor_day enable row level security;
comment on table ops.visitor_day is
  'Who clicked which item on which day, as a keyed hash: identifies repeated clicks and counts unique visitors. Kept for two days.';

create table ops.visitor_key (
  day date not null,
  key bytea not null default extensions.gen_random_bytes(32),
  constraint visitor_key_pkey primary key (day)
);
alter table ops.visitor_key enable row level security;
comment on table ops.visitor_key is 'The key of each day''s visitor hashes. Deleted after two days: then nobody can compute the hashes again.';

-- ## Tables: trending and featured creators

create table public.trending_content (
  id bigint generated always as identity,
  content_id uuid not null,
  trend_score double precision not null,
  trend_category text not null,
  rank_position integer not null,
  last_updated_at timestamptz not null default now(),
  constraint trending_content_pkey primary key (id),
  constraint trending_content_content_category_key unique (content_id, trend_category),
  constraint trending_content_content_id_fkey foreign key (content_id) references public.content_item (id) on delete cascade,
  constraint trending_content_trend_category_shape check (trend_category ~ '^(today|week|month)(:[a-z]{2,30})?$'),
  constraint trending_content_rank_position_positive check (rank_position > 0)
);
alter table public.trending_content enable row level security;
comment on table public.trending_content is
  'The trending lists: a period, or a period with a category or a platform. Published by Realtime. Written only by ops.refresh_trending().';
comment on column public.trending_content.trend_score is 'Comparable within a list. The passing of time does not change it, see docs/trending.md.';
-- Serves reading a list in order.
create index trending_content_list_idx on public.trending_content (trend_category, rank_position);

create table ops.trend_period (
  period text not null,
  tau_seconds integer not null,
  constraint trend_period_pkey primary key (period),
  constraint trend_period_tau_positive check (tau_seconds > 0)
);
alter table ops.trend_period enable row level security;
comment on table ops.trend_period is 'How fast each list forgets: after tau_seconds a gain counts 1/e of its original value.';

create table ops.trend_gain (
  content_id uuid not null,
  period text not null,
  score double precision not null,
  constraint trend_gain_pkey primary key (content_id, period),
  constraint trend_gain_content_id_fkey foreign key (content_id) references public.content_item (id) on delete cascade,
  constraint trend_gain_period_fkey foreign key (period) references ops.trend_period (period)
);
alter table ops.trend_gain enable row level security;
comment on table ops.trend_gain is
  'Forward-decayed gains: score is ln of the sum of gain * exp(t / tau). Passing time changes none of them, so only a click or a sync writes (Cormode et al., Forward Decay, ICDE 2009).';
-- Serves the lists: the highest scores of a period, down to the point where gains are negligible.
create index trend_gain_score_idx on ops.trend_gain (period, score desc);

create table ops.trend_creator (
  user_id uuid not null,
  total double precision not null,
  squares double precision not null,
  constraint trend_creator_pkey primary key (user_id),
  constraint trend_creator_user_id_fkey foreign key (user_id) references public.users (id) on delete cascade
);
alter table ops.trend_creator enable row level security;
comment on table ops.trend_creator is
  'The gains of a creator''s items with the decay of period month, as of the start of the day (UTC): the baseline for judging a gain.';
comment on column ops.trend_creator.squares is
  'Sum of the squares: squares / total is the gain-weighted average gain of an item, no matter how many items are inactive.';

create table ops.trend_seen (
  content_id uuid not null,
  views bigint not null,
  constraint trend_seen_pkey primary key (content_id),
  constraint trend_seen_content_id_fkey foreign key (content_id) references public.content_item (id) on delete cascade
) with (fillfactor = 70);
alter table ops.trend_seen enable row level security;
comment on table ops.trend_seen is 'The views of an item up to which growth has been counted.';

create table ops.trend_progress (
  is_only boolean not null default true,
  seen_to xid8 not null default '0',
  constraint trend_progress_pkey primary key (is_only),
  constraint trend_progress_is_only check (is_only)
);
alter table ops.trend_progress enable row level security;
comment on table ops.trend_progress is
  'The transaction up to which the history of views (ops.content_stat_daily) has been counted. One row, which a refresh locks.';

create table public.featured_creator (
  user_id uuid not null,
  sort_order integer not null default 0,
  reason text,
  featured_by uuid,
  featured_at timestamptz not null default now(),
  ends_at timestamptz,
  constraint featured_creator_pkey primary key (user_id),
  constraint featured_creator_user_id_fkey foreign key (user_id) references public.users (id) on delete cascade,
  constraint featured_creator_reason_length check (char_length(reason) between 1 and 500),
  constraint featured_creator_ends_later check (ends_at > featured_at)
);
alter table public.featured_creator enable row level security;
comment on table public.featured_creator is 'Creators whom moderators show first, in their order, until ends_at.';
comment on column public.featured_creator.featured_by is 'The moderator. No foreign key: the list outlives them.';

create table ops.pinned_item (
  content_id uuid not null,
  user_id uuid not null,
  sort_order smallint not null,
  constraint pinned_item_pkey primary key (content_id),
  constraint pinned_item_content_id_fkey foreign key (content_id) references public.content_item (id) on delete cascade,
  constraint pinned_item_user_id_fkey foreign key (user_id) references public.users (id) on delete cascade
);
alter table ops.pinned_item enable row level security;
comment on table ops.pinned_item is 'The items that a creator shows first on their page, in their order.';
-- Serves a creator's page, and the foreign key.
create index pinned_item_user_id_idx on ops.pinned_item (user_id, sort_order);

create table ops.creator_stat (
  user_id uuid not null,
  total_followers bigint not null default 0,
  item_count integer not null default 0,
  updated_at timestamptz not null default now(),
  constraint creator_stat_pkey primary key (user_id),
  constraint creator_stat_user_id_fkey foreign key (user_id) references public.users (id) on delete cascade
);
alter table ops.creator_stat enable row level security;
comment on table ops.creator_stat is
  'Totals over a creator''s accounts and public items, for lists of creators. Written by update_total_followers() and the refresh.';
-- Serves browse_creators(): the most followed first.
create index creator_stat_total_followers_idx on ops.creator_stat (total_followers desc, user_id);

-- ## Tables: what is kept for reading

create table ops.search_document (
  content_item_id uuid not null,
  user_id uuid not null,
  platform text not null,
  content_type text not null,
  category_code text,
  language text,
  duration_seconds integer,
  published_at timestamptz not null,
  popularity double precision not null default 0,
  title_key integer,
  title_length smallint not null,
  head tsvector not null,
  constraint search_document_pkey primary key (content_item_id)
);
alter table ops.search_document enable row level security;
comment on table ops.search_document is
  'One row per item of ops.public_item: the data that visitors'' lists read and that search ranks by. Written by triggers (removal, immediate) and by ops.refresh_discovery().';
comment on column ops.search_document.language is 'BCP 47, in lower case.';
comment on column ops.search_document.popularity is
  'By how many standard deviations an item''s views exceed its platform''s mean, on a logarithmic scale, so that no platform wins through its size.';
comment on column ops.search_document.title_key is 'Hash of the title''s letters and digits (ops.title_key), for queries that are a complete title.';
comment on column ops.search_document.head is
  'Words that are ranked by position: title A, tags B, creator and account D; stop words of the title as =the.';

-- Each index serves one list of browse_content(): all items, a category, a platform, a type, a creator; newest first.
create index search_document_published_at_idx on ops.search_document (published_at desc, content_item_id);
create index search_document_category_idx on ops.search_document (category_code, published_at desc, content_item_id);
create index search_document_platform_idx on ops.search_document (platform, published_at desc, content_item_id);
create index search_document_content_type_idx on ops.search_document (content_type, published_at desc, content_item_id);
create index search_document_user_id_idx on ops.search_document (user_id, published_at desc, content_item_id);

create table ops.search_entry (
  content_item_id uuid not null,
  tier smallint not null,
  platform text not null,
  content_type text not null,
  category_code text,
  language text,
  duration_seconds integer,
  published_at timestamptz not null,
  search tsvector not null,
  padding text not null default repeat(' ', 2000),
  constraint search_entry_pkey primary key (content_item_id, tier)
) partition by list (tier);
alter table ops.search_entry enable row level security;
comment on table ops.search_entry is
  'The narrow row of a document that the word index points to: the columns by which a search filters, counts and gathers. Divided into tiers by merit, each as large as all tiers before it, so that a search reads the best items first and stops when it has enough.';
comment on column ops.search_entry.tier is '0: the highest by ops.merit(), 7: the lower half. See ops.search_tier.';
comment on column ops.search_entry.search is
  'All words: title A, tags B, the first 1,500 characters of the description C, creator and account D; stop words of the title as =the; the words of the title again as ^word, so that the index can tell them apart; and one lexeme each for category, platform, type, language and title_key (ops.facet_lexeme), so that one index serves words and filters together.';
comment on column ops.search_entry.padding is
  'Two thousand blanks, which compress to thirty bytes: a row that would be longer than 2 KB stores its words out of line, so that rows that are counted by the thousand stay narrow.';

-- Serves searches: words and filters. Every search also reads the pending list, so the list is kept short.
create index search_entry_search_idx on ops.search_entry using gin (search) with (gin_pending_list_limit = 256);

do $$
begin
  for v_tier in 0..7 loop
    execute format('create table ops.search_entry_%s partition of ops.search_entry for values in (%1$s)', v_tier);
    execute format('alter table ops.search_entry_%s enable row level security', v_tier);
    execute format('create policy "Only functions use entries" on ops.search_entry_%s for all to postgres using (true) with check (true)', v_tier);
    execute format('comment on table ops.search_entry_%s is %L', v_tier, 'Tier ' || v_tier || ' of ops.search_entry.');
    execute format('alter table ops.search_entry_%s set (toast_tuple_target = 128)', v_tier);
    execute format('alter table ops.search_entry_%s alter search set storage external, alter padding set storage main', v_tier);
  end loop;
end;
$$;

create table ops.search_tier (
  tier smallint not null,
  least double precision not null,
  constraint search_tier_pkey primary key (tier)
);
alter table ops.search_tier enable row level security;
comment on table ops.search_tier is 'The minimum merit of each tier; items below all of them are in tier 7. Measured by ops.measure_scale().';

create table ops.discovery_queue (
  id bigint generated always as identity,
  content_item_id uuid not null,
  constraint discovery_queue_pkey primary key (id)
);
alter table ops.discovery_queue enable row level security;
comment on table ops.discovery_queue is 'Items whose search_document must be rewritten. Appended by triggers, emptied by ops.refresh_discovery().';

create function ops.word_keys(p_word text) returns integer[]
language sql immutable parallel safe strict security invoker set search_path = ''
return (
  select array_agg(distinct hashtext(case when n = 0 then p_word else left(p_word, n - 1) || substr(p_word, n + 1) end))
  from generate_series(0, least(char_length(p_word), 30)) as n);
comment on function ops.word_keys is
  'Returns hashes of a word and of the word without each of its letters. Two words that share a hash differ by one letter: added, missing, replaced, or swapped with its neighbor.';

create table ops.search_word (
  word text not null,
  documents integer not null,
  keys integer[] not null generated always as (ops.word_keys(word)) stored,
  constraint search_word_pkey primary key (word)
);
alter table ops.search_word enable row level security;
comment on table ops.search_word is
  'Words of public titles (folded) and the approximate number of titles with each: used to complete the word being typed and to correct misspelt words. New words are added with their items; counts are recomputed nightly.';
-- Serve completions: the most common words with a prefix.
create index search_word_two_letters_idx on ops.search_word (left(word, 2), documents desc);
create index search_word_three_letters_idx on ops.search_word (left(word, 3), documents desc);
create index search_word_prefix_idx on ops.search_word (word text_pattern_ops);
-- Serve corrections: words that differ by one letter, or words that are similar.
create index search_word_keys_idx on ops.search_word using gin (keys);
create index search_word_trgm_idx on ops.search_word using gin (word extensions.gin_trgm_ops);

create table ops.platform_scale (
  platform text not null,
  mean_log_views double precision not null,
  deviation double precision not null,
  updated_at timestamptz not null default now(),
  constraint platform_scale_pkey primary key (platform),
  constraint platform_scale_deviation_positive check (deviation > 0)
);
alter table ops.platform_scale enable row level security;
comment on table ops.platform_scale is 'Mean and deviation of ln(1 + views) over each platform''s public items; refreshed daily.';

-- Serve search_creators(): names and handles.
create index users_display_name_trgm_idx on public.users using gin (ops.fold_text(display_name) extensions.gin_trgm_ops);
create index social_account_username_trgm_idx on public.social_account using gin (ops.fold_text(username) extensions.gin_trgm_ops);

-- ## Functions: categories

create function ops.derived_category(p_platform text, p_platform_category text, p_words text[], p_profile_category text,
  out category_code text, out category_source text)
language plpgsql stable security invoker set search_path = '' as $$
begin
  select rule.category_code, 'platform' into category_code, category_source
  from ops.category_rule as rule
  where rule.platform = p_platform and rule.platform_category = p_platform_category;
  if category_code is not null then
    return;
  end if;
  select known.category_code, 'tags' into category_code, category_source
  from unnest(p_words) as given (word)
  join ops.category_word as known on known.word = ops.fold_text(given.word)
  group by known.category_code
  order by count(*) desc, known.category_code
  limit 1;
  if category_code is not null then
    return;
  end if;
  if p_profile_category is not null then
    category_code := p_profile_category;
    category_source := 'profile';
  end if;
end;
$$;
comment on function ops.derived_category is
  'Derives the category of an item from its platform''s category, else from its tags and hashtags, else from its creator''s own category; also returns which of them it used.';

-- ## Functions: keeping the documents

create function ops.facet_lexeme(p_kind text, p_value text) returns tsvector
language plpgsql immutable parallel safe security invoker set search_path = '' as $$
begin
  return case when p_value is null then ''::tsvector else array_to_tsvector(array['@' || p_kind || ':' || p_value]) end;
end;
$$;
comment on function ops.facet_lexeme is
  'Returns the lexeme that represents a filter, such as @platform:youtube. No text can produce it: parsers drop the signs.';

create function ops.facet_query(p_category text, p_platform text, p_content_type text, p_language text) returns tsquery
language sql immutable parallel safe security invoker set search_path = '' as $$
  select coalesce(string_agg(quote_literal(name || value), ' & '), '')::tsquery
  from (values ('@category:', p_category), ('@platform:', p_platform), ('@type:', p_content_type),
    ('@language:', split_part(lower(p_language), '-', 1))) as given (name, value)
  where value is not null;
$$;
comment on function ops.facet_query is 'Returns a query for documents that have the lexemes of all these filters; null: any value.';

create function ops.title_key(p_title text) returns integer
language plpgsql immutable parallel safe strict security invoker set search_path = '' as $$
begin
  return hashtext(nullif(btrim(regexp_replace(ops.fold_text(p_title), '[^[:alnum:]]+', ' ', 'g')), ''));
end;
$$;
comment on function ops.title_key is 'Returns a hash of a text''s folded letters and digits, or null when it has none.';

create function ops.stop_words(p_text text) returns tsvector
language plpgsql immutable parallel safe strict security invoker set search_path = '' as $$
begin
  return coalesce((
    select string_agg(quote_literal('=' || lexeme) || ':' || array_to_string(positions, 'A,') || 'A', ' ')
    from unnest(to_tsvector('pg_catalog.simple'::regconfig, p_text))
    where ts_lexize('pg_catalog.english_stem'::regdictionary, lexeme) = '{}'), '')::tsvector;
end;
$$;
comment on function ops.stop_words is
  'Returns the stop words of a text with their positions, as =the: text search drops them, and "The The" contains nothing else.';

create function ops.title_words(p_title text) returns setof text
language sql immutable parallel safe strict security invoker set search_path = '' as $$
  select distinct word
  from regexp_split_to_table(ops.fold_text(p_title), '[^[:alnum:]]+') as word
  where char_length(word) between 3 and 30 and word ~ '[^0-9]'
    and (octet_length(word) = char_length(word) or ops.split_words(word) = word);
$$;
comment on function ops.title_words is
  'Returns the words of a title that can be completed or corrected: no numbers, and nothing written without spaces.';

create function ops.standing(p_popularity double precision, p_published_at timestamptz, p_now timestamptz) returns double precision
language plpgsql immutable parallel safe security invoker set search_path = '' as $$
begin
  return (1 + 0.25 * least(greatest(p_popularity, -2), 4))
    * (0.85 + 0.15 * exp(-least(greatest(extract(epoch from p_now - p_published_at)::double precision, 0) / 7776000, 700)));
end;
$$;
comment on function ops.standing is
  'Returns the factor by which an item''s popularity and freshness change its search score: 0.5 to 2 for its views, up to 18 % more for a new item than for an old one.';

create function ops.title_lexemes(p_words tsvector) returns tsvector
language plpgsql immutable parallel safe strict security invoker set search_path = '' as $$
begin
  return array_to_tsvector(array(select '^' || lexeme from unnest(ts_filter(p_words, '{a}'))));
end;
$$;
comment on function ops.title_lexemes is 'Returns the words of a title as ^word, from a vector in which the title has weight A.';

create function ops.merit(p_popularity double precision, p_published_at timestamptz, p_title_length integer, p_now timestamptz) returns double precision
language plpgsql immutable parallel safe security invoker set search_path = '' as $$
begin
  return ops.standing(p_popularity, p_published_at, p_now) * (0.5 + 0.5 * least(1, 7 / greatest(p_title_length, 1)::double precision));
end;
$$;
comment on function ops.merit is
  'Returns the score that a one-word search would give an item with the word in its title: its standing, and the share of the title that a word of seven letters takes.';

create function ops.tier_of(p_merit double precision) returns smallint
language plpgsql stable parallel safe security invoker set search_path = '' as $$
begin
  return coalesce((select min(tier) from ops.search_tier where least <= p_merit), 7);
end;
$$;
comment on function ops.tier_of is 'Returns the tier of search_entry for a merit.';

create function ops.refresh_discovery(p_limit integer default 2000) returns integer
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_ids uuid[];
begin
  with taken as (
    delete from ops.discovery_queue
    where id = any(array(select id from ops.discovery_queue order by id limit p_limit for update skip locked))
    returning content_item_id
  )
  select array_agg(distinct content_item_id) into v_ids from taken;
  if v_ids is null then
    return 0;
  end if;

  -- A transaction that hides an item, its account or its creator waits for this one, and then finds the document to delete. Rows that
  -- another transaction has locked are left for the next run: waiting for them could end in a deadlock.
  insert into ops.creator_stat (user_id)
  select creator.id
  from public.users as creator
  where creator.id in (select user_id from public.content_item where id = any(v_ids))
  order by creator.id
  -- Skips creators who are being deleted: a row for them would make all others fail.
  for key share skip locked
  on conflict do nothing;
  with held as (
    select item.id
    from public.content_item as item
    join public.social_account as account on account.id = item.social_account_id
    join public.users as creator on creator.id = item.user_id
    join ops.creator_stat as stat on stat.user_id = item.user_id
    where item.id = any(v_ids)
    order by item.id
    for no key update of item, stat skip locked
    for share of account, creator skip locked
  ), kept as (
    select array_agg(held.id) as ids from held
  ), later as (
    insert into ops.discovery_queue (content_item_id)
    select item.id
    from public.content_item as item, kept
    where item.id = any(v_ids) and not item.id = any(coalesce(kept.ids, '{}'))
  )
  select ids into v_ids from kept;
  if v_ids is null then
    return 0;
  end if;

  -- A category chosen by the creator or the AI stays. The documents are written below, so the trigger does not have to queue them.
  perform set_config('streamvibe.is_refresh', 'on', true);
  with derived as (
    select item.id, told.category_code, told.category_source
    from ops.public_item as item
    join public.users as creator on creator.id = item.user_id
    cross join lateral ops.derived_category(item.platform, item.platform_category, item.tags || item.hashtags, creator.primary_category) as told
    where item.id = any(v_ids) and coalesce(item.category_source not in ('creator', 'ai'), true)
  )
  update public.content_item as item
  set category_code = derived.category_code, category_source = derived.category_source
  from derived
  where item.id = derived.id
    and (item.category_code, item.category_source) is distinct from (derived.category_code, derived.category_source)
    and coalesce(item.category_source not in ('creator', 'ai'), true);
  perform set_config('streamvibe.is_refresh', '', true);

  delete from ops.search_document where content_item_id = any(v_ids);
  delete from ops.search_entry where content_item_id = any(v_ids);
  with measured as (
    select item.id, item.user_id, item.platform, item.content_type, item.category_code, lower(item.language) as language,
      item.duration_seconds, item.published_at, ops.title_key(item.title) as title_key, char_length(item.title) as title_length,
      coalesce((ln(1 + item.views_count) - scale.mean_log_views) / scale.deviation, 0) as popularity,
      case when char_length(item.description) <= 1500 then item.search_vector
        else ops.content_vector(item.title, item.tags, item.hashtags, left(item.description, 1500)) end as words,
      setweight(to_tsvector('pg_catalog.english'::regconfig,
        ops.split_words(concat_ws(' ', creator.display_name, account.display_name, account.username))), 'D')
        || ops.stop_words(ops.split_words(item.title)) as names,
      ops.facet_lexeme('category', item.category_code) || ops.facet_lexeme('platform', item.platform)
        || ops.facet_lexeme('type', item.content_type) || ops.facet_lexeme('language', split_part(lower(item.language), '-', 1))
        || ops.facet_lexeme('title', ops.title_key(item.title)::text) as facets
    from ops.public_item as item
    join public.users as creator on creator.id = item.user_id
    join public.social_account as account on account.id = item.social_account_id
    left join ops.platform_scale as scale on scale.platform = item.platform
    where item.id = any(v_ids)
  ), listed as (
    insert into ops.search_document (content_item_id, user_id, platform, content_type, category_code, language, duration_seconds,
      published_at, popularity, title_key, title_length, head)
    select id, user_id, platform, content_type, category_code, language, duration_seconds, published_at, popularity, title_key,
      title_length, ts_filter(words, '{a,b}') || names
    from measured
  )
  insert into ops.search_entry (content_item_id, tier, platform, content_type, category_code, language, duration_seconds, published_at, search)
  select id, ops.tier_of(ops.merit(popularity, published_at, title_length, now())), platform, content_type, category_code, language,
    duration_seconds, published_at, words || names || ops.title_lexemes(words) || facets
  from measured;

  delete from public.content_tag as tag
  where tag.content_id = any(v_ids) and tag.source = 'platform';
  insert into public.content_tag (content_id, tag, source, tag_type)
  select distinct on (item.id, folded.tag) item.id, folded.tag, 'platform', folded.tag_type
  from public.content_item as item
  cross join lateral (
    select left(ops.fold_text(given), 500) as tag, 'hashtag' as tag_type from unnest(item.hashtags) as given
    union all
    select left(ops.fold_text(given), 500), 'keyword' from unnest(item.tags) as given
  ) as folded
  where item.id = any(v_ids) and item.deleted_at is null and folded.tag <> ''
  order by item.id, folded.tag, folded.tag_type
  on conflict do nothing;

  perform public.update_total_followers(touched.user_id)
  from (select distinct user_id from public.content_item where id = any(v_ids) order by user_id) as touched;
  perform public.forget_cached('{public}');

  -- Last, and only new words: another transaction that adds the same word waits for this one to end.
  insert into ops.search_word (word, documents)
  select given.word, count(*)
  from ops.public_item as item
  cross join lateral ops.title_words(item.title) as given (word)
  where item.id = any(v_ids) and not exists (select from ops.search_word as known where known.word = given.word)
  group by given.word
  order by given.word
  on conflict (word) do nothing;
  return cardinality(v_ids);
end;
$$;
comment on function ops.refresh_discovery is
  'For cron. Rewrites the documents, categories and tags of at most p_limit queued items and returns their number. Several runs may work at the same time.';

create function ops.measure_scale() returns void
language plpgsql volatile security invoker set search_path = '' as $$
begin
  insert into ops.platform_scale (platform, mean_log_views, deviation)
  select platform, avg(ln(1 + views_count)), greatest(stddev_pop(ln(1 + views_count)), 0.1)
  from ops.public_item
  group by platform
  on conflict (platform) do update
  set mean_log_views = excluded.mean_log_views, deviation = excluded.deviation, updated_at = now();

  -- The last tier has half of all items, each tier before it half of the rest.
  with measured as (
    select percentile_disc(array[1 - 1/128.0, 1 - 1/64.0, 1 - 1/32.0, 1 - 1/16.0, 1 - 1/8.0, 1 - 1/4.0, 1/2.0]) within group (
      order by ops.merit((ln(1 + item.views_count) - scale.mean_log_views) / scale.deviation, item.published_at, char_length(item.title), now())) as bounds
    from ops.public_item as item
    join ops.platform_scale as scale on scale.platform = item.platform
  )
  insert into ops.search_tier (tier, least)
  select bound.place - 1, bound.least
  from measured
  cross join lateral unnest(measured.bounds) with ordinality as bound (least, place)
  where bound.least is not null
  on conflict (tier) do update set least = excluded.least;
end;
$$;
comment on function ops.measure_scale is 'Measures the mean views of each platform, and the minimum merit of each tier.';

create function ops.rescale_discovery() returns integer
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_moved integer;
begin
  perform ops.measure_scale();
  with measured as (
    select document.content_item_id, document.popularity as old, (ln(1 + item.views_count) - scale.mean_log_views) / scale.deviation as popularity
    from ops.search_document as document
    join public.content_item as item on item.id = document.content_item_id
    join ops.platform_scale as scale on scale.platform = document.platform
  )
  update ops.search_document as document
  set popularity = measured.popularity
  from measured
  where document.content_item_id = measured.content_item_id and abs(measured.popularity - measured.old) > 0.1;

  -- Entries near a boundary stay in their tier: moving them costs more than it gains.
  with placed as (
    select document.content_item_id, entry.tier as old_tier, ops.tier_of(merit * 0.98) as lower_tier, ops.tier_of(merit * 1.02) as upper_tier
    from ops.search_document as document
    join ops.search_entry as entry on entry.content_item_id = document.content_item_id
    cross join lateral ops.merit(document.popularity, document.published_at, document.title_length, now()) as merit
  )
  update ops.search_entry as entry
  set tier = case when placed.old_tier > placed.lower_tier then placed.lower_tier else placed.upper_tier end
  from placed
  where entry.content_item_id = placed.content_item_id and entry.tier = placed.old_tier
    and placed.old_tier not between placed.upper_tier and placed.lower_tier;
  get diagnostics v_moved = row_count;

  with counted as (
    select word, count(*) as documents
    from ops.search_document as document
    join public.content_item as item on item.id = document.content_item_id
    cross join lateral ops.title_words(item.title) as word
    group by word
  ), gone as (
    delete from ops.search_word as known where not exists (select from counted where counted.word = known.word)
  )
  insert into ops.search_word as known (word, documents)
  select word, documents from counted
  order by word
  on conflict (word) do update set documents = excluded.documents where known.documents <> excluded.documents;
  return v_moved;
end;
$$;
comment on function ops.rescale_discovery is
  'For cron, nightly: measures each platform''s views, moves entries whose merit has changed to their new tier, and counts the words of titles. Returns the number of moved entries.';

-- ## Functions: reading

-- Security definer, like the next two: policies call them for people who may not read the tables.
create function ops.is_public_item(p_id uuid) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (select from ops.public_item as item where item.id = p_id);
$$;
comment on function ops.is_public_item is 'For policies: returns whether visitors may see an item.';

create function ops.is_own_item(p_id uuid) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (select from public.content_item as item where item.id = p_id and item.user_id = auth.uid());
$$;
comment on function ops.is_own_item is 'For policies: returns whether an item belongs to the signed-in person.';

create function ops.is_public_creator(p_id uuid) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (select from public.users as creator where creator.id = p_id and creator.is_public and creator.hidden_at is null);
$$;
comment on function ops.is_public_creator is 'For policies: returns whether visitors may see a creator.';

create function ops.creator_card(p_creator public.users) returns jsonb
language sql stable security invoker set search_path = '' as $$
  select jsonb_build_object('id', p_creator.id, 'slug', p_creator.profile_slug, 'display_name', p_creator.display_name,
    'avatar_url', p_creator.avatar_url, 'category', p_creator.primary_category, 'is_verified', p_creator.is_verified);
$$;
comment on function ops.creator_card is 'Returns a creator as shown in lists. Only for public creators.';

create view ops.creator_row as
select id, profile_slug as slug, display_name, avatar_url, primary_category as category, is_verified from public.users;
comment on view ops.creator_row is 'Creators as shown in lists. Only for public creators.';

create view ops.item_row as
select item.id, item.platform, item.content_type, item.title, left(item.description, 300) as description, item.thumbnail_url, item.permalink,
  item.category_code as category, item.language, item.duration_seconds, item.hashtags, item.views_count, item.likes_count, item.comments_count,
  coalesce(counter.clicks, 0) + (
    -- Clicks that are not rolled up yet are normally from the last minute; a whole day is read, in case the roll-up has been down.
    select count(*)
    from public.content_click as click
    where click.content_id = item.id and click.is_counted
      and click.tx >= greatest((select rolled_to from ops.click_roll_up), counter.rolled_to)
      and click.clicked_at >= (select rolled_at - interval '1 day' from ops.click_roll_up)) as total_clicks,
  item.published_at, creator
from ops.public_item as item
join ops.creator_row as creator on creator.id = item.user_id
left join ops.click_counter as counter on counter.content_id = item.id;
comment on view ops.item_row is 'Public items as shown in lists.';

-- Rows are built as JSON text, which is not parsed again at each level; jsonb is created only once.
create function ops.item_cards(p_ids uuid[]) returns jsonb
language plpgsql stable security invoker set search_path = '' set plan_cache_mode = force_generic_plan set enable_seqscan = off set jit = off as $$
begin
  return (
    select coalesce(json_agg(item order by wanted.place)::jsonb, '[]')
    from unnest(p_ids) with ordinality as wanted (id, place)
    join ops.item_row as item on item.id = wanted.id);
end;
$$;
comment on function ops.item_cards is
  'Returns items as shown in lists, in the requested order. Leaves out items that are not public, whoever the caller is.';

create function ops.bounded_total(p_counted bigint, p_estimate double precision, out total_count bigint, out total_is_estimate boolean)
language sql immutable security invoker set search_path = '' as $$
  select case when p_counted > 10000 then greatest(p_estimate::bigint, p_counted) else p_counted end, p_counted > 10000;
$$;
comment on function ops.bounded_total is 'Returns an exact total up to 10,000, and beyond that an estimate marked as such.';

create function ops.common_values(p_column text) returns table (value text, frequency real)
language sql stable security invoker set search_path = '' as $$
  select common.value, common.frequency
  from pg_catalog.pg_stats as stats
  cross join lateral unnest(stats.most_common_vals::text::text[], stats.most_common_freqs) as common (value, frequency)
  where stats.schemaname = 'ops' and stats.tablename = 'search_document' and stats.attname = p_column;
$$;
comment on function ops.common_values is 'Returns the most common values of a column of the documents and their shares, as measured by ANALYZE.';

create function ops.estimated_documents(p_category text, p_platform text) returns double precision
language sql stable security invoker set search_path = '' as $$
  select greatest(class.reltuples, 0)
    * coalesce((select frequency from ops.common_values('category_code') where value = p_category), 1)
    * coalesce((select frequency from ops.common_values('platform') where value = p_platform), 1)
  from pg_class as class
  where class.oid = 'ops.search_document'::regclass;
$$;
comment on function ops.estimated_documents is 'Returns the approximate number of documents, from the planner''s statistics.';

-- Security definer: visitors see public data, but may read no table. Only the service calls it, for the edge functions.
-- Every call is planned separately, so that omitted filters cost nothing.
create function public.browse_content(p_category text default null, p_platform text default null, p_content_type text default null,
  p_language text default null, p_creator text default null, p_published_since timestamptz default null,
  p_published_until timestamptz default null, p_min_duration integer default null, p_max_duration integer default null,
  p_limit integer default 50, p_offset integer default 0, p_after_at timestamptz default null, p_after_id uuid default null) returns jsonb
language plpgsql stable security definer set search_path = '' set plan_cache_mode = force_custom_plan set jit = off as $$
declare
  v_creator_id constant uuid := (select id from public.users where profile_slug = p_creator);
  v_language constant text := lower(p_language);
  v_lexemes constant tsquery := ops.facet_query(p_category, p_platform, p_content_type, p_language);
  -- A single filter has an index in the order of the list; for several filters, or for a language, the word index finds the few documents
  -- that match all of them.
  v_by_words constant boolean := v_creator_id is null and (p_language is not null or num_nonnulls(p_category, p_platform, p_content_type) > 1);
  v_ids uuid[];
  v_times timestamptz[];
  v_counted bigint;
  v_total record;
begin
  if p_creator is not null and v_creator_id is null then
    return jsonb_build_object('content_items', '[]'::jsonb, 'total_count', 0, 'total_is_estimate', false, 'next', null);
  end if;
  select array_agg(found.content_item_id), array_agg(found.published_at), count(*) into v_ids, v_times, v_counted
  from (
    select document.content_item_id, document.published_at
    from (
      select content_item_id, published_at, language, duration_seconds
      from ops.search_entry
      where v_by_words and search @@ v_lexemes
      union all
      select content_item_id, published_at, language, duration_seconds
      from ops.search_document
      where not v_by_words and (p_category is null or category_code = p_category) and (p_platform is null or platform = p_platform)
        and (p_content_type is null or content_type = p_content_type) and (v_creator_id is null or user_id = v_creator_id)
    ) as document
    where (v_language is null or document.language = v_language or document.language like v_language || '-%')
      and (p_published_since is null or document.published_at >= p_published_since)
      and (p_published_until is null or document.published_at < p_published_until)
      and (p_min_duration is null or document.duration_seconds >= p_min_duration)
      and (p_max_duration is null or document.duration_seconds <= p_max_duration)
    limit 10001
  ) as found;
  v_total := ops.bounded_total(v_counted, case when v_counted > 10000 then ops.estimated_documents(p_category, p_platform) end);

  -- Newest first, equal times by id. A row comparison cannot express this, because the two directions differ.
  if v_counted <= 10000 then
    select array_agg(page.id), array_agg(page.at) into v_ids, v_times
    from (
      select found.id, found.at
      from unnest(v_ids, v_times) as found (id, at)
      where p_after_id is null or found.at < p_after_at or found.at = p_after_at and found.id > p_after_id
      order by found.at desc, found.id
      limit p_limit + 1 offset p_offset
    ) as page;
  else
    select array_agg(page.content_item_id), array_agg(page.published_at) into v_ids, v_times
    from (
      select document.content_item_id, document.published_at
      from ops.search_document as document
      where (p_category is null or document.category_code = p_category)
        and (p_platform is null or document.platform = p_platform)
        and (p_content_type is null or document.content_type = p_content_type)
        and (v_language is null or document.language = v_language or document.language like v_language || '-%')
        and (v_creator_id is null or document.user_id = v_creator_id)
        and (p_published_since is null or document.published_at >= p_published_since)
        and (p_published_until is null or document.published_at < p_published_until)
        and (p_min_duration is null or document.duration_seconds >= p_min_duration)
        and (p_max_duration is null or document.duration_seconds <= p_max_duration)
        and (p_after_id is null or document.published_at <= p_after_at
          and (document.published_at < p_after_at or document.content_item_id > p_after_id))
      order by document.published_at desc, document.content_item_id
      limit p_limit + 1 offset p_offset
    ) as page;
  end if;

  return jsonb_build_object(
    'content_items', ops.item_cards(v_ids[:p_limit]),
    'total_count', v_total.total_count, 'total_is_estimate', v_total.total_is_estimate,
    'next', case when cardinality(v_ids) > p_limit then jsonb_build_object('at', v_times[p_limit], 'id', v_ids[p_limit]) end);
end;
$$;
comment on function public.browse_content is
  'Returns a page of public items, newest first, with any of the filters: {content_items, total_count, total_is_estimate, next}. Continue from next ({at, id}: p_after_at, p_after_id); a later page then costs as much as the first one, unlike with p_offset, which counts all rows before it.';

-- Security definer: see browse_content.
create function public.browse_categories() returns jsonb
language sql stable security definer set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object('code', category.code, 'display_name', category.display_name,
      'description', category.description, 'sort_order', category.sort_order,
      'item_count', total.total_count, 'item_count_is_estimate', total.total_is_estimate) order by category.sort_order), '[]')
  from public.content_category as category
  cross join lateral (
    select count(*) as items
    from (select from ops.search_document as document where document.category_code = category.code limit 10001) as counted
  ) as counted
  cross join lateral ops.bounded_total(counted.items, case when counted.items > 10000 then ops.estimated_documents(category.code, null) end) as total;
$$;
comment on function public.browse_categories is 'Returns all categories in their order, each with its number of public items.';

-- Security definer: see browse_content.
create function public.get_content_detail(p_id uuid, p_related integer default 12) returns jsonb
language plpgsql stable security definer set search_path = '' set plan_cache_mode = force_custom_plan set jit = off as $$
declare
  v_item record;
  v_like tsquery;
  v_related uuid[] := '{}';
  v_waiting uuid[] := '{}';
  v_next record;
  v_one uuid;
  v_other uuid;
begin
  select item.*, creator.primary_category into v_item
  from ops.public_item as item
  join public.users as creator on creator.id = item.user_id
  where item.id = p_id;
  if v_item.id is null then
    return null;
  end if;

  v_like := ops.any_of(v_item.title);
  -- Candidates share something with the item; each source is limited. More shared properties, and rarer ones, give a higher weight.
  for v_next in
    with named as (
      select shared.id, 3 / ln(10 + shared.items) as weight
      from public.content_tag as mine
      cross join lateral (
        select few.content_id as id, count(*) over () as items
        from (select twin.content_id from public.content_tag as twin where twin.tag = mine.tag limit 200) as few
      ) as shared
      where mine.content_id = p_id
      union all
      select content_item_id, 1.0
      from (
        select entry.content_item_id
        from ops.search_entry as entry
        where entry.tier < 3 and entry.search @@ v_like
        limit 200
      ) as similar_text
      union all
      select content_item_id, 0.6
      from (
        select document.content_item_id from ops.search_document as document where document.user_id = v_item.user_id
        order by document.published_at desc limit 30
      ) as of_creator
      union all
      select content_item_id, 0.3
      from (
        select document.content_item_id from ops.search_document as document where document.category_code = v_item.category_code
        order by document.published_at desc limit 60
      ) as of_category
    )
    select best.id, item.user_id, best.weight
    from (
      select named.id, sum(named.weight) as weight
      from named
      where named.id <> p_id
      group by named.id
      order by sum(named.weight) desc, named.id
      limit p_related * 12
    ) as best
    join ops.public_item as item on item.id = best.id
    order by best.weight desc, best.id
    limit p_related * 6
  loop
    exit when cardinality(v_related) >= p_related;
    -- At most two items of one creator in a row: a third waits until an item of another creator comes between.
    if v_next.user_id = v_one and v_next.user_id = v_other then
      v_waiting := v_waiting || v_next.id;
      continue;
    end if;
    v_related := v_related || v_next.id;
    v_other := v_one;
    v_one := v_next.user_id;
    if cardinality(v_waiting) > 0 and v_one is distinct from v_other and cardinality(v_related) < p_related then
      v_related := v_related || v_waiting[1];
      v_waiting := v_waiting[2:];
      v_other := v_one;
      v_one := (select user_id from public.content_item where id = v_related[cardinality(v_related)]);
    end if;
  end loop;

  return jsonb_build_object(
    'content_item', (ops.item_cards(array[p_id]) -> 0) || jsonb_build_object(
      'description', v_item.description, 'tags', v_item.tags, 'shares_count', v_item.shares_count,
      'category_source', v_item.category_source, 'updated_at', v_item.updated_at,
      'media', coalesce((
        select jsonb_agg(to_jsonb(media) - 'content_id' - 'user_id' - 'id' order by media.position)
        from public.content_media as media
        where media.content_id = p_id), '[]')),
    'related_content', ops.item_cards(v_related));
end;
$$;
comment on function public.get_content_detail is
  'Returns one public item in full, and related ones (shared tags, text, creator, category; never itself, at most two of one creator in a row): {content_item, related_content}. Null when it does not exist or is not public.';

create function ops.any_of(p_text text) returns tsquery
language sql stable security invoker set search_path = '' as $$
  select coalesce(string_agg(quote_literal(lexeme), ' | '), '')::tsquery
  from (
    select lexeme from unnest(to_tsvector('public.streamvibe', left(p_text, 300))) order by char_length(lexeme) desc limit 6
  ) as words;
$$;
comment on function ops.any_of is 'Returns a query for any of the six longest words of a text.';

-- Security definer: see browse_content.
create function public.get_creator_by_slug(p_slug text, p_recent integer default 24) returns jsonb
language sql stable security definer set search_path = '' as $$
  select jsonb_build_object(
    'user', ops.creator_card(creator) || jsonb_build_object('bio', creator.bio, 'joined_at', creator.created_at,
      'total_followers', coalesce(stat.total_followers, 0), 'item_count', coalesce(stat.item_count, 0)),
    'social_accounts', coalesce((
      select jsonb_agg(jsonb_build_object('platform', platform.slug, 'username', account.username, 'display_name', account.display_name,
        'profile_url', account.profile_url, 'avatar_url', account.avatar_url, 'followers_count', account.followers_count)
        order by platform.sort_order, account.created_at)
      from public.social_account as account
      join public.platform as platform on platform.id = account.platform_id
      where account.user_id = creator.id and account.deleted_at is null), '[]'),
    'pinned_content', ops.item_cards(array(
      select pinned.content_id from ops.pinned_item as pinned where pinned.user_id = creator.id order by pinned.sort_order)),
    'recent_content', ops.item_cards(array(
      select document.content_item_id from ops.search_document as document where document.user_id = creator.id
      order by document.published_at desc, document.content_item_id limit p_recent)))
  from public.users as creator
  left join ops.creator_stat as stat on stat.user_id = creator.id
  where creator.profile_slug = p_slug and creator.is_public and creator.hidden_at is null;
$$;
comment on function public.get_creator_by_slug is
  'Returns a public creator''s page: {user, social_accounts, pinned_content, recent_content}. Null when there is no such creator.';

-- Security definer: see browse_content.
create function public.browse_creators(p_category text default null, p_limit integer default 50, p_offset integer default 0,
  p_after_followers bigint default null, p_after_id uuid default null) returns jsonb
language plpgsql stable security definer set search_path = '' set plan_cache_mode = force_custom_plan set jit = off as $$
declare
  v_found jsonb;
  v_counted bigint;
  v_total record;
begin
  select coalesce(jsonb_agg(page.card order by page.total_followers desc, page.id), '[]') into v_found
  from (
    select creator.id, stat.total_followers,
      ops.creator_card(creator) || jsonb_build_object('bio', left(creator.bio, 300), 'total_followers', stat.total_followers,
        'item_count', stat.item_count) as card
    from ops.creator_stat as stat
    join public.users as creator on creator.id = stat.user_id
    where creator.is_public and creator.hidden_at is null
      and (p_category is null or creator.primary_category = p_category)
      and (p_after_id is null or stat.total_followers <= p_after_followers
        and (stat.total_followers < p_after_followers or stat.user_id > p_after_id))
    order by stat.total_followers desc, stat.user_id
    limit p_limit + 1 offset p_offset
  ) as page;
  select count(*) into v_counted
  from (
    select
    from ops.creator_stat as stat
    join public.users as creator on creator.id = stat.user_id
    where creator.is_public and creator.hidden_at is null and (p_category is null or creator.primary_category = p_category)
    limit 10001
  ) as counted;
  v_total := ops.bounded_total(v_counted,
    (select greatest(reltuples, 0) from pg_class where oid = 'ops.creator_stat'::regclass));
  return jsonb_build_object(
    'creators', case when jsonb_array_length(v_found) > p_limit then v_found - p_limit else v_found end,
    'featured', case when p_after_id is null and p_offset = 0 then ops.featured_cards(p_category) else '[]' end,
    'total_count', v_total.total_count, 'total_is_estimate', v_total.total_is_estimate,
    'next', case when jsonb_array_length(v_found) > p_limit
      then jsonb_build_object('followers', v_found -> (p_limit - 1) -> 'total_followers', 'id', v_found -> (p_limit - 1) -> 'id') end);
end;
$$;
comment on function public.browse_creators is
  'Returns a page of public creators, the most followed first, and on the first page those whom moderators feature: {creators, featured, total_count, total_is_estimate, next}.';

create function ops.featured_cards(p_category text) returns jsonb
language sql stable security invoker set search_path = '' as $$
  select coalesce(jsonb_agg(
    ops.creator_card(creator) || jsonb_build_object('reason', featured.reason, 'ends_at', featured.ends_at)
    order by featured.sort_order, featured.featured_at), '[]')
  from public.featured_creator as featured
  join public.users as creator on creator.id = featured.user_id
  where creator.is_public and creator.hidden_at is null and (featured.ends_at is null or featured.ends_at > now())
    and (p_category is null or creator.primary_category = p_category);
$$;
comment on function ops.featured_cards is 'Returns the featured creators who are public, in their order.';

-- ## Functions: searching

create type ops.search_filter as (
  language text, published_since timestamptz, published_until timestamptz, min_duration integer, max_duration integer);
comment on type ops.search_filter is 'The filters of a search that are not lexemes (ops.facet_lexeme). Null: no restriction.';

create function ops.stop_phrase(p_text text) returns tsquery
language sql stable security invoker set search_path = '' as $$
  select coalesce(string_agg(quote_literal('=' || lexeme), ' <-> ' order by place), '')::tsquery
  from unnest(to_tsvector('pg_catalog.simple'::regconfig, ops.split_words(p_text))) as given, unnest(given.positions) as place;
$$;
comment on function ops.stop_phrase is 'Returns a query for titles in which these stop words follow each other.';

create function ops.any_word(p_words text[]) returns tsquery
language sql stable security invoker set search_path = '' as $$
  select websearch_to_tsquery('pg_catalog.english'::regconfig, array_to_string(p_words, ' or '));
$$;
comment on function ops.any_word is 'Returns a query for any of these words.';

create function ops.read_search(p_query text, out words tsquery, out wider tsquery, out excluded tsquery, out tags tsquery, out plain text,
  out is_exact boolean)
language plpgsql stable security invoker set search_path = '' set plan_cache_mode = force_custom_plan set jit = off as $$
declare
  v_query constant text := ops.fold_text(left(p_query, 200));
  v_last constant text := substring(v_query from '(?:^|[[:space:]])([[:alnum:]]{2,30})$');
  v_completions text[];
  v_typed tsquery;
  v_before tsquery;
begin
  select * into words, excluded, plain, is_exact from ops.parse_search(v_query);
  if querytree(words) in ('', 'T') then
    -- The query has only stop words, signs and exclusions.
    words := ops.stop_phrase(regexp_replace(v_query, '(?:^|[[:space:]])-(?:"[^"]*"?|[^[:space:]]+)', ' ', 'g'));
    if numnode(words) > 0 and excluded is not null then
      words := words && !! excluded;
    end if;
  end if;
  -- Tags have weight B.
  select coalesce(string_agg(replace(ops.in_title(parsed.words)::text, ':A', ':B'), ' & '), '')::tsquery into tags
  from regexp_matches(v_query, '(?:^|[[:space:]])#([^[:space:]]+)', 'g') as given
  cross join lateral ops.parse_search(given[1]) as parsed
  where numnode(parsed.words) > 0;
  wider := words;
  -- The word being typed may be incomplete: it is completed with the most common words that begin with it, never with all in the index. A
  -- word that many titles contain is considered complete.
  if v_last is null or ops.split_words(v_last) <> v_last
    or (select documents from ops.search_word where word = v_last) >= 2000 then
    return;
  end if;
  v_completions := case char_length(v_last)
    when 2 then array(select word from ops.search_word where left(word, 2) = v_last and word <> v_last order by documents desc, word limit 8)
    when 3 then array(select word from ops.search_word where left(word, 3) = v_last and word <> v_last order by documents desc, word limit 8)
    else array(select word from ops.search_word where word like v_last || '%' and word <> v_last order by documents desc, word limit 8) end;
  if v_completions = '{}' then
    return;
  end if;
  v_typed := (select parsed.words from ops.parse_search(v_last) as parsed);
  if numnode(v_typed) = 0 then
    v_typed := ops.stop_phrase(v_last);
  end if;
  -- Words with the same stem as the typed word are found anyway.
  v_completions := array(
    select word from unnest(v_completions) with ordinality as completion (word, place)
    where ops.any_word(array[word])::text <> v_typed::text order by place);
  v_typed := v_typed || ops.any_word(v_completions);
  v_before := (select parsed.words from ops.parse_search(left(v_query, char_length(v_query) - char_length(v_last))) as parsed);
  wider := case when numnode(v_before) = 0 then v_typed else v_before && v_typed end;
end;
$$;
comment on function ops.read_search is
  'parse_search() for visitors: the words as written, the same with the last word completed (wider), words that were written as tags, and stop words when there is nothing else.';

create function ops.corrections(p_word text) returns text[]
language plpgsql stable security invoker set search_path = '' set plan_cache_mode = force_custom_plan set jit = off set pg_trgm.similarity_threshold = 0.45 as $$
declare
  v_found text[];
begin
  if char_length(p_word) < 4 or p_word !~ '[^0-9]' or ops.split_words(p_word) <> p_word then
    return '{}';
  end if;
  -- A typing error in the first letter is rare.
  v_found := array(
    select known.word
    from ops.search_word as known
    where known.keys operator(pg_catalog.&&) ops.word_keys(p_word) and known.word <> p_word
    order by known.documents * case when left(known.word, 1) = left(p_word, 1) then 10 else 1 end desc, known.word
    limit 4);
  if v_found = '{}' and char_length(p_word) >= 6 then
    v_found := array(
      select known.word
      from ops.search_word as known
      where known.word operator(extensions.%) p_word
      order by extensions.similarity(known.word, p_word) desc, known.documents desc, known.word
      limit 3);
  end if;
  return v_found;
end;
$$;
comment on function ops.corrections is
  'Returns known words that a misspelt word may stand for, the most likely first: words that differ by one letter, else similar words.';

create function ops.corrected(p_plain text, p_rounds integer, out words tsquery, out choices text[])
language plpgsql stable security invoker set search_path = '' as $$
declare
  v_words constant text[] := (regexp_split_to_array(btrim(regexp_replace(p_plain, '[^[:alnum:]]+', ' ', 'g')), ' '))[:12];
  v_word text;
  v_near text[];
  v_is_misspelt boolean := false;
begin
  -- Round 1: a word that no title contains is misspelt. Round 2: all words are known, and any of them may be wrong.
  for v_round in 1..p_rounds loop
    choices := '{}';
    words := ''::tsquery;
    foreach v_word in array v_words loop
      v_near := array[v_word];
      if v_round = 2 then
        v_near := v_near || (ops.corrections(v_word))[:3];
      elsif not exists (select from ops.search_word as known where known.word = v_word) then
        v_near := ops.corrections(v_word);
        if v_near = '{}' then
          v_near := array[v_word];
        end if;
      end if;
      v_is_misspelt := v_is_misspelt or v_near <> array[v_word];
      choices := choices || array_to_string(v_near, ' ');
      words := words && case when cardinality(v_near) > 1 or v_near <> array[v_word] then ops.any_word(v_near)
        else (select parsed.words from ops.parse_search(v_word) as parsed) end;
    end loop;
    exit when v_is_misspelt;
  end loop;
  if not v_is_misspelt then
    words := ''::tsquery;
  end if;
end;
$$;
comment on function ops.corrected is
  'Returns a query in which each misspelt word may be any of its corrections, and these corrections, one text per word. Empty when there is nothing to correct. A second round also doubts known words.';

create function ops.relaxed(p_plain text) returns tsquery
language plpgsql stable security invoker set search_path = '' as $$
declare
  v_terms tsquery[] := array(
    select parsed.words
    from regexp_split_to_table(p_plain, '[[:space:]]+') with ordinality as given (word, place)
    cross join lateral ops.parse_search(given.word) as parsed
    where numnode(parsed.words) > 0
    order by given.place limit 10);
  v_without tsquery;
  v_any tsquery := ''::tsquery;
begin
  if cardinality(v_terms) < 2 then
    return v_any;
  end if;
  for v_left_out in 1..cardinality(v_terms) loop
    v_without := ''::tsquery;
    for v_place in 1..cardinality(v_terms) loop
      if v_place <> v_left_out then
        v_without := v_without && v_terms[v_place];
      end if;
    end loop;
    v_any := v_any || v_without;
  end loop;
  return v_any;
end;
$$;
comment on function ops.relaxed is 'Returns a query for all words except any one of them; empty for a single word.';

create function ops.marked(p_text text, p_words tsquery, p_plain text, p_is_whole boolean) returns text
language plpgsql stable security invoker set search_path = '' as $$
declare
  v_text text;
  v_length integer;
  v_piece text;
  v_at integer;
begin
  -- The beginning of a text is the most informative part, and is parsed in a quarter of the time.
  foreach v_length in array array[400, 10000] loop
    -- The parser would read <b> as a tag and &amp; as an entity, and drop them.
    v_text := ts_headline('public.streamvibe', translate(left(p_text, v_length), e'<>&\x02\x03\x04\x05\x06', e'\x04\x05\x06'), p_words,
      e'StartSel="\x02", StopSel="\x03", HighlightAll=' || p_is_whole || ', MaxWords=40, MinWords=15');
    exit when strpos(v_text, e'\x02') > 0 and not p_is_whole or char_length(p_text) <= v_length;
  end loop;
  if strpos(v_text, e'\x02') = 0 then
    -- The parser finds no words in scripts without spaces.
    v_text := translate(p_text, e'<>&\x02\x03\x04\x05\x06', e'\x04\x05\x06');
    for v_piece in
      select piece from regexp_split_to_table(p_plain, '[[:space:]]+') as piece where ops.split_words(piece) <> piece
    loop
      v_at := strpos(lower(v_text), v_piece);
      if v_at > 0 and not p_is_whole and strpos(v_text, e'\x02') = 0 and char_length(v_text) > 160 then
        v_text := substr(v_text, greatest(v_at - 40, 1), 160);
      end if;
      -- Lower case may be longer than the original text; then nothing is marked.
      if v_at > 0 and char_length(lower(v_text)) = char_length(v_text) then
        v_text := regexp_replace(v_text, '(' || regexp_replace(v_piece, '([^[:alnum:]])', '\\\1', 'g') || ')', e'\x02\\1\x03', 'gi');
      end if;
    end loop;
    if not p_is_whole then
      v_text := left(v_text, 200);
    end if;
  end if;
  v_text := replace(replace(replace(replace(v_text, '"', '&quot;'), e'\x04', '&lt;'), e'\x05', '&gt;'), e'\x06', '&amp;');
  return replace(replace(v_text, e'\x02', '<mark>'), e'\x03', '</mark>');
end;
$$;
comment on function ops.marked is 'Returns a text, or the excerpt that a search found, as HTML: everything escaped, the words in <mark>.';

create function ops.in_title(p_query tsquery) returns tsquery
language sql stable security invoker set search_path = '' as $$
  select replace(regexp_replace(p_query::text, '(''(?:[^'']|'''')*'')', '\1:A', 'g'), ':A:*', ':A*')::tsquery;
$$;
comment on function ops.in_title is 'Restricts a query to titles, by weight.';

create function ops.title_query(p_query tsquery) returns tsquery
language sql stable security invoker set search_path = '' as $$
  select replace(regexp_replace(regexp_replace(p_query::text, '<(?:-|[0-9]+)>', '&', 'g'), '''((?:[^'']|'''')*)''', '''^\1''', 'g'),
    '''^=', '''=')::tsquery;
$$;
comment on function ops.title_query is
  'Returns a query for items with all words of a query in the title, by the lexemes that the index has for that purpose (ops.title_lexemes).';

create function ops.positive(p_query tsquery) returns tsquery
language sql stable security invoker set search_path = '' as $$
  select regexp_replace(querytree(p_query), '^T$', '')::tsquery;
$$;
comment on function ops.positive is 'Returns the part of a query that an item must match, without the exclusions.';

create type ops.search_question as (
  words tsquery, literal tsquery, phrase tsquery, tags tsquery, facets tsquery, plain text, filter ops.search_filter, asked_at timestamptz);
comment on type ops.search_question is
  'A search: words, with completions; literal, without completions; phrase, the words in sequence; tags, words that must be tags; facets, the filters that are lexemes, and filter, all others; plain, the text; asked_at, the reference time for freshness.';

-- One plan for all queries, which the session caches: it reads the index of each tier, from the best down, until it has enough.
create function ops.gather(p_query tsquery, p_filter ops.search_filter, p_limit integer) returns uuid[]
language plpgsql stable security invoker set search_path = '' set plan_cache_mode = force_generic_plan set enable_seqscan = off set jit = off
  set max_parallel_workers_per_gather = 0 set effective_io_concurrency = 0 set work_mem = '32MB' as $$
declare
  v_is_open constant boolean := p_filter is null; -- also when all its members are null
begin
  return array(
    select entry.content_item_id
    from ops.search_entry as entry
    where entry.search @@ p_query
      and (v_is_open
        or (p_filter.language is null or entry.language = p_filter.language or entry.language like p_filter.language || '-%')
          and (p_filter.published_since is null or entry.published_at >= p_filter.published_since)
          and (p_filter.published_until is null or entry.published_at < p_filter.published_until)
          and (p_filter.min_duration is null or entry.duration_seconds >= p_filter.min_duration)
          and (p_filter.max_duration is null or entry.duration_seconds <= p_filter.max_duration))
    limit p_limit);
end;
$$;
comment on function ops.gather is 'Returns at most p_limit items that match a query, those of better tiers first.';

create function ops.count_hits(p_query tsquery, p_filter ops.search_filter, p_has_facets boolean, out counted bigint, out facets jsonb)
language plpgsql stable security invoker set search_path = '' set plan_cache_mode = force_generic_plan set enable_seqscan = off set jit = off
  set max_parallel_workers_per_gather = 0 set effective_io_concurrency = 0 set work_mem = '32MB' as $$
declare
  v_is_open constant boolean := p_filter is null;
  v_last smallint; -- the tier in which counting ended, and the number of hits in the tiers before it
  v_before bigint;
begin
  if p_has_facets then
    with hit as (
      select entry.tier, entry.platform, entry.content_type, entry.category_code
      from ops.search_entry as entry
      where entry.search @@ p_query
        and (v_is_open
          or (p_filter.language is null or entry.language = p_filter.language or entry.language like p_filter.language || '-%')
            and (p_filter.published_since is null or entry.published_at >= p_filter.published_since)
            and (p_filter.published_until is null or entry.published_at < p_filter.published_until)
            and (p_filter.min_duration is null or entry.duration_seconds >= p_filter.min_duration)
            and (p_filter.max_duration is null or entry.duration_seconds <= p_filter.max_duration))
      limit 10001
    ), grouped as (
      select tier, platform, content_type, category_code, count(*) as hits from hit group by tier, platform, content_type, category_code
    ), facet as (
      select given.name, given.value, sum(grouped.hits) as hits
      from grouped
      cross join lateral (
        values ('platform', grouped.platform), ('content_type', grouped.content_type), ('category', grouped.category_code)
      ) as given (name, value)
      where given.value is not null
      group by given.name, given.value
    )
    select coalesce(sum(grouped.hits), 0), max(grouped.tier), sum(grouped.hits) filter (where grouped.tier < (select max(tier) from grouped)),
      '{"category": {}, "platform": {}, "content_type": {}}' || coalesce((
        select jsonb_object_agg(of.name, of.hits)
        from (select facet.name, jsonb_object_agg(facet.value, facet.hits) as hits from facet group by facet.name) as of), '{}')
    into counted, v_last, v_before, facets
    from grouped;
  else
    select coalesce(sum(grouped.hits), 0), max(grouped.tier), sum(grouped.hits) - (array_agg(grouped.hits order by grouped.tier desc))[1]
    into counted, v_last, v_before
    from (
      select hit.tier, count(*) as hits
      from (
        select entry.tier
        from ops.search_entry as entry
        where entry.search @@ p_query
          and (v_is_open
            or (p_filter.language is null or entry.language = p_filter.language or entry.language like p_filter.language || '-%')
              and (p_filter.published_since is null or entry.published_at >= p_filter.published_since)
              and (p_filter.published_until is null or entry.published_at < p_filter.published_until)
              and (p_filter.min_duration is null or entry.duration_seconds >= p_filter.min_duration)
              and (p_filter.max_duration is null or entry.duration_seconds <= p_filter.max_duration))
        limit 10001
      ) as hit
      group by hit.tier
    ) as grouped;
  end if;
  if counted > 10000 then
    -- The tiers that were read completely are a part of all items; the rest is assumed to have proportionally as many hits.
    select greatest(counted, v_before * sum(greatest(class.reltuples, 0))
      / nullif(sum(greatest(class.reltuples, 0)) filter (where class.relname < 'search_entry_' || v_last), 0)) into counted
    from pg_inherits as part
    join pg_class as class on class.oid = part.inhrelid
    where part.inhparent = 'ops.search_entry'::regclass;
  end if;
end;
$$;
comment on function ops.count_hits is
  'Counts the items that match a query: exact up to 10,000, approximate beyond that; on request also how many of the first 10,000 are in which category, on which platform, of which type.';

create function ops.search_candidates(p_question ops.search_question, out ids uuid[], out scores double precision[], out is_all boolean)
language plpgsql stable security invoker set search_path = '' set plan_cache_mode = force_generic_plan set enable_seqscan = off set jit = off
  set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_enough constant integer := 1000;
  v_title_key constant integer := ops.title_key(p_question.plain);
  v_length constant integer := char_length(p_question.plain);
  v_now constant timestamptz := p_question.asked_at;
  v_query constant tsquery := p_question.words && p_question.facets;
  v_must constant tsquery := ops.positive(p_question.words);
  v_in_title constant tsquery := ops.title_query(ops.positive(p_question.literal));
  v_phrase constant tsquery := ops.in_title(p_question.phrase);
  -- The words that an item may have in its head, and how many operands the query has for each of them.
  v_terms constant tsquery := regexp_replace(v_must::text, ' (?:&|<(?:-|[0-9]+)>) ', ' | ', 'g')::tsquery;
  v_operands constant double precision := (numnode(v_must) + 1) / 2.0 / (1 + regexp_count(v_must::text, ' (?:&|<(?:-|[0-9]+)>) '));
  v_step record;
  v_done tsquery[] := '{}'; -- the queries of the steps so far, and all of them combined
  v_seen tsquery;
  v_more uuid[];
  v_factors double precision[] := '{}';
begin
  ids := '{}';
  scores := '{}';
  is_all := true;
  if numnode(v_must) = 0 then
    return;
  end if;
  -- First the candidates for the best answer: complete titles, requested tags, words in titles. Items found only by a completion count
  -- half.
  for v_step in
    select step.query, step.factor::double precision
    from (
      values (quote_literal('@title:' || v_title_key)::tsquery, 2.5), (p_question.tags, 3), (v_in_title, 1.3), (ops.title_query(v_must), 0.5),
        (p_question.literal, 1), (p_question.words, 0.5)
    ) as step (query, factor)
    where numnode(step.query) > 0
  loop
    continue when v_step.query = any(v_done);
    exit when cardinality(ids) >= v_enough;
    v_more := ops.gather(case when v_seen is null then v_query && v_step.query else v_query && v_step.query && !! v_seen end, p_question.filter,
      v_enough - cardinality(ids));
    v_done := v_done || v_step.query;
    v_seen := coalesce(v_seen || v_step.query, v_step.query);
    ids := ids || v_more;
    v_factors := v_factors || array_fill(v_step.factor, array[cardinality(v_more)]);
  end loop;
  -- The last step may have filled the remaining room.
  is_all := cardinality(ids) < v_enough;

  -- A match in the description alone gets only the base score. The factors for popularity and freshness are ops.standing() inlined: a call
  -- per item would cost as much as everything else.
  select array_agg(document.content_item_id), array_agg(
      (0.12 + v_operands * ts_rank(array[0.3, 0.2, 0.5, 1], document.head, v_terms))
      * (1 + 0.25 * least(greatest(document.popularity, -2), 4))
      * (0.85 + 0.15 * exp(-least(greatest(extract(epoch from v_now - document.published_at)::double precision, 0) / 7776000, 700)))
      * (0.5 + 0.5 * least(1, v_length / greatest(document.title_length, 1)::double precision))
      * case when found.factor = 1.3 and document.head @@ v_phrase then 1.8 else found.factor end)
    into ids, scores
  from unnest(search_candidates.ids, v_factors) as found (id, factor)
  join ops.search_document as document on document.content_item_id = found.id;
  ids := coalesce(ids, '{}');
  scores := coalesce(scores, '{}');
end;
$$;
comment on function ops.search_candidates is
  'Returns the items that may be the best answers to a query, each with its score, and whether they are all matches. A word in half of all items costs about as much as a rare word: gathering ends when there are enough.';

-- Security definer: see browse_content.
create function public.search_content(p_query text, p_category text default null, p_platform text default null,
  p_content_type text default null, p_language text default null, p_published_since timestamptz default null,
  p_published_until timestamptz default null, p_min_duration integer default null, p_max_duration integer default null,
  p_facets boolean default false, p_limit integer default 50, p_after_score double precision default null, p_after_id uuid default null,
  p_now timestamptz default now()) returns jsonb
language plpgsql stable security definer set search_path = '' set plan_cache_mode = force_generic_plan set enable_seqscan = off set jit = off as $$
declare
  v_filter constant ops.search_filter := row (lower(p_language), p_published_since, p_published_until, p_min_duration, p_max_duration);
  v_lexemes constant tsquery := ops.facet_query(p_category, p_platform, p_content_type, p_language);
  v_search record;
  v_words tsquery;
  v_literal tsquery;
  v_phrase tsquery;
  v_choices text[];
  v_corrected text;
  v_ids uuid[] := '{}';
  v_scores double precision[] := '{}';
  v_more record;
  v_is_all boolean := true;
  v_counted bigint;
  v_page uuid[];
  v_last double precision;
  v_has_more boolean;
  v_facets jsonb;
begin
  select * into v_search from ops.read_search(p_query);
  v_words := v_search.wider;
  -- First the query as written; if it finds little, with misspelt words corrected; if nothing was found, without one of the words.
  for v_try in 1..3 loop
    if v_try = 2 then
      exit when cardinality(v_ids) >= 5 or v_search.plain = '' or v_search.is_exact;
      select * into v_words, v_choices from ops.corrected(v_search.plain, case when v_ids = '{}' then 2 else 1 end);
    elsif v_try = 3 then
      exit when v_ids <> '{}';
      v_words := ops.relaxed(v_search.plain);
    end if;
    continue when numnode(v_words) = 0;
    if v_try > 1 and v_search.excluded is not null then
      v_words := v_words && !! v_search.excluded;
    end if;
    v_literal := case when v_try = 1 then v_search.words else v_words end;
    v_phrase := case when v_try = 1 and ops.split_words(v_search.plain) = v_search.plain
      then phraseto_tsquery('pg_catalog.english'::regconfig, v_search.plain)
      else replace(ops.positive(v_literal)::text, ' & ', ' <-> ')::tsquery end;
    select * into v_more
    from ops.search_candidates(row (v_words, v_literal, v_phrase, v_search.tags, v_lexemes, v_search.plain, v_filter, p_now));
    if v_try = 2 and v_ids <> '{}' then
      -- Results of the query as written come first, and are not repeated.
      select array_agg(found.id), array_agg(found.score / 1000) into v_more.ids, v_more.scores
      from unnest(v_more.ids, v_more.scores) as found (id, score)
      where found.id <> all(v_ids);
    end if;
    if v_try = 2 and cardinality(v_more.ids) > 0 then
      -- For each misspelt word, chooses the correction that the best answer contains.
      select string_agg((
          select choice from regexp_split_to_table(choices.words, ' ') with ordinality as one (choice, place)
          order by (best.search @@ websearch_to_tsquery('pg_catalog.english'::regconfig, choice)) desc, place limit 1), ' ' order by choices.place)
        into v_corrected
      from unnest(v_choices) with ordinality as choices (words, place)
      cross join (
        select entry.search
        from unnest(v_more.ids, v_more.scores) as found (id, score)
        join ops.search_entry as entry on entry.content_item_id = found.id
        order by found.score desc, found.id limit 1
      ) as best;
      v_corrected := nullif(v_corrected, regexp_replace(v_search.plain, '[^[:alnum:]]+', ' ', 'g'));
    end if;
    v_ids := v_ids || v_more.ids;
    v_scores := v_scores || v_more.scores;
    v_is_all := v_is_all and v_more.is_all;
    -- Marking and counting use the last query that found anything.
    if v_try = 1 or cardinality(v_more.ids) > 0 then
      v_search.wider := v_words;
    end if;
  end loop;

  select array_agg(found.id order by found.score desc, found.id), min(found.score) into v_page, v_last
  from (
    select candidate.id, candidate.score
    from unnest(v_ids, v_scores) as candidate (id, score)
    where p_after_id is null or candidate.score < p_after_score or candidate.score = p_after_score and candidate.id > p_after_id
    order by candidate.score desc, candidate.id
    limit p_limit
  ) as found;
  v_has_more := cardinality(v_page) = p_limit and exists (
    select from unnest(v_ids, v_scores) as candidate (id, score)
    where candidate.score < v_last or candidate.score = v_last and candidate.id > v_page[p_limit]);

  if p_facets or not v_is_all then
    select hits.counted, hits.facets into v_counted, v_facets from ops.count_hits(v_search.wider && v_lexemes, v_filter, p_facets) as hits;
  end if;
  if v_is_all then
    v_counted := cardinality(v_ids);
  end if;

  return jsonb_build_object(
    'results', coalesce((
      select jsonb_agg(card.value || jsonb_build_object(
        'title_html', ops.marked(item.title, v_search.wider, v_search.plain, true),
        'snippet_html', ops.marked(left(item.description, 1500), v_search.wider, v_search.plain, false)) order by card.place)
      from jsonb_array_elements(ops.item_cards(v_page)) with ordinality as card (value, place)
      join public.content_item as item on item.id = (card.value ->> 'id')::uuid), '[]'),
    'total_count', v_counted, 'total_is_estimate', v_counted > 10000,
    'did_you_mean', v_corrected, 'facets', v_facets,
    'next', case when v_has_more then jsonb_build_object('score', v_last, 'id', v_page[p_limit], 'now', p_now) end);
end;
$$;
comment on function public.search_content is
  'Searches public items: words (websearch syntax, the last one completed), tags, creators'' names, scripts without spaces; ranked by match, title before description, popularity and freshness; corrected when it finds little. Returns {results, total_count, total_is_estimate, did_you_mean, facets, next}. Continue from next ({score, id, now}).';

-- Security definer: see browse_content.
create function public.search_creators(p_query text, p_category text default null, p_limit integer default 50,
  p_after_score double precision default null, p_after_id uuid default null) returns jsonb
language plpgsql stable security definer set search_path = '' set plan_cache_mode = force_custom_plan set jit = off set pg_trgm.word_similarity_threshold = 0.5 as $$
declare
  v_plain constant text := ltrim(btrim(ops.fold_text(left(p_query, 200))), '@');
  v_like constant text := replace(replace(replace(v_plain, '\', '\\'), '%', '\%'), '_', '\_') || '%';
  v_found jsonb;
begin
  if v_plain !~ '[[:alnum:]]' then
    return jsonb_build_object('results', '[]'::jsonb, 'total_count', 0, 'next', null);
  end if;
  with named as (
    select creator.id, greatest(
      case when ops.fold_text(creator.display_name) = v_plain or creator.profile_slug = v_plain then 2
        when ops.fold_text(creator.display_name) like v_like then 1.2 else 0 end,
      extensions.word_similarity(v_plain, ops.fold_text(creator.display_name))) as score
    from public.users as creator
    where ops.fold_text(creator.display_name) operator(extensions.%>) v_plain or ops.fold_text(creator.display_name) like v_like
      or creator.profile_slug = v_plain
    union all
    select account.user_id, case when ops.fold_text(account.username) = v_plain then 1.8 else 1 end
    from public.social_account as account
    where account.deleted_at is null and ops.fold_text(account.username) like v_like
  ), ranked as (
    select creator as creator, stat.total_followers, stat.item_count,
      round((max(named.score) * (1 + 0.05 * ln(1 + coalesce(stat.total_followers, 0))))::numeric, 9)::double precision as score
    from named
    join public.users as creator on creator.id = named.id
    left join ops.creator_stat as stat on stat.user_id = creator.id
    where creator.is_public and creator.hidden_at is null and (p_category is null or creator.primary_category = p_category)
    group by creator.id, stat.user_id
  ), page as (
    select * from ranked
    where p_after_id is null or score < p_after_score or score = p_after_score and (creator).id > p_after_id
    order by score desc, (creator).id limit p_limit + 1
  )
  select jsonb_build_object(
    'results', coalesce(jsonb_agg(ops.creator_card(page.creator) || jsonb_build_object('bio', left((page.creator).bio, 300),
        'total_followers', coalesce(page.total_followers, 0), 'item_count', coalesce(page.item_count, 0))
        order by page.score desc, (page.creator).id), '[]'),
    'total_count', (select count(*) from ranked),
    'scores', jsonb_agg(page.score order by page.score desc, (page.creator).id)) into v_found
  from page;
  return jsonb_build_object('results', (v_found -> 'results') - p_limit, 'total_count', v_found -> 'total_count',
    'next', case when jsonb_array_length(v_found -> 'results') > p_limit then jsonb_build_object(
      'score', v_found -> 'scores' -> (p_limit - 1), 'id', v_found -> 'results' -> (p_limit - 1) -> 'id') end);
end;
$$;
comment on function public.search_creators is
  'Searches public creators by name, slug and @handle, including similar names: {results, total_count, next}. Continue from next ({score, id}).';

-- ## Functions: clicks

create function ops.user_agent_class(p_user_agent text) returns text
language sql immutable security invoker set search_path = '' as $$
  select case
    when coalesce(p_user_agent, '') = '' then 'unknown'
    when p_user_agent in ('browser', 'mobile', 'app', 'bot', 'prefetch', 'unknown') then p_user_agent
    when p_user_agent ~* '(bot|crawl|spider|slurp|facebookexternalhit|embedly|preview|headless|lighthouse|curl|wget|python|httpx?/|java/|go-http|okhttp|axios|node-fetch|scrapy|monitor|uptime)'
      then 'bot'
    when p_user_agent ~* '(android|iphone|ipad|mobile)' then 'mobile'
    when p_user_agent ~* '(mozilla|opera)' then 'browser'
    else 'app' end;
$$;
comment on function ops.user_agent_class is 'Returns the class of a visitor''s program. Programs that do not act for a person are bots.';

create function ops.host_of(p_url text) returns text
language sql immutable security invoker set search_path = '' as $$
  select nullif(left(regexp_replace(lower(substring(p_url from '^[a-zA-Z][a-zA-Z0-9+.-]*://(?:[^/@?#]*@)?([^/?#:]+)')), '^www\.', ''), 253), '');
$$;
comment on function ops.host_of is 'Returns the host of a URL, without www.; null when it has none.';

create function ops.keep_click_partitions(p_now timestamptz default now(), p_keep interval default interval '13 months') returns integer
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_month timestamptz;
  v_name text;
  v_changed integer := 0;
begin
  -- One call at a time: when two create the same partition, one of them fails.
  perform pg_advisory_xact_lock(hashtextextended('ops.keep_click_partitions', 0));
  for v_month in
    select date_trunc('month', p_now at time zone 'utc') at time zone 'utc' + make_interval(months => ahead)
    from generate_series(0, 2) as ahead
  loop
    v_month := date_trunc('month', v_month at time zone 'utc') at time zone 'utc';
    v_name := 'content_click_' || to_char(v_month at time zone 'utc', 'YYYY_MM');
    if to_regclass('ops.' || v_name) is null then
      execute format('create table ops.%I partition of public.content_click for values from (%L) to (%L)', v_name, v_month,
        (v_month at time zone 'utc' + interval '1 month') at time zone 'utc');
      execute format('alter table ops.%I enable row level security', v_name);
      execute format('create policy "Only functions use clicks" on ops.%I for all to postgres using (true) with check (true)', v_name);
      execute format('comment on table ops.%I is %L', v_name, 'Clicks of a month, see public.content_click.');
      v_changed := v_changed + 1;
    end if;
  end loop;
  for v_name in
    select class.relname
    from pg_inherits as part
    join pg_class as class on class.oid = part.inhrelid
    where part.inhparent = 'public.content_click'::regclass
      and to_date(right(class.relname, 7), 'YYYY_MM') + interval '1 month' <= (p_now - p_keep) at time zone 'utc'
  loop
    execute format('drop table ops.%I', v_name);
    v_changed := v_changed + 1;
  end loop;
  delete from ops.visitor_key where day < (p_now at time zone 'utc')::date - 1;
  delete from ops.visitor_day where day < (p_now at time zone 'utc')::date - 1;
  return v_changed;
end;
$$;
comment on function ops.keep_click_partitions is
  'For cron, daily: creates the partitions of this month and the next two, drops those that are older than p_keep, and deletes old visitor keys and hashes.';

-- Security definer: visitors may write no table. Only the service calls it, for the edge function.
create function public.record_click(p_content_id uuid, p_user_id uuid default null, p_referrer text default null,
  p_user_agent text default null, p_query text default null, p_address text default null, p_country text default null,
  p_is_prefetch boolean default false) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_day constant date := (now() at time zone 'utc')::date;
  v_page constant text := format('http:get-content-detail:{"id":"%s"}', p_content_id);
  v_key bytea;
begin
  if not exists (select from ops.public_item as item where item.id = p_content_id) then
    return false;
  end if;
  if p_address is not null then
    select key into v_key from ops.visitor_key where day = v_day;
    if v_key is null then
      insert into ops.visitor_key (day) values (v_day) on conflict do nothing;
      select key into v_key from ops.visitor_key where day = v_day;
    end if;
  end if;
  insert into public.content_click (content_id, user_id, referrer, user_agent, country, query, visitor)
  values (p_content_id, p_user_id, left(p_referrer, 2048), case when p_is_prefetch then 'prefetch' else p_user_agent end,
    upper(p_country), left(p_query, 200),
    substring(extensions.hmac(convert_to(p_address, 'UTF8'), v_key, 'sha256') for 16));
  -- The item's page shows the click at once, even if it is cached or just being computed.
  if exists (select from public.cache_store where key = v_page) or exists (select from ops.cache_lease where key = v_page) then
    perform public.forget_cached(array['item:' || p_content_id]);
  end if;
  return true;
end;
$$;
comment on function public.record_click is
  'Appends a click on a public item; returns false when there is no such item. The address is hashed with a key of the day and not stored.';

-- Counting each click separately would update the item once per click. This adds the clicks of all items in one transaction, and takes
-- exactly those that had certainly committed when it began: the next roll-up takes a click whose transaction is still open.
create function ops.roll_up_clicks(p_now timestamptz default now()) returns bigint
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_from xid8;
  v_to xid8;
  v_clicks bigint;
  v_ids uuid[];
  v_gains double precision[];
begin
  select rolled_to into v_from from ops.click_roll_up for update;
  v_to := pg_snapshot_xmin(pg_current_snapshot());

  insert into ops.click_daily as daily (content_id, day, referrer_host, country, user_id, clicks)
  select click.content_id, (click.clicked_at at time zone 'utc')::date, coalesce(click.referrer_host, ''), coalesce(click.country, ''), item.user_id, count(*)
  from public.content_click as click
  join public.content_item as item on item.id = click.content_id
  where click.tx >= v_from and click.tx < v_to and click.is_counted
  group by 1, 2, 3, 4, 5
  order by 1, 2, 3, 4
  on conflict (content_id, day, referrer_host, country) do update set clicks = daily.clicks + excluded.clicks;

  with fresh as (
    select click.content_id, count(*) filter (where counter.rolled_to is null or click.tx >= counter.rolled_to) as clicks
    from public.content_click as click
    join public.content_item as item on item.id = click.content_id
    left join ops.click_counter as counter on counter.content_id = click.content_id
    where click.tx >= v_from and click.tx < v_to and click.is_counted
    group by click.content_id
    order by click.content_id
  ), counted as (
    insert into ops.click_counter as counter (content_id, clicks)
    select content_id, clicks from fresh
    on conflict (content_id) do update set clicks = counter.clicks + excluded.clicks, rolled_to = null
    returning content_id, clicks
  )
  update public.content_item as item
  set total_clicks = counted.clicks
  from counted
  where item.id = counted.content_id and item.total_clicks <> counted.clicks;

  insert into ops.content_stat_daily as stat (content_item_id, day, views, likes, comments, shares, clicks)
  select item.id, days.day, item.views_count, item.likes_count, item.comments_count, item.shares_count, days.clicks
  from (
    select click.content_id, (click.clicked_at at time zone 'utc')::date as day, count(*) as clicks
    from public.content_click as click
    where click.tx >= v_from and click.tx < v_to and click.is_counted
    group by 1, 2
    order by 1, 2
  ) as days
  join public.content_item as item on item.id = days.content_id
  on conflict (content_item_id, day) do update set clicks = stat.clicks + excluded.clicks;

  -- A visitor's repeated clicks on the same day add to the count, but to no trend.
  with visitors as (
    insert into ops.visitor_day (content_id, day, visitor)
    select distinct click.content_id, (click.clicked_at at time zone 'utc')::date, click.visitor
    from public.content_click as click
    join public.content_item as item on item.id = click.content_id
    where click.tx >= v_from and click.tx < v_to and click.is_counted and click.visitor is not null
    on conflict do nothing
    returning content_id
  )
  select array_agg(gained.content_id), array_agg(gained.visitors / 20.0) into v_ids, v_gains
  from (select content_id, count(*) as visitors from visitors group by content_id) as gained;
  perform ops.add_trend_gains(v_ids, v_gains, p_now);

  select count(*) into v_clicks from public.content_click where tx >= v_from and tx < v_to and is_counted;
  update ops.click_roll_up set rolled_to = v_to, rolled_at = now();
  return v_clicks;
end;
$$;
comment on function ops.roll_up_clicks is
  'For cron, every minute: adds new clicks to the counters and to the analytics, all or nothing, each click once. Returns their number.';

-- Security definer: the counters are in ops. For the service; displayed numbers are correct without it.
create function public.increment_content_clicks(p_content_id uuid) returns bigint
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_from xid8;
  v_to xid8;
  v_clicks bigint;
begin
  -- Locks in the same order as the roll-up: the watermark first, then the counter.
  select rolled_to into v_from from ops.click_roll_up for share;
  insert into ops.click_counter (content_id) select id from public.content_item where id = p_content_id on conflict do nothing;
  select greatest(v_from, rolled_to) into v_from from ops.click_counter where content_id = p_content_id for update;
  v_to := pg_snapshot_xmin(pg_current_snapshot());
  update ops.click_counter as counter
  set rolled_to = v_to,
    clicks = counter.clicks + (
      select count(*) from public.content_click as click
      where click.content_id = p_content_id and click.tx >= v_from and click.tx < v_to and click.is_counted)
  where counter.content_id = p_content_id
  returning counter.clicks into v_clicks;
  update public.content_item set total_clicks = v_clicks where id = p_content_id and total_clicks <> v_clicks;
  return v_clicks;
end;
$$;
comment on function public.increment_content_clicks is
  'Rolls up the clicks of one item now and returns their number; adds no click itself. Cron does the same for all items every minute.';

create function ops.get_click_stats(p_since date, p_until date, p_content_id uuid) returns jsonb
language sql stable security definer set search_path = '' as $$
  with mine as (
    select daily.day, daily.referrer_host, daily.country, daily.clicks
    from ops.click_daily as daily
    where daily.user_id = auth.uid() and daily.day between p_since and p_until
      and (p_content_id is null or daily.content_id = p_content_id)
  )
  select jsonb_build_object(
    'total_clicks', coalesce((select sum(clicks) from mine), 0),
    'by_day', coalesce((
      select jsonb_agg(jsonb_build_object('day', day, 'clicks', clicks) order by day)
      from (select day, sum(clicks) as clicks from mine group by day) as days), '[]'),
    'by_referrer', coalesce((
      select jsonb_agg(jsonb_build_object('referrer_host', nullif(referrer_host, ''), 'clicks', clicks) order by clicks desc, referrer_host)
      from (select referrer_host, sum(clicks) as clicks from mine group by referrer_host order by 2 desc, 1 limit 50) as hosts), '[]'),
    'by_country', coalesce((
      select jsonb_agg(jsonb_build_object('country', nullif(country, ''), 'clicks', clicks) order by clicks desc, country)
      from (select country, sum(clicks) as clicks from mine group by country order by 2 desc, 1 limit 250) as countries), '[]'),
    'followers_by_day', case when p_content_id is null then coalesce((
      select jsonb_agg(jsonb_build_object('social_account_id', stat.social_account_id, 'day', stat.day, 'followers', stat.followers)
        order by stat.day, stat.social_account_id)
      from public.social_account as account
      join ops.account_stat_daily as stat on stat.social_account_id = account.id
      where account.user_id = auth.uid() and account.deleted_at is null and stat.day between p_since and p_until), '[]') end);
$$;
comment on function ops.get_click_stats is 'See public.get_click_stats.';

create function public.get_click_stats(p_since date default (now() at time zone 'utc')::date - 29,
  p_until date default (now() at time zone 'utc')::date, p_content_id uuid default null) returns jsonb
language sql stable security invoker set search_path = ''
begin atomic
  select ops.get_click_stats(p_since, p_until, p_content_id);
end;
comment on function public.get_click_stats is
  'Returns the clicks on the caller''s own items by day (UTC), by referrer host and by country, as far as they are rolled up (a delay of at most a minute): {total_clicks, by_day, by_referrer, by_country, followers_by_day}. followers_by_day: the followers of each account after the last sync of the day; null when p_content_id is given.';

-- ## Functions: trending

create function ops.add_trend_gains(p_ids uuid[], p_gains double precision[], p_at timestamptz) returns void
language sql volatile security invoker set search_path = '' as $$
  insert into ops.trend_gain as kept (content_id, period, score)
  select gained.id, period.period, ln(gained.gain) + extract(epoch from p_at - '2026-01-01T00:00:00Z'::timestamptz) / period.tau_seconds
  from unnest(p_ids, p_gains) as gained (id, gain)
  cross join ops.trend_period as period
  where gained.gain > 0
  order by gained.id, period.period
  -- ln(exp(a) + exp(b)), in a form that cannot overflow; beyond 745, exp() would raise an error for a negligible value.
  on conflict (content_id, period) do update
  set score = greatest(kept.score, excluded.score) + ln(1 + exp(-least(abs(kept.score - excluded.score), 700)));
$$;
comment on function ops.add_trend_gains is
  'Adds gains of items at a given time to all three lists. A gain of 1 equals all views of a typical item on its platform, or twenty visitors.';

create function ops.tell_trending(p_lists text[]) returns void
language plpgsql volatile security invoker set search_path = '' as $$
begin
  -- PL/pgSQL resolves a function only when it is called: without Realtime nothing fails, and nothing is sent.
  if to_regprocedure('realtime.send(jsonb, text, text, boolean)') is null then
    return;
  end if;
  perform realtime.send(
    jsonb_build_object('list', list, 'updated_at', now(), 'items', coalesce((
      select jsonb_agg(jsonb_build_object('content_id', content_id, 'rank_position', rank_position, 'trend_score', trend_score)
        order by rank_position)
      from public.trending_content where trend_category = list and ops.is_public_item(content_id)), '[]')),
    'trending', 'trending:' || list, true)
  from unnest(p_lists) as list;
end;
$$;
comment on function ops.tell_trending is
  'Broadcasts changed lists, one message each, to the private topics trending:<list>. For lists with many subscribers: row changes would be checked for each of them.';

create function ops.refresh_trending(p_now timestamptz default now()) returns integer
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_from xid8;
  v_to xid8;
  v_ids uuid[];
  v_gains double precision[];
  v_changed integer := 0;
  v_rows integer;
  v_lists text[];
  v_all_lists text[] := '{}';
  v_period ops.trend_period;
  -- The start of the day in units of the month's tau, so that a creator's usual gain does not change from one refresh to the next.
  v_day constant double precision := (
    select extract(epoch from date_trunc('day', p_now, 'UTC') - '2026-01-01T00:00:00Z'::timestamptz) / tau_seconds
    from ops.trend_period where period = 'month');
begin
  select seen_to into v_from from ops.trend_progress for update;
  v_to := pg_snapshot_xmin(pg_current_snapshot());

  with latest as (
    select distinct on (stat.content_item_id) stat.content_item_id as id, stat.views
    from ops.content_stat_daily as stat
    where stat.tx >= v_from and stat.tx < v_to
    order by stat.content_item_id, stat.day desc
  ), grown as (
    select latest.id, latest.views,
      -- When an item is seen for the first time, its views are recent growth only if it is new.
      latest.views - coalesce(seen.views, case when item.published_at > p_now - interval '2 days' then 0 else latest.views end) as gain,
      scale.mean_log_views
    from latest
    join public.content_item as item on item.id = latest.id
    join public.social_account as account on account.id = item.social_account_id
    join public.platform as platform on platform.id = account.platform_id
    left join ops.platform_scale as scale on scale.platform = platform.slug
    left join ops.trend_seen as seen on seen.content_id = latest.id
  ), noted as (
    insert into ops.trend_seen (content_id, views)
    select id, views from grown order by id
    on conflict (content_id) do update set views = excluded.views
  )
  -- Growth, not size: the gain, multiplied by its share of all views, in units of the platform's typical views.
  select array_agg(id), array_agg(gain::double precision * gain / views / exp(coalesce(mean_log_views, ln(1000))))
  into v_ids, v_gains
  from grown
  where gain > 0 and views > 0;
  perform ops.add_trend_gains(v_ids, v_gains, p_now);
  update ops.trend_progress set seen_to = v_to;

  with usual as (
    -- Rounded to seven digits: a sum in another order gives the same value and rewrites nothing.
    select document.user_id, sum(exp(least(gained.score - v_day, 40)))::real::double precision as total,
      sum(exp(2 * least(gained.score - v_day, 40)))::real::double precision as squares
    from ops.trend_gain as gained
    join ops.search_document as document on document.content_item_id = gained.content_id
    -- Less than a hundredth of a typical item's views does not change a creator's usual gain.
    where gained.period = 'month' and gained.score > v_day - 4.6
    group by document.user_id
  ), gone as (
    delete from ops.trend_creator as old where not exists (select from usual where usual.user_id = old.user_id)
  )
  insert into ops.trend_creator as old (user_id, total, squares)
  select user_id, total, squares from usual order by user_id
  on conflict (user_id) do update set total = excluded.total, squares = excluded.squares
  where (old.total, old.squares) is distinct from (excluded.total, excluded.squares);

  for v_period in select * from ops.trend_period loop
    with living as (
      -- Compared with the usual gain of the creator's other items. Everybody gets the views of two typical items in addition, so that one
      -- visitor instead of none is not a burst.
      select gained.content_id, gained.score - ln(2 + others.gain) as score, document.category_code, document.platform
      from ops.trend_gain as gained
      join ops.search_document as document on document.content_item_id = gained.content_id
      join ops.trend_gain as month on month.content_id = gained.content_id and month.period = 'month'
      left join ops.trend_creator as creator on creator.user_id = document.user_id
      cross join lateral (select exp(greatest(-50, least(month.score - v_day, 40))) as gain) as own
      cross join lateral (
        select case when creator.total - own.gain > creator.total / 1e5
          then greatest(0, (creator.squares - own.gain ^ 2) / (creator.total - own.gain)) else 0 end as gain) as others
      where gained.period = v_period.period
        -- A gain of 1 that is seven tau old: no lower score can still be in a list that anybody reads.
        and gained.score > extract(epoch from p_now - '2026-01-01T00:00:00Z'::timestamptz) / v_period.tau_seconds - 7
    ), ranked as (
      select living.content_id, living.score, list.name,
        row_number() over (partition by list.name order by living.score desc, living.content_id) as place
      from living
      cross join lateral (
        values (v_period.period), (v_period.period || ':' || living.category_code), (v_period.period || ':' || living.platform)
      ) as list (name)
      where list.name is not null
    ), listed as (
      select content_id, name, score, place::integer as place from ranked where place <= 100
    ), gone as (
      delete from public.trending_content as old
      where split_part(old.trend_category, ':', 1) = v_period.period
        and not exists (select from listed where listed.content_id = old.content_id and listed.name = old.trend_category)
      returning old.trend_category
    ), kept as (
      insert into public.trending_content as old (content_id, trend_category, trend_score, rank_position, last_updated_at)
      select content_id, name, score, place, p_now from listed
      on conflict (content_id, trend_category) do update
      set trend_score = excluded.trend_score, rank_position = excluded.rank_position, last_updated_at = excluded.last_updated_at
      where (old.trend_score, old.rank_position) is distinct from (excluded.trend_score, excluded.rank_position)
      returning old.trend_category
    ), changed as (
      select trend_category from gone union all select trend_category from kept
    )
    select count(*), array_agg(distinct trend_category) into v_rows, v_lists from changed;
    v_changed := v_changed + v_rows;
    v_all_lists := v_all_lists || v_lists;
  end loop;
  if v_changed > 0 then
    perform public.forget_cached('{public}');
    perform ops.tell_trending(v_all_lists);
  end if;
  return v_changed;
end;
$$;
comment on function ops.refresh_trending is
  'For cron. Counts the growth of views since the last run and each creator''s usual gain, and updates the lists with one statement per period that writes only changed rows. Returns their number.';

-- Security definer: see browse_content.
create function public.get_trending(p_period text default 'today', p_category text default null, p_platform text default null,
  p_limit integer default 100) returns jsonb
language sql stable security definer set search_path = '' as $$
  with listed as (
    select trend.content_id, trend.trend_score, trend.rank_position, trend.last_updated_at
    from public.trending_content as trend
    where trend.trend_category = p_period || coalesce(':' || p_category, ':' || p_platform, '')
    order by trend.rank_position
    limit p_limit
  )
  select jsonb_build_object(
    'trending_items', ops.item_cards(array(select content_id from listed order by rank_position)),
    'trend_scores', coalesce((
      select jsonb_object_agg(content_id,
        round((100 * exp(trend_score - (select max(trend_score) from listed)))::numeric, 2))
      from listed where ops.is_public_item(content_id)), '{}'),
    'updated_at', (select max(last_updated_at) from listed));
$$;
comment on function public.get_trending is
  'Returns a trending list, best first: {trending_items, trend_scores, updated_at}. Scores are by item id; the best of the list has 100.';

-- Security definer: the tables and functions are in ops.
create function public.refresh_public_lists() returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_clicks bigint;
  v_trending integer;
begin
  -- Locks in the order of the calls by cron, so that they cannot deadlock; items, for which the roll-up may wait, are locked last.
  perform from ops.click_roll_up for update;
  perform from ops.trend_progress for update;
  v_clicks := ops.roll_up_clicks();
  v_trending := ops.refresh_trending();
  return jsonb_build_object('documents', ops.refresh_discovery(5000), 'clicks', v_clicks, 'trending', v_trending);
end;
$$;
comment on function public.refresh_public_lists is
  'Does at once what cron does every minute and every ten minutes: new items into the lists, clicks into the counters, growth into the trending lists. For the service: {documents, clicks, trending}, the number of changes of each.';

-- ## Functions: creators and staff

create function public.calculate_trend_score(p_clicks bigint, p_views bigint, p_created_at timestamptz) returns double precision
language sql immutable security invoker set search_path = '' as $$
  select log(greatest(1, coalesce(p_views, 0) + 20 * coalesce(p_clicks, 0))::double precision)
    + extract(epoch from p_created_at) / 45000;
$$;
comment on function public.calculate_trend_score is
  'Returns a score from totals that needs no update as time passes: ten times the views weigh as much as twelve and a half hours. A click counts as twenty views. For comparing items; the lists rank by growth, see ops.refresh_trending().';

-- Security definer: checks whether a slug is taken. For the caller's own slug, or any slug for the service.
create function ops.generate_profile_slug(p_display_name text, p_user_id uuid) returns text
language plpgsql volatile security definer set search_path = '' as $$
begin
  if p_user_id is distinct from auth.uid() and coalesce(auth.role(), 'service_role') <> 'service_role' then
    raise exception using errcode = 'SVG02', message = 'A slug can be made only for yourself';
  end if;
  return ops.make_profile_slug(p_display_name, p_user_id);
end;
$$;
comment on function ops.generate_profile_slug is 'See public.generate_profile_slug.';

create function public.generate_profile_slug(p_display_name text, p_user_id uuid) returns text
language sql volatile security invoker set search_path = ''
begin atomic
  select ops.generate_profile_slug(p_display_name, p_user_id);
end;
comment on function public.generate_profile_slug is
  'Returns a free slug for a name, as setup_profile() assigns it: tech-gaming-channel, with a number when it is taken.';

-- Security definer: the totals are in ops.
create function public.update_total_followers(p_user_id uuid) returns bigint
language sql volatile security definer set search_path = '' as $$
  insert into ops.creator_stat as stat (user_id, total_followers, item_count)
  select p_user_id,
    coalesce((select sum(followers_count) from public.social_account where user_id = p_user_id and deleted_at is null), 0),
    (select count(*) from ops.search_document where user_id = p_user_id)
  from public.users
  where id = p_user_id
  -- Skips a person who is being deleted.
  for key share skip locked
  on conflict (user_id) do update
  set total_followers = excluded.total_followers, item_count = excluded.item_count, updated_at = now()
  where (stat.total_followers, stat.item_count) is distinct from (excluded.total_followers, excluded.item_count)
  returning total_followers;
$$;
comment on function public.update_total_followers is
  'Recomputes the total followers of a creator''s live accounts and the number of their public items. Called by triggers and the refresh; returns the total followers when a value has changed.';

-- Security definer: staff change data that no creator may change, after a check of their role.
create function ops.feature_creator(p_user_id uuid, p_is_featured boolean, p_sort_order integer, p_reason text, p_ends_at timestamptz) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform ops.require_role('moderator', 'admin');
  if not p_is_featured then
    delete from public.featured_creator where user_id = p_user_id;
  elsif not exists (select from public.users where id = p_user_id and is_public and hidden_at is null) then
    raise exception using errcode = 'SVG03', message = 'There is no public creator with this id',
      detail = jsonb_build_object('resource', 'creator', 'id', p_user_id);
  else
    insert into public.featured_creator (user_id, sort_order, reason, featured_by, ends_at)
    values (p_user_id, p_sort_order, ops.clean_line(p_reason, 500), auth.uid(), p_ends_at)
    on conflict (user_id) do update
    set sort_order = excluded.sort_order, reason = excluded.reason, featured_by = excluded.featured_by, ends_at = excluded.ends_at;
  end if;
  perform public.forget_cached('{public}');
  perform ops.record_audit(case when p_is_featured then 'creator.featured' else 'creator.unfeatured' end, p_user_id,
    jsonb_build_object('sort_order', p_sort_order, 'ends_at', p_ends_at, 'reason', ops.clean_line(p_reason, 500)));
end;
$$;
comment on function ops.feature_creator is 'See public.feature_creator.';

create function public.feature_creator(p_user_id uuid, p_is_featured boolean default true, p_sort_order integer default 0,
  p_reason text default null, p_ends_at timestamptz default null) returns void
language sql volatile security invoker set search_path = ''
begin atomic
  select ops.feature_creator(p_user_id, p_is_featured, p_sort_order, p_reason, p_ends_at);
end;
comment on function public.feature_creator is
  'Lets moderators and admins show a public creator first, in a given order and until a given time, or stop doing so. Writes to the audit log.';

-- Security definer: the list is in ops; only the caller's own items are pinned.
create function ops.pin_content(p_content_item_ids uuid[]) returns integer
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_pinned integer;
begin
  if cardinality(p_content_item_ids) > 12 then
    raise exception using errcode = 'SVG01', message = 'At most 12 items can be pinned';
  end if;
  delete from ops.pinned_item where user_id = auth.uid();
  insert into ops.pinned_item (content_id, user_id, sort_order)
  select item.id, item.user_id, min(wanted.place)
  from unnest(p_content_item_ids) with ordinality as wanted (id, place)
  join public.content_item as item on item.id = wanted.id
  where item.user_id = auth.uid() and item.deleted_at is null
  group by item.id, item.user_id;
  get diagnostics v_pinned = row_count;
  perform public.forget_cached('{public}');
  return v_pinned;
end;
$$;
comment on function ops.pin_content is 'See public.pin_content.';

create function public.pin_content(p_content_item_ids uuid[]) returns integer
language sql volatile security invoker set search_path = ''
begin atomic
  select ops.pin_content(p_content_item_ids);
end;
comment on function public.pin_content is
  'Sets the items that the caller''s own page shows first, in this order, at most 12; replaces the previous ones. Ignores items of others. Returns the number of pinned items.';

-- ## Functions: triggers

create function ops.fill_click() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  if not exists (select from public.content_item where id = new.content_id) then
    raise exception using errcode = '23503', message = 'Cannot record a click: there is no such item';
  end if;
  new.user_agent := ops.user_agent_class(new.user_agent);
  new.referrer_host := ops.host_of(new.referrer);
  new.is_counted := new.user_agent not in ('bot', 'prefetch');
  new.tx := pg_current_xact_id();
  return new;
end;
$$;
comment on function ops.fill_click is 'Trigger: replaces the program''s name with its class, and decides which clicks count.';

create function ops.leave_discovery(p_ids uuid[]) returns void
language plpgsql volatile security invoker set search_path = '' as $$
begin
  with gone as (
    delete from ops.search_document where content_item_id = any(p_ids) returning user_id
  )
  update ops.creator_stat as stat
  set item_count = greatest(stat.item_count - lost.items, 0), updated_at = now()
  from (select user_id, count(*) as items from gone group by user_id) as lost
  where stat.user_id = lost.user_id;
  delete from ops.search_entry where content_item_id = any(p_ids);
  delete from public.trending_content where content_id = any(p_ids);
  perform public.forget_cached('{public}');
end;
$$;
comment on function ops.leave_discovery is 'Removes items from every public list and invalidates all cached public responses, at once.';

-- Security definer, like the next three: creators may not write the documents, but their edits must.
create function ops.enter_discovery() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  insert into ops.discovery_queue (content_item_id)
  select added.id
  from added
  join public.users as creator on creator.id = added.user_id
  where added.visibility = 'public' and added.deleted_at is null and added.hidden_at is null and creator.is_public and creator.hidden_at is null;
  return null;
end;
$$;
comment on function ops.enter_discovery is 'Trigger: queues new items for the next refresh of the documents.';

create function ops.follow_item() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  if current_setting('streamvibe.is_refresh', true) = 'on' then
    return null;
  end if;
  if not exists (select from ops.public_item where id = new.id) then
    perform ops.leave_discovery(array[new.id]);
  end if;
  -- The items of a creator who is not public are queued when that changes.
  insert into ops.discovery_queue (content_item_id)
  select new.id where exists (select from public.users as creator where creator.id = new.user_id and creator.is_public and creator.hidden_at is null);
  perform public.forget_cached(array['item:' || new.id]);
  return null;
end;
$$;
comment on function ops.follow_item is
  'Trigger: an item that is no longer public leaves every list in the same commit; the next refresh rewrites a changed item.';

create function ops.follow_creator() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  if new.is_public and new.hidden_at is null then
    insert into ops.discovery_queue (content_item_id) select id from ops.public_item where user_id = new.id;
  else
    perform ops.leave_discovery(array(select content_item_id from ops.search_document where user_id = new.id));
  end if;
  perform public.update_total_followers(new.id);
  perform public.forget_cached('{public}');
  return null;
end;
$$;
comment on function ops.follow_creator is 'Trigger: removes all items of a creator who is no longer public from every list in the same commit.';

create function ops.follow_account() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  if tg_op = 'UPDATE' and (new.deleted_at, new.display_name, new.username) is distinct from (old.deleted_at, old.display_name, old.username) then
    if new.deleted_at is null then
      insert into ops.discovery_queue (content_item_id) select id from ops.public_item where social_account_id = new.id;
    else
      perform ops.leave_discovery(array(select id from public.content_item where social_account_id = new.id));
    end if;
  end if;
  perform public.update_total_followers(new.user_id);
  return null;
end;
$$;
comment on function ops.follow_account is
  'Trigger: removes the items of an account that its owner has removed from every list; recomputes the followers.';

-- Security definer, like the triggers above.
create function ops.drop_documents() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform ops.leave_discovery(array(select id from gone));
  return null;
end;
$$;
comment on function ops.drop_documents is 'Trigger: removes deleted items from lists and caches.';

-- ## Triggers

create trigger content_click_fill before insert on public.content_click for each row execute function ops.fill_click();
create trigger content_item_enter_discovery after insert on public.content_item
  referencing new table as added for each statement execute function ops.enter_discovery();
create trigger content_item_follow after update of title, description, tags, hashtags, content_type, category_code, platform_category,
    language, duration_seconds, published_at, visibility, hidden_at, deleted_at
  on public.content_item
  for each row when ((old.title, old.description, old.tags, old.hashtags, old.content_type, old.category_code, old.platform_category,
      old.language, old.duration_seconds, old.published_at, old.visibility, old.hidden_at, old.deleted_at)
    is distinct from (new.title, new.description, new.tags, new.hashtags, new.content_type, new.category_code, new.platform_category,
      new.language, new.duration_seconds, new.published_at, new.visibility, new.hidden_at, new.deleted_at))
  execute function ops.follow_item();
create trigger users_follow after update of is_public, hidden_at, primary_category, display_name on public.users
  for each row when ((old.is_public, old.hidden_at, old.primary_category, old.display_name)
    is distinct from (new.is_public, new.hidden_at, new.primary_category, new.display_name))
  execute function ops.follow_creator();
create trigger social_account_enter after insert on public.social_account
  for each row execute function ops.follow_account();
create trigger social_account_follow after update of followers_count, deleted_at, display_name, username on public.social_account
  for each row when ((old.followers_count, old.deleted_at, old.display_name, old.username)
    is distinct from (new.followers_count, new.deleted_at, new.display_name, new.username))
  execute function ops.follow_account();

create trigger content_item_drop after delete on public.content_item
  referencing old table as gone for each statement execute function ops.drop_documents();
create trigger users_drop after delete on public.users
  referencing old table as gone for each statement execute function ops.drop_documents();

-- ## Policies

create policy "Everybody reads the categories" on public.content_category for select to anon, authenticated using (true);
create policy "Everybody reads who is featured" on public.featured_creator
  for select to anon, authenticated using (ops.is_public_creator(user_id) and coalesce(ends_at > now(), true));
create policy "Everybody reads what trends" on public.trending_content
  for select to anon, authenticated using (ops.is_public_item(content_id));
create policy "Visitors read the tags of public items" on public.content_tag
  for select to anon using (ops.is_public_item(content_id));
create policy "People read the tags of public items and of their own" on public.content_tag
  for select to authenticated using (ops.is_public_item(content_id) or ops.is_own_item(content_id));
create policy "Creators read the clicks on their own items" on public.content_click
  for select to authenticated using (ops.is_own_item(content_id));
create policy "Creators tag their own items" on public.content_tag
  for insert to authenticated with check (source = 'creator' and ops.is_own_item(content_id));
create policy "Creators take back their own tags" on public.content_tag
  for delete to authenticated using (source = 'creator' and ops.is_own_item(content_id));
create policy "Only functions use category_rule" on ops.category_rule for all to postgres using (true) with check (true);
create policy "Only functions use category_word" on ops.category_word for all to postgres using (true) with check (true);
create policy "Only functions use click_counter" on ops.click_counter for all to postgres using (true) with check (true);
create policy "Only functions use click_roll_up" on ops.click_roll_up for all to postgres using (true) with check (true);
create policy "Only functions use click_daily" on ops.click_daily for all to postgres using (true) with check (true);
create policy "Only functions use visitor_day" on ops.visitor_day for all to postgres using (true) with check (true);
create policy "Only functions use visitor_key" on ops.visitor_key for all to postgres using (true) with check (true);
create policy "Only functions use pinned_item" on ops.pinned_item for all to postgres using (true) with check (true);
create policy "Only functions use creator_stat" on ops.creator_stat for all to postgres using (true) with check (true);
create policy "Only functions use search_document" on ops.search_document for all to postgres using (true) with check (true);
create policy "Only functions use search_entry" on ops.search_entry for all to postgres using (true) with check (true);
create policy "Only functions use search_tier" on ops.search_tier for all to postgres using (true) with check (true);
create policy "Only functions use discovery_queue" on ops.discovery_queue for all to postgres using (true) with check (true);
create policy "Only functions use trend_period" on ops.trend_period for all to postgres using (true) with check (true);
create policy "Only functions use trend_gain" on ops.trend_gain for all to postgres using (true) with check (true);
create policy "Only functions use trend_creator" on ops.trend_creator for all to postgres using (true) with check (true);
create policy "Only functions use trend_seen" on ops.trend_seen for all to postgres using (true) with check (true);
create policy "Only functions use trend_progress" on ops.trend_progress for all to postgres using (true) with check (true);
create policy "Only functions use search_word" on ops.search_word for all to postgres using (true) with check (true);
create policy "Only functions use platform_scale" on ops.platform_scale for all to postgres using (true) with check (true);

-- ## Grants

grant select on public.content_category, public.featured_creator, public.trending_content, public.content_tag to anon, authenticated;
grant insert (content_id, tag, source, tag_type), delete on public.content_tag to authenticated;
-- No insert on content_click: clicks are recorded by track-click, which rate-limits them. Nobody may read visitors' hashes.
grant select (id, content_id, referrer_host, user_agent, country, query, is_counted, clicked_at) on public.content_click to authenticated;

grant select, insert, update, delete on public.content_category, public.content_tag, public.featured_creator to service_role;
grant select, insert on public.content_click to service_role;
-- No write: only ops.refresh_trending() writes the lists.
grant select on public.trending_content to service_role;

grant execute on function ops.is_public_item, ops.is_public_creator to anon, authenticated;
grant execute on function ops.is_own_item, ops.get_click_stats, public.get_click_stats, ops.pin_content, public.pin_content to authenticated;
grant execute on function ops.feature_creator, public.feature_creator, ops.generate_profile_slug, public.generate_profile_slug, public.calculate_trend_score
  to authenticated, service_role;
grant execute on function
  public.browse_content, public.browse_categories, public.browse_creators, public.get_content_detail, public.get_creator_by_slug,
  public.get_trending, public.refresh_public_lists, public.search_content, public.search_creators, public.record_click, public.increment_content_clicks, public.update_total_followers
  to service_role;

-- ## Reference rows

insert into public.content_category (code, display_name, description, sort_order)
values
  ('music', 'Music', 'Songs, covers, concerts, production', 1),
  ('gaming', 'Gaming', 'Gameplay, reviews, esports', 2),
  ('education', 'Education', 'Lessons, explanations, languages', 3),
  ('lifestyle', 'Lifestyle', 'Vlogs, home, travel, family', 4),
  ('comedy', 'Comedy', 'Sketches, stand-up, pranks', 5),
  ('tech', 'Tech', 'Gadgets, software, programming', 6),
  ('beauty', 'Beauty', 'Make-up, hair, fashion', 7),
  ('fitness', 'Fitness', 'Training, sports, health', 8),
  ('food', 'Food', 'Cooking, baking, restaurants', 9),
  ('business', 'Business', 'Money, work, startups', 10),
  ('art', 'Art', 'Drawing, design, crafts, photography', 11),
  ('entertainment', 'Entertainment', 'Film, series, shows, celebrities', 12),
  ('news', 'News', 'News, politics, commentary', 13),
  ('science', 'Science', 'Research, nature, space', 14),
  ('other', 'Other', 'Everything else', 15)
on conflict (code) do update
set display_name = excluded.display_name, description = excluded.description, sort_order = excluded.sort_order;

-- YouTube's ids (https://developers.google.com/youtube/v3/docs/videoCategories/list). "People & Blogs" (22) is too general: the tags
-- decide.
insert into ops.category_rule (platform, platform_category, category_code)
values
  ('youtube', '1', 'entertainment'), ('youtube', '2', 'lifestyle'), ('youtube', '10', 'music'), ('youtube', '15', 'lifestyle'),
  ('youtube', '17', 'fitness'), ('youtube', '18', 'entertainment'), ('youtube', '19', 'lifestyle'), ('youtube', '20', 'gaming'),
  ('youtube', '23', 'comedy'), ('youtube', '24', 'entertainment'), ('youtube', '25', 'news'), ('youtube', '26', 'lifestyle'),
  ('youtube', '27', 'education'), ('youtube', '28', 'tech'), ('youtube', '29', 'other'), ('youtube', '30', 'entertainment'),
  ('youtube', '43', 'entertainment'), ('youtube', '44', 'entertainment')
on conflict (platform, platform_category) do update set category_code = excluded.category_code;

insert into ops.category_word (word, category_code)
select word, category_code
from (
  values
    ('music', array['music', 'song', 'songs', 'cover', 'remix', 'beats', 'hiphop', 'rap', 'guitar', 'piano', 'lofi', 'musica', 'musik', 'singing', 'dj', 'kpop']),
    ('gaming', array['gaming', 'game', 'games', 'gameplay', 'minecraft', 'fortnite', 'roblox', 'esports', 'twitch', 'playstation', 'xbox', 'nintendo', 'valorant', 'gta', 'speedrun']),
    ('education', array['education', 'tutorial', 'learn', 'learning', 'study', 'studytips', 'lesson', 'howto', 'explained', 'history', 'math', 'language', 'school']),
    ('lifestyle', array['lifestyle', 'vlog', 'dailyvlog', 'travel', 'home', 'family', 'minimalism', 'routine', 'diy', 'garden', 'gardening', 'pets', 'cars', 'reise', 'viaje']),
    ('comedy', array['comedy', 'funny', 'humor', 'humour', 'meme', 'memes', 'standup', 'prank', 'sketch', 'jokes', 'lustig', 'comedia']),
    ('tech', array['tech', 'technology', 'software', 'programming', 'coding', 'developer', 'javascript', 'python', 'iphone', 'android', 'gadgets', 'pc', 'linux', 'ai', 'unboxing']),
    ('beauty', array['beauty', 'makeup', 'skincare', 'hair', 'nails', 'fashion', 'style', 'ootd', 'grwm', 'outfit', 'cosmetics']),
    ('fitness', array['fitness', 'workout', 'gym', 'yoga', 'running', 'football', 'soccer', 'basketball', 'sport', 'sports', 'training', 'health', 'trailrunning']),
    ('food', array['food', 'foodie', 'cooking', 'recipe', 'recipes', 'baking', 'sourdough', 'vegan', 'cake', 'kitchen', 'chef', 'restaurant', 'coffee', 'rezept', 'receta']),
    ('business', array['business', 'startup', 'entrepreneur', 'finance', 'investing', 'money', 'marketing', 'stocks', 'crypto', 'realestate', 'career', 'productivity']),
    ('art', array['art', 'artist', 'drawing', 'painting', 'illustration', 'design', 'photography', 'filmphotography', 'crafts', 'animation', 'sculpture', 'woodworking', 'architecture']),
    ('entertainment', array['entertainment', 'movie', 'movies', 'trailer', 'film', 'series', 'netflix', 'anime', 'celebrity', 'podcast', 'reaction', 'show', 'marvel']),
    ('news', array['news', 'breakingnews', 'politics', 'election', 'economy', 'world', 'journalism', 'nachrichten', 'noticias', 'commentary']),
    ('science', array['science', 'physics', 'chemistry', 'biology', 'space', 'astronomy', 'nasa', 'nature', 'climate', 'research', 'experiment'])
) as known (category_code, words)
cross join lateral unnest(known.words) as word
on conflict (word) do update set category_code = excluded.category_code;

-- Half a day, three and a half days, fourteen days.
insert into ops.trend_period (period, tau_seconds) values ('today', 43200), ('week', 302400), ('month', 1209600)
on conflict (period) do update set tau_seconds = excluded.tau_seconds;
insert into ops.trend_progress default values on conflict do nothing;
insert into ops.click_roll_up default values on conflict do nothing;
select ops.keep_click_partitions();
