/**
 * stripe-webhook beside its database: signed events as Stripe sends them, each new and of another customer, over HTTP. Measured while Stripe's
 * API responds, refuses connections, and accepts them but never responds: the response to the webhook must not wait for that API.
 */
import { createHmac } from "node:crypto";
import stripeWebhook from "../../supabase/functions/stripe-webhook/index.ts";
import { closeConnections } from "../../supabase/functions/_shared/database/database.ts";
import { readSettings } from "../../supabase/functions/_shared/settings/settings.ts";
import { serviceUrl, withStack } from "./bench_stack.ts";
import { atMost, type Benchmark, type Goal, type Row } from "./benchmark.ts";
import { closedLoop, openLoop, summary } from "./measure.ts";

const SECRET = "whsec_bench";
/** Events a second: as many as the calls that Stripe allows a sandbox. */
const RATE = 25;

export const webhook: Benchmark = {
  name: "webhook",
  about: "stripe-webhook with Stripe's API up, down and silent",
  run: ({ rounds, seconds }) =>
    withStack(async ({ db_url, publishable_key, secret_key }) => {
      const rows: Row[] = [];
      const goals: Goal[] = [];
      for (const [name, stripe] of Object.entries({ up: answering(), down: refusing(), silent: silent() })) {
        const settings = readSettings({
          SUPABASE_URL: "http://127.0.0.1:1",
          SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: publishable_key }),
          SUPABASE_SECRET_KEYS: JSON.stringify({ default: secret_key }),
          STREAMVIBE_POOLER_URL: serviceUrl(db_url),
          STRIPE_SECRET_KEY: "sk_test_bench",
          STRIPE_WEBHOOK_SECRET: SECRET,
          STRIPE_API_URL: stripe.url,
          LOG_LEVEL: "silent",
        });
        const endpoint = stripeWebhook.with({ settings, record: () => {} });
        const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, endpoint.fetch);
        const url = `http://127.0.0.1:${server.addr.port}/functions/v1/stripe-webhook`;
        const send = () => post(url);
        for (let warm = 0; warm < 20; warm++) await send();
        const alone = [];
        const open = [];
        for (let round = 0; round < rounds; round++) {
          alone.push(await closedLoop(1, seconds, send));
          open.push(await openLoop(RATE, seconds, send));
        }
        const figures = { alone: summary(alone), open: summary(open) };
        rows.push({
          case: `Stripe ${name}, one at a time`,
          system: "streamvibe",
          figures: figures.alone,
        });
        rows.push({
          case: `Stripe ${name}, ${RATE} per second`,
          system: "streamvibe",
          figures: figures.open,
        });
        if (name === "up") goals.push(atMost("p95 next to its database", 20, figures.alone.p95_ms, " ms"));
        else goals.push(atMost(`Stripe ${name} p99`, 100, figures.open.p99_ms, " ms"));
        await server.shutdown();
        await stripe.stop();
      }
      await closeConnections();
      return { rows, goals };
    }),
};

let sent = 0;

async function post(url: string): Promise<void> {
  sent += 1;
  const body = JSON.stringify({
    id: `evt_bench_${sent}_${crypto.randomUUID()}`,
    object: "event",
    api_version: "2026-10-28.endive",
    created: Math.floor(Date.now() / 1_000),
    livemode: false,
    type: "customer.subscription.updated",
    // As long as in a real event.
    data: {
      object: {
        id: `sub_${sent}`,
        object: "subscription",
        customer: `cus_bench_${sent}`,
        metadata: { padding: "x".repeat(3_000) },
      },
    },
  });
  const time = Math.floor(Date.now() / 1_000);
  const signature = createHmac("sha256", SECRET).update(`${time}.${body}`).digest("hex");
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", "stripe-signature": `t=${time},v1=${signature}` },
    body,
  });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`The webhook answered ${response.status} ${text}`);
}

interface Stand {
  url: string;
  stop(): Promise<void>;
}

/** Starts a stand-in for Stripe that returns no subscriptions. */
function answering(): Stand {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => Response.json({ object: "list", data: [], has_more: false, url: "/v1/subscriptions" }),
  );
  return { url: `http://127.0.0.1:${server.addr.port}`, stop: () => server.shutdown() };
}

function refusing(): Stand {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return { url: `http://127.0.0.1:${port}`, stop: () => Promise.resolve() };
}

/** Starts a stand-in for Stripe that accepts connections and never responds. */
function silent(): Stand {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const taken: Deno.Conn[] = [];
  const accepting = (async () => {
    for await (const connection of listener) taken.push(connection);
  })();
  return {
    url: `http://127.0.0.1:${listener.addr.port}`,
    async stop() {
      listener.close();
      await accepting.catch(() => {});
      for (const connection of taken) connection.close();
    },
  };
}
