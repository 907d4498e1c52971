/** A context on a running stack, for tests that work on connections and libraries in their own process. */
import { simulatorSettings } from "../../../../scripts/local/functions/environment.ts";
import { testStack } from "../../../../scripts/test/stack.ts";
import type { Context } from "../../_shared/context.ts";
import { createAdmin, type DatabaseStats } from "../../_shared/database/database.ts";
import { createLogger } from "../../_shared/observability/log.ts";
import { type Driver, stackSettings } from "./stack_settings.ts";

export interface ConnectionContext extends Context {
  stats: DatabaseStats;
  lines: string[];
}

export async function connectionContext(
  changes: Record<string, string> = {},
  driver: Driver = "pooler",
): Promise<ConnectionContext> {
  const { simulator_url } = await testStack();
  const settings = await stackSettings(driver, {
    ...simulatorSettings(simulator_url),
    ...changes,
  });
  const stats = { db_ms: 0, db_calls: 0 };
  const lines: string[] = [];
  return {
    settings,
    stats,
    lines,
    admin: createAdmin(settings, { stats }),
    fetch,
    now: () => new Date(),
    request_id: crypto.randomUUID(),
    log: createLogger({ level: "debug", sink: (line) => lines.push(line) }),
  };
}
