/**
 * Delivers table changes to the subscribers that may see them. PostgreSQL evaluates row-level security with the claims of each subscriber's
 * token, for all changes of a batch at once. No query is needed for subscribers whom no policy can match (`owner_columns`), or where
 * ownership is the only rule: then the change itself names the owner (`owner_only`).
 */
import postgres from "postgres";
import { Catalog, type Table } from "./catalog.ts";
import { type Condition, decide, makeConditions } from "./conditions.ts";
import { FilterError, parseFilters } from "./filters.ts";
import { isObject } from "./frames.ts";
import { type Change, Replication, type Tuple } from "./replication.ts";
import { toJson } from "./values.ts";

/** A channel that subscribes to table changes. */
export interface Listener {
  /** The identity of its current token. */
  readonly reader: Reader;
  /** False once its token has expired. */
  mayReceive(): boolean;
  /** `data` is JSON text. */
  receive(ids: number[], data: string): void;
  /** Every change from now on will be delivered; earlier ones may have been missed. */
  listening(): void;
}

export interface Reader {
  role: string;
  /** JSON text of the token's claims. */
  claims: string;
  sub?: string;
}

/** One entry of a client's `postgres_changes`. */
export interface Wish {
  id: number;
  params: Record<string, unknown>;
}

interface Subscription {
  id: number;
  listener: Listener;
  event: string;
  table: Table;
  conditions: Condition[];
  select?: string[];
}

export interface FeedEvents {
  /** Called for each row of `realtime.messages`. */
  message(row: Tuple): void;
  warn(text: string): void;
}

const MESSAGES = "supabase_realtime_messages_publication";
const BATCH = 500;
/** Upper limit for the time between a commit's arrival in the log and its visibility to other sessions. */
const PATIENCE_MS = 5_000;
/** Above this number of waiting changes, the stream is paused. */
const MOST_WAITING = 20_000;
/** Size of a change in bytes. Of a larger one only short values are sent. */
const LARGEST = 1024 * 1024;

export class Feed {
  readonly #sql: postgres.Sql;
  readonly #catalog: Catalog;
  readonly #replication: Replication;
  readonly #subscriptions = new Map<Listener, Subscription[]>();
  /** Audience of each table, cached until a subscription or the table changes. */
  #audiences = new Map<string, Audience>();
  readonly #listeners = new Set<Listener>();
  #waiting: Change[] = [];
  #working: Promise<void> | undefined;
  #up = Promise.withResolvers<void>();
  #isUp = false;
  /** The reason if changes cannot be read at all. */
  #unavailable: Promise<string | undefined>;

