/** API v2 writes: chunked media upload, posts. X's only protection against duplicates is that it refuses the same text twice. */
import type { Accounts } from "../engine/accounts.ts";
import type { Post, Poster } from "../engine/posts.ts";
import { type Answer, type Call, json, type Route } from "../engine/provider.ts";
import { digest, type Publishing } from "../engine/publishing.ts";
import { blank, invalidRequest } from "./problems.ts";

const api = "/api.x.com/2";

type AsUser = (
  scope: string,
  handle: (account_id: string, call: Call) => Answer | Promise<Answer>,
) => (call: Call) => Answer | Promise<Answer>;

export function twitterPublishing(
  accounts: Accounts<Poster, Post>,
  publishing: Publishing,
  asUser: AsUser,
): Route[] {
  function initialize(account_id: string, call: Call): Answer {
    const { media_type, total_bytes, media_category } = bodyOf(call) ?? {};
    if (typeof media_type !== "string" || typeof total_bytes !== "number") {
      return invalidRequest("total_bytes", String(total_bytes), "The body is not valid");
    }
    const id = String(1_900_000_000_000_000_000n + BigInt(publishing.number()));
    publishing.begin(account_id, id, total_bytes, { media_type, media_category });
    return json(200, { data: { id, media_key: `7_${id}`, expires_after_secs: 86_400 } });
  }

  async function append(account_id: string, call: Call): Promise<Answer> {
    const upload = publishing.uploads.get(call.params.id ?? "");
    if (upload?.account_id !== account_id) return blank(404, "Not Found");
    const form = await new Response(call.bytes, {
      headers: { "content-type": call.headers.get("content-type") ?? "" },
    })
      .formData();
    const index = Number(form.get("segment_index"));
    const media = form.get("media");
    if (!(media instanceof Blob) || !(index >= 0 && index < 1_000)) {
      return invalidRequest("segment_index", String(index), "The body is not valid");
    }
    // A repeated segment replaces the first one.
    upload.parts[index] = new Uint8Array(await media.arrayBuffer());
    upload.received = upload.parts.reduce((sum, part) => sum + (part?.length ?? 0), 0);
    return json(200, { data: { expires_at: Math.floor(publishing.now() / 1_000) + 86_400 } });
  }

  function finalize(account_id: string, call: Call): Answer {
    const upload = publishing.uploads.get(call.params.id ?? "");
    if (upload?.account_id !== account_id) return blank(404, "Not Found");
    if (upload.received !== upload.total) {
      return invalidRequest("media", upload.id, "Segments do not add up to provided total file size.");
    }
    const isVideo = String(upload.about.media_type).startsWith("video/");
    upload.about.ready_at ??= publishing.now() + (isVideo ? 1_000 : 0);
    return json(200, {
      data: {
        id: upload.id,
        media_key: `7_${upload.id}`,
        size: upload.total,
        ...(isVideo ? { processing_info: info(upload) } : {}),
      },
    });
  }

  function info(upload: { about: Record<string, unknown> }) {
    return Number(upload.about.ready_at) <= publishing.now()
      ? { state: "succeeded", progress_percent: 100 }
      : { state: "in_progress", check_after_secs: 1, progress_percent: 50 };
  }

  function status(account_id: string, call: Call): Answer {
    const upload = publishing.uploads.get(call.query.get("media_id") ?? "");
    if (upload?.account_id !== account_id) return blank(404, "Not Found");
    return json(200, { data: { id: upload.id, media_key: `7_${upload.id}`, processing_info: info(upload) } });
  }

  function create(account_id: string, call: Call): Answer {
    const body = bodyOf(call);
    const known = [
      "text",
      "media",
      "reply",
      "made_with_ai",
      "paid_partnership",
      "quote_tweet_id",
      "reply_settings",
    ];
    const stranger = Object.keys(body ?? {}).find((name) => !known.includes(name));
    if (!body || stranger !== undefined) {
      return invalidRequest(stranger ?? "body", "", `The body has an unknown member ${stranger}`);
    }
    const text = typeof body.text === "string" ? body.text : "";
    const media_ids = ((body.media as { media_ids?: unknown[] } | undefined)?.media_ids ?? []).map(String);
    if (text === "" && media_ids.length === 0) return invalidRequest("text", "", "The text is missing");
    const uploads = media_ids.map((id) => publishing.uploads.get(id));
    // Media still in processing are invalid (NaN if the upload was not finalized).
    const isReady = (ready_at: unknown) => Number(ready_at) <= publishing.now();
    if (uploads.some((upload) => upload?.account_id !== account_id || !isReady(upload.about.ready_at))) {
      return invalidRequest("media.media_ids", media_ids.join(), "Your media IDs are invalid.");
    }
    const day_ago = publishing.now() - 86_400_000;
    const isTwice = text !== "" &&
      publishing.published.some((one) =>
        one.account_id === account_id && one.text === text && Date.parse(one.at) > day_ago
      );
    if (isTwice) {
      return json(403, {
        detail: "You are not allowed to create a Tweet with duplicate content.",
        type: "about:blank",
        title: "Forbidden",
        status: 403,
      });
    }
    const before = (body.reply as { in_reply_to_tweet_id?: unknown } | undefined)?.in_reply_to_tweet_id;
    const isVideo = uploads.some((upload) => String(upload?.about.media_type).startsWith("video/"));
    const post = accounts.add(account_id, {
      kind: media_ids.length === 0 ? "text" : isVideo ? "video" : media_ids.length > 1 ? "album" : "photo",
      text,
      parts: media_ids.length,
      extra: { published: true, ...(before === undefined ? {} : { as: "thread", reply_to: String(before) }) },
    });
    const media = uploads.map((upload) => digest(upload?.parts ?? []));
    publishing.note({
      id: post.id,
      account_id,
      kind: post.kind,
      text,
      media,
      about: before === undefined ? {} : { reply_to: String(before) },
    });
    return json(201, { data: { id: post.id, text, edit_history_tweet_ids: [post.id] } });
  }

  const media = `${api}/media/upload`;
  return [
    { method: "POST", path: `${media}/initialize`, handle: asUser("media.write", initialize) },
    { method: "POST", path: `${media}/:id/append`, handle: asUser("media.write", append) },
    { method: "POST", path: `${media}/:id/finalize`, handle: asUser("media.write", finalize) },
    { method: "GET", path: media, handle: asUser("media.write", status) },
    {
      method: "POST",
      path: `${api}/media/metadata`,
      handle: asUser("media.write", () => json(200, { data: {} })),
    },
    { method: "POST", path: `${api}/tweets`, handle: asUser("tweet.write", create) },
  ];
}

function bodyOf(call: Call): Record<string, unknown> | undefined {
  try {
    const body = JSON.parse(call.body);
    return typeof body === "object" && body !== null ? body : undefined;
  } catch {
    return undefined;
  }
}
