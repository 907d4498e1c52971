/** Scores computed by code, never by a model. Each is the sum of its parts, and each part has advice. */
import type { Frame, Suggestion } from "./suggestion.ts";
import { lengthOf } from "./text.ts";

export interface ScorePart {
  name: string;
  points: number;
  /** Maximum points of the part. */
  of: number;
  /** How to get more points; null at the maximum. */
  advice: string | null;
}

export interface Score {
  score: number;
  parts: ScorePart[];
}

const part = (name: string, of: number, share: number, advice: string): ScorePart => {
  const points = Math.round(of * Math.min(1, Math.max(0, share)));
  return { name, points, of, advice: points < of ? advice : null };
};
const sum = (parts: ScorePart[]): Score => ({
  score: parts.reduce((all, { points }) => all + points, 0),
  parts,
});

/** Texts of an item, current or suggested. */
export interface Texts {
  title: string;
  description: string;
  tags: readonly string[];
  hashtags: readonly string[];
  category: string | null;
}

const words = (text: string) => new Set(text.toLowerCase().match(/[\p{L}\p{N}]{3,}/gu) ?? []);

/** Scores how easily the texts can be found, from 0 to 100. */
export function seoScore(
  { title, description, tags, hashtags, category }: Texts,
  limits: Frame["limits"],
): Score {
  const length = lengthOf(title);
  const inTitle = words(title);
  const shared = [...inTitle].filter((word) => words(description).has(word)).length;
  const tagged = tags.filter((tag) => [...words(tag)].some((word) => inTitle.has(word))).length;
  return sum([
    part(
      "title length",
      25,
      length === 0 ? 0 : length < 30 ? length / 30 : length > 70 ? 70 / length : 1,
      "Give the title 30 to 70 characters",
    ),
    part(
      "description length",
      20,
      lengthOf(description) / Math.min(200, limits.description),
      "Describe the item in at least 200 characters",
    ),
    part(
      "title and description agree",
      15,
      inTitle.size === 0 ? 0 : (2 * shared) / inTitle.size,
      "Use the words of the title in the description",
    ),
    part("number of tags", 15, tags.length / 8, "Give at least 8 tags"),
    part("tags and title agree", 10, tagged / 2, "Use words of the title in at least two tags"),
    part("hashtags", 10, hashtags.length / 3, "Give at least 3 hashtags"),
    part("category", 5, category ? 1 : 0, "Choose a category"),
  ]);
}

/** Scores how well a suggestion uses trending keywords, from 0 to 100; each keyword has its own score from 0 to 100. */
export function trendingScore(
  suggestion: Suggestion,
  trending: readonly { keyword: string; score: number; growth: number | null }[],
): Score {
  const used = trending.filter(({ keyword }) => suggestion.trending_keywords.includes(keyword));
  const best = Math.max(0, ...used.map(({ score }) => score));
  const title = suggestion.titles[0]?.toLowerCase() ?? "";
  const advice = trending.length === 0
    ? "No trending keywords are known for this language and category yet"
    : "Use a trending keyword where it fits";
  return sum([
    part("fitting keywords", 40, used.length / 3, advice),
    part("the strongest keyword", 30, best / 100, advice),
    part(
      "growth",
      15,
      Math.max(0, ...used.map(({ growth }) => growth ?? 2)) / 2,
      "Prefer growing keywords",
    ),
    part(
      "a keyword in the title",
      15,
      used.some(({ keyword }) => title.includes(keyword)) ? 1 : 0,
      "Put a fitting keyword into the title",
    ),
  ]);
}
