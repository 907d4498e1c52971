/** Generates Pages, posts and videos, and renders them as the Graph API does. */
import { z } from "zod";
import type { TrueItem } from "../engine/accounts_admin.ts";
import {
  new_poster,
  type Post,
  type Poster,
  poster_change,
  type PosterWish,
  postNetwork,
} from "../engine/posts.ts";
import { words } from "../engine/provider.ts";
import { hash, Seeded } from "../engine/seeded.ts";
import { free, graphTime, meta_change, type MetaState, signedUrl } from "../meta/graph.ts";

/** The tasks that a person may have on a Page; without tasks they have no role there. */
const all_tasks = ["ADVERTISE", "ANALYZE", "CREATE_CONTENT", "MESSAGING", "MODERATE", "MANAGE"] as const;
const Tasks = z.array(z.enum(all_tasks));

export interface Page extends Poster, MetaState {
  /** The person who manages the Page. */
  readonly person_id: string;
  readonly tasks: readonly string[];
  /** The relation of the person's business to the Page; null if the Page is only the person's. */
  readonly business: Relation | null;
  /** Whether the business lists the Page without its token. */
  readonly bare: boolean;
}

const Relation = z.enum(["owned", "client"]);
type Relation = z.infer<typeof Relation>;

interface Wish extends PosterWish {
  readonly person_id?: string | undefined;
  readonly tasks?: readonly string[] | undefined;
  readonly business?: Relation | undefined;
  readonly bare?: boolean | undefined;
}

export const facebook_wish = {
  ...new_poster,
  person_id: z.string().min(1).optional(),
  tasks: Tasks.optional(),
  business: Relation.optional(),
  bare: z.boolean().optional(),
};
export const facebook_change = { ...poster_change, ...meta_change, tasks: Tasks };

export const personId = (key: number) => `1022${String(key).padStart(11, "0")}`;

export const facebook_network = postNetwork<Page, Wish>({
  kinds: [["link", 1], ["photo", 3], ["album", 2], ["video", 2], ["reel", 2], ["share", 1], ["text", 2]],
  longest_text: 2_200,
  ids: {
    make: ({ account_id }, number) => `${account_id}_${700_000_000 + number}`,
    locate(id) {
      const [, tail, of_video, of_post] = /^(?:8|1000)(\d{11})(?:(\d{7})|_7(\d{8}))$/.exec(id) ?? [];
      return tail === undefined
        ? undefined
        : { number: Number(of_post ?? of_video), account_id: `1000${tail}` };
    },
  },
  names: (post) => isVideo(post) ? [post.id, videoId(post)] : [post.id],
  accountId: (key) => `1000${String(key).padStart(11, "0")}`,
  account: (base, { person_id, tasks, business = null, bare = false }, _chance, { key }) => ({
    ...base,
    ...free,
    business,
    bare,
    person_id: person_id ?? personId(key),
    tasks: tasks ?? all_tasks,
  }),
  // The first person has two Pages.
  defaults: [
    { person_id: personId(1), name: "Harbour Lights Studio", items: 120, seed: 21 },
    { person_id: personId(1), name: "Harbour Lights Repairs", items: 12, seed: 22 },
    { name: "Kettle & Compass", items: 51, seed: 23 },
  ],
});

export function isVideo({ kind }: Post): boolean {
  return kind === "video" || kind === "reel";
}

export function videoId({ account_id, number }: Post): string {
  return `8${account_id.slice(4)}${String(number).padStart(7, "0")}`;
}

/** Some videos appear only in the list of videos. */
export function hasPost(post: Post): boolean {
  return typeof post.extra.has_post === "boolean" ? post.extra.has_post : !isVideo(post) || post.luck >= 0.15;
}

function titleOf({ number, luck }: Post): string | undefined {
  return luck % 0.1 < 0.03 ? `Episode ${number + 1}` : undefined;
}

/** Video lengths have fractions of a second. */
function secondsOf({ duration_seconds }: Post): number {
  const seconds = duration_seconds ?? 0;
  return Number.isInteger(seconds) ? seconds + 0.4 : seconds;
}

interface Part {
  readonly id: string;
  readonly type: "photo" | "video";
}

function partsOf({ id, kind, parts }: Post): Part[] {
  if (kind !== "album") return [];
  return Array.from({ length: parts }, (_, index) => ({
    id: `9${String(hash(`${id} ${index}`)).padStart(10, "0")}${index}`,
    type: new Seeded(hash(id), index).chance(0.15) ? "video" : "photo",
  }));
}

