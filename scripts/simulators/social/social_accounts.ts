/**
 * The accounts of one network with their posts, and the edits that tests made: what a synced library must equal.
 * Only seeds and edits are kept, so an account of 10,000 posts takes no more memory than one of ten.
 */
import { AdminError } from "../admin.ts";
import type { JournalEvent } from "../journal.ts";
import type { World } from "../provider.ts";
import { hash, Seeded } from "../seeded.ts";
import { generatedPost, type Mix, type PostEdit, type PostRecord, type PostSeed, timeOf } from "./post.ts";

/** How a network numbers what is made at a time; the number must come back out of the id. */
export interface PostIds {
  make(time: number, number: number, key: number): string;
  numberOf(id: string): number | undefined;
}

export interface Network {
  readonly provider: string;
  readonly kinds: Mix;
  readonly longest_text: number;
  readonly ids: PostIds;
  accountId(key: number): string;
  readonly defaults: readonly AccountWish[];
}

export interface AccountWish {
  readonly name?: string | undefined;
  readonly items: number;
  readonly seed?: number | undefined;
  readonly plain?: boolean | undefined;
  readonly newest_at?: string | undefined;
  readonly hours_between?: number | undefined;
  /** Whether the account's posts are for its followers only. */
  readonly closed?: boolean | undefined;
}

export interface AccountRecord {
  readonly id: string;
  readonly name: string;
  readonly username: string;
  readonly bio: string;
  readonly followers: number;
  readonly created_at: string;
  readonly closed: boolean;
  /** The network has suspended it. */
  readonly suspended: boolean;
}

export type AccountEdit = Partial<Omit<AccountRecord, "id">>;

interface Kept {
  readonly seed: PostSeed;
  record: AccountRecord;
  /** Newest first, above everything that was made from the seed. */
  added: PostRecord[];
  readonly edits: Map<string, PostEdit>;
}

type Change =
  | { readonly kind: "account"; readonly wish: AccountWish }
  | { readonly kind: "account_edit"; readonly account: string; readonly edit: AccountEdit }
  | { readonly kind: "post"; readonly account: string; readonly edit: PostEdit; readonly at: number }
  | { readonly kind: "post_edit"; readonly account: string; readonly id: string; readonly edit: PostEdit };

const default_newest = "2026-11-15T17:00:00Z";

export class SocialAccounts {
  readonly #accounts = new Map<string, Kept>();
  #created = 0;

  constructor(private readonly world: World, readonly network: Network) {
    this.reset();
  }

  create(wish: AccountWish): AccountRecord {
    return this.#change({ kind: "account", wish }) as AccountRecord;
  }

  account(id: string): AccountRecord | undefined {
    return this.#accounts.get(id)?.record;
  }

  list(search = "", limit = 50): AccountRecord[] {
    const wanted = search.toLowerCase();
    return [...this.#accounts.values()].map(({ record }) => record)
      .filter(({ id, name }) => id === search || name.toLowerCase().includes(wanted)).slice(0, limit);
  }

  editAccount(id: string, edit: AccountEdit): AccountRecord {
    this.#known(id);
    this.#change({ kind: "account_edit", account: id, edit });
    return this.#known(id).record;
  }

  /** How many there were ever, deleted ones among them. */
  size(account_id: string): number {
    const kept = this.#accounts.get(account_id);
    return kept ? kept.seed.items + kept.added.length : 0;
  }

  /** Newest first, deleted ones among them. */
  at(account_id: string, position: number, count: number): PostRecord[] {
    const kept = this.#accounts.get(account_id);
    if (!kept) return [];
    const posts: PostRecord[] = [];
    const end = Math.min(position + count, this.size(account_id));
    for (let at = position; at < end; at++) {
      const added = kept.added[at];
      posts.push(
        this.#edited(kept, added ?? this.#made(kept, kept.seed.items - 1 - (at - kept.added.length))),
      );
    }
    return posts;
  }

  /** The first position whose post is older than a time, or as old and not newer. */
  positionBefore(account_id: string, time: number): number {
    const kept = this.#accounts.get(account_id);
    if (!kept) return 0;
    const newer = kept.added.findIndex((post) => Date.parse(post.created_at) < time);
    if (newer !== -1) return newer;
    let low = 0;
    let high = kept.seed.items;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (timeOf(kept.seed, kept.seed.items - 1 - middle) < time) high = middle;
      else low = middle + 1;
    }
    return kept.added.length + low;
  }

  post(account_id: string, id: string): PostRecord | undefined {
    const kept = this.#accounts.get(account_id);
    if (!kept) return undefined;
    const added = kept.added.find((post) => post.id === id);
    if (added) return this.#edited(kept, added);
    const number = this.network.ids.numberOf(id);
    if (number === undefined || number >= kept.seed.items) return undefined;
    const made = this.#made(kept, number);
    return made.id === id ? this.#edited(kept, made) : undefined;
  }

