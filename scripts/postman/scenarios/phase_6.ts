/** Phase 6: what visitors see. Requests have no session; a scenario creates the creator and the library. */
import type { Scenario } from "../collection.ts";
import { pm, sv } from "../sandbox.ts";

interface Item {
  id: string;
  title: string;
  total_clicks: number;
  category: string | null;
  creator: { slug: string };
}

const VISITOR = { as: "nobody" };

/** Makes the collection's creator public, with a synced library whose newest video is about Minecraft; waits until visitors see it. */
const visible = async () => {
  const me = await sv.synced();
  if (sv.get("public_slug")) return me;
  const profile = await sv.must(
    "set the profile up",
    200,
    sv.send<{ profile_slug: string }>("/functions/v1/auth-profile-setup", {
      as: me,
      json: { display_name: "Tech Gaming Channel", category: "gaming" },
    }),
  );
  await sv.must(
    "become public",
    204,
    sv.send(`/rest/v1/users?id=eq.${me.user_id}`, { method: "PATCH", as: me, json: { is_public: true } }),
  );
  const rows = await sv.must(
    "read the library",
    200,
    sv.send<{ id: string }[]>(
      "/rest/v1/content_item?select=id&visibility=eq.public&deleted_at=is.null&order=published_at.desc&limit=1",
      { as: me },
    ),
  );
  await sv.must(
    "give a video its category",
    204,
    sv.send(`/rest/v1/content_item?id=eq.${rows[0]?.id}`, {
      method: "PATCH",
      as: me,
      json: { title: "Minecraft: building a castle", category_code: "gaming" },
    }),
  );
  for (let look = 0; look < 150; look++) {
    const seen = await sv.send<{ content_items: Item[] }>(
      `/functions/v1/browse-content?creator=${profile.profile_slug}&category=gaming`,
    );
    if (seen.status === 200 && seen.body.content_items.some(({ title }) => title.includes("castle"))) {
      sv.set({ public_slug: profile.profile_slug, content_id: rows[0]?.id ?? "" });
      return me;
    }
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  throw new Error(
    "Cannot wait any longer: visitors do not see the library (does cron run refresh-discovery?)",
  );
};

const clicksOf = async (id: string) => {
  const { body } = await sv.send<{ content_item: Item }>(`/functions/v1/get-content-detail?id=${id}`);
  return body.content_item.total_clicks;
};

export default {
  phase: 6,
  name: "Discovery Platform",
  about:
    "What a visitor does: look at the categories, browse, see what trends, open an item and a creator, follow a link. Every request makes what it needs by itself (a public creator with a synced library), so each can be run alone.",
  requests: [
    {
      name: "6.1 Browse All Categories (GET /browse-categories)",
      about: "The fifteen categories in their order, each with the number of its public items.",
      send: "GET /functions/v1/browse-categories",
      ...VISITOR,
      answers: 200,
      after: () => {
        const { categories } = pm.response.json<{ categories: { code: string; sort_order: number }[] }>();
        sv.expect("lists fifteen", categories.length, (to) => to.equal(15));
        sv.expect(
          "begins with music, gaming, education",
          categories.slice(0, 3).map(({ code }) => code),
          (to) => to.eql(["music", "gaming", "education"]),
        );
      },
    },
    {
      name: "6.2 Browse Gaming Content (GET /browse-content?category=gaming)",
      about: "Public items of one category, newest first; `next_cursor` goes on.",
      send: "GET /functions/v1/browse-content?category=gaming",
      ...VISITOR,
      scope: { visible },
      before: () => visible(),
      answers: 200,
      after: () => {
        const { content_items, total_count } = pm.response.json<
          { content_items: Item[]; total_count: number }
        >();
        sv.expect("has items", content_items.length, (to) => to.be.above(0));
        sv.expect("counts them", total_count, (to) => to.be.at.least(content_items.length));
        sv.expect(
          "all are about gaming",
          content_items.map(({ category }) => category).filter((code) => code !== "gaming"),
          (to) => to.eql([]),
        );
      },
    },
    {
      name: "6.3 Search Content (GET /search-content?q=minecraft)",
      about: "Public items by words, best first, with what was found marked.",
      send: "GET /functions/v1/search-content?q=minecraft",
      ...VISITOR,
      scope: { visible },
      before: () => visible(),
      answers: 200,
      after: () => {
        const { results, total_count } = pm.response.json<
          { results: (Item & { title_html: string })[]; total_count: number }
        >();
        sv.expect(
          "finds the item",
          results.map(({ title }) => title),
          (to) => to.include("Minecraft: building a castle"),
        );
        sv.expect(
          "marks the word",
          results.map(({ title_html }) => title_html).join(" "),
          (to) => to.include("<mark>Minecraft</mark>"),
        );
        sv.expect("counts", total_count, (to) => to.be.at.least(1));
      },
    },
    {
      name: "6.4 Search Creators (GET /search-creators?q=tech)",
      about: "Public creators by name, slug and @handle.",
      send: "GET /functions/v1/search-creators?q=tech",
      ...VISITOR,
      scope: { visible },
      before: () => visible(),
      answers: 200,
      after: () => {
        const { results } = pm.response.json<{ results: { display_name: string }[] }>();
        sv.expect(
          "finds the creator",
          results.map(({ display_name }) => display_name),
          (to) => to.include("Tech Gaming Channel"),
        );
      },
    },
    {
      name: "6.5 Get Trending Today (GET /get-trending?period=today)",
      about: "What grows fastest today, with a score for each item; the best has 100.",
      send: "GET /functions/v1/get-trending?period=today",
      ...VISITOR,
      answers: 200,
      after: () => {
        const { trending_items, trend_scores } = pm.response.json<
          { trending_items: Item[]; trend_scores: Record<string, number> }
        >();
        sv.expect("is a list of at most 100", trending_items.length, (to) => to.be.within(0, 100));
        sv.expect(
          "scores what it lists",
          Object.keys(trend_scores).length,
          (to) => to.equal(trending_items.length),
        );
      },
    },
    {
      name: "6.6 Track Click (POST /track-click)",
      about: "A visitor followed a link to an item.",
      send: "POST /functions/v1/track-click",
      ...VISITOR,
      json: {
        content_id: "{{content_id}}",
        referrer: "https://www.example.com/",
        user_agent: "Mozilla/5.0 (X11; Linux x86_64)",
      },
      scope: { visible, clicksOf },
      before: async () => {
        await visible();
        sv.set({ clicks_before: String(await clicksOf(sv.get("content_id"))) });
      },
      answers: 200,
      after: async () => {
        sv.expect(
          "says success",
          pm.response.json<{ success: boolean }>(),
          (to) => to.eql({ success: true }),
        );
        const missing = await sv.send("/functions/v1/track-click", { json: { content_id: sv.random() } });
        sv.expectProblem("knows no such item", missing, 404, "not_found");
      },
    },
    {
      name: "6.7 Get Content Detail (GET /get-content-detail?id=...)",
      about: "One public item in full, and related ones.",
      send: "GET /functions/v1/get-content-detail?id={{content_id}}",
      ...VISITOR,
      scope: { visible },
      before: () => visible(),
      answers: 200,
      after: () => {
        const { content_item, related_content } = pm.response.json<
          { content_item: Item; related_content: Item[] }
        >();
        sv.expect("is the item", content_item.id, (to) => to.equal(sv.get("content_id")));
        sv.expect(
          "is not related to itself",
          related_content.map(({ id }) => id),
          (to) => to.not.include(content_item.id),
        );
      },
    },
    {
      name: "6.8 Get Creator Profile (GET /get-creator-by-slug?slug=tech-gaming-channel)",
      about: "A public creator's page. The slug is the one that this run's creator was given.",
      send: "GET /functions/v1/get-creator-by-slug?slug={{public_slug}}",
      ...VISITOR,
      scope: { visible },
      before: () => visible(),
      answers: 200,
      after: () => {
        const { user, social_accounts, recent_content } = pm.response.json<
          { user: { slug: string }; social_accounts: unknown[]; recent_content: Item[] }
        >();
        sv.expect("is the creator", user.slug, (to) => to.match(/^tech-gaming-channel(-[0-9a-f]+)?$/));
        sv.expect("has one account", social_accounts.length, (to) => to.equal(1));
        sv.expect("shows the newest items", recent_content.length, (to) => to.be.above(0));
      },
    },
    {
      name: "6.9 Verify Click Counter Incremented",
      about: "The click of 6.6 is shown at once, before any roll-up.",
      send: "GET /functions/v1/get-content-detail?id={{content_id}}",
      ...VISITOR,
      scope: { visible, clicksOf },
      before: async () => {
        await visible();
        if (sv.get("clicks_before")) return;
        sv.set({ clicks_before: String(await clicksOf(sv.get("content_id"))) });
        await sv.must(
          "click",
          200,
          sv.send("/functions/v1/track-click", {
            json: { content_id: sv.get("content_id"), user_agent: "Mozilla/5.0" },
          }),
        );
      },
      answers: 200,
      after: () => {
        const { content_item } = pm.response.json<{ content_item: Item }>();
        sv.expect(
          "has grown",
          content_item.total_clicks,
          (to) => to.be.above(Number(sv.get("clicks_before"))),
        );
      },
    },
  ],
} satisfies Scenario;
