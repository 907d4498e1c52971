import { useRoles } from "../data/roles.ts";
import { operator as t } from "../texts/operator.ts";
import * as format from "../ui/format.ts";
import {
  A,
  Badge,
  Empty,
  Figure,
  Figures,
  Num,
  Page,
  Query,
  Section,
  Table,
  Time,
  type Tone,
} from "../ui/parts.tsx";
import { Chart } from "../ui/plots.tsx";
import { AlertItem } from "./alert_item.tsx";
import { type Overview, useOverview } from "./data.ts";
import { lasting, upTo } from "./parts.tsx";

const HEALTH: Record<string, Tone> = { ok: "good", unset: "quiet", degraded: "warn", down: "bad" };

export default function OverviewPage() {
  const overview = useOverview();
  return (
    <Page
      title={t.overview.title}
      lede={overview.data && (
        <>
          {t.as_of} <Time at={overview.data.now} />
        </>
      )}
    >
      <Query of={overview}>
        {(now) => (
          <>
            <Problems now={now} />
            <GoingOn now={now} />
            <Section title={t.overview.health}>
              <Figures>
                {Object.entries(now.health).filter(([, state]) => typeof state === "string").map((
                  [name, state],
                ) => (
                  <Figure key={name} name={t.checks[name] ?? name}>
                    <Badge tone={HEALTH[String(state)] ?? "warn"}>
                      {t.health_states[String(state)] ?? String(state)}
                    </Badge>
                  </Figure>
                ))}
              </Figures>
            </Section>
            <History now={now} />
            <Section title={t.overview.totals} lede={t.overview.totals_note}>
              <Figures>
                {([
                  [t.overview.users, now.totals.users],
                  [t.overview.accounts, now.totals.accounts],
                  [t.overview.items, now.totals.items],
                  [t.overview.all_jobs, now.totals.jobs],
                ] as const).map(([name, count]) => (
                  <Figure key={name} name={name}>
                    <Num value={count} compact />
                  </Figure>
                ))}
              </Figures>
            </Section>
            <Section title={t.overview.providers}>
              {called(now).length === 0 ? <p className="quiet">{t.overview.provider_none}</p> : (
                <Table
                  caption={t.overview.providers}
                  rows={called(now)}
                  keyOf={({ provider }) => provider}
                  columns={[
                    { name: t.providers.columns.provider, cell: ({ provider }) => provider },
                    {
                      name: t.providers.columns.quarter,
                      cell: ({ failed, total }) =>
                        t.overview.provider_calls(format.number(failed), format.number(total)),
                    },
                  ]}
                />
              )}
            </Section>
          </>
        )}
      </Query>
    </Page>
  );
}

const called = ({ providers }: Overview) => providers.filter(({ total }) => total > 0);

function Problems({ now }: { now: Overview }) {
  const { problems, is_watched, evaluated_at } = now;
  return (
    <Section
      title={problems.length > 0 ? t.overview.one_or_more(problems.length) : t.overview.calm}
      lede={evaluated_at && (
        <>
          {is_watched && problems.length === 0 && t.overview.calm_why} {t.overview.looked}{" "}
          <Time at={evaluated_at} relative />
        </>
      )}
    >
      {!is_watched && (
        <div className="problem" role="status">
          <p>
            <strong>{t.overview.not_watched}.</strong> {t.overview.not_watched_why}
          </p>
          <div className="actions">
            <A to="/operator/cron" className="button plain">{t.overview.to_cron}</A>
          </div>
        </div>
      )}
      {problems.map((alert) => <AlertItem key={`${alert.alert} ${alert.subject}`} alert={alert} />)}
    </Section>
  );
}

