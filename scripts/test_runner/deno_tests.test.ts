import assert from "node:assert/strict";
import { countsOf } from "./deno_tests.ts";

Deno.test("counts are read from the last summary, and a run without one is a failure", () => {
  const cases: [output: string, code: number, counts: [passed: number, failed: number, ignored: number]][] = [
    ["ok | 3 passed | 0 failed (2s)", 0, [3, 0, 0]],
    ["ok | 3 passed (12 steps) | 0 failed | 2 ignored (2s)", 0, [3, 0, 2]],
    ["FAILED | 3 passed (1 step) | 2 failed (1 step) (2s)", 1, [3, 2, 0]],
    ["a test prints: 9 passed | 0 failed\nok | 1 passed | 0 failed (1s)\n", 0, [1, 0, 0]],
    ["ok | 3 passed | 0 failed (2s)\nerror: an open handle", 1, [3, 1, 0]],
    ["error: Module not found", 1, [0, 1, 0]],
    ["killed before the end", 0, [0, 1, 0]],
  ];
  for (const [output, code, counts] of cases) {
    assert.deepEqual(Object.values(countsOf(output, code)), counts, output);
  }
});
