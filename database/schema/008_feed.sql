-- Module 008, feeds: what users follow and mute, and the feeds they are shown.
-- Requires modules 000, 002 and 005 (documents, trending, pinned items). ops.public_item (module 002) decides what is public.
--
-- A feed is built on request (fan-out on read): the best items of each source, each read through its own index, fused by reciprocal rank. The
-- result is stored as a list of ids, so its pages stay stable while content is added; whether each item may still be shown is checked at read
-- time. Posting costs nothing per follower.
--
--   Tables
--   Functions: following and muting
--   Functions: making feeds
--   Functions: reading feeds
--   Functions: cron
--   Triggers
--   Policies
--   Grants

-- Must run as the role that applied module 000, whose default privileges keep functions closed.
do $$
begin
  if not exists (select from pg_class where oid = to_regclass('ops.search_document') and relowner = current_user::regrole) then
    raise exception 'Cannot apply module 008: module 005 must be applied first, by the same role';
  end if;
end;
$$;

create schema feed;
comment on schema feed is 'What users follow and mute, and the feeds built for them. Only functions read and write it.';

-- ## Tables

create table feed.preference (
  id bigint generated always as identity,
  user_id uuid not null,
  creator_id uuid,
  category_code text,
  content_id uuid,
  is_muted boolean not null,
  created_at timestamptz not null default now(),
  constraint preference_pkey primary key (id),
  -- Also serves every feed of a user: user_id comes first.
  constraint preference_subject_key unique nulls not distinct (user_id, creator_id, category_code, content_id),
  constraint preference_user_id_fkey foreign key (user_id) references public.users (id) on delete cascade,
  constraint preference_creator_id_fkey foreign key (creator_id) references public.users (id) on delete cascade,
  constraint preference_category_code_fkey foreign key (category_code) references public.content_category (code) on update cascade on delete cascade,
  constraint preference_content_id_fkey foreign key (content_id) references public.content_item (id) on delete cascade,
  constraint preference_has_one_subject check (num_nonnulls(creator_id, category_code, content_id) = 1),
  constraint preference_items_are_muted check (content_id is null or is_muted),
  constraint preference_not_oneself check (creator_id <> user_id)
);
alter table feed.preference enable row level security;
comment on table feed.preference is
  'What a user follows (a creator, a category) or mutes (a creator, a category or an item). One row per subject: following a muted subject unmutes it.';
-- Serve the foreign keys.
create index preference_creator_id_idx on feed.preference (creator_id);
create index preference_category_code_idx on feed.preference (category_code);
create index preference_content_id_idx on feed.preference (content_id);

create table feed.reader (
  user_id uuid not null,
  creators integer not null default 0,
  categories integer not null default 0,
  mutes integer not null default 0,
  constraint reader_pkey primary key (user_id),
  constraint reader_user_id_fkey foreign key (user_id) references public.users (id) on delete cascade,
  constraint reader_counts_within_limits check (
    creators between 0 and 2000 and categories between 0 and 100 and mutes between 0 and 2000)
) with (fillfactor = 50);
alter table feed.reader enable row level security;
comment on table feed.reader is
  'How much a user follows and mutes. The limits bound the cost of a feed: every followed creator is read when one is built.';

create table feed.audience (
  user_id uuid not null,
  followers bigint not null default 0,
  constraint audience_pkey primary key (user_id),
  constraint audience_user_id_fkey foreign key (user_id) references public.users (id) on delete cascade,
  constraint audience_followers_not_negative check (followers >= 0)
) with (fillfactor = 50);
alter table feed.audience enable row level security;
comment on table feed.audience is 'Number of followers of a creator. Narrow, because a popular creator gets many at once.';

create unlogged table feed.snapshot (
  id uuid not null default gen_random_uuid(),
  user_id uuid,
  creator_id uuid,
  ids uuid[] not null,
  ranks smallint[] not null,
  tail text not null,
  tail_at timestamptz,
  tail_id uuid,
  made_at timestamptz not null default clock_timestamp(),
  constraint snapshot_pkey primary key (id),
  constraint snapshot_user_id_fkey foreign key (user_id) references public.users (id) on delete cascade,
  constraint snapshot_creator_id_fkey foreign key (creator_id) references public.users (id) on delete cascade,
  constraint snapshot_tail_known check (tail in ('creators', 'categories', 'all', 'profile', 'none')),
  constraint snapshot_ranks_are_whole check (cardinality(ranks) = 4 * cardinality(ids))
);
alter table feed.snapshot enable row level security;
comment on table feed.snapshot is
  'A feed as it was built: ids in order, so that its pages neither repeat nor lose items while content is added. Kept for two hours, or for 30 minutes once the same user builds a newer one. Unlogged: after a crash, readers start a new feed.';
comment on column feed.snapshot.user_id is
  'The user for whom it was built; null for visitors, and for a creator''s feed, which is the same for everybody.';
comment on column feed.snapshot.ranks is 'Four per item: its rank in each source of ops.feed_sources(), 0 if it is not in that source.';
comment on column feed.snapshot.tail is
  'What continues below the list, newest first: content of the followed creators or categories, all content, or the creator''s own content.';
comment on column feed.snapshot.tail_at is 'The position (time and id) at which the tail begins.';
-- Serves ops.fuse(), and the foreign key.
create index snapshot_user_id_idx on feed.snapshot (user_id, made_at);
create index snapshot_creator_id_idx on feed.snapshot (creator_id);
-- Serves ops.keep_feed_house().
create index snapshot_made_at_idx on feed.snapshot (made_at);

