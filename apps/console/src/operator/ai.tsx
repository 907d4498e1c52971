import { operator as t } from "../texts/operator.ts";
import { useWish } from "../ui/address.ts";
import * as format from "../ui/format.ts";
import { Badge, Empty, Figure, Figures, List, Num, Page, Section, Table } from "../ui/parts.tsx";
import { Chart, daysBetween } from "../ui/plots.tsx";
import { filterOf, useList } from "./data.ts";
import { Choice, PersonLink } from "./parts.tsx";

/** Returns this month and the eleven before, in UTC like the costs. */
function months(): [string, string][] {
  const now = new Date();
  return Array.from({ length: 12 }, (_, back) => {
    const day = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back, 1)).toISOString().slice(
      0,
      10,
    );
    return [back === 0 ? "" : day, format.month(day)];
  });
}

export default function AiCost() {
  const [wish] = useWish();
  const list = useList("admin_list_ai_costs", filterOf(wish, ["month", "user_id"]));
  const first = list.data?.pages[0];
  const models = first?.models ?? [];
  const calls = models.reduce((sum, one) => sum + one.calls, 0);
  const useless = models.reduce((sum, one) => sum + one.useless_calls, 0);
  const days = first && first.days.length > 0
    ? daysBetween(first.month, new Date(Math.min(Date.now(), endOf(first.month))).toISOString().slice(0, 10))
    : [];
  return (
    <Page title={t.ai.title} lede={t.ai.lede}>
      <div className="filters">
        <Choice name="month" label={t.ai.month} all={false} options={months()} />
      </div>
      {first && (
        <>
          <Figures>
            <Figure name={t.ai.spent}>{format.money(first.installation.spent_cents)}</Figure>
            <Figure name={t.ai.budget}>
              {first.installation.warned_percent > 0
                ? t.ai.warned(format.percent(first.installation.warned_percent / 100))
                : <span className="quiet">{t.ai.budget_calm}</span>}
            </Figure>
            <Figure name={t.ai.calls}>
              <Num value={calls} compact />
            </Figure>
            <Figure name={t.ai.useless} note={calls > 0 ? format.percent(useless / calls, 1) : undefined}>
              <Num value={useless} compact />
            </Figure>
          </Figures>
          {days.length > 0 && (
            <Section title={t.ai.by_day}>
              <Chart
                title={t.ai.by_day}
                x={days}
                bars
                series={[{
                  name: t.ai.spent,
                  values: days.map((day) => first.days.find((one) => one.day === day)?.cost_cents ?? 0),
                }]}
                format={(cents) => format.money(cents)}
              />
            </Section>
          )}
          <Section title={t.ai.by_model}>
            {models.length === 0 ? <Empty title={t.ai.models_none} why={t.ai.models_none_why} /> : (
              <Table
                caption={t.ai.by_model}
                rows={models}
                keyOf={({ model, is_own_key }) => `${model} ${is_own_key}`}
                columns={[
                  {
                    name: t.ai.columns.model,
                    cell: ({ model, is_own_key }) => (
                      <>
                        {model} {is_own_key && <Badge>{t.ai.own_key}</Badge>}
                      </>
                    ),
                  },
                  { name: t.ai.columns.calls, numeric: true, cell: (one) => <Num value={one.calls} /> },
                  {
                    name: t.ai.columns.useless,
                    numeric: true,
                    cell: (one) => <Num value={one.useless_calls} />,
                  },
                  {
                    name: t.ai.columns.tokens,
                    numeric: true,
                    cell: (one) =>
                      `${format.number(one.prompt_tokens, true)} · ${
                        format.number(one.completion_tokens, true)
                      }`,
                  },
                  {
                    name: t.ai.columns.cost,
                    numeric: true,
                    cell: ({ cost_cents }) => format.money(cost_cents),
                  },
                ]}
              />
            )}
          </Section>
        </>
      )}
      <Section title={t.ai.people}>
        <List
          of={list}
          rows={({ items }) => items}
          empty={<Empty title={t.ai.people_none} why={t.ai.people_none_why} />}
        >
          {(people) => (
            <Table
              caption={t.ai.people}
              rows={people}
              keyOf={({ user_id }) => user_id}
              columns={[
                {
                  name: t.ai.columns.person,
                  cell: ({ user_id, display_name, email }) => (
                    <PersonLink id={user_id} name={display_name ?? email} />
                  ),
                },
                {
                  name: t.ai.columns.cost,
                  numeric: true,
                  cell: ({ spent_cents }) => format.money(spent_cents),
                },
                {
                  name: t.ai.columns.budget,
                  numeric: true,
                  cell: ({ budget_cents }) =>
                    budget_cents === null
                      ? <span className="quiet">{t.ai.no_budget}</span>
                      : format.money(budget_cents),
                },
              ]}
            />
          )}
        </List>
      </Section>
    </Page>
  );
}

/** Returns the last day of the month that starts on the given day. */
function endOf(month: string): number {
  const first = new Date(month);
  return Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0);
}
