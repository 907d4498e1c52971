/** The operator's pages by keyboard alone: every control is reachable and visible, and each action is confirmed or undone, and audited. */
import assert from "node:assert/strict";
import { testDatabase } from "../../../scripts/test/stack.ts";
import { eventually } from "../../../supabase/functions/tests/support/eventually.ts";
import { publicCreator } from "../../../supabase/functions/tests/support/public_creator.ts";
import { PublishingAccount } from "../../../supabase/functions/tests/support/publishing_account.ts";
import { consoleTest, openConsole } from "./console.ts";
import { has, Keyboard } from "./keyboard.ts";
import { audited, brokenJobs, staff } from "./operators.ts";
import { OPERATOR_PAGES } from "./pages.ts";

consoleTest(
  "every control on the operator pages can be reached with Tab, shows its focus, and can be left again",
  async () => {
    await using broken = await brokenJobs(2);
    await using console = await openConsole({ as: await staff("admin") });
    const { page } = console;
    const keys = new Keyboard(page);
    const faults: string[] = [];
    const paths = [
      ...OPERATOR_PAGES,
      `/operator/jobs/${broken.newest}`,
      `/operator/users/${broken.creator.id}`,
      "/operator/webhooks?direction=out",
    ];
    for (const path of paths) {
      await console.go(path);
      await console.settled();
      // Hold refetches, so that rows do not move during the walk.
      await page.route(/\/(rest|functions)\/v1\//, () => {});
      faults.push(...(await keys.walk()).map((fault) => `${path}: ${fault}`));
      await page.unrouteAll({ behavior: "ignoreErrors" });
    }
    assert.deepEqual(faults, []);
  },
);

consoleTest("on a narrow screen, the navigation menu opens and works with the keyboard alone", async () => {
  await using console = await openConsole({
    as: await staff("admin"),
    viewport: { width: 320, height: 640 },
  });
  const { page } = console;
  const keys = new Keyboard(page);
  await console.go("/operator");
  await page.keyboard.press("Tab");
  await keys.press(page.getByRole("link", { name: "Skip to content" }));
  assert.ok(await has(page.getByRole("main")));
  await keys.press(page.getByRole("button", { name: "Operations" }));
  const link = page.getByRole("navigation", { name: "Operations" }).getByRole("link", { name: "Audit log" });
  await keys.press(link);
  const heading = page.getByRole("heading", { level: 1, name: "Audit log" });
  await heading.waitFor();
  await eventually(
    () => has(heading),
    "focus on the heading",
  );
  // Arrow keys change the selection.
  await console.go("/operator/jobs");
  await keys.to(page.getByRole("combobox", { name: "State" }));
  await page.keyboard.press("ArrowDown");
  await eventually(() => Promise.resolve(new URL(page.url()).searchParams.has("status")), "the filter");
  assert.ok(await has(page.getByRole("combobox", { name: "State" })));
});

consoleTest(
  "jobs and handlers are managed with the keyboard alone, and every action is audited",
  async () => {
    await using broken = await brokenJobs(4);
    const sql = await testDatabase();
    const admin = await staff("admin");
    try {
      await using console = await openConsole({ as: admin });
      const { page } = console;
      const keys = new Keyboard(page);
      const main = page.getByRole("main");

      await console.go("/operator/queue");
      await keys.press(main.getByRole("button", { name: `Resume ${broken.handler}` }));
      await keys.undo(`${broken.handler} resumed.`);
      await main.getByRole("button", { name: `Resume ${broken.handler}` }).waitFor();
      await sql`update ops.job_handler set paused_at = null where name = ${broken.handler}`;
      await console.go("/operator/queue");
      await keys.agree(main.getByRole("button", { name: `Pause ${broken.handler}` }), "Pause");
      await main.getByRole("button", { name: `Resume ${broken.handler}` }).waitFor();

      await console.go(`/operator/dead-letters?handler=${broken.handler}`);
      const list = main.getByRole("table");
      await keys.press(list.getByRole("button", { name: "Retry" }).first());
      await page.getByText("Back in the queue.").waitFor();
      await list.getByRole("row").nth(4).waitFor({ state: "detached" });
      await keys.stands();
      await keys.undo("Back in the queue.");

      await console.go(`/operator/jobs/${broken.newest}`);
      const isOver = main.getByText("Cancelled", { exact: true });
      // The newest job is first in the list; it was retried and the retry undone.
      await isOver.waitFor();
      const kind = () => main.getByRole("listitem").filter({ hasText: broken.handler });
      await console.go(`/operator/dead-letters?handler=${broken.handler}`);
      await keys.press(list.getByRole("link", { name: broken.handler }).first());
      await main.getByRole("button", { name: "Discard" }).waitFor();
      await keys.agree(main.getByRole("button", { name: "Discard" }), "Discard");
      await main.getByRole("button", { name: "Discard" }).waitFor({ state: "detached" });
      await keys.stands();
      await console.go(`/operator/dead-letters?handler=${broken.handler}`);
      await keys.agree(kind().getByRole("button", { name: "Retry all" }), "Retry all");
      await page.getByText("No results for these filters").waitFor();
      await keys.stands();

      await console.go(`/operator/jobs?handler=${broken.handler}&status=pending`);
      await keys.press(main.getByRole("checkbox").first(), "Space");
      await keys.agree(main.getByRole("button", { name: "Cancel 1 job" }), "Cancel 1 job");
      await main.getByRole("checkbox").nth(1).waitFor({ state: "detached" });
      await keys.press(list.getByRole("link", { name: broken.handler }));
      await keys.agree(main.getByRole("button", { name: "Cancel job" }), "Cancel job");

      await console.go("/operator/alerts");
      const alert = main.getByRole("heading", { level: 3, name: "Jobs have failed for good" }).locator(
        "../..",
      );
      await keys.press(alert.getByRole("button", { name: "Silence for a day" }));
      await keys.undo("Alert silenced for a day.");
      await alert.getByRole("button", { name: "Silence for a day" }).waitFor();
      assert.deepEqual(await audited(admin), [
        "job_type.resumed",
        "job_type.paused",
        "job_type.paused",
        "job.retried",
        "job.cancelled",
        "job.discarded",
        "job.retried",
        "job.cancelled",
        "job.cancelled",
        "alert.silenced",
        "alert.silenced",
      ]);
    } finally {
      await sql.end();
    }
  },
);

consoleTest(
  "users are managed with the keyboard alone; undo restores the previous state, and every action is audited",
  async () => {
    const { creator, slug, ids: [item = ""] } = await publicCreator(1);
    const sql = await testDatabase();
    const admin = await staff("admin");
    try {
      // Featured with an order, a reason and an end, all of which undo must restore.
      await sql`insert into public.featured_creator (user_id, sort_order, reason, ends_at) values (${creator.id}, 7, 'of the week', '2999-01-01')`;
      await sql`insert into ops.billing_customer (user_id, livemode, customer_id) values (${creator.id}, false, ${`cus_${creator.id}`})`;
      await using console = await openConsole({ as: admin });
      const { page } = console;
      const keys = new Keyboard(page);
      const main = page.getByRole("main");
      const button = (name: string) => main.getByRole("button", { name, exact: true });
      const featured = () =>
        sql`select sort_order, reason, ends_at from public.featured_creator where user_id = ${creator.id}`;

      await console.go("/operator/users");
      await keys.type(main.getByRole("searchbox", { name: "Search" }), slug);
      await page.keyboard.press("Enter");
      await keys.press(main.getByRole("table").getByRole("link", { name: "Public Creator" }));
      await page.getByRole("heading", { level: 1, name: "Public Creator" }).waitFor();

      await keys.agree(button("Hide from public view"), "Hide from public view", "sells what is not theirs");
      await keys.undo("Public Creator is hidden.");
      await button("Hide from public view").waitFor();
      const before = await featured();
      await keys.press(button("Stop featuring"));
      await keys.undo("Public Creator is no longer featured.");
      await button("Stop featuring").waitFor();
      assert.deepEqual(await featured(), before);

      await keys.agree(button("Make moderator"), "Make moderator");
      await keys.undo("Public Creator is a moderator now.");
      await button("Make moderator").waitFor();
      await keys.agree(button("Make admin"), "Make admin");
      await button("Revoke admin").waitFor();
      await keys.agree(button("Revoke admin"), "Revoke admin");
      await keys.undo("Public Creator is no longer admin.");
      await button("Revoke admin").waitFor();

      await keys.to(main.getByRole("combobox", { name: "Plan" }));
      await page.keyboard.press("ArrowDown");
      await keys.press(button("Change plan"));
      await keys.undo("Now on basic.");
      await page.getByText("Now on free.").waitFor();
      await keys.agree(button("Check with Stripe"), "Check with Stripe");

      await console.go(`/operator/moderation?item=${item}`);
      const found = main.getByRole("table", { name: "Find an item" });
      await keys.agree(found.getByRole("button", { name: "Hide" }), "Hide from public view", "not theirs");
      await keys.undo("Hidden.");
      await found.getByRole("button", { name: "Hide" }).waitFor();
      const place = main.getByRole("table", { name: "Featured creators" }).getByRole("row")
        .filter({ has: page.getByRole("link", { name: creator.id.slice(0, 8) }) });
      await keys.press(place.getByRole("button"));
      await keys.undo("No longer featured.");
      await place.getByRole("button").waitFor();
      assert.deepEqual(await featured(), before);

      await console.go("/operator/users");
      // Other tests act from anywhere at the same time, so this tests only a rejected list and one that changes nothing.
      await keys.type(main.getByRole("textbox", { name: "Networks" }), "198.51.100.0/24");
      await keys.agree(button("Save networks"), "Save networks");
      await main.getByRole("alert").getByText("your own address is not in them").waitFor();
      await keys.type(main.getByRole("textbox", { name: "Networks" }), "");
      await keys.agree(button("Save networks"), "Save networks");
      await keys.undo("Network access updated.");
      await page.getByText("Network access updated.").waitFor();
      assert.deepEqual(await audited(admin), [
        "creator.hidden",
        "creator.shown",
        "creator.unfeatured",
        "creator.featured",
        "role.granted",
        "role.revoked",
        "role.granted",
        "role.revoked",
        "role.granted",
        "plan.changed",
        "plan.changed",
        "billing.checked",
        "content.hidden",
        "content.shown",
        "creator.unfeatured",
        "creator.featured",
        "staff.access_changed",
        "staff.access_changed",
      ]);
    } finally {
      await sql.end();
    }
  },
);

consoleTest(
  "posts, connections and webhooks are repaired with the keyboard alone, and every action is audited",
  async () => {
    await using own = await PublishingAccount.create("facebook");
    const { sql, creator, social_account_id } = own.account;
    const admin = await staff("admin");
    await own.account.arm("POST .*/feed", { reason: "blocked" }, { times: 2 });
    for (const body of ["One that fails", "Another that fails"]) {
      const { status } = await own.end(await own.due({ kind: "text", body }));
      assert.equal(status, "failed");
    }
    await sql`update public.social_account set sync_mode = 'auto' where id = ${social_account_id}`;
    const event = `evt_${crypto.randomUUID()}`;
    await sql`insert into public.stripe_webhook_events (event_id, event_type, livemode, subject, due_at)
    values (${event}, 'test.given_up', false, 'cus_nobody', 'infinity')`;
    try {
      await using console = await openConsole({ as: admin });
      const { page } = console;
      const keys = new Keyboard(page);
      const main = page.getByRole("main");

      await console.go("/operator/publishing");
      const posts = main.getByRole("row").filter({
        has: page.getByRole("link", { name: creator.id.slice(0, 8) }),
      });
      await keys.agree(posts.first().getByRole("button", { name: "Discard" }), "Discard");
      await posts.nth(1).waitFor({ state: "detached" });
      await keys.stands();
      await keys.agree(posts.getByRole("button", { name: "Retry" }), "Retry");
      await posts.waitFor({ state: "detached" });
      await keys.stands();

      await console.go(`/operator/accounts?id=${social_account_id}`);
      await keys.agree(main.getByRole("button", { name: "Queue sync" }), "Queue sync");
      await console.go("/operator/webhooks");
      const hook = main.getByRole("row").filter({ hasText: "test.given_up" }).first();
      await keys.agree(hook.getByRole("button"), "Retry now");
      await page.getByText(/within a minute/).first().waitFor();
      assert.deepEqual(await audited(admin), [
        "publishing.discard",
        "publishing.retry",
        "account.synced",
        "webhook.retried",
      ]);
    } finally {
      await sql`delete from public.stripe_webhook_events where event_id = ${event}`;
    }
  },
);
