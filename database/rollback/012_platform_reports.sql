-- Undoes change 012: the requests to erase and the proof of them are gone with it; what they erased stays erased. Run it as the role
-- that applied the change, in one transaction: psql "$DATABASE_URL" -v ON_ERROR_STOP=1 -1 -f database/rollback/012_platform_reports.sql

do $$
begin
  if exists (select from ops.data_deletion where completed_at is null) then
    raise exception 'Cannot roll back change 012: people wait for their data to be erased, run ops.erase_requested_data() until it gives 0 first';
  end if;
  if to_regclass('cron.job') is not null then
    perform cron.unschedule(jobname) from cron.job where jobname = 'erase-requested-data';
  end if;
end;
$$;

-- Without cascade on purpose: what a later module has built on these makes the rollback fail as a whole.
drop function public.refuse_account, public.request_data_deletion, public.data_deletion_state, ops.erase_requested_data;
drop table ops.data_deletion;
drop index public.social_account_platform_account_id_idx, public.social_account_granted_by_idx;

do $$
begin
  if to_regclass('supabase_migrations.schema_migrations') is not null then
    delete from supabase_migrations.schema_migrations where version = '20261120000230';
  end if;
end;
$$;
