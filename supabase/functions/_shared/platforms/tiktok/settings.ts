import * as z from "zod";
import { settingsPart } from "../../settings/settings.ts";
import { address, url, whole } from "../../settings/values.ts";

/** The TikTok app, and TikTok's addresses. */
export const TIKTOK = settingsPart("tiktok", {
  TIKTOK_AUTHORIZATION_URL: address.default("https://www.tiktok.com/v2/auth/authorize/"),
  TIKTOK_TOKEN_URL: address.default("https://open.tiktokapis.com/v2/oauth/token/"),
  TIKTOK_REVOCATION_URL: address.default("https://open.tiktokapis.com/v2/oauth/revoke/"),
  TIKTOK_API_URL: url.default("https://open.tiktokapis.com/v2"),
  TIKTOK_CLIENT_ID: z.string().optional(),
  TIKTOK_CLIENT_SECRET: z.string().optional(),
  TIKTOK_CALLS_PER_MINUTE: whole(1, 1_000_000_000).default(600),
});
