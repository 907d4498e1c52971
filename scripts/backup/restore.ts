/**
 * Restores an archive into an empty database in one transaction: schema, rows, then a comparison of every row with the backup. Any failure
 * before the commit (wrong key, a truncated or changed part, a row that differs) rolls all of it back.
 */
import { createHash } from "node:crypto";
import * as z from "zod";
import { beginRun, endRun, readPart } from "./backup.ts";
import { copyOut, SESSION } from "./catalogue.ts";
import type { Key } from "./cipher.ts";
import { segmentsOf, StorageFiles } from "./files.ts";
import { listArchives, type Manifest, type Part, partsOf, readManifest } from "./manifest.ts";
import { Session } from "./session.ts";
import type { Store } from "./store.ts";

export interface RestoreOptions {
  database_url: string;
  store: Store;
  key: Key;
  /** Defaults to the newest. */
  archive?: string;
  api?: { url: string; key: string };
  /** Allows deleting the current contents of the database. */
  yes: boolean;
  /** Only reports what would be done. */
  dry_run?: boolean;
  /** Where to write the functions' settings. */
  settings_file?: string;
  say: (line: string) => void;
}

export interface RestoreDone {
  name: string;
  taken_at: string;
  rows: number;
  bytes: number;
  files: number;
  secrets: number;
  seconds: number;
  /** Users deleted after the archive was made; their deletion is requested again. */
  deleted_again: number;
}

const Secrets = z.object({
  vault: z.array(
    z.object({ name: z.string().nullable(), description: z.string().nullable(), secret: z.string() }),
  ),
  settings: z.string().nullable(),
});

/** Secrets that the target keeps: its URL, and the key that its cron uses. */
const OWN_SECRETS = ["project_url", "cron_secret_key"];
/** Above this many rows the indexes are dropped and rebuilt, which is faster than maintaining them. */
const MANY_ROWS = 20_000;

export async function restore(options: RestoreOptions): Promise<RestoreDone> {
  const { store, key, say } = options;
  const began = performance.now();
  const archives = await listArchives(store);
  const name = options.archive ?? archives[0];
  if (name === undefined) throw new Error(`Cannot restore: there is no archive in ${store.place}`);
  if (!archives.includes(name)) {
    throw new Error(
      `Cannot restore ${name}: there is no such archive in ${store.place}, only ${
        archives.slice(0, 5).join(", ") || "none"
      }`,
    );
  }
  const manifest = await readManifest(store, name, key);
  // Before the database is touched: every part exists with its recorded size.
  const sizes = new Map<string, number>();
  for await (const { path, bytes } of store.list(`${name}/`)) sizes.set(path, bytes);
  for (const { path, bytes } of partsOf(manifest)) {
    if (sizes.get(path) !== bytes) {
      throw new Error(
        `Cannot use the archive: ${path} ${
          sizes.has(path) ? "was cut off or changed" : "is missing"
        }; use another archive`,
      );
    }
  }
  const secrets = Secrets.parse(
    JSON.parse(new TextDecoder().decode(await readPart(store, manifest.secrets, manifest.identity))),
  );
  const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0);
  say(
    `${name}: ${rows} rows in ${manifest.tables.length} tables, ${manifest.files.count} files, ${secrets.vault.length} secrets, of ${manifest.taken_at}`,
  );
  const deleted = await deletedSince(store, key, archives, manifest);

  const sql = await Session.open(options.database_url);
  try {
    const state = await stateOf(sql);
    if (state.people > 0 && !options.yes) {
      throw new Error(
        `Cannot restore into this database: it has ${state.people} people; --yes deletes its data and restores over it`,
      );
    }
    if (options.dry_run) {
      say(
        state.has_schema
          ? "would roll back the existing modules, and restore"
          : "would restore into the empty database",
      );
      return {
        name,
        taken_at: manifest.taken_at,
        rows,
        bytes: 0,
        files: 0,
        secrets: secrets.vault.length,
        seconds: 0,
        deleted_again: deleted.length,
      };
    }
    await sql.run(SESSION);
    await sql.run("begin");
    try {
      if (state.has_schema) await clear(sql, say);
      await applySchema(sql, manifest);
      say("loading rows");
      await loadRows(sql, store, manifest);
      say("comparing every row");
      await compareRows(sql, manifest);
      await restoreSecrets(sql, secrets.vault);
      await settle(sql, manifest);
      await sql.run("commit");
    } catch (error) {
      await sql.run("rollback").catch(() => {});
      throw error;
    }
    await sql.run("analyze");
    await startJobs(sql, manifest);
    const files = await restoreFiles(options, manifest);
    for (const person of deleted) {
      await sql.query`
        select public.request_account_deletion(id) from public.users where encode(sha256(convert_to(id::text, 'UTF8')), 'hex') = ${person}`;
    }
    if (options.settings_file && secrets.settings !== null) {
      await Deno.writeTextFile(options.settings_file, secrets.settings, { mode: 0o600 });
    }
    const bytes = partsOf(manifest).reduce((sum, part) => sum + part.bytes, 0);
    const done = { rows, bytes, files };
    await endRun(sql, await beginRun(sql, "restore", name, store.place), done);
    return {
      ...done,
      name,
      taken_at: manifest.taken_at,
      secrets: secrets.vault.length,
      seconds: (performance.now() - began) / 1_000,
      deleted_again: deleted.length,
    };
  } finally {
    await sql.close();
  }
}

