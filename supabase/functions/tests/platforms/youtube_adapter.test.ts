import assert from "node:assert/strict";
import { type FaultKind } from "../../_shared/platforms/platform.ts";
import { youtube } from "../../_shared/platforms/youtube/adapter.ts";
import { itemOf } from "../../_shared/platforms/youtube/items.ts";
import type { Video } from "../../_shared/platforms/youtube/schemas.ts";
import { adapterContext, faultOf, NOW, requestsOf, type Scripted } from "../support/adapter_context.ts";

const TOKENS = { access_token: "ya29.adapter", refresh_token: "1//adapter" };

const ACCOUNT = {
  platform_account_id: "UCx",
  details: { uploads: "UUx", etag: "c1", read_at: NOW.toISOString() },
};
const pageRequest = requestsOf(ACCOUNT);

function playlist(ids: string[], about: Record<string, unknown> = {}) {
  return {
    etag: "p1",
    pageInfo: { totalResults: ids.length, resultsPerPage: 50 },
    items: ids.map((videoId) => ({ contentDetails: { videoId } })),
    ...about,
  };
}

function video(id: string, about: Partial<Video> = {}): Video {
  return {
    id,
    snippet: { publishedAt: "2026-10-01T12:00:00Z", title: `Title ${id}`, description: "", categoryId: "22" },
    contentDetails: { duration: "PT10M" },
    status: { uploadStatus: "processed", privacyStatus: "public" },
    statistics: { viewCount: "1000", likeCount: "50", commentCount: "3" },
    ...about,
  };
}

function googleError(status: number, reason: string, about: Record<string, unknown> = {}): Response {
  return Response.json({
    error: { code: status, message: "No", errors: [{ reason, domain: "global" }], ...about },
  }, { status });
}

Deno.test("a page of 50 videos takes two calls, and an unchanged one two conditional calls", async () => {
  const ids = Array.from({ length: 50 }, (_, index) => `v${index}`);
  const context = adapterContext({
    playlistItems: [
      playlist(ids, { nextPageToken: "T2", pageInfo: { totalResults: 80 } }),
      new Response(null, { status: 304 }),
    ],
    videos: [{ etag: "v1", items: ids.map((id) => video(id)) }, new Response(null, { status: 304 })],
  });
  const platform = youtube(context);
  const first = await platform.page(TOKENS, pageRequest());
  assert.equal(first.items.length, 50);
  assert.deepEqual(first.next_cursor, { key: "T2", total: 80 });
  assert.equal(first.account, null);
  assert.equal(context.units(), 2);

  const again = await platform.page(TOKENS, pageRequest({ remembered: first }));
  assert.equal(again.unchanged, true);
  assert.deepEqual(again.items, []);
  assert.deepEqual(again.present_ids, ids);
  assert.deepEqual(again.next_cursor, first.next_cursor);
  assert.deepEqual(context.calls.slice(2).map(({ headers }) => headers.get("if-none-match")), [
    '"p1"',
    '"v1"',
  ]);
  assert.ok(context.calls.every(({ headers }) => headers.get("authorization") === "Bearer ya29.adapter"));
  assert.ok(context.calls.every(({ url }) => !url.pathname.includes("search")));
});

Deno.test("a page whose videos changed is updated although its list did not; ETags for other ids or page sizes are not sent", async () => {
  const context = adapterContext({
    playlistItems: [new Response(null, { status: 304 }), playlist(["b", "a"]), playlist(["a"])],
    videos: { etag: "v2", items: [video("a"), video("b")] },
  });
  const remembered = {
    etags: { size: 50, list: "p1", videos: "v1" },
    item_ids: ["a", "b"],
    present_ids: ["a", "b"],
    next_cursor: null,
    total: 2,
  };
  const platform = youtube(context);
  const changed = await platform.page(TOKENS, pageRequest({ remembered }));
  assert.equal(changed.unchanged, false);
  assert.equal(changed.items.length, 2);
  assert.deepEqual(changed.etags, { size: 50, list: "p1", videos: "v2" });
  await platform.page(TOKENS, pageRequest({ remembered }));
  await platform.page(TOKENS, pageRequest({ remembered, size: 10 }));
  assert.deepEqual(
    context.calls.map(({ headers }) => headers.get("if-none-match")),
    ['"p1"', '"v1"', '"p1"', null, null, null],
  );
});

