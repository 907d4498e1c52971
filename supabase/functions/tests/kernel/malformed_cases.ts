/**
 * Generates malformed requests for a function from its contract. Each breaks one rule and is otherwise valid, so its expected response
 * is known exactly. Deterministic: the same contract gives the same cases.
 */
import * as z from "zod";
import { CODES } from "../../_shared/errors.ts";
import type { Contract } from "../../_shared/http/endpoint.ts";

/** One request and its expected response. */
export interface Case {
  label: string;
  method: string;
  /** Appended to the function's name: a sub-path or a query. */
  suffix: string;
  /** Replaces valid headers; null removes one. */
  headers: Record<string, string | null>;
  body: Uint8Array | ReadableStream<Uint8Array> | null;
  status: number;
  /** Accepted codes of the problem; several where a handler may refuse in several ways. */
  codes: readonly string[];
}

const encoder = new TextEncoder();
const bytesOf = (value: unknown) => encoder.encode(typeof value === "string" ? value : JSON.stringify(value));

/** Texts that would do harm if they were interpreted as SQL or as a template. */
export const SQL = [
  "'; drop table users; --",
  '" or 1=1 --',
  "1' or '1'='1",
  "admin'--",
  "') union select * from auth.users --",
  "'; select pg_sleep(10); --",
  "${jndi:ldap://x}",
  "{{7*7}}",
  "$1",
  "%s%n%x",
  "\\'; truncate users cascade; --",
  "0x27",
  "' || (select token from vault.secrets) || '",
];
/** Texts that would do harm if they were interpreted as markup. */
export const HTML = [
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  '"><svg onload=alert(1)>',
  "javascript:alert(1)",
  "<iframe src=//evil.example>",
  "&lt;b&gt;",
  "<!--#exec cmd='ls'-->",
  "]]><x/>",
  "data:text/html,<script>1</script>",
];
const ODD = [
  "../../../etc/passwd",
  "%2e%2e%2f",
  "\r\nset-cookie: a=b",
  "file:///etc/passwd",
  "\u202egnp.exe",
  "\u200b",
  "𝕏".repeat(5_000),
  "a".repeat(100_000),
  "NaN",
  "null",
  "-1",
  "１２３",
];
const WRONG_VALUES: unknown[] = JSON.parse(
  `[null, true, false, 0, -1, 1.5, 1e21, 9007199254740992, -0.1, "", " ", [], [null], ["text"],
  [[]], {}, {"$ne": null}, {"toString": "x"}, {"length": 1}, "0", "true", "[]"]`,
);
const UNKNOWN_KEYS = [
  ..."unknown user_id id role is_admin email __proto__ constructor prototype toString hasOwnProperty".split(
    " ",
  ),
  ..."$where select <script> a.b a/b a~b a[] Display_Name é 𝕏 ключ 0 -1 null p_user_id created_at".split(" "),
  ...["deleted_at", "service_role", "limit ", "'; drop table users; --", "", " ", "x".repeat(300)],
];
const NOT_JSON = [
  ...String.raw`{ } [ ] {] {,} {'a':1} {a:1} {"a"} {"a":} {"a":1,} [1,] {}x x{} undefined NaN Infinity - +1`
    .split(" "),
  ...String.raw`01 1. .5 1e 0x10 tru nul " "\x" "\u12" <xml/> a=b&c=d --boundary`.split(" "),
  ...["{} {}", '"\t"', '"\n"', "// comment\n{}", "/* */{}", '{"a":1}\n{"a":2}'],
  ...["{}\u0000", "\u0000", "\ufeff\ufeff{}", "\u00a0{}"],
];
const NOT_UTF8 = (
  "ff fe 80 bf c080 c1bf c3 c328 e282 e228a1 eda080 edbfbf f09f91 f0288cbc " +
  "f4908080 f5808080 f888808080 fc8480808080 e080af f08080af fffe7b00"
).split(" ").map((bytes) => Uint8Array.fromHex(bytes));
const MEDIA_TYPES = [
  ..."text/plain text/html text/json application/xml application/x-www-form-urlencoded json */* image/png x"
    .split(" "),
  ..."application/octet-stream application/jsonp application/json5 application/json-patch+json".split(" "),
  ..."application/vnd.api+json application/ld+json application/x-ndjson".split(" "),
  ...["multipart/form-data; boundary=x", "application/json; charset=utf-16", "application/json, text/plain"],
  "application/json; charset=iso-8859-1",
];

