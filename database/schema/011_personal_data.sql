-- Module 011, personal data: the rights of users over their data (export of all of it, deletion of all of it), and the proof that a backup
-- exists from which everything can be restored. Requires module 000 and covers whichever other modules are applied: tables with user data are
-- found in the catalogue, and ops.personal_rule states what the catalogue cannot.
--
--   Tables: what belongs to whom
--   Tables: exports and deletions
--   Tables: backups
--   Functions: what belongs to whom
--   Functions: exports
--   Functions: deletions
--   Functions: backups
--   Policies
--   Grants
--   Reference rows

-- ## Tables: what belongs to whom

create table ops.personal_rule (
  table_name text not null,
  owned_by text,
  is_exported boolean not null default true,
  hidden_columns text[] not null default '{}',
  erasure text not null default 'erased',
  anonymised_by text,
  reason text not null,
  constraint personal_rule_pkey primary key (table_name),
  constraint personal_rule_erasure_known check (erasure in ('erased', 'cascaded', 'anonymised', 'kept')),
  constraint personal_rule_anonymised_says_how check ((erasure = 'anonymised') = (anonymised_by is not null))
);
alter table ops.personal_rule enable row level security;
comment on table ops.personal_rule is
  'What the catalogue cannot say about a table with user data. Without a rule, a table holds user data if it has a user_id, or a cascading foreign key that leads to public.users; its rows are then exported and erased. A later module adds rows for its own tables; a rule for a missing table has no effect.';
comment on column ops.personal_rule.owned_by is
  'Condition on {t}, a row of the table, with $1 as the user: defines the owner where no column user_id or foreign key does.';
comment on column ops.personal_rule.hidden_columns is
  'Columns left out of the export: secrets and internal state, in addition to the columns whose names match the built-in pattern.';
comment on column ops.personal_rule.erasure is
  'erased: in batches; cascaded: with the login, at the end; anonymised: the row stays, without the user; kept: see reason.';
comment on column ops.personal_rule.anonymised_by is 'The assignments after "set".';
comment on column ops.personal_rule.reason is 'Why it differs from the default, for docs/privacy.md and for the user.';

-- ## Tables: exports and deletions

create table ops.data_export (
  id uuid not null default gen_random_uuid(),
  user_id uuid not null,
  tables text[] not null,
  started_at timestamptz not null default now(),
  finished_at timestamptz,
  parts integer not null default 0,
  rows bigint not null default 0,
  bytes bigint not null default 0,
  counts jsonb not null default '{}',
  sha256 text,
  constraint data_export_pkey primary key (id),
  constraint data_export_user_id_fkey foreign key (user_id) references public.users (id) on delete cascade,
  constraint data_export_finished_has_sum check ((finished_at is null) = (sha256 is null))
);
alter table ops.data_export enable row level security;
comment on table ops.data_export is
  'Each export of a user''s data, with its contents. The audit log keeps the checksums after the user is deleted.';
comment on column ops.data_export.tables is 'In export order; fixed at the start, so that an export can continue where it stopped.';
comment on column ops.data_export.counts is 'Rows per table.';
comment on column ops.data_export.sha256 is 'Hash of the parts'' checksums in hexadecimal, one per line.';

create index data_export_user_id_idx on ops.data_export (user_id, started_at desc);
comment on index ops.data_export_user_id_idx is 'Serves begin_data_export() and the foreign key.';

create table ops.data_export_part (
  export_id uuid not null,
  part integer not null,
  from_table integer not null,
  from_key jsonb,
  to_table integer not null,
  to_key jsonb,
  counts jsonb not null,
  rows integer not null,
  bytes integer not null,
  sha256 text not null,
  read_at timestamptz not null default now(),
  constraint data_export_part_pkey primary key (export_id, part),
  constraint data_export_part_export_id_fkey foreign key (export_id) references ops.data_export (id) on delete cascade
);
alter table ops.data_export_part enable row level security;
comment on table ops.data_export_part is
  'What each part of an export covered: a range of keys over the tables of the export. A part that is read again starts after the same key.';
comment on column ops.data_export_part.from_key is 'The primary key after which the part begins; null: at the beginning of the table.';
comment on column ops.data_export_part.to_key is 'The last primary key in the part; null: the table is complete.';

create table ops.account_deletion (
  code uuid not null default gen_random_uuid(),
  person_key text not null,
  user_id uuid,
  requested_at timestamptz not null default now(),
  tokens_done_at timestamptz,
  billing_done_at timestamptz,
  files_done_at timestamptz,
  rows_done_at timestamptz,
  completed_at timestamptz,
  rows_erased bigint not null default 0,
  files_erased bigint not null default 0,
  grants_revoked integer not null default 0,
  grants_not_revoked integer not null default 0,
  fence bigint not null default 0,
  leased_until timestamptz,
  due_at timestamptz not null default now(),
  failures integer not null default 0,
  last_error text,
  constraint account_deletion_pkey primary key (code),
  constraint account_deletion_user_id_key unique (user_id),
  constraint account_deletion_completed_is_nameless check ((completed_at is null) = (user_id is not null)),
  constraint account_deletion_completed_is_whole check (
    completed_at is null or num_nulls(tokens_done_at, billing_done_at, files_done_at, rows_done_at) = 0)
);
alter table ops.account_deletion enable row level security;
comment on table ops.account_deletion is
  'Users who requested deletion, and the progress. Kept as proof of the deletion; a completed row identifies nobody.';
