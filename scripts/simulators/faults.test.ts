import assert from "node:assert/strict";
import { uploadsOf, withSimulator } from "./simulator_client.ts";

const mine = "channels?part=id&mine=true";

Deno.test("a fault applies to the next matching calls, and to no more", () =>
  withSimulator(async (simulator) => {
    const channel = await simulator.channel({ items: 1 });
    const { access_token } = await simulator.tokens(channel);
    await simulator.fault("GET .*/youtube/v3/channels", { status: 503 }, { times: 2 });
    const statuses = [];
    for (let call = 0; call < 3; call++) {
      const response = await simulator.youtube(mine, access_token);
      statuses.push(response.status);
      await response.body?.cancel();
    }
    assert.deepEqual(statuses, [503, 503, 200]);
    const { faults } = await simulator.admin("GET", "faults");
    assert.deepEqual([faults[0].remaining, faults[0].hits], [0, 2]);
  }));

Deno.test("a fault of one account does not affect the others, and can skip calls first", () =>
  withSimulator(async (simulator) => {
    const [ours, theirs] = [
      await simulator.channel({ items: 120, plain: true }),
      await simulator.channel({ items: 1 }),
    ];
    const [own, other] = [await simulator.tokens(ours), await simulator.tokens(theirs)];
    await simulator.fault("/playlistItems\\?", { reason: "backendError" }, { account: ours, skip: 1 });
    const status = async (channel: string, token: string) => {
      const response = await simulator.youtube(
        `playlistItems?part=id&playlistId=${uploadsOf(channel)}`,
        token,
      );
      await response.body?.cancel();
      return response.status;
    };
    assert.equal(await status(theirs, other.access_token), 200);
    assert.equal(await status(ours, own.access_token), 200);
    assert.equal(await status(theirs, other.access_token), 200);
    assert.equal(await status(ours, own.access_token), 500);
    assert.equal(await status(ours, own.access_token), 200);
  }));

Deno.test("a fault of an account also applies to its token refresh", () =>
  withSimulator(async (simulator) => {
    const channel = await simulator.channel({ items: 1 });
    const { refresh_token } = await simulator.connect(channel);
    await simulator.fault("POST /oauth2.googleapis.com/token", { token: "revoked" }, { account: channel });
    const dead = await simulator.refresh(refresh_token);
    assert.equal(dead.status, 400);
    assert.equal((await dead.json()).error, "invalid_grant");
    const alive = await simulator.refresh(refresh_token);
    assert.equal(alive.status, 200);
    await alive.body?.cancel();
  }));

Deno.test("failures have the provider's own format, by reason or by status", () =>
  withSimulator(async (simulator) => {
    const channel = await simulator.channel({ items: 1 });
    const { access_token } = await simulator.tokens(channel);
    const wanted: [Record<string, unknown>, number, string][] = [
      [{ reason: "quotaExceeded" }, 403, "quotaExceeded"],
      [{ reason: "rateLimitExceeded" }, 429, "rateLimitExceeded"],
      [{ reason: "authenticatedUserAccountSuspended" }, 403, "authenticatedUserAccountSuspended"],
      [{ reason: "youtubeSignupRequired" }, 401, "youtubeSignupRequired"],
      [{ reason: "accessNotConfigured" }, 403, "accessNotConfigured"],
      [{ status: 401 }, 401, "authError"],
      [{ status: 429, headers: { "retry-after": "7" } }, 429, "rateLimitExceeded"],
      [{ status: 500 }, 500, "internalError"],
      [{ token: "expired" }, 401, "authError"],
    ];
    for (const [fault, status, reason] of wanted) {
      await simulator.fault("/channels", fault);
      const response = await simulator.youtube(mine, access_token);
      assert.equal(response.status, status);
      if ("headers" in fault) assert.equal(response.headers.get("retry-after"), "7");
      const { error } = await response.json();
      assert.equal(error.errors[0].reason, reason);
    }
    await simulator.fault("/channels", { status: 200, body: { error: "in a 200" } });
    const strange = await simulator.youtube(mine, access_token);
    assert.deepEqual([strange.status, await strange.json()], [200, { error: "in a 200" }]);
    await simulator.fault("/channels", { status: 502 });
    const proxy = await simulator.youtube(mine, access_token);
    assert.equal(proxy.headers.get("content-type"), "text/html; charset=UTF-8");
    assert.match(await proxy.text(), /^<!DOCTYPE html>/);
    await simulator.fault("/channels", { headers: { "x-more": "1" } });
    const more = await simulator.youtube(mine, access_token);
    assert.equal(more.headers.get("x-more"), "1");
    assert.equal((await more.json()).items[0].id, channel);
  }));

