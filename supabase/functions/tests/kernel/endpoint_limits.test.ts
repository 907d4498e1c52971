import assert from "node:assert/strict";
import * as z from "zod";
import { endpoint } from "../../_shared/http/endpoint.ts";
import { DatabaseError } from "../../_shared/errors.ts";
import type { CachePolicy } from "../../_shared/http/cache_policy.ts";
import { clientAddress, type RateClass } from "../../_shared/http/limits.ts";
import { requestTo, SECRET, testDependencies, USER } from "../support/test_dependencies.ts";

function limited(
  rate: RateClass,
  method: "GET" | "POST",
  handle: () => unknown = () => ({}),
  cache?: CachePolicy,
) {
  return endpoint({
    name: "limited",
    summary: "Counts",
    method,
    auth: ["user", "secret", "none"],
    rate,
    input: z.strictObject({}),
    example: {},
    output: z.looseObject({}),
    cache,
    handle: async () => await handle() as Record<string, unknown>,
  });
}

/** A stand-in for the database's limiter, for one process: up to `limit` hits per key, without windows. */
function counter(limit: number) {
  const hits = new Map<string, number>();
  return {
    check_rate_limit: (args: Record<string, unknown>) => {
      const key = String(args.p_key);
      const used = (hits.get(key) ?? 0) + 1;
      hits.set(key, Math.min(used, limit));
      return [{ allowed: used <= limit, remaining: Math.max(0, limit - used), reset_seconds: 1800 }];
    },
  };
}

Deno.test("every response of a rate-limited endpoint states the limit, the remainder and the reset time", async () => {
  const { dependencies, calls } = testDependencies({
    settings: { RATE_LIMIT_USER: "3/3600" },
    functions: counter(3),
  });
  const api = limited("user", "POST").with(dependencies);
  const seen: (string | null)[][] = [];
  for (const body of ["{}", '{"unknown":1}', "not json", "{}", "not json"]) {
    const response = await api.fetch(await requestTo("limited", { body }));
    await response.body?.cancel();
    const header = (name: string) => response.headers.get(name);
    seen.push([
      String(response.status),
      header("ratelimit-limit"),
      header("ratelimit-remaining"),
      header("ratelimit-reset"),
      header("retry-after"),
    ]);
  }
  assert.deepEqual(seen, [
    ["200", "3", "2", "1800", null],
    ["422", "3", "1", "1800", null],
    ["400", "3", "0", "1800", null],
    ["429", "3", "0", "1800", "1800"],
    ["429", "3", "0", "1800", "1800"],
  ]);
  assert.deepEqual(calls[0], {
    name: "check_rate_limit",
    args: { p_key: `user:${USER}`, p_limit: 3, p_window_seconds: 3600 },
  });
  assert.equal(calls.length, 5, "one round trip per request");
});

for (
  const [rate, method] of [["user", "POST"], ["user_read", "GET"], ["public_read", "GET"]] as const
) {
  Deno.test(`a rate-limited ${method} of class ${rate} does not run the handler`, async () => {
    let worked = 0;
    const { dependencies } = testDependencies({ functions: counter(1) });
    const api = limited(rate, method, () => ({ worked: worked++ })).with(dependencies);
    for (const expected of [200, 429, 429]) {
      const response = await api.fetch(await requestTo("limited", { method }));
      const body = await response.json();
      assert.equal(response.status, expected);
      if (expected === 429) assert.equal(body.code, "rate_limited");
    }
    assert.equal(worked, 1);
  });
}

Deno.test("a cached public read starts while it is being counted; a refused one discloses nothing", async () => {
  const order: string[] = [];
  let release = () => {};
  const gate = new Promise<void>((resolve) => release = resolve);
  const { dependencies } = testDependencies({
    functions: {
      check_rate_limit: async () => {
        await gate;
        order.push("counted");
        return [{ allowed: false, remaining: 0, reset_seconds: 5 }];
      },
    },
  });
  const work = () => {
    order.push("handled");
    release();
    return { secret: true };
  };
  const api = limited("public_read", "GET", work, { max_age: 60, stale_while_revalidate: 0 }).with(
    dependencies,
  );
  const response = await api.fetch(await requestTo("limited", { method: "GET" }));
  assert.equal(response.status, 429);
  assert.ok(!(await response.text()).includes("secret"));
  assert.deepEqual(order, ["handled", "counted"]);
});

