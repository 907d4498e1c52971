/** Tests the states of a post when something besides the calls themselves goes wrong: edits, our own storage, a platform that never becomes ready. */
import assert from "node:assert/strict";
import { testStack } from "../../../../scripts/test/stack.ts";
import type { Context } from "../../_shared/context.ts";
import { keepMediaJob } from "../../_shared/publishing/keep_media.ts";
import { PublishingAccount } from "../support/publishing_account.ts";

interface Post {
  post_id: string;
  version: number;
  publish_at: string | null;
  body: string;
  code: string;
  errors: { detail: string }[];
}

const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();

Deno.test("an edit can change the text and the time together, and a scheduled post stays valid", async () => {
  await using own = await PublishingAccount.create("twitter");
  const { creator, social_account_id } = own.account;
  const targets = [{ social_account_id, kind: "text" }];
  const made = await creator.call<Post>("create-post", { body: "First", targets, publish_at: inHours(1) });
  assert.equal(made.status, 200, JSON.stringify(made.body));
  const { post_id } = made.body;
  const edit = (change: Record<string, unknown>) =>
    creator.call<Post>("update-post", { post_id, targets, ...change });
  const at = inHours(5);
  const later = await edit({ body: "Second", publish_at: at });
  assert.deepEqual([later.body.body, Date.parse(later.body.publish_at ?? "")], ["Second", Date.parse(at)]);
  const kept = await edit({ body: "Third" });
  assert.deepEqual([kept.body.body, Date.parse(kept.body.publish_at ?? "")], ["Third", Date.parse(at)]);
  const unfit = await edit({ body: "x".repeat(281) });
  assert.deepEqual([unfit.status, unfit.body.code], [422, "validation_failed"]);
  assert.match(unfit.body.errors[0]?.detail ?? "", /weighs 281/);
  const read = await creator.call<Post>("get-post", undefined, { query: { post_id } });
  assert.deepEqual([read.body.body, read.body.version], ["Third", kept.body.version]);
  // A draft is not validated.
  const draft = await creator.call<Post>("create-post", { body: "x".repeat(281), targets });
  assert.equal(draft.status, 200);
  const [row] = await own.account.sql`
    select count(*)::int as count from pg_proc where proname = 'schedule_post'`;
  assert.equal(row?.count, 1);
  await assert.rejects(
    () =>
      own.account.sql`select public.schedule_post(${creator.id}, ${post_id}, null, ${read.body.version - 1})`,
    /edited in the meantime/,
  );
});

Deno.test("a failure of our storage only delays a post; a missing file is reported to the creator", async () => {
  await using own = await PublishingAccount.create("youtube", { PUBLISH_CHUNK_BYTES: "262144" });
  const { id: medium, sha256 } = await own.medium({ kind: "video", bytes: 300_000 });
  const id = await own.due({ kind: "video", title: `Storage ${crypto.randomUUID()}`, media_ids: [medium] });
  let broken = 1;
  const flaky: Context = {
    ...own.context,
    fetch: (input, init) => {
      const isStorage = String(input instanceof Request ? input.url : input).includes("/storage/v1/");
      return isStorage && broken-- > 0
        ? Promise.resolve(new Response("{}", { status: 507 }))
        : fetch(input, init);
    },
  };
  broken = 100;
  await own.visit(flaky);
  const waiting = await own.target(id);
  assert.deepEqual([waiting.status, waiting.is_sent], ["waiting", false]);
  assert.match(waiting.wait_reason ?? "", /our storage/);
  const history = await own.history(id);
  assert.deepEqual(
    history.map(({ step, status }) => [step, status]),
    [["begin the upload", "confirmed"]],
    "no part was recorded",
  );
  const done = await own.end(id);
  assert.equal(done.status, "published");
  assert.deepEqual((await own.shown()).map(({ media }) => media), [[sha256]]);

  const { id: lost } = await own.medium({ kind: "video", bytes: 300_000 });
  const other = await own.due({ kind: "video", title: "Lost", media_ids: [lost] });
  const { api_url, secret_key } = await testStack();
  await fetch(`${api_url}/storage/v1/object/media`, {
    method: "DELETE",
    headers: { apikey: secret_key, "content-type": "application/json" },
    body: JSON.stringify({ prefixes: [`${own.account.creator.id}/${lost}`] }),
  }).then((response) => response.body?.cancel());
  const failed = await own.end(other);
  assert.deepEqual([failed.status, failed.who_must_act], ["failed", "creator"]);
  assert.match(failed.error_message ?? "", /upload it again/);
});

