import assert from "node:assert/strict";
import { type FaultKind } from "../../_shared/platforms/platform.ts";
import { tiktok } from "../../_shared/platforms/tiktok/adapter.ts";
import { itemOf } from "../../_shared/platforms/tiktok/items.ts";
import type { Video } from "../../_shared/platforms/tiktok/schemas.ts";
import { fixture, FIXTURES } from "../support/fixtures.ts";
import { adapterContext, faultOf, NOW, requestsOf, type Scripted } from "../support/adapter_context.ts";

const TOKENS = { access_token: "act.adapter", refresh_token: "rft.adapter" };
const redirect_uri = "http://localhost:3000/oauth/callback";

const ALL_SCOPES = "user.info.basic,user.info.profile,user.info.stats,video.list";
const GRANT = {
  access_token: "act.new",
  expires_in: 7200,
  open_id: "_000me",
  refresh_expires_in: 15552000,
  refresh_token: "rft.new",
  scope: ALL_SCOPES,
  token_type: "Bearer",
};

const ACCOUNT = {
  platform_account_id: "_000me",
  details: { read_at: NOW.toISOString(), fields: "open_id,follower_count", videos: 2 },
};
const pageRequest = requestsOf(ACCOUNT, 20);

function answer(data: Record<string, unknown>): Scripted {
  return { data, error: { code: "ok", message: "", log_id: "1" } };
}

function refusal(status: number, code: string, message = "No"): Response {
  return Response.json({ data: {}, error: { code, message, log_id: "1" } }, { status });
}

function video(id: string, about: Partial<Video> = {}): Video {
  return {
    id,
    title: "",
    video_description: `Caption ${id} #Tag`,
    create_time: 1_790_000_000,
    duration: 31,
    share_url: `https://www.tiktok.com/@me/video/${id}?utm_source=key`,
    view_count: 10,
    like_count: 2,
    comment_count: 1,
    share_count: 0,
    ...about,
  };
}

Deno.test("TikTok receives client_key, comma-separated scopes and no PKCE; a percent-encoded code is decoded", async () => {
  const context = adapterContext({ "oauth/token/": GRANT });
  const platform = tiktok(context);
  assert.equal(platform.authorization.client_id_parameter, "client_key");
  assert.equal(platform.authorization.scopes.join(platform.authorization.scope_separator), ALL_SCOPES);
  const grant = await platform.exchange({
    code: "abc%2A0%214567.e1",
    code_verifier: "v".repeat(43),
    redirect_uri,
  });
  assert.deepEqual(Object.fromEntries(context.calls[0]?.form ?? []), {
    client_key: "key",
    client_secret: "tiktok-adapter-test",
    code: "abc*0!4567.e1",
    grant_type: "authorization_code",
    redirect_uri,
  });
  assert.equal(context.calls[0]?.url.pathname, "/v2/oauth/token/");
  assert.deepEqual(grant.scopes, ALL_SCOPES.split(","));
  assert.equal(grant.expires_at?.toISOString(), "2026-11-20T14:00:00.000Z");
  assert.deepEqual([grant.tokens.access_token, grant.tokens.refresh_token], ["act.new", "rft.new"]);
});

