import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  client_id,
  client_secret,
  readonly_scope,
  redirect_uri,
  type SimulatorClient,
  withSimulator,
} from "./simulator_client.ts";

const verifier = "a-code-verifier-of-at-least-forty-three-characters";
const challenge = createHash("sha256").update(verifier).digest("base64url");
const upload_scope = "https://www.googleapis.com/auth/youtube.upload";

async function refused(
  response: Response,
  status: number,
  error: string,
  description?: string,
): Promise<void> {
  const body = await response.json();
  assert.equal(response.status, status, JSON.stringify(body));
  assert.deepEqual(Object.keys(body).sort(), ["error", "error_description"]);
  assert.equal(body.error, error);
  if (description !== undefined) assert.equal(body.error_description, description);
}

async function codeFor(
  simulator: SimulatorClient,
  parameters: Record<string, string | undefined> = {},
): Promise<string> {
  const channel = await simulator.channel({ items: 1 });
  return (await simulator.consent(channel, parameters)).searchParams.get("code") ?? "";
}

const exchange = { grant_type: "authorization_code", redirect_uri };

Deno.test("a consent returns a code with the state, and the code gives both tokens", () =>
  withSimulator(async (simulator) => {
    const channel = await simulator.channel({ items: 3 });
    const back = await simulator.consent(channel, {
      code_challenge: challenge,
      code_challenge_method: "S256",
    });
    assert.equal(back.origin + back.pathname, redirect_uri);
    assert.equal(back.searchParams.get("state"), "state-of-this-test");
    const response = await simulator.token({
      ...exchange,
      code: back.searchParams.get("code") ?? "",
      code_verifier: verifier,
    });
    assert.equal(response.status, 200);
    assert.match(response.headers.get("cache-control") ?? "", /no-store/);
    const tokens = await response.json();
    assert.deepEqual(Object.keys(tokens).sort(), [
      "access_token",
      "expires_in",
      "refresh_token",
      "scope",
      "token_type",
    ]);
    assert.equal(tokens.expires_in, 3_599);
    assert.equal(tokens.scope, readonly_scope);
    assert.equal(tokens.token_type, "Bearer");
    const mine = await simulator.list("channels?part=id&mine=true", tokens.access_token);
    assert.equal(mine.items[0].id, channel);
  }));

