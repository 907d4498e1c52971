import assert from "node:assert/strict";
import { withSimulator } from "./simulator_client.ts";

const main = new URL("main.ts", import.meta.url).pathname;

function start(...args: string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", main, ...args],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

Deno.test("the process prints its URL in one line and exits with 0 on SIGTERM", async () => {
  const child = start("--port", "0");
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  const { url } = JSON.parse(new TextDecoder().decode(value));
  const answer = await (await fetch(`${url}/_admin/clock`)).json();
  assert.equal(answer.offset_seconds, 0);
  child.kill("SIGTERM");
  assert.equal((await child.status).code, 0);
  await reader.cancel();
  await child.stderr.cancel();
});

Deno.test("a process that cannot start prints the reason", () =>
  withSimulator(async (simulator) => {
    const taken = new URL(simulator.url).port;
    const wrong: [string[], number, RegExp][] = [
      [["--port", "many"], 2, /--port must be a whole number from 0 to 65535, got many/],
      [["--colour", "red"], 2, /Unknown option/],
      [["--port", taken], 1, /EADDRINUSE/],
      [["--port", "0", "--catalog", "/nowhere.ndjson.gz"], 1, /nowhere/],
    ];
    for (const [args, code, words] of wrong) {
      const { code: ended, stderr } = await start(...args).output();
      assert.equal(ended, code, args.join(" "));
      assert.match(new TextDecoder().decode(stderr), words);
    }
  }));
