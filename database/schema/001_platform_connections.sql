-- Module 001, platform connections: the supported platforms, the connections of each person, tokens in Vault and their refreshes, and what
-- platforms report about people. Needs module 000. Only edge functions call the platforms; the database never does.
--
--   Needs
--   Functions that columns need
--   Tables
--   Functions: consent
--   Functions: tokens in Vault
--   Functions: accounts
--   Functions: refreshing tokens
--   Functions: what platforms report
--   Functions: triggers
--   Triggers
--   Policies
--   Grants
--   Reference rows

-- ## Needs

-- The same role must apply this module: the default privileges of module 000 keep its functions closed.
do $$
begin
  if not exists (select from pg_class where oid = to_regclass('public.users') and relowner = current_user::regrole) then
    raise exception 'Cannot apply module 001: module 000 must be applied first, by the same role';
  end if;
end;
$$;

-- ## Functions that columns need

-- Immutable although adding an interval is only stable: seconds do not depend on a time zone.
create function ops.refresh_due_at(p_issued_at timestamptz, p_expires_at timestamptz) returns timestamptz
language sql immutable parallel safe strict security invoker set search_path = '' as $$
  select p_expires_at - make_interval(secs => greatest(300, extract(epoch from p_expires_at - p_issued_at) / 10));
$$;
comment on function ops.refresh_due_at is
  'Returns when a token is to be refreshed: with a tenth of its lifetime left (an hour: 6 minutes; 60 days: 6 days), at least 5 minutes before it expires.';

-- ## Tables

create table public.platform (
  id uuid not null default gen_random_uuid(),
  slug text not null,
  display_name text not null,
  website_url text not null,
  sort_order smallint not null,
  is_active boolean not null default true,
  constraint platform_pkey primary key (id),
  constraint platform_slug_key unique (slug)
);
alter table public.platform enable row level security;
comment on table public.platform is 'The platforms on which an account can be connected.';

create table public.account_status (
  id uuid not null default gen_random_uuid(),
  slug text not null,
  display_name text not null,
  description text not null default '',
  sort_order smallint not null,
  constraint account_status_pkey primary key (id),
  constraint account_status_slug_key unique (slug)
);
alter table public.account_status enable row level security;
comment on table public.account_status is 'The states of a connected account.';

create table public.platform_connection (
  id uuid not null default gen_random_uuid(),
  user_id uuid not null,
  platform_id uuid not null,
  vault_secret_name text not null,
  scopes text[] not null default '{}',
  granted_at timestamptz not null default now(),
  token_issued_at timestamptz not null default now(),
  token_expires_at timestamptz,
  is_active boolean not null default true,
  refresh_due_at timestamptz generated always as (ops.refresh_due_at(token_issued_at, token_expires_at)) stored,
  refresh_lease uuid,
  refresh_leased_until timestamptz,
  refresh_failures integer not null default 0,
  refresh_retry_at timestamptz,
  refresh_error text,
  last_refreshed_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint platform_connection_pkey primary key (id),
  constraint platform_connection_vault_secret_name_key unique (vault_secret_name),
  constraint platform_connection_user_id_fkey foreign key (user_id) references public.users (id) on delete cascade,
  constraint platform_connection_platform_id_fkey foreign key (platform_id) references public.platform (id),
  constraint platform_connection_leased_iff_until check ((refresh_lease is null) = (refresh_leased_until is null)),
  constraint platform_connection_only_active_is_leased check (refresh_lease is null or is_active),
  constraint platform_connection_failures_not_negative check (refresh_failures >= 0)
);
alter table public.platform_connection enable row level security;
comment on table public.platform_connection is 'The permission to act for an account. The tokens are only in Vault, under vault_secret_name.';
comment on column public.platform_connection.granted_at is
  'When its creator last consented. A refresh does not change it: a platform''s report about an earlier time cannot end a newer consent.';
comment on column public.platform_connection.token_expires_at is 'Null: the token does not expire.';
comment on column public.platform_connection.is_active is 'False: disconnected by the creator, or refused by the platform.';
comment on column public.platform_connection.refresh_lease is 'Held by the one worker that is refreshing the tokens; storing the result requires it.';
comment on column public.platform_connection.refresh_retry_at is 'After transient errors: no refresh before this time.';

-- Serves claim_token_refreshes() and has_due_token_refreshes(): tokens that are due, earliest first.
create index platform_connection_refresh_due_at_idx on public.platform_connection (refresh_due_at) where is_active;
-- Serves the owner's own rows (policy), and the foreign key.
create index platform_connection_user_id_idx on public.platform_connection (user_id);
-- Serves the foreign key.
create index platform_connection_platform_id_idx on public.platform_connection (platform_id);

