/** The simulator's own time: real time plus an offset that tests change, so that expiry and quota days need no waiting. */
export class SimulatorClock {
  #offset = 0;
  readonly #real: () => number;

  constructor(real: () => number = Date.now) {
    this.#real = real;
  }

  now(): number {
    return this.#real() + this.#offset;
  }

  get offset(): number {
    return this.#offset;
  }

  set offset(milliseconds: number) {
    this.#offset = milliseconds;
  }

  advance(milliseconds: number): void {
    this.#offset += milliseconds;
  }

  /** Sets the current time; the clock runs on from there. */
  set(time: number): void {
    this.#offset = time - this.#real();
  }
}
