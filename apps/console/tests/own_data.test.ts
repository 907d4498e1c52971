import assert from "node:assert/strict";
import { consoleTest, openConsole } from "./console.ts";
import { furnishedCreator } from "./furnished_creator.ts";

consoleTest(
  "a creator exports their data, deletes their account, and sees the status of the deletion",
  async () => {
    const { creator, item } = await furnishedCreator();
    await using console = await openConsole({ as: creator, expects: /status of 40/ });
    const { page } = console;
    await console.go("/studio/profile");
    const [file] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Export my data" }).click(),
    ]);
    const lines = (await Deno.readTextFile(await file.path())).trimEnd().split("\n").map((line) =>
      JSON.parse(line)
    );
    assert.equal(lines.at(-1).type, "end");
    assert.ok(
      lines.some((line) => line.type === "row" && JSON.stringify(line).includes(item)),
      "the export contains the items",
    );

    await page.getByRole("button", { name: "Delete my account" }).click();
    const dialog = page.getByRole("dialog");
    const erase = dialog.getByRole("button", { name: "Delete my account" });
    assert.ok(await erase.isDisabled(), "the button is disabled until the email address is typed");
    await dialog.getByLabel(/^Type /).fill(creator.email);
    await dialog.getByLabel("Password").fill(creator.password);
    await erase.click();
    await page.getByRole("heading", { level: 1, name: "Deletion request status" }).waitFor();
    await page.getByRole("link", { name: "Sign in" }).waitFor();
  },
);
