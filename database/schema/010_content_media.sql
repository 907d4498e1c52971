-- Change 010, content media: the parts of carousels, albums and posts with several pictures, and what the platforms that
-- came after YouTube need of connections. Needs modules 000 to 002; module 005, which the plan gives content_media to, finds it here.

do $$
begin
  if to_regclass('public.content_item') is null then
    raise exception 'Cannot apply change 010: module 002 must be applied first';
  end if;
end;
$$;

---------------------------------------------------------------------------------------------------------------------------
-- Tables

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
  'The pictures and videos of an item that has several, in the creator''s order. An item that is its only part has none here.';
comment on column public.content_media.user_id is 'The item''s owner, kept here too: the policy needs no join.';
comment on column public.content_media.url is
  'As the platform gave it: most are signed and die after hours or days, so it is renewed with every sync that finds it half a day old.';

-- Serves the foreign key, and the policy when a creator reads all of theirs.
create index content_media_user_id_idx on public.content_media (user_id);
comment on index public.content_media_user_id_idx is 'Serves the foreign key to users and the policy: where user_id = ….';

-- Serve refuse_account() and request_data_deletion(): a platform names an account, or the person who let StreamVibe in.
create index social_account_platform_account_id_idx on public.social_account (platform_account_id);
comment on index public.social_account_platform_account_id_idx is 'Query "reported account": where platform_account_id = ….';
create index social_account_granted_by_idx on public.social_account ((details ->> 'granted_by'));
comment on index public.social_account_granted_by_idx is 'Query "reported person": where details ->> ''granted_by'' = ….';

create table ops.data_deletion (
  confirmation_code uuid not null default gen_random_uuid(),
  reported_by text not null,
  person_key text not null,
  requested_at timestamptz not null,
  social_account_ids uuid[] not null default '{}',
  items_erased integer not null default 0,
  completed_at timestamptz,
  created_at timestamptz not null default now(),
  constraint data_deletion_pkey primary key (confirmation_code),
  constraint data_deletion_request_key unique (person_key, requested_at),
  constraint data_deletion_items_not_negative check (items_erased >= 0)
);
alter table ops.data_deletion enable row level security;
comment on table ops.data_deletion is 'What people asked a platform to have erased here, and how far that is. Kept as the proof that it was done.';
comment on column ops.data_deletion.reported_by is 'Who passed the wish on, as people call it.';
comment on column ops.data_deletion.person_key is
  'The person''s id on the platform under a key that the database does not have: a repeated request finds itself, and the id is not kept.';
comment on column ops.data_deletion.requested_at is 'As the platform says. An account that was connected again after it is left alone.';
comment on column ops.data_deletion.social_account_ids is 'What is to be erased. The accounts lose tokens, names and ids at once, their content within minutes.';

-- Serves erase_requested_data().
create index data_deletion_open_idx on ops.data_deletion (created_at) where completed_at is null;
comment on index ops.data_deletion_open_idx is 'Query "open requests": where completed_at is null order by created_at.';

---------------------------------------------------------------------------------------------------------------------------
-- Functions: syncs

