/** Users with a role, and dead letters for them to settle. */
import { createCreator, type Creator, testDatabase } from "../../../scripts/test/stack.ts";
import { publicCreator } from "../../../supabase/functions/tests/support/public_creator.ts";

export async function staff(role: "admin" | "moderator"): Promise<Creator> {
  const person = await createCreator();
  const sql = await testDatabase();
  try {
    await sql`insert into public.user_role (user_id, role) values (${person.id}, ${role}) on conflict do nothing`;
    return person;
  } finally {
    await sql.end();
  }
}

export interface Broken extends AsyncDisposable {
  handler: string;
  words: string;
  creator: Creator;
  newest: string;
}

/** Creates dead letters of one creator, of a paused kind so that retried jobs stay in the queue. */
export async function brokenJobs(count: number): Promise<Broken> {
  const { creator } = await publicCreator(1);
  const sql = await testDatabase();
  const run = crypto.randomUUID().slice(0, 8);
  const [handler, words] = [`test_${run}`, `The channel of ${run} does not answer`];
  await sql`insert into ops.job_handler (name, job_type, paused_at) values (${handler}, 'platform_sync', now())`;
  const [account] = await sql`select id from public.social_account where user_id = ${creator.id}`;
  const made = await sql<{ id: string }[]>`
    insert into public.job_queue (user_id, job_type, handler, status, params, error_code, error_message, attempts, max_attempts, started_at, finished_at, dedupe_hash)
    select ${creator.id}, 'platform_sync', ${handler}, 'failed', ${
    sql.json({ social_account_id: account?.id })
  }, 'provider_unavailable', ${words}, 3, 3, now(), now(), hashtextextended(${words}, n)
    from generate_series(1, ${count}::integer) as n returning id`;
  const ids = made.map(({ id }) => id);
  await sql`insert into ops.job_dead_letter (job_id, handler, error_code, failed_at)
    select id, ${handler}, 'provider_unavailable', now() + n * interval '1 millisecond' from unnest(${ids}::uuid[]) with ordinality as job (id, n)`;
  await sql`select ops.evaluate_alerts()`;
  return {
    handler,
    words,
    creator,
    newest: ids.at(-1) ?? "",
    async [Symbol.asyncDispose]() {
      await sql`delete from public.job_queue where handler = ${handler}`;
      await sql`delete from ops.job_handler where name = ${handler}`;
      await sql.end();
    },
  };
}

/** Returns the actions of these users from the audit log, in order. */
export async function audited(...people: Creator[]): Promise<string[]> {
  const sql = await testDatabase();
  try {
    const told = await sql<{ action: string }[]>`
      select action from public.audit_log where actor_id in ${sql(people.map(({ id }) => id))} order by id`;
    return told.map(({ action }) => action);
  } finally {
    await sql.end();
  }
}
