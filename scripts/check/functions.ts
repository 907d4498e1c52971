/** The edge functions of this repository, and what each of them imports. */
import { dirname, join, normalize } from "node:path";

/** Where the functions are. */
export const FUNCTIONS_FOLDER = "supabase/functions";

/** Names of all functions: every folder that is not shared code or tests. */
export async function functionNames(): Promise<string[]> {
  const names: string[] = [];
  for await (const entry of Deno.readDir(FUNCTIONS_FOLDER)) {
    if (entry.isDirectory && !entry.name.startsWith("_") && entry.name !== "tests") names.push(entry.name);
  }
  return names.sort();
}

const IMPORT =
  /(?:^|[\s;}])(?:import|export)\s[^"';]*?from\s*"([^"]+)"|(?:^|\s)import\s*"([^"]+)"|\bimport\(\s*"([^"]+)"/g;

/** Every bare specifier (`zod`, `@supabase/server/core`) that a function reaches through its files. */
export async function bareImports(entry: string): Promise<Set<string>> {
  const bare = new Set<string>();
  const seen = new Set<string>();
  const open = [normalize(entry)];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    for (const [, from, sideEffect, dynamic] of (await Deno.readTextFile(file)).matchAll(IMPORT)) {
      const specifier = from ?? sideEffect ?? dynamic ?? "";
      if (specifier.startsWith(".")) open.push(normalize(join(dirname(file), specifier)));
      else if (!specifier.startsWith("node:")) bare.add(specifier);
    }
  }
  return bare;
}