comment on column ops.account_deletion.person_key is
  'SHA-256 of the user''s id, in hexadecimal: a user id found in an older backup can be matched, so that the user is deleted again.';
comment on column ops.account_deletion.user_id is 'Null once completed. No foreign key: the last step deletes the user.';
comment on column ops.account_deletion.grants_not_revoked is
  'Grants that could not be revoked at the platform within a day; their tokens were deleted anyway.';
comment on column ops.account_deletion.due_at is 'Time of the next run; later after each failure.';

create index account_deletion_due_idx on ops.account_deletion (due_at) where completed_at is null;
comment on index ops.account_deletion_due_idx is 'Serves claim_account_deletion().';
create index account_deletion_person_key_idx on ops.account_deletion (person_key);
comment on index ops.account_deletion_person_key_idx is 'Query "deleted before the backup was restored": where person_key = ….';

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
  'Every backup, restore and drill. Age of the newest backup: max(proven_at) where kind = ''backup'' (read back and decrypted). Last proof that a backup can be restored: max(proven_at) where kind = ''drill'' (every row and a Vault secret compared after a restore into an empty database). Written by scripts/backup, into the database that was backed up.';
comment on column ops.backup_run.archive is 'The archive''s name.';
comment on column ops.backup_run.place is 'The folder or bucket, without credentials.';
comment on column ops.backup_run.finished_at is 'Null: running, or died after started_at.';
comment on column ops.backup_run.proven_at is 'When it was verified. Null: not verified, or not yet.';
comment on column ops.backup_run.bytes is 'Size of the encrypted archive, including its files.';
comment on column ops.backup_run.rows is 'Rows of all tables in the archive.';
comment on column ops.backup_run.files is 'Number of files from storage.';
comment on column ops.backup_run.error is 'Why it failed.';

create index backup_run_proven_idx on ops.backup_run (kind, proven_at desc) where proven_at is not null;
comment on index ops.backup_run_proven_idx is 'Query "age of the last proven one": max(proven_at) where kind = ….';

-- ## Functions: what belongs to whom

create function ops.list_personal_tables()
returns table (table_name text, condition text, is_owned_directly boolean, depth integer, is_exported boolean, columns text[], key_columns text[],
  erasure text, anonymised_by text, reason text)
language sql stable security invoker set search_path = '' as $$
  with recursive own as (
    select class.oid, format('%I.%I', space.nspname, class.relname) as name, rule.owned_by, rule.is_exported, rule.hidden_columns, rule.erasure,
      rule.anonymised_by, rule.reason, space.nspname = 'auth' as is_foreign
    from pg_class as class
    join pg_namespace as space on space.oid = class.relnamespace
    left join ops.personal_rule as rule on rule.table_name = format('%I.%I', space.nspname, class.relname)
    where class.relkind in ('r', 'p') and not class.relispartition
      -- In schemas that are not ours, only tables named by a rule: Auth deletes its own rows.
      and (space.nspname in ('auth', 'realtime', 'storage') and rule.table_name is not null
        or space.nspname !~ '^(pg_|auth$|vault$|cron$|net$|realtime$|storage$|extensions$|information_schema$|supabase_)')
  ), reference as (
    select con.conrelid as child, con.confrelid as parent, con.confdeltype = 'c' as cascades,
      (select string_agg(format('{p}.%I = {t}.%I', there.attname, here.attname), ' and ')
        from unnest(con.conkey, con.confkey) as pair (here, there)
        join pg_attribute as here on here.attrelid = con.conrelid and here.attnum = pair.here
        join pg_attribute as there on there.attrelid = con.confrelid and there.attnum = pair.there) as joined,
      (select format('{t}.%I = $1', attname) from pg_attribute where attrelid = con.conrelid and attnum = con.conkey[1]) as is_person
    from pg_constraint as con
    where con.contype = 'f' and con.conrelid <> con.confrelid and con.conparentid = 0
  ), owned (oid, condition, level) as (
    select own.oid, coalesce(
        own.owned_by,
        case when own.oid = 'public.users'::regclass then '{t}.id = $1' end,
        (select '{t}.user_id = $1' from pg_attribute where attrelid = own.oid and attname = 'user_id' and atttypid = 'uuid'::regtype),
        -- A row that joins two users, such as a follower and a creator, belongs to both.
        (select '(' || string_agg(is_person, ' or ' order by is_person) || ')' from reference
          where child = own.oid and parent = 'public.users'::regclass and cascades)) as condition, 0
    from own
    union all
    select reference.child,
      format('exists (select from %s as p%s where %s and %s)', reference.parent::regclass, owned.level + 1,
        replace(reference.joined, '{p}', 'p' || owned.level + 1), replace(owned.condition, '{t}', 'p' || owned.level + 1)), owned.level + 1
    from owned
    join reference on reference.parent = owned.oid and reference.cascades
    where owned.condition is not null and owned.level < 6 and owned.oid <> 'public.users'::regclass
  ), nearest as (
    select distinct on (oid) oid, condition, level from owned where condition is not null order by oid, level
  ), steps (oid, depth) as (
    select oid, 0 from nearest
    union
    select reference.child, steps.depth + 1 from steps
    join reference on reference.parent = steps.oid
    join nearest on nearest.oid = reference.child
    where steps.depth < 12
  )
  select own.name, replace(nearest.condition, '{t}', 't'), nearest.level = 0, (select max(depth) from steps where steps.oid = own.oid),
    coalesce(own.is_exported, true),
    array(
      select attname::text from pg_attribute
      where attrelid = own.oid and attnum > 0 and not attisdropped and not attname = any (coalesce(own.hidden_columns, '{}'))
        and atttypid not in ('tsvector'::regtype, 'xid8'::regtype, 'pg_snapshot'::regtype)
        and attname !~ '(secret|verifier|fence|lease|_hash$|fingerprint|witness)'
      order by attnum),
    array(
      select attname::text from pg_index
      join unnest(indkey) with ordinality as part (attnum, place) on true
      join pg_attribute on attrelid = indrelid and pg_attribute.attnum = part.attnum
      where indrelid = own.oid and indisprimary
      order by part.place),
    coalesce(own.erasure, case when nearest.level = 0 then 'erased' else 'cascaded' end), own.anonymised_by, own.reason
  from own
  join nearest on nearest.oid = own.oid;
