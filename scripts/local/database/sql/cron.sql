-- Scheduled jobs: pg_cron's tables and functions; the stack runs the jobs (cron_runner.ts), at GMT.

create schema cron authorization supabase_admin;

create sequence cron.jobid_seq;
create table cron.job (
  jobid bigint primary key default nextval('cron.jobid_seq'),
  schedule text not null,
  command text not null,
  nodename text not null default 'localhost',
  nodeport integer not null default inet_server_port(),
  database text not null default current_database(),
  username text not null default current_user,
  active boolean not null default true,
  jobname text,
  constraint jobname_username_uniq unique (jobname, username)
);

create sequence cron.runid_seq;
create table cron.job_run_details (
  jobid bigint,
  runid bigint primary key default nextval('cron.runid_seq'),
  job_pid integer,
  database text,
  username text,
  command text,
  status text,
  return_message text,
  start_time timestamptz,
  end_time timestamptz
);

alter table cron.job enable row level security;
create policy cron_job_policy on cron.job using (username = current_user);
alter table cron.job_run_details enable row level security;
create policy cron_job_run_details_policy on cron.job_run_details using (username = current_user);

-- Five fields, a macro, or '[1-59] seconds', as pg_cron reads them.
create function cron._is_schedule(schedule text) returns boolean
language sql immutable
set search_path = ''
as $$
  select case
    when schedule ~* '^\s*[1-5]?[0-9]\s+seconds?\s*$' then substring(schedule from '\d+')::integer between 1 and 59
    when schedule ~* '^\s*@(yearly|annually|monthly|weekly|daily|midnight|hourly)\s*$' then true
    else schedule ~* ('^\s*' || concat_ws('\s+',
      '(\*|[0-5]?\d(-[0-5]?\d)?)(/\d+)?(,(\*|[0-5]?\d(-[0-5]?\d)?)(/\d+)?)*',
      '(\*|([01]?\d|2[0-3])(-([01]?\d|2[0-3]))?)(/\d+)?(,(\*|([01]?\d|2[0-3])(-([01]?\d|2[0-3]))?)(/\d+)?)*',
      '(\*|\$|(0?[1-9]|[12]\d|3[01])(-(0?[1-9]|[12]\d|3[01]))?)(/\d+)?(,(\*|(0?[1-9]|[12]\d|3[01])(-(0?[1-9]|[12]\d|3[01]))?)(/\d+)?)*',
      '(\*|(0?[1-9]|1[0-2]|[a-z]{3})(-(0?[1-9]|1[0-2]|[a-z]{3}))?)(/\d+)?(,(\*|(0?[1-9]|1[0-2]|[a-z]{3})(-(0?[1-9]|1[0-2]|[a-z]{3}))?)(/\d+)?)*',
      '(\*|([0-7]|[a-z]{3})(-([0-7]|[a-z]{3}))?)(/\d+)?(,(\*|([0-7]|[a-z]{3})(-([0-7]|[a-z]{3}))?)(/\d+)?)*'
    ) || '\s*$')
  end
$$;

-- Security definer: callers may not write the table; the job runs as the caller, whom the public functions name.
create function cron._put_job(new_name text, new_schedule text, new_command text, runs_as name) returns bigint
language plpgsql volatile security definer
set search_path = ''
as $$
declare
  id bigint;
begin
  if not pg_has_role(session_user, runs_as, 'member') then
    raise exception 'must be a member of role "%"', runs_as using errcode = '42501';
  end if;
  if not cron._is_schedule(new_schedule) then
    raise exception 'invalid schedule: %', new_schedule
      using errcode = '22023', hint = 'Use cron format (e.g. 5 4 * * *), or interval format ''[1-59] seconds''';
  end if;
  insert into cron.job (jobname, schedule, command, username)
  values (new_name, new_schedule, new_command, runs_as)
  on conflict on constraint jobname_username_uniq
    do update set schedule = excluded.schedule, command = excluded.command
  returning jobid into id;
  perform pg_notify('cron_jobs', '');
  return id;
end
$$;

create function cron.schedule(job_name text, schedule text, command text) returns bigint
language sql volatile
set search_path = ''
as $$
  select cron._put_job(job_name, schedule, command, current_user)
$$;

create function cron.schedule(schedule text, command text) returns bigint
language sql volatile
set search_path = ''
as $$
  select cron._put_job(null, schedule, command, current_user)
$$;

-- Security definer: as above.
create function cron._remove_job(id bigint, runs_as name) returns boolean
language plpgsql volatile security definer
set search_path = ''
as $$
begin
  delete from cron.job where jobid = id and username = runs_as and pg_has_role(session_user, runs_as, 'member');
  if not found then
    raise exception 'could not find valid entry for job ''%''', id;
  end if;
  perform pg_notify('cron_jobs', '');
  return true;
end
$$;

create function cron.unschedule(job_id bigint) returns boolean
language sql volatile
set search_path = ''
as $$
  select cron._remove_job(job_id, current_user)
$$;

create function cron.unschedule(job_name text) returns boolean
language plpgsql volatile
set search_path = ''
as $$
declare
  id bigint := (select jobid from cron.job where jobname = job_name and username = current_user);
begin
  if id is null then
    raise exception 'could not find valid entry for job ''%''', job_name;
  end if;
  return cron._remove_job(id, current_user);
end
$$;

-- Security definer: as above.
create function cron._alter_job(
  id bigint, new_schedule text, new_command text, new_active boolean, runs_as name
) returns void
language plpgsql volatile security definer
set search_path = ''
as $$
begin
  if new_schedule is not null and not cron._is_schedule(new_schedule) then
    raise exception 'invalid schedule: %', new_schedule using errcode = '22023';
  end if;
  update cron.job
  set
    schedule = coalesce(new_schedule, schedule),
    command = coalesce(new_command, command),
    active = coalesce(new_active, active)
  where jobid = id and username = runs_as and pg_has_role(session_user, runs_as, 'member');
  if not found then
    raise exception 'Job % does not exist or you don''t own it', id;
  end if;
  perform pg_notify('cron_jobs', '');
end
$$;

create function cron.alter_job(
  job_id bigint, schedule text default null, command text default null, database text default null,
  username text default null, active boolean default null
) returns void
language sql volatile
set search_path = ''
as $$
  select cron._alter_job(job_id, schedule, command, active, current_user)
$$;

revoke all on all functions in schema cron from public;
grant usage on schema cron to postgres with grant option;
grant execute on all functions in schema cron to postgres with grant option;
grant select on cron.job to postgres with grant option;
grant select, insert, update, delete on cron.job_run_details to postgres with grant option;
