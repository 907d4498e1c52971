-- Undoes module 009: usage and observations are gone with it. Run it as the role that applied the module, in one transaction:
-- psql "$DATABASE_URL" -v ON_ERROR_STOP=1 -1 -f database/rollback/009_telemetry.sql

do $$
begin
  if to_regclass('cron.job') is not null then
    perform cron.unschedule(jobname) from cron.job where jobname = 'keep-telemetry';
  end if;
end;
$$;

-- Without cascade on purpose: what a later module has built on these makes the rollback fail as a whole.
drop table telemetry.usage_events, telemetry.usage_hourly, telemetry.usage_seen, telemetry.rpc_observations, telemetry.rpc_hourly;
-- Generated (`deno task generate`): the module's functions, but those that are dropped by name elsewhere here.
drop function ops.add_buckets, ops.are_plain_properties, ops.count_usage, ops.get_rpc_stats,
  ops.get_usage_stats, ops.keep_telemetry, ops.latency_bounds, ops.latency_percentile, ops.list_slow_calls,
  ops.log_usage_event, ops.log_usage_events, ops.sum_buckets, public.get_rpc_stats, public.get_usage_stats,
  public.list_slow_calls, public.log_usage, public.log_usage_event_v2, public.read_cache_metrics,
  public.record_observations;
drop schema telemetry;

do $$
begin
  if to_regclass('supabase_migrations.schema_migrations') is not null then
    delete from supabase_migrations.schema_migrations where version = '20261120000900';
  end if;
end;
$$;