$$;
comment on function ops.list_personal_tables is
  'Returns every table with user data: the owner, as a condition on t with $1 as the user; what is exported; and what happens to it on deletion. Derived from the catalogue and ops.personal_rule.';

-- ## Functions: exports

-- Security definer: reads all rows of a user; only the service may call it.
create function public.begin_data_export(p_user_id uuid) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_export ops.data_export;
begin
  perform from public.users where id = p_user_id for key share;
  if not found or exists (select from ops.account_deletion where user_id = p_user_id) then
    raise exception using errcode = 'SVG03', message = 'There is no such user', detail = jsonb_build_object('resource', 'user', 'id', p_user_id);
  end if;
  insert into ops.data_export (user_id, tables)
  values (p_user_id, array(select table_name from ops.list_personal_tables() where is_exported order by table_name))
  returning * into v_export;
  delete from ops.data_export where user_id = p_user_id and started_at < now() - interval '30 days';
  return jsonb_build_object('export_id', v_export.id, 'started_at', v_export.started_at,
    'tables', (
      select jsonb_agg(jsonb_build_object('table', own.table_name, 'about', obj_description(own.table_name::regclass, 'pg_class'),
        'columns', to_jsonb(own.columns)) order by own.table_name)
      from ops.list_personal_tables() as own where own.is_exported),
    'left_out', (
      select coalesce(jsonb_agg(jsonb_build_object('table', own.table_name, 'reason', own.reason) order by own.table_name), '[]')
      from ops.list_personal_tables() as own where not own.is_exported));
end;
$$;
comment on function public.begin_data_export is
  'Starts an export of all data of a user. Returns the tables with their descriptions, and the tables left out with the reasons.';

-- Security definer: reads all rows of a user; only the service may call it. Dynamic SQL: the tables come from the catalogue.
create function public.read_data_export(p_user_id uuid, p_export_id uuid, p_part integer, p_rows integer default 5000,
  p_bytes integer default 4000000) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_export ops.data_export;
  v_before ops.data_export_part;
  v_own record;
  v_at integer;
  v_key jsonb;
  v_rows integer;
  v_bytes integer;
  v_page text;
  v_is_done boolean;
  v_last jsonb;
  v_lines text[] := '{}';
  v_left_rows integer := p_rows;
  v_left_bytes integer := p_bytes;
  v_counts jsonb := '{}';
  v_is_full boolean := false;
  v_text text;
  v_part ops.data_export_part;
