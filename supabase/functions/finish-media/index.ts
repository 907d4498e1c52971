/** POST /functions/v1/finish-media: checks the uploaded file; after that, posts can use it. */
import * as z from "zod";
import { endpoint } from "../_shared/http/endpoint.ts";
import { Medium } from "../_shared/publishing/publisher.ts";
import { finishMedia } from "../_shared/publishing/upload.ts";

export default endpoint({
  name: "finish-media",
  summary: "Completes the upload of a picture or video",
  method: "POST",
  auth: "user",
  rate: "user",
  input: z.strictObject({ media_id: z.uuid() }),
  example: { media_id: "7d0e34c3-5f6a-4c53-9a53-4a4f2d9f0004" },
  output: Medium.omit({ path: true }),
  errors: ["not_found", "conflict", "unavailable"],
  timeout_ms: 120_000,
  async handle(context) {
    const { path: _, ...medium } = await finishMedia(context, context.user.id, context.input.media_id);
    return medium;
  },
});
