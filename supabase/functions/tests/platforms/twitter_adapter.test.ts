import assert from "node:assert/strict";
import { type FaultKind } from "../../_shared/platforms/platform.ts";
import { twitter } from "../../_shared/platforms/twitter/adapter.ts";
import { itemOf } from "../../_shared/platforms/twitter/items.ts";
import { type Media, type Post, PostList } from "../../_shared/platforms/twitter/schemas.ts";
import {
  type AdapterContext,
  adapterContext,
  adapterSettings,
  faultOf,
  NOW,
  requestsOf,
  type Scripted,
} from "../support/adapter_context.ts";
import { fixture, FIXTURES } from "../support/fixtures.ts";

const TOKENS = { access_token: "x-access-adapter", refresh_token: "x-refresh-adapter" };
const redirect_uri = "http://localhost:3000/oauth/callback";
const SCOPE = "users.read tweet.read offline.access";
const ACCOUNT = {
  platform_account_id: "22",
  details: { read_at: NOW.toISOString(), posts: 2, protected: false },
};
const pageRequest = requestsOf(ACCOUNT);

function post(id: string, about: Partial<Post> = {}): Post {
  return {
    id,
    text: `Post ${id}`,
    created_at: "2026-11-01T12:00:00.000Z",
    edit_history_tweet_ids: [id],
    public_metrics: { retweet_count: 1, reply_count: 2, like_count: 3, quote_count: 4, impression_count: 99 },
    ...about,
  };
}

function list(posts: Post[], about: Record<string, unknown> = {}): Scripted {
  return { ...(posts.length > 0 ? { data: posts } : {}), meta: { result_count: posts.length }, ...about };
}

function withFields(
  context: AdapterContext,
  TWITTER_FIELDS_PARAMETER: "tweet.fields" | "post.fields",
): AdapterContext {
  return { ...context, settings: adapterSettings({ TWITTER_FIELDS_PARAMETER }) };
}

Deno.test("X's token endpoint receives Basic authentication and the verifier; a refresh, which rotates the token, is never retried", async () => {
  const grant = {
    token_type: "bearer",
    expires_in: 7200,
    access_token: "AT",
    scope: SCOPE,
    refresh_token: "RT",
  };
  const context = adapterContext({ "oauth2/token": grant });
  const answer = await twitter(context).exchange({ code: "c", code_verifier: "v".repeat(43), redirect_uri });
  assert.equal(context.calls[0]?.headers.get("authorization"), `Basic ${btoa("x-client:x-adapter-test")}`);
  assert.deepEqual(Object.fromEntries(context.calls[0]?.form ?? []), {
    code: "c",
    code_verifier: "v".repeat(43),
    grant_type: "authorization_code",
    redirect_uri,
  });
  assert.deepEqual([...answer.scopes].sort(), SCOPE.split(" ").sort());
  assert.equal(answer.tokens.refresh_token, "RT");
  for (const body of [Response.json({}, { status: 503 }), new TypeError("cut")]) {
    const down = adapterContext({ "oauth2/token": body });
    assert.equal((await faultOf(twitter(down).refresh(TOKENS))).kind, "transient");
    assert.equal(down.calls.length, 1);
  }
});

Deno.test("X's errors for a dead token, a dead code and a wrong client are distinguished", async () => {
  const invalid = (what: string) => ({
    error: "invalid_request",
    error_description: `Value passed for the ${what} was invalid.`,
  });
  const dead = adapterContext({ "oauth2/token": Response.json(invalid("token"), { status: 400 }) });
  assert.equal((await faultOf(twitter(dead).refresh(TOKENS))).kind, "grant_refused");
  const used = adapterContext({
    "oauth2/token": Response.json(invalid("authorization code"), { status: 400 }),
  });
  const exchange = twitter(used).exchange({ code: "c", code_verifier: "v".repeat(43), redirect_uri });
  assert.equal((await faultOf(exchange)).kind, "code_refused");
  for (const error of ["unauthorized_client", "invalid_client"]) {
    const ours = adapterContext({
      "oauth2/token": Response.json({ error, error_description: "No" }, { status: 401 }),
    });
    assert.equal((await faultOf(twitter(ours).refresh(TOKENS))).kind, "misconfigured");
  }
  const gone = adapterContext({ "oauth2/revoke": { revoked: true } });
  await twitter(gone).revoke?.(TOKENS);
  assert.equal(gone.calls[0]?.form.get("token"), "x-refresh-adapter");
});