begin
  select * into v_export from ops.data_export where id = p_export_id and user_id = p_user_id for update;
  if not found or exists (select from ops.account_deletion where user_id = p_user_id) then
    raise exception using errcode = 'SVG03', message = 'There is no such export', detail = jsonb_build_object('resource', 'export', 'id', p_export_id);
  end if;
  select * into v_before from ops.data_export_part where export_id = p_export_id and part = p_part - 1;
  if p_part < 1 or (p_part > 1 and v_before.part is null) then
    raise exception using errcode = 'SVG03', message = 'There is no such part of this export',
      detail = jsonb_build_object('resource', 'export_part', 'id', p_part);
  end if;
  v_at := coalesce(v_before.to_table, 1);
  v_key := v_before.to_key;
  v_part.from_table := v_at;
  v_part.from_key := v_key;
  -- Skips tables of a module that was rolled back in the meantime.
  for v_own in
    select own.*, own.table_name::regclass as relation, place, keys.list, keys.above
    from ops.list_personal_tables() as own
    join unnest(v_export.tables) with ordinality as wanted (name, place) on wanted.name = own.table_name
    cross join lateral (
      select string_agg(format('t.%I', attname), ', ' order by part.place) as list,
        string_agg(format('($2::jsonb ->> %s)::%s', part.place - 1, format_type(atttypid, atttypmod)), ', ' order by part.place) as above
      from unnest(own.key_columns) with ordinality as part (name, place)
      join pg_attribute on attrelid = own.table_name::regclass and attname = part.name
    ) as keys
    where place >= v_at
    order by place
  loop
    if v_own.place > v_at then
      v_key := null;
    end if;
    v_at := v_own.place;
    if v_left_rows <= 0 or v_left_bytes <= 0 then
      v_is_full := true;
      exit;
    end if;
    -- As many rows as fit, in key order, after the last key. The planner chooses the index that reads less.
    execute format($query$
      select count(*) filter (where fits)::integer as rows, coalesce(sum(bytes) filter (where fits), 0)::integer as bytes,
        string_agg(line, E'\n' order by place) filter (where fits) as lines, count(*) filter (where fits) < $3 and count(*) filter (where not fits) = 0 as is_done,
        (array_agg(key order by place desc) filter (where fits))[1] as key
      from (
        select line, key, place, octet_length(line) + 1 as bytes,
          place = 1 or sum(octet_length(line) + 1) over (order by place) <= $4 as fits
        from (
          select json_build_object('type', 'row', 'table', %L, 'row', (select row_to_json(shown) from (select %s) as shown))::text as line,
            jsonb_build_array(%s) as key, row_number() over (order by %s) as place
          from %s as t
          where %s and %s
          order by %s
          limit $3
        ) as page
      ) as measured
      $query$, v_own.table_name, (select string_agg(format('t.%I', name), ', ') from unnest(v_own.columns) as name), v_own.list, v_own.list,
      v_own.relation, v_own.condition, case when v_key is null then '$2::jsonb is null' else format('(%s) > (%s)', v_own.list, v_own.above) end,
      v_own.list)
    into v_rows, v_bytes, v_page, v_is_done, v_last using p_user_id, v_key, v_left_rows, v_left_bytes;
    if v_rows > 0 then
      v_lines := v_lines || v_page;
      v_counts := v_counts || jsonb_build_object(v_own.table_name, v_rows);
      v_left_rows := v_left_rows - v_rows;
      v_left_bytes := v_left_bytes - v_bytes;
    end if;
    if not v_is_done then
      v_key := v_last;
      v_is_full := true;
      exit;
    end if;
    v_key := null;
  end loop;
  if not v_is_full then
    v_at := cardinality(v_export.tables) + 1;
    v_key := null;
  end if;
  v_text := coalesce(array_to_string(v_lines, E'\n') || E'\n', '');
  v_part.sha256 := encode(sha256(convert_to(v_text, 'UTF8')), 'hex');
  v_part.rows := p_rows - v_left_rows;
  v_part.bytes := octet_length(v_text);
  insert into ops.data_export_part as part (export_id, part, from_table, from_key, to_table, to_key, counts, rows, bytes, sha256)
  values (p_export_id, p_part, v_part.from_table, v_part.from_key, v_at, v_key, v_counts, v_part.rows, v_part.bytes, v_part.sha256)
  on conflict (export_id, part) do update
  set to_table = excluded.to_table, to_key = excluded.to_key, counts = excluded.counts, rows = excluded.rows, bytes = excluded.bytes,
    sha256 = excluded.sha256, read_at = now();
  -- If an earlier part is read again, the parts after it have to be read again too.
  delete from ops.data_export_part where export_id = p_export_id and part > p_part;
  return jsonb_build_object('text', v_text, 'part', p_part, 'rows', v_part.rows, 'bytes', v_part.bytes, 'sha256', v_part.sha256,
    'is_last', v_at > cardinality(v_export.tables));
end;
$$;
comment on function public.read_data_export is
  'Returns one part of an export as JSON lines: at most p_rows rows and, unless a single row is larger, p_bytes bytes. Records its contents. A part may be read again; the parts after it are then read again too.';

-- Security definer: reads ops; only the service may call it.
create function public.has_data_export(p_user_id uuid, p_export_id uuid, p_part integer) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (
    select from ops.data_export as export
    where export.id = p_export_id and export.user_id = p_user_id
      and (p_part <= 1 or exists (select from ops.data_export_part where export_id = p_export_id and part = p_part - 1)));
$$;
comment on function public.has_data_export is 'Returns whether a user has this export and it has progressed to this part.';

-- Security definer: writes ops; only the service may call it.
create function public.finish_data_export(p_user_id uuid, p_export_id uuid) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_export ops.data_export;
begin
  update ops.data_export as export
  set finished_at = now(), parts = summed.parts, rows = summed.rows, bytes = summed.bytes, sha256 = summed.sha256, counts = summed.counts
  from (
    select count(*)::integer as parts, coalesce(sum(part.rows), 0) as rows, coalesce(sum(part.bytes), 0) as bytes,
      encode(sha256(convert_to(coalesce(string_agg(part.sha256 || E'\n', '' order by part.part), ''), 'UTF8')), 'hex') as sha256,
      (select coalesce(jsonb_object_agg(each.key, each.rows), '{}') from (
        select entry.key, sum(entry.value::bigint) as rows
        from ops.data_export_part as counted, jsonb_each_text(counted.counts) as entry
        where counted.export_id = p_export_id group by entry.key) as each) as counts
    from ops.data_export_part as part where part.export_id = p_export_id
  ) as summed
  where export.id = p_export_id and export.user_id = p_user_id
    and (select to_table from ops.data_export_part where export_id = p_export_id order by part desc limit 1) > cardinality(export.tables)
  returning export.* into v_export;
  if not found then
    raise exception using errcode = 'SVG03', message = 'There is no such export, or it has not been read to its end',
      detail = jsonb_build_object('resource', 'export', 'id', p_export_id);
  end if;
  perform ops.record_audit('data.exported', p_user_id, jsonb_build_object('export_id', v_export.id, 'parts', v_export.parts, 'rows', v_export.rows,
    'bytes', v_export.bytes, 'sha256', v_export.sha256));
  return jsonb_build_object('parts', v_export.parts, 'rows', v_export.rows, 'bytes', v_export.bytes, 'sha256', v_export.sha256, 'counts', v_export.counts);
