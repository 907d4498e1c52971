/** Tests public reads over HTTP with a real database: equal requests are computed once, and never for a particular user. */
import assert from "node:assert/strict";
import * as z from "zod";
import { createCreator } from "../../../../scripts/test/stack.ts";
import { PostgresStore } from "../../_shared/cache/postgres_store.ts";
import { closeConnections, createAdmin } from "../../_shared/database/database.ts";
import { ApiError, endpoint, type RequestContext } from "../../_shared/http/endpoint.ts";
import { stackSettings } from "../support/stack_settings.ts";

const input = z.strictObject({ of: z.string(), page: z.coerce.number().int().default(1) });
const ORIGIN = "http://localhost:3000";

/** Creates a public read with the test's handler; each call of `process()` acts as a separate process with its own cache. */
async function publicRead(
  handle: (context: RequestContext<typeof input, "none">) => { text: string } | Promise<{ text: string }>,
  tags?: () => string[],
) {
  const api = endpoint({
    name: "public-read",
    summary: "Reads",
    method: "GET",
    auth: "none",
    rate: "public_read",
    cache: { max_age: 1, stale_while_revalidate: 3, tags },
    input,
    example: { of: "x" },
    output: z.object({ text: z.string() }),
    handle,
  });
  const settings = await stackSettings("data api", { RATE_LIMIT_PUBLIC_READ: "100000/60" });
  return () => {
    const served = api.with({ settings: { ...settings }, record: () => {}, sink: () => {} });
    return (query: string, headers: Record<string, string> = {}) =>
      served.fetch(new Request(`${settings.SUPABASE_URL}/functions/v1/public-read?${query}`, { headers }));
  };
}

Deno.test("500 equal concurrent requests to two processes run the handler once", async () => {
  let handled = 0;
  const process = await publicRead(async () => {
    handled += 1;
    await new Promise((resolve) => setTimeout(resolve, 100));
    return { text: "found" };
  });
  const [one, two] = [process(), process()];
  const of = crypto.randomUUID();
  const answers = await Promise.all(
    Array.from(
      { length: 500 },
      (_, n) => n % 2 ? one(`of=${of}&page=1`) : two(n % 4 ? `page=1&of=${of}` : `of=${of}`),
    ),
  );
  const bodies = await Promise.all(answers.map((answer) => answer.text()));
  assert.equal(handled, 1);
  assert.ok(answers.every(({ status }) => status === 200));
  assert.deepEqual([...new Set(bodies)], ['{"text":"found"}']);
  assert.equal(new Set(answers.map(({ headers }) => headers.get("etag"))).size, 1);
});

Deno.test("the handler of a cached read cannot see the caller, so nothing personal can be cached", async () => {
  const seen: unknown[] = [];
  const process = await publicRead(({ user, caller, request }) => {
    seen.push(user, caller, [...request.headers], new URL(request.url).search);
    return { text: "x" };
  });
  const { token } = await createCreator();
  const answer = await process()(`of=${crypto.randomUUID()}`, {
    authorization: `Bearer ${token}`,
    "x-own": "1",
  });
  assert.equal(answer.status, 200);
  await answer.body?.cancel();
  assert.deepEqual(seen, [null, { kind: "anonymous" }, [], ""]);
  assert.throws(
    () =>
      endpoint({
        name: "own",
        summary: "",
        method: "GET",
        auth: "user",
        rate: "user_read",
        cache: { max_age: 1, stale_while_revalidate: 1 },
        input: z.strictObject({}),
        example: {},
        output: z.object({}),
        handle: () => ({}),
      }),
    /Cannot cache own: it is not public/,
  );
});

