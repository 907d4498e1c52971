import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { type Answered, type SimulatorClient, withSimulator } from "./simulator_client.ts";

const redirect_uri = "http://localhost:3000/oauth/callback";
const client = { client_key: "streamvibe-local-tiktok", client_secret: "local-tiktok-simulator" };
const fields = "fields=id,create_time,title,share_url,duration,view_count";

async function consent(
  simulator: SimulatorClient,
  account_id: string,
  changes: Record<string, string> = {},
  form: string[][] = [],
) {
  const query = new URLSearchParams({
    client_key: client.client_key,
    redirect_uri,
    response_type: "code",
    scope: "user.info.basic,video.list",
    state: "state",
    ...changes,
  });
  const response = await fetch(`${simulator.url}/www.tiktok.com/v2/auth/authorize/?${query}`, {
    method: "POST",
    headers: { accept: "application/json" },
    body: new URLSearchParams([["account", account_id], ["decision", "allow"], ...form]),
  });
  if (!response.ok) {
    await response.body?.cancel();
    return new URLSearchParams({ status: String(response.status) });
  }
  return new URL((await response.json()).location).searchParams;
}

async function oauth(
  simulator: SimulatorClient,
  form: Record<string, string>,
  path = "token",
): Promise<Answered> {
  const response = await fetch(`${simulator.url}/open.tiktokapis.com/v2/oauth/${path}/`, {
    method: "POST",
    body: new URLSearchParams({ ...client, ...form }),
  });
  const text = await response.text();
  return { status: response.status, ...(text === "" ? {} : JSON.parse(text)) };
}