create table public.social_account (
  id uuid not null default gen_random_uuid(),
  user_id uuid not null,
  platform_id uuid not null,
  connection_id uuid,
  platform_account_id text not null,
  username text,
  display_name text,
  avatar_url text,
  profile_url text,
  followers_count bigint,
  details jsonb not null default '{}',
  status text not null default 'active',
  sync_mode public.action_mode_enum not null default 'manual',
  min_sync_hours smallint not null default 1,
  max_sync_hours smallint not null default 168,
  next_sync_at timestamptz,
  last_synced_at timestamptz,
  last_error text,
  paused_at timestamptz,
  deleted_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint social_account_pkey primary key (id),
  constraint social_account_platform_account_key unique (user_id, platform_id, platform_account_id),
  constraint social_account_connection_id_key unique (connection_id),
  constraint social_account_user_id_fkey foreign key (user_id) references public.users (id) on delete cascade,
  constraint social_account_platform_id_fkey foreign key (platform_id) references public.platform (id),
  constraint social_account_connection_id_fkey foreign key (connection_id) references public.platform_connection (id)
    on delete set null,
  constraint social_account_status_fkey foreign key (status) references public.account_status (slug) on update cascade,
  constraint social_account_followers_not_negative check (followers_count >= 0),
  constraint social_account_details_is_object check (jsonb_typeof(details) = 'object'),
  constraint social_account_deleted_is_disconnected check (deleted_at is null or status = 'disconnected'),
  constraint social_account_sync_hours_in_bounds check (min_sync_hours >= 1 and max_sync_hours <= 168 and min_sync_hours <= max_sync_hours),
  constraint social_account_only_active_is_scheduled check (next_sync_at is null or (status = 'active' and deleted_at is null))
);
alter table public.social_account enable row level security;
comment on table public.social_account is 'A creator''s channel or profile on a platform. Published by Realtime: the owner may see every column.';
comment on column public.social_account.details is 'What the platform''s adapter stores about the account, such as the id of the uploads playlist.';
comment on column public.social_account.min_sync_hours is
  'Automatic sync runs at most once in this many hours. Equal to max_sync_hours: at a fixed interval.';
comment on column public.social_account.max_sync_hours is 'Automatic sync runs at least once in this many hours, as far as the plan''s syncs allow.';
comment on column public.social_account.next_sync_at is 'When automatic sync is due. Null: not scheduled.';
comment on column public.social_account.last_error is 'Why the last sync failed, worded for the creator. Null: it did not fail.';
comment on column public.social_account.paused_at is
  'Since when the account exceeds the plan: its content stays, but it is not synced. See choose_active_accounts().';
comment on column public.social_account.deleted_at is
  'When the creator disconnected the account (its content stays), or asked the platform to have it erased.';

-- Serve the foreign keys. The user_id of the policy is the first column of social_account_platform_account_key.
create index social_account_platform_id_idx on public.social_account (platform_id);
create index social_account_status_idx on public.social_account (status);
-- Serves automatic sync: accounts that are due.
create index social_account_next_sync_at_idx on public.social_account (next_sync_at)
  where sync_mode = 'auto' and deleted_at is null;
create index social_account_platform_account_id_idx on public.social_account (platform_account_id);
comment on index public.social_account_platform_account_id_idx is 'Query "reported account": where platform_account_id = ….';
create index social_account_granted_by_idx on public.social_account ((details ->> 'granted_by'));
comment on index public.social_account_granted_by_idx is 'Query "reported person": where details ->> ''granted_by'' = ….';

create table ops.oauth_state (
  state text not null,
  user_id uuid not null,
  platform text not null,
  code_verifier text not null,
  redirect_uri text not null,
  details jsonb,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null default now() + interval '10 minutes',
  constraint oauth_state_pkey primary key (state),
  constraint oauth_state_user_id_fkey foreign key (user_id) references public.users (id) on delete cascade,
  constraint oauth_state_is_long check (char_length(state) >= 16)
);
alter table ops.oauth_state enable row level security;
comment on table ops.oauth_state is 'Consents in progress. Taking a row deletes it, so it can be taken only once.';
comment on column ops.oauth_state.details is 'What the consent is for when it is not for a platform account: the site, at a search engine.';

-- Serves the limit of open consents per person, and the foreign key.
create index oauth_state_user_id_idx on ops.oauth_state (user_id, created_at);
-- Serves the pruning in begin_oauth().
create index oauth_state_expires_at_idx on ops.oauth_state (expires_at);

create table ops.data_deletion (
  confirmation_code uuid not null default gen_random_uuid(),
  reported_by text not null,
  person_key text not null,
  requested_at timestamptz not null,
  social_account_ids uuid[] not null default '{}',
  items_erased integer not null default 0,
  completed_at timestamptz,
  created_at timestamptz not null default now(),
  constraint data_deletion_pkey primary key (confirmation_code),
  constraint data_deletion_request_key unique (person_key, requested_at),
  constraint data_deletion_items_not_negative check (items_erased >= 0)
);
alter table ops.data_deletion enable row level security;
comment on table ops.data_deletion is
  'Requests for erasure that people made through a platform, and their progress. Kept as proof that the data was erased.';
comment on column ops.data_deletion.reported_by is 'The name of the company that forwarded the request, as people know it.';
comment on column ops.data_deletion.person_key is
  'The person''s id on the platform, hashed with a key that the database does not have: a repeated request is recognized although the id is not stored.';
comment on column ops.data_deletion.requested_at is 'The time reported by the platform. An account that was connected again after it is not erased.';
comment on column ops.data_deletion.social_account_ids is
  'The accounts to erase. They lose tokens, names and ids at once, their content within minutes.';

create index data_deletion_open_idx on ops.data_deletion (created_at) where completed_at is null;
comment on index ops.data_deletion_open_idx is 'Query "open requests": where completed_at is null order by created_at.';

-- ## Functions: consent

-- Security definer: states are in ops, which no API role reaches.
create function public.begin_oauth(p_user_id uuid, p_platform text, p_state text, p_code_verifier text, p_redirect_uri text,
  p_details jsonb default null)
returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  -- With details, the consent is for a search engine, which a later module defines.
  if p_details is null and not exists (select from public.platform where slug = p_platform and is_active) then
    raise exception using errcode = 'SVG01', message = format('There is no platform named %s', left(p_platform, 60));
  end if;
  -- A user's token stays valid for up to an hour after the user is deleted.
  if not exists (select from public.users where id = p_user_id) then
    raise exception using errcode = 'SVG03', message = 'There is no such user',
      detail = jsonb_build_object('resource', 'user', 'id', p_user_id);
  end if;
  delete from ops.oauth_state
  where state = any (array(
    select dead.state from ops.oauth_state as dead where dead.expires_at < now()
    order by dead.expires_at limit 20 for update skip locked));

  insert into ops.oauth_state (state, user_id, platform, code_verifier, redirect_uri, details)
  values (p_state, p_user_id, p_platform, p_code_verifier, p_redirect_uri, p_details);

  -- Twenty open consents are enough for one person; the oldest are deleted.
  delete from ops.oauth_state
  where state = any (array(
    select old.state from ops.oauth_state as old where old.user_id = p_user_id
    order by old.created_at desc, old.state offset 20 for update skip locked));
end;
$$;
comment on function public.begin_oauth is 'Stores what the callback needs for ten minutes, bound to the person and the platform.';

-- Security definer: states are in ops, which no API role reaches.
create function public.take_oauth_state(p_user_id uuid, p_platform text, p_state text)
returns table (code_verifier text, redirect_uri text, details jsonb)
language plpgsql volatile security definer set search_path = '' as $$
begin
  return query
    delete from ops.oauth_state as taken
    where taken.state = p_state and taken.user_id = p_user_id and taken.platform = p_platform and taken.expires_at > now()
    returning taken.code_verifier, taken.redirect_uri, taken.details;
  if not found then
    raise exception using errcode = 'SVO01',
      message = 'This consent has expired, was used already or belongs to someone else: start connecting again';
  end if;
end;
$$;
comment on function public.take_oauth_state is
  'Returns a state to exactly one caller, its owner. Another person''s attempt does not consume it and raises SVO01, as does a late or second attempt.';

-- ## Functions: tokens in Vault

create function ops.read_tokens(p_vault_secret_name text) returns jsonb
language sql stable security invoker set search_path = '' as $$
  select decrypted_secret::jsonb from vault.decrypted_secrets where name = p_vault_secret_name;
$$;
comment on function ops.read_tokens is 'Returns the tokens of a connection; null when it has none.';

create function ops.write_tokens(p_vault_secret_name text, p_tokens jsonb) returns void
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_secret_id constant uuid := (select id from vault.secrets where name = p_vault_secret_name);
begin
  if v_secret_id is null then
    perform vault.create_secret(p_tokens::text, p_vault_secret_name, 'StreamVibe: tokens of a platform connection');
  else
    perform vault.update_secret(v_secret_id, p_tokens::text);
  end if;
end;
$$;
comment on function ops.write_tokens is 'Creates or replaces a connection''s tokens. The caller must hold the connection''s row lock.';

create function ops.merge_tokens(p_old jsonb, p_new jsonb) returns jsonb
language sql immutable parallel safe security invoker set search_path = '' as $$
  -- Providers omit unchanged values; an absent or empty refresh token must not overwrite the stored one.
  select coalesce(p_old, '{}') || jsonb_strip_nulls(p_new)
    || case when coalesce(p_new ->> 'refresh_token', '') = '' and p_old ? 'refresh_token'
      then jsonb_build_object('refresh_token', p_old -> 'refresh_token') else '{}' end;
$$;
comment on function ops.merge_tokens is 'Merges new tokens over old ones; an empty new refresh token does not overwrite the old one.';

-- ## Functions: accounts

create function ops.fit_accounts_to_plan(p_user_id uuid) returns void
language sql volatile security invoker set search_path = '' as $$
  with ranked as (
    select account.id, account.paused_at,
      -- Active accounts come first, the oldest before the others; then the paused ones.
      row_number() over (order by account.paused_at is not null, account.created_at, account.id) <= tier.max_social_accounts as is_within
    from public.social_account as account
    join public.subscription as subscription on subscription.user_id = account.user_id
    join public.subscription_tier as tier on tier.id = subscription.tier_id
    where account.user_id = p_user_id and account.deleted_at is null
  )
  update public.social_account as account
  set paused_at = case when not ranked.is_within then now() end
  from ranked
  where account.id = ranked.id and ranked.is_within = (ranked.paused_at is not null);
$$;
comment on function ops.fit_accounts_to_plan is
  'Pauses accounts that exceed the plan, and resumes as many as the plan has room for. Deletes nothing. The caller must hold the lock of the person''s subscription.';

create function ops.fit_accounts_of_subscription() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform ops.fit_accounts_to_plan(new.user_id);
  return null;
end;
$$;
comment on function ops.fit_accounts_of_subscription is 'Trigger: after a change of the plan, pauses or resumes accounts to fit it.';

-- Security definer: changes a column that creators may not write, within the limit of their plan.
create function ops.choose_active_accounts(p_account_ids uuid[]) returns integer
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_user_id constant uuid := auth.uid();
  v_limit integer;
  v_chosen constant integer := (select count(distinct id) from unnest(p_account_ids) as id);
  v_active integer;
begin
  select tier.max_social_accounts into v_limit
  from public.subscription as subscription
  join public.subscription_tier as tier on tier.id = subscription.tier_id
  where subscription.user_id = v_user_id
  for update of subscription;
  if v_chosen <> (select count(*) from public.social_account where user_id = v_user_id and deleted_at is null and id = any (p_account_ids)) then
    raise exception using errcode = 'SVG03', message = 'One of these accounts does not exist',
      detail = jsonb_build_object('resource', 'social_account');
  elsif v_chosen > v_limit then
    perform ops.raise_quota_exceeded('social_accounts', v_limit, v_chosen, null);
  end if;
  update public.social_account as account
  set paused_at = case when not account.id = any (p_account_ids) then now() end
  where account.user_id = v_user_id and account.deleted_at is null
    and (account.id = any (p_account_ids)) = (account.paused_at is not null);
  select count(*) into v_active from public.social_account where user_id = v_user_id and deleted_at is null and paused_at is null;
  return v_active;
