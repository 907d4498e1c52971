/**
 * When accounts published: real histories if the shared data set exists, otherwise generated ones. Both have the same shape, so the
 * simulation runs everywhere; its output states which it used.
 */

export interface History {
  /** How much the account publishes in the simulated year. */
  kind: Kind;
  /** Milliseconds, oldest first; includes half a year before the simulated year. */
  published: number[];
}

export const KINDS = ["several a week", "weekly", "monthly", "rare", "silent"] as const;
export type Kind = typeof KINDS[number];

/** The kinds of accounts whose items should be found soon. */
export const ACTIVE: readonly Kind[] = ["several a week", "weekly"];

const DAY = 86_400_000;
/** The data set was collected from 2025-02-23 to 2026-08-22. */
export const BEGIN = Date.UTC(2025, 7, 22);
export const END = BEGIN + 365 * DAY;

const DATA = new URL("../../../shared/data/youtube_trending.ndjson.gz", import.meta.url);

export async function histories(perKind: number): Promise<{ source: string; histories: History[] }> {
  const real = await realHistories(perKind);
  return real
    ? { source: "real channels (videos that trended, 2025–2026)", histories: real }
    : { source: "generated histories", histories: generated(perKind) };
}

function kindOf(published: number[]): Kind {
  const count = published.filter((at) => at >= BEGIN && at < END).length;
  return count >= 100
    ? "several a week"
    : count >= 40
    ? "weekly"
    : count >= 10
    ? "monthly"
    : count >= 1
    ? "rare"
    : "silent";
}

async function realHistories(perKind: number): Promise<History[] | null> {
  const file = await Deno.open(DATA).catch(() => null);
  if (!file) return null;
  const channels = new Map<string, number[]>();
  const lines = file.readable.pipeThrough(new DecompressionStream("gzip")).pipeThrough(
    new TextDecoderStream(),
  );
  let rest = "";
  for await (const chunk of lines) {
    const parts = (rest + chunk).split("\n");
    rest = parts.pop() ?? "";
    for (const line of parts) {
      const channel = /"channel_id":"([^"]+)"/.exec(line)?.[1];
      const at = Date.parse(/"publish_time":"([^"]+)"/.exec(line)?.[1] ?? "");
      if (!channel || !(at < END) || at < BEGIN - 180 * DAY) continue;
      const known = channels.get(channel);
      known ? known.push(at) : channels.set(channel, [at]);
    }
  }
  const chosen = new Map<Kind, History[]>(KINDS.map((kind) => [kind, []]));
  // Ordered by id, which is unrelated to the content: the same channels in every run.
  for (const id of [...channels.keys()].sort()) {
    const published = (channels.get(id) ?? []).sort((a, b) => a - b);
    // Creators connect accounts that already have items.
    if ((published[0] ?? END) >= BEGIN) continue;
    const kind = kindOf(published);
    const list = chosen.get(kind) ?? [];
    if (list.length < perKind) list.push({ kind, published });
  }
  return [...chosen.values()].flat();
}

/** Generates creators with a rhythm, favourite hours, holidays and an end. */
function generated(perKind: number): History[] {
  let seed = 7;
  const random = () => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648;
  const gaps: Record<Kind, number> = { "several a week": 2, weekly: 7, monthly: 25, rare: 120, silent: 10 };
  return KINDS.flatMap((kind) =>
    Array.from({ length: perKind }, (): History => {
      const hour = Math.floor(random() * 24);
      const published: number[] = [];
      const stop = kind === "silent" ? BEGIN - random() * 60 * DAY : END;
      for (let at = BEGIN - 180 * DAY; at < stop;) {
        at += -Math.log(1 - random()) * gaps[kind] * DAY;
        if (random() < 0.02) at += 14 * DAY;
        const day = Math.floor(at / DAY) * DAY;
        const usual = random() < 0.75 ? hour + random() * 3 - 1.5 : random() * 24;
        if (day < stop) published.push(day + usual * 3_600_000);
      }
      return { kind, published: published.sort((a, b) => a - b) };
    })
  );
}
