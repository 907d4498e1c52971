/**
 * Simulates a month of creators on all four engines, with faults: no engine's quota is exceeded, no URL is sent twice within an engine's
 * window, nothing is lost, and every failure has a reason. STREAMVIBE_SEO_CREATORS and STREAMVIBE_SEO_DAYS make it longer.
 */
import assert from "node:assert/strict";
import { simulatorSettings } from "../../../../scripts/local/functions/environment.ts";
import { hash } from "../../../../scripts/simulators/engine/seeded.ts";
import { startSimulators } from "../../../../scripts/simulators/server.ts";
import { checkStatus } from "../../_shared/seo/check.ts";
import { Connection, verifySite } from "../../_shared/seo/connection.ts";
import { ENGINES, type EngineSlug } from "../../_shared/seo/engine.ts";
import { submitSite } from "../../_shared/seo/submit.ts";
import { connectionContext } from "../support/connection_context.ts";
import { SeoCreator, SIMULATED, type Simulator } from "../support/seo_creator.ts";

const CREATORS = Number(Deno.env.get("STREAMVIBE_SEO_CREATORS") ?? 2);
const DAYS = Number(Deno.env.get("STREAMVIBE_SEO_DAYS") ?? 12);
const SEED = Number(Deno.env.get("STREAMVIBE_SEO_SEED") ?? 7);
/** Far in the future, so that nothing of it is ever due by the stack's own clock. */
const START = Date.parse("2031-03-01T00:00:00Z");
const HOUR = 3_600_000;
/** Runs per day. */
const STEPS = 4;
/** URLs per day that Bing and Yandex accept from one site: fewer than are published on a busy day. */
const DAILY: Partial<Record<EngineSlug, number>> = { bing: 3, yandex: 2 };
const WINDOWS: Record<EngineSlug, number> = { google: 3_600, bing: 3_600, yandex: 86_400, indexnow: 600 };

const FAULTS: Record<EngineSlug, { match: string; faults: Record<string, unknown>[] }> = {
  google: {
    match: "PUT .*/sitemaps/",
    faults: [{ status: 503 }, { cut: true }, { lost: true }, { reason: "rateLimitExceeded" }],
  },
  bing: {
    match: "(POST .*SubmitUrlBatch|GET .*GetUrlSubmissionQuota)",
    faults: [{ status: 500 }, { lost: true }, { reason: "ThrottleHost/200" }, { reason: "InternalError" }, {
      malformed: true,
    }],
  },
  yandex: {
    match: "(POST|GET) .*recrawl",
    faults: [{ status: 500 }, { lost: true }, { reason: "TOO_MANY_REQUESTS_ERROR" }, {
      reason: "INVALID_URL",
    }, { malformed: true }],
  },
  indexnow: {
    match: "POST /api.indexnow",
    faults: [{ status: 500 }, { lost: true }, { status: 429 }, { cut: true }],
  },
};

