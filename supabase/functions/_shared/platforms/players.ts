/** Where platforms play a video inside somebody else's page. Only addresses that they document; what plays nowhere has none. */
import type { JsonObject, PlatformSlug } from "./platform.ts";

/** What a player's address is made from. */
export interface Playable {
  platform_content_id: string;
  permalink: string | null;
  metadata: JsonObject;
}

const PLAYERS: Partial<Record<PlatformSlug, (item: Playable) => string | null>> = {
  // https://developers.google.com/youtube/player_parameters
  youtube: ({ platform_content_id, metadata }) =>
    metadata.embeddable === false
      ? null
      : `https://www.youtube.com/embed/${encodeURIComponent(platform_content_id)}`,
  // https://developers.tiktok.com/doc/embed-player
  tiktok: ({ platform_content_id }) =>
    `https://www.tiktok.com/player/v1/${encodeURIComponent(platform_content_id)}`,
  // https://developers.facebook.com/docs/plugins/embedded-video-player
  facebook: ({ permalink }) =>
    permalink && `https://www.facebook.com/plugins/video.php?href=${encodeURIComponent(permalink)}`,
};

/** The address of a video's player; null where the platform has none that it documents, or the creator does not allow it. */
export function playerOf(platform: string, item: Playable): string | null {
  return PLAYERS[platform as PlatformSlug]?.(item) ?? null;
}
