import assert from "node:assert/strict";
import { CHROMIUM, openBrowser } from "../../test/browser.ts";
import { callFunction, createCreator, testStack } from "../../test/stack.ts";

Deno.test({
  name: "the API reference shows functions and tables, contacts no other host, and contains this stack's key",
  ignore: !CHROMIUM,
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const { api_url, publishable_key } = await testStack();
    await using opened = await openBrowser();
    const tab = await opened.browser.newPage();
    const foreign: string[] = [];
    const refused: string[] = [];
    await tab.route("**/*", async (route) => {
      const { protocol, origin } = new URL(route.request().url());
      if (origin === api_url || /^(data|blob):/.test(protocol)) return await route.continue();
      foreign.push(route.request().url());
      await route.abort();
    });
    tab.on("console", (message) => {
      if (/Content Security Policy/.test(message.text())) refused.push(message.text());
    });
    await tab.goto(`${api_url}/docs`);
    await tab.getByText("Syncs a page of a YouTube channel").first().waitFor({ timeout: 60_000 }).catch(
      () => {},
    );
    const text = await tab.textContent("#app") ?? "";
    assert.match(text, /StreamVibe/);
    assert.match(text, /functions/);
    assert.match(text, /tables/);
    const html = await tab.content();
    assert.ok(html.includes(publishable_key), "the key is filled in");
    assert.deepEqual(foreign, []);
    assert.deepEqual(refused, []);
  },
});

Deno.test({
  name: "a test request in the API reference calls this stack: as a visitor, and as the demo creator",
  ignore: !CHROMIUM,
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const { api_url, publishable_key } = await testStack();
    const creator = await createCreator();
    await using opened = await openBrowser();
    const tab = await opened.browser.newPage();
    const tryIt = async (operation: string) => {
      await tab.goto("about:blank");
      await tab.goto(`${api_url}/docs#tag/functions/GET/functions/v1/${operation}`);
      await tab.getByRole("button", { name: new RegExp(`Test Request.*${operation}\\)`) }).first().click({
        timeout: 60_000,
      });
    };
    const send = async (operation: string) => {
      const [answer] = await Promise.all([
        tab.waitForResponse((response) => response.url().includes(`/functions/v1/${operation}`)),
        tab.getByRole("button", { name: /^Send\b/ }).first().click(),
      ]);
      return answer;
    };
    await tryIt("get-trending");
    const answer = await send("get-trending");
    assert.equal(answer.status(), 200);
    assert.equal(answer.request().headers().apikey, publishable_key);
    await tab.getByText("trending_items").first().waitFor();
    await tryIt("get-seo-overview");
    assert.equal((await send("get-seo-overview")).status(), 401, "nobody has signed in");

    // As on a stack with demo data, which puts its login into the page.
    await tab.route(`${api_url}/docs`, async (route) => {
      const html = await (await route.fetch()).text();
      const { email, password } = creator;
      const body = html.replace("const demo = null", `const demo = ${JSON.stringify({ email, password })}`);
      await route.fulfill({ body, contentType: "text/html" });
    });
    await tryIt("get-seo-overview");
    const own = await send("get-seo-overview");
    assert.equal(own.status(), 200);
    assert.match(own.request().headers().authorization ?? "", /^Bearer ey/);
  },
});

Deno.test("the type URL of a problem opens the explanation of its code", async () => {
  const { token } = await createCreator();
  const { body } = await callFunction("job-status", { as: token, query: { job_id: crypto.randomUUID() } });
  const { type, code } = body as { type: string; code: string };
  assert.equal(code, "not_found");
  const page = await fetch(type);
  assert.equal(page.status, 200);
  assert.match(await page.text(), new RegExp(`<h2 id="${new URL(type).hash.slice(1)}">`));
});

Deno.test("a foreign host name that points to this machine gets the API reference without keys", async () => {
  const { api_url, secret_key, publishable_key } = await testStack();
  const own = await fetch(`${api_url}/docs`).then((response) => response.text());
  assert.ok(own.includes(secret_key));
  const port = new URL(api_url).port;
  const connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
  const request = `GET /docs HTTP/1.1\r\nhost: evil.example:${port}\r\nconnection: close\r\n\r\n`;
  await connection.write(new TextEncoder().encode(request));
  const foreign = await new Response(connection.readable).text();
  assert.match(foreign, /Scalar/);
  assert.ok(!foreign.includes(secret_key) && !foreign.includes(publishable_key));
});
