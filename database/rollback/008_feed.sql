-- Undoes module 008: what people follow and mute is gone with it. Run it as the role that applied the module, in one transaction:
-- psql "$DATABASE_URL" -v ON_ERROR_STOP=1 -1 -f database/rollback/008_feed.sql

do $$
begin
  if to_regclass('cron.job') is not null then
    perform cron.unschedule(jobname) from cron.job where jobname = 'keep-feed-house';
  end if;
end;
$$;

-- Without cascade on purpose: what a later module has built on these makes the rollback fail as a whole.
drop trigger preference_count_added on feed.preference;
drop trigger preference_count_removed on feed.preference;
-- Generated (`deno task generate`): the module's functions, but those that are dropped by name elsewhere here.
drop function ops.count_preferences, ops.creator_of_slug, ops.feed_fusion_home, ops.feed_fusion_profile,
  ops.feed_sources, ops.feed_weights, ops.fuse, ops.keep_feed_house, ops.make_home, ops.make_profile,
  ops.read_tail, ops.set_feed_preference, ops.spread_creators, public.feed_fusion_home,
  public.feed_fusion_profile, public.list_follows, public.make_feed, public.read_feed,
  public.set_feed_preference;
drop table feed.preference, feed.reader, feed.audience, feed.snapshot;
drop schema feed;

do $$
begin
  if to_regclass('supabase_migrations.schema_migrations') is not null then
    delete from supabase_migrations.schema_migrations where version = '20261120000800';
  end if;
end;
$$;
