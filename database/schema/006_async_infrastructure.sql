-- Module 006, async infrastructure: the job queue and its logs, Stripe events, and the plans that follow from them.
-- Requires module 000. Jobs on platform accounts also require module 001.
--
-- A job is two rows. The row in public.job_queue is what its owner and Realtime see; it stays as history. The row in ops.job_ready is what
-- workers compete for: narrow, and deleted when the job ends, so a million finished jobs cost a worker nothing. Every function locks the
-- ready job first and the row in job_queue second.
--
--   Types
--   Tables: kinds of work
--   Tables: jobs
--   Tables: workers
--   Tables: billing
--   Functions: waking workers
--   Functions: creating jobs
--   Functions: claiming jobs
--   Functions: running one job
--   Functions: metrics
--   Functions: a job's owner
--   Functions: housekeeping, for cron
--   Functions: admins
--   Functions: the cache of a payment provider's data
--   Functions: what Stripe reports
--   Functions: entitlement
--   Functions: customers and checkouts
--   Functions: mail
--   Triggers
--   Policies
--   Grants
--   Reference rows

-- ## Types

create type public.job_status_enum as enum ('pending', 'processing', 'completed', 'failed', 'cancelled', 'expired');
comment on type public.job_status_enum is
  'pending → processing → completed, failed, cancelled or expired. A job returns to pending only for another attempt.';

-- ## Tables: kinds of work

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
comment on table public.job_type is 'The categories of work, and how jobs of each are retried, time-limited, deduplicated and kept.';
comment on column public.job_type.is_for_creators is 'Whether creators may request it. If false, only the service can.';
comment on column public.job_type.backoff_base_seconds is
  'Upper bound of the random wait before the second attempt; doubles with each further attempt.';
comment on column public.job_type.backoff_cap_seconds is 'Maximum of the growing upper bound.';
comment on column public.job_type.timeout_seconds is 'A run that takes longer loses its lease, even if its worker is alive.';
comment on column public.job_type.dedupe_seconds is 'An equal job created less than this long ago is returned instead of a new one.';
comment on column public.job_type.cache_seconds is
  'find_or_create_job() and get_cached_job_result() return the result of an equal job that ended less than this long ago.';
comment on column public.job_type.expire_seconds is 'A job that has not started this long after it was due expires.';
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
comment on table ops.job_handler is
  'What workers can do. Each row ships with the code that implements it (_shared/jobs/registry.ts). A category without a row is refused.';
comment on column ops.job_handler.is_default is 'Whether this handler takes the jobs created by the name of its category.';
comment on column ops.job_handler.platform is
  'If set, the handler takes only those jobs of its category whose params name an account on this platform. Null: all of them.';
comment on column ops.job_handler.max_concurrency is
  'How many of its jobs may run at once, across all workers. Null: no limit. A job keeps the setting (limited or not) from when it was created.';
comment on column ops.job_handler.paused_at is 'While set, its jobs wait. See pause_job_type().';

-- Serves create_job() by category: one handler per category, or per platform of a category. Also serves the foreign key.
create unique index job_handler_default_key on ops.job_handler (job_type, platform) nulls not distinct where is_default;
create index job_handler_job_type_idx on ops.job_handler (job_type);

-- ## Tables: jobs

create table public.job_queue (
  -- A timestamp in milliseconds followed by random bits: jobs can be found by age, and new jobs are adjacent in the index.
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
  updated_at timestamptz not null default now(),
  constraint job_queue_pkey primary key (id),
  constraint job_queue_user_id_fkey foreign key (user_id) references public.users (id) on delete cascade,
  constraint job_queue_params_is_object check (jsonb_typeof(params) = 'object'),
  constraint job_queue_priority_in_range check (priority between 1 and 10),
  constraint job_queue_progress_in_range check (progress_percent between 0 and 100),
  constraint job_queue_finished_iff_final check ((finished_at is null) = (status in ('pending', 'processing'))),
  constraint job_queue_processing_has_worker check (status <> 'processing' or num_nulls(started_at, worker_id) = 0),
  constraint job_queue_result_only_completed check (result is null or status = 'completed'),
  constraint job_queue_completed_is_whole check (status <> 'completed' or progress_percent = 100),
  constraint job_queue_failed_says_why check (status <> 'failed' or error_message is not null)
)
-- Leaves room on each page for the three row versions of a job's life. With batches of 100 and four workers every update then stays on its
-- page, and a job takes 730 bytes including its indexes. Fuller pages save no disk: at 75, two updates in three move to another page and
-- touch every index, and a job takes 750 bytes; at 50 it takes 890.
with (fillfactor = 29);
alter table public.job_queue enable row level security;
-- No foreign keys to job_type and job_handler: every insert would lock the same few rows. Only functions write here, and they look up both.
comment on table public.job_queue is
  'Every job, including ended jobs until they are cleaned up. The owner watches it live. Only functions write it.';
comment on column public.job_queue.user_id is 'The owner of the job. Null: the service itself.';
comment on column public.job_queue.handler is 'The handler that runs the job, such as sync_youtube.';
comment on column public.job_queue.params is 'Input of the handler. The owner can read it, so it never holds a secret.';
comment on column public.job_queue.dedupe_hash is 'Hash of user, handler and params. Jobs with equal hashes are compared in full.';
comment on column public.job_queue.priority is '1 to 10; jobs with a higher number run first.';
comment on column public.job_queue.attempts is 'Runs that were started. A run whose worker released the job does not count.';
comment on column public.job_queue.checkpoint is 'Where the next run continues. Its format belongs to the handler.';
comment on column public.job_queue.error_message is 'Why the last run failed, in words for the owner. It stays when a later run succeeds.';
comment on column public.job_queue.request_id is 'The request that created the job.';
comment on column public.job_queue.run_at is 'Earliest time at which the job may run.';
comment on column public.job_queue.started_at is 'When the latest run began.';
comment on column public.job_queue.updated_at is 'Time of the latest change, including progress. In no index: see below.';

-- No index contains a column that changes, so each step of a job is a HOT update.
-- Serves create_job() and get_cached_job_result(): equal jobs, newest first.
create index job_queue_dedupe_idx on public.job_queue (dedupe_hash, created_at desc);
-- Serves get_user_jobs(), get_job_queue_stats() for one user, and the foreign key.
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
comment on table public.job_log is 'What happened in a job, in words for its owner. Append-only, and deleted with the job.';
comment on column public.job_log.user_id is
  'Copy of the job''s user_id, so that the policy needs no join. No foreign key: the row is deleted with the job.';
comment on column public.job_log.attempt is 'The run that wrote it.';

-- Serves get_job_logs() and the foreign key.
create index job_log_job_id_idx on public.job_log (job_id, id);

create sequence ops.job_fence;
comment on sequence ops.job_fence is
  'Each run gets a number, its fence, higher than any before. A call with an older number comes from a worker that was presumed dead.';

create table ops.job_ready (
  job_id uuid not null,
  user_id uuid,
  handler text not null,
  is_limited boolean not null,
  is_waiting boolean not null default false,
  priority smallint not null,
  run_at timestamptz not null,
  attempt smallint not null default 0,
  max_attempts smallint not null,
  timeout_seconds integer not null,
  claimed_at timestamptz,
  leased_until timestamptz,
  fence bigint,
  constraint job_ready_pkey primary key (job_id),
  constraint job_ready_leased_iff_fenced check (num_nulls(claimed_at, leased_until, fence) in (0, 3)),
  constraint job_ready_waiting_is_not_leased check (not is_waiting or leased_until is null)
)
-- Half of each page is kept free for claims and lease extensions. The disk cost is negligible: rows live only as long as their job. Rows are
-- inserted and deleted constantly, so vacuum runs often and without delay.
with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);
alter table ops.job_ready enable row level security;
-- No foreign key to job_queue: checking it would cost each insert a lock. The trigger job_queue_drop_ready keeps the two in step.
comment on table ops.job_ready is
  'Jobs that have not ended, as workers see them: when each may be claimed, and which run holds it. Deleted when the job ends.';
comment on column ops.job_ready.is_limited is 'Whether its handler has a concurrency limit.';
comment on column ops.job_ready.is_waiting is
  'Cannot be claimed yet: scheduled for later, waiting for its next attempt, or its handler is paused. See promote_due_jobs().';
comment on column ops.job_ready.run_at is 'Earliest time of the next run. Infinity: not until its handler is resumed.';
comment on column ops.job_ready.leased_until is
  'Until this time the job belongs to one worker. Null: unclaimed. In the past: the worker is presumed dead, and any worker may claim the job.';
comment on column ops.job_ready.fence is
  'Number of the run. Negative for a run begun by start_job(), which does not return the number; its caller need not pass it.';

-- A claim and a lease extension change no indexed column, so both are HOT updates.
-- Serves finish_and_claim_jobs().
create index job_ready_order_idx on ops.job_ready (priority desc, run_at) where not is_limited and not is_waiting;
-- Serves the claims of handlers with a concurrency limit.
create index job_ready_limited_idx on ops.job_ready (handler, priority desc, run_at) where is_limited and not is_waiting;
-- Serves promote_due_jobs().
create index job_ready_waiting_idx on ops.job_ready (run_at) where is_waiting;
-- Serves the limit of ten jobs per user.
create index job_ready_user_id_idx on ops.job_ready (user_id) where user_id is not null;

create table ops.job_dead_letter (
  job_id uuid not null,
  handler text not null,
  error_code text,
  failed_at timestamptz not null default now(),
  constraint job_dead_letter_pkey primary key (job_id),
  constraint job_dead_letter_job_id_fkey foreign key (job_id) references public.job_queue (id) on delete cascade
);
alter table ops.job_dead_letter enable row level security;
comment on table ops.job_dead_letter is 'Jobs whose last attempt failed, until an admin retries or discards them.';
comment on column ops.job_dead_letter.error_code is 'Copy of the job''s error_code, so that filtering by error does not read every job.';

-- Serves list_dead_letters(), newest first, and the alert.
create index job_dead_letter_failed_at_idx on ops.job_dead_letter (failed_at);
-- Serves admin_list_dead_letters() and admin_settle_dead_letters() for one error.
create index job_dead_letter_error_code_idx on ops.job_dead_letter (error_code, failed_at desc, job_id desc);

-- ## Tables: workers

-- Unlogged: after a crash of the database the table is empty, and each worker registers again with its next claim.
create unlogged table ops.job_worker (
  worker_id text not null,
  seen_at timestamptz not null,
  parked_until timestamptz,
  constraint job_worker_pkey primary key (worker_id)
) with (fillfactor = 50);
alter table ops.job_worker enable row level security;
comment on table ops.job_worker is 'Workers that currently take jobs. Creating a job wakes a worker only if none would find the job anyway.';
comment on column ops.job_worker.seen_at is
  'Time of the last claim, accurate to one second. More than two seconds ago: the worker is busy or dead.';
comment on column ops.job_worker.parked_until is 'The worker found nothing and listens on channel job_ready until then.';

create table ops.job_wake (
  only_row boolean not null default true,
  asked_at timestamptz not null default '-infinity',
  constraint job_wake_pkey primary key (only_row),
  constraint job_wake_is_one_row check (only_row)
);
alter table ops.job_wake enable row level security;
comment on table ops.job_wake is 'When job-processor was last asked to run; -infinity once it has started.';

create table ops.job_metric (
  handler text not null,
  outcome text not null,
  count bigint not null,
  duration_ms_sum double precision not null,
  buckets bigint[] not null,
  constraint job_metric_pkey primary key (handler, outcome)
) with (fillfactor = 50);
alter table ops.job_metric enable row level security;
comment on table ops.job_metric is 'Number of runs per handler and outcome since the installation, summed from what workers report.';
comment on column ops.job_metric.buckets is 'Histogram of durations; _shared/observability/metrics.ts defines the bounds.';

-- ## Tables: billing

create table public.stripe_webhook_events (
  id uuid not null default gen_random_uuid(),
  event_id text not null,
  event_type text not null,
  livemode boolean not null,
  subject text,
  data jsonb not null default '{}',
  status text not null default 'pending',
  attempts smallint not null default 0,
  due_at timestamptz not null default now(),
  last_error text,
  processed_at timestamptz,
  created_at timestamptz not null default now(),
  constraint stripe_webhook_events_pkey primary key (id),
  constraint stripe_webhook_events_event_id_key unique (event_id),
  constraint stripe_webhook_events_status_known check (status in ('pending', 'failed', 'processed', 'ignored')),
  constraint stripe_webhook_events_data_is_object check (jsonb_typeof(data) = 'object'),
  constraint stripe_webhook_events_open_has_subject check (subject is not null or status in ('processed', 'ignored'))
);
alter table public.stripe_webhook_events enable row level security;
comment on table public.stripe_webhook_events is
  'Events reported by Stripe, one row per event id, and the queue from which they are processed. An event says only that something changed, never the current state: that is fetched from Stripe.';
comment on column public.stripe_webhook_events.subject is
  'What has to be fetched: a customer (cus_…), or a charge (ch_…) if the event names no customer. Null: nothing.';
comment on column public.stripe_webhook_events.data is 'Ids and times of the event. Names, addresses, cards and amounts are not stored.';
comment on column public.stripe_webhook_events.due_at is
  'Not processed before this time. While a worker holds the event: when its lease ends. Infinity: no automatic retry any more.';
comment on column public.stripe_webhook_events.attempts is 'How often the event was claimed.';

create index stripe_webhook_events_due_at_idx on public.stripe_webhook_events (due_at) where status in ('pending', 'failed');
comment on index public.stripe_webhook_events_due_at_idx is 'Serves claim_stripe_work() and has_due_stripe_work().';
create index stripe_webhook_events_created_at_idx on public.stripe_webhook_events (created_at);
comment on index public.stripe_webhook_events_created_at_idx is
  'Serves cleanup_old_webhook_events(), and the list of latest events in the console.';

