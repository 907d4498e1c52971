import assert from "node:assert/strict";
import { hmacHex } from "../../_shared/http/hmac.ts";
import {
  atPlace,
  cursorAfter,
  explainGraph,
  graphDialect,
  judge,
  reshapeTokenAnswer,
} from "../../_shared/platforms/meta/graph.ts";
import { type FaultKind, PlatformFault } from "../../_shared/platforms/platform.ts";
import { NOW } from "../support/adapter_context.ts";

function explained(
  status: number,
  error: Record<string, unknown>,
  retry_at: Date | null = null,
): PlatformFault {
  return explainGraph("instagram", {
    status,
    body: { error: { message: "secret words", ...error } },
    retry_at,
  }, NOW);
}

Deno.test("every Meta error code maps to its fault, whatever the HTTP status", () => {
  const cases: [Record<string, unknown>, number, FaultKind][] = [
    [{ code: 190, error_subcode: 463 }, 400, "token_expired"],
    [{ code: 190, error_subcode: 460 }, 401, "token_expired"],
    [{ code: 102 }, 400, "token_expired"],
    [{ code: 10 }, 403, "scope_missing"],
    [{ code: 200 }, 403, "scope_missing"],
    [{ code: 299 }, 403, "scope_missing"],
    [{ code: 100, error_subcode: 33 }, 400, "account_gone"],
    [{ code: 803 }, 404, "account_gone"],
    [{ code: 25 }, 400, "account_gone"],
    [{ code: 25, error_subcode: 2207050 }, 400, "confirmation_needed"],
    [{ code: 190, error_subcode: 459 }, 400, "confirmation_needed"],
    [{ code: 190, error_subcode: 464 }, 401, "confirmation_needed"],
    [{ code: 190, error_subcode: 490 }, 400, "confirmation_needed"],
    [{ code: 102, error_subcode: 459 }, 400, "confirmation_needed"],
    [{ code: 190, error_subcode: 467 }, 400, "token_expired"],
    [{ code: 100 }, 400, "misconfigured"],
    [{ code: 368 }, 400, "misconfigured"],
    [{ code: 1 }, 500, "transient"],
    [{ code: 2, is_transient: true }, 503, "transient"],
    [{ code: 190, is_transient: true }, 500, "transient"],
    [{ code: 12345 }, 500, "transient"],
    [{ code: 4 }, 403, "quota_exhausted"],
    [{ code: 4, error_subcode: 2207051 }, 403, "quota_exhausted"],
    [{ code: 17 }, 400, "quota_exhausted"],
    [{ code: 32 }, 429, "quota_exhausted"],
    [{ code: 613 }, 400, "quota_exhausted"],
    [{ code: 80001 }, 400, "quota_exhausted"],
    [{ code: 80002, is_transient: true }, 400, "quota_exhausted"],
  ];
  for (const [error, status, kind] of cases) {
    const fault = explained(status, error);
    assert.equal(fault.kind, kind, JSON.stringify(error));
    assert.equal(
      fault.whole_app,
      error.code === 4 && !error.error_subcode,
      "only code 4 without a subcode affects every account",
    );
    assert.ok(!fault.message.includes("secret words"));
  }
  const without: [number, FaultKind][] = [
    [401, "token_expired"],
    [400, "misconfigured"],
    [404, "transient"],
    [
      502,
      "transient",
    ],
  ];
  for (const [status, kind] of without) {
    assert.equal(
      explainGraph("facebook", { status, body: "<html>", retry_at: null }, NOW).kind,
      kind,
      String(status),
    );
  }
});

Deno.test('an error that asks for less data is "too_heavy", whatever its code and wherever the message is', () => {
  const words = "Please reduce the amount of data you're asking for, then retry your request";
  const heavy: [Record<string, unknown>, number][] = [
    [{ code: 1, message: words }, 500],
    [{ code: 2, message: words, is_transient: true }, 503],
    [{ code: 100, error_subcode: 2335012, message: words }, 400],
    [{ code: 1, message: "An unknown error occurred", error_subcode: 99, error_user_msg: words }, 500],
    [{ code: 1, message: "An unknown error occurred", error_user_title: words.toUpperCase() }, 500],
    [{ code: 100, message: "(#100) Too many IDs. Maximum: 50. Provided: 54." }, 400],
    [{ code: 12345 }, 413],
  ];
  for (const [error, status] of heavy) {
    assert.equal(explained(status, error).kind, "too_heavy", JSON.stringify(error));
  }
  assert.equal(explained(500, { code: 1, message: "An unknown error occurred" }).kind, "transient");
  assert.equal(
    explained(403, { code: 4, message: words }).kind,
    "quota_exhausted",
    "a rate limit takes precedence over the message",
  );
});

