-- What Realtime has put into a project's database before the first migration: messages to channels, and who may read and send them.
-- On Supabase `messages` has a partition for each day; here Realtime deletes old rows (realtime/relay.ts).

create role supabase_realtime_admin nologin noinherit;
-- Like this migrations may put policies on the table, which PostgreSQL allows its owner only.
grant supabase_realtime_admin to postgres;

create schema realtime authorization supabase_admin;
grant usage on schema realtime to postgres, anon, authenticated, service_role, supabase_realtime_admin;

create table realtime.messages (
  topic text not null,
  extension text not null,
  payload jsonb,
  binary_payload bytea,
  event text,
  private boolean default false,
  updated_at timestamp not null default now(),
  inserted_at timestamp not null default now(),
  id uuid not null default gen_random_uuid(),
  primary key (id, inserted_at)
);
create index messages_inserted_at_topic_index on realtime.messages (inserted_at desc, topic) where extension = 'broadcast' and private;
alter table realtime.messages owner to supabase_realtime_admin;
alter table realtime.messages enable row level security;
grant select, insert, update on realtime.messages to postgres, anon, authenticated, service_role;

create function realtime.topic() returns text
language sql stable
as $$ select nullif(current_setting('realtime.topic', true), '') $$;

-- A message that cannot be sent is a warning: no write fails because nobody hears of it.
create function realtime._send(payload jsonb, binary_payload bytea, event text, topic text, private boolean) returns void
language plpgsql
as $$
declare
  v_id uuid := gen_random_uuid();
begin
  perform set_config('realtime.topic', topic, true);
  insert into realtime.messages (id, payload, binary_payload, event, topic, private, extension)
  values (v_id, case when payload ? 'id' then payload else jsonb_set(payload, '{id}', to_jsonb(v_id)) end, binary_payload, event, topic,
    private, 'broadcast');
exception when others then
  raise warning 'WarnSendingBroadcastMessage: %', sqlerrm;
end;
$$;

create function realtime.send(payload jsonb, event text, topic text, private boolean default true) returns void
language sql
as $$ select realtime._send(payload, null, event, topic, private) $$;

create function realtime.send_binary(payload bytea, event text, topic text, private boolean default true) returns void
language sql
as $$ select realtime._send(null, payload, event, topic, private) $$;

create function realtime.broadcast_changes(topic_name text, event_name text, operation text, table_name text, table_schema text,
  new record, old record, level text default 'ROW') returns void
language plpgsql
as $$
begin
  if level = 'STATEMENT' then
    raise exception 'function can only be triggered for each row, not for each statement';
  end if;
  if operation not in ('INSERT', 'UPDATE', 'DELETE') then
    raise exception 'Unexpected operation type: %', operation;
  end if;
  perform realtime.send(jsonb_build_object('old_record', old, 'record', new, 'operation', operation, 'table', table_name,
    'schema', table_schema), event_name, topic_name);
exception when others then
  raise exception 'Failed to process the row: %', sqlerrm;
end;
$$;

-- Which of the keys each asker sees: the query runs once for each, with its role and claims. For the relay alone, whose login may take
-- any role. Whoever may not run it sees nothing.
create function realtime._visible_keys(query text, askers jsonb) returns table (asker integer, key text)
language plpgsql
-- One plan for all askers: they differ in what they ask, and most ask about a few rows.
set plan_cache_mode = force_generic_plan
as $$
declare
  v_name text := 'visible_' || md5(query);
  v_askers jsonb[] := array(select jsonb_array_elements(askers));
  v_keys text;
begin
  if not exists (select from pg_prepared_statements where name = v_name) then
    execute format('prepare %I (text[]) as %s', v_name, query);
  end if;
  for v_n in 1 .. coalesce(array_length(v_askers, 1), 0) loop
    v_keys := array(select jsonb_array_elements_text(v_askers[v_n] -> 'keys'))::text;
    begin
      perform set_config('request.jwt.claims', v_askers[v_n] ->> 'claims', true), set_config('role', v_askers[v_n] ->> 'role', true);
      asker := v_n - 1;
      for key in execute format('execute %I (%L)', v_name, v_keys) loop
        return next;
      end loop;
    exception when others then
      raise log 'realtime: % for %', sqlerrm, v_askers[v_n] ->> 'role';
    end;
    perform set_config('role', 'none', true);
  end loop;
end;
$$;
revoke execute on function realtime._visible_keys from public;

create publication supabase_realtime;
alter publication supabase_realtime owner to postgres;
create publication supabase_realtime_messages_publication for table realtime.messages;
