-- Undoes module 004: submissions, what became of them, sites and their keys are gone with it. Search engines keep what they were told. Run it as
-- the role that applied the module, in one transaction: psql "$DATABASE_URL" -v ON_ERROR_STOP=1 -1 -f database/rollback/004_seo_integration.sql

do $$
begin
  if to_regclass('cron.job') is not null then
    perform cron.unschedule(jobname) from cron.job where jobname in ('check-seo-status', 'submit-to-search-engines', 'refresh-sitemap', 'tidy-sitemap');
  end if;
  if exists (
    select from pg_publication_tables where pubname = 'supabase_realtime' and schemaname = 'public' and tablename = 'seo_submission') then
    alter publication supabase_realtime drop table public.seo_submission;
  end if;
end;
$$;

-- Takes the keys out of Vault.
delete from public.seo_connection;
drop trigger seo_submission_follow on public.seo_submission;
drop trigger seo_connection_forget_secret on public.seo_connection;
drop trigger content_item_enter_seo on public.content_item;
drop trigger content_item_follow_seo on public.content_item;
drop trigger content_item_drop_seo on public.content_item;
drop trigger users_leave_seo on public.users;
drop trigger users_follow_seo on public.users;
drop trigger social_account_follow_seo on public.social_account;
drop trigger content_item_enter_sitemap on public.content_item;
drop trigger content_item_leave_sitemap on public.content_item;
drop trigger content_item_note_sitemap on public.content_item;
drop trigger users_enter_sitemap on public.users;
drop trigger users_note_sitemap on public.users;
drop trigger social_account_note_sitemap on public.social_account;
drop index public.content_item_sitemap_idx, public.users_sitemap_idx;

-- Without cascade on purpose: what a later module has built on these makes the rollback fail as a whole.
-- Generated (`deno task generate`): the module's functions, but those that are dropped by name elsewhere here.
drop function ops.book_seo_windows, ops.drop_seo_pages, ops.due_sitemap_parts, ops.enter_seo,
  ops.expire_seo_submissions, ops.fit_sitemap_page, ops.follow_seo_item, ops.follow_seo_owner,
  ops.follow_seo_submission, ops.get_seo_check, ops.get_seo_overview, ops.has_due_seo_checks,
  ops.has_due_sitemap_pages, ops.keep_seo_pages, ops.leave_seo, ops.note_seo_change, ops.note_sitemap_account,
  ops.note_sitemap_creator, ops.note_sitemap_item, ops.note_sitemap_items, ops.plan_sitemap, ops.queue_seo_jobs,
  ops.retract_seo_pages, ops.return_seo_units, ops.seo_item, ops.set_seo_mode, ops.sitemap_part_size,
  ops.take_seo_windows, ops.tell_about_seo, ops.tidy_sitemap, ops.url_part, public.begin_seo_run,
  public.begin_seo_submissions, public.claim_seo_checks, public.claim_seo_submissions,
  public.claim_sitemap_parts, public.claim_thumbnails, public.connect_seo_site, public.continue_sitemap,
  public.end_seo_run, public.get_seo_check, public.get_seo_creator, public.get_seo_item,
  public.get_seo_overview, public.get_thumbnail, public.keep_seo_secret, public.list_seo_work,
  public.list_sitemap_pages, public.note_thumbnail, public.observe_seo_quota, public.operate_seo_sites,
  public.put_sitemap_part, public.put_thumbnails, public.read_seo_connection, public.read_sitemap_part,
  public.set_seo_mode, public.settle_seo_checks, public.settle_seo_submissions, public.settle_seo_verification,
  public.take_seo_quota, public.take_sitemap_page;
drop view ops.sitemap_range;
drop table ops.thumbnail_check, ops.sitemap_change, ops.sitemap_part, ops.seo_setting, public.seo_usage, public.seo_submission, public.seo_connection, public.search_engine;

do $$
begin
  if to_regclass('supabase_migrations.schema_migrations') is not null then
    delete from supabase_migrations.schema_migrations where version = '20261120000400';
  end if;
end;
$$;
