/** Runs scripts/setup-stripe.sh against an empty account of the simulated Stripe. */
import assert from "node:assert/strict";
import { testStack } from "./test/stack.ts";

async function setup(key: string, ...args: string[]) {
  const { simulator_url } = await testStack();
  const { code, stdout, stderr } = await new Deno.Command("bash", {
    args: ["scripts/setup-stripe.sh", ...args],
    env: { STRIPE_SECRET_KEY: key, STRIPE_API_URL: `${simulator_url}/api.stripe.com` },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), errors: text(stderr) };
}

async function listed(key: string, path: string): Promise<Record<string, unknown>[]> {
  const { simulator_url } = await testStack();
  const response = await fetch(`${simulator_url}/api.stripe.com/v1/${path}`, {
    headers: { authorization: `Bearer ${key}` },
  });
  return (await response.json()).data;
}

const newKey = (mode = "test") => `sk_${mode}_${crypto.randomUUID().replaceAll("-", "")}`;
const URL_OPTION = ["--url", "https://abc.supabase.example"];

Deno.test("setup-stripe creates products, prices and the endpoint once, and prints the endpoint's secret once", async () => {
  const key = newKey();
  const dry = await setup(key, ...URL_OPTION, "--dry-run");
  assert.equal(dry.code, 0, dry.errors);
  assert.equal(dry.out.match(/would create/g)?.length, 5);
  assert.deepEqual(await listed(key, "products"), []);

  const first = await setup(key, ...URL_OPTION, "--premium", "5900");
  assert.equal(first.code, 0, first.errors);
  assert.match(first.out, /^STRIPE_WEBHOOK_SECRET=whsec_\w+$/m);
  const prices = await listed(key, "prices");
  assert.deepEqual(
    prices.map(({ lookup_key, unit_amount }) => [lookup_key, unit_amount]).sort(),
    [["streamvibe_basic_monthly", 1_900], ["streamvibe_premium_monthly", 5_900]],
  );
  const [endpoint] = await listed(key, "webhook_endpoints");
  assert.equal(endpoint?.url, "https://abc.supabase.example/functions/v1/stripe-webhook");

  const again = await setup(key, ...URL_OPTION);
  assert.equal(again.code, 0, again.errors);
  assert.doesNotMatch(again.out, /creating|SECRET/);
  assert.equal((await listed(key, "products")).length, 2);
  assert.equal((await listed(key, "webhook_endpoints")).length, 1);
});

Deno.test("setup-stripe does not change a live account without --yes, and refuses invalid keys and options", async () => {
  const live = newKey("live");
  const refused = await setup(live, ...URL_OPTION);
  assert.equal(refused.code, 2);
  assert.match(refused.errors, /without --yes/);
  assert.deepEqual(await listed(live, "products"), []);
  assert.equal((await setup(live, ...URL_OPTION, "--dry-run")).code, 0);
  assert.equal((await setup("not a key", ...URL_OPTION)).code, 2);
  assert.equal((await setup(newKey())).code, 2);
  assert.equal((await setup(newKey(), ...URL_OPTION, "--currency", "dollars")).code, 2);
  const revoked = await setup("sk_test_revoked_1", ...URL_OPTION);
  assert.equal(revoked.code, 1);
  assert.match(revoked.errors, /Invalid API Key/);
  assert.doesNotMatch(revoked.errors, /sk_test_revoked/);
  assert.match((await setup("", "--help")).out, /Usage: scripts\/setup-stripe\.sh/);
});
