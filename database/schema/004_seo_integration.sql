-- Module 004, SEO: submits pages to search engines and tracks the outcome of each. Needs modules 000 to 002. Edge functions call the
-- engines; this module decides what may be sent when, by whom and to which site.
--
--   Needs
--   Tables
--   Tables in ops
--   Functions: what a creator wants
--   Functions: sites
--   Functions: the engines' quotas
--   Functions: submissions
--   Functions: what became of them
--   Tables: the sitemap
--   Functions: what pages say
--   Functions: the sitemap
--   Functions: pictures
--   Functions: triggers of the sitemap
--   Triggers
--   Policies
--   Grants
--   Reference rows

-- ## Needs

-- The same role must apply this module: the default privileges of module 000 keep its functions closed.
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
comment on table public.search_engine is 'The search engines to which pages are submitted; the code has an adapter for each slug.';
comment on column public.search_engine.batch_size is
  'Maximum number of addresses in a batch; the adapter splits it into as many calls as the engine requires.';
comment on column public.search_engine.window_seconds is 'An address that was sent is not sent again for this many seconds.';
comment on column public.search_engine.tells_status is 'Whether the engine reports the outcome for an address. If not, submitted is the final status.';
comment on column public.search_engine.takes_removals is 'Whether the engine accepts reports of removed pages.';

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
  run_until timestamptz,
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
comment on table public.seo_connection is
  'A site at a search engine, and its owner. Without a user: the operator''s site, which serves every creator.';
comment on column public.seo_connection.vault_secret_name is
  'The Vault secret with the engine''s key or tokens. Null: none is needed, or the operator''s key is in the environment.';
comment on column public.seo_connection.site_url is 'Without a trailing slash. This connection never submits anything outside it.';
comment on column public.seo_connection.item_path is
  'The path of items below site_url: {id} is replaced by the item''s id, {slug} by the creator''s slug.';
comment on column public.seo_connection.engine_site is 'The engine''s name for the site: sc-domain:example.com at Google, user and host at Yandex.';
comment on column public.seo_connection.verification_token is
  'What the site must show in a meta tag or a file; for IndexNow it is also the key. Not secret: everybody can read it there.';
comment on column public.seo_connection.verification_method is
  'The method of the last check, whatever its result; the next check uses it too. Null: not checked yet.';
comment on column public.seo_connection.verify_at is 'When to check again that the site still shows the token, or that the engine still confirms it.';
comment on column public.seo_connection.paused_until is 'The engine accepts no call before this time.';
comment on column public.seo_connection.error_code is
  'Why nothing is sent at the moment: the engine refuses the key, or the site no longer shows the token.';
comment on column public.seo_connection.run_until is
  'Until then, one worker is calling the engine for this site: the remaining quota that the engine reports is correct only for a single worker.';
create unique index seo_connection_verified_key on public.seo_connection (search_engine_id, site_url) where is_verified;
comment on index public.seo_connection_verified_key is
  'Each site has one verified connection per engine, so that its quotas are counted once: the one that was verified last.';
create index seo_connection_search_engine_id_idx on public.seo_connection (search_engine_id);
comment on index public.seo_connection_search_engine_id_idx is 'Serves the foreign key to search_engine.';
create index seo_connection_verify_at_idx on public.seo_connection (verify_at) where verify_at is not null;
comment on index public.seo_connection_verify_at_idx is 'Query "due verifications": where verify_at <= now().';

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
  engine_ref text,
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
comment on table public.seo_submission is 'One address submitted to one search engine. Published by Realtime: the creator may see every column.';
comment on column public.seo_submission.user_id is
  'The creator who owns the page. Null: the creator was deleted, and the page is to be removed from the index.';
comment on column public.seo_submission.content_item_id is 'No foreign key: the history stays when the item is deleted.';
comment on column public.seo_submission.submission_type is 'updated: the page is new or changed. removed: the page no longer exists.';
comment on column public.seo_submission.status is 'pending → submitted → indexed, rejected or failed.';
comment on column public.seo_submission.response_status is 'HTTP status of the engine''s last response.';
comment on column public.seo_submission.error_code is
  'The reason for the status, for programs; error_message is the reason in words, also for submissions that are only waiting.';
comment on column public.seo_submission.history is 'Every change of the status with its time and reason: at, status, code, message. The last thirty.';
comment on column public.seo_submission.engine_ref is
  'The engine''s reference for asking about the outcome: the task at Yandex. Null: the engine is asked by address.';
comment on column public.seo_submission.unit_reserved_at is
  'When the unit of the plan was reserved for it. Null: it costs none, or the unit was returned.';
comment on column public.seo_submission.due_at is 'Not sent before this time.';
comment on column public.seo_submission.claimed_until is 'Until then, a worker is sending it.';
comment on column public.seo_submission.attempted_at is 'When it was last sent, whatever the result.';
comment on column public.seo_submission.next_check_at is 'When to ask the engine about the outcome. Null: there is nothing to ask.';
create unique index seo_submission_pending_key on public.seo_submission (connection_id, submitted_url, submission_type) where status = 'pending';
comment on index public.seo_submission_pending_key is 'An address has at most one pending submission of each type per connection.';
create index seo_submission_due_idx on public.seo_submission (connection_id, due_at) where status = 'pending';
comment on index public.seo_submission_due_idx is 'Query "due": where connection_id = … and status = ''pending'' order by due_at.';
create index seo_submission_url_idx on public.seo_submission (connection_id, submitted_url, attempted_at desc);
comment on index public.seo_submission_url_idx is
  'Query "already sent": where connection_id = … and submitted_url = … and attempted_at > …. Also serves the foreign key.';
create index seo_submission_content_item_id_idx on public.seo_submission (content_item_id, created_at desc);
comment on index public.seo_submission_content_item_id_idx is 'Query "submissions of an item": where content_item_id = … order by created_at desc.';
create index seo_submission_user_id_idx on public.seo_submission (user_id, created_at desc);
comment on index public.seo_submission_user_id_idx is
  'Query "my submissions": where user_id = … order by created_at desc. Also serves the foreign key.';
create index seo_submission_check_idx on public.seo_submission (connection_id, next_check_at) where next_check_at is not null;
comment on index public.seo_submission_check_idx is 'Query "due checks": where connection_id = … and next_check_at <= now().';

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
comment on table public.seo_usage is
  'The usage of each quota of an engine in each of its windows. Reserved before the call, so that no call exceeds the quota.';
comment on column public.seo_usage.user_id is 'Copy of the connection''s user_id, so that the policy needs no join.';
comment on column public.seo_usage.quota is 'What the engine limits: submissions, inspections, notifications.';
comment on column public.seo_usage.quota_limit is 'As reported or documented by the engine. Null: unknown.';
create index seo_usage_user_id_idx on public.seo_usage (user_id);
comment on index public.seo_usage_user_id_idx is 'Serves the policy.';
create index seo_usage_window_end_idx on public.seo_usage (window_end);
comment on index public.seo_usage_window_end_idx is 'Serves the deletion of old windows.';

-- ## Tables in ops

create table ops.seo_setting (
  user_id uuid not null,
  mode public.action_mode_enum not null default 'manual',
  auto_since timestamptz,
  changed_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint seo_setting_pkey primary key (user_id),
  constraint seo_setting_user_id_fkey foreign key (user_id) references public.users (id) on delete cascade
);
alter table ops.seo_setting enable row level security;
comment on table ops.seo_setting is 'Whether a creator''s pages are submitted to search engines. No row: only on request.';
comment on column ops.seo_setting.mode is 'auto: everything that is published or changed; manual: on request; disabled: nothing.';
comment on column ops.seo_setting.auto_since is 'Changes before this time are not sent automatically.';
comment on column ops.seo_setting.changed_at is
  'Since when there are changes that have not been collected. In the future: not to be collected before that time.';
create index seo_setting_changed_at_idx on ops.seo_setting (changed_at) where changed_at is not null;
comment on index ops.seo_setting_changed_at_idx is 'Serves queue_seo_jobs().';

-- ## Functions: what a creator wants

create function ops.set_seo_mode(p_mode public.action_mode_enum) returns public.action_mode_enum
language plpgsql volatile security definer set search_path = '' as $$
begin
  if auth.uid() is null or p_mode is null then
    raise exception using errcode = 'SVG02', message = 'Submissions can be set up only for yourself';
  end if;
  insert into ops.seo_setting as setting (user_id, mode, auto_since) values (auth.uid(), p_mode, case when p_mode = 'auto' then now() end)
  on conflict (user_id) do update
  set mode = excluded.mode, changed_at = null,
    auto_since = case when excluded.mode <> 'auto' then null when setting.mode = 'auto' then setting.auto_since else now() end;
  return p_mode;
end;
$$;
comment on function ops.set_seo_mode is 'See public.set_seo_mode.';

create function public.set_seo_mode(p_mode public.action_mode_enum) returns public.action_mode_enum
language sql volatile security invoker set search_path = '' begin atomic
  select ops.set_seo_mode(p_mode);
end;
comment on function public.set_seo_mode is
  'auto: everything that the caller publishes or changes from now on is submitted to search engines; manual: on request; disabled: nothing.';

-- ## Functions: sites

create function public.operate_seo_sites(p_site_url text, p_item_path text, p_engines text[], p_now timestamptz default now()) returns integer
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_changed integer;
begin
  update public.seo_connection as connection set is_active = false, is_verified = false
  from public.search_engine as engine
  where engine.id = connection.search_engine_id and connection.user_id is null and connection.is_active
    and (connection.site_url <> p_site_url or not engine.slug = any (p_engines));
  insert into public.seo_connection as connection (search_engine_id, site_url, item_path, verify_at)
  select id, p_site_url, p_item_path, p_now from public.search_engine where slug = any (p_engines)
  on conflict on constraint seo_connection_site_key do update
  set is_active = true, item_path = excluded.item_path, verify_at = case when connection.is_active then connection.verify_at else p_now end
  where not connection.is_active or connection.item_path <> excluded.item_path;
  get diagnostics v_changed = row_count;
  return v_changed;
end;
$$;
comment on function public.operate_seo_sites is
  'Registers the operator''s site at the engines that have keys, and deactivates connections for another site or engine. Repeating the call changes nothing.';

create function public.connect_seo_site(p_user_id uuid, p_engine text, p_site_url text, p_item_path text default null, p_secret text default null,
  p_now timestamptz default now())
returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_engine_id constant uuid := (select id from public.search_engine where slug = p_engine);
  v_connection public.seo_connection;
  v_name text;
begin
  if v_engine_id is null then
    raise exception using errcode = 'SVG01', message = format('There is no search engine named %s', left(p_engine, 60));
  end if;
  perform pg_advisory_xact_lock(hashtextextended('seo:' || p_user_id, 0));
  select * into v_connection from public.seo_connection
  where user_id = p_user_id and search_engine_id = v_engine_id and site_url = p_site_url;
  if not found and (select count(*) from public.seo_connection where user_id = p_user_id) >= 20 then
    raise exception using errcode = 'SVG01', message = 'You have 20 sites at search engines: remove one first';
  end if;
  insert into public.seo_connection as connection (user_id, search_engine_id, site_url, item_path, verify_at)
  values (p_user_id, v_engine_id, p_site_url, coalesce(p_item_path, '/v/{id}'), null)
  on conflict on constraint seo_connection_site_key do update
  set item_path = coalesce(p_item_path, connection.item_path), is_active = true, paused_until = null, error_code = null, error_message = null
  returning * into v_connection;
  if p_secret is not null then
    v_name := 'streamvibe/seo/' || v_connection.id;
    if v_connection.vault_secret_name is null then
      perform vault.create_secret(p_secret, v_name, 'StreamVibe: a creator''s access to a search engine');
      update public.seo_connection set vault_secret_name = v_name where id = v_connection.id;
    else
      perform vault.update_secret(id, p_secret) from vault.secrets where name = v_connection.vault_secret_name;
    end if;
  end if;
  return public.read_seo_connection(v_connection.id, p_user_id);
