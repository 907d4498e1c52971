/**
 * What a channel holds, whoever made it up: the simulator's truth, which a synced library must equal. Resources of the
 * API are views of these records.
 */

export interface ChannelRecord {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly handle: string;
  readonly country: string | null;
  readonly language: string | null;
  readonly published_at: string;
  /** null = the creator hides it. */
  readonly subscribers: number | null;
  readonly views: number;
  /** A channel that never had an upload: its uploads playlist does not exist yet. */
  readonly empty_uploads: "not_found" | "empty";
  readonly source: "generated" | "real";
}

export type Privacy = "public" | "unlisted" | "private";

export interface VideoRecord {
  readonly id: string;
  readonly channel_id: string;
  readonly channel_title: string;
  readonly title: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly category_id: string;
  readonly privacy: Privacy;
  /** Its entry stays in the playlist as "Deleted video"; videos.list does not know it any more. */
  readonly deleted: boolean;
  /** When it entered the uploads playlist, which is what the playlist is ordered by. */
  readonly uploaded_at: string;
  /** Later than `uploaded_at` when publishing was scheduled. */
  readonly published_at: string;
  /** Set while publishing lies ahead. */
  readonly publish_at: string | null;
  readonly duration_seconds: number;
  /** null = not counted or hidden: the API leaves the member out. */
  readonly views: number | null;
  readonly likes: number | null;
  readonly comments: number | null;
  readonly language: string | null;
  readonly audio_language: string | null;
  readonly live: LiveRecord | null;
  readonly made_for_kids: boolean;
  readonly synthetic: boolean;
  readonly paid_placement: boolean;
  readonly definition: "hd" | "sd";
  readonly caption: boolean;
  readonly licensed: boolean;
  readonly blocked_in: readonly string[];
  readonly largest_thumbnail: "high" | "standard" | "maxres" | "fhd" | "uhd";
  readonly translations: Readonly<Record<string, { readonly title: string; readonly description: string }>>;
  readonly topics: readonly string[];
  readonly recorded_at: string | null;
}

export interface LiveRecord {
  readonly state: "upcoming" | "live" | "completed";
  readonly scheduled_start: string;
  readonly actual_start: string | null;
  readonly actual_end: string | null;
  readonly viewers: number | null;
}

export interface ChannelSummary {
  readonly id: string;
  readonly title: string;
  readonly videos: number;
  readonly source: "generated" | "real";
}

/** Where channels come from. Positions count from the newest upload, 0, to the oldest. */
export interface Catalogue {
  /** Resolves when every channel can be asked for. */
  readonly ready: Promise<void>;
  list(search: string, limit: number): ChannelSummary[];
  channel(id: string): ChannelRecord | undefined;
  byHandle(handle: string): ChannelRecord | undefined;
  size(channel_id: string): number;
  at(channel_id: string, position: number, count: number): VideoRecord[];
  video(id: string): VideoRecord | undefined;
  /** Where a video of this catalogue stands in its channel. */
  positionOf(id: string): { channel_id: string; position: number } | undefined;
  stop?(): void;
}
