/** Recorded answers of Meta's APIs, when the folder of sample data is there. */
import { dataFolder } from "../../../../scripts/simulators/validate_against_discovery.ts";

const folder = dataFolder();

export const META_FIXTURES = folder === undefined ? null : new URL("fixtures/", folder);

export async function metaFixture(path: string): Promise<Record<string, unknown>> {
  if (META_FIXTURES === null) {
    throw new Error("Cannot read recorded answers: the folder of sample data is not there");
  }
  return JSON.parse(await Deno.readTextFile(new URL(path, META_FIXTURES)));
}
