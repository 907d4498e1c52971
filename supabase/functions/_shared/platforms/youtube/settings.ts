import * as z from "zod";
import { settingsPart } from "../../settings/settings.ts";
import { url, whole } from "../../settings/values.ts";

/** The Google app, and Google's addresses. */
export const YOUTUBE = settingsPart("youtube", {
  GOOGLE_AUTHORIZATION_URL: url.default("https://accounts.google.com/o/oauth2/v2/auth"),
  GOOGLE_TOKEN_URL: url.default("https://oauth2.googleapis.com/token"),
  GOOGLE_REVOCATION_URL: url.default("https://oauth2.googleapis.com/revoke"),
  YOUTUBE_API_URL: url.default("https://www.googleapis.com/youtube/v3"),
  YOUTUBE_CLIENT_ID: z.string().optional(),
  YOUTUBE_CLIENT_SECRET: z.string().optional(),
  /** Whether to subscribe to new videos at YouTube's hub (WebSub). */
  YOUTUBE_PUSH: z.enum(["on", "off"]).default("on"),
  YOUTUBE_HUB_URL: url.default("https://pubsubhubbub.appspot.com/subscribe"),
  YOUTUBE_UNITS_PER_DAY: whole(1, 1_000_000_000).default(10_000),
});
