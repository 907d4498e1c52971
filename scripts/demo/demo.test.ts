/** Runs the demo as a user does, against the tests' stack. */
import assert from "node:assert/strict";
import { simulator, testStack } from "../test/stack.ts";

const STEPS = [
  "Sign up",
  "Confirm the e-mail",
  "Set up the profile",
  "Connect YouTube",
  "Sync the library",
  "Search by words",
  "Search by a tag",
  "Search with a typo",
  "Edit a title",
  "Connect a second one",
  "Change the plan",
  ...["Instagram", "TikTok", "Facebook", "X"].flatMap((title) => [`Connect ${title}`, `Sync ${title}`]),
  "Publish to three",
  "Suggestions by AI",
  "Become public",
  "A visitor browses",
  "A visitor searches",
  "A visitor clicks",
  "A fan follows",
  "Disconnect",
  "Disconnect the others",
];

async function demo(env: Record<string, string>, ...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "scripts/demo/demo.ts", ...args],
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: decode(stdout), errors: decode(stderr) };
}

async function stackFile(): Promise<string> {
  await testStack();
  return Deno.env.get("STREAMVIBE_TEST_STACK") ?? "";
}

Deno.test("two demos at once on one stack complete every step and exit with 0", async () => {
  const file = await stackFile();
  for (const walk of await Promise.all([demo({}, "--stack", file), demo({}, "--stack", file)])) {
    assert.equal(walk.code, 0, walk.out + walk.errors);
    for (const step of STEPS) assert.match(walk.out, new RegExp(`✓ ${step} .+\\((\\d+ ms|[\\d.]+ s)\\)`));
    assert.match(walk.out, /Sync the library: 200 of 200/);
    assert.match(walk.out, /✓ Connect X .+, 5 accounts are connected/);
    assert.match(walk.out, /✓ Disconnect the others +4 accounts gone, 280 items of five platforms stay/);
    assert.ok(!walk.out.includes("\x1b"), "colour codes in output that is not a terminal");
  }
});

Deno.test("demo exits with 1 and prints the reason when the platform fails", async () => {
  const file = await stackFile();
  const seen = new Set((await workshops()).map(({ channel_id }) => channel_id));
  const walk = demo({}, "--stack", file);
  // The fault is armed only for this walk's own channel: other tests use the same simulator.
  const channel = await eventually(async () =>
    (await workshops()).find(({ channel_id }) => !seen.has(channel_id))
  );
  const fault = { match: "playlistItems", times: 1_000, account: channel.channel_id, fault: { status: 500 } };
  await simulator("faults", fault);
  const { code, out, errors } = await walk;
  await simulator(`faults?account=${channel.channel_id}`, undefined, "DELETE");
  assert.equal(code, 1, out);
  assert.match(out, /✗ Sync the library/);
  assert.doesNotMatch(out, /Search by words/);
  assert.match(errors, /The demo failed: Cannot run sync-youtube: provider_/);
});

Deno.test("demo starts its own stack when none runs, with the real catalogue if it exists, and stops it afterwards", async () => {
  const catalogue =
    new URL("../../../shared/data/youtube_trending_fulldesc.ndjson.gz", import.meta.url).pathname;
  const real = await Deno.stat(catalogue).then(() => true, () => false);
  const home = await Deno.makeTempDir({ prefix: "streamvibe-nothing-runs-here-" });
  const walk = await demo({ STREAMVIBE_HOME: home, STREAMVIBE_CATALOG: real ? catalogue : "" });
  await Deno.remove(home, { recursive: true });
  assert.equal(walk.code, 0, walk.out + walk.errors);
  assert.match(walk.out, /No stack is running: starting one/);
  for (const step of STEPS) assert.ok(walk.out.includes(`✓ ${step}`), step);
  assert.equal(walk.out.includes("Robin Ekström's Workshop"), !real);
  const url = walk.out.match(/on its own stack at (\S+)/)?.[1] ?? "";
  await assert.rejects(fetch(url), "its stack still answers");
});

Deno.test("demo reports a missing stack and refuses unknown options", async () => {
  const missing = await demo({}, "--stack", "/nowhere/stack.json");
  assert.equal(missing.code, 1);
  assert.match(missing.errors, /Cannot find a stack: there is no \/nowhere\/stack\.json/);
  assert.equal((await demo({}, "--unknown")).code, 2);
});

Deno.test("demo --help lists the steps", async () => {
  const { code, out } = await demo({}, "--help");
  assert.equal(code, 0);
  for (const step of STEPS) assert.ok(out.includes(step), step);
});

/** Returns the channels that walks have created. */
async function workshops(): Promise<{ channel_id: string }[]> {
  const path = `youtube/accounts?limit=1000&search=${encodeURIComponent("Robin Ekström's Workshop")}`;
  const { accounts } = await simulator<{ accounts: { account_id: string }[] }>(path);
  return accounts.map(({ account_id }) => ({ channel_id: account_id }));
}

/** Waits until `look` returns a value, for at most a minute. */
async function eventually<Value>(look: () => Promise<Value | undefined>): Promise<Value> {
  for (const end = Date.now() + 60_000; Date.now() < end;) {
    const value = await look();
    if (value !== undefined) return value;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error("Cannot go on: there was no value within a minute");
}
