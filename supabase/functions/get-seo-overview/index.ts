/** GET /functions/v1/get-seo-overview: of each search engine, what the caller's submissions came to and why, and what is left of every quota. */
import * as z from "zod";
import { dataOf } from "../_shared/database/database.ts";
import { endpoint } from "../_shared/http/endpoint.ts";
import { takesConsent } from "../_shared/seo/registry.ts";

const Count = z.int();
const Time = z.string().nullable();
const Engine = z.object({
  search_engine: z.string(),
  display_name: z.string(),
  /** Null: nothing is set up there. */
  site: z.object({
    connection_id: z.string(),
    site_url: z.string(),
    /** False: the operator's, which serves every creator. */
    is_own: z.boolean(),
    is_verified: z.boolean(),
    verified_at: Time,
    last_run_at: Time,
    /** The engine wants no call before that. */
    paused_until: Time,
    error_code: z.string().nullable(),
    error_message: z.string().nullable(),
  }).nullable(),
  pending: Count,
  submitted: Count,
  indexed: Count,
  rejected: Count,
  failed: Count,
  /** Why they are where they are, the most frequent first. */
  reasons: z.array(
    z.object({ status: z.string(), code: z.string().nullable(), message: z.string(), count: Count }),
  ),
  /** The engine's own; of the windows that are open now. */
  quotas: z.array(
    z.object({ quota: z.string(), limit: Count.nullable(), used: Count, resets_at: z.string() }),
  ),
});
const Kept = z.object({
  /** auto: whatever is published or changed is submitted; manual: when asked; disabled: nothing. */
  mode: z.enum(["auto", "manual", "disabled"]),
  /** The counts are of so many submissions, the newest. */
  counts_of_latest: Count,
  plan: z.object({ limit: Count, used: Count, resets_at: z.string() }).nullable(),
  engines: z.array(Engine),
});

export default endpoint({
  name: "get-seo-overview",
  summary: "What became of the caller's submissions, by search engine",
  method: "GET",
  auth: "user",
  rate: "user_read",
  input: z.strictObject({}),
  example: {},
  output: Kept.extend({
    engines: z.array(Engine.extend({
      /** Whether a site can be connected by consent there: oauth-search-console-init. */
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
