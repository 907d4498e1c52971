import assert from "node:assert/strict";
import { createClient } from "@supabase/supabase-js";
import { until } from "../../../scripts/test/realtime.ts";
import { createCreator, type Creator, testDatabase, testStack } from "../../../scripts/test/stack.ts";
import { ConnectedAccount } from "../../../supabase/functions/tests/support/connected_account.ts";
import { publicCreator } from "../../../supabase/functions/tests/support/public_creator.ts";
import { createStreamVibe, isProblem, type RetryOptions, StreamVibeError } from "../src/index.ts";

interface Sent {
  url: string;
  key: string | null;
}

/** Creates a client whose calls go to the stack through `network`, which may respond itself. */
async function through(
  creator: Creator,
  network: (sent: Sent, attempt: number, go: () => Promise<Response>) => Response | Promise<Response>,
  retry?: RetryOptions,
) {
  const stack = await testStack();
  const calls: Sent[] = [];
  const supabase = createClient(stack.api_url, stack.publishable_key, {
    auth: { persistSession: false, autoRefreshToken: false },
    accessToken: () => Promise.resolve(creator.token),
    global: {
      fetch: (input, init) => {
        const sent = { url: String(input), key: new Headers(init?.headers).get("idempotency-key") };
        calls.push(sent);
        return Promise.resolve(network(sent, calls.length, () => fetch(input, init)));
      },
    },
  });
  return { calls, streamvibe: createStreamVibe(supabase, { retry }) };
}

const refusal = (status: number, code: string, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify({ type: "about:blank", title: code, status, code, request_id: "r1" }), {
    status,
    headers: { "content-type": "application/problem+json", ...headers },
  });

Deno.test("the client waits as long as Retry-After says and retries; a wait beyond the limit is thrown with its duration", async () => {
  const creator = await createCreator();
  const started = performance.now();
  const short = await through(
    creator,
    (_, attempt, go) => attempt === 1 ? refusal(429, "rate_limited", { "retry-after": "1" }) : go(),
  );
  const costs = await short.streamvibe.call("get-ai-costs", {});
  assert.equal(costs.total_cents, 0);
  assert.equal(short.calls.length, 2);
  assert.ok(performance.now() - started >= 1_000);

  const long = await through(creator, () => refusal(429, "rate_limited", { "retry-after": "3600" }));
  await assert.rejects(long.streamvibe.call("get-ai-costs", {}), (error) => {
    assert.ok(isProblem(error, "rate_limited"));
    assert.equal(error.retry_after_ms, 3_600_000);
    assert.equal(error.request_id, "r1");
    return true;
  });
  assert.equal(long.calls.length, 1);
});

Deno.test("a request whose response was lost is repeated with the same key, and the work is done once", async () => {
  await using own = await ConnectedAccount.create("youtube", { items: 4 });
  const lost = await through(own.creator, async (_, attempt, go) => {
    const response = await go();
    if (attempt > 1) return response;
    await response.body?.cancel();
    throw new TypeError("connection reset");
  });
  const steps = [];
  for await (const step of lost.streamvibe.sync({ id: own.social_account_id, platform: "youtube" })) {
    steps.push(step);
  }
  assert.deepEqual(steps.map(({ done, new_items }) => ({ done, new_items })), [{ done: true, new_items: 4 }]);
  assert.equal(lost.calls.length, 2);
  assert.ok(lost.calls[0]?.key);
  assert.equal(lost.calls[0]?.key, lost.calls[1]?.key);
  assert.equal(await own.syncsUsed(), 1);
});

Deno.test("a POST without a key and an error that a retry cannot fix are not retried", async () => {
  const creator = await createCreator();
  const down = await through(creator, () => {
    throw new TypeError("connection refused");
  });
  await assert.rejects(
    down.streamvibe.call("oauth-youtube-init", {}),
    (error) => isProblem(error, "unreachable"),
  );
  assert.equal(down.calls.length, 1);
  const wrong = await through(creator, (_, __, go) => go());
  await assert.rejects(wrong.streamvibe.call("job-status", { job_id: "no-id" }), (error) => {
    assert.ok(isProblem(error, "validation_failed"));
    assert.equal(error.errors[0]?.pointer, "/job_id");
    return true;
  });
  assert.equal(wrong.calls.length, 1);
});

Deno.test("a sync runs all its steps, reports its progress, and resumes where it was interrupted", async () => {
  await using own = await ConnectedAccount.create("youtube", { items: 9 });
  const streamvibe = createStreamVibe(own.creator.client);
  let left: string | undefined;
  for await (const step of streamvibe.sync(own.social_account_id, { pageSize: 4 })) {
    left = step.sync_id;
    assert.equal(step.done, false);
    break;
  }
  const seen: number[] = [];
  let new_items = 0;
  for await (const step of streamvibe.sync(own.social_account_id, { pageSize: 4, syncId: left })) {
    assert.equal(step.sync_id, left);
    seen.push(step.items_seen);
    new_items = step.new_items;
  }
  assert.deepEqual(seen.at(-1), 9);
  assert.equal(new_items, 5, "only items from the steps of this loop are counted");
  assert.equal(await own.syncsUsed(), 1);
  await own.assertSameLibrary();
  await assert.rejects(
    async () => {
      for await (const _ of streamvibe.sync(crypto.randomUUID())) assert.fail("there is no such account");
    },
    (error) => isProblem(error, "not_found"),
  );
});

