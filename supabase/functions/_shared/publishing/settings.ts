import * as z from "zod";
import { settingsPart } from "../settings/settings.ts";
import { milliseconds, url, whole } from "../settings/values.ts";

/** Settings of publishing. */
export const PUBLISHING = settingsPart("publishing", {
  PUBLISH_TIMEOUT_MS: milliseconds.default(60_000),
  /** How long a call may still take effect after we stopped waiting for it. Until then a missing post does not prove that the call had no effect. */
  PUBLISH_SETTLE_SECONDS: whole(1, 86_400).default(180),
  /** First interval between checks of a call with unknown outcome; it doubles up to an hour. */
  PUBLISH_ASK_SECONDS: whole(1, 3_600).default(15),
  /** After this time a call with unknown outcome is no longer checked. */
  PUBLISH_GIVE_UP_HOURS: whole(1, 720).default(24),
  PUBLISH_CHUNK_BYTES: whole(262_144, 67_108_864).default(8_388_608),
  /** Media that no post has needed for this many days are deleted; 0: they are kept until their creator deletes them. */
  MEDIA_KEEP_DAYS: whole(0, 3_650).default(0),
  MEDIA_BUCKET: z.string().regex(/^[a-z0-9-]{3,63}$/).default("media"),
  YOUTUBE_UPLOAD_URL: url.default("https://www.googleapis.com/upload/youtube/v3"),
  YOUTUBE_UPLOADS_PER_DAY: whole(1, 1_000_000).default(100),
  FACEBOOK_VIDEO_URL: url.default("https://graph-video.facebook.com"),
  TIKTOK_AUDITED: z.enum(["yes", "no"]).default("no"),
  /** Monthly budget for posts on X, in micro-dollars; 0: no limit of ours. */
  TWITTER_POST_BUDGET_MICRO_USD: whole(0, 2_000_000_000).default(0),
});
