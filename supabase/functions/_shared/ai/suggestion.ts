/**
 * The answer that a model must give. The JSON Schema for the providers is generated from the zod schema. This module checks what providers
 * cannot enforce: counts, lengths, language, links.
 */
import * as z from "zod";
import { CATEGORIES } from "../profile/categories.ts";
import { isWrittenIn } from "./language.ts";
import { cut, lengthOf, pointersIn, visible } from "./text.ts";

const Text = z.string();

/** Every member is required and no others are allowed, as the providers' strict modes demand. */
export const RawSuggestion = z.strictObject({
  titles: z.array(Text).describe("3 to 5 titles"),
  descriptions: z.array(Text).describe("1 or 2 descriptions"),
  tags: z.array(Text).describe("5 to 20 new tags, without #"),
  hashtags: z.array(Text).describe("3 to 10 hashtags, without #"),
  category: z.enum(CATEGORIES),
  trending_keywords: z.array(Text).describe(
    "those of the given trending keywords that fit; none of your own",
  ),
});
export type RawSuggestion = z.output<typeof RawSuggestion>;

const { $schema: _, ...schema } = z.toJSONSchema(RawSuggestion) as Record<string, unknown>;
/** The JSON Schema sent to providers. */
export const SUGGESTION_SCHEMA: Record<string, unknown> = schema;

/** The limits of a platform: lengths in characters, and the number of hashtags. */
export interface Limits {
  title: number;
  description: number;
  /** Total length of all tags. */
  tags: number;
  hashtags: number;
}

const LIMITS: Readonly<Record<string, Limits>> = {
  youtube: { title: 100, description: 5_000, tags: 500, hashtags: 15 },
  instagram: { title: 100, description: 2_200, tags: 500, hashtags: 30 },
  tiktok: { title: 90, description: 2_200, tags: 500, hashtags: 30 },
  facebook: { title: 255, description: 5_000, tags: 500, hashtags: 30 },
  twitter: { title: 100, description: 280, tags: 500, hashtags: 10 },
};

export function limitsOf(platform: string): Limits {
  return LIMITS[platform] ?? { title: 100, description: 2_200, tags: 500, hashtags: 30 };
}

/** What an answer is checked against. */
export interface Frame {
  limits: Limits;
  language: string | null;
  /** All texts of the item that the model received. The answer may contain only links and handles that occur in them. */
  given: string;
  tags: readonly string[];
  hashtags: readonly string[];
  trending: readonly string[];
  /** Parts of our instructions, which no answer may repeat. */
  secrets: readonly string[];
}

/** A suggestion that passed every check. */
export interface Suggestion {
  titles: string[];
  descriptions: string[];
  tags: string[];
  hashtags: string[];
  category: string;
  trending_keywords: string[];
}

/** The result of the checks: a suggestion, or the `fault` that is sent to the model when it is asked to correct its answer. */
export type Checked = { suggestion: Suggestion; fault?: undefined } | {
  suggestion?: undefined;
  fault: string;
};

/** Returns the JSON object in an answer, which may be in a code fence or follow thinking or a sentence; undefined when it is incomplete. */
export function findObject(text: string): unknown {
  const bare = text.replace(/<think(?:ing)?>[\s\S]*?<\/think(?:ing)?>/gi, "").trim();
  const fenced = /```(?:json)?\s*\n?([\s\S]*?)```/i.exec(bare)?.[1];
  for (const candidate of [bare, fenced, bare.slice(bare.indexOf("{"), bare.lastIndexOf("}") + 1)]) {
    if (!candidate?.trim().startsWith("{")) continue;
    try {
      return JSON.parse(candidate);
    } catch {
      // Try the next candidate.
    }
  }
  return undefined;
}

