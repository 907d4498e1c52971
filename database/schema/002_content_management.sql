-- Module 002, content: one library of everything a creator has published, kept up to date by syncs, searched, edited, and soft-deleted.
-- Needs modules 000 and 001. Edge functions read the platforms; this module applies their results, one page per call.
--
--   Needs
--   Types and text search: English stems, accents and case ignored
--   Functions that columns need
--   Tables
--   Functions: the ledger of what the platforms let each app and each account do
--   Functions: syncs
--   Functions: when an account is worth a look
--   Functions: search
--   Functions: moderation and erasing
--   Functions: triggers
--   Triggers
--   Policies
--   Grants
--   Reference rows

-- ## Needs

-- The same role must apply this module: the default privileges of module 000 keep its functions closed.
do $$
begin
  if not exists (select from pg_class where oid = to_regclass('public.social_account') and relowner = current_user::regrole) then
    raise exception 'Cannot apply module 002: module 001 must be applied first, by the same role';
  end if;
end;
$$;

-- For GIN indexes that contain the owner as well as the words.
create extension if not exists btree_gin with schema extensions;

-- ## Types and text search: English stems, accents and case ignored

create type ops.given_item as (
  platform_content_id text, content_type text, title text, description text, tags text[], hashtags text[], thumbnail_url text,
  permalink text, visibility public.visibility_enum, language text, duration_seconds integer, published_at timestamptz,
  views_count bigint, likes_count bigint, comments_count bigint, shares_count bigint, platform_category text, metadata jsonb,
  source_hash bytea, id uuid
);
comment on type ops.given_item is
  'An item as a platform''s adapter returns it. apply_items() itself fills source_hash and id: the hash of its texts, and the row that stores it.';

create text search configuration public.streamvibe (copy = pg_catalog.english);
alter text search configuration public.streamvibe
  alter mapping for hword, hword_part, word with extensions.unaccent, pg_catalog.english_stem;
comment on text search configuration public.streamvibe is
  'English without accents. ASCII words give the lexemes of pg_catalog.english, so plain to_tsquery() matches too.';

-- ## Functions that columns need

-- These functions run for every row that is written. plpgsql caches their plans; SQL functions would be planned again for every statement.
create function ops.split_words(p_text text) returns text
language plpgsql immutable parallel safe strict security invoker set search_path = '' as $$
declare
  -- Scripts without spaces: Thai, Lao, Burmese, Khmer, Tai, Balinese, Kana, Bopomofo, Han, Yi, Javanese; also Hangul, where words are
  -- joined to each other and to particles. Their letters, and the marks that belong to the letter before them:
  v_letters constant text := '\u0e00-\u0eff\u1000-\u109f\u1780-\u17d3\u1950-\u19df\u1a20-\u1aad\u1b00-\u1b4c\u3005-\u3007\u3021-\u3029\u3041-\u309a\u309d-\u309f\u30a1-\u30fa\u30fc-\u31ff'
    '\u3400-\u9fff\ua000-\ua48c\ua980-\ua9fe\uaa60-\uaadf\uac00-\ud7a3\U00020000-\U0003ffff';
  v_marks constant text := '\u0e31\u0e33-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb3-\u0ebc\u0ec8-\u0ece\u102b-\u103e\u1056-\u1059\u105e-\u1060\u1062-\u1064\u1067-\u106d\u1071-\u1074'
    '\u1082-\u108d\u17b4-\u17d3\u1a55-\u1a7f\u1b00-\u1b04\u1b34-\u1b44\u3099\u309a\ua980-\ua983\ua9b3-\ua9c0';
  v_text text := p_text;
  v_is_plain boolean := octet_length(p_text) = char_length(p_text);
begin
  if not v_is_plain then
    v_text := ops.fold_text(v_text);
    v_is_plain := octet_length(v_text) = char_length(v_text);
  end if;
  -- The text parser reads the number in "covid-19" as negative.
  if strpos(v_text, '-') > 0 and v_text ~ '[[:alnum:]]-[0-9]' then
    v_text := regexp_replace(v_text, '([[:alnum:]])-(?=[0-9])', '\1 ', 'g');
  end if;
  if v_is_plain or v_text !~ ('[' || v_letters || ']') then
    return v_text;
  end if;
  -- Writing each letter twice with a space between turns "abcd" into the words a, ab, bc, cd, d. A vector cannot hold many more of them.
  return regexp_replace(regexp_replace(left(v_text, 20000), '[' || v_letters || ']+', ' \& ', 'g'),
    '[' || v_letters || '][' || v_marks || ']*', '\& \&', 'g') || substr(v_text, 20001);
end;
$$;
comment on function ops.split_words is
  'Returns a text in the form that the search configuration expects: folded; in scripts without spaces, every pair of adjacent letters becomes a word, and so do the first and the last letter of a sequence.';

-- Immutable although array_to_string() is only stable: joining texts depends on no setting. From folded text, pg_catalog.english makes the
-- same words as public.streamvibe makes from any text, without removing accents a second time.
-- Security definer: it also runs when creators edit, who may not execute the functions it calls.
create function ops.content_vector(p_title text, p_tags text[], p_hashtags text[], p_description text) returns tsvector
language plpgsql immutable parallel safe strict security definer set search_path = '' as $$
begin
  return setweight(to_tsvector('pg_catalog.english'::regconfig, ops.split_words(p_title)), 'A')
    || setweight(to_tsvector('pg_catalog.english'::regconfig,
      ops.split_words(array_to_string(p_tags, ' ') || ' ' || array_to_string(p_hashtags, ' '))), 'B')
    || setweight(to_tsvector('pg_catalog.english'::regconfig, ops.split_words(p_description)), 'C');
end;
$$;
comment on function ops.content_vector is 'Returns the words of an item: the title has weight A, tags and hashtags B, the description C.';

create function ops.parse_search(p_query text, out words tsquery, out excluded tsquery, out plain text, out is_exact boolean)
language plpgsql immutable parallel safe security invoker set search_path = '' as $$
declare
  v_signs constant text := '!-/:-@\[-`{-~\u00a1-\u00bf\u0e4f\u0e5a\u0e5b\u104a-\u104f\u17d4-\u17da\u2000-\u206f\u3000-\u3004\u3008-\u3020\u30fb';
  v_term text[];
  v_body text;
  v_pieces text[];
  v_written text := '';
  v_excluded text := '';
  v_single text;
  v_singles text[] := '{}';
begin
  plain := '';
  is_exact := false;
  for v_term in
    select regexp_matches(ops.fold_text(left(coalesce(p_query, ''), 200)), '(-?)(?:"([^"]*)"?|([^[:space:]"]+))', 'g')
  loop
    v_body := coalesce(v_term[2], v_term[3]);
    -- websearch_to_tsquery() would read the dash in "a - b" as excluding b.
    continue when v_body ~ ('^[[:space:]' || v_signs || ']*$');
    is_exact := is_exact or v_term[2] is not null;
    if v_term[1] = '' and v_body <> 'or' then
      plain := plain || ' ' || ltrim(v_body, '#');
    end if;
    -- A word with nothing to split stays unchanged. A split word becomes a phrase without the single letters at both ends, so that the text
    -- before the first pair and after the last pair may differ. Punctuation separates the phrases of a word that is not excluded.
    foreach v_body in array case when v_term[3] is null or v_term[1] <> '' or ops.split_words(v_body) = v_body then array[v_body]
      else regexp_split_to_array(v_body, '[' || v_signs || ']+') end
    loop
      v_single := ops.split_words(v_body);
      if v_term[2] is not null or v_single <> v_body then
        v_pieces := regexp_split_to_array(btrim(v_single), ' +');
        if v_single like ' %' then
          v_pieces := v_pieces[2:];
        end if;
        if v_single like '% ' and cardinality(v_pieces) > 1 then
          v_pieces := v_pieces[:cardinality(v_pieces) - 1];
        end if;
        if v_single like ' %' and cardinality(v_pieces) = 1 and btrim(v_single) = v_pieces[1] || ' ' || v_pieces[1] then
          v_singles := v_singles || v_pieces;
        end if;
        v_body := '"' || array_to_string(v_pieces, ' ') || '"';
      end if;
      v_written := v_written || ' ' || v_term[1] || v_body;
      if v_term[1] <> '' then
        v_excluded := v_excluded || ' or ' || v_body;
      end if;
    end loop;
  end loop;
  plain := btrim(plain);
  words := websearch_to_tsquery('pg_catalog.english', v_written);
  if v_excluded <> '' then
    excluded := websearch_to_tsquery('pg_catalog.english', substr(v_excluded, 5));
  end if;
  -- A single letter matches every pair that begins with it.
  foreach v_single in array v_singles loop
    words := replace(words::text, quote_literal(v_single), quote_literal(v_single) || ':*')::tsquery;
    excluded := replace(excluded::text, quote_literal(v_single), quote_literal(v_single) || ':*')::tsquery;
  end loop;
end;
$$;
comment on function ops.parse_search is
  'Parses a query as people type it (websearch syntax) into the words to match, the excluded words, the rest as plain text, and whether something was quoted.';

create function ops.are_sound_tags(p_tags text[]) returns boolean
language plpgsql immutable parallel safe security invoker set search_path = '' as $$
declare
  v_tag text;
begin
  if cardinality(p_tags) > 500 then
    return false;
  end if;
  foreach v_tag in array p_tags loop
    -- A longer tag does not fit into a GIN index.
    if v_tag is null or char_length(v_tag) not between 1 and 500 then
      return false;
    end if;
  end loop;
  return true;
end;
$$;
comment on function ops.are_sound_tags is 'Returns whether there are at most 500 tags, each of 1 to 500 characters.';

-- ## Tables

create table public.content_type (
  id uuid not null default gen_random_uuid(),
  slug text not null,
  display_name text not null,
  description text not null default '',
  sort_order smallint not null,
  constraint content_type_pkey primary key (id),
  constraint content_type_slug_key unique (slug)
);
alter table public.content_type enable row level security;
comment on table public.content_type is 'The forms that content takes across platforms.';

create table public.content_item (
  id uuid not null default gen_random_uuid(),
  user_id uuid not null,
  social_account_id uuid not null,
  platform_content_id text not null,
  content_type text not null default 'post',
  title text not null default '',
  description text not null default '',
  tags text[] not null default '{}',
  hashtags text[] not null default '{}',
  thumbnail_url text,
  permalink text,
  visibility public.visibility_enum not null default 'public',
  language text,
  duration_seconds integer,
  platform_category text,
  category_code text,
  category_source text,
  metadata jsonb not null default '{}',
  views_count bigint not null default 0,
  likes_count bigint not null default 0,
  comments_count bigint not null default 0,
  shares_count bigint not null default 0,
  total_clicks bigint not null default 0,
  source_hash bytea,
  published_at timestamptz not null default now(),
  hidden_at timestamptz,
  hidden_reason text,
  vanished_at timestamptz,
  deleted_at timestamptz,
  deleted_by text generated always as (
    case when deleted_at is null then null when deleted_at = vanished_at then 'platform' else 'creator' end) stored,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  changed_at timestamptz not null default now(),
  search_vector tsvector generated always as (ops.content_vector(title, tags, hashtags, description)) stored,
  constraint content_item_pkey primary key (id),
  constraint content_item_platform_content_key unique (social_account_id, platform_content_id),
  constraint content_item_user_id_fkey foreign key (user_id) references public.users (id) on delete cascade,
  constraint content_item_social_account_id_fkey foreign key (social_account_id) references public.social_account (id)
    on delete cascade,
  constraint content_item_content_type_fkey foreign key (content_type) references public.content_type (slug) on update cascade,
  constraint content_item_platform_content_id_length check (char_length(platform_content_id) between 1 and 512),
  constraint content_item_title_length check (char_length(title) <= 1000),
  constraint content_item_description_length check (char_length(description) <= 100000),
  -- Avoids a function call in the common case: 500 bytes in total contain no tag that is too long, and no more than 500 tags.
  constraint content_item_tags_are_sound check (
    case when tags = '{}' then true
      when array_ndims(tags) <> 1 then false
      when octet_length(array_to_string(tags, '')) <= 500 and array_position(tags, null) is null and array_position(tags, '') is null then true
      else ops.are_sound_tags(tags) end),
  constraint content_item_hashtags_are_sound check (
    case when hashtags = '{}' then true
      when array_ndims(hashtags) <> 1 then false
      when octet_length(array_to_string(hashtags, '')) <= 500 and array_position(hashtags, null) is null and array_position(hashtags, '') is null then true
      else ops.are_sound_tags(hashtags) end),
  constraint content_item_duration_not_negative check (duration_seconds >= 0),
  constraint content_item_counts_not_negative check (
    least(views_count, likes_count, comments_count, shares_count, total_clicks) >= 0),
  constraint content_item_metadata_is_object check (jsonb_typeof(metadata) = 'object'),
  constraint content_item_category_code_known check (category_code in ('music', 'gaming', 'education', 'lifestyle', 'comedy',
    'tech', 'beauty', 'fitness', 'food', 'business', 'art', 'entertainment', 'news', 'science', 'other')),
  constraint content_item_category_source_known check (category_source in ('creator', 'ai', 'platform', 'tags', 'profile')),
  constraint content_item_hidden_with_reason check ((hidden_at is null) = (hidden_reason is null))
)
-- Counters change with every sync and are in no index: free space on the page keeps their updates HOT.
with (fillfactor = 80);
-- When a row is too long, the long texts are stored out of line and uncompressed: compression took a tenth of the time of an insert, and
-- counters are updated faster in a short row.
alter table public.content_item
  alter column search_vector set storage external,
  alter column description set storage external,
  alter column title set storage main,
  alter column tags set storage main,
  alter column hashtags set storage main,
  alter column thumbnail_url set storage main,
  alter column permalink set storage main,
  alter column metadata set storage main;
