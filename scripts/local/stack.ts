/** Boots a stack for a program (tests, the demo, benchmarks) as a person does: with the command, in its own process. */
import { join } from "node:path";
import type { StackInfo } from "./home/home.ts";
import { ROOT } from "./home/settings.ts";

export type { StackInfo } from "./home/home.ts";

export interface StartStackOptions {
  /** 0, the default, picks any free port. */
  apiPort?: number;
  dbPort?: number;
  simulatorPort?: number;
  home: string;
  catalog?: string;
  /** Creates demo data; off by default, because programs create their own. */
  seed?: boolean;
  /** Without the product's schema and functions, as a new Supabase project is. */
  empty?: boolean;
  /** Additional settings for the stack and its functions. */
  env?: Record<string, string>;
  /** Shows the stack's output. */
  verbose?: boolean;
}

export interface Stack {
  info: StackInfo;
  /** Milliseconds until ready, as the stack reported. */
  readyMs: number;
  /** Returns all output so far. */
  output(): string;
  /** Resolves when its main process has ended. */
  status: Promise<Deno.CommandStatus>;
  stop(): Promise<void>;
  /** Kills the main process and every child without a chance to clean up. */
  kill9(): Promise<void>;
}

export async function startStack(options: StartStackOptions): Promise<Stack> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      join(ROOT, "scripts/local/cli.ts"),
      "start",
      "--attached",
      ...options.empty ? ["--empty"] : [],
    ],
    cwd: ROOT,
    env: {
      ...(options.catalog ? { STREAMVIBE_CATALOG: options.catalog } : {}),
      ...options.env,
      STREAMVIBE_HOME: options.home,
      STREAMVIBE_API_PORT: String(options.apiPort ?? 0),
      STREAMVIBE_DB_PORT: String(options.dbPort ?? 0),
      STREAMVIBE_SIMULATOR_PORT: String(options.simulatorPort ?? 0),
      STREAMVIBE_SEED: options.seed ? "on" : "off",
      NO_COLOR: "1",
    },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();

  let printed = "";
  const ready = Promise.withResolvers<number>();
  const read = async (stream: ReadableStream<Uint8Array>) => {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      if (options.verbose) console.log(text.trimEnd());
      printed = (printed + text).slice(-500_000);
      const [, ms] = printed.match(/^ready in (\d+) ms$/m) ?? [];
      if (ms) ready.resolve(Number(ms));
    }
  };
  const output = Promise.all([read(child.stdout), read(child.stderr)]);
  const status = child.status.then(async (result) => {
    await output;
    return result;
  });

  // Takes two seconds on an idle machine; a busy one may need far longer.
  const timer = setTimeout(() => child.kill("SIGTERM"), 300_000);
  const readyMs = await Promise.race([ready.promise, status.then(() => undefined)]);
  clearTimeout(timer);
  if (readyMs === undefined) {
    throw new Error(`Cannot start a stack in ${options.home}: it ended before it was ready\n${printed}`);
  }
  const info = JSON.parse(await Deno.readTextFile(join(options.home, "stack.json"))) as StackInfo;
  return {
    info,
    readyMs,
    output: () => printed,
    status,
    async stop() {
      signal(child.pid, "SIGTERM");
      await status;
    },
    async kill9() {
      const children = JSON.parse(await Deno.readTextFile(join(options.home, "children.json"))) as {
        pid: number;
      }[];
      signal(child.pid, "SIGKILL");
      for (const { pid } of children) {
        // The shell that holds PostgreSQL leads its own process group; kill the whole group.
        signal(-pid, "SIGKILL");
        signal(pid, "SIGKILL");
      }
      await status;
    },
  };
}

function signal(pid: number, name: Deno.Signal): void {
  try {
    Deno.kill(pid, name);
  } catch {
    // It has ended already.
  }
}
