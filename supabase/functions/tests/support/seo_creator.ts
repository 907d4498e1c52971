/** A public creator with their own sites at search engines, so that no test shares a quota or a fault with another. */
import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { simulator as stackSimulator, testDatabase } from "../../../../scripts/test/stack.ts";
import { type EngineSlug } from "../../_shared/seo/engine.ts";
import { type PublicCreator, publicCreator } from "./public_creator.ts";

export type Simulator = (path: string, body?: unknown, method?: string) => Promise<unknown>;

/** The simulators' names for the engines. */
export const SIMULATED: Record<EngineSlug, string> = {
  google: "google_search",
  bing: "bing",
  yandex: "yandex",
  indexnow: "indexnow",
};

export interface SeoSite {
  engine: EngineSlug;
  connection_id: string;
  site_url: string;
  /** Key or token; identifies the account of faults. */
  key: string;
}

export interface Submission {
  id: string;
  engine: EngineSlug;
  content_item_id: string;
  submitted_url: string;
  submission_type: string;
  status: string;
  error_code: string | null;
  error_message: string | null;
  attempts: number;
  history: { status: string; code?: string; message?: string }[];
}

export class SeoCreator {
  readonly sites = new Map<EngineSlug, SeoSite>();

  private constructor(readonly sql: Sql, readonly who: PublicCreator, readonly simulator: Simulator) {}

  static async create(
    { items = 1, plan = "premium", engines = [], simulator = stackSimulator }: {
      items?: number;
      plan?: "free" | "basic" | "premium";
      engines?: readonly EngineSlug[];
      simulator?: Simulator;
    } = {},
  ): Promise<SeoCreator> {
    const sql = await testDatabase();
    const who = await publicCreator(items);
    await sql`update public.subscription set tier_id = (select id from public.subscription_tier where slug = ${plan}) where user_id = ${who.id}`;
    const seo = new SeoCreator(sql, who, simulator);
    for (const engine of engines) await seo.connect(engine);
    return seo;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.sql.end();
  }

  get item(): string {
    return this.who.ids[0] ?? "";
  }

  site(engine: EngineSlug): SeoSite {
    const site = this.sites.get(engine);
    assert.ok(site, `no site at ${engine}`);
    return site;
  }

  /** Creates a verified site of the creator, through the public endpoints. */
  async connect(engine: EngineSlug): Promise<SeoSite> {
    const site = await this.setUp(engine);
    const { body } = await this.who.creator.call<{ is_verified: boolean; message: string | null }>(
      "verify-search-engine",
      { connection_id: site.connection_id },
    );
    assert.ok(body.is_verified, JSON.stringify(body));
    return site;
  }

  /** Creates a site that the engine knows, not yet verified here. */
  async setUp(engine: EngineSlug): Promise<SeoSite> {
    const site_url = `https://${crypto.randomUUID()}.example`;
    const credentials = `${engine === "google" ? "ya29." : "key-"}${crypto.randomUUID()}`;
    const { status, body } = await this.who.creator.call<
      { connection_id: string; proofs: { what: string }[] }
    >(
      "connect-search-engine",
      { search_engine: engine, site_url, ...(engine === "indexnow" ? {} : { credentials }) },
    );
    assert.equal(status, 200, JSON.stringify(body));
    const key = engine === "indexnow" ? body.proofs[0]?.what ?? "" : credentials;
    const site = { engine, connection_id: body.connection_id, site_url, key };
    this.sites.set(engine, site);
    await this.introduce(site);
    return site;
  }

  /** Registers the site and its key at the simulators. */
  async introduce({ engine, site_url, key }: SeoSite): Promise<void> {
    if (engine === "indexnow") {
      await this.simulator(
        "indexnow/pages",
        { host: new URL(site_url).host, path: `/${key}.txt`, body: key },
        "PUT",
      );
    } else {
      const site = engine === "google" ? `${site_url}/` : site_url;
      await this.simulator(`${SIMULATED[engine]}/sites`, { key, sites: [{ site, verified: true }] }, "PUT");
    }
  }

  /** Returns the account by which faults and the simulators' log identify a site. */
  accountOf(engine: EngineSlug): string {
    const { site_url, key } = this.site(engine);
    return engine === "indexnow" ? new URL(site_url).host : engine === "bing" ? site_url : key;
  }

  async fault(engine: EngineSlug, match: string, fault: Record<string, unknown>, times = 1): Promise<void> {
    await this.simulator("faults", { match, times, account: this.accountOf(engine), fault });
  }

  submit<Body = Record<string, unknown>>(body: Record<string, unknown>) {
    return this.who.creator.call<Body>("submit-to-seo", body);
  }

  submissions(): Promise<Submission[]> {
    return this.sql<Submission[]>`
      select submission.id, engine.slug as engine, content_item_id, submitted_url, submission_type, status, submission.error_code,
        submission.error_message, attempts, history
      from public.seo_submission as submission
      join public.seo_connection as connection on connection.id = submission.connection_id
      join public.search_engine as engine on engine.id = connection.search_engine_id
      where submission.user_id = ${this.who.id} order by submission.created_at, engine.sort_order, submission.id`;
  }

  async used(): Promise<number> {
    const [row] = await this.sql<{ used: number }[]>`
      select seo_submissions_used as used from public.subscription where user_id = ${this.who.id}`;
    return row?.used ?? -1;
  }

  /** Returns the URLs that an engine accepted for a site. */
  async told(engine: EngineSlug): Promise<string[]> {
    const { site_url } = this.site(engine);
    const site = engine === "google"
      ? `${site_url}/`
      : engine === "indexnow"
      ? new URL(site_url).host
      : site_url;
    const { told } = await this.simulator(`${SIMULATED[engine]}/told?site=${encodeURIComponent(site)}`) as {
      told: { url: string }[];
    };
    return told.map(({ url }) => url);
  }
}
