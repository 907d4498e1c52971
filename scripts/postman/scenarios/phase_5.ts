/** Phase 5: submissions of public pages to search engines, and their results. */
import type { Scenario } from "../collection.ts";
import { pm, sv } from "../sandbox.ts";

interface Submitted {
  submission_id: string;
  status: string;
  submissions: { search_engine: string; submission_id: string; status: string; is_new: boolean }[];
}

const VISITOR = { as: "nobody" };

/** Returns a public creator with a synced library, and sets `seo_item_id` to one of its public items. */
const visible = async (prefix = "") => {
  const me = await sv.synced(prefix);
  const name = `${prefix}seo_item_id`;
  if (sv.get(name)) return me;
  const profile = { display_name: "Well Found Channel", category: "tech" };
  await sv.must("set the profile up", 200, sv.call("auth-profile-setup", me, profile));
  await sv.must(
    "become public",
    204,
    sv.send(`/rest/v1/users?id=eq.${me.user_id}`, { method: "PATCH", as: me, json: { is_public: true } }),
  );
  const query = "select=id&visibility=eq.public&deleted_at=is.null&order=published_at.desc&limit=1";
  const rows = await sv.must("read the library", 200, sv.list<{ id: string }[]>("content_item", query, me));
  sv.set({ [name]: rows[0]?.id ?? "" });
  return me;
};

/** Returns the same creator, on the premium plan. */
const premium = async (prefix = "") => {
  const me = await visible(prefix);
  if (!sv.get(`${prefix}seo_plan`)) {
    const json = { p_user_id: me.user_id, p_tier: "premium" };
    await sv.must("change the plan", 204, sv.rpc<unknown>("set_user_plan", "service", json));
    sv.set({ [`${prefix}seo_plan`]: "premium" });
  }
  return me;
};