Deno.test("the consent page has a checkbox for each scope, and finds a channel by name", () =>
  withSimulator(async (simulator) => {
    const channel = await simulator.channel({ items: 3 });
    const asked = { scope: `${readonly_scope} ${upload_scope}`, login_hint: channel };
    const page = await (await fetch(simulator.authorizationUrl(asked))).text();
    assert.match(page, /StreamVibe \(local\)/);
    assert.equal(page.match(/type="checkbox" name="scope"/g)?.length, 2);
    assert.match(page, new RegExp(`value="${channel}" required\\s+checked`));
    const found = await (await fetch(simulator.authorizationUrl({ find: "garden" }))).text();
    assert.equal(found.match(/type="radio"/g)?.length, 1);
    assert.doesNotMatch(found.match(/action="[^"]*"/)?.[0] ?? "", /find=/);
  }));

Deno.test("a request with a wrong client or redirect URI gets an error page, never a redirect", () =>
  withSimulator(async (simulator) => {
    const wrong: [Record<string, string | undefined>, RegExp][] = [
      [{ client_id: undefined }, /Missing required parameter: client_id/],
      [{ client_id: "somebody-else.apps.googleusercontent.com" }, /invalid_client/],
      [{ redirect_uri: undefined }, /Missing required parameter: redirect_uri/],
      [{ redirect_uri: "https://evil.example/callback" }, /redirect_uri_mismatch/],
    ];
    for (const [parameters, words] of wrong) {
      for (const method of ["GET", "POST"]) {
        const response = await fetch(simulator.authorizationUrl(parameters), { method, redirect: "manual" });
        assert.equal(response.status, 400);
        assert.match(await response.text(), words);
      }
    }
    const twice = await fetch(`${simulator.authorizationUrl()}&state=again`, { redirect: "manual" });
    assert.equal(twice.status, 400);
    assert.match(await twice.text(), /can only have a single value: state/);
  }));

Deno.test("any other error in the request is returned to the client by redirect", () =>
  withSimulator(async (simulator) => {
    const wrong: [Record<string, string | undefined>, string][] = [
      [{ response_type: undefined }, "invalid_request"],
      [{ response_type: "id_token" }, "unsupported_response_type"],
      [{ scope: undefined }, "invalid_request"],
      [{ scope: "  " }, "invalid_request"],
      [{ scope: `${readonly_scope} https://www.googleapis.com/auth/nonsense` }, "invalid_scope"],
      [{ access_type: "sometimes" }, "invalid_request"],
      [{ prompt: "please" }, "invalid_request"],
      [{ prompt: "none consent" }, "invalid_request"],
      [{ code_challenge: challenge, code_challenge_method: "S512" }, "invalid_request"],
      [{ code_challenge: "too-short" }, "invalid_request"],
      [{ code_challenge_method: "S256" }, "invalid_request"],
      [{ prompt: "none" }, "interaction_required"],
    ];
    for (const [parameters, error] of wrong) {
      const response = await fetch(simulator.authorizationUrl(parameters), { redirect: "manual" });
      await response.body?.cancel();
      assert.equal(response.status, 302, JSON.stringify(parameters));
      const location = new URL(response.headers.get("location") ?? "");
      assert.equal(location.searchParams.get("error"), error, JSON.stringify(parameters));
      assert.equal(location.searchParams.get("state"), "state-of-this-test");
      assert.equal(location.searchParams.get("code"), null);
    }
  }));

Deno.test("PKCE: only the verifier of the challenge redeems the code, and a wrong verifier does not use it up", () =>
  withSimulator(async (simulator) => {
    const code = await codeFor(simulator, { code_challenge: challenge, code_challenge_method: "S256" });
    await refused(
      await simulator.token({ ...exchange, code }),
      400,
      "invalid_grant",
      "Missing code verifier.",
    );
    for (const code_verifier of [`${verifier}x`, challenge, "short"]) {
      await refused(
        await simulator.token({ ...exchange, code, code_verifier }),
        400,
        "invalid_grant",
        "Invalid code verifier.",
      );
    }
    const right = await simulator.token({ ...exchange, code, code_verifier: verifier });
    assert.equal(right.status, 200);
    await right.body?.cancel();

    const plain = await codeFor(simulator, { code_challenge: verifier });
    await refused(
      await simulator.token({ ...exchange, code: plain, code_verifier: challenge }),
      400,
      "invalid_grant",
    );
    const redeemed = await simulator.token({ ...exchange, code: plain, code_verifier: verifier });
    assert.equal(redeemed.status, 200);
    await redeemed.body?.cancel();

    const without = await codeFor(simulator);
    await refused(
      await simulator.token({ ...exchange, code: without, code_verifier: verifier }),
      400,
      "invalid_grant",
    );
  }));

Deno.test("the token endpoint returns errors in OAuth's flat format", () =>
  withSimulator(async (simulator) => {
    const code = await codeFor(simulator);
    const wrong: [Record<string, string | undefined>, number, string, string?][] = [
      [{ ...exchange, code: "4/0Anonsense" }, 400, "invalid_grant", "Malformed auth code."],
      [{ ...exchange, code: undefined }, 400, "invalid_request", "Missing required parameter: code"],
      [{ ...exchange, code, redirect_uri: "http://localhost:3000/other" }, 400, "redirect_uri_mismatch"],
      [{ ...exchange, code, redirect_uri: undefined }, 400, "invalid_request"],
      [{ ...exchange, code, client_id: "nobody" }, 401, "invalid_client", "The OAuth client was not found."],
      [{ ...exchange, code, client_id: undefined }, 400, "invalid_request"],
      [{ ...exchange, code, client_secret: "GOCSPX-wrong" }, 401, "invalid_client"],
      [{ ...exchange, code, client_secret: undefined }, 400, "invalid_request", "client_secret is missing."],
      [{ grant_type: "password" }, 400, "unsupported_grant_type", "Invalid grant_type: password"],
      [
        { grant_type: "refresh_token", refresh_token: "1//0gforged.abcdefghijklmnopqrstuv" },
        400,
        "invalid_grant",
      ],
      [{ grant_type: "refresh_token" }, 400, "invalid_request"],
    ];
    for (const [parameters, status, error, description] of wrong) {
      await refused(await simulator.token(parameters), status, error, description);
    }
    const json = await fetch(`${simulator.url}/oauth2.googleapis.com/token`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ ...exchange, code, client_id, client_secret }),
    });
    await refused(json, 400, "invalid_request");
    const right = await simulator.token({ ...exchange, code });
    assert.equal(right.status, 200);
    await right.body?.cancel();
  }));

