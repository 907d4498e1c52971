import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { authorizationUrl, newCodeVerifier, newState } from "../../_shared/platforms/oauth_client.ts";
import { youtube } from "../../_shared/platforms/youtube/adapter.ts";
import { adapterContext, adapterSettings, faultOf, NOW, type Scripted } from "../support/adapter_context.ts";

const SCOPE = "https://www.googleapis.com/auth/youtube.readonly";
const CODE = {
  code: "4/adapter",
  code_verifier: "v".repeat(43),
  redirect_uri: "http://localhost:3000/oauth/callback",
};
const TOKENS = { access_token: "ya29.old", refresh_token: "1//old" };
const ANSWER = {
  access_token: "ya29.new",
  expires_in: 3599,
  refresh_token: "1//new",
  scope: SCOPE,
  token_type: "Bearer",
};

function refusal(error: string, status = 400): Response {
  return Response.json({ error, error_description: "ya29.quoted" }, { status });
}

Deno.test("the authorization URL uses PKCE, a random state and the minimal scope", async () => {
  const state = newState();
  const code_verifier = newCodeVerifier();
  const { authorization } = youtube(adapterContext({}));
  const url = new URL(
    await authorizationUrl(authorization, { state, code_verifier, redirect_uri: CODE.redirect_uri }),
  );
  assert.deepEqual(Object.fromEntries(url.searchParams), {
    response_type: "code",
    client_id: "client",
    redirect_uri: CODE.redirect_uri,
    scope: SCOPE,
    state,
    code_challenge: createHash("sha256").update(code_verifier).digest("base64url"),
    code_challenge_method: "S256",
    access_type: "offline",
    prompt: "consent",
  });
  assert.equal(state.length, 43, "256 bits");
  assert.notEqual(newState(), state);
});

Deno.test("a code is exchanged once, with the verifier and the client's secret", async () => {
  const context = adapterContext({ token: ANSWER });
  const grant = await youtube(context).exchange(CODE);
  assert.deepEqual(grant, {
    tokens: {
      access_token: "ya29.new",
      refresh_token: "1//new",
      token_type: "bearer",
      obtained_at: NOW.toISOString(),
    },
    expires_at: new Date(NOW.getTime() + 3_599_000),
    scopes: [SCOPE],
  });
  assert.deepEqual(Object.fromEntries(context.calls[0]?.form ?? []), {
    ...CODE,
    grant_type: "authorization_code",
    client_id: "client",
    client_secret: "GOCSPX-adapter-test",
  });
  const cut = adapterContext({ token: new TypeError("connection reset") });
  assert.equal((await faultOf(youtube(cut).exchange(CODE))).kind, "transient");
  assert.equal(cut.calls.length, 1, "a code that may have been used is not sent again");
});

Deno.test("a token response without a scope grants the requested scopes; one with other scopes grants those", async () => {
  const scopes = async (answer: object) =>
    (await youtube(adapterContext({ token: answer })).exchange(CODE)).scopes;
  assert.deepEqual(await scopes({ ...ANSWER, scope: undefined }), [SCOPE]);
  assert.deepEqual(await scopes({ ...ANSWER, scope: "openid" }), ["openid"]);
});

Deno.test("a refresh response without a refresh token, or with an empty one, yields none to store", async () => {
  for (const refresh_token of [undefined, "", null]) {
    const { tokens } = await youtube(adapterContext({ token: { ...ANSWER, refresh_token } })).refresh(TOKENS);
    assert.equal("refresh_token" in tokens, false);
    assert.equal(tokens.access_token, "ya29.new");
  }
});

Deno.test("token endpoint faults: only invalid_grant ends a connection", async (test) => {
  const cases: [string, Scripted, string, string][] = [
    ["invalid_grant", refusal("invalid_grant"), "code_refused", "grant_refused"],
    ["invalid_client", refusal("invalid_client", 401), "misconfigured", "misconfigured"],
    ["401 without a body", new Response("", { status: 401 }), "malformed", "malformed"],
    [
      "error code named like an Object.prototype member",
      refusal("constructor"),
      "misconfigured",
      "misconfigured",
    ],
    ["redirect_uri_mismatch", refusal("redirect_uri_mismatch"), "misconfigured", "misconfigured"],
    ["error with status 200", { error: "invalid_grant" }, "code_refused", "grant_refused"],
    ["500", new Response("<html>", { status: 500 }), "transient", "transient"],
    ["429", refusal("rate", 429), "transient", "transient"],
    ["network", new TypeError("reset"), "transient", "transient"],
    ["response is not JSON", new Response("<html>"), "malformed", "malformed"],
    ["no token", {}, "malformed", "malformed"],
    ["empty token", { ...ANSWER, access_token: "" }, "malformed", "malformed"],
    ["nonsense lifetime", { ...ANSWER, expires_in: "soon" }, "malformed", "malformed"],
  ];
  for (const [name, scripted, exchanged, refreshed] of cases) {
    await test.step(name, async () => {
      const exchange = await faultOf(youtube(adapterContext({ token: scripted })).exchange(CODE));
      const refresh = await faultOf(youtube(adapterContext({ token: scripted })).refresh(TOKENS));
      assert.deepEqual([exchange.kind, refresh.kind], [exchanged, refreshed]);
      assert.ok(
        !JSON.stringify({ ...refresh, message: refresh.message, cause: refresh.cause }).includes("ya29"),
        "the fault does not quote the response",
      );
    });
  }
});

Deno.test("revoking a dead token succeeds; revoking while the platform is down fails", async () => {
  for (const answer of [new Response(null, { status: 200 }), refusal("invalid_token"), {}]) {
    const context = adapterContext({ revoke: answer });
    await youtube(context).revoke?.(TOKENS);
    assert.equal(context.calls[0]?.form.get("token"), "1//old");
  }
  const down = youtube(adapterContext({ revoke: new Response("", { status: 503 }) }));
  assert.equal((await faultOf(Promise.resolve(down.revoke?.(TOKENS)))).kind, "transient");
});

Deno.test("a token endpoint with plain HTTP is refused, except on localhost", async () => {
  const context = adapterContext({ token: ANSWER });
  context.settings = adapterSettings({ GOOGLE_TOKEN_URL: "http://tokens.example/token" });
  assert.equal((await faultOf(youtube(context).exchange(CODE))).kind, "misconfigured");
  assert.equal(context.calls.length, 0);
});
