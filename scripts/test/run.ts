/**
 * `deno task test`: boots one stack on free ports, runs every group of tests and the Newman phases against it, stops it.
 * The last line is `N passed, N failed`. `--phase N` runs one phase's tests and its collection; paths run only those files.
 */
import { parseArgs } from "node:util";
import { type BootedStack, bootStack } from "./boot.ts";
import { runCollection } from "./collection.ts";
import { type Counts, runDenoTests } from "./deno_tests.ts";

/** Kills a stack of its own some thirty times and mostly waits for it to come back, so it runs beside the others. */
const KILLS = "supabase/functions/tests/sync-youtube.killed.test.ts";
/** Has a stack of its own too, and kills workers and database sessions. */
const CHAOS = "scripts/chaos";

const FUNCTIONS = "supabase/functions/tests";
/** Mostly wait for retries and time limits of simulated platforms. */
const MATRIX = /^platform_matrix\./;
const SYNCS = /sync|oauth|disconnect|tokens|job/;

/**
 * The groups in the order they run. Groups of one `lane` follow each other; lanes run side by side, about equally long. `files` chooses
 * among the tests of functions.
 */
const GROUPS: { name: string; lane: number; paths?: string[]; files?: (file: string) => boolean }[] = [
  { name: "database", lane: 1, paths: ["supabase/tests"] },
  { name: "functions", lane: 1, files: (file) => !MATRIX.test(file) && !SYNCS.test(file) },
  { name: "simulators", lane: 2, paths: ["scripts/simulators"] },
  {
    name: "scripts",
    lane: 2,
    paths: ["scripts/check", "scripts/demo", "scripts/postman", "scripts/test", "scripts/worker"],
  },
  { name: "local stack", lane: 2, paths: ["scripts/local"] },
  { name: "kills", lane: 3, paths: [KILLS, CHAOS] },
  { name: "syncs and jobs", lane: 3, files: (file) => SYNCS.test(file) && !KILLS.endsWith(file) },
  { name: "platforms", lane: 4, files: (file) => MATRIX.test(file) },
];

/** What `--phase N` runs: test files by the names of what a phase brings, and its collection. */
const PHASES: Record<string, RegExp> = {
  "1": /(base_core|auth-profile-setup|quota|sign_?up)/,
  "2":
    /(platform_connections|oauth|disconnect-account|refresh-oauth-tokens|webhook|meta_callbacks|platform_reports)/,
  "3": /(content_management|(?<!a)sync)/,
  "7": /(async_infrastructure|job)/,
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
    const files = await filesOfPhase(PHASES[phase] as RegExp);
    if (files.length > 0) add(`phase ${phase} tests`, await runDenoTests(files, stack));
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
  const failed: { name: string; chosen: string[] }[] = [];
  await Promise.all([...lanes.values()].map(async (groups) => {
    for (const { name, paths, files } of groups) {
      const chosen = [...paths ?? [], ...files ? await testFiles(FUNCTIONS, files) : []];
      const counts = await runDenoTests(chosen, stack, name);
      if (counts.failed > 0) failed.push({ name, chosen });
      else add(name, counts);
    }
  }));
  // Lanes compete for the machine, and many tests wait for processes that start and die: what failed is run once more by itself,
  // and its first output stays above. Only what fails then, too, is counted as failed.
  for (const { name, chosen } of failed) {
    console.log(`Running ${name} again, alone …`);
    add(name, await runDenoTests(chosen, stack, `${name}, alone`));
  }
  // Collections come last: they are what a deploy runs, on a stack that has seen work.
  await Promise.all(
    Object.keys(PHASES).map(async (number) => {
      add(`phase ${number} collection`, await runCollection(Number(number), stack));
    }),
  );
}

async function filesOfPhase(pattern: RegExp): Promise<string[]> {
  const chosen = (file: string) => pattern.test(file);
  return [...await testFiles("supabase/tests", chosen), ...await testFiles(FUNCTIONS, chosen)];
}

async function testFiles(folder: string, chosen: (file: string) => boolean): Promise<string[]> {
  const files: string[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    if (name.endsWith(".test.ts") && chosen(name)) files.push(`${folder}/${name}`);
  }
  return files.sort();
}
