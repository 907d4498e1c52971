-- Undoes module 005: categories, tags, clicks, lists and documents are gone with it; items keep the category that their creator or the AI chose. Run it as the
-- role that applied the module, in one transaction: psql "$DATABASE_URL" -v ON_ERROR_STOP=1 -1 -f database/rollback/005_discovery_platform.sql

do $$
declare
  v_job text;
begin
  foreach v_job in array array['refresh-discovery', 'roll-up-clicks', 'update-trending-content', 'rescale-discovery', 'keep-click-partitions'] loop
    if to_regclass('cron.job') is not null and exists (select from cron.job where jobname = v_job) then
      perform cron.unschedule(v_job);
    end if;
  end loop;
  if exists (
    select from pg_publication_tables where pubname = 'supabase_realtime' and schemaname = 'public' and tablename = 'trending_content') then
    alter publication supabase_realtime drop table public.trending_content;
  end if;
end;
$$;

drop trigger content_item_enter_discovery on public.content_item;
drop trigger content_item_follow on public.content_item;
drop trigger content_item_drop on public.content_item;
drop trigger users_follow on public.users;
drop trigger users_drop on public.users;
drop trigger social_account_enter on public.social_account;
drop trigger social_account_follow on public.social_account;

-- Without cascade on purpose: what a later module has built on these makes the rollback fail as a whole.
drop policy "Everybody reads who is featured" on public.featured_creator;
drop policy "Everybody reads what trends" on public.trending_content;
drop policy "Visitors read the tags of public items" on public.content_tag;
drop policy "People read the tags of public items and of their own" on public.content_tag;
drop policy "Creators read the clicks on their own items" on public.content_click;
drop policy "Creators tag their own items" on public.content_tag;
drop policy "Creators take back their own tags" on public.content_tag;
drop view ops.item_row, ops.creator_row;
drop table
  ops.category_rule, ops.category_word, public.content_category, public.content_tag, public.content_click,
  ops.click_counter, ops.click_roll_up, ops.click_daily, ops.visitor_day, ops.visitor_key, public.trending_content, ops.trend_gain,
  ops.trend_period, ops.trend_creator, ops.trend_seen, ops.trend_progress,
  public.featured_creator, ops.pinned_item, ops.creator_stat, ops.search_document, ops.search_entry, ops.search_tier,
  ops.discovery_queue, ops.search_word, ops.platform_scale;
drop index public.users_display_name_trgm_idx, public.social_account_username_trgm_idx;
-- Generated (`deno task generate`): the module's functions, but those that are dropped by name elsewhere here.
drop function ops.add_trend_gains, ops.any_of, ops.any_word, ops.bounded_total, ops.common_values,
  ops.corrected, ops.corrections, ops.count_hits, ops.creator_card, ops.derived_category, ops.drop_documents,
  ops.enter_discovery, ops.estimated_documents, ops.facet_lexeme, ops.facet_query, ops.feature_creator,
  ops.featured_cards, ops.fill_click, ops.follow_account, ops.follow_creator, ops.follow_item, ops.gather,
  ops.generate_profile_slug, ops.get_click_stats, ops.host_of, ops.in_title, ops.is_own_item,
  ops.is_public_creator, ops.is_public_item, ops.item_cards, ops.keep_click_partitions, ops.leave_discovery,
  ops.marked, ops.measure_scale, ops.merit, ops.pin_content, ops.positive, ops.read_search,
  ops.refresh_discovery, ops.refresh_trending, ops.relaxed, ops.rescale_discovery, ops.roll_up_clicks,
  ops.search_candidates, ops.standing, ops.stop_phrase, ops.stop_words, ops.tell_trending, ops.tier_of,
  ops.title_key, ops.title_lexemes, ops.title_query, ops.title_words, ops.user_agent_class, ops.word_keys,
  public.browse_categories, public.browse_content, public.browse_creators, public.calculate_trend_score,
  public.feature_creator, public.generate_profile_slug, public.get_click_stats, public.get_content_detail,
  public.get_creator_by_slug, public.get_trending, public.increment_content_clicks, public.pin_content,
  public.record_click, public.refresh_public_lists, public.search_content, public.search_creators,
  public.update_total_followers;
drop type ops.search_question, ops.search_filter;

update public.content_item set category_source = null, category_code = null where category_source in ('platform', 'tags', 'profile');

do $$
begin
  if to_regclass('supabase_migrations.schema_migrations') is not null then
    delete from supabase_migrations.schema_migrations where version = '20261120000500';
  end if;
end;
$$;
