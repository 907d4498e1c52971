import type { Row } from "@streamvibe/client";
import { useUserId } from "../data/client.ts";
import { useCall, useTable } from "../data/queries.ts";
import { locale } from "../texts/language.ts";
import { studio as t } from "../texts/studio.ts";
import { useWish } from "../ui/address.ts";
import { number, percent } from "../ui/format.ts";
import {
  A,
  Card,
  Empty,
  Figure,
  Figures,
  Num,
  Page,
  Query,
  Section,
  Select,
  Table,
  Time,
} from "../ui/parts.tsx";
import { Bars, Chart, dayBefore, daysBetween } from "../ui/plots.tsx";
import { categoryName, platformName } from "../visitor/item_card.tsx";
import { bestTimes, type Measured, sums } from "./best_time.ts";
import { type Account, isConnected, nameOf, useAccounts } from "./data.ts";

type Item =
  & Measured
  & Pick<Row<"content_item">, "id" | "title" | "category_code" | "total_clicks" | "social_account_id">;

/** Only this many of the newest items are analysed, because a library may have a million. */
const MOST = 500;

export function useNewestItems() {
  const user = useUserId();
  return useTable<Item[]>(
    ["content_item", "newest", MOST],
    (from, signal) =>
      from("content_item").select(
        "id, title, category_code, views_count, total_clicks, published_at, social_account_id",
      )
        .eq("user_id", user).is("deleted_at", null).order("published_at", { ascending: false }).limit(MOST)
        .abortSignal(signal),
    { staleMs: 60_000 },
  );
}

export default function Analytics() {
  const [{ days = "28" }, change] = useWish();
  const since = dayBefore(Number(days) - 1);
  const clicks = useCall("get-click-stats", { since, until: dayBefore(0) }, { keep: true });
  const items = useNewestItems();
  const accounts = useAccounts();
  const platformOf = (id: string) =>
    platformName(accounts.data?.find((account) => account.id === id)?.platform.slug ?? "");
  return (
    <Page
      title={t.analytics.title}
      lede={t.analytics.lede}
      actions={
        <Select
          label={t.analytics.since}
          value={days}
          options={Object.entries(t.analytics.spans)}
          onChange={({ target }) => change({ days: target.value })}
        />
      }
    >
      <Week />
      <Section title={t.analytics.clicks}>
        <Query
          of={clicks}
          empty={({ total_clicks }) =>
            total_clicks === 0 && <Empty title={t.analytics.none} why={t.analytics.none_why} />}
        >
          {({ by_day, by_referrer, by_country }) => {
            const byDay = new Map(by_day.map(({ day, clicks }) => [day.slice(0, 10), clicks]));
            const x = daysBetween(since, dayBefore(0));
            return (
              <div className="stack">
                <Chart
                  title={t.analytics.clicks}
                  x={x}
                  bars
                  series={[{ name: t.analytics.clicks_name, values: x.map((day) => byDay.get(day) ?? 0) }]}
                />
                <div className="halves">
                  <Section title={t.analytics.referrers}>
                    <Bars
                      label={t.analytics.referrers}
                      rows={by_referrer.slice(0, 8).map(({ referrer_host, clicks }) => ({
                        name: referrer_host ?? t.analytics.direct,
                        value: clicks,
                      }))}
                    />
                  </Section>
                  <Section title={t.analytics.countries}>
                    <Bars
                      label={t.analytics.countries}
                      rows={by_country.slice(0, 8).map(({ country, clicks }) => ({
                        name: countryName(country),
                        value: clicks,
                      }))}
                    />
                  </Section>
                </div>
              </div>
            );
          }}
        </Query>
      </Section>
      <Query of={items} empty={(rows) => rows.length === 0 && <NoItems />}>
        {(rows) => (
          <>
            <p className="quiet">{t.analytics.basis(number(rows.length))}</p>
            <div className="halves">
              <Section title={t.analytics.views_by_platform}>
                <Bars
                  label={t.analytics.views_by_platform}
                  rows={sums(rows, (row) => platformOf(row.social_account_id)).map(withNote)}
                />
              </Section>
              <Section title={t.analytics.views_by_topic}>
                <Bars
                  label={t.analytics.views_by_topic}
                  rows={sums(rows, (row) => categoryName(row.category_code) || t.analytics.topic_none).slice(
                    0,
                    8,
                  ).map(withNote)}
                />
              </Section>
            </div>
            <Section title={t.analytics.published}>
              <Weeks rows={rows} />
            </Section>
            <BestTime rows={rows} />
            <Section title={t.analytics.top}>
              <Table
                caption={t.analytics.top}
                rows={[...rows].sort((one, other) => other.views_count - one.views_count).slice(0, 10)}
                keyOf={({ id }) => id}
                columns={[
                  {
                    name: t.library.columns.item,
                    cell: ({ id, title }) => <A to={`/studio/library/${id}`}>{title || id}</A>,
                  },
                  {
                    name: t.library.columns.views,
                    numeric: true,
                    cell: ({ views_count }) => <Num value={views_count} compact />,
                  },
                  {
                    name: t.library.columns.visits,
                    numeric: true,
                    cell: ({ total_clicks }) => <Num value={total_clicks} compact />,
                  },
                  {
                    name: t.library.columns.published,
                    cell: ({ published_at }) => <Time at={published_at} style="day" />,
                  },
                ]}
              />
            </Section>
          </>
        )}
      </Query>
      <Section title={t.analytics.growth} lede={t.analytics.growth_lede}>
        <Query of={accounts}>
          {(all) => <Growth accounts={all.filter(isConnected)} clicks={clicks} since={since} />}
        </Query>
      </Section>
    </Page>
  );
}

