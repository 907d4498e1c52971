-- Module 011, personal data: what people may demand of their data (all of it as files, all of it gone), and the proof that there is a
-- backup from which everything comes back. Needs module 000, and minds whichever of the others stand: what belongs to a person is found
-- in the catalogue, and what the catalogue cannot say stands in ops.personal_table.
--
--   Tables: backups
--   Functions: backups
--   Policies
--   Grants

-- ## Tables: backups

create table ops.backup_run (
  id uuid not null default gen_random_uuid(),
  kind text not null,
  archive text not null,
  place text not null default '',
  started_at timestamptz not null default now(),
  finished_at timestamptz,
  proven_at timestamptz,
  bytes bigint not null default 0,
  rows bigint not null default 0,
  files bigint not null default 0,
  error text,
  constraint backup_run_pkey primary key (id),
  constraint backup_run_kind_known check (kind in ('backup', 'restore', 'drill')),
  constraint backup_run_proven_is_finished check (proven_at is null or finished_at is not null and error is null),
  constraint backup_run_sizes_not_negative check (least(bytes, rows, files) >= 0)
);
alter table ops.backup_run enable row level security;
comment on table ops.backup_run is
  'Every backup, restore and drill. How old the newest backup is: max(proven_at) where kind = ''backup'' (read back and decrypted). How long ago it was last proven that one can be restored: max(proven_at) where kind = ''drill'' (every row and a secret of Vault compared after a restore into an empty database). Written by scripts/backup, into the database that was backed up.';
comment on column ops.backup_run.archive is 'The archive''s name.';
comment on column ops.backup_run.place is 'The folder or bucket, without credentials.';
comment on column ops.backup_run.finished_at is 'Null: under way, or dead since started_at.';
comment on column ops.backup_run.proven_at is 'When it was shown to be good. Null: not, or not yet.';
comment on column ops.backup_run.bytes is 'Of the archive, encrypted, with its files.';
comment on column ops.backup_run.rows is 'Of all tables in it.';
comment on column ops.backup_run.files is 'Of storage.';
comment on column ops.backup_run.error is 'Why it failed.';

create index backup_run_proven_idx on ops.backup_run (kind, proven_at desc) where proven_at is not null;
comment on index ops.backup_run_proven_idx is 'Query "age of the last proven one": max(proven_at) where kind = ….';

-- ## Functions: backups

create function ops.reset_transaction_marks() returns void
language plpgsql volatile security invoker set search_path = '' as $$
declare
  -- What had been counted is older than the mark, what had not is of this transaction, and the mark lies between the two.
  v_old constant xid8 := '3';
  v_mark constant xid8 := '4';
begin
  if to_regclass('ops.content_stat_daily') is not null then
    if to_regclass('ops.trend_progress') is not null then
      update ops.content_stat_daily
      set tx = case when tx < (select seen_to from ops.trend_progress) then v_old else pg_current_xact_id() end;
      update ops.trend_progress set seen_to = v_mark;
    else
      update ops.content_stat_daily set tx = pg_current_xact_id();
    end if;
  end if;
  if to_regclass('ops.click_roll_up') is not null then
    update public.content_click as click
    set tx = case
      when click.tx < greatest((select rolled_to from ops.click_roll_up),
        (select counter.rolled_to from ops.click_counter as counter where counter.content_id = click.content_id)) then v_old
      else pg_current_xact_id() end;
    update ops.click_counter set rolled_to = null where rolled_to is not null;
    update ops.click_roll_up set rolled_to = v_mark;
  end if;
  if to_regclass('ops.cache_change') is not null then
    delete from ops.cache_change;
    delete from public.cache_store;
  end if;
end;
$$;
comment on function ops.reset_transaction_marks is
  'After a restore, before anybody else writes: numbers of transactions mean nothing in another cluster, where they begin low. What was counted stays counted, what was not is counted next.';

-- ## Policies

create policy "Only operators keep backups" on ops.backup_run for all to postgres using (true) with check (true);

-- ## Grants

-- None: operators write ops.backup_run as the owner, and functions read it.
