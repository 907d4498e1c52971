/**
 * GET /functions/v1/metrics — request counts, errors and durations of all functions, in Prometheus text.
 * The figures are the database's sums; those of the last second or so are still on their way there.
 */
import { z } from "zod";
import { endpoint } from "../_shared/endpoint.ts";
import type { Sample } from "../_shared/metrics.ts";
import { PROMETHEUS, renderMetrics } from "../_shared/prometheus.ts";

export default endpoint({
  name: "metrics",
  summary: "Request metrics for Prometheus",
  method: "GET",
  auth: "secret",
  rate: "service",
  input: z.strictObject({}),
  output: z.string(),
  produces: PROMETHEUS,
  async handle({ admin }) {
    return renderMetrics(await admin.call<Sample[]>("read_request_metrics"));
  },
});
