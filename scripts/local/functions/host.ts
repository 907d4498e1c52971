/**
 * Runs the edge functions, each in its own Deno process that its first call starts. A function that crashes, hangs or exhausts its memory
 * fails only its own calls. When a file changes, the next call gets a new process; the old one finishes its calls. In a home that is
 * deployed by phase the host serves what the home's manifest names, and switches to a new release once its processes listen.
 */
import { join } from "node:path";
import { BootError, FunctionInstance } from "./instance.ts";
import type { Home } from "../home/home.ts";
import type { Incoming } from "../http/incoming.ts";
import type { Children } from "../home/processes.ts";
import { problem } from "../http/problem.ts";
import {
  forgetServed,
  isManifest,
  type Manifest,
  readManifest,
  releaseFolder,
  writeServed,
} from "./release.ts";
import { ROOT } from "../home/settings.ts";
import type { Runtime } from "./runtime.ts";

interface HostOptions {
  /** Contains one folder per function. */
  folder: string;
  home: Home;
  children: Children;
  env: Record<string, string>;
  runtime: Runtime;
  warn(text: string): void;
}

const ANSWER_WITHIN_MS = 150_000;
const IDLE_AFTER_MS = 10 * 60_000;
const STARTED_AT_ONCE = 4;

export class FunctionsHost {
  /** Instances that accept new calls, by function. */
  readonly #instances = new Map<string, FunctionInstance>();
  readonly #all = new Set<FunctionInstance>();
  readonly #client = Deno.createHttpClient({ poolMaxIdlePerHost: 64 });
  readonly #log: Deno.FsFile;
  readonly #watchers: Deno.FsWatcher[] = [];
  readonly #timer: ReturnType<typeof setInterval>;
  #closed = false;
  /** In a home that is deployed by phase: the active manifest, and the switch in progress. */
  #manifest: Manifest | undefined;
  #switching: Promise<void> | undefined;

  constructor(private options: HostOptions) {
    const log = join(options.home.logs, "functions.log");
    this.#log = Deno.openSync(log, { create: true, append: true, mode: 0o600 });
    if (options.home.isDeployedByPhase) {
      this.#watch(options.home.path, false);
      this.#switching = forgetServed(options.home).then(() => this.#follow());
    } else {
      this.#watch(options.folder, true);
      this.#watch(ROOT, false);
    }
    this.#timer = setInterval(() => this.#lookAfter(), 1_000);
  }

