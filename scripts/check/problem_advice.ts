/** What a program or a person should do about each error code; the second half of docs/problems.md. */
import type { ErrorCode } from "../../supabase/functions/_shared/errors.ts";

/** A test checks that every code has an entry. */
export const ADVICE: Partial<Record<ErrorCode, string>> = {
  bad_request: "Read `detail`; the request itself has to change. Repeating it gives the same.",
  invalid_json: "Send JSON, made by a serializer, with `Content-Type: application/json`.",
  invalid_encoding: "Send UTF-8.",
  idempotency_key_invalid: "Use 1 to 255 visible ASCII characters; a UUID is best.",
  oauth_state_invalid:
    "Begin again with `oauth-<platform>-init`: a state works once, for its creator, for ten minutes.",
  oauth_denied:
    "The creator said no at the platform, or took too long. Offer to connect again; nothing was stored.",
  redirect_uri_not_allowed:
    "Use one of the addresses in the installation's allow-list (`OAUTH_REDIRECT_URIS`).",
  unauthorized:
    "Refresh the session and repeat once; if that fails, sign in again. Service calls need a secret key in `apikey`.",
  quota_exceeded:
    "Show `quota`, `used`, `limit` and `resets_at`; offer a larger plan. Repeating before `resets_at` is of no use.",
  ai_budget_exceeded:
    "Raise the budget in the AI settings, use a key of one's own, or wait for the next month.",
  forbidden: "The caller's role does not allow it. Do not repeat.",
  sign_in_again:
    "Ask the person to sign in once more (password or code), then repeat with the new token. Refreshing a session is not enough.",
  not_found: "It is not there, was deleted, or belongs to somebody else. Drop it from the list.",
  method_not_allowed: "Use the method that `Allow` names.",
  conflict: "Read the present state, then decide again.",
  site_not_connected: "Set a site up at the search engine first; `get-seo-overview` says which are.",
  content_not_public: "Make the item and its creator public first; search engines see what visitors see.",
  sync_in_progress: "Wait for it: watch the account or the job, or go on with its `sync_id`.",
  account_disconnected: "Let the creator connect the account again; the content is kept.",
  account_locked: "Ask the creator to open the platform's own app and confirm what it asks for, then repeat.",
  lease_lost: "Another worker has taken over. Stop, and read the state again.",
  idempotency_in_progress: "Repeat with the same key after `Retry-After`: the first answer will come.",
  payload_too_large: "Send less: bodies may have 1 MiB.",
  unsupported_media_type: "Send the media type that the operation names.",
  platform_account_missing:
    "The login has no channel, page or profile that can be connected; `detail` says what to do there.",
  validation_failed:
    "`errors[]` has a JSON pointer and a sentence for each field; show them beside the fields.",
  idempotency_key_reused: "This key was used with another body. Make a new key for a new request.",
  rate_limited: "Wait as long as `Retry-After` says, then repeat. `RateLimit-Remaining` tells beforehand.",
  too_many_jobs: "Ten jobs of this person are under way. Wait until one has ended, or cancel one.",
  internal: "A fault of ours. Repeat a read; tell support the `request_id`.",
  provider_error:
    "The platform answered what nobody can use. Repeat later; if it stays, tell support the `request_id`.",
  provider_unavailable:
    "The platform is away. Repeat after `Retry-After`; syncs and jobs do so by themselves.",
  provider_quota_exceeded:
    "All of the installation's calls to the platform are used up. Repeat after `Retry-After`.",
  unavailable: "We are away for a moment. Repeat after `Retry-After`.",
  timeout:
    "It took too long and was given up. Repeat a read, or a write with its idempotency key; use a job for large work.",
};
