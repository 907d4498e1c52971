/**
 * Rolls back: functions and cron jobs to the previous release, in seconds and without touching data; a module only on request, after a
 * verified backup, and with all its data. Called by scripts/rollback-phase.sh.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import type postgres from "postgres";
import { applyText } from "./apply.ts";
import { phaseName, readMigrations } from "./phases.ts";
import { planMigrations } from "./migrations.ts";
import { CRON, readRelease, REALTIME, revision } from "./release.ts";
import { cronJobs, type Deployment, deployments } from "./record.ts";
import { keptCron, keptFunctions, returnTo } from "./local_functions.ts";
import { deleteFunctions, deployFunctions, listFunctions } from "./hosted_functions.ts";
import { putFunctions } from "./functions.ts";
import { smokeTest } from "./smoke.ts";
import { main, OPTIONS, readCommand, Run, UsageError } from "./run.ts";
import { DeployError, type HostedTarget, type Target } from "./target.ts";

if (import.meta.main) {
  await main(async () => {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { ...OPTIONS, module: { type: "boolean" } },
    });
    const { module, yes, "dry-run": dry } = values;
    if (module && !yes && !dry) {
      throw new UsageError("Cannot remove a module without --yes: its data is deleted with it");
    }
    const { phase, target } = await readCommand("roll back", positionals, values);
    const started = performance.now();
    await using run = await Run.open(target);
    await (module ? takeModuleDown(run, phase, dry) : goBack(run, phase, dry));
    if (!dry) console.log(`Rolled back in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  });
}

/** Restores functions and cron jobs of the previous deploy. */
export async function goBack(run: Run, phase: number, dry: boolean): Promise<void> {
  const { target, sql } = run;
  const { current, previous } = findPrevious(await deployments(sql), phase);
  console.log(
    `Rolling back from release ${current.release} (phase ${current.phase}) to ${previous.release} (phase ${previous.phase}, ` +
      `revision ${previous.revision}) on ${target.name}`,
  );
  if (dry) return console.log("Nothing was changed");
  await using source = await openRelease(run, previous);
  await run.begin({ ...previous, action: "rollback" });
  await run.step("functions", async () => {
    await source.serve();
    return `${source.functions.length} functions of release ${previous.release}`;
  });
  await run.step("cron", async () => {
    const taken = await restoreCron(sql, await source.cron(), previous.cron_jobs);
    return taken.length > 0 ? `removed ${taken.join(", ")}` : "unchanged";
  });
  await run.step("smoke test", async () => {
    await smokeTest(target.apiUrl, source.functions);
    return `${source.functions.length} functions answer`;
  });
  await run.finish();
}

/**
 * Returns the current release and the one before it. An unfinished deploy counts as current: its functions may be active.
 *
 * @throws {DeployError} If there is nothing to roll back to, or another phase is current.
 */
export function findPrevious(
  newestFirst: Deployment[],
  phase: number,
): { current: Deployment; previous: Deployment } {
  // An interrupted rollback is repeated.
  const [current, ...before] = newestFirst.filter(({ action, finished_at }, index) =>
    index > 0 || action !== "rollback" || finished_at
  );
  if (!current) {
    throw new DeployError("Cannot roll back: nothing was deployed here by scripts/deploy-phase.sh");
  }
  if (current.phase !== phase) {
    throw new DeployError(
      `Cannot roll back phase ${phase}: phase ${current.phase} (${phaseName(current.phase)}) is deployed`,
    );
  }
  const finished = before.filter(({ finished_at, action }) => finished_at && action !== "rollback");
  // After a rollback the current release belongs to an older row: rolling back again goes further back than that row.
  const own = finished.findIndex(({ release, phase }) =>
    release === current.release && phase === current.phase
  );
  const older = current.action === "rollback" && own >= 0 ? finished.slice(own + 1) : finished;
  const previous = older.find(({ release, phase }) => release !== current.release || phase !== current.phase);
  if (!previous) {
    throw new DeployError(
      `Cannot roll back phase ${phase}: no release was deployed before it; --module removes the module itself`,
    );
  }
  return { current, previous };
}

interface Source extends AsyncDisposable {
  functions: string[];
  serve(): Promise<void>;
  cron(): Promise<string>;
}

/** A local release is kept as a folder; a hosted one is checked out from its commit. */
async function openRelease(run: Run, deployment: Deployment): Promise<Source> {
  const { target } = run;
  if (target.name === "local") {
    const { home } = target;
    const functions = await keptFunctions(home, deployment.release);
    return {
      functions,
      serve: () => returnTo(home, deployment.release),
      cron: () => keptCron(home, deployment.release),
      async [Symbol.asyncDispose]() {},
    };
  }
  return await openCommit(run, target, deployment);
}

