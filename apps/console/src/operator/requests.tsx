import { operator as t } from "../texts/operator.ts";
import { useWish } from "../ui/address.ts";
import * as format from "../ui/format.ts";
import {
  A,
  Badge,
  Empty,
  Figure,
  Figures,
  NotAvailable,
  Num,
  Page,
  Query,
  Section,
  Table,
  Time,
} from "../ui/parts.tsx";
import { Chart } from "../ui/plots.tsx";
import { type RequestStats, useRequestHours, useRequestStats, useSlowCalls, useUsage } from "./data.ts";
import { PersonLink } from "./parts.tsx";

export default function Requests() {
  const [wish] = useWish();
  const stats = useRequestStats();
  return (
    <Page title={t.requests.title} lede={t.requests.lede}>
      <Query
        of={stats}
        empty={(rows) => rows.length === 0 && <Empty title={t.requests.none} why={t.requests.none_why} />}
      >
        {(rows) => (
          <>
            <Totals rows={rows} />
            <Hours of={wish.function} />
            <Section title={t.requests.by_function}>
              <ByFunction rows={rows} />
            </Section>
          </>
        )}
      </Query>
      <SlowCalls of={wish.function} />
      <Usage />
    </Page>
  );
}

function Totals({ rows }: { rows: RequestStats[] }) {
  const sum = (name: "count" | "errors" | "cached" | "hits") => rows.reduce((all, row) => all + row[name], 0);
  const [count, errors, cached, hits] = [sum("count"), sum("errors"), sum("cached"), sum("hits")];
  return (
    <Figures>
      <Figure name={t.requests.count}>
        <Num value={count} compact />
      </Figure>
      <Figure name={t.requests.errors} note={count > 0 ? format.percent(errors / count, 2) : undefined}>
        <Num value={errors} compact />
      </Figure>
      <Figure
        name={t.requests.hit_rate}
        note={cached > 0
          ? t.requests.hits(format.number(hits), format.number(cached))
          : t.requests.not_cached}
      >
        {cached > 0 ? format.percent(hits / cached, 1) : <NotAvailable />}
      </Figure>
    </Figures>
  );
}

/** Calls and failures per hour, of one function or of all. */
function Hours({ of }: { of: string | undefined }) {
  const hours = useRequestHours(of);
  return (
    <Section
      title={of ? t.requests.hours_of(of) : t.requests.hours}
      actions={of && <A to="/operator/requests">{t.clear}</A>}
    >
      <Query of={hours}>
        {(rows) => {
          // The source responded, so an hour without a row is zero.
          const found = new Map(rows.map((row) => [Date.parse(row.hour ?? ""), row]));
          const hours = lastDay();
          return (
            <Chart
              title={t.requests.hours}
              x={hours.map((at) => new Date(at).toISOString())}
              isClock
              bars
              series={[
                { name: t.requests.count, values: hours.map((at) => found.get(at)?.count ?? 0) },
                { name: t.requests.errors, values: hours.map((at) => found.get(at)?.errors ?? 0) },
              ]}
            />
          );
        }}
      </Query>
    </Section>
  );
}

const HOUR_MS = 3_600_000;
/** Returns the starts of the last 24 hours, including the current one. */
const lastDay = (now = Date.now()) =>
  Array.from({ length: 24 }, (_, at) => (Math.floor(now / HOUR_MS) - 23 + at) * HOUR_MS);

const ms = (value: number | null) => value === null ? <NotAvailable /> : t.database.ms(format.number(value));

const ByFunction = ({ rows }: { rows: RequestStats[] }) => (
  <Table
    caption={t.requests.by_function}
    rows={rows}
    keyOf={(row) => row.function ?? ""}
    columns={[
      {
        name: t.requests.columns.function,
        cell: (row) => <A to="/operator/requests" search={{ function: row.function }}>{row.function}</A>,
      },
      { name: t.requests.columns.count, numeric: true, cell: ({ count }) => <Num value={count} /> },
      {
        name: t.requests.columns.errors,
        numeric: true,
        cell: ({ errors, error_rate }) =>
          errors > 0 ? <Badge tone="bad">{format.percent(error_rate, 2)}</Badge> : <Num value={0} />,
      },
      { name: t.requests.columns.half, numeric: true, cell: ({ p50_ms }) => ms(p50_ms) },
      { name: t.requests.columns.most, numeric: true, cell: ({ p95_ms }) => ms(p95_ms) },
      { name: t.requests.columns.nearly_all, numeric: true, cell: ({ p99_ms }) => ms(p99_ms) },
      {
        name: t.requests.columns.hits,
        numeric: true,
        cell: ({ hit_rate }) =>
          hit_rate === null
            ? <span className="quiet">{t.requests.columns.not_cached}</span>
            : format.percent(hit_rate, 1),
      },
    ]}
  />
);

function SlowCalls({ of }: { of: string | undefined }) {
  const slow = useSlowCalls(of);
  return (
    <Section title={t.requests.slow} lede={t.requests.slow_why}>
      <Query
        of={slow}
        empty={(rows) =>
          rows.length === 0 && <Empty title={t.requests.slow_none} why={t.requests.slow_none_why} />}
      >
        {(rows) => (
          <Table
            caption={t.requests.slow}
            rows={rows.map((row, at) => ({ ...row, at }))}
            keyOf={({ at }) => String(at)}
            columns={[
              { name: t.requests.columns.function, cell: (row) => row.function },
              {
                name: t.requests.columns.took,
                numeric: true,
                cell: ({ duration_ms }) => ms(Math.round(duration_ms)),
              },
              {
                name: t.requests.columns.in_database,
                numeric: true,
                cell: ({ db_ms }) => ms(db_ms === null ? null : Math.round(db_ms)),
              },
              { name: t.requests.columns.status, numeric: true, cell: ({ status }) => status },
              {
                name: t.requests.columns.person,
                cell: ({ user_id }) =>
                  user_id ? <PersonLink id={user_id} /> : <span className="quiet">–</span>,
              },
              { name: t.when, cell: ({ observed_at }) => <Time at={observed_at} relative /> },
            ]}
          />
        )}
      </Query>
    </Section>
  );
}

function Usage() {
  const usage = useUsage();
  return (
    <Section title={t.requests.usage}>
      <Query
        of={usage}
        empty={(rows) =>
          rows.length === 0 && <Empty title={t.requests.usage_none} why={t.requests.usage_none_why} />}
      >
        {(rows) => (
          <Table
            caption={t.requests.usage}
            rows={rows}
            keyOf={({ day, event }) => `${day} ${event}`}
            columns={[
              { name: t.requests.columns.day, cell: ({ day }) => format.time(day, "day", "UTC") },
              { name: t.requests.columns.event, cell: ({ event }) => <code>{event}</code> },
              { name: t.requests.columns.times, numeric: true, cell: ({ count }) => <Num value={count} /> },
              {
                name: t.requests.columns.people,
                numeric: true,
                cell: ({ people }) => <Num value={people} />,
              },
            ]}
          />
        )}
      </Query>
    </Section>
  );
}
