import assert from "node:assert/strict";
import { makePlace, PUBLISHED } from "../../../scripts/test/published_rows.ts";
import { realtimeClient, until } from "../../../scripts/test/realtime.ts";
import { createCreator, testDatabase } from "../../../scripts/test/stack.ts";
import { catchUp, watchTable } from "../src/realtime.ts";

const DOCUMENT = new URL("../../../docs/realtime.md", import.meta.url);

Deno.test("every subscription in docs/realtime.md works as documented", async (t) => {
  const creator = await createCreator();
  const sql = await testDatabase();
  const place = await makePlace(sql, creator.id);
  const run = async (table: string, set?: string) => {
    const rows = PUBLISHED.find(({ name }) => name === table);
    // A new row each time, because the change is repeated until it is heard.
    const [row] = await rows?.insert(sql, place, `documented-${crypto.randomUUID()}`) ?? [];
    if (set) await sql.unsafe(`update public.${table} set ${set} where id = '${row?.id}'`);
  };
  /** For each block: the changes to make, and the page's function that must receive each. */
  const blocks: Record<string, { hears: string; happen: () => Promise<unknown> }[]> = {
    "jobs that stay right": [{ hears: "show", happen: () => run("job_queue") }],
    notifications: [{ hears: "showNotification", happen: () => run("notification") }],
    accounts: [{ hears: "updateAccountList", happen: () => run("social_account") }],
    content: [{ hears: "addContentToUI", happen: () => run("content_item") }],
    suggestions: [{ hears: "displayAISuggestions", happen: () => run("ai_suggestion") }],
    submissions: [{ hears: "updateSubmissionStatus", happen: () => run("seo_submission", "attempts = 1") }],
    jobs: [
      {
        hears: "updateJobStatus",
        happen: () => run("job_queue", "progress_percent = 1, updated_at = now()"),
      },
      { hears: "appendJobLog", happen: () => run("job_log") },
    ],
    "trending rows": [{ hears: "updateTrendingList", happen: () => run("trending_content") }],
    trending: [{ hears: "showTrending", happen: async () => await sql`select ops.tell_trending('{today}')` }],
    "own channel": [{ hears: "showDevices", happen: () => Promise.resolve() }],
    "catching up": [{ hears: "keepForNextTime", happen: () => Promise.resolve() }],
  };
  await sql`update public.users set is_public = true where id = ${creator.id}`;
  try {
    const text = await Deno.readTextFile(DOCUMENT);
    const found = [...text.matchAll(/^```ts (.+)\n([\s\S]*?)^```$/gm)];
    assert.equal(text.match(/^```ts\b/gm)?.length, found.length, "every block has a name");
    assert.deepEqual(found.map(([, name]) => name).sort(), Object.keys(blocks).sort());
    for (const [, name = "", code = ""] of found) {
      await t.step(name, async () => {
        const supabase = await realtimeClient(creator);
        const heard = new Map<string, unknown[][]>();
        const names = [...new Set(code.match(/\b(show|update|add|display|append|keep)\w*(?=\()/g))];
        const values = {
          supabase,
          watchTable,
          catchUp,
          userId: creator.id,
          socialAccountId: place.account,
          contentId: place.item,
          connectionId: place.connection,
          jobId: place.job,
          lastTime: new Date().toISOString(),
          ...Object.fromEntries(
            names.map((
              name,
            ) => [name, (...said: unknown[]) => heard.set(name, [...heard.get(name) ?? [], said])]),
          ),
        };
        const body = `export default async function ({ ${
          Object.keys(values)
        } }) { ${code}\n return typeof watch === "undefined" ? undefined : watch; }`;
        const file = await Deno.makeTempFile({ suffix: ".ts" });
        await Deno.writeTextFile(file, body);
        try {
          const watch = await (await import(file)).default(values);
          for (const channel of supabase.realtime.getChannels()) {
            await until("it is joined", () => channel.state === "joined");
          }
          for (const { hears, happen } of blocks[name] ?? []) {
            // Changes right after joining may be lost, so the change is repeated until it is heard.
            await until(`${hears} hears of it`, async () => {
              await happen();
              await new Promise((resolve) => setTimeout(resolve, 200));
              return (heard.get(hears)?.length ?? 0) > 0;
            });
          }
          await watch?.close();
        } finally {
          await Deno.remove(file);
          await supabase.removeAllChannels();
        }
      });
    }
  } finally {
    await sql`delete from auth.users where id = ${creator.id}`;
    await sql.end();
  }
});
