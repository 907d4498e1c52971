/** GET /functions/v1/list-webhooks: lists the caller's endpoints with their last deliveries. */
import * as z from "zod";
import { endpoint } from "../_shared/http/endpoint.ts";
import { Endpoint } from "../_shared/webhooks/contract.ts";

export default endpoint({
  name: "list-webhooks",
  summary: "Lists the caller's webhook endpoints and their last deliveries",
  method: "GET",
  auth: "user",
  rate: "user_read",
  input: z.strictObject({}),
  example: {},
  output: z.object({ endpoints: z.array(Endpoint) }),
  handle: async ({ admin, user }) => ({
    endpoints: await admin.call("list_webhook_endpoints", { p_user_id: user.id }, z.array(Endpoint)),
  }),
});