end;
$$;
comment on function public.connect_seo_site is
  'Connects a creator''s own site at an engine, unverified at first; the key is stored in Vault and never returned to a person.';

create function public.keep_seo_secret(p_connection_id uuid, p_old text, p_new text) returns void
language sql volatile security definer set search_path = '' as $$
  select vault.update_secret(secret.id, p_new)
  from public.seo_connection as connection join vault.decrypted_secrets as secret on secret.name = connection.vault_secret_name
  where connection.id = p_connection_id and secret.decrypted_secret = p_old;
$$;
comment on function public.keep_seo_secret is
  'Replaces the old refresh token by the new one from the engine. Does nothing when the site was reconnected in the meantime.';

create function public.read_seo_connection(p_connection_id uuid, p_user_id uuid default null) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  v_connection jsonb;
begin
  select jsonb_build_object('id', connection.id, 'user_id', connection.user_id, 'search_engine', engine.slug, 'site_url', connection.site_url,
    'item_path', connection.item_path, 'engine_site', connection.engine_site, 'verification_token', connection.verification_token,
    'verification_method', connection.verification_method, 'is_active', connection.is_active, 'is_verified', connection.is_verified,
    'verified_at', connection.verified_at, 'batch_size', engine.batch_size, 'window_seconds', engine.window_seconds,
    'secret', (select decrypted_secret from vault.decrypted_secrets where name = connection.vault_secret_name))
  into v_connection
  from public.seo_connection as connection join public.search_engine as engine on engine.id = connection.search_engine_id
  where connection.id = p_connection_id and (p_user_id is null or connection.user_id = p_user_id);
  if v_connection is null then
    raise exception using errcode = 'SVG03', message = format('Cannot find the site: none with id %s belongs to you', p_connection_id),
      detail = jsonb_build_object('resource', 'seo_connection', 'id', p_connection_id);
  end if;
  return v_connection;
end;
$$;
comment on function public.read_seo_connection is 'Returns a site with its key, for the service; with a user id only a site of that user.';

create function public.settle_seo_verification(p_connection_id uuid, p_is_verified boolean, p_method text default null, p_engine_site text default null,
  p_code text default null, p_message text default null, p_is_doubt boolean default false, p_now timestamptz default now())
returns boolean
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_connection public.seo_connection;
  v_engine text;
  v_is_lost boolean;
begin
  select * into v_connection from public.seo_connection where id = p_connection_id for update;
  if not found then
    return false;
  end if;
  if p_is_verified then
    -- The latest proof counts: a domain that was sold has a new owner.
    update public.seo_connection
    set is_verified = false, error_code = 'verified_by_another', error_message = 'Somebody else has verified this site'
    where search_engine_id = v_connection.search_engine_id and site_url = v_connection.site_url and id <> v_connection.id and is_verified;
    update public.seo_connection
    set is_verified = true, verified_at = p_now, verification_method = p_method, engine_site = coalesce(p_engine_site, engine_site),
      verify_at = p_now + interval '7 days', verify_failures = 0,
      -- A refusal by the engine stays, although the proof is valid.
      paused_until = case when p_is_doubt then paused_until end, error_code = case when p_is_doubt then error_code end,
      error_message = case when p_is_doubt then error_message end
    where id = p_connection_id;
    if p_is_doubt then
      return true;
    end if;
    -- Submissions that waited for the verification continue.
    update public.seo_submission set due_at = least(due_at, p_now)
    where connection_id = p_connection_id and status = 'pending' and error_code is not null and claimed_until is null;
    return true;
  end if;
  -- A site may be down for a day: only the third failed check in a row ends a verification.
  v_is_lost := v_connection.is_verified and v_connection.verify_failures >= 2;
  update public.seo_connection
  -- The method that the creator chose also applies to the next check.
  set verification_method = coalesce(p_method, verification_method),
    verify_failures = least(verify_failures + 1, 1000), is_verified = is_verified and not v_is_lost,
    verify_at = case when v_connection.user_id is null and not v_connection.is_verified then p_now + interval '1 hour'
      when v_connection.user_id is null or (v_connection.is_verified and not v_is_lost) then p_now + interval '1 day' end,
    error_code = p_code, error_message = p_message
  where id = p_connection_id;
  if not v_connection.is_verified or v_is_lost then
    update public.seo_submission set error_code = p_code, error_message = p_message
    where connection_id = p_connection_id and status = 'pending' and error_code is distinct from p_code;
  end if;
  if v_is_lost then
    select display_name into v_engine from public.search_engine where id = v_connection.search_engine_id;
    perform ops.tell_about_seo(v_connection, format('%s is no longer verified', v_connection.site_host),
      format('%s no longer receives pages of %s: %s', v_engine, v_connection.site_url, p_message), p_code);
  end if;
  return false;
end;
$$;
comment on function public.settle_seo_verification is
  'Stores the result of a check of a site''s proof; p_is_doubt when the engine refused something. Three failures in a row end an existing verification, and its owner is notified.';

create function ops.tell_about_seo(p_connection public.seo_connection, p_title text, p_message text, p_code text) returns void
language sql volatile security invoker set search_path = '' as $$
  insert into public.notification (user_id, type, title, message, data)
  select person.user_id, 'warning', left(p_title, 200), left(p_message, 4000), jsonb_build_object('code', p_code, 'seo_connection_id', p_connection.id)
  from (
    select p_connection.user_id where p_connection.user_id is not null
    union all select user_id from public.user_role where role = 'admin' and p_connection.user_id is null) as person;
$$;
comment on function ops.tell_about_seo is 'Notifies a site''s owner; for the operator''s site, every admin.';

create function public.begin_seo_run(p_connection_id uuid, p_lease_seconds integer default 330, p_now timestamptz default now()) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_is_due boolean;
begin
  update public.seo_connection set run_until = p_now + make_interval(secs => p_lease_seconds)
  where id = p_connection_id and is_active and coalesce(run_until <= p_now, true) and coalesce(paused_until <= p_now, true)
  returning coalesce(verify_at <= p_now, false) into v_is_due;
  if not found then
    return null;
  end if;
  return public.read_seo_connection(p_connection_id) || jsonb_build_object('is_verify_due', v_is_due);
end;
$$;
comment on function public.begin_seo_run is 'Leases the site to one worker and returns it; null when another worker has it, or when it is paused.';

create function public.end_seo_run(p_connection_id uuid) returns void
language sql volatile security definer set search_path = '' as $$
  update public.seo_connection set run_until = null where id = p_connection_id;
$$;
comment on function public.end_seo_run is 'Releases the site for the next worker.';

-- ## Functions: the engines' quotas

create function ops.take_seo_windows(p_connection public.seo_connection, p_windows jsonb, p_amount integer, p_now timestamptz,
  out granted integer, out retry_at timestamptz, out quota text)
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_window record;
  v_left integer;
begin
  granted := p_amount;
  for v_window in select * from jsonb_to_recordset(p_windows) as given (quota text, starts timestamptz, ends timestamptz, amount integer) loop
    insert into public.seo_usage as usage (connection_id, user_id, quota, window_start, window_end, quota_limit)
    values (p_connection.id, p_connection.user_id, v_window.quota, v_window.starts, v_window.ends, v_window.amount)
    on conflict on constraint seo_usage_key do update set quota_limit = coalesce(excluded.quota_limit, usage.quota_limit)
    returning usage.quota_limit - usage.used into v_left;
    if v_left < granted then
      granted := greatest(v_left, 0);
      if granted = 0 then
        retry_at := greatest(retry_at, v_window.ends);
        quota := v_window.quota;
      end if;
    end if;
  end loop;
  perform ops.book_seo_windows(p_connection.id, p_windows, granted, p_now);
end;
$$;
comment on function ops.take_seo_windows is
  'Reserves as much of an amount as every window has left. The caller has locked the connection''s row, so that concurrent calls cannot exceed a quota.';

create function ops.book_seo_windows(p_connection_id uuid, p_windows jsonb, p_amount integer, p_now timestamptz) returns void
language sql volatile security invoker set search_path = '' as $$
  update public.seo_usage as usage set used = greatest(0, usage.used + p_amount), updated_at = p_now
  from jsonb_to_recordset(p_windows) as given (quota text, starts timestamptz)
  where p_amount <> 0 and usage.connection_id = p_connection_id and usage.quota = given.quota and usage.window_start = given.starts;
$$;
comment on function ops.book_seo_windows is 'Adds to the usage; a negative amount returns units.';

create function public.take_seo_quota(p_connection_id uuid, p_windows jsonb, p_amount integer, p_now timestamptz default now()) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_connection public.seo_connection;
  v_taken record;
begin
  select * into v_connection from public.seo_connection where id = p_connection_id for update;
  if not found then
    return jsonb_build_object('granted', 0);
  end if;
  v_taken := ops.take_seo_windows(v_connection, p_windows, p_amount, p_now);
  return jsonb_build_object('granted', v_taken.granted, 'retry_at', v_taken.retry_at, 'quota', v_taken.quota);
end;
$$;
comment on function public.take_seo_quota is
  'Reserves as many calls as an engine''s quota has left: returns the granted number and, if it is zero, when to retry.';

create function public.observe_seo_quota(p_connection_id uuid, p_observed jsonb, p_now timestamptz default now()) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_told record;
begin
  for v_told in
    select connection.user_id, told.* from public.seo_connection as connection,
      jsonb_to_recordset(p_observed) as told (quota text, starts timestamptz, ends timestamptz, amount integer, remaining integer)
    where connection.id = p_connection_id
  loop
    -- For an engine that reports what is left, but not the total, the limit is the usage counted here plus what is left.
    insert into public.seo_usage as usage (connection_id, user_id, quota, window_start, window_end, used, quota_limit)
    values (p_connection_id, v_told.user_id, v_told.quota, v_told.starts, v_told.ends,
      greatest(0, coalesce(v_told.amount, v_told.remaining) - v_told.remaining), coalesce(v_told.amount, v_told.remaining))
    on conflict on constraint seo_usage_key do update
    set used = case when v_told.amount is null then usage.used else excluded.used end,
      quota_limit = case when v_told.amount is null then usage.used + v_told.remaining else excluded.quota_limit end, updated_at = p_now;
  end loop;
end;
$$;
comment on function public.observe_seo_quota is 'Stores the quota that an engine reports; it overrides what was counted here.';

-- ## Functions: submissions

create function ops.url_part(p_text text) returns text
language sql stable strict parallel safe security invoker set search_path = '' as $$
  select coalesce(string_agg(case when chr(byte) ~ '[A-Za-z0-9._~-]' then chr(byte) else '%' || upper(lpad(to_hex(byte), 2, '0')) end, '' order by place), '')
  from (
    select place, get_byte(bytes, place) as byte
    from convert_to(p_text, 'UTF8') as bytes, generate_series(0, octet_length(bytes) - 1) as place) as part
  -- chr() of a byte above 127 is a different letter, and chr(0) raises an error.
  where byte > 0;
