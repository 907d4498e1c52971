/** The edge functions of this repository and their imports. */

export const FUNCTIONS_FOLDER = "supabase/functions";

/** Returns the names of all functions: every folder except shared code and tests. */
export async function functionNames(): Promise<string[]> {
  const names: string[] = [];
  for await (const entry of Deno.readDir(FUNCTIONS_FOLDER)) {
    if (entry.isDirectory && !entry.name.startsWith("_") && entry.name !== "tests") names.push(entry.name);
  }
  return names.sort();
}

interface Graph {
  modules: { specifier: string; dependencies?: { specifier: string }[] }[];
}

/** Returns every bare specifier (`zod`, `@supabase/server/core`) that a function reaches through its files. */
export async function bareImports(entry: string): Promise<Set<string>> {
  const { stdout, stderr, success } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", entry],
  }).output();
  if (!success) {
    throw new Error(`Cannot read the imports of ${entry}: ${new TextDecoder().decode(stderr).trim()}`);
  }
  const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as Graph;
  const own = modules.filter(({ specifier }) => specifier.includes(`/${FUNCTIONS_FOLDER}/`));
  const reached = own.flatMap(({ dependencies = [] }) => dependencies.map(({ specifier }) => specifier));
  return new Set(reached.filter((specifier) => !/^(\.|node:)/.test(specifier)));
}
