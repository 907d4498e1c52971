-- Module 009, telemetry: what people use, and how fast and how well every function answers.
-- Needs module 000. No personal text: names of events and of their properties are codes, values are numbers, yes or no, or codes.
--
-- Rows are kept for thirty days; they stand in partitions of a month, which appear and go by themselves. What is looked at for longer is
-- kept by the hour, in forms that add up: calls as histograms with fixed buckets, events as counts. So a week of calls is read without a
-- single raw row, and a week of events with those of the last hours alone.
--
--   Tables
--   Functions: writing
--   Functions: reading
--   Functions: cron
--   Policies
--   Grants

-- As the role that applied module 000, whose default privileges keep functions closed.
do $$
begin
  if not exists (select from pg_class where oid = to_regclass('public.users') and relowner = current_user::regrole) then
    raise exception 'Cannot apply module 009: module 000 must be applied first, by the same role';
  end if;
end;
$$;

create schema telemetry;
comment on schema telemetry is 'Usage and observations. People read their own events; only functions write.';

-- ## Tables

create function ops.are_plain_properties(p_properties jsonb) returns boolean
language sql immutable security invoker set search_path = '' as $$
  select jsonb_typeof(p_properties) = 'object' and pg_column_size(p_properties) <= 2048 and not exists (
    select from jsonb_each(case jsonb_typeof(p_properties) when 'object' then p_properties else '{}' end) as property (name, value)
    where property.name !~ '^[a-z][a-z0-9_]{0,39}$'
      or jsonb_typeof(property.value) not in ('number', 'boolean', 'null', 'string')
      or jsonb_typeof(property.value) = 'string' and property.value #>> '{}' !~ '^[A-Za-z0-9_.:/-]{0,64}$');
$$;
comment on function ops.are_plain_properties is
  'Whether properties of an event are what may be kept: flat, with names that are codes, and numbers, yes or no, or codes without blanks or @ as values. So nobody''s words or addresses get in.';

create table telemetry.usage_events (
  id bigint generated always as identity,
  user_id uuid,
  session_id uuid,
  event text not null,
  properties jsonb not null default '{}',
  occurred_at timestamptz not null default now(),
  constraint usage_events_pkey primary key (id, occurred_at),
  constraint usage_events_user_id_fkey foreign key (user_id) references public.users (id) on delete cascade,
  constraint usage_events_event_shape check (event ~ '^[a-z][a-z0-9_.]{0,59}$'),
  constraint usage_events_properties_are_plain check (ops.are_plain_properties(properties))
) partition by range (occurred_at);
alter table telemetry.usage_events enable row level security;
comment on table telemetry.usage_events is 'What was done in an app: codes and numbers. Kept for thirty days. Partitions are months.';
comment on column telemetry.usage_events.user_id is 'Null for visitors, and for what an app sends as it is closed.';
comment on column telemetry.usage_events.session_id is 'Made up by the app while it is open, and kept nowhere: what was done in one go.';
-- Serves the policy, exports and the foreign key.
create index usage_events_user_id_idx on telemetry.usage_events (user_id, occurred_at);
-- Serves count_usage(), get_usage_stats() for hours that it has not counted, and the retention.
create index usage_events_occurred_at_idx on telemetry.usage_events (occurred_at);

create table telemetry.usage_hourly (
  hour timestamptz not null,
  event text not null,
  count bigint not null,
  people bigint not null,
  sessions bigint not null,
  constraint usage_hourly_pkey primary key (hour, event),
  constraint usage_hourly_hour_is_whole check (extract(minute from hour) = 0 and extract(second from hour) = 0)
);
alter table telemetry.usage_hourly enable row level security;
comment on table telemetry.usage_hourly is 'Events by hour, counted once no more of that hour can come. Says nothing of anybody, and stays when an account goes. Kept for thirteen months.';
comment on column telemetry.usage_hourly.people is 'Whose first of this event on this day (UTC) it was: over the hours of a day they add up to its people. So do sessions.';

create table telemetry.usage_seen (
  day date not null,
  mark uuid not null,
  constraint usage_seen_pkey primary key (day, mark)
);
alter table telemetry.usage_seen enable row level security;
comment on table telemetry.usage_seen is 'Who has been counted on the day (UTC) that is being counted, as sums of event, kind and id: no ids. Kept for that day.';

create table telemetry.rpc_observations (
  id bigint generated always as identity,
  function text not null,
  user_id uuid,
  status smallint not null,
  duration_ms double precision not null,
  db_ms double precision,
  cache text,
  observed_at timestamptz not null default now(),
  constraint rpc_observations_pkey primary key (id, observed_at),
  constraint rpc_observations_user_id_fkey foreign key (user_id) references public.users (id) on delete cascade,
  constraint rpc_observations_function_shape check (function ~ '^[a-z][a-z0-9_-]{0,79}$'),
  constraint rpc_observations_cache_known check (cache in ('nearby', 'store', 'stale', 'computed', 'failed'))
) partition by range (observed_at);
alter table telemetry.rpc_observations enable row level security;
comment on table telemetry.rpc_observations is 'A sample of calls of functions: who, what, how long, and where the answer came from. Kept for thirty days. Partitions are months.';
comment on column telemetry.rpc_observations.cache is 'nearby, store, stale: from the cache; computed: made for this call; failed: an old answer, because a newer could not be had. Null: not cached at all.';
-- Serves the foreign key, and what one person met.
create index rpc_observations_user_id_idx on telemetry.rpc_observations (user_id, observed_at);
-- Serves list_slow_calls(), and the retention.
create index rpc_observations_observed_at_idx on telemetry.rpc_observations (observed_at);

create table telemetry.rpc_hourly (
  hour timestamptz not null,
  function text not null,
  cache text not null,
  count bigint not null,
  errors bigint not null,
  ms_sum double precision not null,
  buckets bigint[] not null,
  constraint rpc_hourly_pkey primary key (hour, function, cache),
  constraint rpc_hourly_hour_is_whole check (extract(minute from hour) = 0 and extract(second from hour) = 0),
  constraint rpc_hourly_buckets_are_whole check (cardinality(buckets) = 26)
) with (fillfactor = 50);
alter table telemetry.rpc_hourly enable row level security;
comment on table telemetry.rpc_hourly is 'All calls by hour, function and where the answer came from (empty: not cached), as histograms that add up. Kept for thirteen months.';
comment on column telemetry.rpc_hourly.errors is 'Answers of 500 and above.';
comment on column telemetry.rpc_hourly.buckets is 'How many took at most each of ops.latency_bounds(), and no less than the one before; the last: longer than all.';

create function ops.latency_bounds() returns double precision[]
language sql immutable parallel safe security invoker set search_path = '' as $$
  select '{1,2,3,5,8,12,18,25,35,50,70,100,140,200,280,400,560,800,1100,1600,2500,4000,7000,12000,30000}'::double precision[];
$$;
comment on function ops.latency_bounds is 'Upper bounds of the histograms in milliseconds; the functions'' kernel has the same (observations.ts). Steps of about 1.4, so that a percentile is right to a few percent.';

create function ops.latency_percentile(p_buckets bigint[], p_share double precision) returns double precision
language sql immutable parallel safe security invoker set search_path = '' as $$
  with bucket as (
    select place, count, sum(count) over (order by place) as upto, sum(count) over () as total
    from unnest(p_buckets) with ordinality as bucket (count, place)
  )
  -- Straight between the bounds of the bucket in which the share is reached; of the last, its lower bound.
  select round((low + (coalesce(high, low) - low) * greatest(p_share * total - (upto - count), 0) / count)::numeric, 1)::double precision
  from (
    select bucket.*, coalesce((ops.latency_bounds())[place - 1], 0) as low, (ops.latency_bounds())[place] as high
    from bucket where count > 0 and upto >= p_share * total order by place limit 1
  ) as hit;
$$;
comment on function ops.latency_percentile is 'A percentile (p_share 0 to 1) of a histogram, in milliseconds; null of an empty one.';

create function ops.add_buckets(p_one bigint[], p_other bigint[]) returns bigint[]
language sql immutable parallel safe security invoker set search_path = '' as $$
  select array_agg(coalesce(one, 0) + coalesce(other, 0) order by place) from unnest(p_one, p_other) with ordinality as pair (one, other, place);
$$;
comment on function ops.add_buckets is 'Two histograms as one.';

create function ops.sum_buckets(p_many jsonb) returns bigint[]
language sql immutable parallel safe security invoker set search_path = '' as $$
  select array_agg(total order by place)
  from (
    select bucket.place, sum(bucket.count::bigint)::bigint as total
    from jsonb_array_elements(p_many) as one (buckets)
    cross join lateral jsonb_array_elements_text(one.buckets) with ordinality as bucket (count, place)
    group by bucket.place
  ) as added;
$$;
comment on function ops.sum_buckets is 'Histograms as one: a list of them, as jsonb_agg() gives it.';

-- ## Functions: writing

-- Security definer: people may not write the table.
create function ops.log_usage_events(p_user_id uuid, p_session_id uuid, p_events jsonb) returns integer
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_logged integer;
begin
  if jsonb_typeof(p_events) is distinct from 'array' or jsonb_array_length(p_events) > 200 then
    raise exception using errcode = 'SVG01', message = 'Cannot log: events are a list of at most 200';
  end if;
  insert into telemetry.usage_events (user_id, session_id, event, properties, occurred_at)
  select (select id from public.users where id = p_user_id), p_session_id, event.value ->> 'event', coalesce(event.value -> 'properties', '{}'),
    -- An app's clock may be wrong, and a batch is a while on its way: an hour back at most, and never in the future.
    least(now(), greatest(now() - interval '1 hour', coalesce(now() - make_interval(secs => least((event.value ->> 'ago_ms')::double precision, 1e9) / 1000), now())))
  from jsonb_array_elements(p_events) as event (value);
  get diagnostics v_logged = row_count;
  return v_logged;
exception when check_violation or not_null_violation or invalid_text_representation or numeric_value_out_of_range then
  raise exception using errcode = 'SVG01',
    message = 'Cannot log: an event is a code such as feed.opened, and its properties are numbers, yes or no, or codes without blanks';
end;
$$;
comment on function ops.log_usage_events is 'Keeps a batch of events: all or none.';

create function ops.log_usage_event(p_event text, p_properties jsonb, p_session_id uuid) returns integer
language sql volatile security definer set search_path = '' as $$
  select ops.log_usage_events(auth.uid(), p_session_id, jsonb_build_array(jsonb_build_object('event', p_event, 'properties', p_properties)));
$$;
comment on function ops.log_usage_event is 'See public.log_usage_event_v2. Whose event it is says the token alone.';

create function public.log_usage_event_v2(p_event text, p_properties jsonb default '{}', p_session_id uuid default null) returns integer
language sql volatile security invoker set search_path = ''
begin atomic
  select ops.log_usage_event(p_event, p_properties, p_session_id);
end;
comment on function public.log_usage_event_v2 is 'Keeps one event of the signed-in person: a code, and properties that are numbers, yes or no, or codes. Many at once: the edge function log-usage.';

-- Security definer, like the next: the service alone calls them.
create function public.log_usage(p_user_id uuid, p_session_id uuid, p_events jsonb) returns integer
language sql volatile security definer set search_path = '' as $$
  select ops.log_usage_events(p_user_id, p_session_id, p_events);
$$;
comment on function public.log_usage is 'Keeps a batch of events of a person, or of a visitor (null): how many.';

create function public.record_observations(p_histograms jsonb, p_observations jsonb default '[]') returns void
language sql volatile security definer set search_path = '' as $$
  insert into telemetry.rpc_hourly as hourly (hour, function, cache, count, errors, ms_sum, buckets)
  select date_trunc('hour', now() at time zone 'utc') at time zone 'utc', one.function, coalesce(one.cache, ''), sum(one.count), sum(one.errors),
    sum(one.ms_sum), ops.sum_buckets(jsonb_agg(one.buckets))
  from jsonb_to_recordset(p_histograms) as one (function text, cache text, count bigint, errors bigint, ms_sum double precision, buckets bigint[])
  group by one.function, coalesce(one.cache, '')
  -- In one order, so that two isolates do not wait crosswise.
  order by 2, 3
  on conflict (hour, function, cache) do update
  set count = hourly.count + excluded.count, errors = hourly.errors + excluded.errors, ms_sum = hourly.ms_sum + excluded.ms_sum,
    buckets = ops.add_buckets(hourly.buckets, excluded.buckets);

  insert into telemetry.rpc_observations (function, user_id, status, duration_ms, db_ms, cache, observed_at)
  select one.function, person.id, one.status, one.duration_ms, one.db_ms, one.cache, least(one.observed_at, now())
  from jsonb_to_recordset(p_observations)
    as one (function text, user_id uuid, status smallint, duration_ms double precision, db_ms double precision, cache text, observed_at timestamptz)
  left join public.users as person on person.id = one.user_id
  where one.observed_at > now() - interval '1 hour';
$$;
comment on function public.record_observations is
  'Adds what an isolate has gathered: [{function, cache, count, errors, ms_sum, buckets}] of all calls, and a sample of them [{function, user_id, status, duration_ms, db_ms, cache, observed_at}].';

-- ## Functions: reading

-- Security definer: checks the role.
create function ops.get_rpc_stats(p_since timestamptz, p_until timestamptz, p_function text, p_by text) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
begin
  perform ops.require_role('admin');
  if p_by is null or p_by not in ('function', 'hour', 'function,hour') then
    raise exception using errcode = 'SVG01', message = format('Cannot group by %L: function, hour or function,hour', p_by);
  end if;
  return (
    select coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('function', line.function, 'hour', line.hour)) || jsonb_build_object(
        'count', line.count, 'errors', line.errors, 'error_rate', round(line.errors::numeric / line.count, 5),
        'cached', line.cached, 'hits', line.hits, 'hit_rate', round(line.hits::numeric / nullif(line.cached, 0), 4),
        'mean_ms', round((line.ms_sum / line.count)::numeric, 1),
        'p50_ms', ops.latency_percentile(line.buckets, 0.5), 'p95_ms', ops.latency_percentile(line.buckets, 0.95),
        'p99_ms', ops.latency_percentile(line.buckets, 0.99)) order by line.hour, line.count desc, line.function), '[]')
    from (
      select case when p_by like '%function%' then hourly.function end as function, case when p_by like '%hour%' then hourly.hour end as hour,
        sum(hourly.count) as count, sum(hourly.errors) as errors, sum(hourly.ms_sum) as ms_sum,
        coalesce(sum(hourly.count) filter (where hourly.cache <> ''), 0) as cached,
        coalesce(sum(hourly.count) filter (where hourly.cache in ('nearby', 'store', 'stale')), 0) as hits,
        ops.sum_buckets(jsonb_agg(hourly.buckets)) as buckets
      from telemetry.rpc_hourly as hourly
      where hourly.hour >= date_trunc('hour', p_since at time zone 'utc') at time zone 'utc' and hourly.hour < p_until
        and (p_function is null or hourly.function = p_function)
      group by 1, 2
    ) as line);
