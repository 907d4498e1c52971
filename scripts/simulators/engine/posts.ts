/** Accounts with posts, as most networks have them, and their generated posts. Nothing is stored: the same post is generated identically each time. */
import { z } from "zod";
import type { AccountBase, Accounts, AccountSeed, AccountWish, ItemBase, Network } from "./accounts.ts";
import { type AccountsAdmin, accountsAdmin } from "./accounts_admin.ts";
import type { Grants } from "./grants.ts";
import type { Part } from "./provider.ts";
import { emoji, hashtags, type Voice, voices } from "./sample_text.ts";
import { mix, Seeded } from "./seeded.ts";

export const PostKind = z.enum(["text", "link", "photo", "album", "video", "reel", "gif", "story", "share"]);
export type PostKind = z.infer<typeof PostKind>;

export interface Post extends ItemBase {
  readonly kind: PostKind;
  readonly text: string;
  readonly language: string | null;
  readonly created_at: string;
  /** Not public; the provider defines what that means. */
  readonly hidden: boolean;
  readonly duration_seconds: number | null;
  /** Number of pictures and videos; 0 for a text. */
  readonly parts: number;
  /** Null if the creator hides the count, or the provider does not know it. */
  readonly views: number | null;
  readonly likes: number | null;
  readonly comments: number;
  readonly shares: number;
  /** Random value for provider-specific features: 0 to 1, and at least 0.5 in plain accounts. */
  readonly luck: number;
  /** Provider-specific members that a test requests. */
  readonly extra: Readonly<Record<string, unknown>>;
}

export interface Poster extends AccountBase {
  readonly username: string;
  readonly bio: string;
  readonly followers: number;
  readonly created_at: string;
  /** Posts are visible to followers only. */
  readonly closed: boolean;
  /** The network has suspended the account. */
  readonly suspended: boolean;
  /** Each page of a list begins with the last item of the previous page. */
  readonly repeats: boolean;
}

export interface PosterWish extends AccountWish {
  readonly username?: string | undefined;
  readonly closed?: boolean | undefined;
  readonly repeats?: boolean | undefined;
}

export const Count = z.int().min(0);
export const Time = z.iso.datetime({ offset: true });

/** Options for creating an account on any network. */
export const new_account = {
  name: z.string().min(1).max(80).optional(),
  items: Count.max(1_000_000).default(20),
  seed: Count.max(0xffffffff).optional(),
  plain: z.boolean().default(false).describe("nothing but items that a library holds"),
  newest_at: Time.optional(),
  days_between: z.number().positive().max(3_650).optional(),
};
export const new_poster = {
  ...new_account,
  username: z.string().min(1).max(80).optional(),
  closed: z.boolean().optional().describe("posts are for followers only"),
  repeats: z.boolean().optional().describe("each page begins with the last item of the one before"),
};
export const poster_change = {
  name: z.string().min(1).max(80),
  username: z.string().min(1).max(80),
  bio: z.string().max(500),
  followers: Count,
  closed: z.boolean(),
  suspended: z.boolean(),
  repeats: z.boolean(),
};
export const post_change = {
  kind: PostKind,
  text: z.string().max(65_000),
  language: z.string().nullable(),
  created_at: Time,
  deleted: z.boolean(),
  hidden: z.boolean(),
  duration_seconds: z.number().min(0).nullable(),
  parts: z.int().min(0).max(40),
  views: Count.nullable(),
  likes: Count.nullable(),
  comments: Count,
  shares: Count,
  extra: z.record(z.string(), z.unknown()),
};

/** Returns the admin routes of accounts with posts; a network may add members. */
export function postersAdmin<Account extends Poster, Wish extends PosterWish>(
  accounts: Accounts<Account, Post, Wish>,
  grants: Grants,
  about: Pick<AccountsAdmin<Account, Post, Wish>, "truth"> & Partial<AccountsAdmin<Account, Post, Wish>>,
): Part {
  return accountsAdmin<Account, Post, Wish>({
    accounts,
    wish: new_poster,
    change: poster_change,
    item_change: post_change,
    describe: ({ id }) => ({ consented: grants.of(id).consented }),
    ...about,
  });
}

/** The rules of one network of posts. */
export interface PostRules<Account extends Poster, Wish extends PosterWish> {
  /** The kinds of posts with their weights; a post that a test adds is of the last kind by default. */
  readonly kinds: readonly (readonly [kind: PostKind, weight: number])[];
  readonly longest_text: number;
  /** Encodes a post's number in its id, and decodes it again, with the account if the id contains it. */
  readonly ids: {
    make(account: { account_id: string; key: number }, number: number, time: number): string;
    locate(id: string): { number: number; account_id?: string } | undefined;
  };
  accountId(key: number): string;
  account(base: Poster, wish: Wish, chance: Seeded, seed: AccountSeed): Account;
  readonly defaults: readonly Wish[];
  also?(wish: Wish, now: number): readonly Partial<Post>[];
  names?(post: Post): readonly string[];
}

const day = 86_400_000;

