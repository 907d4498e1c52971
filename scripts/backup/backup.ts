/**
 * Makes an archive: every table in one snapshot, decrypted Vault secrets, sequences, cron, files, settings. Each part is encrypted and
 * listed with its checksums. The run then reads back and opens every part, writes the manifest, which makes the parts an archive, and only
 * after that prunes older archives. A run that fails or dies at any moment leaves parts without a manifest, which a later run removes.
 */
import { createHash } from "node:crypto";
import { after, copyOut, readCatalogue, SESSION, tablesToCopy, type TableToCopy } from "./catalogue.ts";
import { type Bytes, type Key, newIdentity, open, recipientOf, seal, sha256 } from "./cipher.ts";
import { StorageFiles } from "./files.ts";
import {
  listArchives,
  MANIFEST,
  Manifest,
  type Part,
  partsOf,
  readManifest,
  type Table,
  writeManifest,
} from "./manifest.ts";
import { expired, nameOf, type Retention, timeOf } from "./retention.ts";
import { Rows, Session } from "./session.ts";
import { Missing, type Store } from "./store.ts";

export interface BackupOptions {
  database_url: string;
  store: Store;
  key: Key;
  retention: Retention | null;
  /** Needed for files: the project's URL and a secret key. */
  api?: { url: string; key: string };
  buckets: string[];
  /** `NAME=value` lines of the functions' settings. */
  settings?: string;
  /** Number of parallel copy connections. */
  jobs: number;
  now: () => Date;
  say: (line: string) => void;
  /** For tests: called after each stage. */
  on?: (event: "part written" | "written" | "verified" | "published") => Promise<void> | void;
}

export interface BackupDone {
  name: string;
  rows: number;
  bytes: number;
  files: number;
  seconds: number;
  pruned: string[];
}

/** Advisory lock: one backup at a time. */
const LOCK = 7_211;
/** Younger parts without a manifest may belong to another backup that is still running. */
const ABANDONED_MS = 24 * 3_600_000;

export async function backup(options: BackupOptions): Promise<BackupDone> {
  const { store, now, say } = options;
  const began = performance.now();
  const name = nameOf(now());
  const keeper = await Session.open(options.database_url);
  try {
    const [lock] = await keeper.query`select pg_try_advisory_lock(${LOCK}) as is_mine`;
    if (!lock?.is_mine) throw new Error("Cannot back up: another backup of this database is under way");
    const run = await beginRun(keeper, "backup", name, store.place);
    const writer = new Writer(name, options);
    try {
      const manifest = Manifest.parse(await takeSnapshot(writer, options, name));
      await options.on?.("written");
      say(`reading ${partsOf(manifest).length} parts back`);
      await verify(store, manifest);
      const sealed = await writeManifest(manifest, options.key);
      await options.on?.("verified");
      await store.put(`${name}/${MANIFEST}`, sealed);
      const read = await readManifest(store, name, options.key);
      if (JSON.stringify(read) !== JSON.stringify(manifest)) {
        throw new Error("Cannot finish: the manifest reads back differently");
      }
      await options.on?.("published");
      const done = {
        name,
        rows: manifest.tables.reduce((sum, { rows }) => sum + rows, 0),
        bytes: partsOf(manifest).reduce((sum, { bytes }) => sum + bytes, sealed.length),
        files: manifest.files.count,
        seconds: (performance.now() - began) / 1_000,
      };
      await endRun(keeper, run, done);
      const pruned = options.retention ? await prune(store, options.retention, now()) : [];
      return { ...done, pruned };
    } catch (error) {
      await failRun(keeper, run, error);
      await writer.undo().catch(() => {});
      throw error;
    }
  } finally {
    await keeper.close();
  }
}

/** Encrypts and writes parts. */
class Writer {
  recipient = "";
  #count = 0;
  #written: string[] = [];

  constructor(private readonly name: string, private readonly options: BackupOptions) {}

