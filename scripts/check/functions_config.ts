/**
 * Generates a deno.json for each function, because each is deployed separately; versions are pinned once, in the root deno.json. Also
 * generates the function entries at the end of supabase/config.toml.
 */
import { bareImports, functionNames, FUNCTIONS_FOLDER } from "./functions.ts";

const CONFIG = "supabase/config.toml";
const MARK = "# Generated from here on (`deno task generate`): one entry a function.\n";

/** Returns the pinned packages that `specifiers` need; a subpath such as `jose/jwt` uses the entry of its package. */
export function pinsFor(
  specifiers: Iterable<string>,
  pinned: Record<string, string>,
): Record<string, string> {
  const pins: Record<string, string> = {};
  for (const specifier of [...specifiers].sort()) {
    const isOf = (key: string) =>
      specifier.startsWith(`${key}/`) || specifier.startsWith(key) && key.endsWith("/");
    const name = specifier in pinned ? specifier : Object.keys(pinned).find(isOf);
    const pin = name && pinned[name];
    if (!pin) {
      throw new Error(
        `Cannot pin ${specifier}: deno.json has no entry for it; add one with an exact version`,
      );
    }
    pins[name] = pin;
  }
  return pins;
}

/** Returns every function's deno.json, and config.toml with an entry for every function. */
export async function generateFunctionsConfig(): Promise<Record<string, string>> {
  const { imports }: { imports: Record<string, string> } = JSON.parse(await Deno.readTextFile("deno.json"));
  const files: Record<string, string> = {};
  const [own, found] = (await Deno.readTextFile(CONFIG)).split(MARK);
  if (own === undefined || found === undefined) {
    throw new Error(`Cannot generate ${CONFIG}: it lacks the line "${MARK.trim()}"`);
  }
  let entries = "";
  for (const name of await functionNames()) {
    const folder = `${FUNCTIONS_FOLDER}/${name}`;
    const pins = { imports: pinsFor(await bareImports(`${folder}/index.ts`), imports) };
    files[`${folder}/deno.json`] = JSON.stringify(pins, null, 2) + "\n";
    entries += `
[functions.${name}]
verify_jwt = false
import_map = "./functions/${name}/deno.json"
entrypoint = "./functions/${name}/index.ts"
`;
  }
  files[CONFIG] = own + MARK + entries;
  return files;
}
