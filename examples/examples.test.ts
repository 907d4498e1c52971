/** Runs every example against the stack and checks that it does what its page describes: the pages in headless Chromium, the script in Node. */
import assert from "node:assert/strict";
import { join } from "node:path";
import * as esbuild from "esbuild";
import type { Page } from "playwright-core";
import { buildClient } from "../scripts/client/build.ts";
import { CHROMIUM, openBrowser } from "../scripts/test/browser.ts";
import { testStack } from "../scripts/test/stack.ts";
import { ConnectedAccount } from "../supabase/functions/tests/support/connected_account.ts";
import { servePage } from "./serve.ts";

/** An origin that the functions allow; the browser's request routing serves the pages there, so no free port is needed. */
const ORIGIN = "http://localhost:3000";
const LONGEST = 150;

/** Opens a page from `serve` and signs in as a creator; the page's other requests go to the stack or fail with 404. */
async function open(page: Page, own: ConnectedAccount, serve: typeof servePage): Promise<void> {
  const { api_url, publishable_key } = await testStack();
  await page.route("**/*", async (route) => {
    const url = new URL(route.request().url());
    if (url.origin === api_url) return await route.continue();
    const found = url.origin === ORIGIN ? await serve(url.pathname) : undefined;
    if (!found) return await route.fulfill({ status: 404 });
    await route.fulfill({ body: found.body, contentType: found.type });
  });
  // A failing page reports the reason in its console.
  page.on("console", (message) => message.type() === "error" && console.error(message.text()));
  page.on("pageerror", (error) => console.error(error));
  await page.goto(`${ORIGIN}/`);
  await page.getByLabel("URL").fill(api_url);
  await page.getByLabel("Publishable key").fill(publishable_key);
  await page.getByLabel("E-mail").fill(own.creator.email);
  await page.getByLabel("Password").fill(own.creator.password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** Returns the folder of a copy of an example in which `npm install` has installed the built package. */
async function installed(name: string): Promise<string> {
  const root = await Deno.makeTempDir({ prefix: "streamvibe-example-" });
  await new Deno.Command("cp", { args: ["-R", `examples/${name}/.`, root] }).output();
  const client = join(root, "client");
  await Deno.mkdir(join(client, "dist"), { recursive: true });
  for (const [path, text] of Object.entries(await buildClient())) {
    await Deno.writeTextFile(join(client, path.replace("packages/client/", "")), text);
  }
  await Deno.copyFile("packages/client/package.json", join(client, "package.json"));
  const manifest = JSON.parse(await Deno.readTextFile(join(root, "package.json")));
  manifest.dependencies["@streamvibe/client"] = "file:./client";
  await Deno.writeTextFile(join(root, "package.json"), JSON.stringify(manifest));
  await run(root, "npm", ["install", "--no-audit", "--no-fund", "--loglevel=error"]);
  return root;
}

async function run(
  cwd: string,
  command: string,
  args: string[],
  env: Record<string, string> = {},
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, { args, cwd, env, stdin: "null" })
    .output();
  const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  assert.ok(success, `${command} ${args.join(" ")}: ${text}`);
  return text;
}

const browserTest = (name: string, fn: () => Promise<void>) =>
  Deno.test({ name, ignore: !CHROMIUM, sanitizeOps: false, sanitizeResources: false, fn });

Deno.test("every example is shorter than 150 lines", async () => {
  for (const file of ["page/index.html", "react/src/main.jsx", "node/sync.mjs"]) {
    const lines = (await Deno.readTextFile(`examples/${file}`)).split("\n").length;
    assert.ok(lines < LONGEST, `${file} has ${lines} lines`);
  }
});

browserTest(
  "the plain page signs in, syncs an account with a progress bar and reports no error",
  async () => {
    await using own = await ConnectedAccount.create("youtube", { items: 6 });
    await using opened = await openBrowser();
    const page = await opened.browser.newPage();
    try {
      await open(page, own, servePage);
      await page.getByRole("button", { name: "Sync" }).click();
      await page.getByText("6 seen, 6 new: done").waitFor({ timeout: 30_000 });
      assert.equal(await page.locator("progress").getAttribute("max"), "1");
      assert.equal(await page.getByRole("alert").textContent(), "");
      await own.assertSameLibrary();
    } finally {
      await esbuild.stop();
    }
  },
);

browserTest(
  "the React page builds with Vite, follows a sync job and finds a synced item by search",
  async () => {
    await using own = await ConnectedAccount.create("youtube", { items: 4 });
    const root = await installed("react");
    try {
      await run(root, "npx", ["vite", "build", "--logLevel", "error"]);
      await using opened = await openBrowser();
      const page = await opened.browser.newPage();
      await open(page, own, async (path) => {
        const file = join(root, "dist", path === "/" ? "index.html" : path);
        const body = await Deno.readTextFile(file).catch(() => undefined);
        return body === undefined
          ? undefined
          : { body, type: file.endsWith(".js") ? "text/javascript" : "text/html" };
      });
      await page.getByRole("button", { name: "Sync" }).click();
      await page.getByText(/^completed/).waitFor({ timeout: 60_000 });
      const [{ title = "" } = {}] = await own.library();
      await page.getByLabel("Search your library").fill(title);
      await page.getByRole("listitem").filter({ hasText: title }).first().waitFor({ timeout: 30_000 });
    } finally {
      await Deno.remove(root, { recursive: true });
    }
  },
);

Deno.test("the Node script syncs every account and prints what changed", async () => {
  await using own = await ConnectedAccount.create("youtube", { items: 3 });
  const { api_url, publishable_key } = await testStack();
  const root = await installed("node");
  try {
    const env = {
      STREAMVIBE_URL: api_url,
      STREAMVIBE_KEY: publishable_key,
      STREAMVIBE_EMAIL: own.creator.email,
      STREAMVIBE_PASSWORD: own.creator.password,
    };
    assert.match(await run(root, "node", ["sync.mjs"], env), /\(youtube\): 3 new, 0 updated, 0 gone/);
    assert.match(await run(root, "node", ["sync.mjs"], env), /\(youtube\): 0 new, 0 updated, 0 gone/);
    await own.assertSameLibrary();
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
