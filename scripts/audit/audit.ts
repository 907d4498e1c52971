/**
 * The security audit: what the repository and its history contain, what the database and the functions allow, and how a running
 * installation responds. Exit code 0: no error; 1: errors; 2: invalid usage. `scripts/security-audit.sh --help` shows the usage.
 */
import { parseArgs, parseEnv } from "node:util";
import { auditDatabase } from "./database.ts";
import { auditDependencies } from "./dependencies.ts";
import { type Finding, toSarif, toText } from "./finding.ts";
import { auditFunctions } from "./functions.ts";
import { auditFiles, auditHistory } from "./secrets.ts";
import { auditOrigins, auditWeb } from "./web.ts";

export const USAGE = `Usage: scripts/security-audit.sh [options]

Searches the repository and its history for secrets, vulnerable dependencies, and functions without credentials or limits. With
--db-url it also checks the database, with --url a running installation. It changes nothing.

  --db-url URL       the database, as its owner: row-level security, grants, definer functions, Supabase's advisors, Vault
  --url URL          the project's URL, such as https://abc.supabase.co: CORS, redirects, headers
  --env-file FILE    settings to check (ALLOWED_ORIGINS)
  --folder FOLDER    another repository; only its files and history are checked
  --days N           how old a secret of Vault may be (90)
  --no-history       skips the history
  --no-advisors      skips Supabase's advisors
  --no-dependencies  skips the npm registry
  --json FILE        writes the findings as JSON
  --sarif FILE       writes them as SARIF 2.1.0, for GitHub's code scanning
  --help             prints this text

Exit code 0: no error. 1: errors. 2: invalid usage.`;

export async function main(args: string[], print: (text: string) => void = console.log): Promise<number> {
  let values;
  try {
    values = parseArgs({
      args,
      options: {
        "db-url": { type: "string" },
        url: { type: "string" },
        "env-file": { type: "string" },
        folder: { type: "string" },
        days: { type: "string", default: "90" },
        "no-history": { type: "boolean" },
        "no-advisors": { type: "boolean" },
        "no-dependencies": { type: "boolean" },
        json: { type: "string" },
        sarif: { type: "string" },
        help: { type: "boolean" },
      },
    }).values;
  } catch (error) {
    print(`${(error as Error).message}\n${USAGE}`);
    return 2;
  }
  if (values.help) {
    print(USAGE);
    return 0;
  }
  const days = Number(values.days);
  if (!Number.isInteger(days) || days < 1) {
    print(`Cannot audit: --days must be a whole number from 1, got ${values.days}`);
    return 2;
  }
  const here = values.folder === undefined;
  const folder = values.folder ?? ".";
  const findings: Finding[] = [
    ...await auditFiles(folder),
    ...(values["no-history"] ? [] : await auditHistory(folder)),
  ];
  if (here) {
    findings.push(...await auditFunctions("supabase/functions"));
    if (!values["no-dependencies"]) findings.push(...await auditDependencies(folder));
  }
  if (values["env-file"]) {
    const file = values["env-file"];
    const text = await Deno.readTextFile(file).catch(() => null);
    if (text === null) {
      print(`Cannot audit: --env-file must be a file that can be read, got ${file}`);
      return 2;
    }
    findings.push(...auditOrigins(parseEnv(text).ALLOWED_ORIGINS, file));
  }
  if (values["db-url"]) {
    findings.push(...await auditDatabase(values["db-url"], { advisors: !values["no-advisors"], days }));
  }
  if (values.url) findings.push(...await auditWeb(values.url, await functionNames()));

  const errors = findings.filter(({ level }) => level === "error").length;
  const warnings = findings.filter(({ level }) => level === "warning").length;
  if (values.json) {
    await Deno.writeTextFile(values.json, `${JSON.stringify({ errors, warnings, findings }, null, 2)}\n`);
  }
  if (values.sarif) await Deno.writeTextFile(values.sarif, `${JSON.stringify(toSarif(findings), null, 2)}\n`);
  if (findings.length > 0) print(toText(findings));
  print(`${errors} errors, ${warnings} warnings`);
  return errors > 0 ? 1 : 0;
}

async function functionNames(): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir("supabase/functions"));
  return entries.filter(({ name, isDirectory }) => isDirectory && !name.startsWith("_") && name !== "tests")
    .map(({ name }) => name).toSorted();
}

if (import.meta.main) Deno.exit(await main(Deno.args));
