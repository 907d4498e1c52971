/**
 * GET /functions/v1/metrics: returns metrics of requests to all functions, of the job queue, and of what alerts evaluate, as Prometheus text.
 * The figures are sums in the database; those of the last second or so have not arrived there yet.
 */
import * as z from "zod";
import { DatabaseError } from "../_shared/errors.ts";
import { endpoint } from "../_shared/http/endpoint.ts";
import { JobReport, renderJobReport } from "../_shared/jobs/job_report.ts";
import { Sample } from "../_shared/observability/metrics.ts";
import { OperationReport, renderOperations } from "../_shared/observability/operation_report.ts";
import { CacheReport, PROMETHEUS, renderCache, renderMetrics } from "../_shared/observability/prometheus.ts";

export default endpoint({
  name: "metrics",
  summary: "Returns metrics of requests and jobs for Prometheus",
  method: "GET",
  auth: "secret",
  rate: "service",
  input: z.strictObject({}),
  example: {},
  output: z.string(),
  produces: PROMETHEUS,
  async handle({ admin }) {
    const [samples, report, operations, cached] = await Promise.all([
      admin.call("read_request_metrics", {}, z.array(Sample)),
      admin.call("read_job_metrics", {}, JobReport).catch(whereMissing),
      admin.call("read_operation_metrics", {}, OperationReport).catch(whereMissing),
      admin.call("read_cache_metrics", {}, CacheReport).catch(whereMissing),
    ]);
    return renderMetrics(samples) + (report ? renderJobReport(report) : "") +
      (operations ? renderOperations(operations) : "") + (cached ? renderCache(cached) : "");
  },
});

/** Returns null where the SQL function does not exist: this endpoint is deployed from phase 1, the queue comes with phase 7, modules 009 and 010 later. */
function whereMissing(error: unknown): null {
  if (error instanceof DatabaseError && ["42883", "PGRST202"].includes(error.sqlstate)) return null;
  throw error;
}
