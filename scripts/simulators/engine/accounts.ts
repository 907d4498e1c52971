/**
 * The accounts of one network with their items, and the edits that tests made: what a synced library must equal.
 * Only seeds and edits are stored, so an account of 10,000 items takes no more memory than one of ten.
 */
import { AdminError } from "./admin.ts";
import type { JournalEvent } from "./journal.ts";
import type { Context, Part } from "./provider.ts";
import { hash, Seeded } from "./seeded.ts";

export interface AccountBase {
  readonly id: string;
  readonly name: string;
}

export interface ItemBase {
  readonly id: string;
  readonly account_id: string;
  /** The item's position: 0 is the oldest, so an account that grows keeps its existing items. */
  readonly number: number;
  readonly deleted: boolean;
}

export interface AccountWish {
  readonly items: number;
  readonly name?: string | undefined;
  /** Reusing a seed creates another account with the same content. */
  readonly seed?: number | undefined;
  /** Nothing deleted, hidden or special, for tests that count items. */
  readonly plain?: boolean | undefined;
  readonly newest_at?: string | undefined;
  readonly days_between?: number | undefined;
}

export interface AccountSeed {
  readonly account_id: string;
  readonly name: string;
  /** Unique per account; part of its ids. */
  readonly key: number;
  readonly seed: number;
  readonly items: number;
  /** Time of the newest item; older items are dated backwards from it. */
  readonly newest_at: string;
  readonly days_between: number;
  readonly plain: boolean;
}

/** How a network generates accounts and items. */
export interface Network<Account extends AccountBase, Item extends ItemBase, Wish extends AccountWish> {
  readonly days_between: number;
  /** Accounts that always exist, for the consent page. */
  readonly defaults: readonly Wish[];
  accountId(key: number): string;
  account(seed: AccountSeed, wish: Wish, chance: Seeded): Account;
  item(seed: AccountSeed, number: number): Item;
  /** Builds an item that a test adds later; `newest` is the item added before it. */
  added(
    about: { account_id: string; key: number; number: number; now: number; newest: Item | undefined },
    edit: Partial<Item>,
  ): Item;
  /** Extra items that an account has from its creation. */
  also?(wish: Wish, now: number): readonly Partial<Item>[];
  /** Returns the number that an id encodes, and the account if the id encodes it. */
  locate(id: string): { readonly number: number; readonly account_id?: string } | undefined;
  /** Returns the ids of an item, if it has several. */
  names?(item: Item): readonly string[];
  /** Returns the time of a generated item, which falls with its number. */
  timeOf?(seed: AccountSeed, number: number): number;
}

/** Accounts that are not generated but read from a file, in the background. */
export interface Source<Account, Item> {
  readonly ready: Promise<void>;
  list(search: string, limit: number): readonly Account[];
  account(id: string): Account | undefined;
  size(account_id: string): number;
  item(account_id: string, number: number): Item;
  locate(id: string): { readonly number: number; readonly account_id: string } | undefined;
  stop(): void;
}

interface Edits<Account, Item> {
  /** Incremented by every change. */
  version: number;
  account: Partial<Account>;
  readonly items: Map<number, Partial<Item>>;
  readonly added: Item[];
  /** Numbers of removed items, highest first. */
  removed: number[];
}

type Change<Account, Item, Wish> =
  | { readonly kind: "account"; readonly wish: Wish; readonly at: number }
  | { readonly kind: "account_edit"; readonly account: string; readonly edit: Partial<Account> }
  | { readonly kind: "item"; readonly account: string; readonly edit: Partial<Item>; readonly at: number }
  | {
    readonly kind: "item_edit";
    readonly account: string;
    readonly number: number;
    readonly edit: Partial<Item>;
  }
  | { readonly kind: "item_removal"; readonly account: string; readonly number: number };

export class Accounts<
  Account extends AccountBase,
  Item extends ItemBase,
  Wish extends AccountWish = AccountWish,
