/**
 * POST /functions/v1/delete-my-account: deletes the caller, and all that is theirs (GDPR, article 17). At once: every session ends, nothing is
 * public any more, nothing runs. The rest goes within minutes. There is no way back; whoever wants a copy exports first.
 */
import * as z from "zod";
import { endpoint } from "../_shared/http/endpoint.ts";
import { background } from "../_shared/observability/background.ts";
import { eraseAccounts } from "../_shared/privacy/erase.ts";
import { requireRecentSignIn } from "../_shared/privacy/recent_sign_in.ts";

/** Begun beside the answer: most people are gone before cron comes by. */
const SOON_MS = 20_000;

export default endpoint({
  name: "delete-my-account",
  summary: "Deletes the caller and everything that is theirs",
  method: "POST",
  auth: "user",
  rate: "user",
  input: z.strictObject({
    /** These words, so that no slip does it. */
    confirm: z.literal("delete my account"),
  }),
  example: { confirm: "delete my account" },
  output: z.object({
    /** Shows how far it is, to whoever has it. */
    confirmation_code: z.uuid(),
    requested_at: z.iso.datetime({ offset: true }),
    status_url: z.url(),
  }),
  errors: ["sign_in_again", "forbidden", "not_found"],
  async handle({ user, admin, settings, now, ...context }) {
    requireRecentSignIn(user.token, now());
    const { code, requested_at } = await admin.call(
      "request_account_deletion",
      { p_user_id: user.id },
      z.object({ code: z.uuid(), requested_at: z.string() }),
    );
    context.log.info("a person asked to be deleted");
    background(eraseAccounts({ ...context, admin, settings, now, signal: undefined }, SOON_MS));
    const url = new URL("/functions/v1/data-deletion-status", settings.SUPABASE_URL);
    url.searchParams.set("code", code);
    return { confirmation_code: code, requested_at, status_url: url.href };
  },
});
