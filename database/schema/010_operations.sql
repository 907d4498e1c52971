-- Module 010, operations: current problems, lists for the console, counters of the last day, and alerts.
-- Requires modules 000 to 007.
--
-- Lists are paged by cursor and never count history: totals are counters maintained by the writers, counts that stop at a limit, or
-- estimates, and each is labelled as such. A list filtered without a matching index scans a bounded number of rows and reports how far it
-- got.
-- Alerts are derived from data in the database by SQL, so that the console, /health, /metrics and Slack messages agree.
--
--   Tables: counters
--   Tables: alerts
--   Indexes on tables of other modules
--   Functions: counters
--   Functions: problems and alerts
--   Functions: health and metrics
--   Functions: the console, parts
--   Functions: the console, lists
--   Functions: the console, actions
--   Triggers
--   Policies
--   Grants
--   Reference rows

-- ## Tables: counters

create table ops.provider_metric (
  provider text not null,
  outcome text not null,
  count bigint not null,
  duration_ms_sum double precision not null,
  constraint provider_metric_pkey primary key (provider, outcome),
  constraint provider_metric_provider_shape check (provider ~ '^[a-z][a-z0-9_.-]{0,39}$'),
  constraint provider_metric_outcome_known check (outcome in ('ok', 'refused', 'throttled', 'failed'))
) with (fillfactor = 50);
alter table ops.provider_metric enable row level security;
comment on table ops.provider_metric is
  'Calls to each provider by outcome since the installation, summed from what functions and workers report.';
comment on column ops.provider_metric.outcome is
  'refused: a 4xx, caused by the request; throttled: 429; failed: 5xx, no response, or an unreadable one.';

create table ops.counter_minute (
  counter text not null,
  at timestamptz not null,
  total bigint not null,
  constraint counter_minute_pkey primary key (counter, at)
);
alter table ops.counter_minute enable row level security;
comment on table ops.counter_minute is
  'Value of each counter in each minute of the last 25 hours: the difference of two rows is what happened between them. Written by evaluate_alerts().';
comment on column ops.counter_minute.counter is
  'For example requests, jobs_completed, jobs_completed:sync_youtube or provider_failed:youtube.';

-- Serves the pruning.
create index counter_minute_at_idx on ops.counter_minute (at);

create table ops.cron_state (
  jobid bigint not null,
  jobname text not null,
  runid bigint not null default 0,
  last_started_at timestamptz,
  last_status text,
  last_message text,
  last_ok_at timestamptz,
  failures integer not null default 0,
  constraint cron_state_pkey primary key (jobid)
);
alter table ops.cron_state enable row level security;
comment on table ops.cron_state is
  'Result of the last run of each cron job. It outlives cron''s run history, so no query has to search that history.';
comment on column ops.cron_state.runid is 'The latest finished run that was counted.';
comment on column ops.cron_state.failures is 'Failed runs in a row.';

create table ops.ai_day (
  day date not null,
  model_id uuid not null,
  is_own_key boolean not null,
  calls bigint not null default 0,
  useless_calls bigint not null default 0,
  prompt_tokens bigint not null default 0,
  completion_tokens bigint not null default 0,
  cost_cents numeric not null default 0,
  constraint ai_day_pkey primary key (day, model_id, is_own_key),
  constraint ai_day_model_id_fkey foreign key (model_id) references public.ai_model (id) on delete cascade
) with (fillfactor = 50);
alter table ops.ai_day enable row level security;
comment on table ops.ai_day is 'Calls and costs per model and day (UTC), maintained by a trigger on public.ai_usage.';
comment on column ops.ai_day.useless_calls is 'Calls whose response could not be used.';
-- Serves the foreign key.
create index ai_day_model_id_idx on ops.ai_day (model_id);

-- ## Tables: alerts

create table ops.alert_rule (
  name text not null,
  severity text not null,
  title text not null,
  threshold numeric not null,
  unit text not null,
  for_minutes smallint not null default 0,
  clear_minutes smallint not null default 5,
  repeat_hours smallint not null default 24,
  is_enabled boolean not null default true,
  sort_order smallint not null,
  constraint alert_rule_pkey primary key (name),
  constraint alert_rule_name_shape check (name ~ '^[a-z][a-z_]{2,40}$'),
  constraint alert_rule_severity_known check (severity in ('info', 'warning', 'critical')),
  constraint alert_rule_minutes_not_negative check (least(for_minutes, clear_minutes) >= 0 and repeat_hours > 0)
);
alter table ops.alert_rule enable row level security;
comment on table ops.alert_rule is
  'The alert rules. ops.find_problems() contains the check for each; docs/operations.md explains what to do, under the name of the rule.';
comment on column ops.alert_rule.threshold is 'In unit. An operator may change it: applying the module again does not overwrite it.';
comment on column ops.alert_rule.for_minutes is 'How long the problem must last before the alert fires.';
comment on column ops.alert_rule.clear_minutes is
  'How long the problem must be over before the alert clears, so that a flapping problem is one alert.';
comment on column ops.alert_rule.repeat_hours is 'Interval between reminders while the alert lasts.';

create table ops.alert (
  name text not null,
  subject text not null default '',
  status text not null,
  value numeric,
  summary text not null,
  place jsonb not null default '{}',
  began_at timestamptz not null,
  fired_at timestamptz,
  seen_at timestamptz not null,
  told_at timestamptz,
  silenced_until timestamptz,
  constraint alert_pkey primary key (name, subject),
  constraint alert_name_fkey foreign key (name) references ops.alert_rule (name) on delete cascade,
  constraint alert_status_known check (status in ('pending', 'firing')),
  constraint alert_fired_iff_firing check ((status = 'firing') = (fired_at is not null)),
  constraint alert_subject_length check (char_length(subject) <= 100)
);
alter table ops.alert enable row level security;
comment on table ops.alert is 'Current problems. The row is deleted when the alert clears.';
comment on column ops.alert.subject is 'The affected object if a rule can apply to several, such as a provider or a cron job.';
comment on column ops.alert.place is 'The console page that shows the problem: {"page", and the filters of the list}.';
comment on column ops.alert.seen_at is 'When the problem was last detected.';
comment on column ops.alert.told_at is 'When the last message about it was created.';
comment on column ops.alert.silenced_until is 'No reminders before this time; set by silence_alert().';

create table ops.alert_event (
  id uuid not null default gen_random_uuid(),
  name text not null,
  subject text not null,
  kind text not null,
  severity text not null,
  title text not null,
  summary text not null,
  value numeric,
  place jsonb not null default '{}',
  began_at timestamptz not null,
  fired_event_id uuid,
  created_at timestamptz not null default now(),
  constraint alert_event_pkey primary key (id),
  constraint alert_event_kind_known check (kind in ('firing', 'reminder', 'resolved'))
);
alter table ops.alert_event enable row level security;
comment on table ops.alert_event is 'Messages to be sent, each once per channel. Kept for 30 days.';
comment on column ops.alert_event.fired_event_id is 'For a resolved event or a reminder: the event that fired the alert.';

-- Serves the newest events in the console, and the pruning.
create index alert_event_created_at_idx on ops.alert_event (created_at desc);

create table ops.alert_delivery (
  event_id uuid not null,
  channel text not null,
  status text not null default 'waiting',
  attempts smallint not null default 0,
  next_at timestamptz,
  fence bigint not null default 0,
  last_error text,
  created_at timestamptz not null default now(),
  settled_at timestamptz,
  constraint alert_delivery_pkey primary key (event_id, channel),
  constraint alert_delivery_event_id_fkey foreign key (event_id) references ops.alert_event (id) on delete cascade,
  constraint alert_delivery_status_known check (status in ('waiting', 'sent', 'failed', 'skipped')),
  constraint alert_delivery_waits_iff_next check ((status = 'waiting') = (next_at is not null)),
  constraint alert_delivery_channel_known check (channel in ('slack', 'email', 'webhook'))
) with (fillfactor = 70);
alter table ops.alert_delivery enable row level security;
comment on table ops.alert_delivery is 'Delivery of one event on one channel: the outbox of send-alerts.';
comment on column ops.alert_delivery.status is 'failed: given up after a day. skipped: the alert ended before it could be sent.';
comment on column ops.alert_delivery.next_at is 'Not sent before this time. While a worker sends it: when its lease ends.';

-- Serves claim_alert_deliveries().
create index alert_delivery_next_at_idx on ops.alert_delivery (next_at) where next_at is not null;

create table ops.alert_run (
  only_row boolean not null default true,
  evaluated_at timestamptz not null default '-infinity',
  channels text[] not null default '{}',
  held text[] not null default '{}',
  constraint alert_run_pkey primary key (only_row),
  constraint alert_run_is_one_row check (only_row)
);
alter table ops.alert_run enable row level security;
comment on table ops.alert_run is 'When alerts were last evaluated, and for which channels send-alerts last had an address.';
comment on column ops.alert_run.held is 'Severities that waited for the end of the quiet hours when send-alerts last ran.';

-- ## Indexes on tables of other modules: each serves one list of the console

create index users_created_at_idx on public.users (created_at desc, id desc);
comment on index public.users_created_at_idx is 'Serves admin_list_users(), newest first.';
create index users_email_prefix_idx on public.users (email text_pattern_ops);
comment on index public.users_email_prefix_idx is 'Serves admin_list_users() by the prefix of an address.';
create index users_hidden_idx on public.users (created_at desc, id desc) where hidden_at is not null;
comment on index public.users_hidden_idx is 'Serves admin_list_users(): users whom moderators have hidden.';
create index social_account_created_at_idx on public.social_account (created_at desc, id desc);
comment on index public.social_account_created_at_idx is 'Serves admin_list_accounts(), newest first.';
create index platform_connection_failing_idx on public.platform_connection (refresh_failures desc) where is_active and refresh_failures > 0;
comment on index public.platform_connection_failing_idx is 'Serves the alert token_refresh_failing.';
create index audit_log_actor_id_idx on public.audit_log (actor_id, id desc);
comment on index public.audit_log_actor_id_idx is 'Serves admin_list_audit_log() for one actor.';
create index content_item_hidden_idx on public.content_item (hidden_at desc, id desc) where hidden_at is not null;
comment on index public.content_item_hidden_idx is 'Serves admin_list_content(): items that moderators have hidden, the most recent first.';
create index ai_month_spent_idx on ops.ai_month (month, spent_cents desc, id desc) where user_id is not null;
comment on index ops.ai_month_spent_idx is 'Serves admin_list_ai_costs(): the highest spenders of a month.';
create index platform_window_platform_idx on ops.platform_window (platform, id) where social_account_id is not null;
comment on index ops.platform_window_platform_idx is
  'Serves admin_list_provider_quotas() for one platform. Counting usage changes no indexed column.';
create index platform_window_closed_until_idx on ops.platform_window (closed_until) where closed_until is not null;
comment on index ops.platform_window_closed_until_idx is 'Serves admin_list_provider_quotas(): accounts that a platform currently refuses.';
create index social_account_attention_idx on public.social_account (created_at desc, id desc)
  where deleted_at is null and (status <> 'active' or last_error is not null);
comment on index public.social_account_attention_idx is 'Serves admin_list_accounts(): accounts that need attention.';
create index social_account_status_created_at_idx on public.social_account (status, created_at desc, id desc) where status <> 'active';
comment on index public.social_account_status_created_at_idx is 'Serves admin_list_accounts() by a rare status.';
create index stripe_webhook_events_open_idx on public.stripe_webhook_events (created_at desc, id desc) where status in ('pending', 'failed');
comment on index public.stripe_webhook_events_open_idx is 'Serves admin_list_webhooks(): pending and failed events.';
create index post_target_operator_idx on publishing.post_target (updated_at) where who_must_act = 'operator' and status in ('failed', 'unknown');
comment on index publishing.post_target_operator_idx is 'Serves the alert publishing_needs_operator.';
create index webhook_endpoint_failing_idx on publishing.webhook_endpoint (failing_since) where failing_since is not null;
comment on index publishing.webhook_endpoint_failing_idx is 'Serves the counts of the console: endpoints that are failing.';

-- ## Functions: counters

-- Security definer: metrics are in ops.
create function public.record_provider_calls(p_samples jsonb) returns void
language sql volatile security definer set search_path = '' as $$
  insert into ops.provider_metric as metric (provider, outcome, count, duration_ms_sum)
  select sample.provider, sample.outcome, sum(sample.count), sum(sample.duration_ms_sum)
  from jsonb_to_recordset(p_samples) as sample (provider text, outcome text, count bigint, duration_ms_sum double precision)
  group by sample.provider, sample.outcome
  order by sample.provider, sample.outcome -- same order for all writers, so no deadlock
  on conflict (provider, outcome) do update
  set count = metric.count + excluded.count, duration_ms_sum = metric.duration_ms_sum + excluded.duration_ms_sum;
$$;
comment on function public.record_provider_calls is 'Adds a batch of [{provider, outcome, count, duration_ms_sum}].';

create function ops.count_ai_usage() returns trigger
language plpgsql volatile security invoker set search_path = '' as $$
begin
  insert into ops.ai_day as known (day, model_id, is_own_key, calls, useless_calls, prompt_tokens, completion_tokens, cost_cents)
  values ((new.created_at at time zone 'UTC')::date, new.model_id, new.is_own_key, 1, (new.outcome <> 'valid')::integer, new.prompt_tokens,
    new.completion_tokens, coalesce(new.cost_cents, 0))
  on conflict (day, model_id, is_own_key) do update
  set calls = known.calls + 1, useless_calls = known.useless_calls + excluded.useless_calls,
    prompt_tokens = known.prompt_tokens + excluded.prompt_tokens, completion_tokens = known.completion_tokens + excluded.completion_tokens,
    cost_cents = known.cost_cents + excluded.cost_cents;
  return null;
end;
$$;
comment on function ops.count_ai_usage is 'Trigger: adds a model call to the totals of its day.';

create function ops.keep_counters(p_now timestamptz) returns void
language plpgsql volatile security invoker set search_path = '' as $$
begin
  insert into ops.counter_minute (counter, at, total)
  select counter, date_trunc('minute', p_now), total
  from (
    select 'requests' as counter, sum(count) as total from ops.request_metric
    union all select 'request_errors', sum(count) from ops.request_metric where status >= 500
    union all select 'jobs_' || outcome, sum(count) from ops.job_metric group by outcome
    union all select 'jobs_' || outcome || ':' || handler, sum(count) from ops.job_metric group by outcome, handler
    union all select case when outcome = 'failed' then 'provider_failed:' else 'provider_answered:' end || provider, sum(count)
      from ops.provider_metric group by provider, outcome = 'failed'
  ) as now_at
  where total is not null
  on conflict (counter, at) do nothing;
  delete from ops.counter_minute where ctid = any (array(
    select ctid from ops.counter_minute where at < p_now - interval '25 hours' limit 5000));
end;
$$;
comment on function ops.keep_counters is 'Records the current value of every counter.';

create function ops.counted(p_counter text, p_minutes integer, p_now timestamptz) returns bigint
language plpgsql stable security invoker set search_path = '' as $$
declare
  v_from constant timestamptz := p_now - make_interval(mins => p_minutes);
  v_last bigint;
  v_first bigint;
begin
  select total into v_last from ops.counter_minute where counter = p_counter and at <= p_now order by at desc limit 1;
  select total into v_first from ops.counter_minute where counter = p_counter and at <= v_from order by at desc limit 1;
  if not found and not exists (select from ops.counter_minute where at <= v_from) then
    -- No value was recorded that long ago, so the first recorded one is used.
    select total into v_first from ops.counter_minute where counter = p_counter order by at limit 1;
  end if;
  -- A counter that decreased was reset.
  return greatest(0, coalesce(v_last, 0) - coalesce(v_first, 0));
end;
$$;
comment on function ops.counted is
  'Returns how much a counter grew in the last p_minutes minutes, or since the first recorded value if that is more recent.';

create function ops.keep_cron_state(p_now timestamptz) returns void
language plpgsql volatile security invoker set search_path = '' as $$
begin
  if to_regclass('cron.job_run_details') is null then
    return;
  end if;
  insert into ops.cron_state (jobid, jobname)
  select jobid, coalesce(jobname, 'job ' || jobid) from cron.job
  on conflict (jobid) do update set jobname = excluded.jobname where ops.cron_state.jobname <> excluded.jobname;
  delete from ops.cron_state where not exists (select from cron.job where cron.job.jobid = ops.cron_state.jobid);
  -- Finished runs after the last counted one, among the latest 5,000 runs.
  with fresh as (
    select run.jobid, run.runid, run.status, run.start_time, left(run.return_message, 500) as message
    from cron.job_run_details as run
    join ops.cron_state as state on state.jobid = run.jobid and run.runid > state.runid
    where run.runid > (select coalesce(max(runid), 0) - 5000 from cron.job_run_details) and run.status in ('succeeded', 'failed')
  ), judged as (
    select jobid, max(runid) as runid, max(start_time) as last_started_at,
      max(runid) filter (where status = 'succeeded') as ok_run, max(start_time) filter (where status = 'succeeded') as ok_at
    from fresh group by jobid
  )
  update ops.cron_state as state
  set runid = judged.runid, last_started_at = judged.last_started_at, last_status = latest.status, last_message = latest.message,
    last_ok_at = coalesce(judged.ok_at, state.last_ok_at),
    failures = (select count(*) from fresh where fresh.jobid = judged.jobid and fresh.runid > coalesce(judged.ok_run, 0))
      + case when judged.ok_run is null then state.failures else 0 end
  from judged join fresh as latest on latest.runid = judged.runid
  where state.jobid = judged.jobid;
