/** Schemas of responses that adapters share. */
import * as z from "zod";

/** Accepts any value, including none; the normalizing code decides. */
export const Anything = z.unknown().optional();

/** Returns members of that kind. */
export function anything<const Name extends string>(...names: Name[]): Record<Name, typeof Anything> {
  return Object.fromEntries(names.map((name) => [name, Anything])) as Record<Name, typeof Anything>;
}