Deno.test("an error in a token response with status 200 is recognized, in either of TikTok's shapes", async () => {
  const cases: [body: object, status: number, kind: FaultKind][] = [
    [
      { error: "invalid_grant", error_description: "Refresh token is invalid.", log_id: "1" },
      200,
      "grant_refused",
    ],
    [
      { error: "invalid_grant", error_description: "Refresh token is invalid.", log_id: "1" },
      400,
      "grant_refused",
    ],
    [{ error: "invalid_client", error_description: "Wrong", log_id: "1" }, 401, "misconfigured"],
    [{ error: "invalid_request", error_description: "Malformed", log_id: "1" }, 200, "misconfigured"],
    [{ data: {}, error: { code: "rate_limit_exceeded", message: "", log_id: "1" } }, 200, "transient"],
    [{ data: {}, error: { code: "internal_error", message: "", log_id: "1" } }, 500, "transient"],
    [{ data: {}, error: { code: "rate_limit_exceeded", message: "", log_id: "1" } }, 429, "transient"],
  ];
  for (const [body, status, kind] of cases) {
    const context = adapterContext({ "oauth/token/": Response.json(body, { status }) });
    const fault = await faultOf(tiktok(context).refresh(TOKENS));
    assert.equal(fault.kind, kind, JSON.stringify(body));
    // A failed refresh may have rotated the token, so it is not retried.
    assert.equal(context.calls.length, 1);
  }
  const context = adapterContext({
    "oauth/token/": { error: "invalid_grant", error_description: "expired", log_id: "1" },
  });
  const exchange = tiktok(context).exchange({ code: "x", code_verifier: "v".repeat(43), redirect_uri });
  assert.equal((await faultOf(exchange)).kind, "code_refused");
});

Deno.test("recorded token responses of TikTok's business API, wrapped in data, are parsed", {
  ignore: FIXTURES === null,
}, async () => {
  const context = adapterContext({
    "oauth/token/": fixture("tiktok/business/access_token/refresh_resp.json"),
  });
  const grant = await tiktok(context).refresh(TOKENS);
  assert.deepEqual([grant.tokens.access_token, grant.tokens.refresh_token], ["act.token", "rft.token"]);
  assert.equal(grant.expires_at?.getTime(), NOW.getTime() + 86_400_000);
  assert.ok(grant.scopes.includes("video.list") && grant.scopes.includes("user.info.basic"));
});

Deno.test("only fields of granted scopes are requested, and a profile without the others is valid", async () => {
  const context = adapterContext({
    "user/info/": [
      answer({
        user: {
          open_id: "_000me",
          display_name: "Me",
          avatar_url: "https://a/1",
          follower_count: 7,
          video_count: 3,
          username: "me",
        },
      }),
      answer({ user: { open_id: "_000me", display_name: "Me", avatar_url: "https://a/1" } }),
    ],
  });
  const platform = tiktok(context);
  const full = await platform.identify({ tokens: TOKENS, expires_at: null, scopes: ALL_SCOPES.split(",") });
  assert.deepEqual(
    [
      full.profile.followers_count,
      full.profile.username,
      full.profile.profile_url,
      full.profile.details.videos,
    ],
    [7, "me", "https://www.tiktok.com/@me", 3],
  );
  const less = await platform.identify({
    tokens: TOKENS,
    expires_at: null,
    scopes: ["user.info.basic", "video.list"],
  });
  assert.deepEqual([less.profile.followers_count, less.profile.username, less.profile.profile_url], [
    null,
    null,
    null,
  ]);
  const asked = context.calls.map(({ url }) => url.searchParams.get("fields"));
  assert.match(asked[0] ?? "", /follower_count/);
  assert.equal(asked[1], "open_id,avatar_url,avatar_large_url,display_name");
});

Deno.test("an account whose creator revokes an optional scope is still synced", async () => {
  const old = { ...ACCOUNT, details: { ...ACCOUNT.details, read_at: "2026-11-18T12:00:00Z" } };
  const context = adapterContext({
    "user/info/": [
      refusal(401, "scope_not_authorized"),
      answer({ user: { open_id: "_000me", display_name: "Me" } }),
    ],
    "video/list/": answer({ videos: [video("1")], cursor: 1, has_more: false }),
  });
  const page = await tiktok(context).page(TOKENS, pageRequest({ account: old }));
  assert.equal(page.items.length, 1);
  assert.equal(page.account?.details.fields, "open_id,avatar_url,avatar_large_url,display_name");
});

