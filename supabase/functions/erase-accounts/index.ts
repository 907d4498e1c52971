/**
 * POST /functions/v1/erase-accounts: goes on with the deletion of people who asked for it. Called by cron while there are any; safe to run
 * twice at once, for each person is leased to one run.
 */
import * as z from "zod";
import { endpoint } from "../_shared/http/endpoint.ts";
import { eraseAccounts, EraseOutput } from "../_shared/privacy/erase.ts";

export default endpoint({
  name: "erase-accounts",
  summary: "Goes on with the deletion of people who asked for it",
  method: "POST",
  auth: "secret",
  rate: "service",
  input: z.strictObject({}),
  example: {},
  output: EraseOutput,
  timeout_ms: 120_000,
  handle: (context) => eraseAccounts(context),
});
