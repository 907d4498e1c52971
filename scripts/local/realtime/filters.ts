/**
 * Parses filters of `postgres_changes` as Supabase does: `column=operator.value`, comma-separated, all of which must hold; `not.` before
 * the operator negates it. A value with a comma, bracket, quote or backslash is quoted, with `\` before each quote or backslash in it.
 */

export const OPERATORS = [
  "eq",
  "neq",
  "lt",
  "lte",
  "gt",
  "gte",
  "in",
  "like",
  "ilike",
  "is",
  "match",
  "imatch",
  "isdistinct",
] as const;
export type Operator = typeof OPERATORS[number];

export interface Filter {
  column: string;
  operator: Operator;
  /** For `in`, a PostgreSQL array literal. */
  value: string;
  negate: boolean;
}

/** A filter that cannot be parsed; the message is meant for its author. */
export class FilterError extends Error {}

export function parseFilters(text: string): Filter[] {
  if (text.trim() === "") return [];
  return splitAtCommas(text.trim()).map(parseFilter);
}

/** Splits at commas outside quotes and brackets. A quote opens only where a value may begin. */
function splitAtCommas(text: string): string[] {
  const parts: string[] = [];
  let part = "";
  let depth = 0;
  let isQuoted = false;
  let before = "";
  for (let at = 0; at < text.length; at++) {
    const letter = text.charAt(at);
    if (isQuoted && letter === "\\") {
      part += letter + text.charAt(++at);
      before = "\\";
      continue;
    }
    if (letter === '"' && (isQuoted || [".", "(", ","].includes(before))) isQuoted = !isQuoted;
    else if (!isQuoted && letter === "(") depth++;
    else if (!isQuoted && letter === ")") depth = Math.max(0, depth - 1);
    if (letter === "," && !isQuoted && depth === 0) {
      parts.push(part);
      part = before = "";
    } else {
      part += letter;
      before = letter;
    }
  }
  return [...parts, part];
}

function parseFilter(segment: string): Filter {
  const text = segment.trim();
  if (text === "") {
    throw new FilterError("filter must not contain empty segments (check for extra commas)");
  }
  const [, column, not, operator, value] = text.match(/^([^=]*)=(not\.)?([^.]*)\.(.*)$/s) ?? [];
  if (column === undefined || operator === undefined || value === undefined) {
    throw new FilterError(
      `["${text}"] is not column=operator.value; a value with a comma has to be quoted`,
    );
  }
  const known = OPERATORS.find((one) => one === operator);
  if (!known) throw new FilterError(`["${operator}", "${value}"]`);
  return { column, operator: known, value: readValue(known, value), negate: not !== undefined };
}

function readValue(operator: Operator, value: string): string {
  if (operator === "in") {
    if (!/^\(.*\)$/s.test(value)) {
      throw new FilterError("`in` filter value must be wrapped by parentheses");
    }
    return `{${value.slice(1, -1)}}`;
  }
  const quoted = value.match(/^"((?:\\.|[^"\\])*)"$/s)?.[1];
  return quoted === undefined ? value : quoted.replace(/\\(.)/gs, "$1");
}
