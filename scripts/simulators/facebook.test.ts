/** Tests of the Facebook simulator for behavior that only Facebook has. */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { facebook_app } from "./facebook/facebook.ts";
import { bearer, day, type GraphError, redirect_uri, type Stage, test, type Token } from "./meta_stage.ts";

async function facebookToken(
  stage: Stage,
  account: string,
  form: Record<string, string> = {},
  scope = "pages_show_list,pages_read_engagement",
): Promise<Token> {
  const code = await stage.code("www.facebook.com/v26.0/dialog/oauth", facebook_app.id, scope, {
    account,
    ...form,
  });
  const query = new URLSearchParams({
    client_id: facebook_app.id,
    client_secret: facebook_app.secret,
    redirect_uri,
    code,
  });
  return (await stage.get<Token>(`graph.facebook.com/v26.0/oauth/access_token?${query}`)).body;
}

async function longToken(stage: Stage, { access_token }: Token): Promise<string> {
  const query = new URLSearchParams({
    grant_type: "fb_exchange_token",
    client_id: facebook_app.id,
    client_secret: facebook_app.secret,
    fb_exchange_token: access_token,
  });
  return (await stage.get<Token>(`graph.facebook.com/v26.0/oauth/access_token?${query}`)).body.access_token;
}

const pagesOf = async (stage: Stage, token: string) =>
  (await stage.get<{ data: { id: string; access_token?: string }[] }>(
    "graph.facebook.com/v26.0/me/accounts?fields=id,access_token",
    bearer(token),
  )).body.data;

test("Facebook: a Page token made from a long-lived user token does not expire", async (stage) => {
  const { account_id } = await stage.admin<{ account_id: string }>("facebook/accounts", { items: 1 });
  const short = await facebookToken(stage, account_id);
  assert.ok(short.expires_in <= 7_200);
  const [brief] = await pagesOf(stage, short.access_token);
  const long = await longToken(stage, short);
  const [page] = await pagesOf(stage, long);
  assert.equal(page?.id, account_id);
  await stage.advance(100 * day);
  const read = (token = "") =>
    stage.get<GraphError>(`graph.facebook.com/v26.0/${account_id}?fields=name`, bearer(token));
  assert.equal((await read(page?.access_token)).status, 200);
  assert.equal(
    (await read(brief?.access_token)).body.error.error_subcode,
    463,
    "a Page token made from a short-lived token expires with it",
  );
  assert.equal((await read(long)).body.error.error_subcode, 463);
});

test("Facebook: the person chooses Pages and scopes; a Page without a role has no token", async (stage) => {
  const { account_id, person_id } = await stage.admin<{ account_id: string; person_id: string }>(
    "facebook/accounts",
    { items: 1 },
  );
  const other = await stage.admin<{ account_id: string }>("facebook/accounts", { items: 1, person_id });
  const both = await longToken(stage, await facebookToken(stage, person_id));
  assert.deepEqual((await pagesOf(stage, both)).map(({ id }) => id), [account_id, other.account_id]);
  const chosen = await longToken(stage, await facebookToken(stage, person_id, { page: other.account_id }));
  assert.deepEqual((await pagesOf(stage, chosen)).map(({ id }) => id), [other.account_id]);
  await stage.admin(`facebook/accounts/${other.account_id}`, { tasks: [] }, "PATCH");
  assert.equal((await pagesOf(stage, chosen))[0]?.access_token, undefined);
  const unticked = await facebookToken(stage, person_id, { scope: "pages_show_list" });
  const { body } = await stage.get<{ data: unknown[] }>(
    "graph.facebook.com/v26.0/me/permissions",
    bearer(unticked.access_token),
  );
  assert.deepEqual(body.data, [
    { permission: "pages_show_list", status: "granted" },
    { permission: "pages_read_engagement", status: "declined" },
  ]);
  const [page] = await pagesOf(stage, unticked.access_token);
  const refused = await stage.get<GraphError>(
    `graph.facebook.com/v26.0/${page?.id}/published_posts`,
    bearer(page?.access_token ?? ""),
  );
  assert.deepEqual([refused.status, refused.body.error.code], [403, 10]);
  const person = await stage.admin<{ person_id: string }>("facebook/people", {});
  assert.deepEqual(await pagesOf(stage, (await facebookToken(stage, person.person_id)).access_token), []);
});

