import { api, useUserId } from "../data/client.ts";
import { useAction, useCall, useTable } from "../data/queries.ts";
import type { Row } from "@streamvibe/client";
import { studio as t } from "../texts/studio.ts";
import { money, number, percent } from "../ui/format.ts";
import {
  Badge,
  Button,
  Card,
  Empty,
  Figure,
  Figures,
  NotAvailable,
  Page,
  Problem,
  Progress,
  Query,
  Section,
  Table,
  Time,
} from "../ui/parts.tsx";
import { Chart, dayBefore, daysBetween } from "../ui/plots.tsx";
import { isConnected, type Quotas, useAccounts, useQuotas } from "./data.ts";
import { leaveForPortal, useReturn } from "./returned.tsx";

export default function Plan() {
  const [billing, returned, isAwaited] = useReturn();
  const tiers = useTable<Row<"subscription_tier">[]>(
    ["subscription_tier"],
    (from, signal) =>
      from("subscription_tier").select("*").eq("is_active", true).order("sort_order").abortSignal(signal),
    { staleMs: 600_000 },
  );
  const return_url = `${location.origin}${location.pathname}`;
  const portal = useAction(() => api.call("create-portal-session", { return_url }), {
    onDone: ({ url }) => {
      leaveForPortal(billing.data);
      location.assign(url);
    },
  });
  const subscribe = useAction((tier: string) => api.call("create-checkout-session", { tier, return_url }), {
    onDone: ({ url }) => location.assign(url),
  });
  return (
    <Page title={t.plan.title}>
      {returned}
      <Section title={t.plan.plan}>
        <Query of={billing}>
          {({ plan, amount, next, period, can_open_portal, paid_twice, status }) => (
            <Card>
              <div className="row between">
                <h3>{plan.name} {amount && <span className="quiet">{amount.text}</span>}</h3>
                <Badge tone={status === "active" || status === "trialing" ? "good" : "warn"}>{status}</Badge>
              </div>
              {paid_twice && <p className="field-error">{t.plan.paid_twice}</p>}
              <p>{next.text}</p>
              <p className="quiet small">
                <Time at={period.starts_at} style="day" /> – <Time at={period.ends_at} style="day" />
              </p>
              {can_open_portal && (
                <div className="actions">
                  <Button busy={portal.isPending} onClick={() => portal.mutate()}>{t.plan.manage}</Button>
                </div>
              )}
              {portal.error && <Problem error={portal.error} />}
            </Card>
          )}
        </Query>
      </Section>
      <Section title={t.plan.quotas}>
        <QuotaBars />
      </Section>
      <Section title={t.plan.plans}>
        {subscribe.error && <Problem error={subscribe.error} />}
        <Query of={tiers}>
          {(all) => (
            <div className="grid">
              {all.map((tier) => {
                const is_own = billing.data?.plan.slug === tier.slug;
                return (
                  <Card key={tier.id}>
                    <h3>{tier.display_name} {is_own && <Badge tone="good">{t.plan.current}</Badge>}</h3>
                    <p className="figure-value">
                      {tier.price_cents_per_month === 0
                        ? t.plan.free
                        : t.plan.per_month(money(tier.price_cents_per_month, "USD", 0))}
                    </p>
                    <p className="quiet small">{tier.description}</p>
                    <ul>
                      {t.plan.features(
                        tier.max_social_accounts,
                        tier.max_syncs_per_month,
                        tier.max_ai_analyses_per_month,
                        tier.max_seo_submissions_per_month,
                      ).map((line) => <li key={line}>{line}</li>)}
                    </ul>
                    {!is_own && tier.price_cents_per_month > 0 && billing.data?.can_subscribe && !isAwaited &&
                      (
                        <p>
                          <Button
                            kind="primary"
                            busy={subscribe.isPending}
                            onClick={() => subscribe.mutate(tier.slug)}
                          >
                            {t.plan.subscribe(tier.display_name)}
                          </Button>
                        </p>
                      )}
                  </Card>
                );
              })}
            </div>
          )}
        </Query>
      </Section>
      <AiCosts />
      <History />
    </Page>
  );
}

/** Shows how much of the month's quotas is used, and when they reset. */
export function QuotaBars() {
  const quotas = useQuotas();
  const accounts = useAccounts();
  return (
    <Query of={quotas}>
      {(row) => (
        <div className="stack">
          <div className="halves">
            {quotaRows(row, accounts.data?.filter(isConnected).length).map(({ name, used, limit }) => (
              <div key={name}>
                <strong>{name}</strong>
                {used === undefined
                  ? (
                    <p>
                      <NotAvailable />
                    </p>
                  )
                  : (
                    <Progress
                      label={name}
                      value={used}
                      max={Math.max(limit, 1)}
                      text={t.plan.used(number(used), number(limit))}
                    />
                  )}
              </div>
            ))}
          </div>
          <p className="quiet small">
            {t.plan.resets} <Time at={row.cycle_end_date} />
          </p>
        </div>
      )}
    </Query>
  );
}