end;
$$;
comment on function public.finish_data_export is
  'Completes an export that was read to its end: computes its totals and checksum and records them in the audit log.';

-- ## Functions: deletions

-- Security definer: reads auth and ends sessions there; only the service may call it.
create function public.request_account_deletion(p_user_id uuid) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_deletion ops.account_deletion;
begin
  -- A second concurrent request waits here and gets the result of the first.
  perform from public.users where id = p_user_id for update;
  if not found then
    raise exception using errcode = 'SVG03', message = 'There is no such user', detail = jsonb_build_object('resource', 'user', 'id', p_user_id);
  end if;
  insert into ops.account_deletion (person_key, user_id) values (encode(sha256(convert_to(p_user_id::text, 'UTF8')), 'hex'), p_user_id)
  on conflict (user_id) do nothing
  returning * into v_deletion;
  if v_deletion.code is null then
    select * into v_deletion from ops.account_deletion where user_id = p_user_id;
    return jsonb_build_object('code', v_deletion.code, 'requested_at', v_deletion.requested_at);
  end if;
  if exists (select from public.user_role where user_id = p_user_id and role = 'admin')
    and not exists (
      select from public.user_role as role where role.role = 'admin' and role.user_id <> p_user_id
        and not exists (select from ops.account_deletion as leaving where leaving.user_id = role.user_id))
  then
    raise exception using errcode = 'SVG02', message = 'You are the only admin: make somebody else an admin first';
  end if;

  -- Locks runs before accounts, the order in which a completing sync locks them. From here on no sync writes, no post is published, no job
  -- starts, and nothing is visible.
  if to_regclass('ops.sync_run') is not null then
    perform from ops.sync_run as run join public.social_account as account on account.id = run.social_account_id
    where account.user_id = p_user_id order by run.social_account_id for update of run;
  end if;
  if to_regclass('publishing.post_target') is not null then
    perform from publishing.post_target where user_id = p_user_id order by id for update;
    update publishing.post_target
    set status = 'cancelled', next_at = null, wait_reason = null, fence = fence + 1, leased_until = null
    where user_id = p_user_id and (status in ('draft', 'scheduled') or status = 'waiting' and not is_sent);
    update publishing.post_target set fence = fence + 1, leased_until = null
    where user_id = p_user_id and status in ('publishing', 'waiting', 'unknown');
    delete from publishing.webhook_endpoint where user_id = p_user_id;
  end if;
  if to_regclass('public.social_account') is not null then
    update public.social_account
    set status = 'disconnected', next_sync_at = null, deleted_at = coalesce(deleted_at, now())
    where user_id = p_user_id;
    -- Tokens are no longer used or refreshed; they stay until they are revoked at the platform.
    update public.platform_connection
    set is_active = false, refresh_lease = null, refresh_leased_until = null
    where user_id = p_user_id;
    delete from ops.oauth_state where user_id = p_user_id;
  end if;
  if to_regclass('public.job_queue') is not null then
    perform ops.cancel_job(id, p_user_id) from public.job_queue where user_id = p_user_id and status in ('pending', 'processing');
  end if;
  update public.users
  set is_public = false, hidden_at = coalesce(hidden_at, now()), hidden_reason = coalesce(hidden_reason, 'Being deleted at the user''s request')
  where id = p_user_id;
  -- Without a subscription nothing can be connected, synced, analysed or submitted.
  delete from public.subscription where user_id = p_user_id;

  update auth.users set banned_until = now() + interval '100 years' where id = p_user_id;
  delete from auth.sessions where user_id = p_user_id;
  perform ops.record_audit('account.deletion_requested', p_user_id, jsonb_build_object('code', v_deletion.code));
  return jsonb_build_object('code', v_deletion.code, 'requested_at', v_deletion.requested_at);
end;
$$;
comment on function public.request_account_deletion is
  'Starts the deletion of a user who requested it. In one transaction: all sessions end and no new one can start, nothing of the user is public, and nothing runs for them any more. erase-accounts does the rest. A repeated request returns the same code. SVG02 for the only admin.';

create function ops.has_due_account_deletions() returns boolean
language sql stable security invoker set search_path = '' as $$
  select exists (
    select from ops.account_deletion where completed_at is null and due_at <= now() and coalesce(leased_until, '-infinity') < now());
$$;
comment on function ops.has_due_account_deletions is 'For cron: whether erase-accounts has to be called.';

-- Security definer: reads Vault; only the service may call it.
create function public.claim_account_deletion(p_lease_seconds integer default 120) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_deletion ops.account_deletion;
  v_grants jsonb := '[]';
  v_customers jsonb := '[]';
