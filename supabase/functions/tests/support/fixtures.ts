/** Recorded answers of real platforms, which lie beside the repository where they are there at all. */
import { dataFolder } from "../../../../scripts/simulators/validate_against_discovery.ts";

const folder = dataFolder();

/** Null where there are no recorded answers; tests that need them are ignored then. */
export const FIXTURES = folder === undefined ? null : new URL("fixtures/", folder);

/** A recorded JSON answer. */
export function fixture(path: string): Record<string, unknown> {
  if (FIXTURES === null) throw new Error(`Cannot read ${path}: the folder of sample data is not there`);
  return JSON.parse(Deno.readTextFileSync(new URL(path, FIXTURES)));
}
