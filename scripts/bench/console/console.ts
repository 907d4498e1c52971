/**
 * Every list of the console at 5,000,000 jobs, 1,000,000 items and 100,000 accounts: for operators the first page, the 20th, and each
 * filter; for a creator with 100,000 items and as many jobs the queries of each page of the studio.
 */
import { join } from "node:path";
import postgres from "postgres";
import { withStack } from "../bench_stack.ts";
import { atMost, type Benchmark, type Goal, type Row } from "../benchmark.ts";
import { quantile } from "../measure.ts";
import { AS_SERVICE, CREATOR, CREATOR_PAGES } from "./creator.ts";
import { fillConsole } from "./fill.ts";

const GOAL_MS = 300;
const ASKED = 20;

/** Filters of each list. */
const LISTS: Record<string, object[]> = {
  admin_list_users: [
    {},
    { search: "person4711@" },
    { search: "person-99" },
    { role: "admin" },
    {
      tier: "premium",
    },
    { tier: "enterprise" },
    { hidden: true },
  ],
  admin_list_accounts: [
    {},
    { platform: "tiktok" },
    { platform: "unheard-of" },
    { status: "disconnected" },
    { attention: true },
    { attention: true, platform: "tiktok" },
    { user_id: "PERSON" },
  ],
  admin_list_jobs: [
    {},
    { status: "pending" },
    { status: "pending", handler: "sync_tiktok" },
    { status: "failed" },
    { status: "processing" },
    { handler: "sync_youtube" },
    { handler: "publish_account" },
    { error_code: "provider_error" },
    { user_id: "PERSON" },
    { status: "cancelled", handler: "sync_tiktok" },
  ],
  admin_list_dead_letters: [{}, { handler: "sync_youtube" }, { error_code: "unheard_of" }],
  admin_list_cron_runs: [{}, { status: "failed" }, { job: "unheard-of" }],
  admin_list_http_calls: [{}, { outcome: "failed" }, { function: "unheard-of" }],
  admin_list_provider_quotas: [{}, { closed: true }, { provider: "tiktok" }],
  admin_list_ai_costs: [{}],
  admin_list_webhooks: [{}, { status: "failed" }, { direction: "out" }],
  admin_list_audit_log: [{}, { user_id: "PERSON" }, { action: "role" }, { action: "unheard.of" }],
  admin_list_subscriptions: [{}, { tier: "premium" }, { status: "past_due" }],
  admin_list_content: [{}],
  admin_list_alerts: [{}],
};

export const consoleLists: Benchmark = {
  name: "console",
  about: "lists and pages of the console with 5,000,000 jobs (--size: items, a fifth of the jobs)",
  run: ({ size }) =>
    withStack(async ({ db_url, home }) => {
      const share = size / 1_000_000;
      const url = new URL(db_url);
      const { internal_database_password } = JSON.parse(await Deno.readTextFile(join(home, "keys.json")));
      url.username = "supabase_admin";
      url.password = internal_database_password;
      const owner = postgres(url.href, { max: 1, onnotice: () => {} });
      await fillConsole(owner, share, (line) => console.log(`  ${line}`));
      const [admin] = await owner<{ id: string }[]>`
        insert into public.user_role (user_id, role) select id, 'admin' from public.users limit 1 returning user_id as id`;
      await owner.end();

      const sql = postgres(db_url, { max: 1, onnotice: () => {} });
      const become = async (role: string, sub?: string) => {
        const claims = JSON.stringify({ role, sub });
        await sql.unsafe(`set role ${role}; select set_config('request.jwt.claims', '${claims}', false)`)
          .simple();
      };
      await become("authenticated", admin?.id);
      const rows: Row[] = [];
      const goals: Goal[] = [];
      const measure = async (name: string, ask: () => Promise<unknown>) => {
        const took: number[] = [];
        for (let n = 0; n < ASKED; n++) {
          const start = performance.now();
          await ask();
          took.push(performance.now() - start);
        }
        const sorted = took.toSorted((a, b) => a - b);
        const values = { p50_ms: quantile(sorted, 0.5), max_ms: sorted.at(-1) ?? Number.NaN };
        rows.push({ case: name, system: "streamvibe", values });
        goals.push(atMost(name, GOAL_MS, values.max_ms, " ms"));
      };
      await measure("admin_overview", () => sql`select public.admin_overview()`);
      await measure("admin_list_slow_queries", () => sql`select public.admin_list_slow_queries()`);
      await measure("admin_list_job_types", () => sql`select public.admin_list_job_types()`);
      await measure("admin_get_database", () => sql`select public.admin_get_database()`);
      await measure("get_rpc_stats", () => sql`select public.get_rpc_stats()`);
      for (const [list, filters] of Object.entries(LISTS)) {
        for (const filter of filters) {
          const given = JSON.stringify(filter).replace("PERSON", admin?.id ?? "");
          const page = (cursor: string | null) =>
            sql.unsafe<{ page: { next_cursor: string | null } }[]>(
              `select public.${list}($1::text::jsonb, $2, 50) as page`,
              [given, cursor],
            );
          await measure(`${list} ${given}`, () => page(null));
          let cursor: string | null = null;
          let pages = 0;
          for (; pages < 20; pages++) {
            const [found]: { page: { next_cursor: string | null } }[] = await page(cursor);
            if (!found?.page.next_cursor) break;
            cursor = found.page.next_cursor;
          }
          if (pages === 20) await measure(`${list} ${given}, page 20`, () => page(cursor));
        }
      }
      for (const [page, query] of Object.entries(CREATOR_PAGES)) {
        await become(AS_SERVICE.test(query) ? "service_role" : "authenticated", CREATOR);
        await measure(`creator, ${page}`, () => sql.unsafe(query));
      }
      await sql.end();
      return { rows, goals };
    }),
};