alter table public.content_item enable row level security;
comment on table public.content_item is 'What a creator has published on any platform. Published by Realtime: the owner may see every column.';
comment on column public.content_item.user_id is 'The account''s owner, repeated here so that policies and indexes need no join.';
comment on column public.content_item.platform_category is 'The category as the platform names it. StreamVibe''s own category is in category_code.';
comment on column public.content_item.category_source is
  'Where category_code comes from: the creator (always wins), the AI, the platform''s category, the tags, or the creator''s profile.';
comment on column public.content_item.metadata is 'Data that only this platform has.';
comment on column public.content_item.total_clicks is 'Clicks counted by StreamVibe, not by the platform.';
comment on column public.content_item.source_hash is
  'SHA-256 of the texts as the platform last returned them. A sync overwrites texts only when this changes, so creators'' edits stay.';
comment on column public.content_item.hidden_at is 'When a moderator hid the item from public view; see set_content_hidden().';
comment on column public.content_item.vanished_at is 'When a sync found that the platform no longer has the item.';
comment on column public.content_item.changed_at is
  'When the visible content of its page last changed; reported to search engines. Counters, clicks and new signatures of its picture do not count.';
comment on column public.content_item.deleted_at is 'Soft delete, by the creator or because the item vanished. Queries leave these rows out.';
comment on column public.content_item.search_vector is 'The title has weight A, tags and hashtags B, the description C.';

create index content_item_user_id_published_at_idx on public.content_item (user_id, published_at desc);
comment on index public.content_item_user_id_published_at_idx is
  'Query "library": where user_id = … order by published_at desc limit 50. Plan: database/plans/library.txt';
create index content_item_social_account_id_published_at_idx on public.content_item (social_account_id, published_at desc);
comment on index public.content_item_social_account_id_published_at_idx is
  'Query "account": where social_account_id = … order by published_at desc limit 50. Plan: database/plans/account.txt';
-- New words go into a pending list of each GIN index, and the writer that fills the list has to wait until it is emptied: half a second in
-- the middle of a sync. With room (in kB) for a large import, cron (tidy-search-indexes) or autovacuum empties it instead.
create index content_item_search_idx on public.content_item using gin (user_id, search_vector, tags, hashtags)
  with (gin_pending_list_limit = 65536);
comment on index public.content_item_search_idx is
  'Queries "search" and "tags": where user_id = … and search_vector @@ … (or tags @> …). Plans: database/plans/search.txt, tags.txt';
create index content_item_title_trgm_idx on public.content_item using gin (user_id, ops.fold_text(title) extensions.gin_trgm_ops)
  with (gin_pending_list_limit = 65536);
comment on index public.content_item_title_trgm_idx is
  'Query "fuzzy": where user_id = … and ops.fold_text(title) %> …. Plan: database/plans/fuzzy.txt';
create index content_item_content_type_idx on public.content_item (content_type);
comment on index public.content_item_content_type_idx is 'Serves the foreign key to content_type.';

create index content_item_vanished_idx on public.content_item (social_account_id) where vanished_at is not null;
comment on index public.content_item_vanished_idx is 'Query "back": where social_account_id = … and vanished_at is not null.';

-- An account has one owner. Without this, PostgreSQL treats the two conditions as independent and plans for far too few rows.
create statistics public.content_item_account_owner (dependencies) on social_account_id, user_id from public.content_item;
comment on statistics public.content_item_account_owner is 'The account determines the owner.';

create table public.content_revision (
  id bigint generated always as identity,
  content_item_id uuid not null,
  user_id uuid not null,
  source text not null,
  changed_by uuid,
  changed_fields text[] not null,
  title text not null,
  description text not null,
  tags text[] not null,
  thumbnail_url text,
  created_at timestamptz not null default now(),
  constraint content_revision_pkey primary key (id),
  constraint content_revision_content_item_id_fkey foreign key (content_item_id) references public.content_item (id)
    on delete cascade,
  constraint content_revision_user_id_fkey foreign key (user_id) references public.users (id) on delete cascade,
  constraint content_revision_source_known check (source in ('sync', 'creator', 'service')),
  constraint content_revision_fields_known check (
    cardinality(changed_fields) > 0 and changed_fields <@ array['title', 'description', 'tags', 'thumbnail_url'])
);
alter table public.content_revision enable row level security;
comment on table public.content_revision is
  'The values of an item before each change of its title, description, tags or thumbnail. Written only by a trigger.';
comment on column public.content_revision.user_id is 'The item''s owner, for the policy.';
comment on column public.content_revision.source is 'sync: the platform''s text changed; creator: edited through the API; service: anything else.';
comment on column public.content_revision.changed_by is 'The person who made the edit. No foreign key: the history outlives a moderator.';
comment on column public.content_revision.title is 'The value before the change, as are the other three.';

create index content_revision_content_item_id_idx on public.content_revision (content_item_id, id desc);
comment on index public.content_revision_content_item_id_idx is 'Query "history": where content_item_id = … order by id desc.';
create index content_revision_user_id_idx on public.content_revision (user_id, id desc);
comment on index public.content_revision_user_id_idx is 'Query "recent changes": where user_id = … order by id desc.';

create table public.content_media (
  content_id uuid not null,
  position smallint not null,
  user_id uuid not null,
  kind text not null,
  platform_media_id text,
  url text,
  thumbnail_url text,
  width integer,
  height integer,
  duration_seconds integer,
  alt_text text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint content_media_pkey primary key (content_id, position),
  constraint content_media_content_id_fkey foreign key (content_id) references public.content_item (id) on delete cascade,
  constraint content_media_user_id_fkey foreign key (user_id) references public.users (id) on delete cascade,
  constraint content_media_position_not_negative check (position >= 0),
  constraint content_media_kind_known check (kind in ('image', 'video', 'gif')),
  constraint content_media_size_not_negative check (least(width, height, duration_seconds) >= 0)
);
alter table public.content_media enable row level security;
comment on table public.content_media is
  'The pictures and videos of an item that has several, in the creator''s order. An item with a single part has no rows here.';
comment on column public.content_media.user_id is 'The item''s owner, repeated here so that the policy needs no join.';
comment on column public.content_media.url is
  'As returned by the platform: most URLs are signed and expire after hours or days, so every sync that finds one half a day old renews it.';

create index content_media_user_id_idx on public.content_media (user_id);
comment on index public.content_media_user_id_idx is 'Serves the foreign key to users and the policy: where user_id = ….';

create table ops.content_stat_daily (
  content_item_id uuid not null,
  day date not null,
  views bigint not null,
  likes bigint not null,
  comments bigint not null,
  shares bigint not null,
  clicks bigint not null default 0,
  tx xid8 not null default pg_current_xact_id(),
  constraint content_stat_daily_pkey primary key (content_item_id, day),
  constraint content_stat_daily_content_item_id_fkey foreign key (content_item_id) references public.content_item (id) on delete cascade
);
alter table ops.content_stat_daily enable row level security;
comment on table ops.content_stat_daily is
  'History: an item''s totals after the last sync of each day (UTC) that found them changed, and the clicks of the day. A day without change has no row.';
comment on column ops.content_stat_daily.views is 'The platform''s total at that time, as are likes, comments and shares.';
comment on column ops.content_stat_daily.clicks is 'Clicks of that day only, added by module 005.';
comment on column ops.content_stat_daily.tx is
  'The transaction that last wrote the totals: a reader of new rows can restrict itself to transactions that have certainly committed.';
-- Serves readers that follow the growth of all items in the order of transactions.
create index content_stat_daily_tx_idx on ops.content_stat_daily (tx);

create table ops.account_stat_daily (
  social_account_id uuid not null,
  day date not null,
  followers bigint not null,
  constraint account_stat_daily_pkey primary key (social_account_id, day),
  constraint account_stat_daily_social_account_id_fkey foreign key (social_account_id) references public.social_account (id) on delete cascade
);
alter table ops.account_stat_daily enable row level security;
comment on table ops.account_stat_daily is
  'History: an account''s followers when it was connected, or after the last sync of each day (UTC), kept as long as the account. A day on which the number was not reported has no row.';

create table ops.sync_run (
  social_account_id uuid not null,
  sync_id uuid,
  fence bigint not null default 0,
  lease_seconds integer not null default 60,
  leased_until timestamptz,
  charged_at timestamptz,
  listing bigint not null default 0,
  cursor jsonb,
  items_seen integer not null default 0,
  total integer,
  confirmed_ids text[] not null default '{}',
  last_code text,
  touched_at timestamptz not null default now(),
  claimed integer not null default 0,
  claimed_until timestamptz,
  failures integer not null default 0,
  page_size integer,
  page_size_at timestamptz,
  constraint sync_run_pkey primary key (social_account_id),
  constraint sync_run_sync_id_key unique (sync_id),
  constraint sync_run_social_account_id_fkey foreign key (social_account_id) references public.social_account (id)
    on delete cascade,
  constraint sync_run_only_open_is_leased check (sync_id is not null or (leased_until is null and charged_at is null)),
  constraint sync_run_counts_not_negative check (least(claimed, failures) >= 0),
  constraint sync_run_page_size_is_dated check (page_size >= 1 and (page_size is null) = (page_size_at is null))
) with (fillfactor = 70);
alter table ops.sync_run enable row level security;
comment on table ops.sync_run is 'The state of each account''s sync run: checkpoint, lease, fence, unit of quota.';
comment on column ops.sync_run.sync_id is 'The open run. Null: no run is open.';
comment on column ops.sync_run.fence is 'Grows with every lease; a worker that presents an older one is refused.';
comment on column ops.sync_run.leased_until is 'Null: released. In the past: the worker died, and its run continues without costing another unit.';
comment on column ops.sync_run.charged_at is 'When the unit was reserved that a failure would return. Null: none is outstanding.';
comment on column ops.sync_run.listing is 'Grows when a run begins at the first page; pages with this number were read in the current listing.';
comment on column ops.sync_run.confirmed_ids is 'Items that no page listed, but that the platform returned when asked for them by id.';
comment on column ops.sync_run.claimed is 'What the step in progress reserved in the platform''s window that ends at claimed_until.';
comment on column ops.sync_run.failures is 'Number of consecutive failed steps: automatic sync waits longer after each.';
comment on column ops.sync_run.page_size is
  'The largest page that the platform accepts, after it refused a larger one as too heavy at page_size_at. Null: it never refused one.';

