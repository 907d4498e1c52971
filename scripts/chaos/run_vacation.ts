/**
 * Runs the product unattended on a stack of its own: creators sync and publish, visitors search, the clock advances, and everything that can
 * fail fails at random. After the faults end, every library must match its platform with each item once; every post must have gone out exactly
 * once; no job may be left; nobody may have had to act; memory must be back at its former level.
 */
import { join } from "node:path";
import postgres from "postgres";
import { rowOf } from "../../supabase/functions/tests/platforms/platform_rows.ts";
import { ConnectedAccount } from "../../supabase/functions/tests/support/connected_account.ts";
import { PublishingAccount, QUICK } from "../../supabase/functions/tests/support/publishing_account.ts";
import type { PlatformSlug } from "../../supabase/functions/_shared/platforms/platform.ts";
import { startStack } from "../local/stack.ts";
import { StackInfo, useStack } from "../test/stack.ts";
import { crash } from "./run_chaos.ts";

export interface VacationOptions {
  seconds: number;
  /** Number of creators; each gets an account on the next platform, and every second one also publishes on X. */
  creators: number;
  seed: number;
  say?: (line: string) => void;
}

/** Observations of one second. */
export interface Second {
  at: number;
  answered: number;
  refused: number;
  memory_mb: number;
  faults: string[];
}

export interface VacationReport {
  seed: number;
  seconds: number;
  creators: number;
  requests: number;
  refused: number;
  items: number;
  posts: number;
  faults: Record<string, number>;
  /** Faults that could not be triggered, by reason. */
  in_vain: Record<string, number>;
  /** Accounts whose creator had to consent again because the platform rotated the token and its answer was lost. */
  reconnected: number;
  /** Seconds from the last fault until every check passed again. */
  healed_after_seconds: number;
  memory_mb: { first_third: number; last_third: number };
  /** Violated invariants; empty if the run passed. */
  wrong: string[];
  timeline: Second[];
}

const PLATFORMS: PlatformSlug[] = ["youtube", "instagram", "tiktok", "facebook", "twitter"];
const SETTINGS = {
  ...QUICK,
  LOG_LEVEL: "error",
  SYNC_LEASE_SECONDS: "3",
  JOB_LEASE_SECONDS: "3",
  PROVIDER_RETRY_MS: "20",
  PLATFORM_QUOTA_PAUSE_SECONDS: "1",
  YOUTUBE_UNITS_PER_DAY: "1000000000",
  TIKTOK_CALLS_PER_MINUTE: "1000000000",
  ...Object.fromEntries(
    ["USER", "USER_READ", "ANONYMOUS", "PUBLIC_READ", "CLICK", "CRAWL"].map((
      name,
    ) => [`RATE_LIMIT_${name}`, "1000000/60"]),
  ),
};
/** Ways in which a provider may fail: before the call takes effect, after it, or without an answer. */
const OUTAGES = [
  { status: 503 },
  { status: 500 },
  { cut: true },
  { lost: true },
  { after: true, status: 502 },
  { malformed: true },
  { delay_ms: 400 },
] as const;
/** Edge cases for the clock: midnight, the end of a month, a year and February, and both daylight saving changes. */
const MOMENTS = [
  "2026-11-30T23:59:59.9Z",
  "2026-12-01T00:00:00Z",
  "2026-12-31T23:59:59.9Z",
  "2027-02-28T23:59:59.9Z",
  "2027-03-01T00:00:00Z",
  "2027-03-28T00:59:59.9Z",
  "2027-03-28T01:00:00Z",
  "2027-10-31T00:30:00Z",
  "2027-10-31T01:30:00Z",
];
/** Functions that cron runs and that take a time as their argument. */
const CLOCKWORK = [
  "ops.roll_up_clicks",
  "ops.refresh_trending",
  "ops.expire_seo_submissions",
  "ops.queue_seo_jobs",
  "ops.evaluate_alerts",
];
/** Errors that a client sees when the database crashes and while it is down. */
const LOST = /ECONNRESET|ECONNREFUSED|EPIPE|CONNECTION_|57P0|terminating/;
/** X accepts 100 posts per account in 15 minutes; further posts would wait longer than the time left to heal. */
const X_POSTS = 80;
const X_WINDOW_SECONDS = 900;
/** Overall limit for healing, so that the run ends no matter how much does not heal. */
const HEAL_WITHIN_MS = 240_000;
/** Limit for a single action or check: longer than a restart of the database and the functions on a busy machine. */
const ONE_THING_MS = 60_000;

