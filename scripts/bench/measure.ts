/** Measurements: closed and open loops, interleaved rounds, medians and spreads. */

/** The results of one loop. */
export interface Sample {
  per_second: number;
  p50_ms: number;
  p95_ms: number;
  p99_ms: number;
}

/** The results of several rounds: the median of each figure, and the extremes of the rate. */
export interface Figures extends Sample {
  rounds: number;
  lowest_per_second: number;
  highest_per_second: number;
  /** The rate of each round, in the order of the rounds. */
  rates: number[];
}

/** The speed of one system relative to another: the median of the rounds' ratios, and their extremes. */
export interface Ratio {
  median: number;
  lowest: number;
  highest: number;
}

/**
 * Compares two systems round by round. On a shared machine, other work can change the speed tenfold within seconds. Two systems that run
 * directly after each other usually meet the same conditions, so the median of the ratios is reliable where absolute rates mean little.
 */
export function ratioOf(system: Pick<Figures, "rates">, to: Pick<Figures, "rates">): Ratio {
  const ratios = system.rates.map((rate, round) => rate / (to.rates[round] ?? Number.NaN));
  return { median: median(ratios), lowest: Math.min(...ratios), highest: Math.max(...ratios) };
}

/** Returns the value below which the given share of the sorted values lies. */
export function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

/** Returns the median of unsorted values. */
export function median(values: readonly number[]): number {
  return quantile(values.toSorted((a, b) => a - b), 0.5);
}

/** Returns the sum of the values. */
export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Runs `concurrency` loops for the given number of seconds; each calls `work` again as soon as its last call has ended. */
export async function closedLoop(
  concurrency: number,
  seconds: number,
  work: () => Promise<unknown>,
): Promise<Sample> {
  const latencies: number[] = [];
  const start = performance.now();
  const end = start + seconds * 1_000;
  const one = async () => {
    for (let before = performance.now(); before < end;) {
      await work();
      const after = performance.now();
      latencies.push(after - before);
      before = after;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, one));
  const elapsed = (performance.now() - start) / 1_000;
  latencies.sort((a, b) => a - b);
  return {
    per_second: latencies.length / elapsed,
    p50_ms: quantile(latencies, 0.5),
    p95_ms: quantile(latencies, 0.95),
    p99_ms: quantile(latencies, 0.99),
  };
}

/** The results of an open loop; if more than half of the calls are in flight at its end, the system did not keep up. */
export interface OpenSample extends Sample {
  failed: number;
  kept_up: boolean;
}

/**
 * Starts `rate` calls a second for the given number of seconds, however long they take, as visitors arrive. Latencies count from the
 * scheduled start of a call, so waiting behind slow calls is included.
 *
 * @param work Makes one call; receives its scheduled start (`performance.now()`).
 */
export async function openLoop(
  rate: number,
  seconds: number,
  work: (due: number) => Promise<unknown>,
): Promise<OpenSample> {
  const latencies: number[] = [];
  const calls: Promise<void>[] = [];
  const planned = Math.max(1, Math.round(rate * seconds));
  let failed = 0;
  const start = performance.now();
  for (let number = 0; number < planned; number++) {
    const due = start + number * 1_000 / rate;
    const early = due - performance.now();
    if (early > 0) await new Promise((resolve) => setTimeout(resolve, early));
    calls.push(
      work(due).catch((error) => {
        failed += 1;
        if (failed === 1) console.log(`  ${error}`);
      }).then(() => void latencies.push(performance.now() - due)),
    );
  }
  const kept_up = latencies.length >= planned / 2;
  await Promise.all(calls);
  const elapsed = (performance.now() - start) / 1_000;
  latencies.sort((a, b) => a - b);
  return {
    per_second: planned / elapsed,
    p50_ms: quantile(latencies, 0.5),
    p95_ms: quantile(latencies, 0.95),
    p99_ms: quantile(latencies, 0.99),
    failed,
    kept_up,
  };
}

/** Runs every system once per round, one after the other, so that all meet the same conditions. */
export async function interleaved<Name extends string>(
  rounds: number,
  systems: Record<Name, () => Promise<Sample>>,
): Promise<Record<Name, Figures>> {
  const samples = new Map<Name, Sample[]>();
  const names = Object.keys(systems) as Name[];
  for (let round = 0; round < rounds; round++) {
    // Each round starts with another system, because the first one pays for caches and autovacuum.
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(round + turn) % names.length] as Name;
      samples.set(name, [...samples.get(name) ?? [], await systems[name]()]);
    }
  }
  return Object.fromEntries(names.map((name) => [name, summary(samples.get(name) ?? [])])) as Record<
    Name,
    Figures
  >;
}

/** Returns the medians over rounds. */
export function summary(samples: readonly Sample[]): Figures {
  const rates = samples.map(({ per_second }) => per_second);
  return {
    rounds: samples.length,
    per_second: median(rates),
    lowest_per_second: Math.min(...rates),
    highest_per_second: Math.max(...rates),
    rates,
    p50_ms: median(samples.map(({ p50_ms }) => p50_ms)),
    p95_ms: median(samples.map(({ p95_ms }) => p95_ms)),
    p99_ms: median(samples.map(({ p99_ms }) => p99_ms)),
  };
}
