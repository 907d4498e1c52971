import assert from "node:assert/strict";
import { join } from "node:path";
import { FunctionsHost } from "./host.ts";
import { findRuntime } from "./runtime.ts";
import { Home } from "../home/home.ts";
import { Incoming } from "../http/incoming.ts";
import { Children } from "../home/processes.ts";

/** A host on its own folder, with functions that a test writes. */
interface World {
  call(path: string, init?: RequestInit): Promise<Response>;
  write(name: string, code: string): Promise<void>;
  warnings: string[];
  log(): Promise<string>;
}

async function withHost(test: (world: World) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempDir({ prefix: "streamvibe-functions-" });
  const folder = join(path, "functions");
  await Deno.mkdir(join(folder, "_shared"), { recursive: true });
  const home = await Home.open(join(path, "home"));
  await Deno.mkdir(home.logs);
  const children = new Children(home);
  const warnings: string[] = [];
  const env = { PATH: Deno.env.get("PATH") ?? "", HOME: Deno.env.get("HOME") ?? "", GREETING: "hello" };
  const runtime = await findRuntime(Deno.env.get("STREAMVIBE_FUNCTIONS_RUNTIME"));
  const warn = (text: string) => void warnings.push(text);
  const host = new FunctionsHost({ folder, home, children, env, runtime, warn });
  const info = { remoteAddr: { hostname: "127.0.0.1" }, completed: new Promise(() => {}) };
  try {
    await test({
      warnings,
      log: () => Deno.readTextFile(join(home.logs, "functions.log")),
      call(route, init) {
        const request = new Request(`http://stack/functions/v1/${route}`, init);
        const incoming = new Incoming(request, info as unknown as Deno.ServeHandlerInfo);
        return host.fetch(route.split(/[/?]/)[0] ?? "", incoming);
      },
      async write(name, code) {
        const file = join(folder, name);
        await Deno.mkdir(join(file, ".."), { recursive: true });
        await Deno.writeTextFile(file, code);
      },
    });
  } finally {
    await host.close();
    await children.settled();
    await Deno.remove(path, { recursive: true });
  }
}

