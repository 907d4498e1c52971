-- Undoes module 000, and with it everything of StreamVibe. Logins in auth.users stay; applying the modules again gives each
-- its rows anew. Run it as the role that applied the module, in one transaction:
-- psql "$DATABASE_URL" -v ON_ERROR_STOP=1 -1 -f database/rollback/000_base_core.sql

do $$
declare
  v_own constant oid[] := array[to_regclass('public.users'), to_regclass('public.user_role'), to_regclass('public.user_setting'),
    to_regclass('public.subscription'), to_regclass('public.subscription_tier'), to_regclass('public.subscription_status'),
    to_regclass('public.notification'), to_regclass('public.audit_log'), to_regclass('public.quota_usage_history'),
    to_regclass('public.cache_store'), to_regclass('ops.quota_notice')];
  v_dependents text;
begin
  select string_agg(distinct conrelid::regclass::text, ', ') into v_dependents
  from pg_constraint
  where contype = 'f' and confrelid = any (v_own) and not conrelid = any (v_own);
  if v_dependents is not null then
    raise exception 'Cannot roll back module 000: % depends on it, roll that module back first', v_dependents;
  end if;

  if to_regclass('cron.job') is not null then
    perform cron.unschedule(jobname) from cron.job
    where jobname in ('reset-monthly-quotas', 'cleanup-expired-cache', 'purge-cron-history', 'reconcile-http-calls');
  end if;
  if to_regclass('realtime.messages') is not null then
    drop policy if exists "Visitors hear what trends" on realtime.messages;
    drop policy if exists "People hear what trends and their own channel" on realtime.messages;
    drop policy if exists "People speak on their own channel" on realtime.messages;
  end if;
end;
$$;

-- Cascade takes the triggers on auth.users, which only that table's owner could drop by name.
drop function ops.handle_new_auth_user, ops.handle_changed_auth_email cascade;

-- Without cascade on purpose: what a later module has built on these makes the rollback fail as a whole.
-- Generated (`deno task generate`): the module's functions, but those that are dropped by name elsewhere here.
drop function ops.add_months, ops.check_quota, ops.cleanup_expired_cache, ops.create_user, ops.find_users,
  ops.get_change_horizon, ops.invoke_edge_function, ops.is_cache_changed, ops.is_staff_address,
  ops.make_profile_slug, ops.next_cycle, ops.purge_cron_history, ops.quota_name, ops.quota_state,
  ops.raise_quota_exceeded, ops.reconcile_http_calls, ops.record_audit, ops.require_role, ops.reserve_quota,
  ops.reset_expired_quotas, ops.return_quota, ops.roll_cycles, ops.set_creator_hidden, ops.set_user_plan,
  ops.set_user_role, ops.take_hits, ops.tell_of_quota, public.admit_request, public.check_health,
  public.check_quota, public.check_rate_limit, public.check_rate_limits, public.decrement_quota,
  public.extend_cache_lease, public.find_users, public.finish_request, public.forget_cached,
  public.get_cache_changes, public.get_change_horizon, public.has_role, public.increment_quota,
  public.put_cached, public.read_request_metrics, public.record_request_metrics, public.set_creator_hidden,
  public.set_user_plan, public.set_user_role, public.setup_profile, public.take_cached;
drop table ops.quota_notice, ops.rate_limit, ops.idempotency, ops.cache_lease, ops.cache_change, ops.request_metric, ops.http_call,
  ops.staff_access, ops.deployment, ops.secret_age;
drop sequence ops.cache_fence;
drop table public.cache_store, public.audit_log, public.notification, public.quota_usage_history, public.subscription,
  public.subscription_status, public.subscription_tier, public.user_setting, public.user_role, public.users;
drop function ops.current_user_has_role, ops.touch_updated_at, ops.clean_line, ops.slug_of, ops.look_alike, ops.is_visible, ops.fold_text;
drop schema ops;
drop type public.visibility_enum, public.app_role_enum, public.notification_type_enum, public.action_mode_enum;

alter default privileges grant execute on functions to public;

-- Extensions stay where they were before StreamVibe, or where something else has come to need them.
do $$
declare
  v_extension text;
begin
  for v_extension in
    select extname from pg_extension where extname in ('pg_trgm', 'unaccent') and extowner = current_user::regrole
  loop
    begin
      execute format('drop extension %I', v_extension);
    exception when dependent_objects_still_exist then
      null;
    end;
  end loop;
end;
$$;

do $$
begin
  if to_regclass('supabase_migrations.schema_migrations') is not null then
    delete from supabase_migrations.schema_migrations where version = '20261120000000';
  end if;
end;
$$;
