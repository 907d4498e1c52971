import assert from "node:assert/strict";
import { facebook } from "../../_shared/platforms/facebook/adapter.ts";
import { itemOf } from "../../_shared/platforms/facebook/items.ts";
import type { Post, Video } from "../../_shared/platforms/facebook/schemas.ts";
import { hmacHex } from "../../_shared/http/hmac.ts";
import { type FaultKind, PlatformFault } from "../../_shared/platforms/platform.ts";
import {
  adapterContext,
  adapterSettings,
  faultOf,
  NOW,
  requestsOf,
  type Scripted,
} from "../support/adapter_context.ts";
import { fixture, FIXTURES } from "../support/fixtures.ts";

const SECRET = "facebook-adapter-test";
const TOKENS = { access_token: "EAAG-page", refresh_token: "EAAG-person", account_id: "1000" };
const CODE = {
  code: "AQ",
  code_verifier: "v".repeat(43),
  redirect_uri: "http://localhost:3000/oauth/callback",
};
const GRANT = {
  tokens: { access_token: "EAAG-person" },
  expires_at: new Date("2027-01-19T12:00:00Z"),
  scopes: [] as string[],
};
const ACCOUNT = { platform_account_id: "1000", details: { read_at: NOW.toISOString() } };
const pageRequest = requestsOf(ACCOUNT);

function graphError(code: number, about: Record<string, unknown> = {}, status = 400): Response {
  return Response.json({ error: { message: "No", type: "OAuthException", code, ...about } }, { status });
}

const gone = { error: { message: "No", type: "GraphMethodException", code: 100, error_subcode: 33 } };
const part = (code: number, body: unknown) => ({ code, body: JSON.stringify(body) });

const post = (id: string, about: Partial<Post> = {}): Post => ({
  id,
  message: "Hello #Demo",
  created_time: "2026-11-01T12:00:00+0000",
  permalink_url: `https://www.facebook.com/${id.replace("_", "/posts/")}`,
  status_type: "mobile_status_update",
  is_published: true,
  reactions: { summary: { total_count: 9 } },
  comments: { summary: { total_count: 1 } },
  ...about,
});

const attached = (about: Record<string, unknown>): Partial<Post> => ({ attachments: { data: [about] } });

const video = (id: string, about: Partial<Video> = {}): Video => ({
  id,
  description: "Hello #Demo",
  created_time: "2026-11-01T12:00:00+0000",
  length: 185.4,
  permalink_url: `/1000/videos/${id}/`,
  picture: "https://scontent.example/v.jpg?oe=1",
  published: true,
  views: 100,
  ...about,
});

Deno.test("a code is exchanged for the person's long-lived token, with the scopes they really granted", async () => {
  const context = adapterContext({
    "oauth/access_token": [
      { access_token: "EAAG-short", token_type: "bearer", expires_in: 5_400 },
      { access_token: "EAAG-long", token_type: "bearer", expires_in: 5_184_000 },
    ],
    "me/permissions": {
      data: [
        { permission: "pages_show_list", status: "granted" },
        { permission: "pages_read_engagement", status: "declined" },
      ],
    },
  });
  const grant = await facebook(context).exchange(CODE);
  assert.deepEqual([grant.tokens.access_token, grant.scopes], ["EAAG-long", ["pages_show_list"]]);
  assert.equal(grant.expires_at?.getTime(), NOW.getTime() + 5_184_000_000);
  assert.equal(context.calls[0]?.form.has("code_verifier"), false);
  assert.equal(context.calls[1]?.url.searchParams.get("grant_type"), "fb_exchange_token");
  const proof = context.calls[2]?.url.searchParams.get("appsecret_proof");
  assert.equal(proof, await hmacHex(SECRET, "EAAG-long"));

  const used = adapterContext({
    "oauth/access_token": graphError(100, { message: "This authorization code has been used." }),
  });
  assert.equal((await faultOf(facebook(used).exchange(CODE))).kind, "code_refused");
  const spent = adapterContext({ "oauth/access_token": graphError(4, {}, 403) });
  assert.equal((await faultOf(facebook(spent).exchange(CODE))).kind, "transient");
});

