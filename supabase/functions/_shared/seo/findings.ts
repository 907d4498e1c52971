/** Finds what an item lacks for search engines and how to fix it. Each finding links the document that states the rule. */
import * as z from "zod";
import { itemDocuments } from "./json_ld.ts";
import { type Facts, factsOf, past, SeoItem } from "./page_facts.ts";
import { DOCUMENTS } from "./rules.ts";
import type { PublicUrls } from "./settings.ts";
import { oneLine } from "./words.ts";

const OBSTACLES = {
  visibility: [
    "The item is private or unlisted",
    "Make it public on its platform; the next sync updates it here.",
  ],
  deleted: ["The item is deleted", "Restore it if people should find it."],
  hidden: [
    "A moderator has hidden the item",
    "Ask the moderators why; nobody sees it until they show it again.",
  ],
  account_removed: ["The item's account was removed", "Connect the account again."],
  creator_private: ["Your profile is private", "Make your profile public."],
  creator_hidden: ["A moderator has hidden your profile", "Ask the moderators why."],
} as const;

/** An item of the caller, and the reasons why visitors cannot see it. */
export const SeoCheck = z.object({
  item: SeoItem,
  obstacles: z.array(
    z.enum(Object.keys(OBSTACLES) as [keyof typeof OBSTACLES, ...(keyof typeof OBSTACLES)[]]),
  ),
});

export interface Finding {
  code: string;
  severity: "error" | "warning" | "info";
  field: string;
  message: string;
  fix: string;
  document_url: string;
}

interface Rule extends Omit<Finding, "document_url"> {
  document: keyof typeof DOCUMENTS;
  broken(item: SeoItem, facts: Facts, now: Date): boolean;
}

/** Longest duration in seconds that a video sitemap accepts. */
const LONGEST_VIDEO = 28_800;
const LONG_TITLE = 100;
const SHORT_DESCRIPTION = 50;

const isVideo = (_: SeoItem, { kind }: Facts) => kind === "video";
const isLive = ({ metadata }: SeoItem) => metadata.live === "live" || metadata.live === "LIVE";

