/** Every page in light and dark, from phone to large screen: accessible, and never wider than the window. */
import assert from "node:assert/strict";
import { createCreator } from "../../../scripts/test/stack.ts";
import { consoleTest, openConsole, type Opened } from "./console.ts";
import { STUDIO_PAGES, VISITOR_PAGES } from "./pages.ts";
import { furnishedCreator } from "./furnished_creator.ts";

/** At 200 % zoom, a window of 1280 pixels is 640 CSS pixels wide. */
const WIDTHS = [1920, 640, 320];

async function look(console: Opened, paths: string[]): Promise<void> {
  const faults: string[] = [];
  for (const path of paths) {
    await console.page.setViewportSize({ width: 1280, height: 800 });
    await console.go(path);
    await console.settled();
    for (const scheme of ["light", "dark"] as const) {
      await console.page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
      faults.push(...(await console.violations()).map((one) => `${path} ${scheme} ${one}`));
    }
    for (const width of WIDTHS) {
      await console.page.setViewportSize({ width, height: 700 });
      const wider = await console.overflow();
      if (wider > 0) faults.push(`${path} is ${wider} px wider than ${width}`);
    }
  }
  assert.deepEqual(faults, []);
}

consoleTest("public pages have no axe-core violations and fit every width", async () => {
  const { slug, item } = await furnishedCreator();
  await using console = await openConsole();
  await look(console, [...VISITOR_PAGES, `/@${slug}`, `/v/${item}`]);
});

consoleTest("studio pages filled with data have no axe-core violations and fit every width", async () => {
  const { creator, item, post, job } = await furnishedCreator();
  await using console = await openConsole({ as: creator });
  await look(console, [
    ...STUDIO_PAGES,
    `/studio/library/${item}`,
    `/studio/posts/${post}`,
    `/studio/jobs/${job}`,
  ]);
});

consoleTest(
  "empty studio pages fit a narrow dark right-to-left layout and show no errors to a new creator",
  async () => {
    await using console = await openConsole({ as: await createCreator(), colorScheme: "dark" });
    const faults: string[] = [];
    for (const path of STUDIO_PAGES) {
      await console.page.setViewportSize({ width: 360, height: 700 });
      await console.go(`${path}?language=ar`);
      await console.settled();
      if (await console.overflow() > 0) faults.push(`${path} is too wide`);
      if (await console.page.locator("html").getAttribute("dir") !== "rtl") {
        faults.push(
          `${path} is not turned round`,
        );
      }
      if (await console.page.getByRole("alert").count() > 0) {
        faults.push(
          `${path}: ${await console.page.getByRole("alert").first().textContent()}`,
        );
      }
    }
    assert.deepEqual(faults, []);
  },
);
