/**
 * What a user waits for when an isolate is new: the import of each function in a fresh process, its first response to a request with a
 * credential (which includes lazy imports), and the size of its bundle (as `deno bundle` makes it, including all lazy parts; an estimate
 * of what a deploy uploads).
 */
import { atMost, type Benchmark, type Row } from "./benchmark.ts";
import { median } from "./measure.ts";

const FUNCTIONS = new URL("../../supabase/functions/", import.meta.url);

export const coldStart: Benchmark = {
  name: "cold-start",
  about: "import time and bundle size of every function",
  async run({ rounds }) {
    const names: string[] = [];
    for await (const entry of Deno.readDir(FUNCTIONS)) {
      if (entry.isDirectory && !entry.name.startsWith("_") && entry.name !== "tests") names.push(entry.name);
    }
    names.sort();
    const scratch = await Deno.makeTempDir({ prefix: "streamvibe-bench-" });
    try {
      const times = new Map<string, { whole: number[]; imported: number[]; answered: number[] }>(
        ["", ...names].map((name) => [name, { whole: [], imported: [], answered: [] }]),
      );
      // One run beforehand, so that every file is in the page cache and in Deno's cache.
      for (const name of names) await startOnce(name, scratch);
      for (let round = 0; round < Math.max(5, rounds); round++) {
        for (const [name, taken] of times) {
          const { whole_ms, import_ms, answer_ms } = await startOnce(name, scratch);
          taken.whole.push(whole_ms);
          taken.imported.push(import_ms);
          taken.answered.push(answer_ms);
        }
      }
      const bare = median(times.get("")?.whole ?? []);
      const rows: Row[] = [{ case: "process start", system: "bare", values: { whole_ms: bare } }];
      let [slowest, largest] = [0, 0];
      for (const name of names) {
        const taken = times.get(name);
        const values: Record<string, number> = {
          import_ms: median(taken?.imported ?? []),
          first_answer_ms: median(taken?.answered ?? []),
          start_minus_bare_ms: median(taken?.whole ?? []) - bare,
          lowest_import_ms: Math.min(...taken?.imported ?? []),
        };
        const size = await bundleSize(name, scratch);
        if (size !== undefined) values.bundle_mb = size / 1_048_576;
        slowest = Math.max(slowest, values.import_ms ?? 0);
        largest = Math.max(largest, values.bundle_mb ?? 0);
        rows.push({ case: name, system: "streamvibe", values });
      }
      return {
        rows,
        goals: [atMost("slowest import", 150, slowest, " ms"), atMost("largest bundle", 5, largest, " MB")],
      };
    } finally {
      await Deno.remove(scratch, { recursive: true });
    }
  },
};

async function startOnce(
  name: string,
  scratch: string,
): Promise<{ whole_ms: number; import_ms: number; answer_ms: number }> {
  const file = `${scratch}/start.ts`;
  const address = JSON.stringify(new URL(`${name}/index.ts`, FUNCTIONS).href);
  const work = name === "" ? "" : `
    const fn = (await import(${address})).default;
    imported = performance.now();
    const headers = { authorization: "Bearer a.b.c" };
    const response = await fn.fetch(new Request("http://localhost/${name}", { method: fn.contract.method, headers }));
    if (response.status !== 401) throw new Error(await response.text());`;
  await Deno.writeTextFile(
    file,
    `const start = performance.now();
    let imported = start;
    ${work}
    console.log(JSON.stringify({ import_ms: imported - start, answer_ms: performance.now() - imported }));
    Deno.exit(0);`,
  );
  const config = new URL("../../deno.json", import.meta.url).pathname;
  const before = performance.now();
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--cached-only", "--config", config, file],
    env: {
      SUPABASE_URL: "http://127.0.0.1:1",
      SUPABASE_JWKS: '{"keys":[]}',
      SUPABASE_PUBLISHABLE_KEYS: "{}",
      SUPABASE_SECRET_KEYS: "{}",
      LOG_LEVEL: "silent",
    },
  }).output();
  const whole_ms = performance.now() - before;
  if (!success) throw new Error(`Cannot start ${name}: ${new TextDecoder().decode(stderr)}`);
  return { whole_ms, ...JSON.parse(new TextDecoder().decode(stdout)) };
}

async function bundleSize(name: string, scratch: string): Promise<number | undefined> {
  const output = `${scratch}/bundle.js`;
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--output", output, new URL(`${name}/index.ts`, FUNCTIONS).pathname],
    stdout: "null",
    stderr: "null",
  }).output();
  return success ? (await Deno.stat(output)).size : undefined;
}