  async write(kind: string, plain: Uint8Array, rows = 0): Promise<Part> {
    const path = `${this.name}/${String(++this.#count).padStart(6, "0")}-${kind}.age`;
    const sealed: Bytes = await seal(plain, { recipient: this.recipient });
    this.#written.push(path);
    await this.options.store.put(path, sealed);
    await this.options.on?.("part written");
    return {
      path,
      bytes: sealed.length,
      sha256: sha256(sealed),
      plain_bytes: plain.length,
      plain_sha256: sha256(plain),
      rows,
    };
  }

  async undo(): Promise<void> {
    await this.options.store.remove([...this.#written, `${this.name}/${MANIFEST}`]);
  }
}

async function takeSnapshot(writer: Writer, options: BackupOptions, name: string): Promise<Manifest> {
  const identity = await newIdentity();
  writer.recipient = await recipientOf(identity);
  const sessions: Session[] = [];
  try {
    for (let n = 0; n <= options.jobs; n++) sessions.push(await Session.open(options.database_url));
    const [leader, ...followers] = sessions;
    if (!leader) throw new Error("Cannot back up: no connection");
    await leader.run(`${SESSION}; begin transaction isolation level repeatable read, read only`);
    const [snapshot] = await leader.query<
      { id: string; taken_at: Date }
    >`select pg_export_snapshot() as id, clock_timestamp() as taken_at`;
    if (!snapshot) throw new Error("Cannot back up: the database gives no snapshot");
    for (const follower of followers) {
      await follower.run(
        `${SESSION}; begin transaction isolation level repeatable read, read only; set transaction snapshot '${snapshot.id}'`,
      );
    }
    const catalogue = await readCatalogue(leader);
    if (
      catalogue.migrations.length === 0 ||
      catalogue.migrations.some(({ statements }) => statements.length === 0)
    ) {
      throw new Error(
        "Cannot back up: supabase_migrations.schema_migrations does not say which statements made the schema; apply the modules with `supabase db push`",
      );
    }
    const all = await tablesToCopy(leader);
    // Largest first, so that no connection starts on a large table at the end.
    const queue = all.filter(({ is_unlogged }) => !is_unlogged).sort((one, other) =>
      other.estimated_bytes - one.estimated_bytes
    );
    options.say(`copying ${queue.length} tables of PostgreSQL ${catalogue.server_version}`);
    const tables: Table[] = [];
    await Promise.all(followers.map(async (follower) => {
      const part = new Rows();
      for (let next = queue.shift(); next; next = queue.shift()) {
        tables.push(await copyTable(follower, next, writer, part));
      }
    }));
    const { secrets, secret_names, setting_names } = await copySecrets(leader, writer, options.settings);
    const files = await copyFiles(writer, options);
    const schema = await dumpSchema(options.database_url, catalogue.server_version, writer);
    return {
      format: "streamvibe-backup/1",
      name,
      taken_at: snapshot.taken_at.toISOString(),
      identity,
      ...catalogue,
      scripts: {
        "realtime-channels.sql": await Deno.readTextFile(
          new URL("../../database/realtime-channels.sql", import.meta.url),
        ),
      },
      tables: tables.sort((one, other) => one.name < other.name ? -1 : 1),
      unlogged: all.filter(({ is_unlogged }) => is_unlogged).map(({ name }) => name),
      secrets,
      secret_names,
      setting_names,
      files,
      schema,
    };
  } finally {
    for (const session of sessions) await session.close();
  }
}

/** Size of a part before compression. Memory holds only a few parts, however large a table is. */
export const PART_BYTES = 4 * 1_048_576;
const [FIRST_PAGE, LARGEST_PAGE] = [64, 65_536];

/**
 * Copies a table in pages, which are combined into parts. COPY has no backpressure, so a page must fit into memory: its row limit follows
 * from the row size of the previous page.
 */
async function copyTable(session: Session, table: TableToCopy, writer: Writer, part: Rows): Promise<Table> {
  const whole = createHash("sha256");
  const parts: Part[] = [];
  const kind = table.name.replaceAll(/[^a-z0-9_.]/g, "_");
  const has_key = table.key.length > 0;
  let [bytes, rows, rows_in_parts] = [0, 0, 0];
  const flush = async () => {
    if (part.length === 0) return;
    parts.push(await writer.write(kind, part.bytes, rows - rows_in_parts));
    rows_in_parts = rows;
    part.clear();
  };
  part.clear();
  for (let after_last = "", limit = FIRST_PAGE;;) {
    const from = part.length;
    const offset = has_key ? 0 : rows;
    await session.copyOut(copyOut(table, { after: after_last, offset, limit }), (some) => part.add(some));
    const page = part.bytes.subarray(from);
    whole.update(page);
    bytes += page.length;
    const found = countRows(page);
    rows += found;
    if (has_key && found > 0) after_last = after(table, lastRow(page));
    const row_bytes = page.length / Math.max(1, found);
    if (part.length > PART_BYTES / 2) await flush();
    if (found < limit) break;
    limit = Math.max(1, Math.min(8 * limit, LARGEST_PAGE, Math.floor(PART_BYTES / 2 / row_bytes)));
  }
  await flush();
  const { name, columns, order } = table;
  return { name, columns, order, rows, bytes, sha256: whole.digest("hex"), parts };
}

function lastRow(text: Uint8Array): string {
  const from = text.lastIndexOf(10, text.length - 2) + 1;
  return new TextDecoder().decode(text.subarray(from, text.length - 1));
}

export function countRows(text: Uint8Array): number {
  let rows = 0;
  for (let at = text.indexOf(10); at >= 0; at = text.indexOf(10, at + 1)) rows += 1;
  return rows;
}

async function copySecrets(session: Session, writer: Writer, settings?: string) {
  const [vault] = await session.query`select to_regclass('vault.decrypted_secrets') is not null as is_there`;
  const rows = vault?.is_there
    ? await session.query<{ name: string | null; description: string | null; secret: string }>`
      select name, description, decrypted_secret as secret from vault.decrypted_secrets order by name, id`
    : [];
  const text = JSON.stringify({ vault: rows, settings: settings ?? null });
  return {
    secrets: await writer.write("secrets", new TextEncoder().encode(text)),
    secret_names: rows.flatMap(({ name }) => name ?? []),
    setting_names: [...(settings ?? "").matchAll(/^([A-Z][A-Z0-9_]*)=./gm)].map(([, setting = ""]) =>
      setting
    ),
  };
}

async function copyFiles(writer: Writer, { api, buckets, say }: BackupOptions): Promise<Manifest["files"]> {
  const files = { count: 0, bytes: 0, parts: [] as Part[] };
  if (!api) {
    say("no files: they need --api and SUPABASE_SECRET_KEY");
    return files;
  }
  for await (const pack of new StorageFiles(api.url, api.key).packs(buckets)) {
    files.parts.push(await writer.write("files", pack.bytes));
    files.count += pack.files;
    files.bytes += pack.bytes.length;
  }
  return files;
}

/** Dumps the schema with `pg_dump`, if a version that matches the server is installed. */
async function dumpSchema(
  database_url: string,
  server_version: string,
  writer: Writer,
): Promise<Part | null> {
  const major = parseInt(server_version);
  for (const program of [`/usr/lib/postgresql/${major}/bin/pg_dump`, "pg_dump"]) {
    const version = await outputOf(program, "--version");
    if (
      !version?.success ||
      parseInt(new TextDecoder().decode(version.stdout).match(/\d+/)?.[0] ?? "") !== major
    ) continue;
    const dump = await new Deno.Command(program, {
      args: [
        "--schema-only",
        "--no-owner",
        "--exclude-schema=vault|cron|net|realtime|extensions",
        `--dbname=${database_url}`,
      ],
    }).output();
    if (!dump.success) {
      throw new Error(
        `Cannot dump the schema: pg_dump says ${new TextDecoder().decode(dump.stderr).slice(0, 500)}`,
      );
    }
    return await writer.write("schema", dump.stdout);
  }
  return null;
}

/** Returns null if the program is not installed. */
async function outputOf(program: string, ...args: string[]): Promise<Deno.CommandOutput | null> {
  try {
    return await new Deno.Command(program, { args }).output();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/** Reads back and opens every part. @throws On the first part that differs from what was written. */
export async function verify(store: Store, manifest: Manifest): Promise<void> {
  for (const { name, rows, parts, sha256 } of manifest.tables) {
    const whole = createHash("sha256");
    let counted = 0;
    for (const part of parts) {
      const text = await readPart(store, part, manifest.identity);
      whole.update(text);
      counted += countRows(text);
    }
    if (counted !== rows) {
      throw new Error(`Cannot trust the archive: ${name} has ${counted} rows, but should have ${rows}`);
    }
    // Computed over the rows as the database returned them: nothing changed them between COPY and the archive.
    if (whole.digest("hex") !== sha256) {
      throw new Error(`Cannot trust the archive: ${name} has other rows than the database returned`);
    }
  }
  for (
    const part of [manifest.secrets, ...manifest.files.parts, ...manifest.schema ? [manifest.schema] : []]
  ) {
    await readPart(store, part, manifest.identity);
  }
}

/** @throws If the part is missing, truncated or changed. */
export async function readPart(store: Store, part: Part, identity: string): Promise<Bytes> {
  const refuse = (what: string) =>
    new Error(`Cannot use the archive: ${part.path} ${what}; use another archive`);
  let sealed: Bytes;
  try {
    sealed = await store.get(part.path);
  } catch (error) {
    if (error instanceof Missing) throw refuse("is missing");
    throw error;
  }
  if (sealed.length !== part.bytes) {
    throw refuse(`was cut off or changed: it has ${sealed.length} bytes, but should have ${part.bytes}`);
  }
  if (sha256(sealed) !== part.sha256) throw refuse("was changed: its checksum differs");
  const plain = await open(sealed, { identity }).catch(() => null);
  if (plain === null || plain.length !== part.plain_bytes || sha256(plain) !== part.plain_sha256) {
    throw refuse("cannot be opened");
  }
  return plain;
}

/** Removes archives outside the retention, and what dead runs left. */
async function prune(store: Store, retention: Retention, now: Date): Promise<string[]> {
  const archives = await listArchives(store);
  const gone = expired(archives, retention);
  const paths: string[] = [];
  const manifests: string[] = [];
  for await (const { path } of store.list("streamvibe-")) {
    const [name = "", file = ""] = path.split("/");
    const time = timeOf(name);
    if (!time) continue;
    const is_abandoned = !archives.includes(name) && now.getTime() - time.getTime() > ABANDONED_MS;
    if (gone.includes(name) || is_abandoned) (file === MANIFEST ? manifests : paths).push(path);
  }
  // Manifests first: a half-deleted archive must not look complete.
  await store.remove(manifests);
  await store.remove(paths);
  return gone;
}

/** Records the start of a run; returns null if module 011 is not installed. */
export async function beginRun(
  session: Session,
  kind: "backup" | "restore" | "drill",
  archive: string,
  place: string,
): Promise<string | null> {
  const [there] = await session.query`select to_regclass('ops.backup_run') is not null as is_there`;
  if (!there?.is_there) return null;
  const [run] = await session.query<{ id: string }>`
    insert into ops.backup_run (kind, archive, place) values (${kind}, ${archive}, ${place}) returning id`;
  return run?.id ?? null;
}

export async function endRun(
  session: Session,
  run: string | null,
  done: { rows: number; bytes: number; files: number },
): Promise<void> {
  if (run === null) return;
  await session.query`
    update ops.backup_run
    set finished_at = clock_timestamp(), proven_at = clock_timestamp(), rows = ${done.rows}, bytes = ${done.bytes}, files = ${done.files}
    where id = ${run}`;
}

export async function failRun(session: Session, run: string | null, error: unknown): Promise<void> {
  if (run === null) return;
  const reason = (error instanceof Error ? error.message : String(error)).slice(0, 1_000);
  await session
    .query`update ops.backup_run set finished_at = clock_timestamp(), error = ${reason} where id = ${run}`
    .catch(() => {});
}
