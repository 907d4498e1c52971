/**
 * Creates more demo data after `ready`, so that nobody waits for it: every page of the console has something to show. Uses the same calls
 * as an app; a step that fails does not stop the others.
 */
import { createClient } from "@supabase/supabase-js";
import postgres from "postgres";
import { z } from "zod";
import { call } from "./functions.ts";
import { expect, type Journey, known, must, newJourney, type Stack, type Step } from "./journey.ts";
import { seed } from "./seed.ts";
import { ask } from "./simulated_platforms.ts";
import { changePlan } from "./steps/change_plan.ts";
import { connectPlatform, PLATFORMS, syncPlatform } from "./steps/platforms.ts";
import { publish, upload } from "./steps/publish.ts";
import { submitPages } from "./steps/submit_pages.ts";
import { suggest } from "./steps/suggest.ts";

const DAY = 86_400_000;
const Anything = z.looseObject({});
const Created = z.object({ post_id: z.uuid() });

/** Suggests texts for several items: one by a direct call, the others by a job. */
const suggestMore: Step = {
  name: "Suggest more",
  async run(journey) {
    const items = await newest(journey, 4);
    const first = items[0]?.id;
    const { suggestion_id } = await call(
      journey,
      "ai-generate-tags",
      { content_item_id: first },
      z.object({ suggestion_id: z.uuid() }),
    );
    await call(journey, "apply-ai-suggestion", { suggestion_id, fields: ["tags"] }, Anything);
    const rest = items.slice(1).map(({ id }) => id);
    await must("create a job", createJob(journey, "ai_generate_tags", { content_item_ids: rest }));
    await must("create a job", createJob(journey, "seo_submit", { content_item_ids: rest }));
    return `${items.length} items`;
  },
};

const draftPosts: Step = {
  name: "Plan posts",
  async run(journey) {
    const social_account_id = journey.others?.get("twitter")?.social_account_id;
    const targets = [{ social_account_id, kind: "text" }];
    const posts = [
      {
        body: "Behind the scenes of tomorrow's video",
        publish_at: new Date(Date.now() + 2 * DAY).toISOString(),
      },
      {
        body: "Thank you for all the questions: answers on Sunday",
        publish_at: new Date(Date.now() + 5 * DAY).toISOString(),
      },
      { body: "An idea that is not finished yet" },
    ];
    for (const post of posts) {
      await call(journey, "create-post", { ...post, targets, time_zone: "UTC" }, Created);
    }
    return `${posts.length} posts`;
  },
};

const hearEvents: Step = {
  name: "Add a webhook",
  async run(journey) {
    const input = {
      url: "https://hooks.example.com/streamvibe",
      events: ["post.*"],
      description: "Our team's channel",
    };
    const { endpoint_id } = await call(journey, "save-webhook", input, z.object({ endpoint_id: z.uuid() }));
    await call(journey, "send-webhook", { endpoint_id }, Anything);
    return input.url;
  },
};

/** Clicks from several sites, each by a different visitor: repeated clicks of one visitor count once. */
const clicks: Step = {
  name: "Visitors click",
  async run(journey) {
    const items = await newest(journey, 6);
    const from = ["https://www.example.org/", "https://news.example.com/", ""];
    for (const [at, { id }] of items.entries()) {
      for (const [site, referrer] of from.entries()) {
        const response = await fetch(`${journey.stack.api_url}/functions/v1/track-click`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({
            content_id: id,
            ...(referrer ? { referrer } : {}),
            user_agent: `Mozilla/5.0 (X11; Linux x86_64) Visitor/${at}.${site}`,
          }),
        });
        await response.body?.cancel();
      }
    }
    return `${items.length * from.length} clicks`;
  },
};

/** Another creator to browse and to follow. */
const neighbour: Step = {
  name: "A neighbour",
  async run(journey) {
    const other = await seed(journey.stack, {
      email: "neighbour@example.com",
      name: "Nora Neighbour",
      videos: 30,
    }, () => {});
    const { data } = await service(journey.stack).from("users").select("id, profile_slug").eq(
      "email",
      other.email,
    ).single();
    await call(journey, "follow", { creator_id: data?.id }, Anything);
    return `/@${data?.profile_slug}`;
  },
};

