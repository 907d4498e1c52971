-- Tables that Realtime publishes, for the modules that are applied, and access to private channels. Applying this file again changes nothing.
-- Row policies decide which rows each subscriber receives; no table here has a column that readers of its rows may not see.

do $$
declare
  v_table text;
begin
  if not exists (select from pg_publication where pubname = 'supabase_realtime') then
    create publication supabase_realtime;
  end if;
  foreach v_table in array array['notification', 'social_account', 'content_item', 'ai_suggestion', 'seo_submission', 'trending_content',
    'job_queue', 'job_log'] loop
    if to_regclass('public.' || v_table) is not null and not exists (
      select from pg_publication_tables
      where pubname = 'supabase_realtime' and schemaname = 'public' and tablename = v_table) then
      execute format('alter publication supabase_realtime add table public.%I', v_table);
    end if;
  end loop;
end;
$$;

-- Private channels: everybody can receive on `trending:<list>`, and only the database sends there; `creator:<user id>` belongs to one
-- creator, whose devices use it to communicate. A database without Realtime has no such table.
do $$
begin
  if to_regclass('realtime.messages') is null then
    return;
  end if;
  drop policy if exists "Visitors hear what trends" on realtime.messages;
  create policy "Visitors hear what trends" on realtime.messages for select to anon
    using (extension = 'broadcast' and (select realtime.topic()) like 'trending:%');
  drop policy if exists "People hear what trends and their own channel" on realtime.messages;
  create policy "People hear what trends and their own channel" on realtime.messages for select to authenticated
    using ((extension = 'broadcast' and (select realtime.topic()) like 'trending:%')
      or (extension in ('broadcast', 'presence') and (select realtime.topic()) = 'creator:' || (select auth.uid())));
  drop policy if exists "People speak on their own channel" on realtime.messages;
  create policy "People speak on their own channel" on realtime.messages for insert to authenticated
    with check (extension in ('broadcast', 'presence') and (select realtime.topic()) = 'creator:' || (select auth.uid()));
end;
$$;