end;
$$;
comment on function ops.get_rpc_stats is 'See public.get_rpc_stats.';

create function public.get_rpc_stats(p_since timestamptz default now() - interval '1 day', p_until timestamptz default now(),
  p_function text default null, p_by text default 'function') returns jsonb
language sql stable security invoker set search_path = ''
begin atomic
  select ops.get_rpc_stats(p_since, p_until, p_function, p_by);
end;
comment on function public.get_rpc_stats is
  'For admins: calls by function, by hour (p_by) or both: [{function, hour, count, errors, error_rate, cached, hits, hit_rate, mean_ms, p50_ms, p95_ms, p99_ms}], from histograms that add up; whole hours.';

create function ops.get_usage_stats(p_since timestamptz, p_until timestamptz) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  v_since timestamptz := date_trunc('day', p_since, 'utc');
  v_until timestamptz := date_trunc('hour', p_until + interval '1 hour' - interval '1 microsecond', 'utc');
  v_open timestamptz := coalesce((select max(hour) + interval '1 hour' from telemetry.usage_hourly), '-infinity');
begin
  perform ops.require_role('admin');
  return (
    with raw as (
      select (occurred_at at time zone 'utc')::date as day, event, user_id, session_id
      from telemetry.usage_events where occurred_at >= greatest(v_since, v_open) and occurred_at < v_until
    ), fresh as (
      select day, event, count(*) filter (where not is_session) as people, count(*) filter (where is_session) as sessions
      from (
        select distinct day, event, is_session, id from raw cross join lateral (values (false, user_id), (true, session_id)) as one (is_session, id)
        where id is not null
      ) as one
      where not exists (select from telemetry.usage_seen as seen where seen.day = one.day and seen.mark = md5(event || is_session || id)::uuid)
      group by 1, 2
    ), line as (
      select day, event, sum(count)::bigint as count, sum(people)::bigint as people, sum(sessions)::bigint as sessions
      from (
        select (hour at time zone 'utc')::date as day, event, count, people, sessions from telemetry.usage_hourly
        where hour >= v_since and hour < v_until
        union all select day, event, count(*), 0, 0 from raw group by 1, 2
        union all select day, event, 0, people, sessions from fresh
      ) as part
      group by 1, 2 order by 1 desc, 3 desc, 2 limit 1000
    )
    select coalesce(jsonb_agg(to_jsonb(line) order by day desc, count desc, event), '[]') from line);
