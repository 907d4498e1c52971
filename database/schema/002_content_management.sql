-- Module 002, content: one library of what a creator has published, kept in step by syncs, searched, edited, and soft-deleted.
-- Needs modules 000 and 001. Reading the platforms is the work of edge functions; what they read is applied here, a page a call.

do $$
begin
  if to_regclass('public.social_account') is null then
    raise exception 'Cannot apply module 002: module 001 must be applied first';
  end if;
end;
$$;

-- For one GIN index that knows the owner beside the words.
create extension if not exists btree_gin with schema extensions;

---------------------------------------------------------------------------------------------------------------------------
-- Text search: English stems, accents and case ignored

create text search configuration public.streamvibe (copy = pg_catalog.english);
alter text search configuration public.streamvibe
  alter mapping for hword, hword_part, word with extensions.unaccent, pg_catalog.english_stem;
comment on text search configuration public.streamvibe is
  'English with accents taken off. ASCII words give the lexemes of pg_catalog.english, so plain to_tsquery() matches too.';

-- Immutable although array_to_string() is only stable: joining texts depends on no setting.
-- These three run for every row that is written. plpgsql keeps their plans; SQL functions would be planned anew by every statement.
create function ops.join_words(p_tags text[], p_hashtags text[])
returns text
language plpgsql immutable parallel safe strict security invoker
set search_path = ''
as $$
begin
  return array_to_string(p_tags, ' ') || ' ' || array_to_string(p_hashtags, ' ');
end;
$$;
comment on function ops.join_words is 'The words of both arrays as one text, for a generated column.';
revoke execute on function ops.join_words from public;
grant execute on function ops.join_words to authenticated, service_role;

create function ops.are_sound_tags(p_tags text[])
returns boolean
language plpgsql immutable parallel safe security invoker
set search_path = ''
as $$
declare
  v_tag text;
begin
  if cardinality(p_tags) > 500 then
    return false;
  end if;
  foreach v_tag in array p_tags loop
    -- A tag longer than this does not fit into a GIN index.
    if v_tag is null or char_length(v_tag) not between 1 and 500 then
      return false;
    end if;
  end loop;
  return true;
end;
$$;
comment on function ops.are_sound_tags is 'At most 500 tags, each of 1 to 500 characters.';
revoke execute on function ops.are_sound_tags from public;
grant execute on function ops.are_sound_tags to authenticated, service_role;

create function ops.clean_tags(p_tags text[])
returns text[]
language plpgsql immutable parallel safe security invoker
set search_path = ''
as $$
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
comment on function ops.clean_tags is 'What a platform calls tags, brought within are_sound_tags().';
revoke execute on function ops.clean_tags from public;

---------------------------------------------------------------------------------------------------------------------------
-- Tables

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
  search_vector tsvector generated always as (
    setweight(to_tsvector('public.streamvibe'::regconfig, title), 'A')
    || setweight(to_tsvector('public.streamvibe'::regconfig, ops.join_words(tags, hashtags)), 'B')
    || setweight(to_tsvector('public.streamvibe'::regconfig, description), 'C')) stored,
  constraint content_item_pkey primary key (id),
  constraint content_item_platform_content_key unique (social_account_id, platform_content_id),
  constraint content_item_user_id_fkey foreign key (user_id) references public.users (id) on delete cascade,
  constraint content_item_social_account_id_fkey foreign key (social_account_id) references public.social_account (id)
    on delete cascade,
  constraint content_item_content_type_fkey foreign key (content_type) references public.content_type (slug) on update cascade,
  constraint content_item_platform_content_id_length check (char_length(platform_content_id) between 1 and 512),
  constraint content_item_title_length check (char_length(title) <= 1000),
  constraint content_item_description_length check (char_length(description) <= 100000),
  -- The usual case is seen without a call: so few letters hold no tag that is too long, and no more than 500.
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
  constraint content_item_hidden_with_reason check ((hidden_at is null) = (hidden_reason is null))
)
-- Counters change with every sync and are in no index: room on the page keeps those updates HOT.
with (fillfactor = 80);
-- Of a row that is too long the long texts go beside it, as they are: compressing took a tenth of the time of an insert, and a short
-- row is what counters are updated in.
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
comment on table public.content_item is
  'What a creator has published, on whatever platform. Published by Realtime: every column may be seen by the owner.';
comment on column public.content_item.user_id is 'The account''s owner, kept here too: policies and indexes need no join.';
comment on column public.content_item.platform_category is 'The category as the platform names it. StreamVibe''s own is category_code.';
comment on column public.content_item.metadata is 'What only one platform knows.';
comment on column public.content_item.total_clicks is 'Clicks counted by StreamVibe, not by the platform.';
comment on column public.content_item.source_hash is
  'SHA-256 of the texts as the platform last gave them. A sync overwrites texts only when this changes, so creators'' edits stay.';
