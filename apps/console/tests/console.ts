/** Shared by the console's tests: a page in Chromium, optionally signed in, that fails on anything that must never happen. */
import assert from "node:assert/strict";
import type { BrowserContextOptions, Page } from "playwright-core";
import { CHROMIUM, openBrowser } from "../../../scripts/test/browser.ts";
import { type Creator, testStack } from "../../../scripts/test/stack.ts";
import { buildConsole } from "../build.ts";

/** The localStorage key of the session (data/client.ts). */
const SESSION = "streamvibe";

export interface Opened extends AsyncDisposable {
  page: Page;
  /** Returns the URL of a page of the console. */
  at(path: string): string;
  /** Opens a page and waits for its heading. */
  go(path: string): Promise<void>;
  /** Waits until the page has finished loading. */
  settled(): Promise<void>;
  /** Returns the page's current violations of axe-core's rules, one line each. */
  violations(): Promise<string[]>;
  /** Returns by how many pixels the page is wider than its window. */
  overflow(): Promise<number>;
}

interface Wish extends BrowserContextOptions {
  as?: Creator;
  /** Browser console errors that the test causes on purpose. */
  expects?: RegExp;
}

/** Opens a browser with one page. Disposal asserts that there was no request to another host, no policy violation and no exception. */
export async function openConsole({ as, expects, ...options }: Wish = {}): Promise<Opened> {
  const [{ api_url }] = await Promise.all([testStack(), buildConsole()]);
  await served(api_url);
  const opened = await openBrowser();
  const context = await opened.browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  context.setDefaultTimeout(30_000);
  const faults: string[] = [];
  const refusals: string[] = [];
  if (as) {
    const { data } = await as.client.auth.getSession();
    const kept = JSON.stringify(data.session);
    // Only once, so that a session that the test ends is not restored.
    await context.addInitScript(`{
      if (!sessionStorage.getItem("signed-in")) localStorage.setItem(${JSON.stringify(SESSION)}, ${
      JSON.stringify(kept)
    });
      sessionStorage.setItem("signed-in", "yes");
    }`);
  }
  const page = await context.newPage();
  page.on("request", (request) => {
    const url = request.url();
    if (
      !url.startsWith(api_url) && !/^(data|blob):/.test(url) &&
      request.frame().url().startsWith(`${api_url}/app`)
    ) {
      // The user may navigate to a consent page.
      if (!request.isNavigationRequest()) faults.push(`asked ${url}`);
    }
  });
  page.on("response", (response) => {
    if (response.status() >= 400) {
      refusals.push(`${response.status()} ${response.request().method()} ${response.url()}`);
    }
  });
  page.on("pageerror", (error) => faults.push(`threw ${error}`));
  page.on("console", (message) => {
    const text = message.text();
    const is_own = message.location().url.startsWith(`${api_url}/app`) ||
      /Content Security Policy|TrustedHTML/.test(text);
    if (message.type() === "error" && is_own && !expects?.test(text)) faults.push(`said ${text}`);
  });
  const at = (path: string) => `${api_url}/app${path}`;
  return {
    page,
    at,
    async go(path) {
      await page.goto(at(path));
      await page.getByRole("heading", { level: 1 }).waitFor();
    },
    async settled() {
      await page.locator(".loading").first().waitFor({ state: "detached" });
    },
    async violations() {
      await page.evaluate(await axeSource());
      return await page.evaluate(async () => {
        // deno-lint-ignore no-explicit-any -- axe is a global that the page loaded
        const { violations } = await (globalThis as any).axe.run({ resultTypes: ["violations"] });
        return violations.map((rule: { id: string; nodes: { html: string }[] }) =>
          `${rule.id}: ${rule.nodes.map(({ html }) => html.slice(0, 160)).slice(0, 3).join(" | ")}`
        );
      });
    },
    overflow: () =>
      page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"),
    async [Symbol.asyncDispose]() {
      const text = await page.locator("body").innerText({ timeout: 2_000 }).catch(String);
      lastPage = [page.url(), ...refusals, text].join("\n");
      await opened[Symbol.asyncDispose]();
      assert.deepEqual(faults, []);
    },
  };
}

/** Waits until the stack serves the console: on a busy machine it first responds that the console is being built. */
async function served(api_url: string): Promise<void> {
  for (const end = Date.now() + 60_000; Date.now() < end;) {
    const { status, body } = await fetch(`${api_url}/app/`);
    await body?.cancel();
    if (status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error("Cannot open the console: it is not served after a minute");
}

let source: Promise<string> | undefined;
const axeSource = () => source ??= Deno.readTextFile("node_modules/axe-core/axe.min.js");

/** What the page showed when its console was closed, and the requests that were refused before. */
let lastPage = "";

/** Registers a browser test, which prints its last page if it fails; ignored if no browser is installed. */
export function consoleTest(name: string, fn: () => Promise<void>): void {
  Deno.test({
    name,
    ignore: !CHROMIUM,
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      try {
        await fn();
      } catch (error) {
        console.log(lastPage);
        throw error;
      }
    },
  });
}
