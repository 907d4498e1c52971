/** Compiles filters: validates them against the table, and evaluates them here where text comparison suffices, otherwise in PostgreSQL. */
import type { Sql } from "postgres";
import type { Column, Table } from "./catalog.ts";
import { type Filter, FilterError } from "./filters.ts";
import type { Tuple } from "./replication.ts";

export interface Condition {
  column: string;
  /** Undefined where only PostgreSQL can evaluate the condition. */
  holds?: (value: string | null) => boolean;
  /** The only values that satisfy the condition, if they can be listed. */
  values?: Set<string | null>;
  /** The expression for PostgreSQL, on a text `v`. Equal conditions have equal expressions. */
  sql: string;
}

const MOST_VALUES = 100;
/** Types whose equal values have equal text. */
const SAME_TEXT = [
  "uuid",
  "text",
  "varchar",
  "bool",
  "int2",
  "int4",
  "int8",
  "oid",
  "date",
  "timestamp",
  "timestamptz",
];
const SYMBOLS: Partial<Record<Filter["operator"], string>> = {
  eq: "=",
  neq: "<>",
  lt: "<",
  lte: "<=",
  gt: ">",
  gte: ">=",
  like: "like",
  ilike: "ilike",
  match: "~",
  imatch: "~*",
};

/** Throws `FilterError` if the table or the reader's rights do not allow a filter. */
export async function makeConditions(
  sql: Sql,
  table: Table,
  role: string,
  filters: Filter[],
): Promise<Condition[]> {
  return await Promise.all(filters.map(async (filter) => {
    const column = table.columns.find(({ name }) => name === filter.column);
    if (!column || !table.readable.get(role)?.has(column.name)) {
      throw new FilterError(`invalid column for filter ${filter.column}`);
    }
    return { column: column.name, ...await makeCondition(sql, column, filter) };
  }));
}

async function makeCondition(sql: Sql, column: Column, filter: Filter): Promise<Omit<Condition, "column">> {
  const { operator, value, negate } = filter;
  const turn = (expression: string) => negate ? `not (${expression})` : expression;
  const typed = `v::${column.cast}`;
  if (operator === "is") {
    if (!["null", "true", "false", "unknown"].includes(value)) {
      throw new FilterError("invalid value for is filter: must be null, true, false, or unknown");
    }
    if (value !== "null" && column.type.name !== "bool") {
      throw new FilterError(`is ${value} filter requires a boolean column, got ${column.cast}`);
    }
    return { sql: `${typed} is ${negate ? "not " : ""}${value}` };
  }
  const given = operator === "in"
    ? await readValues(sql, column, value)
    : [await readValue(sql, column, operator, value)];
  const same = SAME_TEXT.includes(column.type.name);
  const literal = `${quote(value)}::${column.cast}${operator === "in" ? "[]" : ""}`;
  if (operator === "isdistinct") {
    return {
      sql: `${typed} is ${negate ? "not " : ""}distinct from ${literal}`,
      holds: same ? (text) => (text !== given[0]) !== negate : undefined,
    };
  }
  if (operator === "eq" || operator === "neq" || operator === "in") {
    const wanted = new Set(given);
    const isEqual = (operator === "neq") === negate;
    return {
      sql: turn(
        operator === "in" ? `${typed} = any (${literal})` : `${typed} ${SYMBOLS[operator]} ${literal}`,
      ),
      holds: same ? (text) => text !== null && wanted.has(text) === isEqual : undefined,
      values: same && isEqual ? wanted : undefined,
    };
  }
  return { sql: turn(`${typed} ${SYMBOLS[operator]} ${literal}`) };
}

/** Returns the value as PostgreSQL prints it. */
async function readValue(sql: Sql, column: Column, operator: string, value: string): Promise<string | null> {
  const refuse = refuseWith((message) =>
    ["like", "ilike", "match", "imatch"].includes(operator) && !/invalid regular expression/.test(message)
      ? `operator ${operator} requires a text-compatible column type, got ${column.cast}`
      : message
  );
  const symbol = SYMBOLS[operator as Filter["operator"]] ?? "=";
  const [row] = await sql.unsafe<{ text: string | null }[]>(
    `select ($1::text::${column.cast})::text as text, null::${column.cast} ${symbol} $1::text::${column.cast}
      ${operator.endsWith("match") ? ", '' ~ $1::text" : ""}`,
    [value],
  ).catch(refuse);
  return row?.text ?? null;
}

async function readValues(sql: Sql, column: Column, value: string): Promise<(string | null)[]> {
  const [row] = await sql.unsafe<{ values: (string | null)[] }[]>(
    `select to_jsonb(array(select unnest($1::text::${column.cast}[])::text)) as values`,
    [value],
  ).catch(refuseWith((message) => message));
  const values = row?.values ?? [];
  if (values.length > MOST_VALUES) {
    throw new FilterError(`too many values for \`in\` filter. Maximum ${MOST_VALUES}`);
  }
  return values;
}

function refuseWith(describe: (message: string) => string): (error: unknown) => never {
  return (error) => {
    // PostgreSQL's complaint about a value is for the author of the filter; a connection failure is not.
    if (error instanceof Error && "severity" in error) throw new FilterError(describe(error.message));
    throw error;
  };
}

function quote(text: string): string {
  const plain = `'${text.replaceAll("'", "''")}'`;
  return text.includes("\\") ? `E${plain.replaceAll("\\", "\\\\")}` : plain;
}

/**
 * Returns a function that tests whether a tuple satisfies a condition of its table. Queries PostgreSQL once for each distinct condition
 * that needs it. A column that is missing from the tuple satisfies no condition.
 */
export async function decide(
  sql: Sql,
  tuples: Tuple[],
  conditions: Condition[],
): Promise<(tuple: Tuple, condition: Condition) => boolean> {
  const answers = new Map<string, Set<Tuple>>();
  const asked = new Map(
    conditions.filter(({ holds }) => !holds).map((
      condition,
    ) => [`${condition.column} ${condition.sql}`, condition]),
  );
  await Promise.all(
    asked.entries().map(async ([key, { column, sql: expression }]) => {
      const present = tuples.filter((tuple) => tuple[column] !== undefined);
      const rows = await sql.unsafe<{ n: number }[]>(
        `select n::integer from unnest($1::text[]) with ordinality as given (v, n) where ${expression}`,
        [present.map((tuple) => tuple[column] ?? null)],
      );
      const chosen = new Set(rows.map(({ n }) => n));
      answers.set(key, new Set(present.filter((_, at) => chosen.has(at + 1))));
    }),
  );
  return (tuple, condition) => {
    const value = tuple[condition.column];
    if (value === undefined) return false;
    return condition.holds?.(value) ??
      answers.get(`${condition.column} ${condition.sql}`)?.has(tuple) ?? false;
  };
}