const RULES: Rule[] = [
  {
    code: "thumbnail_missing",
    severity: "error",
    field: "thumbnail_url",
    document: "VideoObject",
    message: "Without a thumbnail Google shows no video result: thumbnailUrl is required",
    fix: "Give the video a thumbnail on its platform and sync.",
    broken: (item, facts) => isVideo(item, facts) && !item.has_thumbnail,
  },
  {
    code: "image_missing",
    severity: "warning",
    field: "thumbnail_url",
    document: "open_graph",
    message:
      "Without a picture a shared link shows text only: og:image is one of the four required properties",
    fix: "Add a picture to the post on its platform and sync.",
    broken: (item, facts) => !isVideo(item, facts) && !item.has_thumbnail,
  },
  {
    code: "title_missing",
    severity: "warning",
    field: "title",
    document: "VideoObject",
    message: "The item has no title; one is made from its description or its kind",
    fix: "Give it a title that describes its content.",
    broken: (item) => oneLine(item.title) === "",
  },
  {
    code: "title_too_long",
    severity: "info",
    field: "title",
    document: "title",
    message: `The title is longer than ${LONG_TITLE} characters and is cut in results and in the sitemap`,
    fix: "Put what matters into the first 60 characters.",
    broken: (item) => oneLine(item.title).length > LONG_TITLE,
  },
  {
    code: "description_missing",
    severity: "warning",
    field: "description",
    document: "VideoObject",
    message: "The item has no description: it is recommended for results, and a video sitemap requires one",
    fix: "Describe its content in a sentence or two.",
    broken: (item) => oneLine(item.description) === "",
  },
  {
    code: "description_short",
    severity: "info",
    field: "description",
    document: "snippet",
    message: `The description has fewer than ${SHORT_DESCRIPTION} characters`,
    fix: "Describe its content in a full sentence: results show it below the title.",
    broken: (item) => {
      const { length } = oneLine(item.description);
      return length > 0 && length < SHORT_DESCRIPTION;
    },
  },
  {
    code: "embedding_off",
    severity: "warning",
    field: "metadata",
    document: "video_best_practices",
    message:
      "The platform may not play the video elsewhere: neither embedUrl nor a sitemap entry can be given",
    fix: "Allow embedding in the video's settings on its platform.",
    broken: (item, facts) => isVideo(item, facts) && item.metadata.embeddable === false,
  },
  {
    code: "player_missing",
    severity: "info",
    field: "platform",
    document: "video_sitemap",
    message:
      "The platform documents no player for other sites, so the video has no entry in the video sitemap",
    fix: "Nothing can be done here; the page itself is in the sitemap.",
    broken: (item, facts) =>
      isVideo(item, facts) && facts.player === null && item.metadata.embeddable !== false,
  },
  {
    code: "duration_missing",
    severity: "info",
    field: "duration_seconds",
    document: "VideoObject",
    message: "The platform does not report the video's length: duration is recommended",
    fix: "Sync again once the platform has processed the video.",
    broken: (item, facts) => isVideo(item, facts) && !isLive(item) && facts.duration_seconds === null,
  },
  {
    code: "duration_too_long",
    severity: "info",
    field: "duration_seconds",
    document: "video_sitemap",
    message: `The video is longer than ${LONGEST_VIDEO} seconds, so its entry in the sitemap has no duration`,
    fix: "Nothing has to be done; parts of less than eight hours are found better.",
    broken: (item, facts) => isVideo(item, facts) && (facts.duration_seconds ?? 0) > LONGEST_VIDEO,
  },
  {
    code: "broadcast_without_start",
    severity: "warning",
    field: "metadata",
    document: "VideoObject",
    message: "The broadcast has no start time: without startDate there is no LIVE badge",
    fix: "Sync again once the broadcast has started; then the platform reports the time.",
    broken: (item, facts) => isVideo(item, facts) && isLive(item) && facts.broadcast === null,
  },
  {
    code: "published_in_future",
    severity: "warning",
    field: "published_at",
    document: "VideoObject",
    message:
      "The date of publication lies in the future; engines get the time when the item was first seen instead",
    fix: "Correct the date on the platform and sync.",
    broken: (item, _, now) => past(item.published_at, now) === null,
  },
  {
    code: "author_missing",
    severity: "warning",
    field: "profile_slug",
    document: "SocialMediaPosting",
    message: "Your page has no address, so nobody is named as the author",
    fix: "Set your profile up.",
    broken: (item) => item.slug === null,
  },
  {
    code: "language_missing",
    severity: "info",
    field: "language",
    document: "VideoObject",
    message: "The item has no language, so engines guess it",
    fix: "Set the language on the platform and sync.",
    broken: (item) => item.language === null,
  },
];

/** Most severe first. */
const SEVERITIES = ["error", "warning", "info"];

/** Returns what an item lacks, and the rich result type that its page qualifies for. */
export function findingsOf({ item, obstacles }: z.output<typeof SeoCheck>, urls: PublicUrls, now: Date) {
  const facts = factsOf(item, urls, now);
  const blocked = obstacles.map((obstacle): Finding => ({
    code: `not_public_${obstacle}`,
    severity: "error",
    field: obstacle === "visibility" ? "visibility" : obstacle,
    message: `${OBSTACLES[obstacle][0]}: it is in no sitemap and has no metadata`,
    fix: OBSTACLES[obstacle][1],
    document_url: DOCUMENTS.removals,
  }));
  const broken = RULES.filter((rule) => rule.broken(item, facts, now)).map(
    ({ broken: _, document, ...rule }): Finding => ({ ...rule, document_url: DOCUMENTS[document] }),
  );
  const [main] = itemDocuments(item, facts, urls);
  return {
    url: facts.url,
    rich_result: obstacles.length === 0 && main && main["@type"] !== "BreadcrumbList" ? main["@type"] : null,
    findings: [
      ...blocked,
      ...broken.sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity)),
    ],
  };
}