create table ops.tier_price (
  lookup_key text not null,
  tier_id uuid not null,
  is_offered boolean not null default true,
  constraint tier_price_pkey primary key (lookup_key),
  constraint tier_price_tier_id_fkey foreign key (tier_id) references public.subscription_tier (id),
  constraint tier_price_key_is_no_id check (lookup_key !~ '^price_' and char_length(lookup_key) between 1 and 200)
);
alter table ops.tier_price enable row level security;
comment on table ops.tier_price is
  'Which plan a Stripe price buys, by the lookup key of the price. A new price or interval needs a row here and no code.';
comment on column ops.tier_price.is_offered is
  'Whether a checkout may sell it. If a plan has several offered prices, the first by lookup key is sold.';

-- Serves the foreign key and the price of a plan.
create index tier_price_tier_id_idx on ops.tier_price (tier_id, lookup_key);

create table ops.stripe_price (
  price_id text not null,
  lookup_key text not null,
  constraint stripe_price_pkey primary key (price_id),
  constraint stripe_price_lookup_key_fkey foreign key (lookup_key) references ops.tier_price (lookup_key) on update cascade on delete cascade
);
alter table ops.stripe_price enable row level security;
comment on table ops.stripe_price is
  'Prices that were seen with one of our lookup keys. When a key moves to a new price, customers on the old price keep their plan.';

-- Serves the foreign key.
create index stripe_price_lookup_key_idx on ops.stripe_price (lookup_key);

create sequence ops.billing_ticket;
comment on sequence ops.billing_ticket is
  'A number drawn before Stripe is asked. State fetched under an older number than the last applied one is not applied.';

create table ops.billing_customer (
  id bigint generated always as identity,
  user_id uuid,
  livemode boolean not null,
  customer_id text,
  told_email_hash text,
  applied_ticket bigint not null default 0,
  subscriptions jsonb not null default '[]',
  is_deleted boolean not null default false,
  entitlement jsonb not null default '{}',
  checkout_session_id text,
  checkout_at timestamptz,
  fetched_at timestamptz,
  check_at timestamptz,
  settle_at timestamptz,
  created_at timestamptz not null default now(),
  constraint billing_customer_pkey primary key (id),
  constraint billing_customer_customer_id_key unique (customer_id),
  constraint billing_customer_user_id_key unique (user_id, livemode),
  constraint billing_customer_user_id_fkey foreign key (user_id) references public.users (id) on delete set null,
  constraint billing_customer_subscriptions_is_array check (jsonb_typeof(subscriptions) = 'array')
);
alter table ops.billing_customer enable row level security;
comment on table ops.billing_customer is 'One Stripe customer per creator and mode, and the last state fetched from Stripe.';
comment on column ops.billing_customer.user_id is 'Null: the user was deleted here, but the customer at Stripe still exists.';
comment on column ops.billing_customer.customer_id is 'Null: the customer has not been created at Stripe yet.';
comment on column ops.billing_customer.told_email_hash is 'Hash of the email address last sent to Stripe. A changed address is sent again.';
comment on column ops.billing_customer.applied_ticket is 'The ticket under which subscriptions was fetched. See ops.billing_ticket.';
comment on column ops.billing_customer.subscriptions is
  'All subscriptions of the customer, as _shared/billing/state.ts writes them; times in seconds since 1970.';
comment on column ops.billing_customer.entitlement is 'The result of ops.entitlement() when it was last applied. Empty: never applied.';
comment on column ops.billing_customer.checkout_session_id is 'The checkout session that may still be open.';
comment on column ops.billing_customer.check_at is 'When Stripe is polled even if it reported nothing.';
comment on column ops.billing_customer.settle_at is
  'When the entitlement changes without an event, such as when the grace period of a failed payment ends.';

-- Serves claim_stripe_work(): customers due for a check.
create index billing_customer_check_at_idx on ops.billing_customer (check_at) where check_at is not null;
-- Serves settle_due_entitlements().
create index billing_customer_settle_at_idx on ops.billing_customer (settle_at) where settle_at is not null;

create table ops.billing_notice (
  key text not null,
  created_at timestamptz not null default now(),
  constraint billing_notice_pkey primary key (key)
);
alter table ops.billing_notice enable row level security;
comment on table ops.billing_notice is 'Notices already sent, such as receipt:in_…, so that each is sent only once.';

create table ops.mail (
  id uuid not null default gen_random_uuid(),
  user_id uuid not null,
  kind text not null,
  data jsonb not null default '{}',
  attempts smallint not null default 0,
  due_at timestamptz not null default now(),
  sent_at timestamptz,
  last_error text,
  created_at timestamptz not null default now(),
  constraint mail_pkey primary key (id),
  constraint mail_user_id_fkey foreign key (user_id) references public.users (id) on delete cascade
);
alter table ops.mail enable row level security;
comment on table ops.mail is
  'Outgoing mail. Inserted in the same transaction as the change it reports; the wording is in _shared/billing/mail.ts.';

-- Serves claim_mails().
create index mail_due_at_idx on ops.mail (due_at) where sent_at is null;
-- Serves the foreign key.
create index mail_user_id_idx on ops.mail (user_id);

-- ## Functions: waking workers
--
-- Lock (7206, 0) prevents a new job from going unnoticed. A transaction that creates a job holds it in share mode until commit. A worker
-- parks only if it gets the lock exclusively: then no job creation is in progress, and the creator of the next job finds the worker parked
-- and wakes it.

create function ops.wake_workers() returns void
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_is_attended boolean;
  v_is_parked boolean;
begin
  select bool_or(parked_until is null and seen_at > now() - interval '2 seconds'), bool_or(parked_until > now())
  into v_is_attended, v_is_parked
  from ops.job_worker;
  if v_is_attended then
    -- Some worker claims continuously and finds the job without a signal. With NOTIFY, transactions would commit one after another.
    return;
  elsif v_is_parked then
    perform pg_notify('job_ready', '');
    return;
  end if;
  -- No worker is running. One caller asks job-processor to run; other callers skip this until it has started or five seconds have passed.
  perform from ops.job_wake where asked_at < now() - interval '5 seconds' for update skip locked;
  if found then
    update ops.job_wake set asked_at = now();
    begin
      perform ops.invoke_edge_function('job-processor');
    exception when others then
      -- Vault is not provisioned, or pg_net is off. The job is safe in the table, and cron or a worker will find it.
      null;
    end;
  end if;
end;
$$;
comment on function ops.wake_workers is 'Ensures that a worker checks the queue soon. The caller holds lock (7206, 0) in share mode.';

create function ops.register_worker(p_worker_id text) returns void
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_worker ops.job_worker;
begin
  select * into v_worker from ops.job_worker where worker_id = p_worker_id;
  if not found then
    insert into ops.job_worker (worker_id, seen_at) values (p_worker_id, clock_timestamp()) on conflict do nothing;
    update ops.job_wake set asked_at = '-infinity' where asked_at > '-infinity';
    -- Workers that died without unregistering.
    delete from ops.job_worker where worker_id = any (array(
      select worker_id from ops.job_worker
      where greatest(seen_at, parked_until) < now() - interval '1 hour' limit 10 for update skip locked));
  elsif v_worker.parked_until is not null or v_worker.seen_at < clock_timestamp() - interval '1 second' then
    update ops.job_worker set seen_at = clock_timestamp(), parked_until = null where worker_id = p_worker_id;
  end if;
end;
$$;
comment on function ops.register_worker is 'Records that a worker is running and awake.';

-- Security definer: workers are in ops.
create function public.park_worker(p_worker_id text, p_seconds integer, p_handlers text[] default null) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_is_parked boolean;
  v_due timestamptz;
begin
  -- Only tried, not awaited: every transaction that creates a job would queue behind a waiting exclusive lock.
  v_is_parked := pg_try_advisory_xact_lock(7206, 0);
  if v_is_parked then
    select min(run_at) into v_due from ops.job_ready where is_waiting and run_at < 'infinity';
    v_is_parked := coalesce(v_due > clock_timestamp(), true) and not exists (
      select from ops.job_ready
      where leased_until is null and not is_limited and not is_waiting and (p_handlers is null or handler = any (p_handlers)));
  end if;
  if p_seconds < 1 then
    delete from ops.job_worker where worker_id = p_worker_id;
    if not v_is_parked then
      perform ops.wake_workers();
    end if;
  elsif v_is_parked then
    insert into ops.job_worker as worker (worker_id, seen_at, parked_until)
    values (p_worker_id, clock_timestamp(), clock_timestamp() + make_interval(secs => p_seconds))
    on conflict (worker_id) do update set seen_at = excluded.seen_at, parked_until = excluded.parked_until;
  end if;
  return jsonb_build_object('parked', v_is_parked,
    'wake_in_ms', case when v_due is not null then greatest(0, ceil(extract(epoch from v_due - clock_timestamp()) * 1000)) end);
end;
$$;
comment on function public.park_worker is
  'For workers that found nothing: from now on, creating a job wakes them by NOTIFY job_ready. parked = false: claim again first. With 0 '
  'seconds the worker unregisters, and another worker is woken if there is work.';

-- ## Functions: creating jobs
--
-- In this section and the next two, plans are forced to use indexes. The tables are empty at one moment and long at the next, and neither
-- statistics nor the cached plans of a connection keep up. Without sequential scans, a small table without a suitable index looks so
-- expensive that PostgreSQL would JIT-compile each execution, hence jit is off.

create function ops.job_hash(p_user_id uuid, p_handler text, p_params jsonb) returns bigint
language sql immutable parallel safe security invoker set search_path = '' begin atomic
  select hashtextextended(coalesce(p_user_id::text, '') || p_handler || coalesce(p_params, '{}')::text, 0);
end;
comment on function ops.job_hash is 'Returns the same hash for equal jobs, see job_queue.dedupe_hash.';

-- Security definer: handlers are in ops.
create function ops.find_job_handler(p_name text, p_params jsonb) returns ops.job_handler
language plpgsql stable security definer set search_path = '' as $$
declare
  v_account constant text := p_params ->> 'social_account_id';
  v_handler ops.job_handler;
  v_platform text;
begin
  select * into v_handler from ops.job_handler where name = p_name;
  if found then
    return v_handler;
  end if;
  -- Without module 001 there are no accounts.
  if to_regclass('public.social_account') is not null
    and v_account ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
    select platform.slug into v_platform
    from public.social_account as account join public.platform as platform on platform.id = account.platform_id
    where account.id = v_account::uuid;
  end if;
  select * into v_handler from ops.job_handler
  where job_type = p_name and is_default and (platform is null or platform = v_platform);
  if found then
    return v_handler;
  end if;
  raise exception using errcode = 'SVG01', message = case
    when exists (select from ops.job_handler where job_type = p_name and platform is not null)
      then 'Cannot create this job: params need the social_account_id of a connected account'
    when exists (select from public.job_type where slug = p_name)
      then format('Cannot create this job: job type %s has no default handler', p_name)
    else format('There is no job type named %s', left(p_name, 60))
  end;
end;
$$;
comment on function ops.find_job_handler is
  'Returns the handler that a name refers to: the handler of that name, or the category''s handler for the platform of the account in params. Raises SVG01 if there is none.';

create function ops.make_ready(p_job_ids uuid[]) returns void
language plpgsql volatile security invoker
set search_path = '' set enable_seqscan = off set jit = off as $$
begin
  insert into ops.job_ready (job_id, user_id, handler, is_limited, is_waiting, priority, run_at, attempt, max_attempts, timeout_seconds)
  select job.id, job.user_id, job.handler, handler.max_concurrency is not null, handler.paused_at is not null or job.run_at > now(),
    job.priority, case when handler.paused_at is null then job.run_at else 'infinity' end, job.attempts, job.max_attempts,
    type.timeout_seconds
  from public.job_queue as job
  join ops.job_handler as handler on handler.name = job.handler
  join public.job_type as type on type.slug = handler.job_type
  where job.id = any (p_job_ids);
end;
$$;
comment on function ops.make_ready is 'Makes pending jobs available to workers, from their run_at on.';

-- Security definer: writes the queue, after checking the owner of the job.
create function ops.create_job(p_user_id uuid, p_job_type text, p_params jsonb, p_priority integer, p_run_at timestamptz,
  p_request_id text, p_take_cached boolean, out job_id uuid, out is_new boolean, out status public.job_status_enum, out result jsonb)
language plpgsql volatile security definer
set search_path = '' set enable_seqscan = off set jit = off as $$
declare
  v_is_creator constant boolean := current_setting('role', true) in ('anon', 'authenticated');
  v_params constant jsonb := coalesce(p_params, '{}');
  v_run_at constant timestamptz := greatest(p_run_at, now());
  v_handler ops.job_handler;
  v_type public.job_type;
  v_hash bigint;
