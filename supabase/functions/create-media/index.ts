/** POST /functions/v1/create-media: registers a picture or video, and returns where to upload it. The upload is resumable (TUS). */
import * as z from "zod";
import { endpoint } from "../_shared/http/endpoint.ts";
import { announceMedia, MediaInput } from "../_shared/publishing/upload.ts";

export default endpoint({
  name: "create-media",
  summary: "Starts the upload of a picture or video",
  method: "POST",
  auth: "user",
  rate: "user",
  idempotent: true,
  input: MediaInput,
  example: { mime_type: "image/jpeg", bytes: 120_000, alt_text: "A lighthouse at dusk" },
  output: z.object({
    media_id: z.uuid(),
    bucket: z.string(),
    path: z.string(),
    /** For `uploadToSignedUrl` of supabase-js, or the `x-signature` header of a resumable upload to `tus_url`. */
    token: z.string(),
    tus_url: z.string(),
    expires_at: z.string(),
  }),
  errors: ["conflict"],
  handle: (context) => announceMedia(context, context.user.id, context.input),
});