Deno.test("a connection cut before the response fails the call", () =>
  withSimulator(async (simulator) => {
    const channel = await simulator.channel({ items: 1 });
    const { access_token } = await simulator.tokens(channel);
    await simulator.fault("/channels", { cut: true });
    await assert.rejects(() => simulator.youtube(mine, access_token), TypeError);
    await simulator.list(mine, access_token);
  }));

Deno.test("a client that kept its connection open sees a cut, and each cut counts once", () =>
  withSimulator(async (simulator) => {
    const channel = await simulator.channel({ items: 1 });
    const { access_token } = await simulator.tokens(channel);
    const client = Deno.createHttpClient({});
    const headers = { authorization: `Bearer ${access_token}` };
    const url = `${simulator.url}/www.googleapis.com/youtube/v3/${mine}`;
    try {
      for (let time = 0; time < 5; time++) {
        for (let call = 0; call < 3; call++) await (await fetch(url, { client, headers })).text();
        await simulator.fault("/channels", { cut: true });
        await assert.rejects(() => fetch(url, { client, headers }), TypeError);
      }
    } finally {
      client.close();
    }
    const { counts } = await simulator.admin("GET", "requests");
    assert.deepEqual(counts, {
      "GET /www.googleapis.com/youtube/v3/channels 0": 5,
      "GET /www.googleapis.com/youtube/v3/channels 200": 15,
    });
  }));

Deno.test("a connection cut after the headers or within the body fails the reading of the body", () =>
  withSimulator(async (simulator) => {
    const channel = await simulator.channel({ items: 50 });
    const { access_token } = await simulator.tokens(channel);
    const path = `playlistItems?part=snippet&maxResults=50&playlistId=${uploadsOf(channel)}`;
    for (const cut of ["headers", "body"]) {
      await simulator.fault("/playlistItems", { cut });
      const response = await simulator.youtube(path, access_token);
      assert.equal(response.status, 200);
      await assert.rejects(() => response.text(), TypeError);
    }
    await simulator.list(path, access_token);
  }));

Deno.test("a malformed body is a complete response that is not JSON", () =>
  withSimulator(async (simulator) => {
    const channel = await simulator.channel({ items: 1 });
    const { access_token } = await simulator.tokens(channel);
    await simulator.fault("/channels", { malformed: true });
    const response = await simulator.youtube(mine, access_token);
    assert.equal(response.status, 200);
    const text = await response.text();
    assert.ok(text.length > 10);
    assert.throws(() => JSON.parse(text), SyntaxError);
  }));

Deno.test("a slow response arrives late, and a client that gives up does not affect the next call", () =>
  withSimulator(async (simulator) => {
    const channel = await simulator.channel({ items: 1 });
    const { access_token } = await simulator.tokens(channel);
    await simulator.fault("/channels", { delay_ms: 80 }, { times: 2 });
    const started = performance.now();
    await simulator.list(mine, access_token);
    assert.ok(performance.now() - started >= 75);
    const url = `${simulator.url}/www.googleapis.com/youtube/v3/${mine}`;
    const headers = { authorization: `Bearer ${access_token}` };
    await assert.rejects(() => fetch(url, { headers, signal: AbortSignal.timeout(20) }));
    await simulator.list(mine, access_token);
  }));

Deno.test("a call whose response is lost has taken effect", () =>
  withSimulator(async (simulator) => {
    const channel = await simulator.channel({ items: 1 });
    const code = (await simulator.consent(channel)).searchParams.get("code") ?? "";
    await simulator.fault("/token", { lost: true });
    const exchange = {
      grant_type: "authorization_code",
      code,
      redirect_uri: "http://localhost:3000/oauth/callback",
    };
    await assert.rejects(() => simulator.token(exchange), TypeError);
    const again = await simulator.token(exchange);
    assert.equal(again.status, 400);
    assert.equal((await again.json()).error, "invalid_grant");
  }));

