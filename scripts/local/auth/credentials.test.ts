import assert from "node:assert/strict";
import { mock } from "node:test";
import * as jose from "jose";
import { hasApiKey, refuseUnverified, requireService } from "./credentials.ts";
import type { Keys } from "./keys.ts";
import { readSupabaseConfig } from "../home/supabase_config.ts";
import { Tokens } from "./tokens.ts";

async function world() {
  const { privateKey } = await jose.generateKeyPair("ES256", { extractable: true });
  const keys: Keys = {
    publishable_key: "sb_publishable_test",
    secret_key: "sb_secret_test",
    signing_key: { ...await jose.exportJWK(privateKey), kid: "test", alg: "ES256" },
    internal_jwt_secret: "an internal secret of thirty-two letters",
    database_password: "",
    internal_database_password: "",
    vault_key: "",
  };
  const tokens = new Tokens(keys, "http://stack");
  const sign = (claims: jose.JWTPayload, expires: string | number) =>
    new jose.SignJWT({ role: "authenticated", ...claims }).setProtectedHeader({ alg: "ES256" })
      .setExpirationTime(expires).sign(privateKey);
  return { keys, tokens, sign };
}

Deno.test("verify_jwt accepts a valid token and either API key, in either header, and nothing else", async () => {
  const credentials = await world();
  const status = async (headers: Record<string, string>) =>
    (await refuseUnverified(credentials, new Headers(headers)))?.status ?? "passes";
  const token = await credentials.sign({ sub: "x" }, "1h");
  const old = await credentials.sign({ sub: "x" }, Math.floor(Date.now() / 1000) - 60);
  assert.equal(await status({ authorization: `Bearer ${token}` }), "passes");
  assert.equal(await status({ apikey: "sb_publishable_test" }), "passes");
  assert.equal(await status({ authorization: "Bearer sb_secret_test" }), "passes");
  assert.equal(await status({}), 401);
  assert.equal(await status({ apikey: "sb_publishable_other" }), 401);
  assert.equal(await status({ authorization: `Bearer ${old}` }), 401);
  assert.equal(await status({ authorization: `Bearer ${token.slice(0, -8)}AAAAAAAA` }), 401);
});

Deno.test("expired, malformed and forged tokens are distinguished, and a valid token is converted to the internal form", async () => {
  const { tokens, sign, keys } = await world();
  const reason = (token: string) => tokens.inward(token).then(() => "none", (error) => error.reason);
  assert.equal(await reason(await sign({}, Math.floor(Date.now() / 1000) - 1)), "expired");
  assert.equal(await reason("a.b.c"), "malformed");
  const other = await world();
  assert.equal(await reason(await other.sign({}, "1h")), "signature");
  const inward = await tokens.inward(await sign({ sub: "x" }, "1h"));
  const secret = new TextEncoder().encode(keys.internal_jwt_secret);
  assert.equal((await jose.jwtVerify(inward, secret)).payload.sub, "x");
  assert.equal(await reason(inward), "signature", "the internal form is refused from outside");
});

Deno.test("a cached token is refused after it has expired", async () => {
  const { tokens, sign } = await world();
  const token = await sign({ sub: "x" }, "1h");
  await tokens.inward(token);
  mock.timers.enable({ apis: ["Date"], now: Date.now() + 3_601_000 });
  try {
    await assert.rejects(tokens.inward(token), /expired/);
  } finally {
    mock.timers.reset();
  }
});

Deno.test("the JWKS contains only the public key", async () => {
  const { tokens } = await world();
  assert.equal(tokens.jwks.keys.length, 1);
  assert.equal(tokens.jwks.keys[0]?.d, undefined);
  assert.equal(tokens.jwks.keys[0]?.kid, "test");
});

Deno.test("the secret key gives access to the admin API, unless a user's token is sent with it", async () => {
  const credentials = await world();
  const token = await credentials.sign({ sub: "x" }, "1h");
  const attempt = (headers: Record<string, string>) =>
    requireService(credentials, new Headers(headers)).then(() => "passes", (error) => error.status);
  assert.equal(await attempt({ apikey: "sb_secret_test" }), "passes");
  assert.equal(await attempt({ apikey: "sb_secret_test", authorization: `Bearer ${token}` }), 403);
  assert.equal(await attempt({ apikey: "sb_publishable_test" }), 403);
  assert.equal(await attempt({}), 401);
  assert.equal(hasApiKey(credentials, new Headers({ apikey: "" })), false);
});

Deno.test("config.toml: functions verify tokens unless configured otherwise; wrong types are errors", async () => {
  const path = await Deno.makeTempFile({ suffix: ".toml" });
  try {
    await Deno.writeTextFile(
      path,
      `[auth]\nsite_url = "http://localhost:4000" # ours\nadditional_redirect_urls = ["http://a/**", "http://b/**"]\n` +
        `[functions.open]\nverify_jwt = false\n[functions.closed]\nverify_jwt = true\n`,
    );
    const config = await readSupabaseConfig(path);
    assert.equal(config.site_url, "http://localhost:4000");
    assert.deepEqual(config.additional_redirect_urls, ["http://a/**", "http://b/**"]);
    assert.deepEqual(["open", "closed", "unlisted"].map(config.verify_jwt), [false, true, true]);
    await Deno.writeTextFile(path, `[auth]\nsite_url = 5\n`);
    await assert.rejects(readSupabaseConfig(path), /expected string[^]*at auth\.site_url/);
  } finally {
    await Deno.remove(path);
  }
});
