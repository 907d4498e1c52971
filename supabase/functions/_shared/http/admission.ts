/**
 * Limits how many reads a process runs at once. Under overload every response would arrive too late to be useful, so excess reads wait
 * up to a second for a slot and then fail with `Retry-After`.
 */
import { ApiError } from "../errors.ts";

/** How long a read waits for a slot. */
const PATIENCE_MS = 1_000;

/** Concurrency limit of one function in one process. First come, first served. */
export class Admission {
  #inside = 0;
  readonly #waiting = new Set<() => void>();

  /**
   * Runs `work` once fewer than `most` calls are running.
   *
   * @throws {ApiError} `unavailable` when no slot becomes free within a second.
   */
  async run<T>(most: number, work: () => Promise<T>): Promise<T> {
    if (this.#inside < most) this.#inside += 1;
    else await this.#turn();
    try {
      return await work();
    } finally {
      // Passes the slot directly to the longest waiting call, so that no new call can take it.
      const next = this.#waiting.values().next().value;
      if (next) next();
      else this.#inside -= 1;
    }
  }

  #turn(): Promise<void> {
    return new Promise((resolve, reject) => {
      const enter = () => {
        clearTimeout(timer);
        this.#waiting.delete(enter);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(enter);
        reject(
          new ApiError(
            "unavailable",
            "Cannot answer in time: too many requests are waiting; try again in 2 seconds",
            {
              retry_after: 2,
            },
          ),
        );
      }, PATIENCE_MS);
      this.#waiting.add(enter);
    });
  }
}
