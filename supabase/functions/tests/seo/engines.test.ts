/** Tests each engine's adapter against its simulator: the request, and the meaning of every documented response. */
import assert from "node:assert/strict";
import { SimulatorClient, withSimulator } from "../../../../scripts/simulators/simulator_client.ts";
import {
  dataFolder,
  validateAgainstDiscovery,
} from "../../../../scripts/simulators/validate_against_discovery.ts";
import { simulatorSettings } from "../../../../scripts/local/functions/environment.ts";
import { createLogger } from "../../_shared/observability/log.ts";
import {
  type BatchResult,
  bisect,
  dayWindow,
  type EngineContext,
  EngineFault,
  ENGINES,
  type EngineSlug,
  minuteWindow,
  type Page,
  type Site,
} from "../../_shared/seo/engine.ts";
import { verdictOf } from "../../_shared/seo/google.ts";
import { ADAPTERS } from "../../_shared/seo/registry.ts";
import { testSettings } from "../support/test_dependencies.ts";

const KEYS: Record<EngineSlug, string> = {
  google: "ya29.local-search-console",
  bing: "local-bing-webmaster-key",
  yandex: "y0_local-yandex-token",
  indexnow: "streamvibe-local-indexnow-key",
};
const NOW = new Date("2027-03-10T12:00:00Z");

interface World {
  simulator: SimulatorClient;
  context: EngineContext;
  taken: string[];
}

const withEngines = (test: (world: World) => Promise<void>, changes: Record<string, string> = {}) =>
  withSimulator(async (simulator) => {
    const taken: string[] = [];
    await test({
      simulator,
      taken,
      context: {
        settings: testSettings({ ...simulatorSettings(simulator.url), ...changes }),
        fetch,
        now: () => NOW,
        request_id: "engines",
        log: createLogger({ level: "silent", sink: () => {} }),
        admin: { call: () => Promise.reject(new Error("no database here")) } as EngineContext["admin"],
        keep: () => Promise.reject(new Error("nothing to keep here")),
        take: (windows, amount) => {
          taken.push(...windows.map(({ quota }) => quota));
          return Promise.resolve(amount);
        },
      },
    });
  }, { now: () => NOW.getTime() });

function siteAt(engine: EngineSlug, changes: Partial<Site> = {}): Site {
  const url = "https://streamvibe.example";
  return {
    id: "site",
    engine,
    url,
    engine_site: { google: "sc-domain:streamvibe.example", bing: url, yandex: null, indexnow: null }[engine],
    secret: KEYS[engine],
    sitemap_url: `${url}/sitemap.xml`,
    sitemapPage: (page) => `${url}/sitemap-${page}.xml`,
    batch_size: 500,
    window_seconds: 600,
    ...changes,
  };
}

function pagesOf(count: number, host = "streamvibe.example"): Page[] {
  return Array.from({ length: count }, (_, at) => ({
    id: `p${at}`,
    url: `https://${host}/v/${at}`,
    type: "updated",
    is_live: false,
  }));
}

/** Returns the site with the engine's own id for it, which Yandex has to report first. */
async function known(context: EngineContext, site: Site): Promise<Site> {
  const engine = await ADAPTERS[site.engine]();
  const said = await engine.ownership?.(context, site);
  return { ...site, engine_site: said?.engine_site ?? site.engine_site };
}

const outcomes = ({ outcomes }: BatchResult) => outcomes.map(({ outcome }) => outcome);
const seconds = ({ pause }: BatchResult) => pause && (pause.until.getTime() - NOW.getTime()) / 1_000;

Deno.test("each engine accepts pages, and its own API does not confirm a foreign site", async () => {
  await withEngines(async ({ context, simulator, taken }) => {
    for (const slug of ENGINES) {
      const engine = await ADAPTERS[slug]();
      const site = await known(context, siteAt(slug));
      const result = await engine.submit(context, site, pagesOf(3));
      assert.deepEqual(outcomes(result), ["submitted", "submitted", "submitted"], slug);
      assert.equal(result.pause, undefined);
      const foreign = { ...site, url: "https://other.example" };
      assert.equal((await engine.ownership?.(context, foreign))?.is_owner ?? false, false, slug);
    }
    const { told } = await simulator.admin("GET", "indexnow/told");
    assert.equal(told.length, 3);
    assert.deepEqual(taken, ["calls_minute"]);
  });
});

