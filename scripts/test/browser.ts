/** Headless Chromium for tests of pages. CI installs Debian's; where there is none such tests are ignored, and say so. */
import { chromium } from "playwright-core";

/** Where a Chromium is; undefined if nowhere. */
export const CHROMIUM: string | undefined = [
  Deno.env.get("CHROMIUM"),
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
].find((path) => {
  try {
    return path !== undefined && Deno.statSync(path).isFile;
  } catch {
    return false;
  }
});

/** Pages that tests put at an origin of the web may call the stack on this machine; people are asked for that. */
const LOCAL_ALLOWED = "--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests";

/** A browser of a test's own. Ends with the test. */
export async function openBrowser(...flags: string[]) {
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: [
      "--no-sandbox",
      "--disable-dev-shm-usage",
      LOCAL_ALLOWED,
      ...flags,
    ],
  });
  return { browser, [Symbol.asyncDispose]: () => browser.close() };
}