begin
  if v_is_creator and p_user_id is distinct from auth.uid() then
    raise exception using errcode = 'SVG02', message = 'Jobs can be created only for yourself';
  end if;
  -- See "waking workers". Taken before the handler is read, because pause_job_type() waits for transactions that saw the handler unpaused.
  perform pg_advisory_xact_lock_shared(7206, 0);
  v_handler := ops.find_job_handler(p_job_type, v_params);
  select * into v_type from public.job_type where slug = v_handler.job_type;
  if v_is_creator and not v_type.is_for_creators then
    raise exception using errcode = 'SVG02', message = format('Only the service can create jobs of type %s', v_type.slug);
  end if;
  if jsonb_typeof(v_params) <> 'object' or pg_column_size(v_params) > 16384 then
    raise exception using errcode = 'SVG01', message = 'Cannot create this job: params must be an object of at most 16 KiB';
  end if;
  if p_priority is null or p_priority not between 1 and 10 then
    raise exception using errcode = 'SVG01', message = 'Cannot create this job: priority must be from 1 to 10';
  end if;

  -- Serializes creation per user (for the service, per equal job). The statements below see everything that the previous holder committed.
  v_hash := ops.job_hash(p_user_id, v_handler.name, v_params);
  perform pg_advisory_xact_lock(hashtextextended('job:' || coalesce(p_user_id::text, v_hash::text), 0));

  select job.id, job.status, job.result into job_id, status, result
  from public.job_queue as job
  where job.dedupe_hash = v_hash
    and job.handler = v_handler.name and job.user_id is not distinct from p_user_id and job.params = v_params
    and (job.status in ('pending', 'processing')
      or (job.status = 'completed' and (job.created_at > now() - make_interval(secs => v_type.dedupe_seconds)
        or (p_take_cached and job.finished_at > now() - make_interval(secs => v_type.cache_seconds)))))
  order by job.created_at desc
  limit 1;
  is_new := not found;
  if not is_new then
    return;
  end if;

  if exists (select from ops.job_ready as ready where ready.user_id = p_user_id offset 9) then
    raise exception using errcode = 'SVJ01', message = 'You have 10 jobs in progress: wait until one ends, or cancel one',
      detail = jsonb_build_object('limit', 10, 'retry_after', 30);
  end if;

  status := 'pending';
  insert into public.job_queue as job (user_id, job_type, handler, params, dedupe_hash, priority, max_attempts, request_id, run_at)
  values (p_user_id, v_type.slug, v_handler.name, v_params, v_hash, p_priority, v_type.max_attempts, left(p_request_id, 200), v_run_at)
  returning job.id into job_id;
  perform ops.make_ready(array[job_id]);
  if v_handler.paused_at is null and v_run_at <= now() then
    perform ops.wake_workers();
  end if;
end;
$$;
comment on function ops.create_job is 'See public.create_job and public.find_or_create_job.';

-- The functions in public that users may call are security invoker with an SQL body that is parsed at creation. So no client role needs usage
-- of schema ops, and clients cannot call a definer function directly.
create function public.create_job(p_user_id uuid, p_job_type text, p_params jsonb default '{}', p_priority integer default 5,
  p_run_at timestamptz default null, p_request_id text default null) returns uuid
language sql volatile security invoker set search_path = '' begin atomic
  select (ops.create_job(p_user_id, p_job_type, p_params, p_priority, p_run_at, p_request_id, false)).job_id;
end;
comment on function public.create_job is
  'Queues a job by the name of a handler (sync_youtube) or of a category (platform_sync). Returns an equal job instead if one is in progress '
  'or was created in the last minutes. At most 10 jobs in progress per user (SVJ01). A type that is unknown or has no handler yet raises '
  'SVG01.';

create function public.find_or_create_job(p_user_id uuid, p_job_type text, p_params jsonb default '{}', p_priority integer default 5,
  p_request_id text default null) returns table (job_id uuid, is_new boolean, status public.job_status_enum, result jsonb)
language sql volatile security invoker set search_path = '' begin atomic
  select job.job_id, job.is_new, job.status, job.result
  from ops.create_job(p_user_id, p_job_type, p_params, p_priority, null, p_request_id, true) as job;
end;
comment on function public.find_or_create_job is
  'Like create_job, but also returns a job that ended within its type''s cache time, with its result. Any number of equal concurrent calls create one job.';

-- ## Functions: claiming jobs

create function ops.promote_due_jobs(p_limit integer) returns integer
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_promoted integer;
begin
  update ops.job_ready set is_waiting = false
  where job_id = any (array(
    select job_id from ops.job_ready where is_waiting and run_at <= now() order by run_at limit p_limit for update skip locked));
  get diagnostics v_promoted = row_count;
  return v_promoted;
end;
$$;
comment on function ops.promote_due_jobs is 'Makes jobs whose run_at has passed available to workers.';

create function ops.lock_limited_jobs(p_max_jobs integer, p_handlers text[]) returns uuid[]
language plpgsql volatile security invoker
set search_path = '' set enable_seqscan = off set jit = off as $$
declare
  v_counted text[];
begin
  -- Only one worker at a time counts a handler's running jobs. Other workers skip that handler and retry with their next claim.
  select array_agg(handler.name) filter (where pg_try_advisory_xact_lock(7207, hashtext(handler.name))) into v_counted
  from ops.job_handler as handler
  where handler.max_concurrency is not null and (p_handlers is null or handler.name = any (p_handlers))
    and exists (select from ops.job_ready as ready where ready.is_limited and not ready.is_waiting and ready.handler = handler.name);

  return array(
    select due.job_id
    from ops.job_handler as handler
    cross join lateral (
      select ready.job_id from ops.job_ready as ready
      where ready.is_limited and not ready.is_waiting and ready.handler = handler.name
        and (ready.leased_until is null or (ready.leased_until < now() and ready.attempt < ready.max_attempts))
      order by ready.priority desc, ready.run_at
      limit greatest(0, handler.max_concurrency - (
        select count(*) from ops.job_ready as running
        where running.is_limited and not running.is_waiting and running.handler = handler.name and running.leased_until >= now()))
      for update skip locked) as due
    where handler.name = any (v_counted)
    limit p_max_jobs);
end;
$$;
comment on function ops.lock_limited_jobs is 'Finds and locks due jobs of handlers with a concurrency limit, never exceeding the limit.';

-- Completing runs first, in a separate statement: a claim skips locked rows and never waits, so two workers cannot wait for each other. In
-- one statement (a delete beside the claim) they occasionally deadlock.
-- Security definer: workers claim jobs only through this function.
create function public.finish_and_claim_jobs(p_worker_id text, p_done uuid[], p_fences bigint[], p_results jsonb, p_max_jobs integer,
  p_lease_seconds integer default 60, p_handlers text[] default null)
returns table (job_id uuid, fence bigint, user_id uuid, job_type text, handler text, params jsonb, checkpoint jsonb, attempt smallint,
  max_attempts smallint, timeout_seconds integer, request_id text)
language plpgsql volatile security definer
set search_path = '' set plan_cache_mode = force_generic_plan
set enable_seqscan = off set jit = off set enable_hashjoin = off set enable_mergejoin = off as $$
#variable_conflict use_column
declare
  v_has_due boolean;
  v_has_limited boolean;
  v_limited uuid[] := '{}';
begin
  if cardinality(p_done) > 0 then
    with ended as (
      delete from ops.job_ready as ready
      using unnest(p_done, p_fences) with ordinality as done (id, fence, place)
      where ready.job_id = done.id and ready.fence = done.fence
      returning done.id, nullif(p_results -> (done.place::integer - 1), 'null') as result
    )
    update public.job_queue as job
    set updated_at = now(), status = 'completed', progress_percent = 100, result = ended.result, finished_at = now()
    from ended
    where job.id = ended.id;
  end if;
  if p_max_jobs < 1 then
    return;
  end if;

  perform ops.register_worker(p_worker_id);
  select exists (select from ops.job_ready where is_waiting and run_at <= now()),
    exists (select from ops.job_ready where is_limited and not is_waiting)
  into v_has_due, v_has_limited;
  if v_has_due then
    perform ops.promote_due_jobs(1000);
  end if;
  if v_has_due or v_has_limited then
    v_limited := ops.lock_limited_jobs(p_max_jobs, p_handlers);
  end if;

  return query
    with leased as (
      update ops.job_ready as ready
      set leased_until = now() + make_interval(secs => p_lease_seconds), claimed_at = now(), fence = nextval('ops.job_fence'),
        attempt = ready.attempt + 1
      where ready.job_id = any (v_limited || array(
        select due.job_id from ops.job_ready as due
        where not due.is_limited and not due.is_waiting
          and (due.leased_until is null or (due.leased_until < now() and due.attempt < due.max_attempts))
          and (p_handlers is null or due.handler = any (p_handlers))
        order by due.priority desc, due.run_at
        limit p_max_jobs - cardinality(v_limited)
        for update skip locked))
      returning ready.job_id, ready.fence, ready.attempt, ready.timeout_seconds
    )
    update public.job_queue as job
    set updated_at = now(), status = 'processing', attempts = leased.attempt, started_at = now(), worker_id = p_worker_id
    from leased
    where job.id = leased.job_id
    returning job.id, leased.fence, job.user_id, job.job_type, job.handler, job.params, job.checkpoint, leased.attempt,
      job.max_attempts, leased.timeout_seconds, job.request_id;
end;
$$;
comment on function public.finish_and_claim_jobs is
  'Completes jobs (only those whose fence is still current; p_results is an array in the same order) and claims due jobs, each with a lease '
  'and a fence that every later call about it must pass. No job is given to two workers.';

-- ## Functions: running one job

-- Security definer: ready jobs are in ops.
create function public.extend_job_leases(p_job_ids uuid[], p_fences bigint[], p_lease_seconds integer default 60) returns uuid[]
language sql volatile security definer set search_path = '' as $$
  with kept as (
    update ops.job_ready as ready
    set leased_until = least(now() + make_interval(secs => p_lease_seconds), ready.claimed_at + make_interval(secs => ready.timeout_seconds))
    from unnest(p_job_ids, p_fences) as held (id, fence)
    where ready.job_id = held.id and ready.fence = held.fence
    returning ready.job_id
  )
  select coalesce(array_agg(job_id), '{}') from kept;
$$;
comment on function public.extend_job_leases is
  'Heartbeat of a worker. Returns the jobs that it still holds. The worker must stop all others: they were cancelled or taken over.';

create function ops.lock_run(p_job_id uuid, p_fence bigint) returns ops.job_ready
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_ready ops.job_ready;
begin
  select * into v_ready from ops.job_ready
  where job_id = p_job_id and leased_until is not null and (fence = p_fence or (p_fence is null and fence < 0))
  for update;
  return v_ready;
end;
$$;
comment on function ops.lock_run is 'Locks and returns the ready job of a run that still holds its job; otherwise returns nulls.';

create function ops.put_back(p_job_id uuid, p_run_at timestamptz, p_attempt integer) returns void
language plpgsql volatile security invoker set search_path = '' as $$
begin
  update ops.job_ready as ready
  set is_waiting = true, attempt = p_attempt, claimed_at = null, leased_until = null, fence = null,
    run_at = case
      when exists (select from ops.job_handler as handler where handler.name = ready.handler and handler.paused_at is not null)
      then 'infinity' else p_run_at end
  where ready.job_id = p_job_id;
end;
$$;
comment on function ops.put_back is 'Ends a run without ending the job: the job waits until p_run_at, or until its handler is resumed.';

-- Security definer: ready jobs are in ops.
create function public.start_job(p_job_id uuid, p_worker_id text) returns boolean
language plpgsql volatile security definer
set search_path = '' set enable_seqscan = off set jit = off as $$
declare
  v_ready ops.job_ready;
begin
  -- Only a job that never ran, although it may not be due yet. The caller has no fence to pass, so after another run had started, its late
  -- calls would be attributed to that run. All later runs are claimed and identified by their fence.
  select ready.* into v_ready from ops.job_ready as ready
  where ready.job_id = p_job_id and ready.fence is null and ready.run_at < 'infinity'
    and exists (select from public.job_queue as job where job.id = p_job_id and job.started_at is null)
  for update skip locked;
  if not found then
    return false;
  end if;
  update ops.job_ready
  set is_waiting = false, leased_until = now() + make_interval(secs => timeout_seconds), claimed_at = now(),
    fence = -nextval('ops.job_fence'), attempt = attempt + 1
  where job_id = p_job_id;
  update public.job_queue
  set updated_at = now(), status = 'processing', attempts = v_ready.attempt + 1, started_at = now(), worker_id = coalesce(p_worker_id, 'unknown')
  where id = p_job_id;
  return true;
end;
$$;
comment on function public.start_job is
  'Starts the first run of one job directly, with its type''s timeout as the lease. Returns false if the job cannot be started or was '
  'started before. Workers claim jobs with finish_and_claim_jobs().';

-- Security definer: checks the fence of the run, which is in ops.
create function public.update_job_progress(p_job_id uuid, p_percent integer, p_message text default null, p_fence bigint default null,
  p_checkpoint jsonb default null, p_lease_seconds integer default 60) returns void
language plpgsql volatile security definer
set search_path = '' set enable_seqscan = off set jit = off as $$
declare
  v_ready constant ops.job_ready := ops.lock_run(p_job_id, p_fence);
begin
  if v_ready.job_id is null then
    raise exception using errcode = 'SVJ02', message = 'This worker no longer holds the job: the job has ended, or another worker has taken it over';
  end if;
  if v_ready.fence > 0 then
    update ops.job_ready
    set leased_until = greatest(leased_until, least(now() + make_interval(secs => p_lease_seconds),
      claimed_at + make_interval(secs => timeout_seconds)))
    where job_id = p_job_id;
  end if;
  update public.job_queue
  set updated_at = now(), progress_percent = least(greatest(coalesce(p_percent, progress_percent), 0), 100),
    progress_message = coalesce(left(p_message, 500), progress_message),
    checkpoint = coalesce(p_checkpoint, checkpoint)
  where id = p_job_id;
end;
$$;
comment on function public.update_job_progress is
  'Reports progress to the owner, stores the checkpoint, and counts as a heartbeat. SVJ02 when this worker no longer holds the job.';

-- Security definer: checks the fence of the run, which is in ops.
create function public.complete_job(p_job_id uuid, p_result jsonb default null, p_fence bigint default null) returns boolean
language plpgsql volatile security definer
set search_path = '' set enable_seqscan = off set jit = off as $$
declare
  v_ready constant ops.job_ready := ops.lock_run(p_job_id, p_fence);
begin
  if v_ready.job_id is null then
    return false;
  end if;
  delete from ops.job_ready where job_id = p_job_id;
  update public.job_queue
  set updated_at = now(), status = 'completed', progress_percent = 100, result = p_result, finished_at = now()
  where id = p_job_id;
  return true;
end;
$$;
comment on function public.complete_job is 'Completes a job. Returns false and changes nothing if this worker no longer holds the job.';

