/** Responses of the Graph API for Pages, posts and videos; only the members that are used. */
import * as z from "zod";
import { Paging } from "../meta/graph.ts";
import { Anything, anything } from "../shapes.ts";

export const UserToken = z.looseObject({
  access_token: z.string().min(1),
  token_type: z.string().optional(),
  /** Absent for a token that does not expire. */
  expires_in: z.number().positive().optional(),
});

export const Permissions = z.looseObject({
  data: z.array(z.looseObject({ permission: z.string(), status: z.string() })),
});

export const FacebookPage = z.looseObject({
  id: z.string(),
  ...anything("name", "username", "link", "followers_count"),
  picture: z.looseObject({ data: z.looseObject({ url: Anything }) }).optional().catch(undefined),
  access_token: z.string().optional(),
  tasks: z.array(z.string()).optional(),
});
export type FacebookPage = z.infer<typeof FacebookPage>;

export const Person = z.looseObject({ id: z.string() });

export const PageList = z.looseObject({ data: z.array(FacebookPage), paging: Paging });

/** A person's businesses, each with its first Pages. */
export const BusinessList = z.looseObject({
  data: z.array(z.looseObject({
    id: z.string(),
    owned_pages: PageList.optional(),
    client_pages: PageList.optional(),
  })),
  paging: Paging,
});

const Picture = z.looseObject({
  image: z.looseObject(anything("src", "width", "height")).optional(),
  source: Anything,
}).optional().catch(undefined);
const Target = z.looseObject({ id: z.string().optional() }).optional().catch(undefined);

export const Attachment = z.looseObject({
  media_type: z.string().optional(),
  type: z.string().optional(),
  ...anything("url", "title", "description"),
  media: Picture,
  target: Target,
});
export type Attachment = z.infer<typeof Attachment>;

const Summary = z.looseObject({ summary: z.looseObject({ total_count: Anything }).optional() }).optional();

export const Post = z.looseObject({
  id: z.string(),
  ...anything(
    "message",
    "story",
    "created_time",
    "permalink_url",
    "full_picture",
    "status_type",
    "is_published",
  ),
  attachments: z.looseObject({
    data: z.array(
      Attachment.extend({ subattachments: z.looseObject({ data: z.array(Attachment) }).optional() }),
    ),
  }).optional(),
  shares: z.looseObject({ count: Anything }).optional(),
  reactions: Summary,
  comments: Summary,
});
export type Post = z.infer<typeof Post>;

export const Video = z.looseObject({
  id: z.string(),
  ...anything(
    "title",
    "description",
    "created_time",
    "length",
    "permalink_url",
    "picture",
    "post_id",
    "published",
    "live_status",
    "views",
  ),
});
export type Video = z.infer<typeof Video>;

export const PostList = z.looseObject({ data: z.array(Post), paging: Paging });
export const VideoList = z.looseObject({ data: z.array(Video), paging: Paging });

/** Null for a call that timed out. */
export const BatchAnswer = z.array(z.looseObject({ code: z.number(), body: z.string() }).nullable());
