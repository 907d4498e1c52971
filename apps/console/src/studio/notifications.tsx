import type { Row } from "@streamvibe/client";
import { useEffect } from "react";
import { api, queries, supabase, useUserId } from "../data/client.ts";
import { pageOf, rowsOf, useAction, useRows } from "../data/queries.ts";
import { studio as t } from "../texts/studio.ts";
import { Badge, Button, Card, Empty, List, Page, Problem, Time, type Tone } from "../ui/parts.tsx";

const PAGE = 30;
type Note = Row<"notification">;
const TONES: Record<string, Tone> = { info: "info", success: "good", warning: "warn", error: "bad" };

export default function Notifications() {
  const user = useUserId();
  const list = useRows<Note>(["notification", "mine"], async (after, signal) => {
    const asked = supabase.from("notification").select("*").eq("user_id", user);
    return await pageOf<Note>(asked, "created_at", { after, size: PAGE, signal });
  });
  useEffect(() => {
    const watch = api.watch("notification", {
      where: { user_id: user },
      deletes: false,
      onChange: () => void queries.invalidateQueries({ queryKey: ["notification"] }),
    });
    return () => void watch.close();
  }, [user]);
  const read = useAction(
    (ids: string[]) =>
      rowsOf(supabase.from("notification").update({ read_at: new Date().toISOString() }).in("id", ids)),
    { touches: ["notification"] },
  );
  const remove = useAction((id: string) => rowsOf(supabase.from("notification").delete().eq("id", id)), {
    touches: ["notification"],
  });
  const unread = list.data?.pages.flatMap(({ rows }) => rows).filter(({ read_at }) => read_at === null) ?? [];
  return (
    <Page
      title={t.notifications.title}
      lede={t.notifications.live}
      actions={unread.length > 0 && (
        <Button
          busy={read.isPending}
          onClick={() => read.mutate(unread.map(({ id }) => id))}
        >
          {t.notifications.read_all}
        </Button>
      )}
    >
      {(read.error || remove.error) && <Problem error={read.error ?? remove.error} />}
      <List
        of={list}
        rows={({ rows }) => rows}
        empty={<Empty title={t.notifications.none} why={t.notifications.none_why} />}
      >
        {(notes) => (
          <div className="stack">
            {notes.map((note) => (
              <Card key={note.id}>
                <div className="row between">
                  <h2>{note.title}</h2>
                  <span className="row">
                    {note.read_at === null && <Badge tone={TONES[note.type]}>{t.notifications.unread}</Badge>}
                    <span className="quiet small">
                      <Time at={note.created_at} relative />
                    </span>
                  </span>
                </div>
                <p>{note.message}</p>
                <div className="actions">
                  {note.read_at === null && (
                    <Button className="small" onClick={() => read.mutate([note.id])}>
                      {t.notifications.read}
                    </Button>
                  )}
                  <Button className="small" onClick={() => remove.mutate(note.id)}>
                    {t.notifications.remove}
                  </Button>
                </div>
              </Card>
            ))}
          </div>
        )}
      </List>
    </Page>
  );
}