function quotaRows({ subscription_tier: tier, ...used }: Quotas, accounts: number | undefined) {
  const names = t.plan.quota_names;
  return [
    { name: names.accounts ?? "", used: accounts, limit: tier.max_social_accounts },
    { name: names.syncs ?? "", used: used.syncs_used as number | undefined, limit: tier.max_syncs_per_month },
    { name: names.ai_analyses ?? "", used: used.ai_analyses_used, limit: tier.max_ai_analyses_per_month },
    {
      name: names.seo_submissions ?? "",
      used: used.seo_submissions_used,
      limit: tier.max_seo_submissions_per_month,
    },
  ];
}

function AiCosts() {
  const costs = useCall("get-ai-costs");
  return (
    <Section title={t.plan.ai} lede={t.plan.ai_lede}>
      <Query
        of={costs}
        empty={({ rows }) => rows.length === 0 && <Empty title={t.plan.no_costs} why={t.plan.no_costs_why} />}
      >
        {({ rows, total_cents, own_key_cents, budget_cents, acceptance }) => {
          const models = Map.groupBy(rows, ({ provider, model }) => `${provider} · ${model}`);
          const days = [...new Set(rows.map(({ day }) => day))].sort();
          const x = daysBetween(days[0] ?? dayBefore(0), dayBefore(0));
          return (
            <div className="stack">
              <Figures>
                <Figure
                  name={t.plan.spent}
                  note={budget_cents ? t.plan.budget_used(percent(total_cents / budget_cents)) : undefined}
                >
                  {money(total_cents)}
                </Figure>
                <Figure name={t.plan.budget}>
                  {budget_cents === null
                    ? <span className="quiet">{t.plan.budget_none}</span>
                    : money(budget_cents)}
                </Figure>
                <Figure name={t.plan.own_key}>{money(own_key_cents)}</Figure>
              </Figures>
              <Chart
                title={t.plan.chart}
                x={x}
                bars
                format={(cents) => money(cents)}
                series={[...models].slice(0, 5).map(([name, of]) => ({
                  name,
                  values: x.map((day) => {
                    const found = of.filter((row) => row.day === day);
                    // The cost of a call may be unknown, which is not zero.
                    return found.some(({ cost_cents }) => cost_cents === null)
                      ? null
                      : found.reduce((sum, { cost_cents }) => sum + (cost_cents ?? 0), 0);
                  }),
                }))}
              />
              <Table
                caption={t.plan.by_model}
                rows={[...models].map(([name, of]) => ({ name, of }))}
                keyOf={({ name }) => name}
                columns={[
                  { name: t.plan.columns.model, cell: ({ name }) => name },
                  { name: t.plan.columns.calls, numeric: true, cell: ({ of }) => number(total(of, "calls")) },
                  {
                    name: t.plan.columns.tokens,
                    numeric: true,
                    cell: ({ of }) =>
                      number(total(of, "prompt_tokens") + total(of, "completion_tokens"), true),
                  },
                  {
                    name: t.plan.columns.cost,
                    numeric: true,
                    cell: ({ of }) => {
                      const unknown = total(of, "calls_of_unknown_cost");
                      return (
                        <>
                          {money(of.reduce((sum, { cost_cents }) => sum + (cost_cents ?? 0), 0))}
                          {unknown > 0 && <div className="quiet small">{t.plan.unknown_cost(unknown)}</div>}
                        </>
                      );
                    },
                  },
                  {
                    name: t.plan.columns.kept,
                    numeric: true,
                    cell: ({ of }) => {
                      const kept = acceptance.find(({ model }) => model === of[0]?.model);
                      return kept
                        ? t.plan.used(number(kept.kept), number(kept.suggestions))
                        : <NotAvailable />;
                    },
                  },
                ]}
              />
            </div>
          );
        }}
      </Query>
    </Section>
  );
}

type Counted = Record<"calls" | "prompt_tokens" | "completion_tokens" | "calls_of_unknown_cost", number>;
const total = (rows: Counted[], name: keyof Counted): number => rows.reduce((sum, row) => sum + row[name], 0);

/** Usage of previous months. */
function History() {
  const user = useUserId();
  type Month = Row<"quota_usage_history">;
  const months = useTable<Month[]>(
    ["quota_usage_history", user],
    (from, signal) =>
      from("quota_usage_history").select(
        "cycle_start_date, syncs_used, ai_analyses_used, seo_submissions_used",
      ).eq("user_id", user)
        .order("cycle_start_date", { ascending: false }).limit(24).abortSignal(signal),
  );
  const names = t.plan.quota_names;
  if (months.data?.length === 0) return null;
  return (
    <Section title={t.plan.history}>
      <Query of={months}>
        {(rows) => (
          <Table
            caption={t.plan.history}
            rows={rows}
            keyOf={({ cycle_start_date }) => cycle_start_date}
            columns={[
              {
                name: t.analytics.since,
                cell: ({ cycle_start_date }) => <Time at={cycle_start_date} style="day" />,
              },
              { name: names.syncs ?? "", numeric: true, cell: ({ syncs_used }) => number(syncs_used) },
              {
                name: names.ai_analyses ?? "",
                numeric: true,
                cell: ({ ai_analyses_used }) => number(ai_analyses_used),
              },
              {
                name: names.seo_submissions ?? "",
                numeric: true,
                cell: ({ seo_submissions_used }) => number(seo_submissions_used),
              },
            ]}
          />
        )}
      </Query>
    </Section>
  );
}
