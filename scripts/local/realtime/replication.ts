/**
 * The stream of committed changes, read by logical replication through a temporary slot. The slot ends with its connection, so a killed
 * stack leaves nothing that makes PostgreSQL retain WAL. A lost connection is re-established; commits in between are missing from the new
 * stream, and listeners are notified of that.
 */
import { LogicalReplicationService, type Pgoutput, PgoutputPlugin } from "pg-logical-replication";

type Client = Parameters<PgoutputPlugin["start"]>[0];
/** Columns by name, as PostgreSQL prints them. Undefined: a large value that did not change and was not sent again. */
export type Tuple = Record<string, string | null | undefined>;

export interface Change {
  schema: string;
  table: string;
  type: "INSERT" | "UPDATE" | "DELETE";
  /** ISO 8601 with milliseconds and `Z`. */
  committed: string;
  /** Transaction id without its epoch. */
  xid: number;
  record: Tuple;
  /** The key of a deleted row, or what the table's replica identity adds. */
  old: Tuple;
  /** The transaction's last change of this row; undefined where the log does not identify the row. */
  last?: Change | "gone";
}

export interface ReplicationEvents {
  /** Receives a whole transaction. A returned promise pauses the stream until it resolves. */
  changes(changes: Change[]): void | Promise<void>;
  /** A table's definition has changed. */
  relation(): void;
  /** From now on every commit will be in the stream. */
  up(): void;
  down(reason: string): void;
}

/** Creates its slot before the first read, which fixes where the stream begins. */
class TemporarySlot extends PgoutputPlugin {
  override async start(client: Client, slot: string, lsn: string) {
    await client.query("set timezone = 'UTC'");
    await client.query(`CREATE_REPLICATION_SLOT "${slot}" TEMPORARY LOGICAL pgoutput NOEXPORT_SNAPSHOT`);
    return super.start(client, slot, lsn);
  }

  /** Keeps values as PostgreSQL prints them. Done while parsing, because later messages are parsed before this one is handled. */
  override parse(buffer: Parameters<PgoutputPlugin["parse"]>[0]): Pgoutput.Message {
    const message = super.parse(buffer);
    if (message.tag === "relation") {
      for (const column of message.columns) column.parser = (text: string) => text;
    }
    return message;
  }
}

export class Replication {
  #service: LogicalReplicationService | undefined;
  #stopped = false;
  #ended: Promise<void> | undefined;
  #wake = () => {};

  constructor(private url: string, private publications: string[], private events: ReplicationEvents) {}

  start(): void {
    this.#ended ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wake();
    await this.#service?.destroy().catch(() => {});
    await this.#ended;
  }

  async #run(): Promise<void> {
    for (let failures = 0; !this.#stopped; failures++) {
      const reason = await this.#stream(() => failures = 0).then(() => "the connection ended", String);
      await this.#service?.destroy().catch(() => {});
      if (this.#stopped) return;
      this.events.down(reason);
      const wait = Promise.withResolvers<void>();
      const timer = setTimeout(wait.resolve, Math.min(100 * 2 ** failures, 3_000));
      this.#wake = wait.resolve;
      await wait.promise;
      clearTimeout(timer);
    }
  }

  async #stream(onStart: () => void): Promise<void> {
    const service = new LogicalReplicationService(
      { connectionString: this.url, application_name: "streamvibe realtime" },
      { acknowledge: { auto: false, timeoutSeconds: 5 }, flowControl: { enabled: true } },
    );
    this.#service = service;
    const failed = Promise.withResolvers<never>();
    failed.promise.catch(() => {});
    service.on("error", failed.reject);
    service.on("start", () => {
      onStart();
      this.events.up();
    });
    service.on("heartbeat", (lsn: string, _time: number, shouldRespond: boolean) => {
      if (shouldRespond) void service.acknowledge(lsn);
    });
    let transaction: Logged[] = [];
    let begun = { committed: "", xid: 0 };
    service.on("data", (_lsn: string, message: Pgoutput.Message) => {
      if (message.tag === "begin") {
        const committed = new Date(Number(BigInt(message.commitTime.toString()) / 1000n)).toISOString();
        begun = { committed, xid: message.xid >>> 0 };
      } else if (message.tag === "relation") {
        this.events.relation();
      } else if (message.tag === "commit") {
        const logged = transaction;
        transaction = [];
        if (logged.length > 0) return this.events.changes(withLast(logged));
      } else {
        const change = toChange(message, begun);
        if (change) transaction.push(change);
      }
    });
    const slot = `streamvibe_realtime_${crypto.randomUUID().replaceAll("-", "")}`;
    const plugin = new TemporarySlot({ protoVersion: 1, publicationNames: this.publications });
    await Promise.race([service.subscribe(plugin, slot), failed.promise]);
  }
}

/** A change, with its row's identity before and after as text. */
interface Logged {
  change: Change;
  row?: string;
  before?: string;
}

function toChange(
  message: Pgoutput.Message,
  begun: Pick<Change, "committed" | "xid">,
): Logged | undefined {
  if (message.tag !== "insert" && message.tag !== "update" && message.tag !== "delete") return undefined;
  const { schema, name: table, keyColumns, replicaIdentity, relationOid } = message.relation;
  const old: Tuple = message.tag === "insert" ? {} : message.old ?? message.key ?? {};
  const type = message.tag.toUpperCase() as Change["type"];
  const record: Tuple = message.tag === "delete" ? {} : message.new;
  const change: Change = { schema, table, type, ...begun, record, old };
  // With all columns as the identity, every update changes the row's identity.
  if (replicaIdentity === "full" || keyColumns.length === 0) return { change };
  const rowOf = (tuple: Tuple) => JSON.stringify([relationOid, ...keyColumns.map((name) => tuple[name])]);
  const hasBefore = keyColumns.some((name) => typeof old[name] === "string");
  return {
    change,
    row: rowOf(type === "DELETE" ? old : record),
    ...(type === "UPDATE" && hasBefore ? { before: rowOf(old) } : {}),
  };
}

function withLast(logged: Logged[]): Change[] {
  const last = new Map<string, Change | "gone">();
  for (const { change, row, before } of logged.toReversed()) {
    if (row === undefined) continue;
    if (!last.has(row)) last.set(row, change.type === "DELETE" ? "gone" : change);
    change.last = last.get(row);
    if (before !== undefined && !last.has(before)) last.set(before, "gone");
  }
  return logged.map(({ change }) => change);
}
