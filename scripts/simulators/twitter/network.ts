/** Generates X's accounts and posts. A post may be a repost, a reply, a quote, part of a thread, an article, or edited. */
import type { TrueItem } from "../engine/accounts_admin.ts";
import { type Post, type Poster, postNetwork } from "../engine/posts.ts";
import { mix } from "../engine/seeded.ts";

export const local_client = { id: "streamvibe-local-twitter", secret: "local-twitter-simulator" };

/** Start of the snowflake epoch. Ids have the milliseconds since then in the upper bits; here the lower 22 bits are the number in the account. */
const epoch = 1_288_834_974_657;

export const twitter_network = postNetwork({
  kinds: [["photo", 25], ["album", 10], ["gif", 5], ["video", 20], ["text", 40]],
  longest_text: 700,
  ids: {
    make: (_account, number, time) => String(BigInt(Math.floor(time) - epoch) << 22n | BigInt(number)),
    locate: (id) => /^\d{15,19}$/.test(id) ? { number: Number(BigInt(id) & 0x3fffffn) } : undefined,
  },
  accountId: (key) => String(1_000_000_000_000_000_000n + (BigInt(key) << 20n | BigInt(mix(key) & 0xfffff))),
  account: (base) => base,
  defaults: [
    { name: "Harbour Lights", items: 120, seed: 120 },
    { name: "Nachtzug", items: 50, seed: 50 },
    { name: "A Quiet Place", items: 30, seed: 30, closed: true },
    { name: "Nothing Yet", items: 0, seed: 3 },
  ],
});

export function timeOfId(id: string): number {
  return Number(BigInt(id) >> 22n) + epoch;
}

export const special = ["repost", "reply", "thread", "quote", "edited", "article"] as const;
export type Special = typeof special[number];

/** Decides at random in accounts that are not plain; a test sets it in `extra.as`. */
export function specialOf(post: Post): Special | undefined {
  const asked = special.find((one) => one === post.extra.as);
  if (asked) return asked;
  const limits: readonly (readonly [number, Special])[] = [
    [0.07, "repost"],
    [0.18, "reply"],
    [0.25, "thread"],
    [0.3, "quote"],
    [0.34, "edited"],
    [post.kind === "text" ? 0.37 : 0, "article"],
  ];
  return limits.find(([limit]) => post.luck < limit)?.[1];
}

/** Returns an article's own title. The article's text is not the post's text. */
export function articleTitle(post: Post): string | undefined {
  if (specialOf(post) !== "article") return undefined;
  return post.text.split("\n").find((line) => line.trim() !== "")?.trim() ?? "Untitled";
}

const edit_after = 60_000n << 22n;

/** Returns the ids of all versions, oldest first; the first is the post's id before it was edited. */
export function versionsOf(post: Post): string[] {
  return specialOf(post) === "edited" ? [post.id, String(BigInt(post.id) + edit_after)] : [post.id];
}

/** Returns the possible ids of the first version, given the id of any version. */
export function firstVersions(id: string): string[] {
  return /^\d{15,19}$/.test(id) ? [id, String(BigInt(id) - edit_after)] : [];
}

/** Returns what a reader sees: the text, and for some posts a link. */
export function contentOf(post: Post): string {
  const link = linkIn(post);
  const text = specialOf(post) === "reply" ? `@somebody ${post.text}` : post.text;
  return link === undefined ? text.trim() : `${text.trim()}\n\n${link}`.trim();
}

export function linkIn(post: Post): string | undefined {
  const number = Number(BigInt(post.id) & 0x3fffffn);
  // A post published by an app contains only what the app sent.
  if (post.extra.published === true) return undefined;
  if (specialOf(post) === "article") return undefined;
  return number % 5 === 0 ? `https://example.com/notes/${number}?a=1&b=2` : undefined;
}

export function truthOf(post: Post, account: Poster): TrueItem {
  const as = specialOf(post);
  const length = post.duration_seconds ?? 0;
  const title = articleTitle(post);
  return {
    id: post.id,
    ...(title === undefined ? {} : { title }),
    description: contentOf(post),
    content_type: post.kind === "text"
      ? "post"
      : post.parts > 1
      ? "carousel"
      : post.kind !== "video"
      ? "image"
      : length > 180
      ? "long_video"
      : "short_video",
    visibility: account.closed ? "private" : "public",
    // Reposts belong to others, and replies to others are comments.
    deleted: post.deleted || as === "repost" || as === "reply",
    parts: post.parts > 1 ? mediaKeys(post) : [],
  };
}

/** Returns the keys of pictures and videos; for an article, of its cover. */
export function mediaKeys(post: Post): string[] {
  const kind = post.kind === "video" ? 7 : post.kind === "gif" ? 16 : 3;
  const parts = specialOf(post) === "article" ? 1 : post.parts;
  return Array.from({ length: parts }, (_, index) => `${kind}_${BigInt(post.id) + BigInt(index)}`);
}