/** A small repeatable random number generator (mulberry32). */
function seeded(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Returns whether unknown members are accepted, as webhooks must because their senders add members. */
function takesMore(schema: z.ZodType): boolean {
  return schema instanceof z.ZodObject && schema.def.catchall instanceof z.ZodUnknown;
}

/** Returns the expected problem of a body, determined independently of the kernel; null if the body is valid. */
export function verdict(schema: z.ZodType, body: Uint8Array): { status: number; code: string } | null {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch {
    return { status: 400, code: "invalid_encoding" };
  }
  let value: unknown;
  try {
    value = text === "" ? {} : JSON.parse(text);
  } catch {
    return { status: 400, code: "invalid_json" };
  }
  const spelled = JSON.stringify(value);
  // JSON.stringify escapes NUL and lone surrogates in this form and nothing else; it cannot serialize very deep values.
  const unstorable = /(?<!\\)(?:\\\\)*\\u(0000|d[89a-f][0-9a-f]{2})/.test(spelled) ||
    /"__proto__":/.test(spelled) && !takesMore(schema);
  return unstorable || !schema.safeParse(value).success ? { status: 422, code: "validation_failed" } : null;
}

/** Returns at least `least` malformed requests for one function. */
export function malformedRequests(
  contract: Contract,
  /** Well-formed but invalid credentials, as headers. */
  wrongCredentials: Record<string, Record<string, string | null>>,
  least = 500,
): Case[] {
  const cases: Case[] = [];
  const example = contract.example as Record<string, unknown>;
  // The codes with which a handler may refuse a text that fits the schema. Without any, such a text is valid and not sent.
  const refusals = (contract.errors ?? []).filter((code) => CODES[code][0] === 400);
  const posting = contract.method === "POST";
  const asForm = contract.takes === "form";
  const asFeed = contract.takes === "feed";
  const query = new URLSearchParams(example as Record<string, string>).toString();
  const valid = asForm ? bytesOf(query) : bytesOf(example);
  const suffix = asFeed ? "?channel=UCexample" : posting || query === "" ? "" : `?${query}`;
  const right = { method: contract.method, suffix, headers: {}, body: posting ? valid : null };
  const limit = contract.body_limit ?? 1_048_576;
  const add = (label: string, change: Partial<Case>, status: number, ...codes: string[]) => {
    // A body that is too large is not read, whatever else is wrong with it.
    if (status === 422 && change.body instanceof Uint8Array && change.body.length > limit) {
      cases.push({ label, ...right, ...change, status: 413, codes: ["payload_too_large"] });
    } else cases.push({ label, ...right, ...change, status, codes });
  };
  const addBody = (label: string, body: Uint8Array) => {
    const expected = verdict(contract.input, body);
    if (expected) add(label, { body }, expected.status, expected.code);
  };

  for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "PURGE", "PROPFIND", "get2"]) {
    if (method === contract.method || method === "GET" && contract.is_challenged) continue;
    const bodies = method === "GET" || method === "HEAD"
      ? [null]
      : [null, valid, bytesOf("{"), bytesOf("'; drop table users")];
    for (const body of bodies) add(`method ${method}`, { method, body }, 405, "method_not_allowed");
    add(
      `method ${method} overridden`,
      { method, body: null, headers: { "x-http-method-override": contract.method } },
      405,
      "method_not_allowed",
    );
  }
  for (
    const suffix of [
      "/x",
      "/..%2fusers",
      "/%00",
      "/'; drop table users",
      "/1",
      `/${contract.name}`,
      "/a/b/c",
      "/<script>",
    ]
  ) {
    add(`path ${suffix}`, { suffix }, 404, "not_found");
  }
  for (const [label, headers] of Object.entries(wrongCredentials)) {
    add(`credential: ${label}`, { headers }, 401, "unauthorized");
    if (posting) {
      add(`credential: ${label}, and a broken body`, { headers, body: bytesOf("{") }, 401, "unauthorized");
    }
  }
  if (posting) addMediaTypes();
  if (asFeed) addFeeds();
  else if (posting && !asForm) addBodies();
  else addPairs();
  return cases;

  function addMediaTypes() {
    for (const type of MEDIA_TYPES) {
      if (asForm && type === "application/x-www-form-urlencoded") continue;
      add(`media type ${type}`, { headers: { "content-type": type } }, 415, "unsupported_media_type");
    }
    add("no media type", { headers: { "content-type": null } }, 415, "unsupported_media_type");
    for (const encoding of ["gzip", "br", "deflate", "identity, gzip", "x"]) {
      add(
        `content encoding ${encoding}`,
        { headers: { "content-encoding": encoding } },
        415,
        "unsupported_media_type",
      );
    }
    for (const extra of [1, 100_000]) {
      const large = new Uint8Array(limit + extra).fill(32);
      large.set(valid);
      add(`${extra} bytes too many`, { body: large }, 413, "payload_too_large");
      const parts = ReadableStream.from(function* () {
        for (let from = 0; from < large.length; from += 65_536) yield large.subarray(from, from + 65_536);
      }());
      add(`${extra} bytes too many, without a stated length`, { body: parts }, 413, "payload_too_large");
    }
  }

  function addBodies() {
    if (contract.idempotent) {
      for (const key of ["", " ", "a b", "k".repeat(256), "ké", "\t"]) {
        add(
          `idempotency key ${JSON.stringify(key).slice(0, 20)}`,
          { headers: { "idempotency-key": key } },
          400,
          "idempotency_key_invalid",
        );
      }
    }
    for (const [index, odd] of NOT_UTF8.entries()) {
      addBody(`not UTF-8 ${index}`, new Uint8Array([...bytesOf('{"a":"'), ...odd, ...bytesOf('"}')]));
      addBody(`not UTF-8 ${index}, as a key`, new Uint8Array([...bytesOf('{"'), ...odd, ...bytesOf('":1}')]));
    }
    for (const text of NOT_JSON) addBody(`not JSON ${JSON.stringify(text)}`, bytesOf(text));
    for (let end = 1; end < Math.min(valid.length, 60); end++) {
      addBody(`cut off at ${end}`, valid.subarray(0, end));
    }
    for (const value of [null, true, 1, "text", [], [{}], [example]]) {
      addBody("not an object", bytesOf(value));
    }
    for (const key of UNKNOWN_KEYS) {
      for (const value of [1, null, {}]) {
        const rest = JSON.stringify(example).slice(1);
        const comma = rest === "}" ? "" : ",";
        addBody(
          `unknown key ${key.slice(0, 20)}`,
          bytesOf(`{${JSON.stringify(key)}:${JSON.stringify(value)}${comma}${rest}`),
        );
      }
    }
    const fields = Object.keys((contract.input as unknown as { shape: Record<string, unknown> }).shape);
    for (const field of fields) {
      const put = (value: unknown) => bytesOf({ ...example, [field]: value });
      const { [field]: _, ...without } = example;
      addBody(`${field} missing`, bytesOf(without));
      for (const value of WRONG_VALUES) addBody(`${field} = ${JSON.stringify(value)}`, put(value));
      const spelled = JSON.stringify({ ...example, [field]: "@" });
      for (const number of ["1e400", "-1e400", "1e-400", "9".repeat(400), "-0"]) {
        addBody(`${field} = ${number.slice(0, 9)}`, bytesOf(spelled.replace('"@"', number)));
      }
      for (const text of ["\\u0000", "a\\u0000b", "\\ud800", "\\udc00x", "x\\ud83d"]) {
        addBody(
          `${field} with ${text}`,
          bytesOf(spelled.replace("@", () => text)),
        );
      }
      for (const depth of [40, 1_000, 100_000]) {
        // Bypasses verdict(), because serializing the value would overflow the stack.
        const body = bytesOf(spelled.replace('"@"', () => "[".repeat(depth) + "]".repeat(depth)));
        add(`${field} nested ${depth} deep`, { body }, 422, "validation_failed");
      }
      for (const text of [...SQL, ...HTML, ...ODD]) {
        const body = put(text);
        const expected = verdict(contract.input, body);
        if (expected) add(`${field} = ${text.slice(0, 30)}`, { body }, expected.status, expected.code);
        else if (refusals.length > 0) add(`${field} = ${text.slice(0, 30)}`, { body }, 400, ...refusals);
      }
    }
    const random = seeded(contract.name.length);
    const pick = <T>(from: readonly T[]) => from[Math.floor(random() * from.length)] as T;
    for (let round = 0; cases.length < least && round < 50 * least; round++) {
      if (round % 3 === 0) {
        const noise = Uint8Array.from(
          { length: 1 + Math.floor(random() * 40) },
          () => Math.floor(random() * 256),
        );
        addBody("random bytes", noise);
      } else if (round % 3 === 1) {
        const changed = valid.slice();
        changed[Math.floor(random() * changed.length)] = Math.floor(random() * 256);
        addBody("one byte changed", changed);
      } else {
        const body = Object.fromEntries(
          Array.from(
            { length: 3 },
            () => [pick([...fields, ...UNKNOWN_KEYS]), pick([...WRONG_VALUES, ...SQL, ...HTML])],
          ),
        );
        addBody("random members", bytesOf(body));
      }
    }
  }

  /** Adds invalid feeds: truncated, with changed bytes, or something else entirely. */
  function addFeeds() {
    const text = String(contract.example);
    for (let end = 1; end < text.length - 1; end++) {
      add(`cut off at ${end}`, { body: bytesOf(text.slice(0, end)) }, 400, "bad_request");
    }
    for (const [index, odd] of NOT_UTF8.entries()) {
      const body = new Uint8Array([...bytesOf("<feed>"), ...odd, ...bytesOf("</feed>")]);
      add(`not UTF-8 ${index}`, { body }, 400, "invalid_encoding");
    }
    for (
      const other of [
        ...SQL,
        ...HTML,
        ...NOT_JSON.filter((one) => !one.includes("\0")),
        "<a/>",
        "<feed/>",
      ]
    ) {
      add(`no feed: ${other.slice(0, 30)}`, { body: bytesOf(other) }, 400, "bad_request");
    }
    const bomb = `<!DOCTYPE feed [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>${
      text.replace("Episode", "&b;")
    }`;
    add("entities of its own", { body: bytesOf(bomb) }, 400, "bad_request");
    add("a file of ours", { body: bytesOf(text.replace("Episode", "&file;")) }, 400, "bad_request");
    for (const name of ["entry", "title", "feed", "yt:videoId"]) {
      const body = bytesOf(text.replace(`</${name}>`, ""));
      add(`${name} not closed`, { body }, 400, "bad_request");
    }
    add("a NUL", { body: bytesOf(text.replace("Episode", "\0")) }, 422, "validation_failed");
  }

  /** Adds faulty names and values, in a query or in a form body. */
  function addPairs() {
    const place = asForm ? "form" : "query";
    const said = (text: string): Partial<Case> => asForm ? { body: bytesOf(text) } : { suffix: `?${text}` };
    const add422 = (text: string) =>
      add(`${place} ${text.slice(0, 40)}`, said(text), 422, "validation_failed");
    /** A field that accepts any text accepts this one, so it is not sent. */
    const addUnlessRight = (field: string, text: string, rest: Record<string, unknown>) => {
      if (!contract.input.safeParse({ ...rest, [field]: text }).success) {
        add422(`${field}=${encodeURIComponent(text)}`);
      }
    };
    for (const key of UNKNOWN_KEYS) {
      if (key === "") continue;
      for (const value of ["", "1", "null", "[]", "x".repeat(50)]) {
        add422(`${encodeURIComponent(key)}=${value}`);
      }
    }
    for (const text of [...SQL, ...HTML, ...ODD]) {
      if (text.length < 5_000) addUnlessRight("q", text, {});
      if (text.length < 500) add422(`${encodeURIComponent(text)}=1`);
    }
    for (const key of ["a", "limit", "id"]) add422(`${key}=1&${key}=2`);
    for (
      const odd of ["%ff", "%80", "%c3%28", "%ed%a0%80", "%f0%9f%91", "%", "%zz", "%u0041", "%c0%80", "%fe"]
    ) {
      for (const query of [`a=${odd}`, `${odd}=1`, `a=1&b=${odd}`]) {
        add(`${place} ${query}`, said(query), 400, "invalid_encoding");
      }
    }
    for (const [index, odd] of asForm ? NOT_UTF8.entries() : []) {
      const body = new Uint8Array([...bytesOf("a="), ...odd]);
      add(`form that is not UTF-8 ${index}`, { body }, 400, "invalid_encoding");
    }
    if (suffix || asForm) {
      if (!contract.input.safeParse({}).success) {
        add(`no ${place}`, asForm ? { body: new Uint8Array() } : { suffix: "" }, 422, "validation_failed");
      }
      for (const field of Object.keys(example)) {
        const { [field]: _, ...rest } = example;
        for (const text of ["", ...SQL, ...HTML]) addUnlessRight(field, text, rest);
        add422(`${query}&${query}`);
      }
    }
    for (const nul of ["a=%00", "%00=1", "a=x%00y", "a%00=1"]) add422(nul);
    const random = seeded(contract.name.length);
    while (cases.length < least) {
      const letters = Array.from(
        { length: 1 + Math.floor(random() * 20) },
        () => String.fromCodePoint(33 + Math.floor(random() * 5_000)),
      ).join("");
      add422(`${encodeURIComponent(letters)}=${encodeURIComponent(letters)}`);
    }
  }
}
