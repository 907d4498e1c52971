/** The Content Posting API: creator info, direct posts of videos (in parts) and photos (fetched), their status. */
import { z } from "zod";
import type { Accounts } from "../engine/accounts.ts";
import type { Post, Poster } from "../engine/posts.ts";
import type { Answer, Call, Route } from "../engine/provider.ts";
import { baseOf, contentRange, digest, type Publishing, pull, type Upload } from "../engine/publishing.ts";

const api = "/open.tiktokapis.com/v2/post/publish";
const levels = ["PUBLIC_TO_EVERYONE", "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY"];

const Info = z.looseObject({
  privacy_level: z.string(),
  title: z.string().default(""),
  description: z.string().default(""),
});
const VideoInit = z.looseObject({
  post_info: Info,
  source_info: z.looseObject({
    source: z.literal("FILE_UPLOAD"),
    video_size: z.int().positive(),
    chunk_size: z.int().positive(),
    total_chunk_count: z.int().positive(),
  }),
});
const PhotoInit = z.looseObject({
  media_type: z.literal("PHOTO"),
  post_mode: z.literal("DIRECT_POST"),
  post_info: Info,
  source_info: z.looseObject({
    source: z.literal("PULL_FROM_URL"),
    photo_images: z.array(z.string()).min(1).max(35),
  }),
});

interface Parts {
  accounts: Accounts<Poster, Post>;
  publishing: Publishing;
  asUser: (
    bucket: "creator_info" | "init" | "status",
    handle: (account_id: string, call: Call) => Answer | Promise<Answer>,
  ) => (call: Call) => Answer | Promise<Answer>;
  answered: (data: Record<string, unknown>) => Answer;
  failed: (reason: string) => Answer;
}

export function tiktokPublishing({ accounts, publishing, asUser, answered, failed }: Parts): Route[] {
  function creatorInfo(account_id: string): Answer {
    const account = accounts.account(account_id);
    return answered({
      creator_username: account?.username,
      creator_nickname: account?.name,
      creator_avatar_url: "https://p16-sign.tiktokcdn-us.com/avatar",
      privacy_level_options: levels,
      comment_disabled: false,
      duet_disabled: false,
      stitch_disabled: false,
      max_video_post_duration_sec: 600,
    });
  }

  function videoInit(account_id: string, call: Call): Answer {
    const body = VideoInit.safeParse(jsonOf(call)).data;
    if (!body) return failed("invalid_params");
    const { privacy_level } = body.post_info;
    if (!levels.includes(privacy_level)) return failed("privacy_level_option_mismatch");
    const { video_size, chunk_size, total_chunk_count } = body.source_info;
    const isWrong = total_chunk_count !== Math.max(1, Math.floor(video_size / chunk_size)) ||
      (video_size >= 5_242_880 && (chunk_size < 5_242_880 || chunk_size > 67_108_864));
    if (isWrong) return failed("invalid_params");
    const publish_id = `v_pub_file~v2-1.${publishing.now()}${publishing.number()}`;
    publishing.begin(account_id, publish_id, video_size, { ...body.post_info, kind: "video" });
    return answered({
      publish_id,
      upload_url: `${baseOf(call)}/open-upload.tiktokapis.com/video/?upload_id=${
        encodeURIComponent(publish_id)
      }&upload_token=local`,
    });
  }

  async function photoInit(account_id: string, call: Call): Promise<Answer> {
    const body = PhotoInit.safeParse(jsonOf(call)).data;
    if (!body) return failed("invalid_params");
    if (!levels.includes(body.post_info.privacy_level)) return failed("privacy_level_option_mismatch");
    const publish_id = `p_pub_url~v2.${publishing.now()}${publishing.number()}`;
    const upload = publishing.begin(account_id, publish_id, 0, { ...body.post_info, kind: "photo" });
    const pulled = await Promise.all(body.source_info.photo_images.map(pull));
    if (pulled.includes(undefined)) upload.about.fail_reason = "photo_pull_failed";
    else publish(upload, pulled.map((one) => one?.sha256 ?? ""));
    return answered({ publish_id });
  }

  function publish(upload: Upload, media: string[]): void {
    if (upload.about.post_id !== undefined) return;
    const { account_id, about } = upload;
    const isPhoto = about.kind === "photo";
    const text = String((isPhoto ? about.description : about.title) || about.title || "");
    const isPublic = about.privacy_level === levels[0];
    const post = accounts.add(account_id, {
      kind: isPhoto ? (media.length > 1 ? "album" : "photo") : "video",
      text,
      parts: media.length,
      hidden: !isPublic,
    });
    about.post_id = post.id;
    publishing.note({
      id: post.id,
      account_id,
      kind: post.kind,
      text,
      media,
      about: { privacy_level: about.privacy_level, publish_id: upload.id },
    });
  }

  /** Receives the parts in order; the last one publishes the video. */
  function put(call: Call): Answer {
    const upload = publishing.uploads.get(call.query.get("upload_id") ?? "");
    const range = contentRange(call);
    if (!upload) return { status: 404, headers: {}, body: "" };
    if (
      !range || !("from" in range) || range.from !== upload.received ||
      range.to - range.from + 1 !== call.bytes.length || range.total !== upload.total
    ) {
      return {
        status: 416,
        headers: { "content-range": `bytes 0-${upload.received - 1}/${upload.total}` },
        body: "",
      };
    }
    upload.parts.push(call.bytes);
    upload.received = range.to + 1;
    if (upload.received < upload.total) return { status: 206, headers: {}, body: "" };
    publish(upload, [digest(upload.parts)]);
    upload.parts.length = 0;
    return { status: 201, headers: {}, body: "" };
  }

  function status(account_id: string, call: Call): Answer {
    const upload = publishing.uploads.get(String(jsonOf(call)?.publish_id));
    if (upload?.account_id !== account_id) return failed("invalid_params");
    const { post_id, fail_reason, privacy_level } = upload.about;
    const isPublic = privacy_level === levels[0];
    const answer = answered({
      status: fail_reason ? "FAILED" : post_id ? "PUBLISH_COMPLETE" : "PROCESSING_UPLOAD",
      ...(fail_reason ? { fail_reason } : {}),
      uploaded_bytes: upload.received,
      publicaly_available_post_id: post_id && isPublic ? ["@id"] : [],
    });
    // The id is too large for a JavaScript number.
    return { ...answer, body: answer.body.replace('"@id"', String(post_id)) };
  }

  return [
    { method: "POST", path: `${api}/creator_info/query/`, handle: asUser("creator_info", creatorInfo) },
    { method: "POST", path: `${api}/video/init/`, handle: asUser("init", videoInit) },
    { method: "POST", path: `${api}/content/init/`, handle: asUser("init", photoInit) },
    { method: "POST", path: `${api}/status/fetch/`, handle: asUser("status", status) },
    { method: "PUT", path: "/open-upload.tiktokapis.com/video/", handle: put },
  ];
}

function jsonOf(call: Call): Record<string, unknown> | undefined {
  try {
    const body = JSON.parse(call.body);
    return typeof body === "object" && body !== null ? body : undefined;
  } catch {
    return undefined;
  }
}
