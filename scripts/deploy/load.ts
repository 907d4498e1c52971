/** Sends calls at a steady rate, whether or not responses keep up: simulates user traffic during a deploy. */

/** One kind of call, and its percentage of all calls. */
export interface Call {
  name: string;
  share: number;
  run: () => Promise<{ status: number }>;
}

/** The results of the calls. */
export interface LoadReport {
  seconds: number;
  calls: number;
  /** By name and status: a server error, a missing function, or no response. */
  failed: Record<string, number>;
  p50_ms: number;
  p99_ms: number;
  slowest_ms: number;
}

/** Sends calls until it is stopped. */
export class Load {
  readonly #started = performance.now();
  readonly #times: number[] = [];
  readonly #failed: Record<string, number> = {};
  readonly #open = new Set<Promise<void>>();
  readonly #timer: ReturnType<typeof setInterval>;
  #sent = 0;

  constructor(private calls: Call[], private perSecond: number) {
    this.#timer = setInterval(() => this.#send(), 10);
  }

  /** Stops sending, waits for calls in flight, and summarizes. */
  async stop(): Promise<LoadReport> {
    clearInterval(this.#timer);
    const seconds = (performance.now() - this.#started) / 1_000;
    await Promise.all(this.#open);
    const times = this.#times.sort((a, b) => a - b);
    const at = (share: number) =>
      Math.round(times[Math.min(times.length - 1, Math.floor(share * times.length))] ?? 0);
    return {
      seconds: Math.round(seconds),
      calls: times.length,
      failed: this.#failed,
      p50_ms: at(0.5),
      p99_ms: at(0.99),
      slowest_ms: at(1),
    };
  }

  /** Sends all calls that are due by now. */
  #send(): void {
    const due = Math.floor((performance.now() - this.#started) / 1_000 * this.perSecond);
    for (; this.#sent < due; this.#sent++) {
      let place = this.#sent * 37 % 100;
      const call = this.calls.find(({ share }) => (place -= share) < 0) ?? this.calls[0];
      if (call) this.#track(call);
    }
  }

  #track(call: Call): void {
    const started = performance.now();
    const done = call.run().then(
      ({ status }) => status,
      (error) => `${error instanceof Error ? error.message : error}`,
    )
      .then((status) => {
        this.#times.push(performance.now() - started);
        if (typeof status === "number" && status < 500 && status !== 404) return;
        const key = `${call.name} ${status}`;
        this.#failed[key] = (this.#failed[key] ?? 0) + 1;
      })
      .finally(() => this.#open.delete(done));
    this.#open.add(done);
  }
}