create function ops.apply_media(p_social_account_id uuid, p_items jsonb)
returns void
language sql volatile security invoker
set search_path = ''
as $$
  with parents as materialized (
    -- What the creator deleted stays as it is, with its parts.
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
    -- A new signature alone is no change; but the old one must not run out.
    or ((media.url, media.thumbnail_url) is distinct from (excluded.url, excluded.thumbnail_url)
      and media.updated_at < now() - interval '12 hours');
$$;
comment on function ops.apply_media is
  'Brings the parts of a page''s items into the library. An item without the member "media" keeps what it has. Rows that say the same get no new version.';
revoke execute on function ops.apply_media from public;

-- apply_sync_page() calls ops.apply_items(); from here on that one brings the parts in too.
alter function ops.apply_items rename to apply_item_rows;

create function ops.apply_items(p_user_id uuid, p_social_account_id uuid, p_items json,
  out new_items integer, out updated_items integer, out unchanged_items integer)
language plpgsql volatile security invoker
set search_path = ''
as $$
begin
  select applied.new_items, applied.updated_items, applied.unchanged_items
  into new_items, updated_items, unchanged_items
  from ops.apply_item_rows(p_user_id, p_social_account_id, p_items) as applied;
  -- Most pages have no parts, and are spared the reading.
  if p_items::text like '%"media"%' then
    perform ops.apply_media(p_social_account_id, p_items::jsonb);
  end if;
end;
$$;
comment on function ops.apply_items is 'Brings a page of items into the library: their rows by apply_item_rows(), their parts by apply_media().';
revoke execute on function ops.apply_items from public;

---------------------------------------------------------------------------------------------------------------------------
-- Functions: connections

-- Security definer: writes what no API role may; only the service may call it.
create function public.refuse_account(p_platform text, p_reported_id text, p_reason text, p_before timestamptz)
returns integer
language plpgsql volatile security definer
set search_path = ''
as $$
declare
  v_connection_id uuid;
  v_lease uuid;
  v_refused integer := 0;
begin
  for v_connection_id in
    select connection.id
    from public.social_account as account
    join public.platform as platform on platform.id = account.platform_id
    join public.platform_connection as connection on connection.id = account.connection_id
    where platform.slug = p_platform and account.deleted_at is null
      and (account.platform_account_id = p_reported_id or account.details ->> 'granted_by' = p_reported_id)
      and connection.is_active and connection.granted_at < p_before
    order by account.id
    for update of account, connection -- in this order, as everywhere
  loop
    -- A refresh that is under way loses its lease: the platform has just said that it will fail.
    v_lease := gen_random_uuid();
    update public.platform_connection
    set refresh_lease = v_lease, refresh_leased_until = now() + interval '1 minute'
    where id = v_connection_id;
    perform public.refuse_connection(v_connection_id, v_lease, p_reason);
    v_refused := v_refused + 1;
  end loop;
  return v_refused;
end;
$$;
comment on function public.refuse_account is
  'The platform reports that its user took the access back: marks every connection to that account, or granted by that person, as refused, whoever owns it. Only what was granted before p_before: a late or repeated report cannot end a newer consent.';
revoke execute on function public.refuse_account from public, anon, authenticated;
grant execute on function public.refuse_account to service_role;

-- Security definer: writes what no API role may; only the service may call it.
create function public.request_data_deletion(p_reported_by text, p_platforms text[], p_person_id text, p_person_key text,
  p_before timestamptz)
returns uuid
language plpgsql volatile security definer
set search_path = ''
as $$
declare
  v_code uuid;
  v_open uuid;
  v_account record;
begin
  insert into ops.data_deletion (reported_by, person_key, requested_at) values (p_reported_by, p_person_key, p_before)
  on conflict do nothing
  returning confirmation_code into v_code;
  if v_code is null then
    return (select confirmation_code from ops.data_deletion where person_key = p_person_key and requested_at = p_before);
  end if;

  for v_account in
    select account.id, account.user_id, account.connection_id, platform.slug, platform.display_name as platform_name
    from public.social_account as account
    join public.platform as platform on platform.id = account.platform_id
    where platform.slug = any (p_platforms)
      and (account.platform_account_id = p_person_id or account.details ->> 'granted_by' = p_person_id)
    order by account.id
    for update of account
  loop
    -- Asked only now that the account is locked: it may just have been connected again.
    continue when exists (
      select from public.platform_connection where id = v_account.connection_id and is_active and granted_at >= p_before);
    -- From here on nobody finds the account by what it was called: connecting again makes a new one.
    update public.social_account
    set platform_account_id = 'erased:' || id, connection_id = null, username = null, display_name = null, avatar_url = null,
      profile_url = null, followers_count = null, details = '{}', status = 'disconnected', next_sync_at = null,
      last_error = 'Erased, as you asked the platform', deleted_at = coalesce(deleted_at, now())
    where id = v_account.id;
    delete from public.platform_connection where id = v_account.connection_id;
    update ops.data_deletion set social_account_ids = social_account_ids || v_account.id where confirmation_code = v_code;
    -- Earlier messages name the account, and this one must not.
    delete from public.notification where user_id = v_account.user_id and data ->> 'social_account_id' = v_account.id::text;
    insert into public.notification (user_id, type, title, message, data)
    values (v_account.user_id, 'warning', format('An account at %s is being erased', v_account.platform_name),
      format('%s passed on the request to erase what StreamVibe has of an account of yours. Its content goes within minutes. You may connect the account again at any time.', v_account.platform_name),
      jsonb_build_object('code', 'account_erased', 'social_account_id', v_account.id, 'platform', v_account.slug));
  end loop;

  if not exists (select from ops.data_deletion where confirmation_code = v_code and social_account_ids <> '{}') then
    -- Nothing left to find may mean that an earlier wish is still at work: then this is that one.
    select confirmation_code into v_open from ops.data_deletion
    where person_key = p_person_key and completed_at is null and confirmation_code <> v_code
    order by requested_at desc limit 1;
    if v_open is not null then
      delete from ops.data_deletion where confirmation_code = v_code;
      return v_open;
    end if;
    update ops.data_deletion set completed_at = now() where confirmation_code = v_code;
  end if;
  return v_code;
end;
$$;
comment on function public.request_data_deletion is
  'A person asked the platform to have their data erased here: every account of theirs, or connected by them, is cut off and nameless at once; erase_requested_data() does the rest. Asked twice, it gives the same code and does nothing more.';
revoke execute on function public.request_data_deletion from public, anon, authenticated;
grant execute on function public.request_data_deletion to service_role;

create function ops.erase_requested_data(p_items integer default 10000)
returns integer
language plpgsql volatile security invoker
set search_path = ''
as $$
declare
  v_request ops.data_deletion;
  v_erased integer;
  v_left integer := p_items;
begin
  for v_request in
    select * from ops.data_deletion where completed_at is null order by created_at limit 100 for update skip locked
  loop
    -- First the passes: the order in which a sync that ends just now locks them and their accounts.
    perform from ops.sync_pass where social_account_id = any (v_request.social_account_ids) order by social_account_id for update;
    delete from public.content_item
    where id = any (array(
      select id from public.content_item where social_account_id = any (v_request.social_account_ids) limit v_left));
    get diagnostics v_erased = row_count;
    v_left := v_left - v_erased;
    if v_left > 0 then
      delete from public.social_account where id = any (v_request.social_account_ids);
    end if;
    update ops.data_deletion
    set items_erased = items_erased + v_erased, completed_at = case when v_left > 0 then now() end
    where confirmation_code = v_request.confirmation_code;
    exit when v_left <= 0;
  end loop;
  return p_items - v_left;
end;
$$;
comment on function ops.erase_requested_data is 'For cron: erases the content of accounts whose people asked for it, so many items a run, and then the accounts.';
revoke execute on function ops.erase_requested_data from public;

-- Security definer: reads ops; only the service may call it.
create function public.data_deletion_state(p_confirmation_code uuid)
returns table (reported_by text, requested_at timestamptz, completed_at timestamptz, accounts integer, items_erased integer)
language sql stable security definer
set search_path = ''
as $$
  select reported_by, requested_at, completed_at, cardinality(social_account_ids), items_erased
  from ops.data_deletion
  where confirmation_code = p_confirmation_code;
$$;
comment on function public.data_deletion_state is 'How far a request to erase is, for whoever has its code.';
revoke execute on function public.data_deletion_state from public, anon, authenticated;
grant execute on function public.data_deletion_state to service_role;

-- Security definer: reads another person's accounts; only the service may call it.
create function public.has_other_account(p_user_id uuid, p_platform text, p_social_account_id uuid default null)
returns boolean
language sql stable security definer
set search_path = ''
as $$
  select exists (
    select from public.social_account as account
    join public.platform as platform on platform.id = account.platform_id
    where account.user_id = p_user_id and platform.slug = p_platform and account.deleted_at is null
      and account.id is distinct from p_social_account_id);
$$;
comment on function public.has_other_account is
  'Whether a creator has a live account on a platform, apart from the one that is named: then a grant that may stand behind several must not be ended.';
revoke execute on function public.has_other_account from public, anon, authenticated;
grant execute on function public.has_other_account to service_role;

---------------------------------------------------------------------------------------------------------------------------
-- Policies and grants

create policy "Creators read the parts of their own content" on public.content_media
  for select to authenticated using (user_id = (select auth.uid()));

create policy "Only functions keep requests to erase" on ops.data_deletion for all to postgres using (true) with check (true);

grant select on public.content_media to authenticated;
-- No insert, update or delete: syncs write what the platform says.
grant select, insert, update, delete on public.content_media to service_role;
