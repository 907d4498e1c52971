-- Module 004, SEO: where pages are told to search engines, and what became of each. Needs modules 000 to 002. Speaking to the engines is the
-- work of edge functions; what may be sent when, by whom and to which site is decided here.
--
--   Needs
--   Tables
--   Tables in ops
--   Triggers
--   Policies
--   Grants
--   Reference rows

-- ## Needs

-- As the role that applied module 000, whose default privileges keep functions closed.
do $$
begin
  if not exists (select from pg_class where oid = to_regclass('public.content_item') and relowner = current_user::regrole) then
    raise exception 'Cannot apply module 004: module 002 must be applied first, by the same role';
  end if;
end;
$$;

-- ## Tables

create table public.search_engine (
  id uuid not null default gen_random_uuid(),
  slug text not null,
  display_name text not null,
  website_url text not null,
  batch_size integer not null,
  window_seconds integer not null,
  tells_status boolean not null default false,
  takes_removals boolean not null default false,
  sort_order smallint not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint search_engine_pkey primary key (id),
  constraint search_engine_slug_key unique (slug),
  constraint search_engine_slug_shape check (slug ~ '^[a-z][a-z0-9_-]{0,39}$'),
  constraint search_engine_display_name_length check (char_length(display_name) between 1 and 80),
  constraint search_engine_sizes_positive check (least(batch_size, window_seconds) > 0)
);
alter table public.search_engine enable row level security;
comment on table public.search_engine is 'Whom pages are told to; the code has an adapter for each slug.';
comment on column public.search_engine.batch_size is 'How many addresses one batch may have; the adapter makes as many calls of it as the engine wants.';
comment on column public.search_engine.window_seconds is 'An address that was sent is not sent again for so long.';
comment on column public.search_engine.tells_status is 'Whether it can be asked what became of an address. Where not, submitted is the end.';
comment on column public.search_engine.takes_removals is 'Whether it wants to be told that a page is gone.';

create table public.seo_connection (
  id uuid not null default gen_random_uuid(),
  user_id uuid,
  search_engine_id uuid not null,
  vault_secret_name text,
  site_url text not null,
  site_host text generated always as (substring(site_url from '^https?://([^/]+)')) stored,
  item_path text not null default '/v/{id}',
  engine_site text,
  verification_token text not null default replace(gen_random_uuid()::text, '-', ''),
  verification_method text,
  is_active boolean not null default true,
  is_verified boolean not null default false,
  verified_at timestamptz,
  verify_at timestamptz,
  verify_failures smallint not null default 0,
  paused_until timestamptz,
  error_code text,
  error_message text,
  last_run_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint seo_connection_pkey primary key (id),
  constraint seo_connection_site_key unique nulls not distinct (user_id, search_engine_id, site_url),
  constraint seo_connection_user_id_fkey foreign key (user_id) references public.users (id) on delete cascade,
  constraint seo_connection_search_engine_id_fkey foreign key (search_engine_id) references public.search_engine (id),
  constraint seo_connection_site_url_shape check (
    site_url ~ '^https?://[a-z0-9.-]+(:[0-9]{1,5})?(/[!-~]*[!-.0-~])?$' and site_url !~ '[?#@]' and char_length(site_url) <= 500),
  constraint seo_connection_item_path_shape check (
    item_path ~ '^/[!-~]*$' and strpos(item_path, '{id}') > 0 and item_path !~ '#' and char_length(item_path) <= 200),
  constraint seo_connection_verification_method_known check (verification_method in ('meta', 'file', 'engine')),
  constraint seo_connection_verified_says_when check (not is_verified or verified_at is not null)
);
alter table public.seo_connection enable row level security;
comment on table public.seo_connection is 'A site at a search engine, and who vouches for it. Without a user: the operator''s, which serves every creator.';
comment on column public.seo_connection.vault_secret_name is 'Where the engine''s key or tokens are kept. Null: none is needed, or the operator''s are in the environment.';
comment on column public.seo_connection.site_url is 'Without a slash at the end. Nothing outside it is ever submitted by this connection.';
comment on column public.seo_connection.item_path is 'Where items are below site_url: {id} is the item''s id, {slug} the creator''s.';
comment on column public.seo_connection.engine_site is 'How the engine names the site: sc-domain:example.com at Google, user and host at Yandex.';
comment on column public.seo_connection.verification_token is 'What the site has to show, in a meta tag or a file; at IndexNow also its key. No secret: everybody can read it there.';
comment on column public.seo_connection.verify_at is 'When to look again whether the site still shows it, or the engine still says so.';
comment on column public.seo_connection.paused_until is 'The engine wants no call before that.';
comment on column public.seo_connection.error_code is 'Why nothing is sent at the moment: a key is refused, the site no longer vouches.';
create unique index seo_connection_verified_key on public.seo_connection (search_engine_id, site_url) where is_verified;
comment on index public.seo_connection_verified_key is 'A site has one voice at an engine, so its quotas are counted once: whoever proved it last.';
create index seo_connection_search_engine_id_idx on public.seo_connection (search_engine_id);
comment on index public.seo_connection_search_engine_id_idx is 'Serves the foreign key to search_engine.';
create index seo_connection_verify_at_idx on public.seo_connection (verify_at) where verify_at is not null;
comment on index public.seo_connection_verify_at_idx is 'Query "to be looked at again": where verify_at <= now().';