interface Answer {
  engine: EngineSlug;
  fault: Record<string, unknown>;
  /** Outcomes of two pages; the first call meets the fault. */
  outcomes: string[];
  code: string;
  /** Seconds of the pause; undefined: none. */
  pause?: number | undefined;
  is_refusal?: boolean;
}

const all = (outcome: string) => [outcome, outcome];
const day = 86_400;
const ANSWERS: Answer[] = [
  // IndexNow: https://www.indexnow.org/documentation. A refused list is sent again in halves, because the response does not name the refused URL.
  { engine: "indexnow", fault: { status: 400 }, outcomes: all("submitted"), code: "" },
  { engine: "indexnow", fault: { status: 422 }, outcomes: all("submitted"), code: "" },
  {
    engine: "indexnow",
    fault: { status: 403 },
    outcomes: all("not_sent"),
    code: "key_not_valid",
    pause: day,
    is_refusal: true,
  },
  {
    engine: "indexnow",
    fault: { status: 429 },
    outcomes: all("not_sent"),
    code: "engine_limited",
    pause: 600,
  },
  {
    engine: "indexnow",
    fault: { status: 429, headers: { "retry-after": "3600" }, body: "" },
    outcomes: all("not_sent"),
    code: "engine_limited",
    pause: 3_600,
  },
  {
    engine: "indexnow",
    fault: { status: 500 },
    outcomes: all("retry"),
    code: "engine_unavailable",
    pause: 300,
  },
  {
    engine: "indexnow",
    fault: { cut: true },
    outcomes: all("retry"),
    code: "engine_unavailable",
    pause: 300,
  },
  {
    engine: "indexnow",
    fault: { lost: true },
    outcomes: all("retry"),
    code: "engine_unavailable",
    pause: 300,
  },
  // Bing, also with status 200.
  {
    engine: "bing",
    fault: { reason: "InvalidApiKey" },
    outcomes: all("not_sent"),
    code: "key_refused",
    pause: day,
    is_refusal: true,
  },
  {
    engine: "bing",
    fault: { reason: "InvalidApiKey/200" },
    outcomes: all("not_sent"),
    code: "key_refused",
    pause: day,
    is_refusal: true,
  },
  {
    engine: "bing",
    fault: { reason: "NotAuthorized" },
    outcomes: all("not_sent"),
    code: "not_permitted",
    pause: day,
    is_refusal: true,
  },
  {
    engine: "bing",
    fault: { reason: "UserBlocked" },
    outcomes: all("not_sent"),
    code: "not_permitted",
    pause: day,
    is_refusal: true,
  },
  {
    engine: "bing",
    fault: { reason: "ThrottleUser" },
    outcomes: all("not_sent"),
    code: "engine_limited",
    pause: 600,
  },
  {
    engine: "bing",
    fault: { reason: "ThrottleHost/200" },
    outcomes: all("not_sent"),
    code: "engine_limited",
    pause: 600,
  },
  {
    engine: "bing",
    fault: { reason: "InternalError" },
    outcomes: all("retry"),
    code: "engine_unavailable",
    pause: 300,
  },
  { engine: "bing", fault: { reason: "InvalidUrl" }, outcomes: all("submitted"), code: "" },
  { engine: "bing", fault: { status: 503 }, outcomes: all("retry"), code: "engine_unavailable", pause: 300 },
  {
    engine: "bing",
    fault: { malformed: true },
    outcomes: all("retry"),
    code: "engine_answer_unknown",
    pause: 600,
  },
  {
    engine: "bing",
    fault: {
      status: 400,
      body: { ErrorCode: 2, Message: "ERROR!!! Quota remaining for today: 0, Submitted: 2" },
    },
    outcomes: all("not_sent"),
    code: "engine_quota",
    pause: 600,
  },
  // Yandex: one URL per call, so a refusal concerns that URL.
  {
    engine: "yandex",
    fault: { reason: "INVALID_URL" },
    outcomes: ["rejected", "submitted"],
    code: "invalid_url",
  },
  {
    engine: "yandex",
    fault: { reason: "URL_ALREADY_ADDED" },
    outcomes: ["submitted", "submitted"],
    code: "already_queued",
  },
  // Midnight in Moscow is 21:00 UTC.
  {
    engine: "yandex",
    fault: { reason: "QUOTA_EXCEEDED" },
    outcomes: all("not_sent"),
    code: "engine_quota",
    pause: 9 * 3_600,
  },
  {
    engine: "yandex",
    fault: { reason: "TOO_MANY_REQUESTS_ERROR" },
    outcomes: all("not_sent"),
    code: "engine_limited",
    pause: 600,
  },
  {
    engine: "yandex",
    fault: { reason: "INVALID_OAUTH_TOKEN" },
    outcomes: all("not_sent"),
    code: "key_refused",
    pause: day,
    is_refusal: true,
  },
  {
    engine: "yandex",
    fault: { reason: "ACCESS_FORBIDDEN" },
    outcomes: all("not_sent"),
    code: "not_permitted",
    pause: day,
    is_refusal: true,
  },
  {
    engine: "yandex",
    fault: { reason: "HOST_NOT_VERIFIED" },
    outcomes: all("not_sent"),
    code: "site_not_verified",
    pause: day,
    is_refusal: true,
  },
  {
    engine: "yandex",
    fault: { status: 500 },
    outcomes: ["retry", "not_sent"],
    code: "engine_unavailable",
    pause: 300,
  },
  {
    engine: "yandex",
    fault: { cut: true },
    outcomes: ["retry", "not_sent"],
    code: "engine_unavailable",
    pause: 300,
  },
  // Yandex accepted the URL, but its response cannot be parsed.
  {
    engine: "yandex",
    fault: { malformed: true },
    outcomes: ["retry", "not_sent"],
    code: "engine_answer_unknown",
    pause: 600,
  },
  // Google: refuses the sitemap, never a single page.
  {
    engine: "google",
    fault: { status: 403 },
    outcomes: all("not_sent"),
    code: "not_permitted",
    pause: day,
    is_refusal: true,
  },
  {
    engine: "google",
    fault: { status: 401 },
    outcomes: all("not_sent"),
    code: "key_refused",
    pause: day,
    is_refusal: true,
  },
  {
    engine: "google",
    fault: { status: 404 },
    outcomes: all("not_sent"),
    code: "not_permitted",
    pause: day,
    is_refusal: true,
  },
  {
    engine: "google",
    fault: { reason: "rateLimitExceeded" },
    outcomes: all("not_sent"),
    code: "engine_quota",
    pause: 600,
  },
  {
    engine: "google",
    fault: { reason: "quotaExceeded" },
    outcomes: all("not_sent"),
    code: "engine_quota",
    pause: 600,
  },
  {
    engine: "google",
    fault: { status: 400 },
    outcomes: all("not_sent"),
    code: "refused",
    pause: 3_600,
    is_refusal: true,
  },
  {
    engine: "google",
    fault: { status: 503 },
    outcomes: all("retry"),
    code: "engine_unavailable",
    pause: 300,
  },
  { engine: "google", fault: { cut: true }, outcomes: all("retry"), code: "engine_unavailable", pause: 300 },
];
const CALLS: Record<EngineSlug, string> = {
  google: "PUT .*/sitemaps/",
  bing: "POST .*SubmitUrlBatch",
  yandex: "POST .*recrawl/queue",
  indexnow: "POST /api\\.indexnow\\.org",
};