Deno.test("the connected Page is the requested one, or else the first on which the person may create content", async () => {
  const pages = [
    { id: "1", name: "Only looking", access_token: "EAAG-1", tasks: ["ANALYZE"] },
    {
      id: "2",
      name: "Mine",
      access_token: "EAAG-2",
      tasks: ["ANALYZE", "CREATE_CONTENT"],
      followers_count: 7,
    },
    { id: "3", name: "No role", tasks: [] },
  ];
  const next = "https://graph.facebook.com/v26.0/me/accounts?after=A";
  const context = () =>
    adapterContext({
      "me/accounts": [{ data: pages.slice(0, 1), paging: { cursors: { after: "A" }, next } }, {
        data: pages.slice(1),
      }],
      "/me": { id: "99" },
    });
  const { profile, grant } = await facebook(context()).identify(GRANT);
  assert.deepEqual([profile.platform_account_id, profile.display_name, profile.followers_count], [
    "2",
    "Mine",
    7,
  ]);
  assert.deepEqual(grant.tokens, { access_token: "EAAG-2", refresh_token: "EAAG-person", account_id: "2" });
  assert.equal(grant.expires_at, null);
  assert.deepEqual(profile.details.other_pages, [{ id: "1", name: "Only looking" }]);
  assert.equal(profile.details.granted_by, "99", "the person, whom Meta's callbacks identify");

  assert.equal((await facebook(context()).identify(GRANT, "1")).profile.platform_account_id, "1");
  assert.equal((await faultOf(facebook(context()).identify(GRANT, "3"))).kind, "no_account");
  assert.equal(
    (await faultOf(facebook(adapterContext({ "me/accounts": { data: [] } })).identify(GRANT))).kind,
    "no_account",
  );
});

const BUSINESS_GRANT = {
  ...GRANT,
  scopes: ["pages_show_list", "pages_read_engagement", "business_management"],
};

Deno.test("Pages of a business are found if the person grants access to their businesses", async () => {
  const owned = { id: "4", name: "Owned", access_token: "EAAG-4", tasks: ["CREATE_CONTENT"] };
  const bare = { id: "5", name: "Looked after" };
  const next = "https://graph.facebook.com/v26.0/77/client_pages?after=C";
  const businesses = {
    data: [
      { id: "76" },
      {
        id: "77",
        owned_pages: { data: [owned] },
        client_pages: { data: [], paging: { cursors: { after: "C" }, next } },
      },
    ],
  };
  const context = () =>
    adapterContext({
      "me/accounts": { data: [] },
      "me/businesses": businesses,
      "77/client_pages": { data: [bare] },
      "/v26.0/": [[part(200, { ...bare, access_token: "EAAG-5", tasks: ["ANALYZE"] })]],
      "/me": { id: "99" },
    });
  const first = await facebook(context()).identify(BUSINESS_GRANT);
  assert.deepEqual([first.profile.platform_account_id, first.grant.tokens.access_token], ["4", "EAAG-4"]);
  assert.deepEqual(first.profile.details.other_pages, [{ id: "5", name: "Looked after" }]);
  const named = await facebook(context()).identify(BUSINESS_GRANT, "5");
  assert.equal(named.grant.tokens.access_token, "EAAG-5", "the token, which the list did not contain");

  const asking = adapterContext({});
  const asked = (FACEBOOK_BUSINESS_PAGES: "ask" | "off") =>
    facebook({ ...asking, settings: adapterSettings({ FACEBOOK_BUSINESS_PAGES }) }).authorization.scopes;
  assert.deepEqual(asked("off"), ["pages_show_list", "pages_read_engagement"]);
  assert.deepEqual(asked("ask"), ["pages_show_list", "pages_read_engagement", "business_management"]);
});

