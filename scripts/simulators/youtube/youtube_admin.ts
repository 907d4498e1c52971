/** What tests do to YouTube from outside: channels of their own, edits, the truth to compare with, quotas. */
import { z } from "zod";
import { AdminError, readBody, readQuery } from "../admin.ts";
import { local_client } from "../google/accounts.ts";
import { type Call, json, type Route } from "../provider.ts";
import type { Library } from "./library.ts";
import { type Bucket, buckets, type Quota } from "./quota.ts";
import { uploadsOf } from "./resources.ts";

const Time = z.iso.datetime().refine(
  (time) => /:\d\dZ$/.test(time),
  "must be a time like 2026-10-01T12:00:00Z",
);
const Count = z.int().min(0);

const NewChannel = z.strictObject({
  title: z.string().min(1).max(100).optional(),
  description: z.string().max(1_000).optional(),
  country: z.string().length(2).optional(),
  videos: z.int().min(0).max(1_000_000),
  seed: z.int().min(0).max(4_294_967_295).optional(),
  plain: z.boolean().optional().describe("public videos only: nothing private, deleted, scheduled or live"),
  newest_at: Time.optional(),
  days_between: z.number().positive().max(3_650).optional(),
  empty_uploads: z.enum(["not_found", "empty"]).optional(),
  hidden_subscribers: z.boolean().optional(),
});

const ChannelChange = z.strictObject({
  title: z.string().min(1).max(100).optional(),
  description: z.string().max(1_000).optional(),
  country: z.string().length(2).nullable().optional(),
  subscribers: Count.nullable().optional(),
  views: Count.optional(),
});

const Live = z.strictObject({
  state: z.enum(["upcoming", "live", "completed"]),
  scheduled_start: Time,
  actual_start: Time.nullable().default(null),
  actual_end: Time.nullable().default(null),
  viewers: Count.nullable().default(null),
});

const VideoChange = z.strictObject({
  title: z.string().max(100).optional(),
  description: z.string().max(5_000).optional(),
  tags: z.array(z.string().min(1)).optional(),
  category_id: z.string().regex(/^\d+$/).optional(),
  privacy: z.enum(["public", "unlisted", "private"]).optional(),
  deleted: z.boolean().optional(),
  uploaded_at: Time.optional(),
  published_at: Time.optional(),
  publish_at: Time.nullable().optional(),
  duration_seconds: Count.optional(),
  views: Count.nullable().optional(),
  likes: Count.nullable().optional(),
  comments: Count.nullable().optional(),
  language: z.string().nullable().optional(),
  audio_language: z.string().nullable().optional(),
  live: Live.nullable().optional(),
  made_for_kids: z.boolean().optional(),
  synthetic: z.boolean().optional(),
  paid_placement: z.boolean().optional(),
  definition: z.enum(["hd", "sd"]).optional(),
  caption: z.boolean().optional(),
  licensed: z.boolean().optional(),
  blocked_in: z.array(z.string().length(2)).optional(),
  largest_thumbnail: z.enum(["high", "standard", "maxres", "fhd", "uhd"]).optional(),
  translations: z.record(z.string(), z.strictObject({ title: z.string(), description: z.string() }))
    .optional(),
  topics: z.array(z.url()).optional(),
  recorded_at: Time.nullable().optional(),
});
const NewVideos = VideoChange.extend({ count: z.int().min(1).max(1_000).default(1) });

const Window = z.strictObject({
  from: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(100_000).default(100_000),
  fields: z.enum(["all", "brief"]).default("all"),
});
const ChannelSearch = z.strictObject({
  search: z.string().default(""),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
});
const QuotaChange = z.strictObject({
  bucket: z.enum(Object.keys(buckets) as [Bucket, ...Bucket[]]).default("default"),
  channel_id: z.string().min(1).optional().describe("a budget for this account alone"),
  project: z.string().min(1).default(local_client.project),
  limit: Count.nullable().optional(),
  used: Count.optional(),
});
const QuotaLook = z.strictObject({
  channel_id: z.string().min(1).optional(),
  project: z.string().min(1).default(local_client.project),
});

