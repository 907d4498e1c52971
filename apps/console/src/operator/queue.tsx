import { api } from "../data/client.ts";
import { useAction } from "../data/queries.ts";
import { operator as t } from "../texts/operator.ts";
import { useAsk } from "../ui/ask.tsx";
import * as format from "../ui/format.ts";
import { say } from "../ui/notices.tsx";
import { A, Badge, Button, Empty, Num, Page, Problem, Query, Table } from "../ui/parts.tsx";
import { type JobType, useJobTypes } from "./data.ts";
import { lasting, upTo } from "./parts.tsx";

const TOUCHES = ["admin_list_job_types", "admin_overview"];

export default function Queue() {
  const types = useJobTypes();
  const [ask, question] = useAsk();
  const resume = useAction((name: string) => api.rpc("resume_job_type", { p_job_type: name }), {
    touches: TOUCHES,
    onDone: (_, name) => say(t.queue.resumed_done(name), () => pause.mutate(name)),
  });
  const pause = useAction((name: string) => api.rpc("pause_job_type", { p_job_type: name }), {
    touches: TOUCHES,
    onDone: (_, name) => say(t.queue.paused_done(name), () => resume.mutate(name)),
  });
  const error = pause.error ?? resume.error;
  const onPause = async (name: string) => {
    const about = {
      title: t.queue.pause_title(name),
      text: <p>{t.queue.pause_text}</p>,
      action: t.queue.pause,
    };
    if (await ask(about)) pause.mutate(name);
  };
  return (
    <Page title={t.queue.title} lede={t.queue.lede}>
      {error && <Problem error={error} />}
      <Query
        of={types}
        empty={({ items }) => items.length === 0 && <Empty title={t.queue.none} why={t.queue.none_why} />}
      >
        {({ items, is_exact, latest }) => (
          <>
            {!is_exact && <p>{t.queue.not_exact}</p>}
            <Table
              caption={t.queue.title}
              rows={[...items].sort((a, b) => weight(b) - weight(a))}
              keyOf={({ handler }) => handler}
              columns={[
                {
                  name: t.queue.columns.kind,
                  cell: ({ handler, paused_at }) => (
                    <>
                      <A to="/operator/jobs" search={{ handler }}>{handler}</A>{" "}
                      {paused_at && <Badge tone="warn">{t.queue.paused}</Badge>}
                    </>
                  ),
                },
                {
                  name: t.queue.columns.ready,
                  numeric: true,
                  cell: ({ ready, oldest_seconds }) => (
                    <>
                      <Num value={ready} />
                      {oldest_seconds !== null && (
                        <span className="quiet small">{` ${t.queue.oldest(lasting(oldest_seconds))}`}</span>
                      )}
                    </>
                  ),
                },
                {
                  name: t.queue.columns.running,
                  numeric: true,
                  cell: ({ running, stuck }) => (
                    <>
                      <Num value={running} />{" "}
                      {stuck > 0 && <Badge tone="bad">{t.queue.stuck(format.number(stuck))}</Badge>}
                    </>
                  ),
                },
                {
                  name: t.queue.columns.waiting,
                  numeric: true,
                  cell: ({ waiting }) => <Num value={waiting} />,
                },
                { name: t.queue.columns.hour, cell: (type) => <LastHour type={type} /> },
                { name: t.queue.columns.duration, cell: (type) => <Takes type={type} /> },
                {
                  name: t.queue.columns.dead,
                  numeric: true,
                  cell: ({ handler, dead_letters }) =>
                    dead_letters > 0
                      ? <A to="/operator/dead-letters" search={{ handler }}>{upTo(dead_letters, 10_001)}</A>
                      : <Num value={0} />,
                },
                {
                  name: t.queue.columns.act,
                  quiet: true,
                  cell: ({ handler, paused_at }) => (
                    <Button
                      className="small"
                      aria-label={`${paused_at ? t.queue.resume : t.queue.pause} ${handler}`}
                      busy={[pause, resume].some((act) => act.isPending && act.variables === handler)}
                      onClick={() => paused_at ? resume.mutate(handler) : void onPause(handler)}
                    >
                      {paused_at ? t.queue.resume : t.queue.pause}
                    </Button>
                  ),
                },
              ]}
            />
            <p className="quiet small">{t.queue.latest(format.number(latest))}</p>
          </>
        )}
      </Query>
      {question}
    </Page>
  );
}

/** Sorts kinds that need attention first. */
const weight = ({ dead_letters, stuck, ready, running, paused_at }: JobType) =>
  (paused_at ? 1e9 : 0) + stuck * 1e6 + dead_letters * 1e4 + ready * 10 + running;

function LastHour({ type: { completed_last_hour, failed_last_hour } }: { type: JobType }) {
  if (completed_last_hour === null || failed_last_hour === null) return <Num value={null} />;
  if (completed_last_hour + failed_last_hour === 0) return <span className="quiet">{t.queue.quiet}</span>;
  return (
    <>
      {t.queue.done(format.number(completed_last_hour))}{" "}
      {failed_last_hour > 0 && <Badge tone="warn">{t.queue.failed(format.number(failed_last_hour))}</Badge>}
    </>
  );
}

function Takes({ type: { timed, half_seconds, most_seconds } }: { type: JobType }) {
  if (half_seconds === null || most_seconds === null) return <span className="quiet">–</span>;
  return (
    <span title={t.queue.duration_why(timed)}>
      {t.queue.duration(format.seconds(half_seconds), format.seconds(most_seconds))}
    </span>
  );
}
