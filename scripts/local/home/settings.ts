/** A stack's settings from the environment: its ports, its folder, what it leaves out. Nothing else in the stack reads these variables. */
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's root: the stack behaves the same from every working directory. */
export const ROOT = fileURLToPath(new URL("../../../", import.meta.url)).replace(/\/$/, "");

/** An invalid setting, or a state of the machine that the user must change. Printed without a stack trace. */
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
  /** Creates demo data, through the real flows, on the first start of a home. */
  seed: boolean;
  /** Without the product's schema and functions, as a new Supabase project is. */
  empty?: boolean;
  /** How functions reach the database: through the Data API as on Supabase, or directly. */
  functionsDatabase: "data-api" | "pooler";
  /** The Deno version that runs functions; defaults to the stack's own. */
  functionsRuntime?: string;
}

export function readSettings(env: Record<string, string | undefined> = Deno.env.toObject()): StackSettings {
  const catalog = env.STREAMVIBE_CATALOG;
  return {
    ...readPorts(env),
    home: resolve(ROOT, env.STREAMVIBE_HOME || ".local"),
    catalog: catalog ? resolve(ROOT, catalog) : undefined,
    seed: readChoice(env, "STREAMVIBE_SEED", ["on", "off"]) === "on",
    functionsDatabase: readChoice(env, "STREAMVIBE_FUNCTIONS_DATABASE", ["data-api", "pooler"]),
    functionsRuntime: readVersion(env, "STREAMVIBE_FUNCTIONS_RUNTIME"),
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

/** Reads one of the allowed words; the first is the default. */
function readChoice<Word extends string>(
  env: Record<string, string | undefined>,
  name: string,
  words: readonly [Word, Word],
): Word {
  const text = env[name];
  const word = words.find((word) => word === (text || words[0]));
  if (word) return word;
  throw new StartError(`Cannot read ${name}: it is "${words.join('" or "')}", got "${text}"`);
}

function readVersion(env: Record<string, string | undefined>, name: string): string | undefined {
  const text = env[name];
  if (!text || /^\d+\.\d+\.\d+$/.test(text)) return text || undefined;
  throw new StartError(`Cannot read ${name}: it is a version of Deno such as 2.1.14, got "${text}"`);
}