Deno.test("a list of businesses that is too large is requested in smaller pages, and a list that does not advance is a fault", async () => {
  const heavy = graphError(1, { message: "Please reduce the amount of data you're asking for" }, 500);
  const owned = { id: "4", name: "Owned", access_token: "EAAG-4" };
  const context = adapterContext({
    "me/accounts": { data: [] },
    "me/businesses": [heavy, heavy, { data: [{ id: "77", owned_pages: { data: [owned] } }] }],
    "/me": { id: "99" },
  });
  assert.equal((await facebook(context).identify(BUSINESS_GRANT)).profile.platform_account_id, "4");
  assert.deepEqual(
    context.calls.slice(1, 4).map(({ url }) => url.searchParams.get("limit")),
    ["100", "50", "25"],
  );
  const next = "https://graph.facebook.com/v26.0/me/accounts?after=A";
  const still = adapterContext({ "me/accounts": { data: [], paging: { cursors: { after: "A" }, next } } });
  assert.equal((await faultOf(facebook(still).identify(GRANT))).reason, "the list stands still");
  assert.equal(still.calls.length, 2);
});

Deno.test("a login without a readable Page gets the reason", async () => {
  const bare = { id: "5", name: "Bare" };
  const business = (pages: object[]) => ({ data: [{ id: "77", owned_pages: { data: pages } }] });
  const cases: [string, RegExp, typeof GRANT, Record<string, Scripted | Scripted[]>][] = [
    ["none exists", /has no Page; create one/, BUSINESS_GRANT, {
      "me/accounts": { data: [] },
      "me/businesses": { data: [] },
    }],
    ["none shown, and businesses were not asked about", /tick the Page .* or create one/, GRANT, {
      "me/accounts": { data: [] },
    }],
    ["none granted", /see none of your Pages; .* tick the Page/, BUSINESS_GRANT, {
      "me/accounts": { data: [] },
      "me/businesses": business([bare]),
      "/v26.0/": [[part(400, gone)]],
    }],
    ["no token", /your role on the Page/, BUSINESS_GRANT, {
      "me/accounts": { data: [] },
      "me/businesses": business([bare]),
      "/v26.0/": [[part(200, bare)]],
    }],
    ["no token, and no business", /your role on the Page/, GRANT, { "me/accounts": { data: [bare] } }],
    ["businesses may not be read", /has no Page/, BUSINESS_GRANT, {
      "me/accounts": { data: [] },
      "me/businesses": graphError(200, {}, 403),
    }],
  ];
  for (const [name, says, grant, rules] of cases) {
    const fault = await faultOf(facebook(adapterContext(rules)).identify(grant));
    assert.equal(fault.kind, "no_account", name);
    assert.match(String(fault.advice), says, name);
  }
  const down = adapterContext({ "me/accounts": { data: [] }, "me/businesses": graphError(2, {}, 503) });
  assert.equal(
    (await faultOf(facebook(down).identify(BUSINESS_GRANT))).kind,
    "transient",
    "the cause is still unknown",
  );
});

Deno.test("a refusal is confirmed by one call: with the Page's token, or for the person's permissions", async () => {
  const faultKind = (kind: FaultKind) => new PlatformFault("facebook", kind);
  const granted = (status: string) => ({
    data: ["pages_show_list", "pages_read_engagement"].map((permission) => ({ permission, status })),
  });
  const good = adapterContext({ "me/permissions": granted("granted"), "/me": { id: "1000" } });
  for (const kind of ["token_expired", "account_gone", "scope_missing"] as const) {
    await facebook(good).check(TOKENS, faultKind(kind));
  }
  assert.deepEqual(good.calls.map(({ headers }) => headers.get("authorization")), [
    "Bearer EAAG-page",
    "Bearer EAAG-page",
    "Bearer EAAG-person",
  ]);
  const bad = adapterContext({
    "me/permissions": granted("declined"),
    "/me": graphError(190, { error_subcode: 459 }),
  });
  assert.equal(
    (await faultOf(facebook(bad).check(TOKENS, faultKind("token_expired")))).kind,
    "confirmation_needed",
  );
  assert.equal(
    (await faultOf(facebook(bad).check(TOKENS, faultKind("scope_missing")))).kind,
    "scope_missing",
  );
});

