/** Writes database/plans/visitors/: the plan of every hot query of discovery on the loaded catalogue. */
import type postgres from "postgres";
import { VISITOR_QUERIES } from "../../../supabase/tests/discovery/visitor_plans.ts";

const PLACE = "database/plans/visitors";

export async function recordPlans(sql: postgres.Sql, items: number): Promise<void> {
  await Deno.mkdir(PLACE, { recursive: true });
  const [{ version } = { version: "" }] = await sql<
    { version: string }[]
  >`select split_part(version(), ' on ', 1) as version`;
  for (const [name, { text }] of Object.entries(VISITOR_QUERIES)) {
    const lines = await sql.begin(async (transaction) => {
      // The functions have the same setting.
      await transaction`set local enable_seqscan = off`;
      const explain = `explain (analyze, buffers) ${text}`;
      // Runs twice, so that the second run finds its pages in memory, as a hot query does.
      await transaction.unsafe(explain);
      return (await transaction.unsafe(explain)).map((row) => String(row["QUERY PLAN"]));
    });
    await Deno.writeTextFile(
      `${PLACE}/${name}.txt`,
      `-- ${name}; ${version}, ${items.toLocaleString("en")} public items\n${text.replace(/\s+/g, " ")};\n\n${
        lines.join("\n")
      }\n`,
    );
  }
}