create table ops.sync_page (
  social_account_id uuid not null,
  key text not null,
  listing bigint not null,
  etags jsonb,
  item_ids text[] not null,
  present_ids text[] not null,
  next_cursor jsonb,
  total integer,
  constraint sync_page_pkey primary key (social_account_id, key),
  constraint sync_page_social_account_id_fkey foreign key (social_account_id) references public.social_account (id)
    on delete cascade
);
alter table ops.sync_page enable row level security;
comment on table ops.sync_page is
  'The contents of each page of an account''s list: enough to ask the platform "changed?" and, if not, to know which items still exist without touching a content row.';
comment on column ops.sync_page.key is 'The member "key" of the cursor; empty for the first page.';
comment on column ops.sync_page.present_ids is 'Those of item_ids that the platform returned in full (not private, not deleted).';

create table ops.platform_window (
  id bigint generated always as identity,
  social_account_id uuid,
  platform text not null,
  app text not null,
  began_at timestamptz not null,
  ends_at timestamptz not null,
  used integer not null default 0,
  size integer,
  planned_size integer,
  closed_until timestamptz,
  constraint platform_window_pkey primary key (id),
  -- The account comes first, so that this index also serves the foreign key.
  constraint platform_window_key unique nulls not distinct (social_account_id, platform, app),
  constraint platform_window_social_account_id_fkey foreign key (social_account_id) references public.social_account (id)
    on delete cascade,
  constraint platform_window_ends_after_begin check (ends_at > began_at),
  constraint platform_window_counts_not_negative check (least(used, size) >= 0)
) with (fillfactor = 50);
alter table ops.platform_window enable row level security;
comment on table ops.platform_window is
  'The ledger: how much each app has used of the quota that a platform grants to it, or to each of its accounts, in the current window.';
comment on column ops.platform_window.social_account_id is
  'Null: the window applies to the whole app. Where each account has a window, this row only records whether the platform refuses all of them.';
comment on column ops.platform_window.app is 'The client id: another app registration has its own quota.';
comment on column ops.platform_window.used is
  'Counted in advance when a step begins, corrected when it ends. In thousandths where a platform reports percentages.';
comment on column ops.platform_window.size is
  'The size last reported by the platform. Null: it reported none in this window, and the adapter''s figure applies.';
comment on column ops.platform_window.planned_size is 'The adapter''s figure; used to show how much is left.';
comment on column ops.platform_window.closed_until is 'The platform reported that nothing is left; no calls are made before this time.';

create table ops.platform_share (
  user_id uuid not null,
  platform text not null,
  app text not null,
  ends_at timestamptz not null,
  used integer not null default 0,
  constraint platform_share_pkey primary key (user_id, platform, app),
  constraint platform_share_user_id_fkey foreign key (user_id) references public.users (id) on delete cascade
) with (fillfactor = 50);
alter table ops.platform_share enable row level security;
comment on table ops.platform_share is 'How much one creator has used of an app''s window, so that nobody takes all of it while others wait.';

-- What visitors may see. Everything public (lists, search, feeds, sitemaps, AI) reads this view, so that there is one definition.
-- An account that only needs to be reconnected stays public; an account that its owner removed does not.
create view ops.public_item as
select item.id, item.user_id, item.social_account_id, platform.slug as platform, item.platform_content_id, item.content_type, item.title,
  item.description, item.tags, item.hashtags, item.thumbnail_url, item.permalink, item.language, item.duration_seconds,
  item.platform_category, item.category_code, item.category_source, item.metadata, item.views_count, item.likes_count,
  item.comments_count, item.shares_count, item.total_clicks, item.published_at, item.created_at, item.updated_at, item.changed_at,
  item.search_vector, account.username, creator.profile_slug, creator.display_name
from public.content_item as item
join public.social_account as account on account.id = item.social_account_id
join public.platform as platform on platform.id = account.platform_id
join public.users as creator on creator.id = item.user_id
where item.deleted_at is null and item.hidden_at is null and item.visibility = 'public'
  and account.deleted_at is null and creator.is_public and creator.hidden_at is null;
comment on view ops.public_item is
  'The one definition of public: an item that is not deleted, hidden, private or unlisted, of an account that its owner has not removed, of a creator who is public and not hidden.';

-- ## Functions: the ledger of what the platforms let each app and each account do

-- A platform's adapter describes its window: {"app": client id, "scope": "app" | "account", "counts": "units" | "calls" | "reports",
-- "size": integer | null, "seconds": integer, "time_zone": text | null (a day there), "ahead": integer, "pause": seconds}.
create function ops.lock_platform_window(p_social_account_id uuid, p_platform text, p_quota jsonb) returns ops.platform_window
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_now constant timestamptz := clock_timestamp();
  v_app constant text := coalesce(p_quota ->> 'app', '');
  v_time_zone text;
  v_window ops.platform_window;
begin
  loop
    if p_quota ->> 'scope' = 'account' then
      select * into v_window from ops.platform_window
      where social_account_id = p_social_account_id and platform = p_platform and app = v_app
      for update;
    else
      select * into v_window from ops.platform_window
      where social_account_id is null and platform = p_platform and app = v_app
      for update;
    end if;
    exit when found;
    -- Inserts a window that has already ended, so that the next one is computed below.
    insert into ops.platform_window (social_account_id, platform, app, began_at, ends_at)
    values (case when p_quota ->> 'scope' = 'account' then p_social_account_id end, p_platform, v_app, '-infinity', v_now)
    on conflict do nothing;
  end loop;
  if v_window.ends_at <= v_now then
    v_time_zone := p_quota ->> 'time_zone';
    if v_time_zone is null then
      v_window.began_at := v_now;
      v_window.ends_at := v_now + make_interval(secs => coalesce((p_quota ->> 'seconds')::integer, 3600));
    else
      v_window.began_at := date_trunc('day', v_now, v_time_zone);
      -- A day has 23 to 25 hours.
      v_window.ends_at := date_trunc('day', v_window.began_at + interval '26 hours', v_time_zone);
    end if;
    v_window.used := 0;
    v_window.size := null;
  end if;
  return v_window;
end;
$$;
comment on function ops.lock_platform_window is
  'Returns the current window, locked until the transaction ends, or the next one when the last has ended (the caller must write it).';

create function ops.raise_platform_quota(p_platform text, p_until timestamptz) returns void
language plpgsql volatile security invoker set search_path = '' as $$
begin
  raise exception using errcode = 'SVP01',
    message = format('StreamVibe cannot send more requests to %s for now: syncing is possible again at %s',
      coalesce((select display_name from public.platform where slug = p_platform), p_platform),
      to_char(p_until at time zone 'utc', 'YYYY-MM-DD HH24:MI "UTC"')),
    detail = jsonb_build_object('platform', p_platform, 'resets_at', p_until,
      'retry_after', greatest(1, ceil(extract(epoch from p_until - clock_timestamp()))::integer));
end;
$$;
comment on function ops.raise_platform_quota is 'Raises SVP01, the error for a platform whose quota allows no call now.';

create function ops.claim_platform_quota(p_social_account_id uuid, p_user_id uuid, p_platform text, p_quota jsonb,
  p_is_automatic boolean, out claimed integer, out claimed_until timestamptz)
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_window ops.platform_window := ops.lock_platform_window(p_social_account_id, p_platform, p_quota);
  v_now constant timestamptz := clock_timestamp();
  v_size constant integer := coalesce(v_window.size, (p_quota ->> 'size')::integer);
  v_length constant interval := v_window.ends_at - v_window.began_at;
  v_left numeric;
  v_used integer;
  v_part numeric;
  v_app_closed_until timestamptz;
begin
  claimed := coalesce((p_quota ->> 'ahead')::integer, 0);
  claimed_until := v_window.ends_at;
  if v_window.closed_until > v_now then
    perform ops.raise_platform_quota(p_platform, v_window.closed_until);
  end if;
  if p_quota ->> 'scope' = 'account' then
    select closed_until into v_app_closed_until from ops.platform_window
    where social_account_id is null and platform = p_platform and app = v_window.app;
    if v_app_closed_until > v_now then
      perform ops.raise_platform_quota(p_platform, v_app_closed_until);
    end if;
  end if;
  if v_size is not null then
    -- Automatic syncs leave a tenth to people who are waiting for a response.
    if v_window.used + greatest(claimed, 1) > v_size * (case when p_is_automatic then 0.9 else 1 end) then
      perform ops.raise_platform_quota(p_platform, v_window.ends_at);
    end if;
    if p_quota ->> 'scope' = 'app' then
      select share.used into v_used from ops.platform_share as share
      where share.user_id = p_user_id and share.platform = p_platform and share.app = v_window.app and share.ends_at = v_window.ends_at;
      -- One creator may use as much as is left for everybody else, and nearly all of a window that is about to end.
      -- A single creator gets half, n greedy creators get 1/(n + 1) each, and a creator who has used nothing is admitted while anything is
      -- left.
      v_left := v_size - v_window.used;
      v_part := greatest(0.001, extract(epoch from v_window.ends_at - v_now) / extract(epoch from v_length));
      if v_used + claimed > v_left / v_part then
        perform ops.raise_platform_quota(p_platform,
          least(v_window.ends_at, greatest(v_now + interval '1 second', v_window.ends_at - v_length * (v_left / (v_used + claimed))::double precision)));
      end if;
      insert into ops.platform_share as share (user_id, platform, app, ends_at, used)
      values (p_user_id, p_platform, v_window.app, v_window.ends_at, claimed)
      on conflict (user_id, platform, app) do update
      set used = excluded.used + case when share.ends_at = excluded.ends_at then share.used else 0 end, ends_at = excluded.ends_at;
    end if;
  end if;
  update ops.platform_window as known
  set began_at = v_window.began_at, ends_at = v_window.ends_at, used = v_window.used + claimed, size = v_window.size,
    planned_size = (p_quota ->> 'size')::integer
  where known.id = v_window.id;
end;
$$;
comment on function ops.claim_platform_quota is
  'Reserves in a platform''s window what a step may need, or raises SVP01 with the time of the next attempt. Nobody can keep out creators who have used less.';

create function ops.settle_platform_quota(p_social_account_id uuid, p_user_id uuid, p_platform text, p_usage jsonb, p_claimed integer,
  p_claimed_until timestamptz) returns void
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_window ops.platform_window := ops.lock_platform_window(p_social_account_id, p_platform, p_usage);
  v_amount constant integer := case p_usage ->> 'counts'
    when 'units' then coalesce((p_usage ->> 'units')::integer, 0)
    when 'calls' then coalesce((p_usage ->> 'calls')::integer, 0)
    else 0 end;
  -- A claim expires with its window.
  v_more constant integer := v_amount - case when p_claimed_until = v_window.ends_at then coalesce(p_claimed, 0) else 0 end;
  v_resets_at constant timestamptz := (p_usage ->> 'resets_at')::timestamptz;
  v_refused_until constant timestamptz := (p_usage ->> 'refused_until')::timestamptz;
  v_app_refused_until constant timestamptz := (p_usage ->> 'app_refused_until')::timestamptz;
  v_app_closed_until timestamptz := (p_usage ->> 'app_closed_until')::timestamptz;
  v_pause constant integer := coalesce((p_usage ->> 'pause')::integer, 900);
  v_believed_until constant timestamptz := clock_timestamp() + make_interval(secs => v_pause);
