import type { Admin } from "./database/database.ts";
import type { Fetch } from "./http/outgoing.ts";
import type { Logger } from "./observability/log.ts";
import type { Settings } from "./settings/settings.ts";

/**
 * Dependencies of any unit of work: a request, a job or a sync. Code uses these instead of reading the environment, the clock or the
 * network directly. The request context extends this type.
 */
export interface Context {
  /** Acts as the service role and bypasses row-level security. */
  admin: Admin;
  settings: Settings;
  /** For calls to providers, see `http/outgoing.ts`. */
  fetch: Fetch;
  now: () => Date;
  request_id: string;
  log: Logger;
  /** Aborted when the time limit is reached. */
  signal?: AbortSignal;
}