export function postNetwork<Account extends Poster = Poster, Wish extends PosterWish = PosterWish>(
  rules: PostRules<Account, Wish>,
): Network<Account, Post, Wish> {
  const { kinds, longest_text, ids } = rules;
  const usual = kinds.at(-1)?.[0] ?? "text";
  return {
    days_between: 1.25,
    defaults: rules.defaults,
    accountId: rules.accountId,
    account: (seed, wish, chance) => rules.account(poster(seed, wish, chance), wish, chance, seed),
    item: (seed, number) =>
      generatedPost(seed, number, ids.make(seed, number, timeOf(seed, number)), kinds, longest_text),
    added({ number, now, newest, ...account }, edit) {
      // Two posts in the same millisecond would have the same position in time.
      const after = newest ? Date.parse(newest.created_at) + 1 : 0;
      const time = Math.max(edit.created_at ? Date.parse(edit.created_at) : now, after);
      const kind = edit.kind ?? usual;
      return {
        account_id: account.account_id,
        kind,
        text: "A new post",
        language: null,
        deleted: false,
        hidden: false,
        duration_seconds: hasLength(kind) ? 30 : null,
        parts: kind === "text" ? 0 : kind === "album" ? 3 : 1,
        views: 0,
        likes: 0,
        comments: 0,
        shares: 0,
        luck: 0.5,
        extra: {},
        ...edit,
        number,
        id: ids.make(account, number, time),
        created_at: new Date(time).toISOString(),
      };
    },
    also: rules.also,
    locate: ids.locate,
    names: rules.names,
    timeOf,
  } as Network<Account, Post, Wish>;
}

function poster({ account_id, key, name }: AccountSeed, wish: PosterWish, chance: Seeded): Poster {
  const plain = name.normalize("NFKD").toLowerCase().replace(/[^a-z0-9]+/g, "").slice(0, 10);
  return {
    id: account_id,
    name,
    username: wish.username ?? `${plain}${key.toString(36).slice(0, 4)}`,
    bio: `${name}: made up by a simulator. ✨`,
    followers: Math.floor(10 ** (1 + chance.next() * 5)),
    created_at: "2016-03-09T08:30:00.000Z",
    closed: wish.closed ?? false,
    suspended: false,
    repeats: wish.repeats ?? false,
  };
}

/** Falls with the number, so that a position in time can be found by binary search. */
function timeOf({ key, newest_at, items, days_between }: AccountSeed, number: number): number {
  const gap = days_between * day;
  const shift = mix(mix(key) ^ number) % Math.max(1, Math.floor(gap / 2));
  return Date.parse(newest_at) - (items - 1 - number) * gap - shift;
}

function hasLength(kind: PostKind): boolean {
  return kind === "video" || kind === "reel";
}

function generatedPost(
  { account_id, seed, plain, ...account }: AccountSeed,
  number: number,
  id: string,
  kinds: PostRules<Poster, PosterWish>["kinds"],
  longest_text: number,
): Post {
  const chance = new Seeded(seed, number);
  const voice = voiceOf(seed, chance);
  const kind = kindOf(kinds, chance);
  const roll = plain ? 1_000 : mix(mix(seed) ^ mix(number ^ 0x5a5a)) % 1_000;
  const views = Math.floor(10 ** (chance.next() * 6));
  return {
    id,
    account_id,
    number,
    kind,
    text: postText(voice, kind, chance, longest_text),
    language: chance.chance(0.85) ? voice.language : null,
    created_at: new Date(timeOf({ account_id, seed, plain, ...account }, number)).toISOString(),
    deleted: roll < 15,
    hidden: roll >= 15 && roll < 40,
    duration_seconds: hasLength(kind)
      ? (kind === "video" && chance.chance(0.1)
        ? chance.between(181, 600)
        : chance.between(5, kind === "reel" ? 90 : 180))
      : null,
    parts: kind === "text" ? 0 : kind === "album" ? chance.between(2, 4) : 1,
    views,
    likes: Math.floor(views * (0.01 + chance.next() * 0.08)),
    comments: Math.floor(views * chance.next() * 0.01),
    shares: Math.floor(views * chance.next() * 0.02),
    luck: plain ? 0.5 + chance.next() / 2 : chance.next(),
    extra: {},
  };
}

function kindOf(kinds: readonly (readonly [PostKind, number])[], chance: Seeded): PostKind {
  let at = chance.next() * kinds.reduce((sum, [, weight]) => sum + weight, 0);
  return (kinds.find(([, weight]) => (at -= weight) < 0) ?? kinds.at(-1) ?? ["text" as const])[0];
}

/** An account has one main language; occasionally an item is in another one. */
export function voiceOf(seed: number, chance: Seeded): Voice {
  const main = voices[mix(seed) % 3 === 0 ? mix(seed + 1) % voices.length : 0] as Voice;
  return chance.chance(0.25) ? chance.pick(voices) : main;
}

function postText(voice: Voice, kind: PostKind, chance: Seeded, longest: number): string {
  if (kind !== "text" && chance.chance(0.06)) return "";
  const title = chance.pick(voice.titles).replace("{}", () => chance.pick(voice.subjects))
    .replaceAll("#", String(chance.between(1, 99)));
  const lines = [chance.chance(0.3) ? `${title} ${chance.pick(emoji)}` : title];
  for (let more = chance.between(0, 4); more > 0; more--) lines.push(chance.pick(voice.sentences));
  if (chance.chance(0.1)) lines.push(`<3 & "quotes" > 'more'`);
  if (chance.chance(0.6)) {
    lines.push(Array.from({ length: chance.between(1, 3) }, () => chance.pick(hashtags)).join(" "));
  }
  // Some texts are as long as the network allows.
  if (chance.chance(0.03)) {
    while (lines.join("\n\n").length < longest) lines.push(chance.pick(voice.sentences));
  }
  let text = lines[0] ?? "";
  for (const line of lines.slice(1)) if (text.length + line.length < longest) text += `\n\n${line}`;
  return cut(text, longest).trim();
}

/** Cuts a text without leaving a lone surrogate, which no client sends. */
export function cut(text: string, longest: number): string {
  return text.slice(0, longest).replace(/[\ud800-\udbff]$/, "");
}