end;
$$;
comment on function ops.choose_active_accounts is 'See public.choose_active_accounts.';

create function public.choose_active_accounts(p_account_ids uuid[]) returns integer
language sql volatile security invoker set search_path = ''
begin atomic
  select ops.choose_active_accounts(p_account_ids);
end;
comment on function public.choose_active_accounts is
  'Lets a creator with more accounts than the plan allows choose which stay active; the others are paused and keep their content. Returns the number of active accounts.';

-- Security definer: reads the plan, writes Vault; only the service may call it.
create function public.connect_account(p_user_id uuid, p_platform text, p_tokens jsonb, p_token_expires_at timestamptz,
  p_scopes text[], p_profile jsonb) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_limit integer;
  v_used integer;
  v_platform_id uuid;
  v_account public.social_account;
  v_connection public.platform_connection;
  v_status text;
begin
  select id into v_platform_id from public.platform where slug = p_platform and is_active;
  if not found then
    raise exception using errcode = 'SVG01', message = format('There is no platform named %s', left(p_platform, 60));
  end if;
  if coalesce(p_profile ->> 'platform_account_id', '') = '' then
    raise exception using errcode = 'SVG01', message = 'Cannot connect: the platform returned no account';
  end if;

  -- The lock serializes connecting for one person, so that no other call adds an account between the count and the insert.
  select tier.max_social_accounts into v_limit
  from public.subscription as subscription
  join public.subscription_tier as tier on tier.id = subscription.tier_id
  where subscription.user_id = p_user_id
  for update of subscription;
  if not found then
    raise exception using errcode = 'SVG03', message = 'There is no subscription for this user',
      detail = jsonb_build_object('resource', 'subscription', 'id', p_user_id);
  end if;

  select * into v_account from public.social_account
  where user_id = p_user_id and platform_id = v_platform_id and platform_account_id = p_profile ->> 'platform_account_id'
  for update;
  v_status := v_account.status;
  if v_account.id is null or v_account.deleted_at is not null then
    select count(*) into v_used from public.social_account where user_id = p_user_id and deleted_at is null;
    if v_used >= v_limit then
      perform ops.raise_quota_exceeded('social_accounts', v_limit, v_used, null);
    end if;
  end if;

  if v_account.connection_id is not null then
    select * into v_connection from public.platform_connection where id = v_account.connection_id for update;
  end if;
  if v_connection.id is null then
    v_connection.id := gen_random_uuid();
    insert into public.platform_connection (id, user_id, platform_id, vault_secret_name, scopes, token_issued_at, token_expires_at)
    values (v_connection.id, p_user_id, v_platform_id, 'streamvibe/connection/' || v_connection.id,
      coalesce(p_scopes, '{}'), now(), p_token_expires_at)
    returning * into v_connection;
    perform ops.write_tokens(v_connection.vault_secret_name, p_tokens);
  else
    -- Refused or revoked tokens are replaced completely. Active ones are merged, because the refresh token may be missing from the new
    -- ones.
    perform ops.write_tokens(v_connection.vault_secret_name,
      case when v_connection.is_active then ops.merge_tokens(ops.read_tokens(v_connection.vault_secret_name), p_tokens) else p_tokens end);
    update public.platform_connection
    set scopes = coalesce(p_scopes, '{}'), granted_at = now(), token_issued_at = now(), token_expires_at = p_token_expires_at, is_active = true,
      refresh_lease = null, refresh_leased_until = null, refresh_failures = 0, refresh_retry_at = null, refresh_error = null
    where id = v_connection.id;
  end if;

  insert into public.social_account as account (user_id, platform_id, connection_id, platform_account_id, username, display_name,
    avatar_url, profile_url, followers_count, details, sync_mode)
  values (p_user_id, v_platform_id, v_connection.id, p_profile ->> 'platform_account_id', p_profile ->> 'username',
    p_profile ->> 'display_name', p_profile ->> 'avatar_url', p_profile ->> 'profile_url',
    (p_profile ->> 'followers_count')::bigint, coalesce(nullif(p_profile -> 'details', 'null'), '{}'),
    (select default_sync_mode from public.user_setting where user_id = p_user_id))
  on conflict (user_id, platform_id, platform_account_id) do update
  set connection_id = excluded.connection_id, username = excluded.username, display_name = excluded.display_name,
    avatar_url = excluded.avatar_url, profile_url = excluded.profile_url, followers_count = excluded.followers_count,
    details = account.details || excluded.details, status = 'active', deleted_at = null, last_error = null,
    -- A re-added account is within the plan; a paused account stays paused.
    paused_at = case when account.deleted_at is null then account.paused_at end
  returning * into v_account;

  return jsonb_build_object('social_account_id', v_account.id, 'connection_id', v_connection.id,
    'reconnected', v_status is not null);
end;
$$;
comment on function public.connect_account is
  'Stores tokens and profile of an account whose owner has consented. Reconnecting repairs the connection and does not count again; an account beyond the plan raises SVQ01.';

