/** Simulated clicks of some weeks on items of creators of all sizes, hour by hour: usual traffic, bursts, past hits, and bots. */
import type { Sql } from "postgres";
import { Seeded } from "../../simulators/engine/seeded.ts";

export type Kind = "usual" | "burst" | "old hit" | "bot" | "repeater";

export interface ClickedItem {
  id: string;
  kind: Kind;
  creator: string;
  /** The creator's followers. */
  followers: number;
  /** The hour in which the item's story begins: its publication, a burst, a hit's end, bots. */
  begins: number;
}

/** The number of followers of the creators of every second burst. */
export const SMALL = 20;
/** Items per creator without a story. */
const EACH = 5;
const BURST_HOURS = 6;
const HIT_HOURS = 48;
const BROWSER = "Mozilla/5.0 (X11; Linux x86_64)";

/** Returns the visitors an hour of an item, and the user agent of their programs. */
function visitorsOf({ kind, followers, begins }: ClickedItem, hour: number, busy: number) {
  const since = hour - begins;
  switch (kind) {
    // Grows with the creator's followers, and falls with the item's age.
    case "usual":
      return {
        rate: busy * followers ** 0.5 * Math.exp(-Math.max(since, 0) / 240) * Number(since >= 0),
        agent: BROWSER,
      };
    case "burst":
      return { rate: since >= 0 && since < BURST_HOURS ? 60 : 0.02, agent: BROWSER };
    case "old hit":
      return { rate: since < 0 && since >= -HIT_HOURS ? 60 : 0.02, agent: BROWSER };
    case "bot":
      return { rate: since >= 0 && since < BURST_HOURS ? 400 : 0, agent: "Googlebot/2.1" };
    case "repeater":
      return { rate: since >= 0 && since < BURST_HOURS ? 400 : 0, agent: BROWSER };
  }
}

/** Draws a whole number with the given mean. */
function drawn(chance: Seeded, mean: number): number {
  if (mean > 30) {
    const normal = Math.sqrt(-2 * Math.log(1 - chance.next())) * Math.cos(2 * Math.PI * chance.next());
    return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal));
  }
  let [count, product] = [0, chance.next()];
  for (const limit = Math.exp(-mean); product > limit; count++) product *= chance.next();
  return count;
}

/**
 * Simulates clicks for the given number of hours from `start`; after each hour, rolls up the clicks and refreshes the lists.
 *
 * @param busy Visitors an hour of a creator with one follower; 0 leaves only the stories.
 * @param look Called after each hour.
 */
export async function clickThrough(
  sql: Sql,
  items: readonly ClickedItem[],
  { start, hours, busy, seed = 5 }: { start: Date; hours: number; busy: number; seed?: number },
  look: (hour: number) => Promise<void>,
): Promise<number> {
  const chance = new Seeded(seed);
  let clicks = 0;
  for (let hour = 0; hour < hours; hour++) {
    const ids: string[] = [];
    const visitors: string[] = [];
    const agents: string[] = [];
    for (const item of items) {
      const { rate, agent } = visitorsOf(item, hour, busy);
      for (let left = drawn(chance, rate); left > 0; left--) {
        ids.push(item.id);
        visitors.push(item.kind === "repeater" ? "always the same" : `${chance.next()}`);
        agents.push(agent);
      }
    }
    clicks += ids.length;
    const at = new Date(start.getTime() + (hour + 1) * 3_600_000);
    await sql`
      insert into public.content_click (content_id, visitor, user_agent, clicked_at)
      select id, substring(sha256(convert_to(visitor, 'UTF8')) for 16), agent, ${at}::timestamptz - interval '1 minute'
      from unnest(${ids}::uuid[], ${visitors}::text[], ${agents}::text[]) as given (id, visitor, agent)`;
    await sql`select ops.roll_up_clicks(${at})`;
    await sql`select ops.refresh_trending(${at})`;
    await look(hour);
  }
  return clicks;
}

/** Returns items of creators of all sizes, most of them small, five items each, and the stories, each with its own creator. */
export function clickedItems(hours: number, usual: number, each: number, seed = 3): ClickedItem[] {
  const chance = new Seeded(seed);
  const sized = () => Math.floor(10 ** (1 + 5.5 * chance.next() ** 2));
  const stories: Kind[] = ["burst", "old hit", "bot", "repeater"];
  const creators = Array.from({ length: Math.ceil(usual / EACH) }, (_, number) => ({
    creator: `usual ${number}`,
    followers: sized(),
  }));
  return [
    ...Array.from({ length: usual }, (_, number): ClickedItem => ({
      id: crypto.randomUUID(),
      kind: "usual",
      ...creators[number % creators.length] as typeof creators[number],
      // A third of them are published during the simulated hours.
      begins: Math.floor(chance.next() * hours * 3 - hours * 2),
    })),
    ...stories.flatMap((kind) =>
      Array.from({ length: each }, (_, number): ClickedItem => ({
        id: crypto.randomUUID(),
        kind,
        creator: `${kind} ${number}`,
        followers: kind === "burst" && number % 2 === 0 ? SMALL : sized(),
        begins: kind === "old hit"
          ? HIT_HOURS + Math.floor(chance.next() * (hours - 2 * HIT_HOURS))
          : Math.floor(hours * 0.1 + chance.next() * hours * 0.8),
      }))
    ),
  ];
}