create table public.seo_submission (
  id uuid not null default gen_random_uuid(),
  user_id uuid,
  connection_id uuid not null,
  content_item_id uuid,
  submitted_url text not null,
  submission_type text not null default 'updated',
  status text not null default 'pending',
  response_status integer,
  error_code text,
  error_message text,
  history jsonb not null default '[]',
  attempts integer not null default 0,
  unit_reserved_at timestamptz,
  due_at timestamptz not null default now(),
  claimed_until timestamptz,
  attempted_at timestamptz,
  submitted_at timestamptz,
  checked_at timestamptz,
  next_check_at timestamptz,
  checks integer not null default 0,
  finished_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint seo_submission_pkey primary key (id),
  constraint seo_submission_user_id_fkey foreign key (user_id) references public.users (id) on delete cascade,
  constraint seo_submission_connection_id_fkey foreign key (connection_id) references public.seo_connection (id) on delete cascade,
  constraint seo_submission_url_shape check (submitted_url ~ '^https?://[!-~]+$' and char_length(submitted_url) < 2048),
  constraint seo_submission_type_known check (submission_type in ('updated', 'removed')),
  constraint seo_submission_status_known check (status in ('pending', 'submitted', 'indexed', 'rejected', 'failed')),
  constraint seo_submission_submitted_says_when check (status not in ('submitted', 'indexed') or submitted_at is not null),
  constraint seo_submission_failed_says_why check (status not in ('failed', 'rejected') or error_message is not null),
  constraint seo_submission_history_is_list check (jsonb_typeof(history) = 'array')
) with (fillfactor = 70);
alter table public.seo_submission enable row level security;
comment on table public.seo_submission is 'One address told to one search engine. Published by Realtime: every column may be seen by the creator.';
comment on column public.seo_submission.user_id is 'The creator whose page it is. Null: of a creator who is gone, to have the page forgotten.';
comment on column public.seo_submission.content_item_id is 'No foreign key: the history stays when the item goes.';
comment on column public.seo_submission.submission_type is 'updated: new or changed. removed: the page is gone.';
comment on column public.seo_submission.status is 'pending → submitted → indexed, rejected or failed.';
comment on column public.seo_submission.response_status is 'HTTP status of the engine''s last answer.';
comment on column public.seo_submission.error_code is 'Why it is where it is, for programs; error_message says it in words, also of what is merely waiting.';
comment on column public.seo_submission.history is 'Every move with its time and reason: at, status, code, message. The last thirty.';
comment on column public.seo_submission.unit_reserved_at is 'A unit of the plan is taken for it since then. Null: it costs none, or the unit went back.';
comment on column public.seo_submission.due_at is 'Not sent before that.';
comment on column public.seo_submission.claimed_until is 'A worker is sending it until then.';
comment on column public.seo_submission.attempted_at is 'When it was last sent, whatever came of it.';
comment on column public.seo_submission.next_check_at is 'When to ask the engine what became of it. Null: there is nothing to ask.';
create unique index seo_submission_pending_key on public.seo_submission (connection_id, submitted_url) where status = 'pending';
comment on index public.seo_submission_pending_key is 'An address waits once at an engine.';
create index seo_submission_due_idx on public.seo_submission (connection_id, due_at) where status = 'pending';
comment on index public.seo_submission_due_idx is 'Query "due": where connection_id = … and status = ''pending'' order by due_at.';
create index seo_submission_url_idx on public.seo_submission (connection_id, submitted_url, attempted_at desc);
comment on index public.seo_submission_url_idx is 'Query "sent already": where connection_id = … and submitted_url = … and attempted_at > …. Serves the foreign key, too.';
create index seo_submission_content_item_id_idx on public.seo_submission (content_item_id, created_at desc);
comment on index public.seo_submission_content_item_id_idx is 'Query "submissions of an item": where content_item_id = … order by created_at desc.';
create index seo_submission_user_id_idx on public.seo_submission (user_id, created_at desc);
comment on index public.seo_submission_user_id_idx is 'Query "my submissions": where user_id = … order by created_at desc. Serves the foreign key, too.';
create index seo_submission_check_idx on public.seo_submission (connection_id, next_check_at) where next_check_at is not null;
comment on index public.seo_submission_check_idx is 'Query "to be asked about": where connection_id = … and next_check_at <= now().';

