import { api } from "../data/client.ts";
import { useAction } from "../data/queries.ts";
import { JobState } from "../studio/job_state.tsx";
import { operator as t } from "../texts/operator.ts";
import { useParam } from "../ui/address.ts";
import { useAsk } from "../ui/ask.tsx";
import { say } from "../ui/notices.tsx";
import { A, Button, Card, Empty, Page, Problem, Query, Section, Time } from "../ui/parts.tsx";
import { type JobDetail, useJob } from "./data.ts";
import { AccountLink, accountOf, Facts, PersonLink, Raw } from "./parts.tsx";

const OPEN = ["pending", "processing"];

export default function JobPage() {
  const id = useParam("id");
  const job = useJob(id);
  return (
    <Page
      title={job.data ? `${t.job.title}: ${job.data.handler}` : t.job.title}
      lede={job.data && <JobState status={job.data.status} />}
      actions={job.data && <Decide job={job.data} />}
    >
      <Query of={job}>{(job) => <Detail job={job} />}</Query>
    </Page>
  );
}

function Decide({ job: { id, status, is_dead_letter } }: { job: JobDetail }) {
  const [ask, question] = useAsk();
  const touches = ["admin_get_job", "admin_list_dead_letters", "admin_list_jobs", "admin_overview"];
  const cancel = useAction(() => api.rpc("admin_cancel_jobs", { p_job_ids: [id] }), {
    touches,
    onDone: (count) => say(t.jobs.cancelled(Number(count))),
  });
  const retry = useAction(() => api.rpc("retry_dead_letters", { p_job_ids: [id] }), {
    touches,
    onDone: (count) => count ? say(t.job.retried, () => cancel.mutate()) : say(t.job.not_retried),
  });
  const discard = useAction(() => api.rpc("discard_dead_letters", { p_job_ids: [id] }), {
    touches,
    onDone: (count) => say(count ? t.job.discarded : t.job.not_retried),
  });
  const error = cancel.error ?? retry.error ?? discard.error;
  const ifSure = async (title: string, text: string, action: string, act: () => void) => {
    if (await ask({ title, text: <p>{text}</p>, action, isDanger: true })) act();
  };
  return (
    <>
      {error && <Problem error={error} />}
      {is_dead_letter && (
        <>
          <Button kind="primary" busy={retry.isPending} onClick={() => retry.mutate()}>{t.job.retry}</Button>
          <Button
            kind="danger"
            busy={discard.isPending}
            onClick={() =>
              ifSure(t.job.discard_title, t.job.discard_text, t.job.discard, () => discard.mutate())}
          >
            {t.job.discard}
          </Button>
        </>
      )}
      {OPEN.includes(status) && (
        <Button
          kind="danger"
          busy={cancel.isPending}
          onClick={() => ifSure(t.job.cancel_title, t.job.cancel_text, t.job.cancel, () => cancel.mutate())}
        >
          {t.job.cancel}
        </Button>
      )}
      {question}
    </>
  );
}

function Detail({ job }: { job: JobDetail }) {
  const account = accountOf(job.params);
  return (
    <>
      {job.error_code && (
        <Section
          title={t.job.error}
          actions={
            <A to="/operator/jobs" search={{ status: "failed", error_code: job.error_code }}>
              {t.job.same_error}
            </A>
          }
        >
          <Card>
            <p>
              <code>{job.error_code}</code> {job.error_message}
            </p>
          </Card>
        </Section>
      )}
      <Facts
        of={[
          [t.job.owner, <PersonLink key="" id={job.user_id} name={job.user_name} />],
          [t.job.account, <AccountLink key="" id={account} />],
          [t.kind, `${job.handler}, ${t.attempts(job.attempts, job.max_attempts)}`],
          [t.job.created, <Time key="" at={job.created_at} />],
          [t.job.started, <Time key="" at={job.started_at} />],
          [t.job.finished, <Time key="" at={job.finished_at} />],
          ...job.ready?.run_at ? [[t.job.next, <Time key="" at={job.ready.run_at} />] as const] : [],
          ...job.ready?.leased_until
            ? [[t.job.lease, <Time key="" at={job.ready.leased_until} />] as const]
            : [],
          ...job.worker_id ? [[t.job.worker, <code key="">{job.worker_id}</code>] as const] : [],
          ...job.request_id
            ? [
              [
                t.job.request,
                <A key="" to="/operator/jobs" search={{ request_id: job.request_id }}>{job.request_id}</A>,
              ] as const,
            ]
            : [],
        ]}
      />
      {job.user_id && (
        <p>
          <A to="/operator/jobs" search={{ user_id: job.user_id }}>{t.job.others}</A>
        </p>
      )}
      <div className="halves">
        <Section title={t.job.params}>
          <Raw value={job.params} />
        </Section>
        {job.result !== null && (
          <Section title={t.job.result}>
            <Raw value={job.result} />
          </Section>
        )}
      </div>
      <Section title={t.job.logs}>
        {job.logs.length === 0
          ? <Empty title={t.job.logs_none} why={t.job.logs_none_why} />
          : (
            <ol className="log">
              {job.logs.map(({ level, message, details, created_at }, at) => (
                <li key={at} className={level}>
                  <Time at={created_at} style="clock" /> <span>{level}</span> <span>{message}</span>
                  {Object.keys(details).length > 0 && (
                    <span className="quiet small">{` ${JSON.stringify(details)}`}</span>
                  )}
                </li>
              ))}
            </ol>
          )}
      </Section>
    </>
  );
}
