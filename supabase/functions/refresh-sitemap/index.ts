/**
 * POST /functions/v1/refresh-sitemap: renders parts of the sitemap in advance, a few per call, because a hosted function has two seconds of CPU.
 * If more are due, it triggers another call. Called by cron every minute when parts are due.
 */
import * as z from "zod";
import { endpoint } from "../_shared/http/endpoint.ts";
import { hasPublicSite } from "../_shared/seo/settings.ts";
import { renderAhead } from "../_shared/seo/sitemap_pages.ts";

export default endpoint({
  name: "refresh-sitemap",
  summary: "Renders parts of the sitemap in advance",
  method: "POST",
  auth: "secret",
  rate: "service",
  input: z.strictObject({ max_parts: z.int().min(1).max(1_000).default(10) }),
  example: { max_parts: 10 },
  output: z.object({
    rendered: z.int().min(0),
    /** Approximate number of parts that are still due. */
    remaining: z.int().min(0),
  }),
  timeout_ms: 60_000,
  async handle(context) {
    if (!hasPublicSite(context.settings)) return { rendered: 0, remaining: 0 };
    const done = await renderAhead(context, context.input.max_parts);
    if (done.rendered > 0 && done.remaining > 0) {
      await context.admin.call("continue_sitemap").catch((error) =>
        context.log.warn("rendering goes on with the next minute", { error })
      );
    }
    return done;
  },
});
