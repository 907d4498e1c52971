import { operator as t } from "../texts/operator.ts";
import { useWish } from "../ui/address.ts";
import * as format from "../ui/format.ts";
import { A, Badge, Empty, Page, Section, Table, Time, type Tone } from "../ui/parts.tsx";
import { type CronJob, filterOf, useList } from "./data.ts";
import { Choice, entries, Rows } from "./parts.tsx";

const STATES: Record<string, Tone> = { succeeded: "good", failed: "bad" };

export default function Cron() {
  const [wish] = useWish();
  const filter = filterOf(wish, ["job", "status"]);
  const list = useList("admin_list_cron_runs", filter, { limit: 30 });
  const jobs = list.data?.pages[0]?.jobs;
  return (
    <Page title={t.cron.title} lede={t.cron.lede}>
      {jobs && (
        <Section title={t.cron.jobs}>
          {jobs.length === 0 ? <Empty title={t.cron.none} why={t.cron.none_why} /> : <Jobs jobs={jobs} />}
        </Section>
      )}
      <Section
        title={filter.job ? t.cron.only(filter.job) : t.cron.runs}
        actions={filter.job && <A to="/operator/cron">{t.clear}</A>}
      >
        <div className="filters">
          <Choice name="status" label={t.cron.state} options={entries(t.cron.states)} />
        </div>
        <Rows
          of={list}
          title={t.cron.runs}
          isFiltered={Object.keys(filter).length > 0}
          none={t.cron.runs_none}
          why={t.cron.runs_none_why}
          keyOf={({ id }) => String(id)}
          columns={[
            { name: t.cron.columns.job, cell: ({ job }) => job },
            {
              name: t.cron.columns.state,
              cell: ({ status }) => (
                <Badge tone={STATES[status] ?? "info"}>{t.cron.states[status] ?? status}</Badge>
              ),
            },
            { name: t.cron.columns.message, cell: ({ message }) => message ?? "" },
            {
              name: t.cron.columns.took,
              numeric: true,
              cell: ({ started_at, ended_at }) =>
                started_at && ended_at
                  ? format.seconds((Date.parse(ended_at) - Date.parse(started_at)) / 1000)
                  : "–",
            },
            {
              name: t.cron.columns.last,
              cell: ({ started_at }) => <Time at={started_at} relative />,
            },
          ]}
        />
      </Section>
    </Page>
  );
}

const Jobs = ({ jobs }: { jobs: CronJob[] }) => (
  <Table
    caption={t.cron.jobs}
    rows={jobs}
    keyOf={({ job }) => job}
    columns={[
      { name: t.cron.columns.job, cell: ({ job }) => <A to="/operator/cron" search={{ job }}>{job}</A> },
      { name: t.cron.columns.schedule, cell: ({ schedule }) => <code>{schedule}</code> },
      {
        name: t.cron.columns.state,
        cell: ({ is_active, failures, last_status }) =>
          !is_active
            ? <Badge>{t.cron.off}</Badge>
            : failures > 0
            ? <Badge tone="bad">{t.cron.failed(failures)}</Badge>
            : last_status === null
            ? <Badge tone="warn">{t.cron.never}</Badge>
            : <Badge tone="good">{t.cron.states[last_status] ?? last_status}</Badge>,
      },
      { name: t.cron.columns.last, cell: ({ last_started_at }) => <Time at={last_started_at} relative /> },
      { name: t.cron.columns.ok, cell: ({ last_ok_at }) => <Time at={last_ok_at} relative /> },
      {
        name: t.cron.columns.message,
        cell: ({ failures, last_message }) =>
          failures > 0 && <span className="field-error small">{last_message}</span>,
      },
    ]}
  />
);
