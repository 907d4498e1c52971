/** Tests jobs end to end: created over the Data API, run by a job-processor that was triggered automatically, watched by job-status. */
import assert from "node:assert/strict";
import {
  callFunction,
  createCreator,
  type Creator,
  testDatabase,
  testStack,
} from "../../../../scripts/test/stack.ts";
import { HANDLERS } from "../../_shared/jobs/registry.ts";
import { ConnectedAccount } from "../support/connected_account.ts";
import { eventually } from "../support/eventually.ts";

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

/** Polls until the job meets the condition; returns the last status, followed by all statuses seen. */
async function watch(
  creator: Creator,
  job_id: string,
  isDone: (status: Status) => boolean,
): Promise<[Status, ...Status[]]> {
  const seen: Status[] = [];
  const last = await eventually(async () => {
    const status = await statusOf(creator, job_id);
    seen.push(status);
    return isDone(status) && status;
  }, "the job gets there");
  return [last, ...seen];
}

const ended = ({ status }: Status) => !["pending", "processing"].includes(status);

const connected = (items: number) => ConnectedAccount.create("youtube", { items });

Deno.test("a sync job reports its progress, syncs the whole library and uses one unit", async () => {
  await using own = await connected(420);
  const { creator, social_account_id } = own;
  // The last page is delayed, so that polling sees the progress of the pages before.
  await own.arm("playlistItems", { delay_ms: 2_000 }, { skip: 8 });
  const job = await createJob(creator, "platform_sync", { social_account_id });
  const [last, ...seen] = await watch(creator, job, ended);
  assert.equal(last.status, "completed", JSON.stringify(last));
  assert.equal(last.handler, "sync_youtube", "the job type and the account select the platform's handler");
  assert.equal(last.result?.new_items, 420);
  assert.equal(last.progress_percent, 100);
  assert.equal(last.progress_message, "Synced 420 of 420 videos");
  assert.ok(
    seen.some(({ status, progress_percent }) =>
      status === "processing" && progress_percent > 0 && progress_percent < 100
    ),
    "progress is visible while the job runs",
  );
  assert.equal(await own.syncsUsed(), 1);
  await own.assertSameLibrary();

  const again = await createJob(creator, "sync_youtube", { social_account_id });
  assert.equal(again, job, "an equal job within five minutes is not created again");
  const other = await createCreator();
  const foreign = await other.call("job-status", undefined, { method: "GET", query: { job_id: job } });
  assert.equal(foreign.status, 404);
});

Deno.test("a sync with a transient error is retried and continues from its checkpoint", async () => {
  await using own = await connected(260);
  const { creator, social_account_id } = own;
  // Every attempt of the HTTP client for the third page fails; the next run finds the platform healthy.
  await own.arm("playlistItems", { status: 503 }, { times: 4, skip: 2 });
  const job = await createJob(creator, "sync_youtube", { social_account_id });
  await watch(
    creator,
    job,
    // Another worker may be awake and may have begun the second attempt.
    ({ attempts, status, error }) => attempts > 1 || (status === "pending" && error !== null),
  );
  await own.sql`update ops.job_ready set run_at = now() where job_id = ${job}`;
  const processed = await callFunction("job-processor", { as: "secret", body: {} });
  assert.equal(processed.status, 200, JSON.stringify(processed.body));
  const [last] = await watch(creator, job, ended);
  assert.equal(last.status, "completed", JSON.stringify(last));
  assert.equal(last.attempts, 2);
  assert.equal(last.result?.new_items, 260, "the counts of both attempts are added up");
  assert.equal(await own.syncsUsed(), 1, "the unit of the failed attempt is returned");
  await own.assertSameLibrary();
  const logs = await creator.client.rpc("get_job_logs", { p_job_id: job, p_user_id: creator.id });
  assert.equal(logs.data?.length, 1);
  assert.equal(logs.data?.[0].level, "warning");
});

Deno.test("a sync without quota fails once with its reason, and does not become a dead letter", async () => {
  await using own = await connected(3);
  const { creator, social_account_id } = own;
  await own.sql`update public.subscription set syncs_used = 500 where user_id = ${creator.id}`;
  const job = await createJob(creator, "sync_youtube", { social_account_id });
  const [last] = await watch(creator, job, ended);
  assert.deepEqual([last.status, last.error?.code, last.attempts], ["failed", "quota_exceeded", 1]);
  const letters = await own.sql`select from ops.job_dead_letter where job_id = ${job}`;
  assert.equal(letters.length, 0);
});

Deno.test("a cancelled sync stops, and the items it has synced stay", async () => {
  await using own = await connected(2_000);
  const { creator, social_account_id } = own;
  const job = await createJob(creator, "sync_youtube", { social_account_id });
  await watch(
    creator,
    job,
    ({ status, progress_percent }) => status === "processing" && progress_percent > 0,
  );
  const cancelled = await creator.client.rpc("cancel_job", { p_job_id: job, p_user_id: creator.id });
  assert.equal(cancelled.data, true, JSON.stringify(cancelled.error));
  const [last] = await watch(creator, job, ended);
  assert.equal(last.status, "cancelled");
  // The run notices the cancellation at its next call about the job; after that, nothing is added.
  let before = -1;
  const count = await eventually(async () => {
    const now = (await own.library()).length;
    if (now === before) return now;
    before = now;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }, "nothing is added any more");
  assert.ok(count < 2_000, `expected a part of the library, got ${count}`);
  assert.equal((await statusOf(creator, job)).status, "cancelled");
});

Deno.test("quota_reset and token_refresh can be created by the service only, and complete", async () => {
  const { api_url, secret_key } = await testStack();
  const creator = await createCreator();
  for (const type of ["quota_reset", "token_refresh"]) {
    const refused = await creator.client.rpc("create_job", { p_user_id: creator.id, p_job_type: type });
    assert.match(String(refused.error?.message), /Only the service/);
    const made = await fetch(`${api_url}/rest/v1/rpc/create_job`, {
      method: "POST",
      headers: { apikey: secret_key, "content-type": "application/json" },
      body: JSON.stringify({ p_user_id: null, p_job_type: type, p_params: { run: crypto.randomUUID() } }),
    });
    const job = await made.json();
    assert.equal(made.status, 200, JSON.stringify(job));
    const sql = await testDatabase({ max: 1 });
    try {
      await eventually(async () => {
        const [row] = await sql`select status, result, error_message from public.job_queue where id = ${job}`;
        assert.notEqual(row?.status, "failed", `${type}: ${JSON.stringify(row)}`);
        return row?.status === "completed";
      }, `${type} is done`);
    } finally {
      await sql.end();
    }
  }
});

Deno.test("handlers in the database and in the code match, except for the benchmark's", async () => {
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

Deno.test("metrics show the queue depth, the oldest job, the dead letters and the run durations of handlers", async () => {
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