Deno.test("64-bit ids keep every digit, as strings and as numbers", async () => {
  const body =
    '{"data":{"videos":[{"id":7400000000000000001,"title":"at 9999999999999999999"},{"id":"7400000000000000003"}],' +
    '"cursor":1789990000000,"has_more":true},"error":{"code":"ok","message":"","log_id":"1"}}';
  const context = adapterContext({
    "video/list/": new Response(body, { headers: { "content-type": "application/json" } }),
  });
  const page = await tiktok(context).page(TOKENS, pageRequest());
  assert.deepEqual(page.item_ids, ["7400000000000000001", "7400000000000000003"]);
  assert.equal(page.items[0]?.title, "at 9999999999999999999");
  assert.deepEqual(page.next_cursor, { key: "1789990000000" });
});

Deno.test("pages continue from a cursor in milliseconds and may be empty; a cursor that does not advance is a fault", async () => {
  const context = adapterContext({
    "video/list/": [
      answer({ videos: [video("1")], cursor: 1_789_990_000_000, has_more: true }),
      answer({ videos: [], cursor: 1_789_980_000_000, has_more: true }),
      answer({ videos: [video("2")], cursor: 1_789_970_000_000, has_more: false }),
      answer({ videos: [], cursor: 1_789_980_000_000, has_more: true }),
    ],
  });
  const platform = tiktok(context);
  const first = await platform.page(TOKENS, pageRequest());
  const second = await platform.page(TOKENS, pageRequest({ cursor: first.next_cursor }));
  const third = await platform.page(TOKENS, pageRequest({ cursor: second.next_cursor }));
  assert.deepEqual([second.items.length, third.items.length, third.next_cursor], [0, 1, null]);
  const bodies = context.calls.map(({ body }) => JSON.parse(body));
  assert.deepEqual(bodies, [
    { max_count: 20 },
    { max_count: 20, cursor: 1_789_990_000_000 },
    { max_count: 20, cursor: 1_789_980_000_000 },
  ]);
  assert.ok(context.calls.every(({ url }) => url.searchParams.get("fields")?.startsWith("id,")));
  assert.ok(context.calls.every(({ headers }) => headers.get("authorization") === "Bearer act.adapter"));
  const still = platform.page(TOKENS, pageRequest({ cursor: { key: "1789980000000" } }));
  assert.equal((await faultOf(still)).kind, "malformed");
});

Deno.test("an empty list is requested twice if the account has videos, and once if it has none", async () => {
  const empty = answer({ videos: [], has_more: false });
  const hiccup = adapterContext({
    "video/list/": [empty, answer({ videos: [video("1")], has_more: false })],
  });
  assert.equal((await tiktok(hiccup).page(TOKENS, pageRequest())).items.length, 1);
  const none = { ...ACCOUNT, details: { ...ACCOUNT.details, videos: 0 } };
  const context = adapterContext({ "video/list/": empty });
  await tiktok(context).page(TOKENS, pageRequest({ account: none }));
  assert.equal(context.calls.length, 1);
});

Deno.test("a page with the same content as before is unchanged, but not if a counter differs", async () => {
  const list = answer({ videos: [video("1"), video("2")], cursor: 5, has_more: true });
  const other = answer({ videos: [video("1"), video("2", { like_count: 3 })], cursor: 5, has_more: true });
  const platform = tiktok(adapterContext({ "video/list/": [list, list, other] }));
  const first = await platform.page(TOKENS, pageRequest());
  const again = await platform.page(TOKENS, pageRequest({ remembered: first }));
  assert.deepEqual([again.unchanged, again.items, again.present_ids], [true, [], ["1", "2"]]);
  assert.deepEqual(again.next_cursor, first.next_cursor);
  const liked = await platform.page(TOKENS, pageRequest({ remembered: first }));
  assert.deepEqual([liked.unchanged, liked.items.length], [false, 2]);
});

