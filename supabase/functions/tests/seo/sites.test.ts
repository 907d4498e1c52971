/** Tests the ownership of a site, on the running stack: what proves it, what does not, and what happens when the proof disappears. */
import assert from "node:assert/strict";
import { simulator } from "../../../../scripts/test/stack.ts";
import { Connection, META_NAME, metaTokens, verifySite } from "../../_shared/seo/connection.ts";
import { connectionContext } from "../support/connection_context.ts";
import { SeoCreator } from "../support/seo_creator.ts";

interface Proof {
  is_verified: boolean;
  method: string;
  code: string | null;
  message: string | null;
}

const page = (
  site_url: string,
  path: string,
  about: { body?: string; status?: number; headers?: Record<string, string> },
) => simulator("indexnow/pages", { host: new URL(site_url).host, path, ...about }, "PUT");

const verify = (seo: SeoCreator, connection_id: string, method?: string) =>
  seo.who.creator.call<Proof & { code: string | null }>("verify-search-engine", {
    connection_id,
    ...(method ? { method } : {}),
  });

Deno.test("IndexNow: a site is verified when it serves the assigned key in its own file", async () => {
  await using seo = await SeoCreator.create();
  const { body } = await seo.who.creator.call<
    { connection_id: string; proofs: { method: string; where: string; what: string }[] }
  >(
    "connect-search-engine",
    { search_engine: "indexnow", site_url: `https://${crypto.randomUUID()}.example/` },
  );
  const [proof] = body.proofs;
  assert.ok(proof);
  const site_url = new URL(proof.where).origin;
  const { pathname } = new URL(proof.where);
  const missing = await verify(seo, body.connection_id);
  assert.deepEqual([missing.body.is_verified, missing.body.code], [false, "proof_missing"]);
  assert.match(missing.body.message ?? "", /404/);
  const wrong: Parameters<typeof page>[2][] = [
    { body: `${proof.what}x` },
    { body: `<html>${proof.what}</html>` },
    { body: proof.what, status: 500 },
    { status: 302, headers: { location: "https://elsewhere.example/" } },
    { status: 302, headers: { location: "http://127.0.0.1/" } },
  ];
  for (const about of wrong) {
    await page(site_url, pathname, about);
    assert.equal((await verify(seo, body.connection_id)).body.is_verified, false, JSON.stringify(about));
  }
  // Nothing is submitted before the verification.
  assert.equal((await seo.submissions()).length, 0);
  await page(site_url, pathname, { body: `${proof.what}\n` });
  assert.deepEqual((await verify(seo, body.connection_id)).body, {
    is_verified: true,
    method: "file",
    code: null,
    message: null,
  });
});

Deno.test("a meta tag or a file verifies a site, but only if the engine also confirms the ownership", async () => {
  await using seo = await SeoCreator.create();
  const site = await seo.setUp("bing");
  const [row] = await seo.sql<
    { token: string }[]
  >`select verification_token as token from public.seo_connection where id = ${site.connection_id}`;
  const tag = `<meta content="${row?.token}" name='${META_NAME}'>`;
  for (
    const body of [
      "",
      `<body>${tag}</body>`,
      `<!-- ${tag} -->`,
      `<head>${tag.replace(row?.token ?? "", "other")}</head>`,
    ]
  ) {
    await page(site.site_url, "/", { body });
    assert.equal((await verify(seo, site.connection_id, "meta")).body.code, "proof_missing", body);
  }
  await page(site.site_url, "/", { body: `<html><head><title>x</title>${tag}</head><body>…</body>` });
  assert.equal((await verify(seo, site.connection_id, "meta")).body.is_verified, true);
  await page(site.site_url, `/streamvibe-${row?.token}.txt`, { body: row?.token ?? "" });
  assert.equal((await verify(seo, site.connection_id, "file")).body.is_verified, true);
  // The next check uses the same method by default, also after a check that failed.
  for (const body of ["", "other", row?.token ?? ""]) {
    await page(site.site_url, `/streamvibe-${row?.token}.txt`, { body });
    const again = await verify(seo, site.connection_id);
    assert.deepEqual([again.body.method, again.body.is_verified], ["file", body === row?.token], body);
  }

  // The engine does not know the site as belonging to this key.
  await simulator("bing/sites", { key: site.key, sites: [{ site: site.site_url, verified: false }] }, "PUT");
  const refused = await verify(seo, site.connection_id, "meta");
  assert.deepEqual([refused.body.is_verified, refused.body.code], [false, "site_not_verified"]);
  assert.ok(refused.body.message?.includes(site.site_url));
});

