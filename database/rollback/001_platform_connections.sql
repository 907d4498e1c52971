-- Undoes module 001: connections, accounts, the tokens in Vault and the requests to erase (with the proof of them) are gone with it.
-- Run it as the role that applied the module, in one transaction:
-- psql "$DATABASE_URL" -v ON_ERROR_STOP=1 -1 -f database/rollback/001_platform_connections.sql

do $$
declare
  v_own constant oid[] := array[to_regclass('public.platform'), to_regclass('public.account_status'),
    to_regclass('public.platform_connection'), to_regclass('public.social_account'), to_regclass('ops.oauth_state')];
  v_dependents text;
begin
  if exists (select from ops.data_deletion where completed_at is null) then
    raise exception 'Cannot roll back module 001: people wait for their data to be erased, run ops.erase_requested_data() until it gives 0 first';
  end if;
  select string_agg(distinct conrelid::regclass::text, ', ') into v_dependents
  from pg_constraint
  where contype = 'f' and confrelid = any (v_own) and not conrelid = any (v_own);
  if v_dependents is not null then
    raise exception 'Cannot roll back module 001: % depends on it, roll that module back first', v_dependents;
  end if;

  if to_regclass('cron.job') is not null then
    perform cron.unschedule(jobname) from cron.job where jobname in ('refresh-expiring-tokens', 'erase-requested-data');
  end if;
end;
$$;

-- The tokens of every connection: without the rows nobody would know their names.
delete from vault.secrets where name in (select vault_secret_name from public.platform_connection);
drop trigger subscription_fit_accounts on public.subscription;

-- Without cascade on purpose: what a later module has built on these makes the rollback fail as a whole.
-- Generated (`deno task generate`): the module's functions, but those that are dropped by name elsewhere here.
drop function ops.choose_active_accounts, ops.erase_requested_data, ops.fit_accounts_of_subscription,
  ops.fit_accounts_to_plan, ops.has_due_token_refreshes, ops.leased_connection, ops.merge_tokens,
  ops.read_tokens, ops.write_tokens, public.begin_oauth, public.choose_active_accounts,
  public.claim_token_refresh, public.claim_token_refreshes, public.connect_account, public.data_deletion_state,
  public.disconnect_account, public.has_other_account, public.hold_account, public.read_connection,
  public.refuse_account, public.refuse_connection, public.release_token_refresh, public.request_data_deletion,
  public.store_refreshed_tokens, public.take_oauth_state;
drop table ops.data_deletion, ops.oauth_state, public.social_account, public.platform_connection, public.account_status, public.platform;
drop function ops.forget_tokens, ops.schedule_social_account, ops.reschedule_social_account, ops.refresh_due_at;

do $$
begin
  if to_regclass('supabase_migrations.schema_migrations') is not null then
    delete from supabase_migrations.schema_migrations where version = '20261120000100';
  end if;
end;
$$;
