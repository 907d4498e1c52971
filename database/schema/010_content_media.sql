-- Change 010, content media: the parts of carousels, albums and posts with several pictures. Needs modules 000 to 002; module 005,
-- which the plan gives content_media to, finds it here.

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
-- Policies and grants

create policy "Creators read the parts of their own content" on public.content_media
  for select to authenticated using (user_id = (select auth.uid()));

grant select on public.content_media to authenticated;
-- No insert, update or delete: syncs write what the platform says.
grant select, insert, update, delete on public.content_media to service_role;
