/**
 * Which functions a stack deployed by phase serves: a manifest in its home names a release, which is an immutable folder.
 * `scripts/deploy-phase.sh` writes both; the functions host follows the manifest, and reports when it serves the release.
 */
import { join } from "node:path";
import type { Home } from "../home/home.ts";

/** The contents of `<home>/functions.json`. */
export interface Manifest {
  /** The folder below `<home>/releases`. */
  release: string;
  functions: string[];
}

const MANIFEST = "functions.json";
const SERVED = "functions-served.json";

/** Returns the release to serve; none before the first deploy. */
export async function readManifest(home: Home): Promise<Manifest> {
  return await home.read<Manifest>(MANIFEST) ?? { release: "none", functions: [] };
}

/** Writes atomically: a reader sees either the old or the new manifest. */
export async function writeManifest(home: Home, manifest: Manifest): Promise<void> {
  await home.write(MANIFEST, manifest);
}

/** Returns whether a changed file in the home is the manifest. */
export function isManifest(home: Home, path: string): boolean {
  return path === join(home.path, MANIFEST);
}

/** Returns the release that the host last reported as served. */
export function readServed(home: Home): Promise<Manifest | undefined> {
  return home.read<Manifest>(SERVED);
}

/** Reports that every new call goes to this release. */
export async function writeServed(home: Home, manifest: Manifest): Promise<void> {
  await home.write(SERVED, manifest);
}

/** Deletes the report: a starting host serves nothing yet. */
export async function forgetServed(home: Home): Promise<void> {
  await home.remove(SERVED);
}

/** Returns the folder of a release: `functions/` as in the repository, and the files for cron and Realtime. */
export function releaseFolder(home: Home, release: string): string {
  return join(home.path, "releases", release);
}