Deno.test("errors about one object are distinguished from errors about the token, the limits or the whole request", () => {
  const said = (error: Record<string, unknown>, status = 400) => judge(explained(status, error));
  const plain =
    "Unsupported get request. Object with ID '1' does not exist, cannot be loaded due to missing permissions, or does not support this operation";
  const reviewable =
    "(#100) Object does not exist, cannot be loaded due to missing permission or reviewable feature";
  const cases: [ReturnType<typeof judge>, Record<string, unknown>][] = [
    ["absent", { code: 100, error_subcode: 33 }],
    ["absent", { code: 100, type: "GraphMethodException", message: plain }],
    ["absent", { code: 803 }],
    ["unread", { code: 100, message: reviewable }],
    ["unread", { code: 100, message: "(#100) Tried accessing nonexisting field (x)" }],
    ["unread", { code: 10 }],
    ["unread", { code: 200 }],
    ["unread", { code: 25, error_subcode: 2207050 }],
    ["unread", { code: 368 }],
    ["unread", { code: 1 }],
    ["unread", { code: 99999 }],
    ["token", { code: 190 }],
    ["token", { code: 190, error_subcode: 459 }],
    ["token", { code: 102 }],
    ["whole", { code: 4 }],
    ["whole", { code: 80001 }],
    ["whole", { code: 1, message: "Please reduce the amount of data you're asking for" }],
  ];
  for (const [verdict, error] of cases) assert.equal(said(error), verdict, JSON.stringify(error));
});

Deno.test("an exhausted quota waits as long as the usage header says, or else for an hour", () => {
  assert.equal(explained(400, { code: 80002 }).retry_at?.getTime(), NOW.getTime() + 3_600_000);
  const later = new Date(NOW.getTime() + 19 * 60_000);
  assert.equal(explained(400, { code: 80002 }, later).retry_at, later);

  const { wait, left } = graphDialect("instagram");
  const headers = new Headers({
    "x-app-usage": '{"call_count":28,"total_time":25,"total_cputime":25}',
    "x-business-use-case-usage":
      '{"17841":[{"type":"instagram","call_count":95,"total_cputime":20,"total_time":20,"estimated_time_to_regain_access":19}]}',
  });
  assert.equal(wait?.({ status: 400, headers }, NOW), 19 * 60);
  assert.deepEqual(left?.(headers, NOW, "me"), { spent: 0.95, resets_at: later });
  for (const odd of ["", "no JSON", "[]", '{"17841":{}}', '{"17841":[{"call_count":"much"}]}']) {
    const spoiled = new Headers({ "x-business-use-case-usage": odd });
    assert.equal(wait?.({ status: 400, headers: spoiled }, NOW), null, odd);
  }
  assert.deepEqual(left?.(new Headers(), NOW, "me"), {});
});

Deno.test("a list ends where `next` is missing; only the cursor is used from it", () => {
  const next = "https://graph.instagram.com/v26.0/1/media?access_token=secret&after=QVFI";
  assert.equal(cursorAfter({ cursors: { after: "a" }, next }), "a");
  assert.equal(cursorAfter({ next }), "QVFI");
  assert.equal(cursorAfter({ cursors: { after: "a" } }), null);
  assert.equal(cursorAfter(undefined), null);
  assert.equal(cursorAfter({ next: "no address" }), null);
});

Deno.test("a refused parameter in a request with a cursor means an invalid cursor; other errors are unchanged", async () => {
  const fails = (error: Error, after: string | null = "cursor") =>
    atPlace({ list: "media", after, query: {} }, Promise.reject(error)).catch((thrown) => thrown);
  const refused = explained(400, { code: 100 });
  assert.equal((await fails(refused)).kind, "cursor_invalid");
  const gone = explained(400, { code: 100, error_subcode: 33 });
  assert.equal(await fails(gone), gone);
  const other = new Error("other");
  assert.equal(await fails(other), other);
  assert.equal(await fails(refused, null), refused, "without a cursor the fault is unchanged");
});

Deno.test("token responses of all shapes are converted to those of RFC 6749", () => {
  const token = { access_token: "t", user_id: "17841400000000000" };
  const scope = "instagram_business_basic instagram_business_manage_insights";
  assert.deepEqual(reshapeTokenAnswer({ data: [{ ...token, permissions: scope.replace(" ", ",") }] }), {
    ...token,
    scope: scope.replace(" ", ","),
  });
  assert.deepEqual(reshapeTokenAnswer({ ...token, permissions: scope.split(" ") }), { ...token, scope });
  assert.deepEqual(reshapeTokenAnswer({ access_token: "t", expires_in: 5_184_000 }), {
    access_token: "t",
    expires_in: 5_184_000,
  });
  const refusals: [Record<string, unknown>, string][] = [
    [{
      error_type: "OAuthException",
      code: 400,
      error_message: "Matching code was not found or was already used",
    }, "invalid_grant"],
    [{ error_type: "OAuthException", code: 400, error_message: "Invalid platform app" }, "invalid_client"],
    [{ error: { code: 100, message: "This authorization code has been used." } }, "invalid_grant"],
    [{ error: { code: 4, message: "limit" } }, "temporarily_unavailable"],
    [{ error: { code: 2, message: "later" } }, "temporarily_unavailable"],
    [{ error: { code: 101, message: "Error validating application" } }, "invalid_client"],
  ];
  for (const [body, error] of refusals) {
    assert.deepEqual(reshapeTokenAnswer(body), { error }, JSON.stringify(body));
  }
});

Deno.test("the proof of a token is its HMAC-SHA256 with the app's secret", async () => {
  // RFC 4231, test case 2.
  assert.equal(
    await hmacHex("Jefe", "what do ya want for nothing?"),
    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
  );
});