-- Security definer: reads Vault; only the service may call it.
create function public.read_connection(p_user_id uuid, p_social_account_id uuid) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  v_result jsonb;
begin
  select jsonb_build_object('connection_id', connection.id, 'user_id', account.user_id, 'social_account_id', account.id,
    'platform', platform.slug, 'platform_account_id', account.platform_account_id, 'status', account.status,
    'account_details', account.details, 'is_active', connection.is_active, 'scopes', to_jsonb(connection.scopes),
    'vault_secret_name', connection.vault_secret_name, 'tokens', ops.read_tokens(connection.vault_secret_name),
    'token_expires_at', connection.token_expires_at)
  into v_result
  from public.social_account as account
  join public.platform as platform on platform.id = account.platform_id
  join public.platform_connection as connection on connection.id = account.connection_id
  where account.id = p_social_account_id and account.deleted_at is null and (p_user_id is null or account.user_id = p_user_id);
  if not found then
    raise exception using errcode = 'SVG03', message = 'There is no such account',
      detail = jsonb_build_object('resource', 'social_account', 'id', p_social_account_id);
  end if;
  return v_result;
end;
$$;
comment on function public.read_connection is
  'Returns a connected account with its tokens, for calls in its name. With a user id: only that person''s account; null: the service itself is calling.';

-- Security definer: deletes from Vault; only the service may call it.
create function public.disconnect_account(p_user_id uuid, p_social_account_id uuid) returns timestamptz
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_connection_id uuid;
begin
  -- Locks the subscription first, then the account, as everywhere.
  perform from public.subscription where user_id = p_user_id for update;
  update public.social_account
  set deleted_at = now(), status = 'disconnected', next_sync_at = null, last_error = null, paused_at = null
  where id = p_social_account_id and user_id = p_user_id and deleted_at is null
  returning connection_id into v_connection_id;
  if not found then
    raise exception using errcode = 'SVG03', message = 'There is no such account',
      detail = jsonb_build_object('resource', 'social_account', 'id', p_social_account_id);
  end if;
  update public.platform_connection
  set is_active = false, refresh_lease = null, refresh_leased_until = null, refresh_retry_at = null
  where id = v_connection_id;
  delete from vault.secrets
  where name = (select vault_secret_name from public.platform_connection where id = v_connection_id);
  -- A paused account takes the free place.
  perform ops.fit_accounts_to_plan(p_user_id);
  return now();
end;
$$;
comment on function public.disconnect_account is 'Deletes the tokens and soft-deletes the account. The content stays.';

-- Security definer: reads another person's accounts; only the service may call it.
create function public.has_other_account(p_user_id uuid, p_platform text, p_social_account_id uuid default null) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (
    select from public.social_account as account
    join public.platform as platform on platform.id = account.platform_id
    where account.user_id = p_user_id and platform.slug = p_platform and account.deleted_at is null
      and account.id is distinct from p_social_account_id);
$$;
comment on function public.has_other_account is
  'Returns whether a creator has a live account on a platform apart from the named one: then a grant that several accounts may share must not be revoked.';

-- ## Functions: refreshing tokens

create function ops.leased_connection(p_connection public.platform_connection) returns jsonb
language sql stable security invoker set search_path = '' as $$
  select jsonb_build_object('connection_id', p_connection.id, 'lease', p_connection.refresh_lease, 'platform', platform.slug,
    'user_id', p_connection.user_id, 'tokens', ops.read_tokens(p_connection.vault_secret_name),
    'token_expires_at', p_connection.token_expires_at)
  from public.platform as platform
  where platform.id = p_connection.platform_id;
$$;
comment on function ops.leased_connection is 'What the worker that holds a lease receives.';

-- Security definer: reads Vault; only the service may call it.
create function public.claim_token_refreshes(p_limit integer, p_lease_seconds integer) returns setof jsonb
language sql volatile security definer set search_path = '' as $$
  with due as (
    select id from public.platform_connection
    where is_active and refresh_due_at <= now()
      and (refresh_leased_until is null or refresh_leased_until < now())
      and (refresh_retry_at is null or refresh_retry_at <= now())
    order by refresh_due_at
    limit p_limit
    for update skip locked
  ), claimed as (
    update public.platform_connection as connection
    set refresh_lease = gen_random_uuid(), refresh_leased_until = now() + make_interval(secs => p_lease_seconds)
    from due
    where connection.id = due.id
    returning connection.*
  )
  select ops.leased_connection(claimed::public.platform_connection) from claimed;
$$;
comment on function public.claim_token_refreshes is 'Leases connections whose tokens expire soon; each connection goes to only one worker.';

-- Security definer: reads Vault; only the service may call it.
create function public.claim_token_refresh(p_connection_id uuid, p_lease_seconds integer) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_connection public.platform_connection;
begin
  -- Ignores due time and backoff: the platform itself has just refused the token.
  update public.platform_connection
  set refresh_lease = gen_random_uuid(), refresh_leased_until = now() + make_interval(secs => p_lease_seconds)
  where id = p_connection_id and is_active and (refresh_leased_until is null or refresh_leased_until < now())
  returning * into v_connection;
  if found then
    return ops.leased_connection(v_connection);
  end if;
  select * into v_connection from public.platform_connection where id = p_connection_id;
  if not found then
    raise exception using errcode = 'SVG03', message = 'There is no such connection',
      detail = jsonb_build_object('resource', 'platform_connection', 'id', p_connection_id);
  elsif not v_connection.is_active then
    raise exception using errcode = 'SVC01', message = 'This account is disconnected: connect it again';
  end if;
  return null;
end;
$$;
comment on function public.claim_token_refresh is 'Leases one connection for an immediate refresh; returns null while another worker holds the lease.';

-- Security definer: writes Vault; only the service may call it.
create function public.store_refreshed_tokens(p_connection_id uuid, p_lease uuid, p_tokens jsonb, p_token_expires_at timestamptz)
returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_name text;
begin
  update public.platform_connection
  set token_issued_at = now(), token_expires_at = p_token_expires_at, last_refreshed_at = now(),
    refresh_lease = null, refresh_leased_until = null, refresh_failures = 0, refresh_retry_at = null, refresh_error = null
  where id = p_connection_id and refresh_lease = p_lease
  returning vault_secret_name into v_name;
  if not found then
    raise exception using errcode = 'SVC02', message = 'The lease of this connection was lost';
  end if;
  perform ops.write_tokens(v_name, ops.merge_tokens(ops.read_tokens(v_name), p_tokens));
