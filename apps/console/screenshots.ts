/**
 * `deno task console:screenshots`: takes screenshots of the console for docs/images, from a running stack with its demo data.
 * Review the changes with git before you commit them.
 */
import { join } from "node:path";
import { openBrowser } from "../../scripts/test/browser.ts";

const HELP = `Pictures of the console, from a running stack (deno task start) with its demo data

  deno task console:screenshots [--stack .local/stack.json] [--out docs/images]
`;

interface Shot {
  name: string;
  path: string;
  scheme?: "light" | "dark";
  as?: string;
  /** The heading to wait for before the screenshot is taken. */
  heading: string;
}

const DEMO = "demo@example.com";
const SHOTS: Shot[] = [
  { name: "console-browse", path: "/?content_type=long_video", heading: "What creators publish" },
  { name: "console-analytics", path: "/studio/analytics", scheme: "dark", as: DEMO, heading: "Analytics" },
  { name: "console-suggestion", path: "/studio/suggestions", as: DEMO, heading: "Suggestions" },
];

function option(name: string, fallback: string): string {
  const at = Deno.args.indexOf(`--${name}`);
  return at >= 0 ? Deno.args[at + 1] ?? fallback : fallback;
}

if (import.meta.main) {
  if (Deno.args.includes("--help")) {
    console.log(HELP);
    Deno.exit(0);
  }
  const { api_url, demo } = JSON.parse(await Deno.readTextFile(option("stack", ".local/stack.json")));
  const out = option("out", "docs/images");
  await using opened = await openBrowser();
  for (const { name, path, scheme = "light", as, heading } of SHOTS) {
    const context = await opened.browser.newContext({
      viewport: { width: 1280, height: 800 },
      colorScheme: scheme,
    });
    const page = await context.newPage();
    if (as) {
      await page.goto(`${api_url}/app/sign-in`);
      await page.getByLabel("Email").fill(as);
      await page.getByLabel("Password").fill(demo.password);
      await page.getByRole("main").getByRole("button", { name: "Sign in" }).click();
      await page.getByRole("navigation", { name: "Studio" }).waitFor();
    }
    await page.goto(`${api_url}/app${path}`);
    await page.getByRole("heading", { level: 1, name: heading }).waitFor();
    if (name === "console-suggestion") {
      await page.getByRole("cell").getByRole("link").last().click();
      await page.getByRole("button", { name: "Get new suggestions" }).waitFor();
    }
    await page.locator(".loading").first().waitFor({ state: "detached" });
    await page.screenshot({ path: join(out, `${name}.png`), animations: "disabled" });
    console.log(join(out, `${name}.png`));
    await context.close();
  }
}
