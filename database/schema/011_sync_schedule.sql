-- Change 011, when and how much is synced: adaptive intervals, the claim of automatic syncs, and a ledger of what the platforms
-- let each app and each account do. Needs modules 000 to 002 and change 010. Who does the syncing is not said here.

do $$
begin
  if to_regclass('public.content_media') is null then
    raise exception 'Cannot apply change 011: change 010 must be applied first';
  end if;
end;
$$;

---------------------------------------------------------------------------------------------------------------------------
-- Tables

alter table public.social_account
  add column min_sync_hours smallint not null default 1,
  add column max_sync_hours smallint not null default 168,
  add constraint social_account_sync_hours_in_bounds check (min_sync_hours >= 1 and max_sync_hours <= 168 and min_sync_hours <= max_sync_hours);
comment on column public.social_account.min_sync_hours is 'Automatic sync looks at the account no more often than this. The same as max_sync_hours: at a fixed pace.';
comment on column public.social_account.max_sync_hours is 'Automatic sync looks at the account no more seldom than this, as far as the plan''s syncs reach.';

alter table ops.sync_pass
  add column claimed integer not null default 0,
  add column claimed_until timestamptz,
  add column failures integer not null default 0,
  add constraint sync_pass_counts_not_negative check (least(claimed, failures) >= 0);
comment on column ops.sync_pass.claimed is 'What the step under way took ahead from the window of the platform that ends at claimed_until.';
comment on column ops.sync_pass.failures is 'Steps that failed in a row: automatic sync waits longer with each.';

create table ops.platform_window (
  id bigint generated always as identity,
  social_account_id uuid,
  platform text not null,
  app text not null,
  began_at timestamptz not null,
  ends_at timestamptz not null,
  used integer not null default 0,
  size integer,
  closed_until timestamptz,
  constraint platform_window_pkey primary key (id),
  -- The account first: this index serves the foreign key too.
  constraint platform_window_key unique nulls not distinct (social_account_id, platform, app),
  constraint platform_window_social_account_id_fkey foreign key (social_account_id) references public.social_account (id)
    on delete cascade,
  constraint platform_window_ends_after_begin check (ends_at > began_at),
  constraint platform_window_counts_not_negative check (least(used, size) >= 0)
) with (fillfactor = 50);
alter table ops.platform_window enable row level security;
comment on table ops.platform_window is
  'The ledger: what each app has used of the quota that a platform gives it, or gives each of its accounts, in the window at hand.';
comment on column ops.platform_window.social_account_id is
  'Null: the window is the whole app''s. Where each account has a window, this one only says whether the platform refuses all of them.';
comment on column ops.platform_window.app is 'The client id: another registration has a quota of its own.';
comment on column ops.platform_window.used is 'Counted ahead when a step begins, put right when it ends. Thousandths where a platform reports percentages.';
comment on column ops.platform_window.size is 'What the platform itself last said. Null: it said nothing in this window, and the adapter''s figure holds.';
comment on column ops.platform_window.closed_until is 'The platform said that nothing is left; it is not asked before this.';

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
comment on table ops.platform_share is 'What one creator has used of an app''s window, so that nobody takes it all while others wait.';

---------------------------------------------------------------------------------------------------------------------------
-- Functions: the ledger

-- A platform's adapter describes its window: {"app": client id, "scope": "app" | "account", "counts": "units" | "calls" | "reports",
-- "size": integer | null, "seconds": integer, "time_zone": text | null (a day there), "ahead": integer, "pause": seconds}.
create function ops.lock_platform_window(p_social_account_id uuid, p_platform text, p_quota jsonb)
returns ops.platform_window
language plpgsql volatile security invoker
set search_path = ''
as $$
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
    -- One that is over, so that the next is reckoned below.
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
  'The window at hand, locked until the transaction ends; the next one when the last is over (the caller writes it).';
revoke execute on function ops.lock_platform_window from public;

