import assert from "node:assert/strict";
import { instagram } from "../../_shared/platforms/instagram/adapter.ts";
import { itemOf } from "../../_shared/platforms/instagram/items.ts";
import type { Media } from "../../_shared/platforms/instagram/schemas.ts";
import { type PageRequest } from "../../_shared/platforms/platform.ts";
import { adapterContext, adapterSettings, faultOf, NOW } from "../support/adapter_context.ts";
import { fixture, FIXTURES } from "../support/fixtures.ts";

const TOKENS = {
  access_token: "IGAA-old",
  obtained_at: "2026-10-20T12:00:00.000Z",
  expires_at: "2026-12-19T12:00:00.000Z",
};
const CODE = {
  code: "AQ",
  code_verifier: "v".repeat(43),
  redirect_uri: "http://localhost:3000/oauth/callback",
};
const LONG = { access_token: "IGAA-long", token_type: "bearer", expires_in: 5_183_944 };
const USER = {
  id: "26000000000000001",
  user_id: "17841400000000000",
  username: "demo",
  name: "Demo",
  account_type: "BUSINESS",
  media_count: 12,
  followers_count: 345,
  profile_picture_url: "https://scontent.example/a.jpg?sig=1",
};

function pageRequest(about: Partial<PageRequest> = {}): PageRequest {
  const account = {
    platform_account_id: USER.user_id,
    details: { read_at: NOW.toISOString(), media_count: 12 },
  };
  return { account, cursor: null, size: 50, remembered: null, may_restart: true, ...about };
}

function graphError(code: number, about: Record<string, unknown> = {}, status = 400): Response {
  return Response.json({ error: { message: "No", type: "OAuthException", code, ...about } }, { status });
}

const media = (id: string, about: Partial<Media> = {}): Media => ({
  id,
  media_type: "IMAGE",
  media_product_type: "FEED",
  media_url: `https://scontent.example/${id}.jpg?oe=1`,
  permalink: `https://www.instagram.com/p/${id}/`,
  timestamp: "2026-11-01T12:00:00+0000",
  like_count: 10,
  comments_count: 2,
  ...about,
});

Deno.test("a code is exchanged for a token of sixty days, from either response shape, without a PKCE verifier", async () => {
  const shapes = [
    {
      data: [{
        access_token: "IGAA-short",
        user_id: USER.user_id,
        permissions: "instagram_business_basic,x",
      }],
    },
    {
      access_token: "IGAA-short",
      user_id: 17841400000000000,
      permissions: ["instagram_business_basic", "x"],
    },
  ];
  for (const shape of shapes) {
    const context = adapterContext({ "oauth/access_token": shape, "graph.instagram.com/access_token": LONG });
    const grant = await instagram(context).exchange(CODE);
    assert.deepEqual(grant.scopes, ["instagram_business_basic", "x"]);
    assert.equal(grant.tokens.access_token, "IGAA-long");
    assert.equal(grant.tokens.refresh_token, undefined);
    assert.equal(grant.expires_at?.getTime(), NOW.getTime() + 5_183_944_000);
    assert.equal(grant.tokens.expires_at, grant.expires_at?.toISOString());
    const [first, second] = context.calls;
    assert.deepEqual([first?.method, first?.form.get("code"), first?.form.has("code_verifier")], [
      "POST",
      "AQ",
      false,
    ]);
    assert.equal(second?.url.searchParams.get("grant_type"), "ig_exchange_token");
    assert.equal(second?.url.searchParams.get("access_token"), "IGAA-short");
    assert.ok(!context.lines.join().includes("IGAA"));
  }
  const used = {
    error_type: "OAuthException",
    code: 400,
    error_message: "Matching code was not found or was already used",
  };
  const context = adapterContext({ "oauth/access_token": Response.json(used, { status: 400 }) });
  assert.equal((await faultOf(instagram(context).exchange(CODE))).kind, "code_refused");
});

