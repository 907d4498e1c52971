/**
 * What TikTok reports by itself. A report is signed with the client's secret over its time and its bytes; one that is older than
 * five minutes, or from the future, may be somebody's recording.
 */
import { z } from "zod";
import { ApiError } from "../errors.ts";
import { requireSetting, type Settings } from "../settings.ts";

/** TikTok may add members and events. */
export const TikTokEvent = z.looseObject({
  client_key: z.string().min(1).max(255),
  event: z.string().min(1).max(255),
  /** Seconds since 1970. */
  create_time: z.int().min(0).max(253_402_300_799),
  user_openid: z.string().min(1).max(255),
  /** A text of JSON, different for every event. */
  content: z.string().max(65_536).optional(),
});

const TOLERANCE_SECONDS = 5 * 60;

/** @throws {ApiError} `unauthorized`, without a word on what exactly was wrong. */
export async function verifyTikTok(
  { bytes, request, settings, now }: {
    bytes: Uint8Array;
    request: Request;
    settings: Settings;
    now: () => Date;
  },
): Promise<void> {
  const parts = new Map(
    (request.headers.get("tiktok-signature") ?? "").split(",").map((part) => {
      const [name = "", value = ""] = part.split("=", 2);
      return [name.trim(), value.trim()];
    }),
  );
  const [time = "", signature = ""] = [parts.get("t"), parts.get("s")];
  const age = now().getTime() / 1_000 - Number(time);
  const isRecent = /^\d{1,12}$/.test(time) &&
    Math.abs(age) <= TOLERANCE_SECONDS;
  const isSigned = isRecent && /^[0-9a-f]{64}$/i.test(signature) &&
    await isHmac(
      requireSetting(settings, "TIKTOK_CLIENT_SECRET"),
      signature,
      `${time}.`,
      bytes,
    );
  if (!isSigned) {
    throw new ApiError(
      "unauthorized",
      "Cannot accept the report: its signature is missing, wrong or too old",
    );
  }
}

/** Compares in constant time. */
async function isHmac(
  secret: string,
  hex: string,
  start: string,
  bytes: Uint8Array,
): Promise<boolean> {
  const encoder = new TextEncoder();
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey(
    "raw",
    encoder.encode(secret),
    algorithm,
    false,
    ["verify"],
  );
  const given = Uint8Array.from(
    hex.match(/../g) ?? [],
    (pair) => parseInt(pair, 16),
  );
  const signed = new Uint8Array([...encoder.encode(start), ...bytes]);
  return await crypto.subtle.verify("HMAC", key, given, signed);
}
