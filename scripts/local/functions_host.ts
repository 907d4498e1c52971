/**
 * Runs the edge functions: each in a Deno process of its own, started by its first call. One that crashes, hangs or eats
 * its memory takes only its own calls with it. When a file changes, the next call gets a new process; the old one
 * finishes what it has begun.
 */
import { join } from "node:path";
import type { Home } from "./home.ts";
import type { Incoming } from "./incoming.ts";
import { type Child, type Children } from "./processes.ts";
import { problem } from "./problem.ts";
import { ROOT } from "./settings.ts";

interface HostOptions {
  home: Home;
  children: Children;
  env: Record<string, string>;
  warn(text: string): void;
}

/** Limits of the hosted runtime, where they make sense on a developer's machine. */
const MEMORY_MB = 256;
const ANSWER_WITHIN_MS = 150_000;
/** The hosted runtime allows 2 s of CPU; here the machine may be busy with other things. */
const UNRESPONSIVE_AFTER_MS = 15_000;
const IDLE_AFTER_MS = 10 * 60_000;
const BOOT_WITHIN_MS = 20_000;

class BootError extends Error {}

interface Instance {
  child: Child;
  /** Resolves with the port; rejects with BootError. */
  ready: Promise<number>;
  inFlight: number;
  lastUsed: number;
  lastHeard: number;
  draining: boolean;
  dead: boolean;
  killedFor?: string;
}

const FOLDER = join(ROOT, "supabase/functions");

export class FunctionsHost {
  readonly #instances = new Map<string, Instance>();
  readonly #all = new Set<Instance>();
  readonly #client = Deno.createHttpClient({ poolMaxIdlePerHost: 64 });
  readonly #log: Deno.FsFile;
  #watchers: Deno.FsWatcher[] = [];
  #timer: ReturnType<typeof setInterval>;
  #closed = false;

