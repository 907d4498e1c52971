/** Describes a database as sorted lines of text: two databases with the same lines have the same schema. */
import type postgres from "postgres";

/** Everything that a module could leave behind: in its own schemas, but also role defaults, triggers on Auth, cron jobs and channels. */
const QUERY = `
  with own as (select oid, nspname from pg_namespace where nspname in ('public', 'ops', 'publishing', 'feed', 'telemetry'))
  select concat_ws(' ', 'schema', nspname, array(select unnest(nspacl)::text order by 1)) as line
  from pg_namespace where nspname !~ '^pg_(temp|toast_temp)'
  union all
  select concat_ws(' ', 'default privileges of', defaclrole::regrole, 'in', coalesce(nspname, '*'), 'on', defaclobjtype,
    array(select unnest(defaclacl)::text order by 1))
  from pg_default_acl left join pg_namespace n on n.oid = defaclnamespace
  union all
  select concat_ws(' ', 'extension', extname) from pg_extension
  union all
  select concat_ws(' ', 'type', t.oid::regtype, (select string_agg(enumlabel, ',' order by enumsortorder) from pg_enum where enumtypid = t.oid),
    obj_description(t.oid, 'pg_type'))
  from pg_type t join own on own.oid = t.typnamespace
  union all
  select concat_ws(' ', 'relation', c.oid::regclass, c.relkind, c.relpersistence, c.relrowsecurity, c.relforcerowsecurity, c.reloptions,
    array(select unnest(c.relacl)::text order by 1), obj_description(c.oid, 'pg_class'))
  from pg_class c join own on own.oid = c.relnamespace
  where c.relkind in ('r', 'v', 'm', 'S', 'p')
  union all
  select concat_ws(' ', 'column', c.oid::regclass || '.' || a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
    a.attgenerated, pg_get_expr(d.adbin, d.adrelid), array(select unnest(a.attacl)::text order by 1), col_description(c.oid, a.attnum))
  from pg_class c join own on own.oid = c.relnamespace
  join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
  where c.relkind in ('r', 'v', 'p')
  union all
  select concat_ws(' ', 'constraint', conrelid::regclass, conname, pg_get_constraintdef(c.oid))
  from pg_constraint c join own on own.oid = c.connamespace where conrelid <> 0
  union all
  select concat_ws(' ', 'index', pg_get_indexdef(indexrelid), obj_description(indexrelid, 'pg_class'))
  from pg_index i join pg_class c on c.oid = i.indrelid join own on own.oid = c.relnamespace
  union all
  select concat_ws(' ', 'statistics', pg_get_statisticsobjdef(s.oid)) from pg_statistic_ext s
  union all
  select concat_ws(' ', 'function', p.oid::regprocedure, md5(pg_get_functiondef(p.oid)), array(select unnest(p.proacl)::text order by 1),
    obj_description(p.oid, 'pg_proc'))
  from pg_proc p join own on own.oid = p.pronamespace where p.prokind = 'f'
  union all
  select concat_ws(' ', 'trigger on', tgrelid::regclass, pg_get_triggerdef(t.oid)) from pg_trigger t where not tgisinternal
  union all
  select concat_ws(' ', 'policy', schemaname || '.' || tablename, policyname, permissive, roles, cmd, qual, with_check)
  from pg_policies where schemaname in ('public', 'ops', 'publishing', 'feed', 'telemetry', 'auth')
  union all
  select concat_ws(' ', 'text search', c.oid::regconfig,
    string_agg(m.maptokentype || ':' || m.mapdict::regdictionary::text, ',' order by m.maptokentype, m.mapseqno))
  from pg_ts_config c left join pg_ts_config_map m on m.mapcfg = c.oid group by c.oid
  union all
  select concat_ws(' ', 'published', pubname, schemaname || '.' || tablename) from pg_publication_tables
  union all
  select concat_ws(' ', 'job', jobname, schedule, command) from cron.job
  union all
  select concat_ws(' ', 'secret', name) from vault.secrets where name like 'streamvibe/%'
  order by 1`;

export async function describeCatalogue(sql: postgres.Sql): Promise<string[]> {
  const rows = await sql.unsafe<{ line: string }[]>(QUERY);
  return rows.map(({ line }) => line);
}