/** Checks an answer. Corrects what needs no model (duplicates, `#`, keywords that were not given); everything else is a fault. */
export function checkAnswer(text: string, frame: Frame): Checked {
  if (text.trim() === "") return { fault: "the answer was empty" };
  const found = findObject(text);
  if (found === undefined) return { fault: "the answer was not one JSON object" };
  const parsed = RawSuggestion.safeParse(found);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return { fault: `at /${issue?.path.join("/") ?? ""}: ${issue?.code ?? "wrong"}` };
  }
  const { limits, language } = frame;
  const titles = lines(parsed.data.titles);
  const descriptions = unique(parsed.data.descriptions.map((text) => visible(text).trim()));
  if (titles.length < 3) return { fault: `3 to 5 different titles are needed, got ${titles.length}` };
  if (descriptions.length < 1) return { fault: "1 or 2 descriptions are needed, got 0" };
  const long = titles.find((title) => lengthOf(title) > limits.title);
  if (long) return { fault: `a title may have ${limits.title} characters, got ${lengthOf(long)}` };
  const wordy = descriptions.find((text) => lengthOf(text) > limits.description);
  if (wordy) {
    return { fault: `a description may have ${limits.description} characters, got ${lengthOf(wordy)}` };
  }
  const allowed = new Set(pointersIn(frame.given));
  const everything = [...titles, ...descriptions, ...parsed.data.tags, ...parsed.data.hashtags];
  if (everything.some((text) => pointersIn(text).some((pointer) => !allowed.has(pointer)))) {
    return { fault: "there is a link or a handle that is not in the item" };
  }
  if (/<\/?[a-z!][^>]*>/i.test(everything.join("\n"))) return { fault: "there is markup in a text" };
  if (frame.secrets.some((secret) => everything.some((text) => text.includes(secret)))) {
    return { fault: "the instructions are repeated in a text" };
  }
  if (!isWrittenIn([...titles, ...descriptions].join(" "), language)) {
    return { fault: `titles and descriptions must be written in ${language}` };
  }
  const have = new Set(frame.tags.map(folded));
  const trending = new Map(frame.trending.map((keyword) => [folded(keyword), keyword]));
  return {
    suggestion: {
      titles: titles.slice(0, 5),
      descriptions: descriptions.slice(0, 2),
      tags: within(
        lines(parsed.data.tags).map(bare).filter((tag) => !have.has(folded(tag))),
        frame.tags,
        limits.tags,
      ),
      hashtags: unique(
        lines(parsed.data.hashtags).map((tag) => bare(tag).replaceAll(/[^\p{L}\p{N}\p{M}_]/gu, "")),
      )
        .filter((tag) =>
          tag !== "" && lengthOf(tag) <= 100 && !frame.hashtags.map(folded).includes(folded(tag))
        )
        .slice(0, Math.max(0, limits.hashtags - frame.hashtags.length)),
      category: parsed.data.category,
      trending_keywords: unique(
        parsed.data.trending_keywords.flatMap((keyword) => trending.get(folded(keyword)) ?? []),
      ),
    },
  };
}

const folded = (text: string) => text.normalize("NFKC").toLowerCase().trim();
const bare = (tag: string) => cut(tag.replace(/^#+/, "").replaceAll(/[<>,]/g, " ").trim(), 100);

function lines(texts: readonly string[]): string[] {
  return unique(texts.map((text) => visible(text).replaceAll(/\s+/g, " ").trim()));
}

function unique(texts: readonly string[]): string[] {
  return [...new Map(texts.filter((text) => text !== "").map((text) => [folded(text), text])).values()];
}

/** Returns the tags that fit beside the existing ones; the length of a tag with a space includes its quotation marks, as on YouTube. */
function within(tags: readonly string[], have: readonly string[], characters: number): string[] {
  const cost = (tag: string) => lengthOf(tag) + (tag.includes(" ") ? 3 : 1);
  let left = characters - have.reduce((sum, tag) => sum + cost(tag), 0);
  return unique(tags).filter((tag) => (left - cost(tag) >= 0) && ((left -= cost(tag)), true)).slice(0, 30);
}
