import assert from "node:assert/strict";
import { JOBS } from "../../_shared/jobs/settings.ts";
import { YOUTUBE } from "../../_shared/platforms/youtube/settings.ts";
import { readSettings, requireSetting, SettingsError } from "../../_shared/settings/settings.ts";
import health from "../../health/index.ts";
import instagramInit from "../../oauth-instagram-init/index.ts";
import youtubeInit from "../../oauth-youtube-init/index.ts";
import { requestTo, testDependencies } from "../support/test_dependencies.ts";

const LEAST = { SUPABASE_URL: "https://project.supabase.co" };

function failure(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    assert.ok(error instanceof SettingsError);
    return error.message;
  }
  return "no error";
}

Deno.test("the defaults are the real providers and the specified limits", () => {
  const settings = readSettings(LEAST);
  assert.deepEqual(settings.RATE_LIMIT_USER, { limit: 100, window_seconds: 3600 });
  assert.deepEqual(settings.RATE_LIMIT_CLICK, { limit: 120, window_seconds: 60 });
  assert.equal(settings.of(YOUTUBE).YOUTUBE_API_URL, "https://www.googleapis.com/youtube/v3");
  assert.equal(settings.SENTRY_TRACES_SAMPLE_RATE, 0);
  assert.equal(readSettings({ ...LEAST, SENTRY_DSN: "" }).SENTRY_DSN, undefined, "empty counts as absent");
});

Deno.test("missing and malformed settings have different errors, which show no value", () => {
  assert.match(failure(() => readSettings({})), /SUPABASE_URL is missing/);
  const wrong = {
    RATE_LIMIT_USER: "hunter2",
    SUPABASE_SECRET_KEYS: "sb_secret_x",
    SUPABASE_JWKS: "{}",
    SENTRY_ERROR_SAMPLE_RATE: "2",
  };
  const malformed = failure(() => readSettings({ ...LEAST, ...wrong }));
  for (const name of Object.keys(wrong)) assert.match(malformed, new RegExp(`${name} is malformed`));
  assert.ok(!/hunter2|sb_secret_x/.test(malformed));
});

Deno.test("a secret has no default: it is missing until it is set", () => {
  const read = (changes = {}) => readSettings({ ...LEAST, ...changes }).of(YOUTUBE);
  assert.throws(() => requireSetting(read(), "YOUTUBE_CLIENT_SECRET"), /YOUTUBE_CLIENT_SECRET is missing/);
  assert.equal(requireSetting(read({ YOUTUBE_CLIENT_SECRET: "s" }), "YOUTUBE_CLIENT_SECRET"), "s");
});

Deno.test("a domain's settings are read once, on first use", () => {
  const settings = readSettings({ ...LEAST, JOB_CONCURRENCY: "many", YOUTUBE_UNITS_PER_DAY: "5" });
  assert.equal(settings.of(YOUTUBE), settings.of(YOUTUBE));
  assert.match(
    failure(() => settings.of(JOBS)),
    /^Cannot read the settings of jobs: JOB_CONCURRENCY is malformed/,
  );
});

Deno.test("a malformed setting of a platform fails that platform's functions only; health names the platform", async () => {
  const { dependencies, lines } = testDependencies({
    settings: {
      YOUTUBE_API_URL: "hunter2",
      YOUTUBE_CLIENT_ID: "id",
      YOUTUBE_CLIENT_SECRET: "s",
      INSTAGRAM_CLIENT_ID: "id",
      INSTAGRAM_CLIENT_SECRET: "s",
    },
    functions: {
      begin_oauth: () => null,
      check_operations: () => ({
        ...{
          database: "ok",
          vault: "ok",
          queue: "ok",
          cron: "ok",
          jobs: "ok",
          http_calls: "ok",
          providers: "ok",
        },
        ...{ alerts: "ok", backups: "ok", is_watched: true },
      }),
    },
  });
  const failed = await youtubeInit.with(dependencies).fetch(await requestTo("oauth-youtube-init"));
  assert.equal(failed.status, 500);
  assert.ok(
    !JSON.stringify(await failed.json()).includes("YOUTUBE"),
    "the response does not mention settings",
  );
  assert.match(JSON.stringify(lines), /YOUTUBE_API_URL is malformed/);

  const other = await instagramInit.with(dependencies).fetch(await requestTo("oauth-instagram-init"));
  assert.equal(other.status, 200);

  const response = await health.with(dependencies).fetch(new Request("http://localhost/health"));
  assert.equal(response.status, 200);
  const { status, checks, misconfigured } = await response.json();
  assert.deepEqual([status, checks.settings, misconfigured], ["degraded", "misconfigured", ["youtube"]]);
  assert.ok(!JSON.stringify(lines).includes("hunter2"));
});
