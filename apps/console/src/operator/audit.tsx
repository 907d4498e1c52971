import { operator as t } from "../texts/operator.ts";
import { useWish } from "../ui/address.ts";
import { A, Page, Time } from "../ui/parts.tsx";
import { filterOf, useList } from "./data.ts";
import { brief, PersonLink, Rows, Typed } from "./parts.tsx";

export default function Audit() {
  const [wish] = useWish();
  const filter = filterOf(wish, ["user_id", "actor_id", "action", "before"]);
  const list = useList("admin_list_audit_log", filter);
  return (
    <Page title={t.audit.title} lede={t.audit.lede}>
      <div className="filters">
        <Typed name="action" label={t.audit.action} hint={t.audit.action_hint} />
        <Typed name="actor_id" label={t.audit.actor} />
        <Typed name="user_id" label={t.audit.person} />
      </div>
      <Rows
        of={list}
        title={t.audit.title}
        isFiltered={Object.keys(filter).length > 0}
        none={t.audit.none}
        why={t.audit.none_why}
        keyOf={({ id }) => String(id)}
        columns={[
          { name: t.audit.columns.when, cell: ({ created_at }) => <Time at={created_at} relative /> },
          {
            name: t.audit.columns.actor,
            cell: ({ actor_id, actor_email }) => <PersonLink id={actor_id} name={actor_email} />,
          },
          { name: t.audit.columns.action, cell: ({ action }) => <code>{action}</code> },
          {
            name: t.audit.columns.person,
            cell: ({ user_id, user_email }) => user_id ? <PersonLink id={user_id} name={user_email} /> : "–",
          },
          {
            name: t.audit.columns.details,
            cell: ({ details, request_id }) => (
              <span className="small fill">
                {brief(details)}{" "}
                {request_id && <A to="/operator/jobs" search={{ request_id }}>{t.audit.columns.request}</A>}
              </span>
            ),
          },
        ]}
      />
    </Page>
  );
}
