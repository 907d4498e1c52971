/** Data of the operator's pages: the results of module 010's functions, and how their lists are paginated. */
import type { RpcName } from "@streamvibe/client";
import { useInfiniteQuery } from "@tanstack/react-query";
import { api, limited } from "../data/client.ts";
import { useRead } from "../data/queries.ts";
import type { Wish } from "../ui/address.ts";

export type Severity = "critical" | "warning" | "info";

/** Where to look: a page of the console and its filters. */
export type Place = { page: string } & Record<string, string | boolean>;

export interface Alert {
  alert: string;
  subject: string;
  status: "pending" | "firing";
  severity: Severity;
  title: string;
  summary: string;
  value: number | null;
  threshold: number;
  unit: string;
  place: Place;
  began_at: string;
  seen_at: string;
  silenced_until: string | null;
  runbook: string;
}

export interface Overview {
  now: string;
  is_watched: boolean;
  evaluated_at: string | null;
  problems: Alert[];
  health: Record<string, string | boolean>;
  requests: Record<
    "last_5_minutes" | "errors_last_5_minutes" | "last_hour" | "errors_last_hour",
    number | null
  >;
  jobs: {
    ready: number;
    running: number;
    stuck: number;
    waiting: number;
    is_exact: boolean;
    oldest_seconds: number | null;
    dead_letters: number;
    completed_last_hour: number | null;
    failed_last_hour: number | null;
    paused: string[];
    workers: number | null;
  };
  totals: Record<"users" | "accounts" | "items" | "jobs", number | null>;
  cron: { jobs: number; failing: number; last_run_at: string | null };
  providers: { provider: string; failed: number; total: number }[];
  webhooks: { in_waiting: number; out_waiting: number; endpoints_failing: number; stops_at: number };
  ai: { month: string; spent_cents: number; warned_percent: number };
  history: (
    & { at: string }
    & Record<"requests" | "request_errors" | "jobs_completed" | "jobs_failed", number | null>
  )[];
}

export interface OneJob {
  id: string;
  user_id: string | null;
  user_name: string | null;
  job_type: string;
  handler: string;
  status: string;
  priority: number;
  attempts: number;
  max_attempts: number;
  progress_percent: number | null;
  progress_message: string | null;
  error_code: string | null;
  error_message: string | null;
  request_id: string | null;
  params: Record<string, unknown>;
  run_at: string;
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
  is_dead_letter: boolean;
}

export interface JobDetail extends OneJob {
  result: unknown;
  worker_id: string | null;
  ready:
    | { is_waiting: boolean; run_at: string | null; leased_until: string | null; claimed_at: string | null }
    | null;
  logs: {
    level: string;
    message: string;
    details: Record<string, unknown>;
    attempt: number;
    created_at: string;
  }[];
}

export type DeadLetter = OneJob & { failed_at: string };
export interface DeadLetterKind {
  handler: string;
  error_code: string | null;
  letters: number;
  latest_at: string;
  error_message: string | null;
}

export interface CronRun {
  id: number;
  job: string;
  status: string;
  message: string | null;
  started_at: string | null;
  ended_at: string | null;
}
export interface CronJob {
  job: string;
  schedule: string;
  is_active: boolean;
  last_started_at: string | null;
  last_status: string | null;
  last_message: string | null;
  last_ok_at: string | null;
  failures: number;
}

export interface HttpCall {
  id: number;
  function: string;
  called_at: string;
  outcome: string;
  status_code: number | null;
  error: string | null;
  settled_at: string | null;
}

export interface AppLedger {
  provider: string;
  app: string | null;
  used: number;
  size: number | null;
  used_percent: number | null;
  began_at: string | null;
  ends_at: string;
  closed_until: string | null;
  exhausted_at: string | null;
}
export interface ProviderCalls {
  provider: string;
  failed_last_15_minutes: number;
  calls_last_15_minutes: number;
  failed_last_day: number;
  calls_last_day: number;
}
export interface AccountLedger {
  id: number;
  account_id: string;
  provider: string;
  used: number;
  size: number | null;
  ends_at: string | null;
  closed_until: string | null;
}

export interface Account {
  id: string;
  user_id: string;
  user_name: string | null;
  platform: string;
  username: string | null;
  display_name: string | null;
  status: string;
  sync_mode: string;
  next_sync_at: string | null;
  last_synced_at: string | null;
  last_error: string | null;
  paused_at: string | null;
  deleted_at: string | null;
  created_at: string;
  connection:
    | {
      is_active: boolean;
      token_expires_at: string | null;
      refresh_due_at: string | null;
      refresh_failures: number;
      refresh_error: string | null;
      last_refreshed_at: string | null;
    }
    | null;
  sync:
    | {
      is_open: boolean;
      leased_until: string | null;
      items_seen: number;
      failures: number;
      last_code: string | null;
    }
    | null;
}

export interface Spender {
  user_id: string;
  email: string;
  display_name: string | null;
  spent_cents: number;
  budget_cents: number | null;
}
export interface ModelCost {
  model: string;
  is_own_key: boolean;
  calls: number;
  useless_calls: number;
  prompt_tokens: number;
  completion_tokens: number;
  cost_cents: number;
}

