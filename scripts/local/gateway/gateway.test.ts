import assert from "node:assert/strict";
import * as jose from "jose";
import { createCreator, testDatabase, testStack } from "../../test/stack.ts";

const encode = (value: unknown) => jose.base64url.encode(JSON.stringify(value));

/** Tokens that look valid but are not ours. */
async function forgeries(token: string): Promise<Record<string, string>> {
  const [header = "", payload = "", signature = ""] = token.split(".");
  const claims = { ...jose.decodeJwt(token), role: "service_role", exp: 9_999_999_999 };
  const { publicKey, privateKey } = await jose.generateKeyPair("ES256", { extractable: true });
  const kid = jose.decodeProtectedHeader(token).kid ?? "";
  const sign = (key: CryptoKey | Uint8Array, alg: string, claims: jose.JWTPayload) =>
    new jose.SignJWT(claims).setProtectedHeader({ alg, kid, typ: "JWT" }).sign(key);
  return {
    "no algorithm": `${encode({ alg: "none", typ: "JWT" })}.${encode(claims)}.`,
    "no algorithm, kept signature": `${encode({ alg: "none", typ: "JWT" })}.${payload}.${signature}`,
    "a foreign signing key": await sign(privateKey, "ES256", claims),
    "the public key as a shared secret": await sign(
      new TextEncoder().encode(JSON.stringify(await jose.exportJWK(publicKey))),
      "HS256",
      claims,
    ),
    "another role under the old signature": `${header}.${encode(claims)}.${signature}`,
    "a truncated signature": `${header}.${payload}.${signature.slice(0, -4)}`,
    "not a token": "not-a-token",
    "an unknown key": "sb_secret_guess",
  };
}

Deno.test("forged tokens are refused by the Data API, Auth and functions alike", async () => {
  const stack = await testStack();
  const creator = await createCreator();
  const call = (path: string, authorization: string) =>
    fetch(`${stack.api_url}${path}`, { headers: { apikey: stack.publishable_key, authorization } });
  for (const path of ["/rest/v1/users?select=id", "/auth/v1/user"]) {
    const good = await call(path, `Bearer ${creator.token}`);
    assert.equal(good.status, 200, `${path} with a valid token: ${await good.text()}`);
  }
  for (const [name, token] of Object.entries(await forgeries(creator.token))) {
    const rest = await call("/rest/v1/users?select=id", `Bearer ${token}`);
    assert.equal(rest.status, 401, `/rest/v1 with ${name}`);
    assert.equal((await rest.json()).code, "PGRST301");
    const auth = await call("/auth/v1/user", `Bearer ${token}`);
    assert.equal(auth.status, 403, `/auth/v1 with ${name}`);
    assert.equal((await auth.json()).error_code, "bad_jwt");
  }
  const basic = await call("/rest/v1/users?select=id", "Basic dTpw");
  await basic.body?.cancel();
  assert.equal(basic.status, 401);
});

Deno.test("a missing or wrong API key is refused, and so is the secret key from a browser", async () => {
  const stack = await testStack();
  const call = async (headers: Record<string, string>) => {
    const response = await fetch(`${stack.api_url}/rest/v1/platform?select=slug`, { headers });
    await response.body?.cancel();
    return response.status;
  };
  assert.equal(await call({}), 401);
  assert.equal(await call({ apikey: "sb_publishable_guess" }), 401);
  assert.equal(await call({ apikey: stack.secret_key, "user-agent": "Mozilla/5.0" }), 401);
  assert.equal(await call({ apikey: stack.publishable_key }), 200);
});

Deno.test("a function call with forged address headers works", async () => {
  const stack = await testStack();
  const response = await fetch(`${stack.api_url}/functions/v1/health`, {
    headers: {
      "x-forwarded-for": "1.2.3.4",
      "cf-connecting-ip": "1.2.3.4",
      "x-request-id": crypto.randomUUID(),
    },
  });
  assert.equal(response.status, 200, await response.text());
});

