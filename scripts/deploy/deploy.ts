/**
 * Brings a target to a phase: secrets, migration check, modules, Realtime, functions, cron, smoke test, record. Every step first checks
 * whether there is anything to do, so a run after a kill resumes and a second run changes nothing. Called by scripts/deploy-phase.sh.
 */
import { parseArgs } from "node:util";
import { type Migration, phaseName, readMigrations } from "./phases.ts";
import { applyText } from "./apply.ts";
import { checkMigrations, largeTables, tell } from "./migration_check.ts";
import { planMigrations, pushMigrations } from "./migrations.ts";
import { checksum, CRON, readRelease, REALTIME, type Release, revision } from "./release.ts";
import { deployments } from "./record.ts";
import { putFunctions } from "./functions.ts";
import { goBack } from "./rollback.ts";
import { missingSecrets } from "./secrets.ts";
import { smokeTest, watchHealth } from "./smoke.ts";
import { main, OPTIONS, readCommand, Run, UsageError } from "./run.ts";
import { DeployError, type Target } from "./target.ts";

if (import.meta.main) {
  await main(async () => {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { ...OPTIONS, force: { type: "boolean" }, watch: { type: "string" } },
    });
    const { watch, force = false, "dry-run": dry } = values;
    if (watch !== undefined && !/^[1-9]\d{0,3}$/.test(watch)) {
      throw new UsageError(`Cannot watch for ${watch} seconds: it must be a number from 1 to 9999`);
    }
    const { phase, target } = await readCommand("deploy", positionals, values);
    await deploy(target, phase, { dry, force, watch: watch === undefined ? undefined : Number(watch) });
  });
}

interface Options {
  dry: boolean;
  force: boolean;
  /**
   * Seconds to watch health after the deploy. If set, functions and cron jobs are rolled back automatically when a step from `functions` on
   * fails.
   */
  watch?: number;
}

/** @throws {DeployError} At the first step that fails; the next run resumes there. */
async function deploy(target: Target, phase: number, options: Options): Promise<void> {
  const started = performance.now();
  await using run = await Run.open(target);
  const [release, plan, commit, [newest]] = await Promise.all([
    readRelease(phase),
    planMigrations(run.sql, phase),
    revision(),
    deployments(run.sql),
  ]);
  // An unfinished deploy may have left the target in any state.
  const last = newest?.finished_at ? newest : undefined;
  if (plan.standing > phase) {
    throw new DeployError(
      `Cannot deploy phase ${phase}: phase ${plan.standing} (${
        phaseName(plan.standing)
      }) is already deployed; deploy that one, ` +
        "or roll back with scripts/rollback-phase.sh",
    );
  }
  const checksums = await sumUp(plan.wanted, release);
  console.log(
    `Phase ${phase}, ${phaseName(phase)}, to ${target.name} (${target.apiUrl}), revision ${commit}`,
  );
  const isSame = !options.force && last?.phase === phase && last.revision === commit &&
    last.release === release.id &&
    inOrder(last.checksums) === inOrder(checksums) && plan.pending.length === 0;
  if (options.dry) return await foretell(run, plan.pending, release, isSame);

  await run.step("secrets", async () => {
    const missing = await missingSecrets(run.sql, target, phase);
    if (missing.length > 0) {
      throw new DeployError(
        `Cannot deploy phase ${phase}: ${missing.join(", ")} ${missing.length > 1 ? "are" : "is"} missing; ` +
          `scripts/setup-vault-secrets.sh --target ${target.name} sets them`,
      );
    }
    return "none missing";
  });
  await run.step("check", async () => await check(run, plan.pending));
  await run.step("migrations", async () => {
    await pushMigrations(run.sql, target, phase);
    // Also needed if a killed run applied the migrations: it may not have sent this notification.
    if (!isSame) await run.sql`notify pgrst, 'reload schema'`;
    if (plan.pending.length === 0) return "nothing to apply";
    return `applied ${plan.pending.map(({ name }) => name).join(", ")}`;
  });
  if (!isSame) await run.begin({ phase, action: "deploy", revision: commit, release: release.id, checksums });
  await run.step("realtime", () => apply(run, REALTIME));
  try {
    await run.step("functions", () => putFunctions(run, release, last, options.force));
    await run.step("cron", () => apply(run, CRON));
    await run.step("smoke test", async () => {
      await smokeTest(target.apiUrl, release.functions);
      return `${release.functions.length} functions answer`;
    });
    const { watch } = options;
    if (watch) await run.step("health", () => watchHealth(target.apiUrl, watch));
  } catch (error) {
    if (!options.watch || !(error instanceof DeployError)) throw error;
    console.error(`${error.message}\nRolling back automatically:`);
    await goBack(run, phase, false);
    throw new DeployError(`Deployed phase ${phase}, and rolled it back: ${error.message}`);
  }
  await run.finish();
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(isSame ? `Nothing to change (${seconds} s)` : `Deployed phase ${phase} (${seconds} s)`);
}

/** Returns the checksum of each deployed file: two deploys with equal checksums are the same. */
async function sumUp(migrations: Migration[], release: Release): Promise<Record<string, string>> {
  const entries = await Promise.all(
    migrations.map(async ({ file }) => [file, await checksum(`supabase/migrations/${file}`)] as const),
  );
  return Object.fromEntries([...entries, ...Object.entries(release.checksums)]);
}

function inOrder(sums: Record<string, string>): string {
  return JSON.stringify(Object.entries(sums).sort());
}

async function check(run: Run, pending: Migration[]): Promise<string> {
  const files = pending.map(({ file }) => `supabase/migrations/${file}`);
  const findings = await checkMigrations(files, await largeTables(run.sql));
  if (findings.length > 0) {
    throw new DeployError(
      `Cannot apply the migrations: they would block a database in use\n${
        findings.map((one) => `  ${tell(one)}`).join("\n")
      }`,
    );
  }
  return files.length === 0 ? "nothing to check" : `${files.length} migrations block nothing`;
}

async function apply(run: Run, file: string): Promise<string> {
  await applyText(run.sql, await Deno.readTextFile(file));
  return `applied ${file}`;
}

async function foretell(run: Run, pending: Migration[], release: Release, isSame: boolean): Promise<void> {
  const total = (await readMigrations()).length;
  console.log(`  would check  ${await check(run, pending)}`);
  console.log(
    `  would apply  ${
      pending.map(({ name }) => name).join(", ") || "no migration"
    } (of ${total}), ${REALTIME}, ${CRON}`,
  );
  console.log(`  would serve  ${release.functions.length} functions of release ${release.id}`);
  console.log(isSame ? "Nothing would change" : "Nothing was changed");
}
