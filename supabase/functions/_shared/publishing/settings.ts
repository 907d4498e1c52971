import * as z from "zod";
import { settingsPart } from "../settings/settings.ts";
import { milliseconds, url, whole } from "../settings/values.ts";

/** What holds for publishing on every platform. */
export const PUBLISHING = settingsPart("publishing", {
  PUBLISH_TIMEOUT_MS: milliseconds.default(60_000),
  /** How long a call may still take effect after we stopped waiting for it; before that nothing is taken for absent. */
  PUBLISH_SETTLE_SECONDS: whole(1, 86_400).default(180),
  /** Between two questions about a call of which nobody heard, at first; it doubles up to an hour. */
  PUBLISH_ASK_SECONDS: whole(1, 3_600).default(15),
  /** After so long nobody asks any more. */
  PUBLISH_GIVE_UP_HOURS: whole(1, 720).default(24),
  PUBLISH_CHUNK_BYTES: whole(262_144, 67_108_864).default(8_388_608),
  /** Media that no post has needed for so many days are removed; 0: kept until their creator deletes them. */
  MEDIA_KEEP_DAYS: whole(0, 3_650).default(0),
  MEDIA_BUCKET: z.string().regex(/^[a-z0-9-]{3,63}$/).default("media"),
  YOUTUBE_UPLOAD_URL: url.default("https://www.googleapis.com/upload/youtube/v3"),
  YOUTUBE_UPLOADS_PER_DAY: whole(1, 1_000_000).default(100),
  FACEBOOK_VIDEO_URL: url.default("https://graph-video.facebook.com"),
  TIKTOK_AUDITED: z.enum(["yes", "no"]).default("no"),
  /** Micro-dollars a month that posts on X may cost; 0: no limit of ours. */
  TWITTER_POST_BUDGET_MICRO_USD: whole(0, 2_000_000_000).default(0),
});