  add(account_id: string, edit: PostEdit): PostRecord {
    this.#known(account_id);
    return this.#change({
      kind: "post",
      account: account_id,
      edit,
      at: this.world.clock.now(),
    }) as PostRecord;
  }

  edit(account_id: string, id: string, edit: PostEdit): PostRecord {
    const post = this.post(account_id, id);
    if (!post) throw new AdminError(404, `Cannot find the post: ${account_id} has none with the id ${id}`);
    this.#change({ kind: "post_edit", account: account_id, id, edit });
    return { ...post, ...edit };
  }

  replay(event: JournalEvent): void {
    const change = event as unknown as Change;
    // Grants are kept in the same journal, and an account may be of a time with other defaults.
    if (change.kind === "account") this.#apply(change);
    else if ("account" in change && this.#accounts.has(change.account)) this.#apply(change);
  }

  reset(): void {
    this.#accounts.clear();
    this.#created = 0;
    for (const wish of this.network.defaults) this.#apply({ kind: "account", wish });
  }

  #change(change: Change): AccountRecord | PostRecord | undefined {
    this.world.journal.record({ provider: this.network.provider, ...change });
    return this.#apply(change);
  }

  #apply(change: Change): AccountRecord | PostRecord | undefined {
    if (change.kind === "account") return this.#create(change.wish);
    const kept = this.#known(change.account);
    switch (change.kind) {
      case "account_edit":
        kept.record = { ...kept.record, ...change.edit };
        return kept.record;
      case "post":
        return this.#add(kept, change.edit, change.at);
      case "post_edit":
        kept.edits.set(change.id, { ...kept.edits.get(change.id), ...change.edit });
    }
  }

  #create(wish: AccountWish): AccountRecord {
    const number = ++this.#created;
    const seed = wish.seed ?? number;
    let key = hash(`${this.network.provider} ${seed}`);
    // The same seed again is another account with the same content.
    for (let again = 2; this.#accounts.has(this.network.accountId(key)); again++) {
      key = hash(`${this.network.provider} ${seed} again ${again}`);
    }
    const id = this.network.accountId(key);
    const chance = new Seeded(seed, 0x50c1a1);
    const name = wish.name ?? `${chance.pick(adjectives)} ${chance.pick(nouns)} ${seed}`;
    const record: AccountRecord = {
      id,
      name,
      username: `${name.normalize("NFKD").toLowerCase().replace(/[^a-z0-9]+/g, "").slice(0, 10)}${
        key.toString(36).slice(0, 4)
      }`,
      bio: `${name}: made up by a simulator. ✨`,
      followers: Math.floor(10 ** (1 + chance.next() * 5)),
      created_at: "2016-03-09T08:30:00.000Z",
      closed: wish.closed ?? false,
      suspended: false,
    };
    const post_seed: PostSeed = {
      account_id: id,
      key,
      seed,
      items: wish.items,
      newest_at: wish.newest_at ?? default_newest,
      hours_between: wish.hours_between ?? 30,
      plain: wish.plain ?? false,
    };
    this.#accounts.set(id, { seed: post_seed, record, added: [], edits: new Map() });
    return record;
  }

  #add(kept: Kept, edit: PostEdit, now: number): PostRecord {
    const newest = kept.added[0] ? Date.parse(kept.added[0].created_at) : 0;
    // Two within one millisecond would have one place in time.
    const time = Math.max(edit.created_at ? Date.parse(edit.created_at) : now, newest + 1);
    const number = kept.seed.items + kept.added.length;
    const id = this.network.ids.make(time, number, kept.seed.key);
    const [kind] = this.network.kinds.at(-1) ?? ["text" as const];
    const post: PostRecord = {
      account_id: kept.record.id,
      kind,
      text: "A new post",
      language: null,
      deleted: false,
      hidden: false,
      duration_seconds: (edit.kind ?? kind) === "video" ? 30 : null,
      parts: (edit.kind ?? kind) === "text" ? 0 : 1,
      views: 0,
      likes: 0,
      comments: 0,
      shares: 0,
      luck: 0.5,
      extra: {},
      ...edit,
      id,
      created_at: new Date(time).toISOString(),
    };
    kept.added.unshift(post);
    return post;
  }

  #made(kept: Kept, number: number): PostRecord {
    const { ids, kinds, longest_text } = this.network;
    const id = ids.make(timeOf(kept.seed, number), number, kept.seed.key);
    return generatedPost(kept.seed, number, id, kinds, longest_text);
  }

  #edited(kept: Kept, post: PostRecord): PostRecord {
    const edit = kept.edits.get(post.id);
    return edit ? { ...post, ...edit } : post;
  }

  #known(id: string): Kept {
    const kept = this.#accounts.get(id);
    if (kept) return kept;
    throw new AdminError(404, `Cannot find the account: ${this.network.provider} has none with the id ${id}`);
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
const nouns = [
  "Workshop",
  "Kitchen",
  "Observatory",
  "Radio",
  "Garden",
  "Atlas",
  "Harbour",
  "Studio",
  "Notebook",
];
