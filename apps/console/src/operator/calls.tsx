import { operator as t } from "../texts/operator.ts";
import { useWish } from "../ui/address.ts";
import { Badge, List, Page, Table, Time, type Tone } from "../ui/parts.tsx";
import { filterOf, useList } from "./data.ts";
import { Choice, entries, Looked, Nothing, Typed } from "./parts.tsx";

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
      <List
        of={list}
        rows={({ items }) => items}
        empty={
          <Nothing
            isFiltered={Object.keys(filter).length > 0}
            title={t.calls.none}
            why={t.calls.none_why}
          />
        }
      >
        {(calls) =>
          calls.length === 0 ? <Looked rows={0} count={(list.data?.pages.length ?? 0) * 20_000} /> : (
            <Table
              caption={t.calls.title}
              rows={calls}
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
          )}
      </List>
    </Page>
  );
}