  async has(name: string): Promise<boolean> {
    if (!/^[a-z0-9][a-z0-9-]*$/.test(name) || name === "tests") return false;
    if (this.#switching && !this.#manifest) await this.#switching;
    if (this.#manifest && !this.#manifest.functions.includes(name)) return false;
    return await Deno.stat(this.#entry(name)).then((file) => file.isFile, () => false);
  }

  /** Starts functions ahead of their first call. */
  warm(names: string[]): void {
    for (const name of names) this.#take(name);
  }

  async fetch(name: string, incoming: Incoming): Promise<Response> {
    const instance = this.#take(name);
    const release = instance.hold();
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), ANSWER_WITHIN_MS);
    const { gone } = incoming;
    try {
      const port = await instance.ready;
      const { pathname, search } = incoming.url;
      // The gateway compresses responses for the caller; between two local processes compression is unnecessary.
      incoming.headers.set("accept-encoding", "identity");
      const response = await fetch(
        `http://127.0.0.1:${port}${pathname.slice("/functions/v1".length)}${search}`,
        {
          method: incoming.method,
          headers: incoming.headers,
          body: incoming.body,
          redirect: "manual",
          client: this.#client,
          signal: AbortSignal.any([late.signal, gone]),
        },
      );
      return passOn(response, release);
    } catch (error) {
      release();
      if (error instanceof BootError) return problem(503, "boot_error", error.message, "BOOT_ERROR");
      if (gone.aborted) return problem(499, "client_closed_request", "The caller closed the connection");
      if (late.signal.aborted) {
        return problem(
          504,
          "idle_timeout",
          `The function ${name} did not answer within 150 s`,
          "IDLE_TIMEOUT",
        );
      }
      return await explainBreak(name, instance, error);
    } finally {
      clearTimeout(timer);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    for (const watcher of this.#watchers) watcher.close();
    const instances = [...this.#all];
    for (const instance of instances) instance.drain();
    const patience = setTimeout(
      () => instances.forEach((one) => one.kill("was ended with the stack")),
      2_000,
    );
    await Promise.all(instances.map(({ ended }) => ended));
    clearTimeout(patience);
    this.#client.close();
    this.#log.close();
  }

  #entry(name: string): string {
    const { folder, home } = this.options;
    const root = this.#manifest ? join(releaseFolder(home, this.#manifest.release), "functions") : folder;
    return join(root, name, "index.ts");
  }

  #take(name: string): FunctionInstance {
    const running = this.#instances.get(name);
    if (running) return running;
    const instance = this.#start(name);
    this.#instances.set(name, instance);
    return instance;
  }

  #start(name: string): FunctionInstance {
    const { home, children, env, runtime, warn } = this.options;
    const instance = new FunctionInstance({
      name,
      entry: this.#entry(name),
      marker: `--home=${home.path}`,
      children,
      env,
      runtime,
      log: (line) => this.#write(line),
    });
    this.#all.add(instance);
    instance.ended.then(({ booted, repeatable, how }) => {
      this.#all.delete(instance);
      // An error in the code remains the response until a file changes: a restart would only repeat it.
      if ((booted || repeatable) && this.#instances.get(name) === instance) this.#instances.delete(name);
      // Code that does not start is worth a warning, even if a file change was noticed in the meantime.
      if (this.#closed || (instance.draining && booted)) return;
      if (booted) warn(`the function ${name} ${how}; its next call starts it again`);
      else warn(`the function ${name} did not start: ${how.split("\n")[0]}`);
    });
    return instance;
  }

  #retire(name: string): void {
    this.#instances.get(name)?.drain();
    this.#instances.delete(name);
  }

  /** Switches to the release that the manifest names. The old instances respond until the new ones listen. */
  async #follow(): Promise<void> {
    const { home } = this.options;
    while (!this.#closed) {
      const wanted = await readManifest(home);
      if (JSON.stringify(wanted) === JSON.stringify(this.#manifest)) break;
      // Most recently called first, and a few at a time: starting all at once would take processor and memory from the instances that serve calls.
      const old = [...this.#instances].sort(([, one], [, other]) => other.lastUsed - one.lastUsed);
      this.#manifest = wanted;
      await Promise.all(Array.from({ length: STARTED_AT_ONCE }, async () => {
        for (let next = old.shift(); next; next = old.shift()) await this.#replace(...next, wanted);
      }));
    }
    if (this.#manifest && !this.#closed) await writeServed(home, this.#manifest);
  }

  async #replace(name: string, before: FunctionInstance, { functions }: Manifest): Promise<void> {
    if (!functions.includes(name)) return this.#retire(name);
    const next = this.#start(name);
    // An instance that fails to start replaces the old one, too, so that the deploy notices it.
    await next.ready.catch(() => {});
    if (this.#instances.get(name) === before) this.#instances.set(name, next);
    else next.drain();
    before.drain();
  }

  #lookAfter(): void {
    for (const instance of this.#all) instance.check();
    const limit = Date.now() - IDLE_AFTER_MS;
    for (const [name, instance] of this.#instances) {
      if (!instance.dead && instance.idle && instance.lastUsed < limit) this.#retire(name);
    }
  }

  async #watch(path: string, recursive: boolean): Promise<void> {
    try {
      const watcher = Deno.watchFs(path, { recursive });
      this.#watchers.push(watcher);
      for await (const event of watcher) {
        if (event.kind !== "access") event.paths.forEach((changed) => this.#onChange(changed));
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) this.options.warn(`no reload on change: ${error}`);
    }
  }

  #onChange(path: string): void {
    const { folder, home } = this.options;
    if (home.isDeployedByPhase) {
      if (isManifest(home, path)) this.#switching = this.#switching?.then(() => this.#follow());
      return;
    }
    if (path.startsWith(`${folder}/`)) {
      const [first = "", ...rest] = path.slice(folder.length + 1).split("/");
      if (this.#instances.has(first)) this.#retire(first);
      else if (first === "_shared" || (first !== "tests" && rest.length === 0)) this.#retireAll();
    } else if (path === join(ROOT, "deno.json") || path === join(ROOT, "deno.lock")) this.#retireAll();
  }

  #retireAll(): void {
    for (const name of [...this.#instances.keys()]) this.#retire(name);
  }

  #write(line: string): void {
    if (!this.#closed) this.#log.writeSync(new TextEncoder().encode(`${line}\n`));
  }
}

/** Returns the response for a call whose connection broke. */
async function explainBreak(name: string, instance: FunctionInstance, error: unknown): Promise<Response> {
  // The connection may break shortly before its process is known to have ended.
  await Promise.race([instance.ended, new Promise((resolve) => setTimeout(resolve, 200))]);
  if (instance.killedFor) {
    return problem(546, "worker_limit", `The function ${name} ${instance.killedFor}`, "WORKER_LIMIT");
  }
  if (!instance.dead) throw error;
  return problem(546, "worker_error", `The function ${name} crashed; see functions.log`, "WORKER_ERROR");
}

/** The call is in flight until the last byte of the response has been passed on. */
function passOn(response: Response, release: () => void): Response {
  const { status, headers } = response;
  if (!response.body) {
    release();
    return new Response(null, { status, headers });
  }
  const body = response.body.pipeThrough(new TransformStream({ flush: release, cancel: release }));
  return new Response(body, { status, headers });
}
