-- Undoes module 011: the record of backups and drills is gone with it, archives stay where they are. Run it as the role that applied the
-- module, in one transaction: psql "$DATABASE_URL" -v ON_ERROR_STOP=1 -1 -f database/rollback/011_personal_data.sql

-- Without cascade on purpose: what a later module has built on these makes the rollback fail as a whole.
-- Generated (`deno task generate`): the module's functions, but those that are dropped by name elsewhere here.
drop function ops.reset_transaction_marks;
drop table ops.backup_run;

do $$
begin
  if to_regclass('supabase_migrations.schema_migrations') is not null then
    delete from supabase_migrations.schema_migrations where version = '20261120001100';
  end if;
end;
$$;