/** Returns users that newer archives record as deleted and this one does not. */
async function deletedSince(
  store: Store,
  key: Key,
  archives: string[],
  manifest: Manifest,
): Promise<string[]> {
  const known = new Set(manifest.deleted_people);
  const since = new Set<string>();
  const newest = archives[0];
  // The newest archive lists every earlier deletion.
  if (newest !== undefined && newest > manifest.name) {
    for (const person of (await readManifest(store, newest, key)).deleted_people) {
      if (!known.has(person)) since.add(person);
    }
  }
  return [...since];
}

async function stateOf(sql: Session): Promise<{ has_schema: boolean; people: number }> {
  const [state] = await sql.query<{ has_auth: boolean; has_schema: boolean }>`
    select to_regclass('auth.users') is not null as has_auth, to_regnamespace('ops') is not null as has_schema`;
  if (!state?.has_auth) {
    throw new Error(
      "Cannot restore into this database: it has no schema auth; it must be a Supabase project's, or a local stack's",
    );
  }
  const [count] = await sql.query<{ people: number }>`select count(*)::integer as people from auth.users`;
  return { has_schema: state.has_schema, people: count?.people ?? 0 };
}

/** Removes the current contents, in the same transaction. */
async function clear(sql: Session, say: (line: string) => void): Promise<void> {
  say("rolling back the existing modules");
  const folder = new URL("../../database/rollback/", import.meta.url);
  const [history] = await sql
    .query`select to_regclass('supabase_migrations.schema_migrations') is not null as is_there`;
  // The users are deleted in any case, so pending deletion requests are not needed.
  for (const table of ["ops.data_deletion", "ops.account_deletion"]) {
    const [there] = await sql.query`select to_regclass(${table}) is not null as is_there`;
    if (there?.is_there) await sql.run(`delete from ${table}`);
  }
  const files = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort().reverse();
  for (const file of files) {
    const [applied] = history?.is_there
      ? await sql.query`
        select from supabase_migrations.schema_migrations where name = ${
        file.replace(/^\d+_/, "").replace(/\.sql$/, "")
      }`
      : [true];
    if (applied) await sql.run(await Deno.readTextFile(new URL(file, folder)));
  }
  await sql.run("delete from auth.users");
}

