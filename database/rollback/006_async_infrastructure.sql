-- Undoes module 006: all jobs, their history and logs are gone with it. Run it as the role that applied the
-- module, in one transaction: psql "$DATABASE_URL" -v ON_ERROR_STOP=1 -1 -f database/rollback/006_async_infrastructure.sql

do $$
declare
  v_dependents text;
begin
  select string_agg(distinct conrelid::regclass::text, ', ') into v_dependents
  from pg_constraint
  where contype = 'f'
    and confrelid in (to_regclass('public.job_type'), to_regclass('public.job_queue'), to_regclass('public.job_log'))
    and conrelid not in (to_regclass('public.job_queue'), to_regclass('public.job_log'), to_regclass('ops.job_handler'),
      to_regclass('ops.job_dead_letter'));
  if v_dependents is not null then
    raise exception 'Cannot roll back module 006: % depends on it, roll that module back first', v_dependents;
  end if;
end;
$$;

do $$
begin
  if to_regclass('cron.job') is not null then
    perform cron.unschedule(jobname) from cron.job
    where jobname in ('process-job-queue', 'retry-failed-jobs', 'detect-stuck-jobs', 'expire-stale-jobs', 'cleanup-old-jobs');
  end if;
end;
$$;

-- Without cascade on purpose: what a later module has built on these makes the rollback fail as a whole.
-- Generated (`deno task generate`): the module's functions, but those that are dropped by name elsewhere here.
drop function ops.alert_dead_letters, ops.cancel_job, ops.create_job, ops.discard_dead_letters,
  ops.end_attempt, ops.find_job_handler, ops.job_hash, ops.list_dead_letters, ops.lock_limited_jobs,
  ops.lock_run, ops.make_ready, ops.process_job_queue, ops.promote_due_jobs, ops.put_back, ops.register_worker,
  ops.requeue_dead_letters, ops.retry_dead_letters, ops.set_job_type_paused, ops.wake_workers,
  public.add_job_log, public.cache_stripe_data, public.cancel_job, public.cleanup_old_jobs, public.complete_job,
  public.create_job, public.detect_stuck_jobs, public.discard_dead_letters, public.expire_stale_jobs,
  public.extend_job_leases, public.fail_job, public.find_or_create_job, public.finish_and_claim_jobs,
  public.get_cached_job_result, public.get_cached_stripe_data, public.get_job_logs, public.get_job_queue_stats,
  public.get_user_jobs, public.invalidate_stripe_cache, public.invalidate_stripe_cache_from_webhook,
  public.list_dead_letters, public.park_worker, public.pause_job_type, public.read_job_metrics,
  public.record_job_metrics, public.release_job, public.reset_due_quotas, public.resume_job_type,
  public.retry_dead_letters, public.retry_failed_jobs, public.start_job, public.update_job_progress;
drop table ops.job_ready, ops.job_dead_letter, ops.job_worker, ops.job_wake, ops.job_metric, ops.job_handler, public.job_log,
  public.job_queue, public.job_type;
drop function ops.check_job_move, ops.notify_job_status, ops.drop_ready_job, ops.job_ids_before;
drop sequence ops.job_fence;
drop type public.job_status_enum;

do $$
begin
  if to_regclass('supabase_migrations.schema_migrations') is not null then
    delete from supabase_migrations.schema_migrations where version = '20261120000600';
  end if;
end;
$$;
