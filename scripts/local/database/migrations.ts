/**
 * Applies supabase/migrations as `supabase db push` does, refuses what it refuses, and records them in the official CLI's table, so that
 * the CLI finds nothing left to do.
 */
import { join } from "node:path";
import type postgres from "postgres";
import { ROOT, StartError } from "../home/settings.ts";

interface Migration {
  version: string;
  name: string;
  text: string;
}

/** The result of `applyMigrations`: names of newly applied migrations, and of applied ones whose file has changed since. */
export interface MigrationOutcome {
  applied: string[];
  changed: string[];
}

/**
 * Applies the new migrations of a folder.
 * @throws {StartError} If `supabase db push` would refuse, or a migration fails.
 */
export async function applyMigrations(
  sql: postgres.Sql,
  folder = join(ROOT, "supabase/migrations"),
): Promise<MigrationOutcome> {
  const migrations = await readMigrations(folder);
  await sql.unsafe(`
    create schema if not exists supabase_migrations;
    create table if not exists supabase_migrations.schema_migrations (version text not null primary key);
    alter table supabase_migrations.schema_migrations add column if not exists statements text[];
    alter table supabase_migrations.schema_migrations add column if not exists name text;
  `).simple();
  const rows = await sql<{ version: string; text: string | null }[]>`
    select version, statements[1] as text from supabase_migrations.schema_migrations`;
  const recorded = new Map(rows.map((row) => [row.version, row.text]));
  refuseDisorder(migrations.map(({ version }) => version), [...recorded.keys()]);
  const outcome: MigrationOutcome = { applied: [], changed: [] };
  for (const migration of migrations) {
    const { version, name, text } = migration;
    if (recorded.has(version)) {
      if (recorded.get(version) !== text) outcome.changed.push(`${version}_${name}`);
      continue;
    }
    await applyOne(sql, migration);
    outcome.applied.push(`${version}_${name}`);
  }
  return outcome;
}

/** Refuses missing and out-of-order migrations. All versions have the same width, so text order is time order. */
function refuseDisorder(local: string[], applied: string[]): void {
  const last = applied.toSorted().at(-1) ?? "";
  const gone = applied.filter((version) => !local.includes(version)).sort();
  const late = local.filter((version) => version < last && !applied.includes(version));
  if (gone.length === 0 && late.length === 0) return;
  const rule = gone.length > 0
    ? `the database has ${gone.join(", ")}, for which there is no file`
    : `${late.join(", ")} would come before ${last}, which the database has already`;
  throw new StartError(
    `Cannot apply supabase/migrations: ${rule}. The database has another state of the project: ` +
      "`deno task reset` creates it again",
  );
}

async function applyOne(sql: postgres.Sql, { version, name, text }: Migration): Promise<void> {
  try {
    await sql.begin(async (transaction) => {
      await transaction.unsafe(text).simple();
      await transaction`
        insert into supabase_migrations.schema_migrations (version, name, statements)
        values (${version}, ${name}, ${[text]})`;
    });
  } catch (error) {
    throw new StartError(`Cannot apply the migration ${version}_${name}: ${describeSqlError(error, text)}`);
  }
}

/** Runs a file whose statements may run on every start. Returns false if it does not exist. */
export async function applyFile(sql: postgres.Sql, path: string): Promise<boolean> {
  const text = await Deno.readTextFile(join(ROOT, path)).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  });
  if (text === undefined) return false;
  try {
    await sql.begin((transaction) => transaction.unsafe(text).simple());
  } catch (error) {
    throw new StartError(`Cannot apply ${path}: ${describeSqlError(error, text)}`);
  }
  return true;
}

async function readMigrations(folder: string): Promise<Migration[]> {
  const migrations: Migration[] = [];
  try {
    for await (const { name: file } of Deno.readDir(folder)) {
      const [, version, name] = file.match(/^(\d+)_(.+)\.sql$/) ?? [];
      if (version && name) {
        migrations.push({ version, name, text: await Deno.readTextFile(join(folder, file)) });
      }
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return migrations.sort((a, b) => a.version < b.version ? -1 : 1);
}

/** Formats PostgreSQL's message with the line number of the error. */
function describeSqlError(error: unknown, text: string): string {
  if (!(error instanceof Error)) return String(error);
  const { position, detail, hint, where } = error as
    & Error
    & Record<"position" | "detail" | "hint" | "where", string>;
  const line = position ? ` (line ${text.slice(0, Number(position)).split("\n").length})` : "";
  return [`${error.message}${line}`, detail, hint, where].filter(Boolean).join("\n  ");
}
