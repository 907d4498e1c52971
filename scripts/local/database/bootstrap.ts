/** Turns an empty cluster into what a migration expects on a Supabase project: roles, Auth's tables, Vault, cron, net. */
import postgres from "postgres";
import { SUPERUSER } from "./engine.ts";
import type { Keys } from "../auth/keys.ts";

/** The connection URL of each part of the stack. */
export interface Logins {
  /** For people, tools and functions: `postgres`, as on Supabase. */
  postgres: string;
  superuser: string;
  auth: string;
  dataApi: string;
}

export function makeLogins(keys: Keys, port: number): Logins {
  const url = (role: string, password: string) =>
    `postgresql://${role}:${password}@127.0.0.1:${port}/postgres`;
  return {
    postgres: url("postgres", keys.database_password),
    superuser: url(SUPERUSER, keys.internal_database_password),
    auth: url("supabase_auth_admin", keys.internal_database_password),
    dataApi: url("lite_rest", keys.internal_database_password),
  };
}

/** `extension`: the server has pg_cron, and its jobs run there. */
export interface BootstrapOptions {
  cron?: "own" | "extension";
}

const CRON_EXTENSION = `
  create extension pg_cron;
  grant usage on schema cron to postgres with grant option;
  grant execute on all functions in schema cron to postgres with grant option;
  revoke all on cron.job from postgres;
  grant select on cron.job to postgres with grant option;
  grant select, insert, update, delete on cron.job_run_details to postgres with grant option;
`;

const FILES = ["roles", "auth", "vault", "net", "realtime", "cron"];

/** A digest of the statements; a home remembers the version that it was created with. */
export async function bootstrapVersion(): Promise<string> {
  const text = (await Promise.all(FILES.map(readSql))).join("\n");
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return new Uint8Array(digest).toHex().slice(0, 16);
}

/** Returns true once `bootstrap` has run; it is a single transaction. */
export async function isBootstrapped(sql: postgres.Sql): Promise<boolean> {
  const [row] = await sql`select from pg_namespace where nspname = 'vault'`;
  return row !== undefined;
}

/** Runs once per cluster. */
export async function bootstrap(
  superuser: postgres.Sql,
  keys: Pick<Keys, "database_password" | "internal_database_password">,
  options: BootstrapOptions = {},
): Promise<void> {
  const { getAuthSchemaSql } = await import("@supabase/lite");
  // Auth's own statements without the schema, which Auth's role may not create.
  const authTables = String(getAuthSchemaSql()).replace(/create schema if not exists auth;/i, "");
  const [roles, auth, vault, net, realtime, cron] = await Promise.all(FILES.map(readSql));
  const passwords = Object.entries({
    postgres: keys.database_password,
    supabase_auth_admin: keys.internal_database_password,
    authenticator: keys.internal_database_password,
    lite_rest: keys.internal_database_password,
  }).map(([role, password]) => `alter role ${role} password '${password}';`).join("\n");
  await superuser.begin((sql) =>
    sql.unsafe(`
      ${roles}
      ${passwords}
      create schema auth authorization supabase_auth_admin;
      set local role supabase_auth_admin;
      ${authTables}
      ${auth}
      reset role;
      ${vault}
      ${net}
      ${realtime}
      ${options.cron === "extension" ? CRON_EXTENSION : cron}
    `).simple()
  );
}

function readSql(name: string): Promise<string> {
  return Deno.readTextFile(new URL(`./sql/${name}.sql`, import.meta.url));
}
