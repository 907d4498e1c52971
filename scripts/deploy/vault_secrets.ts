/**
 * Stores secrets where they are read: cron's in Vault, the functions' in the project's settings. Lists which exist, which are missing and
 * which are too old; never prints a value. Called by scripts/setup-vault-secrets.sh.
 */
import { createHash } from "node:crypto";
import { parseArgs } from "node:util";
import type postgres from "postgres";
import { supabaseCli } from "../check/supabase_cli.ts";
import { LAST_PHASE } from "./phases.ts";
import { type FunctionSecret, functionSecrets, missingSecrets, VAULT } from "./secrets.ts";
import { isSecret, ofFunctions, readSettingsFile } from "./settings_file.ts";
import { main, Run } from "./run.ts";
import { DeployError, type HostedTarget, openTarget, type Target } from "./target.ts";

const MAX_AGE_DAYS = 90;
/** Settings that accept several comma-separated values during a rotation. */
const LISTS = new Set(["STRIPE_WEBHOOK_SECRET"]);

/** How a value differs from the stored one. */
type Change = "new" | "changed" | "same";

interface Known {
  name: string;
  fingerprints: string[];
  set_at: Date;
}

if (import.meta.main) {
  await main(async () => {
    const { values } = parseArgs({
      args: Deno.args,
      options: {
        target: { type: "string", default: "local" },
        "env-file": { type: "string" },
        check: { type: "boolean" },
        rotate: { type: "string", multiple: true },
        "max-age-days": { type: "string", default: String(MAX_AGE_DAYS) },
        "dry-run": { type: "boolean" },
      },
    });
    const target = await openTarget(values.target, Deno.env.toObject(), { isAnyStack: true });
    await using run = await Run.open(target);
    if (values.check) return await check(run.sql, target, Number(values["max-age-days"]));
    const file = values["env-file"] ?? (target.name === "local" ? ".env" : `.env.${target.name}`);
    const settings = await readSettingsFile(file);
    await set(run.sql, target, settings, {
      rotated: values.rotate ?? [],
      dry: values["dry-run"] ?? false,
      file,
    });
  });
}

interface Options {
  rotated: string[];
  dry: boolean;
  file: string;
}

/** Stores the values that differ. An existing secret is replaced only if --rotate names it. */
async function set(
  sql: postgres.Sql,
  target: Target,
  settings: Record<string, string>,
  options: Options,
): Promise<void> {
  const { rotated, dry, file } = options;
  const [known, platform] = await Promise.all([ages(sql), onPlatform(target)]);
  const own = { ...ofFunctions(settings), ...pick(settings, Object.values(VAULT)) };
  const absent = rotated.filter((name) => name !== "all" && !(name in own));
  if (absent.length > 0) {
    throw new DeployError(`Cannot rotate ${absent.join(", ")}: ${file} has no value for it`);
  }
  const changes = new Map<string, Change>();
  for (const [name, value] of Object.entries(own)) {
    // The secret was deleted on the platform.
    const isGone = target.name !== "local" && !Object.values(VAULT).includes(name) && !platform.has(name);
    changes.set(name, changeOf(known.get(name), platform.get(name), name, value, isGone));
  }
  const secrets = [...changes].filter(([name, change]) => change === "changed" && isSecret(name)).map((
    [name],
  ) => name);
  const unasked = secrets.filter((name) => !rotated.includes(name) && !rotated.includes("all"));
  if (unasked.length > 0) {
    throw new DeployError(
      `Cannot replace ${unasked.join(", ")}: ${
        unasked.length > 1 ? "they are" : "it is"
      } set to another value; --rotate NAME (or --rotate all) replaces it`,
    );
  }
  const stale = rotated.filter((name) => name !== "all" && changes.get(name) !== "changed");
  if (stale.length > 0) {
    throw new DeployError(
      `Cannot rotate ${stale.join(", ")}: ${file} still has the old value; put the new one there`,
    );
  }
  for (const name of secrets) await refuseGap(target, name, known.get(name), own[name] ?? "");

  const wanted = [...changes].filter(([, change]) => change !== "same").map(([name]) => name);
  if (wanted.length === 0) console.log(`Nothing to change: ${changes.size} settings are as in ${file}`);
  if (dry) return console.log(wanted.length > 0 ? `Would set ${wanted.join(", ")}` : "");
  for (const [name, setting] of Object.entries(VAULT)) {
    if (wanted.includes(setting)) await putIntoVault(sql, name, settings[setting] ?? "");
  }
  const functions = pick(own, wanted.filter((name) => !Object.values(VAULT).includes(name)));
  if (Object.keys(functions).length > 0) {
    if (target.name === "local") {
      console.log(
        `The local stack reads its functions' settings from ${file} when it starts`,
      );
    } else await setFunctionSecrets(target, functions);
  }
  for (const name of changes.keys()) {
    if (!wanted.includes(name)) {
      // Set by hand, or before the table existed to record it.
      if (!isRecorded(known.get(name), name, own[name] ?? "")) {
        await remember(sql, name, own[name] ?? "", known.get(name), platform.get(name)?.updated_at);
      }
      continue;
    }
    await remember(sql, name, own[name] ?? "", known.get(name));
    console.log(`  ${changes.get(name) === "new" ? "set    " : "changed"} ${name}`);
  }
  if (secrets.length > 0) console.log(afterRotation(secrets));
}