Deno.test("a page is one call; each post costs one unit, and the headers state the remaining quota", async () => {
  const headers = {
    "x-rate-limit-limit": "900",
    "x-rate-limit-remaining": "898",
    "x-rate-limit-reset": "1795180000",
  };
  const ids = Array.from({ length: 50 }, (_, index) => String(1_900_000_000_000_000_000n + BigInt(index)));
  const body = { data: ids.map((id) => post(id)), meta: { result_count: 50, next_token: "7140dibd" } };
  const context = adapterContext({ "users/22/tweets": Response.json(body, { headers }) });
  const page = await twitter(context).page(TOKENS, pageRequest());
  assert.deepEqual(page.item_ids, ids);
  assert.deepEqual(page.next_cursor, { key: "7140dibd" });
  assert.equal(context.calls.length, 1);
  const query = Object.fromEntries(context.calls[0]?.url.searchParams ?? []);
  assert.equal(query.max_results, "50");
  assert.equal(query.exclude, "retweets");
  assert.equal(query.expansions, "attachments.media_keys,article.cover_media");
  assert.match(query["tweet.fields"] ?? "", /note_tweet,article/);
  assert.equal(context.units(), 50);
  assert.deepEqual(context.usages[0], {
    calls: 1,
    units: 1,
    bucket: "users/:id/tweets",
    limit: 900,
    remaining: 898,
    resets_at: new Date(1_795_180_000_000),
  });
});

Deno.test("the page size is at least five, and a page continues from its token", async () => {
  const context = adapterContext({ "users/22/tweets": list([post("1")]) });
  await twitter(context).page(TOKENS, pageRequest({ size: 1, cursor: { key: "t" } }));
  const query = context.calls[0]?.url.searchParams;
  assert.deepEqual([query?.get("max_results"), query?.get("pagination_token")], ["5", "t"]);
  const still = adapterContext({ "users/22/tweets": list([post("1")], { meta: { next_token: "t" } }) });
  assert.equal(
    (await faultOf(twitter(still).page(TOKENS, pageRequest({ cursor: { key: "t" } })))).kind,
    "malformed",
  );
});

Deno.test("an empty list is requested twice if the account has posts, and once if it has none", async () => {
  const context = adapterContext({ "users/22/tweets": { meta: { result_count: 0 } } });
  const page = await twitter(context).page(TOKENS, pageRequest());
  assert.deepEqual([page.items, page.next_cursor, context.calls.length], [[], null, 2]);
  const none = adapterContext({ "users/22/tweets": { meta: { result_count: 0 } } });
  const account = { ...ACCOUNT, details: { ...ACCOUNT.details, posts: 0 } };
  await twitter(none).page(TOKENS, pageRequest({ account }));
  assert.equal(none.calls.length, 1);
});

Deno.test("recorded X responses are parsed", {
  ignore: FIXTURES === null,
}, async () => {
  const timeline = fixture("x/timeline/timeline_tweets.json");
  const context = adapterContext({
    "users/22/tweets": timeline,
    "users/me": fixture("x/user/me_resp.json"),
    tweets: fixture("x/tweet/tweets_resp.json"),
  });
  const platform = twitter(context);
  const page = await platform.page(TOKENS, pageRequest());
  assert.equal(page.items.length, 5);
  assert.deepEqual(page.next_cursor, { key: "7140dibdnow9c7btw3w3itbygz8uu5pbs45oy6erjc2ls" });
  const [first] = page.items;
  assert.deepEqual([first?.likes_count, first?.comments_count, first?.shares_count, first?.views_count], [
    37,
    2,
    11,
    null,
  ]);
  assert.deepEqual(first?.hashtags, ["twitterapi"]);
  assert.equal(
    first?.title,
    "If you're newly approved for the Academic Research product track, our next stream is for you.",
  );
  const { profile } = await platform.identify({ tokens: TOKENS, expires_at: null, scopes: [] });
  assert.deepEqual([profile.platform_account_id, profile.username, profile.display_name], [
    "2244994945",
    "TwitterDev",
    "Twitter Dev",
  ]);
  const found = await platform.lookup(TOKENS, ["1261326399320715264", "1278347468690915330"], ACCOUNT);
  assert.equal(found.length, 2);
});