Deno.test("an old token is refreshed with itself; a token of the first day is only checked", async () => {
  const context = adapterContext({
    refresh_access_token: { ...LONG, access_token: "IGAA-new" },
    "/me": USER,
  });
  const platform = instagram(context);
  const grant = await platform.refresh(TOKENS);
  assert.equal(grant.tokens.access_token, "IGAA-new");
  assert.equal(grant.tokens.obtained_at, NOW.toISOString());
  assert.equal(context.calls[0]?.url.searchParams.get("grant_type"), "ig_refresh_token");

  const young = { ...TOKENS, obtained_at: "2026-11-20T11:00:00.000Z" };
  const same = await platform.refresh(young);
  assert.deepEqual([same.tokens, same.expires_at], [young, new Date(TOKENS.expires_at)]);
  assert.ok(
    context.calls.at(-1)?.url.pathname.endsWith("/me"),
    "Instagram does not refresh a token on its first day",
  );
});

Deno.test("refreshing a dead token ends the grant; a transient error does not", async () => {
  const dead = adapterContext({
    refresh_access_token: graphError(190, { error_subcode: 463 }),
    "/me": graphError(190),
  });
  assert.equal((await faultOf(instagram(dead).refresh(TOKENS))).kind, "grant_refused");
  const young = { ...TOKENS, obtained_at: NOW.toISOString() };
  assert.equal((await faultOf(instagram(dead).refresh(young))).kind, "grant_refused");
  const transient = adapterContext({ refresh_access_token: graphError(2, { is_transient: true }, 503) });
  assert.equal((await faultOf(instagram(transient).refresh(TOKENS))).kind, "transient");
});

Deno.test("professional accounts can be connected, personal ones cannot", async () => {
  const grant = { tokens: TOKENS, expires_at: null, scopes: [] };
  const { profile } = await instagram(adapterContext({ "/me": USER })).identify(grant);
  assert.deepEqual(
    [
      profile.platform_account_id,
      profile.username,
      profile.profile_url,
      profile.followers_count,
      profile.details.media_count,
    ],
    ["17841400000000000", "demo", "https://www.instagram.com/demo/", 345, 12],
  );
  const personal = adapterContext({ "/me": { ...USER, account_type: "PERSONAL" } });
  assert.equal((await faultOf(instagram(personal).identify(grant))).kind, "no_account");
});

Deno.test("media are read page by page to the end of the list, then the stories", async () => {
  const next = "https://graph.instagram.com/v26.0/1/media?access_token=IGAA-old&after=B";
  const context = adapterContext({
    "me/media": [
      { data: [media("1")], paging: { cursors: { after: "A" }, next } },
      { data: [], paging: { cursors: { after: "B" }, next } },
      { data: [media("2")], paging: { cursors: { after: "C" } } },
    ],
    "me/stories": { data: [media("3", { media_product_type: "STORY" })] },
  });
  const platform = instagram(context);
  const seen: string[] = [];
  let request = pageRequest();
  for (let step = 0; step < 4; step++) {
    const page = await platform.page(TOKENS, request);
    seen.push(
      ...page.items.map(({ platform_content_id, content_type }) => `${platform_content_id} ${content_type}`),
    );
    assert.equal(page.total, 12);
    assert.equal(page.next_cursor === null, step === 3);
    request = pageRequest({ cursor: page.next_cursor });
  }
  assert.deepEqual(seen, ["1 image", "2 image", "3 story"]);
  assert.deepEqual(context.calls.map(({ url }) => url.searchParams.get("after")), [null, "A", "B", null]);
  assert.ok(
    context.calls.every(({ url }) => !url.searchParams.has("access_token")),
    "tokens are sent in the header only",
  );
  assert.equal(context.units(), 4);
});

Deno.test("a cursor that does not advance or has expired is distinguished from the end of a list", async () => {
  const next = "https://graph.instagram.com/v26.0/1/media?after=A";
  const still = adapterContext({
    "me/media": { data: [media("1")], paging: { cursors: { after: "A" }, next } },
  });
  const cursor = { key: "media:A", list: "media", after: "A" };
  assert.equal((await faultOf(instagram(still).page(TOKENS, pageRequest({ cursor })))).kind, "malformed");
  const old = adapterContext({ "me/media": graphError(100) });
  assert.equal((await faultOf(instagram(old).page(TOKENS, pageRequest({ cursor })))).kind, "cursor_invalid");
  assert.equal((await faultOf(instagram(old).page(TOKENS, pageRequest()))).kind, "misconfigured");
});

