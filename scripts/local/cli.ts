/** `deno task start | stop | status | reset`: the local stack's commands. */
import { Reporter } from "./home/console.ts";
import { databaseFolder, removeOutsidePlace } from "./database/place.ts";
import { endOrphanedServer } from "./database/engine.ts";
import { Home, type StackInfo } from "./home/home.ts";
import { endOrphans, endProcess } from "./home/processes.ts";
import { readSettings, type StackSettings, StartError } from "./home/settings.ts";

const HELP = `StreamVibe's local stack

  deno task start           starts it and runs until Ctrl-C; --attached: until its standard input ends
  deno task start --empty   without the product's schema and functions, like a new Supabase project:
                            scripts/deploy-phase.sh adds them phase by phase
  deno task stop            stops it
  deno task status          shows what runs; --json prints stack.json
  deno task reset           stops it and deletes its data

Settings (environment)
  STREAMVIBE_API_PORT=54321        Auth, Data API, functions, mailbox; 0 takes any free port
  STREAMVIBE_DB_PORT=54322         PostgreSQL
  STREAMVIBE_SIMULATOR_PORT=54330  simulated providers
  STREAMVIBE_HOME=.local           data, keys and logs
  STREAMVIBE_CATALOG=<file>        a real catalogue for the simulators
  STREAMVIBE_SEED=on               off starts without demo data
  STREAMVIBE_FUNCTIONS_DATABASE=data-api  pooler gives functions a direct connection
  STREAMVIBE_FUNCTIONS_RUNTIME=<version>  the Deno that runs functions, for example 2.1.14
`;

const OPTIONS: Record<string, string[]> = {
  start: ["--attached", "--empty"],
  stop: [],
  status: ["--json"],
  reset: [],
};

async function main(args: string[]): Promise<number> {
  const [command = "", ...rest] = args;
  if (["--help", "-h", "help"].some((word) => args.includes(word))) {
    console.log(HELP);
    return 0;
  }
  const allowed = OPTIONS[command];
  const unknown = allowed ? rest.find((option) => !allowed.includes(option)) : command;
  if (!allowed || unknown !== undefined) {
    console.error(`Cannot understand "${unknown}"\n\n${HELP}`);
    return 2;
  }
  const settings = readSettings();
  if (command === "start") {
    return await start({ ...settings, empty: rest.includes("--empty") }, rest.includes("--attached"));
  }
  if (command === "stop") return await stop(settings.home);
  if (command === "status") return await status(settings.home, rest.includes("--json"));
  return await reset(settings.home);
}

async function start(settings: StackSettings, attached: boolean): Promise<number> {
  const reporter = new Reporter();
  reporter.title("StreamVibe starts");
  const told = Promise.withResolvers<number>();
  let asked = 0;
  const onSignal = () => {
    if (++asked > 1) Deno.exit(130);
    told.resolve(0);
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, onSignal);
  // The starting program holds the other end of the pipe, which closes however that program ends.
  if (attached) Deno.stdin.readable.pipeTo(new WritableStream()).finally(onSignal);
  const { runStack } = await import("./boot/run_stack.ts");
  const stack = await runStack(settings, reporter);
  if (asked === 0) {
    present(stack.info, reporter);
    // A program that starts the stack, such as a test, may never open the console; then the first request builds it.
    if (!attached) {
      finishInBackground(settings.home, stack.info, reporter).catch((error) => reporter.warn(String(error)));
    }
  }
  const code = await Promise.race([
    told.promise,
    stack.crashed.then(({ part, code }) => {
      // A signal that stops the stack may end its parts first.
      return new Promise<number>((resolve) =>
        setTimeout(() => {
          if (asked === 0) {
            reporter.warn(`${part} ended unexpectedly with code ${code}; see ${stack.info.log_dir}`);
          }
          resolve(asked === 0 ? code : 0);
        }, 100)
      );
    }),
  ]);
  await stack.stop();
  reporter.line("stopped");
  return code;
}

