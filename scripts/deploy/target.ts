/** A deploy target: the local stack of a home, or a Supabase project by its reference. */
import { resolve } from "node:path";
import { parseEnv } from "node:util";
import * as z from "zod";
import { Home, type StackInfo } from "../local/home/home.ts";
import { remoteUrl } from "../check/supabase_cli.ts";

/** An error that the operator must fix; printed without a stack trace. */
export class DeployError extends Error {
  override name = "DeployError";
}

interface Place {
  /** A session connection as `postgres`. */
  databaseUrl: string;
  /** The same, in the form that the CLI accepts. */
  remote: string;
  apiUrl: string;
}

/** The stack of this home, started with `deno task start --empty`. */
export interface LocalTarget extends Place {
  name: "local";
  home: Home;
}

/** A Supabase project. */
export interface HostedTarget extends Place {
  name: "staging" | "production";
  project: string;
  /** Settings from `.env.staging` or `.env.production` and the environment; the environment takes precedence. */
  settings: Record<string, string>;
}

export type Target = LocalTarget | HostedTarget;

const Hosted = z.object({
  SUPABASE_PROJECT_REF: z.string().regex(
    /^[a-z0-9]{20}$/,
    "expected the project's reference, 20 letters and digits",
  ),
  SUPABASE_ACCESS_TOKEN: z.string().min(1),
  STREAMVIBE_DEPLOY_DB_URL: z.string().regex(
    /^postgres(ql)?:\/\//,
    "expected a postgres:// URL (session mode, port 5432)",
  ),
  PROJECT_URL: z.url().optional(),
});

/**
 * @param isAnyStack Also accepts a local stack that follows the working tree.
 * @throws {DeployError} If the target does not exist, or is not set up for deploys.
 */
export async function openTarget(
  name: string,
  env: Record<string, string>,
  { isAnyStack = false } = {},
): Promise<Target> {
  if (name === "local") return await openLocal(env, isAnyStack);
  if (name !== "staging" && name !== "production") {
    throw new DeployError(`Cannot deploy: the target must be local, staging or production, got ${name}`);
  }
  const file = `.env.${name}`;
  const written = parseEnv(await Deno.readTextFile(file).catch(() => ""));
  const settings = Object.fromEntries(
    Object.entries({ ...written, ...env }).flatMap(([key, value]) => value ? [[key, value]] : []),
  );
  const read = Hosted.safeParse(settings);
  if (!read.success) {
    const faults = read.error.issues.map(({ path, message }) => {
      const setting = String(path[0]);
      return settings[setting] ? `${setting} is malformed (${message})` : `${setting} is missing`;
    });
    throw new DeployError(
      `Cannot deploy to ${name}: ${faults.join("; ")}; set it in ${file} or in the environment`,
    );
  }
  const { SUPABASE_PROJECT_REF: project, STREAMVIBE_DEPLOY_DB_URL: databaseUrl, PROJECT_URL } = read.data;
  return {
    name,
    project,
    databaseUrl,
    remote: databaseUrl,
    apiUrl: PROJECT_URL ?? `https://${project}.supabase.co`,
    settings,
  };
}

async function openLocal(env: Record<string, string>, isAnyStack: boolean): Promise<LocalTarget> {
  const path = resolve(env.STREAMVIBE_HOME || ".local");
  const home = await Home.find(path);
  const info = await home?.read<StackInfo>("stack.json");
  if (!home || !info) {
    throw new DeployError(
      `Cannot deploy to local: no stack runs in ${path}; run \`deno task start --empty\``,
    );
  }
  if (!home.isDeployedByPhase && !isAnyStack) {
    throw new DeployError(
      `Cannot deploy to local: the stack in ${path} has every phase already and follows the working tree; ` +
        "`deno task start --empty` with another STREAMVIBE_HOME starts one to deploy to",
    );
  }
  return {
    name: "local",
    home,
    databaseUrl: info.db_url,
    remote: remoteUrl(info.db_url),
    apiUrl: info.api_url,
  };
}
