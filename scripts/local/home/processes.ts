/**
 * Processes that live no longer than the stack. Each holds the reading end of a pipe from the stack and ends when the pipe closes, so even
 * `kill -9` of the stack leaves none behind. The next start finds any survivor by its command line.
 */
import type { ChildRecord, Home } from "./home.ts";

export interface Child {
  name: string;
  pid: number;
  status: Promise<Deno.CommandStatus>;
  stdout: ReadableStream<Uint8Array>;
  stderr: ReadableStream<Uint8Array>;
  /** Writes a line to the child; returns false if the child has ended. */
  tell(line: string): Promise<boolean>;
  kill(signal: Deno.Signal): void;
}

export interface ChildCommand {
  name: string;
  program: string;
  args: string[];
  /** A part of `args` that no other program's command line contains. */
  marker: string;
  env: Record<string, string>;
  uid?: number;
  gid?: number;
  cwd?: string;
}

export class Children {
  readonly #running = new Map<number, ChildRecord>();
  #written: Promise<void> = Promise.resolve();

  constructor(private home: Home) {}

  spawn(command: ChildCommand): Child {
    const process = new Deno.Command(command.program, {
      args: command.args,
      env: command.env,
      clearEnv: true,
      uid: command.uid,
      gid: command.gid,
      cwd: command.cwd,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
      // A separate process group: Ctrl-C reaches only the stack, which then ends its children in order.
      detached: true,
    }).spawn();
    const record = { name: command.name, pid: process.pid, marker: command.marker };
    this.#running.set(process.pid, record);
    this.#write();
    const status = process.status.then((result) => {
      this.#running.delete(process.pid);
      this.#write();
      return result;
    });
    const writer = process.stdin.getWriter();
    writer.closed.catch(() => {});
    return {
      name: command.name,
      pid: process.pid,
      status,
      stdout: process.stdout,
      stderr: process.stderr,
      async tell(line) {
        try {
          await writer.write(new TextEncoder().encode(`${line}\n`));
          return true;
        } catch {
          return false;
        }
      },
      kill: (signal) => signalProcess(process.pid, signal),
    };
  }

  #write(): void {
    this.#written = this.#written.then(() => this.home.write("children.json", [...this.#running.values()]))
      .catch(() => {});
  }

  /** Waits until the record of children is on disk. */
  settled(): Promise<void> {
    return this.#written;
  }
}

/** Ends processes that a killed stack of this home left behind, and returns their names. */
export async function endOrphans(home: Home): Promise<string[]> {
  const records = await home.read<ChildRecord[]>("children.json") ?? [];
  const ended: string[] = [];
  for (const record of records) {
    if (!(await isProcess(record.pid, record.marker))) continue;
    await endProcess(record.pid, record.marker, ["SIGTERM", "SIGKILL"], 2_000);
    ended.push(`${record.name} (process ${record.pid})`);
  }
  await home.remove("children.json");
  return ended;
}

/** Sends the signals one after another until the process has ended. */
export async function endProcess(
  pid: number,
  marker: string,
  signals: Deno.Signal[],
  patience: number,
): Promise<void> {
  for (const signal of signals) {
    signalProcess(pid, signal);
    const limit = performance.now() + patience;
    while (performance.now() < limit) {
      if (!(await isProcess(pid, marker))) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

/** Returns whether the process is alive and its command line contains the marker. */
export async function isProcess(pid: number, marker: string): Promise<boolean> {
  return (await readCommandLine(pid))?.includes(marker) ?? false;
}

async function readCommandLine(pid: number): Promise<string | undefined> {
  if (Deno.build.os === "linux") {
    // A zombie's command line is empty, as intended: it no longer does anything.
    const text = await Deno.readTextFile(`/proc/${pid}/cmdline`).catch(() => undefined);
    return text?.replaceAll("\0", " ");
  }
  const ps = await new Deno.Command("ps", { args: ["-ww", "-o", "args=", "-p", String(pid)], stderr: "null" })
    .output();
  return ps.success ? new TextDecoder().decode(ps.stdout) : undefined;
}

function signalProcess(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(pid, signal);
  } catch {
    // It has ended already.
  }
}
