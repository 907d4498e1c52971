/** Returns a value in the text format of PostgreSQL's COPY (https://www.postgresql.org/docs/17/sql-copy.html). */
export function copyText(value: unknown): string {
  if (value === null) return "\\N";
  const text = Array.isArray(value)
    ? `{${value.map((one) => JSON.stringify(one)).join(",")}}`
    : typeof value === "object"
    ? JSON.stringify(value)
    : String(value);
  return text.replaceAll("\\", "\\\\").replaceAll("\t", "\\t").replaceAll("\n", "\\n").replaceAll(
    "\r",
    "\\r",
  );
}