end;
$$;
comment on function public.store_refreshed_tokens is
  'Stores the result of a refresh and ends the lease. An empty refresh token does not overwrite the stored one.';

-- Security definer: writes columns that no API role may write; only the service may call it.
create function public.refuse_connection(p_connection_id uuid, p_lease uuid, p_reason text) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_account record;
begin
  -- Locks the account first, then its connection: the same order as connecting and disconnecting.
  perform from public.social_account where connection_id = p_connection_id for update;
  update public.platform_connection
  set is_active = false, refresh_error = left(p_reason, 500), refresh_retry_at = null, refresh_lease = null, refresh_leased_until = null
  where id = p_connection_id and refresh_lease = p_lease;
  if not found then
    raise exception using errcode = 'SVC02', message = 'The lease of this connection was lost';
  end if;

  update public.social_account as account
  set status = 'disconnected', next_sync_at = null, last_error = left(coalesce(p_reason, 'The platform no longer accepts this connection: connect the account again'), 500)
  from public.platform as platform
  where account.connection_id = p_connection_id and account.deleted_at is null and platform.id = account.platform_id
  returning account.id, account.user_id, coalesce(account.display_name, account.username, account.platform_account_id) as name,
    platform.slug, platform.display_name as platform_name
  into v_account;
  if found then
    -- Sent once: from now on nobody can lease the connection until it is connected again.
    insert into public.notification (user_id, type, title, message, data)
    values (v_account.user_id, 'warning', left(format('%s needs to be connected again', v_account.name), 200),
      format('%s no longer accepts this connection. Your content is kept; connect the account again to resume syncing.', v_account.platform_name),
      jsonb_build_object('code', 'account_disconnected', 'social_account_id', v_account.id, 'platform', v_account.slug));
  end if;
end;
$$;
comment on function public.refuse_connection is
  'For a permanent refusal by the platform: marks the account disconnected with the reason, worded for the creator, stops automatic sync, and notifies the creator once.';

-- Security definer: writes columns that no API role may write; only the service may call it.
create function public.hold_account(p_connection_id uuid, p_lease uuid, p_reason text) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_account record;
begin
  -- Locks the account first, then its connection: the same order as connecting and disconnecting.
  perform from public.social_account where connection_id = p_connection_id for update;
  perform public.release_token_refresh(p_connection_id, p_lease, p_reason);
  update public.social_account as account
  set status = 'suspended', last_error = left(p_reason, 500)
  from public.platform as platform
  where account.connection_id = p_connection_id and account.status = 'active' and platform.id = account.platform_id
  returning account.id, account.user_id, coalesce(account.display_name, account.username, account.platform_account_id) as name,
    platform.slug, platform.display_name as platform_name
  into v_account;
  if found then
    -- Sent once: the account is not active again until a sync succeeds.
    insert into public.notification (user_id, type, title, message, data)
    values (v_account.user_id, 'warning', left(format('%s has to be confirmed at %s', v_account.name, v_account.platform_name), 200), p_reason,
      jsonb_build_object('code', 'account_locked', 'social_account_id', v_account.id, 'platform', v_account.slug));
  end if;
end;
$$;
comment on function public.hold_account is
  'For an account that the platform locks until its owner confirms something there: the connection stays, automatic sync stops until a sync succeeds, and the creator is told once what to do and where.';

-- Security definer: writes columns that no API role may write; only the service may call it.
create function public.release_token_refresh(p_connection_id uuid, p_lease uuid, p_error text) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  update public.platform_connection
  set refresh_lease = null, refresh_leased_until = null,
    refresh_error = coalesce(left(p_error, 500), refresh_error),
    refresh_failures = refresh_failures + case when p_error is null then 0 else 1 end,
    -- Backoff: half a minute, doubled each time, at most six hours, with a jitter of a quarter so that accounts do not retry together.
    refresh_retry_at = case when p_error is null then refresh_retry_at
      else now() + least(interval '6 hours', interval '30 seconds' * 2 ^ least(refresh_failures, 12)) * (0.75 + random() * 0.25) end
  where id = p_connection_id and refresh_lease = p_lease;
  if not found then
    raise exception using errcode = 'SVC02', message = 'The lease of this connection was lost';
  end if;
end;
$$;
comment on function public.release_token_refresh is
  'Ends the lease after a transient error: the connection stays unchanged and the refresh is retried later. Without an error, nothing counts as a failure.';

create function ops.has_due_token_refreshes() returns boolean
language sql stable security invoker set search_path = '' as $$
  select exists (select from public.platform_connection where is_active and refresh_due_at <= now());
$$;
comment on function ops.has_due_token_refreshes is 'For cron: returns whether any token is due, so that refresh-oauth-tokens is worth calling.';

-- ## Functions: what platforms report

-- Security definer: writes columns that no API role may write; only the service may call it.
create function public.refuse_account(p_platform text, p_reported_id text, p_reason text, p_before timestamptz) returns integer
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_connection_id uuid;
  v_lease uuid;
  v_refused integer := 0;
