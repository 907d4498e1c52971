/**
 * POST /functions/v1/erase-accounts: continues the deletion of users who requested it. Called by cron while there are any; concurrent runs are
 * safe, because each user is leased to one run.
 */
import * as z from "zod";
import { endpoint } from "../_shared/http/endpoint.ts";
import { eraseAccounts, EraseOutput } from "../_shared/privacy/erase.ts";

export default endpoint({
  name: "erase-accounts",
  summary: "Continues the deletion of users who requested it",
  method: "POST",
  auth: "secret",
  rate: "service",
  input: z.strictObject({}),
  example: {},
  output: EraseOutput,
  timeout_ms: 120_000,
  handle: (context) => eraseAccounts(context),
});