async function api(
  simulator: SimulatorClient,
  path: string,
  token: string,
  body?: unknown,
): Promise<Answered> {
  const response = await fetch(`${simulator.url}/open.tiktokapis.com/v2/${path}`, {
    method: body === undefined ? "GET" : "POST",
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, ...await response.json() };
}

Deno.test("TikTok: every response has an error object, whose code is ok on success", () =>
  withSimulator(async (simulator) => {
    const account_id = await simulator.account("tiktok", { items: 3, plain: true });
    const { access_token } = await simulator.issue("tiktok", account_id);
    const user = await api(simulator, "user/info/?fields=open_id,display_name,video_count", access_token);
    assert.deepEqual([user.status, user.error.code, user.data.user.open_id, user.data.user.video_count], [
      200,
      "ok",
      account_id,
      3,
    ]);
    const list = await api(simulator, `video/list/?${fields}`, access_token, { max_count: 20 });
    assert.deepEqual([list.error.code, list.data.videos.length, list.data.has_more], ["ok", 3, false]);
    assert.match(list.data.videos[0].id, /^\d{19}$/);
    assert.deepEqual(Object.keys(list.data.videos[0]), fields.replace("fields=", "").split(","));
    const refusals: [path: string, body: unknown, status: number, code: string][] = [
      ["video/list/", { max_count: 20 }, 400, "invalid_params"],
      [`video/list/?${fields}`, { max_count: 21 }, 400, "invalid_params"],
      [`video/list/?${fields}`, { cursor: "yesterday" }, 400, "invalid_params"],
      [`video/query/?${fields}`, { filters: { video_ids: Array(21).fill("1") } }, 400, "invalid_params"],
    ];
    for (const [path, body, status, code] of refusals) {
      const answer = await api(simulator, path, access_token, body);
      assert.deepEqual([answer.status, answer.error.code], [status, code], path);
    }
    assert.equal(
      (await api(simulator, `video/list/?${fields}`, "act.no", {})).error.code,
      "access_token_invalid",
    );
  }));

Deno.test("TikTok: pages go from newest to oldest and may be short or empty while more follow", () =>
  withSimulator(async (simulator) => {
    const account_id = await simulator.account("tiktok", { items: 60, plain: true });
    const { items } = await simulator.admin("GET", `tiktok/accounts/${account_id}/items`);
    for (const { id } of items.slice(20, 40)) {
      await simulator.admin("PATCH", `tiktok/accounts/${account_id}/items/${id}`, { hidden: true });
    }
    const { access_token } = await simulator.issue("tiktok", account_id);
    const pages: string[][] = [];
    let cursor: number | undefined;
    for (;;) {
      const { data } = await api(simulator, `video/list/?${fields}`, access_token, {
        max_count: 20,
        ...(cursor ? { cursor } : {}),
      });
      pages.push(data.videos.map(({ id }: { id: string }) => id));
      if (!data.has_more) break;
      assert.equal(String(data.cursor).length, 13, "milliseconds");
      cursor = data.cursor;
    }
    assert.deepEqual(pages.map((page) => page.length), [20, 0, 20]);
    const shown = items.filter((_: unknown, index: number) => index < 20 || index >= 40).map((
      { id }: { id: string },
    ) => id);
    assert.deepEqual(pages.flat(), shown);
    const hidden = await api(simulator, `video/query/?${fields}`, access_token, {
      filters: { video_ids: [items[25].id, items[0].id] },
    });
    assert.deepEqual(hidden.data.videos.map(({ id }: { id: string }) => id), [items[0].id]);
  }));

Deno.test("TikTok: the whole call is refused if the scope of one field is missing", () =>
  withSimulator(async (simulator) => {
    const account_id = await simulator.account("tiktok", { items: 1 });
    const { access_token } = await simulator.issue("tiktok", account_id, ["user.info.basic"]);
    assert.equal((await api(simulator, "user/info/?fields=open_id", access_token)).error.code, "ok");
    const more = await api(simulator, "user/info/?fields=open_id,follower_count", access_token);
    assert.deepEqual([more.status, more.error.code], [401, "scope_not_authorized"]);
    assert.equal(
      (await api(simulator, `video/list/?${fields}`, access_token, {})).error.code,
      "scope_not_authorized",
    );
  }));

Deno.test("TikTok: consent is granular, has no PKCE, and its errors are flat with status 200", () =>
  withSimulator(async (simulator) => {
    const account_id = await simulator.account("tiktok", { items: 1 });
    assert.equal((await consent(simulator, account_id, { client_key: "other" })).get("status"), "400");
    assert.equal(
      (await consent(simulator, account_id, { scope: "everything" })).get("error"),
      "invalid_scope",
    );
    const some = await consent(simulator, account_id, {}, [["granular", "1"], ["scope", "user.info.basic"]]);
    assert.equal(some.get("scopes"), "user.info.basic");
    const form = { grant_type: "authorization_code", code: some.get("code") ?? "", redirect_uri };
    const answer = await oauth(simulator, form);
    assert.deepEqual(
      [answer.status, answer.expires_in, answer.refresh_expires_in, answer.open_id, answer.scope],
      [200, 7_200, 15_552_000, account_id, "user.info.basic"],
    );
    const again = await oauth(simulator, form);
    assert.deepEqual([again.status, again.error], [200, "invalid_grant"]);
    assert.ok(again.log_id);
    const verifier = await oauth(simulator, { ...form, code_verifier: "v" });
    assert.equal(verifier.error, "invalid_request");
    assert.equal((await oauth(simulator, { ...form, client_secret: "no" })).error, "invalid_client");
    assert.equal((await oauth(simulator, { ...form, client_id: "no" })).error, "invalid_request");
  }));

Deno.test("TikTok: a refresh invalidates the refresh token that it used; every refresh token expires after half a year", () =>
  withSimulator(async (simulator) => {
    const account_id = await simulator.account("tiktok", { items: 1 });
    const { refresh_token } = await simulator.issue("tiktok", account_id);
    const refresh = (token: string) =>
      oauth(simulator, { grant_type: "refresh_token", refresh_token: token });
    const fresh = await refresh(refresh_token);
    assert.notEqual(fresh.refresh_token, refresh_token);
    assert.equal((await refresh(refresh_token)).error, "invalid_grant");
    await simulator.admin("POST", "clock", { advance_seconds: 179 * 86_400 });
    const later = await refresh(fresh.refresh_token);
    assert.ok(later.access_token);
    await simulator.admin("POST", "clock", { advance_seconds: 181 * 86_400 });
    assert.equal((await refresh(later.refresh_token)).error, "invalid_grant");
  }));

Deno.test("TikTok: revoking an access token ends the whole authorization; revoking an invalid one is refused", () =>
  withSimulator(async (simulator) => {
    const account_id = await simulator.account("tiktok", { items: 1 });
    const pair = await simulator.issue("tiktok", account_id);
    assert.equal((await oauth(simulator, { token: pair.refresh_token }, "revoke")).error, "invalid_request");
    assert.deepEqual(await oauth(simulator, { token: pair.access_token }, "revoke"), { status: 200 });
    assert.equal((await oauth(simulator, { token: pair.access_token }, "revoke")).error, "invalid_request");
    const refresh = await oauth(simulator, {
      grant_type: "refresh_token",
      refresh_token: pair.refresh_token,
    });
    assert.equal(refresh.error, "invalid_grant");
  }));

Deno.test("TikTok: the limit of calls per minute uses a sliding window", () =>
  withSimulator(async (simulator) => {
    const account_id = await simulator.account("tiktok", { items: 1 });
    const { access_token } = await simulator.issue("tiktok", account_id);
    await simulator.admin("PUT", "tiktok/quota", { account_id, limit: 2 });
    const call = () => api(simulator, `video/list/?${fields}`, access_token, {});
    await call();
    await simulator.admin("POST", "clock", { advance_seconds: 40 });
    await call();
    const refused = await call();
    assert.deepEqual([refused.status, refused.error.code], [429, "rate_limit_exceeded"]);
    await simulator.admin("POST", "clock", { advance_seconds: 21 });
    assert.equal((await call()).error.code, "ok");
    assert.equal((await call()).error.code, "rate_limit_exceeded");
  }));

Deno.test("TikTok: webhooks are signed over timestamp and body, can be repeated, and get a wrong signature on request", () =>
  withSimulator(async (simulator) => {
    const received: { signature: string; body: string }[] = [];
    const receiver = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
      received.push({ signature: request.headers.get("tiktok-signature") ?? "", body: await request.text() });
      return new Response();
    });
    try {
      const account_id = await simulator.account("tiktok", { items: 1 });
      await simulator.admin("POST", "tiktok/webhooks", { account_id }, [409]);
      await simulator.admin("PUT", "tiktok/webhooks", { url: `http://127.0.0.1:${receiver.addr.port}/` });
      const sent = await simulator.admin("POST", "tiktok/webhooks", { account_id, times: 2 });
      assert.deepEqual(sent.answers.map(({ status }: { status: number }) => status), [200, 200]);
      await simulator.admin("POST", "tiktok/webhooks", { account_id, secret: "wrong" });
      const isRight = ({ signature, body }: { signature: string; body: string }) => {
        const [, time = "", given = ""] = /^t=(\d+),s=([0-9a-f]{64})$/.exec(signature) ?? [];
        return given === createHmac("sha256", client.client_secret).update(`${time}.${body}`).digest("hex");
      };
      assert.deepEqual(received.map(isRight), [true, true, false]);
      const event = JSON.parse(received[0]?.body ?? "");
      assert.deepEqual([event.event, event.user_openid, JSON.parse(event.content)], [
        "authorization.removed",
        account_id,
        { reason: 1 },
      ]);
    } finally {
      await receiver.shutdown();
    }
  }));