$$;
comment on function ops.url_part is 'Percent-encodes a text as part of an address (RFC 3986).';

create function public.begin_seo_submissions(p_user_id uuid, p_content_item_ids uuid[] default null, p_engines text[] default null,
  p_is_auto boolean default false, p_now timestamptz default now())
returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_setting ops.seo_setting;
  v_name text;
  v_sites uuid[];
  v_slug text;
  v_left integer;
  v_taken integer := 0;
  v_unaffordable integer := 0;
  v_row record;
  v_id uuid;
  v_submissions jsonb := '[]';
begin
  perform pg_advisory_xact_lock(hashtextextended('seo:' || p_user_id, 0));
  select * into v_setting from ops.seo_setting where user_id = p_user_id;
  if v_setting.mode = 'disabled' then
    raise exception using errcode = 'SVG02', message = 'You have turned submissions to search engines off';
  end if;
  foreach v_name in array coalesce(p_engines, '{}') loop
    if not exists (select from public.search_engine where slug = v_name) then
      raise exception using errcode = 'SVG01', message = format('There is no search engine named %s', left(v_name, 60));
    end if;
  end loop;
  -- A creator's own verified site takes precedence over the operator's.
  select array_agg(id), (array_agg(slug) filter (where id is null))[1] into v_sites, v_name
  from (
    select distinct on (engine.slug) engine.slug, connection.id
    from public.search_engine as engine
    left join public.seo_connection as connection on connection.search_engine_id = engine.id and connection.is_active
      and (connection.user_id is null or (connection.user_id = p_user_id and connection.is_verified))
    where case when p_engines is null then connection.id is not null else engine.slug = any (p_engines) end
    order by engine.slug, connection.user_id nulls last, connection.verified_at desc nulls last) as site;
  if v_sites is null or v_name is not null then
    raise exception using errcode = 'SVE01',
      message = format('%s is not set up: connect and verify a site of yours there first', coalesce(
        (select display_name from public.search_engine where slug = v_name), 'No search engine')),
      detail = jsonb_build_object('search_engine', v_name);
  end if;
  if p_content_item_ids is not null then
    select wanted.id into v_id
    from unnest(p_content_item_ids) as wanted (id)
    where not exists (select from public.content_item as item where item.id = wanted.id and item.user_id = p_user_id and item.deleted_at is null)
    limit 1;
    if found then
      raise exception using errcode = 'SVG03', message = format('Cannot find the content item: none with id %s belongs to you', v_id),
        detail = jsonb_build_object('resource', 'content_item', 'id', v_id);
    end if;
    if cardinality(p_content_item_ids) = 1 and not exists (select from ops.public_item where id = p_content_item_ids[1]) then
      raise exception using errcode = 'SVE02',
        message = 'Cannot submit this item: visitors cannot see it; make it and your profile public first',
        detail = jsonb_build_object('content_item_id', p_content_item_ids[1]);
    end if;
  end if;
  select profile_slug into v_slug from public.users where id = p_user_id;
  select quota_limit - used into v_left from ops.quota_state(p_user_id, 'seo_submissions');

  for v_row in
    select wanted.*, earlier.id as earlier_id, earlier.status, earlier.error_message, earlier.attempted_at,
      case when earlier.status = 'pending' then false
        when earlier.attempted_at is null or earlier.submission_type = 'removed' or earlier.status = 'failed' then true
        else greatest(earlier.attempted_at, earlier.created_at) < wanted.changed_at end as is_changed
    from (
      select item.id as content_item_id, item.changed_at, item.published_at, engine.slug as search_engine, engine.window_seconds, site.id as connection_id,
        site.site_url || replace(replace(site.item_path, '{id}', item.id::text), '{slug}', ops.url_part(coalesce(v_slug, ''))) as url
      from ops.public_item as item
      cross join public.seo_connection as site
      join public.search_engine as engine on engine.id = site.search_engine_id
      where item.user_id = p_user_id and site.id = any (v_sites)
        and case when p_content_item_ids is null then not p_is_auto or item.changed_at >= v_setting.auto_since
          else item.id = any (p_content_item_ids) end) as wanted
    left join lateral (
      select submission.* from public.seo_submission as submission
      where submission.connection_id = wanted.connection_id and submission.submitted_url = wanted.url
      order by submission.status = 'pending' desc, submission.attempted_at desc nulls last, submission.created_at desc limit 1) as earlier on true
    where p_content_item_ids is not null or earlier.id is null or (earlier.status <> 'pending' and (earlier.status = 'failed'
      or earlier.submission_type = 'removed' or greatest(earlier.attempted_at, earlier.created_at) < wanted.changed_at))
    order by wanted.published_at desc, wanted.content_item_id, wanted.search_engine
    limit 4000
  loop
    if v_row.earlier_id is not null and not v_row.is_changed and (v_row.status = 'pending'
      or v_row.attempted_at > p_now - make_interval(secs => v_row.window_seconds)) then
      v_submissions := v_submissions || jsonb_build_object('content_item_id', v_row.content_item_id, 'search_engine', v_row.search_engine,
        'submission_id', v_row.earlier_id, 'status', v_row.status, 'is_new', false, 'message', v_row.error_message);
      continue;
    end if;
    if v_left <= 0 then
      v_unaffordable := v_unaffordable + 1;
      continue;
    end if;
    insert into public.seo_submission (user_id, connection_id, content_item_id, submitted_url, unit_reserved_at, due_at, created_at)
    values (p_user_id, v_row.connection_id, v_row.content_item_id, v_row.url, now(),
      greatest(p_now, v_row.attempted_at + make_interval(secs => v_row.window_seconds)), p_now)
    returning id into v_id;
    v_left := v_left - 1;
    v_taken := v_taken + 1;
    v_submissions := v_submissions || jsonb_build_object('content_item_id', v_row.content_item_id, 'search_engine', v_row.search_engine,
      'submission_id', v_id, 'status', 'pending', 'is_new', true, 'connection_id', v_row.connection_id);
  end loop;
  if v_taken > 0 then
    perform ops.reserve_quota(p_user_id, 'seo_submissions', v_taken);
  elsif v_unaffordable > 0 and not p_is_auto then
    perform ops.reserve_quota(p_user_id, 'seo_submissions', 1);
  end if;
  return jsonb_build_object('submissions', v_submissions, 'beyond_quota', v_unaffordable,
    'not_public', coalesce((select jsonb_agg(wanted.id) from unnest(p_content_item_ids) as wanted (id)
      where not exists (select from ops.public_item as item where item.id = wanted.id)), '[]'));
end;
$$;
comment on function public.begin_seo_submissions is
  'Queues submissions of these items, or of all items that are new or changed since they were sent. Reserves a unit of the plan for each (SVQ01); an address that '
  'is already pending, or was sent within its engine''s window and has not changed, is returned unchanged. When the plan has too few units left, the newest items are submitted first.';

create function public.claim_seo_submissions(p_connection_id uuid, p_limit integer, p_windows jsonb default '[]', p_lease_seconds integer default 300,
  p_now timestamptz default now())
returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_connection public.seo_connection;
  v_window interval;
  v_claim constant timestamptz := p_now + make_interval(secs => p_lease_seconds);
  v_ids uuid[];
  v_taken record;
  v_claimed jsonb;
begin
  select * into v_connection from public.seo_connection where id = p_connection_id for update;
  if not found or not v_connection.is_active or not v_connection.is_verified or v_connection.paused_until > p_now then
    return jsonb_build_object('submissions', '[]'::jsonb, 'retry_at', v_connection.paused_until);
  end if;
  select make_interval(secs => window_seconds) into v_window from public.search_engine where id = v_connection.search_engine_id;
  -- Takes creators in turn, so that one creator's long list does not delay the others. An address that any row has sent within the window
  -- is not sent again, even if the result is unknown.
  select array_agg(id) into v_ids from (
    select due.id from (
      select submission.id, submission.due_at, row_number() over (partition by submission.user_id order by submission.due_at, submission.id) as turn
      from public.seo_submission as submission
      where submission.connection_id = p_connection_id and submission.status = 'pending' and submission.due_at <= p_now
        and (submission.claimed_until is null or submission.claimed_until <= p_now)
        and not exists (
          select from public.seo_submission as sent
          where sent.connection_id = p_connection_id and sent.submitted_url = submission.submitted_url and sent.attempted_at > p_now - v_window)) as due
    order by due.turn, due.due_at, due.id
    limit p_limit) as chosen;
  if v_ids is null then
    return jsonb_build_object('submissions', '[]'::jsonb);
  end if;
  v_taken := ops.take_seo_windows(v_connection, p_windows, cardinality(v_ids), p_now);
  if v_taken.granted = 0 then
    update public.seo_connection set paused_until = v_taken.retry_at, last_run_at = p_now where id = p_connection_id;
    update public.seo_submission
    set error_code = 'engine_quota', error_message = 'The quota of the search engine is used up; submission resumes automatically'
    where id = any (v_ids) and error_code is distinct from 'engine_quota';
    return jsonb_build_object('submissions', '[]'::jsonb, 'retry_at', v_taken.retry_at);
  end if;
  with claimed as (
    update public.seo_submission set claimed_until = v_claim, attempted_at = p_now, attempts = attempts + 1
    where id = any (v_ids[1:v_taken.granted])
    returning id, submitted_url, submission_type, content_item_id
  )
  select jsonb_agg(jsonb_build_object('id', claimed.id, 'url', submitted_url, 'type', submission_type,
    'is_live', coalesce(lower(item.metadata ->> 'live') = 'live', false),
    'sitemap_page', case when v_connection.user_id is null then (
      select page from ops.sitemap_part
      where kind = 'item' and (from_at, from_id) <= (item.created_at, item.id)
      order by from_at desc, from_id desc limit 1) end))
  into v_claimed from claimed left join public.content_item as item on item.id = claimed.content_item_id;
  update public.seo_connection set last_run_at = p_now where id = p_connection_id;
  return jsonb_build_object('submissions', v_claimed, 'claim', v_claim);
end;
$$;
comment on function public.claim_seo_submissions is
  'Claims the due submissions of a site for one worker, within the engine''s quotas: no address twice within the engine''s window, and nothing for an unverified site.';

create function ops.return_seo_units(p_units jsonb) returns void
language sql volatile security invoker set search_path = '' as $$
  select ops.return_quota(unit.user_id, 'seo_submissions', count(*)::integer, unit.reserved_at)
  from jsonb_to_recordset(p_units) as unit (user_id uuid, reserved_at timestamptz)
  where unit.user_id is not null and unit.reserved_at is not null
  group by unit.user_id, unit.reserved_at;
$$;
comment on function ops.return_seo_units is 'Returns the units of the plan for submissions that were not sent.';

create function public.settle_seo_submissions(p_connection_id uuid, p_claim timestamptz, p_outcomes jsonb, p_pause jsonb default null,
  p_now timestamptz default now())
returns integer
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_connection public.seo_connection;
  v_engine public.search_engine;
  v_units jsonb;
  v_settled integer;
