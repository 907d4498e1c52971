/** What the simulated YouTube tells about itself: its channels, and what a synced library must equal. */
import { z } from "zod";
import type { Channel } from "./journey.ts";
import { ask } from "./simulated_platforms.ts";
import type { Stack } from "./target.ts";

const Listed = z.object({
  channels: z.array(z.object({
    channel_id: z.string(),
    title: z.string(),
    videos: z.number(),
    source: z.enum(["generated", "real"]),
  })),
});
const Created = z.object({ channel_id: z.string(), title: z.string() });
const Videos = z.object({
  videos: z.array(z.object({
    id: z.string(),
    title: z.string(),
    deleted: z.boolean(),
    tags: z.array(z.string()),
  })),
});

/** Videos that the walk's channel has at least. */
const VIDEOS = 200;
/** Most of what this seed makes up is in English; the rest is in a dozen other languages. */
const SEED = 8;

/**
 * The channel to walk with: one that is named like `search`; else, when there is a real catalogue, its smallest channel
 * that is large enough and has tags; else a new one called `title`.
 */
export async function chooseChannel(
  stack: Stack,
  title: string,
  search = "",
  atLeast = VIDEOS,
): Promise<Channel> {
  const { channels } = Listed.parse(
    await ask(stack, `youtube/channels?limit=1000&search=${encodeURIComponent(search)}`),
  );
  const fitting = channels.filter(({ source, videos }) =>
    videos >= atLeast && (search !== "" || source === "real")
  )
    .sort((a, b) => a.videos - b.videos || a.channel_id.localeCompare(b.channel_id));
  for (const { channel_id, title } of fitting) {
    const { videos } = Videos.parse(await ask(stack, `youtube/channels/${channel_id}/videos?limit=50`));
    if (videos.some(({ tags }) => tags.length > 0)) return { channel_id, title };
  }
  if (search !== "") {
    throw new Error(
      `Cannot find a channel named like “${search}” that has ${atLeast} videos, some with tags`,
    );
  }
  return await makeChannel(stack, title, atLeast);
}

/** Makes a channel that no other walk knows. */
export async function makeChannel(stack: Stack, title: string, videos: number): Promise<Channel> {
  return Created.parse(await ask(stack, "youtube/channels", { title, videos, plain: true, seed: SEED }));
}

/** The videos that a correct library of the channel has. */
export async function publishedVideos(stack: Stack, channel_id: string) {
  const { videos } = Videos.parse(await ask(stack, `youtube/channels/${channel_id}/videos`));
  return videos.filter((video) => !video.deleted);
}
