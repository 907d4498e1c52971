import { z } from "zod";
import { createClient } from "@supabase/supabase-js";
import { expect, type Journey, known, must, type Step } from "../journey.ts";
import { hardestWord, misspell } from "../words.ts";

const Item = z.object({ id: z.uuid(), title: z.string(), total_clicks: z.number() });
const Items = z.array(Item);

/** Makes the creator's library public. */
export const becomePublic: Step = {
  name: "Become public",
  async run(journey) {
    const { user } = known(journey.session, "a session");
    const row = await must(
      "become public",
      journey.app.from("users").update({ is_public: true }).eq("id", user.id).select("profile_slug").single(),
    );
    journey.slug = row.profile_slug;
    await refreshLists(journey);
    return `/${row.profile_slug} can be seen by everybody`;
  },
};

/** Browses the categories and the creator's page without a session. */
export const browse: Step = {
  name: "A visitor browses",
  async run(journey) {
    const slug = known(journey.slug, "a public creator");
    const listed = await visit(
      journey,
      `browse-content?creator=${slug}&limit=5`,
      z.object({ content_items: Items, total_count: z.number() }),
      ({ total_count }) => total_count > 0,
    );
    const { categories } = await visit(
      journey,
      "browse-categories",
      z.object({ categories: z.array(z.object({ display_name: z.string(), item_count: z.number() })) }),
      () => true,
    );
    const used = categories.filter(({ item_count }) => item_count > 0).map(({ display_name }) =>
      display_name
    );
    expect(used.length > 0, "Cannot browse by category: no item has one");
    return `${listed.total_count} items, the newest: “${listed.content_items[0]?.title}”; in ${
      used.join(", ")
    }`;
  },
};

/** Finds a title despite a misspelt word. */
export const searchPublic: Step = {
  name: "A visitor searches",
  async run(journey) {
    const slug = known(journey.slug, "a public creator");
    const { content_items } = await visit(
      journey,
      `browse-content?creator=${slug}&limit=50`,
      z.object({ content_items: Items }),
      () => true,
    );
    const meant = hardestWord(content_items);
    const typo = misspell(meant);
    const { results, did_you_mean } = await visit(
      journey,
      `search-content?q=${encodeURIComponent(typo)}`,
      z.object({ results: Items, did_you_mean: z.string().nullable() }),
      ({ results }) => results.some(({ title }) => title.toLowerCase().includes(meant)),
    );
    journey.clicked = content_items[0]?.id;
    return `“${typo}” finds “${results[0]?.title}”${did_you_mean ? `: did you mean ${did_you_mean}?` : ""}`;
  },
};

/** Follows a link to an item; the click counts at once, and the item trends. */
export const click: Step = {
  name: "A visitor clicks",
  async run(journey) {
    const id = known(journey.clicked, "an item");
    const { api_url } = journey.stack;
    const response = await fetch(`${api_url}/functions/v1/track-click`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        content_id: id,
        referrer: "https://www.example.org/",
        user_agent: "Mozilla/5.0 (X11; Linux x86_64)",
      }),
    });
    expect(response.ok, `Cannot click: ${await response.text()}`);
    const { content_item } = await visit(
      journey,
      `get-content-detail?id=${id}`,
      z.object({ content_item: Item }),
      ({ content_item }) => content_item.total_clicks === 1,
    );
    const { trending_items, trend_scores } = await visit(
      journey,
      "get-trending?period=today",
      z.object({ trending_items: Items, trend_scores: z.record(z.string(), z.number()) }),
      ({ trending_items }) => trending_items.some((item) => item.id === id),
      // A refresh counts only clicks older than every open transaction, so concurrent work may require another one.
      () => refreshLists(journey),
    );
    const rank = trending_items.findIndex((item) => item.id === id) + 1;
    return `“${content_item.title}” has 1 click and trends: rank ${rank} today, score ${trend_scores[id]}`;
  },
};

/** Runs the refresh that cron runs every minute. */
async function refreshLists({ stack }: Journey): Promise<void> {
  const service = createClient(stack.api_url, stack.secret_key, {
    auth: { persistSession: false, autoRefreshToken: false },
  });
  await must("refresh the lists", service.rpc("refresh_public_lists"));
}

/** Polls a public function until it returns the expected content; responses may be cached for some seconds. */
async function visit<Schema extends z.ZodType>(
  { stack }: Journey,
  path: string,
  schema: Schema,
  has: (answer: z.output<Schema>) => boolean,
  before?: () => Promise<void>,
): Promise<z.output<Schema>> {
  for (const end = Date.now() + 20_000;;) {
    await before?.();
    const response = await fetch(`${stack.api_url}/functions/v1/${path}`);
    const text = await response.text();
    expect(response.ok, `Cannot read ${path}: ${response.status} ${text}`);
    const answer = schema.parse(JSON.parse(text));
    if (has(answer)) return answer;
    expect(Date.now() < end, `Cannot find the expected item: ${path} answers ${text.slice(0, 300)}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
