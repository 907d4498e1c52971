/** Headless Chromium for tests of pages. CI installs Debian's; where none is installed, such tests are skipped and reported as ignored. */
import { chromium } from "playwright-core";

/** The path of an installed Chromium; undefined if there is none. */
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

/** Lets test pages at a public origin call the stack on this machine; a real browser asks the user for permission. */
const LOCAL_ALLOWED = "--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests";

/** Opens a browser for one test, which ends with it. */
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
