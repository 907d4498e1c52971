/**
 * Writes database/plans/: the plan of every hot query at 100,000 items (ten creators with 10,000 each).
 * Run it after changing an index or a query: `deno run -A supabase/tests/schema/record_plans.ts`. It boots its own stack.
 */
import postgres from "postgres";
import { bootStack } from "../../../scripts/test_runner/boot.ts";
import { explain, fillLibraries, HOT_QUERIES } from "./plans.ts";

const stack = await bootStack();
const sql = postgres(stack.info.db_url, { max: 1, onnotice: () => {} });
try {
  const reserved = await sql.reserve();
  await reserved`begin`;
  const place = await fillLibraries(reserved, 10, 10_000);
  const [{ version } = { version: "" }] = await reserved<
    { version: string }[]
  >`select split_part(version(), ' on ', 1) as version`;
  await Deno.mkdir("database/plans", { recursive: true });
  for (const [name, query] of Object.entries(HOT_QUERIES)) {
    // Runs twice, so that the second run finds its pages in memory, as a hot query does.
    await explain(reserved, place, query, "analyze, buffers");
    const plan = await explain(reserved, place, query, "analyze, buffers");
    const anonymous = plan.replaceAll(place.user, "$user").replaceAll(place.account, "$account").replaceAll(
      place.item,
      "$item",
    );
    const text = query.text.replace(/\s+/g, " ");
    await Deno.writeTextFile(
      `database/plans/${name}.txt`,
      `-- ${name}, run by a ${query.as}; ${version}, 100,000 items, 10,000 a creator\n${text};\n\n${anonymous}\n`,
    );
    console.log(`${name}: ${plan.match(/Execution Time: (.*)/)?.[1] ?? "?"}`);
  }
  await reserved`rollback`;
  reserved.release();
} finally {
  await sql.end();
  await stack.stop();
}
