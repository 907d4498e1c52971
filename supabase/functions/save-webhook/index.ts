/** POST /functions/v1/save-webhook: adds an endpoint, changes one, switches it on again, or gives it another secret. */
import * as z from "zod";
import { endpoint, invalid } from "../_shared/http/endpoint.ts";
import { checkEndpoint, EventPattern } from "../_shared/webhooks/contract.ts";
import { newSecret } from "../_shared/webhooks/deliver.ts";

export default endpoint({
  name: "save-webhook",
  summary: "Adds or changes an address that hears of events",
  method: "POST",
  auth: "user",
  rate: "user",
  input: z.strictObject({
    /** Left out: a new one. */
    endpoint_id: z.uuid().optional(),
    url: z.url({ protocol: /^https?$/ }).max(2_000).optional(),
    /** Names such as `post.published`, or beginnings such as `post.*`; none: all. */
    events: z.array(EventPattern).max(20).optional(),
    description: z.string().max(200).optional(),
    /** Left out: as it is; a new one is active. True also switches a paused one on again. */
    is_active: z.boolean().optional(),
    /** The secret before stays good for a day. */
    rotate_secret: z.boolean().default(false),
  }),
  example: { url: "https://hooks.example.com/streamvibe", events: ["post.*"] },
  output: z.object({
    endpoint_id: z.uuid(),
    /** Shown this once. */
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