create function ops.raise_platform_quota(p_platform text, p_until timestamptz)
returns void
language plpgsql volatile security invoker
set search_path = ''
as $$
begin
  raise exception using errcode = 'SV503',
    message = format('StreamVibe may ask %s again at %s; syncing goes on then',
      coalesce((select display_name from public.platform where slug = p_platform), p_platform),
      to_char(p_until at time zone 'utc', 'YYYY-MM-DD HH24:MI "UTC"')),
    detail = jsonb_build_object('platform', p_platform, 'resets_at', p_until,
      'retry_after', greatest(1, ceil(extract(epoch from p_until - clock_timestamp()))::integer));
end;
$$;
comment on function ops.raise_platform_quota is 'The error of a platform whose quota does not allow a call now.';
revoke execute on function ops.raise_platform_quota from public;

create function ops.claim_platform_quota(p_social_account_id uuid, p_user_id uuid, p_platform text, p_quota jsonb,
  p_is_automatic boolean, out claimed integer, out claimed_until timestamptz)
language plpgsql volatile security invoker
set search_path = ''
as $$
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
    -- Automatic syncs leave a tenth to people who wait for an answer.
    if v_window.used + greatest(claimed, 1) > v_size * (case when p_is_automatic then 0.9 else 1 end) then
      perform ops.raise_platform_quota(p_platform, v_window.ends_at);
    end if;
    if p_quota ->> 'scope' = 'app' then
      select share.used into v_used from ops.platform_share as share
      where share.user_id = p_user_id and share.platform = p_platform and share.app = v_window.app and share.ends_at = v_window.ends_at;
      -- One creator may hold as much as is left for everybody else; of a window that is nearly over nearly all.
      -- Alone one gets half, n greedy ones a part in n + 1 each, and whoever has used nothing gets in while anything is left.
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
  set began_at = v_window.began_at, ends_at = v_window.ends_at, used = v_window.used + claimed, size = v_window.size
  where known.id = v_window.id;
end;
$$;
comment on function ops.claim_platform_quota is
  'Takes from a platform''s window what a step may need, or raises SV503 with the time to come back. Nobody gets in the way of those who have used less.';
revoke execute on function ops.claim_platform_quota from public;

create function ops.settle_platform_quota(p_social_account_id uuid, p_user_id uuid, p_platform text, p_usage jsonb, p_claimed integer,
  p_claimed_until timestamptz)
returns void
language plpgsql volatile security invoker
set search_path = ''
as $$
declare
  v_window ops.platform_window := ops.lock_platform_window(p_social_account_id, p_platform, p_usage);
  v_amount constant integer := case p_usage ->> 'counts'
    when 'units' then coalesce((p_usage ->> 'units')::integer, 0)
    when 'calls' then coalesce((p_usage ->> 'calls')::integer, 0)
    else 0 end;
  -- A claim of a window that is over went with it.
  v_more constant integer := v_amount - case when p_claimed_until = v_window.ends_at then coalesce(p_claimed, 0) else 0 end;
  v_resets_at constant timestamptz := (p_usage ->> 'resets_at')::timestamptz;
  v_refused_until constant timestamptz := (p_usage ->> 'refused_until')::timestamptz;
  v_app_refused_until constant timestamptz := (p_usage ->> 'app_refused_until')::timestamptz;
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
  -- One answer is believed for a while only: clocks differ, and quotas are raised.
  if v_refused_until is not null and v_pause > 0 then
    v_window.closed_until := least(v_refused_until, v_believed_until);
  end if;
  update ops.platform_window
  set began_at = v_window.began_at, ends_at = v_window.ends_at, used = v_window.used, size = v_window.size, closed_until = v_window.closed_until
  where id = v_window.id;

  -- Nothing is left for any account. Last, after the account's own row: many may say so at once, and this is the one row of all.
  if v_app_refused_until is not null and v_pause > 0 then
    insert into ops.platform_window as known (platform, app, began_at, ends_at, closed_until)
    values (p_platform, v_window.app, '-infinity', clock_timestamp(), least(v_app_refused_until, v_believed_until))
    on conflict (social_account_id, platform, app) do update set closed_until = excluded.closed_until;
  end if;
end;
$$;
comment on function ops.settle_platform_quota is
  'Replaces what was taken ahead by what was really used, and the count by what the platform itself says is left.';
revoke execute on function ops.settle_platform_quota from public;

