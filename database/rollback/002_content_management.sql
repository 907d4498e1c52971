-- Undoes module 002: all content, its history and the state of syncs are gone with it. Run it as the role that applied the
-- module, in one transaction: psql "$DATABASE_URL" -v ON_ERROR_STOP=1 -1 -f database/rollback/002_content_management.sql

do $$
declare
  v_dependents text;
begin
  select string_agg(distinct conrelid::regclass::text, ', ') into v_dependents
  from pg_constraint
  where contype = 'f'
    and confrelid in (to_regclass('public.content_type'), to_regclass('public.content_item'), to_regclass('public.content_revision'))
    and conrelid not in (to_regclass('public.content_type'), to_regclass('public.content_item'), to_regclass('public.content_revision'));
  if v_dependents is not null then
    raise exception 'Cannot roll back module 002: % depends on it, roll that module back first', v_dependents;
  end if;
  -- Its functions erase content, which no catalogue knows.
  if to_regclass('ops.data_deletion') is not null then
    raise exception 'Cannot roll back module 002: change 012 depends on it, roll that change back first';
  end if;
end;
$$;

drop trigger social_account_keep_content on public.social_account;

-- Without cascade on purpose: what a later module has built on these makes the rollback fail as a whole.
drop function public.search_library, public.set_content_hidden, public.begin_sync, public.apply_sync_page, public.fail_sync;
drop function ops.search_library, ops.set_content_hidden, ops.apply_items, ops.missing_items, ops.sync_interval;
drop type ops.given_item;
drop table ops.sync_page, ops.sync_pass, public.content_revision, public.content_item, public.content_type;
drop function public.prevent_account_deletion_with_content, ops.fill_content_owner, ops.keep_content_revision, ops.touch_content_item;
drop function ops.clean_tags, ops.are_sound_tags, ops.join_words;
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