begin
  if p_usage ->> 'scope' = 'app' and v_more <> 0 then
    insert into ops.platform_share as share (user_id, platform, app, ends_at, used)
    values (p_user_id, p_platform, v_window.app, v_window.ends_at, greatest(0, v_more))
    on conflict (user_id, platform, app) do update
    set used = greatest(0, v_more + case when share.ends_at = excluded.ends_at then share.used else 0 end), ends_at = excluded.ends_at;
  end if;

  v_window.used := greatest(0, v_window.used + v_more);
  if p_usage ->> 'spent' is not null then
    v_window.used := least(1000000, round((p_usage ->> 'spent')::numeric * 1000));
    v_window.size := 1000;
  elsif p_usage ->> 'remaining' is not null then
    v_window.size := v_window.used + (p_usage ->> 'remaining')::integer;
  end if;
  if v_resets_at > v_window.began_at and (p_usage ->> 'spent' is not null or p_usage ->> 'remaining' is not null) then
    v_window.ends_at := v_resets_at;
  end if;
  -- A refusal is trusted only for a while: clocks differ, and quotas are raised.
  if v_refused_until is not null and v_pause > 0 then
    v_window.closed_until := least(v_refused_until, v_believed_until);
  end if;
  update ops.platform_window
  set began_at = v_window.began_at, ends_at = v_window.ends_at, used = v_window.used, size = v_window.size, closed_until = v_window.closed_until
  where id = v_window.id;

  -- Nothing is left for any account. Written last, after the account's own row: many workers may report this at once, and they share this
  -- one row. A refusal is trusted for a while, the platform's own count until the end of its window.
  if v_app_refused_until is not null and v_pause > 0 then
    v_app_closed_until := greatest(v_app_closed_until, least(v_app_refused_until, v_believed_until));
  end if;
  if v_app_closed_until is not null then
    insert into ops.platform_window as known (platform, app, began_at, ends_at, closed_until)
    values (p_platform, v_window.app, '-infinity', clock_timestamp(), v_app_closed_until)
    on conflict (social_account_id, platform, app) do update set closed_until = greatest(known.closed_until, excluded.closed_until);
  end if;
end;
$$;
comment on function ops.settle_platform_quota is
  'Replaces the reserved amount by the actual usage, and the count by what the platform reports as left.';

-- Security definer: the ledger is in ops; only the service may call it.
create function public.record_platform_usage(p_user_id uuid, p_platform text, p_usage jsonb, p_social_account_id uuid default null)
returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  if p_usage ->> 'scope' = 'app' or p_social_account_id is not null then
    perform ops.settle_platform_quota(p_social_account_id, p_user_id, p_platform, p_usage, 0, null);
  end if;
end;
$$;
comment on function public.record_platform_usage is 'Records calls in the ledger that no sync made, such as those that connect an account.';

-- Security definer: the ledger is in ops; only the service may call it.
create function public.read_platform_quotas() returns setof jsonb
language sql stable security definer set search_path = '' as $$
  select jsonb_build_object('platform', platform, 'app', app, 'windows', count(*), 'used', sum(used) filter (where ends_at > now()),
    'ends_at', min(ends_at) filter (where ends_at > now()), 'closed', count(*) filter (where closed_until > now()))
  from ops.platform_window
  group by platform, app
  order by platform, app;
$$;
comment on function public.read_platform_quotas is
  'For operators: returns how much of each platform''s quota is used, and how many windows the platforms have closed.';

create function ops.settle_sync_run(p_run ops.sync_run, p_usage jsonb) returns void
language plpgsql volatile security invoker set search_path = '' as $$
begin
  if nullif(p_usage, 'null') is not null then
    perform ops.settle_platform_quota(account.id, account.user_id, platform.slug, p_usage, p_run.claimed, p_run.claimed_until)
    from public.social_account as account
    join public.platform as platform on platform.id = account.platform_id
    where account.id = p_run.social_account_id;
  end if;
end;
$$;
comment on function ops.settle_sync_run is 'Records the usage of a step in the ledger, in place of the amount reserved for it.';

-- ## Functions: syncs

create function ops.clean_tags(p_tags text[]) returns text[]
language plpgsql immutable parallel safe security invoker set search_path = '' as $$
declare
  v_tag text;
  v_kept text[] := '{}';
begin
  foreach v_tag in array coalesce(p_tags, '{}') loop
    v_tag := btrim(left(v_tag, 500));
    if v_tag <> '' then
      v_kept := v_kept || v_tag;
      exit when cardinality(v_kept) = 500;
    end if;
  end loop;
  return v_kept;
end;
$$;
comment on function ops.clean_tags is 'Trims a platform''s tags to what are_sound_tags() accepts.';

create function ops.missing_items(p_social_account_id uuid, p_listing bigint, p_confirmed_ids text[]) returns text[]
language sql stable security invoker set search_path = '' as $$
  -- Uses except, which sorts or hashes whatever the planner estimates, and one look-up per remaining candidate: before the tables had
  -- statistics, joins were planned row by row and took 23 s for 10,000 items.
  with candidates as (
    select item.platform_content_id from public.content_item as item
    where item.social_account_id = p_social_account_id
    except
    (select unnest(page.present_ids) from ops.sync_page as page
      where page.social_account_id = p_social_account_id and page.listing = p_listing
      union all
      select unnest(p_confirmed_ids))
  )
  select array(
    select platform_content_id from candidates
    where (
      select item.deleted_at is null from public.content_item as item
      where item.social_account_id = p_social_account_id and item.platform_content_id = candidates.platform_content_id)
    order by platform_content_id
    limit 50);
$$;
comment on function ops.missing_items is
  'Returns up to 50 live items that are on no page of this listing. The worker asks the platform for them by id before they count as deleted: lists shift and are not reliable.';

-- Security definer: reads tokens, writes ops; only the service may call it.
create function public.begin_sync(p_user_id uuid, p_social_account_id uuid, p_sync_id uuid, p_lease_seconds integer,
  p_platform text default null, p_quota jsonb default null) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_now timestamptz;
  v_account record;
  v_run ops.sync_run;
  v_quota record;
  v_was_cut_off boolean;
  v_charge boolean;
  v_begun jsonb;
  v_claim record;
begin
  select account.user_id, account.platform_account_id, account.details, account.status, account.deleted_at, account.paused_at,
    platform.slug as platform, connection.id as connection_id, connection.is_active, connection.vault_secret_name, connection.token_expires_at
  into v_account
  from public.social_account as account
  join public.platform as platform on platform.id = account.platform_id
  left join public.platform_connection as connection on connection.id = account.connection_id
  where account.id = p_social_account_id
    and (p_user_id is null or account.user_id = p_user_id)
    and (p_platform is null or platform.slug = p_platform);
  if not found then
    raise exception using errcode = 'SVG03', message = 'There is no such account',
      detail = jsonb_build_object('resource', 'social_account', 'id', p_social_account_id);
  elsif v_account.deleted_at is not null or v_account.status = 'disconnected' or v_account.is_active is distinct from true then
    raise exception using errcode = 'SVC01', message = 'This account is disconnected: connect it again';
  end if;

  insert into ops.sync_run (social_account_id) values (p_social_account_id) on conflict do nothing;
  select * into v_run from ops.sync_run where social_account_id = p_social_account_id for update;
  v_now := clock_timestamp(); -- after waiting for the lock

  if p_sync_id is not null and v_run.sync_id is distinct from p_sync_id then
    raise exception using errcode = 'SVG03', message = 'This sync has ended or does not exist',
      detail = jsonb_build_object('resource', 'sync', 'id', p_sync_id);
  end if;
  if v_run.leased_until > v_now then
    select * into v_quota from ops.quota_state(v_account.user_id, 'syncs');
    if p_sync_id is null and v_quota.used >= v_quota.quota_limit then
      perform ops.raise_quota_exceeded('syncs', v_quota.quota_limit, v_quota.used, v_quota.resets_at);
    end if;
    raise exception using errcode = 'SVS01', message = 'This account is being synced right now',
      detail = jsonb_build_object('retry_after', greatest(1, ceil(extract(epoch from v_run.leased_until - v_now))::integer));
  end if;

  v_was_cut_off := v_run.leased_until is not null;
  -- A run that began and was charged under the earlier plan continues to its end.
  if v_account.paused_at is not null and p_sync_id is null and not v_was_cut_off then
    select tier.max_social_accounts as quota_limit,
      (select count(*)::integer from public.social_account where user_id = v_account.user_id and deleted_at is null) as used
    into v_quota
    from public.subscription as subscription join public.subscription_tier as tier on tier.id = subscription.tier_id
    where subscription.user_id = v_account.user_id;
    perform ops.raise_quota_exceeded('social_accounts', v_quota.quota_limit, v_quota.used, null);
  end if;
  v_charge := v_run.charged_at is null or (p_sync_id is null and not v_was_cut_off);
  if v_charge then
    perform ops.reserve_quota(v_account.user_id, 'syncs', 1);
    v_run.charged_at := v_now;
  end if;
  if v_run.sync_id is null then
    v_run.sync_id := gen_random_uuid();
    v_run.cursor := null;
    v_run.items_seen := 0;
  elsif v_run.touched_at < v_now - interval '24 hours' then
    -- A checkpoint from yesterday would show old items first, in a list that has changed since.
    v_run.cursor := null;
    v_run.items_seen := 0;
  end if;

  update ops.sync_run
  set sync_id = v_run.sync_id, fence = fence + 1, lease_seconds = p_lease_seconds,
    leased_until = v_now + make_interval(secs => p_lease_seconds), charged_at = v_run.charged_at,
    cursor = v_run.cursor, items_seen = v_run.items_seen, touched_at = v_now
  where social_account_id = p_social_account_id
  returning * into v_run;

  v_begun := jsonb_build_object('sync_id', v_run.sync_id, 'fence', v_run.fence, 'user_id', v_account.user_id,
    'platform', v_account.platform, 'platform_account_id', v_account.platform_account_id, 'account_details', v_account.details,
    'connection_id', v_account.connection_id, 'tokens', ops.read_tokens(v_account.vault_secret_name),
    'token_expires_at', v_account.token_expires_at, 'cursor', v_run.cursor, 'items_seen', v_run.items_seen, 'charged', v_charge,
    'page', (
      select jsonb_build_object('etags', page.etags, 'item_ids', to_jsonb(page.item_ids), 'present_ids', to_jsonb(page.present_ids),
        'next_cursor', page.next_cursor, 'total', page.total)
      from ops.sync_page as page
      where page.social_account_id = p_social_account_id and page.key = coalesce(v_run.cursor ->> 'key', '')),
    -- Full pages are tried again after a week: heavy posts move down the list, and platforms improve.
    'page_size', case when v_run.page_size_at > v_now - interval '7 days' then v_run.page_size end,
    'missing_ids', case when v_run.cursor ->> 'key' = 'missing' then
      to_jsonb(ops.missing_items(p_social_account_id, v_run.listing, v_run.confirmed_ids)) else '[]' end);
  if nullif(p_quota, 'null') is not null then
    -- Last, so that the app's one row is locked only briefly. A refusal rolls back everything else: unit, lease and all.
    select * into v_claim
    from ops.claim_platform_quota(p_social_account_id, v_account.user_id, v_account.platform, p_quota, p_user_id is null);
    update ops.sync_run set claimed = v_claim.claimed, claimed_until = v_claim.claimed_until
    where social_account_id = p_social_account_id;
  end if;
  return v_begun;
end;
$$;
comment on function public.begin_sync is
  'Starts or continues a sync run over an account''s library, under a lease. A run costs one unit; calls that continue it by its id are free, and so is taking over a run whose worker died. With the platform''s quota: raises SVP01 when it allows no call now, and nothing is begun or charged.';

create function ops.apply_media(p_social_account_id uuid, p_items jsonb) returns void
language sql volatile security invoker set search_path = '' as $$
  with parents as materialized (
    -- An item that the creator deleted stays unchanged, with its parts.
    select distinct on (item.id) item.id as content_id, item.user_id, given.part -> 'media' as media
    from jsonb_array_elements(p_items) as given (part)
    join public.content_item as item
      on item.social_account_id = p_social_account_id and item.platform_content_id = given.part ->> 'platform_content_id'
    where jsonb_typeof(given.part -> 'media') = 'array' and item.deleted_at is null
    order by item.id
  ), given as materialized (
    select distinct on (parents.content_id, part.position) parents.content_id, parents.user_id, part.position,
      coalesce(part.kind, 'image') as kind, part.platform_media_id, part.url, part.thumbnail_url,
      greatest(part.width, 0) as width, greatest(part.height, 0) as height,
      greatest(part.duration_seconds, 0) as duration_seconds, left(part.alt_text, 5000) as alt_text
    from parents
    cross join lateral jsonb_to_recordset(parents.media) as part (position smallint, kind text, platform_media_id text, url text,
      thumbnail_url text, width integer, height integer, duration_seconds integer, alt_text text)
    where part.position >= 0
    order by parents.content_id, part.position
  ), removed as (
    delete from public.content_media as media
    using parents
    where media.content_id = parents.content_id
      and not exists (select from given where given.content_id = media.content_id and given.position = media.position)
  )
  insert into public.content_media as media (content_id, position, user_id, kind, platform_media_id, url, thumbnail_url, width, height,
    duration_seconds, alt_text)
  select content_id, position, user_id, kind, platform_media_id, url, thumbnail_url, width, height, duration_seconds, alt_text
  from given
  on conflict (content_id, position) do update
  set kind = excluded.kind, platform_media_id = excluded.platform_media_id, url = excluded.url,
    thumbnail_url = excluded.thumbnail_url, width = excluded.width, height = excluded.height,
    duration_seconds = excluded.duration_seconds, alt_text = excluded.alt_text, updated_at = now()
  where (media.kind, media.platform_media_id, split_part(media.url, '?', 1), split_part(media.thumbnail_url, '?', 1), media.width,
      media.height, media.duration_seconds, media.alt_text)
    is distinct from (excluded.kind, excluded.platform_media_id, split_part(excluded.url, '?', 1),
      split_part(excluded.thumbnail_url, '?', 1), excluded.width, excluded.height, excluded.duration_seconds, excluded.alt_text)
    -- A new signature alone is not a change, but the stored one must not expire.
    or ((media.url, media.thumbnail_url) is distinct from (excluded.url, excluded.thumbnail_url)
      and media.updated_at < now() - interval '12 hours');
