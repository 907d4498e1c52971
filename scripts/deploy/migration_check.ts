/**
 * Finds migration statements that would block a database in use: squawk's rules, plus some statements that squawk allows. Only existing,
 * large tables matter; on others the same statement finishes before anybody notices.
 */
import { join } from "node:path";
import type postgres from "postgres";
import { ROOT } from "../local/home/settings.ts";

/** On tables of at least this many rows or bytes, a full read or rewrite holds its lock for longer than a second. */
const LARGE_ROWS = 100_000;
const LARGE_BYTES = 64 * 1024 * 1024;

/** The enabled squawk rules; its others concern style, or apply to small tables too. */
const RULES: Record<string, string> = {
  "adding-field-with-default": "add the column without it, set the default, then fill the rows in batches",
  "adding-foreign-key-constraint": "add it `not valid`, then `validate constraint` in a migration of its own",
  "adding-not-nullable-field": "add a check (… is not null) `not valid`, validate it, then `set not null`",
  "adding-required-field": "add the column nullable, fill it in batches, then require it",
  "adding-serial-primary-key-field":
    "create the unique index concurrently, then `add primary key using index`",
  "ban-drop-column":
    "stop using it in one release, drop it in a later one, and say so with `-- squawk-ignore ban-drop-column`",
  "ban-drop-table":
    "stop using it in one release, drop it in a later one, and say so with `-- squawk-ignore ban-drop-table`",
  "changing-column-type": "add a column of the new type, fill it in batches, then switch to it",
  "constraint-missing-not-valid": "add it `not valid`, then `validate constraint` in a migration of its own",
  "disallowed-unique-constraint": "create the unique index concurrently, then `add constraint … using index`",
  "renaming-column": "add the new column, write both, then drop the old one in a later release",
  "renaming-table": "create a view with the new name; running functions still use the old one",
  "require-concurrent-index-creation":
    "`create index concurrently` by hand before the deploy, and here `create index if not exists`",
  "require-concurrent-index-deletion":
    "`drop index concurrently` by hand before the deploy, and here `drop index if exists`",
  "require-concurrent-reindex": "`reindex … concurrently` by hand",
};

/** Statements that no squawk rule covers. */
const STATEMENTS: [RegExp, name: string, advice: string][] = [
  [/^update\b(?!.*\bwhere\b)/is, "whole-table-update", "fill the rows in batches, by a job"],
  [/^delete\b(?!.*\bwhere\b)/is, "whole-table-delete", "delete in batches, by a job"],
  [/^truncate\b/i, "truncate", "delete in batches, by a job"],
  [/^lock\b/i, "lock-table", "do not hold a lock for the whole migration"],
  [/^cluster\b/i, "rewrite", "use pg_repack, or leave the table as it is"],
  [/^vacuum\s*\(?[^;]*\bfull\b/i, "rewrite", "use pg_repack, or leave the table as it is"],
  [/^alter\s+table\b.*\bset\s+(un)?logged\b/is, "rewrite", "make a new table and fill it in batches"],
  [
    /^refresh\s+materialized\s+view\s+(?!concurrently)/i,
    "refresh",
    "`refresh materialized view concurrently`",
  ],
];

/** A statement that must not run as written. */
export interface Finding {
  file: string;
  /** 1-based. */
  line: number;
  rule: string;
  table: string;
  advice: string;
}

/** Returns the existing large tables, as `schema.name`. */
export async function largeTables(sql: postgres.Sql): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    select n.nspname || '.' || c.relname as name
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'm') and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg\\_toast%'
      and (c.reltuples >= ${LARGE_ROWS} or pg_total_relation_size(c.oid) >= ${LARGE_BYTES})`;
  return rows.map(({ name }) => name);
}

/** Returns the statements in these files that would block one of the large tables. */
export async function checkMigrations(files: string[], large: string[]): Promise<Finding[]> {
  if (files.length === 0 || large.length === 0) return [];
  const texts = new Map(
    await Promise.all(files.map(async (file) => [file, await Deno.readTextFile(file)] as const)),
  );
  const findings: Finding[] = [];
  for (const { file, line, line_end, rule_name } of await squawk(files)) {
    const advice = RULES[rule_name];
    if (!advice) continue;
    const statement = statementAt(texts.get(file) ?? "", line, line_end);
    const table = large.find((name) => names(statement, name)) ?? droppedFrom(rule_name, statement, large);
    if (table) findings.push({ file, line: line + 1, rule: rule_name, table, advice });
  }
  for (const [file, text] of texts) {
    for (const { statement, line } of statements(text)) {
      const table = large.find((name) => names(statement, name));
      const [, rule, advice] = table ? STATEMENTS.find(([pattern]) => pattern.test(statement)) ?? [] : [];
      if (table && rule && advice) findings.push({ file, line, rule, table, advice });
    }
  }
  return findings.sort((a, b) => a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line);
}

/** Formats a finding as one line, with advice. */
export function tell({ file, line, rule, table, advice }: Finding): string {
  return `${file}:${line}: ${rule} on ${table}, which is large; ${advice}`;
}

interface Violation {
  file: string;
  /** Both 0-based. */
  line: number;
  line_end: number;
  rule_name: string;
}

async function squawk(files: string[]): Promise<Violation[]> {
  const { code, stdout, stderr } = await new Deno.Command(join(ROOT, "node_modules/.bin/squawk"), {
    args: ["--assume-in-transaction", "--pg-version=15", "--reporter=json", ...files],
    stdout: "piped",
    stderr: "piped",
  }).output();
  const text = new TextDecoder().decode(stdout);
  if (code > 1 || !text.startsWith("[")) {
    throw new Error(
      `Cannot check the migrations: squawk ended with ${code}\n${text}${new TextDecoder().decode(stderr)}`,
    );
  }
  return JSON.parse(text);
}

/** Returns whether a statement names a table: schema-qualified or, for `public`, unqualified. */
function names(statement: string, table: string): boolean {
  const [schema, name] = table.split(".").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const qualified = `"?${schema}"?\\s*\\.\\s*"?${name}"?`;
  return new RegExp(`(?<![\\w."])(?:${qualified}${schema === "public" ? `|"?${name}"?` : ""})(?![\\w"])`, "i")
    .test(statement);
}

/** A dropped index does not name its table; by convention its name begins with the table's. */
function droppedFrom(rule: string, statement: string, large: string[]): string | undefined {
  if (rule !== "require-concurrent-index-deletion" && rule !== "require-concurrent-reindex") return undefined;
  return large.find((table) => new RegExp(`\\b${table.split(".")[1]}_`).test(statement));
}

/** Returns the whole statement around some lines: squawk reports only the violating clause. */
function statementAt(text: string, from: number, to: number): string {
  const found = statements(text).filter(({ line, last }) => line - 1 <= to && last - 1 >= from);
  return found.map(({ statement }) => statement).join(";");
}

/** Splits a file into statements, with comments and string literals blanked, and their first and last lines (1-based). */
function statements(text: string): { statement: string; line: number; last: number }[] {
  const blank = (part: string) => part.replace(/[^\n]/g, " ");
  const bare = text.replace(/\$(\w*)\$[\s\S]*?\$\1\$|--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'/g, blank);
  const found: { statement: string; line: number; last: number }[] = [];
  let line = 1;
  for (const part of bare.split(";")) {
    const lead = part.match(/^\s*/)?.[0] ?? "";
    const first = line + lead.split("\n").length - 1;
    line += part.split("\n").length - 1;
    if (part.trim()) found.push({ statement: part.trim(), line: first, last: line });
  }
  return found;
}