-- ## Functions: following and muting

create function ops.count_preferences() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_sign constant integer := case tg_op when 'INSERT' then 1 else -1 end;
begin
  if v_sign = 1 then
    insert into feed.reader (user_id) select distinct user_id from changed order by user_id on conflict do nothing;
    insert into feed.audience (user_id) select distinct creator_id from changed where creator_id is not null and not is_muted
    order by creator_id on conflict do nothing;
  end if;
  update feed.reader as reader
  set creators = reader.creators + v_sign * more.creators, categories = reader.categories + v_sign * more.categories,
    mutes = reader.mutes + v_sign * more.mutes
  from (
    select user_id, count(*) filter (where creator_id is not null and not is_muted) as creators,
      count(*) filter (where category_code is not null and not is_muted) as categories, count(*) filter (where is_muted) as mutes
    from changed group by user_id
  ) as more
  where reader.user_id = more.user_id;
  -- Locks in a fixed order, so that two users who follow a thousand creators and delete their accounts at the same time do not deadlock.
  perform from feed.audience
  where user_id in (select creator_id from changed where not is_muted) order by user_id for update;
  update feed.audience as audience
  set followers = audience.followers + v_sign * more.followers
  from (select creator_id, count(*) as followers from changed where creator_id is not null and not is_muted group by creator_id) as more
  where audience.user_id = more.creator_id;
  return null;
end;
$$;
comment on function ops.count_preferences is 'Trigger: maintains the counts of followers and followed, also when accounts are deleted.';

-- Security definer: checks the caller.
create function ops.set_feed_preference(p_user_id uuid, p_choice text, p_creator_id uuid, p_category text, p_content_id uuid) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_is_mute constant boolean := p_choice in ('mute', 'unmute');
begin
  if p_user_id is null or p_user_id is distinct from auth.uid() and coalesce(auth.role(), 'service_role') <> 'service_role' then
    raise exception using errcode = 'SVG02', message = 'Cannot change the feed preferences of somebody else';
  end if;
  if p_choice is null or p_choice not in ('follow', 'unfollow', 'mute', 'unmute') then
    raise exception using errcode = 'SVG01', message = format('Cannot set this preference: expected follow, unfollow, mute or unmute, got %L', p_choice);
  end if;
  if num_nonnulls(p_creator_id, p_category, p_content_id) <> 1 or p_content_id is not null and not v_is_mute then
    raise exception using errcode = 'SVG01', message = 'Cannot set this preference: pass exactly one creator, category or item; items can only be muted or unmuted';
  end if;
  if p_creator_id = p_user_id then
    raise exception using errcode = 'SVG01', message = 'Cannot follow or mute yourself';
  end if;
  -- Undoing is always possible; following and muting require a visible subject.
  if p_choice in ('follow', 'mute') then
    if p_creator_id is not null and not ops.is_public_creator(p_creator_id) then
      raise exception using errcode = 'SVG03', message = 'There is no public creator with this id',
        detail = jsonb_build_object('resource', 'creator', 'id', p_creator_id);
    elsif p_content_id is not null and not ops.is_public_item(p_content_id) then
      raise exception using errcode = 'SVG03', message = 'There is no public item with this id',
        detail = jsonb_build_object('resource', 'content_item', 'id', p_content_id);
    elsif p_category is not null and not exists (select from public.content_category where code = p_category) then
      raise exception using errcode = 'SVG03', message = 'There is no such category',
        detail = jsonb_build_object('resource', 'category', 'id', p_category);
    end if;
  end if;

  -- Serializes the choices of one user, so that with two devices the later choice wins.
  insert into feed.reader (user_id) values (p_user_id) on conflict do nothing;
  perform from feed.reader where user_id = p_user_id for update;
  delete from feed.preference
  where user_id = p_user_id and creator_id is not distinct from p_creator_id and category_code is not distinct from p_category
    and content_id is not distinct from p_content_id
    and is_muted = case p_choice when 'follow' then true when 'mute' then false else v_is_mute end;
  if p_choice in ('follow', 'mute') then
    begin
      insert into feed.preference (user_id, creator_id, category_code, content_id, is_muted)
      values (p_user_id, p_creator_id, p_category, p_content_id, v_is_mute)
      on conflict on constraint preference_subject_key do nothing;
    exception when check_violation then
      raise exception using errcode = 'SVG01',
        message = format('Cannot %s more: the limits are 2,000 creators, 100 categories and 2,000 mutes; remove one first', p_choice);
    end;
  end if;
  perform public.forget_cached(array['feed:' || p_user_id]);
  return jsonb_build_object(
    'is_followed', p_choice = 'follow', 'is_muted', p_choice = 'mute',
    'followers', case when p_creator_id is not null then coalesce((select followers from feed.audience where user_id = p_creator_id), 0) end,
    'following', (select creators + categories from feed.reader where user_id = p_user_id));
end;
$$;
comment on function ops.set_feed_preference is 'See public.set_feed_preference.';

create function public.set_feed_preference(p_choice text, p_creator_id uuid default null, p_category text default null, p_content_id uuid default null,
  p_user_id uuid default auth.uid()) returns jsonb
language sql volatile security invoker set search_path = ''
return ops.set_feed_preference(p_user_id, p_choice, p_creator_id, p_category, p_content_id);
comment on function public.set_feed_preference is
  'Follows, unfollows, mutes or unmutes (p_choice) a creator or a category, or mutes or unmutes an item. Idempotent. Returns {is_followed, is_muted, followers, following}.';

