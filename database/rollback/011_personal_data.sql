-- Undoes module 011: the record of exports, deletions, backups and drills is gone with it, archives stay where they are. Run it as the role that applied the
-- module, in one transaction: psql "$DATABASE_URL" -v ON_ERROR_STOP=1 -1 -f database/rollback/011_personal_data.sql

do $$
begin
  if exists (select from ops.account_deletion where completed_at is null) then
    raise exception 'Cannot roll back module 011: people wait to be deleted, let erase-accounts finish first';
  end if;
  if to_regclass('cron.job') is not null then
    perform cron.unschedule(jobname) from cron.job where jobname = 'erase-accounts';
  end if;
end;
$$;

-- Without cascade on purpose: what a later module has built on these makes the rollback fail as a whole.
-- Generated (`deno task generate`): the module's functions, but those that are dropped by name elsewhere here.
drop function ops.has_due_account_deletions, ops.list_personal_tables, ops.lock_account_deletion,
  ops.reset_transaction_marks, public.account_deletion_state, public.begin_data_export,
  public.claim_account_deletion, public.erase_account_rows, public.finish_data_export, public.has_data_export,
  public.read_data_export, public.record_account_deletion, public.request_account_deletion,
  public.settle_account_deletion;
drop table ops.backup_run, ops.account_deletion, ops.data_export_part, ops.data_export, ops.personal_rule;

do $$
begin
  if to_regclass('supabase_migrations.schema_migrations') is not null then
    delete from supabase_migrations.schema_migrations where version = '20261120001100';
  end if;
end;
$$;
