import { operator as t } from "../texts/operator.ts";
import { useWish } from "../ui/address.ts";
import * as format from "../ui/format.ts";
import {
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
import { useDatabase, useSlowQueries } from "./data.ts";
import { Choice, entries, lasting } from "./parts.tsx";

export default function DatabasePage() {
  const [wish] = useWish();
  const database = useDatabase();
  const slow = useSlowQueries(wish.order ?? "total");
  return (
    <Page title={t.database.title} lede={t.database.lede}>
      <Query of={database}>
        {({ bytes, max_connections, memory, activity, tables }) => (
          <>
            <Figures>
              <Figure
                name={t.database.hit_rate}
                note={memory?.since && (
                  <>
                    {t.database.since} <Time at={memory.since} />
                  </>
                )}
              >
                <Rate hit={memory?.hit_blocks} read={memory?.read_blocks} />
              </Figure>
              <Figure
                name={t.database.connections}
                note={t.database.connections_of(format.number(max_connections))}
              >
                <Num value={activity.connections} />
              </Figure>
              <Figure name={t.database.oldest}>
                {activity.oldest_transaction_seconds === null
                  ? <span className="quiet">{t.database.oldest_none}</span>
                  : lasting(activity.oldest_transaction_seconds)}
              </Figure>
              <Figure name={t.database.size}>{format.bytes(bytes)}</Figure>
            </Figures>
            <Section title={t.database.tables}>
              <Table
                caption={t.database.tables}
                rows={tables}
                keyOf={({ table }) => table}
                columns={[
                  { name: t.database.columns.table, cell: ({ table }) => <code>{table}</code> },
                  {
                    name: t.database.columns.rows,
                    numeric: true,
                    cell: ({ rows }) => <Num value={rows} compact />,
                  },
                  { name: t.database.columns.size, numeric: true, cell: (one) => format.bytes(one.bytes) },
                ]}
              />
            </Section>
          </>
        )}
      </Query>
      <Section title={t.database.slow}>
        <div className="filters">
          <Choice
            name="order"
            label={t.database.order}
            all={false}
            options={entries(t.database.orders).map((
              [order, name],
            ) => [order === "total" ? "" : order, name])}
          />
        </div>
        <Query
          of={slow}
          empty={({ items, is_available }) =>
            !is_available
              ? <Empty title={t.database.missing} why={t.database.missing_why} />
              : items.length === 0 && <Empty title={t.database.none} why={t.database.none_why} />}
        >
          {({ items }) => (
            <Table
              caption={t.database.slow}
              rows={items.map((item, at) => ({ ...item, at }))}
              keyOf={({ at }) => String(at)}
              columns={[
                {
                  name: t.database.columns.query,
                  cell: ({ query }) => (
                    <details>
                      <summary>
                        <code>{query.replace(/\s+/g, " ").slice(0, 70)}</code>
                      </summary>
                      <pre className="code">{query}</pre>
                    </details>
                  ),
                },
                {
                  name: t.database.columns.calls,
                  numeric: true,
                  cell: (one) => <Num value={one.calls} compact />,
                },
                {
                  name: t.database.columns.total,
                  numeric: true,
                  cell: ({ total_ms }) => format.seconds(total_ms / 1000),
                },
                {
                  name: t.database.columns.mean,
                  numeric: true,
                  cell: ({ mean_ms }) => t.database.ms(format.number(Math.round(mean_ms * 10) / 10)),
                },
                {
                  name: t.database.columns.max,
                  numeric: true,
                  cell: ({ max_ms }) => t.database.ms(format.number(Math.round(max_ms))),
                },
                {
                  name: t.database.columns.share,
                  numeric: true,
                  cell: ({ percent }) => percent === null ? "–" : format.percent(percent / 100, 1),
                },
                {
                  name: t.database.columns.hit,
                  numeric: true,
                  cell: (one) => <Rate hit={one.hit_blocks} read={one.read_blocks} />,
                },
              ]}
            />
          )}
        </Query>
      </Section>
    </Page>
  );
}

/** A hit rate; not available if nothing was read. */
const Rate = ({ hit, read }: { hit: number | undefined; read: number | undefined }) =>
  hit === undefined || read === undefined || hit + read === 0
    ? <NotAvailable />
    : <>{format.percent(hit / (hit + read), 1)}</>;
