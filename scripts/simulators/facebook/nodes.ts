/** Posts, videos and Pages as the Graph API shows them. */
import { graphTime, signedUrl } from "../meta/captions.ts";
import type { PageRecord, Part, PostRecord } from "./library.ts";

type Node = Record<string, unknown>;

const host = "scontent-sim1-1.xx.fbcdn.net";

export function pageNode(page: PageRecord, now: number, access_token?: string): Node {
  return {
    id: page.id,
    name: page.name,
    username: page.username ?? undefined,
    link: `https://www.facebook.com/${page.username ?? page.id}`,
    category: "Video creator",
    followers_count: page.followers,
    fan_count: page.followers,
    picture: {
      data: {
        height: 50,
        width: 50,
        is_silhouette: false,
        url: signedUrl(host, `t39.30808-1/${page.id}_n.jpg`, now),
      },
    },
    tasks: page.tasks,
    access_token,
  };
}

export function postNode(page: PageRecord, post: PostRecord, now: number): Node {
  const picture = post.kind === "text" ? undefined : signedUrl(host, `t39.30808-6/${post.id}_n.jpg`, now);
  const [, number = ""] = post.id.split("_");
  return {
    id: post.id,
    message: post.message ?? undefined,
    story: post.kind === "share" ? `${page.name} shared a post.` : undefined,
    created_time: graphTime(post.at),
    updated_time: graphTime(post.at + 60_000),
    permalink_url: post.kind === "reel"
      ? `https://www.facebook.com/reel/${post.video?.id}/`
      : `https://www.facebook.com/${page.id}/posts/${number}`,
    full_picture: picture,
    status_type: statusTypes[post.kind],
    is_published: !post.hidden,
    attachments: post.kind === "text" ? undefined : { data: [attachment(post, picture, now)] },
    shares: post.shares === 0 ? undefined : { count: post.shares },
    reactions: { data: [], summary: { total_count: post.reactions } },
    comments: { data: [], summary: { order: "ranked", total_count: post.comments, can_comment: true } },
  };
}

const statusTypes: Readonly<Record<PostRecord["kind"], string>> = {
  text: "mobile_status_update",
  link: "shared_story",
  photo: "added_photos",
  album: "added_photos",
  video: "added_video",
  reel: "added_video",
  share: "shared_story",
};

function attachment(post: PostRecord, picture: string | undefined, now: number): Node {
  const media = { image: { height: 720, width: 1_280, src: picture } };
  const url = `https://www.facebook.com/${post.id.replace("_", "/posts/")}`;
  switch (post.kind) {
    case "link":
      return {
        media_type: "link",
        type: "share",
        url: "https://example.com/article",
        title: "An article",
        media,
      };
    case "share":
      return {
        media_type: "video",
        type: "video_share_highlighted",
        url,
        title: "Somebody else's video",
        media,
        target: { id: "55501" },
      };
    case "album":
      return {
        media_type: "album",
        type: "album",
        url,
        title: "Photos from this post",
        media,
        target: { id: `${post.id}9` },
        subattachments: { data: post.parts.map((part) => subattachment(part, now)) },
      };
    case "video":
    case "reel":
      return {
        media_type: "video",
        type: "video_inline",
        url,
        title: post.video?.title ?? undefined,
        media: { ...media, source: signedUrl(host, `t42.1790-2/${post.video?.id}_n.mp4`, now) },
        target: { id: post.video?.id, url },
      };
    default:
      return { media_type: "photo", type: "photo", url, media, target: { id: `${post.id}1`, url } };
  }
}

function subattachment({ id, type }: Part, now: number): Node {
  const image = { height: 1_080, width: 1_080, src: signedUrl(host, `t39.30808-6/${id}_n.jpg`, now) };
  const source = type === "video" ? { source: signedUrl(host, `t42.1790-2/${id}_n.mp4`, now) } : {};
  return {
    media_type: type,
    type,
    media: { image, ...source },
    target: { id, url: `https://www.facebook.com/photo/?fbid=${id}` },
  };
}

export function videoNode(post: PostRecord, now: number): Node {
  const { video } = post;
  const [, number = ""] = post.id.split("_");
  return {
    id: video?.id,
    title: video?.title ?? undefined,
    description: post.message ?? undefined,
    created_time: graphTime(post.at),
    updated_time: graphTime(post.at + 60_000),
    length: video?.seconds,
    permalink_url: post.kind === "reel"
      ? `/reel/${video?.id}/`
      : `/${post.id.split("_")[0]}/videos/${video?.id}/`,
    picture: signedUrl(host, `t15.5256-10/${video?.id}_n.jpg`, now),
    source: signedUrl(host, `t42.1790-2/${video?.id}_n.mp4`, now),
    post_id: post.has_post ? (Number(number) % 2 === 0 ? post.id : number) : undefined,
    published: !post.hidden,
    views: video?.views,
    status: { video_status: "ready" },
  };
}

/** The fields that this simulator has of each of Meta's models. */
export const facebook_fields = {
  Page: [
    "id",
    "name",
    "username",
    "link",
    "category",
    "followers_count",
    "fan_count",
    "access_token",
  ],
  /** Edges and computed members that may be named among a Page's fields. */
  PageExtra: ["picture", "tasks"],
  PagePost: [
    "id",
    "message",
    "story",
    "created_time",
    "updated_time",
    "permalink_url",
    "full_picture",
    "status_type",
    "is_published",
    "attachments",
    "shares",
    "reactions",
    "comments",
  ],
  AdVideo: [
    "id",
    "title",
    "description",
    "created_time",
    "updated_time",
    "length",
    "permalink_url",
    "picture",
    "source",
    "post_id",
    "published",
    "live_status",
    "views",
    "status",
  ],
} as const;
