import { operator as t } from "../texts/operator.ts";
import { useWish } from "../ui/address.ts";
import * as format from "../ui/format.ts";
import { Badge, Check, Empty, Num, Page, Progress, Section, Table, Time } from "../ui/parts.tsx";
import { type AppLedger, filterOf, type ProviderCalls, useList } from "./data.ts";
import { AccountLink, Rows, Typed } from "./parts.tsx";

export default function Providers() {
  const [wish, change] = useWish();
  const filter = filterOf(wish, ["provider", "closed"]);
  const list = useList("admin_list_provider_quotas", filter);
  const first = list.data?.pages[0];
  return (
    <Page title={t.providers.title} lede={t.providers.lede}>
      <div className="filters">
        <Typed name="provider" label={t.providers.provider} />
        <Check
          label={t.providers.closed}
          checked={wish.closed === "true"}
          onChange={({ target }) => change({ closed: target.checked ? "true" : undefined })}
        />
      </div>
      {first && (
        <>
          <Section title={t.providers.apps}>
            {first.apps.length === 0
              ? <Empty title={t.providers.apps_none} why={t.providers.apps_none_why} />
              : <Apps apps={first.apps} />}
          </Section>
          <Section title={t.providers.calls}>
            {first.calls.every(({ calls_last_day }) => calls_last_day === 0)
              ? <Empty title={t.providers.calls_none} why={t.providers.calls_none_why} />
              : <Calls calls={first.calls} />}
          </Section>
        </>
      )}
      <Section title={t.providers.accounts}>
        <Rows
          of={list}
          title={t.providers.accounts}
          isFiltered={Object.keys(filter).length > 0}
          none={t.providers.accounts_none}
          why={t.providers.accounts_none_why}
          keyOf={({ id }) => String(id)}
          columns={[
            {
              name: t.providers.columns.account,
              cell: ({ account_id }) => <AccountLink id={account_id} />,
            },
            { name: t.providers.columns.provider, cell: ({ provider }) => provider },
            { name: t.providers.columns.used, numeric: true, cell: ({ used }) => <Num value={used} /> },
            { name: t.providers.columns.of, numeric: true, cell: ({ size }) => <Num value={size} /> },
            { name: t.providers.columns.renewed, cell: ({ ends_at }) => <Time at={ends_at} relative /> },
            {
              name: t.providers.columns.closed,
              cell: ({ closed_until }) =>
                closed_until && Date.parse(closed_until) > Date.now()
                  ? <Time at={closed_until} />
                  : <span className="quiet">{t.providers.open}</span>,
            },
          ]}
        />
      </Section>
    </Page>
  );
}

const Apps = ({ apps }: { apps: AppLedger[] }) => (
  <Table
    caption={t.providers.apps}
    rows={apps}
    keyOf={({ provider, app, ends_at }) => `${provider} ${app} ${ends_at}`}
    columns={[
      {
        name: t.providers.columns.provider,
        cell: ({ provider, app }) => (
          <>
            {provider} {app && <span className="quiet small">{app}</span>}
          </>
        ),
      },
      { name: t.providers.columns.used, numeric: true, cell: ({ used }) => <Num value={used} /> },
      { name: t.providers.columns.of, numeric: true, cell: ({ size }) => <Num value={size} /> },
      {
        name: t.providers.columns.share,
        cell: ({ provider, used_percent }) =>
          used_percent === null ? <span className="quiet">{t.providers.size_unknown}</span> : (
            <Progress
              label={provider}
              value={used_percent}
              text={format.percent(used_percent / 100, 1)}
            />
          ),
      },
      {
        name: t.providers.columns.exhausted,
        cell: ({ exhausted_at }) =>
          exhausted_at
            ? (
              <Badge tone="warn">
                {t.providers.exhausted} <Time at={exhausted_at} relative />
              </Badge>
            )
            : <span className="quiet">{t.providers.lasts}</span>,
      },
      { name: t.providers.columns.renewed, cell: ({ ends_at }) => <Time at={ends_at} relative /> },
      {
        name: t.providers.columns.closed,
        cell: ({ closed_until }) =>
          closed_until
            ? (
              <Badge tone="bad">
                <Time at={closed_until} />
              </Badge>
            )
            : <span className="quiet">{t.providers.open}</span>,
      },
    ]}
  />
);

const Calls = ({ calls }: { calls: ProviderCalls[] }) => {
  const called = calls.filter(({ calls_last_day }) => calls_last_day > 0);
  const words = (failed: number, total: number) =>
    total === 0
      ? <span className="quiet">{t.providers.no_calls}</span>
      : t.providers.failed(format.number(failed), format.number(total));
  return (
    <Table
      caption={t.providers.calls}
      rows={called}
      keyOf={({ provider }) => provider}
      columns={[
        { name: t.providers.columns.provider, cell: ({ provider }) => provider },
        {
          name: t.providers.columns.quarter,
          cell: (one) => words(one.failed_last_15_minutes, one.calls_last_15_minutes),
        },
        { name: t.providers.columns.day, cell: (one) => words(one.failed_last_day, one.calls_last_day) },
      ]}
    />
  );
};