  constructor(url: string, private events: FeedEvents) {
    this.#sql = postgres(url, {
      max: 4,
      onnotice: () => {},
      connection: { application_name: "streamvibe realtime", timezone: "UTC", statement_timeout: 15_000 },
    });
    this.#catalog = new Catalog(this.#sql);
    this.#replication = new Replication(url, ["supabase_realtime", MESSAGES], {
      changes: (changes) => this.#take(changes),
      relation: () => this.#catalog.forget(),
      up: () => this.#markUp(),
      down: (reason) => this.#markDown(reason),
    });
    this.#unavailable = this.#checkLogging();
  }

  get sql(): postgres.Sql {
    return this.#sql;
  }

  /** Starts reading, unless started. Resolves once every later commit will be seen; rejects if that can never happen. */
  async start(): Promise<void> {
    const reason = await this.#unavailable;
    if (reason) throw new FilterError(reason);
    this.#replication.start();
    await this.#up.promise;
  }

  async stop(): Promise<void> {
    await this.#replication.stop();
    await this.#sql.end({ timeout: 1 });
  }

  /** Replaces a listener's subscriptions. Throws `FilterError` for an invalid one. */
  async subscribe(listener: Listener, wishes: Wish[]): Promise<void> {
    this.#listeners.add(listener);
    await this.start();
    const { role } = listener.reader;
    const make = async () => {
      const tables = await this.#catalog.tables();
      return await Promise.all(wishes.map((wish) => this.#subscription(listener, role, tables, wish)));
    };
    const made = await make().catch((error) => {
      if (!(error instanceof FilterError)) throw error;
      // The table, column or grant may be newer than the cached catalog.
      this.#catalog.forget();
      return make();
    });
    // The listener may have left while its filters were read.
    if (!this.#listeners.has(listener)) return;
    this.#subscriptions.set(listener, made.flat());
    this.#audiences.clear();
  }

  unsubscribe(listener: Listener): void {
    this.#listeners.delete(listener);
    this.#subscriptions.delete(listener);
    this.#audiences.clear();
  }

  async #subscription(
    listener: Listener,
    role: string,
    tables: Table[],
    { id, params }: Wish,
  ): Promise<Subscription[]> {
    const { schema = "public", table = "*", event = "*", filter = "", select } = params;
    const describe = `[event: ${event}, schema: ${schema}, table: ${table}, filters: ${filter}]`;
    if (typeof schema !== "string" || typeof table !== "string" || (!params.schema && !params.table)) {
      throw new FilterError(
        "No subscription params provided. Please provide at least a `schema` or `table` to subscribe to: " +
          JSON.stringify(params),
      );
    }
    const found = tables.filter((one) =>
      (schema === "*" || one.schema === schema) && (table === "*" || one.name === table)
    );
    if (found.length === 0) {
      throw new FilterError(
        "Unable to subscribe to changes with given parameters. Please check Realtime is enabled for the given " +
          `connect parameters: ${describe}`,
      );
    }
    if (select !== undefined && select !== null && !isStrings(select)) {
      throw new FilterError(
        'Error parsing `select` params: expected a list of column name strings, e.g. select: ["col1", "col2"]',
      );
    }
    if (select?.length && (schema === "*" || table === "*")) {
      throw new FilterError(
        "Column selection is not supported for wildcard subscriptions. Provide an explicit schema and table name.",
      );
    }
    const name = String(event).toUpperCase();
    return await Promise.all(found.map(async (one) => {
      try {
        const hidden = select?.find((column) => !one.readable.get(role)?.has(column));
        if (hidden !== undefined) throw new FilterError(`invalid column for select ${hidden}`);
        return {
          id,
          listener,
          event: ["INSERT", "UPDATE", "DELETE"].includes(name) ? name : "*",
          table: one,
          conditions: await makeConditions(this.#sql, one, role, parseFilters(String(filter))),
          ...(select?.length ? { select: [...select].sort() } : {}),
        };
      } catch (error) {
        if (!(error instanceof FilterError)) throw error;
        throw new FilterError(
          "Unable to subscribe to changes with given parameters. An exception happened so please check your connect " +
            `parameters: ${describe}. Exception: ${error.message}`,
        );
      }
    }));
  }

  async #checkLogging(): Promise<string | undefined> {
    const rows = await this.#sql<{ wal_level: string }[]>`show wal_level`.catch(() => []);
    const level = rows[0]?.wal_level ?? "logical";
    if (level === "logical") return undefined;
    const reason = `Realtime cannot read changes: PostgreSQL runs with wal_level=${level}. ` +
      "Set wal_level=logical (postgresql.conf, or `-c wal_level=logical`) and restart it; everything else works without";
    this.events.warn(reason);
    return reason;
  }

  #markUp(): void {
    this.#isUp = true;
    this.#up.resolve();
    for (const listener of this.#subscriptions.keys()) listener.listening();
  }

  #markDown(reason: string): void {
    if (this.#isUp) this.#up = Promise.withResolvers();
    this.#isUp = false;
    this.#catalog.forget();
    this.events.warn(`realtime: lost the stream of changes (${reason}); connecting again`);
  }

  #take(changes: Change[]): void | Promise<void> {
    for (const change of changes) {
      if (change.schema === "realtime" && change.table === "messages") {
        if (change.type === "INSERT") this.events.message(change.record);
      } else this.#waiting.push(change);
    }
    if (this.#waiting.length === 0) return;
    this.#working ??= this.#work().finally(() => this.#working = undefined);
    if (this.#waiting.length > MOST_WAITING) return this.#working;
  }

  async #work(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.slice(0, BATCH);
      this.#waiting = this.#waiting.slice(BATCH);
      try {
        await this.#deliver(batch);
      } catch (error) {
        this.events.warn(
          `realtime: cannot deliver changes: ${error instanceof Error ? error.message : error}`,
        );
        // The listeners missed these changes; this tells them to read the current rows.
        if (this.#isUp) { for (const listener of this.#subscriptions.keys()) listener.listening(); }
      }
    }
  }

  async #deliver(batch: Change[]): Promise<void> {
    if (this.#subscriptions.size === 0) return;
    await this.#visibleToAll(batch);
    const tables = new Map(
      (await this.#catalog.tables()).map((table) => [`${table.schema}.${table.name}`, table]),
    );
    const nameOf = ({ schema, table }: Change) => `${schema}.${table}`;
    const receivers = new Map<Change, (change: Change) => void>();
    await Promise.all(
      Map.groupBy(batch, nameOf).entries().map(async ([name, changes]) => {
        const table = tables.get(name);
        if (!table) return;
        const send = await this.#decide(this.#audience(table), changes);
        for (const change of changes) receivers.set(change, send);
      }),
    );
    for (const change of batch) receivers.get(change)?.(change);
  }

  #audience(table: Table): Audience {
    const known = this.#audiences.get(table.reference);
    if (known?.table === table) return known;
    const all = [...this.#subscriptions.values()].flat().filter((one) =>
      one.table.reference === table.reference
    );
    const made = new Audience(table, all);
    this.#audiences.set(table.reference, made);
    return made;
  }

  /** A commit reaches the log, and so this process, shortly before other sessions see its rows. Until then the policies would find nothing. */
  async #visibleToAll(batch: Change[]): Promise<void> {
    const xids = [...new Set(batch.map(({ xid }) => xid))];
    for (const limit = performance.now() + PATIENCE_MS; performance.now() < limit;) {
      const [row] = await this.#sql<{ ended: boolean }[]>`
        select bool_and(pg_visible_in_snapshot((top - (top - xid) % 4294967296)::text::xid8, snapshot)) as ended
        from (select snapshot, pg_snapshot_xmax(snapshot)::text::bigint as top from pg_current_snapshot() as snapshot) as now,
          unnest(${xids}::bigint[]) as xid`;
      if (row?.ended) return;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }

  /** Returns a function that sends a change to everyone who may see it. */
  async #decide(audience: Audience, changes: Change[]): Promise<(change: Change) => void> {
    const { table, conditions } = audience;
    const tupleOf = ({ type, record, old }: Change) => type === "DELETE" ? old : record;
    const holds = await decide(this.#sql, changes.map(tupleOf), conditions);
    const readers = new Map<Listener, Reader>();
    const wanted = new Map(changes.map((change) => [
      change,
      audience.of(change).filter(({ event, conditions, listener }) =>
        (event === "*" || event === change.type) && listener.mayReceive() &&
        conditions.every((condition) => holds(tupleOf(change), condition))
      ),
    ]));
    for (const { listener } of wanted.values().flatMap((some) => some)) {
      readers.set(listener, listener.reader);
    }
    const isVisible = await this.#visibility(table, wanted, readers);
    const writer = new ChangeWriter(table);
    return (change) => {
      const byListener = Map.groupBy(wanted.get(change) ?? [], ({ listener }) => listener);
      for (const [listener, wishes] of byListener) {
        // Checked again: sending may happen a while after the policy query.
        if (!listener.mayReceive() || !this.#subscriptions.has(listener)) continue;
        // The token may have been renewed in the meantime; for another user nothing was queried.
        const reader = readers.get(listener) ?? listener.reader;
        if (reader.sub !== listener.reader.sub || reader.role !== listener.reader.role) continue;
        const canRead = table.key.every(({ name }) => table.readable.get(reader.role)?.has(name));
        if (!canRead && change.type !== "DELETE") {
          listener.receive(unique(wishes), writer.refusal(change));
        } else if (isVisible(change, reader)) {
          for (const [select, same] of Map.groupBy(wishes, ({ select }) => select?.join())) {
            const columns = select === undefined ? undefined : select.split(",");
            listener.receive(unique(same), writer.write(change, reader.role, columns));
          }
        }
      }
    };
  }

  async #visibility(
    table: Table,
    wanted: Map<Change, Subscription[]>,
    readers: Map<Listener, Reader>,
  ): Promise<(change: Change, reader: Reader) => boolean> {
    if (!table.has_rls) return () => true;
    /** Undefined where the policies must be queried. */
    const known = (change: Change, reader: Reader) =>
      change.type === "DELETE" || reader.role === "service_role" || isOwner(table, reader, change);
    const nameOf = ({ role, claims }: Reader) => `${role} ${claims}`;
    const askers = new Map<string, { reader: Reader; keys: Set<string> }>();
    const rows = new Map<string, Set<Change>>();
    for (const [change, subscriptions] of wanted) {
      const key = keyOf(table, change.record);
      for (const { listener } of subscriptions) {
        const reader = readers.get(listener) ?? listener.reader;
        if (known(change, reader) !== undefined || !mayOwn(table, reader, change.record)) continue;
        const asker = ensure(askers, nameOf(reader), () => ({ reader, keys: new Set<string>() }));
        asker.keys.add(key);
        ensure(rows, key, () => new Set<Change>()).add(change);
      }
    }
    if (askers.size === 0) return (change, reader) => known(change, reader) === true;
    const list = [...askers.values()];
    const [visible, moved] = await Promise.all([
      this.#sql.unsafe<{ asker: number; key: string }[]>(
        "select asker, key from realtime._visible_keys($1, $2::text::jsonb)",
        [
          keyQuery(table),
          JSON.stringify(
            list.map(({ reader, keys }) => ({ role: reader.role, claims: reader.claims, keys: [...keys] })),
          ),
        ],
      ),
      this.#moved(table, rows),
    ]);
    const seen = new Map(list.map(({ reader }) => [nameOf(reader), new Set<string>()]));
    for (const { asker, key } of visible) {
      const reader = list[asker]?.reader;
      if (reader) seen.get(nameOf(reader))?.add(key);
    }
    return (change, reader) =>
      known(change, reader) ??
        (!moved.has(change) && seen.get(nameOf(reader))?.has(keyOf(table, change.record)) === true);
  }

  /**
   * Policies are evaluated on the current row. If its policy columns have changed since, only readers of the earlier version may see the
   * change, and that can no longer be queried.
   */
  async #moved(table: Table, rows: Map<string, Set<Change>>): Promise<Set<Change>> {
    const columns = table.policy_columns;
    if (columns.length === 0) return new Set();
    const values = columns.map(({ name }) => `"${name}"::text`).join(", ");
    const current = await this.#sql.unsafe<{ key: string; values: (string | null)[] }[]>(
      keyQuery(table, `to_jsonb(array[${values}]) as values`),
      [[...rows.keys()]],
    );
    const moved = new Set<Change>();
    for (const { key, values } of current) {
      for (const change of rows.get(key) ?? []) {
        const differs = columns.some(({ name }, at) =>
          change.record[name] !== undefined && change.record[name] !== values[at]
        );
        if (differs) moved.add(change);
      }
    }
    return moved;
  }
}

/** The subscribers of a table. Indexes them by a value of the row, so that a change is checked only against those it may concern. */
class Audience {
  readonly #rest: Subscription[] = [];
  readonly #by = new Map<string, Map<string | null, Subscription[]>>();
  /** The conditions that only PostgreSQL can evaluate. */
  readonly conditions: Condition[];

  constructor(readonly table: Table, private all: Subscription[]) {
    this.conditions = all.flatMap(({ conditions }) => conditions).filter(({ holds }) => !holds);
    for (const subscription of all) {
      const { conditions, listener: { reader } } = subscription;
      const condition = conditions.find(({ values }) => values);
      const [owner, ...others] = table.owner_columns.get(reader.role) ?? [];
      if (condition?.values) this.#add(condition.column, condition.values, subscription);
      else if (owner && others.length === 0) this.#add(owner, [reader.sub ?? ""], subscription);
      else this.#rest.push(subscription);
    }
  }

  of({ type, record }: Change): Subscription[] {
    // Deletions are sent to everyone who may read the table.
    if (type === "DELETE") return this.all;
    return [...this.#by].reduce(
      (found, [column, by]) => found.concat(by.get(record[column] ?? null) ?? []),
      this.#rest,
    );
  }

  #add(column: string, values: Iterable<string | null>, subscription: Subscription): void {
    const by = ensure(this.#by, column, () => new Map<string | null, Subscription[]>());
    for (const value of values) ensure(by, value, () => []).push(subscription);
  }
}

/** Serializes a change once for all readers that get the same content. */
class ChangeWriter {
  readonly #made = new Map<string, string>();
  #of: Change | undefined;

  constructor(private table: Table) {}

  refusal({ schema, table, type }: Change): string {
    return JSON.stringify({ schema, table, type, errors: ["Error 401: Unauthorized"] });
  }

  write(change: Change, role: string, select: string[] | undefined): string {
    // Changes are written one after another.
    if (this.#of !== change) {
      this.#made.clear();
      this.#of = change;
    }
    return ensure(this.#made, `${role} ${select}`, () => this.#make(change, role, select));
  }

  #make(change: Change, role: string, select: string[] | undefined): string {
    const { type, record, old, committed } = change;
    const { has_rls, key, columns, schema, name } = this.table;
    const readable = this.table.readable.get(role);
    const shown = columns.filter((column) =>
      readable?.has(column.name) && (!select || select.includes(column.name) || key.includes(column))
    );
    const all = {
      ...old,
      ...Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)),
    };
    const size = Object.values(all).reduce((sum, value) => sum + (value?.length ?? 0), 0);
    const limit = size > LARGEST ? 64 : Infinity;
    const write = (tuple: Tuple, of: typeof columns) => {
      const pairs = of.flatMap((column) => {
        const value = tuple[column.name];
        if (value === undefined || (value?.length ?? 0) > limit) return [];
        return `${JSON.stringify(column.name)}:${toJson(column.type, value)}`;
      });
      return `{${pairs.join(",")}}`;
    };
    const keys = shown.filter((column) => key.includes(column));
    const parts = [
      `"schema":${JSON.stringify(schema)},"table":${JSON.stringify(name)},"type":"${type}"`,
      `"commit_timestamp":"${committed}"`,
      `"columns":${JSON.stringify(shown.map((column) => ({ name: column.name, type: column.type.name })))}`,
      ...(type === "DELETE" ? [] : [`"record":${write(all, shown)}`]),
      ...(type === "UPDATE"
        ? [`"old_record":${Object.keys(old).length > 0 ? write(old, shown) : write(record, keys)}`]
        : []),
      ...(type === "DELETE" ? [`"old_record":${write(old, has_rls ? keys : shown)}`] : []),
      `"errors":${limit === 64 ? '["Error 413: Payload Too Large"]' : "null"}`,
    ];
    return `{${parts.join(",")}}`;
  }
}

/** Returns false if no policy can show the row to the reader, so that no query is needed. */
function mayOwn(table: Table, { role, sub }: Reader, record: Tuple): boolean {
  const owners = table.owner_columns.get(role);
  return !owners || owners.some((column) => record[column] === undefined || record[column] === sub);
}

/**
 * Returns whether the reader owns the row, where ownership alone decides; undefined where more must be queried. Versions of a row that its
 * transaction later gave to another user or deleted were never visible to anybody.
 */
function isOwner(table: Table, { role, sub }: Reader, { record, last }: Change): boolean | undefined {
  const owners = table.owner_columns.get(role);
  if (!owners || !table.owner_only.has(role) || !last) return undefined;
  if (last === "gone" || sub === undefined) return false;
  const owns = (tuple: Tuple) => owners.some((column) => tuple[column] === sub);
  return owns(record) && owns(last.record);
}

/** Returns a row's key as text: the value of a single column, or several as a JSON array in jsonb's format. */
function keyOf({ key }: Table, record: Tuple): string {
  const values = key.map(({ name }) => record[name] ?? "");
  return values.length === 1
    ? values[0] ?? ""
    : `[${values.map((value) => JSON.stringify(value)).join(", ")}]`;
}

/** Selects the rows whose keys are in `$1`: their keys, and `more`. */
function keyQuery({ key, reference }: Table, more?: string): string {
  const [first] = key;
  const rest = more ? `, ${more}` : "";
  if (first && key.length === 1) {
    return `select "${first.name}"::text as key${rest} from ${reference} where "${first.name}" = any ($1::${first.cast}[])`;
  }
  const names = key.map(({ name }) => `"${name}"`);
  const given = key.map(({ cast }, at) => `(one ->> ${at})::${cast}`);
  return `select jsonb_build_array(${names.map((name) => `${name}::text`).join(", ")})::text as key${rest}
    from ${reference} where (${names.join(", ")}) in
      (select ${
    given.join(", ")
  } from unnest($1::text[]) as given, lateral (select given::jsonb as one) as read)`;
}

function ensure<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

function unique(subscriptions: Subscription[]): number[] {
  return [...new Set(subscriptions.map(({ id }) => id))];
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}

/** Reads the `postgres_changes` of a join; each distinct wish gets an id. */
export function readWishes(config: unknown): Wish[] {
  const wishes = isObject(config) && Array.isArray(config.postgres_changes) ? config.postgres_changes : [];
  return wishes.filter(isObject).map((params) => ({ id: idOf(JSON.stringify(params)), params }));
}

/** FNV-1a hash: equal wishes have equal ids, and no id is 0. */
function idOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 5) + 1;
}