Deno.test("a known ETag returns 304 in every form that proxies send, with the headers that caches and browsers need", async () => {
  const process = await publicRead(() => ({ text: "same" }));
  const ask = process();
  const of = crypto.randomUUID();
  const first = await ask(`of=${of}`);
  const etag = first.headers.get("etag") ?? "";
  await first.body?.cancel();
  assert.match(etag, /^"[^"]+"$/, "strong");
  const inner = etag.slice(1, -1);
  const forms = [etag, `W/${etag}`, `"a, b", W/"c" , ${etag}`, `"x",W/${etag},"y"`, "*", ` ${etag} `];
  for (const form of [...forms, `"${inner}-gzip"`, `W/"${inner};br"`]) {
    const again = await ask(`of=${of}`, { "if-none-match": form, origin: ORIGIN });
    assert.equal(again.status, 304, form);
    assert.equal(await again.text(), "");
    const header = (name: string) => again.headers.get(name);
    assert.equal(header("etag"), etag);
    assert.equal(header("cache-control"), "public, max-age=1, stale-while-revalidate=3");
    assert.match(header("vary") ?? "", /Origin/);
    assert.equal(header("access-control-allow-origin"), ORIGIN);
    assert.match(header("access-control-expose-headers") ?? "", /etag/);
    assert.equal(header("content-type"), null);
  }
  for (const form of [inner, `"other"`, `W/"other", "x${inner}"`, "", `"${inner}`]) {
    const again = await ask(`of=${of}`, { "if-none-match": form });
    assert.equal(again.status, 200, form);
    await again.body?.cancel();
  }
});

Deno.test("a missing resource is 404 for all concurrent requests from one handler call, and appears soon after its creation", async () => {
  let [handled, isThere] = [0, false];
  const process = await publicRead(() => {
    handled += 1;
    if (!isThere) throw new ApiError("not_found", "Cannot find it", { extras: { resource: "item" } });
    return { text: "there" };
  });
  const ask = process();
  const of = crypto.randomUUID();
  const answers = await Promise.all(Array.from({ length: 50 }, () => ask(`of=${of}`)));
  for (const answer of answers) {
    assert.deepEqual([answer.status, answer.headers.get("cache-control")], [404, "no-store"]);
    const { code, detail, resource } = await answer.json();
    assert.deepEqual([code, detail, resource], ["not_found", "Cannot find it", "item"]);
  }
  assert.equal(handled, 1);
  isThere = true;
  const began = performance.now();
  while (true) {
    const { status, body } = await ask(`of=${of}`);
    await body?.cancel();
    if (status === 200) break;
    assert.ok(performance.now() - began < 3_000);
  }
});

Deno.test("an invalidated response disappears within 1.5 seconds, even if recomputing it fails", async () => {
  let [text, isBroken] = ["visible", false];
  const tag = `creator:${crypto.randomUUID()}`;
  const process = await publicRead(() => {
    if (isBroken) throw new ApiError("unavailable");
    return { text };
  }, () => [tag]);
  const asks = [process(), process()];
  const of = crypto.randomUUID();
  const store = new PostgresStore(createAdmin(await stackSettings("data api")));
  const gone = async (isGone: (answer: Response) => Promise<boolean>) => {
    const began = performance.now();
    for (const ask of asks) {
      while (!await isGone(await ask(`of=${of}`))) {
        assert.ok(performance.now() - began < 1_500, `still served after ${performance.now() - began} ms`);
      }
    }
  };
  for (const ask of asks) assert.match(await (await ask(`of=${of}`)).text(), /visible/);
  text = "other";
  await store.forget([tag]);
  await gone(async (answer) => /other/.test(await answer.text()));
  isBroken = true;
  await store.forget([tag]);
  await gone(async (answer) => {
    await answer.body?.cancel();
    return answer.status === 503;
  });
});

Deno.test("an old response served because recomputing fails is marked no-cache", async () => {
  let isBroken = false;
  const process = await publicRead(() => {
    if (isBroken) throw new ApiError("unavailable");
    return { text: "old" };
  });
  const [ask, of] = [process(), crypto.randomUUID()];
  await (await ask(`of=${of}`)).body?.cancel();
  isBroken = true;
  const began = performance.now();
  while (true) {
    const answer = await ask(`of=${of}`);
    assert.equal(await answer.text(), '{"text":"old"}');
    if (answer.headers.get("cache-control") === "no-cache") break;
    assert.ok(
      performance.now() - began < 8_000,
      "the response is still cacheable after max-age and stale-while-revalidate",
    );
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await closeConnections();
});