Deno.test("the attempt number counts calls found to have had no effect, not refusals", async () => {
  await using own = await PublishingAccount.create("twitter");
  const { sql, social_account_id } = own.account;
  const id = await own.due({ kind: "text", body: "Counted" });
  const [begun] = await sql<
    { fence: number }[]
  >`select (public.begin_publishing(${social_account_id}) ->> 'fence')::int as fence`;
  const fence = begun?.fence ?? 0;
  const call = async (outcome: string) => {
    const [armed] = await sql<{ armed: { attempt_id: number; attempt: number } }[]>`
      select public.arm_publishing(${id}, ${fence}, 'post', true) as armed`;
    const { attempt_id, attempt } = armed?.armed ?? { attempt_id: 0, attempt: 0 };
    await sql`select public.send_publishing(${id}, ${fence}, ${attempt_id})`;
    await sql`select public.record_publishing(${id}, ${fence}, ${sql.json({ attempt_id, outcome })})`;
    return attempt;
  };
  assert.deepEqual(
    [
      await call("refused"),
      await call("refused"),
      await call("absent"),
      await call("refused"),
      await call("confirmed"),
    ],
    [1, 1, 1, 2, 2],
  );
});

Deno.test("a post that its platform processes for long lets others pass, and fails in the end", async () => {
  await using own = await PublishingAccount.create("instagram");
  const { sql } = own.account;
  const [one, two] = [await own.medium(), await own.medium()];
  await own.account.arm("GET .*status_code", { status: 200, body: { id: "1", status_code: "IN_PROGRESS" } }, {
    times: 50,
  });
  const slow = await own.due({ kind: "image", body: "Slow", media_ids: [one.id] });
  await own.visit();
  const first = await own.target(slow);
  assert.deepEqual([first.status, first.wait_reason], ["waiting", "Instagram is processing the media"]);
  await own.account.disarm();
  const next = await own.due({ kind: "image", body: "Next", media_ids: [two.id] });
  await own.visit();
  assert.equal((await own.target(next)).status, "scheduled", "the next post waits its turn");
  await sql`update publishing.post_target set processing_since = now() - interval '11 minutes', next_at = now() + interval '1 minute' where id = ${slow}`;
  await own.visit();
  assert.equal((await own.target(next)).status, "published", "the next post no longer waits");
  await own.account.arm("GET .*status_code", { status: 200, body: { id: "1", status_code: "IN_PROGRESS" } }, {
    times: 50,
  });
  await sql`update publishing.post_target set processing_since = now() - interval '7 hours', next_at = now() where id = ${slow}`;
  await own.visit();
  const ended = await own.target(slow);
  assert.deepEqual([ended.status, ended.who_must_act], ["failed", "creator"]);
  assert.match(ended.error_message ?? "", /for more than 6 hours/);
  await own.account.disarm();
});

Deno.test("a sent post that is processed endlessly becomes unknown and is left to its creator", async () => {
  await using own = await PublishingAccount.create("tiktok");
  const { id: medium } = await own.medium({ kind: "video", bytes: 300_000 });
  await own.account.arm("status/fetch", {
    status: 200,
    body: {
      data: { status: "PROCESSING_DOWNLOAD", publicaly_available_post_id: [] },
      error: { code: "ok", message: "", log_id: "1" },
    },
  }, { times: 50 });
  const id = await own.due({ kind: "video", body: "In moderation", media_ids: [medium] });
  await own.visit();
  await own.account.sql`update publishing.post_target set next_at = now() where id = ${id}`;
  await own.visit();
  assert.deepEqual([(await own.target(id)).status, (await own.target(id)).is_sent], ["waiting", true]);
  await own.account
    .sql`update publishing.post_target set processing_since = now() - interval '49 hours', next_at = now() where id = ${id}`;
  await own.visit();
  const ended = await own.target(id);
  assert.deepEqual([ended.status, ended.next_at, ended.who_must_act], ["unknown", null, "creator"]);
  await own.account.disarm();
});

