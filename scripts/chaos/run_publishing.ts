/**
 * Publishes posts to the simulated platforms with one faulted call per post, then checks the platforms for duplicates and lost posts.
 * The same seed produces the same plan. With the rule "retry on error" the posts go out as many products send them: a failed job starts over.
 */
import type { Context } from "../../supabase/functions/_shared/context.ts";
import { PlatformFault, type PlatformSlug } from "../../supabase/functions/_shared/platforms/platform.ts";
import { platformOf } from "../../supabase/functions/_shared/platforms/registry.ts";
import { mediaSource } from "../../supabase/functions/_shared/publishing/media.ts";
import type { Medium } from "../../supabase/functions/_shared/publishing/publisher.ts";
import { publisherOf } from "../../supabase/functions/_shared/publishing/registry.ts";
import { PublishingAccount, type Shown } from "../../supabase/functions/tests/support/publishing_account.ts";
import { Seeded } from "../simulators/engine/seeded.ts";
import { simulator } from "../test/stack.ts";
import { CALL_TIMEOUT_MS, FAULTS, type StepCase, STEPS } from "./publishing_steps.ts";

export interface PublishingChaosOptions {
  runs: number;
  seed: number;
  /** Accounts per platform, which is also the number of posts in progress at once there. */
  accounts: number;
  rule?: "ask" | "retry on error";
  /** Restricts the run to steps whose names match. */
  only?: RegExp | undefined;
  /** Called at intervals to crash the database. */
  crash?: (() => Promise<void>) | undefined;
  crash_every?: number;
  say?: (line: string) => void;
}

export interface PublishingChaosReport {
  rule: string;
  runs: number;
  seconds: number;
  /** The lowest number of times that the fault of any pair of step and fault was triggered. */
  fewest_per_pair: number;
  /** Runs whose fault was never triggered, by pair; a post that waits for a limit may not reach the call. */
  unfired: Record<string, number>;
  crashes: number;
  duplicates: number;
  lost: number;
  duplicates_by_platform: Record<string, number>;
  lost_by_platform: Record<string, number>;
  by_status: Record<string, number>;
  /** Publishing calls whose answer was lost: how many were settled without a person, how many were left to the creator, and how. */
  unheard: { settled: number; left: number; by: Record<string, number> };
  faults: string[];
}

const SETTINGS = {
  PUBLISH_SETTLE_SECONDS: "2",
  PUBLISH_ASK_SECONDS: "1",
  PUBLISH_TIMEOUT_MS: String(CALL_TIMEOUT_MS),
  PROVIDER_TIMEOUT_MS: "5000",
  PUBLISH_CHUNK_BYTES: "262144",
  YOUTUBE_UPLOADS_PER_DAY: "1000000",
  DATABASE_TIMEOUT_MS: "30000",
};

interface Planned {
  step: StepCase;
  fault: string;
  number: number;
}