/** Waits until a submission is no longer pending, and returns its row. */
const submission = async (id: string, me: { access_token: string }) => {
  for (let look = 0; look < 60; look++) {
    const query = `id=eq.${id}&select=id,status,error_code,error_message,submitted_url,history`;
    const { body } = await sv.list<
      { status: string; error_message: string | null; submitted_url: string; history: unknown[] }[]
    >(
      "seo_submission",
      query,
      me,
    );
    if (body[0] && body[0].status !== "pending") return body[0];
    await sv.call("job-processor", "service", {});
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error("Cannot wait any longer: the submission is still pending (does a worker run?)");
};

export default {
  phase: 5,
  name: "SEO Integration",
  about:
    "What crawlers read of public pages, and how a creator's pages are told to search engines. Every request makes what it needs by itself, so each can be run alone. The local stack's engines are simulated; with keys in the environment the same requests reach the real ones.",
  requests: [
    {
      name: "5.1 Get SEO Metadata (GET /get-seo-metadata?content_id=...)",
      about: "The head of an item's page: title, description, canonical address, Open Graph, JSON-LD.",
      send: "GET /functions/v1/get-seo-metadata?content_id={{seo_item_id}}",
      ...VISITOR,
      scope: { visible },
      before: () => visible(),
      answers: 200,
      after: () => {
        const head = pm.response.json<
          { title: string; canonical_url: string; og_tags: Record<string, unknown>; json_ld: unknown[] }
        >();
        sv.expect("has a title", head.title, (to) => to.be.a("string").and.not.empty);
        sv.expect("has the item's address", head.canonical_url, (to) => to.include(sv.get("seo_item_id")));
        sv.expect(
          "has Open Graph tags",
          head.og_tags,
          (to) => to.include.all.keys("og:title", "og:type", "og:url"),
        );
        sv.expect("has JSON-LD", head.json_ld, (to) => to.be.an("array").and.not.empty);
      },
    },
    {
      name: "5.2 Get Robots.txt (GET /robots)",
      about: "Crawlers may read public pages, and are told where the sitemap is.",
      send: "GET /functions/v1/robots",
      ...VISITOR,
      after: () => {
        pm.test("answers 200", () => pm.response.to.have.status(200));
        const text = pm.response.text();
        sv.expect("is for every crawler", text, (to) => to.match(/^User-agent: \*$/im));
        sv.expect("does not close the site", text, (to) => to.not.match(/^Disallow: \/$/im));
        sv.expect("names the sitemap", text, (to) => to.match(/^Sitemap: https?:\/\//im));
      },
    },
    {
      name: "5.3 Get Sitemap (GET /sitemap)",
      about: "The index of the sitemap, whose pages list all that is public.",
      send: "GET /functions/v1/sitemap",
      ...VISITOR,
      scope: { visible },
      before: () => visible(),
      after: () => {
        pm.test("answers 200", () => pm.response.to.have.status(200));
        sv.expect("is XML", pm.response.headers.get("content-type"), (to) => to.match(/xml/));
        sv.expect("is an index", pm.response.text(), (to) => to.include("<sitemapindex"));
      },
    },
    {
      name: "5.4 Submit URL to Google (requires auth)",
      about:
        "The item's page is told to Google: its sitemap is handed in, and the page is inspected from the next day on.",
      send: "POST /functions/v1/submit-to-seo",
      json: { content_item_id: "{{seo_item_id}}", search_engine: "google" },
      scope: { visible, premium },
      before: () => premium(),
      answers: 200,
      after: async () => {
        const made = pm.response.json<Submitted>();
        sv.expect("is written down", made.submission_id, (to) => to.be.a("string"));
        sv.expect("is on its way", made.status, (to) => to.be.oneOf(["pending", "submitted", "indexed"]));
        sv.set({ submission_id: made.submission_id });
        const again = await sv.call<Submitted>("submit-to-seo", sv.load(), {
          content_item_id: sv.get("seo_item_id"),
          search_engine: "google",
        });
        sv.expect("is not told twice", again.body.submission_id, (to) => to.equal(made.submission_id));
        const nobody = await sv.call("submit-to-seo", undefined, { content_item_id: sv.get("seo_item_id") });
        sv.expect("needs a session", nobody.status, (to) => to.equal(401));
      },
    },
    {
      name: "5.5 Check Submission Status",
      about:
        "The service asks the engines what became of what was submitted; the creator sees it, with its history.",
      send: "POST /functions/v1/check-seo-status",
      as: "service",
      json: {},
      scope: { visible, premium, submission },
      before: async () => {
        const me = await premium();
        if (!sv.get("submission_id")) {
          const json = { content_item_id: sv.get("seo_item_id"), search_engine: "google" };
          const made = await sv.must("submit", 200, sv.call<Submitted>("submit-to-seo", me, json));
          sv.set({ submission_id: made.submission_id });
        }
        await submission(sv.get("submission_id"), me);
      },
      after: async () => {
        pm.test("answers 200", () => pm.response.to.have.status(200));
        const done = pm.response.json<{ checked: number; changed: number }>();
        sv.expect("says what it did", done, (to) => to.include.all.keys("checked", "changed"));
        const row = await submission(sv.get("submission_id"), sv.load());
        sv.expect("is submitted, or further", row.status, (to) => to.be.oneOf(["submitted", "indexed"]));
        sv.expect("keeps its history", row.history.length, (to) => to.be.at.least(2));
      },
    },
    {
      name: "5.6 Test Quota Enforcement (free tier = 0 submissions)",
      about: "A creator of the free tier submits nothing: 402, and nothing is written down.",
      send: "POST /functions/v1/submit-to-seo",
      as: "free_",
      json: { content_item_id: "{{free_seo_item_id}}", search_engine: "google" },
      scope: { visible },
      before: () => visible("free_"),
      answers: 402,
      after: async () => {
        sv.expectProblem("refuses the first submission", sv.response(), 402, "quota_exceeded");
        sv.expect(
          "names the quota",
          pm.response.json<object>(),
          (to) => to.include({ quota: "seo_submissions", limit: 0, used: 0 }),
        );
        sv.expectRows(
          "writes nothing down",
          await sv.list("seo_submission", "select=id", sv.load("free_")),
          0,
        );
      },
    },
    {
      name: "5.7 Verify Premium Tier Can Submit",
      about:
        "200 submissions a month, of which those that were made are counted; the overview shows them by engine.",
      send: "GET /functions/v1/get-seo-overview",
      scope: { visible, premium },
      before: async () => {
        const me = await premium();
        const json = { content_item_id: sv.get("seo_item_id") };
        await sv.must("submit to every engine", 200, sv.call<Submitted>("submit-to-seo", me, json));
      },
      answers: 200,
      after: () => {
        const { plan, engines } = pm.response.json<{
          plan: { limit: number; used: number };
          engines: { search_engine: string; pending: number; submitted: number; indexed: number }[];
        }>();
        sv.expect("has 200 a month", plan.limit, (to) => to.equal(200));
        sv.expect("counts what was submitted", plan.used, (to) => to.be.within(1, 200));
        const google = engines.filter(({ search_engine }) => search_engine === "google")[0];
        const made = (google?.pending ?? 0) + (google?.submitted ?? 0) + (google?.indexed ?? 0);
        sv.expect("has Google's", made, (to) => to.be.above(0));
      },
    },
  ],
} satisfies Scenario;
