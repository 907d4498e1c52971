/** Helpers for the tests of the job queue. */
import assert from "node:assert/strict";
import type { TestContext } from "./context.ts";

/** Adds a handler for one test, so that neither the stack's workers nor other tests claim its jobs. */
export async function addHandler(world: TestContext, limit?: number): Promise<string> {
  const name = `test_${crypto.randomUUID().slice(0, 8)}`;
  await world.query(
    `insert into ops.job_handler (name, job_type, max_concurrency) values ('${name}', 'platform_sync', ${
      limit ?? "null"
    })`,
  );
  return name;
}

/** Creates a job of the owner; `more` are further arguments of create_job. */
export async function create(
  world: TestContext,
  handler: string,
  params: unknown = {},
  more = "",
): Promise<string> {
  return await service(
    world,
    `create_job('${world.people.owner}', '${handler}', '${JSON.stringify(params)}'${more})`,
  );
}

export interface Claimed extends Record<string, unknown> {
  job_id: string;
  fence: string;
  attempt: number;
}

export function claim(world: TestContext, handler: string, max = 10, worker = "w1"): Promise<Claimed[]> {
  return world.perform<Claimed>(
    "service",
    `select * from public.finish_and_claim_jobs('${worker}', '{}', '{}', '[]', ${max}, 60, array['${handler}'])`,
  );
}

/** Creates a job that worker `w1` has just claimed. */
export async function begun(world: TestContext): Promise<{ handler: string; id: string; claimed: Claimed }> {
  const handler = await addHandler(world);
  const id = await create(world, handler);
  const [claimed] = await claim(world, handler);
  assert.ok(claimed);
  return { handler, id, claimed };
}

/** Calls a function as the service; returns its result. */
export function service<Value>(world: TestContext, call: string): Promise<Value> {
  return world.value<Value>(`select public.${call}`, "service");
}

export async function job(world: TestContext, id: string) {
  const [row] = await world.query(`select *, status::text from public.job_queue where id = '${id}'`);
  assert.ok(row);
  return row;
}

/** Changes the ready job, the row that workers see. */
export const setReady = (world: TestContext, id: string, change: string) =>
  world.query(`update ops.job_ready set ${change} where job_id = '${id}'`);

/** Lets the lease of the job's worker expire. */
export const lapse = (world: TestContext, id: string) =>
  setReady(world, id, "leased_until = now() - interval '1 second'");