function present(info: StackInfo, reporter: Reporter): void {
  const rows: [string, string][] = [
    ["API", info.api_url],
    ["Console", `${info.api_url}/app`],
    ["Functions", `${info.api_url}/functions/v1/<name>`],
    ["Mailbox", info.mail_url],
    ["Simulators", info.simulator_url],
    ["Database", info.db_url],
    ["Publishable key", info.publishable_key],
    ["Secret key", info.secret_key],
    ["Logs", info.log_dir],
  ];
  if (info.demo) {
    rows.push(["Demo login", `${info.demo.email} / ${info.demo.password}`]);
    rows.push(["Demo operator", `operator@example.com / ${info.demo.password}`]);
  }
  reporter.line();
  for (const [name, value] of rows) reporter.line(`  ${name.padEnd(16)} ${value}`);
  reporter.line();
  // Measured from the process start, so that it includes loading the code.
  reporter.line(`ready in ${Math.round(performance.now())} ms`);
}

/** Runs after `ready`, so that it delays nobody: builds the console and adds the rest of the demo data. */
async function finishInBackground(home: string, info: StackInfo, reporter: Reporter): Promise<void> {
  const { buildConsole } = await import("./gateway/console_page.ts");
  const failed = await buildConsole();
  if (failed) reporter.warn(`the console at /app cannot be built: ${failed}`);
  const kept = await Home.find(home);
  if (!info.demo || !kept || kept.furnished) return;
  const { furnish } = await import("../journey/furnish.ts");
  for (const problem of await furnish(info, info.demo)) reporter.warn(`demo data: ${problem}`);
  await kept.remember({ furnished: true });
}

async function stop(path: string): Promise<number> {
  const home = await Home.find(path);
  const pid = await home?.holder();
  if (!home || pid === undefined) {
    const orphans = home ? await endLeftovers(home) : [];
    console.log(
      orphans.length > 0
        ? `Ended leftovers of a killed stack: ${orphans.join(", ")}`
        : `Nothing runs in ${path}`,
    );
    return 0;
  }
  await endHolder(home, pid);
  console.log(`Stopped the stack in ${path}`);
  return 0;
}

async function endHolder(home: Home, pid: number): Promise<void> {
  await endProcess(pid, "scripts/local/cli.ts", ["SIGTERM", "SIGKILL"], 20_000);
  await endLeftovers(home);
}

async function endLeftovers(home: Home): Promise<string[]> {
  const orphans = await endOrphans(home);
  if (await endOrphanedServer(databaseFolder(home))) orphans.push("postgres");
  await home.remove("stack.json");
  return orphans;
}

async function status(path: string, json: boolean): Promise<number> {
  const home = await Home.find(path);
  const pid = await home?.holder();
  const info = pid === undefined ? undefined : await home?.read<StackInfo>("stack.json");
  if (info && json) console.log(JSON.stringify(info, null, 2));
  else if (info) {
    console.log(`Runs in ${path} (process ${info.pid})`);
    for (const key of ["api_url", "mail_url", "simulator_url", "db_url"] as const) {
      console.log(`  ${key.padEnd(14)} ${info[key]}`);
    }
  } else {console.error(
      pid === undefined ? `Nothing runs in ${path}` : `The stack in ${path} is starting (process ${pid})`,
    );}
  return info ? 0 : 1;
}

async function reset(path: string): Promise<number> {
  const home = await Home.find(path);
  if (!home) {
    const empty = await Deno.stat(path).then(() => false, () => true);
    if (empty) {
      console.log(`Nothing to delete: ${path} does not exist`);
      return 0;
    }
    throw new StartError(`Cannot reset ${path}: it holds no home.json, so it is not a stack's home`);
  }
  const pid = await home.holder();
  if (pid !== undefined) await endHolder(home, pid);
  else await endLeftovers(home);
  await removeOutsidePlace(home);
  await Deno.remove(path, { recursive: true });
  console.log(`Deleted ${path}`);
  return 0;
}

try {
  Deno.exit(await main(Deno.args));
} catch (error) {
  // Our own errors tell the user what to do; any other is a bug in the stack, and its stack trace helps to find it.
  console.error(error instanceof StartError ? error.message : error);
  Deno.exit(1);
}
