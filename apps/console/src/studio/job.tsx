import type { Job } from "@streamvibe/client";
import { useEffect, useState } from "react";
import { api, problemOf } from "../data/client.ts";
import { useAction, useRead } from "../data/queries.ts";
import { studio as t } from "../texts/studio.ts";
import { useParam } from "../ui/address.ts";
import { say } from "../ui/notices.tsx";
import { Button, Card, Empty, Loading, Page, Problem, Progress, Query, Section, Time } from "../ui/parts.tsx";
import { JobState, useJobNames } from "./job_state.tsx";

const OPEN = ["pending", "processing"];

export default function JobPage() {
  const id = useParam("id");
  const nameOf = useJobNames();
  const [job, setJob] = useState<Job>();
  const [error, setError] = useState<Error>();
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const left = new AbortController();
    setError(undefined);
    (async () => {
      for await (const state of api.jobs.watch(id, { signal: left.signal })) setJob(state);
    })().catch((thrown) => left.signal.aborted || setError(problemOf(thrown)));
    return () => left.abort();
  }, [id, turn]);
  const isOpen = job !== undefined && OPEN.includes(job.status);
  const logs = useRead(["job_log", id], (signal) => api.jobs.logs(id, { signal }), {
    every: isOpen ? 2_000 : false,
  });
  useEffect(() => void logs.refetch(), [job?.status, job?.progress_percent]);
  const cancel = useAction(() => api.jobs.cancel(id), {
    touches: ["job_queue"],
    onDone: (was) => say(was ? t.jobs.cancelled : t.jobs.too_late),
  });
  if (!job) return error ? <Problem error={error} retry={() => setTurn(turn + 1)} /> : <Loading />;
  return (
    <Page
      title={nameOf(job.job_type)}
      lede={<JobState status={job.status} />}
      actions={isOpen && (
        <Button kind="danger" busy={cancel.isPending} onClick={() => cancel.mutate()}>{t.jobs.cancel}</Button>
      )}
    >
      {error && <Problem error={error} retry={() => setTurn(turn + 1)} />}
      {cancel.error && <Problem error={cancel.error} />}
      <Card>
        <div role="status">
          <Progress label={nameOf(job.job_type)} value={job.progress_percent} text={job.progress_message} />
        </div>
        <dl className="facts">
          <div>
            <dt>{t.jobs.columns.created}</dt>
            <dd>
              <Time at={job.created_at} />
            </dd>
          </div>
          {job.finished_at && (
            <div>
              <dt>{t.jobs.states.completed}</dt>
              <dd>
                <Time at={job.finished_at} />
              </dd>
            </div>
          )}
          <div>
            <dt>{t.jobs.handler}</dt>
            <dd>{job.handler}, {t.jobs.attempts(job.attempts, job.max_attempts)}</dd>
          </div>
        </dl>
      </Card>
      {job.error && (
        <Section title={t.jobs.error}>
          <Card>
            <p>
              <code>{job.error.code}</code> {job.error.message}
            </p>
          </Card>
        </Section>
      )}
      {job.result !== null && job.result !== undefined && (
        <Section title={t.jobs.result}>
          <pre className="code">{JSON.stringify(job.result, null, 2)}</pre>
        </Section>
      )}
      <Section title={t.jobs.logs}>
        <Query of={logs} empty={(lines) => lines.length === 0 && <Empty title={t.jobs.logs_none} why="" />}>
          {(lines) => (
            <Card>
              <ol className="log">
                {lines.map(({ id, level, message, created_at }) => (
                  <li key={id} className={level}>
                    <Time at={created_at} style="clock" /> <span>{level}</span> <span>{message}</span>
                  </li>
                ))}
              </ol>
            </Card>
          )}
        </Query>
      </Section>
    </Page>
  );
}
