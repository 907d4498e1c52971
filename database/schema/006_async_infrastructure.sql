-- Module 006, async infrastructure: the job queue, its logs, and the cache of a payment provider's data.
-- It needs module 000 only. It knows of platforms just enough to tell which one an account is on, when module 001 is there.
--
-- A job is two rows. public.job_queue is what people and Realtime see, and keeps history: none of its indexes mentions a column that
-- changes, so that every step of a job is a HOT update. ops.job_ready and ops.job_waiting are what workers compete for: narrow, and
-- deleted when the job ends, so that a million finished jobs cost a worker nothing. Who holds the ticket decides; every function
-- locks the ticket first and the job second.

---------------------------------------------------------------------------------------------------------------------------
-- Types

create type public.job_status_enum as enum ('pending', 'processing', 'completed', 'failed', 'cancelled', 'expired');
comment on type public.job_status_enum is
  'pending → processing → completed, failed, cancelled or expired. Back to pending only for another attempt.';

---------------------------------------------------------------------------------------------------------------------------
-- What kinds of work there are

create table public.job_type (
  slug text not null,
  display_name text not null,
  description text not null default '',
  is_for_creators boolean not null,
  max_attempts smallint not null,
  backoff_base_seconds integer not null,
  backoff_cap_seconds integer not null,
  timeout_seconds integer not null,
  dedupe_seconds integer not null,
  cache_seconds integer not null,
  expire_seconds integer not null,
  keep_days integer not null,
  sort_order smallint not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint job_type_pkey primary key (slug),
  constraint job_type_times_positive check (
    least(max_attempts, backoff_base_seconds, timeout_seconds, expire_seconds, keep_days) > 0 and least(dedupe_seconds, cache_seconds) >= 0
    and backoff_cap_seconds >= backoff_base_seconds)
);
alter table public.job_type enable row level security;
comment on table public.job_type is 'The five categories of work and how each is retried, limited in time, deduplicated and kept.';
comment on column public.job_type.is_for_creators is 'Whether a creator may ask for it; otherwise only the service.';
comment on column public.job_type.backoff_base_seconds is 'Upper bound of the random wait before the second attempt; it doubles with each further one.';
comment on column public.job_type.backoff_cap_seconds is 'The bound stops growing here.';
comment on column public.job_type.timeout_seconds is 'A run that takes longer loses its lease, however alive its worker is.';
comment on column public.job_type.dedupe_seconds is 'For so long after a job was made, the same one again gives that job.';
comment on column public.job_type.cache_seconds is 'For so long after a job ended, find_or_create_job() and get_cached_job_result() give its result.';
comment on column public.job_type.expire_seconds is 'A job that nobody has begun for so long after it was due is given up.';
comment on column public.job_type.keep_days is 'How long ended jobs are kept.';

create table ops.job_handler (
  name text not null,
  job_type text not null,
  platform text,
  is_default boolean not null default false,
  max_concurrency integer,
  paused_at timestamptz,
  constraint job_handler_pkey primary key (name),
  constraint job_handler_job_type_fkey foreign key (job_type) references public.job_type (slug),
  constraint job_handler_name_shape check (name ~ '^[a-z][a-z0-9_]{1,59}$'),
  constraint job_handler_concurrency_positive check (max_concurrency > 0)
);
alter table ops.job_handler enable row level security;
comment on table ops.job_handler is 'What workers can do. A job is made by the name of a handler, or by its category, which names one.';
comment on column ops.job_handler.platform is 'The platform whose accounts it works on.';
comment on column ops.job_handler.is_default is 'The handler of jobs that are made by their category.';
comment on column ops.job_handler.max_concurrency is 'How many may run at once, over all workers. Null: as many as there are workers. Tickets keep whether there was a limit.';
comment on column ops.job_handler.paused_at is 'While set, its jobs wait. See pause_job_type().';

-- Serves the foreign key and the look-up of a category's handlers.
create index job_handler_job_type_idx on ops.job_handler (job_type);

---------------------------------------------------------------------------------------------------------------------------
-- Jobs