create table public.seo_usage (
  id bigint generated always as identity,
  connection_id uuid not null,
  user_id uuid,
  quota text not null,
  window_start timestamptz not null,
  window_end timestamptz not null,
  used integer not null default 0,
  quota_limit integer,
  updated_at timestamptz not null default now(),
  constraint seo_usage_pkey primary key (id),
  constraint seo_usage_key unique (connection_id, quota, window_start),
  constraint seo_usage_connection_id_fkey foreign key (connection_id) references public.seo_connection (id) on delete cascade,
  constraint seo_usage_not_negative check (least(used, quota_limit) >= 0),
  constraint seo_usage_window_order check (window_end > window_start)
) with (fillfactor = 50);
alter table public.seo_usage enable row level security;
comment on table public.seo_usage is 'What was used of each quota of an engine, in each of its windows. Taken before the call, so that no call goes beyond.';
comment on column public.seo_usage.user_id is 'Copy of the connection''s, so that the policy needs no join.';
comment on column public.seo_usage.quota is 'Whatever the engine limits: submissions, inspections, notifications.';
comment on column public.seo_usage.quota_limit is 'As the engine told or documents it. Null: it is not known.';
create index seo_usage_user_id_idx on public.seo_usage (user_id);
comment on index public.seo_usage_user_id_idx is 'Serves the policy.';
create index seo_usage_window_end_idx on public.seo_usage (window_end);
comment on index public.seo_usage_window_end_idx is 'Serves the deletion of old windows.';

-- ## Tables in ops

create table ops.seo_setting (
  user_id uuid not null,
  mode public.action_mode_enum not null default 'manual',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint seo_setting_pkey primary key (user_id),
  constraint seo_setting_user_id_fkey foreign key (user_id) references public.users (id) on delete cascade
);
alter table ops.seo_setting enable row level security;
comment on table ops.seo_setting is 'Whether a creator''s pages are told to search engines. No row: when asked.';
comment on column ops.seo_setting.mode is 'auto: whatever is published or changed; manual: when asked; disabled: nothing.';

-- ## Triggers