async function openCommit(run: Run, target: HostedTarget, deployment: Deployment): Promise<Source> {
  const { revision, release, phase } = deployment;
  if (!/^[0-9a-f]{40}$/.test(revision)) {
    throw new DeployError(
      `Cannot roll back to release ${release}: it was deployed from ${revision}, which no commit holds`,
    );
  }
  const folder = await Deno.makeTempDir({ prefix: "streamvibe-rollback-" });
  const git = async (...args: string[]) => {
    const { success, stderr } = await new Deno.Command("git", { args }).output();
    if (!success) {
      throw new DeployError(
        `Cannot read the commit ${revision}: ${
          new TextDecoder().decode(stderr).trim()
        }; fetch the whole history`,
      );
    }
  };
  await git("worktree", "add", "--detach", "--force", folder, revision);
  const functions = await listFunctions(folder, phase);
  return {
    functions,
    async serve() {
      await deployFunctions(run, target, functions, folder);
      const now = await listFunctions(".", Infinity);
      await deleteFunctions(target, now.filter((name) => !functions.includes(name)));
    },
    cron: () => Deno.readTextFile(join(folder, CRON)),
    [Symbol.asyncDispose]: () => git("worktree", "remove", "--force", folder),
  };
}

/** Applies a release's cron file and removes jobs that were added later. */
async function restoreCron(sql: postgres.Sql, file: string, names: string[]): Promise<string[]> {
  await applyText(sql, file);
  const late = (await cronJobs(sql)).filter((name) => !names.includes(name));
  for (const name of late) await sql`select cron.unschedule(${name})`;
  return late;
}

/** Removes the newest phase's modules, with all their data. */
async function takeModuleDown(run: Run, phase: number, dry: boolean): Promise<void> {
  const { target, sql } = run;
  const { wanted, pending, standing } = await planMigrations(sql, phase);
  const [newest] = await deployments(sql);
  const isBegun = newest?.action === "module down" && !newest.finished_at && newest.phase === phase - 1;
  if (standing !== phase && !(isBegun && standing === phase - 1)) {
    throw new DeployError(
      `Cannot remove phase ${phase}: phase ${standing} (${
        phaseName(standing)
      }) is the last one deployed; the last is removed first`,
    );
  }
  const modules = wanted.filter((migration) => migration.phase === phase && !pending.includes(migration))
    .toReversed();
  const names = modules.map(({ name }) => name).join(", ");
  console.log(
    `Phase ${phase}, ${phaseName(phase)}, is removed from ${target.name}: ${names}, with all of its data`,
  );
  if (dry) return console.log("Nothing was changed");
  await run.step("backup", () => backUp(target));
  const release = await readRelease(phase - 1);
  const checksums = Object.fromEntries(
    Object.entries(newest?.checksums ?? {})
      .filter(([file]) => !modules.some((module) => module.file === file)),
  );
  await run.begin({
    phase: phase - 1,
    action: "module down",
    revision: await revision(),
    release: release.id,
    checksums,
  });
  await run.step("functions", async () => {
    const said = await putFunctions(run, release, undefined, true);
    if (target.name !== "local") {
      await deleteFunctions(
        target,
        (await listFunctions(".", phase)).filter((name) => !release.functions.includes(name)),
      );
    }
    return said;
  });
  for (const { name } of modules) {
    const file = await rollbackFile(name);
    await run.step(name, async () => {
      await applyText(sql, await Deno.readTextFile(file));
      return `undone by ${file}`;
    }, { isRecorded: phase > 1 });
  }
  await sql`notify pgrst, 'reload schema'`;
  if (phase === 1) return;
  for (const file of [REALTIME, CRON]) {
    await applyText(sql, await Deno.readTextFile(file));
  }
  await run.step("smoke test", async () => {
    await smokeTest(target.apiUrl, release.functions);
    return `${release.functions.length} functions answer`;
  });
  await run.finish();
}

async function rollbackFile(module: string): Promise<string> {
  for await (const { name } of Deno.readDir("database/rollback")) {
    if (name.endsWith(`_${module}.sql`)) return `database/rollback/${name}`;
  }
  const known = (await readMigrations()).map(({ name }) => name).join(", ");
  throw new DeployError(
    `Cannot remove ${module}: database/rollback has no file for it (modules: ${known})`,
  );
}

/**
 * Backs up first, because a module's data exists nowhere else: no module is removed without a backup that was read back. Only a local stack
 * may have no backup destination.
 */
async function backUp(target: Target): Promise<string> {
  const settings = target.name === "local" ? Deno.env.toObject() : target.settings;
  if (target.name === "local" && !settings.BACKUP_DESTINATION) {
    return "none: BACKUP_DESTINATION is not set, and the stack is local";
  }
  const script = "scripts/backup.sh";
  // Passed in the environment: command lines are visible to every user of the machine.
  const env = { ...settings, DATABASE_URL: target.databaseUrl, SUPABASE_URL: target.apiUrl };
  const { code } = await new Deno.Command("bash", { args: [script], env, stdin: "null" }).spawn().status;
  if (code !== 0) {
    throw new DeployError(`Cannot remove a module: ${script} ended with ${code}; nothing was changed`);
  }
  return `made and read back by ${script}`;
}