Deno.test("a next page token equal to the current one is a fault", async () => {
  const still = adapterContext({
    playlistItems: playlist(["c"], { nextPageToken: "T2", pageInfo: { totalResults: 80 } }),
    videos: { items: [video("c")] },
  });
  const fault = await faultOf(youtube(still).page(TOKENS, pageRequest({ cursor: { key: "T2", total: 80 } })));
  assert.deepEqual([fault.kind, fault.reason], ["malformed", "the list stands still"]);
  assert.match(String(fault.advice), /returned to a page/);
});

Deno.test("a request that is too large fails at once, without retries", async () => {
  for (const heavy of [googleError(403, "responseTooLarge"), new Response("too large", { status: 413 })]) {
    const context = adapterContext({ playlistItems: heavy });
    assert.equal((await faultOf(youtube(context).page(TOKENS, pageRequest()))).kind, "too_heavy");
    assert.equal(context.calls.length, 1);
  }
});

Deno.test("listed videos that are not available are not present; repeated ids count once", async () => {
  const context = adapterContext({
    playlistItems: playlist(["a", "gone", "a", "refused"]),
    videos: { items: [video("a"), video("refused", { status: { uploadStatus: "rejected" } })] },
  });
  const page = await youtube(context).page(TOKENS, pageRequest());
  assert.deepEqual(page.item_ids, ["a", "gone", "refused"]);
  assert.deepEqual(page.present_ids, ["a"]);
  assert.equal(context.calls[1]?.url.searchParams.get("id"), "a,gone,refused");
});

Deno.test("the channel is read with its ETag when its figures are a day old, and never in the middle of a sync run", async () => {
  const old = { ...ACCOUNT, details: { ...ACCOUNT.details, read_at: "2026-11-18T12:00:00Z" } };
  const context = adapterContext({
    channels: [
      new Response(null, { status: 304 }),
      {
        etag: "c2",
        items: [{
          id: "UCx",
          snippet: { title: "New", customUrl: "@new" },
          statistics: { subscriberCount: "12" },
          contentDetails: { relatedPlaylists: { uploads: "UUx" } },
        }],
      },
    ],
    playlistItems: playlist([]),
  });
  const platform = youtube(context);
  const same = await platform.page(TOKENS, pageRequest({ account: old }));
  assert.equal(same.account?.followers_count, null);
  assert.equal(same.account?.details.read_at, NOW.toISOString());
  assert.equal(context.calls[0]?.headers.get("if-none-match"), '"c1"');
  const fresh = await platform.page(TOKENS, pageRequest({ account: old }));
  assert.deepEqual(
    [fresh.account?.followers_count, fresh.account?.username, fresh.account?.profile_url],
    [12, "@new", "https://www.youtube.com/@new"],
  );
  const before = context.calls.length;
  await platform.page(
    TOKENS,
    pageRequest({ account: old, cursor: { key: "T2", total: 3 }, may_restart: false }),
  );
  assert.ok(context.calls.slice(before).every(({ url }) => !url.pathname.endsWith("channels")));
});

Deno.test("a channel without uploads is an empty library, a closed one is a fault", async () => {
  const channel = { id: "UCx", contentDetails: { relatedPlaylists: { uploads: "UUx" } } };
  const empty = adapterContext({
    playlistItems: googleError(404, "playlistNotFound"),
    channels: { items: [channel] },
  });
  const page = await youtube(empty).page(TOKENS, pageRequest());
  assert.deepEqual([page.items, page.next_cursor, page.total], [[], null, 0]);

  const closed = adapterContext({
    playlistItems: googleError(404, "playlistNotFound"),
    channels: { pageInfo: { totalResults: 0 } },
  });
  assert.equal((await faultOf(youtube(closed).page(TOKENS, pageRequest()))).kind, "account_gone");
});

