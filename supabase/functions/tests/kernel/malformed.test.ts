/**
 * Sends at least 500 malformed requests to every function, over HTTP against the running stack: each gets exactly the expected problem, none
 * causes a server error, and together they change nothing.
 */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { dirname } from "node:path";
import { generateKeyPair, importJWK, type JWK, SignJWT } from "jose";
import type postgres from "postgres";
import { createCreator, type Creator, testDatabase, testStack } from "../../../../scripts/test/stack.ts";
import type { Contract, Endpoint } from "../../_shared/http/endpoint.ts";
import { MEDIA_TYPES } from "../../_shared/http/input.ts";
import { type Case, malformedRequests } from "./malformed_cases.ts";
import { unsignedToken } from "../support/test_dependencies.ts";

/** Signatures for webhooks, whose bodies are validated only if their signature is correct. */
const SIGNATURES: Record<string, (bytes: Uint8Array) => Record<string, string>> = {
  "stripe-webhook": (bytes) => {
    const time = Math.floor(Date.now() / 1_000);
    const hmac = createHmac("sha256", "whsec_local_simulator").update(`${time}.`).update(bytes);
    return { "stripe-signature": `t=${time},v1=${hmac.digest("hex")}` };
  },
  "meta-webhook": (bytes) => {
    const hmac = createHmac("sha256", "local-simulator-facebook-secret").update(bytes);
    return { "x-hub-signature-256": `sha256=${hmac.digest("hex")}` };
  },
  "youtube-webhook": (bytes) => {
    const secret = createHmac("sha256", "GOCSPX-local-simulator").update("youtube push UCexample").digest(
      "hex",
    );
    return { "x-hub-signature": `sha1=${createHmac("sha1", secret).update(bytes).digest("hex")}` };
  },
  "tiktok-webhook": (bytes) => {
    const time = Math.floor(Date.now() / 1_000);
    const hmac = createHmac("sha256", "local-tiktok-simulator").update(`${time}.`).update(bytes);
    return { "tiktok-signature": `t=${time},s=${hmac.digest("hex")}` };
  },
};

const folder = new URL("../../", import.meta.url);
const names: string[] = [];
for await (const entry of Deno.readDir(folder)) {
  if (entry.isDirectory && !entry.name.startsWith("_") && entry.name !== "tests") names.push(entry.name);
}

for (const name of names.sort()) {
  Deno.test(`${name} refuses every malformed request and changes nothing`, async () => {
    const { contract } = (await import(`../../${name}/index.ts`)).default as Endpoint;
    const creator = await createCreator();
    await creator.call("auth-profile-setup", { display_name: "Unchanged", bio: "As it was" });
    assert.ok(contract.input.safeParse(contract.example).success, "the contract's example is valid");
    const cases = malformedRequests(contract, await wrongCredentialsFor(contract));
    assert.ok(cases.length >= 500, `${cases.length} cases`);

    const database = await testDatabase();
    const before = await everythingOf(database, creator.id);
    const faults = await sendAll(contract, cases, creator);
    const after = await everythingOf(database, creator.id);
    await database.end();
    assert.deepEqual(faults, []);
    assert.deepEqual(after, before);
  });
}

/** Sends all cases, sixteen at a time; returns what was wrong. */
async function sendAll(contract: Contract, cases: Case[], creator: Creator): Promise<string[]> {
  const { api_url, publishable_key, secret_key } = await testStack();
  const faults: string[] = [];
  const secret = contract.auth === "secret";
  const open = cases.values();
  const send = async () => {
    for (const one of open) {
      const headers = new Headers({ apikey: secret ? secret_key : publishable_key });
      if (!secret) headers.set("authorization", `Bearer ${creator.token}`);
      if (one.method === "POST") headers.set("content-type", MEDIA_TYPES[contract.takes ?? "json"]);
      if (one.body instanceof Uint8Array) {
        const signed = SIGNATURES[contract.name]?.(one.body) ?? {};
        for (const [header, value] of Object.entries(signed)) headers.set(header, value);
      }
      for (const [header, value] of Object.entries(one.headers)) {
        if (value === null) headers.delete(header);
        else headers.set(header, encodeHeader(value));
      }
      const request_id = crypto.randomUUID();
      headers.set("x-request-id", request_id);
      const response = await fetch(`${api_url}/functions/v1/${contract.name}${one.suffix}`, {
        method: one.method,
        headers,
        body: one.body as BodyInit | null,
      });
      const text = await response.text();
      const fault = faultOf(one, response, text, request_id);
      if (fault) faults.push(`${one.method} ${one.label}: ${fault}`);
    }
  };
  await Promise.all(Array.from({ length: 16 }, send));
  return faults.slice(0, 20);
}

