/**
 * Calls SQL functions over a direct connection to a transaction pooler and returns what the Data API would return. Statements are unnamed,
 * because the pooler may run each on a different connection. A process that bypasses the pooler may use named ones (`prepared`).
 */
import { DatabaseError } from "../errors.ts";
import type { Settings } from "../settings/settings.ts";

/** Parts of a function's signature that are needed to call it as the Data API does. */
interface Signature {
  argument_types: Record<string, string>;
  returns_set: boolean;
  returns_void: boolean;
}

/** The part of `pg` that is used here; the package includes no types. */
interface PoolClient {
  on(event: "error", handler: () => void): void;
  query<R>(text: string | { name: string; text: string }, values?: unknown[]): Promise<{ rows: R[] }>;
  release(broken: boolean): void;
}
interface Pool {
  connect(): Promise<PoolClient>;
  on(event: "error", handler: () => void): void;
  on(event: "connect", handler: (client: PoolClient) => void): void;
  end(): Promise<void>;
}

interface Connections {
  pool: Pool;
  signatures: Map<string, Signature>;
  /** Names of prepared statements by SQL text. */
  statements: Map<string, string>;
}

const connections = new Map<string, Promise<Connections>>();

/** Calls one function as the role in the URL. @throws {DatabaseError} */
export async function callDirectly(
  url: string,
  settings: Settings,
  name: string,
  args: Record<string, unknown>,
  prepared = false,
): Promise<unknown> {
  const { pool, signatures, statements } = await connect(url, settings);
  let signature = signatures.get(name);
  if (!signature) {
    // The function may have been added since this isolate started.
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
    ? `select to_json(r) as result from ${call} r`
    : signature.returns_void
    ? `select ${call}`
    : `select to_json(${call}) as result`;
  const values = names.map((argument) => asParameter(args[argument], types[argument]));
  const rows = await query(
    pool,
    (client) =>
      client.query<{ result: unknown }>(prepared ? named(statements, text) : text, values).then(({ rows }) =>
        rows
      ),
  );
  if (signature.returns_void) return null;
  return signature.returns_set ? rows.map(({ result }) => result) : rows[0]?.result ?? null;
}

/** Returns a statement with a name that stays the same for its text as long as the pool lives. */
function named(statements: Map<string, string>, text: string): { name: string; text: string } {
  const name = statements.get(text) ?? `call_${statements.size}`;
  statements.set(text, name);
  return { name, text };
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
  // Imported on first use: hosted Supabase uses the Data API and should not wait for the driver to load.
  const { default: pg } = await import("pg");
  const pool: Pool = new pg.Pool({
    connectionString: url,
    max: settings.DATABASE_POOL_SIZE,
    connectionTimeoutMillis: Math.min(3_000, settings.DATABASE_TIMEOUT_MS),
    query_timeout: settings.DATABASE_TIMEOUT_MS,
    idleTimeoutMillis: 30_000,
    allowExitOnIdle: true,
  });
  // A broken connection, idle or busy, must not end the isolate: a pending call rejects, and the next call opens a new connection.
  pool.on("error", () => {});
  pool.on("connect", (client) => client.on("error", () => {}));
  const signatures = new Map<string, Signature>();
  try {
    await query(pool, readSignatures(signatures));
  } catch (error) {
    await pool.end();
    throw error;
  }
  return { pool, signatures, statements: new Map() };
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

/** SQLSTATEs after which the connection is unusable (https://www.postgresql.org/docs/17/errcodes-appendix.html). */
const CONNECTION_LOST = /^(unreachable|08...|57P0[1-5])$/;

// Not pool.query: it drops the connection after every SQL error, and a refused quota is a routine error.
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
    broken = CONNECTION_LOST.test(error.sqlstate);
    throw error;
  } finally {
    client.release(broken);
  }
}

function asDatabaseError(error: unknown): DatabaseError {
  const { code, message, detail } = error as { code?: string; message?: string; detail?: string };
  // A SQLSTATE has five characters; ECONNREFUSED and the driver's own errors do not match.
  const sqlstate = /^[0-9A-Z]{5}$/.test(code ?? "") ? String(code) : "unreachable";
  return new DatabaseError(sqlstate, message ?? "Cannot reach the database", detail, { cause: error });
}

/** Closes the direct connections of this isolate; for tests and shutdown. */
export async function closeConnections(): Promise<void> {
  const open = [...connections.values()];
  connections.clear();
  for (const connection of open) await connection.then(({ pool }) => pool.end(), () => {});
}
