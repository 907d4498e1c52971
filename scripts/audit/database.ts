/** Finds what a database allows and should not. Read-only. */
import postgres from "postgres";
import { remoteUrl, supabaseCli } from "../check/supabase_cli.ts";
import type { Finding, Level } from "./finding.ts";

const OURS = "nspname in ('public', 'ops', 'publishing', 'feed', 'telemetry')";
/** What a function that clients may call uses to identify its caller, directly or through a helper that does. */
const ASKS =
  "auth\\.(uid|jwt|role)|current_user_has_role|require_(role|owner)|current_setting\\(''(role|request)";

const QUERIES: { rule: string; level: Level; message: string; query: string }[] = [
  {
    rule: "table-without-rls",
    level: "error",
    message: "Row-level security is off",
    query:
      `select c.oid::regclass::text as place from pg_class as c join pg_namespace as n on n.oid = relnamespace
      where ${OURS} and relkind in ('r', 'p') and not relrowsecurity and not relispartition`,
  },
  {
    rule: "anon-may-write",
    level: "error",
    message: "Anybody may change it without signing in",
    query: `select distinct c.oid::regclass::text || ' ' || privilege_type as place
      from pg_class as c join pg_namespace as n on n.oid = relnamespace, aclexplode(relacl) as acl
      where ${OURS} and acl.grantee in (0, 'anon'::regrole) and privilege_type <> 'SELECT' and relkind in ('r', 'p', 'v', 'm')`,
  },
  {
    rule: "definer-without-search-path",
    level: "error",
    message: "An object that somebody creates under the same name is called with the owner's rights",
    query:
      `select p.oid::regprocedure::text as place from pg_proc as p join pg_namespace as n on n.oid = pronamespace
      where ${OURS} and prosecdef and not coalesce(array_to_string(proconfig, ',') ~ 'search_path=', false)`,
  },
  {
    rule: "definer-without-check",
    level: "error",
    message: "Clients may call it, and it does not check the caller",
    query:
      `select p.oid::regprocedure::text as place from pg_proc as p join pg_namespace as n on n.oid = pronamespace
      where ${OURS} and prosecdef and prokind = 'f' and prorettype <> 'trigger'::regtype and coalesce(prosrc, '') !~ '${ASKS}'
        and (has_function_privilege('anon', p.oid, 'execute') or has_function_privilege('authenticated', p.oid, 'execute'))
        and has_schema_privilege('authenticated', n.oid, 'usage')`,
  },
];

/** Returns the findings of the catalogue queries. */
export async function auditCatalogue(sql: postgres.ISql): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { rule, level, message, query } of QUERIES) {
    for (const { place } of await sql.unsafe<{ place: string }[]>(query)) {
      findings.push({ rule, level, message, place });
    }
  }
  const [storage] = await sql<{ is: boolean }[]>`select to_regclass('storage.buckets') is not null as is`;
  if (storage?.is) {
    for (
      const { place } of await sql<
        { place: string }[]
      >`select 'storage.buckets/' || id as place from storage.buckets where public`
    ) {
      findings.push({
        rule: "public-bucket",
        level: "warning",
        message: "Anybody who knows a file's name may read it",
        place,
      });
    }
  }
  return findings;
}

export async function auditDatabase(
  db_url: string,
  options: { advisors: boolean; days: number },
): Promise<Finding[]> {
  const sql = postgres(db_url, { max: 1, onnotice: () => {} });
  try {
    const findings = [...await auditCatalogue(sql), ...await auditVault(sql, options.days)];
    return options.advisors ? [...findings, ...await askAdvisors(db_url)] : findings;
  } finally {
    await sql.end();
  }
}

/** Searches every table for each Vault secret whose name matches `names`, and reports secrets that are too old. */
export async function auditVault(sql: postgres.ISql, days: number, names = "%"): Promise<Finding[]> {
  const findings: Finding[] = [];
  let secrets: { name: string; value: string; is_old: boolean }[];
  try {
    // Connection tokens are renewed on a schedule; secrets that an operator stored are not.
    secrets = [
      ...await sql<{ name: string; value: string; is_old: boolean }[]>`
      select coalesce(name, id::text) as name, decrypted_secret as value,
        updated_at < now() - make_interval(days => ${days}) and coalesce(name, '') !~ '^streamvibe/' and coalesce(name, '') <> 'project_url' as is_old
      from vault.decrypted_secrets where coalesce(name, '') like ${names} order by updated_at limit 200`,
    ];
  } catch (error) {
    return [{
      rule: "not-looked-at",
      level: "note",
      message: `Vault cannot be read: ${(error as Error).message}`,
      place: "vault",
    }];
  }
  const parts = new Map<string, string>();
  for (const { name, value, is_old } of secrets) {
    if (is_old) {
      findings.push({
        rule: "stale-secret",
        level: "warning",
        message: `It has not been changed for ${days} days`,
        place: `vault/${name}`,
      });
    }
    // A token may be JSON with several values: every long text in it counts as a secret. URLs do not.
    for (const part of value.match(/[^\s"{}:,[\]]{16,}/g) ?? []) {
      if (!/^https?:|^\/\//.test(part)) parts.set(part, name);
    }
  }
  if (parts.size === 0) return findings;
  const tables = await sql<{ name: string }[]>`
    select c.oid::regclass::text as name
    from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'm') and not c.relispartition and has_table_privilege(c.oid, 'select')
      and has_schema_privilege(n.oid, 'usage') and (n.nspname !~ '^pg_|^information_schema$' or c.relname in ('pg_description', 'pg_proc'))
    union all select 'extensions.pg_stat_statements' where to_regclass('extensions.pg_stat_statements') is not null`;
  for (const { name: table } of tables) {
    const found = await sql.unsafe<{ part: string; rows: string }[]>(
      `select needle as part, count(*) as rows from ${table} as row_, unnest($1::text[]) as needle
       where strpos(row_::text, needle) > 0 or strpos(row_::text, encode(convert_to(needle, 'UTF8'), 'hex')) > 0
         or strpos(row_::text, encode(convert_to(needle, 'UTF8'), 'base64')) > 0 group by needle`,
      [[...parts.keys()]],
    );
    for (const { part, rows } of found) {
      findings.push({
        rule: "secret-in-table",
        level: "error",
        message: `${rows} rows hold the secret ${parts.get(part)} of Vault in plain text`,
        place: table,
      });
    }
  }
  return findings;
}

async function askAdvisors(db_url: string): Promise<Finding[]> {
  const { code, stdout, stderr } = await supabaseCli([
    "db",
    "advisors",
    `--remote=${remoteUrl(db_url)}`,
    "--level",
    "info",
    "--output",
    "json",
  ]);
  let given: { name?: string; level?: string; title?: string; detail?: string }[];
  try {
    const parsed = JSON.parse(stdout.slice(Math.max(0, stdout.search(/[[{]/))));
    given = Array.isArray(parsed) ? parsed : parsed.lints ?? parsed.advisors ?? [];
  } catch {
    const said = (stdout + stderr).trim().split("\n").at(-1)?.slice(0, 200) ?? "";
    return code === 0 ? [] : [{
      rule: "not-looked-at",
      level: "note",
      message: `The advisors could not run: ${said}`,
      place: "supabase db advisors",
    }];
  }
  return given.filter(({ name }) => name !== "unused_index").map(({ name = "", level, title, detail }) => ({
    rule: "advisor",
    level: level === "ERROR" ? "error" as const : "warning" as const,
    message: detail ?? title ?? name,
    place: `advisor/${name}`,
  }));
}
