/** Admin routes below `/_admin/<product>`, the same for both: items of an account, the truth to compare with, tokens, limits, reports. */
import { z } from "zod";
import { AdminError, readBody } from "../admin.ts";
import { type Answer, type Call, json, type Route } from "../provider.ts";
import type { MetaAccounts } from "./accounts.ts";
import { Addresses, type Callbacks, Report } from "./callbacks.ts";
import type { MetaUsage } from "./usage.ts";

export const Count = z.int().min(0);
export const Time = z.iso.datetime({ offset: true });
export const OneAccount = z.strictObject({ account_id: z.string() });

const UsageInput = z.strictObject({
  account_id: z.string().optional(),
  limit: Count.optional(),
  used: Count.optional(),
});

/** What a right library holds of an item; tests compare with it. */
export interface TrueItem {
  readonly id: string | undefined;
  readonly description: string;
  readonly content_type: string;
  readonly visibility: string;
  /** Not in the library, for whatever reason the product has. */
  readonly deleted: boolean;
  /** Null when the platform does not tell. */
  readonly likes: number | null;
  readonly comments: number | null;
  /** Where they are told. */
  readonly views?: number | null;
  readonly shares?: number | null;
  readonly parts: readonly string[];
}

/** An Instagram account or a Facebook Page, and how its library is changed. */
export interface AdminProduct<Account, Item extends object, Edit> {
  readonly provider: "facebook" | "instagram";
  readonly accounts: MetaAccounts;
  readonly usage: MetaUsage;
  readonly callbacks: Callbacks;
  list(): readonly Account[];
  find(id: string): Account | undefined;
  summary(account: Account): object;
  /** Who let the app in: the person behind a Page, or the account itself. */
  personOf(account: Account): string;
  /** That person, as the app knows them. */
  scopedIdOf(account: Account): string;
  items(account: Account): readonly Item[];
  truth(item: Item): TrueItem;
  readEdit(call: Call): Edit;
  add(account: Account, edit: Edit): Item;
  edit(account: Account, id: string, edit: Edit): Item | undefined;
  remove(account: Account, id: string): boolean;
}

/** The account that a route's path names, or `id`. */
export function knownAccount<Account>(
  { find }: Pick<AdminProduct<Account, object, unknown>, "find">,
  call: Call,
  id = call.params.account ?? "",
): Account {
  const found = find(id);
  if (found) return found;
  throw new AdminError(404, `Cannot ${call.method} ${call.path}: no account has the id ${id}`);
}

export function metaAdmin<Account, Item extends object, Edit>(
  product: AdminProduct<Account, Item, Edit>,
): Route[] {
  const { provider, accounts, usage, summary, truth } = product;
  const base = `/_admin/${provider}`;
  const items = `${base}/accounts/:account/items`;
  const known = (call: Call, id?: string) => knownAccount(product, call, id);
  const itemId = (call: Call) => call.params.item ?? "";

  function answer(status: number, call: Call, item: Item | undefined): Answer {
    if (!item) throw new AdminError(404, `Cannot edit: no item has the id ${itemId(call)}`);
    return json(status, { ...item, item: truth(item) });
  }

  return [
    {
      method: "GET",
      path: `${base}/accounts`,
      handle: () => json(200, { accounts: product.list().map(summary) }),
    },
    {
      method: "GET",
      path: items,
      handle: (call) => json(200, { items: product.items(known(call)).map(truth) }),
    },
    {
      method: "POST",
      path: items,
      handle: (call) => answer(201, call, product.add(known(call), product.readEdit(call))),
    },
    {
      method: "PATCH",
      path: `${items}/:item`,
      handle: (call) => answer(200, call, product.edit(known(call), itemId(call), product.readEdit(call))),
    },
    {
      method: "DELETE",
      path: `${items}/:item`,
      handle: (call) => json(200, { deleted: product.remove(known(call), itemId(call)) }),
    },
    {
      method: "POST",
      path: `${base}/tokens/revoke`,
      handle: (call) => {
        const account = known(call, readBody(OneAccount, call).account_id);
        accounts.revoke(product.personOf(account));
        return json(200, {});
      },
    },
    {
      method: "PUT",
      path: `${base}/callbacks`,
      handle: (call) => json(200, product.callbacks.register(readBody(Addresses, call))),
    },
    {
      // The person removes the app, and Meta says so: tokens are dead before the report comes.
      method: "POST",
      path: `${base}/reports`,
      handle: async (call) => {
        const report = readBody(Report, call);
        const account = known(call, report.account_id);
        accounts.revoke(product.personOf(account));
        return json(200, { answers: await product.callbacks.send(product.scopedIdOf(account), report) });
      },
    },
    {
      method: "PUT",
      path: `${base}/usage`,
      handle: (call) => {
        const { account_id, ...change } = readBody(UsageInput, call);
        return json(200, usage.change(account_id, change));
      },
    },
    {
      method: "GET",
      path: `${base}/usage`,
      handle: (call) => json(200, usage.read(call.query.get("account_id") ?? undefined)),
    },
  ];
}
