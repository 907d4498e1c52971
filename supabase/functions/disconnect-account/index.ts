/**
 * POST /functions/v1/disconnect-account: ends the connection to a platform: revokes the access there, deletes the tokens,
 * and removes the account from the creator's list. Its content is kept, and connecting the account again restores it.
 */
import { disconnect, DisconnectInput, DisconnectOutput } from "../_shared/connections/disconnect.ts";
import { endpoint } from "../_shared/http/endpoint.ts";

export default endpoint({
  name: "disconnect-account",
  summary: "Disconnects an account and keeps its content",
  method: "POST",
  auth: "user",
  rate: "user",
  input: DisconnectInput,
  example: { social_account_id: "7d0e34c3-5f6a-4c53-9a53-4a4f2d9f0001" },
  output: DisconnectOutput,
  errors: ["not_found"],
  handle: (context) => disconnect(context, context.user.id, context.input),
});
