/**
 * Counts hits in the database. While enough calls are running, further hits wait for one of them to end and are then sent as a batch,
 * grouped by key. Under a flood the database thus gets a few calls with many hits each, and every hit is still counted exactly.
 */
import type { Admin, DatabaseStats } from "../database/database.ts";
import type { Rate, RateState } from "./limits.ts";

/** Number of concurrent calls above which hits are batched. */
const CALLS_AT_ONCE = 2;
/** Maximum number of keys in one call, which locks their rows until it ends. */
const KEYS_AT_ONCE = 50;

/** A hit that waits to be counted. */
interface Hit {
  rate: Rate;
  admin: Admin;
  stats: DatabaseStats | undefined;
  settle(state: RateState): void;
  fail(error: unknown): void;
}

/** Counter of one database; see the comment at the top of this file. */
export class RateCounter {
  #waiting: Hit[] = [];
  #running = 0;

  /**
   * Counts one hit, with at most one round trip of its own.
   *
   * @param admin Makes the call if this hit is the first of its batch.
   * @param stats Stats of the hit's request; a call that another hit made for it counts too.
   * @throws {DatabaseError} When the call fails; it is then unknown whether its hits were counted.
   */
  count(rate: Rate, admin: Admin, stats?: DatabaseStats): Promise<RateState> {
    return new Promise((settle, fail) => {
      this.#waiting.push({ rate, admin, stats, settle, fail });
      this.#next();
    });
  }

  #next(): void {
    if (this.#running >= CALLS_AT_ONCE || this.#waiting.length === 0) return;
    const groups = this.#take();
    this.#running += 1;
    const started = performance.now();
    send(groups).finally(() => {
      // The first hit's own admin has already counted the call.
      for (const { stats } of groups.flat().slice(1)) {
        if (!stats) continue;
        stats.db_calls += 1;
        stats.db_ms += performance.now() - started;
      }
    }).then((states) => {
      for (const [index, hits] of groups.entries()) {
        for (const [place, hit] of hits.entries()) {
          hit.settle(stateOf(hit.rate, states[index], place, hits.length));
        }
      }
    }).catch((error) => {
      for (const hit of groups.flat()) hit.fail(error);
    }).finally(() => {
      this.#running -= 1;
      this.#next();
    });
  }

  /** Removes the hits of the longest waiting keys from the queue and returns them, grouped by key. */
  #take(): Hit[][] {
    const groups = new Map<string, Hit[]>();
    const left: Hit[] = [];
    for (const hit of this.#waiting) {
      const { key, limit, window_seconds } = hit.rate;
      const same = `${key} ${limit} ${window_seconds}`;
      const group = groups.get(same);
      if (group) group.push(hit);
      else if (groups.size < KEYS_AT_ONCE) groups.set(same, [hit]);
      else left.push(hit);
    }
    this.#waiting = left;
    return [...groups.values()];
  }
}

/** Database result for the hits of one key. */
interface Granted {
  granted: number;
  remaining: number;
  reset_seconds: number;
}

async function send(groups: Hit[][]): Promise<Granted[]> {
  const heads = groups.flatMap(([first]) => first ?? []);
  const [alone] = heads;
  if (!alone) return [];
  if (groups.length === 1 && groups[0]?.length === 1) {
    const [row] = await alone.admin.call("check_rate_limit", {
      p_key: alone.rate.key,
      p_limit: alone.rate.limit,
      p_window_seconds: alone.rate.window_seconds,
    });
    return row ? [{ ...row, granted: row.allowed ? 1 : 0 }] : [];
  }
  const rows = await alone.admin.call("check_rate_limits", {
    p_keys: heads.map(({ rate }) => rate.key),
    p_limits: heads.map(({ rate }) => rate.limit),
    p_window_seconds: heads.map(({ rate }) => rate.window_seconds),
    p_hits: groups.map((hits) => hits.length),
  });
  const states: Granted[] = [];
  for (const row of rows) states[row.place - 1] = row;
  return states;
}

/** Returns the state of one hit. The first hits of a key are the allowed ones, each with its own `remaining`. */
function stateOf(rate: Rate, row: Granted | undefined, place: number, hits: number): RateState {
  if (!row) throw new Error(`The limiter gave no answer for ${hits} hits`);
  const { granted, remaining, reset_seconds } = row;
  const allowed = place < granted;
  return {
    allowed,
    limit: rate.limit,
    remaining: allowed ? remaining + granted - 1 - place : 0,
    reset_seconds,
  };
}
