/** A release is deployed as one unit: the functions of some phases with the files for cron and Realtime, identified by a digest of every byte. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { functionsUpTo } from "./phases.ts";

/** A release and its files. */
export interface Release {
  id: string;
  /** Paths below `supabase/functions`. */
  files: string[];
  functions: string[];
  /** Checksums of the database files, by path. */
  checksums: Record<string, string>;
}

export const CRON = "database/cron-jobs.sql";
export const REALTIME = "database/realtime-channels.sql";

/** Reads the release of the working tree. */
export async function readRelease(phase: number): Promise<Release> {
  const functions = await functionsUpTo(phase);
  const files = (await Promise.all([...functions, "_shared"].map((folder) => listFiles(folder)))).flat()
    .sort();
  const digest = createHash("sha256");
  for (const file of files) {
    digest.update(`${file}\0`).update(await Deno.readFile(join("supabase/functions", file)));
  }
  const checksums = Object.fromEntries(
    await Promise.all([CRON, REALTIME].map(async (file) => [file, await checksum(file)])),
  );
  return {
    id: digest.update(JSON.stringify([functions, checksums])).digest("hex").slice(0, 16),
    files,
    functions,
    checksums,
  };
}

/** Returns the SHA-256 of a file in hexadecimal. */
export async function checksum(file: string): Promise<string> {
  return createHash("sha256").update(await Deno.readFile(file)).digest("hex");
}

async function listFiles(folder: string): Promise<string[]> {
  const files: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(join("supabase/functions", folder))) {
    if (isDirectory) files.push(...await listFiles(`${folder}/${name}`));
    else files.push(`${folder}/${name}`);
  }
  return files;
}

/** Returns the commit of the working tree, with `+changes` if it is not clean; `unknown` outside a repository. */
export async function revision(): Promise<string> {
  const git = async (...args: string[]) => {
    const { success, stdout } = await new Deno.Command("git", { args, stderr: "null" }).output();
    return success ? new TextDecoder().decode(stdout).trim() : undefined;
  };
  const commit = await git("rev-parse", "HEAD").catch(() => undefined);
  if (!commit) return "unknown";
  return commit + (await git("status", "--porcelain", "--", "supabase", "database") ? "+changes" : "");
}
