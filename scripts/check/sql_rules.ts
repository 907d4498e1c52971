/** Rules of the schema that can be read from its files; what needs a database is tested in supabase/tests. */

/** SQL without comments, string literals and quoted names, lines kept, so that words can be looked at. */
export function bareSql(sql: string): string {
  const blank = (text: string) => text.replace(/[^\n]/g, " ");
  return sql
    .replace(/--[^\n]*/g, blank)
    .replace(/\/\*[\s\S]*?\*\//g, blank)
    .replace(/'(?:[^']|'')*'/g, blank)
    .replace(/"[^"\n]*"/g, blank);
}

/** Breaches of the rules in one file, each with its line. */
export function sqlProblems(file: string, sql: string): string[] {
  const problems: string[] = [];
  const bare = bareSql(sql);
  bare.split("\n").forEach((line, index) => {
    if (/[A-Z]/.test(line)) problems.push(`${file}:${index + 1}: SQL is written in lower case`);
    if (/\t/.test(line)) problems.push(`${file}:${index + 1}: indent with two spaces`);
  });
  const statement = /create\s+(?:or\s+replace\s+)?function\s+([a-z0-9_.]+)\s*\([\s\S]*?\bas\s+\$/g;
  for (const match of bare.matchAll(statement)) {
    const name = match[1] as string;
    const line = bare.slice(0, match.index).split("\n").length;
    // The literal '' is blanked above, so the header is read from the source.
    const header = sql.slice(match.index, match.index + match[0].length);
    if (!/set\s+search_path\s*(?:=|to)\s*''/.test(header)) {
      problems.push(`${file}:${line}: ${name} must set search_path = ''`);
    }
    if (!/\b(?:immutable|stable|volatile)\b/.test(header)) {
      problems.push(`${file}:${line}: ${name} must state its volatility`);
    }
    if (!new RegExp(`comment on function ${name.replace(".", "\\.")}\\b`).test(sql)) {
      problems.push(`${file}:${line}: ${name} has no comment`);
    }
    if (!new RegExp(`revoke [^;]*on function[^;]*\\b${name.replace(".", "\\.")}\\b`).test(sql)) {
      problems.push(`${file}:${line}: execute on ${name} is not revoked from public`);
    }
  }
  for (
    const match of bare.matchAll(/create\s+(?:unlogged\s+)?table\s+(?:if\s+not\s+exists\s+)?([a-z0-9_.]+)/g)
  ) {
    const name = match[1] as string;
    const line = bare.slice(0, match.index).split("\n").length;
    const escaped = name.replace(".", "\\.");
    if (!new RegExp(`comment on table ${escaped}\\b`).test(sql)) {
      problems.push(`${file}:${line}: ${name} has no comment`);
    }
    if (
      name.startsWith("public.") && !new RegExp(`alter table ${escaped} enable row level security`).test(sql)
    ) {
      problems.push(`${file}:${line}: ${name} does not enable row level security`);
    }
  }
  return problems;
}

/** Breaches in all modules. */
export async function schemaProblems(): Promise<string[]> {
  const problems: string[] = [];
  for await (const entry of Deno.readDir("database/schema")) {
    if (!entry.name.endsWith(".sql")) continue;
    const file = `database/schema/${entry.name}`;
    problems.push(...sqlProblems(file, await Deno.readTextFile(file)));
  }
  return problems.sort();
}
