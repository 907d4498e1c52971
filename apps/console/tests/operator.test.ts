/** The operator's pages: from an alert to the retry, what staff may do and undo, and who has no access. */
import assert from "node:assert/strict";
import { createCreator, testDatabase } from "../../../scripts/test/stack.ts";
import { publicCreator } from "../../../supabase/functions/tests/support/public_creator.ts";
import { consoleTest, openConsole, type Opened } from "./console.ts";
import { brokenJobs, staff } from "./operators.ts";
import { OPERATOR_PAGES } from "./pages.ts";

consoleTest(
  "an operator gets from an alert to the failed job, its error, its account and a retry in three clicks",
  async () => {
    await using broken = await brokenJobs(12);
    await using console = await openConsole({ as: await staff("admin") });
    const { page } = console;
    await console.go("/operator");
    let clicks = 0;
    const click = async (name: string | RegExp, role: "link" | "button") => {
      clicks++;
      await page.getByRole("main").getByRole(role, { name }).first().click();
    };
    // The alert links to the kind with the most dead letters, which may belong to another test.
    await click("Jobs have failed for good", "link");
    await page.getByRole("heading", { level: 1, name: "Dead letters" }).waitFor();
    if (new URL(page.url()).searchParams.get("handler") !== broken.handler) {
      await console.go(`/operator/dead-letters?handler=${broken.handler}`);
    }
    await page.getByRole("table").getByText(broken.words).first().waitFor();
    await click(broken.handler, "link");
    await page.getByRole("heading", { level: 1, name: `Job: ${broken.handler}` }).waitFor();
    await page.getByText(broken.words).waitFor();
    const account = page.getByRole("main").getByRole("link", { name: /^[0-9a-f]{8}$/ });
    assert.match(await account.getAttribute("href") ?? "", /\/operator\/accounts\?id=[\w-]{36}$/);
    await click("Retry", "button");
    await page.getByText("Back in the queue.").waitFor();
    assert.equal(clicks, 3);
    // A retry has no confirmation, so it offers undo.
    await page.getByRole("status").getByRole("button", { name: "Undo" }).click();
    await page.getByText("Cancelled", { exact: true }).waitFor();
  },
);

consoleTest(
  "all dead letters of one handler are discarded together after a confirmation, and the action is audited",
  async () => {
    await using broken = await brokenJobs(3);
    const admin = await staff("admin");
    await using console = await openConsole({ as: admin });
    const { page } = console;
    await console.go(`/operator/dead-letters?handler=${broken.handler}`);
    const kind = page.getByRole("main").getByRole("listitem").filter({ hasText: broken.handler });
    await kind.getByRole("button", { name: "Discard all" }).click();
    const dialog = page.getByRole("dialog", { name: `Discard 3 × ${broken.handler}?` });
    await dialog.getByRole("button", { name: "Go back" }).click();
    await kind.getByRole("button", { name: "Discard all" }).click();
    await dialog.getByRole("button", { name: "Discard all" }).click();
    await page.getByText("3 jobs discarded.").waitFor();
    await page.getByText("No results for these filters").waitFor();
    await console.go(`/operator/audit?actor_id=${admin.id}`);
    await page.getByRole("cell", { name: "job.discarded" }).waitFor();
  },
);

consoleTest(
  "a moderator hides a creator with a reason and undoes it; admin pages are closed to moderators",
  async () => {
    const { creator, slug } = await publicCreator(1);
    await using console = await openConsole({ as: await staff("moderator") });
    const { page } = console;
    await console.go("/operator/users");
    await page.getByRole("searchbox", { name: "Search" }).fill(slug);
    await page.getByRole("searchbox", { name: "Search" }).press("Enter");
    await page.getByRole("table").getByRole("link", { name: "Public Creator" }).click();
    await page.getByRole("button", { name: "Hide from public view" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Reason").fill("sells what is not theirs");
    await dialog.getByRole("button", { name: "Hide from public view" }).click();
    await page.getByText(/sells what is not theirs/).waitFor();
    await page.getByRole("status").getByRole("button", { name: "Undo" }).click();
    await page.getByText("Public Creator is shown again.").waitFor();
    await page.getByRole("main").getByText("public", { exact: true }).waitFor();
    assert.equal(await page.getByRole("button", { name: "Make admin" }).count(), 0);
    const links = page.getByRole("navigation", { name: "Operations" }).getByRole("link");
    assert.deepEqual(await links.allTextContents(), [
      "Overview",
      "Alerts",
      "Connections",
      "Users and roles",
      "Moderation",
    ]);
    await console.go("/operator/jobs");
    await page.getByText("This page is for admins").waitFor();
    void creator;
  },
);

consoleTest(
  "an admin grants and revokes the moderator role and changes a plan; a creator without a role is refused",
  async () => {
    const person = await createCreator();
    const admin = await staff("admin");
    {
      await using console = await openConsole({ as: admin });
      const { page } = console;
      await console.go(`/operator/users/${person.id}`);
      await page.getByRole("button", { name: "Make moderator" }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Make moderator" }).click();
      await page.getByRole("button", { name: "Revoke moderator" }).waitFor();
      await page.getByRole("button", { name: "Revoke moderator" }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Revoke moderator" }).click();
      await page.getByRole("button", { name: "Make moderator" }).waitFor();
      await page.getByRole("combobox", { name: "Plan" }).selectOption("premium");
      await page.getByRole("button", { name: "Change plan" }).click();
      await page.getByText("Now on premium.").waitFor();
      await page.locator(".notice", { hasText: "Now on premium." }).getByRole("button", { name: "Undo" })
        .click();
      await page.getByText("Now on free.").waitFor();
    }
    const sql = await testDatabase();
    try {
      const told = await sql`select action from public.audit_log where actor_id = ${admin.id} order by id`;
      assert.deepEqual(told.map(({ action }) => action), [
        "role.granted",
        "role.revoked",
        "plan.changed",
        "plan.changed",
      ]);
    } finally {
      await sql.end();
    }
    await using console = await openConsole({ as: person });
    await console.go("/operator/jobs");
    await console.page.getByText("You need operator access").waitFor();
    await console.page.getByRole("main").getByRole("link", { name: "Go to studio" }).waitFor();
  },
);

consoleTest(
  "operator pages have no axe-core violations, fit every width, and show no errors",
  async () => {
    await using broken = await brokenJobs(2);
    await using console = await openConsole({ as: await staff("admin") });
    const paths = [
      ...OPERATOR_PAGES,
      `/operator/jobs/${broken.newest}`,
      `/operator/users/${broken.creator.id}`,
      "/operator/webhooks?direction=out",
      "/operator/users/00000000-0000-4000-8000-000000000000",
    ];
    const faults: string[] = [];
    for (const path of paths) faults.push(...await look(console, path));
    assert.deepEqual(faults, []);
  },
);

async function look(console: Opened, path: string): Promise<string[]> {
  const { page } = console;
  const faults: string[] = [];
  await page.setViewportSize({ width: 1280, height: 800 });
  await console.go(path);
  await console.settled();
  for (const alert of await page.getByRole("alert").allTextContents()) faults.push(`${path}: ${alert}`);
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    faults.push(...(await console.violations()).map((one) => `${path} ${colorScheme} ${one}`));
  }
  for (const width of [1920, 640, 320]) {
    await page.setViewportSize({ width, height: 700 });
    const wider = await console.overflow();
    if (wider > 0) faults.push(`${path} is ${wider} px wider than ${width}`);
  }
  return faults;
}