Deno.test("when X refuses one name of the fields parameter, the other is tried, in both directions", async () => {
  for (const begin of ["tweet.fields", "post.fields"] as const) {
    const refused = Response.json({
      errors: [{
        parameters: { [begin]: ["text"] },
        message: `The query parameter [${begin}] is not one of […]`,
      }],
      title: "Invalid Request",
      detail: "One or more parameters to your request was invalid.",
      type: "https://api.x.com/2/problems/invalid-request",
    }, { status: 400 });
    const context = withFields(adapterContext({ "users/22/tweets": [refused, list([post("1")])] }), begin);
    const platform = twitter(context);
    assert.equal((await platform.page(TOKENS, pageRequest())).items.length, 1);
    await platform.page(TOKENS, pageRequest());
    const used = context.calls.map(({ url }) =>
      url.searchParams.has("tweet.fields") ? "tweet.fields" : "post.fields"
    );
    const other = begin === "tweet.fields" ? "post.fields" : "tweet.fields";
    assert.deepEqual(used, [begin, other, other]);
    const both = withFields(adapterContext({ "users/22/tweets": refused }), begin);
    assert.equal((await faultOf(twitter(both).page(TOKENS, pageRequest()))).kind, "misconfigured");
  }
});

Deno.test("the new names of fields are understood too", () => {
  const metrics = { repost_count: 5, reply_count: 2, like_count: 3, quote_count: 1, impression_count: 9 };
  const item = itemOf(
    {
      id: "2",
      text: "short…",
      edit_history_post_ids: ["1", "2"],
      note_post: { text: "The whole long text" },
      public_metrics: metrics,
    },
    [],
    false,
  );
  assert.deepEqual([item.platform_content_id, item.shares_count, item.description], [
    "1",
    6,
    "The whole long text",
  ]);
  assert.equal(item.permalink, "https://x.com/i/status/2");
  assert.deepEqual(item.metadata, { newest_id: "2" });
});

Deno.test("replies to others are omitted; threads and mentions that start a conversation stay", async () => {
  const context = adapterContext({
    "users/22/tweets": list([
      post("5", { in_reply_to_user_id: "99", conversation_id: "1" }),
      post("4", { in_reply_to_user_id: "22", conversation_id: "3" }),
      post("3", { conversation_id: "3" }),
      post("2", { conversation_id: "1", text: "@somebody thanks" }),
      post("1", { conversation_id: "1", text: "@everybody look" }),
    ]),
  });
  const page = await twitter(context).page(TOKENS, pageRequest());
  assert.deepEqual(page.item_ids, ["5", "4", "3", "2", "1"]);
  assert.deepEqual(page.present_ids, ["4", "3", "1"]);
  assert.equal(page.items[0]?.metadata.thread_id, "3");
});

Deno.test("a post becomes an item: expanded links, no links to its own media, no HTML escapes", () => {
  const item = itemOf(
    post("9", {
      text: "Read &amp; see &lt;3 https://t.co/aaa #Été\nmore https://t.co/pic",
      lang: "fr",
      attachments: { media_keys: ["3_1"] },
      entities: {
        urls: [
          { url: "https://t.co/aaa", expanded_url: "https://example.com/?a=1&b=2" },
          { url: "https://t.co/pic", expanded_url: "https://x.com/me/status/9/photo/1", media_key: "3_1" },
        ],
      },
    }),
    [{ media_key: "3_1", type: "photo", url: "https://pbs/1.jpg", width: 10, height: 5, alt_text: "A quay" }],
    false,
  );
  assert.equal(item.description, "Read & see <3 https://example.com/?a=1&b=2 #Été\nmore");
  assert.equal(item.title, "Read & see <3 https://example.com/?a=1&b=2 #Été");
  assert.deepEqual([item.hashtags, item.language, item.content_type], [["été"], "fr", "image"]);
  assert.deepEqual([item.thumbnail_url, item.media], ["https://pbs/1.jpg", undefined]);
  assert.equal(itemOf(post("9", { lang: "zxx" }), [], true).visibility, "private");
  assert.equal(itemOf(post("9", { lang: "zxx" }), [], true).language, null);
});