-- Security definer: only the service calls it.
create function public.list_follows(p_user_id uuid, p_is_muted boolean default false, p_limit integer default 50, p_after bigint default null)
returns jsonb
language sql stable security definer set search_path = '' as $$
  with page as (
    select preference.* from feed.preference as preference
    where preference.user_id = p_user_id and preference.is_muted = p_is_muted and (p_after is null or preference.id < p_after)
    order by preference.id desc
    limit p_limit + 1
  ), shown as (
    select * from page order by id desc limit p_limit
  )
  select jsonb_build_object(
    'follows', coalesce((
      select jsonb_agg(jsonb_build_object(
          'creator_id', shown.creator_id,
          'creator', case when creator.is_public and creator.hidden_at is null then ops.creator_card(creator) end,
          'category', shown.category_code, 'content_id', shown.content_id, 'since', shown.created_at) order by shown.id desc)
      from shown left join public.users as creator on creator.id = shown.creator_id), '[]'),
    'following', coalesce((select creators + categories from feed.reader where user_id = p_user_id), 0),
    'muted', coalesce((select mutes from feed.reader where user_id = p_user_id), 0),
    'followers', coalesce((select followers from feed.audience where user_id = p_user_id), 0),
    'next', case when (select count(*) from page) > p_limit then jsonb_build_object('id', (select min(id)::text from shown)) end);
$$;
comment on function public.list_follows is
  'Returns a page of what a user follows or mutes, latest first: {follows, following, muted, followers, next}. A creator who is currently not public has only an id.';

-- ## Functions: making feeds

create function ops.feed_sources(p_creator_id uuid) returns text[]
language sql immutable security invoker set search_path = '' as $$
  select case when p_creator_id is null then '{followed_creator,followed_category,trending,fresh}'::text[] else '{pinned,trending,popular,fresh}'::text[] end;
$$;
comment on function ops.feed_sources is
  'Returns the sources fused into a feed, in the order of feed.snapshot.ranks: for a home feed, or for a creator''s feed.';

create function ops.feed_weights(p_creator_id uuid, p_has_categories boolean) returns integer[]
language sql immutable security invoker set search_path = '' as $$
  -- If the user has chosen no category, the category is a guess and gets the weight of the discovery sources.
  select case when p_creator_id is not null then '{1,1,1,1}'::integer[] when p_has_categories then '{4,4,1,1}' else '{4,1,1,1}' end;
$$;
comment on function ops.feed_weights is
  'Returns how many places each source of ops.feed_sources() gets per place of a source with weight 1. An item has the highest weight of its sources.';

create function ops.spread_creators(p_creators integer[], p_most integer, p_window integer) returns integer[]
language plpgsql immutable security invoker set search_path = '' as $$
declare
  v_length constant integer := coalesce(cardinality(p_creators), 0);
  v_next integer[] := array_fill(1, array[v_length + 1]);
  v_in integer[] := array_fill(0, array[v_length + 1]);
  v_size integer[] := array_fill(0, array[v_length + 2]);
  v_windows integer[] := array_fill(0, array[greatest(v_length, 1)]);
  v_first integer := 1;
  v_creator integer;
  v_window integer;
begin
  for v_place in 1..v_length loop
    v_creator := p_creators[v_place];
    v_window := greatest(v_next[v_creator], v_first);
    while v_size[v_window] >= p_window loop
      v_window := v_window + 1;
    end loop;
    if v_window > v_next[v_creator] then
      v_next[v_creator] := v_window;
      v_in[v_creator] := 0;
    end if;
    v_windows[v_place] := v_window;
    v_size[v_window] := v_size[v_window] + 1;
    v_in[v_creator] := v_in[v_creator] + 1;
    if v_in[v_creator] >= p_most then
      v_next[v_creator] := v_window + 1;
      v_in[v_creator] := 0;
    end if;
    while v_size[v_first] >= p_window loop
      v_first := v_first + 1;
    end loop;
  end loop;
  return v_windows[:v_length];
end;
$$;
comment on function ops.spread_creators is
  'Distributes items, best first and given by the number of their creator (1, 2, …), to windows: each item goes into the first window with room in which its creator has fewer than p_most. No item is lost: if no other creator is left, a window stays short.';

create function ops.fuse(p_user_id uuid, p_creator_id uuid, p_ids uuid[], p_creators uuid[], p_times timestamptz[], p_sources integer[], p_ranks bigint[],
  p_weights integer[], p_tail text, p_end jsonb) returns uuid
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_ids uuid[];
  v_numbers integer[];
  v_ranks smallint[];
  v_id uuid;
