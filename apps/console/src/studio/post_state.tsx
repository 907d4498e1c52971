/** States of posts and of their targets. An unknown result is shown as unknown. */
import type { Output } from "@streamvibe/client";
import { studio as t } from "../texts/studio.ts";
import { Badge, type Tone } from "../ui/parts.tsx";

export type Post = Output<"get-post">;
export type PostSummary = Output<"list-posts">["posts"][number];
export type Target = Post["targets"][number];

const TONES: Record<string, Tone> = {
  draft: "quiet",
  scheduled: "info",
  publishing: "info",
  waiting: "warn",
  unknown: "warn",
  published: "good",
  partly_published: "warn",
  failed: "bad",
  cancelled: "quiet",
};

export const PostState = ({ status }: { status: string }) => (
  <Badge tone={TONES[status] ?? "quiet"}>{t.posts.states[status] ?? status}</Badge>
);

export const wordsOf = (post: Pick<PostSummary, "title" | "body" | "post_id">): string =>
  post.title || post.body.slice(0, 80) || post.post_id.slice(0, 8);
/** Returns when a post is or was published, or when it was created if neither is known. */
export const momentOf = (post: PostSummary): string =>
  post.publish_at ?? post.targets.find(({ published_at }) => published_at)?.published_at ?? post.created_at;
