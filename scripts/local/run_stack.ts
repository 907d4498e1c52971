/** Boots every part of the stack in this process and its children, as much at once as their order allows. */
import { join } from "node:path";
import { applyFile, applyMigrations } from "./migrations.ts";
import { bootstrap, makeLogins } from "./bootstrap.ts";
import type { Reporter } from "./console.ts";
import { findDatabasePlace } from "./database_place.ts";
import { endOrphanedServer, hasCluster, makeCluster, startEngine } from "./engine.ts";
import { Home, type StackInfo } from "./home.ts";
import { loadKeys } from "./keys.ts";
import { claimPort } from "./ports.ts";
import { type Child, Children, endOrphans } from "./processes.ts";
import { ROOT, type StackSettings, StartError } from "./settings.ts";

export interface RunningStack {
  info: StackInfo;
  /** Resolves when a part has ended that nobody told to. */
  crashed: Promise<{ part: string; code: number }>;
  stop(): Promise<void>;
}

export async function runStack(settings: StackSettings, reporter: Reporter): Promise<RunningStack> {
  const home = await Home.open(settings.home);
  if (!(await home.lock())) throw new StartError(await describeOther(home));
  const cleanups: (() => Promise<void> | void)[] = [() => home.unlock()];
  const stop = async () => {
    // Each part is ended after those that use it.
    while (cleanups.length > 0) {
      try {
        await cleanups.pop()?.();
      } catch (error) {
        reporter.warn(`while stopping: ${error instanceof Error ? error.message : error}`);
      }
    }
  };
  try {
    const { info, crashed } = await boot(settings, home, reporter, cleanups);
    return { info, crashed, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function boot(
  settings: StackSettings,
  home: Home,
  reporter: Reporter,
  cleanups: (() => Promise<void> | void)[],
): Promise<Pick<RunningStack, "info" | "crashed">> {
  await Deno.mkdir(home.logs, { recursive: true, mode: 0o700 });
  await home.remove("stack.json");
  await shortenLogs(home);
  const place = await findDatabasePlace(home);
  const orphans = await endOrphans(home);
  if (await endOrphanedServer(place.data)) orphans.push("postgres");
  if (orphans.length > 0) reporter.note(`ended what a killed stack left: ${orphans.join(", ")}`);

  const [dbPort, simulatorPort, apiPort] = await Promise.all([
    claimPort(settings.dbPort, "STREAMVIBE_DB_PORT"),
    claimPort(settings.simulatorPort, "STREAMVIBE_SIMULATOR_PORT"),
    claimPort(settings.apiPort, "STREAMVIBE_API_PORT"),
  ]);
  const apiUrl = `http://127.0.0.1:${apiPort}`;
  const simulatorUrl = `http://127.0.0.1:${simulatorPort}`;
  const children = new Children(home);
  cleanups.push(() => children.settled());
  const crash = Promise.withResolvers<{ part: string; code: number }>();
  const watch = (part: string, status: Promise<Deno.CommandStatus>) =>
    status.then(({ code }) => crash.resolve({ part, code: code || 1 }));

  const keys = await loadKeys(home);
  const logins = makeLogins(keys, dbPort);
  // The heaviest imports load while PostgreSQL and the simulators start.
  const database = (async () => {
    const fresh = !(await hasCluster(place));
    if (fresh) {
      await reporter.step(
        "made the database",
        () => makeCluster(place, keys.internal_database_password, keys.vault_key),
      );
    }
    const engine = await reporter.step(
      "started PostgreSQL",
      () => startEngine(place, dbPort, home, children),
    );
    cleanups.push(() => engine.stop());
    watch("postgres", engine.status);
    return fresh;
  })();
  const simulators = startSimulators(settings, home, children, simulatorPort, reporter);
  const seedModule = settings.seed && !home.demo ? import("./seed.ts") : undefined;
  const modules = reporter.step("loaded Auth and the Data API", () => import("./services.ts"));
  const [services, , simulatorsChild] = await settleAll([modules, database, simulators]);
  cleanups.push(async () => {
    simulatorsChild.kill("SIGTERM");
    await simulatorsChild.status;
  });
  watch("simulators", simulatorsChild.status);

  const { default: postgres } = await import("postgres");
  const superuser = postgres(logins.superuser, { max: 2, onnotice: () => {}, idle_timeout: 5 });
  cleanups.push(() => superuser.end({ timeout: 1 }));
  if (!(await isBootstrapped(superuser))) {
    await reporter.step("made roles, Auth, Vault, cron and net", () => bootstrap(superuser, keys));
  }
  await services.storeVaultSecrets(superuser, { project_url: apiUrl, cron_secret_key: keys.secret_key });
  const owner = postgres(logins.postgres, { max: 2, onnotice: () => {}, idle_timeout: 5 });
  cleanups.push(() => owner.end({ timeout: 1 }));
  const started = performance.now();
  const { applied, changed } = await applyMigrations(owner);
  await applyFile(owner, "database/cron-jobs.sql");
  await applyFile(owner, "database/realtime-channels.sql");
  if (applied.length > 0) {
    reporter.line(
      `  applied ${applied.length} migrations (${applied.join(", ")}) ${
        Math.round(performance.now() - started)
      } ms`,
    );
  }
  for (const name of changed) {
    reporter.warn(
      `the migration ${name} has changed since it was applied here; \`deno task reset\` applies it anew`,
    );
  }

  const serving = await services.startServices({
    settings,
    home,
    children,
    keys,
    logins,
    apiPort,
    simulatorUrl,
    reporter,
  });
  cleanups.push(() => serving.stop());
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
  const seeding = await seedModule;
  if (seeding) {
    serving.functions.warm(seeding.SEEDING_FUNCTIONS);
    const [made] = await owner<{ count: number }[]>`
      select count(*)::integer from auth.users where email like 'demo%@example.com'`;
    info.demo = await reporter.step(
      "made demo data",
      () => seeding.seed(info, made?.count ?? 0, (text) => reporter.note(`  ${text}`)),
    );
    await home.remember({ demo: info.demo });
  }
  await home.write("stack.json", info);
  cleanups.push(() => home.remove("stack.json"));
  return { info, crashed: crash.promise };
}

/** Logs go on from start to start; a large one makes room for a new one. */
async function shortenLogs(home: Home): Promise<void> {
  for await (const { name } of Deno.readDir(home.logs)) {
    const path = join(home.logs, name);
    if (name.endsWith(".log") && (await Deno.stat(path)).size > 10_000_000) {
      await Deno.rename(path, `${path}.old`);
    }
  }
}

async function startSimulators(
  settings: StackSettings,
  home: Home,
  children: Children,
  port: number,
  reporter: Reporter,
): Promise<Child> {
  return await reporter.step("started the simulators", async () => {
    const marker = `--home=${home.path}`;
    const child = children.spawn({
      name: "simulators",
      program: Deno.execPath(),
      args: [
        "run",
        "-A",
        "--no-prompt",
        join(ROOT, "scripts/local/simulators_process.ts"),
        `--port=${port}`,
        `--state=${join(home.path, "simulators.ndjson")}`,
        marker,
        ...(settings.catalog ? [`--catalog=${settings.catalog}`] : []),
      ],
      marker,
      env: Deno.env.toObject(),
      cwd: ROOT,
    });
    const log = await Deno.open(join(home.logs, "simulators.log"), {
      create: true,
      append: true,
      mode: 0o600,
    });
    let said = "";
    child.stderr.pipeThrough(
      new TransformStream({
        transform(chunk, controller) {
          said = (said + new TextDecoder().decode(chunk)).slice(-2000);
          controller.enqueue(chunk);
        },
      }),
    ).pipeTo(log.writable).catch(() => {});
    const reader = child.stdout.getReader();
    const { done } = await reader.read();
    if (done) throw new StartError(`Cannot start the simulators:\n${said.trim()}`);
    // What else it prints is of no interest, but must not fill the pipe.
    (async () => {
      while (!(await reader.read()).done);
    })();
    return child;
  });
}

async function isBootstrapped(sql: import("postgres").Sql): Promise<boolean> {
  const [row] = await sql`select from pg_namespace where nspname = 'cron'`;
  return row !== undefined;
}

/** Like Promise.all, but a failure waits for the others: nothing goes on starting while the stack is being ended. */
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
    "  `deno task stop` ends it; STREAMVIBE_HOME and the port settings start a second one beside it";
}
