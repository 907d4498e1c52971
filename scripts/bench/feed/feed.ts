/** A new feed and a page of an existing one, compared with the plain join over all followed creators. */
import postgres from "postgres";
import { serviceUrl, withStack } from "../bench_stack.ts";
import { atLeast, atMost, type Benchmark } from "../benchmark.ts";
import { closedLoop, interleaved, ratioOf } from "../measure.ts";
import { makeReaders } from "./world.ts";

const FOLLOWS = 2_000;
/** The obvious fan-out on read. */
const PLAIN = `
  select item.id, item.title, item.published_at from feed.preference as preference
  join ops.public_item as item on item.user_id = preference.creator_id
  where preference.user_id = $1 and not preference.is_muted
  order by item.published_at desc, item.id limit 20`;

export const feed: Benchmark = {
  name: "feed",
  about: "the feed of a user who follows 2,000 creators: creating and reading it, compared with a plain join",
  run: (effort) =>
    withStack(async ({ db_url }) => {
      const owner = postgres(db_url, { max: 1, onnotice: () => {} });
      const service = postgres(serviceUrl(db_url), { max: 4, onnotice: () => {} });
      try {
        const [reader = ""] = await makeReaders(owner, db_url, effort.size, 20, FOLLOWS);
        const [made] = await service<{ id: string }[]>`select public.make_feed(${reader}) as id`;
        const figures = await interleaved(effort.rounds, {
          plain: () => closedLoop(1, effort.seconds, () => owner.unsafe(PLAIN, [reader])),
          made: () =>
            closedLoop(1, effort.seconds, () =>
              service`select public.read_feed(public.make_feed(${reader}), ${reader})`),
          read: () =>
            closedLoop(1, effort.seconds, () =>
              service`select public.read_feed(${made?.id ?? ""}, ${reader})`),
        });
        const [follows] =
          await owner`select count(*)::int as follows from feed.preference where user_id = ${reader}`;
        return {
          rows: [
            { case: `${follows?.follows} followed`, system: "plain join, one page", figures: figures.plain },
            {
              case: `${follows?.follows} followed`,
              system: "new feed with its first page",
              figures: figures.made,
            },
            {
              case: `${follows?.follows} followed`,
              system: "a page of an existing feed",
              figures: figures.read,
            },
          ],
          goals: [
            atMost("home, cold, p95", 250, figures.made.p95_ms, " ms"),
            atMost("home, warm, p95", 120, figures.read.p95_ms, " ms"),
            atLeast(
              "a page of an existing feed, times the plain join's speed",
              1,
              ratioOf(figures.read, figures.plain).median,
            ),
            atLeast(
              "a new feed, times the plain join's speed",
              1,
              ratioOf(figures.made, figures.plain).median,
            ),
          ],
        };
      } finally {
        await owner.end();
        await service.end();
      }
    }),
};
