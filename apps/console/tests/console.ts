/** What tests of the console share: a page in Chromium that fails on whatever must never happen, signed in if wanted. */
import assert from "node:assert/strict";
import type { BrowserContextOptions, Page } from "playwright-core";
import { CHROMIUM, openBrowser } from "../../../scripts/test/browser.ts";
import { type Creator, testStack } from "../../../scripts/test/stack.ts";
import { buildConsole } from "../build.ts";

/** Where supabase-js keeps the session (data/client.ts). */
const SESSION = "streamvibe";

export interface Opened extends AsyncDisposable {
  page: Page;
  /** The address of a page of the console. */
  at(path: string): string;
  /** Goes there and waits for its heading. */
  go(path: string): Promise<void>;
  /** Waits until nothing on the page is loading any more. */
  settled(): Promise<void>;
  /** Violations of axe-core's rules as the page is now, one line each. */
  violations(): Promise<string[]>;
  /** By how many pixels the page is wider than its window. */
  overflow(): Promise<number>;
}

interface Wish extends BrowserContextOptions {
  as?: Creator;
  /** Errors of the browser's console that the test causes itself. */
  expects?: RegExp;
}

/** A browser with one page. On disposal: nothing was asked of another host, no policy was violated, nothing was thrown. */
export async function openConsole({ as, expects, ...options }: Wish = {}): Promise<Opened> {
  const [{ api_url }] = await Promise.all([testStack(), buildConsole()]);
  await served(api_url);
  const opened = await openBrowser();
  const context = await opened.browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  context.setDefaultTimeout(30_000);
  const faults: string[] = [];
  if (as) {
    const { data } = await as.client.auth.getSession();
    const kept = JSON.stringify(data.session);
    // Once: a session that a test ends stays ended.
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
      // A navigation to a consent page is the person's own.
      if (!request.isNavigationRequest()) faults.push(`asked ${url}`);
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
        // deno-lint-ignore no-explicit-any -- what the page has loaded
        const { violations } = await (globalThis as any).axe.run({ resultTypes: ["violations"] });
        return violations.map((rule: { id: string; nodes: { html: string }[] }) =>
          `${rule.id}: ${rule.nodes.map(({ html }) => html.slice(0, 160)).slice(0, 3).join(" | ")}`
        );
      });
    },
    overflow: () =>
      page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"),
    async [Symbol.asyncDispose]() {
      await opened[Symbol.asyncDispose]();
      assert.deepEqual(faults, []);
    },
  };
}

/** On a busy machine the stack answers that the console is being built while it still looks for the files. */
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

/** A test in the browser; ignored where there is none. */
export function consoleTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore: !CHROMIUM, sanitizeOps: false, sanitizeResources: false, fn });
}