-- Security definer: the ledger is in ops; only the service may call it.
create function public.record_platform_usage(p_user_id uuid, p_platform text, p_usage jsonb, p_social_account_id uuid default null)
returns void
language plpgsql volatile security definer
set search_path = ''
as $$
begin
  if p_usage ->> 'scope' = 'app' or p_social_account_id is not null then
    perform ops.settle_platform_quota(p_social_account_id, p_user_id, p_platform, p_usage, 0, null);
  end if;
end;
$$;
comment on function public.record_platform_usage is 'Enters calls in the ledger that no sync made, such as those that connect an account.';
revoke execute on function public.record_platform_usage from public, anon, authenticated;
grant execute on function public.record_platform_usage to service_role;

-- Security definer: the ledger is in ops; only the service may call it.
create function public.read_platform_quotas()
returns setof jsonb
language sql stable security definer
set search_path = ''
as $$
  select jsonb_build_object('platform', platform, 'app', app, 'windows', count(*), 'used', sum(used) filter (where ends_at > now()),
    'ends_at', min(ends_at) filter (where ends_at > now()), 'closed', count(*) filter (where closed_until > now()))
  from ops.platform_window
  group by platform, app
  order by platform, app;
$$;
comment on function public.read_platform_quotas is 'For operators: how much of each platform''s quota is used, and how many windows the platforms have closed.';
revoke execute on function public.read_platform_quotas from public, anon, authenticated;
grant execute on function public.read_platform_quotas to service_role;

---------------------------------------------------------------------------------------------------------------------------
-- Functions: syncs. The passes of module 002 move behind doors that ask the ledger and settle with it in the same call.

alter function public.begin_sync set schema ops;
alter function ops.begin_sync rename to begin_pass;
alter function public.apply_sync_page set schema ops;
alter function ops.apply_sync_page rename to apply_page;
alter function public.fail_sync set schema ops;
alter function ops.fail_sync rename to fail_pass;
revoke execute on function ops.begin_pass, ops.apply_page, ops.fail_pass from service_role;

-- Security definer: reads tokens, writes ops; only the service may call it.
create function public.begin_sync(p_user_id uuid, p_social_account_id uuid, p_sync_id uuid, p_lease_seconds integer,
  p_platform text default null, p_quota jsonb default null)
returns jsonb
language plpgsql volatile security definer
set search_path = ''
as $$
declare
  v_begun constant jsonb := ops.begin_pass(p_user_id, p_social_account_id, p_sync_id, p_lease_seconds, p_platform);
  v_claim record;
begin
  if nullif(p_quota, 'null') is not null then
    -- Last, so that the app's one row is locked for a moment only. What it refuses undoes the rest: unit, lease and all.
    select * into v_claim
    from ops.claim_platform_quota(p_social_account_id, (v_begun ->> 'user_id')::uuid, v_begun ->> 'platform', p_quota, p_user_id is null);
    update ops.sync_pass set claimed = v_claim.claimed, claimed_until = v_claim.claimed_until
    where social_account_id = p_social_account_id;
  end if;
  return v_begun;
end;
$$;
comment on function public.begin_sync is
  'Starts a pass over an account''s library, or goes on with one, under a lease. A pass costs one unit; the calls that continue it by its id do not, nor does taking up one whose worker died. With the platform''s quota: SV503 when it allows no call now, and nothing is begun or charged.';
revoke execute on function public.begin_sync from public, anon, authenticated;
grant execute on function public.begin_sync to service_role;

create function ops.settle_pass(p_pass ops.sync_pass, p_usage jsonb, p_failures integer)
returns void
language plpgsql volatile security invoker
set search_path = ''
as $$
declare
  v_account record;
begin
  if p_pass.claimed <> 0 or p_pass.failures <> p_failures then
    update ops.sync_pass set claimed = 0, failures = p_failures where social_account_id = p_pass.social_account_id;
  end if;
  if nullif(p_usage, 'null') is not null then
    select account.user_id, platform.slug into v_account
    from public.social_account as account
    join public.platform as platform on platform.id = account.platform_id
    where account.id = p_pass.social_account_id;
    perform ops.settle_platform_quota(p_pass.social_account_id, v_account.user_id, v_account.slug, p_usage, p_pass.claimed, p_pass.claimed_until);
  end if;
