/**
 * POST /functions/v1/process-auto-sync: syncs accounts whose automatic sync is due, of every creator and platform.
 * Called by cron; concurrent runs are safe, because each account is claimed by one run.
 */
import { endpoint } from "../_shared/http/endpoint.ts";
import { autoSync, AutoSyncInput, AutoSyncOutput, LIMITS } from "../_shared/sync/auto_sync.ts";

export default endpoint({
  name: "process-auto-sync",
  summary: "Syncs accounts whose automatic sync is due",
  method: "POST",
  auth: "secret",
  rate: "service",
  input: AutoSyncInput,
  example: {},
  output: AutoSyncOutput,
  timeout_ms: 120_000,
  handle: (context) => autoSync(context, { ...LIMITS, ...context.input }),
});