/** Refuses a rotation during which calls would fail: the old and the new value must both be valid for a while. */
async function refuseGap(
  target: Target,
  name: string,
  known: Known | undefined,
  value: string,
): Promise<void> {
  if (name === VAULT.cron_secret_key) {
    // Read from Vault on every call, so it changes immediately; the platform accepts both keys until the old one is deleted.
    const response = await fetch(`${target.apiUrl}/functions/v1/metrics`, { headers: { apikey: value } })
      .catch(() => undefined);
    await response?.body?.cancel();
    if (response?.ok) return;
    throw new DeployError(
      `Cannot rotate ${name}: the new key is refused (${
        response?.status ?? "no answer"
      }); make it first (Dashboard → API keys), and keep the old one`,
    );
  }
  if (!LISTS.has(name) || !known) return;
  const overlap = parts(name, value).some((part) => known.fingerprints.includes(part));
  if (!overlap) {
    throw new DeployError(
      `Cannot rotate ${name}: requests signed with the old one would be refused; set NEW,OLD first, and NEW alone a day later`,
    );
  }
}

function afterRotation(secrets: string[]): string {
  const notes = secrets.map((name) => {
    if (name === VAULT.cron_secret_key) {
      return `  ${name}: cron uses the new one from its next call; then delete the old one (Dashboard → API keys)`;
    }
    if (LISTS.has(name)) return `  ${name}: both are valid now; set the new one alone a day later`;
    return `  ${name}: functions read it at their next start, within minutes; then revoke the old one where it was created`;
  });
  return `Rotated. Until the old ones are revoked, both are valid:\n${notes.join("\n")}`;
}

async function putIntoVault(sql: postgres.Sql, name: string, value: string): Promise<void> {
  await sql`
    with kept as (select id from vault.secrets where name = ${name})
    select case when exists (select from kept)
      then vault.update_secret((select id from kept), ${value})::text
      else vault.create_secret(${value}, ${name})::text end`;
}

/** Passes values in a file that only its owner can read: command lines are visible to every user of the machine. */
async function setFunctionSecrets(target: HostedTarget, settings: Record<string, string>): Promise<void> {
  const file = await Deno.makeTempFile({ prefix: "streamvibe-settings-", suffix: ".env" });
  try {
    await Deno.chmod(file, 0o600);
    const lines = Object.entries(settings).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
    await Deno.writeTextFile(file, lines.join("\n") + "\n");
    const { code, stdout, stderr } = await supabaseCli(
      ["secrets", "set", "--yes", "--env-file", file, `--remote=${target.project}`],
      { SUPABASE_ACCESS_TOKEN: target.settings.SUPABASE_ACCESS_TOKEN ?? "" },
    );
    if (code !== 0) {
      const said = Object.values(settings).reduce(
        (text, value) => text.replaceAll(value, "…"),
        stdout + stderr,
      );
      throw new DeployError(`Cannot set the functions' settings: the CLI said\n${said.trim()}`);
    }
  } finally {
    await Deno.remove(file);
  }
}

