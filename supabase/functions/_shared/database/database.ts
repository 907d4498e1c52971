/**
 * The ways to the database, so that handlers need not know which is in use.
 *
 * - `admin.call(name, args)`: one SQL function of schema public as the service role. Through the Data API, or, where
 *   STREAMVIBE_POOLER_URL is set, through a direct connection to a transaction pooler: no prepared statements, a small pool
 *   (https://supabase.com/docs/guides/functions/connect-to-postgres). Same results and same errors on both.
 * - `callerClient()`: a supabase-js client with the caller's token, so that row-level security decides.
 */
import type { SupabaseClient } from "@supabase/supabase-js";
import { publishableKeys } from "../settings/auth_keys.ts";
import { callDataApi } from "./data_api.ts";
import type { Database } from "./database.types.ts";
import { ApiError, DatabaseError } from "../errors.ts";
import { callDirectly } from "./pooler.ts";
import type { Settings } from "../settings/settings.ts";

export { closeConnections } from "./pooler.ts";

/** Calls SQL functions of schema public as the service role, past row-level security. */
export interface Admin {
  /**
   * Calls one function with named arguments (undefined ones are left out, so that their defaults hold). A function that returns a set
   * or a table gives an array, any other its value, one that returns void gives null. Timestamps are ISO texts.
   *
   * @throws {DatabaseError} With the SQLSTATE; our own `SV…` states become problems at the edge.
   */
  call<T = unknown>(name: string, args?: Record<string, unknown>): Promise<T>;
}

/** What a request has spent in the database. */
export interface DatabaseStats {
  db_ms: number;
  db_calls: number;
}

/**
 * The admin of one request: passes the request id on and counts time and calls.
 *
 * @param options.prepared Keeps prepared statements in its connections; only for processes that connect past any transaction pooler.
 */
export function createAdmin(
  settings: Settings,
  options: { request_id?: string; stats?: DatabaseStats; prepared?: boolean } = {},
): Admin {
  const url = settings.STREAMVIBE_POOLER_URL;
  const driver = url
    ? (name: string, args: Record<string, unknown>) =>
      callDirectly(url, settings, name, args, options.prepared)
    : (name: string, args: Record<string, unknown>) => callDataApi(settings, name, args, options.request_id);
  return {
    async call<T>(name: string, args: Record<string, unknown> = {}): Promise<T> {
      const given = Object.fromEntries(Object.entries(args).filter(([, value]) => value !== undefined));
      return await measured(options.stats, () => driver(name, given)) as T;
    },
  };
}

/** A supabase-js client that acts as the caller: their token, or anonymous without one. */
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
 * The data of a supabase-js answer; its error is thrown. The one place where `{ data, error }` is unpacked.
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