Deno.test("look-ups omit deleted media; a result without any media counts only if the token can still read", async () => {
  const gone = graphError(100, { error_subcode: 33 });
  const some = instagram(adapterContext({ "/1": media("1"), "/2": gone }));
  assert.deepEqual(
    (await some.lookup(TOKENS, ["1", "2"], pageRequest().account)).map((item) => item.platform_content_id),
    ["1"],
  );
  const none = adapterContext({ "/2": gone, "/me": USER });
  assert.deepEqual(await instagram(none).lookup(TOKENS, ["2"], pageRequest().account), []);
  const blind = adapterContext({ "/2": gone, "/me": graphError(10, {}, 403) });
  assert.equal(
    (await faultOf(instagram(blind).lookup(TOKENS, ["2"], pageRequest().account))).kind,
    "scope_missing",
  );
});

Deno.test("a look-up judges each medium by its own response", async () => {
  const unread: string[] = [];
  const context = adapterContext({
    "/1": media("1"),
    "/2": graphError(100, {
      type: "GraphMethodException",
      message: "Unsupported get request. Object with ID '2' does not exist",
    }),
    "/3": graphError(10, {}, 403),
    "/4": graphError(25, { error_subcode: 2_207_050 }),
    "/5": graphError(1, {}, 500),
    "/me": USER,
  });
  const found = await instagram(context).lookup(
    TOKENS,
    ["1", "2", "3", "4", "5"],
    pageRequest().account,
    (id) => unread.push(id),
  );
  assert.deepEqual(found.map((item) => item.platform_content_id), ["1"]);
  assert.deepEqual(unread.toSorted(), ["3", "4", "5"], "2 is deleted");
  const dead = () => graphError(190);
  const some = adapterContext({ "/1": media("1"), "/2": dead() });
  unread.length = 0;
  await instagram(some).lookup(TOKENS, ["1", "2"], pageRequest().account, (id) => unread.push(id));
  assert.deepEqual(unread, ["2"], "the token has just read another medium");
  const none = adapterContext({ "/1": dead(), "/2": dead() });
  const whole = instagram(none).lookup(TOKENS, ["1", "2"], pageRequest().account, () => {});
  assert.equal((await faultOf(whole)).kind, "token_expired");
});

const insightsOf = (views: number, shares: number) => ({
  data: [
    { name: "views", period: "lifetime", values: [{ value: views }] },
    { name: "shares", period: "lifetime", total_value: { value: shares } },
  ],
});

/** Returns a page request for an account whose insights are in this state. */
function measured(insights: string): PageRequest {
  const request = pageRequest();
  return { ...request, account: { ...request.account, details: { ...request.account.details, insights } } };
}

const asked = ({ calls }: { calls: { url: URL }[] }) =>
  calls.flatMap(({ url }) => /([^/]+)\/insights$/.exec(url.pathname)?.[1] ?? []);

Deno.test("the first sync run reads views and shares of all media, and its completion is recorded", async () => {
  const context = adapterContext({
    "/new/insights": insightsOf(1_234, 5),
    "/old/insights": { data: [] },
    "me/media": { data: [media("new"), media("old", { timestamp: "2020-01-01T12:00:00+0000" })] },
    "me/stories": { data: [] },
    "/me": USER,
  });
  const platform = instagram(context);
  const first = await platform.page(TOKENS, measured("unread"));
  assert.deepEqual(first.items.map(({ views_count, shares_count }) => [views_count, shares_count]), [
    [1_234, 5],
    [null, null],
  ]);
  assert.equal(
    context.calls.find(({ url }) => url.pathname.endsWith("insights"))?.url.search,
    "?metric=views%2Cshares",
  );
  assert.equal(first.account, null, "not recorded before the last page");
  const last = await platform.page(TOKENS, { ...measured("unread"), cursor: first.next_cursor });
  assert.deepEqual([last.next_cursor, last.account], [null, { details: { insights: "read" } }]);
});

