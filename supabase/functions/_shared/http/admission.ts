/**
 * How many reads a process works on at once. Beyond what it can do, every answer would come too late for whoever asked, and none would be
 * of use: so some wait for a moment, and the rest are told at once to come again.
 */
import { ApiError } from "../errors.ts";

/** How long a read waits for its turn. */
const PATIENCE_MS = 1_000;

/** The door of one function in one process. First come, first served. */
export class Admission {
  #inside = 0;
  readonly #waiting = new Set<() => void>();

  /**
   * Runs `work` when there are fewer than `most` at work.
   *
   * @throws {ApiError} `unavailable`, when the turn does not come within a second.
   */
  async run<T>(most: number, work: () => Promise<T>): Promise<T> {
    if (this.#inside < most) this.#inside += 1;
    else await this.#turn();
    try {
      return await work();
    } finally {
      // Whoever waits longest takes the place; nobody else can get between.
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
          new ApiError("unavailable", "Cannot answer in time: more is asked just now than can be answered", {
            retry_after: 2,
          }),
        );
      }, PATIENCE_MS);
      this.#waiting.add(enter);
    });
  }
}
