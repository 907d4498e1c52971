/**
 * `deno task test`: boots one stack on free ports, runs every group of tests and the Newman phases against it, stops it. The last line is
 * `N passed, N failed`. `--functions` runs only the groups that call functions, and the Newman phases; `--phase N` runs one phase's tests
 * and its collection; paths run only those files; `--stress N` runs the selected tests N times, each time on a new stack, while other
 * processes keep every core busy.
 */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { type BootedStack, bootStack } from "./boot.ts";
import { busyCores } from "./busy_cores.ts";
import { runCollection } from "./collection.ts";
import { type Counts, runDenoTests } from "./deno_tests.ts";

const FUNCTIONS = "supabase/functions/tests";
const DATABASE = "supabase/tests";

/** The groups in execution order. Groups of one `lane` run one after another; lanes run in parallel and take about equally long. */
const GROUPS: { name: string; lane: number; paths: string[] }[] = [
  { name: "database", lane: 1, paths: [DATABASE] },
  { name: "functions", lane: 1, paths: [`${FUNCTIONS}/kernel`, `${FUNCTIONS}/profile`] },
  { name: "simulators", lane: 2, paths: ["scripts/simulators"] },
  {
    name: "scripts",
    lane: 2,
    paths: [
      "scripts/check",
      "scripts/demo",
      "scripts/journey",
      "scripts/postman",
      "scripts/test_runner",
      "scripts/worker",
      "packages",
      "examples",
    ],
  },
  { name: "local stack", lane: 2, paths: ["scripts/local"] },
  { name: "console", lane: 2, paths: ["apps"] },
  // They kill their own stacks, workers and sessions and mostly wait for recovery, so they run beside the others.
  {
    name: "kills",
    lane: 3,
    paths: [`${FUNCTIONS}/kills`, "scripts/chaos", "scripts/deploy", "scripts/backup"],
  },
  // They mostly wait for retries and timeouts of simulated platforms.
  { name: "platforms", lane: 4, paths: [`${FUNCTIONS}/platforms`] },
];
const named = new Set([...GROUPS.flatMap(({ paths }) => paths), `${FUNCTIONS}/support`]);
GROUPS.push({
  name: "other functions",
  lane: 3,
  paths: Array.from(Deno.readDirSync(FUNCTIONS), ({ name }) => `${FUNCTIONS}/${name}`)
    .filter((path) => !named.has(path)).sort(),
});

/** The tests that `--phase N` runs in addition to its collection. */
const PHASES: Record<string, string[]> = {
  "1": [`${DATABASE}/base_core`, `${FUNCTIONS}/profile`],
  "2": [`${DATABASE}/connections`, `${FUNCTIONS}/connections`],
  "3": [`${DATABASE}/content`, `${FUNCTIONS}/sync`],
  "4": [`${DATABASE}/ai`, `${FUNCTIONS}/ai`],
  "5": [`${DATABASE}/seo`, `${FUNCTIONS}/seo`],
  "6": [`${DATABASE}/discovery`, `${FUNCTIONS}/discovery`],
  "7": [`${DATABASE}/jobs`, `${FUNCTIONS}/jobs`],
  "8": [`${DATABASE}/publishing`, `${FUNCTIONS}/publishing`],
  "9": [`${DATABASE}/feed`, `${FUNCTIONS}/feed`],
  "10": [`${DATABASE}/personal_data`, `${FUNCTIONS}/privacy`],
};

const USAGE = `Usage: deno task test [path …] [--functions] [--phase N] [--stress N] [--keep] [--record]
  path       run only these test files or folders (no Newman)
  --functions run the functions' tests and all collections only
  --phase N  run one phase: its tests and its Postman collection (report in test-results/)
  --stress N run everything chosen N times, each time on a new stack, with every core kept busy
  --keep     keep the stack running afterwards, until Ctrl-C
  --record   store correct answers as examples of the OpenAPI document (docs/examples.json); then run deno task generate`;

