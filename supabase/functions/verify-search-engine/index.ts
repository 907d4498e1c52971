/** POST /functions/v1/verify-search-engine: checks the proof that a site belongs to the caller. Pages are submitted only after that. */
import * as z from "zod";
import { endpoint } from "../_shared/http/endpoint.ts";
import { Connection, METHODS, verifySite } from "../_shared/seo/connection.ts";

export default endpoint({
  name: "verify-search-engine",
  summary: "Verifies that a site belongs to the caller",
  method: "POST",
  auth: "user",
  rate: "user",
  input: z.strictObject({
    connection_id: z.uuid(),
    /** IndexNow: always file. Otherwise the default is the method of the last check, or engine for the first check. */
    method: z.enum(METHODS).optional(),
  }),
  example: { connection_id: "3f1c9a52-7f0e-4b0a-9d53-1f6c2f7f1b11" },
  output: z.object({
    is_verified: z.boolean(),
    method: z.enum(METHODS),
    /** Why the site is not verified, and what to do. */
    code: z.string().nullable(),
    message: z.string().nullable(),
  }),
  errors: ["not_found"],
  timeout_ms: 60_000,
  async handle(context) {
    const { connection_id, method } = context.input;
    const connection = await context.admin.call(
      "read_seo_connection",
      { p_connection_id: connection_id, p_user_id: context.user.id },
      Connection,
    );
    const proof = await verifySite(
      context,
      connection,
      connection.search_engine === "indexnow" ? "file" : method,
    );
    return {
      is_verified: proof.is_verified,
      method: proof.method,
      code: proof.code ?? null,
      message: proof.message ?? null,
    };
  },
});
