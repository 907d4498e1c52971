/** POST /functions/v1/delete-webhook: deletes an endpoint, its secret and its log. */
import * as z from "zod";
import { endpoint, notFound } from "../_shared/http/endpoint.ts";

export default endpoint({
  name: "delete-webhook",
  summary: "Deletes a webhook endpoint",
  method: "POST",
  auth: "user",
  rate: "user",
  input: z.strictObject({ endpoint_id: z.uuid() }),
  example: { endpoint_id: "7d0e34c3-5f6a-4c53-9a53-4a4f2d9f0005" },
  output: z.object({ deleted: z.literal(true) }),
  errors: ["not_found"],
  async handle({ admin, input, user }) {
    const isGone = await admin.call("delete_webhook_endpoint", {
      p_user_id: user.id,
      p_endpoint_id: input.endpoint_id,
    });
    return isGone ? { deleted: true } as const : notFound("webhook endpoint", input.endpoint_id);
  },
});
