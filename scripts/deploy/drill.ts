/**
 * `deno task deploy:drill`: deploys every phase with kills, removes all phases and deploys them again, and deploys and rolls back under
 * load. Writes test-results/deploy-drill.json and exits with 1 if anything was lost.
 *
 *   --seed N    seed for the moments at which deploys are killed (default: random, and printed)
 *   --kills N   number of kills (default: 30)
 *   --rate N    calls per second (default: 200); calls beyond the machine's capacity wait, which shows in their times
 *   --parts P   some of phases,down-and-up,load (default: all)
 */
import assert from "node:assert/strict";
import { parseArgs } from "node:util";
import { StackInfo, useStack } from "../test/stack.ts";
import { ConnectedAccount } from "../../supabase/functions/tests/support/connected_account.ts";
import { type Call, Load, type LoadReport } from "./load.ts";
import { copyRepository, type Outcome, PhasedStack, seededRandom } from "./phased_stack.ts";
import { LAST_PHASE, phaseName } from "./phases.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    kills: { type: "string", default: "30" },
    rate: { type: "string", default: "200" },
    parts: { type: "string", default: "phases,down-and-up,load" },
  },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 1e9));
const [kills, rate] = [Number(values.kills), Number(values.rate)];
const parts = new Set(values.parts.split(","));
const random = seededRandom(seed);
const started = performance.now();
console.log(`Deploy drill, seed ${seed}, ${kills} kills, ${rate} calls a second under load`);

await using stack = await PhasedStack.boot();
const empty = await stack.describe();
const report = {
  seed,
  at: new Date().toISOString(),
  phases: parts.has("phases") ? await phases() : done(await stack.deploy(LAST_PHASE)),
  down_and_up: parts.has("down-and-up") ? await downAndUp() : undefined,
  under_load: parts.has("load") ? await underLoad() : undefined,
};
await Deno.mkdir("test-results", { recursive: true });
await Deno.writeTextFile("test-results/deploy-drill.json", JSON.stringify(report, null, 2) + "\n");
console.log(
  `\nThe drill went well in ${
    Math.round((performance.now() - started) / 1_000)
  } s: test-results/deploy-drill.json`,
);

function done(outcome: Outcome): void {
  assert.equal(outcome.code, 0, outcome.text);
}

/** Kills the deploy of each phase several times, then deploys it, runs its collection, and checks that another deploy changes nothing. */
async function phases() {
  const rows = [];
  let killed = 0;
  for (let phase = 1; phase <= LAST_PHASE; phase++) {
    const share = Math.round(kills * phase / LAST_PHASE);
    for (let attempts = 0; killed < share && attempts < 3 * kills; attempts++) {
      const outcome = await stack.run("deploy-phase.sh", [String(phase)], {
        killAfterMs: 300 + random() * 9_000,
      });
      if (outcome.isKilled) killed += 1;
      // The deploy finished before the kill: roll the module back, a state that a kill may also leave, so that the next deploy has all to do again.
      else if (outcome.code === 0) done(await stack.rollBackModule(phase));
    }
    const begun = performance.now();
    done(await stack.deploy(phase));
    const seconds = Number(((performance.now() - begun) / 1_000).toFixed(1));
    const { passed, failed, text } = await stack.collection(phase);
    assert.equal(failed, 0, text);
    assert.deepEqual(await stack.failingJobs(), []);
    const before = await stack.state();
    assert.match((await stack.deploy(phase)).text, /Nothing to change/);
    assert.deepEqual(await stack.state(), before, "a second run changed something");
    rows.push({ phase, name: phaseName(phase), killed, seconds, assertions: passed });
    console.log(
      `  phase ${phase}, ${
        phaseName(phase)
      }: ${seconds} s after ${killed} kills so far, ${passed} assertions, second run changed nothing`,
    );
  }
  assert.ok(killed >= kills, `only ${killed} of ${kills} deploys were killed`);
  return rows;
}

