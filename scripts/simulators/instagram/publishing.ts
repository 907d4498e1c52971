/** Content publishing: containers that fetch their media, expire after a day and can be published once; comments. */
import type { Accounts } from "../engine/accounts.ts";
import type { Post } from "../engine/posts.ts";
import { type Answer, type Call, json, readForm, type Route } from "../engine/provider.ts";
import { type Publishing, pull } from "../engine/publishing.ts";
import { refused } from "../meta/graph_error.ts";
import type { Account } from "./network.ts";

const host = "/graph.instagram.com/:version";
const publish_scope = "instagram_business_content_publish";
const comment_scope = "instagram_business_manage_comments";
const posts_a_day = 100;
const day = 86_400_000;

interface Container {
  readonly id: string;
  readonly account_id: string;
  readonly kind: "photo" | "reel" | "story" | "album" | "item";
  readonly caption: string;
  readonly media: string[];
  readonly error: string | null;
  readonly made_at: number;
  readonly ready_at: number;
  published: boolean;
}

export function instagramPublishing(
  accounts: Accounts<Account, Post>,
  publishing: Publishing,
  reader: (call: Call, scope: string) => Account | Answer,
) {
  const containers = new Map<string, Container>();

  /** Returns the account of the token, if the path names the same account. */
  function owner(call: Call, scope: string): Account | Answer {
    const account = reader(call, scope);
    if ("status" in account) return account;
    return [account.id, "me"].includes(call.params.object ?? "") ? account : refused("no_such_object");
  }

  async function create(call: Call): Promise<Answer> {
    const account = owner(call, publish_scope);
    if ("status" in account) return account;
    const form = readForm(call) ?? new URLSearchParams(call.query);
    const type = form.get("media_type") ?? "IMAGE";
    const url = form.get("video_url") ?? form.get("image_url");
    const children = (form.get("children") ?? "").split(",").filter(Boolean).map((id) => containers.get(id));
    if (
      type === "CAROUSEL" &&
      (children.length < 2 || children.length > 10 || children.some((one) => one?.account_id !== account.id))
    ) {
      return refused("invalid_parameter", "(#100) children must be 2 to 10 containers");
    }
    if (type !== "CAROUSEL" && url === null) {
      return refused("invalid_parameter", "(#100) One of image_url, video_url is required");
    }
    if ([...(form.get("caption") ?? "")].length > 2_200) return refused("caption_too_long");
    const pulled = url === null ? undefined : await pull(url);
    const now = publishing.now();
    const isVideo = form.has("video_url");
    const container: Container = {
      id: `178${String(now).slice(-9)}${String(publishing.number()).padStart(6, "0")}`,
      account_id: account.id,
      kind: form.get("is_carousel_item") === "true"
        ? "item"
        : type === "CAROUSEL"
        ? "album"
        : type === "STORIES"
        ? "story"
        : type === "REELS"
        ? "reel"
        : "photo",
      caption: form.get("caption") ?? "",
      media: url === null ? children.flatMap((one) => one?.media ?? []) : pulled ? [pulled.sha256] : [],
      error: url !== null && !pulled ? "Error: 2207052: The media could not be fetched from this URI" : null,
      made_at: now,
      ready_at: now + (isVideo ? 1_000 : 0),
      published: false,
    };
    containers.set(container.id, container);
    return json(200, { id: container.id });
  }

  function status(call: Call): Answer {
    const account = reader(call, publish_scope);
    if ("status" in account) return account;
    const container = containers.get(call.params.object ?? "");
    if (container?.account_id !== account.id) return refused("no_such_object");
    const status_code = codeOf(container);
    return json(200, { id: container.id, status_code, status: container.error ?? status_code });
  }

  function codeOf(container: Container): string {
    const now = publishing.now();
    if (container.published) return "PUBLISHED";
    if (container.error) return "ERROR";
    if (now > container.made_at + day) return "EXPIRED";
    return now < container.ready_at ? "IN_PROGRESS" : "FINISHED";
  }

  function publish(call: Call): Answer {
    const account = owner(call, publish_scope);
    if ("status" in account) return account;
    const container = containers.get(
      readForm(call)?.get("creation_id") ?? call.query.get("creation_id") ?? "",
    );
    if (container?.account_id !== account.id || container.kind === "item") {
      return refused("no_such_container");
    }
    const code = codeOf(container);
    if (code === "IN_PROGRESS") return refused("not_ready");
    if (code !== "FINISHED") return refused("no_such_container");
    if (usedBy(account.id) >= posts_a_day) return refused("posts_a_day");
    container.published = true;
    const post = accounts.add(account.id, {
      kind: container.kind as Post["kind"],
      text: container.caption,
      parts: Math.max(1, container.media.length),
    });
    publishing.note({
      id: post.id,
      account_id: account.id,
      kind: post.kind,
      text: container.caption,
      media: container.media,
      about: { container: container.id },
    });
    return json(200, { id: post.id });
  }

  function usedBy(account_id: string): number {
    return publishing.published.filter((one) =>
      one.account_id === account_id && Date.parse(one.at) > publishing.now() - day
    ).length;
  }

  function limit(call: Call): Answer {
    const account = owner(call, publish_scope);
    if ("status" in account) return account;
    return json(200, {
      data: [{
        quota_usage: usedBy(account.id),
        config: { quota_total: posts_a_day, quota_duration: 86_400 },
      }],
    });
  }

  function comments(call: Call): Answer {
    const account = reader(call, comment_scope);
    if ("status" in account) return account;
    const published = publishing.find(call.params.object ?? "");
    if (published?.account_id !== account.id) return refused("no_such_object");
    if (call.method === "GET") return json(200, { data: published.comments });
    return json(200, { id: publishing.comment(published, readForm(call)?.get("message") ?? "") });
  }

  const routes: Route[] = [
    { method: "POST", path: `${host}/:object/media`, handle: create },
    { method: "POST", path: `${host}/:object/media_publish`, handle: publish },
    { method: "GET", path: `${host}/:object/content_publishing_limit`, handle: limit },
    { method: "POST", path: `${host}/:object/comments`, handle: comments },
    { method: "GET", path: `${host}/:object/comments`, handle: comments },
  ];
  return { routes, isContainer: (id: string) => containers.has(id), status };
}