Deno.test("every documented response has its effect", async (t) => {
  await withEngines(async ({ context, simulator }) => {
    for (const { engine: slug, fault, outcomes: expected, code, pause, is_refusal = false } of ANSWERS) {
      await t.step(`${slug}: ${JSON.stringify(fault)}`, async () => {
        const engine = await ADAPTERS[slug]();
        const site = await known(context, siteAt(slug));
        // URLs that were not submitted before.
        const pages = pagesOf(2).map((page) => ({ ...page, url: `${site.url}/v/${crypto.randomUUID()}` }));
        await simulator.fault(CALLS[slug], fault);
        const result = await engine.submit(context, site, pages);
        assert.deepEqual(outcomes(result), expected);
        assert.equal(result.outcomes[0]?.code ?? "", code);
        assert.equal(seconds(result), pause);
        assert.equal(result.pause?.is_refusal ?? false, is_refusal);
        // Every outcome that has a code also has a message.
        for (const outcome of result.outcomes) {
          assert.equal(outcome.code === undefined, outcome.message === undefined);
        }
      });
    }
  });
});

Deno.test("IndexNow: one host per request, with that host's key; a key that is not checked yet counts as received", async () => {
  await withEngines(async ({ context, simulator }) => {
    const engine = await ADAPTERS.indexnow();
    const mixed = [
      ...pagesOf(2),
      ...pagesOf(1, "elsewhere.example").map((page) => ({ ...page, id: "foreign" })),
    ];
    const result = await engine.submit(context, siteAt("indexnow"), mixed);
    assert.deepEqual(
      new Map(result.outcomes.map(({ id, outcome }) => [id, outcome])),
      new Map([
        ["foreign", "rejected"],
        ["p0", "submitted"],
        ["p1", "submitted"],
      ]),
    );
    const posts = await simulator.admin("GET", "requests?match=POST%20/api.indexnow.org");
    assert.equal(posts.count, 1);

    const unseen = await engine.submit(
      context,
      siteAt("indexnow", { url: "https://new.example", secret: "another-key-1" }),
      pagesOf(1, "new.example"),
    );
    assert.deepEqual(unseen.outcomes[0], {
      id: "p0",
      outcome: "submitted",
      response_status: 202,
      code: "key_pending",
      message: "IndexNow has received it, but has not yet checked the key on the site",
    });
    assert.equal(unseen.doubts, true);
    // A site in a folder shows its key in that folder.
    await simulator.admin("PUT", "indexnow/pages", {
      host: "blogs.example",
      path: "/ada/another-key-1.txt",
      body: "another-key-1",
    });
    const folder = siteAt("indexnow", { url: "https://blogs.example/ada", secret: "another-key-1" });
    const inside = { ...pagesOf(1)[0] as Page, url: "https://blogs.example/ada/v/1" };
    const beside = [
      "https://blogs.example/v/1",
      "https://blogs.example/adam/v/1",
      "https://www.blogs.example/ada/v/1",
      "https://blogs.example:8443/ada/v/1",
      "https://blogs.example.evil.example/ada/v/1",
      "https://blogs.example@evil.example/ada/v/1",
    ].map((url, at) => ({ ...inside, id: `beside${at}`, url }));
    const told = await engine.submit(context, folder, [...beside, inside]);
    assert.deepEqual(
      told.outcomes.map(({ id, outcome, response_status }) => [id, outcome, response_status]),
      [...beside.map(({ id }) => [id, "rejected", undefined]), ["p0", "submitted", 200]],
    );
  });
});

