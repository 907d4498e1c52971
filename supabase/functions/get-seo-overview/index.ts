/** GET /functions/v1/get-seo-overview: returns, per search engine, the results of the caller's submissions with reasons, and the state of every quota. */
import * as z from "zod";
import { dataOf } from "../_shared/database/database.ts";
import { endpoint } from "../_shared/http/endpoint.ts";
import { takesConsent } from "../_shared/seo/registry.ts";

const Count = z.int();
const Time = z.string().nullable();
const Engine = z.object({
  search_engine: z.string(),
  display_name: z.string(),
  /** Null: no site is set up for this engine. */
  site: z.object({
    connection_id: z.string(),
    site_url: z.string(),
    /** False: the operator's site, which serves every creator. */
    is_own: z.boolean(),
    is_verified: z.boolean(),
    verified_at: Time,
    last_run_at: Time,
    /** The engine must not be called before this time. */
    paused_until: Time,
    error_code: z.string().nullable(),
    error_message: z.string().nullable(),
  }).nullable(),
  pending: Count,
  submitted: Count,
  indexed: Count,
  rejected: Count,
  failed: Count,
  /** Reasons for the statuses, most frequent first. */
  reasons: z.array(
    z.object({ status: z.string(), code: z.string().nullable(), message: z.string(), count: Count }),
  ),
  /** The engine's own quotas, for the windows that are open now. */
  quotas: z.array(
    z.object({ quota: z.string(), limit: Count.nullable(), used: Count, resets_at: z.string() }),
  ),
});
const Kept = z.object({
  /** auto: every item that is published or changed is submitted; manual: only on request; disabled: never. */
  mode: z.enum(["auto", "manual", "disabled"]),
  /** The counts cover this many of the newest submissions. */
  counts_of_latest: Count,
  plan: z.object({ limit: Count, used: Count, resets_at: z.string() }).nullable(),
  engines: z.array(Engine),
});

export default endpoint({
  name: "get-seo-overview",
  summary: "Returns the results of the caller's submissions, by search engine",
  method: "GET",
  auth: "user",
  rate: "user_read",
  input: z.strictObject({}),
  example: {},
  output: Kept.extend({
    engines: z.array(Engine.extend({
      /** Whether a site can be connected by OAuth consent: oauth-search-console-init. */
      takes_consent: z.boolean(),
    })),
  }),
  async handle({ db, settings }) {
    const client = await db();
    const { engines, ...overview } = Kept.parse(dataOf(await client.rpc("get_seo_overview")));
    return {
      ...overview,
      engines: engines.map((engine) => ({
        ...engine,
        takes_consent: takesConsent(settings, engine.search_engine),
      })),
    };
  },
});
