/** Applies the modules of some phases with the official CLI, as `supabase db push` does on any project. */
import { join } from "node:path";
import type postgres from "postgres";
import { supabaseCli } from "../check/supabase_cli.ts";
import { type Migration, readMigrations } from "./phases.ts";
import { DeployError, type Target } from "./target.ts";

/** Returns the migration versions that the database has. */
export async function appliedVersions(sql: postgres.Sql): Promise<string[]> {
  const [there] = await sql`select to_regclass('supabase_migrations.schema_migrations') is not null as yes`;
  if (!there?.yes) return [];
  const rows = await sql<
    { version: string }[]
  >`select version from supabase_migrations.schema_migrations order by 1`;
  return rows.map(({ version }) => version);
}

/** Returns the migrations of the phases up to one, and which of them the database lacks. */
export async function planMigrations(
  sql: postgres.Sql,
  phase: number,
): Promise<{ wanted: Migration[]; pending: Migration[]; standing: number }> {
  const [all, applied] = await Promise.all([readMigrations(), appliedVersions(sql)]);
  const strange = applied.filter((version) => !all.some((migration) => migration.version === version));
  if (strange.length > 0) {
    throw new DeployError(
      `Cannot deploy: the database has the migrations ${strange.join(", ")}, for which there is no file; ` +
        "the working tree is older than what is deployed",
    );
  }
  const standing = Math.max(
    0,
    ...all.filter(({ version }) => applied.includes(version)).map(({ phase }) => phase),
  );
  const wanted = all.filter((migration) => migration.phase <= phase);
  return { wanted, pending: wanted.filter(({ version }) => !applied.includes(version)), standing };
}

/**
 * Pushes pending migrations. A killed run may have left its CLI running: what that CLI applies in the meantime is not a failure.
 *
 * @throws {DeployError} With the CLI's output.
 */
export async function pushMigrations(sql: postgres.Sql, target: Target, phase: number): Promise<void> {
  const project = await Deno.makeTempDir({ prefix: "streamvibe-deploy-" });
  try {
    await Deno.mkdir(join(project, "supabase/migrations"), { recursive: true });
    await Deno.copyFile("supabase/config.toml", join(project, "supabase/config.toml"));
    const { wanted, standing } = await planMigrations(sql, phase);
    // The CLI requires a file for every applied migration, including those of later phases.
    const shown = standing > phase ? (await planMigrations(sql, standing)).wanted : wanted;
    for (const { file } of shown) {
      await Deno.copyFile(join("supabase/migrations", file), join(project, "supabase/migrations", file));
    }
    for (let left = Infinity, deadlocks = 0;;) {
      const { pending } = await planMigrations(sql, phase);
      if (pending.length === 0) return;
      const { code, stdout, stderr } = await supabaseCli(
        ["db", "push", "--yes", "--skip-vault", `--remote=${target.remote}`, "--workdir", project],
        target.name === "local" ? {} : { SUPABASE_ACCESS_TOKEN: target.settings.SUPABASE_ACCESS_TOKEN ?? "" },
      );
      const { pending: after } = await planMigrations(sql, phase);
      if (after.length === 0) return;
      // A concurrent session of users may win the lock; the migration was rolled back whole and is retried.
      if (/deadlock detected|lock timeout/.test(stdout + stderr) && ++deadlocks < 10) continue;
      if (after.length >= left) {
        throw new DeployError(`Cannot push the migrations:\n${hide(stdout + stderr, target)}`);
      }
      if (code === 0) {
        throw new DeployError(
          `Cannot push the migrations: ${after[0]?.file} was not applied\n${hide(stdout + stderr, target)}`,
        );
      }
      left = after.length;
    }
  } finally {
    await Deno.remove(project, { recursive: true });
  }
}

/** Removes the database password from the CLI's output, which may contain it. */
function hide(text: string, { databaseUrl }: Target): string {
  const { password } = new URL(databaseUrl);
  return (password ? text.replaceAll(decodeURIComponent(password), "…").replaceAll(password, "…") : text)
    .trim();
}
