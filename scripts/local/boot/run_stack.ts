/** Boots every part of the stack in this process and its children, as much in parallel as dependencies allow. */
import { join } from "node:path";
import { applyFile, applyMigrations } from "../database/migrations.ts";
import type { Sql } from "postgres";
import {
  bootstrap,
  bootstrapVersion,
  isBootstrapped,
  type Logins,
  makeLogins,
} from "../database/bootstrap.ts";
import type { Reporter } from "../home/console.ts";
import { findDatabasePlace } from "../database/place.ts";
import { endOrphanedServer, hasCluster, makeCluster, startEngine } from "../database/engine.ts";
import { Home, type StackInfo } from "../home/home.ts";
import { type Keys, loadKeys } from "../auth/keys.ts";
import { outliveLostConnections } from "../database/lost_connections.ts";
import { claimPort } from "../home/ports.ts";
import { Children, endOrphans } from "../home/processes.ts";
import { type StackSettings, StartError } from "../home/settings.ts";
import { startSimulators } from "./simulators.ts";

export interface RunningStack {
  info: StackInfo;
  /** Resolves when a part ends without being told to. */
  crashed: Promise<{ part: string; code: number }>;
  stop(): Promise<void>;
}

export async function runStack(settings: StackSettings, reporter: Reporter): Promise<RunningStack> {
  outliveLostConnections();
  const home = await Home.open(settings.home);
  if (!(await home.lock())) throw new StartError(await describeOther(home));
  // Stops the parts in reverse order, each after those that use it.
  const ending = new AsyncDisposableStack();
  ending.defer(() => home.unlock());
  const stop = () =>
    ending.disposeAsync().catch((error) => {
      reporter.warn(`while stopping: ${error instanceof Error ? error.message : error}`);
    });
  try {
    return { ...await boot(settings, home, reporter, ending), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function boot(
  settings: StackSettings,
  home: Home,
  reporter: Reporter,
  ending: AsyncDisposableStack,
): Promise<Pick<RunningStack, "info" | "crashed">> {
  await Deno.mkdir(home.logs, { recursive: true, mode: 0o700 });
  await home.remove("stack.json");
  await shortenLogs(home);
  await settleEmptiness(settings, home);
  const place = await findDatabasePlace(home);
  const orphans = await endOrphans(home);
  if (await endOrphanedServer(place.data)) orphans.push("postgres");
  if (orphans.length > 0) reporter.note(`ended leftovers of a killed stack: ${orphans.join(", ")}`);

  const [dbPort, simulatorPort, apiPort] = await Promise.all([
    claimPort(settings.dbPort, "STREAMVIBE_DB_PORT"),
    claimPort(settings.simulatorPort, "STREAMVIBE_SIMULATOR_PORT"),
    claimPort(settings.apiPort, "STREAMVIBE_API_PORT"),
  ]);
  const apiUrl = `http://127.0.0.1:${apiPort}`;
  const simulatorUrl = `http://127.0.0.1:${simulatorPort}`;
  const children = new Children(home);
  ending.defer(() => children.settled());
  const keys = await loadKeys(home);
  const logins = makeLogins(keys, dbPort);
  const crash = Promise.withResolvers<{ part: string; code: number }>();
  const watch = (part: string, status: Promise<Deno.CommandStatus>) =>
    status.then(({ code }) => crash.resolve({ part, code: code || 1 }));

  // The heaviest imports load while PostgreSQL and the simulators start.
  const database = async () => {
    if (!(await hasCluster(place))) {
      const make = () => makeCluster(place, keys.internal_database_password, keys.vault_key);
      await reporter.step("made the database", make);
    }
    const engine = await reporter.step(
      "started PostgreSQL",
      () => startEngine(place, dbPort, home, children),
    );
    ending.defer(() => engine.stop());
    watch("postgres", engine.status);
  };
  const simulators = async () => {
    const functionsUrl = `${apiUrl}/functions/v1`;
    const start = () =>
      startSimulators({ port: simulatorPort, catalog: settings.catalog, functionsUrl, home, children });
    const child = await reporter.step("started the simulators", start);
    ending.defer(async () => {
      child.kill("SIGTERM");
      await child.status;
    });
    watch("simulators", child.status);
  };
  const seeding = settings.seed && !home.demo && !home.isDeployedByPhase
    ? import("../../journey/seed.ts")
    : undefined;
  const modules = reporter.step("loaded Auth and the Data API", () => import("./services.ts"));
  const parts = { settings, home, children, keys, logins, apiPort, simulatorUrl, reporter };
  // The functions that the demo data needs start while the database is created: both take about as long.
  const starting = modules.then(async ({ makeFunctions }) => {
    const host = await makeFunctions(parts);
    if (seeding) host.warm((await seeding).SEEDING_FUNCTIONS);
    return host;
  });
  const [{ startServices, storeVaultSecrets }, functions] = await settleAll([
    modules,
    starting,
    database(),
    simulators(),
  ]).catch(async (error) => {
    await starting.then((host) => host.close(), () => {});
    throw error;
  });
  // Registered here so that functions stop before the database: on shutdown they write figures that must be kept.
  ending.defer(() => functions.close());

  const owner = await prepareDatabase(
    home,
    keys,
    logins,
    reporter,
    ending,
    (superuser) => storeVaultSecrets(superuser, { project_url: apiUrl, cron_secret_key: keys.secret_key }),
  );
  const info: StackInfo = {
    api_url: apiUrl,
    db_url: logins.postgres,
    publishable_key: keys.publishable_key,
    secret_key: keys.secret_key,
    simulator_url: simulatorUrl,
    mail_url: `${apiUrl}/mail`,
    pid: Deno.pid,
    home: home.path,
    log_dir: home.logs,
    ports: { api: apiPort, db: dbPort, simulator: simulatorPort },
    demo: home.demo ?? null,
  };
  await startServices({ ...parts, functions, info }, ending);
  if (seeding) {
    const { seed, demoCreator } = await seeding;
    const [made] = await owner<{ count: number }[]>`
      select count(*)::integer from auth.users where email like 'demo%@example.com'`;
    const say = (text: string) => reporter.note(`  ${text}`);
    info.demo = await reporter.step("made demo data", () => seed(info, demoCreator(made?.count ?? 0), say))
      .catch(
        (error) => {
          throw new StartError(
            `Cannot make the demo data: ${error.message}\n` +
              `  ${info.log_dir}/functions.log may say more; STREAMVIBE_SEED=off starts without demo data`,
          );
        },
      );
    await home.remember({ demo: info.demo });
  }
  await home.write("stack.json", info);
  ending.defer(() => home.remove("stack.json"));
  return { info, crashed: crash.promise };
}

/** Brings the database up to date: first what a Supabase project has before any migration, then the migrations. */
async function prepareDatabase(
  home: Home,
  keys: Keys,
  logins: Logins,
  reporter: Reporter,
  ending: AsyncDisposableStack,
  storeSecrets: (superuser: Sql) => Promise<void>,
): Promise<Sql> {
  const { default: postgres } = await import("postgres");
  const options = { max: 2, onnotice: () => {}, idle_timeout: 5 };
  const superuser = postgres(logins.superuser, options);
  ending.defer(() => superuser.end({ timeout: 1 }));
  const version = await bootstrapVersion();
  if (!(await isBootstrapped(superuser))) {
    await reporter.step("made roles, Auth, Vault, cron and net", () => bootstrap(superuser, keys));
    await home.remember({ bootstrap: version });
  } else if (home.bootstrap !== version) {
    reporter.warn(
      "this home's roles and system schemas were made by another version of the stack; " +
        "if something is denied or missing, `deno task reset` creates them again",
    );
  }
  await storeSecrets(superuser);

  const owner = postgres(logins.postgres, options);
  ending.defer(() => owner.end({ timeout: 1 }));
  if (home.isDeployedByPhase) return owner;
  const started = performance.now();
  const { applied, changed } = await applyMigrations(owner);
  for (const file of ["database/cron-jobs.sql", "database/realtime-channels.sql"]) {
    await applyFile(owner, file);
  }
  if (applied.length > 0) {
    const ms = Math.round(performance.now() - started);
    reporter.line(`  applied ${applied.length} migrations (${applied.join(", ")}) ${ms} ms`);
  }
  for (const name of changed) {
    reporter.warn(
      `the migration ${name} has changed since it was applied here; \`deno task reset\` applies it again`,
    );
  }
  return owner;
}

/** A home is empty from its first start on, or never: `--empty` cannot remove what an earlier start created. */
async function settleEmptiness({ empty }: StackSettings, home: Home): Promise<void> {
  if (!empty || home.isDeployedByPhase) return;
  if (home.bootstrap !== undefined) {
    throw new StartError(
      `Cannot start empty: the stack in ${home.path} has the product's schema; \`deno task reset\` deletes it, ` +
        "or set STREAMVIBE_HOME to a new folder",
    );
  }
  await home.remember({ deployed_by_phase: true });
}

/** Logs are appended from start to start; one larger than 10 MB is renamed to make room for a new one. */
async function shortenLogs(home: Home): Promise<void> {
  for await (const { name } of Deno.readDir(home.logs)) {
    const path = join(home.logs, name);
    if (name.endsWith(".log") && (await Deno.stat(path)).size > 10_000_000) {
      await Deno.rename(path, `${path}.old`);
    }
  }
}

/** Like Promise.all, but after a failure it waits for the others, so that nothing is still starting while the stack shuts down. */
async function settleAll<Values extends readonly unknown[]>(
  work: { [Key in keyof Values]: Promise<Values[Key]> },
): Promise<Values> {
  const outcomes = await Promise.allSettled(work);
  for (const outcome of outcomes) {
    if (outcome.status === "rejected") throw outcome.reason;
  }
  return outcomes.map((outcome) =>
    outcome.status === "fulfilled" ? outcome.value : undefined
  ) as unknown as Values;
}

async function describeOther(home: Home): Promise<string> {
  const info = await home.read<StackInfo>("stack.json");
  if (!info) {
    return `Cannot start: a stack is starting or stopping in ${home.path} right now; try again in a moment`;
  }
  return `Cannot start: a stack already runs in ${home.path} (process ${info.pid})\n` +
    `  API ${info.api_url} · mailbox ${info.mail_url} · simulators ${info.simulator_url}\n` +
    "  `deno task stop` stops it; with another STREAMVIBE_HOME and other ports a second one runs beside it";
}
