/** Every kind of job that this release can do, by its name in `ops.job_handler`. A new one is a line here and a row there. */
import { refreshTokens } from "../connections/refresh_tokens.ts";
import type { Handler, Registry } from "./job.ts";
import { platformSync } from "./platform_sync.ts";

const tokenRefresh: Handler = async ({ context }) => ({ result: { ...await refreshTokens(context) } });

const quotaReset: Handler = async ({ context }) => ({
  result: { reset: await context.admin.call<number>("reset_due_quotas") },
});

/** For measuring the queue itself: the database offers it only where a benchmark or a test has added it. */
const noOp: Handler = () => Promise.resolve({ result: null });

export const HANDLERS: Registry = {
  sync_youtube: platformSync("youtube", "videos"),
  sync_instagram: platformSync("instagram", "posts"),
  sync_tiktok: platformSync("tiktok", "videos"),
  sync_facebook: platformSync("facebook", "posts"),
  sync_twitter: platformSync("twitter", "posts"),
  token_refresh: tokenRefresh,
  quota_reset: quotaReset,
  no_op: noOp,
};
