import { type Caller, type CallOptions, type Output, rows, type RpcOutput } from "./call.ts";
import { type Watch, watchTable } from "./realtime.ts";
import { throwIfAborted, wait } from "./wait.ts";

/** A job as `job-status` tells it. */
export type Job = Output<"job-status">;

/** A watch that is live reads by itself what its channel has missed; beyond that it is asked only to be safe. */
const LIVE_MS = 60_000;
const ENDED: readonly Job["status"][] = ["completed", "failed", "cancelled", "expired"];

/** What the kinds of jobs that creators may create take. `sync_youtube` and the like are `platform_sync` of that platform. */
export interface JobParams {
  platform_sync: { social_account_id: string };
  ai_generate_tags: { content_item_ids: string[]; provider?: string; model?: string };
  seo_submit: { content_item_ids?: string[]; all_changed?: boolean; search_engines?: string[] };
}

export interface WatchOptions extends CallOptions {
  /** How often to ask while Realtime is not there, in milliseconds; 2,000. With Realtime each change is told at once. */
  pollMs?: number;
  /** Ask only, open no channel. */
  realtime?: boolean;
}

/** One's own jobs. */
export class Jobs {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /** Queues a job and gives its id; of an equal one that is under way, or was created in the last minutes, if there is one. */
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

  /** A job as it is now. */
  async get(id: string, options: CallOptions = {}): Promise<Job> {
    return await this.#caller.call("job-status", { job_id: id }, options);
  }

  /** The newest jobs first, at most 100. */
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

  /** Ends a job. False when it has ended already, or is not one's own. */
  async cancel(id: string, { signal }: CallOptions = {}): Promise<boolean> {
    const args = { p_job_id: id, p_user_id: await userId(this.#caller) };
    return await this.#caller.rpc("cancel_job", args as never, { signal }) as boolean;
  }

  /** What happened in a job, in order. Ids are strings, however large. */
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

  /** Every change of a job until it has ended, beginning with how it is now. Leaving the loop closes the channel. */
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

  /** Waits until a job has ended. */
  async wait(id: string, options: WatchOptions = {}): Promise<Job> {
    let last: Job | undefined;
    for await (const job of this.watch(id, options)) last = job;
    return last as Job;
  }

  /** Notices by itself when nothing comes any more, and what happened meanwhile. */
  #listen(id: string, bell: Bell, pollMs: number): Watch {
    return watchTable(this.#caller.supabase, "job_queue", {
      where: { id },
      deletes: false,
      retrySeconds: pollMs / 1_000,
      onChange: () => bell.ring(),
      // What it was at the beginning and what happens from here on may have something between them.
      onState: () => bell.ring(),
    });
  }
}

/** Wakes one who waits. Rings within a fifth of a second are one. */
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