create function ops.job_ids_before(p_time timestamptz)
returns uuid
language sql immutable parallel safe security invoker
set search_path = ''
as $$
  select (lpad(to_hex((extract(epoch from p_time) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid;
$$;
comment on function ops.job_ids_before is 'Below it are the ids that were made before this time.';
revoke execute on function ops.job_ids_before from public;

create table public.job_queue (
  -- The time and then chance: new rows stay together in the index, and old ones are found without an index on time. No function of
  -- its own, for the call would take as long as the rest.
  id uuid not null default encode(overlay(uuid_send(gen_random_uuid())
    placing substring(int8send((date_part('epoch', clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6), 'hex')::uuid,
  user_id uuid,
  job_type text not null,
  handler text not null,
  params jsonb not null default '{}',
  dedupe_hash bigint not null,
  priority smallint not null default 5,
  status public.job_status_enum not null default 'pending',
  attempts smallint not null default 0,
  max_attempts smallint not null,
  progress_percent smallint not null default 0,
  progress_message text,
  checkpoint jsonb,
  result jsonb,
  error_code text,
  error_message text,
  worker_id text,
  request_id text,
  run_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz,
  constraint job_queue_pkey primary key (id),
  constraint job_queue_user_id_fkey foreign key (user_id) references public.users (id) on delete cascade
)
-- Room for the three versions of a job's life on its own page, also when batches claim all jobs of that page at once and an older
-- transaction still sees the first: with 60 a quarter of the updates had to go elsewhere, and into all indexes.
with (fillfactor = 29);
alter table public.job_queue enable row level security;
-- No foreign key to job_type: every insert would lock the same five rows. Only functions write here, and they look the type up.
comment on table public.job_queue is 'Every job, and for a while every job that has ended. Its owner watches it live. Only functions write it.';
comment on column public.job_queue.user_id is 'Whose job it is. Null: the service''s own.';
comment on column public.job_queue.job_type is 'The category, see job_type.';
comment on column public.job_queue.handler is 'What does it, such as sync_youtube.';
comment on column public.job_queue.params is 'Input of the handler. Its owner can read it, so it never holds a secret.';
comment on column public.job_queue.dedupe_hash is 'Hash of user, handler and params; equal hashes are compared in full.';
comment on column public.job_queue.priority is '1 to 10; higher is sooner.';
comment on column public.job_queue.attempts is 'Runs that were begun. A run that was handed back in good order does not count.';
comment on column public.job_queue.checkpoint is 'Where the next run goes on; the handler''s own.';
comment on column public.job_queue.error_message is 'Why the last run failed, in words for the owner. It stays when a later run succeeds.';
comment on column public.job_queue.request_id is 'The request that asked for it.';
comment on column public.job_queue.run_at is 'Not before.';
comment on column public.job_queue.started_at is 'When the latest run began.';

-- Serves create_job() and get_cached_job_result(): the same job, newest first.
create index job_queue_dedupe_idx on public.job_queue (dedupe_hash, created_at desc);
-- Serves get_user_jobs(), get_job_queue_stats() of one person, and the foreign key.
create index job_queue_user_id_idx on public.job_queue (user_id, created_at desc);

create table public.job_log (
  id bigint generated always as identity,
  job_id uuid not null,
  user_id uuid,
  level text not null,
  message text not null,
  details jsonb not null default '{}',
  attempt smallint not null default 0,
  created_at timestamptz not null default now(),
  constraint job_log_pkey primary key (id),
  constraint job_log_job_id_fkey foreign key (job_id) references public.job_queue (id) on delete cascade,
  constraint job_log_level_known check (level in ('debug', 'info', 'warning', 'error')),
  constraint job_log_message_length check (char_length(message) between 1 and 4000),
  constraint job_log_details_is_object check (jsonb_typeof(details) = 'object')
);
alter table public.job_log enable row level security;
comment on table public.job_log is 'What happened in a job, in words for its owner. Appended to, and gone with the job.';
comment on column public.job_log.user_id is 'Copy of the job''s, so that the policy needs no join. No foreign key: the job''s own takes the row away.';
comment on column public.job_log.attempt is 'The run that said it; 0 is nobody''s.';

-- Serves get_job_logs() and the foreign key.
create index job_log_job_id_idx on public.job_log (job_id, id);

---------------------------------------------------------------------------------------------------------------------------
-- Tickets: what workers compete for

create sequence ops.job_fence;
comment on sequence ops.job_fence is 'Each run gets a number higher than any before. A call with an older number is from a worker that was given up for dead.';

create table ops.job_ready (
  job_id uuid not null,
  user_id uuid,
  handler text not null,
  is_limited boolean not null,
  priority smallint not null,
  run_at timestamptz not null,
  attempt smallint not null default 0,
  max_attempts smallint not null,
  timeout_seconds integer not null,
  claimed_at timestamptz,
  leased_until timestamptz,
  fence bigint,
  constraint job_ready_pkey primary key (job_id),
  constraint job_ready_leased_iff_fenced check (num_nulls(claimed_at, leased_until, fence) in (0, 3))
)
-- A ticket changes with its claim and with each extension of its lease; in no index is a column that does.
with (fillfactor = 45, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);
alter table ops.job_ready enable row level security;
-- No foreign key to job_queue: checking it would cost each insert a lock. The trigger job_queue_drop_ticket keeps them together.
comment on table ops.job_ready is 'Tickets of the jobs that may run now or run already. Deleted when the job ends.';
comment on column ops.job_ready.is_limited is 'Its handler may run only so many at once.';
comment on column ops.job_ready.leased_until is 'Until then it is one worker''s. Null: nobody''s. In the past: the worker is dead, and anybody may take it.';
comment on column ops.job_ready.fence is 'Number of the run. Negative: of a start_job(), whose worker is not told the number and need not repeat it.';

-- Serves claim_jobs() and finish_and_claim_jobs(). Equal times keep the order of the rows, which is that of their making.
create index job_ready_order_idx on ops.job_ready (priority desc, run_at) where not is_limited;
-- Serves the claims of handlers that may run only so many at once.
create index job_ready_limited_idx on ops.job_ready (handler, priority desc, run_at) where is_limited;
-- Serves the limit of ten jobs a person.
create index job_ready_user_id_idx on ops.job_ready (user_id) where user_id is not null;

create table ops.job_waiting (
  job_id uuid not null,
  user_id uuid,
  handler text not null,
  is_limited boolean not null,
  priority smallint not null,
  run_at timestamptz not null,
  attempt smallint not null default 0,
  max_attempts smallint not null,
  timeout_seconds integer not null,
  constraint job_waiting_pkey primary key (job_id)
);
alter table ops.job_waiting enable row level security;
comment on table ops.job_waiting is
  'Tickets of the jobs that may not run yet: for the future, between attempts, or paused. Apart from the others, so that no claim walks over them.';
comment on column ops.job_waiting.run_at is 'When it becomes ready. Infinity: when its handler is resumed.';

-- Serves promote_due_jobs().
create index job_waiting_run_at_idx on ops.job_waiting (run_at);
-- Serves the limit of ten jobs a person.
create index job_waiting_user_id_idx on ops.job_waiting (user_id) where user_id is not null;

create table ops.job_dead_letter (
  job_id uuid not null,
  handler text not null,
  failed_at timestamptz not null default now(),
  constraint job_dead_letter_pkey primary key (job_id),
  constraint job_dead_letter_job_id_fkey foreign key (job_id) references public.job_queue (id) on delete cascade
);
alter table ops.job_dead_letter enable row level security;
comment on table ops.job_dead_letter is 'Jobs whose last attempt failed, until an admin retries or discards them.';

-- Serves list_dead_letters(), newest first, and the alert.
create index job_dead_letter_failed_at_idx on ops.job_dead_letter (failed_at);

-- Unlogged: a crash of the database forgets who was there, and each worker says so again with its next claim.
create unlogged table ops.job_worker (
  worker_id text not null,
  seen_at timestamptz not null,
  rests_until timestamptz,
  constraint job_worker_pkey primary key (worker_id)
) with (fillfactor = 50);
alter table ops.job_worker enable row level security;
comment on table ops.job_worker is 'Who takes jobs at the moment, so that making a job wakes somebody when, and only when, nobody would find it anyway.';
comment on column ops.job_worker.seen_at is 'The last claim, give or take a second. Longer ago than two: busy or dead, so do not count on it.';
comment on column ops.job_worker.rests_until is 'It found nothing and listens on channel job_ready until then.';

create unlogged table ops.job_watcher (
  watcher_id text not null,
  watches_until timestamptz not null,
  constraint job_watcher_pkey primary key (watcher_id)
);
alter table ops.job_watcher enable row level security;
comment on table ops.job_watcher is
  'Who listens on channel job_status. While nobody does, nothing is notified: with NOTIFY, transactions commit one after the other.';

create sequence ops.job_watch_end;
comment on sequence ops.job_watch_end is 'The second until which somebody watches. Every change of a job asks it: to read a sequence takes no statement.';

create table ops.job_wake (
  only_row boolean not null default true,
  asked_at timestamptz not null default '-infinity',
  alerted_dead_letters integer not null default 0,
  constraint job_wake_pkey primary key (only_row),
  constraint job_wake_is_one_row check (only_row)
);
alter table ops.job_wake enable row level security;
comment on table ops.job_wake is 'What the queue remembers of itself.';
comment on column ops.job_wake.asked_at is 'When job-processor was last asked to run, and has not begun since.';
comment on column ops.job_wake.alerted_dead_letters is 'How long the list of dead letters was when it was last reported.';

create table ops.job_metric (
  handler text not null,
  outcome text not null,
  count bigint not null,
  duration_ms_sum double precision not null,
  buckets bigint[] not null,
  constraint job_metric_pkey primary key (handler, outcome)
) with (fillfactor = 50);
alter table ops.job_metric enable row level security;
comment on table ops.job_metric is 'Runs per handler and outcome since the beginning, added up from what workers report.';
comment on column ops.job_metric.buckets is 'Histogram of durations; the kernel knows the bounds.';

---------------------------------------------------------------------------------------------------------------------------
-- Functions: waking

create function ops.wake_workers()
returns void
language plpgsql volatile security invoker
set search_path = ''
as $$
declare
  v_is_attended boolean;
  v_somebody_rests boolean;
  v_may_ask boolean;
begin
  select bool_or(rests_until is null and seen_at > now() - interval '2 seconds'), bool_or(rests_until > now()),
    (select asked_at < now() - interval '5 seconds' from ops.job_wake)
  into v_is_attended, v_somebody_rests, v_may_ask
  from ops.job_worker;
  -- Someone who claims all the time finds the job without being told. NOTIFY in every transaction would make commits queue up.
  if v_is_attended then
    return;
  end if;
  if v_somebody_rests then
    perform pg_notify('job_ready', '');
    return;
  end if;
  -- Nobody is there. job-processor is asked once; while the call is under way, others need not ask again.
  if not v_may_ask then
    return;
  end if;
  perform from ops.job_wake where asked_at < now() - interval '5 seconds' for update skip locked;
  if found then
    update ops.job_wake set asked_at = now();
    begin
      perform ops.invoke_edge_function('job-processor');
    exception when others then
      -- Vault is not provisioned, or pg_net is off: the job is safe in the table, and cron or a worker finds it.
      null;
    end;
  end if;
end;
$$;
comment on function ops.wake_workers is 'Makes sure that somebody looks at the queue soon. The caller holds the gate (see rest_worker).';
revoke execute on function ops.wake_workers from public;

create function ops.see_worker(p_worker_id text)
returns void
language plpgsql volatile security invoker
set search_path = ''
as $$
declare
  v_worker ops.job_worker;
begin
  select * into v_worker from ops.job_worker where worker_id = p_worker_id;
  if not found then
    insert into ops.job_worker (worker_id, seen_at) values (p_worker_id, clock_timestamp()) on conflict do nothing;
    update ops.job_wake set asked_at = '-infinity' where asked_at > '-infinity';
    -- Workers that never said goodbye.
    delete from ops.job_worker where worker_id = any (array(
      select worker_id from ops.job_worker
      where greatest(seen_at, rests_until) < now() - interval '1 hour' limit 10 for update skip locked));
  elsif v_worker.rests_until is not null or v_worker.seen_at < clock_timestamp() - interval '1 second' then
    update ops.job_worker set seen_at = clock_timestamp(), rests_until = null where worker_id = p_worker_id;
  end if;
end;
$$;
comment on function ops.see_worker is 'Notes that a worker is there and awake.';
revoke execute on function ops.see_worker from public;

-- Security definer: tickets are in ops.
create function public.rest_worker(p_worker_id text, p_seconds integer, p_handlers text[] default null)
returns jsonb
language plpgsql volatile security definer
set search_path = ''
as $$
declare
  v_rests boolean;
  v_due timestamptz;
begin
  -- The gate: whoever makes a job holds it in share until commit. Holding it alone means that no job is on its way unseen; those that
  -- come later find this worker resting, and wake it. Only tried: behind a waiting exclusive lock, every maker would wait too.
  v_rests := pg_try_advisory_xact_lock(7206, 0);
  if v_rests then
    select min(run_at) into v_due from ops.job_waiting where run_at < 'infinity';
    v_rests := coalesce(v_due > clock_timestamp(), true) and not exists (
      select from ops.job_ready where leased_until is null and not is_limited and (p_handlers is null or handler = any (p_handlers)));
  end if;
  if p_seconds < 1 then
    delete from ops.job_worker where worker_id = p_worker_id;
    if not v_rests then
      perform ops.wake_workers();
    end if;
  elsif v_rests then
    insert into ops.job_worker as worker (worker_id, seen_at, rests_until)
    values (p_worker_id, clock_timestamp(), clock_timestamp() + make_interval(secs => p_seconds))
    on conflict (worker_id) do update set seen_at = excluded.seen_at, rests_until = excluded.rests_until;
  end if;
  return jsonb_build_object('rests', v_rests,
    'wake_in_ms', case when v_due is not null then greatest(0, ceil(extract(epoch from v_due - clock_timestamp()) * 1000)) end);
end;
$$;
comment on function public.rest_worker is
  'For workers that found nothing: from now on making a job wakes them by NOTIFY job_ready. False: look again first. '
  '0 seconds says goodbye, and sees to it that somebody takes what is left.';
revoke execute on function public.rest_worker from public, anon, authenticated;
grant execute on function public.rest_worker to service_role;

---------------------------------------------------------------------------------------------------------------------------
-- Functions: making jobs

create function ops.find_job_handler(p_name text, p_params jsonb)
returns ops.job_handler
language plpgsql stable security invoker
set search_path = ''
as $$
declare
  v_handler ops.job_handler;
  v_account uuid;
begin
  select * into v_handler from ops.job_handler where name = p_name;
  if found then
    return v_handler;
  end if;
  select * into v_handler from ops.job_handler where job_type = p_name and is_default;
  if found then
    return v_handler;
  end if;
  if p_name = 'platform_sync' and to_regclass('public.social_account') is not null then
    begin
      v_account := (p_params ->> 'social_account_id')::uuid;
    exception when invalid_text_representation then
      v_account := null;
    end;
    select handler.* into v_handler
    from public.social_account as account
    join public.platform as platform on platform.id = account.platform_id
    join ops.job_handler as handler on handler.platform = platform.slug and handler.job_type = p_name
    where account.id = v_account;
    if found then
      return v_handler;
    end if;
    raise exception using errcode = 'SVG01',
      message = 'Cannot create this job: params need the social_account_id of a connected account';
  end if;
  raise exception using errcode = 'SVG01', message = format('There is no job type named %s', left(p_name, 60));
end;
$$;
comment on function ops.find_job_handler is 'The handler that a name means: its own, or the one of the category. Raises SVG01 for an unknown one.';
revoke execute on function ops.find_job_handler from public;

-- Plans are forced to the indexes, here and below: the tables are empty one moment and long the next, and neither statistics nor the plans
-- that a connection keeps follow. Wherever sequential scans are off, compiling is too: a small table that has no fitting index then looks
-- so dear that PostgreSQL, where it can, compiles each execution, and that takes thirty milliseconds.
-- Security definer: writes the queue, after checking whose job it is.
create function ops.create_job(p_user_id uuid, p_job_type text, p_params jsonb, p_priority integer, p_run_at timestamptz,
  p_request_id text, p_take_cached boolean, out job_id uuid, out is_new boolean, out status public.job_status_enum, out result jsonb)
language plpgsql volatile security definer
set search_path = '' set enable_seqscan = off set jit = off
as $$
declare
  v_is_creator constant boolean := current_setting('role', true) in ('anon', 'authenticated');
  v_params constant jsonb := coalesce(p_params, '{}');
  v_kind record;
  v_nothing text;
begin
  if v_is_creator and p_user_id is distinct from auth.uid() then
    raise exception using errcode = 'SVG02', message = 'Jobs can be created only for yourself';
  end if;
  -- The gate, before the handler is read: whoever pauses it waits for those who saw it running.
  v_nothing := pg_advisory_xact_lock_shared(7206, 0)::text; -- no statement of its own, as perform would be
  select handler.name, handler.job_type, handler.max_concurrency is not null as is_limited, handler.paused_at is not null as is_paused,
    type.is_for_creators, type.max_attempts, type.timeout_seconds, type.dedupe_seconds, type.cache_seconds,
    greatest(p_run_at, now()) as run_at,
    hashtextextended(coalesce(p_user_id::text, '') || handler.name || v_params::text, 0) as hash
  into v_kind
  from ops.job_handler as handler
  join public.job_type as type on type.slug = handler.job_type
  where handler.name = p_job_type;
  if not found then
    select made.* into job_id, is_new, status, result
    from ops.create_job(p_user_id, (ops.find_job_handler(p_job_type, v_params)).name, v_params, p_priority, p_run_at, p_request_id,
      p_take_cached) as made;
    return;
  end if;
  if v_is_creator and not v_kind.is_for_creators then
    raise exception using errcode = 'SVG02', message = format('Jobs of type %s are the service''s own', v_kind.job_type);
  end if;
  if jsonb_typeof(v_params) <> 'object' or pg_column_size(v_params) > 16384 then
    raise exception using errcode = 'SVG01', message = 'Cannot create this job: params must be an object of at most 16 KiB';
  end if;
  if p_priority is null or p_priority not between 1 and 10 then
    raise exception using errcode = 'SVG01', message = 'Cannot create this job: priority is from 1 to 10';
  end if;

  -- One at a time for each person (or, for the service, each job): the statements below see what the one before has committed.
  v_nothing := pg_advisory_xact_lock(hashtextextended('job:' || coalesce(p_user_id::text, v_kind.hash::text), 0))::text;

  -- First the plain question, for it is nearly always answered with no: the full one takes three times as long to prepare.
  if exists (select from public.job_queue as job where job.dedupe_hash = v_kind.hash) then
    select job.id, job.status, job.result into job_id, status, result
    from public.job_queue as job
    where job.dedupe_hash = v_kind.hash
      and job.handler = v_kind.name and job.user_id is not distinct from p_user_id and job.params = v_params
      and (job.status in ('pending', 'processing')
        or (job.status = 'completed' and (job.created_at > now() - make_interval(secs => v_kind.dedupe_seconds)
          or (p_take_cached and job.finished_at > now() - make_interval(secs => v_kind.cache_seconds)))))
    order by job.created_at desc
    limit 1;
    if found then
      is_new := false;
      return;
    end if;
  end if;

  if p_user_id is not null then
    if exists (
      select from (
        select from ops.job_ready as ticket where ticket.user_id = p_user_id
        union all
        select from ops.job_waiting as ticket where ticket.user_id = p_user_id) as active
      offset 9)
    then
      raise exception using errcode = 'SVJ01', message = 'You have 10 jobs under way: wait until one has ended, or cancel one',
        detail = jsonb_build_object('limit', 10, 'retry_after', 30);
    end if;
  end if;

  is_new := true;
  status := 'pending';
  insert into public.job_queue as job (user_id, job_type, handler, params, dedupe_hash, priority, max_attempts, request_id, run_at)
  values (p_user_id, v_kind.job_type, v_kind.name, v_params, v_kind.hash, p_priority, v_kind.max_attempts, left(p_request_id, 200),
    v_kind.run_at)
  returning job.id into job_id;
  if v_kind.is_paused or v_kind.run_at > now() then
    insert into ops.job_waiting (job_id, user_id, handler, is_limited, priority, run_at, max_attempts, timeout_seconds)
    values (job_id, p_user_id, v_kind.name, v_kind.is_limited, p_priority,
      case when v_kind.is_paused then 'infinity' else v_kind.run_at end, v_kind.max_attempts, v_kind.timeout_seconds);
    return;
  end if;
  insert into ops.job_ready (job_id, user_id, handler, is_limited, priority, run_at, max_attempts, timeout_seconds)
  values (job_id, p_user_id, v_kind.name, v_kind.is_limited, p_priority, v_kind.run_at, v_kind.max_attempts, v_kind.timeout_seconds);
  v_nothing := ops.wake_workers()::text;
end;
$$;
comment on function ops.create_job is 'See public.create_job and public.find_or_create_job.';
revoke execute on function ops.create_job from public;
grant execute on function ops.create_job to authenticated, service_role;

-- In SQL, although that is planned anew by every call, a ninth of its time: its body holds what it calls, and so nobody outside needs
-- the use of schema ops.
create function public.create_job(p_user_id uuid, p_job_type text, p_params jsonb default '{}', p_priority integer default 5,
  p_run_at timestamptz default null, p_request_id text default null)
returns uuid
language sql volatile security invoker
set search_path = ''
begin atomic
  select (ops.create_job(p_user_id, p_job_type, p_params, p_priority, p_run_at, p_request_id, false)).job_id;
end;
comment on function public.create_job is
  'Queues a job by a handler''s name (sync_youtube) or a category''s (platform_sync). The same one under way, or made in the last minutes, is given '
  'instead. At most 10 under way a person (SVJ01); an unknown type is SVG01.';
revoke execute on function public.create_job from public, anon;
grant execute on function public.create_job to authenticated, service_role;

create function public.find_or_create_job(p_user_id uuid, p_job_type text, p_params jsonb default '{}', p_priority integer default 5,
  p_request_id text default null)
returns table (job_id uuid, is_new boolean, status public.job_status_enum, result jsonb)
language sql volatile security invoker
set search_path = ''
begin atomic
  select made.job_id, made.is_new, made.status, made.result
  from ops.create_job(p_user_id, p_job_type, p_params, p_priority, null, p_request_id, true) as made;
end;
comment on function public.find_or_create_job is
  'Like create_job, and also gives a job that ended within its type''s cache time, with its result. Any number of equal calls at once make one job.';
revoke execute on function public.find_or_create_job from public, anon;
grant execute on function public.find_or_create_job to authenticated, service_role;

---------------------------------------------------------------------------------------------------------------------------
-- Functions: what workers call

create function ops.promote_due_jobs(p_limit integer)
returns integer
language plpgsql volatile security invoker
set search_path = ''
as $$
declare
  v_promoted integer;
begin
  with due as (
    delete from ops.job_waiting
    where job_id = any (array(
      select job_id from ops.job_waiting where run_at <= now() order by run_at limit p_limit for update skip locked))
    returning *
  )
  insert into ops.job_ready (job_id, user_id, handler, is_limited, priority, run_at, attempt, max_attempts, timeout_seconds)
  select job_id, user_id, handler, is_limited, priority, run_at, attempt, max_attempts, timeout_seconds from due;
  get diagnostics v_promoted = row_count;
  return v_promoted;
end;
$$;
comment on function ops.promote_due_jobs is 'Lets jobs run whose time has come.';
revoke execute on function ops.promote_due_jobs from public;

create function ops.lease_limited_jobs(p_max_jobs integer, p_lease_seconds integer, p_handlers text[])
returns uuid[]
language plpgsql volatile security invoker
set search_path = ''
as $$
declare
  v_handler record;
  v_running integer;
  v_batch uuid[];
  v_leased uuid[] := '{}';
begin
  for v_handler in
    select name, max_concurrency from ops.job_handler as handler
    where max_concurrency is not null and (p_handlers is null or name = any (p_handlers))
      and exists (select from ops.job_ready as ticket where ticket.is_limited and ticket.handler = handler.name)
    order by name
  loop
    exit when cardinality(v_leased) >= p_max_jobs;
    -- Who counts, counts alone; whoever comes meanwhile takes other jobs and looks again.
    continue when not pg_try_advisory_xact_lock(7207, hashtext(v_handler.name));
    select count(*) into v_running from ops.job_ready
    where is_limited and handler = v_handler.name and leased_until >= now();
    continue when v_running >= v_handler.max_concurrency;
    with leased as (
      update ops.job_ready
      set leased_until = now() + make_interval(secs => p_lease_seconds), claimed_at = now(), fence = nextval('ops.job_fence'), attempt = attempt + 1
      where job_id = any (array(
        select job_id from ops.job_ready
        where is_limited and handler = v_handler.name
          and (leased_until is null or (leased_until < now() and attempt < max_attempts))
        order by priority desc, run_at
        limit least(v_handler.max_concurrency - v_running, p_max_jobs - cardinality(v_leased))
        for update skip locked))
      returning job_id
    )
    select array_agg(job_id) into v_batch from leased;
    v_leased := v_leased || coalesce(v_batch, '{}');
  end loop;
  return v_leased;
end;
$$;
comment on function ops.lease_limited_jobs is 'Leases jobs of handlers that may run only so many at once, and never more of them than that.';
revoke execute on function ops.lease_limited_jobs from public;

create function ops.finish_jobs(p_done uuid[], p_fences bigint[], p_results jsonb)
returns void
language plpgsql volatile security invoker
set search_path = '' set plan_cache_mode = force_generic_plan
set enable_seqscan = off set jit = off set enable_hashjoin = off set enable_mergejoin = off
as $$
begin
  with ended as (
    delete from ops.job_ready as ticket
    using unnest(p_done, p_fences) with ordinality as done (id, number, place)
    where ticket.job_id = done.id and ticket.fence = done.number
    returning done.id, nullif(p_results -> (done.place::integer - 1), 'null') as result
  )
  update public.job_queue as job
  set status = 'completed', progress_percent = 100, result = ended.result, finished_at = now()
  from ended
  where job.id = ended.id;
end;
$$;
comment on function ops.finish_jobs is 'Completes those jobs whose number is still the present one.';
revoke execute on function ops.finish_jobs from public;

create function ops.claim_ready_jobs(p_worker_id text, p_max_jobs integer, p_lease_seconds integer, p_handlers text[], p_leased uuid[])
returns table (job_id uuid, fence bigint, user_id uuid, job_type text, handler text, params jsonb, checkpoint jsonb, attempt smallint,
  max_attempts smallint, timeout_seconds integer, request_id text)
language plpgsql volatile security invoker
set search_path = '' set plan_cache_mode = force_generic_plan
set enable_seqscan = off set jit = off set enable_hashjoin = off set enable_mergejoin = off
as $$
#variable_conflict use_column
begin
  return query
    with leased as (
      update ops.job_ready as ticket
      set leased_until = now() + make_interval(secs => p_lease_seconds), claimed_at = now(), fence = nextval('ops.job_fence'),
        attempt = ticket.attempt + 1
      where ticket.job_id = any (array(
        select due.job_id from ops.job_ready as due
        where not due.is_limited
          and (due.leased_until is null or (due.leased_until < now() and due.attempt < due.max_attempts))
          and (p_handlers is null or due.handler = any (p_handlers))
        order by due.priority desc, due.run_at
        limit p_max_jobs
        for update skip locked))
      returning ticket.job_id, ticket.fence, ticket.attempt, ticket.timeout_seconds
    )
    update public.job_queue as job
    set status = 'processing', attempts = leased.attempt, started_at = now(), worker_id = p_worker_id
    from leased
    where job.id = leased.job_id
    returning job.id, leased.fence, job.user_id, job.job_type, job.handler, job.params, job.checkpoint, leased.attempt,
      job.max_attempts, leased.timeout_seconds, job.request_id;

  if cardinality(p_leased) > 0 then
    return query
      update public.job_queue as job
      set status = 'processing', attempts = ticket.attempt, started_at = now(), worker_id = p_worker_id
      from ops.job_ready as ticket
      where ticket.job_id = any (p_leased) and job.id = ticket.job_id
      returning job.id, ticket.fence, job.user_id, job.job_type, job.handler, job.params, job.checkpoint, ticket.attempt,
        job.max_attempts, ticket.timeout_seconds, job.request_id;
  end if;
end;
$$;
comment on function ops.claim_ready_jobs is 'Leases what is due, and hands it out together with what is leased already (p_leased).';
revoke execute on function ops.claim_ready_jobs from public;

-- Ending comes first: a claim skips what is locked and never waits, so no two workers can wait for each other. In one statement
-- (a delete beside the claim) they would deadlock now and then.
-- Security definer: a worker takes jobs only through this.
create function public.finish_and_claim_jobs(p_worker_id text, p_done uuid[], p_fences bigint[], p_results jsonb, p_max_jobs integer,
  p_lease_seconds integer default 60, p_handlers text[] default null)
returns table (job_id uuid, fence bigint, user_id uuid, job_type text, handler text, params jsonb, checkpoint jsonb, attempt smallint,
  max_attempts smallint, timeout_seconds integer, request_id text)
language plpgsql volatile security definer
set search_path = '' set plan_cache_mode = force_generic_plan set enable_seqscan = off set jit = off
as $$
#variable_conflict use_column
declare
  v_is_single constant boolean := coalesce(p_max_jobs = 1 and coalesce(cardinality(p_done), 0) < 2, false);
  v_seen constant text := p_worker_id || date_part('epoch', now())::bigint;
  v_has_due boolean;
  v_has_limited boolean;
  v_limited uuid[] := '{}';
  v_ended uuid;
  v_claimed record;
begin
  if v_is_single then
    delete from ops.job_ready as ticket where ticket.job_id = p_done[1] and ticket.fence = p_fences[1] returning ticket.job_id into v_ended;
  elsif cardinality(p_done) > 0 then
    perform ops.finish_jobs(p_done, p_fences, p_results);
  end if;
  if p_max_jobs < 1 then
    return;
  end if;

  -- Once a second in a session. If it has rested since in the same second, makers notify it for that long, needlessly.
  if current_setting('streamvibe.seen_worker', true) is distinct from v_seen then
    perform ops.see_worker(p_worker_id);
    perform set_config('streamvibe.seen_worker', v_seen, false);
  end if;
  select exists (select from ops.job_waiting where run_at <= now()), exists (select from ops.job_ready where is_limited)
  into v_has_due, v_has_limited;
  if v_has_due then
    perform ops.promote_due_jobs(1000);
    v_has_limited := true; -- perhaps one of these
  end if;
  if v_has_limited then
    v_limited := ops.lease_limited_jobs(p_max_jobs, p_lease_seconds, p_handlers);
  end if;
  if not v_is_single then
    return query
      select * from ops.claim_ready_jobs(p_worker_id, p_max_jobs - cardinality(v_limited), p_lease_seconds, p_handlers, v_limited);
    return;
  end if;

  if cardinality(v_limited) = 0 then
    update ops.job_ready as ticket
    set leased_until = now() + make_interval(secs => p_lease_seconds), claimed_at = now(), fence = nextval('ops.job_fence'),
      attempt = ticket.attempt + 1
    where ticket.job_id = (
      select due.job_id from ops.job_ready as due
      where not due.is_limited
        and (due.leased_until is null or (due.leased_until < now() and due.attempt < due.max_attempts))
        and (p_handlers is null or due.handler = any (p_handlers))
      order by due.priority desc, due.run_at
      limit 1
      for update skip locked)
    returning ticket.job_id, ticket.fence, ticket.attempt, ticket.timeout_seconds into v_claimed;
  else
    select ticket.job_id, ticket.fence, ticket.attempt, ticket.timeout_seconds into v_claimed
    from ops.job_ready as ticket where ticket.job_id = v_limited[1];
  end if;
  if v_ended is null and v_claimed.job_id is null then
    return;
  end if;
  -- One statement for the job that ended and the one that begins: to prepare an update of this table takes longer than to make it.
  return query
    with moved as (
      update public.job_queue as job
      set status = case when job.id = v_ended then 'completed' else 'processing' end::public.job_status_enum,
        progress_percent = case when job.id = v_ended then 100 else job.progress_percent end,
        result = case when job.id = v_ended then nullif(p_results -> 0, 'null') else job.result end,
        finished_at = case when job.id = v_ended then now() end,
        attempts = case when job.id = v_ended then job.attempts else v_claimed.attempt end,
        started_at = case when job.id = v_ended then job.started_at else now() end,
        worker_id = case when job.id = v_ended then job.worker_id else p_worker_id end
      where job.id = any (array[v_ended, v_claimed.job_id])
      returning job.*
    )
    select moved.id, v_claimed.fence, moved.user_id, moved.job_type, moved.handler, moved.params, moved.checkpoint, v_claimed.attempt,
      moved.max_attempts, v_claimed.timeout_seconds, moved.request_id
    from moved
    where moved.id = v_claimed.job_id;
end;
$$;
comment on function public.finish_and_claim_jobs is
  'Completes jobs (only those whose number is still the present one; p_results is an array, in the same order) and hands out the next, in one trip. No job goes to two workers.';
revoke execute on function public.finish_and_claim_jobs from public, anon, authenticated;
grant execute on function public.finish_and_claim_jobs to service_role;

-- Security definer: a worker takes jobs only through this.
create function public.claim_jobs(p_worker_id text, p_max_jobs integer default 1, p_lease_seconds integer default 60,
  p_handlers text[] default null)
returns table (job_id uuid, fence bigint, user_id uuid, job_type text, handler text, params jsonb, checkpoint jsonb, attempt smallint,
  max_attempts smallint, timeout_seconds integer, request_id text)
language sql volatile security definer
set search_path = ''
as $$
  select * from public.finish_and_claim_jobs(p_worker_id, '{}', '{}', '[]', p_max_jobs, p_lease_seconds, p_handlers);
$$;
comment on function public.claim_jobs is 'Hands due jobs to one worker, each with a lease and a number that every later call about it must carry.';
revoke execute on function public.claim_jobs from public, anon, authenticated;
grant execute on function public.claim_jobs to service_role;

-- Security definer: tickets are in ops.
create function public.extend_job_leases(p_job_ids uuid[], p_fences bigint[], p_lease_seconds integer default 60)
returns uuid[]
language sql volatile security definer
set search_path = ''
as $$
  with kept as (
    update ops.job_ready as ticket
    set leased_until = least(now() + make_interval(secs => p_lease_seconds), ticket.claimed_at + make_interval(secs => ticket.timeout_seconds))
    from unnest(p_job_ids, p_fences) as held (id, number)
    where ticket.job_id = held.id and ticket.fence = held.number
    returning ticket.job_id
  )
  select coalesce(array_agg(job_id), '{}') from kept;
$$;
comment on function public.extend_job_leases is
  'Sign of life of a worker. Returns the jobs that are still its own: the others were cancelled or taken over, and must be stopped.';
revoke execute on function public.extend_job_leases from public, anon, authenticated;
grant execute on function public.extend_job_leases to service_role;

create function ops.lock_run(p_job_id uuid, p_fence bigint)
returns ops.job_ready
language plpgsql volatile security invoker
set search_path = ''
as $$
declare
  v_ticket ops.job_ready;
begin
  select * into v_ticket from ops.job_ready
  where job_id = p_job_id and leased_until is not null and (fence = p_fence or (p_fence is null and fence < 0))
  for update;
  return v_ticket;
end;
$$;
comment on function ops.lock_run is 'The ticket of a run that may still speak for its job, locked; else nulls.';
revoke execute on function ops.lock_run from public;

-- Security definer: tickets are in ops.
create function public.start_job(p_job_id uuid, p_worker_id text)
returns boolean
language plpgsql volatile security definer
set search_path = '' set enable_seqscan = off set jit = off
as $$
declare
  v_ticket ops.job_ready;
begin
  -- A job that is planned for later may be begun by hand, too.
  with early as (
    delete from ops.job_waiting
    where job_id = p_job_id and run_at < 'infinity'
      and exists (select from public.job_queue where id = p_job_id and started_at is null)
    returning *
  )
  insert into ops.job_ready (job_id, user_id, handler, is_limited, priority, run_at, attempt, max_attempts, timeout_seconds)
  select job_id, user_id, handler, is_limited, priority, run_at, attempt, max_attempts, timeout_seconds from early;

  perform from ops.job_ready where job_id = p_job_id and fence is null for update skip locked;
  -- The caller has no number to show. If its lease ran out and the job were begun by hand again, its late word would be taken for the
  -- other's: so only the first run of a job can be begun by hand. All further ones are claimed, and heard by their number.
  if not found or not exists (select from public.job_queue where id = p_job_id and started_at is null) then
    return false;
  end if;
  update ops.job_ready
  set leased_until = now() + make_interval(secs => timeout_seconds), claimed_at = now(), fence = -nextval('ops.job_fence'), attempt = attempt + 1
  where job_id = p_job_id
  returning * into v_ticket;
  update public.job_queue
  set status = 'processing', attempts = v_ticket.attempt, started_at = now(), worker_id = coalesce(p_worker_id, 'unknown')
  where id = p_job_id;
  return true;
end;
$$;
comment on function public.start_job is
  'Begins the first run of one job by hand, for as long as its type may take. False: it is not there to be begun, or was begun before. '
  'Workers take theirs with claim_jobs().';
revoke execute on function public.start_job from public, anon, authenticated;
grant execute on function public.start_job to service_role;

-- Security definer: checks the run's number, which is in ops.
create function public.update_job_progress(p_job_id uuid, p_percent integer, p_message text default null, p_fence bigint default null,
  p_checkpoint jsonb default null, p_lease_seconds integer default 60)
returns void
language plpgsql volatile security definer
set search_path = '' set enable_seqscan = off set jit = off
as $$
declare
  v_ticket constant ops.job_ready := ops.lock_run(p_job_id, p_fence);
begin
  if v_ticket.job_id is null then
    raise exception using errcode = 'SVJ02', message = 'This job is not yours any more: it was cancelled, or another worker has it';
  end if;
  if v_ticket.fence > 0 then
    update ops.job_ready
    set leased_until = greatest(leased_until, least(now() + make_interval(secs => p_lease_seconds),
      claimed_at + make_interval(secs => timeout_seconds)))
    where job_id = p_job_id;
  end if;
  update public.job_queue
  set progress_percent = least(greatest(coalesce(p_percent, progress_percent), 0), 100),
    progress_message = coalesce(left(p_message, 500), progress_message),
    checkpoint = coalesce(p_checkpoint, checkpoint)
  where id = p_job_id;
end;
$$;
comment on function public.update_job_progress is
  'Tells the owner how far a job is, keeps where it could go on, and counts as a sign of life. SVJ02 when the job is no longer this worker''s.';
revoke execute on function public.update_job_progress from public, anon, authenticated;
grant execute on function public.update_job_progress to service_role;

-- Security definer: checks the run's number, which is in ops.
create function public.complete_job(p_job_id uuid, p_result jsonb default null, p_fence bigint default null)
returns boolean
language plpgsql volatile security definer
set search_path = '' set enable_seqscan = off set jit = off
as $$
declare
  v_ticket constant ops.job_ready := ops.lock_run(p_job_id, p_fence);
begin
  if v_ticket.job_id is null then
    return false;
  end if;
  delete from ops.job_ready where job_id = p_job_id;
  update public.job_queue
  set status = 'completed', progress_percent = 100, result = p_result, finished_at = now()
  where id = p_job_id;
  return true;
end;
$$;
comment on function public.complete_job is 'Ends a job well. False, and nothing happens, when the job is no longer this worker''s.';
revoke execute on function public.complete_job from public, anon, authenticated;
grant execute on function public.complete_job to service_role;

create function ops.end_attempt(p_ticket ops.job_ready, p_code text, p_message text, p_retry boolean, p_retry_after_seconds integer)
returns public.job_status_enum
language plpgsql volatile security invoker
set search_path = '' set enable_seqscan = off set jit = off
as $$
declare
  v_message constant text := coalesce(nullif(left(p_message, 1000), ''), 'Something went wrong');
  v_type public.job_type;
  v_is_paused boolean;
  v_again constant boolean := p_retry and p_ticket.attempt < p_ticket.max_attempts;
  v_run_at timestamptz;
begin
  delete from ops.job_ready where job_id = p_ticket.job_id;
  if v_again then
    select type.* into v_type from ops.job_handler as handler join public.job_type as type on type.slug = handler.job_type
    where handler.name = p_ticket.handler;
    select paused_at is not null into v_is_paused from ops.job_handler where name = p_ticket.handler;
    -- Full jitter: many that failed together do not come back together.
    v_run_at := now() + make_interval(secs => greatest(coalesce(p_retry_after_seconds, 0),
      random() * least(v_type.backoff_cap_seconds::double precision, v_type.backoff_base_seconds * 2.0 ^ (p_ticket.attempt - 1))));
    insert into ops.job_waiting (job_id, user_id, handler, is_limited, priority, run_at, attempt, max_attempts, timeout_seconds)
    values (p_ticket.job_id, p_ticket.user_id, p_ticket.handler, p_ticket.is_limited, p_ticket.priority,
      case when v_is_paused then 'infinity' else v_run_at end, p_ticket.attempt, p_ticket.max_attempts, p_ticket.timeout_seconds);
    update public.job_queue
    set status = 'pending', error_code = p_code, error_message = v_message
    where id = p_ticket.job_id;
  else
    update public.job_queue
    set status = 'failed', error_code = p_code, error_message = v_message, finished_at = now()
    where id = p_ticket.job_id;
    if p_retry then
      insert into ops.job_dead_letter (job_id, handler) values (p_ticket.job_id, p_ticket.handler);
    end if;
  end if;
  insert into public.job_log (job_id, user_id, level, message, details, attempt)
  values (p_ticket.job_id, p_ticket.user_id, case when v_again then 'warning' else 'error' end, v_message,
    jsonb_strip_nulls(jsonb_build_object('code', p_code, 'retry_at', v_run_at)), p_ticket.attempt);
  return case when v_again then 'pending' else 'failed' end;
end;
$$;
comment on function ops.end_attempt is
  'A run failed: another attempt after a random wait, or the end. An end by exhaustion is a dead letter; one that no retry would mend is not.';
revoke execute on function ops.end_attempt from public;

-- Security definer: checks the run's number, which is in ops.
create function public.fail_job(p_job_id uuid, p_error_message text, p_fence bigint default null, p_error_code text default null,
  p_retry boolean default true, p_retry_after_seconds integer default null)
returns boolean
language plpgsql volatile security definer
set search_path = '' set enable_seqscan = off set jit = off
as $$
declare
  v_ticket constant ops.job_ready := ops.lock_run(p_job_id, p_fence);
begin
  if v_ticket.job_id is null then
    return false;
  end if;
  perform ops.end_attempt(v_ticket, p_error_code, p_error_message, p_retry, p_retry_after_seconds);
  return true;
end;
$$;
comment on function public.fail_job is
  'Ends a run badly: tried again with backoff while attempts are left, unless p_retry is false. False when the job is no longer this worker''s.';
revoke execute on function public.fail_job from public, anon, authenticated;
grant execute on function public.fail_job to service_role;

-- Security definer: checks the run's number, which is in ops.
create function public.release_job(p_job_id uuid, p_fence bigint, p_checkpoint jsonb default null, p_message text default null,
  p_delay_seconds integer default 0)
returns boolean
language plpgsql volatile security definer
set search_path = '' set enable_seqscan = off set jit = off
as $$
declare
  v_ticket constant ops.job_ready := ops.lock_run(p_job_id, p_fence);
  v_is_paused boolean;
begin
  if v_ticket.job_id is null then
    return false;
  end if;
  select paused_at is not null into v_is_paused from ops.job_handler where name = v_ticket.handler;
  delete from ops.job_ready where job_id = p_job_id;
  insert into ops.job_waiting (job_id, user_id, handler, is_limited, priority, run_at, attempt, max_attempts, timeout_seconds)
  values (p_job_id, v_ticket.user_id, v_ticket.handler, v_ticket.is_limited, v_ticket.priority,
    case when v_is_paused then 'infinity' else now() + make_interval(secs => p_delay_seconds) end,
    v_ticket.attempt - 1, v_ticket.max_attempts, v_ticket.timeout_seconds);
  update public.job_queue
  set status = 'pending', attempts = v_ticket.attempt - 1, checkpoint = coalesce(p_checkpoint, checkpoint),
    progress_message = coalesce(left(p_message, 500), progress_message)
  where id = p_job_id;
  -- The next run must not wait for the next visitor.
  perform pg_advisory_xact_lock_shared(7206, 0);
  perform ops.wake_workers();
  return true;
end;
$$;
comment on function public.release_job is
  'Hands a job back in good order: its worker''s time is up, or the worker is being stopped. The run does not count as an attempt.';
revoke execute on function public.release_job from public, anon, authenticated;
grant execute on function public.release_job to service_role;

-- Security definer: checks the run's number, which is in ops.
create function public.add_job_log(p_job_id uuid, p_level text, p_message text, p_details jsonb default '{}', p_fence bigint default null)
returns void
language plpgsql volatile security definer
set search_path = '' set enable_seqscan = off set jit = off
as $$
declare
  v_ticket constant ops.job_ready := ops.lock_run(p_job_id, p_fence);
begin
  if v_ticket.job_id is null then
    raise exception using errcode = 'SVJ02', message = 'This job is not yours any more: it was cancelled, or another worker has it';
  end if;
  insert into public.job_log (job_id, user_id, level, message, details, attempt)
  values (p_job_id, v_ticket.user_id, case p_level when 'warn' then 'warning' else p_level end, left(p_message, 4000),
    coalesce(p_details, '{}'), v_ticket.attempt);
end;
$$;
comment on function public.add_job_log is 'A line for the owner: debug, info, warning or error. SVJ02 when the job is no longer this worker''s.';
revoke execute on function public.add_job_log from public, anon, authenticated;
grant execute on function public.add_job_log to service_role;

-- Security definer: figures are in ops.
create function public.record_job_metrics(p_samples jsonb)
returns void
language sql volatile security definer
set search_path = ''
as $$
  insert into ops.job_metric as metric (handler, outcome, count, duration_ms_sum, buckets)
  select sample.handler, sample.outcome, sample.count, sample.duration_ms_sum, sample.buckets
  from jsonb_to_recordset(p_samples) as sample (handler text, outcome text, count bigint, duration_ms_sum double precision, buckets bigint[])
  order by sample.handler, sample.outcome -- one order for every writer: no deadlock
  on conflict (handler, outcome) do update
  set count = metric.count + excluded.count,
    duration_ms_sum = metric.duration_ms_sum + excluded.duration_ms_sum,
    buckets = array(
      select coalesce(old, 0) + coalesce(new, 0) from unnest(metric.buckets, excluded.buckets) with ordinality as pair (old, new, place)
      order by place);
$$;
comment on function public.record_job_metrics is 'Adds a batch of [{handler, outcome, count, duration_ms_sum, buckets}], one entry a handler and outcome.';
revoke execute on function public.record_job_metrics from public, anon, authenticated;
grant execute on function public.record_job_metrics to service_role;

-- Security definer: tickets and figures are in ops.
create function public.read_job_metrics()
returns jsonb
language sql stable security definer
set search_path = ''
as $$
  with ticket as (
    select handler, case when leased_until is null then 'ready' when leased_until < now() then 'stuck' else 'running' end as state,
      case when leased_until is null then run_at end as since
    from ops.job_ready
    union all
    select handler, 'waiting', null from ops.job_waiting
  ), depth as (
    select handler, count(*) filter (where state = 'ready') as ready, count(*) filter (where state = 'running') as running,
      count(*) filter (where state = 'stuck') as stuck, count(*) filter (where state = 'waiting') as waiting, min(since) as oldest
    from ticket group by handler
  ), dead as (
    select handler, count(*) as letters from ops.job_dead_letter group by handler
  )
  select jsonb_build_object(
    'handlers', (
      select coalesce(jsonb_agg(jsonb_build_object('handler', handler.name, 'job_type', handler.job_type, 'paused', handler.paused_at is not null,
        'ready', coalesce(depth.ready, 0), 'running', coalesce(depth.running, 0), 'stuck', coalesce(depth.stuck, 0),
        'waiting', coalesce(depth.waiting, 0), 'dead_letters', coalesce(dead.letters, 0),
        'oldest_seconds', coalesce(round(extract(epoch from now() - depth.oldest)::numeric, 3), 0)) order by handler.name), '[]'::jsonb)
      from ops.job_handler as handler
      left join depth on depth.handler = handler.name
      left join dead on dead.handler = handler.name),
    'runs', (select coalesce(jsonb_agg(to_jsonb(metric) order by metric.handler, metric.outcome), '[]'::jsonb) from ops.job_metric as metric));
$$;
comment on function public.read_job_metrics is 'Depth, age of the oldest, dead letters, and runs per handler, for /metrics.';
revoke execute on function public.read_job_metrics from public, anon, authenticated;
grant execute on function public.read_job_metrics to service_role;

-- Security definer: helpers are in ops.
create function public.reset_due_quotas()
returns integer
language sql volatile security definer
set search_path = ''
as $$
  select ops.reset_expired_quotas();
$$;
comment on function public.reset_due_quotas is 'What the job type quota_reset does: starts the next cycle of every subscription whose cycle is over.';
revoke execute on function public.reset_due_quotas from public, anon, authenticated;
grant execute on function public.reset_due_quotas to service_role;

---------------------------------------------------------------------------------------------------------------------------
-- Functions: for the owner of a job

-- Security definer: writes the queue, after checking whose job it is.
create function ops.cancel_job(p_job_id uuid, p_user_id uuid)
returns boolean
language plpgsql volatile security definer
set search_path = '' set enable_seqscan = off set jit = off
as $$
begin
  if current_setting('role', true) in ('anon', 'authenticated') and p_user_id is distinct from auth.uid() then
    raise exception using errcode = 'SVG02', message = 'Jobs can be cancelled only for yourself';
  end if;
  if not exists (select from public.job_queue where id = p_job_id and (user_id = p_user_id or p_user_id is null)) then
    return false;
  end if;
  -- The ticket decides: whoever deletes it ends the job. A worker that runs it learns so with its next sign of life.
  delete from ops.job_ready where job_id = p_job_id;
  delete from ops.job_waiting where job_id = p_job_id;
  update public.job_queue set status = 'cancelled', finished_at = now()
  where id = p_job_id and status in ('pending', 'processing');
  return found;
end;
$$;
comment on function ops.cancel_job is 'See public.cancel_job.';
revoke execute on function ops.cancel_job from public;
grant execute on function ops.cancel_job to authenticated, service_role;

create function public.cancel_job(p_job_id uuid, p_user_id uuid default null)
returns boolean
language sql volatile security invoker
set search_path = ''
begin atomic
  select ops.cancel_job(p_job_id, p_user_id);
end;
comment on function public.cancel_job is
  'Ends a job that has not ended: nothing it does from now on counts. False when it has ended or is not this person''s. The service may leave the person out.';
revoke execute on function public.cancel_job from public, anon;
grant execute on function public.cancel_job to authenticated, service_role;

create function public.get_user_jobs(p_user_id uuid, p_status public.job_status_enum default null, p_job_type text default null,
  p_limit integer default 50, p_offset integer default 0)
returns table (id uuid, job_type text, handler text, status public.job_status_enum, priority smallint, progress_percent smallint,
  progress_message text, params jsonb, result jsonb, error_code text, error_message text, attempts smallint, max_attempts smallint,
  run_at timestamptz, created_at timestamptz, started_at timestamptz, finished_at timestamptz)
language sql stable security invoker
set search_path = ''
as $$
  select job.id, job.job_type, job.handler, job.status, job.priority, job.progress_percent, job.progress_message, job.params, job.result,
    job.error_code, job.error_message, job.attempts, job.max_attempts, job.run_at, job.created_at, job.started_at, job.finished_at
  from public.job_queue as job
  where job.user_id = p_user_id
    and (p_status is null or job.status = p_status)
    and (p_job_type is null or p_job_type in (job.job_type, job.handler))
  order by job.created_at desc
  limit least(greatest(p_limit, 1), 100)
  offset greatest(p_offset, 0);
$$;
comment on function public.get_user_jobs is 'A person''s jobs, newest first; row policies decide who sees them.';
revoke execute on function public.get_user_jobs from public, anon;
grant execute on function public.get_user_jobs to authenticated, service_role;

create function public.get_job_logs(p_job_id uuid, p_user_id uuid)
returns table (id bigint, level text, message text, details jsonb, attempt smallint, created_at timestamptz)
language sql stable security invoker
set search_path = ''
as $$
  select log.id, log.level, log.message, log.details, log.attempt, log.created_at
  from public.job_log as log
  where log.job_id = p_job_id and log.user_id is not distinct from p_user_id
  order by log.id
  limit 1000;
$$;
comment on function public.get_job_logs is 'What happened in a job, in order, at most 1,000 lines; row policies decide who sees them.';
revoke execute on function public.get_job_logs from public, anon;
grant execute on function public.get_job_logs to authenticated, service_role;

-- Security definer: looks the handler up, which is in ops.
create function ops.get_cached_job_result(p_user_id uuid, p_job_type text, p_params jsonb, p_max_age interval)
returns table (job_id uuid, result jsonb, finished_at timestamptz)
language plpgsql stable security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  v_handler ops.job_handler;
  v_max_age interval;
begin
  if current_setting('role', true) in ('anon', 'authenticated') and p_user_id is distinct from auth.uid() then
    raise exception using errcode = 'SVG02', message = 'Results can be looked up only for yourself';
  end if;
  v_handler := ops.find_job_handler(p_job_type, coalesce(p_params, '{}'));
  select coalesce(p_max_age, make_interval(secs => type.cache_seconds)) into v_max_age
  from public.job_type as type where type.slug = v_handler.job_type;
  return query
    select job.id, job.result, job.finished_at
    from public.job_queue as job
    where job.dedupe_hash = hashtextextended(coalesce(p_user_id::text, '') || v_handler.name || coalesce(p_params, '{}')::text, 0)
      and job.handler = v_handler.name and job.user_id is not distinct from p_user_id and job.params = coalesce(p_params, '{}')
      and job.status = 'completed' and job.finished_at > now() - v_max_age
    order by job.created_at desc
    limit 1;
end;
$$;
comment on function ops.get_cached_job_result is 'See public.get_cached_job_result.';
revoke execute on function ops.get_cached_job_result from public;
grant execute on function ops.get_cached_job_result to authenticated, service_role;

create function public.get_cached_job_result(p_user_id uuid, p_job_type text, p_params jsonb default '{}', p_max_age interval default null)
returns table (job_id uuid, result jsonb, finished_at timestamptz)
language sql stable security invoker
set search_path = ''
begin atomic
  select cached.job_id, cached.result, cached.finished_at
  from ops.get_cached_job_result(p_user_id, p_job_type, p_params, p_max_age) as cached;
end;
comment on function public.get_cached_job_result is
  'The result of the same job when it ended not long ago; by default as long as its type''s cache time. No row: there is none.';
revoke execute on function public.get_cached_job_result from public, anon;
grant execute on function public.get_cached_job_result to authenticated, service_role;

create function public.get_job_queue_stats(p_user_id uuid default null)
returns table (job_type text, status public.job_status_enum, job_count bigint, oldest_created_at timestamptz, average_seconds numeric)
language plpgsql stable security invoker
set search_path = ''
as $$
declare
  -- Of everybody only the last week: the ids begin with the time, so nothing older is read.
  v_since constant uuid := lpad(to_hex((extract(epoch from now() - interval '7 days') * 1000)::bigint), 12, '0') || repeat('0', 20);
begin
  if p_user_id is null and current_setting('role', true) in ('anon', 'authenticated') then
    raise exception using errcode = 'SVG02', message = 'Figures of everybody are the service''s own: name yourself';
  end if;
  return query
    select job.job_type, job.status, count(*), min(job.created_at),
      round(avg(extract(epoch from job.finished_at - job.started_at)) filter (where job.status = 'completed'), 3)
    from public.job_queue as job
    where job.user_id = p_user_id or (p_user_id is null and job.id >= v_since)
    group by job.job_type, job.status
    order by job.job_type, job.status;
end;
$$;
comment on function public.get_job_queue_stats is 'Jobs by type and status, of one person, or of everybody in the last seven days (for the service).';
revoke execute on function public.get_job_queue_stats from public, anon;
grant execute on function public.get_job_queue_stats to authenticated, service_role;

-- Security definer: watchers are in ops.
create function public.watch_job_status(p_watcher_id text, p_seconds integer default 60)
returns void
language sql volatile security definer
set search_path = ''
as $$
  -- One at a time, so that nobody sets the end without having seen the others.
  select pg_advisory_xact_lock(7208, 0);

  delete from ops.job_watcher where watches_until < now() - interval '1 hour' or (watcher_id = p_watcher_id and p_seconds < 1);

  insert into ops.job_watcher (watcher_id, watches_until)
  select p_watcher_id, now() + make_interval(secs => p_seconds) where p_seconds > 0
  on conflict (watcher_id) do update set watches_until = excluded.watches_until;

  select setval('ops.job_watch_end', greatest(1, ceil(extract(epoch from max(watches_until)))::bigint)) from ops.job_watcher;
$$;
comment on function public.watch_job_status is
  'For servers that LISTEN on job_status: for so many seconds each change of a creator''s job is notified there; 0 ends it. Apps watch through Realtime.';
revoke execute on function public.watch_job_status from public, anon, authenticated;
grant execute on function public.watch_job_status to service_role;

---------------------------------------------------------------------------------------------------------------------------
-- Functions: housekeeping, for cron and idle workers

create function ops.alert_dead_letters()
returns integer
language plpgsql volatile security invoker
set search_path = ''
as $$
declare
  v_known integer;
  v_letters integer;
begin
  select alerted_dead_letters into v_known from ops.job_wake for update skip locked;
  if not found then
    return 0;
  end if;
  select count(*) into v_letters from ops.job_dead_letter;
  if v_letters <= v_known then
    -- What was retried or discarded can grow again, and is news then.
    update ops.job_wake set alerted_dead_letters = v_letters where alerted_dead_letters <> v_letters;
    return 0;
  end if;
  insert into public.notification (user_id, type, title, message, data)
  select role.user_id, 'error', 'Jobs have failed for good',
    format('%s %s waiting to be retried or discarded', v_letters, case when v_letters = 1 then 'dead letter is' else 'dead letters are' end),
    jsonb_build_object('alert', 'dead_letters', 'count', v_letters,
      'handlers', (select jsonb_object_agg(handler, letters) from (
        select handler, count(*) as letters from ops.job_dead_letter group by handler) as by_handler))
  from public.user_role as role
  where role.role = 'admin'
    -- One alert for a list that grows, however many jobs make it grow: the next when the last was read, or is an hour old.
    and not exists (
      select from public.notification as earlier
      where earlier.user_id = role.user_id and earlier.data ->> 'alert' = 'dead_letters'
        and earlier.read_at is null and earlier.created_at > now() - interval '1 hour');
  if found then
    update ops.job_wake set alerted_dead_letters = v_letters;
  end if;
  return v_letters - v_known;
end;
$$;
comment on function ops.alert_dead_letters is 'Tells the admins that the list of dead letters has grown, once.';
revoke execute on function ops.alert_dead_letters from public;

-- Security definer: tickets are in ops.
create function public.detect_stuck_jobs()
returns table (job_id uuid, handler text, status public.job_status_enum)
language plpgsql volatile security definer
set search_path = '' set enable_seqscan = off set jit = off
as $$
#variable_conflict use_column
declare
  v_ticket ops.job_ready;
begin
  for v_ticket in
    select * from ops.job_ready
    where leased_until < now()
    order by leased_until
    limit 1000
    for update skip locked
  loop
    job_id := v_ticket.job_id;
    handler := v_ticket.handler;
    status := ops.end_attempt(v_ticket, 'worker_lost', 'The worker stopped answering', true, 0);
    return next;
  end loop;
  perform ops.alert_dead_letters();
end;
$$;
comment on function public.detect_stuck_jobs is
  'Ends the runs whose lease is over: another attempt, or a dead letter after the last. Claims take such jobs by themselves; this is for a queue that nobody visits.';
revoke execute on function public.detect_stuck_jobs from public, anon, authenticated;
grant execute on function public.detect_stuck_jobs to service_role;

-- Security definer: tickets are in ops.
create function public.retry_failed_jobs()
returns table (job_id uuid, handler text, attempts smallint)
language plpgsql volatile security definer
set search_path = '' set enable_seqscan = off set jit = off
as $$
#variable_conflict use_column
begin
  perform ops.promote_due_jobs(10000);
  return query
    with again as (
      delete from ops.job_dead_letter
      where job_id = any (array(
        select letter.job_id from ops.job_dead_letter as letter
        join public.job_queue as job on job.id = letter.job_id
        where job.status = 'failed' and job.attempts < job.max_attempts
        order by letter.failed_at
        limit 1000
        for update of letter skip locked))
      returning job_id
    ), pending as (
      update public.job_queue as job set status = 'pending', finished_at = null
      from again where job.id = again.job_id
      returning job.*
    ), queued as (
      insert into ops.job_waiting (job_id, user_id, handler, is_limited, priority, run_at, attempt, max_attempts, timeout_seconds)
      select job.id, job.user_id, job.handler, handler.max_concurrency is not null, job.priority,
        case when handler.paused_at is null then now() else 'infinity' end, job.attempts, job.max_attempts, type.timeout_seconds
      from pending as job
      join ops.job_handler as handler on handler.name = job.handler
      join public.job_type as type on type.slug = handler.job_type
    )
    select pending.id, pending.handler, pending.attempts from pending;
  perform pg_advisory_xact_lock_shared(7206, 0);
  if exists (select from ops.job_waiting where run_at <= now()) or exists (select from ops.job_ready where leased_until is null) then
    perform ops.wake_workers();
  end if;
end;
$$;
comment on function public.retry_failed_jobs is
  'Lets due retries run, puts dead letters that were given more attempts back, and wakes somebody when there is work. Harmless when repeated.';
revoke execute on function public.retry_failed_jobs from public, anon, authenticated;
grant execute on function public.retry_failed_jobs to service_role;

-- Security definer: tickets are in ops.
create function public.expire_stale_jobs()
returns table (job_id uuid, handler text)
language plpgsql volatile security definer
set search_path = ''
as $$
#variable_conflict use_column
begin
  return query
    with stale as (
      delete from ops.job_ready
      where job_id = any (array(
        select ticket.job_id from ops.job_ready as ticket
        join ops.job_handler as handler on handler.name = ticket.handler
        join public.job_type as type on type.slug = handler.job_type
        where ticket.leased_until is null and ticket.run_at < now() - make_interval(secs => type.expire_seconds)
        limit 1000
        for update of ticket skip locked))
      returning job_id
    ), paused as (
      delete from ops.job_waiting
      where job_id = any (array(
        select ticket.job_id from ops.job_waiting as ticket
        join public.job_queue as job on job.id = ticket.job_id
        join public.job_type as type on type.slug = job.job_type
        where ticket.run_at = 'infinity' and job.run_at < now() - make_interval(secs => type.expire_seconds)
        limit 1000
        for update of ticket skip locked))
      returning job_id
    )
    update public.job_queue as job
    set status = 'expired', finished_at = now(), error_code = 'expired', error_message = coalesce(job.error_message, 'Nobody began this job in time')
    where job.id in (select job_id from stale union all select job_id from paused)
    returning job.id, job.handler;
end;
$$;
comment on function public.expire_stale_jobs is 'Gives up jobs that nobody has begun for longer than their type allows, at most 2,000 a run.';
revoke execute on function public.expire_stale_jobs from public, anon, authenticated;
grant execute on function public.expire_stale_jobs to service_role;

-- Security definer: only this deletes history.
create function public.cleanup_old_jobs()
returns bigint
language plpgsql volatile security definer
set search_path = ''
as $$
declare
  v_deleted bigint;
begin
  delete from public.job_queue
  where id = any (array(
    select job.id
    from public.job_queue as job
    join public.job_type as type on type.slug = job.job_type
    where job.id < ops.job_ids_before(now() - (select make_interval(days => min(keep_days)) from public.job_type))
      and job.finished_at < now() - make_interval(days => type.keep_days)
      and not exists (select from ops.job_dead_letter as letter where letter.job_id = job.id)
    order by job.id
    limit 20000));
  get diagnostics v_deleted = row_count;
  return v_deleted;
end;
$$;
comment on function public.cleanup_old_jobs is 'Deletes ended jobs that are older than their type keeps them, and their logs; at most 20,000 a run. Dead letters stay.';
revoke execute on function public.cleanup_old_jobs from public, anon, authenticated;
grant execute on function public.cleanup_old_jobs to service_role;

create function ops.process_job_queue()
returns void
language plpgsql volatile security invoker
set search_path = ''
as $$
begin
  if exists (select from ops.job_waiting where run_at <= now())
    or exists (select from ops.job_ready where leased_until is null or leased_until < now()) then
    perform ops.invoke_edge_function('job-processor');
  end if;
end;
$$;
comment on function ops.process_job_queue is 'For cron, as the safety net: asks job-processor to run while there is work.';
revoke execute on function ops.process_job_queue from public;

---------------------------------------------------------------------------------------------------------------------------
-- Functions: for admins. Rules in ops, doors in public, as in module 000.

-- Security definer: reads across people, after checking the caller's role.
create function ops.list_dead_letters(p_limit integer, p_offset integer)
returns table (job_id uuid, user_id uuid, job_type text, handler text, params jsonb, attempts smallint, error_code text, error_message text,
  created_at timestamptz, failed_at timestamptz, total_count bigint)
language plpgsql stable security definer
set search_path = ''
as $$
begin
  perform ops.require_role('admin');
  return query
    select job.id, job.user_id, job.job_type, job.handler, job.params, job.attempts, job.error_code, job.error_message, job.created_at,
      letter.failed_at, (select count(*) from ops.job_dead_letter)
    from ops.job_dead_letter as letter
    join public.job_queue as job on job.id = letter.job_id
    order by letter.failed_at desc
    limit least(greatest(p_limit, 1), 100)
    offset greatest(p_offset, 0);
end;
$$;
comment on function ops.list_dead_letters is 'See public.list_dead_letters.';
revoke execute on function ops.list_dead_letters from public;
grant execute on function ops.list_dead_letters to authenticated, service_role;

create function public.list_dead_letters(p_limit integer default 50, p_offset integer default 0)
returns table (job_id uuid, user_id uuid, job_type text, handler text, params jsonb, attempts smallint, error_code text, error_message text,
  created_at timestamptz, failed_at timestamptz, total_count bigint)
language sql stable security invoker
set search_path = ''
begin atomic
  select letter.job_id, letter.user_id, letter.job_type, letter.handler, letter.params, letter.attempts, letter.error_code,
    letter.error_message, letter.created_at, letter.failed_at, letter.total_count
  from ops.list_dead_letters(p_limit, p_offset) as letter;
end;
comment on function public.list_dead_letters is 'Admins see the jobs whose last attempt failed, newest first.';
revoke execute on function public.list_dead_letters from public, anon;
grant execute on function public.list_dead_letters to authenticated, service_role;

-- Security definer: changes other people's jobs, after checking the caller's role.
create function ops.retry_dead_letters(p_job_ids uuid[])
returns integer
language plpgsql volatile security definer
set search_path = ''
as $$
declare
  v_retried integer;
begin
  perform ops.require_role('admin');
  perform pg_advisory_xact_lock_shared(7206, 0);
  with again as (
    delete from ops.job_dead_letter where job_id = any (p_job_ids) returning job_id
  ), pending as (
    update public.job_queue as job set status = 'pending', finished_at = null, attempts = 0
    from again where job.id = again.job_id and job.status = 'failed'
    returning job.*
  )
  insert into ops.job_waiting (job_id, user_id, handler, is_limited, priority, run_at, attempt, max_attempts, timeout_seconds)
  select job.id, job.user_id, job.handler, handler.max_concurrency is not null, job.priority,
    case when handler.paused_at is null then now() else 'infinity' end, 0, job.max_attempts, type.timeout_seconds
  from pending as job
  join ops.job_handler as handler on handler.name = job.handler
  join public.job_type as type on type.slug = handler.job_type;
  get diagnostics v_retried = row_count;
  perform ops.record_audit('job.retried', null, jsonb_build_object('job_ids', to_jsonb(p_job_ids), 'count', v_retried));
  perform ops.wake_workers();
  return v_retried;
end;
$$;
comment on function ops.retry_dead_letters is 'See public.retry_dead_letters.';
revoke execute on function ops.retry_dead_letters from public;
grant execute on function ops.retry_dead_letters to authenticated, service_role;

create function public.retry_dead_letters(p_job_ids uuid[])
returns integer
language sql volatile security invoker
set search_path = ''
begin atomic
  select ops.retry_dead_letters(p_job_ids);
end;
comment on function public.retry_dead_letters is 'Admins give dead letters all their attempts again. Returns how many. The audit log keeps it.';
revoke execute on function public.retry_dead_letters from public, anon;
grant execute on function public.retry_dead_letters to authenticated, service_role;

-- Security definer: changes other people's jobs, after checking the caller's role.
create function ops.discard_dead_letters(p_job_ids uuid[])
returns integer
language plpgsql volatile security definer
set search_path = ''
as $$
declare
  v_discarded integer;
begin
  perform ops.require_role('admin');
  delete from ops.job_dead_letter where job_id = any (p_job_ids);
  get diagnostics v_discarded = row_count;
  perform ops.record_audit('job.discarded', null, jsonb_build_object('job_ids', to_jsonb(p_job_ids), 'count', v_discarded));
  return v_discarded;
end;
$$;
comment on function ops.discard_dead_letters is 'See public.discard_dead_letters.';
revoke execute on function ops.discard_dead_letters from public;
grant execute on function ops.discard_dead_letters to authenticated, service_role;

create function public.discard_dead_letters(p_job_ids uuid[])
returns integer
language sql volatile security invoker
set search_path = ''
begin atomic
  select ops.discard_dead_letters(p_job_ids);
end;
comment on function public.discard_dead_letters is
  'Admins take dead letters off the list; the jobs stay failed, and go when their type''s time is over. Returns how many. The audit log keeps it.';
revoke execute on function public.discard_dead_letters from public, anon;
grant execute on function public.discard_dead_letters to authenticated, service_role;

-- Security definer: changes how everybody's jobs run, after checking the caller's role.
create function ops.set_job_type_paused(p_job_type text, p_paused boolean)
returns integer
language plpgsql volatile security definer
-- Behind the gate's exclusive lock every maker waits: rather give up than hold them for long.
set search_path = '' set lock_timeout = '5s'
as $$
declare
  v_handlers text[];
  v_moved integer;
begin
  perform ops.require_role('admin');
  -- Whoever is making a job has looked at the handler before it was paused: wait for them.
  perform pg_advisory_xact_lock(7206, 0);
  with changed as (
    update ops.job_handler set paused_at = case when p_paused then coalesce(paused_at, now()) end
    where p_job_type in (name, job_type)
    returning name
  )
  select array_agg(name) into v_handlers from changed;
  if v_handlers is null then
    raise exception using errcode = 'SVG01', message = format('There is no job type named %s', left(p_job_type, 60));
  end if;
  if p_paused then
    with held as (
      delete from ops.job_ready
      where job_id = any (array(
        select job_id from ops.job_ready where handler = any (v_handlers) and leased_until is null for update skip locked))
      returning *
    )
    insert into ops.job_waiting (job_id, user_id, handler, is_limited, priority, run_at, attempt, max_attempts, timeout_seconds)
    select job_id, user_id, handler, is_limited, priority, 'infinity', attempt, max_attempts, timeout_seconds from held;
    get diagnostics v_moved = row_count;
    update ops.job_waiting set run_at = 'infinity' where handler = any (v_handlers) and run_at < 'infinity';
  else
    update ops.job_waiting as ticket set run_at = greatest(job.run_at, now())
    from public.job_queue as job
    where ticket.handler = any (v_handlers) and ticket.run_at = 'infinity' and job.id = ticket.job_id;
    get diagnostics v_moved = row_count;
    perform ops.wake_workers();
  end if;
  perform ops.record_audit(case when p_paused then 'job_type.paused' else 'job_type.resumed' end, null,
    jsonb_build_object('handlers', to_jsonb(v_handlers)));
  return v_moved;
end;
$$;
comment on function ops.set_job_type_paused is 'See public.pause_job_type and public.resume_job_type.';
revoke execute on function ops.set_job_type_paused from public;
grant execute on function ops.set_job_type_paused to authenticated, service_role;

create function public.pause_job_type(p_job_type text)
returns integer
language sql volatile security invoker
set search_path = ''
begin atomic
  select ops.set_job_type_paused(p_job_type, true);
end;
comment on function public.pause_job_type is
  'Admins hold back a handler or a category: jobs can be made and wait, those that run go on. Returns how many were held. The audit log keeps it.';
revoke execute on function public.pause_job_type from public, anon;
grant execute on function public.pause_job_type to authenticated, service_role;

create function public.resume_job_type(p_job_type text)
returns integer
language sql volatile security invoker
set search_path = ''
begin atomic
  select ops.set_job_type_paused(p_job_type, false);
end;
comment on function public.resume_job_type is 'Admins let a handler or a category run again. Returns how many jobs were waiting for it. The audit log keeps it.';
revoke execute on function public.resume_job_type from public, anon;
grant execute on function public.resume_job_type to authenticated, service_role;

---------------------------------------------------------------------------------------------------------------------------
-- Functions: the cache of a payment provider's data, in module 000's cache_store

create function public.cache_stripe_data(p_key text, p_data jsonb, p_ttl integer default 3600)
returns void
language sql volatile security invoker
set search_path = ''
as $$
  insert into public.cache_store (key, value, expires_at)
  select p_key, p_data, now() + make_interval(secs => greatest(p_ttl, 0))
  where p_key like 'stripe:%'
  on conflict (key) do update set value = excluded.value, expires_at = excluded.expires_at;
$$;
comment on function public.cache_stripe_data is 'Keeps an answer under a key that begins with stripe:, for so many seconds. Other keys are not its own and are left alone.';
revoke execute on function public.cache_stripe_data from public, anon, authenticated;
grant execute on function public.cache_stripe_data to service_role;

create function public.get_cached_stripe_data(p_key text)
returns jsonb
language sql stable security invoker
set search_path = ''
as $$
  select value from public.cache_store where key = p_key and key like 'stripe:%' and expires_at > now();
$$;
comment on function public.get_cached_stripe_data is 'What is cached under a key and has not expired; else null.';
revoke execute on function public.get_cached_stripe_data from public, anon, authenticated;
grant execute on function public.get_cached_stripe_data to service_role;

create function public.invalidate_stripe_cache(p_pattern text)
returns integer
language plpgsql volatile security invoker
set search_path = ''
as $$
declare
  v_deleted integer;
begin
  delete from public.cache_store where key like p_pattern and key like 'stripe:%';
  get diagnostics v_deleted = row_count;
  return v_deleted;
end;
$$;
comment on function public.invalidate_stripe_cache is 'Forgets what is cached under keys like this (LIKE, such as stripe:product:%). Never keys of anything else. Returns how many.';
revoke execute on function public.invalidate_stripe_cache from public, anon, authenticated;
grant execute on function public.invalidate_stripe_cache to service_role;

create function public.invalidate_stripe_cache_from_webhook(p_event_type text, p_object_id text)
returns integer
language sql volatile security invoker
set search_path = ''
as $$
  -- customer.subscription.updated is about a subscription: the part before the verb names the object.
  select public.invalidate_stripe_cache(format('stripe:%s:%s%%', replace(kind, '_', '\_'), replace(replace(p_object_id, '\', '\\'), '_', '\_')))
  from (select (string_to_array(p_event_type, '.'))[cardinality(string_to_array(p_event_type, '.')) - 1] as kind) as event
  where kind is not null and p_object_id <> '';
$$;
comment on function public.invalidate_stripe_cache_from_webhook is
  'Forgets what is cached of the object that an event is about: product.updated on prod_1 forgets stripe:product:prod_1 and what hangs below it.';
revoke execute on function public.invalidate_stripe_cache_from_webhook from public, anon, authenticated;
grant execute on function public.invalidate_stripe_cache_from_webhook to service_role;

---------------------------------------------------------------------------------------------------------------------------
-- Triggers

-- One function for all rules, and no condition at the triggers: PostgreSQL copies and reads the text of every check and every condition
-- of a table anew in every statement, and those of the eight rules and of the moves took a third of the time of a worker's call. And one
-- expression for all of them, for each costs a batch more than what it asks.
create function ops.change_job()
returns trigger
language plpgsql volatile security invoker
set search_path = ''
as $$
declare
  v_news constant text := case
    when jsonb_typeof(new.params) <> 'object' then 'job_queue_params_is_object'
    when new.priority not between 1 and 10 then 'job_queue_priority_in_range'
    when new.progress_percent not between 0 and 100 then 'job_queue_progress_in_range'
    when (new.finished_at is not null) <> (new.status not in ('pending', 'processing')) then 'job_queue_finished_iff_final'
    when new.status = 'processing' and (new.started_at is null or new.worker_id is null) then 'job_queue_processing_has_worker'
    when new.result is not null and new.status <> 'completed' then 'job_queue_result_only_completed'
    when new.status = 'completed' and new.progress_percent <> 100 then 'job_queue_completed_is_whole'
    when new.status = 'failed' and new.error_message is null then 'job_queue_failed_says_why'
    -- What is being made has no old status, and so the rest is not about it.
    when old.status = new.status then null
    when old.status = 'pending' and new.status not in ('processing', 'cancelled', 'expired')
      or old.status = 'failed' and new.status <> 'pending'
      or old.status in ('completed', 'cancelled', 'expired')
    then 'job_queue_known_moves'
    -- The service's own jobs have nobody who would watch them.
    when old.status <> new.status and new.user_id is not null
      and to_timestamp(pg_catalog.pg_sequence_last_value('ops.job_watch_end'::regclass)) > now()
    then 'is watched'
  end;
begin
  if v_news is null then
    return new;
  elsif v_news = 'is watched' then
    perform pg_notify('job_status', json_build_object('job_id', new.id, 'user_id', new.user_id, 'job_type', new.job_type,
      'status', new.status)::text);
    return new;
  end if;
  raise exception using errcode = 'check_violation', schema = 'public', table = 'job_queue', constraint = v_news,
    message = case v_news
      when 'job_queue_known_moves' then format('Cannot move a job from %s to %s', old.status, new.status)
      else format('new row for relation "job_queue" violates check constraint "%s"', v_news)
    end;
end;
$$;
comment on function ops.change_job is
  'Trigger: refuses a job whose columns do not go together and a move that the states do not have; tells whoever listens on channel job_status and has said so with watch_job_status().';
revoke execute on function ops.change_job from public;

-- Security definer: fires as whoever deletes a person, who may not reach tickets.
create function ops.drop_job_ticket()
returns trigger
language plpgsql volatile security definer
set search_path = ''
as $$
begin
  delete from ops.job_ready where job_id = old.id;
  delete from ops.job_waiting where job_id = old.id;
  return null;
end;
$$;
comment on function ops.drop_job_ticket is 'Trigger: a job that is deleted, with its owner for example, is nobody''s work any more.';
revoke execute on function ops.drop_job_ticket from public;

create trigger job_queue_guard before insert on public.job_queue
  for each row execute function ops.change_job();
create trigger job_status_change_notify before update on public.job_queue
  for each row execute function ops.change_job();
create trigger job_queue_drop_ticket after delete on public.job_queue
  for each row execute function ops.drop_job_ticket();
create trigger job_type_touch_updated_at before update on public.job_type
  for each row execute function ops.touch_updated_at();

---------------------------------------------------------------------------------------------------------------------------
-- Policies

create policy "Signed-in people read the job types" on public.job_type
  for select to authenticated using (true);
create policy "Creators read their own jobs" on public.job_queue
  for select to authenticated using (user_id = (select auth.uid()));
create policy "Creators read the logs of their own jobs" on public.job_log
  for select to authenticated using (user_id = (select auth.uid()));

create policy "Only functions read the handlers" on ops.job_handler for all to postgres using (true) with check (true);
create policy "Only functions hold tickets" on ops.job_ready for all to postgres using (true) with check (true);
create policy "Only functions hold tickets" on ops.job_waiting for all to postgres using (true) with check (true);
create policy "Only functions keep dead letters" on ops.job_dead_letter for all to postgres using (true) with check (true);
create policy "Only functions see the workers" on ops.job_worker for all to postgres using (true) with check (true);
create policy "Only functions see the watchers" on ops.job_watcher for all to postgres using (true) with check (true);
create policy "Only functions wake" on ops.job_wake for all to postgres using (true) with check (true);
create policy "Only functions keep metrics" on ops.job_metric for all to postgres using (true) with check (true);

---------------------------------------------------------------------------------------------------------------------------
-- Grants

grant select on public.job_type to authenticated, service_role;
-- No insert, update or delete for anybody: the functions above keep job and ticket together.
grant select on public.job_queue, public.job_log to authenticated, service_role;

---------------------------------------------------------------------------------------------------------------------------
-- Reference rows

insert into public.job_type (slug, display_name, description, is_for_creators, max_attempts, backoff_base_seconds, backoff_cap_seconds,
  timeout_seconds, dedupe_seconds, cache_seconds, expire_seconds, keep_days, sort_order)
values
  ('platform_sync', 'Sync', 'Brings an account''s library up to date', true, 5, 10, 900, 1800, 300, 3600, 86400, 30, 1),
  ('ai_analysis', 'AI analysis', 'Suggests titles, descriptions and tags', true, 4, 5, 300, 300, 300, 3600, 86400, 30, 2),
  ('seo_submission', 'SEO submission', 'Tells search engines about a page', true, 5, 30, 3600, 300, 300, 3600, 86400, 30, 3),
  ('quota_reset', 'Quota reset', 'Begins the next cycle of subscriptions', false, 5, 10, 600, 600, 60, 0, 21600, 7, 4),
  ('token_refresh', 'Token refresh', 'Refreshes the tokens of connected accounts', false, 5, 10, 600, 600, 60, 0, 21600, 7, 5)
on conflict (slug) do update
set display_name = excluded.display_name, description = excluded.description, is_for_creators = excluded.is_for_creators,
  max_attempts = excluded.max_attempts, backoff_base_seconds = excluded.backoff_base_seconds, backoff_cap_seconds = excluded.backoff_cap_seconds,
  timeout_seconds = excluded.timeout_seconds, dedupe_seconds = excluded.dedupe_seconds, cache_seconds = excluded.cache_seconds,
  expire_seconds = excluded.expire_seconds, keep_days = excluded.keep_days, sort_order = excluded.sort_order;

insert into ops.job_handler (name, job_type, platform, is_default, max_concurrency)
values
  ('sync_youtube', 'platform_sync', 'youtube', false, 20),
  ('sync_instagram', 'platform_sync', 'instagram', false, 10),
  ('sync_tiktok', 'platform_sync', 'tiktok', false, 10),
  ('sync_facebook', 'platform_sync', 'facebook', false, 10),
  ('sync_twitter', 'platform_sync', 'twitter', false, 5),
  ('ai_generate_tags', 'ai_analysis', null, true, 20),
  ('submit_to_seo', 'seo_submission', null, true, 10),
  ('quota_reset', 'quota_reset', null, true, 1),
  ('token_refresh', 'token_refresh', null, true, 2)
on conflict (name) do update
set job_type = excluded.job_type, platform = excluded.platform, is_default = excluded.is_default, max_concurrency = excluded.max_concurrency;

insert into ops.job_wake default values on conflict do nothing;
