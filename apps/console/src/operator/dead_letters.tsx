import { api } from "../data/client.ts";
import { useAction } from "../data/queries.ts";
import { operator as t } from "../texts/operator.ts";
import { useWish } from "../ui/address.ts";
import { useAsk } from "../ui/ask.tsx";
import * as format from "../ui/format.ts";
import { say } from "../ui/notices.tsx";
import { A, Badge, Button, Page, Problem, Section, Time } from "../ui/parts.tsx";
import { type DeadLetterKind, filterOf, useList } from "./data.ts";
import { AccountLink, accountOf, ErrorText, PersonLink, Rows, upTo } from "./parts.tsx";

const TOUCHES = ["admin_list_dead_letters", "admin_list_jobs", "admin_overview", "admin_list_job_types"];
/** How many jobs one call settles at most, and how many calls run before the operator must confirm again. */
const A_CALL = 1_000;
const MOST_CALLS = 50;

export default function DeadLetters() {
  const [wish] = useWish();
  const filter = filterOf(wish, ["handler", "error_code", "user_id"]);
  const list = useList("admin_list_dead_letters", filter);
  const first = list.data?.pages[0];
  const isFiltered = Object.keys(filter).length > 0;
  const cancel = useAction((id: string) => api.rpc("admin_cancel_jobs", { p_job_ids: [id] }), {
    touches: TOUCHES,
    onDone: () => say(t.undone),
  });
  const retry = useAction((id: string) => api.rpc("retry_dead_letters", { p_job_ids: [id] }), {
    touches: TOUCHES,
    onDone: (count, id) => count ? say(t.job.retried, () => cancel.mutate(id)) : say(t.job.not_retried),
  });
  const error = retry.error ?? cancel.error;
  return (
    <Page
      title={t.dead.title}
      lede={t.dead.lede}
      actions={first && <Badge>{t.dead.total(upTo(first.total, first.total_stops_at))}</Badge>}
    >
      {first && first.groups.length > 0 && (
        <Section
          title={t.dead.groups}
          lede={first.total > first.groups_of_latest
            ? t.dead.groups_of(format.number(first.groups_of_latest))
            : undefined}
        >
          <ul className="stack plain-list">
            {first.groups.map((group) => <Kind key={`${group.handler} ${group.error_code}`} group={group} />)}
          </ul>
        </Section>
      )}
      <Section title={t.dead.list}>
        {error && <Problem error={error} />}
        {isFiltered && (
          <p className="row">
            {Object.entries(filter).map(([name, value]) => (
              <Badge key={name} tone="info">{`${name}: ${value}`}</Badge>
            ))}
            <A to="/operator/dead-letters">{t.clear}</A>
          </p>
        )}
        <Rows
          of={list}
          title={t.dead.list}
          isFiltered={isFiltered}
          none={t.dead.none}
          why={t.dead.none_why}
          keyOf={({ id }) => id}
          columns={[
            {
              name: t.dead.columns.job,
              cell: ({ id, handler }) => <A to={`/operator/jobs/${id}`}>{handler}</A>,
            },
            {
              name: t.dead.columns.error,
              cell: ({ error_code, error_message }) => (
                <ErrorText
                  code={error_code}
                  message={error_message}
                />
              ),
            },
            {
              name: t.dead.columns.account,
              cell: ({ params }) => <AccountLink id={accountOf(params)} />,
            },
            {
              name: t.dead.columns.person,
              cell: ({ user_id, user_name }) => <PersonLink id={user_id} name={user_name} />,
            },
            {
              name: t.dead.columns.failed,
              cell: ({ failed_at }) => <Time at={failed_at} relative />,
            },
            {
              name: t.dead.columns.act,
              quiet: true,
              cell: ({ id }) => (
                <Button
                  className="small"
                  busy={retry.isPending && retry.variables === id}
                  onClick={() => retry.mutate(id)}
                >
                  {t.job.retry}
                </Button>
              ),
            },
          ]}
        />
      </Section>
    </Page>
  );
}

/** All dead letters of one kind with one error, which are settled together. */
function Kind(
  { group: { handler, error_code, error_message, letters, latest_at } }: { group: DeadLetterKind },
) {
  const [ask, question] = useAsk();
  const settle = useAction(async (decision: "retry" | "discard", options) => {
    let settled = 0;
    for (let call = 0; call < MOST_CALLS; call++) {
      const count = Number(
        await api.rpc("admin_settle_dead_letters", {
          p_decision: decision,
          p_handler: handler,
          ...(error_code ? { p_error_code: error_code } : {}),
          p_limit: A_CALL,
        }, options),
      );
      settled += count;
      if (count < A_CALL) break;
    }
    return settled;
  }, {
    touches: TOUCHES,
    onDone: (count, decision) => say(decision === "retry" ? t.dead.retried(count) : t.dead.discarded(count)),
  });
  const decide = async (decision: "retry" | "discard") => {
    const [title, text, action] = decision === "retry"
      ? [t.dead.retry_title, t.dead.retry_text, t.dead.retry_all] as const
      : [t.dead.discard_title, t.dead.discard_text, t.dead.discard_all] as const;
    const about = {
      title: title(format.number(letters), handler),
      text: <p>{text}</p>,
      action,
      isDanger: decision === "discard",
    };
    if (await ask(about)) settle.mutate(decision);
  };
  return (
    <li className="card">
      <div className="row between">
        <div>
          <h3>{`${format.number(letters)} × ${handler}`}</h3>
          <ErrorText code={error_code} message={error_message} />
          <p className="quiet small">
            {t.dead.latest} <Time at={latest_at} relative />
          </p>
        </div>
        <div className="actions">
          <A
            to="/operator/dead-letters"
            search={{ handler, error_code: error_code ?? undefined }}
          >
            {t.dead.only}
          </A>
          <Button busy={settle.isPending} onClick={() => decide("retry")}>{t.dead.retry_all}</Button>
          <Button kind="danger" busy={settle.isPending} onClick={() => decide("discard")}>
            {t.dead.discard_all}
          </Button>
        </div>
      </div>
      {settle.error && <Problem error={settle.error} />}
      {question}
    </li>
  );
}
