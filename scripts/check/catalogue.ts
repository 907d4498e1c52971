/** Reads from the catalogue what the Data API offers to clients: tables with their columns and grants, functions with their arguments. */
import postgres from "postgres";

/** A column that a signed-in creator may at least read. */
export interface Column {
  name: string;
  /** PostgreSQL type name: `uuid`, `text[]`, `public.job_status_enum`. */
  type: string;
  /** The values of an enum. */
  values: string[] | null;
  is_nullable: boolean;
  /** May be omitted from an insert. */
  has_default: boolean;
  is_key: boolean;
  may: { select: boolean; insert: boolean; update: boolean };
  comment: string | null;
}

/** A table or view that clients may read. */
export interface Relation {
  name: string;
  comment: string | null;
  /** Readable without signing in. */
  is_public: boolean;
  may_delete: boolean;
  columns: Column[];
}

export interface Argument {
  name: string;
  type: string;
  values: string[] | null;
  is_optional: boolean;
}

/** A function that clients may call. */
export interface Routine {
  name: string;
  comment: string | null;
  is_public: boolean;
  is_read: boolean;
  /** Returns a list. */
  is_set: boolean;
  arguments: Argument[];
  /** Columns of a returned row; null if it returns a single value of type `returns`. */
  columns: Argument[] | null;
  returns: string;
}

export interface Catalogue {
  relations: Relation[];
  routines: Routine[];
}

const RELATIONS = `
  select c.relname as name, obj_description(c.oid, 'pg_class') as comment,
    has_table_privilege('anon', c.oid, 'select') as is_public,
    has_table_privilege('authenticated', c.oid, 'delete') as may_delete,
    (select jsonb_agg(jsonb_build_object('name', a.attname, 'type', format_type(a.atttypid, null),
        'values', (select array_agg(e.enumlabel::text order by e.enumsortorder) from pg_enum e where e.enumtypid in (a.atttypid, (select typelem from pg_type where oid = a.atttypid))),
        'is_nullable', not a.attnotnull, 'has_default', a.atthasdef or a.attidentity <> '' or not a.attnotnull,
        'is_key', a.attnum = any (coalesce((select i.indkey::smallint[] from pg_index i where i.indrelid = c.oid and i.indisprimary), '{}')),
        'may', jsonb_build_object(
          'select', has_column_privilege('authenticated', c.oid, a.attnum, 'select'),
          'insert', has_column_privilege('authenticated', c.oid, a.attnum, 'insert') and a.attgenerated = '',
          'update', has_column_privilege('authenticated', c.oid, a.attnum, 'update') and a.attgenerated = ''),
        'comment', col_description(c.oid, a.attnum)) order by a.attnum)
     from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns
  from pg_class c
  where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'v', 'm', 'p')
    and has_any_column_privilege('authenticated', c.oid, 'select')
  order by c.relname`;

const ROUTINES = `
  select p.proname as name, obj_description(p.oid, 'pg_proc') as comment, p.provolatile <> 'v' as is_read, p.proretset as is_set,
    has_function_privilege('anon', p.oid, 'execute') as is_public, format_type(p.prorettype, null) as returns,
    coalesce((select jsonb_agg(jsonb_build_object('name', p.proargnames[place], 'type', format_type(type, null),
        'values', (select array_agg(e.enumlabel::text order by e.enumsortorder) from pg_enum e where e.enumtypid in (type, (select typelem from pg_type where oid = type))),
        'is_optional', place > p.pronargs - p.pronargdefaults) order by place)
      from unnest(p.proargtypes::oid[]) with ordinality as argument (type, place)), '[]') as arguments,
    case when 't' = any (p.proargmodes) then
      (select jsonb_agg(jsonb_build_object('name', p.proargnames[place], 'type', format_type(p.proallargtypes[place], null),
        'values', (select array_agg(e.enumlabel::text order by e.enumsortorder) from pg_enum e where e.enumtypid in (p.proallargtypes[place], (select typelem from pg_type where oid = p.proallargtypes[place]))),
        'is_optional', true) order by place)
      from generate_subscripts(p.proallargtypes, 1) as place where p.proargmodes[place] = 't')
    end as columns
  from pg_proc p
  where p.pronamespace = 'public'::regnamespace and p.prokind = 'f' and p.prorettype <> 'trigger'::regtype
    and has_function_privilege('authenticated', p.oid, 'execute')
  order by p.proname`;

/** Reads the part of a database that clients see. */
export async function readCatalogue(db_url: string): Promise<Catalogue> {
  const sql = postgres(db_url, { max: 1, onnotice: () => {} });
  try {
    const [relations, routines] = [
      await sql.unsafe<Relation[]>(RELATIONS),
      await sql.unsafe<Routine[]>(ROUTINES),
    ];
    return { relations: [...relations], routines: [...routines] };
  } finally {
    await sql.end();
  }
}
