/** Phase 4: suggestions for a creator's own items, their cost, and how creators use them. */
import type { Scenario } from "../collection.ts";
import { pm, sv } from "../sandbox.ts";

interface Suggested {
  suggestion_id: string;
  suggested_titles: string[];
  suggested_tags: string[];
  trending_score: number;
  seo_score: number;
  cost_cents: number;
  provider: string;
}

/** Returns a creator with a synced library, and sets `ai_item_id` to one of its items. */
const withItem = async (prefix = "") => {
  const me = await sv.synced(prefix);
  const name = `${prefix}ai_item_id`;
  if (!sv.get(name)) {
    const query = "select=id&deleted_at=is.null&order=published_at.desc&limit=1";
    const rows = await sv.must("read the library", 200, sv.list<{ id: string }[]>("content_item", query, me));
    sv.set({ [name]: rows[0]?.id ?? "" });
  }
  return me;
};

/** Returns the same creator, and sets `suggestion_id` to a suggestion for the item. */
const withSuggestion = async () => {
  const me = await withItem();
  if (sv.get("suggestion_id")) return me;
  const answer = sv.call<Suggested>("ai-generate-tags", me, { content_item_id: sv.get("ai_item_id") });
  const made = await sv.must("ask for a suggestion", 200, answer);
  sv.set({ suggestion_id: made.suggestion_id, suggested_title: made.suggested_titles[0] ?? "" });
  return me;
};