begin
  update ops.account_deletion
  set fence = fence + 1, leased_until = clock_timestamp() + make_interval(secs => p_lease_seconds)
  where code = (
    select code from ops.account_deletion
    where completed_at is null and due_at <= clock_timestamp() and coalesce(leased_until, '-infinity') < clock_timestamp()
    order by due_at limit 1 for update skip locked)
  returning * into v_deletion;
  if v_deletion.code is null then
    return null;
  end if;
  if to_regclass('public.platform_connection') is not null then
    select coalesce(jsonb_agg(jsonb_build_object('connection_id', connection.id, 'platform', platform.slug,
      'tokens', ops.read_tokens(connection.vault_secret_name))), '[]') into v_grants
    from public.platform_connection as connection
    join public.platform as platform on platform.id = connection.platform_id
    where connection.user_id = v_deletion.user_id;
  end if;
  if to_regclass('ops.billing_customer') is not null then
    select coalesce(jsonb_agg(jsonb_build_object('row', id, 'livemode', livemode, 'customer_id', customer_id, 'is_deleted', is_deleted,
      'checkout_session_id', checkout_session_id)), '[]') into v_customers
    from ops.billing_customer where user_id = v_deletion.user_id;
  end if;
  return jsonb_build_object('code', v_deletion.code, 'fence', v_deletion.fence, 'user_id', v_deletion.user_id,
    'email', (select email from auth.users where id = v_deletion.user_id),
    -- A day is long enough for a platform outage to end.
    'may_give_up', v_deletion.requested_at < now() - interval '1 day', 'files_done', v_deletion.files_done_at is not null,
    'rows_done', v_deletion.rows_done_at is not null, 'grants', v_grants, 'customers', v_customers);
end;
$$;
comment on function public.claim_account_deletion is
  'Claims the next user to be deleted, with a lease, a fence and what has to be ended elsewhere: grants at platforms, customers at Stripe. Null: none is due.';

create function ops.lock_account_deletion(p_code uuid, p_fence bigint) returns ops.account_deletion
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_deletion ops.account_deletion;
begin
  select * into v_deletion from ops.account_deletion where code = p_code and fence = p_fence and completed_at is null for update;
  if not found then
    raise exception using errcode = 'SVG04', message = 'Another worker has taken over this deletion, or it is complete';
  end if;
  return v_deletion;
end;
$$;
comment on function ops.lock_account_deletion is
  'Locks and returns the deletion of a run that still holds it; SVG04 when another worker has taken over.';

-- Security definer: only functions write connections and customers; only the service may call it.
create function public.record_account_deletion(p_code uuid, p_fence bigint, p_done jsonb, p_lease_seconds integer default 120) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_deletion constant ops.account_deletion := ops.lock_account_deletion(p_code, p_fence);
begin
  if p_done ? 'connection_id' then
    -- A trigger deletes its tokens from Vault.
    delete from public.platform_connection where id = (p_done ->> 'connection_id')::uuid and user_id = v_deletion.user_id;
  end if;
  if p_done ? 'customer_row' then
    delete from public.stripe_webhook_events
    where subject = (select customer_id from ops.billing_customer where id = (p_done ->> 'customer_row')::bigint and user_id = v_deletion.user_id);
    delete from public.cache_store
    where key = 'stripe:preview:' || (select customer_id from ops.billing_customer where id = (p_done ->> 'customer_row')::bigint and user_id = v_deletion.user_id);
    delete from ops.billing_customer where id = (p_done ->> 'customer_row')::bigint and user_id = v_deletion.user_id;
  end if;
  update ops.account_deletion
  set grants_revoked = grants_revoked + coalesce((p_done ->> 'revoked')::boolean, false)::integer,
    grants_not_revoked = grants_not_revoked + (not coalesce((p_done ->> 'revoked')::boolean, true))::integer,
    files_erased = files_erased + coalesce((p_done ->> 'files')::integer, 0),
    files_done_at = case when p_done ->> 'step' = 'files' then now() else files_done_at end,
    leased_until = clock_timestamp() + make_interval(secs => p_lease_seconds)
  where code = p_code;
end;
$$;
comment on function public.record_account_deletion is
  'Records what a run of erase-accounts has done outside the database: a grant revoked, a customer deleted, files removed. Extends the lease.';

-- Security definer: deletes rows that no other role may delete; only the service may call it. Dynamic SQL: the tables come from the
-- catalogue.
create function public.erase_account_rows(p_code uuid, p_fence bigint, p_limit integer default 5000, p_lease_seconds integer default 120)
returns integer
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_deletion constant ops.account_deletion := ops.lock_account_deletion(p_code, p_fence);
  v_own record;
  v_left integer := p_limit;
  v_erased integer;