$$;
comment on function ops.apply_media is
  'Stores the parts of a page''s items in the library. An item without the member "media" keeps its parts. Unchanged rows get no new version.';

-- No sequential scans: a plan that a session cached while the table was small must not be used later.
-- The first statement reads the page and adds new items; each other kind of change has its own statement, which is not even prepared when a
-- page does not need it. No other process adds items of this account in the meantime, since the caller holds its sync run.
create function ops.apply_items(p_user_id uuid, p_social_account_id uuid, p_items json,
  out new_items integer, out updated_items integer, out unchanged_items integer)
language plpgsql volatile security invoker
set search_path = ''
set enable_seqscan = off set jit = off
as $$
declare
  v_given integer;
  v_rewritten ops.given_item[];
  v_refreshed ops.given_item[];
  v_refreshed_count integer;
  v_today constant date := (now() at time zone 'utc')::date;
begin
  with given as (
    -- A platform may list an item twice; it is applied once.
    select distinct on (left(given.platform_content_id, 512))
      left(given.platform_content_id, 512) as platform_content_id,
      coalesce(given.content_type, 'post') as content_type,
      coalesce(given.title, '') as title,
      coalesce(given.description, '') as description,
      coalesce(given.tags, '{}') as tags,
      coalesce(given.hashtags, '{}') as hashtags,
      given.thumbnail_url,
      given.permalink,
      coalesce(given.visibility, 'public') as visibility,
      given.language,
      case when given.duration_seconds < 0 then 0 else given.duration_seconds end as duration_seconds,
      given.published_at,
      -- Null means that the platform does not report this count, or no longer does: the stored value stays.
      case when given.views_count < 0 then 0 else given.views_count end as views_count,
      case when given.likes_count < 0 then 0 else given.likes_count end as likes_count,
      case when given.comments_count < 0 then 0 else given.comments_count end as comments_count,
      case when given.shares_count < 0 then 0 else given.shares_count end as shares_count,
      given.platform_category,
      case when jsonb_typeof(given.metadata) = 'object' then given.metadata else '{}' end as metadata
    from json_populate_recordset(null::ops.given_item, p_items) as given
    where given.platform_content_id <> ''
    order by left(given.platform_content_id, 512)
  ), compared as materialized (
    select given.platform_content_id, given.content_type, given.title, given.description,
      -- Nearly all tags need no cleaning, and checking that here takes half as long as calling the function.
      case when given.tags = '{}' or octet_length(texts.tags) <= 500
          and e'\x02' || texts.tags || e'\x02' not like all (array[e'%\x02\x02%', e'%\x02 %', e'% \x02%'])
        then given.tags else ops.clean_tags(given.tags) end as tags,
      case when given.hashtags = '{}' or octet_length(texts.hashtags) <= 500
          and e'\x02' || texts.hashtags || e'\x02' not like all (array[e'%\x02\x02%', e'%\x02 %', e'% \x02%'])
        then given.hashtags else ops.clean_tags(given.hashtags) end as hashtags,
      given.thumbnail_url, given.permalink, given.visibility, given.language, given.duration_seconds, given.published_at,
      given.views_count, given.likes_count, given.comments_count, given.shares_count, given.platform_category, given.metadata,
      texts.hash as source_hash, item.id,
      item.id is null as is_new,
      -- An item that the creator deleted stays unchanged, even if the platform still has it.
      item.deleted_at is null or item.deleted_at = item.vanished_at as is_kept,
      item.source_hash is distinct from texts.hash as has_new_text,
      item.deleted_at = item.vanished_at
        or item.views_count <> coalesce(given.views_count, item.views_count)
        or item.likes_count <> coalesce(given.likes_count, item.likes_count)
        or item.comments_count <> coalesce(given.comments_count, item.comments_count)
        or item.shares_count <> coalesce(given.shares_count, item.shares_count)
        or item.content_type <> given.content_type or item.visibility <> given.visibility
        or item.permalink is distinct from given.permalink or item.language is distinct from given.language
        or item.duration_seconds is distinct from given.duration_seconds
        or item.published_at <> coalesce(given.published_at, item.published_at)
        or item.platform_category is distinct from given.platform_category
        or item.metadata <> given.metadata
        -- Only a new signature: updated at most twice a day.
        or (item.thumbnail_url is distinct from given.thumbnail_url and item.updated_at < now() - interval '12 hours') as has_new_facts
    from given
    -- offset 0: each expression is computed once, wherever it is used.
    cross join lateral (
      select array_to_string(given.tags, e'\x02', '') as tags, array_to_string(given.hashtags, e'\x02', '') as hashtags offset 0
    ) as joined
    cross join lateral (
      select joined.tags, joined.hashtags, sha256(convert_to(given.title || e'\x01' || given.description || e'\x01' || joined.tags
        || e'\x01' || joined.hashtags || e'\x01' || coalesce(split_part(given.thumbnail_url, '?', 1), ''), 'UTF8')) as hash
      offset 0
    ) as texts
    left join public.content_item as item
      on item.social_account_id = p_social_account_id and item.platform_content_id = given.platform_content_id
  ), added as (
    insert into public.content_item (user_id, social_account_id, platform_content_id, content_type, title, description, tags, hashtags,
      thumbnail_url, permalink, visibility, language, duration_seconds, published_at, views_count, likes_count, comments_count,
      shares_count, platform_category, metadata, source_hash)
    select p_user_id, p_social_account_id, platform_content_id, content_type, left(title, 1000), left(description, 100000),
      tags, hashtags, thumbnail_url, permalink, visibility, language, duration_seconds,
      coalesce(published_at, now()), coalesce(views_count, 0), coalesce(likes_count, 0), coalesce(comments_count, 0),
      coalesce(shares_count, 0), platform_category, metadata, source_hash
    from compared
    where is_new
    returning id, views_count, likes_count, comments_count, shares_count
  ), noted as (
    insert into ops.content_stat_daily (content_item_id, day, views, likes, comments, shares)
    select id, v_today, views_count, likes_count, comments_count, shares_count from added
  ), changed as (
    select has_new_text, row (platform_content_id, content_type, title, description, tags, hashtags, thumbnail_url, permalink, visibility,
      language, duration_seconds, published_at, views_count, likes_count, comments_count, shares_count, platform_category, metadata,
      source_hash, id)::ops.given_item as given
    from compared
    where not is_new and is_kept and (has_new_text or has_new_facts)
  )
  select (select count(*) from compared), (select count(*) from added),
    array_agg(given) filter (where has_new_text), array_agg(given) filter (where not has_new_text)
  into v_given, new_items, v_rewritten, v_refreshed
  from changed;

  updated_items := 0;
  if v_rewritten is not null or v_refreshed is not null then
    perform set_config('streamvibe.is_sync', 'on', true); -- for keep_content_revision()
  end if;
  if v_rewritten is not null then
    update public.content_item as item
    set content_type = given.content_type, title = left(given.title, 1000), description = left(given.description, 100000),
      tags = given.tags, hashtags = given.hashtags, thumbnail_url = given.thumbnail_url,
      permalink = given.permalink, visibility = given.visibility, language = given.language,
      duration_seconds = given.duration_seconds, published_at = coalesce(given.published_at, item.published_at),
      views_count = coalesce(given.views_count, item.views_count),
      likes_count = coalesce(given.likes_count, item.likes_count),
      comments_count = coalesce(given.comments_count, item.comments_count),
      shares_count = coalesce(given.shares_count, item.shares_count), platform_category = given.platform_category,
      metadata = given.metadata,
      source_hash = given.source_hash, vanished_at = null, deleted_at = null, updated_at = now(), changed_at = now()
    from unnest(v_rewritten) as given
    -- Checked again, since the creator may have deleted the item in the meantime.
    where item.id = given.id and (item.deleted_at is null or item.deleted_at = item.vanished_at);
    get diagnostics updated_items = row_count;
  end if;

  if v_refreshed is not null then
    -- Separate from the texts, so that search_vector is not recomputed and usually no index is touched.
    update public.content_item as item
    set content_type = given.content_type, thumbnail_url = given.thumbnail_url, permalink = given.permalink,
      visibility = given.visibility, language = given.language, duration_seconds = given.duration_seconds,
      published_at = coalesce(given.published_at, item.published_at),
      views_count = coalesce(given.views_count, item.views_count),
      likes_count = coalesce(given.likes_count, item.likes_count),
      comments_count = coalesce(given.comments_count, item.comments_count),
      shares_count = coalesce(given.shares_count, item.shares_count), platform_category = given.platform_category,
      metadata = given.metadata,
      changed_at = case when (item.content_type, item.visibility, item.permalink, item.language, item.duration_seconds, item.published_at, item.metadata)
        is distinct from (given.content_type, given.visibility, given.permalink, given.language, given.duration_seconds,
          coalesce(given.published_at, item.published_at), given.metadata) then now() else item.changed_at end,
      vanished_at = null, deleted_at = null, updated_at = now()
    from unnest(v_refreshed) as given
    where item.id = given.id and (item.deleted_at is null or item.deleted_at = item.vanished_at);
    get diagnostics v_refreshed_count = row_count;
    updated_items := updated_items + v_refreshed_count;
  end if;
  if v_rewritten is not null or v_refreshed is not null then
    perform set_config('streamvibe.is_sync', '', true);
    insert into ops.content_stat_daily as stat (content_item_id, day, views, likes, comments, shares)
    select item.id, v_today, item.views_count, item.likes_count, item.comments_count, item.shares_count
    from unnest(v_rewritten || v_refreshed) as given
    join public.content_item as item on item.id = given.id
    on conflict (content_item_id, day) do update
    set views = excluded.views, likes = excluded.likes, comments = excluded.comments, shares = excluded.shares, tx = excluded.tx
    where (stat.views, stat.likes, stat.comments, stat.shares)
      is distinct from (excluded.views, excluded.likes, excluded.comments, excluded.shares);
  end if;
  unchanged_items := v_given - new_items - updated_items;
  -- Most pages have no parts.
  if p_items::text like '%"media"%' then
    perform ops.apply_media(p_social_account_id, p_items::jsonb);
  end if;
end;
$$;
comment on function ops.apply_items is
  'Stores a page of items in the library: adds new items, rewrites changed texts, refreshes changed facts, and stores their parts with apply_media(). Unchanged rows get no new version.';

-- Security definer: writes columns that no API role may write; only the service may call it.
create function public.apply_sync_page(p_sync_id uuid, p_fence bigint, p_page jsonb, p_items json, p_account jsonb default null,
  p_release boolean default true, p_usage jsonb default null) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_run ops.sync_run;
  v_account public.social_account;
  v_page ops.sync_page;
  v_cursor constant jsonb := nullif(p_page -> 'cursor', 'null');
  v_key constant text := coalesce(p_page -> 'cursor' ->> 'key', '');
  v_item_ids text[] := array(select jsonb_array_elements_text(nullif(p_page -> 'item_ids', 'null')));
  v_present_ids text[] := array(select jsonb_array_elements_text(nullif(p_page -> 'present_ids', 'null')));
  v_next_cursor jsonb := nullif(p_page -> 'next_cursor', 'null');
  v_is_unchanged constant boolean := coalesce((p_page ->> 'unchanged')::boolean, false);
  v_applied record;
  v_unchanged integer;
  v_removed integer := 0;
  v_missing_ids text[] := '{}';
  v_done boolean := false;