begin
  select * into v_connection from public.seo_connection where id = p_connection_id for update;
  select * into v_engine from public.search_engine where id = v_connection.search_engine_id;
  with old as (
    select submission.id, submission.user_id, submission.unit_reserved_at, outcome.response_status, outcome.code, outcome.message, outcome.retry_at,
      outcome.ref, outcome.outcome = 'not_sent' as is_not_sent,
      case when outcome.outcome in ('submitted', 'rejected', 'failed') then outcome.outcome
        when submission.created_at < p_now - interval '7 days' then 'failed' else 'pending' end as status
    from jsonb_to_recordset(p_outcomes) as outcome (id uuid, outcome text, response_status integer, code text, message text, retry_at timestamptz, ref text)
    join public.seo_submission as submission on submission.id = outcome.id
    where submission.connection_id = p_connection_id and submission.status = 'pending' and submission.claimed_until = p_claim
    for update of submission
  ), settled as (
    update public.seo_submission as submission
    set status = old.status, response_status = old.response_status, error_code = old.code, engine_ref = old.ref,
      error_message = case when old.status = 'failed' then coalesce('Given up: ' || old.message, 'Given up') else coalesce(old.message, case when old.status = 'rejected' then 'Refused' end) end,
      claimed_until = null,
      attempted_at = case when old.is_not_sent then null else submission.attempted_at end,
      submitted_at = case when old.status = 'submitted' then p_now end,
      next_check_at = case when old.status = 'submitted' and v_engine.tells_status and submission.submission_type = 'updated' then p_now + interval '1 day' end,
      finished_at = case when old.status in ('rejected', 'failed') or (old.status = 'submitted' and not v_engine.tells_status) then p_now end,
      unit_reserved_at = case when old.status in ('rejected', 'failed') then null else submission.unit_reserved_at end,
      due_at = case when old.status = 'pending' then coalesce(old.retry_at, p_now + interval '5 minutes') else submission.due_at end
    from old where submission.id = old.id
    returning old.status, old.user_id, old.unit_reserved_at
  )
  select count(*)::integer, coalesce(jsonb_agg(jsonb_build_object('user_id', user_id, 'reserved_at', unit_reserved_at)) filter (where status in ('rejected', 'failed')), '[]')
  into v_settled, v_units from settled;
  perform ops.return_seo_units(v_units);

  if p_pause is not null then
    update public.seo_connection
    set paused_until = (p_pause ->> 'until')::timestamptz, error_code = p_pause ->> 'code', error_message = p_pause ->> 'message'
    where id = p_connection_id;
    -- A problem that only a person can solve is reported once.
    if (p_pause ->> 'is_refusal')::boolean and v_connection.error_code is distinct from p_pause ->> 'code' then
      perform ops.tell_about_seo(v_connection, format('%s refuses %s', v_engine.display_name, v_connection.site_host), p_pause ->> 'message', p_pause ->> 'code');
    end if;
  elsif v_connection.error_code is not null and v_connection.is_verified and v_settled > 0 then
    update public.seo_connection set error_code = null, error_message = null, paused_until = null where id = p_connection_id;
  end if;
  return v_settled;
end;
$$;
comment on function public.settle_seo_submissions is
  'Stores an engine''s response for each address: submitted, rejected, failed, retry (sent, with unknown result) or not_sent. Returns the units of rejected and failed submissions; '
  'fails what could not be sent for seven days. A pause applies to the whole site.';

create function ops.expire_seo_submissions(p_now timestamptz default now()) returns integer
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_units jsonb;
  v_expired integer;
begin
  with old as (
    select id, user_id, unit_reserved_at from public.seo_submission
    where status = 'pending' and created_at < p_now - interval '7 days' and (claimed_until is null or claimed_until <= p_now)
    order by created_at limit 5000 for update skip locked
  ), expired as (
    update public.seo_submission as submission
    set status = 'failed', error_code = coalesce(submission.error_code, 'expired'), claimed_until = null, unit_reserved_at = null, finished_at = p_now,
      error_message = coalesce('Given up after seven days: ' || submission.error_message, 'Given up after seven days')
    from old where submission.id = old.id
    returning old.user_id, old.unit_reserved_at
  )
  select count(*)::integer, coalesce(jsonb_agg(jsonb_build_object('user_id', user_id, 'reserved_at', unit_reserved_at)), '[]') into v_expired, v_units from expired;
  perform ops.return_seo_units(v_units);
  delete from public.seo_usage where id in (select id from public.seo_usage where window_end < p_now - interval '40 days' limit 5000);
  return v_expired;
end;
$$;
comment on function ops.expire_seo_submissions is
  'Fails submissions that could not be sent for seven days, returns their units, and deletes old windows.';

create function ops.queue_seo_jobs(p_now timestamptz default now()) returns integer
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_row record;
  v_begun jsonb;
  v_jobs integer := 0;
begin
  perform ops.expire_seo_submissions(p_now);
  -- A minute after the first change, so that several changes of a page are sent once.
  for v_row in
    select user_id from ops.seo_setting where mode = 'auto' and changed_at < p_now - interval '1 minute'
    order by changed_at limit 100 for update skip locked
  loop
    begin
      v_begun := public.begin_seo_submissions(v_row.user_id, null, null, true, p_now);
      -- Submissions for which the plan has no units left wait for the next cycle.
      update ops.seo_setting
      set changed_at = case when (v_begun ->> 'beyond_quota')::integer > 0 then (select resets_at from ops.quota_state(v_row.user_id, 'seo_submissions')) end
      where user_id = v_row.user_id;
    exception when sqlstate 'SVE01' then
      -- No site is connected yet.
      update ops.seo_setting set changed_at = p_now + interval '1 hour' where user_id = v_row.user_id;
    end;
  end loop;
  -- Module 006 may not be installed yet.
  if to_regprocedure('public.create_job(uuid, text, jsonb, integer, timestamptz, text)') is null then
    return 0;
  end if;
  for v_row in
    select connection.id from public.seo_connection as connection
    where connection.is_active and coalesce(connection.paused_until <= p_now, true) and coalesce(connection.run_until <= p_now, true)
      and (connection.is_verified or connection.verify_at <= p_now)
      and exists (
        select from public.seo_submission as submission
        where submission.connection_id = connection.id and submission.status = 'pending' and submission.due_at <= p_now
          and (submission.claimed_until is null or submission.claimed_until <= p_now))
  loop
    perform public.create_job(null, 'seo_submit', jsonb_build_object('connection_id', v_row.id, 'at', date_trunc('minute', p_now)));
    v_jobs := v_jobs + 1;
  end loop;
  return v_jobs;
end;
$$;
comment on function ops.queue_seo_jobs is
  'For cron: collects the changes of creators with mode auto, and creates a job for each site with due submissions, so that nothing waits forever, even after an outage.';

-- ## Functions: what became of them

create function public.list_seo_work(p_now timestamptz default now()) returns setof jsonb
language sql stable security definer set search_path = '' as $$
  select jsonb_build_object('connection_id', connection.id, 'verify', coalesce(connection.verify_at <= p_now, false),
    'check', engine.tells_status and connection.is_verified and exists (
      select from public.seo_submission as submission where submission.connection_id = connection.id and submission.next_check_at <= p_now))
  from public.seo_connection as connection join public.search_engine as engine on engine.id = connection.search_engine_id
  where connection.is_active and coalesce(connection.paused_until <= p_now, true)
    and (connection.verify_at <= p_now or (engine.tells_status and connection.is_verified and exists (
      select from public.seo_submission as submission where submission.connection_id = connection.id and submission.next_check_at <= p_now)))
  order by connection.last_run_at nulls first limit 500;
$$;
comment on function public.list_seo_work is 'Returns the sites whose proof or submissions are due for a check.';

create function ops.has_due_seo_checks() returns boolean
language sql stable security invoker set search_path = '' as $$
  select exists (select from public.list_seo_work());
$$;
comment on function ops.has_due_seo_checks is 'For cron: returns whether check-seo-status has anything to do.';

create function public.claim_seo_checks(p_connection_id uuid, p_limit integer, p_windows jsonb default '[]', p_now timestamptz default now()) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_connection public.seo_connection;
  v_ids uuid[];
  v_taken record;
  v_claimed jsonb;
begin
  select * into v_connection from public.seo_connection where id = p_connection_id for update;
  if not found or not v_connection.is_active or not v_connection.is_verified or v_connection.paused_until > p_now then
    return jsonb_build_object('submissions', '[]'::jsonb);
  end if;
  -- The oldest and the most clicked come first: seven times the clicks count as much as two days of waiting.
  select array_agg(id) into v_ids from (
    select submission.id
    from public.seo_submission as submission left join public.content_item as item on item.id = submission.content_item_id
    where submission.connection_id = p_connection_id and submission.next_check_at <= p_now
    order by extract(epoch from p_now - submission.submitted_at) / 86400 + ln(1 + coalesce(item.total_clicks, 0)::double precision) desc, submission.id
    limit p_limit) as chosen;
  if v_ids is null then
    return jsonb_build_object('submissions', '[]'::jsonb);
  end if;
  v_taken := ops.take_seo_windows(v_connection, p_windows, cardinality(v_ids), p_now);
  with claimed as (
    -- If the worker dies, they are due again in an hour.
    update public.seo_submission set next_check_at = p_now + interval '1 hour' where id = any (v_ids[1:v_taken.granted])
    returning id, submitted_url, engine_ref, submitted_at
  )
  select coalesce(jsonb_agg(jsonb_build_object('id', id, 'url', submitted_url, 'ref', engine_ref, 'submitted_at', submitted_at)), '[]')
  into v_claimed from claimed;
  return jsonb_build_object('submissions', v_claimed, 'retry_at', v_taken.retry_at);
end;
$$;
comment on function public.claim_seo_checks is 'Claims the submissions to ask an engine about, the oldest and most clicked first, within its quotas.';

create function public.settle_seo_checks(p_connection_id uuid, p_outcomes jsonb, p_now timestamptz default now()) returns integer
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_changed integer;
begin
  with settled as (
    update public.seo_submission as submission
    set status = case when outcome.verdict in ('indexed', 'rejected') then outcome.verdict else submission.status end,
      error_code = outcome.code, error_message = outcome.message, checked_at = p_now, checks = submission.checks + 1,
      finished_at = case when outcome.verdict in ('indexed', 'rejected', 'done') then p_now end,
      -- Next check after 1, 2, 4, 8, 14 days; an address that is not indexed after 90 days is no longer checked.
      next_check_at = case when outcome.verdict = 'waiting' and submission.submitted_at > p_now - interval '90 days'
        then p_now + least(interval '14 days', interval '1 day' * power(2, least(submission.checks, 10))) end
    from jsonb_to_recordset(p_outcomes) as outcome (id uuid, verdict text, code text, message text), public.seo_submission as before
    where submission.id = outcome.id and before.id = outcome.id and submission.connection_id = p_connection_id
      and submission.status in ('submitted', 'rejected') and submission.next_check_at is not null
    returning submission.status <> before.status as is_changed
  )
  select count(*) filter (where is_changed) into v_changed from settled;
  return v_changed;
end;
$$;
comment on function public.settle_seo_checks is
  'Stores what an engine reports about addresses: indexed, rejected with the reason, done (the engine has read the page and reports no more: submitted stays), or waiting (checked again at growing intervals).';

