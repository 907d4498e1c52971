import assert from "node:assert/strict";
import { AnswerCheck, type Difference } from "./answer_check.ts";

/** Returns the differences reported for a response. */
async function told(
  path: string,
  response: Response,
  { query = "", method = "GET" } = {},
): Promise<Difference[]> {
  const file = await Deno.makeTempFile();
  try {
    const check = await AnswerCheck.open(file);
    await check.look({ method, path, query: new URLSearchParams(query) }, response);
    const text = await Deno.readTextFile(file);
    return text.split("\n").filter(Boolean).map((line) => JSON.parse(line));
  } finally {
    await Deno.remove(file);
  }
}

const json = (body: unknown, status = 200, type = "application/json") =>
  new Response(JSON.stringify(body), { status, headers: { "content-type": type } });
const problem = { type: "urn:x", title: "Not found", status: 404, code: "not_found", request_id: "r" };

Deno.test("a response that matches its documentation is not reported; one that differs is reported with the reason", async () => {
  const undone = { success: true };
  assert.deepEqual(await told("/functions/v1/track-click", json(undone), { method: "POST" }), []);
  const [wrong] = await told("/functions/v1/track-click", json({ success: "yes" }), { method: "POST" });
  assert.match(wrong?.problem ?? "", /success/);
  const [status] = await told("/functions/v1/track-click", json(undone, 418), { method: "POST" });
  assert.equal(status?.problem, "status 418 is not documented");
});

Deno.test("problem responses are checked, too: an undocumented code is reported", async () => {
  const path = "/functions/v1/job-status";
  assert.deepEqual(await told(path, json(problem, 404, "application/problem+json")), []);
  const [unknown] = await told(
    path,
    json({ ...problem, code: "no_such_code" }, 404, "application/problem+json"),
  );
  assert.match(unknown?.problem ?? "", /code/);
});

Deno.test("rows with selected columns are checked by those columns; renamed columns are ignored", async () => {
  const path = "/rest/v1/platform";
  assert.deepEqual(await told(path, json([{ slug: "youtube" }]), { query: "select=slug" }), []);
  assert.equal((await told(path, json([{ slug: 5 }]), { query: "select=slug" })).length, 1);
  assert.equal((await told(path, json([{ slug: "youtube" }]))).length, 1, "the whole row was requested");
  assert.deepEqual(await told(path, json([{ slug: 5 }]), { query: "select=slug:sort_order" }), []);
});