Deno.test("a video becomes an item: type, title, links and counters", () => {
  assert.deepEqual(
    itemOf(
      video("7", {
        title: "Caption 7 #Tag",
        cover_image_url: "https://p16/x.jpeg?x-expires=1",
        width: 576,
        height: 1024,
      }),
    ),
    {
      platform_content_id: "7",
      content_type: "short_video",
      title: "Caption 7 #Tag",
      description: "Caption 7 #Tag",
      tags: [],
      hashtags: ["tag"],
      thumbnail_url: "https://p16/x.jpeg?x-expires=1",
      permalink: "https://www.tiktok.com/@me/video/7",
      visibility: "public",
      language: null,
      duration_seconds: 31,
      published_at: "2026-09-21T14:13:20.000Z",
      views_count: 10,
      likes_count: 2,
      comments_count: 1,
      shares_count: 0,
      platform_category: null,
      metadata: { width: 576, height: 1024 },
    },
  );
  assert.equal(itemOf(video("8", { duration: 181 })).content_type, "long_video");
  assert.equal(
    itemOf(video("9", { share_url: "https://www.tiktok.com/@me/photo/9", duration: 0 })).content_type,
    "carousel",
  );
  const bare = itemOf({ id: "1" });
  assert.deepEqual([bare.title, bare.views_count, bare.permalink, bare.published_at], ["", null, null, null]);
});

Deno.test("every TikTok error code maps to its fault, whatever the HTTP status", async () => {
  const cases: [status: number, code: string, message: string, kind: FaultKind][] = [
    [401, "access_token_invalid", "", "token_expired"],
    [200, "access_token_invalid", "", "token_expired"],
    [401, "scope_not_authorized", "", "scope_missing"],
    [400, "scope_permission_missed", "", "scope_missing"],
    [400, "invalid_params", "Invalid cursor.", "cursor_invalid"],
    [400, "invalid_params", "fields", "misconfigured"],
    [429, "rate_limit_exceeded", "", "transient"],
    [200, "rate_limit_exceeded", "", "transient"],
    [500, "internal_error", "", "transient"],
    [403, "something_new", "", "transient"],
  ];
  for (const [status, code, message, kind] of cases) {
    const context = adapterContext({ "video/list/": refusal(status, code, message) });
    const fault = await faultOf(tiktok(context).page(TOKENS, pageRequest()));
    assert.deepEqual([fault.kind, fault.reason], [kind, code]);
    if (code === "rate_limit_exceeded") {
      assert.equal(fault.retry_at?.getTime(), NOW.getTime() + 60_000);
      assert.equal(context.calls.length, 1, "no retry, since it would be refused within the minute");
    }
    assert.ok(!JSON.stringify(fault).includes("act.adapter"));
  }
});

Deno.test("a grant is revoked with its access token, which is refreshed first if expired; revoking a dead grant succeeds", async () => {
  const context = adapterContext({ "oauth/revoke/": new Response("", { status: 200 }) });
  await tiktok(context).revoke?.(TOKENS);
  assert.deepEqual(Object.fromEntries(context.calls[0]?.form ?? []), {
    client_key: "key",
    client_secret: "tiktok-adapter-test",
    token: "act.adapter",
  });
  const tooOld = { error: "invalid_request", error_description: "Token is invalid or expired.", log_id: "1" };
  const old = adapterContext({
    "oauth/revoke/": [tooOld, new Response("", { status: 200 })],
    "oauth/token/": GRANT,
  });
  await tiktok(old).revoke?.(TOKENS);
  assert.deepEqual(old.calls.map(({ form }) => form.get("token") ?? form.get("refresh_token")), [
    "act.adapter",
    "rft.adapter",
    "act.new",
  ]);
  const dead = adapterContext({
    "oauth/revoke/": tooOld,
    "oauth/token/": { error: "invalid_grant", error_description: "", log_id: "1" },
  });
  await tiktok(dead).revoke?.(TOKENS);
  assert.equal(dead.calls.length, 2);
});