create function ops.get_seo_overview() returns jsonb
language sql stable security definer set search_path = '' as $$
  with latest as (
    -- Limited to the latest, because creators with a hundred thousand items read this too.
    select submission.status, submission.error_code, submission.error_message, connection.search_engine_id
    from (select * from public.seo_submission where user_id = auth.uid() order by created_at desc limit 20000) as submission
    join public.seo_connection as connection on connection.id = submission.connection_id
  )
  select jsonb_build_object(
    'mode', coalesce((select mode from ops.seo_setting where user_id = auth.uid()), 'manual'), 'counts_of_latest', 20000,
    'plan', (select jsonb_build_object('limit', quota_limit, 'used', used, 'resets_at', resets_at) from ops.quota_state(auth.uid(), 'seo_submissions')),
    'engines', (
      select jsonb_agg(jsonb_build_object('search_engine', engine.slug, 'display_name', engine.display_name, 'site', site.about,
        'pending', coalesce(count.pending, 0), 'submitted', coalesce(count.submitted, 0), 'indexed', coalesce(count.indexed, 0),
        'rejected', coalesce(count.rejected, 0), 'failed', coalesce(count.failed, 0), 'reasons', coalesce(reason.list, '[]'),
        'quotas', coalesce(quota.list, '[]')) order by engine.sort_order)
      from public.search_engine as engine
      -- The same choice as in begin_seo_submissions(); without such a site, one that is not verified yet is shown.
      left join lateral (
        select connection.id, jsonb_build_object('connection_id', connection.id, 'site_url', connection.site_url, 'is_own', connection.user_id is not null,
          'is_verified', connection.is_verified, 'verified_at', connection.verified_at, 'last_run_at', connection.last_run_at,
          'paused_until', case when connection.paused_until > now() then connection.paused_until end,
          'error_code', connection.error_code, 'error_message', connection.error_message) as about
        from public.seo_connection as connection
        where connection.search_engine_id = engine.id and connection.is_active and (connection.user_id is null or connection.user_id = auth.uid())
        order by (connection.user_id is not null and connection.is_verified) desc, connection.user_id nulls first, connection.verified_at desc nulls last
        limit 1) as site on true
      left join lateral (
        select count(*) filter (where status = 'pending') as pending, count(*) filter (where status = 'submitted') as submitted,
          count(*) filter (where status = 'indexed') as indexed, count(*) filter (where status = 'rejected') as rejected,
          count(*) filter (where status = 'failed') as failed
        from latest where latest.search_engine_id = engine.id) as count on true
      left join lateral (
        select jsonb_agg(jsonb_build_object('status', status, 'code', error_code, 'message', error_message, 'count', many) order by many desc) as list
        from (
          select latest.status, latest.error_code, min(latest.error_message) as error_message, count(*) as many
          from latest
          where latest.search_engine_id = engine.id and latest.error_message is not null
          group by latest.status, latest.error_code order by count(*) desc limit 10) as grouped) as reason on true
      left join lateral (
        select jsonb_agg(jsonb_build_object('quota', usage.quota, 'limit', usage.quota_limit, 'used', usage.used, 'resets_at', usage.window_end) order by usage.quota) as list
        from public.seo_usage as usage
        where usage.connection_id = site.id and usage.window_start <= now() and usage.window_end > now()) as quota on true));
$$;
comment on function ops.get_seo_overview is 'See public.get_seo_overview.';

create function public.get_seo_overview() returns jsonb
language sql stable security invoker set search_path = '' begin atomic
  select ops.get_seo_overview();
end;
comment on function public.get_seo_overview is
  'Returns for the caller and each engine: the site, how many of the latest counts_of_latest submissions are in each status and why, the remaining quotas, the last run; also the plan''s quota and the mode.';

-- ## Tables: the sitemap

create table ops.sitemap_part (
  part integer generated always as identity,
  page integer not null generated by default as identity,
  kind text not null,
  from_at timestamptz not null,
  from_id uuid not null,
  version integer not null default 0,
  made_with text,
  body bytea,
  crc bigint,
  etag text,
  urls integer,
  bytes bigint,
  changed_at timestamptz,
  rendered_at timestamptz,
  leased_until timestamptz,
  constraint sitemap_part_pkey primary key (part),
  constraint sitemap_part_from_key unique (kind, from_at, from_id),
  constraint sitemap_part_kind_known check (kind in ('creator', 'item')),
  constraint sitemap_part_not_negative check (least(urls, bytes, crc) >= 0)
);
-- Already compressed.
alter table ops.sitemap_part alter column body set storage external;
alter table ops.sitemap_part enable row level security;
comment on table ops.sitemap_part is
  'The sitemap, rendered and compressed in advance in parts. A page consists of consecutive parts, as many as fit. A part is a range of creation times: new items are appended, a deleted item moves no other, and a change renders only its own part again.';
comment on column ops.sitemap_part.page is 'Used in the page''s address. When a page is too large, its last parts become a new page.';
comment on column ops.sitemap_part.from_at is 'The first creation time and id; the next part of the same kind begins where this part ends.';
comment on column ops.sitemap_part.version is
  'A renderer must present the version that it read: a result from before a newer rendering or another cut is discarded.';
comment on column ops.sitemap_part.made_with is 'Hash of the renderer and of the settings that determine addresses. Null: must be rendered.';
comment on column ops.sitemap_part.body is 'XML, deflated so that several parts can be concatenated in one gzip file.';
comment on column ops.sitemap_part.crc is 'CRC-32 of the XML.';
comment on column ops.sitemap_part.bytes is 'Size of the XML.';
comment on column ops.sitemap_part.changed_at is 'When the XML last changed.';
comment on column ops.sitemap_part.leased_until is 'Until then, a worker is rendering it in advance.';
-- Serves reading a page.
create index sitemap_part_page_idx on ops.sitemap_part (page, from_at, from_id);

