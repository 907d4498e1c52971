/** Puts a release of functions into use, wherever the target is. */
import { useRelease } from "./local_functions.ts";
import { deployFunctions } from "./hosted_functions.ts";
import type { Deployment } from "./record.ts";
import type { Release } from "./release.ts";
import type { Run } from "./run.ts";

/** Hosted functions are deployed when the code differs from what the last finished deploy brought. */
export async function putFunctions(
  run: Run,
  release: Release,
  last: Deployment | undefined,
  force: boolean,
): Promise<string> {
  const { target } = run;
  if (target.name === "local") {
    const changed = await useRelease(target.home, release);
    return `${release.functions.length} functions of release ${release.id}${changed ? "" : ", as before"}`;
  }
  if (!force && last?.release === release.id) return `release ${release.id}, as before`;
  await deployFunctions(run, target, release.functions, ".");
  return `${release.functions.length} functions of release ${release.id}`;
}
