import assert from "node:assert/strict";
import { mock } from "node:test";
import { exportJWK, generateKeyPair } from "jose";
import * as z from "zod";
import { type Auth, endpoint } from "../../_shared/http/endpoint.ts";
import {
  PUBLISHABLE,
  requestTo,
  SECRET,
  testDependencies,
  token,
  type TokenChanges,
  unsignedToken,
  USER,
} from "../support/test_dependencies.ts";

function whoami(auth: Auth) {
  return endpoint({
    name: "whoami",
    summary: "Says who called",
    method: "POST",
    auth,
    rate: "user",
    input: z.strictObject({}),
    example: {},
    output: z.object({ kind: z.string(), user_id: z.string().nullable() }),
    handle: ({ caller, user }) => ({ kind: caller.kind, user_id: user?.id ?? null }),
  });
}

async function ask(auth: Auth, headers: Record<string, string | null>) {
  const { dependencies } = testDependencies();
  const response = await whoami(auth).with(dependencies).fetch(await requestTo("whoami", { headers }));
  return { status: response.status, headers: response.headers, body: await response.json() };
}

const bearer = async (changes?: TokenChanges) => `Bearer ${await token(changes)}`;
const MODES: Auth[] = ["user", "secret", "publishable", "none", ["user", "secret"], ["user", "none"]];

Deno.test("in user mode, a signed-in creator is identified by id", async () => {
  const { status, body } = await ask("user", { authorization: await bearer() });
  assert.deepEqual([status, body], [200, { kind: "user", user_id: USER }]);
});

Deno.test("the case of the scheme makes no difference", async () => {
  for (const scheme of ["bearer", "BEARER", "Bearer "]) {
    assert.equal((await ask("user", { authorization: `${scheme} ${await token()}` })).status, 200, scheme);
  }
});

Deno.test("each mode accepts its own credentials and refuses others", async () => {
  const signedIn = { authorization: await bearer(), apikey: PUBLISHABLE };
  const service = { authorization: null, apikey: SECRET };
  const named = { authorization: null, apikey: "sb_secret_automations" };
  const app = { authorization: null, apikey: PUBLISHABLE };
  const nobody = { authorization: null, apikey: null };
  const table: [Auth, Record<string, string | null>, number, string?][] = [
    ["user", signedIn, 200, "user"],
    ["user", service, 401],
    ["user", app, 401],
    ["user", nobody, 401],
    ["secret", service, 200, "secret"],
    ["secret", named, 200, "secret"],
    ["secret", signedIn, 401],
    ["secret", app, 401],
    ["secret", nobody, 401],
    ["publishable", app, 200, "publishable"],
    ["publishable", nobody, 401],
    ["none", nobody, 200, "anonymous"],
    ["none", app, 200, "publishable"],
    ["none", signedIn, 200, "user"],
    [["user", "secret"], signedIn, 200, "user"],
    [["user", "secret"], service, 200, "secret"],
    [["user", "secret"], app, 401],
    [["user", "none"], nobody, 200, "anonymous"],
  ];
  for (const [auth, headers, status, kind] of table) {
    const answer = await ask(auth, headers);
    assert.equal(answer.status, status, `${auth}: ${JSON.stringify(headers)}`);
    if (kind) assert.equal(answer.body.kind, kind);
    else assert.equal(answer.body.code, "unauthorized");
  }
});

Deno.test("a credential that is present but wrong is 401 in every mode", async () => {
  const { privateKey } = await generateKeyPair("ES256");
  const valid = await token();
  const wrong: Record<string, Record<string, string | null>> = {
    "an expired token": { authorization: await bearer({ expires: -60 }) },
    "a foreign key's token": { authorization: await bearer({ key: privateKey }) },
    "an unknown key id": { authorization: await bearer({ kid: "other" }) },
    "an unsigned token": { authorization: `Bearer ${unsignedToken()}` },
    "a changed token": { authorization: `Bearer ${valid.slice(0, -8)}AAAAAAAA` },
    "an anonymous role": { authorization: await bearer({ claims: { role: "anon" } }) },
    "a service role": { authorization: await bearer({ claims: { role: "service_role" } }) },
    "a subject that is no user": { authorization: await bearer({ claims: { sub: "x' or 1=1 --" } }) },
    "no subject": { authorization: await bearer({ claims: { sub: undefined } }) },
    "garbage": { authorization: "Bearer garbage" },
    "another scheme": { authorization: "Basic YTpi" },
    "no scheme": { authorization: valid },
    "an empty token": { authorization: "Bearer" },
    "a secret key as a token": { authorization: `Bearer ${SECRET}` },
    "an unknown key as a token": { authorization: "Bearer sb_publishable_other" },
    "an unknown secret key": { authorization: null, apikey: "sb_secret_other" },
    "an unknown publishable key": { authorization: null, apikey: "sb_publishable_other" },
    "an empty key": { authorization: null, apikey: "" },
    "a wrong key beside a right token": { authorization: `Bearer ${valid}`, apikey: "sb_publishable_other" },
    "a wrong token beside a right key": { authorization: "Bearer garbage", apikey: SECRET },
  };
  for (const [what, headers] of Object.entries(wrong)) {
    for (const mode of MODES) {
      const { status, body, headers: answered } = await ask(mode, headers);
      assert.equal(status, 401, `${what} in mode ${mode}`);
      assert.equal(body.code, "unauthorized");
      assert.match(answered.get("www-authenticate") ?? "", /^Bearer/);
      assert.ok(!JSON.stringify(body).includes(SECRET));
    }
  }
});

Deno.test(
  "the publishable key in the Authorization header, as supabase-js sends it, counts as no token",
  async () => {
    const headers = { authorization: `Bearer ${PUBLISHABLE}`, apikey: PUBLISHABLE };
    assert.equal((await ask("none", headers)).body.kind, "publishable");
    assert.equal((await ask("user", headers)).status, 401);
  },
);

Deno.test("a cached token is refused once it has expired; a token is refused when its signing key was replaced", async () => {
  const { dependencies } = testDependencies();
  const api = whoami("user").with(dependencies);
  const authorization = await bearer();
  const call = async () => {
    const response = await api.fetch(await requestTo("whoami", { headers: { authorization } }));
    await response.body?.cancel();
    return response.status;
  };
  assert.equal(await call(), 200);
  assert.equal(await call(), 200);
  mock.timers.enable({ apis: ["Date"], now: Date.now() + 3_601_000 });
  try {
    assert.equal(await call(), 401);
  } finally {
    mock.timers.reset();
  }

  const { publicKey } = await generateKeyPair("ES256", { extractable: true });
  const jwks = JSON.stringify({ keys: [{ ...await exportJWK(publicKey), kid: "test", alg: "ES256" }] });
  const rotated = testDependencies({ settings: { SUPABASE_JWKS: jwks } });
  const fresh = await bearer();
  const response = await whoami("user").with(rotated.dependencies).fetch(
    await requestTo("whoami", { headers: { authorization: fresh } }),
  );
  assert.equal(response.status, 401);
  await response.body?.cancel();
});
