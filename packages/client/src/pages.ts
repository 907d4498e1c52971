import type { Caller, CallOptions, FunctionName, Input, Output } from "./call.ts";

/** Functions whose answers go on at `next_cursor`. */
export type ListName = {
  [Name in FunctionName]: Output<Name> extends { next_cursor: string | null } ? Name : never;
}[FunctionName];

type Lists<Page> = {
  [Key in keyof Page]: Page[Key] extends readonly (infer Item)[] ? Item : never;
}[keyof Page];
/** What a list is a list of. */
export type ListItem<Name extends ListName> = Lists<Output<Name>>;

/** The pages of a list, one call each, until the last. */
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

/** The items of a list, page by page as they are asked for. */
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
