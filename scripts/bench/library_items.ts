/** Items of a large library, generated from their numbers: the same number gives the same texts, which are about as long as real ones. */

export interface BenchItem {
  platform_content_id: string;
  content_type: string;
  title: string;
  description: string;
  tags: string[];
  hashtags: string[];
  thumbnail_url: string;
  permalink: string;
  visibility: string;
  language: string;
  duration_seconds: number;
  published_at: string;
  views_count: number;
  likes_count: number;
  comments_count: number;
  shares_count: number;
  platform_category: string;
  metadata: Record<string, string>;
}

const SYLLABLES = "ka lo mi ren ta vu sol dar pe nix bra gol fen hu jas wer tin zor qua lep".split(" ");
const WORDS = Array.from(
  { length: 8_000 },
  (_, i) => `${SYLLABLES[i % 20]}${SYLLABLES[Math.floor(i / 20) % 20]}${SYLLABLES[Math.floor(i / 400) % 20]}`,
);

/** Returns the `count` items with the highest numbers below `end`. */
export function itemsOf(end: number, count: number): BenchItem[] {
  return Array.from({ length: count }, (_, index) => itemOf(end - count + index));
}

function itemOf(number: number): BenchItem {
  let seed = (number * 2_654_435_761 + 12_345) % 2_147_483_648;
  const random = () => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648;
  // Few words are common and most are rare, as in natural language.
  const words = (count: number) =>
    Array.from({ length: count }, () => WORDS[Math.floor(random() ** 3 * WORDS.length)] ?? "").join(" ");
  const id = `video-${number}`;
  return {
    platform_content_id: id,
    content_type: "long_video",
    title: words(8),
    description: words(60),
    tags: Array.from({ length: 5 }, () => words(1)),
    hashtags: [words(1)],
    thumbnail_url: `https://i.example.com/vi/${id}/hq.jpg`,
    permalink: `https://example.com/watch?v=${id}`,
    visibility: "public",
    language: "en",
    duration_seconds: 60 + (number % 3_000),
    published_at: new Date(Date.UTC(2020, 0, 1) + number * 60_000).toISOString(),
    views_count: number * 7 % 100_000,
    likes_count: number % 5_000,
    comments_count: number % 300,
    shares_count: 0,
    platform_category: "22",
    metadata: { definition: "hd", caption: "false" },
  };
}