Deno.test("of a batch that is refused as a whole, only the invalid URL is rejected", async () => {
  await withEngines(async ({ context, simulator }) => {
    const pages = pagesOf(20).map((page) =>
      page.id === "p13" ? { ...page, url: "https://streamvibe.example.evil.example/v/1" } : page
    );
    const engine = await ADAPTERS.bing();
    const result = await engine.submit(context, siteAt("bing"), pages);
    assert.deepEqual(
      result.outcomes.filter(({ outcome }) => outcome !== "submitted").map((
        { id, outcome },
      ) => [id, outcome]),
      [["p13", "rejected"]],
    );
    const { told } = await simulator.admin("GET", "bing/told");
    assert.equal(new Set(told.map(({ url }: { url: string }) => url)).size, 19);
    assert.equal(told.length, 19);
  });
});

Deno.test("of a batch in which everything is refused, not every URL is tried: the site is paused", async () => {
  let calls = 0;
  const result = await bisect(pagesOf(1_000), () => new Date(), () => {
    calls++;
    return Promise.reject(new EngineFault("invalid", "refused", "The key does not fit"));
  });
  assert.ok(calls < 40, `${calls} calls`);
  assert.ok(result.pause);
  assert.equal(result.outcomes.length, 1_000);
  assert.ok(result.outcomes.filter(({ outcome }) => outcome === "rejected").length < 20);
});