create function ops.end_attempt(p_ready ops.job_ready, p_code text, p_message text, p_retry boolean, p_retry_after_seconds integer)
returns public.job_status_enum
language plpgsql volatile security invoker
set search_path = '' set enable_seqscan = off set jit = off as $$
declare
  v_message constant text := coalesce(nullif(left(p_message, 1000), ''), 'Something went wrong');
  v_again constant boolean := p_retry and p_ready.attempt < p_ready.max_attempts;
  v_type public.job_type;
  v_run_at timestamptz;
begin
  if v_again then
    select type.* into v_type from ops.job_handler as handler join public.job_type as type on type.slug = handler.job_type
    where handler.name = p_ready.handler;
    -- Full jitter: jobs that failed together do not retry together.
    v_run_at := now() + make_interval(secs => greatest(coalesce(p_retry_after_seconds, 0),
      random() * least(v_type.backoff_cap_seconds::double precision, v_type.backoff_base_seconds * 2.0 ^ (p_ready.attempt - 1))));
    perform ops.put_back(p_ready.job_id, v_run_at, p_ready.attempt);
  else
    delete from ops.job_ready where job_id = p_ready.job_id;
    if p_retry then
      insert into ops.job_dead_letter (job_id, handler, error_code) values (p_ready.job_id, p_ready.handler, p_code);
    end if;
  end if;
  update public.job_queue
  set updated_at = now(), status = case when v_again then 'pending' else 'failed' end::public.job_status_enum, error_code = p_code, error_message = v_message,
    finished_at = case when not v_again then now() end
  where id = p_ready.job_id;
  insert into public.job_log (job_id, user_id, level, message, details, attempt)
  values (p_ready.job_id, p_ready.user_id, case when v_again then 'warning' else 'error' end, v_message,
    jsonb_strip_nulls(jsonb_build_object('code', p_code, 'retry_at', v_run_at)), p_ready.attempt);
  return case when v_again then 'pending' else 'failed' end;
end;
$$;
comment on function ops.end_attempt is
  'Handles a failed run: schedules another attempt after a random wait, or ends the job. A job that ran out of attempts becomes a dead letter; a job that no retry would fix does not.';

-- Security definer: checks the fence of the run, which is in ops.
create function public.fail_job(p_job_id uuid, p_error_message text, p_fence bigint default null, p_error_code text default null,
  p_retry boolean default true, p_retry_after_seconds integer default null) returns boolean
language plpgsql volatile security definer
set search_path = '' set enable_seqscan = off set jit = off as $$
declare
  v_ready constant ops.job_ready := ops.lock_run(p_job_id, p_fence);
begin
  if v_ready.job_id is null then
    return false;
  end if;
  perform ops.end_attempt(v_ready, p_error_code, p_error_message, p_retry, p_retry_after_seconds);
  return true;
end;
$$;
comment on function public.fail_job is
  'Fails a run. It is retried with backoff while attempts are left, unless p_retry is false. Returns false if this worker no longer holds the job.';

-- Security definer: checks the fence of the run, which is in ops.
create function public.release_job(p_job_id uuid, p_fence bigint, p_checkpoint jsonb default null, p_message text default null,
  p_delay_seconds integer default 0) returns boolean
language plpgsql volatile security definer
set search_path = '' set enable_seqscan = off set jit = off as $$
declare
  v_ready constant ops.job_ready := ops.lock_run(p_job_id, p_fence);
begin
  if v_ready.job_id is null then
    return false;
  end if;
  perform ops.put_back(p_job_id, now() + make_interval(secs => p_delay_seconds), v_ready.attempt - 1);
  update public.job_queue
  set updated_at = now(), status = 'pending', attempts = v_ready.attempt - 1, checkpoint = coalesce(p_checkpoint, checkpoint),
    progress_message = coalesce(left(p_message, 500), progress_message)
  where id = p_job_id;
  -- Ensures that the next run does not have to wait for the next new job.
  perform pg_advisory_xact_lock_shared(7206, 0);
  perform ops.wake_workers();
  return true;
end;
$$;
comment on function public.release_job is
  'Releases a job because its worker ran out of time or is shutting down. The run does not count as an attempt.';

-- Security definer: checks the fence of the run, which is in ops.
create function public.add_job_log(p_job_id uuid, p_level text, p_message text, p_details jsonb default '{}', p_fence bigint default null)
returns void
language plpgsql volatile security definer
set search_path = '' set enable_seqscan = off set jit = off as $$
declare
  v_ready constant ops.job_ready := ops.lock_run(p_job_id, p_fence);
begin
  if v_ready.job_id is null then
    raise exception using errcode = 'SVJ02', message = 'This worker no longer holds the job: the job has ended, or another worker has taken it over';
  end if;
  insert into public.job_log (job_id, user_id, level, message, details, attempt)
  values (p_job_id, v_ready.user_id, case p_level when 'warn' then 'warning' else p_level end, left(p_message, 4000),
    coalesce(p_details, '{}'), v_ready.attempt);
end;
$$;
comment on function public.add_job_log is
  'Adds a log entry for the owner, with level debug, info, warning or error. SVJ02 when this worker no longer holds the job.';

-- Security definer: helpers are in ops.
create function public.reset_due_quotas() returns integer
language sql volatile security definer set search_path = '' as $$
  select ops.reset_expired_quotas();
$$;
comment on function public.reset_due_quotas is
  'Implements the job type quota_reset: starts the next cycle of every subscription whose cycle has ended.';

-- ## Functions: metrics

-- Security definer: metrics are in ops.
create function public.record_job_metrics(p_samples jsonb) returns void
language sql volatile security definer set search_path = '' as $$
  insert into ops.job_metric as metric (handler, outcome, count, duration_ms_sum, buckets)
  select sample.handler, sample.outcome, sample.count, sample.duration_ms_sum, sample.buckets
  from jsonb_to_recordset(p_samples) as sample (handler text, outcome text, count bigint, duration_ms_sum double precision, buckets bigint[])
  order by sample.handler, sample.outcome -- same order for all writers, so no deadlock
  on conflict (handler, outcome) do update
  set count = metric.count + excluded.count,
    duration_ms_sum = metric.duration_ms_sum + excluded.duration_ms_sum,
    buckets = array(
      select coalesce(old, 0) + coalesce(new, 0) from unnest(metric.buckets, excluded.buckets) with ordinality as pair (old, new, place)
      order by place);
$$;
comment on function public.record_job_metrics is
  'Adds a batch of [{handler, outcome, count, duration_ms_sum, buckets}], one entry per handler and outcome.';

