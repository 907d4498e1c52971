/** The Graph API's `fields` parameter: `id,children{id,media_type},comments.limit(0).summary(true)`. */

export interface Field {
  readonly below: Fields;
  readonly modifiers: ReadonlyMap<string, string>;
}
export type Fields = Map<string, Field>;

/** Returns undefined if the text is not a list of fields. */
export function readFields(text: string): Fields | undefined {
  let at = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) at += found.length;
    return found;
  };
  const list = (): Fields | undefined => {
    const fields: Fields = new Map();
    do {
      const name = take(/\s*[a-z_]\w*/y)?.trim();
      if (name === undefined) return undefined;
      const modifiers = new Map<string, string>();
      for (
        let modifier = take(/\.\w+\([^()]*\)/y);
        modifier !== undefined;
        modifier = take(/\.\w+\([^()]*\)/y)
      ) {
        const [key = "", value = ""] = modifier.slice(1, -1).split("(");
        modifiers.set(key, value);
      }
      let below: Fields | undefined = new Map();
      if (take(/\{/y)) {
        below = list();
        if (below === undefined || !take(/\}/y)) return undefined;
      }
      fields.set(name, { below, modifiers });
    } while (take(/,/y));
    return fields;
  };
  const fields = list();
  return fields !== undefined && at === text.length ? fields : undefined;
}

type Value = Record<string, unknown>;

/** Applies the fields to a node. Undefined members stand for those that Meta omits. */
export function select(node: Value, fields: Fields): Value {
  const left: Value = {};
  for (const [name, { below, modifiers }] of fields) {
    const value = node[name];
    if (value !== undefined) left[name] = selectBelow(value, below, modifiers);
  }
  if (node.id !== undefined) left.id = node.id;
  return left;
}

function selectBelow(value: unknown, below: Fields, modifiers: ReadonlyMap<string, string>): unknown {
  if (typeof value !== "object" || value === null) return value;
  const { data, summary, ...rest } = value as Value;
  if (data === undefined) return below.size === 0 ? value : select(value as Value, below);
  const chosen = Array.isArray(data)
    ? data.slice(0, Number(modifiers.get("limit") ?? data.length)).map((one) => pick(one, below))
    : pick(data, below);
  const counted = modifiers.get("summary") === "true" && summary !== undefined ? { summary } : {};
  return { ...rest, data: chosen, ...counted };
}

function pick(value: unknown, below: Fields): unknown {
  if (below.size === 0 || typeof value !== "object" || value === null) return value;
  const node = value as Value;
  // A node without an id (attachments, pictures) does not get one.
  return select(node, below);
}