comment on column public.content_item.hidden_at is 'When a moderator took the item out of public view; see set_content_hidden().';
comment on column public.content_item.vanished_at is 'When a sync found that the platform no longer has the item.';
comment on column public.content_item.deleted_at is 'Soft delete, by the creator or because the item vanished. Reads leave these rows out.';
comment on column public.content_item.search_vector is 'Title weighs A, tags and hashtags B, description C.';

-- Serves the creator's library, newest first (content_item?order=published_at.desc under the policy), and the foreign key.
create index content_item_user_id_published_at_idx on public.content_item (user_id, published_at desc);
comment on index public.content_item_user_id_published_at_idx is
  'Query "library": where user_id = … order by published_at desc limit 50. Plan: database/plans/library.txt';
-- Serves one account's items, newest first, and the reckoning of the next automatic sync.
create index content_item_social_account_id_published_at_idx on public.content_item (social_account_id, published_at desc);
comment on index public.content_item_social_account_id_published_at_idx is
  'Query "account": where social_account_id = … order by published_at desc limit 50. Plan: database/plans/account.txt';
-- Serves search_library(): words, tags and hashtags of one owner in one index.
create index content_item_search_idx on public.content_item using gin (user_id, search_vector, tags, hashtags);
comment on index public.content_item_search_idx is
  'Queries "search" and "tags": where user_id = … and search_vector @@ … (or tags @> …). Plans: database/plans/search.txt, tags.txt';
-- Serves search_library() on typos and parts of words.
create index content_item_title_trgm_idx on public.content_item using gin (user_id, ops.plain_text(title) extensions.gin_trgm_ops);
comment on index public.content_item_title_trgm_idx is
  'Query "fuzzy": where user_id = … and ops.plain_text(title) %> …. Plan: database/plans/fuzzy.txt';
-- Serves the foreign key.
create index content_item_content_type_idx on public.content_item (content_type);
comment on index public.content_item_content_type_idx is 'Serves the foreign key to content_type.';

-- Serves apply_sync_page(): items that had vanished and may be back.
create index content_item_vanished_idx on public.content_item (social_account_id) where vanished_at is not null;
comment on index public.content_item_vanished_idx is 'Query "back": where social_account_id = … and vanished_at is not null.';

-- An account has one owner. Without knowing that, PostgreSQL takes the two conditions for independent and plans for far too few rows.
create statistics public.content_item_account_owner (dependencies) on social_account_id, user_id from public.content_item;
comment on statistics public.content_item_account_owner is 'The owner follows from the account.';

create type ops.given_item as (
  platform_content_id text, content_type text, title text, description text, tags text[], hashtags text[], thumbnail_url text,
  permalink text, visibility public.visibility_enum, language text, duration_seconds integer, published_at timestamptz,
  views_count bigint, likes_count bigint, comments_count bigint, shares_count bigint, platform_category text, metadata jsonb,
  source_hash bytea, id uuid
);
comment on type ops.given_item is
  'An item as a platform''s adapter gives it. Source_hash and id are apply_items()''s own: the hash of its texts, and the row that has it.';

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
comment on table public.content_revision is 'What an item said before each change of its title, description, tags or thumbnail. Written by a trigger only.';
comment on column public.content_revision.user_id is 'The item''s owner, for the policy.';
comment on column public.content_revision.source is 'sync: the platform''s text changed; creator: edited through the API; service: anything else.';
comment on column public.content_revision.changed_by is 'The person who edited. No foreign key: the history outlives a moderator.';
comment on column public.content_revision.title is 'The value before the change, like the other three.';

-- Serves the history of one item, newest first, and the foreign key.
create index content_revision_content_item_id_idx on public.content_revision (content_item_id, id desc);
comment on index public.content_revision_content_item_id_idx is 'Query "history": where content_item_id = … order by id desc.';
-- Serves the owner's own rows (policy), newest first, and the foreign key.
create index content_revision_user_id_idx on public.content_revision (user_id, id desc);
comment on index public.content_revision_user_id_idx is 'Query "recent changes": where user_id = … order by id desc.';

create table ops.sync_pass (
  social_account_id uuid not null,
  sync_id uuid,
  fence bigint not null default 0,
  lease_seconds integer not null default 60,
  leased_until timestamptz,
  charged_at timestamptz,
  round bigint not null default 0,
  cursor jsonb,
  items_seen integer not null default 0,
  total integer,
  confirmed_ids text[] not null default '{}',
  last_code text,
  touched_at timestamptz not null default now(),
  constraint sync_pass_pkey primary key (social_account_id),
  constraint sync_pass_sync_id_key unique (sync_id),
  constraint sync_pass_social_account_id_fkey foreign key (social_account_id) references public.social_account (id)
    on delete cascade,
  constraint sync_pass_only_open_is_leased check (sync_id is not null or (leased_until is null and charged_at is null))
) with (fillfactor = 70);
alter table ops.sync_pass enable row level security;
comment on table ops.sync_pass is 'Where each account''s pass over its library stands: checkpoint, lease, fence, unit of quota.';
comment on column ops.sync_pass.sync_id is 'The open pass. Null: none.';
comment on column ops.sync_pass.fence is 'Grows with every lease; a worker that shows an older one is refused.';
comment on column ops.sync_pass.leased_until is 'Null: released. In the past: the worker died, and its pass goes on without another unit.';
comment on column ops.sync_pass.charged_at is 'When the unit that a failure would return was reserved. Null: none is outstanding.';
comment on column ops.sync_pass.round is 'Grows when a pass begins at the first page; pages of this round are those seen.';
comment on column ops.sync_pass.confirmed_ids is 'Items that no page listed and the platform still has when asked by id.';

