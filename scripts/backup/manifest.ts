/** The contents of an archive. The manifest is written last; parts without one are not an archive. */
import * as z from "zod";
import { type Key, openManifest, sealManifest } from "./cipher.ts";
import type { Store } from "./store.ts";

const Part = z.object({
  path: z.string(),
  bytes: z.int(),
  sha256: z.string(),
  /** Size and checksum of the decrypted content. */
  plain_bytes: z.int(),
  plain_sha256: z.string(),
  rows: z.int(),
});
export type Part = z.output<typeof Part>;

const Table = z.object({
  name: z.string(),
  columns: z.array(z.string()),
  /** The sort order of the rows, the same for every copy. */
  order: z.string(),
  rows: z.int(),
  bytes: z.int(),
  /** SHA-256 of the COPY text of all rows in this order. */
  sha256: z.string(),
  parts: z.array(Part),
});
export type Table = z.output<typeof Table>;

export const Manifest = z.object({
  format: z.literal("streamvibe-backup/1"),
  name: z.string(),
  /** Time of the snapshot; all tables are as of this moment. */
  taken_at: z.string(),
  server_version: z.string(),
  /** The key that decrypts the parts. */
  identity: z.string(),
  migrations: z.array(
    z.object({ version: z.string(), name: z.string().nullable(), statements: z.array(z.string()) }),
  ),
  /** SQL files that are applied after the rows. */
  scripts: z.record(z.string(), z.string()),
  partitions: z.array(z.object({
    name: z.string(),
    parent: z.string(),
    bound: z.string(),
    has_rls: z.boolean(),
    comment: z.string().nullable(),
    policies: z.array(z.string()),
  })),
  tables: z.array(Table),
  /** Copied without rows, which a crash would lose as well. */
  unlogged: z.array(z.string()),
  sequences: z.array(z.object({ name: z.string(), last_value: z.string(), is_called: z.boolean() })),
  cron: z.array(
    z.object({ name: z.string(), schedule: z.string(), command: z.string(), active: z.boolean() }),
  ),
  /** Decrypted Vault secrets, and the functions' settings if provided. */
  secrets: Part,
  secret_names: z.array(z.string()),
  setting_names: z.array(z.string()),
  files: z.object({ count: z.int(), bytes: z.int(), parts: z.array(Part) }),
  /** SHA-256 of the ids of users deleted before the snapshot: restoring an older archive deletes them again. */
  deleted_people: z.array(z.string()),
  /** `pg_dump --schema-only`, if a matching version was installed: for reading, and for a manual restore. */
  schema: Part.nullable(),
});
export type Manifest = z.output<typeof Manifest>;

export const MANIFEST = "manifest.age";

export function partsOf(manifest: Manifest): Part[] {
  return [
    ...manifest.tables.flatMap(({ parts }) => parts),
    manifest.secrets,
    ...manifest.files.parts,
    ...manifest.schema ? [manifest.schema] : [],
  ];
}

export async function writeManifest(manifest: Manifest, key: Key): Promise<Uint8Array<ArrayBuffer>> {
  return await sealManifest(JSON.stringify(manifest), key);
}

export async function readManifest(store: Store, name: string, key: Key): Promise<Manifest> {
  const text = await openManifest(await store.get(`${name}/${MANIFEST}`), key);
  const read = Manifest.safeParse(JSON.parse(text));
  if (read.success) return read.data;
  throw new Error(
    `Cannot read ${name}: it was made by another version of StreamVibe; restore it with that one`,
    {
      cause: read.error,
    },
  );
}

/** Returns the names of complete archives, newest first. */
export async function listArchives(store: Store): Promise<string[]> {
  const names: string[] = [];
  for await (const { path } of store.list("streamvibe-")) {
    const [name = "", file = ""] = path.split("/");
    if (file === MANIFEST) names.push(name);
  }
  return names.sort().reverse();
}
