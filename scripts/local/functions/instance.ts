/** One process of an edge function, from start to end. */
import { join } from "node:path";
import { type Child, type Children } from "../home/processes.ts";
import { ROOT } from "../home/settings.ts";
import type { Runtime } from "./runtime.ts";

/** The function cannot start: its code is faulty, or its process ended too early. */
export class BootError extends Error {}

export interface InstanceOptions {
  name: string;
  /** The function's index.ts. */
  entry: string;
  /** Included in the command line to identify the home, so that an orphan can be found. */
  marker: string;
  children: Children;
  env: Record<string, string>;
  runtime: Runtime;
  log(line: string): void;
}

/** Limits of the hosted runtime, where they make sense on a developer's machine. */
const MEMORY_MB = 256;
/** The hosted runtime allows 2 s of processor time. Here a function is ended only if its event loop is blocked for this long. */
const UNRESPONSIVE_AFTER_MS = 15_000;
/** Minimum processor time within that period: on a busy machine the function may just not have been scheduled. */
const BUSY_MS = 5_000;
const BOOT_WITHIN_MS = 60_000;

export class FunctionInstance {
  /** The port it listens on; rejects with BootError. */
  readonly ready: Promise<number>;
  /** How it ended: `booted` is whether it ever listened, `repeatable` whether a restart may help. */
  readonly ended: Promise<{ booted: boolean; repeatable: boolean; how: string }>;
  lastUsed = Date.now();
  dead = false;
  /** Why the host killed it. */
  killedFor: string | undefined;
  #child: Child;
  #inFlight = 0;
  #lastHeard = Date.now();
  #usedThen = 0;
  #draining = false;

  constructor(private options: InstanceOptions) {
    this.#child = options.children.spawn({
      name: `function ${options.name}`,
      program: options.runtime.program,
      args: [
        "run",
        "-A",
        "--no-prompt",
        ...options.runtime.args,
        `--v8-flags=--max-old-space-size=${MEMORY_MB}`,
        join(ROOT, "scripts/local/functions/process.ts"),
        options.entry,
        options.marker,
      ],
      marker: options.marker,
      env: options.env,
      cwd: ROOT,
    });
    const ready = Promise.withResolvers<number>();
    this.ready = ready.promise;
    this.ready.catch(() => {});
    this.ended = this.#live(ready);
  }

  get idle(): boolean {
    return this.#inFlight === 0;
  }

  get draining(): boolean {
    return this.#draining;
  }

  /** Counts a call as in flight until the returned function is called. */
  hold(): () => void {
    this.#inFlight++;
    let released = false;
    return () => {
      if (released) return;
      released = true;
      this.#inFlight--;
      this.lastUsed = Date.now();
      if (this.#draining && this.idle) this.#child.tell("drain");
    };
  }

  /** Stops accepting calls; the process ends once its calls and the background work that they announced are done. */
  drain(): void {
    this.#draining = true;
    if (this.idle) this.#child.tell("drain");
  }

  /** Ends the process if it has calls and its event loop is blocked. Call this about every second. */
  check(): void {
    const silence = Date.now() - this.#lastHeard;
    if (this.idle) this.#hear();
    else if (silence < UNRESPONSIVE_AFTER_MS || processorTime(this.#child.pid) - this.#usedThen < BUSY_MS) {
      this.#child.tell("ping");
    } else this.kill(`kept the processor busy for ${Math.round(silence / 1000)} s and was ended`);
  }

  #hear(): void {
    this.#lastHeard = Date.now();
    this.#usedThen = processorTime(this.#child.pid);
  }

  kill(reason: string): void {
    this.killedFor = reason;
    this.#child.kill("SIGKILL");
  }

  async #live(ready: PromiseWithResolvers<number>) {
    let booted = false;
    let failure: string | undefined;
    const late = setTimeout(
      () => this.kill(`did not start within ${BOOT_WITHIN_MS / 1000} s`),
      BOOT_WITHIN_MS,
    );
    const listen = (line: string) => {
      const message = readControl(line);
      if (!message) return this.options.log(line);
      this.#hear();
      failure = message.boot_error ?? failure;
      if (message.port === undefined) return;
      booted = true;
      clearTimeout(late);
      ready.resolve(message.port);
    };
    const [status] = await Promise.all([
      this.#child.status.then((status) => {
        this.dead = true;
        return status;
      }),
      readLines(this.#child.stdout, listen),
      readLines(this.#child.stderr, this.options.log),
    ]);
    clearTimeout(late);
    const how = this.killedFor ??
      (status.signal ? `was ended by ${status.signal}` : `ended with code ${status.code}`);
    if (!booted) {
      ready.reject(new BootError(`The function ${this.options.name} did not start: ${failure ?? how}`));
    }
    return { booted, repeatable: failure === undefined, how: failure ?? how };
  }
}

/** Returns the processor time of a process in milliseconds; where the system does not report it, the current time. */
function processorTime(pid: number): number {
  try {
    const fields = Deno.readTextFileSync(`/proc/${pid}/stat`).split(") ").at(-1)?.split(" ") ?? [];
    return 10 * (Number(fields[11]) + Number(fields[12]));
  } catch {
    return Date.now();
  }
}

/** Lines that begin with a record separator are messages to the host; all others are the function's log. */
function readControl(line: string): { port?: number; boot_error?: string; pong?: true } | undefined {
  return line.startsWith("\x1e") ? JSON.parse(line.slice(1)) : undefined;
}

async function readLines(stream: ReadableStream<Uint8Array>, onLine: (line: string) => void): Promise<void> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    lines.forEach(onLine);
  }
  if (rest) onLine(rest);
}
