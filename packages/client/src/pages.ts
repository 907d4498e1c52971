import type { Caller, CallOptions, FunctionName, Input, Output } from "./call.ts";

/** Functions whose responses continue at `next_cursor`. */
export type ListName = {
  [Name in FunctionName]: Output<Name> extends { next_cursor: string | null } ? Name : never;
}[FunctionName];

type Lists<Page> = {
  [Key in keyof Page]: Page[Key] extends readonly (infer Item)[] ? Item : never;
}[keyof Page];
/** The item type of a list. */
export type ListItem<Name extends ListName> = Lists<Output<Name>>;

/** Yields the pages of a list, one call each, until the last. */
export async function* pages<Name extends ListName>(
  caller: Caller,
  name: Name,
  input: Input<Name>,
  options: CallOptions = {},
): AsyncGenerator<Output<Name>, void, undefined> {
  let cursor: string | null | undefined;
  do {
    const asked = cursor ? { ...input, cursor } : input;
    const page = await caller.call(name, asked, options);
    yield page;
    cursor = page.next_cursor;
  } while (cursor);
}

/** Yields the items of a list; each page is requested when it is needed. */
export async function* items<Name extends ListName>(
  caller: Caller,
  name: Name,
  input: Input<Name>,
  options: CallOptions = {},
): AsyncGenerator<ListItem<Name>, void, undefined> {
  for await (const page of pages(caller, name, input, options)) {
    const list = Object.values(page).find((value) => Array.isArray(value));
    yield* (list ?? []) as ListItem<Name>[];
  }
}
