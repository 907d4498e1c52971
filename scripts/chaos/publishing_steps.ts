/** Every call that publishing makes, each with a post that triggers it. The chaos test breaks one of them at a time. */
import type { PlatformSlug } from "../../supabase/functions/_shared/platforms/platform.ts";
import type { PostKind, TargetOptions } from "../../supabase/functions/_shared/publishing/publisher.ts";
import type { NewMedium } from "../../supabase/functions/tests/support/publishing_account.ts";

export interface StepCase {
  name: string;
  slug: PlatformSlug;
  kind: PostKind;
  /** Pattern for the call as the simulators log it; `skip` is the number of matching calls to let through first. */
  match: string;
  skip?: number;
  media?: NewMedium[];
  options?: TargetOptions;
}

/** Size for the smallest upload of two parts. */
const VIDEO: NewMedium = { kind: "video", bytes: 300_000 };
const COMMENT: TargetOptions = { first_comment: "The first comment" };

export const STEPS: readonly StepCase[] = [
  {
    name: "youtube: begin",
    slug: "youtube",
    kind: "video",
    media: [VIDEO],
    match: "POST /www.googleapis.com/upload/youtube/v3/videos",
  },
  {
    name: "youtube: first part",
    slug: "youtube",
    kind: "video",
    media: [VIDEO],
    match: "PUT /www.googleapis.com/upload",
  },
  {
    name: "youtube: last part",
    slug: "youtube",
    kind: "video",
    media: [VIDEO],
    match: "PUT /www.googleapis.com/upload",
    skip: 1,
  },
  {
    name: "youtube: comment",
    slug: "youtube",
    kind: "video",
    media: [VIDEO],
    options: COMMENT,
    match: "POST .*/commentThreads",
  },
  {
    name: "instagram: limit",
    slug: "instagram",
    kind: "image",
    media: [{}],
    match: "content_publishing_limit",
  },
  { name: "instagram: container", slug: "instagram", kind: "image", media: [{}], match: "POST .*/media$" },
  { name: "instagram: status", slug: "instagram", kind: "image", media: [{}], match: "GET .*status_code" },
  {
    name: "instagram: publish",
    slug: "instagram",
    kind: "image",
    media: [{}],
    match: "POST .*/media_publish",
  },
  {
    name: "instagram: publish a carousel",
    slug: "instagram",
    kind: "carousel",
    media: [{}, {}],
    match: "POST .*/media_publish",
  },
  {
    name: "instagram: container of an item",
    slug: "instagram",
    kind: "carousel",
    media: [{}, {}],
    match: "POST .*/media$",
    skip: 1,
  },
  {
    name: "instagram: publish a story",
    slug: "instagram",
    kind: "story",
    media: [{}],
    match: "POST .*/media_publish",
  },
  {
    name: "instagram: comment",
    slug: "instagram",
    kind: "image",
    media: [{}],
    options: COMMENT,
    match: "POST .*/comments",
  },
  { name: "x: post", slug: "twitter", kind: "text", match: "POST /api.x.com/2/tweets" },
  {
    name: "x: second of a thread",
    slug: "twitter",
    kind: "thread",
    options: { thread: ["the second"] },
    match: "POST /api.x.com/2/tweets",
    skip: 1,
  },
  {
    name: "x: reply",
    slug: "twitter",
    kind: "text",
    options: COMMENT,
    match: "POST /api.x.com/2/tweets",
    skip: 1,
  },
  { name: "x: media begin", slug: "twitter", kind: "image", media: [{}], match: "POST .*/initialize" },
  { name: "x: media part", slug: "twitter", kind: "image", media: [{}], match: "POST .*/append" },
  { name: "x: media end", slug: "twitter", kind: "image", media: [{}], match: "POST .*/finalize" },
  { name: "tiktok: creator info", slug: "tiktok", kind: "video", media: [VIDEO], match: "creator_info" },
  { name: "tiktok: begin", slug: "tiktok", kind: "video", media: [VIDEO], match: "video/init" },
  { name: "tiktok: last part", slug: "tiktok", kind: "video", media: [VIDEO], match: "PUT /open-upload" },
  { name: "tiktok: status", slug: "tiktok", kind: "video", media: [VIDEO], match: "status/fetch" },
  { name: "tiktok: photos", slug: "tiktok", kind: "image", media: [{}], match: "content/init" },
  { name: "facebook: post", slug: "facebook", kind: "text", match: "POST .*/feed" },
  { name: "facebook: comment", slug: "facebook", kind: "text", options: COMMENT, match: "POST .*/comments" },
  { name: "facebook: photo", slug: "facebook", kind: "image", media: [{}], match: "POST .*/photos" },
  {
    name: "facebook: hidden photo",
    slug: "facebook",
    kind: "carousel",
    media: [{}, {}],
    match: "POST .*/photos",
    skip: 1,
  },
  { name: "facebook: album", slug: "facebook", kind: "carousel", media: [{}, {}], match: "POST .*/feed" },
  {
    name: "facebook: video",
    slug: "facebook",
    kind: "video",
    media: [VIDEO],
    match: "POST /graph-video.facebook.com",
  },
  {
    name: "facebook: reel begin",
    slug: "facebook",
    kind: "reel",
    media: [VIDEO],
    match: "POST .*/video_reels",
  },
  {
    name: "facebook: reel upload",
    slug: "facebook",
    kind: "reel",
    media: [VIDEO],
    match: "POST /rupload.facebook.com",
  },
  {
    name: "facebook: reel end",
    slug: "facebook",
    kind: "reel",
    media: [VIDEO],
    match: "POST .*/video_reels",
    skip: 1,
  },
];

export const CALL_TIMEOUT_MS = 500;

/** Faults that a call may suffer. Kills happen in the worker, the others at the platform. */
export const FAULTS: Readonly<Record<string, Record<string, unknown> | "kill before" | "kill after">> = {
  "killed before the call": "kill before",
  "killed after the call": "kill after",
  "timeout, effect later": { delay_ms: CALL_TIMEOUT_MS + 300 },
  "timeout, effect at once": { answer_delay_ms: CALL_TIMEOUT_MS + 300 },
  "500 after success": { after: true, status: 500 },
  "503, no effect": { status: 503 },
  "lost answer": { lost: true },
  "connection cut before": { cut: true },
  "half an answer": { malformed: true },
  "slow answer": { answer_delay_ms: 120 },
  "two workers": { answer_delay_ms: 350 },
};
