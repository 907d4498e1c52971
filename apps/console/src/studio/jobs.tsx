import { useEffect, useState } from "react";
import { api, queries, supabase, useUserId } from "../data/client.ts";
import { pageOf, useRows } from "../data/queries.ts";
import { studio as t } from "../texts/studio.ts";
import { useWish } from "../ui/address.ts";
import { A, Badge, Empty, List, Page, Select, Table, Time } from "../ui/parts.tsx";
import { JOB_COLUMNS, JobProgress, type JobRow, JobState, useJobNames } from "./job_state.tsx";

const PAGE = 30;

export default function Jobs() {
  const user = useUserId();
  const [{ status }, change] = useWish();
  const nameOf = useJobNames();
  const list = useRows<JobRow>(["job_queue", "mine", status ?? ""], async (after, signal) => {
    let asked = supabase.from("job_queue").select(JOB_COLUMNS).eq("user_id", user);
    if (status) asked = asked.eq("status", status);
    return await pageOf<JobRow>(asked, "created_at", { after, size: PAGE, signal });
  });
  const state = useLiveJobs(user);
  return (
    <Page
      title={t.jobs.title}
      lede={t.jobs.lede}
      actions={state === "live"
        ? <Badge tone="good">{t.jobs.live}</Badge>
        : <span className="quiet small">{t.jobs.polling}</span>}
    >
      <div className="filters">
        <Select
          label={t.jobs.state}
          value={status ?? ""}
          options={[["", t.jobs.all], ...Object.entries(t.jobs.states)]}
          onChange={({ target }) => change({ status: target.value || undefined })}
        />
      </div>
      <List of={list} rows={({ rows }) => rows} empty={<Empty title={t.jobs.none} why={t.jobs.none_why} />}>
        {(jobs) => (
          <Table
            caption={t.jobs.title}
            rows={jobs}
            keyOf={({ id }) => id}
            columns={[
              {
                name: t.jobs.columns.job,
                cell: ({ id, job_type }) => <A to={`/studio/jobs/${id}`}>{nameOf(job_type)}</A>,
              },
              { name: t.jobs.columns.state, cell: ({ status }) => <JobState status={status} /> },
              { name: t.jobs.columns.progress, cell: (job) => <JobProgress job={job} /> },
              { name: t.jobs.columns.created, cell: ({ created_at }) => <Time at={created_at} relative /> },
            ]}
          />
        )}
      </List>
    </Page>
  );
}

/** Refetches the list when a job changes; the client detects a dead channel itself. */
function useLiveJobs(user: string): string {
  const [state, setState] = useState("connecting");
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const watch = api.watch("job_queue", {
      where: { user_id: user },
      deletes: false,
      onChange: () => {
        clearTimeout(timer);
        timer = setTimeout(() => void queries.invalidateQueries({ queryKey: ["job_queue"] }), 300);
      },
      onState: (next) => setState(next),
    });
    return () => {
      clearTimeout(timer);
      void watch.close();
    };
  }, [user]);
  return state;
}
