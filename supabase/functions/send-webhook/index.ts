/** POST /functions/v1/send-webhook: sends a test delivery, or resends a delivery from the log. */
import * as z from "zod";
import { endpoint } from "../_shared/http/endpoint.ts";

export default endpoint({
  name: "send-webhook",
  summary: "Sends a test, or resends a delivery",
  method: "POST",
  auth: "user",
  rate: "user",
  input: z.strictObject({
    endpoint_id: z.uuid(),
    /** Omitted: sends a test. */
    delivery_id: z.uuid().optional(),
  }),
  example: { endpoint_id: "7d0e34c3-5f6a-4c53-9a53-4a4f2d9f0005" },
  output: z.object({ delivery_id: z.uuid() }),
  errors: ["not_found"],
  async handle({ admin, input, user }) {
    const delivery_id = await admin.call("send_webhook_again", {
      p_user_id: user.id,
      p_endpoint_id: input.endpoint_id,
      p_delivery_id: input.delivery_id ?? null,
    }, z.uuid());
    await admin.call("enqueue_due_posts", {});
    return { delivery_id };
  },
});
