-- Undoes module 010: alerts and their history, and the counters of the console. Nothing of a creator's is lost. Run it as the role that applied
-- the module, in one transaction: psql "$DATABASE_URL" -v ON_ERROR_STOP=1 -1 -f database/rollback/010_operations.sql

do $$
begin
  if to_regclass('cron.job') is not null then
    perform cron.unschedule(jobname) from cron.job where jobname = 'keep-watch';
  end if;
end;
$$;

drop trigger ai_usage_count on public.ai_usage;
-- Generated (`deno task generate`): the module's functions, but those that are dropped by name elsewhere here.
drop function ops.admin_cancel_jobs, ops.admin_check_billing, ops.admin_get_database, ops.admin_get_job,
  ops.admin_list_accounts, ops.admin_list_ai_costs, ops.admin_list_alerts, ops.admin_list_audit_log,
  ops.admin_list_content, ops.admin_list_cron_runs, ops.admin_list_dead_letters, ops.admin_list_http_calls,
  ops.admin_list_job_types, ops.admin_list_jobs, ops.admin_list_provider_quotas, ops.admin_list_slow_queries,
  ops.admin_list_subscriptions, ops.admin_list_users, ops.admin_list_webhooks, ops.admin_overview,
  ops.admin_retry_webhook, ops.admin_settle_dead_letters, ops.admin_sync_account, ops.app_ledgers,
  ops.backup_ages, ops.check_filter, ops.count_ai_usage, ops.counted, ops.cursor_parts, ops.describe_alert,
  ops.describe_job, ops.estimated_rows, ops.evaluate_alerts, ops.find_problems, ops.fired_event,
  ops.has_alerts_to_send, ops.in_words, ops.keep_counters, ops.keep_cron_state, ops.keep_watch,
  ops.oldest_ready_at, ops.or_more, ops.page_limit, ops.page_of, ops.provider_calls, ops.set_staff_access,
  ops.silence_alert, ops.uuid_of, public.admin_cancel_jobs, public.admin_check_billing,
  public.admin_get_database, public.admin_get_job, public.admin_list_accounts, public.admin_list_ai_costs,
  public.admin_list_alerts, public.admin_list_audit_log, public.admin_list_content, public.admin_list_cron_runs,
  public.admin_list_dead_letters, public.admin_list_http_calls, public.admin_list_job_types,
  public.admin_list_jobs, public.admin_list_provider_quotas, public.admin_list_slow_queries,
  public.admin_list_subscriptions, public.admin_list_users, public.admin_list_webhooks, public.admin_overview,
  public.admin_retry_webhook, public.admin_settle_dead_letters, public.admin_sync_account,
  public.check_operations, public.claim_alert_deliveries, public.read_operation_metrics,
  public.record_provider_calls, public.set_staff_access, public.settle_alert_delivery, public.silence_alert,
  public.watch_now;
drop table ops.alert_run, ops.alert_delivery, ops.alert_event, ops.alert, ops.alert_rule, ops.ai_day, ops.cron_state, ops.counter_minute,
  ops.provider_metric;
drop index public.users_created_at_idx, public.users_email_prefix_idx, public.users_hidden_idx, public.social_account_created_at_idx,
  public.platform_connection_failing_idx, ops.platform_window_platform_idx, ops.platform_window_closed_until_idx,
  public.audit_log_actor_id_idx, ops.ai_month_spent_idx, publishing.post_target_operator_idx, publishing.webhook_endpoint_failing_idx,
  public.content_item_hidden_idx, public.social_account_attention_idx, public.social_account_status_created_at_idx,
  public.stripe_webhook_events_open_idx;

do $$
begin
  if to_regclass('supabase_migrations.schema_migrations') is not null then
    delete from supabase_migrations.schema_migrations where version = '20261120001000';
  end if;
end;
$$;
