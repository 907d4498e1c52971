/** A process that makes suggestions until it is killed, one at a time for each of its items. Arguments: creator and item pairs, `<user>:<item>`. */
import { analyse } from "../../../supabase/functions/_shared/ai/generate.ts";
import { connectionContext } from "../../../supabase/functions/tests/support/connection_context.ts";

const context = await connectionContext();
console.log("ready");
await Promise.all(Deno.args.map(async (pair) => {
  const [user_id = "", content_item_id = ""] = pair.split(":");
  for (;;) {
    await analyse(context, { user_id, content_item_id, fresh: true }).catch(() => {});
    console.log("made one");
  }
}));