begin
  for v_connection_id in
    select connection.id
    from public.social_account as account
    join public.platform as platform on platform.id = account.platform_id
    join public.platform_connection as connection on connection.id = account.connection_id
    where platform.slug = p_platform and account.deleted_at is null
      and (account.platform_account_id = p_reported_id or account.details ->> 'granted_by' = p_reported_id)
      and connection.is_active and connection.granted_at < p_before
    order by account.id
    for update of account, connection -- in this order, as everywhere
  loop
    -- A refresh in progress loses its lease: the platform has just reported that it will fail.
    v_lease := gen_random_uuid();
    update public.platform_connection
    set refresh_lease = v_lease, refresh_leased_until = now() + interval '1 minute'
    where id = v_connection_id;
    perform public.refuse_connection(v_connection_id, v_lease, p_reason);
    v_refused := v_refused + 1;
  end loop;
  return v_refused;
end;
$$;
comment on function public.refuse_account is
  'For a platform''s report that its user revoked access: marks every connection to that account, or granted by that person, as refused, for every owner. Only connections granted before p_before: a late or repeated report cannot end a newer consent.';

-- Security definer: writes columns that no API role may write; only the service may call it.
create function public.request_data_deletion(p_reported_by text, p_platforms text[], p_person_id text, p_person_key text,
  p_before timestamptz) returns uuid
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_code uuid;
  v_open uuid;
  v_account record;
begin
  insert into ops.data_deletion (reported_by, person_key, requested_at) values (p_reported_by, p_person_key, p_before)
  on conflict do nothing
  returning confirmation_code into v_code;
  if v_code is null then
    return (select confirmation_code from ops.data_deletion where person_key = p_person_key and requested_at = p_before);
  end if;

  for v_account in
    select account.id, account.user_id, account.connection_id, platform.slug, platform.display_name as platform_name
    from public.social_account as account
    join public.platform as platform on platform.id = account.platform_id
    where platform.slug = any (p_platforms)
      and (account.platform_account_id = p_person_id or account.details ->> 'granted_by' = p_person_id)
    order by account.id
    for update of account
  loop
    -- Checked only now that the account is locked: it may just have been connected again.
    continue when exists (
      select from public.platform_connection where id = v_account.connection_id and is_active and granted_at >= p_before);
    -- From here on nothing finds the account by its former id: connecting again creates a new one.
    update public.social_account
    set platform_account_id = 'erased:' || id, connection_id = null, username = null, display_name = null, avatar_url = null,
      profile_url = null, followers_count = null, details = '{}', status = 'disconnected', next_sync_at = null,
      last_error = 'Erased at your request to the platform', deleted_at = coalesce(deleted_at, now())
    where id = v_account.id;
    delete from public.platform_connection where id = v_account.connection_id;
    update ops.data_deletion set social_account_ids = social_account_ids || v_account.id where confirmation_code = v_code;
    -- Earlier messages contain the account's name; this one must not.
    delete from public.notification where user_id = v_account.user_id and data ->> 'social_account_id' = v_account.id::text;
    insert into public.notification (user_id, type, title, message, data)
    values (v_account.user_id, 'warning', format('An account at %s is being erased', v_account.platform_name),
      format('%s forwarded a request to erase the data that StreamVibe has about one of your accounts. The content of the account is deleted within minutes. You can connect the account again at any time.', v_account.platform_name),
      jsonb_build_object('code', 'account_erased', 'social_account_id', v_account.id, 'platform', v_account.slug));
  end loop;

  if not exists (select from ops.data_deletion where confirmation_code = v_code and social_account_ids <> '{}') then
    -- No account was found. If an earlier request is still open, this is a repetition of it.
    select confirmation_code into v_open from ops.data_deletion
    where person_key = p_person_key and completed_at is null and confirmation_code <> v_code
    order by requested_at desc limit 1;
    if v_open is not null then
      delete from ops.data_deletion where confirmation_code = v_code;
      return v_open;
    end if;
    update ops.data_deletion set completed_at = now() where confirmation_code = v_code;
  end if;
  return v_code;
end;
$$;
comment on function public.request_data_deletion is
  'For a person who asked the platform to have their data erased here: every account of theirs, or connected by them, loses its tokens, names and ids at once; erase_requested_data() does the rest. A repeated request returns the same code and does nothing more.';

-- Security definer: reads ops; only the service may call it.
create function public.data_deletion_state(p_confirmation_code uuid)
returns table (reported_by text, requested_at timestamptz, completed_at timestamptz, accounts integer, items_erased integer)
language sql stable security definer set search_path = '' as $$
  select reported_by, requested_at, completed_at, cardinality(social_account_ids), items_erased
  from ops.data_deletion
  where confirmation_code = p_confirmation_code;
$$;
comment on function public.data_deletion_state is 'Returns the progress of a request for erasure to anyone who has its code.';

-- Dynamic SQL: erase_content() belongs to module 002, and this function also works without it.
create function ops.erase_requested_data(p_items integer default 10000) returns integer
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_erase_content constant regprocedure := to_regprocedure('ops.erase_content(uuid[], integer)');
  v_request ops.data_deletion;
  v_erased integer := 0;
  v_left integer := p_items;
begin
  for v_request in
    select * from ops.data_deletion where completed_at is null order by created_at limit 100 for update skip locked
  loop
    if v_erase_content is not null then
      execute 'select ops.erase_content($1, $2)' into v_erased using v_request.social_account_ids, v_left;
    end if;
    v_left := v_left - v_erased;
    if v_left > 0 then
      delete from public.social_account where id = any (v_request.social_account_ids);
    end if;
    update ops.data_deletion
    set items_erased = items_erased + v_erased, completed_at = case when v_left > 0 then now() end
    where confirmation_code = v_request.confirmation_code;
    exit when v_left <= 0;
  end loop;
  return p_items - v_left;
end;
$$;
comment on function ops.erase_requested_data is
  'For cron: erases the content of accounts with a request for erasure, at most p_items items per run, and then the accounts.';

