/** An optional external source of keywords: any URL that returns a JSON list. */
import * as z from "zod";
import type { Context } from "../context.ts";
import { callProvider, readJson } from "../http/outgoing.ts";
import { AI } from "./settings.ts";

const Feed = z.array(z.object({
  keyword: z.string().min(2).max(60),
  language: z.string().max(20).optional(),
  category: z.string().max(40).optional(),
  /** From 0 to 100. */
  score: z.number().min(0).max(100).optional(),
  growth: z.number().min(0).max(1e9).optional(),
})).max(2_000);

/** Returns the rows of TRENDING_FEED_URL; none when it is not set, cannot be reached or returns invalid data. */
export async function readFeed(context: Context): Promise<z.output<typeof Feed>> {
  const { TRENDING_FEED_URL } = context.settings.of(AI);
  if (!TRENDING_FEED_URL) return [];
  try {
    const response = await callProvider(TRENDING_FEED_URL, { headers: { accept: "application/json" } }, {
      provider: "trending feed",
      timeout_ms: 10_000,
      retry: "safe",
      request_id: context.request_id,
      signal: context.signal,
      fetch: context.fetch,
    });
    return Feed.parse(await readJson(response, "trending feed"));
  } catch (error) {
    context.log.warn("the trending feed cannot be used", { error });
    return [];
  }
}