Deno.test("the log records requests with account and cost, and no credentials", () =>
  withSimulator(async (simulator) => {
    const [channel, other] = [await simulator.channel({ items: 1 }), await simulator.channel({ items: 1 })];
    const [own, theirs] = [await simulator.tokens(channel), await simulator.tokens(other)];
    const { etag } = await simulator.list(mine, own.access_token);
    await (await simulator.youtube(mine, own.access_token, { "if-none-match": `"${etag}"` })).body?.cancel();
    await simulator.list(mine, theirs.access_token);
    await (await simulator.youtube(`${mine}&access_token=${own.access_token}`)).body?.cancel();
    const log = await simulator.admin(
      "GET",
      `requests?account=${channel}&match=${encodeURIComponent("/channels")}`,
    );
    assert.deepEqual([log.count, log.cost, log.conditional], [3, 3, 1]);
    assert.deepEqual(log.requests.map((one: { status: number }) => one.status), [200, 304, 200]);
    assert.equal(JSON.stringify(log).includes("ya29"), false);
    const later = await simulator.admin("GET", `requests?after=${log.last_id}`);
    assert.equal(later.count, 0);
    assert.equal((await simulator.admin("DELETE", `requests?account=${channel}`)).removed, 3);
    assert.equal((await simulator.admin("GET", "requests")).count, 1);
  }));

Deno.test("the admin routes refuse invalid requests and return the reason", () =>
  withSimulator(async (simulator) => {
    const wrong: [string, string, unknown, number, RegExp][] = [
      ["POST", "faults", { match: "(", fault: { status: 500 } }, 400, /match: must be a regular expression/],
      ["POST", "faults", { match: "x", fault: {} }, 400, /fault: must say at least one thing/],
      ["POST", "faults", { match: "x", fault: { status: 99 } }, 400, /fault\.status/],
      ["POST", "faults", { match: "x", fault: { stauts: 500 } }, 400, /stauts/],
      ["POST", "faults", { fault: { status: 500 } }, 400, /match/],
      ["POST", "clock", { advance_seconds: "10" }, 400, /advance_seconds/],
      ["POST", "youtube/accounts", { items: -1 }, 400, /items/],
      ["POST", "youtube/accounts", { colour: 1 }, 400, /colour/],
      ["GET", "youtube/accounts/UCnobody", undefined, 404, /no account has the id UCnobody/],
      ["POST", "youtube/tokens", { account_id: "UCnobody" }, 404, /no account has the id UCnobody/],
      ["PUT", "twitter/quota", { bucket: "tweets", limit: 1 }, 400, /account_id is needed/],
      ["GET", "nonsense", undefined, 404, /no such route/],
      ["PUT", "faults", undefined, 405, /GET, POST, DELETE/],
      ["GET", "requests?match=(", undefined, 400, /regular expression/],
    ];
    for (const [method, path, body, status, words] of wrong) {
      const { error } = await simulator.admin(method, path, body, [status]);
      assert.match(error.message, words);
    }
    const response = await fetch(`${simulator.url}/_admin/faults`, { method: "POST", body: "{" });
    assert.equal(response.status, 400);
    assert.match((await response.json()).error.message, /must be JSON/);
  }));

Deno.test("a path of no simulated provider returns a 404 that says so", () =>
  withSimulator(async (simulator) => {
    const nobody = await fetch(`${simulator.url}/api.example.com/things`);
    assert.equal(nobody.status, 404);
    assert.match((await nobody.json()).error.message, /No simulated provider/);
  }));

Deno.test("a reset clears channels, faults and the clock", () =>
  withSimulator(async (simulator) => {
    const channel = await simulator.channel({ items: 1 });
    await simulator.fault("x", { status: 500 });
    await simulator.admin("POST", "clock", { advance_seconds: 10_000 });
    await simulator.admin("POST", "reset");
    await simulator.admin("GET", `youtube/accounts/${channel}`, undefined, [404]);
    assert.deepEqual((await simulator.admin("GET", "faults")).faults, []);
    assert.equal((await simulator.admin("GET", "clock")).offset_seconds, 0);
  }));
