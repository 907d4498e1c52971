-- Undoes module 006: all jobs, their history and logs are gone with it, and who is which customer of Stripe (Stripe keeps it). Run it as the role that applied the
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
    where jobname in ('process-job-queue', 'retry-failed-jobs', 'detect-stuck-jobs', 'expire-stale-jobs', 'cleanup-old-jobs',
      'process-stripe-events', 'retry-failed-webhooks', 'settle-entitlements', 'cleanup-old-webhooks');
  end if;
end;
$$;

-- Without cascade on purpose: what a later module has built on these makes the rollback fail as a whole.
-- Generated (`deno task generate`): the module's functions, but those that are dropped by name elsewhere here.
drop function ops.alert_dead_letters, ops.cancel_job, ops.create_job, ops.discard_dead_letters,
  ops.end_attempt, ops.entitlement, ops.find_job_handler, ops.has_due_stripe_work, ops.job_hash,
  ops.known_prices, ops.list_dead_letters, ops.lock_limited_jobs, ops.lock_run, ops.make_ready,
  ops.process_job_queue, ops.process_stripe_events, ops.promote_due_jobs, ops.put_back, ops.register_worker,
  ops.requeue_dead_letters, ops.retry_dead_letters, ops.set_job_type_paused, ops.settle_due_entitlements,
  ops.stripe_subject, ops.subscription_cycle, ops.tell, ops.tell_admins, ops.tell_of_billing, ops.wake_workers,
  public.add_job_log, public.apply_stripe_state, public.begin_billing, public.cache_stripe_data,
  public.cancel_job, public.claim_mails, public.claim_stripe_work, public.cleanup_old_jobs,
  public.cleanup_old_webhook_events, public.complete_job, public.create_job, public.detect_stuck_jobs,
  public.discard_dead_letters, public.draw_billing_ticket, public.expire_stale_jobs, public.extend_job_leases,
  public.fail_job, public.fail_stripe_events, public.find_or_create_job, public.finish_and_claim_jobs,
  public.get_cached_job_result, public.get_cached_stripe_data, public.get_job_logs, public.get_job_queue_stats,
  public.get_user_jobs, public.invalidate_stripe_cache, public.invalidate_stripe_cache_from_webhook,
  public.keep_checkout, public.keep_stripe_customer, public.list_dead_letters, public.log_stripe_webhook_event,
  public.mark_webhook_processed, public.park_worker, public.pause_job_type, public.read_billing,
  public.read_job_metrics, public.record_job_metrics, public.release_job, public.reset_due_quotas,
  public.resume_job_type, public.retry_dead_letters, public.retry_failed_jobs, public.retry_failed_webhooks,
  public.settle_mail, public.start_job, public.update_job_progress;
drop table ops.job_ready, ops.job_dead_letter, ops.job_worker, ops.job_wake, ops.job_metric, ops.job_handler, public.job_log,
  public.job_queue, public.job_type;
drop function ops.settle_entitlement;
drop table public.stripe_webhook_events, ops.billing_customer, ops.billing_notice, ops.mail, ops.stripe_price, ops.tier_price;
drop sequence ops.billing_ticket;
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
