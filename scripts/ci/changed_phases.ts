/**
 * Prints the phases that a change affects, as a JSON list: `deno run -A scripts/ci/changed_phases.ts <base commit>`. Shared code affects
 * all phases; documentation affects none.
 */
import { LAST_PHASE, phaseOfFunction, phaseOfModule } from "../deploy/phases.ts";

/** Returns the phases that the changed paths affect. */
export function phasesOf(paths: string[]): number[] {
  const phases = new Set<number>();
  const all = Array.from({ length: LAST_PHASE }, (_, index) => index + 1);
  for (const path of paths) {
    for (const phase of phaseOf(path, all)) phases.add(phase);
  }
  return [...phases].sort((a, b) => a - b);
}

function phaseOf(path: string, all: number[]): number[] {
  if (/\.md$|^docs\/|^LICENSE$|^examples\/|^\.github\/(?!workflows\/)/.test(path)) return [];
  const [, name] = path.match(/^supabase\/functions\/([a-z0-9-]+)\//) ?? [];
  if (name && name !== "tests") return [phaseOfFunction(name)];
  const [, module] = path.match(/^database\/(?:schema|rollback)\/\d+_(\w+)\.sql$/) ?? [];
  if (module) return all.filter((phase) => phase >= phaseOfModule(module));
  const [, scenario] = path.match(/(?:scenarios\/phase_|postman\/Phase_)(\d+)/) ?? [];
  return scenario ? [Number(scenario)] : all;
}

if (import.meta.main) {
  const [base = "origin/main"] = Deno.args;
  const { success, stdout, stderr } = await new Deno.Command("git", {
    args: ["diff", "--name-only", `${base}...HEAD`],
  }).output();
  if (!success) throw new Error(`Cannot compare with ${base}: ${new TextDecoder().decode(stderr).trim()}`);
  console.log(JSON.stringify(phasesOf(new TextDecoder().decode(stdout).split("\n").filter(Boolean))));
}