Deno.test("a Page's token is renewed with the person's token, while that is valid and the person has a role", async () => {
  const context = adapterContext({ "/1000": { id: "1000", access_token: "EAAG-new" } });
  const grant = await facebook(context).refresh(TOKENS);
  assert.deepEqual([grant.tokens.access_token, grant.tokens.refresh_token, grant.expires_at], [
    "EAAG-new",
    "EAAG-person",
    null,
  ]);
  assert.equal(context.calls[0]?.headers.get("authorization"), "Bearer EAAG-person");
  const ends = [
    { id: "1000" },
    graphError(190, { error_subcode: 458 }),
    Response.json(gone, { status: 400 }),
  ];
  for (const end of ends) {
    assert.equal(
      (await faultOf(facebook(adapterContext({ "/1000": end })).refresh(TOKENS))).kind,
      "grant_refused",
    );
  }
  assert.equal(
    (await faultOf(facebook(adapterContext({ "/1000": graphError(2, {}, 500) })).refresh(TOKENS))).kind,
    "transient",
  );
  assert.equal(
    (await faultOf(facebook(context).refresh({ access_token: "EAAG-page" }))).kind,
    "grant_refused",
  );
});

Deno.test("the grant is revoked with the person's token; revoking a dead grant succeeds", async () => {
  const context = adapterContext({ "me/permissions": { success: true } });
  const platform = facebook(context);
  await platform.revoke?.(TOKENS);
  assert.deepEqual([context.calls[0]?.method, context.calls[0]?.headers.get("authorization")], [
    "DELETE",
    "Bearer EAAG-person",
  ]);
  assert.equal(platform.shared_grant, true);
  await facebook(adapterContext({ "me/permissions": graphError(190) })).revoke?.(TOKENS);
  await assert.rejects(async () =>
    await facebook(adapterContext({ "me/permissions": graphError(1, {}, 500) })).revoke?.(TOKENS)
  );
});

Deno.test("a post and its video become one item, the same from either list", async () => {
  const own = post("1000_1", {
    status_type: "added_video",
    ...attached({ media_type: "video", type: "video_inline", target: { id: "81" } }),
  });
  const film = video("81", { post_id: "1", permalink_url: "/reel/81/", length: 31.6 });
  const context = adapterContext({
    published_posts: { data: [own, post("1000_2")] },
    videos: { data: [] },
    video_reels: { data: [film, video("82", { permalink_url: "/reel/82/" })] },
    "/v26.0/": [[part(200, film)], [part(200, own)]],
  });
  const platform = facebook(context);
  const posts = await platform.page(TOKENS, pageRequest());
  assert.deepEqual(posts.item_ids, ["1000_1", "1000_2"]);
  assert.deepEqual([
    posts.items[0]?.content_type,
    posts.items[0]?.duration_seconds,
    posts.items[0]?.views_count,
  ], ["reel", 32, 100]);
  assert.deepEqual(posts.next_cursor, { key: "videos:", list: "videos", after: null });
  const videos = await platform.page(TOKENS, pageRequest({ cursor: posts.next_cursor }));
  assert.deepEqual([videos.item_ids, videos.next_cursor?.key], [[], "video_reels:"]);
  const reels = await platform.page(TOKENS, pageRequest({ cursor: videos.next_cursor }));
  assert.deepEqual(reels.item_ids, ["1000_1", "82"]);
  assert.deepEqual(reels.items[0], posts.items[0]);
  assert.equal(reels.next_cursor, null);
  assert.deepEqual(
    context.usages.map(({ units }) => units),
    [1, 1, 1, 1, 1],
    "an empty list makes no further calls",
  );
});