create view ops.sitemap_range as
select one.*, coalesce(following.from_at, 'infinity') as to_at, coalesce(following.from_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff') as to_id
from ops.sitemap_part as one
left join lateral (
  select from_at, from_id from ops.sitemap_part as later
  where later.kind = one.kind and (later.from_at, later.from_id) > (one.from_at, one.from_id)
  order by from_at, from_id
  limit 1
) as following on true;
comment on view ops.sitemap_range is 'Parts with the start of the next part; the last part has no end.';

create table ops.sitemap_change (
  id bigint generated always as identity,
  kind text not null,
  at timestamptz not null,
  subject_id uuid not null,
  is_removal boolean not null,
  noted_at timestamptz not null default clock_timestamp(),
  constraint sitemap_change_pkey primary key (id)
);
alter table ops.sitemap_change enable row level security;
comment on table ops.sitemap_change is
  'Changes since a part was rendered. Appended by triggers, so that no writer waits for another, and deleted by the rendering that includes them.';
comment on column ops.sitemap_change.at is 'When the item or creator was created, which determines its part.';
comment on column ops.sitemap_change.is_removal is 'It is no longer public: its page is not served until the part is rendered again.';
-- Serves the changes of a part.
create index sitemap_change_at_idx on ops.sitemap_change (kind, at, subject_id);
-- Serves the rendering of a part, which is one scan of it.
create index content_item_sitemap_idx on public.content_item (created_at, id)
  where deleted_at is null and hidden_at is null and visibility = 'public';
comment on index public.content_item_sitemap_idx is 'Query "sitemap": public items where (created_at, id) >= … order by created_at, id.';
create index users_sitemap_idx on public.users (created_at, id) where is_public and hidden_at is null and profile_slug is not null;
comment on index public.users_sitemap_idx is 'Query "sitemap": public creators where (created_at, id) >= … order by created_at, id.';

create table ops.thumbnail_check (
  content_item_id uuid not null,
  is_alive boolean not null,
  checked_at timestamptz not null,
  tried_at timestamptz,
  constraint thumbnail_check_pkey primary key (content_item_id),
  constraint thumbnail_check_content_item_id_fkey foreign key (content_item_id) references public.content_item (id) on delete cascade
);
alter table ops.thumbnail_check enable row level security;
comment on table ops.thumbnail_check is 'Whether the picture at the platform''s URL existed at the last check.';
comment on column ops.thumbnail_check.tried_at is 'When the platform was last asked for a new URL.';

-- ## Functions: what pages say

create function ops.seo_item(p_id uuid) returns jsonb
language sql stable security invoker set search_path = '' as $$
  select jsonb_build_object('id', item.id, 'platform', platform.slug, 'platform_content_id', item.platform_content_id,
    'content_type', item.content_type, 'title', item.title, 'description', item.description, 'tags', item.tags,
    'has_thumbnail', item.thumbnail_url is not null, 'permalink', item.permalink, 'language', item.language,
    'duration_seconds', item.duration_seconds, 'published_at', item.published_at, 'created_at', item.created_at,
    'changed_at', item.changed_at, 'metadata', item.metadata, 'views_count', item.views_count, 'likes_count', item.likes_count,
    'comments_count', item.comments_count, 'shares_count', item.shares_count, 'slug', creator.profile_slug,
    'display_name', creator.display_name, 'username', account.username)
  from public.content_item as item
  join public.social_account as account on account.id = item.social_account_id
  join public.platform as platform on platform.id = account.platform_id
  join public.users as creator on creator.id = item.user_id
  where item.id = p_id;
$$;
comment on function ops.seo_item is 'Returns the data for the page of an item, whether public or not.';

-- Security definer: the view is in ops; only the service may call it, like the functions below.
create function public.get_seo_item(p_id uuid) returns jsonb
language sql stable security definer set search_path = '' as $$
  select ops.seo_item(item.id) from ops.public_item as item where item.id = p_id;
$$;
comment on function public.get_seo_item is 'Returns a public item for search engines; null when there is no such public item.';

create function public.get_seo_creator(p_slug text) returns jsonb
language sql stable security definer set search_path = '' as $$
  select jsonb_build_object('id', creator.id, 'slug', creator.profile_slug, 'display_name', creator.display_name, 'bio', creator.bio,
    'avatar_url', creator.avatar_url, 'created_at', creator.created_at, 'updated_at', creator.updated_at,
    'profile_urls', coalesce((
      select jsonb_agg(account.profile_url order by account.created_at, account.id) from public.social_account as account
      where account.user_id = creator.id and account.deleted_at is null and account.profile_url is not null), '[]'),
    'twitter_username', (
      select account.username from public.social_account as account
      join public.platform as platform on platform.id = account.platform_id
      where account.user_id = creator.id and account.deleted_at is null and platform.slug = 'twitter'
      order by account.created_at limit 1))
  from public.users as creator
  where creator.profile_slug = p_slug and creator.is_public and creator.hidden_at is null;
$$;
comment on function public.get_seo_creator is 'Returns a public creator for search engines; null when there is no such public creator.';

-- Security definer: reads data that only the owner may see, after checking that the caller is the owner.
create function ops.get_seo_check(p_content_item_id uuid) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  v_check jsonb;
begin
  select jsonb_build_object('item', ops.seo_item(item.id), 'obstacles', to_jsonb(array_remove(array[
    case when item.visibility <> 'public' then 'visibility' end,
    case when item.deleted_at is not null then 'deleted' end,
    case when item.hidden_at is not null then 'hidden' end,
    case when account.deleted_at is not null then 'account_removed' end,
    case when not creator.is_public then 'creator_private' end,
    case when creator.hidden_at is not null then 'creator_hidden' end], null)))
  into v_check
  from public.content_item as item
  join public.social_account as account on account.id = item.social_account_id
  join public.users as creator on creator.id = item.user_id
  where item.id = p_content_item_id and item.user_id = auth.uid();
  if v_check is null then
    raise exception using errcode = 'SVG03', message = 'There is no such item',
      detail = jsonb_build_object('resource', 'content_item', 'id', p_content_item_id);
  end if;
  return v_check;
end;
$$;
comment on function ops.get_seo_check is 'See public.get_seo_check.';

create function public.get_seo_check(p_content_item_id uuid) returns jsonb
language sql stable security invoker set search_path = ''
begin atomic
  select ops.get_seo_check(p_content_item_id);
end;
comment on function public.get_seo_check is
  'Returns an item of the caller, to check what search engines see of it: {item, obstacles}. Obstacles are the reasons why visitors cannot see it.';

-- ## Functions: the sitemap

create function ops.sitemap_part_size(p_size integer) returns integer
language sql immutable security invoker set search_path = '' as $$
  select least((p_size + 9) / 10, 500);
$$;
comment on function ops.sitemap_part_size is
  'Returns the size of a part for pages of this size: a change renders little, and a response joins only a few parts.';

create function ops.due_sitemap_parts(p_made_with text, p_parts integer[] default null, p_removed_by timestamptz default 'infinity',
  p_changed_by timestamptz default 'infinity') returns setof integer
language sql stable security invoker set search_path = '' as $$
  select one.part from ops.sitemap_range as one
  where (p_parts is null or one.part = any (p_parts))
    and (one.made_with is distinct from coalesce(p_made_with, one.made_with) or one.made_with is null or exists (
      select from ops.sitemap_change as change
      where change.kind = one.kind and (change.at, change.subject_id) >= (one.from_at, one.from_id)
        and (change.at, change.subject_id) < (one.to_at, one.to_id)
        and change.noted_at <= case when change.is_removal then p_removed_by else p_changed_by end));
$$;
comment on function ops.due_sitemap_parts is
  'Returns the parts that were made with other settings, or that do not include a removal noted until p_removed_by or another change noted until p_changed_by.';

create function public.take_sitemap_page(p_page integer, p_made_with text, p_etags text[] default '{}', p_at timestamptz default null,
  p_seconds integer default 240) returns json
language plpgsql stable security definer set search_path = '' as $$
declare
  v_at constant timestamptz := coalesce(p_at, clock_timestamp());
  v_parts integer[];
  v_due integer[];
  v_etag text;
begin
  select array_agg(part), format('"%s"', md5(p_made_with || string_agg(etag, '' order by from_at, from_id))) into v_parts, v_etag
  from ops.sitemap_part where page = p_page;
  if v_parts is null then
    return null;
  end if;
  v_due := array(select ops.due_sitemap_parts(p_made_with, v_parts, v_at, now() - make_interval(secs => p_seconds)) order by 1);
  if v_due <> '{}' then
    return json_build_object('at', v_at, 'due', v_due);
  end if;
  return (
    select json_build_object('due', v_due, 'etag', v_etag, 'urls', sum(urls),
      'checks', json_agg(json_build_object('crc', crc, 'bytes', bytes) order by from_at, from_id),
      'body', case when v_etag <> all (p_etags) then encode(string_agg(body, '' order by from_at, from_id), 'base64') end)
    from ops.sitemap_part where page = p_page);
end;
$$;
comment on function public.take_sitemap_page is
  'Returns a rendered page of the sitemap: {due, etag, urls, checks, body}; without body when the caller has it (p_etags). Or {due, at}: these parts must be rendered first, because something in them was no longer public at that time (p_at: the time of the caller''s first call), or because they lack changes that are p_seconds old. Null: no such page.';

create function public.read_sitemap_part(p_part integer, p_size integer) returns json
language plpgsql volatile security definer
-- Forces the index and its order, whatever the statistics say about how few creators are public.
set search_path = '' set jit = off set enable_sort = off set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off as $$
declare
  v_part ops.sitemap_range;
  v_most integer;
  v_changes bigint[];
  v_entries json;
  v_next json;
begin
  select * into v_part from ops.sitemap_range where part = p_part;
  if not found then
    return null;
  end if;
  -- The last part is cut when it is full. Others may grow, because something in their range may become public again.
  v_most := ops.sitemap_part_size(p_size) * case when v_part.to_at = 'infinity' then 1 else 2 end;
  -- Read before the entries, so that the entries include all of these changes.
  select array_agg(id) into v_changes from ops.sitemap_change as change
  where change.kind = v_part.kind and (change.at, change.subject_id) >= (v_part.from_at, v_part.from_id)
    and (change.at, change.subject_id) < (v_part.to_at, v_part.to_id);
  if v_part.kind = 'item' then
    with listed as materialized (
      select row_number() over (order by item.created_at, item.id) as place, item.created_at as at, item.id,
        json_build_object('id', item.id, 'platform', item.platform, 'platform_content_id', item.platform_content_id,
          'content_type', item.content_type, 'title', left(item.title, 300), 'description', left(item.description, 3000),
          'tags', item.tags[1:64], 'has_thumbnail', item.thumbnail_url is not null, 'permalink', item.permalink,
          'duration_seconds', item.duration_seconds, 'published_at', item.published_at, 'created_at', item.created_at,
          'changed_at', item.changed_at, 'metadata', item.metadata, 'slug', item.profile_slug,
          'display_name', item.display_name) as entry
      from ops.public_item as item
      where (item.created_at, item.id) >= (v_part.from_at, v_part.from_id) and (item.created_at, item.id) < (v_part.to_at, v_part.to_id)
      order by item.created_at, item.id
      limit v_most + 1
    )
    select json_agg(entry order by place) filter (where place <= v_most),
      json_agg(json_build_object('at', at, 'id', id)) filter (where place > v_most) -> 0
    into v_entries, v_next from listed;
  else
    with listed as materialized (
      select row_number() over (order by creator.created_at, creator.id) as place, creator.created_at as at, creator.id,
        json_build_object('slug', creator.profile_slug, 'changed_at', greatest(creator.updated_at, newest.created_at)) as entry
      from public.users as creator
      left join lateral (
        select item.created_at from public.content_item as item
        where item.user_id = creator.id and item.deleted_at is null and item.hidden_at is null and item.visibility = 'public'
        order by item.published_at desc
        limit 1
      ) as newest on true
      where creator.is_public and creator.hidden_at is null and creator.profile_slug is not null
        and (creator.created_at, creator.id) >= (v_part.from_at, v_part.from_id) and (creator.created_at, creator.id) < (v_part.to_at, v_part.to_id)
      order by creator.created_at, creator.id
      limit v_most + 1
    )
    select json_agg(entry order by place) filter (where place <= v_most),
      json_agg(json_build_object('at', at, 'id', id)) filter (where place > v_most) -> 0
    into v_entries, v_next from listed;
  end if;
  return json_build_object('kind', v_part.kind, 'version', v_part.version, 'is_first', v_part.from_at = '-infinity',
    'changes', coalesce(v_changes, '{}'), 'entries', coalesce(v_entries, '[]'), 'next', v_next);
end;
$$;
comment on function public.read_sitemap_part is
  'Returns the data for rendering a part, for pages of this size: {kind, version, is_first, changes, entries, next}. next: where the entries begin that did not fit.';

create function ops.fit_sitemap_page(p_page integer, p_size integer) returns void
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_most constant integer := case when exists (select from ops.sitemap_range where page = p_page and to_at = 'infinity') then p_size
    else least(2 * p_size, 50000) end;
  v_new integer;
  v_moved integer[];
  v_shown boolean;
begin
  with placed as (
    select part, etag, row_number() over ordered as place, sum(coalesce(bytes, 0)) over ordered as bytes,
      sum(coalesce(urls, ops.sitemap_part_size(p_size))) over ordered as urls
    from ops.sitemap_part where page = p_page
    window ordered as (order by from_at, from_id)
  )
  select array_agg(part), bool_or(etag is not null) into v_moved, v_shown
  from placed
  -- 50 MB without the beginning and end of the file.
  where place > 1 and (urls > v_most or bytes > 52428000);
  if v_moved is not null then
    v_new := nextval(pg_get_serial_sequence('ops.sitemap_part', 'page'));
    update ops.sitemap_part
    set page = case when part = any (v_moved) then v_new else page end, changed_at = case when v_shown then now() else changed_at end
    where page = p_page and (v_shown or part = any (v_moved));
  end if;
end;
$$;
comment on function ops.fit_sitemap_page is 'Moves the parts that do not fit into a page to a new page.';

create function public.put_sitemap_part(p_part integer, p_version integer, p_made_with text, p_body text, p_crc bigint, p_urls integer,
  p_bytes bigint, p_changes bigint[], p_size integer, p_next_at timestamptz default null, p_next_id uuid default null) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_body constant bytea := decode(p_body, 'base64');
  v_part ops.sitemap_part;
begin
  -- In a fixed order, because two callers may both find the page too large.
  perform from ops.sitemap_part as one
  where one.page = (select page from ops.sitemap_part where part = p_part) order by one.part for update;
  update ops.sitemap_part
  set version = version + 1, made_with = p_made_with, body = v_body, crc = p_crc, etag = md5(v_body), urls = p_urls, bytes = p_bytes,
    changed_at = case when etag is distinct from md5(v_body) then now() else changed_at end, rendered_at = now(), leased_until = null
  where part = p_part and version = p_version
  returning * into v_part;
  if not found then
    return false;
  end if;
  delete from ops.sitemap_change where id = any (p_changes);
  if p_next_at is not null then
    insert into ops.sitemap_part (kind, page, from_at, from_id) values (v_part.kind, v_part.page, p_next_at, p_next_id)
    on conflict do nothing;
  end if;
  perform ops.fit_sitemap_page(v_part.page, p_size);
  return true;
end;
$$;
comment on function public.put_sitemap_part is
  'Stores a part rendered from the result of read_sitemap_part(), and deletes the changes that it includes. False: another caller was faster.';

create function public.list_sitemap_pages() returns jsonb
language sql stable security definer set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object('page', page, 'changed_at', changed_at) order by kind, from_at, page), '[]')
  from (
    select page, max(changed_at) as changed_at, min(kind) as kind, min(from_at) as from_at from ops.sitemap_part
    group by page having sum(coalesce(urls, 1)) > 0) as listed;
$$;
comment on function public.list_sitemap_pages is 'Returns the pages of the sitemap index, creators first: page, changed_at. Empty pages are left out.';

create function ops.plan_sitemap(p_size integer, p_most integer default 20) returns integer
language plpgsql volatile security invoker
set search_path = '' set jit = off set enable_sort = off set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off as $$
declare
  v_kind text;
  v_last ops.sitemap_part;
  v_at timestamptz;
  v_id uuid;
  v_made integer := 0;
begin
  foreach v_kind in array array['creator', 'item'] loop
    while v_made < p_most loop
      select * into v_last from ops.sitemap_part where kind = v_kind order by from_at desc, from_id desc limit 1 for update;
      exit when not exists (select ops.due_sitemap_parts(null, array[v_last.part]));
      if v_kind = 'item' then
        select item.created_at, item.id into v_at, v_id from ops.public_item as item
        where (item.created_at, item.id) >= (v_last.from_at, v_last.from_id)
        order by item.created_at, item.id offset ops.sitemap_part_size(p_size) limit 1;
      else
        select creator.created_at, creator.id into v_at, v_id from public.users as creator
        where creator.is_public and creator.hidden_at is null and creator.profile_slug is not null
          and (creator.created_at, creator.id) >= (v_last.from_at, v_last.from_id)
        order by creator.created_at, creator.id offset ops.sitemap_part_size(p_size) limit 1;
      end if;
      exit when not found;
      -- A caller that has read the part with its previous end cannot store it any more.
      update ops.sitemap_part set made_with = null, version = version + 1 where part = v_last.part;
      insert into ops.sitemap_part (kind, page, from_at, from_id) values (v_kind, v_last.page, v_at, v_id) on conflict do nothing;
      perform ops.fit_sitemap_page(v_last.page, p_size);
      v_made := v_made + 1;
    end loop;
  end loop;
  return v_made;
