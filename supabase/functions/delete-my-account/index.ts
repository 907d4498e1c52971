/**
 * POST /functions/v1/delete-my-account: deletes the caller and all of their data (GDPR, article 17). Every session ends immediately, nothing
 * remains public and nothing runs. The rest is deleted within minutes. This cannot be undone; to keep a copy, export the data first.
 */
import * as z from "zod";
import { endpoint } from "../_shared/http/endpoint.ts";
import { background } from "../_shared/observability/background.ts";
import { eraseAccounts } from "../_shared/privacy/erase.ts";
import { requireRecentSignIn } from "../_shared/privacy/recent_sign_in.ts";

/** Time for erasing in the background of this request; most accounts are erased before the next cron run. */
const SOON_MS = 20_000;

export default endpoint({
  name: "delete-my-account",
  summary: "Deletes the caller and all of their data",
  method: "POST",
  auth: "user",
  rate: "user",
  input: z.strictObject({
    /** Exactly these words, to prevent accidental deletion. */
    confirm: z.literal("delete my account"),
  }),
  example: { confirm: "delete my account" },
  output: z.object({
    /** Gives access to the state of the deletion; needs no session. */
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
