/** The `fields` parameter: `items(id,snippet/title),nextPageToken`. */

export type Selection = Map<string, Selection>;

/** Returns undefined if the text is not a selection. */
export function readSelection(text: string): Selection | undefined {
  let at = 0;
  const list = (): Selection | undefined => {
    const selection: Selection = new Map();
    for (;;) {
      if (!field(selection)) return undefined;
      if (text[at] !== ",") return selection;
      at++;
    }
  };
  const field = (into: Selection): boolean => {
    const name = /^(?:[A-Za-z][\w-]*|\*)/.exec(text.slice(at))?.[0];
    if (name === undefined) return false;
    at += name.length;
    const below: Selection = into.get(name) ?? new Map();
    into.set(name, below);
    if (text[at] === "/") {
      at++;
      return field(below);
    }
    if (text[at] !== "(") return true;
    at++;
    const inner = list();
    if (inner === undefined || text[at] !== ")") return false;
    at++;
    for (const [key, value] of inner) below.set(key, value);
    return true;
  };
  const selection = list();
  return selection !== undefined && at === text.length ? selection : undefined;
}

/** Applies a selection to a value. A selection without members keeps everything. */
export function select(value: unknown, selection: Selection): unknown {
  if (selection.size === 0 || typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((one) => select(one, selection));
  const left: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(value)) {
    const below = selection.get(name) ?? selection.get("*");
    if (below !== undefined) left[name] = select(member, below);
  }
  return left;
}