end;
$$;
comment on function ops.get_usage_stats is 'See public.get_usage_stats.';

create function public.get_usage_stats(p_since timestamptz default now() - interval '7 days', p_until timestamptz default now()) returns jsonb
language sql stable security invoker set search_path = ''
begin atomic
  select ops.get_usage_stats(p_since, p_until);
end;
comment on function public.get_usage_stats is 'For admins: events by day (UTC): [{day, event, count, people, sessions}], the latest day first, at most 1,000. From the beginning of the first day; whole hours.';

create function ops.list_slow_calls(p_since timestamptz, p_function text, p_limit integer) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
begin
  perform ops.require_role('admin');
  return (
    select coalesce(jsonb_agg(to_jsonb(call) order by call.duration_ms desc), '[]')
    from (
      select function, user_id, status, duration_ms, db_ms, cache, observed_at from telemetry.rpc_observations
      where observed_at >= p_since and (p_function is null or function = p_function)
      order by duration_ms desc limit least(greatest(p_limit, 1), 200)
    ) as call);
end;
$$;
comment on function ops.list_slow_calls is 'See public.list_slow_calls.';

create function public.list_slow_calls(p_since timestamptz default now() - interval '1 hour', p_function text default null, p_limit integer default 50)
returns jsonb
language sql stable security invoker set search_path = ''
begin atomic
  select ops.list_slow_calls(p_since, p_function, p_limit);