create function ops.follow_seo_submission() returns trigger
language plpgsql volatile security invoker set search_path = '' as $$
begin
  if tg_op = 'UPDATE' then
    if old.status <> new.status and not (case old.status
      when 'pending' then new.status in ('submitted', 'rejected', 'failed')
      when 'submitted' then new.status in ('indexed', 'rejected', 'failed')
      when 'rejected' then new.status = 'indexed'
      when 'indexed' then new.status = 'rejected'
      else false end) then
      raise exception using errcode = 'check_violation', message = format('Cannot move a submission from %s to %s', old.status, new.status);
    end if;
    new.updated_at := now();
    if (old.status, old.error_code, old.error_message) is not distinct from (new.status, new.error_code, new.error_message) then
      return new;
    end if;
  end if;
  new.history := jsonb_path_query_array(new.history, '$[last - 28 to last]') || jsonb_strip_nulls(jsonb_build_object(
    'at', now(), 'status', new.status, 'code', new.error_code, 'message', new.error_message, 'response_status', new.response_status));
  return new;
end;
$$;
comment on function ops.follow_seo_submission is 'Trigger: the moves that a submission can make, each written into its history.';

-- Security definer: deletes from Vault, which the roles that may delete a connection cannot.
create function ops.forget_seo_secret() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  delete from vault.secrets where name = old.vault_secret_name;
  return null;
end;
$$;
comment on function ops.forget_seo_secret is 'Trigger: when a connection is deleted, also because its owner is, its key goes too.';

create trigger seo_submission_follow before insert or update on public.seo_submission for each row execute function ops.follow_seo_submission();
create trigger seo_connection_forget_secret after delete on public.seo_connection for each row execute function ops.forget_seo_secret();
create trigger search_engine_touch_updated_at before update on public.search_engine for each row execute function ops.touch_updated_at();
create trigger seo_connection_touch_updated_at before update on public.seo_connection for each row execute function ops.touch_updated_at();
create trigger seo_setting_touch_updated_at before update on ops.seo_setting for each row execute function ops.touch_updated_at();

-- ## Policies

create policy "Everybody reads the search engines" on public.search_engine for select to anon, authenticated using (true);
create policy "Creators read their own sites" on public.seo_connection for select to authenticated using (user_id = (select auth.uid()));
create policy "Creators pause their own sites" on public.seo_connection
  for update to authenticated using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));
create policy "Creators remove their own sites" on public.seo_connection for delete to authenticated using (user_id = (select auth.uid()));
create policy "Creators read their own submissions" on public.seo_submission for select to authenticated using (user_id = (select auth.uid()));
create policy "Creators read the quotas of their own sites" on public.seo_usage for select to authenticated using (user_id = (select auth.uid()));
create policy "Only functions keep SEO settings" on ops.seo_setting for all to postgres using (true) with check (true);

-- ## Grants

grant select on public.search_engine to anon, authenticated;
-- Not the name of the secret.
grant select (id, user_id, search_engine_id, site_url, site_host, item_path, engine_site, verification_token, verification_method, is_active,
  is_verified, verified_at, verify_at, verify_failures, paused_until, error_code, error_message, last_run_at, created_at, updated_at),
  update (is_active), delete on public.seo_connection to authenticated;
grant select on public.seo_submission, public.seo_usage to authenticated;
grant select, insert, update, delete on public.search_engine, public.seo_connection to service_role;
-- No insert, update or delete: what was sent is written by functions.
grant select on public.seo_submission, public.seo_usage to service_role;

-- ## Reference rows

-- Windows: IndexNow asks to let about ten minutes pass; Yandex refuses an address that is still in its queue; Google reads a sitemap in its
-- own time, Bing counts a second submission against the day's quota.
insert into public.search_engine (slug, display_name, website_url, batch_size, window_seconds, tells_status, takes_removals, sort_order)
values
  ('google', 'Google', 'https://search.google.com/search-console', 1000, 3600, true, false, 1),
  ('bing', 'Bing', 'https://www.bing.com/webmasters', 500, 3600, false, false, 2),
  ('yandex', 'Yandex', 'https://webmaster.yandex.com', 50, 86400, false, false, 3),
  ('indexnow', 'IndexNow', 'https://www.indexnow.org', 10000, 600, false, true, 4)
on conflict (slug) do update
set display_name = excluded.display_name, website_url = excluded.website_url, batch_size = excluded.batch_size,
  window_seconds = excluded.window_seconds, tells_status = excluded.tells_status, takes_removals = excluded.takes_removals,
  sort_order = excluded.sort_order;
