/** Publishing on a Page: feed posts, photos (also unpublished ones, for albums), videos, reels in three phases, comments. */
import type { Accounts } from "../engine/accounts.ts";
import type { Post } from "../engine/posts.ts";
import { type Answer, type Call, json, readForm, type Route } from "../engine/provider.ts";
import { baseOf, type Publishing, pull } from "../engine/publishing.ts";
import { refused } from "../meta/graph_error.ts";
import { type Page, videoId } from "./network.ts";

const graph = "/graph.facebook.com/:version";

interface Bearer {
  page: string | undefined;
  scopes: readonly string[];
}

interface Reel {
  readonly id: string;
  readonly page: string;
  sha256: string | null;
  post_id: string | null;
}

export function facebookPublishing(
  accounts: Accounts<Page, Post>,
  publishing: Publishing,
  bearer: (call: Call) => Bearer | Answer,
) {
  const hidden = new Map<string, { page: string; sha256: string }>();
  const reels = new Map<string, Reel>();

  function writer(call: Call, scope = "pages_manage_posts"): Page | Answer {
    const who = bearer(call);
    if ("status" in who) return who;
    if (!who.scopes.includes(scope)) {
      return refused("permission_denied", `(#200) Requires ${scope} permission to manage the object`);
    }
    const page = accounts.account(who.page ?? "");
    const named = call.params.object ?? "";
    if (!page || (named !== "" && named !== page.id && named !== "me")) return refused("no_such_object");
    return page;
  }

  function publish(
    page: Page,
    kind: Post["kind"],
    text: string,
    media: string[],
    about: Record<string, unknown> = {},
  ): Post {
    const post = accounts.add(page.id, {
      kind,
      text,
      parts: Math.max(kind === "text" ? 0 : 1, media.length),
    });
    publishing.note({
      id: post.id,
      account_id: page.id,
      kind,
      text,
      media,
      about: { ...about, video_id: videoId(post) },
    });
    return post;
  }

  function feed(call: Call): Answer {
    const page = writer(call);
    if ("status" in page) return page;
    const form = readForm(call) ?? new URLSearchParams();
    const attached = [...form].filter(([name]) => name.startsWith("attached_media")).map(([, value]) =>
      hidden.get(String(JSON.parse(value).media_fbid))
    );
    const text = form.get("message") ?? "";
    if (attached.some((photo) => photo?.page !== page.id)) {
      return refused("invalid_parameter", "(#100) Invalid attached_media");
    }
    if (text === "" && !form.has("link") && attached.length === 0) {
      return refused("invalid_parameter", "(#100) Missing message or attachment");
    }
    const kind = attached.length > 1
      ? "album"
      : attached.length === 1
      ? "photo"
      : form.has("link")
      ? "link"
      : "text";
    const post = publish(page, kind, text, attached.map((photo) => photo?.sha256 ?? ""), {
      link: form.get("link"),
    });
    return json(200, { id: post.id });
  }

  async function photos(call: Call): Promise<Answer> {
    const page = writer(call);
    if ("status" in page) return page;
    const form = readForm(call) ?? new URLSearchParams();
    const pulled = await pull(form.get("url") ?? "");
    if (!pulled) return refused("media_not_fetched");
    const id = `555${String(publishing.number()).padStart(12, "0")}`;
    if (form.get("published") === "false") {
      hidden.set(id, { page: page.id, sha256: pulled.sha256 });
      return json(200, { id });
    }
    const post = publish(page, "photo", form.get("caption") ?? "", [pulled.sha256]);
    return json(200, { id, post_id: post.id });
  }

  async function videos(call: Call): Promise<Answer> {
    const page = writer(call);
    if ("status" in page) return page;
    const form = readForm(call) ?? new URLSearchParams();
    const pulled = await pull(form.get("file_url") ?? "");
    if (!pulled) return refused("media_not_fetched");
    const post = publish(page, "video", form.get("description") ?? "", [pulled.sha256]);
    return json(200, { id: videoId(post) });
  }

  function videoReels(call: Call): Answer {
    const page = writer(call);
    if ("status" in page) return page;
    const form = readForm(call) ?? new URLSearchParams();
    if (form.get("upload_phase") === "start") {
      const id = `99${String(publishing.now()).slice(-9)}${String(publishing.number()).padStart(5, "0")}`;
      reels.set(id, { id, page: page.id, sha256: null, post_id: null });
      return json(200, {
        video_id: id,
        upload_url: `${baseOf(call)}/rupload.facebook.com/video-upload/${call.params.version}/${id}`,
      });
    }
    const reel = reels.get(form.get("video_id") ?? "");
    if (reel?.page !== page.id) return refused("no_such_object");
    if (reel.sha256 === null) return refused("invalid_parameter", "(#100) The video has not been uploaded");
    // Finishing twice returns the same reel.
    if (reel.post_id === null) {
      const post = publish(page, "reel", form.get("description") ?? "", [reel.sha256], { reel: reel.id });
      reel.post_id = post.id;
    }
    return json(200, { success: true });
  }

  async function upload(call: Call): Promise<Answer> {
    const reel = reels.get(call.params.id ?? "");
    if (!reel) return refused("no_such_object");
    const url = call.headers.get("file_url");
    const pulled = url === null ? undefined : await pull(url);
    if (!pulled) return refused("media_not_fetched");
    reel.sha256 = pulled.sha256;
    return json(200, { success: true });
  }

  /** Returns a reel by the id from its start phase; undefined for any other object. */
  function reelNode(call: Call): Answer | undefined {
    const reel = reels.get(call.params.object ?? "");
    if (!reel) return undefined;
    const who = bearer(call);
    if ("status" in who) return who;
    if (who.page !== reel.page) return refused("no_such_object");
    const isOut = reel.post_id !== null;
    return json(200, {
      id: reel.id,
      permalink_url: `/reel/${reel.id}/`,
      ...(isOut ? { post_id: reel.post_id } : {}),
      status: {
        video_status: isOut ? "ready" : reel.sha256 ? "processing" : "uploading",
        publishing_phase: {
          status: isOut ? "complete" : "not_started",
          ...(isOut ? { publish_status: "published" } : {}),
        },
      },
    });
  }

  function comments(call: Call): Answer {
    const page = writer({ ...call, params: {} }, "pages_manage_engagement");
    if ("status" in page) return page;
    const named = call.params.object ?? "";
    const published = publishing.find(named) ??
      publishing.published.find(({ about }) => about.reel === named);
    if (published?.account_id !== page.id) return refused("no_such_object");
    if (call.method === "GET") {
      return json(200, { data: published.comments.map(({ id, text }) => ({ id, message: text })) });
    }
    return json(200, { id: publishing.comment(published, readForm(call)?.get("message") ?? "") });
  }

  const routes: Route[] = [
    { method: "POST", path: `${graph}/:object/feed`, handle: feed },
    { method: "POST", path: `${graph}/:object/photos`, handle: photos },
    { method: "POST", path: "/graph-video.facebook.com/:version/:object/videos", handle: videos },
    { method: "POST", path: `${graph}/:object/video_reels`, handle: videoReels },
    { method: "POST", path: "/rupload.facebook.com/video-upload/:version/:id", handle: upload },
    { method: "POST", path: `${graph}/:object/comments`, handle: comments },
    { method: "GET", path: `${graph}/:object/comments`, handle: comments },
  ];
  return { routes, reelNode, reelOf: (id: string) => reels.get(id)?.page };
}
