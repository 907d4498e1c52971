/**
 * Uploads of creators' media: creates a row and a token for a resumable upload, then inspects the file that arrived. A file is read in ranges,
 * so it needs no more memory than one of them, however large it is.
 */
import { createHash } from "node:crypto";
import { imageSize } from "image-size";
import * as z from "zod";
import type { Context } from "../context.ts";
import { ApiError } from "../errors.ts";
import { ProviderError } from "../http/outgoing.ts";
import { removeFiles } from "./keep_media.ts";
import { Storage } from "./media.ts";
import { Medium } from "./publisher.ts";
import { PUBLISHING } from "./settings.ts";

/** File types that may be uploaded; each platform accepts some of them. */
export const TYPES: Readonly<Record<string, Medium["kind"]>> = {
  "image/jpeg": "image",
  "image/png": "image",
  "image/webp": "image",
  "image/gif": "gif",
  "video/mp4": "video",
  "video/quicktime": "video",
  "video/webm": "video",
};

const MOST_HASHED_BYTES = 64 * 1_048_576;
const MOST_BYTES = 10 * 1_073_741_824;
const Announced = z.object({ media_id: z.string(), path: z.string() });

export const MediaInput = z.strictObject({
  mime_type: z.enum(Object.keys(TYPES) as [string, ...string[]]),
  bytes: z.int().min(1).max(MOST_BYTES),
  alt_text: z.string().max(2_000).optional(),
});

/** Creates the row of a file and returns where to upload it. */
export async function announceMedia(context: Context, user_id: string, input: z.output<typeof MediaInput>) {
  const { media_id, path } = await context.admin.call("create_media", {
    p_user_id: user_id,
    p_kind: TYPES[input.mime_type] ?? "image",
    p_mime_type: input.mime_type,
    p_bytes: input.bytes,
    p_alt_text: input.alt_text ?? null,
  }, Announced);
  const { MEDIA_BUCKET } = context.settings.of(PUBLISHING);
  const token = await answered(new Storage(context).signUpload(path));
  return {
    media_id,
    bucket: MEDIA_BUCKET,
    path,
    token,
    tus_url: `${context.settings.SUPABASE_URL}/storage/v1/upload/resumable/sign`,
    expires_at: new Date(context.now().getTime() + 2 * 3_600_000).toISOString(),
  };
}

/** Converts a storage failure to `unavailable`, because the caller did not cause it. */
async function answered<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (cause) {
    if (!(cause instanceof ProviderError)) throw cause;
    throw new ApiError("unavailable", "Cannot reach the media storage: try again", {
      retry_after: 5,
      cause,
    });
  }
}

/** Lifetime of a download URL. */
const DOWNLOAD_SECONDS = 3_600;

/** Returns a medium of the user, with a download URL if it is ready. */
export async function readMedia(context: Context, user_id: string, media_id: string) {
  const medium = await context.admin.call("read_media", { p_user_id: user_id, p_media_id: media_id }, Medium);
  if (medium.status !== "ready") return { ...medium, url: null, expires_at: null };
  const url = await answered(new Storage(context).sign(medium.path, DOWNLOAD_SECONDS));
  return {
    ...medium,
    url,
    expires_at: new Date(context.now().getTime() + DOWNLOAD_SECONDS * 1_000).toISOString(),
  };
}

/** Inspects the uploaded file and stores the result. Repeated calls return the same result. */
export async function finishMedia(context: Context, user_id: string, media_id: string): Promise<Medium> {
  const medium = await context.admin.call("read_media", { p_user_id: user_id, p_media_id: media_id }, Medium);
  if (medium.status !== "uploading") return medium;
  const storage = new Storage(context);
  const size = await answered(storage.size(medium.path));
  if (size === null || size < medium.bytes) {
    throw new ApiError(
      "conflict",
      `Cannot finish the medium: ${size ?? 0} of ${medium.bytes} bytes have arrived; continue the upload`,
      {
        extras: { received: size ?? 0, bytes: medium.bytes },
      },
    );
  }
  const facts = size === medium.bytes
    ? await answered(factsOf(context, storage, medium))
    : { status: "refused", refused_because: `${size} bytes arrived, but ${medium.bytes} were announced` };
  return await context.admin.call("finish_media", {
    p_user_id: user_id,
    p_media_id: media_id,
    p_facts: facts,
  }, Medium);
}

