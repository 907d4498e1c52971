/** Prints progress: one line per step with its duration, and a progress bar or plain lines during a long step. */
import { SingleBar } from "cli-progress";
import type { Progress } from "../journey/journey.ts";

export class Narrator {
  #step = 0;
  #bar: InstanceType<typeof SingleBar> | undefined;
  #interactive: boolean;
  #colour: boolean;

  constructor(interactive = Deno.stdout.isTerminal(), colour = interactive && !Deno.noColor) {
    this.#interactive = interactive;
    this.#colour = colour;
  }

  /** Prints a line about the whole walk, before the first step or after the last. */
  say(text: string): void {
    console.log(text);
  }

  /** Runs a step and prints its line: number, name, result, duration. */
  async step(name: string, work: (progress: Progress) => Promise<string>): Promise<void> {
    const number = String(++this.#step).padStart(2);
    const started = performance.now();
    const took = () => this.#paint("2", `(${duration(performance.now() - started)})`);
    try {
      const seen = await work({ update: (done, total) => this.#update(number, name, done, total) });
      this.#endBar();
      console.log(
        `${number} ${this.#paint("32", "✓")} ${this.#paint("1", name.padEnd(21))} ${seen} ${took()}`,
      );
    } catch (error) {
      this.#endBar();
      console.log(`${number} ${this.#paint("31", "✗")} ${this.#paint("1", name.padEnd(21))} ${took()}`);
      throw error;
    }
  }

  /** Prints the last line of a walk that failed. */
  fail(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    console.error(`${this.#paint("31", "The demo failed:")} ${message}`);
  }

  #update(number: string, name: string, done: number, total: number): void {
    if (!this.#interactive) {
      console.log(`     ${name}: ${done} of ${total}`);
      return;
    }
    if (!this.#bar) {
      this.#bar = new SingleBar({
        format: `${number} … ${name.padEnd(21)} {bar} {value}/{total} videos`,
        barCompleteChar: "█",
        barIncompleteChar: "░",
        barsize: 30,
        hideCursor: true,
        clearOnComplete: true,
      });
      this.#bar.start(total, 0);
    }
    this.#bar.setTotal(total);
    this.#bar.update(done);
  }

  #endBar(): void {
    this.#bar?.stop();
    this.#bar = undefined;
  }

  #paint(code: string, text: string): string {
    return this.#colour ? `\x1b[${code}m${text}\x1b[0m` : text;
  }
}

/** Formats a duration for people: `85 ms`, `2.4 s`. */
export function duration(milliseconds: number): string {
  return milliseconds < 1_000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1_000).toFixed(1)} s`;
}
