/** Activates a release of functions on any target. */
import { useRelease } from "./local_functions.ts";
import { deployFunctions } from "./hosted_functions.ts";
import type { Deployment } from "./record.ts";
import type { Release } from "./release.ts";
import type { Run } from "./run.ts";

/** Deploys hosted functions only if the code differs from the last finished deploy. */
export async function putFunctions(
  run: Run,
  release: Release,
  last: Deployment | undefined,
  force: boolean,
): Promise<string> {
  const { target } = run;
  if (target.name === "local") {
    const changed = await useRelease(target.home, release);
    return `${release.functions.length} functions of release ${release.id}${changed ? "" : ", unchanged"}`;
  }
  if (!force && last?.release === release.id) return `release ${release.id}, unchanged`;
  await deployFunctions(run, target, release.functions, ".");
  return `${release.functions.length} functions of release ${release.id}`;
}
