/**
 * POST /functions/v1/oauth-youtube-callback — turns Google's answer into a connected YouTube channel.
 * The state works once, for the creator who asked for it. Nothing is synced yet: that is sync-youtube.
 */
import { connect, ConnectInput, ConnectOutput } from "../_shared/connections/connect.ts";
import { endpoint } from "../_shared/http/endpoint.ts";

export default endpoint({
  name: "oauth-youtube-callback",
  summary: "Finishes connecting a YouTube channel",
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
  handle: (context) => connect(context, "youtube", context.user.id, context.input),
});
