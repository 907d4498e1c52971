/**
 * Brings a target to a phase: secrets, check of the migrations, modules, Realtime, functions, cron, smoke test, record. Every step looks
 * first whether there is anything to do, so that a run after a kill goes on and a second run changes nothing.
 * Called by scripts/deploy-phase.sh.
 */
import { parseArgs } from "node:util";
import { LAST_PHASE, type Migration, phaseName, readMigrations } from "./phases.ts";
import { checkMigrations, largeTables, tell } from "./migration_check.ts";
import { planMigrations, pushMigrations } from "./migrations.ts";
import { checksum, CRON, readRelease, REALTIME, type Release, revision } from "./release.ts";
import { type Deployment, deployments } from "./record.ts";
import { useRelease } from "./local_functions.ts";
import { deployFunctions } from "./hosted_functions.ts";
import { missingSecrets } from "./secrets.ts";
import { smokeTest } from "./smoke.ts";
import { main, Run } from "./run.ts";
import { DeployError, openTarget, type Target } from "./target.ts";

if (import.meta.main) {
  await main(async () => {
    const { values, positionals } = parseArgs({
      args: Deno.args,
      allowPositionals: true,
      options: {
        target: { type: "string", default: "local" },
        "dry-run": { type: "boolean" },
        force: { type: "boolean" },
      },
    });
    const phase = readPhase(positionals[0]);
    const target = await openTarget(values.target, Deno.env.toObject());
    await deploy(target, phase, { dry: values["dry-run"] ?? false, force: values.force ?? false });
  });
}

/** @throws {DeployError} When there is no such phase. */
export function readPhase(text: string | undefined): number {
  if (text && /^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= LAST_PHASE) return Number(text);
  throw new DeployError(`Cannot deploy phase ${text ?? ""}: it must be one of 1 to ${LAST_PHASE}`);
}

/** @throws {DeployError} At the first step that fails; the next run goes on from there. */
export async function deploy(
  target: Target,
  phase: number,
  options: { dry: boolean; force: boolean },
): Promise<void> {
  const started = performance.now();
  await using run = await Run.open(target);
  const [release, plan, commit, [newest]] = await Promise.all([
    readRelease(phase),
    planMigrations(run.sql, phase),
    revision(),
    deployments(run.sql),
  ]);
  // One that did not finish may have left anything behind.
  const last = newest?.finished_at ? newest : undefined;
  if (plan.standing > phase) {
    throw new DeployError(
      `Cannot deploy phase ${phase}: phase ${plan.standing} (${
        phaseName(plan.standing)
      }) is there already; deploy that one, ` +
        "or go back by scripts/rollback-phase.sh",
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
    return "all there";
  });
  await run.step("check", async () => await check(run, plan.pending));
  await run.step("migrations", async () => {
    if (plan.pending.length === 0) return "nothing to apply";
    await pushMigrations(run.sql, target, phase);
    await run.sql`notify pgrst, 'reload schema'`;
    return `applied ${plan.pending.map(({ name }) => name).join(", ")}`;
  });
  if (!isSame) await run.begin({ phase, action: "deploy", revision: commit, release: release.id, checksums });
  await run.step("realtime", () => apply(run, REALTIME));
  await run.step("functions", async () => await putFunctions(target, release, last, options.force));
  await run.step("cron", () => apply(run, CRON));
  await run.step("smoke test", async () => {
    await smokeTest(target.apiUrl, release.functions);
    return `${release.functions.length} functions answer`;
  });
  await run.finish();
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(isSame ? `Nothing to change (${seconds} s)` : `Deployed phase ${phase} (${seconds} s)`);
}

/** What stands, by file: two deploys with the same sums are the same. */
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
      `Cannot apply the migrations while people are served:\n${
        findings.map((one) => `  ${tell(one)}`).join("\n")
      }`,
    );
  }
  return files.length === 0 ? "nothing to check" : `${files.length} migrations hold nothing up`;
}

async function apply(run: Run, file: string): Promise<string> {
  const text = await Deno.readTextFile(file);
  await run.sql.begin((transaction) => transaction.unsafe(text).simple());
  return `applied ${file}`;
}

/** Hosted functions are deployed when the code differs from what the last finished deploy brought. */
export async function putFunctions(
  target: Target,
  release: Release,
  last: Deployment | undefined,
  force: boolean,
): Promise<string> {
  if (target.name === "local") {
    const changed = await useRelease(target.home, release);
    return `${release.functions.length} functions of release ${release.id}${changed ? "" : ", as before"}`;
  }
  if (!force && last?.release === release.id) return `release ${release.id}, as before`;
  await deployFunctions(target, release.functions, ".", (text) => console.log(text));
  return `${release.functions.length} functions of release ${release.id}`;
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