end;
$$;
comment on function ops.keep_cron_state is 'Updates ops.cron_state from cron''s history of finished runs.';

create function ops.oldest_ready_at() returns timestamptz
language sql stable security invoker set search_path = '' as $$
  -- The first job of each priority: the indexes used for claims have this order, however many jobs wait.
  select min(oldest.run_at)
  from generate_series(1, 10) as level (priority)
  cross join lateral (
    (select ready.run_at from ops.job_ready as ready
    where not ready.is_limited and not ready.is_waiting and ready.priority = level.priority and ready.leased_until is null
    order by ready.run_at limit 1)
    union all
    (select ready.run_at
    from ops.job_handler as handler
    cross join lateral (
      select one.run_at from ops.job_ready as one
      where one.is_limited and not one.is_waiting and one.handler = handler.name and one.priority = level.priority and one.leased_until is null
      order by one.run_at limit 1) as ready)
  ) as oldest
  where oldest.run_at <= now();
$$;
comment on function ops.oldest_ready_at is 'Returns since when the oldest runnable job has been waiting. Null: none is waiting.';

create function ops.estimated_rows(p_table text) returns bigint
language sql stable security invoker set search_path = '' as $$
  select nullif(reltuples, -1)::bigint from pg_catalog.pg_class where oid = to_regclass(p_table);
$$;
comment on function ops.estimated_rows is
  'Returns the row estimate of the last vacuum or analyze; later changes are not included. Null: none has run yet.';

create function ops.or_more(p_count bigint, p_limit integer) returns text
language sql immutable parallel safe security invoker set search_path = '' begin atomic
  select case when p_count > p_limit then 'more than ' || p_limit else p_count::text end;
end;
comment on function ops.or_more is 'Formats a count that stopped at a limit.';

-- ## Functions: problems and alerts

create function ops.app_ledgers(p_now timestamptz)
returns table (platform text, app text, used integer, size integer, used_percent numeric, began_at timestamptz, ends_at timestamptz,
  closed_until timestamptz, exhausted_at timestamptz)
language sql stable security invoker set search_path = '' as $$
  select ledger.platform, ledger.app, ledger.used, coalesce(ledger.size, ledger.planned_size),
    round(ledger.used * 100.0 / nullif(coalesce(ledger.size, ledger.planned_size), 0), 1), ledger.began_at, ledger.ends_at, ledger.closed_until,
    case when ledger.used > 0 and ledger.began_at > '-infinity' then
      ledger.began_at + (p_now - ledger.began_at) * (coalesce(ledger.size, ledger.planned_size)::double precision / ledger.used) end
  from ops.platform_window as ledger
  where ledger.social_account_id is null and ledger.began_at <= p_now and ledger.ends_at > p_now
  order by ledger.platform, ledger.app
  limit 100;
$$;
comment on function ops.app_ledgers is
  'Returns the current quota windows of whole apps, and when each will be used up at the pace since it began. Null: nothing is used, or the size is unknown.';

create function ops.find_problems(p_now timestamptz default now())
returns table (name text, subject text, value numeric, summary text, place jsonb)
language plpgsql stable security invoker set search_path = '' as $$
#variable_conflict use_column
declare
  v_limit jsonb;
  v_check text;
  v_count bigint;
  v_all bigint;
  v_at timestamptz;
  v_row record;
begin
  -- A disabled rule has no entry, so comparisons with its limit are null and report nothing.
  select jsonb_object_agg(rule.name, rule.threshold) into v_limit from ops.alert_rule as rule where rule.is_enabled;

  -- Each check runs separately: a check that fails raises an alert and does not affect the others.
  foreach v_check in array array['cron', 'http_calls', 'jobs', 'requests', 'providers', 'connections', 'ai', 'webhooks', 'mail', 'publishing',
    'erasures', 'backups', 'database', 'alerts']
  loop
    begin
      case v_check
      when 'cron' then
        if to_regclass('cron.job') is not null and exists (select from cron.job where active) then
          select max(start_time) into v_at from (select start_time from cron.job_run_details order by runid desc limit 50) as latest;
          -- Without any run: since monitoring started.
          v_at := coalesce(v_at, (select min(at) from ops.counter_minute), p_now);
          if v_at < p_now - make_interval(mins => (v_limit ->> 'cron_stuck')::integer) then
            return query select 'cron_stuck', '', round(extract(epoch from p_now - v_at) / 60),
              format('No scheduled job has started since %s', ops.in_words(v_at)), '{"page": "cron"}'::jsonb;
          end if;
          return query
            select 'cron_failing', left(state.jobname, 100), state.failures::numeric,
              format('%s has failed %s times in a row: %s', state.jobname, state.failures, coalesce(left(state.last_message, 200), 'no message')),
              jsonb_build_object('page', 'cron', 'job', state.jobname)
            from ops.cron_state as state join cron.job as job on job.jobid = state.jobid and job.active
            where state.failures >= (v_limit ->> 'cron_failing')::integer
            order by state.failures desc limit 20;
        end if;

      when 'http_calls' then
        return query
          select 'http_calls_failing', left(call.function_name, 100), count(*)::numeric,
            format('%s cron calls to %s failed or got no response in the last hour: %s', count(*), call.function_name,
              coalesce(max(left(call.error, 100)), 'status ' || max(call.status_code), 'no response')),
            jsonb_build_object('page', 'http_calls', 'function', call.function_name)
          from (select * from ops.http_call where outcome is not null and settled_at > p_now - interval '1 hour' and settled_at <= p_now
            order by settled_at desc limit 2000) as call
          where call.outcome <> 'ok'
          group by call.function_name
          having count(*) >= (v_limit ->> 'http_calls_failing')::integer
          order by count(*) desc limit 20;

      when 'jobs' then
        select min(ready.run_at) into v_at
        from ops.job_ready as ready
        where not ready.is_waiting and ready.leased_until is null and ready.run_at <= p_now;
        if v_at < p_now - make_interval(secs => (v_limit ->> 'queue_stalled')::integer) then
          return query select 'queue_stalled', '', round(extract(epoch from p_now - v_at)),
            format('The oldest runnable job has been waiting for %s minutes', round(extract(epoch from p_now - v_at) / 60)),
            '{"page": "jobs", "status": "pending"}'::jsonb;
        end if;
        v_count := (select count(*) from (select from ops.job_ready where leased_until < p_now - interval '5 minutes' limit 1001) as counted);
        if v_count >= (v_limit ->> 'jobs_stuck')::integer then
          return query select 'jobs_stuck', '', v_count::numeric,
            format('The leases of %s jobs expired more than five minutes ago, and no worker has taken the jobs over', ops.or_more(v_count, 1000)),
            '{"page": "jobs", "status": "processing"}'::jsonb;
        end if;
        v_count := (select count(*) from (select from ops.job_dead_letter where failed_at <= p_now limit 10001) as counted);
        if v_count >= (v_limit ->> 'dead_letters')::integer then
          return query
            select 'dead_letters', '', v_count::numeric,
              case when v_count = 1 then format('A job has failed for good: %s', worst.handler)
                else format('%s jobs have failed for good; most of the latest are %s', ops.or_more(v_count, 10000), worst.handler) end,
              jsonb_build_object('page', 'dead_letters', 'handler', worst.handler)
            from (select letter.handler from (select handler from ops.job_dead_letter where failed_at <= p_now order by failed_at desc limit 1000) as letter
              group by letter.handler order by count(*) desc limit 1) as worst;
        end if;
        v_count := ops.counted('jobs_failed', 15, p_now);
        v_all := v_count + ops.counted('jobs_completed', 15, p_now);
        if v_count >= 20 and v_count * 100 >= v_all * (v_limit ->> 'jobs_failing')::numeric then
          return query select 'jobs_failing', '', round(v_count * 100.0 / v_all, 1),
            format('%s of %s job runs failed in the last 15 minutes', v_count, v_all), '{"page": "jobs", "status": "failed"}'::jsonb;
        end if;

      when 'requests' then
        -- The objective is 99.9 percent of requests without a 5xx. A burn rate of 14.4 uses up two percent of a month's budget in one hour, a
        -- burn rate of 6 five percent in six hours. The short window confirms that the problem still persists.
        for v_row in select * from (values ('request_errors_fast', 60, 5), ('request_errors_slow', 360, 30)) as burn (alert, long, short) loop
          v_count := ops.counted('request_errors', v_row.long, p_now);
          v_all := ops.counted('requests', v_row.long, p_now);
          if v_count >= 10 and v_count * 100.0 >= v_all * (v_limit ->> v_row.alert)::numeric
            and ops.counted('request_errors', v_row.short, p_now) * 100.0 >=
              greatest(1, ops.counted('requests', v_row.short, p_now)) * (v_limit ->> v_row.alert)::numeric then
            return query select v_row.alert, '', round(v_count * 100.0 / v_all, 2),
              format('%s of %s requests failed in the last %s minutes', v_count, v_all, v_row.long), '{"page": "requests"}'::jsonb;
          end if;
        end loop;

      when 'providers' then
        return query
          select 'provider_failing', calls.provider, round(calls.failed * 100.0 / calls.total, 1),
            format('%s of %s calls to %s failed in the last 15 minutes', calls.failed, calls.total, calls.provider),
            jsonb_build_object('page', 'providers', 'provider', calls.provider)
          from ops.provider_calls(15, p_now) as calls
          where calls.failed >= 10 and calls.failed * 100 >= calls.total * (v_limit ->> 'provider_failing')::numeric;
        return query
          select 'provider_closed', closed.platform, round(extract(epoch from closed.closed_until - p_now) / 60),
            format('%s accepts no more calls from the app until %s', closed.platform, ops.in_words(closed.closed_until)),
            jsonb_build_object('page', 'providers', 'provider', closed.platform)
          from ops.platform_window as closed
          where closed.social_account_id is null and closed.began_at <= p_now and closed.closed_until > p_now + make_interval(mins => (v_limit ->> 'provider_closed')::integer);
        return query
          select 'provider_quota_low', ledger.platform, ledger.used_percent,
            format('At the current rate, the quota of %s will be used up at %s, before it resets at %s', ledger.platform,
              ops.in_words(ledger.exhausted_at), ops.in_words(ledger.ends_at)),
            jsonb_build_object('page', 'providers', 'provider', ledger.platform)
          from ops.app_ledgers(p_now) as ledger
          where ledger.used_percent >= (v_limit ->> 'provider_quota_low')::numeric and ledger.exhausted_at < ledger.ends_at;

      when 'connections' then
        v_count := (select count(*) from (select from public.platform_connection where is_active and refresh_failures > 0 and refresh_failures >= 3 and created_at <= p_now limit 1001) as counted);
        if v_count >= (v_limit ->> 'token_refresh_failing')::integer then
          return query select 'token_refresh_failing', '', v_count::numeric,
            format('The token refresh of %s connections has failed at least three times in a row', ops.or_more(v_count, 1000)),
            '{"page": "accounts", "attention": true}'::jsonb;
        end if;
        v_count := (select count(*) from (select from public.platform_connection where is_active and refresh_due_at < p_now - interval '12 hours' limit 1001) as counted);
        if v_count >= (v_limit ->> 'token_refresh_late')::integer then
          return query select 'token_refresh_late', '', v_count::numeric,
            format('The tokens of %s connections have been due for a refresh for more than twelve hours', ops.or_more(v_count, 1000)),
            '{"page": "accounts", "attention": true}'::jsonb;
        end if;

      when 'ai' then
        return query
          select spent.name, '', round(month.spent_cents, 2), format('%s cents were spent on AI this month: %s', round(month.spent_cents), spent.words),
            '{"page": "ai"}'::jsonb
          from ops.ai_month as month
          join (values ('ai_budget_spent', 'the budget is used up, and no suggestions are generated'),
            ('ai_budget_low', 'at least 80 percent of the budget')) as spent (name, words)
            on month.warned_percent >= (v_limit ->> spent.name)::integer and (spent.name = 'ai_budget_spent') = (month.warned_percent >= 100)
          where month.user_id is null and month.month = date_trunc('month', p_now at time zone 'UTC')::date;

      when 'webhooks' then
        select min(event.due_at) into v_at from public.stripe_webhook_events as event where event.status in ('pending', 'failed');
        if v_at < p_now - make_interval(mins => (v_limit ->> 'webhook_in_backlog')::integer) then
          return query select 'webhook_in_backlog', 'stripe', round(extract(epoch from p_now - v_at) / 60),
            format('Stripe events have been waiting to be processed for %s minutes', round(extract(epoch from p_now - v_at) / 60)),
            '{"page": "webhooks", "direction": "in", "status": "pending"}'::jsonb;
        end if;
        v_count := (select count(*) from (select from public.stripe_webhook_events where status in ('pending', 'failed') and due_at = 'infinity' and created_at <= p_now limit 1001) as counted);
        if v_count >= (v_limit ->> 'webhook_in_failed')::integer then
          return query select 'webhook_in_failed', 'stripe', v_count::numeric,
            format('%s Stripe events still failed after three days of retries', ops.or_more(v_count, 1000)),
            '{"page": "webhooks", "direction": "in", "status": "failed"}'::jsonb;
        end if;
        select min(delivery.next_at) into v_at from publishing.webhook_delivery as delivery where delivery.next_at is not null;
        if v_at < p_now - make_interval(mins => (v_limit ->> 'webhook_out_backlog')::integer) then
          return query select 'webhook_out_backlog', '', round(extract(epoch from p_now - v_at) / 60),
            format('Creators'' webhooks have been waiting to be sent for %s minutes', round(extract(epoch from p_now - v_at) / 60)),
            '{"page": "webhooks", "direction": "out", "status": "waiting"}'::jsonb;
        end if;

      when 'mail' then
        -- Without a mail key no mail is claimed, which is not a fault.
        select min(mail.created_at) into v_at
        from ops.mail as mail where mail.sent_at is null and mail.attempts >= 2 and mail.created_at > p_now - interval '3 days';
        if v_at < p_now - make_interval(mins => (v_limit ->> 'mail_backlog')::integer) then
          return query select 'mail_backlog', '', round(extract(epoch from p_now - v_at) / 60),
            format('Mail to creators has failed for %s minutes', round(extract(epoch from p_now - v_at) / 60)), '{"page": "overview"}'::jsonb;
        end if;

      when 'publishing' then
        select min(target.next_at) into v_at from publishing.post_target as target where target.next_at is not null;
        if v_at < p_now - make_interval(mins => (v_limit ->> 'publishing_late')::integer) then
          return query select 'publishing_late', '', round(extract(epoch from p_now - v_at) / 60),
            format('A post has been due for %s minutes, and no worker has picked it up', round(extract(epoch from p_now - v_at) / 60)),
            '{"page": "jobs", "handler": "publish_account"}'::jsonb;
        end if;
        v_count := (select count(*) from (select from publishing.post_target where who_must_act = 'operator' and status in ('failed', 'unknown') and updated_at <= p_now limit 1001) as counted);
        if v_count >= (v_limit ->> 'publishing_needs_operator')::integer then
          return query select 'publishing_needs_operator', '', v_count::numeric,
            format('%s posts wait for an operator', ops.or_more(v_count, 1000)), '{"page": "publishing", "who_must_act": "operator"}'::jsonb;
        end if;

      when 'erasures' then
        select min(deletion.created_at) into v_at from ops.data_deletion as deletion where deletion.completed_at is null;
        if v_at < p_now - make_interval(hours => (v_limit ->> 'erasure_late')::integer) then
          return query select 'erasure_late', '', round(extract(epoch from p_now - v_at) / 3600),
            format('An erasure request from %s hours ago is still not complete', round(extract(epoch from p_now - v_at) / 3600)),
            '{"page": "overview"}'::jsonb;
        end if;

      when 'backups' then
        for v_row in select * from ops.backup_ages(p_now) loop
          if v_row.age_at < p_now - make_interval(hours => (v_limit ->> v_row.alert)::integer) then
            return query select v_row.alert, '', round(extract(epoch from p_now - v_row.age_at) / 3600),
              format(v_row.words, round(extract(epoch from p_now - v_row.age_at) / 3600)), '{"page": "overview"}'::jsonb;
          end if;
        end loop;

      when 'database' then
        select count(*) into v_count from pg_catalog.pg_stat_activity as activity where activity.backend_type = 'client backend';
        v_all := current_setting('max_connections')::bigint;
        if v_count * 100 >= v_all * (v_limit ->> 'database_connections')::numeric then
          return query select 'database_connections', '', round(v_count * 100.0 / v_all),
            format('%s of %s connections to the database are in use', v_count, v_all), '{"page": "slow_queries"}'::jsonb;
        end if;
        select min(activity.xact_start) into v_at
        from pg_catalog.pg_stat_activity as activity
        where activity.datname = current_database() and activity.backend_type = 'client backend' and activity.pid <> pg_backend_pid();
        if v_at < p_now - make_interval(mins => (v_limit ->> 'long_transaction')::integer) then
          return query select 'long_transaction', '', round(extract(epoch from p_now - v_at) / 60),
            format('A transaction has been open for %s minutes: until it ends, vacuum cannot remove deleted rows',
              round(extract(epoch from p_now - v_at) / 60)), '{"page": "slow_queries"}'::jsonb;
        end if;
        select max(age(datfrozenxid)) into v_count from pg_catalog.pg_database;
        if v_count / 1000000.0 >= (v_limit ->> 'transaction_ids')::numeric then
          return query select 'transaction_ids', '', round(v_count / 1000000.0),
            format('%s million of 2147 million transaction IDs have been used since the last freeze', round(v_count / 1000000.0)), '{"page": "overview"}'::jsonb;
        end if;

      when 'alerts' then
        return query
          select 'alerts_undelivered', delivery.channel, round(extract(epoch from p_now - min(delivery.created_at)) / 60),
            format('Alerts cannot be sent to %s: %s', delivery.channel, coalesce(max(left(delivery.last_error, 200)), 'no result was reported')),
            '{"page": "alerts"}'::jsonb
          from ops.alert_delivery as delivery
          where delivery.next_at is not null and delivery.attempts > 0
          group by delivery.channel
          having min(delivery.created_at) < p_now - make_interval(mins => (v_limit ->> 'alerts_undelivered')::integer);
        select count(*) into v_count
        from ops.alert_event as event
        join ops.alert_run as run on cardinality(run.channels) > 0 and event.severity <> all (run.held)
        where event.created_at > p_now - interval '1 day' and event.created_at < p_now - make_interval(mins => (v_limit ->> 'alerts_undelivered')::integer)
          and not exists (select from ops.alert_delivery as delivery where delivery.event_id = event.id);
        if v_count > 0 then
          return query select 'alerts_undelivered', 'send-alerts', v_count::numeric, 'No alerts are being sent: the function send-alerts does not run'::text,
            '{"page": "alerts"}'::jsonb;
        end if;
      end case;
    exception when others then
      return query select 'monitoring_blind', v_check, 1::numeric, format('The monitoring check %s fails: %s', v_check, left(sqlerrm, 200)), '{"page": "overview"}'::jsonb;
    end;
  end loop;
