/**
 * GET /functions/v1/health — whether the parts that everything needs are up; 503 when one is down.
 * Says nothing about versions, hosts or causes. Answers also when the database does not.
 * `unset`: works, and waits to be provisioned (Vault without its two secrets, cron without jobs); that is not down.
 */
import { z } from "zod";
import { endpoint, Reply } from "../_shared/http/endpoint.ts";

const State = z.enum(["ok", "unset", "down"]);
const Checks = z.object({ database: State, vault: State, queue: State, cron: State });
const DOWN = { database: "down", vault: "down", queue: "down", cron: "down" } as const;
const PATIENCE_MS = 2_000;

export default endpoint({
  name: "health",
  summary: "Whether the service is healthy",
  method: "GET",
  auth: "none",
  rate: "public_read",
  input: z.strictObject({}),
  output: z.object({ status: z.enum(["ok", "down"]), checks: Checks }),
  also_answers: [503],
  async handle({ admin, log }) {
    const late = AbortSignal.timeout(PATIENCE_MS);
    const checks = await Promise.race([
      admin.call("check_health").then((found) => Checks.parse(found)),
      new Promise<never>((_, reject) => late.addEventListener("abort", () => reject(late.reason))),
    ]).catch((error) => {
      log.warn("the health checks could not be read", { error });
      return DOWN;
    });
    const status = Object.values(checks).includes("down") ? "down" as const : "ok" as const;
    return new Reply({ status, checks }, { status: status === "ok" ? 200 : 503 });
  },
});