begin
  -- Reciprocal rank fusion (Cormack, Clarke and Buettcher, SIGIR 2009), k = 60. Ties: the earlier source, the newer item, the id.
  with fused as (
    select id, creator_id, sum(1.0 / (60 + rank)) as score, min(source) as best, max(at) as at, dense_rank() over (order by creator_id) as number,
      array_agg(source) as sources, array_agg(rank) as ranks, max(p_weights[source]) as weight,
      -- Items that the creator has pinned come first, in the creator's order.
      min(rank) filter (where p_creator_id is not null and source = 1) as lead
    from unnest(p_ids, p_creators, p_times, p_sources, p_ranks) as ranked (id, creator_id, at, source, rank)
    group by id, creator_id
  ), placed as (
    -- Four items of weight 4 precede each item of weight 1. Multiplying the scores instead would, with k = 60, place nearly all items of weight 4
    -- before any of weight 1.
    select *, row_number() over (order by lead, turn::double precision / weight, weight desc) as place
    from (select *, row_number() over (partition by weight order by lead, score desc, best, at desc, id) as turn from fused) as turns
  )
  select array_agg(id order by place), array_agg(number::integer order by place),
    array_agg(array[
      coalesce(ranks[array_position(sources, 1)], 0), coalesce(ranks[array_position(sources, 2)], 0),
      coalesce(ranks[array_position(sources, 3)], 0), coalesce(ranks[array_position(sources, 4)], 0)]::smallint[] order by place)
  into v_ids, v_numbers, v_ranks
  from placed;

  -- In each window of twenty places, a creator has at most three items while there is anything else to show.
  if v_ids is not null then
    with spread as (
      select part, place from unnest(ops.spread_creators(v_numbers, case when p_creator_id is null then 3 else 20 end, 20)) with ordinality as spread (part, place)
    )
    select (select array_agg(v_ids[place] order by part, place) from spread),
      (select array_agg(v_ranks[place][source] order by part, place, source) from spread, generate_series(1, 4) as source)
    into v_ids, v_ranks;
  end if;

  -- Deletes this user's feeds that are older than half an hour; ops.keep_feed_house() deletes the rest.
  delete from feed.snapshot where user_id = p_user_id and made_at < clock_timestamp() - interval '30 minutes';
  insert into feed.snapshot (user_id, creator_id, ids, ranks, tail, tail_at, tail_id)
  values (p_user_id, p_creator_id, coalesce(v_ids, '{}'), coalesce(v_ranks, '{}'), case when p_end is null then 'none' else p_tail end,
    (p_end ->> 'at')::timestamptz, (p_end ->> 'id')::uuid)
  returning id into v_id;
  return v_id;
end;
$$;
comment on function ops.fuse is
  'Builds a feed from ranked items and stores it. An item may be in several sources; p_weights has one weight per source; p_end ({at, id}) is the position where the tail begins.';

-- Plans are cached: every part is an index scan, whatever the user follows.
create function ops.make_home(p_user_id uuid) returns uuid
language plpgsql volatile security invoker set search_path = '' set plan_cache_mode = force_generic_plan set enable_seqscan = off set jit = off as $$
declare
  v_creators uuid[];
  v_categories text[];
  v_muted_creators uuid[];
  v_muted_categories text[];
  v_muted_items uuid[];
  v_ids uuid[];
  v_owners uuid[];
  v_times timestamptz[];
  v_sources integer[];
  v_ranks bigint[];
  v_weights integer[];
  v_tail text;
  v_end jsonb;
