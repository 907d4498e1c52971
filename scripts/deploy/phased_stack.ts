/** An empty stack and the operator's deploy commands for it, for the short test and the drill. */
import { join } from "node:path";
import postgres from "postgres";
import { type Stack, startStack } from "../local/stack.ts";
import { describeCatalogue } from "../../supabase/tests/schema/catalogue.ts";
import { TEST_SETTINGS } from "../test_runner/boot.ts";

/** The result of a command. */
export interface Outcome {
  code: number;
  /** Whether it was killed before it ended. */
  isKilled: boolean;
  text: string;
}

export interface RunOptions {
  killAfterMs?: number;
  /** Kills it as soon as this returns true. */
  killWhen?: () => boolean;
  /** The working tree to run from, for example one of `copyRepository`. */
  root?: string;
  env?: Record<string, string>;
}

/** Copies what a deploy reads from this working tree to a folder where a test may change it. */
export async function copyRepository(to: string): Promise<void> {
  for (const folder of ["scripts", "supabase", "database", "postman"]) {
    const { success, stderr } = await new Deno.Command("cp", { args: ["-r", folder, join(to, folder)] })
      .output();
    if (!success) throw new Error(`Cannot copy ${folder}: ${new TextDecoder().decode(stderr)}`);
  }
  for (const file of ["deno.json", "deno.lock"]) await Deno.copyFile(file, join(to, file));
  await Deno.symlink(await Deno.realPath("node_modules"), join(to, "node_modules"));
}

/** A stack with nothing deployed, in a home that is deleted with it. */
export class PhasedStack implements AsyncDisposable {
  readonly sql: postgres.Sql;

  private constructor(readonly stack: Stack, readonly home: string) {
    this.sql = postgres(stack.info.db_url, { max: 2, onnotice: () => {} });
  }

  static async boot(): Promise<PhasedStack> {
    const home = await Deno.makeTempDir({ prefix: "streamvibe-phased-" });
    return new PhasedStack(await startStack({ home, empty: true, env: TEST_SETTINGS }), home);
  }

  deploy(phase: number, ...args: string[]): Promise<Outcome> {
    return this.run("deploy-phase.sh", [String(phase), ...args]);
  }

  rollBack(phase: number, ...args: string[]): Promise<Outcome> {
    return this.run("rollback-phase.sh", [String(phase), ...args]);
  }

  /** Rolls back the modules of the last phase, with all their data. */
  rollBackModule(phase: number): Promise<Outcome> {
    return this.rollBack(phase, "--module", "--yes");
  }

  /** Runs the phase's collection with scripts/test-phase.sh. */
  async collection(phase: number): Promise<{ passed: number; failed: number; text: string }> {
    const summary = join(this.home, `summary-${phase}.json`);
    const report = join(this.home, `report-${phase}.html`);
    const { code, text } = await this.run("test-phase.sh", [
      String(phase),
      "--summary",
      summary,
      "--report",
      report,
    ]);
    const counts = await Deno.readTextFile(summary).then(JSON.parse, () => ({ passed: 0, failed: 1 }));
    return { passed: counts.passed, failed: counts.failed || (code === 0 ? 0 : 1), text };
  }

  /** Runs a script of a repository against the stack; with `killAfterMs` it is killed then, unless it has ended. */
  async run(
    script: string,
    args: string[],
    { killAfterMs, killWhen, root = ".", env = {} }: RunOptions = {},
  ): Promise<Outcome> {
    const child = new Deno.Command("bash", {
      args: [join(root, "scripts", script), ...args],
      env: { NO_COLOR: "1", DENO: Deno.execPath(), STREAMVIBE_HOME: this.home, ...env },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    let isKilled = false;
    const kill = () => {
      if (!isKilled) child.kill("SIGKILL");
      isKilled = true;
    };
    const timer = killAfterMs === undefined ? undefined : setTimeout(kill, killAfterMs);
    const watch = killWhen && setInterval(() => killWhen() && kill(), 10);
    const { code, stdout, stderr } = await child.output();
    clearTimeout(timer);
    clearInterval(watch);
    const decoder = new TextDecoder();
    return { code, isKilled, text: decoder.decode(stdout) + decoder.decode(stderr) };
  }

  /** Returns the catalogue's description of the database, one line per object. */
  describe(): Promise<string[]> {
    return describeCatalogue(this.sql);
  }

  /** Returns everything that a second deploy could change. */
  async state(): Promise<unknown> {
    const [deployments, catalogue, manifest] = await Promise.all([
      this.sql`select * from ops.deployment order by id`,
      this.describe(),
      Deno.readTextFile(join(this.home, "functions.json")),
    ]);
    return { deployments: [...deployments], catalogue, manifest };
  }

  /** Runs every cron job once, as its owner; returns those that failed. */
  async failingJobs(): Promise<string[]> {
    const jobs = await this.sql<
      { jobname: string; command: string }[]
    >`select jobname, command from cron.job order by 1`;
    const failed: string[] = [];
    for (const { jobname, command } of jobs) {
      await this.sql.unsafe(command).simple().catch((error) => failed.push(`${jobname}: ${error.message}`));
    }
    return failed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.sql.end({ timeout: 1 });
    await this.stack.stop();
    await Deno.remove(this.home, { recursive: true }).catch(() => {});
  }
}

/** Returns a repeatable generator of numbers from 0 to 1 for a seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
