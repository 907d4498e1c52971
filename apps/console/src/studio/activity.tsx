/** What was done with the account, by whomever: the audit log's own lines. */
import { supabase, useUserId } from "../data/client.ts";
import { rowsOf, useRows } from "../data/queries.ts";
import { studio as t } from "../texts/studio.ts";
import { Empty, List, Table, Time } from "../ui/parts.tsx";

interface Entry {
  id: string;
  actor_id: string | null;
  action: string;
  created_at: string;
}
const PAGE = 10;

export function Activity() {
  const user = useUserId();
  const list = useRows<Entry>(["audit_log", user], async (after, signal) => {
    let asked = supabase.from("audit_log").select("id::text, actor_id, action, created_at").eq(
      "user_id",
      user,
    );
    if (after) asked = asked.lt("id", after);
    const rows = await rowsOf<Entry[]>(
      asked.order("id", { ascending: false }).limit(PAGE).abortSignal(signal),
    );
    return { rows, next: rows.length === PAGE ? rows.at(-1)?.id ?? null : null };
  });
  return (
    <List
      of={list}
      rows={({ rows }) => rows}
      empty={<Empty title={t.profile.activity_none} why={t.profile.activity_none_why} />}
    >
      {(rows) => (
        <Table
          caption={t.profile.activity}
          rows={rows}
          keyOf={({ id }) => id}
          columns={[
            { name: t.profile.activity_what, cell: ({ action }) => action.replaceAll(/[._]/g, " ") },
            {
              name: t.profile.activity_who,
              cell: ({ actor_id }) =>
                actor_id === user
                  ? t.profile.activity_you
                  : actor_id
                  ? t.profile.activity_staff
                  : t.profile.activity_system,
            },
            { name: t.posts.columns.when, cell: ({ created_at }) => <Time at={created_at} relative /> },
          ]}
        />
      )}
    </List>
  );
}
