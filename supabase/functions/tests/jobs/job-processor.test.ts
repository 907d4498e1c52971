/** Jobs end to end: created over the Data API, done by job-processor that nobody called by hand, watched by job-status. */
import assert from "node:assert/strict";
import {
  callFunction,
  createCreator,
  type Creator,
  testDatabase,
  testStack,
} from "../../../../scripts/test/stack.ts";
import { HANDLERS } from "../../_shared/jobs/registry.ts";
import {
  arm,
  assertSameLibrary,
  connectChannel,
  createChannel,
  setPlan,
  syncsUsed,
} from "../support/channels.ts";

interface Status {
  status: string;
  progress_percent: number;
  progress_message: string | null;
  result: Record<string, number> | null;
  error: { code: string | null; message: string } | null;
  attempts: number;
  [member: string]: unknown;
}

async function createJob(creator: Creator, type: string, params: unknown): Promise<string> {
  const { data, error } = await creator.client.rpc("create_job", {
    p_user_id: creator.id,
    p_job_type: type,
    p_params: params,
  });
  assert.equal(error, null, JSON.stringify(error));
  return String(data);
}

async function statusOf(creator: Creator, job_id: string): Promise<Status> {
  const { status, body } = await creator.call<Status>("job-status", undefined, {
    method: "GET",
    query: { job_id },
  });
  assert.equal(status, 200, JSON.stringify(body));
  return body;
}

