import { operator as t } from "../texts/operator.ts";
import { useWish } from "../ui/address.ts";
import * as format from "../ui/format.ts";
import { Badge, Figure, Figures, Num, Page, Time, type Tone } from "../ui/parts.tsx";
import { filterOf, type Subscription, useList } from "./data.ts";
import { Choice, PersonLink, Rows } from "./parts.tsx";

const STATES: Record<string, Tone> = { active: "good", trialing: "info", past_due: "warn", unpaid: "bad" };

export default function Plans() {
  const [wish] = useWish();
  const filter = filterOf(wish, ["tier", "status", "user_id"]);
  const list = useList("admin_list_subscriptions", filter);
  const first = list.data?.pages[0];
  return (
    <Page title={t.plans.title} lede={t.plans.lede}>
      {first && (
        <Figures>
          {first.plans.map(({ tier, display_name, price_cents_per_month, subscribers }) => (
            <Figure
              key={tier}
              name={display_name}
              note={[
                price_cents_per_month > 0
                  ? t.plans.a_month(format.money(price_cents_per_month))
                  : t.plans.free,
                first.is_estimate && t.plans.estimate,
              ].filter(Boolean).join(", ")}
            >
              {t.plans.subscribers(subscribers)}
            </Figure>
          ))}
        </Figures>
      )}
      <div className="filters">
        <Choice
          name="tier"
          label={t.plans.plan}
          options={first?.plans.map(({ tier, display_name }) => [tier, display_name] as const) ?? []}
        />
      </div>
      <Rows
        of={list}
        title={t.plans.title}
        isFiltered={Object.keys(filter).length > 0}
        none={t.plans.none}
        why={t.plans.none_why}
        keyOf={({ user_id }) => user_id}
        columns={[
          {
            name: t.plans.columns.person,
            cell: ({ user_id, display_name, email }) => (
              <PersonLink id={user_id} name={display_name ?? email} />
            ),
          },
          { name: t.plans.columns.plan, cell: ({ tier }) => tier },
          {
            name: t.plans.columns.state,
            cell: ({ status }) => <Badge tone={STATES[status] ?? "quiet"}>{status}</Badge>,
          },
          { name: t.plans.columns.syncs, numeric: true, cell: (one) => <Num value={one.syncs_used} /> },
          {
            name: t.plans.columns.ai,
            numeric: true,
            cell: (one) => <Num value={one.ai_analyses_used} />,
          },
          {
            name: t.plans.columns.seo,
            numeric: true,
            cell: (one) => <Num value={one.seo_submissions_used} />,
          },
          {
            name: t.plans.columns.renewed,
            cell: ({ cycle_end_date }) => <Time at={cycle_end_date} style="day" />,
          },
          { name: t.plans.columns.stripe, cell: (one) => <Customer of={one} /> },
        ]}
      />
    </Page>
  );
}

function Customer({ of: { customer } }: { of: Subscription }) {
  if (!customer?.customer_id) return <span className="quiet">{t.plans.never_paid}</span>;
  return (
    <>
      <code>{customer.customer_id}</code> {!customer.livemode && <Badge>{t.plans.test_mode}</Badge>}
      {customer.fetched_at && (
        <span className="quiet small">
          {` ${t.plans.asked} `}
          <Time at={customer.fetched_at} relative />
        </span>
      )}
    </>
  );
}