test("Facebook: a batch answers each call separately, and only for objects of its own Page", async (stage) => {
  const wish = { items: 20, plain: true };
  const { account_id } = await stage.admin<{ account_id: string }>("facebook/accounts", wish);
  const other = await stage.admin<{ account_id: string }>("facebook/accounts", wish);
  const [page] = await pagesOf(stage, await longToken(stage, await facebookToken(stage, account_id)));
  const ids = async (account: string) =>
    (await stage.get<{ items: { id: string }[] }>(`_admin/facebook/accounts/${account}/items`)).body.items
      .map(({ id }) => id);
  const [own] = await ids(account_id);
  const [foreign] = await ids(other.account_id);
  const response = await fetch(`${stage.simulators.url}/graph.facebook.com/v26.0/`, {
    method: "POST",
    headers: { ...bearer(page?.access_token ?? ""), "content-type": "application/json" },
    body: JSON.stringify({
      batch: [own, foreign, "1"].map((id) => ({ method: "GET", relative_url: `${id}?fields=message` })),
    }),
  });
  const answers = await response.json() as { code: number; body: string }[];
  assert.deepEqual(answers.map(({ code }) => code), [200, 400, 400]);
  assert.equal(JSON.parse(answers[0]?.body ?? "").id, own);
});

test("Facebook: the Pages of a business are listed only through the business, with or without their tokens", async (stage) => {
  const owned = await stage.admin<{ account_id: string; person_id: string }>("facebook/accounts", {
    items: 1,
    business: "owned",
  });
  const { person_id } = owned;
  const bare = await stage.admin<{ account_id: string }>("facebook/accounts", {
    items: 1,
    person_id,
    business: "client",
    bare: true,
  });
  const scope = "pages_show_list,pages_read_engagement,business_management";
  const fields = "id,owned_pages.limit(5){id,access_token},client_pages.limit(5){id,access_token}";
  interface Pages {
    data: { id: string; access_token?: string }[];
  }
  const businesses = (token: string) =>
    stage.get<{ data: { id: string; owned_pages?: Pages; client_pages?: Pages }[] } & GraphError>(
      `graph.facebook.com/v26.0/me/businesses?fields=${fields}`,
      bearer(token),
    );
  const without = await longToken(stage, await facebookToken(stage, person_id));
  const refused = await businesses(without);
  assert.deepEqual([refused.status, refused.body.error.code], [403, 200]);
  assert.deepEqual(await pagesOf(stage, without), []);

  const token = await longToken(stage, await facebookToken(stage, person_id, {}, scope));
  const [business] = (await businesses(token)).body.data;
  const [first] = business?.owned_pages?.data ?? [];
  assert.equal(first?.id, owned.account_id);
  assert.ok(first?.access_token);
  assert.deepEqual(business?.client_pages?.data, [{ id: bare.account_id }]);
  const edge = await stage.get<Pages>(
    `graph.facebook.com/v26.0/${business?.id}/client_pages?fields=id`,
    bearer(token),
  );
  assert.deepEqual(edge.body.data, [{ id: bare.account_id }]);
  const one = (path: string, token: string) =>
    stage.get<{ access_token?: string }>(
      `graph.facebook.com/v26.0/${path}?fields=access_token`,
      bearer(token),
    );
  assert.ok((await one(bare.account_id, token)).body.access_token, "the Page itself returns its token");

  const unticked = await longToken(
    stage,
    await facebookToken(stage, person_id, { page: owned.account_id }, scope),
  );
  const [same] = (await businesses(unticked)).body.data;
  assert.deepEqual(same?.client_pages?.data, [{ id: bare.account_id }], "still listed");
  assert.equal((await one(bare.account_id, unticked)).status, 400);
});

