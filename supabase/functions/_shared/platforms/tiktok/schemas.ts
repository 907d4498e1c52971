/** Responses of the TikTok API; only the members that are used. */
import * as z from "zod";
import { anything } from "../shapes.ts";

/** A number beyond 2^53 comes as a string of digits. */
const Integer = z.union([z.int(), z.string().regex(/^\d+$/)]);

export const UserInfo = z.looseObject({
  data: z.looseObject({
    user: z.looseObject({
      open_id: z.string().min(1),
      ...anything(
        "display_name",
        "username",
        "avatar_url",
        "avatar_large_url",
        "profile_deep_link",
        "follower_count",
        "video_count",
      ),
    }),
  }),
});

export const Video = z.looseObject({
  id: Integer.transform(String),
  ...anything(
    "create_time",
    "title",
    "video_description",
    "duration",
    "height",
    "width",
    "cover_image_url",
    "share_url",
    "view_count",
    "like_count",
    "comment_count",
    "share_count",
  ),
});
export type Video = z.output<typeof Video>;

export const VideoList = z.looseObject({
  data: z.looseObject({
    videos: z.array(Video).default([]),
    /** Milliseconds since 1970. */
    cursor: Integer.optional(),
    has_more: z.boolean().default(false),
  }),
});
export type VideoList = z.output<typeof VideoList>["data"];
