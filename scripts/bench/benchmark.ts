/** What a benchmark is and what it gives. A new one is a file beside these and a line in `bench.ts`. */
import type { Figures } from "./measure.ts";

/** How long and how often. */
export interface Effort {
  rounds: number;
  seconds: number;
  /** Of what a benchmark does a given number of times, beside what it does for a time. */
  size: number;
  /** Writes what was measured into docs/, for the benchmarks that can. */
  write_docs: boolean;
}

/** One line of the table. */
export interface Row {
  case: string;
  system: string;
  /** Of a loop. */
  figures?: Figures;
  /** Of anything else, with its unit in the name. */
  values?: Record<string, number>;
}

/** A goal of the specification and what became of it. Unmet ones say why, as far as it is known. */
export interface Goal {
  name: string;
  goal: string;
  value: number;
  met: boolean;
}

/** What one benchmark gives. */
export interface Outcome {
  rows: Row[];
  goals: Goal[];
  /** What happened over time, for the file of the result. */
  series?: unknown;
}

export interface Benchmark {
  name: string;
  /** One line. */
  about: string;
  run(effort: Effort): Promise<Outcome>;
}

/** A goal that a value must reach from below. */
export function atLeast(name: string, least: number, value: number, unit = ""): Goal {
  return { name, goal: `≥ ${least.toLocaleString("en")}${unit}`, value, met: value >= least };
}

/** A goal that a value must stay under. */
export function atMost(name: string, most: number, value: number, unit = ""): Goal {
  return { name, goal: `≤ ${most.toLocaleString("en")}${unit}`, value, met: value <= most };
}
