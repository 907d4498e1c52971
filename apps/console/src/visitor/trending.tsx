import type { Input } from "@streamvibe/client";
import { useEffect } from "react";
import { connected, queries } from "../data/client.ts";
import { useCall } from "../data/queries.ts";
import { visitor as t } from "../texts/visitor.ts";
import { useWish } from "../ui/address.ts";
import { number } from "../ui/format.ts";
import { Empty, Page, Query, Select, Time } from "../ui/parts.tsx";
import { CategoryChoice, PlatformChoice } from "./choices.tsx";
import { Grid, ItemCard } from "./item_card.tsx";

const PERIODS = [["today", t.trending.today], ["week", t.trending.week], [
  "month",
  t.trending.month,
]] as const;

export default function Trending() {
  const [wish, change] = useWish();
  const { period = "today", category, platform } = wish as Input<"get-trending">;
  // Trending lists exist per category or per platform, not for both.
  const list = useCall("get-trending", { period, category, ...(category ? {} : { platform }), limit: 50 }, {
    keep: true,
  });
  useBroadcast(`${period}${category ? `:${category}` : platform ? `:${platform}` : ""}`);
  return (
    <Page
      title={t.trending.title}
      lede={t.trending.lede}
      actions={list.data?.updated_at && (
        <p className="quiet small">
          {t.trending.updated} <Time at={list.data.updated_at} relative />
        </p>
      )}
    >
      <div className="filters">
        <Select
          label={t.period}
          value={period}
          options={PERIODS}
          onChange={({ target }) => change({ period: target.value })}
        />
        <CategoryChoice wish={wish} change={(next) => change({ ...next, platform: undefined })} />
        <PlatformChoice wish={wish} change={(next) => change({ ...next, category: undefined })} />
      </div>
      <Query
        of={list}
        rows={6}
        empty={({ trending_items }) =>
          trending_items.length === 0 && <Empty title={t.trending.empty} why={t.trending.empty_why} />}
      >
        {({ trending_items, trend_scores }) => (
          <Grid>
            {trending_items.map((item, at) => (
              <li key={item.id}>
                <ItemCard
                  item={item}
                  rank={at + 1}
                  note={scoreOf(trend_scores, item.id)}
                />
              </li>
            ))}
          </Grid>
        )}
      </Query>
    </Page>
  );
}

function scoreOf(scores: unknown, id: string) {
  const score = (scores as Record<string, number>)[id];
  return score === undefined ? undefined : <p>{t.trending.score(number(Math.round(score * 10) / 10))}</p>;
}

/** Refetches the list when a broadcast reports that it changed. */
function useBroadcast(list: string): void {
  useEffect(() => {
    const isOver = new AbortController();
    void connected().then((supabase) => {
      if (isOver.signal.aborted) return;
      const channel = supabase.channel(`trending:${list}`, { config: { private: true } })
        .on(
          "broadcast",
          { event: "trending" },
          () => void queries.invalidateQueries({ queryKey: ["get-trending"] }),
        )
        .subscribe();
      isOver.signal.addEventListener("abort", () => void supabase.removeChannel(channel));
    }).catch(() => {});
    return () => isOver.abort();
  }, [list]);
}
