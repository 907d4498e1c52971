import { useState } from "react";
import { api } from "../data/client.ts";
import { useAction } from "../data/queries.ts";
import { JobProgress, type JobRow, JobState } from "../studio/job_state.tsx";
import { operator as t } from "../texts/operator.ts";
import { studio } from "../texts/studio.ts";
import { useAsk } from "../ui/ask.tsx";
import { say } from "../ui/notices.tsx";
import { useWish } from "../ui/address.ts";
import { A, Button, Check, Page, Problem, Time } from "../ui/parts.tsx";
import { filterOf, type OneJob, useList } from "./data.ts";
import { Choice, entries, ErrorText, PersonLink, Rows, Typed } from "./parts.tsx";

const OPEN = ["pending", "processing"];

export default function Jobs() {
  const [wish] = useWish();
  const filter = filterOf(wish, [
    "status",
    "handler",
    "job_type",
    "user_id",
    "error_code",
    "request_id",
    "before",
  ]);
  const list = useList("admin_list_jobs", filter);
  const [chosen, setChosen] = useState<string[]>([]);
  const [ask, question] = useAsk();
  const cancel = useAction((ids: string[]) => api.rpc("admin_cancel_jobs", { p_job_ids: ids }), {
    touches: ["admin_list_jobs", "admin_overview"],
    onDone: (count) => {
      setChosen([]);
      say(t.jobs.cancelled(Number(count)));
    },
  });
  return (
    <Page title={t.jobs.title} lede={t.jobs.lede}>
      <div className="filters">
        <Choice name="status" label={t.jobs.state} options={entries(studio.jobs.states)} />
        <Typed name="handler" label={t.jobs.handler} />
        <Typed name="error_code" label={t.jobs.error} />
        <Typed name="user_id" label={t.jobs.person} />
        <Typed name="request_id" label={t.jobs.request} />
      </div>
      {cancel.error && <Problem error={cancel.error} />}
      {chosen.length > 0 && (
        <div className="actions">
          <Button
            kind="danger"
            busy={cancel.isPending}
            onClick={async () => {
              const yes = await ask({
                title: t.jobs.cancel_title,
                text: <p>{t.jobs.cancel_text}</p>,
                action: t.jobs.cancel(chosen.length),
                isDanger: true,
              });
              if (yes) cancel.mutate(chosen);
            }}
          >
            {t.jobs.cancel(chosen.length)}
          </Button>
        </div>
      )}
      <Rows
        of={list}
        title={t.jobs.title}
        isFiltered={Object.keys(filter).length > 0}
        none={t.jobs.none}
        why={t.jobs.none_why}
        keyOf={({ id }) => id}
        columns={[
          {
            name: t.jobs.columns.select,
            quiet: true,
            cell: ({ id, handler, status }) =>
              OPEN.includes(status) && (
                <Check
                  label={<span className="sr">{t.jobs.select_one(`${handler} ${id}`)}</span>}
                  checked={chosen.includes(id)}
                  onChange={({ target }) =>
                    setChosen(target.checked ? [...chosen, id] : chosen.filter((one) => one !== id))}
                />
              ),
          },
          {
            name: t.jobs.columns.job,
            cell: ({ id, handler }) => <A to={`/operator/jobs/${id}`}>{handler}</A>,
          },
          { name: t.jobs.columns.state, cell: ({ status }) => <JobState status={status} /> },
          { name: t.jobs.columns.error, cell: (job) => <Word job={job} /> },
          {
            name: t.jobs.columns.person,
            cell: ({ user_id, user_name }) => <PersonLink id={user_id} name={user_name} />,
          },
          {
            name: t.jobs.columns.created,
            cell: ({ created_at }) => <Time at={created_at} relative />,
          },
        ]}
      />
      {question}
    </Page>
  );
}

function Word({ job }: { job: OneJob }) {
  if (job.error_code && job.status !== "processing") {
    return <ErrorText code={job.error_code} message={job.error_message} />;
  }
  return <JobProgress job={job as unknown as JobRow} />;
}
