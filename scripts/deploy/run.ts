/** One run of a deploy or a rollback: its arguments, its lock, the output of its steps, and its errors. */
import postgres from "postgres";
import { beginDeployment, finishDeployment, type Intent, recordStep, type Step } from "./record.ts";
import { readPhase } from "./phases.ts";
import { DeployError, openTarget, type Target } from "./target.ts";

/** Advisory lock: runs on one database are serialized. */
const LOCK = "streamvibe deploy";
const PATIENCE_MS = 120_000;

/** A run with its database connection; steps are recorded after `begin`. */
export class Run {
  readonly #steps: Step[] = [];
  #id: string | undefined;
  /** Steps completed by an interrupted run with the same intent. */
  readonly #done = new Set<string>();

  private constructor(readonly sql: postgres.Sql, readonly target: Target) {}

  /** @throws {DeployError} If the database does not respond, or another run holds the lock for minutes. */
  static async open(target: Target): Promise<Run> {
    const sql = postgres(target.databaseUrl, {
      max: 1,
      onnotice: () => {},
      prepare: false,
      connection: { application_name: "streamvibe-deploy" },
    });
    const run = new Run(sql, target);
    try {
      await run.#lock();
    } catch (error) {
      await sql.end({ timeout: 1 });
      if (error instanceof DeployError) throw error;
      throw new DeployError(
        `Cannot reach the database of ${target.name}: ${error instanceof Error ? error.message : error}`,
      );
    }
    return run;
  }

  /** Runs a step; `work` returns a short summary of what it did. */
  async step(name: string, work: () => Promise<string>, { isRecorded = true } = {}): Promise<void> {
    const started = performance.now();
    const said = await work();
    const step = { step: name, at: new Date().toISOString(), ms: Math.round(performance.now() - started) };
    console.log(`  ${name.padEnd(12)} ${said} (${step.ms} ms)`);
    if (!isRecorded) return;
    if (this.#id) await recordStep(this.sql, this.#id, step);
    else this.#steps.push(step);
  }

  /** Runs a part of a step, unless the run that this one resumes has completed it. */
  async part(name: string, work: () => Promise<void>): Promise<void> {
    if (this.#done.has(name)) return;
    const started = performance.now();
    await work();
    if (!this.#id) return;
    await recordStep(this.sql, this.#id, {
      step: name,
      at: new Date().toISOString(),
      ms: Math.round(performance.now() - started),
    });
  }

  /** Starts the record: saves the steps so far, and each later step when it is done. */
  async begin(intent: Intent): Promise<void> {
    const { id, steps } = await beginDeployment(this.sql, intent);
    this.#id = id;
    for (const { step } of steps) this.#done.add(step);
    for (const step of this.#steps.splice(0)) await recordStep(this.sql, this.#id, step);
  }

  async finish(): Promise<void> {
    if (this.#id) await finishDeployment(this.sql, this.#id);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.sql.end({ timeout: 1 });
  }

  /** Held by the session, so a killed run releases it. */
  async #lock(): Promise<void> {
    const limit = performance.now() + PATIENCE_MS;
    for (let told = false;; told = true) {
      const [row] = await this.sql`select pg_try_advisory_lock(hashtextextended(${LOCK}, 0)) as mine`;
      if (row?.mine) return;
      if (!told) console.log("  waiting for another deploy of this database");
      if (performance.now() > limit) {
        throw new DeployError(
          "Cannot deploy: another deploy of this database is running; see ops.deployment and pg_stat_activity",
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
}

/** Options of both commands. */
export const OPTIONS = {
  target: { type: "string", default: "local" },
  "dry-run": { type: "boolean", default: false },
  yes: { type: "boolean", default: false },
} as const;

/** Invalid command-line usage. */
export class UsageError extends DeployError {
  override name = "UsageError";
}

/**
 * Reads the phase and the target from the command line.
 *
 * @throws {DeployError} If there is no such phase or target, or production was not confirmed.
 */
export async function readCommand(
  verb: string,
  phases: string[],
  options: { target: string; "dry-run": boolean; yes: boolean },
): Promise<{ phase: number; target: Target }> {
  const [phase, ...more] = phases;
  if (phase === undefined) {
    throw new UsageError(`Cannot ${verb} a phase: its number is missing; see --help`);
  }
  if (more.length > 0) {
    throw new UsageError(
      `Cannot ${verb} several phases at once: one is needed, got ${phases.join(" and ")}`,
    );
  }
  if (options.target === "production" && !options.yes && !options["dry-run"]) {
    throw new UsageError(`Cannot ${verb} a phase in production without --yes`);
  }
  return { phase: readPhase(phase), target: await openTarget(options.target, Deno.env.toObject()) };
}

/** Runs a command's main function; prints operator errors without a stack trace. */
export async function main(work: () => Promise<void>): Promise<never> {
  try {
    await work();
    Deno.exit(0);
  } catch (error) {
    const isWronglyCalled = error instanceof UsageError ||
      error instanceof TypeError && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS");
    console.error(isWronglyCalled || error instanceof DeployError ? error.message : error);
    Deno.exit(isWronglyCalled ? 2 : 1);
  }
}
