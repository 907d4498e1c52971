/** PostgreSQL as a child process: created on a home's first start, and shut down cleanly with the stack. */
import { join } from "node:path";
import type { DatabasePlace } from "./place.ts";
import type { Home } from "../home/home.ts";
import { type Child, type Children, endProcess, isProcess } from "../home/processes.ts";
import { StartError } from "../home/settings.ts";

export const SUPERUSER = "supabase_admin";

export interface Engine {
  port: number;
  status: Promise<Deno.CommandStatus>;
  stop(): Promise<void>;
}

/** The stack's own settings; all others, including durability, are PostgreSQL's defaults. */
const SERVER_SETTINGS = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  max_connections: "200",
  wal_level: "logical",
  shared_preload_libraries: "pg_stat_statements",
  // Statements and errors may contain passwords: the log records only the server's own events.
  log_statement: "none",
  log_min_messages: "log",
  log_min_error_statement: "panic",
  log_parameter_max_length_on_error: "0",
  "pg_stat_statements.track_utility": "off",
  timezone: "UTC",
  log_timezone: "UTC",
};

// The shell is the tether: it waits for the server, and sends it SIGINT (a fast, clean shutdown) when the stack's pipe closes.
const TETHER = `
exec 3<&0
"$@" </dev/null 3<&- &
server=$!
( while read -r _ <&3; do :; done; kill -INT "$server" ) &
watcher=$!
exec 3<&-
wait "$server"
code=$?
kill "$watcher" 2>/dev/null
exit "$code"
`;

/** Returns whether the place holds a complete database cluster; one whose creation was interrupted has another name. */
export async function hasCluster(place: DatabasePlace): Promise<boolean> {
  return await Deno.stat(join(place.data, "PG_VERSION")).then(() => true, () => false);
}

export async function makeCluster(place: DatabasePlace, password: string, vaultKey: string): Promise<void> {
  const unfinished = `${place.data}.new`;
  for (const path of [unfinished, place.data]) {
    await Deno.remove(path, { recursive: true }).catch(() => {});
  }
  await Deno.mkdir(unfinished, { recursive: true, mode: 0o700 });
  const passwordFile = await Deno.makeTempFile({ prefix: "streamvibe-" });
  const give = async (path: string) => {
    if (place.user) await Deno.chown(path, place.user.uid, place.user.gid);
  };
  try {
    await Deno.writeTextFile(passwordFile, password);
    await Promise.all([give(unfinished), give(passwordFile)]);
    const { success, stderr } = await new Deno.Command(join(place.programs, "bin", "initdb"), {
      args: [
        `--pgdata=${unfinished}`,
        `--username=${SUPERUSER}`,
        `--pwfile=${passwordFile}`,
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        // macOS has no C.UTF-8; plain C would not treat accented letters as letters in full-text search.
        `--locale=${Deno.build.os === "darwin" ? "en_US.UTF-8" : "C.UTF-8"}`,
        "--lc-messages=C",
        // Only the empty cluster is not flushed to disk; later writes are.
        "--no-sync",
        "--no-instructions",
      ],
      uid: place.user?.uid,
      gid: place.user?.gid,
      cwd: "/",
      env: { LC_ALL: "C" },
      stdout: "null",
    }).output();
    if (!success) {
      throw new StartError(`Cannot make the database: initdb failed\n${new TextDecoder().decode(stderr)}`);
    }
    // The Vault key is stored beside the tables, not in them: a database dump does not contain it.
    const keyFile = join(unfinished, "vault.key");
    await Deno.writeTextFile(keyFile, vaultKey, { mode: 0o600 });
    await give(keyFile);
    await Deno.rename(unfinished, place.data);
  } finally {
    await Deno.remove(passwordFile);
  }
}

