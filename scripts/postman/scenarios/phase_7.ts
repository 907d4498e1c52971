/** Phase 7: a sync as a job: its progress, its result, its limits. */
import type { Scenario } from "../collection.ts";
import { CryptoJS, pm, sv } from "../sandbox.ts";
import type { Creator } from "../streamvibe.ts";

interface Job {
  status: string;
  progress_percent: number;
  progress_message: string;
  result: { new_items: number };
}

const JOB = "/functions/v1/job-status?job_id={{job_id}}";
const SYNC = {
  p_user_id: "{{user_id}}",
  p_job_type: "sync_youtube",
  p_params: { social_account_id: "{{social_account_id}}" },
};

const createJob = (me: Creator, p_job_type: string, p_params: Record<string, unknown>, more = {}) =>
  sv.rpc<string & { code: string }>("create_job", me, {
    p_user_id: me.user_id,
    p_job_type,
    p_params,
    ...more,
  });

/** Creates a job that is not due until tomorrow. */
const createLateJob = (me: Creator) =>
  sv.must(
    "create a job",
    200,
    createJob(me, "sync_youtube", { social_account_id: sv.random() }, {
      p_run_at: new Date(Date.now() + 86400000).toISOString(),
    }),
  );

const cancelJob = (me: Creator, p_job_id: string) =>
  sv.rpc<unknown>("cancel_job", me, { p_job_id, p_user_id: me.user_id });

/** Returns the creator with a connected channel and a job that syncs it, created on first use. */
const withJob = async () => {
  const me = await sv.connected("", { videos: 220, seed: 8 });
  if (sv.get("job_owner") === me.user_id) return me;
  const { social_account_id } = me;
  const job_id = await sv.must("create a job", 200, createJob(me, "sync_youtube", { social_account_id }));
  sv.set({ job_id, job_owner: me.user_id });
  return me;
};

/** Polls the job until it has ended, and returns every state seen. */
const untilEnded = async (me: Creator) => {
  const seen: Job[] = [];
  for (let look = 0; look < 300; look++) {
    const { status, body } = await sv.send<Job>(`/functions/v1/job-status?job_id=${sv.get("job_id")}`, {
      as: me,
    });
    seen.push(body);
    if (status === 200 && body.status !== "pending" && body.status !== "processing") return seen;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`Cannot wait any longer for the job: it is ${JSON.stringify(seen.at(-1))}`);
};

/** Creates an event and signs it as Stripe does: the endpoint's secret over timestamp and body. */
const signEvent = (type: string, object: Record<string, unknown>) => {
  const stripe_event_id = `evt_${sv.random()}`;
  const stripe_event = JSON.stringify({
    id: stripe_event_id,
    object: "event",
    api_version: "2026-10-28.endive",
    created: Math.floor(Date.now() / 1000),
    livemode: false,
    type,
    data: { object },
  });
  const time = Math.floor(Date.now() / 1000);
  const hmac = CryptoJS.HmacSHA256(`${time}.${stripe_event}`, sv.get("stripe_webhook_secret"));
  sv.set({ stripe_event, stripe_event_id, stripe_signature: `t=${time},v1=${hmac}` });
};

const expectReceivedEvent = () =>
  pm.test("answers received: true", () => {
    pm.response.to.have.status(200);
    pm.expect(pm.response.json()).to.eql({ received: true });
  });

const STRIPE_WEBHOOK = {
  send: "POST /functions/v1/stripe-webhook",
  as: "nobody",
  needs: "stripe_webhook_secret",
  raw: "{{stripe_event}}",
  headers: { "Stripe-Signature": "{{stripe_signature}}" },
  scope: { signEvent, expectReceivedEvent },
};

