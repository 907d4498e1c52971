/**
 * Each function is deployable alone, so each has its own deno.json; versions are pinned once, in the root's deno.json.
 * This compares (or, with `--write`, writes) the copies, and holds supabase/config.toml and the functions together.
 */
import { bareImports, functionNames, FUNCTIONS_FOLDER } from "./functions.ts";

interface DenoConfig {
  imports: Record<string, string>;
}

/** The pinned packages that `specifiers` need: a subpath such as `jose/jwt` is served by the entry of its package. */
export function pinsFor(
  specifiers: Iterable<string>,
  pinned: Record<string, string>,
): Record<string, string> {
  const pins: Record<string, string> = {};
  for (const specifier of [...specifiers].sort()) {
    const name = specifier in pinned
      ? specifier
      : Object.keys(pinned).find((key) =>
        specifier.startsWith(`${key}/`) || specifier.startsWith(key) && key.endsWith("/")
      );
    if (!name) {
      throw new Error(
        `Cannot pin ${specifier}: deno.json has no entry for it; add one with an exact version`,
      );
    }
    pins[name] = pinned[name] as string;
  }
  return pins;
}

/** Differences between the functions and their configuration; empty when all agree. */
export async function functionsConfigProblems(write = false): Promise<string[]> {
  const { imports } = JSON.parse(await Deno.readTextFile("deno.json")) as DenoConfig;
  const problems: string[] = [];
  const names = await functionNames();
  for (const name of names) {
    const folder = `${FUNCTIONS_FOLDER}/${name}`;
    const wanted =
      JSON.stringify({ imports: pinsFor(await bareImports(`${folder}/index.ts`), imports) }, null, 2) + "\n";
    const file = `${folder}/deno.json`;
    const found = await Deno.readTextFile(file).catch(() => undefined);
    if (found === wanted) continue;
    if (write) await Deno.writeTextFile(file, wanted);
    else problems.push(`${file} differs from the root's pins; run deno task functions`);
  }
  const config = await Deno.readTextFile("supabase/config.toml");
  const sections = [...config.matchAll(/^\[functions\.([a-z0-9-]+)\]\n((?:(?!\[).*\n?)*)/gm)];
  const configured = new Map(sections.map(([, name, body]) => [name as string, body as string]));
  for (const name of names) {
    const body = configured.get(name);
    if (!body) problems.push(`supabase/config.toml has no [functions.${name}]`);
    else {
      if (!/^verify_jwt = false$/m.test(body)) {
        problems.push(`[functions.${name}] must say verify_jwt = false`);
      }
      if (!body.includes(`"./functions/${name}/deno.json"`)) {
        problems.push(`[functions.${name}] must name its import_map`);
      }
      if (!body.includes(`"./functions/${name}/index.ts"`)) {
        problems.push(`[functions.${name}] must name its entrypoint`);
      }
    }
  }
  for (const name of configured.keys()) {
    if (!names.includes(name)) problems.push(`supabase/config.toml names ${name}, which does not exist`);
  }
  return problems;
}

if (import.meta.main) {
  const problems = await functionsConfigProblems(Deno.args.includes("--write"));
  for (const problem of problems) console.error(problem);
  Deno.exit(problems.length === 0 ? 0 : 1);
}
