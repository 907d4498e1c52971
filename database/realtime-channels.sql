-- What Realtime publishes: the tables of the modules that are applied. Applying this file again changes nothing.
-- Row policies decide what each subscriber gets; no table here has a column that its rows' readers may not see.

do $$
declare
  v_table text;
begin
  if not exists (select from pg_publication where pubname = 'supabase_realtime') then
    create publication supabase_realtime;
  end if;
  foreach v_table in array array['notification', 'social_account', 'content_item', 'ai_suggestion', 'seo_submission', 'trending_content', 'job_queue', 'job_log'] loop
    if to_regclass('public.' || v_table) is not null and not exists (
      select from pg_publication_tables
      where pubname = 'supabase_realtime' and schemaname = 'public' and tablename = v_table) then
      execute format('alter publication supabase_realtime add table public.%I', v_table);
    end if;
  end loop;
end;
$$;
