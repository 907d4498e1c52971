/** Which words of a library to search for. */

export interface Titled {
  id: string;
  title: string;
}

/** Punctuation around a word. */
const AROUND = /^[^\p{L}\p{M}\p{N}]+|[^\p{L}\p{M}\p{N}]+$/gu;
/** A long word of letters and their marks, in any script. */
const WORD = /^[\p{L}\p{M}]{6,}$/u;
const LATIN = /^[a-z]+$/;

/** The long words of a title, those in Latin letters first, the longest first. */
function longWords(title: string): string[] {
  const words = title.toLowerCase().split(/\s+/).map((word) => word.replace(AROUND, ""));
  return [...new Set(words)].filter((word) => WORD.test(word)).sort(byUse);
}

function byUse(a: string, b: string): number {
  return Number(LATIN.test(b)) - Number(LATIN.test(a)) || b.length - a.length;
}

/** The first title with two different long words, better in Latin letters than not; else with one. And these words. */
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

/** The longest word of all titles: the one that people misspell. */
export function hardestWord(items: Titled[]): string {
  const [word] = items.flatMap(({ title }) => longWords(title)).sort(byUse);
  if (!word) throw new Error(`Cannot choose a word to misspell: no title of ${items.length} has a long word`);
  return word;
}

/** The word as fingers misspell it: its last two Latin letters that differ swapped; in other scripts the last letter forgotten. */
export function misspell(word: string): string {
  for (let at = word.length - 2; LATIN.test(word) && at > 1; at--) {
    const [one, other] = [word[at], word[at + 1]];
    if (one !== other) return `${word.slice(0, at)}${other}${one}${word.slice(at + 2)}`;
  }
  return word.replace(/\p{L}\p{M}*$/u, "");
}
