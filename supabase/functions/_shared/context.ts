import type { Admin } from "./database/database.ts";
import type { Fetch } from "./http/outgoing.ts";
import type { Logger } from "./observability/log.ts";
import type { Settings } from "./settings/settings.ts";

/**
 * What any work is given, be it a request, a job or a sync: nothing that it does reaches for the environment, the clock or the network by
 * itself. The context of a request is one, with more in it.
 */
export interface Context {
  /** Acts as the service, past row-level security. */
  admin: Admin;
  settings: Settings;
  /** For calls to providers, see `http/outgoing.ts`. */
  fetch: Fetch;
  now: () => Date;
  request_id: string;
  log: Logger;
  /** Aborted when the time is up. */
  signal?: AbortSignal;
}
