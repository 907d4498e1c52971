/** Reads from the catalogue what must be backed up, at one point in time. */
import type { Manifest } from "./manifest.ts";
import type { Session } from "./session.ts";

/** Schemas that belong to Supabase or PostgreSQL. */
const OTHERS =
  "^(pg_|information_schema$|auth$|vault$|cron$|net$|realtime$|storage$|extensions$|graphql|pgsodium|pgbouncer$|pgmq|supabase_|_)";
/** The Auth tables that users need to sign in. Sessions are not copied; they end with their database. */
const AUTH_TABLES = ["users", "identities", "mfa_factors"];

export interface TableToCopy {
  name: string;
  columns: string[];
  order: string;
  is_unlogged: boolean;
  estimated_bytes: number;
  /** Primary key columns in order: name, type, and whether the values are compared bytewise as text. */
  key: { name: string; type: string; is_text: boolean }[];
}

/** Returns every table of ours and the Auth user tables, with a sort order by primary key that is the same in every cluster. */
export async function tablesToCopy(session: Session): Promise<TableToCopy[]> {
  return await session.query<TableToCopy>`
    select format('%I.%I', space.nspname, class.relname) as name, class.relpersistence = 'u' as is_unlogged,
      array(select quote_ident(attname) from pg_attribute
        where attrelid = class.oid and attnum > 0 and not attisdropped and attgenerated = '' order by attnum) as columns,
      coalesce((
        select string_agg(quote_ident(attname) || case when attcollation <> 0 then ' collate "C"' else '' end, ', ' order by place)
        from pg_index, unnest(indkey) with ordinality as part (attnum, place)
        join pg_attribute on attrelid = class.oid and pg_attribute.attnum = part.attnum
        where indrelid = class.oid and indisprimary and pg_attribute.attnum = part.attnum), 't::text collate "C"') as "order",
      coalesce((
        select jsonb_agg(jsonb_build_object('name', quote_ident(attname), 'type', format_type(atttypid, atttypmod), 'is_text', attcollation <> 0) order by place)
        from pg_index, unnest(indkey) with ordinality as part (attnum, place)
        join pg_attribute on attrelid = class.oid and pg_attribute.attnum = part.attnum
        where indrelid = class.oid and indisprimary), '[]') as key,
      pg_total_relation_size(class.oid)::float8 as estimated_bytes
    from pg_class as class
    join pg_namespace as space on space.oid = class.relnamespace
    where class.relkind in ('r', 'p') and not class.relispartition
      and (space.nspname !~ ${OTHERS} or space.nspname = 'auth' and class.relname = any (${AUTH_TABLES}))
      and not exists (select from pg_depend where objid = class.oid and deptype = 'e')
    order by 1`;
}

export async function readCatalogue(
  session: Session,
): Promise<
  Pick<Manifest, "partitions" | "sequences" | "cron" | "migrations" | "deleted_people" | "server_version">
> {
  const partitions = await session.query<Manifest["partitions"][number]>`
    select format('%I.%I', space.nspname, class.relname) as name, inhparent::regclass::text as parent,
      pg_get_expr(class.relpartbound, class.oid) as bound, class.relrowsecurity as has_rls, obj_description(class.oid, 'pg_class') as comment,
      array(select format('create policy %I on %I.%I as %s for %s to %s', policyname, schemaname, tablename, permissive, cmd, array_to_string(roles, ', '))
          || coalesce(' using (' || qual || ')', '') || coalesce(' with check (' || with_check || ')', '')
        from pg_policies where schemaname = space.nspname and tablename = class.relname) as policies
    from pg_class as class
    join pg_namespace as space on space.oid = class.relnamespace
    join pg_inherits on inhrelid = class.oid
    where class.relispartition and class.relkind = 'r' and space.nspname !~ ${OTHERS}
    order by 1`;
  const sequences = await session.query<Manifest["sequences"][number]>`
    select format('%I.%I', schemaname, sequencename) as name, coalesce(last_value, start_value)::text as last_value, last_value is not null as is_called
    from pg_sequences where schemaname !~ ${OTHERS} order by 1`;
  const [has] = await session.query<
    { cron: boolean; migrations: boolean; deletions: boolean; version: string }
  >`
    select to_regclass('cron.job') is not null as cron, to_regclass('supabase_migrations.schema_migrations') is not null as migrations,
      to_regclass('ops.account_deletion') is not null as deletions, current_setting('server_version') as version`;
  const cron = has?.cron
    ? await session.query<Manifest["cron"][number]>`
      select jobname as name, schedule, command, active from cron.job where jobname is not null order by jobname`
    : [];
  const migrations = has?.migrations
    ? await session.query<Manifest["migrations"][number]>`
      select version, name, coalesce(statements, '{}') as statements from supabase_migrations.schema_migrations order by version`
    : [];
  const deleted = has?.deletions
    ? await session.query<{ person_key: string }>`select person_key from ops.account_deletion order by 1`
    : [];
  return {
    partitions: [...partitions],
    sequences: [...sequences],
    cron: [...cron],
    migrations: [...migrations],
    deleted_people: deleted.map(({ person_key }) => person_key),
    server_version: has?.version ?? "",
  };
}

/**
 * Returns the COPY statement for a table's rows in its order, as text. The same rows produce the same text in every cluster and version.
 *
 * @param page Limits the rows to one page: after the last row of the previous page or, without a primary key, at an offset.
 */
export function copyOut(
  { name, columns, order }: Pick<TableToCopy, "name" | "columns" | "order">,
  page?: { after: string; offset: number; limit: number },
): string {
  const rows = `select ${columns.map((column) => `t.${column}`).join(", ") || "1"} from ${name} as t`;
  const of = page
    ? `${page.after} order by ${order} limit ${page.limit} offset ${page.offset}`
    : ` order by ${order}`;
  return `copy (${rows}${of}) to stdout`;
}

/** Returns the condition for the rows after a given row, which is a line of COPY output. */
export function after({ key, columns }: Pick<TableToCopy, "key" | "columns">, line: string): string {
  const values = line.split("\t").map(unescape);
  const [left, right] = [
    key.map(keyOf),
    key.map(({ name, type, is_text }) => {
      const literal = `'${(values[columns.indexOf(name)] ?? "").replaceAll("'", "''")}'::${type}`;
      return is_text ? `${literal} collate "C"` : literal;
    }),
  ];
  return ` where (${left.join(", ")}) > (${right.join(", ")})`;
}

function keyOf({ name, is_text }: TableToCopy["key"][number]): string {
  return is_text ? `t.${name} collate "C"` : `t.${name}`;
}

/** Decodes a value from COPY's text format (https://www.postgresql.org/docs/current/sql-copy.html, "Text Format"). */
function unescape(value: string): string {
  const named: Record<string, string> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v" };
  return value.replace(/\\(.)/g, (_, letter: string) => named[letter] ?? letter);
}

export const SESSION = `
  set statement_timeout = 0; set idle_in_transaction_session_timeout = 0; set lock_timeout = 0; set timezone = 'UTC'; set datestyle = 'ISO, YMD';
  set intervalstyle = 'postgres'; set bytea_output = 'hex'; set standard_conforming_strings = on; set extra_float_digits = 1; set client_encoding = 'UTF8'; set row_security = off`;
