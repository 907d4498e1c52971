/** The values that alerts check, in Prometheus' text format: current gauges, and counters of all calls to providers. */
import * as z from "zod";

const Count = z.number();
const Backlog = z.object({ waiting: Count, oldest_seconds: Count });

/** The result of read_operation_metrics(). */
export const OperationReport = z.object({
  alerts: z.array(z.object({ name: z.string(), severity: z.string(), firing: Count })),
  watch_age_seconds: Count.nullable(),
  undelivered_alerts: Count,
  oldest_undelivered_alert_seconds: Count,
  cron_age_seconds: Count.nullable(),
  cron_failing_jobs: Count,
  http_calls: z.record(z.string(), Count),
  providers: z.array(
    z.object({ provider: z.string(), outcome: z.string(), count: Count, duration_ms_sum: Count }),
  ),
  ledgers: z.array(
    z.object({ platform: z.string(), used: Count, size: Count.nullable(), closed: z.boolean() }),
  ),
  refreshes: z.object({ failing: Count, late: Count }),
  ai: z.object({ spent_cents: Count, warned_percent: Count }),
  webhooks: z.object({ in: Backlog, out: Backlog }),
  backups: z.record(z.string(), Count),
  database: z.object({
    connections: Count,
    max_connections: Count,
    oldest_transaction_seconds: Count,
    bytes: Count,
  }),
});
export type OperationReport = z.output<typeof OperationReport>;

type Labels = Record<string, string>;
type Value = readonly [labels: Labels, value: number | null];

const single = (value: number | null): Value[] => [[{}, value]];

/** Renders the report. Labels are names of rules, providers and platforms, all defined in the code. */
export function renderOperations(report: OperationReport): string {
  const { ai, webhooks, database, refreshes } = report;
  return [
    ...metric(
      "alert_firing",
      "gauge",
      "Alerts that are firing, by rule.",
      report.alerts.map((alert) => [
        { alert: alert.name, severity: alert.severity },
        alert.firing,
      ]),
    ),
    ...metric(
      "watch_age_seconds",
      "gauge",
      "Since alerts were last evaluated.",
      single(report.watch_age_seconds),
    ),
    ...metric(
      "alerts_undelivered",
      "gauge",
      "Messages about alerts that wait to be sent.",
      single(report.undelivered_alerts),
    ),
    ...metric(
      "alerts_undelivered_oldest_seconds",
      "gauge",
      "How long the oldest of them has waited.",
      single(report.oldest_undelivered_alert_seconds),
    ),
    ...metric(
      "cron_last_run_age_seconds",
      "gauge",
      "Since any scheduled job last started.",
      single(report.cron_age_seconds),
    ),
    ...metric(
      "cron_failing_jobs",
      "gauge",
      "Scheduled jobs whose last run failed.",
      single(report.cron_failing_jobs),
    ),
    ...metric(
      "http_calls_last_hour",
      "gauge",
      "Calls of cron to functions that ended in the last hour, by outcome.",
      ["ok", "failed", "missing"].map((outcome) => [{ outcome }, report.http_calls[outcome] ?? 0]),
    ),
    ...metric(
      "provider_calls_total",
      "counter",
      "Calls to providers by outcome.",
      report.providers.map((
        { provider, outcome, count },
      ) => [{ provider, outcome }, count]),
    ),
    ...metric(
      "provider_call_seconds_total",
      "counter",
      "Time spent on calls to providers.",
      report.providers.map((
        { provider, outcome, duration_ms_sum },
      ) => [{ provider, outcome }, duration_ms_sum / 1_000]),
    ),
    ...metric(
      "provider_quota_used",
      "gauge",
      "Used of the app's window at a platform.",
      report.ledgers.map((
        { platform, used },
      ) => [{ platform }, used]),
    ),
    ...metric(
      "provider_quota_size",
      "gauge",
      "Size of the app's window at a platform.",
      report.ledgers.map((
        { platform, size },
      ) => [{ platform }, size]),
    ),
    ...metric(
      "provider_closed",
      "gauge",
      "1 while a platform allows the app no more calls.",
      report.ledgers.map((
        { platform, closed },
      ) => [{ platform }, closed ? 1 : 0]),
    ),
    ...metric(
      "token_refreshes_failing",
      "gauge",
      "Connections whose tokens could not be renewed three times in a row; counted up to 1001.",
      single(refreshes.failing),
    ),
    ...metric(
      "token_refreshes_late",
      "gauge",
      "Connections whose tokens should have been renewed twelve hours ago; counted up to 1001.",
      single(refreshes.late),
    ),
    ...metric("ai_spent_cents", "gauge", "Spent on AI this month.", single(ai.spent_cents)),
    ...metric(
      "ai_budget_mark_percent",
      "gauge",
      "The highest mark of the AI budget that was reached this month: 80, 100, or 0.",
      single(ai.warned_percent),
    ),
    ...metric("webhooks_waiting", "gauge", "Pending webhooks; counted up to 10001.", [
      [{ direction: "in" }, webhooks.in.waiting],
      [{ direction: "out" }, webhooks.out.waiting],
    ]),
    ...metric("webhooks_oldest_seconds", "gauge", "How long the oldest webhook has been due.", [
      [{ direction: "in" }, webhooks.in.oldest_seconds],
      [{ direction: "out" }, webhooks.out.oldest_seconds],
    ]),
    ...metric(
      "backup_age_seconds",
      "gauge",
      "Since the newest good backup.",
      single(report.backups.backup_stale ?? null),
    ),
    ...metric(
      "restore_proven_age_seconds",
      "gauge",
      "Since a restore of a backup was last proven.",
      single(report.backups.restore_unproven ?? null),
    ),
    ...metric("database_connections", "gauge", "Connections of clients.", single(database.connections)),
    ...metric(
      "database_connections_max",
      "gauge",
      "What the server allows.",
      single(database.max_connections),
    ),
    ...metric(
      "database_oldest_transaction_seconds",
      "gauge",
      "Since the oldest open transaction started.",
      single(database.oldest_transaction_seconds),
    ),
    ...metric("database_bytes", "gauge", "Size of the database.", single(database.bytes)),
    "",
  ].join("\n");
}

/** Renders one metric; an unknown value (null) has no sample. */
function metric(name: string, type: "gauge" | "counter", help: string, values: readonly Value[]): string[] {
  return [
    `# HELP streamvibe_${name} ${help}`,
    `# TYPE streamvibe_${name} ${type}`,
    ...values.flatMap(([labels, value]) =>
      value === null ? [] : [`streamvibe_${name}${labelsOf(labels)} ${value}`]
    ),
  ];
}

function labelsOf(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) =>
    `${name}="${value.replaceAll(/[\\"\n]/g, "_")}"`
  );
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}
