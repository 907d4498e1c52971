/** Deploys functions of a Supabase project one by one with the official CLI, which bundles them on the server. */
import * as z from "zod";
import { supabaseCli } from "../check/supabase_cli.ts";
import { isUpTo } from "./phases.ts";
import type { Run } from "./run.ts";
import { DeployError, type HostedTarget } from "./target.ts";

const ATTEMPTS = 6;
const FIRST_WAIT_MS = 2_000;

/**
 * Deploys functions sequentially: the platform throttles parallel deploys, and two deploys of one function break it. Retries after
 * throttling. A run that resumes an interrupted one skips the functions that run has deployed.
 *
 * @param folder The project folder: the working tree, or a checkout of an earlier revision.
 */
export async function deployFunctions(
  run: Run,
  target: HostedTarget,
  names: string[],
  folder: string,
): Promise<void> {
  for (const [index, name] of names.entries()) {
    const args = ["functions", "deploy", name, "--use-api", "--yes", "--workdir", folder];
    await run.part(`function ${name}`, async () => {
      await patiently(target, args, `deploy ${name}`);
      console.log(`  ${index + 1} of ${names.length}: ${name}`);
    });
  }
}

/** Returns the functions in a project folder that belong to the phases up to `phase`. */
export async function listFunctions(folder: string, phase: number): Promise<string[]> {
  const names: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(`${folder}/supabase/functions`)) {
    if (isDirectory && name !== "tests" && !name.startsWith("_") && isUpTo(phase, name)) names.push(name);
  }
  return names.sort();
}

/** Deletes functions that an earlier release did not have. Skips those that no longer exist, for example because a killed run deleted them. */
export async function deleteFunctions(target: HostedTarget, names: string[]): Promise<void> {
  if (names.length === 0) return;
  const served = await servedFunctions(target);
  for (const name of names.filter((one) => served.includes(one))) {
    await patiently(target, ["functions", "delete", name, "--yes"], `delete ${name}`);
  }
}

const Served = z.array(z.object({ slug: z.string() }));

async function servedFunctions(target: HostedTarget): Promise<string[]> {
  const said = await patiently(
    target,
    ["functions", "list", "--output-format", "json"],
    "list the functions",
  );
  const parsed: unknown = JSON.parse(said.match(/[[{][\s\S]*[\]}]/)?.[0] ?? "null");
  const read = Served.safeParse(
    Array.isArray(parsed)
      ? parsed
      : z.looseObject({ functions: z.unknown() }).safeParse(parsed).data?.functions,
  );
  if (!read.success) throw new DeployError(`Cannot list the functions: the CLI said\n${said}`);
  return read.data.map(({ slug }) => slug);
}

async function patiently(target: HostedTarget, args: string[], what: string): Promise<string> {
  for (let attempt = 1, wait = FIRST_WAIT_MS;; attempt++, wait *= 2) {
    const { code, stdout, stderr } = await supabaseCli([...args, `--remote=${target.project}`], {
      SUPABASE_ACCESS_TOKEN: target.settings.SUPABASE_ACCESS_TOKEN ?? "",
    });
    if (code === 0) return stdout;
    const said = (stdout + stderr).trim();
    const throttled = /\b429\b|throttl|too many requests/i.test(said);
    if (!throttled || attempt === ATTEMPTS) throw new DeployError(`Cannot ${what}: the CLI said\n${said}`);
    console.log(`  ${what}: the platform limits the calls, waiting ${wait / 1_000} s`);
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}
