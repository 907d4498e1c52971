/** Uploads a file to the signed URL from create-media and reports progress. */
import type { Input, Output } from "@streamvibe/client";
import { StreamVibeError } from "@streamvibe/client";
import { api } from "../data/client.ts";
import { config } from "../data/config.ts";

export type Medium = Output<"finish-media">;
type MimeType = Input<"create-media">["mime_type"];

export async function upload(
  file: File,
  alt_text: string,
  { onProgress, signal }: { onProgress: (share: number) => void; signal: AbortSignal },
): Promise<Medium> {
  const { media_id, bucket, path, token } = await api.call(
    "create-media",
    { mime_type: file.type as MimeType, bytes: file.size, ...(alt_text ? { alt_text } : {}) },
    { signal },
  );
  await put(
    `${config.url}/storage/v1/object/upload/sign/${bucket}/${path}?token=${token}`,
    file,
    onProgress,
    signal,
  );
  return await api.call("finish-media", { media_id }, { signal });
}

/** Sends the file with XMLHttpRequest, because fetch does not report upload progress. */
function put(
  url: string,
  file: File,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const fail = (text: string) =>
      reject(
        new StreamVibeError("unreachable", `Cannot upload ${file.name}: ${text}`, { status: request.status }),
      );
    request.open("PUT", url);
    request.setRequestHeader("content-type", file.type);
    request.timeout = 30 * 60_000;
    request.upload.onprogress = ({ loaded, total }) => onProgress(total ? loaded / total : 0);
    request.onload = () => request.status < 300 ? resolve() : fail(`the storage answered ${request.status}`);
    request.onerror = () => fail("the connection broke; add the file again");
    request.ontimeout = () => fail("no answer came in time");
    request.onabort = () => reject(signal.reason);
    signal.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}