end;
comment on function public.list_slow_calls is 'For admins: the slowest of the sampled calls: [{function, user_id, status, duration_ms, db_ms, cache, observed_at}].';

-- Security definer: the service alone calls it.
create function public.read_cache_metrics() returns jsonb
language sql stable security definer set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object('function', function, 'cache', cache, 'count', count) order by function, cache), '[]')
  from (
    select function, cache, sum(count) as count from telemetry.rpc_hourly where cache <> '' and hour > now() - interval '1 day' group by 1, 2
  ) as line;
$$;
comment on function public.read_cache_metrics is 'Where cached answers of the last day came from: [{function, cache, count}].';

-- ## Functions: cron

-- Only keep_telemetry() calls it, one at a time.
create function ops.count_usage(p_now timestamptz) returns void
language plpgsql volatile security invoker set search_path = '' as $$
declare
  -- Events come up to an hour late (log_usage_events), and what writes them now may take some minutes to end.
  v_final timestamptz := p_now - interval '65 minutes';
  v_open timestamptz := coalesce((select max(hour) + interval '1 hour' from telemetry.usage_hourly), '-infinity');
  v_hour timestamptz;
begin
  loop
    select date_trunc('hour', min(occurred_at), 'utc') into v_hour from telemetry.usage_events where occurred_at >= v_open;
    exit when v_hour is null or v_hour + interval '1 hour' > v_final;
    v_open := v_hour + interval '1 hour';
    with hour as materialized (
      select event, user_id, session_id from telemetry.usage_events where occurred_at >= v_hour and occurred_at < v_open
    ), fresh as materialized (
      select event, is_session, md5(event || is_session || id)::uuid as mark
      from (
        select distinct event, is_session, id from hour cross join lateral (values (false, user_id), (true, session_id)) as one (is_session, id)
        where id is not null
      ) as one
    ), kept as (
      insert into telemetry.usage_seen (day, mark) select (v_hour at time zone 'utc')::date, mark from fresh on conflict do nothing returning mark
    ), first as (
      select event, count(*) filter (where not is_session) as people, count(*) filter (where is_session) as sessions
      from fresh join kept using (mark) group by 1
    )
    insert into telemetry.usage_hourly (hour, event, count, people, sessions)
    select v_hour, event, counted.count, coalesce(first.people, 0), coalesce(first.sessions, 0)
    from (select event, count(*) as count from hour group by 1) as counted left join first using (event);
  end loop;
  delete from telemetry.usage_seen where day < (v_final at time zone 'utc')::date;