end;
$$;
comment on function ops.plan_sitemap is 'Cuts last parts that contain too much, at most p_most times; returns the number of new parts.';

create function public.claim_sitemap_parts(p_made_with text, p_size integer, p_limit integer default 10, p_lease_seconds integer default 30)
returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_planned constant integer := ops.plan_sitemap(p_size);
  v_due constant integer[] := array(select ops.due_sitemap_parts(p_made_with));
  v_parts integer[];
begin
  with claimed as (
    update ops.sitemap_part as one
    set leased_until = clock_timestamp() + make_interval(secs => p_lease_seconds)
    where one.part = any (array(
      select candidate.part from ops.sitemap_part as candidate
      where candidate.part = any (v_due) and coalesce(candidate.leased_until < clock_timestamp(), true)
      order by candidate.rendered_at nulls last, candidate.part
      limit p_limit
      for update skip locked))
    returning one.part
  )
  select array_agg(claimed.part order by claimed.part) into v_parts from claimed;
  return jsonb_build_object('parts', coalesce(to_jsonb(v_parts), '[]'), 'due', cardinality(v_due), 'is_planned', v_planned = 0);
end;
$$;
comment on function public.claim_sitemap_parts is
  'Leases parts to the caller for rendering in advance. Returns them, the number of all due parts, and whether no part is left to cut: {parts, due, is_planned}.';

create function ops.has_due_sitemap_pages() returns boolean
language sql stable security invoker set search_path = '' as $$
  select exists (select from ops.sitemap_change) or exists (select from ops.sitemap_part where made_with is null);
$$;
comment on function ops.has_due_sitemap_pages is 'For cron: returns whether any part of the sitemap must be rendered.';

create function public.continue_sitemap() returns void
language sql volatile security definer set search_path = '' as $$
  select ops.invoke_edge_function('refresh-sitemap');
$$;
comment on function public.continue_sitemap is 'Calls the function that renders in advance again: one call has time for only a few parts.';

create function ops.tidy_sitemap() returns bigint
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_ids bigint[];
begin
  select array_agg(id) into v_ids
  from (select id from ops.sitemap_change where noted_at < now() - interval '1 hour' order by id limit 100000) as old;
  if v_ids is null then
    return 0;
  end if;
  update ops.sitemap_part as one
  set made_with = null, version = one.version + 1
  from ops.sitemap_range as range
  where one.part = range.part and one.made_with is not null and exists (
    select from ops.sitemap_change as change
    where change.id = any (v_ids) and change.kind = range.kind and (change.at, change.subject_id) >= (range.from_at, range.from_id)
      and (change.at, change.subject_id) < (range.to_at, range.to_id));
  delete from ops.sitemap_change where id = any (v_ids);
  return cardinality(v_ids);
end;
$$;
comment on function ops.tidy_sitemap is
  'For cron. When nothing renders, marks the parts of changes that are an hour old and deletes these changes: the parts are rendered when their page is requested.';

-- ## Functions: pictures

create function public.get_thumbnail(p_id uuid) returns jsonb
language sql stable security definer set search_path = '' as $$
  select jsonb_build_object('platform', item.platform, 'url', item.thumbnail_url,
    -- A check that found the old URL dead does not apply to a newer URL.
    'is_alive', case when checked.is_alive or checked.checked_at >= item.updated_at then checked.is_alive end,
    'checked_seconds_ago', extract(epoch from now() - checked.checked_at)::bigint)
  from ops.public_item as item
  left join ops.thumbnail_check as checked on checked.content_item_id = item.id
  where item.id = p_id and item.thumbnail_url is not null;
$$;
comment on function public.get_thumbnail is
  'Returns the picture URL of a public item as named by the platform, and whether the picture existed at the last check.';

create function public.note_thumbnail(p_id uuid, p_is_alive boolean) returns void
language sql volatile security definer set search_path = '' as $$
  insert into ops.thumbnail_check as noted (content_item_id, is_alive, checked_at)
  select item.id, p_is_alive, now() from public.content_item as item where item.id = p_id
  on conflict (content_item_id) do update set is_alive = excluded.is_alive, checked_at = excluded.checked_at;
$$;
comment on function public.note_thumbnail is 'Records whether an item''s picture exists.';

-- Returns the account, its connection and its pictures to renew, for one call of the platform.
create function public.claim_thumbnails(p_id uuid, p_limit integer, p_wait_seconds integer default 600) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_account record;
  v_ids uuid[];
begin
  select account.id, account.user_id, account.platform_account_id, account.details, connection.id as connection_id,
    connection.vault_secret_name, connection.token_expires_at
  into v_account
  from ops.public_item as item
  join public.social_account as account on account.id = item.social_account_id
  join public.platform_connection as connection on connection.id = account.connection_id
  where item.id = p_id and account.status = 'active' and connection.is_active;
  if not found then
    return null;
  end if;
  -- Pictures of one account expire together: those that were not requested recently are requested with this one.
  with wanted as (
    select item.id, item.id = p_id as is_asked, item.published_at
    from public.content_item as item
    left join ops.thumbnail_check as checked on checked.content_item_id = item.id
    where item.social_account_id = v_account.id and item.deleted_at is null
      and coalesce(checked.tried_at < now() - make_interval(secs => p_wait_seconds), true)
      and (item.id = p_id or not coalesce(checked.is_alive, false))
    order by item.id = p_id desc, item.published_at desc
    limit p_limit
  ), claimed as (
    insert into ops.thumbnail_check as noted (content_item_id, is_alive, checked_at, tried_at)
    select id, false, now(), now() from wanted order by id
    on conflict (content_item_id) do update set tried_at = excluded.tried_at
    where coalesce(noted.tried_at < now() - make_interval(secs => p_wait_seconds), true)
    returning content_item_id
  )
  select array_agg(content_item_id) into v_ids from claimed;
  if p_id <> all (coalesce(v_ids, '{}')) then
    return null;
  end if;
  return jsonb_build_object('user_id', v_account.user_id, 'social_account_id', v_account.id,
    'platform_account_id', v_account.platform_account_id,
    'account_details', v_account.details, 'connection_id', v_account.connection_id,
    'tokens', ops.read_tokens(v_account.vault_secret_name), 'token_expires_at', v_account.token_expires_at,
    'items', (select jsonb_object_agg(item.platform_content_id, item.id) from public.content_item as item where item.id = any (v_ids)));
end;
$$;
comment on function public.claim_thumbnails is
  'Returns what is needed to ask the platform for an item''s picture, and for others of the account whose pictures are not known to exist, at most p_limit in all. Null: asked recently, or there is no working connection.';

create function public.put_thumbnails(p_urls jsonb) returns integer
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_count integer;
begin
  -- With its own timestamp: a new signature is not an edit.
  update public.content_item as item
  set thumbnail_url = given.url, updated_at = greatest(now(), item.updated_at + interval '1 microsecond')
  from (select key::uuid as id, value as url from jsonb_each_text(p_urls) where value is not null order by 1) as given
  where item.id = given.id and item.thumbnail_url is distinct from given.url;
  get diagnostics v_count = row_count;
  update ops.thumbnail_check as checked
  set is_alive = true, checked_at = now()
  from (select key::uuid as id from jsonb_each_text(p_urls) where value is not null order by 1) as given
  where checked.content_item_id = given.id;
  return v_count;
end;
$$;
comment on function public.put_thumbnails is 'Stores picture URLs that a platform has just returned: {item id: address}. Returns how many are new.';

-- ## Functions: triggers of the sitemap

-- Security definer, like the next ones: a role that edits items may not write sitemap changes.
create function ops.note_sitemap_items() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  insert into ops.sitemap_change (kind, at, subject_id, is_removal)
  select 'item', touched.created_at, touched.id, tg_op = 'DELETE'
  from touched
  where touched.visibility = 'public' and touched.deleted_at is null and touched.hidden_at is null;
  if tg_op = 'INSERT' then
    insert into ops.sitemap_change (kind, at, subject_id, is_removal)
    select distinct 'creator', creator.created_at, creator.id, false
    from touched
    join public.users as creator on creator.id = touched.user_id
    where creator.is_public;
  end if;
  return null;
end;
$$;
comment on function ops.note_sitemap_items is
  'Trigger: inserted or deleted items change a page of the sitemap; inserted ones also change the entry of their creator.';

create function ops.note_sitemap_item() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_was constant boolean := old.visibility = 'public' and old.deleted_at is null and old.hidden_at is null;
  v_is constant boolean := new.visibility = 'public' and new.deleted_at is null and new.hidden_at is null;
begin
  if v_was or v_is then
    insert into ops.sitemap_change (kind, at, subject_id, is_removal) values ('item', new.created_at, new.id, not v_is);
  end if;
  return null;
end;
$$;
comment on function ops.note_sitemap_item is 'Trigger: an item whose data for search engines changed changes a page of the sitemap.';

create function ops.note_sitemap_creator() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_was constant boolean := tg_op <> 'INSERT' and old.is_public and old.hidden_at is null;
  v_is constant boolean := tg_op <> 'DELETE' and new.is_public and new.hidden_at is null;
begin
  if v_was or v_is then
    insert into ops.sitemap_change (kind, at, subject_id, is_removal)
    values ('creator', coalesce(new.created_at, old.created_at), coalesce(new.id, old.id),
      v_was and (not v_is or old.profile_slug is distinct from new.profile_slug));
    if tg_op = 'UPDATE' and (v_was, old.profile_slug, old.display_name) is distinct from (v_is, new.profile_slug, new.display_name) then
      insert into ops.sitemap_change (kind, at, subject_id, is_removal)
      select 'item', item.created_at, item.id, not v_is from public.content_item as item
      where item.user_id = new.id and item.visibility = 'public' and item.deleted_at is null and item.hidden_at is null;
    end if;
  end if;
  return null;
end;
$$;
comment on function ops.note_sitemap_creator is
  'Trigger: when a creator appears, changes or is deleted, the sitemap pages of all their items change too.';

create function ops.note_sitemap_account() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  insert into ops.sitemap_change (kind, at, subject_id, is_removal)
  select 'item', item.created_at, item.id, new.deleted_at is not null from public.content_item as item
  where item.social_account_id = new.id and item.visibility = 'public' and item.deleted_at is null and item.hidden_at is null;
  return null;
end;
$$;
comment on function ops.note_sitemap_account is 'Trigger: when an owner removes or restores an account, the sitemap pages of its items change.';

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
comment on function ops.follow_seo_submission is 'Trigger: enforces the allowed status changes of a submission, and adds each to its history.';

-- Security definer, like the next ones except keep_seo_pages(): creators may not write submissions, but their edits must.
create function ops.note_seo_change(p_user_ids uuid[]) returns void
language sql volatile security definer set search_path = '' as $$
  update ops.seo_setting set changed_at = now() where user_id = any (p_user_ids) and mode = 'auto' and changed_at is null;
$$;
comment on function ops.note_seo_change is 'Marks creators with mode auto as changed: queue_seo_jobs() collects the changes.';