export interface Webhook {
  id: string;
  direction: "in" | "out";
  event: string;
  event_id?: string;
  status: string;
  attempts: number;
  last_error: string | null;
  last_status?: number | null;
  due_at: string | null;
  created_at: string;
  processed_at?: string | null;
  user_id?: string;
  user_name?: string | null;
  url?: string | null;
}
export interface FailingEndpoint {
  endpoint_id: string;
  user_id: string;
  user_name: string | null;
  url: string;
  failing_since: string;
  is_active: boolean;
  paused_because: string | null;
}

export interface SlowQuery {
  query: string;
  calls: number;
  total_ms: number;
  mean_ms: number;
  max_ms: number;
  rows: number;
  read_blocks: number;
  hit_blocks: number;
  percent: number | null;
}

export interface AuditEntry {
  id: number;
  actor_id: string | null;
  actor_email: string | null;
  user_id: string | null;
  user_email: string | null;
  action: string;
  details: Record<string, unknown>;
  request_id: string | null;
  created_at: string;
}

export interface Person {
  id: string;
  email: string;
  display_name: string | null;
  profile_slug: string | null;
  is_public: boolean;
  hidden_at: string | null;
  hidden_reason: string | null;
  created_at: string;
  roles: string[];
  tier: string | null;
  accounts: number;
}

export interface Subscription {
  user_id: string;
  email: string;
  display_name: string | null;
  tier: string;
  status: string;
  cycle_start_date: string | null;
  cycle_end_date: string | null;
  syncs_used: number;
  ai_analyses_used: number;
  seo_submissions_used: number;
  customer:
    | { customer_id: string | null; livemode: boolean; fetched_at: string | null; check_at: string | null }
    | null;
}
export interface Plan {
  tier: string;
  display_name: string;
  price_cents_per_month: number;
  subscribers: number;
}

export interface AlertEvent {
  id: string;
  alert: string;
  subject: string;
  kind: "firing" | "reminder" | "resolved";
  severity: Severity;
  title: string;
  summary: string;
  value: number | null;
  place: Place;
  began_at: string;
  created_at: string;
  deliveries: {
    channel: string;
    status: string;
    attempts: number;
    last_error: string | null;
    settled_at: string | null;
  }[];
}
export interface AlertRule {
  name: string;
  severity: Severity;
  title: string;
  threshold: number;
  unit: string;
  for_minutes: number;
  is_enabled: boolean;
}

export interface JobType {
  handler: string;
  job_type: string;
  platform: string | null;
  max_concurrency: number | null;
  paused_at: string | null;
  ready: number;
  running: number;
  stuck: number;
  waiting: number;
  oldest_seconds: number | null;
  dead_letters: number;
  completed_last_hour: number | null;
  failed_last_hour: number | null;
  timed: number;
  half_seconds: number | null;
  most_seconds: number | null;
  latest_at: string | null;
}

export interface Item {
  id: string;
  user_id: string;
  title: string;
  creator: string | null;
  visibility: string;
  permalink: string | null;
  hidden_at: string | null;
  hidden_reason: string | null;
  deleted_at: string | null;
  published_at: string;
}

export interface Database {
  bytes: number;
  max_connections: number;
  memory: { hit_blocks: number; read_blocks: number; since: string | null } | null;
  activity: { connections: number; oldest_transaction_seconds: number | null };
  tables: { table: string; rows: number; bytes: number; vacuumed_at: string | null }[];
}

/** A page of each list: its rows and what comes with them. */
interface Lists {
  admin_list_jobs: { items: OneJob[]; looked_at: number | null };
  admin_list_dead_letters: {
    items: DeadLetter[];
    total: number;
    total_stops_at: number;
    groups: DeadLetterKind[];
    groups_of_latest: number;
  };
  admin_list_cron_runs: { items: CronRun[]; jobs: CronJob[] };
  admin_list_http_calls: { items: HttpCall[] };
  admin_list_provider_quotas: { items: AccountLedger[]; apps: AppLedger[]; calls: ProviderCalls[] };
  admin_list_accounts: { items: Account[]; estimated_total: number | null };
  admin_list_ai_costs: {
    items: Spender[];
    month: string;
    installation: { spent_cents: number; warned_percent: number };
    models: ModelCost[];
    days: { day: string; calls: number; cost_cents: number | null }[];
  };
  admin_list_webhooks: {
    items: Webhook[];
    waiting_in: number;
    waiting_out: number;
    stops_at: number;
    failing_endpoints: FailingEndpoint[];
  };
  admin_list_audit_log: { items: AuditEntry[] };
  admin_list_content: { items: Item[] };
  admin_list_users: {
    items: Person[];
    estimated_total: number | null;
    staff_access: { networks: string[]; address_header: string } | null;
  };
  admin_list_subscriptions: { items: Subscription[]; plans: Plan[]; is_estimate: boolean };
  admin_list_alerts: { items: AlertEvent[]; now: Alert[]; rules: AlertRule[]; channels: string[] | null };
}
export type ListName = keyof Lists & RpcName;
export type ListPage<Name extends ListName> = Lists[Name] & { next_cursor: string | null };

