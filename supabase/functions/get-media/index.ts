/** GET /functions/v1/get-media: returns a picture or video of the caller, with a download URL that is valid for an hour. */
import * as z from "zod";
import { endpoint } from "../_shared/http/endpoint.ts";
import { Medium } from "../_shared/publishing/publisher.ts";
import { readMedia } from "../_shared/publishing/upload.ts";

export default endpoint({
  name: "get-media",
  summary: "Returns a picture or video, with a download URL",
  method: "GET",
  auth: "user",
  rate: "user_read",
  input: z.strictObject({ media_id: z.uuid() }),
  example: { media_id: "7d0e34c3-5f6a-4c53-9a53-4a4f2d9f0004" },
  output: Medium.omit({ path: true }).extend({
    /** Null during the upload, and for a refused file. */
    url: z.string().nullable(),
    expires_at: z.string().nullable(),
  }),
  errors: ["not_found", "unavailable"],
  async handle(context) {
    const { path: _, ...medium } = await readMedia(context, context.user.id, context.input.media_id);
    return medium;
  },
});
