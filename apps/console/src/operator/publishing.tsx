import type { Output } from "@streamvibe/client";
import { useInfiniteQuery } from "@tanstack/react-query";
import { api, limited } from "../data/client.ts";
import { useAction } from "../data/queries.ts";
import { operator as t } from "../texts/operator.ts";
import { useWish } from "../ui/address.ts";
import { useAsk } from "../ui/ask.tsx";
import { say } from "../ui/notices.tsx";
import { Badge, Button, List, Page, Problem, Table, Time } from "../ui/parts.tsx";
import { platformName } from "../visitor/item_card.tsx";
import { Choice, entries, ErrorText, Nothing, PersonLink } from "./parts.tsx";

type Target = Output<"list-publishing-problems">["problems"][number];
type Decision = "retry" | "discard" | "published";
type Whose = "creator" | "operator" | "nobody";
const PAGE = 50;

export default function Publishing() {
  const [wish] = useWish();
  const who = wish.who_must_act as Whose | undefined;
  const list = useInfiniteQuery({
    queryKey: ["list-publishing-problems", "everybody", who],
    queryFn: ({ signal, pageParam }) =>
      api.call("list-publishing-problems", {
        of: "everybody",
        ...(who ? { who_must_act: who } : {}),
        limit: PAGE,
        offset: pageParam,
      }, { signal: limited(signal) }),
    initialPageParam: 0,
    getNextPageParam: ({ total }, pages) => pages.length * PAGE < total ? pages.length * PAGE : undefined,
  });
  const [ask, question] = useAsk();
  const settle = useAction(
    ({ id, decision }: { id: string; decision: Decision }) =>
      api.call("settle-publishing-problems", { target_ids: [id], decision, of: "everybody" }),
    { touches: ["list-publishing-problems", "admin_overview"], onDone: () => say(t.publishing.settled) },
  );
  const decide = async (id: string, decision: Decision) => {
    const yes = await ask({
      title: t.publishing[`ask_${decision}`],
      text: <p>{t.publishing[`ask_${decision}_text`]}</p>,
      action: t.publishing[decision],
      isDanger: decision === "discard",
    });
    if (yes) settle.mutate({ id, decision });
  };
  return (
    <Page title={t.publishing.title} lede={t.publishing.lede}>
      <div className="filters">
        <Choice name="who_must_act" label={t.publishing.who} options={entries(t.publishing.whose)} />
      </div>
      {settle.error && <Problem error={settle.error} />}
      <List
        of={list}
        rows={({ problems }) => problems}
        empty={<Nothing isFiltered={Boolean(who)} title={t.publishing.none} why={t.publishing.none_why} />}
      >
        {(targets) => (
          <Table
            caption={t.publishing.title}
            rows={targets}
            keyOf={({ target_id }) => target_id}
            columns={[
              {
                name: t.publishing.columns.post,
                cell: ({ platform, kind }) => (
                  <>
                    <span className="whole">{platformName(platform)}</span>{" "}
                    <span className="quiet small">{kind}</span>
                  </>
                ),
              },
              {
                name: t.publishing.columns.state,
                cell: ({ status, who_must_act }) => (
                  <>
                    <Badge tone={status === "failed" ? "bad" : "warn"}>
                      {t.publishing.states[status] ?? status}
                    </Badge>{" "}
                    {who_must_act && (
                      <span className="quiet small">{t.publishing.whose[who_must_act] ?? who_must_act}</span>
                    )}
                  </>
                ),
              },
              { name: t.publishing.columns.error, cell: (target) => <What target={target} /> },
              { name: t.publishing.columns.person, cell: ({ user_id }) => <PersonLink id={user_id} /> },
              {
                name: t.publishing.columns.when,
                cell: ({ updated_at }) => <Time at={updated_at} relative />,
              },
              {
                name: t.publishing.columns.act,
                quiet: true,
                cell: ({ target_id, status }) => (
                  <div className="actions">
                    {(status === "unknown" ? ["published", "retry", "discard"] : ["retry", "discard"]).map((
                      decision,
                    ) => (
                      <Button
                        key={decision}
                        className="small"
                        onClick={() => void decide(target_id, decision as Decision)}
                      >
                        {t.publishing[decision as Decision]}
                      </Button>
                    ))}
                  </div>
                ),
              },
            ]}
          />
        )}
      </List>
      {question}
    </Page>
  );
}

const What = ({ target: { error_code, error_message } }: { target: Target }) =>
  error_code || error_message ? <ErrorText code={error_code} message={error_message} /> : null;
