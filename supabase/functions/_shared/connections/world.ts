import type { Admin } from "../database/database.ts";
import type { PlatformWorld } from "../platforms/platform.ts";

/** What the work on connections and libraries is given: the platforms' world and the database. A handler's context is one. */
export interface World extends PlatformWorld {
  admin: Admin;
}

/** Only the world of a wider context: copying a whole one would wake what it makes lazily. */
export function worldOf({ admin, settings, fetch, now, request_id, log, signal, used }: World): World {
  return { admin, settings, fetch, now, request_id, log, signal, used };
}
