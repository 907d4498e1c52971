/** One Facebook login may have access to several Pages: tests which one is connected, and what happens to the others. */
import assert from "node:assert/strict";
import { createCreator, type Creator, simulator, testDatabase } from "../../../../scripts/test/stack.ts";
import { authorize } from "../../_shared/connections/authorize.ts";
import { connect } from "../../_shared/connections/connect.ts";
import { closeConnections } from "../../_shared/database/database.ts";
import { setPlan } from "../support/connected_account.ts";
import { connectionContext } from "../support/connection_context.ts";
import { consent } from "./platform_rows.ts";

interface Page {
  account_id: string;
  person_id: string;
}

async function twoPages(): Promise<[Page, Page]> {
  const first = await simulator<Page>("facebook/accounts", { items: 3, name: "First", plain: true });
  const wish = { items: 3, name: "Second", plain: true, person_id: first.person_id };
  return [first, await simulator<Page>("facebook/accounts", wish)];
}

/** Performs the whole login; `account_id` is the Page that the app wants to connect. */
async function login(creator: Creator, person: string, account_id?: string) {
  const init = await creator.call<{ authorization_url: string }>("oauth-facebook-init", {});
  const given = await consent(init.body.authorization_url, { account: person });
  return await creator.call("oauth-facebook-callback", { ...given, ...(account_id ? { account_id } : {}) });
}

Deno.test("a login connects its first Page, lists the others, and connects a requested one", async () => {
  const sql = await testDatabase();
  try {
    const [first, second] = await twoPages();
    const creator = await createCreator();
    await setPlan(sql, creator.id, "premium");
    const one = await login(creator, first.person_id);
    assert.equal(one.status, 200, JSON.stringify(one.body));
    const two = await login(creator, first.person_id, second.account_id);
    assert.notEqual(two.body.social_account_id, one.body.social_account_id);
    const rows = await sql`
      select platform_account_id as id, display_name, details -> 'other_pages' -> 0 ->> 'id' as other
      from public.social_account where user_id = ${creator.id} order by created_at`;
    assert.deepEqual(rows.map(({ id, display_name, other }) => [id, display_name, other]), [
      [first.account_id, "First", second.account_id],
      [second.account_id, "Second", first.account_id],
    ]);
    const strange = await login(creator, first.person_id, "1000999");
    assert.deepEqual([strange.status, strange.body.code], [422, "platform_account_missing"]);
    // The other Pages kept their access.
    assert.equal(
      (await creator.call("sync-facebook", { social_account_id: one.body.social_account_id })).status,
      200,
    );
  } finally {
    await sql.end();
  }
});

Deno.test("disconnecting a Page leaves the others connected; the grant is revoked with the last", async () => {
  const sql = await testDatabase();
  try {
    const [first, second] = await twoPages();
    const creator = await createCreator();
    await setPlan(sql, creator.id, "premium");
    const [one, two] = [
      await login(creator, first.person_id),
      await login(creator, first.person_id, second.account_id),
    ];
    const end = async ({ body }: typeof one) =>
      (await creator.call("disconnect-account", { social_account_id: body.social_account_id })).body.revoked;
    assert.equal(await end(one), false);
    assert.equal(
      (await creator.call("sync-facebook", { social_account_id: two.body.social_account_id })).status,
      200,
    );
    assert.equal(await end(two), true);
    const query = new URLSearchParams({ match: "DELETE /graph.facebook.com/", limit: "1000" });
    const { requests } = await simulator<{ requests: { account?: string }[] }>(`requests?${query}`);
    assert.equal(requests.filter(({ account }) => account === first.person_id).length, 1);
  } finally {
    await sql.end();
  }
});

Deno.test("a Page beyond the plan's limit is refused, and the connected one still works", async () => {
  const [first, second] = await twoPages();
  const creator = await createCreator();
  const one = await login(creator, first.person_id);
  assert.equal(one.status, 200);
  const two = await login(creator, first.person_id, second.account_id);
  assert.deepEqual([two.status, two.body.code, two.body.quota], [402, "quota_exceeded", "social_accounts"]);
  assert.equal(
    (await creator.call("sync-facebook", { social_account_id: one.body.social_account_id })).status,
    200,
  );
});

/** Performs the whole login for an app that requests access to businesses; by default, and in the stack, the app does not. */
async function loginWithBusinesses(creator: Creator, form: Record<string, string>) {
  const context = await connectionContext({ FACEBOOK_BUSINESS_PAGES: "ask" });
  const { authorization_url } = await authorize(context, "facebook", creator.id, {});
  const { code, state } = await consent(authorization_url, form);
  try {
    return await connect(context, "facebook", creator.id, { code: String(code), state });
  } finally {
    await closeConnections();
  }
}

Deno.test("a Page owned only by the person's business is connected and refreshed like any other", async () => {
  const creator = await createCreator();
  const wish = { items: 3, name: "Owned", plain: true, business: "owned", bare: true };
  const page = await simulator<Page>("facebook/accounts", wish);
  const { social_account_id } = await loginWithBusinesses(creator, { account: page.person_id });
  const sync = () => creator.call("sync-facebook", { social_account_id });
  assert.equal((await sync()).body.synced_count, 3);
  await simulator("facebook/tokens/expire", { account_id: page.account_id });
  assert.equal((await sync()).status, 200);
});

Deno.test("a login without a readable Page gets the reason", async () => {
  const creator = await createCreator();
  const page = await simulator<Page>("facebook/accounts", { items: 1, business: "client" });
  const { person_id } = await simulator<{ person_id: string }>("facebook/people", {});
  const refused = (form: Record<string, string>, message: RegExp) =>
    assert.rejects(loginWithBusinesses(creator, form), { code: "platform_account_missing", message });
  await refused({ account: page.person_id, page: "none" }, /see none of your Pages; .* tick the Page/);
  await refused({ account: person_id }, /has no Page; create one/);
  await simulator(`facebook/accounts/${page.account_id}`, { tasks: [] }, "PATCH");
  await refused({ account: page.person_id }, /your role on the Page/);
});

Deno.test("a person without a Page, and a personal Instagram account, cannot be connected", async () => {
  const creator = await createCreator();
  const { person_id } = await simulator<{ person_id: string }>("facebook/people", {});
  const refused = await login(creator, person_id);
  assert.deepEqual(
    [refused.status, refused.body.code],
    [422, "platform_account_missing"],
    JSON.stringify(refused.body),
  );
  assert.match(String(refused.body.detail), /tick the Page .* or create one/);

  const { account_id } = await simulator<Page>("instagram/accounts", { items: 0, account_type: "PERSONAL" });
  const init = await creator.call<{ authorization_url: string }>("oauth-instagram-init", {});
  const personal = await creator.call(
    "oauth-instagram-callback",
    await consent(init.body.authorization_url, { account: account_id }),
  );
  assert.deepEqual([personal.status, personal.body.code], [422, "platform_account_missing"]);
  assert.match(String(personal.body.detail), /make it a professional one/);
});