// fetch takes header values as Latin-1 bytes.
function encodeHeader(value: string): string {
  return Array.from(new TextEncoder().encode(value), (byte) => String.fromCharCode(byte)).join("");
}

const LEAK =
  /syntax error|at file:|node_modules|\bpg_|relation "|select .+ from|violates|PGRST|ZodError|TypeError|sb_secret_|postgres(ql)?:\/\//i;

function faultOf(one: Case, response: Response, text: string, request_id: string): string | undefined {
  const said = `${response.status} ${text.slice(0, 200)}`;
  if (response.status !== one.status) return `must be ${one.status}, was ${said}`;
  if (response.headers.get("x-request-id") !== request_id) return `lost the request id, was ${said}`;
  if (response.headers.get("content-type") !== "application/problem+json") {
    return `is no problem document, was ${said}`;
  }
  if (one.method === "HEAD") return undefined;
  const body = JSON.parse(text);
  if (!one.codes.includes(body.code)) return `must be ${one.codes.join(" or ")}, was ${said}`;
  if (body.request_id !== request_id || body.status !== one.status || !body.title || !body.type) {
    return `is incomplete: ${said}`;
  }
  if (
    one.status === 422 &&
    !(body.errors?.length > 0 &&
      body.errors.every((fault: { pointer?: unknown }) => typeof fault.pointer === "string"))
  ) {
    return `names no place: ${said}`;
  }
  // The response may repeat the caller's input as the name of a location, but nothing internal to the server.
  const { errors: _, detail: __, ...own } = body;
  if (LEAK.test(JSON.stringify(own)) || LEAK.test(String(body.detail).replaceAll(/\/[^:]*/g, ""))) {
    return `tells too much: ${said}`;
  }
}

/** Returns a fingerprint per table: of the creator's rows where rows have an owner, and of all rows of reference tables. */
async function everythingOf(database: postgres.Sql, user_id: string): Promise<Record<string, string>> {
  const tables = await database<{ name: string; owner: string | null }[]>`
    select format('%I.%I', t.table_schema, t.table_name) as name,
      (select format('%I', c.column_name) from information_schema.columns c
       where c.table_schema = t.table_schema and c.table_name = t.table_name and c.data_type = 'uuid'
         and (c.column_name = 'user_id' or (t.table_name = 'users' and c.column_name = 'id'))) as owner
    from information_schema.tables t
    where t.table_schema in ('public', 'ops', 'auth') and t.table_type = 'BASE TABLE'
      and t.table_name not in ('rate_limit', 'request_metric', 'http_call', 'idempotency')`;
  const prints: Record<string, string> = {};
  for (const { name, owner } of tables) {
    // Rows of other users change during other tests; reference tables have no owner and must not change at all.
    if (!owner && !(await isReference(database, name))) continue;
    const [print] = await database.unsafe(
      `select count(*) || ' ' || coalesce(md5(string_agg(r::text, '|' order by r::text)), '') as print from ${name} r ${
        owner ? `where ${owner} = $1` : ""
      }`,
      owner ? [user_id] : [],
    );
    prints[name] = String(print?.print);
  }
  const [kept] =
    await database`select count(*)::int as count from ops.idempotency where scope like ${`%:${user_id}`}`;
  return { ...prints, idempotency: String(kept?.count) };
}

async function isReference(database: postgres.Sql, name: string): Promise<boolean> {
  const references = [
    "subscription_tier",
    "subscription_status",
    "platform",
    "account_status",
    "content_type",
  ];
  const found = await database`select to_regclass(${name}) is not null as found`;
  return Boolean(found[0]?.found) && references.includes(name.replace("public.", ""));
}