begin
  select coalesce(array_agg(creator_id) filter (where creator_id is not null and not is_muted), '{}'),
    coalesce(array_agg(category_code) filter (where category_code is not null and not is_muted), '{}'),
    coalesce(array_agg(creator_id) filter (where creator_id is not null and is_muted), '{}'),
    coalesce(array_agg(category_code) filter (where category_code is not null and is_muted), '{}'),
    coalesce(array_agg(content_id) filter (where content_id is not null), '{}')
  into v_creators, v_categories, v_muted_creators, v_muted_categories, v_muted_items
  from feed.preference where user_id = p_user_id;
  v_tail := case when cardinality(v_creators) > 0 then 'creators' when cardinality(v_categories) > 0 then 'categories' else 'all' end;
  v_weights := ops.feed_weights(null, cardinality(v_categories) > 0);
  if cardinality(v_categories) = 0 then
    -- A user who follows no category is assumed to be interested in their own.
    v_categories := array(
      select code from public.users join public.content_category on code = primary_category
      where users.id = p_user_id and code <> all(v_muted_categories));
  end if;

  with newest as materialized (
    -- Five per creator: with two thousand followed creators, this is the main cost of the feed.
    select creator.id as creator_id, document.id, document.at, document.place
    from unnest(v_creators) as creator (id)
    cross join lateral (
      select content_item_id as id, published_at as at, row_number() over () as place
      from (
        select content_item_id, published_at from ops.search_document
        where user_id = creator.id and published_at <= now() and content_item_id <> all(v_muted_items)
          and (category_code is null or category_code <> all(v_muted_categories))
        order by published_at desc, content_item_id
        limit 5
      ) as ordered
    ) as document
  ), cut as (
    select coalesce((select at from newest order by at desc, id offset 99 limit 1), '-infinity'::timestamptz) as at
  ), more as (
    -- The first hundred must be complete: adds what active creators have beyond five.
    select busy.creator_id, document.content_item_id as id, document.published_at as at
    from newest as busy
    cross join cut
    cross join lateral (
      select content_item_id, published_at from ops.search_document
      where user_id = busy.creator_id and published_at <= busy.at and published_at >= cut.at
        and (published_at < busy.at or content_item_id > busy.id) and content_item_id <> all(v_muted_items)
        and (category_code is null or category_code <> all(v_muted_categories))
      order by published_at desc, content_item_id
      limit 200
    ) as document
    where busy.place = 5 and busy.at >= cut.at
  ), followed as materialized (
    select id, creator_id, at
    from (
      select creator_id, id, at from newest where at >= (select at from cut) union all select creator_id, id, at from more
    ) as every
    order by at desc, id
    limit 200
  ), in_category as materialized (
    select document.id, document.creator_id, document.at
    from unnest(v_categories) as category (code)
    cross join lateral (
      select content_item_id as id, user_id as creator_id, published_at as at from ops.search_document
      where category_code = category.code and published_at <= now() and content_item_id <> all(v_muted_items) and user_id <> all(v_muted_creators)
      order by published_at desc, content_item_id
      limit 60
    ) as document
    order by document.at desc, document.id
    limit 60
  ), trending as materialized (
    select document.content_item_id as id, document.user_id as creator_id, document.published_at as at, listed.place
    from (
      -- Today's trending items; if there are few, followed by this week's and this month's.
      select content_id, min(list.place * 1000 + trend.rank_position) as place
      from (values ('today', 0), ('week', 1), ('month', 2)) as list (name, place)
      join public.trending_content as trend on trend.trend_category = list.name and trend.rank_position <= 100
      group by content_id
      order by 2
      limit 100
    ) as listed
    join ops.search_document as document on document.content_item_id = listed.content_id
    where document.content_item_id <> all(v_muted_items) and document.user_id <> all(v_muted_creators)
      and (document.category_code is null or document.category_code <> all(v_muted_categories))
  ), fresh as materialized (
    select content_item_id as id, user_id as creator_id, published_at as at from ops.search_document
    where published_at <= now() and content_item_id <> all(v_muted_items) and user_id <> all(v_muted_creators)
      and (category_code is null or category_code <> all(v_muted_categories))
    order by published_at desc, content_item_id
    limit 60
  ), ranked as (
    -- In each source, three items of every creator come before a fourth of any.
    select id, creator_id, at, 1 as source, row_number() over (order by turn / 3, at desc, id) as rank
    from (select *, row_number() over (partition by creator_id order by at desc, id) - 1 as turn from followed) as turns
    union all
    select id, creator_id, at, 2, row_number() over (order by turn / 3, at desc, id)
    from (select *, row_number() over (partition by creator_id order by at desc, id) - 1 as turn from in_category) as turns
    union all
    select id, creator_id, at, 3, row_number() over (order by turn / 3, place, id)
    from (select *, row_number() over (partition by creator_id order by place, id) - 1 as turn from trending) as turns
    union all
    select id, creator_id, at, 4, row_number() over (order by turn / 3, at desc, id)
    from (select *, row_number() over (partition by creator_id order by at desc, id) - 1 as turn from fresh) as turns
  )
  select array_agg(id), array_agg(creator_id), array_agg(at), array_agg(source), array_agg(rank),
    case v_tail
      when 'creators' then (select jsonb_build_object('at', at, 'id', id) from followed order by at, id desc limit 1)
      when 'categories' then (select jsonb_build_object('at', at, 'id', id) from in_category order by at, id desc limit 1)
      else (select jsonb_build_object('at', at, 'id', id) from fresh order by at, id desc limit 1)
    end
  into v_ids, v_owners, v_times, v_sources, v_ranks, v_end
  from ranked;
  return ops.fuse(p_user_id, null, v_ids, v_owners, v_times, v_sources, v_ranks, v_weights, v_tail, v_end);
end;
$$;
comment on function ops.make_home is 'Builds and stores the home feed of a user, or of visitors (null).';

create function ops.make_profile(p_creator_id uuid) returns uuid
language plpgsql volatile security invoker set search_path = '' set plan_cache_mode = force_generic_plan set enable_seqscan = off set jit = off as $$
declare
  v_ids uuid[];
  v_owners uuid[];
  v_times timestamptz[];
  v_sources integer[];
  v_ranks bigint[];
  v_end jsonb;
begin
  with own as materialized (
    select content_item_id as id, published_at as at, popularity from ops.search_document
    where user_id = p_creator_id and published_at <= now()
    order by published_at desc, content_item_id
    limit 1000
  ), fresh as (
    select id, at, 4 as source, row_number() over (order by at desc, id) as rank from own order by at desc, id limit 100
  ), popular as (
    select id, at, 3 as source, row_number() over (order by popularity desc, id) as rank from own order by popularity desc, id limit 60
  ), trending as (
    select own.id, own.at, 2 as source, row_number() over (order by listed.place, own.id) as rank
    from (
      select content_id, min(array_position('{today,week,month}', trend_category) * 1000 + rank_position) as place
      from public.trending_content where trend_category in ('today', 'week', 'month') group by content_id
    ) as listed
    join own on own.id = listed.content_id
  ), pinned as (
    select document.content_item_id as id, document.published_at as at, 1 as source, row_number() over (order by pin.sort_order, pin.content_id) as rank
    from ops.pinned_item as pin
    join ops.search_document as document on document.content_item_id = pin.content_id
    where pin.user_id = p_creator_id
  ), ranked as (
    select * from pinned union all select * from trending union all select * from popular union all select * from fresh
  )
  select array_agg(id), array_agg(p_creator_id), array_agg(at), array_agg(source), array_agg(rank),
    (select jsonb_build_object('at', at, 'id', id) from fresh order by at, id desc limit 1)
  into v_ids, v_owners, v_times, v_sources, v_ranks, v_end
  from ranked;
  return ops.fuse(null, p_creator_id, v_ids, v_owners, v_times, v_sources, v_ranks, ops.feed_weights(p_creator_id, false), 'profile', v_end);
end;
$$;
comment on function ops.make_profile is 'Builds and stores a creator''s feed, which is the same for everybody.';

-- Security definer, like the next function: only the service calls them.
create function public.make_feed(p_user_id uuid default null, p_slug text default null) returns uuid
language plpgsql volatile security definer set search_path = '' as $$
begin
  if p_slug is null then
    return ops.make_home(p_user_id);
  end if;
  return ops.make_profile(ops.creator_of_slug(p_slug));