Deno.test("creators are counted by id, all others by IP address, the service not at all", async () => {
  const keyOf = async (rate: RateClass, headers: Record<string, string | null>) => {
    const { dependencies, calls } = testDependencies();
    const response = await limited(rate, "POST").with(dependencies).fetch(
      await requestTo("limited", { headers }),
    );
    await response.body?.cancel();
    assert.equal(response.headers.has("ratelimit-limit"), calls.length > 0);
    return calls[0]?.args.p_key;
  };
  const nobody = { authorization: null, apikey: null };
  assert.equal(await keyOf("user", {}), `user:${USER}`);
  assert.equal(await keyOf("user_read", {}), `user_read:${USER}`);
  assert.equal(
    await keyOf("public_read", {}),
    "public_read:203.0.113.7",
    "a public class counts creators by IP address too",
  );
  assert.equal(await keyOf("anonymous", nobody), "anonymous:203.0.113.7");
  assert.equal(await keyOf("click", nobody), "click:203.0.113.7");
  assert.equal(await keyOf("user", nobody), "user:203.0.113.7");
  assert.equal(await keyOf("service", nobody), undefined);
  assert.equal(await keyOf("user", { authorization: null, apikey: SECRET }), undefined);
});

Deno.test("a client cannot choose its IP address with a header", async () => {
  const { dependencies, calls } = testDependencies();
  const forged = {
    authorization: null,
    "x-forwarded-for": "198.51.100.1",
    "x-real-ip": "198.51.100.2",
    forwarded: "for=198.51.100.3",
  };
  const response = await limited("anonymous", "POST").with(dependencies).fetch(
    await requestTo("limited", { headers: forged }),
  );
  await response.body?.cancel();
  assert.equal(calls[0]?.args.p_key, "anonymous:203.0.113.7");

  const address = (value: string) =>
    clientAddress(new Request("http://x", { headers: { "x-forwarded-for": value } }), "x-forwarded-for");
  assert.equal(address("198.51.100.1, 203.0.113.9"), "203.0.113.9", "the last entry comes from the proxy");
  assert.equal(address("::ffff:203.0.113.9"), "203.0.113.9");
  assert.equal(address("2001:DB8:1:2:aaaa::1"), "2001:db8:1:2::/64");
  assert.equal(address("2001:db8:1:2:bbbb:1:2:3"), "2001:db8:1:2::/64");
  assert.equal(address("2001:db8::1"), "2001:db8:0:0::/64");
  assert.equal(address("::1"), "0:0:0:0::/64");
  for (const odd of ["", "unknown", "x'; drop table--", "203.0.113.9:80"]) {
    assert.equal(address(odd), "unknown", odd);
  }
});

Deno.test("when the rate limiter fails, public reads continue and everything else is 503", async () => {
  const broken = {
    check_rate_limit: () => {
      throw new DatabaseError("unreachable", "no database");
    },
  };
  const ask = async (rate: RateClass, method: "GET" | "POST", functions: typeof broken = broken) => {
    const { dependencies } = testDependencies({ functions });
    const response = await limited(rate, method).with(dependencies).fetch(
      await requestTo("limited", { method }),
    );
    const body = await response.json();
    return [response.status, body.code, response.headers.get("retry-after")];
  };
  assert.deepEqual(await ask("public_read", "GET"), [200, undefined, null]);
  const silent = { check_rate_limit: () => new Promise<never>(() => {}) as never };
  assert.deepEqual(
    await ask("public_read", "GET", silent),
    [200, undefined, null],
    "a rate limiter that does not respond counts as failed",
  );
  assert.deepEqual(await ask("user_read", "GET"), [503, "unavailable", "5"]);
  assert.deepEqual(await ask("user", "POST"), [503, "unavailable", "5"]);
  assert.deepEqual(await ask("anonymous", "POST"), [503, "unavailable", "5"]);
  assert.deepEqual(await ask("click", "POST"), [503, "unavailable", "5"]);
});
