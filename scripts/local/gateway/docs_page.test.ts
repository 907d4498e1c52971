import assert from "node:assert/strict";
import { CHROMIUM, openBrowser } from "../../test/browser.ts";
import { callFunction, createCreator, testStack } from "../../test/stack.ts";

Deno.test({
  name: "the API reference shows every part, asks no other host, and has this stack's keys",
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

Deno.test("the type of a problem leads to what its code means", async () => {
  const { token } = await createCreator();
  const { body } = await callFunction("job-status", { as: token, query: { job_id: crypto.randomUUID() } });
  const { type, code } = body as { type: string; code: string };
  assert.equal(code, "not_found");
  const page = await fetch(type);
  assert.equal(page.status, 200);
  assert.match(await page.text(), new RegExp(`<h2 id="${new URL(type).hash.slice(1)}">`));
});

Deno.test("a foreign name that leads to this machine gets a reference without keys", async () => {
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