/** Returns the named filters, without empty ones. */
export function filterOf(wish: Wish, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => wish[name] ? [[name, wish[name]]] : []));
}

const LIVE_MS = 15_000;

/** Reads a list page by page. While only the first page is shown, it refreshes automatically. */
export function useList<Name extends ListName>(
  name: Name,
  filter: Record<string, string> = {},
  { limit = 50, enabled }: { limit?: number; enabled?: boolean } = {},
) {
  return useInfiniteQuery({
    queryKey: [name, filter, limit],
    queryFn: async ({ signal, pageParam }) =>
      // These database functions return untyped JSON, whose shape OpenAPI does not describe.
      await api.rpc(name as "admin_list_jobs", {
        p_filter: filter,
        ...(pageParam === null ? {} : { p_cursor: pageParam }),
        p_limit: limit,
      }, { signal: limited(signal) }) as ListPage<Name>,
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
    refetchInterval: ({ state }) => (state.data?.pages.length ?? 1) > 1 ? false : LIVE_MS,
    enabled,
  });
}

export function useOverview() {
  return useRead(
    ["admin_overview"],
    async (signal) => await api.rpc("admin_overview", undefined, { signal }) as Overview,
    { every: LIVE_MS },
  );
}

export function useJob(id: string) {
  return useRead(
    ["admin_get_job", id],
    async (signal) => await api.rpc("admin_get_job", { p_job_id: id }, { signal }) as JobDetail,
    { every: 5_000 },
  );
}

export function useSlowQueries(order: string) {
  return useRead(
    ["admin_list_slow_queries", order],
    async (signal) =>
      await api.rpc("admin_list_slow_queries", { p_order: order, p_limit: 30 }, { signal }) as {
        items: SlowQuery[];
        is_available: boolean;
      },
    { keep: true },
  );
}

export function useJobTypes() {
  return useRead(
    ["admin_list_job_types"],
    async (signal) =>
      await api.rpc("admin_list_job_types", undefined, { signal }) as {
        items: JobType[];
        is_exact: boolean;
        latest: number;
      },
    { every: LIVE_MS },
  );
}

export function useDatabase() {
  return useRead(
    ["admin_get_database"],
    async (signal) => await api.rpc("admin_get_database", undefined, { signal }) as Database,
    { every: LIVE_MS },
  );
}

export interface RequestStats {
  function?: string;
  hour?: string;
  count: number;
  errors: number;
  error_rate: number;
  cached: number;
  hits: number;
  hit_rate: number | null;
  mean_ms: number;
  p50_ms: number | null;
  p95_ms: number | null;
  p99_ms: number | null;
}

/** Reads the last day's requests by function. */
export function useRequestStats() {
  return useRead(
    ["get_rpc_stats", "function"],
    async (signal) => await api.rpc("get_rpc_stats", {}, { signal }) as RequestStats[],
    { every: 60_000 },
  );
}

export function useRequestHours(name: string | undefined) {
  return useRead(
    ["get_rpc_stats", "hour", name],
    async (signal) =>
      await api.rpc("get_rpc_stats", { p_by: "hour", ...(name ? { p_function: name } : {}) }, {
        signal,
      }) as RequestStats[],
    { every: 60_000, keep: true },
  );
}

export interface SlowCall {
  function: string;
  user_id: string | null;
  status: number;
  duration_ms: number;
  db_ms: number | null;
  cache: string | null;
  observed_at: string;
}
export function useSlowCalls(name: string | undefined) {
  return useRead(
    ["list_slow_calls", name],
    async (signal) =>
      await api.rpc("list_slow_calls", { p_limit: 20, ...(name ? { p_function: name } : {}) }, {
        signal,
      }) as SlowCall[],
    { keep: true },
  );
}

export function useUsage() {
  return useRead(
    ["get_usage_stats"],
    async (signal) =>
      await api.rpc("get_usage_stats", {}, { signal }) as {
        day: string;
        event: string;
        count: number;
        people: number;
      }[],
  );
}

/** The console's path for the page that an alert names. */
const PAGES: Record<string, string> = {
  overview: "/operator",
  requests: "/operator/requests",
  jobs: "/operator/jobs",
  dead_letters: "/operator/dead-letters",
  cron: "/operator/cron",
  http_calls: "/operator/calls",
  providers: "/operator/providers",
  accounts: "/operator/accounts",
  ai: "/operator/ai",
  webhooks: "/operator/webhooks",
  slow_queries: "/operator/database",
  alerts: "/operator/alerts",
  publishing: "/operator/publishing",
};

/** Paths that moderators may open; all others are for admins. */
export const FOR_MODERATORS: readonly string[] = [
  "/operator",
  "/operator/users",
  "/operator/accounts",
  "/operator/moderation",
  "/operator/alerts",
];

export function addressOf({ page, ...filter }: Place): { to: string; search: Record<string, string> } {
  const to = PAGES[page] ?? "/operator";
  return {
    to,
    search: Object.fromEntries(Object.entries(filter).map(([key, value]) => [key, String(value)])),
  };
}
