/** The Grafana dashboard, checked against Grafana's own types; `deno task generate` writes grafana-dashboard.json from it. */
import type { Dashboard, Panel, RowPanel } from "@grafana/schema";

const prometheus = { type: "prometheus", uid: "${datasource}" };

interface Chart {
  title: string;
  description?: string;
  unit: string;
  /** PromQL expressions, each with its legend. */
  queries: [expr: string, legend: string][];
  /** The value from which the chart is red. */
  limit?: number;
  single?: true;
  width?: number;
}

const ROWS: [string, Chart[]][] = [
  ["Now", [
    {
      title: "Alerts",
      unit: "short",
      single: true,
      width: 4,
      limit: 1,
      queries: [["sum(streamvibe_alert_firing)", "firing"]],
    },
    {
      title: "Evaluated",
      unit: "s",
      single: true,
      width: 4,
      limit: 300,
      queries: [["streamvibe_watch_age_seconds", "ago"]],
    },
    {
      title: "Clock",
      unit: "s",
      single: true,
      width: 4,
      limit: 300,
      queries: [["streamvibe_cron_last_run_age_seconds", "ago"]],
    },
    {
      title: "Dead letters",
      unit: "short",
      single: true,
      width: 4,
      limit: 1,
      queries: [["sum(streamvibe_job_dead_letters)", "jobs"]],
    },
    {
      title: "Backup",
      unit: "s",
      single: true,
      width: 4,
      limit: 93_600,
      queries: [["streamvibe_backup_age_seconds", "ago"]],
    },
    {
      title: "Restore proven",
      unit: "s",
      single: true,
      width: 4,
      limit: 180_000,
      queries: [["streamvibe_restore_proven_age_seconds", "ago"]],
    },
    {
      title: "What is wrong",
      unit: "short",
      width: 24,
      queries: [["streamvibe_alert_firing > 0", "{{alert}}"]],
    },
  ]],
  ["Requests", [
    {
      title: "Requests",
      unit: "reqps",
      queries: [["sum by (function) (rate(streamvibe_requests_total[5m]))", "{{function}}"]],
    },
    {
      title: "Share of errors",
      description: "The objective is 0.1 percent over a month; at 1.44 percent people are woken.",
      unit: "percentunit",
      limit: 0.0144,
      queries: [[
        "sum(rate(streamvibe_request_errors_total[5m])) / sum(rate(streamvibe_requests_total[5m]))",
        "errors",
      ]],
    },
    {
      title: "95th percentile",
      unit: "s",
      queries: [[
        "histogram_quantile(0.95, sum by (le, function) (rate(streamvibe_request_duration_seconds_bucket[5m])))",
        "{{function}}",
      ]],
    },
    {
      title: "Cached answers, last day",
      unit: "short",
      queries: [["sum by (source) (streamvibe_cache_answers)", "{{source}}"]],
    },
  ]],
  ["Jobs", [
    {
      title: "Waiting and running",
      unit: "short",
      queries: [["sum by (state) (streamvibe_jobs)", "{{state}}"]],
    },
    {
      title: "Oldest that could run",
      unit: "s",
      limit: 900,
      queries: [["streamvibe_job_oldest_seconds > 0", "{{handler}}"]],
    },
    {
      title: "Runs",
      unit: "ops",
      queries: [["sum by (outcome) (rate(streamvibe_job_runs_total[5m]))", "{{outcome}}"]],
    },
    {
      title: "95th percentile of a run",
      unit: "s",
      queries: [[
        "histogram_quantile(0.95, sum by (le, handler) (rate(streamvibe_job_duration_seconds_bucket[15m])))",
        "{{handler}}",
      ]],
    },
    { title: "Held back", unit: "short", queries: [["streamvibe_job_paused == 1", "{{handler}}"]] },
    {
      title: "Scheduled jobs that fail",
      unit: "short",
      limit: 1,
      queries: [["streamvibe_cron_failing_jobs", "jobs"]],
    },
  ]],
  ["Providers", [
    {
      title: "Share of failed calls",
      unit: "percentunit",
      limit: 0.5,
      queries: [[
        'sum by (provider) (rate(streamvibe_provider_calls_total{outcome="failed"}[15m])) / sum by (provider) (rate(streamvibe_provider_calls_total[15m]))',
        "{{provider}}",
      ]],
    },
    {
      title: "Time of a call",
      unit: "s",
      queries: [[
        "sum by (provider) (rate(streamvibe_provider_call_seconds_total[15m])) / sum by (provider) (rate(streamvibe_provider_calls_total[15m]))",
        "{{provider}}",
      ]],
    },
    {
      title: "Quota used",
      unit: "percentunit",
      limit: 0.9,
      queries: [["streamvibe_provider_quota_used / streamvibe_provider_quota_size", "{{platform}}"], [
        "streamvibe_provider_closed == 1",
        "{{platform}} closed",
      ]],
    },
    {
      title: "Tokens that are not renewed",
      unit: "short",
      limit: 10,
      queries: [["streamvibe_token_refreshes_failing", "failing"], [
        "streamvibe_token_refreshes_late",
        "late",
      ]],
    },
    {
      title: "AI, this month",
      unit: "short",
      queries: [["streamvibe_ai_spent_cents / 100", "US dollars"], [
        "streamvibe_ai_budget_mark_percent",
        "mark of the budget, percent",
      ]],
    },
    {
      title: "Calls of cron, last hour",
      unit: "short",
      queries: [["streamvibe_http_calls_last_hour", "{{outcome}}"]],
    },
  ]],
  ["Backlogs", [
    {
      title: "Webhooks that wait",
      unit: "short",
      queries: [["streamvibe_webhooks_waiting", "{{direction}}"]],
    },
    {
      title: "Oldest webhook",
      unit: "s",
      limit: 900,
      queries: [["streamvibe_webhooks_oldest_seconds", "{{direction}}"]],
    },
    {
      title: "Alerts that cannot be sent",
      unit: "short",
      limit: 1,
      queries: [["streamvibe_alerts_undelivered", "messages"], [
        "streamvibe_alerts_undelivered_oldest_seconds / 60",
        "minutes of the oldest",
      ]],
    },
  ]],
  ["Database", [
    {
      title: "Connections",
      unit: "short",
      queries: [["streamvibe_database_connections", "taken"], [
        "streamvibe_database_connections_max",
        "allowed",
      ]],
    },
    {
      title: "Oldest transaction",
      unit: "s",
      limit: 1_800,
      queries: [["streamvibe_database_oldest_transaction_seconds", "open"]],
    },
    { title: "Size", unit: "bytes", queries: [["streamvibe_database_bytes", "database"]] },
  ]],
];

