/** Auth and the Data API: Supabase's own compatible implementation, each with its own database login. */
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
  // Auth passes jsonb as serialized text; without this it would be stored as a JSON string.
  const serialize = (value: unknown) => typeof value === "string" ? value : JSON.stringify(value);
  const jsonb = { to: 3802, from: [3802], serialize, parse: JSON.parse };
  return new App({
    connection: connect(parts.logins.auth, 20, { jsonb }),
    auth: authConfig(parts),
    options: { drivers: { email } },
  });
}

/** The driver alone turns every value other than `true` into "false"; passing the text through lets PostgreSQL reject invalid values. */
const BOOLEAN = {
  to: 16,
  from: [16],
  serialize: (value: unknown) => String(value),
  parse: (text: string) => text === "t",
};

/** Like PostgREST, returns a number, except for NaN. The driver alone returns 98.10 as text, because a number would lose the last digit. */
const NUMERIC = {
  to: 1700,
  from: [1700],
  serialize: (value: unknown) => String(value),
  parse: (text: string) => Number.isFinite(Number(text)) ? Number(text) : text,
};

/** Reads the schema once: create a new app after a schema change. */
export function makeDataApiApp(parts: AppParts): SupabaseApp {
  const connection = connect(parts.logins.dataApi, 30, { ...JSON_TYPES, boolean: BOOLEAN, numeric: NUMERIC });
  const read = connection.introspect.bind(connection);
  let schema: ReturnType<typeof read> | undefined;
  // Otherwise every request of an initial burst would read the whole catalogue.
  connection.introspect = async () => {
    const result = await (schema ??= read());
    // A failed read returns no tables at all, not even Auth's.
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
  // On its first request lite would grant ALL on every table to anon and authenticated, which hides missing grants; it skips that when the
  // state says that it was done. (Neither login could grant much: they own only Auth's tables.)
  Object.assign(connection, { rlsState: "active", normalizeDbError: presentDatabaseError });
  return connection;
}
