/**
 * POST /functions/v1/meta-deauthorize — Instagram or Facebook reports that a person removed the app, signed with its secret.
 * Every account that they let StreamVibe into is shown as disconnected at once; its content stays.
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
  summary: "Receives from Instagram and Facebook that a person removed the app",
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
