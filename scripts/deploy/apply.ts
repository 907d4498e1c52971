/** Applies SQL to a database that is in use: on a deadlock or a lock timeout it rolls back and retries. */
import type postgres from "postgres";

const ATTEMPTS = 20;
/** deadlock_detected, lock_not_available */
const PASSING = new Set(["40P01", "55P03"]);

/** Runs a file's statements as one transaction. The lock timeout is short, because every later query queues behind the waiting lock. */
export async function applyText(sql: postgres.Sql, text: string): Promise<void> {
  for (let attempt = 1;; attempt++) {
    try {
      await sql.begin(async (transaction) => {
        await transaction`set local lock_timeout = '2s'`;
        await transaction.unsafe(text).simple();
      });
      return;
    } catch (error) {
      if (attempt === ATTEMPTS || !PASSING.has((error as { code?: string }).code ?? "")) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100 * attempt));
    }
  }
}