end;
$$;
comment on function ops.settle_pass is 'What a step leaves behind when it ends: nothing taken ahead, its usage in the ledger, its failures counted.';
revoke execute on function ops.settle_pass from public;

-- Security definer: writes what no API role may; only the service may call it.
create function public.apply_sync_page(p_sync_id uuid, p_fence bigint, p_page jsonb, p_items json, p_account jsonb default null,
  p_release boolean default true, p_usage jsonb default null)
returns jsonb
language plpgsql volatile security definer
set search_path = ''
as $$
declare
  v_pass ops.sync_pass;
  v_applied jsonb;
begin
  select * into v_pass from ops.sync_pass where sync_id = p_sync_id;
  v_applied := ops.apply_page(p_sync_id, p_fence, p_page, p_items, p_account, p_release);
  perform ops.settle_pass(v_pass, p_usage, 0);
  return v_applied;
end;
$$;
comment on function public.apply_sync_page is
  'Applies one page and moves the checkpoint, in one transaction and under the lease''s fence. At the end of the list items that were not seen are handed out to be asked for; when none is left the pass is done. What the platform charged is settled with the ledger.';
revoke execute on function public.apply_sync_page from public, anon, authenticated;
grant execute on function public.apply_sync_page to service_role;

-- Security definer: writes what no API role may; only the service may call it.
create function public.fail_sync(p_sync_id uuid, p_fence bigint, p_code text, p_message text, p_usage jsonb default null)
returns boolean
language plpgsql volatile security definer
set search_path = ''
as $$
declare
  v_pass ops.sync_pass;
begin
  select * into v_pass from ops.sync_pass where sync_id = p_sync_id;
  if not ops.fail_pass(p_sync_id, p_fence, p_code, p_message) then
    return false;
  end if;
  perform ops.settle_pass(v_pass, p_usage, v_pass.failures + case when p_code = 'provider_quota_exceeded' then 0 else 1 end);
  return true;
end;
$$;
comment on function public.fail_sync is
  'A call failed: its unit goes back, once; the checkpoint stays; the creator reads why; what the platform charged is settled. False: the caller had lost the lease, and nothing was done.';
revoke execute on function public.fail_sync from public, anon, authenticated;
grant execute on function public.fail_sync to service_role;

-- Words go into their indexes through a list, and whoever fills it waits until it is empty again: half a second in the middle of a
-- sync. With room for a large import it is emptied every two minutes by cron (tidy-search-indexes) or by autovacuum instead.
alter index public.content_item_search_idx set (gin_pending_list_limit = 65536);
alter index public.content_item_title_trgm_idx set (gin_pending_list_limit = 65536);

create function ops.tidy_search_indexes()
returns bigint
language sql volatile security invoker
set search_path = ''
as $$
  select gin_clean_pending_list('public.content_item_search_idx') + gin_clean_pending_list('public.content_item_title_trgm_idx');
$$;
comment on function ops.tidy_search_indexes is 'For cron: brings what syncs have added since the last minute into the search indexes. Until then searches read it from a list.';
revoke execute on function ops.tidy_search_indexes from public;

---------------------------------------------------------------------------------------------------------------------------
-- Functions: when an account is worth a look

create function ops.sync_interval(p_published timestamptz[], p_now timestamptz, p_since timestamptz)
returns interval
language plpgsql immutable parallel safe security invoker
set search_path = ''
as $$
declare
  v_count constant integer := cardinality(p_published);
  v_now constant double precision := extract(epoch from p_now) / 3600;
  v_hours double precision[];
  v_rate double precision; -- items an hour
  v_silence double precision; -- hours since the last item
  v_profile double precision[] := array_fill(0::double precision, array[24]); -- how much more than usual comes at this hour, UTC
  v_hour integer;
  v_target double precision;
  v_longest double precision;
  v_due double precision := 0;
  v_step double precision;
  v_at double precision;
