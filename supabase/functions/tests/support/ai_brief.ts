/** The input of an analysis, for tests without a database: a made-up item and little else. */
import { Brief } from "../../_shared/ai/prompt.ts";

export function briefOf(item: Partial<Brief["item"]> = {}, rest: Partial<Brief> = {}): Brief {
  return Brief.parse({
    item: {
      id: crypto.randomUUID(),
      platform: "youtube",
      content_type: "long_video",
      title: "Building a castle",
      description: "All about https://example.com/castle by @mason",
      tags: ["castle"],
      hashtags: [],
      language: "en",
      category: "gaming",
      ...item,
    },
    tone: "natural",
    language: "en",
    candidates: [],
    fingerprint: "x",
    cached: null,
    past: { best_titles: [], patterns: [] },
    trending: [{ keyword: "minecraft", score: 90, growth: 2 }],
    ...rest,
  });
}
