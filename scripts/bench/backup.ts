/**
 * Measures how long a backup and a restore with a comparison of every row take, and the peak memory of each process (on Linux):
 * `deno run -A scripts/bench/backup.ts [items]`, 1,000,000 by default. The recovery time is that of the restore; a restore loses what was
 * written after the archive (with WAL archiving less: docs/backups.md).
 */
import postgres from "postgres";
import * as z from "zod";
import { newIdentity } from "../backup/cipher.ts";
import { startStack } from "../local/stack.ts";

const Done = z.object({ rows: z.number(), bytes: z.number(), seconds: z.number() });
const items = Number(Deno.args.find((one) => /^\d+$/.test(one)) ?? 1_000_000);
const home = await Deno.makeTempDir({ prefix: "streamvibe-bench-" });
const place = await Deno.makeTempDir({ prefix: "streamvibe-archives-" });
const stack = await startStack({ home });
const sql = postgres(stack.info.db_url, { max: 1, onnotice: () => {} });
const BACKUP_IDENTITY = await newIdentity();
const say = (line: string) => console.error(`  ${line}`);
try {
  const person = crypto.randomUUID();
  await sql`insert into auth.users (id, email) values (${person}, 'backup@example.com')`;
  await sql`select connect_account(${person}, 'youtube', '{"access_token": "bench"}', now(), '{}', '{"platform_account_id": "UCbench"}')`;
  say(`creating ${items} items`);
  const began = performance.now();
  for (let from = 1; from <= items; from += 50_000) {
    await sql.begin(async (transaction) => {
      // Without triggers: the items need to be stored, not found by visitors.
      await transaction`set local session_replication_role = replica`;
      await transaction`
        with item as (
          insert into public.content_item (user_id, social_account_id, platform_content_id, content_type, title, description, tags, views_count, published_at)
          select account.user_id, account.id, 'v' || n, 'long_video', 'Item ' || n || ' about ' || md5(n::text),
            'What it says: ' || md5(n::text || 'a') || ' ' || md5(n::text || 'b') || ' https://example.com/' || n, array['tag' || n % 100, 'bench'],
            n, now() - n * interval '1 minute'
          from public.social_account as account, generate_series(${from}::integer, ${
        Math.min(items, from + 49_999)
      }::integer) as n
          where account.user_id = ${person}
          returning id, views_count
        )
        insert into ops.content_stat_daily (content_item_id, day, views, likes, comments, shares)
        select id, current_date, views_count, 0, 0, 0 from item`;
    });
  }
  say(`created in ${Math.round((performance.now() - began) / 1_000)} s`);
  const made = await run("backup", { DATABASE_URL: stack.info.db_url, SUPABASE_URL: stack.info.api_url });
  const done = await run("drill", { DATABASE_URL: stack.info.db_url });
  console.log(JSON.stringify({
    items,
    rows: made.rows,
    archive_mb: Math.round(made.bytes / 1_048_576),
    backup_seconds: Math.round(made.seconds),
    restore_seconds: Math.round(done.seconds),
    backup_memory_mb: made.memory_mb,
    restore_memory_mb: done.memory_mb,
  }));
} finally {
  await sql.end({ timeout: 5 });
  await stack.stop();
  for (const folder of [home, place]) await Deno.remove(folder, { recursive: true }).catch(() => {});
}
Deno.exit(0);

/** Runs the backup CLI in a separate process, as operators do; the results exclude the stack that a drill starts. */
async function run(what: string, env: Record<string, string>) {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "scripts/backup/cli.ts", what],
    env: {
      ...env,
      BACKUP_IDENTITY,
      BACKUP_DESTINATION: place,
      BACKUP_KEEP: "1,0,0",
      SUPABASE_SECRET_KEY: stack.info.secret_key,
    },
    stdout: "piped",
  }).spawn();
  let memory_mb = 0;
  const watch = setInterval(() => {
    const [, kb] = readOr(`/proc/${child.pid}/status`).match(/VmHWM:\s+(\d+) kB/) ?? [];
    if (kb) memory_mb = Math.round(Number(kb) / 1_024);
  }, 100);
  const { success, stdout } = await child.output();
  clearInterval(watch);
  if (!success) throw new Error(`Cannot go on: ${what} failed`);
  const line = new TextDecoder().decode(stdout).trim();
  say(line);
  return { ...Done.parse(JSON.parse(line)), memory_mb };
}

function readOr(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}
