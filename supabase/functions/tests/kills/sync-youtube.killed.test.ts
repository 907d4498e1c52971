/**
 * Kills the whole stack with SIGKILL while a creator syncs: at every page boundary and at twenty moments drawn from a seed.
 * Runs on its own stack, which is started again after each kill.
 */
import assert from "node:assert/strict";
import { type Stack, startStack } from "../../../../scripts/local/stack.ts";
import { StackInfo, testDatabase, useStack } from "../../../../scripts/test/stack.ts";
import { ConnectedAccount } from "../support/connected_account.ts";

const VIDEOS = 60;
const PAGE = 10;
const PAGES = VIDEOS / PAGE;
const MOMENTS = 20;
const SETTINGS = { SYNC_LEASE_SECONDS: "1", RATE_LIMIT_USER: "1000000/3600" };

/** When to kill: after a number of answers, or after a number of milliseconds. */
type Moment = { answers: number } | { ms: number };

class KillableStack {
  /** Connected accounts without synced items, one per trial. */
  readonly accounts: ConnectedAccount[] = [];

  private constructor(private readonly home: string, public stack: Stack) {}

  static async start(): Promise<KillableStack> {
    const home = await Deno.makeTempDir({ prefix: "streamvibe-killed-" });
    const killable = new KillableStack(home, await boot(home));
    // Created before the first kill, so that a trial covers only its sync.
    for (let trial = 0; trial < 1 + PAGES + MOMENTS; trial++) {
      const account = await ConnectedAccount.create("youtube", { items: VIDEOS });
      await account.sql.end();
      killable.accounts.push(account);
    }
    return killable;
  }

  async restart(): Promise<void> {
    this.stack = await boot(this.home);
  }

  async end(): Promise<void> {
    useStack(null);
    await this.stack.stop();
    await Deno.remove(this.home, { recursive: true });
  }
}

async function boot(home: string): Promise<Stack> {
  const stack = await startStack({ home, env: SETTINGS });
  useStack(StackInfo.parse(stack.info));
  return stack;
}

interface Trial {
  account: ConnectedAccount;
  sync_id: string | undefined;
  done: boolean;
}

/** Syncs until the end, or until the stack is down. */
async function syncUntilGone(trial: Trial, answered: (count: number) => Promise<void>): Promise<void> {
  for (let count = 1; !trial.done; count++) {
    const answer = await trial.account.syncOnce({ max_results: PAGE, sync_id: trial.sync_id }).catch(() =>
      null
    );
    if (answer?.status !== 200) return;
    trial.sync_id = answer.body.sync_id;
    trial.done = !answer.body.has_more;
    await answered(count);
  }
}

/** Continues as a patient client would after a crash: waits while the lease of the dead call lasts. */
async function goOn(trial: Trial): Promise<void> {
  for (const deadline = Date.now() + 30_000; !trial.done;) {
    assert.ok(Date.now() < deadline, "the sync run does not end");
    const { status, body, headers } = await trial.account.syncOnce({
      max_results: PAGE,
      sync_id: trial.sync_id,
    });
    if (status === 409) {
      assert.equal(body.code, "sync_in_progress");
      const wait = Math.min(200, Number(headers.get("retry-after")) * 1_000);
      await new Promise((resolve) => setTimeout(resolve, wait));
    } else if (status === 404) {
      // The last response was lost: the sync run is complete.
      trial.done = true;
    } else {
      assert.equal(status, 200, JSON.stringify(body));
      trial.sync_id = body.sync_id;
      trial.done = !body.has_more;
    }
  }
}

/** Syncs one channel, kills the stack at the moment, starts it again, and syncs to the end. */
async function run(
  killable: KillableStack,
  moment: Moment,
): Promise<{ duration_ms: number; was_cut: boolean }> {
  const account = killable.accounts.pop();
  assert.ok(account);
  const trial: Trial = { account, sync_id: undefined, done: false };
  const started = performance.now();
  let killed: Promise<void> | undefined;
  const timer = "ms" in moment ? setTimeout(() => killed = killable.stack.kill9(), moment.ms) : undefined;
  if ("answers" in moment && moment.answers === 0) killed = killable.stack.kill9();
  let answered = 0;
  await syncUntilGone(trial, async (count) => {
    answered = count;
    if ("answers" in moment && count === moment.answers) await (killed = killable.stack.kill9());
  });
  clearTimeout(timer);
  const duration_ms = performance.now() - started;
  const was_cut = !trial.done;
  await (killed ?? killable.stack.kill9());
  await killable.restart();

  await using own = account.with(await testDatabase({ max: 1 }));
  const kept = (await own.library()).length;
  // A page is durable when the next step begins, so a crash loses at most the last page.
  const least = Math.max(0, answered - (trial.done ? 0 : 1)) * PAGE;
  assert.ok(kept >= least, `only ${kept} items were kept of ${answered} pages that were answered`);
  // The first page was written and its response lost: only in this case the client does not know which sync run to continue.
  const isOrphan = trial.sync_id === undefined && kept > 0;
  await goOn(trial);
  await own.assertSameLibrary();
  const cost = await own.syncsUsed();
  assert.ok(cost === 1 || (isOrphan && cost === 2), `the sync run cost ${cost} units`);
  return { duration_ms, was_cut };
}

/** Random numbers from 0 to 1, the same in every run (mulberry32). */
function* seeded(seed: number): Generator<number, never> {
  for (let state = seed;;) {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    yield ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }
}

Deno.test("a killed sync resumes where it stopped: nothing missed, nothing twice, one unit per sync run", async (test) => {
  const killable = await KillableStack.start();
  try {
    let pass_ms = 0;
    await test.step("killed after the sync run is complete", async () => {
      pass_ms = (await run(killable, { answers: PAGES })).duration_ms;
    });
    for (let answers = 0; answers < PAGES; answers++) {
      await test.step(`killed after ${answers} of ${PAGES} pages`, async () => {
        pass_ms = Math.max(pass_ms, (await run(killable, { answers })).duration_ms);
      });
    }
    const random = seeded(20_261_120);
    let cut = 0;
    for (let trial = 1; trial <= MOMENTS; trial++) {
      const share = random.next().value;
      await test.step(`killed at random moment ${trial}, ${Math.round(share * 100)} % into a sync run`, async () => {
        if ((await run(killable, { ms: share * pass_ms })).was_cut) cut += 1;
      });
    }
    assert.ok(cut >= MOMENTS / 4, `only ${cut} of ${MOMENTS} kills interrupted a running sync`);
  } finally {
    await killable.end();
  }
});
