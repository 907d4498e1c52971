/** Resumable uploads, thumbnails and comments. A session creates one video, when its last byte arrives. */
import type { Grants } from "../engine/grants.ts";
import { type Answer, type Call, json, type Route } from "../engine/provider.ts";
import { baseOf, contentRange, digest, type Publishing, type Upload } from "../engine/publishing.ts";
import type { Quota } from "../engine/quota.ts";
import * as failures from "../google/google_error.ts";
import { identify } from "./caller.ts";
import type { Library } from "./library.ts";
import type { Privacy } from "./network.ts";

const upload_path = "/www.googleapis.com/upload/youtube/v3";
const grain = 262_144;
const scopes = {
  upload: ["youtube.upload", "youtube", "youtube.force-ssl"],
  comment: ["youtube.force-ssl"],
};

interface Resource {
  snippet?: { title?: unknown; description?: unknown; tags?: unknown; categoryId?: unknown };
  status?: { privacyStatus?: unknown; publishAt?: unknown };
}

export function youtubePublishing(
  library: Library,
  grants: Grants,
  publishing: Publishing,
  quota: Quota<"default" | "batch_get_stats" | "video_uploads">,
): Route[] {
  function caller(call: Call, needed: readonly string[], rpc: string): string | Answer {
    const who = identify(grants, rpc, call);
    if ("status" in who) return who;
    const { access } = who;
    if (!access) return failures.noCredential(rpc);
    const isAllowed = access.scopes.some((scope) => needed.some((name) => scope.endsWith(`/auth/${name}`)));
    return isAllowed ? access.account : failures.missingScope(rpc, needed);
  }

  function begin(call: Call): Answer {
    const account_id = caller(call, scopes.upload, "youtube.api.v3.V3DataVideoService.Insert");
    if (typeof account_id !== "string") return account_id;
    call.notes.bucket = "video_uploads";
    if (!quota.take("video_uploads", account_id)) {
      return failures.rateLimitExceeded(
        "Video Uploads",
        "defaultVideosInsertPerDayPerProject",
        quota.read("video_uploads").limit,
        "day",
        "1",
      );
    }
    const resource = bodyOf(call) as Resource | undefined;
    const title = resource?.snippet?.title;
    const total = Number(call.headers.get("x-upload-content-length"));
    if (typeof title !== "string" || title.trim() === "" || [...title].length > 100 || /[<>]/.test(title)) {
      return refuse("invalidTitle", "The request metadata specifies an invalid or empty video title.");
    }
    if (new TextEncoder().encode(String(resource?.snippet?.description ?? "")).length > 5_000) {
      return refuse("invalidDescription", "The request metadata specifies an invalid video description.");
    }
    const tags = Array.isArray(resource?.snippet?.tags) ? resource.snippet.tags.map(String) : [];
    const counted = tags.reduce(
      (sum, tag) => sum + [...tag].length + (/\s/.test(tag) ? 2 : 0),
      Math.max(0, tags.length - 1),
    );
    if (counted > 500) return refuse("invalidTags", "The request metadata specifies invalid video keywords.");
    if (!(total > 0)) return refuse("mediaBodyRequired", "The request does not include the video content.");
    const id = `AHsim${publishing.now().toString(36)}${publishing.number().toString(36)}`;
    publishing.begin(account_id, id, total, { resource });
    return {
      status: 200,
      headers: {
        location: `${
          baseOf(call)
        }${upload_path}/videos?uploadType=resumable&part=snippet,status&upload_id=${id}`,
      },
      body: "",
    };
  }

  function put(call: Call): Answer {
    const upload = publishing.uploads.get(call.query.get("upload_id") ?? "");
    if (!upload) {
      return failures.googleError(404, "The upload session is not known", {
        domain: "global",
        reason: "notFound",
      });
    }
    const range = contentRange(call);
    if (range && "from" in range) {
      const isLast = range.to + 1 === upload.total;
      if (
        range.total !== upload.total || range.from !== upload.received ||
        call.bytes.length !== range.to - range.from + 1
      ) {
        // A chunk that does not continue at the current offset is rejected; the response reports that offset.
        return resume(upload);
      }
      const whole = isLast ? call.bytes.length : Math.floor(call.bytes.length / grain) * grain;
      upload.parts.push(call.bytes.subarray(0, whole));
      upload.received += whole;
    } else if (!range && call.bytes.length === upload.total) {
      upload.parts.push(call.bytes);
      upload.received = upload.total;
    }
    return upload.received === upload.total ? finish(upload) : resume(upload);
  }

  function resume({ received }: Upload): Answer {
    return { status: 308, headers: received > 0 ? { range: `bytes=0-${received - 1}` } : {}, body: "" };
  }

  function finish(upload: Upload): Answer {
    if (upload.about.video_id === undefined) {
      const { snippet = {}, status = {} } = (upload.about.resource ?? {}) as Resource;
      const media = [digest(upload.parts)];
      upload.parts.length = 0;
      const video = library.add(upload.account_id, {
        title: String(snippet.title),
        description: String(snippet.description ?? ""),
        tags: Array.isArray(snippet.tags) ? snippet.tags.map(String) : [],
        category_id: String(snippet.categoryId ?? "22"),
        privacy: (["public", "unlisted", "private"].includes(String(status.privacyStatus))
          ? status.privacyStatus
          : "public") as Privacy,
        publish_at: typeof status.publishAt === "string" ? status.publishAt : null,
      });
      upload.about.video_id = video.id;
      const about = { video_id: video.id, privacy: video.privacy };
      publishing.note({
        id: video.id,
        account_id: upload.account_id,
        kind: "video",
        text: video.title,
        media,
        about,
      });
    }
    const id = String(upload.about.video_id);
    return json(201, {
      kind: "youtube#video",
      etag: "simulated",
      id,
      ...(upload.about.resource as Record<string, unknown>),
    });
  }

  function thumbnail(call: Call): Answer {
    const account_id = caller(call, scopes.upload, "youtube.api.v3.V3DataThumbnailService.Set");
    if (typeof account_id !== "string") return account_id;
    if (!quota.take("default", account_id, 50)) return failures.quotaExceeded();
    const published = publishing.find(call.query.get("videoId") ?? "");
    if (published?.account_id !== account_id) {
      return failures.googleError(404, "The video cannot be found", {
        domain: "youtube.thumbnail",
        reason: "videoNotFound",
      });
    }
    published.about.thumbnail = digest([call.bytes]);
    return json(200, { kind: "youtube#thumbnailSetResponse", etag: "simulated", items: [] });
  }

  function comment(call: Call): Answer {
    const account_id = caller(call, scopes.comment, "youtube.api.v3.V3DataCommentThreadService.Insert");
    if (typeof account_id !== "string") return account_id;
    if (!quota.take("default", account_id, 50)) return failures.quotaExceeded();
    const { snippet } = (bodyOf(call) ?? {}) as {
      snippet?: { videoId?: string; topLevelComment?: { snippet?: { textOriginal?: string } } };
    };
    const published = publishing.find(snippet?.videoId ?? "");
    if (!published) {
      return failures.googleError(404, "The video cannot be found", {
        domain: "youtube.commentThread",
        reason: "videoNotFound",
      });
    }
    const id = publishing.comment(published, snippet?.topLevelComment?.snippet?.textOriginal ?? "");
    return json(200, { kind: "youtube#commentThread", etag: "simulated", id, snippet });
  }

  function comments(call: Call): Answer {
    const account_id = caller(
      call,
      [...scopes.comment, "youtube", "youtube.readonly"],
      "youtube.api.v3.V3DataCommentThreadService.List",
    );
    if (typeof account_id !== "string") return account_id;
    if (!quota.take("default", account_id)) return failures.quotaExceeded();
    const published = publishing.find(call.query.get("videoId") ?? "");
    const items = (published?.comments ?? []).map(({ id, text }) => ({
      kind: "youtube#commentThread",
      id,
      snippet: { topLevelComment: { snippet: { textOriginal: text } } },
    }));
    return json(200, { kind: "youtube#commentThreadListResponse", etag: "simulated", items });
  }

  const api = "/www.googleapis.com/youtube/v3";
  return [
    { method: "POST", path: `${upload_path}/videos`, handle: begin },
    { method: "PUT", path: `${upload_path}/videos`, handle: put },
    { method: "POST", path: `${upload_path}/thumbnails/set`, handle: thumbnail },
    { method: "POST", path: `${api}/commentThreads`, handle: comment },
    { method: "GET", path: `${api}/commentThreads`, handle: comments },
  ];
}

function refuse(reason: string, message: string): Answer {
  return failures.googleError(400, message, { domain: "youtube.video", reason });
}

function bodyOf(call: Call): unknown {
  try {
    return JSON.parse(call.body);
  } catch {
    return undefined;
  }
}
