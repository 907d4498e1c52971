/** Searches a whole database for a text, so that tests can prove that a secret is only in Vault. */
import type postgres from "postgres";

/** A place where the text was found. */
export interface Finding {
  table: string;
  rows: number;
}

/**
 * Searches every table and materialized view of every schema, and the statement texts that PostgreSQL stores, for
 * `needle`. Rows are compared as text, which includes arrays, jsonb and bytea; bytea also in its hex form.
 * Vault's own table holds ciphertext and is searched too: plain text in it would be a finding.
 */
export async function findStringEverywhere(sql: postgres.Sql, needle: string): Promise<Finding[]> {
  if (needle.length < 8) {
    throw new Error(`Cannot search for a leak: takes a text of at least 8 characters, got ${needle.length}`);
  }
  const hex = [...new TextEncoder().encode(needle)].map((byte) => byte.toString(16).padStart(2, "0")).join(
    "",
  );
  const tables = await sql<{ name: string; readable: boolean }[]>`
    select c.oid::regclass::text as name, has_table_privilege(c.oid, 'select') as readable
    from pg_class as c
    join pg_namespace as n on n.oid = c.relnamespace
    where (c.relkind in ('r', 'p', 'm') or (n.nspname = 'extensions' and c.relname = 'pg_stat_statements'))
      and n.nspname not in ('information_schema', 'pg_toast')
      and (n.nspname <> 'pg_catalog' or c.relname in ('pg_description', 'pg_proc', 'pg_db_role_setting'))
      and n.nspname not like 'pg_temp%'
    order by 1`;
  const findings: Finding[] = [];
  for (const { name, readable } of tables) {
    // A table that not even the operator may read cannot leak to anybody else.
    if (!readable) continue;
    const [found] = await sql.unsafe<{ rows: string }[]>(
      `select count(*) as rows from ${name} as t where strpos(t::text, $1) > 0 or strpos(t::text, $2) > 0`,
      [needle, hex],
    ).catch((error: { code?: string }) => {
      // Another test has dropped its table (undefined_table) since the list was read.
      if (error.code === "42P01") return [];
      throw error;
    });
    if (found && Number(found.rows) > 0) findings.push({ table: name, rows: Number(found.rows) });
  }
  return findings;
}
