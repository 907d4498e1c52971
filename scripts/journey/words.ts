/** Chooses the words of a library to search for. */

export interface Titled {
  id: string;
  title: string;
}

/** Punctuation around a word. */
const AROUND = /^[^\p{L}\p{M}\p{N}]+|[^\p{L}\p{M}\p{N}]+$/gu;
/** A word of at least six letters with their combining marks, in any script. */
const WORD = /^[\p{L}\p{M}]{6,}$/u;
const LATIN = /^[a-z]+$/;

/** Returns the long words of a title: words in Latin letters first, then by length, longest first. */
function longWords(title: string): string[] {
  const words = title.toLowerCase().split(/\s+/).map((word) => word.replace(AROUND, ""));
  return [...new Set(words)].filter((word) => WORD.test(word)).sort(byUse);
}

function byUse(a: string, b: string): number {
  return Number(LATIN.test(b)) - Number(LATIN.test(a)) || b.length - a.length;
}

/** Returns the first title with two different long words, preferring Latin letters, otherwise one with a single long word; and these words. */
export function chooseWords<Item extends Titled>(items: Item[]): { item: Item; words: string[] } {
  let best: { item: Item; words: string[]; score: number } | undefined;
  for (const item of items) {
    const words = longWords(item.title).slice(0, 2);
    const score = 2 * words.filter((word) => LATIN.test(word)).length + words.length;
    if (score > (best?.score ?? 0)) best = { item, words, score };
  }
  if (!best) {
    throw new Error(`Cannot choose words to search for: no title of ${items.length} has a long word`);
  }
  return { item: best.item, words: best.words };
}

/** Returns the longest word of all titles, Latin letters first: the one that people misspell. */
export function hardestWord(items: Titled[]): string {
  const [word] = items.flatMap(({ title }) => longWords(title)).sort(byUse);
  if (!word) throw new Error(`Cannot choose a word to misspell: no title of ${items.length} has a long word`);
  return word;
}

/** Misspells the word like a typing error: swaps its last two different Latin letters; in other scripts drops the last letter. */
export function misspell(word: string): string {
  for (let at = word.length - 2; LATIN.test(word) && at > 1; at--) {
    const [one, other] = [word[at], word[at + 1]];
    if (one !== other) return `${word.slice(0, at)}${other}${one}${word.slice(at + 2)}`;
  }
  return word.replace(/\p{L}\p{M}*$/u, "");
}