/** A user with access to the operator's pages and the demo creator's password. */
const operator: Step = {
  name: "An operator",
  async run({ stack, password }) {
    const admin = service(stack);
    const email = OPERATOR;
    const { data, error } = await admin.auth.admin.createUser({
      email,
      password,
      email_confirm: true,
      user_metadata: { display_name: "Demo Operator" },
    });
    if (error) throw new Error(error.message);
    const asked = admin.rpc("set_user_role", { p_user_id: data.user.id, p_role: "admin", p_granted: true });
    const { error: refused } = await asked;
    if (refused) throw new Error(refused.message);
    return email;
  },
};

export const OPERATOR = "operator@example.com";

/** Work of a staff member, made in their own session so that it appears in the audit log. */
const moderate: Step = {
  name: "The operator's work",
  async run({ stack, password, session }) {
    const app = createClient(stack.api_url, stack.publishable_key, { auth: { persistSession: false } });
    const { error } = await app.auth.signInWithPassword({ email: OPERATOR, password });
    if (error) throw new Error(error.message);
    await done(
      "feature a creator",
      app.rpc("feature_creator", {
        p_user_id: session?.user.id,
        p_reason: "New here, and worth a look",
        p_ends_at: new Date(Date.now() + 30 * DAY).toISOString(),
      }),
    );
    const admin = service(stack);
    const { id } = await must(
      "find the neighbour",
      admin.from("users").select("id").eq("email", "neighbour@example.com").single(),
    );
    await done("make a moderator", app.rpc("set_user_role", { p_user_id: id, p_role: "moderator" }));
    const [item] = await must(
      "find an item",
      admin.from("content_item").select("id").eq("user_id", id).order("published_at").limit(1),
    );
    await done(
      "hide an item",
      app.rpc("set_content_hidden", {
        p_content_item_id: item?.id,
        p_hidden: true,
        p_reason: "Shows somebody who did not agree to it",
      }),
    );
    return "featured, hidden, made a moderator";
  },
};

/** A permanently failed job. Real attempts would take hours, so the rows are inserted directly; retrying the job runs a real sync. */
const failForGood: Step = {
  name: "A job that failed",
  async run({ stack, session, social_account_id }) {
    if (!stack.db_url) return "no database to write to";
    const sql = postgres(stack.db_url, { max: 1, onnotice: () => {} });
    try {
      await sql`
        with failed as (
          insert into public.job_queue (user_id, job_type, handler, status, params, dedupe_hash, attempts, max_attempts, error_code, error_message,
            started_at, finished_at)
          select ${session?.user.id ?? null}, 'platform_sync', 'sync_youtube', 'failed',
            jsonb_build_object('social_account_id', ${
        social_account_id ?? null
      }::uuid), 1, 3, 3, 'provider_unavailable',
            'YouTube did not answer three times; the sync goes on where it stopped', now() - interval '4 seconds', now()
          where not exists (select from ops.job_dead_letter)
          returning id, handler, error_code)
        insert into ops.job_dead_letter (job_id, handler, error_code) select id, handler, error_code from failed`;
      return "one dead letter";
    } finally {
      await sql.end();
    }
  },
};

/** Posts that need a decision: X already has the same text, Facebook blocks the Page, and TikTok's answer is lost. */
const refusedPosts: Step = {
  name: "Posts that did not go out",
  async run(journey) {
    const words = "Questions for Sunday's stream: ask below";
    const account = (slug: string) => known(journey.others?.get(slug), `an account of ${slug}`);
    const post = async (
      slug: string,
      end: string,
      target: Record<string, unknown>,
      media_ids: string[] = [],
    ) => {
      const targets = [{ social_account_id: account(slug).social_account_id, ...target }];
      const { post_id } = await call(
        journey,
        "create-post",
        { body: words, media_ids, now: true, targets },
        Created,
      );
      await ended(journey, post_id, end);
    };
    await post("twitter", "published", { kind: "text" });
    await post("twitter", "failed", { kind: "text" });
    await ask(journey.stack, "faults", {
      match: "POST .*/feed",
      account: account("facebook").account_id,
      fault: { reason: "blocked" },
    });
    await post("facebook", "failed", { kind: "text" });
    await ask(journey.stack, "faults", {
      match: "content/init",
      account: account("tiktok").account_id,
      fault: { lost: true },
    });
    const target = { kind: "image", options: { privacy: "SELF_ONLY" } };
    await post("tiktok", "unknown", target, [await upload(journey)]);
    return "one that X already has, one that Facebook blocks, one that TikTok did not confirm";
  },
};