/** Watches until the job is as wished; what was seen on the way is given too. */
async function watch(
  creator: Creator,
  job_id: string,
  isDone: (status: Status) => boolean,
  seconds = 60,
): Promise<Status[]> {
  const seen: Status[] = [];
  const end = Date.now() + seconds * 1_000;
  for (;;) {
    const status = await statusOf(creator, job_id);
    seen.push(status);
    if (isDone(status)) return seen;
    assert.ok(Date.now() < end, `the job did not get there in ${seconds} s: ${JSON.stringify(status)}`);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

const ended = ({ status }: Status) => !["pending", "processing"].includes(status);

Deno.test("a sync job is taken at once, tells how far it is, and leaves the library right and one unit charged", async () => {
  const sql = await testDatabase();
  try {
    const creator = await createCreator();
    const channel = await createChannel({ videos: 420 });
    const account = await connectChannel(creator, channel);
    const job = await createJob(creator, "platform_sync", { social_account_id: account });
    const seen = await watch(creator, job, ended);
    const last = seen.at(-1) as Status;
    assert.equal(last.status, "completed", JSON.stringify(last));
    assert.equal(last.handler, "sync_youtube", "the category found the platform");
    assert.equal(last.result?.new_items, 420);
    assert.equal(last.progress_percent, 100);
    assert.equal(last.progress_message, "Synced 420 of 420 videos");
    assert.ok(
      seen.some(({ status, progress_percent }) =>
        status === "processing" && progress_percent > 0 && progress_percent < 100
      ),
      "progress was to be seen on the way",
    );
    assert.equal(await syncsUsed(sql, creator.id), 1);
    await assertSameLibrary(sql, account, channel);

    const again = await createJob(creator, "sync_youtube", { social_account_id: account });
    assert.equal(again, job, "the same job within five minutes is the same job");
    const other = await createCreator();
    const foreign = await other.call("job-status", undefined, { method: "GET", query: { job_id: job } });
    assert.equal(foreign.status, 404);
  } finally {
    await sql.end();
  }
});

Deno.test("a sync that meets a transient error is tried again and goes on from its checkpoint", async () => {
  const sql = await testDatabase();
  try {
    const creator = await createCreator();
    const channel = await createChannel({ videos: 260 });
    const account = await connectChannel(creator, channel);
    // Every attempt of the HTTP client at the third page fails; the next run finds the platform well.
    await arm(channel, "playlistItems", { status: 503 }, { times: 4, skip: 2 });
    const job = await createJob(creator, "sync_youtube", { social_account_id: account });
    await watch(
      creator,
      job,
      ({ attempts, status, error }) => attempts === 1 && status === "pending" && error !== null,
    );
    await sql`update ops.job_ready set run_at = now() where job_id = ${job}`;
    const processed = await callFunction("job-processor", { as: "secret", body: {} });
    assert.equal(processed.status, 200, JSON.stringify(processed.body));
    const [last] = (await watch(creator, job, ended)).slice(-1) as [Status];
    assert.equal(last.status, "completed", JSON.stringify(last));
    assert.equal(last.attempts, 2);
    assert.equal(last.result?.new_items, 260, "counts of both runs together");
    assert.equal(await syncsUsed(sql, creator.id), 1, "the unit of the failed run was returned");
    await assertSameLibrary(sql, account, channel);
    const logs = await creator.client.rpc("get_job_logs", { p_job_id: job, p_user_id: creator.id });
    assert.equal(logs.data?.length, 1);
    assert.equal(logs.data?.[0].level, "warning");
  } finally {
    await sql.end();
  }
});

Deno.test("a sync without quota fails once, says why, and is no dead letter", async () => {
  const sql = await testDatabase();
  try {
    const creator = await createCreator();
    const account = await connectChannel(creator, await createChannel({ videos: 3 }));
    await sql`update public.subscription set syncs_used = 10 where user_id = ${creator.id}`;
    const job = await createJob(creator, "sync_youtube", { social_account_id: account });
    const [last] = (await watch(creator, job, ended)).slice(-1) as [Status];
    assert.equal(last.status, "failed");
    assert.equal(last.error?.code, "quota_exceeded");
    assert.equal(last.attempts, 1);
    const letters = await sql`select from ops.job_dead_letter where job_id = ${job}`;
    assert.equal(letters.length, 0);
  } finally {
    await sql.end();
  }
});

Deno.test("a cancelled sync stops within its lease, and what it has brought stays", async () => {
  const sql = await testDatabase();
  try {
    const creator = await createCreator();
    await setPlan(sql, creator.id, "basic");
    const channel = await createChannel({ videos: 2_000 });
    const account = await connectChannel(creator, channel);
    const job = await createJob(creator, "sync_youtube", { social_account_id: account });
    await watch(
      creator,
      job,
      ({ status, progress_percent }) => status === "processing" && progress_percent > 0,
    );
    const cancelled = await creator.client.rpc("cancel_job", { p_job_id: job, p_user_id: creator.id });
    assert.equal(cancelled.data, true, JSON.stringify(cancelled.error));
    const [last] = (await watch(creator, job, ended)).slice(-1) as [Status];
    assert.equal(last.status, "cancelled");
    // The run notices with its next word about the job; from then on nothing is added.
    const count = async () =>
      Number(
        (await sql`select count(*) from public.content_item where social_account_id = ${account}`)[0]?.count,
      );
    let before = -1;
    let now = await count();
    for (let look = 0; look < 100 && before !== now; look++) {
      before = now;
      await new Promise((resolve) => setTimeout(resolve, 300));
      now = await count();
    }
    assert.ok(now > 0 && now < 2_000, `expected a part of the library, got ${now}`);
    assert.equal((await statusOf(creator, job)).status, "cancelled");
  } finally {
    await sql.end();
  }
});

Deno.test("quota_reset and token_refresh are the service's own, and run", async () => {
  const { api_url, secret_key } = await testStack();
  const creator = await createCreator();
  for (const type of ["quota_reset", "token_refresh"]) {
    const refused = await creator.client.rpc("create_job", { p_user_id: creator.id, p_job_type: type });
    assert.match(String(refused.error?.message), /service's own/);
    const made = await fetch(`${api_url}/rest/v1/rpc/create_job`, {
      method: "POST",
      headers: { apikey: secret_key, "content-type": "application/json" },
      body: JSON.stringify({ p_user_id: null, p_job_type: type, p_params: { run: crypto.randomUUID() } }),
    });
    const job = await made.json();
    assert.equal(made.status, 200, JSON.stringify(job));
    const sql = await testDatabase({ max: 1 });
    try {
      for (let look = 0;; look++) {
        const [row] = await sql`select status, result, error_message from public.job_queue where id = ${job}`;
        if (row?.status === "completed") break;
        assert.ok(look < 200 && row?.status !== "failed", `${type}: ${JSON.stringify(row)}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    } finally {
      await sql.end();
    }
  }
});

Deno.test("every handler of the database has code, and all code but the benchmarks' has a handler", async () => {
  const sql = await testDatabase({ max: 1 });
  try {
    const rows = await sql<{ name: string }[]>`
      select name from ops.job_handler where name not like 'test\\_%' order by name`;
    const { no_op: _, ...coded } = HANDLERS;
    assert.deepEqual(rows.map(({ name }) => name), Object.keys(coded).toSorted());
  } finally {
    await sql.end();
  }
});

Deno.test("metrics show the depth, the age, the dead letters and the runs of each handler", async () => {
  const { body } = await callFunction<{ text: string }>("metrics", { as: "secret", method: "GET" });
  assert.match(
    body.text,
    /streamvibe_jobs\{handler="sync_youtube",job_type="platform_sync",state="ready"\} \d+/,
  );
  assert.match(body.text, /streamvibe_job_oldest_seconds\{handler="sync_youtube"/);
  assert.match(body.text, /streamvibe_job_dead_letters\{/);
  assert.match(
    body.text,
    /streamvibe_job_duration_seconds_bucket\{handler="[a-z_]+",outcome="[a-z]+",le="\+Inf"\} \d+/,
  );
});