Deno.test("quotas are read from the engines that report them", async () => {
  await withEngines(async ({ context, simulator }) => {
    const bing = await ADAPTERS.bing();
    await simulator.admin("PUT", "bing/quota", {
      account_id: "https://streamvibe.example",
      bucket: "day",
      limit: 7,
    });
    const windows = await bing.windows(context, siteAt("bing"));
    assert.deepEqual(windows.map(({ quota, remaining }) => [quota, remaining]), [["urls_day", 7], [
      "urls_month",
      700,
    ]]);
    assert.equal(windows[0]?.ends.toISOString(), "2027-03-11T00:00:00.000Z");
    const yandex = await ADAPTERS.yandex();
    const site = await known(context, siteAt("yandex"));
    await yandex.submit(context, site, pagesOf(2));
    const [day] = await yandex.windows(context, site);
    assert.deepEqual([day?.amount, day?.remaining, day?.ends.toISOString()], [
      150,
      148,
      "2027-03-10T21:00:00.000Z",
    ]);
    await simulator.fault("GET .*GetUrlSubmissionQuota", { reason: "InvalidApiKey/200" });
    await assert.rejects(
      bing.windows(context, siteAt("bing")),
      (error) => error instanceof EngineFault && error.kind === "refused",
    );
  });
});

Deno.test("quota windows are days in the engine's time zone, also when clocks change, and clock minutes", () => {
  const window = (zone: string, now: string) => {
    const { starts, ends } = dayWindow("x", zone, 1, new Date(now));
    return `${starts.toISOString()} ${ends.toISOString()}`;
  };
  assert.equal(
    window("America/Los_Angeles", "2027-03-14T18:00:00Z"),
    "2027-03-14T08:00:00.000Z 2027-03-15T07:00:00.000Z",
  );
  assert.equal(
    window("America/Los_Angeles", "2027-11-07T18:00:00Z"),
    "2027-11-07T07:00:00.000Z 2027-11-08T08:00:00.000Z",
  );
  assert.equal(
    window("Europe/Moscow", "2027-03-10T21:00:00Z"),
    "2027-03-10T21:00:00.000Z 2027-03-11T21:00:00.000Z",
  );
  assert.equal(
    window("UTC", "2027-03-10T23:59:59.999Z"),
    "2027-03-10T00:00:00.000Z 2027-03-11T00:00:00.000Z",
  );
  assert.equal(
    minuteWindow("x", 1, new Date("2027-03-10T12:00:59.9Z")).ends.toISOString(),
    "2027-03-10T12:01:00.000Z",
  );
});

Deno.test("Google's report on a URL means indexed, rejected with a reason, or waiting", () => {
  const cases: [Parameters<typeof verdictOf>[0], string, string | null][] = [
    [{ verdict: "PASS", coverageState: "Submitted and indexed" }, "indexed", null],
    [{ verdict: "NEUTRAL", coverageState: "URL is unknown to Google" }, "waiting", "not_indexed_yet"],
    [
      { verdict: "NEUTRAL", coverageState: "Discovered - currently not indexed" },
      "waiting",
      "not_indexed_yet",
    ],
    [{ verdict: "NEUTRAL", pageFetchState: "SERVER_ERROR" }, "waiting", "not_indexed_yet"],
    [{ verdict: "NEUTRAL", indexingState: "BLOCKED_BY_META_TAG" }, "rejected", "noindex"],
    [{ verdict: "NEUTRAL", indexingState: "BLOCKED_BY_HTTP_HEADER" }, "rejected", "noindex"],
    [{ verdict: "FAIL", robotsTxtState: "DISALLOWED" }, "rejected", "robots_disallowed"],
    [{ verdict: "NEUTRAL", pageFetchState: "NOT_FOUND" }, "rejected", "page_not_found"],
    [{ verdict: "NEUTRAL", pageFetchState: "SOFT_404" }, "rejected", "page_not_found"],
    [{ verdict: "NEUTRAL", pageFetchState: "ACCESS_FORBIDDEN" }, "rejected", "page_not_open"],
    [{ verdict: "NEUTRAL", pageFetchState: "REDIRECT_ERROR" }, "rejected", "page_redirects"],
    [
      { verdict: "NEUTRAL", googleCanonical: "https://a.example/1", userCanonical: "https://a.example/2" },
      "rejected",
      "duplicate",
    ],
    [{ verdict: "FAIL" }, "rejected", "excluded"],
    [undefined, "waiting", "not_inspected"],
  ];
  for (const [found, verdict, code] of cases) {
    const said = verdictOf(found);
    assert.deepEqual([said.verdict, said.code], [verdict, code], JSON.stringify(found));
    if (verdict !== "indexed") assert.ok(said.message);
  }
});