Deno.test("an article's item has its own title and text, without the link in the post", () => {
  const entities = {
    urls: [{ url: "https://t.co/aaa", expanded_url: "http://x.com/i/article/201" }],
  };
  const given = (text: string, article: Post["article"], more: Partial<Post> = {}) => {
    const { title, description, hashtags } = itemOf(
      post("9", { text, entities, article, ...more }),
      [],
      false,
    );
    return [title, description, hashtags];
  };
  const link = "https://t.co/aaa";
  const body = "Fog over #Hafen#glued & <quays>.\n#Nebel";
  assert.deepEqual(given(link, { title: "Another week" }), ["Another week", "", []]);
  assert.deepEqual(given(link, { title: "Another week" }, { entities: undefined }), ["Another week", "", []]);
  assert.deepEqual(given(link, { title: " Another\nweek ", plain_text: body, preview_text: "Fog" }), [
    "Another week",
    body,
    ["nebel"],
  ]);
  assert.deepEqual(given(link, { title: "\u200b", preview_text: "Fog over the quays" }), [
    "Fog over the quays",
    "Fog over the quays",
    [],
  ]);
  assert.deepEqual(given(`Out now: ${link} #new`, { title: "Another week", plain_text: body }), [
    "Another week",
    `Out now:  #new\n\n${body}`,
    ["new", "nebel"],
  ]);
  const tagged = { title: "T", plain_text: body, entities: { hashtags: [{ tag: "Hafen" }] } };
  assert.deepEqual(given(link, tagged)[2], ["hafen"], "the hashtags that X reports");
  for (const broken of [7, "title", [], null]) {
    const list = PostList.parse({ data: [{ id: "9", text: "Words", article: broken }] });
    assert.deepEqual(list.data.map((one) => itemOf(one, [], false).title), ["Words"]);
  }
  const cover: Media = { media_key: "3_9", type: "photo", url: "https://pbs/cover.jpg" };
  const item = itemOf(post("9", { article: { title: "T", cover_media: "3_9" } }), [cover], false);
  assert.deepEqual([item.thumbnail_url, item.content_type], ["https://pbs/cover.jpg", "post"]);
});

Deno.test("the content type of a post follows from its media", () => {
  const media: Media[] = [
    { media_key: "p", type: "photo", url: "https://pbs/p.jpg" },
    { media_key: "g", type: "animated_gif", preview_image_url: "https://pbs/g.jpg" },
    {
      media_key: "v",
      type: "video",
      duration_ms: 12_400,
      preview_image_url: "https://pbs/v.jpg",
      variants: [
        { content_type: "application/x-mpegURL", url: "https://video/v.m3u8" },
        { content_type: "video/mp4", bit_rate: 1, url: "https://video/low.mp4" },
        { content_type: "video/mp4", bit_rate: 2, url: "https://video/high.mp4" },
      ],
    },
    { media_key: "l", type: "video", duration_ms: 600_000 },
  ];
  const of = (...media_keys: string[]) => itemOf(post("1", { attachments: { media_keys } }), media, false);
  assert.equal(of().content_type, "post");
  assert.equal(of("p").content_type, "image");
  assert.equal(of("g").content_type, "image");
  assert.deepEqual([of("v").content_type, of("v").duration_seconds], ["short_video", 12]);
  assert.equal(of("l").content_type, "long_video");
  const album = of("p", "v", "unknown");
  assert.equal(album.content_type, "carousel");
  assert.deepEqual(
    album.media?.map(({ position, kind, url, thumbnail_url }) => [position, kind, url, thumbnail_url]),
    [
      [0, "image", "https://pbs/p.jpg", "https://pbs/p.jpg"],
      [1, "video", "https://video/high.mp4", "https://pbs/v.jpg"],
    ],
  );
});

