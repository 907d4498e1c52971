import { type Caller, type CallOptions, type Output, rows, type RpcOutput } from "./call.ts";
import { type Watch, watchTable } from "./realtime.ts";
import { throwIfAborted, wait } from "./wait.ts";

/** A job as `job-status` returns it. */
export type Job = Output<"job-status">;

/** Poll interval while the watch is live. The watch itself reads what its channel missed, so this is only a safety net. */
const LIVE_MS = 60_000;
const ENDED: readonly Job["status"][] = ["completed", "failed", "cancelled", "expired"];

/** Parameters of the job types that creators may create. Handler names such as `sync_youtube` take those of `platform_sync`. */
export interface JobParams {
  platform_sync: { social_account_id: string };
  ai_generate_tags: { content_item_ids: string[]; provider?: string; model?: string };
  seo_submit: { content_item_ids?: string[]; all_changed?: boolean; search_engines?: string[] };
}

export interface WatchOptions extends CallOptions {
  /** Poll interval in milliseconds while Realtime is not connected. Default 2,000. With Realtime, changes arrive immediately. */
  pollMs?: number;
  /** `false` polls only and opens no channel. */
  realtime?: boolean;
}

/** The signed-in user's jobs. */
export class Jobs {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /** Queues a job and returns its id. If an equal job is running or was created in the last minutes, returns that job's id. */
  async create<Type extends keyof JobParams | (string & Record<never, never>)>(
    type: Type,
    params: Type extends keyof JobParams ? JobParams[Type] : Record<string, unknown>,
    { priority, signal }: CallOptions & { priority?: number } = {},
  ): Promise<string> {
    const args = {
      p_user_id: await userId(this.#caller),
      p_job_type: type,
      p_params: params,
      ...(priority ? { p_priority: priority } : {}),
    };
    return await this.#caller.rpc("create_job", args as never, { signal }) as string;
  }

  /** Returns the current state of a job. */
  async get(id: string, options: CallOptions = {}): Promise<Job> {
    return await this.#caller.call("job-status", { job_id: id }, options);
  }

  /** Returns jobs, newest first, at most 100. */
  async list(
    { limit, offset, signal }: CallOptions & { limit?: number; offset?: number } = {},
  ): Promise<RpcOutput<"get_user_jobs">> {
    const args = {
      p_user_id: await userId(this.#caller),
      ...(limit ? { p_limit: limit } : {}),
      ...(offset ? { p_offset: offset } : {}),
    };
    return await this.#caller.rpc("get_user_jobs", args as never, { signal });
  }

  /** Cancels a job. Returns false if it has already ended or belongs to another user. */
  async cancel(id: string, { signal }: CallOptions = {}): Promise<boolean> {
    const args = { p_job_id: id, p_user_id: await userId(this.#caller) };
    return await this.#caller.rpc("cancel_job", args as never, { signal }) as boolean;
  }

  /** Returns the log of a job, in order. Ids are strings, because they may exceed safe integers. */
  async logs(
    id: string,
    { signal }: CallOptions = {},
  ): Promise<{ id: string; level: string; message: string; created_at: string }[]> {
    const asked = this.#caller.supabase.from("job_log").select("id::text, level, message, created_at").eq(
      "job_id",
      id,
    ).order("id");
    return (await rows(signal ? asked.abortSignal(signal) : asked, signal) ?? []) as never;
  }

  /** Yields the current state of a job, then every change until it ends. Leaving the loop closes the channel. */
  async *watch(id: string, options: WatchOptions = {}): AsyncGenerator<Job, void, undefined> {
    const { signal, pollMs = 2_000 } = options;
    const bell = new Bell();
    const watch = options.realtime === false ? null : this.#listen(id, bell, pollMs);
    try {
      let told = "";
      while (true) {
        const heard = bell.count;
        const job = await this.get(id, { signal });
        const text = JSON.stringify(job);
        if (text !== told) yield job;
        told = text;
        if (ENDED.includes(job.status)) return;
        await bell.next(heard, watch?.state === "live" ? LIVE_MS : pollMs, signal);
        throwIfAborted(signal);
      }
    } finally {
      await watch?.close();
    }
  }

  /** Waits until a job has ended, and returns it. */
  async wait(id: string, options: WatchOptions = {}): Promise<Job> {
    let last: Job | undefined;
    for await (const job of this.watch(id, options)) last = job;
    return last as Job;
  }

  /** Watches the job's row; detects a dead channel and reads what it missed. */
  #listen(id: string, bell: Bell, pollMs: number): Watch {
    return watchTable(this.#caller.supabase, "job_queue", {
      where: { id },
      deletes: false,
      retrySeconds: pollMs / 1_000,
      onChange: () => bell.ring(),
      // A change may fall between the first read and the start of the channel.
      onState: () => bell.ring(),
    });
  }
}

/** Wakes a waiting caller. Rings within a fifth of a second count as one. */
class Bell {
  count = 0;
  #wake = () => {};

  ring(): void {
    this.count++;
    this.#wake();
  }

  async next(heard: number, ms: number, signal?: AbortSignal): Promise<void> {
    if (this.count === heard) {
      const rung = new Promise<void>((resolve) => this.#wake = resolve);
      const done = new AbortController();
      const end = () => done.abort();
      signal?.addEventListener("abort", end);
      try {
        await Promise.race([rung, wait(ms, done.signal).catch(() => {})]);
      } finally {
        signal?.removeEventListener("abort", end);
        done.abort();
      }
    }
    await wait(200, signal);
  }
}

async function userId({ supabase }: Caller): Promise<string> {
  const { data } = await supabase.auth.getSession();
  return data.session?.user.id ?? "";
}