const content_types: Partial<Record<Post["kind"], string>> = {
  reel: "reel",
  album: "carousel",
  photo: "image",
};

export function truthOf(post: Post): TrueItem {
  const is_short = Math.round(secondsOf(post)) <= 60;
  return {
    id: hasPost(post) ? post.id : videoId(post),
    description: post.text,
    content_type: post.kind === "video"
      ? (is_short ? "short_video" : "long_video")
      : content_types[post.kind] ?? "post",
    visibility: "public",
    deleted: post.hidden || post.deleted,
    likes: hasPost(post) ? post.likes : null,
    comments: hasPost(post) ? post.comments : null,
    parts: partsOf(post).map(({ id }) => id),
  };
}

type Node = Record<string, unknown>;

const host = "scontent-sim1-1.xx.fbcdn.net";

/** Some Pages have not chosen a username. */
function usernameOf({ id, username }: Page): string | undefined {
  return hash(id) % 10 < 7 ? username : undefined;
}

export function pageNode(page: Page, now: number, access_token?: string): Node {
  return {
    id: page.id,
    name: page.name,
    username: usernameOf(page),
    link: `https://www.facebook.com/${usernameOf(page) ?? page.id}`,
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

export function postNode(page: Page, post: Post, now: number): Node {
  const picture = post.kind === "text" ? undefined : signedUrl(host, `t39.30808-6/${post.id}_n.jpg`, now);
  const [, number = ""] = post.id.split("_");
  return {
    id: post.id,
    message: post.text === "" ? undefined : post.text,
    story: post.kind === "share" ? `${page.name} shared a post.` : undefined,
    created_time: graphTime(Date.parse(post.created_at)),
    updated_time: graphTime(Date.parse(post.created_at) + 60_000),
    permalink_url: post.kind === "reel"
      ? `https://www.facebook.com/reel/${videoId(post)}/`
      : `https://www.facebook.com/${page.id}/posts/${number}`,
    full_picture: picture,
    status_type: statusTypes[post.kind],
    is_published: !post.hidden,
    attachments: post.kind === "text" ? undefined : { data: [attachment(post, picture, now)] },
    shares: post.shares === 0 ? undefined : { count: post.shares },
    reactions: { data: [], summary: { total_count: post.likes ?? 0 } },
    comments: { data: [], summary: { order: "ranked", total_count: post.comments, can_comment: true } },
  };
}

const statusTypes: Partial<Record<Post["kind"], string>> = {
  text: "mobile_status_update",
  link: "shared_story",
  photo: "added_photos",
  album: "added_photos",
  video: "added_video",
  reel: "added_video",
  share: "shared_story",
};

function attachment(post: Post, picture: string | undefined, now: number): Node {
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
        subattachments: { data: partsOf(post).map((part) => subattachment(part, now)) },
      };
    case "video":
    case "reel":
      return {
        media_type: "video",
        type: "video_inline",
        url,
        title: titleOf(post),
        media: { ...media, source: signedUrl(host, `t42.1790-2/${videoId(post)}_n.mp4`, now) },
        target: { id: videoId(post), url },
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

export function videoNode(post: Post, now: number): Node {
  const [, number = ""] = post.id.split("_");
  return {
    id: videoId(post),
    title: titleOf(post),
    description: post.text === "" ? undefined : post.text,
    created_time: graphTime(Date.parse(post.created_at)),
    updated_time: graphTime(Date.parse(post.created_at) + 60_000),
    length: secondsOf(post),
    permalink_url: post.kind === "reel"
      ? `/reel/${videoId(post)}/`
      : `/${post.id.split("_")[0]}/videos/${videoId(post)}/`,
    picture: signedUrl(host, `t15.5256-10/${videoId(post)}_n.jpg`, now),
    source: signedUrl(host, `t42.1790-2/${videoId(post)}_n.mp4`, now),
    post_id: hasPost(post) ? (Number(number) % 2 === 0 ? post.id : number) : undefined,
    published: !post.hidden,
    views: post.views ?? 0,
    status: { video_status: "ready" },
  };
}

/** The fields of each of Meta's models that this simulator serves. */
export const facebook_fields = {
  Page: words("id name username link category followers_count fan_count access_token"),
  Business: words("id name"),
  /** Edges and computed members that may be requested as a Page's fields. */
  PageExtra: ["picture", "tasks"],
  PagePost: words(
    "id message story created_time updated_time permalink_url full_picture status_type is_published attachments shares " +
      "reactions comments",
  ),
  AdVideo: words(
    "id title description created_time updated_time length permalink_url picture source post_id published live_status " +
      "views status",
  ),
};
