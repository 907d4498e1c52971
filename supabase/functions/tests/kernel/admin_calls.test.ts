import assert from "node:assert/strict";

/** Everything that runs past row-level security, by the file that asks for it. A new line here deserves a second look. */
const ADMIN_CALLS: Record<string, string[]> = {
  "_shared/connections/access.ts": ["claim_token_refresh", "refuse_connection", "release_token_refresh"],
  "_shared/connections/access_removed.ts": ["refuse_account"],
  "_shared/connections/authorize.ts": ["begin_oauth"],
  "_shared/connections/connect.ts": ["connect_account", "record_platform_usage", "take_oauth_state"],
  "_shared/connections/disconnect.ts": ["disconnect_account", "read_connection"],
  "_shared/connections/refresh_token.ts": [
    "refuse_connection",
    "release_token_refresh",
    "store_refreshed_tokens",
  ],
  "_shared/connections/refresh_tokens.ts": ["claim_token_refreshes", "release_token_refresh"],
  "_shared/connections/shared_grant.ts": ["has_other_account"],
  "_shared/http/idempotency.ts": ["admit_request", "finish_request"],
  "_shared/jobs/job_metrics.ts": ["record_job_metrics"],
  "_shared/jobs/process_jobs.ts": ["read_job_metrics"],
  "_shared/jobs/queue.ts": [
    "add_job_log",
    "extend_job_leases",
    "fail_job",
    "finish_and_claim_jobs",
    "park_worker",
    "release_job",
    "update_job_progress",
  ],
  "_shared/jobs/registry.ts": ["reset_due_quotas"],
  "_shared/http/rate_counter.ts": ["check_rate_limit", "check_rate_limits"],
  "_shared/observability/metrics.ts": ["record_request_metrics"],
  "_shared/sync/auto_sync.ts": ["claim_auto_syncs", "postpone_auto_sync"],
  "_shared/sync/sync_page.ts": ["apply_sync_page", "begin_sync", "fail_sync"],
  "auth-profile-setup/index.ts": ["setup_profile"],
  "data-deletion-status/index.ts": ["data_deletion_state"],
  "health/index.ts": ["check_health"],
  "meta-data-deletion/index.ts": ["request_data_deletion"],
  "metrics/index.ts": ["read_job_metrics", "read_request_metrics"],
};

/** `.call("name"` and `.call<Type>(\n "name"`. */
const CALL = /\.call(?:<[\s\S]*?>)?\(\s*"(\w+)"/g;

async function* sources(folder: string): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory && entry.name !== "tests") yield* sources(path);
    else if (entry.isFile && entry.name.endsWith(".ts")) yield path;
  }
}

Deno.test("every call past row-level security is written down, with the file that makes it", async () => {
  const found: Record<string, string[]> = {};
  const root = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");
  for await (const path of sources(root)) {
    const names = [...(await Deno.readTextFile(path)).matchAll(CALL)].map(([, name]) => name as string);
    if (names.length > 0) found[path.slice(root.length + 1)] = [...new Set(names)].sort();
  }
  assert.deepEqual(found, ADMIN_CALLS);
});
