-- Undoes change 010: the parts of carousels are gone with it, the items stay. Run it as the role that applied the change,
-- in one transaction: psql "$DATABASE_URL" -v ON_ERROR_STOP=1 -1 -f database/rollback/010_content_media.sql

do $$
declare
  v_dependents text;
begin
  select string_agg(distinct conrelid::regclass::text, ', ') into v_dependents
  from pg_constraint
  where contype = 'f' and confrelid = to_regclass('public.content_media');
  if v_dependents is not null then
    raise exception 'Cannot roll back change 010: % depends on it, roll that module back first', v_dependents;
  end if;
  -- Its functions page through what this change made of a page, which no catalogue knows.
  if to_regclass('ops.platform_window') is not null then
    raise exception 'Cannot roll back change 010: change 011 depends on it, roll that change back first';
  end if;
end;
$$;

-- Without cascade on purpose: what a later module has built on these makes the rollback fail as a whole.
drop function ops.apply_items, ops.apply_media;
alter function ops.apply_item_rows rename to apply_items;
drop table public.content_media;

do $$
begin
  if to_regclass('supabase_migrations.schema_migrations') is not null then
    delete from supabase_migrations.schema_migrations where version = '20261120000210';
  end if;
end;
$$;
