import assert from "node:assert/strict";
import { createCreator } from "../../../scripts/test/stack.ts";
import { publicCreator } from "../../../supabase/functions/tests/support/public_creator.ts";
import { consoleTest, openConsole } from "./console.ts";

consoleTest("a visitor searches as they type, then opens an item and its creator's page", async () => {
  const { slug } = await publicCreator(3);
  await using console = await openConsole();
  const { page } = console;
  await console.go("/");
  await page.getByRole("navigation", { name: "Site" }).getByRole("link", { name: "Search" }).click();
  await page.getByRole("searchbox", { name: "Search items and creators" }).pressSequentially(
    `shared-${slug}`,
  );
  await page.getByRole("article").getByRole("link", { name: "Item 1" }).click();
  await page.getByRole("heading", { level: 1, name: "Item 1" }).waitFor();
  await page.getByRole("link", { name: "Public Creator" }).first().click();
  await page.getByRole("heading", { level: 1, name: "Public Creator" }).waitFor();
  assert.equal(new URL(page.url()).pathname, `/app/@${slug}`);
});

consoleTest('an unknown URL shows "Page not found", and an error shows its code and request id', async () => {
  await using console = await openConsole();
  const { page } = console;
  await console.go("/no/such/page");
  await page.getByRole("heading", { name: "Page not found" }).waitFor();
  await page.goto(console.at(`/v/${crypto.randomUUID()}`));
  const alert = page.getByRole("alert");
  await alert.getByRole("link", { name: "not_found" }).waitFor();
  assert.match(await alert.textContent() ?? "", /Request\s*[\w-]{8,}/);
});

consoleTest(
  "the studio shows a sign-in form in place, and signs out; another tab notices the sign-in",
  async () => {
    const creator = await createCreator();
    await using console = await openConsole();
    const { page } = console;
    const other = await page.context().newPage();
    await other.goto(console.at("/"));
    await other.getByRole("link", { name: "Sign up" }).waitFor();
    await console.go("/studio");
    await page.getByLabel("Email").fill(creator.email);
    await page.getByLabel("Password").fill("wrong password");
    await page.getByRole("main").getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("alert").getByText("Wrong email or password").waitFor();
    await page.getByLabel("Password").fill(creator.password);
    await page.getByRole("main").getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("navigation", { name: "Studio" }).waitFor();
    await other.getByRole("link", { name: "Studio" }).waitFor();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("link", { name: "Sign up" }).waitFor();
  },
);
