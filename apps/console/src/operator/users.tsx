import { api } from "../data/client.ts";
import { useDraft } from "../data/drafts.ts";
import { useAction } from "../data/queries.ts";
import { useRoles } from "../data/roles.ts";
import { operator as t } from "../texts/operator.ts";
import { useWish } from "../ui/address.ts";
import { useAsk } from "../ui/ask.tsx";
import * as format from "../ui/format.ts";
import { say } from "../ui/notices.tsx";
import { A, Badge, Button, Card, Check, Num, Page, Problem, Section, TextArea, Time } from "../ui/parts.tsx";
import { filterOf, type Person, useList } from "./data.ts";
import { Choice, entries, PersonLink, Rows, Typed } from "./parts.tsx";

const PLANS = ["free", "basic", "premium"].map((tier) => [tier, tier] as const);

export default function Users() {
  const [wish, change] = useWish();
  const filter = filterOf(wish, ["search", "role", "tier", "hidden"]);
  const list = useList("admin_list_users", filter);
  const isAdmin = useRoles()?.includes("admin") ?? false;
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
      <Rows
        of={list}
        title={t.users.title}
        isFiltered={Object.keys(filter).length > 0}
        none={t.users.none}
        why={t.users.none_why}
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
      {isAdmin && list.data?.pages[0] && (
        <StaffAccess
          now={list.data.pages[0].staff_access?.networks ?? []}
        />
      )}
    </Page>
  );
}

/** Sets the networks from which users with a role may act; undo restores the previous list. */
function StaffAccess({ now }: { now: string[] }) {
  const [typed, setTyped] = useDraft("staff-access", now.join("\n"));
  const [ask, question] = useAsk();
  const set = useAction(
    ({ networks }: { networks: string[]; before: string[] }) =>
      api.rpc("set_staff_access", { p_networks: networks }),
    {
      touches: ["admin_list_users", "admin_list_audit_log"],
      onDone: (_, { networks, before }) => {
        setTyped(networks.join("\n"));
        say(t.users.access_done, () => set.mutate({ networks: before, before: networks }));
      },
    },
  );
  return (
    <Section title={t.users.access} lede={now.length === 0 ? t.users.access_anywhere : now.join(", ")}>
      <Card>
        <form
          className="form"
          onSubmit={async (event) => {
            event.preventDefault();
            const about = { title: t.users.access_title, text: <p>{t.users.access_text}</p> };
            if (await ask({ ...about, action: t.users.access_save })) {
              set.mutate({ networks: typed.split(/[\s,]+/).filter(Boolean), before: now });
            }
          }}
        >
          <TextArea
            label={t.users.access_label}
            hint={t.users.access_hint}
            rows={3}
            value={typed}
            onChange={({ target }) => setTyped(target.value)}
          />
          {set.error && <Problem error={set.error} />}
          <div className="actions">
            <Button type="submit" busy={set.isPending}>{t.users.access_save}</Button>
          </div>
        </form>
      </Card>
      {question}
    </Section>
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
