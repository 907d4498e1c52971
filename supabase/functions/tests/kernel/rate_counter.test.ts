import assert from "node:assert/strict";
import type { Admin } from "../../_shared/database/database.ts";
import { RateCounter } from "../../_shared/http/rate_counter.ts";

/** Lets pending promises continue. */
const settled = () => new Promise((resolve) => setTimeout(resolve));

const rate = (key: string, limit = 10) => ({ key, limit, window_seconds: 60 });

/** An admin client whose calls wait until the test answers them; it grants up to `limit` hits per call and key. */
function slowAdmin() {
  const calls: { name: string; args: Record<string, unknown>; answer(): void; fail(error: Error): void }[] =
    [];
  const admin: Admin = {
    call: <T>(name: string, args: Record<string, unknown> = {}) =>
      new Promise<T>((resolve, fail) => {
        const hits = name === "check_rate_limits" ? args.p_hits as number[] : [1];
        const limits = name === "check_rate_limits" ? args.p_limits as number[] : [args.p_limit as number];
        const rows = hits.map((asked, index) => {
          const granted = Math.min(asked, limits[index] ?? 0);
          return {
            place: index + 1,
            allowed: granted > 0,
            granted,
            remaining: (limits[index] ?? 0) - granted,
            reset_seconds: 60,
          };
        });
        // Rows are returned in the order of their keys, not of their places.
        calls.push({ name, args, answer: () => resolve(rows.reverse() as T), fail });
      }),
  };
  return { admin, calls };
}

Deno.test("hits are sent singly while fewer than two calls run; otherwise in a batch with one entry per key", async () => {
  const { admin, calls } = slowAdmin();
  const counter = new RateCounter();
  const first = [counter.count(rate("a"), admin), counter.count(rate("b"), admin)];
  const stats = Array.from({ length: 6 }, () => ({ db_calls: 0, db_ms: 0 }));
  const later = ["a", "c", "a", "a", "c", "d"].map((key, hit) =>
    counter.count(rate(key, key === "a" ? 2 : 10), admin, stats[hit])
  );
  assert.deepEqual(calls.map(({ name, args }) => [name, args.p_key]), [
    ["check_rate_limit", "a"],
    ["check_rate_limit", "b"],
  ]);
  calls[0]?.answer();
  assert.equal((await first[0])?.remaining, 9);
  await settled();
  assert.equal(calls.length, 3);
  assert.deepEqual(calls[2]?.args, {
    p_keys: ["a", "c", "d"],
    p_limits: [2, 10, 10],
    p_window_seconds: [60, 60, 60],
    p_hits: [3, 2, 1],
  });
  calls[2]?.answer();
  const states = await Promise.all(later);
  assert.deepEqual(states.map(({ allowed, remaining }) => [allowed, remaining]), [
    [true, 1],
    [true, 9],
    [true, 0],
    [false, 0],
    [true, 8],
    [true, 9],
  ]);
  calls[1]?.answer();
  await first[1];
  assert.deepEqual(
    stats.map(({ db_calls }) => db_calls),
    [0, 1, 1, 1, 1, 1],
    "the call is counted by the admin client of the first hit",
  );
});

Deno.test("a failed call fails only its own hits, and the counter continues", async () => {
  const { admin, calls } = slowAdmin();
  const counter = new RateCounter();
  const running = [counter.count(rate("a"), admin), counter.count(rate("b"), admin)];
  const together = [counter.count(rate("c"), admin), counter.count(rate("d"), admin)];
  calls[0]?.fail(new Error("cut off"));
  await assert.rejects(running[0] ?? Promise.resolve(), /cut off/);
  await settled();
  calls[2]?.fail(new Error("cut off again"));
  for (const hit of together) await assert.rejects(hit, /cut off again/);
  calls[1]?.answer();
  assert.equal((await running[1])?.allowed, true);
  const after = counter.count(rate("c"), admin);
  calls[3]?.answer();
  assert.equal((await after).allowed, true);
});

Deno.test("many keys are sent in batches of fifty", async () => {
  const { admin, calls } = slowAdmin();
  const counter = new RateCounter();
  const hits = Array.from({ length: 122 }, (_, key) => counter.count(rate(`key:${key}`), admin));
  for (let call = 0; call < 5; call++) {
    calls[call]?.answer();
    await settled();
  }
  assert.equal((await Promise.all(hits)).filter(({ allowed }) => allowed).length, 122);
  assert.deepEqual(calls.map(({ args }) => (args.p_keys as string[] | undefined)?.length ?? 1), [
    1,
    1,
    50,
    50,
    20,
  ]);
});
