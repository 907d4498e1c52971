/** A creator's journey, found by roles and names only, as a user sees them. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { simulator, testStack } from "../../../scripts/test/stack.ts";
import { consoleTest, openConsole } from "./console.ts";

const LIMIT_MS = 120_000;

/** A channel whose newest video has an English title, so that each run suggests and compares the same words. */
const PLAIN_ENGLISH = 14;

consoleTest(
  "sign-up to the first synced library takes less than two minutes; then a suggestion can be applied and undone",
  async () => {
    const tag = crypto.randomUUID().slice(0, 8);
    const channel = `Workshop ${tag}`;
    await simulator("youtube/accounts", { name: channel, items: 60, plain: true, seed: PLAIN_ENGLISH });
    const email = `person-${tag}@example.com`;
    await using console = await openConsole();
    const { page } = console;
    const started = performance.now();

    await console.go("/");
    await page.getByRole("link", { name: "Sign up" }).click();
    await page.getByLabel("Your name").fill(`Person ${tag}`);
    await page.getByLabel("Email").fill(email);
    await page.getByLabel("Password").fill("a good password");
    await page.getByRole("button", { name: "Create account" }).click();
    await page.getByRole("heading", { name: "Check your email" }).waitFor();
    await confirm(page, email);

    await page.getByRole("heading", { name: "Get started" }).waitFor();
    await page.getByRole("button", { name: "Save profile" }).click();
    await page.getByText(/Your page is at/).waitFor();
    await page.getByRole("button", { name: "Connect YouTube" }).click();
    await consent(page, channel);

    // The first sync starts automatically.
    await page.getByText("Done: 60 items are in your library.").waitFor({ timeout: LIMIT_MS });
    const took = performance.now() - started;
    globalThis.console.log(`sign-up to library: ${(took / 1000).toFixed(1)} s`);
    assert.ok(took < LIMIT_MS, `${took} ms`);

    await page.getByRole("button", { name: "Get suggestions" }).click();
    const title = page.getByRole("region", { name: "Title", exact: true });
    await title.getByRole("button", { name: "Apply title" }).click();
    await page.getByRole("status").getByText("Title applied.").waitFor();
    await title.getByText("Same as current").waitFor();
    await page.getByRole("status").getByRole("button", { name: "Undo" }).click();
    await title.getByRole("button", { name: "Apply title" }).waitFor();
    const revisions = page.getByRole("region", { name: "Revisions" });
    const compare = revisions.getByRole("button", { name: "Compare with next revision" });
    // The second one is the application that was undone.
    await compare.nth(1).waitFor();
    await compare.first().click();
    await revisions.getByRole("deletion").filter({ hasText: "All about" }).waitFor();
  },
);

async function confirm(page: Page, email: string): Promise<void> {
  const { mail_url } = await testStack();
  const mailbox = await page.context().newPage();
  await mailbox.goto(`${mail_url}/?to=${encodeURIComponent(email)}`);
  await mailbox.getByRole("link", { name: "Confirm Your Signup" }).click();
  await mailbox.getByRole("link", { name: /auth\/v1\/verify/ }).click();
  // This signs in here and, through the shared session, in the first tab.
  await mailbox.getByRole("heading", { name: "Get started" }).waitFor();
  await mailbox.close();
}

/** On the platform's consent page, finds the account, selects it and allows access. */
export async function consent(page: Page, name: string): Promise<void> {
  const search = page.getByRole("searchbox");
  await page.getByRole("button", { name: "Allow" }).waitFor();
  if (await search.count() > 0) {
    await search.fill(name);
    await search.press("Enter");
  }
  await page.getByRole("radio", { name: new RegExp(name) }).check();
  await page.getByRole("button", { name: "Allow" }).click();
}
