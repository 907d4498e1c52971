/**
 * POST /functions/v1/meta-data-deletion: receives a person's request, made at Instagram or Facebook, to erase what StreamVibe stores about them;
 * Meta signs it with the app's secret. Their accounts are disconnected and lose their names immediately; the content is erased within minutes.
 */
import * as z from "zod";
import { endpoint } from "../_shared/http/endpoint.ts";
import {
  META_PLATFORMS,
  readSignedRequest,
  SignedRequest,
} from "../_shared/platforms/meta/signed_request.ts";

export default endpoint({
  name: "meta-data-deletion",
  summary: "Receives requests from Instagram and Facebook to erase a person's data",
  method: "POST",
  takes: "form",
  auth: "none",
  rate: "service",
  input: SignedRequest,
  example: { signed_request: "c2lnbmF0dXJl.cGF5bG9hZA" },
  /** Shown to the person by Meta. */
  output: z.object({ url: z.url(), confirmation_code: z.uuid() }),
  async handle({ admin, input, log, settings }) {
    const { person_id, person_key, at } = await readSignedRequest(input, settings);
    const confirmation_code = await admin.call("request_data_deletion", {
      p_reported_by: "Meta",
      p_platforms: META_PLATFORMS.map(({ slug }) => slug),
      p_person_id: person_id,
      p_person_key: person_key,
      p_before: at.toISOString(),
    });
    log.info("a person asked Meta to have their data erased");
    const url = new URL("/functions/v1/data-deletion-status", settings.SUPABASE_URL);
    url.searchParams.set("code", confirmation_code);
    return { url: url.href, confirmation_code };
  },
});
