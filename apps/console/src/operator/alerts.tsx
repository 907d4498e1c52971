import { operator as t } from "../texts/operator.ts";
import { useWish } from "../ui/address.ts";
import * as format from "../ui/format.ts";
import { A, Badge, Page, Section, Table, Time, type Tone } from "../ui/parts.tsx";
import { AlertItem } from "./alert_item.tsx";
import { addressOf, type AlertEvent, filterOf, useList } from "./data.ts";
import { Choice, Rows, SeverityBadge } from "./parts.tsx";

const KINDS: Record<string, Tone> = { firing: "bad", reminder: "warn", resolved: "good" };
const DELIVERIES: Record<string, Tone> = { waiting: "info", sent: "good", failed: "bad", skipped: "quiet" };

export default function Alerts() {
  const [wish] = useWish();
  const filter = filterOf(wish, ["alert"]);
  const list = useList("admin_list_alerts", filter);
  const first = list.data?.pages[0];
  return (
    <Page title={t.alerts.title} lede={t.alerts.lede}>
      {first && (
        <>
          <Section title={t.alerts.now}>
            {first.now.length === 0
              ? <p className="quiet">{t.alerts.now_none}</p>
              : first.now.map((alert) => <AlertItem key={`${alert.alert} ${alert.subject}`} alert={alert} />)}
          </Section>
          <Section title={t.alerts.channels}>
            {first.channels?.length
              ? (
                <p className="row">
                  {first.channels.map((channel) => <Badge key={channel} tone="info">{channel}</Badge>)}
                </p>
              )
              : <p className="quiet">{t.alerts.channels_none}</p>}
          </Section>
        </>
      )}
      <Section title={t.alerts.events}>
        <div className="filters">
          <Choice
            name="alert"
            label={t.alerts.only}
            options={first?.rules.map(({ name, title }) => [name, title] as const) ?? []}
          />
        </div>
        <Rows
          of={list}
          title={t.alerts.events}
          isFiltered={Object.keys(filter).length > 0}
          none={t.alerts.none}
          why={t.alerts.none_why}
          keyOf={({ id }) => id}
          columns={[
            {
              name: t.alerts.columns.kind,
              cell: ({ kind }) => <Badge tone={KINDS[kind] ?? "quiet"}>{t.alerts.kinds[kind]}</Badge>,
            },
            {
              name: t.alerts.columns.what,
              cell: ({ title, summary, place }) => (
                <>
                  <A {...addressOf(place)}>{title}</A> <span className="quiet small">{summary}</span>
                </>
              ),
            },
            { name: t.alerts.columns.when, cell: ({ created_at }) => <Time at={created_at} relative /> },
            { name: t.alerts.columns.told, cell: (event) => <Told event={event} /> },
          ]}
        />
      </Section>
      {first && (
        <Section title={t.alerts.rules}>
          <Table
            caption={t.alerts.rules}
            rows={first.rules}
            keyOf={({ name }) => name}
            columns={[
              { name: t.alerts.columns.rule, cell: ({ title }) => title },
              { name: t.alerts.columns.severity, cell: ({ severity }) => <SeverityBadge of={severity} /> },
              {
                name: t.alerts.columns.limit,
                cell: ({ threshold, unit, for_minutes, is_enabled }) =>
                  is_enabled
                    ? `${t.alerts.rule_at(format.number(threshold), unit)}${
                      for_minutes > 0 ? `, ${t.alerts.rule_for(for_minutes)}` : ""
                    }`
                    : <Badge>{t.alerts.rule_off}</Badge>,
              },
            ]}
          />
        </Section>
      )}
    </Page>
  );
}

const Told = ({ event: { deliveries } }: { event: AlertEvent }) =>
  deliveries.length === 0 ? <span className="quiet">{t.alerts.untold}</span> : (
    <>
      {deliveries.map(({ channel, status, last_error }) => (
        <span key={channel}>
          <Badge tone={DELIVERIES[status] ?? "quiet"}>
            {`${channel}: ${t.alerts.delivery[status] ?? status}`}
          </Badge>{" "}
          {status !== "sent" && last_error && <span className="field-error small">{last_error}</span>}
        </span>
      ))}
    </>
  );
