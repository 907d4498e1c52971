/** Reads the simulated YouTube's admin routes: its channels, and what a synced library must equal. */
import { z } from "zod";
import { ask } from "./simulated_platforms.ts";
import type { Channel, Stack } from "./journey.ts";

const Account = z.object({ account_id: z.string(), name: z.string() })
  .transform(({ account_id, name }) => ({ channel_id: account_id, title: name }));
const Listed = z.object({
  accounts: z.array(z.object({ items: z.number(), source: z.enum(["generated", "real"]) }).and(Account)),
});
const Videos = z.object({
  items: z.array(z.object({
    id: z.string(),
    title: z.string(),
    deleted: z.boolean(),
    tags: z.array(z.string()),
  })),
});

/** Default minimum number of videos of the channel. */
const VIDEOS = 200;
/** Most of the texts generated from this seed are in English; the rest is in a dozen other languages. */
const SEED = 8;

/**
 * Chooses the channel for the journey: one whose name contains `search`; otherwise, if there is a real catalogue, its smallest channel that
 * is large enough and has tags; otherwise a new one called `title`.
 */
export async function chooseChannel(
  stack: Stack,
  title: string,
  search = "",
  atLeast = VIDEOS,
): Promise<Channel> {
  const { accounts } = Listed.parse(
    await ask(stack, `youtube/accounts?limit=1000&search=${encodeURIComponent(search)}`),
  );
  const fitting = accounts.filter(({ source, items }) =>
    items >= atLeast && (search !== "" || source === "real")
  )
    .sort((a, b) => a.items - b.items || a.channel_id.localeCompare(b.channel_id));
  for (const { channel_id, title } of fitting) {
    const { items } = Videos.parse(await ask(stack, `youtube/accounts/${channel_id}/items?limit=50`));
    if (items.some(({ tags }) => tags.length > 0)) return { channel_id, title };
  }
  if (search !== "") {
    throw new Error(
      `Cannot find a channel named like “${search}” that has ${atLeast} videos, some with tags`,
    );
  }
  return await makeChannel(stack, title, atLeast);
}

/** Creates a channel that no other journey uses. */
export async function makeChannel(stack: Stack, title: string, videos: number): Promise<Channel> {
  const wish = { name: title, items: videos, plain: true, seed: SEED };
  return Account.parse(await ask(stack, "youtube/accounts", wish));
}

/** Returns the videos that a correct library of the channel contains. */
export async function publishedVideos(stack: Stack, channel_id: string) {
  const { items } = Videos.parse(await ask(stack, `youtube/accounts/${channel_id}/items`));
  return items.filter((video) => !video.deleted);
}
