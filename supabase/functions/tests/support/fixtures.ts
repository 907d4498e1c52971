/** Recorded answers of real platforms, which lie beside the repository where they are there at all. */
import { dataFolder } from "../../../../scripts/simulators/validate_against_discovery.ts";

/** A recorded JSON answer, or undefined where there are none. */
export function fixture(path: string): Record<string, unknown> | undefined {
  const folder = dataFolder();
  if (folder === undefined) return undefined;
  try {
    return JSON.parse(Deno.readTextFileSync(new URL(`fixtures/${path}`, folder)));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