test("Facebook: requests for too much data are refused, batch entries fail individually, and a checkpoint refuses every token", async (stage) => {
  const { account_id } = await stage.admin<{ account_id: string }>("facebook/accounts", {
    items: 20,
    plain: true,
  });
  const person = await longToken(stage, await facebookToken(stage, account_id));
  const token = (await pagesOf(stage, person))[0]?.access_token ?? "";
  const change = (members: object) => stage.admin(`facebook/accounts/${account_id}`, members, "PATCH");
  const list = (limit: number) =>
    stage.get<GraphError>(
      `graph.facebook.com/v26.0/${account_id}/published_posts?limit=${limit}`,
      bearer(token),
    );
  await change({ bears: 10 });
  const heavy = await list(11);
  assert.deepEqual([heavy.status, heavy.body.error.code, (await list(10)).status], [500, 1, 200]);

  const { items } = (await stage.get<{ items: { id: string }[] }>(
    `_admin/facebook/accounts/${account_id}/items`,
  )).body;
  const ids = items.slice(0, 3).map(({ id }) => id);
  const entries = { [ids[1] ?? ""]: "no_such_object_plain", [ids[2] ?? ""]: "timeout" };
  await stage.admin("faults", { match: "POST", account: account_id, fault: { entries } });
  const response = await fetch(`${stage.simulators.url}/graph.facebook.com/v26.0/`, {
    method: "POST",
    headers: { ...bearer(token), "content-type": "application/json" },
    body: JSON.stringify({ batch: ids.map((id) => ({ method: "GET", relative_url: `${id}?fields=id` })) }),
  });
  const answers = await response.json() as ({ code: number; body: string } | null)[];
  assert.deepEqual(answers.map((answer) => answer?.code ?? null), [200, 400, null]);
  assert.deepEqual(
    (({ code, error_subcode }) => [code, error_subcode])(JSON.parse(answers[1]?.body ?? "").error),
    [100, undefined],
  );

  await change({ checkpoint: true });
  for (const [path, token_] of [["me", token], ["me/accounts", person]] as const) {
    const { error } = (await stage.get<GraphError>(`graph.facebook.com/v26.0/${path}`, bearer(token_))).body;
    assert.deepEqual([error.code, error.error_subcode], [190, 459], path);
  }
  await change({ checkpoint: false });
  assert.equal((await list(10)).status, 200, "and the same token works again");
});

test("Facebook: a wrong appsecret_proof is refused, a correct one is accepted", async (stage) => {
  const { account_id } = await stage.admin<{ account_id: string }>("facebook/accounts", { items: 0 });
  const { access_token } = await facebookToken(stage, account_id);
  const proof = createHmac("sha256", facebook_app.secret).update(access_token).digest("hex");
  const read = (proof: string) =>
    stage.get(`graph.facebook.com/v26.0/me?appsecret_proof=${proof}`, bearer(access_token));
  assert.equal((await read(proof)).status, 200);
  assert.equal((await read("0".repeat(64))).status, 400);
});

test("Facebook: revoking the permissions ends every token of the person", async (stage) => {
  const { account_id } = await stage.admin<{ account_id: string }>("facebook/accounts", { items: 0 });
  const long = await longToken(stage, await facebookToken(stage, account_id));
  const [page] = await pagesOf(stage, long);
  const response = await fetch(`${stage.simulators.url}/graph.facebook.com/v26.0/me/permissions`, {
    method: "DELETE",
    headers: bearer(long),
  });
  assert.deepEqual(await response.json(), { success: true });
  const { body } = await stage.get<GraphError>(
    `graph.facebook.com/v26.0/${account_id}`,
    bearer(page?.access_token ?? ""),
  );
  assert.deepEqual([body.error.code, body.error.error_subcode], [190, 458]);
});