end;
$$;
comment on function public.make_feed is
  'Builds a feed and stores it for two hours: the home of a user or of visitors (no id), or a creator''s feed. Read it with read_feed().';

-- ## Functions: reading feeds

create function ops.read_tail(p_snapshot feed.snapshot, p_viewer_id uuid, p_at timestamptz, p_id uuid, p_limit integer, out ids uuid[], out times timestamptz[])
language plpgsql stable security invoker set search_path = '' set plan_cache_mode = force_custom_plan set enable_seqscan = off set jit = off as $$
declare
  v_creators uuid[];
  v_categories text[];
  v_each integer;
begin
  select coalesce(array_agg(creator_id) filter (where creator_id is not null), '{}'),
    coalesce(array_agg(category_code) filter (where category_code is not null), '{}')
  into v_creators, v_categories
  from feed.preference where user_id = p_snapshot.user_id and not is_muted;
  v_each := case when cardinality(v_creators) > 50 then 5 else p_limit end;

  with older as (
    select document.* from unnest(v_creators) as creator (id)
    cross join lateral (
      select content_item_id as id, published_at as at, row_number() over () as place
      from (
        select content_item_id, published_at from ops.search_document
        where p_snapshot.tail = 'creators' and user_id = creator.id and published_at <= p_at and (published_at < p_at or content_item_id > p_id)
        order by published_at desc, content_item_id
        limit v_each
      ) as ordered
    ) as document
    union all
    select document.* from unnest(v_categories) as category (code)
    cross join lateral (
      select content_item_id as id, published_at as at, row_number() over () as place
      from (
        select content_item_id, published_at from ops.search_document
        where p_snapshot.tail = 'categories' and category_code = category.code
          and published_at <= p_at and (published_at < p_at or content_item_id > p_id)
        order by published_at desc, content_item_id
        limit v_each
      ) as ordered
    ) as document
    union all
    select *, row_number() over () as place
    from (
      select content_item_id, published_at from ops.search_document
      where p_snapshot.tail = 'profile' and user_id = p_snapshot.creator_id and published_at <= p_at and (published_at < p_at or content_item_id > p_id)
      order by published_at desc, content_item_id
      limit v_each
    ) as own
    union all
    select *, row_number() over () as place
    from (
      select content_item_id, published_at from ops.search_document
      where p_snapshot.tail = 'all' and published_at <= p_at and (published_at < p_at or content_item_id > p_id)
      order by published_at desc, content_item_id
      limit v_each
    ) as every
  ), cut as (
    -- Below the first position where a source may have more rows than were read, items could be missing.
    select at, id from older where place = v_each order by at desc, id limit 1
  )
  select array_agg(page.id order by page.at desc, page.id), array_agg(page.at order by page.at desc, page.id) into ids, times
  from (
    select older.id, older.at from older left join cut on true
    where cut.id is null or older.at > cut.at or older.at = cut.at and older.id <= cut.id
    order by older.at desc, older.id
    limit p_limit
  ) as page;
end;
$$;
comment on function ops.read_tail is
  'Returns what follows below the list of a feed, newest first, from a position on; at least one item, if there is any.';

-- Security definer: see make_feed().
create function public.read_feed(p_snapshot_id uuid, p_viewer_id uuid default null, p_cursor text default null, p_limit integer default 20,
  p_time_zone text default null) returns jsonb
language plpgsql stable security definer set search_path = '' set plan_cache_mode = force_generic_plan set enable_seqscan = off set jit = off as $$
declare
  v_parts constant text[] := string_to_array(p_cursor, '~');
  v_snapshot feed.snapshot;
  v_sources text[];
  -- A separate variable, so that the array is detoasted once.
  v_ranks integer[];
  v_muted_creators uuid[];
  v_muted_categories text[];
  v_muted_items uuid[];
  v_has_categories boolean;
  v_time_zone text;
  v_today timestamptz;
  -- The items found, one more than the page holds: id, the cursor that continues after it, and its place in the list.
  v_ids uuid[] := '{}';
  v_marks text[] := '{}';
  v_places integer[] := '{}';
  v_slice uuid[];
  v_place integer;
  v_upto integer;
  v_tail record;
  v_at timestamptz;
  v_id uuid;