begin
  if coalesce(v_count, 0) = 0 then
    -- Nothing is known: four hours, and ever longer while it stays empty.
    return make_interval(secs => least(168, greatest(4, (v_now - extract(epoch from p_since) / 3600) / 12)) * 3600);
  end if;
  v_hours := array(select extract(epoch from published_at)::double precision / 3600 from unnest(p_published) as published_at);
  v_silence := greatest(0, v_now - v_hours[1]);
  -- The part of the history that the silence belongs to counts too, so that a rate falls while nothing comes.
  v_rate := v_count / greatest(1, v_now - v_hours[v_count]);

  -- Creators have hours: each item speaks for its own hour and the ones beside it, as far as there are enough of them.
  for v_item in 1..v_count loop
    v_hour := floor(v_hours[v_item])::bigint % 24;
    v_profile[v_hour + 1] := v_profile[v_hour + 1] + 0.5;
    v_profile[(v_hour + 1) % 24 + 1] := v_profile[(v_hour + 1) % 24 + 1] + 0.25;
    v_profile[(v_hour + 23) % 24 + 1] := v_profile[(v_hour + 23) % 24 + 1] + 0.25;
  end loop;

  -- How much may be waiting when it is looked at. Intervals by the root of the rate would find most items soonest, the same for
  -- all would be fair to each account; this lies between. One item a day: an eighth of an item, that is three hours.
  v_target := power(v_rate * 24, 0.75) / 8;
  v_at := v_now;
  -- Habits change: nobody is left alone for much longer than the rate alone would say.
  v_longest := least(168, 1.5 * v_target / v_rate);
  while v_at - v_now < v_longest loop
    v_step := least(floor(v_at) + 1 - v_at, v_now + v_longest - v_at + 1e-6);
    v_hour := floor(v_at)::bigint % 24;
    v_due := v_due + v_rate * v_step * 24 * (v_profile[v_hour + 1] + 0.25) / (v_count + 6);
    v_at := v_at + v_step;
    exit when v_due >= v_target;
  end loop;
  -- However busy it once was: a week of silence is nothing, two are three hours, a month a day, eight weeks the week.
  return make_interval(secs => least(168, greatest(1, v_at - v_now, power(v_silence / 24, 3) / 1000)) * 3600);
end;
$$;
comment on function ops.sync_interval(timestamptz[], timestamptz, timestamptz) is
  'How long until an account is worth a look, from its latest items (newest first): an hour to seven days, by their rate, their hours of the day and the silence since. docs/sync-schedule.md shows what it is worth.';
revoke execute on function ops.sync_interval(timestamptz[], timestamptz, timestamptz) from public;

create or replace function ops.sync_interval(p_social_account_id uuid)
returns interval
language plpgsql stable security invoker
set search_path = ''
as $$
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
  -- The plan's syncs are spread over the rest of the month, so that the last week is not left without.
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
  'How long until automatic sync looks at an account again: by what it publishes, within its owner''s bounds, and as the plan''s syncs allow.';
revoke execute on function ops.sync_interval(uuid) from public;

-- Security definer: writes what no API role may; only the service may call it.
create function public.claim_auto_syncs(p_limit integer, p_per_creator integer, p_lease_seconds integer)
returns setof jsonb
language sql volatile security definer
set search_path = ''
as $$
  with due as (
    select id, next_sync_at, row_number() over (partition by user_id order by next_sync_at, id) as place
    from (
      select id, user_id, next_sync_at from public.social_account
      where sync_mode = 'auto' and deleted_at is null and next_sync_at <= now()
      order by next_sync_at limit 5000
    ) as oldest
  ), taken as (
    -- Everybody's first before anybody's second.
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
    'due_at', claimed.due_at, 'sync_id', pass.sync_id)
  from claimed
  join public.platform as platform on platform.id = claimed.platform_id
  left join ops.sync_pass as pass on pass.social_account_id = claimed.id
  order by claimed.place, claimed.due_at, claimed.id;
$$;
comment on function public.claim_auto_syncs is
  'Hands out accounts whose automatic sync is due, oldest first, to one worker each. The lease is next_sync_at itself: an account whose worker dies is due again when it is over. sync_id: a pass that is open, to go on with.';