/** Returns well-formed but invalid credentials of all kinds. */
async function wrongCredentialsFor(
  contract: Contract,
): Promise<Record<string, Record<string, string | null>>> {
  const stack = await testStack();
  const foreign = (await generateKeyPair("ES256")).privateKey;
  const keys = await Deno.readTextFile(`${dirname(Deno.env.get("STREAMVIBE_TEST_STACK") ?? "")}/keys.json`)
    .then((text) => JSON.parse(text) as { signing_key: JWK }, () => undefined);
  const own = keys && await importJWK(keys.signing_key, "ES256");
  const kid = keys?.signing_key.kid ?? "local";
  const user = { sub: crypto.randomUUID(), role: "authenticated", aud: "authenticated" };
  const sign = (
    claims: Record<string, unknown>,
    expires: string,
    header: Record<string, unknown>,
    key: Parameters<SignJWT["sign"]>[0],
  ) =>
    new SignJWT(claims).setProtectedHeader({ alg: "ES256", typ: "JWT", kid, ...header }).setIssuedAt()
      .setExpirationTime(expires).sign(key);
  const symmetric = (secret: string) => sign(user, "1h", { alg: "HS256" }, new TextEncoder().encode(secret));
  const genuine = own ? await sign(user, "1h", {}, own) : await sign(user, "1h", {}, foreign);
  const [head, body, mark] = genuine.split(".");
  const tokens: Record<string, string> = {
    "a foreign signature": await sign(user, "1h", {}, foreign),
    "a foreign key id": await sign(user, "1h", { kid: "other" }, foreign),
    "a key id that is a path": await sign(user, "1h", { kid: "../../dev/null" }, foreign),
    "an embedded key": await sign(user, "1h", { jwk: { kty: "EC" } }, foreign),
    "a key's address": await sign(user, "1h", { jku: "https://evil.example/jwks" }, foreign),
    "no signature needed": unsignedToken(),
    "the publishable key as secret": await symmetric(stack.publishable_key.padEnd(32, "x")),
    "the usual secret": await symmetric("super-secret-jwt-token-with-at-least-32-characters"),
    "no signature": `${head}.${body}.`,
    "another body": `${head}.${
      btoa(JSON.stringify({ ...user, role: "service_role" })).replace(/=+$/, "")
    }.${mark}`,
    "two parts": `${head}.${body}`,
    "four parts": `${genuine}.x`,
    garbage: "garbage",
    "SQL": "' or 1=1 --",
    "the publishable key of another project": "sb_publishable_other",
    "the secret key where tokens stand": stack.secret_key,
    "a secret key of another project": "sb_secret_other",
    null: "null",
    undefined: "undefined",
    "an object": "[object Object]",
  };
  if (own) {
    Object.assign(tokens, {
      "an expired token": await sign(user, "-1m", {}, own),
      "a token of a year ago": await sign(user, "-365d", {}, own),
      "a token for later": await sign({ ...user, nbf: 4_102_444_800 }, "1h", {}, own),
      "the anonymous role": await sign({ ...user, role: "anon" }, "1h", {}, own),
      "the service's role": await sign({ ...user, role: "service_role" }, "1h", {}, own),
      "no role": await sign({ sub: user.sub }, "1h", {}, own),
      "no subject": await sign({ role: "authenticated" }, "1h", {}, own),
      "a subject that is SQL": await sign({ ...user, sub: "' or 1=1 --" }, "1h", {}, own),
      "a subject that is no text": await sign({ ...user, sub: 1 as unknown as string }, "1h", {}, own).catch(
        () => "garbage",
      ),
    });
  }
  const wrong: Record<string, Record<string, string | null>> = {};
  for (const [label, token] of Object.entries(tokens)) wrong[label] = { authorization: `Bearer ${token}` };
  Object.assign(wrong, {
    "a wrong apikey": { apikey: "sb_publishable_wrong" },
    "a wrong secret apikey": { apikey: "sb_secret_wrong" },
    "an apikey cut short": { apikey: stack.secret_key.slice(0, -1) },
    "an apikey with more": { apikey: `${stack.secret_key}x` },
    "two apikeys": { apikey: `${stack.publishable_key}, ${stack.secret_key}` },
    "a legacy apikey": { apikey: genuine },
    "another scheme": { authorization: "Basic YTpi" },
    "no scheme": { authorization: genuine },
    "an empty token": { authorization: "Bearer" },
    "two tokens": { authorization: `Bearer ${genuine}, Bearer ${genuine}` },
  });
  const auth: readonly string[] = [contract.auth].flat();
  if (!auth.includes("none")) {
    wrong["no credential at all"] = { authorization: null, apikey: null };
    if (!auth.includes("publishable")) {
      wrong["the publishable key only"] = { authorization: null, apikey: stack.publishable_key };
    }
  }
  if (contract.auth === "user") {
    wrong["the secret key only"] = { authorization: null, apikey: stack.secret_key };
  }
  if (contract.auth === "secret") {
    wrong["a creator's token"] = {
      authorization: `Bearer ${(await createCreator()).token}`,
      apikey: stack.publishable_key,
    };
  }
  return wrong;
}