  constructor(private options: HostOptions) {
    this.#log = Deno.openSync(join(options.home.logs, "functions.log"), {
      create: true,
      append: true,
      mode: 0o600,
    });
    this.#watch(FOLDER, true);
    this.#watch(ROOT, false);
    this.#timer = setInterval(() => this.#lookAfter(), 1_000);
  }

  async has(name: string): Promise<boolean> {
    if (!/^[a-z0-9][a-z0-9-]*$/.test(name) || name === "tests") return false;
    return await Deno.stat(join(FOLDER, name, "index.ts")).then((file) => file.isFile, () => false);
  }

  async fetch(name: string, incoming: Incoming): Promise<Response> {
    const instance = this.#instances.get(name) ?? this.#start(name);
    const release = this.#hold(instance);
    const late = AbortSignal.timeout(ANSWER_WITHIN_MS);
    const { gone } = incoming;
    try {
      const port = await instance.ready;
      const { pathname, search } = incoming.url;
      const response = await fetch(
        `http://127.0.0.1:${port}${pathname.slice("/functions/v1".length)}${search}`,
        {
          method: incoming.method,
          headers: incoming.headers,
          body: incoming.body,
          redirect: "manual",
          client: this.#client,
          signal: AbortSignal.any([late, gone]),
        },
      );
      return passOn(response, release);
    } catch (error) {
      release();
      if (error instanceof BootError) return problem(503, "boot_error", error.message, "BOOT_ERROR");
      if (gone.aborted) return problem(499, "client_closed_request", "The caller went away");
      if (late.aborted) {
        return problem(
          504,
          "idle_timeout",
          `The function ${name} did not answer within 150 s`,
          "IDLE_TIMEOUT",
        );
      }
      // The connection may break a moment before its process is known to have ended.
      await Promise.race([instance.child.status, new Promise((resolve) => setTimeout(resolve, 200))]);
      if (instance.killedFor) {
        return problem(546, "worker_limit", `The function ${name} ${instance.killedFor}`, "WORKER_LIMIT");
      }
      if (instance.dead) {
        return problem(
          546,
          "worker_error",
          `The function ${name} crashed; see functions.log`,
          "WORKER_ERROR",
        );
      }
      throw error;
    }
  }

  /** Starts functions before somebody calls them. */
  warm(names: string[]): void {
    for (const name of names) if (!this.#instances.has(name)) this.#start(name);
  }

  /** Counts a call as in flight until the returned function is called. */
  #hold(instance: Instance): () => void {
    instance.inFlight++;
    let released = false;
    return () => {
      if (released) return;
      released = true;
      instance.inFlight--;
      instance.lastUsed = Date.now();
      if (instance.draining && instance.inFlight === 0) this.#finish(instance);
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    for (const watcher of this.#watchers) watcher.close();
    const instances = [...this.#all];
    for (const instance of instances) this.#finish(instance);
    const patience = setTimeout(() => instances.forEach(({ child }) => child.kill("SIGKILL")), 2_000);
    await Promise.all(instances.map(({ child }) => child.status));
    clearTimeout(patience);
    this.#client.close();
    this.#log.close();
  }

  #start(name: string): Instance {
    const child = this.options.children.spawn({
      name: `function ${name}`,
      program: Deno.execPath(),
      args: [
        "run",
        "-A",
        "--no-prompt",
        `--v8-flags=--max-old-space-size=${MEMORY_MB}`,
        join(ROOT, "scripts/local/function_process.ts"),
        join(FOLDER, name, "index.ts"),
        `--home=${this.options.home.path}`,
      ],
      marker: `--home=${this.options.home.path}`,
      env: this.options.env,
      cwd: ROOT,
    });
    const ready = Promise.withResolvers<number>();
    ready.promise.catch(() => {});
    const instance: Instance = {
      child,
      ready: ready.promise,
      inFlight: 0,
      lastUsed: Date.now(),
      lastHeard: Date.now(),
      draining: false,
      dead: false,
    };
    this.#instances.set(name, instance);
    this.#all.add(instance);
    let failure: string | undefined;
    const output = Promise.all([
      readLines(child.stdout, (line) => {
        const message = readControl(line);
        if (!message) return this.#write(line);
        instance.lastHeard = Date.now();
        if (message.port !== undefined) ready.resolve(message.port);
        if (message.boot_error !== undefined) failure = message.boot_error;
      }),
      readLines(child.stderr, (line) => this.#write(line)),
    ]);
    const late = setTimeout(
      () => this.#kill(instance, `did not start within ${BOOT_WITHIN_MS / 1000} s`),
      BOOT_WITHIN_MS,
    );
    ready.promise.then(() => clearTimeout(late), () => clearTimeout(late));
    child.status.then(async (status) => {
      instance.dead = true;
      this.#all.delete(instance);
      await output;
      const booted = await Promise.race([
        ready.promise.then(() => true, () => false),
        Promise.resolve(false),
      ]);
      if (!booted) {
        const reason = failure ?? `it ended with code ${status.code} before it was ready`;
        this.options.warn(`function ${name} did not start: ${reason.split("\n")[0]}`);
        ready.reject(new BootError(`The function ${name} did not start: ${reason}`));
        // The error stays the answer until a file changes: starting it again would only repeat it.
        return;
      }
      if (this.#instances.get(name) === instance) this.#instances.delete(name);
      if (!instance.draining && !this.#closed) {
        const how = instance.killedFor ??
          (status.signal ? `was ended by ${status.signal}` : `ended with code ${status.code}`);
        this.options.warn(`function ${name} ${how}; the next call starts it again`);
      }
    });
    return instance;
  }

  /** Ends an instance once nothing is in flight; background work that it announced is still waited for in there. */
  #finish(instance: Instance): void {
    instance.draining = true;
    instance.child.tell("drain");
  }

  #kill(instance: Instance, reason: string): void {
    instance.killedFor = reason;
    instance.child.kill("SIGKILL");
  }

  #retire(name: string): void {
    const instance = this.#instances.get(name);
    if (!instance) return;
    this.#instances.delete(name);
    instance.draining = true;
    if (instance.inFlight === 0) this.#finish(instance);
  }

  #lookAfter(): void {
    const now = Date.now();
    for (const instance of this.#all) {
      if (instance.inFlight === 0) {
        instance.lastHeard = now;
        continue;
      }
      if (now - instance.lastHeard > UNRESPONSIVE_AFTER_MS) {
        this.#kill(instance, `kept the processor busy for ${UNRESPONSIVE_AFTER_MS / 1000} s and was ended`);
      } else instance.child.tell("ping");
    }
    for (const [name, instance] of this.#instances) {
      if (!instance.dead && instance.inFlight === 0 && now - instance.lastUsed > IDLE_AFTER_MS) {
        this.#retire(name);
      }
    }
  }

  async #watch(path: string, recursive: boolean): Promise<void> {
    try {
      const watcher = Deno.watchFs(path, { recursive });
      this.#watchers.push(watcher);
      for await (const event of watcher) {
        if (event.kind === "access") continue;
        for (const changed of event.paths) this.#onChange(changed);
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) this.options.warn(`no reload on change: ${error}`);
    }
  }

  #onChange(path: string): void {
    if (path.startsWith(`${FOLDER}/`)) {
      const [first = "", ...rest] = path.slice(FOLDER.length + 1).split("/");
      if (first === "tests") return;
      if (this.#instances.has(first)) this.#retire(first);
      else if (first === "_shared" || rest.length === 0) this.#retireAll();
    } else if (["deno.json", "deno.lock"].some((name) => path === join(ROOT, name))) {
      this.#retireAll();
    }
  }

  #retireAll(): void {
    for (const name of [...this.#instances.keys()]) this.#retire(name);
  }

  #write(line: string): void {
    if (!this.#closed) this.#log.writeSync(new TextEncoder().encode(`${line}\n`));
  }
}

/** Lines that begin with a record separator are between the process and the host; all others are the function's log. */
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

/** The instance counts as busy until the last byte of the answer is through. */
function passOn(response: Response, release: () => void): Response {
  const { status, headers } = response;
  if (!response.body) {
    release();
    return new Response(null, { status, headers });
  }
  const body = response.body.pipeThrough(new TransformStream({ flush: release, cancel: release }));
  return new Response(body, { status, headers });
}