create table ops.sync_page (
  social_account_id uuid not null,
  key text not null,
  round bigint not null,
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
  'What each page of an account''s list held: enough to ask "changed?" and, when not, to know what is still there without touching a content row.';
comment on column ops.sync_page.key is 'The cursor''s member key; empty for the first page.';
comment on column ops.sync_page.present_ids is 'Those of item_ids that the platform gave in full (not private, not deleted).';

---------------------------------------------------------------------------------------------------------------------------
-- Functions: triggers

create function public.prevent_account_deletion_with_content()
returns trigger
language plpgsql volatile security invoker
set search_path = ''
as $$
begin
  -- When the owner is deleted, everything goes.
  if exists (select from public.users where id = old.user_id)
    and exists (select from public.content_item where social_account_id = old.id and deleted_at is null) then
    raise exception using errcode = '23503', message = 'Cannot delete social account with existing content',
      hint = 'Disconnect the account instead, or delete its content first.';
  end if;
  return old;
end;
$$;
comment on function public.prevent_account_deletion_with_content is 'Trigger: an account that still has content is disconnected, not deleted.';
revoke execute on function public.prevent_account_deletion_with_content from public, anon, authenticated;

create function ops.fill_content_owner()
returns trigger
language plpgsql volatile security invoker
set search_path = ''
as $$
begin
  new.user_id := (select user_id from public.social_account where id = new.social_account_id);
  return new;
end;
$$;
comment on function ops.fill_content_owner is 'Trigger: an item that is inserted without its owner gets the owner of its account.';
revoke execute on function ops.fill_content_owner from public;

-- Security definer: creators may edit their items, and may not write their history.
create function ops.keep_content_revision()
returns trigger
language plpgsql volatile security definer
set search_path = ''
as $$
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
comment on function ops.keep_content_revision is 'Trigger: keeps what an item said before.';
revoke execute on function ops.keep_content_revision from public;

-- Security definer: creators may not write updated_at.
create function ops.touch_content_item()
returns trigger
language plpgsql volatile security definer
set search_path = ''
as $$
begin
  update public.content_item set updated_at = now() where id = new.id;
  return null;
end;
$$;
comment on function ops.touch_content_item is
  'Trigger: stamps updated_at after an edit. Not before it: with a before-update trigger PostgreSQL makes search_vector anew on every update.';
revoke execute on function ops.touch_content_item from public;

create trigger social_account_keep_content before delete on public.social_account
  for each row execute function public.prevent_account_deletion_with_content();
create trigger content_item_fill_owner before insert on public.content_item
  for each row when (new.user_id is null) execute function ops.fill_content_owner();
create trigger content_item_keep_revision after update of title, description, tags, thumbnail_url on public.content_item
  for each row
  when (old.title is distinct from new.title or old.description is distinct from new.description
    or old.tags is distinct from new.tags
    -- Some platforms sign the addresses of pictures anew in every answer: what follows the question mark is no change.
    or split_part(old.thumbnail_url, '?', 1) is distinct from split_part(new.thumbnail_url, '?', 1))
  execute function ops.keep_content_revision();
create trigger content_item_touch after update of title, description, tags, hashtags, thumbnail_url, category_code, deleted_at
  on public.content_item
  for each row when (old.updated_at = new.updated_at and old.* is distinct from new.*)
  execute function ops.touch_content_item();

---------------------------------------------------------------------------------------------------------------------------
-- Functions: syncs

create function ops.missing_items(p_social_account_id uuid, p_round bigint, p_confirmed_ids text[])
returns text[]
language sql stable security invoker
set search_path = ''
as $$
  -- By except, which sorts or hashes whatever the planner believes; a join was once planned row by row: 23 s for 10,000 items.
  with candidates as (
    select item.platform_content_id from public.content_item as item
    where item.social_account_id = p_social_account_id
    except
    (select unnest(page.present_ids) from ops.sync_page as page
      where page.social_account_id = p_social_account_id and page.round = p_round
      union all
      select unnest(p_confirmed_ids))
  )
  select array(
    select item.platform_content_id
    from candidates
    join public.content_item as item
      on item.social_account_id = p_social_account_id and item.platform_content_id = candidates.platform_content_id
    where item.deleted_at is null
    order by item.platform_content_id
    limit 50);
$$;
comment on function ops.missing_items is
  'Up to 50 live items that no page of this round listed. They are asked for by id before they are called gone: lists shift and lie.';
revoke execute on function ops.missing_items from public;

create function ops.sync_interval(p_social_account_id uuid)
returns interval
language sql stable security invoker
set search_path = ''
as $$
  -- A quarter of the mean gap between the last ten items, counted to now, so that silence slows it down.
  select case when count(*) = 0 then interval '4 hours'
    else least(interval '7 days', greatest(interval '1 hour', (now() - min(published_at)) / (4 * count(*)))) end
  from (
    select published_at from public.content_item
    where social_account_id = p_social_account_id and deleted_at is null
    order by published_at desc limit 10
  ) as latest;
$$;
comment on function ops.sync_interval is 'How long until an account is worth a look: often when it publishes often, from an hour to seven days.';
revoke execute on function ops.sync_interval from public;

-- Security definer: reads tokens, writes ops; only the service may call it.
create function public.begin_sync(p_user_id uuid, p_social_account_id uuid, p_sync_id uuid, p_lease_seconds integer,
  p_platform text default null)
returns jsonb
language plpgsql volatile security definer
set search_path = ''
as $$
declare
  v_now timestamptz;
  v_account record;
  v_pass ops.sync_pass;
  v_quota record;
  v_was_cut_off boolean;
  v_charge boolean;
begin
  select account.user_id, account.platform_account_id, account.details, account.status, account.deleted_at,
    platform.slug as platform, connection.id as connection_id, connection.is_active, connection.vault_secret_name, connection.token_expires_at
  into v_account
  from public.social_account as account
  join public.platform as platform on platform.id = account.platform_id
  left join public.platform_connection as connection on connection.id = account.connection_id
  where account.id = p_social_account_id
    and (p_user_id is null or account.user_id = p_user_id)
    and (p_platform is null or platform.slug = p_platform);
  if not found then
    raise exception using errcode = 'SV404', message = 'There is no such account',
      detail = jsonb_build_object('resource', 'social_account', 'id', p_social_account_id);
  elsif v_account.deleted_at is not null or v_account.status = 'disconnected' or v_account.is_active is distinct from true then
    raise exception using errcode = 'SV410', message = 'This account is disconnected: connect it again';
  end if;

  insert into ops.sync_pass (social_account_id) values (p_social_account_id) on conflict do nothing;
  select * into v_pass from ops.sync_pass where social_account_id = p_social_account_id for update;
  v_now := clock_timestamp(); -- after the wait for the lock, not before

  if p_sync_id is not null and v_pass.sync_id is distinct from p_sync_id then
    raise exception using errcode = 'SV404', message = 'This sync has ended or never was',
      detail = jsonb_build_object('resource', 'sync', 'id', p_sync_id);
  end if;
  if v_pass.leased_until > v_now then
    select * into v_quota from ops.quota_state(v_account.user_id, 'syncs');
    if p_sync_id is null and v_quota.used >= v_quota.quota_limit then
      perform ops.raise_quota_exceeded('syncs', v_quota.quota_limit, v_quota.used, v_quota.resets_at);
    end if;
    raise exception using errcode = 'SV409', message = 'This account is being synced right now',
      detail = jsonb_build_object('retry_after', greatest(1, ceil(extract(epoch from v_pass.leased_until - v_now))::integer));
  end if;

  v_was_cut_off := v_pass.leased_until is not null;
  v_charge := v_pass.charged_at is null or (p_sync_id is null and not v_was_cut_off);
  if v_charge then
    perform ops.reserve_quota(v_account.user_id, 'syncs', 1);
    v_pass.charged_at := v_now;
  end if;
  if v_pass.sync_id is null then
    v_pass.sync_id := gen_random_uuid();
    v_pass.cursor := null;
    v_pass.items_seen := 0;
  elsif v_pass.touched_at < v_now - interval '24 hours' then
    -- A checkpoint of yesterday would show old items first, in a list that has moved on.
    v_pass.cursor := null;
    v_pass.items_seen := 0;
  end if;

  update ops.sync_pass
  set sync_id = v_pass.sync_id, fence = fence + 1, lease_seconds = p_lease_seconds,
    leased_until = v_now + make_interval(secs => p_lease_seconds), charged_at = v_pass.charged_at,
    cursor = v_pass.cursor, items_seen = v_pass.items_seen, touched_at = v_now
  where social_account_id = p_social_account_id
  returning * into v_pass;

  return jsonb_build_object('sync_id', v_pass.sync_id, 'fence', v_pass.fence, 'user_id', v_account.user_id,
    'platform', v_account.platform, 'platform_account_id', v_account.platform_account_id, 'account_details', v_account.details,
    'connection_id', v_account.connection_id, 'tokens', ops.read_tokens(v_account.vault_secret_name),
    'token_expires_at', v_account.token_expires_at, 'cursor', v_pass.cursor, 'items_seen', v_pass.items_seen, 'charged', v_charge,
    'page', (
      select jsonb_build_object('etags', page.etags, 'item_ids', to_jsonb(page.item_ids), 'present_ids', to_jsonb(page.present_ids),
        'next_cursor', page.next_cursor, 'total', page.total)
      from ops.sync_page as page
      where page.social_account_id = p_social_account_id and page.key = coalesce(v_pass.cursor ->> 'key', '')),
    'missing_ids', case when v_pass.cursor ->> 'key' = 'missing' then
      to_jsonb(ops.missing_items(p_social_account_id, v_pass.round, v_pass.confirmed_ids)) else '[]' end);
end;
$$;
comment on function public.begin_sync is
  'Starts a pass over an account''s library, or goes on with one, under a lease. A pass costs one unit; the calls that continue it by its id do not, nor does taking up one whose worker died.';
revoke execute on function public.begin_sync from public, anon, authenticated;
grant execute on function public.begin_sync to service_role;

-- No sequential scans: a plan that a session made while the table was small must not outlive that.
-- First one statement that reads and adds what is new, then one for each other kind of change that there is: what a page does not
-- need is not even prepared. Nobody else brings this account's items in meanwhile, since the caller holds its pass.
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
begin
  with given as (
    -- A platform may name an item twice; it is taken once.
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
      -- Null is a count that the platform does not tell, or no longer: what was known stays.
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
      -- Nearly all tags need no cleaning, and to see that here takes half the time of the call.
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
      -- What the creator deleted stays as it is, also when the platform still has it.
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
        -- A signature that is new and nothing else: kept fresh, twice a day at most.
        or (item.thumbnail_url is distinct from given.thumbnail_url and item.updated_at < now() - interval '12 hours') as has_new_facts
    from given
    -- offset 0: each is reckoned once, wherever it is used.
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
    returning 1
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
    perform set_config('streamvibe.is_sync', 'on', true); -- for the history of the texts
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
      source_hash = given.source_hash, vanished_at = null, deleted_at = null, updated_at = now()
    from unnest(v_rewritten) as given
    -- Once more, since the creator may delete it at this moment.
    where item.id = given.id and (item.deleted_at is null or item.deleted_at = item.vanished_at);
    get diagnostics updated_items = row_count;
  end if;

  if v_refreshed is not null then
    -- Apart from the texts, so that search_vector is not made anew and, as a rule, no index is touched.
    update public.content_item as item
    set content_type = given.content_type, thumbnail_url = given.thumbnail_url, permalink = given.permalink,
      visibility = given.visibility, language = given.language, duration_seconds = given.duration_seconds,
      published_at = coalesce(given.published_at, item.published_at),
      views_count = coalesce(given.views_count, item.views_count),
      likes_count = coalesce(given.likes_count, item.likes_count),
      comments_count = coalesce(given.comments_count, item.comments_count),
      shares_count = coalesce(given.shares_count, item.shares_count), platform_category = given.platform_category,
      metadata = given.metadata,
      vanished_at = null, deleted_at = null, updated_at = now()
    from unnest(v_refreshed) as given
    where item.id = given.id and (item.deleted_at is null or item.deleted_at = item.vanished_at);
    get diagnostics v_refreshed_count = row_count;
    updated_items := updated_items + v_refreshed_count;
  end if;
  if v_rewritten is not null or v_refreshed is not null then
    perform set_config('streamvibe.is_sync', '', true);
  end if;
  unchanged_items := v_given - new_items - updated_items;
end;
$$;
comment on function ops.apply_items is
  'Brings a page of items into the library: adds, rewrites changed texts, refreshes changed facts. Rows that say the same get no new version.';
revoke execute on function ops.apply_items from public;

-- Security definer: writes what no API role may; only the service may call it.
create function public.apply_sync_page(p_sync_id uuid, p_fence bigint, p_page jsonb, p_items json, p_account jsonb default null,
  p_release boolean default true)
returns jsonb
language plpgsql volatile security definer
set search_path = ''
as $$
declare
  v_pass ops.sync_pass;
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
  select * into v_pass from ops.sync_pass where sync_id = p_sync_id for update;
  if not found or v_pass.fence <> p_fence or v_pass.leased_until is null then
    raise exception using errcode = 'SV412', message = 'The lease of this sync was lost';
  end if;
  select * into v_account from public.social_account where id = v_pass.social_account_id;
  if v_account.deleted_at is not null or v_account.status = 'disconnected' then
    raise exception using errcode = 'SV410', message = 'This account is disconnected: connect it again';
  end if;

  select * into v_applied
  from ops.apply_items(v_account.user_id, v_account.id, case when json_typeof(p_items) <> 'null' then p_items else '[]' end);
  v_unchanged := v_applied.unchanged_items;

  if v_key = 'missing' then
    -- The answer about items that no page listed: those that live are confirmed, the others are gone.
    v_pass.confirmed_ids := v_pass.confirmed_ids || v_present_ids;
    update public.content_item
    set vanished_at = now(), deleted_at = now(), updated_at = now()
    where social_account_id = v_account.id and deleted_at is null
      and platform_content_id = any (v_item_ids) and not (platform_content_id = any (v_present_ids));
    get diagnostics v_removed = row_count;
  else
    if v_cursor is null then
      v_pass.round := v_pass.round + 1;
      v_pass.items_seen := 0;
      v_pass.confirmed_ids := '{}';
    end if;
    select * into v_page from ops.sync_page where social_account_id = v_account.id and key = v_key;
    if v_is_unchanged then
      if not found then
        raise exception using errcode = 'SV400', message = 'Cannot apply an unchanged page: it is not remembered';
      end if;
      v_present_ids := v_page.present_ids;
      v_unchanged := cardinality(v_present_ids);
      if not p_page ? 'next_cursor' then
        v_next_cursor := v_page.next_cursor;
      end if;
      update ops.sync_page
      set round = v_pass.round, next_cursor = v_next_cursor,
        etags = coalesce(nullif(p_page -> 'etags', 'null'), etags), total = coalesce((p_page ->> 'total')::integer, total)
      where social_account_id = v_account.id and key = v_key
      returning * into v_page;
    else
      insert into ops.sync_page (social_account_id, key, round, etags, item_ids, present_ids, next_cursor, total)
      values (v_account.id, v_key, v_pass.round, nullif(p_page -> 'etags', 'null'), v_item_ids, v_present_ids, v_next_cursor,
        (p_page ->> 'total')::integer)
      on conflict (social_account_id, key) do update
      set round = excluded.round, etags = excluded.etags, item_ids = excluded.item_ids, present_ids = excluded.present_ids,
        next_cursor = excluded.next_cursor, total = excluded.total
      returning * into v_page;
    end if;
    v_pass.items_seen := v_pass.items_seen + cardinality(v_present_ids);
    v_pass.total := coalesce(v_page.total, v_pass.total);
  end if;

  if v_next_cursor is null then
    v_missing_ids := ops.missing_items(v_account.id, v_pass.round, v_pass.confirmed_ids);
    v_done := cardinality(v_missing_ids) = 0;
    v_next_cursor := case when not v_done then '{"key": "missing"}'::jsonb end;
  end if;

  if v_done then
    -- Items that had vanished and were seen again on a page that has not changed since.
    if exists (select from public.content_item where social_account_id = v_account.id and vanished_at is not null) then
      with back as (
        select platform_content_id from public.content_item where social_account_id = v_account.id and vanished_at is not null
        intersect
        select unnest(page.present_ids) from ops.sync_page as page
        where page.social_account_id = v_account.id and page.round = v_pass.round
      )
      update public.content_item as item
      set vanished_at = null, deleted_at = null, updated_at = now()
      from back
      where item.social_account_id = v_account.id and item.platform_content_id = back.platform_content_id
        and item.deleted_at = item.vanished_at;
    end if;
    -- Pages that the list no longer has.
    delete from ops.sync_page where social_account_id = v_account.id and round <> v_pass.round;
  end if;

  update ops.sync_pass
  set sync_id = case when not v_done then sync_id end,
    leased_until = case when not v_done and not p_release then clock_timestamp() + make_interval(secs => lease_seconds) end,
    charged_at = case when not v_done then charged_at end,
    round = v_pass.round, cursor = v_next_cursor, items_seen = v_pass.items_seen, total = v_pass.total,
    confirmed_ids = case when v_done then '{}' else v_pass.confirmed_ids end, last_code = null, touched_at = clock_timestamp()
  where social_account_id = v_account.id;

  if not v_done then
    -- Nobody waits for the disk in the middle of a pass. A server that dies within the next half second forgets page, checkpoint and
    -- usage together, and the pass reads that page again; the next step's begin_sync(), or the last page, makes all before it durable.
    perform set_config('synchronous_commit', 'off', true);
  end if;

  -- Only when it says something new: the row is published, and no-one wants to hear of nothing.
  if v_done or v_account.last_error is not null or p_account is distinct from null and p_account <> 'null' then
    update public.social_account as account
    set username = coalesce(p_account ->> 'username', account.username),
      display_name = coalesce(p_account ->> 'display_name', account.display_name),
      avatar_url = coalesce(p_account ->> 'avatar_url', account.avatar_url),
      profile_url = coalesce(p_account ->> 'profile_url', account.profile_url),
      followers_count = coalesce((p_account ->> 'followers_count')::bigint, account.followers_count),
      details = account.details || coalesce(nullif(p_account -> 'details', 'null'), '{}'),
      last_error = null,
      last_synced_at = case when v_done then now() else account.last_synced_at end,
      next_sync_at = case when not v_done then account.next_sync_at
        when account.sync_mode = 'auto' then now() + ops.sync_interval(account.id) end
    -- Not one that was given up or erased since it was read above.
    where account.id = v_account.id and account.deleted_at is null
    returning * into v_account;
  end if;

  return jsonb_build_object('new_items', v_applied.new_items, 'updated_items', v_applied.updated_items,
    'unchanged_items', v_unchanged, 'removed_items', v_removed, 'done', v_done, 'items_seen', v_pass.items_seen,
    'total', v_pass.total, 'missing_ids', to_jsonb(v_missing_ids), 'cursor', v_next_cursor, 'next_sync_at', v_account.next_sync_at);
end;
$$;
comment on function public.apply_sync_page is
  'Applies one page and moves the checkpoint, in one transaction and under the lease''s fence. At the end of the list items that were not seen are handed out to be asked for; when none is left the pass is done.';
revoke execute on function public.apply_sync_page from public, anon, authenticated;
grant execute on function public.apply_sync_page to service_role;

-- Security definer: writes what no API role may; only the service may call it.
create function public.fail_sync(p_sync_id uuid, p_fence bigint, p_code text, p_message text)
returns boolean
language plpgsql volatile security definer
set search_path = ''
as $$
declare
  v_pass ops.sync_pass;
begin
  select * into v_pass from ops.sync_pass where sync_id = p_sync_id for update;
  if not found or v_pass.fence <> p_fence or v_pass.leased_until is null then
    -- Another worker has the pass, or this failure was reported already: the unit must not be returned twice.
    return false;
  end if;
  -- First the subscription, then the account: the order in which connecting locks them.
  if v_pass.charged_at is not null then
    perform ops.return_quota(account.user_id, 'syncs', 1, v_pass.charged_at)
    from public.social_account as account
    where account.id = v_pass.social_account_id;
  end if;
  update public.social_account set last_error = left(p_message, 500) where id = v_pass.social_account_id;
  update ops.sync_pass
  set leased_until = null, charged_at = null, last_code = left(p_code, 100), touched_at = clock_timestamp()
  where social_account_id = v_pass.social_account_id;
  return true;
end;
$$;
comment on function public.fail_sync is
  'A call failed: its unit goes back, once; the checkpoint stays; the creator reads why. False: the caller had lost the lease, and nothing was done.';
revoke execute on function public.fail_sync from public, anon, authenticated;
grant execute on function public.fail_sync to service_role;

---------------------------------------------------------------------------------------------------------------------------
-- Functions: search

-- Security definer: the operators of text search are not leakproof, so under a row policy PostgreSQL would not use their
-- indexes. Here the owner is part of the query itself. Plans are made for each query: a rare word and a common one differ.
create function ops.search_library(p_query text, p_limit integer, p_offset integer, p_tags text[])
returns table (id uuid, social_account_id uuid, content_type text, title text, description text, tags text[], hashtags text[],
  thumbnail_url text, permalink text, published_at timestamptz, views_count bigint, rank real, matched text)
language plpgsql stable security definer
set search_path = ''
set plan_cache_mode = force_custom_plan
set pg_trgm.word_similarity_threshold = 0.3
as $$
declare
  v_user_id constant uuid := auth.uid();
  v_limit constant integer := least(greatest(coalesce(p_limit, 20), 1), 100);
  v_offset constant integer := least(greatest(coalesce(p_offset, 0), 0), 10000);
  v_tags constant text[] := coalesce(p_tags, '{}');
  v_plain constant text := btrim(replace(ops.plain_text(left(coalesce(p_query, ''), 200)), '"', ''));
  -- Who quotes means it: parts of titles are found then, similar ones are not.
  v_is_exact constant boolean := coalesce(p_query ~ '"[^"]+"', false);
  v_query tsquery;
  v_like constant text := '%' || replace(replace(replace(v_plain, '\', '\\'), '%', '\%'), '_', '\_') || '%';
begin
  if v_plain = '' then
    return query
      select item.id, item.social_account_id, item.content_type, item.title, item.description, item.tags, item.hashtags,
        item.thumbnail_url, item.permalink, item.published_at, item.views_count, 0::real, 'text'
      from public.content_item as item
      where item.user_id = v_user_id and item.deleted_at is null
        and (v_tags = '{}' or item.tags @> v_tags or item.hashtags @> v_tags)
      order by item.published_at desc, item.id
      limit v_limit offset v_offset;
    return;
  end if;

  v_query := websearch_to_tsquery('public.streamvibe', left(p_query, 200));
  return query
    select item.id, item.social_account_id, item.content_type, item.title, item.description, item.tags, item.hashtags,
      item.thumbnail_url, item.permalink, item.published_at, item.views_count, ts_rank(item.search_vector, v_query) as rank, 'text'
    from public.content_item as item
    where item.user_id = v_user_id and item.deleted_at is null and item.search_vector @@ v_query
      and (v_tags = '{}' or item.tags @> v_tags or item.hashtags @> v_tags)
    order by rank desc, item.published_at desc, item.id
    limit v_limit offset v_offset;
  if found then
    return;
  end if;
  if v_offset > 0 and exists (
    select from public.content_item as item
    where item.user_id = v_user_id and item.deleted_at is null and item.search_vector @@ v_query
      and (v_tags = '{}' or item.tags @> v_tags or item.hashtags @> v_tags)) then
    return; -- the pages of real matches are over; similar titles are no continuation of them
  end if;

  return query
    select item.id, item.social_account_id, item.content_type, item.title, item.description, item.tags, item.hashtags,
      item.thumbnail_url, item.permalink, item.published_at, item.views_count,
      case when ops.plain_text(item.title) like v_like then 1 else extensions.word_similarity(v_plain, ops.plain_text(item.title)) end as rank,
      'fuzzy'
    from public.content_item as item
    where item.user_id = v_user_id and item.deleted_at is null
      and (not v_is_exact and ops.plain_text(item.title) operator(extensions.%>) v_plain or ops.plain_text(item.title) like v_like)
      and (v_tags = '{}' or item.tags @> v_tags or item.hashtags @> v_tags)
    order by rank desc, item.published_at desc, item.id
    limit v_limit offset v_offset;
end;
$$;
comment on function ops.search_library is 'See public.search_library.';
revoke execute on function ops.search_library from public;
grant execute on function ops.search_library to authenticated;

create function public.search_library(p_query text default null, p_limit integer default 20, p_offset integer default 0,
  p_tags text[] default null)
returns table (id uuid, social_account_id uuid, content_type text, title text, description text, tags text[], hashtags text[],
  thumbnail_url text, permalink text, published_at timestamptz, views_count bigint, rank real, matched text)
language sql stable security invoker
set search_path = ''
begin atomic
  select found.id, found.social_account_id, found.content_type, found.title, found.description, found.tags, found.hashtags,
    found.thumbnail_url, found.permalink, found.published_at, found.views_count, found.rank, found.matched
  from ops.search_library(p_query, p_limit, p_offset, p_tags) as found;
end;
comment on function public.search_library is
  'Searches the caller''s own library: words (websearch syntax, accents ignored), then titles that contain or resemble the query. p_tags: items that have all of these tags, or all of these hashtags.';
revoke execute on function public.search_library from public, anon;
grant execute on function public.search_library to authenticated;

---------------------------------------------------------------------------------------------------------------------------
-- Functions: moderation

-- Security definer: changes another person's row, after checking the caller's role.
create function ops.set_content_hidden(p_content_item_id uuid, p_hidden boolean, p_reason text)
returns void
language plpgsql volatile security definer
set search_path = ''
as $$
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
    raise exception using errcode = 'SV404', message = 'There is no such item',
      detail = jsonb_build_object('resource', 'content_item', 'id', p_content_item_id);
  end if;
  perform ops.record_audit(case when p_hidden then 'content.hidden' else 'content.shown' end, v_user_id,
    jsonb_build_object('content_item_id', p_content_item_id, 'reason', ops.clean_line(p_reason, 500)));
end;
$$;
comment on function ops.set_content_hidden is 'See public.set_content_hidden.';
revoke execute on function ops.set_content_hidden from public;
grant execute on function ops.set_content_hidden to authenticated, service_role;

create function public.set_content_hidden(p_content_item_id uuid, p_hidden boolean, p_reason text default null)
returns void
language sql volatile security invoker
set search_path = ''
begin atomic
  select ops.set_content_hidden(p_content_item_id, p_hidden, p_reason);
end;
comment on function public.set_content_hidden is 'Moderators and admins take an item out of public view, or put it back. The audit log keeps it.';
revoke execute on function public.set_content_hidden from public, anon;
grant execute on function public.set_content_hidden to authenticated, service_role;

---------------------------------------------------------------------------------------------------------------------------
-- Policies

create policy "Everybody reads the content types" on public.content_type
  for select to anon, authenticated using (true);

-- Deleted rows too: who may not read a row cannot delete it softly, nor restore it. Reads filter deleted_at.
create policy "Creators read their own content" on public.content_item
  for select to authenticated using (user_id = (select auth.uid()));
create policy "Creators edit their own content" on public.content_item
  for update to authenticated using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));

create policy "Creators read the history of their own content" on public.content_revision
  for select to authenticated using (user_id = (select auth.uid()));

create policy "Only functions keep passes" on ops.sync_pass for all to postgres using (true) with check (true);
create policy "Only functions remember pages" on ops.sync_page for all to postgres using (true) with check (true);

---------------------------------------------------------------------------------------------------------------------------
-- Grants

grant select on public.content_type to anon, authenticated;
grant select on public.content_item, public.content_revision to authenticated;
-- No insert: syncs add. No delete: setting deleted_at is how a creator deletes, and setting it to null restores.
-- Not the facts that platforms report, nor counters, nor hiding.
grant update (title, description, tags, hashtags, category_code, deleted_at) on public.content_item to authenticated;

grant select, insert, update, delete on public.content_type, public.content_item to service_role;
-- No insert, update or delete: the trigger writes history, and nobody rewrites it.
grant select on public.content_revision to service_role;

---------------------------------------------------------------------------------------------------------------------------
-- Reference rows

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
