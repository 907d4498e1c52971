import assert from "node:assert/strict";
import { readSettings, requireSetting, SettingsError } from "../../_shared/settings/settings.ts";

const LEAST = { SUPABASE_URL: "https://project.supabase.co" };

Deno.test("the defaults are the real providers and the limits of the specification", () => {
  const settings = readSettings(LEAST);
  assert.deepEqual(settings.RATE_LIMIT_USER, { limit: 100, window_seconds: 3600 });
  assert.deepEqual(settings.RATE_LIMIT_CLICK, { limit: 120, window_seconds: 60 });
  assert.equal(settings.YOUTUBE_API_URL, "https://www.googleapis.com/youtube/v3");
  assert.equal(settings.SENTRY_TRACES_SAMPLE_RATE, 0);
  assert.equal(readSettings({ ...LEAST, SENTRY_DSN: "" }).SENTRY_DSN, undefined, "empty counts as absent");
});

Deno.test("missing and malformed are different errors, and no value is shown", () => {
  const failure = (variables: Record<string, string>) => {
    try {
      readSettings(variables);
    } catch (error) {
      assert.ok(error instanceof SettingsError);
      return error.message;
    }
    return "no error";
  };
  assert.match(failure({}), /SUPABASE_URL is missing/);
  const malformed = failure({
    ...LEAST,
    RATE_LIMIT_USER: "hunter2",
    SUPABASE_SECRET_KEYS: "sb_secret_x",
    SUPABASE_JWKS: "{}",
    SENTRY_ERROR_SAMPLE_RATE: "2",
  });
  for (
    const name of ["RATE_LIMIT_USER", "SUPABASE_SECRET_KEYS", "SUPABASE_JWKS", "SENTRY_ERROR_SAMPLE_RATE"]
  ) {
    assert.match(malformed, new RegExp(`${name} is malformed`));
  }
  assert.ok(!/hunter2|sb_secret_x/.test(malformed));
});

Deno.test("a secret has no default: it is missing until somebody sets it", () => {
  const settings = readSettings(LEAST);
  assert.throws(() => requireSetting(settings, "YOUTUBE_CLIENT_SECRET"), /YOUTUBE_CLIENT_SECRET is missing/);
  assert.equal(
    requireSetting(readSettings({ ...LEAST, YOUTUBE_CLIENT_SECRET: "s" }), "YOUTUBE_CLIENT_SECRET"),
    "s",
  );
});
