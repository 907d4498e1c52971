/** One alert: what is wrong, since when, and a link to the page that shows it. */
import { api } from "../data/client.ts";
import { config } from "../data/config.ts";
import { useAction } from "../data/queries.ts";
import { useRoles } from "../data/roles.ts";
import { operator as t } from "../texts/operator.ts";
import { say } from "../ui/notices.tsx";
import { A, Badge, Button, Card, Problem, Time } from "../ui/parts.tsx";
import { addressOf, type Alert, FOR_MODERATORS } from "./data.ts";
import { SeverityBadge } from "./parts.tsx";

const DAY_MS = 86_400_000;

export function AlertItem({ alert }: { alert: Alert }) {
  const isAdmin = useRoles()?.includes("admin") ?? false;
  const { to, search } = addressOf(alert.place);
  const mayLook = isAdmin || FOR_MODERATORS.includes(to);
  const silence = useAction(
    ({ until }: { until: string | null; before: string | null }) =>
      api.rpc("silence_alert", {
        p_alert: alert.alert,
        p_subject: alert.subject,
        // Null ends the silence; the generated type allows only a time.
        p_until: until as string,
      }),
    {
      touches: ["admin_overview", "admin_list_alerts"],
      onDone: (_, { until, before }) =>
        say(
          until === null ? t.overview.loud_done : t.overview.silenced,
          () => silence.mutate({ until: before, before: until }),
        ),
    },
  );
  return (
    <Card className={`alert ${alert.severity}`}>
      <div className="row between">
        <h3>
          {mayLook && to !== "/operator" ? <A to={to} search={search}>{alert.title}</A> : alert.title}
          {alert.subject && <span className="quiet">{` · ${alert.subject}`}</span>}
        </h3>
        <div className="row">
          {alert.status === "pending" && <Badge tone="quiet">{t.overview.pending}</Badge>}
          <SeverityBadge of={alert.severity} />
        </div>
      </div>
      <p>{alert.summary}</p>
      {silence.error && <Problem error={silence.error} />}
      <div className="row between">
        <span className="quiet small">
          {t.overview.since} <Time at={alert.began_at} relative />
          {alert.silenced_until && (
            <>
              {` · ${t.overview.silenced_until} `}
              <Time at={alert.silenced_until} />
            </>
          )}
        </span>
        {config.docs && (
          <a className="small" href={`${config.docs}/operations#${alert.runbook}`}>{t.overview.runbook}</a>
        )}
        {isAdmin && (
          <Button
            className="small"
            busy={silence.isPending}
            onClick={() =>
              silence.mutate({
                until: alert.silenced_until ? null : new Date(Date.now() + DAY_MS).toISOString(),
                before: alert.silenced_until,
              })}
          >
            {alert.silenced_until ? t.overview.loud : t.overview.silence}
          </Button>
        )}
      </div>
    </Card>
  );
}