begin
  -- Concurrent writes, such as a click or a page of a sync, complete before the account is disconnected: see request_account_deletion().
  for v_own in
    select own.erasure, own.condition, own.anonymised_by, leaf.relid::regclass as relation
    from ops.list_personal_tables() as own
    cross join lateral (
      select relid from pg_partition_tree(own.table_name::regclass) where isleaf
      union all
      select own.table_name::regclass where (select relkind from pg_class where oid = own.table_name::regclass) = 'r'
        and not exists (select from pg_partition_tree(own.table_name::regclass))
    ) as leaf
    where own.erasure in ('erased', 'anonymised')
    -- Rows that reference other rows of the user are deleted before those.
    order by own.depth desc, own.table_name, leaf.relid
  loop
    if v_own.erasure = 'erased' then
      execute format('delete from %s where ctid = any (array(select t.ctid from %s as t where %s limit $2))', v_own.relation, v_own.relation, v_own.condition)
      using v_deletion.user_id, v_left;
    else
      execute format('update %s set %s where ctid = any (array(select t.ctid from %s as t where %s limit $2))', v_own.relation, v_own.anonymised_by,
        v_own.relation, v_own.condition)
      using v_deletion.user_id, v_left;
    end if;
    get diagnostics v_erased = row_count;
    v_left := v_left - v_erased;
    exit when v_left <= 0;
  end loop;
  update public.users
  set email = null, display_name = null, bio = null, avatar_url = null, profile_slug = null, primary_category = null
  where id = v_deletion.user_id and num_nonnulls(email, display_name, bio, avatar_url, profile_slug, primary_category) > 0;
  update ops.account_deletion
  set rows_erased = rows_erased + p_limit - v_left, rows_done_at = case when v_left > 0 then now() end,
    leased_until = clock_timestamp() + make_interval(secs => p_lease_seconds)
  where code = p_code;
  return p_limit - v_left;
end;
$$;
comment on function public.erase_account_rows is
  'Erases at most p_limit rows of a user, referencing rows first, and returns how many. Fewer than p_limit: everything that is deleted before the login is deleted.';

-- Security definer: writes ops; only the service may call it.
create function public.settle_account_deletion(p_code uuid, p_fence bigint, p_error text default null, p_is_gone boolean default false) returns text
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_deletion ops.account_deletion := ops.lock_account_deletion(p_code, p_fence);
  v_has_grants boolean := false;
  v_has_customers boolean := false;
begin
  if to_regclass('public.platform_connection') is not null then
    v_has_grants := exists (select from public.platform_connection where user_id = v_deletion.user_id);
  end if;
  if to_regclass('ops.billing_customer') is not null then
    v_has_customers := exists (select from ops.billing_customer where user_id = v_deletion.user_id);
  end if;
  update ops.account_deletion
  set tokens_done_at = case when not v_has_grants then coalesce(tokens_done_at, now()) end,
    billing_done_at = case when not v_has_customers then coalesce(billing_done_at, now()) end
  where code = p_code
  returning * into v_deletion;
  if p_error is null and num_nulls(v_deletion.tokens_done_at, v_deletion.billing_done_at, v_deletion.files_done_at, v_deletion.rows_done_at) = 0 then
    if not p_is_gone then
      return 'ready';
    end if;
    if not exists (select from auth.users where id = v_deletion.user_id) and not exists (select from public.users where id = v_deletion.user_id) then
      update ops.account_deletion
      set completed_at = now(), user_id = null, leased_until = null, last_error = null
      where code = p_code;
      insert into public.audit_log (action, details)
      values ('account.deleted', jsonb_build_object('code', p_code, 'person_key', v_deletion.person_key, 'rows', v_deletion.rows_erased,
        'files', v_deletion.files_erased, 'grants_revoked', v_deletion.grants_revoked, 'grants_not_revoked', v_deletion.grants_not_revoked));
      return 'completed';
    end if;
  end if;
  update ops.account_deletion
  set leased_until = null, failures = failures + (p_error is not null)::integer, last_error = left(p_error, 500),
    -- Backoff from 30 seconds, doubling up to one hour.
    due_at = case when p_error is null then now() else now() + least(interval '1 hour', interval '30 seconds' * 2 ^ least(failures, 8)) end
  where code = p_code;
  return 'waits';
end;
$$;
comment on function public.settle_account_deletion is
  'Ends a run and returns the state. ready: only the login is left; call again after deleting it, then completed. waits: another run follows, later after an error.';

-- Security definer: reads ops; only the service may call it.
create function public.account_deletion_state(p_code uuid)
returns table (requested_at timestamptz, completed_at timestamptz, rows_erased bigint, files_erased bigint, grants_not_revoked integer)
language sql stable security definer set search_path = '' as $$
  select requested_at, completed_at, rows_erased, files_erased, grants_not_revoked from ops.account_deletion where code = p_code;
$$;
comment on function public.account_deletion_state is 'Returns the progress of an account deletion to anyone who has its code.';
-- ## Functions: backups

create function ops.reset_transaction_marks() returns void
language plpgsql volatile security invoker set search_path = '' as $$
declare
  -- Rows already counted get a value below the mark, uncounted rows get the id of this transaction, and the mark lies between the two.
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
  'Called after a restore, before any other write: transaction ids have no meaning in another cluster, where they start low. Counted rows stay counted; uncounted rows are counted next.';

-- ## Policies

create policy "Only operators write rules of personal data" on ops.personal_rule for all to postgres using (true) with check (true);
create policy "Only functions keep exports" on ops.data_export for all to postgres using (true) with check (true);
create policy "Only functions keep parts of exports" on ops.data_export_part for all to postgres using (true) with check (true);
create policy "Only functions keep deletions" on ops.account_deletion for all to postgres using (true) with check (true);
create policy "Only operators keep backups" on ops.backup_run for all to postgres using (true) with check (true);

