/** Tests Search Console by OAuth consent, on the running stack: the state, the grant, what is stored, and what happens when the consent is revoked. */
import assert from "node:assert/strict";
import { createCreator, simulator } from "../../../../scripts/test/stack.ts";
import { Connection, engineContext, siteOf, verifySite } from "../../_shared/seo/connection.ts";
import { EngineFault } from "../../_shared/seo/engine.ts";
import { google } from "../../_shared/seo/google.ts";
import { submitSite } from "../../_shared/seo/submit.ts";
import { consent, rowOf } from "../platforms/platform_rows.ts";
import { connectionContext } from "../support/connection_context.ts";
import { SeoCreator } from "../support/seo_creator.ts";

type Creator = Awaited<ReturnType<typeof createCreator>>;
interface Connected {
  connection_id: string;
  is_verified: boolean;
  code: string | null;
}

/** Creates a Google account and a site that it owns in Search Console. */
async function owner(verified = true) {
  const account = await rowOf("youtube").simulator.create({ items: 1 });
  const site_url = `https://${crypto.randomUUID()}.example`;
  await simulator(
    "google_search/sites",
    { key: account, sites: [{ site: `${site_url}/`, verified }] },
    "PUT",
  );
  return { account, site_url };
}

async function begin(creator: Creator, site_url: string, more: Record<string, unknown> = {}) {
  const { status, body } = await creator.call<{ authorization_url: string; state: string; code?: string }>(
    "oauth-search-console-init",
    { site_url, ...more },
  );
  return { status, body, url: new URL(body.authorization_url ?? "https://refused.example") };
}

async function connect(creator: Creator, { account, site_url }: { account: string; site_url: string }) {
  const { url } = await begin(creator, site_url);
  const { status, body } = await creator.call<Connected>(
    "oauth-search-console-callback",
    await consent(url.href, { account }),
  );
  assert.equal(status, 200, JSON.stringify(body));
  return body;
}

const read = (context: Awaited<ReturnType<typeof connectionContext>>, id: string) =>
  context.admin.call("read_seo_connection", { p_connection_id: id }, Connection);

Deno.test("a consent connects the creator's own site, verified at once, and pages are submitted with it", async () => {
  await using seo = await SeoCreator.create();
  const owned = await owner();
  const { url, body } = await begin(seo.who.creator, `${owned.site_url}/`, { item_path: "/watch/{id}" });
  const asked = url.searchParams;
  assert.deepEqual(
    ["scope", "access_type", "prompt", "code_challenge_method", "state"].map((name) => asked.get(name)),
    ["https://www.googleapis.com/auth/webmasters", "offline", "consent", "S256", body.state],
  );
  const answer = await consent(url.href, { account: owned.account });
  const { status, body: made } = await seo.who.creator.call<Connected>(
    "oauth-search-console-callback",
    answer,
  );
  assert.deepEqual([status, made.is_verified, made.code], [200, true, null], JSON.stringify(made));
  // The state works once.
  const again = await seo.who.creator.call("oauth-search-console-callback", answer);
  assert.equal(again.body.code, "oauth_state_invalid");

  const context = await connectionContext();
  const connection = await read(context, made.connection_id);
  assert.equal(connection.site_url, owned.site_url);
  const secret = JSON.parse(connection.secret ?? "");
  assert.deepEqual(
    Object.keys(secret),
    ["type", "refresh_token"],
    "neither the client nor the access token is stored",
  );
  const { status: told } = await seo.submit({ content_item_id: seo.item, search_engine: "google" });
  assert.ok(told < 300);
  await submitSite(context, made.connection_id, new Date(Date.now() + 60_000));
  const [submission] = await seo.submissions();
  assert.equal(submission?.submitted_url, `${owned.site_url}/watch/${seo.item}`);
  assert.equal(submission?.status, "submitted", JSON.stringify(submission));
  const { body: overview } = await seo.who.creator.call<
    { engines: { search_engine: string; takes_consent: boolean }[] }
  >("get-seo-overview", undefined, { method: "GET" });
  assert.deepEqual(
    overview.engines.filter(({ takes_consent }) => takes_consent).map(({ search_engine }) => search_engine),
    ["google"],
  );
});