Deno.test("an empty page of a list that reports entries is requested twice", async () => {
  const context = adapterContext({
    playlistItems: [playlist([], { pageInfo: { totalResults: 1 } }), playlist(["a"])],
    videos: { items: [video("a")] },
  });
  assert.equal((await youtube(context).page(TOKENS, pageRequest())).items.length, 1);
});

Deno.test("a list that became shorter is restarted while that is allowed", async () => {
  const context = adapterContext({
    playlistItems: playlist(["a"], { pageInfo: { totalResults: 79 } }),
    videos: { items: [video("a")] },
  });
  const cursor = { key: "T2", total: 80 };
  const fault = await faultOf(youtube(context).page(TOKENS, pageRequest({ cursor })));
  assert.equal(fault.kind, "cursor_invalid");
  assert.equal(context.calls.length, 1, "no call is spent on videos that will be read again");
  assert.equal(
    (await youtube(context).page(TOKENS, pageRequest({ cursor, may_restart: false }))).items.length,
    1,
  );
});

Deno.test("every fault is classified", async (test) => {
  const daily = {
    status: "RESOURCE_EXHAUSTED",
    details: [{
      reason: "RATE_LIMIT_EXCEEDED",
      metadata: { quota_limit: "defaultListPerDayPerProject", quota_unit: "1/d/{project}" },
    }],
  };
  const midnight = "2026-11-21T08:00:00.000Z";
  const cases: [string, () => Scripted, FaultKind, string | null][] = [
    ["401", () => googleError(401, "authError"), "token_expired", null],
    ["401 without a channel", () => googleError(401, "youtubeSignupRequired"), "no_account", null],
    ["403 quota", () => googleError(403, "quotaExceeded"), "quota_exhausted", midnight],
    ["403 scope", () => googleError(403, "insufficientPermissions"), "scope_missing", null],
    [
      "403 scope, new form",
      () => googleError(403, "x", { details: [{ reason: "ACCESS_TOKEN_SCOPE_INSUFFICIENT" }] }),
      "scope_missing",
      null,
    ],
    ["403 not configured", () => googleError(403, "accessNotConfigured"), "misconfigured", null],
    ["403 closed", () => googleError(403, "channelClosed"), "account_gone", null],
    ["403 suspended", () => googleError(403, "authenticatedUserAccountSuspended"), "account_gone", null],
    ["403 with an unknown reason", () => googleError(403, "somethingNew"), "transient", null],
    [
      "403 with a reason named like an Object.prototype member",
      () => googleError(403, "constructor"),
      "transient",
      null,
    ],
    ["404 with an unknown reason", () => new Response("<html>", { status: 404 }), "transient", null],
    ["400 page token", () => googleError(400, "invalidPageToken"), "cursor_invalid", null],
    ["400 with another reason", () => googleError(400, "missingRequiredParameter"), "misconfigured", null],
    [
      "429 for the daily quota",
      () => googleError(429, "rateLimitExceeded", daily),
      "quota_exhausted",
      midnight,
    ],
    [
      "429 with a wait",
      () => new Response("{}", { status: 429, headers: { "retry-after": "120" } }),
      "transient",
      "2026-11-20T12:02:00.000Z",
    ],
    [
      "malformed",
      () => new Response('{"items": [', { headers: { "content-type": "application/json" } }),
      "malformed",
      null,
    ],
    ["unexpected shape", () => ({ items: "none" }), "malformed", null],
    ["304 to an unconditional request", () => new Response(null, { status: 304 }), "malformed", null],
  ];
  for (const [name, scripted, kind, retry_at] of cases) {
    await test.step(name, async () => {
      const fault = await faultOf(
        youtube(adapterContext({ playlistItems: scripted() })).page(TOKENS, pageRequest()),
      );
      assert.deepEqual([fault.kind, fault.retry_at?.toISOString() ?? null], [kind, retry_at]);
    });
  }
});