revoke execute on function public.claim_auto_syncs from public, anon, authenticated;
grant execute on function public.claim_auto_syncs to service_role;

-- Security definer: writes what no API role may; only the service may call it.
create function public.postpone_auto_sync(p_social_account_id uuid, p_not_before timestamptz, p_has_failed boolean default false,
  p_message text default null)
returns timestamptz
language sql volatile security definer
set search_path = ''
as $$
  update public.social_account as account
  set last_error = coalesce(left(p_message, 500), account.last_error),
    -- A quarter of an hour, doubled with each failure up to the account's longest interval, spread so that accounts do not come back together.
    next_sync_at = greatest(p_not_before, case when p_has_failed then
      now() + least(make_interval(hours => account.max_sync_hours), interval '15 minutes' * 2 ^ least(10, greatest(0, coalesce(pass.failures, 1) - 1)))
        * (0.75 + random() * 0.25) end)
  from (select p_social_account_id as id) as given
  left join ops.sync_pass as pass on pass.social_account_id = given.id
  where account.id = given.id and account.sync_mode = 'auto' and account.deleted_at is null and account.status = 'active'
  returning account.next_sync_at;
$$;
comment on function public.postpone_auto_sync is
  'Puts a claimed account back in line: not before a time, and after failures later each time. The message tells its creator why.';
revoke execute on function public.postpone_auto_sync from public, anon, authenticated;
grant execute on function public.postpone_auto_sync to service_role;

create function ops.has_due_auto_syncs()
returns boolean
language sql stable security invoker
set search_path = ''
as $$
  select exists (select from public.social_account where sync_mode = 'auto' and deleted_at is null and next_sync_at <= now());
$$;
comment on function ops.has_due_auto_syncs is 'For cron: whether it is worth calling process-auto-sync.';
revoke execute on function ops.has_due_auto_syncs from public;

---------------------------------------------------------------------------------------------------------------------------
-- Triggers

create function ops.reschedule_social_account()
returns trigger
language plpgsql volatile security invoker
set search_path = ''
as $$
begin
  -- From the last look on, as if the new bounds had held then.
  new.next_sync_at := least(greatest(new.next_sync_at, new.last_synced_at + make_interval(hours => new.min_sync_hours)),
    coalesce(new.last_synced_at, now()) + make_interval(hours => new.max_sync_hours));
  return new;
end;
$$;
comment on function ops.reschedule_social_account is 'Trigger: new bounds hold at once, not only after the next sync.';
revoke execute on function ops.reschedule_social_account from public;

-- Named to run before social_account_schedule, which has the last word on who is scheduled.
create trigger social_account_reschedule before update of min_sync_hours, max_sync_hours on public.social_account
  for each row when (old.next_sync_at is not null
    and (old.min_sync_hours, old.max_sync_hours) is distinct from (new.min_sync_hours, new.max_sync_hours))
  execute function ops.reschedule_social_account();

-- Security definer: whoever changes a plan need not be allowed to change accounts.
create function ops.wake_accounts_of_plan()
returns trigger
language plpgsql volatile security definer
set search_path = ''
as $$
begin
  update public.social_account as account
  set next_sync_at = least(account.next_sync_at, greatest(now(), coalesce(account.last_synced_at, now()) + ops.sync_interval(account.id)))
  where account.user_id = new.user_id and account.sync_mode = 'auto' and account.next_sync_at > now();
  return null;
end;
$$;
comment on function ops.wake_accounts_of_plan is 'Trigger: on another plan accounts no longer wait for the month''s end.';
revoke execute on function ops.wake_accounts_of_plan from public;

create trigger subscription_wake_accounts after update of tier_id on public.subscription
  for each row when (old.tier_id <> new.tier_id) execute function ops.wake_accounts_of_plan();

---------------------------------------------------------------------------------------------------------------------------
-- Policies and grants

create policy "Only functions keep the ledger" on ops.platform_window for all to postgres using (true) with check (true);
create policy "Only functions keep shares" on ops.platform_share for all to postgres using (true) with check (true);

grant update (min_sync_hours, max_sync_hours) on public.social_account to authenticated;
