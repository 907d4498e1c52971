/** Converts a column's value from PostgreSQL's text format to the JSON text that `to_jsonb` would produce. Numbers keep every digit. */

export interface ColumnType {
  /** The name in pg_type, such as int8 or _text. */
  name: string;
  /** The element type of an array. */
  element?: ColumnType;
}

const NUMBERS = ["int2", "int4", "int8", "float4", "float8", "numeric", "oid"];

export function toJson(type: ColumnType, text: string | null): string {
  if (text === null) return "null";
  if (type.element) return arrayToJson(type.element, text);
  if (type.name === "bool") return text === "t" ? "true" : "false";
  // JSON has no NaN or Infinity.
  if (NUMBERS.includes(type.name)) return /^-?[\d.]/.test(text) ? text : JSON.stringify(text);
  if (type.name === "json" || type.name === "jsonb") return text;
  if (type.name === "timestamp" || type.name === "timestamptz") return JSON.stringify(isoTime(text));
  return JSON.stringify(text);
}

/** Converts `2026-11-20 01:02:03.5+00` to `2026-11-20T01:02:03.5+00:00`. */
function isoTime(text: string): string {
  return text.replace(
    /^(\S+) (.*?)([+-]\d\d)?$/,
    (_, day, time, zone) => `${day}T${time}${zone ? `${zone}:00` : ""}`,
  );
}

/** Parses `{1,"a b",NULL,{…}}`. */
function arrayToJson(element: ColumnType, text: string): string {
  let at = text.indexOf("{");
  const readArray = (): string => {
    const items: string[] = [];
    at++;
    while (text[at] !== "}" && at < text.length) {
      if (text[at] === ",") at++;
      else if (text[at] === "{") items.push(readArray());
      else if (text[at] === '"') items.push(toJson(element, readQuoted()));
      else {
        const [word = ""] = text.slice(at).match(/^[^,{}]*/) ?? [];
        at += word.length;
        items.push(toJson(element, word === "NULL" ? null : word.replace(/\\(.)/gs, "$1")));
      }
    }
    at++;
    return `[${items.join(",")}]`;
  };
  const readQuoted = (): string => {
    let value = "";
    for (at++; text[at] !== '"' && at < text.length; at++) {
      if (text[at] === "\\") at++;
      value += text[at];
    }
    at++;
    return value;
  };
  return readArray();
}