function options() {
  try {
    const { values, positionals } = parseArgs({
      args: Deno.args,
      allowPositionals: true,
      options: {
        functions: { type: "boolean" },
        phase: { type: "string" },
        stress: { type: "string" },
        keep: { type: "boolean" },
        record: { type: "boolean" },
        help: { type: "boolean" },
      },
    });
    return { ...values, paths: positionals };
  } catch (error) {
    refuse(error instanceof Error ? error.message : String(error));
  }
}

function refuse(message: string): never {
  console.error(`${message}\n\n${USAGE}`);
  Deno.exit(2);
}

const { functions, phase, stress, keep, record, help, paths } = options();
if (help) {
  console.log(USAGE);
  Deno.exit(0);
}
if (phase !== undefined && !PHASES[phase]) {
  refuse(`Cannot test phase ${phase}: it must be one of ${Object.keys(PHASES).join(", ")}`);
}
if (stress !== undefined && !/^[1-9]\d{0,3}$/.test(stress)) {
  refuse(`Cannot stress ${stress} times: it must be a number from 1 to 9999`);
}
if (stress && keep) refuse("Cannot keep the stack of a stress run: every run has its own");
for (const path of paths) {
  const is_there = await Deno.stat(path).then(() => true, () => false);
  if (!is_there) refuse(`Cannot test ${path}: there is no such file or folder`);
}

if (record) Deno.env.set("STREAMVIBE_RECORD_ANSWERS", resolve("docs/examples.json"));

const started = performance.now();
const total: Counts = { passed: 0, failed: 0, ignored: 0 };
const failures: string[] = [];

{
  await using _load = stress ? await busyCores() : undefined;
  const runs = Number(stress ?? 1);
  for (let run = 1; run <= runs; run++) {
    if (stress) console.log(`\n=== run ${run} of ${runs}, every core busy`);
    await runOnce((name, counts) => {
      total.passed += counts.passed;
      total.failed += counts.failed;
      total.ignored += counts.ignored;
      if (counts.failed > 0) failures.push(stress ? `${name} (run ${run})` : name);
    });
  }
}

if (failures.length > 0) console.log(`\nFailed: ${failures.join(", ")}`);
console.log(`\n${Math.round((performance.now() - started) / 1000)} s, ${total.ignored} ignored`);
console.log(`${total.passed} passed, ${total.failed} failed`);
Deno.exit(total.failed === 0 && total.passed > 0 ? 0 : 1);

function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, () => resolve());
  });
}

type Add = (name: string, counts: Counts) => void;

async function runOnce(add: Add): Promise<void> {
  const started = performance.now();
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
      await runEverything(stack, add);
    }
    add("answers as documented", await differences(stack));
  } catch (error) {
    console.error(error);
    add("the runner itself", { passed: 0, failed: 1, ignored: 0 });
  } finally {
    if (keep && stack) {
      console.log(`The stack keeps running, see ${stack.file}; Ctrl-C stops it`);
      await interrupted();
    }
    await stack?.stop();
  }
}

/** Counts responses that passed the gateway and violate docs/openapi.json; prints each kind once. */
async function differences(stack: BootedStack): Promise<Counts> {
  const found = (await stack.differences()).map((line) => JSON.parse(line) as Record<string, string>);
  const kinds = Map.groupBy(
    found,
    ({ operation, status, problem }) => `${operation} → ${status}: ${problem}`,
  );
  for (const [kind, [first]] of kinds) {
    console.log(`Differs from docs/openapi.json: ${kind}\n  ${first?.answer}`);
  }
  return { passed: 0, failed: kinds.size, ignored: 0 };
}

async function runEverything(stack: BootedStack, add: Add): Promise<void> {
  const groups = GROUPS.filter(({ paths }) => !functions || paths[0]?.startsWith(FUNCTIONS));
  await Promise.all(
    Map.groupBy(groups, ({ lane }) => lane).values().map(async (groups) => {
      for (const { name, paths } of groups) add(name, await runDenoTests(paths, stack, name));
    }),
  );
  // Collections run last, as they do after a deploy, on a stack that has been used.
  await Promise.all(
    Object.keys(PHASES).map(async (number) => {
      add(`phase ${number} collection`, await runCollection(Number(number), stack));
    }),
  );
}
