/** Addresses where platforms play a video inside another site's page: only those that they document. */
import type { JsonObject, PlatformSlug } from "./platform.ts";

/** The fields that a player's address is built from. */
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

/** Returns the address of a video's player; null where the platform documents none or the creator does not allow embedding. */
export function playerOf(platform: string, item: Playable): string | null {
  return PLAYERS[platform as PlatformSlug]?.(item) ?? null;
}
