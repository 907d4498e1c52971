/** Inputs and outputs of the publishing functions. */
import * as z from "zod";
import { invalid } from "../errors.ts";
import { POST_KINDS, TargetOptions } from "./publisher.ts";
import { instantIn, isTimeZone } from "./time.ts";

const Text = z.string().max(70_000);

export const TargetInput = z.strictObject({
  social_account_id: z.uuid(),
  kind: z.enum(POST_KINDS),
  /** Title, body and media override those of the post. */
  title: z.string().max(1_000).optional(),
  body: Text.optional(),
  media_ids: z.array(z.uuid()).max(50).optional(),
  options: TargetOptions.default({}),
});
export type TargetInput = z.output<typeof TargetInput>;

export const PostInput = z.strictObject({
  title: z.string().max(1_000).default(""),
  body: Text.default(""),
  media_ids: z.array(z.uuid()).max(50).default([]),
  targets: z.array(TargetInput).min(1).max(25),
  /** IANA name; the creator's time zone by default. */
  time_zone: z.string().max(60).optional(),
});
export type PostInput = z.output<typeof PostInput>;

/** A time without an offset, which is local to the post's time zone; a time with one is an instant. */
const LOCAL = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?$/;
export const PublishAt = z.union([
  z.iso.datetime({ offset: true }),
  z.string().regex(LOCAL, "expected a time such as 2026-11-30T09:00"),
]);

/** Returns when a post is to be published; null when it is not scheduled. */
export function publishTime(
  about: { publish_at?: string | undefined; now?: boolean | undefined; time_zone: string },
  now: Date,
): Date | null {
  if (about.now) return now;
  if (about.publish_at === undefined) return null;
  if (!isTimeZone(about.time_zone)) {
    invalid("/time_zone", "time_zone must be an IANA name such as Europe/Paris");
  }
  const at = LOCAL.test(about.publish_at)
    ? instantIn(about.time_zone, about.publish_at)
    : new Date(about.publish_at);
  if (at.getTime() < now.getTime() - 60_000) {
    invalid("/publish_at", "publish_at is in the past; choose a time in the future, or now");
  }
  if (at.getTime() > now.getTime() + 366 * 86_400_000) {
    invalid("/publish_at", "publish_at is more than a year ahead");
  }
  return at;
}

const Time = z.string().nullable();

export const Objection = z.object({
  level: z.enum(["error", "warning"]),
  code: z.string(),
  field: z.string(),
  message: z.string(),
  count: z.number().optional(),
  limit: z.number().optional(),
});

export const Checked = z.object({
  /** No target has an error. */
  is_ready: z.boolean(),
  targets: z.array(z.object({
    social_account_id: z.uuid(),
    platform: z.string().nullable(),
    kind: z.string(),
    objections: z.array(Objection),
  })),
});
export type Checked = z.output<typeof Checked>;

const TargetState = z.object({
  target_id: z.uuid(),
  social_account_id: z.uuid(),
  platform: z.string(),
  kind: z.string(),
  title: z.string().nullable(),
  body: z.string().nullable(),
  media_ids: z.array(z.string()).nullable(),
  options: z.record(z.string(), z.unknown()),
  status: z.enum([
    "draft",
    "scheduled",
    "publishing",
    "waiting",
    "unknown",
    "published",
    "failed",
    "cancelled",
  ]),
  due_at: Time,
  next_at: Time,
  wait_reason: z.string().nullable(),
  platform_post_id: z.string().nullable(),
  permalink: z.string().nullable(),
  published_at: Time,
  settled_by: z.string().nullable(),
  error_code: z.string().nullable(),
  error_message: z.string().nullable(),
  who_must_act: z.enum(["creator", "operator", "nobody"]).nullable(),
});
const Call = z.object({
  step: z.string(),
  attempt: z.int(),
  is_decisive: z.boolean(),
  status: z.string(),
  error_code: z.string().nullable(),
  note: z.string().nullable(),
  cost_micro_usd: z.int().nullable(),
  armed_at: z.string(),
  sent_at: Time,
  settled_at: Time,
});
const TargetDetail = TargetState.extend({ history: z.array(Call) });

const Post = z.object({
  post_id: z.uuid(),
  title: z.string(),
  body: z.string(),
  publish_at: Time,
  time_zone: z.string(),
  version: z.int(),
  status: z.enum([
    "draft",
    "scheduled",
    "publishing",
    "unknown",
    "published",
    "partly_published",
    "failed",
    "cancelled",
  ]),
  created_at: z.string(),
});
export const PostDetail = Post.extend({
  media_ids: z.array(z.string()),
  updated_at: z.string(),
  targets: z.array(TargetDetail),
});
export const PostSummary = Post.extend({ targets: z.array(TargetState) });
export const Problem = TargetDetail.extend({
  post_id: z.uuid(),
  user_id: z.uuid(),
  updated_at: z.string(),
  total_count: z.int(),
});
