/**
 * POST /functions/v1/refresh-oauth-tokens: refreshes tokens that are about to expire, of every creator and platform.
 * Called by cron; concurrent runs are safe, because each connection is leased to one run.
 */
import { RefreshInput, RefreshOutput, refreshTokens } from "../_shared/connections/refresh_tokens.ts";
import { endpoint } from "../_shared/http/endpoint.ts";

export default endpoint({
  name: "refresh-oauth-tokens",
  summary: "Refreshes tokens that are about to expire",
  method: "POST",
  auth: "secret",
  rate: "service",
  input: RefreshInput,
  example: {},
  output: RefreshOutput,
  timeout_ms: 120_000,
  handle: (context) => refreshTokens(context),
});
