/**
 * POST /functions/v1/oauth-tiktok-callback — turns TikTok's answer into a connected TikTok account.
 * The state works once, for the creator who asked for it. Nothing is synced yet: that is sync-tiktok.
 */
import { connect, ConnectInput, ConnectOutput } from "../_shared/connections/connect.ts";
import { endpoint } from "../_shared/http/endpoint.ts";

export default endpoint({
  name: "oauth-tiktok-callback",
  summary: "Finishes connecting a TikTok account",
  method: "POST",
  auth: "user",
  rate: "user",
  idempotent: true,
  input: ConnectInput,
  output: ConnectOutput,
  errors: [
    "oauth_state_invalid",
    "oauth_denied",
    "platform_account_missing",
    "quota_exceeded",
    "provider_error",
    "provider_unavailable",
    "provider_quota_exceeded",
  ],
  timeout_ms: 60_000,
  handle: (context) => connect(context, "tiktok", context.user.id, context.input),
});
