/** The codes of the content categories, in the order of the reference table. */
import * as z from "zod";

export const CATEGORIES = [
  "music",
  "gaming",
  "education",
  "lifestyle",
  "comedy",
  "tech",
  "beauty",
  "fitness",
  "food",
  "business",
  "art",
  "entertainment",
  "news",
  "science",
  "other",
] as const;

/** One of the fifteen category codes. */
export const Category = z.enum(CATEGORIES);
