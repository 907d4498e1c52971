import assert from "node:assert/strict";
import { createLogger, mask, maskText } from "../../_shared/observability/log.ts";

const SECRETS = {
  "a JWT": "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
  "a Google access token": "ya29.a0AfH6SMBx-abc_DEF",
  "a Google refresh token": "1//0gdXyZ-abcdef_123",
  "a Google authorization code": "4/0AX4XfWh-abcdefghijklmnop",
  "a Google client secret": "GOCSPX-abcdefghijkl",
  "a Google API key": "AIzaSyA-1234567890abcdefghij",
  "a Supabase secret key": "sb_secret_abc123_xyz",
  "an OpenAI key": "sk-proj-abcdefghijklmnop",
  "a Stripe key": "sk_live_abcdefghijklmnop",
  "a webhook secret": "whsec_abcdefghijklmnop",
};

Deno.test("secrets are masked by their format, wherever they occur", () => {
  for (const [what, secret] of Object.entries(SECRETS)) {
    for (const text of [secret, `before ${secret} after`, `{"x":"${secret}"}`, `https://h/p?x=${secret}`]) {
      assert.ok(!maskText(text).includes(secret), `${what} in ${text}`);
      assert.ok(!JSON.stringify(mask({ deep: [{ note: text }] })).includes(secret), what);
    }
  }
  assert.equal(maskText("Bearer abc.def"), "Bearer [masked]");
  assert.equal(maskText("postgres://postgres:hunter2@db:5432/x"), "postgres://postgres:[masked]@db:5432/x");
  assert.equal(
    maskText("GET /callback?code=abc&state=def&page=2"),
    "GET /callback?code=[masked]&state=[masked]&page=2",
  );
  assert.equal(maskText("ada.l+x@example.co.uk wrote"), "[email] wrote");
});

Deno.test("harmless text stays readable", () => {
  for (
    const text of [
      "sync of 50 items took 1//2 of the time",
      "https://www.googleapis.com/youtube/v3/videos",
      "2026-11-20T10:00:00Z",
      "7d0e34c3-5f6a-4c53-9a53-4a4f2d9f0001",
      "sb_publishable_abc",
    ]
  ) {
    assert.equal(maskText(text), text);
  }
});

Deno.test("members named like secrets are masked whatever their value; counts of secrets are not", () => {
  const masked = mask({
    authorization: "x",
    apikey: "x",
    access_token: "x",
    refresh_token: { a: 1 },
    password: ["x"],
    code_verifier: "x",
    code: "x",
    state: "x",
    tokens_refreshed: 3,
    token_expired: false,
    code_count: "kept",
    status: 200,
  });
  assert.deepEqual(masked, {
    authorization: "[masked]",
    apikey: "[masked]",
    access_token: "[masked]",
    refresh_token: "[masked]",
    password: "[masked]",
    code_verifier: "[masked]",
    code: "[masked]",
    state: "[masked]",
    tokens_refreshed: 3,
    token_expired: false,
    code_count: "kept",
    status: 200,
  });
});

Deno.test("the code of an error stays readable, an authorization code does not", () => {
  for (const code of ["quota_exceeded", "SVQ01", "23505", "ECONNREFUSED", "PGRST301", "ERR_JWT_EXPIRED"]) {
    assert.deepEqual(mask({ code }), { code });
  }
  for (const code of ["4/0AX4XfWh", "AQBx9-_f", "abcdef", "toString", { nested: 1 }]) {
    assert.deepEqual(mask({ code }), { code: "[masked]" });
  }
});

Deno.test("an error is logged with its cause, masked", () => {
  const error = new Error("no ya29.abc", {
    cause: Object.assign(new TypeError("inner"), { status: 401, token: "t" }),
  });
  const { stack, cause, ...rest } = mask(error) as { stack: string; cause: Record<string, unknown> };
  assert.deepEqual(rest, { name: "Error", message: "no [masked]" });
  assert.ok(!stack.includes("ya29.abc"));
  assert.deepEqual([cause.name, cause.message, cause.status, cause.token], [
    "TypeError",
    "inner",
    401,
    "[masked]",
  ]);
});

Deno.test("a log line is one JSON object of limited size; lines below the level are not written", () => {
  const lines: string[] = [];
  const log = createLogger({
    level: "info",
    fields: { request_id: "r1" },
    sink: (line) => lines.push(line),
    now: () => new Date(0),
  });
  log.debug("not written");
  log.with({ function: "f" }).info("written\nonce", { n: 1n, when: new Date(0), nothing: undefined });
  const circular: Record<string, unknown> = {};
  circular.self = circular;
  log.warn("circular", { circular });
  log.error("large", { list: Array.from({ length: 1_000 }, () => "x".repeat(500)) });
  assert.deepEqual(JSON.parse(lines[0] ?? ""), {
    level: "info",
    message: "written\nonce",
    timestamp: "1970-01-01T00:00:00.000Z",
    request_id: "r1",
    function: "f",
    n: "1",
    when: "1970-01-01T00:00:00.000Z",
  });
  assert.equal(lines.length, 3);
  for (const line of lines) {
    assert.ok(line.length <= 10_000 && !line.includes("\n"));
    assert.equal(JSON.parse(line).request_id, "r1");
  }
});
