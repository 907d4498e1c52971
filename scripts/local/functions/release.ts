/**
 * Which functions a stack serves that is deployed phase by phase: a manifest in its home names a release, a folder that never changes.
 * `scripts/deploy-phase.sh` writes both; the functions host follows the manifest, and says when it serves the release.
 */
import { join } from "node:path";
import type { Home } from "../home/home.ts";

/** What `<home>/functions.json` says. */
export interface Manifest {
  /** The folder below `<home>/releases`. */
  release: string;
  functions: string[];
}

const MANIFEST = "functions.json";
const SERVED = "functions-served.json";

/** What is to be served; nothing before the first deploy. */
export async function readManifest(home: Home): Promise<Manifest> {
  return await home.read<Manifest>(MANIFEST) ?? { release: "none", functions: [] };
}

/** Whole at once: a reader sees the old one or the new one. */
export async function writeManifest(home: Home, manifest: Manifest): Promise<void> {
  await home.write(MANIFEST, manifest);
}

/** Whether a change in the home is one of the manifest. */
export function isManifest(home: Home, path: string): boolean {
  return path === join(home.path, MANIFEST);
}

/** What the host serves, as far as it has said. */
export function readServed(home: Home): Promise<Manifest | undefined> {
  return home.read<Manifest>(SERVED);
}

/** The host's word that every new call goes to this release. */
export async function writeServed(home: Home, manifest: Manifest): Promise<void> {
  await home.write(SERVED, manifest);
}

/** Forgets it: a host that starts has yet to say what it serves. */
export async function forgetServed(home: Home): Promise<void> {
  await home.remove(SERVED);
}

/** Where a release lies: `functions/` as in the repository, and the files for cron and Realtime. */
export function releaseFolder(home: Home, release: string): string {
  return join(home.path, "releases", release);
}
