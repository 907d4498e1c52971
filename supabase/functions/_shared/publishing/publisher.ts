/**
 * The interface of a platform for publishing, separate from the adapter that syncs it. A publisher decides from the state of a post which call
 * comes next. It stores nothing itself: everything that must outlive a worker is in `state`, which the engine (`publish_account.ts`) stores with
 * each call.
 */
import * as z from "zod";
import type { Context } from "../context.ts";
import type {
  JsonObject,
  KnownAccount,
  Platform,
  PlatformFault,
  PlatformSlug,
  Tokens,
} from "../platforms/platform.ts";

export const POST_KINDS = [
  "text",
  "thread",
  "link",
  "image",
  "carousel",
  "video",
  "short",
  "reel",
  "story",
] as const;
export type PostKind = typeof POST_KINDS[number];

/** A picture or video of the creator, as stored in the database. */
export const Medium = z.object({
  id: z.string(),
  path: z.string(),
  kind: z.enum(["image", "gif", "video"]),
  mime_type: z.string(),
  bytes: z.number(),
  sha256: z.string().nullable(),
  width: z.number().nullable(),
  height: z.number().nullable(),
  duration_seconds: z.coerce.number().nullable(),
  frames_per_second: z.coerce.number().nullable(),
  alt_text: z.string().nullable(),
  status: z.string(),
  refused_because: z.string().nullish(),
});
export type Medium = z.output<typeof Medium>;

/** Options of a target besides its texts; each platform uses those that it supports. */
export const TargetOptions = z.strictObject({
  /** A comment by the creator, added after the post is published. */
  first_comment: z.string().min(1).max(10_000).optional(),
  /** The link of a post of kind `link`. */
  link: z.url({ protocol: /^https?$/ }).max(2_000).optional(),
  /** The further posts of a thread (X). */
  thread: z.array(z.string().min(1).max(25_000)).max(24).optional(),
  /** YouTube: public, unlisted, private. TikTok: a level that the creator's account settings allow. */
  privacy: z.string().max(40).optional(),
  tags: z.array(z.string().min(1).max(500)).max(200).optional(),
  category_id: z.string().regex(/^\d{1,4}$/).optional(),
  made_for_kids: z.boolean().optional(),
  notify_subscribers: z.boolean().optional(),
  /** The image to use as the video's thumbnail (YouTube). */
  thumbnail_media_id: z.uuid().optional(),
  /** Position in the video of its cover image, in milliseconds (Instagram, TikTok). */
  cover_ms: z.int().min(0).optional(),
  share_to_feed: z.boolean().optional(),
  disable_comments: z.boolean().optional(),
  disable_duet: z.boolean().optional(),
  disable_stitch: z.boolean().optional(),
  is_ai_generated: z.boolean().optional(),
  is_paid_partnership: z.boolean().optional(),
  /** Uploaded immediately and held by the platform until it is due (YouTube). */
  held_by_platform: z.boolean().optional(),
});
export type TargetOptions = z.output<typeof TargetOptions>;

/** A post as it will appear on one account. */
export interface Draft {
  kind: PostKind;
  title: string;
  body: string;
  media: Medium[];
  options: TargetOptions;
  /** The medium of `thumbnail_media_id`. */
  thumbnail: Medium | null;
  due_at: Date | null;
}

/** A reason why a platform would refuse a post, or (`warning`) something that the creator should know before publishing. */
export interface Objection {
  level: "error" | "warning";
  code: string;
  /** The part of the post concerned. */
  field: "title" | "body" | "media" | "options" | "account" | "kind";
  /** The problem and how to solve it. */
  message: string;
  /** The actual and the maximum value, as the platform counts. */
  count?: number;
  limit?: number;
}

/** A limit of the platform, as counted in the ledger (`ops.claim_platform_quota`). */
export type Limit = {
  name: string;
  app: string;
  scope: "app" | "account";
  counts: "calls" | "units";
  size: number | null;
  seconds: number;
  time_zone: string | null;
  ahead: number;
};

/** The input for choosing the next call. */
export interface Work extends Draft {
  state: JsonObject;
  account: KnownAccount;
  /** Whether a call that shows something was sent and its outcome is unknown: then nothing may be started again. */
  is_open: boolean;
}

/** The result of a call. */
export interface Outcome {
  /** The complete new state, which replaces the old one. */
  state: JsonObject;
  /** Delay before the next call. */
  wait_seconds?: number;
  /** The reason, written for the creator. */
  wait_reason?: string;
  /** The platform is processing the post; the worker waits at most `Publisher.processing_hours`. */
  is_processing?: boolean;
}

