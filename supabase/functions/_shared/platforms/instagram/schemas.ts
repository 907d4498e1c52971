/** Responses of the Instagram API; only the members that are used. */
import * as z from "zod";
import { Paging } from "../meta/graph.ts";
import { Anything, anything } from "../shapes.ts";

export const LongLivedToken = z.looseObject({
  access_token: z.string().min(1),
  token_type: z.string().optional(),
  expires_in: z.number().positive(),
  permissions: Anything,
});

export const InstagramUser = z.looseObject({
  id: z.string(),
  user_id: z.string().optional(),
  ...anything("username", "name", "account_type", "profile_picture_url", "followers_count", "media_count"),
});

export const MediaPart = z.looseObject({
  id: z.string(),
  media_type: z.string().optional(),
  ...anything("media_url", "thumbnail_url", "alt_text"),
});

export type MediaPart = z.infer<typeof MediaPart>;

export const Media = MediaPart.extend({
  caption: Anything,
  media_product_type: z.string().optional(),
  ...anything("permalink", "timestamp", "like_count", "comments_count"),
  children: z.looseObject({ data: z.array(MediaPart) }).optional(),
});
export type Media = z.infer<typeof Media>;

export const MediaList = z.looseObject({ data: z.array(Media), paging: Paging });

export const Insights = z.looseObject({
  data: z.array(z.looseObject({
    name: z.string(),
    values: z.array(z.looseObject({ value: Anything })).optional(),
    total_value: z.looseObject({ value: Anything }).optional(),
  })),
});
