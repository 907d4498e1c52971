/** Usage events in a real browser: in batches, by a request that outlives the page, and none if the user asks not to be tracked. */
import assert from "node:assert/strict";
import { vendor } from "../../../examples/serve.ts";
import { CHROMIUM, openBrowser } from "../../../scripts/test/browser.ts";
import { testDatabase, testStack } from "../../../scripts/test/stack.ts";
import { until } from "../../../scripts/test/realtime.ts";

/** An origin that the functions allow. */
const ORIGIN = "http://localhost:3000";

const page = (api_url: string, key: string) =>
  `<!doctype html><script type="importmap">{ "imports": { "@supabase/supabase-js": "/vendor/supabase-js.js" } }</script>
  <script type="module">
    import { createClient } from "@supabase/supabase-js";
    import { createStreamVibe } from "/vendor/streamvibe.js";
    const streamvibe = createStreamVibe(createClient(${JSON.stringify(api_url)}, ${JSON.stringify(key)}));
    globalThis.usage = streamvibe.usage({ delayMs: 600_000 });
  </script>`;

Deno.test({
  name:
    "events are sent in batches; the rest is sent by a beacon when the page closes, and nothing with Do Not Track",
  ignore: !CHROMIUM,
}, async () => {
  const { api_url, publishable_key } = await testStack();
  const sql = await testDatabase({ max: 1 });
  const { browser } = await openBrowser();
  try {
    for (const is_off of [false, true]) {
      const name = `t.${crypto.randomUUID().replaceAll("-", "")}`;
      const context = await browser.newContext();
      const tab = await context.newPage();
      if (is_off) {
        await tab.addInitScript(() => Object.defineProperty(navigator, "doNotTrack", { get: () => "1" }));
      }
      await tab.route(`${ORIGIN}/**`, async (route) => {
        const { pathname } = new URL(route.request().url());
        const module = pathname.startsWith("/vendor/")
          ? await vendor(pathname.slice("/vendor/".length))
          : undefined;
        await route.fulfill({
          body: module ?? page(api_url, publishable_key),
          contentType: module ? "text/javascript" : "text/html",
        });
      });
      await tab.goto(`${ORIGIN}/`);
      await tab.waitForFunction(() => "usage" in globalThis);
      await tab.evaluate(async (name) => {
        const { usage } = globalThis as unknown as {
          usage: { track(event: string, properties?: object): void; flush(): Promise<void> };
        };
        usage.track(`${name}.a`, { items: 1 });
        usage.track(`${name}.b`);
        await usage.flush();
        usage.track(`${name}.c`);
      }, name);
      await tab.goto("about:blank");
      const events = async () =>
        (await sql`select event from telemetry.usage_events where event like ${name + "%"} order by event`)
          .map(({ event }) => event.slice(-1));
      if (is_off) assert.deepEqual(await events(), []);
      else await until("the beacon has come", async () => (await events()).join() === "a,b,c");
      await context.close();
    }
  } finally {
    await browser.close();
    await sql.end();
  }
});
