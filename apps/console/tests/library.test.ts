import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { consoleTest, openConsole } from "./console.ts";
import { furnishedCreator } from "./furnished_creator.ts";

/** Presses Tab until the element with this role and name has the focus. */
async function tabTo(
  page: Page,
  role: "link" | "button" | "checkbox" | "searchbox",
  name: string,
): Promise<void> {
  const wanted = page.getByRole(role, { name, exact: true }).first();
  await wanted.waitFor();
  for (let steps = 0; steps < 120; steps++) {
    if (await wanted.evaluate((element) => element === element.ownerDocument.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`Cannot reach the ${role} ${name} by Tab`);
}

consoleTest(
  "an item can be found, deleted, restored by undo and opened with the keyboard alone",
  async () => {
    const { creator } = await furnishedCreator();
    await using console = await openConsole({ as: creator });
    const { page } = console;
    await console.go("/studio");
    await tabTo(page, "link", "Library");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "Library" }).waitFor();
    await tabTo(page, "checkbox", "Select Item 3");
    await page.keyboard.press("Space");
    await page.keyboard.press("Shift+Tab");
    await page.evaluate("document.querySelector('h1').focus()");
    await tabTo(page, "button", "Delete");
    await page.keyboard.press("Enter");
    await page.getByText("1 item deleted.").waitFor();
    await page.getByRole("checkbox", { name: "Select Item 3", exact: true }).waitFor({ state: "detached" });
    await tabTo(page, "button", "Undo");
    await page.keyboard.press("Enter");
    await page.getByRole("checkbox", { name: "Select Item 3", exact: true }).waitFor();
    await tabTo(page, "link", "Item 3");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "Item 3" }).waitFor();
  },
);

consoleTest(
  "the library keeps its filters in the URL, loads more pages by cursor, and can list deleted items",
  async () => {
    const { creator } = await furnishedCreator();
    await using console = await openConsole({ as: creator });
    const { page } = console;
    await console.go("/studio/library?sort=views_count");
    const rows = page.getByRole("row");
    await page.getByRole("checkbox", { name: /^Select Item/ }).first().waitFor();
    assert.equal(await rows.count(), 31);
    await page.getByRole("button", { name: "Show more" }).click();
    await page.getByText("40 entries in total").waitFor();
    await page.getByLabel("State").selectOption({ label: "Deleted" });
    await page.getByText("No matching items").waitFor();
    assert.match(page.url(), /state=deleted/);
  },
);

consoleTest("suggestions for several items run as a job, which the page follows to its result", async () => {
  const { creator } = await furnishedCreator();
  await using console = await openConsole({ as: creator });
  const { page } = console;
  await console.go("/studio/library");
  await page.getByRole("checkbox", { name: "Select Item 1", exact: true }).check();
  await page.getByRole("checkbox", { name: "Select Item 2", exact: true }).check();
  await page.getByRole("button", { name: "Get suggestions" }).click();
  await page.getByRole("main").getByText("Done", { exact: true }).first().waitFor({ timeout: 60_000 });
  await page.getByRole("region", { name: "Result" }).getByText("suggested").waitFor();
});
