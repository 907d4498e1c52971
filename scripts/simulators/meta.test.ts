/** The simulators of Instagram and Facebook by themselves: consent, tokens and their lives, lists, limits, errors. */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { facebook_app } from "./facebook/facebook.ts";
import { instagram_app } from "./instagram/instagram.ts";
import { type Simulators, startSimulators } from "./server.ts";

const redirect_uri = "http://localhost:3000/oauth/callback";
const day = 86_400;

class Stage {
  constructor(readonly simulators: Simulators) {}

  async get<Body = Record<string, unknown>>(path: string, headers: Record<string, string> = {}) {
    const response = await fetch(`${this.simulators.url}/${path}`, { headers });
    return { status: response.status, headers: response.headers, body: await response.json() as Body };
  }

  async send<Body = Record<string, unknown>>(method: string, path: string, body: URLSearchParams | object) {
    const isForm = body instanceof URLSearchParams;
    const response = await fetch(`${this.simulators.url}/${path}`, {
      method,
      headers: { accept: "application/json", ...(isForm ? {} : { "content-type": "application/json" }) },
      body: isForm ? body : JSON.stringify(body),
    });
    return { status: response.status, body: await response.json() as Body };
  }

  async admin<Body = Record<string, unknown>>(path: string, body: object, method = "POST"): Promise<Body> {
    const answer = await this.send<Body>(method, `_admin/${path}`, body);
    assert.ok(answer.status < 300, JSON.stringify(answer.body));
    return answer.body;
  }

  advance(seconds: number) {
    return this.admin("clock", { advance_seconds: seconds });
  }

  async code(
    dialog: string,
    client_id: string,
    scope: string,
    form: Record<string, string>,
  ): Promise<string> {
    const query = new URLSearchParams({ client_id, redirect_uri, response_type: "code", scope, state: "s" });
    const { status, body } = await this.send<{ location: string }>(
      "POST",
      `${dialog}?${query}`,
      new URLSearchParams({ decision: "allow", ...form }),
    );
    assert.equal(status, 200);
    const { searchParams, hash } = new URL(body.location);
    assert.equal(searchParams.get("state"), "s");
    assert.match(hash, /^#_/);
    return searchParams.get("code") ?? "";
  }
}

function test(name: string, run: (stage: Stage) => Promise<void>): void {
  Deno.test(name, async () => {
    const simulators = await startSimulators({ port: 0 });
    try {
      await run(new Stage(simulators));
    } finally {
      await simulators.stop();
    }
  });
}

interface Token {
  access_token: string;
  expires_in: number;
  data?: { access_token: string }[];
}
interface GraphError {
  error: { code: number; error_subcode?: number; fbtrace_id: string };
}
interface List {
  data: Record<string, unknown>[];
  paging?: { cursors: { after: string }; next?: string };
}

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

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

test("Instagram: a code is exchanged in a form, by the app that asked", async (stage) => {
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

test("Instagram: both shapes of a token answer are given", async (stage) => {
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

test("Instagram: a token is prolonged from its second day until it ends", async (stage) => {
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
  assert.equal((await prolong(body.access_token)).status, 200, "the newer one lives on");
});

test("Instagram: lists are paged by cursors that outlive what happens to the list", async (stage) => {
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
  assert.ok(first.body.paging?.next?.includes("access_token="), "as the real one has it");
  const after = String(first.body.paging?.cursors.after);
  await stage.admin(`instagram/accounts/${account}/items`, { text: "new" });
  await stage.admin(`instagram/accounts/${account}/items/${items[9]?.id}`, {}, "DELETE");
  await stage.admin(`instagram/accounts/${account}/items/${items[12]?.id}`, { hidden: true }, "PATCH");
  const second = await page({ after });
  assert.deepEqual(
    second.body.data.map(({ id }) => id),
    items.slice(10, 20).map(({ id }) => id).filter((id) => id !== items[12]?.id),
    "nothing is skipped or repeated; what is archived leaves a short page",
  );
  const last = await page({ after: String(second.body.paging?.cursors.after) });
  assert.equal(last.body.paging?.next, undefined, "the end is the absence of next");
  const bad = await page({ after: "made-up" });
  assert.equal(bad.status, 400);
});

test("Instagram: stories are listed apart, for a day", async (stage) => {
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

test("Instagram: insights are of one's own media, by the metrics of their kind, and need a scope", async (stage) => {
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
  assert.deepEqual((await read(old, "views")).body.data, [], "what is not known is not 0");
  assert.equal(await code(reel, "views,plays"), 100, "one wrong metric refuses the whole call");
  assert.equal(await code(story, "saved"), 100);
  assert.equal(await code(story, "views"), 10, "too few viewers");
  const stranger = await instagramToken(stage, await newAccount(stage, { items: 0 }));
  assert.equal(await code(reel, "views", stranger), 100);
  const basic = await instagramToken(stage, account, "instagram_business_basic");
  assert.equal(await code(reel, "views", basic), 10);
});

test("Instagram: limits are told in every answer, and end in a code that says so", async (stage) => {
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

test("Instagram: fields are those that were asked for, and unknown ones are an error", async (stage) => {
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

test("Instagram: a token that is expired, taken back, made up or missing is refused with 190 or 2500", async (stage) => {
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

// --- Facebook --------------------------------------------------------------------------------------------------------

async function facebookToken(
  stage: Stage,
  account: string,
  form: Record<string, string> = {},
): Promise<Token> {
  const scope = "pages_show_list,pages_read_engagement";
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

test("Facebook: a Page's token has no end when the person's token is a long one", async (stage) => {
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
    "one made from a short token ends with it",
  );
  assert.equal((await read(long)).body.error.error_subcode, 463);
});

test("Facebook: the person chooses Pages and scopes; no role, no token", async (stage) => {
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

test("Facebook: a batch answers each call by itself, and only its own Page's things", async (stage) => {
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

test("Facebook: a wrong proof is refused, a right one is not", async (stage) => {
  const { account_id } = await stage.admin<{ account_id: string }>("facebook/accounts", { items: 0 });
  const { access_token } = await facebookToken(stage, account_id);
  const proof = createHmac("sha256", facebook_app.secret).update(access_token).digest("hex");
  const read = (proof: string) =>
    stage.get(`graph.facebook.com/v26.0/me?appsecret_proof=${proof}`, bearer(access_token));
  assert.equal((await read(proof)).status, 200);
  assert.equal((await read("0".repeat(64))).status, 400);
});

test("Facebook: taking permissions away ends every token of the person", async (stage) => {
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
