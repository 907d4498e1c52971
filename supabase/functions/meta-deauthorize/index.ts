/**
 * POST /functions/v1/meta-deauthorize: receives a report by Instagram or Facebook, signed with the app's secret, that a person removed the app.
 * Every account to which the person had granted access is shown as disconnected immediately; its content is kept.
 */
import * as z from "zod";
import { accessRemoved } from "../_shared/connections/access_removed.ts";
import { endpoint } from "../_shared/http/endpoint.ts";
import {
  META_PLATFORMS,
  readSignedRequest,
  SignedRequest,
} from "../_shared/platforms/meta/signed_request.ts";

export default endpoint({
  name: "meta-deauthorize",
  summary: "Receives reports from Instagram and Facebook that a person removed the app",
  method: "POST",
  takes: "form",
  auth: "none",
  rate: "service",
  input: SignedRequest,
  example: { signed_request: "c2lnbmF0dXJl.cGF5bG9hZA" },
  output: z.object({ received: z.literal(true) }),
  async handle(context) {
    const { person_id, at } = await readSignedRequest(context.input, context.settings);
    for (const platform of META_PLATFORMS) {
      await accessRemoved(context, platform, { reported_id: person_id, at });
    }
    return { received: true } as const;
  },
});
