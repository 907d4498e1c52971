import { operator as t } from "../texts/operator.ts";
import { useWish } from "../ui/address.ts";
import * as format from "../ui/format.ts";
import { A, Badge, Check, List, Num, Page, Table, Time } from "../ui/parts.tsx";
import { filterOf, type Person, useList } from "./data.ts";
import { Choice, entries, Nothing, PersonLink, Typed } from "./parts.tsx";

const PLANS = ["free", "basic", "premium"].map((tier) => [tier, tier] as const);

export default function Users() {
  const [wish, change] = useWish();
  const filter = filterOf(wish, ["search", "role", "tier", "hidden"]);
  const list = useList("admin_list_users", filter);
  const total = list.data?.pages[0]?.estimated_total;
  return (
    <Page
      title={t.users.title}
      lede={t.users.lede}
      actions={typeof total === "number" && total > 0 && (
        <Badge>{t.users.total(format.number(total, true))}</Badge>
      )}
    >
      <Typed name="search" label={t.users.search} wide />
      <div className="filters">
        <Choice name="role" label={t.users.role} options={entries(t.users.roles)} />
        <Choice name="tier" label={t.users.plan} options={PLANS} />
        <Check
          label={t.users.hidden}
          checked={wish.hidden === "true"}
          onChange={({ target }) => change({ hidden: target.checked ? "true" : undefined })}
        />
      </div>
      <List
        of={list}
        rows={({ items }) => items}
        empty={
          <Nothing
            isFiltered={Object.keys(filter).length > 0}
            title={t.users.none}
            why={t.users.none_why}
          />
        }
      >
        {(people) => (
          <Table
            caption={t.users.title}
            rows={people}
            keyOf={({ id }) => id}
            columns={[
              {
                name: t.users.columns.person,
                cell: ({ id, display_name, email }) => (
                  <>
                    <PersonLink id={id} name={display_name ?? email} />{" "}
                    {display_name && <span className="quiet small">{email}</span>}
                  </>
                ),
              },
              { name: t.users.columns.roles, cell: ({ roles }) => <Roles roles={roles} /> },
              { name: t.users.columns.plan, cell: ({ tier }) => tier ?? "–" },
              {
                name: t.users.columns.accounts,
                numeric: true,
                cell: ({ id, accounts }) =>
                  accounts > 0
                    ? <A to="/operator/accounts" search={{ user_id: id }}>{format.number(accounts)}</A>
                    : <Num value={accounts} />,
              },
              { name: t.users.columns.state, cell: (person) => <View of={person} /> },
              { name: t.users.columns.since, cell: ({ created_at }) => <Time at={created_at} relative /> },
            ]}
          />
        )}
      </List>
    </Page>
  );
}

export const Roles = ({ roles }: { roles: string[] }) => (
  <>
    {roles.filter((role) => role !== "user").map((role) => (
      <Badge key={role} tone="info">{t.users.roles[role] ?? role}</Badge>
    ))}
  </>
);

export const View = ({ of: { hidden_at, is_public } }: { of: Pick<Person, "hidden_at" | "is_public"> }) =>
  hidden_at
    ? <Badge tone="warn">{t.users.is_hidden}</Badge>
    : is_public
    ? <Badge tone="good">{t.users.is_public}</Badge>
    : <span className="quiet">{t.users.is_private}</span>;