begin
  if p_cursor is not null and p_cursor !~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}~([0-9]{1,6}|[0-9]{4,6}-[0-9]{2}-[0-9]{2}T[0-9:.]{15}Z~[0-9a-f-]{36})$' then
    raise exception using errcode = 'SVG01', message = 'Cannot read the feed: a cursor is the next_cursor of the previous page, unchanged';
  end if;
  if p_limit not between 1 and 100 then
    raise exception using errcode = 'SVG01', message = format('Cannot read the feed: a page has 1 to 100 items, got %s', p_limit);
  end if;
  select * into v_snapshot from feed.snapshot where id = coalesce(v_parts[1]::uuid, p_snapshot_id);
  -- Nobody can continue the feed of another user.
  if v_snapshot.id is null or v_snapshot.user_id is distinct from p_viewer_id and v_snapshot.user_id is not null then
    return null;
  end if;
  if v_snapshot.creator_id is not null and not ops.is_public_creator(v_snapshot.creator_id) then
    return null;
  end if;
  v_sources := ops.feed_sources(v_snapshot.creator_id);
  v_ranks := v_snapshot.ranks;
  select coalesce(array_agg(creator_id) filter (where creator_id is not null and is_muted), '{}'),
    coalesce(array_agg(category_code) filter (where category_code is not null and is_muted), '{}'),
    coalesce(array_agg(content_id) filter (where content_id is not null), '{}'),
    coalesce(bool_or(category_code is not null and not is_muted), false)
  into v_muted_creators, v_muted_categories, v_muted_items, v_has_categories
  from feed.preference where user_id = p_viewer_id;
  v_time_zone := coalesce(p_time_zone, (select time_zone from public.user_setting where user_id = p_viewer_id), 'UTC');
  begin
    v_today := date_trunc('day', now() at time zone v_time_zone) at time zone v_time_zone;
  exception when invalid_parameter_value then
    raise exception using errcode = 'SVG01', message = format('Cannot read the feed: a time zone is an IANA name such as Europe/Berlin, got %L', v_time_zone);
  end;

  -- The list, from where the previous page ended. An item without a document is no longer public.
  if v_parts[3] is null then
    v_place := coalesce(v_parts[2]::integer, 0);
    while cardinality(v_ids) <= p_limit and v_place < cardinality(v_snapshot.ids) loop
      v_upto := v_place + p_limit + 1 - cardinality(v_ids);
      select v_ids || array_agg(document.content_item_id order by wanted.place), v_marks || array_agg((v_place + wanted.place)::text order by wanted.place),
        v_places || array_agg((v_place + wanted.place)::integer order by wanted.place)
      into v_ids, v_marks, v_places
      from unnest(v_snapshot.ids[v_place + 1 : v_upto]) with ordinality as wanted (id, place)
      join ops.search_document as document on document.content_item_id = wanted.id
      where document.content_item_id <> all(v_muted_items) and document.user_id <> all(v_muted_creators)
        and (document.category_code is null or document.category_code <> all(v_muted_categories));
      v_place := v_upto;
    end loop;
    v_at := v_snapshot.tail_at;
    v_id := v_snapshot.tail_id;
  else
    v_at := v_parts[2]::timestamptz;
    v_id := v_parts[3]::uuid;
  end if;

  -- The tail, below the list.
  while cardinality(v_ids) <= p_limit and v_at is not null and v_snapshot.tail <> 'none' loop
    v_tail := ops.read_tail(v_snapshot, p_viewer_id, v_at, v_id, p_limit + 1);
    exit when v_tail.ids is null;
    select v_ids || array_agg(older.id order by older.place),
      v_marks || array_agg(to_char(older.at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '~' || older.id order by older.place),
      v_places || array_agg(0 order by older.place)
    into v_ids, v_marks, v_places
    from unnest(v_tail.ids, v_tail.times) with ordinality as older (id, at, place)
    join ops.search_document as document on document.content_item_id = older.id
    where older.id <> all(v_snapshot.ids) and document.content_item_id <> all(v_muted_items) and document.user_id <> all(v_muted_creators)
      and (document.category_code is null or document.category_code <> all(v_muted_categories));
    v_at := v_tail.times[cardinality(v_tail.times)];
    v_id := v_tail.ids[cardinality(v_tail.ids)];
  end loop;

  return jsonb_build_object(
    'items', (
      select coalesce(json_agg((select shown from (select item.*, today.is_today, why.given as why) as shown) order by wanted.place)::jsonb, '[]')
      from unnest(v_ids[:p_limit], v_places[:p_limit]) with ordinality as wanted (id, at_place, place)
      join ops.item_row as item on item.id = wanted.id
      cross join lateral (select item.published_at >= v_today as is_today) as today
      cross join lateral (
        -- The sources that contain the item; for an item of the tail, the source of the tail, without a rank.
        select json_agg(json_build_object('source', source.name, 'rank', source.rank, 'text', case source.name
            when 'followed_creator' then 'You follow ' || coalesce((item.creator).display_name, 'the creator')
            when 'followed_category' then (
              select case when v_has_categories then 'You follow ' else 'You create in ' end || display_name
              from public.content_category where code = item.category)
            when 'trending' then 'Trending'
            when 'pinned' then 'Pinned by the creator'
            when 'popular' then 'Popular'
            else case when today.is_today then 'New today' else 'New' end
          end) order by source.rank, source.number) as given
        from (
          select name, number, v_ranks[4 * (wanted.at_place - 1) + number] as rank
          from unnest(v_sources) with ordinality as listed (name, number)
          where wanted.at_place > 0
          union all
          select case v_snapshot.tail when 'creators' then 'followed_creator' when 'categories' then 'followed_category' else 'fresh' end, 1, null
          where wanted.at_place = 0
        ) as source
        where source.rank > 0 or source.rank is null
      ) as why),
    'next_cursor', case when cardinality(v_ids) > p_limit then v_snapshot.id || '~' || v_marks[p_limit] end,
    'is_cold_start', v_snapshot.creator_id is null and v_snapshot.tail in ('all', 'none')
      and not exists (select from feed.preference where user_id = p_viewer_id and not is_muted),
    'today', to_char(v_today at time zone v_time_zone, 'YYYY-MM-DD'),
    'time_zone', v_time_zone,
    'made_at', v_snapshot.made_at)
    || case when v_snapshot.creator_id is null then '{}' else (
      select jsonb_build_object('creator', ops.creator_card(creator),
        'followers', coalesce((select followers from feed.audience where user_id = creator.id), 0),
        'is_followed', exists (select from feed.preference where user_id = p_viewer_id and creator_id = creator.id and not is_muted),
        'is_muted', creator.id = any(v_muted_creators))
      from public.users as creator where creator.id = v_snapshot.creator_id) end;
end;
$$;
comment on function public.read_feed is
  'Returns a page of a feed: {items, next_cursor, is_cold_start, today, time_zone, made_at}; for a creator''s feed also {creator, followers, is_followed, is_muted}. Null: the feed is no longer stored, or belongs to another user. Items that are no longer public or that the viewer mutes are omitted, even if the feed was built before.';

-- Security definer: checks the caller.
create function ops.feed_fusion_home(p_user_id uuid, p_limit integer, p_cursor text, p_time_zone text) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_id uuid;
  v_feed jsonb;
begin
  if p_user_id is distinct from auth.uid() and coalesce(auth.role(), 'service_role') <> 'service_role' then
    raise exception using errcode = 'SVG02', message = 'Cannot read the feed of somebody else';
  end if;
  -- A separate statement, so that the read sees the feed that was just stored.
  if p_cursor is null then
    v_id := ops.make_home(p_user_id);
  end if;
  v_feed := public.read_feed(v_id, p_user_id, p_cursor, p_limit, p_time_zone);
  if v_feed is null or v_feed ? 'creator' then
    raise exception using errcode = 'SVG01', message = 'Cannot continue this feed: it has expired; start again without a cursor';
  end if;
  return v_feed;
end;
$$;
comment on function ops.feed_fusion_home is 'See public.feed_fusion_home.';

create function public.feed_fusion_home(p_user_id uuid default auth.uid(), p_limit integer default 20, p_cursor text default null, p_time_zone text default null)
returns jsonb
language sql volatile security invoker set search_path = ''
return ops.feed_fusion_home(p_user_id, p_limit, p_cursor, p_time_zone);
comment on function public.feed_fusion_home is
  'Returns a page of the caller''s home feed: content of followed creators and categories, trending and new content, fused by reciprocal rank (k = 60), four followed items for each other item. The edge function feed-home returns the same from a cache.';

create function ops.creator_of_slug(p_slug text) returns uuid
language plpgsql stable security invoker set search_path = '' as $$
declare
  v_id constant uuid := (select id from public.users where profile_slug = p_slug and is_public and hidden_at is null);
begin
  if v_id is null then
    raise exception using errcode = 'SVG03', message = 'There is no public creator with this slug',
      detail = jsonb_build_object('resource', 'creator', 'id', p_slug);
  end if;
  return v_id;
end;
$$;
comment on function ops.creator_of_slug is 'Returns the public creator with a slug; SVG03 when there is none.';

-- Security definer: a creator's feed is the same for everybody; the viewer is the caller.
create function ops.feed_fusion_profile(p_slug text, p_limit integer, p_cursor text, p_time_zone text) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_creator_id constant uuid := ops.creator_of_slug(p_slug);
  v_id uuid;
  v_feed jsonb;
begin
  if p_cursor is null then
    v_id := ops.make_profile(v_creator_id);
  end if;
  v_feed := public.read_feed(v_id, auth.uid(), p_cursor, p_limit, p_time_zone);
  if v_feed is null or v_feed #>> '{creator,id}' is distinct from v_creator_id::text then
    raise exception using errcode = 'SVG01', message = 'Cannot continue this feed: it has expired; start again without a cursor';
  end if;
  return v_feed;
end;
$$;
comment on function ops.feed_fusion_profile is 'See public.feed_fusion_profile.';

create function public.feed_fusion_profile(p_slug text, p_limit integer default 20, p_cursor text default null, p_time_zone text default null) returns jsonb
language sql volatile security invoker set search_path = ''
return ops.feed_fusion_profile(p_slug, p_limit, p_cursor, p_time_zone);
comment on function public.feed_fusion_profile is
  'Returns a page of a creator''s feed: pinned, trending, popular and new items, fused by reciprocal rank (k = 60). The edge function feed-profile returns the same from a cache.';

-- ## Functions: cron

create function ops.keep_feed_house(p_now timestamptz default clock_timestamp()) returns integer
language sql volatile security invoker set search_path = '' as $$
  with gone as (
    delete from feed.snapshot
    where id in (select id from feed.snapshot where made_at < p_now - interval '2 hours' order by made_at limit 50000 for update skip locked)
    returning 1
  )
  select count(*)::integer from gone;
$$;
comment on function ops.keep_feed_house is 'For cron. Deletes feeds built more than two hours ago, at most 50,000 per run.';

-- ## Triggers

create trigger preference_count_added after insert on feed.preference
  referencing new table as changed for each statement execute function ops.count_preferences();
create trigger preference_count_removed after delete on feed.preference
  referencing old table as changed for each statement execute function ops.count_preferences();

-- ## Policies

create policy "Only functions use preference" on feed.preference for all to postgres using (true) with check (true);
create policy "Only functions use reader" on feed.reader for all to postgres using (true) with check (true);
create policy "Only functions use audience" on feed.audience for all to postgres using (true) with check (true);
create policy "Only functions use snapshot" on feed.snapshot for all to postgres using (true) with check (true);

-- ## Grants

-- No table is accessible through the API, and neither is the schema.
grant execute on function public.set_feed_preference, ops.set_feed_preference, public.feed_fusion_home, ops.feed_fusion_home,
  public.feed_fusion_profile, ops.feed_fusion_profile to authenticated, service_role;
grant execute on function public.list_follows, public.make_feed, public.read_feed to service_role;