Deno.test("unknown functions and paths are 404 problems", async () => {
  const stack = await testStack();
  const cases: [string, number, string][] = [
    ["/functions/v1/nothing-like-it", 404, "function_not_found"],
    ["/functions/v1/..%2Fsecret", 404, "function_not_found"],
    ["/functions/v1/_shared", 404, "function_not_found"],
    ["/nothing", 404, "not_found"],
  ];
  for (const [path, status, code] of cases) {
    const response = await fetch(`${stack.api_url}${path}`);
    assert.equal(response.status, status, path);
    assert.equal(response.headers.get("content-type"), "application/problem+json");
    assert.equal((await response.json()).code, code);
  }
});

Deno.test("a body of more than 8 MB is refused, with or without a content-length", async () => {
  const stack = await testStack();
  const large = new Uint8Array(8 * 1024 * 1024 + 1).fill(32);
  const unstated = () =>
    new ReadableStream<Uint8Array>({
      start(controller) {
        for (let at = 0; at < large.length; at += 65_536) controller.enqueue(large.subarray(at, at + 65_536));
        controller.close();
      },
    });
  for (const path of ["/rest/v1/users", "/auth/v1/signup"]) {
    for (const body of [large, unstated()]) {
      const headers = { apikey: stack.publishable_key, "content-type": "application/json" };
      const response = await fetch(`${stack.api_url}${path}`, { method: "POST", headers, body });
      assert.equal(response.status, 413, path);
      assert.equal((await response.json()).code, "body_too_large");
    }
  }
});