> implements Part {
  readonly #made = new Map<string, { readonly seed: AccountSeed; readonly record: Account }>();
  readonly #edits = new Map<string, Edits<Account, Item>>();
  #count = 0;
  /** Resolves when the file is loaded and earlier edits of its accounts are replayed. */
  #ready: Promise<void>;

  constructor(
    private readonly context: Context,
    private readonly network: Network<Account, Item, Wish>,
    private readonly source?: Source<Account, Item>,
  ) {
    this.#ready = source?.ready ?? Promise.resolve();
    this.reset();
  }

  /** Waits for the file, unless the account or item with this id is generated. */
  async known(id: string): Promise<void> {
    const owner = this.network.locate(id)?.account_id ?? id;
    if (this.source !== undefined && !this.#made.has(owner)) await this.#ready;
  }

  account(id: string): Account | undefined {
    const record = this.#made.get(id)?.record ?? this.source?.account(id);
    const edit = this.#edits.get(id)?.account;
    return record && edit ? { ...record, ...edit } : record;
  }

  /** Returns accounts whose name contains the text, or with that id; accounts of the file make up at most half of them. */
  async list(search = "", limit = 50): Promise<Account[]> {
    if (this.source) await this.#ready;
    const read = this.source?.list(search, Math.ceil(limit / 2)) ?? [];
    const wanted = search.toLowerCase();
    const made = this.all().filter(({ id, name }) => id === search || name.toLowerCase().includes(wanted));
    return [...read.map(({ id }) => this.expect(id)), ...made.slice(0, limit - read.length)];
  }

  /** Returns all generated accounts. */
  all(): Account[] {
    return [...this.#made.keys()].map((id) => this.expect(id));
  }

  seed(id: string): AccountSeed | undefined {
    return this.#made.get(id)?.seed;
  }

  /** Returns how often the account or its items have changed. */
  version(id: string): number {
    return this.#edits.get(id)?.version ?? 0;
  }

  size(account_id: string): number {
    return this.#total(account_id) - (this.#edits.get(account_id)?.removed.length ?? 0);
  }

  /** Yields items older than a number, newest first. */
  *below(account_id: string, number = Infinity): Generator<Item> {
    const removed = new Set(this.#edits.get(account_id)?.removed);
    for (let at = Math.min(number, this.#total(account_id)) - 1; at >= 0; at--) {
      if (!removed.has(at)) yield this.#item(account_id, at);
    }
  }

  /** Returns items by their positions in the list, newest first. */
  at(account_id: string, position: number, count: number): Item[] {
    let number = this.#total(account_id) - 1 - position;
    for (const removed of this.#edits.get(account_id)?.removed ?? []) if (removed >= number) number--;
    const items: Item[] = [];
    if (count <= 0) return items;
    for (const item of this.below(account_id, number + 1)) if (items.push(item) === count) break;
    return items;
  }

  /** Returns the number just above all items that are older than a time. */
  numberAt(account_id: string, time: number): number {
    const seed = this.#made.get(account_id)?.seed;
    const timeOf = this.network.timeOf;
    if (!seed || !timeOf) return 0;
    const { added = [] } = this.#edits.get(account_id) ?? {};
    const older = added.findLastIndex((item) =>
      Date.parse((item as { created_at?: string }).created_at ?? "") < time
    );
    if (older !== -1) return seed.items + older + 1;
    let [low, high] = [0, seed.items];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (timeOf(seed, middle) < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Returns an item by its id; `account_id` is needed if the id does not encode the account. */
  find(id: string, account_id?: string): Item | undefined {
    const made = this.network.locate(id);
    const owner = made?.account_id ?? account_id;
    const isMade = made !== undefined && owner !== undefined && this.#made.has(owner);
    const place = isMade
      ? { account_id: owner, number: made.number }
      : this.source?.locate(id) ?? this.#added(id, made);
    if (!place || place.number >= this.#total(place.account_id)) return undefined;
    if (this.#edits.get(place.account_id)?.removed.includes(place.number)) return undefined;
    const item = this.#item(place.account_id, place.number);
    return (this.network.names?.(item) ?? [item.id]).includes(id) ? item : undefined;
  }

  /** Returns the item's current position in the list. */
  positionOf({ account_id, number }: Item): number {
    const above = this.#edits.get(account_id)?.removed.filter((removed) => removed > number).length ?? 0;
    return this.#total(account_id) - 1 - number - above;
  }

  create(wish: Wish): Account {
    return this.#change({ kind: "account", wish, at: this.context.clock.now() }) as Account;
  }

  edit(id: string, edit: Partial<Account>): Account {
    this.expect(id);
    this.#change({ kind: "account_edit", account: id, edit });
    return this.expect(id);
  }

  add(account: string, edit: Partial<Item>): Item {
    this.expect(account);
    return this.#change({ kind: "item", account, edit, at: this.context.clock.now() }) as Item;
  }

  editItem({ account_id: account, number }: Item, edit: Partial<Item>): Item {
    this.#change({ kind: "item_edit", account, number, edit });
    return this.#item(account, number);
  }

  /** Deletes an item as its owner: it leaves the list, and older items move up. */
  remove({ account_id: account, number }: Item): void {
    this.#change({ kind: "item_removal", account, number });
  }

  expect(id: string): Account {
    const account = this.account(id);
    if (account) return account;
    throw new AdminError(404, `Cannot find the account: no account has the id ${id}`);
  }

  expectItem(account_id: string, id: string): Item {
    const item = this.find(id, this.expect(account_id).id);
    if (item?.account_id === account_id) return item;
    throw new AdminError(404, `Cannot find the item: ${account_id} has none with the id ${id}`);
  }

  replay(event: JournalEvent): void {
    if (!/^(account|item)/.test(event.kind)) return;
    const change = event as unknown as Change<Account, Item, Wish>;
    if (change.kind === "account" || this.#made.has(change.account)) return void this.#apply(change);
    // The journal may come from a run with other accounts or another file.
    this.#ready = this.#ready.then(() => {
      if (this.account(change.account)) this.#apply(change);
    });
  }

  reset(): void {
    this.#made.clear();
    this.#edits.clear();
    this.#count = 0;
    for (const wish of this.network.defaults) this.#create(wish, this.context.clock.now());
  }

  stop(): void {
    this.source?.stop();
  }

  #change(change: Change<Account, Item, Wish>): Account | Item | undefined {
    this.context.record(change);
    return this.#apply(change);
  }

  #apply(change: Change<Account, Item, Wish>): Account | Item | undefined {
    if (change.kind === "account") return this.#create(change.wish, change.at);
    const edits = this.#editsOf(change.account);
    edits.version++;
    switch (change.kind) {
      case "account_edit":
        edits.account = { ...edits.account, ...change.edit };
        return undefined;
      case "item":
        return this.#add(change.account, edits, change.edit, change.at);
      case "item_edit":
        edits.items.set(change.number, { ...edits.items.get(change.number), ...change.edit });
        return undefined;
      case "item_removal":
        edits.removed = [...edits.removed, change.number].sort((one, other) => other - one);
    }
  }

  #create(wish: Wish, at: number): Account {
    const { network, context: { provider } } = this;
    const number = ++this.#count;
    const seed = wish.seed ?? number;
    let key = hash(`${provider} ${seed}`);
    for (let again = 2; this.#made.has(network.accountId(key)); again++) {
      key = hash(`${provider} ${seed} again ${again}`);
    }
    const chance = new Seeded(seed, 0x50c1a1);
    const about: AccountSeed = {
      account_id: network.accountId(key),
      name: wish.name ?? `${chance.pick(adjectives)} ${chance.pick(nouns)} ${seed}`,
      key,
      seed,
      items: wish.items,
      newest_at: wish.newest_at ?? "2026-11-15T17:00:00Z",
      days_between: wish.days_between ?? network.days_between,
      plain: wish.plain ?? false,
    };
    const record = network.account(about, wish, chance);
    this.#made.set(about.account_id, { seed: about, record });
    for (const edit of network.also?.(wish, at) ?? []) {
      this.#add(about.account_id, this.#editsOf(about.account_id), edit, at);
    }
    return record;
  }

  #add(account_id: string, edits: Edits<Account, Item>, edit: Partial<Item>, now: number): Item {
    const number = this.#total(account_id);
    const key = this.#made.get(account_id)?.seed.key ?? hash(account_id);
    const item = this.network.added({ account_id, key, number, now, newest: edits.added.at(-1) }, edit);
    edits.added.push(item);
    return item;
  }

  /** Finds an item added to an account of the file; such items have ids generated by the network. */
  #added(id: string, made: { readonly number: number } | undefined) {
    if (!made || !this.source) return undefined;
    for (const [account_id, { added }] of this.#edits) {
      if (added.some((item) => item.id === id)) return { account_id, number: made.number };
    }
    return undefined;
  }

  #total(account_id: string): number {
    return this.#base(account_id) + (this.#edits.get(account_id)?.added.length ?? 0);
  }

  #base(account_id: string): number {
    return this.#made.get(account_id)?.seed.items ?? this.source?.size(account_id) ?? 0;
  }

  #item(account_id: string, number: number): Item {
    const edits = this.#edits.get(account_id);
    const seed = this.#made.get(account_id)?.seed;
    const item = edits?.added[number - this.#base(account_id)] ??
      (seed
        ? this.network.item(seed, number)
        : (this.source as Source<Account, Item>).item(account_id, number));
    const edit = edits?.items.get(number);
    return edit ? { ...item, ...edit } : item;
  }

  #editsOf(account_id: string): Edits<Account, Item> {
    let edits = this.#edits.get(account_id);
    if (edits === undefined) {
      edits = { version: 0, account: {}, items: new Map(), added: [], removed: [] };
      this.#edits.set(account_id, edits);
    }
    return edits;
  }
}

const adjectives = [
  "Quiet",
  "Northern",
  "Borrowed",
  "Paper",
  "Copper",
  "Slow",
  "Second",
  "Open",
  "Salt",
  "Evening",
];
const nouns = "Workshop Kitchen Observatory Radio Garden Atlas Harbour Studio Notebook".split(" ");