/** Removes all modules, checks that nothing of ours remains, deploys again and compares the schema with the first. */
async function downAndUp() {
  const standing = await stack.describe();
  const begun = performance.now();
  for (let phase = LAST_PHASE; phase >= 1; phase--) done(await stack.rollBackModule(phase));
  const bottom = performance.now();
  const left = (await stack.describe()).filter((line) => !empty.includes(line));
  const ours = left.filter((line) => / (public|ops|publishing)\.|schema (ops|publishing)|^job /.test(line));
  assert.deepEqual(ours, []);
  done(await stack.deploy(LAST_PHASE));
  assert.deepEqual(await stack.describe(), standing);
  const row = {
    lines_of_schema: standing.length,
    down_seconds: Math.round((bottom - begun) / 1_000),
    up_seconds: Math.round((performance.now() - bottom) / 1_000),
  };
  console.log(
    `  down to nothing in ${row.down_seconds} s, up again in ${row.up_seconds} s: the same ${row.lines_of_schema} lines of schema`,
  );
  return row;
}

/** Deploys another release and rolls it back with one command each, under read and sync load. */
async function underLoad() {
  const info = StackInfo.parse(stack.stack.info);
  useStack(info);
  const root = await Deno.makeTempDir({ prefix: "streamvibe-repository-" });
  const accounts = await Promise.all(
    Array.from({ length: 8 }, () => ConnectedAccount.create("youtube", { items: 20 })),
  );
  try {
    await copyRepository(root);
    await Deno.writeTextFile(`${root}/supabase/functions/_shared/context.ts`, "\n// Another release.\n", {
      append: true,
    });
    const calls = mix(accounts, info);
    for (const call of calls) await call.run();
    const load = new Load(calls, rate);
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    const [deployed, forth] = await timed(() => stack.run("deploy-phase.sh", [String(LAST_PHASE)], { root }));
    const [backed, back] = await timed(() => stack.rollBack(LAST_PHASE));
    const result = await load.stop();
    done(deployed);
    done(backed);
    const row = { rate, deploy_seconds: forth, back_seconds: back, ...result };
    console.log(
      `  under load: ${result.calls} calls in ${result.seconds} s, ${
        total(result)
      } failed; deployed in ${forth} s, back in ${back} s; ` +
        `p50 ${result.p50_ms} ms, p99 ${result.p99_ms} ms`,
    );
    for (const [what, count] of Object.entries(result.failed)) console.log(`    ${what}: ${count}`);
    assert.deepEqual(result.failed, {});
    assert.ok(back <= 60, `back in ${back} s`);
    return row;
  } finally {
    for (const account of accounts) await account[Symbol.asyncDispose]();
    useStack(null);
    await Deno.remove(root, { recursive: true });
  }
}

function total({ failed }: LoadReport): number {
  return Object.values(failed).reduce((sum, count) => sum + count, 0);
}

async function timed(work: () => Promise<Outcome>): Promise<[Outcome, number]> {
  const begun = performance.now();
  const outcome = await work();
  return [outcome, Number(((performance.now() - begun) / 1_000).toFixed(1))];
}

/** Returns a mix of visitor reads, creator reads, and syncs; the syncs of one account run one after another. */
function mix(accounts: ConnectedAccount[], { api_url, publishable_key }: StackInfo): Call[] {
  const headers = (token?: string) => ({
    apikey: publishable_key,
    ...(token ? { authorization: `Bearer ${token}` } : {}),
  });
  const get = (path: string, token?: string) => async () => {
    const response = await fetch(`${api_url}${path}`, { headers: headers(token) });
    await response.arrayBuffer();
    return response;
  };
  const token = accounts[0]?.creator.token;
  const idle = [...accounts];
  return [
    { name: "browse-content", share: 35, run: get("/functions/v1/browse-content?limit=20") },
    { name: "get-trending", share: 20, run: get("/functions/v1/get-trending") },
    { name: "own content", share: 34, run: get("/rest/v1/content_item?select=id,title&limit=20", token) },
    { name: "get-ai-costs", share: 10, run: get("/functions/v1/get-ai-costs", token) },
    {
      name: "sync-youtube",
      share: 1,
      async run() {
        const account = idle.shift();
        if (!account) return { status: 200 };
        return await account.syncOnce().finally(() => idle.push(account));
      },
    },
  ];
}