/** The outcome found for a call whose response was lost. */
export type Settled =
  /** The call took effect. */
  | { is: "there"; state: JsonObject; by?: "asked" | "read back" }
  /** No effect is visible. Unless `surely` is set, this counts only after the time in which a late call may take effect. */
  | { is: "absent"; state?: JsonObject; surely?: boolean }
  /** Not known yet: check again later. */
  | { is: "unclear" }
  /** There is no way to find out. */
  | { is: "unknowable" };

/** When a call of unknown outcome was sent, and what was on the account before it. */
export interface Sent {
  sent_at: Date;
  witness: JsonObject | null;
}

/** One call. */
export interface Step {
  /** Stable: the same call has the same name in every run. */
  name: string;
  /**
   * `reads`: changes nothing. `prepares`: changes something invisible and may be repeated safely. `shows`: may make the post visible, so it is made
   * once. `adds`: also made once, for a post that is already published (a comment); its failure does not make the post fail.
   */
  effect: "reads" | "prepares" | "shows" | "adds";
  call(tokens: Tokens): Promise<Outcome>;
  /** For `shows` and `adds`: finds out the outcome of a call. */
  settle?(tokens: Tokens, sent: Sent): Promise<Settled>;
  /** For `prepares`: the state to store when the response was lost. */
  lost?: JsonObject;
  /** Media that the call needs; they are fetched before the call is recorded. */
  needs?: readonly Need[];
  limits?: readonly Limit[];
  cost_micro_usd?: number;
  /** Whether the posts on the account are listed first, because the post has no text by which it could be found later. */
  needs_witness?: boolean;
}

/** The consequence of a refusal for the post. */
export interface Verdict {
  /** `wait`: the call may succeed later. `restart`: nothing was published; begins again with `state`. */
  then: "fail" | "wait" | "restart";
  message: string;
  who_must_act: "creator" | "operator" | "nobody";
  wait_seconds?: number;
  state?: JsonObject;
}

export interface Publisher {
  slug: PlatformSlug;
  kinds: readonly PostKind[];
  /** How long the worker waits for the platform to process a post. */
  processing_hours: number;
  /** Scopes that must have been granted. */
  scopes(draft: Draft): readonly string[];
  /** Returns the objections that need no call to the platform. */
  objections(draft: Draft): Objection[] | Promise<Objection[]>;
  /** Returns the limits that a post counts against, to show how much is left. */
  limits(draft: Draft): readonly Limit[];
  /** Asks the platform for objections that depend on the account; read-only. */
  ask?(tokens: Tokens, draft: Draft, account: KnownAccount): Promise<Objection[]>;
  /** Returns the next call; null when the post is published and `state.post_id` and `state.permalink` are known. */
  next(work: Work): Step | null;
  /** Whether a refusal leaves the outcome unknown, in addition to the faults that do so on every platform. */
  isUnclear?(fault: PlatformFault, step: Step, attempt: number): boolean;
  /** Returns the consequence of a refusal, when the publisher knows more than its kind. */
  judge?(fault: PlatformFault, step: Step, work: Work): Verdict | null;
}

export interface PublisherContext extends Omit<Context, "admin"> {
  /** The adapter of the same platform, for reading the account back. */
  platform: Platform;
  media: MediaSource;
  /** Ids of other known posts on the account. */
  known_ids: readonly string[];
  used?: (usage: { calls: number; units: number }) => void;
}

/** Source of the creator's media. */
export interface MediaSource {
  /** Returns a URL that a platform can fetch without credentials for `seconds`. */
  url(medium: Medium, seconds: number): Promise<string>;
  /** Returns the bytes from `from` up to, but not including, `to`. */
  read(medium: Medium, from: number, to: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** A medium that a call needs: as a URL or as bytes. */
export type Need = { medium: Medium; seconds: number } | { medium: Medium; from: number; to: number };

/** Our own storage did not return a file. Nothing was sent to the platform: the worker retries, unless the file no longer exists. */
export class MediaUnavailable extends Error {
  override name = "MediaUnavailable";

  constructor(readonly is_gone: boolean, cause: unknown) {
    super(is_gone ? "the file no longer exists in storage" : "storage does not answer", { cause });
  }
}

export type PublisherFactory = (context: PublisherContext) => Publisher;

/** Creates an objection that prevents the post from being published. */
export function error(
  field: Objection["field"],
  code: string,
  message: string,
  counts: { count?: number; limit?: number } = {},
): Objection {
  return { level: "error", field, code, message, ...counts };
}

export function warning(field: Objection["field"], code: string, message: string): Objection {
  return { level: "warning", field, code, message };
}

export function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