export default {
  phase: 4,
  name: "AI Enhancement",
  about:
    "A creator asks for better texts, looks at what they cost, and takes them over. Every request makes what it needs by itself, so each can be run alone. The local stack's models are simulated; with a provider's key in the environment the same requests reach the real one.",
  requests: [
    {
      name: "4.1 Generate AI Tags (POST /ai-generate-tags)",
      about: "Titles, descriptions, tags, a category and two scores for one item of the caller's.",
      send: "POST /functions/v1/ai-generate-tags",
      json: { content_item_id: "{{ai_item_id}}", fresh: true },
      scope: { withItem },
      before: () => withItem(),
      answers: 200,
      after: () => {
        const made = pm.response.json<Suggested>();
        sv.expect("has three to five titles", made.suggested_titles.length, (to) => to.be.within(3, 5));
        sv.expect("has tags", made.suggested_tags, (to) => to.be.an("array").and.not.empty);
        sv.expect("scores how it is found", made.seo_score, (to) => to.be.within(0, 100));
        sv.expect("scores what trends", made.trending_score, (to) => to.be.within(0, 100));
        sv.set({ suggestion_id: made.suggestion_id, suggested_title: made.suggested_titles[0] ?? "" });
      },
    },
    {
      name: "4.2 Verify AI Suggestion Created",
      about: "The suggestion is a row that its owner reads.",
      send:
        "GET /rest/v1/ai_suggestion?id=eq.{{suggestion_id}}&select=id,content_item_id,suggested_titles,seo_parts",
      scope: { withItem, withSuggestion },
      before: () => withSuggestion(),
      answers: 200,
      after: () => {
        const [row] = pm.response.json<{ content_item_id: string; seo_parts: { points: number }[] }[]>();
        sv.expect("is of the item", row?.content_item_id, (to) => to.equal(sv.get("ai_item_id")));
        sv.expect("explains its score", row?.seo_parts, (to) => to.be.an("array").and.not.empty);
      },
    },
    {
      name: "4.3 Check Token Usage Tracked",
      about: "Each call of a model is a row with its tokens.",
      send:
        "GET /rest/v1/ai_usage?suggestion_id=eq.{{suggestion_id}}&select=operation_type,prompt_tokens,completion_tokens",
      scope: { withItem, withSuggestion },
      before: () => withSuggestion(),
      answers: 200,
      after: () => {
        const [row] = pm.response.json<{ prompt_tokens: number; completion_tokens: number }[]>();
        sv.expect("counts the prompt", row?.prompt_tokens, (to) => to.be.above(0));
        sv.expect("counts the answer", row?.completion_tokens, (to) => to.be.above(0));
      },
    },
    {
      name: "4.4 Check Cost Calculated",
      about: "What it cost in US cents, by day and model, and under five cents.",
      send: "GET /functions/v1/get-ai-costs",
      scope: { withItem, withSuggestion },
      before: () => withSuggestion(),
      answers: 200,
      after: () => {
        const { rows, total_cents } = pm.response.json<
          { rows: { cost_cents: number; calls: number }[]; total_cents: number }
        >();
        const calls = rows.reduce((sum, row) => sum + row.calls, 0);
        sv.expect("has calls", calls, (to) => to.be.above(0));
        sv.expect("costs something", total_cents, (to) => to.be.above(0));
        sv.expect("costs under five cents a call", total_cents / calls, (to) => to.be.below(5));
      },
    },
    {
      name: "4.5 Apply AI Suggestion",
      about: "The first title is taken over as the creator's own edit; what it said before is a revision.",
      send: "POST /functions/v1/apply-ai-suggestion",
      json: { suggestion_id: "{{suggestion_id}}", fields: ["title", "tags"] },
      scope: { withItem, withSuggestion },
      before: () => withSuggestion(),
      answers: 200,
      after: async () => {
        const { application_id, content_item } = pm.response.json<
          { application_id: string | null; content_item: { title: string } }
        >();
        sv.expect("has the title", content_item.title, (to) => to.equal(sv.get("suggested_title")));
        const me = sv.load();
        const revisions = await sv.list(
          "content_revision",
          `content_item_id=eq.${sv.get("ai_item_id")}&select=source&order=id.desc&limit=1`,
          me,
        );
        sv.expect("keeps what it said before", revisions.body, (to) => to.eql([{ source: "creator" }]));
        const undone = await sv.call<{ undone_fields: string[] }>("apply-ai-suggestion", me, {
          undo: application_id,
        });
        sv.expect("can be undone", undone.body.undone_fields, (to) => to.include("title"));
      },
    },
    {
      name: "4.6 Test Quota Enforcement (exceed 25 analyses on free tier)",
      about:
        "Another creator of the free tier has used 25 analyses; the next is refused with 402, and no model is asked.",
      send: "POST /functions/v1/ai-generate-tags",
      as: "spender_",
      json: { content_item_id: "{{spender_ai_item_id}}", fresh: true },
      scope: { withItem },
      before: async () => {
        sv.save("spender_", {});
        sv.set({ spender_ai_item_id: "", spender_synced: "" });
        const spender = await withItem("spender_");
        const json = { p_user_id: spender.user_id, p_quota_type: "ai_analysis", p_amount: 25 };
        await sv.must("use the quota up", 200, sv.rpc<unknown>("increment_quota", "service", json));
      },
      answers: 402,
      after: async () => {
        sv.expectProblem("refuses the 26th analysis", sv.response(), 402, "quota_exceeded");
        sv.expect(
          "names the quota",
          pm.response.json<object>(),
          (to) => to.include({ quota: "ai_analyses", limit: 25, used: 25 }),
        );
        const usage = await sv.list("ai_usage", "select=id", sv.load("spender_"));
        sv.expectRows("asks no model", usage, 0);
      },
    },
    {
      name: "4.7 Test Multiple Providers (OpenAI vs Anthropic)",
      about: "The same item at one provider and at the other.",
      send: "POST /functions/v1/ai-generate-tags",
      json: { content_item_id: "{{ai_item_id}}", provider: "anthropic", fresh: true },
      scope: { withItem },
      before: () => withItem(),
      answers: 200,
      after: async () => {
        const made = pm.response.json<Suggested>();
        sv.expect("is of Anthropic", made.provider, (to) => to.equal("anthropic"));
        const json = { content_item_id: sv.get("ai_item_id"), provider: "openai", fresh: true };
        const other = await sv.call<Suggested>("ai-generate-tags", sv.load(), json);
        sv.expect("the other is of OpenAI", other.body.provider, (to) => to.equal("openai"));
      },
    },
    {
      name: "4.8 Verify Trending Keywords Cached",
      about: "The service makes the keywords anew; whoever is signed in reads what is kept of them.",
      send:
        "GET /rest/v1/trending_keyword?select=keyword,score,growth,updated_at,expires_at&order=score.desc&limit=50",
      before: async () => {
        await sv.creator();
        await sv.must("update the keywords", 200, sv.call("update-trending-keywords", "service", {}));
      },
      answers: 200,
      after: () => {
        const rows = pm.response.json<{ keyword: string; expires_at: string }[]>();
        sv.expect("is a list", rows, (to) => to.be.an("array"));
        const late = rows.filter(({ expires_at }) => Date.parse(expires_at) < Date.now());
        sv.expect("holds nothing that is over", late.length, (to) => to.equal(0));
      },
    },
  ],
} satisfies Scenario;
