-- Undoes change 011: intervals are what module 002 said, nothing is claimed, no quota of a platform is counted. Run it as the
-- role that applied the change, in one transaction: psql "$DATABASE_URL" -v ON_ERROR_STOP=1 -1 -f database/rollback/011_sync_schedule.sql

do $$
begin
  if to_regclass('cron.job') is not null then
    perform cron.unschedule(jobname) from cron.job where jobname in ('auto-sync-social-accounts', 'tidy-search-indexes');
  end if;
end;
$$;

drop trigger subscription_wake_accounts on public.subscription;
drop trigger social_account_reschedule on public.social_account;
-- Without cascade on purpose: what a later module has built on these makes the rollback fail as a whole.
drop function public.begin_sync, public.apply_sync_page, public.fail_sync, public.claim_auto_syncs, public.postpone_auto_sync,
  public.record_platform_usage, public.read_platform_quotas;
drop function ops.settle_pass, ops.settle_platform_quota, ops.claim_platform_quota, ops.raise_platform_quota,
  ops.lock_platform_window, ops.has_due_auto_syncs, ops.reschedule_social_account, ops.wake_accounts_of_plan, ops.tidy_search_indexes,
  ops.sync_interval(timestamptz[], timestamptz, timestamptz);

alter function ops.begin_pass rename to begin_sync;
alter function ops.begin_sync set schema public;
alter function ops.apply_page rename to apply_sync_page;
alter function ops.apply_sync_page set schema public;
alter function ops.fail_pass rename to fail_sync;
alter function ops.fail_sync set schema public;
grant execute on function public.begin_sync, public.apply_sync_page, public.fail_sync to service_role;

create or replace function ops.sync_interval(p_social_account_id uuid)
returns interval
language sql stable security invoker
set search_path = ''
as $$
  -- A quarter of the mean gap between the last ten items, counted to now, so that silence slows it down.
  select case when count(*) = 0 then interval '4 hours'
    else least(interval '7 days', greatest(interval '1 hour', (now() - min(published_at)) / (4 * count(*)))) end
  from (
    select published_at from public.content_item
    where social_account_id = p_social_account_id and deleted_at is null
    order by published_at desc limit 10
  ) as latest;
$$;
comment on function ops.sync_interval is 'How long until an account is worth a look: often when it publishes often, from an hour to seven days.';

alter index public.content_item_search_idx reset (gin_pending_list_limit);
alter index public.content_item_title_trgm_idx reset (gin_pending_list_limit);

drop table ops.platform_share, ops.platform_window;
alter table ops.sync_pass drop column claimed, drop column claimed_until, drop column failures;
alter table public.social_account drop column min_sync_hours, drop column max_sync_hours;

do $$
begin
  if to_regclass('supabase_migrations.schema_migrations') is not null then
    delete from supabase_migrations.schema_migrations where version = '20261120000220';
  end if;
end;
$$;
