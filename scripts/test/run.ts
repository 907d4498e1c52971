/**
 * `deno task test`: boots one stack on free ports, runs every group of tests and the Newman phases against it, stops it.
 * The last line is `N passed, N failed`. `--phase N` runs one phase's tests and its collection; paths run only those files.
 */
import { parseArgs } from "node:util";
import { type BootedStack, bootStack } from "./boot.ts";
import { runCollection } from "./collection.ts";
import { type Counts, runDenoTests } from "./deno_tests.ts";

const FUNCTIONS = "supabase/functions/tests";
const DATABASE = "supabase/tests";

/** The groups in the order they run. Groups of one `lane` follow each other; lanes run side by side, about equally long. */
const GROUPS: { name: string; lane: number; paths: string[] }[] = [
  { name: "database", lane: 1, paths: [DATABASE] },
  { name: "functions", lane: 1, paths: [`${FUNCTIONS}/kernel`, `${FUNCTIONS}/profile`] },
  { name: "simulators", lane: 2, paths: ["scripts/simulators"] },
  {
    name: "scripts",
    lane: 2,
    paths: ["scripts/check", "scripts/demo", "scripts/postman", "scripts/test", "scripts/worker"],
  },
  { name: "local stack", lane: 2, paths: ["scripts/local"] },
  // They kill stacks, workers and sessions of their own and mostly wait for them to come back, so they run beside the others.
  { name: "kills", lane: 3, paths: [`${FUNCTIONS}/kills`, "scripts/chaos"] },
  {
    name: "syncs and jobs",
    lane: 3,
    paths: ["connections", "sync", "jobs"].map((name) => `${FUNCTIONS}/${name}`),
  },
  // Mostly wait for retries and time limits of simulated platforms.
  { name: "platforms", lane: 4, paths: [`${FUNCTIONS}/platforms`] },
];

/** What `--phase N` runs beside its collection. */
const PHASES: Record<string, string[]> = {
  "1": [`${DATABASE}/base_core`, `${FUNCTIONS}/profile`],
  "2": [`${DATABASE}/connections`, `${FUNCTIONS}/connections`],
  "3": [`${DATABASE}/content`, `${FUNCTIONS}/sync`],
  "7": [`${DATABASE}/jobs`, `${FUNCTIONS}/jobs`],
};

const USAGE = `Usage: deno task test [path …] [--phase N] [--keep]
  path      run only these test files or folders (no Newman)
  --phase N run one phase: its tests and its Postman collection (report in test-results/)
  --keep    leave the stack running afterwards and print its URLs`;

function options() {
  try {
    const { values, positionals } = parseArgs({
      args: Deno.args,
      allowPositionals: true,
      options: { phase: { type: "string" }, keep: { type: "boolean" }, help: { type: "boolean" } },
    });
    return { ...values, paths: positionals };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
    Deno.exit(2);
  }
}

const { phase, keep, help, paths } = options();
if (help) {
  console.log(USAGE);
  Deno.exit(0);
}
if (phase !== undefined && !PHASES[phase]) {
  console.error(
    `Cannot test phase ${phase}: it must be one of ${Object.keys(PHASES).join(", ")}\n\n${USAGE}`,
  );
  Deno.exit(2);
}

for (const path of paths) {
  const is_there = await Deno.stat(path).then(() => true, () => false);
  if (!is_there) {
    console.error(`Cannot test ${path}: there is no such file or folder\n\n${USAGE}`);
    Deno.exit(2);
  }
}

const started = performance.now();
const total: Counts = { passed: 0, failed: 0, ignored: 0 };
const failures: string[] = [];
const add = (name: string, counts: Counts) => {
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.ignored += counts.ignored;
  if (counts.failed > 0) failures.push(name);
};

let stack: BootedStack | undefined;
try {
  console.log("Booting a stack for the tests …");
  stack = await bootStack();
  console.log(`  ${stack.info.api_url} (${Math.round(performance.now() - started)} ms)`);
  if (paths.length > 0) {
    add(paths.join(" "), await runDenoTests(paths, stack));
  } else if (phase) {
    add(`phase ${phase} tests`, await runDenoTests(PHASES[phase] ?? [], stack, `phase ${phase} tests`));
    add(`phase ${phase} collection`, await runCollection(Number(phase), stack));
  } else {
    await runEverything(stack);
  }
} catch (error) {
  console.error(error);
  total.failed += 1;
  failures.push("the runner itself");
} finally {
  if (keep && stack) console.log(`Left running: ${stack.info.api_url}, stop it with kill ${stack.info.pid}`);
  else await stack?.stop();
}

if (failures.length > 0) console.log(`\nFailed: ${failures.join(", ")}`);
console.log(`\n${Math.round((performance.now() - started) / 1000)} s, ${total.ignored} ignored`);
console.log(`${total.passed} passed, ${total.failed} failed`);
Deno.exit(total.failed === 0 && total.passed > 0 ? 0 : 1);

async function runEverything(stack: BootedStack) {
  const lanes = new Map<number, typeof GROUPS>();
  for (const group of GROUPS) lanes.set(group.lane, [...lanes.get(group.lane) ?? [], group]);
  await Promise.all([...lanes.values()].map(async (groups) => {
    for (const { name, paths } of groups) add(name, await runDenoTests(paths, stack, name));
  }));
  // Collections come last: they are what a deploy runs, on a stack that has seen work.
  await Promise.all(
    Object.keys(PHASES).map(async (number) => {
      add(`phase ${number} collection`, await runCollection(Number(number), stack));
    }),
  );
}
