/** Instagram accounts that are made up: generated from a seed, edited by tests, journaled so that edits outlive a restart. */
import type { JournalEvent } from "../journal.ts";
import { captionFor } from "../meta/captions.ts";
import type { World } from "../provider.ts";
import { hash, Seeded } from "../seeded.ts";

export type MediaType = "IMAGE" | "VIDEO" | "CAROUSEL_ALBUM";
export type ProductType = "FEED" | "REELS" | "STORY";

export interface Part {
  readonly id: string;
  readonly type: "IMAGE" | "VIDEO";
  readonly alt_text: string | null;
}

export interface MediaRecord {
  readonly id: string;
  /** Newer media have a higher one. */
  readonly order: number;
  type: MediaType;
  product: ProductType;
  caption: string | null;
  /** Milliseconds since 1970. */
  at: number;
  /** Null when the creator hides the count. */
  likes: number | null;
  comments: number;
  /** Null when Instagram has no insights of it, as of media from before the account was a professional one. */
  views: number | null;
  shares: number;
  alt_text: string | null;
  parts: Part[];
  /** Somebody else claims the rights: the medium has no address. */
  flagged: boolean;
  /** Archived media keep their place in the list and are not shown. */
  hidden: boolean;
}

export interface AccountRecord {
  readonly id: string;
  /** The id that only this app sees. */
  readonly scoped_id: string;
  readonly username: string;
  name: string;
  account_type: "BUSINESS" | "MEDIA_CREATOR" | "PERSONAL";
  followers: number;
  /** Each page begins with the last medium of the one before. */
  repeats: boolean;
  media: MediaRecord[];
  next_order: number;
}

export interface AccountWish {
  readonly username?: string | undefined;
  readonly name?: string | undefined;
  readonly media?: number | undefined;
  readonly stories?: number | undefined;
  readonly seed?: number | undefined;
  readonly newest_at?: string | undefined;
  readonly days_between?: number | undefined;
  readonly account_type?: AccountRecord["account_type"] | undefined;
  readonly repeats?: boolean | undefined;
  /** No archived, flagged or uncounted media. */
  readonly plain?: boolean | undefined;
}

export interface MediaEdit {
  readonly type?: MediaType | undefined;
  readonly product?: ProductType | undefined;
  readonly caption?: string | null | undefined;
  readonly at?: string | undefined;
  readonly likes?: number | null | undefined;
  readonly comments?: number | undefined;
  readonly views?: number | null | undefined;
  readonly shares?: number | undefined;
  readonly alt_text?: string | null | undefined;
  readonly parts?: number | undefined;
  readonly flagged?: boolean | undefined;
  readonly hidden?: boolean | undefined;
}

const day = 86_400_000;
export const story_life = day;

/** Always there, for the consent page. */
const defaults: readonly AccountWish[] = [
  { username: "harbourlights.studio", name: "Harbour Lights Studio", media: 120, stories: 2, seed: 11 },
  { username: "kettle_and_compass", name: "Kettle & Compass", media: 51, stories: 0, seed: 12 },
  { username: "starting.tomorrow", name: "Starting Tomorrow", media: 0, stories: 0, seed: 13 },
];

export class InstagramLibrary {
  readonly #world: World;
  readonly #accounts = new Map<string, AccountRecord>();
  #created = 0;

  constructor(world: World) {
    this.#world = world;
    this.#fill();
  }

