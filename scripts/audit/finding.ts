/** What the audit finds, and how it says so. */

/** error: must be repaired, and the exit code says so. warning: look at it. note: what could not be looked at, and why. */
export type Level = "error" | "warning" | "note";

export interface Finding {
  rule: string;
  level: Level;
  message: string;
  /** A file with its line, an object of the database, or an address. */
  place: string;
  line?: number;
}

/** What each rule is about, for SARIF. */
export const RULES: Record<string, string> = {
  "secret-in-repository": "A secret in a file of the repository",
  "secret-in-history": "A secret in an earlier version, another branch, a tag or a message of a commit",
  "secret-in-table": "A secret of Vault in plain text in a table",
  "stale-secret": "A secret that was not changed for longer than 90 days",
  "table-without-rls": "A table without row-level security",
  "anon-may-write": "A grant by which anybody may change something",
  "definer-without-search-path": "A security definer function without a fixed search path",
  "definer-without-check":
    "A security definer function that people may call and that does not ask who they are",
  "advisor": "A finding of Supabase's own advisors",
  "public-bucket": "A public bucket that anybody may list",
  "function-without-contract": "An edge function that is not made by endpoint()",
  "function-without-auth": "A function that changes something and asks for no credential",
  "function-without-limit": "A function without a limit of requests",
  "open-redirect": "An address that leads wherever the caller says",
  "cors": "Answers that any web site may read, with credentials or without",
  "header": "A header that is missing, or that tells too much",
  "vulnerable-dependency": "A dependency with a known vulnerability",
  "environment-file": "A file with settings that is part of the repository",
  "not-looked-at": "Something that could not be looked at",
};

/** SARIF 2.1.0, as GitHub's code scanning takes it. */
export function toSarif(findings: readonly Finding[]): unknown {
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [{
      tool: {
        driver: {
          name: "streamvibe-security-audit",
          rules: Object.entries(RULES).map(([id, text]) => ({ id, shortDescription: { text } })),
        },
      },
      results: findings.map(({ rule, level, message, place, line }) => ({
        ruleId: rule,
        level,
        message: { text: message },
        locations: [{
          physicalLocation: {
            artifactLocation: { uri: encodeURI(place) },
            ...(line === undefined ? {} : { region: { startLine: line } }),
          },
        }],
      })),
    }],
  };
}

export function toText(findings: readonly Finding[]): string {
  const order: Level[] = ["error", "warning", "note"];
  return findings.toSorted((a, b) => order.indexOf(a.level) - order.indexOf(b.level)).map((
    { rule, level, message, place, line },
  ) => `${level.padEnd(8)} ${rule}: ${message} (${place}${line === undefined ? "" : `:${line}`})`).join("\n");
}
