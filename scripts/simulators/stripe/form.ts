/** Parses bodies as Stripe accepts them: `items[0][price]=…` becomes nested objects and arrays. */

export type Form = { [name: string]: string | Form | undefined };

export function parseForm(text: string): Form {
  const root: Form = {};
  for (const [name, value] of new URLSearchParams(text)) {
    const path = name.replaceAll("]", "").split("[");
    let at: Form = root;
    for (const [index, part] of path.entries()) {
      // `expand[]=x` has no index and gets the next one.
      const key = part === "" ? String(Object.keys(at).length) : part;
      if (index === path.length - 1) at[key] = value;
      else {
        const inner = at[key];
        at = typeof inner === "object" ? inner : (at[key] = {});
      }
    }
  }
  return root;
}

export function text(value: Form[string]): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
export function inner(value: Form[string]): Form {
  return typeof value === "object" ? value : {};
}
export function entries(value: Form[string]): Form[] {
  return Object.values(inner(value)).map(inner);
}
export function texts(value: Form[string]): string[] {
  return Object.values(inner(value)).flatMap((one) => text(one) ?? []);
}
export function strings(value: Form[string]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(inner(value)).flatMap(([name, one]) => typeof one === "string" ? [[name, one]] : []),
  );
}
export function whole(value: Form[string]): number | undefined {
  const given = text(value);
  return given !== undefined && /^-?\d+$/.test(given) ? Number(given) : undefined;
}
export function truth(value: Form[string]): boolean | undefined {
  return value === "true" ? true : value === "false" ? false : undefined;
}
