/** robots.txt, read by an independent parser. */
import assert from "node:assert/strict";
import robotsParser from "robots-parser";
import { callFunction } from "../../../../scripts/test/stack.ts";
import { robotsTxt } from "../../_shared/seo/robots.ts";
import robots from "../../robots/index.ts";
import { requestTo, testDependencies } from "../support/test_dependencies.ts";

const SITE = "https://watch.example.com";
const parse = (text: string) =>
  (robotsParser as unknown as (url: string, text: string) => ReturnType<typeof robotsParser.default>)(
    `${SITE}/robots.txt`,
    text,
  );
const rules = { disallow: [], blocked_agents: [], sitemap: `${SITE}/sitemap.xml` };

Deno.test("crawlers may read everything, and robots.txt names the sitemap", () => {
  const read = parse(robotsTxt(rules));
  assert.ok(read.isAllowed(`${SITE}/`, "Googlebot"));
  assert.ok(read.isAllowed(`${SITE}/v/1?x=1`, "bingbot"));
  assert.deepEqual(read.getSitemaps(), [`${SITE}/sitemap.xml`]);
});

Deno.test("disallowed paths are closed to all crawlers, and blocked crawlers may read nothing", () => {
  const read = parse(
    robotsTxt({ ...rules, disallow: ["/admin", "/*?draft="], blocked_agents: ["GPTBot", "CCBot"] }),
  );
  assert.ok(!read.isAllowed(`${SITE}/admin/x`, "Googlebot"));
  assert.ok(!read.isAllowed(`${SITE}/v/1?draft=1`, "Googlebot"));
  assert.ok(read.isAllowed(`${SITE}/v/1`, "Googlebot"));
  for (const agent of ["GPTBot", "CCBot", "ccbot/2.0"]) {
    assert.ok(!read.isAllowed(`${SITE}/v/1`, agent), agent);
  }
  assert.deepEqual(read.getSitemaps(), [`${SITE}/sitemap.xml`]);
  assert.ok(!parse(robotsTxt({ ...rules, disallow: ["/"] })).isAllowed(`${SITE}/v/1`, "Googlebot"));
});

Deno.test("robots responds from its settings, without the database", async () => {
  const { dependencies, calls } = testDependencies({
    settings: { PUBLIC_SITE_URL: SITE, ROBOTS_DISALLOW: "/admin", ROBOTS_BLOCKED_AGENTS: "GPTBot" },
  });
  const response = await robots.with(dependencies).fetch(await requestTo("robots", { method: "GET" }));
  assert.equal(response.status, 200);
  assert.match(response.headers.get("content-type") ?? "", /^text\/plain/);
  assert.match(response.headers.get("cache-control") ?? "", /^public, max-age=\d+/);
  const read = parse(await response.text());
  assert.ok(!read.isAllowed(`${SITE}/admin`, "Googlebot") && !read.isAllowed(`${SITE}/`, "GPTBot"));
  assert.deepEqual(calls, []);
});

Deno.test("robots on the stack names the stack's sitemap", async () => {
  const { status, body } = await callFunction<{ text: string }>("robots");
  assert.equal(status, 200);
  assert.deepEqual(parse(body.text).getSitemaps(), ["https://streamvibe.example/sitemap.xml"]);
});