Deno.test("a client can authenticate with Basic, but not in two ways at once", () =>
  withSimulator(async (simulator) => {
    const code = await codeFor(simulator);
    const authorization = `Basic ${
      btoa(`${encodeURIComponent(client_id)}:${encodeURIComponent(client_secret)}`)
    }`;
    await refused(await simulator.token({ ...exchange, code }, { authorization }), 400, "invalid_request");
    const wrong = { authorization: `Basic ${btoa(`${client_id}:wrong`)}` };
    await refused(
      await simulator.token({ ...exchange, code, client_id: undefined, client_secret: undefined }, wrong),
      401,
      "invalid_client",
    );
    const right = await simulator.token(
      { ...exchange, code, client_id: undefined, client_secret: undefined },
      { authorization },
    );
    assert.equal(right.status, 200);
    await right.body?.cancel();
  }));

Deno.test("a refresh token is issued at the first offline consent, and again only with prompt=consent", () =>
  withSimulator(async (simulator) => {
    const channel = await simulator.channel({ items: 1 });
    assert.equal((await simulator.connect(channel, { access_type: "online" })).refresh_token, undefined);
    const other = await simulator.channel({ items: 1 });
    assert.ok((await simulator.connect(other)).refresh_token);
    assert.equal((await simulator.connect(other)).refresh_token, undefined);
    assert.ok((await simulator.connect(other, { prompt: "consent" })).refresh_token);
  }));

Deno.test("after a consent, prompt=none returns a code without a page", () =>
  withSimulator(async (simulator) => {
    const channel = await simulator.channel({ items: 1 });
    const silent = async (parameters: Record<string, string>) => {
      const response = await fetch(simulator.authorizationUrl({ prompt: "none", ...parameters }), {
        redirect: "manual",
      });
      await response.body?.cancel();
      return new URL(response.headers.get("location") ?? "").searchParams;
    };
    assert.equal((await silent({ login_hint: channel })).get("error"), "interaction_required");
    await simulator.connect(channel);
    assert.ok((await silent({ login_hint: channel })).get("code"));
    assert.equal(
      (await silent({ login_hint: channel, scope: upload_scope })).get("error"),
      "interaction_required",
    );
  }));

Deno.test("a scope that the user unticks is not granted", () =>
  withSimulator(async (simulator) => {
    const channel = await simulator.channel({ items: 1 });
    const both = { scope: `${readonly_scope} ${upload_scope}` };
    const one = await simulator.consent(channel, both, [["granular", "1"], ["scope", readonly_scope]]);
    assert.equal(one.searchParams.get("scope"), readonly_scope);
    const none = await simulator.consent(channel, both, [["granular", "1"]]);
    assert.equal(none.searchParams.get("error"), "access_denied");
    const all = await simulator.consent(channel, both);
    assert.equal(all.searchParams.get("scope"), both.scope);
    const only_upload = await simulator.connect(channel, { scope: upload_scope });
    const response = await simulator.youtube("channels?part=id&mine=true", only_upload.access_token);
    assert.equal(response.status, 403);
    assert.match(response.headers.get("www-authenticate") ?? "", /error="insufficient_scope"/);
    const { error } = await response.json();
    assert.equal(error.errors[0].reason, "insufficientPermissions");
    assert.equal(error.details[0].reason, "ACCESS_TOKEN_SCOPE_INSUFFICIENT");
  }));

Deno.test("a refresh returns an access token and no refresh token", () =>
  withSimulator(async (simulator) => {
    const channel = await simulator.channel({ items: 1 });
    const { refresh_token, access_token } = await simulator.connect(channel);
    const response = await simulator.refresh(refresh_token);
    assert.equal(response.status, 200);
    const again = await response.json();
    assert.deepEqual(Object.keys(again).sort(), ["access_token", "expires_in", "scope", "token_type"]);
    assert.notEqual(again.access_token, access_token);
    await simulator.list("channels?part=id&mine=true", again.access_token);
  }));

