-- Undoes module 004: submissions, what became of them, sites and their keys are gone with it. Search engines keep what they were told. Run it as
-- the role that applied the module, in one transaction: psql "$DATABASE_URL" -v ON_ERROR_STOP=1 -1 -f database/rollback/004_seo_integration.sql

do $$
begin
  if to_regclass('cron.job') is not null then
    perform cron.unschedule(jobname) from cron.job where jobname in ('check-seo-status', 'submit-to-search-engines');
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

-- Without cascade on purpose: what a later module has built on these makes the rollback fail as a whole.
-- Generated (`deno task generate`): the module's functions, but those that are dropped by name elsewhere here.
drop function ops.follow_seo_submission, ops.forget_seo_secret;
drop table ops.seo_setting, public.seo_usage, public.seo_submission, public.seo_connection, public.search_engine;

do $$
begin
  if to_regclass('supabase_migrations.schema_migrations') is not null then
    delete from supabase_migrations.schema_migrations where version = '20261120000400';
  end if;
end;
$$;
