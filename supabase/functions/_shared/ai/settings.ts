import * as z from "zod";
import { settingsPart } from "../settings/settings.ts";
import { milliseconds, url, whole } from "../settings/values.ts";

/** Keys and addresses of the model providers, and the installation's budget. A provider without a key is not called. */
export const AI = settingsPart("ai", {
  OPENAI_API_KEY: z.string().optional(),
  OPENAI_API_URL: url.default("https://api.openai.com/v1"),
  ANTHROPIC_API_KEY: z.string().optional(),
  ANTHROPIC_API_URL: url.default("https://api.anthropic.com/v1"),
  GOOGLE_AI_API_KEY: z.string().optional(),
  GOOGLE_AI_API_URL: url.default("https://generativelanguage.googleapis.com/v1beta"),
  LOCAL_AI_ENDPOINT: url.optional(),
  AI_TIMEOUT_MS: milliseconds.default(45_000),
  AI_MAX_OUTPUT_TOKENS: whole(256, 32_768).default(2_048),
  AI_MONTHLY_BUDGET_CENTS: z.coerce.number().min(0).optional(),
  TRENDING_FEED_URL: url.optional(),
});
