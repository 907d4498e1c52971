/**
 * Database access. Handlers do not need to know which connection is in use.
 *
 * - `admin.call(name, args, schema)`: calls one SQL function of schema public as the service role. It uses the Data API or, where
 *   STREAMVIBE_POOLER_URL is set, a direct connection to a transaction pooler, with a small pool and no prepared statements
 *   (https://supabase.com/docs/guides/functions/connect-to-postgres). Results and errors are the same on both.
 * - `callerClient()`: a supabase-js client with the caller's token, so that row-level security applies.
 */
import type { SupabaseClient } from "@supabase/supabase-js";
import type * as z from "zod";
import { publishableKeys } from "../settings/auth_keys.ts";
import { callDataApi } from "./data_api.ts";
import type { Database, Json } from "./database.types.ts";
import { ApiError, DatabaseError } from "../errors.ts";
import { callDirectly } from "./pooler.ts";
import type { Settings } from "../settings/settings.ts";

export { closeConnections } from "./pooler.ts";

type Functions = Database["public"]["Functions"];

/** A SQL function of schema public. */
export type FunctionName = keyof Functions;

/** Named arguments of a function. Each may be null, which the generated types do not allow; JSON arguments are not type-checked. */
type Arguments<Name extends FunctionName> = {
  [Key in keyof Functions[Name]["Args"]]: Json extends Functions[Name]["Args"][Key] ? unknown
    : Functions[Name]["Args"][Key] | null;
};

/** Result of a function. JSON is `unknown` until a schema has parsed it. */
type Result<Name extends FunctionName> = Functions[Name]["Returns"] extends infer Returns
  ? Returns extends undefined ? null
  : Json extends Returns ? unknown
  : Json[] extends Returns ? unknown[]
  : Returns
  : never;

/** Calls SQL functions of schema public as the service role, which bypasses row-level security. */
export interface Admin {
  /**
   * Calls one function with named arguments; undefined arguments are omitted, so that their defaults apply. Returns an array for a
   * function that returns a set or a table, null for void, and the value otherwise. Timestamps are ISO strings.
   *
   * @param schema Parses the result. Use it for JSON and for tables with nullable columns.
   * @throws {DatabaseError} With the SQLSTATE. `toApiError` turns our own `SV…` states into problem documents.
   */
  call<Name extends FunctionName, Schema extends z.ZodType>(
    name: Name,
    args: Arguments<Name>,
    schema: Schema,
  ): Promise<z.output<Schema>>;
  call<Name extends FunctionName>(name: Name, args?: Arguments<Name>): Promise<Result<Name>>;
}

/** Makes one call and returns the result as parsed JSON. @throws {DatabaseError} */
export type Driver = (name: string, args: Record<string, unknown>) => Promise<unknown>;

/** Returns an admin that sends its calls through a driver. */
export function adminOf(driver: Driver): Admin {
  const call = async (name: string, args: Record<string, unknown> = {}, schema?: z.ZodType) => {
    const given = Object.fromEntries(Object.entries(args).filter(([, value]) => value !== undefined));
    const result = await driver(name, given);
    if (!schema) return result;
    const parsed = schema.safeParse(result);
    if (parsed.success) return parsed.data;
    throw new Error(`Cannot use the result of ${name}: it is not what the code expects`, {
      cause: parsed.error,
    });
  };
  return { call } as Admin;
}

/** Time and calls that a request has spent in the database. */
export interface DatabaseStats {
  db_ms: number;
  db_calls: number;
}

/**
 * Returns the admin of one request. It passes the request id on and counts time and calls.
 *
 * @param options.prepared Keeps prepared statements in its connections. Only for processes that bypass transaction poolers.
 */
export function createAdmin(
  settings: Settings,
  options: { request_id?: string; stats?: DatabaseStats; prepared?: boolean } = {},
): Admin {
  const url = settings.STREAMVIBE_POOLER_URL;
  const driver: Driver = url
    ? (name, args) => callDirectly(url, settings, name, args, options.prepared)
    : (name, args) => callDataApi(settings, name, args, options.request_id);
  return adminOf((name, args) => measured(options.stats, () => driver(name, args)));
}

/** Returns a supabase-js client that acts as the caller: with their token, or anonymously without one. */
export async function callerClient(
  settings: Settings,
  caller: { token: string | null; request_id: string; stats?: DatabaseStats },
): Promise<SupabaseClient<Database>> {
  const timed: typeof fetch = (input, init) => {
    const signal = AbortSignal.any([
      AbortSignal.timeout(settings.DATABASE_TIMEOUT_MS),
      ...(init?.signal ? [init.signal] : []),
    ]);
    return measured(caller.stats, () => fetch(input, { ...init, signal }));
  };
  const { createContextClient } = await import("@supabase/server/core");
  return createContextClient<Database>({
    auth: { token: caller.token },
    env: {
      url: settings.SUPABASE_URL,
      publishableKeys: publishableKeys(settings),
      secretKeys: {},
      jwks: null,
    },
    supabaseOptions: { global: { headers: { "x-request-id": caller.request_id }, fetch: timed } },
  });
}

/**
 * Returns the data of a supabase-js response, or throws its error (`not_found` without data). The only place that unpacks `{ data, error }`.
 *
 * @throws {DatabaseError}
 */
export function dataOf<T>(
  answer: { data: T; error: { code?: string; message: string; details?: string | null } | null },
): NonNullable<T> {
  if (answer.error) {
    throw new DatabaseError(answer.error.code || "unreachable", answer.error.message, answer.error.details);
  }
  if (answer.data === null || answer.data === undefined) throw new ApiError("not_found");
  return answer.data;
}

async function measured<T>(stats: DatabaseStats | undefined, work: () => Promise<T>): Promise<T> {
  const start = performance.now();
  try {
    return await work();
  } finally {
    if (stats) {
      stats.db_ms += performance.now() - start;
      stats.db_calls += 1;
    }
  }
}