Deno.test("reports of Bing and Yandex on a URL mean crawled, waiting or rejected with a reason, and never indexed", async () => {
  await withEngines(async ({ context, simulator }) => {
    const [page] = pagesOf(1);
    const url = page?.url ?? "";
    const submitted_at = new Date("2027-03-09T12:00:00Z");
    const said = async (slug: "bing" | "yandex", ref: string | null, status?: Record<string, unknown>) => {
      const engine = await ADAPTERS[slug]();
      if (status) await simulator.admin("PUT", `${slug}/index`, { url, status });
      const { verdict, code, message } = await engine.inspect?.(context, await known(context, siteAt(slug)), {
        url,
        ref,
        submitted_at,
      }) ?? {};
      assert.ok(message);
      return `${verdict} ${code}`;
    };
    const crawled = (time: string, HttpStatus: unknown) => ({
      LastCrawledDate: `/Date(${Date.parse(time)}-0800)/`,
      HttpStatus,
    });
    assert.equal(await said("bing", null), "waiting not_crawled_yet");
    for (
      const [status, wanted] of [
        [crawled("2027-03-09T11:00:00Z", 404), "waiting not_crawled_yet"],
        [crawled("2027-03-10T11:00:00Z", 404), "rejected page_not_found"],
        [crawled("2027-03-10T11:00:00Z", 403), "rejected page_not_open"],
        [crawled("2027-03-10T11:00:00Z", 503), "waiting page_failed"],
        [crawled("2027-03-10T11:00:00Z", 200), "done crawled"],
        // A status that Bing does not report is no verdict.
        [crawled("2027-03-10T11:00:00Z", 0), "waiting status_unknown"],
        [crawled("2027-03-10T11:00:00Z", null), "waiting status_unknown"],
        [crawled("2027-03-10T11:00:00Z", "OK"), "waiting status_unknown"],
        [crawled("2027-03-10T11:00:00Z", "404"), "rejected page_not_found"],
        [{ LastCrawledDate: null, HttpStatus: 404 }, "waiting not_crawled_yet"],
        [{ LastCrawledDate: "yesterday", HttpStatus: 404 }, "waiting not_crawled_yet"],
        [{ LastCrawledDate: "/Date(1e99)/", HttpStatus: 404 }, "waiting not_crawled_yet"],
        [{ LastCrawledDate: "2027-03-10T11:00:00", HttpStatus: 404 }, "waiting not_crawled_yet"],
        [{ LastCrawledDate: "2027-03-10T11:00:00Z", HttpStatus: 200 }, "done crawled"],
      ] as const
    ) assert.equal(await said("bing", null, status), wanted, JSON.stringify(status));
    const bing = await ADAPTERS.bing();
    const info = crawled("2027-03-10T11:00:00Z", 200);
    for (
      const [body, wanted] of [
        [{ d: info }, "done"],
        [info, "done"],
        [{ d: null }, "waiting"],
        [null, "waiting"],
        [[], "waiting"],
        [{ d: { Message: "?" } }, "waiting"],
      ] as const
    ) {
      const answered = { ...context, fetch: () => Promise.resolve(Response.json(body)) };
      const found = await bing.inspect?.(answered, siteAt("bing"), { url, ref: null, submitted_at });
      assert.equal(found?.verdict, wanted, JSON.stringify(body));
    }

    const yandex = await ADAPTERS.yandex();
    const { outcomes } = await yandex.submit(context, await known(context, siteAt("yandex")), [page as Page]);
    const ref = outcomes[0]?.ref ?? "";
    assert.ok(ref);
    assert.equal(await said("yandex", ref), "waiting in_queue");
    assert.equal(await said("yandex", ref, { state: "FAILED" }), "rejected crawl_failed");
    assert.equal(await said("yandex", ref, { state: "DONE" }), "done crawled");
    assert.equal(await said("yandex", crypto.randomUUID()), "done task_forgotten");
    assert.equal(await said("yandex", null), "done already_queued");
  });
});