export async function runPublishing(options: PublishingChaosOptions): Promise<PublishingChaosReport> {
  const { runs, seed, accounts, rule = "ask", say = () => {} } = options;
  const started = performance.now();
  const steps = STEPS.filter(({ name }) => options.only?.test(name) ?? true);
  const plan = planOf(steps, runs, seed);
  const report: PublishingChaosReport = {
    rule,
    runs,
    seconds: 0,
    fewest_per_pair: 0,
    unfired: {},
    crashes: 0,
    duplicates: 0,
    lost: 0,
    duplicates_by_platform: {},
    lost_by_platform: {},
    by_status: {},
    unheard: { settled: 0, left: 0, by: {} },
    faults: [],
  };
  await simulator("youtube/quota", { bucket: "video_uploads", limit: 10_000_000 }, "PUT");
  const gate = new Gate();
  const slugs = [...new Set(steps.map(({ slug }) => slug))];
  let done = 0;
  const fired = new Map(
    steps.flatMap(({ name }) => Object.keys(FAULTS).map((fault) => [`${name}, ${fault}`, 0])),
  );
  const lane = async (slug: PlatformSlug, queue: Planned[]) => {
    const own = await PublishingAccount.create(slug, SETTINGS);
    try {
      await unlimited(own);
      for (let next = queue.pop(); next; next = queue.pop()) {
        if (options.crash && options.crash_every && next.number % options.crash_every === 0) {
          await gate.close(options.crash, () => own.account.sql`select 1`);
          report.crashes++;
        }
        const pair = `${next.step.name}, ${next.fault}`;
        const hasFired = await one(own, next, rule, report, gate).catch((error) => {
          report.faults.push(`${pair}: ${error}`);
          return false;
        });
        if (hasFired) fired.set(pair, (fired.get(pair) ?? 0) + 1);
        else report.unfired[pair] = (report.unfired[pair] ?? 0) + 1;
        if (++done % 100 === 0) say(`${done} of ${runs}: ${report.duplicates} doubled, ${report.lost} lost`);
      }
    } finally {
      await own[Symbol.asyncDispose]();
    }
  };
  await Promise.all(slugs.flatMap((slug) => {
    const queue = plan.filter(({ step }) => step.slug === slug);
    return Array.from({ length: Math.min(accounts, queue.length) }, () => lane(slug, queue));
  }));
  report.fewest_per_pair = Math.min(...fired.values());
  report.seconds = Math.round((performance.now() - started) / 1_000);
  return report;
}

/** Repeats each pair of step and fault equally often, in a seeded order. */
function planOf(steps: readonly StepCase[], runs: number, seed: number): Planned[] {
  const chance = new Seeded(seed, 0);
  const pairs = steps.flatMap((step) => Object.keys(FAULTS).map((fault) => ({ step, fault })));
  const plan: Planned[] = [];
  while (plan.length < runs) {
    const round = [...pairs];
    while (round.length > 0 && plan.length < runs) {
      const [pair] = round.splice(chance.between(0, round.length - 1), 1);
      if (pair) plan.push({ ...pair, number: plan.length });
    }
  }
  return plan;
}

/** Raises the platforms' posting limits, which this test does not cover. */
async function unlimited(own: PublishingAccount): Promise<void> {
  const { account_id, row } = own.account;
  const buckets: Partial<Record<PlatformSlug, string[]>> = {
    tiktok: ["post/init", "post/creator_info", "post/status"],
    twitter: ["posts", "media"],
  };
  for (const bucket of buckets[row.slug] ?? []) {
    await simulator(`${row.slug}/quota`, { bucket, account_id, limit: 1_000_000 }, "PUT");
  }
}

async function one(
  own: PublishingAccount,
  { step, fault, number }: Planned,
  rule: string,
  report: PublishingChaosReport,
  gate: Gate,
): Promise<boolean> {
  const body = `Post ${number} ${crypto.randomUUID()}`;
  const options = JSON.parse(
    JSON.stringify(step.options ?? {}),
    (_, value) => typeof value === "string" ? `${value} ${number}` : value,
  );
  const before = (await own.shown()).length;
  const what = FAULTS[fault];
  const kill = new Kill(typeof what === "string" ? what : null, new RegExp(step.match), step.skip ?? 0);
  if (typeof what === "object") await own.account.arm(step.match, what, { skip: step.skip ?? 0 });
  const media_ids = await gate.open(async () => {
    const { sql, social_account_id } = own.account;
    await sql`delete from ops.platform_window where social_account_id = ${social_account_id}`;
    return (await Promise.all((step.media ?? []).map((medium) => own.medium(medium)))).map(({ id }) => id);
  });

  let status: string;
  if (rule === "ask") {
    const title = step.slug === "youtube" ? body : "";
    const id = await gate.open(() => own.due({ kind: step.kind, title, body, media_ids, options }));
    status = await publishToTheEnd(own, id, kill, fault === "two workers", gate);
    await gate.open(() => tally(own, id, report));
  } else {
    status = await retryOnError(own, { ...step, body, options }, media_ids, kill);
  }
  const hasFired = kill.hasFired || (await own.account.armed()).faults.some(({ hits }) => hits > 0);
  await own.account.disarm();
  const shown = (await own.shown()).slice(before);
  report.by_status[status] = (report.by_status[status] ?? 0) + 1;
  judge(report, step, fault, status, shown, body);
  return hasFired;
}