Deno.test("later sync runs read insights of new media every time, and of each old one once in thirty days", async () => {
  const old = Array.from(
    { length: 60 },
    (_, n) => media(`old${n}`, { timestamp: "2020-01-01T12:00:00+0000" }),
  );
  for (const hours of [6, 24, 7 * 24]) {
    const seen: string[] = [];
    let read_at = NOW.toISOString();
    for (let hour = hours; hour <= 30 * 24 || hours > 24 && hour <= 35 * 24; hour += hours) {
      const now = new Date(NOW.getTime() + hour * 3_600_000);
      const fresh = media("new", { timestamp: now.toISOString() });
      const next = { cursors: { after: "A" }, next: "https://graph.instagram.com/v26.0/1/media?after=A" };
      const context = adapterContext({
        insights: insightsOf(7, 0),
        "me/media": [{ data: [fresh, ...old.slice(0, 30)], paging: next }, { data: old.slice(30) }],
        "/me": USER,
      });
      const platform = instagram({ ...context, now: () => now });
      const request = measured("read");
      request.account.details.read_at = read_at;
      const { account, next_cursor } = await platform.page(TOKENS, request);
      read_at = String(account?.details.read_at ?? read_at);
      await platform.page(TOKENS, { ...measured("read"), cursor: next_cursor });
      const [first, ...rest] = asked(context);
      assert.equal(first, "new");
      seen.push(...rest);
    }
    const once = new Set(seen);
    assert.deepEqual(
      [...once].toSorted(),
      old.map(({ id }) => id).toSorted(),
      `a sync run every ${hours} hours`,
    );
    if (hours <= 24) assert.equal(seen.length, once.size, `a sync run every ${hours} hours reads none twice`);
  }
});

Deno.test("insights are requested only if they were granted", async () => {
  for (const state of ["refused", ""]) {
    const context = adapterContext({ "me/media": { data: [media("1")] } });
    await instagram(context).page(TOKENS, measured(state));
    assert.deepEqual(asked(context), []);
  }
  const states = async (scopes: string[]) =>
    (await instagram(adapterContext({ "/me": USER })).identify({ tokens: TOKENS, expires_at: null, scopes }))
      .profile.details.insights;
  const context = adapterContext({});
  const asks = (INSTAGRAM_INSIGHTS: "ask" | "off") =>
    instagram({ ...context, settings: adapterSettings({ INSTAGRAM_INSIGHTS }) }).authorization.scopes;
  assert.deepEqual(asks("ask"), ["instagram_business_basic", "instagram_business_manage_insights"]);
  assert.deepEqual(
    asks("off"),
    ["instagram_business_basic"],
    "for an app that Meta has not approved for insights",
  );
  assert.equal(await states(["instagram_business_basic"]), "refused");
  assert.equal(await states(["instagram_business_basic", "instagram_business_manage_insights"]), "unread");
});

Deno.test("a page is returned whatever happens to its insights", async () => {
  const page = (insights: Response, list = "media") => {
    const context = adapterContext({
      "/1/insights": insights,
      insights: insightsOf(7, 1),
      [`me/${list}`]: { data: Array.from({ length: 25 }, (_, n) => media(String(n + 1))) },
    });
    const cursor = list === "media" ? null : { key: "stories:", list };
    return instagram(context).page(TOKENS, { ...measured("read"), cursor })
      .then(({ items }) => ({ items, asked: new Set(asked(context)).size }));
  };
  const told = (items: { views_count: number | null }[]) =>
    items.filter(({ views_count }) => views_count === 7).length;

  // The refusal concerns a single medium: the others are still read.
  for (
    const refusal of [graphError(100, { error_subcode: 2_108_006 }), graphError(100, { error_subcode: 33 })]
  ) {
    const { items, asked } = await page(refusal);
    assert.deepEqual([items.length, told(items), asked], [25, 24, 25]);
  }
  const none = adapterContext({
    insights: graphError(100),
    "me/media": { data: Array.from({ length: 25 }, (_, n) => media(String(n + 1))) },
  });
  const { items } = await instagram(none).page(TOKENS, measured("read"));
  assert.deepEqual(
    [items.length, asked(none).length],
    [25, 10],
    "after ten refusals, no more insights are requested",
  );
  assert.ok(none.lines.some((line) => line.includes("insights left out")), "the log reports it");

  const unseen = await page(graphError(10), "stories");
  assert.deepEqual([unseen.items.length, told(unseen.items)], [25, 24], "too few viewers of one story");

  // The refusal concerns all media: no more are requested.
  const faults = [
    graphError(10, {}, 403),
    graphError(4, {}, 403),
    graphError(190),
    new Response("{", { status: 200 }),
  ];
  for (const fault of faults) {
    const { items, asked } = await page(fault);
    assert.deepEqual([items.length, told(items), asked], [25, 9, 10]);
  }
});

