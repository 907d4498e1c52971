/** The world of a running stack, for tests that run the work on connections and libraries in their own process. */
import { simulatorSettings } from "../../../../scripts/local/functions/environment.ts";
import { testStack } from "../../../../scripts/test/stack.ts";
import type { World } from "../../_shared/connections/world.ts";
import { createAdmin, type DatabaseStats } from "../../_shared/database/database.ts";
import { createLogger } from "../../_shared/observability/log.ts";
import { stackSettings, type Way } from "./stack_settings.ts";

export interface ConnectionWorld extends World {
  stats: DatabaseStats;
  lines: string[];
}

export async function connectionWorld(
  changes: Record<string, string> = {},
  way: Way = "pooler",
): Promise<ConnectionWorld> {
  const { simulator_url } = await testStack();
  const settings = await stackSettings(way, {
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