Deno.test(`${DAYS} days of ${CREATORS} creators on four engines with faults: no quota exceeded, nothing twice, nothing lost`, async () => {
  let time = START;
  const simulators = await startSimulators({ port: 0, now: () => time });
  const simulator: Simulator = async (path, body, method = body === undefined ? "GET" : "POST") => {
    const response = await fetch(`${simulators.url}/_admin/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    assert.ok(response.ok, `${path}: ${text}`);
    return JSON.parse(text);
  };
  const context = {
    // A long timeout, so that a busy machine does not fail the test.
    ...await connectionContext({ ...simulatorSettings(simulators.url), DATABASE_TIMEOUT_MS: "120000" }),
    now: () => new Date(time),
  };
  const creators: SeoCreator[] = [];
  let draws = 0;
  const random = () => hash(`${SEED} ${draws++}`) / 2 ** 32;
  try {
    for (let n = 0; n < CREATORS; n++) {
      const seo = await SeoCreator.create({ items: 6, simulator });
      creators.push(seo);
      for (const engine of ENGINES) {
        const { connection_id, site_url } = await seo.setUp(engine);
        // What verify-search-engine would do, but by the simulated clock.
        const engine_site = engine === "google" ? `${site_url}/` : engine === "bing" ? site_url : null;
        await context.admin.call("settle_seo_verification", {
          p_connection_id: connection_id,
          p_is_verified: true,
          p_method: "engine",
          p_engine_site: engine_site,
          p_now: new Date(time).toISOString(),
        });
        if (engine === "yandex") {
          const connection = await context.admin.call("read_seo_connection", {
            p_connection_id: connection_id,
          }, Connection);
          assert.ok((await verifySite(context, connection)).is_verified);
        }
        if (DAILY[engine] !== undefined) {
          const bucket = engine === "bing" ? "day" : "recrawls";
          await simulator(`${SIMULATED[engine]}/quota`, {
            account_id: site_url,
            bucket,
            limit: DAILY[engine],
          }, "PUT");
        }
      }
    }

    const begin = async (seo: SeoCreator) => {
      const begun = await context.admin.call("begin_seo_submissions", {
        p_user_id: seo.who.id,
        p_now: new Date(time).toISOString(),
      }).catch((error) => {
        // The plan is used up, which the creator is told; not an error here.
        if (error.sqlstate !== "SVQ01") throw error;
      });
      return begun;
    };
    for (let step = 0; step < DAYS * STEPS; step++) {
      time = START + step * (24 / STEPS) * HOUR;
      const is_outage = step >= 8 * STEPS && step < 9 * STEPS;
      for (const seo of creators) {
        // An edit: the item's page has to be submitted again.
        if (random() < 0.35) {
          const id = seo.who.ids[Math.floor(random() * seo.who.ids.length)] ?? "";
          await seo.sql`update public.content_item set title = ${`Edit ${step}`} where id = ${id}`;
          // Moves the edit to the simulated time.
          await seo.sql`update public.content_item set changed_at = ${new Date(time)} where id = ${id}`;
        }
        await begin(seo);
        for (const engine of ENGINES) {
          if (is_outage) await seo.fault(engine, ".*", { status: 503 }, 3);
          else if (random() < 0.2) {
            const { match, faults } = FAULTS[engine];
            await seo.fault(engine, match, faults[Math.floor(random() * faults.length)] ?? {});
          }
          // Two concurrent workers.
          const { connection_id } = seo.site(engine);
          const deadline = new Date(time + HOUR);
          await Promise.all([
            submitSite(context, connection_id, deadline),
            submitSite(context, connection_id, deadline),
          ]);
          await simulator(`faults?account=${encodeURIComponent(seo.accountOf(engine))}`, undefined, "DELETE");
        }
      }
    }
    // Ten quiet days, in which everything pending is done or given up.
    for (let step = 0; step < 10 * STEPS; step++) {
      time = START + (DAYS * STEPS + step) * (24 / STEPS) * HOUR;
      for (const seo of creators) {
        for (const engine of ENGINES) {
          await submitSite(context, seo.site(engine).connection_id, new Date(time + HOUR));
        }
      }
    }
    await checkStatus(context, new Date(time + HOUR));

    let sent = 0;
    for (const seo of creators) {
      const submissions = await seo.submissions();
      assert.ok(submissions.length > 0);
      // Nothing is lost: every submission has ended, with a reason if it did not succeed.
      for (const one of submissions) {
        assert.ok(one.status !== "pending", `${one.engine} ${JSON.stringify(one)}`);
        if (one.status === "failed" || one.status === "rejected") {
          assert.ok(one.error_message, JSON.stringify(one));
        }
        assert.equal(one.history.at(-1)?.status, one.status);
        assert.equal(one.history[0]?.status, "pending");
      }
      // One unit for each submission that was sent, none for the others.
      assert.equal(
        await seo.used(),
        submissions.filter(({ status }) => ["submitted", "indexed"].includes(status)).length,
      );
      assert.ok(await seo.used() <= 200);
      for (const engine of ENGINES) {
        const { told } = await simulator(`${SIMULATED[engine]}/told`) as {
          told: { site: string; url: string; at: string }[];
        };
        const { site_url } = seo.site(engine);
        const own = told.filter(({ url }) => url.startsWith(site_url) && !url.endsWith("/sitemap.xml"));
        sent += own.length;
        const last = new Map<string, number>();
        const days = new Map<string, number>();
        for (const { url, at } of own) {
          const taken = Date.parse(at);
          const before = last.get(url);
          assert.ok(
            before === undefined || taken - before >= WINDOWS[engine] * 1_000,
            `${engine} took ${url} twice`,
          );
          last.set(url, taken);
          // Bing's day is the UTC day. Yandex's daily count is enforced by the simulator itself.
          const day = at.slice(0, 10);
          days.set(day, (days.get(day) ?? 0) + 1);
        }
        if (engine === "bing") {
          assert.ok(
            [...days.values()].every((count) => count <= (DAILY.bing ?? 0)),
            "more submissions in a day than the quota",
          );
        }
        // Every URL that the engine accepted is recorded here as not failed.
        const done = new Set(
          submissions.filter((one) => one.engine === engine && one.status !== "failed").map((
            { submitted_url },
          ) => submitted_url),
        );
        for (const { url } of own) assert.ok(done.has(url), `${engine} took ${url}, not recorded here`);
      }
    }
    assert.ok(sent > 0);
    // No engine had to refuse a call for its quota, except for injected faults.
    const { requests } = await simulator("requests?limit=50000") as {
      requests: { path: string; status: number; fault?: unknown }[];
    };
    const refused = requests.filter(({ status, fault }) => status === 429 && fault === undefined);
    assert.deepEqual(refused.map(({ path }) => path), []);
    const beyond = requests.filter(({ path, status, fault }) =>
      /SubmitUrlBatch/.test(path) && status === 400 && fault === undefined
    );
    assert.deepEqual(beyond, []);
  } finally {
    await simulators.stop();
    for (const seo of creators) await seo[Symbol.asyncDispose]();
  }
});