Deno.test("every X error maps to its fault", async () => {
  const problem = (name: string) => `https://api.x.com/2/problems/${name}`;
  const blank = (status: number, title: string) => ({ title, type: "about:blank", status, detail: title });
  const notFound = {
    errors: [{
      resource_type: "user",
      parameter: "id",
      title: "Not Found Error",
      detail: "",
      type: problem("resource-not-found"),
    }],
  };
  const cases: [status: number, body: unknown, kind: FaultKind, waits?: number | null][] = [
    [401, blank(401, "Unauthorized"), "token_expired"],
    [401, { errors: [{ code: 89, message: "Invalid or expired token" }] }, "token_expired"],
    [
      402,
      {
        account_id: 1,
        title: "CreditsDepleted",
        detail: "",
        type: "https://api.twitter.com/2/problems/credits",
      },
      "quota_exhausted",
      3600,
    ],
    [
      402,
      {
        title: "Payment Required",
        detail: "credits depleted",
        status: 402,
        type: problem("credits-depleted"),
      },
      "quota_exhausted",
      3600,
    ],
    [402, "no body at all", "quota_exhausted", 3600],
    [403, blank(403, "Forbidden"), "scope_missing"],
    [403, "<html>proxy</html>", "transient"],
    [
      403,
      { title: "Client Forbidden", reason: "client-not-enrolled", type: problem("client-forbidden") },
      "misconfigured",
    ],
    [403, { errors: [{ code: 326, message: "locked" }] }, "confirmation_needed"],
    [413, { title: "Payload Too Large" }, "too_heavy"],
    [404, blank(404, "Not Found"), "transient"],
    [200, notFound, "account_gone"],
    [200, {
      errors: [{ resource_type: "tweet", title: "Not Found Error", type: problem("resource-not-found") }],
    }, "transient"],
    [400, {
      errors: [{ parameters: { pagination_token: ["x"] }, message: "" }],
      title: "Invalid Request",
      type: problem("invalid-request"),
    }, "cursor_invalid"],
    [400, {
      title: "Invalid Request",
      detail: "",
      parameter: "pagination_token",
      type: problem("invalid-request"),
    }, "cursor_invalid"],
    [400, {
      errors: [{ parameters: { max_results: ["x"] }, message: "" }],
      title: "Invalid Request",
      type: problem("invalid-request"),
    }, "misconfigured"],
    [429, blank(429, "Too Many Requests"), "transient", 600],
    [429, { errors: [{ code: 88, message: "Rate limit exceeded" }] }, "transient", 600],
    [429, { title: "UsageCapExceeded", type: problem("usage-capped") }, "quota_exhausted", 3600],
    [503, blank(503, "Service Unavailable"), "transient"],
  ];
  const reset = String(NOW.getTime() / 1_000 + 600);
  for (const [status, body, kind, waits] of cases) {
    const headers: Record<string, string> = status === 429
      ? { "x-rate-limit-remaining": "0", "x-rate-limit-reset": reset }
      : {};
    const answer = typeof body === "string"
      ? new Response(body, { status, headers })
      : Response.json(body, { status, headers });
    const context = adapterContext({ "users/22/tweets": answer });
    const fault = await faultOf(twitter(context).page(TOKENS, pageRequest()));
    assert.equal(fault.kind, kind, JSON.stringify(body));
    if (waits !== undefined) {
      assert.equal(fault.retry_at?.getTime(), NOW.getTime() + (waits ?? 0) * 1_000, JSON.stringify(body));
    }
    assert.equal(fault.whole_app, kind === "quota_exhausted", "credits and caps affect the whole app");
    if (status === 429 || status === 402) {
      assert.equal(context.calls.length, 1, "a call that would be refused again is not retried");
    }
  }
});

