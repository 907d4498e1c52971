/** What the simulated YouTube tells about itself: its channels, and what a synced library must equal. */
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

/** Makes a channel that no other walk knows. */
export async function makeChannel(stack: Stack, title: string, videos: number): Promise<Channel> {
  const wish = { name: title, items: videos, plain: true, seed: SEED };
  return Account.parse(await ask(stack, "youtube/accounts", wish));
}

/** The videos that a correct library of the channel has. */
export async function publishedVideos(stack: Stack, channel_id: string) {
  const { items } = Videos.parse(await ask(stack, `youtube/accounts/${channel_id}/items`));
  return items.filter((video) => !video.deleted);
}
