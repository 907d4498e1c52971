/** Auth and the Data API: Supabase's own compatible implementation, on two logins of their own. */
import { App, type EmailDriver } from "@supabase/lite";
import { createPostgresConnection } from "@supabase/lite/postgres";
import type { Logins } from "./bootstrap.ts";
import { presentDatabaseError } from "./data_api_errors.ts";
import { JSON_TYPES, markJsonArguments } from "./data_api_json.ts";
import type { Keys } from "../auth/keys.ts";
import type { SupabaseConfig } from "../home/supabase_config.ts";

export type SupabaseApp = App;

interface AppParts {
  keys: Keys;
  logins: Logins;
  config: SupabaseConfig;
  apiUrl: string;
}

export function makeAuthApp(parts: AppParts, email: EmailDriver): SupabaseApp {
  // Auth hands jsonb over as ready JSON text; without this it would be stored as a string in JSON.
  const serialize = (value: unknown) => typeof value === "string" ? value : JSON.stringify(value);
  const jsonb = { to: 3802, from: [3802], serialize, parse: JSON.parse };
  return new App({
    connection: connect(parts.logins.auth, 20, { jsonb }),
    auth: authConfig(parts),
    options: { drivers: { email } },
  });
}

/** The driver alone would make "false" of every value that is not `true`; like this PostgreSQL refuses what is none. */
const BOOLEAN = {
  to: 16,
  from: [16],
  serialize: (value: unknown) => String(value),
  parse: (text: string) => text === "t",
};

/** As PostgREST writes it: a number, but for NaN. The driver alone makes a text of 98.10, whose last digit a number would lose. */
const NUMERIC = {
  to: 1700,
  from: [1700],
  serialize: (value: unknown) => String(value),
  parse: (text: string) => Number.isFinite(Number(text)) ? Number(text) : text,
};

/** Reads the schema once: make a new one after it has changed. */
export function makeDataApiApp(parts: AppParts): SupabaseApp {
  const connection = connect(parts.logins.dataApi, 30, { ...JSON_TYPES, boolean: BOOLEAN, numeric: NUMERIC });
  const read = connection.introspect.bind(connection);
  let schema: ReturnType<typeof read> | undefined;
  // Left to itself every request of a first burst would read the whole catalogue.
  connection.introspect = async () => {
    const result = await (schema ??= read());
    // A failed reading has no tables at all, not even Auth's.
    if (result.tables.length === 0) schema = undefined;
    return result;
  };
  const prepare = connection.onPostgrestAST.bind(connection);
  connection.onPostgrestAST = async (call) => {
    const { functions } = await connection.introspect();
    markJsonArguments(call, functions ?? []);
    return await prepare(call);
  };
  return new App({
    connection,
    auth: authConfig(parts),
    api: { schemas: parts.config.schemas, max_rows: parts.config.max_rows },
  });
}

function authConfig({ keys, config, apiUrl }: AppParts) {
  return {
    enabled: true,
    site_url: config.site_url,
    additional_redirect_urls: [...config.additional_redirect_urls, `${apiUrl}/**`],
    jwt_secret: keys.internal_jwt_secret,
    jwt_expiry: config.jwt_expiry,
    publishable_key: keys.publishable_key,
    secret_key: keys.secret_key,
    minimum_password_length: config.minimum_password_length,
    email: { enable_signup: true, enable_confirmations: true },
  };
}

function connect(url: string, max: number, types: Record<string, unknown>) {
  const connection = createPostgresConnection({
    url,
    postgresOptions: { max, onnotice: () => {}, types: types as Record<string, never> },
  });
  // At its first request it would grant ALL on every table to anon and authenticated, which hides missing grants; it
  // skips that when told that it was done. (Neither login could do much of it: they own nothing but Auth's tables.)
  Object.assign(connection, { rlsState: "active", normalizeDbError: presentDatabaseError });
  return connection;
}
