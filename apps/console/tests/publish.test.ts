import assert from "node:assert/strict";
import { publicCreator } from "../../../supabase/functions/tests/support/public_creator.ts";
import { testDatabase } from "../../../scripts/test/stack.ts";
import { consoleTest, openConsole } from "./console.ts";
import { ConnectedAccount } from "../../../supabase/functions/tests/support/connected_account.ts";

consoleTest(
  "a post is validated while it is written, is published and shows its state; a scheduled post is in the calendar",
  async () => {
    await using own = await ConnectedAccount.create("twitter", { items: 0 });
    await using console = await openConsole({ as: own.creator });
    const { page } = console;
    const words = `Out today ${crypto.randomUUID().slice(0, 8)}`;
    await console.go("/studio/compose");
    const text = page.getByLabel("Text", { exact: true });
    await text.fill("much too long ".repeat(30));
    await page.getByRole("checkbox", { name: /X$/ }).check();
    await page.getByRole("listitem").filter({ hasText: "280" }).first().waitFor();
    await text.fill(words);
    await page.getByText("Within limits", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Publish" }).click();
    await page.getByRole("heading", { level: 1, name: words }).waitFor();
    await page.getByRole("main").getByText("Published", { exact: true }).first().waitFor({ timeout: 60_000 });
    assert.ok(
      await page.getByRole("link", { name: "View post" }).count() === 1,
      "the page links to the published post",
    );

    await page.getByRole("link", { name: "New post" }).click();
    await text.fill(`${words} later`);
    await page.getByRole("checkbox", { name: /X$/ }).check();
    await page.getByRole("radio", { name: "Schedule for later" }).check();
    const soon = new Date(Date.now() + 3_600_000).toISOString().slice(0, 16);
    await page.getByLabel("Time", { exact: true }).fill(soon);
    await page.getByRole("button", { name: "Schedule" }).click();
    await page.getByRole("heading", { level: 1, name: `${words} later` }).waitFor();
    await page.getByRole("navigation", { name: "Studio" }).getByRole("link", { name: "Calendar" }).click();
    await page.getByRole("link", { name: new RegExp(`${words} later`) }).click();
    await page.getByRole("button", { name: "Cancel post" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Cancel post" }).click();
    await page.getByText("Cancelled", { exact: true }).first().waitFor();
  },
);

consoleTest("the calendar shows all 320 posts of a month with their state", async () => {
  const { creator } = await publicCreator(1);
  const sql = await testDatabase();
  try {
    await sql`
      with posts as (
        insert into publishing.post (user_id, body, publish_at, time_zone)
        select ${creator.id}, 'Number ' || n, timestamptz '2031-05-01 08:00Z' + n * interval '2 hours', 'UTC'
        from generate_series(1, 320) as n returning id, publish_at
      )
      insert into publishing.post_target (post_id, user_id, social_account_id, platform, kind, status, due_at, next_at)
      select posts.id, ${creator.id}, account.id, 'youtube', 'video', 'scheduled', posts.publish_at, posts.publish_at
      from posts, public.social_account as account where account.user_id = ${creator.id}`;
    await using console = await openConsole({ as: creator });
    await console.go("/studio/calendar?month=2031-05");
    await console.page.getByRole("link", { name: /Number 320 .*Scheduled/ }).waitFor();
    assert.equal(await console.page.getByRole("link", { name: /Number \d+ .*Scheduled/ }).count(), 320);
  } finally {
    await sql`delete from publishing.post where user_id = ${creator.id}`;
    await sql.end();
  }
});