Deno.test("of several windows, the exhausted one that ends last applies; the app's window affects every account", async () => {
  const names = { short: "x-rate-limit", user: "x-user-limit-24hour", app: "x-app-limit-24hour" };
  const [soon, day] = [600, 19 * 3_600];
  type Windows = Partial<Record<keyof typeof names, [remaining: number, seconds: number]>>;
  const answer = (windows: Windows, status: number) => {
    const headers = new Headers();
    for (const [name, [remaining, seconds]] of Object.entries(windows)) {
      const prefix = names[name as keyof typeof names];
      headers.set(`${prefix}-remaining`, String(remaining));
      headers.set(`${prefix}-reset`, String(NOW.getTime() / 1_000 + seconds));
    }
    const body = status === 429
      ? { title: "Too Many Requests", type: "about:blank", status }
      : list([post("1")]);
    return Response.json(body, { status, headers });
  };
  const later = (seconds: number) => new Date(NOW.getTime() + seconds * 1_000);
  const refusals: [Windows, FaultKind, seconds: number, whole_app: boolean][] = [
    [{ short: [0, soon] }, "transient", soon, false],
    [{ short: [890, soon], user: [0, day] }, "quota_exhausted", day, false],
    [{ short: [890, soon], app: [0, day] }, "quota_exhausted", day, true],
    [{ short: [0, soon], user: [0, day], app: [40, day] }, "quota_exhausted", day, false],
    [{ short: [0, soon], app: [0, 60] }, "transient", soon, false],
    [{ user: [0, day], app: [0, 7_200] }, "quota_exhausted", day, false],
    [{ user: [0, 7_200], app: [0, day] }, "quota_exhausted", day, true],
    [{ short: [890, soon], user: [3, day] }, "transient", soon, false],
  ];
  for (const [windows, kind, seconds, whole_app] of refusals) {
    const context = adapterContext({ "users/22/tweets": answer(windows, 429) });
    const fault = await faultOf(twitter(context).page(TOKENS, pageRequest()));
    const told = [fault.kind, fault.retry_at, fault.whole_app, context.calls.length];
    assert.deepEqual(told, [kind, later(seconds), whole_app, 1], JSON.stringify(windows));
  }
  const told: [Windows, remaining: number, seconds: number, app_closed_until?: Date][] = [
    [{ short: [890, soon], user: [95, day], app: [7, day] }, 95, day],
    [{ short: [890, soon], user: [0, day], app: [0, 7_200] }, 0, day, later(7_200)],
    [{ short: [0, soon], user: [0, day] }, 0, day],
    [{ short: [4, soon], user: [95, day], app: [0, day] }, 4, soon, later(day)],
  ];
  for (const [windows, remaining, seconds, app_closed_until] of told) {
    const context = adapterContext({ "users/22/tweets": answer(windows, 200) });
    await twitter(context).page(TOKENS, pageRequest());
    const { remaining: left, resets_at, ...usage } = context.usages[0] ?? {};
    assert.deepEqual([left, resets_at], [remaining, later(seconds)], JSON.stringify(windows));
    assert.deepEqual("app_closed_until" in usage ? usage.app_closed_until : undefined, app_closed_until);
  }
});

Deno.test("an edited post is returned under its first id, with its newest text", async () => {
  const first = post("1", { text: "Old", edit_history_tweet_ids: ["1", "2"] });
  const newest = post("2", { text: "New", edit_history_tweet_ids: ["1", "2"] });
  const context = adapterContext({ "2/tweets": [list([first, post("3")]), list([newest])] });
  const found = await twitter(context).lookup(TOKENS, ["1", "3"], ACCOUNT);
  assert.deepEqual(found.map((item) => [item.platform_content_id, item.description]), [["1", "New"], [
    "3",
    "Post 3",
  ]]);
  assert.deepEqual(context.calls.map(({ url }) => url.searchParams.get("ids")), ["1,3", "2"]);
});

Deno.test("only posts that X reports as not found are deleted; an incomplete response decides nothing", async () => {
  const missing = {
    value: "2",
    resource_id: "2",
    resource_type: "tweet",
    parameter: "ids",
    title: "Not Found Error",
    type: "https://api.x.com/2/problems/resource-not-found",
  };
  const some = adapterContext({ "2/tweets": list([post("1")], { errors: [missing] }) });
  assert.deepEqual(
    (await twitter(some).lookup(TOKENS, ["1", "2"], ACCOUNT)).map((item) => item.platform_content_id),
    ["1"],
  );
  const none = adapterContext({ "2/tweets": { errors: [missing] } });
  assert.deepEqual(await twitter(none).lookup(TOKENS, ["2"], ACCOUNT), []);
  const holes = adapterContext({ "2/tweets": list([post("1")]) });
  assert.equal((await faultOf(twitter(holes).lookup(TOKENS, ["1", "2"], ACCOUNT))).kind, "transient");
  const internal = { ...missing, type: "https://api.x.com/2/problems/internal-error" };
  const failing = adapterContext({ "2/tweets": list([post("1")], { errors: [internal] }) });
  assert.equal((await faultOf(twitter(failing).lookup(TOKENS, ["1", "2"], ACCOUNT))).kind, "transient");
  const page = { meta: { result_count: 0, next_token: "t" }, errors: [missing, internal] };
  const listed = await twitter(adapterContext({ "users/22/tweets": page })).page(TOKENS, pageRequest());
  assert.deepEqual(
    [listed.items, listed.next_cursor],
    [[], { key: "t" }],
    "a page whose posts cannot be read",
  );
  for (const answer of [holes, failing]) {
    const unread: string[] = [];
    const items = await twitter(answer).lookup(TOKENS, ["1", "2"], ACCOUNT, (id) => unread.push(id));
    assert.deepEqual(
      [items.map((item) => item.platform_content_id), unread],
      [["1"], ["2"]],
      "reported as unread, not as deleted",
    );
  }
});