export function makeDashboard(): Dashboard {
  const panels: (Panel | RowPanel)[] = [];
  let id = 0;
  let y = 0;
  for (const [title, charts] of ROWS) {
    panels.push({
      type: "row",
      id: ++id,
      title,
      collapsed: false,
      panels: [],
      gridPos: { x: 0, y: y++, w: 24, h: 1 },
    });
    let x = 0;
    let height = 0;
    for (const chart of charts) {
      const w = chart.width ?? 8;
      const h = chart.single ? 4 : 8;
      if (x + w > 24) {
        x = 0;
        y += height;
      }
      panels.push(panelOf(chart, ++id, { x, y, w, h }));
      x += w;
      height = h;
    }
    y += height;
  }
  return {
    uid: "streamvibe",
    title: "StreamVibe",
    description: "What docs/operations.md looks at. Made by monitoring/dashboard.ts.",
    tags: ["streamvibe"],
    schemaVersion: 39,
    version: 1,
    editable: true,
    refresh: "30s",
    time: { from: "now-6h", to: "now" },
    timezone: "browser",
    templating: {
      list: [{ name: "datasource", type: "datasource", label: "Prometheus", query: "prometheus" }],
    },
    annotations: { list: [] },
    links: [],
    panels,
  };
}

function panelOf(
  { title, description, unit, queries, limit, single }: Chart,
  id: number,
  gridPos: Required<Panel>["gridPos"],
): Panel {
  const steps = [
    { color: "green", value: null },
    ...(limit === undefined ? [] : [{ color: "red", value: limit }]),
  ];
  return {
    id,
    type: single ? "stat" : "timeseries",
    title,
    ...(description ? { description } : {}),
    datasource: prometheus,
    gridPos,
    fieldConfig: {
      defaults: {
        unit,
        min: 0,
        // The type does not allow null, with which Grafana marks the lowest step.
        thresholds: { mode: "absolute", steps: steps as { color: string; value: number }[] },
        ...(single || limit === undefined ? {} : { custom: { thresholdsStyle: { mode: "line" } } }),
      },
      overrides: [],
    },
    targets: queries.map(([expr, legendFormat], index) => ({
      refId: String.fromCharCode(65 + index),
      datasource: prometheus,
      expr,
      legendFormat,
    })),
  } as Panel;
}

/** Returns the file that `deno task generate` writes. */
export function generateDashboard(): Record<string, string> {
  return { "monitoring/grafana-dashboard.json": `${JSON.stringify(makeDashboard(), null, 2)}\n` };
}