Deno.test("a 304 to an unconditional request for videos is malformed", async () => {
  const context = adapterContext({
    playlistItems: playlist(["a"]),
    videos: new Response(null, { status: 304 }),
  });
  assert.equal((await faultOf(youtube(context).page(TOKENS, pageRequest()))).kind, "malformed");
});

Deno.test("transient errors are retried a few times", async () => {
  const context = adapterContext({
    playlistItems: [googleError(500, "backendError"), new TypeError("connection reset"), playlist(["a"])],
    videos: [new Response('{"ite'), { items: [video("a")] }],
  });
  assert.equal((await youtube(context).page(TOKENS, pageRequest())).items.length, 1);
  assert.equal(context.units(), 5, "every attempt counts against the quota");
  const down = adapterContext({ playlistItems: new TypeError("connection reset") });
  assert.equal((await faultOf(youtube(down).page(TOKENS, pageRequest()))).kind, "transient");
  assert.equal(down.calls.length, 3);
});

Deno.test("a video becomes a row that fits the table", () => {
  const item = itemOf(video("abc", {
    snippet: {
      publishedAt: "2026-10-01T12:00:00Z",
      title: " My\0 #Trip\ud800 ",
      description: "see https://x.example/#part #Lisboa",
      tags: ["Travel", "travel", "Lisbon"],
      categoryId: "19",
      defaultLanguage: "pt-BR",
      thumbnails: {
        default: { url: "https://i.example/d.jpg", width: 120 },
        medium: {},
        maxres: { url: "https://i.example/m.jpg", width: 1280 },
        uhd: { url: "https://i.example/u.jpg", width: 3840 },
      },
    },
    statistics: { viewCount: "0" },
  }));
  assert.deepEqual(item, {
    platform_content_id: "abc",
    content_type: "long_video",
    title: "My #Trip\ufffd",
    description: "see https://x.example/#part #Lisboa",
    tags: ["Travel", "Lisbon"],
    hashtags: ["trip", "lisboa"],
    thumbnail_url: "https://i.example/m.jpg",
    permalink: "https://www.youtube.com/watch?v=abc",
    visibility: "public",
    language: "pt-BR",
    duration_seconds: 600,
    published_at: "2026-10-01T12:00:00.000Z",
    views_count: 0,
    likes_count: null,
    comments_count: null,
    shares_count: null,
    platform_category: "19",
    metadata: { upload_status: "processed" },
  });
});

Deno.test("a video without details becomes a row too, and is private unless stated to be public", () => {
  const item = itemOf({ id: "abc" });
  assert.deepEqual(
    [
      item.title,
      item.visibility,
      item.duration_seconds,
      item.published_at,
      item.thumbnail_url,
      item.language,
    ],
    ["", "private", null, null, null, null],
  );
});

Deno.test("shorts last up to one minute, or up to three if tagged as shorts; broadcasts are never shorts", () => {
  const type = (duration: string, about: Partial<Video> = {}) =>
    itemOf(video("a", { contentDetails: { duration }, ...about })).content_type;
  const saying = (title: string) => ({ snippet: { title } });
  assert.deepEqual([
    type("PT60S"),
    type("PT61S"),
    type("PT2M", saying("Look #Shorts")),
    type("PT181S", saying("#shorts")),
  ], [
    "short_video",
    "long_video",
    "short_video",
    "long_video",
  ]);
  assert.equal(type("PT2M", { snippet: { title: "x", tags: ["shorts"] } }), "short_video");
  assert.equal(type("P0D"), "long_video");
  assert.equal(type("PT30S", { liveStreamingDetails: {} }), "long_video");
});

Deno.test("a login without a channel has no account, and its fault contains no token", async () => {
  const context = adapterContext({ channels: { pageInfo: { totalResults: 0 } } });
  const fault = await faultOf(youtube(context).identify({ tokens: TOKENS, expires_at: null, scopes: [] }));
  assert.equal(fault.kind, "no_account");
  context.log.error("fault", { error: fault });
  assert.ok(!context.lines.join().includes("ya29.adapter"));
});
