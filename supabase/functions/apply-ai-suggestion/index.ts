/**
 * POST /functions/v1/apply-ai-suggestion: applies fields of a suggestion to the item, as an edit by the caller. `preview` only returns the
 * difference; `undo` reverts an application, except for fields that were edited since.
 */
import * as z from "zod";
import { Category } from "../_shared/profile/categories.ts";
import { dataOf } from "../_shared/database/database.ts";
import { endpoint, invalid } from "../_shared/http/endpoint.ts";

const Fields = z.array(z.enum(["title", "description", "tags", "hashtags", "category"]));
const Value = z.union([z.string(), z.array(z.string()), z.null()]);
const Applied = z.object({
  /** To pass to `undo`; null for a preview, or if nothing changed. */
  application_id: z.uuid().nullable(),
  changes: z.array(z.object({ field: z.string(), before: Value, after: Value })),
  content_item: z.object({
    id: z.uuid(),
    title: z.string(),
    description: z.string(),
    tags: z.array(z.string()),
    hashtags: z.array(z.string()),
    category_code: Category.nullable(),
    updated_at: z.string(),
  }),
});
const Undone = z.object({ undone_fields: z.array(z.string()), kept_fields: z.array(z.string()) });

export default endpoint({
  name: "apply-ai-suggestion",
  summary: "Applies selected fields of a suggestion",
  method: "POST",
  auth: "user",
  rate: "user",
  idempotent: true,
  input: z.strictObject({
    suggestion_id: z.uuid().optional(),
    fields: Fields.min(1).max(5).optional(),
    /** Index of the title to apply, from 0. */
    title: z.int().min(0).max(4).default(0),
    /** Index of the description to apply, from 0. */
    description: z.int().min(0).max(1).default(0),
    preview: z.boolean().default(false),
    /** The application to undo, instead of a suggestion to apply. */
    undo: z.uuid().optional(),
  }),
  example: {
    suggestion_id: "3f1c9a52-7f0e-4b0a-9d53-1f6c2f7f1b11",
    fields: ["title", "tags"],
    preview: true,
  },
  output: z.union([Applied, Undone]),
  errors: ["not_found"],
  async handle({ input, db }) {
    const { suggestion_id, fields, undo, preview, title, description } = input;
    if ((undo === undefined) === (suggestion_id === undefined)) {
      invalid("/suggestion_id", "a suggestion to apply, or an application to undo, is needed");
    }
    const client = await db();
    if (undo !== undefined) {
      return Undone.parse(dataOf(await client.rpc("undo_ai_application", { p_application_id: undo })));
    }
    if (suggestion_id === undefined || fields === undefined) {
      return invalid("/fields", "the fields to apply are needed");
    }
    return Applied.parse(dataOf(
      await client.rpc("apply_ai_suggestion", {
        p_suggestion_id: suggestion_id,
        p_fields: fields,
        p_choices: { title, description },
        p_is_preview: preview,
      }),
    ));
  },
});
