/**
 * The ways to the database, so that handlers need not know which is in use.
 *
 * - `admin.call(name, args)`: one SQL function of schema public as the service role. Through the Data API, or, where
 *   STREAMVIBE_POOLER_URL is set, through a direct connection to a transaction pooler: no prepared statements, a small pool
 *   (https://supabase.com/docs/guides/functions/connect-to-postgres). Same results and same errors on both.
 * - `callerClient()`: a supabase-js client with the caller's token, so that row-level security decides.
 */
import { createContextClient } from "@supabase/server/core";
import type { SupabaseClient } from "@supabase/supabase-js";
import { ApiError, DatabaseError } from "./errors.ts";
import { requireSetting, type Settings } from "./settings.ts";

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

/** The admin of one request: passes the request id on and counts time and calls. */
export function createAdmin(
  settings: Settings,
  options: { request_id?: string; stats?: DatabaseStats } = {},
): Admin {
  const url = settings.STREAMVIBE_POOLER_URL;
  const driver = url
    ? (name: string, args: Record<string, unknown>) => callDirectly(url, settings, name, args)
    : (name: string, args: Record<string, unknown>) => callDataApi(settings, name, args, options.request_id);
  return {
    async call<T>(name: string, args: Record<string, unknown> = {}): Promise<T> {
      const given = Object.fromEntries(Object.entries(args).filter(([, value]) => value !== undefined));
      return await measured(options.stats, () => driver(name, given)) as T;
    },
  };
}

