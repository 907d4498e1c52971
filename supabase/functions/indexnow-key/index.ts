/**
 * GET /functions/v1/indexnow-key?key=…: returns the operator's IndexNow key, which the engines expect at /<key>.txt of the public site. The web
 * app forwards that URL here. A caller who does not know the key learns nothing, although the key is no secret.
 */
import * as z from "zod";
import { ApiError, endpoint } from "../_shared/http/endpoint.ts";
import { SEO } from "../_shared/seo/settings.ts";

export default endpoint({
  name: "indexnow-key",
  summary: "Returns the key that the public site shows to IndexNow",
  method: "GET",
  auth: "none",
  rate: "public_read",
  input: z.object({ key: z.string().max(128) }),
  example: { key: "streamvibe-local-indexnow-key" },
  output: z.string(),
  produces: "text/plain; charset=utf-8",
  errors: ["not_found"],
  handle({ input, settings }) {
    const key = settings.of(SEO).INDEXNOW_API_KEY;
    if (key === undefined || input.key !== key) throw new ApiError("not_found", "Cannot find this key");
    return key;
  },
});
