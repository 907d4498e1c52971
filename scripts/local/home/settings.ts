/** What the environment says about a stack: its ports, its folder, what it leaves out. The one reader of it here. */
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's root: the stack behaves the same from every folder. */
export const ROOT = fileURLToPath(new URL("../../../", import.meta.url)).replace(/\/$/, "");

/** A setting that cannot be used, or a state of the machine that the user has to change. Printed without a stack trace. */
export class StartError extends Error {
  override name = "StartError";
}

export interface StackSettings {
  /** 0 picks a free port. */
  apiPort: number;
  dbPort: number;
  simulatorPort: number;
  home: string;
  /** A file of real channels and videos for the simulators. */
  catalog?: string;
  /** Demo data, made through the real flows on the first start of a home. */
  seed: boolean;
}

export function readSettings(env: Record<string, string | undefined> = Deno.env.toObject()): StackSettings {
  const catalog = env.STREAMVIBE_CATALOG;
  return {
    ...readPorts(env),
    home: resolve(ROOT, env.STREAMVIBE_HOME || ".local"),
    catalog: catalog ? resolve(ROOT, catalog) : undefined,
    seed: readSwitch(env, "STREAMVIBE_SEED", true),
  };
}

function readPorts(env: Record<string, string | undefined>) {
  const apiPort = readPort(env, "STREAMVIBE_API_PORT", 54321);
  const dbPort = readPort(env, "STREAMVIBE_DB_PORT", 54322);
  const simulatorPort = readPort(env, "STREAMVIBE_SIMULATOR_PORT", 54330);
  const fixed = [apiPort, dbPort, simulatorPort].filter((port) => port !== 0);
  if (new Set(fixed).size < fixed.length) {
    throw new StartError(
      "Cannot use one port twice: STREAMVIBE_API_PORT, STREAMVIBE_DB_PORT and STREAMVIBE_SIMULATOR_PORT must differ, " +
        `got ${apiPort}, ${dbPort} and ${simulatorPort}`,
    );
  }
  return { apiPort, dbPort, simulatorPort };
}

function readPort(env: Record<string, string | undefined>, name: string, fallback: number): number {
  const text = env[name];
  if (!text) return fallback;
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65535) {
    throw new StartError(
      `Cannot read ${name}: a port is a number from 0 (any free one) to 65535, got "${text}"`,
    );
  }
  return port;
}

function readSwitch(env: Record<string, string | undefined>, name: string, fallback: boolean): boolean {
  const text = env[name];
  if (!text) return fallback;
  if (text === "on" || text === "off") return text === "on";
  throw new StartError(`Cannot read ${name}: it is "on" or "off", got "${text}"`);
}