export function youtubeAdmin(library: Library, quota: Quota): Route[] {
  const channels = "/_admin/youtube/channels";
  const channel = `${channels}/:channel`;
  const video = `${channel}/videos/:video`;

  const known = async (call: Call) => {
    const id = call.params.channel ?? "";
    await library.find(id);
    const found = library.channel(id);
    if (found === undefined) {
      throw new AdminError(404, `Cannot ${call.method} ${call.path}: no channel has the id ${id}`);
    }
    return found;
  };
  const describe = (id: string) => ({
    channel_id: id,
    uploads_playlist_id: uploadsOf(id),
    ...library.channel(id),
    videos: library.size(id),
    public_videos: library.publicVideos(id),
  });

  return [
    {
      method: "GET",
      path: channels,
      handle: async (call) => {
        const { search, limit } = readQuery(ChannelSearch, call);
        const found = await library.list(search, limit);
        return json(200, {
          channels: found.map(({ id, ...rest }) => ({ channel_id: id, ...rest })),
          catalogue: library.report ?? null,
        });
      },
    },
    {
      method: "POST",
      path: channels,
      handle: (call) => json(201, describe(library.createChannel(readBody(NewChannel, call)).id)),
    },
    { method: "GET", path: channel, handle: async (call) => json(200, describe((await known(call)).id)) },
    {
      method: "PATCH",
      path: channel,
      handle: async (call) => {
        const { id } = await known(call);
        library.editChannel(id, defined(readBody(ChannelChange, call)));
        return json(200, describe(id));
      },
    },
    {
      method: "GET",
      path: `${channel}/videos`,
      handle: async (call) => {
        const { id } = await known(call);
        const { from, limit, fields } = readQuery(Window, call);
        const videos = library.at(id, from, limit);
        return json(200, {
          channel_id: id,
          total: library.size(id),
          videos: fields === "all"
            ? videos
            : videos.map(({ id, title, privacy, deleted }) => ({ id, title, privacy, deleted })),
        });
      },
    },
    {
      method: "POST",
      path: `${channel}/videos`,
      handle: async (call) => {
        const { id } = await known(call);
        const { count, ...edit } = readBody(NewVideos, call);
        const videos = Array.from({ length: count }, () => library.addVideo(id, defined(edit)));
        return json(201, { channel_id: id, total: library.size(id), videos });
      },
    },
    {
      method: "PATCH",
      path: video,
      handle: async (call) => {
        const { id } = await known(call);
        await library.find(call.params.video ?? "");
        return json(
          200,
          library.editVideo(id, call.params.video ?? "", defined(readBody(VideoChange, call))),
        );
      },
    },
    {
      method: "DELETE",
      path: video,
      handle: async (call) => {
        const { id } = await known(call);
        await library.find(call.params.video ?? "");
        library.removeVideo(id, call.params.video ?? "");
        return json(200, { channel_id: id, total: library.size(id) });
      },
    },
    {
      method: "GET",
      path: "/_admin/youtube/quota",
      handle: (call) => {
        const { channel_id, project } = readQuery(QuotaLook, call);
        if (channel_id !== undefined) {
          return json(200, { channel_id, default: quota.read(project, "default", channel_id) ?? null });
        }
        return json(200, {
          project,
          default: quota.read(project, "default"),
          batch_get_stats: quota.read(project, "batch_get_stats"),
        });
      },
    },
    {
      method: "PUT",
      path: "/_admin/youtube/quota",
      handle: (call) => {
        const { bucket, channel_id, project, limit, used } = readBody(QuotaChange, call);
        if (channel_id !== undefined) {
          quota.setAccount(channel_id, { limit, used });
          return json(200, { channel_id, default: quota.read(project, "default", channel_id) ?? null });
        }
        if (limit === null) {
          throw new AdminError(400, "Cannot PUT the quota: limit null is for one channel_id's own budget");
        }
        quota.set(project, bucket, { limit, used });
        return json(200, { project, [bucket]: quota.read(project, bucket) });
      },
    },
  ];
}

type Defined<Value> = { [Key in keyof Value]: Exclude<Value[Key], undefined> };

/** Without the members that were not given, which must not overwrite anything. */
function defined<Value extends object>(value: Value): Defined<Value> {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as Defined<
    Value
  >;
}