/** A supabase-js client that acts as the caller: their token, or anonymous without one. */
export function callerClient(
  settings: Settings,
  caller: { token: string | null; request_id: string; stats?: DatabaseStats },
): SupabaseClient {
  const timed: typeof fetch = (input, init) => {
    const signal = AbortSignal.any([
      AbortSignal.timeout(settings.DATABASE_TIMEOUT_MS),
      ...(init?.signal ? [init.signal] : []),
    ]);
    return measured(caller.stats, () => fetch(input, { ...init, signal }));
  };
  return createContextClient({
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

/** Named publishable keys; the legacy anon key counts as one. */
export function publishableKeys(settings: Settings): Record<string, string> {
  return {
    ...(settings.SUPABASE_ANON_KEY ? { legacy_anon: settings.SUPABASE_ANON_KEY } : {}),
    ...(settings.SUPABASE_PUBLISHABLE_KEY ? { default: settings.SUPABASE_PUBLISHABLE_KEY } : {}),
    ...settings.SUPABASE_PUBLISHABLE_KEYS,
  };
}

/** Named secret keys. */
export function secretKeys(settings: Settings): Record<string, string> {
  return {
    ...(settings.SUPABASE_SECRET_KEY ? { default: settings.SUPABASE_SECRET_KEY } : {}),
    ...settings.SUPABASE_SECRET_KEYS,
  };
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

async function callDataApi(
  settings: Settings,
  name: string,
  args: Record<string, unknown>,
  request_id: string | undefined,
): Promise<unknown> {
  const keys = secretKeys(settings);
  const key = keys.default ?? Object.values(keys)[0] ??
    requireSetting(settings, "SUPABASE_SECRET_KEYS").default;
  let status: number;
  let text: string;
  try {
    const response = await fetch(`${settings.SUPABASE_URL}/rest/v1/rpc/${name}`, {
      method: "POST",
      headers: {
        apikey: String(key),
        "content-type": "application/json",
        ...(request_id ? { "x-request-id": request_id } : {}),
      },
      body: JSON.stringify(args),
      signal: AbortSignal.timeout(settings.DATABASE_TIMEOUT_MS),
    });
    status = response.status;
    text = await response.text();
  } catch (cause) {
    throw new DatabaseError("unreachable", `Cannot call ${name}: the Data API did not answer`, null, {
      cause,
    });
  }
  let body: unknown = null;
  try {
    body = text === "" ? null : JSON.parse(text);
  } catch {
    status = 502;
  }
  if (status >= 200 && status < 300) return body;
  const { code, message, details } = (body ?? {}) as { code?: string; message?: string; details?: string };
  throw new DatabaseError(
    code || "unreachable",
    message ?? `Cannot call ${name}: the Data API answered ${status}`,
    details,
  );
}

/** What must be known of a function to call it as the Data API does. */
interface Signature {
  argument_types: Record<string, string>;
  returns_set: boolean;
  returns_void: boolean;
}

/** The part of `pg` that is used here; the package brings no types. */
interface PoolClient {
  query<R>(text: string, values?: unknown[]): Promise<{ rows: R[] }>;
  release(broken: boolean): void;
}
interface Pool {
  connect(): Promise<PoolClient>;
  on(event: "error", handler: () => void): void;
  end(): Promise<void>;
}

interface Connections {
  pool: Pool;
  signatures: Map<string, Signature>;
}

const connections = new Map<string, Promise<Connections>>();

async function callDirectly(
  url: string,
  settings: Settings,
  name: string,
  args: Record<string, unknown>,
): Promise<unknown> {
  const { pool, signatures } = await connect(url, settings);
  let signature = signatures.get(name);
  if (!signature) {
    // Added since this isolate started.
    await query(pool, readSignatures(signatures));
    signature = signatures.get(name);
    if (!signature) throw new DatabaseError("42883", `Cannot call ${name}: there is no such function`);
  }
  const types = signature.argument_types;
  const names = Object.keys(args);
  const list = names.map((argument, index) => `${argument} => $${index + 1}::${types[argument] ?? "text"}`)
    .join(", ");
  const call = `public.${name}(${list})`;
  const text = signature.returns_set
    ? `select to_jsonb(r) as result from ${call} r`
    : signature.returns_void
    ? `select ${call}`
    : `select to_jsonb(${call}) as result`;
  const values = names.map((argument) => asParameter(args[argument], types[argument]));
  const rows = await query(
    pool,
    (client) => client.query<{ result: unknown }>(text, values).then(({ rows }) => rows),
  );
  if (signature.returns_void) return null;
  return signature.returns_set ? rows.map(({ result }) => result) : rows[0]?.result ?? null;
}

function asParameter(value: unknown, type: string | undefined): unknown {
  if (value === null || value === undefined) return null;
  return type === "jsonb" || type === "json" ? JSON.stringify(value) : value;
}

function connect(url: string, settings: Settings): Promise<Connections> {
  let made = connections.get(url);
  if (!made) {
    made = open(url, settings);
    connections.set(url, made);
    made.catch(() => connections.delete(url));
  }
  return made;
}

async function open(url: string, settings: Settings): Promise<Connections> {
  // Imported only here: on hosted Supabase the Data API is used, and nobody should wait for a driver.
  const { default: pg } = await import("pg");
  const pool: Pool = new pg.Pool({
    connectionString: url,
    max: settings.DATABASE_POOL_SIZE,
    connectionTimeoutMillis: Math.min(3_000, settings.DATABASE_TIMEOUT_MS),
    query_timeout: settings.DATABASE_TIMEOUT_MS,
    idleTimeoutMillis: 30_000,
    allowExitOnIdle: true,
  });
  // An idle connection that breaks must not end the isolate; the next call makes a new one.
  pool.on("error", () => {});
  const signatures = new Map<string, Signature>();
  try {
    await query(pool, readSignatures(signatures));
  } catch (error) {
    await pool.end();
    throw error;
  }
  return { pool, signatures };
}

function readSignatures(into: Map<string, Signature>) {
  return async (client: PoolClient) => {
    const { rows } = await client.query<
      { name: string; names: string[]; types: string[]; set: boolean; void: boolean }
    >(
      `select proname as name, coalesce(proargnames, '{}') as names, proretset as "set",
         prorettype = 'void'::regtype as "void",
         array(select argument::regtype::text from unnest(proargtypes) with ordinality as a (argument, place) order by place) as types
       from pg_catalog.pg_proc where pronamespace = 'public'::regnamespace and prokind = 'f'`,
    );
    for (const row of rows) {
      const argument_types = Object.fromEntries(
        row.types.map((type, index) => [row.names[index] ?? "", type]),
      );
      into.set(row.name, { argument_types, returns_set: row.set, returns_void: row.void });
    }
  };
}

// Not pool.query: that drops the connection after every SQL error, and a refused quota is an everyday error.
async function query<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  let client: PoolClient;
  try {
    client = await pool.connect();
  } catch (cause) {
    throw asDatabaseError(cause);
  }
  let broken = true;
  try {
    const result = await work(client);
    broken = false;
    return result;
  } catch (cause) {
    const error = asDatabaseError(cause);
    broken = error.sqlstate === "unreachable";
    throw error;
  } finally {
    client.release(broken);
  }
}

function asDatabaseError(error: unknown): DatabaseError {
  const { code, message, detail } = error as { code?: string; message?: string; detail?: string };
  // SQLSTATEs have five characters; ECONNREFUSED and the driver's own errors do not.
  const sqlstate = /^[0-9A-Z]{5}$/.test(code ?? "") ? String(code) : "unreachable";
  return new DatabaseError(sqlstate, message ?? "Cannot reach the database", detail, { cause: error });
}

/** Closes the direct connections of this isolate; for tests and shutdown. */
export async function closeConnections(): Promise<void> {
  const open = [...connections.values()];
  connections.clear();
  for (const connection of open) await connection.then(({ pool }) => pool.end(), () => {});
}
