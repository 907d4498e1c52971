/** Releases of the local stack: folders in its home, each written once, and the manifest that names the active one. */
import { dirname, join } from "node:path";
import type { Home } from "../local/home/home.ts";
import {
  type Manifest,
  readManifest,
  readServed,
  releaseFolder,
  writeManifest,
} from "../local/functions/release.ts";
import { CRON, REALTIME, type Release } from "./release.ts";
import { DeployError } from "./target.ts";

const KEPT = 5;
const PATIENCE_MS = 60_000;

/** Activates a release and waits until the host serves it. Returns false if it was already active. */
export async function useRelease(home: Home, release: Release): Promise<boolean> {
  await keep(home, release);
  const wanted = { release: release.id, functions: release.functions };
  const changed = await switchTo(home, wanted);
  if (changed) await forgetOld(home, wanted.release);
  return changed;
}

/** Switches back to a kept release. */
export async function returnTo(home: Home, release: string): Promise<void> {
  await switchTo(home, { release, functions: await keptFunctions(home, release) });
}

/** Returns the functions of a kept release. */
export async function keptFunctions(home: Home, release: string): Promise<string[]> {
  const functions: string[] = [];
  try {
    for await (const { name } of Deno.readDir(join(releaseFolder(home, release), "functions"))) {
      if (!name.startsWith("_")) functions.push(name);
    }
  } catch {
    throw new DeployError(
      `Cannot roll back: the release ${release} is not kept in ${home.path} any more; deploy its revision again`,
    );
  }
  return functions.sort();
}

/** Returns the cron file of a kept release. */
export function keptCron(home: Home, release: string): Promise<string> {
  return Deno.readTextFile(join(releaseFolder(home, release), CRON));
}

async function switchTo(home: Home, wanted: Manifest): Promise<boolean> {
  const is = JSON.stringify(await readManifest(home)) === JSON.stringify(wanted);
  if (!is) await writeManifest(home, wanted);
  await served(home, wanted);
  return !is;
}

async function served(home: Home, wanted: Manifest): Promise<void> {
  const limit = performance.now() + PATIENCE_MS;
  while (JSON.stringify(await readServed(home)) !== JSON.stringify(wanted)) {
    if (performance.now() > limit) {
      throw new DeployError(
        `Cannot deploy the functions: the stack in ${home.path} did not take over the release ${wanted.release}; see its logs`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** Writes the release to a temporary folder and renames it, so that a folder with a release's name is complete. */
async function keep(home: Home, release: Release): Promise<void> {
  const folder = releaseFolder(home, release.id);
  if (await Deno.stat(folder).then(() => true, () => false)) return;
  const aside = `${folder}.${crypto.randomUUID()}`;
  const copy = async (from: string, to: string) => {
    await Deno.mkdir(dirname(to), { recursive: true });
    await Deno.copyFile(from, to);
  };
  for (const file of release.files) await copy(`supabase/functions/${file}`, join(aside, "functions", file));
  for (const file of [CRON, REALTIME]) await copy(file, join(aside, file));
  await Deno.rename(aside, folder).catch(async (error) => {
    await Deno.remove(aside, { recursive: true });
    if (!(await Deno.stat(folder).then(() => true, () => false))) throw error;
  });
}

/** Deletes complete releases beyond the last few, and what killed runs left of others. */
async function forgetOld(home: Home, current: string): Promise<void> {
  const whole: { name: string; at: number }[] = [];
  const folder = dirname(releaseFolder(home, current));
  for await (const { name } of Deno.readDir(folder)) {
    const at = (await Deno.stat(join(folder, name))).mtime?.getTime() ?? 0;
    if (name.includes(".")) await Deno.remove(join(folder, name), { recursive: true });
    else if (name !== current) whole.push({ name, at });
  }
  for (const { name } of whole.sort((a, b) => b.at - a.at).slice(KEPT)) {
    await Deno.remove(join(folder, name), { recursive: true });
  }
}