Deno.test("only public web addresses can be sites, and a caller can verify only their own sites", async () => {
  await using seo = await SeoCreator.create();
  for (
    const site_url of [
      "http://127.0.0.1",
      "https://localhost",
      "http://2130706433",
      "http://[::ffff:10.0.0.1]",
      "http://169.254.169.254/latest",
      "https://router.local",
      "https://user@example.com",
      "ftp://example.com",
      "https://example.com:8443",
      "https://example.com/?x=1",
    ]
  ) {
    const { status } = await seo.who.creator.call("connect-search-engine", {
      search_engine: "indexnow",
      site_url,
    });
    assert.equal(status, 422, site_url);
  }
  const keyless = await seo.who.creator.call("connect-search-engine", {
    search_engine: "bing",
    site_url: "https://example.com",
  });
  assert.equal(keyless.status, 422);
  await using other = await SeoCreator.create();
  const site = await other.setUp("indexnow");
  assert.equal((await verify(seo, site.connection_id)).status, 404);
  // The key cannot be read.
  const { data, error } = await other.who.creator.client.from("seo_connection").select("vault_secret_name");
  assert.equal(data, null);
  assert.equal(error?.code, "42501");
});

Deno.test("the last user to verify a site owns it; after three failed checks in a row it is unverified, and the owner is notified", async () => {
  const context = await connectionContext();
  await using first = await SeoCreator.create();
  await using second = await SeoCreator.create();
  const site = await first.connect("yandex");
  // Another user connects the same site, with a token that Yandex knows too.
  const token = `key-${crypto.randomUUID()}`;
  await simulator("yandex/sites", { key: token, sites: [{ site: site.site_url }] }, "PUT");
  const { body } = await second.who.creator.call<{ connection_id: string }>("connect-search-engine", {
    search_engine: "yandex",
    site_url: site.site_url,
    credentials: token,
  });
  assert.ok((await verify(second, body.connection_id)).body.is_verified);
  const states = () =>
    first.sql<{ is_verified: boolean; error_code: string | null }[]>`
      select is_verified, error_code from public.seo_connection where id in (${site.connection_id}, ${body.connection_id}) order by created_at`;
  assert.deepEqual((await states()).map((row) => ({ ...row })), [
    { is_verified: false, error_code: "verified_by_another" },
    { is_verified: true, error_code: null },
  ]);

  await simulator("yandex/sites", { key: token, sites: [{ site: site.site_url, verified: false }] }, "PUT");
  const look = async () =>
    await verifySite(
      context,
      await context.admin.call("read_seo_connection", { p_connection_id: body.connection_id }, Connection),
    );
  for (const stands of [true, true, false]) {
    assert.equal((await look()).is_verified, false);
    assert.equal((await states())[1]?.is_verified, stands);
  }
  const notes = await first.sql<
    { data: { code: string } }[]
  >`select data from public.notification where user_id = ${second.who.id}`;
  assert.deepEqual(notes.map(({ data }) => data.code), ["site_not_verified"]);
});

Deno.test("a meta tag counts only in the head, whatever the order and quotes of its attributes", () => {
  const name = META_NAME;
  assert.deepEqual(
    metaTokens(`<head><META NAME=${name} CONTENT=abc><meta name="${name}" content=" d "></head>`),
    ["abc", "d"],
  );
  assert.deepEqual(metaTokens(`<meta name="x" content="${name}">`), []);
  assert.deepEqual(metaTokens(`<head></head><body><meta name="${name}" content="abc">`), []);
  assert.deepEqual(
    metaTokens(`<!-- <meta name="${name}" content="abc"> --><!-- <meta name="${name}" content="d">`),
    [],
  );
});
