/** The findings of the audit and their output formats. */

/** error: must be fixed, and sets the exit code. warning: needs a review. note: what could not be checked, and why. */
export type Level = "error" | "warning" | "note";

export interface Finding {
  rule: string;
  level: Level;
  message: string;
  /** A file (see `line`), a database object, or a URL. */
  place: string;
  line?: number;
}

/** The description of each rule, for SARIF. */
export const RULES: Record<string, string> = {
  "secret-in-repository": "A secret in a file of the repository",
  "secret-in-history": "A secret in an earlier version, another branch, a tag or a message of a commit",
  "secret-in-table": "A secret of Vault in plain text in a table",
  "stale-secret": "A secret that was not changed for longer than 90 days",
  "table-without-rls": "A table without row-level security",
  "anon-may-write": "A grant that lets anybody change something",
  "definer-without-search-path": "A security definer function without a fixed search path",
  "definer-without-check":
    "A security definer function that clients may call and that does not check the caller",
  "advisor": "A finding of Supabase's own advisors",
  "public-bucket": "A public bucket that anybody may list",
  "function-without-contract": "An edge function that is not created by endpoint()",
  "function-without-auth": "A function that changes something without requiring credentials",
  "function-without-limit": "A function without a rate limit",
  "open-redirect": "An address that redirects wherever the caller wants",
  "cors": "Answers that any website may read, with or without credentials",
  "header": "A header that is missing or reveals too much",
  "vulnerable-dependency": "A dependency with a known vulnerability",
  "environment-file": "A file with settings that is part of the repository",
  "not-looked-at": "Something that could not be checked",
};

/** Formats findings as SARIF 2.1.0, as GitHub code scanning accepts it. */
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