-- Security definer: ready jobs and metrics are in ops.
create function public.read_job_metrics() returns jsonb
language sql stable security definer set search_path = '' as $$
  with depth as (
    select handler, count(*) filter (where is_waiting) as waiting, count(*) filter (where leased_until >= now()) as running,
      count(*) filter (where leased_until < now()) as stuck, count(*) filter (where not is_waiting and leased_until is null) as ready,
      min(run_at) filter (where not is_waiting and leased_until is null) as oldest
    from ops.job_ready group by handler
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
comment on function public.read_job_metrics is
  'Returns queue depth, age of the oldest ready job, dead letters and runs per handler, for /metrics.';

-- ## Functions: a job's owner

-- Security definer: writes the queue, after checking the owner of the job.
create function ops.cancel_job(p_job_id uuid, p_user_id uuid) returns boolean
language plpgsql volatile security definer
set search_path = '' set enable_seqscan = off set jit = off as $$
begin
  if current_setting('role', true) in ('anon', 'authenticated') and p_user_id is distinct from auth.uid() then
    raise exception using errcode = 'SVG02', message = 'You can cancel only your own jobs';
  end if;
  if not exists (select from public.job_queue where id = p_job_id and (user_id = p_user_id or p_user_id is null)) then
    return false;
  end if;
  -- Deleting the ready job ends the job. A worker that runs it finds out with its next heartbeat.
  delete from ops.job_ready where job_id = p_job_id;
  update public.job_queue set updated_at = now(), status = 'cancelled', finished_at = now()
  where id = p_job_id and status in ('pending', 'processing');
  return found;
end;
$$;
comment on function ops.cancel_job is 'See public.cancel_job.';

create function public.cancel_job(p_job_id uuid, p_user_id uuid default null) returns boolean
language sql volatile security invoker set search_path = '' begin atomic
  select ops.cancel_job(p_job_id, p_user_id);
end;
comment on function public.cancel_job is
  'Cancels a job that has not ended; later calls of its worker have no effect. Returns false if the job has ended or belongs to another user. The service may omit the user.';

create function public.get_user_jobs(p_user_id uuid, p_status public.job_status_enum default null, p_job_type text default null,
  p_limit integer default 50, p_offset integer default 0)
returns table (id uuid, job_type text, handler text, status public.job_status_enum, priority smallint, progress_percent smallint,
  progress_message text, params jsonb, result jsonb, error_code text, error_message text, attempts smallint, max_attempts smallint,
  run_at timestamptz, created_at timestamptz, started_at timestamptz, finished_at timestamptz)
language sql stable security invoker set search_path = '' as $$
  select job.id, job.job_type, job.handler, job.status, job.priority, job.progress_percent, job.progress_message, job.params, job.result,
    job.error_code, job.error_message, job.attempts, job.max_attempts, job.run_at, job.created_at, job.started_at, job.finished_at
  from public.job_queue as job
  where job.user_id = p_user_id
    and (p_status is null or job.status = p_status)
    and (p_job_type is null or p_job_type in (job.job_type, job.handler))
  order by job.created_at desc, job.id
  limit least(greatest(p_limit, 1), 100)
  offset greatest(p_offset, 0);
$$;
comment on function public.get_user_jobs is 'Returns the jobs of a user, newest first. Row policies decide who can see them.';

create function public.get_job_logs(p_job_id uuid, p_user_id uuid)
returns table (id bigint, level text, message text, details jsonb, attempt smallint, created_at timestamptz)
language sql stable security invoker set search_path = '' as $$
  select log.id, log.level, log.message, log.details, log.attempt, log.created_at
  from public.job_log as log
  where log.job_id = p_job_id and log.user_id is not distinct from p_user_id
  order by log.id
  limit 1000;
$$;
comment on function public.get_job_logs is 'Returns the log of a job in order, at most 1,000 entries. Row policies decide who can see them.';

create function public.get_cached_job_result(p_user_id uuid, p_job_type text, p_params jsonb default '{}', p_max_age interval default null)
returns table (job_id uuid, result jsonb, finished_at timestamptz)
language sql stable security invoker set search_path = '' begin atomic
  select job.id, job.result, job.finished_at
  from ops.find_job_handler(p_job_type, coalesce(p_params, '{}')) as handler
  join public.job_type as type on type.slug = handler.job_type
  join public.job_queue as job on job.dedupe_hash = ops.job_hash(p_user_id, handler.name, p_params)
  where job.handler = handler.name and job.user_id is not distinct from p_user_id and job.params = coalesce(p_params, '{}')
    and job.status = 'completed' and job.finished_at > now() - coalesce(p_max_age, make_interval(secs => type.cache_seconds))
  order by job.created_at desc
  limit 1;
end;
comment on function public.get_cached_job_result is
  'Returns the result of an equal job that ended recently; by default within its type''s cache time. Row policies decide who can see it.';

create function public.get_job_queue_stats(p_user_id uuid default null)
returns table (job_type text, status public.job_status_enum, job_count bigint, oldest_created_at timestamptz, average_seconds numeric)
language plpgsql stable security invoker set search_path = '' as $$
declare
  -- Across all users only the last week: ids begin with the creation time, so no older row is read.
  v_since constant uuid := lpad(to_hex((extract(epoch from now() - interval '7 days') * 1000)::bigint), 12, '0') || repeat('0', 20);
begin
  if p_user_id is null and current_setting('role', true) in ('anon', 'authenticated') then
    raise exception using errcode = 'SVG02', message = 'Only the service can read the statistics of all users: pass your own user id';
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
comment on function public.get_job_queue_stats is
  'Returns the number of jobs by type and status, for one user, or for all users in the last seven days (service only).';

-- ## Functions: housekeeping, for cron

create function ops.alert_dead_letters() returns void
language sql volatile security invoker set search_path = '' as $$
  insert into public.notification (user_id, type, title, message, data)
  select role.user_id, 'error', 'Jobs have failed for good', format('Dead letters to be retried or discarded: %s', list.letters),
    jsonb_build_object('alert', 'dead_letters', 'count', list.letters)
  from public.user_role as role
  cross join (select count(*) as letters, max(failed_at) as newest from ops.job_dead_letter) as list
  -- One alert for a growing list, however many jobs are added: the next alert only after the last was read or is an hour old.
  where role.role = 'admin' and list.letters > 0 and not exists (
    select from public.notification as earlier
    where earlier.user_id = role.user_id and earlier.data ->> 'alert' = 'dead_letters'
      and (earlier.created_at >= list.newest or (earlier.read_at is null and earlier.created_at > now() - interval '1 hour')));
$$;
comment on function ops.alert_dead_letters is 'Notifies the admins that the list of dead letters has grown.';

-- Security definer: ready jobs are in ops.
create function public.detect_stuck_jobs() returns table (job_id uuid, handler text, status public.job_status_enum)
language plpgsql volatile security definer
set search_path = '' set enable_seqscan = off set jit = off as $$
#variable_conflict use_column
declare
  v_ready ops.job_ready;
begin
  for v_ready in
    select * from ops.job_ready
    where leased_until < now()
    order by leased_until
    limit 1000
    for update skip locked
  loop
    job_id := v_ready.job_id;
    handler := v_ready.handler;
    status := ops.end_attempt(v_ready, 'worker_lost', 'The worker stopped responding', true, 0);
    return next;
  end loop;
  perform ops.alert_dead_letters();
end;
$$;
comment on function public.detect_stuck_jobs is
  'Ends runs whose lease has expired: another attempt, or a dead letter after the last. Claims take over such jobs automatically; this function covers a queue that no worker polls.';

create function ops.requeue_dead_letters(p_job_ids uuid[], p_is_afresh boolean) returns integer
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_retried uuid[];
begin
  perform pg_advisory_xact_lock_shared(7206, 0);
  with again as (
    delete from ops.job_dead_letter where job_id = any (p_job_ids) returning job_id
  ), pending as (
    update public.job_queue as job
    set updated_at = now(), status = 'pending', finished_at = null, run_at = now(), attempts = case when p_is_afresh then 0 else job.attempts end
    from again where job.id = again.job_id and job.status = 'failed'
    returning job.id
  )
  select array_agg(id) into v_retried from pending;
  perform ops.make_ready(v_retried);
  return coalesce(cardinality(v_retried), 0);
end;
$$;
comment on function ops.requeue_dead_letters is
  'Makes dead letters available to workers again, with all their attempts or with the remaining ones.';

-- Security definer: ready jobs are in ops.
create function public.retry_failed_jobs() returns table (job_id uuid, handler text, attempts smallint)
language plpgsql volatile security definer
set search_path = '' set enable_seqscan = off set jit = off as $$
#variable_conflict use_column
declare
  v_letters constant uuid[] := array(
    select letter.job_id from ops.job_dead_letter as letter
    join public.job_queue as job on job.id = letter.job_id
    where job.status = 'failed' and job.attempts < job.max_attempts
    order by letter.failed_at
    limit 1000
    for update of letter skip locked);
begin
  perform ops.promote_due_jobs(10000);
  perform ops.requeue_dead_letters(v_letters, false);
  if exists (select from ops.job_ready where not is_waiting and leased_until is null) then
    perform ops.wake_workers();
  end if;
  return query select job.id, job.handler, job.attempts from public.job_queue as job where job.id = any (v_letters);
end;
$$;
comment on function public.retry_failed_jobs is
  'Makes due retries available, requeues dead letters whose max_attempts was raised, and wakes a worker if there is work. Safe to repeat.';

-- Security definer: ready jobs are in ops.
create function public.expire_stale_jobs() returns table (job_id uuid, handler text)
language plpgsql volatile security definer set search_path = '' as $$
#variable_conflict use_column
begin
  return query
    with stale as (
      delete from ops.job_ready
      where job_id = any (array(
        select ready.job_id from ops.job_ready as ready
        join public.job_queue as job on job.id = ready.job_id
        join public.job_type as type on type.slug = job.job_type
        -- For a job of a paused handler, the time counts from its original run_at.
        where ready.leased_until is null
          and case when ready.run_at = 'infinity' then job.run_at else ready.run_at end < now() - make_interval(secs => type.expire_seconds)
        limit 2000
        for update of ready skip locked))
      returning job_id
    )
    update public.job_queue as job
    set updated_at = now(), status = 'expired', finished_at = now(), error_code = 'expired', error_message = coalesce(job.error_message, 'This job did not start in time')
    from stale
    where job.id = stale.job_id
    returning job.id, job.handler;
end;
$$;
comment on function public.expire_stale_jobs is
  'Expires jobs that have not started within the time their type allows, at most 2,000 per run.';

create function ops.job_ids_before(p_time timestamptz) returns uuid
language sql immutable parallel safe security invoker set search_path = '' as $$
  select (lpad(to_hex((extract(epoch from p_time) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid;
$$;
comment on function ops.job_ids_before is 'Returns the smallest id of the jobs created at this time or later.';

-- Security definer: only this function deletes history.
create function public.cleanup_old_jobs() returns bigint
language plpgsql volatile security definer set search_path = '' as $$
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
comment on function public.cleanup_old_jobs is
  'Deletes ended jobs past the retention of their type, with their logs; at most 20,000 per run. Dead letters are kept.';

create function ops.process_job_queue() returns void
language plpgsql volatile security invoker set search_path = '' as $$
begin
  if exists (
    select from ops.job_ready
    where (is_waiting and run_at <= now()) or (not is_waiting and (leased_until is null or leased_until < now())))
  then
    perform ops.invoke_edge_function('job-processor');
  end if;
end;
$$;
comment on function ops.process_job_queue is 'For cron, as the safety net: calls job-processor while there is work.';

-- ## Functions: admins

-- Security definer: reads rows of all users, after checking the caller's role.
create function ops.list_dead_letters(p_limit integer, p_offset integer)
returns table (job_id uuid, user_id uuid, job_type text, handler text, params jsonb, attempts smallint, error_code text, error_message text,
  created_at timestamptz, failed_at timestamptz, total_count bigint)
language plpgsql stable security definer set search_path = '' as $$
begin
  perform ops.require_role('admin');
  return query
    select job.id, job.user_id, job.job_type, job.handler, job.params, job.attempts, job.error_code, job.error_message, job.created_at,
      letter.failed_at, (select count(*) from ops.job_dead_letter)
    from ops.job_dead_letter as letter
    join public.job_queue as job on job.id = letter.job_id
    order by letter.failed_at desc, letter.job_id
    limit least(greatest(p_limit, 1), 100)
    offset greatest(p_offset, 0);
end;
$$;
comment on function ops.list_dead_letters is 'See public.list_dead_letters.';

create function public.list_dead_letters(p_limit integer default 50, p_offset integer default 0)
returns table (job_id uuid, user_id uuid, job_type text, handler text, params jsonb, attempts smallint, error_code text, error_message text,
  created_at timestamptz, failed_at timestamptz, total_count bigint)
language sql stable security invoker set search_path = '' begin atomic
  select letter.job_id, letter.user_id, letter.job_type, letter.handler, letter.params, letter.attempts, letter.error_code,
    letter.error_message, letter.created_at, letter.failed_at, letter.total_count
  from ops.list_dead_letters(p_limit, p_offset) as letter;
end;
comment on function public.list_dead_letters is 'Lists the jobs whose last attempt failed, newest first. Admins only.';

-- Security definer: changes other users' jobs, after checking the caller's role.
create function ops.retry_dead_letters(p_job_ids uuid[]) returns integer
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_retried integer;
begin
  perform ops.require_role('admin');
  v_retried := ops.requeue_dead_letters(p_job_ids, true);
  perform ops.wake_workers();
  perform ops.record_audit('job.retried', null, jsonb_build_object('job_ids', to_jsonb(p_job_ids), 'count', v_retried));
  return v_retried;
end;
$$;
comment on function ops.retry_dead_letters is 'See public.retry_dead_letters.';

create function public.retry_dead_letters(p_job_ids uuid[]) returns integer
language sql volatile security invoker set search_path = '' begin atomic
  select ops.retry_dead_letters(p_job_ids);
end;
comment on function public.retry_dead_letters is
  'Requeues dead letters with all their attempts. Admins only. Returns how many were requeued. Recorded in the audit log.';

-- Security definer: changes other users' jobs, after checking the caller's role.
create function ops.discard_dead_letters(p_job_ids uuid[]) returns integer
language plpgsql volatile security definer set search_path = '' as $$
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

create function public.discard_dead_letters(p_job_ids uuid[]) returns integer
language sql volatile security invoker set search_path = '' begin atomic
  select ops.discard_dead_letters(p_job_ids);
end;
comment on function public.discard_dead_letters is
  'Removes dead letters from the list. Admins only. The jobs stay failed, and are deleted after the retention of their type. Returns how many were removed. Recorded in the audit log.';

-- Security definer: changes how all jobs of a type run, after checking the caller's role.
create function ops.set_job_type_paused(p_job_type text, p_paused boolean) returns integer
language plpgsql volatile security definer
-- Every transaction that creates a job waits behind this exclusive lock, so giving up is better than blocking them for long.
set search_path = '' set lock_timeout = '5s'
as $$
declare
  v_handlers text[];
  v_moved integer;
begin
  perform ops.require_role('admin');
  -- Waits for transactions that create a job and read the handler before it was paused.
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
    update ops.job_ready set is_waiting = true, run_at = 'infinity'
    where job_id = any (array(
      select job_id from ops.job_ready where handler = any (v_handlers) and leased_until is null for update skip locked));
  else
    update ops.job_ready as ready set run_at = greatest(job.run_at, now())
    from public.job_queue as job
    where ready.handler = any (v_handlers) and ready.run_at = 'infinity' and job.id = ready.job_id;
  end if;
  get diagnostics v_moved = row_count;
  if not p_paused then
    perform ops.wake_workers();
  end if;
  perform ops.record_audit(case when p_paused then 'job_type.paused' else 'job_type.resumed' end, null,
    jsonb_build_object('handlers', to_jsonb(v_handlers)));
  return v_moved;
end;
$$;
comment on function ops.set_job_type_paused is 'See public.pause_job_type and public.resume_job_type.';

create function public.pause_job_type(p_job_type text) returns integer
language sql volatile security invoker set search_path = '' begin atomic
  select ops.set_job_type_paused(p_job_type, true);
end;
comment on function public.pause_job_type is
  'Pauses a handler or a category. Admins only. Jobs can still be created and wait; running jobs continue. Returns how many jobs were held back. Recorded in the audit log.';

create function public.resume_job_type(p_job_type text) returns integer
language sql volatile security invoker set search_path = '' begin atomic
  select ops.set_job_type_paused(p_job_type, false);
end;
comment on function public.resume_job_type is
  'Resumes a handler or a category. Admins only. Returns how many jobs were waiting for it. Recorded in the audit log.';

-- ## Functions: the cache of a payment provider's data

create function public.cache_stripe_data(p_key text, p_data jsonb, p_ttl integer default 3600) returns void
language sql volatile security invoker set search_path = '' as $$
  insert into public.cache_store (key, value, expires_at)
  select p_key, p_data, now() + make_interval(secs => greatest(p_ttl, 0))
  where p_key like 'stripe:%'
  on conflict (key) do update set value = excluded.value, expires_at = excluded.expires_at;
$$;
comment on function public.cache_stripe_data is
  'Caches a response under a key that begins with stripe:, for p_ttl seconds. Other keys are ignored.';

create function public.get_cached_stripe_data(p_key text) returns jsonb
language sql stable security invoker set search_path = '' as $$
  select value from public.cache_store where key = p_key and key like 'stripe:%' and expires_at > now();
$$;
comment on function public.get_cached_stripe_data is 'Returns the unexpired value cached under a key; otherwise null.';

create function public.invalidate_stripe_cache(p_pattern text) returns integer
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_deleted integer;
begin
  delete from public.cache_store where key like p_pattern and key like 'stripe:%';
  get diagnostics v_deleted = row_count;
  return v_deleted;
end;
$$;
comment on function public.invalidate_stripe_cache is
  'Deletes the cache entries whose key matches a LIKE pattern, such as stripe:product:%. Only keys that begin with stripe: are affected. Returns how many were deleted.';

create function public.invalidate_stripe_cache_from_webhook(p_event_type text, p_object_id text) returns integer
language sql volatile security invoker set search_path = '' as $$
  -- customer.subscription.updated is about a subscription: the part before the verb names the object.
  select public.invalidate_stripe_cache(format('stripe:%s:%s%%', replace(kind, '_', '\_'), replace(replace(p_object_id, '\', '\\'), '_', '\_')))
  from (select (string_to_array(p_event_type, '.'))[cardinality(string_to_array(p_event_type, '.')) - 1] as kind) as event
  where kind is not null and p_object_id <> '';
$$;
comment on function public.invalidate_stripe_cache_from_webhook is
  'Deletes the cache entries of the object that an event is about: product.updated for prod_1 deletes every key that begins with stripe:product:prod_1.';

-- ## Functions: what Stripe reports

create function ops.stripe_subject(p_event_type text, p_data jsonb) returns text
language sql immutable parallel safe security invoker set search_path = '' as $$
  select case
    when p_event_type ~ '^(customer\.(created|updated|deleted)$|customer\.subscription\.|checkout\.session\.|invoice\.|invoice_payment\.|charge\.(refunded|dispute\.)|radar\.early_fraud_warning\.)'
    then coalesce(nullif(p_data ->> 'customer', ''), nullif(p_data ->> 'charge', ''))
  end;
$$;
comment on function ops.stripe_subject is
  'Returns the customer or charge that an event of a relevant type is about; null if there is nothing to do.';

-- Security definer: only functions write events.
create function public.log_stripe_webhook_event(p_event_id text, p_event_type text, p_data jsonb default '{}') returns uuid
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_id uuid;
  v_subject constant text := ops.stripe_subject(p_event_type, p_data);
  v_is_catalogue constant boolean := p_event_type ~ '^(product|price)\.';
begin
  insert into public.stripe_webhook_events (event_id, event_type, livemode, subject, data, status, processed_at)
  values (p_event_id, p_event_type, coalesce((p_data ->> 'livemode')::boolean, false), v_subject, p_data,
    case when v_subject is not null then 'pending' when v_is_catalogue then 'processed' else 'ignored' end,
    case when v_subject is null then now() end)
  on conflict (event_id) do nothing
  returning id into v_id;
  if v_id is null then
    return (select id from public.stripe_webhook_events where event_id = p_event_id);
  end if;
  if v_is_catalogue then
    perform public.invalidate_stripe_cache_from_webhook(p_event_type, coalesce(p_data ->> 'object_id', p_data ->> 'id'));
    perform public.invalidate_stripe_cache('stripe:prices:%');
  end if;
  return v_id;
end;
$$;
comment on function public.log_stripe_webhook_event is
  'Stores an event, ids only, once per event id. For an event that is already stored, returns the existing id. An event about no customer is marked processed or ignored at once.';

-- Security definer: only functions write events.
create function public.fail_stripe_events(p_event_ids text[], p_error text) returns void
language sql volatile security definer set search_path = '' as $$
  with failed as (
    update public.stripe_webhook_events
    set status = 'failed', last_error = left(p_error, 500),
      -- Backoff from 30 seconds, doubling up to one hour, with jitter. After three days of retries the event waits for an admin.
      due_at = case when attempts >= 80 then 'infinity'::timestamptz else
        now() + least(interval '1 hour', interval '30 seconds' * 2 ^ least(greatest(attempts, 1) - 1, 7)) * (0.75 + random() * 0.25) end
    where event_id = any (p_event_ids) and status in ('pending', 'failed')
    returning attempts, event_type
  )
  insert into public.notification (user_id, type, title, message, data)
  select role.user_id, 'error', 'A Stripe event cannot be processed',
    'It was retried for three days. See stripe_webhook_events and retry_failed_webhooks().', jsonb_build_object('event_type', bad.event_type)
  from (select min(event_type) as event_type from failed where attempts >= 80 having count(*) > 0) as bad
  cross join public.user_role as role
  where role.role = 'admin';
$$;
comment on function public.fail_stripe_events is 'Marks events as failed and schedules their next attempt with growing backoff.';

-- Security definer: only functions write events.
create function public.mark_webhook_processed(p_event_id text, p_error text default null) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  if p_error is not null then
    perform public.fail_stripe_events(array[p_event_id], p_error);
  else
    update public.stripe_webhook_events set status = 'processed', processed_at = now(), last_error = null
    where event_id = p_event_id and status in ('pending', 'failed');
  end if;
end;
$$;
comment on function public.mark_webhook_processed is
  'Marks an event as processed. With an error (in words without a secret), marks it as failed and schedules a retry.';

create function ops.has_due_stripe_work() returns boolean
language sql stable security invoker set search_path = '' as $$
  select exists (select from public.stripe_webhook_events where status in ('pending', 'failed') and due_at <= now())
    or exists (select from ops.billing_customer where check_at <= now())
    or exists (select from ops.mail where sent_at is null and due_at <= now());
$$;
comment on function ops.has_due_stripe_work is 'For cron: whether process-stripe-events has to be called.';

create function ops.process_stripe_events() returns void
language sql volatile security invoker set search_path = '' as $$
  select ops.invoke_edge_function('process-stripe-events') where ops.has_due_stripe_work();
$$;
comment on function ops.process_stripe_events is 'For cron, as the safety net: normally the webhook processes the events it has stored.';

-- Security definer: only functions write events.
create function public.retry_failed_webhooks(p_max_retries integer default 80)
returns table (event_id text, event_type text, attempts smallint, last_error text)
language sql volatile security definer set search_path = '' as $$
  update public.stripe_webhook_events as event
  set due_at = now(), attempts = case when event.due_at = 'infinity' then 0 else event.attempts end
  where event.id = any (array(
    select id from public.stripe_webhook_events
    where status = 'failed' and attempts <= p_max_retries and due_at > now()
    order by due_at limit 500 for update skip locked))
  returning event.event_id, event.event_type, event.attempts, event.last_error;
$$;
comment on function public.retry_failed_webhooks is
  'Makes failed events with at most p_max_retries attempts due now, at most 500 per call. Events that were given up start again at zero attempts.';

-- Security definer: only functions delete events.
create function public.cleanup_old_webhook_events(p_days_old integer default 90) returns integer
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_deleted integer;
begin
  delete from public.stripe_webhook_events
  where id = any (array(
    select id from public.stripe_webhook_events
    where created_at < now() - make_interval(days => greatest(p_days_old, 30)) and status in ('processed', 'ignored')
    order by created_at limit 10000));
  get diagnostics v_deleted = row_count;
  delete from ops.mail where id = any (array(
    select id from ops.mail where created_at < now() - interval '30 days' limit 10000));
  return v_deleted;
end;
$$;
comment on function public.cleanup_old_webhook_events is
  'Deletes processed and ignored events older than p_days_old days, at most 10,000 per call. The minimum is 30 days, the time in which Stripe may resend an event. Also deletes mail older than 30 days.';

-- Security definer: draws tickets and leases events; only the service may call it.
create function public.claim_stripe_work(p_livemode boolean, p_limit integer, p_lease_seconds integer, p_customer_id text default null)
returns setof jsonb
language plpgsql volatile security definer set search_path = '' as $$
begin
  return query
    with due as (
      select id, subject, due_at from public.stripe_webhook_events
      where status in ('pending', 'failed') and due_at <= now() and livemode = p_livemode
        and (p_customer_id is null or subject = p_customer_id)
      order by due_at limit 1000
      for update skip locked
    ), chosen as (
      select subject from due group by subject order by min(due_at) limit p_limit
    ), claimed as (
      update public.stripe_webhook_events as event
      set attempts = least(event.attempts + 1, 32000), due_at = now() + make_interval(secs => p_lease_seconds)
      from due
      where event.id = due.id and due.subject in (select subject from chosen)
      returning event.subject, event.event_id, event.event_type
    ), checked as (
      select id, customer_id from ops.billing_customer
      where check_at <= now() and livemode = p_livemode and customer_id is not null
        and (p_customer_id is null or customer_id = p_customer_id)
      order by check_at limit greatest(0, p_limit - (select count(*) from chosen))
      for update skip locked
    ), leased as (
      update ops.billing_customer as customer set check_at = now() + make_interval(secs => p_lease_seconds * 5)
      from checked where customer.id = checked.id
      returning customer.customer_id
    ), work as (
      select subject, jsonb_agg(event_id) as event_ids from claimed group by subject
      union all
      select customer_id, '[]' from leased where customer_id not in (select subject from claimed)
    )
    select jsonb_build_object('subject', subject, 'event_ids', event_ids, 'ticket', nextval('ops.billing_ticket')) from work;
end;
$$;
comment on function public.claim_stripe_work is
  'Claims customers that Stripe reported events for, and customers due for a check; each with a ticket, drawn before Stripe is asked. If a worker dies, they become due again when the lease ends.';

-- Security definer: only functions write customers.
create function public.draw_billing_ticket() returns bigint
language sql volatile security definer set search_path = '' as $$
  select nextval('ops.billing_ticket');
$$;
comment on function public.draw_billing_ticket is 'Returns a ticket for fetching a customer without an event. Draw it before asking Stripe.';

-- ## Functions: entitlement

create function ops.entitlement(p_subscriptions jsonb, p_prices jsonb, p_now timestamptz) returns jsonb
language sql immutable parallel safe security invoker set search_path = '' as $$
  with item as (
    select sub.value ->> 'id' as id, best.price ->> 'tier' as tier, (best.price ->> 'rank')::integer as rank,
      best.item ->> 'price_id' as price_id,
      coalesce((best.item ->> 'period_start')::bigint, (sub.value ->> 'period_start')::bigint) as period_start,
      coalesce((best.item ->> 'period_end')::bigint, (sub.value ->> 'period_end')::bigint) as period_end,
      best.item ->> 'interval' as "interval", (best.item ->> 'interval_count')::integer as interval_count,
      sub.value as sub
    from jsonb_array_elements(p_subscriptions) as sub
    -- Of several items the most expensive plan counts. An item that is not ours or has no value (quantity 0, unknown price) buys nothing.
    left join lateral (
      select item.value as item, coalesce(p_prices -> (item.value ->> 'price_id'), p_prices -> (item.value ->> 'lookup_key')) as price
      from jsonb_array_elements(coalesce(nullif(sub.value -> 'items', 'null'), '[]')) as item
      where coalesce((item.value ->> 'quantity')::integer, 1) > 0
        and coalesce(p_prices -> (item.value ->> 'price_id'), p_prices -> (item.value ->> 'lookup_key')) is not null
      order by (coalesce(p_prices -> (item.value ->> 'price_id'), p_prices -> (item.value ->> 'lookup_key')) ->> 'rank')::integer desc
      limit 1
    ) as best on true
  ), judged as (
    select item.*,
      case when sub ->> 'status' = 'active' and sub ->> 'pause_collection' = 'void' then 'paused' else sub ->> 'status' end as status,
      -- Grace period of seven days after the failed payment: Stripe keeps retrying, and the creator has time to act.
      case when sub ->> 'status' = 'past_due' then
        coalesce((sub #>> '{latest_invoice,created}')::bigint, period_start, (sub ->> 'created')::bigint) + 7 * 86400 end as grace_ends
    from item
  ), ranked as (
    select *, tier is not null and (status in ('active', 'trialing')
      or (status = 'past_due' and extract(epoch from p_now) < grace_ends)) as is_entitled
    from judged
  ), best as (
    select * from ranked
    order by is_entitled desc, case when is_entitled then rank end desc nulls last,
      status not in ('canceled', 'incomplete_expired') desc, period_end desc nulls last, (sub ->> 'created')::bigint desc nulls last, id
    limit 1
  )
  select coalesce((
    select jsonb_strip_nulls(jsonb_build_object(
      'tier', case when is_entitled then tier else 'free' end,
      'status', status,
      'is_entitled', is_entitled,
      'subscription_id', id,
      'price_id', price_id,
      'period_start', period_start,
      'period_end', period_end,
      'anchor', coalesce((sub ->> 'anchor')::bigint, period_start),
      'interval', "interval",
      'interval_count', interval_count,
      'ends_at', case when status not in ('canceled', 'incomplete_expired') then
        coalesce((sub ->> 'cancel_at')::bigint, case when (sub ->> 'cancel_at_period_end')::boolean then period_end end) end,
      'trial_end', case when status = 'trialing' then (sub ->> 'trial_end')::bigint end,
      'grace_ends', grace_ends,
      'paid_twice', nullif((select jsonb_agg(also.id order by also.id) from ranked as also where also.is_entitled), '[]'),
      'unknown_prices', (
        select jsonb_agg(distinct item.value ->> 'price_id')
        from ranked as other, jsonb_array_elements(coalesce(nullif(other.sub -> 'items', 'null'), '[]')) as item
        where other.status not in ('canceled', 'incomplete_expired')
          and coalesce(p_prices -> (item.value ->> 'price_id'), p_prices -> (item.value ->> 'lookup_key')) is null)))
      from best),
    '{"tier": "free", "status": "active", "is_entitled": false}');
$$;
comment on function ops.entitlement is
  'Returns the plan that follows from a customer''s subscriptions, the known prices ({id or lookup key: {tier, rank}}) and the time; there is no other input. This is the only place that decides it; docs/billing.md has the table.';

create function ops.known_prices() returns jsonb
language sql stable security invoker set search_path = '' as $$
  with known as (
    select price.lookup_key, jsonb_build_object('tier', tier.slug, 'rank', tier.sort_order) as buys
    from ops.tier_price as price join public.subscription_tier as tier on tier.id = price.tier_id
  )
  select coalesce(jsonb_object_agg(key, buys), '{}')
  from (
    select lookup_key as key, buys from known
    union all
    select seen.price_id, known.buys from ops.stripe_price as seen join known on known.lookup_key = seen.lookup_key
  ) as every;
$$;
comment on function ops.known_prices is 'Returns what each price buys, by its lookup key and by its id.';

create function ops.subscription_cycle(p_start timestamptz, p_end timestamptz, p_anchor_day smallint, p_now timestamptz,
  out starts timestamptz, out ends timestamptz)
language plpgsql immutable parallel safe security invoker set search_path = '' as $$
declare
  v_now constant timestamptz := least(p_now, p_end - interval '1 second');
  v_months integer := 12 * (extract(year from v_now at time zone 'UTC') - extract(year from p_start at time zone 'UTC'))
    + extract(month from v_now at time zone 'UTC') - extract(month from p_start at time zone 'UTC');
begin
  starts := p_start;
  ends := p_end;
  -- Quotas are monthly, so a period longer than a month is divided into months from its start.
  if p_end - p_start > interval '32 days' then
    if ops.add_months(p_start, v_months, p_anchor_day) > v_now then
      v_months := v_months - 1;
    end if;
    if v_months > 0 then
      starts := ops.add_months(p_start, v_months, p_anchor_day);
    end if;
    ends := least(p_end, ops.add_months(p_start, greatest(v_months, 0) + 1, p_anchor_day));
  end if;
end;
$$;
comment on function ops.subscription_cycle is
  'Returns the quota cycle within a paid period: the period itself or, for a longer period, the month that contains p_now.';

create function ops.tell(p_key text, p_user_id uuid, p_type public.notification_type_enum, p_title text, p_message text, p_data jsonb,
  p_mail text default null) returns boolean
language plpgsql volatile security invoker set search_path = '' as $$
begin
  insert into ops.billing_notice (key) values (p_key) on conflict do nothing;
  if not found then
    return false;
  end if;
  insert into public.notification (user_id, type, title, message, data) values (p_user_id, p_type, p_title, p_message, p_data);
  if p_mail is not null then
    insert into ops.mail (user_id, kind, data)
    select p_user_id, p_mail, p_data
    from public.user_setting as setting where setting.user_id = p_user_id and setting.email_notifications;
  end if;
  return true;
end;
$$;
comment on function ops.tell is
  'Notifies a user once per key, however often the same fact is found, and also by mail if the user wants that. Returns whether it was new.';

create function ops.tell_admins(p_key text, p_title text, p_message text, p_data jsonb) returns void
language sql volatile security invoker set search_path = '' as $$
  with noted as (
    insert into ops.billing_notice (key) values (p_key) on conflict do nothing returning 1
  )
  insert into public.notification (user_id, type, title, message, data)
  select role.user_id, 'warning', p_title, p_message, p_data from noted cross join public.user_role as role where role.role = 'admin';
$$;
comment on function ops.tell_admins is 'Notifies the admins once per key.';

create function ops.settle_entitlement(p_customer ops.billing_customer) returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_old constant jsonb := p_customer.entitlement;
  v_new constant jsonb := ops.entitlement(p_customer.subscriptions, ops.known_prices(), now());
  v_user_id constant uuid := p_customer.user_id;
  v_subscription public.subscription;
  v_tier public.subscription_tier;
  v_old_tier public.subscription_tier;
  v_cycle record;
  v_anchor smallint;
  v_is_same boolean;
  v_data jsonb;
begin
  update ops.billing_customer
  set entitlement = v_new,
    settle_at = case when (v_new ->> 'is_entitled')::boolean then to_timestamp((v_new ->> 'grace_ends')::double precision) end
  where id = p_customer.id;
  if v_user_id is null then
    return v_new;
  end if;

  select * into v_subscription from public.subscription where user_id = v_user_id for update;
  select * into v_tier from public.subscription_tier where slug = v_new ->> 'tier';
  select * into v_old_tier from public.subscription_tier where id = v_subscription.tier_id;
  v_data := jsonb_strip_nulls(jsonb_build_object('tier', v_tier.slug, 'subscription_id', v_new -> 'subscription_id', 'status', v_new -> 'status'));

  -- The plan changes only when the result from Stripe has changed. Until then a plan set by an admin stands.
  if coalesce(v_old ->> 'tier', 'free') is distinct from v_new ->> 'tier'
    or coalesce(v_old ->> 'subscription_id', '') is distinct from coalesce(v_new ->> 'subscription_id', '') and (v_new ->> 'is_entitled')::boolean
  then
    if v_tier.id <> v_subscription.tier_id then
      update public.subscription set tier_id = v_tier.id where user_id = v_user_id;
      perform ops.record_audit('plan.changed', v_user_id, v_data || jsonb_build_object('by', 'stripe', 'from', v_old_tier.slug));
      if v_tier.sort_order > v_old_tier.sort_order then
        insert into public.notification (user_id, type, title, message, data)
        values (v_user_id, 'success', format('Your plan is now %s', v_tier.display_name), 'Its limits apply immediately.',
          v_data || '{"kind": "plan_changed"}');
      else
        insert into public.notification (user_id, type, title, message, data)
        values (v_user_id, 'warning', format('Your plan is now %s', v_tier.display_name),
          'Nothing was deleted. Accounts beyond the limit of the plan are paused: you choose which accounts stay active.', v_data || '{"kind": "plan_changed"}');
      end if;
    end if;
  end if;
  update public.subscription set status_id = status.id
  from public.subscription_status as status
  where user_id = v_user_id and status.slug = v_new ->> 'status' and status.id <> status_id;

  if (v_new ->> 'is_entitled')::boolean and v_new ? 'period_start' and v_new ? 'period_end' then
    v_anchor := extract(day from to_timestamp((v_new ->> 'anchor')::double precision) at time zone 'UTC');
    select * into v_cycle from ops.subscription_cycle(to_timestamp((v_new ->> 'period_start')::double precision),
      to_timestamp((v_new ->> 'period_end')::double precision), v_anchor, now());
    v_is_same := v_old ->> 'subscription_id' = v_new ->> 'subscription_id' and (v_old ->> 'is_entitled')::boolean;
    if v_cycle.ends <= v_cycle.starts
      -- A user who consumed quota after the period end has already started this cycle, and Stripe's data is behind.
      or (v_is_same and v_cycle.starts < v_subscription.cycle_start_date)
      or (v_cycle.starts, v_cycle.ends, v_anchor)
        = (v_subscription.cycle_start_date, v_subscription.cycle_end_date, v_subscription.cycle_anchor_day)
    then
      null;
    elsif v_cycle.starts <= v_subscription.cycle_start_date
      or (v_is_same and v_cycle.starts < v_subscription.cycle_start_date + interval '1 day')
    then
      -- The same cycle with different boundaries: the usage counters stay.
      update public.subscription
      set cycle_start_date = v_cycle.starts, cycle_end_date = v_cycle.ends, cycle_anchor_day = v_anchor
      where user_id = v_user_id;
    else
      insert into public.quota_usage_history (user_id, tier_id, cycle_start_date, cycle_end_date, syncs_used, ai_analyses_used, seo_submissions_used)
      values (v_user_id, v_subscription.tier_id, v_subscription.cycle_start_date, least(v_subscription.cycle_end_date, v_cycle.starts),
        v_subscription.syncs_used, v_subscription.ai_analyses_used, v_subscription.seo_submissions_used);
      update public.subscription
      set cycle_start_date = v_cycle.starts, cycle_end_date = v_cycle.ends, cycle_anchor_day = v_anchor,
        syncs_used = 0, ai_analyses_used = 0, seo_submissions_used = 0
      where user_id = v_user_id;
    end if;
  end if;
  perform ops.tell_of_billing(v_user_id, p_customer.subscriptions, v_new, v_tier.display_name);
  return v_new;
end;
$$;
comment on function ops.settle_entitlement is
  'Applies what follows from a customer''s stored subscriptions: plan, cycle, audit, notifications. The caller holds the lock on the customer''s row. Idempotent.';

create function ops.tell_of_billing(p_user_id uuid, p_subscriptions jsonb, p_entitlement jsonb, p_plan text) returns void
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_sub jsonb;
  v_invoice jsonb;
  v_data jsonb;
  v_price text;
begin
  for v_sub in select value from jsonb_array_elements(p_subscriptions) order by (value ->> 'created')::bigint, value ->> 'id' loop
    v_invoice := nullif(v_sub -> 'latest_invoice', 'null');
    v_data := jsonb_strip_nulls(jsonb_build_object('subscription_id', v_sub -> 'id', 'invoice_id', v_invoice -> 'id', 'plan', p_plan,
      'amount', v_invoice -> 'amount', 'currency', v_invoice -> 'currency', 'url', v_invoice -> 'url', 'retry_at', v_invoice -> 'retry_at'));
    if v_invoice ->> 'status' = 'paid' and (v_invoice ->> 'amount')::bigint > 0 then
      perform ops.tell('receipt:' || (v_invoice ->> 'id'), p_user_id, 'success', 'Your payment went through',
        'The receipt is on your billing page.', v_data || '{"kind": "receipt"}', 'receipt');
    elsif v_invoice ->> 'status' = 'open' and (v_invoice ->> 'attempts')::integer > 0 then
      perform ops.tell(format('failed:%s:%s', v_invoice ->> 'id', v_invoice ->> 'attempts'), p_user_id, 'error', 'Your payment failed',
        'You keep your plan for seven days: check your card on the billing page.', v_data || '{"kind": "payment_failed"}', 'payment_failed');
    end if;
    if v_sub ->> 'status' = 'trialing' and (v_sub ->> 'trial_end')::bigint between extract(epoch from now()) and extract(epoch from now()) + 3 * 86400 + 3600 then
      perform ops.tell(format('trial:%s:%s', v_sub ->> 'id', v_sub ->> 'trial_end'), p_user_id, 'info', 'Your trial ends soon',
        'Then we charge you for the first time.', v_data || jsonb_build_object('kind', 'trial_ends', 'at', v_sub -> 'trial_end'), 'trial_ends');
    end if;
  end loop;
  if p_entitlement ? 'ends_at' then
    perform ops.tell(format('ends:%s:%s', p_entitlement ->> 'subscription_id', p_entitlement ->> 'ends_at'), p_user_id, 'info', 'Your plan will end',
      'Until then nothing changes, and you can keep it on the billing page.',
      jsonb_build_object('kind', 'plan_ends', 'subscription_id', p_entitlement -> 'subscription_id', 'at', p_entitlement -> 'ends_at'));
  end if;
  if jsonb_array_length(coalesce(p_entitlement -> 'paid_twice', '[]')) > 1 then
    v_data := jsonb_build_object('kind', 'paid_twice', 'subscription_ids', p_entitlement -> 'paid_twice');
    if ops.tell('twice:' || (p_entitlement ->> 'paid_twice'), p_user_id, 'warning', 'You pay for more than one subscription',
      'Only the larger plan counts. Cancel the other on the billing page. We have told our staff, who refund what you paid twice.', v_data, 'paid_twice')
    then
      perform ops.tell_admins('twice:admins:' || (p_entitlement ->> 'paid_twice'), 'A creator pays twice',
        'Cancel and refund one of the subscriptions in Stripe.', v_data || jsonb_build_object('user_id', p_user_id));
    end if;
  end if;
  for v_price in select jsonb_array_elements_text(coalesce(nullif(p_entitlement -> 'unknown_prices', 'null'), '[]')) loop
    perform ops.tell_admins('price:' || v_price, 'A Stripe price maps to no plan',
      'A creator subscribed to a price that is not in ops.tier_price.', jsonb_build_object('kind', 'unknown_price', 'price_id', v_price));
  end loop;
end;
$$;
comment on function ops.tell_of_billing is 'Notifies the creator and the admins about the state that was just applied, each fact only once.';

-- Security definer: only functions write customers, plans and events.
create function public.apply_stripe_state(p_customer_id text, p_livemode boolean, p_ticket bigint, p_state jsonb, p_event_ids text[] default '{}')
returns text
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_customer ops.billing_customer;
  v_owner constant uuid := (select id from public.users where id::text = p_state ->> 'user_id');
  v_outcome text;
  v_now constant bigint := extract(epoch from now());
begin
  if v_owner is not null then
    -- We created this customer but the response was lost; the metadata of the customer names its owner.
    insert into ops.billing_customer (user_id, livemode, customer_id) values (v_owner, p_livemode, p_customer_id)
    on conflict (user_id, livemode) do update set customer_id = excluded.customer_id where billing_customer.customer_id is null;
  end if;
  select * into v_customer from ops.billing_customer where customer_id = p_customer_id and livemode = p_livemode for update;
  if not found then
    if not p_state ? 'user_id' then
      return 'unknown';
    end if;
    v_outcome := 'foreign';
  elsif v_customer.applied_ticket >= p_ticket then
    -- State fetched later has been applied, and it covers everything these events were about.
    v_outcome := 'superseded';
  else
    v_outcome := 'applied';
    insert into ops.stripe_price (price_id, lookup_key)
    select distinct item.value ->> 'price_id', price.lookup_key
    from jsonb_array_elements(p_state -> 'subscriptions') as sub, jsonb_array_elements(sub.value -> 'items') as item
    join ops.tier_price as price on price.lookup_key = item.value ->> 'lookup_key'
    where item.value ->> 'price_id' is not null
    on conflict do nothing;
    update ops.billing_customer
    set subscriptions = p_state -> 'subscriptions', is_deleted = coalesce((p_state ->> 'is_deleted')::boolean, false),
      applied_ticket = p_ticket, fetched_at = now(),
      check_at = least(
        now() + (case when exists (
            select from jsonb_array_elements(p_state -> 'subscriptions') as sub
            where sub.value ->> 'status' not in ('canceled', 'incomplete_expired'))
          or checkout_at > now() - interval '2 days' then interval '1 day' else interval '7 days' end) * (0.9 + random() * 0.1),
        (select min(case when at.seconds > v_now then to_timestamp(at.seconds + 7200) else now() + interval '1 hour' end)
          from jsonb_array_elements(p_state -> 'subscriptions') as sub,
            unnest(array[(sub.value ->> 'period_end')::bigint, (sub.value ->> 'cancel_at')::bigint, (sub.value ->> 'trial_end')::bigint]) as at (seconds)
          where sub.value ->> 'status' not in ('canceled', 'incomplete_expired') and at.seconds > v_now - 86400))
    where id = v_customer.id
    returning * into v_customer;
    perform ops.settle_entitlement(v_customer);
    delete from public.cache_store where key = 'stripe:preview:' || p_customer_id;
  end if;

  with done as (
    update public.stripe_webhook_events
    set status = case when v_outcome = 'foreign' then 'ignored' else 'processed' end, processed_at = now(), last_error = null
    where event_id = any (p_event_ids) and status in ('pending', 'failed')
    returning event_type, data
  ), told as (
    insert into public.notification (user_id, type, title, message, data)
    select v_customer.user_id, 'info'::public.notification_type_enum, 'A payment was refunded', 'The amount is on its way back to your card.',
      jsonb_build_object('kind', 'refund', 'charge_id', data -> 'object_id')
    from done where event_type = 'charge.refunded' and v_customer.user_id is not null
    union all
    select role.user_id, 'warning', 'A payment is disputed', 'Answer it in Stripe, or accept it there.',
      jsonb_build_object('kind', 'dispute', 'dispute_id', data -> 'object_id', 'user_id', v_customer.user_id)
    from done cross join public.user_role as role
    where done.event_type = 'charge.dispute.created' and role.role = 'admin' and v_customer.id is not null
  )
  insert into public.audit_log (user_id, action, details)
  select v_customer.user_id, 'billing.' || replace(split_part(event_type, '.', 2), 'created', 'dispute'),
    jsonb_build_object('event_type', event_type, 'object_id', data -> 'object_id')
  from done where event_type in ('charge.refunded', 'charge.dispute.created') and v_customer.id is not null;
  return v_outcome;
end;
$$;
comment on function public.apply_stripe_state is
  'Applies in one transaction: the state fetched for a customer, the resulting plan and cycle, the notifications, and the events that this settles. Only if its ticket is newer than the last one applied. Returns applied, superseded, unknown (nothing was changed: ask Stripe for the owner of the customer and pass it as user_id) or foreign.';

create function ops.settle_due_entitlements() returns integer
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_customer ops.billing_customer;
  v_settled integer := 0;
begin
  for v_customer in select * from ops.billing_customer where settle_at <= now() order by settle_at limit 1000 for update skip locked loop
    perform ops.settle_entitlement(v_customer);
    v_settled := v_settled + 1;
  end loop;
  return v_settled;
end;
$$;
comment on function ops.settle_due_entitlements is
  'For cron. Ends plans that expire by time alone, without asking Stripe: the grace period of a failed payment is over. At most 1,000 per run.';

-- ## Functions: customers and checkouts

-- Security definer: only functions read customers.
create function public.begin_billing(p_user_id uuid, p_livemode boolean, p_tier text default null) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_customer ops.billing_customer;
  v_lookup_key text;
begin
  if not exists (select from public.users where id = p_user_id) then
    raise exception using errcode = 'SVG03', message = 'There is no such user',
      detail = jsonb_build_object('resource', 'user', 'id', p_user_id);
  end if;
  if p_tier is not null then
    select price.lookup_key into v_lookup_key
    from ops.tier_price as price
    join public.subscription_tier as tier on tier.id = price.tier_id
    where tier.slug = p_tier and tier.is_active and price.is_offered
    order by price.lookup_key limit 1;
    if not found then
      raise exception using errcode = 'SVG01', message = format('There is no plan named %s that you can subscribe to', left(p_tier, 60));
    end if;
  end if;
  insert into ops.billing_customer (user_id, livemode) values (p_user_id, p_livemode) on conflict do nothing;
  select * into v_customer from ops.billing_customer where user_id = p_user_id and livemode = p_livemode;
  return jsonb_build_object('customer_id', v_customer.customer_id, 'is_deleted', v_customer.is_deleted,
    'subscriptions', v_customer.subscriptions, 'lookup_key', v_lookup_key,
    'has_subscribed', jsonb_array_length(v_customer.subscriptions) > 0, 'told_email_hash', v_customer.told_email_hash,
    'email', (select email from public.users where id = p_user_id));
end;
$$;
comment on function public.begin_billing is
  'Returns what a checkout or the portal starts from: the creator''s stored customer, the price of a plan, and the email address for Stripe.';

-- Security definer: only functions write customers.
create function public.keep_stripe_customer(p_user_id uuid, p_livemode boolean, p_customer_id text, p_told_email_hash text default null,
  p_replaces text default null) returns text
language sql volatile security definer set search_path = '' as $$
  update ops.billing_customer
  -- A second concurrent call gets the customer that the first one created.
  set customer_id = case when customer_id is not distinct from p_replaces then p_customer_id else customer_id end,
    is_deleted = is_deleted and customer_id is distinct from p_replaces,
    told_email_hash = coalesce(p_told_email_hash, told_email_hash),
    check_at = coalesce(check_at, now() + interval '1 day')
  where user_id = p_user_id and livemode = p_livemode
  returning customer_id;
$$;
comment on function public.keep_stripe_customer is
  'Stores the customer that was created for a creator, and returns the creator''s only valid customer. p_replaces: a customer that was deleted at Stripe.';

-- Security definer: only functions write customers.
create function public.keep_checkout(p_user_id uuid, p_livemode boolean, p_session_id text) returns text
language sql volatile security definer set search_path = '' as $$
  update ops.billing_customer as customer
  set checkout_session_id = p_session_id, checkout_at = now(), check_at = least(customer.check_at, now() + interval '1 hour')
  from (select id, checkout_session_id from ops.billing_customer where user_id = p_user_id and livemode = p_livemode for update) as before
  where customer.id = before.id
  returning before.checkout_session_id;
$$;
comment on function public.keep_checkout is
  'A creator has one open checkout: stores the new session and returns the previous one, which the caller closes.';

-- Security definer: only functions read customers.
create function public.read_billing(p_user_id uuid, p_livemode boolean) returns jsonb
language sql stable security definer set search_path = '' as $$
  select jsonb_build_object('tier', tier.slug, 'plan', tier.display_name, 'status', status.slug,
    'cycle_start', subscription.cycle_start_date, 'cycle_end', case when subscription.cycle_end_date > now() then subscription.cycle_end_date
      else (ops.next_cycle(subscription.cycle_end_date, subscription.cycle_anchor_day, now())).ends end,
    'customer_id', customer.customer_id, 'entitlement', coalesce(customer.entitlement, '{}'), 'subscriptions', coalesce(customer.subscriptions, '[]'),
    'fetched_at', customer.fetched_at)
  from public.subscription as subscription
  join public.subscription_tier as tier on tier.id = subscription.tier_id
  join public.subscription_status as status on status.id = subscription.status_id
  left join ops.billing_customer as customer on customer.user_id = subscription.user_id and customer.livemode = p_livemode
  where subscription.user_id = p_user_id;
$$;
comment on function public.read_billing is 'Returns what billing-status presents: plan, cycle, and the last state from Stripe.';

-- ## Functions: mail

-- Security definer: only functions read mail.
create function public.claim_mails(p_limit integer, p_lease_seconds integer) returns setof jsonb
language sql volatile security definer set search_path = '' as $$
  with due as (
    select id from ops.mail where sent_at is null and due_at <= now() order by due_at limit p_limit for update skip locked
  ), claimed as (
    update ops.mail as mail set attempts = mail.attempts + 1,
      due_at = now() + greatest(make_interval(secs => p_lease_seconds), least(interval '6 hours', interval '1 minute' * 2 ^ least(mail.attempts, 9)))
    from due where mail.id = due.id
    returning mail.id, mail.user_id, mail.kind, mail.data
  )
  select jsonb_build_object('id', claimed.id, 'kind', claimed.kind, 'data', claimed.data, 'to', person.email, 'name', person.display_name)
  from claimed
  join public.users as person on person.id = claimed.user_id;
$$;
comment on function public.claim_mails is
  'Claims mail that is due, each for one worker. Mail that is not settled in time is due again, with growing backoff.';

-- Security definer: only functions write mail.
create function public.settle_mail(p_id uuid, p_error text default null) returns void
language sql volatile security definer set search_path = '' as $$
  update ops.mail
  set sent_at = case when p_error is null then now() end, last_error = left(p_error, 300),
    due_at = case when p_error is not null and attempts >= 12 then 'infinity' else due_at end
  where id = p_id and sent_at is null;
$$;
comment on function public.settle_mail is 'Marks a mail as sent, or records the error; the mail is then retried, twelve attempts in total.';

-- ## Triggers

create function ops.check_job_move() returns trigger
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_is_known constant boolean := case old.status
    when new.status then true -- such as a job that is claimed again because its worker was lost
    when 'pending' then new.status in ('processing', 'cancelled', 'expired')
    when 'processing' then new.status in ('pending', 'completed', 'failed', 'cancelled')
    when 'failed' then new.status = 'pending'
    else false
  end;
begin
  if not v_is_known then
    raise exception using errcode = 'check_violation', message = format('Cannot move a job from %s to %s', old.status, new.status);
  end if;
  return new;
end;
$$;
comment on function ops.check_job_move is 'Trigger: allows only valid status transitions of a job.';

create function ops.notify_job_status() returns trigger
language plpgsql volatile security invoker set search_path = '' as $$
begin
  perform pg_notify('job_status',
    json_build_object('job_id', new.id, 'user_id', new.user_id, 'job_type', new.job_type, 'status', new.status)::text);
  return null;
end;
$$;
comment on function ops.notify_job_status is 'Trigger: notifies servers that LISTEN on channel job_status.';

-- Security definer: fires as the role that deletes a user, which cannot access ready jobs.
create function ops.drop_ready_job() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  delete from ops.job_ready where job_id = old.id;
  return null;
end;
$$;
comment on function ops.drop_ready_job is 'Trigger: removes the ready job of a deleted job, for example when its owner is deleted.';

create trigger job_queue_check_move before update of status on public.job_queue
  for each row execute function ops.check_job_move();
create trigger job_status_change_notify after update of status on public.job_queue
  for each row when (old.status <> new.status and new.user_id is not null) execute function ops.notify_job_status();
-- Disabled: apps watch through Realtime, and transactions that NOTIFY commit one after another, which costs a busy queue most of its
-- throughput. Enable it if a server LISTENs on job_status.
alter table public.job_queue disable trigger job_status_change_notify;
create trigger job_queue_drop_ready after delete on public.job_queue
  for each row execute function ops.drop_ready_job();
create trigger job_type_touch_updated_at before update on public.job_type
  for each row execute function ops.touch_updated_at();

-- ## Policies

create policy "Signed-in people read the job types" on public.job_type
  for select to authenticated using (true);
create policy "Creators read their own jobs" on public.job_queue
  for select to authenticated using (user_id = (select auth.uid()));
create policy "Creators read the logs of their own jobs" on public.job_log
  for select to authenticated using (user_id = (select auth.uid()));

create policy "Only functions read the handlers" on ops.job_handler for all to postgres using (true) with check (true);
create policy "Only functions hold ready jobs" on ops.job_ready for all to postgres using (true) with check (true);
create policy "Only functions keep dead letters" on ops.job_dead_letter for all to postgres using (true) with check (true);
create policy "Only functions see the workers" on ops.job_worker for all to postgres using (true) with check (true);
create policy "Only functions wake" on ops.job_wake for all to postgres using (true) with check (true);
create policy "Only functions keep metrics" on ops.job_metric for all to postgres using (true) with check (true);

create policy "Admins read what Stripe reported" on public.stripe_webhook_events
  for select to authenticated using ((select ops.current_user_has_role('admin')));
create policy "Only functions map prices" on ops.tier_price for all to postgres using (true) with check (true);
create policy "Only functions remember prices" on ops.stripe_price for all to postgres using (true) with check (true);
create policy "Only functions keep customers" on ops.billing_customer for all to postgres using (true) with check (true);
create policy "Only functions note what was told" on ops.billing_notice for all to postgres using (true) with check (true);
create policy "Only functions send mail" on ops.mail for all to postgres using (true) with check (true);

-- ## Grants

grant select on public.job_type to authenticated, service_role;
-- No role has insert, update or delete: the functions above keep the two rows of a job consistent.
grant select on public.job_queue, public.job_log to authenticated, service_role;
-- For admins, by the policy; only functions write.
grant select on public.stripe_webhook_events to authenticated, service_role;

-- Users and the service.
revoke execute on function public.create_job, public.find_or_create_job, public.cancel_job, public.get_user_jobs, public.get_job_logs,
  public.get_cached_job_result, public.get_job_queue_stats, public.list_dead_letters, public.retry_dead_letters,
  public.discard_dead_letters, public.pause_job_type, public.resume_job_type from public, anon;
grant execute on function public.create_job, public.find_or_create_job, public.cancel_job, public.get_user_jobs, public.get_job_logs,
  public.get_cached_job_result, public.get_job_queue_stats, public.list_dead_letters, public.retry_dead_letters,
  public.discard_dead_letters, public.pause_job_type, public.resume_job_type to authenticated, service_role;
-- Called through the functions above. Each checks the caller or exposes nothing sensitive; no client role has usage of schema ops.
revoke execute on function ops.create_job, ops.cancel_job, ops.find_job_handler, ops.job_hash, ops.list_dead_letters, ops.retry_dead_letters,
  ops.discard_dead_letters, ops.set_job_type_paused from public;
grant execute on function ops.create_job, ops.cancel_job, ops.find_job_handler, ops.job_hash, ops.list_dead_letters, ops.retry_dead_letters,
  ops.discard_dead_letters, ops.set_job_type_paused to authenticated, service_role;
-- Workers, cron and other functions of the service.
revoke execute on function public.park_worker, public.finish_and_claim_jobs, public.extend_job_leases,
  public.start_job, public.update_job_progress, public.complete_job, public.fail_job, public.release_job, public.add_job_log,
  public.reset_due_quotas, public.record_job_metrics, public.read_job_metrics, public.detect_stuck_jobs, public.retry_failed_jobs,
  public.expire_stale_jobs, public.cleanup_old_jobs, public.cache_stripe_data, public.get_cached_stripe_data,
  public.invalidate_stripe_cache, public.invalidate_stripe_cache_from_webhook from public, anon, authenticated;
grant execute on function public.park_worker, public.finish_and_claim_jobs, public.extend_job_leases,
  public.start_job, public.update_job_progress, public.complete_job, public.fail_job, public.release_job, public.add_job_log,
  public.reset_due_quotas, public.record_job_metrics, public.read_job_metrics, public.detect_stuck_jobs, public.retry_failed_jobs,
  public.expire_stale_jobs, public.cleanup_old_jobs, public.cache_stripe_data, public.get_cached_stripe_data,
  public.invalidate_stripe_cache, public.invalidate_stripe_cache_from_webhook to service_role;
grant execute on function public.log_stripe_webhook_event, public.mark_webhook_processed, public.fail_stripe_events,
  public.retry_failed_webhooks,
  public.cleanup_old_webhook_events, public.claim_stripe_work, public.draw_billing_ticket, public.apply_stripe_state, public.begin_billing,
  public.keep_stripe_customer, public.keep_checkout, public.read_billing, public.claim_mails, public.settle_mail to service_role;
-- No role: internal parts of the functions above.
revoke execute on function ops.job_ids_before, ops.wake_workers, ops.register_worker, ops.make_ready,
  ops.promote_due_jobs, ops.lock_limited_jobs, ops.lock_run, ops.put_back, ops.end_attempt, ops.alert_dead_letters,
  ops.requeue_dead_letters, ops.process_job_queue, ops.check_job_move, ops.notify_job_status, ops.drop_ready_job from public;

-- ## Reference rows

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
  ('sync_youtube', 'platform_sync', 'youtube', true, 20),
  ('sync_instagram', 'platform_sync', 'instagram', true, 10),
  ('sync_tiktok', 'platform_sync', 'tiktok', true, 10),
  ('sync_facebook', 'platform_sync', 'facebook', true, 10),
  ('sync_twitter', 'platform_sync', 'twitter', true, 5),
  ('ai_generate_tags', 'ai_analysis', null, true, 10),
  ('seo_submit', 'seo_submission', null, true, 8),
  ('quota_reset', 'quota_reset', null, true, 1),
  ('token_refresh', 'token_refresh', null, true, 2)
on conflict (name) do update
set job_type = excluded.job_type, platform = excluded.platform, is_default = excluded.is_default, max_concurrency = excluded.max_concurrency;

insert into ops.job_wake default values on conflict do nothing;

insert into ops.tier_price (lookup_key, tier_id)
select 'streamvibe_' || slug || '_monthly', id from public.subscription_tier where slug in ('basic', 'premium')
on conflict (lookup_key) do update set tier_id = excluded.tier_id;
