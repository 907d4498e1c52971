/**
 * Questions whose best answer is known, made by rule from a catalogue: whole titles, parts of titles, parts with a slip of the finger, a
 * channel and a topic, a hashtag, and some characters of scripts without spaces.
 */
import { Seeded } from "../../simulators/engine/seeded.ts";

export interface Answer {
  id: string;
  title: string;
  channel: string;
  hashtags: readonly string[];
}

export const KINDS = ["exact", "partial", "misspelt", "channel and topic", "hashtag", "CJK"] as const;
export type Kind = typeof KINDS[number];

/** A question, and the items any of which is the best answer: the one that it was made of, and those that are told apart by nothing asked for. */
export interface Question {
  kind: Kind;
  q: string;
  best: Set<string>;
}

const RUN = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]{5,}/u;
const LATIN = /^[a-z]{6,}$/;
const wordsOf = (title: string): string[] => title.toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];

/** So many questions of each kind, as far as the catalogue gives them; the same for the same seed. */
export function questionsOf(answers: readonly Answer[], each: number, seed = 7): Question[] {
  const frequency = new Map<string, number>();
  const titled = new Map<string, string[]>();
  const tagged = new Map<string, string[]>();
  const of = new Map<string, Answer[]>();
  const note = (map: Map<string, string[]>, key: string, id: string) => {
    const ids = map.get(key);
    if (ids) ids.push(id);
    else map.set(key, [id]);
  };
  for (const answer of answers) {
    const { id, title, hashtags, channel } = answer;
    of.set(channel, [...(of.get(channel) ?? []).slice(-200), answer]);
    for (const word of new Set(wordsOf(title))) frequency.set(word, (frequency.get(word) ?? 0) + 1);
    note(titled, title.toLowerCase(), id);
    for (const tag of new Set(hashtags.map((tag) => tag.toLowerCase()))) note(tagged, tag, id);
  }
  const rarity = (word: string) => frequency.get(word) ?? 0;
  const chance = new Seeded(seed);
  const typo = (word: string) => {
    const at = 1 + Math.floor(chance.next() * (word.length - 3));
    return [
      word.slice(0, at) + word[at + 1] + word[at] + word.slice(at + 2),
      word.slice(0, at) + word.slice(at + 1),
      word.slice(0, at) + word[at] + word.slice(at),
      word.slice(0, at) + (word[at] === "e" ? "a" : "e") + word.slice(at + 1),
    ][Math.floor(chance.next() * 4)] as string;
  };
  /** Three words that follow each other, around the rarest one that is long. */
  const partOf = (title: string) => {
    const words = wordsOf(title);
    const known = words.filter((word) => LATIN.test(word));
    const [rarest] = known.sort((a, b) => rarity(a) - rarity(b) || b.length - a.length);
    if (words.length < 5 || rarest === undefined) return null;
    const at = Math.max(0, Math.min(words.indexOf(rarest) - 1, words.length - 3));
    return { words: words.slice(at, at + 3), rarest };
  };
  const rules: Record<Kind, (answer: Answer) => string | null> = {
    exact: ({ title }) => wordsOf(title).length >= 3 && title.length <= 150 ? title : null,
    partial: ({ title }) => partOf(title)?.words.join(" ") ?? null,
    misspelt: ({ title }) => {
      const part = partOf(title);
      if (!part) return null;
      const wrong = typo(part.rarest);
      return wrong === part.rarest
        ? null
        : part.words.map((word) => word === part.rarest ? wrong : word).join(" ");
    },
    "channel and topic": ({ title, channel }) => {
      const part = partOf(title);
      return part && wordsOf(channel).length >= 1 && channel.length <= 60
        ? `${channel} ${part.rarest}`
        : null;
    },
    hashtag: ({ hashtags }) => {
      const [tag] = hashtags.filter((tag) => (tagged.get(tag.toLowerCase())?.length ?? 0) <= 3);
      return tag === undefined ? null : `#${tag}`;
    },
    CJK: ({ title }) => {
      const run = RUN.exec(title)?.[0];
      if (!run) return null;
      const characters = [...run];
      const length = Math.min(characters.length, 4 + Math.floor(chance.next() * 3));
      const from = Math.floor(chance.next() * (characters.length - length + 1));
      return characters.slice(from, from + length).join("");
    },
  };
  const order = Array.from(answers, (answer) => ({ answer, place: chance.next() })).sort((a, b) =>
    a.place - b.place
  );
  return KINDS.flatMap((kind) => {
    const found: Question[] = [];
    for (const { answer } of order) {
      if (found.length === each) break;
      const q = rules[kind](answer);
      if (q === null) continue;
      const best = new Set(titled.get(answer.title.toLowerCase()));
      if (kind === "hashtag") { for (const id of tagged.get(q.slice(1).toLowerCase()) ?? []) best.add(id); }
      const part = partOf(answer.title);
      if (kind === "channel and topic" && part) {
        for (const { id, title } of of.get(answer.channel) ?? []) {
          if (wordsOf(title).includes(part.rarest)) best.add(id);
        }
      } else if (kind === "partial" || kind === "misspelt" || kind === "CJK") {
        // Others that have all that was meant, in one place, are no worse an answer.
        const meant = kind === "misspelt" ? part?.words.join(" ") ?? q : q;
        for (const [title, ids] of titled) if (title.includes(meant)) { for (const id of ids) best.add(id); }
      }
      found.push({ kind, q, best });
    }
    return found;
  });
}

/** The mean of 1 / (rank of the first best answer) over the questions, 0 where none is among the answers given. */
export async function reciprocalRank(
  questions: readonly Question[],
  ask: (q: string) => Promise<readonly string[]> | readonly string[],
): Promise<{ mean: number; missed: string[] }> {
  let sum = 0;
  const missed: string[] = [];
  for (const { q, best } of questions) {
    const rank = (await ask(q)).findIndex((id) => best.has(id)) + 1;
    if (rank === 0) missed.push(q);
    else sum += 1 / rank;
  }
  return { mean: questions.length === 0 ? 0 : sum / questions.length, missed };
}
