/** How many of a search's best twenty a ranking of every match would also return; uses the product's own functions, without their limit. */
import type postgres from "postgres";
import { z } from "zod";

const BEST = 20;
const Found = z.array(z.object({ id: z.string() }));

/** Creates `bench_exact()`: `search_content` with every match as a candidate. */
export async function makeExact(sql: postgres.Sql): Promise<void> {
  const definition = async (name: string) => {
    const [row] = await sql<
      { text: string }[]
    >`select pg_get_functiondef(${name}::regproc) as text`;
    return row?.text ?? "";
  };
  const candidates = await definition("ops.search_candidates");
  const unbounded = candidates.replace("ops.search_candidates", "ops.bench_candidates")
    .replaceAll("search_candidates.ids", "bench_candidates.ids")
    .replace(/v_enough constant integer := \d+/, "v_enough constant integer := 100000000");
  if (!unbounded.includes("100000000")) throw new Error("Cannot find the bound in ops.search_candidates()");
  await sql.unsafe(unbounded);
  await sql.unsafe(
    (await definition("public.search_content")).replace("public.search_content", "public.bench_exact")
      .replaceAll("ops.search_candidates", "ops.bench_candidates"),
  );
}

/** Returns the mean share of the exact best twenty that searches for the terms return. */
export async function overlapOf(sql: postgres.Sql, terms: readonly string[]): Promise<number> {
  let sum = 0;
  for (const q of terms) {
    const ids = async (name: string) => {
      const [row] = await sql.unsafe(
        `select public.${name}(p_query => $1, p_limit => ${BEST}, p_now => '2026-11-01') -> 'results' as found`,
        [q],
      );
      return Found.parse(row?.found).map(({ id }) => id);
    };
    const exact = await ids("bench_exact");
    const ours = new Set(await ids("search_content"));
    sum += exact.length === 0 ? 1 : exact.filter((id) => ours.has(id)).length / exact.length;
  }
  return sum / terms.length;
}