begin
  select * into v_run from ops.sync_run where sync_id = p_sync_id for update;
  if not found or v_run.fence <> p_fence or v_run.leased_until is null then
    raise exception using errcode = 'SVS02', message = 'The lease of this sync was lost';
  end if;
  select * into v_account from public.social_account where id = v_run.social_account_id;
  if v_account.deleted_at is not null or v_account.status = 'disconnected' then
    raise exception using errcode = 'SVC01', message = 'This account is disconnected: connect it again';
  end if;

  select * into v_applied
  from ops.apply_items(v_account.user_id, v_account.id, case when json_typeof(p_items) <> 'null' then p_items else '[]' end);
  v_unchanged := v_applied.unchanged_items;

  if v_key = 'missing' then
    -- The platform's response about items that no page listed: the items it returned are confirmed, the others are deleted.
    v_run.confirmed_ids := v_run.confirmed_ids || v_present_ids;
    update public.content_item
    set vanished_at = now(), deleted_at = now(), updated_at = now()
    where social_account_id = v_account.id and deleted_at is null
      and platform_content_id = any (v_item_ids) and not (platform_content_id = any (v_present_ids));
    get diagnostics v_removed = row_count;
  else
    if v_cursor is null then
      v_run.listing := v_run.listing + 1;
      v_run.items_seen := 0;
      v_run.confirmed_ids := '{}';
    end if;
    select * into v_page from ops.sync_page where social_account_id = v_account.id and key = v_key;
    if v_is_unchanged then
      if not found then
        raise exception using errcode = 'SVG01', message = 'Cannot apply an unchanged page: no earlier version of it is stored';
      end if;
      v_present_ids := v_page.present_ids;
      v_unchanged := cardinality(v_present_ids);
      if not p_page ? 'next_cursor' then
        v_next_cursor := v_page.next_cursor;
      end if;
      update ops.sync_page
      set listing = v_run.listing, next_cursor = v_next_cursor,
        etags = coalesce(nullif(p_page -> 'etags', 'null'), etags), total = coalesce((p_page ->> 'total')::integer, total)
      where social_account_id = v_account.id and key = v_key
      returning * into v_page;
    else
      insert into ops.sync_page (social_account_id, key, listing, etags, item_ids, present_ids, next_cursor, total)
      values (v_account.id, v_key, v_run.listing, nullif(p_page -> 'etags', 'null'), v_item_ids, v_present_ids, v_next_cursor,
        (p_page ->> 'total')::integer)
      on conflict (social_account_id, key) do update
      set listing = excluded.listing, etags = excluded.etags, item_ids = excluded.item_ids, present_ids = excluded.present_ids,
        next_cursor = excluded.next_cursor, total = excluded.total
      returning * into v_page;
    end if;
    if v_next_cursor is not null and exists (
      select from ops.sync_page
      where social_account_id = v_account.id and key = v_next_cursor ->> 'key' and listing = v_run.listing) then
      raise exception using errcode = 'SVS03', message = 'Cannot continue this sync: the next page of the list was already read in this run';
    end if;
    v_run.items_seen := v_run.items_seen + cardinality(v_present_ids);
    v_run.total := coalesce(v_page.total, v_run.total);
  end if;
  if p_page ->> 'page_size' is not null then
    v_run.page_size := greatest(1, (p_page ->> 'page_size')::integer);
    v_run.page_size_at := clock_timestamp();
  end if;

  if v_next_cursor is null then
    v_missing_ids := ops.missing_items(v_account.id, v_run.listing, v_run.confirmed_ids);
    v_done := cardinality(v_missing_ids) = 0;
    v_next_cursor := case when not v_done then '{"key": "missing"}'::jsonb end;
  end if;

  if v_done then
    -- Items that had vanished and are listed again, on a page that is otherwise unchanged.
    if exists (select from public.content_item where social_account_id = v_account.id and vanished_at is not null) then
      with back as (
        select platform_content_id from public.content_item where social_account_id = v_account.id and vanished_at is not null
        intersect
        select unnest(page.present_ids) from ops.sync_page as page
        where page.social_account_id = v_account.id and page.listing = v_run.listing
      )
      update public.content_item as item
      set vanished_at = null, deleted_at = null, updated_at = now()
      from back
      where item.social_account_id = v_account.id and item.platform_content_id = back.platform_content_id
        and item.deleted_at = item.vanished_at;
    end if;
    -- Pages that are no longer in the list.
    delete from ops.sync_page where social_account_id = v_account.id and listing <> v_run.listing;
  end if;

  update ops.sync_run
  set sync_id = case when not v_done then sync_id end,
    leased_until = case when not v_done and not p_release then clock_timestamp() + make_interval(secs => lease_seconds) end,
    charged_at = case when not v_done then charged_at end,
    listing = v_run.listing, cursor = v_next_cursor, items_seen = v_run.items_seen, total = v_run.total,
    confirmed_ids = case when v_done then '{}' else v_run.confirmed_ids end, last_code = null, touched_at = clock_timestamp(),
    claimed = 0, failures = 0, page_size = v_run.page_size, page_size_at = v_run.page_size_at
  where social_account_id = v_account.id;

  if not v_done then
    -- No wait for the disk in the middle of a sync run. A server that crashes within the next half second loses page, checkpoint and usage
    -- together, and the run reads that page again; the next begin_sync(), or the last page, makes everything before it durable.
    perform set_config('synchronous_commit', 'off', true);
  end if;

  -- Only when something changes: the row is published, and subscribers get every update.
  if v_done or v_account.last_error is not null or v_account.status = 'suspended' or p_account is distinct from null and p_account <> 'null' then
    with renewed as (
      update public.social_account as account
      set username = coalesce(p_account ->> 'username', account.username),
        display_name = coalesce(p_account ->> 'display_name', account.display_name),
        avatar_url = coalesce(p_account ->> 'avatar_url', account.avatar_url),
        profile_url = coalesce(p_account ->> 'profile_url', account.profile_url),
        followers_count = coalesce((p_account ->> 'followers_count')::bigint, account.followers_count),
        details = account.details || coalesce(nullif(p_account -> 'details', 'null'), '{}'),
        -- A platform that had locked the account allows reading again.
        last_error = null, status = case when account.status = 'suspended' then 'active' else account.status end,
        last_synced_at = case when v_done then now() else account.last_synced_at end,
        next_sync_at = case when not v_done then account.next_sync_at
          when account.sync_mode = 'auto' then now() + ops.sync_interval(account.id) end
      -- Skips an account that was disconnected or erased after it was read above.
      where account.id = v_account.id and account.deleted_at is null
      returning *
    ), noted as (
      insert into ops.account_stat_daily as stat (social_account_id, day, followers)
      select id, (now() at time zone 'utc')::date, followers_count
      from renewed
      where followers_count is not null and p_account ->> 'followers_count' is not null
      on conflict (social_account_id, day) do update set followers = excluded.followers where stat.followers <> excluded.followers
    )
    select * into v_account from renewed;
  end if;

  perform ops.settle_sync_run(v_run, p_usage);
  return jsonb_build_object('new_items', v_applied.new_items, 'updated_items', v_applied.updated_items,
    'unchanged_items', v_unchanged, 'removed_items', v_removed, 'done', v_done, 'items_seen', v_run.items_seen,
    'total', v_run.total, 'missing_ids', to_jsonb(v_missing_ids), 'cursor', v_next_cursor, 'next_sync_at', v_account.next_sync_at);
end;
$$;
comment on function public.apply_sync_page is
  'Applies one page and moves the checkpoint, in one transaction and under the lease''s fence. A next page that this run has already read raises SVS03, and nothing is applied. At the end of the list it returns the items that were not listed, for the worker to ask for by id; when none is left, the run is done. Records the platform''s usage in the ledger.';

-- Security definer: writes columns that no API role may write; only the service may call it.
create function public.fail_sync(p_sync_id uuid, p_fence bigint, p_code text, p_message text, p_usage jsonb default null,
  p_begin_again boolean default false) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_run ops.sync_run;
begin
  select * into v_run from ops.sync_run where sync_id = p_sync_id for update;
  if not found or v_run.fence <> p_fence or v_run.leased_until is null then
    -- Another worker has the run, or this failure was already reported: the unit must not be returned twice.
    return false;
  end if;
  -- Locks the subscription first, then the account: the same order as connecting.
  if v_run.charged_at is not null then
    perform ops.return_quota(account.user_id, 'syncs', 1, v_run.charged_at)
    from public.social_account as account
    where account.id = v_run.social_account_id;
  end if;
  update public.social_account set last_error = left(p_message, 500) where id = v_run.social_account_id;
  update ops.sync_run
  set leased_until = null, charged_at = null, last_code = left(p_code, 100), touched_at = clock_timestamp(), claimed = 0,
    failures = failures + case when p_code = 'provider_quota_exceeded' then 0 else 1 end,
    cursor = case when not p_begin_again then cursor end
  where social_account_id = v_run.social_account_id;
  perform ops.settle_sync_run(v_run, p_usage);
  return true;
end;
$$;
comment on function public.fail_sync is
  'Records a failed call: returns its unit, once; keeps the checkpoint, unless it is unusable and the run begins again; stores the reason for the creator; records the platform''s usage. Returns false when the caller had lost the lease, and changes nothing.';

-- ## Functions: when an account is worth a look

create function ops.sync_interval(p_published timestamptz[], p_now timestamptz, p_since timestamptz) returns interval
language plpgsql immutable parallel safe security invoker set search_path = '' as $$
declare
  v_count constant integer := cardinality(p_published);
  v_now constant double precision := extract(epoch from p_now) / 3600;
  v_hours double precision[];
  v_rate double precision; -- items per hour
  v_silence double precision; -- hours since the last item
  v_profile double precision[] := array_fill(0::double precision, array[24]); -- weight of the items published in each hour, UTC
  v_hour integer;
  v_target double precision;
  v_longest double precision;
  v_due double precision := 0;
  v_step double precision;
  v_at double precision;
begin
  if coalesce(v_count, 0) = 0 then
    -- No items yet: four hours, and longer the longer the account stays empty.
    return make_interval(secs => least(168, greatest(4, (v_now - extract(epoch from p_since) / 3600) / 12)) * 3600);
  end if;
  v_hours := array(select extract(epoch from published_at)::double precision / 3600 from unnest(p_published) as published_at);
  v_silence := greatest(0, v_now - v_hours[1]);
  -- The current silence counts as part of the history, so that the rate falls while nothing is published.
  v_rate := v_count / greatest(1, v_now - v_hours[v_count]);

  -- Creators publish at certain hours: each item counts for its own hour and for the hours next to it, smoothed while there are few items.
  for v_item in 1..v_count loop
    v_hour := floor(v_hours[v_item])::bigint % 24;
    v_profile[v_hour + 1] := v_profile[v_hour + 1] + 0.5;
    v_profile[(v_hour + 1) % 24 + 1] := v_profile[(v_hour + 1) % 24 + 1] + 0.25;
    v_profile[(v_hour + 23) % 24 + 1] := v_profile[(v_hour + 23) % 24 + 1] + 0.25;
  end loop;

  -- How many items may be waiting when a sync runs. Intervals by the square root of the rate would find most items soonest, equal intervals
  -- would be fair to each account; this is a compromise. One item a day: an eighth of an item, which means three hours.
  v_target := power(v_rate * 24, 0.75) / 8;
  v_at := v_now;
  -- Habits change: no account waits much longer than its rate alone would give.
  v_longest := least(168, 1.5 * v_target / v_rate);
  while v_at - v_now < v_longest loop
    v_step := least(floor(v_at) + 1 - v_at, v_now + v_longest - v_at + 1e-6);
    v_hour := floor(v_at)::bigint % 24;
    v_due := v_due + v_rate * v_step * 24 * (v_profile[v_hour + 1] + 0.25) / (v_count + 6);
    v_at := v_at + v_step;
    exit when v_due >= v_target;
  end loop;
  -- For any previous rate: a week of silence adds nothing, two weeks give three hours, a month a day, eight weeks a week.
  return make_interval(secs => least(168, greatest(1, v_at - v_now, power(v_silence / 24, 3) / 1000)) * 3600);
