/**
 * What a platform is to publishing, beside the adapter that syncs it: one publisher says, from what is known of a post so far, which call comes
 * next. It keeps nothing itself. What must outlive a worker is in `state`, which the engine (`publish_account.ts`) stores with each call.
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

/** A picture or video of the creator, as the database knows it. */
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

/** What may be said of one target beyond its words; each platform takes those that it has. */
export const TargetOptions = z.strictObject({
  /** A comment of the creator's own, written when the post is out. */
  first_comment: z.string().min(1).max(10_000).optional(),
  /** Of kind `link`. */
  link: z.url({ protocol: /^https?$/ }).max(2_000).optional(),
  /** The further posts of a thread (X). */
  thread: z.array(z.string().min(1).max(25_000)).max(24).optional(),
  /** YouTube: public, unlisted, private. TikTok: one of what the creator's own settings there allow. */
  privacy: z.string().max(40).optional(),
  tags: z.array(z.string().min(1).max(500)).max(200).optional(),
  category_id: z.string().regex(/^\d{1,4}$/).optional(),
  made_for_kids: z.boolean().optional(),
  notify_subscribers: z.boolean().optional(),
  /** A medium (image) that is to be the video's picture (YouTube). */
  thumbnail_media_id: z.uuid().optional(),
  /** Which moment of the video is its picture, in milliseconds (Instagram, TikTok). */
  cover_ms: z.int().min(0).optional(),
  share_to_feed: z.boolean().optional(),
  disable_comments: z.boolean().optional(),
  disable_duet: z.boolean().optional(),
  disable_stitch: z.boolean().optional(),
  is_ai_generated: z.boolean().optional(),
  is_paid_partnership: z.boolean().optional(),
  /** Handed over at once, and held back by the platform until it is due (YouTube). */
  held_by_platform: z.boolean().optional(),
});
export type TargetOptions = z.output<typeof TargetOptions>;

/** A post as it is to be on one account. */
export interface Draft {
  kind: PostKind;
  title: string;
  body: string;
  media: Medium[];
  options: TargetOptions;
  /** The medium that the options name. */
  thumbnail: Medium | null;
  due_at: Date | null;
}

/** One reason why a platform would refuse a post, or (`warning`) what its creator should know before. */
export interface Objection {
  level: "error" | "warning";
  code: string;
  /** Which part of the post. */
  field: "title" | "body" | "media" | "options" | "account" | "kind";
  /** What is wrong, what to do. */
  message: string;
  /** How much there is, and how much may be, as the platform counts. */
  count?: number;
  limit?: number;
}

/** A limit of the platform, as the ledger counts it (`ops.claim_platform_quota`). */
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

/** What is known when the next call is chosen. */
export interface Work extends Draft {
  state: JsonObject;
  account: KnownAccount;
  /** Whether a call that shows something has left of which nobody has heard: then nothing is begun anew. */
  is_open: boolean;
}

/** What a call gave. */
export interface Outcome {
  /** All that is to be kept, in place of what was. */
  state: JsonObject;
  /** Nothing further before this. */
  wait_seconds?: number;
  /** Why, in words for the creator. */
  wait_reason?: string;
  /** The platform is at work on what it got: waited for no longer than `Publisher.processing_hours`. */
  is_processing?: boolean;
}

/** What asking gave about a call of which nobody heard. */
export type Settled =
  /** It had its effect. */
  | { is: "there"; state: JsonObject; by?: "asked" | "read back" }
  /** It had none, for all that can be seen; believed only when the platform has had the time. */
  | { is: "absent"; state?: JsonObject; surely?: boolean }
  /** Ask again later. */
  | { is: "unclear" }
  /** There is no way to ask. */
  | { is: "unknowable" };

/** When a call of unknown outcome left, and what was there before it. */
export interface Sent {
  sent_at: Date;
  witness: JsonObject | null;
}

/** One call. */
export interface Step {
  /** The same for the same call in every run. */
  name: string;
  /**
   * `reads`: changes nothing. `prepares`: changes something that nobody sees, and is harmless when made again. `shows`: after it the post may be
   * visible, so it is made once. `adds`: the same, to a post that is out already (a comment): its failure is not the post's.
   */
  effect: "reads" | "prepares" | "shows" | "adds";
  call(tokens: Tokens): Promise<Outcome>;
  /** Of what shows or adds: finds out what became of a call. */
  settle?(tokens: Tokens, sent: Sent): Promise<Settled>;
  /** Of what prepares: what is to be kept when the answer was lost. */
  lost?: JsonObject;
  /** Media that the call takes; had before it is written down. */
  needs?: readonly Need[];
  limits?: readonly Limit[];
  cost_micro_usd?: number;
  /** Whether the account is looked at before, because the post has no words to find it by. */
  needs_witness?: boolean;
}

/** What a refusal means for the post. */
export interface Verdict {
  /** `wait`: later it may be let in. `restart`: begins again with this state; nothing is out. */
  then: "fail" | "wait" | "restart";
  message: string;
  who_must_act: "creator" | "operator" | "nobody";
  wait_seconds?: number;
  state?: JsonObject;
}

export interface Publisher {
  slug: PlatformSlug;
  kinds: readonly PostKind[];
  /** How long the platform may process what it got before nobody waits any more. */
  processing_hours: number;
  /** What must have been granted. */
  scopes(draft: Draft): readonly string[];
  /** Everything that can be said without asking the platform. */
  objections(draft: Draft): Objection[] | Promise<Objection[]>;
  /** The limits that a post takes from, for saying how much is left. */
  limits(draft: Draft): readonly Limit[];
  /** What the platform itself says of this account before a post; read-only. */
  ask?(tokens: Tokens, draft: Draft, account: KnownAccount): Promise<Objection[]>;
  /** Null when there is nothing left to do: the post is out, and `state.post_id` and `state.permalink` say where. */
  next(work: Work): Step | null;
  /** Whether a refusal leaves open what happened, beyond those that do on every platform. */
  isUnclear?(fault: PlatformFault, step: Step, attempt: number): boolean;
  /** What a refusal means, where more is known than its kind. */
  judge?(fault: PlatformFault, step: Step, work: Work): Verdict | null;
}

export interface PublisherContext extends Omit<Context, "admin"> {
  /** The adapter of the same platform, for reading the account back. */
  platform: Platform;
  media: MediaSource;
  /** Ids of posts on the account that are known to be others. */
  known_ids: readonly string[];
  used?: (usage: { calls: number; units: number }) => void;
}

/** Where media come from. */
export interface MediaSource {
  /** An address that a platform can fetch without credentials, for so long. */
  url(medium: Medium, seconds: number): Promise<string>;
  /** Bytes from `from` up to, not including, `to`. */
  read(medium: Medium, from: number, to: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** What a call needs of the creator's media: an address, or bytes. */
export type Need = { medium: Medium; seconds: number } | { medium: Medium; from: number; to: number };

/** Our own storage did not give a file. Nothing has left: it is tried again, or the file is gone. */
export class MediaUnavailable extends Error {
  override name = "MediaUnavailable";

  constructor(readonly is_gone: boolean, cause: unknown) {
    super(is_gone ? "the file is gone from storage" : "storage does not answer", { cause });
  }
}

export type PublisherFactory = (context: PublisherContext) => Publisher;

/** An objection that stops the post. */
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
