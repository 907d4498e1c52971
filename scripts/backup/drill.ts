/** Proves that the newest archive, or a named one, can be restored: restores it into an empty, temporary stack and compares every row and secret. */
import { type Stack, startStack } from "../local/stack.ts";
import { beginRun, endRun, failRun } from "./backup.ts";
import { Session } from "./session.ts";
import { restore, type RestoreDone, type RestoreOptions } from "./restore.ts";

export async function drill(
  options: Omit<RestoreOptions, "yes" | "database_url" | "api"> & {
    /** The database that was backed up; the drill is recorded there. */
    record_url?: string;
    /** For tests: inspects the restored stack before it is deleted. */
    inspect?: (stack: Stack) => Promise<void>;
  },
): Promise<RestoreDone> {
  const record = options.record_url ? await Session.open(options.record_url) : null;
  const run = record
    ? await beginRun(record, "drill", options.archive ?? "the newest", options.store.place)
    : null;
  const home = await Deno.makeTempDir({ prefix: "streamvibe-drill-" });
  let stack: Stack | null = null;
  try {
    stack = await startStack({ home, empty: true });
    const done = await restore({
      ...options,
      yes: false,
      database_url: stack.info.db_url,
      api: { url: stack.info.api_url, key: stack.info.secret_key },
    });
    await options.inspect?.(stack);
    if (record) {
      await endRun(record, run, done);
      if (run) await record.query`update ops.backup_run set archive = ${done.name} where id = ${run}`;
    }
    return done;
  } catch (error) {
    if (record) await failRun(record, run, error);
    throw error;
  } finally {
    await stack?.stop();
    await Deno.remove(home, { recursive: true }).catch(() => {});
    await record?.close();
  }
}
