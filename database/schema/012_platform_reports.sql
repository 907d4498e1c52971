-- Change 012, platform reports: what platforms say by themselves of people. They took the access back, or want what StreamVibe has of
-- them erased. Needs modules 000 to 002.

do $$
begin
  if to_regclass('public.content_item') is null then
    raise exception 'Cannot apply change 012: module 002 must be applied first';
  end if;
end;
$$;

---------------------------------------------------------------------------------------------------------------------------
-- Tables

-- Serve refuse_account() and request_data_deletion(): a platform names an account, or the person who let StreamVibe in.
create index social_account_platform_account_id_idx on public.social_account (platform_account_id);
comment on index public.social_account_platform_account_id_idx is 'Query "reported account": where platform_account_id = ….';
create index social_account_granted_by_idx on public.social_account ((details ->> 'granted_by'));
comment on index public.social_account_granted_by_idx is 'Query "reported person": where details ->> ''granted_by'' = ….';

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
comment on table ops.data_deletion is 'What people asked a platform to have erased here, and how far that is. Kept as the proof that it was done.';
comment on column ops.data_deletion.reported_by is 'Who passed the wish on, as people call it.';
comment on column ops.data_deletion.person_key is
  'The person''s id on the platform under a key that the database does not have: a repeated request finds itself, and the id is not kept.';
comment on column ops.data_deletion.requested_at is 'As the platform says. An account that was connected again after it is left alone.';
comment on column ops.data_deletion.social_account_ids is 'What is to be erased. The accounts lose tokens, names and ids at once, their content within minutes.';

-- Serves erase_requested_data().
create index data_deletion_open_idx on ops.data_deletion (created_at) where completed_at is null;
comment on index ops.data_deletion_open_idx is 'Query "open requests": where completed_at is null order by created_at.';

---------------------------------------------------------------------------------------------------------------------------
-- Functions: access that was taken back

-- Security definer: writes what no API role may; only the service may call it.
create function public.refuse_account(p_platform text, p_reported_id text, p_reason text, p_before timestamptz)
returns integer
language plpgsql volatile security definer
set search_path = ''
as $$
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
    -- A refresh that is under way loses its lease: the platform has just said that it will fail.
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
  'The platform reports that its user took the access back: marks every connection to that account, or granted by that person, as refused, whoever owns it. Only what was granted before p_before: a late or repeated report cannot end a newer consent.';
revoke execute on function public.refuse_account from public, anon, authenticated;
grant execute on function public.refuse_account to service_role;

---------------------------------------------------------------------------------------------------------------------------
-- Functions: erasing

-- Security definer: writes what no API role may; only the service may call it.
create function public.request_data_deletion(p_reported_by text, p_platforms text[], p_person_id text, p_person_key text,
  p_before timestamptz)
returns uuid
language plpgsql volatile security definer
set search_path = ''
as $$
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
    -- Asked only now that the account is locked: it may just have been connected again.
    continue when exists (
      select from public.platform_connection where id = v_account.connection_id and is_active and granted_at >= p_before);
    -- From here on nobody finds the account by what it was called: connecting again makes a new one.
    update public.social_account
    set platform_account_id = 'erased:' || id, connection_id = null, username = null, display_name = null, avatar_url = null,
      profile_url = null, followers_count = null, details = '{}', status = 'disconnected', next_sync_at = null,
      last_error = 'Erased, as you asked the platform', deleted_at = coalesce(deleted_at, now())
    where id = v_account.id;
    delete from public.platform_connection where id = v_account.connection_id;
    update ops.data_deletion set social_account_ids = social_account_ids || v_account.id where confirmation_code = v_code;
    -- Earlier messages name the account, and this one must not.
    delete from public.notification where user_id = v_account.user_id and data ->> 'social_account_id' = v_account.id::text;
    insert into public.notification (user_id, type, title, message, data)
    values (v_account.user_id, 'warning', format('An account at %s is being erased', v_account.platform_name),
      format('%s passed on the request to erase what StreamVibe has of an account of yours. Its content goes within minutes. You may connect the account again at any time.', v_account.platform_name),
      jsonb_build_object('code', 'account_erased', 'social_account_id', v_account.id, 'platform', v_account.slug));
  end loop;

  if not exists (select from ops.data_deletion where confirmation_code = v_code and social_account_ids <> '{}') then
    -- Nothing left to find may mean that an earlier wish is still at work: then this is that one.
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
  'A person asked the platform to have their data erased here: every account of theirs, or connected by them, is cut off and nameless at once; erase_requested_data() does the rest. Asked twice, it gives the same code and does nothing more.';
revoke execute on function public.request_data_deletion from public, anon, authenticated;
grant execute on function public.request_data_deletion to service_role;

create function ops.erase_requested_data(p_items integer default 10000)
returns integer
language plpgsql volatile security invoker
set search_path = ''
as $$
declare
  v_request ops.data_deletion;
  v_erased integer;
  v_left integer := p_items;
begin
  for v_request in
    select * from ops.data_deletion where completed_at is null order by created_at limit 100 for update skip locked
  loop
    -- First the passes: the order in which a sync that ends just now locks them and their accounts.
    perform from ops.sync_pass where social_account_id = any (v_request.social_account_ids) order by social_account_id for update;
    delete from public.content_item
    where id = any (array(
      select id from public.content_item where social_account_id = any (v_request.social_account_ids) limit v_left));
    get diagnostics v_erased = row_count;
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
comment on function ops.erase_requested_data is 'For cron: erases the content of accounts whose people asked for it, so many items a run, and then the accounts.';
revoke execute on function ops.erase_requested_data from public;

-- Security definer: reads ops; only the service may call it.
create function public.data_deletion_state(p_confirmation_code uuid)
returns table (reported_by text, requested_at timestamptz, completed_at timestamptz, accounts integer, items_erased integer)
language sql stable security definer
set search_path = ''
as $$
  select reported_by, requested_at, completed_at, cardinality(social_account_ids), items_erased
  from ops.data_deletion
  where confirmation_code = p_confirmation_code;
$$;
comment on function public.data_deletion_state is 'How far a request to erase is, for whoever has its code.';
revoke execute on function public.data_deletion_state from public, anon, authenticated;
grant execute on function public.data_deletion_state to service_role;

---------------------------------------------------------------------------------------------------------------------------
-- Policies

create policy "Only functions keep requests to erase" on ops.data_deletion for all to postgres using (true) with check (true);
