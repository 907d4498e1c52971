/** Responses of the YouTube Data API; only the members that are used. */
import * as z from "zod";

/** Ids, page tokens and ETags: they become part of requests and keys, so their form is checked. */
const Id = z.string().regex(/^[\x21-\x7e]{1,512}$/);

export const Thumbnails = z.record(
  z.string(),
  z.looseObject({ url: z.string().optional(), width: z.number().optional() }),
).optional().catch(undefined);

export const Channel = z.looseObject({
  id: Id,
  snippet: z.looseObject({ title: z.unknown(), customUrl: z.unknown(), thumbnails: Thumbnails }).partial()
    .optional(),
  contentDetails: z.looseObject({
    relatedPlaylists: z.looseObject({ uploads: Id.optional() }).optional(),
  }).optional(),
  statistics: z.looseObject({ subscriberCount: z.unknown(), hiddenSubscriberCount: z.unknown() }).partial()
    .optional(),
});
export type Channel = z.infer<typeof Channel>;

export const ChannelList = z.looseObject({ etag: Id.optional(), items: z.array(Channel).optional() });

export const PlaylistItemList = z.looseObject({
  etag: Id.optional(),
  nextPageToken: Id.optional(),
  pageInfo: z.looseObject({ totalResults: z.number().optional() }).optional(),
  items: z.array(z.looseObject({ contentDetails: z.looseObject({ videoId: Id }) })).optional(),
});
export type PlaylistItemList = z.infer<typeof PlaylistItemList>;

export const Video = z.looseObject({
  id: Id,
  snippet: z.looseObject({
    publishedAt: z.unknown(),
    title: z.unknown(),
    description: z.unknown(),
    thumbnails: Thumbnails,
    tags: z.unknown(),
    categoryId: z.unknown(),
    liveBroadcastContent: z.unknown(),
    defaultLanguage: z.unknown(),
    defaultAudioLanguage: z.unknown(),
  }).partial().optional(),
  contentDetails: z.looseObject({ duration: z.unknown(), definition: z.unknown(), caption: z.unknown() })
    .partial().optional(),
  status: z.looseObject({
    uploadStatus: z.unknown(),
    privacyStatus: z.unknown(),
    publishAt: z.unknown(),
    license: z.unknown(),
    embeddable: z.unknown(),
    madeForKids: z.unknown(),
  }).partial().optional(),
  statistics: z.looseObject({ viewCount: z.unknown(), likeCount: z.unknown(), commentCount: z.unknown() })
    .partial().optional(),
  liveStreamingDetails: z.looseObject({
    scheduledStartTime: z.unknown(),
    actualStartTime: z.unknown(),
    actualEndTime: z.unknown(),
  }).partial().optional(),
});
export type Video = z.infer<typeof Video>;

export const VideoList = z.looseObject({ etag: Id.optional(), items: z.array(Video).optional() });
