/** GET /functions/v1/validate-seo: returns what one of the caller's items lacks for search engines and how to fix it, with the engine's own documentation. */
import * as z from "zod";
import { dataOf } from "../_shared/database/database.ts";
import { endpoint } from "../_shared/http/endpoint.ts";
import { findingsOf, SeoCheck } from "../_shared/seo/findings.ts";
import { siteOf } from "../_shared/seo/site.ts";

export default endpoint({
  name: "validate-seo",
  summary: "Returns what an item lacks for rich results, and how to fix it",
  method: "GET",
  auth: "user",
  rate: "user_read",
  input: z.strictObject({ content_id: z.uuid() }),
  example: { content_id: "3f1c9a52-7f0e-4b0a-9d53-1f6c2f7f1b11" },
  output: z.object({
    content_id: z.uuid(),
    url: z.url(),
    /** The rich result that the page can get as it is; null: none. */
    rich_result: z.string().nullable(),
    findings: z.array(z.object({
      code: z.string(),
      /** error: no result, or no rich result, until it is fixed. warning: recommended. info: good to know. */
      severity: z.enum(["error", "warning", "info"]),
      field: z.string(),
      message: z.string(),
      fix: z.string(),
      /** The engine's documentation of the rule. */
      document_url: z.url(),
    })),
  }),
  errors: ["not_found", "unavailable"],
  async handle({ input, db, settings, now }) {
    const urls = siteOf(settings);
    const client = await db();
    const check = SeoCheck.parse(
      dataOf(await client.rpc("get_seo_check", { p_content_item_id: input.content_id })),
    );
    return { content_id: input.content_id, ...findingsOf(check, urls, now()) };
  },
});
