-- Requests that leave after the transaction commits: pg_net's tables and functions; the stack sends them (net_runner.ts).
-- Unlogged as pg_net's: what a crash finds in here is gone.

create schema net authorization supabase_admin;

create type net.http_method as enum ('GET', 'POST', 'DELETE');

create unlogged table net.http_request_queue (
  id bigserial primary key,
  method text not null,
  url text not null,
  headers jsonb,
  body bytea,
  timeout_milliseconds integer not null
);

create unlogged table net._http_response (
  id bigint,
  status_code integer,
  content_type text,
  headers jsonb,
  content text,
  timed_out boolean,
  error_msg text,
  created timestamptz not null default now()
);
create index _http_response_created_idx on net._http_response (created);
create index _http_response_id_idx on net._http_response (id);

-- Security definer: callers may not write the queue.
create function net._enqueue(method text, url text, params jsonb, headers jsonb, body bytea, timeout_milliseconds integer)
returns bigint
language plpgsql volatile security definer
set search_path = ''
as $$
declare
  full_url text := url;
  pair record;
  request_id bigint;
begin
  if url is null or url !~* '^https?://' then
    raise exception 'Cannot send a request: the url must begin with http:// or https://, got %', coalesce(url, 'null');
  end if;
  for pair in select key, value from jsonb_each_text(coalesce(params, '{}')) loop
    full_url := full_url || case when position('?' in full_url) > 0 then '&' else '?' end
      || net._urlencode(pair.key) || '=' || net._urlencode(pair.value);
  end loop;
  insert into net.http_request_queue (method, url, headers, body, timeout_milliseconds)
  values (method, full_url, headers, body, timeout_milliseconds)
  returning id into request_id;
  -- Reaches the runner when, and only when, this transaction commits.
  perform pg_notify('net_requests', '');
  return request_id;
end
$$;

create function net._urlencode(value text) returns text
language sql immutable
set search_path = ''
as $$
  select coalesce(string_agg(
    case
      when letter ~ '^[A-Za-z0-9_.~-]$' then letter
      else upper(regexp_replace(encode(convert_to(letter, 'UTF8'), 'hex'), '(..)', '%\1', 'g'))
    end, '' order by place), '')
  from regexp_split_to_table(value, '') with ordinality as letters (letter, place)
$$;

create function net.http_get(
  url text, params jsonb default '{}', headers jsonb default '{}', timeout_milliseconds integer default 5000
) returns bigint
language sql volatile
set search_path = ''
as $$
  select net._enqueue('GET', url, params, headers, null, timeout_milliseconds)
$$;

create function net.http_delete(
  url text, params jsonb default '{}', headers jsonb default '{}', timeout_milliseconds integer default 5000,
  body jsonb default null
) returns bigint
language sql volatile
set search_path = ''
as $$
  select net._enqueue('DELETE', url, params, headers, convert_to(body::text, 'UTF8'), timeout_milliseconds)
$$;

create function net.http_post(
  url text, body jsonb default '{}', params jsonb default '{}', headers jsonb default '{"Content-Type": "application/json"}',
  timeout_milliseconds integer default 5000
) returns bigint
language plpgsql volatile
set search_path = ''
as $$
begin
  if not exists (
    select from jsonb_each_text(coalesce(headers, '{}'))
    where lower(key) = 'content-type' and value = 'application/json'
  ) then
    raise exception 'Cannot send a request: Content-Type must be "application/json"';
  end if;
  return net._enqueue('POST', url, params, headers, convert_to(body::text, 'UTF8'), timeout_milliseconds);
end
$$;

create function net.check_worker_is_up() returns void
language plpgsql volatile
set search_path = ''
as $$
begin
  if not exists (select from pg_catalog.pg_stat_activity where application_name = 'streamvibe net runner') then
    raise exception 'Cannot send requests: the stack''s runner is not connected';
  end if;
end
$$;

grant usage on schema net to postgres, anon, authenticated, service_role;
grant all on all tables in schema net to postgres;
