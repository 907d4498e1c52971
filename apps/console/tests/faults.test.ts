/** Failures while a user works: no input is lost, and nothing spins forever. */
import assert from "node:assert/strict";
import { createCreator, testStack } from "../../../scripts/test/stack.ts";
import { consoleTest, openConsole } from "./console.ts";
import { furnishedCreator } from "./furnished_creator.ts";

/** Ages the session that supabase-js stores, as after an hour of standby. */
const AGE = `{
  const session = JSON.parse(localStorage.getItem("streamvibe"));
  localStorage.setItem("streamvibe", JSON.stringify({ ...session, expires_at: 1, refresh_token: "spent" }));
}`;

consoleTest(
  "when the session expires, the user signs in again in a dialog and keeps the text they typed",
  async () => {
    const { creator, item } = await furnishedCreator();
    await using console = await openConsole({ as: creator, expects: /status of 40[013]/ });
    const { page } = console;
    await console.go(`/studio/library/${item}`);
    const title = page.getByRole("textbox", { name: "Title" });
    await title.fill("A title that nobody wants to write twice");
    await page.evaluate(AGE);
    await page.getByRole("button", { name: "Save", exact: true }).click();
    const dialog = page.getByRole("alertdialog", { name: "Your session has ended" });
    await dialog.getByLabel("Password").fill(creator.password);
    await dialog.getByRole("button", { name: "Sign in" }).click();
    await dialog.waitFor({ state: "detached" });
    assert.equal(await title.inputValue(), "A title that nobody wants to write twice");
    // Requests that need a session work again.
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByRole("heading", { level: 1, name: "A title that nobody wants to write twice" }).waitFor();
  },
);

consoleTest("signing out in one tab opens a sign-in dialog over the page in the other tab", async () => {
  const creator = await createCreator();
  await using console = await openConsole({ as: creator });
  await console.go("/studio/webhooks");
  await console.page.getByRole("textbox", { name: "Endpoint URL" }).fill("https://hooks.example.com/draft");
  const other = await console.page.context().newPage();
  await other.goto(console.at("/studio"));
  await other.getByRole("button", { name: "Sign out" }).click();
  const dialog = console.page.getByRole("alertdialog", { name: "Your session has ended" });
  await dialog.getByLabel("Password").fill(creator.password);
  await dialog.getByRole("button", { name: "Sign in" }).click();
  await dialog.waitFor({ state: "detached" });
  assert.equal(
    await console.page.getByRole("textbox", { name: "Endpoint URL" }).inputValue(),
    "https://hooks.example.com/draft",
  );
});

consoleTest(
  "while offline, the page shows a notice and a failed action keeps its input; once online, the action works",
  async () => {
    const creator = await createCreator();
    await using console = await openConsole({
      as: creator,
      expects: /ERR_INTERNET_DISCONNECTED|Failed to load/,
    });
    const { page } = console;
    await console.go("/studio/webhooks");
    await console.settled();
    await page.getByRole("textbox", { name: "Endpoint URL" }).fill("https://hooks.example.com/kept");
    await page.context().setOffline(true);
    await page.getByText("You are offline.").waitFor();
    await page.getByRole("button", { name: "Add endpoint", exact: true }).click();
    await page.getByRole("alert").getByText("Cannot reach the server").waitFor();
    assert.equal(
      await page.getByRole("textbox", { name: "Endpoint URL" }).inputValue(),
      "https://hooks.example.com/kept",
    );
    await page.context().setOffline(false);
    await page.getByText("You are offline.").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Add endpoint", exact: true }).click();
    await page.getByRole("dialog", { name: "Signing secret" }).getByText("whsec_").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("heading", { name: "https://hooks.example.com/kept" }).waitFor();
  },
);

consoleTest(
  'a request without a response becomes an error with a retry; a figure whose request failed is "not available", not zero',
  async () => {
    const { creator } = await furnishedCreator();
    await using console = await openConsole({ as: creator, expects: /Failed to load resource/ });
    const { page } = console;
    const { api_url } = await testStack();
    let isHanging = true;
    await page.route(
      `${api_url}/functions/v1/list-webhooks`,
      (route) => isHanging ? undefined : route.continue(),
    );
    await page.route(
      `${api_url}/functions/v1/get-click-stats*`,
      (route) => route.fulfill({ status: 503, body: "" }),
    );
    await page.clock.install();
    await console.go("/studio/webhooks");
    await page.getByRole("status").filter({ hasText: "Loading" }).waitFor();
    await page.clock.fastForward(21_000);
    await page.getByRole("alert").getByText("did not respond in time").waitFor();
    isHanging = false;
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByRole("heading", { name: "https://hooks.example.com/streamvibe" }).waitFor();
    await page.getByRole("link", { name: "Overview" }).click();
    for (let step = 0; step < 10; step++) {
      await page.clock.runFor(2_000);
    }
    await page.getByRole("definition").filter({ hasText: "from StreamVibe, 7 days" }).getByText(
      "not available",
    )
      .waitFor();
  },
);
