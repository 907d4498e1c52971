/** Records deployments in `ops.deployment`. Module 000 creates the table, so in phase 1 the first rows are written after it. */
import type postgres from "postgres";

/** A completed step. */
export interface Step {
  step: string;
  at: string;
  ms: number;
}

export interface Deployment {
  id: string;
  phase: number;
  action: "deploy" | "rollback" | "module down";
  revision: string;
  release: string;
  checksums: Record<string, string>;
  cron_jobs: string[];
  finished_at: Date | null;
}

/** What a run is about to do. */
export type Intent = Pick<Deployment, "phase" | "action" | "revision" | "release" | "checksums">;

/** Returns the deployments, newest first. */
export async function deployments(sql: postgres.Sql): Promise<Deployment[]> {
  const [there] = await sql`select to_regclass('ops.deployment') is not null as yes`;
  if (!there?.yes) return [];
  return await sql<Deployment[]>`
    select id, phase, action, revision, release, checksums, cron_jobs, finished_at from ops.deployment
    order by id desc limit 100`;
}

/** Returns this run's row: that of an interrupted run with the same intent if it is the newest, otherwise a new one. */
export async function beginDeployment(
  sql: postgres.Sql,
  intent: Intent,
): Promise<{ id: string; steps: Step[] }> {
  const { phase, action, revision, release, checksums } = intent;
  const [row] = await sql<{ id: string; steps: Step[] }[]>`
    with newest as (select * from ops.deployment order by id desc limit 1), begun as (
      select id, steps from newest
      where finished_at is null and phase = ${phase} and action = ${action} and revision = ${revision}
        and release = ${release} and checksums = ${sql.json(checksums)}
    ), made as (
      insert into ops.deployment (phase, action, revision, release, checksums)
      select ${phase}, ${action}, ${revision}, ${release}, ${sql.json(checksums)}
      where not exists (select from begun)
      returning id, steps
    )
    select id, steps from begun union all select id, steps from made`;
  if (!row) throw new Error("Cannot record the deploy: no row was made");
  return row;
}

export async function recordStep(sql: postgres.Sql, id: string, step: Step): Promise<void> {
  await sql`update ops.deployment set steps = steps || ${sql.json([{ ...step }])} where id = ${id}`;
}

export async function finishDeployment(sql: postgres.Sql, id: string): Promise<void> {
  await sql`update ops.deployment set finished_at = now(), cron_jobs = ${await cronJobs(
    sql,
  )} where id = ${id}`;
}

/** Returns the names of the cron jobs. */
export async function cronJobs(sql: postgres.Sql): Promise<string[]> {
  const rows = await sql<
    { jobname: string }[]
  >`select jobname from cron.job where jobname is not null order by 1`;
  return rows.map(({ jobname }) => jobname);
}
