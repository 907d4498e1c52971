/**
 * POST /functions/v1/log-usage — keeps what was done in an app: codes and numbers, no words, no addresses. Whoever asks not to be tracked
 * (`DNT: 1`, `Sec-GPC: 1`) is not: nothing is kept then, and the answer says so.
 */
import * as z from "zod";
import { endpoint } from "../_shared/http/endpoint.ts";

const Code = z.string().regex(/^[A-Za-z0-9_.:/-]{0,64}$/);

export default endpoint({
  name: "log-usage",
  summary: "Keeps events of an app",
  method: "POST",
  auth: ["user", "publishable", "none"],
  rate: "click",
  body_limit: 65_536,
  input: z.strictObject({
    /** Made up by the app while it is open, and kept nowhere. */
    session_id: z.uuid().optional(),
    events: z.array(z.strictObject({
      event: z.string().regex(/^[a-z][a-z0-9_.]{0,59}$/),
      properties: z.record(
        z.string().regex(/^[a-z][a-z0-9_]{0,39}$/),
        z.union([z.number(), z.boolean(), z.null(), Code]),
      ).optional(),
      /** How long ago it was; no clock but the server's is believed. */
      ago_ms: z.number().min(0).max(86_400_000).optional(),
    })).min(1).max(200),
  }),
  example: { events: [{ event: "feed.opened", properties: { items: 20, source: "home" } }] },
  output: z.object({ logged: z.int().min(0) }),
  async handle({ admin, input, user, request }) {
    const { headers } = request;
    if (headers.get("dnt") === "1" || headers.get("sec-gpc") === "1") return { logged: 0 };
    const logged = await admin.call("log_usage", {
      p_user_id: user?.id ?? null,
      p_session_id: input.session_id ?? null,
      p_events: input.events as never,
    });
    return { logged };
  },
});
