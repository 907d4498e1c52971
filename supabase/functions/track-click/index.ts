/**
 * POST /functions/v1/track-click: records that a visitor followed a link to an item. The response does not reveal whether the click counts: bots
 * and prefetches are recorded separately. The visitor's address is hashed with a key of the day and not stored.
 */
import * as z from "zod";
import { ApiError, endpoint } from "../_shared/http/endpoint.ts";
import { clientAddress, clientCountry } from "../_shared/http/limits.ts";

export default endpoint({
  name: "track-click",
  summary: "Records a click on a public item",
  method: "POST",
  auth: "none",
  rate: "click",
  input: z.strictObject({
    content_id: z.uuid(),
    /** Where the visitor came from. Default: the `Referer` header. */
    referrer: z.string().max(2048).optional(),
    /** The visitor's user agent, if a server reports the click. Default: the `User-Agent` header. */
    user_agent: z.string().max(1024).optional(),
    /** The search query that led to the item. */
    q: z.string().max(200).optional(),
  }),
  example: {
    content_id: "3f1c9a52-7f0e-4b0a-9d53-1f6c2f7f1b11",
    referrer: "https://www.example.com/",
    q: "minecraft",
  },
  output: z.object({ success: z.literal(true) }),
  errors: ["not_found"],
  async handle({ input, admin, user, request, settings }) {
    const { headers } = request;
    const is_there = await admin.call("record_click", {
      p_content_id: input.content_id,
      p_user_id: user?.id,
      p_referrer: input.referrer ?? headers.get("referer"),
      p_user_agent: input.user_agent ?? headers.get("user-agent"),
      p_query: input.q,
      p_address: clientAddress(request, settings.CLIENT_ADDRESS_HEADER),
      p_country: clientCountry(request, settings.CLIENT_COUNTRY_HEADER),
      p_is_prefetch: /prefetch|preview/i.test(headers.get("sec-purpose") ?? headers.get("purpose") ?? ""),
    });
    if (!is_there) {
      throw new ApiError("not_found", `Cannot record a click: no item with id ${input.content_id} is public`);
    }
    return { success: true as const };
  },
});