end;
$$;
comment on function ops.sync_interval(timestamptz[], timestamptz, timestamptz) is
  'Returns the time until the next sync of an account, from its latest items (newest first): an hour to seven days, depending on their rate, their hours of the day and the silence since. docs/sync-schedule.md shows the effect.';

create function ops.sync_interval(p_social_account_id uuid) returns interval
language plpgsql stable security invoker set search_path = '' as $$
declare
  v_account public.social_account;
  v_interval interval;
  v_quota record;
  v_accounts integer;
begin
  select * into v_account from public.social_account where id = p_social_account_id;
  v_interval := ops.sync_interval(
    array(
      select published_at from public.content_item
      where social_account_id = p_social_account_id and deleted_at is null and published_at <= now()
      order by published_at desc limit 30),
    now(), v_account.created_at);
  v_interval := least(make_interval(hours => v_account.max_sync_hours), greatest(make_interval(hours => v_account.min_sync_hours), v_interval));
  -- Spreads the plan's syncs over the rest of the cycle, so that its last week is not left without any.
  select * into v_quota from ops.quota_state(v_account.user_id, 'syncs');
  if v_quota.used >= v_quota.quota_limit then
    return greatest(v_interval, v_quota.resets_at - now());
  end if;
  select count(*) into v_accounts from public.social_account
  where user_id = v_account.user_id and sync_mode = 'auto' and next_sync_at is not null;
  return greatest(v_interval, (v_quota.resets_at - now()) * greatest(1, v_accounts) / (v_quota.quota_limit - v_quota.used));
end;
$$;
comment on function ops.sync_interval(uuid) is
  'Returns the time until the next automatic sync of an account: by its publishing pattern, within its owner''s bounds, and as the plan''s syncs allow.';

-- Security definer: writes columns that no API role may write; only the service may call it.
create function public.claim_auto_syncs(p_limit integer, p_per_creator integer, p_lease_seconds integer) returns setof jsonb
language sql volatile security definer set search_path = '' as $$
  with due as (
    select id, next_sync_at, row_number() over (partition by user_id order by next_sync_at, id) as place
    from (
      select id, user_id, next_sync_at from public.social_account
      where sync_mode = 'auto' and deleted_at is null and next_sync_at <= now()
      order by next_sync_at limit 5000
    ) as oldest
  ), taken as (
    -- The first account of every creator comes before the second of any.
    select account.id, account.next_sync_at as due_at, due.place
    from public.social_account as account
    join due on due.id = account.id
    where due.place <= p_per_creator and account.sync_mode = 'auto' and account.deleted_at is null and account.next_sync_at <= now()
    order by due.place, due.next_sync_at, due.id
    limit p_limit
    for update of account skip locked
  ), claimed as (
    update public.social_account as account
    set next_sync_at = now() + make_interval(secs => p_lease_seconds)
    from taken
    where account.id = taken.id
    returning account.id, account.user_id, account.platform_id, taken.due_at, taken.place
  )
  select jsonb_build_object('social_account_id', claimed.id, 'user_id', claimed.user_id, 'platform', platform.slug,
    'due_at', claimed.due_at, 'sync_id', run.sync_id)
  from claimed
  join public.platform as platform on platform.id = claimed.platform_id
  left join ops.sync_run as run on run.social_account_id = claimed.id
  order by claimed.place, claimed.due_at, claimed.id;
$$;
comment on function public.claim_auto_syncs is
  'Leases accounts whose automatic sync is due, oldest first, each to one worker. next_sync_at itself is the lease: an account whose worker died is due again when it expires. sync_id: an open sync run to continue.';

-- Security definer: writes columns that no API role may write; only the service may call it.
create function public.postpone_auto_sync(p_social_account_id uuid, p_not_before timestamptz, p_has_failed boolean default false,
  p_message text default null) returns timestamptz
language sql volatile security definer set search_path = '' as $$
  update public.social_account as account
  set last_error = coalesce(left(p_message, 500), account.last_error),
    -- Backoff: a quarter of an hour, doubled with each failure up to the account's longest interval, with jitter so that accounts do not
    -- retry together.
    next_sync_at = greatest(p_not_before, case when p_has_failed then
      now() + least(make_interval(hours => account.max_sync_hours), interval '15 minutes' * 2 ^ least(10, greatest(0, coalesce(run.failures, 1) - 1)))
        * (0.75 + random() * 0.25) end)
  from (select p_social_account_id as id) as given
  left join ops.sync_run as run on run.social_account_id = given.id
  where account.id = given.id and account.sync_mode = 'auto' and account.deleted_at is null and account.status = 'active'
  returning account.next_sync_at;
$$;
comment on function public.postpone_auto_sync is
  'Schedules a claimed account again: not before a given time, and later after each failure. The message gives its creator the reason.';

create function ops.has_due_auto_syncs() returns boolean
language sql stable security invoker set search_path = '' as $$
  select exists (select from public.social_account where sync_mode = 'auto' and deleted_at is null and next_sync_at <= now());
$$;
comment on function ops.has_due_auto_syncs is 'For cron: returns whether any account is due, so that process-auto-sync is worth calling.';

-- ## Functions: search

-- Security definer: the operators of text search are not leakproof, so under a row policy PostgreSQL would not use their indexes. Here the
-- owner is part of the query itself. Every query is planned separately: a rare word and a common word need different plans.
create function ops.search_library(p_query text, p_limit integer, p_offset integer, p_tags text[])
returns table (id uuid, social_account_id uuid, content_type text, title text, description text, tags text[], hashtags text[],
  thumbnail_url text, permalink text, published_at timestamptz, views_count bigint, rank real, matched text)
language plpgsql stable security definer set search_path = ''
set plan_cache_mode = force_custom_plan
set pg_trgm.word_similarity_threshold = 0.3
as $$
declare
  v_user_id constant uuid := auth.uid();
  -- With this many word matches, similar titles are not searched.
  c_enough constant integer := 5;
  c_ranked constant integer := 5000;
  v_offset integer := least(greatest(coalesce(p_offset, 0), 0), 10000);
  v_limit integer := least(greatest(coalesce(p_limit, 20), 1), 100);
  v_tags constant text[] := coalesce(p_tags, '{}');
  -- Hashtags are stored in lower case, composed and without the # sign.
  v_hashtags constant text[] := array(select lower(normalize(ltrim(tag, '#＃'), nfc) collate "und-x-icu") from unnest(v_tags) as tag);
  v_search record;
  v_like text;
  v_found integer;
