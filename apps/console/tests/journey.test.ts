/** A creator's way, by what a person sees: roles and names, nothing else. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { simulator, testStack } from "../../../scripts/test/stack.ts";
import { consoleTest, openConsole } from "./console.ts";

const LIMIT_MS = 120_000;

consoleTest(
  "from sign-up to the first synced library takes less than two minutes, and the first suggestion follows",
  async () => {
    const tag = crypto.randomUUID().slice(0, 8);
    const channel = `Workshop ${tag}`;
    await simulator("youtube/accounts", { name: channel, items: 60, plain: true });
    const email = `person-${tag}@example.com`;
    await using console = await openConsole();
    const { page } = console;
    const started = performance.now();

    await console.go("/");
    await page.getByRole("link", { name: "Sign up" }).click();
    await page.getByLabel("Your name").fill(`Person ${tag}`);
    await page.getByLabel("E-mail").fill(email);
    await page.getByLabel("Password").fill("a good password");
    await page.getByRole("button", { name: "Create account" }).click();
    await page.getByRole("heading", { name: "Look into your mailbox" }).waitFor();
    await confirm(page, email);

    await page.getByRole("heading", { name: "Three minutes to your library" }).waitFor();
    await page.getByRole("button", { name: "Save profile" }).click();
    await page.getByText(/Your address is/).waitFor();
    await page.getByRole("button", { name: "Connect YouTube" }).click();
    await consent(page, channel);

    // The library comes by itself.
    await page.getByText("Done: 60 items are in your library.").waitFor({ timeout: LIMIT_MS });
    const took = performance.now() - started;
    globalThis.console.log(`sign-up to library: ${(took / 1000).toFixed(1)} s`);
    assert.ok(took < LIMIT_MS, `${took} ms`);

    await page.getByRole("button", { name: "Suggest for the newest item" }).click();
    const title = page.getByRole("region", { name: "Title", exact: true });
    await title.getByRole("button", { name: "Apply title" }).click();
    await page.getByRole("status").getByText("Title applied.").waitFor();
    await title.getByText("Already so").waitFor();
    await page.getByRole("status").getByRole("button", { name: "Undo" }).click();
    await title.getByRole("button", { name: "Apply title" }).waitFor();
    await page.getByRole("button", { name: "Compared with what came after" }).first().click();
    await page.getByRole("deletion").first().waitFor();
  },
);

async function confirm(page: Page, email: string): Promise<void> {
  const { mail_url } = await testStack();
  const mailbox = await page.context().newPage();
  await mailbox.goto(`${mail_url}/?to=${encodeURIComponent(email)}`);
  await mailbox.getByRole("link", { name: "Confirm Your Signup" }).click();
  await mailbox.getByRole("link", { name: /auth\/v1\/verify/ }).click();
  // It signs in there, and so in the first tab, too.
  await mailbox.getByRole("heading", { name: "Three minutes to your library" }).waitFor();
  await mailbox.close();
}

/** The platform's page: find the account, choose it, allow. */
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
