import assert from "node:assert/strict";
import { Meter, quotaOf } from "../../_shared/platforms/meter.ts";
import { PLATFORM_SLUGS, PlatformFault } from "../../_shared/platforms/platform.ts";
import { platformOf } from "../../_shared/platforms/registry.ts";
import { adapterContext, NOW } from "../support/adapter_context.ts";

const later = (seconds: number) => new Date(NOW.getTime() + seconds * 1_000);

Deno.test("calls are added up until they are taken, and are taken once", async () => {
  const youtube = await platformOf("youtube", adapterContext({}));
  const meter = new Meter();
  assert.equal(meter.take(youtube, 900), null);
  meter.add({ calls: 1, units: 1 });
  meter.add({ calls: 1, units: 1 });
  meter.add({ calls: 1, units: 0 });
  assert.equal(meter.calls, 2, "only calls that cost units count");
  const taken = meter.take(youtube, 900);
  assert.deepEqual([taken?.calls, taken?.units, taken?.scope, taken?.size], [3, 2, "app", 10_000]);
  assert.equal(meter.take(youtube, 900), null);
});

Deno.test("the quota window with the least left is reported with its own end; of percentages, the highest", async () => {
  const twitter = await platformOf("twitter", adapterContext({}));
  const meter = new Meter();
  meter.add({ calls: 1, units: 1, remaining: 70, resets_at: later(60) });
  meter.add({ calls: 1, units: 1, remaining: 3, resets_at: later(600) });
  meter.add({ calls: 1, units: 1, remaining: 800, resets_at: later(900) });
  const taken = meter.take(twitter, 900);
  assert.deepEqual([taken?.remaining, taken?.resets_at], [3, later(600).toISOString()]);
  for (const seconds of [600, 68_400, 60]) {
    meter.add({ calls: 1, units: 1, remaining: 0, resets_at: later(seconds) });
  }
  assert.equal(
    meter.take(twitter, 900)?.resets_at,
    later(68_400).toISOString(),
    "of empty windows, the one that ends last",
  );
  meter.add({ calls: 1, units: 1, spent: 0.4 });
  meter.add({ calls: 1, units: 1, spent: 0.1, resets_at: later(60) });
  const percent = meter.take(twitter, 900);
  assert.deepEqual([percent?.spent, percent?.resets_at], [0.4, later(60).toISOString()]);
});

Deno.test("a quota refusal is reported with its end, even without counted calls; other faults are not", async () => {
  const youtube = await platformOf("youtube", adapterContext({}));
  const meter = new Meter();
  meter.refuse(new PlatformFault("youtube", "transient", { retry_at: later(5) }));
  assert.equal(meter.take(youtube, 900), null);
  meter.refuse(new PlatformFault("youtube", "quota_exhausted", { retry_at: later(3_600) }));
  assert.equal(meter.take(youtube, 900)?.refused_until, later(3_600).toISOString());
});

Deno.test("a quota refusal of the whole app is distinguished from one of the account", async () => {
  const twitter = await platformOf("twitter", adapterContext({}));
  const meter = new Meter();
  meter.refuse(
    new PlatformFault("twitter", "quota_exhausted", { retry_at: later(3_600), whole_app: true }),
  );
  const taken = meter.take(twitter, 900);
  assert.deepEqual([taken?.refused_until, taken?.app_refused_until], [null, later(3_600).toISOString()]);
  assert.equal(meter.take(twitter, 900), null);
  meter.add({ calls: 1, units: 1, remaining: 5, app_closed_until: later(68_400) });
  meter.add({ calls: 1, units: 1, remaining: 4 });
  assert.equal(
    meter.take(twitter, 900)?.app_closed_until,
    later(68_400).toISOString(),
    "the app's own window",
  );
});

Deno.test("every platform states its quota window for the registered app", async () => {
  for (const slug of PLATFORM_SLUGS) {
    const platform = await platformOf(slug, adapterContext({}));
    assert.equal(platform.slug, slug);
    const quota = quotaOf(platform, 900);
    assert.equal(quota.app, platform.authorization.client_id);
    assert.ok(platform.quota.seconds > 0);
    assert.ok(
      platform.quota.scope === "account" || platform.quota.size !== null,
      "an app's window has a size",
    );
  }
});
