/**
 * How long a backup, and a restore with every row compared, take at many items: `deno run -A scripts/bench/backup.ts [items]`, 1,000,000 by default. Recovery
 * time is the restore's; what may be lost is what came after the archive (or, with WAL archiving, docs/backups.md).
 */
import postgres from "postgres";
import { backup } from "../backup/backup.ts";
import { newIdentity } from "../backup/cipher.ts";
import { drill } from "../backup/drill.ts";
import { openStore } from "../backup/store.ts";
import { startStack } from "../local/stack.ts";

const items = Number(Deno.args.find((one) => /^\d+$/.test(one)) ?? 1_000_000);
const home = await Deno.makeTempDir({ prefix: "streamvibe-bench-" });
const place = await Deno.makeTempDir({ prefix: "streamvibe-archives-" });
const stack = await startStack({ home });
const sql = postgres(stack.info.db_url, { max: 1, onnotice: () => {} });
let most = 0;
const watch = setInterval(() => most = Math.max(most, Deno.memoryUsage().rss), 250);
const say = (line: string) => console.error(`  ${line}`);
try {
  const person = crypto.randomUUID();
  await sql`insert into auth.users (id, email) values (${person}, 'backup@example.com')`;
  await sql`select connect_account(${person}, 'youtube', '{"access_token": "bench"}', now(), '{}', '{"platform_account_id": "UCbench"}')`;
  say(`making ${items} items`);
  for (let from = 1; from <= items; from += 50_000) {
    await sql.begin(async (transaction) => {
      // Without triggers: nothing is to be found by visitors, only to be kept.
      await transaction`set local session_replication_role = replica`;
      await transaction`
        insert into public.content_item (user_id, social_account_id, platform_content_id, content_type, title, description, tags, views_count, published_at)
        select account.user_id, account.id, 'v' || n, 'long_video', 'Item ' || n || ' about ' || md5(n::text),
          'What it says: ' || md5(n::text || 'a') || ' ' || md5(n::text || 'b') || ' https://example.com/' || n, array['tag' || n % 100, 'bench'],
          n, now() - n * interval '1 minute'
        from public.social_account as account, generate_series(${from}::integer, ${
        Math.min(items, from + 49_999)
      }::integer) as n
        where account.user_id = ${person}`;
      await transaction`
        insert into ops.content_stat_daily (content_item_id, day, views, likes, comments, shares)
        select id, current_date, views_count, 0, 0, 0 from public.content_item
        where social_account_id = (select id from public.social_account where user_id = ${person})
          and views_count between ${from} and ${from + 49_999}`;
    });
  }
  const key = { identity: await newIdentity() };
  const store = openStore(place, () => undefined);
  const made = await backup({
    database_url: stack.info.db_url,
    store,
    key,
    retention: null,
    api: { url: stack.info.api_url, key: stack.info.secret_key },
    buckets: ["media"],
    jobs: 2,
    now: () => new Date(),
    say,
  });
  const memory = most;
  most = 0;
  say(JSON.stringify(made));
  const done = await drill({ store, key, say, record_url: stack.info.db_url });
  console.log(JSON.stringify({
    items,
    rows: made.rows,
    archive_mb: Math.round(made.bytes / 1_048_576),
    backup_seconds: Math.round(made.seconds),
    restore_seconds: Math.round(done.seconds),
    backup_memory_mb: Math.round(memory / 1_048_576),
    restore_memory_mb: Math.round(most / 1_048_576),
  }));
} finally {
  clearInterval(watch);
  await sql.end({ timeout: 5 });
  await stack.stop();
  for (const folder of [home, place]) await Deno.remove(folder, { recursive: true }).catch(() => {});
}
Deno.exit(0);
