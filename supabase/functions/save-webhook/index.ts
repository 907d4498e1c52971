/** POST /functions/v1/save-webhook: adds an endpoint, changes or reactivates an existing one, or rotates its secret. */
import * as z from "zod";
import { endpoint, invalid } from "../_shared/http/endpoint.ts";
import { checkEndpoint, EventPattern } from "../_shared/webhooks/contract.ts";
import { newSecret } from "../_shared/webhooks/deliver.ts";

export default endpoint({
  name: "save-webhook",
  summary: "Adds or changes a webhook endpoint",
  method: "POST",
  auth: "user",
  rate: "user",
  input: z.strictObject({
    /** Omitted: adds a new endpoint. */
    endpoint_id: z.uuid().optional(),
    url: z.url({ protocol: /^https?$/ }).max(2_000).optional(),
    /** Event names such as `post.published`, or prefixes such as `post.*`; empty: all events. */
    events: z.array(EventPattern).max(20).optional(),
    description: z.string().max(200).optional(),
    /** Omitted: unchanged; a new endpoint is active. True also reactivates a paused endpoint. */
    is_active: z.boolean().optional(),
    /** The previous secret remains valid for a day. */
    rotate_secret: z.boolean().default(false),
  }),
  example: { url: "https://hooks.example.com/streamvibe", events: ["post.*"] },
  output: z.object({
    endpoint_id: z.uuid(),
    /** Returned only in this response. */
    secret: z.string().nullable(),
  }),
  errors: ["not_found", "conflict"],
  async handle(context) {
    const { endpoint_id = null, url, events, description, is_active, rotate_secret } = context.input;
    if (endpoint_id === null && url === undefined) invalid("/url", "a new endpoint needs a url");
    if (url !== undefined) checkEndpoint(context, url);
    const secret = endpoint_id === null || rotate_secret ? newSecret() : null;
    const saved = await context.admin.call("save_webhook_endpoint", {
      p_user_id: context.user.id,
      p_endpoint_id: endpoint_id,
      p_url: url ?? null,
      p_events: events ?? (endpoint_id === null ? [] : null),
      p_description: description ?? (endpoint_id === null ? "" : null),
      p_secret: secret,
      p_is_active: is_active ?? null,
    }, z.object({ endpoint_id: z.uuid() }));
    return { ...saved, secret };
  },
});
