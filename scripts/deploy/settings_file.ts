/** The settings documented in .env.example, and settings files of a target. */
import { parseEnv } from "node:util";
import { DeployError } from "./target.ts";

/** Read by the scripts and the local stack, never by a function. */
const NOT_OF_FUNCTIONS =
  /^(SUPABASE_|STREAMVIBE_(?!POOLER_URL$)|PROJECT_URL$|CRON_SECRET_KEY$|BACKUP_|AWS_|DATABASE_URL$)/;
const SECRET = /(_KEY|_KEYS|_SECRET|_TOKEN|_DSN|_PASSWORD|_PASSPHRASE|_POOLER_URL)$/;
/** Public despite their names. */
const PUBLIC = new Set(["STRIPE_PUBLISHABLE_KEY", "INDEXNOW_API_KEY"]);

/** Returns whether a value must be rotated and never shown. */
export function isSecret(name: string): boolean {
  return SECRET.test(name) && !PUBLIC.has(name);
}

/** Returns every setting in .env.example, commented out or not. */
export async function documentedSettings(): Promise<string[]> {
  const text = await Deno.readTextFile(".env.example");
  return [...new Set([...text.matchAll(/^#? ?([A-Z][A-Z0-9_]*)=/gm)].map(([, name = ""]) => name))];
}

/** Reads the settings in a file that have a value. @throws {DeployError} If the file does not exist, or contains an unknown setting. */
export async function readSettingsFile(file: string): Promise<Record<string, string>> {
  const text = await Deno.readTextFile(file).catch(() => {
    throw new DeployError(
      `Cannot read the settings: there is no ${file}; copy .env.example to it and fill it in`,
    );
  });
  const values = Object.fromEntries(
    Object.entries(parseEnv(text)).flatMap(([name, value]) => value ? [[name, value]] : []),
  );
  const documented = await documentedSettings();
  const unknown = Object.keys(values).filter((name) => !documented.includes(name));
  if (unknown.length > 0) {
    throw new DeployError(
      `Cannot use ${file}: ${unknown.join(", ")} ${
        unknown.length > 1 ? "are not settings" : "is not a setting"
      } of .env.example`,
    );
  }
  return values;
}

/** Returns the settings that functions read. */
export function ofFunctions(values: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => !NOT_OF_FUNCTIONS.test(name)));
}