create function ops.retract_seo_pages(p_ids uuid[]) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_units jsonb;
begin
  with old as (
    select id, user_id, unit_reserved_at from public.seo_submission
    where content_item_id = any (p_ids) and status = 'pending' and submission_type = 'updated' and (claimed_until is null or claimed_until <= now())
    order by id for update
  ), stopped as (
    update public.seo_submission as submission
    set status = 'failed', error_code = 'page_gone', error_message = 'The page is no longer public, so it was not sent', unit_reserved_at = null,
      claimed_until = null, finished_at = now()
    from old where submission.id = old.id
    returning old.user_id, old.unit_reserved_at
  )
  select coalesce(jsonb_agg(jsonb_build_object('user_id', user_id, 'reserved_at', unit_reserved_at)), '[]') into v_units from stopped;
  perform ops.return_seo_units(v_units);
  update public.seo_submission set next_check_at = null where content_item_id = any (p_ids) and next_check_at is not null;
  -- An engine that was told about a page is told once that it is removed, if the engine accepts removals. After a minute: the page may be
  -- public again by then.
  insert into public.seo_submission (user_id, connection_id, content_item_id, submitted_url, submission_type, due_at)
  select latest.user_id, latest.connection_id, latest.content_item_id, latest.submitted_url, 'removed', now() + interval '1 minute'
  from (
    select distinct on (submission.connection_id, submission.submitted_url) submission.*
    from public.seo_submission as submission
    join public.seo_connection as connection on connection.id = submission.connection_id
    join public.search_engine as engine on engine.id = connection.search_engine_id
    where submission.content_item_id = any (p_ids) and submission.attempted_at is not null and engine.takes_removals
    order by submission.connection_id, submission.submitted_url, submission.attempted_at desc) as latest
  where latest.submission_type = 'updated'
  on conflict do nothing;
end;
$$;
comment on function ops.retract_seo_pages is
  'For pages that no longer exist: cancels waiting submissions, and submits the removal of pages that were sent.';

create function ops.keep_seo_pages(p_ids uuid[]) returns void
language sql volatile security invoker set search_path = '' as $$
  update public.seo_submission
  set status = 'failed', error_code = 'page_back', error_message = 'The page is public again', finished_at = now()
  where content_item_id = any (p_ids) and status = 'pending' and submission_type = 'removed' and (claimed_until is null or claimed_until <= now());
$$;
comment on function ops.keep_seo_pages is 'For pages that are public again: cancels waiting removals.';

create function ops.enter_seo() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform ops.note_seo_change(array(select distinct user_id from added));
  return null;
end;
$$;
comment on function ops.enter_seo is 'Trigger: new items may have to be submitted.';

create function ops.follow_seo_item() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  if exists (select from ops.public_item where id = new.id) then
    perform ops.note_seo_change(array[new.user_id]);
    perform ops.keep_seo_pages(array[new.id]);
  else
    perform ops.retract_seo_pages(array[new.id]);
  end if;
  return null;
end;
$$;
comment on function ops.follow_seo_item is 'Trigger: an item has changed, or is no longer public.';

create function ops.follow_seo_owner() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_user_id constant uuid := case tg_table_name when 'users' then to_jsonb(new) ->> 'id' else to_jsonb(new) ->> 'user_id' end;
begin
  perform ops.note_seo_change(array[v_user_id]);
  perform ops.retract_seo_pages(array(
    select distinct submission.content_item_id from public.seo_submission as submission
    where submission.user_id = v_user_id and not exists (select from ops.public_item as item where item.id = submission.content_item_id)));
  perform ops.keep_seo_pages(array(
    select submission.content_item_id from public.seo_submission as submission
    where submission.user_id = v_user_id and submission.status = 'pending' and submission.submission_type = 'removed'
      and exists (select from ops.public_item as item where item.id = submission.content_item_id)));
  return null;
end;
$$;
comment on function ops.follow_seo_owner is 'Trigger: a creator, or one of their accounts, is no longer public, or is public again.';

create function ops.drop_seo_pages() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform ops.retract_seo_pages(array(select id from gone));
  return null;
end;
$$;
comment on function ops.drop_seo_pages is 'Trigger: retracts the pages of deleted items.';

create function ops.leave_seo() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform ops.retract_seo_pages(array(select distinct content_item_id from public.seo_submission where user_id = old.id));
  -- All other submissions are deleted with their owner.
  update public.seo_submission set user_id = null where user_id = old.id and submission_type = 'removed' and status = 'pending';
  return old;
end;
$$;
comment on function ops.leave_seo is
  'Trigger: when a creator is deleted, submits the removal of their pages to the operator''s engines. Before the deletion, because afterwards the addresses are unknown.';

create trigger seo_submission_follow before insert or update on public.seo_submission for each row execute function ops.follow_seo_submission();
create trigger seo_connection_forget_secret after delete on public.seo_connection for each row execute function ops.forget_tokens();
create trigger content_item_enter_seo after insert on public.content_item
  referencing new table as added for each statement execute function ops.enter_seo();
create trigger content_item_follow_seo after update of title, description, tags, hashtags, thumbnail_url, visibility, hidden_at, deleted_at
  on public.content_item
  for each row when ((old.title, old.description, old.tags, old.hashtags, split_part(old.thumbnail_url, '?', 1), old.visibility, old.hidden_at, old.deleted_at)
    is distinct from (new.title, new.description, new.tags, new.hashtags, split_part(new.thumbnail_url, '?', 1), new.visibility, new.hidden_at, new.deleted_at))
  execute function ops.follow_seo_item();
create trigger content_item_drop_seo after delete on public.content_item
  referencing old table as gone for each statement execute function ops.drop_seo_pages();
create trigger users_leave_seo before delete on public.users for each row execute function ops.leave_seo();
create trigger users_follow_seo after update of is_public, hidden_at on public.users
  for each row when ((old.is_public, old.hidden_at) is distinct from (new.is_public, new.hidden_at)) execute function ops.follow_seo_owner();
create trigger social_account_follow_seo after update of deleted_at on public.social_account
  for each row when (old.deleted_at is distinct from new.deleted_at) execute function ops.follow_seo_owner();
create trigger search_engine_touch_updated_at before update on public.search_engine for each row execute function ops.touch_updated_at();
create trigger seo_connection_touch_updated_at before update on public.seo_connection for each row execute function ops.touch_updated_at();
create trigger seo_setting_touch_updated_at before update on ops.seo_setting for each row execute function ops.touch_updated_at();
create trigger content_item_enter_sitemap after insert on public.content_item
  referencing new table as touched for each statement execute function ops.note_sitemap_items();
create trigger content_item_leave_sitemap after delete on public.content_item
  referencing old table as touched for each statement execute function ops.note_sitemap_items();
create trigger content_item_note_sitemap after update of title, description, tags, content_type, duration_seconds, published_at, permalink,
    metadata, thumbnail_url, visibility, hidden_at, deleted_at
  on public.content_item
  for each row when ((old.title, old.description, old.tags, old.content_type, old.duration_seconds, old.published_at, old.permalink,
      old.metadata, old.thumbnail_url is null, old.visibility, old.hidden_at is null, old.deleted_at is null)
    is distinct from (new.title, new.description, new.tags, new.content_type, new.duration_seconds, new.published_at, new.permalink,
      new.metadata, new.thumbnail_url is null, new.visibility, new.hidden_at is null, new.deleted_at is null))
  execute function ops.note_sitemap_item();
create trigger users_enter_sitemap after insert or delete on public.users for each row execute function ops.note_sitemap_creator();
create trigger users_note_sitemap after update on public.users for each row when (old.* is distinct from new.*)
  execute function ops.note_sitemap_creator();
create trigger social_account_note_sitemap after update of deleted_at on public.social_account
  for each row when ((old.deleted_at is null) is distinct from (new.deleted_at is null))
  execute function ops.note_sitemap_account();

-- ## Policies

create policy "Everybody reads the search engines" on public.search_engine for select to anon, authenticated using (true);
create policy "Creators read their own sites" on public.seo_connection for select to authenticated using (user_id = (select auth.uid()));
create policy "Creators pause their own sites" on public.seo_connection
  for update to authenticated using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));
create policy "Creators remove their own sites" on public.seo_connection for delete to authenticated using (user_id = (select auth.uid()));
create policy "Creators read their own submissions" on public.seo_submission for select to authenticated using (user_id = (select auth.uid()));
create policy "Creators read the quotas of their own sites" on public.seo_usage for select to authenticated using (user_id = (select auth.uid()));
create policy "Only functions keep SEO settings" on ops.seo_setting for all to postgres using (true) with check (true);
create policy "Only functions keep the sitemap" on ops.sitemap_part for all to postgres using (true) with check (true);
create policy "Only functions note what changes the sitemap" on ops.sitemap_change for all to postgres using (true) with check (true);
create policy "Only functions look after pictures" on ops.thumbnail_check for all to postgres using (true) with check (true);

-- ## Grants

grant select on public.search_engine to anon, authenticated;
-- Without the name of the secret.
grant select (id, user_id, search_engine_id, site_url, site_host, item_path, engine_site, verification_token, verification_method, is_active,
  is_verified, verified_at, verify_at, verify_failures, paused_until, error_code, error_message, last_run_at, created_at, updated_at),
  update (is_active), delete on public.seo_connection to authenticated;
grant select on public.seo_submission, public.seo_usage to authenticated;
grant select, insert, update, delete on public.search_engine, public.seo_connection to service_role;
-- No insert, update or delete: only functions write what was sent.
grant select on public.seo_submission, public.seo_usage to service_role;
grant execute on function ops.get_seo_check, public.get_seo_check to authenticated;
grant execute on function
  public.get_seo_item, public.get_seo_creator, public.take_sitemap_page, public.read_sitemap_part, public.put_sitemap_part,
  public.list_sitemap_pages, public.claim_sitemap_parts, public.continue_sitemap, public.get_thumbnail, public.note_thumbnail,
  public.claim_thumbnails, public.put_thumbnails
  to service_role;

-- Who may execute what. Module 000 revoked the defaults: only its owner may execute a function that is not named here.
grant execute on function ops.set_seo_mode, public.set_seo_mode, ops.get_seo_overview, public.get_seo_overview to authenticated;
grant execute on function
  public.operate_seo_sites, public.connect_seo_site, public.keep_seo_secret, public.begin_seo_run, public.end_seo_run, public.read_seo_connection, public.settle_seo_verification, public.take_seo_quota,
  public.observe_seo_quota, public.begin_seo_submissions, public.claim_seo_submissions, public.settle_seo_submissions, public.list_seo_work,
  public.claim_seo_checks, public.settle_seo_checks
  to service_role;

-- ## Reference rows

-- Windows: IndexNow asks for a pause of about ten minutes; Yandex refuses an address that is still in its queue; Google reads a sitemap at
-- its own pace; Bing counts a second submission against the day's quota.
insert into public.search_engine (slug, display_name, website_url, batch_size, window_seconds, tells_status, takes_removals, sort_order)
values
  ('google', 'Google', 'https://search.google.com/search-console', 1000, 3600, true, false, 1),
  ('bing', 'Bing', 'https://www.bing.com/webmasters', 500, 3600, true, false, 2),
  ('yandex', 'Yandex', 'https://webmaster.yandex.com', 50, 86400, true, false, 3),
  ('indexnow', 'IndexNow', 'https://www.indexnow.org', 10000, 600, false, true, 4)
on conflict (slug) do update
set display_name = excluded.display_name, website_url = excluded.website_url, batch_size = excluded.batch_size,
  window_seconds = excluded.window_seconds, tells_status = excluded.tells_status, takes_removals = excluded.takes_removals,
  sort_order = excluded.sort_order;

-- One part per kind holds everything until it is cut.
insert into ops.sitemap_part (kind, from_at, from_id)
values ('creator', '-infinity', '00000000-0000-0000-0000-000000000000'), ('item', '-infinity', '00000000-0000-0000-0000-000000000000')
on conflict do nothing;