Deno.test("Google credentials: a service account or an OAuth consent; anything else is refused without a call", async () => {
  const { privateKey } = await crypto.subtle.generateKey(
    {
      name: "RSASSA-PKCS1-v1_5",
      modulusLength: 2048,
      publicExponent: new Uint8Array([1, 0, 1]),
      hash: "SHA-256",
    },
    true,
    ["sign", "verify"],
  );
  const der = btoa(
    String.fromCharCode(...new Uint8Array(await crypto.subtle.exportKey("pkcs8", privateKey))),
  );
  const private_key = `-----BEGIN PRIVATE KEY-----\n${der}\n-----END PRIVATE KEY-----\n`;
  const account = {
    type: "service_account",
    client_email: "seo@project.iam.gserviceaccount.com",
    private_key,
  };
  await withEngines(async ({ context }) => {
    const engine = await ADAPTERS.google();
    const asked: URLSearchParams[] = [];
    const withToken: EngineContext = {
      ...context,
      fetch: (url, init) => {
        if (!String(url).includes("oauth2.googleapis.com/token")) return fetch(url, init);
        asked.push(init?.body as URLSearchParams);
        return Promise.resolve(
          Response.json({ access_token: KEYS.google, expires_in: 3_600, token_type: "Bearer" }),
        );
      },
    };
    for (let call = 0; call < 2; call++) {
      const said = await engine.ownership?.(withToken, siteAt("google", { secret: JSON.stringify(account) }));
      assert.deepEqual(said, { is_owner: true, engine_site: "sc-domain:streamvibe.example" });
    }
    assert.equal(asked.length, 1, "a token is cached while it is valid");
    assert.equal(asked[0]?.get("grant_type"), "urn:ietf:params:oauth:grant-type:jwt-bearer");
    const [, claims = ""] = asked[0]?.get("assertion")?.split(".") ?? [];
    assert.deepEqual(JSON.parse(atob(claims.replaceAll("-", "+").replaceAll("_", "/"))), {
      iss: account.client_email,
      scope: "https://www.googleapis.com/auth/webmasters",
      aud: "https://oauth2.googleapis.com/token",
      iat: NOW.getTime() / 1_000,
      exp: NOW.getTime() / 1_000 + 3_600,
    });
    const consent = {
      type: "authorized_user",
      client_id: "id",
      client_secret: "secret",
      refresh_token: crypto.randomUUID(),
    };
    await engine.ownership?.(withToken, siteAt("google", { secret: JSON.stringify(consent) }));
    assert.equal(asked[1]?.get("refresh_token"), consent.refresh_token);
    for (const secret of ["{}", "{", JSON.stringify({ ...account, private_key: "none" })]) {
      const refused = engine.ownership?.(withToken, siteAt("google", { secret }));
      await assert.rejects(
        refused ?? Promise.resolve(),
        (error) => error instanceof EngineFault && error.kind === "refused",
      );
    }
    assert.equal(asked.length, 2);
  });
});

