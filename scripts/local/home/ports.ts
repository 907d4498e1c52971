/** Finds free ports, and the programs that hold taken ones. */
import { createServer } from "node:net";
import { StartError } from "./settings.ts";

/** Returns an available port: the wanted one, or any if 0 is wanted. */
export async function claimPort(wanted: number, setting: string): Promise<number> {
  if (wanted === 0) return await findFreePort();
  for (let attempt = 1;; attempt++) {
    try {
      return await listenOnce(wanted);
    } catch (error) {
      const code = (error as { code?: string }).code;
      if (code === "EACCES") {
        throw new StartError(
          `Cannot listen on port ${wanted}: only root may; set ${setting} to a port above 1023`,
        );
      }
      if (code !== "EADDRINUSE") throw error;
      const holder = await findHolder(wanted);
      // Nobody listens: the system has assigned the port to an outgoing connection, usually for a moment.
      if (holder === undefined && attempt < 20) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        continue;
      }
      throw new StartError(
        `Cannot listen on port ${wanted}: ${
          holder ?? "another program"
        } already does; stop it, or set ${setting} ` +
          `to another port (for example ${setting}=${wanted < 64_000 ? wanted + 1_000 : 55_321})`,
      );
    }
  }
}

/** Picks a port below the range for outgoing connections, so that it is still free when it is used. */
async function findFreePort(): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = 15_000 + Math.floor(Math.random() * 17_000);
    const free = await listenOnce(port).then(() => true, () => false);
    if (free) return port;
  }
  throw new StartError("Cannot find a free port between 15000 and 32000");
}

function listenOnce(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : port));
    });
  });
}

/** Describes the program that listens on a port, as far as this user may see it. */
async function findHolder(port: number): Promise<string | undefined> {
  const pid = await findListener(port);
  if (pid === undefined) return undefined;
  const ps = await run("ps", ["-o", "args=", "-p", String(pid)]);
  const command = ps?.trim();
  return command
    // The end is more informative: a command begins with the long path of its runtime.
    ? `process ${pid} (${command.length > 100 ? `…${command.slice(-100)}` : command})`
    : `process ${pid}`;
}

async function findListener(port: number): Promise<number | undefined> {
  if (Deno.build.os === "linux") return await findListenerInProc(port);
  const listed = await run("lsof", ["-nP", "-t", `-iTCP:${port}`, "-sTCP:LISTEN"]);
  const pid = Number(listed?.trim().split("\n")[0]);
  return pid > 0 ? pid : undefined;
}

/** Linux needs no external tool: /proc/net identifies the socket, and one process has it open. */
async function findListenerInProc(port: number): Promise<number | undefined> {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  const sockets = new Set<string>();
  for (const table of ["/proc/net/tcp", "/proc/net/tcp6"]) {
    const text = await Deno.readTextFile(table).catch(() => "");
    for (const line of text.split("\n").slice(1)) {
      const columns = line.trim().split(/\s+/);
      if (columns[1]?.endsWith(`:${hex}`) && columns[3] === "0A" && columns[9]) {
        sockets.add(`socket:[${columns[9]}]`);
      }
    }
  }
  if (sockets.size === 0) return undefined;
  for await (const entry of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(entry.name)) continue;
    try {
      for await (const fd of Deno.readDir(`/proc/${entry.name}/fd`)) {
        const target = await Deno.readLink(`/proc/${entry.name}/fd/${fd.name}`).catch(() => "");
        if (sockets.has(target)) return Number(entry.name);
      }
    } catch {
      // Another user's process, or one that has just ended.
    }
  }
  return undefined;
}

async function run(program: string, args: string[]): Promise<string | undefined> {
  try {
    const { stdout } = await new Deno.Command(program, { args, stdin: "null", stderr: "null" }).output();
    return new TextDecoder().decode(stdout);
  } catch {
    return undefined;
  }
}
