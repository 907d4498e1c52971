/** POST /functions/v1/delete-media: deletes a picture or video that no upcoming post uses. */
import * as z from "zod";
import { endpoint } from "../_shared/http/endpoint.ts";
import { deleteMedia } from "../_shared/publishing/upload.ts";

export default endpoint({
  name: "delete-media",
  summary: "Deletes a picture or video",
  method: "POST",
  auth: "user",
  rate: "user",
  input: z.strictObject({ media_id: z.uuid() }),
  example: { media_id: "7d0e34c3-5f6a-4c53-9a53-4a4f2d9f0004" },
  output: z.object({ deleted: z.literal(true) }),
  errors: ["not_found", "conflict"],
  async handle(context) {
    await deleteMedia(context, context.user.id, context.input.media_id);
    return { deleted: true } as const;
  },
});
