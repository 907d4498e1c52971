/** Recorded responses of real platforms, in a folder beside the repository, if it exists. */
import { dataFolder } from "../../../../scripts/simulators/validate_against_discovery.ts";

const folder = dataFolder();

/** Null if there are no recorded responses; tests that need them are then skipped. */
export const FIXTURES = folder === undefined ? null : new URL("fixtures/", folder);

/** Returns a recorded JSON response. */
export function fixture(path: string): Record<string, unknown> {
  if (FIXTURES === null) throw new Error(`Cannot read ${path}: the folder of sample data is not there`);
  return JSON.parse(Deno.readTextFileSync(new URL(path, FIXTURES)));
}