export default {
  phase: 7,
  name: "Async Infrastructure",
  about:
    "Queue a sync, watch it work, see that the same job is not created twice, that results are kept, that ten jobs are the limit, and cancel one. Every request makes what it needs by itself (a creator, a connected channel, a job), so each can be run alone.",
  requests: [
    {
      name: "7.1 Create Sync Job (use create_job function)",
      about:
        "Queues a sync. The database wakes job-processor itself; nobody has to call it. `p_job_type` takes a handler (`sync_youtube`) or a category (`platform_sync`).",
      send: "POST /rest/v1/rpc/create_job",
      json: SYNC,
      scope: { createJob },
      before: async () => {
        sv.save("", {});
        sv.set({ job_id: "", job_owner: "" });
        await sv.connected("", { videos: 220, seed: 8 });
      },
      after: async () => {
        const job_id = pm.response.json<string>();
        pm.test("answers 200 with the job's id", () => {
          pm.response.to.have.status(200);
          pm.expect(job_id).to.match(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
        });
        const me = await sv.creator();
        sv.set({ job_id, job_owner: me.user_id });
        const unknown = await createJob(me, "mine_bitcoin", {});
        pm.test("refuses a job type that does not exist", () => {
          pm.expect(unknown.status).to.equal(400);
          pm.expect(unknown.body.code).to.equal("SVG01");
        });
        const own = await createJob(me, "quota_reset", {});
        sv.expect("refuses a job type that is the service's own", own.body.code, (to) => to.equal("SVG02"));
        const foreign = await createJob(await sv.other(), "sync_youtube", {}, { p_user_id: me.user_id });
        sv.expect("refuses a job for somebody else", foreign.body.code, (to) => to.equal("SVG02"));
      },
    },
    {
      name: "7.2 Get Job Status (GET /job-status?job_id=...)",
      about: "Progress and result of one of the caller's own jobs.",
      send: `GET ${JOB}`,
      scope: { createJob, withJob },
      before: () => withJob(),
      answers: 200,
      after: async () => {
        const job = pm.response.json<Job>();
        pm.test("has status, progress_percent, progress_message, result and error", () => {
          pm.expect(job).to.include.all.keys(
            "status",
            "progress_percent",
            "progress_message",
            "result",
            "error",
          );
          pm.expect(job.status).to.be.oneOf(["pending", "processing", "completed"]);
          pm.expect(job).to.include({ job_type: "platform_sync", handler: "sync_youtube" });
        });
        const path = `/functions/v1/job-status?job_id=${sv.get("job_id")}`;
        const hidden = await sv.send(path, { as: await sv.other() });
        sv.expectProblem("hides the job from others", hidden, 404, "not_found");
        sv.expectProblem("refuses a caller without a session", await sv.send(path), 401, "unauthorized");
        const bad = await sv.send("/functions/v1/job-status?job_id=1", { as: await sv.creator() });
        sv.expectProblem("refuses what is no id", bad, 422, "validation_failed");
      },
    },
    {
      name: "7.3 Monitor Job Progress (realtime subscription test)",
      about:
        "Newman speaks no WebSocket: the script reads again what Realtime pushes (table `job_queue`, filter `user_id=eq.<id>`), until the job has ended.",
      send: `GET ${JOB}`,
      scope: { createJob, withJob, untilEnded },
      before: () => withJob(),
      answers: 200,
      after: async () => {
        const me = await sv.creator();
        const seen = await untilEnded(me);
        const last = seen.at(-1);
        pm.test("the sync completes, with its counts", () => {
          pm.expect(last?.status, JSON.stringify(last)).to.equal("completed");
          pm.expect(last?.result.new_items).to.be.above(0);
          pm.expect(last?.progress_percent).to.equal(100);
          pm.expect(last?.progress_message).to.match(/^Synced [\d,]+( of [\d,]+)? videos$/);
        });
        const percents = seen.map(({ progress_percent }) => progress_percent);
        sv.expect("progress never goes back", percents, (to) => to.eql([...percents].sort((a, b) => a - b)));
        const query = `id=eq.${sv.get("job_id")}&select=id,status,progress_percent`;
        const rows = await sv.list("job_queue", query, me);
        sv.expectRows("the row that Realtime publishes is the owner's to read", rows, 1);
        sv.expectRows("and nobody else's", await sv.list("job_queue", query, await sv.other()), 0);
      },
    },
    {
      name: "7.4 Test Job Deduplication (create same job twice)",
      about: "The same user, type and params within five minutes are the same job.",
      send: "POST /rest/v1/rpc/create_job",
      json: SYNC,
      scope: { createJob, withJob },
      before: () => withJob(),
      after: async () => {
        const job_id = sv.get("job_id");
        pm.test("gives the job that is there already", () => {
          pm.response.to.have.status(200);
          pm.expect(pm.response.json()).to.equal(job_id);
        });
        const me = await sv.creator();
        const { social_account_id, user_id: p_user_id } = me;
        const category = await createJob(me, "platform_sync", { social_account_id });
        sv.expect("also by the name of its category", category.body, (to) => to.equal(job_id));
        const json = { p_user_id, p_job_type: "sync_youtube", p_params: { social_account_id } };
        const found = await sv.rpc("find_or_create_job", me, json);
        sv.expect(
          "find_or_create_job says that it is not new",
          found.body[0],
          (to) => to.include({ job_id, is_new: false }),
        );
      },
    },
    {
      name: "7.5 Test Result Caching (get cached result)",
      about: "The result of the same job is kept for an hour.",
      send: "POST /rest/v1/rpc/get_cached_job_result",
      json: SYNC,
      scope: { createJob, withJob, untilEnded },
      before: async () => {
        await untilEnded(await withJob());
      },
      after: async () => {
        pm.test("answers 200 with the result of the completed job", () => {
          pm.response.to.have.status(200);
          const [cached] = pm.response.json();
          pm.expect(cached.job_id).to.equal(sv.get("job_id"));
          pm.expect(cached.result).to.have.property("synced_count");
        });
        const me = await sv.creator();
        const p_params = { social_account_id: sv.random() };
        const json = { p_user_id: me.user_id, p_job_type: "sync_youtube", p_params };
        sv.expectRows("has nothing for other params", await sv.rpc("get_cached_job_result", me, json), 0);
      },
    },
    {
      name: "7.6 Test Rate Limiting (create 11 jobs → should fail)",
      about: "Ten jobs under way are the most that a person may have.",
      send: "POST /rest/v1/rpc/create_job",
      json: { ...SYNC, p_params: { social_account_id: "{{$guid}}" } },
      scope: { createJob, createLateJob, cancelJob },
      before: async () => {
        // Uses a creator of its own, because the ten jobs for tomorrow stay active.
        const me = sv.save("", await sv.newCreator());
        sv.set({ job_id: "", job_owner: "", crowd: "" });
        const crowd = [];
        for (let n = 0; n < 10; n++) crowd.push(await createLateJob(me));
        sv.set({ crowd: crowd.join(",") });
      },
      after: async () => {
        pm.test("refuses the eleventh and says why", () => {
          const { code, message } = pm.response.json();
          pm.expect(pm.response.code).to.equal(400);
          pm.expect(code).to.equal("SVJ01");
          pm.expect(message).to.match(/10 jobs/);
        });
        const me = await sv.creator();
        const [first = "", ...rest] = sv.get("crowd").split(",");
        const gone = await cancelJob(me, first);
        sv.expect("one that ends makes room", gone.body, (to) => to.equal(true));
        const next = await createJob(me, "sync_youtube", { social_account_id: sv.random() });
        sv.expect("and the next is taken", next.status, (to) => to.equal(200));
        for (const id of rest) await cancelJob(me, id);
        sv.save("", {});
      },
    },
    {
      name: "7.7 Cancel Job",
      about: "Ends a job that has not ended; a run that goes on changes nothing from then on.",
      send: "POST /rest/v1/rpc/cancel_job",
      json: { p_job_id: "{{late_job_id}}", p_user_id: "{{user_id}}" },
      scope: { createJob, createLateJob, cancelJob },
      before: async () => {
        const late_job_id = await createLateJob(await sv.creator());
        const foreign = await cancelJob(await sv.other(), late_job_id);
        sv.set({ late_job_id, foreign_cancel: String(foreign.body) });
      },
      after: async () => {
        pm.test("answers true", () => {
          pm.response.to.have.status(200);
          pm.expect(pm.response.json()).to.equal(true);
        });
        sv.expect(
          "did nothing when somebody else asked before",
          sv.get("foreign_cancel"),
          (to) => to.equal("false"),
        );
        const me = await sv.creator();
        const id = sv.get("late_job_id");
        const { body } = await sv.send<Job>(`/functions/v1/job-status?job_id=${id}`, { as: me });
        sv.expect("the job is cancelled", body.status, (to) => to.equal("cancelled"));
        const twice = await cancelJob(me, id);
        sv.expect("a second time there is nothing to cancel", twice.body, (to) => to.equal(false));
      },
    },
    {
      ...STRIPE_WEBHOOK,
      name: "7.8 Simulate Stripe Webhook (POST /stripe-webhook)",
      about:
        "An event, signed with the endpoint's secret over the time and the raw body. Its customer is nobody's here; with the simulated Stripe the script also subscribes a creator on the checkout page and sees the plan follow. Skipped where `stripe_webhook_secret` is empty.",
      before: () => {
        const id = sv.random();
        signEvent("customer.subscription.updated", {
          id: `sub_${id}`,
          object: "subscription",
          customer: `cus_${id}`,
        });
      },
      after: async () => {
        expectReceivedEvent();
        const path = "/functions/v1/stripe-webhook";
        const json = { ...JSON.parse(sv.get("stripe_event")), type: "another.type" };
        const headers = { "Stripe-Signature": sv.get("stripe_signature") };
        const changed = await sv.send(path, { json, headers });
        sv.expectProblem("an event that was changed after it was signed", changed, 400, "bad_request");
        sv.expectProblem("an event without a signature", await sv.send(path, { json }), 400, "bad_request");
        if (!sv.get("simulator_url")) return;
        const payer = await sv.newCreator();
        await sv.subscribed(payer, "premium");
        const query = `user_id=eq.${payer.user_id}&select=subscription_tier(slug,max_social_accounts)`;
        const { body } = await sv.list("subscription", query, payer);
        sv.expect(
          "who paid has the plan and its limits",
          body,
          (to) => to.eql([{ subscription_tier: { slug: "premium", max_social_accounts: 10 } }]),
        );
        const again = await sv.call("create-checkout-session", payer, { tier: "basic" });
        sv.expectProblem("nobody subscribes twice", again, 409, "conflict");
      },
    },
    {
      ...STRIPE_WEBHOOK,
      name: "7.9 Verify Webhook Idempotency (send same event twice)",
      about:
        "Stripe may deliver an event more than once: it is stored by its id, and the second time nothing happens.",
      before: async () => {
        const id = sv.random();
        signEvent("invoice.paid", { id: `in_${id}`, object: "invoice", customer: `cus_${id}` });
        const json = JSON.parse(sv.get("stripe_event"));
        const headers = { "Stripe-Signature": sv.get("stripe_signature") };
        await sv.must("send the event", 200, sv.send("/functions/v1/stripe-webhook", { json, headers }));
      },
      after: async () => {
        expectReceivedEvent();
        const query = `event_id=eq.${sv.get("stripe_event_id")}&select=event_type,livemode`;
        const stored = await sv.list("stripe_webhook_events", query, "service");
        sv.expect(
          "it is stored once",
          stored.body,
          (to) => to.eql([{ event_type: "invoice.paid", livemode: false }]),
        );
        const hidden = await sv.list("stripe_webhook_events", query, await sv.creator());
        sv.expectHidden("and hidden from creators", hidden);
      },
    },
    {
      ...STRIPE_WEBHOOK,
      name: "7.10 Verify Stripe Cache Invalidation",
      about:
        "What is cached of a product is void once Stripe says that the product changed; what is cached of others stays.",
      before: async () => {
        const id = `prod_${sv.random()}`;
        for (const p_key of [`stripe:product:${id}`, `stripe:product:other_${id}`]) {
          const cached = sv.rpc("cache_stripe_data", "service", {
            p_key,
            p_data: { name: "Old" },
            p_ttl: 600,
          });
          const { status } = await cached;
          sv.expect("is cached", status, (to) => to.be.oneOf([200, 204]));
        }
        sv.set({ stripe_product: id });
        signEvent("product.updated", { id, object: "product" });
      },
      after: async () => {
        expectReceivedEvent();
        const look = (p_key: string) => sv.rpc<unknown>("get_cached_stripe_data", "service", { p_key });
        const gone = await look(`stripe:product:${sv.get("stripe_product")}`);
        sv.expect("forgets the product", gone.body, (to) => to.equal(null));
        const kept = await look(`stripe:product:other_${sv.get("stripe_product")}`);
        sv.expect("keeps another", kept.body, (to) => to.eql({ name: "Old" }));
      },
    },
  ],
} satisfies Scenario;