Deno.test("an Instagram container that has expired is created again, before publishing and after a refusal", async () => {
  await using own = await PublishingAccount.create("instagram");
  const { sql } = own.account;
  const { id: medium } = await own.medium();
  await own.account.arm("POST .*/media_publish", { reason: "posts_a_day" });
  const id = await own.due({ kind: "image", body: "A day later", media_ids: [medium] });
  await own.visit();
  assert.equal((await own.target(id)).status, "waiting");
  await own.account.arm("GET .*status_code", { status: 200, body: { id: "1", status_code: "EXPIRED" } });
  await sql`
    update publishing.post_target set next_at = now(), state = state || jsonb_build_object('ready_at', now() - interval '25 hours') where id = ${id}`;
  assert.equal((await own.end(id)).status, "published");
  assert.equal(await own.account.calls("POST .*/media$"), 2);
  assert.equal((await own.shown()).length, 1);

  await own.account.arm("POST .*/media_publish", {
    status: 400,
    body: {
      error: {
        message: "expired",
        type: "OAuthException",
        code: 24,
        error_subcode: 2207008,
        fbtrace_id: "x",
      },
    },
  });
  const again = await own.due({
    kind: "image",
    body: "Refused as too old",
    media_ids: [(await own.medium()).id],
  });
  assert.equal((await own.end(again)).status, "published");
  assert.equal((await own.shown()).length, 2);
});

Deno.test("media that have expired at X are uploaded again, once", async () => {
  await using own = await PublishingAccount.create("twitter");
  const { sql } = own.account;
  await own.account.arm("POST /api.x.com/2/tweets", {
    status: 402,
    body: { title: "CreditsDepleted", status: 402, detail: "x", type: "about:blank" },
  });
  const { id: medium, sha256 } = await own.medium();
  const id = await own.due({ kind: "image", body: `Old media ${crypto.randomUUID()}`, media_ids: [medium] });
  await own.visit();
  assert.equal((await own.target(id)).status, "waiting");
  await sql`
    update publishing.post_target
    set next_at = now(), state = jsonb_set(state, '{uploads,0,begun_at}', to_jsonb(now() - interval '25 hours')) where id = ${id}`;
  assert.equal((await own.end(id)).status, "published");
  assert.equal(await own.account.calls("POST .*/initialize"), 2);
  assert.deepEqual((await own.shown()).map(({ media }) => media), [[sha256]]);
});

Deno.test("the files of an erased creator are deleted from storage", async () => {
  await using own = await PublishingAccount.create("instagram");
  const { sql, creator } = own.account;
  const [one, two] = [await own.medium(), await own.medium()];
  const { api_url, secret_key } = await testStack();
  const isThere = async (id: string) => {
    const response = await fetch(`${api_url}/storage/v1/object/sign/media/${creator.id}/${id}`, {
      method: "POST",
      headers: { apikey: secret_key, "content-type": "application/json" },
      body: JSON.stringify({ expiresIn: 60 }),
    });
    const { signedURL } = await response.json();
    const read = signedURL ? await fetch(`${api_url}/storage/v1${signedURL}`) : null;
    await read?.body?.cancel();
    return read?.ok ?? false;
  };
  assert.deepEqual([await isThere(one.id), await isThere(two.id)], [true, true]);
  await sql`delete from publishing.media where id = ${one.id}`;
  const doomed = () =>
    sql<
      { path: string; why: string }[]
    >`select path, why from publishing.doomed_file where path like ${`${creator.id}/%`} order by path`;
  assert.deepEqual((await doomed()).map(({ path }) => path), [`${creator.id}/${one.id}`]);
  const [erased] = await sql<{ count: number }[]>`select ops.erase_media(${creator.id}) as count`;
  assert.equal(erased?.count, 1);
  await sql`delete from auth.users where id = ${creator.id}`;
  assert.deepEqual((await doomed()).map(({ why }) => why), ["erased", "erased"]);
  const signal = new AbortController().signal;
  await keepMediaJob({
    context: { ...own.context, signal },
    deadline: new Date(Date.now() + 30_000),
    progress: () => Promise.resolve(),
    log: () => Promise.resolve(),
    job: {} as never,
  });
  assert.equal((await doomed()).length, 0);
  assert.deepEqual([await isThere(one.id), await isThere(two.id)], [false, false]);
});
