/**
 * A stack's folder: keys, logs, the database's files, and the lock. Everything that a stack writes is in here, except a database whose user
 * could not enter this folder (database/place.ts).
 */
import { join } from "node:path";
import { StartError } from "./settings.ts";

/** The contents of `stack.json`, for tools and tests. `start` writes it once everything is up; `stop` removes it. */
export interface StackInfo {
  api_url: string;
  db_url: string;
  publishable_key: string;
  secret_key: string;
  simulator_url: string;
  mail_url: string;
  pid: number;
  home: string;
  log_dir: string;
  ports: { api: number; db: number; simulator: number };
  demo: { email: string; password: string } | null;
}

/** What the folder records about itself. Its presence marks a folder as a StreamVibe home. */
interface HomeRecord {
  kind: "streamvibe-home";
  created_at: string;
  /** Where the database is stored, if not in `<home>/database`. */
  database_place?: string;
  /** Version of the statements that created the database's roles and system schemas. */
  bootstrap?: string;
  /** Set once the demo data exist; they are created only once. */
  demo?: { email: string; password: string };
  /** Set once the rest of the demo data exist. */
  furnished?: boolean;
  /** Started without the product's schema and functions, which scripts/deploy-phase.sh adds phase by phase. */
  deployed_by_phase?: true;
}

/** A process that the stack started. `marker` is part of its command line, so that a reused pid is not mistaken for it. */
export interface ChildRecord {
  name: string;
  pid: number;
  marker: string;
}

export class Home {
  readonly logs: string;
  #lock: Deno.FsFile | undefined;

  private constructor(readonly path: string, private record: HomeRecord) {
    this.logs = join(path, "logs");
  }

  /** Opens the folder, or creates it. Refuses a folder that contains anything else. */
  static async open(path: string): Promise<Home> {
    const existing = await Home.find(path);
    if (existing) return existing;
    for await (const entry of readDirectory(path)) {
      throw new StartError(
        `Cannot use ${path} as the stack's home: it is not empty and holds no home.json (first entry: ${entry.name}); ` +
          "set STREAMVIBE_HOME to another folder",
      );
    }
    const home = new Home(path, { kind: "streamvibe-home", created_at: new Date().toISOString() });
    try {
      await Deno.mkdir(path, { recursive: true });
      // PostgreSQL may run as another user (it refuses root), which must be able to enter; files with secrets are 0600.
      await Deno.chmod(path, 0o711);
      await home.save();
    } catch (error) {
      const why = error instanceof Error ? error.message : error;
      throw new StartError(
        `Cannot make the stack's home in ${path}: ${why}; set STREAMVIBE_HOME to a folder of yours`,
      );
    }
    return home;
  }

  /** Returns the home if the folder is one, else undefined. */
  static async find(path: string): Promise<Home | undefined> {
    const record = await readJson<HomeRecord>(join(path, "home.json"));
    return record?.kind === "streamvibe-home" ? new Home(path, record) : undefined;
  }

  get databasePlace(): string | undefined {
    return this.record.database_place;
  }

  get bootstrap(): string | undefined {
    return this.record.bootstrap;
  }

  get demo(): HomeRecord["demo"] {
    return this.record.demo;
  }

  get furnished(): boolean {
    return this.record.furnished === true;
  }

  get isDeployedByPhase(): boolean {
    return this.record.deployed_by_phase === true;
  }

  async remember(change: Partial<Omit<HomeRecord, "kind" | "created_at">>): Promise<void> {
    this.record = { ...this.record, ...change };
    await this.save();
  }

  private save(): Promise<void> {
    return this.write("home.json", this.record);
  }

  /** Writes files atomically: neither a reader nor the next start after a kill sees half of one. */
  async write(name: string, value: unknown): Promise<void> {
    const path = join(this.path, name);
    await Deno.writeTextFile(`${path}.new`, JSON.stringify(value, null, 2) + "\n", { mode: 0o600 });
    await Deno.rename(`${path}.new`, path);
  }

  read<Value>(name: string): Promise<Value | undefined> {
    return readJson<Value>(join(this.path, name));
  }

  async remove(name: string): Promise<void> {
    await Deno.remove(join(this.path, name)).catch(() => {});
  }

  /**
   * Locks the home for this process. The kernel releases the lock when the process ends, however it ends. Retries briefly, because another
   * process may just be checking whether it is locked.
   */
  async lock(): Promise<boolean> {
    const file = await Deno.open(join(this.path, "lock"), {
      create: true,
      read: true,
      write: true,
      mode: 0o600,
    });
    for (let attempt = 0; attempt < 10; attempt++) {
      if (await file.tryLock(true)) {
        this.#lock = file;
        await file.truncate();
        await file.write(new TextEncoder().encode(String(Deno.pid)));
        return true;
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    file.close();
    return false;
  }

  /** Returns the process id of the stack that runs here, if any. */
  async holder(): Promise<number | undefined> {
    const file = await Deno.open(join(this.path, "lock"), {
      create: true,
      read: true,
      write: true,
      mode: 0o600,
    });
    try {
      if (await file.tryLock(false)) return undefined;
      return Number(await Deno.readTextFile(join(this.path, "lock"))) || undefined;
    } finally {
      file.close();
    }
  }

  unlock(): void {
    this.#lock?.close();
    this.#lock = undefined;
  }
}

async function* readDirectory(path: string): AsyncGenerator<Deno.DirEntry> {
  try {
    yield* Deno.readDir(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    if (error instanceof Deno.errors.NotADirectory) {
      throw new StartError(`Cannot use ${path} as the stack's home: it is a file`);
    }
    throw error;
  }
}

async function readJson<Value>(path: string): Promise<Value | undefined> {
  try {
    return JSON.parse(await Deno.readTextFile(path)) as Value;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
    throw new StartError(`Cannot read ${path}: ${error instanceof Error ? error.message : error}`);
  }
}
