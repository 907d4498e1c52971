import assert from "node:assert/strict";
import * as z from "zod";
import { ApiError, endpoint } from "../../_shared/http/endpoint.ts";
import { requestTo, testDependencies } from "../support/test_dependencies.ts";

const echo = endpoint({
  name: "echo",
  summary: "Answers what it got",
  method: "POST",
  auth: "user",
  rate: "user",
  input: z.strictObject({
    text: z.string().max(20).optional(),
    count: z.number().int().optional(),
    list: z.array(z.strictObject({ name: z.string() })).optional(),
    anything: z.unknown().optional(),
  }),
  example: {},
  output: z.looseObject({}),
  body_limit: 1_000,
  handle: ({ input }) => input,
});

const find = endpoint({
  name: "find",
  summary: "Answers its query",
  method: "GET",
  auth: "none",
  rate: "public_read",
  input: z.strictObject({ q: z.string().min(1), limit: z.coerce.number().int().min(1).max(100).default(50) }),
  example: { q: "x" },
  output: z.looseObject({}),
  handle: ({ input }) => input,
});

async function post(body: BodyInit | null, headers: Record<string, string | null> = {}) {
  const { dependencies } = testDependencies();
  const response = await echo.with(dependencies).fetch(await requestTo("echo", { body, headers }));
  return { status: response.status, headers: response.headers, body: await response.json() };
}

async function get(query: string, path = "find") {
  const { dependencies } = testDependencies();
  const response = await find.with(dependencies).fetch(await requestTo(path, { method: "GET", query }));
  return { status: response.status, body: await response.json() };
}

Deno.test("a valid body reaches the handler", async () => {
  const body = { text: "héllo 👋", count: 3, list: [{ name: "x" }] };
  assert.deepEqual(await post(JSON.stringify(body)).then(({ status, body }) => ({ status, body })), {
    status: 200,
    body,
  });
});

Deno.test("a missing body is read as an empty object, whatever the media type", async () => {
  assert.equal((await post("", { "content-type": null })).status, 200);
  assert.equal((await post("", { "content-type": "text/plain" })).status, 200);
});

Deno.test("a wrong media type, charset or encoding is 415 with the accepted type", async () => {
  const wrong = [
    "text/plain",
    "application/xml",
    "application/x-www-form-urlencoded",
    "application/jsonp",
    "application/json; charset=latin1",
    "multipart/form-data; boundary=x",
    "*/*",
  ];
  for (const type of wrong) {
    const { status, headers, body } = await post("{}", { "content-type": type });
    assert.deepEqual([status, body.code], [415, "unsupported_media_type"], type);
    assert.equal(headers.get("accept"), "application/json");
  }
  assert.equal((await post("{}", { "content-type": null, "content-encoding": "gzip" })).status, 415);
  for (
    const type of ["application/json", "Application/JSON; Charset=UTF-8", 'application/json; charset="utf-8"']
  ) {
    assert.equal((await post("{}", { "content-type": type })).status, 200, type);
  }
});

Deno.test("bytes that are not UTF-8 and text that is not JSON are 400", async () => {
  assert.equal((await post(new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x7d]))).body.code, "invalid_encoding");
  assert.equal((await post(new Uint8Array([0xed, 0xa0, 0x80]))).body.code, "invalid_encoding");
  for (const text of ["{", "{'a':1}", "undefined", "{} {}", '{"a":1,}', "NaN", '"\t"', "\u0000"]) {
    const { status, body } = await post(text);
    assert.deepEqual([status, body.code], [400, "invalid_json"], text);
  }
});

Deno.test(
  "a body over the limit is 413, with or without content-length, and is not read to the end",
  async () => {
    const { status, body } = await post(JSON.stringify({ text: "x".repeat(1_000) }));
    assert.deepEqual([status, body.code, body.limit], [413, "payload_too_large", 1_000]);
    assert.equal((await post("{}" + " ".repeat(998))).status, 200, "a body of exactly the limit is allowed");

    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        sent += 1;
        controller.enqueue(new Uint8Array(100).fill(32));
      },
    });
    assert.equal((await post(endless)).status, 413);
    assert.ok(sent < 20, `${sent} chunks were read`);

    const stated = new ReadableStream<Uint8Array>({ pull: () => new Promise(() => {}) });
    assert.equal(
      (await post(stated, { "content-length": "1001" })).status,
      413,
      "refused without reading the body",
    );
  },
);