async function applySchema(sql: Session, manifest: Manifest): Promise<void> {
  await sql.run(`
    create schema if not exists supabase_migrations;
    create table if not exists supabase_migrations.schema_migrations (version text not null primary key);
    alter table supabase_migrations.schema_migrations add column if not exists statements text[];
    alter table supabase_migrations.schema_migrations add column if not exists name text;
    delete from supabase_migrations.schema_migrations`);
  for (const { version, name, statements } of manifest.migrations) {
    for (const statement of statements) {
      await sql.run(statement).catch((error) => {
        throw new Error(`Cannot apply ${version}_${name}: ${error.message}`, { cause: error });
      });
    }
    await sql
      .query`insert into supabase_migrations.schema_migrations (version, name, statements) values (${version}, ${name}, ${statements})`;
  }
  await sql.run(SESSION);
  for (const { name, parent, bound, has_rls, comment, policies } of manifest.partitions) {
    const [there] = await sql.query`select to_regclass(${name}) is not null as is_there`;
    if (there?.is_there) continue;
    await sql.run([
      `create table ${name} partition of ${parent} ${bound}`,
      ...has_rls ? [`alter table ${name} enable row level security`] : [],
      ...policies,
      ...comment === null ? [] : [`comment on table ${name} is ${quote(comment)}`],
    ].join(";\n"));
  }
}

interface Index {
  name: string;
  definition: string;
  comment: string | null;
}

/** Loads rows without triggers and foreign key checks: they come from one consistent snapshot. */
async function loadRows(sql: Session, store: Store, manifest: Manifest): Promise<void> {
  try {
    await sql.run("set local session_replication_role = replica; set local maintenance_work_mem = '256MB'");
  } catch (error) {
    throw new Error(
      "Cannot restore: the login may not set session_replication_role; use the project's `postgres`",
      { cause: error },
    );
  }
  // The archive also contains the reference rows that modules and partitions insert.
  const names = manifest.tables.map(({ name }) => name);
  const [auth, ours] = [
    names.filter((name) => name.startsWith("auth.")),
    names.filter((name) => !name.startsWith("auth.")),
  ];
  const known = new Map<string, string[]>();
  for (const name of names) {
    const columns = await sql.query<{ name: string }>`
      select quote_ident(attname) as name from pg_attribute
      where attrelid = to_regclass(${name}) and attnum > 0 and not attisdropped and attgenerated = ''`;
    known.set(name, columns.map((column) => column.name));
  }
  if (ours.length > 0) await sql.run(`truncate ${ours.join(", ")} cascade`);
  for (const name of auth) await sql.run(`delete from ${name}`);
  for (const table of manifest.tables) {
    const missing = table.columns.filter((column) => !known.get(table.name)?.includes(column));
    if (missing.length > 0) {
      throw new Error(
        `Cannot restore ${table.name}: the database has no ${
          missing.join(", ")
        }; its Auth may be older than the archive's`,
      );
    }
    if (table.parts.length === 0) continue;
    const indexes = table.rows > MANY_ROWS ? await dropIndexes(sql, table.name) : [];
    await sql.copyIn(
      `copy ${table.name} (${table.columns.join(", ")}) from stdin`,
      textOf(store, table.parts, manifest.identity),
    );
    for (const { definition, name, comment } of indexes) {
      await sql.run(definition);
      if (comment !== null) await sql.run(`comment on index ${name} is ${quote(comment)}`);
    }
  }
  await sql.run("set local session_replication_role = origin");
}

async function* textOf(store: Store, parts: Part[], identity: string): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield await readPart(store, part, identity);
}

/** Drops the indexes that no constraint and no partitioned index needs. */
async function dropIndexes(sql: Session, table: string): Promise<Index[]> {
  const indexes = await sql.query<Index>`
    select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as definition, obj_description(indexrelid, 'pg_class') as comment
    from pg_index join pg_class on pg_class.oid = indexrelid
    where indrelid = to_regclass(${table}) and relkind = 'i' and not indisprimary and not indisreplident
      and not exists (select from pg_constraint where conindid = indexrelid)
      and not exists (select from pg_inherits where inhrelid = indexrelid)`;
  for (const { name } of indexes) await sql.run(`drop index ${name}`);
  return indexes;
}

/** Checks that every table returns the same text in the same order as the backup. */
async function compareRows(sql: Session, manifest: Manifest): Promise<void> {
  for (const table of manifest.tables) {
    const whole = createHash("sha256");
    await sql.copyOut(copyOut(table), (chunk) => void whole.update(chunk));
    if (whole.digest("hex") !== table.sha256) {
      throw new Error(
        `Cannot finish the restore: ${table.name} has other rows than the archive; nothing was changed`,
      );
    }
  }
}