Deno.test("an aborted call throws its signal's reason, even while it waits to retry", async () => {
  const creator = await createCreator();
  const reason = new Error("the user went away");
  const controller = new AbortController();
  const waiting = await through(creator, () => {
    setTimeout(() => controller.abort(reason), 50);
    return refusal(503, "unavailable", { "retry-after": "20" });
  });
  const started = performance.now();
  await assert.rejects(
    waiting.streamvibe.call("get-ai-costs", {}, { signal: controller.signal }),
    (error) => error === reason,
  );
  assert.ok(performance.now() - started < 10_000);
  await assert.rejects(
    waiting.streamvibe.call("get-ai-costs", {}, { signal: AbortSignal.abort(reason) }),
    (error) => error === reason,
  );
  assert.equal(waiting.calls.length, 1);
});

Deno.test("an error raised by the database becomes a StreamVibeError with a code", async () => {
  const { client } = await createCreator();
  const streamvibe = createStreamVibe(client);
  await assert.rejects(streamvibe.jobs.create("no_such_job", {}), (error) => {
    assert.ok(error instanceof StreamVibeError);
    assert.equal(error.code, "bad_request");
    return true;
  });
});

Deno.test("a job is watched to its end without Realtime; other users cannot read it", async () => {
  await using own = await ConnectedAccount.create("youtube", { items: 3 });
  const other = await createCreator();
  const streamvibe = createStreamVibe(own.creator.client);
  const id = await streamvibe.jobs.create("sync_youtube", { social_account_id: own.social_account_id });
  const seen: string[] = [];
  for await (const { status } of streamvibe.jobs.watch(id, { realtime: false, pollMs: 200 })) {
    seen.push(status);
  }
  assert.equal(seen.at(-1), "completed");
  assert.equal((await streamvibe.jobs.wait(id)).result !== null, true);
  assert.deepEqual((await streamvibe.jobs.list()).map((job) => job.id), [id]);
  assert.ok((await streamvibe.jobs.logs(id)).every(({ id }) => typeof id === "string"));
  assert.equal(await streamvibe.jobs.cancel(id), false, "a completed job cannot be cancelled");
  await assert.rejects(createStreamVibe(other.client).jobs.get(id), (error) => isProblem(error, "not_found"));
  await own.creator.client.removeAllChannels();
});

Deno.test("Realtime reports each change of a watched job at once, without polling, and no changes of another user's job", async () => {
  const [own, other] = await Promise.all([createCreator(), createCreator()]);
  const sql = await testDatabase();
  const make = async (user: string) => {
    const [row] = await sql<{ id: string }[]>`
      insert into public.job_queue (user_id, job_type, handler, dedupe_hash, max_attempts)
      values (${user}, 'platform_sync', 'no_such_handler', 0, 1) returning id`;
    return row?.id ?? "";
  };
  const [id, foreign] = await Promise.all([make(own.id), make(other.id)]);
  const { streamvibe, calls } = await through(own, (_, __, go) => go());
  const asked = () => calls.filter(({ url }) => url.includes("/functions/v1/job-status")).length;
  try {
    const seen: number[] = [];
    // Without Realtime, the first change would be seen only after ten minutes.
    for await (const { progress_percent } of streamvibe.jobs.watch(id, { pollMs: 600_000 })) {
      seen.push(progress_percent);
      if (seen.length === 1) {
        await until("it listens", () => streamvibe.supabase.getChannels()[0]?.state === "joined");
      }
      await sql`update public.job_queue set progress_percent = 99 where id = ${foreign}`;
      if (seen.length < 4) {
        await sql`update public.job_queue set progress_percent = ${seen.length} where id = ${id}`;
      } else {
        await sql`update public.job_queue set status = 'cancelled', finished_at = now() where id = ${id}`;
      }
    }
    assert.deepEqual(seen, [0, 1, 2, 3, 3]);
    // One request per change, plus some when the watch starts or restarts listening.
    assert.ok(asked() <= 10, `asked ${asked()} times`);
    assert.equal(streamvibe.supabase.getChannels().length, 0, "the job's channel is closed");
  } finally {
    await streamvibe.supabase.removeAllChannels();
    await sql`delete from auth.users where id in (${own.id}, ${other.id})`;
    await sql.end();
  }
});

Deno.test("a list yields the items of all its pages, each once", async () => {
  const { slug, ids, creator } = await publicCreator(5);
  const counted = await through(creator, (_, __, go) => go());
  const seen: string[] = [];
  for await (const { id } of counted.streamvibe.items("search-content", { q: `#shared-${slug}`, limit: 2 })) {
    seen.push(id);
  }
  assert.deepEqual(seen.sort(), [...ids].sort());
  assert.ok(counted.calls.length >= 3);
});
