/** Which words of a library to search for. */

export interface Titled {
  id: string;
  title: string;
}

/** Letters in a row, in any script that separates words by spaces. */
const WORDS = /\p{L}{6,}/gu;

/** The first title with two different long words, else with one; these words. */
export function chooseWords<Item extends Titled>(items: Item[]): { item: Item; words: string[] } {
  const choices = items.map((item) => {
    const words = [...new Set((item.title.match(WORDS) ?? []).map((word) => word.toLowerCase()))];
    return { item, words: words.slice(0, 2) };
  });
  const chosen = choices.find(({ words }) => words.length === 2) ??
    choices.find(({ words }) => words.length === 1);
  if (!chosen) {
    throw new Error(`Cannot choose words to search for: no title of ${items.length} has a long word`);
  }
  return chosen;
}

/** The word with two neighbouring letters swapped, as fingers do. */
export function misspell(word: string): string {
  for (let at = 2; at + 1 < word.length; at++) {
    const [one, other] = [word[at], word[at + 1]];
    if (one !== other) return `${word.slice(0, at)}${other}${one}${word.slice(at + 2)}`;
  }
  return word.slice(0, -1);
}