Deno.test("look-ups omit deleted items; a timeout or a token that cannot read does not count as a deletion", async () => {
  const found = adapterContext({
    "/v26.0/": [[part(200, post("1000_1")), part(400, gone)], [part(200, video("81"))]],
  });
  const items = await facebook(found).lookup(TOKENS, ["1000_1", "1000_2", "81"], ACCOUNT);
  assert.deepEqual(items.map((item) => item.platform_content_id), ["1000_1", "81"]);
  assert.match(
    String(JSON.parse(String(found.calls[0]?.body)).batch[0].relative_url),
    /^1000_1\?fields=.*appsecret_proof=/,
  );

  const late = adapterContext({ "/v26.0/": [[null]] });
  assert.equal((await faultOf(facebook(late).lookup(TOKENS, ["1000_1"], ACCOUNT))).kind, "transient");
  const dead = adapterContext({ "/v26.0/": [[part(400, { error: { code: 190, message: "No" } })]] });
  assert.equal((await faultOf(facebook(dead).lookup(TOKENS, ["1000_1"], ACCOUNT))).kind, "token_expired");
  const blind = adapterContext({ "/v26.0/": [[part(400, gone)]], "/me": graphError(190) });
  assert.equal((await faultOf(facebook(blind).lookup(TOKENS, ["1000_1"], ACCOUNT))).kind, "token_expired");
});

Deno.test("each response of a batch is judged separately", async () => {
  const plain = {
    error: {
      message: "Unsupported get request. Object with ID '1000_2' does not exist",
      type: "GraphMethodException",
      code: 100,
    },
  };
  const refusal = (code: number) => ({ error: { code, message: "No" } });
  const ids = ["1000_1", "1000_2", "1000_3", "1000_4", "1000_5", "1000_6"];
  const context = adapterContext({
    "/v26.0/": [
      [
        part(200, post("1000_1")),
        part(400, plain),
        part(403, refusal(10)),
        part(500, refusal(2)),
        null,
        { code: 502, body: "<h1>Bad gateway</h1>" },
      ],
      [part(200, post("1000_5")), part(200, post("1000_4")), part(500, refusal(2))],
    ],
  });
  const unread: string[] = [];
  const items = await facebook(context).lookup(TOKENS, ids, ACCOUNT, (id) => unread.push(id));
  assert.deepEqual(items.map((item) => item.platform_content_id), ["1000_1", "1000_4", "1000_5"]);
  assert.deepEqual(unread, ["1000_3", "1000_6"], "the second is deleted; these could not be read");
  assert.equal(
    context.calls.length,
    2,
    "entries that timed out or failed temporarily are requested once more",
  );
  const odd = adapterContext({
    "/v26.0/": [[part(200, post("1000_1")), part(400, refusal(190))], [part(400, refusal(190))]],
  });
  const told: string[] = [];
  await facebook(odd).lookup(TOKENS, ids.slice(0, 2), ACCOUNT, (id) => told.push(id));
  assert.deepEqual(told, ["1000_2"], "the token has just read another item");
  const untold = adapterContext({ "/v26.0/": [[part(200, post("1000_1")), part(403, refusal(200))]] });
  assert.equal(
    (await faultOf(facebook(untold).lookup(TOKENS, ids.slice(0, 2), ACCOUNT))).kind,
    "transient",
    "without a callback it is transient, and never disconnects the account",
  );
  const heavy = { error: { code: 1, message: "Please reduce the amount of data you're asking for" } };
  const much = adapterContext({ "/v26.0/": [[part(200, post("1000_1")), part(500, heavy)]] });
  assert.equal((await faultOf(facebook(much).lookup(TOKENS, ids.slice(0, 2), ACCOUNT))).kind, "too_heavy");
});

Deno.test("a post whose video is temporarily unreadable is not updated; one whose video is hidden is returned without it", async () => {
  const showing = (id: string, video_id: string) =>
    post(id, {
      status_type: "added_video",
      ...attached({ media_type: "video", type: "video_inline", target: { id: video_id } }),
    });
  const answers = [part(500, { error: { code: 2, message: "No" } }), part(400, gone)];
  const context = adapterContext({
    published_posts: { data: [showing("1000_1", "81"), showing("1000_2", "82"), post("1000_3")] },
    "/v26.0/": [answers, answers.slice(0, 1)],
  });
  const page = await facebook(context).page(TOKENS, pageRequest());
  assert.deepEqual(page.items.map((item) => item.platform_content_id), ["1000_2", "1000_3"]);
  assert.deepEqual(page.present_ids.toSorted(), ["1000_1", "1000_2", "1000_3"]);
});

