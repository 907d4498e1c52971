/**
 * Many posts that are due within a minute, on many accounts at X and Facebook, with `deno task worker` beside the stack: how late each post
 * starts, and whether the order on each account is kept, each post is published once and no platform limit refuses one.
 */
import { poolerUrl, simulatorSettings } from "../local/functions/environment.ts";
import { simulator, testDatabase, testStack, useStack } from "../test/stack.ts";
import { bootStack } from "../test_runner/boot.ts";
import { PublishingAccount, type Shown } from "../../supabase/functions/tests/support/publishing_account.ts";
import { atMost, type Benchmark } from "./benchmark.ts";

export interface ScheduledPlan {
  posts: number;
  accounts: number;
  /** The period over which the due times are evenly spread. */
  seconds: number;
}

export interface ScheduledReport {
  published: number;
  /** From the scheduled time to the first call. */
  late_p50_s: number;
  late_p99_s: number;
  late_most_s: number;
  out_of_order: number;
  twice: number;
  refused_by_limits: number;
}

interface Account {
  slug: string;
  account_id: string;
  social_account_id: string;
  user_id: string;
}

const SLUGS = ["twitter", "facebook"] as const;

export async function runScheduled({ posts, accounts, seconds }: ScheduledPlan): Promise<ScheduledReport> {
  const all = await createAccounts(accounts);
  const sql = await testDatabase({ max: 4 });
  await using _worker = await startWorker();
  try {
    // Leaves enough time to save all posts before the first is due.
    const start = Date.now() + 2_000 + posts * 15;
    await Promise.all(Array.from({ length: 4 }, async (_, lane) => {
      for (let index = lane; index < posts; index += 4) {
        const { user_id, social_account_id } = all[index % all.length] as Account;
        const post = { title: "", body: `Scheduled ${index} ${crypto.randomUUID()}`, media_ids: [] };
        const at = new Date(start + index / posts * seconds * 1_000);
        await sql`select public.save_post(${user_id}, null, null, ${sql.json(post)},
          ${sql.json([{ social_account_id, kind: "text" }])}, ${at})`;
      }
    }));
    const ids = all.map(({ social_account_id }) => social_account_id);
    for (const end = start + seconds * 1_000 + 180_000;;) {
      const [open] = await sql<{ count: number }[]>`
        select count(*)::int as count from publishing.post_target where social_account_id = any (${ids}) and next_at is not null`;
      if (open?.count === 0) break;
      if (Date.now() > end) {
        throw new Error(
          `Cannot end: ${open?.count} posts are still open three minutes after the last was due`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    const rows = await sql<{ account: string; status: string; late: number; sent: Date }[]>`
      select target.social_account_id as account, target.status, extract(epoch from min(attempt.armed_at) - target.due_at)::float8 as late,
        max(attempt.sent_at) as sent
      from publishing.post_target as target join publishing.publish_attempt as attempt on attempt.target_id = target.id
      where target.social_account_id = any (${ids})
      group by target.id order by target.due_at, target.id`;
    const late = rows.map((row) => row.late).sort((one, other) => one - other);
    const part = (share: number) =>
      late[Math.min(late.length - 1, Math.ceil(late.length * share) - 1)] ?? NaN;
    const last = new Map<string, number>();
    let out_of_order = 0;
    for (const { account, sent } of rows) {
      if (sent.getTime() < (last.get(account) ?? 0)) out_of_order++;
      last.set(account, sent.getTime());
    }
    let [twice, refused_by_limits] = [0, 0];
    for (const { slug, account_id } of all) {
      const { published } = await simulator<{ published: Shown[] }>(
        `${slug}/published?account_id=${account_id}`,
      );
      twice += published.length - new Set(published.map(({ text }) => text)).size;
      const { requests } = await simulator<{ requests: { status: number }[] }>(
        `requests?account=${account_id}&limit=10000`,
      );
      refused_by_limits += requests.filter(({ status }) => status === 429).length;
    }
    return {
      published: rows.filter(({ status }) => status === "published").length,
      late_p50_s: part(0.5),
      late_p99_s: part(0.99),
      late_most_s: part(1),
      out_of_order,
      twice,
      refused_by_limits,
    };
  } finally {
    await sql.end();
  }
}

async function createAccounts(count: number): Promise<Account[]> {
  const all: Account[] = [];
  await Promise.all(Array.from({ length: 6 }, async (_, lane) => {
    for (let index = lane; index < count; index += 6) {
      const slug = SLUGS[index % SLUGS.length] ?? SLUGS[0];
      await using own = await PublishingAccount.create(slug, {}, 0);
      const { account_id, social_account_id, creator } = own.account;
      all.push({ slug, account_id, social_account_id, user_id: creator.id });
    }
  }));
  return all;
}

/** Starts `deno task worker`, as an operator does, for the stack of this run. */
async function startWorker() {
  const stack = await testStack();
  const worker = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "scripts/worker/worker.ts", "--grace", "2"],
    env: {
      ...simulatorSettings(stack.simulator_url),
      STREAMVIBE_POOLER_URL: poolerUrl(stack.db_url),
      SUPABASE_URL: stack.api_url,
      SUPABASE_SECRET_KEY: stack.secret_key,
      SUPABASE_PUBLISHABLE_KEY: stack.publishable_key,
    },
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const started = Promise.withResolvers<void>();
  const reading = (async () => {
    let printed = "";
    for await (const text of worker.stdout.pipeThrough(new TextDecoderStream())) {
      printed = (printed + text).slice(-2_000);
      if (printed.includes("taking jobs")) started.resolve();
    }
    started.reject(new Error(`Cannot start the worker: ${printed}`));
  })();
  await started.promise;
  return {
    async [Symbol.asyncDispose]() {
      worker.kill("SIGTERM");
      await worker.status;
      started.promise.catch(() => {});
      await reading;
    },
  };
}

export const scheduledPosts: Benchmark = {
  name: "scheduled",
  about: "1,000 posts on 100 accounts, all due within one minute, with a worker",
  async run() {
    const stack = await bootStack();
    try {
      useStack(stack.info);
      const report = await runScheduled({ posts: 1_000, accounts: 100, seconds: 60 });
      return {
        rows: [{ case: "1,000 posts within a minute", system: "streamvibe", values: { ...report } }],
        goals: [
          atMost("delay of the start, p99", 5, report.late_p99_s, " s"),
          atMost("not published", 0, 1_000 - report.published),
          atMost(
            "published out of order or twice, or refused by a limit",
            0,
            report.out_of_order + report.twice + report.refused_by_limits,
          ),
        ],
      };
    } finally {
      useStack(null);
      await stack.stop();
    }
  },
};