/** Encrypts the secrets again, with the target's own root key: ciphertext from the old database could not be decrypted here. */
async function restoreSecrets(sql: Session, secrets: z.output<typeof Secrets>["vault"]): Promise<void> {
  for (const { name, description, secret } of secrets) {
    const [there] = name === null
      ? []
      : await sql.query<{ id: string }>`select id from vault.secrets where name = ${name}`;
    if (there && name !== null && OWN_SECRETS.includes(name)) continue;
    if (there) {
      await sql.query`select vault.update_secret(${there.id}::uuid, ${secret}, ${name}, ${
        description ?? ""
      })`;
    } else await sql.query`select vault.create_secret(${secret}, ${name}, ${description ?? ""})`;
  }
  const found = await sql.query<
    { name: string; decrypted_secret: string }
  >`select name, decrypted_secret from vault.decrypted_secrets`;
  const readable = new Map(found.map((row) => [row.name, row.decrypted_secret]));
  for (const { name, secret } of secrets) {
    if (name !== null && !OWN_SECRETS.includes(name) && readable.get(name) !== secret) {
      throw new Error(
        `Cannot finish the restore: the secret ${name} reads back differently; nothing was changed`,
      );
    }
  }
}

async function settle(sql: Session, manifest: Manifest): Promise<void> {
  for (const { name, last_value, is_called } of manifest.sequences) {
    const [there] = await sql.query`select to_regclass(${name}) is not null as is_there`;
    if (there?.is_there) {
      await sql.query`select setval(${name}::text::regclass, ${last_value}::text::bigint, ${is_called})`;
    }
  }
  const [marks] = await sql
    .query`select to_regprocedure('ops.reset_transaction_marks()') is not null as is_there`;
  if (marks?.is_there) await sql.query`select ops.reset_transaction_marks()`;
  for (const text of Object.values(manifest.scripts)) await sql.run(text);
}

/** Runs last, so that no job runs on a partly restored database. */
async function startJobs(sql: Session, manifest: Manifest): Promise<void> {
  const [cron] = await sql.query`select to_regclass('cron.job') is not null as is_there`;
  if (!cron?.is_there) {
    await sql.run(await Deno.readTextFile(new URL("../../database/cron-jobs.sql", import.meta.url)));
  }
  for (const { name, schedule, command, active } of manifest.cron) {
    const [job] = await sql.query<
      { id: string }
    >`select cron.schedule(${name}, ${schedule}, ${command})::text as id`;
    if (!active) await sql.query`select cron.alter_job(${job?.id ?? "0"}::text::bigint, active => false)`;
  }
}

async function restoreFiles({ api, store, say }: RestoreOptions, manifest: Manifest): Promise<number> {
  if (manifest.files.parts.length === 0) return 0;
  if (!api) {
    say(
      `${manifest.files.count} files are left out: they need --api and SUPABASE_SECRET_KEY; run again with --files-only`,
    );
    return 0;
  }
  return await filesInto(api, store, manifest);
}

async function filesInto(
  api: { url: string; key: string },
  store: Store,
  manifest: Manifest,
): Promise<number> {
  const storage = new StorageFiles(api.url, api.key);
  const unpacker = storage.unpacker();
  const buckets = new Set<string>();
  for (const part of manifest.files.parts) {
    const pack = await readPart(store, part, manifest.identity);
    for (const { about: { bucket } } of segmentsOf(pack)) {
      if (buckets.has(bucket)) continue;
      buckets.add(bucket);
      await storage.ensureBuckets([bucket]);
    }
    await unpacker.take(pack);
  }
  return unpacker.done();
}

/** Restores only the files of an archive, for example after a restore without `--api`. Overwrites existing files. */
export async function restoreOnlyFiles(
  { store, key, archive, api }: Pick<RestoreOptions, "store" | "key" | "archive" | "api">,
): Promise<number> {
  if (!api) throw new Error("Cannot restore files: they need --api and SUPABASE_SECRET_KEY");
  const name = archive ?? (await listArchives(store))[0];
  if (name === undefined) throw new Error(`Cannot restore: there is no archive in ${store.place}`);
  return await filesInto(api, store, await readManifest(store, name, key));
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
