/** Tests of the Instagram simulator for behavior that only Instagram has. */
import assert from "node:assert/strict";
import { instagram_app } from "./instagram/instagram.ts";
import {
  bearer,
  day,
  type GraphError,
  type List,
  redirect_uri,
  type Stage,
  test,
  type Token,
} from "./meta_stage.ts";

const instagram_scopes = "instagram_business_basic,instagram_business_manage_insights";

async function instagramCode(
  stage: Stage,
  account: string,
  scopes = instagram_scopes,
): Promise<URLSearchParams> {
  const code = await stage.code(
    "www.instagram.com/oauth/authorize",
    instagram_app.id,
    scopes,
    { account },
  );
  return new URLSearchParams({
    client_id: instagram_app.id,
    client_secret: instagram_app.secret,
    grant_type: "authorization_code",
    redirect_uri,
    code,
  });
}

async function instagramToken(stage: Stage, account: string, scopes = instagram_scopes): Promise<string> {
  const { body } = await stage.send<Token>(
    "POST",
    "api.instagram.com/oauth/access_token",
    await instagramCode(stage, account, scopes),
  );
  const access_token = body.access_token ?? body.data?.[0]?.access_token ?? "";
  const query = new URLSearchParams({
    grant_type: "ig_exchange_token",
    client_secret: instagram_app.secret,
    access_token,
  });
  const long = await stage.get<Token>(`graph.instagram.com/access_token?${query}`);
  assert.ok(long.body.expires_in > 59 * day);
  return long.body.access_token;
}

async function newAccount(stage: Stage, wish: object): Promise<string> {
  return (await stage.admin<{ account_id: string }>("instagram/accounts", wish)).account_id;
}

test("Instagram: a code is exchanged once, in a form, with the app's own secret", async (stage) => {
  const form = await instagramCode(stage, await newAccount(stage, { items: 1 }));
  const path = "api.instagram.com/oauth/access_token";
  const other = new URLSearchParams({ ...Object.fromEntries(form), client_secret: "x" });
  const { status, body } = await stage.send("POST", path, other);
  assert.deepEqual([status, body.error_type, body.code], [400, "OAuthException", 400]);
  assert.equal(
    (await stage.send("POST", path, Object.fromEntries(form))).status,
    400,
    "JSON bodies are rejected",
  );
  assert.equal((await stage.send("POST", path, form)).status, 200);
  assert.match(String((await stage.send("POST", path, form)).body.error_message), /already used/);
});

test("Instagram: token responses come in both shapes", async (stage) => {
  const shapes = new Set<boolean>();
  for (let count = 0; count < 8; count++) {
    const { body } = await stage.send<Token>(
      "POST",
      "api.instagram.com/oauth/access_token",
      await instagramCode(stage, await newAccount(stage, { items: 0 })),
    );
    shapes.add(body.data !== undefined);
  }
  assert.equal(shapes.size, 2);
});

test("Instagram: a token can be refreshed from its second day until it expires", async (stage) => {
  const token = await instagramToken(stage, await newAccount(stage, { items: 0 }));
  const prolong = (access_token: string) =>
    stage.get<Token & GraphError>(
      `graph.instagram.com/refresh_access_token?${new URLSearchParams({
        grant_type: "ig_refresh_token",
        access_token,
      })}`,
    );
  assert.equal((await prolong(token)).body.error.code, 100, "too young");
  await stage.advance(day + 1);
  const { status, body } = await prolong(token);
  assert.deepEqual([status, body.expires_in > 59 * day], [200, true]);
  await stage.advance(59.5 * day);
  assert.equal((await prolong(token)).body.error.error_subcode, 463, "its sixty days are over");
  assert.equal((await prolong(body.access_token)).status, 200, "the newer token is still valid");
});

test("Instagram: the cursors of a list stay valid when the list changes", async (stage) => {
  const account = await newAccount(stage, { items: 30, plain: true });
  const token = await instagramToken(stage, account);
  const page = (query: Record<string, string>) =>
    stage.get<List>(
      `graph.instagram.com/v26.0/me/media?${new URLSearchParams({
        fields: "id,caption",
        limit: "10",
        ...query,
      })}`,
      bearer(token),
    );
  const { items } = await stage.get<{ items: { id: string }[] }>(`_admin/instagram/accounts/${account}/items`)
    .then(({ body }) => body);
  const first = await page({});
  assert.deepEqual(first.body.data.map(({ id }) => id), items.slice(0, 10).map(({ id }) => id));
  assert.ok(first.body.paging?.next?.includes("access_token="), "as in the real API");
  const after = String(first.body.paging?.cursors.after);
  await stage.admin(`instagram/accounts/${account}/items`, { text: "new" });
  await stage.admin(`instagram/accounts/${account}/items/${items[9]?.id}`, {}, "DELETE");
  await stage.admin(`instagram/accounts/${account}/items/${items[12]?.id}`, { hidden: true }, "PATCH");
  const second = await page({ after });
  assert.deepEqual(
    second.body.data.map(({ id }) => id),
    items.slice(10, 20).map(({ id }) => id).filter((id) => id !== items[12]?.id),
    "nothing is skipped or repeated; an archived item makes the page shorter",
  );
  const gone = await stage.get<GraphError>(
    `graph.instagram.com/v26.0/${items[9]?.id}?fields=id,caption`,
    bearer(token),
  );
  assert.deepEqual(
    [gone.body.error.code, gone.body.error.error_subcode],
    [100, 33],
    "a deleted item is not found",
  );
  const last = await page({ after: String(second.body.paging?.cursors.after) });
  assert.equal(last.body.paging?.next, undefined, "the last page has no next");
  const bad = await page({ after: "made-up" });
  assert.equal(bad.status, 400);
});