end;
$$;
comment on function ops.find_problems is 'Returns all current problems. p_now is for tests.';

create function ops.in_words(p_at timestamptz) returns text
language sql immutable parallel safe security invoker set search_path = '' as $$
  select to_char(p_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI "UTC"');
$$;
comment on function ops.in_words is 'Formats a time for a message.';

create function ops.provider_calls(p_minutes integer, p_now timestamptz)
returns table (provider text, failed bigint, total bigint)
language sql stable security invoker set search_path = '' as $$
  select known.provider, counts.failed, counts.failed + counts.answered
  from (select distinct metric.provider from ops.provider_metric as metric) as known
  cross join lateral (select ops.counted('provider_failed:' || known.provider, p_minutes, p_now) as failed,
    ops.counted('provider_answered:' || known.provider, p_minutes, p_now) as answered) as counts
  order by known.provider;
$$;
comment on function ops.provider_calls is 'Returns the calls to each provider in the last p_minutes minutes.';

create function ops.backup_ages(p_now timestamptz) returns table (alert text, age_at timestamptz, words text)
language plpgsql stable security invoker set search_path = '' as $$
begin
  -- Dynamic SQL: module 011 may not be applied. An installation that uses the platform's own backups has no rows.
  if to_regclass('ops.backup_run') is null then
    return;
  end if;
  return query execute $query$
    select case kind when 'drill' then 'restore_unproven' else 'backup_stale' end, coalesce(max(proven_at), min(started_at)),
      case kind when 'drill' then 'No restore drill has succeeded for %s hours' else 'No backup has succeeded for %s hours' end
    from ops.backup_run where kind in ('backup', 'drill') and started_at <= $1 group by kind $query$ using p_now;
end;
$$;
comment on function ops.backup_ages is
  'Returns the time of the last good backup and of the last proven restore. No row: none was ever started.';

create function ops.evaluate_alerts(p_now timestamptz default now()) returns integer
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_alert record;
  v_firing integer;
begin
  -- Only one evaluation runs at a time; a second concurrent one is not needed.
  if not pg_try_advisory_xact_lock(7210, 0) then
    return null;
  end if;
  perform ops.keep_counters(p_now);
  perform ops.keep_cron_state(p_now);

  insert into ops.alert as alert (name, subject, status, value, summary, place, began_at, seen_at)
  select problem.name, left(problem.subject, 100), 'pending', problem.value, problem.summary, problem.place, p_now, p_now
  from ops.find_problems(p_now) as problem join ops.alert_rule as rule on rule.name = problem.name and rule.is_enabled
  on conflict (name, subject) do update
  set value = excluded.value, summary = excluded.summary, place = excluded.place, seen_at = excluded.seen_at;

  -- Alerts that are new or due for a reminder.
  for v_alert in
    update ops.alert as alert
    set status = 'firing', fired_at = coalesce(alert.fired_at, p_now), told_at = p_now
    from ops.alert_rule as rule
    where rule.name = alert.name and alert.seen_at = p_now
      and (alert.status = 'pending' and alert.began_at <= p_now - make_interval(mins => rule.for_minutes)
        or alert.status = 'firing' and alert.told_at <= p_now - make_interval(hours => rule.repeat_hours)
          and coalesce(alert.silenced_until <= p_now, true))
    returning alert.*, rule.severity, rule.title, alert.fired_at < p_now as is_reminder
  loop
    insert into ops.alert_event (name, subject, kind, severity, title, summary, value, place, began_at, fired_event_id, created_at)
    values (v_alert.name, v_alert.subject, case when v_alert.is_reminder then 'reminder' else 'firing' end, v_alert.severity, v_alert.title,
      v_alert.summary, v_alert.value, v_alert.place, v_alert.began_at, case when v_alert.is_reminder then ops.fired_event(v_alert.name, v_alert.subject) end,
      p_now);
  end loop;

  -- Alerts that have been over long enough.
  for v_alert in
    delete from ops.alert as alert
    using ops.alert_rule as rule
    where rule.name = alert.name
      and (alert.seen_at < p_now and alert.seen_at <= p_now
          - make_interval(mins => case when alert.status = 'firing' and rule.is_enabled then rule.clear_minutes else 0 end)
        -- seen_at is in the future because the clock was wrong.
        or alert.seen_at > p_now)
    returning alert.*, rule.severity, rule.title
  loop
    if v_alert.status = 'firing' then
      insert into ops.alert_event (name, subject, kind, severity, title, summary, value, place, began_at, fired_event_id, created_at)
      values (v_alert.name, v_alert.subject, 'resolved', v_alert.severity, v_alert.title, v_alert.summary, v_alert.value, v_alert.place,
        v_alert.began_at, ops.fired_event(v_alert.name, v_alert.subject), p_now);
    end if;
  end loop;

  delete from ops.alert_event where id = any (array(
    select id from ops.alert_event where created_at < p_now - interval '30 days' order by created_at limit 1000));
  insert into ops.alert_run (evaluated_at) values (p_now) on conflict (only_row) do update set evaluated_at = excluded.evaluated_at;
  select count(*) into v_firing from ops.alert where status = 'firing';
  return v_firing;
end;
$$;
comment on function ops.evaluate_alerts is
  'For cron, every minute, and for /health when cron is late: detects problems and creates the messages to be sent. Returns the number of firing alerts; null if another evaluation is running. p_now is for tests.';

create function ops.fired_event(p_name text, p_subject text) returns uuid
language sql stable security invoker set search_path = '' as $$
  select id from ops.alert_event where name = p_name and subject = p_subject and kind = 'firing' order by created_at desc limit 1;
$$;
comment on function ops.fired_event is 'Returns the event with which an alert last fired.';

create function ops.has_alerts_to_send() returns boolean
language sql stable security invoker set search_path = '' as $$
  select exists (select from ops.alert_delivery where next_at <= now())
    or exists (select from ops.alert_event as event where event.created_at > now() - interval '1 day'
      -- If no channel had an address, send-alerts runs again every ten minutes to check.
      and (exists (select from ops.alert_run where cardinality(channels) > 0) or extract(minute from now())::integer % 10 = 0)
      and not exists (select from ops.alert_delivery as delivery where delivery.event_id = event.id));
$$;
comment on function ops.has_alerts_to_send is 'Returns whether send-alerts has something to do.';

create function ops.keep_watch() returns void
language plpgsql volatile security invoker set search_path = '' as $$
begin
  perform ops.evaluate_alerts();
  if ops.has_alerts_to_send() then
    perform ops.invoke_edge_function('send-alerts');
  end if;
end;
$$;
comment on function ops.keep_watch is 'For cron, every minute: evaluates alerts and calls send-alerts if there is something to send.';

-- Security definer: alerts are in ops.
create function public.claim_alert_deliveries(p_channels text[], p_held text[] default '{}', p_limit integer default 20, p_lease_seconds integer default 60)
returns setof jsonb
language plpgsql volatile security definer set search_path = '' as $$
begin
  insert into ops.alert_run (channels, held) values (p_channels, p_held) on conflict (only_row) do update
  set channels = excluded.channels, held = excluded.held
  where (ops.alert_run.channels, ops.alert_run.held) is distinct from (excluded.channels, excluded.held);
  if cardinality(p_channels) = 0 then
    return;
  end if;
  -- If cron has stopped, evaluates first, so that the alerts sent are current.
  if (select evaluated_at < now() - interval '3 minutes' from ops.alert_run) then
    perform ops.evaluate_alerts();
  end if;
  -- An alert that ended before its first delivery attempt is not sent.
  update ops.alert_delivery as delivery
  set status = 'skipped', next_at = null, settled_at = now()
  from ops.alert_event as event
  join ops.alert_event as ended on ended.kind = 'resolved' and ended.fired_event_id = coalesce(event.fired_event_id, event.id)
  where event.id = delivery.event_id and event.kind <> 'resolved' and delivery.status = 'waiting' and delivery.attempts = 0;
  insert into ops.alert_delivery (event_id, channel, status, next_at, settled_at)
  select event.id, channel, case when untold.is then 'skipped' else 'waiting' end, case when not untold.is then now() end,
    case when untold.is then now() end
  from ops.alert_event as event
  cross join unnest(p_channels) as channel
  cross join lateral (select case event.kind
    when 'resolved' then not exists (select from ops.alert_delivery as first
      where first.event_id = event.fired_event_id and first.channel = channel and (first.status = 'sent' or first.attempts > 0))
    else exists (select from ops.alert_event as ended where ended.kind = 'resolved' and ended.fired_event_id = coalesce(event.fired_event_id, event.id))
    end as is) as untold
  where event.created_at > now() - interval '1 day' and event.severity <> all (p_held)
  order by event.created_at
  on conflict do nothing;
  return query
    with due as (
      select delivery.event_id, delivery.channel
      from ops.alert_delivery as delivery
      where delivery.next_at <= now() and delivery.channel = any (p_channels)
      order by delivery.next_at, delivery.created_at
      limit p_limit
      for update skip locked
    ), claimed as (
      update ops.alert_delivery as delivery
      set attempts = delivery.attempts + 1, fence = delivery.fence + 1, next_at = now() + make_interval(secs => p_lease_seconds)
      from due where delivery.event_id = due.event_id and delivery.channel = due.channel
      returning delivery.*
    )
    select to_jsonb(event) || jsonb_build_object('channel', claimed.channel, 'fence', claimed.fence, 'attempt', claimed.attempts)
    from claimed join ops.alert_event as event on event.id = claimed.event_id
    order by event.created_at, claimed.channel;
end;
$$;
comment on function public.claim_alert_deliveries is
  'Claims messages that are due, each for one worker. p_channels: channels that have an address. p_held: severities that wait until the quiet hours are over.';

-- Security definer: alerts are in ops.
create function public.settle_alert_delivery(p_event_id uuid, p_channel text, p_fence bigint, p_error text default null) returns void
language sql volatile security definer set search_path = '' as $$
  update ops.alert_delivery
  set status = case when p_error is null then 'sent' when created_at < now() - interval '1 day' then 'failed' else 'waiting' end,
    -- Backoff from 30 seconds, doubling up to 15 minutes.
    next_at = case when p_error is not null and created_at >= now() - interval '1 day'
      then now() + least(interval '15 minutes', interval '30 seconds' * 2 ^ least(attempts - 1, 6)) end,
    settled_at = case when p_error is null or created_at < now() - interval '1 day' then now() end,
    last_error = left(p_error, 500)
  where event_id = p_event_id and channel = p_channel and fence = p_fence and status = 'waiting';
$$;
comment on function public.settle_alert_delivery is 'Marks a message as sent, or records the error and schedules a retry, for up to a day.';

-- ## Functions: health and metrics

-- Security definer: the data is in ops, cron and net.
create function public.check_operations() returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_checks jsonb := public.check_health();
  v_oldest numeric;
  v_cron_age numeric;
begin
  v_oldest := round(extract(epoch from now() - ops.oldest_ready_at()));
  if v_checks ->> 'cron' = 'ok' then
    begin
      select round(extract(epoch from now() - max(start_time))) into v_cron_age
      from (select start_time from cron.job_run_details order by runid desc limit 50) as latest;
      -- Without any run the age is unknown.
      if v_cron_age > 600 then
        v_checks := v_checks || '{"cron": "down"}';
      end if;
    exception when others then
      v_checks := v_checks || '{"cron": "down"}';
    end;
  end if;
  return v_checks || jsonb_build_object(
    'jobs', case when v_oldest > 900 then 'degraded' else 'ok' end,
    'http_calls', case when exists (select from ops.alert where name = 'http_calls_failing') then 'degraded' else 'ok' end,
    'providers', case when exists (select from ops.alert where name in ('provider_failing', 'provider_closed')) then 'degraded' else 'ok' end,
    'alerts', case when exists (select from ops.alert where name in ('alerts_undelivered', 'monitoring_blind')) then 'degraded'
      when (select cardinality(channels) > 0 from ops.alert_run) then 'ok' else 'unset' end,
    'backups', case when not exists (select from ops.backup_ages(now())) then 'unset'
      when exists (select from ops.alert where name in ('backup_stale', 'restore_unproven')) then 'degraded' else 'ok' end,
    'is_watched', coalesce((select evaluated_at > now() - interval '3 minutes' from ops.alert_run), false));
end;
$$;
comment on function public.check_operations is
  'Returns the result of check_health() and the state of jobs, cron, calls, providers, alerts and backups: ok, unset, degraded (works in part) or down.';

-- Security definer: the data is in ops.
create function public.watch_now() returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  if exists (select from ops.alert_run where evaluated_at > now() - interval '1 minute') then
    return false;
  end if;
  perform ops.evaluate_alerts();
  return ops.has_alerts_to_send();
end;
$$;
comment on function public.watch_now is
  'For /health: evaluates alerts if cron has not done so for a minute, so that an external health check detects a stopped cron. Returns whether there is something to send.';

-- Security definer: the data is in ops.
create function public.read_operation_metrics() returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  v_cron_age numeric;
begin
  if to_regclass('cron.job_run_details') is not null then
    select round(extract(epoch from now() - max(start_time))) into v_cron_age
    from (select start_time from cron.job_run_details order by runid desc limit 50) as latest;
  end if;
  return jsonb_build_object(
    'alerts', (select coalesce(jsonb_agg(jsonb_build_object('name', rule.name, 'severity', rule.severity,
        'firing', (select count(*) from ops.alert where alert.name = rule.name and alert.status = 'firing')) order by rule.sort_order), '[]'::jsonb)
      from ops.alert_rule as rule),
    'watch_age_seconds', (select round(extract(epoch from now() - evaluated_at)) from ops.alert_run where evaluated_at > '-infinity'),
    'undelivered_alerts', (select count(*) from ops.alert_delivery where next_at is not null),
    'oldest_undelivered_alert_seconds', (select coalesce(round(extract(epoch from now() - min(created_at))), 0) from ops.alert_delivery where next_at is not null),
    'cron_age_seconds', v_cron_age,
    'cron_failing_jobs', (select count(*) from ops.cron_state where failures > 0),
    'http_calls', (select coalesce(jsonb_object_agg(outcome, calls), '{}'::jsonb) from (
      select outcome, count(*) as calls from ops.http_call where outcome is not null and settled_at > now() - interval '1 hour' group by outcome) as recent),
    'providers', (select coalesce(jsonb_agg(to_jsonb(metric) order by metric.provider, metric.outcome), '[]'::jsonb) from ops.provider_metric as metric),
    'ledgers', (select coalesce(jsonb_agg(jsonb_build_object('platform', ledger.platform, 'used', ledger.used, 'size', ledger.size,
        'closed', coalesce(ledger.closed_until > now(), false))), '[]'::jsonb)
      from (select platform, sum(used) as used, sum(size) as size, max(closed_until) as closed_until from ops.app_ledgers(now()) group by platform) as ledger),
    'refreshes', jsonb_build_object(
      'failing', (select count(*) from (select from public.platform_connection where is_active and refresh_failures > 0 and refresh_failures >= 3 limit 1001) as counted),
      'late', (select count(*) from (select from public.platform_connection where is_active and refresh_due_at < now() - interval '12 hours' limit 1001) as counted)),
    'ai', (select jsonb_build_object('spent_cents', coalesce(max(spent_cents), 0), 'warned_percent', coalesce(max(warned_percent), 0))
      from ops.ai_month where user_id is null and month = date_trunc('month', now() at time zone 'UTC')::date),
    'webhooks', (select jsonb_object_agg(direction, jsonb_build_object('waiting', waiting, 'oldest_seconds', coalesce(round(extract(epoch from now() - oldest)), 0)))
      from (
        select 'in' as direction, count(*) as waiting, min(due_at) filter (where due_at <= now()) as oldest
        from (select due_at from public.stripe_webhook_events where status in ('pending', 'failed') and due_at < 'infinity' order by due_at limit 10001) as events
        union all
        select 'out', count(*), min(next_at) filter (where next_at <= now())
        from (select next_at from publishing.webhook_delivery where next_at is not null order by next_at limit 10001) as deliveries
      ) as backlog),
    'backups', (select coalesce(jsonb_object_agg(alert, round(extract(epoch from now() - age_at))), '{}'::jsonb) from ops.backup_ages(now())),
    'database', (select jsonb_build_object('connections', count(*) filter (where backend_type = 'client backend'),
        'max_connections', current_setting('max_connections')::integer,
        'oldest_transaction_seconds', coalesce(round(extract(epoch from now() - min(xact_start) filter (
          where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()))), 0),
        'bytes', pg_database_size(current_database()))
      from pg_catalog.pg_stat_activity));
end;
$$;
comment on function public.read_operation_metrics is
  'Returns what /metrics reports besides requests and jobs: alerts, cron, calls, providers, backlogs, backups and the database itself.';

-- ## Functions: the console, parts

create function ops.page_of(p_rows jsonb[], p_limit integer, p_cursor text, p_more jsonb default '{}') returns jsonb
language sql immutable security invoker set search_path = '' as $$
  select jsonb_build_object('items', coalesce(to_jsonb(p_rows[:p_limit]), '[]'::jsonb),
    'next_cursor', case when cardinality(p_rows) > p_limit then p_cursor end) || p_more;
$$;
comment on function ops.page_of is 'Builds a page from up to one row more than p_limit; p_cursor is the cursor of the last row on the page.';

create function ops.page_limit(p_limit integer) returns integer
language sql immutable security invoker set search_path = '' as $$
  select least(greatest(coalesce(p_limit, 50), 1), 200);
$$;
comment on function ops.page_limit is 'Limits a page size to 1 to 200 rows.';

create function ops.cursor_parts(p_cursor text, p_is_ascending boolean default false, out at timestamptz, out id uuid)
language plpgsql immutable security invoker set search_path = '' as $$
begin
  at := coalesce(split_part(p_cursor, '|', 1), case when p_is_ascending then '-infinity' else 'infinity' end)::timestamptz;
  id := coalesce(split_part(p_cursor, '|', 2),
    case when p_is_ascending then '00000000-0000-0000-0000-000000000000' else 'ffffffff-ffff-ffff-ffff-ffffffffffff' end)::uuid;
exception when others then
  raise exception using errcode = 'SVG01', message = 'Cannot read this cursor: use next_cursor of the previous page';
end;
$$;
comment on function ops.cursor_parts is
  'Returns time and id of the last row of the previous page; without a cursor, values that precede all rows.';

create function ops.uuid_of(p_text text) returns uuid
language plpgsql immutable security invoker set search_path = '' as $$
begin
  return p_text::uuid;
exception when others then
  raise exception using errcode = 'SVG01', message = format('Cannot read this id: it must be a UUID, got %s', left(p_text, 60));
end;
$$;
comment on function ops.uuid_of is 'Parses an id from a filter or a cursor.';

create function ops.describe_alert(p_alert ops.alert) returns jsonb
language sql stable security invoker set search_path = '' as $$
  select jsonb_build_object('alert', p_alert.name, 'subject', p_alert.subject, 'status', p_alert.status, 'severity', rule.severity, 'title', rule.title,
    'summary', p_alert.summary, 'value', p_alert.value, 'threshold', rule.threshold, 'unit', rule.unit, 'place', p_alert.place,
    'began_at', p_alert.began_at, 'seen_at', p_alert.seen_at, 'silenced_until', p_alert.silenced_until, 'runbook', 'alert-' || replace(p_alert.name, '_', '-'))
  from ops.alert_rule as rule where rule.name = p_alert.name;
$$;
comment on function ops.describe_alert is 'Returns an alert as the console shows it. runbook: the section of docs/operations.md.';

-- ## Functions: the console, lists
--
-- Each takes its filters as one object. Unknown members are refused, so that a mistyped filter does not show everything. Plans are made for
-- the given filters (force_custom_plan): an absent filter adds no condition, and a present one can use its index.

create function ops.check_filter(p_filter jsonb, variadic p_known text[]) returns jsonb
language plpgsql immutable security invoker set search_path = '' as $$
declare
  v_unknown text;
begin
  if jsonb_typeof(p_filter) <> 'object' then
    raise exception using errcode = 'SVG01', message = 'Cannot read the filter: it must be an object';
  end if;
  select key into v_unknown from jsonb_object_keys(p_filter) as key where key <> all (p_known) limit 1;
  if found then
    raise exception using errcode = 'SVG01', message = format('Cannot filter by %s: expected one of %s', left(v_unknown, 60), array_to_string(p_known, ', '));
  end if;
  return jsonb_strip_nulls(p_filter);
end;
$$;
comment on function ops.check_filter is 'Returns the filter without nulls. Raises SVG01 for members that the list does not support.';

-- Security definer: reads rows of all users, after checking the caller's role.
create function ops.admin_overview() returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_depth jsonb;
begin
  perform ops.require_role('admin', 'moderator');
  select jsonb_build_object(
      'ready', count(*) filter (where not is_waiting and leased_until is null), 'running', count(*) filter (where leased_until >= now()),
      'stuck', count(*) filter (where leased_until < now()), 'waiting', count(*) filter (where is_waiting),
      'stops_at', 20000, 'is_exact', count(*) < 20000)
  into v_depth
  from (select is_waiting, leased_until from ops.job_ready limit 20000) as open_;
  return jsonb_build_object(
    'now', now(),
    'is_watched', coalesce((select evaluated_at > now() - interval '3 minutes' from ops.alert_run), false),
    'evaluated_at', (select evaluated_at from ops.alert_run where evaluated_at > '-infinity'),
    'problems', (select coalesce(jsonb_agg(ops.describe_alert(alert) order by array_position(array['critical', 'warning', 'info'], rule.severity),
        alert.began_at), '[]'::jsonb)
      from ops.alert as alert join ops.alert_rule as rule on rule.name = alert.name),
    'health', public.check_operations(),
    'requests', jsonb_build_object('last_5_minutes', ops.counted('requests', 5, now()), 'errors_last_5_minutes', ops.counted('request_errors', 5, now()),
      'last_hour', ops.counted('requests', 60, now()), 'errors_last_hour', ops.counted('request_errors', 60, now())),
    'jobs', v_depth || jsonb_build_object(
      'oldest_seconds', coalesce(round(extract(epoch from now() - ops.oldest_ready_at())), 0),
      'dead_letters', (select count(*) from (select from ops.job_dead_letter limit 10001) as counted),
      'completed_last_hour', ops.counted('jobs_completed', 60, now()), 'failed_last_hour', ops.counted('jobs_failed', 60, now()),
      'paused', (select coalesce(jsonb_agg(handler.name order by handler.name), '[]'::jsonb) from ops.job_handler as handler where handler.paused_at is not null),
      'workers', (select count(*) from ops.job_worker where greatest(seen_at, parked_until) > now() - interval '1 minute')),
    'totals', jsonb_build_object('is_estimate', true, 'users', ops.estimated_rows('public.users'), 'accounts', ops.estimated_rows('public.social_account'),
      'items', ops.estimated_rows('public.content_item'), 'jobs', ops.estimated_rows('public.job_queue')),
    'cron', jsonb_build_object('jobs', (select count(*) from ops.cron_state), 'failing', (select count(*) from ops.cron_state where failures > 0),
      'last_run_at', (select max(last_started_at) from ops.cron_state)),
    'providers', (select coalesce(jsonb_agg(to_jsonb(calls)), '[]'::jsonb) from ops.provider_calls(15, now()) as calls),
    'webhooks', jsonb_build_object(
      'in_waiting', (select count(*) from (select from public.stripe_webhook_events where status in ('pending', 'failed') limit 1001) as counted),
      'out_waiting', (select count(*) from (select from publishing.webhook_delivery where next_at is not null limit 1001) as counted),
      'endpoints_failing', (select count(*) from (select from publishing.webhook_endpoint where failing_since is not null limit 1001) as counted), 'stops_at', 1001),
    'ai', (select jsonb_build_object('month', date_trunc('month', now() at time zone 'UTC')::date, 'spent_cents', coalesce(max(spent_cents), 0),
        'warned_percent', coalesce(max(warned_percent), 0))
      from ops.ai_month where user_id is null and month = date_trunc('month', now() at time zone 'UTC')::date),
    'history', (
      select coalesce(jsonb_agg(to_jsonb(minute) order by minute.at), '[]'::jsonb)
      from (
        select at, max(total) filter (where counter = 'requests') as requests, max(total) filter (where counter = 'request_errors') as request_errors,
          max(total) filter (where counter = 'jobs_completed') as jobs_completed, max(total) filter (where counter = 'jobs_failed') as jobs_failed
        from ops.counter_minute
        where counter in ('requests', 'request_errors', 'jobs_completed', 'jobs_failed') and at > now() - interval '61 minutes'
        group by at
      ) as minute));
end;
$$;
comment on function ops.admin_overview is 'See public.admin_overview.';

create function public.admin_overview() returns jsonb
language sql volatile security invoker set search_path = '' begin atomic
  select ops.admin_overview();
end;
comment on function public.admin_overview is
  'Staff: current problems, where they are, and the current load. history: the counter values in each minute of the last hour.';

-- Security definer: reads rows of all users, after checking the caller's role.
create function ops.admin_list_users(p_filter jsonb, p_cursor text, p_limit integer) returns jsonb
language plpgsql stable security definer set search_path = '' set plan_cache_mode = force_custom_plan as $$
declare
  v_after_at timestamptz;
  v_after_id uuid;
  v_filter constant jsonb := ops.check_filter(p_filter, 'search', 'role', 'tier', 'hidden');
  v_limit constant integer := ops.page_limit(p_limit);
  v_search constant text := nullif(trim(v_filter ->> 'search'), '');
  v_id constant uuid := case when v_search ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then v_search::uuid end;
  -- Resolved to an id, so that the planner can estimate the number of matches.
  v_tier_id constant uuid := (select id from public.subscription_tier where slug = v_filter ->> 'tier');
  v_prefix constant text := replace(replace(replace(lower(v_search), '\', '\\'), '%', '\%'), '_', '\_') || '%';
  v_rows jsonb[];
  v_cursor text;
begin
  perform ops.require_role('admin', 'moderator');
  select at, id into v_after_at, v_after_id from ops.cursor_parts(p_cursor) as parts;
  with page as (
    select person.*
    from public.users as person
    where (person.created_at, person.id) < (v_after_at, v_after_id)
      and (v_search is null or person.id = any (array(
        select found.id from public.users as found where found.id = v_id
        union select found.id from public.users as found where found.profile_slug = lower(normalize(v_search, nfc))
        union (select found.id from public.users as found where found.email like v_prefix limit 1000))))
      and (not v_filter ? 'role' or person.id = any (array(select role.user_id from public.user_role as role where role.role::text = v_filter ->> 'role')))
      and (not v_filter ? 'tier' or exists (select from public.subscription as subscription
        where subscription.user_id = person.id and subscription.tier_id = v_tier_id))
      and (not v_filter ? 'hidden' or (person.hidden_at is not null) = (v_filter ->> 'hidden')::boolean)
    order by person.created_at desc, person.id desc
    limit v_limit + 1
  ), shown as (
    select page.created_at, page.id, row_number() over (order by page.created_at desc, page.id desc) as place,
      jsonb_build_object('id', page.id, 'email', page.email, 'display_name', page.display_name, 'profile_slug', page.profile_slug,
        'is_public', page.is_public, 'hidden_at', page.hidden_at, 'hidden_reason', page.hidden_reason, 'created_at', page.created_at,
        'roles', array(select role.role from public.user_role as role where role.user_id = page.id order by role.role),
        'tier', (select tier.slug from public.subscription as subscription join public.subscription_tier as tier on tier.id = subscription.tier_id
          where subscription.user_id = page.id),
        'accounts', (select count(*) from public.social_account as account where account.user_id = page.id and account.deleted_at is null)) as item
    from page
  )
  select array_agg(item order by place), max(created_at::text || '|' || id) filter (where place = v_limit) into v_rows, v_cursor from shown;
  return ops.page_of(v_rows, v_limit, v_cursor,
    jsonb_build_object('estimated_total', case when v_filter = '{}' then ops.estimated_rows('public.users') end,
      'staff_access', (select jsonb_build_object('networks', networks, 'address_header', address_header) from ops.staff_access)));
end;
$$;
comment on function ops.admin_list_users is 'See public.admin_list_users.';

create function public.admin_list_users(p_filter jsonb default '{}', p_cursor text default null, p_limit integer default 50) returns jsonb
language sql stable security invoker set search_path = '' begin atomic
  select ops.admin_list_users(p_filter, p_cursor, p_limit);
end;
comment on function public.admin_list_users is
  'Staff: users, newest first. staff_access: the networks from which staff may act, null: any network. Filters: search (id, profile slug, or '
  'the prefix of an e-mail address), role, tier, hidden.';

-- Security definer: reads rows of all users, after checking the caller's role.
create function ops.admin_list_accounts(p_filter jsonb, p_cursor text, p_limit integer) returns jsonb
language plpgsql stable security definer set search_path = '' set plan_cache_mode = force_custom_plan as $$
declare
  v_after_at timestamptz;
  v_after_id uuid;
  v_filter constant jsonb := ops.check_filter(p_filter, 'user_id', 'platform', 'status', 'attention', 'id');
  v_limit constant integer := ops.page_limit(p_limit);
  -- Resolved to an id, so that the planner can estimate the number of matches.
  v_platform_id constant uuid := (select id from public.platform where slug = v_filter ->> 'platform');
  v_attention uuid[];
  v_rows jsonb[];
  v_cursor text;
begin
  perform ops.require_role('admin', 'moderator');
  select at, id into v_after_at, v_after_id from ops.cursor_parts(p_cursor) as parts;
  if (v_filter ->> 'attention')::boolean then
    -- Two kinds, each read through its own index: a condition with "or" would scan every account.
    v_attention := array(
      (select account.id from public.social_account as account
      where account.deleted_at is null and (account.status <> 'active' or account.last_error is not null)
        and (account.created_at, account.id) < (v_after_at, v_after_id)
        and (not v_filter ? 'user_id' or account.user_id = ops.uuid_of(v_filter ->> 'user_id'))
        and (not v_filter ? 'id' or account.id = ops.uuid_of(v_filter ->> 'id'))
        and (not v_filter ? 'platform' or account.platform_id = v_platform_id)
        and (not v_filter ? 'status' or account.status = v_filter ->> 'status')
      order by account.created_at desc, account.id desc limit v_limit + 1)
      union
      select account.id from public.social_account as account
      where account.deleted_at is null and account.connection_id = any (array(select connection.id from public.platform_connection as connection
        where connection.is_active and connection.refresh_failures > 0 order by connection.refresh_failures desc limit 1000)));
  end if;
  with page as (
    select account.*, platform.slug as platform
    from public.social_account as account
    join public.platform as platform on platform.id = account.platform_id
    where (account.created_at, account.id) < (v_after_at, v_after_id)
      and (not v_filter ? 'user_id' or account.user_id = ops.uuid_of(v_filter ->> 'user_id'))
      and (not v_filter ? 'id' or account.id = ops.uuid_of(v_filter ->> 'id'))
      and (not v_filter ? 'platform' or account.platform_id = v_platform_id)
      and (not v_filter ? 'status' or account.status = v_filter ->> 'status')
      and (v_attention is null or account.id = any (v_attention))
    order by account.created_at desc, account.id desc
    limit v_limit + 1
  ), shown as (
    select page.created_at, page.id, row_number() over (order by page.created_at desc, page.id desc) as place,
      jsonb_build_object('id', page.id, 'user_id', page.user_id,
        'user_name', (select coalesce(person.display_name, person.email) from public.users as person where person.id = page.user_id), 'platform', page.platform, 'username', page.username, 'display_name', page.display_name,
        'status', page.status, 'sync_mode', page.sync_mode, 'next_sync_at', page.next_sync_at, 'last_synced_at', page.last_synced_at,
        'last_error', page.last_error, 'paused_at', page.paused_at, 'deleted_at', page.deleted_at, 'created_at', page.created_at,
        'followers_count', page.followers_count,
        'connection', (select jsonb_build_object('is_active', connection.is_active, 'token_expires_at', connection.token_expires_at,
            'refresh_due_at', connection.refresh_due_at, 'refresh_failures', connection.refresh_failures, 'refresh_error', connection.refresh_error,
            'last_refreshed_at', connection.last_refreshed_at)
          from public.platform_connection as connection where connection.id = page.connection_id),
        'sync', (select jsonb_build_object('is_open', run.sync_id is not null, 'leased_until', run.leased_until, 'items_seen', run.items_seen,
            'failures', run.failures, 'last_code', run.last_code, 'touched_at', run.touched_at)
          from ops.sync_run as run where run.social_account_id = page.id)) as item
    from page
  )
  select array_agg(item order by place), max(created_at::text || '|' || id) filter (where place = v_limit) into v_rows, v_cursor from shown;
  return ops.page_of(v_rows, v_limit, v_cursor,
    jsonb_build_object('estimated_total', case when v_filter = '{}' then ops.estimated_rows('public.social_account') end));
end;
$$;
comment on function ops.admin_list_accounts is 'See public.admin_list_accounts.';

create function public.admin_list_accounts(p_filter jsonb default '{}', p_cursor text default null, p_limit integer default 50) returns jsonb
language sql stable security invoker set search_path = '' begin atomic
  select ops.admin_list_accounts(p_filter, p_cursor, p_limit);
end;
comment on function public.admin_list_accounts is
  'Staff: connected accounts with their connection and sync, newest first. Filters: id, user_id, platform, status, attention (has a problem).';

-- Security definer: reads rows of all users, after checking the caller's role.
create function ops.admin_list_jobs(p_filter jsonb, p_cursor text, p_limit integer) returns jsonb
language plpgsql stable security definer
-- Reads the newest jobs through the primary key, whatever the statistics say about the filters.
set search_path = '' set plan_cache_mode = force_custom_plan set enable_seqscan = off set jit = off as $$
declare
  v_filter constant jsonb := ops.check_filter(p_filter, 'status', 'handler', 'job_type', 'user_id', 'error_code', 'request_id', 'before');
  v_limit constant integer := ops.page_limit(p_limit);
  v_scan constant integer := 10000;
  v_status constant text := v_filter ->> 'status';
  v_from uuid := case when p_cursor is not null then ops.uuid_of(p_cursor) end;
  v_ids uuid[];
  v_last uuid;
  v_rows jsonb[];
  v_scanned integer;
begin
  perform ops.require_role('admin');
  if v_status is not null and not v_status = any (enum_range(null::public.job_status_enum)::text[]) then
    raise exception using errcode = 'SVG01', message = format('Cannot filter by status: expected one of %s, got %s',
      array_to_string(enum_range(null::public.job_status_enum), ', '), left(v_status, 60));
  end if;
  if v_from is null and v_filter ? 'before' then
    v_from := ops.job_ids_before((v_filter ->> 'before')::timestamptz);
  end if;
  v_from := coalesce(v_from, 'ffffffff-ffff-ffff-ffff-ffffffffffff');

  if v_status = 'processing' and not v_filter ? 'user_id' then
    -- Open jobs are in a separate table. Running jobs come first in claim order, because a claim changes no column of that index.
    with first as (
      (select job_id, handler, leased_until from ops.job_ready where not is_limited and not is_waiting order by priority desc, run_at limit v_scan)
      union all
      select one.job_id, one.handler, one.leased_until from ops.job_handler as handler cross join lateral (
        select job_id, ready.handler, leased_until from ops.job_ready as ready
        where is_limited and not is_waiting and ready.handler = handler.name order by priority desc, run_at limit v_scan / 10) as one
    )
    select coalesce(array_agg(job_id), '{}') into v_ids from first
    where leased_until is not null and job_id < v_from and (not v_filter ? 'handler' or handler = v_filter ->> 'handler');
  elsif v_status = 'pending' and not v_filter ? 'user_id' then
    with newest as materialized (
      select job_id, handler, leased_until from ops.job_ready where job_id < v_from order by job_id desc limit v_scan
    ), open_ as (
      select job_id from newest where leased_until is null and (not v_filter ? 'handler' or handler = v_filter ->> 'handler')
      order by job_id desc limit case when v_filter - 'handler' - 'status' - 'before' = '{}' then v_limit + 1 end
    )
    select coalesce((select array_agg(job_id) from open_), '{}'), count(*), min(job_id::text)::uuid into v_ids, v_scanned, v_last from newest;
    if v_scanned < v_scan then
      v_scanned := null;
      v_last := null;
    end if;
  elsif not v_filter ? 'user_id' and v_filter - 'before' <> '{}' then
    -- No index helps, so the scan is limited to v_scan jobs.
    select job.id into v_last from public.job_queue as job where job.id < v_from order by job.id desc offset v_scan - 1 limit 1;
    v_scanned := case when found then v_scan end;
  end if;

  with page as (
    select job.id
    from public.job_queue as job
    where job.id < v_from and (v_last is null or job.id >= v_last) and (v_ids is null or job.id = any (v_ids))
      and (not v_filter ? 'user_id' or job.user_id = ops.uuid_of(v_filter ->> 'user_id'))
      and (v_status is null or job.status = v_status::public.job_status_enum)
      and (not v_filter ? 'handler' or job.handler = v_filter ->> 'handler')
      and (not v_filter ? 'job_type' or job.job_type = v_filter ->> 'job_type')
      and (not v_filter ? 'error_code' or job.error_code = v_filter ->> 'error_code')
      and (not v_filter ? 'request_id' or job.request_id = v_filter ->> 'request_id')
    order by job.id desc
    limit v_limit + 1
  )
  select array_agg(ops.describe_job(job) order by job.id desc) into v_rows from page join public.job_queue as job on job.id = page.id;
  if cardinality(v_rows) > v_limit then
    return ops.page_of(v_rows, v_limit, v_rows[v_limit] ->> 'id', '{"looked_at": null}');
  end if;
  -- The page is not full, but only part of the jobs was scanned.
  return ops.page_of(v_rows, v_limit, null) || jsonb_build_object('looked_at', v_scanned)
    || case when v_last is not null then jsonb_build_object('next_cursor', v_last) else '{}' end;
end;
$$;
comment on function ops.admin_list_jobs is 'See public.admin_list_jobs.';

create function public.admin_list_jobs(p_filter jsonb default '{}', p_cursor text default null, p_limit integer default 50) returns jsonb
language sql stable security invoker set search_path = '' begin atomic
  select ops.admin_list_jobs(p_filter, p_cursor, p_limit);
end;
comment on function public.admin_list_jobs is
  'Admins: jobs, newest first. Filters: status, handler, job_type, user_id, error_code, request_id, before (a time). Without a matching '
  'index, a call scans 10,000 jobs: a page may then hold fewer rows than requested, even none, and next_cursor continues from there.';

create function ops.describe_job(p_job public.job_queue) returns jsonb
language sql stable security invoker set search_path = '' as $$
  select jsonb_build_object('id', p_job.id, 'user_id', p_job.user_id,
    'user_name', (select coalesce(person.display_name, person.email) from public.users as person where person.id = p_job.user_id), 'job_type', p_job.job_type, 'handler', p_job.handler, 'status', p_job.status,
    'priority', p_job.priority, 'attempts', p_job.attempts, 'max_attempts', p_job.max_attempts, 'progress_percent', p_job.progress_percent,
    'progress_message', p_job.progress_message, 'error_code', p_job.error_code, 'error_message', p_job.error_message, 'request_id', p_job.request_id,
    'params', p_job.params, 'run_at', p_job.run_at, 'created_at', p_job.created_at, 'started_at', p_job.started_at, 'finished_at', p_job.finished_at,
    'is_dead_letter', exists (select from ops.job_dead_letter where job_id = p_job.id));
$$;
comment on function ops.describe_job is 'Returns a job as the console shows it.';

-- Security definer: reads rows of all users, after checking the caller's role.
create function ops.admin_get_job(p_job_id uuid) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  v_job public.job_queue;
begin
  perform ops.require_role('admin');
  select * into v_job from public.job_queue where id = p_job_id;
  if not found then
    raise exception using errcode = 'SVG03', message = 'There is no such job', detail = jsonb_build_object('resource', 'job', 'id', p_job_id);
  end if;
  return ops.describe_job(v_job) || jsonb_build_object('result', v_job.result, 'worker_id', v_job.worker_id,
    'ready', (select jsonb_build_object('is_waiting', ready.is_waiting, 'run_at', case when ready.run_at < 'infinity' then ready.run_at end,
      'leased_until', ready.leased_until, 'claimed_at', ready.claimed_at) from ops.job_ready as ready where ready.job_id = p_job_id),
    'logs', (select coalesce(jsonb_agg(jsonb_build_object('level', log.level, 'message', log.message, 'details', log.details, 'attempt', log.attempt,
        'created_at', log.created_at) order by log.id), '[]'::jsonb)
      from (select * from public.job_log where job_id = p_job_id order by id desc limit 200) as log));
end;
$$;
comment on function ops.admin_get_job is 'See public.admin_get_job.';

create function public.admin_get_job(p_job_id uuid) returns jsonb
language sql stable security invoker set search_path = '' begin atomic
  select ops.admin_get_job(p_job_id);
end;
comment on function public.admin_get_job is 'Admins: one job with its result, lease and the last 200 entries of its log.';

-- Security definer: reads rows of all users, after checking the caller's role.
create function ops.admin_list_dead_letters(p_filter jsonb, p_cursor text, p_limit integer) returns jsonb
language plpgsql stable security definer set search_path = '' set plan_cache_mode = force_custom_plan set jit = off as $$
declare
  v_after_at timestamptz;
  v_after_id uuid;
  v_filter constant jsonb := ops.check_filter(p_filter, 'handler', 'error_code', 'user_id');
  v_limit constant integer := ops.page_limit(p_limit);
  v_rows jsonb[];
  v_cursor text;
begin
  perform ops.require_role('admin');
  select at, id into v_after_at, v_after_id from ops.cursor_parts(p_cursor) as parts;
  with looked_at as (
    select letter.* from ops.job_dead_letter as letter
    where (letter.failed_at, letter.job_id) < (v_after_at, v_after_id)
      and (not v_filter ? 'error_code' or letter.error_code = v_filter ->> 'error_code')
    order by letter.failed_at desc, letter.job_id desc
    limit case when v_filter = '{}' then v_limit + 1 else 20000 end
  ), page as (
    select looked_at.failed_at, job.id, ops.describe_job(job) || jsonb_build_object('failed_at', looked_at.failed_at) as item
    from looked_at join public.job_queue as job on job.id = looked_at.job_id
    where (not v_filter ? 'handler' or looked_at.handler = v_filter ->> 'handler')
      and (not v_filter ? 'user_id' or job.user_id = ops.uuid_of(v_filter ->> 'user_id'))
    order by looked_at.failed_at desc, job.id desc
    limit v_limit + 1
  ), shown as (
    select *, row_number() over (order by failed_at desc, id desc) as place from page
  )
  select array_agg(item order by place), max(failed_at::text || '|' || id) filter (where place = v_limit) into v_rows, v_cursor from shown;
  return ops.page_of(v_rows, v_limit, v_cursor, jsonb_build_object(
    'total', (select count(*) from (select from ops.job_dead_letter limit 10001) as counted), 'total_stops_at', 10001,
    'groups', (select coalesce(jsonb_agg(to_jsonb(kind) order by kind.letters desc), '[]'::jsonb) from (
      select alike.handler, alike.error_code, alike.letters, alike.latest_at,
        (select left(job.error_message, 200) from public.job_queue as job where job.id = alike.latest_id) as error_message
      from (
        select letter.handler, letter.error_code, count(*) as letters, max(letter.failed_at) as latest_at,
          (array_agg(letter.job_id order by letter.failed_at desc))[1] as latest_id
        from (select * from ops.job_dead_letter order by failed_at desc limit 1000) as letter
        group by letter.handler, letter.error_code order by count(*) desc limit 20) as alike) as kind),
    'groups_of_latest', 1000));
end;
$$;
comment on function ops.admin_list_dead_letters is 'See public.admin_list_dead_letters.';

create function public.admin_list_dead_letters(p_filter jsonb default '{}', p_cursor text default null, p_limit integer default 50) returns jsonb
language sql stable security invoker set search_path = '' begin atomic
  select ops.admin_list_dead_letters(p_filter, p_cursor, p_limit);
end;
comment on function public.admin_list_dead_letters is
  'Admins: jobs that failed permanently, newest first, and the number of jobs per error among the latest 1,000. Filters: handler, error_code, user_id.';

-- Security definer: reads cron's tables, after checking the caller's role.
create function ops.admin_list_cron_runs(p_filter jsonb, p_cursor text, p_limit integer) returns jsonb
language plpgsql stable security definer set search_path = '' set plan_cache_mode = force_custom_plan as $$
declare
  v_filter constant jsonb := ops.check_filter(p_filter, 'job', 'status');
  v_limit constant integer := ops.page_limit(p_limit);
  v_rows jsonb[] := '{}';
  v_jobs jsonb := '[]';
  v_last bigint;
  v_looked_at integer := 0;
begin
  perform ops.require_role('admin');
  if to_regclass('cron.job') is not null then
    with looked_at as (
      select run.* from cron.job_run_details as run
      where run.runid < coalesce(nullif(p_cursor, '')::bigint, 9223372036854775807)
      order by run.runid desc
      limit case when v_filter = '{}' then v_limit + 1 else 20000 end
    ), page as (
      select looked_at.runid, jsonb_build_object('id', looked_at.runid, 'job', coalesce(job.jobname, 'job ' || looked_at.jobid), 'status', looked_at.status,
        'message', left(looked_at.return_message, 500), 'started_at', looked_at.start_time, 'ended_at', looked_at.end_time) as item
      from looked_at left join cron.job as job on job.jobid = looked_at.jobid
      where (not v_filter ? 'job' or job.jobname = v_filter ->> 'job') and (not v_filter ? 'status' or looked_at.status = v_filter ->> 'status')
      order by looked_at.runid desc
      limit v_limit + 1
    )
    select array_agg(item order by runid desc), (select min(runid) from looked_at), (select count(*) from looked_at) into v_rows, v_last, v_looked_at from page;
    select coalesce(jsonb_agg(jsonb_build_object('job', job.jobname, 'schedule', job.schedule, 'is_active', job.active, 'last_started_at', state.last_started_at,
      'last_status', state.last_status, 'last_message', state.last_message, 'last_ok_at', state.last_ok_at, 'failures', coalesce(state.failures, 0))
      order by coalesce(state.failures, 0) desc, job.jobname), '[]'::jsonb)
    into v_jobs
    from cron.job as job left join ops.cron_state as state on state.jobid = job.jobid;
  end if;
  return ops.page_of(v_rows, v_limit, v_rows[v_limit] ->> 'id', jsonb_build_object('jobs', v_jobs))
    || case when v_looked_at = 20000 and coalesce(cardinality(v_rows), 0) <= v_limit then jsonb_build_object('next_cursor', v_last::text) else '{}' end;
exception when invalid_text_representation or numeric_value_out_of_range then
  raise exception using errcode = 'SVG01', message = 'Cannot read this cursor: use next_cursor of the previous page';
end;
$$;
comment on function ops.admin_list_cron_runs is 'See public.admin_list_cron_runs.';

create function public.admin_list_cron_runs(p_filter jsonb default '{}', p_cursor text default null, p_limit integer default 50) returns jsonb
language sql stable security invoker set search_path = '' begin atomic
  select ops.admin_list_cron_runs(p_filter, p_cursor, p_limit);
end;
comment on function public.admin_list_cron_runs is
  'Admins: runs of scheduled jobs, newest first, and the state of each job (jobs). Filters: job, status.';

-- Security definer: calls are in ops.
create function ops.admin_list_http_calls(p_filter jsonb, p_cursor text, p_limit integer) returns jsonb
language plpgsql stable security definer set search_path = '' set plan_cache_mode = force_custom_plan as $$
declare
  v_filter constant jsonb := ops.check_filter(p_filter, 'function', 'outcome');
  v_limit constant integer := ops.page_limit(p_limit);
  v_rows jsonb[];
  v_last bigint;
  v_looked_at integer;
begin
  perform ops.require_role('admin');
  with looked_at as (
    select call.* from ops.http_call as call where call.request_id < coalesce(nullif(p_cursor, '')::bigint, 9223372036854775807)
    order by call.request_id desc
    limit case when v_filter = '{}' then v_limit + 1 else 20000 end
  ), page as (
    select looked_at.request_id, jsonb_build_object('id', looked_at.request_id, 'function', looked_at.function_name, 'called_at', looked_at.called_at,
      'outcome', coalesce(looked_at.outcome, 'waiting'), 'status_code', looked_at.status_code, 'error', looked_at.error, 'settled_at', looked_at.settled_at) as item
    from looked_at
    where (not v_filter ? 'function' or looked_at.function_name = v_filter ->> 'function')
      and (not v_filter ? 'outcome' or coalesce(looked_at.outcome, 'waiting') = v_filter ->> 'outcome')
    order by looked_at.request_id desc
    limit v_limit + 1
  )
  select array_agg(item order by request_id desc), (select min(request_id) from looked_at), (select count(*) from looked_at)
  into v_rows, v_last, v_looked_at from page;
  return ops.page_of(v_rows, v_limit, v_rows[v_limit] ->> 'id')
    || case when v_looked_at = 20000 and coalesce(cardinality(v_rows), 0) <= v_limit then jsonb_build_object('next_cursor', v_last::text) else '{}' end;
exception when invalid_text_representation or numeric_value_out_of_range then
  raise exception using errcode = 'SVG01', message = 'Cannot read this cursor: use next_cursor of the previous page';
end;
$$;
comment on function ops.admin_list_http_calls is 'See public.admin_list_http_calls.';

create function public.admin_list_http_calls(p_filter jsonb default '{}', p_cursor text default null, p_limit integer default 50) returns jsonb
language sql stable security invoker set search_path = '' begin atomic
  select ops.admin_list_http_calls(p_filter, p_cursor, p_limit);
end;
comment on function public.admin_list_http_calls is
  'Admins: calls from cron to functions and their outcome, newest first. Filters: function, outcome (ok, failed, missing, waiting).';

-- Security definer: the ledgers are in ops.
create function ops.admin_list_provider_quotas(p_filter jsonb, p_cursor text, p_limit integer) returns jsonb
language plpgsql stable security definer set search_path = '' set plan_cache_mode = force_custom_plan as $$
declare
  v_filter constant jsonb := ops.check_filter(p_filter, 'provider', 'closed');
  v_limit constant integer := ops.page_limit(p_limit);
  v_rows jsonb[];
begin
  perform ops.require_role('admin');
  with page as (
    select ledger.id, jsonb_build_object('id', ledger.id, 'account_id', ledger.social_account_id, 'provider', ledger.platform, 'used', ledger.used,
      'size', coalesce(ledger.size, ledger.planned_size), 'began_at', case when ledger.began_at > '-infinity' then ledger.began_at end, 'ends_at', ledger.ends_at,
      'closed_until', ledger.closed_until) as item
    from ops.platform_window as ledger
    where ledger.social_account_id is not null and ledger.id > coalesce(nullif(p_cursor, '')::bigint, 0)
      and (not v_filter ? 'provider' or ledger.platform = v_filter ->> 'provider')
      and (not v_filter ? 'closed' or case when (v_filter ->> 'closed')::boolean then ledger.closed_until > now() else (ledger.closed_until > now()) is not true end)
    order by ledger.id
    limit v_limit + 1
  )
  select array_agg(item order by id) into v_rows from page;
  return ops.page_of(v_rows, v_limit, v_rows[v_limit] ->> 'id', jsonb_build_object(
    'apps', (select coalesce(jsonb_agg(jsonb_build_object('provider', ledger.platform, 'app', ledger.app, 'used', ledger.used, 'size', ledger.size,
        'used_percent', ledger.used_percent, 'began_at', case when ledger.began_at > '-infinity' then ledger.began_at end, 'ends_at', ledger.ends_at,
        'closed_until', case when ledger.closed_until > now() then ledger.closed_until end,
        'exhausted_at', case when ledger.exhausted_at < ledger.ends_at then ledger.exhausted_at end)), '[]'::jsonb)
      from ops.app_ledgers(now()) as ledger where not v_filter ? 'provider' or ledger.platform = v_filter ->> 'provider'),
    'calls', (select coalesce(jsonb_agg(jsonb_build_object('provider', recent.provider, 'failed_last_15_minutes', recent.failed,
        'calls_last_15_minutes', recent.total, 'failed_last_day', day.failed, 'calls_last_day', day.total) order by recent.provider), '[]'::jsonb)
      from ops.provider_calls(15, now()) as recent join ops.provider_calls(1440, now()) as day on day.provider = recent.provider)));
exception when invalid_text_representation or numeric_value_out_of_range then
  raise exception using errcode = 'SVG01', message = 'Cannot read this cursor: use next_cursor of the previous page';
end;
$$;
comment on function ops.admin_list_provider_quotas is 'See public.admin_list_provider_quotas.';

create function public.admin_list_provider_quotas(p_filter jsonb default '{}', p_cursor text default null, p_limit integer default 50) returns jsonb
language sql stable security invoker set search_path = '' begin atomic
  select ops.admin_list_provider_quotas(p_filter, p_cursor, p_limit);
end;
comment on function public.admin_list_provider_quotas is
  'Admins: the quota windows of whole apps at each platform with the time when they will be used up at the current pace (apps), the outcome '
  'of calls (calls), and as items the windows of single accounts. Filters: provider, closed.';

-- Security definer: costs are in ops.
create function ops.admin_list_ai_costs(p_filter jsonb, p_cursor text, p_limit integer) returns jsonb
language plpgsql stable security definer set search_path = '' set plan_cache_mode = force_custom_plan as $$
declare
  v_filter constant jsonb := ops.check_filter(p_filter, 'month', 'user_id');
  v_limit constant integer := ops.page_limit(p_limit);
  v_month constant date := date_trunc('month', coalesce((v_filter ->> 'month')::date, (now() at time zone 'UTC')::date))::date;
  v_rows jsonb[];
  v_cursor text;
begin
  perform ops.require_role('admin');
  with page as (
    select month.spent_cents, month.id, month.user_id
    from ops.ai_month as month
    where month.month = v_month and month.user_id is not null and (not v_filter ? 'user_id' or month.user_id = ops.uuid_of(v_filter ->> 'user_id'))
      and (p_cursor is null or (month.spent_cents, month.id) < (split_part(p_cursor, '|', 1)::numeric, split_part(p_cursor, '|', 2)::bigint))
    order by month.spent_cents desc, month.id desc
    limit v_limit + 1
  ), shown as (
    select page.*, row_number() over (order by page.spent_cents desc, page.id desc) as place,
      jsonb_build_object('user_id', page.user_id, 'email', person.email, 'display_name', person.display_name, 'spent_cents', page.spent_cents,
        'budget_cents', setting.monthly_budget_cents) as item
    from page join public.users as person on person.id = page.user_id left join public.user_ai_setting as setting on setting.user_id = page.user_id
  )
  select array_agg(item order by place), max(spent_cents::text || '|' || id) filter (where place = v_limit) into v_rows, v_cursor from shown;
  return ops.page_of(v_rows, v_limit, v_cursor, jsonb_build_object('month', v_month,
    'installation', (select jsonb_build_object('spent_cents', coalesce(max(spent_cents), 0), 'warned_percent', coalesce(max(warned_percent), 0))
      from ops.ai_month where user_id is null and month = v_month),
    'models', (select coalesce(jsonb_agg(to_jsonb(by_model) order by by_model.cost_cents desc), '[]'::jsonb) from (
      select model.slug as model, day.is_own_key, sum(day.calls) as calls, sum(day.useless_calls) as useless_calls, sum(day.prompt_tokens) as prompt_tokens,
        sum(day.completion_tokens) as completion_tokens, sum(day.cost_cents) as cost_cents
      from ops.ai_day as day join public.ai_model as model on model.id = day.model_id
      where day.day >= v_month and day.day < (v_month + interval '1 month')::date
      group by model.slug, day.is_own_key) as by_model),
    'days', (select coalesce(jsonb_agg(to_jsonb(by_day) order by by_day.day), '[]'::jsonb) from (
      select day.day, sum(day.calls) as calls, sum(day.cost_cents) filter (where not day.is_own_key) as cost_cents
      from ops.ai_day as day where day.day >= v_month and day.day < (v_month + interval '1 month')::date group by day.day) as by_day)));
exception when invalid_text_representation or invalid_datetime_format or datetime_field_overflow or numeric_value_out_of_range then
  raise exception using errcode = 'SVG01', message = 'Cannot read this cursor or month: a month is a date such as 2026-11-01';
end;
$$;
comment on function ops.admin_list_ai_costs is 'See public.admin_list_ai_costs.';

create function public.admin_list_ai_costs(p_filter jsonb default '{}', p_cursor text default null, p_limit integer default 50) returns jsonb
language sql stable security invoker set search_path = '' begin atomic
  select ops.admin_list_ai_costs(p_filter, p_cursor, p_limit);
end;
comment on function public.admin_list_ai_costs is
  'Admins: the highest AI spenders of a month, and the month by model and by day. Filters: month (a day in it), user_id.';

-- Security definer: reads rows of all users, after checking the caller's role.
create function ops.admin_list_webhooks(p_filter jsonb, p_cursor text, p_limit integer) returns jsonb
language plpgsql stable security definer set search_path = '' set plan_cache_mode = force_custom_plan set jit = off as $$
declare
  v_after_at timestamptz;
  v_after_id uuid;
  v_filter constant jsonb := ops.check_filter(p_filter, 'direction', 'status', 'user_id');
  v_limit constant integer := ops.page_limit(p_limit);
  v_direction constant text := coalesce(v_filter ->> 'direction', 'in');
  v_status constant text := v_filter ->> 'status';
  v_rows jsonb[];
  v_cursor text;
begin
  perform ops.require_role('admin');
  select at, id into v_after_at, v_after_id from ops.cursor_parts(p_cursor, v_direction = 'out') as parts;
  if v_direction = 'in' then
    with looked_at as (
      -- Pending and failed events have their own index; otherwise the newest events are scanned.
      select event.* from public.stripe_webhook_events as event
      where (event.created_at, event.id) < (v_after_at, v_after_id)
        and (v_status is null or v_status not in ('pending', 'failed') or event.status in ('pending', 'failed') and event.status = v_status)
      order by event.created_at desc, event.id desc
      limit case when v_status is null or v_status in ('pending', 'failed') then v_limit + 1 else 20000 end
    ), page as (
      select looked_at.created_at, looked_at.id, jsonb_build_object('id', looked_at.id, 'direction', 'in', 'event_id', looked_at.event_id,
        'event', looked_at.event_type, 'status', looked_at.status, 'attempts', looked_at.attempts, 'last_error', looked_at.last_error,
        'due_at', case when looked_at.due_at < 'infinity' then looked_at.due_at end, 'subject', looked_at.subject, 'created_at', looked_at.created_at,
        'processed_at', looked_at.processed_at) as item
      from looked_at where v_status is null or looked_at.status = v_status
      order by looked_at.created_at desc, looked_at.id desc limit v_limit + 1
    ), shown as (
      select *, row_number() over (order by created_at desc, id desc) as place from page
    )
    select array_agg(item order by place), max(created_at::text || '|' || id) filter (where place = v_limit) into v_rows, v_cursor from shown;
  elsif v_direction = 'out' then
    with page as (
      select delivery.*
      from publishing.webhook_delivery as delivery
      where (delivery.next_at, delivery.id) > (v_after_at, v_after_id)
        and delivery.next_at is not null and (not v_filter ? 'user_id' or delivery.user_id = ops.uuid_of(v_filter ->> 'user_id'))
      order by delivery.next_at, delivery.id
      limit v_limit + 1
    ), shown as (
      select page.next_at, page.id, row_number() over (order by page.next_at, page.id) as place,
        jsonb_build_object('id', page.id, 'direction', 'out', 'event', page.event, 'status', page.status, 'attempts', page.attempts, 'user_id', page.user_id,
          'user_name', (select coalesce(person.display_name, person.email) from public.users as person where person.id = page.user_id),
          'last_status', page.last_status, 'last_error', page.last_error, 'due_at', page.next_at, 'created_at', page.created_at,
          'url', (select endpoint.url from publishing.webhook_endpoint as endpoint where endpoint.id = page.endpoint_id)) as item
      from page
    )
    select array_agg(item order by place), max(next_at::text || '|' || id) filter (where place = v_limit) into v_rows, v_cursor from shown;
  else
    raise exception using errcode = 'SVG01', message = format('Cannot filter by direction: expected in or out, got %s', left(v_direction, 60));
  end if;
  return ops.page_of(v_rows, v_limit, v_cursor, jsonb_build_object(
    'waiting_in', (select count(*) from (select from public.stripe_webhook_events where status in ('pending', 'failed') limit 1001) as counted),
    'waiting_out', (select count(*) from (select from publishing.webhook_delivery where next_at is not null limit 1001) as counted), 'stops_at', 1001,
    'failing_endpoints', (select coalesce(jsonb_agg(jsonb_build_object('endpoint_id', endpoint.id, 'user_id', endpoint.user_id,
        'user_name', (select coalesce(person.display_name, person.email) from public.users as person where person.id = endpoint.user_id), 'url', endpoint.url,
        'failing_since', endpoint.failing_since, 'is_active', endpoint.is_active, 'paused_because', endpoint.paused_because) order by endpoint.failing_since), '[]'::jsonb)
      from (select * from publishing.webhook_endpoint where failing_since is not null order by failing_since limit 50) as endpoint)));
end;
$$;
comment on function ops.admin_list_webhooks is 'See public.admin_list_webhooks.';

create function public.admin_list_webhooks(p_filter jsonb default '{}', p_cursor text default null, p_limit integer default 50) returns jsonb
language sql stable security invoker set search_path = '' begin atomic
  select ops.admin_list_webhooks(p_filter, p_cursor, p_limit);
end;
comment on function public.admin_list_webhooks is
  'Admins: Stripe events (direction in, newest first; filter status), or deliveries waiting for creators'' endpoints (out, the longest due '
  'first; filter user_id), and the failing endpoints.';

-- Security definer: reads the audit log, after checking the caller's role.
create function ops.admin_list_audit_log(p_filter jsonb, p_cursor text, p_limit integer) returns jsonb
language plpgsql stable security definer set search_path = '' set plan_cache_mode = force_custom_plan set jit = off as $$
declare
  v_filter constant jsonb := ops.check_filter(p_filter, 'user_id', 'actor_id', 'action', 'before');
  v_limit constant integer := ops.page_limit(p_limit);
  v_rows jsonb[];
  v_last bigint;
  v_looked_at integer;
begin
  perform ops.require_role('admin');
  with looked_at as (
    select entry.* from public.audit_log as entry
    where entry.id < coalesce(nullif(p_cursor, '')::bigint, 9223372036854775807)
      and (not v_filter ? 'user_id' or entry.user_id = ops.uuid_of(v_filter ->> 'user_id'))
      and (not v_filter ? 'actor_id' or entry.actor_id = ops.uuid_of(v_filter ->> 'actor_id'))
    order by entry.id desc
    limit case when v_filter - 'user_id' - 'actor_id' = '{}' then v_limit + 1 else 20000 end
  ), page as (
    select looked_at.id, jsonb_build_object('id', looked_at.id, 'actor_id', looked_at.actor_id, 'user_id', looked_at.user_id, 'action', looked_at.action,
      'details', looked_at.details, 'request_id', looked_at.request_id, 'created_at', looked_at.created_at,
      'actor_email', (select email from public.users where id = looked_at.actor_id), 'user_email', (select email from public.users where id = looked_at.user_id)) as item
    from looked_at
    where (not v_filter ? 'action' or looked_at.action like replace(v_filter ->> 'action', '%', '') || '%')
      and (not v_filter ? 'before' or looked_at.created_at < (v_filter ->> 'before')::timestamptz)
    order by looked_at.id desc
    limit v_limit + 1
  )
  select array_agg(item order by id desc), (select min(id) from looked_at), (select count(*) from looked_at) into v_rows, v_last, v_looked_at from page;
  return ops.page_of(v_rows, v_limit, v_rows[v_limit] ->> 'id')
    || case when v_looked_at = 20000 and coalesce(cardinality(v_rows), 0) <= v_limit then jsonb_build_object('next_cursor', v_last::text) else '{}' end;
exception when invalid_text_representation or numeric_value_out_of_range then
  raise exception using errcode = 'SVG01', message = 'Cannot read this cursor: use next_cursor of the previous page';
end;
$$;
comment on function ops.admin_list_audit_log is 'See public.admin_list_audit_log.';

create function public.admin_list_audit_log(p_filter jsonb default '{}', p_cursor text default null, p_limit integer default 50) returns jsonb
language sql stable security invoker set search_path = '' begin atomic
  select ops.admin_list_audit_log(p_filter, p_cursor, p_limit);
end;
comment on function public.admin_list_audit_log is
  'Admins: who did what, newest first. Filters: user_id (the affected user), actor_id, action (a prefix, such as job), before.';

-- Security definer: reads rows of all users, after checking the caller's role.
create function ops.admin_list_subscriptions(p_filter jsonb, p_cursor text, p_limit integer) returns jsonb
language plpgsql stable security definer set search_path = '' set plan_cache_mode = force_custom_plan set jit = off as $$
declare
  v_filter constant jsonb := ops.check_filter(p_filter, 'tier', 'status', 'user_id');
  v_limit constant integer := ops.page_limit(p_limit);
  v_is_sampled constant boolean := coalesce(ops.estimated_rows('public.subscription') > 300000, false);
  v_tier_id constant uuid := (select id from public.subscription_tier where slug = v_filter ->> 'tier');
  v_status_id constant uuid := (select id from public.subscription_status where slug = v_filter ->> 'status');
  v_rows jsonb[];
  v_plans jsonb;
begin
  perform ops.require_role('admin');
  with page as (
    select subscription.*, tier.slug as tier, status.slug as status
    from public.subscription as subscription
    join public.subscription_tier as tier on tier.id = subscription.tier_id
    join public.subscription_status as status on status.id = subscription.status_id
    -- Compared by id, so that the planner can estimate the number of matches.
    where (p_cursor is null or subscription.user_id > ops.uuid_of(p_cursor))
      and (not v_filter ? 'tier' or subscription.tier_id = v_tier_id) and (not v_filter ? 'status' or subscription.status_id = v_status_id)
      and (not v_filter ? 'user_id' or subscription.user_id = ops.uuid_of(v_filter ->> 'user_id'))
    order by subscription.user_id
    limit v_limit + 1
  )
  select array_agg(jsonb_build_object('user_id', page.user_id, 'email', person.email, 'display_name', person.display_name, 'tier', page.tier, 'status', page.status,
    'cycle_start_date', page.cycle_start_date, 'cycle_end_date', page.cycle_end_date, 'syncs_used', page.syncs_used, 'ai_analyses_used', page.ai_analyses_used,
    'seo_submissions_used', page.seo_submissions_used,
    'customer', (select jsonb_build_object('customer_id', customer.customer_id, 'livemode', customer.livemode, 'fetched_at', customer.fetched_at,
        'check_at', customer.check_at, 'entitlement', customer.entitlement)
      from ops.billing_customer as customer where customer.user_id = page.user_id order by customer.livemode desc limit 1)) order by page.user_id)
  into v_rows
  from page join public.users as person on person.id = page.user_id;
  -- For a very large table, only a one percent sample is counted.
  with counted as (
    select tier_id, count(*) as people from public.subscription where not v_is_sampled group by tier_id
    union all
    select tier_id, count(*) * 100 from public.subscription tablesample system (1) where v_is_sampled group by tier_id
  )
  select coalesce(jsonb_agg(jsonb_build_object('tier', tier.slug, 'display_name', tier.display_name,
    'price_cents_per_month', tier.price_cents_per_month, 'subscribers', coalesce(counted.people, 0)) order by tier.sort_order), '[]'::jsonb)
  into v_plans
  from public.subscription_tier as tier left join counted on counted.tier_id = tier.id;
  return ops.page_of(v_rows, v_limit, v_rows[v_limit] ->> 'user_id', jsonb_build_object('plans', v_plans, 'is_estimate', v_is_sampled));
end;
$$;
comment on function ops.admin_list_subscriptions is 'See public.admin_list_subscriptions.';

create function public.admin_list_subscriptions(p_filter jsonb default '{}', p_cursor text default null, p_limit integer default 50) returns jsonb
language sql stable security invoker set search_path = '' begin atomic
  select ops.admin_list_subscriptions(p_filter, p_cursor, p_limit);
end;
comment on function public.admin_list_subscriptions is
  'Admins: subscriptions with plan, usage and the state from Stripe, and the number of subscribers per plan. Filters: tier, status, user_id.';

-- Security definer: statistics of all queries, after checking the caller's role.
create function ops.admin_list_slow_queries(p_order text, p_limit integer) returns jsonb
language plpgsql stable security definer set search_path = '' set plan_cache_mode = force_custom_plan as $$
declare
  v_view constant text := coalesce(to_regclass('extensions.pg_stat_statements'), to_regclass('public.pg_stat_statements'))::text;
  v_order constant text := case p_order when 'total' then 'total_exec_time' when 'mean' then 'mean_exec_time' when 'max' then 'max_exec_time'
    when 'calls' then 'calls' when 'rows' then 'rows' end;
  v_items jsonb;
begin
  perform ops.require_role('admin');
  if v_order is null then
    raise exception using errcode = 'SVG01', message = format('Cannot order by %s: expected total, mean, max, calls or rows', left(p_order, 60));
  end if;
  if v_view is null then
    return jsonb_build_object('items', '[]'::jsonb, 'is_available', false);
  end if;
  -- Dynamic SQL: the view may be missing, and its schema depends on the project.
  execute format($query$
    select coalesce(jsonb_agg(jsonb_build_object('query', left(query, 1000), 'calls', calls, 'total_ms', round(total_exec_time::numeric, 1),
      'mean_ms', round(mean_exec_time::numeric, 3), 'max_ms', round(max_exec_time::numeric, 1), 'rows', rows,
      'read_blocks', shared_blks_read, 'hit_blocks', shared_blks_hit, 'temp_blocks', temp_blks_written,
      'percent', round((total_exec_time * 100 / nullif(of_all, 0))::numeric, 1)) order by %1$s desc), '[]'::jsonb)
    from (select *, sum(total_exec_time) over () as of_all from %2$s
      where dbid = (select oid from pg_catalog.pg_database where datname = current_database()) order by %1$s desc limit %3$s) as slow $query$,
    v_order, v_view, ops.page_limit(p_limit)) into v_items;
  return jsonb_build_object('items', v_items, 'is_available', true);
exception when object_not_in_prerequisite_state then
  -- The extension is installed, but the server does not load it.
  return jsonb_build_object('items', '[]'::jsonb, 'is_available', false);
end;
$$;
comment on function ops.admin_list_slow_queries is 'See public.admin_list_slow_queries.';

create function public.admin_list_slow_queries(p_order text default 'total', p_limit integer default 50) returns jsonb
language sql stable security invoker set search_path = '' begin atomic
  select ops.admin_list_slow_queries(p_order, p_limit);
end;
comment on function public.admin_list_slow_queries is
  'Admins: statistics from pg_stat_statements since its last reset, ordered by total, mean or max time, calls or rows. Values in the queries are placeholders.';

-- Security definer: alerts are in ops.
create function ops.admin_list_alerts(p_filter jsonb, p_cursor text, p_limit integer) returns jsonb
language plpgsql stable security definer set search_path = '' set plan_cache_mode = force_custom_plan as $$
declare
  v_after_at timestamptz;
  v_after_id uuid;
  v_filter constant jsonb := ops.check_filter(p_filter, 'alert');
  v_limit constant integer := ops.page_limit(p_limit);
  v_rows jsonb[];
  v_cursor text;
begin
  perform ops.require_role('admin', 'moderator');
  select at, id into v_after_at, v_after_id from ops.cursor_parts(p_cursor) as parts;
  with page as (
    select event.created_at, event.id, to_jsonb(event) - 'name' || jsonb_build_object('alert', event.name,
      'deliveries', (select coalesce(jsonb_agg(jsonb_build_object('channel', delivery.channel, 'status', delivery.status, 'attempts', delivery.attempts,
        'last_error', delivery.last_error, 'settled_at', delivery.settled_at) order by delivery.channel), '[]'::jsonb)
        from ops.alert_delivery as delivery where delivery.event_id = event.id)) as item
    from ops.alert_event as event
    where (event.created_at, event.id) < (v_after_at, v_after_id)
      and (not v_filter ? 'alert' or event.name = v_filter ->> 'alert')
    order by event.created_at desc, event.id desc
    limit v_limit + 1
  ), shown as (
    select *, row_number() over (order by created_at desc, id desc) as place from page
  )
  select array_agg(item order by place), max(created_at::text || '|' || id) filter (where place = v_limit) into v_rows, v_cursor from shown;
  return ops.page_of(v_rows, v_limit, v_cursor, jsonb_build_object(
    'now', (select coalesce(jsonb_agg(ops.describe_alert(alert) order by alert.began_at), '[]'::jsonb) from ops.alert as alert),
    'rules', (select coalesce(jsonb_agg(to_jsonb(rule) order by rule.sort_order), '[]'::jsonb) from ops.alert_rule as rule),
    'channels', (select channels from ops.alert_run)));
end;
$$;
comment on function ops.admin_list_alerts is 'See public.admin_list_alerts.';

create function public.admin_list_alerts(p_filter jsonb default '{}', p_cursor text default null, p_limit integer default 50) returns jsonb
language sql stable security invoker set search_path = '' begin atomic
  select ops.admin_list_alerts(p_filter, p_cursor, p_limit);
end;
comment on function public.admin_list_alerts is
  'Staff: alert events with their delivery state, newest first; current alerts; the rules. Filter: alert.';

-- Security definer: reads the whole queue, after checking the caller's role.
create function ops.admin_list_job_types() returns jsonb
language plpgsql stable security definer set search_path = '' set jit = off as $$
declare
  v_open constant integer := 20000;
  v_latest constant integer := 5000;
  v_result jsonb;
begin
  perform ops.require_role('admin');
  with open_ as materialized (
    select handler, is_waiting, leased_until, run_at from ops.job_ready limit v_open
  ), depth as (
    select handler, count(*) filter (where not is_waiting and leased_until is null) as ready, count(*) filter (where leased_until >= now()) as running,
      count(*) filter (where leased_until < now()) as stuck, count(*) filter (where is_waiting) as waiting,
      min(run_at) filter (where not is_waiting and leased_until is null and run_at <= now()) as oldest
    from open_ group by handler
  ), dead as (
    select handler, count(*) as letters from (select handler from ops.job_dead_letter order by failed_at desc limit 10001) as letter group by handler
  ), durations as (
    select handler, count(*) as jobs, max(finished_at) as latest_at,
      percentile_cont(array[0.5, 0.95]) within group (order by extract(epoch from finished_at - started_at)) as seconds
    from (select handler, status, started_at, finished_at from public.job_queue order by id desc limit v_latest) as job
    where status = 'completed' and started_at is not null
    group by handler
  )
  select jsonb_build_object('is_exact', (select count(*) < v_open from open_), 'latest', v_latest, 'items', coalesce(jsonb_agg(jsonb_build_object(
    'handler', handler.name, 'job_type', handler.job_type, 'platform', handler.platform, 'max_concurrency', handler.max_concurrency,
    'paused_at', handler.paused_at, 'ready', coalesce(depth.ready, 0), 'running', coalesce(depth.running, 0), 'stuck', coalesce(depth.stuck, 0),
    'waiting', coalesce(depth.waiting, 0), 'oldest_seconds', round(extract(epoch from now() - depth.oldest)), 'dead_letters', coalesce(dead.letters, 0),
    'completed_last_hour', ops.counted('jobs_completed:' || handler.name, 60, now()), 'failed_last_hour', ops.counted('jobs_failed:' || handler.name, 60, now()),
    'timed', coalesce(durations.jobs, 0), 'half_seconds', round(durations.seconds[1]::numeric, 2), 'most_seconds', round(durations.seconds[2]::numeric, 2),
    'latest_at', durations.latest_at) order by handler.name), '[]'::jsonb))
  into v_result
  from ops.job_handler as handler
  left join depth on depth.handler = handler.name
  left join dead on dead.handler = handler.name
  left join durations on durations.handler = handler.name;
  return v_result;
end;
$$;
comment on function ops.admin_list_job_types is 'See public.admin_list_job_types.';

create function public.admin_list_job_types() returns jsonb
language sql stable security invoker set search_path = '' begin atomic
  select ops.admin_list_job_types();
end;
comment on function public.admin_list_job_types is
  'Admins: each job handler with its waiting and running jobs (counted over the first 20,000 open jobs), dead letters, the last hour, and durations among the latest 5,000 jobs.';

-- Security definer: reads items of other users, after checking the caller's role.
create function ops.admin_list_content(p_filter jsonb, p_cursor text, p_limit integer) returns jsonb
language plpgsql stable security definer set search_path = '' set plan_cache_mode = force_custom_plan set jit = off as $$
declare
  v_after_at timestamptz;
  v_after_id uuid;
  v_filter constant jsonb := ops.check_filter(p_filter, 'id');
  v_limit constant integer := ops.page_limit(p_limit);
  v_id constant uuid := ops.uuid_of(v_filter ->> 'id');
  v_rows jsonb[];
  v_cursor text;
begin
  perform ops.require_role('admin', 'moderator');
  select at, id into v_after_at, v_after_id from ops.cursor_parts(p_cursor) as parts;
  with page as (
    (select item.* from public.content_item as item where v_id is null and item.hidden_at is not null and (item.hidden_at, item.id) < (v_after_at, v_after_id)
      order by item.hidden_at desc, item.id desc limit v_limit + 1)
    union all
    select item.* from public.content_item as item where item.id = v_id
  ), shown as (
    select page.hidden_at, page.id, row_number() over (order by page.hidden_at desc, page.id desc) as place,
      jsonb_build_object('id', page.id, 'user_id', page.user_id, 'social_account_id', page.social_account_id, 'title', page.title, 'visibility', page.visibility,
        'permalink', page.permalink, 'hidden_at', page.hidden_at, 'hidden_reason', page.hidden_reason, 'deleted_at', page.deleted_at,
        'published_at', page.published_at,
        'creator', (select coalesce(person.display_name, person.email) from public.users as person where person.id = page.user_id)) as item
    from page
  )
  select array_agg(item order by place), max(hidden_at::text || '|' || id) filter (where place = v_limit) into v_rows, v_cursor from shown;
  return ops.page_of(v_rows, v_limit, v_cursor);
end;
$$;
comment on function ops.admin_list_content is 'See public.admin_list_content.';

create function public.admin_list_content(p_filter jsonb default '{}', p_cursor text default null, p_limit integer default 50) returns jsonb
language sql stable security invoker set search_path = '' begin atomic
  select ops.admin_list_content(p_filter, p_cursor, p_limit);
end;
comment on function public.admin_list_content is
  'Staff: items that moderators have hidden, the most recent first. Filter: id (that item, hidden or not).';

-- Security definer: statistics of the whole database, after checking the caller's role.
create function ops.admin_get_database() returns jsonb
language plpgsql stable security definer set search_path = '' as $$
begin
  perform ops.require_role('admin');
  return jsonb_build_object(
    'bytes', pg_database_size(current_database()), 'max_connections', current_setting('max_connections')::integer,
    'memory', (select jsonb_build_object('hit_blocks', blks_hit, 'read_blocks', blks_read, 'since', stats_reset)
      from pg_catalog.pg_stat_database where datname = current_database()),
    'activity', (select jsonb_build_object('connections', count(*) filter (where backend_type = 'client backend'),
        'oldest_transaction_seconds', round(extract(epoch from now() - min(xact_start) filter (
          where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()))))
      from pg_catalog.pg_stat_activity),
    -- Ordered by pages as of the last vacuum: exact sizes of all tables would require the file system.
    'tables', (select coalesce(jsonb_agg(jsonb_build_object('table', relation.oid::regclass::text, 'rows', greatest(0, relation.reltuples)::bigint,
        'bytes', pg_total_relation_size(relation.oid), 'vacuumed_at', greatest(stat.last_vacuum, stat.last_autovacuum))
        order by relation.relpages desc), '[]'::jsonb)
      from (select oid, reltuples, relpages from pg_catalog.pg_class where relkind = 'r' and relpages > 0
        and relnamespace <> 'pg_catalog'::regnamespace order by relpages desc limit 15) as relation
      left join pg_catalog.pg_stat_all_tables as stat on stat.relid = relation.oid));
end;
$$;
comment on function ops.admin_get_database is 'See public.admin_get_database.';

create function public.admin_get_database() returns jsonb
language sql stable security invoker set search_path = '' begin atomic
  select ops.admin_get_database();
end;
comment on function public.admin_get_database is
  'Admins: size of the database, connections, buffer cache hits and reads (since the statistics were reset), and the largest tables.';

-- ## Functions: the console, actions
--
-- Other actions are in the modules of the data they change: set_user_role, set_user_plan, set_creator_hidden (000), set_content_hidden (002),
-- feature_creator (005), retry_dead_letters, discard_dead_letters, pause_job_type, resume_job_type (006), settle_publishing_problems (007).

-- Security definer: changes other users' jobs, after checking the caller's role.
create function ops.admin_cancel_jobs(p_job_ids uuid[]) returns integer
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_cancelled integer;
begin
  perform ops.require_role('admin');
  if cardinality(p_job_ids) > 1000 then
    raise exception using errcode = 'SVG01', message = format('Cannot cancel so many jobs at once: at most 1000, got %s', cardinality(p_job_ids));
  end if;
  -- Locks in a fixed order, the ready job first, so no deadlock with a worker.
  with ended as (
    delete from ops.job_ready where job_id = any (array(
      select job_id from ops.job_ready where job_id = any (p_job_ids) order by job_id for update))
    returning job_id
  )
  update public.job_queue as job set status = 'cancelled', finished_at = now(), updated_at = now()
  from ended where job.id = ended.job_id and job.status in ('pending', 'processing');
  get diagnostics v_cancelled = row_count;
  perform ops.record_audit('job.cancelled', null, jsonb_build_object('job_ids', to_jsonb(p_job_ids), 'count', v_cancelled));
  return v_cancelled;
end;
$$;
comment on function ops.admin_cancel_jobs is 'See public.admin_cancel_jobs.';

create function public.admin_cancel_jobs(p_job_ids uuid[]) returns integer
language sql volatile security invoker set search_path = '' begin atomic
  select ops.admin_cancel_jobs(p_job_ids);
end;
comment on function public.admin_cancel_jobs is
  'Cancels jobs that have not ended, at most 1,000 per call. Admins only. Returns how many. Recorded in the audit log.';

-- Security definer: changes other users' jobs, after checking the caller's role.
create function ops.admin_settle_dead_letters(p_decision text, p_handler text, p_error_code text, p_limit integer) returns integer
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_ids uuid[];
  v_settled integer;
begin
  perform ops.require_role('admin');
  if p_decision is null or p_decision not in ('retry', 'discard') then
    raise exception using errcode = 'SVG01', message = 'Cannot settle dead letters: expected retry or discard';
  end if;
  v_ids := array(
    select letter.job_id
    from ops.job_dead_letter as letter
    where letter.handler = p_handler and (p_error_code is null or letter.error_code = p_error_code)
    order by letter.failed_at
    limit least(greatest(p_limit, 1), 1000));
  if p_decision = 'retry' then
    v_settled := ops.requeue_dead_letters(v_ids, true);
    perform ops.wake_workers();
  else
    delete from ops.job_dead_letter where job_id = any (v_ids);
    get diagnostics v_settled = row_count;
  end if;
  perform ops.record_audit(case p_decision when 'retry' then 'job.retried' else 'job.discarded' end, null,
    jsonb_build_object('handler', p_handler, 'error_code', p_error_code, 'count', v_settled));
  return v_settled;
end;
$$;
comment on function ops.admin_settle_dead_letters is 'See public.admin_settle_dead_letters.';

create function public.admin_settle_dead_letters(p_decision text, p_handler text, p_error_code text default null, p_limit integer default 1000) returns integer
language sql volatile security invoker set search_path = '' begin atomic
  select ops.admin_settle_dead_letters(p_decision, p_handler, p_error_code, p_limit);
end;
comment on function public.admin_settle_dead_letters is
  'Retries or discards all dead letters of one handler (and error, if given), the oldest first, at most 1,000 per call. Admins only. Returns how many: repeat until it is zero. Recorded in the audit log.';

-- Security definer: changes another user's account, after checking the caller's role.
create function ops.admin_sync_account(p_account_id uuid) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_user_id uuid;
begin
  perform ops.require_role('admin');
  update public.social_account set next_sync_at = now()
  where id = p_account_id and deleted_at is null and status = 'active' and sync_mode = 'auto'
  returning user_id into v_user_id;
  if not found then
    raise exception using errcode = 'SVG03', message = 'There is no active, automatically synced account with this id: only its creator can sync any other account',
      detail = jsonb_build_object('resource', 'social_account', 'id', p_account_id);
  end if;
  perform ops.record_audit('account.synced', v_user_id, jsonb_build_object('social_account_id', p_account_id));
end;
$$;
comment on function ops.admin_sync_account is 'See public.admin_sync_account.';

create function public.admin_sync_account(p_account_id uuid) returns void
language sql volatile security invoker set search_path = '' begin atomic
  select ops.admin_sync_account(p_account_id);
end;
comment on function public.admin_sync_account is
  'Makes an automatically synced account due now: it is synced within five minutes if its owner''s quota allows. Admins only. Recorded in the audit log.';

-- Security definer: changes when Stripe is polled, after checking the caller's role.
create function ops.admin_check_billing(p_user_id uuid) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform ops.require_role('admin');
  update ops.billing_customer set check_at = now() where user_id = p_user_id and customer_id is not null;
  if not found then
    raise exception using errcode = 'SVG03', message = 'This user has no Stripe customer: they have never started a checkout',
      detail = jsonb_build_object('resource', 'customer', 'id', p_user_id);
  end if;
  perform ops.record_audit('billing.checked', p_user_id);
end;
$$;
comment on function ops.admin_check_billing is 'See public.admin_check_billing.';

create function public.admin_check_billing(p_user_id uuid) returns void
language sql volatile security invoker set search_path = '' begin atomic
  select ops.admin_check_billing(p_user_id);
end;
comment on function public.admin_check_billing is
  'Has a user''s billing state fetched from Stripe within a minute. Admins only. Recorded in the audit log.';

-- Security definer: changes other users' webhooks, after checking the caller's role.
create function ops.admin_retry_webhook(p_direction text, p_id uuid) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_user_id uuid;
begin
  perform ops.require_role('admin');
  if p_direction = 'in' then
    update public.stripe_webhook_events set due_at = now(), attempts = case when due_at = 'infinity' then 0 else attempts end
    where id = p_id and status in ('pending', 'failed');
  elsif p_direction = 'out' then
    update publishing.webhook_delivery set status = 'waiting', next_at = now(), settled_at = null
    where id = p_id and status <> 'delivered' returning user_id into v_user_id;
  else
    raise exception using errcode = 'SVG01', message = 'Cannot retry the webhook: direction must be in or out';
  end if;
  if not found then
    raise exception using errcode = 'SVG03', message = 'There is no unprocessed or undelivered webhook with this id',
      detail = jsonb_build_object('resource', 'webhook', 'id', p_id);
  end if;
  perform ops.record_audit('webhook.retried', v_user_id, jsonb_build_object('direction', p_direction, 'id', p_id));
end;
$$;
comment on function ops.admin_retry_webhook is 'See public.admin_retry_webhook.';

create function public.admin_retry_webhook(p_direction text, p_id uuid) returns void
language sql volatile security invoker set search_path = '' begin atomic
  select ops.admin_retry_webhook(p_direction, p_id);
end;
comment on function public.admin_retry_webhook is
  'Has a Stripe event processed (in) or a delivery to a creator''s endpoint sent (out) within a minute. Admins only. Recorded in the audit log.';

-- Security definer: alerts are in ops.
create function ops.silence_alert(p_alert text, p_subject text, p_until timestamptz) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform ops.require_role('admin');
  if p_until > now() + interval '30 days' then
    raise exception using errcode = 'SVG01', message = 'An alert can be silenced for 30 days at most';
  end if;
  update ops.alert set silenced_until = p_until where name = p_alert and subject = p_subject;
  if not found then
    raise exception using errcode = 'SVG03', message = 'There is no current alert with this name and subject', detail = jsonb_build_object('resource', 'alert', 'id', p_alert);
  end if;
  perform ops.record_audit('alert.silenced', null, jsonb_build_object('alert', p_alert, 'subject', p_subject, 'until', p_until));
end;
$$;
comment on function ops.silence_alert is 'See public.silence_alert.';

create function public.silence_alert(p_alert text, p_subject text default '', p_until timestamptz default null) returns void
language sql volatile security invoker set search_path = '' begin atomic
  select ops.silence_alert(p_alert, p_subject, p_until);
end;
comment on function public.silence_alert is
  'Suppresses the reminders of an alert until a time (null: remind again). Admins only. The resolved message is sent regardless. Recorded in the audit log.';

-- Security definer: defines where staff may act, after checking the caller's role.
create function ops.set_staff_access(p_networks text[], p_address_header text) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_networks inet[];
begin
  perform ops.require_role('admin');
  if cardinality(p_networks) = 0 then
    delete from ops.staff_access;
  else
    begin
      v_networks := array(select network::inet from unnest(p_networks) as network);
    exception when others then
      raise exception using errcode = 'SVG01', message = format('Cannot read these networks: expected networks such as 203.0.113.0/24, got %s',
        left(array_to_string(p_networks, ', '), 200));
    end;
    insert into ops.staff_access (networks, address_header) values (v_networks, lower(p_address_header))
    on conflict (only_row) do update set networks = excluded.networks, address_header = excluded.address_header;
    -- Admins cannot lock themselves out. The operator and the service have no address to check.
    if current_setting('role', true) in ('anon', 'authenticated') and not ops.is_staff_address() then
      raise exception using errcode = 'SVG01', message = 'Cannot limit staff to these networks: your own address is not in them';
    end if;
  end if;
  perform ops.record_audit('staff.access_changed', null, jsonb_build_object('networks', to_jsonb(p_networks), 'address_header', p_address_header));
end;
$$;
comment on function ops.set_staff_access is 'See public.set_staff_access.';

create function public.set_staff_access(p_networks text[], p_address_header text default 'cf-connecting-ip') returns void
language sql volatile security invoker set search_path = '' begin atomic
  select ops.set_staff_access(p_networks, p_address_header);
end;
comment on function public.set_staff_access is
  'Restricts staff functions to networks such as 203.0.113.0/24 (none: any network). Admins only. A list without the caller''s own address is refused. Recorded in the audit log.';

-- ## Triggers

create trigger ai_usage_count after insert on public.ai_usage for each row execute function ops.count_ai_usage();

-- ## Policies

create policy "Only functions count calls" on ops.provider_metric for all to postgres using (true) with check (true);
create policy "Only functions note counters" on ops.counter_minute for all to postgres using (true) with check (true);
create policy "Only functions note runs" on ops.cron_state for all to postgres using (true) with check (true);
create policy "Only functions add up costs" on ops.ai_day for all to postgres using (true) with check (true);
create policy "Only operators change rules" on ops.alert_rule for all to postgres using (true) with check (true);
create policy "Only functions keep alerts" on ops.alert for all to postgres using (true) with check (true);
create policy "Only functions keep events" on ops.alert_event for all to postgres using (true) with check (true);
create policy "Only functions keep deliveries" on ops.alert_delivery for all to postgres using (true) with check (true);
create policy "Only functions note evaluations" on ops.alert_run for all to postgres using (true) with check (true);

-- ## Grants

-- Staff, through the Data API; each function checks the role.
grant execute on function
  ops.admin_overview, public.admin_overview, ops.admin_list_users, public.admin_list_users, ops.admin_list_accounts, public.admin_list_accounts,
  ops.admin_list_jobs, public.admin_list_jobs, ops.admin_get_job, public.admin_get_job, ops.admin_list_dead_letters, public.admin_list_dead_letters,
  ops.admin_list_cron_runs, public.admin_list_cron_runs, ops.admin_list_http_calls, public.admin_list_http_calls, ops.admin_list_provider_quotas,
  public.admin_list_provider_quotas, ops.admin_list_ai_costs, public.admin_list_ai_costs, ops.admin_list_webhooks, public.admin_list_webhooks,
  ops.admin_list_audit_log, public.admin_list_audit_log, ops.admin_list_subscriptions, public.admin_list_subscriptions, ops.admin_list_slow_queries,
  public.admin_list_slow_queries, ops.admin_list_alerts, public.admin_list_alerts, ops.admin_cancel_jobs, public.admin_cancel_jobs,
  ops.admin_settle_dead_letters, public.admin_settle_dead_letters, ops.admin_sync_account, public.admin_sync_account, ops.admin_check_billing,
  public.admin_check_billing, ops.admin_retry_webhook, public.admin_retry_webhook, ops.silence_alert, public.silence_alert, ops.set_staff_access,
  public.set_staff_access
  to authenticated, service_role;
grant execute on function
  ops.admin_list_job_types, public.admin_list_job_types, ops.admin_list_content, public.admin_list_content, ops.admin_get_database, public.admin_get_database
  to authenticated, service_role;
grant execute on function
  public.record_provider_calls, public.check_operations, public.watch_now, public.read_operation_metrics, public.claim_alert_deliveries,
  public.settle_alert_delivery
  to service_role;

-- ## Reference rows

insert into ops.alert_rule (name, severity, title, threshold, unit, for_minutes, clear_minutes, repeat_hours, sort_order)
values
  ('cron_stuck', 'critical', 'No scheduled jobs are running', 5, 'minutes', 0, 2, 4, 1),
  ('request_errors_fast', 'critical', 'Requests fail at a high rate', 1.44, 'percent', 0, 5, 4, 2),
  ('queue_stalled', 'critical', 'Jobs wait too long', 900, 'seconds', 0, 5, 4, 3),
  ('database_connections', 'critical', 'The database is running out of connections', 85, 'percent', 3, 5, 4, 4),
  ('transaction_ids', 'critical', 'The database is running out of transaction IDs', 1200, 'millions', 0, 5, 24, 5),
  ('ai_budget_spent', 'critical', 'The AI budget is used up', 100, 'percent', 0, 0, 72, 6),
  ('restore_unproven', 'critical', 'No recent restore drill has succeeded', 50, 'hours', 0, 0, 24, 7),
  ('backup_stale', 'critical', 'There is no recent backup', 26, 'hours', 0, 0, 24, 8),
  ('alerts_undelivered', 'critical', 'Alerts cannot be sent', 15, 'minutes', 0, 2, 24, 9),
  ('monitoring_blind', 'critical', 'A monitoring check fails', 1, 'checks', 3, 2, 24, 10),
  ('request_errors_slow', 'warning', 'Requests keep failing at a low rate', 0.6, 'percent', 0, 30, 24, 11),
  ('cron_failing', 'warning', 'A scheduled job fails', 3, 'failures', 0, 2, 24, 12),
  ('http_calls_failing', 'warning', 'Cron calls to functions fail', 3, 'calls', 0, 15, 24, 13),
  ('jobs_stuck', 'warning', 'Jobs are stuck', 1, 'jobs', 5, 5, 24, 14),
  ('jobs_failing', 'warning', 'Many job runs fail', 50, 'percent', 0, 15, 24, 15),
  ('dead_letters', 'warning', 'Jobs have failed for good', 1, 'jobs', 0, 2, 24, 16),
  ('provider_failing', 'warning', 'A provider fails', 50, 'percent', 2, 15, 24, 17),
  ('provider_closed', 'warning', 'A provider accepts no more calls', 30, 'minutes', 0, 2, 24, 18),
  ('provider_quota_low', 'info', 'A provider''s quota will not last', 80, 'percent', 0, 10, 24, 19),
  ('token_refresh_failing', 'warning', 'Tokens cannot be refreshed', 10, 'connections', 10, 10, 24, 20),
  ('token_refresh_late', 'warning', 'Token refreshes are late', 10, 'connections', 0, 10, 24, 21),
  ('webhook_in_backlog', 'critical', 'Stripe events are not processed', 15, 'minutes', 0, 5, 4, 22),
  ('webhook_in_failed', 'warning', 'Stripe events have failed for good', 1, 'events', 0, 2, 24, 23),
  ('webhook_out_backlog', 'warning', 'Creators'' webhooks are not sent', 15, 'minutes', 0, 5, 24, 24),
  ('mail_backlog', 'warning', 'Mail cannot be sent', 60, 'minutes', 0, 5, 24, 25),
  ('publishing_late', 'critical', 'Posts are not published on time', 10, 'minutes', 0, 5, 4, 26),
  ('publishing_needs_operator', 'warning', 'Posts wait for an operator', 1, 'posts', 0, 2, 24, 27),
  ('erasure_late', 'critical', 'An erasure request is overdue', 24, 'hours', 0, 2, 24, 28),
  ('ai_budget_low', 'warning', 'The AI budget is nearly used up', 80, 'percent', 0, 0, 72, 29),
  ('long_transaction', 'warning', 'A transaction has been open too long', 30, 'minutes', 0, 2, 24, 30)
on conflict (name) do update
set severity = excluded.severity, title = excluded.title, unit = excluded.unit, for_minutes = excluded.for_minutes,
  clear_minutes = excluded.clear_minutes, repeat_hours = excluded.repeat_hours, sort_order = excluded.sort_order;
