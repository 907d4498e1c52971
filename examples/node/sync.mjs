// Syncs every account of a creator, one after the other, and prints what it did. For a cron of one's own:
//   STREAMVIBE_URL=… STREAMVIBE_KEY=… STREAMVIBE_EMAIL=… STREAMVIBE_PASSWORD=… node sync.mjs
import { createStreamVibe, isProblem } from "@streamvibe/client";
import { createClient } from "@supabase/supabase-js";
import WebSocket from "ws";

const {
  STREAMVIBE_URL: url = "http://127.0.0.1:54321",
  STREAMVIBE_KEY: key,
  STREAMVIBE_EMAIL: email = "demo@example.com",
  STREAMVIBE_PASSWORD: password = "streamvibe-demo",
} = process.env;
if (!key) {
  console.error("Set STREAMVIBE_KEY to the publishable key that `task start` printed");
  process.exit(2);
}

// Node 20 has no WebSocket of its own, which supabase-js wants to see.
const supabase = createClient(url, key, {
  auth: { persistSession: false },
  realtime: { transport: WebSocket },
});
const streamvibe = createStreamVibe(supabase, { retry: { attempts: 6, maxWaitMs: 120_000 } });

const stop = new AbortController();
process.once("SIGINT", () => stop.abort(new Error("stopped; the next run goes on from here")));

const { error } = await supabase.auth.signInWithPassword({ email, password });
if (error) throw error;

const { data: accounts, error: unread } = await supabase.from("social_account")
  .select("id, display_name, platform(slug)").is("deleted_at", null).order("created_at");
if (unread) throw unread;

let failed = 0;
for (const { id, display_name, platform } of accounts) {
  const name = `${display_name} (${platform.slug})`;
  try {
    let last;
    for await (const step of streamvibe.sync({ id, platform: platform.slug }, { signal: stop.signal })) {
      last = step;
      if (!step.done) console.log(`${name}: ${step.items_seen} of ${step.total_items ?? "?"}`);
    }
    console.log(`${name}: ${last.new_items} new, ${last.updated_items} updated, ${last.removed_items} gone`);
  } catch (error) {
    if (isProblem(error, "sync_in_progress")) console.log(`${name}: is being synced already`);
    else if (isProblem(error, "account_disconnected")) console.log(`${name}: has to be connected again`);
    else {
      failed++;
      console.error(
        `${name}: ${error.message}${isProblem(error) ? ` (${error.code}, ${error.request_id})` : ""}`,
      );
    }
    if (stop.signal.aborted || isProblem(error, "quota_exceeded")) break;
  }
}
await supabase.auth.signOut({ scope: "local" });
process.exit(failed > 0 ? 1 : 0);
