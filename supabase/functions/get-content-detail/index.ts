/** GET /functions/v1/get-content-detail: returns one public item in full, and related items. */
import * as z from "zod";
import { Item, ITEM_CACHE, ItemDetail } from "../_shared/discovery/contract.ts";
import { ApiError, endpoint } from "../_shared/http/endpoint.ts";

const Found = z.object({ content_item: ItemDetail, related_content: z.array(Item) });

export default endpoint({
  name: "get-content-detail",
  summary: "Returns a public item and related items",
  method: "GET",
  auth: "none",
  rate: "public_read",
  cache: ITEM_CACHE,
  input: z.strictObject({ id: z.uuid() }),
  example: { id: "3f1c9a52-7f0e-4b0a-9d53-1f6c2f7f1b11" },
  output: Found,
  errors: ["not_found"],
  async handle({ input, admin }) {
    const found = await admin.call("get_content_detail", { p_id: input.id }, Found.nullable());
    if (!found) throw new ApiError("not_found", `Cannot find the item: none with id ${input.id} is public`);
    return found;
  },
});
