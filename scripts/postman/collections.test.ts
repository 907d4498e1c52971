/** The collections contain exactly the roadmap's requests, each with assertions, and no secrets. */
import assert from "node:assert/strict";
import { z } from "zod";
import { generateCollections } from "./generate.ts";
import { scrub } from "./secrets.ts";

const FOLDER = new URL("../../postman/", import.meta.url);
const Item = z.object({
  name: z.string(),
  event: z.array(z.object({ listen: z.string(), script: z.object({ exec: z.array(z.string()) }) })),
  request: z.object({ method: z.string(), description: z.string(), url: z.object({ raw: z.string() }) }),
});
const Collection = z.object({ info: z.object({ name: z.string() }), item: z.array(Item) });

/** Each collection begins with the roadmap's requests; additional ones follow with the next numbers. */
const ROADMAP: Record<string, string[]> = {
  Phase_1_User_Onboarding: [
    "1.1 Sign Up (Email/Password)",
    "1.2 Confirm Email",
    "1.3 Sign In",
    "1.4 Setup Profile (POST /auth-profile-setup)",
    "1.5 Get Profile (GET /rest/users?id=eq.{user_id})",
    "1.6 Update Profile (PATCH /rest/users?id=eq.{user_id})",
    "1.7 Get Subscription Info",
    "1.8 Check Quotas",
  ],
  Phase_2_Platform_OAuth: [
    "2.1 Get YouTube OAuth URL (POST /oauth-youtube-init)",
    "2.2 Simulate YouTube Callback (POST /oauth-youtube-callback)",
    "2.3 Verify Connection Created",
    "2.4 Verify Token in Vault (admin check)",
    "2.5 Verify Social Account Created",
    "2.6 Test Max Accounts Quota (try to add 2nd account on free tier)",
    "2.7 List User's Social Accounts",
    "2.8 Disconnect Account (soft delete)",
  ],
  Phase_3_Content_Sync: [
    "3.1 Sync YouTube Videos (POST /sync-youtube)",
    "3.2 Verify Content Created",
    "3.3 Test Deduplication (sync same video again)",
    "3.4 Search Content (Full-text)",
    "3.5 Filter by Tags",
    "3.6 Test Soft Delete",
    "3.7 Test Quota Enforcement (exceed 10 syncs on free tier)",
    "3.8 Test RLS (try to access other user's content)",
  ],
  Phase_4_AI_Enhancement: [
    "4.1 Generate AI Tags (POST /ai-generate-tags)",
    "4.2 Verify AI Suggestion Created",
    "4.3 Check Token Usage Tracked",
    "4.4 Check Cost Calculated",
    "4.5 Apply AI Suggestion",
    "4.6 Test Quota Enforcement (exceed 25 analyses on free tier)",
    "4.7 Test Multiple Providers (OpenAI vs Anthropic)",
    "4.8 Verify Trending Keywords Cached",
  ],
  Phase_5_SEO_Integration: [
    "5.1 Get SEO Metadata (GET /get-seo-metadata?content_id=...)",
    "5.2 Get Robots.txt (GET /robots)",
    "5.3 Get Sitemap (GET /sitemap)",
    "5.4 Submit URL to Google (requires auth)",
    "5.5 Check Submission Status",
    "5.6 Test Quota Enforcement (free tier = 0 submissions)",
    "5.7 Verify Premium Tier Can Submit",
  ],
  Phase_6_Discovery_Platform: [
    "6.1 Browse All Categories (GET /browse-categories)",
    "6.2 Browse Gaming Content (GET /browse-content?category=gaming)",
    "6.3 Search Content (GET /search-content?q=minecraft)",
    "6.4 Search Creators (GET /search-creators?q=tech)",
    "6.5 Get Trending Today (GET /get-trending?period=today)",
    "6.6 Track Click (POST /track-click)",
    "6.7 Get Content Detail (GET /get-content-detail?id=...)",
    "6.8 Get Creator Profile (GET /get-creator-by-slug?slug=tech-gaming-channel)",
    "6.9 Verify Click Counter Incremented",
  ],
  Phase_7_Async_Infrastructure: [
    "7.1 Create Sync Job (use create_job function)",
    "7.2 Get Job Status (GET /job-status?job_id=...)",
    "7.3 Monitor Job Progress (realtime subscription test)",
    "7.4 Test Job Deduplication (create same job twice)",
    "7.5 Test Result Caching (get cached result)",
    "7.6 Test Rate Limiting (create 11 jobs → should fail)",
    "7.7 Cancel Job",
  ],
};

for (const [file, names] of Object.entries(ROADMAP)) {
  const read = async () => await Deno.readTextFile(new URL(`${file}.postman_collection.json`, FOLDER));

  Deno.test(`${file} begins with the roadmap's requests, and all requests are numbered in order`, async () => {
    const requests = Collection.parse(JSON.parse(await read())).item.map(({ name }) => name);
    const phase = file.split("_")[1];
    assert.deepEqual(requests.slice(0, names.length), names);
    assert.deepEqual(
      requests.map((name) => name.split(" ")[0]),
      requests.map((_, index) => `${phase}.${index + 1}`),
    );
  });

  Deno.test(`${file} asserts something on every response and explains every request`, async () => {
    for (const { name, event, request } of Collection.parse(JSON.parse(await read())).item) {
      const tests = event.find(({ listen }) => listen === "test")?.script.exec.join("\n") ?? "";
      assert.match(tests, /pm\.test\(|expectAnswer\(/, name);
      assert.ok(request.description.length > 20, `${name} has no description`);
      assert.match(request.url.raw, /^\{\{(api_url|confirmation_link)\}\}/, name);
    }
  });

  Deno.test(`${file} contains nothing that looks like a secret`, async () => {
    const text = await read();
    assert.equal(scrub(text, []), text);
  });
}

Deno.test("every script of a collection is valid JavaScript on its own", () => {
  for (const [file, text] of Object.entries(generateCollections())) {
    for (const { name, event } of Collection.parse(JSON.parse(text)).item) {
      for (const { listen, script } of event) {
        assert.doesNotThrow(
          () => new Function("pm", "streamvibe", script.exec.join("\n")),
          `${file}: ${listen} of ${name}`,
        );
      }
    }
  }
});

Deno.test("a report is scrubbed of known secrets, tokens, passwords and codes, and of nothing else", () => {
  const token = `eyJ${"a".repeat(20)}.${"b".repeat(20)}.${"c".repeat(20)}`;
  const report = `{&quot;access_token&quot;:&quot;${token}&quot;,&quot;email&quot;:&quot;a@example.com&quot;}
    {"password": "pw-123", "code": "4/0AbCdEfGh_12", "state": "abc"} {"code": "quota_exceeded"} {"code": "AQBx-81_5f0c27d1e6b94a"} Location: http://localhost:3000/#access_token=${token}&type=signup
    ?code=4%2F0Ab&amp;state=xyz ?token&#x3D;5af0&amp;type&#x3D;signup key my-own-secret-value`;
  assert.equal(
    scrub(report, ["my-own-secret-value"]),
    `{&quot;access_token&quot;:&quot;•••&quot;,&quot;email&quot;:&quot;a@example.com&quot;}
    {"password": "•••", "code": "•••", "state": "•••"} {"code": "quota_exceeded"} {"code": "•••"} Location: http://localhost:3000/#access_token=•••&type=signup
    ?code=•••&amp;state=••• ?token&#x3D;•••&amp;type&#x3D;signup key •••`,
  );
});