function judge(
  report: PublishingChaosReport,
  step: StepCase,
  fault: string,
  status: string,
  shown: Shown[],
  body: string,
) {
  const isStory = step.kind === "story";
  const posts = shown.filter(({ text, about }) => (isStory || text === body) && about.reply_to === undefined);
  const replies = new Map<string, number>();
  for (
    const text of [
      ...shown.filter(({ about }) => about.reply_to !== undefined).map(({ text }) => text),
      ...posts.flatMap(({ comments }) => comments.map(({ text }) => text)),
    ]
  ) {
    replies.set(text, (replies.get(text) ?? 0) + 1);
  }
  const extra = Math.max(0, posts.length - 1) +
    [...replies.values()].reduce((sum, count) => sum + Math.max(0, count - 1), 0);
  if (extra > 0) {
    report.duplicates += extra;
    report.duplicates_by_platform[step.slug] = (report.duplicates_by_platform[step.slug] ?? 0) + extra;
    if (report.rule === "ask") report.faults.push(`published twice: ${step.name}, ${fault}`);
  }
  // Neither published, nor reported as unknown, nor waiting for its turn.
  if (posts.length === 0 && status !== "unknown" && status !== "waiting") {
    report.lost++;
    report.lost_by_platform[step.slug] = (report.lost_by_platform[step.slug] ?? 0) + 1;
    if (report.rule === "ask") report.faults.push(`lost: ${step.name}, ${fault} (${status})`);
  }
  if (report.rule === "ask" && posts.length === 1 && status === "failed") {
    report.faults.push(`published, but reported as failed: ${step.name}, ${fault}`);
  }
}

async function tally(own: PublishingAccount, id: string, report: PublishingChaosReport): Promise<void> {
  for (const { is_decisive, status, note } of await own.history(id)) {
    if (!is_decisive) continue;
    const by = status === "unknown"
      ? "left to the creator"
      : note === "found by reading the account"
      ? "read back"
      : note === "the platform said so when it was asked"
      ? "asked: there"
      : note === "the platform was asked: nothing came of it"
      ? "asked: absent, sent again"
      : null;
    if (by === null) continue;
    report.unheard.by[by] = (report.unheard.by[by] ?? 0) + 1;
    if (status === "unknown") report.unheard.left++;
    else report.unheard.settled++;
  }
}

