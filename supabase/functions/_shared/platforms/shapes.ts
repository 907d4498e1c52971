/** Shapes of answers that adapters share. */
import * as z from "zod";

/** Whatever it is, also nothing: what normalises it decides. */
export const Anything = z.unknown().optional();

/** Members of that kind. */
export function anything<const Name extends string>(...names: Name[]): Record<Name, typeof Anything> {
  return Object.fromEntries(names.map((name) => [name, Anything])) as Record<Name, typeof Anything>;
}