Deno.test("Google receives the sitemap index and the sitemap pages that list the submitted URLs", async () => {
  await withEngines(async ({ context, simulator }) => {
    const engine = await ADAPTERS.google();
    const listed = pagesOf(4).map((page, at) => ({
      ...page,
      sitemap_page: at === 3 ? null : at < 2 ? 7 : 9,
    }));
    await engine.submit(context, siteAt("google"), listed);
    const { told } = await simulator.admin("GET", "google_search/told");
    assert.deepEqual(told.map(({ url }: { url: string }) => new URL(url).pathname), [
      "/sitemap.xml",
      "/sitemap-7.xml",
      "/sitemap-9.xml",
    ]);
    // With only one call left in this minute, only the index is submitted.
    await engine.submit({ ...context, take: () => Promise.resolve(1) }, siteAt("google"), listed);
    assert.equal((await simulator.admin("GET", "google_search/told")).told.length, 4);
    const none = await engine.submit(
      { ...context, take: () => Promise.resolve(0) },
      siteAt("google"),
      listed,
    );
    assert.deepEqual(outcomes(none), ["not_sent", "not_sent", "not_sent", "not_sent"]);
    assert.equal(seconds(none), 60);
  });
});

Deno.test("only live streams are sent to the Indexing API, and only if the operator enables it", async () => {
  const pages: Page[] = pagesOf(3).map((page, at) => ({ ...page, is_live: at === 1 }));
  for (const [setting, expected] of [["off", 0], ["on", 1]] as const) {
    await withEngines(async ({ context, simulator, taken }) => {
      const engine = await ADAPTERS.google();
      const result = await engine.submit(context, siteAt("google"), pages);
      assert.deepEqual(outcomes(result), ["submitted", "submitted", "submitted"]);
      const { count } = await simulator.admin("GET", "requests?match=urlNotifications");
      assert.equal(count, expected);
      assert.equal(taken.filter((quota) => quota === "notifications_day").length, expected);
    }, { GOOGLE_INDEXING_LIVE: setting });
  }
});

Deno.test({
  name: "the simulated Google's responses match its discovery documents",
  ignore: dataFolder() === undefined,
  fn: () =>
    withEngines(async ({ context, simulator }) => {
      const headers = { authorization: `Bearer ${KEYS.google}`, "content-type": "application/json" };
      const property = encodeURIComponent("sc-domain:streamvibe.example");
      const feed = encodeURIComponent("https://streamvibe.example/sitemap.xml");
      await (await ADAPTERS.google()).submit(context, siteAt("google"), pagesOf(1));
      const root = `${simulator.url}/searchconsole.googleapis.com`;
      const read = async (path: string, body?: unknown) => {
        const response = await fetch(`${root}${path}`, {
          headers,
          ...(body ? { method: "POST", body: JSON.stringify(body) } : {}),
        });
        assert.equal(response.status, 200, path);
        return await response.json();
      };
      const inspection = {
        inspectionUrl: "https://streamvibe.example/v/1",
        siteUrl: "sc-domain:streamvibe.example",
      };
      const checks: [string, string, unknown][] = [
        ["GET", "/webmasters/v3/sites", await read("/webmasters/v3/sites")],
        [
          "GET",
          "/webmasters/v3/sites/{siteUrl}/sitemaps/{feedpath}",
          await read(`/webmasters/v3/sites/${property}/sitemaps/${feed}`),
        ],
        [
          "POST",
          "/v1/urlInspection/index:inspect",
          await read("/v1/urlInspection/index:inspect", inspection),
        ],
      ];
      await simulator.admin("POST", "clock", { advance_seconds: 86_400 });
      checks.push([
        "POST",
        "/v1/urlInspection/index:inspect",
        await read("/v1/urlInspection/index:inspect", inspection),
      ]);
      for (const [method, path, answer] of checks) {
        assert.deepEqual(validateAgainstDiscovery("searchconsole.v1", method, path, answer), [], path);
      }
      const published = await fetch(`${simulator.url}/indexing.googleapis.com/v3/urlNotifications:publish`, {
        method: "POST",
        headers,
        body: JSON.stringify({ url: inspection.inspectionUrl, type: "URL_UPDATED" }),
      });
      assert.deepEqual(
        validateAgainstDiscovery(
          "indexing.v3",
          "POST",
          "/v3/urlNotifications:publish",
          await published.json(),
        ),
        [],
      );
    }),
});