/** Runs worker visits, one of which dies or two of which overlap, until the post reaches a final state. */
async function publishToTheEnd(
  own: PublishingAccount,
  id: string,
  kill: Kill,
  isDoubled: boolean,
  gate: Gate,
): Promise<string> {
  const first = own.visit(kill.worker(own.context)).catch(ignore);
  if (isDoubled) {
    // The first worker's lease expires while it waits for a slow answer, and a second worker takes over the post.
    let target = await gate.open(() => own.target(id));
    let isOver = false;
    first.finally(() => isOver = true);
    while (!target.is_sent && target.next_at !== null && !isOver) {
      await pause(20);
      target = await gate.open(() => own.target(id));
    }
    const { sql } = own.account;
    await gate.open(() =>
      sql`update publishing.post_target set leased_until = now() where id = ${id} and leased_until is not null`
    );
    await own.visit().catch(ignore);
  }
  await first;
  for (let visit = 0; visit < 60; visit++) {
    const target = await gate.open(() => own.target(id));
    if (target.next_at === null) return target.status;
    await gate.open(() => own.nudge(id));
    await pause(170);
    // Some calls only happen in a later visit.
    await own.visit(kill.hasFired ? own.context : kill.worker(own.context)).catch(ignore);
  }
  return (await gate.open(() => own.target(id))).status;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Lets a crash hit the workers in the middle of their work, while the test's own bookkeeping waits until the database is back. */
class Gate {
  private closed: Promise<void> | null = null;
  private inside = 0;

  async open<T>(work: () => Promise<T>): Promise<T> {
    while (this.closed) await this.closed;
    this.inside++;
    try {
      return await work();
    } finally {
      this.inside--;
    }
  }

  async close(crash: () => Promise<void>, look: () => Promise<unknown>): Promise<void> {
    while (this.closed) await this.closed;
    const opened = Promise.withResolvers<void>();
    this.closed = opened.promise;
    try {
      while (this.inside > 0) await pause(5);
      await crash();
      for (let attempt = 0; attempt < 300; attempt++) {
        await pause(100);
        if (await look().then(() => true, () => false)) break;
      }
    } finally {
      this.closed = null;
      opened.resolve();
    }
  }
}

const ignore = () => {};

/** A worker with a wrong clock that dies at one call: nothing that it does afterwards has an effect. */
class Kill {
  private isDead = false;

  /** Whether the worker has reached the call at which it dies. */
  get hasFired(): boolean {
    return this.isDead;
  }

  constructor(
    private readonly when: "kill before" | "kill after" | null,
    private readonly match: RegExp,
    private skip: number,
  ) {}

  worker(context: Context): Context {
    const clock_error = this.when === null ? 0 : (Math.random() - 0.5) * 7_200_000;
    const { admin } = context;
    const died = () => new Error("this worker is dead");
    return {
      ...context,
      now: () => new Date(Date.now() + clock_error),
      admin: {
        call:
          ((...given: Parameters<typeof admin.call>) =>
            this.isDead ? Promise.reject(died()) : admin.call(...given)) as typeof admin.call,
      },
      fetch: async (input, init) => {
        if (this.isDead) throw died();
        const url = new URL(input instanceof Request ? input.url : input);
        const isIt = this.when !== null &&
          this.match.test(`${init?.method ?? "GET"} ${url.pathname}${url.search}`) && this.skip-- === 0;
        if (isIt && this.when === "kill before") {
          this.isDead = true;
          throw died();
        }
        const response = await context.fetch(input, init);
        if (isIt) {
          await response.arrayBuffer();
          this.isDead = true;
          throw died();
        }
        return response;
      },
    };
  }
}

/** Publishes as many products do: a failed job starts over from the beginning, up to five times. */
async function retryOnError(
  own: PublishingAccount,
  post: {
    kind: StepCase["kind"];
    slug: PlatformSlug;
    body: string;
    options: NonNullable<StepCase["options"]>;
  },
  media_ids: string[],
  kill: Kill,
): Promise<string> {
  const media = await own.account.sql<
    Medium[]
  >`select *, bytes::float8 as bytes from publishing.media where id = any (${media_ids})`;
  const { tokens } = await own.account.state();
  for (let attempt = 0; attempt < 5; attempt++) {
    const context = attempt === 0 ? kill.worker(own.context) : own.context;
    const { admin: _, ...rest } = context;
    const platform = await platformOf(post.slug, rest);
    const publisher = await publisherOf(post.slug, {
      ...rest,
      platform,
      media: mediaSource(rest),
      known_ids: [],
    });
    try {
      let state = {};
      for (let call = 0; call < 200; call++) {
        const step = publisher.next({
          ...post,
          title: post.slug === "youtube" ? post.body : "",
          media: media.map((medium) => ({ ...medium, bytes: Number(medium.bytes) })),
          thumbnail: null,
          due_at: null,
          state,
          account: { platform_account_id: own.account.account_id, details: {} },
          is_open: false,
        });
        if (step === null) return "published";
        const outcome = await step.call(tokens);
        state = outcome.state;
        if (outcome.wait_seconds) await new Promise((resolve) => setTimeout(resolve, 300));
      }
    } catch (error) {
      if (error instanceof PlatformFault && error.reason === "duplicate") return "published";
      await new Promise((resolve) => setTimeout(resolve, 400));
    }
  }
  return "failed";
}