/** Waits until the post's only target has this status and no worker is still resolving it. */
async function ended({ app }: Journey, post_id: string, end: string): Promise<void> {
  for (const limit = Date.now() + 120_000;;) {
    const [target] = await must(
      "read the post",
      app.from("post_target").select("status, who_must_act").eq("post_id", post_id),
    );
    const isAsked = target?.status === "unknown" && target.who_must_act === "nobody";
    if (target?.status === end && !isAsked) return;
    expect(Date.now() < limit, `Cannot wait any longer for a post to be ${end}: it is ${target?.status}`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** Two months of follower counts, which a new stack cannot have collected. */
const followers: Step = {
  name: "Two months of followers",
  async run({ stack, session }) {
    if (!stack.db_url) return "no database to write to";
    const sql = postgres(stack.db_url, { max: 1, onnotice: () => {} });
    try {
      // Each account grows at its own rate, so that the lines of the chart do not overlap.
      await sql`
        insert into ops.account_stat_daily (social_account_id, day, followers)
        select account.id, (now() at time zone 'utc')::date - n,
          round(account.followers_count * (1 - (n + 3 * sin(n * shape.step)) * shape.step / 100))
        from public.social_account as account
        cross join lateral (select 0.4 + abs(hashtext(account.id::text) % 40) / 100.0 as step) as shape
        cross join generate_series(1, 60) as n
        where account.user_id = ${session?.user.id ?? null} and account.followers_count is not null
        on conflict do nothing`;
      return "60 days";
    } finally {
      await sql.end();
    }
  },
};

const STEPS: Step[] = [
  operator,
  neighbour,
  clicks,
  changePlan,
  ...PLATFORMS.flatMap((platform) => [connectPlatform(platform), syncPlatform(platform)]),
  followers,
  suggest,
  suggestMore,
  draftPosts,
  hearEvents,
  submitPages,
  moderate,
  failForGood,
  publish,
  refusedPosts,
];

/** Runs all steps and returns the errors of those that failed; the other steps keep their results. */
export async function furnish(stack: Stack, login: { email: string; password: string }): Promise<string[]> {
  const journey = newJourney(stack, { ...login, name: "Demo Creator" });
  const { data, error } = await journey.app.auth.signInWithPassword(login);
  if (error) return [`Sign in: ${error.message}`];
  journey.session = data.session;
  const accounts = await must(
    "read the account",
    journey.app.from("social_account").select("id").order("created_at").limit(1),
  );
  journey.social_account_id = accounts[0]?.id;
  const failed: string[] = [];
  for (const step of STEPS) {
    try {
      await step.run(journey, { update: () => {} });
    } catch (error) {
      failed.push(`${step.name}: ${error instanceof Error ? error.message : error}`);
    }
  }
  return failed;
}

/** Throws if a call without a result failed. */
async function done(what: string, asked: PromiseLike<{ error: { message: string } | null }>): Promise<void> {
  const { error } = await asked;
  if (error) throw new Error(`Cannot ${what}: ${error.message}`);
}

async function newest({ app }: Journey, count: number): Promise<{ id: string }[]> {
  const asked = app.from("content_item").select("id").eq("visibility", "public").is("deleted_at", null);
  return await must("read the library", asked.order("published_at", { ascending: false }).limit(count));
}

function createJob({ app, session }: Journey, p_job_type: string, p_params: Record<string, unknown>) {
  return app.rpc("create_job", { p_user_id: session?.user.id, p_job_type, p_params });
}

function service({ api_url, secret_key }: Stack) {
  return createClient(api_url, secret_key, { auth: { persistSession: false, autoRefreshToken: false } });
}
