/** The interface of a benchmark. To add one, create a file in this folder and add a line to `bench.ts`. */
import type { Figures } from "./measure.ts";

/** How long, how often and at which size a benchmark runs. */
export interface Effort {
  rounds: number;
  seconds: number;
  /** The number of operations or rows, for the parts of a benchmark that are not limited by time. */
  size: number;
  /** Writes the results into docs/, if the benchmark supports it. */
  write_docs: boolean;
}

/** One line of the table. */
export interface Row {
  case: string;
  system: string;
  /** Results of a loop. */
  figures?: Figures;
  /** Any other results, with the unit in the name. */
  values?: Record<string, number>;
}

/** A goal of the specification, and the result. */
export interface Goal {
  name: string;
  goal: string;
  value: number;
  met: boolean;
}

/** The result of one benchmark. */
export interface Outcome {
  rows: Row[];
  goals: Goal[];
  /** Measurements over time, for the result file. */
  series?: unknown;
}

export interface Benchmark {
  name: string;
  /** A description in one line. */
  about: string;
  run(effort: Effort): Promise<Outcome>;
}

/** Returns a goal that is met if the value is at least `least`. */
export function atLeast(name: string, least: number, value: number, unit = ""): Goal {
  return { name, goal: `≥ ${least.toLocaleString("en")}${unit}`, value, met: value >= least };
}

/** Returns a goal that is met if the value is at most `most`. */
export function atMost(name: string, most: number, value: number, unit = ""): Goal {
  return { name, goal: `≤ ${most.toLocaleString("en")}${unit}`, value, met: value <= most };
}
