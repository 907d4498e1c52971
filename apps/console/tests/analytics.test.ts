/** A creator's analytics, also when their source is unavailable. */
import assert from "node:assert/strict";
import { testDatabase } from "../../../scripts/test/stack.ts";
import { publicCreator } from "../../../supabase/functions/tests/support/public_creator.ts";
import { consoleTest, openConsole } from "./console.ts";

consoleTest(
  'follower growth is shown as a chart and a table; a failed source is shown as "not available", not as zero',
  async () => {
    const { creator } = await publicCreator(3);
    const sql = await testDatabase();
    try {
      await sql`
      with connection as (
        insert into public.platform_connection (user_id, platform_id, vault_secret_name)
        select user_id, platform_id, 'tests/' || id from public.social_account where user_id = ${creator.id} returning id)
      update public.social_account set connection_id = connection.id, followers_count = 1200 from connection where user_id = ${creator.id}`;
      await sql`
      insert into ops.account_stat_daily (social_account_id, day, followers)
      select id, (now() at time zone 'utc')::date - n, 1200 - n * 10 from public.social_account, generate_series(1, 20) as n
      where user_id = ${creator.id}`;
    } finally {
      await sql.end();
    }
    await using console = await openConsole({ as: creator, expects: /status of 500/ });
    const { page } = console;
    await console.go("/studio/analytics");
    await console.settled();
    await page.getByText("200 more in this period").waitFor();
    const figure = page.getByRole("figure", { name: /^Followers\./ });
    await figure.getByRole("button", { name: "Show as table" }).click();
    assert.equal(await figure.getByRole("row").count(), 22, "the heading row, twenty days and today");
    assert.deepEqual(await console.violations(), []);
    await page.route("**/functions/v1/get-click-stats**", (route) =>
      route.fulfill({
        status: 500,
        contentType: "application/problem+json",
        body: JSON.stringify({ type: "about:blank", status: 500, code: "internal", detail: "It broke" }),
      }));
    await console.go("/studio/analytics?days=7");
    await page.getByText("not available").first().waitFor();
    await page.getByText("It broke").first().waitFor();
  },
);
