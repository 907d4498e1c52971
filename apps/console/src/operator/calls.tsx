import { operator as t } from "../texts/operator.ts";
import { useWish } from "../ui/address.ts";
import { Badge, Page, Time, type Tone } from "../ui/parts.tsx";
import { filterOf, useList } from "./data.ts";
import { Choice, entries, Rows, Typed } from "./parts.tsx";

const OUTCOMES: Record<string, Tone> = { ok: "good", failed: "bad", missing: "bad", waiting: "info" };

export default function Calls() {
  const [wish] = useWish();
  const filter = filterOf(wish, ["function", "outcome"]);
  const list = useList("admin_list_http_calls", filter);
  return (
    <Page title={t.calls.title} lede={t.calls.lede}>
      <div className="filters">
        <Typed name="function" label={t.calls.function} />
        <Choice name="outcome" label={t.calls.outcome} options={entries(t.calls.outcomes)} />
      </div>
      <Rows
        of={list}
        title={t.calls.title}
        isFiltered={Object.keys(filter).length > 0}
        none={t.calls.none}
        why={t.calls.none_why}
        keyOf={({ id }) => String(id)}
        columns={[
          { name: t.calls.columns.function, cell: (call) => call.function },
          {
            name: t.calls.columns.outcome,
            cell: ({ outcome }) => (
              <Badge tone={OUTCOMES[outcome] ?? "quiet"}>{t.calls.outcomes[outcome] ?? outcome}</Badge>
            ),
          },
          {
            name: t.calls.columns.status,
            numeric: true,
            cell: ({ status_code }) => status_code ?? "–",
          },
          { name: t.calls.columns.error, cell: ({ error }) => error ?? "" },
          { name: t.calls.columns.called, cell: ({ called_at }) => <Time at={called_at} relative /> },
        ]}
      />
    </Page>
  );
}