export async function startEngine(
  place: DatabasePlace,
  port: number,
  home: Home,
  children: Children,
): Promise<Engine> {
  const limit = performance.now() + 15_000;
  while (true) {
    const started = await tryStart(place, port, home, children);
    if (typeof started !== "string") return started;
    // After a kill -9 the old server's last processes need a moment to exit; another program may also hold the port briefly.
    if (!/still in use|Address already in use/.test(started) || performance.now() > limit) {
      throw new StartError(`Cannot start PostgreSQL:\n${started.trim()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function tryStart(
  place: DatabasePlace,
  port: number,
  home: Home,
  children: Children,
): Promise<Engine | string> {
  const settings = Object.entries({ port: String(port), ...SERVER_SETTINGS }).flatMap((
    [k, v],
  ) => ["-c", `${k}=${v}`]);
  const child = children.spawn({
    name: "postgres",
    program: "/bin/sh",
    args: ["-c", TETHER, "sh", join(place.programs, "bin", "postgres"), "-D", place.data, ...settings],
    marker: place.data,
    env: { LC_ALL: "C", PATH: "/usr/bin:/bin" },
    uid: place.user?.uid,
    gid: place.user?.gid,
    cwd: "/",
  });
  const output = await readUntilReady(child, join(home.logs, "postgres.log"));
  if (output !== undefined) return output;
  return {
    port,
    status: child.status,
    async stop() {
      const pid = await readServerPid(place.data);
      if (pid !== undefined) await endProcess(pid, place.data, ["SIGINT", "SIGQUIT", "SIGKILL"], 10_000);
      await child.status;
    },
  };
}

/** Resolves with undefined once the server accepts connections, or with its output if it ends. */
async function readUntilReady(child: Child, logFile: string): Promise<string | undefined> {
  const log = await Deno.open(logFile, { create: true, append: true, mode: 0o600 });
  let said = "";
  const ready = Promise.withResolvers<undefined>();
  const copy = async () => {
    const decoder = new TextDecoder();
    for await (const chunk of child.stderr) {
      await log.write(chunk);
      said = (said + decoder.decode(chunk, { stream: true })).slice(-4000);
      if (said.includes("ready to accept connections")) ready.resolve(undefined);
    }
    log.close();
  };
  const copied = copy();
  child.stdout.cancel();
  const ended = Promise.all([child.status, copied]).then(() => said);
  return await Promise.race([ready.promise, ended]);
}

/** Ends a server that outlived its stack, and cleans up what a killed one left in its folder. */
export async function endOrphanedServer(data: string): Promise<boolean> {
  const pid = await readServerPid(data);
  if (pid === undefined) return false;
  const alive = await isProcess(pid, data);
  if (alive) await endProcess(pid, data, ["SIGINT", "SIGQUIT", "SIGKILL"], 10_000);
  await clearServerPid(data);
  return alive;
}

/**
 * A server refuses to start while postmaster.pid names an existing process, even a zombie (some containers never reap them) or another
 * program. The file may be deleted only when no process works in the folder any more.
 */
async function clearServerPid(data: string): Promise<void> {
  if (Deno.build.os !== "linux") return;
  const limit = performance.now() + 10_000;
  while (await someProcessWorksIn(data)) {
    if (performance.now() > limit) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await Deno.remove(join(data, "postmaster.pid")).catch(() => {});
}

/** PostgreSQL's processes use the data folder as their working directory. */
async function someProcessWorksIn(folder: string): Promise<boolean> {
  for await (const { name } of Deno.readDir("/proc")) {
    if (/^\d+$/.test(name) && await Deno.readLink(`/proc/${name}/cwd`).catch(() => "") === folder) {
      return true;
    }
  }
  return false;
}

/** Reads the server's process id from postmaster.pid. */
async function readServerPid(data: string): Promise<number | undefined> {
  const text = await Deno.readTextFile(join(data, "postmaster.pid")).catch(() => "");
  const pid = Number(text.split("\n")[0]);
  return Number.isInteger(pid) && pid > 0 ? pid : undefined;
}