Deno.test("the Data API refuses rows and columns that were not granted", async () => {
  const stack = await testStack();
  const creator = await createCreator();
  const table = `gateway_${crypto.randomUUID().slice(0, 8)}`;
  const sql = await testDatabase();
  const get = async (query: string, headers: Record<string, string> = {}) => {
    const response = await fetch(`${stack.api_url}/rest/v1/${table}?${query}`, {
      headers: { apikey: stack.publishable_key, ...headers },
    });
    return { status: response.status, body: await response.json() };
  };
  const asCreator = { authorization: `Bearer ${creator.token}` };
  try {
    await sql.unsafe(`
      create table public.${table} (id integer primary key, owner uuid, open text, closed text);
      alter table public.${table} enable row level security;
      insert into public.${table} values (1, '${creator.id}', 'mine', 'x'), (2, gen_random_uuid(), 'another''s', 'x');
      notify pgrst, 'reload schema';`);
    const seen = async () => {
      for (let attempt = 0; attempt < 50; attempt++) {
        const answer = await get("select=id");
        if (answer.body.code !== "PGRST205") return answer;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    };
    const ungranted = await seen();
    assert.equal(ungranted?.body.code, "42501", "a table without grants is known and refused");
    await sql.unsafe(`
      grant select (id, owner, open) on public.${table} to authenticated;
      create policy "own" on public.${table} for select to authenticated using (owner = (select auth.uid()));`);
    assert.deepEqual((await get("select=id,open", asCreator)).body, [{ id: 1, open: "mine" }]);
    assert.equal((await get("select=closed", asCreator)).body.code, "42501");
    assert.equal((await get("select=*", asCreator)).body.code, "42501");
    assert.equal((await get("select=id")).status, 401, "anon has no grant");
    assert.equal(
      (await get("select=id", { apikey: stack.secret_key })).body.code,
      "42501",
      "service_role has no grant",
    );
  } finally {
    await sql.unsafe(`drop table if exists public.${table}; notify pgrst, 'reload schema';`);
    await sql.end();
  }
});

Deno.test("errors that the database raises keep their code, details and hint; JSON arguments stay JSON", async () => {
  const stack = await testStack();
  const name = `gateway_${crypto.randomUUID().slice(0, 8)}`;
  const sql = await testDatabase();
  const call = async (body: unknown) => {
    for (let attempt = 0; attempt < 50; attempt++) {
      const response = await fetch(`${stack.api_url}/rest/v1/rpc/${name}`, {
        method: "POST",
        headers: { apikey: stack.secret_key, "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      const answer = { status: response.status, body: await response.json() };
      if (answer.body?.code !== "PGRST202") return answer;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  try {
    await sql.unsafe(`
      create function public.${name}(p jsonb, p_fail text default null) returns jsonb language plpgsql as $$
      begin
        if p_fail is not null then
          raise exception 'Cannot do it' using errcode = p_fail, detail = '{"limit": 1}', hint = 'Try less';
        end if;
        return jsonb_build_array(jsonb_typeof(p), current_setting('role'), p);
      end $$;
      grant execute on function public.${name} to service_role;
      notify pgrst, 'reload schema';`);
    for (const p of [{ a: [1, "ä"] }, [{ b: null }], "text", '{"looks": "like JSON"}', 5, true]) {
      const type = Array.isArray(p) ? "array" : typeof p;
      assert.deepEqual((await call({ p }))?.body, [type, "service_role", p]);
    }
    const raised = { message: "Cannot do it", details: '{"limit": 1}', hint: "Try less" };
    for (const [code, status] of [["SVQ01", 400], ["P0001", 400], ["40001", 500], ["23514", 400]] as const) {
      assert.deepEqual(await call({ p: {}, p_fail: code }), { status, body: { ...raised, code } });
    }
  } finally {
    await sql.unsafe(`drop function if exists public.${name}; notify pgrst, 'reload schema';`);
    await sql.end();
  }
});

Deno.test("database functions return the same JSON as on Supabase (timestamps, numbers, rows), and refuse callers without rights", async () => {
  const stack = await testStack();
  const { id, token } = await createCreator();
  const name = `gateway_${crypto.randomUUID().slice(0, 8)}`;
  const sql = await testDatabase();
  const call = async (suffix: string, body: unknown, key: string, bearer?: string) => {
    for (let attempt = 0;; attempt++) {
      const response = await fetch(`${stack.api_url}/rest/v1/rpc/${name}_${suffix}`, {
        method: "POST",
        headers: {
          apikey: key,
          "content-type": "application/json",
          ...(bearer ? { authorization: `Bearer ${bearer}` } : {}),
        },
        body: JSON.stringify(body),
      });
      const text = await response.text();
      if (response.status !== 404 || attempt === 100) return [response.status, text];
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  try {
    await sql.unsafe(`
      create function public.${name}_rows(p_from integer, p_to integer default 2)
        returns table (n bigint, at timestamptz, share numeric) language sql as
        $$ select 9007199254740990 + i, timestamptz '2026-01-02 03:04:05.6+00', 1.50 from generate_series(p_from, p_to) i $$;
      create function public.${name}_one() returns timestamptz language sql as $$ select timestamptz '2026-01-02 03:04:05+00' $$;
      create function public.${name}_many() returns setof integer language sql as $$ select generate_series(1, 5000) $$;
      create function public.${name}_none(p_tags text[]) returns void language sql as $$ select $$;
      create function public.${name}_who() returns text language sql as $$ select current_user || ' ' || auth.uid() $$;
      revoke execute on function public.${name}_rows, public.${name}_who from public;
      grant execute on function public.${name}_rows, public.${name}_one, public.${name}_many, public.${name}_none to service_role;
      grant execute on function public.${name}_who to authenticated;
      notify pgrst, 'reload schema';`);
    const { secret_key, publishable_key } = stack;
    const row = (n: string) => `{"n":${n},"at":"2026-01-02T03:04:05.6+00:00","share":1.50}`;
    const compact = ([status, text]: (string | number)[]) => [status, String(text).replace(/\s/g, "")];
    const rows = `[${row("9007199254740991")},${row("9007199254740992")}]`;
    assert.deepEqual(compact(await call("rows", { p_from: 1 }, secret_key)), [200, rows]);
    assert.deepEqual(await call("one", {}, secret_key), [200, '"2026-01-02T03:04:05+00:00"']);
    assert.equal(JSON.parse(String((await call("many", {}, secret_key))[1])).length, 1_000, "max_rows");
    assert.deepEqual(await call("none", { p_tags: ["a"] }, secret_key), [204, ""]);
    assert.deepEqual(await call("who", {}, publishable_key, token), [200, `"authenticated ${id}"`]);
    assert.equal((await call("who", {}, publishable_key))[0], 401);
    assert.equal((await call("rows", { p_from: 1 }, publishable_key, token))[0], 403);
  } finally {
    const drop = ["rows", "one", "many", "none", "who"].map((part) => `public.${name}_${part}`);
    await sql.unsafe(`drop function if exists ${drop}; notify pgrst, 'reload schema';`);
    await sql.end();
  }
});

Deno.test("a numeric column is returned as a number, also with trailing zeros", async () => {
  const { api_url, secret_key } = await testStack();
  const keyword = `gateway ${crypto.randomUUID()}`;
  const sql = await testDatabase();
  try {
    await sql`insert into public.trending_keyword (keyword, source, score, expires_at) values (${keyword}, 'content', 98.10, now() + interval '1 hour')`;
    const response = await fetch(
      `${api_url}/rest/v1/trending_keyword?select=score&keyword=eq.${encodeURIComponent(keyword)}`,
      { headers: { apikey: secret_key } },
    );
    assert.deepEqual(await response.json(), [{ score: 98.1 }]);
  } finally {
    await sql`delete from public.trending_keyword where keyword = ${keyword}`;
    await sql.end();
  }
});

Deno.test("two hundred concurrent calls are all answered", async () => {
  const stack = await testStack();
  const creator = await createCreator();
  const calls = Array.from({ length: 200 }, async () => {
    const response = await fetch(`${stack.api_url}/rest/v1/users?select=id`, {
      headers: { apikey: stack.publishable_key, authorization: `Bearer ${creator.token}` },
    });
    return [response.status, (await response.json()).length];
  });
  for (const answer of await Promise.all(calls)) assert.deepEqual(answer, [200, 1]);
});

Deno.test("a method that cannot be forwarded returns 405 on every path", async () => {
  const { hostname, port } = new URL((await testStack()).api_url);
  for (const path of ["/functions/v1/health", "/rest/v1/platform", "/auth/v1/user", "/mail"]) {
    using connection = await Deno.connect({ hostname, port: Number(port) });
    const request = `TRACE ${path} HTTP/1.1\r\nhost: ${hostname}:${port}\r\nconnection: close\r\n\r\n`;
    await connection.write(new TextEncoder().encode(request));
    const answer = await new Response(connection.readable).text();
    assert.match(answer, /^HTTP\/1\.1 405 [^]*allow: GET[^]*method_not_allowed/i, path);
  }
});

Deno.test("an invalid boolean is refused, not read as false", async () => {
  const stack = await testStack();
  const { id, token } = await createCreator();
  const change = async (is_public: unknown) => {
    const response = await fetch(`${stack.api_url}/rest/v1/users?id=eq.${id}&select=is_public`, {
      method: "PATCH",
      headers: {
        apikey: stack.publishable_key,
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
        prefer: "return=representation",
      },
      body: JSON.stringify({ is_public }),
    });
    return [response.status, (await response.json())[0]?.is_public];
  };
  assert.deepEqual(await change(true), [200, true]);
  assert.deepEqual(await change("maybe"), [400, undefined]);
  assert.deepEqual(await change(5), [400, undefined]);
  assert.deepEqual(await change(false), [200, false]);
  assert.deepEqual(await change("yes"), [200, true]);
});

Deno.test("the root URL is a page for browsers and JSON for other clients; other origins cannot read the keys", async () => {
  const { api_url, secret_key } = await testStack();
  const open = async (headers: Record<string, string>) => {
    const response = await fetch(api_url, { headers });
    return { headers: response.headers, text: await response.text() };
  };
  const browser = await open({ accept: "text/html,*/*;q=0.8", origin: "https://elsewhere.example" });
  assert.ok(browser.text.includes(secret_key) && browser.text.includes(">sync-youtube<"));
  assert.equal(browser.headers.get("access-control-allow-origin"), null);
  const policy = browser.headers.get("content-security-policy") ?? "";
  assert.match(policy, /^default-src 'none'; style-src 'nonce-[^']+'; script-src 'nonce-[^']+'; /);
  assert.doesNotMatch(browser.text, /\b(src|srcset)=|@import|url\(/, "the page loads an external resource");
  const program = await open({ accept: "*/*" });
  assert.equal(JSON.parse(program.text).functions, "/functions/v1");
  const { hostname, port } = new URL(api_url);
  using connection = await Deno.connect({ hostname, port: Number(port) });
  const request = "GET / HTTP/1.1\r\nhost: rebound.example\r\naccept: text/html\r\nconnection: close\r\n\r\n";
  await connection.write(new TextEncoder().encode(request));
  assert.ok(!(await new Response(connection.readable).text()).includes(secret_key));
});
