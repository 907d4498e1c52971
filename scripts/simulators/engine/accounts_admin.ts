/** Admin routes for accounts and their items, the same for every network. */
import { z } from "zod";
import type { AccountBase, Accounts, AccountWish, ItemBase } from "./accounts.ts";
import { readBody, readQuery } from "./admin.ts";
import { type Answer, type Call, json, type Part, type Route } from "./provider.ts";

/** What a correct library stores of an item; tests compare with it. Members that a platform does not report are omitted. */
export interface TrueItem {
  readonly id: string;
  readonly description: string;
  /** Set if the network has titles. */
  readonly title?: string;
  readonly visibility: string;
  /** Must not be in the library, for whatever reason the network has. */
  readonly deleted: boolean;
  readonly content_type?: string;
  /** The provider's ids of its pictures and videos, if it has several. */
  readonly parts?: readonly string[];
  readonly views?: number | null;
  readonly shares?: number | null;
  readonly likes?: number | null;
  readonly comments?: number | null;
}

export interface AccountsAdmin<Account, Item, Wish> {
  readonly accounts: Accounts<Account & AccountBase, Item & ItemBase, Wish & AccountWish>;
  /** Schemas for creating an account, for changing one, and for changing an item. */
  readonly wish: z.ZodRawShape;
  readonly change: z.ZodRawShape;
  readonly item_change: z.ZodRawShape;
  truth(item: Item, account: Account): TrueItem;
  /** Converts a test's edit, for items whose members have other names. */
  readEdit?(given: Record<string, unknown>): Partial<Item>;
  /** Members to report for an account in addition to its own. */
  describe?(account: Account): object;
}

export function accountsAdmin<
  Account extends AccountBase,
  Item extends ItemBase,
  Wish extends AccountWish,
>(about: AccountsAdmin<Account, Item, Wish>): Part {
  const { accounts, truth, readEdit = (given) => given as Partial<Item> } = about;
  const NewAccount = z.strictObject(about.wish);
  const Change = z.strictObject(about.change).partial();
  const ItemChange = z.strictObject(about.item_change).partial();
  const NewItems = ItemChange.extend({ count: z.int().min(1).max(1_000).default(1) });
  const Search = z.strictObject({
    search: z.string().default(""),
    limit: z.coerce.number().int().min(1).max(1_000).default(100),
  });
  const Range = z.strictObject({
    from: z.coerce.number().int().min(0).default(0),
    limit: z.coerce.number().int().min(0).max(100_000).default(100_000),
  });

  const describe = (account: Account) => {
    const { id, ...rest } = account;
    return { account_id: id, ...rest, items: accounts.size(id), ...about.describe?.(account) };
  };
  const known = async (call: Call): Promise<Account> => {
    const id = call.params.account ?? "";
    await accounts.known(id);
    return accounts.expect(id);
  };
  const knownItem = async (call: Call): Promise<Item> => {
    const { id } = await known(call);
    await accounts.known(call.params.item ?? "");
    return accounts.expectItem(id, call.params.item ?? "");
  };
  const answerItem = (status: number, item: Item): Answer =>
    json(status, { ...item, item: truth(item, accounts.expect(item.account_id)) });

  return {
    admin(root): Route[] {
      const list = `${root}/accounts`;
      const items = `${list}/:account/items`;
      return [
        {
          method: "GET",
          path: list,
          handle: async (call) => {
            const { search, limit } = readQuery(Search, call);
            return json(200, { accounts: (await accounts.list(search, limit)).map(describe) });
          },
        },
        {
          method: "POST",
          path: list,
          handle: (call) =>
            json(201, describe(accounts.create(readBody(NewAccount, call) as unknown as Wish))),
        },
        {
          method: "GET",
          path: `${list}/:account`,
          handle: async (call) => json(200, describe(await known(call))),
        },
        {
          method: "PATCH",
          path: `${list}/:account`,
          handle: async (call) => {
            const { id } = await known(call);
            return json(200, describe(accounts.edit(id, readBody(Change, call) as Partial<Account>)));
          },
        },
        {
          method: "GET",
          path: items,
          handle: async (call) => {
            const account = await known(call);
            const { from, limit } = readQuery(Range, call);
            const found = accounts.at(account.id, from, limit).map((item) => truth(item, account));
            return json(200, { account_id: account.id, total: accounts.size(account.id), items: found });
          },
        },
        {
          method: "POST",
          path: items,
          handle: async (call) => {
            const { id } = await known(call);
            const { count, ...edit } = readBody(NewItems, call);
            const added = Array.from({ length: count as number }, () => accounts.add(id, readEdit(edit)));
            return answerItem(201, added.at(-1) as Item);
          },
        },
        {
          method: "GET",
          path: `${items}/:item`,
          handle: async (call) => answerItem(200, await knownItem(call)),
        },
        {
          method: "PATCH",
          path: `${items}/:item`,
          handle: async (call) => {
            const edit = readEdit(readBody(ItemChange, call));
            return answerItem(200, accounts.editItem(await knownItem(call), edit));
          },
        },
        {
          method: "DELETE",
          path: `${items}/:item`,
          handle: async (call) => {
            const item = await knownItem(call);
            accounts.remove(item);
            return json(200, { account_id: item.account_id, total: accounts.size(item.account_id) });
          },
        },
      ];
    },
  };
}
