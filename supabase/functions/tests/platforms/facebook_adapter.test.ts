import assert from "node:assert/strict";
import { facebook } from "../../_shared/platforms/facebook/adapter.ts";
import { itemOf } from "../../_shared/platforms/facebook/items.ts";
import type { Post, Video } from "../../_shared/platforms/facebook/schemas.ts";
import { hmacHex } from "../../_shared/http/hmac.ts";
import { adapterContext, faultOf, NOW, requestsOf } from "../support/adapter_context.ts";
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
  scopes: [],
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

Deno.test("a code becomes the person's long-lived token, with what they really granted", async () => {
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

Deno.test("the Page is the one that was named, else the first on which the person may create content", async () => {
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
  assert.equal(profile.details.granted_by, "99", "the person, whom Meta's reports name");

  assert.equal((await facebook(context()).identify(GRANT, "1")).profile.platform_account_id, "1");
  assert.equal((await faultOf(facebook(context()).identify(GRANT, "3"))).kind, "no_account");
  assert.equal(
    (await faultOf(facebook(adapterContext({ "me/accounts": { data: [] } })).identify(GRANT))).kind,
    "no_account",
  );
});

Deno.test("a Page's token is had anew by the person's, as long as that lives and has a role", async () => {
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

Deno.test("the grant is ended with the person's token; one that is dead already is a success", async () => {
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

Deno.test("a post and its video are one item, the same from whichever list it comes", async () => {
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
    "an empty list asks for nothing more",
  );
});

Deno.test("look-ups leave out what is gone; a call that took too long, or no longer reads, is no absence", async () => {
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

Deno.test("every kind of post has its type", () => {
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

Deno.test("an item says what the post says; links are whole, counters that are left out are 0 or unknown", () => {
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
  name: "recorded posts and Pages are read",
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
