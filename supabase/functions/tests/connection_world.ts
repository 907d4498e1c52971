/** The world of a running stack, for tests that run the work on connections and libraries in their own process. */
import { testStack } from "../../../scripts/test/stack.ts";
import type { World } from "../_shared/connections/world.ts";
import { createAdmin, type DatabaseStats } from "../_shared/database.ts";
import { createLogger } from "../_shared/log.ts";
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
    YOUTUBE_CLIENT_ID: "streamvibe-local.apps.googleusercontent.com",
    YOUTUBE_CLIENT_SECRET: "GOCSPX-local-simulator",
    GOOGLE_AUTHORIZATION_URL: `${simulator_url}/accounts.google.com/o/oauth2/v2/auth`,
    GOOGLE_TOKEN_URL: `${simulator_url}/oauth2.googleapis.com/token`,
    GOOGLE_REVOCATION_URL: `${simulator_url}/oauth2.googleapis.com/revoke`,
    YOUTUBE_API_URL: `${simulator_url}/www.googleapis.com/youtube/v3`,
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