end;
$$;
comment on function ops.count_usage is 'Counts every hour of which no more events can come, each once.';

create function ops.keep_telemetry(p_now timestamptz default now()) returns integer
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_table text;
  v_month timestamp;
  v_name text;
  v_changed integer := 0;
begin
  -- One at a time: two that make the same partition would make one of them fail.
  perform pg_advisory_xact_lock(hashtextextended('ops.keep_telemetry', 0));
  -- Before anything goes.
  perform ops.count_usage(p_now);
  foreach v_table in array '{usage_events,rpc_observations}'::text[] loop
    for v_month in
      select date_trunc('month', p_now at time zone 'utc') + make_interval(months => ahead) from generate_series(0, 2) as ahead
    loop
      v_name := v_table || '_' || to_char(v_month, 'YYYY_MM');
      if to_regclass('telemetry.' || v_name) is null then
        -- Dynamic SQL: the names are months.
        execute format('create table telemetry.%I partition of telemetry.%I for values from (%L) to (%L)', v_name, v_table,
          v_month at time zone 'utc', (v_month + interval '1 month') at time zone 'utc');
        execute format('alter table telemetry.%I enable row level security', v_name);
        execute format('create policy "Only functions use partitions" on telemetry.%I for all to postgres using (true) with check (true)', v_name);
        execute format('comment on table telemetry.%I is %L', v_name, 'A month of telemetry.' || v_table || '.');
        v_changed := v_changed + 1;
      end if;
    end loop;
    for v_name in
      select class.relname from pg_inherits as part join pg_class as class on class.oid = part.inhrelid
      where part.inhparent = to_regclass('telemetry.' || v_table)
        and to_date(right(class.relname, 7), 'YYYY_MM') + interval '1 month' <= (p_now - interval '30 days') at time zone 'utc'
    loop
      execute format('drop table telemetry.%I', v_name);
      v_changed := v_changed + 1;
    end loop;
  end loop;
  -- Thirty days are thirty days, also in the month that has not gone yet; a portion each time.
  delete from telemetry.usage_events where (id, occurred_at) in (
    select id, occurred_at from telemetry.usage_events where occurred_at < p_now - interval '30 days' order by occurred_at limit 100000);
  delete from telemetry.rpc_observations where (id, observed_at) in (
    select id, observed_at from telemetry.rpc_observations where observed_at < p_now - interval '30 days' order by observed_at limit 100000);
  delete from telemetry.rpc_hourly where hour < p_now - interval '13 months';
  delete from telemetry.usage_hourly where hour < p_now - interval '13 months';
  return v_changed;