const fullName = (account: Account) => `${nameOf(account)} · ${platformName(account.platform.slug)}`;

/** A plot has at most five distinguishable colours. With more accounts it shows the largest; the figures show all. */
const MOST_LINES = 5;

/** Followers of each account: the current count, the change, and a plot from the first known day. */
function Growth({ accounts, clicks, since }: {
  accounts: Account[];
  clicks: ReturnType<typeof useCall<"get-click-stats">>;
  since: string;
}) {
  const days = new Map<string, Map<string, number>>();
  for (const { social_account_id, day, followers } of clicks.data?.followers_by_day ?? []) {
    const of = days.get(social_account_id) ?? new Map<string, number>();
    days.set(social_account_id, of.set(day.slice(0, 10), followers));
  }
  const drawn = accounts.filter(({ id }) => days.has(id))
    .sort((one, other) => (other.followers_count ?? 0) - (one.followers_count ?? 0)).slice(0, MOST_LINES);
  const first = [...days.values()].flatMap((of) => [...of.keys()]).sort()[0];
  const x = first ? daysBetween(first > since ? first : since, dayBefore(0)) : [];
  return (
    <div className="stack">
      <Figures>
        {accounts.map((account) => (
          <Figure
            key={account.id}
            name={fullName(account)}
            note={
              <Gained now={account.followers_count} before={days.get(account.id)?.values().next().value} />
            }
          >
            <Num value={account.followers_count} compact />
          </Figure>
        ))}
      </Figures>
      <Query of={clicks}>
        {() =>
          drawn.length === 0 ? <p className="quiet">{t.analytics.growth_none}</p> : (
            <Chart
              title={t.analytics.growth}
              x={x}
              isJoined
              series={drawn.map((account) => ({
                name: fullName(account),
                values: x.map((day) => days.get(account.id)?.get(day) ?? null),
              }))}
            />
          )}
      </Query>
    </div>
  );
}

function Gained({ now, before }: { now: number | null; before?: number }) {
  if (now === null || before === undefined) return null;
  if (now === before) return <>{t.analytics.unchanged}</>;
  const count = number(Math.abs(now - before), true);
  return (
    <span className={now > before ? "up" : "down"}>
      {now > before ? t.analytics.gained(count) : t.analytics.lost(count)}
    </span>
  );
}

const withNote = ({ name, value, count }: { name: string; value: number; count: number }) => ({
  name,
  value,
  note: t.analytics.per_item(number(Math.round(value / Math.max(1, count)), true)),
});

function NoItems() {
  return (
    <Empty title={t.library.none} why={t.library.none_why}>
      <A to="/studio/accounts" className="button primary">{t.home.connect}</A>
    </Empty>
  );
}