begin
  select * into v_search from ops.parse_search(p_query);
  if v_search.plain = '' and numnode(v_search.words) = 0 then
    v_search.plain := btrim(replace(ops.fold_text(left(coalesce(p_query, ''), 200)), '"', ''));
  end if;
  if v_search.plain = '' and numnode(v_search.words) = 0 then
    return query
      select item.id, item.social_account_id, item.content_type, item.title, item.description, item.tags, item.hashtags,
        item.thumbnail_url, item.permalink, item.published_at, item.views_count, 0::real, 'text'
      from public.content_item as item
      where item.user_id = v_user_id and item.deleted_at is null
        and (v_tags = '{}' or item.tags @> v_tags or item.hashtags @> v_hashtags)
      order by item.published_at desc, item.id
      limit v_limit offset v_offset;
    return;
  end if;

  return query
    select item.id, item.social_account_id, item.content_type, item.title, item.description, item.tags, item.hashtags,
      item.thumbnail_url, item.permalink, item.published_at, item.views_count, ts_rank(item.search_vector, v_search.words) as rank, 'text'
    from (
      -- A word may be in every title: only the newest matches are ranked, because ranking reads each match in full.
      select * from public.content_item as mine
      where mine.user_id = v_user_id and mine.deleted_at is null and mine.search_vector @@ v_search.words
        and (v_tags = '{}' or mine.tags @> v_tags or mine.hashtags @> v_hashtags)
      order by mine.published_at desc
      limit c_ranked) as item
    order by rank desc, item.published_at desc, item.id
    limit v_limit offset v_offset;
  get diagnostics v_found = row_count;
  v_limit := v_limit - v_found;
  v_found := v_offset + v_found;
  if v_found = v_offset and v_offset > 0 then
    select count(*) into v_found
    from (
      select from public.content_item as item
      where item.user_id = v_user_id and item.deleted_at is null and item.search_vector @@ v_search.words
        and (v_tags = '{}' or item.tags @> v_tags or item.hashtags @> v_hashtags)
      limit c_enough) as found;
  end if;
  -- Enough word matches need no similar titles. A query of two letters is part of every title; in scripts without spaces, two letters are a
  -- word.
  if v_limit = 0 or v_found >= c_enough or v_search.plain = ''
    or (char_length(v_search.plain) < 3 and numnode(v_search.words) > 0) then
    return;
  end if;

  -- After the last word match come titles that contain the query, then those that resemble it. Each is a separate scan: with both
  -- conditions in one, PostgreSQL would fold and compare every title it finds three times.
  v_offset := greatest(v_offset - v_found, 0);
  v_like := '%' || replace(replace(replace(v_search.plain, '\', '\\'), '%', '\%'), '_', '\_') || '%';
  -- A quoted query is meant exactly, and three letters of Han or Kana resemble every title that begins with one of them.
  v_search.is_exact := v_search.is_exact
    or (char_length(v_search.plain) < 4 and ops.split_words(v_search.plain) <> v_search.plain);
  -- When words matched, only titles with a higher similarity are useful.
  perform set_config('pg_trgm.word_similarity_threshold', '0.45', true) where v_found > 0;
  return query
    with contained as (
      select item.id, 1::real as rank
      from public.content_item as item
      where item.user_id = v_user_id and item.deleted_at is null and ops.fold_text(item.title) like v_like
        and (v_found = 0 or not item.search_vector @@ v_search.words)
        and (v_search.excluded is null or not item.search_vector @@ v_search.excluded)
        and (v_tags = '{}' or item.tags @> v_tags or item.hashtags @> v_hashtags)
      order by item.published_at desc, item.id
      limit v_offset + v_limit
    ), alike as (
      select item.id, extensions.word_similarity(v_search.plain, ops.fold_text(item.title)) as rank
      from public.content_item as item
      where not v_search.is_exact and (select count(*) from contained) < v_offset + v_limit
        and item.user_id = v_user_id and item.deleted_at is null
        and ops.fold_text(item.title) operator(extensions.%>) v_search.plain and item.id not in (select contained.id from contained)
        and (v_found = 0 or not item.search_vector @@ v_search.words)
        and (v_search.excluded is null or not item.search_vector @@ v_search.excluded)
        and (v_tags = '{}' or item.tags @> v_tags or item.hashtags @> v_hashtags)
      order by rank desc, item.published_at desc, item.id
      limit v_offset + v_limit
    )
    select item.id, item.social_account_id, item.content_type, item.title, item.description, item.tags, item.hashtags,
      item.thumbnail_url, item.permalink, item.published_at, item.views_count, found.rank, 'fuzzy'
    from (select * from contained union all select * from alike) as found
    join public.content_item as item on item.id = found.id
    order by found.rank desc, item.published_at desc, item.id
    limit v_limit offset v_offset;
end;
$$;
comment on function ops.search_library is 'See public.search_library.';

create function public.search_library(p_query text default null, p_limit integer default 20, p_offset integer default 0,
  p_tags text[] default null)
returns table (id uuid, social_account_id uuid, content_type text, title text, description text, tags text[], hashtags text[],
  thumbnail_url text, permalink text, published_at timestamptz, views_count bigint, rank real, matched text)
language sql stable security invoker set search_path = ''
begin atomic
  select found.id, found.social_account_id, found.content_type, found.title, found.description, found.tags, found.hashtags,
    found.thumbnail_url, found.permalink, found.published_at, found.views_count, found.rank, found.matched
  from ops.search_library(p_query, p_limit, p_offset, p_tags) as found;
end;
comment on function public.search_library is
  'Searches the caller''s own library: words (websearch syntax; case, accents and compatibility forms ignored), then titles that contain or resemble the query and contain no excluded word. p_tags: only items that have all of these tags, or all of these hashtags.';

create function ops.tidy_search_indexes() returns bigint
language sql volatile security invoker set search_path = '' as $$
  select gin_clean_pending_list('public.content_item_search_idx') + gin_clean_pending_list('public.content_item_title_trgm_idx');
$$;
comment on function ops.tidy_search_indexes is
  'For cron: moves what syncs added in the last minute into the search indexes. Until then, searches read it from the pending lists.';

-- ## Functions: moderation and erasing

-- Security definer: changes another person's row, after checking the caller's role.
create function ops.set_content_hidden(p_content_item_id uuid, p_hidden boolean, p_reason text) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_user_id uuid;
begin
  perform ops.require_role('moderator', 'admin');
  update public.content_item
  set hidden_at = case when p_hidden then coalesce(hidden_at, now()) end,
    hidden_reason = case when p_hidden then coalesce(ops.clean_line(p_reason, 500), 'No reason given') end,
    updated_at = now()
  where id = p_content_item_id
  returning user_id into v_user_id;
  if not found then
    raise exception using errcode = 'SVG03', message = 'There is no such item',
      detail = jsonb_build_object('resource', 'content_item', 'id', p_content_item_id);
  end if;
  perform ops.record_audit(case when p_hidden then 'content.hidden' else 'content.shown' end, v_user_id,
    jsonb_build_object('content_item_id', p_content_item_id, 'reason', ops.clean_line(p_reason, 500)));
end;
$$;
comment on function ops.set_content_hidden is 'See public.set_content_hidden.';

create function public.set_content_hidden(p_content_item_id uuid, p_hidden boolean, p_reason text default null) returns void
language sql volatile security invoker set search_path = ''
begin atomic
  select ops.set_content_hidden(p_content_item_id, p_hidden, p_reason);
end;
comment on function public.set_content_hidden is
  'Lets moderators and admins hide an item from public view, or show it again. Writes to the audit log.';

create function ops.erase_content(p_social_account_ids uuid[], p_limit integer) returns integer
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_erased integer;
begin
  -- Locks the sync runs first: the same order as a sync that is just ending.
  perform from ops.sync_run where social_account_id = any (p_social_account_ids) order by social_account_id for update;
  delete from ops.account_stat_daily where social_account_id = any (p_social_account_ids);
  delete from public.content_item
  where id = any (array(select id from public.content_item where social_account_id = any (p_social_account_ids) limit p_limit));
  get diagnostics v_erased = row_count;
  return v_erased;
end;
$$;
comment on function ops.erase_content is
  'Erases the followers'' history and at most p_limit items of these accounts, and returns the number of items. ops.erase_requested_data() of module 001 calls it when it exists.';

-- ## Functions: triggers

create function public.prevent_account_deletion_with_content() returns trigger
language plpgsql volatile security invoker set search_path = '' as $$
begin
  -- When the owner is deleted, everything is deleted.
  if exists (select from public.users where id = old.user_id)
    and exists (select from public.content_item where social_account_id = old.id and deleted_at is null) then
    raise exception using errcode = '23503', message = 'Cannot delete social account with existing content',
      hint = 'Disconnect the account instead, or delete its content first.';
  end if;
  return old;
end;
$$;
comment on function public.prevent_account_deletion_with_content is 'Trigger: an account that still has content can be disconnected, but not deleted.';

-- Security definer: the role that adds an account may not write its history.
create function ops.note_followers() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  insert into ops.account_stat_daily as stat (social_account_id, day, followers)
  values (new.id, (now() at time zone 'utc')::date, new.followers_count)
  on conflict (social_account_id, day) do update set followers = excluded.followers where stat.followers <> excluded.followers;
  return null;
end;
$$;
comment on function ops.note_followers is 'Trigger: starts an account''s history with its followers at the time of connecting; syncs continue it.';

create function ops.fill_content_owner() returns trigger
language plpgsql volatile security invoker set search_path = '' as $$
begin
  new.user_id := (select user_id from public.social_account where id = new.social_account_id);
  return new;
end;
$$;
comment on function ops.fill_content_owner is 'Trigger: sets the owner of an item that is inserted without one to the owner of its account.';

-- Security definer: creators may edit their items, but not write their history.
create function ops.keep_content_revision() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  insert into public.content_revision (content_item_id, user_id, source, changed_by, changed_fields, title, description, tags, thumbnail_url)
  values (old.id, old.user_id,
    case when current_setting('role', true) = 'authenticated' then 'creator'
      when current_setting('streamvibe.is_sync', true) = 'on' then 'sync' else 'service' end,
    auth.uid(),
    array_remove(array[
      case when old.title is distinct from new.title then 'title' end,
      case when old.description is distinct from new.description then 'description' end,
      case when old.tags is distinct from new.tags then 'tags' end,
      case when split_part(old.thumbnail_url, '?', 1) is distinct from split_part(new.thumbnail_url, '?', 1) then 'thumbnail_url' end], null),
    old.title, old.description, old.tags, old.thumbnail_url);
  return null;
end;
$$;
comment on function ops.keep_content_revision is 'Trigger: stores the previous texts of an item.';

-- Security definer: creators may not write updated_at.
create function ops.touch_content_item() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  update public.content_item
  set updated_at = now(),
    changed_at = case when (new.title, new.description, new.tags, new.hashtags, split_part(new.thumbnail_url, '?', 1))
      is distinct from (old.title, old.description, old.tags, old.hashtags, split_part(old.thumbnail_url, '?', 1)) then now() else changed_at end,
    category_source = case when new.category_code is not distinct from old.category_code or auth.uid() is null then category_source
      when new.category_code is null then null else 'creator' end
  where id = new.id;
  return null;
end;
$$;
comment on function ops.touch_content_item is
  'Trigger: sets updated_at and changed_at after an edit, and records who chose the category. Not before it: with a before-update trigger, PostgreSQL recomputes search_vector on every update.';

-- Security definer: the rules about who may update what apply to the edit itself.
create function ops.compose_content_item() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  update public.content_item
  set title = normalize(title, nfc), description = normalize(description, nfc),
    tags = array(select normalize(tag, nfc) from unnest(tags) with ordinality as given (tag, place) order by place),
    hashtags = array(select normalize(tag, nfc) from unnest(hashtags) with ordinality as given (tag, place) order by place)
  where id = new.id;
  return null;
end;
$$;
comment on function ops.compose_content_item is
  'Trigger: stores a creator''s texts composed, as syncs store a platform''s. Not before the edit, for the same reason as touch_content_item().';

-- Security definer: the role that changes a plan may not be allowed to change accounts.
create function ops.wake_accounts_of_plan() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  update public.social_account as account
  set next_sync_at = least(account.next_sync_at, greatest(now(), coalesce(account.last_synced_at, now()) + ops.sync_interval(account.id)))
  where account.user_id = new.user_id and account.sync_mode = 'auto' and account.next_sync_at > now();
  return null;
end;
$$;
comment on function ops.wake_accounts_of_plan is 'Trigger: on another plan, accounts no longer wait for the end of the month.';

-- ## Triggers

create trigger social_account_keep_content before delete on public.social_account
  for each row execute function public.prevent_account_deletion_with_content();
create trigger content_item_fill_owner before insert on public.content_item
  for each row when (new.user_id is null) execute function ops.fill_content_owner();
create trigger content_item_compose after update of title, description, tags, hashtags on public.content_item
  for each row
  when (new.title is not nfc normalized or new.description is not nfc normalized
    or array_to_string(new.tags || new.hashtags, ' ') is not nfc normalized)
  execute function ops.compose_content_item();
create trigger content_item_keep_revision after update of title, description, tags, thumbnail_url on public.content_item
  for each row
  -- Composing the text that was just written is not an edit.
  when (normalize(old.title, nfc) <> normalize(new.title, nfc) or normalize(old.description, nfc) <> normalize(new.description, nfc)
    or normalize(array_to_string(old.tags, e'\x02'), nfc) <> normalize(array_to_string(new.tags, e'\x02'), nfc)
    -- Some platforms sign picture URLs again in every response: a change after the question mark does not count.
    or split_part(old.thumbnail_url, '?', 1) is distinct from split_part(new.thumbnail_url, '?', 1))
  execute function ops.keep_content_revision();
create trigger content_item_touch after update of title, description, tags, hashtags, thumbnail_url, category_code, deleted_at
  on public.content_item
  for each row when (old.updated_at = new.updated_at and old.* is distinct from new.*)
  execute function ops.touch_content_item();
create trigger social_account_note_followers after insert or update of connection_id on public.social_account
  for each row when (new.connection_id is not null and new.followers_count is not null) execute function ops.note_followers();
create trigger subscription_wake_accounts after update of tier_id on public.subscription
  for each row when (old.tier_id <> new.tier_id) execute function ops.wake_accounts_of_plan();

-- ## Policies

create policy "Everybody reads the content types" on public.content_type
  for select to anon, authenticated using (true);

-- Includes deleted rows: without reading a row, a creator could neither soft-delete nor restore it. Queries filter on deleted_at.
create policy "Creators read their own content" on public.content_item
  for select to authenticated using (user_id = (select auth.uid()));
create policy "Creators edit their own content" on public.content_item
  for update to authenticated using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));

create policy "Creators read the history of their own content" on public.content_revision
  for select to authenticated using (user_id = (select auth.uid()));

create policy "Creators read the parts of their own content" on public.content_media
  for select to authenticated using (user_id = (select auth.uid()));

create policy "Only functions keep sync runs" on ops.sync_run for all to postgres using (true) with check (true);
create policy "Only functions remember pages" on ops.sync_page for all to postgres using (true) with check (true);
create policy "Only functions keep history" on ops.content_stat_daily for all to postgres using (true) with check (true);
create policy "Only functions keep history" on ops.account_stat_daily for all to postgres using (true) with check (true);
create policy "Only functions keep the ledger" on ops.platform_window for all to postgres using (true) with check (true);
create policy "Only functions keep shares" on ops.platform_share for all to postgres using (true) with check (true);

-- ## Grants

grant select on public.content_type to anon, authenticated;
grant select on public.content_item, public.content_revision, public.content_media to authenticated;
-- No insert: syncs add items. No delete: a creator deletes by setting deleted_at, and restores by setting it to null.
-- Facts reported by platforms, counters and hiding are not for creators to change.
grant update (title, description, tags, hashtags, category_code, deleted_at) on public.content_item to authenticated;

grant select, insert, update, delete on public.content_type, public.content_item, public.content_media to service_role;
-- No insert, update or delete: only the trigger writes history, and nobody rewrites it.
grant select on public.content_revision to service_role;

-- Who may execute what. Module 000 revoked the defaults: only its owner may execute a function that is not named here.
grant execute on function
  ops.search_library, public.search_library
  to authenticated;
grant execute on function
  ops.content_vector, ops.are_sound_tags, ops.set_content_hidden, public.set_content_hidden
  to authenticated, service_role;
grant execute on function
  public.record_platform_usage, public.read_platform_quotas, public.begin_sync, public.apply_sync_page, public.fail_sync,
  public.claim_auto_syncs, public.postpone_auto_sync
  to service_role;

-- ## Reference rows

insert into public.content_type (slug, display_name, description, sort_order)
values
  ('long_video', 'Long video', 'A video of more than three minutes, or in landscape', 1),
  ('short_video', 'Short video', 'A short, upright video', 2),
  ('image', 'Image', 'One picture', 3),
  ('carousel', 'Carousel', 'Several pictures or videos in one post', 4),
  ('story', 'Story', 'Shown for a day', 5),
  ('reel', 'Reel', 'A short video of Instagram or Facebook', 6),
  ('post', 'Post', 'Text, perhaps with a link', 7)
on conflict (slug) do update
set display_name = excluded.display_name, description = excluded.description, sort_order = excluded.sort_order;