/** Reports what is missing and what is too old. @throws {DeployError} If anything is. */
async function check(sql: postgres.Sql, target: Target, maxAgeDays: number): Promise<void> {
  const missing = await missingSecrets(sql, target, LAST_PHASE);
  const known = [...(await ages(sql)).values()].filter(({ name }) => isSecret(name));
  const rows = known.map(({ name, set_at }) => ({
    name,
    days: Math.floor((Date.now() - set_at.getTime()) / 86_400_000),
  }));
  if (target.name !== "local") {
    // Set outside this script: use the platform's timestamp.
    for (const { name, updated_at } of await functionSecrets(target)) {
      if (
        !isSecret(name) || name.startsWith("SUPABASE_") || known.some((one) => one.name === name) ||
        !updated_at
      ) continue;
      rows.push({ name, days: Math.floor((Date.now() - Date.parse(updated_at)) / 86_400_000) });
    }
  }
  const old = rows.filter(({ days }) => days >= maxAgeDays);
  for (const { name, days } of rows.sort((a, b) => b.days - a.days)) {
    console.log(`  ${days >= maxAgeDays ? "old    " : "ok     "} ${name}, ${days} days`);
  }
  for (const name of missing) console.log(`  missing ${name}`);
  if (missing.length + old.length > 0) {
    throw new DeployError(
      `${missing.length} missing, ${old.length} older than ${maxAgeDays} days; --rotate NAME replaces one`,
    );
  }
  console.log(`None missing, none older than ${maxAgeDays} days`);
}

/** Module 000 creates the table, but Vault is also filled before the first deploy; then the ages come from Vault. */
async function ages(sql: postgres.Sql): Promise<Map<string, Known>> {
  const [there] = await sql`select to_regclass('ops.secret_age') is not null as yes`;
  if (there?.yes) {
    const rows = await sql<Known[]>`select name, fingerprints, set_at from ops.secret_age`;
    if (rows.length > 0) return new Map(rows.map((row) => [row.name, row]));
  }
  return await fromVault(sql);
}

/** Returns the secrets already in Vault, for example from `supabase db push` or from a run before the first deploy. */
async function fromVault(sql: postgres.Sql): Promise<Map<string, Known>> {
  const rows = await sql<{ name: string; value: string; set_at: Date }[]>`
    select name, decrypted_secret as value, updated_at as set_at from vault.decrypted_secrets where name = any (${
    Object.keys(VAULT)
  })`;
  return new Map(rows.map(({ name, value, set_at }) => {
    const setting = VAULT[name] ?? name;
    return [setting, { name: setting, fingerprints: parts(setting, value), set_at }];
  }));
}

async function remember(
  sql: postgres.Sql,
  name: string,
  value: string,
  known: Known | undefined,
  since?: string,
): Promise<void> {
  const [there] = await sql`select to_regclass('ops.secret_age') is not null as yes`;
  if (!there?.yes) return;
  const fingerprints = parts(name, value);
  // The end of an overlap adds no new value: the age continues from when the new one was added.
  const isOverlapEnd = known && fingerprints.every((part) => known.fingerprints.includes(part));
  const set_at = isOverlapEnd ? known.set_at : since ? new Date(since) : new Date();
  await sql`
    insert into ops.secret_age (name, fingerprints, set_at) values (${name}, ${fingerprints}, ${set_at})
    on conflict (name) do update set fingerprints = excluded.fingerprints, set_at = excluded.set_at`;
}

/** The platform's digest decides where there is one: it also covers values that were set by hand. */
function changeOf(
  known: Known | undefined,
  platform: FunctionSecret | undefined,
  name: string,
  value: string,
  isGone: boolean,
): Change {
  if (isGone) return "new";
  if (platform) {
    return platform.digest === createHash("sha256").update(value).digest("hex") ? "same" : "changed";
  }
  if (known) return isRecorded(known, name, value) ? "same" : "changed";
  return "new";
}

function isRecorded(known: Known | undefined, name: string, value: string): boolean {
  return JSON.stringify(known?.fingerprints) === JSON.stringify(parts(name, value));
}

async function onPlatform(target: Target): Promise<Map<string, FunctionSecret>> {
  const secrets = target.name === "local" ? [] : await functionSecrets(target);
  return new Map(secrets.map((secret) => [secret.name, secret]));
}

function parts(name: string, value: string): string[] {
  const values = LISTS.has(name) ? value.split(",").map((part) => part.trim()).filter(Boolean) : [value];
  return values.map((part) => createHash("sha256").update(`${name}\0${part}`).digest("hex").slice(0, 24));
}

function pick(from: Record<string, string>, names: string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => from[name] ? [[name, from[name]]] : []));
}
