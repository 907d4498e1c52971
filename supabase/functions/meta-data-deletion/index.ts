/**
 * POST /functions/v1/meta-data-deletion — a person asks Instagram or Facebook to have erased what StreamVibe has of them, and Meta passes
 * that on, signed with the app's secret. Their accounts are cut off and nameless at once; content goes within minutes.
 */
import { z } from "zod";
import { endpoint } from "../_shared/endpoint.ts";
import { readSignedRequest, SignedRequest } from "../_shared/platforms/meta_signed_request.ts";

export default endpoint({
  name: "meta-data-deletion",
  summary: "Receives from Instagram and Facebook that a person wants their data erased",
  method: "POST",
  takes: "form",
  auth: "none",
  rate: "service",
  input: SignedRequest,
  /** What Meta shows the person. */
  output: z.object({ url: z.url(), confirmation_code: z.uuid() }),
  async handle({ admin, input, log, settings }) {
    const { platform, person_id, at } = await readSignedRequest(input, settings);
    const confirmation_code = await admin.call<string>("request_data_deletion", {
      p_platform: platform.slug,
      p_person_id: person_id,
      p_before: at.toISOString(),
    });
    log.info("a person asked to have their data erased", { platform: platform.slug, confirmation_code });
    const url = new URL("/functions/v1/data-deletion-status", settings.SUPABASE_URL);
    url.searchParams.set("code", confirmation_code);
    return { url: url.href, confirmation_code };
  },
});
