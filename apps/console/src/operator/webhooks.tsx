import { api } from "../data/client.ts";
import { useAction } from "../data/queries.ts";
import { operator as t } from "../texts/operator.ts";
import { useWish } from "../ui/address.ts";
import { useAsk } from "../ui/ask.tsx";
import { say } from "../ui/notices.tsx";
import {
  Badge,
  Button,
  Figure,
  Figures,
  Page,
  Problem,
  Section,
  Table,
  Time,
  type Tone,
} from "../ui/parts.tsx";
import { type FailingEndpoint, filterOf, useList, type Webhook } from "./data.ts";
import { Choice, ErrorText, PersonLink, Rows, upTo } from "./parts.tsx";

const STATES: Record<string, Tone> = {
  pending: "info",
  waiting: "info",
  processed: "good",
  completed: "good",
  failed: "bad",
};
const IN_STATES = ["pending", "failed", "processed"].map((state) =>
  [state, t.webhooks.states[state] ?? state] as const
);

export default function Webhooks() {
  const [wish] = useWish();
  const isOut = wish.direction === "out";
  const filter = {
    ...filterOf(wish, isOut ? ["user_id"] : ["status"]),
    direction: isOut ? "out" : "in",
  };
  const list = useList("admin_list_webhooks", filter);
  const first = list.data?.pages[0];
  return (
    <Page title={t.webhooks.title} lede={t.webhooks.lede}>
      {first && (
        <>
          <Figures>
            <Figure name={t.webhooks.waiting_in}>{upTo(first.waiting_in, first.stops_at)}</Figure>
            <Figure name={t.webhooks.waiting_out}>{upTo(first.waiting_out, first.stops_at)}</Figure>
          </Figures>
          <Section title={t.webhooks.failing}>
            {first.failing_endpoints.length === 0
              ? <p className="quiet">{t.webhooks.failing_none}</p>
              : <Endpoints endpoints={first.failing_endpoints} />}
          </Section>
        </>
      )}
      <Section title={isOut ? t.webhooks.out : t.webhooks.into}>
        <div className="filters">
          <Choice
            name="direction"
            label={t.webhooks.direction}
            all={false}
            options={[["", t.webhooks.into], ["out", t.webhooks.out]]}
          />
          {!isOut && <Choice name="status" label={t.webhooks.state} options={IN_STATES} />}
        </div>
        <Rows
          of={list}
          title={isOut ? t.webhooks.out : t.webhooks.into}
          isFiltered={Object.keys(filter).length > 1}
          none={isOut ? t.webhooks.none_out : t.webhooks.none_in}
          why={isOut ? t.webhooks.none_out_why : t.webhooks.none_in_why}
          keyOf={({ id }) => id}
          columns={[
            { name: t.webhooks.columns.event, cell: ({ event }) => <code>{event}</code> },
            {
              name: t.webhooks.columns.state,
              cell: ({ status, attempts }) => (
                <>
                  <Badge tone={STATES[status] ?? "quiet"}>{t.webhooks.states[status] ?? status}</Badge>
                  {attempts > 1 && <span className="quiet small">{` ×${attempts}`}</span>}
                </>
              ),
            },
            {
              name: t.webhooks.columns.error,
              cell: ({ last_error, last_status }) =>
                last_error && <ErrorText code={last_status?.toString()} message={last_error} />,
            },
            ...isOut
              ? [
                { name: t.webhooks.columns.to, cell: ({ url }: Webhook) => url ?? "" },
                {
                  name: t.webhooks.columns.person,
                  cell: ({ user_id, user_name }: Webhook) => <PersonLink id={user_id} name={user_name} />,
                },
              ]
              : [],
            {
              name: t.webhooks.columns.due,
              cell: ({ due_at, status, processed_at }) =>
                processed_at
                  ? <Time at={processed_at} relative />
                  : due_at
                  ? <Time at={due_at} relative />
                  : status === "failed"
                  ? <Badge tone="bad">{t.webhooks.given_up}</Badge>
                  : "–",
            },
            {
              name: t.webhooks.columns.came,
              cell: ({ created_at }) => <Time at={created_at} relative />,
            },
            { name: t.webhooks.columns.act, quiet: true, cell: (hook) => <Retry hook={hook} /> },
          ]}
        />
      </Section>
    </Page>
  );
}

function Retry({ hook: { id, direction, event, status } }: { hook: Webhook }) {
  const [ask, question] = useAsk();
  const retry = useAction(() => api.rpc("admin_retry_webhook", { p_direction: direction, p_id: id }), {
    touches: ["admin_list_webhooks"],
    onDone: () => say(t.webhooks.retried),
  });
  if (!["pending", "failed", "waiting"].includes(status)) return null;
  return (
    <>
      <Button
        className="small"
        busy={retry.isPending}
        onClick={async () => {
          const about = { title: t.webhooks.retry_title(event), text: <p>{t.webhooks.retry_text}</p> };
          if (await ask({ ...about, action: t.webhooks.retry })) retry.mutate();
        }}
      >
        {t.webhooks.retry}
      </Button>
      {retry.error && <Problem error={retry.error} />}
      {question}
    </>
  );
}

const Endpoints = ({ endpoints }: { endpoints: FailingEndpoint[] }) => (
  <Table
    caption={t.webhooks.failing}
    rows={endpoints}
    keyOf={({ endpoint_id }) => endpoint_id}
    columns={[
      { name: t.webhooks.columns.to, cell: ({ url }) => url },
      {
        name: t.webhooks.columns.person,
        cell: ({ user_id, user_name }) => <PersonLink id={user_id} name={user_name} />,
      },
      { name: t.webhooks.columns.since, cell: ({ failing_since }) => <Time at={failing_since} relative /> },
      {
        name: t.webhooks.columns.state,
        cell: ({ is_active, paused_because }) =>
          is_active ? "" : <Badge tone="warn">{paused_because ?? t.webhooks.paused}</Badge>,
      },
    ]}
  />
);