-- ## Grants

-- No table grants: operators write ops.backup_run as the owner, and functions write the rest.
grant execute on function
  public.begin_data_export, public.read_data_export, public.has_data_export, public.finish_data_export, public.request_account_deletion, public.claim_account_deletion,
  public.record_account_deletion, public.erase_account_rows, public.settle_account_deletion, public.account_deletion_state
  to service_role;

-- ## Reference rows

insert into ops.personal_rule (table_name, owned_by, is_exported, hidden_columns, erasure, anonymised_by, reason)
values
  -- Module 000.
  ('public.users', null, true, '{}', 'cascaded', null, 'Deleted with the login, as the last step; the names are cleared at once.'),
  ('public.user_role', null, true, '{}', 'cascaded', null, 'Deleted with the login.'),
  ('public.audit_log', '{t}.user_id = $1', true, '{}', 'anonymised', $$details = '{}'$$,
    'Kept as proof of who did what, for security (GDPR, Article 17(3)(e)), without details: the id no longer identifies anybody.'),
  ('ops.idempotency', $$right({t}.scope, 37) = ':' || $1$$, false, '{}', 'erased', null, 'Copies of responses, kept for a day.'),
  ('ops.rate_limit', $$split_part({t}.key, ':', 2) = $1::text$$, false, '{}', 'erased', null, 'A request counter, kept for an hour.'),
  ('public.cache_store', $$({t}.tags @> array['creator:' || $1] or {t}.key like '%' || $1 || '%')$$, false, '{}', 'erased', null,
    'Copies of responses, kept until they expire.'),
  -- Module 001.
  ('public.platform_connection', null, true, '{}', 'cascaded', null, 'Deleted with its tokens when the platform has been told that the grant has ended.'),
  ('ops.oauth_state', null, false, '{}', 'erased', null, 'Consents in progress, kept for ten minutes: secrets.'),
  ('ops.data_deletion', $$exists (select from public.social_account as account where account.user_id = $1 and account.id = any ({t}.social_account_ids))$$,
    true, '{person_key}', 'kept', null, 'Proof that a platform''s erasure request was completed: ids of accounts that no longer exist.'),
  -- Module 002.
  ('ops.sync_run', null, false, '{}', 'cascaded', null, 'Internal state: the progress of a sync.'),
  ('ops.sync_page', null, false, '{}', 'cascaded', null, 'Internal state: which page listed which item.'),
  ('ops.platform_window', null, false, '{}', 'cascaded', null, 'Internal state: calls to the API of a platform.'),
  ('ops.platform_share', null, false, '{}', 'erased', null, 'Internal state: calls to the API of a platform.'),
  -- Module 003.
  ('ops.ai_reservation', null, false, '{}', 'cascaded', null, 'Internal state: money reserved for an AI call in progress.'),
  -- Module 004.
  ('public.seo_connection', null, true, '{}', 'cascaded', null, 'Deleted with the login, together with its secret.'),
  ('public.seo_submission', null, true, '{}', 'cascaded', null,
    'Deleted with the login, except pending page removals at the operator''s search engines: these are kept, without the user, until they are sent.'),
  ('ops.sitemap_change', '{t}.subject_id = $1', false, '{}', 'kept', null,
    'An id that removes the creator''s page from the sitemap; deleted at the next rendering.'),
  -- Module 005.
  ('public.content_click', '{t}.user_id = $1', true, '{visitor}', 'anonymised', 'user_id = null, referrer = null, referrer_host = null, country = null, query = null, visitor = null',
    'Kept as a click for the owner of the item, without the user who clicked.'),
  ('ops.search_document', null, false, '{}', 'erased', null, 'A copy of public.content_item for searching.'),
  -- Module 006.
  ('ops.job_ready', null, false, '{}', 'erased', null, 'A copy of public.job_queue for workers.'),
  ('ops.billing_customer', null, true, '{}', 'cascaded', null, 'Deleted when the customer is deleted at Stripe. Stripe keeps invoices for as long as the law requires.'),
  ('public.stripe_webhook_events', $$exists (select from ops.billing_customer as customer where customer.user_id = $1 and customer.customer_id = {t}.subject)$$,
    true, '{}', 'erased', null, 'Ids of Stripe events.'),
  -- Module 007.
  ('publishing.doomed_file', $$starts_with({t}.path, $1 || '/')$$, false, '{}', 'kept', null, 'Paths of files to delete from storage; each is deleted with its file.'),
  -- Module 011.
  ('ops.data_export_part', null, false, '{}', 'cascaded', null, 'What was in each part of an export.'),
  ('ops.account_deletion', '{t}.user_id = $1', false, '{}', 'kept', null, 'Proof that a user was deleted: identifies nobody once the deletion is complete.'),
  -- Supabase's own tables.
  ('auth.audit_log_entries', $${t}.payload::text like '%' || $1 || '%'$$, true, '{}', 'erased', null, 'Sign-ins, as Auth logs them.')
on conflict (table_name) do update
set owned_by = excluded.owned_by, is_exported = excluded.is_exported, hidden_columns = excluded.hidden_columns, erasure = excluded.erasure,
  anonymised_by = excluded.anonymised_by, reason = excluded.reason;
