/** Metadata of the published tables: columns, keys, and which role may read which column. Reloaded every few seconds. */
import type { Sql } from "postgres";
import type { ColumnType } from "./values.ts";

export interface Column {
  name: string;
  type: ColumnType;
  /** The type name for a cast, such as `text[]`. */
  cast: string;
}

export interface Table {
  oid: number;
  schema: string;
  name: string;
  /** Quoted and schema-qualified. */
  reference: string;
  columns: Column[];
  key: Column[];
  has_rls: boolean;
  /** Columns that a read policy depends on, for example the owner. */
  policy_columns: Column[];
  /** Readable columns, by role. */
  readable: Map<string, Set<string>>;
  /**
   * By role, for roles whose permissive read policies all have the form `column = (select auth.uid())`: those columns. Policies need not be
   * queried for any other user, because the row belongs to a user that one of the columns names, or to nobody.
   */
  owner_columns: Map<string, string[]>;
  /** Those of these roles that no other rule restricts: a user that a column names may read the row, and no query is needed. */
  owner_only: Set<string>;
}

/** A revoked grant takes effect within this time. */
const FRESH_MS = 5_000;
const ROLES = ["anon", "authenticated", "service_role"];

interface Row {
  oid: number;
  schema: string;
  name: string;
  reference: string;
  has_rls: boolean;
  columns: {
    name: string;
    type: string;
    element: string | null;
    cast: string;
    is_key: boolean;
    in_policy: boolean;
  }[];
  readable: Record<string, string[]>;
  policies: { roles: string[]; is_permissive: boolean; owner: string | null }[];
}

export class Catalog {
  #tables: Promise<Table[]> | undefined;
  #read = 0;

  constructor(private sql: Sql) {}

  /** Call this when PostgreSQL reports that a table has changed. */
  forget(): void {
    this.#tables = undefined;
  }

  tables(): Promise<Table[]> {
    if (!this.#tables || performance.now() - this.#read > FRESH_MS) {
      this.#read = performance.now();
      const reading = this.#readTables();
      this.#tables = reading;
      reading.catch(() => this.#tables === reading && this.forget());
    }
    return this.#tables;
  }

  async #readTables(): Promise<Table[]> {
    const rows = await this.sql<Row[]>`
      with published as (
        select c.oid, n.nspname, c.relname, c.relrowsecurity
        from pg_publication_tables as p
        join pg_namespace as n on n.nspname = p.schemaname
        join pg_class as c on c.relnamespace = n.oid and c.relname = p.tablename
        where p.pubname = 'supabase_realtime'
      ), read_policy as (
        select pol.*, pg_get_expr(pol.polqual, pol.polrelid) as qual
        from pg_policy as pol join published on published.oid = pol.polrelid
        where pol.polcmd in ('r', '*')
      )
      select t.oid::integer, t.nspname as schema, t.relname as name, format('%I.%I', t.nspname, t.relname) as reference,
        t.relrowsecurity as has_rls,
        (select jsonb_agg(jsonb_build_object('name', a.attname, 'type', ty.typname, 'element', el.typname,
            'cast', format_type(a.atttypid, null), 'is_key', coalesce(a.attnum = any(i.indkey), false),
            'in_policy', exists (select from pg_depend as d join read_policy as pol on pol.oid = d.objid
              where d.classid = 'pg_policy'::regclass and pol.polrelid = t.oid
                and d.refclassid = 'pg_class'::regclass and d.refobjid = t.oid and d.refobjsubid = a.attnum)) order by a.attnum)
          from pg_attribute as a
          join pg_type as ty on ty.oid = a.atttypid
          left join pg_type as el on el.oid = ty.typelem and ty.typcategory = 'A'
          left join pg_index as i on i.indrelid = t.oid and i.indisprimary
          where a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped) as columns,
        (select jsonb_object_agg(r.rolname, (
            select coalesce(jsonb_agg(a.attname), '[]') from pg_attribute as a
            where a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
              and has_column_privilege(r.oid, t.oid, a.attnum, 'select')))
          from pg_roles as r where r.rolname = any(${ROLES})) as readable,
        (select coalesce(jsonb_agg(jsonb_build_object('is_permissive', pol.polpermissive,
            'roles', (select jsonb_agg(coalesce(r.rolname, 'public'))
              from unnest(pol.polroles) as role left join pg_roles as r on r.oid = role),
            'owner', substring(pol.qual from '^\\(([a-z_]+) = \\( SELECT auth\\.uid\\(\\) AS uid\\)\\)$'))), '[]')
          from read_policy as pol where pol.polrelid = t.oid) as policies
      from published as t`;
    return rows.map(toTable);
  }
}

function toTable(row: Row): Table {
  const columns = new Map(row.columns.map((column) => [column.name, toColumn(column)]));
  const those = (is: (column: Row["columns"][number]) => boolean) =>
    row.columns.filter(is).flatMap(({ name }) => columns.get(name) ?? []);
  const policiesOf = (role: string) =>
    row.policies.filter(({ roles }) => roles.some((one) => one === role || one === "public"));
  const owners = Object.keys(row.readable).flatMap((role): [string, string[]][] => {
    const policies = policiesOf(role).filter(({ is_permissive }) => is_permissive);
    const named = policies.flatMap(({ owner }) => owner ?? []);
    return row.has_rls && role !== "service_role" && named.length === policies.length ? [[role, named]] : [];
  });
  const isUuid = (name: string) => columns.get(name)?.type.name === "uuid";
  const alone = owners.filter(([role, named]) =>
    named.every(isUuid) && policiesOf(role).every(({ is_permissive }) => is_permissive)
  );
  return {
    oid: row.oid,
    schema: row.schema,
    name: row.name,
    reference: row.reference,
    columns: [...columns.values()],
    key: those(({ is_key }) => is_key),
    has_rls: row.has_rls,
    policy_columns: those(({ in_policy }) => in_policy),
    readable: new Map(Object.entries(row.readable).map(([role, names]) => [role, new Set(names)])),
    owner_columns: new Map(owners),
    owner_only: new Set(alone.map(([role]) => role)),
  };
}

function toColumn({ name, type, element, cast }: Row["columns"][number]): Column {
  return { name, type: { name: type, ...(element ? { element: { name: element } } : {}) }, cast };
}