export async function runVacation(
  { seconds, creators, seed, say = () => {} }: VacationOptions,
): Promise<VacationReport> {
  const random = seeded(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const home = await Deno.makeTempDir({ prefix: "streamvibe-vacation-" });
  const stack = await startStack({ home, env: SETTINGS });
  useStack(StackInfo.parse(stack.info));
  const sql = postgres(stack.info.db_url, { max: 3, onnotice: () => {}, fetch_types: false });
  const timeline: Second[] = [];
  const faults: Record<string, number> = {};
  const in_vain: Record<string, number> = {};
  const wrong: string[] = [];
  let second: Second = { at: 0, answered: 0, refused: 0, memory_mb: 0, faults: [] };
  const fault = (name: string) => {
    faults[name] = (faults[name] ?? 0) + 1;
    second.faults.push(name);
  };
  /** Makes a call that may fail during a fault; returns whether it succeeded. */
  const attempt = async (work: () => Promise<{ status: number } | void>): Promise<boolean> => {
    try {
      const answer = await within(ONE_THING_MS, work);
      const isWell = !answer || answer.status < 500;
      second[isWell ? "answered" : "refused"] += 1;
      return isWell;
    } catch {
      second.refused += 1;
      return false;
    }
  };

  // Nothing awaits an idle connection when the database dies, so its error is unhandled; the queries on it are retried.
  const mourn = (event: PromiseRejectionEvent) => {
    if (LOST.test(`${event.reason} ${event.reason?.code}`)) event.preventDefault();
  };
  addEventListener("unhandledrejection", mourn);
  let worker = hire(home);
  let isOver = false;
  const accounts: ConnectedAccount[] = [];
  const publishers: PublishingAccount[] = [];
  const posts = new Map<string, { own: PublishingAccount; text: string }>();
  const loops: Promise<void>[] = [];
  const started = performance.now();
  const elapsed = () => (performance.now() - started) / 1_000;
  const clock = setInterval(() => {
    second.memory_mb = memoryOf(stack.info.pid, worker.pid);
    timeline.push(second);
    second = { at: Math.round(elapsed()), answered: 0, refused: 0, memory_mb: 0, faults: [] };
  }, 1_000);
  try {
    for (let n = 0; n < creators; n++) {
      const slug = PLATFORMS[n % PLATFORMS.length] ?? "youtube";
      // On a busy machine a simulator's answer may come too late.
      accounts.push(await again(() => ConnectedAccount.create(slug, { items: 12 }), () => true));
      if (n % 2 === 0) {
        publishers.push(await again(() => PublishingAccount.create("twitter", {}, 1), () => true));
      }
    }
    say(`${creators} creators, ${publishers.length} of them publish`);
    const until = performance.now() + seconds * 1_000;
    const loop = (pause_ms: number, work: () => Promise<void>) =>
      loops.push((async () => {
        while (performance.now() < until && !isOver) {
          await work();
          await pause(pause_ms * (0.5 + random()));
        }
      })());

    for (const account of accounts) {
      loop(1_500, async () => {
        await attempt(() =>
          account.row.simulator.add(account.account_id, `Seen at ${Math.round(elapsed())} s`).then(() => {})
        );
        await attempt(() => account.syncOnce({ max_results: 50 }));
      });
    }
    for (const own of publishers) {
      loop(Math.max(2_500, Math.min(seconds, X_WINDOW_SECONDS) * 1_000 / X_POSTS), async () => {
        const text = `Post ${crypto.randomUUID()}`;
        await attempt(async () => {
          posts.set(await own.due({ kind: "text", body: text }), { own, text });
        });
      });
    }
    for (
      const path of [
        "search-content?query=seen",
        "browse-content",
        "get-trending",
        "browse-creators",
        "health",
      ]
    ) {
      loop(400, async () => {
        await attempt(async () => {
          const response = await fetch(`${stack.info.api_url}/functions/v1/${path}`, {
            headers: { apikey: stack.info.publishable_key },
            signal: AbortSignal.timeout(10_000),
          });
          await response.body?.cancel();
          return response;
        });
      });
    }

    const breaks: Record<string, () => Promise<void> | void> = {
      "functions killed": () =>
        childrenOf(stack.info.pid).filter(({ command }) => !/simulators|postgres/.test(command)).forEach((
          { pid },
        ) => signal(pid)),
      "worker killed": () => {
        signal(worker.pid);
        worker = hire(home);
      },
      "database restarted": () => crash(sql),
      "provider down": async () => {
        const account = pick([...accounts, ...publishers.map(({ account }) => account)]);
        await account.arm(".", pick(OUTAGES), { times: 1 + Math.floor(random() * 8) });
      },
      "tokens expired": async () => {
        for (const { row, account_id } of accounts) {
          await expire(stack.info.simulator_url, row.slug, account_id);
        }
      },
      "clock jumped": async () => {
        for (const name of CLOCKWORK) {
          const moment = pick(MOMENTS);
          await onceUp(() => sql.unsafe(`select ${name}($1::timestamptz)`, [moment]));
          await onceUp(() => sql.unsafe(`select ${name}(now())`));
        }
        // End the month of one creator while they sync.
        const { creator } = pick(accounts);
        await onceUp(() =>
          sql`update public.subscription set cycle_end_date = now() - interval '1 second' where user_id = ${creator.id}`
        );
        await onceUp(() => sql`select ops.reset_expired_quotas()`);
      },
    };
    const names = Object.keys(breaks);
    // The last tenth of the time is for healing, and to see memory return to its former level.
    while (performance.now() < until - seconds * 100) {
      await pause(600 + random() * 1_400);
      const name = pick(names);
      await within(ONE_THING_MS, async () => await breaks[name]?.()).then(() => fault(name), (error) => {
        fault(`${name}, in vain`);
        const reason = `${name}: ${told(error)}`;
        in_vain[reason] = (in_vain[reason] ?? 0) + 1;
      });
    }
    const calm_at = performance.now();
    await Promise.all(loops);
    say(`${Object.values(faults).reduce((sum, count) => sum + count, 0)} faults: ${JSON.stringify(faults)}`);
    const end = performance.now() + HEAL_WITHIN_MS;
    const becomes = (what: string, look: () => Promise<void>) => becomesSo(what, wrong, end, look);
    await Promise.all(
      [...accounts, ...publishers.map(({ account }) => account)].map((account) =>
        becomes("the end of the faults", () => account.disarm())
      ),
    );
    let reconnected = 0;
    for (const [index, account] of accounts.entries()) {
      await becomes(`library ${index} of ${account.row.slug}`, async () => {
        // If the platform rotates refresh tokens and the answer was lost, no valid token is left, and the creator was asked to reconnect.
        const { status } = await account.state();
        if (status === "disconnected") {
          await account.reconnect();
          reconnected += 1;
        }
        await account.awaitQuota();
        await account.syncAll({ max_results: 50 });
        await account.assertSameLibrary();
      });
    }
    await becomes("open posts", async () => {
      const open =
        await sql`select 1 from publishing.post_target where next_at is not null or status in ('unknown', 'publishing', 'waiting')`;
      if (open.length > 0) throw new Error(`${open.length} posts are still open`);
    });
    await becomes("jobs", async () => {
      const left = await sql<
        { handler: string }[]
      >`select handler from ops.job_ready where leased_until is not null or run_at < now() - interval '30 seconds'`;
      if (left.length > 0) throw new Error(`${left.length} jobs are left over: ${left[0]?.handler}`);
    });
    const healed_after_seconds = (performance.now() - calm_at) / 1_000;
    for (const own of publishers) {
      await becomes("posts", async () => {
        const shown = await own.shown();
        const bad: string[] = [];
        for (const [id, post] of posts) {
          if (post.own !== own) continue;
          const target = await own.target(id);
          const copies = shown.filter((one) => one.text.includes(post.text)).length;
          if (target.status !== "published" || copies !== 1) {
            const why = target.error_message ?? target.wait_reason;
            bad.push(`${id} is ${target.status} (${why}), and the platform shows it ${copies} times`);
          }
        }
        if (bad.length > 0) throw new Error(`${bad.length} not exactly once: ${bad.slice(0, 3).join("; ")}`);
      });
    }
    await becomes("duplicates", async () => {
      const [twice] = await sql<{ items: number; cycles: number }[]>`
        select
          (select count(*)::integer from (select from public.content_item
            group by social_account_id, platform_content_id having count(*) > 1) as items) as items,
          (select count(*)::integer from (select from public.quota_usage_history
            group by user_id, cycle_start_date having count(*) > 1) as cycles) as cycles`;
      if (twice?.items || twice?.cycles) {
        throw new Error(`${twice.items} items and ${twice.cycles} closed cycles exist twice`);
      }
    });

    const third = Math.floor(timeline.length / 3);
    const middle = (part: Second[]) =>
      part.map(({ memory_mb }) => memory_mb).toSorted((a, b) => a - b)[Math.floor(part.length / 2)] ?? 0;
    const memory_mb = {
      first_third: middle(timeline.slice(0, third)),
      last_third: middle(timeline.slice(-third)),
    };
    if (seconds >= 300 && memory_mb.last_third > memory_mb.first_third * 1.5 + 200) {
      wrong.push(`memory grew: ${JSON.stringify(memory_mb)}`);
    }
    let items = 0;
    await becomes("items", async () => {
      items = (await Promise.all(accounts.map((account) => account.library())))
        .reduce((sum, { length }) => sum + length, 0);
    });
    return {
      seed,
      seconds,
      creators,
      requests: timeline.reduce((sum, { answered, refused }) => sum + answered + refused, 0),
      refused: timeline.reduce((sum, { refused }) => sum + refused, 0),
      items,
      posts: posts.size,
      faults,
      in_vain,
      reconnected,
      healed_after_seconds: Math.round(healed_after_seconds * 10) / 10,
      memory_mb,
      wrong,
      timeline,
    };
  } finally {
    isOver = true;
    removeEventListener("unhandledrejection", mourn);
    clearInterval(clock);
    signal(worker.pid);
    const tidy = async () => {
      await Promise.allSettled(loops);
      await worker.status;
      await Promise.allSettled([...accounts, ...publishers].map((one) => one[Symbol.asyncDispose]()));
      await sql.end({ timeout: 1 });
    };
    await within(ONE_THING_MS, tidy).catch(() => {});
    useStack(null);
    await within(ONE_THING_MS, () => stack.stop()).catch(() => stack.kill9());
    await Deno.remove(home, { recursive: true }).catch(() => {});
  }
}

/** Retries until the check passes or the time is up; then records the failure in `wrong`. */
async function becomesSo(
  what: string,
  wrong: string[],
  end: number,
  look: () => Promise<void>,
): Promise<void> {
  for (;;) {
    try {
      return await within(ONE_THING_MS, look);
    } catch (error) {
      if (performance.now() > end) {
        wrong.push(`${what}: ${told(error)}`);
        return;
      }
      await pause(500);
    }
  }
}

/** @throws When the work takes longer: a connection may wait forever for a server that was killed. */
async function within<T>(ms: number, work: () => Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not finished within ${ms / 1_000} s`)), ms);
  });
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Retries for a minute as long as the error may be temporary. */
async function again<T>(work: () => PromiseLike<T>, mayPass: (error: unknown) => boolean): Promise<T> {
  for (const end = performance.now() + ONE_THING_MS;;) {
    try {
      return await work();
    } catch (error) {
      if (performance.now() > end || !mayPass(error)) throw error;
      await pause(200);
    }
  }
}

/** Retries while the database is down; any other error is thrown. */
function onceUp<T>(ask: () => PromiseLike<T>): Promise<T> {
  return again(ask, (error) => LOST.test(`${error} ${(error as { code?: string }).code}`));
}

function told(error: unknown): string {
  const { message, code } = error as { message?: string; code?: string };
  return `${code ?? ""} ${message ?? error}`.trim().slice(0, 400);
}

function hire(home: string): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--no-check",
      new URL("../worker/worker.ts", import.meta.url).pathname,
      "--concurrency",
      "8",
    ],
    env: { ...SETTINGS, STREAMVIBE_HOME: home },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
}

async function expire(simulator_url: string, slug: PlatformSlug, account_id: string): Promise<void> {
  const response = await fetch(`${simulator_url}/_admin/${rowOf(slug).slug}/tokens/expire`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ account_id, which: "access" }),
  });
  await response.body?.cancel();
}

function signal(pid: number): void {
  try {
    Deno.kill(pid, "SIGKILL");
  } catch {
    // The process has already exited.
  }
}

interface Running {
  pid: number;
  parent: number;
  command: string;
  memory_mb: number;
}

function processes(): Running[] {
  const found: Running[] = [];
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const status = Deno.readTextFileSync(join("/proc", name, "status"));
      found.push({
        pid: Number(name),
        parent: Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]),
        command: Deno.readTextFileSync(join("/proc", name, "cmdline")).replaceAll("\0", " "),
        memory_mb: Number(/^RssAnon:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1_024,
      });
    } catch {
      // The process exited while it was being read.
    }
  }
  return found;
}

function childrenOf(pid: number): Running[] {
  return processes().filter(({ parent }) => parent === pid);
}

/** Private memory of the stack, its functions and simulators, the database and the worker. */
function memoryOf(...roots: number[]): number {
  const all = processes();
  const of = new Set(roots);
  for (let size = 0; size !== of.size;) {
    size = of.size;
    for (const { pid, parent } of all) if (of.has(parent)) of.add(pid);
  }
  return Math.round(all.filter(({ pid }) => of.has(pid)).reduce((sum, { memory_mb }) => sum + memory_mb, 0));
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** mulberry32: small, and deterministic on every machine. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
