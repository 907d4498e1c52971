/**
 * The handlers of this release by their names in `ops.job_handler`: a new one is a line here and a row there. A handler's modules are loaded
 * with its first job, so a worker loads only what it runs.
 */
import type { PlatformSlug } from "../platforms/platform.ts";
import type { Handler, Registry } from "./job.ts";

const sync = (slug: PlatformSlug, items: string) => async (): Promise<Handler> =>
  (await import("../sync/sync_job.ts")).syncJob(slug, items);

export const HANDLERS: Registry = {
  sync_youtube: sync("youtube", "videos"),
  sync_instagram: sync("instagram", "posts"),
  sync_tiktok: sync("tiktok", "videos"),
  sync_facebook: sync("facebook", "posts"),
  sync_twitter: sync("twitter", "posts"),
  ai_generate_tags: async () => (await import("../ai/ai_job.ts")).generateTagsJob,
  publish_account: async () => (await import("../publishing/publish_job.ts")).publishJob,
  seo_submit: async () => (await import("../seo/seo_job.ts")).submitJob,
  deliver_webhooks: async () => (await import("../webhooks/deliver.ts")).deliverWebhooksJob,
  keep_media: async () => (await import("../publishing/keep_media.ts")).keepMediaJob,
  renew_pushes: async () => (await import("../sync/renew_pushes.ts")).renewPushesJob,
  token_refresh: async () => {
    const { refreshTokens } = await import("../connections/refresh_tokens.ts");
    return async ({ context }) => ({ result: { ...await refreshTokens(context) } });
  },
  quota_reset: () =>
    Promise.resolve(async ({ context }) => ({
      result: { reset: await context.admin.call("reset_due_quotas") },
    })),
  /** Measures the queue itself. The database has this job type only where a benchmark or a test has added it. */
  no_op: () => Promise.resolve(() => Promise.resolve({ result: null })),
};
