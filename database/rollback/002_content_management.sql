-- Undoes module 002: all content, its history and the state of syncs are gone with it. Run it as the role that applied the
-- module, in one transaction: psql "$DATABASE_URL" -v ON_ERROR_STOP=1 -1 -f database/rollback/002_content_management.sql

do $$
declare
  v_own constant oid[] := array[to_regclass('public.content_type'), to_regclass('public.content_item'),
    to_regclass('public.content_revision'), to_regclass('public.content_media'), to_regclass('ops.content_stat_daily')];
  v_dependents text;
begin
  select string_agg(distinct conrelid::regclass::text, ', ') into v_dependents
  from pg_constraint
  where contype = 'f'
    and confrelid = any (v_own) and not conrelid = any (v_own);
  if v_dependents is not null then
    raise exception 'Cannot roll back module 002: % depends on it, roll that module back first', v_dependents;
  end if;
  if to_regclass('cron.job') is not null then
    perform cron.unschedule(jobname) from cron.job where jobname in ('auto-sync-social-accounts', 'tidy-search-indexes');
  end if;
end;
$$;

drop trigger social_account_keep_content on public.social_account;
drop trigger social_account_note_followers on public.social_account;
drop trigger subscription_wake_accounts on public.subscription;

-- Without cascade on purpose: what a later module has built on these makes the rollback fail as a whole.
drop function ops.sync_interval(uuid), ops.sync_interval(timestamptz[], timestamptz, timestamptz);
-- Generated (`deno task generate`): the module's functions, but those that are dropped by name elsewhere here.
drop function ops.apply_items, ops.apply_media, ops.claim_platform_quota, ops.erase_content,
  ops.has_due_auto_syncs, ops.lock_platform_window, ops.missing_items, ops.raise_platform_quota,
  ops.search_library, ops.set_content_hidden, ops.settle_platform_quota, ops.settle_sync_run,
  ops.tidy_search_indexes, ops.wake_accounts_of_plan, public.apply_sync_page, public.begin_sync,
  public.claim_auto_syncs, public.fail_sync, public.postpone_auto_sync, public.read_platform_quotas,
  public.record_platform_usage, public.search_library, public.set_content_hidden;
drop type ops.given_item;
drop view ops.public_item;
drop table ops.account_stat_daily, ops.content_stat_daily, ops.platform_share, ops.platform_window, ops.sync_page, ops.sync_run, public.content_media, public.content_revision,
  public.content_item, public.content_type;
drop function public.prevent_account_deletion_with_content, ops.fill_content_owner, ops.note_followers, ops.keep_content_revision, ops.touch_content_item,
  ops.compose_content_item;
drop function ops.clean_tags, ops.are_sound_tags, ops.parse_search, ops.content_vector, ops.split_words;
drop text search configuration public.streamvibe;

-- The extension stays where it was before StreamVibe, or where something else has come to need it.
do $$
begin
  if exists (select from pg_extension where extname = 'btree_gin' and extowner = current_user::regrole) then
    drop extension btree_gin;
  end if;
exception when dependent_objects_still_exist then
  null;
end;
$$;

do $$
begin
  if to_regclass('supabase_migrations.schema_migrations') is not null then
    delete from supabase_migrations.schema_migrations where version = '20261120000200';
  end if;
end;
$$;
