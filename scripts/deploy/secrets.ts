/** Secrets of a target: the settings of functions, and what cron reads from Vault. Values are written but never shown. */
import type postgres from "postgres";
import { supabaseCli } from "../check/supabase_cli.ts";
import { settingsUpTo } from "./phases.ts";
import { DeployError, type HostedTarget, type Target } from "./target.ts";

/** Vault secrets that cron needs, and the setting that provides each. */
export const VAULT: Record<string, string> = {
  project_url: "PROJECT_URL",
  cron_secret_key: "CRON_SECRET_KEY",
};

/** Returns the settings that a phase needs and the target lacks. */
export async function missingSecrets(sql: postgres.Sql, target: Target, phase: number): Promise<string[]> {
  const vault = await vaultNames(sql);
  const missing = Object.entries(VAULT).filter(([name]) => !vault.has(name)).map(([, setting]) => setting);
  if (target.name === "local") return missing;
  const set = new Set((await functionSecrets(target)).map(({ name }) => name));
  for (const wanted of settingsUpTo(phase)) {
    if (typeof wanted === "string") {
      if (!set.has(wanted)) missing.push(wanted);
    } else if (!wanted.some((name) => set.has(name))) missing.push(`one of ${wanted.join(", ")}`);
  }
  return missing;
}

async function vaultNames(sql: postgres.Sql): Promise<Set<string>> {
  const rows = await sql<{ name: string }[]>`select name from vault.secrets where name = any (${
    Object.keys(VAULT)
  })`;
  return new Set(rows.map(({ name }) => name));
}

/** A function setting as the platform lists it: without its value. */
export interface FunctionSecret {
  name: string;
  /** SHA-256 of the value. */
  digest: string;
  updated_at?: string;
}

/** Returns the output of `supabase secrets list`. */
export async function functionSecrets(target: HostedTarget): Promise<FunctionSecret[]> {
  const { code, stdout, stderr } = await supabaseCli(
    ["secrets", "list", "--output-format", "json", `--remote=${target.project}`],
    { SUPABASE_ACCESS_TOKEN: target.settings.SUPABASE_ACCESS_TOKEN ?? "" },
  );
  const text = stdout.match(/[[{][\s\S]*[\]}]/)?.[0];
  if (code !== 0 || !text) {
    throw new DeployError(`Cannot list the secrets of ${target.name}: ${(stdout + stderr).trim()}`);
  }
  const parsed = JSON.parse(text) as unknown;
  const rows = Array.isArray(parsed) ? parsed : (parsed as { secrets?: unknown[] }).secrets ?? [];
  return (rows as { name: string; value?: string; digest?: string; updated_at?: string }[])
    .map(({ name, value, digest, updated_at }) => ({ name, digest: digest ?? value ?? "", updated_at }));
}