Deno.test("every kind of medium maps to its content type, thumbnail and parts", () => {
  const types: [Partial<Media>, string][] = [
    [{}, "image"],
    [{ media_type: "CAROUSEL_ALBUM" }, "carousel"],
    [{ media_type: "VIDEO", media_product_type: "REELS" }, "reel"],
    [{ media_type: "VIDEO", media_product_type: "FEED" }, "short_video"],
    [{ media_type: "VIDEO", media_product_type: "IGTV" }, "long_video"],
    [{ media_type: "VIDEO", media_product_type: "STORY" }, "story"],
    [{ media_type: "IMAGE", media_product_type: "AD" }, "image"],
  ];
  for (const [about, type] of types) assert.equal(itemOf(media("1", about), false).content_type, type);
  assert.equal(itemOf(media("1"), true).content_type, "story");

  const reel = itemOf(
    media("1", {
      media_type: "VIDEO",
      media_product_type: "REELS",
      media_url: undefined,
      thumbnail_url: "https://scontent.example/t.jpg",
      caption: "Hi #Demo 🎉\n\nשלום #日本",
      like_count: undefined,
    }),
    false,
  );
  assert.deepEqual(
    [
      reel.title,
      reel.hashtags,
      reel.thumbnail_url,
      reel.likes_count,
      reel.views_count,
      reel.published_at,
      reel.media,
    ],
    [
      "Hi #Demo 🎉",
      ["demo", "日本"],
      "https://scontent.example/t.jpg",
      null,
      null,
      "2026-11-01T12:00:00.000Z",
      undefined,
    ],
  );

  const children = {
    data: [{ id: "c1", media_type: "IMAGE", media_url: "https://x.example/1.jpg" }, {
      id: "c2",
      media_type: "VIDEO",
      media_url: "https://x.example/2.mp4",
      thumbnail_url: "https://x.example/2.jpg",
      alt_text: "Two",
    }],
  };
  const carousel = itemOf(
    media("1", { media_type: "CAROUSEL_ALBUM", media_url: undefined, children }),
    false,
  );
  assert.equal(carousel.thumbnail_url, "https://x.example/1.jpg");
  assert.deepEqual(
    carousel.media?.map((
      { position, kind, platform_media_id, url, thumbnail_url, alt_text },
    ) => [position, kind, platform_media_id, url, thumbnail_url, alt_text]),
    [
      [0, "image", "c1", "https://x.example/1.jpg", "https://x.example/1.jpg", null],
      [1, "video", "c2", "https://x.example/2.mp4", "https://x.example/2.jpg", "Two"],
    ],
  );
});

Deno.test("a title is the first line of the caption, cut at a word", () => {
  const title = (caption: string) => itemOf(media("1", { caption }), false).title;
  assert.equal(title("\n\n  First line \nsecond"), "First line");
  assert.equal(title(""), "");
  const long = title(`${"word ".repeat(40)}`);
  assert.ok(long.length <= 100 && long.endsWith("word…"), long);
  assert.equal(title("日".repeat(150)).length, 100);
  assert.ok(title(`${"x".repeat(98)}😀😀`).isWellFormed());
});

Deno.test({
  name: "recorded media become valid items",
  ignore: FIXTURES === null,
  fn() {
    const files = [
      "users/medias_p1",
      "users/medias_p2",
      "users/stories",
      "users/tagged_medias",
      "discovery/medias_p1",
    ];
    for (const file of files) {
      const recorded = fixture(`instagram/apidata/${file}.json`);
      const list = (recorded.data ??
        (recorded.business_discovery as { media: { data: unknown[] } }).media.data) as Media[];
      assert.ok(list.length > 0, file);
      for (const one of list) {
        const item = itemOf(one, file.endsWith("stories"));
        assert.match(item.platform_content_id, /^\d{10,20}$/);
        assert.match(item.content_type, /^(image|carousel|reel|short_video|long_video|story)$/);
        if (one.timestamp) assert.ok(item.published_at, `${file} ${one.id} has a time`);
        if (one.permalink) assert.match(String(item.permalink), /^https:\/\/(www\.)?instagram\.com\//);
      }
    }
    const album = fixture("instagram/apidata/medias/media_default.json") as unknown as Media;
    const { content_type, media: parts, title } = itemOf(album, false);
    assert.deepEqual([content_type, title, parts?.map(({ kind }) => kind)], ["carousel", "ALBUM", [
      "image",
      "image",
      "video",
    ]]);
    assert.ok(parts?.every(({ url, thumbnail_url }) => url && thumbnail_url));
  },
});