/** Compares this week with the week before. */
function Week() {
  const now = useCall("get-click-stats", { since: dayBefore(6), until: dayBefore(0) });
  const before = useCall("get-click-stats", { since: dayBefore(13), until: dayBefore(7) });
  const items = useNewestItems();
  const since = (days: number) =>
    items.data?.filter(({ published_at }) => Date.parse(published_at) > Date.now() - days * 86_400_000)
      .length;
  const thisWeek = since(7), twoWeeks = since(14);
  return (
    <Section title={t.analytics.week}>
      <Figures>
        <Figure
          name={t.analytics.visits_week}
          note={now.data && before.data && (
            <Change now={now.data.total_clicks} before={before.data.total_clicks} />
          )}
        >
          <Num value={now.error ? null : now.data?.total_clicks ?? null} />
        </Figure>
        <Figure
          name={t.analytics.newest_items}
          note={thisWeek !== undefined && twoWeeks !== undefined && (
            <Change now={thisWeek} before={twoWeeks - thisWeek} />
          )}
        >
          <Num value={thisWeek ?? null} />
        </Figure>
      </Figures>
    </Section>
  );
}

function Change({ now, before }: { now: number; before: number }) {
  if (now === before) return <>{t.analytics.same}</>;
  const share = before === 0 ? number(Math.abs(now - before)) : percent(Math.abs(now - before) / before);
  return (
    <span className={now > before ? "up" : "down"}>
      {now > before ? t.analytics.more(share) : t.analytics.less(share)}
    </span>
  );
}

function Weeks({ rows }: { rows: Item[] }) {
  const monday = (at: string) => {
    const day = new Date(`${at.slice(0, 10)}T00:00:00Z`);
    return dayBefore((day.getUTCDay() + 6) % 7, day.getTime());
  };
  const counts = new Map<string, number>();
  for (const { published_at } of rows) {
    counts.set(monday(published_at), (counts.get(monday(published_at)) ?? 0) + 1);
  }
  const x: string[] = [];
  const first = Math.max(
    Date.parse([...counts.keys()].sort()[0] ?? dayBefore(0)),
    Date.now() - 365 * 86_400_000,
  );
  for (let at = Date.parse(monday(new Date(first).toISOString())); at <= Date.now(); at += 7 * 86_400_000) {
    x.push(dayBefore(0, at));
  }
  return (
    <Chart
      title={t.analytics.published}
      x={x}
      bars
      series={[{ name: t.home.items, values: x.map((day) => counts.get(day) ?? 0) }]}
    />
  );
}

function countryName(code: string | null): string {
  if (!code) return t.analytics.unknown_country;
  return new Intl.DisplayNames(locale(), { type: "region", fallback: "code" }).of(code) ?? code;
}

/** 2026-11-30 is a Monday. */
export const dayName = (day: number, style: "long" | "short" = "long"): string =>
  new Intl.DateTimeFormat(locale(), { weekday: style, timeZone: "UTC" }).format(
    new Date(Date.UTC(2026, 10, 30 + day)),
  );
export const hourName = (hour: number): string =>
  new Intl.DateTimeFormat(locale(), { hour: "numeric", timeZone: "UTC" }).format(
    new Date(Date.UTC(2026, 0, 1, hour)),
  );

function BestTime({ rows }: { rows: Item[] }) {
  const found = bestTimes(rows);
  return (
    <Section title={t.analytics.best} lede={t.analytics.best_lede}>
      {!found ? <p className="quiet">{t.analytics.best_few}</p> : (
        <Card>
          <p>
            <strong>
              {t.analytics.best_words(
                dayName(found.best.day),
                hourName(found.best.hour),
                number(Math.round(found.best.factor * 10) / 10),
              )}
            </strong>
          </p>
          <table className="heat">
            <caption className="sr">{t.analytics.best}</caption>
            <thead>
              <tr>
                <td />
                {Array.from({ length: 8 }, (_, at) => <th key={at} scope="col">{hourName(at * 3)}</th>)}
              </tr>
            </thead>
            <tbody>
              {found.table.map((hours, day) => (
                <tr key={day}>
                  <th scope="row">{dayName(day, "short")}</th>
                  {hours.map((median, at) => (
                    <td key={at} data-level={levelOf(median, found.most)}>
                      <span className="sr">
                        {median === null ? t.analytics.none : number(Math.round(median))}
                      </span>
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </Card>
      )}
    </Section>
  );
}

const levelOf = (median: number | null, most: number): number | undefined =>
  median === null ? undefined : Math.max(1, Math.ceil(4 * Math.log1p(median) / Math.log1p(most)));
