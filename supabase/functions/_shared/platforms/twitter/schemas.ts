/** Responses of X's API; only the members that are used. */
import * as z from "zod";
import { Anything, anything } from "../shapes.ts";

/**
 * X is renaming tweets to posts: its guides use `tweet.fields`, its specification `post.fields`. The settings name the one to try
 * first; the other is used when X refuses it. Both names are accepted in responses.
 */
export const POST_FIELDS = {
  "tweet.fields":
    "created_at,text,lang,attachments,entities,public_metrics,possibly_sensitive,conversation_id,in_reply_to_user_id,note_tweet,article",
  "post.fields":
    "created_at,text,lang,attachments,entities,public_metrics,possibly_sensitive,conversation_id,note_post,article",
} as const;
export type FieldsParameter = keyof typeof POST_FIELDS;

export const Problem = z.looseObject({
  type: z.string().optional(),
  title: z.string().optional(),
  detail: z.string().optional(),
  resource_id: z.string().optional(),
  resource_type: z.string().optional(),
  value: z.string().optional(),
  /** Legacy API: a number instead of a type. */
  code: z.number().optional(),
  message: z.string().optional(),
  parameter: z.string().optional(),
  parameters: z.record(z.string(), z.unknown()).optional(),
});
export type Problem = z.output<typeof Problem>;

const User = z.looseObject({
  id: z.string().min(1),
  ...anything("name", "username", "profile_image_url", "protected"),
  public_metrics: z.looseObject({
    ...anything("followers_count", "tweet_count", "post_count"),
  }).optional(),
});

export const UserAnswer = z.looseObject({ data: User.optional(), errors: z.array(Problem).optional() });

const Url = z.looseObject({
  url: z.string().nullish(),
  expanded_url: z.string().nullish(),
  media_key: z.string().nullish(),
});
const Entities = z.looseObject({
  urls: z.array(Url).nullish(),
  hashtags: z.array(z.looseObject({ tag: z.string() })).nullish().catch(null),
}).nullish().catch(null);
const LongText = z.looseObject({ text: z.string(), entities: Entities }).nullish().catch(null);
/** The specification only says that it is an object; these members have been seen in responses. The text may be absent. */
const Article = z.looseObject({
  ...anything("title", "plain_text", "preview_text", "cover_media"),
  entities: Entities,
}).nullish().catch(null);

export const Post = z.looseObject({
  id: z.string().min(1),
  ...anything("text", "created_at", "lang"),
  conversation_id: z.string().optional(),
  in_reply_to_user_id: z.string().optional(),
  possibly_sensitive: Anything,
  entities: Entities,
  note_tweet: LongText,
  note_post: LongText,
  article: Article,
  attachments: z.looseObject({ media_keys: z.array(z.string()).nullish() }).nullish(),
  edit_history_tweet_ids: z.array(z.string()).optional(),
  edit_history_post_ids: z.array(z.string()).optional(),
  public_metrics: z.looseObject({
    ...anything(
      "impression_count",
      "like_count",
      "reply_count",
      "retweet_count",
      "repost_count",
      "quote_count",
    ),
  }).optional(),
});
export type Post = z.output<typeof Post>;

export const Media = z.looseObject({
  media_key: z.string(),
  ...anything("type", "url", "preview_image_url", "duration_ms", "width", "height", "alt_text"),
  variants: z.array(z.looseObject(anything("content_type", "bit_rate", "url")))
    .optional().catch(undefined),
});
export type Media = z.output<typeof Media>;

export const PostList = z.looseObject({
  /** Absent when there is none. */
  data: z.array(Post).default([]),
  includes: z.looseObject({ media: z.array(Media).optional() }).optional(),
  errors: z.array(Problem).optional(),
  meta: z.looseObject({ next_token: z.string().optional(), result_count: z.number().optional() }).optional(),
});
export type PostList = z.output<typeof PostList>;