end;
$$;
comment on function ops.keep_telemetry is
  'Counts events by hour, makes the partitions of this month and the next two, drops those of which nothing is younger than thirty days, deletes what is older in the others. By cron: how many partitions came or went.';

-- ## Policies

create policy "People read their own usage" on telemetry.usage_events for select to authenticated using (user_id = (select auth.uid()));
create policy "Only functions use usage_hourly" on telemetry.usage_hourly for all to postgres using (true) with check (true);
create policy "Only functions use usage_seen" on telemetry.usage_seen for all to postgres using (true) with check (true);
create policy "Only functions use rpc_observations" on telemetry.rpc_observations for all to postgres using (true) with check (true);
create policy "Only functions use rpc_hourly" on telemetry.rpc_hourly for all to postgres using (true) with check (true);

-- ## Grants

grant usage on schema telemetry to authenticated;
grant select on telemetry.usage_events to authenticated;
-- No insert: log_usage_event_v2() and log-usage keep what may be kept.
grant execute on function public.log_usage_event_v2, ops.log_usage_event to authenticated;
grant execute on function public.get_rpc_stats, ops.get_rpc_stats, public.get_usage_stats, ops.get_usage_stats, public.list_slow_calls,
  ops.list_slow_calls to authenticated, service_role;
grant execute on function public.log_usage, public.record_observations, public.read_cache_metrics to service_role;

select ops.keep_telemetry();