Deno.test("invalid input is 422 with a JSON pointer to each error", async () => {
  const { status, body } = await post(
    JSON.stringify({ text: 1, list: [{ name: "ok" }, { name: 2 }], "a/b~c": 1 }),
  );
  assert.equal(status, 422);
  assert.equal(body.code, "validation_failed");
  assert.deepEqual(body.errors.map((fault: { pointer: string }) => fault.pointer).sort(), [
    "/a~1b~0c",
    "/list/1/name",
    "/text",
  ]);
  for (const wrong of ["null", "[]", '"text"', "1", "true"]) {
    assert.equal((await post(wrong)).status, 422, wrong);
  }
  assert.equal((await post('{"count":1e400}')).status, 422, "a number that JavaScript cannot represent");
  assert.equal((await post('{"count":1.5}')).status, 422);
});

Deno.test("unknown keys are refused, including those with a special meaning in JavaScript", async () => {
  for (const key of ["unknown", "__proto__", "constructor", "toString", ""]) {
    const { status, body } = await post(`{"${key}":{}}`);
    assert.deepEqual([status, body.errors?.[0]?.pointer], [422, `/${key}`], key);
  }
});

Deno.test("texts that PostgreSQL cannot store are refused wherever they occur", async () => {
  const places = [
    '{"text":"a\\u0000b"}',
    '{"anything":{"deep":["\\u0000"]}}',
    '{"anything":{"\\u0000":1}}',
    '{"text":"\\ud800"}',
    '{"anything":["\\udc00"]}',
  ];
  for (const text of places) {
    const { status, body } = await post(text);
    assert.deepEqual([status, body.code], [422, "validation_failed"], text);
  }
  assert.equal(
    (await post('{"text":"\\ud83d\\udc4b"}')).status,
    200,
    "a complete surrogate pair is a valid character",
  );
});

Deno.test("deep nesting is refused without exhausting the stack", async () => {
  const wide = endpoint({ ...echo.contract, body_limit: 1_000_000, handle: ({ input }) => input });
  const { dependencies } = testDependencies();
  const body = `{"anything":${"[".repeat(200_000)}${"]".repeat(200_000)}}`;
  const response = await wide.with(dependencies).fetch(await requestTo("echo", { body }));
  assert.equal(response.status, 422);
});

Deno.test("a query is validated like a body, and each parameter may occur once", async () => {
  assert.deepEqual((await get("?q=caf%C3%A9+x&limit=10")).body, { q: "café x", limit: 10 });
  assert.deepEqual((await get("?q=x&forceFunctionRegion=eu-west-1")).body, { q: "x", limit: 50 });
  for (const query of ["", "?q=", "?q=x&limit=0", "?q=x&limit=ten", "?q=x&other=1", "?q=x&q=y", "?q=a%00b"]) {
    assert.equal((await get(query)).status, 422, query);
  }
  assert.equal((await get("?q=%ff")).body.code, "invalid_encoding");
});

Deno.test("a function has no sub-paths", async () => {
  assert.equal((await get("?q=x", "find/")).status, 200);
  const { status, body } = await get("?q=x", "find/other");
  assert.deepEqual([status, body.code], [404, "not_found"]);
});

Deno.test("a webhook's signature is checked against the exact bytes, before they are parsed", async () => {
  const sent: string[] = [];
  const hook = endpoint({
    name: "hook",
    summary: "Takes signed events",
    method: "POST",
    auth: "none",
    rate: "service",
    input: z.looseObject({ type: z.string() }),
    example: { type: "x" },
    output: z.object({ received: z.literal(true) }),
    body_limit: 262_144,
    verify({ bytes, request }) {
      const text = new TextDecoder().decode(bytes);
      sent.push(text);
      if (request.headers.get("x-signature") !== `signed:${text}`) throw new ApiError("unauthorized");
    },
    handle: () => ({ received: true as const }),
  });
  const call = async (body: string, signature: string) => {
    const headers = { authorization: null, apikey: null, "x-signature": signature };
    const response = await hook.with(testDependencies().dependencies).fetch(
      await requestTo("hook", { body, headers }),
    );
    await response.body?.cancel();
    return response.status;
  };
  const body = '{ "type" : "x",  "extra": 1 }';
  assert.equal(await call(body, `signed:${body}`), 200);
  assert.equal(sent[0], body);
  assert.equal(await call(body, "signed:other"), 401);
  assert.equal(await call("not json", "none"), 401, "a forged body is not parsed");
  assert.equal(await call("not json", "signed:not json"), 400);
});
