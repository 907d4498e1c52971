/** One made-up post of any network, from a seed and its number. Nothing is kept: asking twice makes it twice, the same. */
import { mix, Seeded } from "../seeded.ts";
import { emoji, hashtags, type Voice, voices } from "../youtube/sample_text.ts";

export type PostKind = "text" | "photo" | "album" | "video" | "gif";

export interface PostRecord {
  readonly id: string;
  readonly account_id: string;
  readonly kind: PostKind;
  readonly text: string;
  readonly language: string | null;
  readonly created_at: string;
  /** The owner deleted it: nobody sees it any more. */
  readonly deleted: boolean;
  /** Not for everybody; what that means is the provider's matter. */
  readonly hidden: boolean;
  readonly duration_seconds: number | null;
  /** Pictures and videos; a text has none. */
  readonly parts: number;
  readonly views: number;
  readonly likes: number;
  readonly comments: number;
  readonly shares: number;
  /** Chance for what only one provider has: 0 to 1, and from 0.5 in plain accounts. */
  readonly luck: number;
  /** What a provider adds when a test asks for it. */
  readonly extra: Readonly<Record<string, unknown>>;
}

export type PostEdit = Partial<Omit<PostRecord, "id" | "account_id">>;

/** Which kinds there are and how often each comes; a post that a test adds is of the last one. */
export type Mix = readonly (readonly [kind: PostKind, weight: number])[];

export interface PostSeed {
  readonly account_id: string;
  readonly key: number;
  readonly seed: number;
  readonly items: number;
  /** The newest post's time; older ones go back from it. */
  readonly newest_at: string;
  readonly hours_between: number;
  /** Nothing deleted, hidden or special, for tests that count. */
  readonly plain: boolean;
}

const hour = 3_600_000;

/** Falls with the number, so that a place in time can be found without a look at every post. */
export function timeOf(account: PostSeed, number: number): number {
  const gap = account.hours_between * hour;
  const shift = mix(mix(account.key) ^ number) % Math.max(1, Math.floor(gap / 2));
  return Date.parse(account.newest_at) - (account.items - 1 - number) * gap - shift;
}

/** Number 0 is the oldest, so that an account that grows keeps the posts that it has. */
export function generatedPost(
  account: PostSeed,
  number: number,
  id: string,
  kinds: Mix,
  longest_text: number,
): PostRecord {
  const chance = new Seeded(account.seed, number);
  const voice = voiceOf(account.seed, chance);
  const kind = kindOf(kinds, chance);
  const roll = account.plain ? 1_000 : mix(mix(account.seed) ^ mix(number ^ 0x5a5a)) % 1_000;
  const views = Math.floor(10 ** (chance.next() * 6));
  return {
    id,
    account_id: account.account_id,
    kind,
    text: textOf(voice, kind, chance, longest_text),
    language: chance.chance(0.85) ? voice.language : null,
    created_at: new Date(timeOf(account, number)).toISOString(),
    deleted: roll < 15,
    hidden: roll >= 15 && roll < 40,
    duration_seconds: kind === "video"
      ? (chance.chance(0.1) ? chance.between(181, 600) : chance.between(5, 180))
      : null,
    parts: kind === "text" ? 0 : kind === "album" ? chance.between(2, 4) : 1,
    views,
    likes: Math.floor(views * (0.01 + chance.next() * 0.08)),
    comments: Math.floor(views * chance.next() * 0.01),
    shares: Math.floor(views * chance.next() * 0.02),
    luck: account.plain ? 0.5 + chance.next() / 2 : chance.next(),
    extra: {},
  };
}

function kindOf(kinds: Mix, chance: Seeded): PostKind {
  let at = chance.next() * kinds.reduce((sum, [, weight]) => sum + weight, 0);
  return (kinds.find(([, weight]) => (at -= weight) < 0) ?? kinds.at(-1) ?? ["text"])[0];
}

function voiceOf(seed: number, chance: Seeded): Voice {
  const main = voices[mix(seed) % 3 === 0 ? mix(seed + 1) % voices.length : 0] as Voice;
  return chance.chance(0.25) ? chance.pick(voices) : main;
}

function textOf(voice: Voice, kind: PostKind, chance: Seeded, longest: number): string {
  if (kind !== "text" && chance.chance(0.06)) return "";
  const title = chance.pick(voice.titles).replace("{}", () => chance.pick(voice.subjects))
    .replaceAll("#", String(chance.between(1, 99)));
  const lines = [chance.chance(0.3) ? `${title} ${chance.pick(emoji)}` : title];
  for (let more = chance.between(0, 4); more > 0; more--) lines.push(chance.pick(voice.sentences));
  if (chance.chance(0.1)) lines.push(`<3 & "quotes" > 'more'`);
  if (chance.chance(0.6)) {
    lines.push(Array.from({ length: chance.between(1, 3) }, () => chance.pick(hashtags)).join(" "));
  }
  let text = lines[0] ?? "";
  for (const line of lines.slice(1)) if (text.length + line.length < longest) text += `\n\n${line}`;
  // A cut inside a surrogate pair would make a lone surrogate, which nobody sends.
  return text.slice(0, longest).replace(/[\ud800-\udbff]$/, "").trim();
}
