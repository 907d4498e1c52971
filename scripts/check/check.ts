/** `deno task check`: the single quality gate. Runs every check, prints one line per check, and exits with 1 if any fails. */
import { documentProblems } from "./documents.ts";
import { drift, GENERATORS } from "./generate.ts";
import { endFreshStack } from "./generated_stack.ts";
import { openApiProblems } from "./openapi_lint.ts";
import { workflowProblems } from "./workflows.ts";
import { supabaseCli } from "./supabase_cli.ts";

/** A check returns its problems; an empty list means that it passed. `skip` gives the reason why it cannot run here. */
type Check = { name: string; run: () => Promise<string[] | { skip: string }> };

const CHECKS: Check[] = [
  { name: "format", run: () => deno(["fmt", "--check"]) },
  { name: "lint", run: () => deno(["lint"]) },
  { name: "types", run: async () => deno(["check", ...await sourceFiles()]) },
  {
    name: "console types",
    run: () => run("node", ["node_modules/typescript/lib/tsc.js", "-p", "apps/console/tsconfig.json"]),
  },
  { name: "config.toml", run: configToml },
  { name: "bundles", run: wholePackages },
  { name: "shell scripts", run: shellScripts },
  { name: "workflows", run: workflowProblems },
  { name: "OpenAPI", run: () => openApiProblems() },
  { name: "documents", run: async () => documentProblems(await gitFiles("*.md")) },
  ...Object.keys(GENERATORS).map((name) => ({ name: `generated: ${name}`, run: () => drift(name) })),
];

let failed = 0;
for (const { name, run } of CHECKS) {
  const started = performance.now();
  const result = await run().catch((
    error: unknown,
  ) => [error instanceof Error ? error.message : String(error)]);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  if (!Array.isArray(result)) console.log(`skip ${name}: ${result.skip}`);
  else if (result.length === 0) console.log(`ok   ${name} (${seconds} s)`);
  else {
    failed += 1;
    console.log(`FAIL ${name}`);
    for (const problem of result) console.log(problem.replace(/^/gm, "     "));
  }
}
await endFreshStack();
Deno.exit(failed === 0 ? 0 : 1);

async function run(command: string, args: string[]): Promise<string[]> {
  const { code, stdout, stderr } = await new Deno.Command(command, {
    args,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  if (code === 0) return [];
  return [(new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr)).trim()];
}

function deno(args: string[]): Promise<string[]> {
  return run(Deno.execPath(), args);
}

/** Returns every TypeScript file that git tracks or would track. The console's sources run in a browser and have their own check. */
async function sourceFiles(): Promise<string[]> {
  return (await gitFiles("*.ts")).filter((file) => !file.startsWith("apps/console/src/"));
}

async function gitFiles(pattern: string): Promise<string[]> {
  const { stdout } = await new Deno.Command("git", {
    args: ["ls-files", "--cached", "--others", "--exclude-standard", "--deduplicate", pattern],
  }).output();
  const files = new TextDecoder().decode(stdout).split("\n").filter(Boolean);
  const kept: string[] = [];
  for (const file of files) if (await Deno.stat(file).then(() => true, () => false)) kept.push(file);
  return kept;
}

/** `import { z }` pulls all of zod, including error messages in fifty languages, into every bundle: 0.6 MB of unused code. */
async function wholePackages(): Promise<string[]> {
  const problems: string[] = [];
  for (const file of await gitFiles("supabase/functions/*.ts")) {
    if (/^import \{[^}]*\bz\b[^}]*\} from "zod"/m.test(await Deno.readTextFile(file))) {
      problems.push(`${file}: write import * as z from "zod"`);
    }
  }
  return problems;
}

/** The CLI validates all of config.toml: unknown keys produce a WARN line, invalid values an error. */
async function configToml(): Promise<string[]> {
  const result = await supabaseCli(["gen", "bearer-jwt", "--role", "anon"]);
  const warnings = result.stderr.split("\n").filter((line) => /\bWARN/.test(line) && !line.startsWith("npm"));
  return result.code === 0 ? warnings : [result.stderr];
}

async function shellScripts(): Promise<string[] | { skip: string }> {
  const files = [...await gitFiles("*.sh"), ".ci/run"];
  try {
    return await run("shellcheck", files);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      return { skip: "shellcheck is not installed (CI installs it)" };
    }
    throw error;
  }
}