test("Instagram: stories are listed separately, for one day", async (stage) => {
  const account = await newAccount(stage, { items: 2, stories: 2, plain: true });
  const token = await instagramToken(stage, account);
  const stories = () =>
    stage.get<List>("graph.instagram.com/v26.0/me/stories?fields=id,media_product_type", bearer(token));
  const { data } = (await stories()).body;
  assert.deepEqual(data.map(({ media_product_type }) => media_product_type), ["STORY", "STORY"]);
  await stage.advance(day);
  assert.deepEqual((await stories()).body.data, []);
  const gone = await stage.get<GraphError>(
    `graph.instagram.com/v26.0/${data[0]?.id}?fields=id`,
    bearer(token),
  );
  assert.deepEqual([gone.status, gone.body.error.code, gone.body.error.error_subcode], [400, 100, 33]);
});

test("Instagram: insights cover the account's own media, have metrics for each kind, and need a scope", async (stage) => {
  const account = await newAccount(stage, { items: 0 });
  const add = async (about: Record<string, unknown>) =>
    (await stage.admin<{ id: string }>(`instagram/accounts/${account}/items`, about)).id;
  const reel = await add({ kind: "reel", views: 1_234, shares: 5 });
  const story = await add({ kind: "story", views: 4 });
  const old = await add({ views: null });
  const token = await instagramToken(stage, account);
  const read = (id: string, metric: string, by = token) =>
    stage.get<List & GraphError>(
      `graph.instagram.com/v26.0/${id}/insights?${new URLSearchParams({ metric })}`,
      bearer(by),
    );
  const code = async (...question: Parameters<typeof read>) => (await read(...question)).body.error?.code;

  const { body, headers } = await read(reel, "views,shares");
  assert.deepEqual(
    body.data.map(({ name, period, values, id }) => [name, period, values, id]),
    [
      ["views", "lifetime", [{ value: 1_234 }], `${reel}/insights/views/lifetime`],
      ["shares", "lifetime", [{ value: 5 }], `${reel}/insights/shares/lifetime`],
    ],
  );
  assert.ok(headers.has("x-business-use-case-usage"));
  assert.deepEqual((await read(old, "views")).body.data, [], "an unknown value is left out, not 0");
  assert.equal(await code(reel, "views,plays"), 100, "one wrong metric refuses the whole call");
  assert.equal(await code(story, "saved"), 100);
  assert.equal(await code(story, "views"), 10, "too few viewers");
  const stranger = await instagramToken(stage, await newAccount(stage, { items: 0 }));
  assert.equal(await code(reel, "views", stranger), 100);
  const basic = await instagramToken(stage, account, "instagram_business_basic");
  assert.equal(await code(reel, "views", basic), 10);
});

test("Instagram: every response reports the limits, and an exceeded limit has its own code", async (stage) => {
  const account = await newAccount(stage, { items: 1 });
  const token = await instagramToken(stage, account);
  await stage.admin("instagram/quota", { account_id: account, limit: 2, used: 0 }, "PUT");
  const read = () => stage.get<GraphError>("graph.instagram.com/v26.0/me?fields=username", bearer(token));
  const usage = (headers: Headers) =>
    JSON.parse(headers.get("x-business-use-case-usage") ?? "{}")[account][0];
  assert.equal(usage((await read()).headers).call_count, 50);
  assert.equal(usage((await read()).headers).call_count, 100);
  const refused = await read();
  assert.deepEqual([refused.status, refused.body.error.code], [400, 80002]);
  assert.ok(refused.body.error.fbtrace_id);
  const { estimated_time_to_regain_access: minutes } = usage(refused.headers);
  assert.ok(minutes > 0 && minutes <= 24 * 60);
  await stage.advance(minutes * 60 + 60);
  assert.equal((await read()).status, 200);
});

test("Instagram: only requested fields are returned, and unknown fields are an error", async (stage) => {
  const account = await newAccount(stage, { items: 0 });
  await stage.admin(`instagram/accounts/${account}/items`, {
    kind: "album",
    parts: 3,
    text: "Three",
  });
  const token = await instagramToken(stage, account);
  const read = (fields: string) =>
    stage.get<List & GraphError>(
      `graph.instagram.com/v26.0/me/media?${new URLSearchParams({ fields })}`,
      bearer(token),
    );
  const { body } = await read("caption,children{media_type}");
  const [media] = body.data as {
    id: string;
    caption: string;
    children: { data: Record<string, unknown>[] };
  }[];
  assert.deepEqual(Object.keys(media ?? {}).sort(), ["caption", "children", "id"]);
  assert.equal(media?.children.data.length, 3);
  assert.deepEqual(Object.keys(media?.children.data[0] ?? {}).sort(), ["id", "media_type"]);
  assert.equal((await read("caption,plays")).body.error.code, 100);
  assert.equal((await read("caption,{")).body.error.code, 100);
});

test("Instagram: a token that is expired, revoked, invented or missing is refused with 190 or 2500", async (stage) => {
  const account = await newAccount(stage, { items: 0 });
  const token = await instagramToken(stage, account);
  const read = async (headers: Record<string, string>) =>
    (await stage.get<GraphError>("graph.instagram.com/v26.0/me", headers)).body.error;
  assert.equal((await read({})).code, 2500);
  assert.equal((await read(bearer("IGAAmade-up"))).code, 190);
  await stage.admin("instagram/tokens/expire", { account_id: account });
  assert.equal((await read(bearer(token))).error_subcode, 463);
  const second = await instagramToken(stage, account);
  await stage.admin("instagram/tokens/revoke", { account_id: account });
  assert.equal((await read(bearer(second))).error_subcode, 458);
});
