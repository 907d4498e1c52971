/** Generates postman/*.json from the scenarios, one file per phase. */
import { collectionOf, fileName, type Scenario } from "./collection.ts";
import phase1 from "./scenarios/phase_1.ts";
import phase2 from "./scenarios/phase_2.ts";
import phase3 from "./scenarios/phase_3.ts";
import phase4 from "./scenarios/phase_4.ts";
import phase5 from "./scenarios/phase_5.ts";
import phase6 from "./scenarios/phase_6.ts";
import phase7 from "./scenarios/phase_7.ts";
import phase8 from "./scenarios/phase_8.ts";
import phase9 from "./scenarios/phase_9.ts";
import phase10 from "./scenarios/phase_10.ts";

const SCENARIOS: Scenario[] = [
  phase1,
  phase2,
  phase3,
  phase4,
  phase5,
  phase6,
  phase7,
  phase8,
  phase9,
  phase10,
];

/** Returns the collections as they are committed, by file name. */
export function generateCollections(): Record<string, string> {
  return Object.fromEntries(
    SCENARIOS.map((scenario) => [
      `postman/${fileName(scenario)}`,
      JSON.stringify(collectionOf(scenario), null, 2) + "\n",
    ]),
  );
}
