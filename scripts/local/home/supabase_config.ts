/** The part of supabase/config.toml that the stack honours, so that both ways to run agree. */
import { join } from "node:path";
import { secondsOf } from "../auth/frequency.ts";
import { ROOT, StartError } from "./settings.ts";

type Value = string | number | boolean | string[];

export interface SupabaseConfig {
  site_url: string;
  additional_redirect_urls: string[];
  minimum_password_length: number;
  /** Seconds between two mails of one kind to one address. */
  mail_max_frequency: number;
  jwt_expiry: number;
  schemas: string[];
  max_rows: number;
  /** Names of functions whose caller the gateway checks before the function sees the request. */
  verify_jwt(name: string): boolean;
}

export async function readSupabaseConfig(path = join(ROOT, "supabase/config.toml")): Promise<SupabaseConfig> {
  const text = await Deno.readTextFile(path).catch(() => "");
  const sections = parseToml(text);
  const get = <Wanted extends Value>(section: string, key: string, fallback: Wanted): Wanted => {
    const value = sections.get(section)?.get(key);
    if (value === undefined) return fallback;
    if (typeof value !== typeof fallback || Array.isArray(value) !== Array.isArray(fallback)) {
      throw new StartError(
        `Cannot read ${path}: ${section}.${key} has the wrong type, got ${JSON.stringify(value)}`,
      );
    }
    return value as Wanted;
  };
  const frequency = get("auth.email", "max_frequency", "1m");
  const mail_max_frequency = secondsOf(frequency);
  if (mail_max_frequency === undefined) {
    throw new StartError(
      `Cannot read ${path}: auth.email.max_frequency must be a duration such as 1s, got "${frequency}"`,
    );
  }
  return {
    site_url: get("auth", "site_url", "http://localhost:3000"),
    additional_redirect_urls: get("auth", "additional_redirect_urls", []),
    minimum_password_length: get("auth", "minimum_password_length", 8),
    mail_max_frequency,
    jwt_expiry: get("auth", "jwt_expiry", 3600),
    schemas: get("api", "schemas", ["public"]),
    max_rows: get("api", "max_rows", 1000),
    verify_jwt: (name) => get(`functions.${name}`, "verify_jwt", true),
  };
}

/** Sections and one-line values: all that this file uses of TOML. The CLI checks the file as a whole (`deno task check`). */
function parseToml(text: string): Map<string, Map<string, Value>> {
  const sections = new Map<string, Map<string, Value>>();
  let section = new Map<string, Value>();
  for (const line of text.split("\n")) {
    const header = line.match(/^\s*\[([^\]]+)\]/)?.[1];
    if (header) sections.set(header, section = sections.get(header) ?? new Map());
    const [, key, source] =
      line.match(/^\s*([A-Za-z0-9_-]+)\s*=\s*("[^"]*"|\[.*\]|true|false|[\d.]+)\s*(?:#.*)?$/) ?? [];
    if (key && source) section.set(key, JSON.parse(source));
  }
  return sections;
}