Deno.test("an access token expires after an hour of the simulator's clock, its refresh token does not", () =>
  withSimulator(async (simulator) => {
    const channel = await simulator.channel({ items: 1 });
    const { access_token, refresh_token } = await simulator.connect(channel);
    await simulator.admin("POST", "clock", { advance_seconds: 3_500 });
    await simulator.list("channels?part=id&mine=true", access_token);
    await simulator.admin("POST", "clock", { advance_seconds: 120 });
    const dead = await simulator.youtube("channels?part=id&mine=true", access_token);
    assert.equal(dead.status, 401);
    assert.equal(
      dead.headers.get("www-authenticate"),
      'Bearer realm="https://accounts.google.com/", error="invalid_token"',
    );
    const { error } = await dead.json();
    assert.deepEqual([error.status, error.errors[0].reason], ["UNAUTHENTICATED", "authError"]);
    const alive = await (await simulator.refresh(refresh_token)).json();
    await simulator.list("channels?part=id&mine=true", alive.access_token);
  }));

Deno.test("a refresh token expires after half a year without use, but not if it is used", () =>
  withSimulator(async (simulator) => {
    const [idle, busy] = [await simulator.channel({ items: 1 }), await simulator.channel({ items: 1 })];
    const [unused, used] = [await simulator.connect(idle), await simulator.connect(busy)];
    await simulator.admin("POST", "clock", { advance_seconds: 100 * 86_400 });
    await (await simulator.refresh(used.refresh_token)).body?.cancel();
    await simulator.admin("POST", "clock", { advance_seconds: 100 * 86_400 });
    await refused(
      await simulator.refresh(unused.refresh_token),
      400,
      "invalid_grant",
      "Token has been expired or revoked.",
    );
    assert.equal((await (await simulator.refresh(used.refresh_token)).json()).token_type, "Bearer");
  }));

Deno.test("of more than a hundred refresh tokens, the oldest is silently revoked", () =>
  withSimulator(async (simulator) => {
    const channel = await simulator.channel({ items: 1 });
    const tokens = [];
    for (let count = 0; count < 101; count++) tokens.push(await simulator.tokens(channel));
    await refused(await simulator.refresh(tokens[0]?.refresh_token), 400, "invalid_grant");
    const second = await simulator.refresh(tokens[1]?.refresh_token);
    assert.equal(second.status, 200);
    await second.body?.cancel();
  }));

Deno.test("revoking any token ends the app's whole access to that account, and to no other", () =>
  withSimulator(async (simulator) => {
    const [channel, other] = [await simulator.channel({ items: 1 }), await simulator.channel({ items: 1 })];
    const [tokens, neighbour] = [await simulator.connect(channel), await simulator.connect(other)];
    const revoke = (token?: string) =>
      fetch(`${simulator.url}/oauth2.googleapis.com/revoke`, {
        method: "POST",
        body: new URLSearchParams(token === undefined ? {} : { token }),
      });
    const response = await revoke(tokens.refresh_token);
    assert.equal(response.status, 200);
    assert.deepEqual(await response.json(), {});
    await refused(await revoke(tokens.refresh_token), 400, "invalid_token");
    await refused(await revoke(tokens.access_token), 400, "invalid_token");
    await refused(await revoke("nonsense"), 400, "invalid_token");
    await refused(await revoke(), 400, "invalid_request");
    await refused(
      await simulator.refresh(tokens.refresh_token),
      400,
      "invalid_grant",
      "Token has been expired or revoked.",
    );
    assert.equal(
      (await drained(simulator.youtube("channels?part=id&mine=true", tokens.access_token))).status,
      401,
    );
    await simulator.list("channels?part=id&mine=true", neighbour.access_token);
    // The next consent counts as a first one again.
    assert.ok((await simulator.connect(channel)).refresh_token);
    assert.equal((await drained(revoke(neighbour.access_token))).status, 200);
    await refused(await simulator.refresh(neighbour.refresh_token), 400, "invalid_grant");
  }));

Deno.test("tokeninfo describes a token and refuses an invalid one", () =>
  withSimulator(async (simulator) => {
    const channel = await simulator.channel({ items: 1 });
    const { access_token } = await simulator.connect(channel);
    const response = await fetch(
      `${simulator.url}/oauth2.googleapis.com/tokeninfo?access_token=${access_token}`,
    );
    const info = await response.json();
    assert.equal(info.aud, client_id);
    assert.equal(info.scope, readonly_scope);
    assert.equal(info.access_type, "offline");
    assert.ok(Number(info.expires_in) > 3_500 && Number(info.expires_in) <= 3_599);
    await refused(
      await fetch(`${simulator.url}/oauth2.googleapis.com/tokeninfo?access_token=no`),
      400,
      "invalid_token",
    );
  }));

async function drained(response: Promise<Response>): Promise<Response> {
  const got = await response;
  await got.body?.cancel();
  return got;
}