async function factsOf(context: Context, storage: Storage, medium: Medium) {
  const { PUBLISH_CHUNK_BYTES } = context.settings.of(PUBLISHING);
  const head = await storage.bytes(medium.path, 0, Math.min(medium.bytes, PUBLISH_CHUNK_BYTES));
  const sha256 = await checksumOf(storage, medium, head);
  try {
    const seen = medium.kind === "video"
      ? await probeVideo(await storage.sign(medium.path, 900))
      : probeImage(head ?? new Uint8Array());
    if (seen.mime_type !== medium.mime_type) {
      return {
        status: "refused",
        sha256,
        refused_because: `it is ${seen.mime_type}, but was announced as ${medium.mime_type}`,
      };
    }
    return { status: "ready", sha256, ...seen };
  } catch (error) {
    if (error instanceof ProviderError) throw error;
    context.log.info("a medium could not be read", { media_id: medium.id, error });
    return { status: "refused", sha256, refused_because: `it is not a readable ${medium.mime_type}` };
  }
}

/** Returns the SHA-256 of a file up to 64 MB; null for a larger one, which would take too long to read. */
async function checksumOf(
  storage: Storage,
  { path, bytes }: Medium,
  head: Uint8Array,
): Promise<string | null> {
  if (bytes > MOST_HASHED_BYTES) return null;
  const hash = createHash("sha256").update(head);
  for (let at = head.length; at < bytes; at += head.length) {
    hash.update(await storage.bytes(path, at, Math.min(bytes, at + head.length)));
  }
  return hash.digest("hex");
}

interface Facts {
  mime_type: string;
  width?: number;
  height?: number;
  duration_seconds?: number;
  frames_per_second?: number;
}

const IMAGE_TYPES: Readonly<Record<string, string>> = {
  jpg: "image/jpeg",
  png: "image/png",
  webp: "image/webp",
  gif: "image/gif",
};

export function probeImage(head: Uint8Array): Facts {
  const { type = "", width, height, orientation = 1 } = imageSize(head);
  // EXIF orientations above 4 are turned by 90 degrees.
  const isTurned = orientation > 4;
  return {
    mime_type: IMAGE_TYPES[type] ?? type,
    width: isTurned ? height : width,
    height: isTurned ? width : height,
  };
}

/** Reads the properties of a video from its container, with range requests. */
export async function probeVideo(url: string): Promise<Facts> {
  const { ALL_FORMATS, Input, UrlSource } = await import("mediabunny");
  const input = new Input({ formats: ALL_FORMATS, source: new UrlSource(url) });
  try {
    const mime_type = (await input.getMimeType()).split(";")[0]?.trim() ?? "";
    const track = await input.getPrimaryVideoTrack();
    if (!track) throw new Error("there is no picture in it");
    const { averagePacketRate } = await track.computePacketStats(60);
    return {
      mime_type,
      width: track.displayWidth,
      height: track.displayHeight,
      duration_seconds: Math.round(await input.computeDuration() * 1_000) / 1_000,
      ...(averagePacketRate > 0 ? { frames_per_second: Math.round(averagePacketRate * 1_000) / 1_000 } : {}),
    };
  } finally {
    input.dispose();
  }
}

export async function deleteMedia(context: Context, user_id: string, media_id: string): Promise<void> {
  const path = await context.admin.call(
    "delete_media",
    { p_user_id: user_id, p_media_id: media_id },
    z.string(),
  );
  // The row is already marked as deleted and the file is queued for deletion. Usually it can be deleted immediately.
  try {
    await removeFiles(context, [path]);
  } catch (error) {
    context.log.warn("a file could not be removed, and will be later", { path, error });
  }
}
