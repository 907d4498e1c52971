/**
 * TikTok's reports. Each is signed with the client secret over its time and its bytes; one that is older than five minutes, or that
 * far in the future, may be a replay.
 */
import * as z from "zod";
import { ApiError } from "../../errors.ts";
import { bytesOfHex, isSigned } from "../../http/hmac.ts";
import { requireSetting, type Settings } from "../../settings/settings.ts";
import { TIKTOK } from "./settings.ts";

/** TikTok may add members and events. */
export const TikTokEvent = z.looseObject({
  client_key: z.string().min(1).max(255),
  event: z.string().min(1).max(255),
  /** Seconds since 1970. */
  create_time: z.int().min(0).max(253_402_300_799),
  user_openid: z.string().min(1).max(255),
  /** A JSON text, different for every event. */
  content: z.string().max(65_536).optional(),
});

const TOLERANCE_SECONDS = 5 * 60;

/** @throws {ApiError} `unauthorized`, without details of what was wrong. */
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
  const isRight = isRecent && /^[0-9a-f]{64}$/i.test(signature) &&
    await isSigned(
      requireSetting(settings.of(TIKTOK), "TIKTOK_CLIENT_SECRET"),
      bytesOfHex(signature),
      `${time}.`,
      bytes,
    );
  if (!isRight) {
    throw new ApiError(
      "unauthorized",
      "Cannot accept the report: its signature is missing, wrong or too old",
    );
  }
}
