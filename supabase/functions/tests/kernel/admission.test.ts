/** Tests how many reads run concurrently, and what happens to the others. */
import assert from "node:assert/strict";
import * as z from "zod";
import { endpoint } from "../../_shared/http/endpoint.ts";
import { stackSettings } from "../support/stack_settings.ts";

const QUIET = { record: () => {}, sink: () => {} };

/** Creates a function whose handlers wait until the test resolves them through `begun`. */
async function heldBack(method: "GET" | "POST") {
  const settings = await stackSettings("pooler", { MAX_READS_AT_ONCE: "3" });
  const begun: (() => void)[] = [];
  const { fetch } = endpoint({
    name: "held-back",
    summary: "Waits",
    method,
    auth: "none",
    rate: "service",
    input: z.strictObject({ number: z.coerce.number().optional() }),
    example: {},
    output: z.object({}),
    handle: () => new Promise<Record<string, never>>((resolve) => begun.push(() => resolve({}))),
  }).with({ settings, ...QUIET });
  const call = () => {
    const body = method === "POST" ? { body: "{}", headers: { "content-type": "application/json" } } : {};
    return fetch(new Request(`${settings.SUPABASE_URL}/functions/v1/held-back`, { method, ...body }));
  };
  return { begun, call, settled: () => new Promise((resolve) => setTimeout(resolve, 0)) };
}

Deno.test("only a limited number of reads run at once; later ones wait their turn in order", async () => {
  const { begun, call, settled } = await heldBack("GET");
  const answers = Array.from({ length: 5 }, call);
  await settled();
  assert.equal(begun.length, 3);
  begun[1]?.();
  assert.equal((await answers[1])?.status, 200);
  await settled();
  assert.equal(begun.length, 4, "one ended, so one was admitted");
  for (let next = 0; next < 5; next++) {
    begun[next]?.();
    await settled();
  }
  assert.deepEqual((await Promise.all(answers)).map(({ status }) => status), [200, 200, 200, 200, 200]);
});

Deno.test("a request that would wait too long is 503 with Retry-After, and no slot is lost", async () => {
  const { begun, call, settled } = await heldBack("GET");
  const inside = Array.from({ length: 3 }, call);
  const refused = await Promise.all(Array.from({ length: 20 }, call));
  for (const answer of refused) {
    assert.equal(answer.status, 503);
    assert.equal(answer.headers.get("retry-after"), "2");
    const { code, detail } = await answer.json();
    assert.equal(code, "unavailable");
    assert.match(detail, /too many requests are waiting/);
  }
  assert.equal(begun.length, 3, "no refused request ran its handler");
  for (const end of begun) end();
  assert.deepEqual((await Promise.all(inside)).map(({ status }) => status), [200, 200, 200]);
  const later = Array.from({ length: 4 }, call);
  await settled();
  assert.equal(begun.length, 6, "all three slots are free again");
  for (let next = 3; next < 7; next++) {
    begun[next]?.();
    await settled();
  }
  assert.ok((await Promise.all(later)).every(({ status }) => status === 200));
});

Deno.test("writes are not limited", async () => {
  const { begun, call, settled } = await heldBack("POST");
  const answers = Array.from({ length: 8 }, call);
  for (let looks = 0; begun.length < 8 && looks < 1_000; looks++) await settled();
  assert.equal(begun.length, 8);
  for (const end of begun) end();
  assert.ok((await Promise.all(answers)).every(({ status }) => status === 200));
});