Deno.test("every kind of post maps to its content type", () => {
  const photo = { media_type: "photo", type: "photo" };
  const cases: [Post | undefined, Video | undefined, string][] = [
    [post("1000_1"), undefined, "post"],
    [
      post("1000_1", { status_type: "shared_story", ...attached({ media_type: "link", type: "share" }) }),
      undefined,
      "post",
    ],
    [post("1000_1", { status_type: "added_photos", ...attached(photo) }), undefined, "image"],
    [
      post("1000_1", {
        status_type: "added_photos",
        ...attached({ media_type: "album", type: "album", subattachments: { data: [photo, photo] } }),
      }),
      undefined,
      "carousel",
    ],
    [
      post("1000_1", {
        status_type: "shared_story",
        ...attached({ media_type: "video", target: { id: "5" } }),
      }),
      undefined,
      "post",
    ],
    [undefined, video("81"), "long_video"],
    [undefined, video("81", { length: 60.2 }), "short_video"],
    [undefined, video("81", { length: 30, live_status: "VOD" }), "long_video"],
    [undefined, video("81", { permalink_url: "/reel/81/" }), "reel"],
    [
      post("1000_1", { status_type: "added_video", ...attached({ media_type: "video" }) }),
      undefined,
      "long_video",
    ],
  ];
  for (const [one, film, type] of cases) assert.equal(itemOf(one, film).content_type, type);
});

Deno.test("an item has the post's text and full links; missing counters are 0 or null", () => {
  const item = itemOf(
    post("1000_1", {
      full_picture: "https://scontent.example/p.jpg?oe=2",
      shares: { count: 2 },
      ...attached({ type: "share", media_type: "link", url: "https://example.com/", title: "An article" }),
    }),
    undefined,
  );
  assert.deepEqual(
    [
      item.title,
      item.description,
      item.hashtags,
      item.likes_count,
      item.comments_count,
      item.shares_count,
      item.views_count,
      item.published_at,
    ],
    ["Hello #Demo", "Hello #Demo", ["demo"], 9, 1, 2, null, "2026-11-01T12:00:00.000Z"],
  );
  assert.deepEqual(item.metadata, {
    status_type: "mobile_status_update",
    attachment_type: "share",
    link: "https://example.com/",
  });
  assert.equal(itemOf(post("1000_1"), undefined).shares_count, 0);
  const alone = itemOf(undefined, video("81"));
  assert.deepEqual([alone.shares_count, alone.likes_count, alone.permalink], [
    null,
    null,
    "https://www.facebook.com/1000/videos/81/",
  ]);
  assert.equal(itemOf(post("1000_1", { is_published: false }), undefined).visibility, "private");
  assert.equal(
    itemOf(post("1000_1", { message: undefined, story: "Demo shared a post." }), undefined).title,
    "Demo shared a post.",
  );
});

Deno.test({
  name: "recorded posts and Pages are parsed",
  ignore: FIXTURES === null,
  async fn() {
    for (const file of ["full_connecions_p1", "full_connecions_p2"]) {
      const recorded = fixture(`instagram/graph_base/${file}.json`);
      const context = adapterContext({ published_posts: recorded });
      const page = await facebook(context).page(TOKENS, pageRequest());
      assert.equal(page.items.length, (recorded.data as unknown[]).length);
      assert.ok(
        page.items.every(({ published_at, title, content_type }) =>
          published_at && title && content_type === "post"
        ),
      );
    }
    const accounts = fixture("instagram/graph_base/user_accounts_token.json");
    const { profile, grant } = await facebook(
      adapterContext({ "me/accounts": accounts, "/me": { id: "99" } }),
    )
      .identify(GRANT);
    assert.deepEqual([profile.platform_account_id, grant.tokens.access_token], [
      "2121008874780932",
      "access_token",
    ]);
    const error = fixture("instagram/graph_base/error_data.json");
    const context = adapterContext({ published_posts: Response.json(error, { status: 400 }) });
    assert.equal((await faultOf(facebook(context).page(TOKENS, pageRequest()))).reason, "100");
  },
});