Deno.test("a denied consent, a missing scope, a foreign or made-up state or a wrong URL connects nothing", async () => {
  const [creator, stranger, owned] = await Promise.all([createCreator(), createCreator(), owner()]);
  const finish = async (who: Creator, answer: Record<string, unknown>) => {
    const { status, body } = await who.call("oauth-search-console-callback", answer);
    return `${status} ${body.code}`;
  };
  const { url, body } = await begin(creator, owned.site_url);
  const denied = await consent(url.href, { account: owned.account, decision: "deny" });
  assert.equal(denied.error, "access_denied");
  assert.equal(
    await finish(stranger, denied),
    "400 oauth_state_invalid",
    "another user's attempt does not use up the state",
  );
  assert.equal(await finish(creator, denied), "400 oauth_denied");
  assert.equal(await finish(creator, { state: body.state, code: "x" }), "400 oauth_state_invalid");
  assert.equal(await finish(creator, { state: "made-up-by-somebody", code: "x" }), "400 oauth_state_invalid");
  assert.equal(await finish(creator, { state: body.state }), "422 validation_failed");
  assert.equal(await finish(creator, { state: body.state, code: "x", error: "y" }), "422 validation_failed");

  const less = (await begin(creator, owned.site_url)).url;
  less.searchParams.set("scope", "openid");
  assert.equal(
    await finish(creator, await consent(less.href, { account: owned.account })),
    "400 oauth_denied",
  );
  const other = await begin(creator, owned.site_url);
  assert.equal(await finish(creator, { state: other.body.state, code: "4/0Anobody's" }), "400 oauth_denied");
  // A platform's callback does not accept a Search Console consent, and vice versa.
  const { url: fresh } = await begin(creator, owned.site_url);
  const { status: elsewhere } = await creator.call(
    "oauth-youtube-callback",
    await consent(fresh.href, { account: owned.account }),
  );
  assert.equal(elsewhere, 400);
  for (
    const [site_url, more, code] of [
      ["http://127.0.0.1", {}, "validation_failed"],
      ["https://localhost", {}, "validation_failed"],
      [owned.site_url, { item_path: "/no-id" }, "validation_failed"],
      [owned.site_url, { redirect_uri: "https://elsewhere.example/cb" }, "redirect_uri_not_allowed"],
    ] as const
  ) assert.equal((await begin(creator, site_url, more)).body.code, code, site_url);
  const { data } = await creator.client.from("seo_connection").select("id");
  assert.deepEqual(data, []);
});

Deno.test("a property that Google does not list for the person is connected but not verified, with the reason", async () => {
  const [creator, owned] = await Promise.all([createCreator(), owner(false)]);
  const made = await connect(creator, owned);
  assert.deepEqual([made.is_verified, made.code], [false, "site_not_verified"]);
  await simulator(
    "google_search/sites",
    { key: owned.account, sites: [{ site: `${owned.site_url}/` }] },
    "PUT",
  );
  const { body } = await creator.call<Connected>("verify-search-engine", {
    connection_id: made.connection_id,
  });
  assert.equal(body.is_verified, true, JSON.stringify(body));
});

Deno.test("an expired token is refreshed, a rotated refresh token is stored, and a revoked consent requires a new one", async () => {
  const [creator, owned, context] = await Promise.all([createCreator(), owner(), connectionContext()]);
  const { connection_id } = await connect(creator, owned);
  const ask = async (with_fetch = fetch) => {
    const told = { ...context, fetch: with_fetch };
    const connection = await read(context, connection_id);
    const site = siteOf(context, connection);
    assert.ok(site);
    await google.ownership?.(engineContext(told, connection_id), site);
    return connection.secret;
  };
  const kept = await ask();
  // The access token expires early: a new one is requested.
  await simulator("youtube/tokens/expire", { account_id: owned.account, which: "access" });
  await ask();

  // A refresh that returns another refresh token, as Google may do at any time.
  await simulator("youtube/tokens/expire", { account_id: owned.account, which: "access" });
  const { refresh_token } = await simulator<{ refresh_token: string }>("youtube/tokens", {
    account_id: owned.account,
    scopes: ["https://www.googleapis.com/auth/webmasters"],
  });
  await ask(async (url, init) => {
    const answer = await fetch(url, init);
    if (!String(url).endsWith("/token")) return answer;
    return Response.json({ ...await answer.json(), refresh_token });
  });
  const rotated = await ask();
  assert.notEqual(rotated, kept);
  assert.equal(JSON.parse(rotated ?? "").refresh_token, refresh_token);

  // Google is down: this says nothing about the consent.
  const down = () => Promise.resolve(new Response("", { status: 503 }));
  await simulator("youtube/tokens/expire", { account_id: owned.account, which: "access" });
  await assert.rejects(
    ask((url, init) => String(url).endsWith("/token") ? down() : fetch(url, init)),
    (error) => error instanceof EngineFault && error.kind === "unreachable",
  );
  await simulator("youtube/tokens/revoke", { account_id: owned.account });
  await assert.rejects(
    ask(),
    (error) => error instanceof EngineFault && error.kind === "refused" && error.code === "consent_ended",
  );
  const proof = await verifySite(context, await read(context, connection_id));
  assert.deepEqual([proof.is_verified, proof.code], [false, "consent_ended"]);
  const { data } = await creator.client.from("seo_connection").select("error_code, error_message").single();
  assert.equal(data?.error_code, "consent_ended");
  assert.match(data?.error_message ?? "", /connect the site again/);
  // Connecting again keeps the same site and clears its error.
  const again = await connect(creator, owned);
  assert.deepEqual([again.connection_id, again.is_verified], [connection_id, true]);
  const { data: mended } = await creator.client.from("seo_connection").select("error_code").single();
  assert.equal(mended?.error_code, null);
});