/** Repeats `look` until its result is right, for at most 30 seconds. */
async function eventually<Value>(
  look: () => Promise<Value>,
  right: (value: Value) => boolean,
): Promise<Value> {
  const limit = performance.now() + 30_000;
  while (true) {
    const value = await look();
    if (right(value) || performance.now() > limit) return value;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const text = async (response: Promise<Response>) => await (await response).text();

Deno.test("a function gets the whole request and its own environment, but nothing from the shell's", async () => {
  Deno.env.set("STREAMVIBE_TEST_SECRET", "must not leak");
  await withHost(async ({ call, write }) => {
    await write(
      "echo/index.ts",
      `export default { fetch: async (request: Request) => Response.json({
        method: request.method, path: new URL(request.url).pathname + new URL(request.url).search,
        header: request.headers.get("x-test"), body: await request.text(),
        greeting: Deno.env.get("GREETING"), leak: Deno.env.get("STREAMVIBE_TEST_SECRET") ?? null,
      }, { status: 202, headers: { "x-answer": "yes" } }) }`,
    );
    const response = await call("echo/a/b?c=d", { method: "PUT", body: "whole", headers: { "x-test": "t" } });
    assert.equal(response.status, 202);
    assert.equal(response.headers.get("x-answer"), "yes");
    assert.deepEqual(await response.json(), {
      method: "PUT",
      path: "/echo/a/b?c=d",
      header: "t",
      body: "whole",
      greeting: "hello",
      leak: null,
    });
  });
  Deno.env.delete("STREAMVIBE_TEST_SECRET");
});

Deno.test("a function may be written with Deno.serve", async () => {
  await withHost(async ({ call, write }) => {
    await write("old/index.ts", `Deno.serve(() => new Response("served"));`);
    assert.equal(await text(call("old")), "served");
  });
});

Deno.test("a changed function is reloaded, and so is a function whose _shared module changed", async () => {
  await withHost(async ({ call, write }) => {
    const reader =
      `import { word } from "../_shared/word.ts"; export default { fetch: () => new Response(word) };`;
    await write("_shared/word.ts", `export const word = "one";`);
    await write("reader/index.ts", reader);
    await write("other/index.ts", `export default { fetch: () => new Response("other one") };`);
    assert.deepEqual(await Promise.all([text(call("reader")), text(call("other"))]), ["one", "other one"]);

    await write("other/index.ts", `export default { fetch: () => new Response("other two") };`);
    assert.equal(await eventually(() => text(call("other")), (word) => word === "other two"), "other two");
    await write("_shared/word.ts", `export const word = "two";`);
    assert.equal(await eventually(() => text(call("reader")), (word) => word === "two"), "two");
  });
});

Deno.test("the old code finishes a call that is in flight during a reload", async () => {
  await withHost(async ({ call, write, log }) => {
    await write(
      "slow/index.ts",
      `export default { fetch: async () => {
        console.log("a call has begun");
        await new Promise((r) => setTimeout(r, 1500));
        return new Response("old");
      } };`,
    );
    const old = text(call("slow"));
    await eventually(log, (lines) => lines.includes("a call has begun"));
    await write("slow/index.ts", `export default { fetch: () => new Response("new") };`);
    assert.equal(await eventually(() => text(call("slow")), (word) => word === "new"), "new");
    assert.equal(await old, "old");
  });
});

Deno.test("a function that does not compile returns 503 with the reason until it is fixed", async () => {
  await withHost(async ({ call, write, warnings, log }) => {
    await write(
      "broken/index.ts",
      `import { nothing } from "./missing.ts"; export default { fetch: nothing };`,
    );
    const response = await call("broken");
    assert.equal(response.status, 503);
    assert.equal(response.headers.get("sb-error-code"), "BOOT_ERROR");
    assert.equal(response.headers.get("content-type"), "application/problem+json");
    assert.match((await response.json()).detail, /missing\.ts/);
    const told = await eventually(() => Promise.resolve(warnings.join()), (lines) => lines !== "");
    assert.match(told, /broken did not start/);
    assert.match(await log(), /missing\.ts/);
    await write("broken/index.ts", `export default { fetch: () => new Response("repaired") };`);
    const repaired = await eventually(() => text(call("broken")), (word) => word === "repaired");
    assert.equal(repaired, "repaired");
  });
});

Deno.test("a crash ends the calls of that function and no others", async () => {
  await withHost(async ({ call, write, warnings }) => {
    await write(
      "fragile/index.ts",
      `export default { fetch: (request: Request) => {
        if (request.url.endsWith("crash")) { setTimeout(() => { throw new Error("boom"); }); return new Promise<Response>(() => {}); }
        if (request.url.endsWith("exit")) Deno.exit(3);
        return new Response("fine");
      } };`,
    );
    await write(
      "steady/index.ts",
      `export default { fetch: async () => { await new Promise((r) => setTimeout(r, 500)); return new Response("steady"); } };`,
    );
    await text(call("steady"));
    const neighbour = text(call("steady"));
    for (const way of ["crash", "exit"]) {
      const crashed = await call(`fragile/${way}`);
      assert.equal(crashed.status, 546, way);
      assert.equal((await crashed.json()).code, "worker_error");
      assert.equal(await text(call("fragile")), "fine", "its next call starts it again");
    }
    assert.equal(await neighbour, "steady");
    assert.equal(warnings.length, 2);
  });
});

Deno.test("a function that runs out of memory is ended, and its next call works", async () => {
  await withHost(async ({ call, write }) => {
    await write(
      "greedy/index.ts",
      `const kept: unknown[] = [];
      export default { fetch: (request: Request) => {
        if (request.url.endsWith("eat")) while (true) kept.push(new Array(1e6).fill(kept.length));
        return new Response("slim");
      } };`,
    );
    assert.equal((await call("greedy/eat")).status, 546);
    assert.equal(await text(call("greedy")), "slim");
  });
});

Deno.test("an exception in a handler returns 500, and background work continues after the response and a reload", async () => {
  await withHost(async ({ call, write, log }) => {
    await write(
      "work/index.ts",
      `export default { fetch: (request: Request) => {
        if (request.url.endsWith("throw")) throw new Error("handler failed");
        addEventListener("beforeunload", () => console.log("told before the end"));
        EdgeRuntime.waitUntil(new Promise((r) => setTimeout(r, 800)).then(() => console.log("background done")));
        return new Response("answered");
      } };`,
    );
    const thrown = await call("work/throw");
    assert.equal(thrown.status, 500);
    // A call is in flight until its response has been read.
    await thrown.text();
    assert.equal(await text(call("work")), "answered");
    await write("work/index.ts", `export default { fetch: () => new Response("next") };`);
    await eventually(() => text(call("work")), (word) => word === "next");
    const said = ["handler failed", "told before the end", "background done"];
    const lines = await eventually(log, (text) => said.every((words) => text.includes(words)));
    for (const words of said) assert.ok(lines.includes(words), `no line says "${words}":\n${lines}`);
  });
});

Deno.test("a response is streamed, and a caller that disconnects does not affect the next call", async () => {
  await withHost(async ({ call, write }) => {
    await write(
      "stream/index.ts",
      `export default { fetch: () => new Response(new ReadableStream({
        async start(controller) {
          for (const part of ["a", "b"]) { controller.enqueue(new TextEncoder().encode(part)); await new Promise((r) => setTimeout(r, 300)); }
          controller.close();
        } })) };`,
    );
    const response = await call("stream");
    const reader = response.body?.getReader();
    const first = await reader?.read();
    assert.equal(new TextDecoder().decode(first?.value), "a");
    await reader?.cancel();
    assert.equal(await text(call("stream")), "ab");
  });
});