-- ## Functions: triggers

-- Security definer: deletes from Vault, which the roles that may delete a connection may not do.
create function ops.forget_tokens() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  delete from vault.secrets where name = old.vault_secret_name;
  return null;
end;
$$;
comment on function ops.forget_tokens is 'Trigger: deletes the tokens of a deleted connection, also when its owner was deleted.';

create function ops.schedule_social_account() returns trigger
language plpgsql volatile security invoker set search_path = '' as $$
begin
  if new.status <> 'active' or new.deleted_at is not null or new.paused_at is not null or new.sync_mode <> 'auto' then
    new.next_sync_at := null;
  elsif new.next_sync_at is null then
    new.next_sync_at := now();
  end if;
  return new;
end;
$$;
comment on function ops.schedule_social_account is
  'Trigger: keeps an active account in automatic mode that is within the plan scheduled, and all others unscheduled.';

create function ops.reschedule_social_account() returns trigger
language plpgsql volatile security invoker set search_path = '' as $$
begin
  -- Counts from the last sync, as if the new bounds had applied then.
  new.next_sync_at := least(greatest(new.next_sync_at, new.last_synced_at + make_interval(hours => new.min_sync_hours)),
    coalesce(new.last_synced_at, now()) + make_interval(hours => new.max_sync_hours));
  return new;
end;
$$;
comment on function ops.reschedule_social_account is 'Trigger: applies new bounds at once, not only after the next sync.';

-- ## Triggers

create trigger platform_connection_touch_updated_at before update on public.platform_connection
  for each row execute function ops.touch_updated_at();
create trigger platform_connection_forget_tokens after delete on public.platform_connection
  for each row execute function ops.forget_tokens();
create trigger social_account_schedule before insert or update of sync_mode, status, paused_at, deleted_at, next_sync_at on public.social_account
  for each row execute function ops.schedule_social_account();
create trigger social_account_touch_updated_at before update on public.social_account
  for each row execute function ops.touch_updated_at();
create trigger subscription_fit_accounts after update of tier_id on public.subscription
  for each row when (old.tier_id <> new.tier_id) execute function ops.fit_accounts_of_subscription();
-- The name makes it run before social_account_schedule, which decides last which accounts are scheduled.
create trigger social_account_reschedule before update of min_sync_hours, max_sync_hours on public.social_account
  for each row when (old.next_sync_at is not null
    and (old.min_sync_hours, old.max_sync_hours) is distinct from (new.min_sync_hours, new.max_sync_hours))
  execute function ops.reschedule_social_account();

-- ## Policies

create policy "Everybody reads the platforms" on public.platform
  for select to anon, authenticated using (true);
create policy "Everybody reads the account states" on public.account_status
  for select to anon, authenticated using (true);

create policy "Creators read their own connections" on public.platform_connection
  for select to authenticated using (user_id = (select auth.uid()));

create policy "Creators read their own accounts" on public.social_account
  for select to authenticated using (user_id = (select auth.uid()));
create policy "Creators choose how their accounts are synced" on public.social_account
  for update to authenticated using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));

create policy "Only functions keep consents" on ops.oauth_state for all to postgres using (true) with check (true);
create policy "Only functions keep requests to erase" on ops.data_deletion for all to postgres using (true) with check (true);

-- ## Grants

grant select on public.platform, public.account_status to anon, authenticated;
-- The state of a connection, but neither the name of its Vault secret nor the lease of its refresh.
grant select (id, user_id, platform_id, scopes, token_expires_at, is_active, last_refreshed_at, created_at, updated_at)
  on public.platform_connection to authenticated;
grant select on public.social_account to authenticated;
grant update (sync_mode, min_sync_hours, max_sync_hours) on public.social_account to authenticated;
-- No insert: connect_account() creates accounts. No delete: disconnect_account() soft-deletes them.

grant select, insert, update, delete on public.platform, public.account_status, public.platform_connection, public.social_account
  to service_role;

-- Who may execute what. Module 000 revoked the defaults: only its owner may execute a function that is not named here.
grant execute on function
  ops.refresh_due_at, public.begin_oauth, public.take_oauth_state, public.connect_account, public.read_connection,
  public.disconnect_account, public.has_other_account, public.claim_token_refreshes, public.claim_token_refresh,
  public.store_refreshed_tokens, public.refuse_connection, public.hold_account, public.release_token_refresh, public.refuse_account,
  public.request_data_deletion, public.data_deletion_state
  to service_role;
grant execute on function ops.choose_active_accounts, public.choose_active_accounts to authenticated;

-- ## Reference rows

insert into public.platform (slug, display_name, website_url, sort_order)
values
  ('youtube', 'YouTube', 'https://www.youtube.com', 1),
  ('instagram', 'Instagram', 'https://www.instagram.com', 2),
  ('tiktok', 'TikTok', 'https://www.tiktok.com', 3),
  ('facebook', 'Facebook', 'https://www.facebook.com', 4),
  ('twitter', 'X (Twitter)', 'https://x.com', 5)
on conflict (slug) do update
set display_name = excluded.display_name, website_url = excluded.website_url, sort_order = excluded.sort_order;

insert into public.account_status (slug, display_name, description, sort_order)
values
  ('active', 'Active', 'Connected and in sync', 1),
  ('inactive', 'Inactive', 'Connected, but not synced', 2),
  ('suspended', 'Suspended', 'The platform has suspended the account until its owner confirms something there', 3),
  ('disconnected', 'Disconnected', 'Disconnected by the creator or by the platform', 4)
on conflict (slug) do update
set display_name = excluded.display_name, description = excluded.description, sort_order = excluded.sort_order;