/** Figures, most with a link to the list behind them; moderators see them without links. */
function GoingOn({ now: { requests, jobs, webhooks, cron, ai } }: { now: Overview }) {
  const isAdmin = useRoles()?.includes("admin") ?? false;
  const to = (path: string, name: string, search?: Record<string, string>) =>
    isAdmin ? <A to={path} search={search}>{name}</A> : name;
  const errors = requests.errors_last_hour;
  return (
    <Section title={t.overview.going_on}>
      <Figures>
        <Figure
          name={t.overview.requests}
          note={errors !== null && requests.last_hour
            ? t.overview.request_errors(format.number(errors), format.percent(errors / requests.last_hour, 2))
            : undefined}
        >
          <Num value={requests.last_hour} compact />
        </Figure>
        <Figure
          name={t.overview.jobs}
          note={jobs.failed_last_hour === null
            ? undefined
            : to("/operator/jobs", t.overview.jobs_failed(format.number(jobs.failed_last_hour)), {
              status: "failed",
            })}
        >
          <Num value={jobs.completed_last_hour} compact />
        </Figure>
        <Figure
          name={t.overview.depth}
          note={to(
            "/operator/queue",
            jobs.oldest_seconds ? t.overview.oldest(lasting(jobs.oldest_seconds)) : t.overview.no_wait,
          )}
        >
          {jobs.is_exact ? <Num value={jobs.ready} compact /> : t.or_more(format.number(jobs.ready))}
        </Figure>
        <Figure
          name={t.overview.running}
          note={jobs.stuck > 0
            ? to("/operator/jobs", t.overview.stuck(format.number(jobs.stuck)), { status: "processing" })
            : jobs.workers === null
            ? undefined
            : t.overview.workers(jobs.workers)}
        >
          <Num value={jobs.running} />
        </Figure>
        <Figure
          name={t.overview.dead}
          note={to("/operator/dead-letters", t.dead.list)}
        >
          {upTo(jobs.dead_letters, 10_001)}
        </Figure>
        <Figure
          name={t.overview.webhooks}
          note={to(
            "/operator/webhooks",
            webhooks.endpoints_failing > 0
              ? t.overview.failing_endpoints(webhooks.endpoints_failing)
              : t.overview.webhook_parts(
                upTo(webhooks.in_waiting, webhooks.stops_at),
                upTo(webhooks.out_waiting, webhooks.stops_at),
              ),
          )}
        >
          {format.number(webhooks.in_waiting + webhooks.out_waiting)}
        </Figure>
        <Figure
          name={t.overview.cron}
          note={to("/operator/cron", t.overview.cron_of(format.number(cron.jobs)))}
        >
          <Num value={cron.last_run_at === null ? null : cron.failing} />
        </Figure>
        <Figure
          name={t.overview.ai}
          note={to(
            "/operator/ai",
            ai.warned_percent > 0
              ? t.overview.ai_warned(format.percent(ai.warned_percent / 100))
              : t.overview.ai_calm,
          )}
        >
          {format.money(ai.spent_cents, "USD", 2)}
        </Figure>
      </Figures>
      {jobs.paused.length > 0 && (
        <p>
          <Badge tone="warn">{t.overview.paused(jobs.paused.join(", "))}</Badge>
        </p>
      )}
    </Section>
  );
}

/** Rates per minute: the difference between two recorded counters. If a counter decreased, the rate is unknown. */
function History({ now: { history } }: { now: Overview }) {
  const rate = (name: "requests" | "request_errors" | "jobs_completed" | "jobs_failed") =>
    history.slice(1).map((minute, at) => {
      const [before, after] = [history[at]?.[name] ?? null, minute[name]];
      return before === null || after === null || after < before ? null : after - before;
    });
  const x = history.slice(1).map(({ at }) => at);
  return (
    <Section title={t.overview.history}>
      {x.length < 2
        ? <Empty title={t.overview.history_none} why={t.overview.history_none_why} />
        : (
          <div className="halves">
            <Chart
              title={t.overview.history_requests}
              x={x}
              isClock
              series={[
                { name: t.overview.history_requests, values: rate("requests") },
                { name: t.overview.history_errors, values: rate("request_errors") },
              ]}
            />
            <Chart
              title={t.overview.history_jobs}
              x={x}
              isClock
              series={[
                { name: t.overview.history_jobs, values: rate("jobs_completed") },
                { name: t.overview.history_failed, values: rate("jobs_failed") },
              ]}
            />
          </div>
        )}
    </Section>
  );
}
