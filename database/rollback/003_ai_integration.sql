-- Undoes module 003: suggestions, what they cost, settings and the creators' own keys are gone with it; items keep what was applied. Run it as the
-- role that applied the module, in one transaction: psql "$DATABASE_URL" -v ON_ERROR_STOP=1 -1 -f database/rollback/003_ai_integration.sql

do $$
begin
  if to_regclass('cron.job') is not null then
    perform cron.unschedule(jobname) from cron.job where jobname in ('keep-ai-house', 'update-trending-keywords');
  end if;
  if exists (
    select from pg_publication_tables where pubname = 'supabase_realtime' and schemaname = 'public' and tablename = 'ai_suggestion') then
    alter publication supabase_realtime drop table public.ai_suggestion;
  end if;
end;
$$;

-- Takes the keys out of Vault.
delete from public.user_ai_setting;
drop trigger user_ai_setting_forget_keys on public.user_ai_setting;
drop trigger content_item_note_edited_suggestions on public.content_item;

-- Without cascade on purpose: what a later module has built on these makes the rollback fail as a whole.
-- Generated (`deno task generate`): the module's functions, but those that are dropped by name elsewhere here.
drop function ops.ai_cost, ops.ai_price_at, ops.apply_ai_suggestion, ops.forget_ai_keys, ops.item_texts,
  ops.keep_ai_house, ops.keep_trending, ops.merge_tags, ops.mirror_ai_prices, ops.note_edited_suggestions,
  ops.release_ai_analyses, ops.set_ai_key, ops.undo_ai_application, ops.warn_of_ai_budget,
  public.apply_ai_suggestion, public.begin_ai_analysis, public.end_ai_analysis, public.get_ai_costs,
  public.reserve_ai_call, public.set_ai_key, public.settle_ai_call, public.undo_ai_application,
  public.update_trending_keywords;
drop table ops.ai_reservation, ops.ai_analysis, ops.ai_month, ops.ai_price, public.ai_usage, public.ai_suggestion_application,
  public.ai_suggestion, public.trending_keyword, public.user_ai_setting, public.ai_model, public.ai_provider;

do $$
begin
  if to_regclass('supabase_migrations.schema_migrations') is not null then
    delete from supabase_migrations.schema_migrations where version = '20261120000300';
  end if;
end;
$$;