  list(): AccountRecord[] {
    return [...this.#accounts.values()];
  }

  account(id: string): AccountRecord | undefined {
    return this.#accounts.get(id);
  }

  create(wish: AccountWish): AccountRecord {
    const now = this.#world.clock.now();
    this.#world.journal.record({ provider: "instagram", kind: "account", wish, now });
    return this.#create(wish, now);
  }

  add(account: AccountRecord, edit: MediaEdit): MediaRecord {
    const now = this.#world.clock.now();
    this.#world.journal.record({ provider: "instagram", kind: "add", account: account.id, edit, now });
    return this.#add(account, edit, now);
  }

  edit(account: AccountRecord, id: string, edit: MediaEdit): MediaRecord | undefined {
    this.#world.journal.record({ provider: "instagram", kind: "edit", account: account.id, id, edit });
    return this.#edit(account, id, edit);
  }

  remove(account: AccountRecord, id: string): boolean {
    this.#world.journal.record({ provider: "instagram", kind: "remove", account: account.id, id });
    const before = account.media.length;
    account.media = account.media.filter((media) => media.id !== id);
    return account.media.length < before;
  }

  /** What the list of media shows, newest first; archived ones keep their place in it. */
  media(account: AccountRecord): MediaRecord[] {
    return account.media.filter(({ product }) => product !== "STORY").toSorted((one, other) =>
      other.order - one.order
    );
  }

  stories(account: AccountRecord): MediaRecord[] {
    return account.media.filter((media) => media.product === "STORY" && this.isAlive(media))
      .toSorted((one, other) => other.order - one.order);
  }

  /** A story is gone a day after it was published. */
  isAlive({ product, at, hidden }: MediaRecord): boolean {
    return !hidden && (product !== "STORY" || this.#world.clock.now() < at + story_life);
  }

  find(id: string): { account: AccountRecord; media: MediaRecord } | undefined {
    for (const account of this.#accounts.values()) {
      const media = account.media.find((one) => one.id === id);
      if (media !== undefined) return { account, media };
    }
    return undefined;
  }

  replay(event: JournalEvent): void {
    if (event.kind === "account") this.#create(event.wish as AccountWish, Number(event.now));
    const account = this.#accounts.get(String(event.account));
    if (account === undefined) return;
    if (event.kind === "add") this.#add(account, event.edit as MediaEdit, Number(event.now));
    if (event.kind === "edit") this.#edit(account, String(event.id), event.edit as MediaEdit);
    if (event.kind === "remove") account.media = account.media.filter(({ id }) => id !== event.id);
  }

  reset(): void {
    this.#accounts.clear();
    this.#created = 0;
    this.#fill();
  }

  #fill(): void {
    for (const wish of defaults) this.#create(wish, this.#world.clock.now());
  }

  #create(wish: AccountWish, now: number): AccountRecord {
    const number = ++this.#created;
    const seed = wish.seed ?? number;
    const key = String(hash(`instagram ${number}`) % 10_000_000).padStart(7, "0");
    const chance = new Seeded(seed, 0x1457a6);
    const account: AccountRecord = {
      id: `178414${key}${String(number).padStart(4, "0")}`,
      scoped_id: `260${key}${String(number).padStart(7, "0")}`,
      username: wish.username ?? `creator.${number}.${key}`,
      name: wish.name ?? `Creator ${number}`,
      account_type: wish.account_type ?? chance.pick(["BUSINESS", "MEDIA_CREATOR"] as const),
      followers: chance.between(40, 90_000),
      repeats: wish.repeats ?? false,
      media: [],
      next_order: 0,
    };
    const count = wish.media ?? 20;
    const newest = wish.newest_at ? Date.parse(wish.newest_at) : Date.parse("2026-11-15T17:00:00Z");
    for (let index = 0; index < count; index++) {
      const at = newest - (count - 1 - index) * (wish.days_between ?? 2) * day;
      account.media.push(this.#generate(account, seed, index, at, wish.plain ?? false));
    }
    for (let index = 0; index < (wish.stories ?? 0); index++) {
      this.#add(account, { product: "STORY" }, now - (index + 1) * 60_000);
    }
    this.#accounts.set(account.id, account);
    return account;
  }

  #generate(account: AccountRecord, seed: number, index: number, at: number, plain: boolean): MediaRecord {
    const chance = new Seeded(seed, index, 0x9a7);
    const kind = chance.next();
    const type: MediaType = kind < 0.35 ? "IMAGE" : kind < 0.6 ? "CAROUSEL_ALBUM" : "VIDEO";
    const order = account.next_order++;
    const id = this.#id(account, order);
    const likes = Math.floor(10 ** (1 + chance.next() * 3));
    return {
      id,
      order,
      type,
      product: type === "VIDEO" && chance.chance(0.9) ? "REELS" : "FEED",
      caption: captionFor(chance, index),
      at,
      likes: !plain && chance.chance(0.05) ? null : likes,
      comments: chance.between(0, Math.ceil(likes / 10)),
      views: likes * (3 + hash(id) % 30),
      shares: hash(id) % Math.ceil(likes / 5),
      alt_text: chance.chance(0.2) ? "A table by the window, seen from above" : null,
      parts: type === "CAROUSEL_ALBUM" ? this.#parts(id, chance.between(2, 10), chance) : [],
      flagged: !plain && type === "VIDEO" && chance.chance(0.05),
      hidden: !plain && chance.chance(0.04),
    };
  }

  #parts(id: string, count: number, chance: Seeded): Part[] {
    return Array.from({ length: count }, (_, index) => ({
      id: `180${String(hash(`${id} ${index}`)).padStart(10, "0")}${String(index).padStart(4, "0")}`,
      type: chance.chance(0.25) ? "VIDEO" as const : "IMAGE" as const,
      alt_text: chance.chance(0.1) ? `Picture ${index + 1}` : null,
    }));
  }

  #id(account: AccountRecord, order: number): string {
    return `179${account.id.slice(6, 13)}${String(order).padStart(7, "0")}`;
  }

  #add(account: AccountRecord, edit: MediaEdit, now: number): MediaRecord {
    const order = account.next_order++;
    const media: MediaRecord = {
      id: this.#id(account, order),
      order,
      type: "IMAGE",
      product: "FEED",
      caption: null,
      at: now,
      likes: 0,
      comments: 0,
      views: 0,
      shares: 0,
      alt_text: null,
      parts: [],
      flagged: false,
      hidden: false,
    };
    account.media.push(media);
    return this.#edit(account, media.id, edit) ?? media;
  }

  #edit(account: AccountRecord, id: string, edit: MediaEdit): MediaRecord | undefined {
    const media = account.media.find((one) => one.id === id);
    if (media === undefined) return undefined;
    const { at, parts, ...rest } = edit;
    Object.assign(media, Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)));
    if (at !== undefined) media.at = Date.parse(at);
    if (parts !== undefined) media.parts = this.#parts(id, parts, new Seeded(hash(id)));
    if (media.type === "CAROUSEL_ALBUM" && media.parts.length === 0) {
      media.parts = this.#parts(id, 3, new Seeded(hash(id)));
    }
    return media;
  }
}
